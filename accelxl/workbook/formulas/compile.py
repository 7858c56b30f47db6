"""A tree into a closure that computes a cell for many books at once.

A closure takes the cells known so far and the place of the formula. Equal relative formulas share one closure. What a formula reads is
collected beside it, so that cells can be put in order of dependency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from accelxl.errors import BadFile
from accelxl.functions.cells import MOST_CELLS, CellError
from accelxl.workbook.formulas import operators, values
from accelxl.workbook.formulas.tree import (
    MAX_COLUMN,
    MAX_ROW,
    REF,
    Area,
    Binary,
    Call,
    Fault,
    Flag,
    Grid,
    Missing,
    Name,
    Node,
    Number,
    Text,
    Unary,
    Unsupported,
    address,
)
from accelxl.workbook.formulas.values import BLANK_VALUE, Value

Key: TypeAlias = tuple[int, int, int]
"""Sheet, row and column of a cell, each from 0."""
Rect: TypeAlias = tuple[int, int, int, int, int]
"""Sheet, top, left, bottom and right of a rectangle, each from 0 and inclusive."""
Outside: TypeAlias = Callable[[str, list[list[Any]], int], list[Any]]
"""A function that is computed elsewhere: its name, for each argument the cells by book, and the count of books, to the result by book.

A cell is a scalar or a list of rows; a list of one entry stands for all books.
"""


class Cells(dict[Key, Value]):
    """The values of a book's cells, with the rectangles that were read out of them."""

    __slots__ = ("outside", "rectangles", "rows")

    def __init__(self, given: Mapping[Key, Value], outside: Outside | None = None) -> None:
        super().__init__(given)
        self.rectangles: dict[Rect, Value] = {}
        self.rows: dict[Rect, list[list[list[Any]]]] = {}
        self.outside = outside

    def rectangle(self, rect: Rect) -> Value:
        """Return a rectangle of cells."""
        found = self.rectangles.get(rect)
        if found is None:
            sheet, top, left, bottom, right = rect
            if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
                block = f"{address(top, left)}:{address(bottom, right)}"
                raise BadFile(f"a formula reads the block {block}; up to {MOST_CELLS:,} cells are allowed")
            get = self.get
            found = values.stack(
                [[get((sheet, r, c), BLANK_VALUE) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
            )
            if len(self.rectangles) > 256:
                self.rectangles.clear()
            self.rectangles[rect] = found
        return found


Closure: TypeAlias = Callable[[Cells, int, int], Value]


@dataclass(slots=True)
class Scope:
    """What a formula may refer to: sheets by lower-case name, used sizes, defined names, functions, and those computed elsewhere."""

    sheets: Mapping[str, int]
    sizes: Mapping[int, tuple[int, int]]
    names: Mapping[str, Node]
    functions: Mapping[str, Callable[[Compiler, tuple[Node, ...]], Closure]]
    known_outside: Callable[[str], bool]


@dataclass(slots=True)
class Compiler:
    """Compiles the formulas of one sheet; `array` is true for an array formula, whose operators work on whole rectangles."""

    scope: Scope
    sheet: int
    array: bool = False
    reads: list[tuple[int, Area]] = field(default_factory=list)

    def sheet_of(self, area: Area) -> int:
        """Return the sheet of an area."""
        if area.sheet is None:
            return self.sheet
        found = self.scope.sheets.get(area.sheet.lower())
        if found is None:
            raise Unsupported(f"the reference to sheet {area.sheet!r}, which the book lacks")
        return found

    def resolve(self, node: Node) -> Node:
        """Return what a defined name stands for; any other node as it is."""
        seen = 0
        while isinstance(node, Name):
            found = self.scope.names.get(node.name.rpartition("!")[2].lower())
            seen += 1
            if found is None or seen > 20:
                raise Unsupported(f"the name {node.name!r}, which the book lacks")
            node = found
        return node

    def rect(self, area: Area) -> Callable[[int, int], Rect]:
        """Return the rectangle of an area as a function of the formula's place; whole rows and columns end where the sheet does."""
        sheet = self.sheet_of(area)
        self.reads.append((sheet, area))
        size = self.scope.sizes.get(sheet, (1, 1))
        return lambda row, column: place(sheet, area, row, column, size)

    def scalar(self, node: Node) -> Closure:
        """Compile a node whose value is one cell (in an array formula: a rectangle)."""
        node = self.resolve(node)
        if isinstance(node, Area):
            return self._area(node)
        if isinstance(node, (Number, Text, Flag)):
            return _constant(values.of(node.value))
        if isinstance(node, Fault):
            return _constant(values.fault(node.code))
        if isinstance(node, Missing):
            return _constant(BLANK_VALUE)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Unary):
            return _unary(operators.UNARY[node.op], self.scalar(node.operand))
        if isinstance(node, Binary):
            return _binary(operators.BINARY[node.op], self.scalar(node.left), self.scalar(node.right))
        return self.rectangle(node)

    def _area(self, area: Area) -> Closure:
        if not area.single:
            if not self.array:
                raise Unsupported("a range where one cell is expected")
            return self.rectangle(area)
        sheet = self.sheet_of(area)
        self.reads.append((sheet, area))
        down, across = area.top, area.left
        if down.fixed and across.fixed:
            key = (sheet, down.value, across.value)
            return lambda cells, _row, _column: cells.get(key, BLANK_VALUE)
        a, b, c, d = down.value, not down.fixed, across.value, not across.fixed
        return lambda cells, row, column: cells.get((sheet, a + b * row, c + d * column), BLANK_VALUE)

    def is_area(self, node: Node) -> bool:
        """Tell whether a node is a reference or an array constant."""
        return isinstance(self.resolve(node), (Area, Grid))

    def rectangle(self, node: Node) -> Closure:
        """Compile a node whose value is a rectangle."""
        node = self.resolve(node)
        if isinstance(node, Area):
            rect = self.rect(node)
            return lambda cells, row, column: cells.rectangle(rect(row, column))
        if isinstance(node, Grid):
            rows = [[self.scalar(item) for item in row] for row in node.rows]
            fixed = values.stack([[item(Cells({}), 0, 0) for item in row] for row in rows])
            return _constant(fixed)
        whole = isinstance(node, Call) and self._is_outside(node)
        inner = self._outside(node, whole=True) if whole else self.scalar(node)  # type: ignore[arg-type]

        def lifted(cells: Cells, row: int, column: int) -> Value:
            value = inner(cells, row, column)
            return value if value.area else values.stack([[value]])

        return lifted

    def in_arrays(self, node: Node) -> Closure:
        """Compile a node as an array formula would, whatever this formula is (SUMPRODUCT's arguments)."""
        inner = Compiler(self.scope, self.sheet, array=True, reads=self.reads)
        return inner.scalar(node)

    def _call(self, node: Call) -> Closure:
        maker = self.scope.functions.get(node.name)
        if maker is not None:
            return maker(self, node.args)
        if self._is_outside(node):
            return self._outside(node, whole=self.array)
        raise Unsupported(f"the function {node.name}")

    def _is_outside(self, node: Call) -> bool:
        return node.name not in self.scope.functions and self.scope.known_outside(node.name)

    def _outside(self, node: Call, *, whole: bool) -> Closure:
        """Compile a function that is computed elsewhere: once for each book whose arguments differ.

        With `whole` its result may be a rectangle, as inside INDEX; else a cell shows the first corner.
        """
        name = node.name
        readers: list[tuple[Closure, Callable[[int, int], Rect] | None]] = []
        for item in node.args:
            arg = self.resolve(item)
            if isinstance(arg, Area) and not arg.single:
                readers.append((self.rectangle(arg), self.rect(arg)))
            else:
                readers.append((self.rectangle(arg) if isinstance(arg, Grid) else self.scalar(arg), None))

        def run(cells: Cells, row: int, column: int) -> Value:
            assert cells.outside is not None
            given = [(reader(cells, row, column), rect and rect(row, column)) for reader, rect in readers]
            books = max([value.num.shape[-1] for value, _ in given], default=1)
            columns = [_by_book(cells, value, rect) for value, rect in given]
            results = cells.outside(name, columns, books)
            return of_results(results if whole else [_corner(item) for item in results])

        return run


def _by_book(cells: Cells, value: Value, rect: Rect | None) -> list[Any]:
    """Return an argument as Python objects, one a book: a scalar, or a list of rows."""
    if rect is not None and rect in cells.rows:
        return cells.rows[rect]
    books = value.num.shape[-1]
    if value.num.ndim == 1:
        return [values.python(value, book) for book in range(books)]
    rows, columns, _ = value.num.shape
    parts = [[values.unstack(value, r, c) for c in range(columns)] for r in range(rows)]
    found = [[[values.python(cell, book) for cell in row] for row in parts] for book in range(books)]
    if rect is not None:
        cells.rows[rect] = found
    return found


def _corner(item: Any) -> Any:
    """Return the cell that a formula shows which does not spill."""
    return item[0][0] if isinstance(item, list) else item


def of_results(results: list[Any]) -> Value:
    """Return the value of what an outside function gave for each book.

    Examples
    --------
    >>> of_results([1.0, 2.0]).num.tolist()
    [1.0, 2.0]
    """
    if all(type(item) is float for item in results):
        return values.finite(np.array(results))
    grids = [item for item in results if isinstance(item, list)]
    if grids:
        rows, columns = max(len(item) for item in grids), max(len(item[0]) for item in grids)
        parts = [_at_size(item, rows, columns) for item in results]
        return values.stack([[of_results([part[r][c] for part in parts]) for c in range(columns)] for r in range(rows)])
    return values.gathered([values.of(item) for item in results])


def _at_size(item: Any, rows: int, columns: int) -> list[list[Any]]:
    """Return a result as a rectangle of this size: a single cell fills it, beyond a smaller rectangle there is #N/A."""
    if not isinstance(item, list):
        return [[item] * columns] * rows
    wide = [[*row, *[CellError("#N/A")] * (columns - len(row))] for row in item]
    return wide + [[CellError("#N/A")] * columns] * (rows - len(wide))


def place(sheet: int, area: Area, row: int, column: int, size: tuple[int, int]) -> Rect:
    """Return the rectangle of an area for a formula at `row`, `column`."""
    top, bottom = sorted((area.top.at(row), area.bottom.at(row)))
    left, right = sorted((area.left.at(column), area.right.at(column)))
    if bottom == MAX_ROW - 1 and top == 0:
        bottom = size[0]
    if right == MAX_COLUMN - 1 and left == 0:
        right = size[1]
    return sheet, top, left, bottom, right


def _constant(value: Value) -> Closure:
    return lambda _cells, _row, _column: value


def _unary(op: Callable[[Value], Value], operand: Closure) -> Closure:
    return lambda cells, row, column: op(operand(cells, row, column))


def _binary(op: Callable[[Value, Value], Value], left: Closure, right: Closure) -> Closure:
    return lambda cells, row, column: op(left(cells, row, column), right(cells, row, column))


def out_of_sheet(area: Area, row: int, column: int) -> bool:
    """Tell whether a relative reference leaves the sheet."""
    return area.top.at(row) < 0 or area.left.at(column) < 0


BROKEN = values.fault(REF)
