"""The functions for xlwings' own Import Functions, through xlwings' real import_udfs and CallUDF."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from accelxl.functions import REGISTRY, WHY
from tests.hosts.excel.cells import STRANGE, as_com, examples, from_com

MODULE = "accelxl.hosts.excel.udfs"


class Components:
    """The parts of a VBA project: keeps the text of what is imported."""

    def __init__(self):
        self.texts = []

    def __call__(self, name):
        return name

    def Remove(self, name):
        pass

    def Import(self, path):
        self.texts.append(Path(path).read_text())


class NoSheets:
    Count = 0

    def __iter__(self):
        return iter(())


@pytest.fixture
def imported(windows_xlwings):
    told = {}
    parts = Components()
    book = SimpleNamespace(
        Name="Book1.xlsm",
        Worksheets=NoSheets(),
        VBProject=SimpleNamespace(VBComponents=parts),
        Application=SimpleNamespace(Version="16.0", MacroOptions=lambda macro, **rest: told.update({macro: rest})),
    )
    windows_xlwings.import_udfs(MODULE, book)
    return parts.texts[0], told


def test_xlwings_imports_every_function(imported):
    text, _ = imported
    assert set(re.findall(r"^Function (\w+)\(", text, re.MULTILINE)) == set(REGISTRY)


def test_the_wizard_is_told_category_and_help_of_every_argument(imported):
    _, told = imported
    for name, function in REGISTRY.items():
        options = told[f"'Book1.xlsm'!{name}"]
        assert options["Category"] == function.category
        assert options["Description"] == function.summary
        helps = options["ArgumentDescriptions"] or []
        assert all(argument.help in text for argument, text in zip(function.arguments, helps, strict=True))


def test_optional_arguments_are_optional(imported):
    text, _ = imported
    assert "Function ACCEL_COST_PER_MTOK(cost_usd_per_hour, tokens_per_second, Optional utilization)" in text


class ComCell:
    """A cell as Excel's COM object, as far as xlwings looks at the calling one."""

    CLSID = "Range"
    Row = Column = 1
    Rows = Columns = SimpleNamespace(Count=1)

    def Cells(self, row, column):
        return self

    Item = Cells

    def GetAddress(self, *_):
        return "[Book1]Sheet1!$A$1"

    @property
    def Worksheet(self):
        return SimpleNamespace(Range=lambda *_: self, Cells=self.Cells)


def call(server, name, cells):
    return from_com(server.CallUDF(MODULE, name, (*cells, None), None, ComCell()))


def expected(name, cells):
    return [
        [str(cell) if isinstance(cell, str) else cell for cell in row] for row in REGISTRY[name].call(*cells).rows()
    ]


VALUES = [row for row in examples() if row[0] != "ACCEL_WHY"]


@pytest.mark.parametrize(("name", "cells"), VALUES, ids=[name for name, _ in VALUES])
def test_a_call_gives_what_the_registry_gives(server, name, cells):
    padded = [*cells, *[None] * (len(REGISTRY[name].arguments) - len(cells))]
    assert call(server, name, map(as_com, padded)) == expected(name, cells)
    for sent, meant in STRANGE.values():
        if padded:
            assert call(server, name, [sent, *map(as_com, padded[1:])]) == expected(name, [meant, *padded[1:]])


def test_an_error_is_its_text_and_its_sentence_is_kept_for_the_calling_cell(server):
    from accelxl.hosts.excel import udfs

    assert call(server, "ACCEL_SPEC", ("no such", "memory_gb")) == [["#N/A"]]
    assert "no such" in WHY.get("[Book1]Sheet1!A1")
    assert "no such" in udfs.ACCEL_WHY("[Book1]Sheet1!A1", None)[0][0]
    call(server, "ACCEL_SPEC", ("H100", "memory_gb"))
    assert not WHY.get("[Book1]Sheet1!A1")
