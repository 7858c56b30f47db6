"""Functions of ranges: sums, extremes, counts, and sums under conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.workbook.formulas import operators, values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.functions.makers import (
    Maker,
    cells_of,
    each_text,
    expect,
    in_order,
    is_plain,
    numbers_in,
    ranged,
)
from accelxl.workbook.formulas.tree import DIV0, NUM, Area, Node, Unsupported
from accelxl.workbook.formulas.values import BLANK, NUMBER, TEXT, Floats, Value

Mask = NDArray[np.bool_]


def over_numbers(name: str, function: Callable[[Floats], Any]) -> Maker:
    """Return the maker of a function of all numbers among its arguments: shape (count, books), NaN where a cell does not count."""

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 1, 255)
        readers = ranged(compiler, args)

        def run(cells: Cells, row: int, column: int) -> Value:
            block, err = numbers_in([(reader(cells, row, column), ref) for reader, ref in readers])
            found = function(block)
            if isinstance(found, tuple):
                return values.finite(found[0], values.merge(err, found[1]))
            return values.finite(found, err)

        return run

    return make


def _filled(block: Floats, empty: float) -> Floats:
    missing = np.isnan(block)
    return np.where(missing, empty, block) if missing.any() else block


def _sum(block: Floats) -> Floats:
    return in_order(_filled(block, 0.0))


def _product(block: Floats) -> Floats:
    found = np.multiply.accumulate(_filled(block, 1.0), axis=0)[-1]
    return np.where(np.isnan(block).all(axis=0), 0.0, found)


def _extreme(block: Floats, empty: float, reduce: Any) -> Floats:
    found = reduce(_filled(block, empty), axis=0)
    return np.where(found == empty, 0.0, found)


def _average(block: Floats) -> tuple[Floats, Floats]:
    count = (~np.isnan(block)).sum(axis=0)
    return _sum(block) / np.maximum(count, 1), np.where(count == 0, float(DIV0), 0.0)


def _median(block: Floats) -> tuple[Floats, Floats]:
    count = (~np.isnan(block)).sum(axis=0)
    ordered = np.sort(_filled(block, np.inf), axis=0)
    at = np.maximum(count - 1, 0)
    low = np.take_along_axis(ordered, (at // 2)[None], axis=0)[0]
    high = np.take_along_axis(ordered, ((at + 1) // 2)[None], axis=0)[0]
    return np.where(count == 0, 0.0, (low + high) / 2), np.where(count == 0, float(NUM), 0.0)


def _counter(name: str, counts: Callable[[NDArray[np.uint8]], Mask]) -> Maker:
    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 1, 255)
        readers = ranged(compiler, args)

        def run(cells: Cells, row: int, column: int) -> Value:
            total = np.zeros(1)
            for reader, _ in readers:
                value = reader(cells, row, column)
                kinds = value.kinds.reshape(-1, value.num.shape[-1])
                total = total + counts(kinds).sum(axis=0)
            return Value(total)

        return run

    return make


def _sumproduct(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("SUMPRODUCT", args, 1, 255)
    readers = [compiler.in_arrays(arg) for arg in args]

    def run(cells: Cells, row: int, column: int) -> Value:
        given = [reader(cells, row, column) for reader in readers]
        if len({value.num.shape[:-1] for value in given}) > 1:
            raise Unsupported("SUMPRODUCT of ranges of unequal size")
        err: Floats | None = None
        product: Floats | None = None
        for value in given:
            block, own = (
                numbers_in([(value, True)])
                if not is_plain(value)
                else (value.num.reshape(-1, value.num.shape[-1]), None)
            )
            err = values.merge(err, own)
            block = _filled(block, 0.0) if value.numeric or not is_plain(value) else np.zeros_like(block)
            product = block if product is None else product * block
        assert product is not None
        return values.finite(in_order(product), err)

    return run


# -- conditions -------------------------------------------------------------------------------------------------------------
_CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)\Z", re.DOTALL)


def matches(area: Value, criterion: Value) -> Mask:
    """Return which cells of a rectangle meet a criterion, shape (count, books)."""
    num, kinds, text = cells_of(area)
    for word in each_text(area):
        if values.spelled_number(word) is not None:
            raise Unsupported(f"a condition on the text {word!r}, which spells a number")
    if not criterion.has(TEXT):
        wanted, _ = values.number(criterion)
        return np.asarray((kinds == NUMBER) & (operators.order(Value(num), Value(wanted)) == 0))
    assert criterion.text is not None
    words = {str(word) for word in criterion.text.flat}
    if len(words) != 1:
        raise Unsupported("a condition that is a text which differs between books")
    match = _CRITERION.match(words.pop())
    assert match is not None
    sign, operand = match[1] or "=", match[2]
    spelled = values.spelled_number(operand) if operand.strip() else None
    if spelled is not None:
        return _numeric_match(num, kinds, sign, spelled)
    return _text_match(kinds, text, sign, operand)


def _numeric_match(num: Floats, kinds: NDArray[np.uint8], sign: str, wanted: float) -> Mask:
    held = operators.BINARY[sign](Value(num), values.of(wanted)).num != 0
    return np.asarray(np.where(kinds == NUMBER, held, sign == "<>"))


def _text_match(kinds: NDArray[np.uint8], text: Any, sign: str, operand: str) -> Mask:
    if sign not in {"=", "<>"}:
        raise Unsupported(f"the condition {sign}{operand!r} on texts")
    if not operand:
        empty = kinds == BLANK
        return np.asarray(~empty if sign == "<>" else empty)
    pattern = wildcard(operand)
    held = np.zeros(kinds.shape, bool)
    if text is not None:
        found = np.frompyfunc(lambda word: pattern.match(str(word)) is not None, 1, 1)(text).astype(bool)
        held = (kinds == TEXT) & found
    return np.asarray(~held if sign == "<>" else held)


def wildcard(text: str) -> re.Pattern[str]:
    """Return the pattern of a text with * and ?, ~ before one that stands for itself; case does not matter.

    Each * takes the first place where what follows it fits, and never another: the last one alone decides whether the end fits, so that
    no text takes more than its length times that of the pattern.
    """
    pieces = [""]
    for part in re.split(r"(~[*?~]|[*?])", text):
        if part == "*":
            pieces.append("")
        elif part == "?":
            pieces[-1] += "."
        else:
            pieces[-1] += re.escape(part[1:] if part[:1] == "~" and len(part) == 2 else part)
    first, *more = pieces
    made = first + "".join(f"(?>.*?{piece})" for piece in more[:-1]) + (f".*{more[-1]}" if more else "")
    return re.compile(made + r"\Z", re.IGNORECASE | re.DOTALL)


def _same_size(compiler: Compiler, areas: list[Node]) -> None:
    """Refuse ranges of unequal size: a spreadsheet would stretch the second one."""
    sizes = set()
    for node in areas:
        area = compiler.resolve(node)
        if not isinstance(area, Area):
            raise Unsupported("a condition on something that is not a range")
        sizes.add((area.bottom.value - area.top.value, area.right.value - area.left.value))
    if len(sizes) > 1:
        raise Unsupported("ranges of unequal size under a condition")


def conditional(name: str, finish: Callable[[Floats, Mask], Any], *, plural: bool, counts: bool = False) -> Maker:
    """Return the maker of SUMIF and its kin: `finish` takes the numbers and which of them are meant."""

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, 2, 255)
        if plural:
            target = [] if counts else [args[0]]
            rest = args if counts else args[1:]
            pairs = list(zip(rest[::2], rest[1::2], strict=True))
        else:
            target = [] if counts else [args[2] if len(args) > 2 else args[0]]
            pairs = [(args[0], args[1])]
        _same_size(compiler, [*target, *(area for area, _ in pairs)])
        summed = compiler.rectangle(target[0]) if target else None
        readers = [(compiler.rectangle(area), compiler.scalar(wanted)) for area, wanted in pairs]

        def run(cells: Cells, row: int, column: int) -> Value:
            mask: Mask = np.ones((1, 1), bool)
            err: Floats | None = None
            for area, wanted in readers:
                criterion = wanted(cells, row, column)
                err = values.merge(err, values.errors(criterion))
                mask = mask & matches(area(cells, row, column), criterion)
            block = np.ones((1, 1)) if summed is None else _numbers_alone(summed(cells, row, column))
            found = finish(block, mask)
            if isinstance(found, tuple):
                return values.finite(found[0], values.merge(err, found[1]))
            return values.finite(np.asarray(found, np.float64), err)

        return run

    return make


def _numbers_alone(value: Value) -> Floats:
    if value.numeric:
        return value.num.reshape(-1, value.num.shape[-1])
    num, kinds, _ = cells_of(value)
    if (kinds == values.FAULT).any():
        raise Unsupported("a sum under a condition over cells with errors")
    return np.where(kinds == NUMBER, num, 0.0)


def _sum_where(block: Floats, mask: Mask) -> Floats:
    if mask.shape[1] == 1:  # the same cells in every book
        return in_order(block[mask[:, 0]])
    return in_order(np.where(mask, block, 0.0))


def _average_where(block: Floats, mask: Mask) -> tuple[Floats, Floats]:
    count = mask.sum(axis=0)
    return _sum_where(block, mask) / np.maximum(count, 1), np.where(count == 0, float(DIV0), 0.0)


def _count_where(_block: Floats, mask: Mask) -> Any:
    return mask.sum(axis=0)


AGGREGATE: dict[str, Maker] = {
    "SUM": over_numbers("SUM", _sum),
    "PRODUCT": over_numbers("PRODUCT", _product),
    "SUMSQ": over_numbers("SUMSQ", lambda block: _sum(block * block)),
    "MIN": over_numbers("MIN", lambda block: _extreme(block, np.inf, np.min)),
    "MAX": over_numbers("MAX", lambda block: _extreme(block, -np.inf, np.max)),
    "AVERAGE": over_numbers("AVERAGE", _average),
    "MEDIAN": over_numbers("MEDIAN", _median),
    "COUNT": _counter("COUNT", lambda kinds: kinds == NUMBER),
    "COUNTA": _counter("COUNTA", lambda kinds: kinds != BLANK),
    "COUNTBLANK": _counter("COUNTBLANK", lambda kinds: kinds == BLANK),
    "SUMPRODUCT": _sumproduct,
    "SUMIF": conditional("SUMIF", _sum_where, plural=False),
    "SUMIFS": conditional("SUMIFS", _sum_where, plural=True),
    "COUNTIF": conditional("COUNTIF", _count_where, plural=False, counts=True),
    "COUNTIFS": conditional("COUNTIFS", _count_where, plural=True, counts=True),
    "AVERAGEIF": conditional("AVERAGEIF", _average_where, plural=False),
    "AVERAGEIFS": conditional("AVERAGEIFS", _average_where, plural=True),
}
