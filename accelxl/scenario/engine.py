"""Runs on this machine: spans of scenarios on threads, their sums merged in order, everything else in bags.

What comes out does not depend on the number of threads, nor on where a run was broken off and resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import Interrupted
from accelxl.parallel import Progress, cores, in_order
from accelxl.scenario.job import Job
from accelxl.scenario.sinks import BLOCK, STRETCH, Bag, Sums, Wanted, settle

Vector = NDArray[np.float64]

CHUNK = 16 * BLOCK
"""Scenarios whose figures are held at a time by a thread."""
Writer = Callable[[int, Vector], object]
"""Takes the number of the first scenario and the metrics (metrics, count) of those that come next."""


@dataclass(slots=True)
class Kept:
    """What a run has kept so far of scenarios 0 to `at` - 1."""

    totals: Vector
    sums: Sums
    bag: Bag
    ranks: Vector | None = None
    values: Vector | None = None
    at: int = 0
    base: int = 0
    """The scenario in the first column of `ranks` and `values`."""

    @classmethod
    def empty(cls, job: Job, wanted: Wanted, lo: int = 0, hi: int | None = None) -> Kept:
        """Return what a run over scenarios lo to hi - 1 has kept before it begins."""
        nets = -(-job.count // job.run) if job.run else 1
        metrics, count = len(job.metrics), (job.count if hi is None else hi) - lo
        return cls(
            np.zeros((nets, metrics, core.SUM_FIELDS)),
            Sums(metrics, job.count, job.run, lo),
            Bag(wanted, metrics),
            np.empty((metrics, count)) if wanted.exact else None,
            np.empty((metrics, count)) if wanted.values else None,
            lo,
            lo,
        )


@dataclass(slots=True)
class Watch:
    """Whom a run tells how far it is, and how it hears that it should end."""

    total: int
    progress: Progress | None = None
    note: Callable[[], str] = str
    """Returns what the sentence of a broken-off run says about going on."""
    done: int = 0
    stop: Event = field(default_factory=Event)

    def tell(self, done: int) -> None:
        """Say that scenarios 0 to `done` - 1 are complete."""
        self.done = done
        if self.progress is not None:
            self.progress(done, self.total)

    def stopped(self) -> Interrupted:
        """Return the error of a run that was broken off."""
        return Interrupted(f"stopped after {self.done:,} of {self.total:,} scenarios{self.note()}")


class _Halted(Exception):
    """Raised inside threads when the run should end."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a thread made of a span of scenarios."""

    lo: int
    hi: int
    blocks: Vector
    values: Vector | None = None


@dataclass(slots=True)
class Crew:
    """The threads of a run and the bags that they fill."""

    job: Job
    wanted: Wanted
    kept: Kept
    stop: Event
    hand: bool = False
    """Hand the metrics to a writer."""
    spare: list[Bag] = field(default_factory=list)

    def work(self, lo: int, hi: int) -> Span:
        """Evaluate scenarios lo to hi - 1."""
        bag = self.spare.pop() if self.spare else Bag(self.wanted, len(self.job.metrics))
        try:
            return self._fill(bag, lo, hi)
        finally:
            self.spare.append(bag)

    def _fill(self, bag: Bag, lo: int, hi: int) -> Span:
        job, kept, metrics = self.job, self.kept, len(self.job.metrics)
        blocks = np.empty((metrics, -(-(hi - lo) // BLOCK), core.SUM_FIELDS))
        handed = np.empty((metrics, hi - lo)) if self.hand else None
        values = ranks = np.empty((0, 0))
        for first in range(lo, hi, CHUNK):
            if self.stop.is_set():
                raise _Halted
            count = min(CHUNK, hi - first)
            if values.shape[1] != count:
                values, ranks = np.empty((job.rows, count)), np.empty((metrics, count))
            job.figures(first, count, values)
            job.ranks(values, first, ranks)
            at = (first - lo) // BLOCK
            pairs = int(getattr(job.source, "mirrored", False))
            for metric in range(metrics):
                part = blocks[metric, at : at + -(-count // BLOCK)]
                core.block_sums(values[metric], ranks[metric], self.wanted.levels[metric], pairs, part)
            bag.take(ranks, first)
            for target, source in ((kept.ranks, ranks), (kept.values, values[:metrics])):
                if target is not None:
                    target[:, first - kept.base : first - kept.base + count] = source
            if handed is not None:
                handed[:, first - lo : first - lo + count] = values[:metrics]
        return Span(lo, hi, blocks, handed)

    def gather(self) -> None:
        """Empty the threads' bags into the run's."""
        for bag in self.spare:
            self.kept.bag.absorb(bag)
            bag.clear()


def spans(lo: int, hi: int, threads: int) -> Iterator[tuple[int, int]]:
    """Yield spans of whole blocks, four or more a thread unless they would be shorter than two blocks."""
    size = -(-(hi - lo) // (4 * threads) // BLOCK) * BLOCK
    size = min(max(size, 2 * BLOCK), STRETCH)
    for first in range(lo, hi, size):
        yield first, min(first + size, hi)


def advance(
    job: Job, wanted: Wanted, kept: Kept, until: int, threads: int | None, watch: Watch, write: Writer | None = None
) -> None:
    """Evaluate scenarios `kept.at` to `until` - 1 on this machine.

    Parameters
    ----------
    job, wanted, kept
        The run, what it keeps, and what it has kept so far.
    until : int
        A multiple of BLOCK, or the number of scenarios.
    threads : int, optional
        The default is every processor that this process may use.
    watch : Watch
    write : callable, optional
        Takes metrics, span after span.

    Raises
    ------
    Interrupted
        If `watch` was told to stop; the sentence says how far the run came.
    """
    wish = threads or cores()
    wish = max(1, min(wish, (until - kept.at) // (2 * BLOCK)))
    crew = Crew(job, wanted, kept, watch.stop, hand=write is not None)
    results = in_order(crew.work, spans(kept.at, until, wish), wish)
    try:
        for span in results:
            kept.sums.add(span.blocks)
            settle(kept.totals, kept.sums.closed)
            if write is not None and span.values is not None:
                write(span.lo, span.values)
            watch.tell(span.hi)
    except _Halted:
        raise watch.stopped() from None
    finally:
        watch.stop.set()
        results.close()  # type: ignore[attr-defined]
        watch.stop.clear()
    crew.gather()
    kept.at = until


def part(job: Job, wanted: Wanted, lo: int, hi: int, hand: bool = False) -> dict[str, Any]:
    """Evaluate scenarios lo to hi - 1 on one thread and return what they leave, for a run that is spread over machines.

    `lo` is where a stretch begins, `hi` where one ends.
    """
    kept = Kept.empty(job, wanted, lo, hi)
    crew = Crew(job, wanted, kept, Event(), hand)
    span = crew.work(lo, hi)
    kept.sums.add(span.blocks)
    return {
        "closed": kept.sums.closed,
        "bag": crew.spare[0].packed(),
        "ranks": kept.ranks,
        "values": kept.values,
        "handed": span.values,
    }


def absorb(kept: Kept, found: dict[str, Any], lo: int, hi: int) -> None:
    """Add what `part` returned of the scenarios that come next."""
    kept.sums.at = hi
    settle(kept.totals, found["closed"])
    kept.bag.unpack(found["bag"])
    for target, source in ((kept.ranks, found["ranks"]), (kept.values, found["values"])):
        if target is not None:
            target[:, lo - kept.base : hi - kept.base] = source
    kept.at = hi
