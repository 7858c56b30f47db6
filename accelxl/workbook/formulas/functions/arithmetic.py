"""Functions of single numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import accelxl._core as core
from accelxl.workbook.formulas import operators, values
from accelxl.workbook.formulas.functions.makers import Maker, elementwise, of_values
from accelxl.workbook.formulas.tree import DIV0, NUM
from accelxl.workbook.formulas.values import Floats

EXACT = 2.0**50
"""Above this a number has no decimals left to round."""


def _scaled(x: Floats, digits: Floats, rounding: Any) -> Floats:
    """Round the size of x at a decimal place, its sign kept."""
    places = np.trunc(digits)
    scale = core.pow(10.0, np.minimum(np.abs(places), 300.0))
    size = np.where(places >= 0, np.abs(x) * scale, np.abs(x) / scale)
    # A product such as 2.675 * 100 = 267.49999999999994 is 267.5 in the 15 digits that a spreadsheet shows.
    whole = rounding(size)
    near = np.floor(size + 0.5)
    whole = np.where(np.abs(size - near) <= size * 2.0**-50, near, whole)
    back = np.where(places >= 0, whole / scale, whole * scale)
    return np.asarray(np.where((size < EXACT) & np.isfinite(size), np.copysign(back, x) + 0.0, x))


def round_half_away(x: Floats, digits: Floats) -> Floats:
    """Round to digits, halves away from zero."""
    return _scaled(x, digits, lambda size: np.floor(size + 0.5 + size * 2.0**-51))


def round_up(x: Floats, digits: Floats) -> Floats:
    """Round away from zero."""
    return _scaled(x, digits, np.ceil)


def round_down(x: Floats, digits: Floats) -> Floats:
    """Round towards zero."""
    return _scaled(x, digits, np.floor)


def modulo(n: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Return n - d * INT(n / d), which has the sign of d."""
    safe = np.where(d == 0, 1.0, d)
    return n - safe * np.floor(n / safe), np.where(d == 0, float(DIV0), 0.0)


def _log(x: Floats, base: Floats) -> tuple[Floats, Floats]:
    wrong = np.where((x <= 0) | (base <= 0), float(NUM), np.where(base == 1, float(DIV0), 0.0))
    num = core.log(np.where(x > 0, x, 1.0)) / core.log(np.where((base > 0) & (base != 1), base, 2.0))
    near = np.floor(num + 0.5)
    return np.where(np.abs(num - near) <= 2.0**-48 * np.abs(near), near, num), wrong


def _ln(x: Floats) -> tuple[Floats, Floats]:
    return core.log(np.where(x > 0, x, 1.0)), np.where(x > 0, 0.0, float(NUM))


def _sqrt(x: Floats) -> tuple[Floats, Floats]:
    return np.sqrt(np.where(x >= 0, x, 0.0)), np.where(x >= 0, 0.0, float(NUM))


def _tanh(x: Floats) -> Floats:
    e = core.expm1(-2.0 * np.abs(x))
    return np.asarray(np.copysign(-e / (2.0 + e), x))


def _ceiling(x: Floats, step: Floats) -> Floats:
    safe = np.where(step == 0, 1.0, step)
    return np.asarray(np.where(step == 0, 0.0, np.ceil(x / safe) * safe))


def _floor(x: Floats, step: Floats) -> tuple[Floats, Floats]:
    safe = np.where(step == 0, 1.0, step)
    return np.floor(x / safe) * safe, np.where(step == 0, float(DIV0), 0.0)


def _pi() -> Floats:
    return np.array([math.pi])


def _only_number(value: values.Value) -> values.Value:
    """Return a number or flag as a number, a text as 0; errors pass."""
    counted = value.kinds <= values.FLAG
    return values.build(np.where(counted, value.num, 0.0), values.errors(value))


ARITHMETIC: dict[str, Maker] = {
    "ABS": elementwise("ABS", np.abs, 1),
    "SIGN": elementwise("SIGN", np.sign, 1),
    "INT": elementwise("INT", np.floor, 1),
    "TRUNC": elementwise("TRUNC", round_down, 1, 0.0),
    "ROUND": elementwise("ROUND", round_half_away, 2),
    "ROUNDUP": elementwise("ROUNDUP", round_up, 2),
    "ROUNDDOWN": elementwise("ROUNDDOWN", round_down, 2),
    "CEILING": elementwise("CEILING", _ceiling, 2),
    "FLOOR": elementwise("FLOOR", _floor, 2),
    "MOD": elementwise("MOD", modulo, 2),
    "EXP": elementwise("EXP", core.exp, 1),
    "LN": elementwise("LN", _ln, 1),
    "LOG": elementwise("LOG", _log, 1, 10.0),
    "LOG10": elementwise("LOG10", lambda x: _log(x, np.array([10.0])), 1),
    "SQRT": elementwise("SQRT", _sqrt, 1),
    "TANH": elementwise("TANH", _tanh, 1),
    "PI": elementwise("PI", _pi, 0),
    "POWER": of_values("POWER", operators.power, 2, 2),
    "N": of_values("N", _only_number, 1, 1),
}
