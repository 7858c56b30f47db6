"""Training and inference side by side: accelerator-hours, spend and fleets, each apart."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula, numbers, series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import (
    HOURS_PER_YEAR,
    BillionParameters,
    BillionTokens,
    MillionTokens,
    Numbers,
    Petaflops,
    Quantity,
    Result,
    Share,
    TokensPerSecond,
)

HoursSeries = Annotated[Numbers, Quantity("h", low=0, kind="series")]
PriceSeries = Annotated[Numbers, Quantity("USD/h", low=0, kind="series")]
PeriodHours = Annotated[Numbers, Quantity("h", low=0)]

DEMAND_LINES = (
    "training accelerator-hours",
    "inference accelerator-hours",
    "training spend",
    "inference spend",
    "training fleet",
    "inference fleet",
    "inference share of compute",
    "inference share of spend",
)
"""The lines of `demand`, in order."""


def training_hours(
    active_params_b: BillionParameters, tokens_b: BillionTokens, peak_pflops: Petaflops, mfu: Share
) -> Result:
    """Accelerator-hours of a training run, ``6 * N * D / (peak * MFU) / 3600``.

    Parameters
    ----------
    active_params_b : 1e9 parameters
        Parameters that work on a token: of a mixture of experts the active ones.
    tokens_b : 1e9 tokens
        Tokens of the run.
    peak_pflops : PFLOP/s
        Dense peak of an accelerator in the number format of the run.
    mfu : share
        Model FLOPs utilization, training that stands still counted.

    Returns
    -------
    h
        Shape of the broadcast arguments. NaN where `peak_pflops` or `mfu` is 0 or an argument is out of range.

    Examples
    --------
    >>> round(training_hours(37, 14_800, 0.989, 0.346))
    2667103

    Source
    ------
    Equations B2, MFU_train solved for the hours; the figures of the example are those of DeepSeek-V3.
    """

    def hours(
        n: NDArray[np.float64], d: NDArray[np.float64], peak: NDArray[np.float64], share: NDArray[np.float64]
    ) -> object:
        rate = peak * 1e15 * share
        return np.where(rate > 0, 6.0 * (n * 1e9) * (d * 1e9) / rate / 3600.0, np.nan)

    return formula(training_hours, hours, active_params_b, tokens_b, peak_pflops, mfu)


def inference_hours(mtok: MillionTokens, tokens_per_second: TokensPerSecond, utilization: Share = 1.0) -> Result:
    """Accelerator-hours that serve a volume, ``mtok * 1e6 / (tokens_per_second * utilization) / 3600``.

    Parameters
    ----------
    mtok : Mtok
        Tokens of the period.
    tokens_per_second : tokens/s
        Throughput of an accelerator at the latency target, prefill and decode blended.
    utilization : share
        Share of the throughput that is filled.

    Returns
    -------
    h
        Shape of the broadcast arguments. NaN where throughput or utilization is 0 or an argument is out of range.

    Examples
    --------
    >>> inference_hours(3600, 1000, 0.5)
    2000.0

    Source
    ------
    Equations B2.
    """

    def hours(volume: NDArray[np.float64], tps: NDArray[np.float64], share: NDArray[np.float64]) -> object:
        rate = tps * share
        return np.where(rate > 0, volume * 1e6 / rate / 3600.0, np.nan)

    return formula(inference_hours, hours, mtok, tokens_per_second, utilization)


def demand(
    training_hours: HoursSeries,
    inference_hours: HoursSeries,
    training_usd_per_hour: PriceSeries,
    inference_usd_per_hour: PriceSeries,
    training_availability: Share = 1.0,
    inference_availability: Share = 1.0,
    hours_per_period: PeriodHours = HOURS_PER_YEAR,
) -> NDArray[np.float64]:
    """Training and inference apart: hours, spend ``hours * price``, fleet ``hours / (availability * period)``.

    Parameters
    ----------
    training_hours, inference_hours : h
        Accelerator-hours of each period; the last axis is time. See the functions of these names.
    training_usd_per_hour, inference_usd_per_hour : USD/h
        Cost of an accelerator-hour in each fleet, one figure or one a period.
    training_availability, inference_availability : share
        Share of the hours in which an accelerator works.
    hours_per_period : h
        8,760 for years, 730 for months.

    Returns
    -------
    h, USD, accelerators, share
        Shape (lines, periods), with the lines of `DEMAND_LINES`; before them the shape of the cases, if any. A share
        of nothing is NaN.

    Raises
    ------
    OutOfRange
        If an hour count or a price is negative, or an availability or `hours_per_period` is 0 or out of range.
    ShapeError
        If the series are of unequal length.

    Examples
    --------
    >>> lines = demand([2e6, 2e6], [1e6, 4e6], 2.0, 1.5)
    >>> dict(zip(DEMAND_LINES, lines.round(4).tolist()))["inference share of compute"]
    [0.3333, 0.6667]

    Source
    ------
    Equations B2, B3.
    """
    given = {
        "training_hours": training_hours,
        "inference_hours": inference_hours,
        "training_usd_per_hour": training_usd_per_hour,
        "inference_usd_per_hour": inference_usd_per_hour,
    }
    lines = {name: not_negative(series(value, name), name) for name, value in given.items()}
    try:
        train, infer, train_price, infer_price = np.broadcast_arrays(*lines.values())
    except ValueError as error:
        lengths = ", ".join(f"{name} {line.shape[-1]}" for name, line in lines.items())
        raise ShapeError(f"the series have unequal lengths: {lengths}; equal lengths or 1 are allowed") from error
    period = _positive(hours_per_period, "hours_per_period", np.inf)
    train_fleet = train / (_positive(training_availability, "training_availability", 1.0) * period)
    infer_fleet = infer / (_positive(inference_availability, "inference_availability", 1.0) * period)
    train_spend, infer_spend = train * train_price, infer * infer_price
    with np.errstate(invalid="ignore"):
        compute_share = infer / (train + infer)
        spend_share = infer_spend / (train_spend + infer_spend)
    return np.stack(
        [train, infer, train_spend, infer_spend, train_fleet, infer_fleet, compute_share, spend_share], axis=-2
    )


def not_negative(line: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return a series that has no gap and nothing negative in it.

    Raises
    ------
    OutOfRange
        If a period is blank, infinite or negative; the message names the first.
    """
    wrong = ~(np.isfinite(line) & (line >= 0))
    if wrong.any():
        place = int(np.argwhere(wrong)[0][-1])
        raise OutOfRange(f"{name}, period {place + 1}, is {line[wrong][0]:g}; a finite number of at least 0 is allowed")
    return line


def _positive(value: Numbers, name: str, high: float) -> float:
    number = numbers(value, name)
    if number.ndim or not 0 < number <= high:
        limit = "above 0" if high == np.inf else f"above 0 and at most {high:g}"
        raise OutOfRange(f"{name} is {value!r}; one number {limit} is allowed")
    return float(number)
