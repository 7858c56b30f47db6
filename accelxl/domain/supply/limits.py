"""Delivered capacity: the smallest of what chips, memory, packaging, power and racks allow, with the binding one named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

Stock = Annotated[Numbers, Quantity("units", low=0, kind="series")]
Gigabytes = Annotated[Numbers, Quantity("GB", low=0, kind="series")]
Megawatts = Annotated[Numbers, Quantity("MW", low=0, kind="series")]
PerDeviceGb = Annotated[float, Quantity("GB", low=0)]
PerDeviceKw = Annotated[float, Quantity("kW", low=0, high=200)]
Pue = Annotated[float, Quantity("1", low=1, high=10)]
PerRack = Annotated[float, Quantity("units", low=0)]

CONSTRAINTS = ("chips", "memory", "packaging", "power", "racks")
"""What may bind, in order."""
SLACK = 1e-12
"""Relative rounding that does not cost a whole device."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Devices that each constraint allows (infinite where none was given), what is delivered, and what binds.

    `gain` is how many more devices would come if the binding constraint were lifted: the distance to the next one.
    """

    allows: NDArray[np.float64]
    delivered: NDArray[np.float64]
    gain: NDArray[np.float64]
    binding: tuple[str, ...]


def bottleneck(
    chips: Stock | None = None,
    hbm_gb: Gigabytes | None = None,
    gb_per_device: PerDeviceGb | None = None,
    packages: Stock | None = None,
    megawatts: Megawatts | None = None,
    kw_per_device: PerDeviceKw | None = None,
    pue: Pue = 1.0,
    racks: Stock | None = None,
    devices_per_rack: PerRack | None = None,
) -> Bottleneck:
    """Devices that can run, ``floor(min(chips, HBM/GB, packages, MW*1000/(kW*PUE), racks*per rack))``, period by period.

    Parameters
    ----------
    chips, packages : units
        Dies or modules, and packaging slots, that have arrived by each period: cumulated, not the flow of the period.
    hbm_gb : GB
        Memory that has arrived; needs `gb_per_device`.
    megawatts : MW
        Power at the meter; needs `kw_per_device`, all-in per device, and `pue`.
    racks : units
        Racks ready; needs `devices_per_rack`.

    Returns
    -------
    Bottleneck
        `allows` of shape (constraints, periods). A single figure of one constraint holds for all periods.

    Raises
    ------
    OutOfRange
        If a figure is negative or blank, what has arrived falls from one period to the next (a flow and not a sum), or a
        size per device is not above 0.
    ShapeError
        If the series are of unequal length, a size per device is missing, or nothing is given.

    Examples
    --------
    >>> found = bottleneck([1000, 2000], hbm_gb=[400_000, 400_000], gb_per_device=192.0, megawatts=3.0, kw_per_device=2.17,
    ...                    pue=1.25)
    >>> found.delivered.tolist(), found.binding, found.gain.tolist()
    ([1000.0, 1105.0], ('chips', 'power'), [105.0, 895.0])

    Source
    ------
    Equations B3, N_delivered.
    """
    given = [
        _stock(chips, "chips", None, ""),
        _stock(hbm_gb, "hbm_gb", gb_per_device, "gb_per_device"),
        _stock(packages, "packages", None, ""),
        _stock(megawatts, "megawatts", kw_per_device, "kw_per_device", cumulated=False),
        _stock(racks, "racks", devices_per_rack, "devices_per_rack"),
    ]
    if not 1 <= pue <= 10:
        raise OutOfRange(f"pue is {pue:g}; a number from 1 to 10 is allowed")
    if all(stock is None for stock in given):
        raise ShapeError(f"no constraint is given; at least one of {', '.join(CONSTRAINTS)} is needed")
    periods = max(len(stock) for stock in given if stock is not None)
    sizes = (1.0, gb_per_device, 1.0, kw_per_device, devices_per_rack)
    allows = np.full((len(CONSTRAINTS), periods), np.inf)
    for place, (stock, size) in enumerate(zip(given, sizes, strict=True)):
        if stock is None or size is None:
            continue
        if len(stock) not in {1, periods}:
            raise ShapeError(
                f"{CONSTRAINTS[place]} has {len(stock)} periods, another constraint {periods}; equal lengths or one figure "
                "are allowed"
            )
        amount = stock * 1000.0 / (size * pue) if place == 3 else stock * size if place == 4 else stock / size
        near = np.rint(amount)
        allows[place] = np.where(np.abs(amount - near) <= SLACK * np.maximum(near, 1.0), near, np.floor(amount))
    least = np.sort(allows, axis=0)
    names = tuple(
        " and ".join(CONSTRAINTS[k] for k in np.flatnonzero(allows[:, t] == least[0, t])) for t in range(periods)
    )
    return Bottleneck(allows, least[0], least[1] - least[0], names)


def _stock(
    value: Numbers | None, name: str, size: float | None, size_name: str, *, cumulated: bool = True
) -> NDArray[np.float64] | None:
    if value is None:
        return None
    if size_name and size is None:
        raise ShapeError(f"{name} is given and {size_name} is not; both are needed")
    if size is not None and not (np.isfinite(size) and size > 0):
        raise OutOfRange(f"{size_name} is {size:g}; a number above 0 is allowed")
    stock = series(value, name)
    if stock.ndim != 1:
        raise ShapeError(f"{name} has {len(stock)} rows; one row or column of periods is allowed")
    wrong = ~(np.isfinite(stock) & (stock >= 0))
    if wrong.any():
        place = int(wrong.argmax())
        raise OutOfRange(f"{name}, period {place + 1}, is {stock[place]:g}; a number of at least 0 is allowed")
    falls = np.diff(stock) < 0
    if cumulated and falls.any():
        place = int(falls.argmax()) + 1
        raise OutOfRange(
            f"{name}, period {place + 1}, is {stock[place]:g} after {stock[place - 1]:g}; arrivals are cumulated and do not fall: "
            "add up the arrivals of the periods"
        )
    return stock
