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
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}


def program() -> str | None:
    """Return the program of LibreOffice, None where this machine has none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((str(path) for place in PLACES if (path := Path(place, "soffice")).exists()), None)


def environment() -> dict[str, str]:
    """Return the variables for LibreOffice: those of this process without what leads its Python astray.

    LibreOffice's own Python takes its modules from the first `python3` on the path. In an activated virtual environment that is another
    Python, and LibreOffice refuses extensions or ends (std::bad_alloc).
    """
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    folders = [one for one in own.get("PATH", "").split(os.pathsep) if not is_virtual(one)]
    return own | {"PATH": os.pathsep.join(folders)}


def is_virtual(folder: str) -> bool:
    """Tell whether a folder holds the programs of a virtual environment."""
    return bool(folder) and Path(folder).parent.joinpath("pyvenv.cfg").is_file()
