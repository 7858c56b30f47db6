"""US tax depreciation: MACRS by the printed tables and by the rule, and the mid-month convention of real property."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases
from accelxl.catalogue import macrs as printed
from accelxl.domain.depreciation.book import Life, Month, schedule_length
from accelxl.units import Cost, Numbers, Quantity, Share

PropertyClass = Annotated[Numbers, Quantity("years", 3, 20, whole=True)]
Quarter = Annotated[Numbers | None, Quantity("1", 1, 4, whole=True)]
Convention = Annotated[str, Quantity(kind="choice", choices=printed.CONVENTIONS)]

FIRST_YEAR = (0.5, 0.875, 0.625, 0.375, 0.125)
"""Share of a year that the first one counts: half-year convention, then mid-quarter by quarter."""


def macrs(
    cost: Cost,
    life: PropertyClass,
    convention: Convention = "HY",
    quarter: Quarter = None,
    bonus: Share = 0.0,
    section_179: Cost = 0.0,
) -> NDArray[np.float64]:
    """US tax depreciation of each recovery year: Section 179, then bonus, then the printed table on what is left.

    With ``rest = cost - section_179`` year t deducts ``share[t] * (1 - bonus) * rest``, the first year
    ``section_179 + bonus * rest`` on top.

    Parameters
    ----------
    cost : USD
        Unadjusted basis.
    life : years
        Property class: 3, 5 (computers and accelerators), 7, 10, 15 or 20.
    convention : text
        "HY" half-year, or "MQ" mid-quarter: when more than 40 % of the year's basis falls in its last quarter.
    quarter : 1
        Quarter in which the property is placed in service, 1 to 4; read with "MQ" only.
    bonus : share
        Special depreciation allowance, 0 to 1.
    section_179 : USD
        Amount expensed, 0 to `cost`. Its yearly limits are not applied here.

    Returns
    -------
    USD
        Shape of the broadcast arguments, then `life` + 1 years (of the longest class). NaN where `cost`, `bonus` or
        `section_179` is out of range.

    Raises
    ------
    OutOfRange
        If the class is none of the six, or "MQ" has no quarter from 1 to 4.
    UnknownName
        If the convention is neither.

    Examples
    --------
    >>> macrs(1_000, 5, bonus=0.4, section_179=100).tolist()
    [568.0, 172.8, 103.68, 62.208, 62.208, 31.104]

    Source
    ------
    Equations B5; IRS Publication 946, Tables A-1 to A-5.
    """
    name = printed.convention_name(convention)
    placed = quarter if name == "MQ" and quarter is not None else 0
    shape, (costs, lives, quarters, shares, expensed) = cases(
        cost=cost, life=life, quarter=placed, bonus=bonus, section_179=section_179
    )
    _, first, column = np.unique(lives * 8 + quarters, return_index=True, return_inverse=True)
    columns = [printed.table(_plain(lives[i]), name, _plain(quarters[i])) for i in first]
    table = np.zeros((len(columns), max(map(len, columns), default=0)))
    for row, values in zip(table, columns, strict=True):
        row[: len(values)] = values
    out = np.empty((len(costs), table.shape[1]))
    core.macrs_rows(costs, shares, expensed, column.reshape(-1).astype(np.intp), table, out)
    return out.reshape(*shape, table.shape[1])


def macrs_rule(life: int, convention: Convention = "HY", quarter: int | None = None) -> NDArray[np.float64]:
    """Share of each recovery year by the rule behind the tables, ``left * max(factor / life, 1 / years left)``.

    The first year counts 1/2 (half-year) or 7/8, 5/8, 3/8, 1/8 (mid-quarter). `factor` is 2 up to 10-year property,
    1.5 above. The printed tables, which `macrs` uses, differ by up to 0.014 points.

    Parameters
    ----------
    life, convention, quarter
        As in `macrs`, one of each.

    Returns
    -------
    share
        `life` + 1 of them; they sum to 1.

    Raises
    ------
    OutOfRange, UnknownName
        As `macrs`.

    Examples
    --------
    >>> macrs_rule(7, "MQ", 2)[[0, 7]].round(5).tolist()
    [0.17857, 0.03326]

    Source
    ------
    Equations B5; IRS Publication 946, "Figuring the Deduction Without Using the Tables".
    """
    years = len(printed.table(life, convention, quarter)) - 1  # refuses what has no table
    first = FIRST_YEAR[int(quarter or 0) if printed.convention_name(convention) == "MQ" else 0]
    rate = (2.0 if years <= 10 else 1.5) / years
    shares = [rate * first]
    left = 1.0 - shares[0]
    for year in range(2, years + 1):
        share = left * max(rate, 1.0 / (years - first - (year - 2)))
        shares.append(share)
        left -= share
    return np.array([*shares, left])


def mid_month(cost: Cost, life: Life, month: Month) -> NDArray[np.float64]:
    """Straight-line tax depreciation of real property; year 1 is ``cost / life * (12.5 - month) / 12``.

    Parameters
    ----------
    cost : USD
        Unadjusted basis.
    life : years
        39 for nonresidential real property, 27.5 for residential rental property.
    month : months
        Month of the tax year in which it is placed in service, 1 to 12.

    Returns
    -------
    USD
        Shape of the broadcast arguments, then years until the longest life has run out. NaN where `cost` is negative,
        `life` is not above 0 or `month` is not a whole number from 1 to 12.

    Raises
    ------
    OutOfRange
        If the life is longer than a sheet.

    Examples
    --------
    >>> mid_month(39_000, 39, 3)[[0, 1, 38, 39]].round(2).tolist()
    [791.67, 1000.0, 1000.0, 208.33]

    Source
    ------
    Equations B5; IRS Publication 946, mid-month convention. Its Table A-7a, built from rounded months, prints up to
    0.004 points more.
    """
    shape, (costs, lives, months) = cases(cost=cost, life=life, month=month)
    valid = (costs >= 0) & (lives > 0) & np.isfinite(lives) & np.isin(months, np.arange(1, 13))
    lives = np.where(valid, lives, 1.0)
    first = np.where(valid, np.minimum((12.5 - months) / 12.0, lives), 0.0)
    length = schedule_length(1.0 + np.ceil((lives - first).max(initial=0.0)))
    counted = (lives - first)[:, np.newaxis] - np.arange(-1.0, length - 1.0)  # years left when each year begins
    counted = np.minimum(np.maximum(counted, 0.0), 1.0)
    counted[:, 0] = first
    amounts = np.where(valid, costs / lives, np.nan)[:, np.newaxis] * counted
    return amounts.reshape(*shape, length)


def _plain(value: np.float64) -> Any:
    """Return a whole number as an int, so that messages read well."""
    return int(value) if value.is_integer() else float(value)
