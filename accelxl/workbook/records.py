"""Data for a batch: a row a book, from a CSV or JSON file, a DataFrame or a list of dicts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, ShapeError, UnknownName, WrongType
from accelxl.plan.files import read_text

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")


class Written(str):
    """A field of a text file: it may spell a number."""

    __slots__ = ()

    def number(self) -> float | None:
        """Return the number that it spells with a decimal point, NaN and infinity included, or None."""
        bare = self.strip()
        return float(bare) if _NUMBER.match(bare) or bare.lower().lstrip("+-") in {"nan", "inf", "infinity"} else None


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one book by column name, and where they stand ("budgets.csv, row 3, ")."""

    where: str
    values: dict[str, Any]


def records(data: Any) -> list[Record]:
    """Return the rows of a batch.

    Parameters
    ----------
    data : path, DataFrame, mapping or sequence of mappings
        A path ends in .csv or .json; a JSON file holds a list of objects, or one.

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
        found = _file(Path(data))
    elif hasattr(data, "columns") and hasattr(data, "itertuples"):
        found = _frame(data)
    elif isinstance(data, Mapping):
        found = [Record("row 1, ", dict(data))]
    elif isinstance(data, Sequence) and not isinstance(data, (bytes, str)):
        found = [Record(f"row {place}, ", _mapping(item, f"row {place}")) for place, item in enumerate(data, 1)]
    else:
        raise WrongType(
            f"the data is {type(data).__name__}; a CSV or JSON file, a DataFrame or a list of dicts is allowed"
        )
    if not found:
        name = f"{data} has" if isinstance(data, (str, Path)) else "the data has"
        raise ShapeError(f"{name} no row; a row for each book is needed")
    return found


def _mapping(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise WrongType(f"{where} is {item!r}; names and values are needed")
    return {str(name): value for name, value in item.items()}


def _file(path: Path) -> list[Record]:
    text = read_text(path, "a header and a row for each book are needed")
    if path.suffix.lower() == ".json":
        return _json(path, text)
    return _csv(path, text)


def _json(path: Path, text: str) -> list[Record]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadFile(f"{path} is not JSON (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise BadFile(f"{path} is not JSON that can be read: it is nested too deep") from error
    except ValueError as error:
        raise BadFile(f"{path} is not JSON that can be read: {error}") from error
    except UnknownName as error:
        raise UnknownName(f"{path}: {error}") from error
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise BadFile(f"{path} holds {type(found).__name__}; a list of objects, one a book, is needed")
    return [
        Record(f"{path}, row {place}, ", _mapping(item, f"{path}, row {place}")) for place, item in enumerate(found, 1)
    ]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a name that stands twice, of which JSON would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise UnknownName(f"{twice} stands twice in one row")
    return found


def _csv(path: Path, text: str) -> list[Record]:
    first = text.splitlines()[0]
    for mark in (";", "\t"):
        if mark in first and "," not in first:
            raise BadFile(
                f"{path}: the columns are parted by {mark!r}; ',' is allowed, with a decimal point in numbers"
            )
    try:
        rows = list(csv.reader(StringIO(text), strict=True))
    except csv.Error as error:
        raise BadFile(f"{path} is not CSV: {error}") from error
    header = [name.strip() for name in rows[0]]
    _check_header(path, header)
    found = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise ShapeError(f"{path}, row {number} has {len(row)} fields; the header has {len(header)}")
        found.append(
            Record(f"{path}, row {number}, ", {name: _cell(cell) for name, cell in zip(header, row, strict=True)})
        )
    return found


def _check_header(path: Path, header: list[str]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(header, 1):
        if not name:
            raise UnknownName(f"{path}: column {place} of the header has no name")
        if name in seen:
            raise UnknownName(f"{path}: the column {name} stands twice in the header")
        seen.add(name)


def _cell(cell: str) -> Any:
    """Return a field of a CSV file, None where it is empty."""
    return Written(cell.strip()) if cell.strip() else None


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
