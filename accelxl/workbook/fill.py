"""Books from a template, a row of data each; and what a book holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from accelxl.arrays import EPOCH
from accelxl.files import used_folder, write_atomically
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.fields import fields
from accelxl.workbook.filler import prepared
from accelxl.workbook.jobs import jobs_of
from accelxl.workbook.package import assembled
from accelxl.workbook.records import records


@dataclass(frozen=True, slots=True)
class Filled:
    """A book that was written: its file, the inputs that the data gave, and its figures (`out_*`) and checks (`chk_*`) by name."""

    path: Path
    inputs: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)


def fill(
    template: str | Path,
    data: Any,
    out: str | Path,
    *,
    pattern: str = "",
    recalculate: bool = True,
    failing: bool = False,
    level: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Filled]:
    """Books from a template, one for each row of data: values in its inputs, every formula cell with its new value.

    All rows are checked before the first book is written; a book is written whole or not at all; the template is never touched. Parts
    of the template that do not change are copied byte for byte.

    Parameters
    ----------
    template : path
        An .xlsx or .xlsm workbook. Its inputs are the defined names that begin with ``in_``, or, where there is none, every defined name
        of a single cell without a formula.
    data : path, DataFrame or list of dicts
        A CSV or JSON file, or rows in memory. Columns are names of inputs, with or without ``in_``; ``book`` names the file. An empty
        field keeps the template's value, the word ``blank`` empties an input that may be empty.
    out : path
        The folder for the books.
    pattern : str, optional
        File name with the columns of a row in braces and ``{row}``, such as ``"{units_1}-{row}.xlsx"``; the default is the ``book``
        column, or the template's name and the row's number.
    recalculate : bool
        Whether formula cells get their new values. Without it they keep the template's, and the book asks the spreadsheet program to
        calculate it when it is opened.
    failing : bool
        Whether a book whose own checks fail (``chk_total`` is not 0) is written all the same.
    level : int
        Compression from 0 (none) to 9.
    progress : callable, optional
        Called with the number of books that are done and of all books.

    Returns
    -------
    list of Filled
        A row for each book, in the order of the data.

    Raises
    ------
    BadFile
        If the template, the data or the folder cannot be used.
    UnknownName, WrongUnit, WrongType, OutOfRange
        If the data holds what the template's inputs do not allow; the sentence names file, row, input, what was given and what is
        allowed.

    Examples
    --------
    >>> import tempfile
    >>> from accelxl.workbook.build import build
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     book = build(["accelerator_budget"], folder)[0]
    ...     done = fill(book, [{"book": "small", "units_1": 8, "units_2": 0}], folder)
    ...     done[0].path.name, round(done[0].figures["out_capex_usd"])
    ('small.xlsx', 327750)
    """
    rows = records(data)
    filler = prepared(template, recalculate=recalculate)
    jobs = jobs_of(rows, filler.fields, filler.book.package.path, Path(out), pattern)
    chunks = list(filler.chunks(jobs))
    done: list[Filled] = []
    with used_folder(out):
        if recalculate and not failing:
            filler.check(chunks)
        for chunk in chunks:
            for job, parts in filler.books(chunk, level):
                write_atomically(job.path, assembled(filler.book.package.members, parts))
                done.append(Filled(job.path, job.shown, filler.figures(chunk, job)))
                if progress is not None:
                    progress(len(done), len(jobs))
            chunk.found = None
    return done


@dataclass(frozen=True, slots=True)
class Read:
    """What a book holds: the template that it was made from and its version, inputs and figures by defined name."""

    path: Path
    template: str
    version: str
    inputs: dict[str, Any]
    figures: dict[str, Any]


def read(book: str | Path) -> Read:
    """Inputs and figures of a book, as its cells carry them; nothing is calculated.

    Parameters
    ----------
    book : path
        An .xlsx or .xlsm workbook. Inputs are the defined names that begin with ``in_``, figures those that begin with ``out_`` or
        ``chk_``; in a book without such names every named constant is an input and every named formula a figure.

    Returns
    -------
    Read
        Numbers, texts, bools, dates where the cell shows one, None for an empty cell, and errors as `accelxl.functions.CellError`.

    Raises
    ------
    BadFile
        If it is missing, no workbook, encrypted or damaged.

    Examples
    --------
    >>> import tempfile
    >>> from accelxl.workbook.build import build
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = read(build(["accelerator_budget"], folder)[0])
    >>> found.template, found.inputs["in_start_date"].isoformat(), found.figures["chk_total"]
    ('accelerator_budget', '2027-01-01', 0.0)
    """
    found = load(book)
    given = fields(found)
    custom = _properties(found)
    inputs = {name: _shown(found, one.key) for name, one in given.items()}
    ours = any(name.startswith("out_") for name in found.names)
    figures = {}
    for name in found.names:
        place = found.target(name)
        if name in given or place is None or place[1] != place[3] or place[2] != place[4]:
            continue
        if name.startswith(("out_", "chk_")) or not ours:
            figures[name] = _shown(found, place[:3])
    return Read(Path(book), custom.get("Template", ""), custom.get("Template version", ""), inputs, figures)


def _shown(book: Workbook, key: tuple[int, int, int]) -> Any:
    """Return a cell's value, as a date where the cell shows one."""
    value = book.at(key)
    span = book.sheet(key[0]).cells.get(key[1:])
    if isinstance(value, float) and span is not None and span.style in book.dates and 61 <= value < 2_958_466:
        return EPOCH + dt.timedelta(days=int(value))
    return value


def _properties(book: Workbook) -> dict[str, str]:
    """Return the custom document properties that are texts."""
    if "docProps/custom.xml" not in book.package.names():
        return {}
    try:
        root = etree.fromstring(
            book.package.part("docProps/custom.xml"), etree.XMLParser(resolve_entities=False, no_network=True)
        )
    except etree.XMLSyntaxError:
        return {}
    return {item.get("name", ""): "".join(str(text) for text in item.itertext()) for item in root}
