"""What a series of flows is worth today, as money, as an index and as a level amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import accelxl._core as core
from accelxl.arrays import cases, result, serials, series
from accelxl.domain.finance._rows import row_by_row
from accelxl.errors import ShapeError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

from accelxl.units import Dates, Flows, Periods, Rate, Result, YearlyRate


def npv(rate: Rate, values: Flows, first_period: Periods = 0) -> Result:
    """Net present value, ``sum(values[t] / (1 + rate)^(t + first_period))``, t from 0.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    values : USD
        Shape (periods,) or (cases, periods).
    first_period : periods
        Period of the first flow: 0, today; 1 as the spreadsheet function NPV has it.

    Returns
    -------
    USD
        Scalar for one case, else shape (cases,). NaN where `rate` is -1 or less.

    Examples
    --------
    >>> round(npv(0.1, [-100, 60, 60]), 4)
    4.1322
    >>> round(npv(0.1, [-10_000, 3_000, 4_200, 6_800], first_period=1), 2)
    1188.44

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, NPV.
    """
    return row_by_row(core.npv_rows, series(values, "values"), rate=rate, first_period=first_period)


def npv_mid(rate: Rate, values: Flows) -> Result:
    """Net present value with the flows in the middle of their periods, ``values[0] + sum(values[t] / (1 + rate)^(t - 0.5))``, t from 1.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    values : USD
        Shape (periods,) or (cases, periods); the first flow is today, the others come in evenly over their period.

    Returns
    -------
    USD
        Scalar for one case, else shape (cases,). NaN where `rate` is -1 or less.

    Examples
    --------
    >>> round(npv_mid(0.1, [-100, 60, 60]), 4)
    9.2148

    Source
    ------
    The mid-period convention; the plan's timing "mid".
    """
    flows = series(values, "values")
    later = flows.copy()
    later[..., 0] = 0.0
    shape, (first, rates) = cases(over=flows.shape[:-1], first=flows[..., 0], rate=rate)
    worth = np.asarray(row_by_row(core.npv_rows, later, rate=rate, first_period=0.0)).reshape(-1)
    with np.errstate(all="ignore"):
        return result((first + worth * np.sqrt(np.where(rates > -1.0, 1.0 + rates, np.nan))).reshape(shape))


def dated(values: Any, dates: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values and whole serials of one shape; NaN for a date that no spreadsheet has (before 1900, after 9999)."""
    flows, days = series(values, "values"), series(serials(dates, "dates"), "dates")
    if flows.shape[-1] != days.shape[-1]:
        raise ShapeError(f"{flows.shape[-1]} values and {days.shape[-1]} dates; as many dates as values are needed")
    try:
        flows, days = np.broadcast_arrays(flows, days)
    except ValueError as error:
        raise ShapeError(f"values {flows.shape} and dates {days.shape} do not fit together") from error
    days = np.where((days >= 0) & (days <= LAST_SERIAL), days, np.nan)
    return np.ascontiguousarray(flows), days


LAST_SERIAL = 2_958_465
"""31 December 9999."""


def xnpv(rate: YearlyRate, values: Flows, dates: Dates) -> Result:
    """Net present value of dated flows, ``sum(values[i] / (1 + rate)^((dates[i] - dates[0])/365))``.

    Parameters
    ----------
    rate : 1/year
        Discount rate, above 0.
    values : USD
        Shape (flows,) or (cases, flows).
    dates : date
        Serials (truncated) or datetimes, of the shape of `values`, in any order, none before the first.

    Returns
    -------
    USD
        Scalar for one case, else shape (cases,). NaN where `rate` is not above 0 or a date lies before the first.

    Raises
    ------
    ShapeError
        If there are not as many dates as values.

    Examples
    --------
    >>> round(xnpv(0.09, [-10_000, 2_750, 4_250, 3_250, 2_750], [39448, 39508, 39751, 39859, 39904]), 2)
    2086.65

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, XNPV.
    """
    return row_by_row(core.xnpv_rows, *dated(values, dates), rate=rate)


def pi(rate: Rate, values: Flows) -> Result:
    """Profitability index, ``1 + NPV / PV(outlays)``, the outlays being the negative flows.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    values : USD
        Shape (periods,) or (cases, periods); the first flow is today. Flows are taken as they are netted.

    Returns
    -------
    1
        Scalar for one case, else shape (cases,). NaN where `rate` is -1 or less or no flow is negative.

    Examples
    --------
    >>> round(pi(0.1, [-100, 60, 60]), 6)
    1.041322

    Source
    ------
    Equations B4.
    """
    return row_by_row(core.pi_rows, series(values, "values"), rate=rate)


def equivalent_annuity(rate: Rate, values: Flows) -> Result:
    """Level amount at the end of each period that is worth the flows, ``NPV * rate / (1 - (1+rate)^-n)``.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    values : USD
        Shape (periods,) or (cases, periods); the first flow is today, so that n is the number of flows less 1.

    Returns
    -------
    USD/period
        Scalar for one case, else shape (cases,). NaN where `rate` is -1 or less or there is one flow only.

    Examples
    --------
    >>> round(equivalent_annuity(0.1, [-100, 60, 60]), 4)
    2.381

    Source
    ------
    Equations B1, B4 (EAA).
    """
    return row_by_row(core.equivalent_annuity_rows, series(values, "values"), rate=rate)
