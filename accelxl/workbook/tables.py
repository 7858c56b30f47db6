"""What the commands of a spreadsheet program ask for beyond its functions: tables in, tables out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from accelxl import catalogue as facts
from accelxl.errors import BadFile, ShapeError, WrongType
from accelxl.functions.cells import is_blank
from accelxl.plan.inputs import INPUTS
from accelxl.workbook.compare import compare_books
from accelxl.workbook.fill import fill
from accelxl.workbook.reading import read

Rows = list[list[Any]]
Progress = Callable[[int, int], None]

SAMPLE = {"units": 64.0, "unit_price_usd": 34_000.0, "tokens_per_second": 2_500.0, "price_usd_per_mtok": 0.6}
"""The plan of the first example: 64 accelerators."""
SHOWN = ("utilization", "power_kw", "electricity_usd_per_kwh", "economic_life_months", "discount_rate", "tax_rate")
"""Inputs that the sample shows at their defaults."""
FIRST_INPUTS = 3
"""Inputs of a template that the first table of a batch shows."""


def sample() -> Rows:
    """Return the block of a small plan: name and value, then, apart from the block, unit and meaning.

    Examples
    --------
    >>> sample()[0]
    ['units', 64.0, None, 'accelerators', 'accelerators ordered; a dual-die package counts as one']
    """
    values = {**SAMPLE, **{name: INPUTS[name].default for name in SHOWN if INPUTS[name].default is not None}}
    return [[name, value, None, INPUTS[name].quantity.unit, INPUTS[name].meaning] for name, value in values.items()]


def catalogue() -> Rows:
    """Return the catalogue's figures with band, unit, scope, day and source, below the day of the data.

    Examples
    --------
    >>> [row[0] for row in catalogue()[:3]], len(catalogue()) > 100
    (['catalogue of', None, 'table'], True)
    """
    return [["catalogue of", facts.version()], [None], *facts.as_rows()]


def checks(values: Sequence[Sequence[Any]]) -> Rows:
    """Return the checks of a book and whether they hold, from its names that begin with ``chk_`` and their values.

    Raises
    ------
    ShapeError
        If there is none.

    Examples
    --------
    >>> checks([["chk_total", 0.0], ["chk_cash", 2.5]])[1:]
    [['chk_total', 0.0, 'holds'], ['chk_cash', 2.5, 'FAILS'], ['all', 1.0, '1 of 2 fails']]
    """
    if not values:
        raise ShapeError("the book has no checks: names that begin with chk_ for single cells are needed")
    rows: Rows = [["check", "value", "state"]]
    failing = 0
    for name, value in values:
        holds = isinstance(value, (int, float)) and value == 0
        failing += not holds
        rows.append([name, value, "holds" if holds else "FAILS"])
    told = "all hold" if not failing else f"{failing} of {len(values)} {'fails' if failing == 1 else 'fail'}"
    return [*rows, ["all", float(failing), told]]


def first_rows(book: str) -> Rows:
    """Return a first table of a batch: a header of some inputs of a book, and one row with the book's own values.

    Raises
    ------
    BadFile
        If it cannot be read.
    """
    inputs = {name: value for name, value in read(book).inputs.items() if isinstance(value, (int, float))}
    some = dict(list(inputs.items())[:FIRST_INPUTS])
    return [["book", *(name.removeprefix("in_") for name in some)], [f"{Path(book).stem} 1", *some.values()]]


def compared(book: str, other: Any = None) -> Rows:
    """Return inputs that differ and figures that moved between a book and another; see `accelxl.workbook.compare.compare_books`.

    Parameters
    ----------
    book : str
        Path of the first.
    other : str
        Path of the second; a bare name is a file beside the first.

    Raises
    ------
    BadFile
        If one cannot be read, or they have no input in common.
    """
    if is_blank(other):
        raise ShapeError("there is no other workbook; its file name is needed, or its path where it lies elsewhere")
    return compare_books(book, Path(book).parent / str(other).strip()).table()


def batch(
    book: str, rows: Any = None, out: Any = None, pattern: Any = None, *, progress: Progress | None = None
) -> Rows:
    """Return the template, and the books that were filled from it with their figures, a row each; see `accelxl.workbook.fill.fill`.

    Parameters
    ----------
    book : str
        Path of the template.
    rows : rows
        A header of names of inputs (``book`` names the file) and a row for each book.
    out : str, optional
        The folder for the books: one below the template's own, which is the default.
    pattern : str, optional
        File name with the columns of a row in braces.
    progress : callable, optional

    Raises
    ------
    AccelError
        If the template or the folder cannot be used, or no row gives a book; one row that gives none shows its sentence in place of the
        book.
    """
    if rows is None or len(_rows(rows)) < 2:
        raise ShapeError("there are no rows: a header of names of inputs, and below it a row for each book, are needed")
    header, *data = _rows(rows)
    names = ["" if is_blank(cell) else str(cell).strip() for cell in header]
    table = [_record(names, row, number) for number, row in enumerate(data, 1) if not all(map(is_blank, row))]
    own = Path(book).resolve().parent
    folder = own if is_blank(out) else own / str(out).strip()
    if not folder.resolve().is_relative_to(own):  # the sheet may be that of a book from the web
        raise BadFile(f"out is {str(out).strip()}; a folder below that of the book, {own}, is allowed")
    done = fill(book, table, folder, pattern="" if is_blank(pattern) else str(pattern), progress=progress)
    figures = list(dict.fromkeys(name for one in done for name in one.figures))
    day = dt.datetime.fromtimestamp(Path(book).stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return [
        ["template", book, f"as saved on {day}"],
        ["book", *figures],
        *([one.error or str(one.path), *map(one.figures.get, figures)] for one in done),
    ]


def _record(names: Sequence[str], row: Sequence[Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, (name, cell) in enumerate(zip(names, row, strict=False), 1):
        if not name:
            if not is_blank(cell):
                raise ShapeError(f"row {number} of the rows has a value in column {place}, whose header is blank")
            continue
        if name in found:
            raise WrongType(f"the column {name} stands twice in the header of the rows")
        found[name] = None if is_blank(cell) else cell
    return found


def _rows(value: Any) -> Rows:
    """Return a setting as rows: a lone value is one row of one cell."""
    return [list(row) for row in value] if isinstance(value, (list, tuple)) else [[value]]
