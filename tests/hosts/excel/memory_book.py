"""A small workbook in memory behind xlwings' own Book, Sheet and Range: what the macros read and write, and no more.

Each write is logged, so that a test can see that a result came in one array.
"""

import re
from pathlib import Path

import xlwings
from xlwings import base_classes
from xlwings.utils import col_name

ADDRESS = re.compile(r"\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


def number_of(letters):
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 64
    return total


class Engine:
    name, type = "memory", "desktop"

    @staticmethod
    def clean_value_data(data, dates, empty, numbers, err_to_str):
        return [[_clean(cell, empty, err_to_str) for cell in row] for row in data]

    @staticmethod
    def prepare_xl_data_element(cell, options):
        return cell


def _clean(cell, empty, err_to_str):
    if cell is None or cell == "":
        return empty
    return (cell.text if err_to_str else None) if isinstance(cell, Error) else cell


class Error:
    """An error cell, which xlwings gives as text or as nothing."""

    def __init__(self, text):
        self.text = text


class App(base_classes.App):
    engine = Engine()
    books = None

    def __init__(self):
        self.books = []
        self.bars, self.alerts, self.opened = [], [], []
        self._selection = None

    pid = 4711

    def activate(self, steal_focus=False):
        pass

    @property
    def selection(self):
        return self._selection

    @property
    def status_bar(self):
        return self.bars[-1] if self.bars else False

    @status_bar.setter
    def status_bar(self, value):
        self.bars.append(value)

    def alert(self, prompt, title, buttons, mode, callback):
        self.alerts.append((title, prompt))


class Books(base_classes.Books):
    def __init__(self, app):
        self.app = app

    def __call__(self, name):
        raise KeyError(name)

    def open(self, fullname, *_, **__):
        self.app.opened.append(fullname)
        return Book(self.app, fullname)


class Book(base_classes.Book):
    app = name = fullname = sheets = names = None

    def __init__(self, app, name="Book1"):
        self.app, self.name, self.fullname = app, name, name
        self.sheets = Sheets(self)
        self.names = Names(self)
        self.writes = []

    def activate(self):
        pass

    def to_pdf(self, path, quality):
        shown = [sheet.name for sheet in self.sheets if sheet.visible]
        Path(path).write_text(" ".join(shown), encoding="utf-8")


class Names(base_classes.Names):
    def __init__(self, book):
        self.book, self.table, self.formulas = book, {}, {}

    def contains(self, name):
        return name.lower() in self.table

    def __len__(self):
        return len(self.table)

    def __call__(self, name):
        name = list(self.table)[name - 1] if isinstance(name, int) else name
        return Name(self.book, name, self.table[name.lower()])


class Name(base_classes.Name):
    name = None

    def __init__(self, book, name, where):
        self.book, self.name, self.where = book, name, where

    refers_to = property(
        lambda self: self.book.names.formulas.get(self.name, "=#REF!"),
        lambda self, value: self.book.names.formulas.__setitem__(self.name, value),
    )

    @property
    def refers_to_range(self):
        if self.where is None:
            raise RuntimeError("(-2146827284, 'Application-defined or object-defined error')")
        sheet, address = self.where
        return self.book.sheets(sheet).range(address, None)


class Sheets(base_classes.Sheets):
    def __init__(self, book):
        self.book, self.listed = book, [Sheet(book, "Sheet1")]

    def __call__(self, key):
        if isinstance(key, int):
            return self.listed[key - 1]
        return next(sheet for sheet in self.listed if sheet.name.lower() == key.lower())

    def __len__(self):
        return len(self.listed)

    def __iter__(self):
        return iter(self.listed)

    @property
    def active(self):
        return self.listed[0]

    def __contains__(self, key):
        return any(sheet.name.lower() == key.lower() for sheet in self.listed)

    def add(self, before=None, after=None, name=None):
        made = Sheet(self.book, name)
        self.listed.append(made)
        return made


class Sheet(base_classes.Sheet):
    api = book = name = cells = visible = None

    def __init__(self, book, name):
        self.book, self.name, self.cells, self.looks, self.protected = book, name, {}, {}, False
        self.visible = True

    @property
    def index(self):
        return self.book.sheets.listed.index(self) + 1

    def activate(self):
        self.book.active = self.name

    def delete(self):
        self.book.sheets.listed.remove(self)

    def range(self, first, second=None):
        if isinstance(first, str):
            left, top, right, bottom = ADDRESS.fullmatch(first.upper()).groups()
            box = int(top), number_of(left), int(bottom or top), number_of(right or left)
        elif isinstance(first, tuple) and len(first) == 4:  # row, column, height, width
            top, left, height, width = first
            box = top, left, top + height - 1, left + width - 1
        else:
            box = (*_corner(first), *_corner(second or first))
        return Range(self, *box)

    @property
    def used_range(self):
        rows, columns = zip(*self.cells, strict=True) if self.cells else ((1,), (1,))
        return Range(self, min(rows), min(columns), max(rows), max(columns))


def _texts(value):
    """Cells as their formulas: text of a constant, empty text of a blank."""
    if isinstance(value, list):
        return [[_texts(cell) for cell in row] for row in value]
    return "" if value is None else value if isinstance(value, str) else str(value)


def _corner(place):
    return (place.row, place.column) if isinstance(place, Range) else place


class Font(base_classes.Font):
    def __init__(self, area):
        self.area = area

    bold = property(lambda self: self.area.look("bold"), lambda self, value: self.area.dress("bold", value))


class Range(base_classes.Range):
    sheet = font = top = left = None

    def __init__(self, sheet, top, left, bottom, right):
        self.sheet, self.top, self.left, self.bottom, self.right = sheet, top, left, bottom, right
        self.font = Font(self)
        self.formula_text = None

    def look(self, what):
        return self.sheet.looks.get((what, self.top, self.left))

    def dress(self, what, value):
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                self.sheet.looks[what, row, column] = value

    number_format = property(lambda self: self.look("format"), lambda self, value: self.dress("format", value))
    column_width = property(lambda self: self.look("width"), lambda self, value: self.dress("width", value))
    api = object()
    row = property(lambda self: self.top)
    column = property(lambda self: self.left)
    coords = property(lambda self: (self.sheet.name, self.top, self.left, *self.shape))
    shape = property(lambda self: (self.bottom - self.top + 1, self.right - self.left + 1))
    address = property(lambda self: self.get_address(True, True, False))
    formula = property(lambda self: _texts(self.raw_value), lambda self, value: self._enter(value))
    formula2 = property(lambda self: _texts(self.raw_value), lambda self, value: self._enter(value))

    def _enter(self, value):
        if self.sheet.protected:
            raise RuntimeError("(-2147352567, 'Exception occurred.')")
        self.sheet.cells[self.top, self.left] = value

    def __len__(self):
        height, width = self.shape
        return height * width

    def __call__(self, row, column=None):
        return Range(self.sheet, *[self.top + row - 1, self.left + column - 1] * 2)

    def select(self):
        self.sheet.book.app._selection = self

    def get_address(self, row_absolute, column_absolute, external):
        def corner(row, column):
            return f"{'$' * column_absolute}{col_name(column)}{'$' * row_absolute}{row}"

        first, last = corner(self.top, self.left), corner(self.bottom, self.right)
        text = first if first == last else f"{first}:{last}"
        return f"[{self.sheet.book.name}]{self.sheet.name}!{text}" if external else text

    @property
    def raw_value(self):
        rows = [
            [self.sheet.cells.get((r, c)) for c in range(self.left, self.right + 1)]
            for r in range(self.top, self.bottom + 1)
        ]
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data):
        if self.sheet.protected:
            raise RuntimeError("(-2147352567, 'Exception occurred.')")
        self.sheet.book.writes.append((self.sheet.name, self.address))
        rows = data if isinstance(data, list) else [[data]]
        assert (len(rows), len(rows[0])) == self.shape
        for row, cells in enumerate(rows, self.top):
            for column, cell in enumerate(cells, self.left):
                if cell is None:
                    self.sheet.cells.pop((row, column), None)
                else:
                    self.sheet.cells[row, column] = cell


class Memory:
    """A book with one sheet, and what a test says about it."""

    def __init__(self):
        self.app_impl = App()
        self.impl = Book(self.app_impl)
        self.app_impl.books = Books(self.app_impl)
        self.book = xlwings.Book(impl=self.impl)

    def put(self, address, rows, sheet="Sheet1"):
        area = self.impl.sheets(sheet).range(address)
        for row, cells in enumerate(rows, area.top):
            for column, cell in enumerate(cells, area.left):
                if cell is not None:
                    area.sheet.cells[row, column] = cell

    def select(self, address, sheet="Sheet1"):
        self.app_impl._selection = self.impl.sheets(sheet).range(address)

    def name(self, name, sheet, address):
        self.impl.names.table[name] = (sheet, address) if address else None

    def rows(self, sheet):
        area = self.impl.sheets(sheet).used_range
        found = area.raw_value
        return found if isinstance(found, list) else [[found]]

    def cells(self, sheet):
        return dict(self.impl.sheets(sheet).cells)

    @property
    def alerts(self):
        return self.app_impl.alerts

    @property
    def bars(self):
        return self.app_impl.bars

    @property
    def writes(self):
        return self.impl.writes
