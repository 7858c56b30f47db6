"""Cells as bytes between the add-in and its worker: frames with a length in front, numbers as raw doubles.

A cell error is a NaN whose low bits are Calc's number of the error, so that errors travel, and are shown, as numbers.
"""

from __future__ import annotations

import struct
from array import array
from itertools import chain
from math import isnan
from typing import Any, BinaryIO, NamedTuple

PROTOCOL = 3
"""Counts up when a frame changes its form: the add-in and the package it talks to must agree."""
LONG = "long"
"""The verb of a command that may take long, and of the frames that tell how far it is."""
LENGTH = struct.Struct("<I")
SIZE = struct.Struct("<II")
DOUBLE = struct.Struct("<d")
BITS = struct.Struct("<Q")
NAN_BITS = 0x7FF8 << 48
MOST = 1_000_000
"""Cells of a range that a function reads; of a larger one, say a whole column, the size alone is sent: it is refused by its size."""
CODES = {"#NULL!": 521, "#DIV/0!": 532, "#VALUE!": 519, "#REF!": 524, "#NAME?": 525, "#NUM!": 503, "#N/A": 32767}
"""Calc's number of each error."""
NAMES = {code: name for name, code in CODES.items()}


def error(name: str) -> float:
    """Return the number that Calc shows as an error.

    Examples
    --------
    >>> name_of(error("#NUM!"))
    '#NUM!'
    """
    found: float = DOUBLE.unpack(BITS.pack(NAN_BITS | CODES[name]))[0]
    return found


def name_of(number: float) -> str:
    """Return the error that a number stands for; empty text for a plain number."""
    bits: int = BITS.unpack(DOUBLE.pack(number))[0]
    return NAMES.get(bits & 0xFFFFFFFF, "#NUM!") if isnan(number) else ""


class Blank(NamedTuple):
    """A range of which the size alone is sent; it arrives as blank cells."""

    height: int
    width: int


def bounded(value: Any) -> Any:
    """Return an argument as it is, a range that no function reads by its size alone."""
    return Blank(len(value), len(value[0])) if cells(value) > MOST else value


def cells(value: Any) -> int:
    """Return how many cells a value has.

    Examples
    --------
    >>> cells(1.0), cells(((1.0, 2.0), (3.0, 4.0)))
    (1, 4)
    """
    return len(value) * len(value[0]) if isinstance(value, (tuple, list)) and value else 1


def pack(value: Any) -> bytes:
    """Return a cell or a range as bytes: None, a number, text, or rows of them."""
    if type(value) is float:
        return b"d" + DOUBLE.pack(value)
    if value is None:
        return b"n"
    if isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        return b"s" + LENGTH.pack(len(text)) + text
    if isinstance(value, Blank):
        return b"h" + SIZE.pack(*value)
    if isinstance(value, (tuple, list)):
        head = SIZE.pack(len(value), len(value[0]) if value else 0)
        try:
            return b"r" + head + array("d", chain.from_iterable(value)).tobytes()
        except TypeError:
            return b"m" + head + b"".join(map(pack, chain.from_iterable(value)))
    return b"d" + DOUBLE.pack(float(value))


def unpack(data: bytes, at: int = 0) -> tuple[Any, int]:
    """Return the value that begins at a place, and the place after it.

    Examples
    --------
    >>> unpack(pack(((1.0, "a"), (None, 2.0))))[0]
    ((1.0, 'a'), (None, 2.0))
    """
    kind = data[at : at + 1]
    at += 1
    if kind == b"d":
        return DOUBLE.unpack_from(data, at)[0], at + 8
    if kind == b"n":
        return None, at
    if kind == b"s":
        end = at + 4 + LENGTH.unpack_from(data, at)[0]
        return data[at + 4 : end].decode("utf-8", "surrogatepass"), end
    if kind not in (b"r", b"m", b"h"):
        raise ValueError(f"{kind!r} is no kind of value")
    height, width = SIZE.unpack_from(data, at)
    at += 8
    if kind == b"h":
        return ((None,) * width,) * height, at
    if kind == b"r":
        numbers = array("d")
        end = at + 8 * height * width
        numbers.frombytes(data[at:end])
        flat: list[Any] = numbers.tolist()
    else:
        flat, end = unpack_all(data, at, height * width)
    return tuple(tuple(flat[start : start + width]) for start in range(0, height * width, width or 1)), end


def unpack_all(data: bytes, at: int, count: int) -> tuple[list[Any], int]:
    """Return some values that follow each other, and the place after them."""
    found = []
    for _ in range(count):
        value, at = unpack(data, at)
        found.append(value)
    return found, at


def send(stream: BinaryIO, *values: Any) -> None:
    """Write a frame of values."""
    body = b"".join(map(pack, values))
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO, most: int = 1 << 32) -> list[Any] | None:
    """Return the values of the next frame; None where the other side has ended.

    Raises
    ------
    ValueError, struct.error
        If it is no frame, or one of more than `most` bytes.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    if size > most:
        raise ValueError(f"a frame of {size} bytes")
    body = stream.read(size)
    if len(body) < size:
        return None
    found, at = [], 0
    while at < size:
        value, at = unpack(body, at)
        found.append(value)
    return found
