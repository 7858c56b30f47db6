"""Real and nominal amounts and rates, and exchange rates to come by interest parity.

Flows and rates must be of one kind: nominal flows at a nominal rate and real flows at a real rate are worth the same. The plan model is
nominal throughout.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.units import Money, Numbers, Quantity, Result

Percent = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
Away = Annotated[Numbers, Quantity("years", low=-1000, high=1000)]
Spot = Annotated[Numbers, Quantity("quote/base", low=0)]

Array = NDArray[np.float64]


def real(amount: Money, years: Away, inflation: Percent) -> Result:
    """Amount of a later year in today's money, ``amount / (1 + inflation)^years``.

    Parameters
    ----------
    amount : USD
        In the money of that year.
    years : years
        From today; below 0 for a year that has passed.
    inflation : 1/year
        Effective annual.

    Returns
    -------
    USD
        Of today. Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(real(121.0, 2, 0.1), 10)
    100.0

    Source
    ------
    Fisher (1930), The Theory of Interest.
    """
    return formula(real, lambda a, t, i: a * core.pow(1.0 + i, -t), amount, years, inflation)


def nominal(amount: Money, years: Away, inflation: Percent) -> Result:
    """Amount of today's money in that of a later year, ``amount * (1 + inflation)^years``.

    Parameters
    ----------
    amount : USD
        In today's money.
    years : years
        From today; below 0 for a year that has passed.
    inflation : 1/year
        Effective annual.

    Returns
    -------
    USD
        Of that year. Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(nominal(100.0, 2, 0.1), 10)
    121.0

    Source
    ------
    Fisher (1930), The Theory of Interest.
    """
    return formula(nominal, lambda a, t, i: a * core.pow(1.0 + i, t), amount, years, inflation)


def real_rate(rate: Percent, inflation: Percent) -> Result:
    """Real rate behind a nominal one, ``(1 + rate) / (1 + inflation) - 1``; the difference of the two is only near it.

    Parameters
    ----------
    rate : 1/year
        Nominal, effective annual.
    inflation : 1/year
        Effective annual.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(real_rate(0.10, 0.03), 6)
    0.067961

    Source
    ------
    Fisher (1930), The Theory of Interest.
    """
    return formula(real_rate, lambda r, i: (r - i) / (1.0 + i), rate, inflation)


def nominal_rate(rate: Percent, inflation: Percent) -> Result:
    """Nominal rate that gives a real one, ``(1 + rate) * (1 + inflation) - 1``.

    Parameters
    ----------
    rate : 1/year
        Real, effective annual.
    inflation : 1/year
        Effective annual.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(nominal_rate(0.067961, 0.03), 6)
    0.1

    Source
    ------
    Fisher (1930), The Theory of Interest.
    """
    return formula(nominal_rate, lambda r, i: r + i + r * i, rate, inflation)


def fx_forward(spot: Spot, years: Away, rate_quote: Percent, rate_base: Percent) -> Result:
    """Exchange rate to come, ``spot * ((1 + rate_quote) / (1 + rate_base))^years``, by interest parity.

    A flow in the base currency times the rate of its own year is a flow in the quoted currency. The net present values of the two,
    each at its own rate, differ by the spot rate alone; converting every year at the spot rate does not have that property.

    Parameters
    ----------
    spot : quote/base
        Units of the quoted currency for one of the base currency today.
    years : years
        From today.
    rate_quote, rate_base : 1/year
        Interest rate in each currency, or inflation for purchasing power parity; effective annual.

    Returns
    -------
    quote/base
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(fx_forward(1.10, 1, 0.05, 0.03), 6)
    1.121359

    Source
    ------
    Covered interest parity.
    """

    def ahead(now: Array, t: Array, quote: Array, base: Array) -> object:
        return now * core.pow((1.0 + quote) / (1.0 + base), t)

    return formula(fx_forward, ahead, spot, years, rate_quote, rate_base)
