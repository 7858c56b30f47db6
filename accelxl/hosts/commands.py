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
from accelxl.functions.cells import VALUE, Rows, is_blank
from accelxl.functions.results import as_cells, one_cell
from accelxl.plan.inputs import INPUTS
from accelxl.scenario.tornado import SHARE
from accelxl.workbook.build import TEMPLATES

GROUPS = ("Start", "Model", "Analyse", "Check", "Publish", "Help")
Reads = Literal["nothing", "plan", "cell", "file", "names", "formulas"]
Writes = Literal["sheet", "message", "book", "file", "copy", "formulas"]
Progress = Callable[[int, int], object]
"""Told how much of how much is done; raises KeyboardInterrupt to end the work."""
AGAIN = "fill in the table on the sheet and press the button again"
"""What a command that asks says when it has made its sheet."""


@dataclass(frozen=True, slots=True)
class Around:
    """Values of a setting around the plan's own value of an input."""

    name: str
    factors: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class From:
    """First rows of a setting that are a table: what a pure function below `accelxl` makes of what the command reads."""

    function: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the ribbon.

    `function` is the dotted path, below `accelxl`, of the pure function that it calls. `icon` is the name of one of Office's own images.
    `reads` says what a host gives to it first: a block of a plan, the active cell, the path of the open book's file ("file"), the
    book's names that begin with `prefix` and their values ("names"), its formulas that name one of our functions, each with its place
    ("formulas"), or nothing. `writes` says where its result goes: to a sheet of its
    own, a message, a new book (its bytes), a file beside the book that the host names, a copy beside it that the function names, or the
    formulas of the book that change, in their places.
    `settings` are the first rows of its sheet after the
    plan, and all that a sheet may set: a tuple is a row of values, a list or `From` a table. `choices` make it a menu; `head` is the
    first row of its table; `sheet` the name of its sheet where that is not its label; `axes` are the settings with name and values of
    what goes down and across, which its sheet shows beside the result.
    `long`: it may take minutes, so it runs beside the program, tells how far it is, and can be stopped. `asks`: the first press makes
    the sheet with its settings and nothing more.
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
    asks: bool = False
    prefix: str = ""
    sheet: str = ""
    axes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name of its sheet."""
        return self.sheet or self.label


ROWS = (
    Command(
        "new", "Start", "New template", "A new workbook from a template, saved in your documents and opened.",
        "FileNew", "workbook.build.built",
        writes="book", choices=tuple((name, name.replace("_", " ").capitalize()) for name in TEMPLATES),
    ),
    Command(
        "sample", "Start", "Load sample", "A small plan on a sheet of its own, selected, so that every command has something to read.",
        "FileOpen", "workbook.tables.sample", sheet="Sample plan",
    ),
    Command(
        "setup", "Start", "Check set-up",
        "Versions, compiled core, date of the catalogue and paths: what a support question asks first.",
        "AddInManager", "functions.info.info",
    ),
    Command(
        "fill", "Model", "Fill batch",
        "Copies of this workbook, one for each row of a table of inputs, each with its figures. The first press makes the table.",
        "FillDown", "workbook.tables.batch", reads="file",
        settings=(("out", None), ("pattern", None), ("rows", From("workbook.tables.first_rows"))), long=True, asks=True,
    ),
    Command(
        "catalogue", "Model", "Refresh catalogue", "All figures of the catalogue with band, unit, day and source, on a sheet.",
        "RefreshAll", "workbook.tables.catalogue", sheet="Catalogue",
    ),
    Command(
        "grid", "Analyse", "Scenario grid",
        "A metric of the plan over the values of two inputs. Reads the selected plan, or the plan of the template.",
        "WhatIfAnalysisMenu", "functions.plan_tables.grid_table", reads="plan",
        settings=(
            ("name1", "utilization"), ("values1", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
            ("name2", "unit_price_usd"), ("values2", Around("unit_price_usd")), ("metric", "npv"),
        ),
        axes=("name1", "values1", "name2", "values2"),
    ),
    Command(
        "tornado", "Analyse", "Tornado",
        "How far a metric of the plan moves with each input alone. Blank ranges are those of the catalogue, else a share each way.",
        "ChartTypeBarInsertGallery", "scenario.tornado.tornado", reads="plan",
        settings=(("metric", "npv"), ("share", SHARE), ("ranges", [])),
    ),
    Command(
        "fan", "Analyse", "Monte Carlo fan",
        "Percentiles of metrics of the plan over random draws of its inputs. Reads the selected plan, or the plan of the template.",
        "ChartTypeAreaInsertGallery", "scenario.montecarlo.montecarlo", reads="plan",
        settings=(
            ("distributions", From("scenario.drawn.around")), ("metrics", ("npv", "irr", "payback_months")),
            ("n", 100_000.0), ("seed", 0.0), ("percentiles", (5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0)),
        ),
        long=True,
    ),
    Command(
        "breakeven", "Analyse", "Break-even",
        "The value of an input at which a metric of the plan meets a target. Reads the selected plan, or the plan of the template.",
        "GoalSeek", "functions.plan_tables.breakeven", reads="plan",
        settings=(("name", "utilization"), ("metric", "npv"), ("target", 0.0)),
    ),
    Command(
        "checks", "Check", "Run checks", "The checks of this workbook (names that begin with chk_) and whether they hold.",
        "AcceptInvitation", "workbook.tables.checks", reads="names", prefix="chk_",
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
        "links", "Check", "Repair links",
        "Formulas that name the place of an add-in, as after a move to another machine, call AccelXL by its plain names again.",
        "HyperlinkInsert", "workbook.links.repaired", reads="formulas", writes="formulas",
    ),
    Command(
        "pdf", "Publish", "PDF board pack", "The board sheets of this workbook as a PDF beside it, one page a sheet.",
        "FileSaveAsPdfOrXps", "workbook.board.board", reads="file", writes="file",
    ),
    Command(
        "freeze", "Publish", "Freeze for sharing",
        "A copy of this workbook beside it, with values in place of its formulas; thaw gives the formulas back.",
        "Lock", "workbook.freeze.freeze", reads="file", writes="copy",
    ),
    Command(
        "thaw", "Publish", "Thaw", "The workbook that was frozen, with its formulas, beside the frozen one.",
        "ReviewProtectWorkbook", "workbook.freeze.thaw", reads="file", writes="copy",
    ),
    Command(
        "compare", "Publish", "Compare versions",
        "Which inputs of this workbook and another differ, and which input moved the figures most. The first press asks which.",
        "ReviewCompareMenu", "workbook.tables.compared", reads="file", settings=(("other", None),), asks=True,
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


def function(command: Command) -> Callable[..., Any]:
    """Return the pure function of a command.

    Examples
    --------
    >>> function(COMMANDS["why"]).__name__
    'why'
    """
    return _named(command.function)


def _named(path: str) -> Callable[..., Any]:
    """Return a function by its dotted path below `accelxl`."""
    module, _, name = f"accelxl.{path}".rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def registered(command: Command) -> Function | None:
    """Return the spreadsheet function around a command's function, None where there is none."""
    target = function(command)
    return next((made for made in REGISTRY.values() if made.target is target), None)


def starting(command: Command, source: str, read: Any) -> Rows:
    """Return the first settings of a command for what it reads: a row a setting, its name and its values.

    Examples
    --------
    >>> starting(COMMANDS["breakeven"], "Plan!A1:B9", [["units", 64]])
    [['plan', 'Plan!A1:B9'], ['name', 'utilization'], ['metric', 'npv'], ['target', 0.0]]
    """
    rows: Rows = [[PLAN, source]] if command.reads == "plan" else []
    for name, value in command.settings:
        if isinstance(value, From):
            first, *more = _named(value.function)(read) or [[None]]
            rows += [[name, *first], *([None, *row] for row in more)]
        elif isinstance(value, Around):
            own = _own(value.name, read)
            rows.append([name, *(own * factor for factor in value.factors)])
        else:
            rows.append([name, *(value or [None])] if isinstance(value, (tuple, list)) else [name, value])
    return rows


def _own(name: str, plan: Rows) -> float:
    """Return the plan's own value of an input: that of its first tranche, or the default."""
    for row in plan:
        if row and row[0] == name:
            return next((float(cell) for cell in row[1:] if isinstance(cell, (int, float))), 1.0)
    default = INPUTS[name].default
    return float(default) if isinstance(default, (int, float)) else 1.0


def answer(command: Command, read: Any, settings: Rows, progress: Progress | None = None) -> Outcome:
    """Return what a command computes from what it reads (for most the block of a plan) and its settings.

    Raises
    ------
    AccelError
        If a setting is none of the command's, stands twice, or is not allowed: the result on the sheet stays then.
    """
    given = _given(command, settings)
    made = registered(command)
    if made is not None:
        known = [argument.name for argument in made.arguments][1:]
        _check(command, given, known)
        outcome = made.call(read, *(_even(given.get(name)) for name in known))
        if isinstance(outcome.value, CellError) and outcome.value == VALUE:
            raise WrongType(outcome.why)
        return _framed(outcome, [given.get(name) for name in command.axes]) if command.axes else outcome
    target = function(command)
    _check(command, given, [name for name, _ in command.settings])
    _no_errors(command, {PLAN: read, **given} if command.reads == "plan" else given)
    first = dict(command.settings)
    taken = {name: _taken(first[name], value) for name, value in given.items() if value is not None}
    extra = {"progress": progress} if "progress" in inspect.signature(target).parameters else {}
    result = target(read, **taken, **extra)
    if hasattr(result, "table"):  # what the engine found shows itself as one
        result = result.table()
    return Outcome(
        as_cells(result, across=False)[0] if isinstance(result, (list, tuple, np.ndarray)) else one_cell(result)
    )


def _framed(outcome: Outcome, axes: list[Any]) -> Outcome:
    """Return a grid with the values that go down and across beside it."""
    name1, values1, name2, values2 = axes
    down, across = ([cell for row in _rows(_even(values)) for cell in row] for values in (values1, values2))
    rows = outcome.rows()
    if (len(rows), len(rows[0])) != (len(down), len(across)):
        return outcome  # an error, or a grid of another form
    made = [[f"down {name1}, across {name2}", *across], *([at, *row] for at, row in zip(down, rows, strict=True))]
    return outcome._replace(value=as_cells(made, across=False)[0])


def _taken(first: Any, value: Any) -> Any:
    """Return a setting as its function takes it, by what its first value is: a row of values, a table, or a value as it stands."""
    if isinstance(first, tuple):
        return [cell for row in _rows(value) for cell in row if not is_blank(cell)]
    return _rows(value) if isinstance(first, (list, From)) else value


def _given(command: Command, settings: Rows) -> dict[str, Any]:
    """Return settings by their names: a value, rows where there are more cells than one, None where there is none."""
    given: dict[str, Any] = {}
    for row in settings:
        name = str(row[0]).strip() if not is_blank(row[0]) else ""
        if name == PLAN:
            continue
        if not name and given:  # further rows of the setting above
            last = list(given)[-1]
            given[last] = [*_rows(given[last]), row[1:]]
        elif name in given:
            raise WrongType(f"the setting {name} stands twice on the sheet {command.title}")
        else:
            given[name] = row[1] if len(row) == 2 else [row[1:]] if len(row) > 2 else None
    return given


def _check(command: Command, given: dict[str, Any], known: Sequence[str]) -> None:
    """Raise WrongType where a setting is none of the command's."""
    odd = [name for name in given if name not in known]
    if odd:
        raise WrongType(f"{odd[0]!r} is not a setting of {command.label}; allowed: {', '.join(known)}")


def _no_errors(command: Command, given: dict[str, Any]) -> None:
    """Raise WrongType where a setting has an error cell."""
    for name, value in given.items():
        for number, row in enumerate(_rows(value), 1):
            for place, cell in enumerate(row, 1):
                if isinstance(cell, CellError):
                    where = f" in row {number}, column {place}" if isinstance(value, list) else ""
                    raise WrongType(f"the setting {name} of {command.label} has {cell}{where}; a value is needed")


def _rows(value: Any) -> Rows:
    return value if isinstance(value, list) else [[value]]


def _even(value: Any) -> Any:
    """Return a setting with rows of equal length."""
    if not isinstance(value, list):
        return value
    width = max(map(len, value))
    return [[*row, *[None] * (width - len(row))] for row in value]


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
