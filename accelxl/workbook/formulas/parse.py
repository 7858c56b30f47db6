"""Formula text into a tree: one regular expression for the tokens, then precedence climbing.

Precedence, from weak to strong: comparison, &, + and -, * and /, ^, %, sign. A sign binds tighter than ^ (-2^2 is 4) and ^ is
evaluated from the left (2^3^2 is 64), as spreadsheets do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from accelxl.functions.cells import CODES
from accelxl.workbook.formulas.tree import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    Axis,
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
    column_number,
)

_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<text>"(?:[^"]|"")*")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<outside>'?\[[^\]]*\]|[A-Za-z_\\][\w.]*\[)
    | (?P<area>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
         (?:{_CELL}(?::{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}})(?![\w.(!:\#]))
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<call>[^\W\d][\w.]*\()
    | (?P<name>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?[^\W\d][\w.\\?]*)
    | (?P<op><=|>=|<>|[-+*/^&=<>%(),;{{}}:@\#!])
    """,
    re.VERBOSE,
)
_POWER = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}


class Token(NamedTuple):
    """A token: its kind, and its text; of an area its `_Corner`s, relative to the formula."""

    kind: str
    value: Any


def tokens(formula: str, row: int, column: int) -> tuple[Token, ...]:
    """Return the tokens of a formula that stands at `row`, `column`; equal for equal relative formulas."""
    found: list[Token] = []
    place = 1 if formula.startswith("=") else 0
    end = len(formula)
    while place < end:
        match = _TOKEN.match(formula, place)
        if match is None:
            raise Unsupported(f"the text {formula[place : place + 20]!r}")
        place = match.end()
        kind, text = match.lastgroup or "", match.group()
        if kind == "area":
            found.append(Token(kind, _relative(text, row, column)))
        elif kind == "outside":
            raise Unsupported(f"the reference {text!r} to a table or another book")
        elif kind != "space":
            found.append(Token(kind, text))
    return tuple(found)


def _relative(text: str, row: int, column: int) -> tuple[Any, ...]:
    """Return sheet, top, left, bottom and right of a reference; each side with whether it is fixed."""
    sheet, top, left, bottom, right = _absolute(text)
    return (
        sheet,
        top if top[1] else (top[0] - row, False),
        left if left[1] else (left[0] - column, False),
        bottom if bottom[1] else (bottom[0] - row, False),
        right if right[1] else (right[0] - column, False),
    )


_PART = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]*)\Z")
_Side: TypeAlias = tuple[int, bool]


@lru_cache(maxsize=65536)
def _absolute(text: str) -> tuple[str | None, _Side, _Side, _Side, _Side]:
    """Return sheet, top, left, bottom and right of a reference such as ``Sheet!$A1:B2`` as they are written."""
    sheet, mark, cells = text.rpartition("!")
    if mark and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    first, _, last = cells.partition(":")
    top, left = _sides(first, low=True)
    bottom, right = _sides(last or first, low=False)
    return (sheet if mark else None), top, left, bottom, right


def _sides(text: str, *, low: bool) -> tuple[_Side, _Side]:
    match = _PART.match(text)
    assert match is not None
    first, letters, second, digits = match.groups()
    if digits and not letters:
        second, first = first or second, ""
    down = (int(digits) - 1, bool(second)) if digits else (0 if low else MAX_ROW - 1, True)
    across = (column_number(letters), bool(first)) if letters else (0 if low else MAX_COLUMN - 1, True)
    return down, across


def area_of(sides: tuple[Any, ...]) -> Area:
    """Return the area of an area token."""
    return Area(sides[0], *(Axis(*side) for side in sides[1:]))


def parse(found: tuple[Token, ...]) -> Node:
    """Return the tree of a formula's tokens.

    Raises
    ------
    Unsupported
        If it is not a formula that this compiler reads.
    """
    reader = _Reader(found)
    node = reader.expression(0)
    if reader.place != len(found):
        raise Unsupported(f"the text {found[reader.place].value!r} after the end of the formula")
    return node


class _Reader:
    """The place in a list of tokens."""

    __slots__ = ("found", "place")

    def __init__(self, found: tuple[Token, ...]) -> None:
        self.found = found
        self.place = 0

    def peek(self) -> Token:
        return self.found[self.place] if self.place < len(self.found) else Token("end", "the end of the formula")

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def skip(self, op: str) -> bool:
        if self.peek() == ("op", op):
            self.place += 1
            return True
        return False

    def expression(self, weakest: int) -> Node:
        left = self.signed()
        while True:
            token = self.peek()
            power = _POWER.get(str(token.value), 0) if token.kind == "op" else 0
            if power == 0 or power <= weakest:
                return left
            self.place += 1
            left = Binary(str(token.value), left, self.expression(power))

    def signed(self) -> Node:
        token = self.peek()
        if token.kind == "op" and token.value in {"+", "-"}:
            self.place += 1
            operand = self.signed()
            if token.value == "+":
                return operand
            return Number(-operand.value) if isinstance(operand, Number) else Unary("-", operand)
        node = self.operand()
        while self.skip("%"):
            node = Unary("%", node)
        return node

    def operand(self) -> Node:
        kind, value = self.take()
        if kind == "area":
            return area_of(value)
        if kind == "number":
            return Number(float(value))
        if kind == "text":
            return Text(value[1:-1].replace('""', '"'))
        if kind == "error":
            return Fault(CODES[value])
        if kind == "name":
            return Flag(value.upper() == "TRUE") if value.upper() in {"TRUE", "FALSE"} else Name(value)
        if kind == "call":
            return Call(_plain(value[:-1]), self.arguments())
        if value == "(":
            node = self.expression(0)
            if not self.skip(")"):
                raise Unsupported(f"{self.peek().value!r} where a closing bracket is expected")
            return node
        if value == "{":
            return self.grid()
        raise Unsupported(f"{value!r} where a value is expected")

    def arguments(self) -> tuple[Node, ...]:
        if self.skip(")"):
            return ()
        args: list[Node] = []
        while True:
            if self.peek() in {("op", ","), ("op", ")")}:
                args.append(Missing())
            else:
                args.append(self.expression(0))
            if self.skip(")"):
                return tuple(args)
            if not self.skip(","):
                raise Unsupported(f"{self.peek().value!r} between arguments")

    def grid(self) -> Node:
        rows: list[tuple[Node, ...]] = []
        row: list[Node] = []
        while True:
            row.append(self.signed())
            if self.skip(","):
                continue
            rows.append(tuple(row))
            row = []
            if self.skip("}"):
                break
            if not self.skip(";"):
                raise Unsupported(f"{self.peek().value!r} in an array constant")
        if len({len(one) for one in rows}) != 1:
            raise Unsupported("an array constant with rows of unequal length")
        return Grid(tuple(rows))


def _plain(name: str) -> str:
    """Return a function's name without the prefixes that files carry."""
    name = name.upper()
    for prefix in ("_XLFN.", "_XLWS.", "_XLDUDF_"):
        name = name.removeprefix(prefix)
    return name
