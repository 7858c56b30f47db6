"""Depreciation over time: whole schedules by the name of the method, units of production, and book values."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, series
from accelxl.domain.depreciation.book import Factor, Life, Month, Period, schedule_length
from accelxl.domain.depreciation.tax import Convention, Quarter, macrs
from accelxl.errors import OutOfRange, UnknownName, nearest
from accelxl.units import Cost, Count, Flag, Flows, Numbers, Quantity, Share

METHODS: tuple[str, ...] = (*core.DEPRECIATION_METHODS, "MACRS")
"""Names that `schedule` knows."""
Method = Annotated[str, Quantity(kind="choice", choices=METHODS)]
Units = Annotated[Numbers, Quantity("units", low=0, kind="series")]

MOST_VALUES = 1 << 27
"""Largest block of schedules: 1 GB."""


def uop(cost: Cost, salvage: Cost, total_units: Count, units: Units) -> NDArray[np.float64]:
    """Units-of-production depreciation, ``(cost - salvage) * units / total_units``, until the total is used up.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left when `total_units` are used.
    total_units : units
        What the asset yields in its life: tokens, hours, cycles.
    units : units
        Used in each period; the last axis is time.

    Returns
    -------
    USD
        Shape of `units`, broadcast with the others. NaN from a negative use on, and where an amount is negative or
        `total_units` is not above 0.

    Examples
    --------
    >>> uop(1_000, 100, 90, [30, 40, 50]).tolist()
    [300.0, 400.0, 200.0]

    Source
    ------
    Equations B5.
    """
    used = series(units, "units", at_least=0)
    shape, (costs, salvages, totals) = cases(over=used.shape[:-1], cost=cost, salvage=salvage, total_units=total_units)
    rows = _rows(used, shape)
    out = np.empty_like(rows)
    core.uop_rows(costs, salvages, totals, rows, out)
    return out.reshape(*shape, used.shape[-1])


def book_values(cost: Cost, depreciation: Flows) -> NDArray[np.float64]:
    """Book value at the end of each period, ``cost - sum(depreciation[..t])``.

    Parameters
    ----------
    cost : USD
        Price paid.
    depreciation : USD
        Of each period, from any schedule; the last axis is time.

    Returns
    -------
    USD
        Shape of `depreciation`, broadcast with `cost`. What is left below 1e-14 of the cost is 0.

    Examples
    --------
    >>> book_values(1_000, schedule(1_000, 100, 3, "SL")).tolist()
    [700.0, 400.0, 100.0]

    Source
    ------
    Equations B5.
    """
    amounts = series(depreciation, "depreciation", at_least=0)
    shape, (costs,) = cases(over=amounts.shape[:-1], cost=cost)
    rows = _rows(amounts, shape)
    out = np.empty_like(rows)
    core.book_value_rows(costs, rows, out)
    return out.reshape(*shape, amounts.shape[-1])


def schedule(
    cost: Cost,
    salvage: Cost,
    life: Life,
    method: Method,
    periods: Period | None = None,
    factor: Factor = 2.0,
    month: Month = 12,
    no_switch: Flag = False,
    convention: Convention = "HY",
    quarter: Quarter = None,
    bonus: Share = 0.0,
    section_179: Cost = 0.0,
) -> NDArray[np.float64]:
    """Depreciation of every period by the named method.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left at the end of the life. Where `salvage` is above `cost` nothing is written off. MACRS
        has no salvage: it writes off the whole cost.
    life : periods
        Where it is not whole, the last period is the part that is left (DB, which counts whole years, ends before it).
    method : text
        "SL", "SYD", "DB", "DDB", "VDB" or "MACRS".
    periods : periods, optional
        Length of the result, filled with 0 after the last period; the default is all of the longest life.
    factor : 1
        Of DDB and VDB.
    month : months
        Of DB: months in the first year.
    no_switch : flag
        Of VDB.
    convention, quarter, bonus, section_179
        Of MACRS; see `macrs`.

    Returns
    -------
    USD
        Shape of the broadcast arguments, then time. NaN where the method has no meaning.

    Raises
    ------
    UnknownName
        If there is no such method.
    OutOfRange
        If the schedule is longer than a sheet, or MACRS has no such class.

    Examples
    --------
    >>> schedule(1_000, 0, 4, "SYD").tolist()
    [400.0, 300.0, 200.0, 100.0]
    >>> schedule(1_000, 0, 5, "MACRS", periods=3).tolist()
    [200.0, 320.0, 192.0]

    Source
    ------
    Equations B5.
    """
    name = method.strip().upper() if isinstance(method, str) else method
    if name not in METHODS:
        raise UnknownName(f"there is no depreciation method {method!r}; {nearest(str(method).upper(), METHODS)}")
    length = None if periods is None else schedule_length(periods)
    if name == "MACRS":
        full = macrs(cost, life, convention, quarter, bonus, section_179)
        return full if length is None else _of_length(full, length)
    shape, (costs, salvages, lives, factors, months, flags) = cases(
        cost=cost, salvage=salvage, life=life, factor=factor, month=month, no_switch=no_switch
    )
    if length is None:
        longest = lives[np.isfinite(lives)].max(initial=1.0)
        length = schedule_length(np.ceil(longest) + (1 if name == "DB" and np.any(months < 12) else 0))
    count = len(costs)
    if count * length > MOST_VALUES:
        raise OutOfRange(f"{count} schedules of {length} periods are {count * length} values; at most {MOST_VALUES}")
    out = np.empty((count, length))
    core.schedule_rows(METHODS.index(name), costs, salvages, lives, factors, months, flags, out)
    return out.reshape(*shape, length)


def _of_length(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Return series cut to a length or filled up with 0."""
    out = np.zeros((*values.shape[:-1], length))
    kept = min(length, values.shape[-1])
    out[..., :kept] = values[..., :kept]
    return out


def _rows(values: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return series as one row a case of a broadcast shape."""
    length = values.shape[-1]
    spread = np.broadcast_to(values, (*shape, length))
    return np.ascontiguousarray(spread).reshape(int(np.prod(shape)), length)
