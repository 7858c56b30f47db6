"""Loaded into the office by the driver: what reads and writes cells, so that none passes the bridge between processes by itself."""

import json
import sys
from array import array as raw
from pathlib import Path

import unohelper
from com.sun.star.sheet.FillDirection import TO_BOTTOM
from com.sun.star.task import XJob

IMPLEMENTATION = "org.accelxl.tests.Inside"
FORMULA = 16
ERRORS = {521: "#NULL!", 532: "#DIV/0!", 519: "#VALUE!", 524: "#REF!", 525: "#NAME?", 503: "#NUM!", 32767: "#N/A"}


def error_of(cell):
    """The error that a cell shows."""
    code = cell.getError()
    return {"error": ERRORS.get(code, f"Err:{code}")}


def area(document, where):
    """The cells of a defined name or of Sheet!A1:B2."""
    if "!" in where:
        title, _, address = where.rpartition("!")
        return document.Sheets.getByName(title.strip("'")).getCellRangeByName(address)
    if not document.NamedRanges.hasByName(where):
        raise KeyError(f"no defined name {where}")
    return document.NamedRanges.getByName(where).getReferredCells()


def settled(cell):
    """A cell's value; an error as {"error": name}."""
    found = cell.getDataArray()[0][0]
    return error_of(cell) if found is None else found


def set_cell(cell, value):
    """Put a number, a text or a formula into a cell; None empties it."""
    if value is None:
        cell.setString("")
    elif isinstance(value, str):
        cell.setFormula(value) if value.startswith("=") else cell.setString(value)
    else:
        cell.setValue(float(value))


def formula_areas(document):
    """Every rectangle of cells with formulas: its sheet and its address."""
    for sheet in document.Sheets:
        for place in sheet.queryContentCells(FORMULA).getRangeAddresses():
            yield sheet, place


def places(document):
    """Every cell with a formula: sheet, row and column from 0."""
    return [
        (sheet.Name, row, column)
        for sheet, place in formula_areas(document)
        for row in range(place.StartRow, place.EndRow + 1)
        for column in range(place.StartColumn, place.EndColumn + 1)
    ]


def values(areas):
    """The values of cells, area by area."""
    found = []
    for cells in areas:
        for down, row in enumerate(cells.getDataArray()):
            if None not in row:
                found.extend(row)
                continue
            for across, value in enumerate(row):
                found.append(error_of(cells.getCellByPosition(across, down)) if value is None else value)
    return found


def ranges(document):
    """The rectangles of cells with formulas."""
    return [
        sheet.getCellRangeByPosition(place.StartColumn, place.StartRow, place.EndColumn, place.EndRow)
        for sheet, place in formula_areas(document)
    ]


def cells(document):
    """Every cell with a formula, and the values in that order."""
    return places(document), values(ranges(document))


def formulas(document):
    """Every cell with a formula and its text."""
    return [
        (sheet.Name, place.StartRow + down, place.StartColumn + across, text)
        for sheet, place in formula_areas(document)
        for down, row in enumerate(
            sheet.getCellRangeByPosition(
                place.StartColumn, place.StartRow, place.EndColumn, place.EndRow
            ).getFormulaArray()
        )
        for across, text in enumerate(row)
    ]


def put(document, given):
    """Put values or formulas into cells."""
    for where, value in given.items():
        set_cell(area(document, where).getCellByPosition(0, 0), value)


def get(document, names):
    """The values of single cells."""
    return {name: settled(area(document, name).getCellByPosition(0, 0)) for name in names}


def array(document, where, formula):
    """Put an array formula into a range."""
    area(document, where).setArrayFormula(formula)


def fill(document, where, formula):
    """Put a formula into the first cell of a column and fill it down."""
    column = area(document, where)
    column.getCellByPosition(0, 0).setFormula(formula)
    column.fillAuto(TO_BOTTOM, 1)


def rows(document, where):
    """The values of a range."""
    found = area(document, where)
    flat, width = values([found]), len(found.getColumns())
    return [flat[at : at + width] for at in range(0, len(flat), width)]


def recalculate(document):
    """Compute every formula anew."""
    document.calculateAll()


def select(document, where):
    """Select a range."""
    document.getCurrentController().select(area(document, where))


def add_sheet(document, title):
    """Add an empty sheet at the end."""
    document.Sheets.insertNewByName(title, document.Sheets.Count)


def sheets(document):
    """The names of the sheets."""
    return list(document.Sheets.ElementNames)


def said(document):
    """The messages of the menu since the last call; the first call begins to keep them."""
    (menu,) = (one for name, one in sys.modules.items() if name.endswith("menu") and hasattr(one, "PLAN_BLOCK"))
    before, kept = getattr(menu, "kept", []), []
    menu.kept = kept
    menu.say = lambda _, title, text: kept.append([title, text])
    return before


def sweep(document, jobs, hard, path):
    """For each job: override, recalculate, read all cells with formulas, put the old values back.

    The numbers of all jobs go into a file as raw doubles, row by row; behind them, as raw integers, for each cell 0 or which of the
    words that are returned it shows, counted from 1: a text, or an error.
    """
    areas = ranges(document)
    cell = {where: area(document, where).getCellByPosition(0, 0) for where in {key for job in jobs for key in job}}
    text = {where: one.Type.value == "TEXT" for where, one in cell.items()}
    words, numbers, shown = {}, raw("d"), raw("i")
    document.lockControllers()
    document.enableAutomaticCalculation(False)
    for job in jobs:
        before = {where: cell[where].getFormula() for where in job}
        for where, new in job.items():
            set_cell(cell[where], new)
        document.calculateAll() if hard else document.calculate()
        found = values(areas)
        numbers.extend([value if type(value) is float else 0.0 for value in found])
        shown.extend([0 if type(value) is float else number_of(value, words) for value in found])
        for where, old in before.items():
            cell[where].setString(old) if text[where] else cell[where].setFormula(old)
    document.calculate()
    document.enableAutomaticCalculation(True)
    document.unlockControllers()
    with Path(path).open("wb") as out:
        numbers.tofile(out)
        shown.tofile(out)
    return places(document), [json.loads(word) for word in words]


def number_of(value, words):
    """The number of a text or an error among the words seen so far."""
    return words.setdefault(json.dumps(value), len(words) + 1)


VERBS = (put, get, array, fill, rows, recalculate, cells, formulas, sweep, select, add_sheet, sheets, said)
NAMED = {verb.__name__: verb for verb in VERBS}


class Inside(unohelper.Base, XJob):
    """Does a verb with a document; its arguments and its answer are JSON."""

    def __init__(self, *_):
        pass

    def execute(self, arguments):
        """Do one verb."""
        given = {one.Name: one.Value for one in arguments}
        return json.dumps(NAMED[given["verb"]](given["document"], **json.loads(given["given"])))


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # the name that LibreOffice looks for
g_ImplementationHelper.addImplementation(Inside, IMPLEMENTATION, (IMPLEMENTATION,))
