"""Freeze: a copy of a book with values in place of formulas, for sharing, which keeps the book; thaw gives it back byte for byte."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, OutOfRange
from accelxl.files import write_atomically
from accelxl.functions.cells import CellError
from accelxl.workbook.book import Workbook, load, xml
from accelxl.workbook.elements import without
from accelxl.workbook.formulas.tree import MAX_ROW, address
from accelxl.workbook.frozen import Mark, frozen_mark, marked, original
from accelxl.workbook.insert import inserted
from accelxl.workbook.locks import check_closed, place_of_copy
from accelxl.workbook.package import Member, assembled, new_member, packed
from accelxl.workbook.patch import cell_text
from accelxl.workbook.reading import read_from
from accelxl.workbook.scan import MOST_TAGS, Scanned, Span, scan

PART = "customXml/accelxl-frozen.xml"
SHOWN = "Frozen for sharing"
"""How the line begins that a frozen book shows below its first sheet that is shown."""
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_OPENING = re.compile(r"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")


def freeze(book: str | Path, to: str | Path | None = None) -> Path:
    """A copy of a book with values in place of its formulas; the book itself is kept inside, and `thaw` gives it back.

    The first sheet that is shown (one of cells, with room) has, below its last row, the hash of the inputs and the versions of template
    and AccelXL. Names, charts, formats, validations and macros stay.

    Parameters
    ----------
    book : path
        An .xlsx or .xlsm workbook.
    to : path, optional
        Where the copy goes; the default is the book's name with ``-frozen`` beside it.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    BadFile
        If the book cannot be read, is frozen already or has no formulas, if another file has the copy's name and `to` is not
        given, or if the copy cannot be written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from accelxl.workbook.build import build
    >>> (book,) = build(["cost_per_inference"], mkdtemp())
    >>> freeze(book).name
    'cost_per_inference-frozen.xlsx'
    """
    path = Path(book)
    found = load(path)
    if frozen_mark(found) is not None:
        raise BadFile(f"{path} is frozen already")
    target = place_of_copy(path, to, "frozen")
    if to is None and target.exists() and not _frozen_of(target, found.package.data):
        raise BadFile(
            f"{target} is there and is no frozen copy of {path} as it is now; say where the copy goes (--out)"
        )
    check_closed(target)
    return write_atomically(target, frozen_bytes(found))


def _frozen_of(path: Path, package: bytes) -> bool:
    """Tell whether a file is a frozen copy of this book."""
    try:
        mark = frozen_mark(load(path))
    except BadFile:
        return False
    return mark is not None and mark.book == sha256(package).hexdigest()


def frozen_bytes(found: Workbook) -> bytes:
    """Return the frozen copy of a book that was loaded.

    Raises
    ------
    BadFile
        If it has no formulas.
    """
    from accelxl import __version__

    package = found.package
    held = read_from(found, package.path)
    mark = Mark(held.inputs_sha256, sha256(package.data).hexdigest(), held.template, held.version, __version__)
    parts = {
        found.parts[place]: data for place in range(len(found.titles)) if (data := _values(found, place)) is not None
    }
    if not parts:
        raise BadFile(f"{package.path} has no formulas; there is nothing to freeze")
    first = _for_line(found)
    if first is not None:
        parts[first] = _with_line(parts.get(first, package.part(first)), _sentence(mark), str(package.path))
    members, more = _directory(found)
    parts |= more
    parts[PART] = marked(mark, package.data)
    return assembled([*members, new_member(PART)], {name: packed(data) for name, data in parts.items()})


def _sentence(mark: Mark) -> str:
    template = f"template {mark.template} {mark.version}, " if mark.template else ""
    return (
        f"{SHOWN}: values without formulas. Inputs {mark.inputs[:16]}, book {mark.book[:16]} (SHA-256), {template}"
        f"AccelXL {mark.accelxl}. The formulas come back with accelxl thaw."
    )


def _for_line(book: Workbook) -> str | None:
    """Return the part of the first sheet that is shown and has room for the line, None where there is none."""
    states = [sheet.get("state", "visible") for sheet in xml(book.package, book.path_of_book).iter("{*}sheet")]
    for place, (part, state) in enumerate(zip(book.parts, states, strict=True)):
        if part and state == "visible" and _line_row(book.sheet(place)) < MAX_ROW:
            return part
    return None


def _line_row(sheet: Scanned) -> int:
    """Return the row of the line, from 0: below the last one and a blank one."""
    return max((row for row, _ in sheet.cells), default=-1) + 2


def _values(book: Workbook, place: int) -> bytes | None:
    """Return a sheet with values in place of formulas, None where it has none."""
    sheet = book.sheet(place)
    if any(span.formula is not None for span in sheet.cells.values()):
        book.package.text(book.parts[place], MOST_TAGS)
    pieces, start = [], 0
    for span in sorted(sheet.cells.values(), key=lambda span: span.start):
        if span.formula is not None:
            pieces += [sheet.data[start : span.start], _value(sheet.data, span, book.value(span))]
            start = span.end
    return b"".join([*pieces, sheet.data[start:]]) if pieces else None


def _value(data: bytes, span: Span, value: Any) -> bytes:
    """Return a formula cell as a constant; the digits of a number stay as they are written."""
    whole = data[span.start : span.end].decode()
    opening = _OPENING.match(whole)
    assert opening is not None
    tag = re.sub(r"\s+cm=(\"[^\"]*\"|'[^']*')", "", opening.group())  # a note on arrays that a constant has not
    if type(value) is str:
        bare = re.sub(r"\s+t=(\"[^\"]*\"|'[^']*')", "", tag.removesuffix(">").rstrip())
        return cell_text(bare, bare[1:].split(None, 1)[0].removesuffix("c"), "", value).encode()
    inside = data[span.start + len(opening.group().encode()) : span.formula_start] + data[span.formula_end : span.end]
    return tag.encode() + inside


def _with_line(data: bytes, text: str, where: str) -> bytes:
    """Return a sheet with a line of text below its last row."""
    sheet = scan(data, where)
    row, x = _line_row(sheet), sheet.prefix
    cell = cell_text(f'<{x}c r="{address(row, 0)}"', x, "", text)
    for start, end, texts in sorted(inserted(sheet, {(row, 0): [cell]}, 1), key=lambda edit: -edit[0]):
        data = data[:start] + texts[0].encode() + data[end:]
    return data


def _directory(book: Workbook) -> tuple[list[Member], dict[str, bytes]]:
    """Return the members without the chain of calculation, which lists formula cells, and the parts that name it and the mark."""
    package = book.package
    folder, _, name = book.path_of_book.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    rels = package.text(relations)
    types = package.text("[Content_Types].xml")
    chain = [name for name in package.names() if name.rpartition("/")[2].lower() == "calcchain.xml"]
    if chain:
        rels = without(rels, "Relationship", "Type", r"[^\"']*/calcChain")
        types = without(types, "Override", "PartName", r"[^\"']*(?i:/calcChain\.xml)")
    depth = "../" * (folder.count("/") + 1) if folder else ""
    prefix = found[1] if (found := re.search(r"</(\w+:)?Relationships>", rels)) and found[1] else ""
    line = f'<{prefix}Relationship Id="accelxlFrozen" Type="{_RELATION}" Target="{depth}{PART}"/>'
    rels = re.sub(r"(</(?:\w+:)?Relationships>)", lambda match: line + match[1], rels)
    if not re.search(r'Extension="xml"', types, re.IGNORECASE):
        types = re.sub(
            r"(<(?:\w+:)?Types\b[^>]*>)", r'\1<Default Extension="xml" ContentType="application/xml"/>', types, count=1
        )
    members = [member for member in package.members if member.name not in chain]
    return members, {relations: rels.encode(), "[Content_Types].xml": types.encode()}


def thaw(book: str | Path, to: str | Path | None = None, *, lose_changes: bool = False) -> Path:
    """The book that was frozen, byte for byte.

    Parameters
    ----------
    book : path
        A frozen book.
    to : path, optional
        Where it goes; the default is the name without ``-frozen`` (or with ``-thawed``) beside it.
    lose_changes : bool
        Whether to thaw a book of which cells were changed after it was frozen; the changes are not in the thawed book.

    Returns
    -------
    Path
        The book.

    Raises
    ------
    BadFile
        If the book is not frozen or damaged, or another file of that name is there.
    OutOfRange
        If cells were changed after it was frozen.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from accelxl.workbook.build import build
    >>> (book,) = build(["cost_per_inference"], mkdtemp())
    >>> thaw(freeze(book)).read_bytes() == book.read_bytes()
    True
    """
    path = Path(book)
    found = load(path)
    mark, data = frozen_mark(found), original(found)
    if mark is None or data is None:
        raise BadFile(f"{path} is not frozen; a book that accelxl freeze wrote is needed")
    if sha256(data).hexdigest() != mark.book:
        raise BadFile(f"{path} is damaged: the book that was frozen is not what its hash {mark.book[:16]} says")
    if not lose_changes:
        _unchanged(found, load(path, data))
    plain = path.stem.removesuffix("-frozen")
    target = (
        path.with_name(f"{plain if plain != path.stem else plain + '-thawed'}{path.suffix}") if to is None else Path(to)
    )
    if to is None and target.exists() and target.read_bytes() != data:
        raise BadFile(f"{target} is there and is another book; say where the thawed one goes")
    check_closed(target)
    return write_atomically(target, data)


def _unchanged(frozen: Workbook, before: Workbook) -> None:
    """Refuse a book of which a cell was changed after it was frozen."""
    if frozen.titles != before.titles:
        raise OutOfRange(
            f"{frozen.package.path} was changed after it was frozen: its sheets are {', '.join(frozen.titles)}"
        )
    for place, title in enumerate(before.titles):
        for row, column in sorted(before.sheet(place).cells.keys() | frozen.sheet(place).cells.keys()):
            now, was = frozen.at((place, row, column)), before.at((place, row, column))
            if now == was or (now in (None, "") and was in (None, "")):
                continue
            if was is None and isinstance(now, str) and not isinstance(now, CellError) and now.startswith(SHOWN):
                continue
            raise OutOfRange(
                f"{frozen.package.path} was changed after it was frozen: {title}!{address(row, column)} is {now!r} and was {was!r}; "
                "thaw gives the book as it was (lose_changes, on the command line --lose-changes)"
            )
