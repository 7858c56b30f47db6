"""Real options: what the freedom to wait, to leave or to grow is worth, on a binomial tree."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import cases, numbers, result
from accelxl.errors import OutOfRange, UnknownName, nearest
from accelxl.units import Cost, Numbers, Quantity, Result, Years

KINDS = ("defer", "abandon", "expand")
Kind = Annotated[str, Quantity(kind="choice", choices=KINDS)]
Riskless = Annotated[Numbers, Quantity("1/year", low=-0.5, high=2)]
Volatility = Annotated[Numbers, Quantity("1/year", low=0, high=5)]
Erosion = Annotated[Numbers, Quantity("1/year", low=0, high=0.95)]
Scale = Annotated[Numbers, Quantity("share", low=0, high=100)]
Steps = Annotated[float, Quantity("steps", 1, 5000, whole=True)]

Array = NDArray[np.float64]

MOST_STEPS = 5000
MOST_NODES = 1e9
"""Of all trees of a call: ten seconds."""
FLAT = 1e-8
"""A step of the tree below this is lost in rounding; the value is then as good as certain."""
TABLE = 1 << 21
"""Values of the trees that are rolled back together."""


def option(
    kind: Kind,
    value: Cost,
    price: Cost,
    rate: Riskless,
    volatility: Volatility,
    years: Years,
    lost_per_year: Erosion = 0.0,
    expansion: Scale = 1.0,
    steps: Steps = 500,
) -> Result:
    """Worth of the freedom to defer, abandon or expand a project, by a Cox-Ross-Rubinstein tree, ``max(exercise, hold)`` at each node.

    With ``u = e^(volatility*sqrt(dt))`` and ``p = ((growth of a step) - 1/u) / (u - 1/u)`` a node holds
    ``(p*up + (1-p)*down) / (1+rate)^dt``.

    Parameters
    ----------
    kind : text
        "defer": to pay `price` and have the project, now or later. "abandon": to give it up for `price`, its resale, now or later.
        "expand": to pay `price` and have the share `expansion` of it on top, now or later.
    value : USD
        Present value today of what the project will bring, its outlay not taken off.
    price : USD
        The outlay, the resale, or the cost of the expansion; the same whenever it is paid.
    rate : 1/year
        Riskless, effective annual.
    volatility : 1/year
        Standard deviation of the yearly return on `value`.
    years : years
        As long as the choice is open.
    lost_per_year : 1/year
        Share of the value that a year of waiting costs: cash not earned, prices that fall.
    expansion : share
        Of "expand" only.
    steps : steps
        Of the tree; more are nearer to the limit.

    Returns
    -------
    USD
        Worth of the choice alone; add it to the net present value without it (to 0 for "defer"). Shape of the broadcast arguments. NaN
        where an argument is out of range, or a step is too long for the tree (more steps, or more volatility).

    Raises
    ------
    UnknownName
        If there is no such kind.
    OutOfRange
        If `steps` is not a whole number from 1 to 5000.

    Examples
    --------
    >>> round(option("abandon", 50.0, 50.0, 0.10517091807565, 0.4, 5 / 12, steps=5), 2)
    4.49

    Source
    ------
    Equations B7 (CRR); Cox, Ross and Rubinstein (1979).
    """
    name = kind.strip().lower() if isinstance(kind, str) else kind
    if name not in KINDS:
        raise UnknownName(f"kind is {kind!r}; {nearest(str(kind), KINDS)}")
    asked = numbers(steps, "steps")
    if asked.ndim or not (1 <= asked <= MOST_STEPS and asked == np.floor(asked)):
        raise OutOfRange(f"steps is {steps!r}; a whole number from 1 to {MOST_STEPS} is allowed")
    shape, (v, k, r, sigma, t, q, scale) = cases(
        value=value,
        price=price,
        rate=rate,
        volatility=volatility,
        years=years,
        lost_per_year=lost_per_year,
        expansion=expansion,
    )
    if len(v) * float(asked) ** 2 / 2.0 > MOST_NODES:
        most = int(np.sqrt(2.0 * MOST_NODES / len(v)))
        raise OutOfRange(
            f"{len(v):,} trees of {int(asked)} steps are too many; at most {most} steps are allowed for so many cases"
        )
    with np.errstate(all="ignore"):
        valid = (
            (v >= 0)
            & (k >= 0)
            & (r >= -0.5)
            & (r <= 2)
            & (sigma >= 0)
            & (sigma <= 5)
            & (t >= 0)
            & (q >= 0)
            & (q <= 0.95)
        )
        valid &= (scale >= 0) & (scale <= 100) & np.isfinite(v) & np.isfinite(k) & np.isfinite(t)
        base = v * scale if name == "expand" else v
        sign = -1.0 if name == "abandon" else 1.0
        still = sigma * np.sqrt(t / asked) < FLAT
        worth = np.where(still, _certain(sign, base, k, r, t, q), _tree(sign, base, k, r, sigma, t, q, int(asked)))
    return result(np.where(valid, worth, np.nan).reshape(shape))


def _tree(sign: float, v: Array, k: Array, r: Array, sigma: Array, t: Array, q: Array, steps: int) -> Array:
    """Worth at the root of each case's tree, some cases at a time."""
    out = np.empty(len(v))
    together = max(1, TABLE // (2 * steps + 1))
    for first in range(0, len(v), together):
        part = slice(first, first + together)
        some = [line[part, np.newaxis] for line in (v, k, r, sigma, t, q)]
        out[part] = _rolled_back(sign, steps, *some)
    return out


def _rolled_back(sign: float, steps: int, v: Array, k: Array, r: Array, sigma: Array, t: Array, q: Array) -> Array:
    """Roll trees back: the nodes of a step along the last axis, from the lowest value up."""
    dt = t / steps
    up = core.exp(sigma * np.sqrt(dt))
    carry = core.pow((1.0 + r) * (1.0 - q), dt)
    rise = (carry - 1.0 / up) / (up - 1.0 / up)
    p = np.where((rise >= 0.0) & (rise <= 1.0), rise, np.nan)
    kept = core.pow(1.0 + r, -dt)
    # all values of the tree: those of a step are every second one around the middle
    gain = sign * (v * core.exp(sigma * np.sqrt(dt) * np.arange(-steps, steps + 1.0)) - k)
    node = np.maximum(gain[:, ::2], 0.0)
    for step in range(steps - 1, -1, -1):
        held = kept * (p * node[:, 1:] + (1.0 - p) * node[:, :-1])
        node = np.maximum(held, gain[:, steps - step : steps + step + 1 : 2])
    return np.where(np.isnan(p[:, 0]), np.nan, node[:, 0])


def _certain(sign: float, v: Array, k: Array, r: Array, t: Array, q: Array) -> Array:
    """Worth without volatility: the best of now and the last day, between which the gain has no higher point but one."""
    best = np.maximum(sign * (v - k), 0.0)
    drift, discount = core.log(1.0 - q), core.log(1.0 + r)
    # d/ds of sign*(v*e^(drift*s) - k*e^(-discount*s)) is 0 at s
    ratio = (-discount * k) / (drift * v)
    turn = np.where(ratio > 0, core.log(ratio) / (drift + discount), 0.0)
    for moment in (t, np.clip(np.where(np.isfinite(turn), turn, 0.0), 0.0, t)):
        later = sign * (v * core.exp(drift * moment) - k * core.exp(-discount * moment))
        best = np.maximum(best, np.where(np.isfinite(later), later, 0.0))
    return best
