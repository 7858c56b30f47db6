"""The one dispatcher between Excel's cells and the registry, called through xlwings' UDF server.

`call` never raises: an exception's text must not reach a cell. Its answer is a list of rows (a tuple would be taken apart by COM); an
error is text that begins with `MARK`, which the VBA wrapper turns into a real one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import xlwings

from accelxl.functions.cells import ERRORS, VALUE, CellError, Outcome

if TYPE_CHECKING:
    from accelxl.functions import Function

MARK = "\x01"
"""Begins a text that stands for an error, or an argument that the wrapper could not read; nobody types it."""
MOST_TEXT = 32_767
"""Characters of a cell; Excel refuses a longer text without a word."""
MISSING = -2147352572
"""A missing argument as COM passes it."""
CODES = {
    -2146828288 + number: error
    for error, number in zip(ERRORS, (2000, 2007, 2015, 2023, 2029, 2036, 2042), strict=True)
}
"""Error cells as COM passes them; numbers in cells are floats."""


@xlwings.func
@xlwings.arg("name", convert="raw")
@xlwings.arg("where", convert="raw")
@xlwings.arg("cells", convert="raw")
@xlwings.ret(convert="raw")
def call(name, where, cells):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201  # xlwings reads type hints as converters
    """Call a function of the registry; see `answer`."""
    return rows(answer(name, where, cells))


def answer(name: str, where: str | None, cells: tuple[Any, ...] | None) -> Outcome:
    """Return what a function gives for cells as COM passes them; never raises.

    Parameters
    ----------
    name : str
        Name of the function.
    where : str or None
        Address of the calling cell, under which ACCEL_WHY finds the sentence behind an error; empty where there is none.
    cells : tuple
        Values of the arguments.

    Examples
    --------
    >>> answer("ACCEL_COST_PER_MTOK", "", (3.6, 1000.0, None)).value
    1.0
    >>> answer("ACCEL_COST_PER_MTOK", "", (-2146826246, 1000.0)).value
    CellError('#N/A')
    """
    try:
        from accelxl.functions import REGISTRY, WHY

        function = REGISTRY.get(name)
        if function is None:
            outcome = Outcome(
                VALUE, f"{name} is not a function of this version of AccelXL; make the book's macros again"
            )
        else:
            outcome = _called(function, cells or ())
            if type(outcome.value) is str and len(outcome.value) > MOST_TEXT:
                outcome = Outcome(
                    VALUE,
                    f"{name}: the result is a text of {len(outcome.value):,} characters; a cell holds at most {MOST_TEXT:,}",
                )
        if where:
            WHY.keep(where, outcome.why)
    except Exception as error:  # noqa: BLE001  # a cell has no place for an exception
        outcome = Outcome(VALUE, f"{name} failed: {type(error).__name__}", error)
    return outcome


def _called(function: Function, cells: tuple[Any, ...]) -> Outcome:
    values = [one if type(one) is float else cell(one) for one in cells]
    for place, value in enumerate(values):
        if type(value) is str and (found := _REFUSED.fullmatch(value)):
            height, width, kind, fact = found.groups()
            if height:
                values[place] = _large(int(height), int(width))
            else:
                argument = (
                    function.arguments[place].name if place < len(function.arguments) else f"argument {place + 1}"
                )
                return Outcome(VALUE, f"{function.name}: {argument} {REFUSED[kind].format(fact)}")
    return function.call(*values)


REFUSED = {
    "areas": "is a reference of {} areas; one rectangle of cells is allowed",
    "object": "is an object of type {}; a cell, a range or a value is allowed",
    "unread": "could not be read: {}",
}
"""What is wrong with an argument that the wrapper marked."""
_REFUSED = re.compile(rf"{MARK}(?:large{MARK}(\d{{1,7}}){MARK}(\d{{1,5}})|({'|'.join(REFUSED)}){MARK}(.*))", re.DOTALL)
"""How it marks one; another text that begins with the mark is what a cell holds."""


@lru_cache(maxsize=8)
def _large(height: int, width: int) -> Any:
    """Return a range of that size that takes no memory: the registry refuses it with its own sentence."""
    return np.broadcast_to(np.float64(0), (height, width))


def cell(value: Any) -> Any:
    """Return a value or a range from COM as the registry takes it.

    Examples
    --------
    >>> cell(MISSING), cell(2), cell(((1.0, -2146826281),))
    (None, 2, ((1.0, CellError('#DIV/0!')),))
    """
    kind = type(value)
    if kind is int:
        return None if value == MISSING else CODES.get(value, value)
    if kind is tuple or kind is list:
        if value and type(value[0]) in (tuple, list):
            if any(int in map(type, row) for row in value):
                return tuple(tuple(map(cell, row)) for row in value)
        elif int in map(type, value):
            return (tuple(map(cell, value)),)
        elif value:
            return (value,)  # an array of one dimension is a row
    return value


def rows(outcome: Outcome) -> list[list[Any]]:
    r"""Return an outcome as rows for COM, errors marked.

    Examples
    --------
    >>> rows(answer("ACCEL_SPEC", "", ("no such device", "memory_gb")))
    [['\x01#N/A']]
    """
    value = outcome.value
    if type(value) is float:
        return [[value]]
    if not isinstance(value, np.ndarray):
        return [[_marked(value)]]
    found: list[list[Any]] = value.tolist()
    return found if value.dtype != object else [list(map(_marked, row)) for row in found]


def _marked(value: Any) -> Any:
    return MARK + value if isinstance(value, CellError) else value
