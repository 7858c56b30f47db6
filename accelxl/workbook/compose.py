"""A template into a layout, and the values of its formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key, Outside
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.tree import Unsupported
from accelxl.workbook.language import Book
from accelxl.workbook.layout import Layout
from accelxl.workbook.pages.blocks import blocks
from accelxl.workbook.pages.board import board
from accelxl.workbook.pages.calculation import calculation, filled_name, place
from accelxl.workbook.pages.checks import checks
from accelxl.workbook.pages.front import contents, cover, log
from accelxl.workbook.pages.inputs import inputs
from accelxl.workbook.template import Template

Values = dict[tuple[str, int, int], Any]
"""Sheet, row and column of a formula cell to its value: float, text, bool or the text of an error."""


def compose(template: Template) -> tuple[Layout, Book]:
    """Return a template laid out, and where its rows stand.

    Raises
    ------
    UnknownName
        If a formula names a row or a defined name that does not exist.
    """
    layout, book = Layout(), Book()
    book.names = {item.defined for item in template.items}
    book.names |= {f"out_{figure.name}" for figure in template.board.every}
    book.names |= {f"asof_{item.name}" for item in template.items if item.dated}
    book.names |= {item.range_name for item in template.items if item.group}
    book.names |= {f"all_{sheet.name.lower()}" for sheet in template.sheets}
    book.names |= {f"batch_{name}" for name in template.batch}
    book.names |= {f"{end}_{item.name}" for item in template.items if item.ranged for end in ("low", "high")}
    book.names |= {filled_name(row, column) for _, row, column in template.filled}
    book.names |= {"chk_stale"} if template.filled else set()
    book.names |= {"chk_total", "chk_not_calculated", "out_scope", "out_message"}
    book.names |= {block.name for block in template.blocks}
    for sheet in template.sheets:
        place(sheet, book)
    cover(template, layout)
    board(template, layout, book)
    inputs(template, layout)
    for sheet in template.sheets:
        calculation(sheet, layout, book)
    blocks(template, layout, book)
    checks(template, layout, book)
    log(template, layout)
    contents(layout)
    layout.names.update(book.made)
    return layout, book


def evaluate(template: Template, layout: Layout, outside: Outside, known_outside: Callable[[str], bool]) -> Values:
    """Return the value of every formula cell of a layout; cells that a batch run fills get the figures of the book as it stands.

    Raises
    ------
    Unsupported
        If a formula needs a function that the compiler lacks: a fault of the template.
    """
    engine = Engine(layout.sheets(), outside, known_outside)
    titles = [page.name for page in layout.pages]
    changes: dict[Key, Any] = {}
    kept = [(f"out_{name}", f"batch_{name}") for name in template.batch]
    kept += [
        ("live_" + name.removeprefix("batch_"), name) for name in (filled_name(row, k) for _, row, k in template.filled)
    ]
    for source, target in kept:
        sheet, row, column = layout.at(source)
        filled, r, c = layout.at(target)
        found = values.python(engine.values[titles.index(sheet), row, column], 0)
        layout.page(filled).cells[r, c].content = found
        changes[titles.index(filled), r, c] = found
    engine.set(changes)
    if engine.lacking:
        key, what = next(iter(engine.lacking.items()))
        raise Unsupported(f"{engine.where(key)}: {what}")
    return {(titles[key[0]], key[1], key[2]): values.python(engine.values[key], 0) for key in engine.sheets.formulas}
