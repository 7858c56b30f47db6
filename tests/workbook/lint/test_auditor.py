"""spreadsheet-auditor, which does not know our layout, finds nothing in a template but what is argued in suppressions.py."""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.lint.facts import Facts
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book
from tests.workbook.lint.suppressions import SUPPRESSIONS

pytest.importorskip("spreadsheet_auditor")


def audited(book, folder):
    """Findings of severity Medium and above; recalculation by LibreOffice is judged elsewhere."""
    config, said = folder / "config.json", folder / "found.json"
    config.write_text(json.dumps({"recalc": {"enabled": False}}), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "spreadsheet_auditor",
        str(book),
        "--json",
        str(said),
        "--config",
        str(config),
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert said.exists(), done.stderr
    found = json.loads(said.read_text(encoding="utf-8"))
    assert found["coverage"]["truncated"] == {"formulas": False, "findings": False, "cells": False, "timeout": False}
    return [one for one in found["findings"] if one["severity"] in {"Critical", "High", "Medium"}]


@cache
def argued(name):
    """Findings of a template, each with the arguments that hold against it."""
    facts = Facts(BOOKS[name])
    with tempfile.TemporaryDirectory() as folder:
        return [
            (one, [test for test in SUPPRESSIONS if test(one, facts)]) for one in audited(BOOKS[name], Path(folder))
        ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_auditor_finds_nothing_that_is_not_argued(name):
    left = [
        (one["rule_id"], one["sheet"], one["cell"], one["evidence"]) for one, reasons in argued(name) if not reasons
    ]
    assert left == []


def test_every_suppression_is_needed():
    used = {test for name in TEMPLATES for _, reasons in argued(name) for test in reasons}
    assert used == set(SUPPRESSIONS)


def test_the_auditor_sees_a_number_among_the_formulas(tmp_path):
    book = Book("capex_to_accelerators").cell("Bridge", "H13", number=450).save(tmp_path / "spoiled.xlsx")
    facts = Facts(book)
    found = [one for one in audited(book, tmp_path) if not any(test(one, facts) for test in SUPPRESSIONS)]
    assert any(one["sheet"] == "Bridge" for one in found)
