"""What stands between a user and the first =ACCEL_ROI: each check with one sentence and, where it fails, one remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from accelxl import __version__
from accelxl.errors import AccelError, BadFile
from accelxl.hosts.excel import package, project
from accelxl.hosts.excel.install import conf_of, installed
from accelxl.hosts.excel.machine import WINDOWS, Machine, xlwings_version
from accelxl.hosts.excel.modules import xlwings_version as version_of

State = Literal["ok", "warning", "fault"]

OFFICE = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
RULES = (
    r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
    r"SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
)
CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
"""The Defender rule "Block all Office applications from creating child processes"."""
MARK = ":Zone.Identifier"
"""Stream of a Windows file that says it came from the web."""
ASK = "from accelxl.hosts.excel.runtime import answer; print('answer', answer('ACCEL_VERSION', '', ()).value)"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    state: State
    subject: str
    sentence: str
    remedy: str = ""


def examine(machine: Machine | None = None, book: Path | None = None) -> list[Finding]:
    """Return the findings of all checks, of a machine with Excel.

    Parameters
    ----------
    machine : Machine, optional
    book : Path, optional
        A workbook with macros that does not work.

    Raises
    ------
    Missing
        If Excel is not on this machine.
    """
    machine = machine or Machine()
    machine.need_excel()
    found = [*_interpreter(machine), *_add_in(machine)]
    if machine.system == WINDOWS:
        found += [*_libraries(machine), *_trust(machine), *_defender(machine)]
    if book is not None:
        found += [*_book(book, machine)]
    return [*found, *_server(machine)]


def _configured(machine: Machine) -> dict[str, str]:
    try:
        return conf_of(machine)
    except BadFile:
        return {}


def _python(machine: Machine) -> Path:
    """Return the interpreter that Excel starts."""
    found = _configured(machine)
    name = next((found[key] for key in ("INTERPRETER_WIN", "INTERPRETER_MAC") if found.get(key)), "")
    return Path(name) if name else machine.python


def _interpreter(machine: Machine) -> Iterator[Finding]:
    try:
        found = conf_of(machine)
    except BadFile as error:
        yield Finding("fault", "settings", f"{error}.")
        return
    if not found:
        what = "has no settings" if machine.conf().exists() else "is not there"
        yield Finding("fault", "settings", f"{machine.conf()} {what}.", "Run accelxl excel install.")
        return
    python = _python(machine)
    if not python.exists():
        yield Finding(
            "fault", "interpreter", f"{python}, which Excel starts, is not there.", "Run accelxl excel install again."
        )
    elif python != machine.python:
        yield Finding(
            "warning",
            "interpreter",
            f"Excel starts {python}; this is {machine.python}.",
            "Run accelxl excel install from the one you mean.",
        )
    else:
        yield Finding("ok", "interpreter", f"Excel starts {python}.")


def _add_in(machine: Machine) -> Iterator[Finding]:
    path = installed(machine)
    if path is None:
        folder = machine.start_folder()
        yield Finding(
            "fault", "add-in", f"The add-in is not in {folder}.", "Run accelxl excel install; close Excel first."
        )
        return
    yield from _book(path, machine, "add-in")


def _book(path: Path, machine: Machine, subject: str = "book") -> Iterator[Finding]:
    """Check the macros of a book against the installed xlwings, and that it is not marked as from the web."""
    try:
        sources = project.read(package.read(path.read_bytes(), path.name).get(package.PROJECT, b""))
        found = version_of(sources.get("xlwings", ""))
    except (AccelError, OSError) as error:
        yield Finding(
            "fault", subject, f"{path} cannot be read: {error}.", "Make it again with accelxl excel build or install."
        )
        return
    here = xlwings_version()
    remedy = "Run accelxl excel install." if subject == "add-in" else "Make the book again with accelxl excel build."
    if found is None:
        yield Finding("fault", subject, f"{path.name} has no macros of xlwings.", remedy)
    elif found != here:
        yield Finding("fault", subject, f"{path.name} has the macros of xlwings {found}; {here} is installed.", remedy)
    else:
        yield Finding("ok", subject, f"{path.name} has the macros of the installed xlwings {here}.")
    if machine.system == WINDOWS and _marked(path):
        remedy = "In its properties tick Unblock, or save it from a place that you trust."
        yield Finding("fault", subject, f"{path.name} is marked as from the web; Excel blocks its macros.", remedy)


def _marked(path: Path) -> bool:
    try:
        return "ZoneId=3" in Path(f"{path}{MARK}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _libraries(machine: Machine) -> Iterator[Finding]:
    """The library that Excel loads lies beside the interpreter, in Excel's own bitness; pywin32 is there."""
    bits = machine.bits()
    python = _python(machine)
    name = f"xlwings{bits or 64}-{xlwings_version()}.dll"
    if any((folder / name).exists() for folder in (python.parent, python.parent.parent)):
        yield Finding("ok", "library", f"{name} is beside the interpreter; Excel has {bits or 64} bits.")
    else:
        remedy = "pip install --force-reinstall xlwings in that Python."
        yield Finding("fault", "library", f"{name}, which Excel loads, is not beside {python}.", remedy)
    code, _ = machine.run([str(python), "-P", "-c", "import pythoncom, win32com.client"])
    if code:
        yield Finding(
            "fault",
            "pywin32",
            "pywin32, through which Excel reaches Python, cannot be imported.",
            "pip install pywin32.",
        )
    else:
        yield Finding("ok", "pywin32", "pywin32 can be imported.")


def _trust(machine: Machine) -> Iterator[Finding]:
    by_policy = machine.registry("HKCU", POLICY, "VBAWarnings")
    level = by_policy or machine.registry("HKCU", OFFICE, "VBAWarnings") or 2
    who = "Your administrator has" if by_policy else "You have"
    if level == 4:
        remedy = (
            "Ask for XLSTART to stay a trusted location."
            if by_policy
            else "File > Options > Trust Center > Macro Settings."
        )
        yield Finding("warning", "macros", f"{who} turned macros off; only books in trusted locations run.", remedy)
    elif level == 3:
        yield Finding(
            "warning", "macros", f"{who} allowed signed macros only.", "Keep the add-in in XLSTART, a trusted location."
        )
    else:
        yield Finding("ok", "macros", "Macros may run, or Excel asks.")
    for hive, key in (("HKCU", POLICY), ("HKCU", OFFICE)):
        if machine.registry(hive, rf"{key}\Trusted Locations", "AllLocationsDisabled") == 1:
            remedy = "Ask your administrator to trust the XLSTART folder or to distribute the add-in."
            yield Finding(
                "fault",
                "trusted locations",
                "Trusted locations are turned off, so the add-in's macros do not run.",
                remedy,
            )
            return
    yield Finding("ok", "trusted locations", "Trusted locations are on; XLSTART is one of them by default.")


def _defender(machine: Machine) -> Iterator[Finding]:
    state = next(
        (found for key in RULES if (found := machine.registry("HKLM", key, CHILD_PROCESSES)) is not None), None
    )
    if str(state) != "1":
        yield Finding("ok", "Defender", "No rule keeps Excel from starting Python.")
        return
    outside = _configured(machine).get("DEBUG UDFS", "").lower() == "true"
    if outside:
        yield Finding(
            "ok",
            "Defender",
            "A rule keeps Excel from starting Python; the settings say that the server is started outside.",
        )
        return
    start = 'pythonw -P -c "import xlwings; xlwings.serve()"'
    remedy = f'Set "DEBUG UDFS","True" in {machine.conf()} and start the server yourself: {start}.'
    yield Finding("fault", "Defender", "A rule of Windows Defender keeps Excel from starting Python.", remedy)


def _server(machine: Machine) -> Iterator[Finding]:
    """The configured interpreter imports the dispatcher and answers."""
    python = _python(machine)
    code, printed = machine.run([str(python), "-P", "-c", ASK])
    lines = printed.strip().splitlines() or [""]
    if code or not lines[-1].startswith("answer "):
        remedy = f"Run {python} -m pip install accelxl, then accelxl excel install."
        yield Finding("fault", "server", f"The functions do not answer in {python}: {lines[-1][:200]}.", remedy)
    elif lines[-1] != f"answer {__version__}":
        yield Finding(
            "warning",
            "server",
            f"{python} has version {lines[-1][7:]}; this is {__version__}.",
            "Run accelxl excel install.",
        )
    else:
        yield Finding("ok", "server", f"The functions answer, version {__version__}.")
