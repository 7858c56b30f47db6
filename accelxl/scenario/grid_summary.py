"""Summaries of Cartesian grids without their cells: sums are counted from two lists, other metrics on their own axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, inf, isinf, nan, prod, sqrt

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.parallel import cores, in_order
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan
from accelxl.scenario import terms
from accelxl.scenario.cartesian import HELD, fill, halves, sizes, tables
from accelxl.scenario.collect import EXACT_FIGURES
from accelxl.scenario.engine import CHUNK
from accelxl.scenario.job import Job, axes_source, job_of
from accelxl.scenario.outcome import SKETCH_ERROR, Summary, exact_percentiles
from accelxl.scenario.sinks import BLOCK

Vector = NDArray[np.float64]
Axes = Mapping[str, Vector]


def own_axes(metric: str, axes: Axes) -> dict[str, Vector]:
    """Return the axes that a metric depends on, in the order of the grid."""
    return {name: axes[name] for name in terms.axes_of_metric(metric, axes)}


def shortens(plan: Plan, metric: str, axes: Axes) -> bool:
    """Tell whether a metric's summary takes fewer plans than the grid has cells, and no more than memory should hold."""
    cells = prod(len(values) for values in axes.values())
    if terms.is_sum(plan, metric):
        plans, figures = sizes(plan, axes, metric)
        return plans <= min(cells // 4, HELD) and figures <= HELD
    return prod(len(values) for values in own_axes(metric, axes).values()) <= min(cells // 2, EXACT_FIGURES)


def summary(
    plan: Plan, metric: str, axes: Axes, percentiles: Sequence[float], level: float, threads: int | None
) -> Summary | None:
    """Return the figures of one metric over a grid, None where it is not the shorter way after all."""
    if not terms.is_sum(plan, metric):
        return _repeated(plan, metric, axes, percentiles, level, threads)
    found = tables(plan, axes, metric, threads)
    lists = halves(found, axes)
    if lists is None or not (np.isfinite(lists.left).all() and np.isfinite(lists.right).all()):
        return None
    sums = lists.sums(level, threads)
    cells = prod(len(values) for values in axes.values())
    low, high = float(sums[3]), float(sums[4])
    if cells <= EXACT_FIGURES and percentiles:
        values = np.empty([len(v) for v in axes.values()])
        fill(found, axes, values, threads)
        figures, error = exact_percentiles(values.reshape(-1), percentiles), 0.0
    else:
        figures, error = lists.percentiles(percentiles, low, high, SKETCH_ERROR, threads), SKETCH_ERROR
    return _summary(
        metric, sums, cells, level, dict(zip(percentiles, figures, strict=True)), error if percentiles else 0.0
    )


def _summary(
    metric: str, sums: Vector, cells: int, level: float, percentiles: dict[float, float], error: float
) -> Summary:
    count, mean, squares, low, high, below = sums[:6].tolist()
    if not count:
        mean = low = high = nan
    return Summary(
        metric,
        METRICS[metric].unit,
        cells,
        int(count),
        (cells - count) / cells,
        mean,
        sqrt(squares / (count - 1) / count) if count > 1 else nan,
        sqrt(squares / (count - 1)) if count > 1 else nan,
        low,
        high,
        level,
        below / cells,
        percentiles,
        error,
    )


def _ranked(job: Job, threads: int | None) -> tuple[Vector, Vector]:
    """Return a metric of every scenario of a job, and the figures that order them."""
    values, ranks = np.empty(job.count), np.empty(job.count)

    def share(lo: int, hi: int) -> None:
        found, order = np.empty((job.rows, hi - lo)), np.empty((1, hi - lo))
        job.figures(lo, hi - lo, found)
        job.ranks(found, lo, order)
        values[lo:hi], ranks[lo:hi] = found[0], order[0]

    spans = ((lo, min(lo + CHUNK, job.count)) for lo in range(0, job.count, CHUNK))
    for _ in in_order(share, spans, threads or cores()):
        pass
    return values, ranks


def _repeated(
    plan: Plan, metric: str, axes: Axes, percentiles: Sequence[float], level: float, threads: int | None
) -> Summary:
    """Figures of a metric on its own axes, each value as often as the other axes repeat it."""
    mine = own_axes(metric, axes)
    count = prod(len(values) for values in mine.values())
    cells = prod(len(values) for values in axes.values())
    job = job_of(plan, axes_source(mine), (metric,), count)
    values, ranks = _ranked(job, threads)
    sums, blocks = np.zeros(core.SUM_FIELDS), np.empty((-(-count // BLOCK), core.SUM_FIELDS))
    core.block_sums(values, ranks, level, 0, blocks)
    core.merge_sums(sums, blocks)
    sums[[0, 2, 5]] *= cells // count
    known = np.sort(ranks[~np.isnan(ranks)])
    figures = [_repeated_percentile(known, cells // count, p) for p in percentiles]
    return _summary(metric, sums, cells, level, dict(zip(percentiles, figures, strict=True)), 0.0)


def _repeated_percentile(known: Vector, times: int, p: float) -> float:
    """Return the percentile of a rising list whose every entry stands `times` times, linear between neighbours."""
    if not len(known):
        return nan
    place = p / 100.0 * (len(known) * times - 1)
    b = min(floor(place), len(known) * times - 1)
    low, high = float(known[b // times]), float(known[min((b + 1) // times, len(known) - 1)])
    if place == b or low == high:
        return low
    return inf if isinf(high) else low + (place - b) * (high - low)
