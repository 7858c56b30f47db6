"""What the tests of workbooks share: the committed books, and their cells as independent programs see them."""

import zipfile
from functools import cache
from pathlib import Path

from accelxl.workbook.book import load
from accelxl.workbook.build import TEMPLATES, template
from accelxl.workbook.filler import Chunk, Filler
from accelxl.workbook.formulas import values
from accelxl.workbook.jobs import Job
from accelxl.workbook.layout import serial

ROOT = Path(__file__).parents[2]
BOOKS = {name: ROOT / "workbooks" / f"{name}.xlsx" for name in TEMPLATES}
BUDGET = BOOKS["accelerator_budget"]


@cache
def ready(name):
    """A template ready to be filled; a test must not change it."""
    return Filler(BOOKS[name])


def budget():
    """The accelerator budget, ready to be filled; a test must not change it."""
    return ready("accelerator_budget")


def base(name):
    """Every input of a template by its defined name, as it stands."""
    return {field: found.value for field, found in ready(name).fields.items()}


def figures(name):
    """Every named figure of a template as it stands."""
    book = ready(name).book
    return {figure: book.at(book.target(figure)[:3]) for figure in book.names if figure.startswith(("out_", "chk_"))}


def parts(path):
    """Name and bytes of every part of a book."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cached(path):
    """Value of every formula cell as the file carries it: (sheet, row, column) to value."""
    book = load(path)
    return {
        (title, span.row, span.column): book.value(span)
        for place, title in enumerate(book.titles)
        for span in book.sheet(place).cells.values()
        if span.formula is not None
    }


def formulas(path):
    """Text of every formula cell."""
    book = load(path)
    return {
        (title, span.row, span.column): span.formula
        for place, title in enumerate(book.titles)
        for span in book.sheet(place).cells.values()
        if span.formula is not None
    }


def differences(mine, theirs, *, rel=1e-9, floor=1e-6):
    """Cells whose values are not the same: numbers to `rel`, below `floor` (rounding noise of sums of money) as zero."""
    found = {}
    for key, value in mine.items():
        other = theirs.get(key)
        if isinstance(value, float) and isinstance(other, (int, float)) and not isinstance(other, bool):
            if abs(value - other) > rel * max(abs(value), abs(other)) and max(abs(value), abs(other)) > floor:
                found[key] = (value, other)
        elif value != other and not (value in ("", 0.0) and other in ("", None, 0.0)):
            found[key] = (value, other)
    return found


def job(name, values):
    """A job that sets inputs of a template: defined name to value."""
    fields = ready(name).fields
    where = ", ".join(f"{field} = {value}" for field, value in values.items())
    return Job(where, Path("x"), {fields[field].key: serial(value) for field, value in values.items()}, values)


def perturbed(name):
    """A job for each input of a template at its Low and High, and for each word of a choice."""
    jobs = []
    for item in template(name).items:
        if item.fixed:
            continue
        ends = [item.low, item.high]
        jobs += [job(name, {item.defined: value}) for value in (item.quantity.choices or ends) if value is not None]
    return jobs


def computed(name, jobs):
    """Every moved cell of these jobs, and the named figures of each."""
    filler = ready(name)
    chunk = Chunk(jobs)
    found = filler.computed(chunk)
    return found, [filler.figures(chunk, job) for job in jobs]


def errors(name, found, count):
    """Cells that show an error in any book, ACCEL cells left out: (book, address, error)."""
    filler = ready(name)
    shown = [
        (book, filler.engine.where(key), values.python(column, book))
        for key, column in found.items()
        if column.has(values.FAULT)
        for book in range(count)
        if str(values.python(column, book)).startswith("#")
    ]
    return [error for error in shown if not error[1].startswith("Checks!C")]
