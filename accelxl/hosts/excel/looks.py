"""How the sheet of a command looks: bold heads, columns as wide as their cells, thousands set apart. Nothing depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import xlwings

from accelxl.functions.cells import Rows, is_blank
from accelxl.hosts.commands import Command
from accelxl.hosts.pages import HEAD, RESULT

NARROW, WIDE = 9, 44
"""Characters of the narrowest and widest column."""
THOUSANDS = "#,##0"
MOST_RUNS = 300
"""Areas that are set apart: each costs a call to Excel."""


def dress(sheet: xlwings.Sheet, command: Command, rows: Rows, *, made: bool) -> None:
    """Set the looks of a page; widths once, when the sheet is made, so that the user's own stay."""
    with suppress(Exception):
        if made:
            sheet.range("A1").font.bold = True
            for column, width in enumerate(widths(rows), 1):
                sheet.range((1, column)).column_width = width
        for row in heads(command, rows):
            sheet.range((row + 1, 1), (row + 1, len(rows[0]))).font.bold = True
        if command.settings:
            for _, (row, column, height) in zip(range(MOST_RUNS), large(rows), strict=False):
                sheet.range((row + 1, column + 1), (row + height, column + 1)).number_format = THOUSANDS


def widths(rows: Rows) -> list[int]:
    """Return the width of each column in characters; a text that nothing follows runs on to the right and does not count.

    Examples
    --------
    >>> widths([["a long title"], ["help"], [], ["unit_price_usd", 34000.0, "and a long note"]])
    [16, 9, 9]
    """
    found = [NARROW] * max(map(len, rows))
    for row in rows[HEAD:]:
        last = max((place for place, cell in enumerate(row) if not is_blank(cell)), default=0)
        for place, cell in enumerate(row):
            if isinstance(cell, str) and (place < last or place == 0):
                found[place] = max(found[place], min(len(cell) + 2, WIDE))
            elif isinstance(cell, (int, float)):
                found[place] = max(found[place], min(len(f"{cell:,.0f}") + 2, WIDE))
    return found


def heads(command: Command, rows: Rows) -> Iterator[int]:
    """Yield the rows of a page that are heads: the word result, and the first row of a table of several rows.

    Examples
    --------
    >>> from accelxl.hosts.commands import COMMANDS
    >>> list(heads(COMMANDS["tornado"], [["Tornado"], ["help"], [], ["metric", "npv"], [], ["result"], ["input", "low"], ["pue", 1.1]]))
    [5, 6]
    """
    for place, row in enumerate(rows[HEAD:], HEAD):
        if row and str(row[0]).startswith(RESULT):
            yield place
            if len(rows) > place + 2:
                yield place + 1
            return
    if command.head or (not command.settings and command.reads == "names"):
        yield HEAD


def large(rows: Rows) -> Iterator[tuple[int, int, int]]:
    """Yield row, column and height of the runs of cells down a column whose numbers have thousands.

    Examples
    --------
    >>> list(large([[], [], [], ["npv", 5000.0], ["irr", 0.1], ["n", 20000.0], ["m", -30000.0]]))
    [(3, 1, 1), (5, 1, 2)]
    """
    for column in range(max(map(len, rows))):
        start = None
        for place, row in enumerate([*rows, []]):
            cell = row[column] if column < len(row) else None
            if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= 1000:
                start = place if start is None else start
            elif start is not None:
                yield start, column, place - start
                start = None
