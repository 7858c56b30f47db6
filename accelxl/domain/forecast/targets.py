"""Device-mix targets by quarter against what was deployed: gaps in shares and units, and the mix variance in money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

Array = NDArray[np.float64]
Shares = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]
Units = Annotated[Numbers, Quantity("units", low=0, kind="series")]
Values = Annotated[Numbers, Quantity("USD per unit", kind="series")]

SLACK = 1e-6
"""How far target shares of a quarter may miss a sum of 1: percentages typed with four digits."""


@dataclass(frozen=True, slots=True)
class MixGap:
    """Target against actual, each of shape (quarters, devices); `variance` is in money, `moved` has one figure a quarter.

    `gap` is the actual share less the target, `units_off` the same in units of the quarter's total; `moved` is the share
    of the fleet that would have to change device to meet the target, half the sum of the absolute gaps.
    """

    share: Array
    gap: Array
    units_off: Array
    variance: Array
    moved: Array


def mix_target(targets: Shares, units: Units, values: Values = 1.0) -> MixGap:
    """Gap of a device mix to its targets, ``units - total * target``, and in money ``(units - total * target) * value``.

    Parameters
    ----------
    targets : share
        Target share of each device; the last axis is the devices, the one before it the quarters. Each quarter sums to 1.
    units : units
        Deployed units of the same devices and quarters.
    values : USD per unit
        Planned margin, revenue or cost of a unit of each device.

    Returns
    -------
    MixGap
        The variance of a quarter sums to the mix variance: what the same number of units lost or gained through its mix.

    Raises
    ------
    OutOfRange
        If a share is not between 0 and 1, the targets of a quarter do not sum to 1, a count is negative, or a quarter has
        no units.
    ShapeError
        If the tables are of unequal shape.

    Examples
    --------
    >>> found = mix_target([0.7, 0.3], [60, 40], [100.0, 250.0])
    >>> found.gap.round(9).tolist(), found.variance.round(9).tolist(), round(float(found.variance.sum()), 9)
    ([-0.1, 0.1], [-1000.0, 2500.0], 1500.0)

    Source
    ------
    The sales mix variance, with targets for the standard mix.
    """
    wanted, had, each = series(targets, "targets"), series(units, "units"), series(values, "values")
    if wanted.shape != had.shape or each.shape[-1] not in {1, had.shape[-1]}:
        raise ShapeError(
            f"targets of shape {wanted.shape}, units of shape {had.shape} and {each.shape[-1]} values; a share and a count "
            "for each device and quarter, and a value for each device, are allowed"
        )
    for name, array, high in (("targets", wanted, 1.0), ("units", had, np.inf)):
        wrong = ~(np.isfinite(array) & (array >= 0) & (array <= high))
        if wrong.any():
            place = np.argwhere(wrong)[0]
            raise OutOfRange(
                f"{name}, {_where(place)}, is {array[tuple(place)]:g}; a number {'from 0 to 1' if high == 1 else 'of at least 0'} "
                "is allowed"
            )
    for place in np.argwhere(np.abs(wanted.sum(axis=-1) - 1.0) > SLACK)[:1]:
        total = wanted.sum(axis=-1)[tuple(place)]
        raise OutOfRange(f"the targets{_quarter(place)} sum to {total:.6g}; a sum of 1 is allowed")
    whole = had.sum(axis=-1, keepdims=True)
    for place in np.argwhere(whole[..., 0] <= 0)[:1]:
        raise OutOfRange(f"units{_quarter(place)} sum to 0, so there is no mix; at least one unit is needed")
    off = had - whole * wanted
    gap = off / whole
    return MixGap(had / whole, gap, off, off * each, 0.5 * np.abs(gap).sum(axis=-1))


def _where(place: NDArray[np.intp]) -> str:
    device = f"device {place[-1] + 1}"
    return f"quarter {place[-2] + 1}, {device}" if len(place) > 1 else device


def _quarter(place: NDArray[np.intp]) -> str:
    return f" of quarter {place[-1] + 1}" if len(place) else ""
