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
from tests.hosts.calc.compare import all_apart, apart, expected, overridden, titled
from tests.workbook import test_templates
from tests.workbook.books import BOOKS, cached, formulas, perturbed, ready

pytestmark = pytest.mark.office("soffice", "uno")
every = pytest.mark.parametrize("name", TEMPLATES)


@cache
def twins(name):
    """Cell of a native figure and of the ACCEL function that gives the same."""
    titles = ready(name).book.titles
    return [(titled(titles, native), titled(titles, accel)) for _, native, accel in test_templates.twins(name)]


def unlike(name, found):
    """Twins of which one is not the other to 1e-9."""
    return [
        (native, found[native], found[accel])
        for native, accel in twins(name)
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
    wanted, written = expected(name, jobs)
    assert len(wanted.places) > 400
    # a figure that a fill writes as a value, say of a cell of a grid, is put in as the fill of that job would
    assert len(template(name).filled) <= len(ready(name).batch) == len(written[0])
    asked = [
        {field: serial(value) for field, value in job.shown.items()} | kept
        for job, kept in zip(jobs, written, strict=True)
    ]
    with calc.open(BOOKS[name]) as book:
        found = book.sweep(asked)
        assert apart(name, cached(BOOKS[name]), book.cells()) == {}
    total = titled(ready(name).book.titles, ready(name).book.target("chk_total")[:3])
    own = [found.places.index(place) for place in {total, *itertools.chain(*twins(name))}]
    assert set(itertools.chain(*twins(name))) <= set(wanted.places)
    constants = [overridden(name, *given) for given in zip(jobs, written, strict=True)]
    wrong = {}
    for at, (job, differing) in enumerate(zip(jobs, all_apart(name, wanted, found, constants), strict=True)):
        shown = found.row(at, own)
        if differing or unlike(name, shown) or shown[total] != 0.0:
            wrong[job.where] = (differing, unlike(name, shown), shown[total])
    assert wrong == {}


def test_a_wrong_figure_written_by_a_fill_is_not_that_of_its_twin(calc):
    name = "scenario_board"
    jobs = perturbed(name)[:1]
    wanted, (written,) = expected(name, jobs)
    place, figure = next((place, figure) for place, figure in written.items() if place.startswith("Grid!"))
    asked = {field: serial(value) for field, value in jobs[0].shown.items()} | written
    with calc.open(BOOKS[name]) as book:
        found = book.sweep([asked, asked | {place: figure * (1 + 1.1e-9)}])
    right, wrong = found.row(0), found.row(1)
    assert unlike(name, right) == []
    assert len(unlike(name, wrong)) == 1
    constant = overridden(name, jobs[0], written)
    assert apart(name, wanted.row(0), right, constant) == {}
    assert len(apart(name, wanted.row(0), wrong, constant)) > 1


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
