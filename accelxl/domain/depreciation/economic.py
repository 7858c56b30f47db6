"""Book, tax and economic value of one asset over time: lives side by side, the gap to the market, and impairment."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, numbers, result, series
from accelxl.domain.depreciation.series import METHODS, book_values, schedule
from accelxl.domain.depreciation.tax import PropertyClass, macrs
from accelxl.errors import OutOfRange, ShapeError, UnknownName, nearest
from accelxl.units import HARDWARE_DECLINE_PER_YEAR, Cost, Flows, Numbers, Quantity, Result, Share

LONGEST = 40.0
"""Years: a building has 39; 48, 60 and 72 are months."""
WholeLife = Annotated[float, Quantity("years", 1, LONGEST, whole=True)]
EconomicLife = Annotated[float | None, Quantity("years", 0.5, LONGEST)]
YearlyLoss = Annotated[Numbers, Quantity("1/year", low=0, high=1)]
TaxRate = Annotated[Numbers, Quantity("share", low=0, high=0.95)]
BookMethod = Annotated[str, Quantity(kind="choice", choices=METHODS[:-1])]

Array = NDArray[np.float64]

LIVES_LINES = (
    "book depreciation",
    "tax depreciation",
    "loss of economic value",
    "book value",
    "tax basis",
    "economic value",
    "book less economic value",
    "deferred tax liability",
)
"""The lines of `lives`, in order."""
RESIDUAL_LINES = (
    "book value",
    "economic value",
    "resale after selling cost",
    "book less economic value",
    "cash still to come",
    "not recoverable",
    "impairment loss",
)
"""The lines of `residual`, in order."""


def lives(
    cost: Cost,
    book_life: WholeLife,
    tax_life: PropertyClass = 5,
    economic_life: EconomicLife = None,
    salvage: Cost = 0.0,
    method: BookMethod = "SL",
    bonus: Share = 0.0,
    value_decline: YearlyLoss = HARDWARE_DECLINE_PER_YEAR,
    tax_rate: TaxRate = 0.25,
) -> Array:
    """Book, tax and economic life of one asset side by side, year by year, ``economic value = cost * (1 - value_decline)^t``.

    Parameters
    ----------
    cost, salvage : USD
        Price paid, and book value at the end of the book life.
    book_life : years
        Whole years.
    tax_life : years
        MACRS class by the half-year convention: 5 for computers and accelerators.
    economic_life : years
        After which the asset is worth nothing; None: its value only falls.
    method : text
        Of the books: "SL", "SYD", "DB", "DDB" or "VDB".
    bonus : share
        Bonus depreciation.
    value_decline : 1/year
        Share of the economic value that a year takes.
    tax_rate : share
        For the deferred tax ``tax_rate * (book value - tax basis)``; below 0 it is an asset.

    Returns
    -------
    USD
        Shape of the broadcast arguments, then (lines, years) with the lines of `LIVES_LINES`; as many years as the longest of the
        lives. NaN where an argument is out of range.

    Raises
    ------
    OutOfRange
        If a life is out of range or MACRS has no such class.

    Examples
    --------
    >>> lines = dict(zip(LIVES_LINES, lives(1000.0, 6, 5, value_decline=0.3).round(1).tolist()))
    >>> lines["book less economic value"]
    [133.3, 176.7, 157.0, 93.2, -1.4, -117.6]

    Source
    ------
    Equations B5 (book, tax, book-market gap).
    """
    span = _whole(book_life, "book_life")
    ends = np.inf if economic_life is None else _between(economic_life, "economic_life", 0.5, LONGEST)
    shape, (price, left, extra, loss, rate) = cases(
        cost=cost, salvage=salvage, bonus=bonus, value_decline=value_decline, tax_rate=tax_rate
    )
    valid = (price >= 0) & (left >= 0) & (left <= price) & (loss >= 0) & (loss <= 1) & (rate >= 0) & (rate <= 0.95)
    taxed = macrs(price, tax_life, bonus=extra)
    years = max(span, taxed.shape[1], int(np.ceil(ends)) if np.isfinite(ends) else 0)
    booked = schedule(price, left, span, _book(method), periods=years)
    out = np.empty((len(price), len(LIVES_LINES), years))
    out[:, 0], out[:, 1] = booked, _padded(taxed, years)
    out[:, 3], out[:, 4] = book_values(price, out[:, 0]), book_values(price, out[:, 1])
    out[:, 5] = _economic(price, loss, np.arange(1.0, years + 1.0), ends)
    out[:, 2] = np.concatenate([price[:, np.newaxis], out[:, 5, :-1]], axis=1) - out[:, 5]
    out[:, 6] = out[:, 3] - out[:, 5]
    out[:, 7] = rate[:, np.newaxis] * (out[:, 3] - out[:, 4])
    out[~valid] = np.nan
    return out.reshape(*shape, len(LIVES_LINES), years)


def residual(
    cost: Cost,
    book_life: WholeLife,
    value_decline: YearlyLoss = HARDWARE_DECLINE_PER_YEAR,
    cash: Flows | None = None,
    salvage: Cost = 0.0,
    selling_cost: Share = 0.0,
    method: BookMethod = "SL",
) -> Array:
    """Economic value, resale, the gap of the books to the market, and the impairment test at the end of each year.

    Economic value is ``cost * (1 - value_decline)^t``, resale that less the selling cost. A book value is not recoverable where the
    undiscounted cash still to come, the resale at the end included, is below it; the loss then is book value less resale, if above 0.

    Parameters
    ----------
    cost, salvage : USD
        Price paid, and book value at the end of the book life.
    book_life : years
        Whole years.
    value_decline : 1/year
        Share of the economic value that a year takes.
    cash : USD
        Pre-tax cash of each year from year 1, for the test; nothing after the last. The resale comes in with the last. None: no test.
    selling_cost : share
        Of the economic value.
    method : text
        Of the books: "SL", "SYD", "DB", "DDB" or "VDB".

    Returns
    -------
    USD
        Shape of the broadcast arguments, then (lines, 1 + years), today first, with the lines of `RESIDUAL_LINES`. Each year is
        tested on the book value before any earlier loss. Without `cash` the last three lines are NaN; so is everything where an argument
        is out of range.

    Raises
    ------
    OutOfRange
        If `book_life` is out of range.
    ShapeError
        If `cash` has several rows.

    Examples
    --------
    >>> lines = dict(zip(RESIDUAL_LINES, residual(1000.0, 4, 0.4, [300.0, 200.0, 100.0]).round(1).tolist()))
    >>> lines["cash still to come"], lines["not recoverable"], lines["impairment loss"]
    ([816.0, 516.0, 316.0, 216.0, 0.0], [1.0, 1.0, 1.0, 1.0, 0.0], [0.0, 150.0, 140.0, 34.0, 0.0])

    Source
    ------
    Equations B5 (book-market gap); ASC 360-10-35 (recoverability, then fair value less book value).
    """
    span = _whole(book_life, "book_life")
    shape, (price, loss, left, selling) = cases(
        cost=cost, value_decline=value_decline, salvage=salvage, selling_cost=selling_cost
    )
    valid = (price >= 0) & (left >= 0) & (left <= price) & (loss >= 0) & (loss <= 1) & (selling >= 0) & (selling <= 1)
    coming = None if cash is None else series(cash, "cash")
    if coming is not None and coming.ndim > 1:
        raise ShapeError("cash has several rows; one row or column is allowed")
    years = max(span, 0 if coming is None else len(coming))
    booked = schedule(price, left, span, _book(method), periods=years)
    out = np.full((len(price), len(RESIDUAL_LINES), years + 1), np.nan)
    out[:, 0, 0] = price
    out[:, 0, 1:] = book_values(price, booked)
    out[:, 1] = _economic(price, loss, np.arange(0.0, years + 1.0), np.inf)
    out[:, 2] = out[:, 1] * (1.0 - selling)[:, np.newaxis]
    out[:, 3] = out[:, 0] - out[:, 1]
    if coming is not None:
        later = np.zeros(years + 1)
        later[: len(coming)] = np.cumsum(coming[::-1])[::-1]
        sold = np.where(np.arange(years + 1) < len(coming), out[:, 2, len(coming), np.newaxis], 0.0)
        held = np.where(np.arange(years + 1) <= len(coming), out[:, 0], 0.0)
        out[:, 4] = later + sold
        out[:, 4, len(coming)] = out[:, 2, len(coming)]
        out[:, 5] = held > out[:, 4] * (1.0 + 1e-12)
        out[:, 6] = np.where(out[:, 5] > 0, np.maximum(held - out[:, 2], 0.0), 0.0)
    out[~valid] = np.nan
    return out.reshape(*shape, len(RESIDUAL_LINES), years + 1)


def impairment(book_value: Cost, cash: Flows, fair_value: Cost) -> Result:
    """Impairment loss of an asset held and used, ``book_value - fair_value`` where ``sum(cash) < book_value``, else 0.

    Parameters
    ----------
    book_value : USD
        Before the test.
    cash : USD
        Undiscounted cash still to come, its disposal included; the last axis is time.
    fair_value : USD
        What it would fetch.

    Returns
    -------
    USD
        Scalar for one case, else shape (cases,). 0 where the cash recovers the book value, whatever the fair value. NaN where an
        argument is negative.

    Examples
    --------
    >>> impairment(600_000, [650_000], 525_000), impairment(600_000, [580_000], 525_000)
    (0.0, 75000.0)

    Source
    ------
    ASC 360-10-35-17.
    """
    coming = series(cash, "cash")
    shape, (book, fair) = cases(over=coming.shape[:-1], book_value=book_value, fair_value=fair_value)
    total = np.broadcast_to(coming.sum(axis=-1), shape).reshape(-1)
    loss = np.where(total < book, np.maximum(book - fair, 0.0), 0.0)
    fine = (book >= 0) & (fair >= 0) & np.isfinite(total)
    return result(np.where(fine, loss, np.nan).reshape(shape))


def _economic(price: Array, loss: Array, ages: Array, ends: float) -> Array:
    """Return the economic value at the ages, 0 from the end of the economic life on."""
    value = price[:, np.newaxis] * core.pow(1.0 - loss[:, np.newaxis], ages)
    return np.where(ages < ends, value, 0.0)


def _padded(rows: Array, years: int) -> Array:
    out = np.zeros((len(rows), years))
    out[:, : rows.shape[1]] = rows
    return out


def _book(method: str) -> str:
    name = method.strip().upper() if isinstance(method, str) else method
    if name not in METHODS[:-1]:
        raise UnknownName(f"method is {method!r}; {nearest(str(method).upper(), METHODS[:-1])}")
    return name


def _whole(value: Numbers, name: str) -> int:
    found = _between(value, name, 1.0, LONGEST)
    if found != np.floor(found):
        raise OutOfRange(f"{name} is {found:g}; a whole number from 1 to {LONGEST:g} years is allowed")
    return int(found)


def _between(value: Numbers, name: str, low: float, high: float) -> float:
    number = numbers(value, name)
    if number.ndim or not low <= number <= high:
        given = f"{float(number):g}" if not number.ndim else f"a table of {number.size}"
        raise OutOfRange(f"{name} is {given}; one number from {low:g} to {high:g} years is allowed")
    return float(number)
