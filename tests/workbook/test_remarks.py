"""What a fill remarks, where its figures come from, and the twenty budgets of the README."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from accelxl import catalogue
from accelxl.cli.app import app
from accelxl.errors import BadFile
from accelxl.plan.inputs import INPUTS as PLAN_INPUTS
from accelxl.workbook.batch import Options
from accelxl.workbook.book import load
from accelxl.workbook.build import TEMPLATES, template
from accelxl.workbook.compare import compare_books
from accelxl.workbook.delimited import Dialect
from accelxl.workbook.fill import Batch, fill
from accelxl.workbook.freeze import freeze
from accelxl.workbook.lint.run import lint
from accelxl.workbook.pages.inputs import AS_OF, HEADER, VALUE
from accelxl.workbook.reading import read
from accelxl.workbook.sources import input_sheet
from tests.workbook.books import BOOKS, BUDGET, ROOT, parts, ready
from tests.workbook.small import small

BUDGETS = ROOT / "workbooks" / "budgets.csv"
FIGURES = {
    "unit_price_usd_1": "purchase_price_usd",
    "tokens_per_second_1": "tokens_per_second",
    "power_kw_1": "all_in_kw",
}
SOURCE, LOW, HIGH = (HEADER.index(text) for text in ("Source", "Low", "High"))


def budgets():
    with BUDGETS.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def twenty(tmp_path_factory):
    return fill(BUDGET, BUDGETS, tmp_path_factory.mktemp("twenty"))


def remarks(book, rows, folder):
    return Batch(book, rows, folder, "", Options(), Dialect()).remarks


def row_of(path, name):
    """Value, Source and As of of an input as the book carries them."""
    book = load(path)
    place, row, column = book.target(name)[:3]
    assert column == VALUE
    return tuple(book.at((place, row, k)) for k in (VALUE, SOURCE, AS_OF))


# -- the twenty budgets -----------------------------------------------------------------------------------------------------
def test_every_budget_has_the_catalogue_s_figures_of_its_device():
    rows = budgets()
    assert len(rows) == 20
    for row in rows:
        for name, figure in FIGURES.items():
            assert float(row[name]) == catalogue.spec(row["device_1"], figure).value, (row["book"], name)


def test_every_budget_passes_the_linter_and_nothing_is_remarked(twenty, tmp_path):
    assert remarks(BUDGET, BUDGETS, tmp_path) == []
    assert {one.status for one in twenty} == {"written"}
    inputs = [f"I0{k}" for k in range(1, 9)]
    findings = {
        one.path.stem: [b.rule.id for b in lint(one.path, only=None if one in twenty[:2] else inputs).open]
        for one in twenty
    }
    assert {name: ids for name, ids in findings.items() if ids} == {}


def test_no_budget_counts_a_metric_without_value_as_a_cell_that_did_not_calculate(twenty):
    assert "never" in {one.figures["out_payback_months"] for one in twenty}
    assert {one.figures["chk_not_calculated"] for one in twenty} == {0.0}


# -- devices and their figures ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_device_of_a_template_names_its_figures_and_says_that_it_is_a_name(name):
    items = {item.name: item for item in template(name).items}
    devices = [item for item in items.values() if "device" in item.name and not item.fixed and item.format == "text"]
    assert bool(devices) == (name != "capex_to_accelerators")
    for item in devices:
        assert item.companions
        assert set(item.companions) <= items.keys()
        assert all(one in item.note for one in item.companions)
        assert PLAN_INPUTS["device"].meaning not in item.note
        key = ready(name).fields[item.defined].key
        assert ready(name).book.at((key[0], key[1], HEADER.index("Meaning"))) == item.note


def test_a_device_without_its_figures_is_remarked_once_for_the_run_and_in_the_manifest(tmp_path):
    rows = [
        {"book": "a", "device_1": "B200"},
        {"book": "b", "device_1": "B200", "tokens_per_second_1": 11_824},
        {"book": "c", "device_1": "H200"},
        {"book": "d", "device_1": "H100 SXM"},
    ]
    whole = "unit_price_usd_1, tokens_per_second_1 and power_kw_1"
    assert remarks(BUDGET, rows, tmp_path) == [
        f"device_1 changes in 2 books while {whole} stay those of the template",
        "device_1 changes in 1 book while unit_price_usd_1 and power_kw_1 stay those of the template",
    ]
    done = fill(BUDGET, rows, tmp_path)
    assert done[0].remarks == (
        f"device_1 is B200 while {whole} stay those of the template, whose device_1 is H100 SXM",
    )
    assert done[3].remarks == ()
    told = {one["book"]: one["remarks"] for one in json.loads((tmp_path / "manifest.json").read_text())["books"]}
    assert told == {one.path.name: "; ".join(one.remarks) for one in done}
    assert pd.read_csv(tmp_path / "manifest.csv")["remarks"].fillna("").tolist() == list(told.values())
    assert [one.remarks for one in fill(BUDGET, rows, tmp_path)] == [one.remarks for one in done]


def test_the_figures_of_a_device_may_be_those_of_the_template_if_they_are_given(tmp_path):
    same = {name: read(BUDGET).inputs[f"in_{name}"] for name in FIGURES}
    assert remarks(BUDGET, [{"book": "a", "device_1": "H200", **same}], tmp_path) == []


def test_a_device_in_a_book_of_another_maker_is_not_remarked(tmp_path):
    assert remarks(small(tmp_path / "s.xlsx"), [{"book": "a", "label": "B200", "rate": 9e9}], tmp_path) == []


# -- Low and High -------------------------------------------------------------------------------------------------------------
def test_values_beyond_low_and_high_are_counted_with_the_first_examples(tmp_path):
    rows = [{"book": f"b{k}", "electricity_usd_per_kwh": 95 + k} for k in range(4)] + [{"book": "c", "pue": 1.2}]
    assert remarks(BUDGET, rows, tmp_path) == [
        (
            "4 values in 4 books lie outside Low and High of the template: b0.xlsx: electricity_usd_per_kwh is 95 (0.03 to 0.2); "
            "b1.xlsx: electricity_usd_per_kwh is 96 (0.03 to 0.2); b2.xlsx: electricity_usd_per_kwh is 97 (0.03 to 0.2); "
            "the manifest has them all"
        )
    ]
    (done,) = fill(BUDGET, rows[:1], tmp_path)
    assert done.status == "written"
    assert done.remarks == ("electricity_usd_per_kwh is 95, outside Low and High (0.03 to 0.2)",)
    assert [breach.rule.id for breach in lint(done.path).open] == ["I07"]


def test_a_value_at_low_or_high_is_inside_and_a_date_is_shown_as_one(tmp_path):
    ends = [{"book": "a", "units_2": 0, "pue": 1.05}, {"book": "b", "units_2": 512, "pue": 1.6}]
    assert remarks(BUDGET, ends, tmp_path) == []
    (said,) = remarks(BUDGET, [{"book": "a", "budget_date": "2031-01-01"}], tmp_path)
    assert said.endswith("a.xlsx: budget_date is 2031-01-01 (2026-07-01 to 2027-12-31)")


def test_the_command_line_says_the_remarks_and_fills(tmp_path):
    data = tmp_path / "rows.csv"
    data.write_text("book,device_1,electricity_usd_per_kwh\na,B200,95\n")
    done = CliRunner().invoke(app, ["fill", str(BUDGET), str(data), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert done.output.count("device_1 changes in 1 book while") == 1
    assert done.output.count("1 value lies outside Low and High of the template: a.xlsx") == 1


# -- where a figure comes from ------------------------------------------------------------------------------------------------
def test_a_figure_of_the_data_has_the_file_and_its_row_for_a_source_and_no_date(tmp_path):
    data = tmp_path / "deep" / "sites.csv"
    data.parent.mkdir()
    data.write_text("book,electricity_usd_per_kwh,pue,units_1\nDublin,0.145,1.25,300\nOslo,,1.12,256\n")
    dublin, oslo = fill(BUDGET, data, tmp_path / "out")
    was = {
        name: row_of(BUDGET, f"in_{name}")
        for name in ("electricity_usd_per_kwh", "pue", "units_1", "staff_usd_per_year")
    }
    assert row_of(dublin.path, "in_electricity_usd_per_kwh") == (0.145, "sites.csv, row 2", None)
    assert row_of(dublin.path, "in_pue") == was["pue"]  # the template's own figure, given again
    assert row_of(dublin.path, "in_staff_usd_per_year") == was["staff_usd_per_year"]
    assert row_of(oslo.path, "in_electricity_usd_per_kwh") == was["electricity_usd_per_kwh"]
    assert row_of(oslo.path, "in_pue") == (1.12, "sites.csv, row 3", None)
    assert row_of(oslo.path, "in_units_1") == was["units_1"]
    assert [breach.rule.id for breach in lint(dublin.path).open] == []


def test_rows_in_memory_are_told_as_filled_and_the_folder_of_a_file_does_not_enter_the_book(tmp_path):
    (done,) = fill(BUDGET, pd.DataFrame([{"book": "a", "pue": 1.3}], index=["=1+1"]), tmp_path / "frame")
    assert row_of(done.path, "in_pue") == (1.3, "filled, row =1+1", None)
    sheet = parts(done.path)["xl/worksheets/sheet3.xml"].decode()
    assert "<f>1+1" not in sheet
    assert sheet.count("=1+1") == 1
    books = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "d.csv").write_text("book,pue\na,1.3\n")
        books.append(fill(BUDGET, tmp_path / folder / "d.csv", tmp_path / folder)[0].path.read_bytes())
    assert books[0] == books[1]


def test_a_book_without_our_columns_keeps_every_other_cell(tmp_path):
    path = small(tmp_path / "s.xlsx")
    assert input_sheet(load(path)) is None
    (before,), (after,) = (
        [load(one.path) for one in fill(path, [{"book": "a", "rate": x}], tmp_path / str(x))] for x in (0.3, 0.4)
    )
    moved = {key for key in before.sheet(0).cells if before.at((0, *key)) != after.at((0, *key))}
    assert moved == {(0, 1), (3, 1), (4, 1)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_prices_without_a_date_are_of_the_day_of_the_budget(name, tmp_path):
    inputs = read(BOOKS[name]).inputs
    dated = {item.name: inputs[item.defined] * 1.01 for item in template(name).items if item.dated}
    assert dated
    (done,) = fill(BOOKS[name], [{"book": "a", **dated}], tmp_path)
    assert all(row_of(done.path, f"in_{one}")[1:] == ("filled, row 1", None) for one in dated)
    assert [breach.rule.id for breach in lint(done.path).open if breach.rule.id in {"I02", "I06", "I10"}] == []
    assert done.figures["chk_total"] == 0.0


def test_a_published_price_that_was_filled_falls_from_the_day_of_the_forecast(tmp_path):
    book = BOOKS["rolling_forecast"]
    held = read(book).inputs
    price = held["in_price_usd_per_mtok"] * 1.01
    months = max(0, (held["in_start_date"] - held["in_budget_date"]).days) / 365
    (done,) = fill(book, [{"book": "a", "price_usd_per_mtok": price}], tmp_path)
    made = load(done.path)
    found = [
        made.at((place, row, column + 3))
        for place in range(len(made.titles))
        for row, column in made.sheet(place).cells
        if column == 0 and made.at((place, row, column)) == "Published price, carried to month 1"
    ]
    assert found == [pytest.approx(price * (1 - held["in_price_decline_per_year"]) ** months, rel=1e-12)]


# -- other commands -----------------------------------------------------------------------------------------------------------
def test_compare_leaves_out_the_count_of_cells_that_did_not_calculate(twenty):
    by = {one.path.stem: one.path for one in twenty}
    found = compare_books(by["Oslo"], by["Dublin"])
    assert {"in_device_1", "in_unit_price_usd_1"} <= found.inputs.keys()
    assert "chk_not_calculated" not in {one.name for one in found.figures}


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name != "accelerator_budget"])
def test_books_of_different_templates_are_not_compared(name):
    with pytest.raises(BadFile, match=r"\(accelerator_budget\) and .* in common; two books of one template are needed"):
        compare_books(BUDGET, BOOKS[name])


def test_freeze_replaces_its_own_copy_and_nothing_else(tmp_path):
    book = fill(small(tmp_path / "s.xlsx"), [{"book": "own", "rate": 0.3}], tmp_path / "books")[0].path
    frozen = freeze(book)
    kept = frozen.read_bytes()
    assert freeze(book).read_bytes() == kept
    book.write_bytes(fill(tmp_path / "s.xlsx", [{"book": "own", "rate": 0.4}], tmp_path / "more")[0].path.read_bytes())
    for content in (kept, b"mine", book.read_bytes()):
        frozen.write_bytes(content)
        with pytest.raises(
            BadFile, match=r"own-frozen\.xlsx is there and is no frozen copy of .*own\.xlsx as it is now"
        ):
            freeze(book)
        assert frozen.read_bytes() == content
    assert freeze(book, frozen) == frozen


def test_a_frozen_book_is_refused_by_the_linter_with_one_sentence(tmp_path):
    frozen = freeze(BUDGET, tmp_path / "f.xlsx")
    with pytest.raises(BadFile, match="is frozen: it holds values and no formulas; thaw it first"):
        lint(frozen)


def test_templates_are_built_only_into_a_folder_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = Path("workbooks") / "device_mix.xlsx"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    done = CliRunner().invoke(app, ["workbooks", "build", "device_mix"])
    assert done.exit_code == 2
    assert "--out" in done.output
    assert mine.read_bytes() == b"mine"
