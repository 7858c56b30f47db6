"""Charts of a workbook as SVG: columns, bars that lie, lines, areas and curves, from the values that the chart part carries."""

from __future__ import annotations

from accelxl.workbook.drawing.frame import ZERO, below, beside, categories, heading, legend, named
from accelxl.workbook.drawing.marks import Pieces, Slots, area, bars, curve, path, points, reach, stacks
from accelxl.workbook.drawing.part import Axis, Chart
from accelxl.workbook.drawing.pen import FONT, SMALL, Box, Scale, line, scale, text, wide, wrapped

TOP, RIGHT = 20.0, 9.0


def svg(chart: Chart, width: float, height: float) -> str:
    """Return a chart as a picture of this size in points; one that cannot be drawn as its title and the reason."""
    if chart.undrawn:
        inside = _undrawn(chart, width, height)
    elif chart.numbered:
        inside = _over_numbers(chart, width, height)
    elif chart.lying:
        inside = _lying(chart, width, height)
    else:
        inside = _standing(chart, width, height)
    box = f'width="{width:.2f}" height="{height:.2f}" viewBox="0 0 {width:.2f} {height:.2f}" font-family="{FONT}"'
    return "".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', heading(chart, width), *inside, "</svg>"])


def _undrawn(chart: Chart, width: float, height: float) -> list[str]:
    words = f"Not drawn here: {chart.undrawn}. The sheet of the book shows it."
    lines = wrapped(words, width - 30, 7.5)
    return [text(width / 2, height / 2 + 9 * number, one, size=7.5) for number, one in enumerate(lines)]


def _clipped(marks: list[str], plot: Box) -> list[str]:
    """Return marks of which nothing stands outside the plot."""
    shape = f'<rect x="{plot.left:.1f}" y="{plot.top:.1f}" width="{plot.width:.1f}" height="{plot.height:.1f}"/>'
    return [f'<defs><clipPath id="plot">{shape}</clipPath></defs><g clip-path="url(#plot)">', *marks, "</g>"]


def _upright(values: list[float], axis: Axis, top: float, bottom: float) -> Scale:
    """Return the scale at the left of a plot."""
    return scale(values, axis, (bottom, top), max(3, min(8, int((bottom - top) / 11))))


def _left(upright: Scale, axis: Axis) -> float:
    """Return the room for the figures at the left of the plot and the axis' name."""
    return max(wide(named(mark, axis.code)) for mark in upright.marks) + 8 + (11 if axis.title else 3)


def _standing(chart: Chart, width: float, height: float) -> list[str]:
    """Return columns, lines and areas over categories."""
    keys, foot = legend(chart, width, height) if chart.legend != "r" else ([], 0.0)
    side, room = legend(chart, width, height) if chart.legend == "r" else ([], 0.0)
    pieces, count = stacks(chart), max(len(chart.categories), 1)
    values = reach(chart, pieces)
    left = _left(_upright(values, chart.figures, TOP, height - 30), chart.figures)
    right = width - RIGHT - room
    labels = categories(chart.categories, (right - left) / count)
    title = 9.0 if chart.names.title else 0.0
    plot = Box(left, TOP, right, max(height - labels.height - title - foot - 2, TOP + 12))
    upright = _upright(values, chart.figures, plot.top, plot.bottom)
    slots = _slots(chart, plot.left, plot.right, backwards=chart.names.backwards)
    out = beside(plot, upright, chart.figures.code, chart.figures.title)
    out += _clipped(_filled(chart, pieces, slots, upright), Box(left, TOP - 8, right, plot.bottom + 8))
    out += labels.drawn(slots.middles, plot.bottom)
    if title:
        out.append(text((left + right) / 2, plot.bottom + labels.height + 7, chart.names.title))
    return [*out, *keys, *side]


def _slots(chart: Chart, start: float, end: float, *, backwards: bool) -> Slots:
    count = max(len(chart.categories), 1)
    if chart.edges and count > 1:
        step = (end - start) / (count - 1)
        middles = [start + step * place for place in range(count)]
    else:
        step = (end - start) / count
        middles = [start + step * (place + 0.5) for place in range(count)]
    return Slots(tuple(reversed(middles) if backwards else middles), step)


def _filled(chart: Chart, pieces: Pieces, slots: Slots, figures: Scale) -> list[str]:
    out = []
    shown = [(number, one) for number, one in enumerate(chart.series) if one.colour]
    for number, one in shown:
        if one.kind == "area":
            out += area(one, pieces.get(number), slots, figures)
    out += bars(chart, pieces, slots, figures)
    for number, one in shown:
        if one.kind == "line":
            out += path(one, pieces.get(number), slots, figures)
    return out


def _lying(chart: Chart, width: float, height: float) -> list[str]:
    """Return bars that lie, with their names at the left and the figures below."""
    keys, foot = legend(chart, width, height)
    beside_it = chart.legend == "r"
    pieces = stacks(chart)
    count = max(len(chart.categories), 1)
    title = 9.0 if chart.figures.title else 0.0
    bottom = height - 12 - title - (0 if beside_it else foot)
    step = (bottom - TOP) / count
    size = max(4.6, min(SMALL, step * 0.95))
    left = min(max((wide(name, size) for name in chart.categories), default=0.0), width * 0.35) + 10
    plot = Box(left, TOP, width - RIGHT - 6 - (foot if beside_it else 0), bottom)
    values = reach(chart, pieces)
    widest = max(wide(named(value, chart.figures.code)) for value in values) + 12
    figures = scale(values, chart.figures, (plot.left, plot.right), max(3, min(12, int(plot.width / widest))))
    slots = _slots(chart, plot.top, plot.bottom, backwards=not chart.names.backwards)
    out = below(plot, figures, chart.figures.code, chart.figures.title, grid=True)
    out += _clipped(bars(chart, pieces, slots, figures), plot)
    for name, middle in zip(chart.categories, slots.middles, strict=True):
        own = min(size, size * (left - 8) / max(wide(name, size), 1.0))
        out.append(text(left - 4, middle + own * 0.35, name, "end", own))
    out.append(line(figures.at(0), plot.top, figures.at(0), plot.bottom, ZERO))
    return [*out, *keys]


def _over_numbers(chart: Chart, width: float, height: float) -> list[str]:
    """Return curves and points over an axis of numbers."""
    keys, room = legend(chart, width, height)
    foot, side = (0.0, room) if chart.legend == "r" else (room, 0.0)
    bottom = height - foot - 13 - (9 if chart.names.title else 0)
    ys = [value for one in chart.series for value in one.values if value is not None]
    xs = [value for one in chart.series for value in one.xs if value is not None]
    upright = _upright(ys, chart.figures, TOP, bottom)
    plot = Box(_left(upright, chart.figures), TOP, width - RIGHT - side - 4, bottom)
    widest = max((wide(named(value, chart.names.code)) for value in xs), default=10.0) + 9
    across = scale(xs, chart.names, (plot.left, plot.right), max(3, min(11, int(plot.width / widest))), zero=False)
    out = beside(plot, upright, chart.figures.code, chart.figures.title)
    out += below(plot, across, chart.names.code, chart.names.title, grid=False)
    lines = [mark for one in chart.series if one.colour and one.line for mark in curve(one, across.at, upright.at)]
    out += _clipped(lines, plot)
    return [*out, *points(chart, plot, across.at, upright.at), *keys]
