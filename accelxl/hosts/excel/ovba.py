"""The codings of a VBA project: compression of its streams and encryption of its protection state, [MS-OVBA] 2.4."""

from __future__ import annotations

from functools import lru_cache
from struct import pack, unpack_from

from accelxl.errors import BadFile

CHUNK = 4096
SIGNATURE = 0x01
COMPRESSED, RAW = 0xB000, 0x3000
MODULES = 64
"""Streams that are remembered: the macros of all books are the same."""
SHORTEST = 3
"""Bytes that a copy token stands for at least."""


@lru_cache(maxsize=MODULES)
def compress(data: bytes) -> bytes:
    """Return `data` as a compressed container.

    Raises
    ------
    BadFile
        If a short last chunk has no repetition at all, which the format cannot hold; text has some.

    Examples
    --------
    >>> compress(b"a" * 73).hex()
    '0103b002614500'
    """
    out = bytearray([SIGNATURE])
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        packed = _pack(chunk)
        if len(packed) <= CHUNK:
            out += pack("<H", COMPRESSED | (len(packed) - 1)) + packed
        elif len(chunk) == CHUNK:
            out += pack("<H", RAW | (CHUNK - 1)) + chunk
        else:
            raise BadFile(f"the last {len(chunk)} bytes of a VBA stream do not compress; text is allowed")
    return bytes(out)


def _pack(chunk: bytes) -> bytes:
    """Return a chunk as groups of a flag byte and eight tokens, each a byte or a copy of earlier bytes."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}
    place = 0
    while place < len(chunk):
        flags = 0
        group = bytearray()
        for bit in range(8):
            if place >= len(chunk):
                break
            offset, length = _match(chunk, place, seen)
            if length:
                flags |= 1 << bit
                width = _offset_bits(place)
                group += pack("<H", (offset - 1) << (16 - width) | (length - SHORTEST))
            else:
                length = 1
                group.append(chunk[place])
            for passed in range(place, place + length):
                seen.setdefault(chunk[passed : passed + SHORTEST], []).append(passed)
            place += length
        out.append(flags)
        out += group
    return bytes(out)


def _match(chunk: bytes, place: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Return how far back the longest repetition lies, the nearest of equals, and its length; (0, 0) where there is none."""
    longest = min((0xFFFF >> _offset_bits(place)) + SHORTEST, len(chunk) - place)
    best, offset = SHORTEST - 1, 0
    for candidate in reversed(seen.get(chunk[place : place + SHORTEST], ())):
        if best >= longest:
            break
        length = SHORTEST
        while length < longest and chunk[candidate + length] == chunk[place + length]:
            length += 1
        if length > best and length <= longest:
            best, offset = length, place - candidate
    return (offset, best) if offset else (0, 0)


def _offset_bits(place: int) -> int:
    """Return the bits of a copy token that hold the offset at this place of a chunk."""
    return max((place - 1).bit_length(), 4) if place else 4


@lru_cache(maxsize=MODULES)
def decompress(data: bytes) -> bytes:
    """Return what a compressed container holds.

    Raises
    ------
    BadFile
        If it is damaged.

    Examples
    --------
    >>> decompress(compress(b"Sub Main()" * 600)) == b"Sub Main()" * 600
    True
    """
    if not data or data[0] != SIGNATURE:
        raise BadFile("a VBA stream does not begin with the sign of compressed data")
    out = bytearray()
    place = 1
    while place < len(data):
        if place + 2 > len(data):
            raise BadFile("a VBA stream ends inside the header of a chunk")
        (header,) = unpack_from("<H", data, place)
        end = place + 2 + (header & 0x0FFF) + 1
        if header & 0x7000 != RAW or end > len(data):
            raise BadFile(f"a VBA stream has a damaged chunk at byte {place}")
        body = data[place + 2 : end]
        if header & 0x8000:
            _unpack(body, out)
        else:
            out += body
        place = end
    return bytes(out)


def _unpack(body: bytes, out: bytearray) -> None:
    """Append what the tokens of a chunk stand for."""
    start = len(out)
    place = 0
    while place < len(body):
        flags = body[place]
        place += 1
        for bit in range(8):
            if place >= len(body):
                return
            if not flags >> bit & 1:
                out.append(body[place])
                place += 1
                continue
            if place + 2 > len(body):
                raise BadFile("a VBA stream ends inside a copy token")
            (token,) = unpack_from("<H", body, place)
            place += 2
            width = _offset_bits(len(out) - start)
            offset = (token >> (16 - width)) + 1
            if offset > len(out) - start:
                raise BadFile("a VBA stream copies from before its chunk")
            for _ in range((token & (0xFFFF >> width)) + SHORTEST):
                out.append(out[-offset])


def encrypt(project_id: str, data: bytes, seed: int) -> str:
    """Return `data` as the PROJECT stream holds it: seed, version, key of the project, length and data, each byte masked.

    Examples
    --------
    >>> encrypt("{318BEE36-5BE1-492A-826D-473DB19B0F30}", bytes(4), 0x5D)[:6]
    '5D5F8A'
    """
    key = sum(project_id.encode("ascii")) & 0xFF
    out = [seed, seed ^ 2, seed ^ key]
    plain = key
    for byte in bytes((seed & 6) // 2) + pack("<I", len(data)) + data:
        out.append(byte ^ ((out[-2] + plain) & 0xFF))
        plain = byte
    return bytes(out).hex().upper()
