"""A board sheet read as a page: title, lines, tiles, further figures, tables and charts, each figure as its cell shows it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from accelxl.workbook.book import Workbook, relations, xml
from accelxl.workbook.drawing.part import Chart, chart_of
from accelxl.workbook.heat import heat
from accelxl.workbook.numberformat import formatted

BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """How cells of a style look: their number format, whether they are bold."""

    codes: dict[int, str]
    bold: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cells:
    """What a sheet shows: texts by row and column, those that are figures of the board, those in bold, colours."""

    shown: dict[tuple[int, int], str]
    figures: frozenset[tuple[int, int]]
    strong: frozenset[tuple[int, int]]
    fills: dict[tuple[int, int], str]

    def columns(self, row: int) -> list[int]:
        """Return the columns of a row in which something stands."""
        return sorted(column for (own, column) in self.shown if own == row)


def blocks(book: Workbook, place: int) -> list[Block]:
    """Return what a board sheet has above its charts, from the top."""
    cells = _cells(book, place)
    used = sorted({row for row, _ in cells.shown})
    head = next((row for row in range(len(used)) if used[row] != row), len(used))
    passes = _passes(book)
    made: list[Block] = []
    for number, row in enumerate(used[:head]):
        if (row, 0) in cells.shown:
            made.append(
                {
                    "kind": "title" if number == 0 else "line",
                    "text": cells.shown[row, 0],
                    "light": number == 1,
                    "passes": passes,
                }
            )
    return made + _body(used[head:], cells)


def charts(book: Workbook, place: int) -> list[Chart]:
    """Return the charts of a sheet in the order in which they stand on it."""
    found: list[Chart] = []
    for kind, drawing in relations(book.package, book.parts[place]).values():
        if kind.endswith("/drawing"):
            parts = relations(book.package, drawing)
            ids = re.findall(r'<(?:\w+:)?chart\b[^>]*\br:id="([^"]+)"', book.package.part(drawing).decode())
            found += [chart_of(book.package.part(parts[one][1])) for one in ids if one in parts]
    return found


def _passes(book: Workbook) -> bool:
    """Tell whether the book's checks pass, as its cells say; a book without checks has none that fails."""
    target = book.target("chk_total") if "chk_total" in book.names else None
    return target is None or book.at(target[:3]) in {0, None}


def _cells(book: Workbook, place: int) -> Cells:
    sheet, look = book.sheet(place), _look(book)
    shown: dict[tuple[int, int], str] = {}
    strong = set()
    for (row, column), span in sheet.cells.items():
        day = book.shown((place, row, column))
        words = (
            day.isoformat()
            if hasattr(day, "isoformat")
            else formatted(book.value(span), look.codes.get(span.style, "General"))
        )
        if words:
            shown[row, column] = words
            if span.style in look.bold:
                strong.add((row, column))
    figures = {
        target[1:3]
        for name in book.names
        if name.startswith("out_") and (target := book.target(name)) and target[0] == place
    }
    return Cells(shown, frozenset(figures), frozenset(strong), heat(book, place))


def _body(used: list[int], cells: Cells) -> list[Block]:
    """Return what stands below the heading lines of a board sheet."""
    made: list[Block] = []
    table: list[int] = []
    skip: set[int] = set()
    for row in used:
        columns = cells.columns(row)
        own = [column for column in columns if (row, column) in cells.figures]
        if table and (row - table[-1] > 1 or not own or 0 in own):
            made.append(_table(table, cells))
            table = []
        if row in skip:
            continue
        if own and 0 not in own and 0 in columns:  # a line of a table
            table.append(row)
            continue
        below = [column for column in columns if (row + 1, column) in cells.figures]
        if below and not own:  # labels of figures
            skip |= _labelled(made, row, below, cells)
        else:
            made.append({"kind": "heading", "text": cells.shown[row, columns[0]]})
    return [*made, _table(table, cells)] if table else made


def _labelled(made: list[Block], row: int, below: list[int], cells: Cells) -> set[int]:
    """Add tiles, or figures without a unit below them, and return the rows that are done."""
    unit = row + 2
    tiles = bool(cells.columns(unit)) and not any((row + 3, column) in cells.figures for column in below)
    shown = [
        {
            "label": cells.shown.get((row, c), ""),
            "value": cells.shown.get((row + 1, c), ""),
            "unit": cells.shown.get((unit, c), "") if tiles else "",
        }
        for c in below
    ]
    made.append({"kind": "tiles" if tiles else "figures", "cells": shown})
    return {row + 1, unit} if tiles else {row + 1}


def _table(rows: list[int], cells: Cells) -> Block:
    """Return a table: its first row names the columns; a column that has no name leads the others."""
    columns = sorted({column for row in rows for column in cells.columns(row)} - {0})
    lines = [
        {
            "strong": (row, 0) in cells.strong,
            "cells": [
                {"text": cells.shown.get((row, column), ""), "fill": cells.fills.get((row, column), "")}
                for column in (0, *columns)
            ],
        }
        for row in rows
    ]
    lead = len(rows) > 1 and bool(columns) and (rows[0], columns[0]) not in cells.shown
    return {"kind": "table", "rows": lines, "lead": lead, "columns": len(columns) - lead}


def _look(book: Workbook) -> Look:
    """Return the number formats and the weight of the book's cell styles."""
    part = posixpath.join(posixpath.dirname(book.path_of_book), "styles.xml")
    if not book.package.has(part):
        return Look({}, frozenset())
    root = xml(book.package, part)
    own = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
    fonts = [one.find("{*}b") is not None for block in root.iter("{*}fonts") for one in block]
    styles = next(root.iter("{*}cellXfs"), None)
    if styles is None:
        return Look({}, frozenset())
    numbers = [int(one.get("numFmtId", "0")) for one in styles]
    codes = {place: own.get(number, BUILT_IN.get(number, "General")) for place, number in enumerate(numbers)}
    bold = {
        place for place, one in enumerate(styles) if (font := int(one.get("fontId", "0"))) < len(fonts) and fonts[font]
    }
    return Look(codes, frozenset(bold))
