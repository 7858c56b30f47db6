"""Examples: a formula as text becomes the cells that a host would pass, so that tests, documents and hosts use the same ones."""

from __future__ import annotations

import re

from accelxl.functions.cells import ERRORS, Cell, Rows

FORMULA = re.compile(r"=(ACCEL_[A-Z0-9_]+)\((.*)\)", re.DOTALL)
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")
        |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z\d])
        |(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
        |(?P<flag>TRUE|FALSE)\b
        |(?P<reference>\$?[A-Z]{1,3}\$?\d+)
        |(?P<mark>[{},;]))\s*""",
    re.VERBOSE,
)


def cells_of(formula: str) -> tuple[str, list[Cell]]:
    """Return the function's name and the cells of a formula: constants, array constants, blanks; a reference is its address.

    Raises
    ------
    ValueError
        If it is not such a formula.

    Examples
    --------
    >>> cells_of('=ACCEL_SPEC({"H100";"B200"},"memory_gb")')
    ('ACCEL_SPEC', [[['H100'], ['B200']], 'memory_gb'])
    >>> cells_of("=ACCEL_MACRS(1000,5,,,0.4)")[1]
    [1000.0, 5.0, None, None, 0.4]
    """
    found = FORMULA.fullmatch(formula)
    if not found:
        raise ValueError(f"{formula!r} is not a call of one ACCEL function")
    tokens = _tokens(found[2], formula)
    cells: list[Cell] = [None] if tokens else []
    filled = False
    place = 0
    while place < len(tokens):
        kind, value = tokens[place]
        if (kind, value) == ("mark", ","):
            cells.append(None)
            filled = False
        elif filled or (kind == "mark" and value != "{"):
            raise ValueError(f"{formula!r} has {value!r} where a comma belongs: constants and arrays are read, no sums")
        else:
            cells[-1], place = _array(tokens, place + 1, formula) if kind == "mark" else (value, place)
            filled = True
        place += 1
    return found[1], cells


def _tokens(text: str, formula: str) -> list[tuple[str, Cell]]:
    tokens: list[tuple[str, Cell]] = []
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found or found.lastgroup is None:
            raise ValueError(f"{formula!r} cannot be read from {text[at:]!r} on")
        at = found.end()
        tokens.append((found.lastgroup, _value(found.lastgroup, found[found.lastgroup])))
    return tokens


def _value(kind: str, text: str) -> Cell:
    if kind == "text":
        return text[1:-1].replace('""', '"')
    if kind == "number":
        return float(text)
    if kind == "flag":
        return text == "TRUE"
    if kind == "error":
        return next(error for error in ERRORS if error == text)
    return text


def _array(tokens: list[tuple[str, Cell]], place: int, formula: str) -> tuple[Rows, int]:
    """Return an array constant and the place of its closing brace."""
    rows: Rows = [[]]
    for at in range(place, len(tokens), 2):
        rows[-1].append(tokens[at][1])
        if tokens[at][0] == "mark" or at + 1 == len(tokens):
            break
        mark = tokens[at + 1][1]
        if mark == "}":
            return rows, at + 1
        if mark == ";":
            rows.append([])
    raise ValueError(f"{formula!r} has an array that is not closed or has a gap")
