"""Formulas with our names through Calc: bound when a book is loaded, plain in the xlsx that is saved, kept in an ods."""

import zipfile

import pytest
import xlsxwriter

from tests.workbook.books import BUDGET, formulas

pytestmark = pytest.mark.office("soffice", "uno")


def plain_formulas(path):
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))


def test_a_template_through_calc_has_its_plain_names_again(calc, tmp_path):
    with calc.open(BUDGET) as book:
        book.save(tmp_path / "saved.xlsx")
    mine = [text for text in formulas(BUDGET).values() if "ACCEL_" in text]
    text = plain_formulas(tmp_path / "saved.xlsx")
    assert b"org.accelxl" not in text.lower()
    assert text.count(b">ACCEL_") >= len([one for one in mine if one.startswith("ACCEL_")]) > 3


def test_names_with_the_prefix_of_office_scripts_are_bound_and_strangers_left(calc, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "alias.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_formula("A1", "=_xldudf_ACCEL_COST_PER_MTOK(3.6,1000)", None, 0)
    sheet.write_formula("A2", "=1+ACCEL_COST_PER_MTOK(3.6,1000)", None, 0)
    sheet.write_formula("A3", "=ACCEL_NO_SUCH(1)", None, 0)
    sheet.write_formula("A4", '="ACCEL_NPV("&1', None, "")
    sheet.write_array_formula("B1:B2", "{=ACCEL_COST_PER_MTOK(3.6,{1000;2000})}", None, 0)
    book.close()
    with calc.open(tmp_path / "alias.xlsx") as opened:
        found = opened.rows("S!A1:B4")
        assert [row[0] for row in found] == [1.0, 2.0, "#NAME?", "ACCEL_NPV(1"]
        assert [row[1] for row in found[:2]] == [1.0, 0.5]
        opened.save(tmp_path / "alias.ods")
    with calc.open(tmp_path / "alias.ods") as opened:
        assert opened.get("S!A1", "S!A2", "S!B2") == {"S!A1": 1.0, "S!A2": 2.0, "S!B2": 0.5}
