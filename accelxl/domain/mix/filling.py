"""Utilization and availability apart: what a paid hour buys, and what the hours of a day cost that nobody fills."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import cases, formula, series
from accelxl.errors import OutOfRange
from accelxl.units import (
    HOURS_PER_MONTH,
    Count,
    Hours,
    MillionTokens,
    Numbers,
    Quantity,
    Result,
    Share,
    TokensPerSecond,
    UsdPerHour,
)

TpsSeries = Annotated[Numbers, Quantity("tokens/s", low=0, kind="series")]
Nodes = Annotated[Numbers, Quantity("units", low=1, whole=True)]
WholeCount = Annotated[Numbers, Quantity("units", low=0, whole=True)]
Array = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0
CRUMB = 1e-14
"""A share of what is needed that is rounding of binary fractions and no need; of a group never more than `MOST_CRUMB`."""
MOST_CRUMB = 1e-6

UTILIZATION_LINES = (
    "productive share of the hours",
    "USD a productive hour",
    "USD per Mtok",
    "USD an hour for work",
    "USD an hour for idle time",
    "USD an hour for downtime",
)
"""The figures of `utilization_split`, in order."""
LOAD_LINES = (
    "peak tokens a second",
    "mean over peak",
    "accelerators for the peak",
    "USD with a fixed fleet",
    "USD of that for idle hours",
    "USD per Mtok with a fixed fleet",
    "accelerator-hours when scaled",
    "starts",
    "USD when scaled",
    "USD per Mtok when scaled",
)
"""The figures of `load`, in order."""


def utilization_split(
    cost_usd_per_hour: UsdPerHour, tokens_per_second: TokensPerSecond, utilization: Share, availability: Share = 1.0
) -> Result:
    """Where a paid hour goes: work ``C*a*u``, idle ``C*a*(1-u)``, down ``C*(1-a)``; a productive hour costs ``C/(a*u)``.

    Availability is the share of the hours in which the machine works at all, utilization the share of those that demand
    fills. A low figure of the first is repaired, of the second filled.

    Parameters
    ----------
    cost_usd_per_hour : USD/h
        Of an accelerator, paid whether it works or not.
    tokens_per_second : tokens/s
        While it works.
    utilization, availability : share
        As above.

    Returns
    -------
    share, USD/h, USD/Mtok, USD/h, USD/h, USD/h
        Shape of the broadcast arguments, then the figures of `UTILIZATION_LINES`. The costs of a productive hour and of
        tokens are NaN where nothing is produced; all are NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    >>> utilization_split(3.6, 1000, 0.5, 0.75).round(6).tolist()
    [0.375, 9.6, 2.666667, 1.35, 1.35, 0.9]

    Source
    ------
    Equations B1, B2.
    """

    def lines(cost: Array, tps: Array, fill: Array, works: Array) -> tuple[Array, ...]:
        share = works * fill
        hour = np.where(share > 0, cost / np.where(share > 0, share, np.nan), np.nan)
        mtok = np.where(tps > 0, hour * 1e6 / (SECONDS_PER_HOUR * np.where(tps > 0, tps, np.nan)), np.nan)
        down = cost * (1.0 - works)
        return share, hour, mtok, cost * share, cost * works * (1.0 - fill), down

    return formula(utilization_split, lines, cost_usd_per_hour, tokens_per_second, utilization, availability)


def utilization_actual(
    mtok_served: MillionTokens,
    accelerators: Count,
    tokens_per_second: TokensPerSecond,
    hours: Hours = HOURS_PER_MONTH,
    availability: Share = 1.0,
) -> Result:
    """Utilization from tokens served, ``mtok * 1e6 / (accelerators * tokens_per_second * 3600 * hours * availability)``.

    Parameters
    ----------
    mtok_served : Mtok
        In those hours.
    accelerators : units
        In production.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    hours : h
        730 for a month.
    availability : share
        Share of the hours in which they worked.

    Returns
    -------
    share
        Shape of the broadcast arguments. NaN where there is no capacity or more was served than it allows: then a
        throughput, a number or the hours are too low.

    Examples
    --------
    >>> utilization_actual(1314, 1, 1000)
    0.5

    Source
    ------
    Equations B1, B2.
    """

    def share(mtok: Array, units: Array, tps: Array, hours: Array, works: Array) -> Array:
        most = units * tps * SECONDS_PER_HOUR * hours * works / 1e6
        found = np.where(most > 0, mtok / np.where(most > 0, most, np.nan), np.nan)
        return np.where(found <= 1.0 + 1e-9, found, np.nan)

    return formula(utilization_actual, share, mtok_served, accelerators, tokens_per_second, hours, availability)


def load(
    demand_tps: TpsSeries,
    tokens_per_second: TokensPerSecond,
    cost_usd_per_hour: UsdPerHour,
    utilization: Share = 1.0,
    per_node: Nodes = 1,
    min_accelerators: WholeCount = 0,
    start_hours: Hours = 0.0,
) -> Array:
    """Cost of a load profile with a fixed fleet, ``C * peak fleet * hours``, and when scaled, ``C * (sum n_h + starts)``.

    Each hour needs ``n_h = ceil(demand/(tokens_per_second*utilization)/per_node)*per_node`` accelerators. A fixed fleet
    holds the most of them all the time; a scaled one holds n_h, never less than `min_accelerators` (0 scales to zero), and
    pays `start_hours` for each accelerator that is started. The profile repeats: its first hour follows its last.

    Parameters
    ----------
    demand_tps : tokens/s
        Of each hour, 24 of them for a day; the last axis is the hours.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    cost_usd_per_hour : USD/h
        Of an accelerator that is held.
    utilization : share
        Most of the throughput that is filled.
    per_node : units
        Accelerators that are held together.
    min_accelerators : units
        Kept warm; rounded up to whole nodes.
    start_hours : h
        Paid for the start of an accelerator: boot, loading of weights, warming up.

    Returns
    -------
    figures of LOAD_LINES
        Shape of the cases, then the lines. Idle hours are those above the hours of work at full throughput. Costs per
        Mtok are NaN where nothing is asked for; all are NaN where a throughput or utilization is 0.

    Raises
    ------
    OutOfRange
        If a demand is negative or not a number.
    ShapeError, WrongType
        If the shapes do not fit together, or an argument is not of numbers.

    Examples
    --------
    Twelve busy hours and twelve quiet ones:

    >>> load([8000] * 12 + [0] * 12, 1000, 2.0)[[2, 3, 8]].tolist()
    [8.0, 384.0, 192.0]

    Source
    ------
    Equations B2 (fleet), hour by hour.
    """
    asked = not_negative(demand_tps, "demand_tps", "hour")
    shape, (tps, cost, fill, node, least, start) = cases(
        over=asked.shape[:-1], tokens_per_second=tokens_per_second, cost_usd_per_hour=cost_usd_per_hour,
        utilization=utilization, per_node=per_node, min_accelerators=min_accelerators, start_hours=start_hours,
    )  # fmt: skip
    hours = asked.shape[-1]
    rows = np.broadcast_to(asked, (*shape, hours)).reshape(-1, hours)
    good = (tps > 0) & (fill > 0) & (fill <= 1) & (cost >= 0) & (node >= 1) & (node == np.floor(node))
    good &= (least >= 0) & (start >= 0)
    one = np.where(good, tps * fill, np.nan)
    with np.errstate(all="ignore"):
        need = whole(rows / one[:, None], node[:, None])
        held = np.maximum(need, whole(least, node)[:, None])
        fleet = held.max(axis=1)
        starts = np.maximum(held - np.roll(held, 1, axis=1), 0.0).sum(axis=1)
        work = rows.sum(axis=1) / tps
        mtok = rows.sum(axis=1) * SECONDS_PER_HOUR / 1e6
        peak = rows.max(axis=1)
        fixed, scaled = cost * fleet * hours, cost * (held.sum(axis=1) + starts * start)
        asked_for = np.where(mtok > 0, mtok, np.nan)
        level = np.where(peak > 0, rows.mean(axis=1) / np.where(peak > 0, peak, np.nan), np.nan)
        lines = (
            peak, level, fleet, fixed, cost * (fleet * hours - work), fixed / asked_for, held.sum(axis=1), starts, scaled,
            scaled / asked_for,
        )  # fmt: skip
    out = np.where(good[:, None], np.stack(lines, axis=-1), np.nan)
    return out.reshape((*shape, len(LOAD_LINES)))


def whole(need: Array, group: Array) -> Array:
    """Round up to whole groups; a crumb above a whole number is rounding and not bought."""
    groups = need / group
    return np.asarray(np.ceil(groups - np.minimum(groups * CRUMB, MOST_CRUMB)) * group + 0.0)


def not_negative(value: Numbers, name: str, period: str) -> Array:
    """Return a series of finite numbers of at least 0; the sentence of a wrong one names its period."""
    line = series(value, name)
    wrong = ~(np.isfinite(line) & (line >= 0))
    if wrong.any():
        place = int(np.argwhere(wrong)[0][-1])
        raise OutOfRange(f"{name}, {period} {place + 1}, is {line[wrong][0]:g}; a number of at least 0 is allowed")
    return line
