"""Whether a workbook's file is whole: every part unpacks, and what its parts refer to is there."""

from __future__ import annotations

import posixpath
import sys

from accelxl.errors import BadFile
from accelxl.workbook.book import Workbook, relations

NEEDED = (
    "/worksheet",
    "/drawing",
    "/chart",
    "/table",
    "/sharedStrings",
    "/styles",
    "/vbaProject",
    "/image",
    "/comments",
)
"""Kinds of relations without whose part a spreadsheet program repairs the book or does not open it."""


def intact(book: Workbook) -> None:
    """Read every part of a book once, so that no copy carries a damaged one on.

    Raises
    ------
    BadFile
        If a part cannot be unpacked, or one that another refers to is missing.
    """
    package = book.package
    names = set(package.names())
    for name in names:
        package.part(name, sys.maxsize)
        folder, file = posixpath.split(name)
        if not file.endswith(".rels"):
            continue
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        for kind, target in relations(package, source).values():
            if kind.endswith(NEEDED) and target not in names:
                raise BadFile(
                    f"{package.path} is damaged: the part {target}, to which {source or 'it'} refers, is missing"
                )
