"""Tables that reach further down than in their template: their names, and the parts of the file that tell where they end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from xml.sax.saxutils import escape

from accelxl.workbook.book import Workbook
from accelxl.workbook.formulas.tree import address, sheet_prefix
from accelxl.workbook.ranges import Table

_NAME = re.compile(r"(<(?:\w+:)?definedName\b(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>)([^<]*)(</(?:\w+:)?definedName>)")


def grown(book: Workbook, tables: Mapping[str, Table]) -> Workbook:
    """Return the book with names that refer to the longer tables."""
    names = dict(book.names)
    for name, table in tables.items():
        if not table.part:
            names[name] = _reference(book, table)
    return replace(book, names=names)


def grown_parts(book: Workbook, tables: Mapping[str, Table]) -> dict[str, bytes]:
    """Return the parts that tell where the tables end, by name."""
    found: dict[str, bytes] = {}
    for name, table in tables.items():
        part = table.part or book.path_of_book
        text = found.get(part, book.package.part(part)).decode()
        if table.part:
            reach = f"{address(table.top - 1, table.left)}:{address(table.bottom, table.right)}"
            text = re.sub(r'(<(?:\w+:)?(?:table|autoFilter)\b[^>]*?\bref=")[^"]*(")', rf"\g<1>{reach}\g<2>", text)
        else:
            text = _NAME.sub(partial(_renamed, name=name, reference=_reference(book, table)), text)
        found[part] = text.encode()
    return found


def _renamed(match: re.Match[str], name: str, reference: str) -> str:
    given = re.search(r'\bname="([^"]*)"', match[1])
    if given is None or given[1] != name or "localSheetId" in match[1]:
        return match[0]
    return match[1] + escape(reference) + match[3]


def _reference(book: Workbook, table: Table) -> str:
    first, last = address(table.top, table.left, fixed=True), address(table.bottom, table.right, fixed=True)
    return f"{sheet_prefix(book.titles[table.sheet])}{first}:{last}"
