"""Lead times: when each component arrives, which of them the site waits for, and how late the others may be ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, result, serials
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Dates, Numbers, Quantity, Result

Weeks = Annotated[Numbers, Quantity("weeks", low=0, high=1040)]
Slip = Annotated[Numbers, Quantity("weeks", low=-520, high=1040)]
Day = Annotated[Numbers, Quantity("date", kind="date")]

DAYS_PER_WEEK = 7.0


def arrival(order_date: Day, lead_weeks: Weeks, slip_weeks: Slip = 0.0) -> Result:
    """Day on which a component arrives, ``order_date + 7 * (lead_weeks + slip_weeks)``, a part of a day rounded up.

    Parameters
    ----------
    order_date : date
        Spreadsheet serial or date.
    lead_weeks : weeks
        From order to delivery.
    slip_weeks : weeks
        Late against that; below 0 early, never before the order.

    Returns
    -------
    date
        Serial; shape of the broadcast arguments. NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers or dates, or the shapes do not fit together.

    Examples
    --------
    An accelerator of 44 weeks ordered on 5 January 2026 arrives on 9 November 2026:

    >>> import datetime as dt
    >>> arrival(dt.date(2026, 1, 5), 44.0)
    46335.0

    Source
    ------
    Equations B3 (dated supply); calendar arithmetic.
    """
    day, lead = serials(order_date, "order_date"), numbers(lead_weeks, "lead_weeks")
    slip = numbers(slip_weeks, "slip_weeks")
    try:
        day, lead, slip = np.broadcast_arrays(day, lead, slip)
    except ValueError as error:
        raise ShapeError(
            f"{day.size} order dates, {lead.size} lead times and {slip.size} slips; one of each for all, or one for "
            "each component, is allowed"
        ) from error
    valid = (lead >= 0) & (lead <= 1040) & (slip >= -520) & (slip <= 1040)
    with np.errstate(invalid="ignore"):
        due = np.maximum(np.ceil(day + DAYS_PER_WEEK * (lead + slip) - 1e-9), day)
    return result(np.where(valid, due, np.nan))


@dataclass(frozen=True, slots=True)
class Readiness:
    """When a site can start: the day all components are there and installed, and what each of them leaves.

    `slack_days` is how many days a component lies idle before the last one comes; `order_by` the last day on which it
    could be ordered without moving `ready`. `critical` holds the places of those that the site waits for.
    """

    arrives: NDArray[np.float64]
    slack_days: NDArray[np.float64]
    order_by: NDArray[np.float64]
    critical: tuple[int, ...]
    ready: float


def leadtime(order_dates: Dates, lead_weeks: Weeks, slip_weeks: Slip = 0.0, install_weeks: Weeks = 0.0) -> Readiness:
    """Day on which capacity is ready, ``max over components of arrival + install``, and the component that sets it.

    Parameters
    ----------
    order_dates : date
        One for all components, or one for each.
    lead_weeks, slip_weeks : weeks
        Of each component.
    install_weeks : weeks
        From the last arrival to production.

    Returns
    -------
    Readiness
        One entry a component, in the order given.

    Raises
    ------
    OutOfRange
        If a lead time, a slip or a date is blank or out of range.
    ShapeError
        If there are not as many of each as components.

    Examples
    --------
    >>> found = leadtime(46027, [44.0, 90.0, 52.5], install_weeks=4.0)
    >>> found.critical, found.slack_days.tolist(), found.ready
    ((1,), [322.0, 0.0, 262.0], 46685.0)

    Source
    ------
    Equations B3 (dated supply): the minimum over what has arrived, in time instead of in units; the slack is the total
    float of the critical path method.
    """
    arrives = np.atleast_1d(np.asarray(arrival(order_dates, lead_weeks, slip_weeks)))
    if arrives.ndim != 1 or not len(arrives) or np.ndim(install_weeks):
        raise ShapeError(
            f"arrivals of shape {arrives.shape}; one row or column of components and one install time are allowed"
        )
    wrong = ~np.isfinite(arrives)
    if wrong.any():
        place = int(wrong.argmax()) + 1
        raise OutOfRange(
            f"component {place} has no arrival: a date, a lead time from 0 to 1040 weeks and a slip from -520 to 1040 are needed"
        )
    install = float(numbers(install_weeks, "install_weeks"))
    if not 0 <= install <= 1040:
        raise OutOfRange(f"install_weeks is {install:g}; a number from 0 to 1040 weeks is allowed")
    last = float(arrives.max())
    slack = last - arrives
    ordered = np.broadcast_to(serials(order_dates, "order_dates"), arrives.shape)
    ready = float(np.ceil(last + DAYS_PER_WEEK * install - 1e-9))
    return Readiness(arrives, slack, ordered + slack, tuple(np.flatnonzero(slack == 0).tolist()), ready)
