"""Price erosion: of tokens and of hardware, forward and read from prices."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula, series
from accelxl.domain.demand.adoption import Time
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Cost, Numbers, Quantity, Result

Decline = Annotated[Numbers, Quantity("1/year", low=-10, high=1)]
Span = Annotated[Numbers, Quantity("years", low=0)]
TimeSeries = Annotated[Numbers, Quantity("years", kind="series")]
PriceSeries = Annotated[Numbers, Quantity("USD", low=0, kind="series")]

Array = NDArray[np.float64]


def decline(price: Cost, years: Time, decline_per_year: Decline, floor: Cost = 0.0) -> Result:
    """Price after some years, ``max(floor, price * (1 - decline_per_year)**years)``.

    Parameters
    ----------
    price : USD
        Of today: of a million tokens, of an accelerator.
    years : years
        From today.
    decline_per_year : 1/year
        Share of the price that is lost in a year; below 0 it rises. `accelxl.units.HARDWARE_DECLINE_PER_YEAR` is what accelerators
        of given performance lost.
    floor : USD
        The price never falls below it; cost of power and staff, for example.

    Returns
    -------
    USD
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> decline(2.0, [0.0, 1.0, 2.5], 0.5).round(4).tolist()
    [2.0, 1.0, 0.3536]

    Source
    ------
    Equations B3; hardware: Epoch AI, ``P_t = P_0 * 10**(-0.14 * t)``.
    """

    def later(price: Array, t: Array, loss: Array, floor: Array) -> object:
        return np.maximum(floor, price * core.pow(1.0 - loss, t))

    return formula(decline, later, price, years, decline_per_year, floor)


def decline_rate(first_price: Cost, last_price: Cost, years: Span) -> Result:
    """Yearly decline between two prices, ``1 - (last / first)**(1 / years)``.

    Parameters
    ----------
    first_price, last_price : USD
        The same thing at two dates.
    years : years
        Between them.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where `first_price` or `years` is 0 or an argument is out of range.

    Examples
    --------
    >>> decline_rate(4.0, 1.0, 2.0)
    0.5

    Source
    ------
    Equations B3, solved for the rate.
    """

    def rate(first: Array, last: Array, t: Array) -> object:
        return np.where((first > 0) & (t > 0), -core.expm1(core.log(last / first) / t), np.nan)

    return formula(decline_rate, rate, first_price, last_price, years)


def decline_fit(years: TimeSeries, prices: PriceSeries) -> NDArray[np.float64]:
    """Price at year 0 and yearly decline that fit a series of prices, ``ln(price) = a + b*years`` by least squares.

    Parameters
    ----------
    years : years
        When each price held; any order, repeats allowed.
    prices : USD
        Above 0.

    Returns
    -------
    USD, 1/year
        Two figures: the price of the fitted line at year 0, and the decline ``1 - exp(b)``. The deviations are
        relative, so a price of 100 weighs as one of 0.1.

    Raises
    ------
    OutOfRange
        If a price is not above 0, a year is blank, or all years are equal.
    ShapeError
        If there are not as many years as prices, or fewer than two.

    Examples
    --------
    >>> decline_fit([0, 1, 2], [8.0, 4.0, 2.0]).round(12).tolist()
    [8.0, 0.5]

    Source
    ------
    Equations B3; ordinary least squares in the logarithm.
    """
    intercept, slope = log_line(series(years, "years"), series(prices, "prices"), "years", "prices")
    return np.array([core.exp(intercept), -core.expm1(slope)])


def log_line(x: Array, y: Array, x_name: str, y_name: str) -> tuple[float, float]:
    """Return intercept and slope of ``ln(y)`` on `x` by least squares.

    Raises
    ------
    OutOfRange
        If a value of y is not above 0, one of x is not finite, or all of x are equal.
    ShapeError
        If the two are not one series each of equal length, two or more.
    """
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ShapeError(
            f"{x.size} {x_name} for {y.size} {y_name}; one series each, of equal length from 2 on, is allowed"
        )
    for name, wrong in ((y_name, ~(np.isfinite(y) & (y > 0))), (x_name, ~np.isfinite(x))):
        if wrong.any():
            place = int(wrong.argmax())
            value = (y if name == y_name else x)[place]
            limit = "above 0" if name == y_name else "that is finite"
            raise OutOfRange(f"{name}, place {place + 1}, is {value:g}; a number {limit} is allowed")
    height = core.log(y)
    off = x - x.mean()
    spread = float((off * off).sum())
    if spread == 0.0:
        raise OutOfRange(f"all {len(x)} {x_name} are {x[0]:g}; at least two that differ are needed")
    slope = float((off * height).sum()) / spread
    return float(height.mean() - slope * x.mean()), slope
