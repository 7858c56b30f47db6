"""The dispatcher behind xlwings' own CallUDF, as the VBA wrappers call it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from accelxl.functions import REGISTRY, WHY, CellError, Function
from accelxl.functions.info import NOTHING
from accelxl.functions.runner import run
from accelxl.functions.why import LONGEST
from accelxl.hosts.excel.runtime import answer, rows
from tests.hosts.excel.cells import SCODES, STRANGE, all_examples, as_com, examples, from_com, same

MODULE = "accelxl.hosts.excel.runtime"
every = pytest.mark.parametrize(("name", "cells"), examples(), ids=list(REGISTRY))


def call(server, name, cells, where=""):
    return from_com(server.CallUDF(MODULE, "call", (name, where, cells)))


@pytest.mark.parametrize(("name", "cells", "formula"), all_examples(), ids=[row[2] for row in all_examples()])
def test_an_example_gives_what_the_registry_gives(server, name, cells, formula):
    expected = REGISTRY[name].call(*cells).rows()
    found = call(server, name, tuple(map(as_com, cells)))
    assert same(found, expected)
    (value,) = (example.value for example in REGISTRY[name].examples if example.formula == formula)
    if value is not ...:
        rows = value if isinstance(value, list) else [[value]]
        flat = [cell for row in found for cell in row]
        wanted = [cell for row in rows for cell in (row if isinstance(row, list) else [row])]
        assert flat == [pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell for cell in wanted]


def test_every_function_has_an_example_here():
    assert {name for name, *_ in all_examples()} == set(REGISTRY)


@every
def test_a_strange_argument_gives_what_the_registry_gives(server, name, cells):
    for strange, (sent, meant) in STRANGE.items():
        for place in range(len(REGISTRY[name].arguments)):
            given = [*cells, *[None] * (place + 1 - len(cells))]
            given[place] = meant
            com = [as_com(cell) for cell in given]
            com[place] = sent
            assert same(call(server, name, tuple(com)), REGISTRY[name].call(*given).rows()), (strange, place)


@every
def test_too_few_and_too_many_arguments_are_an_error_in_the_cell(server, name, cells):
    for given in ((), (*map(as_com, cells), *[1.0] * 17)):
        assert same(call(server, name, given), REGISTRY[name].call(*(None if c is None else c for c in given)).rows())


def test_the_sentence_behind_an_error_is_kept_for_the_cell_until_it_has_a_value(server):
    where = "[Book1]Sheet1!$B$2"
    assert call(server, "ACCEL_SPEC", ("H100", "colour"), where)[0][0] in {CellError("#N/A"), CellError("#VALUE!")}
    (sentence,) = call(server, "ACCEL_WHY", (where,))[0]
    assert "colour" in sentence
    assert sentence.startswith("ACCEL_SPEC: ")
    call(server, "ACCEL_SPEC", ("H100", "memory_gb"), where)
    assert "no ACCEL function" in call(server, "ACCEL_WHY", (where,))[0][0]


def test_the_memory_of_a_hundred_thousand_failing_cells_is_bounded():
    WHY.clear()
    text = "x" * 32_767  # the most that a cell holds
    longest = answer("ACCEL_SPEC", "", ("H100", text)).why
    assert len(longest) > len(text)
    for row in range(1, 90_001):
        WHY.keep(f"[Book1]Sheet1!$A${row}", longest)
    for row in range(90_001, 100_001):
        answer("ACCEL_COST_PER_MTOK", f"[Book1]Sheet1!$A${row}", (text, 1.0))
    WHY.keep("[Book1]Sheet1!$A$100000", longest)
    assert len(WHY) == WHY.newest
    assert answer("ACCEL_WHY", "", ("[Book1]Sheet1!$A$90000",)).value == NOTHING
    assert answer("ACCEL_WHY", "", ("[Book1]Sheet1!$A$90001",)).value.startswith("ACCEL_COST_PER_MTOK: ")
    assert len(answer("ACCEL_WHY", "", ("[Book1]Sheet1!$A$100000",)).value) == LONGEST
    WHY.clear()


def test_calls_from_many_threads_give_each_cell_its_own_value_and_sentence():
    WHY.clear()
    places = range(2000)

    def one(row):
        device = f"no device {row}" if row % 2 else "H100"
        return answer("ACCEL_SPEC", f"[Book1]Sheet1!$A${row}", (device, "memory_gb")).value

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, places))
    assert found == [CellError("#N/A") if row % 2 else 80.0 for row in places]
    for row in places:
        assert (f"no device {row}'" in WHY.get(f"[Book1]Sheet1!$A${row}")) == bool(row % 2)
    WHY.clear()


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (
            "\x01large\x011048576\x011",
            "cost_usd_per_hour is a range of 1,048,576 rows and 1 columns; at most 1,000,000 cells are read",
        ),
        ("\x01large\x011048576\x0116384", "1,048,576 rows and 16384 columns"),
        ("\x01areas\x012", "cost_usd_per_hour is a reference of 2 areas; one rectangle of cells is allowed"),
        (
            "\x01object\x01Workbook",
            "cost_usd_per_hour is an object of type Workbook; a cell, a range or a value is allowed",
        ),
        ("\x01unread\x01Out of memory", "cost_usd_per_hour could not be read: Out of memory"),
    ],
)
def test_an_argument_that_the_wrapper_refused_is_an_error_with_a_sentence(server, mark, sentence):
    assert call(server, "ACCEL_COST_PER_MTOK", (mark, 1.0), "Sheet1!A1") == [[CellError("#VALUE!")]]
    assert sentence in WHY.get("Sheet1!A1").replace("16,384", "16384")


@pytest.mark.parametrize(
    "text", ["\x01", "\x01large", "\x01large\x01x\x01y", "\x01areas", "\x01unread", "\x01nothing\x012", "\x01\x01"]
)
def test_a_text_of_a_cell_that_begins_like_a_refusal_is_a_text(server, text):
    assert call(server, "ACCEL_SPEC", ("H100", text), "Sheet1!A1") == REGISTRY["ACCEL_SPEC"].call("H100", text).rows()
    assert WHY.get("Sheet1!A1") == REGISTRY["ACCEL_SPEC"].call("H100", text).why


def test_a_result_that_no_cell_can_hold_is_an_error_with_a_sentence(server):
    cells = ("inference", "hyperscalers", "x" * 32_767, 2026.0)
    assert len(REGISTRY["ACCEL_SCOPE"].call(*cells).value) > 32_767
    assert call(server, "ACCEL_SCOPE", cells, "Sheet1!A1") == [[CellError("#VALUE!")]]
    assert "characters; a cell holds at most 32,767" in WHY.get("Sheet1!A1")


def test_a_whole_column_is_refused_by_the_registry_in_its_own_words(server):
    column = REGISTRY["ACCEL_COST_PER_MTOK"].call([[1.0]] * 1_048_576, 1.0)
    assert answer("ACCEL_COST_PER_MTOK", "", ("\x01large\x011048576\x011", 1.0)).why == column.why


def test_a_function_that_this_version_lacks_is_an_error_with_a_sentence(server):
    assert call(server, "ACCEL_NEWER", (1.0,), "Sheet1!A1") == [[CellError("#VALUE!")]]
    assert (
        WHY.get("Sheet1!A1") == "ACCEL_NEWER is not a function of this version of AccelXL; make the book's macros again"
    )


@pytest.mark.parametrize("cells", [5.0, "text", object(), ((1.0, 2.0), 3), {"a": 1}, (object(), [[]]), (((),),)])
def test_nothing_that_arrives_raises(cells):
    for name in ("ACCEL_COST_PER_MTOK", None, object(), "ACCEL_WHY"):
        outcome = answer(name, "A1", cells)
        assert from_com(rows(outcome))


def test_a_fault_of_ours_is_an_error_in_the_cell_and_no_exception(monkeypatch):
    def broken(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(Function, "call", broken)
    assert answer("ACCEL_SPEC", "Sheet1!A9", ("H100", "memory_gb")).value == CellError("#VALUE!")


def test_a_whole_number_from_a_macro_is_no_error_code(server):
    assert call(server, "ACCEL_COST_PER_MTOK", (3, 1000)) == run(REGISTRY["ACCEL_COST_PER_MTOK"], (3, 1000)).rows()


@pytest.mark.parametrize("error", SCODES)
def test_each_error_of_a_cell_arrives_as_itself(server, error):
    assert call(server, "ACCEL_COST_PER_MTOK", (SCODES[error], 1.0)) == [[error]]
    assert call(server, "ACCEL_COST_PER_MTOK", (((SCODES[error],), (3.6,)), 1000.0)) == [[error], [1.0]]


def test_nothing_heavy_is_imported_by_a_function_of_the_sheet():
    heavy = ("pandas", "scipy", "matplotlib", "pyarrow", "dask", "xlsxwriter", "openpyxl", "lxml")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({heavy!r}))\n"  # an import of one of them raises
        f"from {MODULE} import call\n"
        'assert call("ACCEL_SPEC", "A1", ("H100", "memory_gb")) == [[80.0]]\n'
        'assert call("ACCEL_ROI", "A1", (34000.0, 64.0, 2500.0, 0.6))[0][0] > 2\n'
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
