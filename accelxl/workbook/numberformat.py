"""A number as a cell shows it, by the code of its number format."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Any

from accelxl.workbook.formulas.values import general

_PIECE = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|([0#?.,]+)|(%)|([Gg]eneral)|(.)')


def formatted(value: Any, code: str) -> str:
    """Return a value as a cell with this format shows it; dates are left to the caller.

    Examples
    --------
    >>> formatted(24103999.99, "#,##0.0,,"), formatted(-0.5, '0.0%;(0.0%);"-"'), formatted(0.0, '0;(0);"-"')
    ('24.1', '(50.0%)', '-')
    >>> formatted("text", "0.0"), formatted(1234.5, "General"), formatted(None, "0")
    ('text', '1234.5', '')
    """
    if value is None:
        return ""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    sections = _sections(code)
    if len(sections) > 2 and value == 0:
        return _section(0.0, sections[2])
    if len(sections) > 1 and value < 0:
        return _section(-value, sections[1])
    shown = _section(abs(value), sections[0])
    return f"-{shown}" if value < 0 and any(letter in "123456789" for letter in shown) else shown


def _sections(code: str) -> list[str]:
    parts, quoted = [""], False
    for letter in code:
        quoted = quoted != (letter == '"')
        if letter == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _section(value: float, code: str) -> str:
    pieces = list(_PIECE.finditer(code))
    digits = "".join(piece[3] or "" for piece in pieces)
    if any(piece[4] for piece in pieces):
        value *= 100.0
    whole, _, decimals = digits.partition(".")
    tail = decimals or whole
    scale = len(tail) - len(tail.rstrip(","))
    value /= 1000.0**scale
    places = len(decimals.rstrip(","))
    grouped = "," in whole.rstrip(",")
    number = _rounded(value, places, grouped=grouped)
    out, done = "", False
    for piece in pieces:
        if piece[3]:
            out += "" if done else number
            done = True
        elif piece[5]:
            out += general(value)
        else:
            out += piece[1] or piece[2] or piece[4] or piece[6] or ""
    return out.strip()


def _rounded(value: float, places: int, *, grouped: bool) -> str:
    """Return a number with so many decimals; a half is rounded up, as spreadsheet programs round the 15 digits that they show."""
    if not isfinite(value):
        return str(value)
    exact = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=400))
    return f"{exact:,f}" if grouped else f"{exact:f}"
