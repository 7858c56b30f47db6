"""The formulas of a book as forms: equal relative formulas of a sheet are one form, which is read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accelxl.workbook.formulas.compile import Key, Rect, place
from accelxl.workbook.formulas.parse import Token, area_of, tokens
from accelxl.workbook.formulas.sheets import Formula, Sheets
from accelxl.workbook.formulas.shift import Shift
from accelxl.workbook.formulas.tree import Area, Unsupported

_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(slots=True)
class Form:
    """A relative formula: its tokens (none where it cannot be read), its text in the first cell, and the cells that hold it."""

    sheet: int
    text: str
    tokens: tuple[Token, ...]
    cells: list[Key] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    array: bool = False

    @property
    def bare(self) -> str:
        """The text without its quoted texts."""
        return _QUOTED.sub('""', self.text)

    @property
    def link(self) -> bool:
        """Tell whether it is one reference or name and nothing else."""
        return len(self.tokens) == 1 and self.tokens[0].kind in {"area", "name"}


def forms(sheets: Sheets) -> dict[Key, Form]:
    """Return the form of each formula cell."""
    found: dict[Key, Form] = {}
    known: dict[Any, Form] = {}
    last: Key = (-1, -1, -1)
    shift: Shift | None = None
    for key, formula in sheets.formulas.items():
        sheet, row, column = key
        beside = shift is not None and last == (sheet, row, column - 1)
        if beside and shift is not None and formula.origin is None and formula.text == shift.at(column):
            form = found[last]
        else:
            form = _read(known, key, formula)
            shift = Shift(formula.text, column) if formula.origin is None and formula.spill is None else None
        form.cells.append(key)
        found[key] = form
        last = key
    return found


def _read(known: dict[Any, Form], key: Key, formula: Formula) -> Form:
    try:
        read = tokens(formula.text, *(formula.origin or key[1:]))
    except Unsupported:
        read = ()
    same = (key[0], read or formula.text, formula.spill)
    if same not in known:
        form = Form(key[0], formula.text, read, array=formula.spill is not None)
        for kind, value in read:
            if kind == "area":
                form.areas.append(area_of(value))
            elif kind == "call":
                form.calls.append(value[:-1].upper().removeprefix("_XLFN.").removeprefix("_XLWS."))
            elif kind == "name":
                form.words.append(value.rpartition("!")[2].lower())
        known[same] = form
    return known[same]


class Graph:
    """Which cells a formula reads, by way of references and names."""

    def __init__(self, sheets: Sheets, found: dict[Key, Form], names: dict[str, Rect]) -> None:
        self.forms = found
        self._names = names
        self._titles = {title.lower(): number for number, title in enumerate(sheets.titles)}
        self._rows: dict[tuple[int, int], list[int]] = {}
        for sheet, row, column in found:
            self._rows.setdefault((sheet, row), []).append(column)
        self._sizes: dict[int, tuple[int, int]] = {}
        for sheet, row, column in found:
            rows, columns = self._sizes.get(sheet, (0, 0))
            self._sizes[sheet] = (max(rows, row), max(columns, column))

    def rects(self, key: Key) -> Iterator[Rect]:
        """Go through the rectangles that a formula reads."""
        form = self.forms[key]
        for area in form.areas:
            sheet = key[0] if area.sheet is None else self._titles.get(area.sheet.lower(), -1)
            if sheet >= 0:
                yield place(sheet, area, key[1], key[2], self._sizes.get(sheet, (0, 0)))
        for word in form.words:
            if word in self._names:
                yield self._names[word]

    def inside(self, rect: Rect) -> list[Key]:
        """Return the formula cells in a rectangle."""
        sheet, top, left, bottom, right = rect
        if top == bottom and left == right:
            return [(sheet, top, left)] if (sheet, top, left) in self.forms else []
        bottom = min(bottom, self._sizes.get(sheet, (0, 0))[0])
        return [
            (sheet, row, column)
            for row in range(top, bottom + 1)
            for column in self._rows.get((sheet, row), ())
            if left <= column <= right
        ]

    def circle(self) -> list[Key]:
        """Return the cells of a circular reference in order, none where there is no circle."""
        state: dict[Any, int] = {}
        for start in self.forms:
            if state.get(start):
                continue
            path: list[Any] = [start]
            ways: list[Iterator[Any]] = [iter(list(self.rects(start)))]
            state[start] = 1
            while path:
                step = next(ways[-1], None)
                if step is None:
                    state[path.pop()] = 2
                    ways.pop()
                elif state.get(step) == 1:
                    return [node for node in path[path.index(step) :] if len(node) == 3]
                elif not state.get(step):
                    state[step] = 1
                    path.append(step)
                    ways.append(iter(self.inside(step)) if len(step) == 5 else iter(list(self.rects(step))))
        return []
