"""Single figures that callers give: a whole number, a number."""

from __future__ import annotations

from math import isfinite
from typing import Any

from accelxl.errors import OutOfRange, WrongType


def real(value: Any, what: str) -> float:
    """Return a finite number.

    Raises
    ------
    WrongType
        If it is no number.
    OutOfRange
        If it is NaN or infinite.
    """
    if value is None or isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise WrongType(f"{what} is {value!r}; a number is allowed")
    number = float(value)
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
    if value is None or isinstance(value, (str, bytes, bool)) or not hasattr(value, "__float__"):
        raise WrongType(f"{what} is {value!r}; {allowed}")
    if not isfinite(float(value)) or value != int(value) or not low <= int(value) <= high:
        shown = f"{int(value):,}" if isfinite(float(value)) and value == int(value) else f"{float(value):g}"
        raise OutOfRange(f"{what} is {shown}; {allowed}")
    return int(value)
