"""Plans through the kernel: one plan, or one plan with columns of inputs that vary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import EPOCH
from accelxl.catalogue.macrs import table as macrs_table
from accelxl.errors import ShapeError, UnknownName, WrongType, nearest
from accelxl.parallel import split
from accelxl.plan.inputs import INPUTS, Input, unknown_input
from accelxl.plan.inputs import names as names_of
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, Value, check, plan_of

PLAN_FRAME = ("timing", "adoption", "tax_losses")
TRANCHE_FRAME = ("life_starts", "contract", "book_method", "tax_method", "tax_convention")
"""Words that the scenarios of one call share; with start_date, fiscal_year_end_month and a blank demand."""


def _kernel_inputs(scope: str) -> tuple[str, ...]:
    skipped = {"fiscal_year_end_month"}
    return tuple(
        row.name
        for row in INPUTS.values()
        if row.scope == scope and row.quantity.kind in {"number", "flag"} and row.name not in skipped
    )


PLAN_SLOTS = {name: position for position, name in enumerate(_kernel_inputs("plan"))}
TRANCHE_SLOTS = {name: position for position, name in enumerate(_kernel_inputs("tranche"))}
METRIC_SLOTS = {name: position for position, name in enumerate(METRICS)}

# Groups of metrics that cost extra; the others come with every evaluation.
_GROUPS = {
    "rate": ("irr",),
    "signs": ("irr_sign_changes",),
    "payback": ("payback_months",),
    "sums": (
        "gross_margin",
        "utilization_mean",
        "cost_per_accelerator_hour",
        "breakeven_month",
        "energy_joule_per_token",
        "eaa_usd",
        "revenue_usd",
        "opex_usd",
        "ebitda_usd",
        "tax_usd",
        "mtok_served",
        "book_value_at_horizon_usd",
    ),
    "levels": (
        "required_price_usd_per_mtok",
        "breakeven_price_usd_per_mtok",
        "required_revenue_usd_per_year",
        "breakeven_utilization",
    ),
    "impairment": ("impairment_month",),
    "mirr": ("mirr",),
    "equity": ("npv_equity_usd", "irr_equity", "interest_usd"),
}
WANTS = {metric: group for group, metrics in _GROUPS.items() for metric in metrics}
# Features that the kernel leaves out where no scenario uses them, by the input that switches them on.
USES = {
    "inflation_per_year": "inflation",
    "electricity_growth_per_year": "power_growth",
    "training_months": "training",
    "facility_usd_per_kw": "facility",
    "colo_usd_per_kw_month": "colo",
    "staff_usd_per_year": "staff",
    "debt_share": "debt",
    "relife_month": "relife",
    "drift_per_year": "drift",
    "working_capital_days": "working_capital",
    "revenue_share": "revenue_share",
    "demand_mtok_per_month": "demand",
}
_WORDS = {("timing", "mid"): "mid", ("tax_losses", "carryforward"): "carryforward"}


@cache
def _tax_tables() -> NDArray[np.float64]:
    """Return the (10, 16) shares of MACRS over 5 and 15 years: half-year, then mid-quarter 1 to 4, of each."""
    shares = np.zeros((10, 16))
    for block, years in enumerate((5, 15)):
        for row in range(5):
            values = macrs_table(years, "MQ", row) if row else macrs_table(years, "HY")
            shares[5 * block + row, : len(values)] = values
    return shares


def fiscal_offset(start_date: Value, fiscal_year_end_month: Value) -> int:
    """Months of the first month's fiscal year that lie before it.

    Examples
    --------
    >>> fiscal_offset(None, 6.0), fiscal_offset(46113.0, 12.0)
    (0, 3)
    """
    if not isinstance(start_date, float) or not isinstance(fiscal_year_end_month, float):
        return 0
    month = (EPOCH + dt.timedelta(days=int(start_date))).month
    return (month - int(fiscal_year_end_month) - 1) % 12


@dataclass(slots=True)
class Compiled:
    """A plan as the kernel takes it."""

    codes: NDArray[np.int32]
    macrs: NDArray[np.float64]
    values: NDArray[np.float64]
    uses: int
    tranches: int


def _code(name: str, word: Value) -> int:
    return INPUTS[name].quantity.choices.index(str(word))


def compile_plan(plan: Plan) -> Compiled:
    """Return the plan as arrays; kept on the plan, which does not change."""
    if plan.compiled is not None:
        return plan.compiled  # type: ignore[no-any-return]
    codes = [_code(name, plan[name]) for name in PLAN_FRAME]
    codes.append(fiscal_offset(plan["start_date"], plan["fiscal_year_end_month"]))
    values = [_slot(plan[name]) for name in PLAN_SLOTS]
    used = {feature for name, feature in USES.items() if name in PLAN_SLOTS and plan[name] not in {0.0, None}}
    used |= {feature for (name, word), feature in _WORDS.items() if plan[name] == word}
    for tranche in plan.tranches:
        full = {
            name: INPUTS[name].default if tranche.get(name) is None else tranche[name] for name in names_of("tranche")
        }
        codes += [_code(name, full[name]) for name in TRANCHE_FRAME]
        values += [_slot(full[name]) for name in TRANCHE_SLOTS]
        used |= {feature for name, feature in USES.items() if name in TRANCHE_SLOTS and full[name] not in {0.0, None}}
        used |= {"contract"} if full["contract"] != "own" else set()
        used |= {"tax_books"} if full["tax_method"] != "book" else set()
    uses = 0
    for feature in used:
        uses |= core.USES[feature]
    plan.compiled = Compiled(
        np.array(codes, np.int32),
        _tax_tables() if "tax_books" in used else np.zeros((10, 16)),
        np.array(values, np.float64),
        uses,
        len(plan.tranches),
    )
    return plan.compiled  # type: ignore[no-any-return]


def _slot(value: Value) -> float:
    return value if isinstance(value, float) else nan


def metric_positions(metrics: Iterable[str]) -> tuple[NDArray[np.int32], int]:
    """Return the positions of metrics in their table, and the groups of extra work that they want."""
    return _positions(tuple(metrics))


@cache
def _positions(metrics: tuple[str, ...]) -> tuple[NDArray[np.int32], int]:
    chosen, wants = [], 0
    for name in metrics:
        if name not in METRIC_SLOTS:
            raise UnknownName(f"{name!r} is not a metric; {nearest(str(name), METRICS)}")
        chosen.append(METRIC_SLOTS[name])
        if name in WANTS:
            wants |= core.WANTS[WANTS[name]]
    positions = np.array(chosen, np.int32)
    positions.setflags(write=False)
    return positions, wants


def slots_of(plan: Compiled, name: str) -> list[int]:
    """Return the places of an input among the plan's values: `name` in every tranche, `name.2` in the second."""
    stem, _, number = name.partition(".")
    if stem in PLAN_SLOTS and not number:
        return [PLAN_SLOTS[stem]]
    if stem in TRANCHE_SLOTS:
        base, width = len(PLAN_SLOTS), len(TRANCHE_SLOTS)
        chosen = range(plan.tranches)
        if number:
            if number not in map(str, range(1, plan.tranches + 1)):
                raise UnknownName(f"{name!r} names tranche {number}; the plan has {plan.tranches}")
            chosen = range(int(number) - 1, int(number))
        return [base + k * width + TRANCHE_SLOTS[stem] for k in chosen]
    if stem in INPUTS:
        raise UnknownName(f"{name!r} names a tranche, and {stem} is one for the whole plan; {stem} is allowed")
    raise unknown_input(stem, f"{name!r} is not an input of a plan")


def run(
    plan: Plan,
    columns: Mapping[str, NDArray[np.float64]],
    metrics: Iterable[str],
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Return the metrics of every row of `columns`, shape (metrics, cases); values are taken as they are.

    Parameters
    ----------
    plan : Plan
        What the rows do not override.
    columns : dict of float64 arrays, shape (cases,)
        Inputs that vary, by name.
    metrics : iterable of str
        Names from `accelxl.plan.metrics.METRICS`.
    threads : int, optional
        The default is every processor.
    """
    compiled = compile_plan(plan)
    chosen, wants = metric_positions(metrics)
    uses = compiled.uses
    values = compiled.values
    places: list[int] = []
    arrays: list[NDArray[np.float64]] = []
    cases = 1
    for name, column in columns.items():
        cases = len(column)
        stem = name.partition(".")[0]
        uses |= core.USES[USES[stem]] if stem in USES else 0
        for place in slots_of(compiled, name):
            places.append(place)
            arrays.append(np.ascontiguousarray(column, np.float64))
    out = np.empty((len(chosen), cases))
    slots = np.array(places or [0], np.int32)

    def share(lo: int, hi: int) -> None:
        core.plan_rows(compiled.codes, compiled.macrs, values, tuple(arrays), slots, chosen, wants, uses, out, lo, hi)

    split(share, cases, threads)
    return out


def run_one(plan: Plan, changes: Mapping[str, float], metrics: Iterable[str]) -> list[float]:
    """Return the metrics of a plan of one tranche with some numbers changed; what `run` gives for one row, at less cost a call."""
    compiled = compile_plan(plan)
    chosen, wants = metric_positions(metrics)
    values = compiled.values.copy()
    uses = compiled.uses
    base = len(PLAN_SLOTS)
    for name, value in changes.items():
        place = PLAN_SLOTS.get(name)
        values[base + TRANCHE_SLOTS[name] if place is None else place] = value
        if name in USES:
            uses |= core.USES[USES[name]]
    out = np.empty((len(chosen), 1))
    core.plan_rows(compiled.codes, compiled.macrs, values, (), chosen, chosen, wants, uses, out, 0, 1)
    return out[:, 0].tolist()  # type: ignore[no-any-return]


def prepared(plan: Any, metrics: Iterable[str], names: Sequence[str]) -> Callable[..., tuple[float, ...]]:
    """Return a function of numbers that gives metrics of a plan: for loops and solvers that call it often.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
        What the numbers do not override.
    metrics : iterable of str
        Names from `accelxl.plan.metrics.METRICS`.
    names : sequence of str
        Inputs that the function takes, in this order: numbers only; `units.2` is the second tranche's.

    Returns
    -------
    callable
        Takes a float for each name and returns a tuple, a float for each metric: the bits of `evaluate`.

    Raises
    ------
    UnknownName
        If an input or a metric does not exist, or an input is no number.
    OutOfRange, WrongType, ShapeError
        By the function: if a number lies outside its input's range, or there are too few or too many.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> capex = prepared(plan, ["capex_usd"], ["units", "unit_price_usd"])
    >>> capex(64.0, 34000.0)
    (2176000.0,)
    """
    compiled = compile_plan(plan_of(plan))
    chosen, wants = metric_positions(metrics)
    rows = [INPUTS[name.partition(".")[0]] for name in names if slots_of(compiled, name)]
    uses = compiled.uses
    for row in rows:
        uses |= core.USES[USES[row.name]] if row.name in USES else 0
    places = [slots_of(compiled, name) for name in names]
    starts = np.cumsum([0, *map(len, places)], dtype=np.int32)
    slots = np.array([place for held in places for place in held] or [0], np.int32)
    low, high = (np.array([getattr(row.quantity, limit) for row in rows], np.float64) for limit in ("low", "high"))
    whole = np.array([row.quantity.whole for row in rows], np.int32)
    ready = core.OnePlan(
        compiled.codes, compiled.macrs, compiled.values, slots, starts, low, high, whole, chosen, wants, uses
    )

    def call(*given: float) -> tuple[float, ...]:
        try:
            found = ready(*given)
        except TypeError:
            found = None
        return _refused(rows, given) if found is None else found

    return call


def _refused(rows: Sequence[Input], given: Sequence[Any]) -> tuple[float, ...]:
    """Raise the sentence for numbers that a prepared plan did not take."""
    if len(given) != len(rows):
        names = ", ".join(row.name for row in rows)
        raise ShapeError(f"the function is given {len(given)} numbers; {len(rows)} are needed: {names}")
    for row, value in zip(rows, given, strict=True):
        if check(row, value) is None:
            raise WrongType(f"{row.name} is {value!r}; {row.quantity.allowed()} is allowed")
    raise AssertionError(given)  # pragma: no cover - `check` refuses what the kernel refuses


def evaluate(plan: Any, metrics: Iterable[str] | None = None) -> dict[str, float]:
    """Metrics of a plan by name, each as `accelxl.plan.metrics.METRICS` defines it; all of them by default.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
        The plan; a dict has plan inputs at the top and `tranches`, a list of dicts.
    metrics : iterable of str, optional
        Which metrics.

    Returns
    -------
    dict of str to float
        NaN where a metric has no meaning for this plan.

    Raises
    ------
    UnknownName
        If an input or a metric does not exist, or a needed input is blank.
    OutOfRange
        If an input lies outside its range.

    Examples
    --------
    >>> figures = evaluate({"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6},
    ...                    ["capex_usd", "npv"])
    >>> figures["capex_usd"]
    2176000.0

    Source
    ------
    Equations B1 to B6, month by month; docs/decisions/0003-plan-readings.md says how each input is read.
    """
    wanted = tuple(METRICS) if metrics is None else tuple(metrics)
    compiled = compile_plan(plan_of(plan))
    chosen, wants = metric_positions(wanted)
    out = np.empty((len(chosen), 1))
    core.plan_rows(compiled.codes, compiled.macrs, compiled.values, (), chosen, chosen, wants, compiled.uses, out, 0, 1)
    return dict(zip(wanted, out[:, 0].tolist(), strict=True))
