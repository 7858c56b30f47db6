"""Readers: a cell or a range becomes the value of an argument, by the argument's kind.

Rules, the same in every host:

- text is never a number; empty text is a blank;
- TRUE and FALSE are 1 and 0 where a single cell is given and for flags; inside a range of numbers they are refused;
- a range for an argument of single values is read cell by cell: what is wrong in one cell (text, an error, out of range) concerns the
  results of that cell alone, and a blank is the default;
- a series has no gaps: blanks after its last figure are cut off, a blank inside it is refused; a block of several rows and columns is
  one series a row;
- tables and blocks are used as a whole: an error cell in them is the error of the call.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import isfinite, nan
from numbers import Real
from sys import float_info
from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.errors import AccelError, OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.functions.cells import (
    CODES,
    ERRORS,
    LAST_DAY,
    NUM,
    Cell,
    CellError,
    Range,
    Rows,
    Stopped,
    code_of,
    is_blank,
    range_of,
    serial,
    show,
    stop_at_error,
    used,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from accelxl.functions.registry import Argument

MOST = float_info.max
PLAIN = {float, int}
FLOATS = {float}
FEW = 400
"""Cells up to which a loop in Python beats arrays."""
DATE_KINDS = {"date", "dates"}
YEARS = (1900.0, 2199.0)
"""Numbers that are years where dates are meant."""


@dataclass(slots=True, eq=False)  # not frozen: one is made for each series of each call
class Spread:
    """An argument that varies by case, or one series.

    `shape` is (rows, columns) of the cases, () for a single series; `values` has one entry, or one row of periods, for each case;
    `codes` has the ERROR.TYPE of cases that cannot be read, 0 elsewhere, and None where all can; `why` tells of the first of them.
    `across`: it stands in a single row.
    """

    values: NDArray[Any]
    shape: tuple[int, ...]
    codes: NDArray[np.int8] | None = None
    why: str = ""
    across: bool = False


def limits(argument: Argument) -> tuple[float, float]:
    """Return the finite limits of an argument; dates lie between 1899-12-30 and 9999-12-31."""
    low, high = argument.quantity.low, argument.quantity.high
    if argument.quantity.kind in DATE_KINDS:
        return max(low, 0.0), min(high, LAST_DAY)
    return max(low, -MOST), min(high, MOST)


def one_number(argument: Argument, cell: Cell, where: str, *, inside: bool = False) -> float:
    """Return a single cell as a number within the argument's limits; `inside` a range TRUE and FALSE are no numbers."""
    kind = argument.quantity.kind
    if isinstance(cell, CellError):
        raise Stopped(f"{where} is {cell}, the error of the cell it points to", cell)
    if isinstance(cell, dt.date) and kind in DATE_KINDS:
        cell = serial(cell)
    elif isinstance(cell, (bool, np.bool_)) and (not inside or kind == "flag"):
        cell = float(cell)
    if isinstance(cell, (bool, np.bool_)) or not (isinstance(cell, Real) or hasattr(type(cell), "__float__")):
        hint = "; text is never read as a number" if isinstance(cell, str) and kind in {"number", "series"} else ""
        raise WrongType(f"{where} is {show(cell)}; {argument.quantity.allowed()} is allowed{hint}")
    try:
        number = float(cell)
    except OverflowError:
        number = nan
    except (TypeError, ValueError) as error:
        raise WrongType(f"{where} is {show(cell)}; {argument.quantity.allowed()} is allowed") from error
    low, high = limits(argument)
    if not low <= number <= high or (argument.quantity.whole and number != int(number)):
        raise OutOfRange(f"{where} is {show(cell)}; {argument.quantity.allowed_for(number)}")
    return number


def many_numbers(
    argument: Argument, cells: Range, *, blank: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int8] | None, str]:
    """Return a range as numbers, the codes of cells that are none, and the sentence of the first of them.

    A blank is `blank`; where that is None it is refused.
    """
    low, high = limits(argument)
    values, plain = _plain_numbers(cells)
    good = (values >= low) & (values <= high)
    if argument.quantity.whole:
        good &= values == np.floor(values)
    if good.all():
        return values, None, ""
    codes = np.where(good, np.int8(0), np.int8(CODES[NUM]))
    why = ""
    for index in np.flatnonzero(~good).tolist():
        cell = cells.cells[index]
        if why and type(cell) is float:
            continue  # out of range, and has its code
        where = f"{argument.name}, {cells.place(index)},"
        try:
            if not is_blank(cell):
                values[index] = one_number(argument, cell, where, inside=True)
            elif blank is None:
                raise WrongType(f"{where} is blank; {argument.quantity.allowed()} is needed")
            else:
                values[index] = blank
            codes[index] = 0
        except AccelError as error:
            codes[index] = code_of(error)
            why = why or str(error)
            if plain:
                break  # the rest are numbers out of range
    return (values, codes, why) if codes.any() else (values, None, "")


def _plain_numbers(cells: Range) -> tuple[NDArray[np.float64], bool]:
    """Return the numbers of a range with NaN for the rest, and whether all of them are plain numbers."""
    flat = cells.cells
    if isinstance(flat, np.ndarray):
        return flat.astype(np.float64, copy=True), True
    if set(map(type, flat)) <= PLAIN:
        try:
            return np.array(flat, dtype=np.float64), True
        except OverflowError:
            pass
    return np.array([cell if type(cell) is float else nan for cell in flat], dtype=np.float64), False


def number(argument: Argument, cell: Cell) -> float | Spread | None:
    """Read a single value or a range of single values."""
    kind = type(cell)
    if kind is float or kind is int:
        quantity = argument.quantity
        if quantity.low <= cell <= quantity.high and -MOST <= cell <= MOST and quantity.kind != "date":
            value = float(cell)
            if not quantity.whole or value.is_integer():
                return value
        return one_number(argument, cell, argument.name)
    cell = range_of(cell, argument.name)
    if is_blank(cell):
        return None
    if not isinstance(cell, Range):
        return one_number(argument, cell, argument.name)
    values, codes, why = many_numbers(argument, cell, blank=blank_of(argument))
    return Spread(values, (cell.rows, cell.columns), codes, why, cell.rows == 1)


def blank_of(argument: Argument) -> float | None:
    """Return what a blank inside a range of an argument is: its default, NaN where the function decides, None where it is needed."""
    if argument.required:
        return None
    default = argument.default
    return float(default) if type(default) in {float, int, bool} else nan


def one_word(argument: Argument, cell: Cell, where: str) -> str:
    """Return a single cell as text, or as one of the argument's words in whatever case."""
    if isinstance(cell, CellError):
        raise Stopped(f"{where} is {cell}, the error of the cell it points to", cell)
    if not isinstance(cell, str):
        raise WrongType(f"{where} is {show(cell)}; {argument.quantity.allowed()} is allowed")
    word = cell.strip()
    choices = argument.quantity.choices
    if not choices or word in choices:
        return word
    for choice in choices:
        if choice.lower() == word.lower():
            return choice
    raise UnknownName(f"{where} is {show(cell)}; {nearest(word, choices)}")


def text(argument: Argument, cell: Cell) -> str | Spread | None:
    """Read a word or a range of words."""
    cell = range_of(cell, argument.name)
    if is_blank(cell):
        return None
    if not isinstance(cell, Range):
        return one_word(argument, cell, argument.name)
    values = np.empty(len(cell.cells), dtype=object)
    codes = np.zeros(len(cell.cells), dtype=np.int8)
    why = ""
    for index, item in enumerate(cell.cells):
        where = f"{argument.name}, {cell.place(index)},"
        try:
            if not is_blank(item):
                values[index] = one_word(argument, item, where)
            elif argument.required:
                raise WrongType(f"{where} is blank; {argument.quantity.allowed()} is needed")
            else:
                values[index] = argument.default
        except AccelError as error:
            codes[index] = code_of(error)
            why = why or str(error)
    return Spread(values, (cell.rows, cell.columns), codes if codes.any() else None, why, cell.rows == 1)


def series(argument: Argument, cell: Cell) -> Spread | None:
    """Read one series of a row or column, or one of each row of a block."""
    cell = range_of(cell, argument.name)
    if is_blank(cell):
        return None
    if not isinstance(cell, Range):
        return Spread(np.array([one_number(argument, cell, argument.name)]), ())
    cell = _without_blank_end(cell)
    if cell is None:
        return None
    values, codes, why = many_numbers(argument, cell)
    if cell.line:
        if codes is not None:
            raise Stopped(why, ERRORS[codes[np.flatnonzero(codes)[0]] - 1])
        return Spread(values, (), across=cell.rows == 1)
    if codes is not None:
        table = codes.reshape(cell.rows, cell.columns)
        codes = table[np.arange(cell.rows), (table != 0).argmax(axis=1)]
    return Spread(values.reshape(cell.rows, cell.columns), (cell.rows, 1), codes, why)


def days(argument: Argument, cell: Cell) -> Spread | None:
    """Read a series of dates; years in their place would be days of 1905 that follow one another."""
    found = series(argument, cell)
    if found is not None and len(found.values) and ((found.values >= YEARS[0]) & (found.values <= YEARS[1])).all():
        first = float(found.values.flat[0])
        raise OutOfRange(
            f"{argument.name}, cell 1, is {first:g}, a year and as a date in 1905; dates such as 2026-01-05 are needed, "
            "DATE(2026,1,5) in a formula"
        )
    return found


def short_line(cell: Cell) -> Spread | None:
    """Read what most series are, a row or column of a few floats; None for anything else, which takes the long way."""
    if not isinstance(cell, (tuple, list)) or not 0 < len(cell) <= FEW or not isinstance(cell[0], (tuple, list)):
        return None
    flat = cell[0]
    if len(cell) > 1:
        if set(map(type, cell)) != {type(flat)} or set(map(len, cell)) != {1}:
            return None
        flat = [row[0] for row in cell]
    if not 1 < len(flat) <= FEW or set(map(type, flat)) != FLOATS or not isfinite(sum(flat)):
        return None  # a finite sum has no NaN and no infinity in it
    return Spread(np.array(flat), (), None, "", len(cell) == 1)


def _without_blank_end(cell: Range) -> Range | None:
    """Cut off the blank cells after a series, or the blank rows and columns after a block; None where all is blank."""
    if isinstance(cell.cells, np.ndarray) or not is_blank(cell.cells[-1]):
        return cell
    rows = used(cell.as_rows())
    if not rows:
        return None
    width = max(index for row in rows for index, item in enumerate(row, 1) if not is_blank(item))
    return Range([item for row in rows for item in row[:width]], len(rows), width)


def table(argument: Argument, cell: Cell) -> Rows | Range | None:
    """Read a range as it stands."""
    cell = range_of(cell, argument.name)
    if is_blank(cell):
        return None
    if argument.raw and not isinstance(cell, CellError):
        return cell if isinstance(cell, Range) else Range([cell], 1, 1)
    stop_at_error(cell, argument.name)
    return cell.as_rows() if isinstance(cell, Range) else [[cell]]


def block(argument: Argument, cell: Cell) -> Rows | None:
    """Read a range of names and values."""
    cell = range_of(cell, argument.name)
    if is_blank(cell):
        return None
    stop_at_error(cell, argument.name)
    if not isinstance(cell, Range) or cell.columns < 2:
        given = f"a range of {cell.rows} rows and one column" if isinstance(cell, Range) else show(cell)
        raise ShapeError(f"{argument.name} is {given}; a column of names and one or more of values are allowed")
    return used(cell.as_rows()) or None


READERS: dict[str, Callable[[Argument, Cell], Any]] = {
    "number": number, "flag": number, "date": number, "series": series, "dates": days,
    "text": text, "choice": text, "table": table, "block": block,
}  # fmt: skip
