"""Files for Excel made on any machine: the add-in, and each template as a workbook with macros and ribbon inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from accelxl.errors import BadFile
from accelxl.files import folder_for, write_atomically
from accelxl.hosts.commands import ROWS
from accelxl.hosts.excel import addin, check, package, ribbon
from accelxl.hosts.excel.modules import Kind, modules
from accelxl.workbook.build import TEMPLATES, built, template

Progress = Callable[[int, int, str], object]
"""Told the number of files that are done, of how many, and what comes next."""


def add_in() -> bytes:
    """Return accelxl.xlam, with the macros of the installed xlwings."""
    return _finished(addin.parts(), "xlam", ribbon.ADD_IN)


def with_macros(book: bytes, name: str) -> bytes:
    """Return a workbook with macros and ribbon: the .xlsm sibling of an .xlsx, which works without the add-in.

    Raises
    ------
    BadFile
        If `book` is no plain .xlsx.
    """
    return _finished(package.read(book, name), "xlsm", name)


def _finished(parts: package.Parts, kind: Kind, name: str) -> bytes:
    made = package.with_macros(parts, kind, modules(kind), book_code=ribbon.BOOK, ribbon=ribbon.part(ROWS, kind))
    data = package.write(made)
    faults = check.faults(data, name)
    if faults:
        raise BadFile(f"{name} was not made: {faults[0]}")
    return data


def build(out: str | Path, names: Iterable[str] | None = None, progress: Progress | None = None) -> list[Path]:
    """Write the add-in and the templates with macros into a folder, each file whole or not at all.

    Parameters
    ----------
    out : path
        The folder; it is made if it does not exist.
    names : iterable of str, optional
        Which templates; all of them by default.
    progress : callable, optional
        Takes the number of files done, the number of all, and the name of the next.

    Returns
    -------
    list of Path
        The files, the add-in first.

    Raises
    ------
    UnknownName
        If there is no such template.
    BadFile
        If the folder or a file cannot be written.
    Missing
        If xlwings is not installed.
    """
    wanted = TEMPLATES if names is None else tuple(names)
    for name in wanted:
        template(name)
    folder = folder_for(out)
    tell = progress or (lambda *_: None)
    tell(0, len(wanted) + 1, ribbon.ADD_IN)
    done = [write_atomically(folder / ribbon.ADD_IN, add_in())]
    for name in wanted:
        tell(len(done), len(wanted) + 1, f"{name}.xlsm")
        done.append(write_atomically(folder / f"{name}.xlsm", with_macros(built(name), f"{name}.xlsx")))
    tell(len(done), len(done), "")
    return done
