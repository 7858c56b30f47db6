"""Single figures that callers give: a whole number, a number."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

from accelxl.errors import OutOfRange, ShapeError, WrongType


def shown(value: Any) -> str:
    """Return what was given, cut to fit a sentence."""
    text = repr(value)
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
    if isinstance(value, bool):
        raise WrongType(f"{what} is {value!r}; {allowed}")
    number = as_float(value, f"{what} is {shown(value)}; {allowed}")
    if not isfinite(number) or value != int(value) or not low <= int(value) <= high:
        text = f"{int(value):,}" if isfinite(number) and value == int(value) else f"{number:g}"
        raise OutOfRange(f"{what} is {text}; {allowed}")
    return int(value)
