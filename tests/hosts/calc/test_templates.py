"""Every template and filled books, recalculated by Calc with the add-in: each value of each formula, at Low and High of every input."""

import itertools
import random
from functools import cache

import pytest

from accelxl.functions import CellError
from accelxl.workbook.book import load
from accelxl.workbook.build import TEMPLATES, template
from accelxl.workbook.fill import fill
from accelxl.workbook.layout import serial
from tests.hosts.calc.compare import all_apart, apart, expected, titled
from tests.workbook import test_templates
from tests.workbook.books import BOOKS, cached, formulas, perturbed, ready

pytestmark = pytest.mark.office("soffice", "uno")
every = pytest.mark.parametrize("name", TEMPLATES)


@cache
def twins(name):
    """Cell of a native figure and of the ACCEL function that gives the same."""
    titles = ready(name).book.titles
    return [(titled(titles, native), titled(titles, accel)) for _, native, accel in test_templates.twins(name)]


def unlike(name, found, those=None):
    """Twins (all, or some) of which one is not the other to 1e-9."""
    return [
        (native, found[native], found[accel])
        for native, accel in (twins(name) if those is None else those)
        if test_templates.apart(name, found[native], found[accel])
    ]


@every
def test_every_cached_value_is_what_calc_computes_with_the_add_in(calc, name):
    with calc.open(BOOKS[name]) as book:
        book.recalculate()
        found = book.cells()
        assert book.get("chk_total") == {"chk_total": 0.0}
    mine = cached(BOOKS[name])
    assert set(mine) <= set(found)
    assert apart(name, mine, found) == {}
    assert len(twins(name)) >= 8
    assert unlike(name, found) == []
    assert not [text for text in formulas(BOOKS[name]).values() if "ACCELXL" in text.upper()]


@every
def test_at_every_low_and_high_every_value_is_the_expected_one_and_twins_agree(calc, name):
    jobs = perturbed(name)
    assert len(jobs) > 4
    wanted = expected(name, jobs)
    assert len(wanted.places) > 400
    with calc.open(BOOKS[name]) as book:
        found = book.sweep({field: serial(value) for field, value in job.shown.items()} for job in jobs)
        assert apart(name, cached(BOOKS[name]), book.cells()) == {}
    total = titled(ready(name).book.titles, ready(name).book.target("chk_total")[:3])
    own = [found.places.index(place) for place in {total, *itertools.chain(*twins(name))}]
    # a native figure that is written by a fill, say of a cell of a grid, is that of the last fill; its twin is compared by itself
    known = set(wanted.places)
    live = [(native, accel) for native, accel in twins(name) if native in known]
    assert {accel for _, accel in twins(name)} <= known
    assert len(live) >= 8
    wrong = {}
    for at, (job, differing) in enumerate(zip(jobs, all_apart(name, wanted, found, jobs), strict=True)):
        shown = found.row(at, own)
        if differing or unlike(name, shown, live) or shown[total] != 0.0:
            wrong[job.where] = (differing, unlike(name, shown, live), shown[total])
    assert wrong == {}


@every
def test_hard_recalculation_gives_what_soft_recalculation_gives(calc, name):
    jobs = random.Random(4).sample(perturbed(name), 3)
    asked = [{field: serial(value) for field, value in job.shown.items()} for job in jobs]
    with calc.open(BOOKS[name]) as book:
        assert book.sweep(asked, hard=True).same(book.sweep(asked))


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
    books = fill(BOOKS[name], rows, tmp_path)
    for one in sorted(tmp_path.glob("*.xlsx")):
        with calc.open(one) as book:
            book.recalculate()
            found = book.cells()
            assert book.get("chk_total") == {"chk_total": 0.0}
        assert apart(name, cached(one), found, load(one).at) == {}
        assert unlike(name, found) == []
        assert not [
            place for place, cell in found.items() if place[0].startswith("Board") and isinstance(cell, CellError)
        ]
    assert len(books) == 3
