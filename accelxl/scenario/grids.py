"""Cartesian grids: a metric at every combination of a few inputs' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError
from accelxl.plan.model import plan_of
from accelxl.scenario.tables import check_metrics, check_name, scenarios, varies

MAX_CELLS = 1 << 27
"""Cells that a grid may hold in memory for each metric (1 GiB)."""


def axes_of(plan: Any, axes: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the axes as one-dimensional arrays, each of at least one value.

    Raises
    ------
    ShapeError
        If there is no axis, or one without values.
    """
    if not isinstance(axes, Mapping) or not axes:
        raise ShapeError("the grid has no axis; one or more inputs with their values are needed")
    base = plan_of(plan)
    found: dict[str, NDArray[Any]] = {}
    for name, values in axes.items():
        check_name(base, name)
        array = np.atleast_1d(np.asarray(values, dtype=np.float64 if varies(name) and _plain(values) else object))
        if array.ndim != 1 or array.size == 0:
            raise ShapeError(f"the axis {name} has shape {array.shape}; a row of one or more values is needed")
        found[name] = array
    return found


def _plain(values: Any) -> bool:
    try:
        np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return True


def grid(
    plan: Any, axes: Mapping[str, Any], metrics: Iterable[str] | str | None = None, threads: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Metrics of a plan at every combination of the axes' values.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    axes : dict of str to values, shape (n_k,)
        Inputs by name and the values of each.
    metrics : iterable of str
        The default is npv, irr, roi, payback_months, cost_per_mtok.
    threads : int, optional
        The default is every processor.

    Returns
    -------
    dict of str to array, shape (n_1, ..., n_k)

    Raises
    ------
    ShapeError
        If an axis has no values.
    OutOfRange
        If the grid has more cells than memory should hold, or a value lies outside its input's range.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> grid(plan, {"units": [1, 2], "unit_price_usd": [30000, 40000, 50000]}, "capex_usd")["capex_usd"]
    array([[ 30000.,  40000.,  50000.],
           [ 60000.,  80000., 100000.]])
    """
    names = check_metrics(metrics)
    found = axes_of(plan, axes)
    shape = tuple(len(values) for values in found.values())
    cells = int(np.prod([float(n) for n in shape]))
    if cells > MAX_CELLS:
        raise OutOfRange(f"the grid has {cells:,} cells; up to {MAX_CELLS:,} are allowed")
    columns = {
        name: np.broadcast_to(values.reshape([-1 if k == at else 1 for k in range(len(shape))]), shape).reshape(-1)
        for at, (name, values) in enumerate(found.items())
    }
    return {name: column.reshape(shape) for name, column in scenarios(plan, columns, names, threads).items()}
