"""A command of the menu in the office: read the book, ask the package, do what it answers, with its progress in the status bar."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import backend, plain, wire

SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
TITLE = "AccelXL"
PLAN_BLOCK = "plan_block"
MOST = 1_000_000
"""Cells of a selection that are read."""


def run(context: Any, dispatcher: backend.Dispatcher, command: str, functions: Mapping[str, str], why: Any) -> None:
    """Do a command; what is wrong is said in a message.

    Parameters
    ----------
    functions : mapping
        The function of each method.
    why : callable
        Takes a cell and returns the sentence behind its error.
    """
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = desktop.getCurrentComponent()
    bar = _bar(desktop)
    if bar is not None:
        bar.start(f"{TITLE}: {command.partition(':')[0]}", 2)
    try:
        told = _answer(dispatcher, command, _read(document, functions, why))
        if told["do"] == "read":
            given = _read(document, functions, why)
            given["areas"] = {where: rows for where in told["areas"] if (rows := _area(document, where)) is not None}
            told = _answer(dispatcher, command, given)
        if bar is not None:
            bar.setValue(1)
        _do(desktop, document, told)
    except backend.Failed as error:
        say(document, TITLE, f"the command could not be done: {error}")
    finally:
        if bar is not None:
            bar.end()


def _bar(desktop: Any) -> Any:
    """Return the progress of the status bar; None without a window."""
    frame = desktop.getCurrentFrame()
    return None if frame is None else frame.createStatusIndicator()


def _answer(dispatcher: backend.Dispatcher, command: str, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dispatcher.ask("command", command, [json.dumps(given)])[0])
    return found


def _read(document: Any, functions: Mapping[str, str], why: Any) -> dict[str, Any]:
    """Return what a command may need of a book."""
    if document is None or not document.supportsService(SPREADSHEET):
        return {}
    found: dict[str, Any] = {"sheets": {}}
    for sheet in document.Sheets:
        first = sheet.getCellByPosition(0, 0)
        if first.getString() == sheet.Name:  # the page of a command bears its title
            cursor = sheet.createCursor()
            cursor.gotoEndOfUsedArea(False)
            end = cursor.getRangeAddress()
            found["sheets"][sheet.Name.lower()] = rows_of(sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow))
    block = _area(document, PLAN_BLOCK)
    if block is not None:
        found["block"] = (PLAN_BLOCK, block)
    chosen = document.getCurrentSelection()
    if chosen is not None and chosen.supportsService("com.sun.star.sheet.SheetCellRange"):
        place = chosen.getRangeAddress()
        if (place.EndRow - place.StartRow + 1) * (place.EndColumn - place.StartColumn + 1) <= MOST:
            name = chosen.getPropertyValue("AbsoluteName").replace("$", "").replace(".", "!")
            found["selection"] = (name, rows_of(chosen))
        cell = chosen.getCellByPosition(0, 0)
        found["formula"] = plain.plain(cell.getFormula(), functions)
        found["why"] = why(chosen)
    return found


def _area(document: Any, where: str) -> Any:
    """Return the cells of a name of the book, or of an address such as Plan!A1:B9; None where there is none."""
    title, mark, address = where.rpartition("!")
    try:
        if not mark:
            return rows_of(document.NamedRanges.getByName(where).getReferredCells())
        return rows_of(document.Sheets.getByName(title.strip("'")).getCellRangeByName(address))
    except Exception:  # noqa: BLE001  # the office's own classes: no such name, sheet or address
        return None


def rows_of(area: Any) -> list[list[Any]]:
    """Return cells as rows; an error as {"error": name}."""
    rows = [list(row) for row in area.getDataArray()]
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if value is None:
                code = area.getCellByPosition(across, down).getError()
                row[across] = {"error": wire.NAMES.get(code, "#VALUE!")}
    return rows


def _do(desktop: Any, document: Any, told: dict[str, Any]) -> None:
    if told["do"] == "open":
        import uno

        desktop.loadComponentFromURL(uno.systemPathToFileUrl(told["path"]), "_blank", 0, ())
    elif told["do"] == "sheet":
        if document is None or not document.supportsService(SPREADSHEET):
            document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        write(document, told["title"], told["rows"])
        if told["text"]:
            say(document, f"{TITLE}: {told['title']}", told["text"])
    else:
        say(document, told["title"], told["text"])


def write(document: Any, title: str, rows: list[list[Any]]) -> None:
    """Write the page of a command on its sheet in one go, over all that stood there; the sheet is made if there is none."""
    sheets = document.Sheets
    made = not sheets.hasByName(title)
    if made:
        sheets.insertNewByName(title, sheets.Count)
    sheet = sheets.getByName(title)
    document.lockControllers()
    try:
        sheet.clearContents(1 | 2 | 4 | 16)  # numbers, dates, texts, formulas
        area = sheet.getCellRangeByPosition(0, 0, len(rows[0]) - 1, len(rows) - 1)
        area.setDataArray(tuple(map(tuple, rows)))
        if made:
            sheet.getCellByPosition(0, 0).CharWeight = 150.0
            sheet.Columns.getByIndex(0).OptimalWidth = True
    finally:
        document.unlockControllers()
    controller = document.getCurrentController()
    if controller is not None:
        controller.setActiveSheet(sheet)


def say(document: Any, title: str, text: str) -> None:
    """Show a message; without a window nobody can be told."""
    controller = None if document is None else document.getCurrentController()
    frame = None if controller is None else controller.getFrame()
    window = None if frame is None else frame.getContainerWindow()
    if window is None:
        return
    import uno

    kind = uno.Enum("com.sun.star.awt.MessageBoxType", "INFOBOX")
    box = window.getToolkit().createMessageBox(window, kind, 1, title, text)
    box.execute()
    box.dispose()
