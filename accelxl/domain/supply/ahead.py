"""Buying ahead: what a deposit and its discount are worth against the cost of capital, the price path and the slip."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.units import Cost, DiscountRate, Months, Numbers, Quantity, Share

Array = NDArray[np.float64]
Discount = Annotated[Numbers, Quantity("share", low=-1, high=0.99)]
Growth = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]

PREBUY_LINES = (
    "wait, present value",
    "prebuy, present value",
    "benefit",
    "from the price",
    "from early payment",
    "from the slip",
    "from deposits lost",
    "breakeven discount",
    "return on paying early",
)
"""The figures of `prebuy`, in order."""


def prebuy(
    order_usd: Cost,
    discount: Discount,
    lead_months: Months,
    discount_rate: DiscountRate = 0.10,
    deposit_share: Share = 1.0,
    price_growth: Growth = 0.0,
    slip_months: Months = 0.0,
    wait_slip_months: Months = 0.0,
    delay_usd_per_month: Cost = 0.0,
    loss_share: Share = 0.0,
) -> NDArray[np.float64]:
    """Benefit of buying ahead, ``PV(pay on delivery at the later price) - PV(deposit now, rest on delivery)``, split by cause.

    Parameters
    ----------
    order_usd : USD
        The order at today's list price, P.
    discount : share
        Off that price for ordering now.
    lead_months : months
        From now to the planned delivery, L.
    discount_rate : 1/year
        Cost of capital, effective annual.
    deposit_share : share
        Of the discounted price, paid now, D; the rest on delivery.
    price_growth : 1/year
        Of the list price to the planned delivery, for the buyer who waits.
    slip_months, wait_slip_months : months
        Expected slip of the delivery with the order now, and without it (see `slip`).
    delay_usd_per_month : USD
        What a month of slip costs (see `delay_cost`).
    loss_share : share
        Part of the deposit that is expected to be lost with the supplier.

    Returns
    -------
    USD, share, 1/year
        Shape of the broadcast arguments, then the nine figures of `PREBUY_LINES`. The four causes add up to the
        benefit. Breakeven discount: the benefit is 0. Return: the yearly rate that the deposit earns where nothing
        slips and nothing is lost, NaN without a deposit or a lead time.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    A year of supply at 8 % off, half of it paid 12 months ahead, at 10 %:

    >>> found = prebuy(100e6, 0.08, 12.0, 0.10, deposit_share=0.5)
    >>> found[2:6].round(-3).tolist(), round(float(found[8]), 4)
    ([3091000.0, 7273000.0, -4182000.0, 0.0], 0.1739)

    Source
    ------
    Equations B6 (deposit share, slip); the return on paying early is the effective cost of trade credit.
    """

    def lines(
        P: Array,
        x: Array,
        months: Array,
        r: Array,
        D: Array,
        g: Array,
        slip: Array,
        wait: Array,
        each: Array,
        loss: Array,
    ) -> object:
        L, rho = months / 12.0, core.log1p(r)
        v = core.exp(-rho * L)
        later, now = P * core.exp(L * core.log1p(g)), P * (1.0 - x)
        v_slip, v_wait = v * core.exp(-rho * slip / 12.0), v * core.exp(-rho * wait / 12.0)
        price, early = (later - now) * v, now * D * core.expm1(-rho * L)
        slipped = later * (v_wait - v) - now * (1.0 - D) * (v_slip - v) + each * (wait - slip) * v
        lost = -loss * now * D
        waiting = later * v_wait + each * wait * v
        ahead = now * (D * (1.0 + loss) + (1.0 - D) * v_slip) + each * slip * v
        per = D * (1.0 + loss) + (1.0 - D) * v_slip
        even = 1.0 - (waiting - each * slip * v) / (P * per)
        ratio = (later - now * (1.0 - D)) / (now * D)
        earned = np.where((D > 0) & (L > 0) & (ratio > 0), core.expm1(core.log(np.maximum(ratio, 1e-300)) / L), np.nan)
        return waiting, ahead, price + early + slipped + lost, price, early, slipped, lost, even, earned

    return np.asarray(
        formula(
            prebuy, lines, order_usd, discount, lead_months, discount_rate, deposit_share, price_growth, slip_months,
            wait_slip_months, delay_usd_per_month, loss_share,
        )
    )  # fmt: skip
