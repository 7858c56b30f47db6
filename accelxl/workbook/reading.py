"""What a book holds: inputs and figures, for scripts, tables and other programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accelxl.errors import WrongType
from accelxl.workbook.batch import Filled
from accelxl.workbook.book import Workbook, load, properties
from accelxl.workbook.fields import fields, figure_cells
from accelxl.workbook.frozen import Mark, frozen_mark, original
from accelxl.workbook.hashes import inputs_hash
from accelxl.workbook.ranges import own_tables, table_values, tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Read:
    """What a book holds: the template that it was made from and its version, inputs and figures by defined name.

    `tables` are the ranges that take rows, `inputs_sha256` the hash of all inputs, `frozen` the mark of a frozen book.
    """

    path: Path
    template: str
    version: str
    inputs: dict[str, Any]
    figures: dict[str, Any]
    tables: dict[str, list[list[Any]]] = field(default_factory=dict)
    inputs_sha256: str = ""
    frozen: Mark | None = None


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
    return read_from(load(book), Path(book))


def read_from(found: Workbook, path: Path) -> Read:
    """Return inputs and figures of a book that was loaded; a frozen one has those of the book that was frozen."""
    mark, kept = frozen_mark(found), original(found)
    made = found if kept is None else load(path, kept)
    given = fields(made)
    ranges = tables(made)
    custom = properties(found)
    figures = {name: found.shown(key) for name, key in figure_cells(made, given).items()}
    raw: dict[str, Any] = {name: found.at(one.key) for name, one in given.items()}
    raw |= {table.name: table_values(found, table) for table in own_tables(given, ranges)}
    return Read(
        path,
        custom.get("Template", ""),
        custom.get("Template version", ""),
        {name: found.shown(one.key) for name, one in given.items()},
        figures,
        {name: table_values(found, table, shown=True) for name, table in ranges.items()},
        inputs_hash(raw),
        mark,
    )


def frame(books: Iterable[str | Path | Read | Filled]) -> pd.DataFrame:
    """Books as a DataFrame: a row for each, its inputs and figures as columns, the book's name without its ending as index.

    Parameters
    ----------
    books : iterable of path, Read or Filled
        What `fill` and `read` return, or files.

    Returns
    -------
    DataFrame
        Shape (books, inputs and figures).

    Raises
    ------
    WrongType
        If one is none of these.
    BadFile
        If a file cannot be read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from accelxl.workbook.build import build
    >>> (book,) = build(["cost_per_inference"], mkdtemp())
    >>> frame([book]).index.tolist()
    ['cost_per_inference']
    """
    import pandas as pd

    rows, index = [], []
    for book in books:
        one = read(book) if isinstance(book, (str, Path)) else book
        if not isinstance(one, (Read, Filled)):
            raise WrongType(f"{one!r} is no book; a path, or what fill or read returns, is allowed")
        told = {"status": one.status, "error": one.error} if isinstance(one, Filled) else {}
        rows.append(told | one.inputs | one.figures)
        index.append(one.path.stem)
    return pd.DataFrame(rows, index=pd.Index(index, name="book"))
