"""Book depreciation of one period, by the spreadsheet functions SLN, SYD, DB, DDB and VDB."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

import accelxl._core as core
from accelxl.arrays import elementwise, numbers
from accelxl.errors import OutOfRange, WrongType
from accelxl.units import Cost, Flag, Numbers, Quantity, Result

Life = Annotated[Numbers, Quantity("periods", low=0)]
Period = Annotated[Numbers, Quantity("periods", low=0)]
Factor = Annotated[Numbers, Quantity("1", low=0)]
Month = Annotated[Numbers, Quantity("months", 1, 12, whole=True)]

MOST_PERIODS = 1_048_576
"""Longest schedule: the rows of a sheet."""


def sln(cost: Cost, salvage: Cost, life: Life) -> Result:
    """Straight-line depreciation of a period, ``(cost - salvage) / life``.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left at the end of the life.
    life : periods
        Periods over which the asset is written off.

    Returns
    -------
    USD
        NaN where `life` is 0. Less than 0 where `salvage` is above `cost`, as in spreadsheets.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    >>> sln(30_000, 7_500, 10)
    2250.0

    Source
    ------
    Equations B5; ECMA-376 Part 1, 18.17.7, SLN.
    """
    return elementwise(core.sln, cost=cost, salvage=salvage, life=life)


def syd(cost: Cost, salvage: Cost, life: Life, per: Period) -> Result:
    """Sum-of-years'-digits depreciation, ``(cost - salvage) * (life - per + 1) / (life * (life + 1) / 2)``.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left at the end of the life.
    life, per : periods
        ``0 < per <= life``; a fraction goes into the formula as it is.

    Returns
    -------
    USD
        Of period `per`. NaN where `salvage` is below 0 or `per` is outside the life.

    Examples
    --------
    >>> round(syd(30_000, 7_500, 10, 1), 2)
    4090.91

    Source
    ------
    Equations B5; ECMA-376 Part 1, 18.17.7, SYD.
    """
    return elementwise(core.syd, cost=cost, salvage=salvage, life=life, per=per)


def db(cost: Cost, salvage: Cost, life: Life, period: Period, month: Month = 12) -> Result:
    """Fixed-declining-balance depreciation, ``book * rate``, ``rate = round(1 - (salvage/cost)**(1/life), 3)``.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left at the end of the life, which the rounded rate misses on either side.
    life : periods
        Years over which the asset is written off.
    period : periods
        Year, cut to a whole number; a fraction of the first counts as the first. With `month` below 12 there is a
        year life + 1.
    month : months
        Months in the first year: it is charged month/12, the last one (12 - month)/12.

    Returns
    -------
    USD
        NaN where an argument is negative, `month` is not 1 to 12 or `period` is after the last.

    Examples
    --------
    >>> round(db(1_000_000, 100_000, 6, 1, 7), 2)
    186083.33

    Source
    ------
    Equations B5; ECMA-376 Part 1, 18.17.7, DB; MS-OI29500 2.1.924 (last period).
    """
    return elementwise(core.db, cost=cost, salvage=salvage, life=life, period=period, month=month)


def ddb(cost: Cost, salvage: Cost, life: Life, period: Period, factor: Factor = 2.0) -> Result:
    """Declining-balance depreciation without a switch, ``min(book * factor / life, book - salvage)``.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and the value at which the decline stops.
    life, period : periods
        ``0 < period <= life``; between whole periods the book value follows the same power law, and a fraction of the
        first counts as the first.
    factor : 1
        2 for double declining.

    Returns
    -------
    USD
        At least 0. NaN where an argument is negative, `factor` or `life` is 0 or `period` is outside the life.

    Examples
    --------
    >>> ddb(2_400, 300, 10, 1)
    480.0

    Source
    ------
    Equations B5; ECMA-376 Part 1, 18.17.7, DDB; OASIS OFFICE-2222 (fractional periods).
    """
    return elementwise(core.ddb, cost=cost, salvage=salvage, life=life, period=period, factor=factor)


def vdb(
    cost: Cost,
    salvage: Cost,
    life: Life,
    start_period: Period,
    end_period: Period,
    factor: Factor = 2.0,
    no_switch: Flag = False,
) -> Result:
    """Declining-balance depreciation of a span, with the switch to straight line where that is more.

    The amount of a whole period is ``max(min(book * factor / life, book - salvage), (book - salvage) / periods left)``.
    A part of a period counts pro rata, so adjacent spans add up.

    Parameters
    ----------
    cost, salvage : USD
        Price paid and value left at the end of the life.
    life, start_period, end_period : periods
        ``0 <= start_period <= end_period <= life``; 0 to 1 is the first period.
    factor : 1
        2 for double declining.
    no_switch : flag
        True keeps to the declining balance.

    Returns
    -------
    USD
        At least 0. NaN where an argument is negative, `factor` or `life` is 0 or the span is not inside the life.

    Examples
    --------
    >>> vdb(2_400, 300, 10, 0, 0.875, 1.5)
    315.0

    Source
    ------
    Equations B5; ECMA-376 Part 1, 18.17.7, VDB; docs/decisions/0201-vdb-fractional-start.md.
    """
    return elementwise(
        core.vdb,
        cost=cost,
        salvage=salvage,
        life=life,
        start_period=start_period,
        end_period=end_period,
        factor=factor,
        no_switch=no_switch,
    )


def schedule_length(periods: Any) -> int:
    """Return the number of periods of a schedule.

    Raises
    ------
    WrongType
        If it is not one number.
    OutOfRange
        If it is not whole, below 1, or more than a sheet has rows.
    """
    given = numbers(periods, "periods")
    if given.ndim:
        raise WrongType(f"periods is a table of {given.size}; one whole number is allowed")
    if not (1 <= given <= MOST_PERIODS and given == np.floor(given)):
        asked = f"{float(given):g}"
        raise OutOfRange(f"the schedule has {asked} periods; a whole number from 1 to {MOST_PERIODS} is allowed")
    return int(given)
