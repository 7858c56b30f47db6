"""LibreOffice Calc with the add-in, for tests: open a book, override inputs, recalculate, read, save, print.

    with Office() as calc, calc.open("workbooks/accelerator_budget.xlsx") as book:
        book.put({"in_units_1": 128})              # a defined name or Sheet!A1; a text that begins with = is a formula
        book.recalculate()
        book.get("out_npv_usd", "chk_total")       # {"out_npv_usd": 1.5e6, "chk_total": 0.0}; errors are CellError("#NUM!")
        book.cells()                               # {(sheet, row, column): value} of every formula cell
        book.sweep([{"in_units_1": 1}, ...])       # a `Table` of all cells for each job; the book is as before afterwards
        book.save(path)                            # .xlsx, .ods or .pdf; names in the xlsx are plain

The fixture `calc` of `tests/calc/fixtures.py` gives one office for a whole test run. Each office has a private profile with macros off
and recalculation on load, and opens copies of books, so that nothing is left beside them. One that has crashed raises `Crashed` and
starts again with the next `open`.
"""

import atexit
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from accelxl import __version__, office
from accelxl.functions import REGISTRY, CellError
from accelxl.functions.cells import ERRORS
from accelxl.hosts.calc import build, install, manager, names
from accelxl.hosts.calc.component import plain, settings
from tests.calc.table import Table
from tests.conftest import program

SECONDS = 120
"""How long one request may take."""
TRIES = 3
"""How often a profile is made, where something breaks in the office."""
CHUNK = 16
"""Jobs of a sweep in one request."""
DRIVER = Path(__file__).with_name("driver.py")
ITEM = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
LOAD = "/org.openoffice.Office.Calc/Formula/Load"
PROFILE = (
    (LOAD, "OOXMLRecalcMode", 0),  # always
    (LOAD, "ODFRecalcMode", 0),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", 3),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
)
NAMES = {str(error): error for error in ERRORS}


class Crashed(Exception):
    """The office, or the driver that talks to it, has ended or does not answer."""


class Refused(Exception):
    """What Calc says to something that it cannot do."""


@cache
def template(addin):
    """A profile that has been started once, with the add-in if it is wanted; each office has a copy of it.

    What is added to a running office works in a process of its own until the office is started again, so that a test of the add-in needs
    a profile that has it before the start. A try in which something breaks is made again in a folder of its own.
    """
    told = []
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix="accelxl-profile-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        found = started_once(folder, addin)
        if found == "":
            return folder / "profile"
        told.append(found)
    raise AssertionError(told)


def started_once(folder, addin):
    """Make a profile in a folder; return what went wrong."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(ITEM.format(*row) for row in PROFILE)
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    (user / "registrymodifications.xcu").write_text(f"{text}{items}</oor:items>\n", encoding="utf-8")
    if addin:
        (folder / build.NAME).write_bytes(build.extension())
    verb = ["add", str(folder / build.NAME)] if addin else ["version", manager.IDENTIFIER]
    try:
        done = subprocess.run(
            [program("uno"), manager.__file__, program("soffice"), str(user.parent), *verb],
            capture_output=True, text=True, check=False, env=environment(folder), timeout=300,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        return str(error)
    lines = done.stdout.splitlines()
    right = bool(lines) and json.loads(lines[-1]).get("answer") == (__version__ if addin else "")
    return "" if right else f"{done.stdout}{done.stderr}"[-1500:] or "it said nothing"


def environment(home):
    """Variables for a private office."""
    return office.environment() | {
        "HOME": str(home),
        "SAL_USE_VCLPLUGIN": "svp",
    }


def value(found):
    """A value as the tests see it: errors by Excel's names."""
    return CellError(found["error"]) if isinstance(found, dict) else found


class Office:
    """A Calc of its own. `backend` is that of the add-in ("inside" or "worker"); `addin=False` leaves the add-in out."""

    def __init__(self, backend="auto", *, seconds=30.0, addin=True, **changes):
        self.folder = Path(tempfile.mkdtemp(prefix="accelxl-calc-"))
        self.settings = self.folder / "calc.json"
        self.configure(backend=backend, seconds=seconds, **changes)
        self._addin = addin
        self._driver = None
        self.starts = 0
        self.process = None

    def configure(self, **changes):
        """Write the add-in's settings: those of this Python with changes."""
        self.settings.write_text(settings.text_of(install.here()._replace(**changes)), encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        profile = self.folder / f"profile{self.starts}"
        self.starts += 1
        shutil.copytree(template(self._addin), profile)
        variables = environment(self.folder) | {settings.VARIABLE: str(self.settings)}
        command = [program("uno"), str(DRIVER), manager.__file__, program("soffice"), str(profile)]
        self._log = (self.folder / "driver.log").open("ab")
        self._driver = subprocess.Popen(
            command,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=variables, start_new_session=True, cwd=self.folder,
        )  # fmt: skip
        self.process = self._answer()["process"]

    def ask(self, verb, **given):
        """Have the driver do something; starts it when it does not run."""
        if self._driver is None:
            self._start()
        try:
            self._driver.stdin.write(json.dumps([verb, given]).encode() + b"\n")
            self._driver.stdin.flush()
        except OSError:
            self._crashed()
        return self._answer()

    def _answer(self):
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._driver.stdout, selectors.EVENT_READ)
            line = self._driver.stdout.readline() if waiting.select(SECONDS) else b""
        if not line.endswith(b"\n"):
            self._crashed()
        told = json.loads(line)
        if "error" in told:
            if told["gone"]:
                self._crashed()
            raise Refused(told["error"] + "\n" + told["trace"])
        return told["answer"]

    def _crashed(self):
        log = (self.folder / "driver.log").read_text(errors="replace")[-800:]
        self.end()
        raise Crashed(f"the office has ended: {log}")

    def end(self):
        """End driver and office."""
        if self._driver is None:
            return
        driver, self._driver = self._driver, None
        with suppress(OSError):
            driver.stdin.write(b'["end", {}]\n')
            driver.stdin.close()
        try:
            driver.wait(25)
        except subprocess.TimeoutExpired:
            driver.kill()
            driver.wait()
        driver.stdout.close()
        self._log.close()
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process, signal.SIGKILL)
            self.process = None

    @contextmanager
    def open(self, path=None, *, copied=True):
        """Give a book opened from a copy of a file; without one a new book."""
        copy = None if path is None or copied else Path(path)
        if path is not None and copied:
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            copy = folder / Path(path).name
            shutil.copy(path, copy)
        book = Book(self, self.ask("open", path=None if copy is None else str(copy)), copy)
        try:
            yield book
        finally:
            if self._driver is not None and book.start == self.starts:
                with suppress(Crashed):
                    self.ask("close", book=book.number)
            if copy is not None and copied:
                shutil.rmtree(copy.parent, ignore_errors=True)


class Book:
    """An open book."""

    def __init__(self, office, number, path=None):
        self.office, self.number, self.start, self.path = office, number, office.starts, path

    def _ask(self, verb, **given):
        if self.start != self.office.starts or self.office._driver is None:
            raise Crashed("the office that had this book open has ended")
        return self.office.ask(verb, book=self.number, **given)

    def put(self, values):
        """Put values, or formulas in Calc's grammar, into cells: by defined name or Sheet!A1."""
        self._ask("put", given=values)

    def array(self, where, formula):
        """Put an array formula into a range."""
        self._ask("array", where=where, formula=formula)

    def recalculate(self):
        """Compute every formula anew."""
        self._ask("recalculate")

    def get(self, *where):
        """Values of single cells."""
        return {name: value(found) for name, found in self._ask("get", names=where).items()}

    def fill(self, where, formula):
        """Put a formula into the first cell of a column and fill it down."""
        self._ask("fill", where=where, formula=formula)

    def rows(self, where):
        """Values of a range."""
        return [[value(found) for found in row] for row in self._ask("rows", where=where)]

    def cells(self):
        """Values of all cells with formulas."""
        places, found = self._ask("cells")
        return {tuple(place): value(one) for place, one in zip(places, found, strict=True)}

    def formulas(self):
        """Texts of all formulas, as Calc has them."""
        return {(sheet, row, column): text for sheet, row, column, text in self._ask("formulas")}

    def sweep(self, jobs, *, hard=False):
        """All cells with formulas for each job (cells to override), as a `Table`; the book is as before afterwards.

        `hard` computes every formula for each job, and not only those that depend on what was overridden.
        """
        jobs = list(jobs)
        path = self.office.folder / f"sweep{self.number}"
        tables = []
        for start in range(0, len(jobs), CHUNK):
            part = jobs[start : start + CHUNK]
            places, words = self._ask("sweep", jobs=part, hard=hard, path=str(path))
            tables.append(Table.read(path, len(part), list(map(tuple, places)), list(map(value, words))))
        path.unlink()
        return Table.joined(tables)

    def add_sheet(self, title):
        """Add an empty sheet at the end; those of a template are protected."""
        self._ask("add_sheet", title=title)

    def sheets(self):
        """Names of the sheets."""
        return self._ask("sheets")

    def said(self):
        """Messages of the menu since the last call: title and text; the first call begins to keep them."""
        return self._ask("said")

    def titles(self):
        """Addresses of all open books, with their blanks as they are."""
        return [unquote(url) for url in self._ask("titles")]

    def select(self, where):
        """Select a range."""
        self._ask("select", where=where)

    def run(self, command):
        """Press a button of the menu or the toolbar."""
        self._ask("run", command=command)

    def save(self, path):
        """Save a copy, by the ending of the path; the names in an xlsx are plain."""
        self._ask("save", path=str(Path(path).resolve()))
        if Path(path).suffix == ".xlsx":
            plain.make_plain(Path(path), names.methods(REGISTRY))
        return Path(path)
