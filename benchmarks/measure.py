"""Timing that a noisy machine cannot bend: all variants of a group take turns, and what is reported are medians of ratios.

A ratio is formed within a round, between runs that lie seconds apart at most; the speed of the machine cancels out of it. Processor
time is kept beside the clock's: it does not count the time in which another program had the processor.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the work: how much of it (scenarios, cells, series) a call does."""

    work: float
    call: Callable[[], object]
    threads: int = 1


@dataclass(slots=True)
class Timed:
    """Seconds a unit of work, by variant and round."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    threads: dict[str, int] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)
    """Processor seconds a unit of work, of all threads."""

    def seconds(self, name: str) -> float:
        """Return the median of the seconds a unit of work."""
        return statistics.median(self.rounds[name])

    def rate(self, name: str) -> float:
        """Return units of work a second."""
        return 1.0 / self.seconds(name)

    def ratio(self, fast: str, slow: str) -> float:
        """Return how many times as fast as `slow` the variant `fast` is: the median over the rounds."""
        return statistics.median(s / f for f, s in zip(self.rounds[fast], self.rounds[slow], strict=True))

    def core_ratio(self, fast: str, slow: str) -> float:
        """Return the same by processor time: how much more work a busy processor does, the median over the rounds."""
        return statistics.median(s / f for f, s in zip(self.busy[fast], self.busy[slow], strict=True))

    def spread(self, fast: str, slow: str) -> tuple[float, float]:
        """Return the lowest and highest of those ratios."""
        found = [s / f for f, s in zip(self.rounds[fast], self.rounds[slow], strict=True)]
        return min(found), max(found)


most_rounds = 99
"""Rounds that no group goes beyond, for a quick look."""


def used() -> float:
    """Return the processor seconds that this process and those it started have used."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def interleaved(variants: Mapping[str, Variant], rounds: int = 7, warm: int = 1) -> Timed:
    """Run every variant once a round, after a round that does not count."""
    found = Timed({n: [] for n in variants}, {n: v.threads for n, v in variants.items()}, {n: [] for n in variants})
    for at in range(min(rounds, most_rounds) + warm):
        for name, variant in variants.items():
            began, before = time.perf_counter(), used()
            variant.call()
            took, busy = time.perf_counter() - began, used() - before
            if at >= warm:
                found.rounds[name].append(took / variant.work)
                found.busy[name].append(max(busy, 1e-9) / variant.work)
    return found


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """Return a function that makes many calls, for what takes microseconds."""

    def many() -> None:
        for _ in range(times):
            call()

    return many
