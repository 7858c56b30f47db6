"""A formula as a tree of plain data. References are kept relative to the cell that holds the formula.

Two cells of a row that hold the same formula have equal trees, so a row is parsed and compiled once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

NULL, DIV0, VALUE, REF, NAME, NUM, NA = range(1, 8)
"""Codes of the cell errors, as ERROR.TYPE counts them: places in `accelxl.functions.cells.ERRORS`, from 1."""
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384


class Unsupported(Exception):
    """A function or construct that the compiler lacks; the message names it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Flag:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """An error literal such as #N/A."""

    code: int


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument that is left out between two commas."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A row or a column: an index from 0 where `fixed`, else the distance from the formula's own."""

    value: int
    fixed: bool

    def at(self, origin: int) -> int:
        """Return the index, for a formula at `origin`."""
        return self.value if self.fixed else self.value + origin


@dataclass(frozen=True, slots=True)
class Area:
    """A cell or a rectangle of cells; `sheet` is None for the formula's own sheet."""

    sheet: str | None
    top: Axis
    left: Axis
    bottom: Axis
    right: Axis

    @property
    def single(self) -> bool:
        """Tell whether it is one cell."""
        return self.top == self.bottom and self.left == self.right


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or a percent mark."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Grid:
    """An array constant such as {1,2;3,4}."""

    rows: tuple[tuple[Node, ...], ...]


Node = Number | Text | Flag | Fault | Missing | Area | Name | Call | Unary | Binary | Grid


@lru_cache(maxsize=32768)
def column_name(column: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> column_name(0), column_name(27), column_name(16383)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=32768)
def column_number(letters: str) -> int:
    """Return the column of its letters, counted from 0.

    Examples
    --------
    >>> column_number("A"), column_number("xfd")
    (0, 16383)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def address(row: int, column: int, *, fixed: bool = False) -> str:
    """Return the address of a cell.

    Examples
    --------
    >>> address(4, 2), address(4, 2, fixed=True)
    ('C5', '$C$5')
    """
    mark = "$" if fixed else ""
    return f"{mark}{column_name(column)}{mark}{row + 1}"


_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")


def cell_of(text: str) -> tuple[int, int]:
    """Return row and column, from 0, of an address.

    Examples
    --------
    >>> cell_of("C5"), cell_of("$XFD$1")
    ((4, 2), (0, 16383))
    """
    match = _CELL.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not the address of a cell")
    return int(match[2]) - 1, column_number(match[1])


def sheet_prefix(sheet: str) -> str:
    """Return a sheet's name as a formula has it, quoted where it must be.

    Examples
    --------
    >>> sheet_prefix("Monthly"), sheet_prefix("P & L")
    ('Monthly!', "'P & L'!")
    """
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", sheet) and not _CELL.match(sheet):
        return f"{sheet}!"
    return "'" + sheet.replace("'", "''") + "'!"
