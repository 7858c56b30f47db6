"""Serving: what a token costs on hardware that is paid by the hour."""

from __future__ import annotations

import numpy as np

from accelxl.arrays import numbers, result
from accelxl.units import Result, Share, TokensPerSecond, UsdPerHour

SECONDS_PER_HOUR = 3600.0


def cost_per_mtok(cost_usd_per_hour: UsdPerHour, tokens_per_second: TokensPerSecond, utilization: Share = 1.0) -> Result:
    """Cost of a million tokens, ``cost_usd_per_hour * 1e6 / (3600 * tokens_per_second * utilization)``.

    The throughput decides which tokens: that of prefill gives the cost of input tokens, that of decode the cost of output tokens, and
    the two blended by time the cost of all. Count utilization once: give it here, or inside one of the other two.

    Parameters
    ----------
    cost_usd_per_hour : USD/h
        Of an accelerator, all-in: owned or rented.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    utilization : share
        Share of that throughput that is filled.

    Returns
    -------
    USD/Mtok
        Shape of the broadcast arguments. NaN where no token is served, or an argument is negative.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> cost_per_mtok(2.5, 1000, 0.5)
    1.3888888888888888
    >>> cost_per_mtok(2.5, [1000, 0]).tolist()
    [0.6944444444444444, nan]

    Source
    ------
    Equations B2.
    """
    hour = numbers(cost_usd_per_hour, "cost_usd_per_hour")
    rate = numbers(tokens_per_second, "tokens_per_second")
    share = numbers(utilization, "utilization")
    with np.errstate(all="ignore"):
        valid = (hour >= 0) & (rate > 0) & (share > 0)
        return result(np.where(valid, hour * 1e6 / (SECONDS_PER_HOUR * rate * share), np.nan))
