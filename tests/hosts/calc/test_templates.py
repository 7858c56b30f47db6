"""Every template and filled books, recalculated by Calc with the add-in: cached values, checks and figures, at Low and High."""

import random

import pytest

from accelxl.functions import CellError
from accelxl.workbook.build import TEMPLATES, template
from accelxl.workbook.fill import fill
from accelxl.workbook.layout import serial
from tests.workbook.books import ROOT, cached, differences, formulas

pytestmark = pytest.mark.office("soffice", "uno")
every = pytest.mark.parametrize("name", TEMPLATES)


def path(name):
    return ROOT / "workbooks" / f"{name}.xlsx"


def ends(name):
    """A job for each input at its Low and at its High, and for each word of a choice."""
    for item in template(name).items:
        if item.fixed:
            continue
        for value in item.quantity.choices or (item.low, item.high):
            if value is not None:
                yield {item.defined: serial(value)}


def outputs(name):
    """Names of the figures and of the check."""
    return ["chk_total", *(f"out_{figure.name}" for figure in template(name).board.figures)]


@every
def test_every_cached_value_is_what_calc_computes_with_the_add_in(calc, name):
    with calc.open(path(name)) as book:
        book.recalculate()
        found = book.cells()
    mine = cached(path(name))
    assert set(mine) <= set(found)
    assert differences(mine, found) == {}
    assert not [text for text in formulas(path(name)).values() if "ACCELXL" in text.upper()]


@every
def test_at_every_low_and_high_the_checks_are_zero_and_no_figure_is_an_error(calc, name):
    jobs = list(ends(name))
    with calc.open(path(name)) as book:
        found = book.sweep(jobs, *outputs(name))
        after = book.get("chk_total")
    assert len(jobs) > 4
    assert [job for job, shown in zip(jobs, found, strict=True) if shown["chk_total"] != 0] == []
    wrong = [
        (job, key, shown[key])
        for job, shown in zip(jobs, found, strict=True)
        for key in shown
        if isinstance(shown[key], CellError)
    ]
    assert wrong == []
    assert after == {"chk_total": 0.0}


@every
def test_filled_books_have_the_values_that_calc_computes(calc, name, tmp_path):
    rng = random.Random(20261123)
    columns = [
        item
        for item in template(name).items
        if not item.fixed and isinstance(item.low, (int, float)) and item.high is not None
    ]
    rows = [
        {
            item.defined: rng.randint(int(item.low), int(item.high))
            if item.quantity.whole
            else rng.uniform(item.low, item.high)
            for item in columns
        }
        for _ in range(3)
    ]
    books = fill(path(name), rows, tmp_path)
    for one in sorted(tmp_path.glob("*.xlsx")):
        with calc.open(one) as book:
            book.recalculate()
            found = book.cells()
            assert book.get("chk_total") == {"chk_total": 0.0}
        assert differences(cached(one), found) == {}
    assert len(books) == 3
