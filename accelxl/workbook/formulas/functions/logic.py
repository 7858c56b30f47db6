"""Conditions, and questions about a value's kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.functions.makers import Maker, expect, of_values, ranged
from accelxl.workbook.formulas.tree import NA, VALUE, Missing, Node, Unsupported
from accelxl.workbook.formulas.values import BLANK, FAULT, FLAG, NUMBER, TEXT, Floats, Value

Mask = NDArray[np.bool_]


def _branch(compiler: Compiler, node: Node) -> Closure:
    """Compile a branch; one that is left out between commas is 0."""
    if isinstance(node, Missing):
        zero = values.of(0.0)
        return lambda _cells, _row, _column: zero
    return compiler.scalar(node)


def _if(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("IF", args, 2, 3)
    condition, yes = compiler.scalar(args[0]), _branch(compiler, args[1])
    otherwise = values.of(False)
    no: Closure = _branch(compiler, args[2]) if len(args) > 2 else lambda _cells, _row, _column: otherwise

    def run(cells: Cells, row: int, column: int) -> Value:
        mask, err = values.logical(condition(cells, row, column))
        if err is None and mask.size == 1:
            return yes(cells, row, column) if mask.flat[0] else no(cells, row, column)
        return values.with_errors(values.select(mask, yes(cells, row, column), no(cells, row, column)), err)

    return run


def _ifs(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    if len(args) < 2 or len(args) % 2:
        raise Unsupported(f"IFS with {len(args)} arguments")
    pairs = [(compiler.scalar(args[k]), compiler.scalar(args[k + 1])) for k in range(0, len(args), 2)]
    nothing = values.fault(NA)

    def run(cells: Cells, row: int, column: int) -> Value:
        found = nothing
        for condition, chosen in reversed(pairs):
            mask, err = values.logical(condition(cells, row, column))
            found = values.with_errors(values.select(mask, chosen(cells, row, column), found), err)
        return found

    return run


def _choose(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("CHOOSE", args, 2, 255)
    index = compiler.scalar(args[0])
    choices = [_branch(compiler, arg) for arg in args[1:]]
    wrong = values.fault(VALUE)

    def run(cells: Cells, row: int, column: int) -> Value:
        num, err = values.number(index(cells, row, column))
        at = np.trunc(num)
        found = wrong
        for place, choice in enumerate(choices, 1):
            mask = at == place
            if mask.any():
                found = values.select(mask, choice(cells, row, column), found)
        return values.with_errors(found, err)

    return run


def _all(name: str, combine: Callable[[list[Mask]], Mask]) -> Maker:
    """Return the maker of AND, OR or XOR: in ranges only numbers and flags count."""

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 1, 255)
        readers = ranged(compiler, args)

        def run(cells: Cells, row: int, column: int) -> Value:
            parts: list[Mask] = []
            err: Floats | None = None
            for reader, reference in readers:
                value = reader(cells, row, column)
                if reference:
                    books = value.num.shape[-1]
                    counted = (value.kinds <= FLAG).reshape(-1, books)
                    if not counted.all(axis=1).all():
                        raise Unsupported(f"{name} over a range with texts or blanks")
                    parts.extend((value.num != 0).reshape(-1, books))
                else:
                    mask, own = values.logical(value)
                    parts.append(mask)
                    err = values.merge(err, own)
            return values.flags(combine(parts), err)

        return run

    return make


def _conjunction(parts: list[Mask]) -> Mask:
    found = parts[0]
    for part in parts[1:]:
        found = found & part
    return found


def _disjunction(parts: list[Mask]) -> Mask:
    found = parts[0]
    for part in parts[1:]:
        found = found | part
    return found


def _parity(parts: list[Mask]) -> Mask:
    found = parts[0]
    for part in parts[1:]:
        found = found ^ part
    return found


def _not(value: Value) -> Value:
    mask, err = values.logical(value)
    return values.flags(~mask, err)


def _otherwise(value: Value, instead: Value, codes: Callable[[Value], Mask]) -> Value:
    bad = codes(value)
    return values.select(bad, instead, value) if bad.any() else value


def _faulty(value: Value) -> Mask:
    return np.asarray(value.kinds == FAULT)


def _not_available(value: Value) -> Mask:
    return np.asarray((value.kinds == FAULT) & (value.num == NA))


def question(name: str, test: Callable[[Value], Mask]) -> Maker:
    """Return the maker of a function that asks about its argument and never fails."""
    return of_values(name, lambda value: values.flags(test(value)), 1, 1)


LOGIC: dict[str, Maker] = {
    "IF": _if,
    "IFS": _ifs,
    "CHOOSE": _choose,
    "AND": _all("AND", _conjunction),
    "OR": _all("OR", _disjunction),
    "XOR": _all("XOR", _parity),
    "NOT": of_values("NOT", _not, 1, 1),
    "TRUE": of_values("TRUE", lambda: values.of(True), 0, 0),
    "FALSE": of_values("FALSE", lambda: values.of(False), 0, 0),
    "NA": of_values("NA", lambda: values.fault(NA), 0, 0),
    "IFERROR": of_values("IFERROR", lambda v, other: _otherwise(v, other, _faulty), 2, 2),
    "IFNA": of_values("IFNA", lambda v, other: _otherwise(v, other, _not_available), 2, 2),
    "ISNUMBER": question("ISNUMBER", lambda v: v.kinds == NUMBER),
    "ISTEXT": question("ISTEXT", lambda v: v.kinds == TEXT),
    "ISNONTEXT": question("ISNONTEXT", lambda v: v.kinds != TEXT),
    "ISLOGICAL": question("ISLOGICAL", lambda v: v.kinds == FLAG),
    "ISBLANK": question("ISBLANK", lambda v: v.kinds == BLANK),
    "ISERROR": question("ISERROR", _faulty),
    "ISNA": question("ISNA", _not_available),
    "ISERR": question("ISERR", lambda v: _faulty(v) & ~_not_available(v)),
}
