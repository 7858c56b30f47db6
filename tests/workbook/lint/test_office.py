"""The rules that open the book in LibreOffice fire on planted faults; a template passes them."""

import pytest

from accelxl.workbook.lint.run import RULES, lint
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book

NAME = "capex_to_accelerators"
FAULTS = [
    ("P08", "board sheets print on", lambda b: b.replace("Board", '<pageSetUpPr fitToPage="1"/>', "")),
    ("P08", "the page shows #NAME", lambda b: b.cell("Board", "A4", formula="NOSUCH(1)")),
    ("P09", "in the book and", lambda b: b.swap("Board", r'(<c r="A7".*?</f><v>)[^<]*', r"\g<1>5")),
]  # fmt: skip

pytestmark = pytest.mark.office("soffice", "poppler")


@pytest.mark.parametrize(("rule", "found", "spoil"), FAULTS, ids=[f"{rule}-{k}" for k, (rule, *_) in enumerate(FAULTS)])
def test_a_planted_fault_is_found_in_libreoffice(tmp_path, rule, found, spoil):
    report = lint(spoil(Book(NAME)).save(tmp_path / "spoiled.xlsx"), with_office=True, only=[rule])
    said = [breach.finding.found for breach in report.breaches]
    assert any(found in one for one in said), said


def test_every_rule_of_libreoffice_has_a_planted_fault():
    assert {rule for rule, *_ in FAULTS} == {rule.id for rule in RULES.values() if rule.how == "O"}


def test_a_template_passes_in_libreoffice():
    report = lint(BOOKS[NAME], with_office=True, only=["P08", "P09"])
    assert [(one.rule.id, one.finding) for one in report.breaches] == []
    assert [rule.id for rule in report.applied] == ["P08", "P09"]
