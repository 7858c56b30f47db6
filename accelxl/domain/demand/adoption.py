"""Adoption curves: logistic, Gompertz and Bass, in years and rates per year."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula, numbers
from accelxl.errors import OutOfRange, UnknownName, WrongType, nearest
from accelxl.units import Numbers, Quantity, Result

SHAPES = ("logistic", "gompertz", "bass")
LN2 = 0.6931471805599453
CALENDAR = 1000.0
"""From here on a year is one of the calendar and none since a launch."""

Time = Annotated[Numbers, Quantity("years")]
Level = Annotated[Numbers, Quantity("units", low=0)]
Steepness = Annotated[Numbers, Quantity("1/year", low=0)]
Shape = Annotated[str, Quantity(kind="choice", choices=SHAPES)]

Array = NDArray[np.float64]


def logistic(years: Time, saturation: Level, midpoint: Time, rate: Steepness) -> Result:
    """Logistic adoption, ``saturation / (1 + exp(-rate * (years - midpoint)))``.

    Parameters
    ----------
    years : years
        Time; may be before the start.
    saturation : units
        The level that is approached: 1 for a share, users, tokens a month.
    midpoint : years
        When half of the saturation is reached.
    rate : 1/year
        Steepness: from 10 to 90 % in 4.39 / rate years.

    Returns
    -------
    units
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> logistic([0.0, 2.0], 100.0, 2.0, 1.5).round(3).tolist()
    [4.743, 50.0]

    Source
    ------
    Equations B3.
    """
    return formula(logistic, logistic_curve, years, saturation, midpoint, rate)


def gompertz(years: Time, saturation: Level, midpoint: Time, rate: Steepness) -> Result:
    """Gompertz adoption, ``saturation * exp(-ln 2 * exp(-rate * (years - midpoint)))``: fast first, slow to the end.

    Parameters
    ----------
    years, saturation, midpoint, rate
        As for `logistic`; `midpoint` is where half is reached, not the turning point of the textbook form (37 %).

    Returns
    -------
    units
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> gompertz([0.0, 2.0], 100.0, 2.0, 1.5).round(6).tolist()
    [9e-05, 50.0]

    Source
    ------
    Equations B3.
    """
    return formula(gompertz, gompertz_curve, years, saturation, midpoint, rate)


def bass(years: Time, saturation: Level, p: Steepness, q: Steepness) -> Result:
    """Bass adoption, ``saturation * (1 - exp(-(p+q)*t)) / (1 + q/p * exp(-(p+q)*t))``, 0 before the launch.

    Parameters
    ----------
    years : years
        Time since the launch.
    saturation : units
        Everyone who adopts in the end.
    p : 1/year
        Coefficient of innovation, typically 0.03 per YEAR.
    q : 1/year
        Coefficient of imitation, typically 0.38 per YEAR; read per month the two saturate within a year.

    Returns
    -------
    units
        Shape of the broadcast arguments. 0 where `p` is 0: nobody starts. NaN where an argument is out of range.

    Examples
    --------
    >>> bass([0.0, 5.0, 10.0], 100.0, 0.03, 0.38).round(2).tolist()
    [0.0, 33.12, 81.28]

    Source
    ------
    Equations B3; Bass (1969), A new product growth for model consumer durables.
    """
    return formula(bass, bass_curve, years, saturation, p, q)


def bass_peak(p: Steepness, q: Steepness) -> Result:
    """Years from the launch to the most new adopters, ``ln(q/p) / (p + q)``.

    Parameters
    ----------
    p, q : 1/year
        As for `bass`.

    Returns
    -------
    years
        0 where `q` is at most `p`: new adopters fall from the start. NaN where `p` is 0.

    Examples
    --------
    >>> round(bass_peak(0.03, 0.38), 2)
    6.19

    Source
    ------
    Equations B3; Bass (1969).
    """

    def peak(p: Array, q: Array) -> object:
        return np.where(p > 0, np.where(q > p, core.log(q / p) / (p + q), 0.0), np.nan)

    return formula(bass_peak, peak, p, q)


def adopt(
    years: Time,
    shape: Shape = "logistic",
    saturation: Level = 1.0,
    midpoint: Time | None = None,
    rate: Steepness | None = None,
    p: Steepness | None = None,
    q: Steepness | None = None,
) -> Result:
    """Adoption by the named curve: logistic or Gompertz from `midpoint` and `rate`, Bass from `p` and `q`.

    Parameters
    ----------
    years : years
        Time; for Bass since the launch.
    shape : text
        logistic, gompertz or bass.
    saturation : units
        The level that is approached.
    midpoint, rate : years, 1/year
        Of a logistic or Gompertz curve.
    p, q : 1/year
        Of a Bass curve.

    Returns
    -------
    units
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Raises
    ------
    UnknownName
        If there is no such curve.
    OutOfRange
        If the years of a Bass curve are calendar years.
    WrongType
        If a figure that the curve needs is blank.

    Examples
    --------
    >>> adopt(2.0, "logistic", 100.0, midpoint=2.0, rate=1.5)
    50.0

    Source
    ------
    Equations B3.
    """
    name = shape_of(shape)
    if name == "bass":
        since_launch(years)
        return bass(years, saturation, _needed(p, "p", name), _needed(q, "q", name))
    curve = logistic if name == "logistic" else gompertz
    return curve(years, saturation, _needed(midpoint, "midpoint", name), _needed(rate, "rate", name))


def since_launch(years: Numbers) -> None:
    """Refuse calendar years and dates for a Bass curve, which counts from the launch.

    Raises
    ------
    OutOfRange
        If there is one.
    """
    array = numbers(years, "years")
    late = array[array >= CALENDAR]
    if late.size:
        raise OutOfRange(
            f"years has {late.flat[0]:g}; a Bass curve counts from the launch, so 0, 1, 2 ... are allowed: take the launch year off"
        )


def shape_of(shape: str) -> str:
    """Return the name of a curve in lower case.

    Raises
    ------
    UnknownName
        If there is no such curve.
    """
    name = shape.strip().lower() if isinstance(shape, str) else shape
    if name not in SHAPES:
        raise UnknownName(f"there is no adoption curve {shape!r}; {nearest(str(shape), SHAPES)}")
    return str(name)


def _needed(value: Numbers | None, name: str, shape: str) -> Numbers:
    if value is None:
        raise WrongType(f"{name} is blank; a number is needed for a {shape} curve")
    return value


def logistic_curve(t: Array, top: Array, mid: Array, rate: Array) -> Array:
    """Return the logistic formula over arrays."""
    return np.asarray(top / (1.0 + core.exp(-rate * (t - mid))))


def gompertz_curve(t: Array, top: Array, mid: Array, rate: Array) -> Array:
    """Return the Gompertz formula over arrays."""
    return np.asarray(top * core.exp(-LN2 * core.exp(-rate * (t - mid))))


def bass_curve(t: Array, top: Array, p: Array, q: Array) -> Array:
    """Return the Bass formula over arrays; ``p + q * e`` keeps p = 0 and a small p exact."""
    gone = core.expm1(-(p + q) * np.maximum(t, 0.0))
    return np.asarray(np.where(p > 0, top * (-gone * p) / (p + q * (1.0 + gone)), 0.0))
