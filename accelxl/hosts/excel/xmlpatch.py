"""Small changes to the XML of a workbook's parts that leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import quoteattr

from accelxl.errors import BadFile


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: local name, depth (the root has 0), attributes by local name, and where it begins and ends in the bytes."""

    name: str
    space: str
    depth: int
    attributes: Mapping[str, str]
    start: int
    end: int


def tags(xml: bytes, part: str) -> Iterator[Tag]:
    """Yield the start tags of a part.

    Raises
    ------
    BadFile
        If it is not well-formed XML, or has a document type.
    """
    found: list[tuple[str, int, dict[str, str], int]] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        found.append((name, depth, attributes, parser.CurrentByteIndex))
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise BadFile(f"the part {part} has a document type, which a workbook does not have")

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, refuse
    try:
        parser.Parse(xml, True)
    except ExpatError as error:
        raise BadFile(f"the part {part} is not well-formed: {error}") from error
    for name, level, attributes, place in found:
        space, _, local = name.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        yield Tag(local, space, level, plain, place, _end_of_tag(xml, place))


def _end_of_tag(xml: bytes, place: int) -> int:
    """Return the place after the > of a start tag; a > inside an attribute does not count."""
    quote = 0
    for index in range(place, len(xml)):
        byte = xml[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return index + 1
    raise BadFile("a part ends inside a tag")


def with_attribute(xml: bytes, tag: Tag, name: str, value: str) -> bytes:
    """Return the part with an attribute added at the end of a start tag that has none of that name."""
    inside = xml[tag.start : tag.end]
    cut = 2 if inside.endswith(b"/>") else 1
    return xml[: tag.end - cut].rstrip() + f" {name}={quoteattr(value)}".encode() + xml[tag.end - cut :]


def with_child(xml: bytes, parent: Tag, child: str, *, after: Tag | None = None) -> bytes:
    """Return the part with an element as the first child of `parent`, or right after the empty element `after`."""
    if after is not None and xml[after.start : after.end].endswith(b"/>"):
        return xml[: after.end] + child.encode() + xml[after.end :]
    inside = xml[parent.start : parent.end]
    if inside.endswith(b"/>"):
        name = inside[1:].split(None, 1)[0].rstrip(b"/>")
        return xml[: parent.end - 2].rstrip() + b">" + child.encode() + b"</" + name + b">" + xml[parent.end :]
    return xml[: parent.end] + child.encode() + xml[parent.end :]


def with_last_child(xml: bytes, root: Tag, child: str) -> bytes:
    """Return the part with an element as the last child of its root."""
    if xml[root.start : root.end].endswith(b"/>"):
        return with_child(xml, root, child)
    place = xml.rindex(b"</")
    return xml[:place] + child.encode() + xml[place:]


def with_value(xml: bytes, tag: Tag, name: str, value: str) -> bytes:
    """Return the part with the value of an attribute, given without a prefix, replaced."""
    inside = xml[tag.start : tag.end]
    for quote in (b'"', b"'"):
        head, mark, rest = inside.partition(b" " + name.encode() + b"=" + quote)
        if mark:
            tail = rest[rest.index(quote) :]
            escaped = quoteattr(value)[1:-1].encode()
            return xml[: tag.start] + head + mark + escaped + tail + xml[tag.end :]
    raise BadFile(f"a tag {tag.name} lacks the attribute {name}")
