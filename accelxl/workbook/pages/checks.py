"""The Checks sheet: checks with value, tolerance and flag; native figures against ACCEL functions; warnings."""

from __future__ import annotations

import re

from accelxl.workbook.formulas.tree import address
from accelxl.workbook.language import Book, cells
from accelxl.workbook.layout import Layout, Page
from accelxl.workbook.pages.calculation import filled_name
from accelxl.workbook.template import Check, Template

LABEL, NATIVE, ACCEL, VALUE, TOLERANCE, FAIL = range(6)


def checks(template: Template, layout: Layout, book: Book) -> None:
    """Lay out the Checks sheet."""
    page = Page(
        "Checks", widths=[(0, 0, 64.0), (1, 4, 23.0), (5, 5, 10.0)], freeze=(3, 0), repeat=(0, 2), landscape=False
    )
    layout.pages.append(page)
    page.head("Checks", "Every check should be zero within its tolerance; the light on each sheet shows their total")
    page.put(4, LABEL, "Checks that fail, in total", "strong_label")
    for column in range(1, FAIL):
        page.put(4, column, None, "strong")
    flags: list[int] = []
    row = _table(page, 6, "Check", [c for c in template.checks if not c.warning], book, flags)
    warned: list[int] = []
    spans = []
    if any(figure.accel for figure in template.board.every):
        first, row = _twins(template, page, row + 2, book, flags)
        spans.append((_span(first, row, NATIVE), _span(first, row, ACCEL)))
    if template.filled:
        first, last = _filled(template, page, row + 2, layout, book, warned)
        spans.append((_span(first, last, NATIVE), _span(first, last, ACCEL)))
        row = last + 1
        page.put(row, LABEL, "Batch values that are of other inputs: fill the book again", "label")
        page.put(row, VALUE, role="calc", format="number", formula=f"=SUM({_span(first, last, FAIL)})")
        layout.name("chk_stale", page, row, VALUE)
    if spans:
        row += 1
        page.put(row, LABEL, "ACCEL cells without the number that the native cell has (no add-in)", "label")
        counts = "+".join(f"SUMPRODUCT(ISNUMBER({native})*(1-ISNUMBER({accel})))" for native, accel in spans)
        page.put(row, VALUE, role="calc", format="number", formula=f"={counts}")
        layout.name("chk_not_calculated", page, row, VALUE)
    row = (
        _table(page, row + 2, "Warning (outside the total)", [c for c in template.checks if c.warning], book, warned)
        + 1
    )
    for name in template.batch:
        row += 1
        figure = next(figure for figure in template.board.every if figure.name == name)
        page.put(
            row,
            LABEL,
            f"{figure.label} when the book was filled, {figure.unit}",
            "label",
        )
        page.put(row, VALUE, 0.0, "batch", figure.format)
        layout.name(f"batch_{name}", page, row, VALUE)
    page.put(4, FAIL, role="strong", format="number", formula=f"={_sum(flags)}")
    layout.name("chk_total", page, 4, FAIL)
    page.flags.append((4, FAIL))
    page.flags += [(r, FAIL) for r in (*flags, *warned)]


def _filled(template: Template, page: Page, row: int, layout: Layout, book: Book, warned: list[int]) -> tuple[int, int]:
    """Lay out each value of a batch run beside the ACCEL formula that gives it now (`live_*`), outside the total."""
    _header(page, row, "Warning: batch value against the ACCEL function (outside the total)", native="Batch")
    first = row + 1
    for _, line, column in template.filled:
        row += 1
        name = filled_name(line, column)
        where = f", column {column}" if column else ""
        accel = line.batch.replace("[@k]", f"[@{column}]").replace("@k", str(column))
        page.put(row, LABEL, f"{line.label}{where} ({_function(accel)})", "label")
        page.put(row, ACCEL, role="accel", format="number4", formula=cells(book, page.name, accel, ACCEL, line.name))
        layout.name("live_" + name.removeprefix("batch_"), page, row, ACCEL)
        _compared(page, row, name)
        warned.append(row)
    return first, row


def _compared(page: Page, row: int, native: str) -> None:
    """Put the value of a name beside the ACCEL cell of its row, their difference, tolerance and flag."""
    left, accel = address(row, NATIVE), address(row, ACCEL)
    page.put(row, NATIVE, role="calc", format="number4", formula=f"={native}")
    page.put(row, VALUE, role="calc", format="tiny", formula=f"=IF(ISNUMBER({accel}),{accel}-{left},0)")
    page.put(row, TOLERANCE, role="calc", format="tiny", formula=f"=k_tolerance*(1+ABS(N({left})))")
    _flag(page, row)


def _sum(rows: list[int]) -> str:
    """Return the sum of the flags in two blocks of rows."""
    blocks: list[list[int]] = []
    for row in rows:
        if blocks and row == blocks[-1][1] + 1:
            blocks[-1][1] = row
        else:
            blocks.append([row, row])
    return f"SUM({','.join(_span(low, high, FAIL) for low, high in blocks)})"


def _function(formula: str) -> str:
    """Return the name of the first ACCEL function of a formula."""
    found = re.search(r"ACCEL_\w+", formula)
    return found[0] if found else "ACCEL"


def _span(low: int, high: int, column: int) -> str:
    return f"{address(low, column)}:{address(high, column)}"


def _header(page: Page, row: int, title: str, *, native: str = "") -> None:
    texts = (
        title,
        native or None,
        "ACCEL" if native else None,
        "Difference" if native else "Value",
        "Tolerance",
        "Fail",
    )
    for column, text in enumerate(texts):
        page.put(row, column, text, "heading_right" if column else "heading")


def _table(page: Page, row: int, title: str, given: list[Check], book: Book, flags: list[int]) -> int:
    _header(page, row, title)
    for check in given:
        row += 1
        page.put(row, LABEL, check.label, "label")
        page.put(
            row, VALUE, role="calc", format="tiny", formula=cells(book, "Checks", check.formula, VALUE, check.name)
        )
        page.put(
            row,
            TOLERANCE,
            role="calc",
            format="tiny",
            formula=cells(book, "Checks", check.tolerance, TOLERANCE, check.name),
        )
        _flag(page, row)
        flags.append(row)
    return row


def _flag(page: Page, row: int) -> None:
    page.put(
        row, FAIL, role="calc", format="flag", formula=f"=IF(ABS({address(row, VALUE)})>{address(row, TOLERANCE)},1,0)"
    )


def _twins(template: Template, page: Page, row: int, book: Book, flags: list[int]) -> tuple[int, int]:
    """Lay out each native figure beside the ACCEL function that should give the same."""
    _header(page, row, "Native figure against the ACCEL function", native="Native")
    first = row + 1
    for figure in template.board.every:
        if not figure.accel:
            continue
        row += 1
        page.put(row, LABEL, f"{figure.label} ({figure.metric or _function(figure.accel)})", "label")
        page.put(
            row, ACCEL, role="accel", format="number4", formula=cells(book, "Checks", figure.accel, ACCEL, figure.name)
        )
        _compared(page, row, f"out_{figure.name}")
        flags.append(row)
    return first, row
