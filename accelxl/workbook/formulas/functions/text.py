"""Functions of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from accelxl.workbook.formulas import operators, values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.functions.arithmetic import round_half_away
from accelxl.workbook.formulas.functions.dates import _parts
from accelxl.workbook.formulas.functions.makers import Maker, expect, of_values
from accelxl.workbook.formulas.tree import VALUE, Node, Text, Unsupported
from accelxl.workbook.formulas.values import Value


def _each(function: Callable[..., Any], *given: Value, texts: int) -> Value:
    """Apply a function of one book's texts (the first `texts` arguments) and numbers (the rest); None is #VALUE!."""
    parts: list[Any] = []
    err = None
    for place, value in enumerate(given):
        part, own = values.words(value) if place < texts else values.number(value)
        parts.append(part)
        err = values.merge(err, own)
    found = np.asarray(np.frompyfunc(function, len(parts), 1)(*parts), object)
    wrong = np.asarray(np.frompyfunc(lambda item: float(VALUE) if item is None else 0.0, 1, 1)(found), np.float64)
    return values.with_errors(values.text(found), values.merge(err, wrong if wrong.any() else None))


def _left(text: str, count: float) -> str | None:
    return text[: int(count)] if count >= 0 else None


def _right(text: str, count: float) -> str | None:
    return None if count < 0 else text[len(text) - min(int(count), len(text)) :]


def _mid(text: str, start: float, count: float) -> str | None:
    return text[int(start) - 1 : int(start) - 1 + int(count)] if start >= 1 and count >= 0 else None


def _length(value: Value) -> Value:
    found, err = values.words(value)
    return values.build(np.asarray(np.frompyfunc(len, 1, 1)(found), np.float64), err)


def _to_number(value: Value) -> Value:
    return values.build(*values.number(value))


def _concatenate(*given: Value) -> Value:
    found = given[0]
    for value in given[1:]:
        found = operators.join(found, value)
    return operators.join(found, values.of("")) if len(given) == 1 else found


def _exact(a: Value, b: Value) -> Value:
    x, ex = values.words(a)
    y, ey = values.words(b)
    return values.flags(np.asarray(x == y), values.merge(ex, ey))


# -- TEXT -------------------------------------------------------------------------------------------------------------------
_PATTERN = re.compile(
    r'(?P<before>(?:"[^"]*"|[$ ])*)(?P<whole>#,##0|0+|#)(?P<decimals>\.0+)?(?P<percent>%)?(?P<after>(?:"[^"]*"|[ x])*)\Z'
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE_FORMATS: dict[str, Callable[[int, int, int], str]] = {
    "yyyy-mm-dd": lambda y, m, d: f"{y:04d}-{m:02d}-{d:02d}",
    "yyyy": lambda y, _m, _d: f"{y:04d}",
    "mmm yyyy": lambda y, m, _d: f"{_MONTHS[m - 1]} {y:04d}",
    "d mmm yyyy": lambda y, m, d: f"{d} {_MONTHS[m - 1]} {y:04d}",
}


def formatter(pattern: str) -> Callable[[float], str]:
    """Return what TEXT does with a pattern.

    Examples
    --------
    >>> formatter("#,##0.0")(-1234.56), formatter("0.0%")(0.1234), formatter("yyyy-mm-dd")(46022.0)
    ('-1,234.6', '12.3%', '2025-12-31')
    """
    made = _DATE_FORMATS.get(pattern.lower())
    if made is not None:

        def dated(x: float) -> str:
            year, month, day, _ = (float(part[0]) for part in _parts(np.array([x])))
            return made(int(year), int(month), int(day))

        return dated
    match = _PATTERN.match(pattern)
    if match is None:
        raise Unsupported(f"TEXT with the pattern {pattern!r}")
    decimals = len(match["decimals"] or ".") - 1
    width = match["whole"].count("0") if "," not in match["whole"] else 1
    before, after = match["before"].replace('"', ""), match["after"].replace('"', "")

    def shown(x: float) -> str:
        x = x * 100.0 if match["percent"] else x
        size = abs(float(round_half_away(np.array([x]), np.array([float(decimals)]))[0]))
        digits = (
            f"{size:,.{decimals}f}"
            if "," in match["whole"]
            else f"{size:0{width + decimals + (decimals > 0)}.{decimals}f}"
        )
        sign = "-" if x < 0 and size != 0 else ""
        return f"{sign}{before}{digits}{'%' if match['percent'] else ''}{after}"

    return shown


def _text(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("TEXT", args, 2, 2)
    pattern = compiler.resolve(args[1])
    if not isinstance(pattern, Text):
        raise Unsupported("TEXT with a pattern that is a formula")
    show = np.frompyfunc(formatter(pattern.value), 1, 1)
    inner = compiler.scalar(args[0])

    def run(cells: Cells, row: int, column: int) -> Value:
        value = inner(cells, row, column)
        if value.has(values.TEXT):
            raise Unsupported("TEXT of a text")
        num, err = values.number(value)
        return values.with_errors(values.text(np.asarray(show(num), object)), err)

    return run


_ONE = values.of(1.0)

TEXTS: dict[str, Maker] = {
    "CONCATENATE": of_values("CONCATENATE", _concatenate, 1, 255),
    "LEFT": of_values("LEFT", lambda v, n=_ONE: _each(_left, v, n, texts=1), 1, 2),
    "RIGHT": of_values("RIGHT", lambda v, n=_ONE: _each(_right, v, n, texts=1), 1, 2),
    "MID": of_values("MID", lambda v, s, n: _each(_mid, v, s, n, texts=1), 3, 3),
    "LEN": of_values("LEN", _length, 1, 1),
    "UPPER": of_values("UPPER", lambda v: _each(str.upper, v, texts=1), 1, 1),
    "LOWER": of_values("LOWER", lambda v: _each(str.lower, v, texts=1), 1, 1),
    "TRIM": of_values("TRIM", lambda v: _each(lambda s: re.sub(" +", " ", s).strip(" "), v, texts=1), 1, 1),
    "VALUE": of_values("VALUE", _to_number, 1, 1),
    "EXACT": of_values("EXACT", _exact, 2, 2),
    "T": of_values(
        "T",
        lambda v: values.with_errors(values.select(v.kinds == values.TEXT, v, values.of("")), values.errors(v)),
        1,
        1,
    ),
    "TEXT": _text,
}
