"""LibreOffice as a judge: a book recalculated from its formulas, read back; and its pages as PDF. Each run has a profile of its own."""

import subprocess
from pathlib import Path

from tests.conftest import program

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
LOAD = "/org.openoffice.Office.Calc/Formula/Load"


def convert(book, folder, kind, *, recalculate=True):
    """Convert a book (or several) to "xlsx" or "pdf" in a folder; with `recalculate` every formula is computed anew."""
    books = [book] if isinstance(book, (str, Path)) else list(book)
    folder = Path(folder)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    mode = "0" if recalculate else "1"  # always, never
    items = "\n".join(_ITEM.format(path=LOAD, name=name, value=mode) for name in ("OOXMLRecalcMode", "ODFRecalcMode"))
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")
    out = folder / kind
    command = [
        program("soffice"), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", kind,
        "--outdir", str(out), *map(str, books),
    ]  # fmt: skip
    for _ in range(3):
        run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        made = [out / f"{Path(one).stem}.{kind}" for one in books]
        if all(path.exists() for path in made):
            return made if not isinstance(book, (str, Path)) else made[0]
        # a fresh profile ends with code 81 and asks to be started again
    raise AssertionError(f"LibreOffice made nothing (code {run.returncode}): {run.stdout} {run.stderr}")
