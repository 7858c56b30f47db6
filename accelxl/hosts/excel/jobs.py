"""Long commands: a process of its own computes, says in the status bar how far it is, and writes the result in one go at the end.

A job is a folder with the request, a sign of life, in which the run is named, and, when the user wants it to end, a flag. The sheet is
written once, when all is computed; a job that is stopped or fails leaves it as it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import xlwings

from accelxl.errors import BadFile, Missing, UnknownName
from accelxl.files import reason, unwritten
from accelxl.functions import CellError
from accelxl.functions.cells import Rows, serial
from accelxl.hosts import progress
from accelxl.hosts.commands import Command

REQUEST, FLAG, ALIVE = "request.json", "stop", "alive"
WORKER = "accelxl.hosts.excel.worker"
BEAT = 2.0
"""Seconds between two signs of life."""
DEAD = 30.0
"""Seconds without a sign of life after which a job counts as dead."""
SAY = 0.5
"""Seconds between two changes of the status bar."""
NO_WINDOW = 0x08000000


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker needs: the command, its tables, and where the book is open."""

    command: str
    given: Any
    """What the command reads: the block of a plan, or the path of a file."""
    settings: Rows
    book: str
    pid: int
    run: str = ""
    """Which of the runs for this book it is: one that was taken for dead must not end, or write over, the next."""


def folder_of(book: xlwings.Book) -> Path:
    """Return the folder of a book's job; a book has one at a time."""
    key = hashlib.sha256(f"{book.app.pid}|{book.name}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / "accelxl-jobs" / key


def start(book: xlwings.Book, command: Command, given: Any, settings: Rows) -> Path:
    """Start a command beside Excel and return the folder of its job.

    Raises
    ------
    BadFile
        If one is under way for this book, or its folder cannot be written.
    Missing
        If the system starts no process for it.
    """
    folder = folder_of(book)
    if running(folder):
        raise BadFile(f"{_named(folder)} is still under way for this book; wait for it, or press Stop first")
    shutil.rmtree(folder, ignore_errors=True)
    request = Request(command.id, given, settings, book.name, book.app.pid, uuid4().hex)
    try:
        folder.mkdir(parents=True, mode=0o700)
        (folder / REQUEST).write_text(packed(request), encoding="utf-8")
        (folder / ALIVE).write_text(request.run, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise unwritten(folder, error) from error
    flags: dict[str, Any] = {"creationflags": NO_WINDOW} if sys.platform == "win32" else {"start_new_session": True}
    quiet = subprocess.DEVNULL
    # -P: the folder in which Excel happens to be is not searched for modules.
    arguments = [sys.executable, "-P", "-m", WORKER, str(folder)]
    try:
        subprocess.Popen(arguments, stdin=quiet, stdout=quiet, stderr=quiet, **flags)  # noqa: S603  # our own module
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Missing(
            f"{command.label} needs a process of its own, and {sys.executable} does not start: {reason(error)}"
        ) from error
    book.app.status_bar = f"{command.label}: starting"
    return folder


def stop(book: xlwings.Book) -> None:
    """Ask the job of a book to end.

    Raises
    ------
    UnknownName
        If none is under way; what a process that was killed has left in the status bar goes.
    """
    folder = folder_of(book)
    if not running(folder):
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            book.app.status_bar = False
        raise UnknownName("nothing is under way for this book")
    (folder / FLAG).touch()
    book.app.status_bar = f"{_named(folder)}: stopping"


def running(folder: Path) -> bool:
    """Whether a job has shown a sign of life of late."""
    try:
        return time.time() - (folder / ALIVE).stat().st_mtime < DEAD
    except OSError:
        return False


def _named(folder: Path) -> str:
    from accelxl.hosts.commands import COMMANDS

    try:
        return COMMANDS[unpacked((folder / REQUEST).read_text(encoding="utf-8")).command].label
    except (OSError, KeyError, ValueError, TypeError):
        return "a command"


def packed(request: Request) -> str:
    """Return a request as text; dates become serials, errors say that they are errors."""

    def plain(value: Any) -> Any:
        if isinstance(value, CellError):
            return {"error": str(value)}
        if isinstance(value, date):
            return serial(value)
        return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value

    return json.dumps({name: plain(getattr(request, name)) for name in Request.__slots__})


def unpacked(text: str) -> Request:
    """Return a request from text.

    Examples
    --------
    >>> unpacked(packed(Request("grid", [["units", CellError("#N/A")]], [], "Book1", 7))).given
    [['units', CellError('#N/A')]]
    """
    return Request(
        **json.loads(text, object_hook=lambda found: CellError(found["error"]) if set(found) == {"error"} else found)
    )


class Watch:
    """Tells the status bar how far a job is, shows a sign of life, and ends the work when the flag is there.

    With a `run` it also ends the work where the folder has become that of another run.
    """

    def __init__(
        self,
        folder: Path,
        label: str,
        say: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
        run: str = "",
    ) -> None:
        self._folder, self._label, self._say, self._clock, self._run = folder, label, say, clock, run
        self._began = clock()
        self._said = -SAY
        self._done = threading.Event()
        self._beat = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Self:
        self._beat.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._beat.join()

    def _live(self) -> None:
        while not self._done.wait(BEAT):
            try:
                if self.ours():
                    (self._folder / ALIVE).touch()
            except OSError:
                return

    def __call__(self, done: int, total: int) -> None:
        """Take the progress of the work.

        Raises
        ------
        KeyboardInterrupt
            If the user has pressed Stop.
        """
        self.check()
        now = self._clock()
        if now - self._said >= SAY:
            self._said = now
            self._say(f"{self._label}: {progress.words(done, total, now - self._began)}")

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user has pressed Stop, or another run has taken the place of this one."""
        if (self._folder / FLAG).exists() or not self.ours():
            raise KeyboardInterrupt

    def ours(self) -> bool:
        """Whether the folder is still that of this run."""
        try:
            return not self._run or (self._folder / ALIVE).read_text(encoding="utf-8") == self._run
        except (OSError, ValueError):
            return False
