"""Names in the formulas of a book: bound when it was loaded, plain again in the xlsx file that was saved.

Only cells that name one of our functions are touched; a book without one costs a look at its formulas and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    sheets = [model.Sheets.getByIndex(place) for place in range(model.Sheets.Count)]
    found = [(sheet, fresh) for sheet in sheets if (fresh := _unbound(sheet, methods))]
    named = [(one, text) for one in _names(model) if (text := plain.bound(one.Content, methods)) != one.Content]
    if not found and not named:
        return 0
    before = model.isModified()
    undo = model.getUndoManager()
    undo.lock()
    model.lockControllers()
    model.addActionLock()
    try:
        for one, text in named:
            one.setContent(text)
        for sheet, fresh in found:
            _set(sheet, fresh)
    finally:
        model.removeActionLock()
        model.unlockControllers()
        undo.unlock()
        model.setModified(before)
    return sum(len(fresh) for _, fresh in found)


def _names(model: Any) -> Iterator[Any]:
    names = model.NamedRanges
    for name in names.ElementNames:
        yield names.getByName(name)


def _unbound(sheet: Any, methods: Mapping[str, str]) -> dict[tuple[int, int], str]:
    """Return the formulas with names that Calc has not bound, with the names bound, by column and row."""
    found: dict[tuple[int, int], str] = {}
    for formula, column, row in _with(sheet, "accel_"):
        fresh = plain.bound(formula, methods)
        if fresh != formula:
            found[column, row] = fresh
    return found


def _with(sheet: Any, needle: str) -> Iterator[tuple[str, int, int]]:
    """Yield the formulas that have a text in them, with column and row."""
    for area in sheet.queryContentCells(FORMULA).getRangeAddresses():
        cells = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
        for down, row in enumerate(cells.getFormulaArray()):
            for across, formula in enumerate(row):
                if needle in formula.lower():
                    yield formula, area.StartColumn + across, area.StartRow + down


def formulas_of(model: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the formulas that may name our functions: with sheet, column and row, or with no sheet and a name of the book."""
    for place in range(model.Sheets.Count):
        sheet = model.Sheets.getByIndex(place)
        for text, column, row in _with(sheet, "accel"):
            yield text, sheet.Name, column, row
    for one in _names(model):
        if "accel" in one.Content.lower():
            yield one.Content, None, one.Name, None


def put_formulas(model: Any, rows: Iterable[Sequence[Any]], methods: Mapping[str, str]) -> None:
    """Write formulas with plain names into their cells and names, as one step that can be undone."""
    sheets: dict[str, dict[tuple[int, int], str]] = {}
    undo = model.getUndoManager()
    undo.enterUndoContext("AccelXL: Repair links")
    model.lockControllers()
    model.addActionLock()
    try:
        for text, sheet, column, row in rows:
            fresh = plain.bound(text, methods)
            if sheet is None:
                model.NamedRanges.getByName(column).setContent(fresh)
            else:
                sheets.setdefault(sheet, {})[column, row] = fresh
        for title, formulas in sheets.items():
            _set(model.Sheets.getByName(title), formulas)
    finally:
        model.removeActionLock()
        model.unlockControllers()
        undo.leaveUndoContext()


def _set(sheet: Any, formulas: dict[tuple[int, int], str]) -> None:
    """Set formulas: an array once, other cells a run of a column at a time, for a call for each cell takes milliseconds.

    A protected sheet, as that of a template, takes a formula for a cell from us and refuses a run of them.
    """
    single = {place: text for place, text in formulas.items() if not text.startswith("{")}
    if sheet.isProtected():
        for (column, row), text in single.items():
            sheet.getCellByPosition(column, row).setFormula(text)
    else:
        for column, row, texts in runs(single):
            area = sheet.getCellRangeByPosition(column, row, column, row + len(texts) - 1)
            area.setFormulaArray(tuple((text,) for text in texts))
    done: set[tuple[int, int]] = set()
    for (column, row), text in formulas.items():
        if not text.startswith("{") or (column, row) in done:
            continue
        area = sheet.createCursorByRange(sheet.getCellByPosition(column, row))
        area.collapseToCurrentArray()
        at = area.getRangeAddress()
        done.update((x, y) for x in range(at.StartColumn, at.EndColumn + 1) for y in range(at.StartRow, at.EndRow + 1))
        area.setArrayFormula(text[1:-1])


def runs(formulas: Mapping[tuple[int, int], str]) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the column, the first row and the formulas of each run of cells that stand below each other.

    Examples
    --------
    >>> list(runs({(0, 4): "b", (0, 3): "a", (1, 3): "c", (0, 6): "d"}))
    [(0, 3, ['a', 'b']), (0, 6, ['d']), (1, 3, ['c'])]
    """
    column, first, texts = -1, -1, list[str]()
    for (across, down), text in sorted(formulas.items()):
        if (across, down) != (column, first + len(texts)):
            if texts:
                yield column, first, texts
            column, first, texts = across, down, []
        texts.append(text)
    if texts:
        yield column, first, texts


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
