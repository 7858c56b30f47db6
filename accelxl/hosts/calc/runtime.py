"""Calls from the add-in, in the package: cells of Calc in, values for Calc out; the same inside LibreOffice and in the worker.

A sheet that shows figures of one table makes the same call in each of its cells, =INDEX(ACCEL_MC(...),3,2): the answers to the newest
slow calls are kept. A function's answer depends on its arguments alone.
"""

from __future__ import annotations

import time
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
SLOW = 0.001
"""Seconds that a call takes whose answer is kept."""
NEWEST = 16
FEW = 4000
"""Cells of a call, and of its answer, up to which it is kept."""
Answer = tuple[Any, str]
_kept: dict[tuple[str, tuple[Any, ...]], tuple[bytes, Answer]] = {}


def ask(verb: str, name: str, cells: Sequence[Any]) -> Answer:
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
        return called(name, tuple(cells))
    except Exception as error:  # noqa: BLE001  # a sheet has no place for an exception
        return NUMBERS["#VALUE!"], f"{name} failed: {type(error).__name__}: {error}"


def called(name: str, cells: tuple[Any, ...]) -> Answer:
    """Return the answer of a function, one that was kept where the same call was made before."""
    function = REGISTRY.get(name)
    if function is None:
        return NUMBERS["#VALUE!"], f"{name} is not a function of the installed package; run accelxl calc install"
    few = sum(map(wire.cells, cells)) <= FEW
    before = _kept.get((name, cells)) if few else None
    # 0.0 and -0.0 are equal, and are not the same argument
    if before is not None and before[0] == bits(cells):
        return before[1]
    start = time.perf_counter()
    outcome = function.call(*map(cell, cells))
    answer = shown(outcome.value), outcome.why
    if few and time.perf_counter() - start >= SLOW and wire.cells(answer[0]) <= FEW:
        _kept.pop((name, cells), None)
        _kept[name, cells] = bits(cells), answer
        if len(_kept) > NEWEST:
            del _kept[next(iter(_kept))]
    return answer


def bits(cells: tuple[Any, ...]) -> bytes:
    """Return arguments to the last bit."""
    return b"".join(map(wire.pack, cells))


def cell(value: Any) -> Any:
    """Return a cell or range of Calc as the registry takes it: an error is a NaN that bears its number."""
    if type(value) is float:
        return value if not isnan(value) else CELLS[wire.name_of(value)]
    if (
        isinstance(value, tuple)
        and wire.cells(value) <= wire.MOST
        and not all(not _odd(one) for row in value for one in row)
    ):
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
