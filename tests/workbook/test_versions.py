"""Books of another version of a template: filled where their names still fit, and they say which version they are."""

import json
import zipfile

import pytest
from typer.testing import CliRunner

from accelxl.cli.app import app
from accelxl.errors import UnknownName
from accelxl.workbook.batch import Options
from accelxl.workbook.build import template
from accelxl.workbook.compare import compare_books
from accelxl.workbook.delimited import Dialect
from accelxl.workbook.fill import Batch, fill
from accelxl.workbook.reading import read
from tests.workbook.books import BUDGET, parts

ROW = {"book": "a", "units_1": 64.0}


def older(path, version="0.9"):
    """Write the budget as an older version made it: with this number, without `in_fiscal_year_end_month`, with `in_first_site`."""
    made = parts(BUDGET)
    current = template("accelerator_budget").version
    own = made["docProps/custom.xml"]
    made["docProps/custom.xml"] = own.replace(f">{current}<".encode(), f">{version}<".encode())
    assert made["docProps/custom.xml"] != own
    for name, data in made.items():
        if name.endswith(".xml"):
            made[name] = data.replace(b"in_fiscal_year_end_month", b"in_year_ends_in_month")
    book = made["xl/workbook.xml"]
    label = b'<definedName name="in_first_site">Inputs!$I$1</definedName>'
    made["xl/workbook.xml"] = book.replace(b"<definedNames>", b"<definedNames>" + label)
    assert made["xl/workbook.xml"] != book
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return older(tmp_path_factory.mktemp("old") / "old.xlsx")


def test_names_that_still_fit_are_filled_and_the_figures_are_those_of_the_book(old, tmp_path):
    row = {**ROW, "book": "a"}
    now = fill(BUDGET, [row], tmp_path / "now")[0]
    then = fill(old, [row], tmp_path / "then")[0]
    assert then.status == "written"
    assert then.figures == now.figures
    assert read(then.path).inputs["in_units_1"] == 64.0


def test_a_name_that_this_version_has_anew_is_refused_with_the_version_of_the_book(old, tmp_path):
    with pytest.raises(UnknownName, match=r"in_fiscal_year_end_month.*accelerator_budget 0\.9"):
        fill(old, [{**ROW, "in_fiscal_year_end_month": 6}], tmp_path)
    with pytest.raises(UnknownName, match="in_year_ends_in_month"):
        fill(BUDGET, [{**ROW, "in_year_ends_in_month": 6}], tmp_path)
    assert not list(tmp_path.rglob("*.xlsx"))


def test_a_name_that_only_the_older_version_has_is_filled(old, tmp_path):
    (done,) = fill(old, [{**ROW, "in_year_ends_in_month": 6}], tmp_path)
    assert read(done.path).inputs["in_year_ends_in_month"] == 6.0


def test_the_version_is_said_by_reading_by_the_manifest_and_before_a_fill(old, tmp_path):
    current = template("accelerator_budget").version
    batch = Batch(old, [ROW], tmp_path, "", Options(), Dialect("", ""))
    assert batch.note == f"the template is version 0.9 of accelerator_budget; this release has version {current}"
    assert Batch(BUDGET, [ROW], tmp_path, "", Options(), Dialect("", "")).note == ""
    (done,) = fill(old, [ROW], tmp_path / "out")
    assert (read(done.path).template, read(done.path).version) == ("accelerator_budget", "0.9")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert "0.9" in {manifest.get("template_version"), *(one.get("template_version") for one in manifest["books"])}


def test_the_command_line_says_the_version_and_fills(old, tmp_path):
    data = tmp_path / "rows.csv"
    data.write_text("book,units_1\na,64\n")
    done = CliRunner().invoke(app, ["fill", str(old), str(data), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert "the template is version 0.9 of accelerator_budget" in done.output
    assert "1 book in" in done.output


def test_books_of_two_versions_are_compared_by_the_names_that_both_have(old, tmp_path):
    (then,) = fill(old, [{**ROW, "units_1": 32.0}], tmp_path / "then")
    (now,) = fill(BUDGET, [ROW], tmp_path / "now")
    found = compare_books(then.path, now.path)
    assert found.inputs == {"in_units_1": (32.0, 64.0)}
    assert (found.only_a, found.only_b) == (["in_first_site", "in_year_ends_in_month"], ["in_fiscal_year_end_month"])
