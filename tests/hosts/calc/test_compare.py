"""The comparison with Calc: a wrong figure just above what rounding explains is found, in every row of every template."""

from collections import Counter
from functools import cache

import pytest

from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.sheets import Formula, Sheets
from tests.hosts.calc.compare import CANCELLED, REL, SNAP, apart, distances, own
from tests.hosts.calc.rounding import Formulas
from tests.workbook.books import BOOKS, cached, ready

every = pytest.mark.parametrize("name", TEMPLATES)
shows = cache(cached)
CELLS = {"A1": 7.0, "B1": -5.0, "C1": 2.0}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("A1+B1", 12.0),
        ("A1-B1-C1", 14.0),
        ("-A1+B1", 12.0),
        ("SUM(A1:B1)-C1", 14.0),
        ("(A1+B1)*C1", 24.0),
        ("A1/(B1+C1)+B1", 7.0 / 3.0 + 5.0),  # a divisor stays as it is
        ("INDEX(A1:C1,3)-C1", 4.0),  # only the cell that is taken
        ("IF(A1>B1,C1-A1,B1)", 9.0),
        ("ROUND(A1+B1,0)", 12.0),
        ("SUMPRODUCT(A1:B1-B1:C1)", 19.0),
        ("MIN(A1,B1)", 5.0),
        ('A1&"a"', 0.0),
    ],
)
def test_the_size_of_a_formula_is_what_it_gives_with_nothing_taken_away(text, size):
    constants = {(0, 0, at): value for at, value in enumerate(CELLS.values())}
    engine = Engine(Sheets(["S"], constants=constants, formulas={(0, 5, 5): Formula(text)}))
    assert Formulas(engine).size((0, 5, 5), constants.get) == pytest.approx(size)


MOST = 4
"""Cells of a row of a template that are looked at: a row has one formula."""


@cache
def tolerances(name):
    """What numbers of each row of a template are held to: place, value and tolerance."""
    return list(held(name))


def held(name):
    formulas, keys = own(name)
    found = ready(name).book.at
    count = Counter()
    for place, value in shows(BOOKS[name]).items():
        count[place[:2]] += isinstance(value, float)
        if isinstance(value, float) and count[place[:2]] <= MOST:
            size = formulas.size(keys[place], found) if place in keys else 0.0
            yield place, value, max(REL * abs(value), (SNAP if place in distances(name) else CANCELLED) * size)


@every
def test_a_fault_just_above_the_tolerance_is_found_in_every_row_and_one_just_below_is_not(name):
    right = shows(BOOKS[name])
    shown = dict(right)
    missed, blamed, wide = [], [], 0
    for place, value, most in tolerances(name):
        shown[place] = value + 1.02 * most
        if most and not apart(name, right, shown, among=[place]):
            missed.append((place, value, most))
        shown[place] = value + 0.98 * most
        if apart(name, right, shown, among=[place]):
            blamed.append((place, value, most))
        shown[place] = value
        wide += place[0] != "Checks" and most > REL * abs(value)
    assert missed == []
    assert blamed == []
    # where nothing cancels, rounding is no excuse: but for checks, few figures are what two others left
    assert wide <= 0.05 * len(tolerances(name))


@every
def test_a_nothing_is_not_a_little_where_nothing_cancels(name):
    right = shows(BOOKS[name])
    found = [place for place, value, most in tolerances(name) if value == most == 0.0]
    assert len(found) > 5
    assert [place for place in found if not apart(name, right, right | {place: 1e-20}, among=[place])] == []


def test_what_is_handed_down_is_judged_where_it_arose():
    name = "accelerator_budget"
    right = shows(BOOKS[name])
    formulas, keys = own(name)
    titles = ready(name).book.titles
    given = {
        place: formulas.size(keys[place], ready(name).book.at)
        for place, value in right.items()
        if place[0] == "Monthly" and value == 0.0 and place in keys
    }
    source = next(place for place, size in given.items() if size > 0 and links(name, keys[place]))
    link = next(iter(links(name, keys[source])))
    link = (titles[link[0]], *link[1:])
    left = 0.9 * CANCELLED * given[source]
    assert apart(name, right, right | {source: left, link: left}) == {}
    assert apart(name, right, right | {source: left, link: 2 * left}) == {link: (right[link], 2 * left)}
    assert apart(name, right, right | {link: left}) == {link: (right[link], left)}


def links(name, key):
    """The formulas that do nothing but show a cell."""
    engine = ready(name).engine
    return [reader for reader in engine._dependents.get(key, ()) if engine.sheets.formulas[reader].text.isalnum()]


@every
def test_the_distance_of_twins_is_judged_by_both_of_them(name):
    right = shows(BOOKS[name])
    place = next(place for place in sorted(distances(name)) if isinstance(right[place], float))
    accel = (place[0], place[1], place[2] - 1)
    moved = right[accel] * (1 + 5e-10)
    distance = moved - right[place[0], place[1], place[2] - 2]
    assert apart(name, right, right | {accel: moved, place: distance}) == {}
    assert list(apart(name, right, right | {place: distance})) == [place]
