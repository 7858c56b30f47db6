"""What a user types wrong, from the wrapper to ACCEL_WHY: the right error in the cell, and a sentence that says what and where."""

import time

import pytest
from pyopenvba.interpreter import VBAErrorValue

from accelxl.functions import REGISTRY
from accelxl.hosts.excel import render
from tests.hosts.excel.vba_machine import Machine

NAMES = ("ACCEL_COST_PER_MTOK", "ACCEL_PLAN", "ACCEL_XNPV", "ACCEL_ROI", "ACCEL_SPEC", "ACCEL_WHY")
VALUE, DIV0, NA = 2015, 2007, 2042
PLAN = [["units", 64.0], ["unit_price_usd", 1.0], ["tokens_per_second", 9.0], ["price_usd_per_mtok", 1.0]]
COLUMN = [[1.0], [2.0], [3.0]]


@pytest.fixture
def machine(server):
    return Machine(server, render.module([REGISTRY[name] for name in NAMES]))


@pytest.mark.parametrize(
    ("name", "cells", "number", "words"),
    [
        ("ACCEL_COST_PER_MTOK", ("A:A", 1.0), VALUE, ["cost_usd_per_hour", "1,048,576 rows", "at most 1,000,000"]),
        ("ACCEL_COST_PER_MTOK", ("A1:A1048576", 1.0), VALUE, ["cost_usd_per_hour", "1,048,576 rows"]),
        ("ACCEL_COST_PER_MTOK", ("A1:XFD1048576", 1.0), VALUE, ["1,048,576 rows", "16,384 columns"]),
        ("ACCEL_COST_PER_MTOK", (COLUMN, [[1.0], [2.0]]), VALUE, ["3 x 1", "2 x 1", "do not fit together"]),
        ("ACCEL_COST_PER_MTOK", ("thirty", 1.0), VALUE, ["cost_usd_per_hour", "'thirty'"]),
        ("ACCEL_COST_PER_MTOK", (VBAErrorValue(DIV0), 1.0), DIV0, ["cost_usd_per_hour", "#DIV/0!"]),
        ("ACCEL_PLAN", ([["untis", 64.0], ["unit_price_usd", 1.0]], "npv"), VALUE, ["'untis'", "units"]),
        ("ACCEL_PLAN", (PLAN, "nvp"), VALUE, ["nvp", "npv"]),
        ("ACCEL_XNPV", (0.1, [[-100.0, 110.0]], [["2026-01-01", "2027-01-01"]]), VALUE, ["dates", "'2026-01-01'"]),
        ("ACCEL_ROI", (34000.0, 64.0, 2500.0, "Y1:Y1"), VALUE, ["price_per_mtok"]),
        ("ACCEL_SPEC", ("H1000", "memory_gb"), NA, ["H1000"]),
    ],
)
def test_a_mistake_is_an_error_in_the_cell_and_a_sentence_for_why(machine, name, cells, number, words):
    given = [machine.range(cell) if isinstance(cell, str) and ":" in cell else cell for cell in cells]
    given += [None] * (len(REGISTRY[name].arguments) - len(given))
    start = time.monotonic()
    found = machine.call(name, *given, where="Z9")
    assert time.monotonic() - start < 10
    while isinstance(found, list):
        found = found[0]
    assert found == VBAErrorValue(number)
    sentence = machine.call("ACCEL_WHY", machine.range("Z9"), where="A9")
    assert sentence.startswith(f"{name}: ")
    assert [word for word in words if word not in sentence] == [], sentence


def test_a_range_that_is_refused_is_never_read(machine, monkeypatch):
    area = machine.range("A:A")
    monkeypatch.setattr(type(area), "vba_get", refuse_value(type(area).vba_get))
    assert machine.call("ACCEL_COST_PER_MTOK", area, 1.0) == VBAErrorValue(VALUE)


def refuse_value(usual):
    def get(self, name, *rest):
        assert name.lower() not in {"value", "value2"}, "the range was read"
        return usual(self, name, *rest)

    return get


@pytest.mark.parametrize("title", ["=1+1.xlsm", "O'Brien's plan.xlsm", "株式会社 budget.xlsm", '-2+3"x.xlsm'])
def test_a_book_of_any_name_is_described_to_the_wizard(machine, title):
    text = render.module([REGISTRY["ACCEL_NPV"]])
    (line,) = [line for line in text.splitlines() if "Macro:=" in line]
    assert """Replace(ThisWorkbook.Name, "'", "''")""" in line
    from accelxl.functions import WHY

    where = f"[{title}]Sheet'1!$A$1"
    WHY.keep(where, "a sentence")
    assert machine.call("ACCEL_WHY", where, where="A9") == "a sentence"
    WHY.clear()
