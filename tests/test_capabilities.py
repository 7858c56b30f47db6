"""The table of capabilities: every row that must or should be there is, its functions exist, and so do the tests that prove it."""

import re
from pathlib import Path

import pytest

from accelxl.functions import REGISTRY

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (\d+ \|.*[YP-]) \|$", PAGE, re.MULTILINE)
ROWS = {int(cells[0]): cells for cells in ([cell.strip() for cell in line.split("|")] for line in LINES)}
PROOFS = re.findall(r"^\| (\d+) \| (`tests/.*`) \|$", PAGE, re.MULTILINE)
TESTS = {int(row): re.findall(r"`([\w/.]+)::(\w+)`", names) for row, names in PROOFS}


def test_there_are_eighty_rows_with_tests_each():
    assert sorted(ROWS) == sorted(TESTS) == list(range(1, 81))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_is_needed_is_there(row):
    need, ours = ROWS[row][3:5]
    assert need in {"must", "should", "could"}
    assert ours == "Y" or need == "could"


@pytest.mark.parametrize("row", ROWS)
def test_the_functions_of_a_row_are_in_the_registry(row):
    assert set(re.findall(r"ACCEL_\w+", ROWS[row][2])) <= set(REGISTRY)


@pytest.mark.parametrize("row", TESTS)
def test_the_tests_of_a_row_exist(row):
    (names,) = (names for number, names in PROOFS if int(number) == row)
    assert len(set(TESTS[row])) == names.count("::") > 0  # each name is whole and stands once
    for path, name in TESTS[row]:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name
