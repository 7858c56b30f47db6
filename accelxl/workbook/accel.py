"""ACCEL functions inside books: the one seam through which their cells are computed."""

from __future__ import annotations

from math import isfinite
from typing import Any

from accelxl.errors import AccelError
from accelxl.plan.evaluate import evaluate
from accelxl.plan.model import from_block


def known(name: str) -> bool:
    """Tell whether a function of this name is computed here."""
    return name == "ACCEL_PLAN"


def outside(name: str, args: list[Any]) -> Any:
    """Return what an ACCEL function gives for its cells: scalars, or lists of rows; an error is its text."""
    assert name == "ACCEL_PLAN"
    try:
        block, metric = args
        found = evaluate(from_block(block), [metric])[metric]
    except AccelError as error:
        return error.cell
    return found if isfinite(found) else "#NUM!"
