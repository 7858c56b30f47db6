"""What a fill remarks, where its figures come from, and the twenty budgets of the README."""

import csv
import datetime as dt
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.cli.app import app
from accelxl.errors import AccelError, BadFile, UnknownName
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
LIKE_H100 = ("lead_time_months_1", "residual_share_1")
"""Figures of which the catalogue has those of the H100 alone."""
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
            fact = catalogue.spec(row["device_1"], figure)
            assert (float(row[name]), row[f"{name}.source"]) == (fact.value, fact.source), (row["book"], name)
        wait, resale = catalogue.lead_time("accelerator"), catalogue.residual("H100 SXM", 60)
        assert (float(row["lead_time_months_1"]), float(row["residual_share_1"])) == (
            round(wait.value * 12 / 52),
            resale.value,
        )
        own = row["device_1"] == "H100 SXM"
        assert [row[f"{name}.source"] for name in LIKE_H100] == (
            [wait.source, resale.source] if own else ["as for the H100 SXM"] * 2
        )


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


def test_a_figure_of_a_budget_is_cited_as_the_template_cites_it_with_its_date(twenty):
    by = {one.path.stem: one.path for one in twenty}
    for name in FIGURES:  # the second tranche is of the same device and comes from the template
        assert row_of(by["Texas"], f"in_{name}") == row_of(by["Texas"], f"in_{name.replace('_1', '_2')}"), name
        assert row_of(by["Oslo"], f"in_{name}") == row_of(BUDGET, f"in_{name}"), name
    b200 = catalogue.spec("B200", "purchase_price_usd")
    value, source, day = row_of(by["Dublin"], "in_unit_price_usd_1")
    assert (value, EPOCH + dt.timedelta(day)) == (b200.value, b200.as_of)
    book = load(by["Dublin"])
    log = book.titles.index("Log")
    (row,) = (row for row, column in book.sheet(log).cells if column == 0 and book.at((log, row, 0)) == source)
    assert (book.at((log, row, 2)), book.at((log, row, 3))) == (b200.source, b200.url)
    told = "as for the H100 SXM; budgets.csv, book Dublin"
    assert [row_of(by["Dublin"], f"in_{name}")[1:] for name in LIKE_H100] == [(told, None)] * 2


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
    whole = "unit_price_usd_1, tokens_per_second_1, power_kw_1, lead_time_months_1 and residual_share_1"
    some = "unit_price_usd_1, power_kw_1, lead_time_months_1 and residual_share_1"
    assert remarks(BUDGET, rows, tmp_path) == [
        f"device_1 changes in 2 books while {whole} stay those of the template",
        f"device_1 changes in 1 book while {some} stay those of the template",
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
    held = read(BUDGET).inputs
    same = {name: held[f"in_{name}"] for name in (*FIGURES, *LIKE_H100)}
    assert remarks(BUDGET, [{"book": "a", "device_1": "H200", **same}], tmp_path) == []
    for name in LIKE_H100:
        (said,) = remarks(BUDGET, [{"book": "a", "device_1": "H200"} | same | {name: None}], tmp_path)
        assert said == f"device_1 changes in 1 book while {name} stays that of the template"


@pytest.mark.parametrize(
    ("name", "device", "own"),
    [
        ("cost_per_inference", "device_1", {"rent_usd_per_hour_1", "lead_time_months_1"}),
        ("device_mix", "device_1", {"lag_months_1", "drift_1"}),
        (
            "own_lease_api",
            "device",
            {"residual_1", "lease_usd_per_month", "reserved_usd_per_hour", "spot_usd_per_hour"},
        ),
        ("scenario_board", "device_1", {"lead_time_months_1", "residual_share_1"}),
    ],
)
def test_the_wait_the_resale_and_the_rents_of_a_device_are_remarked_beside_its_price(name, device, own, tmp_path):
    (said,) = remarks(BOOKS[name], [{"book": "a", device: "B200"}], tmp_path)
    words = said.replace(",", "").split()
    assert own | {f"unit_price_usd{device.removeprefix('device')}"} <= set(words)


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
def test_a_figure_of_the_data_has_the_file_and_its_book_for_a_source_and_no_date(tmp_path):
    data = tmp_path / "deep" / "sites.csv"
    data.parent.mkdir()
    data.write_text("book,electricity_usd_per_kwh,pue,units_1\nDublin,0.145,1.25,300\nOslo,,1.12,256\n")
    dublin, oslo = fill(BUDGET, data, tmp_path / "out")
    was = {
        name: row_of(BUDGET, f"in_{name}")
        for name in ("electricity_usd_per_kwh", "pue", "units_1", "staff_usd_per_year")
    }
    assert row_of(dublin.path, "in_electricity_usd_per_kwh") == (0.145, "sites.csv, book Dublin", None)
    assert row_of(dublin.path, "in_pue") == was["pue"]  # the template's own figure, given again
    assert row_of(dublin.path, "in_staff_usd_per_year") == was["staff_usd_per_year"]
    assert row_of(oslo.path, "in_electricity_usd_per_kwh") == was["electricity_usd_per_kwh"]
    assert row_of(oslo.path, "in_pue") == (1.12, "sites.csv, book Oslo", None)
    assert row_of(oslo.path, "in_units_1") == was["units_1"]
    assert [breach.rule.id for breach in lint(dublin.path).open] == []


def test_rows_in_memory_are_told_as_filled_and_the_folder_of_a_file_does_not_enter_the_book(tmp_path):
    (done,) = fill(BUDGET, pd.DataFrame([{"book": "=1+1", "pue": 1.3}], index=["=2+2"]), tmp_path / "frame")
    assert row_of(done.path, "in_pue") == (1.3, "filled, book =1+1", None)
    sheet = parts(done.path)["xl/worksheets/sheet3.xml"].decode()
    assert "<f>1+1" not in sheet
    assert sheet.count("=1+1") == 1
    books = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "d.csv").write_text("book,pue\na,1.3\n")
        books.append(fill(BUDGET, tmp_path / folder / "d.csv", tmp_path / folder)[0].path.read_bytes())
    assert books[0] == books[1]


def test_a_source_in_the_data_is_cited_by_its_id_where_the_log_has_it_and_as_it_stands_elsewhere(tmp_path):
    rows = [
        {"book": "a", "pue": 1.3, "PUE.source": "mercatus  H200 price guide", "in_pue": None},
        {"book": "b", "pue": 1.3, "pue.source": "S11"},
        {"book": "c", "pue": 1.3, "pue.source": "=1+1"},
        {"book": "d", "pue": read(BUDGET).inputs["in_pue"], "pue.source": "our meter"},
        {"book": "e", "pue": 1.3, "pue.source": " "},
    ]
    done = fill(BUDGET, rows[1:], tmp_path)
    day = row_of(BUDGET, "in_unit_price_usd_2")[2]
    assert [row_of(one.path, "in_pue")[1:] for one in done] == [
        ("S11", day),
        ("=1+1; filled, book c", None),
        ("our meter; filled, book d", None),
        ("filled, book e", None),
    ]
    assert [breach.rule.id for one in done for breach in lint(one.path).open] == []
    del rows[0]["in_pue"]
    assert row_of(fill(BUDGET, rows[:1], tmp_path)[0].path, "in_pue")[1:] == ("S11", day)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"pue.source": "x"}, "pue.source is 'x' and pue is empty; a figure with its source is needed"),
        ({"pue": 1.3, "pue.source": "x" * 201}, "pue.source has 201 characters; up to 200 are allowed"),
        ({"pue": 1.3, "pue.source": "a\x07"}, "pue.source holds the control character '\\x07'; plain text is allowed"),
        (
            {"pu.source": "x"},
            "'pu' is not an input of this template (made with accelerator_budget 1.0); did you mean pue?",
        ),
        ({"pue": 1.3, "pue.source": "x", "in_pue.source": "y"}, "the source of in_pue is given twice"),
    ],
)
def test_a_source_without_its_figure_is_refused_in_one_sentence(row, sentence, tmp_path):
    with pytest.raises(AccelError) as told:
        fill(BUDGET, [{"book": "a", **row}], tmp_path)
    assert str(told.value) == f"row 1, {sentence}"
    assert list(tmp_path.iterdir()) == []


def test_a_source_is_refused_in_a_book_without_a_sheet_for_it(tmp_path):
    path = small(tmp_path / "s.xlsx")
    with pytest.raises(
        UnknownName, match=r"'rate\.source' is for a figure of a sheet Inputs with a column Source; rate is none"
    ):
        fill(path, [{"book": "a", "rate": 0.3, "rate.source": "x"}], tmp_path / "out")


def test_rows_that_are_sorted_anew_keep_the_books_and_the_manifest_has_their_rows(tmp_path):
    head, *lines = BUDGETS.read_text().splitlines()
    data, out = tmp_path / "budgets.csv", tmp_path / "out"
    for order in (lines, lines[::-1]):
        data.write_text("\n".join([head, *order]) + "\n")
        done = fill(BUDGET, data, out)
        assert {one.status for one in done} == ({"written"} if order is lines else {"kept"})
        held = pd.read_csv(out / "manifest.csv")
        assert held["book"].tolist() == [f"{line.split(',')[0]}.xlsx" for line in order]
        assert held["row"].tolist() == [f"{data}, row {k}" for k in range(2, 22)]
        assert (held["out_payback_months"] == "never").any()
    assert fill(BUDGET, data, out)[0].figures == done[0].figures


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
    assert all(row_of(done.path, f"in_{one}")[1:] == ("filled, book a", None) for one in dated)
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


def test_a_comparison_keeps_to_eighty_columns_in_a_file(twenty):
    by = {one.path.stem: one.path for one in twenty}
    done = CliRunner().invoke(app, ["compare", str(by["Oslo"]), str(by["Dublin"])])
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    for text in ("out_message", "in_tokens_per_second_1 (", "Oslo", "Dublin", "26,496,000"):
        assert text in done.stdout


@pytest.mark.parametrize("names", [("a/Oslo", "b/Oslo"), ("Oslo", "the budget of the site in Dublin, version 3")])
def test_books_of_one_name_or_a_long_one_are_told_apart_in_a_comparison(twenty, tmp_path, names):
    paths = []
    for name, book in zip(names, ("Oslo", "Dublin"), strict=True):
        paths.append(tmp_path / f"{name}.xlsx")
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_bytes(next(one.path for one in twenty if one.path.stem == book).read_bytes())
    done = CliRunner().invoke(app, ["compare", *map(str, paths)])
    first, second, head, *rows = done.stdout.splitlines()
    assert [first, second] == [f"first: {paths[0]}", f"second: {paths[1]}"]
    assert head.split() == ["input", "first", "second"]
    assert "in_delay_months_1" in {row.split()[0] for row in rows if row}


@pytest.mark.parametrize("verb", ["fill", "breakeven", "compare", "read", "board", "freeze", "lint", "grid"])
def test_no_verb_shows_a_type_of_python_for_what_it_takes(verb):
    text = CliRunner().invoke(app, [verb, "--help"]).output
    assert "Usage" in text
    assert not re.search(r"<(str|int|float|bool)>", text)


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
