"""Machines that tests make up: a Windows or a Mac with Excel below a folder of the test."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from accelxl.hosts.excel.machine import APP_PATHS, CLICK_TO_RUN, MAC, WINDOWS, Machine, xlwings_version


def windows(folder, bits=64, **registry):
    """A Windows with Excel; `registry` holds values by their names."""
    excel = folder / "Office16" / "EXCEL.EXE"
    excel.parent.mkdir(parents=True)
    excel.touch()
    python = folder / "venv" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    (folder / "venv" / f"xlwings{bits}-{xlwings_version()}.dll").touch()
    (folder / "home").mkdir()
    known = {(APP_PATHS, ""): str(excel), (CLICK_TO_RUN, "Platform"): "x64" if bits == 64 else "x86"}

    def look(hive, key, name):
        return known.get((key, name), registry.get(name))

    return Machine(
        WINDOWS,
        folder / "home",
        folder / "home" / "AppData" / "Roaming",
        Path("/Applications"),
        python,
        look,
        by_this_python,
    )


def mac(folder):
    """A Mac with Excel."""
    (folder / "Applications" / "Microsoft Excel.app").mkdir(parents=True)
    (folder / "home").mkdir()
    return Machine(
        MAC, folder / "home", None, folder / "Applications", Path(sys.executable), lambda *_: None, by_this_python
    )


def by_this_python(command):
    """Run what an interpreter is asked by the one that runs the tests; pywin32 counts as there."""
    return (0, "") if "pythoncom" in command[-1] else _run(command[-1])


@cache
def _run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def tree(folder):
    """Files and folders below a folder, files with their bytes."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}
