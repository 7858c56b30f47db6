"""Cartesian grids: a metric at every combination of a few inputs' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError
from accelxl.parallel import Progress
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.collect import Ask, collect
from accelxl.scenario.draws import MAX_CASES
from accelxl.scenario.job import axes_source, job_of
from accelxl.scenario.runs import How
from accelxl.scenario.sinks import PERCENTILES
from accelxl.scenario.tables import check_metrics, check_name, number_column, scenarios, varies

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
    plan: Any,
    axes: Mapping[str, Any],
    metrics: Iterable[str] | str | None = None,
    threads: int | None = None,
    *,
    sink: str | Sequence[str] = "array",
    percentiles: Sequence[float] = PERCENTILES,
    level: float | Mapping[str, float] = 0.0,
    bins: Any = 50,
    top: int = 10,
    top_by: str | None = None,
    largest: bool | None = None,
    progress: Progress | None = None,
    cluster: Any = None,
    out: Any = None,
    checkpoint: Any = None,
) -> Any:
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
    sink : str or sequence of str
        array; frame, a row a cell; or some of summary, histogram, top, which keep no cells.
    percentiles, level, bins, top, top_by, largest, progress, cluster, out, checkpoint
        As in `montecarlo`.

    Returns
    -------
    dict of str to array, shape (n_1, ..., n_k), DataFrame or Outcome

    Raises
    ------
    ShapeError
        If an axis has no values.
    OutOfRange
        If the grid has more cells than memory should hold (array, frame) or a run can have, or a value lies outside its input's range.

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
    held = sink in {"array", "frame"} if isinstance(sink, str) else False
    most = MAX_CELLS if held else MAX_CASES
    if cells > most:
        raise OutOfRange(
            f"the grid has {cells:,} cells; up to {most:,} are allowed{', any number of them with sink summary' if held else ''}"
        )
    if sink != "array" or cluster is not None or out is not None or checkpoint is not None:
        return _collected(
            plan_of(plan),
            found,
            names,
            Ask(sink, percentiles, level, bins, top, top_by, largest),
            How(threads, progress, cluster, out, checkpoint),
            shape,
        )
    columns = {
        name: np.broadcast_to(values.reshape([-1 if k == at else 1 for k in range(len(shape))]), shape).reshape(-1)
        for at, (name, values) in enumerate(found.items())
    }
    return {name: column.reshape(shape) for name, column in scenarios(plan, columns, names, threads).items()}


def _collected(
    base: Plan, axes: dict[str, NDArray[Any]], names: tuple[str, ...], ask: Ask, how: How, shape: tuple[int, ...]
) -> Any:
    """Run the grid through the engine, which holds no column of its cells."""
    checked = {name: number_column(base, name, values) if varies(name) else values for name, values in axes.items()}
    count = int(np.prod([float(n) for n in shape]))
    found = collect(job_of(base, axes_source(checked), names, count), ask, how)
    return {name: values.reshape(shape) for name, values in found.items()} if ask.sink == "array" else found
