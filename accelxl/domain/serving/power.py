"""Energy of a token, and what a GW of accelerators serves, earns and keeps in a year."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import (
    HOURS_PER_YEAR,
    Kilowatt,
    Numbers,
    Quantity,
    Result,
    Share,
    TokensPerSecond,
    UsdPerHour,
    UsdPerMtok,
)

Pue = Annotated[Numbers, Quantity("1", low=1)]
Array = NDArray[np.float64]

PER_GW_LINES = (
    "accelerators per GW",
    "tokens/s per MW",
    "joule per token",
    "revenue per GW-year",
    "cost per GW-year",
    "profit per GW-year",
)
"""The figures of `per_gw`, in order."""


def energy_per_token(
    power_kw: Kilowatt, tokens_per_second: TokensPerSecond, utilization: Share = 1.0, pue: Pue = 1.0
) -> Result:
    """Energy of a token, ``power_kw * 1000 * pue / (tokens_per_second * utilization)``.

    Parameters
    ----------
    power_kw : kW
        Of an accelerator at the scope that is meant: an H100 is 0.70 (chip), 1.275 (share of a DGX), 1.37 (all-in
        at the rack) or 1.73 (at the meter, cooling included: `pue` is 1 then).
    tokens_per_second : tokens/s
        Of an accelerator.
    utilization : share
        Share of the throughput that is filled; the power is drawn whatever the fill.
    pue : 1
        Facility power over accelerators' power.

    Returns
    -------
    J
        Shape of the broadcast arguments. NaN where no token is served or an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> round(energy_per_token(1.73, 4951), 6)
    0.349424

    Source
    ------
    Equations B2; InferenceX.
    """

    def joule(power: Array, rate: Array, share: Array, pue: Array) -> Array:
        served = rate * share
        return np.where(served > 0, power * 1000.0 * pue / np.where(served > 0, served, np.nan), np.nan)

    return formula(energy_per_token, joule, power_kw, tokens_per_second, utilization, pue)


def per_gw(
    power_kw: Kilowatt,
    tokens_per_second: TokensPerSecond,
    price_usd_per_mtok: UsdPerMtok,
    cost_usd_per_hour: UsdPerHour,
    utilization: Share = 1.0,
    revenue_share: Share = 0.0,
    pue: Pue = 1.0,
) -> Result:
    """A GW of accelerators over a year, ``(revenue - cost) per accelerator-hour * 1e6 / (power_kw * pue) * 8760``.

    Parameters
    ----------
    power_kw : kW
        Of an accelerator at the scope that the GW is counted in.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    price_usd_per_mtok : USD/Mtok
        Blended over input and output.
    cost_usd_per_hour : USD/h
        Of an accelerator, all-in, paid whatever the fill.
    utilization : share
        Share of the throughput that is filled.
    revenue_share : share
        Share of the revenue that goes to the owner of the model, and the like.
    pue : 1
        Facility power over accelerators' power, where the GW is that of the facility and the kW is not.

    Returns
    -------
    accelerators, tokens/s, J, USD, USD, USD
        Shape of the broadcast arguments, then the figures of `PER_GW_LINES`. NaN where `power_kw` is 0, for the energy also
        where no token is served, or an argument is out of range.

    Examples
    --------
    >>> (per_gw(1.71, 1000, 1.0, 1.73)[3:] / 1e9).round(2).tolist()
    [18.44, 8.86, 9.58]

    Source
    ------
    Equations B2; InferenceX, profit per GW-year.
    """

    def figures(
        power: Array, rate: Array, price: Array, cost: Array, share: Array, cut: Array, pue: Array
    ) -> tuple[Array, ...]:
        drawn = np.where(power > 0, power * pue, np.nan)
        served = rate * share
        hours = 1e6 / drawn * HOURS_PER_YEAR
        revenue = served * 3600.0 / 1e6 * price * hours
        spent = cost * hours + cut * revenue
        joule = np.where(served > 0, drawn * 1000.0 / np.where(served > 0, served, np.nan), np.nan)
        return 1e6 / drawn, served * 1000.0 / drawn, joule, revenue, spent, revenue - spent

    return formula(
        per_gw,
        figures,
        power_kw,
        tokens_per_second,
        price_usd_per_mtok,
        cost_usd_per_hour,
        utilization,
        revenue_share,
        pue,
    )
