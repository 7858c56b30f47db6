"""High-bandwidth memory: the market's growth, the price of a gigabyte that follows, and the device price it feeds."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.units import Cost, Numbers, Quantity

Array = NDArray[np.float64]
Time = Annotated[Numbers, Quantity("years", low=-50, high=50)]
Gigabytes = Annotated[Numbers, Quantity("GB", low=0)]
UsdPerGb = Annotated[Numbers, Quantity("USD/GB", low=0)]
Growth = Annotated[Numbers, Quantity("1/year", low=-0.99, high=10)]
Decline = Annotated[Numbers, Quantity("1/year", low=-10, high=0.99)]
PassOn = Annotated[Numbers, Quantity("share", low=0, high=10)]

MARKET_GROWTH = 0.30
"""Yearly growth of the memory's market in money, SK hynix, August 2025 (catalogue: market, hbm_growth_per_year)."""

HBM_LINES = (
    "market, first year = 1",
    "bits, first year = 1",
    "USD per GB",
    "memory per device",
    "device price",
    "memory share",
)
"""The figures of `hbm`, in order."""


def hbm(
    years: Time,
    device_price_usd: Cost,
    memory_gb: Gigabytes,
    usd_per_gb: UsdPerGb,
    bit_growth: Growth,
    market_growth: Growth = MARKET_GROWTH,
    rest_decline: Decline = 0.0,
    pass_on: PassOn = 1.0,
) -> NDArray[np.float64]:
    """Device price that follows the memory's, ``(P - M)*(1 - rest_decline)**t + M + pass_on*(M_t - M)``, M = GB * $/GB.

    The market in money is price times bits, so ``$/GB_t = $/GB * ((1 + market_growth)/(1 + bit_growth))**t``: a market
    that grows faster in money than in bits is a memory that gets dearer.

    Parameters
    ----------
    years : years
        From today.
    device_price_usd : USD
        Price of the device today, its memory in it.
    memory_gb : GB
        Memory of a device.
    usd_per_gb : USD/GB
        Price of a gigabyte today.
    bit_growth : 1/year
        Growth of the gigabytes shipped.
    market_growth : 1/year
        Growth of the memory's market in money.
    rest_decline : 1/year
        Yearly fall of what the device costs beside its memory.
    pass_on : share
        Part of a change of the memory's cost that reaches the device's price; above 1 with a margin on it.

    Returns
    -------
    1, USD/GB, USD, share
        Shape of the broadcast arguments, then the six figures of `HBM_LINES`. NaN where the memory costs more than the
        device, or an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> found = hbm([0.0, 2.0], 34_000.0, 80.0, 15.0, bit_growth=0.2)
    >>> found[:, 2].round(4).tolist(), found[:, 4].round(2).tolist()
    ([15.0, 17.6042], [34000.0, 34208.33])

    Source
    ------
    Equations B3 (growth and price paths); SK hynix on 30 % a year.
    """

    def path(
        t: Array, price: Array, gb: Array, each: Array, bits: Array, market: Array, fall: Array, on: Array
    ) -> object:
        money, volume = core.exp(t * core.log1p(market)), core.exp(t * core.log1p(bits))
        per_gb = each * core.exp(t * (core.log1p(market) - core.log1p(bits)))
        memory, now = gb * per_gb, gb * each
        device = (price - now) * core.exp(t * core.log1p(-fall)) + now + on * (memory - now)
        sound = (now <= price) & (device > 0)
        lines = (money, volume, per_gb, memory, device, memory / np.where(sound, device, 1.0))
        return tuple(np.where(sound, line, np.nan) for line in lines)

    return np.asarray(
        formula(
            hbm, path, years, device_price_usd, memory_gb, usd_per_gb, bit_growth, market_growth, rest_decline, pass_on
        )
    )
