"""A calculation sheet: a period, a device, a step or a case in each column."""

from __future__ import annotations

from accelxl.workbook.language import FIRST, OPENING, TOTAL, Book, Place, cells
from accelxl.workbook.layout import Layout, Page
from accelxl.workbook.template import Row, Sheet

HEADER = ("Line", "Unit", "Sign", "Total")
WIDE = 16
"""Sheets with more columns are printed on A3."""
TOP = 3
"""Row of the header; the rows that say what the columns are follow."""


def place(sheet: Sheet, book: Book) -> None:
    """Give every row of a sheet its place, so that formulas may name rows further down and on other sheets."""
    row = TOP
    for line in sheet.head:
        row += 1
        book.rows[sheet.name, line.name] = Place(sheet.name, row, _wide(sheet, line))
    for section in sheet.sections:
        row += 2
        for line in section.rows:
            row += 1
            book.rows[sheet.name, line.name] = Place(sheet.name, row, _wide(sheet, line))


def _wide(sheet: Sheet, line: Row) -> int:
    return sheet.columns if line.formula or line.texts or (line.batch and line.wide) else 0


def calculation(sheet: Sheet, layout: Layout, book: Book) -> None:
    """Lay out the rows of a sheet."""
    last = FIRST + sheet.columns - 1
    page = Page(
        sheet.name,
        widths=[
            (0, 0, 52.0),
            (1, 1, 13.0),
            (2, 2, 5.0),
            (TOTAL, TOTAL, max(15.0, sheet.width)),
            (OPENING, OPENING, 1.5),
            (FIRST, last, sheet.width),
        ],
        freeze=(TOP + 1 + len(sheet.head), FIRST),
        repeat=(0, TOP + len(sheet.head)),
        paper=8 if sheet.columns > WIDE else 9,
    )
    layout.pages.append(page)
    page.head(sheet.title, sheet.about)
    for column in range(last + 1):
        text = HEADER[column] if column < len(HEADER) else None
        page.put(TOP, column, text, "heading_right" if column == TOTAL else "heading")
    row = TOP
    for line in sheet.head:
        row += 1
        _line(page, sheet, line, row, layout, book, head=True)
    for section in sheet.sections:
        row += 2
        for column in range(last + 1):
            page.put(row, column, section.title if column == 0 else None, "section")
        for line in section.rows:
            row += 1
            _line(page, sheet, line, row, layout, book)
    layout.name(f"all_{sheet.name.lower()}", page, TOP + 1, TOTAL, row, last)


def _line(page: Page, sheet: Sheet, line: Row, row: int, layout: Layout, book: Book, *, head: bool = False) -> None:
    where = f"{sheet.name}, {line.name}"
    kind = "timeline" if head else "strong" if line.strong else "calc"
    beside = "timeline" if head else "strong_unit" if line.strong else "unit"
    page.put(row, 0, line.label, "timeline" if head else "strong_label" if line.strong else "label")
    page.put(row, 1, line.unit, beside)
    page.put(row, 2, line.sign or None, beside)
    if line.total:
        page.put(row, TOTAL, role=kind, format=line.format, formula=cells(book, sheet.name, line.total, TOTAL, where))
    elif head or line.strong:
        page.put(row, TOTAL, None, kind)
    if head or line.strong:
        page.put(row, OPENING, None, kind)
    if line.lines > 1:
        page.heights[row] = 12.5 * line.lines
    if line.batch:
        columns = range(FIRST, FIRST + sheet.columns) if line.wide else (TOTAL,)
        for column in columns:
            page.put(row, column, 0.0, "batch", line.format)
            layout.name(filled_name(line, column - FIRST + 1 if line.wide else 0), page, row, column)
    for place, text in enumerate(line.texts):
        page.put(row, FIRST + place, text, "timeline_text" if head else "text_right")
    if line.formula:
        for column in range(FIRST, FIRST + sheet.columns):
            formula = cells(book, sheet.name, line.formula, column, where)
            page.put(row, column, role=_role(kind, line, head=head), format=line.format, formula=formula)


def filled_name(line: Row, column: int) -> str:
    """Return the defined name of a cell that a batch run fills; column 0 is the total column."""
    return f"batch_{line.name}_{column}" if column else f"batch_{line.name}"


def _role(kind: str, line: Row, *, head: bool) -> str:
    """Return the role of a cell in a column; texts stand on the right, above their figures."""
    return kind if line.format != "text" else "timeline_text" if head else "text_right"
