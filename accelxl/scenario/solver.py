"""Break-even: the value of one input at which a metric meets a target."""

from __future__ import annotations

from typing import Any

import numpy as np

from accelxl.errors import NoSolution, OutOfRange, WrongType
from accelxl.plan.evaluate import run
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.tables import check_metrics, check_name, varies

POINTS = 129
"""Values at which the metric is looked at in one pass; each pass narrows the bracket 128 times."""
PASSES = 9


def breakeven(
    plan: Any, name: str, metric: str = "npv", target: float = 0.0, low: float | None = None, high: float | None = None
) -> float:
    """Value of an input at which a metric meets a target; the one nearest the plan's own value where there are several.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    name : str
        The input that moves, as in `scenarios`.
    metric : str
        From `accelxl.plan.metrics.METRICS`.
    target : metric's unit
        What it should meet.
    low, high : input's unit, optional
        Where to look; the default is the input's range, as far as figures make sense: up to 100 times the plan's own value.

    Returns
    -------
    float
        The value; for an input of whole numbers the first on the side that meets the target.

    Raises
    ------
    NoSolution
        If the metric does not cross the target there.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> price = breakeven(plan, "price_usd_per_mtok")
    >>> from accelxl.plan.evaluate import evaluate
    >>> abs(evaluate({**plan, "price_usd_per_mtok": price}, ["npv"])["npv"]) < 1e-3
    True
    """
    base = plan_of(plan)
    row = check_name(base, name)
    if not varies(name):
        raise WrongType(f"{name} is not a number; an input that is a number can be solved for")
    check_metrics((metric,))
    if not np.isfinite(target):
        raise OutOfRange(f"the target of {metric} is {target}; a number is allowed")
    now = _now(base, name)
    bottom = row.quantity.low if low is None else max(low, row.quantity.low)
    top = row.quantity.high if high is None else min(high, row.quantity.high)
    if low is None and high is None:
        reach = 100.0 * abs(now) if now else 100.0
        bottom, top = max(bottom, -reach), min(top, max(reach, bottom))
    if not bottom < top:
        raise OutOfRange(f"{name} is looked for from {bottom:g} to {top:g}; {row.quantity.allowed()} is allowed")
    if row.quantity.whole:
        return _whole(base, name, metric, target, now, int(np.ceil(bottom)), int(top))
    return _narrow(base, name, metric, target, now, bottom, top)


def _now(base: Plan, name: str) -> float:
    from accelxl.plan.evaluate import compile_plan, slots_of

    compiled = compile_plan(base)
    value = float(compiled.values[slots_of(compiled, name)[0]])
    return 0.0 if np.isnan(value) else value


def _gaps(base: Plan, name: str, metric: str, target: float, at: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    return run(base, {name: at}, (metric,))[0] - target


def _nearest_cross(gaps: Any, at: Any, now: float, text: str) -> int:
    """Return the position before the crossing nearest to `now`."""
    crosses = np.flatnonzero((gaps[:-1] * gaps[1:] <= 0) & ~((gaps[:-1] == 0) & (gaps[1:] == 0)))
    if not len(crosses):
        known = gaps[~np.isnan(gaps)]
        seen = (
            f"its distance from the target goes from {known[0]:,.6g} to {known[-1]:,.6g}"
            if len(known)
            else "it has no value there"
        )
        raise NoSolution(f"{text}; {seen}")
    middles = 0.5 * (at[crosses] + at[crosses + 1])
    return int(crosses[np.argmin(np.abs(middles - now))])


def _narrow(base: Plan, name: str, metric: str, target: float, now: float, bottom: float, top: float) -> float:
    text = f"{metric} does not meet {target:,.6g} for {name} from {bottom:g} to {top:g}"
    at = (
        np.unique(
            np.concatenate(
                [np.linspace(bottom, top, 2 * POINTS), np.linspace(max(bottom, 0.0), min(top, 2 * now), POINTS)]
            )
        )
        if bottom < 2 * now < top
        else np.linspace(bottom, top, 3 * POINTS)
    )
    gaps = _gaps(base, name, metric, target, at)
    for _ in range(PASSES):
        where = _nearest_cross(gaps, at, now, text)
        if gaps[where] == 0:
            return float(at[where])
        if gaps[where + 1] == 0:
            return float(at[where + 1])
        start, stop = at[where], at[where + 1]
        finer = np.unique(np.linspace(start, stop, POINTS))
        if len(finer) <= 2:
            break
        at, gaps = finer, _gaps(base, name, metric, target, finer)
    where = _nearest_cross(gaps, at, now, text)
    if (
        abs(gaps[where]) > 1e-6 * max(abs(target), float(np.nanmax(np.abs(gaps))))
        and abs(gaps[where + 1] - gaps[where]) > 0
    ):
        jump = abs(gaps[where + 1] - gaps[where])
        if jump > 1e-3 * _size(base, metric):
            raise NoSolution(f"{text}; it jumps over the target at {at[where]:g}")
    return float(at[where] if abs(gaps[where]) <= abs(gaps[where + 1]) else at[where + 1])


def _size(base: Plan, metric: str) -> float:
    """Return what counts as a step of a metric: capex for money, 1 otherwise."""
    if METRICS[metric].unit != "USD":
        return 1.0
    return float(run(base, {}, ("capex_usd",))[0, 0]) or 1.0


def _whole(base: Plan, name: str, metric: str, target: float, now: float, bottom: int, top: int) -> float:
    text = f"{metric} does not meet {target:,.6g} for {name} from {bottom} to {top}"
    while top - bottom > 4096:
        at = np.unique(np.round(np.linspace(bottom, top, 4097)))
        where = _nearest_cross(_gaps(base, name, metric, target, at), at, now, text)
        bottom, top = int(at[where]), int(at[where + 1])
    at = np.arange(bottom, top + 1, dtype=np.float64)
    gaps = _gaps(base, name, metric, target, at)
    where = _nearest_cross(gaps, at, now, text)
    return float(at[where] if gaps[where] >= 0 else at[where + 1])
