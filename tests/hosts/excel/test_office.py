"""LibreOffice, macros on, opens each .xlsm: its cells, through the wrappers and a stand-in for XLPy, equal the cached values."""

import dataclasses
import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from accelxl.functions import REGISTRY, CellError
from accelxl.functions.examples import cells_of
from accelxl.hosts.excel import build, modules, package, render
from accelxl.workbook.build import TEMPLATES
from tests.hosts.excel import office_standin
from tests.hosts.excel.pywin32_standins import windows

pytestmark = pytest.mark.office("soffice", "uno")
HERE = Path(__file__).parent
DATA = {"A1": 3.6, "A2": 1000.0, "A3": 2000.0, "A4": "text", "A6": 0.5}
BY_REFERENCE = {
    "=ACCEL_COST_PER_MTOK(A1,A2)": ("ACCEL_COST_PER_MTOK", (3.6, 1000.0, None)),
    "=ACCEL_COST_PER_MTOK(A1,A2:A3)": ("ACCEL_COST_PER_MTOK", (3.6, ((1000.0,), (2000.0,)), None)),
    "=ACCEL_COST_PER_MTOK(A1,A4)": ("ACCEL_COST_PER_MTOK", (3.6, "text", None)),
    "=ACCEL_COST_PER_MTOK(A1,A2,A6)": ("ACCEL_COST_PER_MTOK", (3.6, 1000.0, 0.5)),
    "=ACCEL_COST_PER_MTOK(A1:A1048576,A2)": ("ACCEL_COST_PER_MTOK", ("\x01large\x011048576\x011", 1000.0, None)),
    "=ACCEL_SPEC(A4,A4)": ("ACCEL_SPEC", ("text", "text")),
}
"""Formulas over cells, and the call that each should make."""
DAMAGED = {"=ACCEL_COST_PER_MTOK(A1,A2)": 1.0, "=ACCEL_COST_PER_MTOK(A1,A3)": "Error 2015"}
"""Formulas of the damaged book, and what they would give were it sound."""


def shown(value):
    """A cell as LibreOffice gives it: its Basic shows an error value as text."""
    return f"Error {render.XL_ERRORS[value]}" if isinstance(value, CellError) else value


def damaged_book(path):
    """A book whose wrappers count cells wrongly, pass two arguments in each other's place and give an error's wrong number."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Data")
    sheet.write_column("A1", [3.6, 1000.0, "text"])
    for row, (formula, value) in enumerate(DAMAGED.items()):
        sheet.write_array_formula(row, 2, row, 2, f"{{{formula}}}", None, value)
    book.close()
    swapped = (
        "AccelValue(cost_usd_per_hour), AccelValue(tokens_per_second)",
        "AccelValue(tokens_per_second), AccelValue(cost_usd_per_hour)",
    )
    path.write_bytes(
        with_standin(build.with_macros(out.getvalue(), "damaged.xlsx"), swapped, ("CVErr(2015)", "CVErr(2042)"))
    )


def book_of_examples(path):
    """A book with every function's examples and formulas over cells, each with the registry's own result as its cached value."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    data, sheet = book.add_worksheet("Data"), book.add_worksheet("Examples")
    for address, value in DATA.items():
        data.write(address, value)
    expected = {}
    row = 0
    formulas = [(data, formula, name, cells) for formula, (name, cells) in BY_REFERENCE.items()]
    for name, function in REGISTRY.items():
        if name == "ACCEL_WHY":  # it needs the calling cell, which LibreOffice's VBA does not give
            continue
        for example in function.examples:
            cells = cells_of(example.formula)[1]
            if (
                None not in cells
            ):  # LibreOffice gives its VBA a 0 for an argument left out in the middle; test_render has them
                formulas.append((sheet, example.formula, name, cells))
    for place, formula, name, cells in formulas:
        rows = result(name, cells)
        height, width = len(rows), len(rows[0])
        place.write_array_formula(row, 2, row + height - 1, width + 1, f"{{{formula}}}", None, 0)
        for down, line in enumerate(rows):
            for across, value in enumerate(line):
                expected[place.name, row + down, 2 + across] = shown(value)
        row += height + 1
    data.write_array_formula(row, 2, row + 2, 3, "{=ACCEL_COST_PER_MTOK(A1,A2:A3)}", None, 0)
    for place, value in enumerate([1.0, 1.0, 0.5, 0.5, "#N/A", "#N/A"]):  # a column is repeated, and ends in #N/A
        expected["Data", row + place // 2, 2 + place % 2] = value
    book.close()
    path.write_bytes(with_standin(build.with_macros(out.getvalue(), "examples.xlsx")))
    return expected


def result(name, cells):
    if "\x01large" in str(cells):
        cells = (np.broadcast_to(0.0, (1_048_576, 1)), *cells[1:])
    return REGISTRY[name].call(*cells).rows()


def with_standin(data, *damage):
    """A book whose xlwings is the stand-in; `damage` are texts of the macros and what stands in their place."""
    parts = package.read(data, "book")
    found = package.project.read(parts.pop(package.PROJECT))
    own = [module for module in modules.modules("xlsm") if module.name not in {"xlwings", "Dictionary"}]
    assert {module.name for module in own} <= set(found)
    for old, new in damage:
        assert any(old in module.text for module in own), old
        own = [dataclasses.replace(module, text=module.text.replace(old, new)) for module in own]
    names = {sheet.code_name: sheet.kind for sheet in package.sheets(parts)}
    documents = [package.project.Module("ThisWorkbook", "book", package_text(found["ThisWorkbook"]))]
    documents += [package.project.Module(name, kind) for name, kind in names.items()]
    parts[package.PROJECT] = package.project.write("AccelXL", [*documents, *own, *office_standin.MODULES])
    return package.write(parts)


def package_text(source):
    """The text of a document's module below its attributes."""
    return "\n".join(source.splitlines()[8:])


def cached(path):
    """Cached values of the cells that hold an ACCEL function."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.row - 1, cell.column - 1): values[sheet.title][cell.coordinate].value
        for sheet in formulas
        for line in sheet.iter_rows()
        for cell in line
        if re.match(r"=.*ACCEL_", str(getattr(cell.value, "text", cell.value)), re.DOTALL)
    }


@pytest.fixture(scope="module")
def opened(find, tmp_path_factory, built_once):
    """What LibreOffice makes of the books: their cells and modules, and what the UDF server was asked."""
    soffice, python = find("soffice"), find("uno")
    folder = tmp_path_factory.mktemp("office")
    with mock.patch.object(sys, "platform", "win32"):  # ACCEL_INFO names it
        expected = {"examples.xlsm": book_of_examples(folder / "examples.xlsm")}
    for name in TEMPLATES:
        path = folder / f"{name}.xlsm"
        path.write_bytes(with_standin(build.with_macros(built_once(name), name)))
        expected[path.name] = cached(path)
    damaged_book(folder / "damaged.xlsm")
    with windows() as modules_of_windows:
        server = modules_of_windows["xlwings.com_server"].XLPython()
        with office_standin.Server(server.CallUDF) as asked:
            profile = office_standin.profile(folder / "profile", asked.server_address[1])
            books = [str(folder / name) for name in (*expected, "damaged.xlsm")]
            environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
            command = [python, str(HERE / "office_driver.py"), soffice, str(profile), *books]
            done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), expected, asked.asked


def cells_in(opened, book):
    """Values of a book's ACCEL cells by sheet, row and column."""
    return {(sheet, row, column): value for sheet, row, column, _, _, value, _ in opened[0][book]["cells"]}


def same(found, expected):
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    return math.isclose(found, expected, rel_tol=1e-12)


@pytest.mark.parametrize("book", ["examples.xlsm", *(f"{name}.xlsm" for name in TEMPLATES)])
def test_cells_through_the_wrappers_equal_the_cached_values(opened, book):
    expected, cells = opened[1][book], cells_in(opened, book)
    assert expected
    assert set(expected) <= set(cells)
    wrong = [(place, cells[place], value) for place, value in expected.items() if not same(cells[place], value)]
    assert wrong == []


def test_every_function_is_called_with_the_values_of_its_cells(opened):
    asked = opened[2]
    whole = {
        name
        for name, function in REGISTRY.items()
        if any(None not in cells_of(example.formula)[1] for example in function.examples)
    }
    assert len(whole) > 0.9 * len(REGISTRY)  # the others have blanks in every example; test_render calls them
    assert whole - {"ACCEL_WHY"} <= {name for name, _, _ in asked}
    for name, cells in BY_REFERENCE.values():
        assert (name, "", cells) in asked, name


def test_damaged_wrappers_do_not_give_the_cached_values(opened):
    cells = cells_in(opened, "damaged.xlsm")
    for row, value in enumerate(DAMAGED.values()):
        assert not same(cells["Data", row, 2], value)


def test_libreoffice_imports_every_module(opened):
    for book in opened[0].values():
        (library,) = [names for names in book["modules"].values() if render.MODULE in names]
        assert {"ThisWorkbook", "AccelRibbon", "xlwings"} <= set(library)
