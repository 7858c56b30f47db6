"""The table of capabilities: every row that must or should be there is, its functions exist, and so does the test that proves it."""

import re
from pathlib import Path

import pytest

from accelxl.functions import REGISTRY

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (\d+ \|.*[YP-]) \|$", PAGE, re.MULTILINE)
ROWS = {int(cells[0]): cells for cells in ([cell.strip() for cell in line.split("|")] for line in LINES)}
PROOFS = re.findall(r"^\| (\d+) \| `([\w/.]+)::(\w+)` \|$", PAGE, re.MULTILINE)
TESTS = {int(row): (path, name) for row, path, name in PROOFS}


def test_there_are_eighty_rows_with_a_test_each():
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
def test_the_test_of_a_row_exists(row):
    path, name = TESTS[row]
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
