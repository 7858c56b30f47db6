"""The marks inside a plot: bars that stand or lie, areas, lines, curves and points, and their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from accelxl.workbook.drawing.part import Chart, Series
from accelxl.workbook.drawing.pen import DASHES, SMALL, Box, Scale, rect, text, wide
from accelxl.workbook.numberformat import formatted

Pieces = dict[int, list[tuple[float, float]]]


def stacks(chart: Chart) -> Pieces:
    """Return where each piece of a stacked series begins and ends, by the place of the series.

    Bars below zero are stacked downwards; areas are sums, whatever their sign.
    """
    found: Pieces = {}
    count = max((len(one.values) for one in chart.series), default=0)
    for kind in ("bar", "area", "line"):
        ups, downs = [0.0] * count, [0.0] * count
        for number, one in enumerate(chart.series):
            if one.kind != kind or not one.stacked:
                continue
            pieces = []
            for place in range(count):
                value = (one.values[place] if place < len(one.values) else None) or 0.0
                base = ups if value >= 0 or kind != "bar" else downs
                pieces.append((base[place], base[place] + value))
                base[place] += value
            found[number] = pieces
    return found


def reach(chart: Chart, pieces: Pieces) -> list[float]:
    """Return every figure that the axis must reach; labels at the ends of bars need a little more."""
    found = [end for ends in pieces.values() for piece in ends for end in piece]
    for number, one in enumerate(chart.series):
        if number not in pieces:
            own = [value for value in one.values if value is not None]
            found += own
            if one.kind == "bar" and one.label is not None:
                more = 0.08 * ((max([*own, 0.0]) - min([*own, 0.0])) if own else 0.0)
                found += [value + (more if value > 0 else -more) for value in own if value]
    return found


@dataclass(frozen=True, slots=True)
class Slots:
    """The room of each category along its axis: its middle, and its width."""

    middles: tuple[float, ...]
    width: float


def bars(chart: Chart, pieces: Pieces, slots: Slots, figures: Scale) -> list[str]:
    """Return the bars, standing or lying, and the labels of their values."""
    series = [(number, one) for number, one in enumerate(chart.series) if one.kind == "bar"]
    side = [number for number, _ in series if number not in pieces]
    # as many bars beside each other as there are series without a stack, each over the next by the overlap
    count = 1 + (len(side) - 1) * (1 - chart.overlap) if side else 1.0
    thick = slots.width / (count + chart.gap)
    out, labels = [], []
    for number, one in series:
        first = -thick * count / 2 + (side.index(number) * thick * (1 - chart.overlap) if number in side else 0.0)
        for place, value in enumerate(one.values[: len(slots.middles)]):
            if value is None:
                continue
            start, end = pieces[number][place] if number in pieces else (0.0, value)
            near = slots.middles[place] + first
            low, high = sorted((figures.at(start), figures.at(end)))
            box = Box(low, near, high, near + thick) if chart.lying else Box(near, low, near + thick, high)
            if one.colour:
                out.append(rect(box, one.colour))
            if one.label is not None and one.label.code:
                labels.append(_value(one, value, box, stacked=number in pieces, lying=chart.lying))
    return [*out, *labels]


def _value(one: Series, value: float, box: Box, *, stacked: bool, lying: bool) -> str:
    """Return the figure of a bar: inside a piece of a stack, else beyond its end."""
    assert one.label is not None
    words, middle = formatted(value, one.label.code), (box.top + box.bottom) / 2 + SMALL * 0.35
    across = (box.left + box.right) / 2
    if stacked:
        fits = box.height >= SMALL and box.width >= wide(words)
        return text(across, middle, words, colour=one.label.colour, more=' font-weight="bold"') if fits else ""
    if lying:
        return text(box.right + 2, middle, words, "start") if value >= 0 else text(box.left - 2, middle, words, "end")
    return text(across, box.top - 2 if value >= 0 else box.bottom + SMALL, words)


def _path(points: Sequence[tuple[float, float] | None], colour: str, dash: str) -> list[str]:
    """Return a line through points; where one is missing it is broken."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    style = f' stroke-dasharray="{DASHES[dash]}"' if dash in DASHES else ""
    return [
        f'<polyline points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in part)}" fill="none" stroke="#{colour}" '
        f'stroke-width="1.7" stroke-linejoin="round"{style}/>'
        for part in parts
        if len(part) > 1
    ]


def area(one: Series, pieces: list[tuple[float, float]] | None, slots: Slots, figures: Scale) -> list[str]:
    """Return an area down to the one below it, or to zero."""
    ends = pieces or [(0.0, value or 0.0) for value in one.values]
    count = min(len(ends), len(slots.middles))
    there = [f"{slots.middles[k]:.2f},{figures.at(ends[k][1]):.2f}" for k in range(count)]
    back = [f"{slots.middles[k]:.2f},{figures.at(ends[k][0]):.2f}" for k in range(count - 1, -1, -1)]
    return [f'<polygon points="{" ".join([*there, *back])}" fill="#{one.colour}"/>']


def path(one: Series, pieces: list[tuple[float, float]] | None, slots: Slots, figures: Scale) -> list[str]:
    """Return a line over categories, with the labels of its values."""
    values: Sequence[float | None] = [end for _, end in pieces] if pieces else one.values
    points = [
        None if value is None else (middle, figures.at(value))
        for value, middle in zip(values, slots.middles, strict=False)
    ]
    out = _path(points, one.colour, one.dash)
    if one.label is not None and one.label.code:
        right = one.label.side == "r"
        for point, value in zip(points, values, strict=False):
            if point is not None and value is not None:
                x, y = (point[0] + 3, point[1] + 2.3) if right else (point[0], point[1] - 3.5)
                out.append(text(x, y, formatted(value, one.label.code), "start" if right else "middle"))
    return out


def curve(one: Series, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    """Return a line over numbers."""
    points = [
        None if across is None or value is None else (x(across), y(value))
        for across, value in zip(one.xs, one.values, strict=False)
    ]
    return _path(points, one.colour, one.dash)


def points(chart: Chart, plot: Box, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    """Return the points of the series that mark them, as diamonds, each with its label where no other stands."""
    marked = [
        (one, x(across), y(value), value)
        for one in chart.series
        if one.kind == "scatter" and one.marker and one.colour
        for across, value in zip(one.xs, one.values, strict=False)
        if across is not None and value is not None
    ]
    taken = [Box(px - 5, py - 5, px + 5, py + 5) for _, px, py, _ in marked]
    lines = [spot for one in chart.series if one.colour and one.line for spot in _spots(one, x, y)]
    out, labels = [], []
    for one, px, py, value in marked:
        corners = f"{px:.2f},{py - 5:.2f} {px + 5:.2f},{py:.2f} {px:.2f},{py + 5:.2f} {px - 5:.2f},{py:.2f}"
        out.append(f'<polygon points="{corners}" fill="#{one.colour}" stroke="#FFFFFF" stroke-width="0.8"/>')
        if one.label is None:
            continue
        words = [one.name] if one.label.named else []
        words += [formatted(value, one.label.code)] if one.label.code else []
        box, label = _placed("; ".join(words), px, py, one.label.side or "r", plot, taken, lines)
        taken.append(box)
        labels.append(label)
    return [*out, *labels]


def _spots(one: Series, x: Callable[[float], float], y: Callable[[float], float]) -> list[tuple[float, float]]:
    """Return places along a curve, twenty on each of its pieces."""
    at = [(x(a), y(b)) for a, b in zip(one.xs, one.values, strict=False) if a is not None and b is not None]
    return [
        (x1 + (x2 - x1) * k / 20, y1 + (y2 - y1) * k / 20) for (x1, y1), (x2, y2) in pairwise(at) for k in range(20)
    ]


def _placed(
    words: str, x: float, y: float, side: str, plot: Box, taken: Sequence[Box], lines: Sequence[tuple[float, float]]
) -> tuple[Box, str]:
    """Return the label of a point: on its side, or where it is inside the plot, over no other label and on the fewest lines."""
    long, tall = wide(words), SMALL / 2
    sides = {
        "t": (x - long / 2, y - 9.5),
        "r": (x + 7, y),
        "l": (x - 7 - long, y),
        "b": (x - long / 2, y + 9.5),
        "tr": (x + 1, y - 10),
        "tl": (x - 1 - long, y - 10),
        "br": (x + 1, y + 10),
        "bl": (x - 1 - long, y + 10),
    }
    order = sorted(sides, key=lambda one: one != side)
    boxes = [Box(left, middle - tall, left + long, middle + tall) for left, middle in (sides[one] for one in order)]

    def faults(box: Box) -> int:
        hits = sum(box.left < px < box.right and box.top < py < box.bottom for px, py in lines)
        return 1000 * (not plot.holds(box)) + 1000 * sum(box.meets(one) for one in taken) + hits

    box = min(boxes, key=faults)
    halo = ' stroke="#FFFFFF" stroke-width="2" paint-order="stroke"'
    return box, text(box.left, box.top + tall + SMALL * 0.35, words, "start", more=halo)
