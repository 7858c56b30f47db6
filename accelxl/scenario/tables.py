"""Scenario tables: a plan, and rows of inputs that override it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import ShapeError, UnknownName, WrongType
from accelxl.parallel import Progress
from accelxl.plan.evaluate import run
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import alone, shown, threads_of, words_of
from accelxl.scenario.columns import check_apart, check_metrics, check_name, number_column, varies
from accelxl.scenario.sinks import PERCENTILES

MAX_CASES = 1 << 31


def scenarios(
    plan: Any,
    columns: Any,
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
    """Metrics of a plan for every row of a table of overrides.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
        What the rows do not override.
    columns : dict of arrays, shape (cases,), DataFrame, Arrow table or structured array
        Inputs by name, also words such as book_method; `units.2` is the second tranche's, `units` that of every tranche. A scalar
        in a dict stands for every row.
    metrics : iterable of str
        Names from `accelxl.plan.metrics.METRICS`; the default is npv, irr, roi, payback_months, cost_per_mtok.
    threads : int, optional
        The default is every processor. The number changes no bit of the result.
    sink : str or sequence of str
        array (a DataFrame for a DataFrame); frame, inputs and metrics; or some of summary, histogram, top, which keep no rows.
    percentiles, level, bins, top, top_by, largest, progress, cluster, out, checkpoint
        As in `montecarlo`.

    Returns
    -------
    dict of str to array, shape (cases,), DataFrame or Outcome
        For array: a DataFrame for a DataFrame, with its index. NaN where a metric has no meaning.

    Raises
    ------
    UnknownName
        If a column or metric does not exist.
    OutOfRange
        If a value lies outside its input's range; the sentence names the row.
    ShapeError
        If the columns differ in length, or there are none.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> scenarios(plan, {"unit_price_usd": [30000.0, 40000.0]}, ["capex_usd"])["capex_usd"]
    array([1920000., 2560000.])

    Source
    ------
    The plan model of `accelxl.evaluate`, to the bit.
    """
    base = plan_of(plan)
    names = check_metrics(metrics)
    numbers, words, count = read_columns(base, columns)
    threads = threads_of(threads)
    sink = alone(sink)
    if isinstance(sink, str) and sink == "array" and cluster is None and out is None and checkpoint is None:
        found: Any = dict(zip(names, _rows(base, numbers, words, names, threads), strict=True))
    else:
        from accelxl.scenario.collect import Ask, collect
        from accelxl.scenario.job import columns_of, job_of
        from accelxl.scenario.runs import How

        job = job_of(base, columns_of(numbers, words, count), names, count)
        ask = Ask(sink, percentiles, level, bins, top, top_by, largest)
        found = collect(job, ask, How(threads, progress, cluster, out, checkpoint))
    if not isinstance(sink, str) or sink not in {"array", "frame"} or not _is_frame(columns):
        return found
    import pandas as pd

    return pd.DataFrame(found, index=columns.index) if sink == "array" else found.set_axis(columns.index)


def _length(given: Mapping[str, Any]) -> int:
    lengths = {name: len(values) for name, values in given.items() if _is_column(values)}
    if len(set(lengths.values())) > 1:
        (a, n), (b, m) = sorted(lengths.items(), key=lambda item: item[1])[:: len(lengths) - 1]
        raise ShapeError(f"{a} has {n} rows and {b} has {m}; columns of equal length are allowed")
    count = next(iter(lengths.values()), 1)
    if count == 0:
        raise ShapeError(f"{next(iter(lengths))} has no rows; one or more are needed")
    return count


def _is_column(values: Any) -> bool:
    return hasattr(values, "__len__") and not isinstance(values, (str, bytes)) and getattr(values, "ndim", 1) > 0


def _is_frame(given: Any) -> bool:
    return hasattr(given, "columns") and hasattr(given, "index")


def read_columns(base: Plan, columns: Any) -> tuple[dict[str, NDArray[np.float64]], dict[str, list[Any]], int]:
    """Return the columns of a table that are numbers, checked, those that are words, and how many rows they have.

    Raises
    ------
    ShapeError
        If there is no column, no row, or the columns differ in length.
    """
    given = _by_name(columns)
    if not given:
        raise ShapeError("the table has no column; one or more columns of inputs are needed")
    count = _length(given)
    numbers: dict[str, NDArray[np.float64]] = {}
    words: dict[str, list[Any]] = {}
    for name, values in given.items():
        check_name(base, name)
        column = values if _is_column(values) else [values] * count
        if varies(name):
            numbers[name] = number_column(base, name, column)
        else:
            words[name] = words_of(column, name)
        found = len(numbers[name] if name in numbers else words[name])
        if found != count:
            raise ShapeError(
                f"{name} says that it has {count} rows and gives {found}; columns of equal length are allowed"
            )
    check_apart(given, "set")
    return numbers, words, count


def _by_name(columns: Any) -> Mapping[Any, Any]:
    """Return the columns of a dict, a DataFrame of pandas or Polars, a table of Arrow, or a structured array."""
    if isinstance(columns, Mapping):
        return columns
    if isinstance(columns, np.ndarray) and columns.dtype.names:
        return {name: columns[name] for name in columns.dtype.names}
    names = getattr(columns, "column_names", getattr(columns, "columns", None))  # Arrow calls them so
    if names is None or isinstance(columns, type):
        raise WrongType(f"the table is {shown(columns)}; a dict of columns by name or a DataFrame is allowed")
    names = list(names)
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise UnknownName(f"the table has {twice!s} twice; each column once is allowed")
    return {str(name): columns[name].to_numpy() for name in names}


def _rows(
    base: Plan,
    numbers: dict[str, NDArray[np.float64]],
    words: dict[str, list[Any]],
    names: tuple[str, ...],
    threads: int | None,
) -> NDArray[np.float64]:
    return _groups(base, numbers, words, names, threads) if words else run(base, numbers, names, threads)


def _groups(
    base: Plan,
    numbers: dict[str, NDArray[np.float64]],
    words: dict[str, list[Any]],
    names: tuple[str, ...],
    threads: int | None,
) -> NDArray[np.float64]:
    """Run rows that share their words together."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for at, key in enumerate(zip(*words.values(), strict=True)):
        rows.setdefault(key, []).append(at)
    count = len(next(iter(words.values())))
    out = np.empty((len(names), count))
    for key, places in rows.items():
        where = np.array(places)
        plan = base.changed(**dict(zip(words, key, strict=True)))
        columns = {name: column[where] for name, column in numbers.items()}
        out[:, where] = run(plan, columns, names, threads)
    return out


def finite(values: NDArray[np.float64]) -> bool:
    """Tell whether every value is a number."""
    return all(map(isfinite, values))
