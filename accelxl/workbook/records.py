"""Data for a batch: a row a book, from a CSV, JSON or .xlsx file, a DataFrame or a list of dicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, ShapeError, UnknownName, WrongType
from accelxl.plan.files import json_of, read_text
from accelxl.workbook.book import load
from accelxl.workbook.delimited import FOUND_OUT, SEPARATORS, Dialect, Written, check_widths, delimited

BOOKS = (".xlsx", ".xlsm")
MOST_CELLS = 10_000_000
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one book by column name, where they stand ("budgets.csv, row 3, "), and the folder of the files that they name."""

    where: str
    values: dict[str, Any]
    folder: Path = Path()


def records(data: Any, dialect: Dialect = FOUND_OUT) -> list[Record]:
    """Return the rows of a batch.

    Parameters
    ----------
    data : path, DataFrame, mapping or sequence of mappings
        A path ends in .csv, .json or .xlsx; a JSON file holds a list of objects, or one; of a workbook the first sheet is read.
    dialect : Dialect
        What is known of a CSV file; the rest is found out from it, or it is refused.

    Raises
    ------
    BadFile
        If a file is missing, empty or not what its ending says.
    ShapeError
        If there is no row, or a row does not fit the header.
    WrongType
        If it is none of these.
    """
    if isinstance(data, (str, Path)):
        found = _file(Path(data), dialect)
    elif hasattr(data, "columns") and hasattr(data, "itertuples"):
        found = _frame(data)
    elif isinstance(data, Mapping):
        found = [Record("row 1, ", dict(data))]
    elif isinstance(data, Sequence) and not isinstance(data, (bytes, str)):
        found = [Record(f"row {place}, ", _mapping(item, f"row {place}")) for place, item in enumerate(data, 1)]
    else:
        raise WrongType(
            f"the data is {type(data).__name__}; a CSV, JSON or .xlsx file, a DataFrame or a list of dicts is allowed"
        )
    if not found:
        name = f"{data} has" if isinstance(data, (str, Path)) else "the data has"
        raise ShapeError(f"{name} no row; a row for each book is needed")
    return found


def _mapping(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise WrongType(f"{where} is {item!r}; names and values are needed")
    return {str(name): value for name, value in item.items()}


def _file(path: Path, dialect: Dialect) -> list[Record]:
    if path.suffix.lower() in BOOKS:
        return _book(path)
    text = read_text(path, "a header and a row for each book are needed")
    if path.suffix.lower() == ".json":
        return _json(path, text)
    return _csv(path, text, dialect)


def table_file(path: Path, *, headed: bool) -> tuple[list[str] | None, list[list[Any]]]:
    """Return the header, if there is to be one, and the rows of a file that holds a table: CSV, JSON or a workbook's first sheet.

    Raises
    ------
    AccelError
        If it cannot be read.
    """
    if path.suffix.lower() == ".json":
        found = [record.values for record in _json(path, read_text(path, "rows are needed"))]
        header = list(dict.fromkeys(name for row in found for name in row))
        return header, [[row.get(name) for name in header] for row in found]
    if path.suffix.lower() in BOOKS:
        rows: list[list[Any]] = _sheet(path)
    else:
        raw, decimal = delimited(path, read_text(path, "rows are needed"))
        raw = [row for row in raw if any(cell.strip() for cell in row)]
        check_widths(path, raw, len(raw[0]), 1, "its first row")
        rows = [[_cell(cell, decimal) for cell in row] for row in raw]
    if not headed:
        return None, rows
    return [str(name or "") for name in rows[0]], rows[1:]


def _book(path: Path) -> list[Record]:
    """Return the rows of a workbook's first sheet under its header."""
    rows = _sheet(path)
    if not rows:
        return []
    header = [str(name if name is not None else "").strip() for name in rows[0]]
    while header and not header[-1]:
        header.pop()
    _check_header(path, header)
    for number, row in enumerate(rows[1:], 2):
        if any(cell is not None for cell in row[len(header) :]):
            raise ShapeError(f"{path}, row {number} has a value beyond the header's {len(header)} columns")
    return [
        Record(f"{path}, row {number}, ", dict(zip(header, row, strict=False)), path.parent)
        for number, row in enumerate(rows[1:], 2)
        if any(cell is not None for cell in row)
    ]


def _sheet(path: Path) -> list[list[Any]]:
    """Return the first sheet of a workbook: numbers, texts, bools, and dates where a cell shows one."""
    book = load(path)
    cells = book.sheet(0).cells
    if not cells:
        return []
    last, width = max(row for row, _ in cells) + 1, max(column for _, column in cells) + 1
    if last * width > MOST_CELLS:
        raise BadFile(f"{path} has {last:,} x {width:,} cells; up to {MOST_CELLS:,} are allowed")
    return [[book.shown((0, row, column)) for column in range(width)] for row in range(last)]


def _json(path: Path, text: str) -> list[Record]:
    try:
        found = json_of(path, text, _once)
    except UnknownName as error:
        raise UnknownName(f"{path}: {error}") from error
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise BadFile(f"{path} holds {type(found).__name__}; a list of objects, one a book, is needed")
    return [
        Record(f"{path}, row {place}, ", _mapping(item, f"{path}, row {place}"), path.parent)
        for place, item in enumerate(found, 1)
    ]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a name that stands twice, of which JSON would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise UnknownName(f"{twice} stands twice in one row")
    return found


def _csv(path: Path, text: str, dialect: Dialect) -> list[Record]:
    said, first = _SAID.match(text), 1
    if said is not None:  # a line in which a program says what parts the columns
        if said[1] not in SEPARATORS:
            raise BadFile(f"{path} begins with {said[0].strip()}; a comma, semicolon, tab or bar is allowed there")
        text, first = text[said.end() :], 2
        dialect = replace(dialect, separator=dialect.separator or said[1])
    if not text.strip():
        return []
    rows, decimal = delimited(path, text, dialect)
    header = [name.strip() for name in rows[0]]
    _check_header(path, header)
    found = []
    for number, row in enumerate(rows[1:], first + 1):
        if not any(cell.strip() for cell in row):
            continue
        check_widths(path, [row], len(header), number, "the header")
        values = {name: _cell(cell, decimal) for name, cell in zip(header, row, strict=True)}
        found.append(Record(f"{path}, row {number}, ", values, path.parent))
    return found


def _check_header(path: Path, header: list[str]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(header, 1):
        if not name:
            raise UnknownName(f"{path}: column {place} of the header has no name")
        if name in seen:
            raise UnknownName(f"{path}: the column {name} stands twice in the header")
        seen.add(name)


def _cell(cell: str, decimal: str) -> Any:
    """Return a field of a CSV file, None where it is empty."""
    return Written(cell.strip(), decimal) if cell.strip() else None


def _frame(data: Any) -> list[Record]:
    """Return the rows of a DataFrame; numbers of NumPy become Python's."""
    names = [str(name) for name in data.columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnknownName(f"the column {twice} stands twice in the DataFrame")
    columns = [data.iloc[:, place].tolist() for place in range(len(names))]
    labels = data.index.tolist()
    return [
        Record(f"row {label}, ", {name: _missing(column[place]) for name, column in zip(names, columns, strict=True)})
        for place, label in enumerate(labels)
    ]


def _missing(cell: Any) -> Any:
    """Return pandas' own marks of a missing value as NaN, which is refused by name."""
    return float("nan") if type(cell).__name__ in {"NAType", "NaTType"} else cell
