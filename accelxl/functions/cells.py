"""Cells: what a host passes to a function and what it gets back.

A host passes numbers, text, True and False, None for a blank or missing argument, `CellError`, dates as serials or as datetime, and
ranges as lists or tuples of rows or as NumPy arrays. It gets a float, text, a `CellError`, or a two-dimensional array of them: of
dtype float64 where every cell is a number, else of dtype object. A blank cell of a result is empty text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from accelxl.arrays import EPOCH
from accelxl.errors import AccelError, ShapeError, UnknownName, WrongType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Cell: TypeAlias = Any
"""A float, text, True or False, None, a `CellError` or a date."""
Rows: TypeAlias = list[list[Any]]
"""A range as it stands, row by row."""

MOST_CELLS = 1_000_000
"""Cells of a range that a function reads, and of a result that it gives; a whole column of a sheet has 1,048,576."""
LAST_DAY = 2_958_466.0
"""Serials of dates stay below this: the day after 9999-12-31."""


class CellError(str):
    """An error value of a spreadsheet. Text that only looks like one is not an error.

    Examples
    --------
    >>> NUM
    CellError('#NUM!')
    >>> NUM == "#NUM!", isinstance("#NUM!", CellError)
    (True, False)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"CellError({str(self)!r})"


ERRORS = tuple(map(CellError, ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")))
"""All of them, at the place of their ERROR.TYPE less one."""
NULL, DIV0, VALUE, REF, NAME, NUM, NA = ERRORS
CODES: dict[str, int] = {error: code for code, error in enumerate(ERRORS, 1)}
"""ERROR.TYPE of each error."""


class Stopped(AccelError):
    """An argument that ends the call with the cell error `cell`."""

    def __init__(self, message: str, cell: str) -> None:
        super().__init__(message)
        self.cell = cell


def code_of(error: AccelError) -> int:
    """Return the ERROR.TYPE of the cell error that shows an error."""
    return CODES.get(error.cell, CODES[VALUE])


def sentence(error: Exception) -> str:
    """Return the message of an error on one line; never fails."""
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001  # an object of somebody else's that cannot be shown
        return "without a message"


@dataclass(slots=True, eq=False)  # not frozen: one is made for each range of each call
class Range:
    """Two or more cells, row by row: a flat list of anything, or a flat array of numbers."""

    cells: list[Cell] | NDArray[Any]
    rows: int
    columns: int

    @property
    def line(self) -> bool:
        """Whether it is a single row or column."""
        return self.rows == 1 or self.columns == 1

    def place(self, index: int) -> str:
        """Say where a cell stands, counted from 1."""
        if self.line:
            return f"cell {index + 1}"
        return f"row {index // self.columns + 1}, column {index % self.columns + 1}"

    def as_rows(self) -> Rows:
        """Return it as a list of lists."""
        flat = self.cells.tolist() if isinstance(self.cells, np.ndarray) else self.cells
        return [flat[start : start + self.columns] for start in range(0, len(flat), self.columns)]


def is_blank(cell: Cell) -> bool:
    """Whether a cell is empty: None, or text of nothing but spaces (what some hosts pass for an empty cell).

    Examples
    --------
    >>> is_blank(None), is_blank(" "), is_blank(0.0)
    (True, True, False)
    """
    return cell is None or (isinstance(cell, str) and not isinstance(cell, CellError) and not cell.strip())


def show(cell: Cell) -> str:
    """Return a cell for a sentence, cut to a line; never fails.

    Examples
    --------
    >>> show("34,000"), show(1.5), show(True)
    ("the text '34,000'", '1.5', 'TRUE')
    """
    if isinstance(cell, CellError):
        return str(cell)
    if isinstance(cell, str):
        return f"the text {cell[:40]!r}{'...' if len(cell) > 40 else ''}"
    if isinstance(cell, (bool, np.bool_)):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        try:
            return f"{float(cell):.10g}"
        except OverflowError:
            return "a number beyond 1e308"
    if isinstance(cell, dt.date):
        return f"the date {cell.isoformat()[:10]}"
    if cell is None:
        return "blank"
    return f"an object of type {type(cell).__name__}"


def serial(day: dt.date) -> float:
    """Return a date or datetime as a spreadsheet serial, the time of day as its fraction.

    Examples
    --------
    >>> serial(dt.datetime(2026, 1, 1, 12))
    46023.5
    """
    if not isinstance(day, dt.datetime):
        return float((day - EPOCH).days)
    return float((day.date() - EPOCH).days) + (day.hour * 3600 + day.minute * 60 + day.second) / 86400.0


def range_of(cell: Cell, name: str) -> Cell | Range:
    """Return a range as a `Range`; a single cell, also one inside a range, as it is.

    A flat list is a column.

    Raises
    ------
    Stopped
        If it has more cells than `MOST_CELLS`.
    ShapeError
        If its rows are of unequal length, or it has more than two dimensions.
    """
    if isinstance(cell, np.ndarray):
        return _of_array(cell, name)
    if not isinstance(cell, (list, tuple)):
        return cell
    if not cell:
        return None
    kinds = set(map(type, cell))
    if kinds <= {list, tuple}:
        widths = set(map(len, cell))
        if len(widths) > 1:
            raise ShapeError(
                f"{name} has rows of {min(widths)} and of {max(widths)} cells; rows of equal length are allowed"
            )
        rows, columns = len(cell), widths.pop()
        _refuse_large(rows, columns, name)
        flat = list(chain.from_iterable(cell))
    elif any(issubclass(kind, (list, tuple, np.ndarray)) for kind in kinds):
        raise ShapeError(f"{name} has rows and single cells side by side; a range of rows of equal length is allowed")
    else:
        rows, columns = len(cell), 1
        _refuse_large(rows, columns, name)
        flat = list(cell)
    if rows * columns < 2:
        return flat[0] if flat else None
    return Range(flat, rows, columns)


def _of_array(cell: NDArray[Any], name: str) -> Cell | Range:
    if cell.ndim > 2:
        raise ShapeError(f"{name} has {cell.ndim} dimensions; a range has two")
    rows = cell.shape[0] if cell.ndim else 1
    columns = cell.shape[1] if cell.ndim == 2 else 1
    _refuse_large(rows, columns, name)
    if cell.size < 2:
        return cell.item() if cell.size else None
    if cell.dtype.kind in "fiu":
        return Range(cell.reshape(-1).astype(np.float64), rows, columns)
    if cell.dtype.kind == "M":
        cell = cell.astype("datetime64[s]").astype(object)
    return Range(cell.reshape(-1).tolist(), rows, columns)


def _refuse_large(rows: int, columns: int, name: str) -> None:
    if rows * columns > MOST_CELLS:
        raise Stopped(
            f"{name} is a range of {rows:,} rows and {columns:,} columns; at most {MOST_CELLS:,} cells are read: select the used part",
            VALUE,
        )


ODD = (CellError, np.ndarray, list, tuple, dict)
"""What stops a call when it stands in a cell of a range."""


def stop_at_error(cells: Range | Cell, name: str) -> None:
    """Pass on the first error cell of an argument that is used as a whole; refuse an array inside a cell, which no sheet has."""
    if isinstance(cells, CellError):
        raise Stopped(f"{name} is {cells}, the error of the cell it points to", cells)
    if isinstance(cells, Range) and not isinstance(cells.cells, np.ndarray):
        for index, cell in enumerate(cells.cells):
            if not isinstance(cell, ODD):
                continue
            if isinstance(cell, CellError):
                raise Stopped(f"{name}, {cells.place(index)}, is {cell}: the error of that cell", cell)
            raise WrongType(f"{name}, {cells.place(index)}, is {show(cell)}; one value is needed")


def named(rows: Rows, what: str) -> dict[str, Cell]:
    """Return a block of names and values as a dict; blank rows and blank values are left out.

    Raises
    ------
    UnknownName
        If a value has no name, or a name stands twice.
    WrongType
        If a name is not text.
    ShapeError
        If it has one column, or values in a third.

    Examples
    --------
    >>> named([["factor", 1.5], [None, None]], "options")
    {'factor': 1.5}
    """
    values: dict[str, Cell] = {}
    for number, row in enumerate(rows, 1):
        if len(row) < 2:
            raise ShapeError(f"{what} has one column; a column of names and one of values are needed")
        where = f"row {number} of {what}"
        if len(row) > 2 and not all(map(is_blank, row[2:])):
            raise ShapeError(f"{where} has more than one value; a name and a value are allowed")
        if is_blank(row[0]):
            if not is_blank(row[1]):
                raise UnknownName(f"{where} has a value and no name")
            continue
        if not isinstance(row[0], str):
            raise WrongType(f"{where} has {show(row[0])} for a name; text is allowed")
        name = row[0].strip()
        if name in values:
            raise UnknownName(f"{where}: {name} stands twice")
        values[name] = None if is_blank(row[1]) else row[1]
    return {name: value for name, value in values.items() if value is not None}


def used(cell: Sequence[Sequence[Cell]]) -> Rows:
    """Return rows without the blank ones at the end, so that a selection may be longer than its table."""
    rows = [list(row) for row in cell]
    while rows and all(map(is_blank, rows[-1])):
        rows.pop()
    return rows


class Outcome(NamedTuple):
    """What a call gives: the value for the sheet, the sentence that explains an error in it, and the fault of ours behind it, if any."""

    value: Cell | NDArray[Any]
    why: str = ""
    fault: Exception | None = None

    def rows(self) -> Rows:
        """Return the value as a list of rows, also a single one.

        Examples
        --------
        >>> Outcome(1.5).rows()
        [[1.5]]
        """
        return self.value.tolist() if isinstance(self.value, np.ndarray) else [[self.value]]
