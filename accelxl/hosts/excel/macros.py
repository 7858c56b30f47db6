"""The commands of the ribbon in Excel: read the book, call the command's pure function, write its result in one go.

The ribbon starts `run` through xlwings' RunPython, on Windows and on macOS. Nothing raises to Excel: what is wrong is said in a message.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlwings

from accelxl.errors import BadFile, UnknownName
from accelxl.files import write_atomically
from accelxl.functions import Outcome
from accelxl.functions.cells import Rows
from accelxl.hosts.commands import (
    AGAIN,
    COMMANDS,
    Command,
    Progress,
    answer,
    explained,
    function,
    sentence,
    starting,
)
from accelxl.hosts.excel import formulas, jobs, sheets
from accelxl.hosts.excel.ribbon import STOP, TAB
from accelxl.hosts.pages import HEAD, cells_of, check_plan, is_plan, page, placed, settings_of, source
from accelxl.workbook.board import PREFIX

Handler = Callable[[xlwings.Book, Command, str], object]


def run(tag: str, book: xlwings.Book | None = None) -> None:
    """Do the command of a button.

    Parameters
    ----------
    tag : str
        Id of the command; for a menu, the choice after a colon.
    book : xlwings.Book, optional
        The book; the one that called, by default.
    """
    book = xlwings.Book.caller() if book is None else book
    name, _, choice = tag.partition(":")
    label = TAB
    try:
        if name == STOP:
            jobs.stop(book)
            return
        command = known(name)
        label = command.label
        HANDLERS[command.reads, command.writes](book, command, choice)
    except Exception as error:  # noqa: BLE001  # Excel has no place for an exception
        tell(book, label, sentence(error))


def known(name: str) -> Command:
    """Return a command by its id.

    Raises
    ------
    UnknownName
        If there is none: the book's macros are newer than the package.
    """
    if name not in COMMANDS:
        raise UnknownName(f"{name} is not a command of this version of AccelXL; make the book's macros again")
    return COMMANDS[name]


def tell(book: xlwings.Book, label: str, text: str) -> None:
    """Show a message."""
    book.app.alert(text, title=f"{TAB}: {label}" if label != TAB else TAB)


def table(book: xlwings.Book, command: Command, _: str) -> None:
    """Write a table that needs nothing of the book; a block of a plan is selected, so that the next command reads it."""
    rows = [list(row) for row in function(command)()]
    own = sheets.own_sheet(book, command)
    check_plan(command, sheets.page_of(own, command) if own is not None else [], rows)
    sheet = sheets.write(book, command, page(command, [], [list(command.head), *rows] if command.head else rows))
    if is_plan(rows):
        with suppress(Exception):  # looks only
            sheet.activate()
        with suppress(Exception):
            sheet.range((HEAD + 1, 1), (HEAD + len(rows), 2)).select()


def computed(book: xlwings.Book, command: Command, _: str) -> None:
    """Compute from what a command reads and the settings on its sheet, and write the result there; a long one runs beside Excel."""
    first = sheets.own_sheet(book, command) is None
    given, settings = request(book, command)
    if command.asks and first:
        sheets.write(book, command, page(command, settings, []))
        tell(book, command.label, AGAIN)
        return
    if command.long:
        jobs.start(book, command, given, settings)
        return
    outcome = compute(command, given, settings)
    sheets.write(book, command, outcome_page(command, settings, outcome))
    if outcome.why:
        tell(book, command.label, outcome.why)


def request(book: xlwings.Book, command: Command) -> tuple[Any, Rows]:
    """Return what a command reads and its settings: those of its sheet, or the first ones."""
    sheet = sheets.own_sheet(book, command)
    there = sheets.page_of(sheet, command) if sheet is not None else []
    if command.reads == "names":
        return sheets.named(book, command.prefix), []
    settings = settings_of(command, there)
    if command.reads == "file":
        path = str(sheets.saved(book))
        return path, settings or starting(command, "", path)
    where = source(settings)
    if where is not None:
        return sheets.block(book, where), settings
    where, plan = sheets.plan_of(book)
    return plan, placed(settings, where) if settings else starting(command, where, plan)


def compute(command: Command, given: Any, settings: Rows, progress: Progress | None = None) -> Outcome:
    """Return what a command computes; the one place that both a short and a long one come through."""
    return answer(command, given, settings, progress)


def outcome_page(command: Command, settings: Rows, outcome: Outcome) -> Rows:
    """Return the page of a command with its result."""
    return page(command, settings, cells_of(outcome.rows()), outcome.why)


def message(book: xlwings.Book, command: Command, _: str) -> None:
    """Say something that needs nothing of the book."""
    tell(book, command.label, f"{TAB} {function(command)()}")


def of_cell(book: xlwings.Book, command: Command, _: str) -> None:
    """Say something about the active cell."""
    cell = book.app.selection
    if cell is None:
        raise UnknownName("no cell is selected; select one")
    if command.id == "explain":
        tell(book, command.label, explained(str(cell[0, 0].formula)))
    else:
        tell(book, command.label, function(command)(sheets.anchor(cell).get_address(external=True)))


def new_book(book: xlwings.Book, command: Command, choice: str) -> None:
    """Make a workbook from a template and open it; a file that is there already is left."""
    folder = _documents()
    day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    names = (f"{choice} {day}{f' ({number})' if number else ''}.xlsx" for number in range(1000))
    path = next(folder / name for name in names if not (folder / name).exists())
    write_atomically(path, function(command)(choice))
    book.app.books.open(str(path))


def _documents() -> Path:
    """Return the user's folder of documents, the home folder where there is none."""
    home = Path.home()
    return next((place for place in (home / "Documents", home) if place.is_dir()), home)


def pdf(book: xlwings.Book, command: Command, _: str) -> None:
    """Print the board sheets with Excel itself into a PDF beside the book; the sheets that are shown stay as they are."""
    boards: list[int | str] = [sheet.name for sheet in book.sheets if sheet.name.startswith(PREFIX)]
    if not boards:
        raise UnknownName(f"{book.name} has no sheet whose name begins with {PREFIX}; a template has one")
    path = Path(book.fullname)
    folder = path.parent if path.is_absolute() and path.parent.is_dir() else _documents()
    target = folder / f"{path.stem} {PREFIX.lower()}.pdf"
    active = book.sheets.active
    try:
        book.to_pdf(target, include=boards)
    except Exception as error:
        raise BadFile(f"{target} cannot be written: it is open in another program, or the book is protected") from error
    finally:
        with suppress(Exception):  # looks only
            active.activate()
    tell(book, command.label, f"{target} is written")


def copied(book: xlwings.Book, command: Command, _: str) -> None:
    """Make another file of the book as it was saved; the function says where it is."""
    tell(book, command.label, f"{function(command)(sheets.saved(book))} is written")


def repaired(book: xlwings.Book, command: Command, _: str) -> None:
    """Write the formulas that change into their cells and names; where one cannot be written, those before it are put back."""
    before = formulas.formulas(book)
    found = function(command)(before)
    found = replace(found, rows=[row for row in found.rows if formulas.is_formula(book, *row[1:])])
    formulas.put_formulas(book, found.rows, before)
    tell(book, command.label, found.sentence())


HANDLERS: dict[tuple[str, str], Handler] = {
    ("nothing", "sheet"): table,
    ("nothing", "message"): message,
    ("nothing", "book"): new_book,
    ("plan", "sheet"): computed,
    ("file", "sheet"): computed,
    ("names", "sheet"): computed,
    ("file", "file"): pdf,
    ("file", "copy"): copied,
    ("cell", "message"): of_cell,
    ("formulas", "formulas"): repaired,
}
"""What a command of each kind of reading and writing is done by."""
