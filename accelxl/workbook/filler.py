"""A template ready to be filled: read, compiled and cut once for all books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from accelxl.errors import BadFile
from accelxl.workbook.accel import known, outside
from accelxl.workbook.book import Workbook, load, properties
from accelxl.workbook.elements import asking
from accelxl.workbook.fields import Field, fields, figure_cells
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.sheets import Formula
from accelxl.workbook.formulas.tree import Unsupported
from accelxl.workbook.formulas.values import Value
from accelxl.workbook.frozen import refuse_frozen
from accelxl.workbook.grow import grown, grown_parts
from accelxl.workbook.intact import intact
from accelxl.workbook.jobs import Job
from accelxl.workbook.package import Packed, packed, read_bytes
from accelxl.workbook.patch import Cut, Cutter
from accelxl.workbook.ranges import Loader, Table, own_tables, tables
from accelxl.workbook.recalc import recalculated
from accelxl.workbook.scan import MOST_TAGS

CHUNK_BYTES = 128 << 20
"""The values of the formula cells of one chunk of books take about this much memory."""
MOST_BOOKS = 1024
"""Books of a chunk."""
MOST_REACHES = 8
"""Templates with longer tables that are kept, one for each set of last rows."""


class Chunk:
    """Books that are computed together; what was computed is kept while it is the last one.

    `moving` are the input cells that any row of the whole data changes: every book is written with all of them, so that its bytes
    do not depend on which books are computed beside it.
    """

    def __init__(self, jobs: list[Job], moving: Sequence[Key] | None = None) -> None:
        self.jobs = jobs
        self.moving = moving_of(jobs) if moving is None else moving
        self.places = {id(job): place for place, job in enumerate(jobs)}
        self.found: dict[Key, Value] | None = None


def moving_of(jobs: Iterable[Job]) -> list[Key]:
    """Return the input cells that any of these books changes."""
    return sorted({key for job in jobs for key in job.values})


@lru_cache(maxsize=2)
def _prepared(template: Path, _digest: str, recalculate: bool) -> Filler:
    return Filler(template, recalculate=recalculate)


def prepared(template: str | Path, *, recalculate: bool = True, digest: str = "") -> Filler:
    """Return a template ready to be filled; the last two are kept, for scripts that fill one template again and again.

    Parameters
    ----------
    template : path
    recalculate : bool
    digest : str, optional
        What the file's SHA-256 must be, so that a run works with one template from its first book to its last.

    Raises
    ------
    BadFile
        If it is missing, no workbook, encrypted or damaged, or not the one of `digest`.
    """
    path = Path(template)
    found = sha256(read_bytes(path)).hexdigest()
    if digest and digest != found:
        raise BadFile(f"{path} has changed since the run began; start it again")
    return _prepared(path, found, recalculate)


class Filler:
    """A template ready to be filled: read, compiled and cut once for all books.

    `reach` is the last row of each table that grows beyond its place in the template; `extended` gives the filler of such a template.
    """

    def __init__(
        self, template: str | Path | Workbook, *, recalculate: bool = True, reach: tuple[tuple[str, int], ...] = ()
    ) -> None:
        self.book: Workbook = template if isinstance(template, Workbook) else load(template)
        intact(self.book)
        for part in filter(None, self.book.parts):
            self.book.package.text(part, MOST_TAGS)
        self.fields: dict[str, Field] = fields(self.book)
        self.tables: dict[str, Table] = tables(self.book)
        if not self.fields and not self.tables:
            raise BadFile(f"{template} has no input: a defined name for a single cell without a formula is needed")
        refuse_frozen(self.book)
        self.recalculate = recalculate
        self.grown = {name: replace(self.tables[name], bottom=last) for name, last in reach}
        if reach:
            self.book = grown(self.book, self.grown)
        self.cutter = Cutter(self.book)
        self.batch = self._batch_cells()
        self._extended: dict[tuple[tuple[str, int], ...], Filler] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the template's file."""
        return sha256(self.book.package.data).hexdigest()

    @cached_property
    def labels(self) -> tuple[str, str]:
        """Name and version of the template that the book was made from, where it tells them."""
        custom = properties(self.book)
        return custom.get("Template", ""), custom.get("Template version", "")

    @cached_property
    def own_tables(self) -> list[Table]:
        """The tables with cells that are no single input."""
        return own_tables(self.fields, self.tables)

    @cached_property
    def loader(self) -> Loader:
        """Rows of data into the tables of the template."""
        return Loader(self.book, self.tables, {one.key: one for one in self.fields.values()})

    def extended(self, reach: tuple[tuple[str, int], ...]) -> Filler:
        """Return the filler of the template with tables that reach further down."""
        if not reach:
            return self
        if reach not in self._extended:
            if len(self._extended) > MOST_REACHES:
                self._extended.clear()
            self._extended[reach] = Filler(load(self.book.package.path), recalculate=self.recalculate, reach=reach)
        return self._extended[reach]

    def _batch_cells(self) -> dict[Key, str]:
        """Return the cells that keep a figure of the time of the fill: `batch_x` keeps `live_x` or `out_x`."""
        found: dict[Key, str] = {}
        for name in self.book.names:
            short = name.removeprefix("batch_")
            others = [other for other in (f"live_{short}", f"out_{short}") if other in self.book.names]
            place = self.book.target(name) if name.startswith("batch_") and others else None
            if place is not None:
                found[place[:3]] = others[0]
        return found

    @cached_property
    def engine(self) -> Engine | None:
        """The compiled formulas; None where nothing is to be recalculated."""
        if not self.recalculate:
            return None
        sheets = self.book.sheets()
        for key, figure in self.batch.items():
            sheets.constants.pop(key, None)
            sheets.formulas[key] = Formula(figure)
        for table in self.grown.values():  # a reference to whole columns ends at the last used row
            for column in range(table.left, table.right + 1):
                sheets.constants.setdefault((table.sheet, table.bottom, column), None)
        return Engine(sheets, outside, known)

    def chunks(self, jobs: list[Job], moving: Sequence[Key], most: int = MOST_BOOKS) -> Iterator[Chunk]:
        """Go through the books in chunks that are computed together; those of one chunk reach equally far."""
        size = max(32, min(most, CHUNK_BYTES // (8 * max(1, self.formulas if self.recalculate else 1))))
        groups: dict[tuple[tuple[str, int], ...], list[Job]] = {}
        for job in jobs:
            groups.setdefault(job.reach, []).append(job)
        for group in groups.values():
            for start in range(0, len(group), size):
                yield Chunk(group[start : start + size], moving)

    @cached_property
    def formulas(self) -> int:
        """How many formula cells the template has."""
        return sum(
            span.formula is not None
            for place in range(len(self.book.titles))
            for span in self.book.sheet(place).cells.values()
        )

    def computed(self, chunk: Chunk) -> dict[Key, Value]:
        """Return every cell that differs from the template in one of the chunk's books."""
        if chunk.found is None:
            inputs = self._inputs(chunk)
            found = dict(inputs)
            if self.engine is not None:
                try:
                    found |= self.engine.run(inputs)
                except Unsupported as lacking:
                    if self.grown:
                        raise BadFile(
                            f"{self.book.package.path} uses {lacking}, which cannot be calculated for a table that grows; "
                            "fill it without recalculation, or make room in the table"
                        ) from lacking
                    found |= recalculated(self.book, inputs, len(chunk.jobs), str(lacking))
                found |= {key: value for key, value in self.stale.items() if key not in found}
            chunk.found = found
        return chunk.found

    def _inputs(self, chunk: Chunk) -> dict[Key, Value]:
        """Return the inputs that any book of the batch changes, by book of the chunk."""
        found = {}
        for key in chunk.moving:
            own = self.book.at(key)
            cells = [job.values.get(key, own) for job in chunk.jobs]
            if all(type(cell) is float for cell in cells):
                found[key] = Value(np.array(cells))
            else:
                parts = [values.of(cell) for cell in cells]
                found[key] = values.gathered(parts)
        return found

    @cached_property
    def stale(self) -> dict[Key, Value]:
        """Formula cells whose value in the template is not what its formula gives."""
        assert self.engine is not None
        stale = {}
        for key, cached in self.engine.sheets.cached.items():
            if key in self.engine.lacking:
                continue
            right = values.python(self.engine.values[key], 0)
            if right != cached and not _near(right, cached):
                stale[key] = self.engine.values[key]
        return stale

    def failing(self, chunk: Chunk, at: int) -> str:
        """Return the first check of a book that fails, "" where `chk_total` is 0 or the book has none."""
        place = self.book.target("chk_total") if "chk_total" in self.book.names else None
        if place is None or self.engine is None:
            return ""
        found = self.computed(chunk)
        return "" if self._python(found, place[:3], at) == 0 else self._failing(found, place[:3], at)

    def _python(self, found: Mapping[Key, Value], key: Key, at: int) -> Any:
        """Return a cell of one book."""
        value = found.get(key)
        return self.book.at(key) if value is None else values.python(value, at)

    def _failing(self, found: Mapping[Key, Value], total: Key, at: int) -> str:
        """Return the label, in the first column, of the first flag in the sum of the checks."""
        assert self.engine is not None
        for flag in sorted(self.engine.sources(total)):
            if self._python(found, flag, at) != 0:
                label = self.book.at((flag[0], flag[1], 0))
                return f"{label!r} in {self.engine.where(flag)}"
        return f"chk_total is {self._python(found, total, at)}"

    def cuts(self, chunk: Chunk) -> list[Cut]:
        """Return the parts of a chunk's books that change."""
        return self.cutter.cut(self.computed(chunk), len(chunk.jobs))

    def shared(self, level: int) -> dict[str, Packed]:
        """Return the parts that differ from the template's and are the same in all books."""
        changed: dict[str, bytes] = grown_parts(self.book, self.grown) if self.grown else {}
        if not self.recalculate:
            main = self.book.path_of_book
            changed[main] = asking(changed.get(main, self.book.package.part(main)))
        return {name: packed(data, level) for name, data in changed.items()}

    @cached_property
    def figure_cells(self) -> dict[str, Key]:
        """Cells of the figures and checks by name: ``out_`` and ``chk_``, or in a book without them every named formula."""
        return figure_cells(self.book, self.fields)

    def figures(self, chunk: Chunk, job: Job) -> dict[str, Any]:
        """Return the figures and checks of a book by name."""
        if self.engine is None:
            return {}
        found, at = self.computed(chunk), chunk.places[id(job)]
        return {name: self._python(found, key, at) for name, key in self.figure_cells.items()}


def _near(right: Any, cached: Any) -> bool:
    """Tell whether two numbers differ by no more than rounding."""
    return (
        isinstance(right, float)
        and isinstance(cached, float)
        and abs(right - cached) <= 1e-12 * max(abs(right), abs(cached), 1e-300)
    )
