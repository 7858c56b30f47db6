"""What stands between a user and the first =ACCEL_ROI in Calc: each check with one sentence and, where it fails, one remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from accelxl import __version__, office
from accelxl.errors import AccelError
from accelxl.hosts.calc import manager
from accelxl.hosts.calc.component import settings
from accelxl.hosts.calc.machine import Machine

State = Literal["ok", "warning", "fault"]
INSTALL = "Run accelxl calc install."
ASK = (
    "import sys; sys.path.insert(0, sys.argv[1]); from accelxl.hosts.calc.runtime import ask; "
    "print('answer', ask('call', 'ACCEL_VERSION', ())[0])"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    state: State
    subject: str
    sentence: str
    remedy: str = ""


def examine(machine: Machine | None = None) -> list[Finding]:
    """Return the findings of all checks, of a machine with LibreOffice.

    Raises
    ------
    Missing
        If LibreOffice is not on this machine.
    """
    machine = machine or Machine()
    program = machine.need_office()
    found = [Finding("ok", "LibreOffice", f"{program} is there."), *_terminal()]
    found += _bridge(machine)
    if found[-1].state == "ok":
        found += _extension(machine)
    return [*found, *_settings(machine)]


def _terminal() -> Iterator[Finding]:
    """Warn of a Python on the path whose modules a LibreOffice that is started from here would take for its own."""
    python = office.stranger()
    if python is not None:
        yield Finding(
            "warning",
            "terminal",
            f"{python} is the first python3 on the path here; a LibreOffice that is started from this terminal may end at once.",
            "Start LibreOffice from the desktop, or deactivate the environment of that Python first.",
        )


def _bridge(machine: Machine) -> Iterator[Finding]:
    try:
        yield Finding("ok", "bridge", f"{machine.bridge()} can talk to LibreOffice.")
    except AccelError as error:
        yield Finding("fault", "bridge", f"{error}.", "Then run accelxl calc install.")


def _extension(machine: Machine) -> Iterator[Finding]:
    try:
        version = machine.ask("version", manager.IDENTIFIER)["answer"]
    except AccelError as error:
        yield Finding("fault", "extension", f"{error}.", "Close LibreOffice and try again.")
        return
    if not version:
        yield Finding("fault", "extension", "The add-in is not in this user's LibreOffice.", INSTALL)
    elif version != __version__:
        yield Finding("warning", "extension", f"The add-in has version {version}; this is {__version__}.", INSTALL)
    else:
        yield Finding("ok", "extension", f"The add-in is installed, version {version}.")


def _settings(machine: Machine) -> Iterator[Finding]:
    try:
        found = settings.checked(settings.loaded(machine.settings), machine.settings)
    except FileNotFoundError:
        yield Finding("fault", "settings", f"{machine.settings} is not there.", INSTALL)
        return
    except (OSError, ValueError, settings.Wrong) as error:
        yield Finding("fault", "settings", f"{machine.settings} cannot be used: {error}.", INSTALL)
        return
    yield Finding(
        "ok", "settings", f"{machine.settings}: back end {found.backend}, a call may take {found.seconds:g} s."
    )
    if not Path(found.python).exists():
        yield Finding("fault", "interpreter", f"{found.python}, which the add-in starts, is not there.", INSTALL)
        return
    if Path(found.python) != machine.python:
        yield Finding(
            "warning",
            "interpreter",
            f"The add-in starts {found.python}; this is {machine.python}.",
            "Run accelxl calc install from the one you mean.",
        )
    code, printed = machine.run([found.python, "-P", "-c", ASK, found.package])
    last = (printed.strip().splitlines() or [""])[-1]
    if code or not last.startswith("answer "):
        yield Finding("fault", "functions", f"The functions do not answer in {found.python}: {last[:200]}.", INSTALL)
    elif last != f"answer {__version__}":
        yield Finding("warning", "functions", f"{found.python} has version {last[7:]}; this is {__version__}.", INSTALL)
    else:
        yield Finding("ok", "functions", f"The functions answer, version {__version__}.")
