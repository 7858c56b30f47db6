"""Economic value added, and the levelised price that covers a cost: what is left after, or needed for, the price of capital."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, result, series
from accelxl.errors import ShapeError
from accelxl.units import Cost, Flows, Numbers, Quantity, Rate, Result

CostSeries = Annotated[Numbers, Quantity("USD", low=0, kind="series")]
Outlays = Annotated[Numbers, Quantity("USD", kind="series")]
TokenSeries = Annotated[Numbers, Quantity("Mtok", low=0, kind="series")]
RevenueShare = Annotated[Numbers, Quantity("share", low=0, high=0.999)]

Array = NDArray[np.float64]


def eva(rate: Rate, nopat: Flows, capital: Flows) -> Array:
    """Economic value added of each period, ``nopat[t] - rate * capital[t]``; its present value is the net present value.

    The flows behind it are ``-capital[0]`` today and ``nopat[t]`` plus what the capital has fallen by at the end of each period, all
    of it at the end of the last: discounted they are worth what the EVA is worth. So depreciation, by whatever method, moves EVA
    between periods and not in sum.

    Parameters
    ----------
    rate : 1/period
        Cost of capital; scalar or shape (cases,).
    nopat : USD
        Operating profit of each period after cash tax, with the result of disposals; the last axis is time.
    capital : USD
        At the start of each period: paid capex less depreciation and disposals, plus working capital. As many figures as `nopat`.

    Returns
    -------
    USD
        Of the end of each period. Shape of the series, broadcast with `rate`. NaN where `rate` is -1 or less.

    Raises
    ------
    ShapeError
        If the two series are not of equal length.

    Examples
    --------
    >>> from accelxl.domain.finance import npv
    >>> added = eva(0.12, [9500.0] * 4, [84_000.0, 63_000.0, 42_000.0, 21_000.0])
    >>> added.round(2).tolist()
    [-580.0, 1940.0, 4460.0, 6980.0]
    >>> round(npv(0.12, added, 1) - npv(0.12, [-84_000.0] + [30_500.0] * 4), 8) == 0
    True

    Source
    ------
    Equations B4 (EVA).
    """
    profit, tied = series(nopat, "nopat"), series(capital, "capital")
    if profit.shape[-1] != tied.shape[-1]:
        raise ShapeError(
            f"{profit.shape[-1]} figures of nopat and {tied.shape[-1]} of capital; one of each a period is needed, capital at its start"
        )
    lead = _lead({"nopat": profit, "capital": tied})
    shape, (rates,) = cases(over=lead, rate=rate)
    charged = np.where(rates > -1.0, rates, np.nan).reshape(*shape, 1)
    with np.errstate(all="ignore"):
        return np.asarray(profit - charged * tied)


def lcot(
    rate: Rate,
    capex: Outlays,
    opex: CostSeries,
    mtok: TokenSeries,
    residual: Cost = 0.0,
    byproduct: CostSeries = 0.0,
    revenue_share: RevenueShare = 0.0,
) -> Result:
    """Levelised cost of a million tokens, ``(PV capex + PV opex - PV residual - PV by-products) / ((1 - revenue_share) * PV tokens)``.

    It is the level price at which the pre-tax net present value is 0.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    capex : USD
        First figure today, the next at the end of period 1, and so on; nothing after the last. The last axis is time.
    opex : USD
        Of each period from period 1, at its end. It leaves out what is a share of revenue.
    mtok : Mtok
        Tokens served in each period from period 1, in millions; as many figures as `opex`.
    residual : USD
        Received at the end of the last period.
    byproduct : USD
        Other revenue of each period from period 1: training sold, heat; one figure is that of every period.
    revenue_share : share
        Variable cost as a share of the revenue.

    Returns
    -------
    USD/Mtok
        Scalar for one case, else shape (cases,). NaN where no token is served, `rate` is -1 or less or an argument is out of range.

    Raises
    ------
    ShapeError
        If the series do not fit together, or `capex` is longer than the tokens and today.

    Examples
    --------
    >>> round(lcot(0.1, [1000.0], [50.0] * 3, [200.0] * 3), 4)
    2.2606

    Source
    ------
    Equations B4 (LCOT); the levelised cost of energy in tokens.
    """
    paid, costs, tokens = series(capex, "capex"), series(opex, "opex"), series(mtok, "mtok")
    other = series(byproduct, "byproduct")
    count = tokens.shape[-1]
    if costs.shape[-1] != count or other.shape[-1] not in {1, count}:
        raise ShapeError(
            f"{count} periods of mtok, {costs.shape[-1]} of opex and {other.shape[-1]} of byproduct; as many of each are needed"
        )
    if paid.shape[-1] > count + 1:
        raise ShapeError(
            f"capex has {paid.shape[-1]} figures; at most {count + 1} are allowed: today and one for each period of mtok"
        )
    lead = _lead({"capex": paid, "opex": costs, "mtok": tokens, "byproduct": other})
    shape, (rates, left, share) = cases(over=lead, rate=rate, residual=residual, revenue_share=revenue_share)

    def worth(line: Array, first: float) -> Array:
        wide = np.ascontiguousarray(np.broadcast_to(line, (*shape, line.shape[-1])).reshape(len(rates), -1))
        out = np.empty(len(rates))
        core.npv_rows(wide, rates, np.full(len(rates), first), out)
        return out

    other = np.broadcast_to(other, (*other.shape[:-1], count))
    negative = [np.any(line < 0, axis=-1) for line in (costs, tokens, other)]
    broken = np.zeros(shape, dtype=bool)
    for part in negative:
        broken |= np.broadcast_to(part, shape)
    with np.errstate(all="ignore"):
        cost = worth(paid, 0.0) + worth(costs, 1.0) - worth(other, 1.0) - left * core.pow(1.0 + rates, -float(count))
        served = worth(tokens, 1.0)
        price = cost / ((1.0 - share) * served)
    fine = ~broken.reshape(-1) & (served > 0.0) & (left >= 0.0) & (share >= 0.0) & (share <= 0.999)
    return result(np.where(fine, price, np.nan).reshape(shape))


def _lead(lines: dict[str, Array]) -> tuple[int, ...]:
    """Return the shape of the cases of some series."""
    try:
        return np.broadcast_shapes(*(line.shape[:-1] for line in lines.values()))
    except ValueError as error:
        given = ", ".join(f"{name} {' x '.join(map(str, line.shape))}" for name, line in lines.items())
        raise ShapeError(f"the series do not fit together: {given}; equal numbers of rows or 1 are allowed") from error
