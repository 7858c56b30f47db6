"""Formulas that name the place of an add-in, and files of which the links to it are taken out."""

import re
import zipfile

import openpyxl
import pytest

from accelxl.cli.app import app
from accelxl.errors import BadFile
from accelxl.workbook.book import load
from accelxl.workbook.links import plain_formula, repaired
from accelxl.workbook.relink import relink
from tests.workbook.books import BUDGET
from tests.workbook.linked import ADD_IN, linked
from tests.workbook.office import convert


def formulas_of(path):
    sheet = openpyxl.load_workbook(path, keep_links=False).worksheets[0]
    return [cell.value for (cell,) in sheet["B1:B9"] if cell.value is not None]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (r"=1+'C:\Users\ann''s\accelxl.xlam'!ACCEL_ROI(A1,B1)", "=1+ACCEL_ROI(A1,B1)"),
        ("=accelxl.xlam!ACCEL_ROI(A1,B1)", "=ACCEL_ROI(A1,B1)"),
        ("=budget.xlsm!ACCEL_ROI(A1,B1)", "=ACCEL_ROI(A1,B1)"),
        ("=[1]!accel_roi(A1,B1)", "=ACCEL_ROI(A1,B1)"),
        ("=1+[1] ACCEL_ROI(A1;B1)", "=1+ACCEL_ROI(A1;B1)"),
        ("=1+1!ACCEL_ROI(A1;B1)", "=1+ACCEL_ROI(A1;B1)"),
        ("=#REF!1!ACCEL_ROI(A1;B1)", "=ACCEL_ROI(A1;B1)"),
        ("='file:///C:/x/accelxl.xlam'#ACCEL_ROI(A1;B1)", "=ACCEL_ROI(A1;B1)"),
        ("=_xll.ACCEL_ROI(A1,B1)-_xldudf_ACCEL_ROI(A1,B1)", "=ACCEL_ROI(A1,B1)-ACCEL_ROI(A1,B1)"),
        ("=INDEX([1]!ACCEL_EXPLAIN('[2]My plan'!$A$1:$B$9),2,3)", "=INDEX(ACCEL_EXPLAIN('[2]My plan'!$A$1:$B$9),2,3)"),
        ("=IF([1]!ACCEL_ROI([1]!ACCEL_ROI(3,2),B1)>0,1,2)", "=IF(ACCEL_ROI(ACCEL_ROI(3,2),B1)>0,1,2)"),
    ],
)
def test_a_call_behind_a_link_becomes_a_plain_call(given, plain):
    assert plain_formula(given) == (plain, [])
    assert plain_formula(plain) == (plain, [])


@pytest.mark.parametrize(
    "formula",
    [
        '="accelxl.xlam!ACCEL_ROI(1,2)"&A1',
        "='ACCEL_ROI('!A1",
        "=MY_ACCEL_ROI(1)+x.ACCEL_ROI(1)",
        "=Table1[1] ACCEL_ROI(1,2)",
        r"='C:\other\tools.xlam'!OTHER(ACCEL_ROI(1,2))",
        "='[2]ACCEL_ROI'!A1",
    ],
)
def test_texts_names_and_functions_of_others_stay(formula):
    assert plain_formula(formula) == (formula, [])


def test_a_function_that_this_version_does_not_have_is_left_and_named():
    found = repaired([["=[1]!ACCEL_SOON(1)", "Plan", 3, 2], ["=[1]!ACCEL_ROI(1,2)", "Plan", 4, 2]])
    assert found.rows == [["=ACCEL_ROI(1,2)", "Plan", 4, 2]]
    assert found.sentence() == (
        "1 formula calls AccelXL by plain names again; not a function of this version, and left: ACCEL_SOON in =[1]!ACCEL_SOON(1)"
    )


def test_a_book_without_links_has_nothing_to_repair(tmp_path):
    with pytest.raises(BadFile, match="there is nothing to repair"):
        relink(BUDGET, tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_formulas_names_and_formats_of_a_file_are_repaired_and_the_link_is_gone(tmp_path):
    formulas = ["=[1]!ACCEL_ROI(A1,A2)", '=1+[1]!accel_roi(A1,A2)&"[1]<&"', "=SUM(A1:A2)"]
    book = linked(tmp_path / "book.xlsx", formulas, names=[("gain", "=[1]!ACCEL_ROI(Plan!$A$1,Plan!$A$2)")])
    before = book.read_bytes()
    found = relink(book)
    assert found.path == tmp_path / "book-repaired.xlsx"
    assert found.links == (ADD_IN,)
    assert "4 formulas call AccelXL by plain names again; 1 link taken out" in found.sentence()
    assert formulas_of(found.path) == ["=ACCEL_ROI(A1,A2)", '=1+ACCEL_ROI(A1,A2)&"[1]<&"', "=SUM(A1:A2)"]
    assert load(found.path).names == {"gain": "ACCEL_ROI(Plan!$A$1,Plan!$A$2)"}
    assert book.read_bytes() == before
    with zipfile.ZipFile(found.path) as new, zipfile.ZipFile(book) as old:
        assert new.testzip() is None
        assert {name for name in old.namelist() if "externalLink" in name} == set(old.namelist()) - set(new.namelist())
        assert not [name for name in new.namelist() if b"externalLink" in new.read(name)]
        changed = {name for name in new.namelist() if new.read(name) != old.read(name)}
    assert changed == {
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }


def test_links_that_are_still_used_stay_and_get_their_new_numbers(tmp_path):
    formulas = [
        "=[1]!ACCEL_ROI([2]Data!A1,2)",
        "=[2]Data!$A$1+'[3]Data'!A1+SUM(T[[2]:[3]])",
        '=[3]Data!A1&"[2]"',
        "=[3]!ACCEL_ROI(3,2)",
    ]
    book = linked(tmp_path / "book.xlsx", formulas, (ADD_IN, "prices.xlsx", "other.xlsm"))
    found = relink(book)
    assert found.links == (ADD_IN,)
    with zipfile.ZipFile(found.path) as new:
        cells = re.findall("<f>([^<]*)</f>", new.read("xl/worksheets/sheet1.xml").decode())
    assert cells == [
        "ACCEL_ROI([1]Data!A1,2)",
        "[1]Data!$A$1+'[2]Data'!A1+SUM(T[[2]:[3]])",
        '[2]Data!A1&amp;"[2]"',
        "ACCEL_ROI(3,2)",
    ]
    links = openpyxl.load_workbook(found.path)._external_links
    assert [link.file_link.Target for link in links] == ["prices.xlsx", "other.xlsm"]


def test_a_link_that_an_unknown_function_uses_stays(tmp_path):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_SOON(1)", "=[1]!ACCEL_ROI(3,2)"])
    found = relink(book)
    assert found.links == ()
    assert formulas_of(found.path) == ["=[1]!ACCEL_SOON(1)", "=ACCEL_ROI(3,2)"]


def test_a_book_copied_out_of_a_template_with_macros_loses_its_link_to_it(tmp_path):
    found = relink(linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"], ("budget.xlsm",)))
    assert found.links == ("budget.xlsm",)


def test_the_book_itself_is_never_written_over(tmp_path):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"])
    with pytest.raises(BadFile, match="is the book itself"):
        relink(book, book)


@pytest.mark.office("soffice")
def test_another_program_opens_the_repaired_file(tmp_path):
    found = relink(linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(A1,A2)", "=SUM(A1:A2)"]))
    again = openpyxl.load_workbook(convert(found.path, tmp_path / "again", "xlsx"))
    assert [cell.value.upper() for (cell,) in again.worksheets[0]["B1:B2"]] == ["=ACCEL_ROI(A1,A2)", "=SUM(A1:A2)"]


def test_the_command_line_repairs_a_file_and_says_what_it_did(tmp_path, capsys):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"])
    app(["relink", str(book), "--out", str(tmp_path / "new.xlsx")], standalone_mode=False)
    assert "2 formulas call AccelXL by plain names again; 1 link taken out" in capsys.readouterr().out
    assert formulas_of(tmp_path / "new.xlsx") == ["=ACCEL_ROI(3,2)"]
