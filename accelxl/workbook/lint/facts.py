"""What the rules read of a book, each fact worked out when the first rule asks for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from accelxl.errors import BadFile
from accelxl.workbook.book import Workbook, load, rectangle, relations, xml
from accelxl.workbook.formulas.compile import Key, Rect
from accelxl.workbook.formulas.sheets import Sheets
from accelxl.workbook.formulas.tree import address, cell_of
from accelxl.workbook.lint.forms import Form, Graph, forms
from accelxl.workbook.lint.grids import Calculation, InputRow, calculation, is_calculation
from accelxl.workbook.lint.rules import Finding
from accelxl.workbook.lint.styles import Look, looks
from accelxl.workbook.scan import Span, declares_nothing
from accelxl.workbook.sources import INPUTS, header_row

FRONT, CHECKS = ("Cover", "Log"), "Checks"
NEEDED = (*FRONT, INPUTS, CHECKS)
"""Sheets that a template has."""
OUTPUT = "Board"
"""Names of output sheets begin with this."""
BLUE, YELLOW, VIOLET = "0000FF", "FFF2CC", "7030A0"
"""Font and fill of an input; font of a value that a batch run filled."""
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_DATA = re.compile(rb"<(\w+:)?sheetData\s*/>|<(\w+:)?sheetData\b.*</(\w+:)?sheetData>", re.DOTALL)


class Facts:
    """A book and what is known of it.

    Raises
    ------
    BadFile
        If the file is missing, no workbook, encrypted or damaged.
    """

    def __init__(self, path: str | Path) -> None:
        self.book: Workbook = load(path)
        self.path = Path(path)
        self.titles = self.book.titles

    # -- the book ------------------------------------------------------------------------------------------------------------
    @cached_property
    def root(self) -> etree._Element:
        """The workbook part."""
        return xml(self.book.package, self.book.path_of_book)

    @cached_property
    def template(self) -> bool:
        """Tell whether the book is one of our templates, or was one."""
        return "chk_total" in self.book.names or len(set(NEEDED) & set(self.titles)) >= 2

    def at(self, title: str) -> int:
        """Return the place of a sheet, -1 where the book lacks it."""
        return self.titles.index(title) if title in self.titles else -1

    @cached_property
    def every_name(self) -> list[tuple[str, str, int | None]]:
        """Every defined name: name, what it refers to, the place of its own sheet."""
        found = []
        for item in self.root.iter("{*}definedName"):
            local = item.get("localSheetId")
            found.append((item.get("name", ""), item.text or "", None if local is None else int(local)))
        return found

    def local(self, name: str, place: int) -> str:
        """Return what a sheet's own name refers to, nothing where it has none."""
        return next((text for own, text, sheet in self.every_name if own == name and sheet == place), "")

    @cached_property
    def names(self) -> dict[str, Rect]:
        """The names that are a rectangle of this book, in lower case."""
        found = {name.lower(): rectangle(text, self.book.places) for name, text in self.book.names.items()}
        return {name: rect for name, rect in found.items() if rect is not None}

    def cell_named(self, name: str) -> Key | None:
        """Return the cell of a name; None where it is no single cell."""
        rect = self.names.get(name.lower())
        return rect[:3] if rect is not None and rect[1] == rect[3] and rect[2] == rect[4] else None

    @cached_property
    def looks(self) -> list[Look]:
        """The cell styles."""
        part = next(
            (
                target
                for kind, target in relations(self.book.package, self.book.path_of_book).values()
                if kind.endswith("/styles")
            ),
            "",
        )
        return looks(xml(self.book.package, part) if part else None)

    def look(self, span: Span) -> Look:
        """Return how a cell looks."""
        return self.looks[span.style] if span.style < len(self.looks) else Look()

    def look_at(self, key: Key) -> Look:
        """Return how the cell at a place looks."""
        return self.look(self.cells(key[0])[key[1:]])

    # -- sheets ----------------------------------------------------------------------------------------------------------------
    @cached_property
    def frames(self) -> list[etree._Element | None]:
        """Each worksheet part without its cells."""
        found: list[etree._Element | None] = []
        for part in self.book.parts:
            if not part:
                found.append(None)
                continue
            data = _DATA.sub(b"", self.book.package.part(part), count=1)
            where = f"{self.path}, part {part}"
            declares_nothing(data, where)
            try:
                found.append(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))
            except etree.XMLSyntaxError as error:
                raise BadFile(f"{where} is damaged, or has more in a tag than a workbook has") from error
        return found

    def rows(self, place: int) -> Iterator[tuple[int, bytes]]:
        """Go through the row tags of a sheet: row from 0 and the tag."""
        part = self.book.parts[place]
        row = -1
        for match in _ROW.finditer(self.book.package.part(part) if part else b""):
            number = re.search(rb'\br="(\d+)"', match[0])
            row = int(number[1]) - 1 if number else row + 1
            yield row, match[0]

    def cells(self, place: int) -> dict[tuple[int, int], Span]:
        """Return the cells of a sheet."""
        return self.book.sheet(place).cells if place >= 0 else {}

    def value(self, place: int, row: int, column: int) -> Any:
        """Return the value that a cell carries."""
        return self.book.at((place, row, column)) if place >= 0 else None

    @cached_property
    def values(self) -> list[dict[tuple[int, int], Any]]:
        """The value of each cell, by sheet."""
        value = self.book.value
        return [{at: value(span) for at, span in self.cells(place).items()} for place in range(len(self.titles))]

    @cached_property
    def calculations(self) -> list[Calculation]:
        """The calculation sheets."""
        return [
            calculation(place, title, self.cells(place), self.values[place])
            for place, title in enumerate(self.titles)
            if title not in NEEDED and not title.startswith(OUTPUT) and is_calculation(self.values[place])
        ]

    @cached_property
    def outputs(self) -> list[int]:
        """The output sheets."""
        return [place for place, title in enumerate(self.titles) if title.startswith(OUTPUT)]

    @cached_property
    def working(self) -> list[int]:
        """Sheets with calculations or output: all but Cover, Log and Inputs."""
        return [place for place, title in enumerate(self.titles) if title not in {*FRONT, INPUTS}]

    @cached_property
    def input_head(self) -> int:
        """The row of the header on Inputs, -1 where there is none."""
        return header_row(self.book)

    @cached_property
    def inputs(self) -> list[InputRow]:
        """The rows of the Inputs sheet that hold a figure: those with a value, a name, or a low or high."""
        place = self.at(INPUTS)
        found = []
        for row in sorted({row for row, _ in self.cells(place) if row > self.input_head >= 0}):
            name, label, value, *rest = (self.value(place, row, column) for column in range(8))
            if any(item not in {None, ""} for item in (value, *rest)):
                found.append(InputRow((place, row, 2), str(name or ""), label, value, *rest))
        return found

    @cached_property
    def currency(self) -> str:
        """The currency of the inputs, as their units have it; nothing where they have none."""
        units = Counter(str(item.unit)[:3] for item in self.inputs)
        codes = [code for code, _ in units.most_common() if len(code) == 3 and code.isalpha() and code.isupper()]
        return codes[0] if codes else ""

    # -- formulas ----------------------------------------------------------------------------------------------------------------
    @cached_property
    def sheets(self) -> Sheets:
        """Every cell as the formula engine takes it."""
        return self.book.sheets()

    @cached_property
    def forms(self) -> dict[Key, Form]:
        """The form of each formula cell."""
        return forms(self.sheets)

    @cached_property
    def distinct(self) -> list[Form]:
        """Each form once."""
        return list({id(form): form for form in self.forms.values()}.values())

    @cached_property
    def words(self) -> set[str]:
        """The defined names that formulas use, in lower case."""
        return {word for form in self.distinct for word in form.words}

    @cached_property
    def graph(self) -> Graph:
        """What each formula reads."""
        return Graph(self.sheets, self.forms, self.names)

    @cached_property
    def circle(self) -> list[Key]:
        """The cells of a circular reference, none where there is no circle."""
        return self.graph.circle()

    @cached_property
    def accel(self) -> set[Key]:
        """The cells with a function of ours, which calculate where the add-in is installed."""
        return {
            key for form in self.distinct if any(call.startswith("ACCEL_") for call in form.calls) for key in form.cells
        }

    @cached_property
    def batch(self) -> list[str]:
        """The names of single cells that a batch run fills."""
        return [name for name in self.names if name.startswith("batch_") and self.cell_named(name)]

    @cached_property
    def compared(self) -> set[frozenset[str]]:
        """The names that stand in one formula of Checks; with "accel" where an ACCEL function stands in the next column."""
        place = self.at(CHECKS)
        found = set()
        for key, form in self.forms.items():
            if key[0] == place and form.words:
                beside = {"accel"} if (place, key[1], key[2] + 1) in self.accel else set()
                found.add(frozenset({*form.words, *beside}))
        return found

    def is_current(self, name: str) -> bool:
        """Tell whether Checks compares a batch value with its figure, or with an ACCEL function beside it."""
        figure = f"out_{name.removeprefix('batch_')}"
        known = {figure} & set(self.names) | {"accel"}
        return any(name in words and known & words for words in self.compared)

    # -- findings ------------------------------------------------------------------------------------------------------------------
    def finding(self, key: Key, found: str, allowed: str, count: int = 1) -> Finding:
        """Return a finding at a cell; `count` is how many cells share it."""
        more = f" (and {count - 1} more cells)" if count > 2 else " (and 1 more cell)" if count == 2 else ""
        return Finding(self.titles[key[0]], address(key[1], key[2]), found + more, allowed)

    def on(self, place: int, found: str, allowed: str) -> Finding:
        """Return a finding at a sheet as a whole."""
        return Finding(self.titles[place], "", found, allowed)

    def of_form(self, form: Form, found: str, allowed: str) -> Finding:
        """Return a finding at all cells of a form."""
        return self.finding(form.cells[0], found, allowed, len(form.cells))


def reach(text: str) -> Iterator[tuple[int, int]]:
    """Go through the cells of a list of ranges such as ``C5 D6:D8``; very large ranges are left out."""
    for part in text.split():
        first, _, last = part.partition(":")
        try:
            (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
        except ValueError:
            continue
        if (bottom - top + 1) * (right - left + 1) <= 100_000:
            yield from ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def quoted(text: str, length: int = 60) -> str:
    """Return a formula as a finding shows it, cut where it is long."""
    return f"={text}" if len(text) <= length else f"={text[:length]}..."
