"""A template laid out: every cell of every sheet with its content, its looks and its name. Files and values are made from this."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from accelxl.arrays import EPOCH
from accelxl.errors import UnknownName
from accelxl.units import Quantity
from accelxl.workbook.formulas.sheets import Formula, Sheets
from accelxl.workbook.formulas.tree import address, cell_of, sheet_prefix
from accelxl.workbook.template import Chart, Content


@dataclass(slots=True)
class Cell:
    """A cell: a constant or a formula, how it looks, and where a click leads."""

    content: Content = None
    formula: str = ""
    role: str = "plain"
    format: str = "general"
    link: str = ""


@dataclass(slots=True)
class Rule:
    """The validation of an input cell: what is allowed, and the sentence that says so; `month` asks for the first day of one."""

    row: int
    column: int
    quantity: Quantity
    title: str
    error: str
    prompt: str
    blank: bool
    month: bool = False


@dataclass(slots=True)
class PlacedChart:
    """A chart and the cell that its upper left corner covers."""

    chart: Chart
    row: int
    column: int
    width: int
    height: int


@dataclass(slots=True)
class Page:
    """A sheet, laid out."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    widths: list[tuple[int, int, float]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    charts: list[PlacedChart] = field(default_factory=list)
    freeze: tuple[int, int] = (3, 0)
    repeat: tuple[int, int] = (0, 2)
    landscape: bool = True
    paper: int = 9
    one_page: bool = False
    area: tuple[int, int] = (0, 0)
    flags: list[tuple[int, int]] = field(default_factory=list)
    heat: list[tuple[int, int, int, int]] = field(default_factory=list)

    def put(
        self,
        row: int,
        column: int,
        content: Content = None,
        role: str = "plain",
        format: str = "general",
        *,
        formula: str = "",
        link: str = "",
    ) -> Cell:
        """Place a cell; a calculation that is a plain link to another sheet looks like one."""
        role = LINKS.get(role, role) if _LINK.fullmatch(formula) else role
        cell = Cell(content, formula, role, format, link)
        self.cells[row, column] = cell
        self.area = (max(self.area[0], row), max(self.area[1], column))
        return cell

    def head(self, title: str, about: str) -> None:
        """Place the title, the master light and what the sheet is for."""
        self.put(0, 0, title, "title")
        self.heights[0] = 24.0
        self.put(1, 0, role="light", formula=LIGHT)
        self.flags.append((1, 0))
        self.put(2, 0, about, "about")


LINKS = {"calc": "link", "strong": "strong_link"}
_LINK = re.compile(r"=(?:\w+|'[^']+')!\$?[A-Z]{1,3}\$?\d+")
LIGHT = '=IF(chk_total=0,"All checks pass",chk_total&" of the checks fail: see Checks")'


@dataclass(slots=True)
class Layout:
    """All pages and defined names of a workbook."""

    pages: list[Page] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def name(
        self, name: str, page: Page, row: int, column: int, last_row: int | None = None, last_column: int | None = None
    ) -> None:
        """Give a defined name to a cell or a rectangle."""
        target = sheet_prefix(page.name) + address(row, column, fixed=True)
        if last_row is not None and last_column is not None:
            target += ":" + address(last_row, last_column, fixed=True)
        if self.names.setdefault(name, target) != target:
            raise UnknownName(f"the name {name} is given to {self.names[name]} and to {target}")

    def at(self, name: str) -> tuple[str, int, int]:
        """Return sheet, row and column of the cell with a defined name."""
        sheet, _, cell = self.names[name].rpartition("!")
        return (sheet.strip("'"), *cell_of(cell))

    def page(self, name: str) -> Page:
        """Return a page by its name."""
        return next(page for page in self.pages if page.name == name)

    def sheets(self) -> Sheets:
        """Return the cells as the formula engine takes them."""
        found = Sheets(
            [page.name for page in self.pages], names={name.lower(): target for name, target in self.names.items()}
        )
        for place, page in enumerate(self.pages):
            for (row, column), cell in page.cells.items():
                if cell.formula:
                    found.formulas[place, row, column] = Formula(cell.formula)
                elif cell.content is not None:
                    found.constants[place, row, column] = serial(cell.content)
        return found


def serial(content: Content) -> float | str | None:
    """Return a date as its serial, anything else as it is."""
    return float((content - EPOCH).days) if isinstance(content, dt.date) else content
