"""What a series of flows returns: internal rates of return, and the time until it has paid back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, series
from accelxl.domain.finance._rows import row_by_row
from accelxl.domain.finance.worth import dated
from accelxl.units import Dates, Flows, Guess, Rate, Result


def irr(values: Flows, guess: Guess = 0.1) -> Result:
    """Internal rate of return, the ``r`` above -1 at which ``sum(values[t] / (1 + r)^t) = 0``.

    Parameters
    ----------
    values : USD
        Shape (periods,) or (cases, periods).
    guess : 1/period
        Where there are several such rates the one nearest the guess is returned; where there is one, it does not matter.

    Returns
    -------
    1/period
        Scalar for one case, else shape (cases,). NaN where there is none or `guess` is -1 or less.

    Examples
    --------
    >>> round(irr([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]), 6)
    0.086631

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, IRR. The solver is our own.
    """
    return row_by_row(core.irr_rows, series(values, "values"), at_least=512, guess=guess)


def irr_roots(values: Flows) -> NDArray[np.float64]:
    """Every rate ``r`` above -1 at which ``sum(values[t] / (1 + r)^t) = 0``, from low to high.

    Parameters
    ----------
    values : USD
        Shape (periods,) or (cases, periods).

    Returns
    -------
    1/period
        Shape (rates,), empty where there is none; a rate at which the sum touches 0 without crossing stands once. For several
        cases (cases, most rates of one case), filled up with NaN.

    Examples
    --------
    >>> irr_roots([-100, 230, -132]).round(6)
    array([0.1, 0.2])

    Source
    ------
    Equations B4 (all roots). The solver is our own.
    """
    flows = series(values, "values")
    rows = flows.reshape(-1, flows.shape[-1])
    found = np.full(rows.shape, np.nan)
    most = max((core.irr_roots_row(row, out) for row, out in zip(rows, found, strict=True)), default=0)
    return found.reshape(flows.shape)[..., :most].copy()


def xirr(values: Flows, dates: Dates, guess: Guess = 0.1) -> Result:
    """Internal rate of return of dated flows, ``sum(values[i] / (1 + r)^((dates[i] - dates[0])/365)) = 0``.

    Parameters
    ----------
    values : USD
        Shape (flows,) or (cases, flows); one flow above 0 and one below are needed.
    dates : date
        Serials (truncated) or datetimes, of the shape of `values`, in any order, none before the first.
    guess : 1/year
        Where there are several such rates the one nearest the guess is returned.

    Returns
    -------
    1/year
        Scalar for one case, else shape (cases,). NaN where there is none, a date lies before the first or `guess` is -1 or less.

    Raises
    ------
    ShapeError
        If there are not as many dates as values.

    Examples
    --------
    >>> round(xirr([-10_000, 2_750, 4_250, 3_250, 2_750], [39448, 39508, 39751, 39859, 39904]), 6)
    0.373363

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, XIRR. The solver is our own.
    """
    flows, days = dated(values, dates)
    first = days[..., :1]
    usable = np.all(days >= first, axis=-1)
    if np.any(np.diff(days) < 0):
        order = np.argsort(days, axis=-1, kind="stable")
        flows, days = np.take_along_axis(flows, order, axis=-1), np.take_along_axis(days, order, axis=-1)
    shape, [start] = cases(over=flows.shape[:-1], guess=guess)
    start = np.where(usable, start.reshape(shape), np.nan)
    return row_by_row(core.xirr_rows, flows, (days - first) / 365.0, at_least=64, guess=start)


def irr_mid(values: Flows, guess: Guess = 0.1) -> Result:
    """Internal rate of return with the flows in the middle of their periods, the ``r`` at which `npv_mid` is 0.

    Parameters
    ----------
    values : USD
        Shape (periods,) or (cases, periods); the first flow is today, the others come in evenly over their period.
    guess : 1/period
        Where there are several such rates the one nearest the guess is returned.

    Returns
    -------
    1/period
        Scalar for one case, else shape (cases,). NaN where there is none or `guess` is -1 or less.

    Examples
    --------
    >>> round(irr_mid([-100, 60, 60]), 6)
    0.205231

    Source
    ------
    Equations B4; the mid-period convention.
    """
    flows = series(values, "values")
    times = np.maximum(np.arange(flows.shape[-1]) - 0.5, 0.0)
    return row_by_row(core.xirr_rows, flows, np.broadcast_to(times, flows.shape), at_least=64, guess=guess)


def mirr(values: Flows, finance_rate: Rate, reinvest_rate: Rate) -> Result:
    """Modified internal rate of return, ``(FV(positive flows, reinvest_rate) / -PV(negative flows, finance_rate))^(1/n) - 1``.

    Parameters
    ----------
    values : USD
        Shape (periods,) or (cases, periods); n is the number of flows less 1.
    finance_rate, reinvest_rate : 1/period
        Rate paid on money put in and earned on money taken out, above -1.

    Returns
    -------
    1/period
        Scalar for one case, else shape (cases,). NaN where a rate is -1 or less, or no flow is positive or none negative.

    Examples
    --------
    >>> round(mirr([-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], 0.1, 0.12), 6)
    0.126094

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, MIRR.
    """
    flows = series(values, "values")
    return row_by_row(core.mirr_rows, flows, finance_rate=finance_rate, reinvest_rate=reinvest_rate)


def payback(values: Flows) -> Result:
    """Payback, the last time at which the running sum of the flows turns from negative to 0 or more, linear inside the period.

    Parameters
    ----------
    values : USD
        Shape (periods,) or (cases, periods); the first flow is at time 0.

    Returns
    -------
    periods
        Scalar for one case, else shape (cases,). 0 where the sum is never negative, NaN where it ends negative.

    Examples
    --------
    >>> payback([-100, 60, 80])
    1.5

    Source
    ------
    Equations B4.
    """
    return row_by_row(core.payback_rows, series(values, "values"), rate=0.0)


def discounted_payback(rate: Rate, values: Flows) -> Result:
    """Discounted payback, the payback of ``values[t] / (1 + rate)^t``.

    Parameters
    ----------
    rate : 1/period
        Discount rate, above -1; scalar or shape (cases,).
    values : USD
        Shape (periods,) or (cases, periods); the first flow is at time 0.

    Returns
    -------
    periods
        Scalar for one case, else shape (cases,). 0 where the sum is never negative, NaN where it ends negative or `rate` is -1
        or less.

    Examples
    --------
    >>> round(discounted_payback(0.1, [-100, 60, 80]), 4)
    1.6875

    Source
    ------
    Equations B4.
    """
    return row_by_row(core.payback_rows, series(values, "values"), rate=rate)
