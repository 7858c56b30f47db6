"""The built files: same bytes twice, read back verbatim, no fault by other judges and our own checks, themselves tested on damage."""

import io
import re
import warnings
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from openxml_audit import OpenXmlValidator
from pyopenvba.integrity import check_file
from pyvbaanalysis import analyze_office_file

from accelxl.errors import BadFile, Missing, UnknownName
from accelxl.functions import REGISTRY
from accelxl.hosts.commands import ROWS
from accelxl.hosts.excel import addin, build, package, project, render, ribbon
from accelxl.hosts.excel.check import faults
from accelxl.hosts.excel.guard import guarded
from accelxl.hosts.excel.machine import xlwings_version
from accelxl.hosts.excel.modules import modules, package_folder
from accelxl.hosts.excel.project import Module
from accelxl.workbook.build import TEMPLATES
from tests.hosts.excel.judges import sources

FUNCTIONS = render.module(REGISTRY.values())
BOOKS = ("accelxl.xlam", "plain.xlsm", *(f"{name}.xlsm" for name in TEMPLATES))
every = pytest.mark.parametrize("name", BOOKS)


def plain_book():
    """A small workbook as another program makes it: a chart sheet, names with signs, functions in cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("A & B's sheet")
    sheet.write_column("A1", [3.6, 1000.0])
    sheet.write_formula("B1", "=ACCEL_COST_PER_MTOK(A1,A2)", None, 1.0)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='A & B''s sheet'!$A$1:$A$2"})
    book.add_chartsheet("Picture").set_chart(chart)
    book.add_worksheet("Last").set_tab_color("red")
    book.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def made(by_command):
    """The files, built by the command of the guide; the small book by its own part of it."""
    folder = by_command.folder / "out" / "excel"
    (folder / "plain.xlsm").write_bytes(build.with_macros(plain_book(), "plain.xlsx"))
    return {name: folder / name for name in BOOKS}


def modules_of(path):
    return project.read(package.read(path.read_bytes(), path.name)[package.PROJECT])


# -- the files as they are ---------------------------------------------------------------------------------------------------------
def test_the_add_in_and_a_sibling_of_every_template_are_made(made):
    assert sorted(path.name for path in made["accelxl.xlam"].parent.iterdir()) == sorted(made)


def test_a_second_build_has_the_same_bytes(made, tmp_path, built_once, monkeypatch):
    """The first was made by another process, from templates that it built; here they are those that were built before."""
    monkeypatch.setattr(build, "built", built_once)
    build.build(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == made[path.name].read_bytes()


def test_no_date_of_the_build_is_in_the_files(made):
    for path in made.values():
        with zipfile.ZipFile(path) as archive:
            assert {info.date_time for info in archive.infolist()} == {package.DAY}


@every
def test_our_own_checks_find_no_fault(made, name):
    assert faults(made[name].read_bytes(), name) == []


@every
def test_openxml_audit_finds_no_error(made, name):
    found = OpenXmlValidator().validate(made[name])
    assert [str(error) for error in found.errors] == []


@every
def test_pyopenvba_finds_the_package_sound(made, name):
    assert check_file(made[name]).issues == ()


@every
def test_olevba_reads_every_module_back_verbatim(made, name):
    found = {key: code for key, (_, code) in sources(name, made[name].read_bytes()).items()}
    assert found == modules_of(made[name])


@every
def test_the_macros_of_functions_are_the_text_that_the_analyser_reads_alone(made, name):
    """`test_render` gives it to the analyser, whole; so the books go there with fewer functions, which is quicker."""
    assert modules_of(made[name])[render.MODULE] == Module(render.MODULE, "standard", FUNCTIONS).source()


@pytest.mark.parametrize("name", BOOKS[:2])
def test_the_analyser_of_vba_finds_no_compile_error(made, name, tmp_path):
    parts = package.read(made[name].read_bytes(), name)
    few = render.module([REGISTRY["ACCEL_NPV"], REGISTRY["ACCEL_WHY"]])
    names = {sheet.code_name: sheet.kind for sheet in package.sheets(parts)}
    documents = [Module("ThisWorkbook", "book", ribbon.BOOK), *(Module(key, kind) for key, kind in names.items())]
    own = [replace(m, text=few) if m.name == render.MODULE else m for m in modules(name.rpartition(".")[2])]
    parts[package.PROJECT] = project.write("AccelXL", [*documents, *own])
    (tmp_path / name).write_bytes(package.write(parts))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyze_office_file(tmp_path / name)
    assert {"xlwings", render.MODULE, ribbon.MODULE} <= set(found)
    assert [(key, d.code, d.message) for key, one in found.items() for d in one if d.severity.value == "error"] == []


@pytest.mark.parametrize("name", BOOKS[2:])
def test_a_template_has_the_macros_of_the_book_that_the_analyser_read_and_empty_modules_for_its_sheets(made, name):
    found, read = modules_of(made[name]), modules_of(made["plain.xlsm"])
    common = {"ThisWorkbook", "xlwings", "Dictionary", render.MODULE, ribbon.MODULE}
    assert {key: found[key] for key in common} == {key: read[key] for key in common}
    for key in set(found) - common:
        assert [line for line in found[key].splitlines() if not line.startswith("Attribute ")] == []


@every
def test_every_function_of_the_registry_is_in_the_macros(made, name):
    text = modules_of(made[name])[render.MODULE]
    assert set(re.findall(r"^Public Function (ACCEL_\w+)\(", text, re.MULTILINE)) == set(REGISTRY)


@every
def test_every_command_has_its_button(made, name):
    text = package.read(made[name].read_bytes(), name)[package.RIBBON].decode()
    tags = set(re.findall(r'tag="(\w+)', text))
    assert tags == {row.id for row in ROWS} | {ribbon.STOP}


def procedure(source, name):
    """The text of a function of xlwings' module."""
    (text,) = re.findall(rf"^(?:Public )?Function {name}\(.*?^End Function", source, re.MULTILINE | re.DOTALL)
    return text


@every
def test_xlwings_modules_are_those_of_the_installed_package_but_for_our_name_and_the_changes(made, name):
    kind = name.rpartition(".")[2]
    file = package_folder() / {"xlam": "xlwings_custom_addin.bas", "xlsm": "xlwings.bas"}[kind]
    theirs = re.sub(r'(PROJECT_NAME As String = ")\w+', r"\g<1>accelxl", file.read_text(encoding="cp1252"))
    ours = modules_of(made[name])["xlwings"]
    assert len(ours.rstrip().splitlines()) == len(theirs.rstrip().splitlines())
    changed = {(was, now) for was, now in zip(theirs.splitlines(), ours.splitlines(), strict=False) if was != now}
    undone = {
        now.replace("-B -P -c", "-B -c").replace('TO_PYTHONPATH", "false"', 'TO_PYTHONPATH", "true"')
        for _, now in changed
    }
    assert {was.replace("ActiveWorkbook", "ThisWorkbook") for was, _ in changed} == undone
    assert (kind == "xlam") == any("ActiveWorkbook" in was for was, _ in changed)
    assert f'XLWINGS_VERSION As String = "{xlwings_version()}"' in ours


@every
def test_an_open_book_cannot_name_the_program_that_the_add_in_starts_nor_be_part_of_its_command(made, name):
    source = modules_of(made[name])["xlwings"]
    for function in ("GetConfig", "GetDirectoryConfigFilePath", "XLPyCommand"):
        assert "ActiveWorkbook" not in procedure(source, function)
        assert "ThisWorkbook" in procedure(source, function)
    assert set(re.findall(r"ActiveWorkbook\S*", procedure(source, "RunPython"))) <= {
        "ActiveWorkbook"
    }  # the book that called
    assert "wb = ActiveWorkbook" not in procedure(source, "RunPython")


@every
def test_no_folder_of_a_book_is_searched_for_modules(made, name):
    source = modules_of(made[name])["xlwings"]
    assert '"ADD_WORKBOOK_TO_PYTHONPATH", "true"' not in source
    assert source.count('"ADD_WORKBOOK_TO_PYTHONPATH", "false"') == 2
    starts = re.findall(r" -B .*?-c ", source)
    assert starts == [" -B -P -c "] * 2


def test_macros_of_xlwings_that_are_not_as_known_are_refused():
    source = (package_folder() / "xlwings_custom_addin.bas").read_text(encoding="cp1252")
    for old, words in ((" -B -c ", "in ExecuteWindows"), ("Function XLPyCommand", "in XLPyCommand")):
        with pytest.raises(Missing, match=f"{words}; another version of xlwings is needed"):
            guarded(source.replace(old, "x"), add_in=True)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_sibling_has_the_cells_of_its_template_and_only_macros_more(made, name, built_once):
    before = package.read(built_once(name), name)
    after = package.read(made[f"{name}.xlsm"].read_bytes(), name)
    assert set(after) - set(before) == {package.PROJECT, package.RIBBON}
    for part, data in before.items():
        if part.startswith("xl/worksheets/sheet"):
            data = re.sub(rb"<sheetPr>", b'<sheetPr codeName="@">', data)  # noqa: PLW2901
            assert re.sub(rb'codeName="Sheet\d+"', b'codeName="@"', after[part]) == data
        elif part.startswith("xl/charts") or part in {"xl/styles.xml", "xl/sharedStrings.xml"}:
            assert after[part] == data


def test_sheets_and_charts_have_their_modules(made):
    names = [
        name
        for name in modules_of(made["plain.xlsm"])
        if name not in {"xlwings", "Dictionary", render.MODULE, ribbon.MODULE}
    ]
    assert names == ["ThisWorkbook", "Sheet1", "Chart2", "Sheet3"]


def test_a_part_that_is_not_touched_keeps_its_bytes(made):
    before = package.read(plain_book(), "plain.xlsx")
    after = package.read(made["plain.xlsm"].read_bytes(), "plain.xlsm")
    same = [part for part in before if before[part] == after[part]]
    assert {"xl/charts/chart1.xml", "xl/styles.xml", "docProps/app.xml", "xl/drawings/drawing1.xml"} <= set(same)


# -- what is refused -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a workbook"),
        (b"text", "is not a workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "is encrypted or an old .xls"),
        (package.write({"a.txt": b"x"}), "lacks the part"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(data, words):
    with pytest.raises(BadFile, match=words):
        build.with_macros(data, "book.xlsx")


def test_a_book_with_macros_or_a_template_is_refused(made):
    with pytest.raises(BadFile, match="has macros already"):
        build.with_macros(made["plain.xlsm"].read_bytes(), "plain.xlsm")
    parts = package.read(plain_book(), "plain.xlsx")
    parts[package.TYPES] = parts[package.TYPES].replace(b"sheet.main+xml", b"template.main+xml")
    with pytest.raises(BadFile, match="template or of another kind"):
        build.with_macros(package.write(parts), "plain.xltx")


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (package.BOOK, b"</workbook>", b"", "not well-formed"),
        (package.BOOK, b"<workbook ", b"<!DOCTYPE a><workbook ", "document type"),
        (package.BOOK_LINKS, b"worksheets/sheet1.xml", b"worksheets/sheet9.xml", "has no part"),
        (
            package.BOOK_LINKS,
            b"relationships/worksheet",
            b"relationships/dialogsheet",
            "worksheets and charts are allowed",
        ),
    ],
)
def test_damaged_parts_are_refused_with_a_sentence(part, old, new, words):
    parts = package.read(plain_book(), "plain.xlsx")
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with pytest.raises(BadFile, match=words):
        build.with_macros(package.write(parts), "plain.xlsx")


def test_an_unknown_template_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UnknownName, match="did you mean accelerator_budget"):
        build.build(tmp_path / "out", ["accelerator_budgt"])
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(BadFile, match="is a file; a folder is needed"):
        build.build(tmp_path / "out")


def test_a_book_in_another_prefix_and_with_single_quotes_takes_macros():
    """As other programs write it: a prefix for the main namespace, no workbookPr, no sheetPr, self-closed roots."""
    parts = addin.parts()
    main = addin.MAIN
    parts[package.BOOK] = (
        f"<?xml version='1.0'?><x:workbook xmlns:x='{main}' xmlns:r='{addin.OFFICE}'>"
        "<x:fileVersion appName='a>b'/><x:sheets><x:sheet name='S' sheetId='1' r:id='rId1'/></x:sheets></x:workbook>"
    ).encode()
    parts[addin.SHEET] = f"<?xml version='1.0'?><x:worksheet xmlns:x='{main}'><x:sheetData/></x:worksheet>".encode()
    data = build.with_macros(package.write(parts), "other.xlsx")
    assert faults(data, "other.xlsm") == []
    after = package.read(data, "other.xlsm")
    assert b"<x:fileVersion appName='a>b'/><x:workbookPr codeName=\"ThisWorkbook\"/>" in after[package.BOOK]
    assert b'><x:sheetPr codeName="Sheet1"/><x:sheetData/>' in after[addin.SHEET]


def test_a_code_name_that_a_sheet_has_is_kept_and_not_given_twice():
    parts = package.read(plain_book(), "plain.xlsx")
    parts["xl/worksheets/sheet2.xml"] = re.sub(
        rb"<sheetPr>", b'<sheetPr codeName="Sheet1">', parts["xl/worksheets/sheet2.xml"]
    )
    data = build.with_macros(package.write(parts), "plain.xlsx")
    assert faults(data, "plain.xlsm") == []
    assert [sheet.code_name for sheet in package.sheets(package.read(data, "plain.xlsm"))] == [
        "Sheet2",
        "Chart2",
        "Sheet1",
    ]


# -- the checks themselves, on damaged copies -----------------------------------------------------------------------------------------
def damaged(path, part, old, new):
    """A copy with a text of a part replaced; without the part where `old` is None."""
    parts = package.read(path.read_bytes(), path.name)
    if old is None:
        del parts[part]
    else:
        assert old in parts[part], (part, old)
        parts[part] = parts[part].replace(old, new, 1)
    return package.write(parts)


def with_modules(path, change):
    """A copy whose modules have been changed."""
    parts = package.read(path.read_bytes(), path.name)
    found = modules_of(path)
    kinds = {"ThisWorkbook": "book", "Dictionary": "class", **{s.code_name: s.kind for s in package.sheets(parts)}}
    skip = {"book": 8, "sheet": 8, "chart": 8, "class": 8, "standard": 1}
    made = []
    for name, source in change(dict(found)).items():
        kind = kinds.get(name, "standard")
        made.append(project.Module(name, kind, "\n".join(source.splitlines()[skip[kind] :])))
    parts[package.PROJECT] = project.write("AccelXL", made)
    return package.write(parts)


def without(name):
    return lambda found: {key: text for key, text in found.items() if key != name}


def replaced(name, old, new):
    def change(found):
        assert old in found[name]
        return {**found, name: found[name].replace(old, new)}

    return change


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (
            package.TYPES,
            b'Default Extension="bin"',
            b'Default Extension="bon"',
            "the part xl/vbaProject.bin has no type",
        ),
        (
            package.TYPES,
            b'PartName="/xl/styles.xml"',
            b'PartName="/xl/stiles.xml"',
            "a type is given for xl/stiles.xml",
        ),
        (package.TYPES, b"sheet.macroEnabled.main+xml", b"addin.macroEnabled.main+xml", "the type of the book is"),
        (package.BOOK_LINKS, b"vbaProject.bin", b"vbaProjekt.bin", "leads to xl/vbaProjekt.bin, which is not there"),
        (
            package.BOOK_LINKS,
            b"2006/relationships/vbaProject",
            b"2006/relationships/vba",
            "does not lead to its macros",
        ),
        (package.BOOK_LINKS, b'Id="rId2"', b'Id="rId1"', "has the id rId1 twice"),
        (package.ROOT_LINKS, b"ui/extensibility", b"ui/other", "the book has no ribbon"),
        (package.PROJECT, None, None, "has no macros"),
        (package.RIBBON, None, None, "the book has no ribbon"),
        (
            package.BOOK,
            b'codeName="ThisWorkbook"',
            b'codeName="DieseArbeitsmappe"',
            "the book has the code name 'DieseArbeitsmappe'",
        ),
        (SHEET, b'codeName="Sheet1"', b'codeName="Sheet9"', "has the code name 'Sheet9', of which there is no module"),
        (SHEET, b'codeName="Sheet1"', b'codeName="Sheet3"', "has the code name 'Sheet3' of the sheet"),
        (SHEET, b'codeName="Sheet1"', b"", "has the code name ''"),
        (
            SHEET,
            b"ACCEL_COST_PER_MTOK",
            b"ACCEL_COST_PER_BTOK",
            "uses ACCEL_COST_PER_BTOK, which the macros do not have",
        ),
        (
            package.RIBBON,
            b'onAction="AccelCommand"',
            b'onAction="AccelCommant"',
            "calls AccelCommant, which is no Public Sub",
        ),
        (package.RIBBON, b'onAction="AccelCommand"', b'onAction="AccelVisible"', "onAction gives it 1 arguments"),
        (package.RIBBON, b'onAction="AccelCommand"', b"", "does nothing"),
        (package.RIBBON, b'id="accel_grid"', b'id="accel_why"', "has the id accel_why twice"),
        (package.RIBBON, b"2009/07/customui", b"2006/01/customui", "has an element customUI of"),
        (package.RIBBON, b"<ribbon>", b"<ribon>", "not well-formed"),
        (package.RIBBON, b'size="large"', b'groesse="large"', "has an attribute groesse"),
        (package.RIBBON, b'label="AccelXL"', b'label=""', "has a label of 0 characters"),
        (package.RIBBON, b'supertip="', b'supertip="' + b"x" * 1024, "1 to 1024 are allowed"),
    ],
)
def test_our_checks_find_a_damaged_part(made, part, old, new, words):
    found = faults(damaged(made["plain.xlsm"], part, old, new), "plain.xlsm")
    assert any(words in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("Sheet3"), "the sheet Last has the code name 'Sheet3', of which there is no module"),
        (without(ribbon.MODULE), "calls AccelCommand, which is no Public Sub"),
        (
            replaced(ribbon.MODULE, "Public Sub AccelCommand", "Private Sub AccelCommand"),
            "calls AccelCommand, which is no Public Sub",
        ),
        (replaced(ribbon.MODULE, "(ByVal control As Object)", "()"), "onAction gives it 1 arguments"),
        (
            replaced(render.MODULE, "Public Function ACCEL_COST_PER_MTOK(", "Private Function ACCEL_COST_PER_MTOK("),
            "uses ACCEL_COST_PER_MTOK",
        ),
    ],
)
def test_our_checks_find_damaged_macros(made, change, words):
    found = faults(with_modules(made["plain.xlsm"], change), "plain.xlsm")
    assert any(words in sentence for sentence in found), found


def test_our_checks_find_nothing_in_a_copy_that_is_not_damaged(made):
    assert faults(with_modules(made["plain.xlsm"], lambda found: found), "plain.xlsm") == []


def test_our_checks_find_an_ending_that_does_not_fit(made):
    assert any(
        "the type of the book is" in sentence for sentence in faults(made["accelxl.xlam"].read_bytes(), "accelxl.xlsm")
    )


def test_a_file_with_a_fault_is_not_written(monkeypatch, tmp_path):
    monkeypatch.setattr(ribbon, "MODULE", "accelxl")  # the project has this name
    monkeypatch.setattr(ribbon, "module", lambda: "Option Explicit\n")
    with pytest.raises(BadFile):
        build.build(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"<sheetPr", b"<sheetBr"),
        (package.BOOK, b"<sheets>", b"<sheet>"),
    ],
)
def test_openxml_audit_finds_a_damaged_part(made, tmp_path, part, old, new):
    path = tmp_path / "damaged.xlsm"
    path.write_bytes(damaged(made["plain.xlsm"], part, old, new))
    assert OpenXmlValidator().validate(path).errors


def test_pyopenvba_finds_a_damaged_project(made, tmp_path):
    path = tmp_path / "damaged.xlsm"
    parts = package.read(made["plain.xlsm"].read_bytes(), "plain.xlsm")
    parts[package.PROJECT] = parts[package.PROJECT][:3000]
    path.write_bytes(package.write(parts))
    assert check_file(path).issues
