"""Arguments into float64 arrays and results back: the one door between callers and kernels.

Text, None, booleans' look-alikes and ragged lists are refused with a sentence; a scalar in gives a float out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.units import Quantity, Result, quantity_of

EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheet serials (right from 1 March 1900 on)."""


def numbers(value: Any, name: str) -> NDArray[np.float64]:
    """Return `value` as a float64 array (0-d for a scalar).

    Raises
    ------
    WrongType
        If it is text, None, a date or any other object that is not a number.
    ShapeError
        If it is a ragged list.
    """
    if type(value) is float:
        return np.asarray(value)
    if value is None or isinstance(value, (str, bytes)):
        raise WrongType(f"{name} is {value!r}; a number or an array of numbers is allowed")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(f"{name} is a ragged list; rows of equal length are allowed") from error
    if array.dtype.kind in "OUS":
        array = _from_objects(np.asarray(value, dtype=object), name)
    if array.dtype.kind not in "fiub":
        given = f"holds {array.flat[0]!r}" if array.size else f"is empty and of {array.dtype}"
        raise WrongType(f"{name} {given}; numbers are allowed")
    return array.astype(np.float64, copy=False)


def _from_objects(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Accept Python numbers of any kind (Decimal, Fraction) in an object array, nothing else."""
    out = np.empty(array.shape)
    for place, item in enumerate(array.flat):
        if item is None or isinstance(item, (str, bytes, list, tuple, complex, dt.date)):
            raise WrongType(f"{name} holds {item!r}; numbers are allowed")
        try:
            out.flat[place] = float(item)
        except (TypeError, ValueError, OverflowError) as error:
            raise WrongType(f"{name} holds {item!r}; numbers up to 1.8e308 are allowed") from error
    return out


def single(value: Any, name: str, quantity: Quantity = Quantity()) -> float:  # noqa: B008  # frozen
    """Return one number within the limits of its quantity.

    Raises
    ------
    WrongType
        If it is not a number.
    ShapeError
        If it is several.
    OutOfRange
        If it is not finite, not whole where it has to be, or outside the limits.

    Examples
    --------
    >>> single(3, "units", Quantity("units", low=0, whole=True))
    3.0
    """
    array = numbers(value, name)
    if array.size != 1:
        raise ShapeError(f"{name} has {array.size} values; one number is allowed")
    number = float(array.reshape(())) if array.ndim else float(array)
    fits = np.isfinite(number) and quantity.low <= number <= quantity.high
    if not fits or (quantity.whole and number != np.floor(number)):
        raise OutOfRange(f"{name} is {number:g}; {quantity.allowed_for(number)}")
    return number


@cache
def annotated(kind: Any) -> dict[str, Quantity]:
    """Return the quantities of the fields of a dataclass, or of the parameters of a function, that have one, in order."""
    hints = get_type_hints(kind, include_extras=True)
    found = {name: quantity_of(hint) for name, hint in hints.items()}
    return {name: quantity for name, quantity in found.items() if quantity is not None}


def check_record(record: Any, where: str) -> None:
    """Hold the fields of a dataclass against their quantities; see `check_values`."""
    kind: Any = type(record)
    check_values(kind, {name: getattr(record, name) for name in annotated(kind)}, f"{where}: ")


def check_values(kind: Any, values: Mapping[str, Any], where: str = "") -> None:
    """Hold single values against the quantities of a dataclass or function; None is a value that is not given.

    Raises
    ------
    WrongType, ShapeError, OutOfRange, UnknownName
        If a value is not what its quantity allows.
    """
    for name, quantity in annotated(kind).items():
        value = values.get(name)
        if value is None:
            continue
        if quantity.kind in {"number", "flag"}:
            single(value, f"{where}{name}", quantity)
        elif quantity.kind in {"text", "choice"} and not isinstance(value, str):
            raise WrongType(f"{where}{name} is {value!r}; {quantity.allowed()} is allowed")
        elif quantity.choices and value not in quantity.choices:
            raise UnknownName(f"{where}{name} is {value!r}; {nearest(value, quantity.choices)}")


def series(value: Any, name: str, at_least: int = 1) -> NDArray[np.float64]:
    """Return `value` as a C-ordered array of one or more dimensions, the last of them time."""
    array = numbers(value, name)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.shape[-1] < at_least:
        raise ShapeError(f"{name} has {array.shape[-1]} periods; at least {at_least} are needed")
    return np.ascontiguousarray(array)


def serials(value: Any, name: str) -> NDArray[np.float64]:
    """Return dates as whole spreadsheet serials; a serial stays, a date or datetime is counted from 1899-12-30."""
    array = np.asarray(value, dtype=None if isinstance(value, (np.ndarray, np.datetime64)) else object)
    if array.dtype.kind == "M":
        days = (array.astype("datetime64[D]") - np.datetime64(EPOCH)).astype(np.float64)
        return np.where(np.isnat(array), np.nan, days)
    if array.dtype == object:
        items = list(array.flat)
        if not _all_plain(items):
            items = [_serial(item) for item in items]
        array = np.array(items, dtype=np.float64 if _all_plain(items) else object).reshape(array.shape)
    return np.asarray(np.floor(numbers(array, name)))


def _all_plain(items: list[Any]) -> bool:
    return set(map(type, items)) <= {float, int}


def _serial(item: Any) -> Any:
    if isinstance(item, np.datetime64):
        item = item.astype("datetime64[D]").item()
    if isinstance(item, dt.date):
        return float(item.toordinal() - EPOCH.toordinal()) if item == item else np.nan  # noqa: PLR0124 - NaT is a datetime
    return item


def result(array: NDArray[np.float64] | np.float64 | float) -> Result:
    """Return a float for a 0-d array, else the array."""
    return float(array) if np.ndim(array) == 0 else np.asarray(array)


_PLAIN = frozenset({float, bool})  # the common scalars, which need no array


def elementwise(kernel: np.ufunc, /, **values: Any) -> Result:
    """Call a kernel over arguments that broadcast against each other.

    Raises
    ------
    WrongType
        If a value is not of numbers.
    ShapeError
        If the shapes do not fit together.
    """
    arrays = [float(value) if type(value) in _PLAIN else numbers(value, name) for name, value in values.items()]
    with np.errstate(all="ignore"):  # a result without meaning is NaN and no warning
        try:
            return result(kernel(*arrays))
        except ValueError as error:
            raise _misfit({name: np.shape(array) for name, array in zip(values, arrays, strict=True)}) from error


@cache
def quantities(face: Callable[..., Any]) -> dict[str, Quantity]:
    """Return the quantities of the parameters of a function that take single numbers, in order."""
    hints = get_type_hints(face, include_extras=True)
    found = {name: quantity_of(hints.get(name)) or Quantity() for name in signature(face).parameters}
    return {name: quantity for name, quantity in found.items() if quantity.kind in {"number", "flag"}}


def formula(face: Callable[..., Any], kernel: Callable[..., Any], *values: Any) -> Result:
    """Evaluate a formula over the arguments of `face`, which broadcast against each other.

    Parameters
    ----------
    face : callable
        The public function: its signature gives the names and the limits of `values`.
    kernel : callable
        The formula over float64 arrays; a tuple of arrays becomes a last axis.
    *values
        The arguments of `face` that are single numbers, in order.

    Returns
    -------
    float or array
        NaN where an argument is NaN or outside its limits, and where the formula has no meaning.

    Raises
    ------
    WrongType
        If a value is not of numbers.
    ShapeError
        If the shapes do not fit together.
    """
    known = quantities(face)
    if {type(value) for value in values} <= _PLAIN:
        return _of_scalars(known, kernel, values)
    arrays = {name: numbers(value, name) for name, value in zip(known, values, strict=True)}
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        raise _misfit({name: array.shape for name, array in arrays.items()}) from error
    with np.errstate(all="ignore"):  # a result without meaning is NaN and no warning
        out = kernel(*arrays.values())
        valid = np.ones(shape, dtype=bool)
        for name, array in arrays.items():
            quantity = known[name]
            valid &= (array >= quantity.low) & (array <= quantity.high)
            if quantity.whole:
                valid &= array == np.floor(array)
        if isinstance(out, tuple):
            out = np.stack([np.broadcast_to(part, shape) for part in out], axis=-1)
            valid = valid[..., None]
        return result(np.where(valid, out, np.nan))


def _of_scalars(known: dict[str, Quantity], kernel: Callable[..., Any], values: tuple[float, ...]) -> Result:
    """Evaluate a formula over plain numbers, without the cost of arrays."""
    valid = all(
        quantity.low <= value <= quantity.high and (not quantity.whole or value == value // 1)
        for quantity, value in zip(known.values(), values, strict=True)
    )
    with np.errstate(all="ignore"):
        out = kernel(*map(np.float64, values))
    if isinstance(out, tuple):
        return np.array(out, dtype=np.float64) if valid else np.full(len(out), np.nan)
    return float(out) if valid else float("nan")


def cases(*, over: tuple[int, ...] = (), **values: Any) -> tuple[tuple[int, ...], list[NDArray[np.float64]]]:
    """Broadcast arguments and return their shape and each as a flat array of cases; `over` is one more shape to fit.

    Raises
    ------
    WrongType
        If a value is not of numbers.
    ShapeError
        If the shapes do not fit together.
    """
    arrays = {name: numbers(value, name) for name, value in values.items()}
    try:
        shape = np.broadcast_shapes(over, *(array.shape for array in arrays.values()))
    except ValueError as error:
        series_shape = {"the series": over} if over else {}
        raise _misfit(series_shape | {name: array.shape for name, array in arrays.items()}) from error
    spread = (array if array.shape == shape else np.broadcast_to(array, shape) for array in arrays.values())
    return shape, [np.ascontiguousarray(array).reshape(-1) for array in spread]


def _misfit(shapes: dict[str, tuple[int, ...]]) -> ShapeError:
    """Return the error for shapes that do not broadcast, with those that are not scalar."""
    given = ", ".join(f"{name} {' x '.join(map(str, shape))}" for name, shape in shapes.items() if shape)
    return ShapeError(f"the shapes do not fit together: {given}; equal lengths or 1 are allowed")
