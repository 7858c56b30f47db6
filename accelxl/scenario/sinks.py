"""Sinks: what a run keeps of scenarios that it does not keep.

Sums depend on their order, so they are merged in the order of the scenarios. Counts and the largest rows do not, so each thread or
worker has a bag of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
BLOCK: int = core.BLOCK
STRETCH = 128 * BLOCK
"""Scenarios whose sums are merged among themselves before they are merged into the total."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is kept of a run; everything but `levels` may be left out."""

    levels: tuple[float, ...]
    """Of each metric: the share of scenarios below it is counted."""
    sketch: bool = False
    edges: tuple[Vector, ...] = ()
    """Of each metric: edges of its histogram."""
    top: int = 0
    top_metric: int = 0
    top_sign: float = 1.0
    exact: bool = False
    """Keep the figures by which scenarios are ordered."""
    values: bool = False
    """Keep the metrics themselves."""


class Bag:
    """Counts and largest rows of some scenarios, in any order."""

    __slots__ = ("best", "histograms", "index", "kept", "sketch", "wanted")

    def __init__(self, wanted: Wanted, metrics: int) -> None:
        self.wanted = wanted
        # calloc: cells that nothing falls into take no memory.
        self.sketch = np.zeros((metrics if wanted.sketch else 0, core.SKETCH_CELLS), np.int64)
        self.histograms = tuple(np.zeros(len(edges) + 2, np.int64) for edges in wanted.edges)
        self.best, self.index, self.kept = np.empty(wanted.top), np.empty(wanted.top, np.int64), 0

    def take(self, ranks: Vector, first: int) -> None:
        """Count scenarios from number `first` on, shape (metrics, count)."""
        for at in range(len(self.sketch)):
            core.sketch_rows(ranks[at], self.sketch[at])
        for at, edges in enumerate(self.wanted.edges):
            core.histogram_rows(ranks[at], edges, self.histograms[at])
        if self.wanted.top:
            self.kept = core.top_rows(
                ranks[self.wanted.top_metric], first, self.wanted.top_sign, self.best, self.index, self.kept
            )

    def absorb(self, other: Bag) -> None:
        """Add what another bag holds."""
        for at in range(len(self.sketch)):
            where = np.flatnonzero(other.sketch[at])
            self.sketch[at, where] += other.sketch[at, where]
        for mine, theirs in zip(self.histograms, other.histograms, strict=True):
            np.add(mine, theirs, out=mine)
        self._merge_top(other.best[: other.kept], other.index[: other.kept])

    def _merge_top(self, best: Vector, index: Counts) -> None:
        best, index = np.concatenate([self.best[: self.kept], best]), np.concatenate([self.index[: self.kept], index])
        order = np.lexsort((index, -best))[: self.wanted.top]
        self.kept = len(order)
        self.best[: self.kept], self.index[: self.kept] = best[order], index[order]

    def clear(self) -> None:
        """Forget everything."""
        for at in range(len(self.sketch)):
            self.sketch[at, np.flatnonzero(self.sketch[at])] = 0
        for counts in self.histograms:
            counts[:] = 0
        self.kept = 0

    def packed(self) -> dict[str, NDArray[np.generic]]:
        """Return what the bag holds as small arrays: of the sketch, the cells that are not empty."""
        cells = np.flatnonzero(self.sketch)
        return {
            "cells": cells,
            "counts": self.sketch.reshape(-1)[cells],
            "histograms": np.concatenate([*self.histograms, np.zeros(0, np.int64)]),
            "best": self.best[: self.kept].copy(),
            "index": self.index[: self.kept].copy(),
        }

    def unpack(self, held: dict[str, NDArray[np.generic]]) -> None:
        """Add what `packed` returned."""
        if self.sketch.size:
            self.sketch.reshape(-1)[held["cells"]] += held["counts"]
        at = 0
        for counts in self.histograms:
            np.add(counts, held["histograms"][at : at + len(counts)].astype(np.int64), out=counts)
            at += len(counts)
        self._merge_top(held["best"].astype(np.float64), held["index"].astype(np.int64))


@dataclass(slots=True)
class Sums:
    """Sums of the metrics, merged block by block, stretch by stretch and, for scrambled nets, net by net."""

    metrics: int
    count: int
    run: int = 0
    at: int = 0
    """Scenarios merged so far; a part of a run begins where it begins."""
    current: Vector = field(init=False)
    closed: list[tuple[int, Vector]] = field(default_factory=list)
    """Stretches that are complete, each with the number of its net."""

    def __post_init__(self) -> None:
        self.current = np.zeros((self.metrics, core.SUM_FIELDS))

    def _end(self) -> int:
        """Return where the stretch ends that scenario `at` lies in."""
        if not self.run:
            return min((self.at // STRETCH + 1) * STRETCH, self.count)
        net = self.at // self.run * self.run
        return min(net + ((self.at - net) // STRETCH + 1) * STRETCH, net + self.run, self.count)

    def add(self, blocks: Vector) -> None:
        """Merge the blocks that come next, shape (metrics, blocks, fields)."""
        done = 0
        while done < blocks.shape[1]:
            end = self._end()
            take = min(blocks.shape[1] - done, -(-(end - self.at) // BLOCK))
            for metric in range(self.metrics):
                core.merge_sums(self.current[metric], blocks[metric, done : done + take])
            done += take
            place = self.at
            self.at = min(self.at + take * BLOCK, end)
            if self.at == end:
                self.closed.append((place // self.run if self.run else 0, self.current))
                self.current = np.zeros((self.metrics, core.SUM_FIELDS))


def settle(totals: Vector, closed: list[tuple[int, Vector]]) -> None:
    """Merge complete stretches, in order, into the totals of their nets, shape (nets, metrics, fields)."""
    for net, sums in closed:
        for metric in range(totals.shape[1]):
            core.merge_sums(totals[net, metric], sums[metric : metric + 1])
    closed.clear()
