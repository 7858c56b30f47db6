"""Books from a template, a row of data each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from accelxl.errors import AccelError, Interrupted
from accelxl.files import used_folder
from accelxl.workbook.batch import Done, Filled, Options, key_of, moved, moving_hash, record_of, written
from accelxl.workbook.currency import currency_of
from accelxl.workbook.delimited import Dialect
from accelxl.workbook.filler import Filler, moving_of, prepared
from accelxl.workbook.jobs import Fault, Job, Rows
from accelxl.workbook.locks import sole_use
from accelxl.workbook.manifest import Manifest
from accelxl.workbook.records import records
from accelxl.workbook.remarks import Remarks
from accelxl.workbook.sources import input_sheet
from accelxl.workbook.workers import side_by_side

Progress = Callable[[int, int], None]
ENOUGH_FOR_TWO = 64
"""Fewer books than this for each process are not worth another process."""


def fill(
    template: str | Path,
    data: Any,
    out: str | Path,
    *,
    pattern: str = "",
    recalculate: bool = True,
    failing: bool = False,
    level: int = 1,
    jobs: int = 1,
    anew: bool = False,
    separator: str = "",
    decimal: str = "",
    progress: Progress | None = None,
) -> list[Filled]:
    """Books from a template, one for each row of data: values in its inputs, every formula cell with its new value.

    A book is written whole or not at all; the template is never touched. Parts of the template that do not change are copied byte for
    byte. A row that gives no book is told in its place and the others are done. ``manifest.csv`` and ``manifest.json`` beside the
    books say what each was made from. A book that is there from an earlier run, made from the same and not changed since, is kept.

    Parameters
    ----------
    template : path
        An .xlsx or .xlsm workbook. Its inputs are the defined names that begin with ``in_``, or, where there is none, every defined name
        of a single cell without a formula; and the ranges of several cells without formulas that have a name or are a table.
    data : path, DataFrame or list of dicts
        A CSV, JSON or .xlsx file, or rows in memory. Columns are names of inputs, with or without ``in_``; ``book`` names the file. An
        empty field keeps the template's value, the word ``blank`` empties an input that may be empty. The column of a range takes rows,
        or the name of a file that holds them; ``append:`` before its name adds the rows below those that are there. A column
        ``currency`` must be that of the book.
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
    jobs : int
        Processes; any number gives the same bytes.
    anew : bool
        Whether books that could be kept are written all the same.
    separator, decimal : str, optional
        The sign between the columns of a CSV file and the one before decimals; what is not given is found out from the file, and a file
        that does not tell it is refused.
    progress : callable, optional
        Called with the number of books that are done and of all books.

    Returns
    -------
    list of Filled
        A row for each book, in the order of the data.

    Raises
    ------
    BadFile
        If the template, the data or the folder cannot be used, or another run fills the folder.
    UnknownName, WrongUnit, WrongType, OutOfRange
        If no row gives a book: the error of the first one. The sentence names file, row, input, what was given and what is allowed.
    Interrupted
        If it is broken off; the same call goes on from there.

    Examples
    --------
    >>> import tempfile
    >>> from accelxl.workbook.build import build
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     book = build(["accelerator_budget"], folder)[0]
    ...     done = fill(book, [{"book": "small", "units_1": 8, "units_2": 0}, {"book": "odd", "units_1": -8}], folder)
    ...     done[0].path.name, round(done[0].figures["out_capex_usd"])
    ...     done[1].status, done[1].error
    ('small.xlsx', 327750)
    ('failed', 'row 2, in_units_1 is -8; a number from 0 to 1e+09 accelerators is allowed')
    """
    batch = Batch(template, data, Path(out), pattern, Options(recalculate, failing, level), Dialect(separator, decimal))
    found = dict(batch.run(processes=jobs, anew=anew, progress=progress))
    return [found[place] for place in range(len(batch.rows))]


class Batch:
    """A batch that is read and checked, and not yet begun.

    `rows` are its books and faults in the order of the data; `note` says which version of its template the book was made with, where it
    is not that of this release; `remarks` are what a reader of the books should know of their values.
    """

    def __init__(
        self, template: str | Path, data: Any, out: Path, pattern: str, options: Options, dialect: Dialect
    ) -> None:
        given = records(data, dialect)
        self.filler: Filler = prepared(template, recalculate=options.recalculate)
        self.out, self.options = out, options
        name, version = self.filler.labels
        sheet = input_sheet(self.filler.book)
        reader = Rows(
            self.filler.fields, self.filler.loader, currency_of(self.filler.book), f"{name} {version}".strip(), sheet
        )
        jobs = reader.jobs(given, self.filler.book.package.path, out, pattern)
        self.rows, self.remarks = Remarks(self.filler, sheet).with_remarks(jobs)
        self.names: list[str] = []
        """Names of the lines of the manifest in the order of the data."""
        self.kept = 0
        self.broken_off = 0
        faults = [row.error for row in self.rows if isinstance(row, Fault)]
        if len(faults) == len(self.rows):
            raise faults[0]

    @property
    def note(self) -> str:
        """Which version of its template the book was made with, where this release has another; "" where it is the same."""
        from accelxl.workbook.build import TEMPLATES
        from accelxl.workbook.build import template as known

        name, version = self.filler.labels
        if name not in TEMPLATES or known(name).version == version:
            return ""
        return f"the template is version {version} of {name}; this release has version {known(name).version}"

    def run(
        self, *, processes: int = 1, anew: bool = False, progress: Progress | None = None
    ) -> Iterator[tuple[int, Filled]]:
        """Write the books and yield each with its place in the data, in the order in which they are done.

        Raises
        ------
        AccelError
            If the folder cannot be used, or no book could be written.
        Interrupted
            If it is broken off.
        """
        told, failed = 0, []
        try:
            with used_folder(self.out) as folder, sole_use(folder) as lock, Manifest(folder) as manifest:
                self.broken_off = manifest.broken_off
                for place, one, error in self._each(manifest, processes, lock, anew=anew):
                    told += 1
                    if error is not None:
                        failed.append(error)
                    yield place, one
                    if progress is not None:
                        progress(told, len(self.rows))
                if len(failed) == len(self.rows):
                    manifest.drop_journal()
                    raise failed[0]
                manifest.finish(self.names)
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"broken off after {told:,} of {len(self.rows):,} books; the same command goes on from there"
            ) from error

    def _each(
        self, manifest: Manifest, processes: int, lock: int, *, anew: bool
    ) -> Iterator[tuple[int, Filled, AccelError | None]]:
        """Go through the books: faults of the data, books that are kept, books that are written."""
        jobs = [row for row in self.rows if isinstance(row, Job)]
        moving = moving_of(jobs)
        cells = moving_hash(moving)
        places = {row.path.name: place for place, row in enumerate(self.rows) if isinstance(row, Job)}
        todo: list[Job] = []
        for place, row in enumerate(self.rows):
            if isinstance(row, Fault):
                record = self._fault_record(row, places)
                self.names.append(record["book"])
                manifest.add(record)
                yield place, Filled(row.path or self.out, {}, {}, "failed", str(row.error)), row.error
                continue
            self.names.append(row.path.name)
            old = None if anew else manifest.same(row.path, key_of(self.filler, row, cells, self.options))
            if old is None:
                todo.append(row)
            else:
                self.kept += 1
                if old["row"] != row.where.rstrip(", "):  # the rows were sorted anew
                    manifest.add(moved(old, row))
                yield place, Filled(row.path, row.shown, old["figures"], "kept", "", row.remarks), None
        for done in self._written(todo, moving, processes, lock):
            job = done.job
            manifest.add(record_of(self.filler, done, key_of(self.filler, job, cells, self.options)))
            status = "failed" if done.error is not None else "written"
            yield (
                places[job.path.name],
                Filled(job.path, job.shown, done.figures, status, str(done.error or ""), job.remarks),
                done.error,
            )

    def _written(self, jobs: list[Job], moving: list[Any], processes: int, lock: int) -> Iterator[Done]:
        processes = min(processes, len(jobs) // ENOUGH_FOR_TWO)
        if processes > 1:
            chunks = list(self.filler.chunks(jobs, moving, max(32, -(-len(jobs) // (4 * processes)))))
            yield from side_by_side(self.filler, chunks, moving, self.options, processes, lock)
            return
        for chunk in self.filler.chunks(jobs, moving):
            yield from written(self.filler, chunk, self.options)

    def _fault_record(self, fault: Fault, places: dict[str, int]) -> dict[str, Any]:
        """Return what the manifest says of a row that gives no book; it stands under its row where its name is another book's."""
        where = fault.where.rstrip(", ")
        name = fault.path.name if fault.path is not None and fault.path.name not in places else f"({where})"
        done = Done(Job(fault.where, self.out / name, {}, {}), error=fault.error)
        return record_of(self.filler, done, "")
