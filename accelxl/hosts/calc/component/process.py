"""A process of the configured interpreter that answers frames; a watch ends it when a call takes too long."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, BinaryIO, cast

from . import wire

CODE = "import sys; sys.path.insert(0, sys.argv[1]); from accelxl.hosts.calc.worker import main; main()"
OWN = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONSAFEPATH", "LD_LIBRARY_PATH")
"""Variables that belong to LibreOffice's own Python."""
NO_WINDOW = 0x08000000
TICK = 0.02
HELLO = 1 << 16
"""Bytes of the first frame at most: another program than ours may write anything."""


class Process:
    """A worker and the pipes to it. `hello` is its first frame, None where it did not start; `late` says that the watch ended it."""

    def __init__(self, python: str, package: str, seconds: float) -> None:
        self.hello: list[Any] | None = None
        self.late = False
        self._seconds = seconds
        self._deadline: float | None = None
        self._why = ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        self._process: subprocess.Popen[bytes] | None = None
        flags: dict[str, Any] = {"creationflags": NO_WINDOW} if sys.platform == "win32" else {"start_new_session": True}
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        try:
            # -P: neither the current folder nor that of a script is searched for modules.
            self._process = subprocess.Popen(  # noqa: S603  # the interpreter of the settings, our own module
                [python, "-P", "-c", CODE, package],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, cwd=tempfile.gettempdir(), env=environment, **flags,
            )  # fmt: skip
        except OSError as error:
            self._why = f"{error.strerror or error}".lower()
            return
        threading.Thread(target=self._guard, args=(self._process,), daemon=True).start()
        self.hello = self._timed(None)

    def ask(self, *values: Any) -> list[Any] | None:
        """Return the answer to a frame; None where the process ended or took too long."""
        return self._timed(values)

    def more(self) -> list[Any] | None:
        """Return the next frame of an answer that has several."""
        return self._timed(None)

    def kill(self) -> None:
        """End the process while another thread waits for its answer."""
        if self._process is not None:
            _kill(self._process)

    def _timed(self, values: tuple[Any, ...] | None) -> list[Any] | None:
        if self._process is None:
            return None
        given, taken = self._process.stdin, self._process.stdout
        self._deadline = time.monotonic() + self._seconds
        try:
            if values is not None:
                wire.send(cast("BinaryIO", given), *values)
            return wire.receive(cast("BinaryIO", taken), HELLO if self.hello is None else 1 << 32)
        except OSError:
            return None  # the pipe is closed
        except (ValueError, struct.error):
            self._why = self._why or "it does not answer as our functions do"
            return None
        finally:
            self._deadline = None

    def _guard(self, process: subprocess.Popen[bytes]) -> None:
        """End the process when a call is past its time."""
        tick = min(TICK + self._seconds / 100, 0.25)
        while process.poll() is None:
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self.late = True
                _kill(process)
                return
            time.sleep(tick)

    def reason(self) -> str:
        """Return why there is no answer: the system's word, or the last line that the process wrote."""
        if self._why or self._process is None:
            return self._why
        if self.late:
            return f"no answer within {self._seconds:g} s"
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            code = None
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else f"it ended with code {code}"

    def end(self) -> None:
        """End the process and close the pipes."""
        if self._process is None:
            self._log.close()
            return
        _kill(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was not yet written goes with the process
        self._process.wait()
        self._log.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started: a child that lives on would hold the pipe open."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
