"""Filling: right values in every cell, every other byte as it was, and one sentence for what cannot be."""

import csv
import datetime as dt
import json
import math
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import accelxl
from accelxl.errors import AccelError, BadFile, Missing, OutOfRange, ShapeError, UnknownName, WrongType, WrongUnit
from accelxl.workbook import accel, filler
from accelxl.workbook.book import load
from accelxl.workbook.fill import fill
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.layout import serial
from accelxl.workbook.reading import read
from tests.workbook.books import BOOKS, BUDGET, budget, cached, differences, parts, ready
from tests.workbook.office import convert

ROWS = [
    {"book": "small", "units_1": 64, "units_2": 0},
    {"book": "late", "in_delay_months_1": 6, "delay_months_2": 9, "device_1": "h100", "life_starts_1": "schedule"},
    {
        "book": "declining",
        "book_method_1": "ddb",
        "tax_method_2": "book",
        "start_date": dt.date(2027, 7, 1),
        "fiscal_year_end_month": 6,
    },
    {"book": "unlimited", "demand_mtok_per_month": "blank", "adoption": "none", "PUE": 1.1},
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(BUDGET, ROWS, tmp_path_factory.mktemp("books"))


def recalculated(path):
    """Every formula cell computed from the book itself, alone."""
    book = load(path)
    engine = Engine(book.sheets(), accel.outside, accel.known)
    return {
        (book.titles[key[0]], key[1], key[2]): values.python(engine.values[key], 0) for key in engine.sheets.formulas
    }


def test_every_formula_cell_has_the_bits_of_the_book_computed_alone(filled):
    for one in filled:
        mine, own = cached(one.path), recalculated(one.path)
        assert [key for key in mine if mine[key] != own[key] or type(mine[key]) is not type(own[key])] == []


def test_formualizer_computes_the_values_of_a_filled_book(filled):
    pytest.importorskip("formualizer")
    from accelxl.workbook.recalc import Judge

    book = load(filled[2].path)
    theirs = {(book.titles[s], r, c): value for (s, r, c), value in Judge(book).figures().items()}
    assert differences(cached(filled[2].path), theirs) == {}


@pytest.mark.office("soffice")
def test_libreoffice_computes_the_values_of_filled_books(filled, tmp_path):
    for one, path in zip(filled, convert([one.path for one in filled], tmp_path, "xlsx"), strict=True):
        theirs = cached(path)
        native = {key: value for key, value in cached(one.path).items() if theirs[key] != "#NAME?"}
        assert len(native) > 11_000
        # without the add-in the functions show #NAME?, and a cell counts them
        sheet, row, column = budget().book.target("chk_not_calculated")[:3]
        counted = native.pop((budget().book.titles[sheet], row, column))
        assert counted < theirs[budget().book.titles[sheet], row, column]
        assert differences(native, theirs) == {}


def test_only_parts_that_change_are_made_anew_and_all_others_keep_their_bytes(filled):
    template = budget().book.package
    for one in filled:
        made = load(one.path).package
        assert made.names() == template.names()
        records = {member.name: member.record for member in template.members}
        changed = {member.name for member in made.members if member.record != records[member.name]}
        sheets = {f"xl/worksheets/sheet{n}.xml" for n in range(2, 8)}
        assert changed <= sheets | {f"xl/charts/chart{n}.xml" for n in range(1, 5)}
        assert "xl/worksheets/sheet3.xml" in changed
        with zipfile.ZipFile(one.path) as archive:
            assert archive.testzip() is None


def test_nothing_but_values_changes_inside_a_sheet(filled):
    def bare(data):
        text = re.sub(r"<v>[^<]*</v>|<is>.*?</is>", "", data.decode())
        return re.sub(r' t="[a-zA-Z]+"', "", text).replace("></c>", "/>")

    before, after = parts(BUDGET), parts(filled[0].path)
    for name in before:
        if name.startswith("xl/worksheets/sheet"):
            assert bare(before[name]) == bare(after[name]), name


def test_charts_follow_their_cells(filled):
    from accelxl.workbook.patch import Cutter

    for one in filled:
        book = load(one.path)
        for _, caches in Cutter(book).charts.values():
            for _, _, _, rect, old in caches:
                cells = [
                    book.at((rect[0], r, c)) for r in range(rect[1], rect[3] + 1) for c in range(rect[2], rect[4] + 1)
                ]
                assert [float(text) for text in old.values()] == cells


def test_the_template_is_never_touched(tmp_path):
    before = BUDGET.read_bytes()
    fill(BUDGET, [{"units_1": 8}], tmp_path)
    assert BUDGET.read_bytes() == before
    with pytest.raises(BadFile, match="would replace its template"):
        fill(BUDGET, [{"book": "accelerator_budget"}], BUDGET.parent)
    assert BUDGET.read_bytes() == before


def test_filling_and_reading_have_the_same_figures(filled):
    for row, one in zip(ROWS, filled, strict=True):
        found = read(one.path)
        assert found.figures == one.figures
        assert (found.template, found.version) == ("accelerator_budget", "1.0")
        assert one.path.stem == row["book"]
        assert found.figures["chk_total"] == 0.0
    assert read(filled[1].path).inputs["in_device_1"] == "H100 SXM"
    assert read(filled[2].path).inputs["in_start_date"] == dt.date(2027, 7, 1)
    assert read(filled[3].path).inputs["in_demand_mtok_per_month"] is None
    assert read(filled[0].path).inputs["in_pue"] == read(BUDGET).inputs["in_pue"]


def test_a_book_knows_the_figure_that_it_was_filled_with(filled):
    for one in filled:
        book = load(one.path)
        assert book.at(book.target("batch_npv_usd")[:3]) == one.figures["out_npv_usd"]


def _allowed(field):
    quantity = field.quantity
    if quantity.kind == "choice":
        return st.sampled_from(quantity.choices)
    if quantity.kind == "text":
        letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
        # blanks around a text are not kept; blank is the word that empties a cell
        return (
            st.text(letters, min_size=1, max_size=60)
            .map(str.strip)
            .filter(lambda text: text.lower() not in {"", "blank"})
        )
    if quantity.kind == "flag":
        return st.sampled_from([0.0, 1.0])
    if quantity.kind == "date":
        return st.dates(dt.date(2001, 1, 1), dt.date(2099, 1, 1)).map(lambda day: day.replace(day=1))
    low, high = max(quantity.low, -1e12), min(quantity.high, 1e12)
    return st.integers(int(low), int(high)).map(float) if quantity.whole else st.floats(low, high, allow_nan=False)


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_filled_in_is_read_back(name, tmp_path, data):
    fields = ready(name).fields
    given = data.draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=12, unique=True))
    row = {one: data.draw(_allowed(fields[one]), label=one) for one in given}
    found = read(fill(BOOKS[name], [row], tmp_path, recalculate=False)[0].path)
    assert {one: found.inputs[one] for one in given} == row


def test_without_recalculation_the_book_asks_to_be_calculated(tmp_path):
    done = fill(BUDGET, [{"units_1": 8}], tmp_path, recalculate=False)
    before, after = parts(BUDGET), parts(done[0].path)
    assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet3.xml", "xl/workbook.xml"}
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    assert done[0].figures == {}


# -- data -------------------------------------------------------------------------------------------------------------------------
def test_csv_json_frames_and_dicts_give_the_same_books_but_for_the_source_of_a_figure(tmp_path):
    pandas = pytest.importorskip("pandas")
    rows = [{"book": "a", "units_1": 16.0, "adoption": "none"}, {"book": "b", "units_1": 32.0, "adoption": "logistic"}]
    with (tmp_path / "d.csv").open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "d.json").write_text(json.dumps(rows))
    given = (rows, tmp_path / "d.csv", str(tmp_path / "d.json"), pandas.DataFrame(rows))
    books = [[parts(one.path) for one in fill(BUDGET, data, tmp_path / str(place))] for place, data in enumerate(given)]
    inputs = "xl/worksheets/sheet3.xml"
    for told, data in ((books[0], "filled"), (books[1], "d.csv"), (books[2], "d.json"), (books[3], "filled")):
        for at, book in enumerate(told):
            assert book[inputs].decode().count(f"{data}, book {'ab'[at]}<") == (2, 1)[at]
            book[inputs] = re.sub(rb"(filled|d\.csv|d\.json), book [ab]", b"source", book[inputs])
    assert books[0] == books[1] == books[2] == books[3]


def test_the_first_line_in_which_excel_says_what_parts_the_columns_is_heeded(tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("sep=;\r\nbook;pue\r\na;1,3\r\nb;x\r\n", newline="")
    first, second = fill(BUDGET, data, tmp_path / "out", recalculate=False)
    assert (first.path.name, first.inputs) == ("a.xlsx", {"in_pue": 1.3})
    assert second.error.startswith(f"{data}, row 4, in_pue is 'x'")
    data.write_text("sep=#\nbook#pue\na#1.3\n")
    with pytest.raises(BadFile, match=r"d\.csv begins with sep=#; a comma, semicolon, tab or bar is allowed there"):
        fill(BUDGET, data, tmp_path / "out")
    data.write_text("sep=;\n")
    with pytest.raises(ShapeError, match="has no row"):
        fill(BUDGET, data, tmp_path / "out")


def test_names_of_books_come_from_a_column_a_pattern_or_the_row(tmp_path):
    done = fill(BUDGET, [{"units_1": 8}] * 10, tmp_path, recalculate=False)
    assert done[0].path.name == "accelerator_budget-01.xlsx"
    done = fill(BUDGET, [{"units_1": 8, "book": 7}], tmp_path, recalculate=False)
    assert done[0].path.name == "7.xlsx"
    done = fill(BUDGET, [{"units_1": 8}], tmp_path, pattern="{units_1} of {row}.xlsx", recalculate=False)
    assert done[0].path.name == "8 of 1.xlsx"


def test_many_books_go_through_in_chunks(tmp_path, monkeypatch):
    rows = [{"book": f"b{n}", "units_1": 8.0 + n, "device_2": ["H200", "B200"][n % 2]} for n in range(40)]
    whole = fill(BUDGET, rows, tmp_path / "whole")
    monkeypatch.setattr(filler, "CHUNK_BYTES", 1)
    seen = []
    parted = fill(BUDGET, rows, tmp_path / "parted", progress=lambda done, count: seen.append((done, count)))
    assert [one.figures for one in whole] == [one.figures for one in parted]
    assert [one.path.read_bytes() for one in whole] == [one.path.read_bytes() for one in parted]
    assert seen[-1] == (40, 40)


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@sum", "\t=1", "\uff1d1", "<b>&\"'", " a ", "1e5", "TRUE", "% 100 %s", "ключ"]
)
def test_text_from_data_stays_text(tmp_path, text):
    book = user_made(tmp_path / "own.xlsx")
    done = fill(book, [{"label": text}], tmp_path / "out")
    assert read(done[0].path).inputs["label"] == text.strip()
    openpyxl = pytest.importorskip("openpyxl")
    cell = openpyxl.load_workbook(done[0].path)["Data"]["B3"]
    assert cell.value == text.strip()
    assert b"<f>" not in re.search(rb'<c r="B3".*?</c>', parts(done[0].path)["xl/worksheets/sheet1.xml"]).group()


# -- books of other makers ---------------------------------------------------------------------------------------------------------
def user_made(path):
    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.workbook.defined_name import DefinedName

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet["A1"], sheet["B1"] = "Rate", 0.1
    sheet["A2"], sheet["B2"] = "Day", dt.datetime(2026, 3, 1)
    sheet["A3"], sheet["B3"] = "Label", "old"
    sheet["A4"], sheet["B4"] = "Result", "=rate*100+YEAR(day)"
    sheet["A5"], sheet["B5"] = "Sentence", '=label&" at "&TEXT(rate,"0.0%")'
    other = book.create_sheet("P & L")
    other["C3"] = "=Data!B4*2"
    for name, target in {"rate": "Data!$B$1", "day": "Data!$B$2", "label": "Data!$B$3", "result": "Data!$B$4", "double": "'P & L'!$C$3",
                         "sentence": "Data!$B$5"}.items():  # fmt: skip
        book.defined_names[name] = DefinedName(name, attr_text=target)
    book.save(path)
    return path


def test_any_book_with_names_is_filled(tmp_path):
    book = user_made(tmp_path / "own.xlsx")
    done = fill(book, [{"rate": 0.25, "day": "2027-05-01", "label": "new & <old>"}], tmp_path / "out")
    found = read(done[0].path)
    assert found.inputs == {"rate": 0.25, "day": dt.date(2027, 5, 1), "label": "new & <old>"}
    assert found.figures == {"result": 2052.0, "double": 4104.0, "sentence": "new & <old> at 25.0%"}


@pytest.mark.office("soffice")
def test_a_book_that_libreoffice_saved_is_filled(tmp_path):
    book = convert(BUDGET, tmp_path, "xlsx", recalculate=False)
    ours = fill(BUDGET, [{"units_1": 100, "price_decline_per_year": 0.2}], tmp_path / "a", failing=True)[0]
    theirs = fill(book, [{"units_1": 100, "price_decline_per_year": 0.2}], tmp_path / "b", failing=True)[0]
    for name, value in ours.figures.items():
        assert (
            theirs.figures[name] == pytest.approx(value, rel=1e-12)
            if isinstance(value, float)
            else theirs.figures[name] == value
        )


def test_a_function_that_the_compiler_lacks_is_left_to_formualizer(tmp_path, monkeypatch):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("formualizer")
    book = user_made(tmp_path / "own.xlsx")
    made = openpyxl.load_workbook(book)
    made["Data"]["B4"] = "=rate*100+LCM(4,6)"
    made.save(book)
    done = fill(book, [{"rate": 0.25}, {"rate": 0.5}], tmp_path / "out")
    assert [read(one.path).figures["result"] for one in done] == [37.0, 62.0]
    monkeypatch.setattr("accelxl.workbook.recalc.find_spec", lambda _name: None)
    with pytest.raises(Missing, match=r"the function LCM in Data!B4.*accelxl\[recalc\]"):
        fill(book, [{"rate": 0.25}], tmp_path / "none")
    assert not (tmp_path / "none").exists()


# -- what cannot be ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        (
            {"unts_1": 3},
            UnknownName,
            "'unts_1' is not an input of this template (made with accelerator_budget 1.0); did you mean units_1?",
        ),
        (
            {"price_output_usd_per_ktok": 3},
            WrongUnit,
            "takes price_output_usd_per_mtok, in mtok: multiply the figures by 1000",
        ),
        (
            {"electricity_usd_per_mwh": 80},
            WrongUnit,
            "takes electricity_usd_per_kwh, in kwh: multiply the figures by 0.001",
        ),
        ({"delay_years_1": 1}, WrongUnit, "takes delay_months_1, in months: multiply the figures by 12"),
        (
            {"unit_price_eur_1": 1},
            WrongUnit,
            "takes unit_price_usd_1, in usd, and the rate of exchange is yours to choose",
        ),
        ({"units_1": -3}, OutOfRange, "in_units_1 is -3; a number from 0 to 1e+09 accelerators is allowed"),
        ({"order_month_1": 1.5}, OutOfRange, "in_order_month_1 is 1.5; a whole number from 0 to 360 months is allowed"),
        ({"device_1": "H1000"}, UnknownName, "in_device_1 is 'H1000', which is not in its list; did you mean"),
        ({"units_1": "many"}, WrongType, "in_units_1 is 'many'; a number from 0 to 1e+09 accelerators is allowed"),
        ({"units_1": "64"}, WrongType, "in_units_1 is '64'"),
        ({"units_1": math.nan}, OutOfRange, "in_units_1 is nan"),
        ({"units_1": math.inf}, OutOfRange, "in_units_1 is inf"),
        ({"units_1": True}, WrongType, "in_units_1 is True"),
        ({"units_1": [1]}, WrongType, "in_units_1 is [1]"),
        ({"units_1": "blank"}, OutOfRange, "in_units_1 is to be blank"),
        ({"units_1": 1, "in_units_1": 2}, UnknownName, "in_units_1 is given twice"),
        ({"tax_method_1": "MACRS15"}, UnknownName, "in_tax_method_1 is 'MACRS15'; allowed: book, SL, MACRS5"),
        ({"colo_includes_power": 2}, OutOfRange, "in_colo_includes_power is 2; 1 (yes) or 0 (no) is allowed"),
        ({"colo_includes_power": 0.5}, OutOfRange, "in_colo_includes_power is 0.5; 1 (yes) or 0 (no) is allowed"),
        ({"start_date": "2027-01-15"}, OutOfRange, "in_start_date is 2027-01-15; the first day of a month is allowed"),
        ({"start_date": "01/02/2027"}, WrongType, "in_start_date is '01/02/2027'; a date such as"),
        ({"budget_date": "soon"}, WrongType, "in_budget_date is 'soon'; a date such as"),
        ({"order_month_1": 90}, OutOfRange, "The timeline is long enough: months of service beyond it"),
        ({"book": "../x"}, WrongType, "the book is named '../x.xlsx'"),
        ({"book": "con"}, WrongType, "the book is named 'con.xlsx'"),
    ],
)
def test_bad_input_gets_one_sentence_and_nothing_is_written(tmp_path, row, error, words):
    with pytest.raises(error, match=re.escape(words)) as caught:
        fill(BUDGET, [row], tmp_path / "out")
    text = str(caught.value)
    assert text.startswith("row 1, ")
    assert "\n" not in text
    assert not (tmp_path / "out").exists()


def test_a_bad_row_is_told_and_the_other_books_are_done(tmp_path):
    rows = [
        {"book": "a", "units_2": 8},
        {"book": "b", "units_2": -8},
        {"book": "a"},
        {"book": "c", "order_month_1": 90},
        {"x": 1},
    ]
    done = fill(BUDGET, rows, tmp_path)
    assert [one.status for one in done] == ["written", "failed", "failed", "failed", "failed"]
    assert done[0].error == ""
    assert done[1].error.startswith("row 2, in_units_2 is -8; a number from 0")
    assert done[2].error == "row 3, the book a.xlsx is named by row 1 too; a name for each row is needed"
    assert done[3].error.startswith(
        "row 4, c.xlsx: the book's own checks fail with these inputs: 'The timeline is long enough"
    )
    assert (
        done[4].error
        == "row 5, 'x' is not an input of this template (made with accelerator_budget 1.0); allowed: "
        + (done[4].error.partition("allowed: ")[2])
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "manifest.csv", "manifest.json"]
    told = json.loads((tmp_path / "manifest.json").read_text())["books"]
    assert [(one["book"], one["status"], one["sentence"]) for one in told] == [
        ("a.xlsx", "written", ""),
        ("b.xlsx", "failed", done[1].error),
        ("(row 3)", "failed", done[2].error),
        ("c.xlsx", "failed", done[3].error),
        ("accelerator_budget-5.xlsx", "failed", done[4].error),
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("d.csv", "", "d.csv is empty; a header and a row for each book are needed"),
        ("d.csv", "book,units_1\n", "d.csv has no row; a row for each book is needed"),
        ("d.csv", "units_1\n1,2\n", "d.csv, row 2 has 2 fields; the header has 1"),
        ("d.csv", "book;units_1,x\na;1,5\n", "commas and semicolons stand in its header; say which parts the columns"),
        ("d.csv", "book\na;1\n", "semicolons part its rows, and its header is one column"),
        ("d.csv", 'units_1\n"3,5"\n', "d.csv, row 2, in_units_1 is '3,5'"),
        ("d.csv", "units_1\nnan\n", "d.csv, row 2, in_units_1 is nan"),
        ("d.csv", "units_1,units_1\n1,2\n", "the column units_1 stands twice in the header"),
        ("d.csv", 'units_1\n"3', "d.csv is not CSV"),
        ("d.json", "{", r"d.json is not JSON \(line 1, column 2\)"),
        (
            "d.json",
            '[{"pue": -' + "9" * 5000 + "}]",
            r"d.json has a whole number of 5,000 digits; up to 309 are allowed$",
        ),
        ("d.json", "3", "d.json holds int; a list of objects, one a book, is needed"),
        ("d.json", "[3]", "d.json, row 1 is 3; names and values are needed"),
        ("d.json", '[{"units_1": NaN}]', "d.json, row 1, in_units_1 is nan"),
        ("d.json", '[{"units_1": 1, "units_1": 2}]', "units_1 stands twice in one row"),
    ],
)
def test_a_bad_file_gets_one_sentence_that_names_it(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(AccelError, match=words):
        fill(BUDGET, tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_frame_with_a_hole_is_refused_by_name(tmp_path):
    pandas = pytest.importorskip("pandas")
    with pytest.raises(OutOfRange, match="row 1, in_units_1 is nan"):
        fill(BUDGET, pandas.DataFrame({"units_1": [1, None]}).tail(1), tmp_path / "out")


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadFile, match="file is a file; a folder is needed"):
        fill(BUDGET, [{"units_1": 1}], tmp_path / "file")
    with pytest.raises(BadFile, match="cannot be made"):
        fill(BUDGET, [{"units_1": 1}], tmp_path / "file" / "out")


def test_a_book_that_cannot_be_replaced_stays_as_it_was(tmp_path, monkeypatch):
    from pathlib import Path

    (tmp_path / "a.xlsx").write_bytes(b"old")

    def locked(self, _target):
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(BadFile, match=r"a.xlsx could not be written: it is locked, open in another program"):
        fill(BUDGET, [{"book": "a", "units_1": 1}], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"


def test_a_failing_book_is_written_when_that_is_asked_for(tmp_path):
    done = fill(BUDGET, [{"order_month_1": 90}], tmp_path, failing=True)
    assert done[0].figures["chk_total"] > 0


def test_fill_and_read_are_public():
    assert accelxl.fill is fill
    assert accelxl.read is read
    assert serial(dt.date(2026, 1, 1)) == 46023.0


def test_cells_that_the_template_carries_wrong_are_right_in_every_filled_book(tmp_path):
    book = user_made(tmp_path / "own.xlsx")  # its formulas carry no value, and two of them read no changed input
    done = fill(book, [{"label": "x"}], tmp_path / "out")
    assert read(done[0].path).figures == {"result": 2036.0, "double": 4072.0, "sentence": "x at 10.0%"}
