"""The rolling forecast: actuals take the place of the plan, the rest is forecast again from what the actuals say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import fsum
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import EPOCH, series
from accelxl.errors import OutOfRange, ShapeError, UnknownName, nearest
from accelxl.units import Numbers, Quantity

Array = NDArray[np.float64]
Periods = Annotated[Numbers, Quantity("period", kind="series")]
Figures = Annotated[Numbers, Quantity("driver's unit", kind="series")]
Window = Annotated[int, Quantity("periods", low=1, high=1200, whole=True)]

Limit = Annotated[float, Quantity("driver's unit")]

METHODS = ("ratio", "shift", "trend", "plan")
CURVES = ("logistic", "gompertz", "bass")
Method = Annotated[str, Quantity("text", kind="choice", choices=METHODS)]


@dataclass(frozen=True, slots=True)
class Rolled:
    """A rolled series: `values` for every period, the first `known` of them actuals.

    `figure` is what the actuals said: the ratio to the plan, the shift in the driver's unit, or the growth per period.
    """

    values: Array
    known: int
    method: str
    figure: float


def roll(
    periods: Periods,
    plan: Figures,
    actuals: Figures,
    method: Method = "ratio",
    window: Window | None = None,
    actual_periods: Periods | None = None,
    low: Limit | None = None,
    high: Limit | None = None,
) -> Rolled:
    """Rolling forecast of a driver: actuals where there are any, then the plan corrected by their last `window` periods.

    Parameters
    ----------
    periods : period
        Of the plan, ascending: 1, 2, 3, dates or years.
    plan : driver's unit
        A figure for each period.
    actuals : driver's unit
        From the first period on, without gaps.
    method : text
        ratio: ``plan * sum(actuals) / sum(plan of the same periods)``. shift: ``plan + mean(actual - plan)``. trend: the
        exponential ``exp(a + b*t)`` fitted to the actuals by least squares in the logarithm. plan: the rest as planned.
    window : periods
        How many of the last actuals count; all of them if left out.
    actual_periods : period
        Of the actuals, where they are dated: the plan's first periods, each once.
    low, high : driver's unit
        What the driver can be, such as 0 to 1 for a utilization: figures outside are refused, and the forecast stops there. Left out,
        low is 0 where the plan has no figure below 0.

    Returns
    -------
    Rolled
        As many values as periods.

    Raises
    ------
    OutOfRange
        If periods do not ascend, actuals have a gap or stand twice, a figure lies outside low and high, or the method cannot work on
        these figures.
    ShapeError
        If the series do not fit together.
    UnknownName
        If there is no such method.

    Examples
    --------
    Two months at 90 % of the plan:

    >>> roll([1, 2, 3, 4], [100.0, 110.0, 120.0, 130.0], [90.0, 99.0]).values.tolist()
    [90.0, 99.0, 108.0, 117.0]

    Source
    ------
    Capabilities row 57; ordinary least squares in the logarithm for the trend.
    """
    word = method.strip().lower() if isinstance(method, str) else method
    if word not in METHODS:
        raise UnknownName(f"method is {method!r}; {nearest(str(method), METHODS)}")
    t, planned, known = checked(periods, plan, actuals, actual_periods)
    least, most = _limits(t, planned, known, low, high)
    count = len(known)
    width = count if window is None else min(int(window), count)
    if window is not None and (not 1 <= window <= 1200 or window != int(window)):
        raise OutOfRange(f"window is {window!r}; a whole number of periods from 1 to 1200 is allowed")
    if not count or word == "plan":
        return Rolled(np.concatenate([known, planned[count:]]), count, "plan" if not count else word, np.nan)
    rest, figure = _again(word, t, planned, known, width)
    return Rolled(np.concatenate([known, np.clip(rest, least, most)]), count, word, figure)


def _limits(t: Array, planned: Array, known: Array, low: float | None, high: float | None) -> tuple[float, float]:
    """Return what a driver can be; a figure that it cannot be is refused by name."""
    least = (0.0 if (planned >= 0).all() else -np.inf) if low is None else float(low)
    most = np.inf if high is None else float(high)
    if not least <= most:
        raise OutOfRange(f"low is {least:g} and high {most:g}; a low of at most the high is allowed")
    for name, values in (("plan", planned), ("actuals", known)):
        for place in np.flatnonzero(~((least <= values) & (values <= most)))[:1].tolist():
            limits = f"from {least:g} to {most:g}" if most < np.inf else f"of at least {least:g}"
            raise OutOfRange(
                f"{name} of {name_of(t[place])} are {values[place]:g}; a figure {limits} is allowed: mend it, or give low and high"
            )
    return least, most


def splice(
    periods: Periods, plan: Figures, actuals: Figures, curve: Figures, actual_periods: Periods | None = None
) -> Array:
    """Actuals, then a given curve: the rolled series of a driver whose forecast is fitted elsewhere (an adoption curve).

    Parameters
    ----------
    periods, plan, actuals, actual_periods
        As for `roll`.
    curve : driver's unit
        The fitted curve at every period.

    Returns
    -------
    driver's unit
        As many values as periods.

    Raises
    ------
    OutOfRange, ShapeError
        As for `roll`.

    Examples
    --------
    >>> splice([1, 2, 3], [10.0, 20.0, 30.0], [12.0], [11.0, 21.0, 33.0]).tolist()
    [12.0, 21.0, 33.0]

    Source
    ------
    Capabilities row 57.
    """
    _, planned, known = checked(periods, plan, actuals, actual_periods)
    fitted = series(curve, "curve")
    if fitted.shape != planned.shape:
        raise ShapeError(f"the curve has {fitted.size} figures for {planned.size} periods; one for each is allowed")
    return np.concatenate([known, fitted[len(known) :]])


def checked(
    periods: Numbers, plan: Numbers, actuals: Numbers, actual_periods: Numbers | None
) -> tuple[Array, Array, Array]:
    """Return periods, plan and actuals; periods that do not ascend, gaps and doubles are refused by name."""
    t, planned = series(periods, "periods"), series(plan, "plan")
    known = series(actuals, "actuals", at_least=0)
    if t.ndim != 1 or planned.shape != t.shape or known.ndim != 1:
        raise ShapeError(
            f"{t.size} periods for {planned.size} figures of the plan; one series of each, as long, is allowed"
        )
    for place in np.flatnonzero(~(np.diff(t) > 0))[:1].tolist():
        twice = "stands twice" if t[place + 1] == t[place] else f"follows {name_of(t[place])}"
        raise OutOfRange(f"periods, place {place + 2}: {name_of(t[place + 1])} {twice}; ascending periods are allowed")
    for name, values in (("plan", planned), ("actuals", known)):
        for place in np.flatnonzero(~np.isfinite(values))[:1].tolist():
            raise OutOfRange(
                f"{name}, period {place + 1} ({name_of(t[min(place, len(t) - 1)])}), is blank; give a figure"
            )
    if len(known) > len(t):
        raise ShapeError(
            f"{len(known)} actuals for {len(t)} periods of the plan; no more actuals than periods are allowed"
        )
    if actual_periods is not None:
        _dated(t, known, series(actual_periods, "actual_periods", at_least=0))
    return t, planned, known


def _dated(t: Array, known: Array, days: Array) -> None:
    """Refuse actuals whose periods are not the plan's first ones, each once and in order."""
    if days.shape != known.shape:
        raise ShapeError(f"{days.size} actual periods for {known.size} actuals; one for each is allowed")
    for place, (day, wanted) in enumerate(zip(days.tolist(), t.tolist(), strict=False)):
        if day == wanted:
            continue
        seen = days[:place].tolist()
        if day in seen:
            raise OutOfRange(
                f"actuals have {name_of(day)} twice, at places {seen.index(day) + 1} and {place + 1}; one figure a period is "
                "allowed: add them up or drop one"
            )
        if day not in t.tolist():
            raise OutOfRange(f"actuals have {name_of(day)}, which is not a period of the plan; its periods are allowed")
        raise OutOfRange(
            f"actuals have no figure for {name_of(wanted)}, but for {name_of(day)}; give it, or leave the later ones out"
        )


def name_of(period: float) -> str:
    """Return a period for a sentence; a serial of this century with its date.

    Examples
    --------
    >>> name_of(3.0), name_of(46054.0)
    ('3', '2026-02-01')
    """
    if period == int(period) and 36526 <= period < 73051:
        return (EPOCH + dt.timedelta(days=int(period))).isoformat()
    return f"{period:g}"


def _again(word: str, t: Array, planned: Array, known: Array, width: int) -> tuple[Array, float]:
    """Return the forecast of the periods without actuals, and the figure behind it."""
    count = len(known)
    recent, same = known[count - width :], planned[count - width : count]
    if word == "ratio":
        below = fsum(same.tolist())
        if not below > 0:
            raise OutOfRange(
                f"the plan sums to {below:g} over the last {width} periods with actuals; use shift, trend or plan"
            )
        ratio = fsum(recent.tolist()) / below
        return planned[count:] * ratio, ratio
    if word == "shift":
        shift = fsum((recent - same).tolist()) / width
        return planned[count:] + shift, shift
    if width < 2:
        raise ShapeError(f"a trend needs two actuals or more; {width} is given")
    for place in np.flatnonzero(~(recent > 0))[:1].tolist():
        raise OutOfRange(
            f"actuals of {name_of(t[count - width + place])} are {recent[place]:g}; a trend needs figures above 0"
        )
    when = t[count - width : count]
    off, height = when - when.mean(), np.asarray(core.log(recent))
    slope = fsum((off * height).tolist()) / fsum((off * off).tolist())
    level = fsum(height.tolist()) / width
    return np.asarray(core.exp(level + slope * (t[count:] - when.mean()))), float(core.expm1(slope))
