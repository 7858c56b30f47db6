"""A chart part read: title, axes, categories and series with the values that it carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from lxml import etree

from accelxl.arrays import EPOCH
from accelxl.errors import BadFile
from accelxl.workbook.numberformat import formatted

COLOURS = ("1F3864", "2E8B8B", "C9A86A", "BFC7D9", "8C8C8C", "A04020")
KINDS = ("area", "bar", "line", "scatter")
"""Kinds of charts that are drawn, in the order in which they lie upon each other."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands at the points of a series: its value in this format ("" for none), its name, on which side, in which colour."""

    code: str
    named: bool
    side: str
    colour: str


@dataclass(slots=True)
class Series:
    """A series: its kind (area, bar, line or scatter), name, values, colour ("" for none: the invisible base of a bridge) and dashes.

    `xs` are the places of a scatter's points; `line` tells whether they are joined, `marker` whether they are marked; `keyed` whether
    the legend has it.
    """

    kind: str
    name: str
    values: list[float | None]
    colour: str
    dash: str = ""
    stacked: bool = False
    xs: list[float | None] = field(default_factory=list)
    line: bool = True
    marker: bool = False
    label: Label | None = None
    keyed: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its title, number format, and its ends where the part gives them; `backwards` counts from the other end."""

    title: str = ""
    code: str = "General"
    low: float | None = None
    high: float | None = None
    backwards: bool = False


@dataclass(slots=True)
class Chart:
    """A chart: title, the axis of names or of x, the axis of figures, categories, series, the side of the legend ("" for none).

    `lying` tells that bars lie, `edges` that categories reach from edge to edge, `overlap` how much a bar is over the next, `gap`
    the room between categories in bars. `undrawn` says why it is not drawn.
    """

    title: str
    names: Axis = field(default_factory=Axis)
    figures: Axis = field(default_factory=Axis)
    categories: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    legend: str = ""
    lying: bool = False
    edges: bool = False
    overlap: float = 0.0
    gap: float = 1.5
    undrawn: str = ""

    @property
    def numbered(self) -> bool:
        """Whether both axes are of numbers."""
        return any(one.kind == "scatter" for one in self.series)


def chart_of(data: bytes) -> Chart:
    """Return a chart part as data; what cannot be drawn of it is said in `undrawn`.

    Raises
    ------
    BadFile
        If the part is not XML, or a number in it is none.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        return _chart(root)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadFile(f"a chart of the book is damaged: {error}") from error


def _chart(root: etree._Element) -> Chart:
    chart = Chart(_words(root.find("{*}chart/{*}title")))
    area = root.find("{*}chart/{*}plotArea")
    blocks = [one for one in (area if area is not None else ()) if _tag(one).endswith("Chart")]
    kinds = [_tag(one).removesuffix("Chart") for one in blocks]
    for kind in KINDS:
        for block in (one for one, its in zip(blocks, kinds, strict=True) if its == kind):
            _block(chart, block, kind)
    _axes(chart, area)
    _legend(chart, root)
    chart.undrawn = _undrawn(chart, area, kinds)
    return chart


def _block(chart: Chart, block: etree._Element, kind: str) -> None:
    grouping = _value(block, "grouping")
    for one in block.findall("{*}ser"):
        number = len(chart.series)
        chart.series.append(_series(one, kind, number, stacked="tacked" in grouping))
        chart.categories = chart.categories or _categories(one)
    if kind == "bar":
        chart.lying = _value(block, "barDir") == "bar"
        chart.overlap = min(max(float(_value(block, "overlap") or 0) / 100, 0.0), 1.0)
        chart.gap = min(max(float(_value(block, "gapWidth") or 150) / 100, 0.0), 5.0)


def _undrawn(chart: Chart, area: etree._Element | None, kinds: list[str]) -> str:
    """Return why a chart is not drawn, nothing where it is."""
    if strange := [kind for kind in kinds if kind not in KINDS]:
        return f"a chart of the kind {strange[0]!r}"
    if area is None or not chart.series:
        return "a chart without series"
    if any(item.get("val") == "percentStacked" for item in area.iter("{*}grouping")):
        return "a chart stacked to 100%"
    if area.find(".//{*}logBase") is not None:
        return "a chart with a logarithmic axis"
    scatter = "scatter" in kinds
    if (scatter and len(set(kinds)) > 1) or len(area.findall("{*}valAx")) > (2 if scatter else 1):
        return "a chart with a second axis of figures"
    if not any(value is not None for one in chart.series for value in one.values):
        return "a chart whose part carries no values"
    return "" if scatter or chart.categories else "a chart whose part carries no categories"


def _axes(chart: Chart, area: etree._Element | None) -> None:
    if area is None:
        return
    values = area.findall("{*}valAx")
    names = [one for one in area if _tag(one) in {"catAx", "dateAx"}]
    if chart.numbered:  # of two axes of values the one below is that of x
        values.sort(key=lambda one: _value(one, "axPos") not in {"b", "t"})
        names, values = values[:1], values[1:]
    if names:
        chart.names = _axis(names[0])
    if values:
        chart.figures = _axis(values[0])
        chart.edges = not chart.numbered and _value(values[0], "crossBetween") == "midCat"


def _axis(item: etree._Element) -> Axis:
    code = next((one.get("formatCode", "") for one in item.findall("{*}numFmt")), "General")
    low, high = (_value(item, end) for end in ("min", "max"))
    return Axis(
        _words(item.find("{*}title")),
        code,
        float(low) if low else None,
        float(high) if high else None,
        _value(item, "orientation") == "maxMin",
    )


def _legend(chart: Chart, root: etree._Element) -> None:
    legend = root.find("{*}chart/{*}legend")
    if legend is None:
        return
    chart.legend = "r" if _value(legend, "legendPos") in {"r", "l", "tr"} else "b"
    gone = {int(_value(one, "idx") or -1) for one in legend.findall("{*}legendEntry") if _value(one, "delete") != "0"}
    for place, one in enumerate(chart.series):
        one.keyed = place not in gone and bool(one.name) and bool(one.colour)


def _tag(item: etree._Element) -> str:
    return etree.QName(item).localname if isinstance(item.tag, str) else ""


def _value(item: etree._Element, tag: str) -> str:
    """Return the `val` of the first element of this name inside an element."""
    found = next(item.iter("{*}" + tag), None)
    return "" if found is None else str(found.get("val", "1"))


def _words(item: etree._Element | None) -> str:
    return "" if item is None else "".join(part.text or "" for part in item.iter("{*}t", "{*}v"))


def _points(item: etree._Element | None) -> dict[int, str]:
    if item is None:
        return {}
    return {int(point.get("idx", "0")): _words(point) for point in item.iter("{*}pt")}


def _numbers(item: etree._Element | None) -> list[float | None]:
    """Return the numbers of a cache, None where a cell has none."""
    points = _points(item)
    values: list[float | None] = [None] * min(max(points, default=-1) + 1, 100_000)
    for at, text in points.items():
        try:
            values[at] = float(text)
        except (ValueError, IndexError):
            continue
    return values


def _categories(one: etree._Element) -> list[str]:
    cat = one.find("{*}cat")
    found = _points(cat)
    if cat is None or not found:
        return []
    code = next((item.text or "General" for item in cat.iter("{*}formatCode")), "")
    plot = next(one.iterancestors("{*}plotArea"), None)
    axis = next(
        (item for tag in ("catAx", "dateAx") for item in (plot.findall("{*}" + tag) if plot is not None else ())), None
    )
    own = None if axis is None else axis.find("{*}numFmt")
    if own is not None and own.get("sourceLinked") == "0":
        code = own.get("formatCode", code)
    return [_category(found.get(place, ""), code) for place in range(min(max(found) + 1, 100_000))]


def _category(text: str, code: str) -> str:
    """Return a label: a date by its year, a number by its format, a text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if "y" in code.lower() or (code in {"", "General"} and 20_000 < number < 80_000 and number == int(number)):
        return str((EPOCH + timedelta(days=int(number))).year)
    return formatted(number, code or "General")


def _series(one: etree._Element, kind: str, place: int, *, stacked: bool) -> Series:
    style, marker = one.find("{*}spPr"), one.find("{*}marker")
    line = style.find("{*}ln") if style is not None else None
    joined = line is None or line.find("{*}noFill") is None
    marked = kind == "scatter" and _value(one, "symbol") != "none"
    source = line if kind in {"line", "scatter"} else style
    if kind == "scatter" and not joined:
        source = marker
    colour = next(_colours(source), "")
    empty = kind != "scatter" and source is not None and source.find("{*}noFill") is not None
    unseen = empty or not (joined or marked or kind in {"area", "bar"})
    colour = "" if unseen else colour or COLOURS[place % len(COLOURS)]
    dash = next((item.get("val", "") for item in line.iter("{*}prstDash")), "") if line is not None else ""
    values = _numbers(one.find("{*}yVal" if kind == "scatter" else "{*}val"))
    return Series(
        kind, _words(one.find("{*}tx")), values, colour, dash, stacked, _numbers(one.find("{*}xVal")), joined, marked, _label(one)
    )  # fmt: skip


def _colours(item: etree._Element | None) -> Iterator[str]:
    """Return the colours of a style; anything but six hexadecimal digits is none."""
    if item is not None:
        yield from (
            text for one in item.iter("{*}srgbClr") if re.fullmatch(r"[0-9A-Fa-f]{6}", text := one.get("val", ""))
        )


def _label(one: etree._Element) -> Label | None:
    block = one.find("{*}dLbls")
    if block is None:
        return None
    shown = {tag for tag in ("showVal", "showSerName") if _value(block, tag) == "1"}
    code = next((item.get("formatCode", "General") for item in block.findall("{*}numFmt")), "General")
    if not shown:
        return None
    side = _value(block, "dLblPos")
    return Label(code if "showVal" in shown else "", "showSerName" in shown, side, next(_colours(block), "404040"))
