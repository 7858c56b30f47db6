"""Colours that a sheet gives its cells by their value: the colour scales of its conditional formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite

from lxml import etree

from accelxl.workbook.book import Workbook, xml
from accelxl.workbook.formulas.tree import cell_of


def heat(book: Workbook, place: int) -> dict[tuple[int, int], str]:
    """Return the colour of each cell of a sheet under a colour scale, by row and column, six hexadecimal digits."""
    root = xml(book.package, book.parts[place])
    found: dict[tuple[int, int], str] = {}
    for block in root.iter("{*}conditionalFormatting"):
        for one in block.iter("{*}colorScale"):
            values = _values(book, place, block.get("sqref", ""))
            found |= _coloured(one, values)
    return found


def _values(book: Workbook, place: int, areas: str) -> dict[tuple[int, int], float]:
    """Return the numbers in the areas of a conditional format."""
    cells = book.sheet(place).cells
    found: dict[tuple[int, int], float] = {}
    for area in areas.split():
        first, _, last = area.partition(":")
        try:
            (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
        except ValueError:
            continue
        for (row, column), span in cells.items():
            if top <= row <= bottom and left <= column <= right:
                value = book.value(span)
                if type(value) is float and isfinite(value):
                    found[row, column] = value
    return found


def _coloured(one: etree._Element, values: dict[tuple[int, int], float]) -> dict[tuple[int, int], str]:
    colours = [item.get("rgb", "")[-6:] for item in one.iter("{*}color")]
    ends = [_end(item, sorted(values.values())) for item in one.iter("{*}cfvo")] if values else []
    known = [end for end in ends if end is not None]
    plain = len(colours) == len(known) == len(ends) > 1 and all(
        re.fullmatch("[0-9A-Fa-f]{6}", text) for text in colours
    )
    return {cell: mixed(value, known, colours) for cell, value in values.items()} if plain else {}


def _end(item: etree._Element, ordered: Sequence[float]) -> float | None:
    """Return the value at which a colour stands; None where a formula or a theme says it."""
    kind = item.get("type", "")
    if kind in {"min", "max"}:
        return ordered[0] if kind == "min" else ordered[-1]
    try:
        value = float(item.get("val", ""))
    except ValueError:
        return None
    if kind == "num":
        return value
    if kind == "percent":
        return ordered[0] + (ordered[-1] - ordered[0]) * value / 100
    if kind == "percentile":
        place = (len(ordered) - 1) * min(max(value, 0.0), 100.0) / 100
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
    return None


def mixed(value: float, ends: Sequence[float], colours: Sequence[str]) -> str:
    """Return the colour of a value between those of the ends about it.

    Examples
    --------
    >>> mixed(-5.0, (-10.0, 0.0, 10.0), ("000000", "FFFFFF", "00FF00"))
    '808080'
    """
    if value <= ends[0]:
        return colours[0]
    for place in range(1, len(ends)):
        low, high = ends[place - 1], ends[place]
        if value <= high:
            part = (value - low) / (high - low) if high > low else 1.0
            pairs = [(int(colours[place - 1][k : k + 2], 16), int(colours[place][k : k + 2], 16)) for k in (0, 2, 4)]
            return "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)
    return colours[-1]
