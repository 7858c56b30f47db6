"""Variance of revenue or cost against plan: volume, mix, utilization and price, which add up."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

Array = NDArray[np.float64]
Capacity = Annotated[Numbers, Quantity("Mtok or h", low=0, kind="series")]
Utilization = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]
Price = Annotated[Numbers, Quantity("USD per Mtok or h", kind="series")]

VARIANCE_LINES = ("volume", "mix", "utilization", "price")
"""The figures of `variance`, in order."""


def variance(
    plan_capacity: Capacity,
    plan_utilization: Utilization,
    plan_price: Price,
    actual_capacity: Capacity,
    actual_utilization: Utilization,
    actual_price: Price,
) -> Array:
    """Actual less plan of ``sum(capacity * utilization * price)``, split into volume, mix, utilization and price.

    With C the whole capacity and s_i the share of product i in it, plan (p) and actual (a):

    - volume: ``(C_a - C_p) * s_p * u_p * p_p``: more or less of everything, at the planned mix
    - mix: ``C_a * (s_a - s_p) * u_p * p_p``: other shares of the products in the capacity
    - utilization: ``C_a * s_a * (u_a - u_p) * p_p``: the same capacity filled otherwise
    - price: ``C_a * s_a * u_a * (p_a - p_p)``

    Parameters
    ----------
    plan_capacity, actual_capacity : Mtok or h
        Of each product or device; the last axis is the products.
    plan_utilization, actual_utilization : share
        Filled share of that capacity; 1 where capacity is what was sold.
    plan_price, actual_price : USD per Mtok or h
        Price or contribution; a cost gives a cost variance, where above 0 is unfavourable. A product that the plan lacks
        needs a standard price in the plan.

    Returns
    -------
    USD
        Shape of the cases, then (products, 4), in the order of `VARIANCE_LINES`. The whole adds up to actual less plan.

    Raises
    ------
    OutOfRange
        If a figure is blank or out of range, or the plan has no capacity at all, so that it has no mix.
    ShapeError
        If there are not as many of each as products; one utilization or price may hold for all, a capacity may not.

    Examples
    --------
    Budget 500 of A at 5 and 500 of B at 10, sold 550 and 650: quantity 1,500, mix 250.

    >>> found = variance([500, 500], 1.0, [5.0, 10.0], [550, 650], 1.0, [5.0, 10.0])
    >>> found.sum(axis=0).round(9).tolist()
    [1500.0, 250.0, 0.0, 0.0]

    Source
    ------
    Sales price, mix and quantity variances of management accounting; utilization as the efficiency variance of capacity.
    """
    given = {
        "plan_capacity": plan_capacity,
        "plan_utilization": plan_utilization,
        "plan_price": plan_price,
        "actual_capacity": actual_capacity,
        "actual_utilization": actual_utilization,
        "actual_price": actual_price,
    }
    arrays = {name: series(value, name) for name, value in given.items()}
    try:
        cp, up, pp, ca, ua, pa = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        sizes = ", ".join(f"{name} {array.shape[-1]}" for name, array in arrays.items())
        raise ShapeError(f"the products do not fit together: {sizes}; as many of each are allowed") from error
    products = cp.shape[-1]
    for name in ("plan_capacity", "actual_capacity"):
        if arrays[name].shape[-1] != products:
            raise ShapeError(
                f"{name} has {arrays[name].shape[-1]} figure for {products} products; a capacity for each is needed, since one for all "
                "would count for every product (a utilization or a price may hold for all)"
            )
    for name, array in arrays.items():
        _refuse(name, array)
    whole_plan, whole = cp.sum(axis=-1, keepdims=True), ca.sum(axis=-1, keepdims=True)
    if np.any(whole_plan <= 0):
        raise OutOfRange("plan_capacity sums to 0, so the plan has no mix; a plan with capacity is needed")
    at_plan_mix = cp * (
        whole / whole_plan
    )  # a plan that came true gives cp itself, so its variances are 0 to the last bit
    volume, mix = (at_plan_mix - cp) * up * pp, (ca - at_plan_mix) * up * pp
    return np.stack([volume, mix, ca * (ua - up) * pp, ca * ua * (pa - pp)], axis=-1)


def _refuse(name: str, array: Array) -> None:
    """Refuse a blank, a negative capacity and a utilization outside 0 to 1."""
    high = 1.0 if name.endswith("utilization") else np.inf
    low = -np.inf if name.endswith("price") else 0.0
    wrong = ~(np.isfinite(array) & (array >= low) & (array <= high))
    if wrong.any():
        place = np.argwhere(wrong)[0]
        limits = "from 0 to 1" if high == 1 else "of at least 0" if low == 0 else "that is finite"
        raise OutOfRange(f"{name}, product {place[-1] + 1}, is {array[tuple(place)]:g}; a number {limits} is allowed")
