"""Two books of one template: which inputs differ, which figures moved, and which input moved them most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.errors import BadFile
from accelxl.functions.cells import CellError
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.filler import Chunk, Filler
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.frozen import original
from accelxl.workbook.jobs import Job
from accelxl.workbook.ranges import Table
from accelxl.workbook.reading import Read, read_from

NOT_CALCULATED = "chk_not_calculated"
"""A count that tells of the program which saved a book, not of its inputs."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is not the same in both books.

    `change` is b - a. `effects` is by how much each input alone moves it in the first book when it takes its value in the second;
    `together` what all of them do at once, so that `together` less the sum of `effects` is what they do only jointly, and `rest` is
    the part of the change that comes from formulas or cells that are no inputs. None where a figure is no number.
    """

    name: str
    a: Any
    b: Any
    change: float | None
    effects: dict[str, float | None]
    together: float | None
    rest: float | None

    @property
    def most(self) -> str:
        """The input that moves it most; "" where none does."""
        known = {name: abs(value) for name, value in self.effects.items() if value}
        return max(known, key=lambda name: known[name]) if known else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two books: inputs that differ (name to both values), figures that moved, names that only one has, and templates."""

    a: Read
    b: Read
    inputs: dict[str, tuple[Any, Any]]
    figures: list[Moved]
    only_a: list[str]
    only_b: list[str]

    def table(self) -> list[list[Any]]:
        """Return the comparison as rows: inputs, then figures with the effect of each input alone."""
        names = list(self.inputs)
        rows: list[list[Any]] = [["input", self.a.path.stem, self.b.path.stem]]
        rows += [[name, _cell(a), _cell(b)] for name, (a, b) in self.inputs.items()]
        rows += [
            [],
            [
                "figure",
                self.a.path.stem,
                self.b.path.stem,
                "change",
                "moved most by",
                "all inputs together",
                "other",
                *names,
            ],
        ]
        rows += [
            [
                one.name,
                _cell(one.a),
                _cell(one.b),
                one.change,
                one.most,
                one.together,
                one.rest,
                *map(one.effects.get, names),
            ]
            for one in self.figures
        ]
        rows += [["only in the first", name] for name in self.only_a] + [
            ["only in the second", name] for name in self.only_b
        ]
        return rows


def compare_books(a: str | Path, b: str | Path) -> Comparison:
    """Compare two books: which inputs differ, which figures moved, which input moved them most.

    Each input that differs is changed alone in the first book to its value in the second, and all of them at once; the formulas of the
    first book are computed for all these cases together. A frozen book is compared as the book that was frozen.

    Parameters
    ----------
    a, b : path
        Workbooks with names in common.

    Returns
    -------
    Comparison

    Raises
    ------
    BadFile
        If one cannot be read, they are of different templates, or they do not tell a template and have less than half
        of their inputs in common.
    Missing
        If the first uses a function that only formualizer computes and it is not installed.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from accelxl.workbook.build import build
    >>> (book,) = build(["cost_per_inference"], mkdtemp())
    >>> compare_books(book, book).inputs
    {}
    """
    books = [_thawed(Path(path)) for path in (a, b)]
    first, second = (read_from(book, Path(path)) for book, path in zip(books, (a, b), strict=True))
    filler = Filler(books[0])
    common = [name for name in first.inputs if name in second.inputs]
    tables = [table for table in filler.own_tables if table.name in second.tables]
    same, told = first.template == second.template != "", bool(first.template and second.template)
    most = max(len(first.inputs) + len(first.tables), len(second.inputs) + len(second.tables))
    if not (common or tables) or (not same and (told or 2 * (len(common) + len(tables)) < most)):
        some = len(common) + len(tables)
        shared = f"{some} of {most} inputs" if some else "no input"
        raise BadFile(
            f"{_told(first)} and {_told(second)} have {shared} in common; two books of one template are needed"
        )
    inputs: dict[str, tuple[Any, Any]] = {
        name: (first.inputs[name], second.inputs[name]) for name in common if first.inputs[name] != second.inputs[name]
    }
    changes = {name: {filler.fields[name].key: _raw(pair[1])} for name, pair in inputs.items()}
    for table in tables:
        pair = first.tables[table.name], second.tables[table.name]
        if pair[0] != pair[1]:
            inputs[table.name] = pair
            changes[table.name] = _cells(table, pair[1])
    figures = _moved(filler, first, second, changes)
    names_a, names_b = ({*book.inputs, *book.tables, *book.figures} for book in (first, second))
    return Comparison(first, second, inputs, figures, sorted(names_a - names_b), sorted(names_b - names_a))


def _told(book: Read) -> str:
    return f"{book.path} ({book.template})" if book.template else str(book.path)


def _moved(filler: Filler, first: Read, second: Read, changes: Mapping[str, Mapping[Key, Any]]) -> list[Moved]:
    together = {key: value for cells in changes.values() for key, value in cells.items()}
    jobs = [Job("", first.path, dict(cells), {}) for cells in ({}, together, *changes.values())]
    chunk = Chunk(jobs)
    base, all_at_once, *alone = (filler.figures(chunk, job) for job in jobs)
    found = []
    for name, was in first.figures.items():
        now = second.figures.get(name)
        if name not in second.figures or was == now or name == NOT_CALCULATED:
            continue
        effects = {given: _less(one[name], base[name]) for given, one in zip(changes, alone, strict=True)}
        change, whole = _less(now, was), _less(all_at_once[name], base[name])
        rest = None if change is None or whole is None else change - whole
        found.append(Moved(name, was, now, change, effects, whole, rest))
    return found


def _less(now: Any, was: Any) -> float | None:
    return now - was if type(now) is float and type(was) is float else None


def _thawed(path: Path) -> Workbook:
    """Return a book; of a frozen one the book that was frozen."""
    book = load(path)
    kept = original(book)
    return book if kept is None else load(path, kept)


def _raw(value: Any) -> Any:
    """Return a value as its cell carries it."""
    return float((value - EPOCH).days) if isinstance(value, dt.date) else value


def _cells(table: Table, rows: list[list[Any]]) -> dict[Key, Any]:
    """Return the cells of a table with these rows; those beyond its end in the first book are left out."""
    found: dict[Key, Any] = {}
    for row in range(table.top, table.bottom + 1):
        for column in range(table.left, table.right + 1):
            at = row - table.top
            found[table.sheet, row, column] = _raw(rows[at][column - table.left]) if at < len(rows) else None
    return found


def _cell(value: Any) -> Any:
    """Return a value as one cell."""
    if isinstance(value, list):
        return "1 row" if len(value) == 1 else f"{len(value)} rows"
    return value if isinstance(value, (float, bool, str, CellError, dt.date)) or value is None else str(value)
