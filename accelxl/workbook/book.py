"""A workbook file read: sheets, defined names, cells, and what its inputs allow."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from accelxl.arrays import EPOCH
from accelxl.errors import BadFile
from accelxl.functions.cells import ERRORS, CellError
from accelxl.units import Quantity
from accelxl.workbook.formulas.compile import Key, Rect
from accelxl.workbook.formulas.sheets import Formula, Sheets
from accelxl.workbook.formulas.tree import address, cell_of
from accelxl.workbook.package import Package
from accelxl.workbook.scan import MOST_TAGS, Scanned, Span, declares_nothing, scan

STRICT = "http://purl.oclc.org/ooxml/"
"""How the names of relations begin in the kind of workbook that Excel calls Strict."""
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MOST_FORMULA = 8192
"""Characters of a formula, as spreadsheet programs have it."""
LONG, MOST_LONG = 256, 5_000_000
"""Characters from which a formula is long, and those that all formulas of a book, shared ones too, may have beyond them."""
MOST_SPILLED = 100_000
"""Cells of an array formula."""
MOST_SPILLED_IN_ALL = 1_000_000
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Numbers of the built-in formats that show dates and times."""


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of the spreadsheet program: its name, its cells with the row of headings, without a row of totals, and its part."""

    name: str
    sheet: int
    top: int
    left: int
    bottom: int
    right: int
    part: str


@dataclass(slots=True)
class Workbook:
    """A workbook file.

    `parts` is the part of each sheet in order; `scanned` its cells with their bytes; `names` the workbook's defined names as they are
    written, `hidden` those that are not shown; `dates` the numbers of the cell styles that show dates; `places` those
    of the sheets by lower-case name; `lists` what lists of choices allow, by their source, once someone has asked
    for them, and `listed` the cells that they were read from.
    """

    package: Package
    titles: list[str]
    parts: list[str]
    names: dict[str, str]
    scanned: dict[int, Scanned] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()
    path_of_book: str = ""
    places: dict[str, int] = field(default_factory=dict)
    lists: dict[str, Quantity] = field(default_factory=dict)
    listed: int = 0

    def __post_init__(self) -> None:
        """Note where each sheet stands, the first of those with the same name."""
        self.places = {title.lower(): place for place, title in reversed(list(enumerate(self.titles)))}

    def sheet(self, place: int) -> Scanned:
        """Return the cells of a sheet, scanned when first asked for."""
        if place not in self.scanned:
            part = self.parts[place]
            self.scanned[place] = (
                scan(self.package.part(part, MOST_TAGS), f"{self.package.path}, part {part}") if part else Scanned(b"")
            )
        return self.scanned[place]

    def value(self, span: Span) -> Any:
        """Return the value that a cell carries: float, text, bool, `CellError` or None."""
        raw = span.value
        if raw is None:
            return "" if span.type in {"str", "inlineStr"} and span.formula is not None else None
        try:
            return self._read(span, raw)
        except ValueError as error:
            cell = address(span.row, span.column)
            raise BadFile(
                f"{self.package.path} is damaged: {cell} holds {raw[:40]!r}; a number is needed there"
            ) from error

    def _read(self, span: Span, raw: str) -> Any:
        """Return a value that is there."""
        if span.type == "s":
            place = int(raw)
            if not 0 <= place < len(self.strings):
                raise BadFile(f"{self.package.path} is damaged: text number {place} of {len(self.strings)} is used")
            return self.strings[place]
        if span.type in {"str", "inlineStr", "d"}:
            return plain_text(raw)
        if span.type == "b":
            return raw.strip() in {"1", "true"}
        if span.type == "e":
            return CellError(raw) if raw in ERRORS else CellError("#VALUE!")
        return float(raw) if raw.strip() else None

    def at(self, key: Key) -> Any:
        """Return the value that a cell carries."""
        span = self.sheet(key[0]).cells.get(key[1:])
        return None if span is None else self.value(span)

    def shown(self, key: Key) -> Any:
        """Return the value that a cell carries, as a date where the cell shows one."""
        value = self.at(key)
        span = self.sheet(key[0]).cells.get(key[1:])
        if isinstance(value, float) and span is not None and span.style in self.dates and 61 <= value < 2_958_466:
            return EPOCH + dt.timedelta(days=int(value))
        return value

    def target(self, name: str) -> Rect | None:
        """Return the rectangle that a name refers to; None where it is no single rectangle of this book."""
        return rectangle(self.names[name], self.places)

    def tables(self) -> list[OwnTable]:
        """Return the tables of the spreadsheet program; one without headings or with a row of totals takes no rows and is left out."""
        found = []
        for place, part in enumerate(self.parts):
            for kind, target in relations(self.package, part).values() if part else ():
                if not kind.endswith("/table"):
                    continue
                root = xml(self.package, target)
                rect = rectangle(f"{self.titles[place]}!{root.get('ref', '')}", self.places)
                plain = root.get("headerRowCount", "1") == "1" and root.get("totalsRowCount", "0") == "0"
                if rect is not None and plain and rect[3] > rect[1]:
                    found.append(OwnTable(root.get("displayName", ""), *rect, part=target))
        return found

    def sheets(self) -> Sheets:
        """Return every cell as the formula engine takes it."""
        found = Sheets(list(self.titles), names={name.lower(): text for name, text in self.names.items()})
        for place in range(len(self.titles)):
            masters: dict[str, Span] = {}
            for span in self.sheet(place).cells.values():
                key = (place, span.row, span.column)
                if span.formula is None:
                    value = self.value(span)
                    if value is not None:
                        found.constants[key] = value
                    continue
                found.cached[key] = self.value(span)
                try:
                    found.formulas[key] = _formula(span, place, masters)
                except ValueError as error:
                    cell = f"{self.titles[place]}!{address(span.row, span.column)}"
                    raise BadFile(f"{self.package.path}: {cell} has {error}") from error
        self._limited(found.formulas.values())
        for formula in list(found.formulas.values()):
            if formula.spill is not None:
                _, top, left, bottom, right = formula.spill
                for row in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        found.constants.pop((formula.spill[0], row, column), None)
        return found

    def _limited(self, formulas: Iterable[Formula]) -> None:
        """Refuse a book whose formulas together are longer, or whose array formulas together larger, than is read."""
        long = cells = 0
        for formula in formulas:
            long += max(0, len(formula.text) - LONG)
            if formula.spill is not None:
                _, top, left, bottom, right = formula.spill
                cells += (bottom - top + 1) * (right - left + 1)
        if long > MOST_LONG:
            raise BadFile(
                f"{self.package.path}: its formulas of more than {LONG} characters have {long:,} beyond them in all; "
                f"up to {MOST_LONG:,} are allowed"
            )
        if cells > MOST_SPILLED_IN_ALL:
            raise BadFile(
                f"{self.package.path}: its array formulas have {cells:,} cells in all; up to {MOST_SPILLED_IN_ALL:,} are allowed"
            )


def _formula(span: Span, sheet: int, masters: dict[str, Span]) -> Formula:
    text = span.formula or ""
    if len(text) > MOST_FORMULA:
        raise ValueError(f"a formula of {len(text):,} characters; up to {MOST_FORMULA:,} are allowed")
    if span.kind == "array" and span.reach:
        first, _, last = span.reach.partition(":")
        top, left = cell_of(first)
        bottom, right = cell_of(last or first)
        if not 0 < (bottom - top + 1) * (right - left + 1) <= MOST_SPILLED:
            raise ValueError(f"an array formula over {span.reach}; up to {MOST_SPILLED:,} cells are allowed")
        return Formula(text, spill=(sheet, top, left, bottom, right))
    if span.kind == "dataTable":
        return Formula("a data table")
    if span.kind == "shared":
        if text:
            masters[span.group] = span
        elif span.group in masters:
            master = masters[span.group]
            return Formula(master.formula or "", origin=(master.row, master.column))
    return Formula(text)


def rectangle(text: str, places: Mapping[str, int]) -> Rect | None:
    """Return the rectangle of a reference such as ``Inputs!$C$5``, None for anything else; `places` has the sheets in lower case."""
    sheet, mark, cells = text.strip().lstrip("=").rpartition("!")
    if not mark:
        return None
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    place = places.get(sheet.lower())
    if place is None:
        return None
    first, _, last = cells.partition(":")
    try:
        (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
    except ValueError:
        return None
    return place, top, left, bottom, right


def load(path: str | Path, data: bytes | None = None) -> Workbook:
    """Read a workbook's directory: sheets, names, texts and date styles; its cells are read when they are asked for.

    With `data` these bytes are read in place of the file's.

    Raises
    ------
    BadFile
        If the file is missing, no workbook, encrypted or damaged.
    """
    package = Package(path, data)
    main = _main_part(package)
    root = xml(package, main)
    found = relations(package, main)
    titles, parts = [], []
    for sheet in _all(root, "sheet"):
        titles.append(sheet.get("name", ""))
        if sheet.get(_RELATION, "") not in found:
            raise BadFile(f"{package.path} is damaged: its sheet {titles[-1]!r} has no part")
        kind, target = found[sheet.get(_RELATION, "")]
        parts.append(target if kind.endswith("/worksheet") else "")
    if (twice := next((part for part, count in Counter(parts).items() if part and count > 1), "")) != "":
        raise BadFile(f"{package.path} is damaged: two of its sheets have the part {twice}")
    names = {
        item.get("name", ""): item.text or ""
        for item in _all(root, "definedName")
        if item.get("localSheetId") is None and not item.get("name", "").startswith("_xlnm")
    }
    for name, text in names.items():
        if len(text) > MOST_FORMULA:
            raise BadFile(
                f"{package.path}: the name {name[:80]} refers to {len(text):,} characters; up to {MOST_FORMULA:,} are allowed"
            )
    by_kind = {kind.rpartition("/")[2]: target for kind, target in found.values()}
    book = Workbook(package, titles, parts, names, path_of_book=main)
    if "sharedStrings" in by_kind:
        book.strings = [_text_of(item) for item in xml(package, by_kind["sharedStrings"]).iterchildren("{*}si")]
    if "styles" in by_kind:
        try:
            book.dates = _date_styles(xml(package, by_kind["styles"]))
        except ValueError as error:
            raise BadFile(f"{package.path} is damaged: a style has no number for its format") from error
    return book


def _main_part(package: Package) -> str:
    for kind, target in relations(package, "").values():
        if kind.startswith(STRICT):
            raise BadFile(f"{package.path} is a Strict Open XML workbook; save it in Excel as Excel Workbook (.xlsx)")
        if kind.endswith("/officeDocument"):
            if target.endswith(".bin"):
                raise BadFile(f"{package.path} is of the binary .xlsb kind; an .xlsx or .xlsm file is allowed")
            return target
    raise BadFile(f"{package.path} is not a workbook; an .xlsx or .xlsm file is allowed")


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the relations of a part inside the book: id to kind and target."""
    folder, _, name = part.rpartition("/")
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if not package.has(where):
        return {}
    found = {}
    for item in _all(xml(package, where), "Relationship"):
        if item.get("TargetMode") != "External":
            target = item.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[item.get("Id", "")] = (item.get("Type", ""), full)
    return found


def chart_parts(book: Workbook) -> list[str]:
    """Return the chart parts of a workbook."""
    return [name for name in book.package.names() if name.startswith("xl/charts/chart") and name.endswith(".xml")]


def xml(package: Package, part: str) -> etree._Element:
    """Return a part as XML.

    Raises
    ------
    BadFile
        If the package lacks it, or it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    data = package.part(part)
    declares_nothing(data, f"{package.path}, part {part}")
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadFile(f"{package.path} is damaged: the part {part} is not XML") from error


def _all(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    return root.iter("{*}" + tag)


def _text_of(item: etree._Element) -> str:
    """Return the text of a shared string; readings of Asian scripts are left out."""
    found = []
    for part in item.iterchildren("{*}t", "{*}r"):
        own = etree.QName(part).localname == "t"
        found += [part.text or ""] if own else [text.text or "" for text in part.iterchildren("{*}t")]
    return plain_text("".join(found))


def plain_text(text: str) -> str:
    r"""Return a text of a workbook's part without the escapes that spreadsheet programs write for what XML cannot hold.

    Examples
    --------
    >>> plain_text("a_x000D_b"), plain_text("_x005F_x0041_")
    ('a\rb', '_x0041_')
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _date_styles(root: etree._Element) -> frozenset[int]:
    """Return the numbers of the cell styles whose format shows a date."""
    own = {int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in _all(root, "numFmt")}
    shows = {number for number, code in own.items() if _is_date(code)} | _DATE_FORMATS
    for block in _all(root, "cellXfs"):
        return frozenset(place for place, xf in enumerate(block) if int(xf.get("numFmtId", "0")) in shows)
    return frozenset()


def _is_date(code: str) -> bool:
    bare, quoted = "", False
    for letter in code:
        quoted = quoted != (letter == '"')
        bare += "" if quoted or letter == '"' else letter
    plain = bare.split(";")[0].lower().replace("general", "")
    return any(letter in plain for letter in "ymdh") and "0" not in plain


def properties(book: Workbook) -> dict[str, str]:
    """Return the custom document properties that are texts."""
    if not book.package.has("docProps/custom.xml"):
        return {}
    try:
        root = etree.fromstring(
            book.package.part("docProps/custom.xml"), etree.XMLParser(resolve_entities=False, no_network=True)
        )
    except etree.XMLSyntaxError:
        return {}
    return {item.get("name", ""): "".join(str(text) for text in item.itertext()) for item in root}
