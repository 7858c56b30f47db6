"""The rules that calculate fire on faults that no look at the file shows; the templates pass them."""

import pytest

from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.lint.run import RULES, lint
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book, book, place_of, row_of

NAME = "capex_to_accelerators"
CHECK = row_of("Checks", "Both totals are in one currency", NAME)
CAPEX = book(NAME).at(book(NAME).target("in_capex_usd")[:3])
HIGH = book(NAME).at((*book(NAME).target("in_capex_usd")[:2], 7))
FIGURE = place_of("out_chips_usd", NAME)
CELL = next(
    (span.formula or "").replace("$", "").split("!")
    for span in book(NAME).sheet(book(NAME).titles.index(FIGURE[0])).cells.values()
    if (span.row, span.column) == book(NAME).target("out_chips_usd")[1:3]
)
"""Sheet and address of the calculation that the figure shows."""

FAULTS = [
    ("E04", "the value is 5, formualizer calculates", lambda b: b.swap(CELL[0], rf'(<c r="{CELL[1]}".*?</f><v>)[^<]*', r"\g<1>5")),
    ("D01", "chk_total is 1 at in_capex_usd", lambda b: b.cell("Checks", f"D{CHECK}", formula=f"MAX(0,in_capex_usd-{CAPEX:.0f})")),
    ("D02", "in_band_low at", lambda b: b.everywhere("in_band_low", "in_band_high")),
    ("D03", "#DIV/0! at in_capex_usd", lambda b: b.cell(*CELL, formula=f"1/(in_capex_usd-{HIGH:.0f})")),
    ("D04", "out_chips_usd moves by 1", lambda b: b.cell(*CELL, formula="10^9")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "found", "spoil"), FAULTS, ids=[rule for rule, *_ in FAULTS])
def test_a_planted_fault_is_found_by_calculating(tmp_path, rule, found, spoil):
    if "formualizer" in found:
        pytest.importorskip("formualizer")
    path = spoil(Book(NAME)).save(tmp_path / "spoiled.xlsx")
    said = [breach.finding.found for breach in lint(path, dynamic=True, only=[rule]).breaches]
    assert any(found in one for one in said), said


def test_a_division_by_a_volume_of_zero_is_found(tmp_path):
    name = "accelerator_budget"
    cell = book(name).target("out_cost_per_mtok")
    text = book(name).sheet(cell[0]).cells[cell[1], cell[2]].formula.replace("$", "").split("!")
    path = Book(name).cell(*text, formula="1/(in_units_1+in_units_2)").save(tmp_path / "spoiled.xlsx")
    said = [breach.finding.found for breach in lint(path, dynamic=True, only=["D04"]).breaches]
    assert any("#DIV/0! at no volume" in one for one in said), said


def test_every_rule_that_calculates_has_a_planted_fault():
    assert {rule for rule, *_ in FAULTS} == {rule.id for rule in RULES.values() if rule.how == "D"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_finding_at_any_low_or_high(name):
    wanted = [rule.id for rule in RULES.values() if rule.how == "D"]
    report = lint(BOOKS[name], dynamic=True, only=wanted)
    assert [(one.rule.id, one.finding) for one in report.breaches] == []
    assert [rule.id for rule in report.applied] == wanted


def test_a_circle_is_found_and_the_book_is_not_calculated(tmp_path):
    book = Book(NAME).cell(*CELL, formula=f"{CELL[1]}+1").save(tmp_path / "circle.xlsx")
    report = lint(book, dynamic=True, only=["F15", "D01"])
    assert [one.rule.id for one in report.breaches] == ["F15"]
    assert [rule.id for rule in report.left] == ["D01"]
    assert any("D01" in remark and "circular" in remark for remark in report.remarks)


def test_a_function_that_is_not_known_is_said_and_the_rest_is_judged(tmp_path):
    book = Book(NAME).cell(*CELL, formula="BESSELJ(in_capex_usd,1)").save(tmp_path / "unknown.xlsx")
    report = lint(book, dynamic=True, only=["D01", "F06"])
    assert [rule.id for rule in report.applied] == ["F06"]
    assert any(remark.startswith("D01 was not judged: ") and "BESSELJ" in remark for remark in report.remarks)
