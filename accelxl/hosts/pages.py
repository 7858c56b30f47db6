"""The sheet of a command as rows: title, help, a blank row, its settings, a blank row, its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accelxl.errors import BadFile, ShapeError
from accelxl.functions import CellError
from accelxl.functions.cells import Rows, is_blank
from accelxl.hosts.commands import PLAN, Command
from accelxl.plan.inputs import INPUTS

HEAD = 3
"""Rows of a command's sheet above its settings: title, help, a blank one."""
RESULT = "result"


def settings_of(command: Command, page: Sequence[Sequence[Any]]) -> Rows:
    """Return the settings on a command's sheet: the rows below the head up to the first blank one, without blank ends.

    Raises
    ------
    ShapeError
        If they run into the result, or go on below a blank row: what stands there would be lost.
    """
    rows: Rows = []
    for number, row in enumerate(page[HEAD:], HEAD + 1):
        cells = list(row)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if not cells:
            _nothing_between(command, page, number)
            break
        if str(cells[0]).startswith(RESULT):
            raise ShapeError(
                "the settings run into the result; insert rows above the row that begins with 'result', a blank one included"
            )
        rows.append(cells)
    return rows


def _nothing_between(command: Command, page: Sequence[Sequence[Any]], blank: int) -> None:
    """Refuse a page with settings between its blank row and its result."""
    below = [(number, row) for number, row in enumerate(page, 1) if number > blank and not all(map(is_blank, row))]
    firsts = [str(row[0]).startswith(RESULT) for _, row in below]
    if not below or firsts[0]:
        return
    number, row = below[0]
    if any(firsts) or is_blank(row[0]) or row[0] in _names(command):
        raise ShapeError(
            f"row {blank} of the sheet {command.title} is blank, and settings go on in row {number}; "
            "take the blank row out, or what stands below it"
        )


def _names(command: Command) -> set[str]:
    """Return the names of a command's settings."""
    return {PLAN, *(name for name, _ in command.settings)}


def source(settings: Rows) -> Any:
    """Return where the settings of a command say that its plan stands, None where they do not.

    Examples
    --------
    >>> source([["plan", "Plan!A1:B9"], ["metric", "npv"]]), source([["plan"], ["metric", "npv"]])
    ('Plan!A1:B9', None)
    """
    return next((row[1] for row in settings if row[0] == PLAN and len(row) > 1), None)


def placed(settings: Rows, where: str) -> Rows:
    """Return settings with another place of the plan; the others stay.

    Examples
    --------
    >>> placed([["plan"], ["metric", "irr"]], "Plan!A1:B9")
    [['plan', 'Plan!A1:B9'], ['metric', 'irr']]
    """
    return [[PLAN, where], *(row for row in settings if row[0] != PLAN)]


def is_own(command: Command, page: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet is a command's own by its first column, or has nothing on it; any other is somebody else's.

    The help may be that of another version, or taken out where settings of the command follow.

    Examples
    --------
    >>> from accelxl.hosts.commands import COMMANDS
    >>> tornado = COMMANDS["tornado"]
    >>> is_own(tornado, [["Tornado"], ["An older help."], [None], ["metric", "npv"]]), is_own(tornado, [[None, None]])
    (True, True)
    >>> is_own(tornado, [["Tornado", None], ["input", "npv"]]), is_own(tornado, [[None, "mine"]])
    (False, False)
    """
    if all(is_blank(cell) for row in page for cell in row):
        return True
    title, help_, apart, first = ([row[0] for row in page[: HEAD + 1]] + [None] * HEAD)[: HEAD + 1]
    return (
        title == command.title
        and is_blank(apart)
        and (first in _names(command) if is_blank(help_) else str(help_).endswith("."))
    )


def is_plan(rows: Rows) -> bool:
    """Whether a table is the block of a plan and nothing else; the catalogue, which names some inputs, is none.

    Examples
    --------
    >>> is_plan([["units", 64]]), is_plan([["catalogue of", None], ["units", 64]])
    (True, False)
    """
    return all(row[0] in INPUTS for row in rows)


def check_plan(command: Command, page: Sequence[Sequence[Any]], rows: Rows) -> None:
    """Refuse to write a plan over one that a user has changed: a command cannot be undone.

    Raises
    ------
    BadFile
        If a name or a value on the page is another than in the rows.
    """
    if not is_plan(rows) or all(is_blank(cell) for row in page for cell in row):
        return
    there = [list(row[:2]) for row in page[HEAD:] if not all(map(is_blank, row[:2]))]
    if there != [row[:2] for row in rows]:
        raise BadFile(
            f"the plan on the sheet {command.title} has been changed; give the sheet another name, and the command makes its own"
        )


def in_use(title: str) -> BadFile:
    """Return the error of a sheet that is somebody else's."""
    return BadFile(f"the sheet {title} has another use; give it another name, and the command makes its own")


def page(command: Command, settings: Rows, result: Rows, note: str = "") -> Rows:
    """Return the sheet of a command as rows of equal length: title, help, settings, result.

    Examples
    --------
    >>> from accelxl.hosts.commands import COMMANDS
    >>> page(COMMANDS["breakeven"], [["name", "units"]], [[5.0]])[2:]
    [[None, None], ['name', 'units'], [None, None], ['result', None], [5.0, None]]
    """
    rows: Rows = [[command.title], [command.help], []]
    rows += settings
    if settings and result:
        rows += [[], [RESULT if not note else f"{RESULT}: {note}"]]
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
