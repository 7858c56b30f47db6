"""The operators of formulas over values of many books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import accelxl._core as core
from accelxl.workbook.formulas.tree import DIV0, NUM, VALUE
from accelxl.workbook.formulas.values import (
    BLANK,
    FLAG,
    TEXT,
    Floats,
    Objects,
    Value,
    build,
    errors,
    finite,
    flags,
    merge,
    number,
    text,
    with_errors,
    words,
)

MOST_LETTERS = 32_767
"""Characters of a text in a cell."""
_TOO_LONG = np.frompyfunc(lambda cell: len(cell) > MOST_LETTERS, 1, 1)
CLOSE = 2.0**-50
"""Comparisons take numbers that agree to this part as equal: a spreadsheet compares 15 digits, so 0.1 + 0.2 = 0.3 is TRUE."""


def add(a: Value, b: Value) -> Value:
    """Return a + b."""
    if a.numeric and b.numeric:
        return finite(a.num + b.num)
    x, ex = number(a)
    y, ey = number(b)
    return finite(x + y, merge(ex, ey))


def subtract(a: Value, b: Value) -> Value:
    """Return a - b."""
    x, ex = number(a)
    y, ey = number(b)
    return finite(x - y, merge(ex, ey))


def multiply(a: Value, b: Value) -> Value:
    """Return a * b."""
    x, ex = number(a)
    y, ey = number(b)
    return finite(x * y, merge(ex, ey))


def divide(a: Value, b: Value) -> Value:
    """Return a / b; #DIV/0! where b is 0."""
    x, ex = number(a)
    y, ey = number(b)
    zero = y == 0
    if zero.any():
        return finite(x / np.where(zero, 1.0, y), merge(ex, ey, np.where(zero, float(DIV0), 0.0)))
    return finite(x / y, merge(ex, ey))


def power(a: Value, b: Value) -> Value:
    """Return a ^ b; #NUM! for 0^0 and for a root of a negative number, #DIV/0! for 0 to a negative power."""
    x, ex = number(a)
    y, ey = number(b)
    wrong = np.where((x == 0) & (y == 0), float(NUM), np.where((x == 0) & (y < 0), float(DIV0), 0.0))
    found = np.asarray(core.pow(x, y))
    # a negative base has a power where the exponent is whole
    negative = (x < 0) & (y == np.floor(y))
    if negative.any():
        sign = np.where(np.mod(y, 2.0) == 0, 1.0, -1.0)
        found = np.where(negative, sign * core.pow(np.abs(x), y), found)
    if wrong.any():
        found = np.where(wrong != 0, 0.0, found)
    return finite(found, merge(ex, ey, wrong if wrong.any() else None))


def join(a: Value, b: Value) -> Value:
    """Return a & b."""
    x, ex = words(a)
    y, ey = words(b)
    joined = np.asarray(x + y, object)
    err = merge(ex, ey)
    long = np.asarray(_TOO_LONG(joined), bool)
    if long.any():  # a chain of such cells doubles its text from cell to cell
        joined = np.where(long, "", joined).astype(object)
        err = merge(err, np.where(long, VALUE, 0))
    return with_errors(text(joined), err)


def negate(a: Value) -> Value:
    """Return -a."""
    x, err = number(a)
    return build(0.0 - x, err)


def percent(a: Value) -> Value:
    """Return a / 100."""
    x, err = number(a)
    return build(x / 100.0, err)


def order(a: Value, b: Value) -> Floats:
    """Return -1, 0 or 1: numbers come before texts and texts before flags; a blank is 0, "" or FALSE, as the other side asks."""
    if a.numeric and b.numeric:
        return _numeric(a.num, b.num)
    ka, kb = _rank(a, b), _rank(b, a)
    shape = np.broadcast_shapes(a.num.shape, b.num.shape)
    result = np.broadcast_to(np.sign(ka - kb), shape).astype(np.float64)
    same = np.broadcast_to(ka == kb, shape)
    numeric = same & (np.broadcast_to(ka, shape) != TEXT)
    if numeric.any():
        x, y = np.where(a.kinds <= FLAG, a.num, 0.0), np.where(b.kinds <= FLAG, b.num, 0.0)
        result = np.where(numeric, _numeric(x, y), result)
    textual = same & ~numeric
    if textual.any():
        result = np.where(textual, _alphabetic(_lower(a), _lower(b)), result)
    return result


def _numeric(x: Floats, y: Floats) -> Floats:
    near = np.abs(x - y) <= CLOSE * np.maximum(np.abs(x), np.abs(y))
    return np.asarray(np.where(near, 0.0, np.sign(x - y)))


def _rank(a: Value, other: Value) -> Floats:
    """Return the order of kinds: number 0, text 2, flag 3; a blank takes the other's."""
    ranks = np.array([0.0, 3.0, 2.0, 0.0, -1.0])
    rank, partner = ranks[a.kinds], ranks[other.kinds]
    if not a.has(BLANK):
        return rank
    return np.asarray(np.where(rank < 0, np.where(partner < 0, 0.0, partner), rank))


def _lower(a: Value) -> Objects:
    found, _ = words(a)
    return np.asarray(np.frompyfunc(lambda word: str(word).lower(), 1, 1)(found), object)


def _alphabetic(x: Objects, y: Objects) -> Floats:
    # In Excel's order of letters hyphens and accents weigh less than letters; equal or not is all that our templates ask.
    return np.asarray(np.frompyfunc(lambda p, q: float((p > q) - (p < q)), 2, 1)(x, y), np.float64)


def comparison(test: Callable[[Floats], Any]) -> Callable[[Value, Value], Value]:
    """Return the operator that holds where `test` holds of the order."""

    def compare(a: Value, b: Value) -> Value:
        return flags(np.asarray(test(order(a, b))), merge(errors(a), errors(b)))

    return compare


BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "^": power,
    "&": join,
    "=": comparison(lambda c: c == 0),
    "<>": comparison(lambda c: c != 0),
    "<": comparison(lambda c: c < 0),
    ">": comparison(lambda c: c > 0),
    "<=": comparison(lambda c: c <= 0),
    ">=": comparison(lambda c: c >= 0),
}
UNARY: dict[str, Callable[[Value], Value]] = {"-": negate, "%": percent}
