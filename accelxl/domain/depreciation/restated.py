"""A useful life that is estimated anew: straight-line depreciation before and after, and what that does to earnings."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import cases
from accelxl.errors import OutOfRange
from accelxl.units import Cost, Numbers, Quantity

Life = Annotated[Numbers, Quantity("years", low=0, high=40)]
"""A building has 39; 48, 60 and 72 are months."""
Age = Annotated[Numbers, Quantity("years", low=0)]

LONGEST_YEARS = 40
RELIFE_LINES = ("depreciation before", "depreciation after", "effect on operating income")
"""The lines of `relife`, in order."""


def relife(
    cost: Cost, life: Life, new_life: Life, age: Age, salvage: Cost = 0.0, new_salvage: Cost | None = None
) -> NDArray[np.float64]:
    """Straight-line depreciation by year after a change of useful life, ``(book value - new salvage) / (new_life - age)``, and before.

    The change is prospective: what was written off stays, and the book value of the day is spread over the years that are now left.

    Parameters
    ----------
    cost : USD
        Price paid.
    life, new_life : years
        Total life before and after the change; parts of a year count.
    age : years
        Since the start of service, on the day of the change. From `life` on everything is written off, and nothing changes.
    salvage, new_salvage : USD
        Value left at the end of the life before and after; None (NaN in an array): no change.

    Returns
    -------
    USD
        Shape of the broadcast arguments, then (lines, years): the lines of `RELIFE_LINES`, year 1 from the day of the change. Where
        `new_life` is not above `age` the whole rest is written off in year 1. NaN where an argument is out of range.

    Raises
    ------
    OutOfRange
        If a life is longer than 40 years.

    Examples
    --------
    >>> relife(100.0, 4, 6, 1)[2].tolist()
    [10.0, 10.0, 10.0, -15.0, -15.0]

    Source
    ------
    Equations B5; ASC 250-10-45-17 (change in estimate).
    """
    shape, (price, old, new, years, left, asked) = cases(
        cost=cost,
        life=life,
        new_life=new_life,
        age=age,
        salvage=salvage,
        new_salvage=np.nan if new_salvage is None else new_salvage,
    )
    target = np.where(np.isnan(asked), left, asked)
    valid = (
        (price >= 0)
        & (old > 0)
        & (new > 0)
        & (years >= 0)
        & (left >= 0)
        & (left <= price)
        & (target >= 0)
        & np.isfinite(price)
    )
    valid &= np.isfinite(years)
    longest = float(np.maximum(old, new)[valid].max(initial=0.0))
    if longest > LONGEST_YEARS:
        raise OutOfRange(f"a life is {longest:g} years; at most {LONGEST_YEARS} are allowed")
    with np.errstate(all="ignore"):
        ahead = np.where(valid, np.maximum(old, new) - years, 1.0)
        count = np.arange(0.0, max(1.0, np.ceil(ahead.max(initial=1.0))))
        used = np.minimum(years, old)
        book = price - (price - left) * used / old
        before = _spread(book - left, old - used, count)
        after = _spread(np.maximum(book - target, 0.0), new - years, count)
        out = np.stack([before, after, before - after], axis=1)
    out[~valid] = np.nan
    return out.reshape(*shape, len(RELIFE_LINES), len(count))


def _spread(amount: NDArray[np.float64], years: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an amount spread evenly over the years, all of it in the first where no year is left."""
    years = years[:, np.newaxis]
    counted = np.minimum(np.maximum(years - count, 0.0), 1.0)
    even = amount[:, np.newaxis] / years * counted
    return np.where(years > 0, even, np.where(count == 0, amount[:, np.newaxis], 0.0))
