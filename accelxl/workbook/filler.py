"""A template ready to be filled: read, compiled and cut once for all books."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from accelxl.errors import BadFile, OutOfRange
from accelxl.workbook.accel import known, outside
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.fields import Field, fields
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.sheets import Formula
from accelxl.workbook.formulas.tree import Unsupported
from accelxl.workbook.formulas.values import Value
from accelxl.workbook.jobs import Job
from accelxl.workbook.package import Packed, packed, read_bytes
from accelxl.workbook.patch import Cut, Cutter
from accelxl.workbook.recalc import recalculated

CHUNK_BYTES = 128 << 20
"""The values of the formula cells of one chunk of books take about this much memory."""


class Chunk:
    """Books that are computed together; what was computed is kept while it is the last one."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.places = {id(job): place for place, job in enumerate(jobs)}
        self.found: dict[Key, Value] | None = None


@lru_cache(maxsize=2)
def _prepared(template: Path, _digest: bytes, recalculate: bool) -> Filler:
    return Filler(template, recalculate=recalculate)


def prepared(template: str | Path, *, recalculate: bool = True) -> Filler:
    """Return a template ready to be filled; the last two are kept, for scripts that fill one template again and again.

    Raises
    ------
    BadFile
        If it is missing, no workbook, encrypted or damaged.
    """
    path = Path(template)
    return _prepared(path, sha256(read_bytes(path)).digest(), recalculate)


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
        return Engine(sheets, outside, known)

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
                found |= {key: value for key, value in self.stale.items() if key not in found}
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

    def check(self, chunks: list[Chunk]) -> None:
        """Refuse books whose own checks fail.

        Raises
        ------
        OutOfRange
            If `chk_total` of a book is not 0; the sentence names the first check that fails.
        """
        place = self.book.target("chk_total") if "chk_total" in self.book.names else None
        if place is None or self.engine is None:
            return
        for chunk in chunks:
            found = self.computed(chunk)
            for at, job in enumerate(chunk.jobs):
                total = self._python(found, place[:3], at)
                if total != 0:
                    why = self._failing(found, place[:3], at)
                    raise OutOfRange(f"{job.where}{job.path.name}: the book's own checks fail with these inputs: {why}")
            if len(chunks) > 1:
                chunk.found = None

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

    def books(self, chunk: Chunk, level: int) -> Iterator[tuple[Job, dict[str, Packed]]]:
        """Go through the books of a chunk with their changed parts."""
        found = self.computed(chunk)
        count = len(chunk.jobs)
        cuts: list[Cut] = self.cutter.cut(found, count)
        shared = {} if self.recalculate else self._asking(level)
        for at, job in enumerate(chunk.jobs):
            yield job, shared | {cut.name: packed(cut.book(at), level) for cut in cuts}

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
