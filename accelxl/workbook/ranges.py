"""Whole tables: defined names of several cells and a spreadsheet program's own tables, filled from rows, or with rows added below."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.workbook.book import Workbook
from accelxl.workbook.delimited import Written
from accelxl.workbook.fields import Field, field_of, rules_of, writable
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.tree import address
from accelxl.workbook.records import table_file

APPEND = "append:"
"""What stands before the name of a table in a column whose rows are added to it."""
OURS = ("k_", "row_", "calc_", "all_", "asof_", "out_", "chk_", "batch_", "plan_", "_")
"""Beginnings of names of a template's own ranges, which are no inputs."""
MOST_CELLS = 1_000_000
"""Cells of all ranges that take rows; ranges beyond them take none."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True, slots=True)
class Table:
    """A range that takes rows: its name, its sheet and cells, its headings (none where nothing stands above it), its part."""

    name: str
    sheet: int
    top: int
    left: int
    bottom: int
    right: int
    heads: tuple[str, ...] = ()
    part: str = ""

    @property
    def width(self) -> int:
        """Its columns."""
        return self.right - self.left + 1

    @property
    def height(self) -> int:
        """Its rows."""
        return self.bottom - self.top + 1


def tables(book: Workbook) -> dict[str, Table]:
    """Return the ranges of a workbook that take rows: several cells without a formula, under a defined name or as a table."""
    found: dict[str, Table] = {}
    room = MOST_CELLS
    for name in book.names:
        rect = book.target(name)
        if rect is None or name.lower().startswith(OURS) or (rect[1], rect[2]) == (rect[3], rect[4]):
            continue
        count = (rect[3] - rect[1] + 1) * (rect[4] - rect[2] + 1)
        if count <= room:
            room -= count
            found[name] = Table(name, *rect, heads=_heads(book, rect))
    for own in book.tables():
        count = (own.bottom - own.top + 1) * (own.right - own.left + 1)
        if count > room:
            continue
        room -= count
        heads = tuple(str(book.at((own.sheet, own.top, c)) or "") for c in range(own.left, own.right + 1))
        found[own.name] = Table(own.name, own.sheet, own.top + 1, own.left, own.bottom, own.right, heads, own.part)
    return {name: table for name, table in found.items() if not _calculated(book, table)}


def _heads(book: Workbook, rect: tuple[int, int, int, int, int]) -> tuple[str, ...]:
    """Return the texts above a range of several rows and columns, () where one is missing or two are the same."""
    sheet, top, left, bottom, right = rect
    if not top or left == right or top == bottom:
        return ()
    heads = [book.at((sheet, top - 1, column)) for column in range(left, right + 1)]
    words = tuple(head.strip() if type(head) is str else "" for head in heads)
    return words if all(words) and len({word.lower() for word in words}) == len(words) else ()


def _calculated(book: Workbook, table: Table) -> bool:
    cells = book.sheet(table.sheet).cells
    return any(
        (span := cells.get((row, column))) is not None and span.formula is not None
        for row in range(table.top, min(table.bottom, _last(book, table)) + 1)
        for column in range(table.left, table.right + 1)
    )


def _last(book: Workbook, table: Table) -> int:
    """Return the last row of a table's sheet in which something stands, -1 of an empty one."""
    return max((row for row, _ in book.sheet(table.sheet).cells), default=-1)


def table_values(
    book: Workbook, table: Table, given: Mapping[Key, Any] | None = None, *, shown: bool = False
) -> list[list[Any]]:
    """Return what a table holds, with the values of some cells in place of its own; blank rows at its end are left out.

    With `shown` a cell that shows a date gives one; without it its serial.
    """
    over = given or {}
    at = book.shown if shown else book.at
    rows = []
    last = max(_last(book, table), max((key[1] for key in over if key[0] == table.sheet), default=-1))
    for row in range(table.top, min(table.bottom, last) + 1):
        keys = [(table.sheet, row, column) for column in range(table.left, table.right + 1)]
        rows.append([over[key] if key in over else at(key) for key in keys])
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows


def own_tables(singles: Mapping[str, Field], known: Mapping[str, Table]) -> list[Table]:
    """Return the tables with cells that are no single input."""
    keys = {one.key for one in singles.values()}
    return [
        table
        for table in known.values()
        if any(
            (table.sheet, row, column) not in keys
            for row in range(table.top, table.bottom + 1)
            for column in range(table.left, table.right + 1)
        )
    ]


@dataclass(slots=True)
class Loader:
    """Rows of data into the cells of a book's tables."""

    book: Workbook
    known: dict[str, Table]
    singles: Mapping[Key, Field]

    def find(self, name: str, where: str) -> tuple[Table, bool] | None:
        """Return the table that a column names and whether its rows are added to it; None for a column of another kind.

        Raises
        ------
        UnknownName
            If rows are to be added to a table that the book lacks.
        """
        plain = name.strip().lower()
        adding = plain.startswith(APPEND)
        plain = plain.removeprefix(APPEND).strip()
        lower = {known.lower(): known for known in self.known}
        for spelled in (plain, f"in_{plain}"):
            if spelled in lower:
                return self.known[lower[spelled]], adding
        if adding:
            kinds = nearest(plain, lower) if lower else "it has no range of several cells without formulas"
            raise UnknownName(f"{where}{name!r} is not a table of this template; {kinds}")
        return None

    def cells(
        self, table: Table, given: Any, folder: Path, where: str, *, adding: bool
    ) -> tuple[dict[Key, Any], int, list[list[Any]]]:
        """Return the values of cells, the last row that the table then has, and the rows as they were read.

        Raises
        ------
        AccelError
            If the rows do not fit, or a value is not what its cell allows.
        """
        rows = _rows(table, given, folder, f"{where}{table.name}")
        first = self._free(table) if adding else table.top
        last = first + len(rows) - 1
        place = f"{self.book.titles[table.sheet]}!{address(first, table.left)}"
        if not adding and last > table.bottom:
            raise ShapeError(
                f"{where}{table.name} is given {len(rows)} rows; up to {table.height} are allowed, and more with {APPEND}{table.name}"
            )
        if last > table.bottom:
            self._room(table, last, where)
        found: dict[Key, Any] = {}
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                key = (table.sheet, first + number, table.left + column)
                found[key] = row[column] = self._read(
                    table, key, cell, f"{where}{table.name}, row {number + 1} at {place}, "
                )
        for row_left in range(last + 1, table.bottom + 1 if not adding else 0):
            found.update({(table.sheet, row_left, c): None for c in range(table.left, table.right + 1)})
        return found, max(last, table.bottom), rows

    def _free(self, table: Table) -> int:
        """Return the first row below everything that a table holds."""
        for row in range(table.bottom, table.top - 1, -1):
            if any(self.book.at((table.sheet, row, c)) not in (None, "") for c in range(table.left, table.right + 1)):
                return row + 1
        return table.top

    def _room(self, table: Table, last: int, where: str) -> None:
        """Refuse rows that would go over other cells."""
        for row in range(table.bottom + 1, last + 1):
            for column in range(table.left, table.right + 1):
                span = self.book.sheet(table.sheet).cells.get((row, column))
                if row > 1_048_575 or (
                    span is not None and (span.formula is not None or self.book.value(span) is not None)
                ):
                    raise OutOfRange(
                        f"{where}{table.name} has no room for rows down to {last + 1}: {self.book.titles[table.sheet]}!"
                        f"{address(row, column)} is not empty"
                    )

    def _read(self, table: Table, key: Key, cell: Any, where: str) -> Any:
        """Return a value as the cell takes it; an empty one is left blank."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        own = self.singles.get(key)
        if own is None:
            model = (key[0], min(key[1], table.bottom), key[2])
            rule = rules_of(self.book, key[0]).get(model[1:])
            span = self.book.sheet(key[0]).cells.get(model[1:])
            name = table.heads[key[2] - table.left] if table.heads else address(*key[1:])
            if rule is None and not (span is not None and span.style in self.book.dates):
                return _plain(cell, f"{where}{name}")
            own = field_of(self.book, name, model, rule)
        return own.read(cell, where)


def _plain(cell: Any, place: str) -> Any:
    """Return a value for a cell without validation: a number, a text, a bool, or the serial of a date."""
    if isinstance(cell, Written):
        spelled = cell.number(place)
        cell = str(cell) if spelled is None else spelled
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, str) and _DAY.match(cell):
        try:
            cell = dt.date.fromisoformat(cell)
        except ValueError as error:
            raise WrongType(f"{place} is {cell!r}; a date such as 2026-01-01 is allowed") from error
    if isinstance(cell, dt.date):
        return float((cell - EPOCH).days)
    if isinstance(cell, (int, float)):
        if not isfinite(cell):
            raise OutOfRange(f"{place} is {cell}; a finite number is allowed")
        return float(cell)
    if isinstance(cell, str):
        writable(cell, place)
        return cell
    raise WrongType(f"{place} is {cell!r}; a number, a text or a date is allowed")


def _rows(table: Table, given: Any, folder: Path, place: str) -> list[list[Any]]:
    """Return data for a table as rows of its columns: a CSV file, a DataFrame, dicts, rows, or one row or column of values."""
    header: list[str] | None = None
    if isinstance(given, (str, Path)):
        header, found = table_file(folder / str(given), headed=bool(table.heads))
    elif hasattr(given, "columns") and hasattr(given, "itertuples"):
        header = [str(name) for name in given.columns]
        found = [[_none(cell) for cell in row] for row in given.itertuples(index=False)]
    else:
        found = given.tolist() if hasattr(given, "tolist") else given
        if not isinstance(found, (list, tuple)):
            raise WrongType(f"{place} is {given!r}; rows, a DataFrame or the name of a CSV file is allowed")
        if found and all(isinstance(row, Mapping) for row in found):
            dicts: list[dict[str, Any]] = [{str(name): cell for name, cell in dict(row).items()} for row in found]
            header = list(dict.fromkeys(name for row in dicts for name in row))
            found = [[row.get(name) for name in header] for row in dicts]
        elif not any(isinstance(row, (list, tuple)) for row in found):
            found = [list(found)] if table.height == 1 or table.width > 1 else [[cell] for cell in found]
        found = [list(row) if isinstance(row, (list, tuple)) else [row] for row in found]
    if not found:
        raise ShapeError(f"{place} is given no row; a row of {table.width} values at least is needed")
    if header is not None and (table.heads or not hasattr(given, "columns")):
        found = _ordered(table, header, found, place)
    for number, row in enumerate(found, 1):
        if len(row) != table.width:
            raise ShapeError(f"{place}, row {number} has {len(row)} values; {table.width} are needed")
    return found


def _ordered(table: Table, header: Sequence[str], rows: Iterable[Sequence[Any]], place: str) -> list[list[Any]]:
    """Return rows in the order of a table's headings."""
    if not table.heads:
        raise ShapeError(f"{place} has no headings above it in the template; rows without a header are needed")
    lower = [head.lower() for head in table.heads]
    names = [name.strip().lower() for name in header]
    for name in header:
        if name.strip().lower() not in lower:
            raise UnknownName(f"{place} has no column {name!r}; {nearest(name.strip(), table.heads)}")
        if names.count(name.strip().lower()) > 1:
            raise UnknownName(f"{place}: the column {name} stands twice")
    lacking = [head for head in table.heads if head.lower() not in names]
    if lacking:
        raise ShapeError(f"{place} is given no column {lacking[0]!r}; {', '.join(table.heads)} are needed")
    order = [names.index(head) for head in lower]
    return [[row[at] if at < len(row) else None for at in order] for row in rows]


def _none(cell: Any) -> Any:
    """Return pandas' marks of a missing value as None."""
    return None if type(cell).__name__ in {"NAType", "NaTType"} or (isinstance(cell, float) and cell != cell) else cell  # noqa: PLR0124
