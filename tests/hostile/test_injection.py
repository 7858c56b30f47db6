"""Text that begins like a formula stays text in every file and sheet that is written, and in JSON and frames it is not touched."""

import csv
import json
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import accelxl
from accelxl.files import FORMULA_SIGNS, as_text
from accelxl.hosts.excel import sheets
from accelxl.scenario.rows import save, whole
from accelxl.workbook.manifest import csv_line
from tests.workbook.books import ROOT
from tests.workbook.test_fill import user_made

EVIL = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", " =1+1",
        "=cmd|'/C calc'!A0", '=HYPERLINK("http://127.0.0.1","x")']  # fmt: skip
KIND = re.compile(rb"<f>|<f |hyperlink")


def taken_for_a_formula(text):
    """Whether a spreadsheet program would begin to read a formula."""
    return text.lstrip(" ")[:1] in FORMULA_SIGNS


@pytest.mark.parametrize("text", EVIL)
def test_a_text_gets_a_mark_and_a_harmless_one_none(text):
    assert taken_for_a_formula(text)
    assert not taken_for_a_formula(as_text(text))
    assert as_text(text)[1:] == text
    assert as_text("H100 = 8") == "H100 = 8"


@pytest.fixture(params=["names and cells of a run", "a small table"])
def write(request):
    """Writes texts as the names and the first column of a table."""

    def to(path):
        if request.param == "a small table":
            return save(path, [[*EVIL], *([text] + [1.0] * (len(EVIL) - 1) for text in EVIL)])
        with whole(path, EVIL, EVIL[:1]) as rows:
            rows.put([EVIL, *(np.full(len(EVIL), 1.0) for _ in EVIL[1:])])
        return path

    return to


def test_rows_as_csv_have_no_formula(write, tmp_path):
    with write(tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == list(map(as_text, EVIL))
    assert [line[0] for line in lines[1:]] == list(map(as_text, EVIL))
    assert {cell for line in lines[1:] for cell in line[1:]} == {"1.0"}


def test_rows_as_a_sheet_have_the_text_itself_and_no_formula(write, tmp_path):
    import openpyxl

    path = write(tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as archive:
        assert not any(KIND.search(archive.read(name)) for name in archive.namelist() if "sheet" in name)
    sheet = openpyxl.load_workbook(path).active
    cells = [*sheet[1], *sheet["A"][1:]]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    said = [str(cell.value).replace("_x000D_", "\r") for cell in cells]  # as xlsx files write the sign
    assert [text.strip() for text in said] == [text.strip() for text in [*EVIL, *EVIL]]


def test_rows_as_parquet_are_not_touched(write, tmp_path):
    import pyarrow.parquet as pq

    table = pq.read_table(write(tmp_path / "x.parquet"))
    assert table.column_names == EVIL
    assert table.column(0).to_pylist() == EVIL


@pytest.mark.office("soffice")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_calc_opens_the_rows_without_a_formula(tmp_path, find, ending):
    with whole(tmp_path / f"x.{ending}", ["word", "value"], ["word"]) as rows:
        rows.put([EVIL, np.ones(len(EVIL))])
    command = [find("soffice"), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "fods",
               "--outdir", str(tmp_path), str(tmp_path / f"x.{ending}")]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    content = (tmp_path / "x.fods").read_text(encoding="utf-8")
    assert "cmd|" in content
    assert "table:formula" not in content


def told(*words):
    done = subprocess.run(
        [sys.executable, "-m", "accelxl", *map(str, words)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Two books whose input, and whose name, begin like a formula."""
    folder = tmp_path_factory.mktemp("filled")
    book = user_made(folder / "own.xlsx")
    done = accelxl.fill(book, [{"book": "=1+1", "label": "=1+1"}, {"book": "@b", "label": "+2"}], folder / "out")
    assert [one.status for one in done] == ["written", "written"]
    return done


def test_the_manifest_of_a_fill_has_no_formula_and_its_json_the_text_itself(filled):
    folder = filled[0].path.parent
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert {line[lines[0].index("book")] for line in lines[1:]} == {"'=1+1.xlsx", "'@b.xlsx"}
    assert not [cell for line in lines for cell in line if taken_for_a_formula(cell) and not is_number(cell)]
    books = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["books"]
    assert {one["book"] for one in books} == {"=1+1.xlsx", "@b.xlsx"}


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_what_books_hold_is_printed_as_csv_without_a_formula_and_as_json_as_it_is(filled):
    paths = [one.path for one in filled]
    lines = list(csv.reader(told("read", "--csv", *paths).splitlines()))
    at = lines[0].index("label")
    assert [(line[0], line[at]) for line in lines[1:]] == [("'=1+1", "'=1+1"), ("'@b", "'+2")]
    assert [one["inputs"]["label"] for one in json.loads(told("read", "--json", *paths))] == ["=1+1", "+2"]


def test_a_comparison_and_a_frame_have_the_text_itself(filled):
    one, two = (book.path for book in filled)
    assert json.loads(told("compare", "--json", one, two))["inputs"]["label"] == ["=1+1", "+2"]
    assert accelxl.compare_books(one, two).inputs["label"] == ("=1+1", "+2")
    frame = accelxl.frame([one, two])
    assert frame["label"].tolist() == ["=1+1", "+2"]
    assert frame.index.tolist() == ["=1+1", "@b"]


@pytest.mark.parametrize("text", EVIL)
def test_a_sheet_of_a_command_and_a_line_of_csv_get_the_mark(text):
    assert sheets._plain(text) == as_text(text)
    assert sheets._plain(-1.0) == -1.0
    assert next(csv.reader([csv_line([text, -1.0])], strict=False))[0][:1] == "'"
