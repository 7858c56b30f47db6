"""Cells that a worksheet part does not have yet: where their bytes go, in rows that are there and in rows that are not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from accelxl.workbook.formulas.tree import address, cell_of
from accelxl.workbook.scan import Line, Scanned

Insert = tuple[int, int, list[str]]
"""Where the bytes of an old piece begin and end, and what stands in its place in each book."""


def inserted(sheet: Scanned, cells: Mapping[tuple[int, int], list[str]], count: int) -> list[Insert]:
    """Return the edits that put cells into a worksheet part; a book in which a cell's text is empty does not get it.

    Parameters
    ----------
    sheet : Scanned
        The part, which has none of these cells.
    cells : dict
        (row, column) to the cell's text in each book.
    count : int
        How many books.
    """
    rows: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        rows.setdefault(row, []).append(column)
    there = sorted(sheet.lines)
    new: dict[int, list[str]] = {}
    edits: list[Insert] = []
    for row, columns in rows.items():
        line = sheet.lines.get(row)
        if line is not None and line.close >= 0:
            edits += _into_row(sheet, row, line, {column: cells[row, column] for column in columns})
            continue
        texts = ["".join(cells[row, column][at] for column in columns) for at in range(count)]
        if line is not None:
            edits.append((line.start, line.inside, _opened(sheet, line, f"</{sheet.prefix}row>", texts)))
        else:
            x = sheet.prefix
            new[row] = [f'<{x}row r="{row + 1}">{text}</{x}row>' if text else "" for text in texts]
    if new and sheet.block.close < 0:
        whole = ["".join(new[row][at] for row in new) for at in range(count)]
        edits.append(
            (sheet.block.start, sheet.block.inside, _opened(sheet, sheet.block, f"</{sheet.prefix}sheetData>", whole))
        )
    else:
        for row, texts in new.items():
            after = bisect_right(there, row)
            place = sheet.lines[there[after]].start if after < len(there) else sheet.block.close
            edits.append((place, place, texts))
    return edits + _extent(sheet, cells, count)


def _into_row(sheet: Scanned, row: int, line: Line, cells: Mapping[int, list[str]]) -> list[Insert]:
    """Return the edits of a row that has cells: each new one stands before the first with a later column."""
    own = sorted(column for other, column in sheet.cells if other == row)
    edits: list[Insert] = []
    for column, texts in cells.items():
        after = bisect_right(own, column)
        place = sheet.cells[row, own[after]].start if after < len(own) else line.close
        edits.append((place, place, texts))
    return edits


def _opened(sheet: Scanned, line: Line, closing: str, texts: list[str]) -> list[str]:
    """Return an empty element with content; as it is where a book has none."""
    own = sheet.data[line.start : line.inside].decode()
    opening = own.removesuffix("/>").rstrip() + ">"
    return [opening + text + closing if text else own for text in texts]


def _extent(sheet: Scanned, cells: Mapping[tuple[int, int], list[str]], count: int) -> list[Insert]:
    """Return the edit of the element that tells the used range, where a book goes beyond it."""
    if sheet.extent is None:
        return []
    start, end, reach = sheet.extent
    own = sheet.data[start:end].decode()
    first, _, last = reach.partition(":")
    try:
        (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
    except ValueError:
        return []
    texts = []
    for at in range(count):
        used = [place for place, text in cells.items() if text[at]]
        low = max([bottom, *(row for row, _ in used)])
        far = max([right, *(column for _, column in used)])
        over = min([top, *(row for row, _ in used)]), min([left, *(column for _, column in used)])
        texts.append(own.replace(f'"{reach}"', f'"{address(*over)}:{address(low, far)}"') if used else own)
    return [] if texts.count(own) == count else [(start, end, texts)]
