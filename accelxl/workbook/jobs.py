"""Rows of data into the books to write: every name and every value is checked here, before the first book is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, UnknownName, WrongType, nearest
from accelxl.workbook.fields import Field, find
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.records import Record

_BAD_IN_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Job:
    """One book to write: where its row stands, its file, and the values of its inputs by cell and by name."""

    where: str
    path: Path
    values: dict[Key, Any]
    shown: dict[str, Any]


def jobs_of(rows: list[Record], known: Mapping[str, Field], template: Path, out: Path, pattern: str = "") -> list[Job]:
    """Return the books to write.

    Raises
    ------
    AccelError
        If a name or value is not what the template's inputs allow, or a file name cannot be used; the sentence names the row.
    """
    columns: dict[str, Field] = {}
    taken: dict[str, str] = {}
    found: list[Job] = []
    for number, row in enumerate(rows, 1):
        cells, shown = _values(row, known, columns)
        name = _book_name(row, number, len(rows), template, pattern, shown)
        if name.lower() in taken:
            raise UnknownName(
                f"{row.where}the book {name} is named by {taken[name.lower()]} too; a name for each row is needed"
            )
        taken[name.lower()] = row.where.rstrip(", ")
        path = out / name
        if path.resolve() == template.resolve():
            raise BadFile(f"{row.where}the book {path} would replace its template; another folder or name is needed")
        found.append(Job(row.where, path, cells, shown))
    return found


def _values(
    row: Record, known: Mapping[str, Field], columns: dict[str, Field]
) -> tuple[dict[Key, Any], dict[str, Any]]:
    """Return the values of a row by cell and by name; an empty field keeps the template's."""
    cells: dict[Key, Any] = {}
    shown: dict[str, Any] = {}
    for name, given in row.values.items():
        if name.strip().lower() == "book":
            continue
        if name not in columns:
            columns[name] = find(name, known, row.where)
        field = columns[name]
        if field.name in shown:
            raise UnknownName(f"{row.where}{field.name} is given twice")
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        cells[field.key] = shown[field.name] = field.read(given, row.where)
    return cells, shown


def _book_name(row: Record, number: int, count: int, template: Path, pattern: str, shown: Mapping[str, Any]) -> str:
    """Return the file name of a row's book."""
    given = next((value for name, value in row.values.items() if name.strip().lower() == "book"), None)
    if pattern:
        text = _filled_pattern(pattern, row, number, shown)
    elif given is not None and str(given).strip():
        text = _word(given)
    else:
        text = f"{template.stem}-{number:0{len(str(count))}d}"
    if not text.lower().endswith(template.suffix.lower()):
        text += template.suffix
    stem = text[: -len(template.suffix)]
    if (
        _BAD_IN_NAME.search(stem)
        or stem.strip(" .") != stem
        or not stem
        or stem.lower() in _RESERVED
        or len(text) > MOST_LETTERS
    ):
        raise WrongType(
            f'{row.where}the book is named {text!r}; up to {MOST_LETTERS} letters, digits and signs other than <>:"/\\|?* are allowed'
        )
    return text


def _word(value: Any) -> str:
    """Return a value as part of a file name."""
    return f"{value:.15g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value).strip()


def _filled_pattern(pattern: str, row: Record, number: int, shown: Mapping[str, Any]) -> str:
    """Return a pattern with its words in braces replaced by the row's values."""
    words: dict[str, Any] = {"row": number, **row.values, **shown}
    words |= {name.removeprefix("in_"): value for name, value in shown.items()}

    def swap(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise UnknownName(f"{row.where}the pattern {pattern!r} names {match[1]!r}; {nearest(match[1], words)}")
        return _word(words[match[1]])

    return re.sub(r"\{(\w+)\}", swap, pattern)
