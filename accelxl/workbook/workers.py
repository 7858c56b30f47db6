"""A batch on several processes: each has the template compiled for itself, takes chunks of books and tells of each book.

A worker is this Python with one command, fed through its standard input, so a script needs no guard around its main part, and it ends
as soon as the process that started it does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from typing import Any, BinaryIO

from accelxl.errors import BadFile
from accelxl.workbook.batch import Done, Options, written
from accelxl.workbook.filler import Chunk, Filler, prepared
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.jobs import Job

_COMMAND = "from accelxl.workbook.workers import serve; serve()"


def side_by_side(
    filler: Filler, chunks: Sequence[Chunk], moving: Sequence[Key], options: Options, processes: int, lock: int = -1
) -> Iterator[Done]:
    """Write the books of chunks on several processes, in the order in which they are done.

    Raises
    ------
    BadFile
        If a process ends before its work does.
    """
    waiting = deque(chunks)
    told: Queue[tuple[int, Any]] = Queue()
    workers = [_Worker(place, told, lock) for place in range(min(processes, len(chunks)))]
    try:
        first = (filler.book.package.path, filler.digest, tuple(moving), options)
        for worker in workers:
            worker.send(first)
            worker.take(waiting.popleft())
        busy = len(workers)
        while busy:
            place, message = told.get()
            if isinstance(message, Done):
                yield message
            elif message is None and waiting:
                workers[place].take(waiting.popleft())
            elif message is None:
                busy -= 1
                workers[place].close()
            else:
                raise message
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that writes books, and the thread that listens to it."""

    def __init__(self, place: int, told: Queue[tuple[int, Any]], lock: int) -> None:
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109
        keep: dict[str, Any] = {"pass_fds": (lock,)} if lock >= 0 and os.name == "posix" else {}
        if os.name == "posix" and lock >= 0:
            os.set_inheritable(lock, True)
        self.process = subprocess.Popen(  # noqa: S603 - this Python, with a command of ours
            [sys.executable, "-c", _COMMAND],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path}, **keep,
        )  # fmt: skip
        self.place, self.told, self.over = place, told, False
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: Any) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # a process that is gone is told by its listener
            pickle.dump(message, self.process.stdin)
            self.process.stdin.flush()

    def take(self, chunk: Chunk) -> None:
        self.send(chunk.jobs)

    def close(self) -> None:
        self.over = True
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        try:
            while True:
                self.told.put((self.place, pickle.load(self.process.stdout)))  # noqa: S301 - of our own process
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            if self.over:
                return
            words = self.process.stderr.read().decode("utf-8", "replace").strip().splitlines()
            code = self.process.wait()
            why = words[-1] if words else f"it ended with {code}"
            self.told.put(
                (
                    self.place,
                    BadFile(f"a process that writes books broke off: {why}; the same command goes on from there"),
                )
            )

    def end(self) -> None:
        self.over = True
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def serve() -> None:
    """Write the chunks that come on standard input and tell of each book on standard output, until it ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the messages
    work: Queue[Any] = Queue()
    threading.Thread(target=_take, args=(sys.stdin.buffer, work), daemon=True).start()
    template, digest, moving, options = work.get()
    filler = prepared(Path(template), recalculate=options.recalculate, digest=digest)
    while True:
        jobs: list[Job] = work.get()
        for done in written(filler, Chunk(jobs, moving), options):
            pickle.dump(done, out)
            out.flush()
        pickle.dump(None, out)
        out.flush()


def _take(stream: BinaryIO, work: Queue[Any]) -> None:
    """Take messages; when there are no more, or the process that sends them is gone, this one ends at once."""
    try:
        while True:
            work.put(pickle.load(stream))  # noqa: S301 - of the process that started this one
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)
