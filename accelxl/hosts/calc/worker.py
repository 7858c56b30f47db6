"""The worker: a process that answers the add-in's frames until the add-in ends."""

from __future__ import annotations

import os
import sys

from accelxl.hosts.calc import runtime
from accelxl.hosts.calc.component import wire


def main() -> None:
    """Answer frames from standard input on standard output; what anything prints goes to standard error."""
    given = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        wire.send(answers, float(runtime.PROTOCOL), runtime.__file__)
        while (frame := wire.receive(given)) is not None:
            wire.send(answers, *runtime.ask(frame[0], frame[1], frame[2:]))
