"""Functions that find a cell: INDEX, MATCH and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.workbook.formulas import operators, values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.functions.aggregate import wildcard
from accelxl.workbook.formulas.functions.makers import Maker, cells_of, expect
from accelxl.workbook.formulas.tree import NA, REF, VALUE, Area, Flag, Missing, Node, Number, Unsupported
from accelxl.workbook.formulas.values import NUMBER, TEXT, Floats, Value


def _index(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("INDEX", args, 2, 3)
    area = compiler.rectangle(args[0])
    for arg in args[1:]:
        if isinstance(arg, Missing) or arg == Number(0.0):
            raise Unsupported("INDEX of a whole row or column")
    readers = [compiler.scalar(arg) for arg in args[1:]]

    def run(cells: Cells, row: int, column: int) -> Value:
        block = area(cells, row, column)
        rows, columns, _ = block.num.shape
        found = [values.number(reader(cells, row, column)) for reader in readers]
        err = values.merge(*(own for _, own in found))
        # where an argument is an error, that is the result, and any place will do
        numbers = [np.trunc(num if own is None else np.where(own != 0, 1.0, num)) for num, own in found]
        one = np.ones(1)
        if len(numbers) == 2:
            down, across = numbers
        elif rows == 1:
            down, across = one, numbers[0]
        else:
            down, across = numbers[0], one
        return values.with_errors(pick(block, down, across, rows, columns), err)

    return run


def pick(block: Value, down: Floats, across: Floats, rows: int, columns: int) -> Value:
    """Return the cell of a rectangle at a row and a column, counted from 1, that may differ between books."""
    if (down == 0).any() or (across == 0).any():
        raise Unsupported("INDEX of a whole row or column")
    outside = (down < 1) | (down > rows) | (across < 1) | (across > columns)
    at = np.where(outside, 0, (down - 1) * columns + across - 1).astype(np.intp)
    num, kinds, text = cells_of(block)
    books = max(num.shape[1], at.shape[-1])
    at = np.broadcast_to(at, (books,))
    every = np.arange(books)

    def of(array: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.broadcast_to(array, (len(array), books))[at, every])

    chosen = of(kinds)
    kind = int(chosen[0]) if (chosen == chosen[0]).all() else chosen
    found = Value(of(num), kind, None if text is None else of(text))
    return values.with_errors(found, np.where(outside, float(REF), 0.0) if outside.any() else None)


def position(wanted: Value, area: Value, how: int) -> tuple[Floats, Floats | None]:
    """Return the place of a value in a row or column, counted from 1, and errors: #N/A where it is not there."""
    num, kinds, text = cells_of(area)
    cells = Value(num, kinds, text)
    kind_wanted = np.where(wanted.kinds == values.BLANK, NUMBER, wanted.kinds)
    alike = kinds == kind_wanted
    if (
        how == 0
        and wanted.has(TEXT)
        and wanted.text is not None
        and any(set("*?~") & set(str(w)) for w in wanted.text.flat)
    ):
        words = {str(word) for word in wanted.text.flat}
        if len(words) != 1:
            raise Unsupported("a search with a wildcard that differs between books")
        pattern = wildcard(words.pop())
        hit = alike & (
            np.frompyfunc(lambda w: pattern.match(str(w)) is not None, 1, 1)(text).astype(bool)
            if text is not None
            else False
        )
    else:
        c = operators.order(cells, wanted)
        hit = alike & (c == 0 if how == 0 else c <= 0 if how > 0 else c >= 0)
    at = np.argmax(hit, axis=0) if how == 0 else len(hit) - 1 - np.argmax(hit[::-1], axis=0)
    err = values.merge(values.errors(wanted), np.where(hit.any(axis=0), 0.0, float(NA)))
    return at.astype(np.float64) + 1.0, err


def _vector(block: Value) -> None:
    if min(block.num.shape[:2]) != 1:
        raise Unsupported("MATCH in a range of several rows and columns")


def _how(args: tuple[Node, ...], place: int) -> int:
    if len(args) <= place:
        return 1
    node = args[place]
    if isinstance(node, Missing):
        return 0
    if isinstance(node, (Number, Flag)):
        return int(np.sign(float(node.value)))
    raise Unsupported("a way of matching that is a formula")


def _match(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("MATCH", args, 2, 3)
    wanted, area, how = compiler.scalar(args[0]), compiler.rectangle(args[1]), _how(args, 2)

    def run(cells: Cells, row: int, column: int) -> Value:
        block = area(cells, row, column)
        _vector(block)
        return values.build(*position(wanted(cells, row, column), block, how))

    return run


def _table_lookup(name: str, *, vertical: bool) -> Maker:
    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 3, 4)
        wanted, area, offset = compiler.scalar(args[0]), compiler.rectangle(args[1]), compiler.scalar(args[2])
        how = _how(args, 3)

        def run(cells: Cells, row: int, column: int) -> Value:
            block = area(cells, row, column)
            rows, columns, _ = block.num.shape
            first = np.s_[:, :1] if vertical else np.s_[:1, :]
            kind = (
                block.kind
                if isinstance(block.kind, int)
                else np.broadcast_to(block.kind, (rows, columns, block.kind.shape[-1]))[first]
            )
            head = Value(
                block.num[first],
                kind,
                None
                if block.text is None
                else np.broadcast_to(block.text, (rows, columns, block.text.shape[-1]))[first],
            )
            at, err = position(wanted(cells, row, column), head, how)
            num, own = values.number(offset(cells, row, column))
            num = np.trunc(num)
            low = np.where(num < 1, float(VALUE), 0.0)
            num = np.maximum(num, 1.0)
            found = pick(block, at, num, rows, columns) if vertical else pick(block, num, at, rows, columns)
            return values.with_errors(found, values.merge(err, own, low))

        return run

    return make


def _size(name: str, axis: int) -> Maker:
    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 1, 1)
        area = compiler.rectangle(args[0])
        return lambda cells, row, column: values.of(float(area(cells, row, column).num.shape[axis]))

    return make


def _place(name: str, *, of_row: bool) -> Maker:
    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 0, 1)
        if not args:
            return lambda _cells, row, column: values.of(float((row if of_row else column) + 1))
        area = compiler.resolve(args[0])
        if not isinstance(area, Area) or not area.single:
            raise Unsupported(f"{name} of a range")
        axis = area.top if of_row else area.left
        return lambda _cells, row, column: values.of(float(axis.at(row if of_row else column) + 1))

    return make


LOOKUP: dict[str, Maker] = {
    "INDEX": _index,
    "MATCH": _match,
    "VLOOKUP": _table_lookup("VLOOKUP", vertical=True),
    "HLOOKUP": _table_lookup("HLOOKUP", vertical=False),
    "ROWS": _size("ROWS", 0),
    "COLUMNS": _size("COLUMNS", 1),
    "ROW": _place("ROW", of_row=True),
    "COLUMN": _place("COLUMN", of_row=False),
}
