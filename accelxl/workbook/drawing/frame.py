"""What stands around the plot of a chart: title, axes with their names and figures, categories, legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accelxl.workbook.drawing.part import Chart, Series
from accelxl.workbook.drawing.pen import DASHES, SMALL, Box, Scale, line, text, wide, wrapped
from accelxl.workbook.numberformat import formatted

GRID, ZERO = "#E0E0E0", "#8C8C8C"
MOST_LINES = 4
LEAST = 5.1
"""The smallest size of a category, points; smaller ones are thinned out."""
MOST_SLANTED, MOST_DEPTH = 12, 50.0
"""Categories beyond which labels are not slanted, and the depth to which slanted ones may reach, points."""
DEGREES, SLOPE = 35, 0.574
"""Angle of slanted labels, and its sine."""
STEP = 7.6
"""From line to line, points."""


def heading(chart: Chart, width: float) -> str:
    """Return the title, as large as the width allows."""
    size = min(8.6, 8.6 * (width - 12) / max(wide(chart.title, 8.6 * 1.06), 1.0))
    return text(width / 2, 12.5, chart.title, size=size, colour="1F3864", more=' font-weight="bold"')


def named(mark: float, code: str) -> str:
    """Return a round number as its axis shows it."""
    return formatted(round(mark, 12), code)


def legend(chart: Chart, width: float, height: float) -> tuple[list[str], float]:
    """Return the marks of the legend, and the room it takes: at the right its width, else its height."""
    shown = [one for one in chart.series if one.keyed]
    if not chart.legend or not shown:
        return [], 0.0
    if chart.legend == "r":
        room = min(max(wide(one.name) for one in shown) + 30, width * 0.4)
        top = height / 2 - STEP * 1.25 * (len(shown) - 1) / 2 + 6
        return [
            _key(one, width - room + 6, top + STEP * 1.25 * place, room - 30) for place, one in enumerate(shown)
        ], room
    rows: list[list[Series]] = [[]]
    for one in shown:
        if rows[-1] and _length([*rows[-1], one]) > width - 8:
            rows.append([])
        rows[-1].append(one)
    made = []
    for number, row in enumerate(rows):
        at, y = max((width - _length(row)) / 2, 4.0), height - 5 - (STEP + 1) * (len(rows) - 1 - number)
        for one in row:
            made.append(_key(one, at, y, width - 30))
            at += _length([one])
    return made, (STEP + 1) * len(rows) + 2


def _length(row: Sequence[Series]) -> float:
    return sum(wide(one.name) + 27 for one in row)


def _key(one: Series, x: float, y: float, room: float) -> str:
    thick = 1.8 if one.kind in {"line", "scatter"} else 5
    dash = f' stroke-dasharray="{DASHES[one.dash]}"' if one.dash in DASHES else ""
    place = f'x1="{x:.1f}" y1="{y - 2.3:.1f}" x2="{x + 15:.1f}" y2="{y - 2.3:.1f}"'
    size = min(SMALL, SMALL * room / max(wide(one.name), 1.0))
    return (
        f'<line {place} stroke="#{one.colour}" stroke-width="{thick}"{dash}/>{text(x + 18, y, one.name, "start", size)}'
    )


def beside(plot: Box, scale: Scale, code: str, title: str) -> list[str]:
    """Return the figures at the left of the plot, with a line across for each, and the axis' name."""
    out = []
    for mark in scale.marks:
        y = scale.at(mark)
        out.append(line(plot.left, y, plot.right, y, ZERO if mark == 0 else GRID))
        out.append(text(plot.left - 4, y + 2.3, named(mark, code), "end"))
    if title:
        middle = (plot.top + plot.bottom) / 2
        size = min(SMALL, SMALL * (plot.height + 40) / max(wide(title), 1.0))
        out.append(text(9, middle, title, size=size, more=f' transform="rotate(-90 9 {middle:.2f})"'))
    return out


def below(plot: Box, scale: Scale, code: str, title: str, *, grid: bool) -> list[str]:
    """Return the figures below the plot, with a line upwards for each where there is a grid, and the axis' name."""
    out = []
    for mark in scale.marks:
        x = scale.at(mark)
        if grid:
            out.append(line(x, plot.top, x, plot.bottom, ZERO if mark == 0 else GRID))
        else:
            out.append(line(x, plot.bottom, x, plot.bottom + 2, ZERO))
        out.append(text(x, plot.bottom + 9, named(mark, code)))
    if title:
        out.append(text((plot.left + plot.right) / 2, plot.bottom + 18, title))
    return out


@dataclass(frozen=True, slots=True)
class Categories:
    """The labels under a plot: their places, the lines of each, their size."""

    places: tuple[int, ...]
    lines: tuple[tuple[str, ...], ...]
    size: float
    slanted: bool = False

    @property
    def height(self) -> float:
        """The room that they take, points."""
        if self.slanted:
            return SLOPE * max(wide(words, self.size) for (words,) in self.lines) + STEP + 2
        return STEP * max((len(one) for one in self.lines), default=1) + 3

    def drawn(self, at: Sequence[float], y: float) -> list[str]:
        """Return the labels below a line."""
        if self.slanted:
            return [
                text(
                    x, y + STEP, words, "end", self.size, more=f' transform="rotate(-{DEGREES} {x:.2f} {y + STEP:.2f})"'
                )
                for x, (words,) in zip((at[place] + 3 for place in self.places), self.lines, strict=True)
            ]
        return [
            text(at[place], y + 2 + STEP * (number + 0.8), words, size=self.size)
            for place, lines in zip(self.places, self.lines, strict=True)
            for number, words in enumerate(lines)
        ]


def categories(names: Sequence[str], slot: float) -> Categories:
    """Return the labels of categories that stand side by side, each `slot` points wide.

    Of a run of equal labels the first is shown. Labels that are too long are set in lines, then smaller, then slanted where they are few
    (the first has to find room at the left), then thinned out.
    """
    firsts = [place for place, name in enumerate(names) if name and (place == 0 or name != names[place - 1])] or [0]
    room = slot * max(1.0, len(names) / max(len(firsts), 1)) + 0.5
    for size in (SMALL, 6.0, 5.4, LEAST):
        lines = [tuple(wrapped(names[place], room, size)) for place in firsts] if names else []
        if all(len(one) <= MOST_LINES and all(wide(words, size) <= room for words in one) for one in lines):
            return Categories(tuple(firsts), tuple(lines), size)
    longest = max((wide(names[place], SMALL) for place in firsts), default=1.0)
    if len(firsts) <= MOST_SLANTED and SLOPE * longest <= MOST_DEPTH:
        return Categories(tuple(firsts), tuple((names[place],) for place in firsts), SMALL, slanted=True)
    if longest > 60:  # long names are cut; one in so many is no help where they are no series
        lines = [
            tuple(_cut(words, room) for words in wrapped(names[place], room, LEAST)[:MOST_LINES]) for place in firsts
        ]
        return Categories(tuple(firsts), tuple(lines), LEAST)
    every = -(-int(longest + 6) // max(int(room + 2), 1))
    kept = firsts[:: max(every, 1)]
    return Categories(tuple(kept), tuple((names[place],) for place in kept), SMALL)


def _cut(words: str, room: float) -> str:
    """Return a word that fits, with a mark where something is missing."""
    if wide(words, LEAST) <= room:
        return words
    while words and wide(words + "…", LEAST) > room:
        words = words[:-1]
    return words + "…"
