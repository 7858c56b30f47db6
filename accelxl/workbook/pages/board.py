"""The Board: tiles with the figures, and charts, on one page."""

from __future__ import annotations

from accelxl.workbook.language import Book, cells
from accelxl.workbook.layout import Layout, Page, PlacedChart
from accelxl.workbook.template import Template

WIDE, GAP, ACROSS = 41.0, 1.6, 4
PIXELS = int(WIDE * 7 + 5)
CHART_ROWS, ROW_HEIGHT = 11, 16.5


def board(template: Template, layout: Layout, book: Book) -> None:
    """Lay out the Board."""
    page = Page("Board", freeze=(3, 0), repeat=(0, 2), one_page=True)
    page.widths = [(2 * k, 2 * k, WIDE) for k in range(ACROSS)] + [
        (2 * k + 1, 2 * k + 1, GAP) for k in range(ACROSS - 1)
    ]
    layout.pages.append(page)
    page.head(template.board.title, "")
    page.put(2, 0, role="about", formula=cells(book, "Board", template.board.scope, 0, "Board"))
    layout.name("out_scope", page, 2, 0)
    if template.board.message:
        page.put(3, 0, role="message", formula=cells(book, "Board", template.board.message, 0, "Board"))
        page.heights[3] = 20.0
        layout.name("out_message", page, 3, 0)
    row = 5
    tiles = [figure for figure in template.board.figures if figure.tile]
    small = [figure for figure in template.board.figures if not figure.tile]
    for place, figure in enumerate(tiles):
        column, top = 2 * (place % ACROSS), row + 4 * (place // ACROSS)
        page.put(top, column, figure.label, "tile_label")
        page.put(
            top + 1,
            column,
            role="tile_value",
            format=figure.format,
            formula=cells(book, "Board", figure.formula, column, figure.name),
        )
        page.put(top + 2, column, figure.unit, "tile_unit")
        page.heights[top + 1], page.heights[top + 3] = 26.0, 6.0
        layout.name(f"out_{figure.name}", page, top + 1, column)
    row += 4 * -(-len(tiles) // ACROSS)
    page.put(row, 0, "Further figures", "section")
    for column in range(1, 2 * ACROSS - 1):
        page.put(row, column, None, "section")
    for place, figure in enumerate(small):
        column, top = 2 * (place % ACROSS), row + 1 + 2 * (place // ACROSS)
        page.put(top, column, f"{figure.label}, {figure.unit}", "unit")
        page.put(
            top + 1,
            column,
            role="small_value",
            format=figure.format,
            formula=cells(book, "Board", figure.formula, column, figure.name),
        )
        layout.name(f"out_{figure.name}", page, top + 1, column)
    row += 2 + 2 * -(-len(small) // ACROSS)
    half = 2 * PIXELS + int(GAP * 7 + 5)
    for place, chart in enumerate(template.board.charts):
        top = row + CHART_ROWS * (place // 2) + place // 2
        page.charts.append(PlacedChart(chart, top, 4 * (place % 2), half, int(CHART_ROWS * ROW_HEIGHT * 4 / 3)))
        for r in range(top, top + CHART_ROWS):
            page.heights[r] = ROW_HEIGHT
        page.area = (max(page.area[0], top + CHART_ROWS), 2 * ACROSS - 2)
