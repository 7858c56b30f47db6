"""Templates as data: formulas by the names of rows, one writer, the same parts every time."""

import datetime as dt

import pytest

from accelxl.errors import BadFile, UnknownName
from accelxl.units import Quantity
from accelxl.workbook import accel
from accelxl.workbook.build import build, template
from accelxl.workbook.compose import compose, evaluate
from accelxl.workbook.fill import fill
from accelxl.workbook.language import Book, Place, cells
from accelxl.workbook.layout import Rule
from accelxl.workbook.reading import read
from accelxl.workbook.template import (
    Board,
    Chart,
    Check,
    Figure,
    Group,
    Item,
    Release,
    Row,
    Section,
    Series,
    Sheet,
    Source,
    Template,
)
from accelxl.workbook.write import validation, workbook_bytes
from tests.workbook.books import parts

DAY = dt.date(2026, 1, 1)
RACK = Template(
    name="rack",
    title="Rack purchase",
    purpose="Show the smallest template.",
    audience="Readers of tests",
    basis=(("Currency", "USD"),),
    releases=(Release("1.0", DAY, "AccelXL", "First"),),
    sources=(Source("A1", "Assumption", DAY),),
    inputs=(
        Group(
            "All",
            (
                Item("cost", "Price of the rack", 100.0, Quantity("USD", 0, 1e9), "A1", DAY, 50.0, 150.0),
                Item("gain", "Gain a year", 60.0, Quantity("USD/year", -1e9, 1e9), "A1", DAY, 30.0, 90.0),
                Item("tolerance", "Tolerance", 1e-6, Quantity("share"), "A1", DAY, fixed=True),
            ),
        ),
    ),
    sheets=(
        Sheet(
            "Yearly",
            "Years",
            "Three years",
            3,
            (Row("year", "Year", "year", "=IF(ISNUMBER(year[-1]),year[-1]+1,0)"),),
            (
                Section(
                    "Cash",
                    (
                        Row("flow", "Flow", "USD", "=IF(year=0,-in_cost,in_gain)", "=SUM(flow[:])", "+/-"),
                        Row("sum", "Running sum", "USD", "=sum[-1]+flow"),
                        Row("best", "Best year", "USD", total="=MAX(flow[:])"),
                        Row("part", "Part of the whole", "share", "=flow/flow.total*best/best"),
                    ),
                ),
            ),
        ),
    ),
    board=Board(
        "Rack",
        '="Gain "&TEXT(in_gain,"0")',
        (Figure("total_usd", "Total", "USD", "=Yearly.flow.total"),),
        (
            Chart(
                "Flow",
                "Yearly",
                "year",
                "USD",
                (Series("flow", "Flow", "column"),),
                "The flow of each year, one column a year",
            ),
        ),
    ),
    checks=(
        Check("sum", "The running sum ends at the total", "=Yearly.flow.total-SUM(Yearly.flow[:])", "=k_tolerance"),
    ),
)


def book_of(given):
    layout, places = compose(given)
    found = evaluate(given, layout, accel.outside, accel.known)
    return layout, found, workbook_bytes(given, layout, found, places)


def test_a_small_template_becomes_a_book_that_is_filled_and_read(tmp_path):
    _, _, data = book_of(RACK)
    (tmp_path / "rack.xlsx").write_bytes(data)
    assert read(tmp_path / "rack.xlsx").figures == {"out_total_usd": 20.0, "out_scope": "Gain 60", "chk_total": 0.0}
    done = fill(tmp_path / "rack.xlsx", [{"gain": 75}], tmp_path / "out")
    assert done[0].figures["out_total_usd"] == 50.0


def test_building_twice_gives_the_same_bytes():
    assert book_of(RACK)[2] == book_of(RACK)[2]


def test_moving_a_row_breaks_nothing():
    import dataclasses

    sheet = RACK.sheets[0]
    rows = sheet.sections[0].rows
    moved = dataclasses.replace(
        sheet, sections=(Section("Cash", rows[::-1]), Section("More", (Row("extra", "Extra", "USD", "=flow*2"),)))
    )
    other = dataclasses.replace(RACK, sheets=(moved,))
    first, second = book_of(RACK), book_of(other)
    assert first[1][first[0].at("out_total_usd")] == second[1][second[0].at("out_total_usd")] == 20.0


def test_every_formula_cell_of_a_template_gets_its_value():
    layout, found, _ = book_of(RACK)
    formulas = {(page.name, *place) for page in layout.pages for place, cell in page.cells.items() if cell.formula}
    assert set(found) == formulas
    assert all(value is not None for value in found.values())


@pytest.fixture
def book():
    found = Book(names={"in_x", "k_y"})
    found.rows = {("A", "flow"): Place("A", 9, 4), ("A", "fixed"): Place("A", 3, 0), ("B", "flow"): Place("B", 7, 4)}
    return found


@pytest.mark.parametrize(
    ("formula", "column", "expected"),
    [
        ("=flow*2", 5, "=F10*2"),
        ("=flow*2", 6, "=G10*2"),
        ("=flow[-1]+flow", 5, "=E10+F10"),
        ("=SUM(flow[:])", 3, "=SUM($F$10:$I$10)"),
        ("=flow.total/fixed", 6, "=$D$10/$D$4"),
        ("=in_x*k_y", 6, "=in_x*k_y"),
        ('=IF(flow>0,"flow",fixed)', 5, '=IF(F10>0,"flow",$D$4)'),
        ("=B.flow.total", 3, "=B!$D$8"),
        ("=B.flow.total*2", 3, "=calc_flow*2"),
        ("=flow[@2]/flow[@1]", 8, "=$G$10/$F$10"),
        ("=B.flow[@3]", 3, "=B!$H$8"),
        ("=B.flow[@3]*2", 3, "=calc_flow_3*2"),
        ("=SUM(B.flow[:])", 3, "=SUM(row_flow)"),
    ],
)
def test_names_of_rows_become_cells(book, formula, column, expected):
    assert cells(book, "A", formula, column, "A, test") == expected


def test_a_link_inside_a_formula_gets_a_defined_name(book):
    cells(book, "A", "=B.flow.total*SUM(B.flow[:])", 3, "A, test")
    assert book.made == {"calc_flow": "B!$D$8", "row_flow": "B!$F$8:$I$8"}


def test_an_unknown_row_is_named_with_the_nearest(book):
    with pytest.raises(UnknownName, match=r"A, test: 'flaw' in '=flaw\*2' is no row or name; did you mean flow\?"):
        cells(book, "A", "=flaw*2", 5, "A, test")


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [
        (Quantity("USD", 0, 10), "decimal"),
        (Quantity("months", 0, 10, whole=True), "integer"),
        (Quantity("1", 0, 1, kind="flag"), "list"),
        (Quantity("text", kind="choice", choices=("a", "b")), "list"),
        (Quantity("date", kind="date"), "date"),
        (Quantity("text", kind="text"), "length"),
    ],
)
def test_validation_comes_from_the_quantity(quantity, kind):
    made = validation(Rule(0, 0, quantity, "in_x", f"X: {quantity.allowed()} is allowed.", "about x", blank=False))
    assert made["validate"] == kind
    assert quantity.allowed() in made["error_message"]


def test_an_unknown_template_and_a_bad_folder_are_refused(tmp_path):
    with pytest.raises(UnknownName, match=r"did you mean accelerator_budget\?"):
        build(["accelerator_budgets"], tmp_path)
    (tmp_path / "f").write_text("x")
    with pytest.raises(BadFile, match="f is a file; a folder is needed"):
        build(["accelerator_budget"], tmp_path / "f")


def test_build_writes_what_is_committed(tmp_path):
    from tests.workbook.books import BOOKS

    made = build(None, tmp_path)
    assert [path.stem for path in made] == list(BOOKS)
    for path in made:
        assert parts(path) == parts(BOOKS[path.stem])
        assert template(path.stem).version == read(path).version
