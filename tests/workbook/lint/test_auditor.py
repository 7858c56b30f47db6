"""spreadsheet-auditor, which does not know our layout, finds nothing in a template but what is argued in suppressions.py."""

import json
import subprocess
import sys

import pytest

from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.lint.facts import Facts
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book
from tests.workbook.lint.suppressions import SUPPRESSIONS

pytest.importorskip("spreadsheet_auditor")
used = set()


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


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_auditor_finds_nothing_that_is_not_argued(name, tmp_path):
    facts = Facts(BOOKS[name])
    left = []
    for finding in audited(BOOKS[name], tmp_path):
        reasons = [test for test in SUPPRESSIONS if test(finding, facts)]
        used.update(reasons)
        if not reasons:
            left.append((finding["rule_id"], finding["sheet"], finding["cell"], finding["evidence"]))
    assert left == []


def test_every_suppression_is_needed():
    if len(used) < len(SUPPRESSIONS):
        pytest.skip("the templates were audited by another worker")
    assert used == set(SUPPRESSIONS)


def test_the_auditor_sees_a_number_among_the_formulas(tmp_path):
    book = Book("capex_to_accelerators").cell("Bridge", "H13", number=450).save(tmp_path / "spoiled.xlsx")
    facts = Facts(book)
    found = [one for one in audited(book, tmp_path) if not any(test(one, facts) for test in SUPPRESSIONS)]
    assert any(one["sheet"] == "Bridge" for one in found)
