"""The add-in on a user's machine: built there, so that it fits the installed xlwings and interpreter and bears no mark of the web."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from accelxl.errors import BadFile
from accelxl.files import write_atomically
from accelxl.hosts.excel import ribbon
from accelxl.hosts.excel.build import add_in
from accelxl.hosts.excel.machine import MAC, WINDOWS, Machine, xlwings_version
from accelxl.hosts.excel.modules import package_folder

Say = Callable[[str], object]
SCRIPTS = ("Library", "Application Scripts", "com.microsoft.Excel")
"""Where Excel for the Mac looks for the script behind RunPython, below the home folder."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that an installation writes."""

    path: Path
    data: bytes


def settings(machine: Machine) -> dict[str, str]:
    """Return the settings of xlwings for our add-in and books.

    The UDF server also runs the ribbon's commands, so that they know the sentences behind errors. The folder of a book is not searched
    for modules: a file beside a book must not be run in place of ours.
    """
    key = "INTERPRETER_MAC" if machine.system == MAC else "INTERPRETER_WIN"
    return {
        key: str(machine.python),
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "USE UDF SERVER": "True",
        "SHOW CONSOLE": "False",
        "DEBUG UDFS": "False",
    }


def conf_text(values: dict[str, str]) -> str:
    r"""Return settings as the file that xlwings' macros read: a name and a value in quotes a line.

    Examples
    --------
    >>> conf_text({"SHOW CONSOLE": "False"})
    '"SHOW CONSOLE","False"\n'
    """
    return "".join(f'"{name}","{value}"\n' for name, value in values.items())


def conf_values(text: str) -> dict[str, str]:
    """Return the settings of such a file; a line of another form is left out."""
    rows = (line.strip().strip('"').split('","') for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


def conf_of(machine: Machine) -> dict[str, str]:
    """Return the settings of a machine, none where there is no file.

    Raises
    ------
    BadFile
        If the file cannot be read as text.
    """
    try:
        return conf_values(machine.conf().read_text(encoding=machine.encoding()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadFile(
            f"{machine.conf()} cannot be read as settings ({error}); move it away and install again"
        ) from error


def install(machine: Machine | None = None, say: Say = print) -> list[Path]:
    """Put the add-in where Excel opens it, with its settings; what an earlier installation wrote is replaced.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    Missing
        If Excel or xlwings is not on this machine.
    BadFile
        If a file cannot be written, or one is there that an installation did not write. Nothing is changed then.
    """
    machine = machine or Machine()
    machine.need_excel()
    planned = _planned(machine)
    known = _known(machine)
    before = {file.path: _there(file.path) for file in planned}
    for file in planned:
        if before[file.path] not in {None, file.data} and str(file.path) not in known:
            raise BadFile(f"{file.path} is there and was not put there by accelxl; move it away first")
    made = [folder for file in planned for folder in _missing_folders(file.path)]
    made += _missing_folders(machine.list_of_files())
    written: list[Planned] = []
    try:
        for file in planned:
            say(f"writing {file.path}")
            write_atomically(file.path, file.data)
            written.append(file)
        entries = {**known, **{str(file.path): _digest(file.data) for file in planned}}
        folders = sorted({*_known_folders(machine), *map(str, made)})
        text = json.dumps({"files": entries, "folders": folders}, indent=2)
        write_atomically(machine.list_of_files(), text.encode())
    except BaseException:
        _put_back(written, before, made)
        raise
    return [file.path for file in planned]


def _there(path: Path) -> bytes | None:
    """Return what stands at a file's place, None where there is nothing.

    Raises
    ------
    BadFile
        If it cannot be read: a folder, or a file of someone else.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}); move it away first") from error


def _planned(machine: Machine) -> list[Planned]:
    files = [
        Planned(machine.start_folder() / ribbon.ADD_IN, add_in()),
        Planned(machine.conf(), _encoded(machine, conf_text(_merged(machine)))),
    ]
    if machine.system == MAC:
        script = package_folder() / f"xlwings-{xlwings_version()}.applescript"
        files.append(Planned(machine.home.joinpath(*SCRIPTS) / script.name, script.read_bytes()))
    return files


def _encoded(machine: Machine, text: str) -> bytes:
    """Return the settings as Excel's macros read them.

    Raises
    ------
    BadFile
        If the interpreter's path has a letter that the system's own encoding lacks: the macros could not find it.
    """
    try:
        return text.encode(machine.encoding())
    except UnicodeEncodeError as error:
        letter = text[error.start : error.end]
        raise BadFile(
            f"{machine.python} has the letter {letter!r}, which Excel's macros cannot read; "
            "make the Python environment in a folder of plain letters and install from there"
        ) from error


def _merged(machine: Machine) -> dict[str, str]:
    """Return our settings, and the user's own of an earlier installation for what we do not set or only suggest."""
    found = conf_of(machine)
    ours = settings(machine)
    return {**ours, **{name: value for name, value in found.items() if not name.startswith("INTERPRETER")}}


def _missing_folders(path: Path) -> list[Path]:
    """Return the folders above a file that are not there, the outermost first."""
    return [folder for folder in reversed(path.parents) if not folder.exists()]


def _put_back(written: list[Planned], before: dict[Path, bytes | None], made: list[Path]) -> None:
    """Undo what was written."""
    for file in written:
        old = before[file.path]
        if old is None:
            file.path.unlink(missing_ok=True)
        else:
            write_atomically(file.path, old)
    _remove_folders(made)


def _remove_folders(folders: list[Path]) -> None:
    """Remove folders that are empty, the innermost first."""
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        try:
            folder.rmdir()
        except OSError:
            continue


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _listed(machine: Machine) -> dict[str, object]:
    path = machine.list_of_files()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadFile(f"{path}, the list of what was installed, cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise BadFile(f"{path} is not a list of what was installed")
    return found


def _known(machine: Machine) -> dict[str, str]:
    files = _listed(machine).get("files", {})
    return {str(path): str(digest) for path, digest in files.items()} if isinstance(files, dict) else {}


def _known_folders(machine: Machine) -> list[str]:
    folders = _listed(machine).get("folders", [])
    return [str(folder) for folder in folders] if isinstance(folders, list) else []


def uninstall(machine: Machine | None = None, say: Say = print) -> list[Path]:
    """Remove exactly what installations wrote; a file that has been changed since is left and named.

    Returns
    -------
    list of Path
        The files that were removed.

    Raises
    ------
    BadFile
        If nothing is installed, or a file cannot be removed.
    """
    machine = machine or Machine()
    known = _known(machine)
    if not known:
        raise BadFile("nothing is installed; accelxl excel install puts the add-in into Excel")
    removed = []
    left: dict[str, str] = {}
    for text, digest in known.items():
        path = Path(text)
        if not path.exists():
            continue
        if _digest(path.read_bytes()) != digest:
            say(f"{path} has been changed since it was installed; it is left")
            continue
        try:
            path.unlink()
        except OSError as error:
            left[text] = digest
            say(f"{path} cannot be removed: close Excel and try again ({error.strerror})")
            continue
        say(f"removed {path}")
        removed.append(path)
    folders = _known_folders(machine)
    if left:
        write_atomically(machine.list_of_files(), json.dumps({"files": left, "folders": folders}, indent=2).encode())
        raise BadFile(f"{next(iter(left))} cannot be removed: it is open in Excel; close Excel and try again")
    machine.list_of_files().unlink(missing_ok=True)
    _remove_folders([Path(folder) for folder in folders])
    return removed


def installed(machine: Machine) -> Path | None:
    """Return the add-in of this machine, None where it has none."""
    path = machine.start_folder() / ribbon.ADD_IN
    return path if machine.system in {WINDOWS, MAC} and path.exists() else None
