"""Board pages without an office: the board sheets of a book, designed anew and set by typst (extra `typeset`), with the same figures."""

from __future__ import annotations

import json
import posixpath
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from accelxl.errors import BadFile
from accelxl.workbook.book import Workbook, load, relations
from accelxl.workbook.drawing import chart_of, svg
from accelxl.workbook.numberformat import formatted

PREFIX = "Board"
LONG, SHORT = 273.0, 186.0
"""Sides of the text of an A4 page, mm."""
FLAT = 42.0
"""Charts that would be lower than this on a landscape page make it a portrait page, mm."""
POINTS = 72 / 25.4
BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
HEIGHTS = {"title": 9.0, "line": 5.2, "tiles": 19.0, "figures": 12.5, "heading": 7.0, "row": 5.4}
"""Heights of the parts of a page, mm; the charts share what is left."""

_PAGE = """
#let data = json(bytes(sys.inputs.data))
#set text(font: ("Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif"), size: 8.5pt, fill: rgb("#262626"))
#set par(spacing: 0pt, leading: 3pt)
#let deep = rgb("#1F3864")
#let pale = rgb("#E8ECF4")
#let part(b) = {
  if b.kind == "title" { box(height: 11mm, text(17pt, weight: "bold", fill: deep, b.text)) }
  else if b.kind == "line" { box(height: 5.2mm, text(9pt, fill: if b.first { rgb("#1F5C3A") } else { rgb("#404040") },
    weight: if b.first { "bold" } else { "regular" }, b.text)) }
  else if b.kind == "heading" {
    box(width: 100%, height: 5.5mm, fill: pale, inset: (x: 2mm, y: 1.4mm), text(weight: "bold", fill: deep, b.text)); v(1.5mm) }
  else if b.kind == "tiles" {
    grid(columns: (1fr,) * b.cells.len(), column-gutter: 4mm, ..b.cells.map(c => box(width: 100%, height: 17mm, fill: pale,
    stroke: (top: 1.4pt + deep), inset: 2mm, stack(spacing: 2mm, text(8pt, c.label), text(15pt, weight: "bold", fill: deep, c.value),
    text(7pt, fill: rgb("#595959"), c.unit))))); v(2mm) }
  else if b.kind == "figures" {
    grid(columns: (1fr,) * b.cells.len(), column-gutter: 4mm, ..b.cells.map(c => box(width: 100%, height: 11mm,
    stroke: (bottom: 0.5pt + rgb("#BFBFBF")), inset: (x: 2mm, y: 1mm), stack(spacing: 1.6mm, text(7.5pt, fill: rgb("#595959"), c.label),
    text(9pt, weight: "bold", c.value))))); v(1.5mm) }
  else if b.kind == "table" {
    table(columns: (2.2fr,) + (1fr,) * (b.rows.at(0).len() - 1), align: (x, y) => if x == 0 { left } else { right },
    stroke: none, inset: (x: 2mm, y: 0.95mm), fill: (x, y) => if y == 0 { deep } else if calc.even(y) { pale },
    ..b.rows.enumerate().map(((y, r)) => r.map(c => text(8pt, fill: if y == 0 { white } else { rgb("#262626") }, c))).flatten()) }
  else if b.kind == "charts" {
    v(2mm)
    grid(columns: (1fr, 1fr), gutter: 3mm, ..b.pictures.map(p => box(width: 100%, stroke: 0.5pt + rgb("#D0D0D0"),
    image(bytes(p.svg), format: "svg", width: 100%, alt: p.alt)))) }
}
#for sheet in data {
  page(paper: "a4", flipped: sheet.flipped, margin: 12mm,
    for b in sheet.parts { block(below: 0pt, above: 0pt, width: 100%, part(b)) })
}
"""


def available() -> bool:
    """Tell whether typst is installed."""
    return find_spec("typst") is not None


def typeset(book: str | Path) -> bytes:
    """Board sheets of a book as a PDF, one page a sheet, with the values that its cells carry.

    Raises
    ------
    BadFile
        If the book cannot be read, or has no board sheet.
    """
    import typst

    found = load(book)
    boards = [place for place, title in enumerate(found.titles) if title.startswith(PREFIX)]
    if not boards:
        raise BadFile(
            f"{book} has no sheet whose name begins with {PREFIX!r}; it has {', '.join(found.titles) or 'none'}"
        )
    pages = [page(found, place) for place in boards]
    made = typst.compile(_PAGE.encode(), sys_inputs={"data": json.dumps(pages)})
    if not isinstance(made, bytes):
        raise BadFile(f"typst set {book} as {type(made).__name__}; a PDF was asked for")
    return made


def page(book: Workbook, place: int) -> dict[str, Any]:
    """Return a board sheet as a page: whether it is landscape, and its title, lines, tiles, further figures, tables and charts."""
    sheet = book.sheet(place)
    codes = _codes(book)

    def shown(row: int, column: int) -> str:
        span = sheet.cells.get((row, column))
        if span is None:
            return ""
        day = book.shown((place, row, column))
        return (
            day.isoformat()
            if hasattr(day, "isoformat")
            else formatted(book.value(span), codes.get(span.style, "General"))
        )

    figures = {
        target[1:3]
        for name in book.names
        if name.startswith("out_") and (target := book.target(name)) and target[0] == place
    }
    used = sorted({row for (row, column) in sheet.cells if shown(row, column)})
    blocks: list[dict[str, Any]] = []
    body = next((row for row in range(len(used)) if used[row] != row), len(used))
    for number, row in enumerate(used[:body]):
        text = shown(row, 0)
        if text:
            blocks.append({"kind": "title" if number == 0 else "line", "text": text, "first": number == 1})
    blocks += _body(
        used[body:],
        {row: sorted(c for (r, c) in sheet.cells if r == row and shown(r, c)) for row in used},
        figures,
        shown,
    )
    flipped, pictures = _charts(book, place, sum(_height(block) for block in blocks))
    return {"flipped": flipped, "parts": blocks + pictures}


def _body(
    used: list[int], columns: dict[int, list[int]], figures: set[tuple[int, int]], shown: Any
) -> list[dict[str, Any]]:
    """Return what stands below the heading lines of a board sheet."""
    blocks: list[dict[str, Any]] = []
    rows = set(used)
    skip: set[int] = set()
    for row in used:
        own = [column for column in columns[row] if (row, column) in figures]
        if row in skip:
            continue
        if own and 0 not in own and 0 in columns[row]:  # a line of a table
            line = [shown(row, 0), *(shown(row, column) for column in own)]
            if blocks and blocks[-1]["kind"] == "table" and len(blocks[-1]["rows"][0]) == len(line):
                blocks[-1]["rows"].append(line)
            else:
                blocks.append({"kind": "table", "rows": [line]})
            continue
        below = [column for column in columns[row] if (row + 1, column) in figures]
        if below and not own:  # labels of figures
            unit = row + 2 if row + 2 in rows and not any((row + 3, column) in figures for column in below) else -1
            cells = [
                {"label": shown(row, c), "value": shown(row + 1, c), "unit": shown(unit, c) if unit > 0 else ""}
                for c in below
            ]
            skip |= {row + 1, unit}
            blocks.append({"kind": "tiles" if unit > 0 else "figures", "cells": cells})
        elif columns[row]:
            blocks.append({"kind": "heading", "text": shown(row, columns[row][0])})
    return blocks


def _height(block: dict[str, Any]) -> float:
    return HEIGHTS["row"] * len(block["rows"]) + 1 if block["kind"] == "table" else HEIGHTS[block["kind"]]


def _charts(book: Workbook, place: int, above: float) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether the page is landscape, and the pictures of a sheet's charts in two columns, as high as the page allows."""
    charts = [found for name in _chart_names(book, place) if (found := chart_of(book.package.part(name))) is not None]
    if not charts:
        return True, []
    rows = -(-len(charts) // 2)
    flipped = (SHORT - above - 3 - 3 * rows) / rows >= FLAT
    wide = ((LONG if flipped else SHORT) - 3) / 2
    high = min(max(((SHORT if flipped else LONG) - above - 3 - 3 * rows) / rows, 25.0), 70.0)
    pictures = [{"svg": svg(chart, wide * POINTS, high * POINTS), "alt": chart.title} for chart in charts]
    return flipped, [{"kind": "charts", "pictures": pictures}]


def _chart_names(book: Workbook, place: int) -> list[str]:
    """Return the chart parts of a sheet in the order in which they stand on it."""
    names: list[str] = []
    for kind, drawing in relations(book.package, book.parts[place]).values():
        if kind.endswith("/drawing"):
            parts = relations(book.package, drawing)
            ids = re.findall(r'<c:chart\b[^>]*\br:id="([^"]+)"', book.package.part(drawing).decode())
            names += [parts[one][1] for one in ids if one in parts]
    return names


def _codes(book: Workbook) -> dict[int, str]:
    """Return the code of each cell style's number format."""
    part = posixpath.join(posixpath.dirname(book.path_of_book), "styles.xml")
    if part not in book.package.names():
        return {}
    root = etree.fromstring(book.package.part(part), etree.XMLParser(resolve_entities=False, no_network=True))
    own = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter("{*}numFmt")} | {}
    styles = next(root.iter("{*}cellXfs"), None)
    if styles is None:
        return {}
    numbers = [int(one.get("numFmtId", "0")) for one in styles]
    return {place: own.get(number, BUILT_IN.get(number, "General")) for place, number in enumerate(numbers)}
