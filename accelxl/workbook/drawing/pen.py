"""Marks of a picture: lines, rectangles, texts with an estimate of their width, and the round numbers of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from accelxl.workbook.drawing.part import Axis

FONT = "Arial, Liberation Sans, DejaVu Sans, Libertinus Serif"
DASHES = {"dash": "6 3", "sysDash": "4 2", "sysDot": "1.5 2", "lgDash": "9 4", "dashDot": "6 2 1.5 2", "dot": "1.5 2"}
SMALL = 6.6
"""Size of the small print, points."""
_NARROW = frozenset("ijlftIr.,;:'|!()[] -")


def wide(text: str, size: float = SMALL) -> float:
    """Width of a text in a font without serifs, points; a little more than less."""
    return size * sum(
        0.31 if letter in _NARROW else 0.86 if letter in "mMW%" else 0.7 if letter.isupper() or letter == "w" else 0.55
        for letter in text
    )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Whether two rectangles share a point."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """Where figures lie between two ends of a picture; `marks` are the round numbers on it."""

    marks: tuple[float, ...]
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Return round numbers that span a range.

    Examples
    --------
    >>> ticks(-3.2, 17.0)
    [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]
    """
    step = _step(low, high, wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, max(last, first + 1) + 1)]


def _step(low: float, high: float, wanted: int) -> float:
    span = (high - low) or abs(high) or 1.0
    raw = span / max(wanted - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def scale(values: Sequence[float], axis: Axis, ends: tuple[float, float], wanted: int, *, zero: bool = True) -> Scale:
    """Return the scale of an axis over these values, between the ends that the axis gives; with zero where it is asked for."""
    given = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(given), max(given)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    low, high = low if axis.low is None else axis.low, high if axis.high is None else axis.high
    if not low < high:
        high = low + (abs(low) or 1.0)
    marks = ticks(low, high, wanted)
    first = marks[0] if axis.low is None else low
    last = marks[-1] if axis.high is None else high
    room = (last - first) * 1e-9
    shown = tuple(mark for mark in marks if first - room <= mark <= last + room)
    return Scale(shown, first, last, *ends)


def line(x1: float, y1: float, x2: float, y2: float, colour: str, thick: float = 0.6) -> str:
    """Return a straight line."""
    return f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{colour}" stroke-width="{thick}"/>'


def rect(box: Box, colour: str) -> str:
    """Return a filled rectangle."""
    size = f'width="{box.width:.2f}" height="{box.height:.2f}"'
    return f'<rect x="{box.left:.2f}" y="{box.top:.2f}" {size} fill="#{colour}"/>'


def text(
    x: float, y: float, words: str, anchor: str = "middle", size: float = SMALL, colour: str = "404040", more: str = ""
) -> str:
    """Return a text on its base line."""
    head = f'x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}" text-anchor="{anchor}" fill="#{colour}"'
    return f"<text {head}{more}>{escape(words)}</text>"


def wrapped(words: str, room: float, size: float = SMALL) -> list[str]:
    """Return a text in lines of whole words."""
    lines = [""]
    for word in words.split():
        if lines[-1] and wide(f"{lines[-1]} {word}", size) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
