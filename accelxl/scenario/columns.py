"""What the names of columns and metrics mean: inputs of a plan, of one tranche or of all, and the range of their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import OutOfRange, ShapeError, UnknownName
from accelxl.plan.evaluate import compile_plan, metric_positions, slots_of
from accelxl.plan.inputs import INPUTS, Input, unknown_input
from accelxl.plan.model import Plan
from accelxl.scenario.checks import names_of, numbers_of, shown

DEFAULT_METRICS = ("npv", "irr", "roi", "payback_months", "cost_per_mtok")


def stem(name: str) -> str:
    """Return the input that a column's name means: `units.2` is `units` of the second tranche."""
    return name.partition(".")[0]


def varies(name: str) -> bool:
    """Tell whether a column of this input goes to the kernel; other inputs make groups of rows."""
    row = INPUTS.get(stem(name))
    return row is not None and row.quantity.kind in {"number", "flag"} and row.name != "fiscal_year_end_month"


def check_name(plan: Plan, name: str) -> Input:
    """Return the input of a column's name.

    Raises
    ------
    UnknownName
        If the plan has no such input or tranche.
    """
    if not isinstance(name, str) or stem(name) not in INPUTS or name.endswith("."):
        raise unknown_input(stem(str(name)), f"{shown(name)} is not an input of a plan")
    if varies(name):
        slots_of(compile_plan(plan), name)
    return INPUTS[stem(name)]


def check_apart(names: Iterable[str], do: str) -> None:
    """Refuse an input of one tranche beside that of every tranche: which of them holds would depend on their order.

    Raises
    ------
    UnknownName
        If `units` and `units.2` are both there; `do` says what both do.
    """
    seen: list[str] = []
    for name in names:
        root = stem(name)
        other = root if name != root else next((n for n in seen if stem(n) == root), "")
        if other in seen:
            raise UnknownName(f"{name} and {other} both {do} {root}; one of them is allowed")
        seen.append(name)


def number_column(plan: Plan, name: str, values: Any) -> NDArray[np.float64]:
    """Return a column of numbers, each inside the input's range; the sentence names the first row that is not.

    Raises
    ------
    WrongType
        If a value is no number.
    OutOfRange
        If a value is NaN, infinite, outside the range, or a fraction where whole numbers are allowed.
    """
    row = check_name(plan, name)
    column = numbers_of(values, f"{name} holds {{}}; {row.quantity.allowed()} is allowed")
    if column.ndim != 1:
        raise ShapeError(f"{name} has {column.ndim} dimensions; a column of numbers is allowed")
    at = core.first_outside(column, row.quantity.low, row.quantity.high, row.quantity.whole)
    if at < len(column):
        raise OutOfRange(f"{name} in row {at + 1} is {column[at]:g}; {row.quantity.allowed_for(float(column[at]))}")
    return column


def check_metrics(metrics: Iterable[str] | str | None, default: tuple[str, ...] = DEFAULT_METRICS) -> tuple[str, ...]:
    """Return the names of metrics, the default where none is given."""
    names = default if metrics is None else dict.fromkeys(names_of(metrics, "the list of metrics"))
    metric_positions(names)
    return tuple(names)
