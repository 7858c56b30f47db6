"""What an installation must know of a machine: LibreOffice, a Python with its bridge, the profile. Tests give one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accelxl import office
from accelxl.errors import BadFile, Missing
from accelxl.hosts.calc import manager
from accelxl.hosts.calc.component import settings

Runner = Callable[[Sequence[str]], tuple[int, str]]
"""A command in; its exit code and what it printed."""
SECONDS = 180


def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a command; its exit code and what it printed."""
    try:
        done = subprocess.run(  # noqa: S603  # programs by their paths
            command, capture_output=True, text=True, timeout=SECONDS, check=False, env=office.environment()
        )
    except (OSError, subprocess.SubprocessError) as error:
        return 1, str(error)
    return done.returncode, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as an installation sees it. `profile` is the folder of LibreOffice's profile; empty for the user's own."""

    soffice: str | None = field(default_factory=office.program)
    profile: str = ""
    python: Path = field(default_factory=lambda: Path(sys.executable))
    settings: Path = field(default_factory=settings.place)
    run: Runner = run

    def need_office(self) -> str:
        """Return LibreOffice's program.

        Raises
        ------
        Missing
            If it is not on this machine.
        """
        if self.soffice is None:
            raise Missing(
                "LibreOffice is not on this machine; install and doctor need it (accelxl calc build works anywhere)"
            )
        return self.soffice

    def bridge(self) -> str:
        """Return a Python that can talk to LibreOffice: its own, or the system's.

        Raises
        ------
        Missing
            If there is none.
        """
        folder = Path(self.need_office()).resolve().parent
        named = os.environ.get("ACCELXL_OFFICE_PYTHON", "")
        own = [folder / "python", folder / "python.exe", folder.parent / "Resources" / "python"]
        for python in (named, *map(str, own), "/usr/bin/python3", str(self.python)):
            if python and Path(python).exists() and self.run([python, "-c", "import uno"])[0] == 0:
                return python
        raise Missing("no Python with LibreOffice's bridge is on this machine; install the package python3-uno")

    def ask(self, verb: str, what: str) -> dict[str, Any]:
        """Have the extension manager do something.

        Raises
        ------
        BadFile
            If it does not.
        """
        _, printed = self.run([self.bridge(), manager.__file__, self.need_office(), self.profile, verb, what])
        lines = [line for line in printed.splitlines() if line.startswith("{")]
        told: dict[str, Any] = (
            json.loads(lines[-1]) if lines else {"error": printed.strip()[-400:] or "it said nothing"}
        )
        if "error" in told:
            raise BadFile(f"LibreOffice's extension manager refused: {told['error']}")
        return told
