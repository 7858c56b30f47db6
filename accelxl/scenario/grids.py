"""Cartesian grids: a metric at every combination of a few inputs' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError, WrongType
from accelxl.parallel import Progress
from accelxl.plan.evaluate import evaluate
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.cartesian import fill, sizes, spread, tables
from accelxl.scenario.checks import alone, numbers_of, shown
from accelxl.scenario.collect import Ask, check_percentiles, collect, levels_of
from accelxl.scenario.columns import check_apart, check_metrics, check_name, number_column, varies
from accelxl.scenario.draws import MAX_CASES
from accelxl.scenario.grid_summary import own_axes, shortens, summary
from accelxl.scenario.job import axes_source, job_of
from accelxl.scenario.outcome import Outcome
from accelxl.scenario.runs import How
from accelxl.scenario.sinks import PERCENTILES
from accelxl.scenario.tables import scenarios
from accelxl.scenario.terms import is_sum

Vector = NDArray[np.float64]

MAX_CELLS = 1 << 27
"""Cells that a grid may hold in memory for each metric (1 GiB)."""
FEW_CELLS = 1 << 16
"""Cells up to which each is a plan of its own, to the bits of a scenario table."""


def axes_of(plan: Any, axes: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the axes as one-dimensional arrays, each of at least one value.

    Raises
    ------
    ShapeError
        If there is no axis, or one without values.
    WrongType
        If a value of an input that takes numbers is text or no number.
    """
    if not isinstance(axes, Mapping):
        raise WrongType(f"the axes are {shown(axes)}; a dict of inputs with the values of each is allowed")
    if not axes:
        raise ShapeError("the grid has no axis; one or more inputs with their values are needed")
    base = plan_of(plan)
    found: dict[str, NDArray[Any]] = {}
    for name, values in axes.items():
        row = check_name(base, name)
        array: NDArray[Any]
        if varies(name):
            array = np.atleast_1d(numbers_of(values, f"{name} holds {{}}; {row.quantity.allowed()} is allowed"))
        else:
            array = np.atleast_1d(np.asarray(values, dtype=object))
        if array.ndim != 1 or array.size == 0:
            raise ShapeError(f"the axis {name} has shape {array.shape}; a row of one or more values is needed")
        found[name] = array
    check_apart(found, "set")
    return found


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
    into: Any = None,
) -> Any:
    """Metrics of a plan at every combination of the axes' values.

    From 65,537 cells on, sums of money (npv, profit_usd and others) are added from tables of their terms, each on its own axes, and
    agree with the plan kernel within 1e-12 of the sum of the terms' sizes; other metrics are evaluated on the axes that they
    depend on. No number of threads changes a bit.

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
    into : array or dict of str to array, shape (n_1, ..., n_k), optional
        For array: where the metrics are written, contiguous float64; memory that has been written before takes a grid many times faster.

    Returns
    -------
    dict of str to array, shape (n_1, ..., n_k), DataFrame or Outcome

    Raises
    ------
    ShapeError
        If an axis has no values, or `into` does not fit.
    OutOfRange
        If the grid has more cells than memory should hold (array, frame) or a run can have, or a value lies outside its input's range.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> grid(plan, {"units": [1, 2], "unit_price_usd": [30000, 40000, 50000]}, "capex_usd")["capex_usd"]
    array([[ 30000.,  40000.,  50000.],
           [ 60000.,  80000., 100000.]])

    Source
    ------
    The plan model of `accelxl.evaluate`; sums are taken in another order, to 1e-12.
    """
    base = plan_of(plan)
    names = check_metrics(metrics)
    found = {n: number_column(base, n, v) if varies(n) else v for n, v in axes_of(base, axes).items()}
    shape = tuple(len(values) for values in found.values())
    cells = prod(shape)
    sink = alone(sink)
    ask = Ask(sink, percentiles, level, bins, top, top_by, largest)
    how = How(threads, progress, cluster, out, checkpoint)
    if into is not None and (sink != "array" or _elsewhere(how)):
        raise ShapeError(
            f"into is given with sink {sink!r}; it takes the metrics of sink array on this machine, without a file"
        )
    if sink == "array" and not _elsewhere(how):
        _small_enough(cells, MAX_CELLS, ", any number of them with sink summary")
        given = _targets(into, names, shape)
        if not all(map(varies, found)) or cells <= FEW_CELLS:
            return _by_rows(base, found, names, threads, given)
        return {name: _by_terms(base, found, name, threads, given[name]) for name in names}
    if sink == "summary" and not _elsewhere(how) and cells > FEW_CELLS and all(map(varies, found)):
        _small_enough(cells, MAX_CASES, "")
        counted = _counted(base, found, names, ask, how, cells)
        if counted is not None:
            return counted
    held = sink in {"array", "frame"} if isinstance(sink, str) else False
    _small_enough(cells, MAX_CELLS if held else MAX_CASES, ", any number of them with sink summary" if held else "")
    kept = collect(job_of(base, axes_source(found), names, cells), ask, how)
    return {name: values.reshape(shape) for name, values in kept.items()} if sink == "array" else kept


def _elsewhere(how: How) -> bool:
    """Tell whether the engine has to run it: on other machines, into a file, or with a checkpoint."""
    return how.cluster is not None or how.out is not None or how.checkpoint is not None


def _small_enough(cells: int, most: int, where: str) -> None:
    if cells > most:
        raise OutOfRange(f"the grid has {cells:,} cells; up to {most:,} are allowed{where}")


def _targets(into: Any, names: tuple[str, ...], shape: tuple[int, ...]) -> dict[str, Vector | None]:
    """Return the array that each metric is written to, None for a new one."""
    if into is None:
        return dict.fromkeys(names)
    given = into if isinstance(into, Mapping) else dict.fromkeys(names, into) if len(names) == 1 else {}
    for name in names:
        array = given.get(name)
        if (
            not isinstance(array, np.ndarray)
            or array.dtype != np.float64
            or array.shape != shape
            or not array.flags.carray
        ):
            what = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else repr(array)
            raise ShapeError(
                f"into holds {what} for {name}; a writable, contiguous float64 array of shape {shape} is needed"
            )
    return dict(given)


def _by_rows(
    base: Plan,
    axes: dict[str, NDArray[Any]],
    names: tuple[str, ...],
    threads: int | None,
    into: Mapping[str, Vector | None],
) -> dict[str, Vector]:
    """Evaluate a plan a cell."""
    shape = tuple(len(values) for values in axes.values())
    columns = {
        name: np.broadcast_to(values.reshape([-1 if k == at else 1 for k in range(len(shape))]), shape).reshape(-1)
        for at, (name, values) in enumerate(axes.items())
    }
    found: dict[str, Vector] = {}
    for name, column in scenarios(base, columns, names, threads).items():
        target = into[name]
        if target is not None:
            target[...] = column.reshape(shape)
        found[name] = column.reshape(shape) if target is None else target
    return found


def _by_terms(base: Plan, axes: dict[str, Vector], metric: str, threads: int | None, into: Vector | None) -> Vector:
    """Evaluate a metric on the axes of its terms, or on its own axes, and spread it over the others."""
    shape = tuple(len(values) for values in axes.values())
    mine = own_axes(metric, axes)
    if is_sum(base, metric) and sizes(base, mine, metric)[0] <= prod(shape) // 4:
        found = tables(base, axes, metric, threads)
        target = np.empty(shape) if into is None else into
        fill(found, axes, target, threads)
        return target
    if len(mine) == len(axes):
        return _by_rows(base, axes, (metric,), threads, {metric: into})[metric]
    few = _by_rows(base, mine, (metric,), threads, {metric: None}) if mine else evaluate(base, (metric,))
    target = np.empty(shape) if into is None else into
    target[...] = spread(np.asarray(few[metric]), tuple(mine), tuple(axes))
    return target


def _counted(
    base: Plan, axes: dict[str, Vector], names: tuple[str, ...], ask: Ask, how: How, cells: int
) -> Outcome | None:
    """Return the summaries of a grid without its cells, None where a metric needs them."""
    if not all(shortens(base, name, axes) for name in names):
        return None
    levels = levels_of(names, ask.level)
    percentiles = check_percentiles(ask.percentiles)
    found = {}
    for name, level in zip(names, levels, strict=True):
        figures = summary(base, name, axes, percentiles, level, how.threads)
        if figures is None:
            return None
        found[name] = figures
    if how.progress is not None:
        how.progress(cells, cells)
    return Outcome(cells, "table", None, found)
