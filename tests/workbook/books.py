"""What the tests of workbooks share: the committed books, and their cells as independent programs see them."""

import zipfile
from functools import cache
from pathlib import Path

from accelxl.workbook.book import load
from accelxl.workbook.build import template
from accelxl.workbook.filler import Chunk, Filler
from accelxl.workbook.formulas import values
from accelxl.workbook.jobs import Job
from accelxl.workbook.layout import serial

ROOT = Path(__file__).parents[2]
BUDGET = ROOT / "workbooks" / "accelerator_budget.xlsx"


@cache
def budget():
    """The accelerator budget, ready to be filled; a test must not change it."""
    return Filler(BUDGET)


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


def perturbed(sides=("low", "high")):
    """A job for each input at its Low and High, and for each word of a choice."""
    filler = budget()
    jobs = []
    for item in template("accelerator_budget").items:
        if item.fixed:
            continue
        ends = {"low": item.low, "high": item.high}
        given = item.quantity.choices or [ends[side] for side in sides]
        for value in given:
            if value is not None:
                cell = serial(value)
                jobs.append(
                    Job(
                        f"{item.defined} = {value}: ",
                        Path("x"),
                        {filler.fields[item.defined].key: cell},
                        {item.defined: value},
                    )
                )
    return jobs


def computed(jobs):
    """Every moved cell of these jobs, and the named figures of each."""
    filler = budget()
    chunk = Chunk(jobs)
    found = filler.computed(chunk)
    return found, [filler.figures(chunk, job) for job in jobs]


def errors(found, count):
    """Cells that show an error in any book: (book, address, error)."""
    filler = budget()
    return [
        (book, filler.engine.where(key), values.python(column, book))
        for key, column in found.items()
        if column.has(values.FAULT)
        for book in range(count)
        if str(values.python(column, book)).startswith("#")
    ]
