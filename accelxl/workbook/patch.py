"""New values into the parts of a workbook: only the bytes of cells whose value moves are made anew.

A sheet is cut once into the text that all books share and the places where they differ; a book is then one formatting. The caches of
charts are values too and follow the cells that they show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from accelxl.functions.cells import CellError
from accelxl.workbook.book import Workbook, chart_parts, rectangle
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key, Rect
from accelxl.workbook.formulas.tree import address
from accelxl.workbook.formulas.values import Value
from accelxl.workbook.insert import inserted
from accelxl.workbook.scan import Span

_TYPE = re.compile(r"\s+t\s*=\s*(\"[^\"]*\"|'[^']*')")
_OPENING = re.compile(r"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NUMBER = "%.17g"
"""Seventeen digits are the number exactly; one format for a whole sheet is twice as fast as a text for each number."""

Segment = str | NDArray[np.float64] | list[str]
"""A piece of a part: a text that all books share, a number by book, or a text by book."""
Edit = tuple[int, int, list[Segment]]
"""Where the bytes of an old piece begin and end, and what stands in its place."""


class Cut:
    """A part as a format: the text that all books share, with a place for each number and text in which they differ."""

    __slots__ = ("differs", "format", "name", "numbers", "texts")

    def __init__(self, name: str, data: bytes, edits: list[Edit], differs: NDArray[np.bool_]) -> None:
        self.differs = differs
        """Whether any value in the part of a book is not the template's; else the part is left as it is."""
        shared: list[str] = []
        numbers: list[NDArray[np.float64]] = []
        self.texts: list[tuple[int, list[str]]] = []
        place = 0
        for start, end, segments in sorted(edits, key=lambda edit: edit[:2]):
            shared.append(_escaped(data[place:start].decode()))
            place = end
            for segment in segments:
                if isinstance(segment, str):
                    shared.append(_escaped(segment))
                elif isinstance(segment, list):
                    shared.append("%s")
                    self.texts.append((len(numbers) + len(self.texts), segment))
                else:
                    shared.append(_NUMBER)
                    numbers.append(segment)
        shared.append(_escaped(data[place:].decode()))
        self.name = name
        self.format = "".join(shared)
        self.numbers = np.array(numbers) if numbers else np.empty((0, 0))

    def book(self, at: int) -> bytes:
        """Return the part of one book."""
        row: list[Any] = self.numbers[:, at].tolist() if len(self.numbers) else []
        for place, texts in self.texts:
            row.insert(place, texts[at])
        return (self.format % tuple(row)).encode()


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def number_text(value: float) -> str:
    """Return a text that is exactly this number, the same in whatever batch its book is written.

    Examples
    --------
    >>> number_text(3.0), number_text(0.1), number_text(-0.0), number_text(1e300)
    ('3', '0.10000000000000001', '0', '1.0000000000000001e+300')
    """
    return _NUMBER % (value + 0.0)


class Cutter:
    """The parts of a workbook, ready to be cut for a batch."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.charts = {name: _caches(book, name) for name in chart_parts(book)}

    def cut(self, moved: Mapping[Key, Value], count: int) -> list[Cut]:
        """Return the parts that change when these cells have these values in `count` books."""
        by_sheet: dict[int, list[Edit]] = {}
        lacking: dict[int, dict[tuple[int, int], list[str]]] = {}
        differing: dict[Key, NDArray[np.bool_]] = {}
        differs = {key[0]: np.zeros(count, np.bool_) for key in moved}
        for key, value in moved.items():
            span = self.book.sheet(key[0]).cells.get(key[1:])
            if span is None:
                texts = lacking.setdefault(key[0], {})[key[1:]] = self._new(key, value, count)
                differing[key] = np.array([text != "" for text in texts])
            else:
                differing[key] = _differing(value, self.book.value(span), count)
                by_sheet.setdefault(key[0], []).append(
                    (span.start, span.end, self._segments(key[0], span, value, count))
                )
            differs[key[0]] |= differing[key]
        for place, cells in lacking.items():
            more = inserted(self.book.sheet(place), cells, count)
            by_sheet.setdefault(place, []).extend((start, end, [_shared(texts)]) for start, end, texts in more)
        cuts = [
            Cut(self.book.parts[place], self.book.sheet(place).data, edits, differs[place])
            for place, edits in by_sheet.items()
            if edits and differs[place].any()
        ]
        return cuts + list(self._chart_cuts(moved, differing, count))

    def _segments(self, sheet: int, span: Span, value: Value, count: int) -> list[Segment]:
        """Return a cell with a value.

        A cell that may move is written in one form whatever its value, so that the bytes of a book do not depend on its neighbours.
        """
        tag, x = self._opening(sheet, span)
        formula = self._formula(sheet, span)
        if not value.numeric:
            return [_shared([cell_text(tag, x, formula, values.python(value, at)) for at in range(count)])]
        before, after = f"{tag}>{formula}<{x}v>", f"</{x}v></{x}c>"
        first = float(value.num[0])
        if (value.num == first).all():
            return [before + number_text(first) + after]
        return [before, value.num + 0.0, after]

    def _new(self, key: Key, value: Value, count: int) -> list[str]:
        """Return a cell that the sheet does not have, by book, in the style of the nearest cell above it; nothing where it is blank."""
        sheet = self.book.sheet(key[0])
        above = next(
            (span for row in range(key[1] - 1, -1, -1) if (span := sheet.cells.get((row, key[2]))) is not None), None
        )
        x = sheet.prefix
        tag = f'<{x}c r="{address(*key[1:])}"' + (f' s="{above.style}"' if above is not None and above.style else "")
        cells = [values.python(value, at) for at in range(count)]
        return ["" if cell is None else cell_text(tag, x, "", cell) for cell in cells]

    def _text(self, sheet: int, start: int, end: int) -> str:
        return self.book.sheet(sheet).data[start:end].decode()

    def _opening(self, sheet: int, span: Span) -> tuple[str, str]:
        """Return a cell's opening tag without its type and its closing bracket, and the prefix of its element."""
        match = _OPENING.match(self._text(sheet, span.start, span.end))
        assert match is not None
        tag = _TYPE.sub("", match.group().removesuffix(">").removesuffix("/").rstrip(), count=1)
        prefix = tag[1:].split(None, 1)[0].removesuffix("c")
        return tag, prefix

    def _formula(self, sheet: int, span: Span) -> str:
        return self._text(sheet, span.formula_start, span.formula_end) if span.formula is not None else ""

    def _chart_cuts(
        self, moved: Mapping[Key, Value], differing: Mapping[Key, NDArray[np.bool_]], count: int
    ) -> Iterator[Cut]:
        for name, (data, caches) in self.charts.items():
            edits: list[Edit] = []
            differs = np.zeros(count, np.bool_)
            for start, end, prefix, rect, old in caches:
                keys = [(rect[0], r, c) for r in range(rect[1], rect[3] + 1) for c in range(rect[2], rect[4] + 1)]
                if any(key in moved for key in keys):
                    segments: list[Segment] = []
                    for at, key in enumerate(keys):
                        segments += _point(prefix, at, moved.get(key), old.get(at, ""), count)
                        differs |= differing.get(key, False)
                    edits.append((start, end, segments))
            if edits and differs.any():
                yield Cut(name, data, edits, differs)


def _differing(value: Value, own: Any, count: int) -> NDArray[np.bool_]:
    """Return in which books a cell has another value than its own in the template."""
    if value.numeric:
        same = value.num == own if type(own) is float else np.False_
    else:
        cells = [values.python(value, at) for at in range(count)]
        same = np.array([type(cell) is type(own) and cell == own for cell in cells])
    return np.broadcast_to(~same, (count,))


def cell_text(tag: str, x: str, formula: str, value: Any) -> str:
    """Return a whole cell with a value; a text is an inline string or the text of a formula, never a formula."""
    if value is None:
        return f"{tag}>{formula}</{x}c>" if formula else f"{tag}/>"
    if isinstance(value, bool):
        return f'{tag} t="b">{formula}<{x}v>{int(value)}</{x}v></{x}c>'
    if isinstance(value, CellError):
        return f'{tag} t="e">{formula}<{x}v>{value}</{x}v></{x}c>'
    if isinstance(value, str):
        if formula:
            return f'{tag} t="str">{formula}<{x}v>{_kept(value)}</{x}v></{x}c>'
        return f'{tag} t="inlineStr"><{x}is><{x}t xml:space="preserve">{_kept(value)}</{x}t></{x}is></{x}c>'
    return f"{tag}>{formula}<{x}v>{number_text(value)}</{x}v></{x}c>"


def _kept(text: str) -> str:
    """Return a text as it stands in a part: a carriage return, and what looks like a program's escape of one, are escaped."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text), {"\r": "_x000D_"})


def _shared(texts: list[str]) -> Segment:
    """Return a piece by book, or one text where all books agree."""
    return texts[0] if texts.count(texts[0]) == len(texts) else texts


def _point(prefix: str, at: int, value: Value | None, old: str, count: int) -> list[Segment]:
    """Return a point of a chart's cache: a number or a text; a cell with neither has none."""
    before, after = f'<{prefix}pt idx="{at}"><{prefix}v>', f"</{prefix}v></{prefix}pt>"
    if value is None:
        return [before + escape(old) + after] if old else []
    if value.numeric:
        return [before, np.broadcast_to(value.num, (count,)) + 0.0, after]
    cells = [values.python(value, book) for book in range(count)]
    return [[before + _shown(cell) + after if isinstance(cell, (float, str)) else "" for cell in cells]]


def _shown(cell: float | str) -> str:
    return number_text(cell) if isinstance(cell, float) else escape(cell)


Cache = tuple[int, int, str, Rect, dict[int, str]]
"""Where the points of a cache begin and end, the prefix of their elements, the cells that they show, and their texts as they are."""


class _CacheReader:
    """Handlers of the parser of a chart part, with what is open at the moment."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places = places
        self.found: list[Cache] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.words: list[str] | None = None
        self.point = -1
        self.rect: Rect | None = None
        self.first: int | None = None
        self.old: dict[int, str] = {}

    def start(self, tag: str, given: dict[str, str]) -> None:
        short = tag.rpartition(":")[2]
        self.words = [] if short in {"f", "v"} else None
        if short in {"numRef", "strRef"}:
            self.rect, self.first, self.old = None, None, {}
        elif short == "pt":
            self.point = int(given.get("idx", "0"))
            if self.first is None:
                self.first = self.parser.CurrentByteIndex

    def text(self, words: str) -> None:
        if self.words is not None:
            self.words.append(words)

    def end(self, tag: str) -> None:
        short = tag.rpartition(":")[2]
        words = "".join(self.words or [])
        self.words = None
        if short == "f" and self.rect is None:
            self.rect = rectangle(words, self.places)
        elif short == "v" and self.point >= 0:
            self.old[self.point] = words
        elif short == "pt":
            self.point = -1
        elif short in {"numCache", "strCache"}:
            self.close(tag[: -len(short)])

    def close(self, prefix: str) -> None:
        if self.rect is not None and self.first is not None:
            self.found.append((self.first, self.parser.CurrentByteIndex, prefix, self.rect, self.old))
        self.rect = None


def _caches(book: Workbook, name: str) -> tuple[bytes, list[Cache]]:
    """Return a chart part and the caches of numbers in it; a part that is no XML is left as it is."""
    data = book.package.part(name)
    reader = _CacheReader(book.places)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError:
        return data, []
    return data, reader.found
