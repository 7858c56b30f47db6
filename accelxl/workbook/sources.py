"""The Inputs sheet of a filled book: Low and High of its rows, and Source and As of of figures that the data gave.

A column `<name>.source` of the data says where the figure of the column `<name>` is from. What the Log knows as a source, by its id or
its document, is cited by its id and has its date; anything else stands as it is given, before the row of data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accelxl.workbook.book import Workbook
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.pages.inputs import AS_OF, HEADER, VALUE

INPUTS, LOG = "Inputs", "Log"
SUFFIX = ".source"
"""Ending of a column of the data that has the sources of another one."""
NAME, SOURCE, LOW, HIGH = (HEADER.index(text) for text in ("Name", "Source", "Low", "High"))
TOP_ROWS = 12
"""Rows of the sheet among which its header stands."""
MOST_LETTERS = 80
MOST_OF_SOURCE = 200
_FILLED = re.compile(r".+, (book|row) .+", re.DOTALL)


def source_of(where: str, book: str) -> str:
    """Return the source of the figures of a row of data: the file's name, and the book that the row is of.

    The row's number is in the manifest: rows that are sorted anew give the same books.

    Examples
    --------
    >>> source_of("sites/budgets.csv, row 3, ", "Texas"), source_of("row 1, ", "small")
    ('budgets.csv, book Texas', 'filled, book small')
    """
    path, _, _ = where.rstrip(", ").rpartition("row ")
    name = Path(path.removesuffix(", ")).name or "filled"
    text = f"{name[:MOST_LETTERS]}, book {book[:MOST_LETTERS]}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def is_filled(source: Any) -> bool:
    """Tell whether a source names the data that a book was filled from; earlier releases named the row.

    Examples
    --------
    >>> is_filled(source_of("budgets.csv, row 3, ", "Texas")), is_filled("budgets.csv, row 3"), is_filled("S13")
    (True, True, False)
    """
    return isinstance(source, str) and _FILLED.fullmatch(source) is not None


def header_row(book: Workbook) -> int:
    """Return the row of the header on Inputs, -1 where there is none."""
    if INPUTS not in book.titles:
        return -1
    place = book.titles.index(INPUTS)
    heads = (row for row, column in book.sheet(place).cells if column == NAME and row < TOP_ROWS)
    return next((row for row in heads if book.at((place, row, NAME)) == HEADER[NAME]), -1)


@dataclass(frozen=True, slots=True)
class InputSheet:
    """The Inputs sheet of a book: its place, the row of its header, and the sources of the Log: words to id and date."""

    book: Workbook
    place: int
    head: int
    log: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    def holds(self, key: Key) -> bool:
        """Tell whether a cell is a value of the sheet."""
        return key[0] == self.place and key[1] > self.head and key[2] == VALUE

    def name(self, key: Key) -> str:
        """Return the name of a value, without `in_`."""
        return str(self.book.at((self.place, key[1], NAME)) or "").removeprefix("in_")

    def span(self, key: Key) -> tuple[float | None, float | None]:
        """Return Low and High of a value, None where there is no number."""
        ends = (self.book.at((self.place, key[1], column)) for column in (LOW, HIGH))
        low, high = (end if type(end) is float else None for end in ends)
        return low, high

    def sourced(self, cells: Mapping[Key, Any], source: str, cited: Mapping[Key, str]) -> dict[Key, Any]:
        """Return Source and As of for each of these values that is not the template's or has a source of its own in `cited`.

        A date is known of those alone whose source is in the Log.
        """
        found: dict[Key, Any] = {}
        known = self.book.sheet(self.place).cells
        for key, value in cells.items():
            if not self.holds(key) or (key not in cited and value == self.book.at(key)):
                continue
            text, day = self._cited(cited[key], source) if key in cited else (source, None)
            for column, content in ((SOURCE, text), (AS_OF, day)):
                span = known.get((key[1], column))
                if span is not None and span.formula is None and (self.place, key[1], column) not in cells:
                    found[self.place, key[1], column] = content
        return found

    def _cited(self, given: str, source: str) -> tuple[str, Any]:
        return self.log.get(_plain(given)) or (f"{given}; {source}", None)


def input_sheet(book: Workbook) -> InputSheet | None:
    """Return the Inputs sheet of a book, None where it has none with our columns."""
    head = header_row(book)
    if head < 0:
        return None
    place = book.titles.index(INPUTS)
    ours = all(book.at((place, head, k)) == HEADER[k] for k in (NAME, VALUE, SOURCE, AS_OF, LOW, HIGH))
    return InputSheet(book, place, head, _logged(book)) if ours else None


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _logged(book: Workbook) -> dict[str, tuple[str, Any]]:
    """Return id and date of each source of the Log, by its id and by its document."""
    if LOG not in book.titles:
        return {}
    place = book.titles.index(LOG)
    rows = sorted({row for row, _ in book.sheet(place).cells})
    head = next((row for row in rows if book.at((place, row, 0)) == "Source"), None)
    if head is None:
        return {}
    found: dict[str, tuple[str, Any]] = {}
    for row in (row for row in rows if row > head):
        name, day, document = (book.at((place, row, column)) for column in range(3))
        for words in (name, document):
            if isinstance(name, str) and isinstance(words, str) and _plain(words):
                found.setdefault(_plain(words), (name, day))
    return found
