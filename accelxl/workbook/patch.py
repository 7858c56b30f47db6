"""New values into the parts of a workbook: only the bytes of cells whose value moves are made anew.

A sheet is cut once into the pieces that all books share and the places where they differ; a book is then one join. The point caches of
charts are values too and follow the cells that they show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from accelxl.functions.cells import CellError
from accelxl.workbook.book import Workbook, chart_parts, rectangle
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key, Rect
from accelxl.workbook.formulas.values import NUMBER, Value
from accelxl.workbook.scan import Span

_TYPE = re.compile(r"\s+t\s*=\s*(\"[^\"]*\"|'[^']*')")
_OPENING = re.compile(r"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")


def number_text(value: float) -> str:
    """Return the shortest text that is exactly this number.

    Examples
    --------
    >>> number_text(3.0), number_text(0.1), number_text(-0.0), number_text(1e300)
    ('3', '0.1', '0', '1e+300')
    """
    shown = repr(value)
    if shown.endswith(".0"):
        return "0" if shown == "-0.0" else shown[:-2]
    return shown


class Cut:
    """A part cut into shared pieces and changing places."""

    __slots__ = ("columns", "name", "pieces")

    def __init__(self, name: str, pieces: list[str], columns: list[list[str]]) -> None:
        self.name = name
        self.pieces = pieces
        self.columns = columns

    def books(self, count: int) -> Iterator[bytes]:
        """Go through the part as it is in each book."""
        parts = [""] * (2 * len(self.columns) + 1)
        parts[::2] = self.pieces
        rows = zip(*self.columns, strict=True) if self.columns else iter([()] * count)
        for row in rows:
            parts[1::2] = row
            yield "".join(parts).encode()


class Cutter:
    """The parts of a workbook, ready to be cut for a batch."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.charts = {name: _caches(book, name) for name in chart_parts(book)}

    def cut(self, moved: Mapping[Key, Value], count: int) -> list[Cut]:
        """Return the parts that change when these cells have these values in `count` books."""
        texts: dict[Key, list[str] | str] = {}
        by_sheet: dict[int, list[tuple[int, int, str, list[str] | None]]] = {}
        for key, value in moved.items():
            span = self.book.sheet(key[0]).cells.get(key[1:])
            if span is None:
                continue
            if _plain(value):
                shown = [number_text(x) for x in value.num.tolist()]
                same = len(shown) == 1 or shown.count(shown[0]) == len(shown)
                texts[key] = shown[0] if same else shown
                if same and self._carries(span, shown[0]):
                    continue
                before, after = self._around(key[0], span)
                if same:
                    by_sheet.setdefault(key[0], []).append((span.start, span.end, before + shown[0] + after, None))
                else:
                    by_sheet.setdefault(key[0], []).append((span.start, span.end, before + "\0" + after, shown))
            else:
                whole = [self._cell(key[0], span, values.python(value, at)) for at in range(count)]
                texts[key] = [_in_chart(values.python(value, at)) for at in range(count)]
                alike = whole.count(whole[0]) == len(whole)
                if not (alike and whole[0] == self._text(key[0], span.start, span.end)):
                    by_sheet.setdefault(key[0], []).append(
                        (span.start, span.end, whole[0] if alike else "\0", None if alike else whole)
                    )
        cuts = [_cut(self.book.parts[place], self.book.sheet(place).data, edits) for place, edits in by_sheet.items()]
        return cuts + list(self._chart_cuts(texts, count))

    def _text(self, sheet: int, start: int, end: int) -> str:
        return self.book.sheet(sheet).data[start:end].decode()

    def _carries(self, span: Span, shown: str) -> bool:
        """Tell whether a cell has this number already."""
        return span.type in {"", "n"} and span.value is not None and number_text(float(span.value)) == shown

    def _opening(self, sheet: int, span: Span) -> tuple[str, str]:
        """Return a cell's opening tag without its type and its closing bracket, and the prefix of its element."""
        match = _OPENING.match(self._text(sheet, span.start, span.end))
        assert match is not None
        tag = _TYPE.sub("", match.group().removesuffix(">").removesuffix("/").rstrip(), count=1)
        prefix = tag[1:].split(None, 1)[0].removesuffix("c")
        return tag, prefix

    def _formula(self, sheet: int, span: Span) -> str:
        return self._text(sheet, span.formula_start, span.formula_end) if span.formula is not None else ""

    def _around(self, sheet: int, span: Span) -> tuple[str, str]:
        """Return what stands before and after the number of a cell."""
        tag, prefix = self._opening(sheet, span)
        return f"{tag}>{self._formula(sheet, span)}<{prefix}v>", f"</{prefix}v></{prefix}c>"

    def _cell(self, sheet: int, span: Span, value: Any) -> str:
        """Return a whole cell with a value; a text is an inline string or the text of a formula, never a formula."""
        tag, x = self._opening(sheet, span)
        formula = self._formula(sheet, span)
        if value is None:
            return f"{tag}>{formula}</{x}c>" if formula else f"{tag}/>"
        if isinstance(value, bool):
            return f'{tag} t="b">{formula}<{x}v>{int(value)}</{x}v></{x}c>'
        if isinstance(value, CellError):
            return f'{tag} t="e">{formula}<{x}v>{value}</{x}v></{x}c>'
        if isinstance(value, str):
            if formula:
                return f'{tag} t="str">{formula}<{x}v>{escape(value)}</{x}v></{x}c>'
            return f'{tag} t="inlineStr"><{x}is><{x}t xml:space="preserve">{escape(value)}</{x}t></{x}is></{x}c>'
        return f"{tag}>{formula}<{x}v>{number_text(value)}</{x}v></{x}c>"

    def _chart_cuts(self, texts: Mapping[Key, list[str] | str], count: int) -> Iterator[Cut]:
        for name, (data, caches) in self.charts.items():
            edits: list[tuple[int, int, str, list[str] | None]] = []
            for start, end, prefix, rect, old in caches:
                keys = [(rect[0], r, c) for r in range(rect[1], rect[3] + 1) for c in range(rect[2], rect[4] + 1)]
                if not any(key in texts for key in keys):
                    continue
                points = [texts.get(key, old.get(at, "")) for at, key in enumerate(keys)]
                columns = [point if isinstance(point, list) else [point] * count for point in points]
                edits.append((start, end, "\0", [_points(prefix, row) for row in zip(*columns, strict=True)]))
            if edits:
                yield _cut(name, data, edits)


def _plain(value: Value) -> bool:
    return isinstance(value.kind, int) and value.kind == NUMBER


def _in_chart(value: Any) -> str:
    return number_text(value) if isinstance(value, float) else ""


def _points(prefix: str, row: Iterable[str]) -> str:
    """Return the points of a chart's cache; a cell without a number has none."""
    return "".join(
        f'<{prefix}pt idx="{at}"><{prefix}v>{text}</{prefix}v></{prefix}pt>' for at, text in enumerate(row) if text
    )


def _cut(name: str, data: bytes, edits: list[tuple[int, int, str, list[str] | None]]) -> Cut:
    """Cut a part at its edits: shared new text becomes part of the pieces, text that differs a column (its place marked by a null)."""
    pieces, columns = [], []
    shared: list[str] = []
    place = 0
    for start, end, text, column in sorted(edits, key=lambda edit: edit[0]):
        shared.append(data[place:start].decode())
        place = end
        if column is None:
            shared.append(text)
            continue
        before, _, after = text.partition("\0")
        pieces.append("".join([*shared, before]))
        columns.append(column)
        shared = [after]
    shared.append(data[place:].decode())
    pieces.append("".join(shared))
    return Cut(name, pieces, columns)


Cache = tuple[int, int, str, Rect, dict[int, str]]
"""Where the points of a cache begin and end, the prefix of their elements, the cells that they show, and their texts as they are."""


class _CacheReader:
    """Handlers of the parser of a chart part, with what is open at the moment."""

    def __init__(self, titles: list[str]) -> None:
        self.titles = titles
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
        if short == "numRef":
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
            self.rect = rectangle(words, self.titles)
        elif short == "v" and self.point >= 0:
            self.old[self.point] = words
        elif short == "pt":
            self.point = -1
        elif short == "numCache":
            self.close(tag[: -len(short)])

    def close(self, prefix: str) -> None:
        if self.rect is not None and self.first is not None:
            self.found.append((self.first, self.parser.CurrentByteIndex, prefix, self.rect, self.old))
        self.rect = None


def _caches(book: Workbook, name: str) -> tuple[bytes, list[Cache]]:
    """Return a chart part and the caches of numbers in it; a part that is no XML is left as it is."""
    data = book.package.part(name)
    reader = _CacheReader(book.titles)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError:
        return data, []
    return data, reader.found
