"""Break-even: the value of one input at which a metric meets a target, for a plan or for each row of a table.

The metric is looked at over a grid of values first; between two values where it crosses the target, Chandrupatla's method (1997, as
in Scherer, "Computational Physics", 2013) closes in, all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import NoSolution, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.plan.evaluate import compile_plan, run, slots_of
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import real
from accelxl.scenario.columns import check_metrics, check_name, stem, varies
from accelxl.scenario.tables import read_columns

Vector = NDArray[np.float64]
Gap = Callable[[Vector, NDArray[np.intp]], Vector]
"""Distance from the target at values of the input, one a row, for rows of the table by number."""

ALONE, TABLE = 513, 65
"""Values that are looked at first: for one plan, and for each row of a table."""
AT_ONCE = 1 << 20
PASSES = 200
MISS = 1e-6
"""How far from its target, in steps of its size, a metric may stay at a break-even."""
MAX_ROWS = 1 << 24


def breakeven(
    plan: Any,
    name: str,
    metric: str = "npv",
    target: float = 0.0,
    low: float | None = None,
    high: float | None = None,
    columns: Any = None,
) -> Any:
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
    columns : dict of arrays, shape (cases,), or DataFrame, optional
        Rows of overrides of other inputs, as in `scenarios`: a value is found for each.

    Returns
    -------
    float, or array, shape (cases,)
        The value; for an input of whole numbers the first on the side that meets the target. With `columns` an array, NaN for a row
        whose metric does not cross the target.

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
    >>> breakeven(plan, "price_usd_per_mtok", columns={"utilization": [0.3, 0.6]}).round(4)
    array([0.4545, 0.2272])

    Source
    ------
    Chandrupatla 1997, as in Scherer 2013, "Computational Physics", after a look at a grid of values.
    """
    base = plan_of(plan)
    check_metrics((metric,))
    goal = real(target, f"the target of {metric}")
    bottom, top, now, whole = _bounds(base, name, low, high)
    if columns is not None:
        return _rows(base, name, metric, goal, columns, (bottom, top, now, whole))
    look = _looks(bottom, top, now, whole, ALONE)

    def gap(at: Vector, _: NDArray[np.intp]) -> Vector:
        found: Vector = run(base, {name: at}, (metric,))[0] - goal
        return found

    gaps = gap(look, np.zeros(len(look), np.intp))[None, :]
    text = f"{metric} does not meet {goal:,.6g} for {name} from {bottom:g} to {top:g}"
    where = _crossing(gaps, look, now)
    if where[0] < 0:
        known = gaps[~np.isnan(gaps)]
        ends = (
            f"its distance from the target goes from {known[0]:,.6g} to {known[-1]:,.6g}"
            if len(known)
            else "it has no value there"
        )
        raise NoSolution(f"{text}; {ends}")
    found, left = _close_in(gap, look, gaps, where, whole)
    if not whole and left[0] > MISS * float(_size(base, metric, {})[0]):
        raise NoSolution(f"{text}; it jumps over the target at {found[0]:g}")
    return float(found[0])


def _bounds(base: Plan, name: str, low: float | None, high: float | None) -> tuple[float, float, float, bool]:
    """Return where to look, the plan's own value, and whether the input holds whole numbers."""
    row = check_name(base, name)
    if not varies(name):
        raise WrongType(f"{name} is not a number; an input that is a number can be solved for")
    compiled = compile_plan(base)
    own = float(compiled.values[slots_of(compiled, name)[0]])
    now = 0.0 if np.isnan(own) else own
    bottom = row.quantity.low if low is None else max(real(low, f"the low of {name}"), row.quantity.low)
    top = row.quantity.high if high is None else min(real(high, f"the high of {name}"), row.quantity.high)
    if low is None and high is None:
        reach = 100.0 * abs(now) if now else 100.0
        bottom, top = max(bottom, -reach), min(top, max(reach, bottom))
    if row.quantity.whole:
        bottom, top = float(np.ceil(bottom)), float(np.floor(top))
    if not bottom < top:
        raise OutOfRange(f"{name} is looked for from {bottom:g} to {top:g}; {row.quantity.allowed()} is allowed")
    return bottom, top, now, row.quantity.whole


def _looks(bottom: float, top: float, now: float, whole: bool, points: int) -> Vector:
    """Return the values that are looked at first: even ones over the range, and as many close to the plan's own value."""
    even = np.linspace(bottom, top, points)
    near = np.linspace(max(bottom, min(0.0, 2.0 * now)), min(top, max(0.0, 2.0 * now)), points)
    at = np.concatenate([even, near if bottom < 2.0 * now < top else even])
    return np.unique(np.round(at) if whole else at)


def _crossing(gaps: Vector, at: Vector, now: float) -> NDArray[np.intp]:
    """Return, for each row, the place before the crossing that is nearest to `now`, -1 where there is none."""
    with np.errstate(invalid="ignore", over="ignore"):
        left, right = np.sign(gaps[:, :-1]), np.sign(gaps[:, 1:])
    crosses = (left * right <= 0) & ~((left == 0) & (right == 0))
    far = np.abs(0.5 * (at[:-1] + at[1:]) - now)
    where = np.argmin(np.where(crosses, far, np.inf), axis=1)
    return np.where(crosses.any(axis=1), where, -1)


def _close_in(gap: Gap, at: Vector, gaps: Vector, where: NDArray[np.intp], whole: bool) -> tuple[Vector, Vector]:
    """Return, for each row, where the metric meets its target, and how far it still is from it there; NaN for rows without a crossing.

    Chandrupatla: a is the newest end, b the other, c the one before; inverse quadratic interpolation where that is safe, else halves.
    """
    rows = np.arange(len(where))
    cross = np.maximum(where, 0)
    b, a = at[cross], at[cross + 1]
    fb, fa = gaps[rows, cross], gaps[rows, cross + 1]
    busy = where >= 0
    c, fc = b.copy(), fb.copy()
    part = np.full(len(rows), 0.5)
    for _ in range(PASSES):
        width = np.abs(b - a)
        reach = np.maximum(np.abs(a), np.abs(b))
        room = 1.0 if whole else 4.0 * np.finfo(float).eps
        busy = busy & (fa != 0) & (fb != 0) & (width > (room if whole else np.maximum(room * reach, 1e-300)))
        if not busy.any():
            break
        live = np.flatnonzero(busy)
        new = a[live] + part[live] * (b[live] - a[live])
        if whole:
            new = np.clip(np.round(new), np.minimum(a[live], b[live]) + 1.0, np.maximum(a[live], b[live]) - 1.0)
        fresh = gap(new, live)
        same = np.sign(fresh) == np.sign(fa[live])
        c[live], fc[live] = np.where(same, a[live], b[live]), np.where(same, fa[live], fb[live])
        b[live], fb[live] = np.where(same, b[live], a[live]), np.where(same, fb[live], fa[live])
        a[live], fa[live] = new, fresh
        busy[live[np.isnan(fresh)]] = False
        part[live] = _step(a[live], b[live], c[live], fa[live], fb[live], fc[live])
    if whole:
        found = np.where((fa == 0) | ((fa > 0) & (fb != 0)), a, b)
        return np.where(where >= 0, found, np.nan), np.zeros(len(rows))
    better = np.abs(fa) <= np.abs(fb)
    found, left = np.where(better, a, b), np.where(better, np.abs(fa), np.abs(fb))
    # A metric that ends beside its target (NaN) or jumps over it does not meet it.
    left = np.where(np.isnan(fa) | np.isnan(fb), np.inf, left)
    return np.where(where >= 0, found, np.nan), left


def _step(a: Vector, b: Vector, c: Vector, fa: Vector, fb: Vector, fc: Vector) -> Vector:
    """Return how far from a towards b the next value lies, as a share."""
    with np.errstate(all="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        bend = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        smooth = (phi * phi < xi) & ((1.0 - phi) * (1.0 - phi) < 1.0 - xi) & np.isfinite(bend)
        edge = np.minimum(0.5, 2.0 * np.finfo(float).eps * np.abs(a) / np.abs(b - a))
        return np.where(smooth, np.clip(bend, edge, 1.0 - edge), 0.5)


def _size(base: Plan, metric: str, columns: Mapping[str, Vector]) -> Vector:
    """Return what counts as a step of a metric: what a plan costs for money, 1 otherwise."""
    count = len(next(iter(columns.values()))) if columns else 1
    if METRICS[metric].unit != "USD":
        return np.ones(count)
    capex, opex = run(base, columns, ("capex_usd", "opex_usd"))
    # What is rented or leased has no capex: its flows are rounded by what it costs to run.
    cost = np.where(capex > 0, capex, opex)
    return np.where(cost > 0, cost, 1.0)


def _rows(
    base: Plan, name: str, metric: str, goal: float, given: Any, bounds: tuple[float, float, float, bool]
) -> Vector:
    """Return the value for each row of a table, NaN where there is none."""
    numbers, words, count = read_columns(base, given)
    if words:
        raise WrongType(f"{next(iter(words))} is not a number; columns of numbers are allowed beside a break-even")
    for column in numbers:
        if column == name or (stem(column) == stem(name) and not ("." in column and "." in name)):
            raise UnknownName(f"{name} is solved for and stands in the columns; other inputs are allowed there")
    if count > MAX_ROWS:
        raise ShapeError(f"the table has {count:,} rows; up to {MAX_ROWS:,} are allowed")
    bottom, top, now, whole = bounds
    look = _looks(bottom, top, now, whole, TABLE)
    found = np.empty(count)
    step = max(1, AT_ONCE // len(look))
    for first in range(0, count, step):
        part = {column: values[first : first + step] for column, values in numbers.items()}
        size = min(step, count - first)

        def gap(at: Vector, rows: NDArray[np.intp], part: Mapping[str, Vector] = part) -> Vector:
            far: Vector = run(base, {**{n: v[rows] for n, v in part.items()}, name: at}, (metric,))[0] - goal
            return far

        rows = np.repeat(np.arange(size), len(look))
        gaps = gap(np.tile(look, size), rows).reshape(size, len(look))
        where = _crossing(gaps, look, now)
        value, left = _close_in(gap, look, gaps, where, whole)
        found[first : first + size] = np.where(left <= MISS * _size(base, metric, part), value, np.nan)
    return found
