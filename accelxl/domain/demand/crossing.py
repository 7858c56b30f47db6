"""The crossover: when inference overtakes training, in money or in compute, with a band."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula, result, series
from accelxl.domain.demand.fleets import not_negative
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity, Result, Share

Amounts = Annotated[Numbers, Quantity("USD or h", low=0, kind="series")]
YearSeries = Annotated[Numbers, Quantity("year", kind="series")]
Amount = Annotated[Numbers, Quantity("USD or h", low=0)]
Growth = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]


def crossover(training: Amounts, inference: Amounts, years: YearSeries | None = None) -> Result:
    """Year in which inference reaches training: smallest t with ``inference(t) >= training(t)``, linear in between.

    Parameters
    ----------
    training, inference : USD or h
        Spend, or compute in one unit, of each year; the last axis is time.
    years : year, optional
        The years in ascending order; they need not be evenly spaced. The default counts from 0.

    Returns
    -------
    year
        Scalar for one pair of series, else the shape of the other axes. The first year where inference leads from the
        start; NaN where it never gets there within the series.

    Raises
    ------
    OutOfRange
        If an amount is negative or blank, or the years do not ascend.
    ShapeError
        If the series are of unequal length.

    Examples
    --------
    >>> crossover([100, 110, 120], [50, 95, 140], [2026, 2027, 2028])
    2027.4285714285713

    Source
    ------
    Equations B3, crossover.
    """
    train, infer, when = _series(training, inference, years)
    return result(_first(infer - train, when))


def crossover_band(
    training: Amounts,
    inference: Amounts,
    training_spread: Share = 0.0,
    inference_spread: Share = 0.0,
    years: YearSeries | None = None,
) -> NDArray[np.float64]:
    """Earliest, central and latest crossover of forecasts that may be off, ``T*(1 -+ s_T)`` against ``I*(1 +- s_I)``.

    Parameters
    ----------
    training, inference, years
        As for `crossover`.
    training_spread, inference_spread : share
        By how much each forecast may be off to either side.

    Returns
    -------
    year
        Shape of the cases, then 3. Earliest takes training low and inference high; latest the reverse, NaN where the
        series end before it.

    Raises
    ------
    OutOfRange, ShapeError
        As for `crossover`; also if a spread is not between 0 and 1.

    Examples
    --------
    >>> crossover_band([100, 100, 100], [50, 100, 150], 0.1, 0.1, [2026, 2027, 2028]).round(2).tolist()
    [2026.64, 2027.0, 2027.44]

    Source
    ------
    Equations B3, crossover.
    """
    train, infer, when = _series(training, inference, years)
    t, i = (_spread(v, n) for v, n in ((training_spread, "training_spread"), (inference_spread, "inference_spread")))
    early = _first((1.0 + i) * infer - (1.0 - t) * train, when)
    late = _first((1.0 - i) * infer - (1.0 + t) * train, when)
    return np.stack([early, _first(infer - train, when), late], axis=-1)


def crossover_growth(training: Amount, inference: Amount, training_growth: Growth, inference_growth: Growth) -> Result:
    """Years until inference reaches training at constant growth, ``ln(T0/I0) / ln((1 + g_i)/(1 + g_t))``.

    Parameters
    ----------
    training, inference : USD or h
        Of today.
    training_growth, inference_growth : 1/year
        Yearly growth.

    Returns
    -------
    years
        Shape of the broadcast arguments. 0 where inference leads already; NaN where it never catches up, or an argument
        is out of range.

    Examples
    --------
    >>> round(crossover_growth(100, 50, 0.10, 0.40), 4)
    2.8742
    >>> crossover_growth(100, 50, 0.40, 0.40)
    nan

    Source
    ------
    Equations B3, crossover.
    """

    def years(
        t: NDArray[np.float64], i: NDArray[np.float64], gt: NDArray[np.float64], gi: NDArray[np.float64]
    ) -> object:
        lead = core.log1p((gi - gt) / (1.0 + gt))
        wait = np.where((lead > 0) & (i > 0), core.log(t / i) / lead, np.nan)
        return np.where(i >= t, 0.0, wait)

    return formula(crossover_growth, years, training, inference, training_growth, inference_growth)


def _series(training: Numbers, inference: Numbers, years: Numbers | None) -> tuple[NDArray[np.float64], ...]:
    """Return the two series and the years in one shape."""
    train = not_negative(series(training, "training"), "training")
    infer = not_negative(series(inference, "inference"), "inference")
    count = max(train.shape[-1], infer.shape[-1])
    when = np.arange(float(count)) if years is None else series(years, "years")
    if np.any(~(np.diff(when, axis=-1) > 0)):
        place = int(np.argwhere(~(np.diff(when, axis=-1) > 0))[0][-1]) + 2
        raise OutOfRange(f"years, place {place}, does not follow the one before; ascending years are allowed")
    try:
        train, infer, when = np.broadcast_arrays(train, infer, when)
    except ValueError as error:
        raise ShapeError(
            f"{train.shape[-1]} years of training, {infer.shape[-1]} of inference and {when.shape[-1]} years; equal "
            "lengths are allowed"
        ) from error
    return train, infer, when


def _first(gap: NDArray[np.float64], when: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a gap first reaches 0 from below, linear between the years."""
    reached = gap >= 0
    at = reached.argmax(axis=-1)
    before = np.maximum(at - 1, 0)

    def pick(values: NDArray[np.float64], place: NDArray[np.intp]) -> NDArray[np.float64]:
        return np.take_along_axis(values, place[..., None], axis=-1)[..., 0]

    rise = pick(gap, at) - pick(gap, before)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(at > 0, -pick(gap, before) / rise, 0.0)
    year = pick(when, before) + share * (pick(when, at) - pick(when, before))
    return np.where(reached.any(axis=-1), year, np.nan)


def _spread(value: Numbers, name: str) -> float:
    number = np.asarray(value, dtype=np.float64)
    if number.ndim or not 0 <= number <= 1:
        raise OutOfRange(f"{name} is {value!r}; one share from 0 to 1 is allowed")
    return float(number)
