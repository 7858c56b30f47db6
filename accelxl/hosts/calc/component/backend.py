"""The two ways from the add-in to the package behind one dispatcher, chosen at the first call, and what happens when neither answers.

Inside: the package is imported into LibreOffice's own Python, where that has the minor version of the configured one. Worker: a process
of the configured interpreter, asked over pipes. A worker that ends or takes too long is ended, its call fails, and the next call starts
another; after two failures in a row calls fail at once for `REST` seconds, so that a sheet of many cells is not held up by each.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import settings as configuration
from . import wire
from .process import Process

REST = 3.0
"""Seconds for which calls fail at once after failures in a row."""
PATIENCE = 2
"""Failures in a row after which there is a rest."""
VALUE = wire.error("#VALUE!")

Answer = tuple[Any, str]
"""A value for the sheet, and the sentence behind an error in it."""


class Failed(Exception):
    """A back end that gave no answer; the sentence says why."""


class Inside:
    """The package inside LibreOffice's own Python."""

    kind = "inside"

    def __init__(self, settings: configuration.Settings) -> None:
        before = list(sys.path)
        # Neither the current folder nor that of an opened workbook is searched; what LibreOffice brings comes first but for our own.
        rest = [one for one in before if one and Path(one).is_absolute() and not _same(one, Path.cwd())]
        sys.path[:] = [settings.package, *rest, *(one for one in settings.paths if one not in rest)]
        try:
            self._runtime: Any = importlib.import_module("accelxl.hosts.calc.runtime")
        except Exception as error:
            sys.path[:] = before
            raise Failed(f"the package in {settings.package} cannot be imported ({_line(error)})") from error
        sys.path[:] = [*before, *(one for one in (settings.package, *settings.paths) if one not in before)]
        _refuse_other(str(self._runtime.__file__), self._runtime.PROTOCOL, settings)

    def ask(self, verb: str, name: str, cells: Sequence[Any]) -> Answer:
        """Return the answer of the package."""
        found: Answer = self._runtime.ask(verb, name, cells)
        return found

    def end(self) -> None:
        """Nothing is to be ended."""


class Worker:
    """A process of the configured interpreter."""

    kind = "worker"

    def __init__(self, settings: configuration.Settings) -> None:
        self._seconds = settings.seconds
        self._process = Process(settings.python, settings.package, settings.seconds)
        hello = self._process.hello
        if hello is None:
            why = self._process.reason()
            self._process.end()
            raise Failed(f"the functions do not start in {settings.python}: {why}")
        _refuse_other(str(hello[1]), int(hello[0]), settings)

    def ask(self, verb: str, name: str, cells: Sequence[Any]) -> Answer:
        """Return the answer of the worker.

        Raises
        ------
        Failed
            If it ends or takes too long.
        """
        found = self._process.ask(verb, name, *map(wire.bounded, cells))
        if found is None:
            if self._process.late:
                raise Failed(f"it took longer than the {self._seconds:g} s that the settings allow and was ended")
            raise Failed(f"its Python process ended: {self._process.reason()}")
        return found[0], found[1]

    def end(self) -> None:
        """End the process."""
        self._process.end()


def _refuse_other(file: str, protocol: int, settings: configuration.Settings) -> None:
    """Refuse a package that is not the configured one, or speaks another protocol."""
    if not Path(file).resolve().is_relative_to(Path(settings.package).resolve()):
        raise Failed(f"the package was found at {file} and not in {settings.package}; run accelxl calc install")
    if protocol != wire.PROTOCOL:
        raise Failed("the add-in and the package are of different versions; run accelxl calc install")


def _same(one: str, other: Path) -> bool:
    try:
        return Path(one).resolve() == other.resolve()
    except OSError:
        return False


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


class Dispatcher:
    """Asks the back end of the settings; keeps it, starts it again, and rests when it keeps failing."""

    def __init__(self) -> None:
        self._backend: Inside | Worker | None = None
        self._stamp: tuple[str, int] | None = None
        self._failures = 0
        self._until = 0.0
        self._sentence = ""

    def call(self, name: str, cells: Sequence[Any]) -> Answer:
        """Return a function's value and the sentence behind an error in it; never raises."""
        try:
            return self.ask("call", name, cells)
        except Failed as error:
            return VALUE, f"{name} could not be computed: {error}"
        except Exception as error:  # noqa: BLE001  # a sheet has no place for an exception
            return VALUE, f"{name} could not be computed: {_line(error)}"

    def ask(self, verb: str, name: str, cells: Sequence[Any]) -> Answer:
        """Return what the back end answers.

        Raises
        ------
        Failed
            If there is no back end, or it does not answer.
        """
        backend = self._backend
        try:
            if backend is None:
                backend = self._backend = self._started()
            answer = backend.ask(verb, name, cells)
        except Failed as error:
            self._failed(str(error))
            raise
        self._failures = 0
        return answer

    @property
    def kind(self) -> str:
        """Which back end answers: "inside", "worker", or empty text before the first call."""
        return self._backend.kind if self._backend else ""

    def end(self) -> None:
        """End the back end."""
        if self._backend is not None:
            self._backend.end()
        self._backend = None

    def _failed(self, sentence: str) -> None:
        self.end()
        self._sentence = sentence
        self._failures += 1
        if self._failures >= PATIENCE and time.monotonic() >= self._until:
            self._until = time.monotonic() + REST

    def _started(self) -> Inside | Worker:
        stamp = configuration.stamp()
        if stamp != self._stamp:
            self._stamp, self._failures = stamp, 0
        if self._failures >= PATIENCE and time.monotonic() < self._until:
            raise Failed(self._sentence)
        try:
            settings = configuration.read()
        except configuration.Wrong as error:
            raise Failed(str(error)) from None
        version = ".".join(map(str, sys.version_info[:2]))
        if settings.backend == "inside" and settings.version != version:
            raise Failed(
                f"LibreOffice has Python {version} and the settings name {settings.version}; only a worker can be used"
            )
        if settings.backend == "worker" or settings.version != version:
            return Worker(settings)
        if settings.backend == "inside":
            return Inside(settings)
        try:
            return Inside(settings)
        except Failed:
            return Worker(settings)
