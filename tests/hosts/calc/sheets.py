"""Books of calls: each call of a function as an array formula over cells, and what the registry gives for the same cells."""

import io
import math
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from accelxl.functions import REGISTRY, CellError

DATA, CALLS = "Data", "Calls"


@dataclass
class Calls:
    """A book that grows call by call; `expected` is what its cells should show."""

    expected: dict = field(default_factory=dict)
    about: dict = field(default_factory=dict)

    def __post_init__(self):
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        self.data, self.calls = self.book.add_worksheet(DATA), self.book.add_worksheet(CALLS)
        self.line = self.row = 0

    def reference(self, value):
        """Put a value into the data sheet and return its address; None is an omitted argument."""
        if value is None:
            return ""
        rows = value if isinstance(value, (list, tuple)) else [[value]]
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                self._write(self.line + down, across, cell)
        top, self.line = self.line, self.line + len(rows)
        if len(rows) == len(rows[0]) == 1:
            return f"{DATA}!{xl_rowcol_to_cell(top, 0)}"
        return f"{DATA}!{xl_range(top, 0, top + len(rows) - 1, len(rows[0]) - 1)}"

    def _write(self, row, column, cell):
        if isinstance(cell, CellError):
            self.data.write_formula(row, column, "=NA()" if cell == "#N/A" else "=1/0", None, str(cell))
        elif cell is not None and cell != "":
            self.data.write(row, column, cell)

    def over_cells(self, name, cells, rows=None):
        """Add a call whose arguments are references."""
        text = f"={name}({','.join(map(self.reference, cells))})"
        self.add(text, registry(name, cells) if rows is None else rows)

    def add(self, formula, rows):
        """Add a formula and what it should show."""
        height, width = len(rows), len(rows[0])
        self.calls.write_array_formula(self.row, 0, self.row + height - 1, width - 1, f"{{{formula}}}", None, 0)
        for down, line in enumerate(rows):
            for across, value in enumerate(line):
                self.expected[CALLS, self.row + down, across] = value
                self.about[CALLS, self.row + down, across] = formula
        self.row += height

    def saved(self, path):
        """Write the book."""
        self.book.close()
        path.write_bytes(self.out.getvalue())
        return path

    def wrong(self, found):
        """Cells that show something else than the registry gives."""
        return [
            (self.about[place], place, found.get(place), value)
            for place, value in self.expected.items()
            if value is not ... and not same(found.get(place), value)
        ]


def registry(name, cells):
    """What the registry gives for cells as Calc passes them."""
    return REGISTRY[name].call(*map(passed, cells)).rows()


def passed(value):
    """A value as Calc passes it: TRUE is 1, a blank inside a range empty text."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (list, tuple)):
        return tuple(tuple("" if cell is None else passed(cell) for cell in row) for row in value)
    return float(value) if isinstance(value, int) else value


def same(found, expected):
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected and isinstance(found, CellError) == isinstance(expected, CellError)
    return found is not None and math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-300)
