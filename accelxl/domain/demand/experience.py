"""Learning curves: cost falls by a fixed share with each doubling of the units made, by Wright or by Crawford."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula, series
from accelxl.domain.demand.erosion import log_line
from accelxl.errors import OutOfRange, UnknownName, nearest
from accelxl.units import Cost, Numbers, Quantity, Result

MODELS = ("crawford", "wright")
MEASURES = ("unit", "average", "total")
LN2 = 0.6931471805599453

Units = Annotated[Numbers, Quantity("units", low=1, whole=True)]
LearningRate = Annotated[Numbers, Quantity("share", low=0, high=1)]
Model = Annotated[str, Quantity(kind="choice", choices=MODELS)]
Measure = Annotated[str, Quantity(kind="choice", choices=MEASURES)]
UnitSeries = Annotated[Numbers, Quantity("units", low=1, kind="series")]
CostSeries = Annotated[Numbers, Quantity("USD", low=0, kind="series")]

Array = NDArray[np.float64]


def learning(
    first_cost: Cost,
    units: Units,
    learning_rate: LearningRate,
    model: Model = "crawford",
    measure: Measure = "unit",
) -> Result:
    """Cost under learning, ``first_cost * units**log2(learning_rate)``: by Crawford of a unit, by Wright the average.

    Parameters
    ----------
    first_cost : USD
        Cost of the first unit.
    units : units
        Units made so far, counted from 1; whole.
    learning_rate : share
        What is left of the cost when the units double: 0.8 is a fall of 20 %. Some sources call this the progress ratio and
        1 less it, here 20 %, the learning rate.
    model : text
        crawford: the power law gives the cost of the unit; wright: it gives the average cost of all units so far. The
        same rate means a lower cost by Wright.
    measure : text
        unit: cost of unit number `units`; average, total: of all units so far.

    Returns
    -------
    USD
        Shape of the broadcast arguments. NaN where `learning_rate` is 0 or an argument is out of range.

    Raises
    ------
    UnknownName
        If there is no such model or measure.

    Examples
    --------
    >>> round(learning(100.0, 125, 0.85), 5), round(learning(110.0, 2200, 0.885, "wright"), 5)
    (32.23647, 23.34001)

    Source
    ------
    Equations B3; Wright (1936), Crawford (1944); the figures of the example are those of the R package learningCurve.
    """
    word, figure = _word(model, "model", MODELS), _word(measure, "measure", MEASURES)
    kernels: dict[tuple[str, str], Callable[[Array, Array, Array], Array]] = {
        ("crawford", "unit"): _power,
        ("crawford", "average"): lambda a, x, b: _crawford_total(a, x, b) / x,
        ("crawford", "total"): _crawford_total,
        ("wright", "unit"): _wright_unit,
        ("wright", "average"): _power,
        ("wright", "total"): lambda a, x, b: x * _power(a, x, b),
    }
    kernel = kernels[word, figure]

    def cost(a: Array, x: Array, rate: Array) -> object:
        return np.where(rate > 0, kernel(a, x, core.log(rate) / LN2), np.nan)

    return formula(learning, cost, first_cost, units, learning_rate)


def learning_fit(units: UnitSeries, costs: CostSeries) -> NDArray[np.float64]:
    """First cost and learning rate that fit actual costs, ``ln(cost) = a + b * ln(units)`` by least squares.

    Parameters
    ----------
    units : units
        Units made so far at each observation, from 1.
    costs : USD
        Of the unit (the result is a Crawford curve) or the average so far (a Wright curve).

    Returns
    -------
    USD, share
        Two figures: the cost of the first unit, and the learning rate ``2**b``; above 1 the costs rose.

    Raises
    ------
    OutOfRange
        If a cost is not above 0, a count is below 1, or all counts are equal.
    ShapeError
        If there are not as many counts as costs, or fewer than two.

    Examples
    --------
    >>> learning_fit([1, 2, 4], [100.0, 80.0, 64.0]).round(12).tolist()
    [100.0, 0.8]

    Source
    ------
    Equations B3; ordinary least squares in the logarithms.
    """
    counts = series(units, "units")
    if np.any(counts < 1):
        raise OutOfRange(f"units holds {counts[counts < 1][0]:g}; counts of at least 1 are allowed")
    intercept, slope = log_line(np.asarray(core.log(counts)), series(costs, "costs"), "units", "costs")
    return np.array([core.exp(intercept), core.exp(slope * LN2)])


def _word(given: str, name: str, allowed: tuple[str, ...]) -> str:
    word = given.strip().lower() if isinstance(given, str) else given
    if word not in allowed:
        raise UnknownName(f"{name} is {given!r}; {nearest(str(given), allowed)}")
    return str(word)


def _power(a: Array, x: Array, b: Array) -> Array:
    return np.asarray(a * core.pow(x, b))


def _wright_unit(a: Array, x: Array, b: Array) -> Array:
    """``x**(1+b) - (x-1)**(1+b)`` without the loss of digits at large x."""
    gained = -core.expm1((1.0 + b) * core.log1p(-1.0 / np.maximum(x, 2.0)))
    return np.asarray(np.where(x > 1, a * core.pow(x, 1.0 + b) * gained, a))


HEAD = 16
"""Units that are summed one by one before the Euler-Maclaurin formula takes over."""


def _crawford_total(a: Array, x: Array, b: Array) -> Array:
    """``sum(k**b for k in 1..x)``: the head one by one, the rest by Euler-Maclaurin, whose next term is below 1e-14."""
    total = np.zeros(np.broadcast_shapes(x.shape, b.shape))
    for k in range(1, HEAD + 1):
        total = total + np.where(x >= k, core.pow(float(k), b), 0.0)
    far = np.maximum(x, float(HEAD))
    ratio = core.log(far / HEAD)
    grow = 1.0 + b
    area = core.pow(float(HEAD), grow) * np.where(
        grow == 0, ratio, core.expm1(grow * ratio) / np.where(grow == 0, 1, grow)
    )
    rest = area + 0.5 * (core.pow(far, b) - core.pow(float(HEAD), b))
    slope, order = b, 1
    for weight in (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600):
        rest = rest + weight * slope * (core.pow(far, b - order) - core.pow(float(HEAD), b - order))
        slope = slope * (b - order) * (b - order - 1)
        order += 2
    return np.asarray(a * (total + rest))
