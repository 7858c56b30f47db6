"""What callers give, checked: a number, a whole number, numbers, names, rows, a path."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import inf, isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError, WrongType

Vector = NDArray[np.float64]

MOST_THREADS = 4096


def shown(value: Any) -> str:
    """Return what was given, cut to fit a sentence."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def as_float(value: Any, sentence: str) -> float:
    """Return a number as a float, infinite where it is too large for one.

    Raises
    ------
    WrongType
        With `sentence`, if it is no number.
    """
    if value is None or isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise WrongType(sentence)
    try:
        return float(value)
    except OverflowError:
        return inf
    except (TypeError, ValueError) as error:
        raise WrongType(sentence) from error


def names_of(given: Any, what: str) -> tuple[str, ...]:
    """Return names: of one text, or of several.

    Raises
    ------
    WrongType
        If they are no names.
    ShapeError
        If there is none.
    """
    found = (given,) if isinstance(given, str) else tuple(given) if hasattr(given, "__iter__") else None
    if found is None or isinstance(given, bytes) or not all(isinstance(name, str) for name in found):
        raise WrongType(f"{what} is {shown(given)}; a name or a list of names is allowed")
    if not found:
        raise ShapeError(f"{what} has no name; one or more are needed")
    return found


def alone(sink: str | Sequence[str]) -> str | Sequence[str]:
    """Return the word of a list of sinks that holds one word."""
    return sink[0] if isinstance(sink, (list, tuple)) and len(sink) == 1 else sink


def words_of(given: Any, name: str) -> list[Any]:
    """Return a column of words as a list; dates of NumPy and pandas as dates.

    Raises
    ------
    WrongType
        If a cell is a list or another thing that no word can be.
    """
    if isinstance(given, np.ndarray):
        if given.dtype.kind == "M" and np.isnat(given).any():
            raise WrongType(f"{name} in row {int(np.argmax(np.isnat(given))) + 1} is NaT; a date is allowed")
        cells: list[Any] = (given.astype("datetime64[D]") if given.dtype.kind == "M" else given).tolist()
    else:
        cells = list(given)
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, Hashable) or _missing(cell):
            raise WrongType(f"{name} in row {number} is {shown(cell)}; a word is allowed")
    return cells


def _missing(cell: Any) -> bool:
    """Tell whether a cell is NaN, NaT or pandas' NA, none of which equals itself; None is a blank."""
    try:
        return bool(cell != cell)  # noqa: PLR0124 - that is what they have in common
    except (TypeError, ValueError):
        return True


def path_of(given: Any, what: str) -> Path:
    """Return the path of a file.

    Raises
    ------
    WrongType
        If it is none.
    """
    if not isinstance(given, (str, PathLike)) or not str(given) or "\0" in str(given):
        raise WrongType(f"{what} is {shown(given)}; the path of a file is allowed")
    return Path(given)


def threads_of(given: Any) -> int | None:
    """Return the number of threads, None for every processor."""
    return None if given is None else whole(given, "the number of threads", 1, MOST_THREADS)


def numbers_of(given: Any, sentence: str) -> Vector:
    """Return an array of numbers, of the same shape; text is never read as a number.

    Raises
    ------
    WrongType
        With `sentence`, and the first cell that is no number.
    """
    try:
        # np.asarray would lay bare what a mask hides.
        array = np.ma.filled(given.astype(np.float64), np.nan) if np.ma.isMaskedArray(given) else np.asarray(given)
        if array.dtype.kind in "fiub":
            return np.ascontiguousarray(array, np.float64)
        if array.dtype.kind == "O" and not any(isinstance(cell, (str, bytes)) for cell in array.ravel()):
            return np.ascontiguousarray(array, np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    cells = given.ravel().tolist() if isinstance(given, np.ndarray) else given
    several = hasattr(cells, "__iter__") and not isinstance(cells, (str, bytes))
    bad = next((cell for cell in cells if not _is_number(cell)), given) if several else given
    raise WrongType(sentence.format(shown(bad)))


def _is_number(cell: Any) -> bool:
    return hasattr(cell, "__float__") and not isinstance(cell, (str, bytes, complex))


def rows_of(given: Any, what: str, allowed: str) -> list[list[Any]]:
    """Return a table as rows: of a DataFrame, or of rows; a text alone is a row of one cell.

    Raises
    ------
    WrongType
        If it is no table.
    ShapeError
        If one of its rows is none.
    """
    if hasattr(given, "itertuples"):
        return [list(row) for row in given.itertuples(index=False)]
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise WrongType(f"{what} is {shown(given)}; {allowed}")
    rows = []
    for number, row in enumerate(given, 1):
        if not isinstance(row, str) and (isinstance(row, bytes) or not hasattr(row, "__iter__")):
            raise ShapeError(f"row {number} of {what} is {shown(row)}; {allowed}")
        rows.append([row] if isinstance(row, str) else list(row))
    return rows


def real(value: Any, what: str) -> float:
    """Return a finite number.

    Raises
    ------
    WrongType
        If it is no number.
    OutOfRange
        If it is NaN or infinite.
    """
    number = as_float(value, f"{what} is {shown(value)}; a number is allowed")
    if not isfinite(number):
        raise OutOfRange(f"{what} is {number}; a number is allowed")
    return number


def whole(value: Any, what: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`.

    Raises
    ------
    WrongType
        If it is no number.
    OutOfRange
        If it is another one.

    Examples
    --------
    >>> whole(1e3, "n", 1, 10_000)
    1000
    """
    allowed = f"a whole number from {low:,} to {high:,} is allowed"
    if isinstance(value, (bool, np.bool_)):
        raise WrongType(f"{what} is {shown(value)}; {allowed}")
    number = as_float(value, f"{what} is {shown(value)}; {allowed}")
    if not isfinite(number) or value != int(value) or not low <= int(value) <= high:
        text = f"{int(value):,}" if isfinite(number) and value == int(value) else f"{number:g}"
        raise OutOfRange(f"{what} is {text}; {allowed}")
    return int(value)
