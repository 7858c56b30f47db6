"""Parts of a capital expenditure: the accelerators inside a headline, and the split over components."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Cost, Numbers, Quantity

Shares = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]

SLACK = 1e-9
"""How far a sum of shares may miss 1 before it is refused: rounding of binary fractions, nothing more."""


def carveout(
    capex: Cost,
    share_low: Shares,
    share_high: Shares | None = None,
    share_mid: Shares | None = None,
) -> NDArray[np.float64]:
    """Accelerators inside a capex headline, ``capex * share_1 * share_2 * ...``, level by level with low, mid and high.

    Parameters
    ----------
    capex : USD
        The headline, scalar or any shape.
    share_low, share_high : share
        Each step's share of the level before it (data centres of all capex, IT of data centres, servers of IT,
        accelerators of servers); the last axis is the steps. Without `share_high` the shares are points.
    share_mid : share, optional
        The default is the middle of low and high.

    Returns
    -------
    USD
        Shape of the cases, then (steps + 1, 3): the headline and what is left after each step; low, mid, high. Low
        takes every share at its low end, high every one at its high end, so the band is the widest that the shares
        allow. NaN where `capex` is negative.

    Raises
    ------
    OutOfRange
        If a share is not between 0 and 1, or low, mid and high of a step are not in this order.
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    The 600 billion headline at 30 to 40 %:

    >>> carveout(600e9, 0.30, 0.40)[-1].tolist()
    [180000000000.0, 210000000000.0, 240000000000.0]

    Source
    ------
    Equations B3, carve-out.
    """
    low = _shares(share_low, "share_low")
    high = low if share_high is None else _shares(share_high, "share_high")
    mid = None if share_mid is None else _shares(share_mid, "share_mid")
    total = numbers(capex, "capex")
    try:
        low, mid, high = np.broadcast_arrays(low, 0.5 * (low + high) if mid is None else mid, high)
        cases = np.broadcast_shapes(total.shape, low.shape[:-1])
    except ValueError as error:
        raise ShapeError(
            f"capex of shape {total.shape} for {low.shape[-1]} low and {high.shape[-1]} high shares; as many shares of "
            "each, and one capex or one a row of shares, are allowed"
        ) from error
    _in_order(low, mid, high)
    shares = np.stack([low, mid, high], axis=-1)
    left = np.cumprod(np.concatenate([np.ones_like(shares[..., :1, :]), shares], axis=-2), axis=-2)
    total = np.where(total >= 0, total, np.nan)
    return np.asarray(np.broadcast_to(total, cases)[..., None, None] * left)


def capex_split(capex: Cost, shares: Shares) -> NDArray[np.float64]:
    """Amount of each component, ``capex * share``; the shares make up the whole.

    Parameters
    ----------
    capex : USD
        What is split, scalar or any shape.
    shares : share
        Of land, shell, power, cooling, network, server, accelerator, memory, rack or whatever the components are; the
        last axis is the components, and it sums to 1.

    Returns
    -------
    USD
        Shape of the cases, then the components. NaN where `capex` is negative.

    Raises
    ------
    OutOfRange
        If a share is not between 0 and 1, or the shares do not sum to 1.

    Examples
    --------
    A published split of AI data centres over technology, energy and building:

    >>> capex_split(5.2e12, [0.60, 0.25, 0.15]).tolist()
    [3120000000000.0, 1300000000000.0, 780000000000.0]

    Source
    ------
    Equations B3; McKinsey, The cost of compute (the figures of the example).
    """
    parts = _shares(shares, "shares")
    sums = parts.sum(axis=-1)
    if np.any(np.abs(sums - 1.0) > SLACK):
        wrong = float(sums.reshape(-1)[np.argmax(np.abs(sums - 1.0).reshape(-1))])
        cure = f"add a component of {1.0 - wrong:.6g}" if wrong < 1.0 else f"take {wrong - 1.0:.6g} off"
        raise OutOfRange(f"the {parts.shape[-1]} shares sum to {wrong:.6g}; a sum of 1 is allowed: {cure}")
    return _over(capex, parts)


def capex_band(capex: Cost, share_low: Shares, share_high: Shares) -> NDArray[np.float64]:
    """Amount of each component as a band that the others allow, ``low_i = max(low_i, 1 - sum of the other highs)``.

    Parameters
    ----------
    capex : USD
        What is split, scalar or any shape.
    share_low, share_high : share
        The band of each component's share; the last axis is the components.

    Returns
    -------
    USD
        Shape of the cases, then (components, 2): low and high. Every value inside the band of one component can be
        completed to the whole by values inside the bands of the others; a band that was too wide is narrowed.

    Raises
    ------
    OutOfRange
        If a share is not between 0 and 1, a low is above its high, or no choice inside the bands sums to 1.

    Examples
    --------
    >>> capex_band(100.0, [0.5, 0.25, 0.125], [0.875, 0.375, 0.25]).tolist()
    [[50.0, 62.5], [25.0, 37.5], [12.5, 25.0]]

    Source
    ------
    Equations B3; bounds of a sum, by interval arithmetic.
    """
    low, high = _shares(share_low, "share_low"), _shares(share_high, "share_high")
    try:
        low, high = np.broadcast_arrays(low, high)
    except ValueError as error:
        raise ShapeError(
            f"{low.shape[-1]} low shares for {high.shape[-1]} high ones; as many of each are allowed"
        ) from error
    _in_order(low, low, high)
    least, most = low.sum(axis=-1, keepdims=True), high.sum(axis=-1, keepdims=True)
    if np.any(least > 1.0 + SLACK) or np.any(most < 1.0 - SLACK):
        raise OutOfRange(
            f"the low shares sum to {least.max():.6g} and the high ones to {most.min():.6g}; "
            "lows that sum to 1 at most and highs that sum to 1 at least are allowed"
        )
    narrow_low = np.clip(1.0 - (most - high), low, high)
    narrow_high = np.clip(1.0 - (least - low), low, high)
    return np.stack([_over(capex, narrow_low), _over(capex, narrow_high)], axis=-1)


def _over(capex: Numbers, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply a total into its parts on a new last axis."""
    total = numbers(capex, "capex")
    try:
        return np.asarray(np.where(total >= 0, total, np.nan)[..., None] * parts)
    except ValueError as error:
        raise ShapeError(
            f"capex of shape {total.shape} for shares of shape {parts.shape}; one capex, or one a row of shares, "
            "is allowed"
        ) from error


def _shares(value: Numbers, name: str) -> NDArray[np.float64]:
    shares = series(value, name)
    wrong = ~((shares >= 0.0) & (shares <= 1.0))
    if wrong.any():
        place = int(np.argwhere(wrong)[0][-1])
        raise OutOfRange(f"{name}, step {place + 1}, is {shares[wrong][0]:g}; a share from 0 to 1 is allowed")
    return shares


def _in_order(low: NDArray[np.float64], mid: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    wrong = (low > mid) | (mid > high)
    if wrong.any():
        place = int(np.argwhere(wrong)[0][-1])
        raise OutOfRange(
            f"step {place + 1} has low {low[wrong][0]:g}, mid {mid[wrong][0]:g} and high {high[wrong][0]:g}; "
            "low <= mid <= high is allowed"
        )
