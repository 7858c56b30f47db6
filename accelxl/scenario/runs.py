"""A run from beginning to end: on this machine or a cluster, its rows to a file, its state to a checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelxl.errors import AccelError, BadFile, OutOfRange, WrongType
from accelxl.parallel import Progress
from accelxl.scenario import checkpoint as marks
from accelxl.scenario import cluster as workers
from accelxl.scenario import engine
from accelxl.scenario.checks import path_of, real, shown, threads_of
from accelxl.scenario.draws import Draws
from accelxl.scenario.engine import Kept, Vector, Watch, Writer
from accelxl.scenario.job import Job
from accelxl.scenario.rows import Parts, Rows, check_out, whole
from accelxl.scenario.sinks import STRETCH, Wanted

CHECKPOINT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class How:
    """Where a run works and what it leaves besides its result."""

    threads: int | None = None
    progress: Progress | None = None
    cluster: Any = None
    out: Any = None
    checkpoint: Any = None
    seconds: float = CHECKPOINT_SECONDS
    """Between two checkpoints."""


Advance = Callable[[Kept, int, Writer | None], None]


def _columns(job: Job, first: int, values: Vector) -> list[Any]:
    """Return inputs, words and metrics of scenarios, a column each."""
    count = values.shape[1]
    columns: list[Any] = list(job.source.rows(first, count))
    if not isinstance(job.source, Draws):
        which = job.source.plans(first, count)
        if which is not None:
            labels = job.source.labels
            columns += [[labels[k][at] for k in which.tolist()] for at in range(len(job.source.words))]
    return [*columns, *values]


def _names(job: Job) -> tuple[list[str], tuple[str, ...]]:
    words = () if isinstance(job.source, Draws) else job.source.words
    return [*job.inputs, *words, *job.metrics], words


def _writer(job: Job, rows: Rows) -> Writer:
    return lambda first, values: rows.put(_columns(job, first, values))


def complete(job: Job, wanted: Wanted, how: How) -> tuple[Kept, Path | None]:
    """Evaluate all scenarios of a run and return what it kept, and the file of its rows.

    Raises
    ------
    Interrupted
        If the run was broken off; the sentence says how far it came, and what the checkpoint holds.
    BadFile
        If a file cannot be read or written; nothing half-written is left.
    """
    out = None if how.out is None else check_out(how.out, job.count)
    threads, seconds = threads_of(how.threads), real(how.seconds, "the time between two checkpoints")
    if seconds < 0.0:
        raise OutOfRange(f"the time between two checkpoints is {seconds:g} s; 0 or more is allowed")
    if how.progress is not None and not callable(how.progress):
        raise WrongType(f"progress is {shown(how.progress)}; a function of scenarios done and all is allowed")
    kept, watch = Kept.empty(job, wanted), Watch(job.count, how.progress)
    try:
        _work(job, wanted, how, kept, watch, out, threads, seconds)
    except KeyboardInterrupt as error:
        # Ctrl-C may come between two spans too: while a checkpoint is written, or a file of rows closed.
        if isinstance(error, AccelError):
            raise
        raise watch.stopped() from None
    return kept, out


def _work(
    job: Job, wanted: Wanted, how: How, kept: Kept, watch: Watch, out: Path | None, threads: int | None, seconds: float
) -> None:
    with ExitStack() as stack:
        client = None if how.cluster is None else stack.enter_context(workers.client_of(how.cluster))

        def advance(kept: Kept, until: int, write: Writer | None) -> None:
            if client is None:
                engine.advance(job, wanted, kept, until, threads, watch, write)
            else:
                workers.advance(job, wanted, kept, until, client, watch, write)

        if how.checkpoint is not None:
            _resumable(job, wanted, path_of(how.checkpoint, "the checkpoint"), seconds, kept, watch, out, advance)
        elif out is None:
            advance(kept, job.count, None)
        else:
            rows = stack.enter_context(whole(out, *_names(job)))
            advance(kept, job.count, _writer(job, rows))


def _resumable(
    job: Job, wanted: Wanted, path: Path, seconds: float, kept: Kept, watch: Watch, out: Path | None, advance: Advance
) -> None:
    if out is not None and os.path.realpath(path) == os.path.realpath(out):
        raise BadFile(f"{path} is given as checkpoint and as the file of rows; two files are needed")
    if not path.parent.is_dir():
        raise BadFile(f"{path} lies in a folder that does not exist; an existing folder is needed")
    if out is not None and out.suffix.lower() == ".xlsx":
        raise BadFile(f"{out} is given with a checkpoint; .parquet or .csv is allowed, whose rows can be kept in parts")
    mark = marks.fingerprint(job, wanted, out)
    parts = None if out is None else Parts(out, *_names(job))
    firsts = marks.load(path, mark, kept)
    if firsts is None or (parts is not None and not parts.has(firsts)):
        kept, firsts = _from_start(job, wanted, kept), []
    watch.done = kept.at
    watch.note = lambda: marks.held(path)
    step = STRETCH
    while kept.at < job.count:
        first, begun = kept.at, time.perf_counter()
        until = min(first + step, job.count)
        try:
            with parts.part(first) if parts else nullcontext() as rows:
                advance(kept, until, _writer(job, rows) if rows is not None else None)
            if parts:
                firsts.append(first)
            marks.save(path, mark, kept, firsts)
        except BaseException:
            if parts and not path.exists():  # no checkpoint knows of a part
                parts.drop()
            raise
        # As many stretches as fill the time between two checkpoints, at most twice as many as last time.
        rate = (until - first) / max(time.perf_counter() - begun, 1e-9)
        step = max(STRETCH, min(2 * step, int(rate * seconds) // STRETCH * STRETCH))
    if parts:
        parts.join(firsts)
    marks.drop(path)


def _from_start(job: Job, wanted: Wanted, kept: Kept) -> Kept:
    """Return `kept` as it was before the run began."""
    fresh = Kept.empty(job, wanted)
    for name in Kept.__slots__:
        setattr(kept, name, getattr(fresh, name))
    return kept
