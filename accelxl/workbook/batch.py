"""A batch of books: computed in chunks, in one process or several, written one by one, and told in the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from accelxl.errors import AccelError
from accelxl.files import write_atomically
from accelxl.workbook.filler import Chunk, Filler
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.hashes import inputs_hash
from accelxl.workbook.jobs import Job
from accelxl.workbook.locks import check_closed
from accelxl.workbook.manifest import plain
from accelxl.workbook.package import assembled, packed
from accelxl.workbook.ranges import table_values


@dataclass(frozen=True, slots=True)
class Filled:
    """A book of a batch.

    `status` is "written", "kept" (an earlier run wrote it from the same data, and it is as it was then) or "failed"; a book that
    failed has a sentence in `error`. `remarks` are sentences on values that may be a mistake and are none that is refused. `inputs`
    are those that the data gave, `figures` the book's figures (`out_*`) and checks (`chk_*`) by name.
    """

    path: Path
    inputs: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)
    status: str = "written"
    error: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How books are written; see `accelxl.workbook.fill.fill`."""

    recalculate: bool = True
    failing: bool = False
    level: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A book that was tried: its job, its figures and hashes, or why it failed."""

    job: Job
    figures: dict[str, Any] = field(default_factory=dict)
    inputs_sha256: str = ""
    book_sha256: str = ""
    error: AccelError | None = None


def written(filler: Filler, chunk: Chunk, options: Options) -> Iterator[Done]:
    """Write the books of a chunk; one that cannot be written is told and the others go on."""
    variant = filler.extended(chunk.jobs[0].reach)
    try:
        cuts = variant.cuts(chunk)
        shared = variant.shared(options.level)
    except AccelError as error:
        yield from (Done(job, error=_at(job, error)) for job in chunk.jobs)
        return
    for at, job in enumerate(chunk.jobs):
        try:
            why = "" if options.failing or not options.recalculate else variant.failing(chunk, at)
            if why:
                yield Done(job, error=_checks_fail(job, why))
                continue
            check_closed(job.path)
            parts = shared | {cut.name: packed(cut.book(at), options.level) for cut in cuts if cut.differs[at]}
            data = assembled(variant.book.package.members, parts)
            write_atomically(job.path, data)
        except AccelError as error:
            yield Done(job, error=_at(job, error))
            continue
        yield Done(job, variant.figures(chunk, job), hash_of(variant, job), sha256(data).hexdigest())
    chunk.found = None


def _checks_fail(job: Job, why: str) -> AccelError:
    from accelxl.errors import OutOfRange

    return OutOfRange(f"{job.where}{job.path.name}: the book's own checks fail with these inputs: {why}")


def _at(job: Job, error: AccelError) -> AccelError:
    """Return an error with the place of the row that it is of."""
    text = str(error)
    return error if not job.where or text.startswith(job.where) else type(error)(f"{job.where}{text}")


def hash_of(filler: Filler, job: Job) -> str:
    """Return the hash of all inputs of a book, as `read` finds it in the book."""
    given: dict[str, Any] = {name: job.values.get(one.key, one.value) for name, one in filler.fields.items()}
    for table in filler.own_tables:
        given[table.name] = table_values(filler.book, filler.grown.get(table.name, table), job.values)
    return inputs_hash(given)


def record_of(filler: Filler, done: Done, key: str) -> dict[str, Any]:
    """Return what the manifest says of a book."""
    name, version = filler.labels
    return {
        "book": done.job.path.name,
        "status": "failed" if done.error is not None else "written",
        "sentence": str(done.error or ""),
        "remarks": "; ".join(done.job.remarks),
        "row": done.job.where.rstrip(", "),
        "template": filler.book.package.path.name,
        "template_name": name,
        "template_version": version,
        "template_sha256": filler.digest,
        "accelxl": _version(),
        "inputs_sha256": done.inputs_sha256,
        "book_sha256": done.book_sha256,
        "key": key,
        "inputs": {name: plain(value) for name, value in done.job.shown.items()},
        "figures": {name: plain(value) for name, value in done.figures.items()},
    }


def moved(record: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """Return the record of a book that was kept, with the row that its data stands in now."""
    figures = {name: plain(value) for name, value in record["figures"].items()}
    return {**record, "figures": figures, "row": job.where.rstrip(", ")}


def _version() -> str:
    from accelxl import __version__

    return __version__


def key_of(filler: Filler, job: Job, moving: str, options: Options) -> str:
    """Return the hash of everything that a book is made from; `moving` is the hash of the cells that the data changes."""
    from accelxl.workbook.hashes import cells_hash

    words = {
        "template": filler.digest,
        "accelxl": _version(),
        "moving": moving,
        "recalculate": options.recalculate,
        "failing": options.failing,
        "level": options.level,
        "reach": [list(item) for item in job.reach],
    }
    return cells_hash(words, job.values)


def moving_hash(moving: list[Key]) -> str:
    """Return the hash of the cells that the data of a batch changes."""
    return sha256(repr(moving).encode()).hexdigest()
