"""Hostile files, made when they are asked for: zip archives with directories that lie, XML and text that is more than it seems."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from tests.workbook.books import BUDGET

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of an archive as it is to be written; what is None is what it truly is."""

    name: str
    data: bytes = b""
    packed: bytes | None = None
    size: int | None = None
    crc: int | None = None
    flags: int = 0
    method: int = 8


def parts() -> dict[str, bytes]:
    """The parts of a sound workbook."""
    with zipfile.ZipFile(BUDGET) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(entries: list[Entry]) -> bytes:
    """A zip archive with exactly these entries."""
    out, directory = io.BytesIO(), io.BytesIO()
    for entry in entries:
        deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = entry.packed
        if packed is None:
            packed = deflate.compress(entry.data) + deflate.flush() if entry.method == 8 else entry.data
        size = len(entry.data) if entry.size is None else entry.size
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        name = entry.name.encode()
        shared = struct.pack("<HHHHHIIIHH", 20, entry.flags, entry.method, 0, 33, crc, len(packed), size, len(name), 0)
        directory.write(
            b"PK\x01\x02" + struct.pack("<H", 20) + shared + struct.pack("<HHHII", 0, 0, 0, 0, out.tell()) + name
        )
        out.write(b"PK\x03\x04" + shared + name + packed)
    listing = directory.getvalue()
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(listing), out.tell(), 0)
    return out.getvalue() + listing + b"PK\x05\x06" + end


def repeated(head: bytes, unit: bytes, times: int, tail: bytes) -> Entry:
    """An entry of `head`, `unit` times over, `tail`, packed without ever being made whole."""
    block = unit * max(1, (1 << 16) // len(unit))
    rounds = times * len(unit) // len(block)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    middle = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    last = deflate.compress(tail) + deflate.flush()
    crc = zlib.crc32(head)
    for _ in range(rounds):
        crc = zlib.crc32(block, crc)
    return Entry(
        "", b"", first + middle * rounds + last, len(head) + rounds * len(block) + len(tail), zlib.crc32(tail, crc)
    )


def book(**changes: bytes | Entry) -> bytes:
    """The sound workbook with some parts changed; `__` stands for /, and a part of one's own is added."""
    found = parts()
    entries: dict[str, Entry] = {name: Entry(name, data) for name, data in found.items()}
    for key, change in changes.items():
        name = PLACES[key]
        if isinstance(change, Entry):
            entries[name] = Entry(
                name, change.data, change.packed, change.size, change.crc, change.flags, change.method
            )
        else:
            entries[name] = Entry(name, change)
    return archive(list(entries.values()))


PLACES = {
    "sheet": "xl/worksheets/sheet3.xml", "texts": "xl/sharedStrings.xml", "styles": "xl/styles.xml", "workbook": "xl/workbook.xml",
    "relations": "xl/_rels/workbook.xml.rels", "custom": "docProps/custom.xml", "types": "[Content_Types].xml",
}  # fmt: skip
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def small(
    sheet: str = "",
    *,
    names: str = "",
    inside: str = "",
    texts: str = "",
    relations: str = "",
    extra: tuple[Entry, ...] = (),
    tail: str = "",
) -> bytes:
    """A workbook of one sheet `S`, with an input in_x at A1 and a figure out_y at A2; `sheet` is the XML of its rows from 3 on."""
    rows = f'<row r="1"><c r="A1"><v>2</v></c></row>{sheet}'
    return archive([
        Entry("[Content_Types].xml", TYPES.encode()),
        Entry("_rels/.rels", f'<Relationships><Relationship Id="r1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode()),
        Entry("xl/workbook.xml", f'{inside}<workbook {NS} xmlns:r="{RELS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets><definedNames>'
              f'<definedName name="in_x">S!$A$1</definedName>{names}</definedNames></workbook>'.encode()),
        Entry("xl/_rels/workbook.xml.rels", f'<Relationships><Relationship Id="r1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>{relations}'
              f'{f"""<Relationship Id="r9" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>""" if texts else ""}</Relationships>'.encode()),
        Entry("xl/worksheets/sheet1.xml", f"<worksheet {NS}><sheetData>{rows}</sheetData>{tail}</worksheet>".encode()),
        *((Entry("xl/sharedStrings.xml", texts.encode()),) if texts else ()),
        *extra,
    ])  # fmt: skip


def formula(text: str, more: str = "") -> bytes:
    """The small workbook with a formula as its figure."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return small(
        f'<row r="2"><c r="A2"><f>{escaped}</f><v>0</v></c></row>{more}',
        names='<definedName name="out_y">S!$A$2</definedName>',
    )
