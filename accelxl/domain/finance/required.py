"""The revenue that a return needs, and the return that a revenue gives: level or growing, for some years or for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, quantities, result, series
from accelxl.errors import OutOfRange
from accelxl.units import Cost, Numbers, Quantity, Result

Capital = Annotated[Numbers, Quantity("USD", low=0)]
Return = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
Lasting = Annotated[Numbers | None, Quantity("years", 1, 1000, whole=True)]
CostShare = Annotated[Numbers, Quantity("share", low=0, high=0.999)]
TaxRate = Annotated[Numbers, Quantity("share", low=0, high=0.95)]
Growth = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
Deductions = Annotated[Numbers | None, Quantity("share", low=0, high=1, kind="series")]

Array = NDArray[np.float64]

DOUBLINGS, HALVINGS = 200, 120
NEAREST_GUESS = 0.1


@dataclass(frozen=True, slots=True)
class Venture:
    """The cases of a call, each argument flat, one figure a case; `amount` is the rate or the revenue.

    `shares` has one row a case, the share of the capital that each year deducts; `written_off` is their sum over the years.
    """

    shape: tuple[int, ...]
    capital: Array
    amount: Array
    years: Array
    opex: Array
    cost_share: Array
    tax_rate: Array
    residual: Array
    growth: Array
    opex_growth: Array
    shares: Array
    written_off: Array
    valid: NDArray[np.bool_]

    @property
    def proceeds(self) -> Array:
        """Residual after tax on what it is above the capital that is not yet deducted."""
        left = self.capital * (1.0 - self.written_off)
        ends = np.isfinite(self.years)
        return np.where(ends, self.residual - self.tax_rate * (self.residual - left), 0.0)


def req_revenue(
    capital: Capital,
    rate: Return,
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
    given = _venture(
        req_revenue, tax_depreciation, capital=capital, rate=rate, years=years, opex=opex, cost_share=cost_share, tax_rate=tax_rate,
        residual=residual, growth=growth, opex_growth=opex_growth,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        r = np.where(given.valid, given.amount, np.nan)
        worth = (
            given.capital * (1.0 - given.tax_rate * _shield(given, r)) - given.proceeds * _later(r, given.years)
        ) / (1.0 - given.tax_rate) + given.opex * _worth_of_growing(r, given.years, given.opex_growth)
        out = worth / ((1.0 - given.cost_share) * _worth_of_growing(r, given.years, given.growth))
    return result(np.where(given.valid, out, np.nan).reshape(given.shape))


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
    given = _venture(
        implied_return, tax_depreciation, capital=capital, revenue=revenue, years=years, opex=opex, cost_share=cost_share,
        tax_rate=tax_rate, residual=residual, growth=growth, opex_growth=opex_growth,
    )  # fmt: skip
    out = np.full(len(given.capital), np.nan)
    usable = given.valid & np.isfinite(given.amount) & (given.capital > 0.0)
    ends = usable & np.isfinite(given.years)
    with np.errstate(all="ignore"):
        if ends.any():
            out[ends] = _rate_of_flows(given, ends)
        lasts = usable & ~np.isfinite(given.years)
        if lasts.any():
            out[lasts] = _rate_for_ever(given, lasts)
    return result(out.reshape(given.shape))


def _venture(face: Callable[..., Any], tax_depreciation: Any, **values: Any) -> Venture:
    """Return the cases of a call of `face`; `valid` is False where an argument is outside its limits."""
    rows = None if tax_depreciation is None else series(tax_depreciation, "tax_depreciation", at_least=0)
    if rows is not None and not rows.shape[-1]:
        rows = np.zeros((*rows.shape[:-1], 1))
    if values["years"] is None:
        values["years"] = np.nan
    shape, flat = cases(over=() if rows is None else rows.shape[:-1], **values)
    given = dict(zip(values, flat, strict=True))
    lasts = np.isnan(given["years"])
    valid = np.ones(len(flat[0]), dtype=bool)
    for name, quantity in quantities(face).items():
        inside = (given[name] >= quantity.low) & (given[name] <= quantity.high)
        if quantity.whole:
            inside &= given[name] == np.floor(given[name])
        valid &= inside | lasts if name == "years" else inside
    given["years"] = np.where(lasts, np.inf, given["years"])
    given["amount"] = given.pop("rate" if "rate" in given else "revenue")
    longest = int(np.where(valid & ~lasts, given["years"], 1.0).max(initial=1.0))
    shares = _shares(rows, shape, np.where(valid, given["years"], 1.0), longest)
    return Venture(shape, **given, shares=shares, written_off=shares.sum(axis=1), valid=valid)


def _shares(rows: Array | None, shape: tuple[int, ...], years: Array, longest: int) -> Array:
    """Return the share that each year deducts, one row a case, 0 after the case's last year."""
    if rows is None:
        count = np.arange(1, longest + 1)
        with np.errstate(divide="ignore"):
            return np.where(count <= years[:, np.newaxis], 1.0 / years[:, np.newaxis], 0.0)
    if not ((rows >= 0) & (rows <= 1)).all():
        wrong = rows[~((rows >= 0) & (rows <= 1))][0]
        raise OutOfRange(f"tax_depreciation holds {wrong:g}; shares of the capital from 0 to 1 are allowed")
    total = float(rows.sum(axis=-1).max(initial=0.0))
    if total > 1.0 + 1e-9:
        raise OutOfRange(f"tax_depreciation sums to {total:g}; shares of the capital that sum to at most 1 are allowed")
    table = np.broadcast_to(rows, (*shape, rows.shape[-1])).reshape(-1, rows.shape[-1])
    return np.where(np.arange(1, rows.shape[-1] + 1) <= years[:, np.newaxis], table, 0.0)


def _shield(given: Venture, rate: Array) -> Array:
    """Present value of the deductions per dollar of capital."""
    out = np.empty(len(rate))
    core.npv_rows(np.ascontiguousarray(given.shares), np.ascontiguousarray(rate), np.ones(len(rate)), out)
    return out


def _later(rate: Array, years: Array) -> Array:
    """Present value of 1 at the end of the years."""
    return np.where(np.isfinite(years), core.pow(1.0 + rate, -years), 0.0)


def _worth_of_growing(rate: Array, years: Array, growth: Array) -> Array:
    """Present value of 1 at the end of year 1, growing each year."""
    net = (rate - growth) / (1.0 + growth)
    some = core.pv(net, np.where(np.isfinite(years), years, 1.0), -1.0, 0.0, 0.0) / (1.0 + growth)
    return np.where(np.isfinite(years), some, np.where(rate > growth, 1.0 / (rate - growth), np.nan))


def _rate_of_flows(given: Venture, these: NDArray[np.bool_]) -> Array:
    """Internal rate of return of the cases that end."""
    years = given.years[these]
    count = np.arange(1.0, years.max() + 1.0)
    running = count <= years[:, np.newaxis]

    def path(first: Array, growth: Array) -> Array:
        grown: Array = first[:, np.newaxis] * core.pow(1.0 + growth[:, np.newaxis], count - 1.0)
        return grown

    kept = 1.0 - given.tax_rate[these][:, np.newaxis]
    sold = path(given.amount[these] * (1.0 - given.cost_share[these]), given.growth[these])
    flows = np.zeros((len(years), len(count) + 1))
    flows[:, 1:] = np.where(running, kept * (sold - path(given.opex[these], given.opex_growth[these])), 0.0)
    width = min(given.shares.shape[1], len(count))
    flows[:, 1 : width + 1] += (given.tax_rate * given.capital)[these][:, np.newaxis] * given.shares[these][:, :width]
    flows[:, 0] = -given.capital[these]
    flows[np.arange(len(years)), years.astype(int)] += given.proceeds[these]
    out = np.empty(len(years))
    core.irr_rows(flows, np.full(len(years), NEAREST_GUESS), out)
    return out


def _rate_for_ever(given: Venture, these: NDArray[np.bool_]) -> Array:
    """Rate of the cases that do not end: their value falls as the rate rises above the growth, so halving finds it."""
    index = np.flatnonzero(these)
    chosen = {name: getattr(given, name)[index] for name in ("capital", "tax_rate", "growth", "opex_growth", "opex")}
    sold = (given.amount * (1.0 - given.cost_share))[index]
    shares = np.ascontiguousarray(given.shares[index])
    kept = 1.0 - chosen["tax_rate"]

    def value(rate: Array) -> Array:
        shield = np.empty(len(rate))
        core.npv_rows(shares, np.ascontiguousarray(rate), np.ones(len(rate)), shield)
        net = sold / (rate - chosen["growth"]) - chosen["opex"] / (rate - chosen["opex_growth"])
        worth: Array = kept * net - chosen["capital"] * (1.0 - chosen["tax_rate"] * shield)
        return worth

    low, step = chosen["growth"], np.ones(len(index))
    for _ in range(DOUBLINGS):
        step = np.where(value(low + step) > 0.0, 2.0 * step, step)
    high, near = low + step, step
    for _ in range(DOUBLINGS):
        near = np.where(value(low + near) > 0.0, near, 0.5 * near)
    bottom = low + near
    found = (chosen["growth"] >= chosen["opex_growth"]) & (value(bottom) > 0.0) & (value(high) <= 0.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (bottom + high)
        above = value(middle) > 0.0
        bottom, high = np.where(above, middle, bottom), np.where(above, high, middle)
    return np.where(found, 0.5 * (bottom + high), np.nan)
