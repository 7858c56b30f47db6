"""The inputs of the plan model as data: name, unit, limits, default and meaning, each written once.

Documentation, sheet help, data validation, test generators and error messages are made from this table; the kernel takes the
values in the order of its own list of the same names (`accelxl._core.plan_inputs`), which a test compares with this one.
"""

from __future__ import annotations

from functools import cache
from math import inf

from accelxl.errors import AccelError
from accelxl.plan._input import Input, Scope
from accelxl.plan._of_plan import OF_PLAN
from accelxl.plan._of_tranche import OF_TRANCHE
from accelxl.units import unknown

__all__ = ["INPUTS", "LISTED", "MAX_MONTHS", "THREE_PRICES", "Input", "Scope", "is_number", "names", "unknown_input"]

TABLE: tuple[Input, ...] = (*OF_TRANCHE, *OF_PLAN)

INPUTS: dict[str, Input] = {row.name: row for row in TABLE}
MAX_MONTHS = 360
LISTED = "all: `accelxl inputs`, docs/inputs.md"
"""Where the inputs are listed for people."""
THREE_PRICES = ("price_input_usd_per_mtok", "price_cached_usd_per_mtok", "price_output_usd_per_mtok")


def unknown_input(given: object, what: str, value: object = None) -> AccelError:
    """Return the error for a name that is no input; `what` begins its sentence, `value` is the figure given under it."""
    return unknown(given, INPUTS, what, value, LISTED)


@cache
def names(scope: Scope) -> tuple[str, ...]:
    """Return the names of the inputs of one scope, in the table's order."""
    return tuple(row.name for row in TABLE if row.scope == scope)


def is_number(row: Input) -> bool:
    """Tell whether a scenario table may hold a column of this input."""
    return row.quantity.kind in {"number", "flag"} and row.quantity.high <= inf
