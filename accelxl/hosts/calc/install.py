"""The add-in in a user's LibreOffice: the extension, and the settings that name this Python and this package."""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

from accelxl.errors import BadFile
from accelxl.files import write_atomically
from accelxl.hosts.calc import build, manager
from accelxl.hosts.calc.component import settings
from accelxl.hosts.calc.machine import Machine

Say = Callable[[str], object]


def here() -> settings.Settings:
    """Return settings that name this interpreter and the package that runs."""
    package = Path(__file__).resolve().parents[3]
    own = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    inside = [one for one in own if one]
    paths = tuple(
        dict.fromkeys(
            one
            for one in sys.path
            if one
            and Path(one).is_dir()
            and Path(one).resolve() != package
            and one not in inside
            and Path(one).name in {"site-packages", "dist-packages"}
        )
    )
    version = ".".join(map(str, sys.version_info[:2]))
    return settings.Settings(sys.executable, version, str(package), paths)


def install(machine: Machine | None = None, say: Say = print) -> bool:
    """Put the extension into this user's LibreOffice, over an older one, with its settings.

    Settings of an earlier installation for the back end and the time limit are kept.

    Returns
    -------
    bool
        Whether LibreOffice was running; it must then be started anew.

    Raises
    ------
    Missing
        If LibreOffice or a Python with its bridge is not on this machine.
    BadFile
        If the settings cannot be written or the extension manager refuses. Nothing is changed then.
    """
    machine = machine or Machine()
    machine.bridge()
    path = machine.settings
    before = path.read_bytes() if path.exists() else None
    fresh = here()
    if before is not None:
        old = _settings(machine)
        if old is not None:
            fresh = fresh._replace(backend=old.backend, seconds=old.seconds)
    say(f"writing {path}")
    write_atomically(path, settings.text_of(fresh).encode())
    try:
        with tempfile.TemporaryDirectory(prefix="accelxl-calc-") as folder:
            extension = build.build(folder)
            say(f"installing {extension.name} {manager.IDENTIFIER}")
            return bool(machine.ask("add", str(extension))["running"])
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, before)
        raise


def uninstall(machine: Machine | None = None, say: Say = print) -> bool:
    """Remove the extension and its settings.

    Returns
    -------
    bool
        Whether LibreOffice was running; it must then be started anew.

    Raises
    ------
    BadFile
        If nothing is installed, or the extension manager refuses.
    """
    machine = machine or Machine()
    told = machine.ask("remove", manager.IDENTIFIER)
    there = machine.settings.exists()
    if not told["answer"] and not there:
        raise BadFile("nothing is installed; accelxl calc install puts the add-in into LibreOffice")
    if told["answer"]:
        say(f"removed {manager.IDENTIFIER}")
    if there:
        machine.settings.unlink()
        say(f"removed {machine.settings}")
    return bool(told["running"])


def _settings(machine: Machine) -> settings.Settings | None:
    """Return the settings of this machine, None where they cannot be used."""
    try:
        return settings.checked(settings.loaded(machine.settings), machine.settings)
    except (OSError, ValueError, settings.Wrong):
        return None
