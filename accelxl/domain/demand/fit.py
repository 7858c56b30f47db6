"""The adoption curve that fits actuals: least squares over saturation and the two figures of the curve."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, inf, isfinite, nan, sqrt
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import series
from accelxl.domain.demand import adoption
from accelxl.errors import NoSolution, OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity, Result

TimeSeries = Annotated[Numbers, Quantity("years", kind="series")]
ActualSeries = Annotated[Numbers, Quantity("units", low=0, kind="series")]
Saturation = Annotated[float, Quantity("units", low=0)]

RUNAWAY = 1e4
"""A free saturation this many times the largest actual says that the actuals do not bend."""
STEPS = 200
Array = NDArray[np.float64]
CURVES = {"logistic": adoption.logistic_curve, "gompertz": adoption.gompertz_curve, "bass": adoption.bass_curve}


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted curve: its three figures, their standard errors and the root mean square of the residuals.

    `figures` is (saturation, midpoint, rate), or (saturation, p, q) for Bass. `errors` are asymptotic; NaN without a
    degree of freedom, and of a saturation that was given.
    """

    shape: str
    figures: tuple[float, float, float]
    errors: tuple[float, float, float]
    rmse: float

    def at(self, years: adoption.Time) -> Result:
        """Return the curve at `years`."""
        saturation, first, second = self.figures
        if self.shape == "bass":
            return adoption.bass(years, saturation, first, second)
        return (adoption.logistic if self.shape == "logistic" else adoption.gompertz)(years, saturation, first, second)


def adopt_fit(
    years: TimeSeries,
    actuals: ActualSeries,
    shape: adoption.Shape = "logistic",
    saturation: Saturation | None = None,
) -> Fit:
    """Adoption curve through actuals, ``min sum((actual - curve(years))**2)`` over its three figures.

    Parameters
    ----------
    years : years
        When each level was observed, ascending; for Bass since the launch.
    actuals : units
        The level reached, not what was added: users, share, tokens a month.
    shape : text
        logistic, gompertz or bass.
    saturation : units, optional
        The level that is approached, where it is known. Actuals that have not bent yet do not tell it: then the fit
        refuses, or its standard error is wide.

    Returns
    -------
    Fit
        Figures, standard errors and the root mean square residual.

    Raises
    ------
    ShapeError
        If there are not as many years as actuals, or too few for the figures sought.
    OutOfRange
        If an actual is blank or negative, years do not ascend, or `saturation` is not above 0.
    NoSolution
        If the actuals are all 0, or do not bend and no saturation is given.
    UnknownName
        If there is no such curve.

    Examples
    --------
    >>> found = adopt_fit([0, 1, 2, 3, 4], adoption.logistic([0, 1, 2, 3, 4], 80.0, 2.5, 1.2))
    >>> [round(figure, 6) for figure in found.figures]
    [80.0, 2.5, 1.2]

    Source
    ------
    Equations B3; Levenberg-Marquardt from a grid of starts.
    """
    name, free = adoption.shape_of(shape), saturation is None
    t, y = _checked(series(years, "years"), series(actuals, "actuals"), name, saturation)
    scale = float(y.max())  # fitted as shares of the largest actual, so that no square overflows
    best: tuple[float, tuple[float, float, float]] = (inf, (nan, nan, nan))
    for start in _starts(name, t, y / scale, None if saturation is None else saturation / scale):
        best = min(best, _descend(name, t, y / scale, start, free), key=lambda item: item[0])
    squares, figures = best
    if not isfinite(squares) or (free and figures[0] > RUNAWAY):
        raise NoSolution(
            f"the {len(t)} actuals do not bend towards a saturation; give saturation, or actuals past the steepest rise"
        )
    errors = _errors(name, t, figures, squares, free)
    level = figures[0] * scale if saturation is None else saturation
    return Fit(name, (level, *figures[1:]), (errors[0] * scale, *errors[1:]), sqrt(squares / len(t)) * scale)


def _checked(t: Array, y: Array, name: str, saturation: float | None) -> tuple[Array, Array]:
    least = 3 if saturation is None else 2
    if t.ndim != 1 or t.shape != y.shape or len(t) < least:
        raise ShapeError(
            f"{t.size} years for {y.size} actuals; one series each, of equal length from {least} on, is allowed"
        )
    wrong = ~(np.isfinite(y) & (y >= 0))
    if wrong.any():
        place = int(wrong.argmax())
        raise OutOfRange(f"actuals, place {place + 1}, is {y[place]:g}; a number of at least 0 is allowed")
    steps = np.diff(t)
    if not np.all(steps > 0):
        place = int((~(steps > 0)).argmax())
        what = f"{t[place + 1]:g} stands twice" if steps[place] == 0 else f"{t[place + 1]:g} follows {t[place]:g}"
        raise OutOfRange(f"years, place {place + 2}: {what}; ascending years, each once, are allowed")
    if name == "bass":
        adoption.since_launch(t)
    if name == "bass" and t[0] < 0:
        raise OutOfRange(f"years begin at {t[0]:g}; a Bass curve counts from the launch, so 0 and later are allowed")
    if saturation is not None and not (isfinite(saturation) and saturation > 0):
        raise OutOfRange(f"saturation is {saturation:g}; a number above 0 is allowed")
    if not y.any():
        raise NoSolution("all actuals are 0; at least one above 0 is needed")
    return t, y


def _starts(name: str, t: Array, y: Array, saturation: float | None) -> list[tuple[float, float, float]]:
    """Return the best points of a grid over the two figures of the curve, each with the saturation that suits it."""
    span = float(t[-1] - t[0])
    if name == "bass":
        firsts = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]) / span
        seconds = np.array([0.01, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) / span
    else:
        firsts = t[0] + span * np.array([-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
        seconds = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) / span
    found = []
    for first in firsts.tolist():
        for second in seconds.tolist():
            unit = _curve(name, t, (1.0, first, second))
            weight = fsum((unit * unit).tolist())
            level = saturation or (fsum((unit * y).tolist()) / weight if weight > 0 else nan)
            rest = y - level * unit
            squares = fsum((rest * rest).tolist()) if level > 0 else inf
            found.append((squares, (level, first, second)))
    found.sort()
    return [start for squares, start in found[:6] if isfinite(squares)]


def _curve(name: str, t: Array, figures: tuple[float, float, float]) -> Array:
    with np.errstate(all="ignore"):
        return CURVES[name](t, *(np.asarray(figure) for figure in figures))


def _descend(
    name: str, t: Array, y: Array, start: tuple[float, float, float], free: bool
) -> tuple[float, tuple[float, float, float]]:
    """Levenberg-Marquardt in the logarithms of the figures above 0; return the sum of squares and the figures."""
    figures, damping = start, 1e-3
    residuals = y - _curve(name, t, figures)
    squares = fsum((residuals * residuals).tolist())
    for _ in range(STEPS):
        slopes = _slopes(name, t, figures, free)
        normal, gradient = _normal(slopes), [fsum((s * residuals).tolist()) for s in slopes]
        moved = False
        while damping < 1e12:
            step = _solve(normal, gradient, damping)
            trial = _moved(name, figures, step, free)
            rest = y - _curve(name, t, trial)
            now = fsum((rest * rest).tolist())
            if now <= squares:
                moved = True
                break
            damping *= 4.0
        if not moved:
            break
        small = max(abs(part) for part in step) < 1e-13 or squares - now <= 1e-30 * squares
        figures, residuals, squares = trial, rest, now
        damping = max(damping / 10.0, 1e-15)
        if small:
            break
    return (squares, figures) if isfinite(squares) else (inf, figures)


def _slopes(name: str, t: Array, figures: tuple[float, float, float], free: bool) -> list[Array]:
    """Return the derivatives by ln(saturation), the first figure (its logarithm for Bass) and ln(the second)."""
    top, first, second = figures
    level = _curve(name, t, figures)
    with np.errstate(all="ignore"):
        if name == "bass":
            gone = core.expm1(-(first + second) * t)
            left, size = 1.0 + gone, first + second * (1.0 + gone)
            both = top * first * (first + second) * t * left / (size * size)
            twist = top * first * second * -gone * left / (size * size)
            inner = [both * first + twist, both * second - twist]
        elif name == "logistic":
            bend = level * (1.0 - level / top)
            inner = [-second * bend, second * (t - first) * bend]
        else:
            bend = level * adoption.LN2 * core.exp(-second * (t - first))
            inner = [-second * bend, second * (t - first) * bend]
    return [level, *inner] if free else inner


def _moved(name: str, figures: tuple[float, float, float], step: list[float], free: bool) -> tuple[float, float, float]:
    top, first, second = figures
    grow = [float(core.exp(min(max(part, -20.0), 20.0))) for part in step]
    place = 1 if free else 0
    moved = first * grow[place] if name == "bass" else first + step[place]
    return (top * grow[0] if free else top, moved, second * grow[place + 1])


def _normal(slopes: list[Array]) -> list[list[float]]:
    return [[fsum((a * b).tolist()) for b in slopes] for a in slopes]


def _solve(normal: list[list[float]], gradient: list[float], damping: float) -> list[float]:
    """Solve the damped normal equations by Cholesky; a direction without effect stays where it is."""
    n = len(gradient)
    scale = [normal[i][i] or 1.0 for i in range(n)]
    lower = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = normal[i][j] - fsum(lower[i][k] * lower[j][k] for k in range(j))
            if i == j:
                lower[i][i] = sqrt(max(rest + damping * scale[i], 1e-300))
            else:
                lower[i][j] = rest / lower[j][j]
    forward = [0.0] * n
    for i in range(n):
        forward[i] = (gradient[i] - fsum(lower[i][k] * forward[k] for k in range(i))) / lower[i][i]
    step = [0.0] * n
    for i in reversed(range(n)):
        step[i] = (forward[i] - fsum(lower[k][i] * step[k] for k in range(i + 1, n))) / lower[i][i]
    return step


def _errors(
    name: str, t: Array, figures: tuple[float, float, float], squares: float, free: bool
) -> tuple[float, float, float]:
    """Return the standard errors: the residual variance times the diagonal of the inverse of the normal matrix."""
    slopes = _slopes(name, t, figures, free)
    left = len(t) - len(slopes)
    normal = _normal(slopes)
    found = []
    for i in range(len(slopes)):
        unit = [1.0 if k == i else 0.0 for k in range(len(slopes))]
        inverse = _solve(normal, unit, 0.0)[i]
        found.append(sqrt(squares / left * inverse) if left > 0 and inverse >= 0 else nan)
    top, first, second = figures
    per_log = [top, first if name == "bass" else 1.0, second][0 if free else 1 :]
    scaled = [error * factor for error, factor in zip(found, per_log, strict=True)]
    return (scaled[0], scaled[1], scaled[2]) if free else (nan, scaled[0], scaled[1])
