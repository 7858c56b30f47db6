"""The mark of a frozen book: a part with the whole book as it was, and what it was made from."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

from lxml import etree

from accelxl.errors import BadFile
from accelxl.workbook.book import Workbook
from accelxl.workbook.scan import declares_nothing

NAMESPACE = "urn:accelxl:frozen:1"
_SPACE = NAMESPACE.encode()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a frozen book tells of itself.

    `inputs` is the hash of its inputs, `book` that of the file as it was before, `template` and `version` those of its template,
    `accelxl` the version that froze it, `part` where the mark stands.
    """

    inputs: str
    book: str
    template: str
    version: str
    accelxl: str
    part: str = ""


def frozen_mark(book: Workbook) -> Mark | None:
    """Return the mark of a frozen book, None of any other."""
    found = _element(book)
    if found is None:
        return None
    part, root = found
    words = {name: root.get(name, "") for name in ("inputs", "book", "template", "version", "accelxl")}
    return Mark(**words, part=part)


def refuse_frozen(book: Workbook) -> None:
    """Refuse a frozen book.

    Raises
    ------
    BadFile
        If it is one.
    """
    if frozen_mark(book) is not None:
        raise BadFile(f"{book.package.path} is frozen: it holds values and no formulas; thaw it first (accelxl thaw)")


def original(book: Workbook) -> bytes | None:
    """Return the file that was frozen, None of a book that is not.

    Raises
    ------
    BadFile
        If what was kept of it is damaged.
    """
    found = _element(book)
    if found is None:
        return None
    try:
        data: bytes = base64.b64decode("".join((found[1].text or "").split()), validate=True)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise BadFile(f"{book.package.path} is damaged: the book that was frozen cannot be unpacked from it") from error
    return data


def marked(mark: Mark, data: bytes) -> bytes:
    """Return the part that keeps a file."""
    root = etree.Element(f"{{{NAMESPACE}}}frozen", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for name in ("inputs", "book", "template", "version", "accelxl"):
        root.set(name, getattr(mark, name))
    root.text = base64.b64encode(data).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _element(book: Workbook) -> tuple[str, etree._Element] | None:
    for name in book.package.names():
        if not (name.startswith("customXml/") and name.endswith(".xml")):
            continue
        data = book.package.part(name)
        if _SPACE not in data[:4096]:
            continue
        declares_nothing(data, f"{book.package.path}, part {name}")
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        except etree.XMLSyntaxError as error:
            raise BadFile(f"{book.package.path} is damaged: the part {name} is not XML") from error
        if root.tag == f"{{{NAMESPACE}}}frozen":
            return name, root
    return None
