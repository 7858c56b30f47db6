"""Run by a Python with LibreOffice's bridge: a line of JSON in, done in Calc, a line of JSON out. `office.py` beside it starts it.

python driver.py MANAGER SOFFICE PROFILE
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path

FORMULA, FORMULA_ERROR, NEVER = 16, 4, 0
ERRORS = {521: "#NULL!", 532: "#DIV/0!", 519: "#VALUE!", 524: "#REF!", 525: "#NAME?", 503: "#NUM!", 32767: "#N/A"}
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".pdf": "calc_pdf_Export"}


def option(name, value):
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def error_of(cell):
    code = cell.getError()
    return ERRORS.get(code, f"Err:{code}")


def settled(cell):
    """A cell's value; an error as {"error": name}."""
    found = cell.getDataArray()[0][0]
    return {"error": error_of(cell)} if found is None else found


def set_cell(cell, value):
    """Put a number, a text or a formula into a cell; None empties it."""
    if value is None:
        cell.setString("")
    elif isinstance(value, str):
        cell.setFormula(value) if value.startswith("=") else cell.setString(value)
    else:
        cell.setValue(float(value))


class Books:
    """The open books by number, and what can be done with them."""

    def __init__(self, office):
        self.office, self.books, self.last = office, {}, 0

    def open(self, path):
        options = (option("Hidden", True), option("MacroExecutionMode", NEVER))
        document = self.office.desktop.loadComponentFromURL(
            Path(path).as_uri() if path else "private:factory/scalc", "_blank", 0, options
        )
        if document is None:
            raise RuntimeError(f"Calc did not open {path}")
        self.last += 1
        self.books[self.last] = document
        return self.last

    def close(self, book):
        document = self.books.pop(book)
        document.setModified(False)
        document.close(True)

    def area(self, book, where):
        """The cells of a defined name or of Sheet!A1:B2."""
        document = self.books[book]
        if "!" in where:
            title, _, address = where.rpartition("!")
            return document.Sheets.getByName(title.strip("'")).getCellRangeByName(address)
        if not document.NamedRanges.hasByName(where):
            raise KeyError(f"no defined name {where}")
        return document.NamedRanges.getByName(where).getReferredCells()

    def put(self, book, values):
        for where, value in values.items():
            set_cell(self.area(book, where).getCellByPosition(0, 0), value)

    def array(self, book, where, formula):
        self.area(book, where).setArrayFormula(formula)

    def fill(self, book, where, formula):
        """A formula in each cell of a column, with its row in it."""
        area = self.area(book, where)
        place = area.getRangeAddress()
        rows = range(place.StartRow + 1, place.EndRow + 2)
        area.setFormulaArray(tuple((formula.replace("{row}", str(row)),) for row in rows))

    def rows(self, book, where):
        area = self.area(book, where)
        found = [list(row) for row in area.getDataArray()]
        for down, row in enumerate(found):
            for across, value in enumerate(row):
                if value is None:
                    row[across] = {"error": error_of(area.getCellByPosition(across, down))}
        return found

    def recalculate(self, book):
        self.books[book].calculateAll()

    def get(self, book, names):
        return {name: settled(self.area(book, name).getCellByPosition(0, 0)) for name in names}

    def places(self, book):
        """Every cell with a formula: sheet, row and column from 0."""
        found = []
        for sheet in self.books[book].Sheets:
            for area in sheet.queryContentCells(FORMULA).getRangeAddresses():
                found += [
                    (sheet.Name, row, column)
                    for row in range(area.StartRow, area.EndRow + 1)
                    for column in range(area.StartColumn, area.EndColumn + 1)
                ]
        return found

    def blocks(self, book, places):
        """The used area of each sheet that has one of these cells."""
        found = {}
        for name in dict.fromkeys(place[0] for place in places):
            sheet = self.books[book].Sheets.getByName(name)
            cursor = sheet.createCursor()
            cursor.gotoEndOfUsedArea(False)
            end = cursor.getRangeAddress()
            found[name] = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        return found

    @staticmethod
    def values(blocks, places):
        """The values of cells; each sheet is read in one go, for each word to the office takes its time."""
        rows = {name: block.getDataArray() for name, block in blocks.items()}
        found = [rows[name][row][column] for name, row, column in places]
        for place, value in enumerate(found):
            if value is None:
                name, row, column = places[place]
                found[place] = {"error": error_of(blocks[name].getCellByPosition(column, row))}
        return found

    def cells(self, book):
        """Every cell with a formula, and the values in that order."""
        places = self.places(book)
        return places, self.values(self.blocks(book, places), places)

    def formulas(self, book):
        found = []
        for sheet in self.books[book].Sheets:
            for area in sheet.queryContentCells(FORMULA).getRangeAddresses():
                cells = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
                for down, row in enumerate(cells.getFormulaArray()):
                    found += [
                        (sheet.Name, area.StartRow + down, area.StartColumn + across, text)
                        for across, text in enumerate(row)
                    ]
        return found

    def sweep(self, book, jobs, names, hard):
        """For each job: override, recalculate, read, put the old values back. `names` empty: all cells with formulas."""
        document = self.books[book]
        places = [] if names else self.places(book)
        blocks = self.blocks(book, places)
        cell = {
            where: self.area(book, where).getCellByPosition(0, 0)
            for where in {*names, *(key for job in jobs for key in job)}
        }
        text = {where: one.Type.value == "TEXT" for where, one in cell.items()}
        document.enableAutomaticCalculation(False)
        found = []
        for job in jobs:
            before = {where: cell[where].getFormula() for where in job}
            for where, new in job.items():
                set_cell(cell[where], new)
            document.calculateAll() if hard else document.calculate()
            found.append({name: settled(cell[name]) for name in names} if names else self.values(blocks, places))
            for where, old in before.items():
                cell[where].setString(old) if text[where] else cell[where].setFormula(old)
        document.calculate()
        document.enableAutomaticCalculation(True)
        return places, found

    def save(self, book, path):
        self.books[book].storeToURL(Path(path).as_uri(), (option("FilterName", FILTERS[Path(path).suffix]),))

    def run(self, book, command):
        """Press a button of the menu, with this book as the current one."""
        frame = self.books[book].getCurrentController().getFrame()
        self.office.desktop.setActiveFrame(frame) if hasattr(
            self.office.desktop, "setActiveFrame"
        ) else frame.activate()
        self.office.create("org.accelxl.Commands").trigger(command)

    def select(self, book, where):
        self.books[book].getCurrentController().select(self.area(book, where))

    def add_sheet(self, book, title):
        sheets = self.books[book].Sheets
        sheets.insertNewByName(title, sheets.Count)

    def sheets(self, book):
        return [sheet.Name for sheet in self.books[book].Sheets]

    def titles(self, book):
        """Addresses of all open books."""
        found, all_ = [], self.office.desktop.getComponents().createEnumeration()
        while all_.hasMoreElements():
            found.append(all_.nextElement().getURL())
        return found

    def gone(self):
        """Whether the office answers no more."""
        try:
            self.office.desktop.getComponents()
        except Exception:  # noqa: BLE001  # whatever the bridge says
            return True
        return False

    def state(self):
        return {"process": self.office.process.pid}


def main(manager, soffice, profile):
    spec = importlib.util.spec_from_file_location("manager", manager)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answers = sys.stdout
    sys.stdout = sys.stderr
    office = module.started(soffice, profile)
    try:
        books = Books(office)
        print(json.dumps({"answer": books.state()}), file=answers, flush=True)
        for line in sys.stdin:
            verb, given = json.loads(line)
            if verb == "end":
                break
            try:
                told = {"answer": getattr(books, verb)(**given)}
            except Exception as error:  # noqa: BLE001  # told to the test
                told = {
                    "error": getattr(error, "Message", "") or f"{type(error).__name__}: {error}",
                    "trace": traceback.format_exc()[-1500:],
                }
                told["gone"] = books.gone()
            print(json.dumps(told), file=answers, flush=True)
    finally:
        office.kill()  # the profile is private: there is nothing to be saved


if __name__ == "__main__":
    main(*sys.argv[1:])
