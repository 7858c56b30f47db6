"""Memory that is paid for and not used: its money, year by year."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Count, DiscountRate, Numbers, Quantity, Share

Gigabytes = Annotated[Numbers, Quantity("GB", low=0, high=10_000)]
UsdPerGb = Annotated[Numbers, Quantity("USD/GB", low=0)]
WholeYears = Annotated[float, Quantity("years", low=1, high=30, whole=True)]
Growth = Annotated[Numbers, Quantity("1/year", low=-1, high=10)]


def memory_waste(
    memory_gb: Gigabytes,
    needed_gb: Gigabytes,
    usd_per_gb: UsdPerGb,
    life_years: WholeYears = 5,
    discount_rate: DiscountRate = 0.10,
    fill: Share = 1.0,
    growth_per_year: Growth = 0.0,
    accelerators: Count = 1,
) -> NDArray[np.float64]:
    """Money in unused memory each year, ``max(0, memory - needed*(1+growth)^(year-1)/fill) * usd_per_gb * CRF(r, life)``.

    Parameters
    ----------
    memory_gb : GB
        Of an accelerator.
    needed_gb : GB
        Of the workload in the first year: weights, cache, headroom.
    usd_per_gb : USD/GB
        Price of the memory inside the accelerator's price, as it was paid.
    life_years : years
        Over which it is written off; a scalar, the length of the result.
    discount_rate : 1/year
        Effective annual rate.
    fill : share
        Most of the memory that can be filled; the rest is no waste.
    growth_per_year : 1/year
        By which the workload grows into the memory.
    accelerators : units
        That carry the same workload each.

    Returns
    -------
    USD/year
        Shape of the cases, then the years. 0 where the workload fills the memory or does not fit. NaN where `fill` is 0, the
        rate -1 or less, or an argument is out of range.

    Raises
    ------
    OutOfRange
        If life_years is not a whole number from 1 to 30.
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    141 GB for a need of 100 GB that grows by a fifth a year, at $15 a GB:

    >>> memory_waste(141, 100, 15, 3, 0.0, growth_per_year=0.2).round(2).tolist()
    [205.0, 105.0, 0.0]

    Source
    ------
    Equations B2 (memory).
    """
    span = np.asarray(life_years, dtype=float)
    if span.ndim:
        raise ShapeError(
            f"life_years has {span.size} values; one number is allowed, since it is the length of the result"
        )
    if not 1 <= span <= 30 or span != np.floor(span):
        raise OutOfRange(f"life_years is {float(span):g}; a whole number from 1 to 30 years is allowed")
    shape, (memory, need, price, rate, share, growth, units) = cases(
        memory_gb=memory_gb, needed_gb=needed_gb, usd_per_gb=usd_per_gb, discount_rate=discount_rate, fill=fill,
        growth_per_year=growth_per_year, accelerators=accelerators,
    )  # fmt: skip
    good = (memory >= 0) & (need >= 0) & (price >= 0) & (rate > -1) & (share > 0) & (share <= 1)
    good &= (growth >= -1) & (units >= 0)
    out = np.empty((len(memory), int(span)))
    with np.errstate(all="ignore"):
        charge = np.where(good, -core.pmt(rate, float(span), price, 0.0, 0.0) * units, np.nan)
        grown = need / np.where(good, share, np.nan)
        for year in range(int(span)):
            out[:, year] = np.maximum(memory - grown, 0.0) * charge
            grown = grown * (1.0 + growth)
    return out.reshape((*shape, int(span)))
