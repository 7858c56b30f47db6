"""A book's formulas in order of dependency, computed for many books at once.

`Engine(sheets)` compiles each distinct formula once. `engine.values` is the book as it stands; `engine.run(changes)` gives the cells
that changed inputs move, with one column of values for each book.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from accelxl.errors import BadFile
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import (
    BROKEN,
    Cells,
    Closure,
    Compiler,
    Key,
    Outside,
    Rect,
    Scope,
    out_of_sheet,
    place,
)
from accelxl.workbook.formulas.functions import FUNCTIONS
from accelxl.workbook.formulas.parse import area_of, parse, tokens
from accelxl.workbook.formulas.sheets import Formula, Sheets
from accelxl.workbook.formulas.shift import Shift
from accelxl.workbook.formulas.tree import Area, Name, Node, Unsupported, address
from accelxl.workbook.formulas.values import BLANK, Value


class Engine:
    """The formulas of a book, ready to run.

    Parameters
    ----------
    sheets : Sheets
        The cells.
    outside : callable, optional
        Computes functions that are not native: name and arguments (scalars or lists of rows) to a scalar or a list of rows.
    known_outside : callable, optional
        Tells whether `outside` computes a function of this name.

    Examples
    --------
    >>> from accelxl.workbook.formulas.sheets import Formula, Sheets
    >>> book = Sheets(["S"], constants={(0, 0, 0): 2.0}, formulas={(0, 0, 1): Formula("A1^3+1")})
    >>> engine = Engine(book)
    >>> float(engine.values[0, 0, 1].num[0])
    9.0
    >>> import numpy as np
    >>> engine.run({(0, 0, 0): np.array([1.0, 2.0, 3.0])})[0, 0, 1].num.tolist()
    [2.0, 9.0, 28.0]
    """

    def __init__(
        self,
        sheets: Sheets,
        outside: Outside | None = None,
        known_outside: Callable[[str], bool] = lambda _name: False,
    ) -> None:
        self.sheets = sheets
        self.outside = outside
        self.lacking: dict[Key, str] = {}
        """Formula cells that this compiler cannot compute, each with the function or construct that it lacks."""
        self._opaque: set[Key] = set()
        self._closures: dict[Key, Closure] = {}
        self._reads: dict[Key, list[tuple[int, Area]]] = {}
        self._scope = Scope(
            {title.lower(): place for place, title in enumerate(sheets.titles)},
            _sizes(sheets),
            _names(sheets.names),
            FUNCTIONS,
            known_outside,
        )
        self._compile()
        self._spilled = {
            (f.spill[0], r, c): key
            for key, f in sheets.formulas.items()
            if f.spill
            for r in range(f.spill[1], f.spill[3] + 1)
            for c in range(f.spill[2], f.spill[4] + 1)
        }
        self._own = {key: key for key in (*sheets.formulas, *self._spilled)}
        self._dependents: dict[Key, list[Key]] = {}
        self.order = self._sorted()
        self.values = Cells({key: values.of(item) for key, item in sheets.constants.items()}, outside)
        self._evaluate(self.values, self.order)

    def sources(self, key: Key) -> list[Key]:
        """Return the formula cells that a formula reads."""
        by_sheet: dict[int, list[Key]] = defaultdict(list)
        for other in [*self.sheets.formulas, *self._spilled]:
            by_sheet[other[0]].append(other)
        return list(dict.fromkeys(self._sources(key, {}, by_sheet)))

    def _compile(self) -> None:
        """Compile each distinct relative formula once."""
        made: dict[Any, tuple[Closure, list[tuple[int, Area]]]] = {}
        own: tuple[Closure, list[tuple[int, Area]]] = (_broken, [])
        last, shift = (-1, -1, -1), Shift("", 0)
        for key, formula in self.sheets.formulas.items():
            sheet, row, column = key
            plain = formula.origin is None and formula.spill is None
            try:
                if plain and last == (sheet, row, column - 1) and formula.text == shift.at(column):
                    self._closures[key], self._reads[key] = own
                else:
                    found = tokens(formula.text, *(formula.origin or (row, column)))
                    same = (sheet, formula.spill is not None, found)
                    if same not in made:
                        compiler = Compiler(self._scope, sheet, array=formula.spill is not None)
                        made[same] = (compiler.scalar(parse(found)), compiler.reads)
                    own = self._closures[key], self._reads[key] = made[same]
                    shift = Shift(formula.text, column)
                last = key if plain else (-1, -1, -1)
            except Unsupported as error:
                self.lacking[key] = str(error)
                self._reads[key] = self._named_in(key, formula)
                continue
            except RecursionError as error:
                raise BadFile(
                    f"{self.where(key)} has a formula that is nested too deep, or a name that leads to itself"
                ) from error
            if any(out_of_sheet(area, row, column) for _, area in self._reads[key]):
                self._closures[key], self._reads[key] = _broken, []

    def _named_in(self, key: Key, formula: Formula) -> list[tuple[int, Area]]:
        """Return the cells that a formula names which could not be compiled; one that may read any cell is noted as such."""
        try:
            found = tokens(formula.text, *(formula.origin or key[1:]))
        except Unsupported:
            self._opaque.add(key)
            return []
        reads: list[tuple[int, Area]] = []
        for kind, text in found:
            node = area_of(text) if kind == "area" else self._scope.names.get(str(text).rpartition("!")[2].lower())
            if isinstance(node, Area):
                sheet = key[0] if node.sheet is None else self._scope.sheets.get(node.sheet.lower(), -1)
                reads.append((sheet, node))
            elif kind == "call" and str(text).upper().rpartition(".")[2] in {"INDIRECT(", "OFFSET("}:
                self._opaque.add(key)
        return reads

    def _sources(self, key: Key, rectangles: dict[Rect, list[Key]], by_sheet: Mapping[int, list[Key]]) -> Iterable[Key]:
        """Go through the formula cells that a formula reads."""
        for sheet, area in self._reads[key]:
            rect = place(sheet, area, key[1], key[2], self._scope.sizes.get(sheet, (0, 0)))
            found = rectangles.get(rect)
            if found is None:
                found = rectangles[rect] = self._formulas_in(rect, by_sheet)
            yield from found

    def _formulas_in(self, rect: Rect, by_sheet: Mapping[int, list[Key]]) -> list[Key]:
        sheet, top, left, bottom, right = rect
        if (bottom - top + 1) * (right - left + 1) <= len(by_sheet.get(sheet, ())):
            every = ((sheet, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            inside = [self._own[key] for key in every if key in self._own]  # one tuple a cell, however many read it
        else:
            inside = [k for k in by_sheet.get(sheet, ()) if top <= k[1] <= bottom and left <= k[2] <= right]
        return list(
            dict.fromkeys(self._spilled.get(k, k) for k in inside if k in self.sheets.formulas or k in self._spilled)
        )

    def _sorted(self) -> list[Key]:
        """Return the formula cells, each after those that it reads."""
        by_sheet: dict[int, list[Key]] = defaultdict(list)
        for key in [*self.sheets.formulas, *self._spilled]:
            by_sheet[key[0]].append(key)
        rectangles: dict[Rect, list[Key]] = {}
        waiting: dict[Key, int] = {}
        dependents: dict[Key, list[Key]] = defaultdict(list)
        for key in self.sheets.formulas:
            sources = set(self._sources(key, rectangles, by_sheet))
            waiting[key] = len(sources)
            for source in sources:
                dependents[source].append(key)
        ready = [key for key in self.sheets.formulas if not waiting[key]]
        order: list[Key] = []
        while ready:
            key = ready.pop()
            order.append(key)
            for reader in dependents[key]:
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
        self._dependents = dependents
        if len(order) < len(waiting):
            first = min(key for key, count in waiting.items() if count)
            raise BadFile(f"{self.where(first)} takes part in a circular reference; a book without circles is allowed")
        return order

    def where(self, key: Key) -> str:
        """Return the address of a cell with its sheet."""
        return f"{self.sheets.titles[key[0]]}!{address(key[1], key[2])}"

    def moved_by(self, changed: Iterable[Key]) -> list[Key]:
        """Return the formula cells that depend on any of these cells, in order of dependency."""
        changed = set(changed)
        touched: set[Key] = set(self._opaque)
        reading: dict[Rect, bool] = {}
        for key in self.sheets.formulas:
            for sheet, area in self._reads[key]:
                rect = place(sheet, area, key[1], key[2], self._scope.sizes.get(sheet, (0, 0)))
                if rect not in reading:
                    reading[rect] = any(
                        k[0] == rect[0] and rect[1] <= k[1] <= rect[3] and rect[2] <= k[2] <= rect[4] for k in changed
                    )
                if reading[rect]:
                    touched.add(key)
                    break
        waiting = list(touched)
        while waiting:
            for reader in self._dependents[waiting.pop()]:
                if reader not in touched:
                    touched.add(reader)
                    waiting.append(reader)
        return [key for key in self.order if key in touched]

    def _evaluate(self, cells: Cells, order: Iterable[Key]) -> None:
        formulas = self.sheets.formulas
        with np.errstate(all="ignore"):
            for key in order:
                closure = self._closures.get(key)
                if closure is None:
                    cells[key] = values.of(self.sheets.cached.get(key))
                    continue
                try:
                    self._put(cells, key, closure(cells, key[1], key[2]), formulas[key])
                except Unsupported as error:
                    self.lacking[key] = str(error)
                    cells[key] = values.of(self.sheets.cached.get(key))

    @staticmethod
    def _put(cells: Cells, key: Key, value: Value, formula: Formula) -> None:
        """Store a formula's value; a blank shows as 0."""
        if formula.spill is None:
            cells[key] = _shown(values.unstack(value, 0, 0) if value.area else value)
            return
        sheet, top, left, bottom, right = formula.spill
        block = value if value.area else values.stack([[value]])
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cells[sheet, row, column] = _shown(values.unstack(block, row - top, column - left))

    def set(self, changes: Mapping[Key, Any]) -> None:
        """Change constants of the book itself."""
        self.values.update({key: values.of(item) for key, item in changes.items()})
        self.values.rectangles.clear()
        self.values.rows.clear()
        self._evaluate(self.values, self.moved_by(changes))

    def run(self, changes: Mapping[Key, Any], moved: list[Key] | None = None) -> dict[Key, Value]:
        """Return the cells that changed inputs move, one value a book.

        Parameters
        ----------
        changes : dict
            Cell to its value in every book: a float array of shape (books,), or a `Value`.
        moved : list of cells, optional
            What `moved_by` gives for these cells, so that it is worked out once for many runs.

        Raises
        ------
        Unsupported
            If a moved cell needs a function that the compiler lacks.
        """
        order = self.moved_by(changes) if moved is None else moved
        for key in order:
            if key in self.lacking:
                raise Unsupported(f"{self.lacking[key]} in {self.where(key)}")
        cells = Cells(self.values, self.outside)
        for key, given in changes.items():
            cells[key] = given if isinstance(given, Value) else Value(given)
        self._evaluate(cells, order)
        for key in order:
            if key in self.lacking:
                raise Unsupported(f"{self.lacking[key]} in {self.where(key)}")
        found: dict[Key, Value] = {}
        for key in order:
            spill = self.sheets.formulas[key].spill
            if spill is None:
                found[key] = cells[key]
            else:
                sheet, top, left, bottom, right = spill
                found.update(
                    {(sheet, r, c): cells[sheet, r, c] for r in range(top, bottom + 1) for c in range(left, right + 1)}
                )
        return found


def _broken(_cells: Cells, _row: int, _column: int) -> Value:
    return BROKEN


def _shown(value: Value) -> Value:
    if isinstance(value.kind, int):
        return Value(value.num, values.NUMBER) if value.kind == BLANK else value
    first = int(value.kind.flat[0])
    if (value.kind == first).all():  # so that it is stored and written as quickly as it can be
        return Value(
            value.num, values.NUMBER if first == BLANK else first, value.text if first == values.TEXT else None
        )
    if (value.kind == BLANK).any():
        return values.select(value.kind == BLANK, values.of(0.0), value)
    return value


def _sizes(sheets: Sheets) -> dict[int, tuple[int, int]]:
    """Return the last used row and column of each sheet."""
    sizes: dict[int, tuple[int, int]] = {}
    for group in (sheets.constants, sheets.formulas):
        for sheet, row, column in group:
            rows, columns = sizes.get(sheet, (0, 0))
            sizes[sheet] = (max(rows, row), max(columns, column))
    return sizes


def _names(given: Mapping[str, str]) -> dict[str, Node]:
    """Return the defined names as trees; one that the compiler cannot read stands for itself, so that its use is refused."""
    found: dict[str, Node] = {}
    for name, text in given.items():
        try:
            node = parse(tokens(text, 0, 0))
        except (Unsupported, RecursionError):
            node = Name(name)
        found[name.lower()] = node
    return found
