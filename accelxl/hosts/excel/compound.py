"""Compound files, [MS-CFB] version 3: storages and streams in one file, as vbaProject.bin is. No dates, so the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from struct import pack, unpack, unpack_from

from accelxl.errors import BadFile

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
SECTOR, SMALL_SECTOR, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR, NOTHING = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
IN_HEADER = 109
"""Sectors of the allocation table that the header can list; a file of up to 7 MB."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the directory; `left`, `right` and `child` are numbers of entries."""

    name: str
    kind: int
    start: int = 0
    size: int = 0
    left: int = NOTHING
    right: int = NOTHING
    child: int = NOTHING
    colour: int = BLACK


def order(name: str) -> tuple[int, str]:
    """Return the key by which siblings are ordered: the shorter name first, then by capitals.

    Examples
    --------
    >>> sorted(["PROJECTwm", "VBA", "PROJECT"], key=order)
    ['VBA', 'PROJECT', 'PROJECTwm']
    """
    return len(name.encode("utf-16-le")), name.upper()


def write(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file of `streams`, each named by its path such as ``VBA/dir``.

    Raises
    ------
    BadFile
        If it would be over 7 MB, a name is over 31 characters or two names of a storage are the same.
    """
    entries, contents = _directory(streams)
    small, big = bytearray(), bytearray()
    small_table: list[int] = []
    chains: list[int] = []
    for number, content in contents.items():
        if len(content) < CUTOFF:
            start = len(small_table) if content else END
            small_table += _chain(len(small_table), -(-len(content) // SMALL_SECTOR))
            small += content + bytes(-len(content) % SMALL_SECTOR)
        else:
            start = len(chains)
            chains += _chain(start, -(-len(content) // SECTOR))
            big += content + bytes(-len(content) % SECTOR)
        entries[number] = replace(entries[number], start=start, size=len(content))
    starts = []
    small_map = b"".join(pack("<I", number) for number in small_table)
    small_map += pack("<I", FREE) * (-len(small_table) % (SECTOR // 4))
    room = -len(entries) % (SECTOR // 128)
    for part in (bytes(small) + bytes(-len(small) % SECTOR), small_map, bytes((len(entries) + room) * 128)):
        starts.append(len(chains) if part else END)
        chains += _chain(len(chains), len(part) // SECTOR)
        big += part
    entries[0] = replace(entries[0], start=starts[0], size=len(small))
    listing = b"".join(map(_packed, entries)) + _packed(Entry("", 0)) * room
    big[starts[2] * SECTOR : starts[2] * SECTOR + len(listing)] = listing
    return _file(bytes(big), chains, starts, len(small_map) // SECTOR)


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), END] if length else []


def _file(body: bytes, chains: list[int], starts: list[int], small_maps: int) -> bytes:
    """Return header, body and allocation table."""
    tables = 1
    while (len(chains) + tables) > tables * (SECTOR // 4):
        tables += 1
    if tables > IN_HEADER:
        raise BadFile(f"the macros make a compound file of {len(body):,} bytes; at most 7,000,000 are allowed")
    first = len(chains)
    numbers = chains + [FAT_SECTOR] * tables
    numbers += [FREE] * (tables * (SECTOR // 4) - len(numbers))
    header = MAGIC + bytes(16) + pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += pack("<IIIIIIIII", 0, tables, starts[2], 0, CUTOFF, starts[1], small_maps, END, 0)
    header += b"".join(pack("<I", first + n if n < tables else FREE) for n in range(IN_HEADER))
    return header + body + b"".join(pack("<I", number) for number in numbers)


def _directory(streams: Mapping[str, bytes]) -> tuple[list[Entry], dict[int, bytes]]:
    """Return the entries of the directory and the content of each that is a stream."""
    entries = [Entry("Root Entry", ROOT)]
    contents: dict[int, bytes] = {}
    waiting = [(0, "")]
    while waiting:
        parent, path = waiting.pop(0)
        names = _children(streams, path)
        numbers: dict[str, int] = {}
        for name in names:
            numbers[name] = len(entries)
            content = streams.get(path + name)
            entries.append(Entry(name, STORAGE if content is None else STREAM))
            if content is None:
                waiting.append((numbers[name], f"{path}{name}/"))
            else:
                contents[numbers[name]] = content
        depth = len(names).bit_length() - 1
        top = _tree([numbers[name] for name in names], entries, depth)
        entries[parent] = replace(entries[parent], child=top)
        if top != NOTHING:
            entries[top] = replace(entries[top], colour=BLACK)
    return entries, contents


def _children(streams: Mapping[str, bytes], path: str) -> list[str]:
    """Return the names inside a storage in the order of siblings."""
    names = {full[len(path) :].split("/")[0] for full in streams if full.startswith(path)}
    long = [name for name in names if len(name.encode("utf-16-le")) > 62]
    if long:
        raise BadFile(f"the name {long[0]!r} is too long for a compound file; 31 characters are allowed")
    found = sorted(names, key=order)
    for one, two in pairwise(found):
        if order(one) == order(two):
            raise BadFile(f"{one!r} and {two!r} are the same name in a compound file")
    return found


def _tree(numbers: list[int], entries: list[Entry], depth: int) -> int:
    """Join siblings into a balanced red-black tree and return its top: a last level that is not full is red."""
    if not numbers:
        return NOTHING
    middle = len(numbers) // 2
    top = numbers[middle]
    left = _tree(numbers[:middle], entries, depth - 1)
    right = _tree(numbers[middle + 1 :], entries, depth - 1)
    colour = RED if depth == 0 and len(numbers) == 1 else BLACK
    entries[top] = replace(entries[top], left=left, right=right, colour=colour)
    return top


def _packed(entry: Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    length = len(name) + 2 if entry.kind else 0
    head = name + bytes(64 - len(name)) + pack("<HBB", length, entry.kind, entry.colour)
    links = pack("<III", entry.left, entry.right, entry.child)
    return head + links + bytes(36) + pack("<IQ", entry.start, entry.size)


def read(data: bytes) -> dict[str, bytes]:
    """Return the streams of a compound file of version 3 by their paths.

    Raises
    ------
    BadFile
        If it is none, is damaged, or its directory is out of order.

    Examples
    --------
    >>> read(write({"VBA/dir": b"x" * 5000, "PROJECT": b"y"}))["PROJECT"]
    b'y'
    """
    if data[:8] != MAGIC or len(data) < SECTOR:
        raise BadFile("the macros are not in a compound file")
    if unpack_from("<HHH", data, 26) != (3, 0xFFFE, 9):
        raise BadFile("the compound file of the macros is not of version 3")
    listed = [number for number in unpack_from(f"<{IN_HEADER}I", data, 76) if number != FREE]
    table = [entry for sector in listed for entry in unpack(f"<{SECTOR // 4}I", _sector(data, sector))]
    (directory,), (small_map,) = unpack_from("<I", data, 48), unpack_from("<I", data, 60)
    listing = _follow(data, table, directory)
    entries = [_unpacked(listing[place : place + 128]) for place in range(0, len(listing), 128)]
    small = _follow(data, table, entries[0].start)
    map_bytes = _follow(data, table, small_map)
    small_table = list(unpack(f"<{len(map_bytes) // 4}I", map_bytes))
    streams = {}
    for path, entry in _walk(entries, entries[0].child, ""):
        place = (
            (small, small_table, entry.start, SMALL_SECTOR)
            if entry.size < CUTOFF
            else (data, table, entry.start, SECTOR)
        )
        content = _follow(*place)
        if len(content) < entry.size:
            raise BadFile(f"the stream {path} is cut off")
        streams[path] = content[: entry.size]
    return streams


def _sector(data: bytes, number: int, size: int = SECTOR) -> bytes:
    """Return a sector; those of the file come after the header, those of the small stream do not."""
    start = number * size + (SECTOR if size == SECTOR else 0)
    if start + size > len(data):
        raise BadFile(f"the compound file of the macros ends before sector {number}")
    return data[start : start + size]


def _follow(data: bytes, table: list[int], number: int, size: int = SECTOR) -> bytes:
    parts: list[bytes] = []
    while number != END:
        if number >= len(table) or len(parts) > len(table):
            raise BadFile("the compound file of the macros has a broken chain of sectors")
        parts.append(_sector(data, number, size))
        number = table[number]
    return b"".join(parts)


def _unpacked(raw: bytes) -> Entry:
    length, kind, colour, left, right, child = unpack_from("<HBBIII", raw, 64)
    start, size = unpack_from("<II", raw, 116)
    return Entry(
        raw[: max(length - 2, 0)].decode("utf-16-le", "replace"), kind, start, size, left, right, child, colour
    )


def _walk(entries: list[Entry], number: int, path: str, seen: set[int] | None = None) -> Iterator[tuple[str, Entry]]:
    """Yield the streams below an entry in the order of the tree.

    Raises
    ------
    BadFile
        If the tree is out of order or no tree.
    """
    seen = set() if seen is None else seen
    if number == NOTHING:
        return
    if number >= len(entries) or number in seen:
        raise BadFile("the directory of the compound file is no tree")
    seen.add(number)
    entry = entries[number]
    for side, sign in ((entry.left, 1), (entry.right, -1)):
        if side < len(entries) and (order(entry.name) > order(entries[side].name)) != (sign > 0):
            raise BadFile(
                f"{entries[side].name} and {entry.name} are out of order in the directory of the compound file"
            )
    yield from _walk(entries, entry.left, path, seen)
    if entry.kind == STREAM:
        yield path + entry.name, entry
    else:
        yield from _walk(entries, entry.child, f"{path}{entry.name}/", seen)
    yield from _walk(entries, entry.right, path, seen)
