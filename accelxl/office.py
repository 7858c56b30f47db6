"""LibreOffice on this machine: its program, and the variables that it is started with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PLACES = (
    "/usr/lib/libreoffice/program",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    r"C:\Program Files\LibreOffice\program",
)
"""Where LibreOffice is when it is not on the path."""
SYSTEM = Path("/usr")
"""Where the Python is that the LibreOffice of a distribution was built with."""
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}


def program() -> str | None:
    """Return the program of LibreOffice, None where this machine has none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((str(path) for place in PLACES if (path := Path(place, "soffice")).exists()), None)


def environment() -> dict[str, str]:
    """Return the variables for LibreOffice: those of this process, with the system's programs before all others.

    The Python inside LibreOffice takes its modules from beside the first `python3` on the path. Where that is another one (a virtual
    environment, a build of one's own) LibreOffice refuses extensions or ends (std::bad_alloc).
    """
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    if os.name == "posix":
        own["PATH"] = os.pathsep.join(filter(None, (str(SYSTEM / "bin"), own.get("PATH", ""))))
    return own


def stranger() -> Path | None:
    """Return the Python that leads a LibreOffice astray which is started with the variables of this process; None where there is none.

    A LibreOffice that brings its own Python is not led astray.
    """
    office, first = program(), shutil.which("python3")
    if os.name != "posix" or office is None or first is None or Path(office).resolve().with_name("python").exists():
        return None
    prefix = Path(first).resolve().parent.parent
    return Path(first) if prefix != SYSTEM and any(prefix.glob("lib/python3.*/os.py")) else None
