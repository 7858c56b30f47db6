"""An .xlsx or .xlsm file as a zip package: its parts, checked before they are used, and copies with some parts replaced.

Parts that are not replaced are copied as compressed bytes, so they stay as they were.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from accelxl.errors import BadFile

MOST_BYTES = 1 << 30
"""Parts may unpack to this many bytes in all; a workbook of a million cells takes a tenth of it."""
MOST_FILE_BYTES = 1 << 28
"""Bytes of a workbook's file."""
MOST_PARTS = 20_000
MOST_PART_BYTES = 96 << 20
"""A part that is read may unpack to this many bytes, and, beyond `LARGE`, to `MOST_RATIO` times what it is packed."""
LARGE, MOST_RATIO = 16 << 20, 200
MOST_TAGS = 1_000_000
"""A part that is read as a tree may have this many tags and attributes: each takes a hundred bytes."""
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.-]+)")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, LookupError,
)  # fmt: skip
"""What Python's reader of archives raises on damaged ones, an unknown version among them."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Member:
    """A part's entry in the directory of the package and its whole record: header, compressed bytes and what follows them."""

    name: str
    record: bytes
    entry: bytes


class Package:
    """The parts of a workbook file; with `data` these bytes are taken in place of the file's.

    Raises
    ------
    BadFile
        If the file is missing, no workbook, encrypted, damaged, or unpacks to more than is allowed.
    """

    def __init__(self, path: str | Path, data: bytes | None = None) -> None:
        self.path = Path(path)
        self.data = read_bytes(self.path) if data is None else data
        try:
            self._zip = zipfile.ZipFile(BytesIO(self.data))
        except _UNREADABLE as error:
            raise BadFile(f"{self.path} is damaged: its directory cannot be read") from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._check()
        try:
            self.members = self._members()
        except struct.error as error:
            raise BadFile(f"{self.path} is damaged: its directory cannot be read") from error

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS or len(self._infos) < len(infos):
            raise BadFile(
                f"{self.path} is damaged: it has {len(infos)} parts, {len(infos) - len(self._infos)} of them twice"
            )
        total = sum(info.file_size for info in infos)
        if total > MOST_BYTES:
            raise BadFile(f"{self.path} unpacks to {total:,} bytes; up to {MOST_BYTES:,} are allowed")
        if any(info.flag_bits & 1 for info in infos):
            raise BadFile(f"{self.path} is encrypted; a workbook without a password is allowed")
        if any(info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for info in infos):
            raise BadFile(f"{self.path} is packed in a way that no workbook is; an .xlsx or .xlsm file is allowed")
        if "[Content_Types].xml" not in self._infos:
            raise BadFile(f"{self.path} is not a workbook; an .xlsx or .xlsm file is allowed")

    def _members(self) -> list[Member]:
        """Cut the file into the records of its parts."""
        infos = sorted(self._zip.infolist(), key=lambda info: info.header_offset)
        directory = self._zip.start_dir
        ends = [info.header_offset for info in infos[1:]] + [directory]
        records = {i.filename: self.data[i.header_offset : end] for i, end in zip(infos, ends, strict=True)}
        if infos and infos[0].header_offset:
            raise BadFile(f"{self.path} is damaged: bytes stand before its first part")
        found, place = [], directory
        for info in self._zip.infolist():
            if self.data[place : place + 4] != _CENTRAL:
                raise BadFile(f"{self.path} is damaged: its directory cannot be read")
            size = 46 + sum(struct.unpack_from("<HHH", self.data, place + 28))
            found.append(Member(info.filename, records[info.filename], self.data[place : place + size]))
            place += size
        return found

    def names(self) -> list[str]:
        """Return the names of the parts."""
        return list(self._infos)

    def has(self, name: str) -> bool:
        """Tell whether there is a part of that name."""
        return name in self._infos

    def part(self, name: str, tags: int = MOST_TAGS) -> bytes:
        """Return a part, of at most so many tags.

        Raises
        ------
        BadFile
            If the package lacks it, it is damaged, or larger than any part that somebody filled in.
        """
        info = self._infos.get(name)
        if info is None:
            raise BadFile(f"{self.path} is damaged: the part {name} is missing")
        most = max(LARGE, min(MOST_PART_BYTES, MOST_RATIO * info.compress_size))
        if info.file_size > most:
            raise BadFile(
                f"{self.path}: the part {name} unpacks to {info.file_size:,} bytes; up to {most:,} are allowed"
            )
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except _UNREADABLE as error:
            raise BadFile(f"{self.path} is damaged: the part {name} cannot be unpacked") from error
        if len(data) != info.file_size:
            raise BadFile(f"{self.path} is damaged: the part {name} has another size than its directory says")
        count = max(data.count(b"<"), data.count(b"="))
        if count > tags:
            raise BadFile(f"{self.path}: the part {name} has {count:,} tags or attributes; up to {tags:,} are allowed")
        return data

    def text(self, name: str, tags: int = MOST_TAGS) -> str:
        """Return a part that is changed as text.

        Raises
        ------
        BadFile
            If it is not in UTF-8, in which every spreadsheet program writes, or `part` refuses it.
        """
        data = self.part(name, tags)
        said = _ENCODING.match(data)
        with suppress(UnicodeDecodeError):
            if said is None or said[1].lower() == b"utf-8":
                return data.decode()
        raise BadFile(f"{self.path}: the part {name} is not in UTF-8; open the book in Excel and save it first")

    def replaced(self, parts: Mapping[str, bytes], level: int = 6) -> bytes:
        """Return a copy of the file with some parts replaced."""
        return assembled(self.members, {name: packed(data, level) for name, data in parts.items()})


def new_member(name: str) -> Member:
    """Return a member for a part that a package does not have yet; its content is given to `assembled`."""
    raw = name.encode("ascii")
    entry = (
        _CENTRAL + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0x21, 0, 0, 0, len(raw), 0, 0, 0, 0, 0, 0) + raw
    )
    return Member(name, b"", entry)


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed part."""

    data: bytes
    crc: int
    size: int


def packed(data: bytes, level: int = 6) -> Packed:
    """Return a part compressed."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Packed(deflate.compress(data) + deflate.flush(), zlib.crc32(data), len(data))


def assembled(members: list[Member], parts: Mapping[str, Packed]) -> bytes:
    """Return the bytes of a package, with new parts for some of its members."""
    out: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for member in members:
        new = parts.get(member.name)
        entry = member.entry
        if new is None:
            record = member.record
            entry = entry[:42] + struct.pack("<I", offset) + entry[46:]
        else:
            record, entry = _rewritten(member, new, offset)
        out.append(record)
        directory.append(entry)
        offset += len(record)
    listing = b"".join(directory)
    count = len(members)
    out += [listing, _END + struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), offset, 0)]
    return b"".join(out)


def _rewritten(member: Member, new: Packed, offset: int) -> tuple[bytes, bytes]:
    """Return record and directory entry of a replaced part; name, time and attributes stay, sizes stand in the header."""
    entry = member.entry
    made, needed, flags = struct.unpack_from("<HHH", entry, 4)
    when = entry[12:16]
    flags &= ~0x0E  # no descriptor after the data, no note on the level
    name_size, extra_size, comment_size = struct.unpack_from("<HHH", entry, 28)
    name = entry[46 : 46 + name_size]
    numbers = struct.pack("<III", new.crc, len(new.data), new.size)
    header = (
        _LOCAL
        + struct.pack("<HHH", max(needed, 20), flags, 8)
        + when
        + numbers
        + struct.pack("<HH", name_size, 0)
        + name
    )
    comment = entry[46 + name_size + extra_size : 46 + name_size + extra_size + comment_size]
    listed = (
        _CENTRAL + struct.pack("<HHHH", made, max(needed, 20), flags, 8) + when + numbers
        + struct.pack("<HHH", name_size, 0, comment_size) + entry[34:42] + struct.pack("<I", offset) + name + comment
    )  # fmt: skip
    return header + new.data, listed


def read_bytes(path: Path) -> bytes:
    """Return a file that may be a workbook."""
    try:
        with path.open("rb") as stream:
            data = stream.read(8)
            if data.startswith(_LOCAL):  # a device without end is none
                data += stream.read(MOST_FILE_BYTES)
    except FileNotFoundError as error:
        raise BadFile(f"{path} does not exist; a workbook is needed") from error
    except IsADirectoryError as error:
        raise BadFile(f"{path} is a folder; a workbook is needed") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not data:
        raise BadFile(f"{path} is empty; a workbook is needed")
    if data.startswith(_OLE):
        raise BadFile(
            f"{path} is encrypted or of the old .xls kind; an .xlsx or .xlsm file without a password is allowed"
        )
    if len(data) > MOST_FILE_BYTES:
        raise BadFile(f"{path} has more than {MOST_FILE_BYTES:,} bytes; a workbook of fewer is needed")
    if not data.startswith(_LOCAL):
        raise BadFile(f"{path} is not a workbook; an .xlsx or .xlsm file is allowed")
    return data
