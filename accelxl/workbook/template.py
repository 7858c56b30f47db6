"""A template workbook as data: inputs, calculation rows, figures, charts and checks. It has no cell addresses.

Formulas are written once. Inside them a defined name (`in_units_1`, `k_hours_per_month`, `out_npv_usd`, `chk_total`) stands for
itself; the name of a row stands for its cell in the same column, `row[-1]` for the column before, `row[:]` for all columns,
`row[@2]` for the second one, `row.total` for its total, and `Sheet.row` for a row of another sheet. `accelxl.workbook.language`
turns them into cells; docs/templates.md shows how a template is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from accelxl.units import Quantity

Content = float | str | dt.date | None
Sign = Literal["+", "-", "+/-", ""]


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them.

    Examples
    --------
    >>> listed(["price", "speed", "power"]), listed(["price"])
    ('price, speed and power', 'price')
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


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
    a defined name for all their cells (`in_<group>`, for constants `k_<group>`), which INDEX reads by the number of a column; `dated`
    gives the as-of cell a name too (`asof_*`), so that a check can read its age, and `ranged` gives names to Low and High (`low_*`,
    `high_*`), from which a tornado and draws take their ranges. `input` is the plan input that the item feeds. `companions` are the
    items whose figures belong to what this one names: price, throughput, power, wait and resale of a device.
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
    ranged: bool = False
    companions: tuple[str, ...] = ()

    @property
    def defined(self) -> str:
        """The defined name of its cell."""
        return ("k_" if self.fixed else "in_") + self.name

    @property
    def range_name(self) -> str:
        """The defined name of the cells of its group, nothing without one."""
        return ("k_" if self.fixed else "in_") + self.group if self.group else ""


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

    `formula` fills the columns; `total` fills the total column and, for a row without columns, is the row. `texts` are the words of a
    row that names the columns; `lines` is the height of a row of texts, in lines. A row with a `batch` formula holds values instead:
    what this ACCEL formula gave when the book was filled (`@k` in it stands for the number of the column; without `wide` the value
    stands in the total column). Checks has the formula itself beside them.
    """

    name: str
    label: str
    unit: str
    formula: str = ""
    total: str = ""
    sign: Sign = ""
    format: str = "number"
    strong: bool = False
    texts: tuple[str, ...] = ()
    lines: int = 1
    batch: str = ""
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """A calculation sheet: a period, a device, a step or a case in each column; the rows of `head` say which."""

    name: str
    title: str
    about: str
    columns: int
    head: tuple[Row, ...]
    sections: tuple[Section, ...]
    width: float = 11.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of a block: a formula where `content` begins with "=", else a text."""

    content: str
    format: str = "general"


@dataclass(frozen=True, slots=True)
class Block:
    """A table that ACCEL functions read as one range: `name` is the defined name of its rows, without the heading.

    Blocks of one `sheet` stand below each other.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    sheet: str = "Plan"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the Board: `out_<name>`, one reference to a calculation, and the ACCEL function that should give the same.

    `twin` is that function with its arguments; `metric` is short for a metric of the plan in `plan_block`.
    """

    name: str
    label: str
    unit: str
    formula: str
    format: str = "number"
    metric: str = ""
    tile: bool = True
    twin: str = ""

    @property
    def accel(self) -> str:
        """The formula of the twin, nothing where there is none."""
        return f'=ACCEL_PLAN(plan_block,"{self.metric}")' if self.metric else self.twin


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of the Board: a row of a sheet, cell by cell; `@k` in the twin stands for the number of the column.

    `lead` is a formula whose figure, `out_<name>_lead`, stands beside the label in the format `lead_format`.
    """

    name: str
    label: str
    row: str
    format: str = "number"
    twin: str = ""
    strong: bool = False
    lead: str = ""
    lead_format: str = "share"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the Board: the columns of a sheet side by side; the row `heads` names them, each cell is `out_<name>_<column>`.

    `heat` colours the cells by their value, with white at zero.
    """

    title: str
    sheet: str
    heads: str
    columns: int
    lines: tuple[Line, ...]
    heat: bool = False

    def figure(self, line: Line, column: int) -> Figure:
        """Return a cell as a figure; columns count from 1."""
        return Figure(
            f"{line.name}_{column}",
            f"{line.label}, column {column}",
            "",
            f"={self.sheet}.{line.row}[@{column}]",
            line.format,
            tile=False,
            twin=line.twin.replace("[@k]", f"[@{column}]").replace("@k", str(column)),
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every cell as a figure, line by line."""
        return tuple(self.figure(line, k + 1) for line in self.lines for k in range(self.columns))


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a chart: a row of a sheet.

    `base` is the invisible foot of a stacked column, `band` an area upon the one before it and `shore` the invisible area under
    them; a `bar` lies, over the other bars of its row. `labels` is the number format of the labels at the points. A series without
    a title is left out of the legend: it belongs to the one before it. `curve` and `point` are drawn over numbers, a line and markers
    that carry their title; `x` is the row of these numbers where it is not the axis of the chart. `side` is where the labels of a line
    or a point stand.
    """

    row: str
    title: str
    kind: Literal["line", "column", "stack", "base", "area", "bar", "band", "shore", "curve", "point"] = "line"
    colour: str = "navy"
    dash: str = "solid"
    labels: str = ""
    x: str = ""
    side: Literal["above", "right"] = "above"


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart; `sheet` is the sheet of its series and `axis` the row that labels the columns.

    Where the axis has numbers, `axis_format` shows them and `axis_ends` are its least and greatest.
    """

    title: str
    sheet: str
    axis: str
    unit: str
    series: tuple[Series, ...]
    about: str
    number_format: str = "#,##0"
    date_axis: bool = False
    axis_title: str = ""
    legend: bool = True
    axis_format: str = ""
    axis_ends: tuple[float, float] | None = None


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
    """The page for a board: what it is about, the message in a sentence, tiles, further figures, tables and charts.

    `portrait` is for a page that is higher than it is wide; `chart_rows` is the height of its charts, in rows.
    """

    title: str
    scope: str
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    message: str = ""
    tables: tuple[Table, ...] = ()
    portrait: bool = False
    chart_rows: int = 11

    @property
    def every(self) -> tuple[Figure, ...]:
        """The figures and the cells of the tables."""
        return (*self.figures, *(figure for table in self.tables for figure in table.figures))


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

    `blocks` are what its ACCEL functions read; `batch` names figures whose value at the time of a fill is kept (`batch_*`).
    """

    name: str
    title: str
    purpose: str
    audience: str
    basis: tuple[tuple[str, str], ...]
    releases: tuple[Release, ...]
    sources: tuple[Source, ...]
    inputs: tuple[Group, ...]
    sheets: tuple[Sheet, ...]
    board: Board
    checks: tuple[Check, ...]
    blocks: tuple[Block, ...] = ()
    batch: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The newest release."""
        return self.releases[-1].version

    @property
    def filled(self) -> tuple[tuple[Sheet, Row, int], ...]:
        """Every cell that a batch run fills: its sheet, row and column from 1, 0 for the total column."""
        rows = [
            (sheet, row) for sheet in self.sheets for section in sheet.sections for row in section.rows if row.batch
        ]
        return tuple(
            (sheet, row, k) for sheet, row in rows for k in (range(1, sheet.columns + 1) if row.wide else (0,))
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of the Inputs sheet."""
        return tuple(item for group in self.inputs for item in group.items)
