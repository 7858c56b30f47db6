"""A layout into an .xlsx file: one writer for every template.

Every formula cell carries its value. The creation date is fixed, so that building twice gives the same parts.
"""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accelxl.workbook.charts import add_chart
from accelxl.workbook.compose import Values
from accelxl.workbook.formulas.tree import address
from accelxl.workbook.language import Book
from accelxl.workbook.layout import Cell, Layout, Page, Rule, serial
from accelxl.workbook.styles import FONT, properties
from accelxl.workbook.template import Template

_CALC_ID = 191029
"""The calculation engine that the values are said to come from: an older one would be distrusted and recalculated."""
HEAT = {
    "type": "3_color_scale", "min_color": "#D9A38F", "mid_color": "#FFFFFF", "max_color": "#6FB3B3", "mid_type": "num", "mid_value": 0,
}  # fmt: skip
"""Colours of a heat map: white at zero; a negative figure stands in brackets as well."""
CREATED = dt.datetime(2026, 11, 23)  # noqa: DTZ001 - a file's creation date has no zone


class Formats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str], Format] = {}

    def of(self, role: str, format: str) -> Format:
        """Return the format of a role with a number format."""
        key = (role, format)
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties(role, format))
        return self._made[key]


def workbook_bytes(template: Template, layout: Layout, values: Values, book: Book) -> bytes:
    """Return the file of a template.

    Parameters
    ----------
    template : Template
        Its title, version and charts.
    layout : Layout
        Every cell.
    values : dict
        The value of every formula cell.
    book : Book
        Where the rows of charts stand.
    """
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 9}, "strings_to_urls": False},
    )
    workbook.set_properties(
        {
            "title": template.title,
            "subject": template.purpose,
            "author": "AccelXL",
            "company": "AccelXL",
            "comments": f"Template {template.name}, version {template.version}",
            "created": CREATED,
        }
    )
    # Every formula cell carries its value: nothing needs to be calculated anew when the book is opened, and the figures of
    # functions that this machine lacks stay as they are.
    workbook.set_calc_mode("auto", _CALC_ID)
    workbook.calc_on_load = False
    workbook.set_custom_property("Template", template.name)
    workbook.set_custom_property("Template version", template.version)
    formats = Formats(workbook)
    sheets = {page.name: workbook.add_worksheet(page.name) for page in layout.pages}
    for page in layout.pages:
        _page(sheets[page.name], page, values, formats)
    for name, target in sorted(layout.names.items()):
        workbook.define_name(name, f"={target}")
    for page in layout.pages:
        for placed in page.charts:
            add_chart(workbook, sheets[page.name], placed, book)
        _finish(workbook, sheets[page.name], page)
    workbook.close()
    return stream.getvalue()


def _page(sheet: Worksheet, page: Page, values: Values, formats: Formats) -> None:
    for first, last, width in page.widths:
        sheet.set_column(first, last, width)
    for row, height in page.heights.items():
        sheet.set_row(row, height)
    for (row, column), cell in sorted(page.cells.items()):
        _cell(sheet, row, column, cell, values.get((page.name, row, column)), formats)


def _cell(sheet: Worksheet, row: int, column: int, cell: Cell, value: Any, formats: Formats) -> None:
    look = formats.of(cell.role, cell.format)
    content = serial(cell.content)
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, look, _cached(value))
    elif cell.link:
        sheet.write_url(row, column, f"internal:'{cell.link}'!A1", look, str(content), f"Go to {cell.link}")
    elif content is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(content, str):
        sheet.write_string(row, column, content, look)
    else:
        sheet.write_number(row, column, content, look)


def _cached(value: Any) -> Any:
    """Return a value as the writer takes it; a whole number loses its point."""
    if isinstance(value, float):
        return int(value) if value == int(value) and abs(value) < 1e15 else value
    return value


def _finish(workbook: xlsxwriter.Workbook, sheet: Worksheet, page: Page) -> None:
    """Set validation, lights, print set-up and protection."""
    for rule in page.rules:
        sheet.data_validation(rule.row, rule.column, rule.row, rule.column, validation(rule))
    bad = workbook.add_format({"bg_color": "#F8D7D2", "font_color": "#8B1A0E"})
    for row, column in page.flags:
        cell = address(row, column, fixed=True)
        formula = "=chk_total<>0" if column == 0 else f"={cell}<>0"
        sheet.conditional_format(row, column, row, column, {"type": "formula", "criteria": formula, "format": bad})
    for area in page.heat:
        sheet.conditional_format(*area, HEAT)
    sheet.freeze_panes(*page.freeze)
    sheet.hide_gridlines(2)
    if page.landscape:
        sheet.set_landscape()
    sheet.set_paper(page.paper)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 1 if page.one_page else 0)
    sheet.center_horizontally()
    sheet.print_area(0, 0, *page.area)
    sheet.repeat_rows(*page.repeat)
    sheet.set_footer("&L&8&F&C&8&A&R&8Page &P of &N")
    sheet.set_zoom(100 if page.name in {"Cover", "Board"} else 90)
    sheet.protect(
        "",
        {
            "format_columns": True,
            "format_rows": True,
            "select_locked_cells": True,
            "select_unlocked_cells": True,
            "autofilter": True,
        },
    )


def validation(rule: Rule) -> dict[str, Any]:
    """Return the validation of an input cell, made from its quantity."""
    quantity = rule.quantity
    options: dict[str, Any] = {
        "error_title": rule.title,
        "error_message": rule.error,
        "input_title": rule.title,
        "input_message": rule.prompt or rule.error,
        "ignore_blank": rule.blank,
    }
    if quantity.kind == "flag":
        return {**options, "validate": "list", "source": [1, 0]}
    if quantity.kind == "choice":
        return {**options, "validate": "list", "source": list(quantity.choices)}
    if quantity.kind == "date" and not rule.month:
        first, last = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
        return {**options, "validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    if quantity.kind == "date":
        cell = address(rule.row, rule.column, fixed=True)
        return {**options, "validate": "custom", "value": f"=AND(ISNUMBER({cell}),DAY({cell})=1)"}
    if quantity.kind == "text":
        return {**options, "validate": "length", "criteria": "between", "minimum": 1, "maximum": 120}
    kind = "integer" if quantity.whole else "decimal"
    return {**options, "validate": kind, "criteria": "between", "minimum": quantity.low, "maximum": quantity.high}
