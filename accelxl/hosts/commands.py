"""The commands of the ribbon and the menu as data, and what is the same for them in every host: tables in, tables out.

A row names the pure function that does the work. A host reads the tables from its book, calls `answer`, and writes the result in one
go. A command that computes keeps its settings and its result on a sheet of its own, so that a result can be looked at later and made
again: press the command once for a first result, change the settings, press it again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from accelxl.errors import AccelError, ShapeError, WrongType
from accelxl.functions import REGISTRY, CellError, Function, Outcome
from accelxl.functions.cells import Rows, is_blank
from accelxl.functions.results import as_cells, one_cell
from accelxl.plan.inputs import INPUTS

GROUPS = ("Start", "Model", "Analyse", "Check", "Publish", "Help")
Reads = Literal["nothing", "plan", "cell"]
Writes = Literal["sheet", "message", "book"]
Progress = Callable[[int, int], object]
"""Told how much of how much is done; raises KeyboardInterrupt to end the work."""


@dataclass(frozen=True, slots=True)
class Around:
    """Values of a setting around the plan's own value of an input."""

    name: str
    factors: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the ribbon.

    `function` is the dotted path, below `accelxl`, of the pure function that it calls. `icon` is the name of one of Office's own images.
    `reads` a block of a plan, the active cell or nothing; `writes` a sheet of its own, a message, or a new book. `settings` are the
    first rows of its sheet after the plan. `choices` make it a menu; `head` is the first row of its table. `long`: it may take minutes,
    so it runs beside the program, tells how far it is, and can be stopped.
    """

    id: str
    group: str
    label: str
    help: str
    icon: str
    function: str
    reads: Reads = "nothing"
    writes: Writes = "sheet"
    settings: tuple[tuple[str, Any], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    long: bool = False


ROWS = (
    Command(
        "new", "Start", "New template", "A new workbook from a template, saved in your documents and opened.",
        "FileNew", "workbook.build.built",
        writes="book", choices=(("accelerator_budget", "Accelerator budget"),),
    ),
    Command(
        "setup", "Start", "Check set-up",
        "Versions, compiled core, date of the catalogue and paths: what a support question asks first.",
        "AddInManager", "functions.info.info",
    ),
    Command(
        "grid", "Analyse", "Scenario grid",
        "A metric of the plan over the values of two inputs. Reads the selected plan, or the plan of the template.",
        "WhatIfAnalysisMenu", "functions.plan_tables.grid_table", reads="plan",
        settings=(
            ("name1", "utilization"), ("values1", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
            ("name2", "unit_price_usd"), ("values2", Around("unit_price_usd")), ("metric", "npv"),
        ),
    ),
    Command(
        "breakeven", "Analyse", "Break-even",
        "The value of an input at which a metric of the plan meets a target. Reads the selected plan, or the plan of the template.",
        "GoalSeek", "functions.plan_tables.breakeven", reads="plan",
        settings=(("name", "utilization"), ("metric", "npv"), ("target", 0.0)),
    ),
    Command(
        "explain", "Check", "Explain cell", "What the ACCEL function in the active cell gives and takes, with units and limits.",
        "FormulaEvaluate", "functions.reference.describe", reads="cell", writes="message",
    ),
    Command(
        "why", "Check", "Why error", "Why the active cell shows an error: which argument, what was given and what is allowed.",
        "ErrorChecking", "functions.info.why", reads="cell", writes="message",
    ),
    Command(
        "help", "Help", "Functions", "All functions with their arguments, on a sheet.", "FunctionWizard", "functions.reference.table",
        head=("function", "category", "gives"),
    ),
    Command("about", "Help", "About", "The version of AccelXL.", "Info", "functions.info.version", writes="message"),
)  # fmt: skip
COMMANDS = {row.id: row for row in ROWS}
"""The rows by their ids, in the order of the ribbon."""

PLAN = "plan"
HEAD = 3
"""Rows of a command's sheet above its settings: title, help, a blank one."""
RESULT = "result"


def function(command: Command) -> Callable[..., Any]:
    """Return the pure function of a command.

    Examples
    --------
    >>> function(COMMANDS["why"]).__name__
    'why'
    """
    module, _, name = f"accelxl.{command.function}".rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def registered(command: Command) -> Function | None:
    """Return the spreadsheet function around a command's function, None where there is none."""
    target = function(command)
    return next((made for made in REGISTRY.values() if made.target is target), None)


def starting(command: Command, source: str, plan: Rows) -> Rows:
    """Return the first settings of a command for a plan: a row a setting, its name and its values.

    Examples
    --------
    >>> starting(COMMANDS["breakeven"], "Plan!A1:B9", [["units", 64]])
    [['plan', 'Plan!A1:B9'], ['name', 'utilization'], ['metric', 'npv'], ['target', 0.0]]
    """
    rows: Rows = [[PLAN, source]]
    for name, value in command.settings:
        if isinstance(value, Around):
            own = _own(value.name, plan)
            value = tuple(own * factor for factor in value.factors)  # noqa: PLW2901
        rows.append([name, *value] if isinstance(value, tuple) else [name, value])
    return rows


def _own(name: str, plan: Rows) -> float:
    """Return the plan's own value of an input: that of its first tranche, or the default."""
    for row in plan:
        if row and row[0] == name:
            return next((float(cell) for cell in row[1:] if isinstance(cell, (int, float))), 1.0)
    default = INPUTS[name].default
    return float(default) if isinstance(default, (int, float)) else 1.0


def settings_of(page: Sequence[Sequence[Any]]) -> Rows:
    """Return the settings on a command's sheet: the rows below the head up to the first blank one, without blank ends."""
    rows: Rows = []
    for row in page[HEAD:]:
        cells = list(row)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if not cells:
            break
        rows.append(cells)
    return rows


def answer(command: Command, plan: Rows, settings: Rows, progress: Progress | None = None) -> Outcome:
    """Return what a command computes from a plan and its settings.

    Raises
    ------
    AccelError
        If a setting is none of the command's, or stands twice.
    """
    given: dict[str, Any] = {}
    for row in settings:
        name = str(row[0]).strip() if not is_blank(row[0]) else ""
        if name == PLAN:
            continue
        if not name and given:  # further rows of the setting above
            last = list(given)[-1]
            given[last] = [*_rows(given[last]), row[1:]]
        elif name in given:
            raise WrongType(f"the setting {name} stands twice on the sheet {command.label}")
        else:
            given[name] = row[1] if len(row) == 2 else [row[1:]] if len(row) > 2 else None
    made = registered(command)
    if made is None:
        target = function(command)
        extra = {"progress": progress} if "progress" in inspect.signature(target).parameters else {}
        result = target(plan, **given, **extra)
        return Outcome(
            as_cells(result, across=False)[0] if isinstance(result, (list, tuple, np.ndarray)) else one_cell(result)
        )
    known = [argument.name for argument in made.arguments]
    odd = [name for name in given if name not in known]
    if odd:
        raise WrongType(f"{odd[0]!r} is not a setting of {command.label}; allowed: {', '.join(known[1:])}")
    return made.call(plan, *(_even(given.get(name)) for name in known[1:]))


def _rows(value: Any) -> Rows:
    return value if isinstance(value, list) else [[value]]


def _even(value: Any) -> Any:
    """Return a setting with rows of equal length."""
    if not isinstance(value, list):
        return value
    width = max(map(len, value))
    return [[*row, *[None] * (width - len(row))] for row in value]


def page(command: Command, settings: Rows, result: Rows, note: str = "") -> Rows:
    """Return the sheet of a command as rows of equal length: title, help, settings, result.

    Examples
    --------
    >>> page(COMMANDS["breakeven"], [["name", "units"]], [[5.0]])[2:]
    [[None, None], ['name', 'units'], [None, None], ['result', None], [5.0, None]]
    """
    rows: Rows = [[command.label], [command.help], []]
    rows += settings
    rows += [[]] if settings else []
    rows += [[RESULT if not note else f"{RESULT}: {note}"]] if settings else []
    rows += result
    return even(rows)


def even(rows: Rows, height: int = 0, width: int = 0) -> Rows:
    """Return rows of equal length, at least `height` of them and `width` cells each, with None for what is added."""
    width = max(width, *map(len, rows))
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    return rows + [[None] * width for _ in range(height - len(rows))]


def cells_of(rows: Sequence[Sequence[Any]]) -> Rows:
    """Return a result as rows for a sheet: errors as their texts, which a sheet takes for errors."""
    return [[str(cell) if isinstance(cell, CellError) else cell for cell in row] for row in rows]


def looks_like_plan(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether rows may be the block of a plan: two or more columns, and names of inputs in the first.

    Examples
    --------
    >>> looks_like_plan([["units", 64]]), looks_like_plan([[1, 2]])
    (True, False)
    """
    names = [row[0] for row in rows if row and isinstance(row[0], str)]
    return bool(names) and len(rows[0]) > 1 and any(name.strip() in INPUTS for name in names)


def explained(formula: str) -> str:
    """Return what the first ACCEL function of a formula gives and takes, as lines of text.

    Raises
    ------
    ShapeError
        If there is none.

    Examples
    --------
    >>> print(explained("=1+ACCEL_BREAKEVEN(A1:B9,C1)").splitlines()[0])
    ACCEL_BREAKEVEN(plan, name, [metric], [target])
    """
    names = [name for name in REGISTRY if f"{name}(" in str(formula).upper()]
    if not names:
        raise ShapeError("the active cell has no ACCEL function; select a cell that has one")
    first = min(names, key=lambda name: str(formula).upper().index(f"{name}("))
    told = function(COMMANDS["explain"])(REGISTRY[first])
    lines = [told["signature"], told["summary"], ""]
    lines += [f"{row['name']}: {row['help']} ({row['allowed']})" for row in told["arguments"]]
    return "\n".join(lines)


def sentence(error: Exception) -> str:
    """Return what a user reads of an error: our own sentence, or what failed."""
    return str(error) if isinstance(error, AccelError) else f"this did not work: {type(error).__name__}: {error}"
