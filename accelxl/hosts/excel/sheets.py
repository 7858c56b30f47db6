"""Tables between a workbook and the commands, through xlwings' Book, Sheet and Range: each read and each write is one call."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import xlwings

from accelxl.errors import BadFile, OutOfRange, ShapeError, UnknownName
from accelxl.files import as_text
from accelxl.functions import ERRORS, CellError
from accelxl.functions.cells import MOST_CELLS, REF, Rows, show
from accelxl.hosts.commands import Command, looks_like_plan
from accelxl.hosts.excel.looks import dress
from accelxl.hosts.pages import even, in_use, is_own

PLAN_NAME = "plan_block"
"""The name that a template gives to the block of its plan."""
TITLE = 31
"""Characters of a sheet's name."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
SHOWN = -1
"""How Excel on Windows says that a sheet is neither hidden (0) nor very hidden (2)."""
TEXTS = {str(error): error for error in ERRORS}


def read(area: xlwings.Range) -> Rows:
    """Return the cells of a range as rows, error cells as errors.

    Raises
    ------
    OutOfRange
        If it has more cells than a function reads.
    """
    height, width = area.shape
    if height * width > MOST_CELLS:
        raise OutOfRange(
            f"{area.address} has {height:,} rows and {width:,} columns; at most {MOST_CELLS:,} cells are read: select fewer"
        )
    rows: Rows = area.options(ndim=2, err_to_str=True).value
    return [[TEXTS.get(cell, cell) if type(cell) is str else cell for cell in row] for row in rows]


def plan_of(book: xlwings.Book) -> tuple[str, Rows]:
    """Return where the plan of a command stands and its block: the selection where it is one, else that of the template.

    Raises
    ------
    ShapeError
        If there is neither.
    """
    chosen = book.app.selection
    if chosen is not None and chosen.sheet.book.name == book.name and chosen.shape[1] > 1 and chosen.shape[0] <= 10_000:
        rows = read(chosen)
        if looks_like_plan(rows):
            return chosen.get_address(False, False, include_sheetname=True), rows
    if PLAN_NAME in book.names:
        return PLAN_NAME, block(book, PLAN_NAME)
    raise ShapeError(
        "no plan is selected; select a column of names of inputs (units, unit_price_usd, ...) and one or more of values"
    )


def block(book: xlwings.Book, where: Any) -> Rows:
    """Return the cells of a name of the book, or of an address such as ``Plan!A1:B9``.

    Raises
    ------
    UnknownName
        If there is no such name or sheet, or the name stands for no cells.
    """
    text = str(where).strip()
    if text in book.names:
        name = book.names[text]
        try:
            area = name.refers_to_range
        except Exception as error:
            raise UnknownName(
                f"the name {text} stands for no cells of this book (#REF!, a formula or another book); "
                "give it the block of the plan, or select the plan"
            ) from error
        return read(area)
    title, mark, address = text.rpartition("!")
    found = next(
        (sheet for sheet in book.sheets if sheet.name.lower() == title.strip("'").replace("''", "'").lower()), None
    )
    if (
        not mark
        or found is None
        or not re.fullmatch(r"\$?[A-Za-z]{1,3}\$?\d{1,7}(:\$?[A-Za-z]{1,3}\$?\d{1,7})?", address)
    ):
        raise UnknownName(f"the plan is {show(where)}; a name of this book or an address such as Plan!A1:B9 is allowed")
    return read(found.range(address))


def named(book: xlwings.Book, prefix: str) -> Rows:
    """Return the names of book and sheets that begin with a prefix and stand for one cell, merged or not, each with its value."""
    rows: Rows = []
    for name in book.names:
        if not name.name.rpartition("!")[2].lower().startswith(prefix):  # Plan!chk_total is a name of a sheet
            continue
        try:
            area = name.refers_to_range
        except Exception:  # noqa: BLE001  # a name of a formula, or of a cell that has been deleted
            rows.append([name.name, REF])
            continue
        if area.shape == (1, 1) or _merged(area):
            rows.append([name.name, read(area)[0][0]])
    return rows


def _merged(area: xlwings.Range) -> bool:
    """Whether a range is one merged cell."""
    with suppress(Exception):  # macOS has no such property for some areas
        return area[0, 0].merge_area.address == area.address
    return False


def saved(book: xlwings.Book) -> Path:
    """Return the path of a book's file.

    Raises
    ------
    BadFile
        If it has none, or lies in the cloud only.
    """
    path = Path(book.fullname)
    if not path.is_absolute() or not path.exists():
        raise BadFile(f"{book.name} has no file on this machine; save it in a folder of this machine first")
    return path


def own_sheet(book: xlwings.Book, command: Command) -> xlwings.Sheet | None:
    """Return the sheet of a command, None where the book has none yet."""
    return next((sheet for sheet in book.sheets if sheet.name.lower() == command.title[:TITLE].lower()), None)


def page_of(sheet: xlwings.Sheet, command: Command) -> Rows:
    """Return the cells of a command's sheet from A1 on.

    Raises
    ------
    BadFile
        If the sheet has another use.
    """
    last = sheet.used_range.last_cell
    rows = read(sheet.range((1, 1), (last.row, last.column)))
    if not is_own(command, rows):
        raise in_use(sheet.name)
    return rows


def write(book: xlwings.Book, command: Command, rows: Rows) -> xlwings.Sheet:
    """Write the page of a command on its sheet in one go, over all that stood there; the sheet is made if there is none.

    Raises
    ------
    OutOfRange
        If a sheet has not that many rows or columns.
    BadFile
        If the sheet cannot be written, or has another use.
    """
    if len(rows) > MOST_ROWS or len(rows[0]) > MOST_COLUMNS:
        raise OutOfRange(
            f"the result has {len(rows):,} rows and {len(rows[0]):,} columns; a sheet has {MOST_ROWS:,} and {MOST_COLUMNS:,}"
        )
    sheet = own_sheet(book, command)
    old = [] if sheet is None else page_of(sheet, command)
    before = {one.name for one in book.sheets}
    try:
        made = book.sheets.add(command.title[:TITLE], after=book.sheets[-1]) if sheet is None else sheet
        rows = even(rows, len(old), len(old[0]) if old else 0)
        area = made.range((1, 1), (len(rows), len(rows[0]))).options(chunksize=None)  # in one go, however large
        area.value = [list(map(_plain, row)) for row in rows]
    except Exception as error:
        if sheet is None:
            _forget(book, before)
        raise BadFile(
            f"the sheet {command.title} cannot be written: it or the book is protected, a cell is being edited, "
            "or a chart has that name"
        ) from error
    dress(made, command, rows, made=sheet is None)
    with suppress(Exception):  # looks only
        if made.visible not in {True, SHOWN}:
            made.visible = True
        if sheet is None:
            made.activate()
    return made


def _forget(book: xlwings.Book, before: set[str]) -> None:
    """Take out the sheet that was made in vain; one on which somebody has written meanwhile stays."""
    for sheet in book.sheets:
        with suppress(Exception):
            if sheet.name not in before and sheet.used_range.shape == (1, 1) and sheet.range("A1").value is None:
                sheet.delete()


def _plain(cell: Any) -> Any:
    """Return a cell as a sheet takes it: an error as the text that becomes one, text that would become a formula as text."""
    if isinstance(cell, CellError):
        return str(cell)
    return as_text(cell) if isinstance(cell, str) else cell


def anchor(cell: xlwings.Range) -> xlwings.Range:
    """Return the cell whose formula shows in a cell: the first of the array or spill that it belongs to, else itself."""
    first = cell[0, 0]
    try:
        api: Any = first.api
        if api.HasArray:
            area = api.CurrentArray
        elif api.HasSpill:
            area = api.SpillParent
        else:
            return first
        return first.sheet.range((area.Row, area.Column))
    except Exception:  # noqa: BLE001  # an older Excel has no spills, and macOS other names
        return first
