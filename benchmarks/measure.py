"""Timing that a noisy machine cannot bend: all variants of a group take turns, and what is reported are medians of ratios.

A ratio is formed within a round, between runs that lie seconds apart at most; the speed of the machine cancels out of it.
"""

from __future__ import annotations

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

    def seconds(self, name: str) -> float:
        """Return the median of the seconds a unit of work."""
        return statistics.median(self.rounds[name])

    def rate(self, name: str) -> float:
        """Return units of work a second."""
        return 1.0 / self.seconds(name)

    def ratio(self, fast: str, slow: str) -> float:
        """Return how many times as fast as `slow` the variant `fast` is: the median over the rounds."""
        return statistics.median(s / f for f, s in zip(self.rounds[fast], self.rounds[slow], strict=True))

    def spread(self, fast: str, slow: str) -> tuple[float, float]:
        """Return the lowest and highest of those ratios."""
        found = [s / f for f, s in zip(self.rounds[fast], self.rounds[slow], strict=True)]
        return min(found), max(found)


def interleaved(variants: Mapping[str, Variant], rounds: int = 7, warm: int = 1) -> Timed:
    """Run every variant once a round, after a round that does not count."""
    found = Timed({name: [] for name in variants}, {name: v.threads for name, v in variants.items()})
    for at in range(rounds + warm):
        for name, variant in variants.items():
            began = time.perf_counter()
            variant.call()
            took = time.perf_counter() - began
            if at >= warm:
                found.rounds[name].append(took / variant.work)
    return found


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """Return a function that makes many calls, for what takes microseconds."""

    def many() -> None:
        for _ in range(times):
            call()

    return many
