"""The one runner: reads the cells of a call, calls the function, turns trouble into cell errors. It never raises.

A range given for a single value makes a case of each cell; cases of several ranges broadcast (a column against a row gives a grid) and
go through the function together, in one call where it takes arrays. Text cannot be an array, so each different word makes a call.
A result that is NaN or infinite is #NUM! in its cell; an `AccelError` is its own cell error; anything else is #VALUE! and a fault.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.errors import AccelError, ShapeError
from accelxl.functions.cells import ERRORS, NUM, VALUE, Cell, Outcome, code_of, named, sentence
from accelxl.functions.readers import READERS, Spread, short_line
from accelxl.functions.results import as_cells, one_cell, undefined
from accelxl.functions.spread import over_cases
from accelxl.units import unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accelxl.functions.registry import Function


def run(function: Function, cells: Sequence[Cell]) -> Outcome:
    """Return what a call of `function` with `cells` gives; never raises."""
    try:
        with np.errstate(all="ignore"):  # what has no value is NaN, and needs no warning on a console that nobody sees
            return _run(function, cells)
    except AccelError as error:
        return Outcome(ERRORS[code_of(error) - 1], f"{function.name}: {sentence(error)}")
    except Exception as error:  # noqa: BLE001  # a sheet has no place for an exception
        return Outcome(
            VALUE, f"{function.name} failed on these arguments: {type(error).__name__}: {sentence(error)}", error
        )


def _run(function: Function, cells: Sequence[Cell]) -> Outcome:
    arguments = function.arguments
    if len(cells) > len(arguments):
        raise ShapeError(
            f"{len(cells)} arguments are given; at most {len(arguments)} are allowed: {function.signature}"
        )
    given: dict[str, Any] = {}
    cases: list[tuple[str, bool, Spread]] = []
    across = False
    for (name, low, high, line), argument, cell in zip(function.plain, arguments, cells, strict=False):
        if cell is None:
            continue
        if type(cell) is float and low <= cell <= high:  # most cells of most calls
            given[name] = cell
            continue
        value = (short_line(cell) if line else None) or READERS[argument.quantity.kind](argument, cell)
        if value is None:
            continue
        if type(value) is Spread:
            if value.shape:
                cases.append((argument.name, argument.single, value))
            across = across or (value.across and not value.shape)
            value = value.values
        given[argument.name] = value
    if not function.required <= given.keys():
        raise ShapeError(_missing(function, given))
    if function.options and "options" in given:
        given |= _options(function, given.pop("options"))
    if not cases:
        return _outcome(function, function.target(**given), across)
    values, why = over_cases(function, given, cases)
    return Outcome(values, why and f"{function.name}: {why}")


def _missing(function: Function, given: dict[str, Any]) -> str:
    argument = next(a for a in function.arguments if a.required and a.name not in given)
    return f"{argument.name} is blank; {argument.quantity.allowed()} is needed: {argument.help}"


def _options(function: Function, rows: list[list[Cell]]) -> dict[str, Any]:
    """Return the values of an options block, each read as an argument of its own."""
    known = {argument.name: argument for argument in function.options}
    found: dict[str, Any] = {}
    for name, cell in named(rows, "options").items():
        argument = known.get(name.lower())
        if argument is None:
            raise unknown(name, known, f"{name!r} is not an option of {function.name}", cell)
        found[argument.name] = READERS[argument.quantity.kind](argument, cell)
    return found


def _outcome(function: Function, result: Any, across: bool) -> Outcome:
    """Return the outcome of a single call."""
    if type(result) is float and isfinite(result):  # most of them
        return Outcome(result)
    why = ""
    if isinstance(result, Outcome):
        result, why = result.value, result.why
    if isinstance(result, np.ndarray) and not result.ndim:
        result = result.item()
    if isinstance(result, float):
        if isfinite(result):
            return Outcome(float(result))
        return Outcome(NUM, f"{function.name}: {why or undefined(function)}")
    if isinstance(result, (np.ndarray, list, tuple)):
        values, holes = as_cells(result, across=across)
        why = why or (undefined(function) if holes else "")
    else:
        values = one_cell(result)
    return Outcome(values, why and f"{function.name}: {why}")
