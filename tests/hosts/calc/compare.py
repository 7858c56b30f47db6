"""What a book should show with its inputs overridden, by the compiler of formulas, and how far Calc is from it."""

from accelxl.workbook.formulas import values
from tests.workbook.books import cached, computed, ready

REL = 1e-9
NOISE = 1e-14
"""Rounding of a sum, as a share of the largest number in it: terms that cancel leave this and no more."""


def expected(name, jobs):
    """For each job the value of every formula cell of a template: (sheet, row, column) to value."""
    book = ready(name)
    titles = book.book.titles
    found, _ = computed(name, jobs)
    shown = [cached(book.book.package.path) for _ in jobs]
    for key, column in found.items():
        place = (titles[key[0]], *key[1:])
        if place in shown[0]:
            for at, cells in enumerate(shown):
                cells[place] = values.python(column, at)
    return shown


def scales(name):
    """The formula cells that each formula cell of a template reads: the numbers that may have cancelled in it."""
    engine = ready(name).engine
    titles = ready(name).book.titles
    dependents = engine._dependents
    found = {}
    for source, readers in dependents.items():
        for reader in readers:
            found.setdefault((titles[reader[0]], *reader[1:]), []).append((titles[source[0]], *source[1:]))
    return found


def number(cell):
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
