"""The extension as a file: accelxl.oxt, made on any machine from the registry, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from accelxl.files import folder_for, write_atomically
from accelxl.functions import REGISTRY
from accelxl.hosts.calc import render
from accelxl.hosts.commands import ROWS

NAME = "accelxl.oxt"
DAY = (1980, 1, 1, 0, 0, 0)
FOLDER = "accelxl_oxt"
MODULES = ("__init__", "backend", "beside", "documents", "menu", "plain", "process", "settings", "why", "wire")
"""Modules beside the component, as they stand in the package."""
UNO = "application/vnd.sun.star."
MANIFEST = {
    "accelxl.idl": f"{UNO}uno-typelibrary;type=RDB",
    render.COMPONENT: f"{UNO}uno-component;type=Python",
    "CalcAddIns.xcu": f"{UNO}configuration-data",
    "Jobs.xcu": f"{UNO}configuration-data",
    "Addons.xcu": f"{UNO}configuration-data",
    "CalcWindowState.xcu": f"{UNO}configuration-data",
}
"""Parts that LibreOffice registers, with their types."""


def parts() -> dict[str, str]:
    """Return the text of each part of the extension."""
    own = Path(__file__).parent / "component"
    functions = list(REGISTRY.values())
    found = {
        "META-INF/manifest.xml": render.manifest(MANIFEST),
        "description.xml": render.description(),
        "accelxl.idl": render.idl(functions),
        render.COMPONENT: (own / render.COMPONENT).read_text(encoding="utf-8"),
        "CalcAddIns.xcu": render.addins(functions),
        "Jobs.xcu": render.jobs(),
        "Addons.xcu": render.addons(ROWS),
        "CalcWindowState.xcu": render.window(),
        f"{FOLDER}/functions.py": render.tables(functions),
    }
    for module in MODULES:
        found[f"{FOLDER}/{module}.py"] = (own / f"{module}.py").read_text(encoding="utf-8")
    return found


def extension() -> bytes:
    """Return accelxl.oxt."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts().items():
            entry = zipfile.ZipInfo(name, DAY)
            entry.create_system = 3  # the same bytes on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.replace("\r\n", "\n").encode())
    return out.getvalue()


def build(out: str | Path) -> Path:
    """Write accelxl.oxt into a folder, whole or not at all.

    Parameters
    ----------
    out : path
        The folder; it is made if it does not exist.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    BadFile
        If the folder or the file cannot be written.
    """
    return write_atomically(folder_for(out) / NAME, extension())
