"""Formulas of a template into formulas of cells: the names of rows become addresses.

row          the row's cell in the same column; for a row without columns, its one cell
row[-1]      the cell of the column before (in the first one: the empty column before it)
row[:]       all columns
row[@2]      the cell of the second column
row.total    the total column
Sheet.row    a row of another sheet: alone in a formula it is a plain link, else a defined name made for it
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from accelxl.errors import UnknownName, nearest
from accelxl.workbook.formulas.tree import address, column_name, sheet_prefix

TOTAL, OPENING, FIRST = 3, 4, 5
"""Columns of a calculation sheet: label, unit and sign stand before the total; the column before the first one stays empty."""

_WORD = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
      | (?<![\w.$!])(?:(?P<sheet>[A-Z][A-Za-z]*)\.)?(?P<row>[a-z][a-z0-9_]*)(?P<mark>\[(?:-?\d+|:|@\d+)\]|\.total)?(?![\w(!])""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Place:
    """Where a row stands: its sheet, its row from 0, and how many columns it has (0: the total column is all it has)."""

    sheet: str
    row: int
    columns: int


@dataclass(slots=True)
class Book:
    """The rows of all sheets and the defined names, as far as they are placed; `made` collects names for links between sheets."""

    rows: dict[tuple[str, str], Place] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    made: dict[str, str] = field(default_factory=dict)


def cells(book: Book, sheet: str, formula: str, column: int, where: str) -> str:
    """Return a template's formula as a formula of the cell in `column` of `sheet`.

    Raises
    ------
    UnknownName
        If it names neither a row nor a defined name.
    """
    link = _WORD.fullmatch(formula.removeprefix("="))
    alone = link is not None and link["sheet"] is not None

    def swap(match: re.Match[str]) -> str:
        if match["text"] is not None:
            return match.group()
        other, name, mark = match["sheet"], match["row"], match["mark"] or ""
        if other is None and not mark and name in book.names:
            return name
        found = book.rows.get((other or sheet, name))
        if found is None:
            known = [row for owner, row in book.rows if owner == (other or sheet)]
            raise UnknownName(
                f"{where}: {match.group()!r} in {formula!r} is no row or name; {nearest(name, [*known, *book.names])}"
            )
        if found.sheet == sheet:
            return _local(found, mark, column)
        return _distant(book, found, name, mark, alone=alone, column=column)

    return _WORD.sub(swap, formula)


def _local(found: Place, mark: str, column: int) -> str:
    if mark == "[:]":
        return span(found)
    if mark == ".total" or not found.columns:
        return address(found.row, TOTAL, fixed=True)
    if mark.startswith("[@"):
        return address(found.row, _column(mark), fixed=True)
    moved = column + (int(mark[1:-1]) if mark else 0)
    return f"{column_name(moved)}{found.row + 1}"


def _column(mark: str) -> int:
    """Return the column that a mark such as [@2] names."""
    return FIRST + int(mark[2:-1]) - 1


def span(found: Place) -> str:
    """Return the address of all columns of a row."""
    last = FIRST + found.columns - 1
    return f"{address(found.row, FIRST, fixed=True)}:{address(found.row, last, fixed=True)}"


def _distant(book: Book, found: Place, name: str, mark: str, *, alone: bool, column: int) -> str:
    prefix = sheet_prefix(found.sheet)
    if mark == "[:]":
        defined, target = f"row_{name}", prefix + span(found)
    elif mark == ".total" or not found.columns:
        target = prefix + address(found.row, TOTAL, fixed=True)
        if alone:
            return target
        defined = f"calc_{name}"
    elif mark.startswith("[@"):
        target = prefix + address(found.row, _column(mark), fixed=True)
        if alone:
            return target
        defined = f"calc_{name}_{mark[2:-1]}"
    else:
        return f"{prefix}{column_name(column)}{found.row + 1}"
    if book.made.setdefault(defined, target) != target:
        defined = f"{defined}_{found.sheet.lower()}"
        book.made[defined] = target
    return defined
