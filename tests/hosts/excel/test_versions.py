"""Freeze, thaw and compare from the ribbon, on books of a template that lie in a folder."""

import pytest

from accelxl.hosts.excel import macros
from accelxl.workbook.fill import fill
from tests.hosts.excel.memory_book import Memory


@pytest.fixture(scope="module")
def folder(tmp_path_factory, built_once):
    """Two books of one template: b has twice the units."""
    place = tmp_path_factory.mktemp("books")
    template = place / "template.xlsx"
    template.write_bytes(built_once("accelerator_budget"))
    fill(template, [{"book": "a", "units_1": 256}, {"book": "b", "units_1": 512}], place)
    return place


@pytest.fixture
def memory(folder):
    made = Memory()
    made.impl.fullname = str(folder / "a.xlsx")
    return made


def test_a_frozen_copy_is_written_beside_the_book_and_thaws_to_the_same_bytes(memory, folder):
    before = (folder / "a.xlsx").read_bytes()
    macros.run("freeze", memory.book)
    frozen = folder / "a-frozen.xlsx"
    assert memory.alerts[-1] == ("AccelXL: Freeze for sharing", f"{frozen} is written")
    (folder / "a.xlsx").unlink()
    memory.impl.fullname = str(frozen)
    macros.run("thaw", memory.book)
    assert memory.alerts[-1] == ("AccelXL: Thaw", f"{folder / 'a.xlsx'} is written")
    assert (folder / "a.xlsx").read_bytes() == before


def test_a_book_that_is_not_frozen_says_so(memory):
    macros.run("thaw", memory.book)
    assert "is not frozen" in memory.alerts[-1][1]


def test_another_version_is_asked_for_and_compared(memory):
    macros.run("compare", memory.book)
    assert memory.rows("Compare versions")[3][0] == "other"
    memory.put("B4", [["b.xlsx"]], sheet="Compare versions")
    macros.run("compare", memory.book)
    rows = memory.rows("Compare versions")
    assert ["in_units_1", 256.0, 512.0] in [row[:3] for row in rows]
    moved = next(row for row in rows if row[0] == "out_capex_usd")
    assert moved[3] > 0
    assert moved[4] == "in_units_1"


def test_a_version_that_is_not_there_is_named(memory):
    macros.run("compare", memory.book)
    memory.put("B4", [["c.xlsx"]], sheet="Compare versions")
    macros.run("compare", memory.book)
    assert "c.xlsx" in memory.alerts[-1][1]
