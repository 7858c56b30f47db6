"""The worker: a process that answers the add-in's frames until the add-in ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from accelxl.hosts import progress
from accelxl.hosts.calc import runtime
from accelxl.hosts.calc.component import wire

SAY = 0.25
"""Seconds between two words on how far a command is."""


def main() -> None:
    """Answer frames from standard input on standard output; what anything prints goes to standard error."""
    given = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        wire.send(answers, float(runtime.PROTOCOL), runtime.__file__)
        while (frame := wire.receive(given)) is not None:
            verb, name, *cells = frame
            if verb == wire.LONG:
                from accelxl.hosts.calc import commands

                told = commands.perform(name, cells, _teller(lambda *values: wire.send(answers, *values)))
                wire.send(answers, told, "")
            else:
                wire.send(answers, *runtime.ask(verb, name, cells))


def _teller(send: Callable[..., Any]) -> Callable[[int, int], None]:
    """Return what tells the add-in how far a command is: a frame with a share and the words for it."""
    began = said = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if done and total and now - said >= SAY:
            said = now
            send(wire.LONG, done / total, progress.words(done, total, now - began))

    return tell
