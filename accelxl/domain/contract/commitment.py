"""Commitments: take-or-pay with a ramp, payment for what is not used, and tiers for what is used beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, single
from accelxl.domain.contract._amounts import amounts
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

UnitSeries = Annotated[Numbers, Quantity("units", low=0, kind="series")]
PriceSeries = Annotated[Numbers, Quantity("USD/unit", low=0, kind="series")]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
OneWhole = Annotated[float, Quantity("periods", low=1, high=1200, whole=True)]
Tiers = Annotated[Sequence[Sequence[float]], Quantity(kind="table")]
"""Rows of the first unit above the commitment that a price holds from, and that price."""

COMMIT_LINES = (
    "used",
    "committed",
    "used within the commitment",
    "used above it",
    "short of it",
    "USD for use within",
    "USD for the shortfall",
    "USD for use above",
    "USD in all",
    "USD a unit used",
)
"""The lines of `commit`, in order."""


def commit(
    used: UnitSeries,
    committed: UnitSeries,
    price_usd: PriceSeries,
    tiers: Tiers | None = None,
    shortfall_share: OneShare = 1.0,
    settle_periods: OneWhole = 1.0,
) -> NDArray[np.float64]:
    """Bill of a commitment, ``within*price + shortfall*price*shortfall_share + sum over tiers of above*tier price``.

    Within a window of `settle_periods` use counts against the whole commitment of the window as it comes; what is left
    at the window's end is the shortfall, paid in its last period at that period's price. Use above runs through the
    tiers anew in each window, each unit at the price of the tier that it falls into.

    Parameters
    ----------
    used : units
        Hours, accelerator-months, tokens; the last axis is the periods.
    committed : units
        What is committed in each period (a ramp), or one figure for all of them.
    price_usd : USD/unit
        Price of a committed unit, one figure or one a period.
    tiers : rows of two numbers, optional
        From how many units above the commitment a price holds, and that price; the first row starts at 0. Without them
        use above costs the committed price.
    shortfall_share : share
        Share of the price that is paid for what is not used: 1 is take-or-pay.
    settle_periods : periods
        1: each period by itself; 12 with months: a yearly true-up. The last window may be shorter.

    Returns
    -------
    units, then USD
        Shape of the cases, then the lines of `COMMIT_LINES`, then the periods. The price of a unit is NaN in a period
        without use.

    Raises
    ------
    OutOfRange
        If a figure is negative or not a number, or the tiers do not start at 0 and ascend.
    ShapeError
        If the series are of unlike lengths.

    Examples
    --------
    100 units committed at $2, use of 80 and 130, the first 20 above at $3 and the rest at $2.50:

    >>> bill = commit([80, 130], 100, 2.0, [[0, 3.0], [20, 2.5]])
    >>> bill[5:9].tolist()
    [[160.0, 200.0], [40.0, 0.0], [0.0, 85.0], [200.0, 285.0]]

    Source
    ------
    A take-or-pay obligation with graduated tiers; the settlement window is the contract's true-up.
    """
    share = single(shortfall_share, "shortfall_share", Quantity("share", low=0, high=1))
    window = int(single(settle_periods, "settle_periods", Quantity("periods", low=1, high=1200, whole=True)))
    use = amounts(used, "used")
    due = amounts(committed, "committed")
    price = amounts(price_usd, "price_usd")
    try:
        use, due, price = np.broadcast_arrays(use, due, price)
    except ValueError as error:
        raise ShapeError(
            f"used has {use.shape[-1]} periods, committed {due.shape[-1]} and price_usd {price.shape[-1]}; as many of "
            "each, or one figure for all periods, are allowed"
        ) from error
    starts, prices = _tiers(tiers)
    out = np.zeros((*use.shape[:-1], len(COMMIT_LINES), use.shape[-1]))
    left = np.zeros(use.shape[:-1])
    above = np.zeros(use.shape[:-1])
    for t in range(use.shape[-1]):
        first, last = t - t % window, min(t - t % window + window, use.shape[-1]) - 1
        if t == first:
            left = due[..., first : last + 1].sum(axis=-1)
            above = np.zeros_like(left)
        within = np.minimum(use[..., t], left)
        beyond = use[..., t] - within
        left = left - within
        short = left if t == last else np.zeros_like(left)
        unit = price[..., t]
        extra = _tiered(above, beyond, starts, prices) if starts is not None and prices is not None else beyond * unit
        above = above + beyond
        bills = (within * unit, short * unit * share, extra)
        for line, amount in enumerate((use[..., t], due[..., t], within, beyond, short, *bills, sum(bills))):
            out[..., line, t] = amount
    with np.errstate(all="ignore"):
        out[..., 9, :] = np.where(use > 0, out[..., 8, :] / use, np.nan)
    return out


def _tiers(tiers: Tiers | None) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    if tiers is None:
        return None, None
    table = numbers(tiers, "tiers")
    if table.ndim != 2 or table.shape[1] != 2 or not len(table):
        raise ShapeError(
            f"tiers has the shape {' x '.join(map(str, table.shape))}; a column of first units and one of prices are allowed"
        )
    starts, prices = table[:, 0], table[:, 1]
    if not np.isfinite(table).all() or (prices < 0).any():
        raise OutOfRange("tiers holds a price below 0 or a cell that is no number; prices of at least 0 are allowed")
    if starts[0] != 0 or (np.diff(starts) <= 0).any():
        given = ", ".join(f"{start:g}" for start in starts)
        raise OutOfRange(f"the tiers start at {given}; a first one at 0 and each further one higher are allowed")
    return starts, prices


def _tiered(
    before: NDArray[np.float64], more: NDArray[np.float64], starts: NDArray[np.float64], prices: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what `more` units cost after `before` units, each at the price of its tier."""
    ends = np.append(starts[1:], np.inf)
    cost = np.zeros_like(before)
    for start, end, price in zip(starts, ends, prices, strict=True):
        cost = cost + price * np.clip(np.minimum(before + more, end) - np.maximum(before, start), 0.0, None)
    return cost
