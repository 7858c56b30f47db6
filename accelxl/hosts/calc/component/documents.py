"""Names in the formulas of a book: bound when it was loaded, plain again in the xlsx file that was saved.

Only cells that name one of our functions are touched; a book without one costs a look at its formulas and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from . import plain

FORMULA = 16
"""The flag of cells with formulas."""
SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
EXCEL = (".xlsx", ".xlsm", ".xltx", ".xltm")


def job(arguments: Iterable[Any], methods: Mapping[str, str]) -> None:
    """Do what an event of a document asks for.

    Parameters
    ----------
    methods : mapping
        The function of each method.
    """
    environment = {one.Name: one.Value for group in arguments if group.Name == "Environment" for one in group.Value}
    model, event = environment.get("Model"), environment.get("EventName", "")
    if model is None or not model.supportsService(SPREADSHEET):
        return
    if event == "OnLoadFinished":
        bind(model, {function: method for method, function in methods.items()})
    else:
        saved(model, methods)


def bind(model: Any, methods: Mapping[str, str]) -> int:
    """Bind the names of our functions in cells and defined names where Calc has not; return how many cells were changed."""
    found = list(_unbound(model, methods))
    named = [(one, fresh) for one in _names(model) if (fresh := plain.bound(one.Content, methods)) != one.Content]
    if not found and not named:
        return 0
    before = model.isModified()
    undo = model.getUndoManager()
    undo.lock()
    model.lockControllers()
    model.addActionLock()
    try:
        for one, fresh in named:
            one.setContent(fresh)
        for cell, fresh, area in found:
            if area is None:
                cell.setFormula(fresh)
            else:
                area.setArrayFormula(fresh)
    finally:
        model.removeActionLock()
        model.unlockControllers()
        undo.unlock()
        model.setModified(before)
    return len(found)


def _names(model: Any) -> Iterator[Any]:
    names = model.NamedRanges
    for name in names.ElementNames:
        yield names.getByName(name)


def _unbound(model: Any, methods: Mapping[str, str]) -> Iterator[tuple[Any, str, Any]]:
    """Yield each cell with an unbound name, its formula with the name bound, and the area of its array if it is in one."""
    sheets = model.Sheets
    for place in range(sheets.Count):
        sheet = sheets.getByIndex(place)
        for area in sheet.queryContentCells(FORMULA).getRangeAddresses():
            cells = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
            for down, row in enumerate(cells.getFormulaArray()):
                for across, formula in enumerate(row):
                    if "accel_" not in formula and "ACCEL_" not in formula:
                        continue
                    fresh = plain.bound(formula, methods)
                    if fresh != formula:
                        yield _target(
                            sheet, sheet.getCellByPosition(area.StartColumn + across, area.StartRow + down), fresh
                        )


def _target(sheet: Any, cell: Any, fresh: str) -> tuple[Any, str, Any]:
    if not fresh.startswith("{"):
        return cell, fresh, None
    area = sheet.createCursorByRange(cell)
    area.collapseToCurrentArray()
    return cell, fresh[1:-1], area


def saved(model: Any, functions: Mapping[str, str]) -> None:
    """Write plain names into the file that a book was saved to, where it is an xlsx file of this machine."""
    path = path_of(model.getURL())
    if path is not None and path.suffix.lower() in EXCEL and path.exists():
        plain.make_plain(path, functions)


def path_of(url: str) -> Path | None:
    """Return the path of a file: URL; None for any other.

    Examples
    --------
    >>> str(path_of("file:///tmp/a%20b.xlsx"))
    '/tmp/a b.xlsx'
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    return Path(url2pathname(parts.path))
