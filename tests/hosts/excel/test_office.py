"""LibreOffice opens each .xlsm with macros on: its cells, through the generated wrappers and a stand-in for XLPy, equal the cached values."""

import io
import json
import math
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from accelxl.functions import REGISTRY, CellError
from accelxl.functions.examples import cells_of
from accelxl.hosts.excel import build, modules, package, render
from accelxl.workbook.build import TEMPLATES
from tests.hosts.excel import office_standin

pytestmark = pytest.mark.office("soffice", "uno")
HERE = Path(__file__).parent
DATA = {"A1": 3.6, "A2": 1000.0, "A3": 2000.0, "A4": "text", "A6": 0.5}
BY_REFERENCE = {
    "=ACCEL_COST_PER_MTOK(A1,A2)": ("ACCEL_COST_PER_MTOK", (3.6, 1000.0, None)),
    "=ACCEL_COST_PER_MTOK(A1,A2:A3)": ("ACCEL_COST_PER_MTOK", (3.6, ((1000.0,), (2000.0,)), None)),
    "=ACCEL_COST_PER_MTOK(A1,A4)": ("ACCEL_COST_PER_MTOK", (3.6, "text", None)),
    "=ACCEL_COST_PER_MTOK(A1,A2,A6)": ("ACCEL_COST_PER_MTOK", (3.6, 1000.0, 0.5)),
    "=ACCEL_MACRS(A2,5,,,A6)": ("ACCEL_MACRS", (1000.0, 5.0, None, None, 0.5, None)),
    "=ACCEL_COST_PER_MTOK(A1:A1048576,A2)": ("ACCEL_COST_PER_MTOK", ("\x01large\x011048576\x011", 1000.0, None)),
    "=ACCEL_SPEC(A4,A4)": ("ACCEL_SPEC", ("text", "text")),
}
"""Formulas over cells, and the call that each should make."""


def shown(value):
    """A cell as LibreOffice gives it: its Basic shows an error value as text."""
    return f"Error {render.XL_ERRORS[value]}" if isinstance(value, CellError) else value


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
        if name != "ACCEL_WHY":  # it needs the calling cell, which LibreOffice's VBA does not give
            formulas += [(sheet, example.formula, name, cells_of(example.formula)[1]) for example in function.examples]
    for place, formula, name, cells in formulas:
        rows = result(name, cells)
        height, width = len(rows), len(rows[0])
        place.write_array_formula(row, 2, row + height - 1, width + 1, f"{{{formula}}}", None, 0)
        for down, line in enumerate(rows):
            for across, value in enumerate(line):
                expected[place.name, row + down, 2 + across] = shown(value)
        row += height + 1
    book.close()
    path.write_bytes(with_standin(build.with_macros(out.getvalue(), "examples.xlsx")))
    return expected


def result(name, cells):
    if "\x01large" in str(cells):
        cells = (np.broadcast_to(0.0, (1_048_576, 1)), *cells[1:])
    return REGISTRY[name].call(*cells).rows()


def with_standin(data):
    """A book whose xlwings is the stand-in."""
    parts = package.read(data, "book")
    found = package.project.read(parts.pop(package.PROJECT))
    own = [module for module in modules.modules("xlsm") if module.name not in {"xlwings", "Dictionary"}]
    assert {module.name for module in own} <= set(found)
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
        if isinstance(cell.value, str) and "ACCEL_" in cell.value
    }


@pytest.fixture
def opened(find, server, tmp_path):
    """What LibreOffice makes of the books: their cells and modules, and what the UDF server was asked."""
    soffice, python = find("soffice"), find("uno")
    expected = {"examples.xlsm": book_of_examples(tmp_path / "examples.xlsm")}
    for name in TEMPLATES:
        path = tmp_path / f"{name}.xlsm"
        path.write_bytes(
            with_standin(build.with_macros((HERE.parents[2] / "workbooks" / f"{name}.xlsx").read_bytes(), name))
        )
        expected[path.name] = cached(path)
    with office_standin.Server(server.CallUDF) as asked:
        folder = office_standin.profile(tmp_path / "profile", asked.server_address[1])
        command = [
            python,
            str(HERE / "office_driver.py"),
            soffice,
            str(folder),
            *(str(tmp_path / name) for name in expected),
        ]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]), expected, asked.asked


def same(found, expected):
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    return math.isclose(found, expected, rel_tol=1e-12)


def test_cells_through_the_wrappers_equal_the_cached_values(opened):
    found, expected, asked = opened
    for book, values in expected.items():
        cells = {(sheet, row, column): value for sheet, row, column, _, _, value, _ in found[book]["cells"]}
        assert set(values) <= set(cells)
        wrong = [(place, cells[place], value) for place, value in values.items() if not same(cells[place], value)]
        print(*wrong, sep="\n")
        assert wrong == [], book
        assert len(values) > 10
    assert {name for name, _, _ in asked} == set(REGISTRY) - {"ACCEL_WHY"}
    for name, cells in BY_REFERENCE.values():
        assert (name, "", cells) in asked, name


def test_libreoffice_imports_every_module(opened):
    found, _, _ = opened
    for book in found.values():
        (library,) = [names for names in book["modules"].values() if render.MODULE in names]
        assert {"ThisWorkbook", "AccelRibbon", "xlwings"} <= set(library)
