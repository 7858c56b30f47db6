"""The page on the catalogue says what is in it, and its examples hold."""

import doctest
from pathlib import Path

from accelxl import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_the_examples_of_the_page_hold():
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 5
    assert result.failed == 0


def test_the_page_names_every_file_with_its_key():
    text = PAGE.read_text(encoding="utf-8")
    for table in catalogue.TABLES.values():
        assert f"| `{table.name}` | {', '.join(table.keys)} |" in text


def test_the_page_counts_the_devices():
    assert f"| {len(catalogue.devices())} accelerators:" in PAGE.read_text(encoding="utf-8")


def test_every_column_of_a_row_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    for table in catalogue.TABLES.values():
        assert all(f"`{column}`" in text for column in table.columns[len(table.keys) :])
