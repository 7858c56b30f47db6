"""Macros and a ribbon into a workbook without them: .xlsx in, .xlsm or .xlam out, every other byte of its parts as it was."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

from accelxl.errors import BadFile
from accelxl.hosts.excel import project
from accelxl.hosts.excel.project import Module
from accelxl.hosts.excel.xmlpatch import Tag, tags, with_attribute, with_child, with_last_child, with_value

Parts = dict[str, bytes]
Kind = Literal["xlsm", "xlam"]

TYPES = "[Content_Types].xml"
BOOK = "xl/workbook.xml"
PROJECT = "xl/vbaProject.bin"
RIBBON = "customUI/customUI14.xml"
ROOT_LINKS = "_rels/.rels"
BOOK_LINKS = "xl/_rels/workbook.xml.rels"

PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
BOOK_TYPES = {
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
LINK_TYPES = "http://schemas.openxmlformats.org/package/2006/relationships"
PROJECT_LINK = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
RIBBON_LINK = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
SHEET_KINDS = {"worksheet": ("Sheet", "sheet"), "chartsheet": ("Chart", "chart")}
"""What a sheet of a kind is called in the project, and the kind of its module."""
BEFORE_BOOK = ("fileVersion", "fileSharing")
DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a book: the part it is in, its name on the tab, and the name of its module in the project."""

    part: str
    title: str
    code_name: str
    kind: project.Kind


def read(data: bytes, name: str) -> Parts:
    """Return the parts of a workbook.

    Raises
    ------
    BadFile
        If it is no workbook: damaged, encrypted, of the old binary form or something else.
    """
    if data[:8] == bytes.fromhex("d0cf11e0a1b11ae1"):
        raise BadFile(f"{name} is encrypted or an old .xls; an .xlsx without a password is allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise BadFile(f"{name} is not a workbook: {error}") from error
    missing = [part for part in (TYPES, ROOT_LINKS, BOOK, BOOK_LINKS) if part not in parts]
    if missing:
        raise BadFile(f"{name} is not a workbook: it lacks the part {missing[0]}")
    return parts


def write(parts: Parts) -> bytes:
    """Return parts as a zip file with a fixed date, the list of types first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda part: part != TYPES):
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, parts[name])
    return out.getvalue()


def links(parts: Parts, part: str) -> dict[str, Tag]:
    """Return the relationships of a part of links by their ids."""
    return {tag.attributes.get("Id", ""): tag for tag in tags(parts[part], part) if tag.name == "Relationship"}


def target(part: str, link: Tag) -> str:
    """Return the part that a relationship of a part of links leads to."""
    base = posixpath.dirname(posixpath.dirname(part))
    return posixpath.normpath(posixpath.join("/" + base, link.attributes["Target"])).lstrip("/")


def sheets(parts: Parts) -> list[Sheet]:
    """Return the sheets of a book in their order; one without a code name gets the next free."""
    where = links(parts, BOOK_LINKS)
    found = [tag for tag in tags(parts[BOOK], BOOK) if tag.name == "sheet"]
    taken = {_code_name(parts, BOOK, "workbookPr").lower() or "thisworkbook"}
    listed = []
    for tag in found:
        link = where.get(tag.attributes.get("id", ""))
        kind = link.attributes["Type"].rpartition("/")[2] if link else ""
        if link is None or kind not in SHEET_KINDS:
            raise BadFile(
                f"the sheet {tag.attributes.get('name')!r} is of the kind {kind!r}; worksheets and charts are allowed"
            )
        part = target(BOOK_LINKS, link)
        if part not in parts:
            raise BadFile(f"the sheet {tag.attributes.get('name')!r} has no part {part}")
        listed.append((part, tag.attributes.get("name", ""), kind))
    given = {part: _code_name(parts, part, "sheetPr") for part, *_ in listed}
    taken |= {code.lower() for code in given.values()}
    result = []
    for number, (part, title, kind) in enumerate(listed, 1):
        stem, module = SHEET_KINDS[kind]
        code = given[part] or next(f"{stem}{n}" for n in range(number, 10_000) if f"{stem}{n}".lower() not in taken)
        taken.add(code.lower())
        result.append(Sheet(part, title, code, module))  # type: ignore[arg-type]
    return result


def _code_name(parts: Parts, part: str, element: str) -> str:
    return next(
        (
            tag.attributes.get("codeName", "")
            for tag in tags(parts[part], part)
            if tag.name == element and tag.depth == 1
        ),
        "",
    )


def with_macros(
    parts: Parts, kind: Kind, modules: Sequence[Module], *, book_code: str, ribbon: str, name: str = "AccelXL"
) -> Parts:
    """Return the parts of a book with a VBA project and a ribbon.

    Parameters
    ----------
    parts : dict of part to bytes
        A book without macros.
    kind : "xlsm" or "xlam"
    modules : sequence of Module
        Standard and class modules; those of the book and its sheets are added.
    book_code : str
        Text of the book's own module, for its events.
    ribbon : str
        The part customUI14.xml.
    name : str
        Name of the project.

    Raises
    ------
    BadFile
        If the book has macros already or its parts are not those of a plain workbook.
    """
    if PROJECT in parts:
        raise BadFile("the book has macros already; one without is allowed")
    out = dict(parts)
    code = _code_name(parts, BOOK, "workbookPr") or "ThisWorkbook"
    found = sheets(parts)
    for sheet in found:
        out[sheet.part] = _named(out[sheet.part], sheet.part, "sheetPr", sheet.code_name)
    out[BOOK] = _named(out[BOOK], BOOK, "workbookPr", code)
    own = [Module(code, "book", book_code), *(Module(sheet.code_name, sheet.kind) for sheet in found)]
    out[PROJECT] = project.write(name, [*own, *modules])
    out[RIBBON] = ribbon.encode()
    out[BOOK_LINKS] = _linked(out, BOOK_LINKS, PROJECT_LINK, "vbaProject.bin")
    out[ROOT_LINKS] = _linked(out, ROOT_LINKS, RIBBON_LINK, RIBBON)
    out[TYPES] = _typed(out[TYPES], kind)
    return out


def _named(xml: bytes, part: str, element: str, code: str) -> bytes:
    """Return a part whose `workbookPr` or `sheetPr` bears a code name."""
    first = [tag for tag in tags(xml, part) if tag.depth < 2]
    there = next((tag for tag in first if tag.name == element), None)
    if there is None:
        before = [tag for tag in first if tag.name in BEFORE_BOOK]
        child = f"<{_prefixed(xml, first[0], element)} codeName={quoteattr(code)}/>"
        return with_child(xml, first[0], child, after=before[-1] if before and element == "workbookPr" else None)
    return xml if there.attributes.get("codeName") else with_attribute(xml, there, "codeName", code)


def _prefixed(xml: bytes, root: Tag, element: str) -> str:
    """Return an element's name with the prefix of the root."""
    head = xml[root.start + 1 : root.end].split()[0].rstrip(b"/>").decode()
    prefix, colon, _ = head.partition(":")
    return f"{prefix}:{element}" if colon else element


def _linked(parts: Parts, part: str, kind: str, where: str) -> bytes:
    """Return a part of links with one more, under the next free id."""
    numbers = [int(key[3:]) for key in links(parts, part) if key[:3] == "rId" and key[3:].isdigit()]
    root = next(iter(tags(parts[part], part)))
    name = _prefixed(parts[part], root, "Relationship")
    link = f'<{name} Id="rId{max(numbers, default=0) + 1}" Type="{kind}" Target="{where}"/>'
    return with_last_child(parts[part], root, link)


def _typed(xml: bytes, kind: Kind) -> bytes:
    """Return the list of types with those of a book with macros."""
    listed = list(tags(xml, TYPES))
    book = next((tag for tag in listed if tag.attributes.get("PartName") == f"/{BOOK}"), None)
    if book is None or book.attributes.get("ContentType") != PLAIN_BOOK:
        raise BadFile("the book is a template or of another kind; an .xlsx workbook is allowed")
    out = with_value(xml, book, "ContentType", BOOK_TYPES[kind])
    defaults = {tag.attributes["Extension"].lower() for tag in listed if tag.name == "Default"}
    root = listed[0]
    prefix = _prefixed(xml, root, "")
    if "xml" not in defaults:
        out = with_child(out, root, f'<{prefix}Default Extension="xml" ContentType="application/xml"/>')
    if "bin" not in defaults:
        return with_child(out, root, f'<{prefix}Default Extension="bin" ContentType="{PROJECT_TYPE}"/>')
    return with_last_child(out, root, f'<{prefix}Override PartName="/{PROJECT}" ContentType="{PROJECT_TYPE}"/>')
