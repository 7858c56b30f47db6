"""Read and validate the files of a catalogue folder; a row without a source is refused.

Every fault is one sentence with file, row, field, what was given and what is allowed. Rows are counted as a text editor
does: the header is row 1.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import cast

from accelxl.catalogue.row import CAPPED_UNITS, SIGNED_UNITS, TAGS, UNITS, VERSION, Fact, Tag, plain, scope_parts
from accelxl.catalogue.tables import NAME_COLUMNS, TABLES, Table
from accelxl.errors import BadFile, nearest

SHIPPED = Path(__file__).parent
"""The folder of the catalogue that comes with the package."""


class RowError(ValueError):
    """What is wrong in one field of a row."""


@dataclass(frozen=True, slots=True)
class Name:
    """A row of names.csv: a name in a key column, its other spellings; for a device, who makes it and how it comes."""

    column: str
    name: str
    aliases: tuple[str, ...]
    vendor: str
    kind: str
    lag_class: str


def newest_day(folder: Path) -> dt.date:
    """Return the last day that a row of `folder` may carry: the version's day, for a user's own folder also today."""
    shipped = dt.date.fromisoformat(VERSION)
    return shipped if folder == SHIPPED else max(shipped, dt.date.today())  # noqa: DTZ011


def check(folder: str | Path | None = None) -> list[str]:
    """Return every fault of a catalogue folder, a sentence each; an empty list is a good folder.

    Parameters
    ----------
    folder : path, optional
        A folder of CSV files with the columns of the shipped ones; the shipped folder if left out.

    Raises
    ------
    BadFile
        If the folder does not exist.

    Examples
    --------
    >>> check()
    []
    """
    root = SHIPPED if folder is None else Path(folder)
    if not root.is_dir():
        raise BadFile(f"{root} is not a folder; give a folder of catalogue files such as devices.csv")
    faults = []
    if root != SHIPPED:
        known = [*TABLES, "names"]
        faults += [
            f"{path.name} is not a file of the catalogue; {nearest(path.stem, known)}"
            for path in sorted(root.glob("*.csv"))
            if path.stem not in known
        ]
    if (root / "names.csv").is_file():
        faults += read_names(root)[1]
    for table in TABLES.values():
        if root == SHIPPED or (root / f"{table.name}.csv").is_file():
            faults += read_table(table, root)[1]
    return faults


def read_table(table: Table, folder: Path) -> tuple[list[Fact], list[str]]:
    """Read one file: its good rows as facts, and a sentence for each bad one."""
    path = folder / f"{table.name}.csv"
    rows, faults = _rows(path, table.columns)
    last = newest_day(folder)
    facts: list[Fact] = []
    seen: dict[tuple[tuple[str, ...], dt.date], int] = {}
    for number, cells in rows:
        try:
            fact = _fact(table, cells, last)
        except RowError as fault:
            faults.append(f"{path.name}, row {number}, {fault}")
            continue
        first = seen.setdefault((tuple(map(plain, fact.key)), fact.as_of), number)
        if first == number:
            facts.append(fact)
        else:
            name = ", ".join(fact.key)
            faults.append(
                f"{path.name}, row {number}, as_of: {name} of {fact.as_of} is in row {first} too; one row a day"
            )
    return facts, faults


def read_names(folder: Path) -> tuple[list[Name], list[str]]:
    """Read names.csv: the good rows, and a sentence for each bad one."""
    path = folder / "names.csv"
    rows, faults = _rows(path, NAME_COLUMNS)
    columns = {key for table in TABLES.values() for key in table.keys}
    names: list[Name] = []
    for number, cells in rows:
        column, name, aliases, *rest = cells
        if column not in columns:
            allowed = nearest(column, sorted(columns))
            faults.append(f"{path.name}, row {number}, column: {column!r} is not a key column; {allowed}")
        elif not plain(name):
            faults.append(f"{path.name}, row {number}, name: it is blank; give a name")
        else:
            names.append(Name(column, name, tuple(a.strip() for a in aliases.split(";") if a.strip()), *rest))
    return names, faults


def _rows(path: Path, columns: tuple[str, ...]) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Read the cells of a file below its header; a file that cannot be read, or has another header, is one fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            if tuple(header) != columns:
                lacking = [name for name in columns if name not in header]
                what = f"lacks {', '.join(lacking)}" if lacking else f"is {', '.join(header)}"
                return [], [f"{path.name}, row 1: the header {what}; it must be {', '.join(columns)}"]
            rows, faults = [], []
            for cells in reader:
                if len(cells) == len(columns):
                    rows.append((reader.line_num, [cell.strip() for cell in cells]))
                elif any(cells):
                    what = f"it has {len(cells)} cells; the header has {len(columns)}"
                    faults.append(f"{path.name}, row {reader.line_num}: {what}")
            return rows, faults
    except (OSError, UnicodeDecodeError, csv.Error) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else trouble
        return [], [f"{path.name} cannot be read as a CSV file in UTF-8: {why}"]


def _fact(table: Table, cells: list[str], last: dt.date) -> Fact:
    """Make the fact of a row, or raise the RowError of its first bad field."""
    width = len(table.keys)
    key = tuple(cells[:width])
    if not all(map(plain, key)):
        blank = next(column for column, cell in zip(table.keys, key, strict=True) if not plain(cell))
        raise RowError(f"{blank}: it is blank; give a name")
    for column in table.numeric:
        _number(column, key[table.keys.index(column)])
    low, mid, high, unit, scope, as_of, source, url, tag, note = cells[width:]
    bottom, middle, top = _band(low, mid, high)
    _unit(table, key, unit, bottom, top)
    if tag not in TAGS:
        raise RowError(f"tag: {tag!r} is given; {nearest(tag, sorted(TAGS))}")
    _scope(table, scope)
    _source(source, url)
    day, kind = _day(as_of, last), cast("Tag", tag)
    return Fact(middle, bottom, top, unit, scope, day, source, url, note, kind, table.name, key)


def _band(low: str, mid: str, high: str) -> tuple[float, float, float]:
    low_, mid_, high_ = _number("value_low", low), _number("value_mid", mid), _number("value_high", high)
    if not low_ <= mid_ <= high_:
        raise RowError(f"value_mid: {mid} is not between value_low {low} and value_high {high}")
    return low_, mid_, high_


def _number(column: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise RowError(f"{column}: {cell!r} is given; a finite number is needed")
    return number


def _unit(table: Table, key: tuple[str, ...], unit: str, low: float, high: float) -> None:
    if table.units and key[-1] not in table.units:
        raise RowError(f"{table.keys[-1]}: {key[-1]!r} is given; {nearest(key[-1], table.units)}")
    wanted = table.units.get(key[-1], table.unit)
    if wanted and unit != wanted:
        raise RowError(f"unit: {unit!r} is given; {key[-1]} is in {wanted}")
    if unit not in UNITS:
        raise RowError(f"unit: {unit!r} is given; {nearest(unit, sorted(UNITS))}")
    if low < 0 and unit not in SIGNED_UNITS:
        raise RowError(f"value_low: {low:g} is given; a figure in {unit} is at least 0")
    if high > CAPPED_UNITS.get(unit, high):
        raise RowError(f"value_high: {high:g} is given; a figure in {unit} is at most {CAPPED_UNITS[unit]:g}")


def _scope(table: Table, scope: str) -> None:
    if not scope:
        raise RowError("scope: it is blank; say what the figure covers")
    if table.scope and tuple(name for name, _ in scope_parts(scope)) != table.scope:
        raise RowError(f"scope: {scope!r} is given; it must say {'; '.join(f'{name}: ...' for name in table.scope)}")


def _source(source: str, url: str) -> None:
    if not source:
        raise RowError("source: it is blank; a figure without a source is refused")
    if not url.startswith(("https://", "http://", "internal:")) or url.endswith(("://", "internal:")):
        raise RowError(f"url: {url!r} is given; a figure needs the address of its source (https://... or internal:...)")


def _day(as_of: str, last: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise RowError(f"as_of: {as_of!r} is given; a day such as 2026-09-19 is needed") from None
    if day > last:
        raise RowError(f"as_of: {as_of} is in the future of the catalogue; the last day is {last}")
    return day
