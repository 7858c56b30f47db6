"""The generated VBA: its text, judged by an analyser and run by an interpreter of VBA over xlwings' real UDF server."""

import re

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBACompileError, VBAErrorValue, parse_module
from pyvbaanalysis import ModuleInput, ModuleSymbolKind, analyze_project

from accelxl.errors import OutOfRange
from accelxl.functions import REGISTRY, CellError
from accelxl.functions.cells import MOST_CELLS
from accelxl.hosts.excel import render, ribbon, vba
from tests.hosts.excel.cells import all_examples, as_com, examples
from tests.hosts.excel.vba_machine import XLPY, Machine, interpretable

every = pytest.mark.parametrize(("name", "cells"), examples(), ids=list(REGISTRY))
TEXT = render.module(REGISTRY.values())


def in_vba(rows):
    """Rows of the registry as VBA has them: errors by number."""
    return [[VBAErrorValue(render.XL_ERRORS[c]) if isinstance(c, CellError) else c for c in row] for row in rows]


def as_rows(value):
    return value if isinstance(value, list) else [[value]]


@pytest.fixture(scope="module")
def made():
    """The whole module in an Excel, read once."""
    return Machine(None, TEXT)


@pytest.fixture
def machine(made, server):
    return made.use(server)


def test_every_function_of_the_registry_has_a_wrapper_and_nothing_else_is_public():
    public = re.findall(r"^Public (?:Function|Sub) (\w+)\(", TEXT, re.MULTILINE)
    assert sorted(public) == sorted([*REGISTRY, "AccelDescribe"])


def test_a_wrapper_has_the_registrys_arguments_in_their_order_and_optional_ones_are_optional():
    for name, function in REGISTRY.items():
        (head,) = re.findall(rf"^Public Function {name}\((.*)\) As Variant$", TEXT, re.MULTILINE)
        expected = [("" if a.required else "Optional ") + f"{vba.name(a.name)} As Variant" for a in function.arguments]
        assert [part for part in head.split(", ") if part] == expected


def faults(text):
    """What an analyser and a parser of VBA say against the module."""
    kind = ModuleSymbolKind.STANDARD
    try:
        parse_module(interpretable(text), name=render.MODULE)
    except VBACompileError as error:
        return [str(error)]
    found = analyze_project([ModuleInput(render.MODULE, kind, text), ModuleInput("xlwings", kind, XLPY)])
    return [(d.code, d.message) for problems in found.values() for d in problems if d.severity.value == "error"]


def test_no_compile_error_is_found():
    assert faults(TEXT) == []


@pytest.fixture(scope="module")
def sound():
    """A small module without a fault."""
    text = render.module([REGISTRY["ACCEL_NPV"], REGISTRY["ACCEL_WHY"]])
    assert faults(text) == []
    return text


@pytest.mark.parametrize(
    "damage",
    [
        ("End Function", "", 1),
        ("End If", "", 1),
        ("    Dim found As Variant\n", "", 1),
        ("Private Function AccelCaller()", "Private Function AccelColler()", 1),
        ("Next j", "Next i", 1),
        ("GoTo failed", "GoTo fialed", 1),
        ("As Double", "As Doubel", 1),
    ],
)
def test_a_compile_error_that_is_there_is_found(damage, sound):
    assert sound.replace(*damage) != sound
    assert faults(sound.replace(*damage))


@pytest.mark.parametrize(("name", "cells", "formula"), all_examples(), ids=[row[2] for row in all_examples()])
def test_an_example_through_its_wrapper_gives_what_the_registry_gives(machine, name, cells, formula):
    given = [VBAErrorValue(render.XL_ERRORS[c]) if isinstance(c, CellError) else c for c in cells]
    assert as_rows(machine.call(name, *given)) == in_vba(REGISTRY[name].call(*cells).rows())


@every
def test_the_wrapper_passes_what_com_would_pass(machine, name, cells):
    machine.call(name, *cells, where="B7")
    padded = [*map(as_com, cells), *[None] * (len(REGISTRY[name].arguments) - len(cells))]
    assert machine.sent[-1] == (name, "[Book1]Sheet1!$B$7", tuple(padded))


def test_a_range_is_passed_as_its_values(machine):
    for address, value in {"A1": 3.6, "A2": "text", "B1": True}.items():
        machine.fill(address, value)
    machine.call("ACCEL_COST_PER_MTOK", machine.range("A1:B2"), machine.range("A1"), machine.range("C5"))
    assert machine.sent[-1][2] == (((3.6, True), ("text", None)), 3.6, None)


def test_an_argument_left_out_in_the_middle_is_its_default(machine):
    cells = REGISTRY["ACCEL_MACRS"].call(1000.0, 5.0, "HY", None, 0.4, 100.0).rows()
    assert machine.call("ACCEL_MACRS", 1000.0, 5.0, "HY", None, 0.4, 100.0) == cells


@pytest.mark.parametrize("address", ["A:A", "A1:A1048576", "A1:ALM1000"])
def test_a_large_range_is_refused_before_it_is_read(machine, address):
    assert machine.call("ACCEL_COST_PER_MTOK", machine.range(address), 1.0) == VBAErrorValue(2015)
    assert machine.sent[-1][2][0].startswith("\x01large\x01")
    sentence = machine.call("ACCEL_WHY", machine.range("Z9"), where="A9")
    assert f"at most {MOST_CELLS:,} cells are read: select the used part" in sentence


def test_a_range_of_the_most_cells_is_not_refused_by_the_wrapper():
    assert f"ACCEL_MOST_CELLS As Double = {MOST_CELLS}" in TEXT
    assert "> ACCEL_MOST_CELLS" in TEXT


def test_several_areas_are_refused_with_a_sentence(machine):
    union = machine.app.sheet(1).sheet.vba_get("Range", ["A1:A2,C1:C2"])
    assert machine.call("ACCEL_COST_PER_MTOK", union, 1.0) == VBAErrorValue(2015)
    assert "2 areas" in machine.call("ACCEL_WHY", machine.range("Z9"), where="A9")


def test_an_object_that_is_no_range_is_refused_with_a_sentence(machine):
    assert machine.call("ACCEL_COST_PER_MTOK", machine.app.workbook, 1.0) == VBAErrorValue(2015)
    assert "an object of type Workbook" in machine.call("ACCEL_WHY", machine.range("Z9"), where="A9")


def test_a_call_from_a_macro_has_no_cell_and_works(machine):
    assert machine.call("ACCEL_COST_PER_MTOK", 3.6, 1000.0, where=None) == 1.0
    assert machine.sent[-1][1] == ""


def test_errors_in_some_cells_are_errors_in_those_cells(machine):
    found = machine.call("ACCEL_SPEC", [["H100"], ["no such"]], "memory_gb")
    assert found == [[80.0], [VBAErrorValue(2042)]]
    row = machine.call("ACCEL_SPEC", [["no such", "H100"]], "memory_gb")
    assert row == [[VBAErrorValue(2042), 80.0]]


@pytest.mark.parametrize(("error", "number"), render.XL_ERRORS.items())
def test_each_error_is_passed_in_and_given_back_as_itself(machine, error, number):
    assert machine.call("ACCEL_COST_PER_MTOK", VBAErrorValue(number), 1000.0) == VBAErrorValue(number), error


class Dead:
    def CallUDF(self, *_):
        from pyopenvba.interpreter._values import error

        raise error(53)


def test_where_python_does_not_answer_the_cell_has_an_error_and_why_says_what_to_do(made):
    machine = made.use(Dead())
    assert machine.call("ACCEL_SPEC", "H100", "memory_gb") == VBAErrorValue(2015)
    sentence = machine.call("ACCEL_WHY", machine.range("Z9"), where="A9")
    assert sentence.startswith("Python did not answer (")
    assert "accelxl excel doctor" in sentence


def test_the_wizard_is_told_category_and_help_of_every_argument(machine):
    machine.call("AccelDescribe")
    assert len(machine.told) == len(REGISTRY)
    for name, function in REGISTRY.items():
        what, category, helps = machine.told[f"'Book1'!{name}"]
        assert (what, category) == (function.summary, function.category)
        assert list(helps or ()) == [render.help_of(argument) for argument in function.arguments]
        assert all(len(text) <= 255 for text in (what, *(helps or ())))


def test_words_of_vba_do_not_name_arguments():
    names = {vba.name(a.name).lower() for function in REGISTRY.values() for a in function.arguments}
    assert not names & vba.RESERVED
    assert vba.name("End") == "End_"


def test_a_line_that_the_editor_cannot_hold_is_refused():
    with pytest.raises(OutOfRange, match="1024 characters"):
        vba.lines(["'" + "x" * 1023])
    assert max(map(len, TEXT.splitlines())) <= vba.LONGEST_LINE


def test_the_text_is_the_same_each_time():
    assert render.module(REGISTRY.values()) == TEXT


@pytest.mark.parametrize(
    ("name", "system", "refused"),
    [
        ("$(touch x).xlsx", "Macintosh (64-bit) 16.0", True),
        ("a`b`.xlsx", "Macintosh (64-bit) 16.0", True),
        ('a"b.xlsx', "Macintosh (64-bit) 16.0", True),
        ("/Users/a|b/c.xlsx", "Macintosh (64-bit) 16.0", True),
        ("/Users/zoë/O'Brien & co (1).xlsx", "Macintosh (64-bit) 16.0", False),
        ("C:\\budgets\\$(touch x).xlsx", "Windows (64-bit) NT 10.00", False),
    ],
)
def test_a_book_whose_name_a_shell_would_run_is_refused_on_macos(name, system, refused):
    app = ExcelApplication()
    app.add_workbook()
    app.add_module(interpretable(ribbon.module()).replace("Private Function", "Public Function"), name=ribbon.MODULE)
    assert bool(app.interpreter.run("AccelCommandInName", [name, system])) == refused
