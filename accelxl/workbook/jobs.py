"""Rows of data into the books to write: every name and value is checked here, before the first book is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accelxl.errors import AccelError, BadFile, UnknownName, WrongType, nearest
from accelxl.workbook.currency import COLUMN, check_currency
from accelxl.workbook.fields import Field, find, writable
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.ranges import Loader, Table
from accelxl.workbook.records import Record
from accelxl.workbook.sources import MOST_OF_SOURCE, SUFFIX, InputSheet, source_of

_BAD_IN_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
MOST_LETTERS = 200
OWN_FILES = frozenset({"manifest.csv", "manifest.json"})


@dataclass(frozen=True, slots=True)
class Job:
    """One book to write: where its row stands, its file, and the values of its inputs by cell and by name.

    `reach` is the last row of each table that grows beyond its place in the template; `remarks` are what is said of the values.
    """

    where: str
    path: Path
    values: dict[Key, Any]
    shown: dict[str, Any]
    reach: tuple[tuple[str, int], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that gives no book: where it stands, the file that it was to be, where that is known, and why."""

    where: str
    path: Path | None
    error: AccelError


@dataclass(slots=True)
class Rows:
    """Rows of data as the inputs of a template take them."""

    known: Mapping[str, Field]
    loader: Loader | None = None
    currency: str = ""
    template: str = ""
    sheet: InputSheet | None = None
    columns: dict[str, Field | tuple[Table, bool]] = field(default_factory=dict)
    unknown: dict[str, AccelError] = field(default_factory=dict)
    sources: dict[str, bool] = field(default_factory=dict)

    def jobs(self, rows: list[Record], template: Path, out: Path, pattern: str = "") -> list[Job | Fault]:
        """Return the books to write, a fault for each row that gives none."""
        taken: dict[str, str] = {}
        return [self._job(row, number, len(rows), template, out, pattern, taken) for number, row in enumerate(rows, 1)]

    def _job(
        self, row: Record, number: int, count: int, template: Path, out: Path, pattern: str, taken: dict[str, str]
    ) -> Job | Fault:
        path: Path | None = None
        try:
            try:
                cells, shown, reach = self._values(row)
                cited = self._cited(row, cells)
            except AccelError:
                with suppress(AccelError):  # a row that cannot be read is told by the name of its book
                    path = out / _book_name(row, number, count, template, pattern, {})
                raise
            name = _book_name(row, number, count, template, pattern, shown)
            if name.lower() in taken:
                raise UnknownName(
                    f"{row.where}the book {name} is named by {taken[name.lower()]} too; a name for each row is needed"
                )
            if name.lower() in OWN_FILES:
                raise WrongType(
                    f"{row.where}the book is named {name!r}, as a file of the fill itself; another name is needed"
                )
            path = out / name
            if path.resolve() == template.resolve():
                raise BadFile(
                    f"{row.where}the book {path} would replace its template; another folder or name is needed"
                )
        except AccelError as error:
            return Fault(row.where, path, error)
        taken[name.lower()] = row.where.rstrip(", ")
        if self.sheet is not None:
            cells |= self.sheet.sourced(cells, source_of(row.where, path.stem), cited)
        return Job(row.where, path, cells, shown, tuple(sorted(reach.items())))

    def _values(self, row: Record) -> tuple[dict[Key, Any], dict[str, Any], dict[str, int]]:
        """Return the values of a row by cell and by name, and how far its tables reach; an empty field keeps the template's."""
        cells: dict[Key, Any] = {}
        shown: dict[str, Any] = {}
        reach: dict[str, int] = {}
        by: dict[Key, str] = {}
        for name, given in row.values.items():
            plain = name.strip().lower()
            if plain == "book" or self._of_sources(name):
                continue
            if plain == COLUMN and not {COLUMN, f"in_{COLUMN}"} & set(self.known):
                if given is not None and str(given).strip():
                    check_currency(str(given), self.currency, row.where)
                continue
            found = self._column(name, row.where)
            table = found[0].name if isinstance(found, tuple) else found.name
            if table in shown:
                raise UnknownName(f"{row.where}{table} is given twice")
            if given is None or (isinstance(given, str) and not given.strip()):
                continue
            if isinstance(found, tuple):
                assert self.loader is not None
                more, last, shown[table] = self.loader.cells(found[0], given, row.folder, row.where, adding=found[1])
                if last > found[0].bottom:
                    reach[table] = last
            else:
                shown[table] = found.read(given, row.where)
                more = {found.key: shown[table]}
            twice = next((key for key in more if key in by), None)
            if twice is not None:
                raise UnknownName(f"{row.where}a cell of {table} is given by {by[twice]} too; one of them is allowed")
            by.update(dict.fromkeys(more, table))
            cells.update(more)
        return cells, shown, reach

    def _of_sources(self, name: str) -> bool:
        """Tell whether a column has the sources of another one, and is no input itself."""
        if name not in self.sources:
            self.sources[name] = name.strip().lower().endswith(SUFFIX) and not self._single(name)
        return self.sources[name]

    def _cited(self, row: Record, cells: Mapping[Key, Any]) -> dict[Key, str]:
        """Return the sources that a row gives of its figures, by cell."""
        found: dict[Key, str] = {}
        for name in filter(self._of_sources, row.values):
            given = row.values[name]
            of = name.strip()[: -len(SUFFIX)]
            one = self._column(of, row.where)
            if self.sheet is None or isinstance(one, tuple) or not self.sheet.holds(one.key):
                raise UnknownName(
                    f"{row.where}{name!r} is for a figure of a sheet Inputs with a column Source; {of} is none"
                )
            if given is None or not str(given).strip():
                continue
            if one.key in found:
                raise UnknownName(f"{row.where}the source of {one.name} is given twice")
            if one.key not in cells:
                raise UnknownName(
                    f"{row.where}{name} is {str(given)!r} and {of} is empty; a figure with its source is needed"
                )
            text = str(given).strip()
            writable(text, f"{row.where}{name}")
            if len(text) > MOST_OF_SOURCE:
                raise WrongType(f"{row.where}{name} has {len(text)} characters; up to {MOST_OF_SOURCE} are allowed")
            found[one.key] = text
        return found

    def _column(self, name: str, where: str) -> Field | tuple[Table, bool]:
        """Return the input or table that a column names."""
        if name in self.unknown:
            old = self.unknown[name]
            raise type(old)(f"{where}{old}")
        if name not in self.columns:
            try:
                table = self.loader.find(name, "") if self.loader is not None else None
                self.columns[name] = find(name, self.known, "") if table is None or self._single(name) else table
            except AccelError as error:
                made = f" (made with {self.template})" if self.template else ""
                self.unknown[name] = type(error)(str(error).replace("this template;", f"this template{made};"))
                raise type(error)(f"{where}{self.unknown[name]}") from error
        return self.columns[name]

    def _single(self, name: str) -> bool:
        plain = name.strip().lower()
        return any(known.lower() in {plain, f"in_{plain}"} for known in self.known)


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
