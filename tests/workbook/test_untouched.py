"""What a fill leaves alone: every part without a changed value, byte for byte, in templates, books with macros, books of others."""

import datetime as dt
import re

import pytest
import xlsxwriter

from accelxl.hosts.excel.build import with_macros
from accelxl.workbook.book import load
from accelxl.workbook.build import template
from accelxl.workbook.fill import fill
from accelxl.workbook.package import Package
from accelxl.workbook.reading import read
from tests.workbook.books import BOOKS, parts

VALUE = re.compile(rb"<v>[^<]*</v>|<is>.*?</is>|<c:v>[^<]*</c:v>")
TYPE = re.compile(rb' t="[a-zA-Z]+"|<c:ptCount [^>]*/>')


def rows(name, count):
    """Rows that move every numeric input of a template in turn between its Low and its High."""
    items = [
        item
        for item in template(name).items
        if not item.fixed and isinstance(item.low, float) and isinstance(item.high, float) and item.low < item.high
    ]
    made = []
    for place in range(count):
        item = items[place % len(items)]
        value = item.low + (item.high - item.low) * ((place * 7) % 11) / 10
        made.append({"book": f"b{place}", item.defined: float(round(value)) if item.quantity.whole else value})
    return made


def values(path):
    """Value of every cell of each sheet, by part."""
    book = load(path)
    return {
        book.parts[place]: {key: book.value(span) for key, span in book.sheet(place).cells.items()}
        for place in range(len(book.titles))
    }


def bare(data):
    """Return a part without what its cells or points hold; the parts of Excel's XML that say how it is held go with it."""
    return TYPE.sub(b"", VALUE.sub(b"", data)).replace(b"></c>", b"/>")


def changed(own, path):
    """Names of the parts of a book whose records are not those of its template, in the same order and number."""
    made = Package(path)
    assert made.names() == own.names()
    return {mine.name for mine, theirs in zip(made.members, own.members, strict=True) if mine.record != theirs.record}


def is_data(name):
    return name.startswith(("xl/worksheets/sheet", "xl/charts/chart"))


@pytest.mark.parametrize("name", BOOKS)
def test_every_part_of_a_template_without_a_changed_value_keeps_its_bytes(tmp_path, name):
    own, before, bytes_before = Package(BOOKS[name]), values(BOOKS[name]), parts(BOOKS[name])
    for one in fill(BOOKS[name], rows(name, 12), tmp_path, failing=True):
        assert one.status == "written", one.error
        made, after, bytes_after = changed(own, one.path), values(one.path), parts(one.path)
        assert all(is_data(part) for part in made)
        moved = {part for part in before if before[part] != after[part]}
        assert {part for part in made if "sheet" in part} == moved
        for part in made:
            assert bare(bytes_before[part]) == bare(bytes_after[part]), part


def test_a_thousand_books_of_a_template_keep_every_untouched_part(tmp_path):
    name = "cost_per_inference"
    own = Package(BOOKS[name])
    seen = set()
    done = fill(BOOKS[name], rows(name, 1000), tmp_path, failing=True)
    for one in done:
        assert one.status == "written", one.error
        seen |= changed(own, one.path)
    assert len({one.path for one in done}) == 1000
    assert all(is_data(part) for part in seen)
    assert {name for name in own.names() if not is_data(name)} | {"xl/worksheets/sheet1.xml"} <= set(own.names()) - seen


def test_macros_ribbon_and_signatures_of_a_book_with_macros_keep_their_bytes(tmp_path):
    book = tmp_path / "accelerator_budget.xlsm"
    book.write_bytes(with_macros(BOOKS["accelerator_budget"].read_bytes(), book.name))
    own = Package(book)
    kept = {"xl/vbaProject.bin", *(name for name in own.names() if name.startswith("customUI/"))}
    assert len(kept) >= 2
    assert kept <= set(own.names())
    seen = set()
    for one in fill(book, rows("accelerator_budget", 12), tmp_path / "out", failing=True):
        assert one.path.suffix == ".xlsm"
        seen |= changed(own, one.path)
    assert seen
    assert all(is_data(part) for part in seen)


def own_made(path):
    """A book of another maker: names, validations, a conditional format, a comment, a chart, a protected and a hidden sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, other, hidden = (book.add_worksheet(title) for title in ("Plan", "Prices", "Notes"))
        money = book.add_format({"num_format": "#,##0.00", "bold": True})
        for row, (label, value) in enumerate((("Units", 10.0), ("Price", 2.5), ("Site", "Oslo"), ("Start", 46000.0))):
            sheet.write(row, 0, label)
            sheet.write(row, 1, value, money)
        sheet.write_formula("B6", "=units*price", money, 25.0)
        sheet.data_validation("B1", {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 100})
        sheet.data_validation("B3", {"validate": "list", "source": ["Oslo", "Reykjavik"]})
        sheet.conditional_format("B6", {"type": "data_bar"})
        sheet.write_comment("B1", "how many")
        for row in range(6):
            other.write_row(row, 0, [row, row * row])
        other.write_rich_string("D1", book.add_format({"bold": True}), "bold", " and plain")
        other.protect("secret")
        hidden.hide()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Prices!$B$1:$B$6"})
        other.insert_chart("F2", chart)
        for name, target in (("units", "B1"), ("price", "B2"), ("site", "B3"), ("start", "B4"), ("turnover", "B6")):
            book.define_name(name, f"=Plan!${target[0]}${target[1]}")
    return path


def test_a_book_of_another_maker_keeps_everything_but_the_filled_sheet(tmp_path):
    book = own_made(tmp_path / "own.xlsx")
    own, before = Package(book), parts(book)
    given = [{"book": f"b{n}", "units": float(n), "price": n / 7, "site": "Reykjavik"} for n in range(1, 60)]
    for row, one in zip(given, fill(book, given, tmp_path / "out"), strict=True):
        assert changed(own, one.path) == {"xl/worksheets/sheet1.xml"}
        after = parts(one.path)["xl/worksheets/sheet1.xml"]
        assert bare(after) == bare(before["xl/worksheets/sheet1.xml"])
        for kept in (b"<dataValidations", b"<conditionalFormatting", b"<legacyDrawing"):
            assert kept in after
        found = read(one.path)
        assert found.inputs["start"] in {46000.0, dt.date(2025, 12, 9)}
        assert found.figures["turnover"] == row["units"] * row["price"]
