"""The commands of menu and toolbar on the package's side: what the add-in should read of a book, and what it should then do.

The add-in knows no command. It asks `perform`, reads of the book what the answer wants, asks again, and does what the last answer says.
The work is done by the same functions as behind Excel's ribbon.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, OutOfRange, ShapeError, UnknownName
from accelxl.files import write_atomically
from accelxl.functions import CellError
from accelxl.functions.cells import Rows, show
from accelxl.hosts import commands as host
from accelxl.hosts import pages

TITLE = "AccelXL"
NAME = 31
"""Characters of a sheet's name that every program takes."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 1024
Book = dict[str, Any]
Told = dict[str, Any]


class Wants(Exception):  # a question and no error
    """What the add-in must read of the book before the work can go on."""

    def __init__(self, **what: Any) -> None:
        super().__init__(what)
        self.what = what


def perform(tag: str, given: Sequence[Any], progress: host.Progress | None = None) -> str:
    """Return what the add-in should do, as JSON; never raises but to end the work.

    Parameters
    ----------
    tag : str
        Id of the command; for a menu, the choice after a colon.
    given : sequence
        One text: what was read of the book, as JSON, by the name under which it was wanted. `beside` says that the work may take long.
    progress : callable, optional
        Is told how much of how much is done.

    Examples
    --------
    >>> json.loads(perform("why", ['{"cell": {"formula": "", "why": "rate is blank"}}']))
    {'do': 'message', 'title': 'AccelXL: Why error', 'text': 'rate is blank'}
    >>> json.loads(perform("why", ["{}"]))
    {'do': 'read', 'what': {'cell': True}}
    """
    name, _, choice = tag.partition(":")
    command = host.COMMANDS.get(name)
    try:
        known = _known(name)
        told = HANDLERS[known.reads, known.writes](known, choice, json.loads(given[0]) if given else {}, progress)
    except Wants as wants:
        told = {"do": "read", "what": wants.what}
    except Exception as error:  # noqa: BLE001  # the office has no place for an exception
        told = _message(command, host.sentence(error))
    return json.dumps(told)


def _known(name: str) -> host.Command:
    """Return a command by its id."""
    if name not in host.COMMANDS:
        raise UnknownName(f"{name} is not a command of the installed package; run accelxl calc install")
    return host.COMMANDS[name]


def _message(command: host.Command | None, text: str) -> Told:
    return {"do": "message", "title": TITLE if command is None else f"{TITLE}: {command.label}", "text": text}


def _read(book: Book, **what: Any) -> Any:
    """Return what was read of the book.

    Raises
    ------
    Wants
        If it was not read yet.
    """
    ((key, _),) = what.items()
    if key not in book:
        raise Wants(**what)
    return book[key]


def _beside(command: host.Command, book: Book) -> None:
    """See to it that work that may take long is not done in the office's own thread.

    Raises
    ------
    Wants
        If it is.
    """
    if not book.get("beside"):
        raise Wants(beside=command.label)


def _table(command: host.Command, _: str, book: Book, __: host.Progress | None) -> Told:
    """Make a table that needs nothing of the book; the block of a plan is selected, so that the next command reads it."""
    own = _own(command, book)
    rows = [list(row) for row in host.function(command)()]
    pages.check_plan(command, own, rows)
    told = _sheet(command, pages.page(command, [], [list(command.head), *rows] if command.head else rows), "")
    return told | ({"select": [0, pages.HEAD, 1, pages.HEAD + len(rows) - 1]} if pages.is_plan(rows) else {})


def _computed(command: host.Command, _: str, book: Book, progress: host.Progress | None) -> Told:
    """Compute from what a command reads and the settings on its sheet."""
    own = _own(command, book)
    settings: Rows = []
    given: Any
    if command.reads == "names":
        given = _cells(_read(book, names=command.prefix))
    elif command.reads == "file":
        given = _file(book)
        settings = pages.settings_of(command, own) or host.starting(command, "", given)
    else:
        settings = pages.settings_of(command, own)
        source = pages.source(settings)
        if source is None:
            source, given = _plan(book)
            settings = pages.placed(settings, source) if settings else host.starting(command, source, given)
        else:
            given = _block(book, source)
    if command.asks and not own:
        return _sheet(command, pages.page(command, settings, []), host.AGAIN)
    if command.long:
        _beside(command, book)
    outcome = host.answer(command, given, settings, progress)
    return _sheet(command, pages.page(command, settings, pages.cells_of(outcome.rows()), outcome.why), outcome.why)


def _own(command: host.Command, book: Book) -> Rows:
    """Return the page of a command's sheet; without one, no rows.

    Raises
    ------
    BadFile
        If the sheet of that name has another use.
    """
    own = _cells(_read(book, sheet=command.title[:NAME]) or [])
    if not pages.is_own(command, own):
        raise pages.in_use(command.title)
    return own


def _plan(book: Book) -> tuple[str, Rows]:
    """Return the selection where it is a plan, else the block of the template."""
    for where, rows in _read(book, plan=True):
        cells = _cells(rows)
        if cells and host.looks_like_plan(cells):
            return where, cells
    raise ShapeError(
        "no plan is selected; select a column of names of inputs (units, unit_price_usd, ...) and one or more of values"
    )


def _block(book: Book, source: Any) -> Rows:
    """Return the cells of the place that the settings name."""
    found = _read(book, area=str(source))
    if found is None:
        raise UnknownName(
            f"the plan is {show(source)}; a name of this book or an address such as Plan!A1:B9 is allowed"
        )
    return _cells(found)


def _file(book: Book) -> str:
    """Return the path of the open book's file."""
    path = _read(book, file=True)
    if not path or not Path(path).exists():
        raise BadFile("this book has no file on this machine; save it in a folder of this machine first")
    return str(path)


def _cells(rows: Sequence[Sequence[Any]]) -> Rows:
    """Return rows of Calc as cells: an error is {"error": name}, empty text a blank."""
    return [
        [CellError(one["error"]) if isinstance(one, dict) else None if one == "" else one for one in row]
        for row in rows
    ]


def _sheet(command: host.Command, rows: Rows, text: str) -> Told:
    """Return the order to write a page.

    Raises
    ------
    OutOfRange
        If a sheet has not that many rows or columns.
    """
    if len(rows) > MOST_ROWS or len(rows[0]) > MOST_COLUMNS:
        raise OutOfRange(
            f"the result has {len(rows):,} rows and {len(rows[0]):,} columns; a sheet has {MOST_ROWS:,} and {MOST_COLUMNS:,}"
        )
    shown = [["" if one is None else one for one in row] for row in rows]
    return {"do": "sheet", "title": command.title[:NAME], "label": command.label, "rows": shown, "text": text}


def _said(command: host.Command, _: str, __: Book, ___: host.Progress | None) -> Told:
    """Say something that needs nothing of the book."""
    return _message(command, f"{TITLE} {host.function(command)()}")


def _of_cell(command: host.Command, _: str, book: Book, __: host.Progress | None) -> Told:
    """Say something about the active cell."""
    cell = _read(book, cell=True)
    if cell is None:
        raise UnknownName("no cell is selected; select one")
    return _message(command, host.explained(cell["formula"]) if command.id == "explain" else cell["why"])


def _new_book(command: host.Command, choice: str, _: Book, __: host.Progress | None) -> Told:
    """Make a workbook from a template; a file that is there already is left."""
    folder = _documents()
    day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    names = (f"{choice} {day}{f' ({number})' if number else ''}.xlsx" for number in range(1000))
    path = next(folder / name for name in names if not (folder / name).exists())
    return {"do": "open", "path": str(write_atomically(path, host.function(command)(choice)))}


def _documents() -> Path:
    """Return the user's folder of documents, the home folder where there is none."""
    home = Path.home()
    return next((place for place in (home / "Documents", home) if place.is_dir()), home)


def _printed(command: host.Command, _: str, book: Book, __: host.Progress | None) -> Told:
    """Make a file beside the book, from a copy of the book as it is open."""
    copy = Path(_read(book, copy=True))
    path = Path(_read(book, file=True) or "")
    _beside(command, book)
    folder = path.parent if path.is_absolute() and path.parent.is_dir() else _documents()
    target = folder / f"{path.stem if path.name else copy.stem} board.pdf"
    try:
        host.function(command)(copy, target)
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)  # the add-in made it for this copy alone
    return _message(command, f"{target} is written")


def _copied(command: host.Command, _: str, book: Book, __: host.Progress | None) -> Told:
    """Make another file of the book as it was saved; the function says where it is."""
    return _message(command, f"{host.function(command)(_file(book))} is written")


def _repaired(command: host.Command, _: str, book: Book, __: host.Progress | None) -> Told:
    """Write the formulas that change into their cells and names."""
    found = host.function(command)(_read(book, formulas=True))
    if not found.rows:
        return _message(command, found.sentence())
    return _message(command, found.sentence()) | {"do": "formulas", "rows": found.rows}


Handler = Callable[[host.Command, str, Book, host.Progress | None], Told]
HANDLERS: dict[tuple[str, str], Handler] = {
    ("nothing", "sheet"): _table,
    ("nothing", "message"): _said,
    ("nothing", "book"): _new_book,
    ("plan", "sheet"): _computed,
    ("file", "sheet"): _computed,
    ("names", "sheet"): _computed,
    ("file", "file"): _printed,
    ("file", "copy"): _copied,
    ("cell", "message"): _of_cell,
    ("formulas", "formulas"): _repaired,
}
"""What a command of each kind of reading and writing is done by."""
