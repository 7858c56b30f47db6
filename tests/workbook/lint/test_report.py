"""What a lint run says: to people, to programs, of books that are not ours, of files that are no books."""

import io
import json
import zipfile

import pytest
import xlsxwriter
from typer.testing import CliRunner

from accelxl.cli import app
from accelxl.errors import BadFile, UnknownName
from accelxl.workbook.lint.report import as_json, as_sarif
from accelxl.workbook.lint.run import RULES, lint
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book

NAME = "capex_to_accelerators"
run = CliRunner()


@pytest.fixture
def spoiled(tmp_path):
    """A book with a fault of severity E on Board and one of severity W on Inputs."""
    book = Book(NAME).replace("xl/workbook.xml", '<sheet name="Log"', '<sheet name="Log" state="hidden"')
    return book.replace("Inputs", "<sheetProtection ", '<sheetProtection password="CC1A" ').save(
        tmp_path / "spoiled.xlsx"
    )


@pytest.fixture
def own(tmp_path):
    """A book that someone made, with a volatile function and a hidden sheet."""
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write("A1", 5)
        sheet.write_formula("A2", "=TODAY()+A1*1.07", None, 46000)
        book.add_worksheet("Secret").hide()
        book.define_name("units", "=Plan!$A$1")
    return path


def test_a_book_without_our_sheets_gets_the_rules_that_make_sense(own):
    report = lint(own)
    assert not report.template
    assert {one.rule.id for one in report.breaches} == {"F03", "W02"}
    assert {rule.id for rule in report.applied} == {
        rule.id for rule in RULES.values() if rule.any_book and rule.how == "S"
    }
    (said,) = [remark for remark in report.remarks if "no template" in remark]
    assert "Cover, Log, Inputs, Checks" in said
    assert "W01" in said
    assert "F01" in said


def test_exit_codes_tell_clean_from_broken_from_unreadable(spoiled, tmp_path):
    assert run.invoke(app, ["lint", str(BOOKS[NAME])]).exit_code == 0
    assert run.invoke(app, ["lint", str(spoiled)]).exit_code == 1
    assert run.invoke(app, ["lint", str(spoiled), "--rules", "I04"]).exit_code == 0
    found = run.invoke(app, ["lint", str(tmp_path / "none.xlsx")])
    assert isinstance(found.exception, BadFile)


@pytest.mark.parametrize("width", [80, 140])
def test_the_text_is_grouped_by_sheet_and_fits_the_terminal(spoiled, monkeypatch, width):
    from rich.console import Console

    from accelxl.cli import lint as verb

    console = Console(width=width, file=io.StringIO())
    monkeypatch.setattr(verb, "out", console)
    assert run.invoke(app, ["lint", str(spoiled), "--rules", "W02,I04,P06"]).exit_code == 1
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert lines.index("Log") < next(k for k, line in enumerate(lines) if "W02" in line)
    assert any(line.startswith("1 error and 1 warning: 2 rules applied to spoiled.xlsx") for line in lines)
    assert any("A person looks: P06" in line for line in lines)


def test_json_has_every_finding_with_its_place(spoiled):
    said = json.loads(run.invoke(app, ["lint", str(spoiled), "--format", "json"]).stdout)
    assert said == as_json(lint(spoiled))
    assert (said["errors"], said["warnings"]) == (1, 1)
    first = said["findings"][1]
    assert (first["rule"], first["sheet"], first["severity"], first["found"]) == (
        "W02",
        "Log",
        "error",
        "the sheet is hidden",
    )


def test_sarif_has_what_the_standard_requires(spoiled):
    """SARIF 2.1.0, required properties: 3.13 log, 3.14 run, 3.18 tool, 3.19 driver, 3.27 result, 3.11 message, 3.49 rule."""
    said = json.loads(run.invoke(app, ["lint", str(spoiled), "--format", "sarif"]).stdout)
    assert said["version"] == "2.1.0"
    assert said["$schema"].endswith("sarif-2.1.0.json")
    (one,) = said["runs"]
    driver = one["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == list(RULES)
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert one["invocations"][0]["executionSuccessful"] is True
    assert [result["ruleId"] for result in one["results"]] == ["I04", "W02"]
    for result in one["results"]:
        assert result["message"]["text"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert ids[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == one["artifacts"][0]["location"]["uri"]
        assert place["logicalLocations"][0]["fullyQualifiedName"]


def test_sarif_keeps_what_is_let_pass_with_its_reason(spoiled, tmp_path):
    reasons = tmp_path / "reasons.txt"
    reasons.write_text("# what we live with\nW02 | Log | the Log is kept by the auditors\n", encoding="utf-8")
    report = lint(spoiled, suppressions=reasons)
    assert report.count("E") == 0
    results = as_sarif(report)["runs"][0]["results"]
    assert [result.get("suppressions") for result in results] == [
        None,
        [{"kind": "external", "justification": "the Log is kept by the auditors"}],
    ]


def test_a_suppression_that_matches_nothing_is_said(tmp_path):
    reasons = tmp_path / "reasons.txt"
    reasons.write_text("F01 | Monthly!D17 | a code of the method\n", encoding="utf-8")
    assert any(
        "F01 at Monthly!D17 matched nothing" in remark for remark in lint(BOOKS[NAME], suppressions=reasons).remarks
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("F01 | Monthly!D17", "rule | place | reason"),
        ("F99 | * | why", "'F99' is not a rule"),
        ("F01 | * |  ", "rule | place | reason"),
    ],
)
def test_a_suppression_without_rule_or_reason_is_refused(tmp_path, line, said):
    reasons = tmp_path / "reasons.txt"
    reasons.write_text(line, encoding="utf-8")
    with pytest.raises(BadFile, match="line 1") as error:
        lint(BOOKS[NAME], suppressions=reasons)
    assert said in str(error.value)


def test_an_unknown_rule_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="'F99' is not a rule"):
        lint(BOOKS[NAME], only=["F99"])


def _zip(**parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


BAD = {
    "text": (b"a,b\n1,2\n", "is not a workbook"),
    "empty": (b"", "is empty"),
    "encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "encrypted"),
    "cut off": (BOOKS[NAME].read_bytes()[:20_000], "is damaged"),
    "another zip": (_zip(hello="world"), "is not a workbook"),
    "without its sheets": (_zip(**{"[Content_Types].xml": "<Types/>"}), "is not a workbook"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_gets_one_sentence(tmp_path, kind):
    data, said = BAD[kind]
    path = tmp_path / "bad.xlsx"
    path.write_bytes(data)
    with pytest.raises(BadFile) as error:
        lint(path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_damaged_sheet_is_named(tmp_path):
    path = Book(NAME).replace("Gap", "</sheetData>", "").save(tmp_path / "bad.xlsx")
    with pytest.raises(BadFile, match="is damaged"):
        lint(path)


def test_the_page_of_the_rules_is_current():
    from accelxl.workbook.lint.page import page
    from tests.workbook.books import ROOT

    assert (ROOT / "docs" / "lint.md").read_text(encoding="utf-8") == page()
