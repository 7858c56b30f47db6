"""What a book should show with its inputs overridden, by the compiler of formulas, and where Calc shows something else."""

import re
from functools import cache

import numpy as np

from accelxl.workbook.formulas import values
from tests.calc.table import Table
from tests.workbook.books import BOOKS, cached, computed, formulas, ready
from tests.workbook.test_templates import twins

REL = 1e-9
NOISE = 1e-11
"""Terms that cancel in a sum leave rounding noise: up to this share of the largest of them."""
NOTHING = 1e-14
"""What rounding leaves of figures that cancel: the gap to a 0 is up to this share of the largest figure of the sheet; what is carried on
along a row, say interest on a loan that is paid back, is up to this share of the largest of the row."""
SUMS = {"SUM", "IF", "INDEX", "ISNUMBER", "ROUND"}


def expected(name, jobs):
    """For each job the value of every formula cell of a template, but of those that keep a figure of the time of a fill."""
    engine, titles = ready(name).engine, ready(name).book.titles
    kept = {titled(titles, key) for key in engine.moved_by(ready(name).batch)}
    base = {place: value for place, value in cached(BOOKS[name]).items() if place not in kept}
    column = {place: at for at, place in enumerate(base)}
    still = Table.of_rows(list(base), [base])
    numbers, words = (np.repeat(part, len(jobs), axis=0) for part in (still.numbers, still.words))
    found, _ = computed(name, jobs)
    for key, moved in found.items():
        at = column.get(titled(titles, key))
        if at is None:
            continue
        if moved.numeric:
            numbers[:, at], words[:, at] = moved.num, None
        else:
            cells = [values.python(moved, job) for job in range(len(jobs))]
            numbers[:, at] = [cell if type(cell) is float else 0.0 for cell in cells]
            words[:, at] = [None if type(cell) is float else cell for cell in cells]
    return Table(list(base), numbers, words)


def titled(titles, key):
    return (titles[key[0]], *key[1:])


@cache
def terms(name):
    """The cells with formulas that a cell reads, for cells that only add and subtract: what may cancel in them."""
    engine, titles = ready(name).engine, ready(name).book.titles
    text = formulas(BOOKS[name])
    found = {}
    for source, readers in engine._dependents.items():
        for reader in readers:
            found.setdefault(titled(titles, reader), []).append(titled(titles, source))
    return {place: sources for place, sources in found.items() if adds(text.get(place) or "*")}


def adds(formula):
    """Whether a formula only adds and subtracts."""
    return not re.search(r"[*/^]", formula) and set(re.findall(r"([A-Z][A-Z0-9.]*)\(", formula)) <= SUMS


def largest(cells):
    """The largest figure of each sheet, and of each row of a sheet."""
    found = {}
    for (sheet, row, _), value in cells.items():
        if isinstance(value, float):
            size = abs(value)
            found[sheet] = max(found.get(sheet, 0.0), size)
            found[sheet, row] = max(found.get((sheet, row), 0.0), size)
    return found


@cache
def distances(name):
    """The cells that hold the distance between a native figure and its ACCEL twin: it is held to what is asked of the twins."""
    titles = ready(name).book.titles
    return {titled(titles, (sheet, row, column + 1)) for _, _, (sheet, row, column) in twins(name)}


def apart(name, mine, theirs):
    """Cells whose values are not the same: numbers to REL of their own size, a sum's to NOISE of its largest term."""
    found = {}
    sizes = largest(theirs)
    for place, value in mine.items():
        other = theirs.get(place)
        if isinstance(value, float) and isinstance(other, float):
            gap, size = abs(value - other), max(abs(value), abs(other))
            if gap > REL * size and not (nothing(place, value, other, sizes) or gap <= left(name, place, theirs)):
                found[place] = (value, other)
        elif value != other and not (value in ("", 0.0) and other in ("", None, 0.0)):
            found[place] = (value, other)
    return found


def nothing(place, value, other, sizes):
    """Whether both are what rounding left of larger figures."""
    if 0.0 in (value, other):
        return abs(value - other) <= NOTHING * sizes[place[0]]
    return max(abs(value), abs(other)) <= NOTHING * sizes[place[:2]]


def left(name, place, theirs):
    """How far the results of a cell that only adds and subtracts may be apart."""
    share = REL if place in distances(name) else NOISE
    found = (theirs.get(at) for at in terms(name).get(place, ()))
    return share * max((abs(cell) for cell in found if isinstance(cell, float)), default=0.0)


def all_apart(name, mine, theirs):
    """What `apart` finds in each job of two tables; what is near to the last digits is not looked at one by one."""
    column = {place: at for at, place in enumerate(theirs.places)}
    order = [column[place] for place in mine.places]
    numbers, words = theirs.numbers[:, order], theirs.words[:, order]
    near = np.abs(mine.numbers - numbers) <= REL * np.maximum(np.abs(mine.numbers), np.abs(numbers))
    odd = ~near | (mine.words != words)
    return [
        apart(name, mine.row(job, np.flatnonzero(odd[job])), theirs.row(job)) if odd[job].any() else {}
        for job in range(len(mine))
    ]
