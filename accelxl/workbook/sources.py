"""The Inputs sheet of a filled book: Low and High of its rows, and Source and As of of figures that the data gave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelxl.workbook.book import Workbook
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.pages.inputs import AS_OF, HEADER, VALUE

INPUTS = "Inputs"
NAME, SOURCE, LOW, HIGH = (HEADER.index(text) for text in ("Name", "Source", "Low", "High"))
TOP_ROWS = 12
"""Rows of the sheet among which its header stands."""
MOST_LETTERS = 80
_FILLED = re.compile(r".+, row .+", re.DOTALL)


def source_of(where: str) -> str:
    """Return the source of the figures of a row of data: the file's name and the row.

    Examples
    --------
    >>> source_of("sites/budgets.csv, row 3, "), source_of("row 1, ")
    ('budgets.csv, row 3', 'filled, row 1')
    """
    path, _, row = where.rstrip(", ").rpartition("row ")
    name = Path(path.removesuffix(", ")).name or "filled"
    text = f"{name[:MOST_LETTERS]}, row {row[:MOST_LETTERS]}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def is_filled(source: Any) -> bool:
    """Tell whether a source is the row of data that a book was filled from.

    Examples
    --------
    >>> is_filled(source_of("budgets.csv, row 3, ")), is_filled("S13")
    (True, False)
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
    """The Inputs sheet of a book: its place and the row of its header."""

    book: Workbook
    place: int
    head: int

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

    def sourced(self, cells: Mapping[Key, Any], source: str) -> dict[Key, Any]:
        """Return Source and As of for each of these values that is not the template's; no date is known of them."""
        found: dict[Key, Any] = {}
        known = self.book.sheet(self.place).cells
        for key, value in cells.items():
            if not self.holds(key) or value == self.book.at(key):
                continue
            for column, text in ((SOURCE, source), (AS_OF, None)):
                span = known.get((key[1], column))
                if span is not None and span.formula is None and (self.place, key[1], column) not in cells:
                    found[self.place, key[1], column] = text
        return found


def input_sheet(book: Workbook) -> InputSheet | None:
    """Return the Inputs sheet of a book, None where it has none with our columns."""
    head = header_row(book)
    if head < 0:
        return None
    place = book.titles.index(INPUTS)
    ours = all(book.at((place, head, k)) == HEADER[k] for k in (NAME, VALUE, SOURCE, AS_OF, LOW, HIGH))
    return InputSheet(book, place, head) if ours else None
