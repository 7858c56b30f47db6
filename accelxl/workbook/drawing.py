"""Charts of a workbook as SVG: columns side by side or stacked, lines and areas, from the values that the chart part carries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from accelxl.workbook.numberformat import formatted

COLOURS = ("1F3864", "2E8B8B", "C9A86A", "BFC7D9", "8C8C8C", "A04020")
DASHES = {"dash": "6 3", "sysDash": "4 2", "sysDot": "1.5 2", "lgDash": "9 4", "dot": "1.5 2"}
FONT = "Arial, Liberation Sans, DejaVu Sans, Libertinus Serif"
MOST_LABELS = 12


@dataclass(slots=True)
class Series:
    """A series: its kind (bar, line or area), name, values, colour ("" for none: the invisible base of a bridge) and dashes."""

    kind: str
    name: str
    values: list[float | None]
    colour: str
    dash: str = ""
    stacked: bool = False


@dataclass(slots=True)
class Chart:
    """A chart: title, name and format of its value axis, categories, series."""

    title: str
    axis: str
    code: str
    categories: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)


def chart_of(data: bytes) -> Chart | None:
    """Return a chart part as data; None where its kind is none of those that are drawn here."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    axes = list(root.iter("{*}valAx"))
    code = next((one.get("formatCode", "") for axis in axes for one in axis.iter("{*}numFmt")), "General")
    chart = Chart(_words(root.find("{*}chart/{*}title")), _words(axes[0].find("{*}title")) if axes else "", code)
    for kind in ("area", "bar", "line"):
        for block in root.iter(f"{{*}}{kind}Chart"):
            grouping = block.find("{*}grouping")
            stacked = grouping is not None and "tacked" in grouping.get("val", "")
            for place, one in enumerate(block.findall("{*}ser")):
                chart.series.append(_series(one, kind, len(chart.series) or place, stacked=stacked))
                chart.categories = chart.categories or _categories(one)
    return chart if chart.series and chart.categories else None


def _words(item: etree._Element | None) -> str:
    return "" if item is None else "".join(part.text or "" for part in item.iter("{*}t", "{*}v"))


def _points(item: etree._Element | None) -> dict[int, str]:
    if item is None:
        return {}
    return {int(point.get("idx", "0")): _words(point) for point in item.iter("{*}pt")}


def _categories(one: etree._Element) -> list[str]:
    cat = one.find("{*}cat")
    found = _points(cat)
    if not found:
        return []
    code = next((item.text or "General" for item in cat.iter("{*}formatCode")), "") if cat is not None else ""
    texts = [found.get(place, "") for place in range(max(found) + 1)]
    return [_category(text, code) for text in texts]


def _category(text: str, code: str) -> str:
    """Return a label: a date by its year, a number by its format, a text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if "y" in code.lower() or (code in {"", "General"} and 20_000 < number < 80_000 and number == int(number)):
        from datetime import timedelta

        from accelxl.arrays import EPOCH

        return str((EPOCH + timedelta(days=int(number))).year)
    return formatted(number, code or "General")


def _series(one: etree._Element, kind: str, place: int, *, stacked: bool) -> Series:
    style = one.find("{*}spPr")
    line = style.find("{*}ln") if style is not None else None
    source = line if kind == "line" else style
    colour = next((item.get("val", "") for item in source.iter("{*}srgbClr")), "") if source is not None else ""
    empty = source is not None and source.find("{*}noFill") is not None
    dash = next((item.get("val", "") for item in line.iter("{*}prstDash")), "") if line is not None else ""
    points = _points(one.find("{*}val"))
    values: list[float | None] = [None] * (max(points, default=-1) + 1)
    for at, text in points.items():
        try:
            values[at] = float(text)
        except ValueError:
            values[at] = None
    colour = "" if empty else colour or COLOURS[place % len(COLOURS)]
    return Series(kind, _words(one.find("{*}tx")), values, colour, DASHES.get(dash, ""), stacked)


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Return round numbers that span a range.

    Examples
    --------
    >>> ticks(-3.2, 17.0)
    [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]
    """
    span = (high - low) or abs(high) or 1.0
    raw = span / max(wanted - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, max(last, first + 1) + 1)]


def svg(chart: Chart, width: float, height: float) -> str:
    """Return a chart as a picture of this size in points."""
    firsts = _firsts(chart.categories)
    slot = (width - 58.0 - 8.0) / max(len(chart.categories), 1)
    room = slot * max(1, len(chart.categories) // max(len(firsts), 1))
    lines = 1 if len(firsts) > MOST_LABELS else max(len(_wrapped(chart.categories[place], room)) for place in firsts)
    legend = _legend([one for one in chart.series if one.colour and one.name], width, height)
    left, right, top, bottom = 58.0, 8.0, 22.0, 26.0 + 8.0 * lines + (10.0 if len(legend) > 1 else 0.0)
    bars = [one for one in chart.series if one.kind == "bar"]
    stacks = _stacks(chart)
    low, high = _range(chart, stacks)
    plot_h = height - top - bottom
    marks = ticks(min(low, 0.0), max(high, 0.0), max(3, min(7, int(plot_h / 13))))

    def y(value: float) -> float:
        return top + plot_h * (marks[-1] - value) / (marks[-1] - marks[0])

    def x(place: int) -> float:
        return left + slot * (place + 0.5)

    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{FONT}"'
    large = min(10.0, (width - 10) / max(len(chart.title), 1) * 1.75)
    head = f'font-size="{large:.2f}" font-weight="bold" text-anchor="middle" fill="#1F3864"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
        f'<text x="{width / 2}" y="13" {head}>{escape(chart.title)}</text>',
    ]
    for mark in marks:
        out.append(_line(left, y(mark), width - right, y(mark), "#8C8C8C" if mark == 0 else "#E0E0E0", 0.6))
        label = formatted(round(mark, 12), chart.code)
        out.append(_text(left - 4, y(mark) + 2.6, label, anchor="end"))
    if chart.axis:
        middle = top + plot_h / 2
        size = min(7.5, (plot_h + 30) / max(len(chart.axis), 1) * 1.9)
        turned = f'text-anchor="middle" fill="#404040" transform="rotate(-90 9 {middle})"'
        out.append(f'<text x="9" y="{middle}" font-size="{size:.2f}" {turned}>{escape(chart.axis)}</text>')
    out += _bars(bars, stacks, slot, x, y)
    for one in chart.series:
        if one.kind != "bar" and one.colour:
            out.append(_curve(one, stacks.get(id(one)), x, y))
    out += _labels(chart.categories, firsts, room, x, height - bottom + 11)
    return "".join([*out, *legend, "</svg>"])


def _stacks(chart: Chart) -> dict[int, list[tuple[float, float]]]:
    """Return where each piece of a stacked series begins and ends; what is below zero is stacked downwards."""
    found: dict[int, list[tuple[float, float]]] = {}
    for kind in ("bar", "area"):
        ups, downs = [0.0] * len(chart.categories), [0.0] * len(chart.categories)
        for one in chart.series:
            if one.kind != kind or not one.stacked:
                continue
            pieces = []
            for place in range(len(chart.categories)):
                value = (one.values[place] if place < len(one.values) else None) or 0.0
                base = ups if value >= 0 else downs
                pieces.append((base[place], base[place] + value))
                base[place] += value
            found[id(one)] = pieces
    return found


def _range(chart: Chart, stacks: dict[int, list[tuple[float, float]]]) -> tuple[float, float]:
    values = [end for pieces in stacks.values() for piece in pieces for end in piece]
    values += [value for one in chart.series if id(one) not in stacks for value in one.values if value is not None]
    return min(values, default=0.0), max(values, default=1.0)


def _bars(
    bars: Sequence[Series], stacks: dict[int, list[tuple[float, float]]], slot: float, x: object, y: object
) -> list[str]:
    """Return the columns."""
    assert callable(x)
    assert callable(y)
    side = [one for one in bars if id(one) not in stacks]
    thick = slot * 0.62 / max(len(side), 1)
    out = []
    for one in bars:
        if not one.colour:
            continue
        for place, value in enumerate(one.values):
            if value is None:
                continue
            start, end = stacks[id(one)][place] if id(one) in stacks else (0.0, value)
            begin = x(place) - slot * 0.31 + (0 if id(one) in stacks else side.index(one) * thick)
            top, depth = min(y(start), y(end)), abs(y(start) - y(end))
            out.append(f'<rect x="{begin:.2f}" y="{top:.2f}" width="{thick if id(one) not in stacks else slot * 0.62:.2f}" '
                       f'height="{depth:.2f}" fill="#{one.colour}"/>')  # fmt: skip
    return out


def _curve(one: Series, pieces: list[tuple[float, float]] | None, x: object, y: object) -> str:
    """Return a line, or an area down to the one below it."""
    assert callable(x)
    assert callable(y)
    ends = [piece[1] for piece in pieces] if pieces else one.values
    points = [f"{x(place):.2f},{y(value):.2f}" for place, value in enumerate(ends) if value is not None]
    if one.kind == "area":
        starts = [piece[0] for piece in pieces] if pieces else [0.0] * len(ends)
        back = [
            f"{x(place):.2f},{y(starts[place]):.2f}"
            for place in range(len(ends) - 1, -1, -1)
            if ends[place] is not None
        ]
        return f'<polygon points="{" ".join([*points, *back])}" fill="#{one.colour}"/>'
    dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="#{one.colour}" stroke-width="1.8"{dash}/>'


def _firsts(categories: Sequence[str]) -> list[int]:
    """Return the first place of each run of equal labels."""
    return [
        place for place, text in enumerate(categories) if text and (place == 0 or text != categories[place - 1])
    ] or [0]


def _wrapped(text: str, room: float) -> list[str]:
    """Return a label in up to four lines of words."""
    most, lines = max(4, int(room / 3.6)), [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 4 else [*lines[:3], lines[3] + "…"]


def _labels(categories: Sequence[str], firsts: Sequence[int], room: float, x: object, y: float) -> list[str]:
    """Return labels of the categories, the first of each run of equal ones, thinned where there are many."""
    assert callable(x)
    if len(firsts) > MOST_LABELS:
        return [
            _text(x(place), y, categories[place][:12], anchor="middle")
            for place in firsts[:: -(-len(firsts) // MOST_LABELS)]
        ]
    longest = max((len(line) for place in firsts for line in _wrapped(categories[place], room)), default=1)
    size = max(5.0, min(7.5, room / max(longest, 1) * 1.85))
    return [
        _text(x(place), y + 8.0 * number, line, anchor="middle", size=size)
        for place in firsts
        for number, line in enumerate(_wrapped(categories[place], room))
    ]


def _legend(shown: Sequence[Series], width: float, height: float) -> list[str]:
    """Return the rows of the legend: two where one would be too long."""
    sizes = [len(one.name) * 3.9 + 26 for one in shown]
    half = -(-len(shown) // 2)
    rows = [shown] if sum(sizes) <= width - 8 or len(shown) < 2 else [shown[:half], shown[half:]]
    return [_legend_row(row, width, height - 8 - 10.0 * (len(rows) - 1 - place)) for place, row in enumerate(rows)]


def _legend_row(shown: Sequence[Series], width: float, y: float) -> str:
    sizes = [len(one.name) * 3.9 + 26 for one in shown]
    at, out = max((width - sum(sizes)) / 2, 4.0), []
    scale = min(1.0, (width - 8) / max(sum(sizes), 1.0))
    for one, size in zip(shown, sizes, strict=True):
        dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
        thick = 2 if one.kind == "line" else 6
        place = f'x1="{at:.1f}" y1="{y - 2.5}" x2="{at + 14 * scale:.1f}" y2="{y - 2.5}"'
        out.append(f'<line {place} stroke="#{one.colour}" stroke-width="{thick}"{dash}/>')
        text = f'<text x="{at + 17 * scale:.1f}" y="{y}" font-size="{7.5 * scale:.2f}" fill="#404040">'
        out.append(f"{text}{escape(one.name)}</text>")
        at += size * scale
    return "".join(out)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, thick: float) -> str:
    return f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{colour}" stroke-width="{thick}"/>'


def _text(x: float, y: float, text: str, anchor: str, size: float = 7.5) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}" text-anchor="{anchor}" fill="#404040">{escape(text)}</text>'
