"""Faults planted in a good book: parts edited by text, so that nothing but the fault is new."""

import re
import zipfile
from functools import cache
from xml.sax.saxutils import escape

from accelxl.workbook.book import load
from accelxl.workbook.formulas.tree import address
from tests.workbook.books import BOOKS, parts


@cache
def good(name="accelerator_budget"):
    """The parts of a committed book; a test must not change them."""
    return parts(BOOKS[name])


@cache
def book(name="accelerator_budget"):
    return load(BOOKS[name])


def part_of(title, name="accelerator_budget"):
    """The part of a sheet."""
    return book(name).parts[book(name).titles.index(title)]


def row_of(title, label, name="accelerator_budget", nth=0):
    """The row, from 1, of the nth line with a label."""
    place = book(name).titles.index(title)
    rows = [
        row
        for (row, column), span in book(name).sheet(place).cells.items()
        if column == 0 and book(name).value(span) == label
    ]
    return sorted(rows)[nth] + 1


def place_of(defined, name="accelerator_budget"):
    """Sheet and address of a defined name."""
    sheet, row, column = book(name).target(defined)[:3]
    return book(name).titles[sheet], address(row, column)


def style_of(title, cell, name="accelerator_budget"):
    return re.search(rf'<c r="{cell}" s="(\d+)"', good(name)[part_of(title, name)].decode())[1]


class Book:
    """A copy of a good book that is spoiled step by step; every step must change something."""

    def __init__(self, name="accelerator_budget"):
        self.name = name
        self.parts = dict(good(name))

    def replace(self, part, old, new, count=1):
        """Replace a text of a part, named by itself or by its sheet."""
        part = part if "/" in part else part_of(part, self.name)
        data = self.parts[part].decode()
        assert old in data, (part, old)
        self.parts[part] = data.replace(old, new, count).encode()
        return self

    def swap(self, part, pattern, new):
        """Replace a pattern of a part."""
        part = part if "/" in part else part_of(part, self.name)
        data, found = re.subn(pattern, new, self.parts[part].decode(), count=1, flags=re.DOTALL)
        assert found, (part, pattern)
        self.parts[part] = data.encode()
        return self

    def everywhere(self, old, new):
        """Replace a word in the formulas of all sheets."""
        for part in filter(None, book(self.name).parts):
            formulas = re.sub(
                r"<f>[^<]*</f>", lambda found: re.sub(rf"\b{old}\b", new, found[0]), self.parts[part].decode()
            )
            self.parts[part] = formulas.encode()
        return self

    def add(self, part, data=b"<x/>"):
        self.parts[part] = data
        return self

    def cell(
        self, title, cell, *, text=None, number=None, formula=None, value="0", style=None, error=None, array=False
    ):
        """Give a cell another content, or none; its style stays unless another is given."""
        pattern = rf'<c r="{cell}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
        data = self.parts[part_of(title, self.name)].decode()
        match = re.search(pattern, data, re.DOTALL)
        assert match, (title, cell)
        look = f' s="{style}"' if style is not None else match[1]
        kind, inner = "", ""
        if text is not None:
            kind, inner = ' t="inlineStr"', f"<is><t>{escape(text)}</t></is>"
        elif error is not None:
            kind, inner = ' t="e"', f"<f>1/0</f><v>{error}</v>"
        elif formula is not None:
            spread = f' t="array" ref="{cell}"' if array else ""
            inner = f"<f{spread}>{escape(formula)}</f>" + (f"<v>{value}</v>" if value is not None else "")
        elif number is not None:
            inner = f"<v>{number}</v>"
        self.parts[part_of(title, self.name)] = data.replace(
            match[0], f'<c r="{cell}"{look}{kind}>{inner}</c>', 1
        ).encode()
        return self

    def restyle(self, title, cell, style):
        return self.swap(title, rf'<c r="{cell}" s="\d+"', f'<c r="{cell}" s="{style}"')

    def save(self, path):
        """Write the book."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for part, data in self.parts.items():
                archive.writestr(part, data)
        return path
