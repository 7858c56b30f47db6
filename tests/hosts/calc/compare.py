"""What a book should show with its inputs overridden, by the compiler of formulas, and where Calc shows something else."""

from functools import cache

import numpy as np

from accelxl.workbook.formulas import values
from tests.calc.table import Table
from tests.hosts.calc.rounding import Formulas
from tests.workbook.books import BOOKS, cached, computed, ready
from tests.workbook.test_templates import twins

REL = 1e-9
"""Figures are the same when they agree to this share of themselves."""
CANCELLED = 5e-14
"""What cancelling leaves may differ by this share of what was added and taken away; the templates need up to 1.6e-14."""
SNAP = 2.0**-48
"""Calc makes a difference 0 where its terms agree to this share of the larger: the distance of twins, given both, needs no more."""


def expected(name, jobs):
    """For each job the value of every formula cell of a template, and by address the figures that its fill writes as values."""
    filler = ready(name)
    titles = filler.book.titles
    base = cached(BOOKS[name])
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
    written = [
        {filler.engine.where(key): values.python(found[key], job) for key in filler.batch if key in found}
        for job in range(len(jobs))
    ]
    return Table(list(base), numbers, words), written


def titled(titles, key):
    return (titles[key[0]], *key[1:])


@cache
def own(name):
    """The formulas of a template, and the key of each of its cells by sheet, row and column."""
    engine, titles = ready(name).engine, ready(name).book.titles
    return Formulas(engine), {titled(titles, key): key for key in engine.sheets.formulas}


@cache
def distances(name):
    """The cells that hold the distance between a native figure and its ACCEL twin."""
    titles = ready(name).book.titles
    return {titled(titles, (sheet, row, column + 1)) for _, _, (sheet, row, column) in twins(name)}


def apart(name, mine, theirs, constant=None, among=None):
    """Cells (of all, or `among` some) whose values are not the same: numbers to REL of their own size.

    Beyond that a number is what rounding left when it is what its formula gives, to CANCELLED of its size with nothing taken away. The
    operands are `mine`, but theirs where those are apart: what was handed down is judged where it arose. `constant(key)` gives the cells
    without formulas, by default those of the template.
    """
    odd = {place for place in (mine if among is None else among) if differ(mine[place], theirs.get(place))}
    constant = constant or ready(name).book.at
    return {
        place: (mine[place], theirs.get(place))
        for place in odd
        if not rounding(name, place, mine, theirs, odd, constant)
    }


def differ(value, other):
    """Whether two values are not the same; numbers to REL of their own size."""
    if isinstance(value, float) and isinstance(other, float):
        return abs(value - other) > REL * max(abs(value), abs(other))
    return value != other and not (value in ("", 0.0) and other in ("", None, 0.0))


def rounding(name, place, mine, theirs, odd, constant):
    """Whether a number is what its formula gives of what it reads, but for rounding."""
    other, titles = theirs.get(place), ready(name).book.titles
    formulas, keys = own(name)
    key = keys.get(place)
    if key is None or not isinstance(mine[place], float) or not isinstance(other, float):
        return False
    twin = place in distances(name)  # both figures are judged by themselves, so their distance is judged given both

    def found(cell):
        at = titled(titles, cell)
        if at not in mine:
            return constant(cell)
        return theirs[at] if twin or at in odd else mine[at]

    value = formulas.value(key, found)
    if not isinstance(value, float):
        return False
    gap = abs(value - other)
    return gap <= REL * min(abs(value), abs(other)) or gap <= (SNAP if twin else CANCELLED) * formulas.size(key, found)


def all_apart(name, mine, theirs, constants):
    """What `apart` finds in each job of two tables; `constants` gives each job's cells without formulas.

    What is near to the last digits is not looked at one by one.
    """
    column = {place: at for at, place in enumerate(theirs.places)}
    order = [column[place] for place in mine.places]
    numbers, words = theirs.numbers[:, order], theirs.words[:, order]
    near = np.abs(mine.numbers - numbers) <= REL * np.maximum(np.abs(mine.numbers), np.abs(numbers))
    odd = ~near | (mine.words != words)
    return [
        apart(name, mine.row(at), theirs.row(at), constant, [mine.places[one] for one in where])
        if (where := np.flatnonzero(odd[at])).size
        else {}
        for at, constant in enumerate(constants)
    ]


def overridden(name, job, written):
    """The cells without formulas of a template with the inputs of a job and what its fill writes."""
    filler = ready(name)

    def constant(key):
        if key in filler.batch:
            return written.get(filler.engine.where(key), filler.book.at(key))
        return job.values.get(key, filler.book.at(key))

    return constant
