"""Switching: what it costs to leave a supplier and its software stack, and how much cheaper the next one has to be."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.domain.contract.ownership import period_rate
from accelxl.units import Cost, DiscountRate, Numbers, Quantity, Result

UsdPerMonth = Annotated[Numbers, Quantity("USD/month", low=0)]
WholeMonths = Annotated[Numbers, Quantity("months", low=0, high=1200, whole=True)]
Array = NDArray[np.float64]

SWITCH_LINES = (
    "cost of switching",
    "saving a month",
    "payback in months",
    "net present value",
    "price a month that breaks even",
    "discount that the new supplier has to give",
)
"""The figures of `switch`, in order."""


def switch(
    current_usd_per_month: UsdPerMonth,
    new_usd_per_month: UsdPerMonth,
    porting_usd: Cost = 0.0,
    dual_months: WholeMonths = 0,
    exit_usd: Cost = 0.0,
    months: WholeMonths = 36,
    discount_rate: DiscountRate = 0.10,
) -> Result:
    """Cost and worth of switching, ``NPV = -(porting + exit) - new*A(H) + current*(A(H) - A(dual))``.

    Both suppliers are paid in the months of dual running, the new one alone after them; A(n) is the present value of 1 a
    month for n months. The lock-in is the discount at which the switch just pays: ``1 - break-even price / current``.

    Parameters
    ----------
    current_usd_per_month, new_usd_per_month : USD/month
        Cost of the same work with each supplier.
    porting_usd : USD
        Rewriting kernels, tests, retraining people; paid at once.
    dual_months : months
        Months in which both run side by side.
    exit_usd : USD
        Fee for leaving, egress, what is left of a commitment; paid at once.
    months : months
        Over which the switch is judged, dual running included.
    discount_rate : 1/year
        Effective annual rate; costs of a month fall at its end.

    Returns
    -------
    USD, USD/month, months, USD, USD/month, share
        Shape of the broadcast arguments, then the figures of `SWITCH_LINES`. The cost of switching counts dual running
        undiscounted. The payback is NaN where the saving does not cover the cost within the months.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    A bill of 100,000 a month against 80,000, a port of 150,000 and two months of both:

    >>> switch(100_000, 80_000, 150_000, 2, months=36, discount_rate=0).round(3).tolist()
    [310000.0, 20000.0, 17.5, 370000.0, 90277.778, 0.097]

    Source
    ------
    Equations B4 (net present value) on the difference of two plans.
    """

    def lines(
        old: Array, new: Array, porting: Array, dual: Array, leave: Array, horizon: Array, rate: Array
    ) -> tuple[Array, ...]:
        step = period_rate(rate, 12.0)
        whole = -core.pv(step, horizon, 1.0, 0.0, 0.0)
        alone = whole - np.where(dual > 0, -core.pv(step, dual, 1.0, 0.0, 0.0), 0.0)
        once = porting + leave
        saving = old - new
        spent = once + new * dual
        back = np.where(spent == 0, 0.0, dual + np.where(saving > 0, spent / np.where(saving > 0, saving, 1.0), np.nan))
        fits = (rate > -1) & (horizon >= 1) & (dual <= horizon)
        price = (old * alone - once) / whole
        figures = (spent, saving, np.where(back <= horizon, back, np.nan), old * alone - new * whole - once, price)
        share = np.where(old > 0, 1.0 - price / np.where(old > 0, old, 1.0), np.nan)
        return tuple(np.where(fits, figure, np.nan) for figure in (*figures, share))

    return formula(
        switch,
        lines,
        current_usd_per_month,
        new_usd_per_month,
        porting_usd,
        dual_months,
        exit_usd,
        months,
        discount_rate,
    )
