"""ACCEL_WHY in Calc: which cell calls a function is not known there, so the formula of the cell in question is read and run again.

Arguments that are constants or references are read and the call is made again. Where an argument is a formula of its own, the newest
error of that function is looked up among those that were kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from . import plain, wire

NOTHING = "no ACCEL function has left an error in this cell"
CALL = re.compile(rf"(?i){re.escape(plain.SERVICE)}\.([A-Z0-9]+)\s*\(")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?", re.IGNORECASE)
OWN = {501, 507, 508, 509, 510, 511, 512, 513, 516, 517, 520, 522, 533, 539}
"""Errors of a formula that Calc cannot compute itself, so that it asks no function."""
REFUSED = 504
"""The error for an argument that Calc does not pass on."""
NEWEST = 1000
FEW = 4000
"""Cells of a call up to which its arguments are kept."""


class Unknown(Exception):
    """An argument that is a formula of its own."""


class Memory:
    """The newest errors: function, arguments (None where they are many) and sentence."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Any], str] = {}

    def keep(self, name: str, cells: Sequence[Any], sentence: str) -> None:
        """Keep the sentence of a call."""
        size = sum(len(one) * len(one[0]) if isinstance(one, tuple) and one else 1 for one in cells)
        key = (name, tuple(cells) if size <= FEW else None)
        self._kept.pop(key, None)
        self._kept[key] = sentence
        if len(self._kept) > NEWEST:
            del self._kept[next(iter(self._kept))]

    def newest(self, name: str) -> str:
        """Return the sentence of the newest error of a function, or empty text."""
        return next((sentence for (one, _), sentence in reversed(self._kept.items()) if one == name), "")


def sentence(area: Any, dispatcher: Any, memory: Memory, methods: dict[str, str]) -> str:
    """Return why a cell shows an error; `area` is the cell as an XCellRange."""
    cell = area.getCellByPosition(0, 0)
    formula = cell.getFormula()
    sheet = area.getSpreadsheet()
    for method, arguments in calls(formula.strip("{}")):
        name = methods.get(method.lower())
        if name is None:
            continue
        if cell.getError() in OWN:
            return f"{name}: Calc cannot compute this formula itself (Err:{cell.getError()}) and has not asked the function"
        try:
            cells = [value(sheet, text) for text in arguments]
        except Unknown:
            if cell.getError() == REFUSED:
                return f"{name}: Calc does not pass on an argument (Err:504): several areas, or a range with an error in it"
            why = memory.newest(name)
        else:
            if any(_is_error(one) for one in cells):
                return f"{name}: a cell that it reads shows an error itself; look at that cell"
            why = dispatcher.call(name, cells)[1] or (memory.newest(name) if cell.getError() else "")
        if why:
            return str(why)
    return NOTHING


def _is_error(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(one is None for row in value for one in row)
    return isinstance(value, float) and math.isnan(value)


def calls(formula: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the calls of our functions in a formula, the innermost last: the method and the text of each argument.

    Examples
    --------
    >>> list(calls('=1+ORG.ACCELXL.ADDIN.ACCELNPV(A1;{1;2|3;4};"a;b")'))
    [('ACCELNPV', ['A1', '{1;2|3;4}', '"a;b"'])]
    """
    for found in CALL.finditer(formula):
        depth, quote, arguments, start = 0, "", [], found.end()
        for at in range(found.end(), len(formula)):
            mark = formula[at]
            if quote:
                quote = "" if mark == quote else quote
            elif mark in "\"'":
                quote = mark
            elif mark in "({":
                depth += 1
            elif mark in ")}" and depth:
                depth -= 1
            elif mark == ")" or (mark == ";" and not depth):
                arguments.append(formula[start:at].strip())
                start = at + 1
                if mark == ")":
                    break
        yield found[1], arguments if arguments != [""] else []


def value(sheet: Any, text: str) -> Any:
    """Return an argument as Calc passes it.

    Raises
    ------
    Unknown
        If it is a formula of its own.
    """
    if not text:
        return None
    if text.startswith("{"):
        return tuple(tuple(constant(one) for one in _parts(row, ";")) for row in _parts(text[1:-1], "|"))
    try:
        return constant(text)
    except Unknown:
        return _reference(sheet, text)


def _parts(text: str, mark: str) -> list[str]:
    """Split at a mark outside quotes."""
    pieces = re.findall(rf'(?:"(?:[^"]|"")*"|[^"{re.escape(mark)}])+', text)
    return [piece.strip() for piece in pieces]


def constant(text: str) -> Any:
    """Return a number, text or truth value.

    Examples
    --------
    >>> constant("1.5"), constant('"a"'), constant("TRUE()")
    (1.5, 'a', 1.0)

    Raises
    ------
    Unknown
        If it is none of these.
    """
    if NUMBER.fullmatch(text):
        return float(text)
    if re.fullmatch(r'"(?:[^"]|"")*"', text):
        return text[1:-1].replace('""', '"')
    if text.upper() in {"TRUE", "TRUE()", "FALSE", "FALSE()"}:
        return float(text.upper().startswith("TRUE"))
    raise Unknown


def _reference(sheet: Any, text: str) -> Any:
    """Return the cells of a reference or of a defined name."""
    try:
        area = sheet.getCellRangeByName(text.lstrip("$"))
    except Exception as error:  # the office's own class of exception
        raise Unknown from error
    rows = area.getDataArray()
    if len(rows) == 1 and len(rows[0]) == 1:
        found = rows[0][0]
        return wire.error("#VALUE!") if found is None else 0.0 if found == "" else found
    return rows
