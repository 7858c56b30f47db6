"""From a run and the word for what is wanted of it to what the caller gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.scenario.checks import names_of, numbers_of, real, shown, whole
from accelxl.scenario.draws import Draws
from accelxl.scenario.job import Job
from accelxl.scenario.outcome import Outcome, histograms, summaries, top_rows
from accelxl.scenario.runs import How, complete
from accelxl.scenario.sinks import BLOCK, PERCENTILES, Wanted

SINKS = ("summary", "histogram", "top", "array", "frame")
EXACT_FIGURES = 1 << 23
"""Figures (scenarios times metrics) up to which percentiles are exact; beyond, they come from a sketch."""
HELD_FIGURES = 1 << 29
"""Figures that an array may hold: 4 GiB."""
PILOT = 4 * BLOCK
"""Scenarios whose range sets the edges of a histogram that is asked for by the number of its bins."""
BEST_LOW = frozenset(
    {
        "payback_months",
        "discounted_payback_months",
        "peak_funding_usd",
        "cost_per_mtok",
        "required_price_usd_per_mtok",
        "breakeven_price_usd_per_mtok",
        "required_revenue_usd_per_year",
        "cost_per_accelerator_hour",
        "breakeven_utilization",
        "breakeven_month",
        "energy_joule_per_token",
        "opex_usd",
        "capex_usd",
        "tax_usd",
        "truncated_months",
        "interest_usd",
    }
)
"""Metrics of which the lowest stand at the top."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants of a run."""

    sink: str | Sequence[str] = "summary"
    percentiles: Sequence[float] = PERCENTILES
    level: float | Mapping[str, float] = 0.0
    bins: Any = 50
    top: int = 10
    top_by: str | None = None
    largest: bool | None = None


def _sinks(sink: str | Sequence[str]) -> tuple[str, ...]:
    found = names_of(sink, "the sink")
    for word in found:
        if word not in SINKS:
            raise UnknownName(f"{shown(word)} is not a sink; {nearest(str(word), SINKS)}")
    if not found or (len(found) > 1 and {"array", "frame"} & set(found)):
        raise UnknownName(
            f"the sinks are {', '.join(found) or 'none'}; array or frame alone, or some of summary, histogram, top are allowed"
        )
    return found


def check_percentiles(given: Iterable[float] | float) -> tuple[float, ...]:
    """Return percentiles, each from 0 to 100.

    Raises
    ------
    OutOfRange
        If one is not.
    """
    found = tuple(np.ravel(numbers_of(given, "the percentiles hold {}; numbers from 0 to 100 are allowed")).tolist())
    for p in found:
        if not 0.0 <= p <= 100.0:
            raise OutOfRange(f"percentile {p:g} is asked for; numbers from 0 to 100 are allowed")
    return tuple(sorted(set(found)))


def levels_of(metrics: Sequence[str], level: float | Mapping[str, float]) -> tuple[float, ...]:
    """Return the level of each metric, one for all or some by name."""
    if isinstance(level, Mapping):
        for name in level:
            if name not in metrics:
                raise UnknownName(
                    f"a level is given for {shown(name)}, which is not a metric of this run; {nearest(str(name), metrics)}"
                )
    figures = level if isinstance(level, Mapping) else dict.fromkeys(metrics, level)
    return tuple(real(figures.get(name, 0.0), f"the level of {name}") for name in metrics)


def _edges(job: Job, bins: Any) -> tuple[NDArray[np.float64], ...]:
    """Return the edges of each metric: as given, or even ones over the range of the first scenarios."""
    if isinstance(bins, Mapping) or (hasattr(bins, "__iter__") and not isinstance(bins, (str, bytes))):
        found = []
        for name in job.metrics:
            given = bins.get(name) if isinstance(bins, Mapping) else bins
            edges = (
                numbers_of(given, f"the edges of {name} hold {{}}; rising numbers are allowed")
                if given is not None
                else np.zeros(0)
            )
            if edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
                raise ShapeError(f"the edges of {name} are {shown(given)}; two or more rising numbers are allowed")
            found.append(np.ascontiguousarray(edges))
        return tuple(found)
    count = whole(bins, "the number of bins", 1, 100_000)
    cases = min(PILOT, job.count)
    values, ranks = np.empty((job.rows, cases)), np.empty((len(job.metrics), cases))
    job.figures(0, cases, values)
    job.ranks(values, 0, ranks)
    even: list[NDArray[np.float64]] = []
    for row in ranks:
        known = row[np.isfinite(row)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if not low < high:
            low, high = low - max(0.5, abs(low) * 1e-6), high + max(0.5, abs(high) * 1e-6)
        even.append(np.asarray(low + np.arange(count + 1) * ((high - low) / count), np.float64))
    return tuple(even)


def _top(job: Job, ask: Ask, rows: bool) -> tuple[int, int, float]:
    """Return how many rows are kept, the place of the metric that orders them, and its sign."""
    if not rows:
        return 0, 0, 1.0
    by = job.metrics[0] if ask.top_by is None else ask.top_by
    if not isinstance(by, str) or by not in job.metrics:
        raise UnknownName(
            f"{shown(by)} orders the top and is not a metric of this run; {nearest(str(by), job.metrics)}"
        )
    if not (ask.largest is None or isinstance(ask.largest, (bool, np.bool_))):
        raise WrongType(f"largest is {shown(ask.largest)}; True or False is allowed")
    room = whole(ask.top, "the number of scenarios at the top", 1, 10_000)
    largest = by not in BEST_LOW if ask.largest is None else ask.largest
    return room, job.metrics.index(by), 1.0 if largest else -1.0


def wanted_of(job: Job, ask: Ask) -> Wanted:
    """Return what a run keeps for an ask.

    Raises
    ------
    UnknownName, WrongType, OutOfRange, ShapeError
        If the ask makes no sense.
    """
    sinks, levels = _sinks(ask.sink), levels_of(job.metrics, ask.level)
    figures = job.count * len(job.metrics)
    if {"array", "frame"} & set(sinks):
        if figures > HELD_FIGURES:
            raise OutOfRange(
                f"{job.count:,} scenarios of {len(job.metrics)} metrics are {figures:,} figures; up to {HELD_FIGURES:,} are allowed "
                "in memory, sink summary or a file (out) take any number"
            )
        return Wanted(levels, values=True)
    exact = figures <= EXACT_FIGURES
    top, metric, sign = _top(job, ask, "top" in sinks)
    return Wanted(
        levels,
        sketch=not exact,
        edges=_edges(job, ask.bins) if "histogram" in sinks else (),
        top=top,
        top_metric=metric,
        top_sign=sign,
        exact=exact,
    )


def _inputs(job: Job) -> dict[str, Any]:
    columns: dict[str, Any] = dict(zip(job.inputs, job.source.rows(0, job.count), strict=True))
    if not isinstance(job.source, Draws):
        which = job.source.plans(0, job.count)
        if which is not None:
            labels = job.source.labels
            columns |= {name: [labels[k][at] for k in which.tolist()] for at, name in enumerate(job.source.words)}
    return columns


def collect(job: Job, ask: Ask, how: How) -> Any:
    """Run a job and return what is asked of it.

    Parameters
    ----------
    job : Job
    ask : Ask
    how : How

    Returns
    -------
    Outcome, dict of str to array, or DataFrame
        By the sink: arrays by metric for array; inputs and metrics for frame; else an Outcome.
    """
    percentiles = check_percentiles(ask.percentiles)
    wanted = wanted_of(job, ask)
    sinks = _sinks(ask.sink)
    kept, out = complete(job, wanted, how)
    held = kept.values
    if held is not None:
        arrays = dict(zip(job.metrics, held, strict=True))
        if "frame" not in sinks:
            return arrays
        import pandas as pd

        return pd.DataFrame(_inputs(job) | arrays)
    source = job.source
    method = ("sobol" if source.run else "philox") if isinstance(source, Draws) else "table"
    return Outcome(
        job.count,
        method,
        source.given[6] if isinstance(source, Draws) else None,
        summaries(job, wanted, kept, percentiles),
        histograms(job, wanted, kept),
        top_rows(job, kept),
        out,
    )
