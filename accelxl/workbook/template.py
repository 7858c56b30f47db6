"""A template workbook as data: inputs, calculation rows, figures, charts and checks. It has no cell addresses.

Formulas are written once. Inside them a defined name (`in_units_1`, `k_hours_per_month`, `out_npv_usd`, `chk_total`) stands for
itself; the name of a row stands for its cell in the same period, `row[-1]` for the period before, `row[:]` for all periods,
`row.total` for its total, and `Sheet.row` for a row of another sheet. `accelxl.workbook.language` turns them into cells.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from accelxl.plan.inputs import INPUTS
from accelxl.units import Quantity

Content = float | str | dt.date | None
Sign = Literal["+", "-", "+/-", ""]


@dataclass(frozen=True, slots=True)
class Source:
    """A document that figures come from: a row of the Log."""

    id: str
    document: str
    date: dt.date
    address: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A figure on the Inputs sheet.

    `name` is the defined name without its prefix. `fixed` marks a constant of nature or law (`k_*`), which is no input and stays locked.
    `low` and `high` span what is plausible; the quantity's own limits are what is allowed at all. Neighbours of one `group` share
    a defined name for all their cells; `dated` gives the as-of cell a name too (`asof_*`), so that a check can read its age.
    """

    name: str
    label: str
    value: Content
    quantity: Quantity
    source: str
    as_of: dt.date
    low: Content = None
    high: Content = None
    format: str = "number"
    note: str = ""
    fixed: bool = False
    input: str = ""
    blank: bool = False
    group: str = ""
    dated: bool = False

    @property
    def defined(self) -> str:
        """The defined name of its cell."""
        return ("k_" if self.fixed else "in_") + self.name


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the Inputs sheet, and the items under it."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a calculation sheet, and the rows under it."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a calculation sheet.

    `formula` fills the periods; `total` fills the total column and, for a row without periods, is the row.
    """

    name: str
    label: str
    unit: str
    formula: str = ""
    total: str = ""
    sign: Sign = ""
    format: str = "number"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class TimeSheet:
    """A calculation sheet with a period in each column; the first rows are its timeline."""

    name: str
    title: str
    about: str
    periods: int
    timeline: tuple[Row, ...]
    sections: tuple[Section, ...]
    width: float = 11.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the Board: `out_<name>`, one reference to a calculation, with the plan metric that it should equal."""

    name: str
    label: str
    unit: str
    formula: str
    format: str = "number"
    metric: str = ""
    tile: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a chart: a row of a time sheet."""

    row: str
    title: str
    kind: Literal["line", "column", "stack", "area"] = "line"
    colour: str = "navy"
    dash: str = "solid"
    second_axis: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart; `sheet` is the time sheet of its series and `axis` the row that labels the periods."""

    title: str
    sheet: str
    axis: str
    unit: str
    series: tuple[Series, ...]
    about: str
    number_format: str = "#,##0"
    date_axis: bool = False
    axis_title: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the Checks sheet: a value that should be zero within a tolerance; a warning does not enter `chk_total`."""

    name: str
    label: str
    formula: str
    tolerance: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The page for a board: what it is about, the message in a sentence, tiles and charts."""

    title: str
    scope: str
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A row of the Log: what changed in a version of the template."""

    version: str
    date: dt.date
    author: str
    change: str


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook.

    `plan_columns` is the count of tranches in the plan block; `batch` names figures whose value at the time of a fill is kept
    (`batch_*`).
    """

    name: str
    title: str
    purpose: str
    audience: str
    basis: tuple[tuple[str, str], ...]
    releases: tuple[Release, ...]
    sources: tuple[Source, ...]
    inputs: tuple[Group, ...]
    sheets: tuple[TimeSheet, ...]
    board: Board
    checks: tuple[Check, ...]
    plan_columns: int = 1
    batch: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The newest release."""
        return self.releases[-1].version

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of the Inputs sheet."""
        return tuple(item for group in self.inputs for item in group.items)


def plan_item(
    name: str,
    label: str,
    value: Content,
    source: str,
    as_of: dt.date,
    *,
    low: Content = None,
    high: Content = None,
    tranche: int = 0,
    format: str = "number",
    choices: tuple[str, ...] = (),
    blank: bool = False,
    dated: bool = False,
) -> Item:
    """Return the item of a plan input; unit and limits come from the one table of plan inputs.

    Parameters
    ----------
    name : str
        A name of `accelxl.plan.inputs.INPUTS`.
    tranche : int
        1, 2 ... for an input of a tranche, which makes the name `in_<name>_<tranche>`; 0 for an input of the plan.
    choices : tuple of str
        The words of a choice that the template's formulas know, where they do not know all.
    blank : bool
        Whether an empty cell has a meaning.
    """
    row = INPUTS[name]
    quantity = row.quantity
    if choices:
        quantity = Quantity(quantity.unit, kind="choice", choices=choices)
    ending = f"_{tranche}" if tranche else ""
    shown = f"{label}, tranche {tranche}" if tranche else label
    return Item(
        name + ending,
        shown,
        value,
        quantity,
        source,
        as_of,
        low,
        high,
        format,
        row.meaning,
        input=name,
        blank=blank,
        dated=dated,
    )
