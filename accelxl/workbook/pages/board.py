"""The Board: tiles with the figures, tables and charts, on one page.

Its grid is four tiles of two cells each, with a narrow gap after each tile; a table's columns take the cells from the second tile on.
"""

from __future__ import annotations

from accelxl.errors import OutOfRange
from accelxl.workbook.language import Book, cells
from accelxl.workbook.layout import Layout, Page, PlacedChart
from accelxl.workbook.template import Board, Figure, Line, Table, Template

CELL, GAP, ACROSS = 20.2, 1.6, 4
LAST = 3 * ACROSS - 2
"""The last column of the grid."""
PIXELS = 2 * int(CELL * 7 + 5)
ROW_HEIGHT = 16.5
TABLE_CELLS = tuple(3 * tile + side for tile in range(1, ACROSS) for side in (0, 1))
"""Columns of the grid that hold the figures of a table."""


def board(template: Template, layout: Layout, book: Book) -> None:
    """Lay out the Board.

    Raises
    ------
    OutOfRange
        If a table has more columns than the page has cells.
    """
    given = template.board
    page = Page("Board", freeze=(3, 0), repeat=(0, 2), one_page=True, landscape=not given.portrait)
    for tile in range(ACROSS):
        page.widths += [(3 * tile, 3 * tile + 1, CELL), (3 * tile + 2, 3 * tile + 2, GAP)]
    page.widths.pop()
    layout.pages.append(page)
    page.head(given.title, "")
    page.put(2, 0, role="about", formula=cells(book, "Board", given.scope, 0, "Board"))
    layout.name("out_scope", page, 2, 0)
    if given.message:
        page.put(3, 0, role="message", formula=cells(book, "Board", given.message, 0, "Board"))
        page.heights[3] = 20.0
        layout.name("out_message", page, 3, 0)
    row = _tiles(given, page, layout, book, 5)
    row = _further(given, page, layout, book, row)
    for table in given.tables:
        row = _table(table, page, layout, book, row)
    _charts(given, page, row)


def _section(page: Page, row: int, title: str) -> None:
    for column in range(LAST + 1):
        page.put(row, column, None if column else title, "section")


def _tiles(given: Board, page: Page, layout: Layout, book: Book, row: int) -> int:
    """Lay out the tiles and return the row below them."""
    tiles = [figure for figure in given.figures if figure.tile]
    for place, figure in enumerate(tiles):
        column, top = 3 * (place % ACROSS), row + 4 * (place // ACROSS)
        page.put(top, column, figure.label, "tile_label")
        page.put(top, column + 1, None, "tile_top")
        _value(page, layout, book, figure, top + 1, column, "tile_text" if figure.format == "text" else "tile_value")
        page.put(top + 1, column + 1, None, "tile_fill")
        page.put(top + 2, column, figure.unit, "tile_unit")
        page.put(top + 2, column + 1, None, "tile_fill")
        page.heights[top + 1], page.heights[top + 3] = 26.0, 6.0
    return row + 4 * -(-len(tiles) // ACROSS)


def _value(page: Page, layout: Layout, book: Book, figure: Figure, row: int, column: int, role: str) -> None:
    formula = cells(book, "Board", figure.formula, column, figure.name)
    page.put(row, column, role=role, format=figure.format, formula=formula)
    layout.name(f"out_{figure.name}", page, row, column)


def _further(given: Board, page: Page, layout: Layout, book: Book, row: int) -> int:
    """Lay out the figures without a tile and return the row below them."""
    small = [figure for figure in given.figures if not figure.tile]
    if not small:
        return row + 1
    _section(page, row, "Further figures")
    for place, figure in enumerate(small):
        column, top = 3 * (place % ACROSS), row + 1 + 2 * (place // ACROSS)
        page.put(top, column, f"{figure.label}, {figure.unit}" if figure.unit else figure.label, "unit")
        _value(page, layout, book, figure, top + 1, column, "small_value")
        page.put(top + 1, column + 1, None, "small_fill")
    return row + 2 + 2 * -(-len(small) // ACROSS)


def _table(table: Table, page: Page, layout: Layout, book: Book, row: int) -> int:
    """Lay out a table and return the row below it."""
    if table.columns > len(TABLE_CELLS):
        raise OutOfRange(f"the table {table.title!r} has {table.columns} columns; up to {len(TABLE_CELLS)} are allowed")
    last = TABLE_CELLS[table.columns - 1]
    for column in range(last + 1):
        page.put(row, column, None if column else table.title, "heading")
    for k in range(table.columns):
        formula = cells(book, "Board", f"={table.sheet}.{table.heads}[@{k + 1}]", TABLE_CELLS[k], table.title)
        page.put(row, TABLE_CELLS[k], role="heading_wrap", format="text", formula=formula)
        layout.name(f"out_{table.heads}_{k + 1}", page, row, TABLE_CELLS[k])
    first = row + 1
    for line in table.lines:
        row += 1
        _line(table, line, page, layout, book, row, last)
    if table.heat:
        page.heat.append((first, TABLE_CELLS[0], row, last))
    return row + 2


def _line(table: Table, line: Line, page: Page, layout: Layout, book: Book, row: int, last: int) -> None:
    kind = "table_strong" if line.strong else "table"
    for column in range(last + 1):
        page.put(row, column, None if column else line.label, f"{kind}_label")
    if line.lead:
        layout.name(f"out_{line.name}_lead", page, row, 1)
        page.put(
            row, 1, role=f"{kind}_value", format=line.lead_format, formula=cells(book, "Board", line.lead, 1, line.name)
        )
    for k in range(table.columns):
        role = "table_text" if line.format == "text" else f"{kind}_value"
        _value(page, layout, book, table.figure(line, k + 1), row, TABLE_CELLS[k], role)


def _charts(given: Board, page: Page, row: int) -> None:
    half = 2 * PIXELS + int(GAP * 7 + 5)
    for place, chart in enumerate(given.charts):
        top = row + (given.chart_rows + 1) * (place // 2)
        page.charts.append(PlacedChart(chart, top, 6 * (place % 2), half, int(given.chart_rows * ROW_HEIGHT * 4 / 3)))
        for r in range(top, top + given.chart_rows):
            page.heights[r] = ROW_HEIGHT
        page.area = (max(page.area[0], top + given.chart_rows), LAST)
