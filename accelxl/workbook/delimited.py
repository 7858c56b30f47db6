"""Delimited text: the sign between columns and the one before decimals are found out from the file, or it is refused."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Self

from accelxl.errors import BadFile, ShapeError, WrongType

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# Possessive: a quote of millions of characters would else be remembered one by one.
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_COMMA = re.compile(r"[+-]?([0-9]+,?[0-9]*|,[0-9]+)([eE][+-]?[0-9]+)?\Z")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
"""A number that may be a thousand with a sign between its digits: 1.234 or 1,234."""


class Written(str):
    """A field of a text file: it may spell a number. `decimal` is the sign before decimals in that file, "" where it cannot be told."""

    __slots__ = ("decimal",)
    decimal: str

    def __new__(cls, text: str, decimal: str = ".") -> Self:
        """Make a field."""
        made = super().__new__(cls, text)
        made.decimal = decimal
        return made

    def number(self, place: str = "a field") -> float | None:
        """Return the number that it spells, NaN and infinity included, or None.

        Raises
        ------
        WrongType
            If it may be one of two numbers.

        Examples
        --------
        >>> Written("1.5").number(), Written("1,5", ",").number(), Written("1,5").number()
        (1.5, 1.5, None)
        """
        bare = self.strip()
        if bare.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
            return float(bare)
        if not self.decimal and _GROUPED.match(bare):
            one, other = bare.replace(",", "."), bare.replace(",", "").replace(".", "")
            raise WrongType(
                f"{place} is {bare!r}, which may be {one} or {other}, and no other figure of the file tells which sign stands before "
                "decimals; say it (decimal='.' or ',', on the command line --decimal)"
            )
        if self.decimal != "," and _NUMBER.match(bare):
            return float(bare)
        if self.decimal != "." and _COMMA.match(bare):
            return float(bare.replace(",", "."))
        return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What someone said of a file: the sign between columns and the one before decimals; "" where it is to be found out."""

    separator: str = ""
    decimal: str = ""

    def __post_init__(self) -> None:
        if self.separator not in {"", *SEPARATORS}:
            raise WrongType(f"the separator is {self.separator!r}; a comma, semicolon, tab or bar is allowed")
        if self.decimal not in {"", ".", ","}:
            raise WrongType(f"the decimal sign is {self.decimal!r}; '.' or ',' is allowed")
        if self.separator and self.separator == self.decimal:
            raise WrongType(f"{self.separator!r} is given as separator and as decimal sign; two signs are needed")


FOUND_OUT = Dialect()


def delimited(path: Path, text: str, dialect: Dialect = FOUND_OUT) -> tuple[list[list[str]], str]:
    """Return the rows of a delimited text and its decimal sign, "" where the file does not tell it.

    With columns parted by commas the decimal sign is a point. Elsewhere a figure such as 0,5 or 12.75 tells it, and 1.234 does not.

    Raises
    ------
    BadFile
        If it cannot be told what parts the columns, or both signs stand before decimals.
    """
    separator = dialect.separator or _separator(path, text)
    try:
        rows = list(csv.reader(StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise BadFile(f"{path} is not CSV: {error}") from error
    if dialect.decimal:
        return rows, dialect.decimal
    return rows, "." if separator == "," else _decimal(path, rows)


def _separator(path: Path, text: str) -> str:
    """Return the sign between the columns: the only one that stands in the header outside quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = _QUOTED.sub("", header)
    found = [sign for sign in SEPARATORS if sign in bare]
    if len(found) > 1:
        words = " and ".join(f"{SEPARATORS[sign]}s" for sign in found)
        raise BadFile(
            f"{path}: {words} stand in its header; say which parts the columns (separator, on the command line --separator)"
        )
    if found or len(text.splitlines()) < 2:
        return found[0] if found else ","
    others = {sign for line in text.splitlines()[1:] for sign in SEPARATORS if sign in _QUOTED.sub("", line)}
    if len(others) == 1 and "," not in others:
        raise ShapeError(f"{path}: {SEPARATORS[others.pop()]}s part its rows, and its header is one column")
    return ","


def _decimal(path: Path, rows: list[list[str]]) -> str:
    """Return the sign before decimals that figures of a file tell; "" where none does."""
    seen: dict[str, str] = {}
    for row in rows[1:]:
        for cell in row:
            bare = cell.strip()
            if _GROUPED.match(bare):
                continue
            if "." in bare and _NUMBER.match(bare):
                seen.setdefault(".", bare)
            elif "," in bare and _COMMA.match(bare):
                seen.setdefault(",", bare)
    if len(seen) == 2:
        raise BadFile(
            f"{path} has {seen['.']!r} and {seen[',']!r}; one sign before decimals in the whole file is needed"
        )
    return next(iter(seen), "")


def check_widths(path: Path, rows: list[list[str]], width: int, first: int, what: str) -> None:
    """Refuse rows that are longer or shorter than they should be.

    Raises
    ------
    ShapeError
        If one is.
    """
    for number, row in enumerate(rows, first):
        if len(row) != width:
            raise ShapeError(f"{path}, row {number} has {len(row)} fields; {what} has {width}")
