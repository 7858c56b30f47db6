"""A command of the menu in the office: ask the package what to read, read it, do what it answers; the status bar says so."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import backend, beside, documents, plain, wire

SPREADSHEET = documents.SPREADSHEET
TITLE = "AccelXL"
STOP = "stop"
PLAN_BLOCK = "plan_block"
MOST = 1_000_000
"""Cells of a selection that are read."""
WIDTH = 5000
"""The first column of a page, in hundredths of a millimetre: names of settings fit, and the line of help does not count."""
QUESTIONS = 8
"""Times that a command may ask for more of the book."""


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
    if document is not None and not document.supportsService(SPREADSHEET):
        document = None
    key = "" if document is None else document.RuntimeUID
    try:
        if command == STOP:
            _stop(document, key)
            return
        reader = Reader(document, functions, why)
        told = _asked(dispatcher, desktop, command, reader)
        if told["do"] == "beside":
            work = beside.RUNNING.get(key)
            if work is not None:
                say(document, TITLE, f"{work.label} is still under way for this book; wait for it, or press Stop first")
                return
            work = beside.Work(
                context, key, told["label"], _bar(desktop), lambda found: _done(desktop, document, found, functions)
            )
            work.start(command, reader.given | {"beside": True})
            return
        _do(desktop, document, told, functions)
    except backend.Failed as error:
        say(document, TITLE, f"the command could not be done: {error}")
    except Exception as error:  # noqa: BLE001  # the office has no place for an exception
        say(document, TITLE, f"this did not work: {getattr(error, 'Message', '') or error}")


def _stop(document: Any, key: str) -> None:
    work = beside.RUNNING.get(key)
    if work is None:
        say(document, TITLE, "nothing is under way for this book")
    else:
        work.stop()


def _asked(dispatcher: backend.Dispatcher, desktop: Any, command: str, reader: Reader) -> dict[str, Any]:
    """Return what is to be done, after the package has been given what it wants of the book."""
    bar = _bar(desktop)
    if bar is not None:
        bar.start(f"{TITLE}: {command.partition(':')[0]}", QUESTIONS)
    try:
        for step in range(QUESTIONS):
            told: dict[str, Any] = json.loads(dispatcher.ask("command", command, [json.dumps(reader.given)])[0])
            if told["do"] != "read":
                return told
            if "beside" in told["what"]:
                return {"do": "beside", "label": told["what"]["beside"]}
            for what, which in told["what"].items():
                reader.read(what, which)
            if bar is not None:
                bar.setValue(step + 1)
    finally:
        if bar is not None:
            bar.end()
    raise backend.Failed("the add-in and the package are of different versions; run accelxl calc install")


def _done(desktop: Any, document: Any, told: dict[str, Any], functions: Mapping[str, str]) -> None:
    """Do what a long command has answered."""
    try:
        _do(desktop, document, told, functions)
    except backend.Failed as error:
        say(document, TITLE, f"the command could not be done: {error}")
    except Exception as error:  # noqa: BLE001  # the office's own classes
        say(document, TITLE, f"this did not work: {getattr(error, 'Message', '') or error}")


class Reader:
    """What a command may want of a book; `given` is what was read so far."""

    def __init__(self, document: Any, functions: Mapping[str, str], why: Any) -> None:
        self.given: dict[str, Any] = {}
        self._document, self._functions, self._why = document, functions, why

    def read(self, what: str, which: Any) -> None:
        """Read what is wanted; without a book there is nothing of it."""
        verbs: dict[str, Callable[[Any], Any]] = {
            "sheet": self._sheet, "plan": self._plan, "area": self._area, "names": self._names,
            "file": self._file, "copy": self._copy, "cell": self._cell,
            "formulas": self._formulas,
        }  # fmt: skip
        nothing: Any = [] if what in {"plan", "names", "formulas"} else None
        self.given[what] = nothing if self._document is None else verbs[what](which)

    def _sheet(self, title: str) -> Any:
        """The cells of a sheet from A1 on."""
        name = titled(self._document, title)
        if name is None:
            return None
        sheet = self._document.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        return rows_of(sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow))

    def _plan(self, _: Any) -> list[tuple[str, Any]]:
        """Where a plan may stand, and its cells: the selection, and the block of the template."""
        found = []
        chosen = self._chosen()
        if chosen is not None:
            place = chosen.getRangeAddress()
            if (place.EndRow - place.StartRow + 1) * (place.EndColumn - place.StartColumn + 1) <= MOST:
                sheet = chosen.getSpreadsheet().Name
                address = chosen.getPropertyValue("AbsoluteName").rpartition(".$")[2].replace("$", "")
                found.append((f"{sheet}!{address}", rows_of(chosen)))
        block = self._area(PLAN_BLOCK)
        return found if block is None else [*found, (PLAN_BLOCK, block)]

    def _chosen(self) -> Any:
        chosen = self._document.getCurrentSelection()
        single = chosen is not None and chosen.supportsService("com.sun.star.sheet.SheetCellRange")
        return chosen if single else None

    def _area(self, where: str) -> Any:
        """The cells of a name of the book, or of an address such as Plan!A1:B9; None where there is none."""
        title, mark, address = where.rpartition("!")
        try:
            if not mark:
                return rows_of(self._document.NamedRanges.getByName(where).getReferredCells())
            name = titled(self._document, title.strip("'").replace("''", "'"))
            return rows_of(self._document.Sheets.getByName(name).getCellRangeByName(address))
        except Exception:  # noqa: BLE001  # the office's own classes: no such name, sheet or address
            return None

    def _names(self, prefix: str) -> list[Any]:
        """The names of book and sheets that begin with a prefix and stand for one cell, merged or not, each with its value."""
        sheets = [self._document.Sheets.getByName(title) for title in self._document.Sheets.ElementNames]
        found: list[Any] = []
        for where, names in (("", self._document.NamedRanges), *((f"{one.Name}!", one.NamedRanges) for one in sheets)):
            for name in names.ElementNames:
                if name.lower().startswith(prefix):
                    area = names.getByName(name).getReferredCells()
                    if area is None:  # a name of a formula, or of a cell that has been deleted
                        found.append([where + name, {"error": "#REF!"}])
                    elif _single(area):
                        found.append([where + name, rows_of(area)[0][0]])
        return found

    def _file(self, _: Any) -> str | None:
        path = documents.path_of(self._document.getURL())
        return None if path is None else str(path)

    def _copy(self, _: Any) -> str:
        """A copy of the book as it is open; it lies in a folder of its own, which the command removes."""
        import uno
        from com.sun.star.beans import PropertyValue

        kind = PropertyValue()
        kind.Name, kind.Value = "FilterName", "Calc MS Excel 2007 XML"
        name = Path(self._document.getTitle()).stem or "book"
        path = Path(tempfile.mkdtemp(prefix="accelxl-copy-")) / f"{name}.xlsx"
        self._document.storeToURL(uno.systemPathToFileUrl(str(path)), (kind,))
        return str(path)

    def _formulas(self, _: Any) -> list[list[Any]]:
        """The formulas that name our functions, plain, with sheet, column and row, or without a sheet and with a name."""
        return [[plain.plain(text, self._functions), *place] for text, *place in documents.formulas_of(self._document)]

    def _cell(self, _: Any) -> Any:
        """The formula of the active cell, and why it shows an error."""
        chosen = self._chosen()
        if chosen is None:
            return None
        formula = plain.plain(chosen.getCellByPosition(0, 0).getFormula(), self._functions)
        return {"formula": formula, "why": self._why(chosen)}


def _single(area: Any) -> bool:
    """Whether a range is one cell, merged or not."""
    cell = area.getSpreadsheet().createCursorByRange(area.getCellByPosition(0, 0))
    cell.collapseToMergedArea()
    one, whole = cell.getRangeAddress(), area.getRangeAddress()
    return (whole.EndColumn, whole.EndRow) in {(whole.StartColumn, whole.StartRow), (one.EndColumn, one.EndRow)}


def titled(document: Any, title: str) -> Any:
    """Return the name of a sheet as the book writes it; None where there is none."""
    return next((name for name in document.Sheets.ElementNames if name.lower() == title.lower()), None)


def _bar(desktop: Any) -> Any:
    """Return the progress of the status bar; None without a window."""
    frame = desktop.getCurrentFrame()
    return None if frame is None else frame.createStatusIndicator()


def rows_of(area: Any) -> list[list[Any]]:
    """Return cells as rows; an error as {"error": name}."""
    rows = [list(row) for row in area.getDataArray()]
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if value is None:
                code = area.getCellByPosition(across, down).getError()
                row[across] = {"error": wire.NAMES.get(code, "#VALUE!")}
    return rows


def _do(desktop: Any, document: Any, told: dict[str, Any], functions: Mapping[str, str]) -> None:
    if told["do"] == "open":
        import uno

        desktop.loadComponentFromURL(uno.systemPathToFileUrl(told["path"]), "_blank", 0, ())
    elif told["do"] == "sheet":
        if document is None:
            document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        write(document, told["title"], told["rows"], told.get("select"))
        if told["text"]:
            say(document, f"{TITLE}: {told['label']}", told["text"])
    else:
        if told["do"] == "formulas":
            documents.put_formulas(document, told["rows"], {function: method for method, function in functions.items()})
        say(document, told["title"], told["text"])


def write(document: Any, title: str, rows: list[list[Any]], select: list[int] | None = None) -> None:
    """Write the page of a command on its sheet in one go, over all that stood there; the sheet is made if there is none."""
    sheets = document.Sheets
    name = titled(document, title)
    if name is None:
        sheets.insertNewByName(title, sheets.Count)
    sheet = sheets.getByName(name or title)
    if sheet.isProtected():  # the office would give the place in its own source
        raise backend.Failed(
            f"the sheet {sheet.Name} is protected; take the protection off (menu Tools, Protect Sheet)"
        )
    document.lockControllers()
    try:
        sheet.clearContents(1 | 2 | 4 | 16)  # numbers, dates, texts, formulas
        area = sheet.getCellRangeByPosition(0, 0, len(rows[0]) - 1, len(rows) - 1)
        area.setDataArray(tuple(map(tuple, rows)))
        if name is None:
            sheet.getCellByPosition(0, 0).CharWeight = 150.0
            sheet.Columns.getByIndex(0).Width = WIDTH
    finally:
        document.unlockControllers()
    sheet.IsVisible = True
    controller = document.getCurrentController()
    if controller is not None:
        controller.setActiveSheet(sheet)
        if select is not None:
            left, top, right, bottom = select
            controller.select(sheet.getCellRangeByPosition(left, top, right, bottom))


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
