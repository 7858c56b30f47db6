"""Metalog distributions: quantiles from coefficients, and coefficients from quantiles or observations."""

from __future__ import annotations

from math import fsum, sqrt
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import numbers, series
from accelxl.errors import NoSolution, OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity, Result

Array = NDArray[np.float64]
Probability = Annotated[Numbers, Quantity("share", low=0, high=1)]
Coefficients = Annotated[Numbers, Quantity("variable's unit", kind="series")]
Bound = Annotated[float, Quantity("variable's unit")]
MOST_TERMS = 16


def metalog(p: Probability, coefficients: Coefficients, low: Bound | None = None, high: Bound | None = None) -> Result:
    """Quantile of a metalog distribution, ``M(p) = a1 + a2*L + a3*(p-.5)*L + a4*(p-.5) + ...``, L = ln(p/(1-p)).

    Parameters
    ----------
    p : share
        Probability, scalar or any shape.
    coefficients : variable's unit
        Two to 16, one series.
    low, high : variable's unit, optional
        Bounds: with one, ``low + exp(M)`` or ``high - exp(-M)``; with both ``(low + high*exp(M))/(1 + exp(M))``.

    Returns
    -------
    variable's unit
        Shape of `p`. At 0 and 1 the bounds, NaN without one.

    Raises
    ------
    ShapeError
        If there are fewer than 2 or more than 16 coefficients.
    OutOfRange
        If low is not below high.

    Examples
    --------
    >>> metalog(0.5, [10.0, 2.0]), metalog(0.5, [0.0, 1.0], 0.0, 4.0)
    (10.0, 2.0)

    Source
    ------
    Keelin 2016, "The metalog distributions", equations 6 and 8 to 12.
    """
    a = series(coefficients, "coefficients")
    if a.ndim != 1 or not 2 <= len(a) <= MOST_TERMS:
        raise ShapeError(
            f"coefficients are {a.size} in {a.ndim} dimensions; one series of 2 to {MOST_TERMS} is allowed"
        )
    check_bounds(low, high)
    share = numbers(p, "p")
    with np.errstate(all="ignore"):
        inner = np.where((share > 0) & (share < 1), share, np.nan)
        height = _weighted(_basis(inner, len(a)), a)
        value = _bent(height, low, high)
        value = np.where(share == 0, np.nan if low is None else low, value)
        value = np.where(share == 1, np.nan if high is None else high, value)
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def _basis(p: Array, terms: int) -> list[Array]:
    """Return the terms of the metalog at probabilities: 1, L, (p-.5)L, p-.5, (p-.5)^2, (p-.5)^2 L, ..."""
    off, logit = p - 0.5, core.log(p / (1.0 - p))
    found = [np.ones_like(p), logit, off * logit, off]
    power = off
    for k in range(5, terms + 1):
        if k % 2:
            power = power * off
            found.append(power)
        else:
            found.append(power * logit)
    return found[:terms]


def _weighted(parts: list[Array], a: Array) -> Array:
    """Return the sum of terms times coefficients, in order."""
    total = parts[0] * a[0]
    for part, weight in zip(parts[1:], a[1:].tolist(), strict=True):
        total = total + part * weight
    return np.asarray(total)


def _bent(height: Array, low: float | None, high: float | None) -> Array:
    """Return the metalog with its bounds."""
    if low is not None and high is not None:
        grown, shrunk = core.exp(height), core.exp(-height)
        return np.asarray(
            np.where(height > 0, (low * shrunk + high) / (shrunk + 1.0), (low + high * grown) / (1.0 + grown))
        )
    if low is not None:
        return np.asarray(low + core.exp(height))
    return height if high is None else np.asarray(high - core.exp(-height))


def _straight(values: Array, low: float | None, high: float | None) -> Array:
    """Return values as the unbounded metalog sees them."""
    if low is not None and high is not None:
        return np.asarray(core.log((values - low) / (high - values)))
    if low is not None:
        return np.asarray(core.log(values - low))
    return values if high is None else np.asarray(-core.log(high - values))


def check_bounds(low: float | None, high: float | None) -> None:
    """Refuse a lower bound that is not below the upper one."""
    if low is not None and high is not None and not low < high:
        raise OutOfRange(f"low is {low:g} and high {high:g}; low below high is allowed")


def metalog_fit(
    values: Coefficients,
    p: Coefficients | None = None,
    terms: int = 5,
    low: Bound | None = None,
    high: Bound | None = None,
) -> Array:
    """Coefficients of the metalog through quantiles, by least squares in its terms.

    Parameters
    ----------
    values : variable's unit
        Quantiles, or observations.
    p : share, optional
        Their probabilities; without them the values are observations with ``(rank - 0.5)/n``.
    terms : int
        2 to 16, no more than values.
    low, high : variable's unit, optional
        Bounds of the variable, outside the values.

    Returns
    -------
    variable's unit
        As many coefficients as terms.

    Raises
    ------
    ShapeError, OutOfRange
        If the figures do not fit together or lie outside the bounds.
    NoSolution
        If the fitted curve falls somewhere: fewer terms, or other bounds.

    Examples
    --------
    >>> metalog_fit([1.0, 2.0, 4.0], [0.1, 0.5, 0.9], terms=3).round(6).tolist()
    [2.0, 0.682679, 0.5689]

    Source
    ------
    Keelin 2016, equation 7.
    """
    y = series(values, "values")
    if y.ndim != 1 or not 2 <= terms <= min(MOST_TERMS, len(y)):
        raise ShapeError(
            f"{terms} terms for {y.size} values; 2 to {MOST_TERMS} terms and at least as many values are allowed"
        )
    if p is None:
        y, share = np.sort(y), np.asarray((np.arange(len(y)) + 0.5) / len(y), dtype=np.float64)
    else:
        share = series(p, "p")
        if share.shape != y.shape or not ((share > 0) & (share < 1)).all():
            raise OutOfRange(
                f"{share.size} probabilities for {y.size} values; one above 0 and below 1 for each is allowed"
            )
    check_bounds(low, high)
    if not np.isfinite(y).all() or (low is not None and y.min() <= low) or (high is not None and y.max() >= high):
        raise OutOfRange(f"values run from {y.min():g} to {y.max():g}; finite values inside the bounds are allowed")
    found = _least_squares(_basis(share, terms), _straight(y, low, high))
    grid = np.asarray((np.arange(1999) + 1.0) / 2000.0, dtype=np.float64)
    if not (np.diff(_weighted(_basis(grid, terms), found)) > 0).all():
        raise NoSolution(
            f"the metalog of {terms} terms falls somewhere and is no distribution; fewer terms or other bounds may do"
        )
    return found


def _least_squares(columns: list[Array], y: Array) -> Array:
    """Solve by modified Gram-Schmidt, twice, with exact sums: the same bits everywhere."""
    q: list[Array] = []
    upper = np.zeros((len(columns), len(columns)))
    for k, column in enumerate(columns):
        rest = column.astype(np.float64)
        for _ in range(2):
            for j, unit in enumerate(q):
                part = fsum((unit * rest).tolist())
                upper[j, k] += part
                rest = rest - part * unit
        size = sqrt(fsum((rest * rest).tolist()))
        if not size > 1e-12 * sqrt(fsum((column * column).tolist())):
            raise NoSolution(f"term {k + 1} cannot be told from the others at these probabilities; fewer terms may do")
        upper[k, k] = size
        q.append(rest / size)
    found = np.zeros(len(columns))
    rest = y
    right = []
    for unit in q:
        part = fsum((unit * rest).tolist())
        right.append(part)
        rest = rest - part * unit
    for k in range(len(columns) - 1, -1, -1):
        found[k] = (right[k] - fsum((upper[k, k + 1 :] * found[k + 1 :]).tolist())) / upper[k, k]
    return found
