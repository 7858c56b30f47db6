"""Formulas that name the place of an add-in, and files of which the links to it are taken out."""

import io
import re
import zipfile

import openpyxl
import pytest
from lxml import etree

from accelxl.cli.app import app
from accelxl.errors import BadFile
from accelxl.workbook.book import load
from accelxl.workbook.freeze import freeze
from accelxl.workbook.links import plain_formula, repaired
from accelxl.workbook.relink import relink
from tests.workbook.books import BUDGET
from tests.workbook.linked import ADD_IN, PARTS, edited, linked, parts_of
from tests.workbook.office import convert

OURS = "http://schemas.openxmlformats.org"


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
        ("=[1]Plan!ACCEL_ROI(A1,B1)+[accelxl.xlam]Plan!ACCEL_ROI(A1,B1)", "=ACCEL_ROI(A1,B1)+ACCEL_ROI(A1,B1)"),
        ("=1-#REF!ACCEL_ROI(A1,B1)", "=1-ACCEL_ROI(A1,B1)"),
        ("=_xludf.ACCEL_ROI(A1,B1)+_xlfn._xludf.ACCEL_ROI(A1,B1)", "=ACCEL_ROI(A1,B1)+ACCEL_ROI(A1,B1)"),
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


def one_link(tmp_path, **changes):
    """The parts of a repaired book with one formula, of which parts were changed before."""
    return parts_of(relink(edited(linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(A1,A2)"]), **changes)).path)


def test_the_codes_of_signs_in_a_formula_stay_what_they_mean(tmp_path):
    sheet = one_link(
        tmp_path,
        worksheets__sheet1=lambda text: text.replace(
            "ROI(A1,A2)</f>", "ROI(A1,&#13;&#xA;A2)&amp;&quot;&#x20AC;&#38;amp;&amp;#13;&quot;</f>"
        ),
    )["xl/worksheets/sheet1.xml"]
    formula = etree.fromstring(sheet.encode()).findtext(".//{*}f")
    assert formula == 'ACCEL_ROI(A1,\r\nA2)&"\u20ac&amp;&#13;"'


def test_a_sign_of_a_tag_in_an_attribute_is_no_end_of_it(tmp_path):
    name = '<definedNames><definedName name="g" comment="a > b">[1]!ACCEL_ROI(3,2)</definedName></definedNames><calcPr'
    main = one_link(tmp_path, workbook=lambda text: text.replace("<calcPr", name))["xl/workbook.xml"]
    assert name.replace("[1]!", "") in main


@pytest.mark.parametrize(
    "written",
    [
        lambda tag: tag.replace('"', "'"),
        lambda tag: re.sub(r"<((?:\w+:)?\w+)([^>]*)/>", r"<\1\2></\1>", tag),
        lambda tag: tag.replace('="', ' = "'),
        lambda tag: tag.replace("/>", " />"),
    ],
)
def test_a_link_is_taken_out_however_its_tags_are_written(tmp_path, written):
    def change(text):
        return re.sub(r'<[^<>]*(?:externalLink|r:id="rId9)[^<>]*/>', lambda found: written(found[0]), text)

    parts = one_link(tmp_path, workbook=change, rels=change, types=change)
    assert not [name for name in parts if "externalLink" in name]
    assert not [name for name, text in parts.items() if "externalLink" in text or "externalRef" in text]
    assert len(openpyxl.load_workbook(io.BytesIO(packed(parts))).sheetnames) == 1


def packed(parts):
    """A book from its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ('<calcPr calcId="1"/>', '<calcPr fullCalcOnLoad="1" calcId="1"/>'),
        ('<calcPr fullCalcOnLoad="0"/>', '<calcPr fullCalcOnLoad="1"/>'),
        ("<calcPr fullCalcOnLoad='true'/>", "<calcPr fullCalcOnLoad='true'/>"),
        ("", '<calcPr fullCalcOnLoad="1"/>'),
    ],
)
def test_a_repaired_book_is_computed_anew_when_it_opens(tmp_path, given, asked):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)", "=[2]Data!A1"], (ADD_IN, "prices.xlsx"))
    main = parts_of(relink(edited(book, workbook=lambda text: re.sub("<calcPr[^>]*>", given, text))).path)[
        "xl/workbook.xml"
    ]
    assert f"</externalReferences>{asked}</workbook>" in main  # no other place is allowed


def test_the_formulas_of_a_table_are_repaired(tmp_path):
    formulas = "".join(
        f"<{tag}>[1]!ACCEL_ROI(T[[#This Row],[a]],2)</{tag}>" for tag in ("calculatedColumnFormula", "totalsRowFormula")
    )
    parts = one_link(tmp_path, tables__table1=lambda _: f"<table>{formulas}</table>")
    assert parts["xl/tables/table1.xml"] == f"<table>{formulas.replace('[1]!', '')}</table>"
    assert "xl/externalLinks/externalLink1.xml" not in parts


def test_a_button_whose_macro_is_in_another_book_keeps_its_link(tmp_path):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"], (ADD_IN, "tools.xlsm"))
    with zipfile.ZipFile(book, "a") as out:
        out.writestr("xl/drawings/vmlDrawing1.vml", "<x:FmlaMacro xmlns:x='u'>[2]!Go</x:FmlaMacro>")
    found = relink(book)
    assert found.links == ()  # without [1] the number of the other would be another
    assert len(openpyxl.load_workbook(found.path)._external_links) == 2


def test_a_text_that_looks_like_a_link_keeps_none(tmp_path):
    texts = '<row r="8"><c r="A8" t="inlineStr"><is><t>see [1]</t></is></c><c r="B8" t="str"><f>A1</f><v>[1]</v></c></row></sheetData>'
    parts = one_link(tmp_path, worksheets__sheet1=lambda text: text.replace("</sheetData>", texts))
    assert "xl/externalLinks/externalLink1.xml" not in parts
    assert texts in parts["xl/worksheets/sheet1.xml"]


def test_a_link_that_no_formula_uses_is_taken_out_with_a_sentence_that_says_so(tmp_path):
    found = relink(linked(tmp_path / "book.xlsx", ["=SUM(A1)"]))
    assert found.sentence() == f"{found.path}: no formula names the place of the add-in; 1 link taken out: {ADD_IN}"


def test_a_part_in_another_encoding_is_refused_and_not_left_with_the_old_numbers(tmp_path):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"], names=[("g", "=[1]!ACCEL_ROI(3,2)")])
    parts = parts_of(book)
    sheet = parts.pop("xl/worksheets/sheet1.xml").replace("UTF-8", "UTF-16").encode("utf-16")
    book.write_bytes(packed(parts | {"xl/worksheets/sheet1.xml": sheet}))
    with pytest.raises(BadFile, match=r"the part xl/worksheets/sheet1\.xml is not in UTF-8"):
        relink(book)
    assert list(tmp_path.iterdir()) == [book]


def test_another_book_of_the_name_of_the_copy_is_not_lost(tmp_path):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"])
    copy = tmp_path / "book-repaired.xlsx"
    copy.write_bytes(b"the work of a day")
    with pytest.raises(BadFile, match="is there and is another book"):
        relink(book)
    assert copy.read_bytes() == b"the work of a day"
    copy.unlink()
    assert relink(book).path == relink(book).path == copy


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("copy.xlsm", "copy.xlsm ends in .xlsm; a copy of book.xlsx ends in .xlsx"),
        ("copy", "copy ends in nothing; a copy of book.xlsx ends in .xlsx"),
        ("", "is a folder; the name of a file is needed for the"),
    ],
)
def test_a_copy_has_the_ending_of_its_book(tmp_path, name, sentence):
    book = linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_ROI(3,2)"])
    for make in (relink, freeze):
        with pytest.raises(BadFile, match=sentence):
            make(book, tmp_path / name)
    assert list(tmp_path.iterdir()) == [book]


def test_a_frozen_copy_names_no_chain_of_calculation_that_it_lacks(tmp_path):
    book = edited(
        linked(tmp_path / "book.xlsx", ["=1+1"], ()),
        calcChain=lambda _: '<calcChain xmlns="u"><c r="B1" i="1"/></calcChain>',
        rels=lambda text: text.replace(
            "</Relationships>",
            f"<Relationship Id='rId80' Type='{PARTS}/calcChain' Target='calcChain.xml' /></Relationships>",
        ),
        types=lambda text: text.replace(
            "</Types>", "<Override PartName='/xl/calcChain.xml' ContentType='x'></Override></Types>"
        ),
    )
    parts = parts_of(freeze(book))
    assert not [name for name, text in parts.items() if "calcChain" in name + text]


def test_the_kinds_of_books_that_are_none_of_ours_are_named(tmp_path):
    strict = edited(
        linked(tmp_path / "a.xlsx", ["=1"]), root=lambda text: text.replace(OURS, "http://purl.oclc.org/ooxml")
    )
    with pytest.raises(BadFile, match="Strict Open XML workbook; save it in Excel as"):
        load(strict)
    binary = edited(linked(tmp_path / "b.xlsb", ["=1"]), root=lambda text: text.replace("workbook.xml", "workbook.bin"))
    with pytest.raises(BadFile, match=r"is of the binary \.xlsb kind; an \.xlsx or \.xlsm file is allowed"):
        load(binary)


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
