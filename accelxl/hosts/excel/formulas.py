"""Formulas of a book that name our functions, and formulas written back into their cells and names, through xlwings."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import xlwings

from accelxl.errors import BadFile
from accelxl.functions.cells import Rows
from accelxl.hosts.excel.sheets import anchor
from accelxl.workbook.formulas.tree import address

NEEDLE = "accel_"
"""What a formula with one of our functions has in it, in small letters."""


def formulas(book: xlwings.Book) -> Rows:
    """Return the formulas with one of our functions: the formula, the sheet (none for a name of the book), row and column, or name."""
    found: Rows = []
    for sheet in book.sheets:
        area = sheet.used_range
        top, left = area.row, area.column
        for down, row in enumerate(_rows(area)):
            found += [
                [text, sheet.name, top + down, left + across]
                for across, text in enumerate(row)
                if isinstance(text, str) and text.startswith("=") and NEEDLE in text.lower()
            ]
    for name in book.names:
        with suppress(Exception):  # one that Excel keeps for itself
            text = name.refers_to
            if text and NEEDLE in text.lower():
                found.append([text, None, name.name, None])
    return found


def _rows(area: xlwings.Range) -> list[list[Any]]:
    """Return the formulas of a range as rows, read in one go."""
    try:
        read: Any = area.formula2
    except Exception:  # noqa: BLE001  # an Excel without spills has no such property
        read = area.formula
    rows = read if isinstance(read, (list, tuple)) else [[read]]
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in rows]


def is_formula(book: xlwings.Book, sheet: str | None, row: Any, column: Any) -> bool:
    """Tell whether a place holds a formula, and not a text such as '=A1, which Excel gives like one."""
    if sheet is None:
        return True
    api: Any = book.sheets[sheet].range((row, column)).api
    try:
        return bool(api.HasFormula)
    except Exception:  # noqa: BLE001  # macOS has other names
        with suppress(Exception):
            return bool(api.has_formula.get())
    return True


def put_formulas(book: xlwings.Book, rows: Rows, before: Rows) -> None:
    """Write formulas into their cells and names, an array or a spill through its first cell; `before` is what `formulas` has read.

    Raises
    ------
    BadFile
        If one cannot be written; those that were are put back.
    """
    was = {tuple(place): text for text, *place in before}
    done: Rows = []
    for row in rows:
        text, *place = row
        try:
            _put(book, text, *place)
        except Exception as error:
            for old in done:
                with suppress(Exception):
                    _put(book, *old)
            raise BadFile(
                f"{_where(*place)} cannot be written: the sheet is protected, or a cell is being edited; nothing was changed"
            ) from error
        done.append([was[tuple(place)], *place])


def _where(sheet: str | None, row: Any, column: Any) -> str:
    return f"the name {row}" if sheet is None else f"{sheet}!{address(row - 1, column - 1)}"


def _put(book: xlwings.Book, text: str, sheet: str | None, row: Any, column: Any) -> None:
    """Write one formula."""
    if sheet is None:
        book.names[row].refers_to = text
        return
    cell = book.sheets[sheet].range((row, column))
    first = anchor(cell)
    if (first.row, first.column) != (cell.row, cell.column):
        return  # its first cell is in the list too
    area = _array(first)
    if area is not None:
        area.formula_array = text
        return
    try:
        cell.formula2 = text
    except AttributeError:  # an Excel without spills
        cell.formula = text


def _array(cell: xlwings.Range) -> xlwings.Range | None:
    """Return the cells of an array formula that was entered with Ctrl+Shift+Enter; None for any other."""
    try:
        api: Any = cell.api
        if not api.HasArray:
            return None
        area = api.CurrentArray
        return cell.sheet.range(
            (area.Row, area.Column), (area.Row + area.Rows.Count - 1, area.Column + area.Columns.Count - 1)
        )
    except Exception:  # noqa: BLE001  # macOS has other names
        return None
