"""The commands of menu and toolbar on the package's side: what the add-in has read of a book in, what it should write out.

The add-in knows no command: it reads the selection, the plan of the template and the command's own sheet, asks `perform`, and does what
the answer says. The work is done by the same functions as behind Excel's ribbon.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, ShapeError, UnknownName
from accelxl.files import write_atomically
from accelxl.functions import CellError
from accelxl.functions.cells import Rows
from accelxl.hosts.commands import (
    COMMANDS,
    PLAN,
    Command,
    answer,
    cells_of,
    explained,
    function,
    looks_like_plan,
    page,
    sentence,
    settings_of,
    starting,
)

TITLE = "AccelXL"


def perform(tag: str, given: Sequence[Any]) -> str:
    """Return what the add-in should do, as JSON; never raises.

    Parameters
    ----------
    tag : str
        Id of the command; for a menu, the choice after a colon.
    given : sequence
        One text: what was read of the book, as JSON. `sheets` are the pages of its sheets that bear a command's name, by lower-case
        name; `selection` and `block` are an address and rows; `formula` and `why` are those of the active cell.

    Examples
    --------
    >>> json.loads(perform("why", ['{"why": "rate is blank"}']))
    {'do': 'message', 'title': 'AccelXL: Why error', 'text': 'rate is blank'}
    """
    name, _, choice = tag.partition(":")
    command = COMMANDS.get(name)
    try:
        told = _told(_known(name), choice, json.loads(given[0]) if given else {})
    except Exception as error:  # noqa: BLE001  # the office has no place for an exception
        told = {"do": "message", "title": _title(command), "text": sentence(error)}
    return json.dumps(told)


def _known(name: str) -> Command:
    """Return a command by its id."""
    if name not in COMMANDS:
        raise UnknownName(f"{name} is not a command of the installed package; run accelxl calc install")
    return COMMANDS[name]


def _title(command: Command | None) -> str:
    return TITLE if command is None else f"{TITLE}: {command.label}"


def _told(command: Command, choice: str, book: dict[str, Any]) -> dict[str, Any]:
    if command.writes == "book":
        return {"do": "open", "path": str(_new_book(command, choice))}
    if command.reads == "cell":
        text = explained(book.get("formula", "")) if command.id == "explain" else book.get("why", "")
        return {"do": "message", "title": _title(command), "text": text}
    if command.writes == "message":
        return {"do": "message", "title": _title(command), "text": f"{TITLE} {function(command)()}"}
    if command.reads == "nothing":
        rows = [list(row) for row in function(command)()]
        return _sheet(command, page(command, [], [list(command.head), *rows] if command.head else rows), "")
    return _computed(command, book)


def _computed(command: Command, book: dict[str, Any]) -> dict[str, Any]:
    """Compute from a plan and the settings on the command's sheet."""
    own = book.get("sheets", {}).get(command.label.lower())
    if own and own[0][0] not in {None, "", command.label}:
        raise BadFile(f"the sheet {command.label} has another use; give it another name, and the command makes its own")
    settings = settings_of(_cells(own)) if own else []
    source = next((row[1] for row in settings if row[0] == PLAN and len(row) > 1), None)
    if source is not None:
        found = book.get("areas", {}).get(str(source))
        if found is None:
            if "areas" in book:
                raise UnknownName(
                    f"the plan is {source!r}; a name of this book or an address such as Plan!A1:B9 is allowed"
                )
            return {"do": "read", "areas": [str(source)]}
        plan = _cells(found)
    else:
        source, plan = _plan(book)
        settings = starting(command, source, plan)
    outcome = answer(command, plan, settings)
    return _sheet(command, page(command, settings, cells_of(outcome.rows()), outcome.why), outcome.why)


def _plan(book: dict[str, Any]) -> tuple[str, Rows]:
    """Return the selection where it is a plan, else the block of the template."""
    for key in ("selection", "block"):
        where, rows = book.get(key) or ("", [])
        cells = _cells(rows)
        if cells and looks_like_plan(cells):
            return where, cells
    raise ShapeError(
        "no plan is selected; select a column of names of inputs (units, unit_price_usd, ...) and one or more of values"
    )


def _cells(rows: Sequence[Sequence[Any]]) -> Rows:
    """Return rows of Calc as cells: an error is {"error": name}, empty text a blank."""
    return [
        [CellError(one["error"]) if isinstance(one, dict) else None if one == "" else one for one in row]
        for row in rows
    ]


def _sheet(command: Command, rows: Rows, text: str) -> dict[str, Any]:
    return {
        "do": "sheet",
        "title": command.label,
        "rows": [["" if one is None else one for one in row] for row in rows],
        "text": text,
    }


def _new_book(command: Command, choice: str) -> Path:
    """Make a workbook from a template; a file that is there already is left."""
    home = Path.home()
    folder = next((place for place in (home / "Documents", home) if place.is_dir()), home)
    day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    names = (f"{choice} {day}{f' ({number})' if number else ''}.xlsx" for number in range(1000))
    path = next(folder / name for name in names if not (folder / name).exists())
    return write_atomically(path, function(command)(choice))
