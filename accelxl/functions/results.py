"""Results: what a function returns becomes cells."""

from __future__ import annotations

import datetime as dt
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.errors import ShapeError
from accelxl.functions.cells import CODES, ERRORS, MOST_CELLS, NUM, VALUE, Cell, Stopped, serial, show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accelxl.functions.registry import Function


def undefined(function: Function) -> str:
    """Return the sentence behind a result that has no value."""
    return f"the result has no value here{': ' if function.undefined else ''}{function.undefined}"


def as_cells(result: Any, *, across: bool) -> tuple[Cell | NDArray[Any], bool]:
    """Return a result as a cell or a two-dimensional array of cells, and whether a number in it has no value.

    A series is a column, or a row if `across`.
    """
    array = as_array(result)
    if array.ndim == 0:
        return array.item(), False
    if array.ndim == 1:
        array = array.reshape(1, -1) if across else array.reshape(-1, 1)
    if array.ndim > 2:
        raise ShapeError(f"the result has {array.ndim} dimensions; a sheet has two")
    if array.size == 0:
        return "", False
    if array.dtype == object:
        return array, any(item is NUM for item in array.reshape(-1))
    lacks = ~np.isfinite(array)
    return (with_errors(array, lacks * np.int8(CODES[NUM])), True) if lacks.any() else (array, False)


def as_array(result: Any) -> NDArray[Any]:
    """Return a result as float64 where it is of numbers, NaN kept; else as an array of cells."""
    if isinstance(result, (list, tuple)):
        result = _objects(result)
    array = (
        result
        if isinstance(result, np.ndarray)
        else np.array(result, dtype=float if isinstance(result, float) else object)
    )
    if array.size > MOST_CELLS:
        raise Stopped(f"the result has {array.size:,} cells; at most {MOST_CELLS:,} are given", VALUE)
    if array.dtype.kind in "iufb":
        return array.astype(np.float64, copy=False)
    cells = np.empty(array.shape, dtype=object)
    cells.reshape(-1)[:] = [one_cell(item) for item in array.reshape(-1).tolist()]
    return cells


def _objects(rows: Any) -> NDArray[Any]:
    """Return rows, or a flat list, as an array of objects; shorter rows end in blanks."""
    if not all(isinstance(row, (list, tuple)) for row in rows):
        flat = np.empty(len(rows), dtype=object)
        flat[:] = rows
        return flat
    width = max(map(len, rows), default=0)
    table = np.full((len(rows), width), "", dtype=object)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def with_errors(values: NDArray[Any], codes: NDArray[np.int8]) -> NDArray[Any]:
    """Return values as an array of objects with the cell errors of `codes` put in."""
    cells = values.astype(object)
    for code in np.unique(codes[codes != 0]):
        cells[codes == code] = ERRORS[code - 1]
    return cells


def one_cell(item: Any) -> Cell:
    """Return one value as a cell: a float, text or a cell error; None is empty text, a date its serial."""
    if isinstance(item, (float, int, np.number, np.bool_)):
        number = float(item)
        return number if isfinite(number) else NUM
    if isinstance(item, str):
        return item
    if item is None:
        return ""
    if isinstance(item, dt.date):
        return serial(item)
    raise TypeError(f"a result of {show(item)}")
