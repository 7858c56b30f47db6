"""What a run of scenarios comes to: figures of each metric, percentiles, histograms, the scenarios at the top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf, isinf, nan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import UnknownName, nearest
from accelxl.plan.metrics import METRICS
from accelxl.scenario.checks import shown
from accelxl.scenario.engine import Kept
from accelxl.scenario.job import Job
from accelxl.scenario.sinks import Wanted

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

SKETCH_ERROR = 2.0**-core.SKETCH_BITS
"""A percentile of a sketch lies within this share of its value (0.05 %) of the scenario that stands there."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one metric over the scenarios of a run.

    mean, sd, low and high are over the `count` scenarios that have a value; `share_nan` is the share of those that have none.
    Percentiles and `share_below` are over the order in which a payback without value stands last, at infinity, and a rate without
    value whose flows sum to less than zero stands at -1; `share_below` is a share of all scenarios.
    """

    metric: str
    unit: str
    n: int
    count: int
    share_nan: float
    mean: float
    standard_error: float
    sd: float
    low: float
    high: float
    level: float
    share_below: float
    percentiles: dict[float, float]
    percentile_error: float
    """0 where the percentiles are exact, else the largest error as a share of the value."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of scenarios between edges; `below`, `above` and `missing` are those outside and those without a value.

    They are over the order of the percentiles: a rate without value whose flows sum to less than zero is counted at -1.
    """

    edges: Vector
    counts: Counts
    below: int
    above: int
    missing: int

    def __eq__(self, other: object) -> bool:
        """Tell whether edges and counts are the same."""
        if not isinstance(other, Histogram):
            return NotImplemented
        mine, others = ((h.below, h.above, h.missing) for h in (self, other))
        return mine == others and np.array_equal(self.edges, other.edges) and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; `outcome["npv"]` is the summary of a metric."""

    n: int
    method: str
    seed: int | None
    summaries: dict[str, Summary]
    histograms: dict[str, Histogram] = field(default_factory=dict)
    top: tuple[dict[str, Any], ...] = ()
    """Scenarios at the top, best first: number, inputs and metrics of each."""
    out: Path | None = None

    def __getitem__(self, metric: str) -> Summary:
        """Return the summary of a metric."""
        if metric not in self.summaries:
            raise UnknownName(f"{shown(metric)} is not a metric of this run; {nearest(str(metric), self.summaries)}")
        return self.summaries[metric]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the metrics."""
        return iter(self.summaries)

    def table(self) -> list[list[Any]]:
        """Return names and figures as rows, a column a metric."""
        columns = list(self.summaries.values())
        rows: list[list[Any]] = [["", *(c.metric for c in columns)], ["unit", *(c.unit for c in columns)]]
        rows += [
            [text, *(getattr(c, name) for c in columns)]
            for name, text in (
                ("mean", "mean"),
                ("standard_error", "standard error of the mean"),
                ("sd", "standard deviation"),
                ("low", "lowest"),
            )
        ]
        rows += [[f"percentile {p:g}", *(c.percentiles[p] for c in columns)] for p in columns[0].percentiles]
        rows.append(["highest", *(c.high for c in columns)])
        rows.append(["level", *(c.level for c in columns)])
        rows += [
            [text, *(getattr(c, name) for c in columns)]
            for name, text in (
                ("share_below", "share below the level"),
                ("share_nan", "share without a value"),
            )
        ]
        rows.append(["scenarios", *(c.n for c in columns)])
        return rows

    def frame(self) -> Any:
        """Return `table` as a DataFrame."""
        import pandas as pd

        head, *rows = self.table()
        return pd.DataFrame([row[1:] for row in rows], index=[row[0] for row in rows], columns=head[1:])


def exact_percentiles(ranks: Vector, percentiles: Sequence[float]) -> list[float]:
    """Return percentiles of figures, linear between two of them, as spreadsheets' PERCENTILE.INC; NaN stand nowhere.

    Examples
    --------
    >>> exact_percentiles(np.array([1.0, 2.0, 4.0, np.inf]), [0, 50, 90])
    [1.0, 3.0, inf]
    """
    known = ranks[~np.isnan(ranks)]
    if not len(known) or not percentiles:
        return [nan] * len(percentiles)
    places = [p / 100.0 * (len(known) - 1) for p in percentiles]
    below = [min(int(place), len(known) - 1) for place in places]
    wanted = sorted({k for b in below for k in (b, min(b + 1, len(known) - 1))})
    known = np.partition(known, wanted)
    found = []
    for place, b in zip(places, below, strict=True):
        low, high, part = float(known[b]), float(known[min(b + 1, len(known) - 1)]), place - b
        found.append(low if part == 0.0 or low == high else inf if isinf(high) else low + part * (high - low))
    return found


def _edges_of(cell: NDArray[np.int64]) -> tuple[Vector, Vector]:
    """Return the limits of cells of the sketch."""
    side, bits = core.SKETCH_SIDE, core.SKETCH_BITS
    key = np.abs(cell - side)

    def edge(k: NDArray[np.int64]) -> Vector:
        part: Vector = 1.0 + (k & ((1 << bits) - 1)) / float(1 << bits)
        return np.asarray(np.ldexp(part, (k >> bits) + core.SKETCH_FLOOR), np.float64)

    inner, outer = np.where(key > 0, edge(np.maximum(key - 1, 0)), 0.0), edge(key)
    sign = np.sign(cell - side)
    return np.where(sign < 0, -outer, np.where(sign == 0, -outer, inner)), np.where(sign < 0, -inner, outer)


def sketch_percentiles(counts: Counts, percentiles: Sequence[float], low: float, high: float) -> list[float]:
    """Return percentiles from the counts of a sketch, within its cells in proportion; none lies beyond `low` and `high`."""
    infinite = core.SKETCH_CELLS - 2
    cells = np.flatnonzero(counts[: core.SKETCH_CELLS - 1])
    if not len(cells):
        return [nan] * len(percentiles)
    held = counts[cells]
    upto = np.cumsum(held)
    start, stop = _edges_of(cells)
    found = []
    for p in percentiles:
        place = p / 100.0 * float(upto[-1] - 1)
        k = int(np.searchsorted(upto, place, side="right"))
        k = min(k, len(cells) - 1)
        if cells[k] == infinite:
            found.append(inf)
            continue
        part = (place - float(upto[k] - held[k]) + 0.5) / float(held[k])
        value = float(start[k] + min(max(part, 0.0), 1.0) * (stop[k] - start[k]))
        found.append(min(max(value, low), high))
    return found


def _standard_error(job: Job, totals: Vector, total: Vector) -> float:
    """Return the standard error of a mean: from the nets' means, the mirrored pairs' or the scenarios' own spread."""
    count, squares = total[0], total[2]
    if len(totals) > 1:
        means = totals[totals[:, 0] > 0, 1].tolist()
        if len(means) < 2:
            return nan
        mean = sum(means) / len(means)
        return float(np.sqrt(sum((m - mean) * (m - mean) for m in means) / (len(means) - 1) / len(means)))
    if getattr(job.source, "mirrored", False):
        pairs, squares = total[6], total[8]
        return float(np.sqrt(squares / (pairs - 1) / pairs)) if pairs > 1 else nan
    return float(np.sqrt(squares / (count - 1) / count)) if count > 1 else nan


def summaries(job: Job, wanted: Wanted, kept: Kept, percentiles: Sequence[float]) -> dict[str, Summary]:
    """Return the figures of each metric of a complete run."""
    found = {}
    for at, name in enumerate(job.metrics):
        total = np.zeros(core.SUM_FIELDS)
        core.merge_sums(total, np.ascontiguousarray(kept.totals[:, at]))
        count, mean, squares, low, high, below = total[:6].tolist()
        if not count:
            mean = low = high = nan
        if kept.ranks is not None:
            figures, error = exact_percentiles(kept.ranks[at], percentiles), 0.0
        elif wanted.sketch:
            bottom = min(low, -1.0) if METRICS[name].nan_sorts == "low" else low
            figures, error = sketch_percentiles(kept.bag.sketch[at], percentiles, bottom, high), SKETCH_ERROR
        else:
            figures, error = [], 0.0
        found[name] = Summary(
            name,
            METRICS[name].unit,
            job.count,
            int(count),
            (job.count - count) / job.count,
            mean,
            _standard_error(job, kept.totals[:, at], total),
            float(np.sqrt(squares / (count - 1))) if count > 1 else nan,
            low,
            high,
            wanted.levels[at],
            below / job.count,
            dict(zip(percentiles, figures, strict=bool(figures))),
            error,
        )
    return found


def histograms(job: Job, wanted: Wanted, kept: Kept) -> dict[str, Histogram]:
    """Return the histograms of a complete run."""
    return {
        name: Histogram(edges, counts[1:-2].copy(), int(counts[0]), int(counts[-2]), int(counts[-1]))
        for name, edges, counts in zip(job.metrics, wanted.edges, kept.bag.histograms, strict=bool(wanted.edges))
    }


def top_rows(job: Job, kept: Kept) -> tuple[dict[str, Any], ...]:
    """Return the scenarios at the top, best first."""
    order = np.lexsort((kept.bag.index[: kept.bag.kept], -kept.bag.best[: kept.bag.kept]))
    return tuple({"scenario": int(kept.bag.index[k]), **job.scenario(int(kept.bag.index[k]))} for k in order)
