"""Calls from the add-in, in the package: cells of Calc in, values for Calc out; the same inside LibreOffice and in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np

from accelxl.functions import REGISTRY, CellError
from accelxl.functions.cells import ERRORS
from accelxl.hosts.calc.component import wire

PROTOCOL = wire.PROTOCOL
NUMBERS: dict[str, float] = {str(error): wire.error(str(error)) for error in ERRORS}
CELLS = {str(error): error for error in ERRORS}


def ask(verb: str, name: str, cells: Sequence[Any]) -> tuple[Any, str]:
    """Return the answer to what the add-in asks; never raises.

    Parameters
    ----------
    verb : str
        "call" for a function, "command" for a command of the menu.
    name : str
        Of the function or command.
    cells : sequence
        Arguments as Calc passes them.

    Examples
    --------
    >>> ask("call", "ACCEL_COST_PER_MTOK", [3.6, 1000.0])
    (1.0, '')
    >>> ask("call", "ACCEL_COST_PER_MTOK", [3.6, "a"])[1]
    "ACCEL_COST_PER_MTOK: tokens_per_second is the text 'a'; a number of at least 0 tokens/s is allowed; text is never read as a number"
    """
    try:
        if verb == "command":
            from accelxl.hosts.calc import commands

            return commands.perform(name, cells), ""
        function = REGISTRY.get(name)
        if function is None:
            return NUMBERS["#VALUE!"], f"{name} is not a function of the installed package; run accelxl calc install"
        outcome = function.call(*map(cell, cells))
        return shown(outcome.value), outcome.why
    except Exception as error:  # noqa: BLE001  # a sheet has no place for an exception
        return NUMBERS["#VALUE!"], f"{name} failed: {type(error).__name__}: {error}"


def cell(value: Any) -> Any:
    """Return a cell or range of Calc as the registry takes it: an error is a NaN that bears its number."""
    if type(value) is float:
        return value if not isnan(value) else CELLS[wire.name_of(value)]
    if isinstance(value, tuple) and not all(not _odd(one) for row in value for one in row):
        return tuple(tuple(map(cell, row)) for row in value)
    return value


def _odd(value: Any) -> bool:
    return type(value) is float and isnan(value)


def shown(value: Any) -> Any:
    """Return a result for Calc: a number, text, or rows of them; an error as its number."""
    if type(value) is float:
        return value
    if isinstance(value, np.ndarray):
        rows = value.tolist()
        return tuple(map(tuple, rows)) if value.dtype != object else tuple(tuple(map(shown, row)) for row in rows)
    if isinstance(value, CellError):
        return NUMBERS[str(value)]
    return value
