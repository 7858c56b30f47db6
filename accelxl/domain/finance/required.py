"""The revenue that a return needs, and the return that a revenue gives: level or growing, for some years or for ever."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.domain.finance._venture import Venture, by_parts
from accelxl.units import Cost, DiscountRate, Numbers, Quantity, Result

Capital = Annotated[Numbers, Quantity("USD", low=0)]
Lasting = Annotated[Numbers | None, Quantity("years", 1, 1000, whole=True)]
CostShare = Annotated[Numbers, Quantity("share", low=0, high=0.999)]
TaxRate = Annotated[Numbers, Quantity("share", low=0, high=0.95)]
Growth = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
Deductions = Annotated[Numbers | None, Quantity("share", low=0, high=1, kind="series")]

Array = NDArray[np.float64]

DOUBLINGS, HALVINGS = 200, 120
NEAREST_GUESS = 0.1


def req_revenue(
    capital: Capital,
    rate: DiscountRate,
    years: Lasting = None,
    opex: Cost = 0.0,
    cost_share: CostShare = 0.0,
    tax_rate: TaxRate = 0.0,
    tax_depreciation: Deductions = None,
    residual: Cost = 0.0,
    growth: Growth = 0.0,
    opex_growth: Growth = 0.0,
) -> Result:
    """Revenue of the first year at which the after-tax net present value is 0, ``((K(1-Tz) - S*v^n)/(1-T) + PV(opex)) / (m*a)``.

    ``z`` is the present value of the tax deductions per dollar of capital, ``S`` the residual after tax, ``v = 1/(1+rate)``,
    ``m = 1 - cost_share`` and ``a`` the present value of a revenue that starts at 1 a year and grows. For ever, untaxed and level this
    is ``(rate*K + opex) / m``; for n years ``(K*CRF(rate, n) + opex) / m``.

    Parameters
    ----------
    capital : USD
        Paid today.
    rate : 1/year
        Return that is asked for, after tax.
    years : years
        Whole years of revenue, at the end of each; None (NaN in an array): for ever.
    opex : USD/year
        Cost of the first year that does not move with revenue.
    cost_share : share
        Costs that are a share of revenue and are not in `opex`.
    tax_rate : share
        On revenue less costs less deductions; a loss is credited in its year.
    tax_depreciation : share
        Share of the capital that each year deducts, year 1 first: `macrs(1, 5)`. Its last axis is time. None: straight line over
        `years`, nothing where they do not end. What is not deducted at the end is deducted there.
    residual : USD
        Received at the end of the last year; taxed on what it is above the capital not yet deducted.
    growth, opex_growth : 1/year
        Yearly growth of revenue and of opex.

    Returns
    -------
    USD/year
        Shape of the broadcast arguments. NaN where an argument is out of range, or where it is for ever and a growth is not below
        the rate.

    Raises
    ------
    OutOfRange
        If a row of `tax_depreciation` sums to more than 1.

    Examples
    --------
    >>> req_revenue(5e12, 0.1, cost_share=0.2) / 1e9
    625.0
    >>> round(req_revenue(1000.0, 0.1, 5, opex=50.0), 2)
    313.8

    Source
    ------
    Equations B4: perpetuity, finite, after tax with salvage, growing.
    """

    def revenue(given: Venture) -> Array:
        rate, kept = given.amount, 1.0 - given.tax_rate
        paid = given.capital * (1.0 - given.tax_rate * _shield(given.shares, rate))
        after_tax = paid - given.proceeds * _later(rate, given.years)
        worth = after_tax / kept + given.opex * _worth_of_growing(rate, given.years, given.opex_growth)
        return worth / ((1.0 - given.cost_share) * _worth_of_growing(rate, given.years, given.growth))

    return by_parts(
        req_revenue, revenue, tax_depreciation, capital=capital, rate=rate, years=years, opex=opex, cost_share=cost_share,
        tax_rate=tax_rate, residual=residual, growth=growth, opex_growth=opex_growth,
    )  # fmt: skip


def implied_return(
    capital: Capital,
    revenue: Cost,
    years: Lasting = None,
    opex: Cost = 0.0,
    cost_share: CostShare = 0.0,
    tax_rate: TaxRate = 0.0,
    tax_depreciation: Deductions = None,
    residual: Cost = 0.0,
    growth: Growth = 0.0,
    opex_growth: Growth = 0.0,
) -> Result:
    """After-tax return that a revenue gives on a capital: the rate at which `req_revenue` asks for just that revenue.

    Parameters
    ----------
    capital : USD
        Paid today.
    revenue : USD/year
        Of the first year.
    years, opex, cost_share, tax_rate, tax_depreciation, residual, growth, opex_growth
        As in `req_revenue`.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where there is no such rate, an argument is out of range, or it is for ever and opex
        grows faster than revenue.

    Raises
    ------
    OutOfRange
        If a row of `tax_depreciation` sums to more than 1.

    Examples
    --------
    >>> round(implied_return(5e12, 625e9, cost_share=0.2), 12)
    0.1

    Source
    ------
    Equations B4, solved for the rate.
    """
    return by_parts(
        implied_return, _rates, tax_depreciation, capital=capital, revenue=revenue, years=years, opex=opex, cost_share=cost_share,
        tax_rate=tax_rate, residual=residual, growth=growth, opex_growth=opex_growth,
    )  # fmt: skip


def _rates(given: Venture) -> Array:
    """Return of each case; those of one length go to the solver together."""
    out = np.full(len(given.capital), np.nan)
    usable = given.valid & np.isfinite(given.amount) & (given.capital > 0.0)
    for years in np.unique(given.years[usable]):
        these = np.flatnonzero(usable & (given.years == years))
        out[these] = _rate_of_flows(given, these, int(years)) if np.isfinite(years) else _rate_for_ever(given, these)
    return out


def _shield(shares: Array, rate: Array) -> Array:
    """Present value of the deductions per dollar of capital."""
    out = np.empty(len(rate))
    core.npv_rows(np.ascontiguousarray(shares), np.ascontiguousarray(rate), np.ones(len(rate)), out)
    return out


def _later(rate: Array, years: Array) -> Array:
    """Present value of 1 at the end of the years."""
    return np.where(np.isfinite(years), core.pow(1.0 + rate, -years), 0.0)


def _worth_of_growing(rate: Array, years: Array, growth: Array) -> Array:
    """Present value of 1 at the end of year 1, growing each year."""
    net = (rate - growth) / (1.0 + growth)
    some = core.pv(net, np.where(np.isfinite(years), years, 1.0), -1.0, 0.0, 0.0) / (1.0 + growth)
    return np.where(np.isfinite(years), some, np.where(rate > growth, 1.0 / (rate - growth), np.nan))


def _rate_of_flows(given: Venture, these: NDArray[np.intp], years: int) -> Array:
    """Internal rate of return of cases that end after the same years."""
    count = np.arange(float(years))

    def path(first: Array, growth: Array) -> Array:
        grown: Array = first[:, np.newaxis] * core.pow(1.0 + growth[:, np.newaxis], count)
        return grown

    sold = path((given.amount * (1.0 - given.cost_share))[these], given.growth[these])
    flows = np.empty((len(these), years + 1))
    flows[:, 0] = -given.capital[these]
    kept = 1.0 - given.tax_rate[these][:, np.newaxis]
    flows[:, 1:] = kept * (sold - path(given.opex[these], given.opex_growth[these]))
    width = min(given.shares.shape[1], years)
    flows[:, 1 : width + 1] += (given.tax_rate * given.capital)[these][:, np.newaxis] * given.shares[these][:, :width]
    flows[:, -1] += given.proceeds[these]
    out = np.empty(len(these))
    core.irr_rows(flows, np.full(len(these), NEAREST_GUESS), out)
    return out


def _rate_for_ever(given: Venture, these: NDArray[np.intp]) -> Array:
    """Rate of cases that do not end: their value falls as the rate rises above the growth, so halving finds it."""
    growth, opex_growth, opex = given.growth[these], given.opex_growth[these], given.opex[these]
    sold = (given.amount * (1.0 - given.cost_share))[these]
    capital, tax, shares = given.capital[these], given.tax_rate[these], given.shares[these]

    def value(rate: Array) -> Array:
        net = sold / (rate - growth) - opex / (rate - opex_growth)
        worth: Array = (1.0 - tax) * net - capital * (1.0 - tax * _shield(shares, rate))
        return worth

    step = np.ones(len(these))
    for _ in range(DOUBLINGS):
        step = np.where(value(growth + step) > 0.0, 2.0 * step, step)
    high, near = growth + step, step
    for _ in range(DOUBLINGS):
        near = np.where(value(growth + near) > 0.0, near, 0.5 * near)
    bottom = growth + near
    found = (growth >= opex_growth) & (value(bottom) > 0.0) & (value(high) <= 0.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (bottom + high)
        above = value(middle) > 0.0
        bottom, high = np.where(above, middle, bottom), np.where(above, high, middle)
    return np.where(found, 0.5 * (bottom + high), np.nan)
