"""The sheets of our templates as rules read them: input rows, calculation sheets, checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.language import FIRST
from accelxl.workbook.pages.calculation import HEADER, TOP
from accelxl.workbook.scan import Span

LABEL, UNIT, SIGN = 0, 1, 2
"""Columns of a calculation sheet before its total."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row of the Inputs sheet; `key` is its Value cell."""

    key: Key
    name: str
    label: Any
    value: Any
    unit: Any
    source: Any
    as_of: Any
    low: Any
    high: Any

    @property
    def row(self) -> int:
        """Its row."""
        return self.key[1]

    @property
    def fixed(self) -> bool:
        """Tell whether it is a constant."""
        return not self.name.startswith("in_")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a calculation sheet: what stands in its first columns, and its cells by column."""

    row: int
    label: Any
    unit: Any
    sign: Any
    cells: dict[int, Span]
    head: bool

    @property
    def periods(self) -> dict[int, Span]:
        """The cells from the first period on."""
        return {column: span for column, span in self.cells.items() if column >= FIRST}


@dataclass(slots=True)
class Calculation:
    """A calculation sheet: its lines, those that name the columns first; `last` is the column of the last period."""

    sheet: int
    title: str
    lines: list[Line] = field(default_factory=list)
    last: int = FIRST - 1

    @property
    def head(self) -> list[Line]:
        """The lines that say what the columns are."""
        return [line for line in self.lines if line.head]


def is_calculation(texts: dict[tuple[int, int], Any]) -> bool:
    """Tell whether a sheet has the header of a calculation sheet, or most of it."""
    return len([word for column, word in enumerate(HEADER) if texts.get((TOP, column)) == word]) >= 2


def calculation(
    sheet: int, title: str, cells: dict[tuple[int, int], Span], values: dict[tuple[int, int], Any]
) -> Calculation:
    """Return the lines of a calculation sheet."""
    rows: dict[int, dict[int, Span]] = {}
    for (row, column), span in cells.items():
        if row > TOP and (span.formula is not None or values.get((row, column)) is not None):
            rows.setdefault(row, {})[column] = span
    found = Calculation(sheet, title)
    head = True
    for number, row in enumerate(sorted(rows)):
        head = head and row == TOP + 1 + number
        cells_of = rows[row]
        if set(cells_of) <= {LABEL}:
            continue
        label, unit, sign = (values.get((row, column)) for column in (LABEL, UNIT, SIGN))
        found.lines.append(Line(row, label, unit, sign, cells_of, head))
    columns = [column for line in found.head for column in line.periods]
    found.last = max(columns, default=FIRST - 1)
    return found
