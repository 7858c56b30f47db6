"""The plan family: metrics, statement, scenario tables, grids and break-evens of a plan given as a block."""

from __future__ import annotations

from math import isnan, prod
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import AccelError, ShapeError, UnknownName, WrongType, nearest
from accelxl.functions.cells import (
    CODES,
    MOST_CELLS,
    NUM,
    VALUE,
    Cell,
    CellError,
    Outcome,
    Range,
    Rows,
    Stopped,
    code_of,
    is_blank,
    sentence,
    show,
    used,
)
from accelxl.functions.readers import many_numbers
from accelxl.functions.registry import Argument
from accelxl.functions.results import with_errors
from accelxl.plan.evaluate import compile_plan, evaluate, run, slots_of
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, check, plan_of
from accelxl.plan.statement import LINES, PERIODS, lines
from accelxl.scenario.columns import DEFAULT_METRICS, check_name, stem, varies
from accelxl.scenario.grids import grid
from accelxl.scenario.solver import breakeven as solve
from accelxl.units import Quantity

Block = Annotated[Rows, Quantity(kind="block")]
Table = Annotated[Range, Quantity(kind="table")]
Name = Annotated[str, Quantity("text", kind="text")]
MetricName = Annotated[str, Quantity("text", kind="choice", choices=tuple(METRICS))]
PeriodName = Annotated[str, Quantity("text", kind="choice", choices=tuple(PERIODS))]
Target = Annotated[float, Quantity("metric's unit")]

Column: TypeAlias = "tuple[list[Any] | NDArray[Any], NDArray[np.int8], str]"
"""Values of an input by row, the ERROR.TYPE of rows that have none, and the sentence of the first of them."""
DEMAND = "demand_mtok_per_month"


def figures(plan: Block, metrics: Table | None = None) -> Outcome:
    """Metrics of a plan: name, value and unit of all of them, or the values of those in `metrics` in its shape."""
    base = plan_of(plan)
    if metrics is None:
        found = evaluate(base)
        return Outcome([[name, value, METRICS[name].unit] for name, value in found.items()], _lacking(found))
    names = metric_names(metrics)
    found = evaluate(base, dict.fromkeys(filter(None, names)))
    cells = np.array([found[name] if name else "" for name in names], dtype=object)
    return Outcome(cells.reshape(metrics.rows, metrics.columns), _lacking(found))


def _lacking(found: dict[str, float]) -> str:
    """Return the sentence for the first metric without a value."""
    for name, value in found.items():
        if isnan(value):
            return f"{name} has no value for this plan: {METRICS[name].definition}"
    return ""


def metric_names(given: Range) -> list[str]:
    """Return the names of metrics in a range, empty text for a blank cell."""
    names = []
    for index, cell in enumerate(given.cells):
        where = f"metrics, {given.place(index)},"
        if isinstance(cell, CellError):
            raise Stopped(f"{where} is {cell}, the error of that cell", cell)
        if not is_blank(cell) and not isinstance(cell, str):
            raise WrongType(f"{where} is {show(cell)}; the name of a metric is allowed")
        name = "" if is_blank(cell) else str(cell).strip().lower()
        if name and name not in METRICS:
            raise UnknownName(f"{where} is {show(cell)}, which is not a metric; {nearest(name, METRICS)}")
        names.append(name)
    return names


def explain(plan: Block, period: PeriodName = "year") -> Rows:
    """Statement of a plan: a header, then name, unit and the figures of each line."""
    labels, found = lines(plan_of(plan), period)  # type: ignore[arg-type]
    rows: Rows = [["line", "unit", *labels.tolist()]]
    for name, values in found.items():
        rows.append([name, LINES[name].unit, *(None if isnan(value) else value for value in values.tolist())])
    return rows


def scenario_rows(plan: Block, table: Table, metrics: Table | None = None) -> Outcome:
    """Metrics of a plan for each row of a table whose header names inputs; a blank cell is the plan's own value."""
    base = plan_of(plan)
    names = tuple(filter(None, metric_names(metrics))) if metrics else DEFAULT_METRICS
    rows = used(table.as_rows())
    if len(rows) < 2:
        raise ShapeError(f"the table has {len(rows)} rows; a header of inputs' names and one or more rows are needed")
    header = _header(base, rows[0])
    columns = {name: _column(base, name, [row[place] for row in rows[1:]]) for place, name in header.items()}
    codes = np.zeros(len(rows) - 1, dtype=np.int8)
    why = ""
    for _, bad, text in columns.values():
        codes = np.where(codes == 0, bad, codes)
        why = why or text
    out = np.full((len(codes), len(names)), np.nan)
    for key, places in _groups(columns, codes).items():
        try:
            out[places] = _run_group(base, columns, dict(key), places, names)
        except AccelError as error:
            codes[places] = code_of(error)
            why = why or f"row {places[0] + 1} of the table: {sentence(error)}"
    return _as_outcome(out, codes[:, np.newaxis], why, names)


def _header(base: Plan, cells: list[Cell]) -> dict[int, str]:
    """Return the inputs that the header names, by their place; blank columns are passed over."""
    found: dict[int, str] = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, CellError):
            raise Stopped(f"the header of the table has {cell} in column {place + 1}, the error of that cell", cell)
        if is_blank(cell):
            continue
        if not isinstance(cell, str):
            raise WrongType(
                f"the header of the table has {show(cell)} in column {place + 1}; the name of an input is allowed"
            )
        name = cell.strip()
        check_name(base, name)
        if name in found.values():
            raise UnknownName(f"the header of the table has {name} twice")
        found[place] = name
    if not found:
        raise ShapeError("the header of the table is blank; names of inputs are needed")
    return found


def _column(base: Plan, name: str, cells: list[Cell]) -> Column:
    """Return the cells of one input, each checked against its limits."""
    row = INPUTS[stem(name)]
    place = f"column {name}"
    if varies(name):
        own = compile_plan(base).values[slots_of(compile_plan(base), name)]
        blank = float(own[0]) if np.all((own == own[0]) | np.isnan(own) & np.isnan(own[0])) else None
        values, bad, why = many_numbers(Argument(place, row.quantity, ""), Range(cells, len(cells), 1), blank=blank)
        return values, np.zeros(len(cells), dtype=np.int8) if bad is None else bad, why
    words: list[Any] = []
    codes, why = np.zeros(len(cells), dtype=np.int8), ""
    for index, cell in enumerate(cells):
        try:
            if isinstance(cell, CellError):
                raise Stopped(f"{name} is {cell}, the error of that cell", cell)
            words.append(check(row, cell, f"{place}, cell {index + 1}: "))
        except AccelError as error:
            words.append(None)
            codes[index] = code_of(error)
            why = why or sentence(error)
    return words, codes, why


def _groups(columns: dict[str, Column], codes: NDArray[np.int8]) -> dict[tuple[Any, ...], list[int]]:
    """Return the good rows that share their words, by those words; a blank demand (no limit) counts as one."""
    shared = {name: values for name, (values, *_) in columns.items() if isinstance(values, list)}
    if DEMAND in columns:
        shared[DEMAND] = np.isnan(columns[DEMAND][0]).tolist()
    good = np.flatnonzero(codes == 0).tolist()
    if not shared:
        return {(): good} if good else {}
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place in good:
        groups.setdefault(tuple((name, values[place]) for name, values in shared.items()), []).append(place)
    return groups


def _run_group(
    base: Plan, columns: dict[str, Column], words: dict[str, Any], places: list[int], names: tuple[str, ...]
) -> NDArray[np.float64]:
    unlimited = words.pop(DEMAND, False)
    given = {name: word for name, word in words.items() if word is not None}
    numbers = {
        name: values[places] for name, (values, *_) in columns.items()
        if isinstance(values, np.ndarray) and not (unlimited and name == DEMAND)
    }  # fmt: skip
    return run(base.changed(**given) if given else base, numbers, names).T


def grid_table(
    plan: Block, name1: Table, values1: Table, name2: Table, values2: Table, metric: MetricName = "npv"
) -> Outcome:
    """A metric of a plan over every combination of inputs' values: those of `name1` down, those of `name2` across."""
    base = plan_of(plan)
    down, across = (_axes(*side) for side in (("1", name1, values1), ("2", name2, values2)))
    for name in down:
        if name in across:
            raise UnknownName(f"{name} stands for both axes; two different inputs are needed")
    rows, columns = (prod(map(len, side.values())) for side in (down, across))
    if rows * columns > MOST_CELLS:
        raise Stopped(f"the grid has {rows:,} x {columns:,} cells; at most {MOST_CELLS:,} are given", VALUE)
    axes = {name: _axis(base, name, cells) for name, cells in (down | across).items()}
    codes = np.zeros(1, dtype=np.int8)
    for _, bad, _ in axes.values():
        codes = np.where(codes[:, np.newaxis] == 0, bad, codes[:, np.newaxis]).reshape(-1)
    out = np.full([len(bad) for _, bad, _ in axes.values()], np.nan)
    places = [np.flatnonzero(bad == 0) for _, bad, _ in axes.values()]
    if all(map(len, places)):
        given = {name: [axes[name][0][k] for k in good] for name, good in zip(axes, places, strict=True)}
        out[np.ix_(*places)] = grid(base, given, metric)[metric]
    why = next((text for *_, text in axes.values() if text), "")
    return _as_outcome(out.reshape(rows, columns), codes.reshape(rows, columns), why, (metric,))


def _axes(side: str, names: Range, values: Range) -> dict[str, list[Cell]]:
    """Return the cells of each input of one side of a grid; with several inputs, a column of `values` for each."""
    found: dict[str, list[Cell]] = {}
    for index, cell in enumerate(names.cells):
        where = f"name{side}, {names.place(index)}," if len(names.cells) > 1 else f"name{side}"
        if isinstance(cell, CellError):
            raise Stopped(f"{where} is {cell}, the error of that cell", cell)
        if not isinstance(cell, str) or is_blank(cell):
            raise WrongType(f"{where} is {'blank' if is_blank(cell) else show(cell)}; the name of an input is needed")
        if cell.strip() in found:
            raise UnknownName(f"{where} is {cell.strip()} once more; each input once is allowed")
        found[cell.strip()] = []
    if len(found) == 1:
        return {name: [cell for row in values.as_rows() for cell in row] for name in found}
    if values.columns != len(found):
        raise ShapeError(
            f"values{side} has {values.columns} columns for {len(found)} inputs; a column of values for each is allowed"
        )
    for place, name in enumerate(found):
        cells = [row[place] for row in values.as_rows()]
        while cells and is_blank(cells[-1]):  # columns may be of unequal length
            cells.pop()
        if not cells:
            raise ShapeError(f"values{side} has no value for {name}; one or more are needed")
        found[name] = cells
    return found


def _axis(base: Plan, name: str, cells: list[Cell]) -> Column:
    check_name(base, name)
    found, codes, why = _column(base, name, cells)
    for index, cell in enumerate(cells):
        if is_blank(cell):
            codes[index] = CODES[VALUE]
            why = why or f"{name}, cell {index + 1}, is blank; {INPUTS[stem(name)].quantity.allowed()} is needed"
    return found, codes, why


def _as_outcome(out: NDArray[np.float64], codes: NDArray[np.int8], why: str, names: tuple[str, ...]) -> Outcome:
    """Return figures as cells: errors where `codes` says so, #NUM! where a metric has no value."""
    marks = np.broadcast_to(codes, out.shape).copy()
    lacks = (marks == 0) & ~np.isfinite(out)
    if lacks.any():
        marks[lacks] = CODES[NUM]
        metric = names[int(np.argmax(lacks.any(axis=0))) if len(names) > 1 else 0]
        why = why or f"{metric} has no value for some of these plans: {METRICS[metric].definition}"
    return Outcome(with_errors(out, marks) if marks.any() else out, why)


def breakeven(plan: Block, name: Name, metric: MetricName = "npv", target: Target = 0.0) -> float:
    """Value of an input at which a metric of a plan meets a target; see `accelxl.scenario.solver.breakeven`."""
    return float(solve(plan_of(plan), name, metric, target))
