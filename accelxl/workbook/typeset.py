"""Board pages without an office: the board sheets of a book, designed anew and set by typst (extra `typeset`), with the same figures."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.drawing.part import Chart
from accelxl.workbook.drawing.pen import wide
from accelxl.workbook.drawing.picture import svg
from accelxl.workbook.sheetpage import Block, blocks, charts

PREFIX = "Board"
LONG, SHORT = 271.0, 184.0
"""Sides of the text of an A4 page, mm."""
FLAT, LOW, TALL = 40.0, 46.0, 78.0
"""Charts, mm: lower than `FLAT` on a landscape page they make it a portrait page, lower than `LOW` the page is set smaller;
they are `TALL` at most."""
SIZES = (1.1, 1.05, 1.0)
"""How large a page is set; the largest size that leaves its charts room is taken."""
GUTTER = 3.0
POINTS = 72 / 25.4
HEIGHTS = {
    "title": 9.5,
    "line": 4.6,
    "tiles": 15.5,
    "figures": 8.6,
    "heading": 6.8,
    "row": 3.75,
    "after": 2.6,
    "gap": 1.8,
    "label": 2.6,
}
"""Heights of the parts of a page, mm; the charts share what is left. The labels of a table are `label` columns wide."""

_PAGE = """
#let data = json(bytes(sys.inputs.data))
#set text(font: ("Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif"), fill: rgb("#262626"))
#set par(spacing: 0pt, leading: 2pt)
#let deep = rgb("#1F3864")
#let pale = rgb("#E9EDF4")
#let soft = rgb("#595959")
// a line that is set smaller where it is too long
#let fit(size, words, ..how) = layout(room => context {
  let width = measure(text(size: size, ..how, words)).width
  text(size: if width > room.width { size * (room.width / width) * 0.995 } else { size }, ..how, words)
})
#let part(b, s, h) = {
  let mm = 1mm * s
  let pt = 1pt * s
  if b.kind == "title" { box(height: h.title * mm, width: 100%, fit(15 * pt, b.text, weight: "bold", fill: deep)) }
  else if b.kind == "line" { box(height: h.line * mm, width: 100%, fit(8 * pt, b.text,
    fill: if b.light { if b.passes { rgb("#1E5631") } else { rgb("#A23E2A") } } else { rgb("#404040") },
    weight: if b.light { "bold" } else { "regular" })) }
  else if b.kind == "heading" {
    box(height: h.heading * mm, width: 100%, inset: (top: 1 * mm), box(width: 100%, height: 4.4 * mm, fill: pale, inset: (x: 1.6 * mm),
      align(horizon, fit(7.5 * pt, b.text, weight: "bold", fill: deep)))) }
  else if b.kind == "tiles" {
    box(height: h.tiles * mm, grid(columns: (1fr,) * b.cells.len(), column-gutter: 3.5 * mm, ..b.cells.map(c => box(width: 100%,
    height: 14 * mm, fill: pale, stroke: (top: 1.2pt + deep), inset: (x: 1.8 * mm, y: 1.3 * mm), stack(
    box(height: 3.2 * mm, width: 100%, fit(7 * pt, c.label, fill: soft)),
    box(height: 5.6 * mm, width: 100%, align(horizon, fit(13.5 * pt, c.value, weight: "bold", fill: rgb("#1E5631")))),
    box(height: 2.6 * mm, width: 100%, align(bottom, fit(6.2 * pt, c.unit, fill: soft)))))))) }
  else if b.kind == "figures" {
    box(height: h.figures * mm, grid(columns: (1fr,) * b.cells.len(), column-gutter: 3.5 * mm, ..b.cells.map(c => box(width: 100%,
    height: 7.6 * mm, stroke: (bottom: 0.5pt + rgb("#BFBFBF")), inset: (x: 1.8 * mm, y: 0.9 * mm), stack(
    box(height: 3 * mm, width: 100%, fit(6.6 * pt, c.label, fill: soft)),
    box(height: 3 * mm, width: 100%, fit(7.6 * pt, c.value, weight: "bold", fill: rgb("#1E5631")))))))) }
  else if b.kind == "table" {
    let lead = if b.lead { (0.8fr,) } else { () }
    let more = b.across - b.columns
    let columns = (1fr * (h.label - lead.len() * 0.8),) + lead + (1fr,) * b.columns + (1fr,) * more
    let last = b.columns + lead.len()
    table(columns: columns, rows: h.row * mm, stroke: none, inset: (x: 1.6 * mm, y: 0pt),
      align: (x, y) => if x == 0 { left + horizon } else { right + horizon },
      fill: (x, y) => if x > last { none } else if y == 0 { deep },
      ..b.rows.enumerate().map(((y, r)) => (r.cells.enumerate().map(((x, c)) => {
        let body = box(width: 100%, fit(7 * pt * b.small, c.text, weight: if y == 0 or r.strong { "bold" } else { "regular" },
          fill: if y == 0 { white } else if x == 0 { rgb("#262626") } else { rgb("#1E5631") }))
        let under = if y > 0 { (bottom: (paint: rgb("#BFBFBF"), thickness: 0.4pt, dash: "dotted")) } else { none }
        if c.fill != "" { table.cell(fill: rgb("#" + c.fill), stroke: under, body) } else { table.cell(stroke: under, body) }
      }) + ([],) * more)).flatten()); v(h.after * mm) }
  else if b.kind == "gap" { v(h.gap * mm) }
  else if b.kind == "charts" {
    grid(columns: (1fr, 1fr), gutter: 3mm, ..b.pictures.map(p => box(width: 100%, stroke: 0.5pt + rgb("#D0D0D0"),
    image(bytes(p.svg), format: "svg", width: 100%, alt: p.alt)))) }
}
#for sheet in data {
  page(paper: "a4", flipped: sheet.flipped, margin: (x: 13mm, top: 12mm, bottom: 13mm), footer-descent: 4mm,
    footer: text(6.5pt, fill: soft, grid(columns: (1fr, 1fr, 1fr), align: (left, center, right), sheet.book, sheet.sheet,
    context [Page #counter(page).display() of #counter(page).final().first()])),
    for b in sheet.parts { block(below: 0pt, above: 0pt, width: 100%, part(b, sheet.size, sheet.heights)) })
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
    """Return a board sheet as a page: whether it is landscape, how large it is set, and its parts from the top."""
    parts = blocks(book, place)
    across = max((block["columns"] for block in parts if block["kind"] == "table"), default=0)
    for block in parts:
        if block["kind"] == "table":
            block["across"] = across
    drawn = charts(book, place)
    parts = _parted(parts, charted=bool(drawn))
    above = sum(_height(block) for block in parts)
    flipped, size = _size(above, -(-len(drawn) // 2))
    for block in parts:
        _even(block, (LONG if flipped else SHORT) / size * POINTS)
    if drawn:
        parts.append({"kind": "charts", "pictures": _pictures(drawn, flipped, above * size)})
    sheet = {"book": Path(book.package.path).name, "sheet": book.titles[place]}
    return {"flipped": flipped, "size": size, "heights": HEIGHTS, "parts": parts, **sheet}


def _parted(parts: list[Block], *, charted: bool) -> list[Block]:
    """Put a gap between figures and a table or the charts that follow them: both have a line there."""
    made: list[Block] = []
    for number, block in enumerate(parts):
        made.append(block)
        below = parts[number + 1]["kind"] if number + 1 < len(parts) else "table" if charted else ""
        if block["kind"] in {"tiles", "figures"} and below == "table":
            made.append({"kind": "gap"})
    return made


def _height(block: Block) -> float:
    """Return the height of a part at size 1, mm."""
    if block["kind"] == "table":
        return HEIGHTS["row"] * len(block["rows"]) + HEIGHTS["after"]
    return HEIGHTS[block["kind"]]


def _even(block: Block, width: float) -> None:
    """Give a table one size of print, at which its longest text fits; `width` is that of the page in points at size 1."""
    if block["kind"] == "table":
        column = width / (HEIGHTS["label"] + block["across"])
        label = column * (HEIGHTS["label"] - 0.8 * block["lead"])
        rooms = [label, *([column * 0.8] * block["lead"]), *([column] * block["columns"])]
        block["small"] = min(
            _share(cell["text"], 7.1 if row["strong"] else 6.7, room - 9)
            for row in block["rows"]
            for cell, room in zip(row["cells"], rooms, strict=True)
        )


def _share(words: str, size: float, room: float) -> float:
    """Return how much smaller a text must be to fit."""
    return min(1.0, room / max(wide(words, size), 1.0))


def _room(above: float, rows: int, *, flipped: bool) -> float:
    """Return the height of each chart, mm, where the parts above take so much."""
    return ((SHORT if flipped else LONG) - above - 1) / max(rows, 1) - GUTTER


def _size(above: float, rows: int) -> tuple[bool, float]:
    """Return whether a page is landscape, and how large it is set."""
    flipped = not rows or _room(above, rows, flipped=True) >= FLAT
    least = 0.0 if not rows else FLAT if flipped else LOW
    smallest = min(1.0, (SHORT if flipped else LONG) / (above + 25.0 * rows))
    return flipped, next((size for size in SIZES if _room(above * size, rows, flipped=flipped) >= least), smallest)


def _pictures(drawn: list[Chart], flipped: bool, above: float) -> list[dict[str, str]]:
    """Return the charts in two columns, as high as the page allows."""
    wide = ((LONG if flipped else SHORT) - GUTTER) / 2
    high = min(max(_room(above, -(-len(drawn) // 2), flipped=flipped), 22.0), TALL)
    return [{"svg": svg(chart, wide * POINTS, high * POINTS), "alt": chart.title} for chart in drawn]
