"""What capital costs: the weighted average of its sources, the return that tax law makes necessary, the effective rate of tax."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import Cost, DiscountRate, Numbers, Quantity, Result, Share

Percent = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
TaxRate = Annotated[Numbers, Quantity("share", low=0, high=0.95)]
Wear = Annotated[Numbers, Quantity("1/year", low=0, high=10)]
Shield = Annotated[Numbers, Quantity("share", low=0, high=1.5)]

Array = NDArray[np.float64]


def wacc(
    equity: Cost,
    debt: Cost,
    cost_of_equity: DiscountRate,
    cost_of_debt: DiscountRate,
    tax_rate: TaxRate,
    preferred: Cost = 0.0,
    cost_of_preferred: DiscountRate = 0.0,
) -> Result:
    """Weighted average cost of capital after tax, ``(E*rE + D*rD*(1 - T) + P*rP) / (E + D + P)``.

    Parameters
    ----------
    equity, debt, preferred : USD
        Market values, or shares of the whole: only their proportions count.
    cost_of_equity, cost_of_debt, cost_of_preferred : 1/year
        What each asks for; debt before tax.
    tax_rate : share
        At which interest is deducted; 0 for the cost before tax.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where there is no capital or an argument is out of range.

    Examples
    --------
    >>> round(wacc(60.0, 40.0, 0.12, 0.06, 0.25), 6)
    0.09

    Source
    ------
    Equations B4 (WACC).
    """

    def mean(e: Array, d: Array, r_e: Array, r_d: Array, t: Array, p: Array, r_p: Array) -> object:
        return np.divide(e * r_e + d * r_d * (1.0 - t) + p * r_p, e + d + p)

    return formula(wacc, mean, equity, debt, cost_of_equity, cost_of_debt, tax_rate, preferred, cost_of_preferred)


def user_cost(
    rate: DiscountRate,
    decay: Wear,
    tax_rate: TaxRate,
    tax_shield: Shield,
    inflation: Percent = 0.0,
    credit: Share = 0.0,
    property_tax: Share = 0.0,
    credit_basis: Share = 1.0,
) -> Result:
    """User cost of capital: what a dollar of equipment must earn in a year before tax, ``(r-pi+d)(1 - k - Tz(1-ck))/(1-T) + w``.

    Less `decay` it is the real return before tax that the tax law makes necessary.

    Parameters
    ----------
    rate : 1/year
        Nominal return that investors ask for, r: the WACC.
    decay : 1/year
        Economic depreciation d: the share of its value that the equipment loses in a year.
    tax_rate : share
        T.
    tax_shield : share
        z, the present value at `rate` of the tax deductions per dollar of capital; 1 where it is expensed at once.
    inflation : 1/year
        pi.
    credit : share
        Investment tax credit k.
    property_tax : share
        Yearly, w, of the value.
    credit_basis : share
        Share of the credit, c, by which the depreciable basis falls.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(user_cost(0.10, 0.276, 0.25, 0.87, 0.025), 6)
    0.36621

    Source
    ------
    Equations B5 (z); Hall and Jorgenson (1967) as in the PSL Cost-of-Capital-Calculator.
    """
    return formula(
        user_cost, _user_cost, rate, decay, tax_rate, tax_shield, inflation, credit, property_tax, credit_basis
    )


def metr(
    rate: DiscountRate,
    decay: Wear,
    tax_rate: TaxRate,
    tax_shield: Shield,
    inflation: Percent = 0.0,
    credit: Share = 0.0,
    property_tax: Share = 0.0,
    credit_basis: Share = 1.0,
) -> Result:
    """Marginal effective tax rate, ``(rho - (r - pi)) / rho``: the share of the return before tax that tax takes at the margin.

    ``rho`` is the user cost less `decay`. It is 0 where capital is expensed at once, and the statutory rate where tax depreciation is
    economic depreciation; below 0 the tax law pays a part.

    Parameters
    ----------
    rate, decay, tax_rate, tax_shield, inflation, credit, property_tax, credit_basis
        As in `user_cost`.

    Returns
    -------
    share
        Shape of the broadcast arguments. NaN where ``rho`` is 0 or an argument is out of range.

    Examples
    --------
    >>> round(metr(0.10, 0.276, 0.25, 0.87, 0.025), 6)
    0.168607
    >>> round(metr(0.10, 0.276, 0.25, 1.0, 0.025), 12)
    0.0

    Source
    ------
    King and Fullerton (1984) as in the PSL Cost-of-Capital-Calculator.
    """

    def taken(
        r: Array, decay: Array, t: Array, z: Array, inflation: Array, credit: Array, levy: Array, basis: Array
    ) -> object:
        gross = _user_cost(r, decay, t, z, inflation, credit, levy, basis) - decay
        return np.where(gross != 0.0, np.divide(gross - (r - inflation), gross), np.nan)

    return formula(metr, taken, rate, decay, tax_rate, tax_shield, inflation, credit, property_tax, credit_basis)


def _user_cost(
    r: Array, decay: Array, t: Array, z: Array, inflation: Array, credit: Array, levy: Array, basis: Array
) -> Array:
    return (r - inflation + decay) * (1.0 - credit - t * z * (1.0 - basis * credit)) / (1.0 - t) + levy
