"""A calculation sheet with periods."""

from __future__ import annotations

from accelxl.workbook.language import FIRST, OPENING, TOTAL, Book, Place, cells
from accelxl.workbook.layout import Layout, Page
from accelxl.workbook.template import Row, TimeSheet

HEADER = ("Line", "Unit", "Sign", "Total")
TOP = 3
"""Row of the header; the timeline follows."""


def place(sheet: TimeSheet, book: Book) -> None:
    """Give every row of a sheet its place, so that formulas may name rows further down and on other sheets."""
    row = TOP
    for line in sheet.timeline:
        row += 1
        book.rows[sheet.name, line.name] = Place(sheet.name, row, sheet.periods)
    for section in sheet.sections:
        row += 2
        for line in section.rows:
            row += 1
            book.rows[sheet.name, line.name] = Place(sheet.name, row, sheet.periods if line.formula else 0)


def time_sheet(sheet: TimeSheet, layout: Layout, book: Book) -> None:
    """Lay out the rows of a sheet."""
    last = FIRST + sheet.periods - 1
    page = Page(
        sheet.name,
        widths=[
            (0, 0, 48.0),
            (1, 1, 13.0),
            (2, 2, 5.0),
            (TOTAL, TOTAL, 15.0),
            (OPENING, OPENING, 1.5),
            (FIRST, last, sheet.width),
        ],
        freeze=(TOP + 1 + len(sheet.timeline), FIRST),
        repeat=(0, TOP + len(sheet.timeline)),
        paper=8,
    )
    layout.pages.append(page)
    page.head(sheet.title, sheet.about)
    for column in range(last + 1):
        text = HEADER[column] if column < len(HEADER) else None
        page.put(TOP, column, text, "heading_right" if column == TOTAL else "heading")
    row = TOP
    for line in sheet.timeline:
        row += 1
        _line(page, sheet, line, row, book, timeline=True)
    for section in sheet.sections:
        row += 2
        for column in range(last + 1):
            page.put(row, column, section.title if column == 0 else None, "section")
        for line in section.rows:
            row += 1
            _line(page, sheet, line, row, book)
    layout.name(f"all_{sheet.name.lower()}", page, TOP + 1, TOTAL, row, last)


def _line(page: Page, sheet: TimeSheet, line: Row, row: int, book: Book, *, timeline: bool = False) -> None:
    where = f"{sheet.name}, {line.name}"
    kind = "timeline" if timeline else "strong" if line.strong else "calc"
    beside = "timeline" if timeline else "strong_unit" if line.strong else "unit"
    page.put(row, 0, line.label, "timeline" if timeline else "strong_label" if line.strong else "label")
    page.put(row, 1, line.unit, beside)
    page.put(row, 2, line.sign or None, beside)
    if line.total:
        page.put(row, TOTAL, role=kind, format=line.format, formula=cells(book, sheet.name, line.total, TOTAL, where))
    elif timeline or line.strong:
        page.put(row, TOTAL, None, kind)
    if timeline or line.strong:
        page.put(row, OPENING, None, kind)
    if line.formula:
        for column in range(FIRST, FIRST + sheet.periods):
            page.put(
                row, column, role=kind, format=line.format, formula=cells(book, sheet.name, line.formula, column, where)
            )
