"""The cells of a worksheet part, each with the place of its bytes, so that single values can be replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from accelxl.errors import BadFile
from accelxl.workbook.formulas.tree import MAX_ROW, address, cell_of

# Possessive: a tag of millions of characters would else be remembered one by one.
_TAG = re.compile(rb"<(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>")
MOST_CELLS = 1_000_000
"""Cells of a sheet that are read; a part with more than `MOST_TAGS` tags holds more, or something else."""
MOST_TAGS = 6 * MOST_CELLS
MOST_BYTES = 1 << 20
"""Bytes of a cell, its formula and text in it."""
_LONG = re.compile(rb"<[^<]{%d}" % MOST_BYTES)
"""A tag whose attributes alone take the time of a whole sheet."""


@dataclass(slots=True)
class Span:
    """A cell: its place, type, style, formula and value as they stand in the file, and where its bytes begin and end.

    `formula` is the text; `kind` is "", "shared", "array" or "dataTable", with `reach` and `group` as the file has them. `formula_bytes`
    is where the formula's element stands, or None.
    """

    row: int
    column: int
    start: int
    end: int = 0
    type: str = ""
    style: int = 0
    formula: str | None = None
    kind: str = ""
    reach: str = ""
    group: str = ""
    value: str | None = None
    formula_start: int = 0
    formula_end: int = 0


@dataclass(slots=True)
class Rule:
    """A data validation as the file has it."""

    kind: str
    operator: str
    cells: str
    first: str
    second: str
    blank: bool


@dataclass(slots=True)
class Line:
    """A row as the file has it: where it begins, where its opening tag ends, where its closing tag begins (-1: it has none)."""

    start: int
    inside: int
    close: int = -1


@dataclass(slots=True)
class Scanned:
    """A worksheet part: its bytes, cells, validations, and its rows in the order of the file; `block` is the element around the rows.

    `prefix` is that of its elements; `extent` is where the element with the used range stands, and that range; `by_cell` holds the
    validations by cell once someone has asked for them.
    """

    data: bytes
    cells: dict[tuple[int, int], Span] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)
    block: Line = field(default_factory=lambda: Line(0, 0))
    prefix: str = ""
    extent: tuple[int, int, str] | None = None
    by_cell: dict[tuple[int, int], Rule] | None = None


class _Reader:
    """Handlers of the parser, with what is open at the moment."""

    def __init__(self, data: bytes, where: str) -> None:
        self.found = Scanned(data)
        self.data = data
        self.where = where
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.cell: Span | None = None
        self.rule: Rule | None = None
        self.into = ""
        self.words: list[str] = []
        self.row = self.column = -1

    def refuse(self, *_args: Any) -> None:
        raise BadFile(f"{self.where} has a document type declaration; a workbook has none")

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.cell = self._cell(given)
        elif self.cell is not None:
            if tag == "f":
                self.cell.kind, self.cell.reach, self.cell.group = (
                    given.get("t", ""),
                    given.get("ref", ""),
                    given.get("si", ""),
                )
                self.cell.formula_start = self.parser.CurrentByteIndex
                self.collect("f")
            elif tag == "v" or (tag == "t" and self.cell.type == "inlineStr"):
                self.collect("v")
        elif tag == "row":
            self.row = int(given["r"]) - 1 if "r" in given else self.row + 1
            if not 0 <= self.row < MAX_ROW:
                raise ValueError(f"it has row {self.row + 1}; 1 to {MAX_ROW:,} are allowed")
            self.column = -1
            self.found.lines[self.row] = self._line()
        elif tag == "sheetData":
            self.found.block, self.found.prefix = self._line(), name.removesuffix(tag)
        elif tag == "dimension":
            place = self._line()
            self.found.extent = place.start, place.inside, given.get("ref", "")
        elif tag == "dataValidation":
            self.rule = Rule(
                given.get("type", ""), given.get("operator", "between"), given.get("sqref", ""), "", "",
                given.get("allowBlank", "0") in {"1", "true"},
            )  # fmt: skip
        elif self.rule is not None and tag in {"formula1", "formula2", "sqref"}:
            self.collect(tag)

    def _line(self) -> Line:
        start = self.parser.CurrentByteIndex
        return Line(start, self.tag_end(start))

    def _close_line(self, line: Line) -> None:
        if self.data[line.inside - 2 : line.inside] != b"/>":
            line.close = self.parser.CurrentByteIndex

    def _cell(self, given: dict[str, str]) -> Span:
        if "r" in given:
            self.row, self.column = cell_of(given["r"])
        else:
            self.column += 1
        span = Span(
            self.row, self.column, self.parser.CurrentByteIndex, type=given.get("t", ""), style=int(given.get("s", "0"))
        )
        if len(self.found.cells) >= MOST_CELLS:
            raise ValueError(f"it has more than {MOST_CELLS:,} cells")
        span.end = self.tag_end(span.start)
        return span

    def tag_end(self, start: int) -> int:
        """Return where the tag that begins at `start` ends."""
        match = _TAG.match(self.data, start)
        if match is None:
            raise ValueError(f"no tag at byte {start}")
        return match.end()

    def element_end(self, start: int) -> int:
        """Return where the element that begins at `start` ends, when the parser is at its end."""
        end = self.tag_end(start)
        # After a tag like <f/> the parser stands behind it, before one like </f> in front of it.
        return end if self.data[end - 2 : end] == b"/>" else self.tag_end(self.parser.CurrentByteIndex)

    def collect(self, into: str) -> None:
        self.into = into
        self.words = []

    def text(self, words: str) -> None:
        if self.into:
            self.words.append(words)

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c" and self.cell is not None:
            self._close(self.cell)
        elif self.into:
            self._take(tag, "".join(self.words))
        elif tag == "row" and self.row in self.found.lines:
            self._close_line(self.found.lines[self.row])
        elif tag == "sheetData":
            self._close_line(self.found.block)
            if self.data.find(b"dataValidation", self.parser.CurrentByteIndex) < 0:
                # Nothing that is asked for follows; the rest, a million merged cells or so, is only looked through.
                self.parser.StartElementHandler = self.parser.EndElementHandler = None
        elif tag == "dataValidation" and self.rule is not None:
            self.found.rules.append(self.rule)
            self.rule = None

    def _close(self, cell: Span) -> None:
        cell.end = self.element_end(cell.start)
        if cell.end - cell.start > MOST_BYTES:
            raise ValueError(f"the cell {address(cell.row, cell.column)} has more than {MOST_BYTES:,} bytes")
        self.found.cells[cell.row, cell.column] = cell
        self.cell = None
        self.into = ""

    def _take(self, tag: str, words: str) -> None:
        cell = self.cell
        if self.into == "f" and tag == "f" and cell is not None:
            cell.formula = words
            cell.formula_end = self.element_end(cell.formula_start)
        elif self.into == "v" and tag in {"v", "t"} and cell is not None:
            cell.value = (cell.value or "") + words
        elif self.rule is not None and tag == self.into:
            if tag == "formula1":
                self.rule.first = words
            elif tag == "formula2":
                self.rule.second = words
            else:
                self.rule.cells = words
        elif tag != self.into:
            return
        self.into = ""


class _Begun(Exception):
    """The first element of a part is reached."""


def declares_nothing(data: bytes, where: str) -> None:
    """Refuse a part with a document type declaration, in which entities of any size may be declared.

    Raises
    ------
    BadFile
        If it has one, or does not begin like XML.
    """

    def refuse(*_args: Any) -> None:
        raise BadFile(f"{where} has a document type declaration; a workbook has none")

    def begun(*_args: Any) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begun
    try:
        parser.Parse(data, True)
    except _Begun:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadFile(f"{where} is damaged: it is not XML") from error


def scan(data: bytes, where: str) -> Scanned:
    """Return the cells and validations of a worksheet part.

    Raises
    ------
    BadFile
        If it is not XML, or a tag is longer than any that a spreadsheet program writes.
    """
    if _LONG.search(data):
        raise BadFile(
            f"{where} has a tag or a text of more than {MOST_BYTES:,} bytes; no spreadsheet program writes one"
        )
    reader = _Reader(data, where)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadFile(f"{where} is damaged: {expat.ErrorString(error.code)} at line {error.lineno}") from error
    except (ValueError, LookupError) as error:  # also of an encoding that nobody knows
        raise BadFile(f"{where} is damaged: {error}") from error
    return reader.found
