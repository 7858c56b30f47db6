"""Values into copies of a template, a book for each row of data, with the right value in every formula cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from accelxl.errors import BadFile, OutOfRange, UnknownName, WrongType
from accelxl.workbook.accel import known, outside
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.fields import Field, fields, find
from accelxl.workbook.files import folder_for, write_atomically
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.sheets import Formula
from accelxl.workbook.formulas.tree import Unsupported
from accelxl.workbook.formulas.values import Value
from accelxl.workbook.package import Packed, assembled, packed
from accelxl.workbook.patch import Cut, Cutter
from accelxl.workbook.recalc import recalculated
from accelxl.workbook.records import Record, records

CHUNK_BYTES = 128 << 20
"""The values of the formula cells of one chunk of books take about this much memory."""
_BAD_IN_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


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
    filler = Filler(template, recalculate=recalculate)
    jobs = filler.jobs(rows, Path(out), pattern)
    folder_for(out)
    chunks = list(filler.chunks(jobs))
    if recalculate and not failing:
        filler.check(chunks)
    done: list[Filled] = []
    for chunk in chunks:
        for job, parts in filler.books(chunk, level):
            write_atomically(job.path, assembled(filler.book.package.members, parts))
            done.append(Filled(job.path, job.shown, filler.figures(chunk, job)))
            if progress is not None:
                progress(len(done), len(jobs))
    return done


@dataclass(frozen=True, slots=True)
class Job:
    """One book to write: its file, the values of its inputs by cell, and the same by name."""

    where: str
    path: Path
    values: dict[Key, Any]
    shown: dict[str, Any]


class Chunk:
    """Books that are computed together; what was computed is kept while it is the last one."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.places = {id(job): place for place, job in enumerate(jobs)}
        self.found: dict[Key, Value] | None = None


class Filler:
    """A template ready to be filled: read, compiled and cut once for all books."""

    def __init__(self, template: str | Path, *, recalculate: bool = True) -> None:
        self.book: Workbook = load(template)
        self.fields: dict[str, Field] = fields(self.book)
        if not self.fields:
            raise BadFile(f"{template} has no input: a defined name for a single cell without a formula is needed")
        self.cutter = Cutter(self.book)
        self.recalculate = recalculate
        self.batch = self._batch_cells()
        self.engine: Engine | None = self._engine() if recalculate else None

    def _batch_cells(self) -> dict[Key, str]:
        """Return the cells that keep a figure of the time of the fill: `batch_x` keeps `out_x`."""
        found: dict[Key, str] = {}
        for name in self.book.names:
            other = "out_" + name.removeprefix("batch_")
            place = self.book.target(name) if name.startswith("batch_") and other in self.book.names else None
            if place is not None:
                found[place[:3]] = other
        return found

    def _engine(self) -> Engine:
        sheets = self.book.sheets()
        for key, figure in self.batch.items():
            sheets.constants.pop(key, None)
            sheets.formulas[key] = Formula(figure)
        return Engine(sheets, outside, known)

    # -- rows into jobs ---------------------------------------------------------------------------------------------------------
    def jobs(self, rows: list[Record], out: Path, pattern: str = "") -> list[Job]:
        """Return the books to write; every value and every name is checked here."""
        found: list[Job] = []
        taken: dict[str, str] = {}
        columns: dict[str, Field] = {}
        for number, row in enumerate(rows, 1):
            cells: dict[Key, Any] = {}
            shown: dict[str, Any] = {}
            for name, given in row.values.items():
                if name.strip().lower() == "book":
                    continue
                if name not in columns:
                    columns[name] = find(name, self.fields, row.where)
                target = columns[name]
                if target.name in shown:
                    raise UnknownName(f"{row.where}{target.name} is given twice")
                if given is None or (isinstance(given, str) and not given.strip()):
                    continue
                value = target.read(given, row.where)
                cells[target.key] = value
                shown[target.name] = value
            path = out / self._file_name(row, number, pattern, len(rows), shown)
            if path.name.lower() in taken:
                raise UnknownName(
                    f"{row.where}the book {path.name} is named by {taken[path.name.lower()]} too; a name for each row is needed"
                )
            taken[path.name.lower()] = row.where.strip().rstrip(",")
            found.append(Job(row.where, path, cells, shown))
        template = self.book.package.path.resolve()
        for job in found:
            if job.path.resolve() == template:
                raise BadFile(
                    f"{job.where}the book {job.path} would replace its template; another folder or name is needed"
                )
        return found

    def _file_name(self, row: Record, number: int, pattern: str, count: int, shown: Mapping[str, Any]) -> str:
        ending = self.book.package.path.suffix
        given = next((value for name, value in row.values.items() if name.strip().lower() == "book"), None)
        if pattern:
            text = _pattern(pattern, row, number, shown)
        elif given is not None and str(given).strip():
            text = (
                f"{given:.15g}"
                if isinstance(given, (int, float)) and not isinstance(given, bool)
                else str(given).strip()
            )
        else:
            text = f"{self.book.package.path.stem}-{number:0{len(str(count))}d}"
        if not text.lower().endswith(ending.lower()):
            text += ending
        return _file_name(text, row.where)

    # -- computing --------------------------------------------------------------------------------------------------------------
    def chunks(self, jobs: list[Job]) -> Iterator[Chunk]:
        """Go through the books in chunks that are computed together."""
        formulas = len(self.engine.sheets.formulas) if self.engine else 1
        size = max(32, min(1024, CHUNK_BYTES // (8 * max(1, formulas))))
        for start in range(0, len(jobs), size):
            yield Chunk(jobs[start : start + size])

    def computed(self, chunk: Chunk) -> dict[Key, Value]:
        """Return every cell that differs from the template in one of the chunk's books."""
        if chunk.found is None:
            inputs = self._inputs(chunk.jobs)
            found = dict(inputs)
            if self.engine is not None:
                try:
                    found |= self.engine.run(inputs)
                except Unsupported as lacking:
                    found |= recalculated(self.book, inputs, len(chunk.jobs), str(lacking))
                found |= self._stale(found)
            chunk.found = found
        return chunk.found

    def _inputs(self, jobs: list[Job]) -> dict[Key, Value]:
        """Return the inputs that any of the books changes, by book."""
        changed = dict.fromkeys(key for job in jobs for key in job.values)
        found = {}
        for key in changed:
            own = self.book.at(key)
            cells = [job.values.get(key, own) for job in jobs]
            if all(type(cell) is float for cell in cells):
                found[key] = Value(np.array(cells))
            else:
                parts = [values.of(cell) for cell in cells]
                found[key] = values.gathered(parts)
        return found

    def _stale(self, found: Mapping[Key, Value]) -> dict[Key, Value]:
        """Return formula cells whose value in the template is not what its formula gives."""
        assert self.engine is not None
        stale = {}
        for key, cached in self.engine.sheets.cached.items():
            if key in found or key in self.engine.lacking:
                continue
            right = values.python(self.engine.values[key], 0)
            if right != cached and not _near(right, cached):
                stale[key] = self.engine.values[key]
        return stale

    def check(self, chunks: list[Chunk]) -> None:
        """Refuse books whose own checks fail.

        Raises
        ------
        OutOfRange
            If `chk_total` of a book is not 0.
        """
        place = self.book.target("chk_total") if "chk_total" in self.book.names else None
        if place is None:
            return
        for chunk in chunks:
            found = self.computed(chunk).get(place[:3])
            if len(chunks) > 1:
                chunk.found = None
            for at, job in enumerate(chunk.jobs):
                total = self.book.at(place[:3]) if found is None else values.python(found, at)
                if total != 0:
                    raise OutOfRange(
                        f"{job.where}{job.path.name}: the book's own checks fail with these inputs (chk_total is {total}); 0 is needed"
                    )

    # -- writing ----------------------------------------------------------------------------------------------------------------
    def books(self, chunk: Chunk, level: int) -> Iterator[tuple[Job, dict[str, Packed]]]:
        """Go through the books of a chunk with their changed parts."""
        found = self.computed(chunk)
        count = len(chunk.jobs)
        cuts: list[Cut] = self.cutter.cut(found, count)
        shared = {} if self.recalculate else self._asking(level)
        streams = [(cut.name, cut.books(count)) for cut in cuts]
        for job in chunk.jobs:
            yield job, shared | {name: packed(next(stream), level) for name, stream in streams}

    def _asking(self, level: int) -> dict[str, Packed]:
        """Return the workbook part with the request to calculate when opened."""
        data = self.book.package.part(self.book.path_of_book).decode()
        if "fullCalcOnLoad" in data:
            return {}
        if re.search(r"<(\w+:)?calcPr\b", data):
            data = re.sub(r"(<(?:\w+:)?calcPr\b)", r'\1 fullCalcOnLoad="1"', data, count=1)
        else:
            data = re.sub(
                r"(</(\w+:)?definedNames>|</(\w+:)?sheets>)(?!.*</(?:\w+:)?definedNames>)",
                r'\1<calcPr fullCalcOnLoad="1"/>',
                data,
                count=1,
            )
        return {self.book.path_of_book: packed(data.encode(), level)}

    def figures(self, chunk: Chunk, job: Job) -> dict[str, Any]:
        """Return the figures and checks of a book by name."""
        if self.engine is None:
            return {}
        found = self.computed(chunk)
        shown = {}
        for name in self.book.names:
            if name.startswith(("out_", "chk_")):
                place = self.book.target(name)
                if place is not None and place[1] == place[3] and place[2] == place[4]:
                    value = found.get(place[:3])
                    shown[name] = (
                        self.book.at(place[:3]) if value is None else values.python(value, chunk.places[id(job)])
                    )
        return shown


def _near(right: Any, cached: Any) -> bool:
    """Tell whether two numbers differ by no more than rounding."""
    return (
        isinstance(right, float)
        and isinstance(cached, float)
        and abs(right - cached) <= 1e-12 * max(abs(right), abs(cached), 1e-300)
    )


def _pattern(pattern: str, row: Record, number: int, shown: Mapping[str, Any]) -> str:
    """Return a file name made from the columns of a row."""
    words = {"row": number, **{name.removeprefix("in_"): value for name, value in shown.items()}, **shown}
    words |= {name: value for name, value in row.values.items() if name not in words}
    try:
        return pattern.format(**{name: f"{v:.15g}" if isinstance(v, float) else v for name, v in words.items()})
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise UnknownName(
            f"{row.where}the pattern {pattern!r} names {error}; allowed: row, book and the columns of the data"
        ) from error


def _file_name(text: str, where: str) -> str:
    """Return a file name that every system takes."""
    stem = text.rpartition(".")[0]
    if (
        _BAD_IN_NAME.search(text)
        or stem.strip(" .") != stem
        or not stem
        or stem.lower() in _RESERVED
        or len(text) > 200
    ):
        raise WrongType(
            f'{where}the book is named {text!r}; up to 200 letters, digits, spaces and signs without <>:"/\\|?* are allowed'
        )
    return text
