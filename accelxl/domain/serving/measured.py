"""Measured throughput against a latency target: the Pareto front, read by a monotone cubic, never beyond its ends."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, result, series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity, Result, Share

Points = Annotated[Numbers, Quantity("1", kind="series")]
Where = Annotated[Numbers, Quantity("1")]
Interactivities = Annotated[Numbers, Quantity("tokens/s", low=0, kind="series")]
Throughputs = Annotated[Numbers, Quantity("tokens/s", low=0, kind="series")]
Interactivity = Annotated[Numbers, Quantity("tokens/s", low=0)]

Array = NDArray[np.float64]


def pareto_front(interactivity: Interactivities, throughput: Throughputs) -> Array:
    """Measured points that no other point beats in both directions, sorted by interactivity.

    Parameters
    ----------
    interactivity : tokens/s
        Tokens a second that one user gets, of each measured setting.
    throughput : tokens/s
        Tokens a second of an accelerator at that setting. Blank (NaN) points are left out.

    Returns
    -------
    tokens/s
        Shape (points, 2): interactivity ascending, throughput descending.

    Raises
    ------
    ShapeError
        If there are not as many of each, or no point at all.
    OutOfRange
        If a figure is negative or infinite.

    Examples
    --------
    >>> pareto_front([20, 50, 40, 100], [9000, 5000, 4000, 1200]).tolist()
    [[20.0, 9000.0], [50.0, 5000.0], [100.0, 1200.0]]

    Source
    ------
    Equations B2; InferenceX.
    """
    x, y = _points(series(interactivity, "interactivity"), series(throughput, "throughput"))
    for name, values in (("interactivity", x), ("throughput", y)):
        if np.any(values < 0):
            raise OutOfRange(f"{name} holds {values[values < 0][0]:g}; numbers of at least 0 are allowed")
    return np.column_stack(_front(x, y))


def curve(x_points: Points, y_points: Points, x: Where) -> Result:
    """A measured curve read at `x`: monotone piecewise cubic through the points, nothing beyond the first and the last.

    Between two points the curve stays between their values, so it has no bump that was not measured.

    Parameters
    ----------
    x_points, y_points
        The points, in any order; the last axis is the points. Blank (NaN) points are left out.
    x
        Where to read, in the unit of `x_points`.

    Returns
    -------
    unit of `y_points`
        Shape of `x`, broadcast with the other axes of the points. In an array, NaN where `x` is outside the points.

    Raises
    ------
    OutOfRange
        If a single `x` is outside the points, two points have one x, or a figure is infinite.
    ShapeError
        If there are not as many of each, or no point at all.

    Examples
    --------
    >>> round(curve([1, 2, 4], [8.0, 4.0, 2.0], 3), 6)
    2.571429
    >>> curve([1, 2, 4], [8.0, 4.0, 2.0], [0.5, 4]).tolist()
    [nan, 2.0]

    Source
    ------
    Equations B2, measured-curve rule; Fritsch and Butland (1984), the slopes of PCHIP.
    """
    return _read(series(x_points, "x_points"), series(y_points, "y_points"), numbers(x, "x"), front=False, name="x")


def goodput(
    interactivity: Interactivities, throughput: Throughputs, target: Interactivity, fill: Share = 1.0
) -> Result:
    """Throughput of an accelerator that meets a latency target, ``front(target) * fill``, from a measured curve.

    Parameters
    ----------
    interactivity : tokens/s
        Tokens a second that one user gets (1 / time per output token), of each measured setting; the last axis is the
        settings.
    throughput : tokens/s
        Tokens a second of an accelerator at that setting. Points that another beats in both are left out.
    target : tokens/s
        Tokens a second that a user is promised. For a second promise, on the time to the first token, read a second curve and
        take the smaller result.
    fill : share
        Share of the requests that meet the target, or of the throughput that is filled: one of the two, once.

    Returns
    -------
    tokens/s
        Shape of `target`, broadcast with `fill` and the other axes of the points. In an array, NaN where `target` is
        outside the measured front or `fill` is not a share.

    Raises
    ------
    OutOfRange
        If a single `target` is outside the measured front: nothing is extrapolated.
    ShapeError
        If there are not as many interactivities as throughputs, or no point at all.

    Examples
    --------
    >>> goodput([20, 50, 40, 100], [9000, 5000, 4000, 1200], 50, 0.9)
    4500.0

    Source
    ------
    Equations B2, tps_eff; InferenceX. Derive the cost at a target from this throughput; do not interpolate costs.
    """
    x, y = series(interactivity, "interactivity"), series(throughput, "throughput")
    read = _read(x, y, numbers(target, "target"), front=True, name="target")
    share = numbers(fill, "fill")
    with np.errstate(invalid="ignore"):
        return result(np.asarray(read * np.where((share >= 0) & (share <= 1), share, np.nan)))


def _read(x: Array, y: Array, at: Array, *, front: bool, name: str) -> Result:
    """Read one curve at many places, or one of each row of curves at its own."""
    if x.ndim == 1 and y.ndim == 1:
        return _one_curve(x, y, at, front=front, name=name)
    try:
        shape = np.broadcast_shapes(x.shape[:-1], y.shape[:-1], at.shape)
    except ValueError as error:
        raise ShapeError(
            f"curves of shape {x.shape} and {y.shape} are read at places of shape {at.shape}; one place, or one a curve, "
            "is allowed"
        ) from error
    x, y = np.broadcast_to(x, (*shape, x.shape[-1])), np.broadcast_to(y, (*shape, y.shape[-1]))
    at = np.broadcast_to(at, shape)
    out = np.empty(shape)
    for case in np.ndindex(shape):
        out[case] = _one_curve(x[case], y[case], at[case][None], front=front, name=name)[0]  # type: ignore[index]
    return out


def _one_curve(x: Array, y: Array, at: Array, *, front: bool, name: str) -> Result:
    x, y = _points(x, y)
    if front:
        x, y = _front(x, y)
    elif np.any(np.diff(x) == 0):
        raise OutOfRange(f"two points have x = {x[:-1][np.diff(x) == 0][0]:g}; points that differ in x are allowed")
    inside = (at >= x[0]) & (at <= x[-1])
    if at.ndim == 0 and not inside:
        raise OutOfRange(
            f"{name} is {float(at):g}; the measured range is {x[0]:g} to {x[-1]:g}, and nothing is read outside it"
        )
    read = _cubic(x, y, np.where(inside, at, x[0]))
    return result(np.where(inside, read, np.nan))


def _points(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the points without blanks, by x."""
    if x.ndim != 1 or x.shape != y.shape:
        raise ShapeError(f"{x.shape[-1]} points have an x and {y.shape[-1]} a y; as many of each are allowed")
    for values in (x, y):
        if np.isinf(values).any():
            raise OutOfRange("a point of the curve is infinite; finite figures are allowed")
    known = ~(np.isnan(x) | np.isnan(y))
    if not known.any():
        raise ShapeError("the curve has no point; one or more are needed")
    x, y = x[known], y[known]
    order = np.lexsort((-y, x))
    return x[order], y[order]


def _front(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the points that none beats: from the right, each higher than all before."""
    highest_of_x = np.concatenate([[True], np.diff(x) > 0])
    x, y = x[highest_of_x], y[highest_of_x]
    keep = y > np.concatenate([np.maximum.accumulate(y[::-1])[::-1][1:], [-np.inf]])
    return x[keep], y[keep]


def _slopes(x: Array, y: Array) -> Array:
    """Return the slopes of PCHIP: a weighted harmonic mean inside, a limited three-point formula at the ends."""
    h, d = np.diff(x), np.diff(y) / np.diff(x)
    if len(d) == 1:
        return np.array([d[0], d[0]])
    left, right = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    with np.errstate(all="ignore"):  # a slope of 0 takes no mean
        mean = (left + right) / (left / d[:-1] + right / d[1:])
    inner = np.where(d[:-1] * d[1:] > 0, mean, 0.0)
    return np.concatenate([[_end(h[0], h[1], d[0], d[1])], inner, [_end(h[-1], h[-2], d[-1], d[-2])]])


def _end(h0: float, h1: float, d0: float, d1: float) -> float:
    slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0.0:
        return 0.0
    if d0 * d1 <= 0.0 and abs(slope) > 3.0 * abs(d0):
        return 3.0 * d0
    return float(slope)


def _cubic(x: Array, y: Array, at: Array) -> Array:
    """Evaluate the cubic Hermite interpolant inside its range."""
    if len(x) == 1:
        return np.full(at.shape, y[0])
    slopes = _slopes(x, y)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    h = x[i + 1] - x[i]
    t = (at - x[i]) / h
    u = 1.0 - t
    ends = y[i] * (1.0 + 2.0 * t) * u * u + y[i + 1] * (1.0 + 2.0 * u) * t * t
    return np.asarray(ends + h * t * u * (slopes[i] * u - slopes[i + 1] * t))
