"""Depreciation: published figures, figures that Excel gave, the oracle, identities, and what has no meaning."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accelxl import _cpu
from accelxl.domain import depreciation as dep
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType
from tests.oracle import depreciation as oracle

costs = st.floats(1e-3, 1e12)
parts = st.floats(0, 1)
lives = st.one_of(st.integers(1, 60), st.floats(0.1, 60))
factors = st.floats(0.05, 12)
# The examples on Microsoft's support pages, to the digits printed there.
PUBLISHED = [
    (dep.sln, (30000, 7500, 10), 2250.00),
    (dep.syd, (30000, 7500, 10, 1), 4090.91),
    (dep.syd, (30000, 7500, 10, 10), 409.09),
    (dep.db, (1000000, 100000, 6, 1, 7), 186083.33),
    (dep.db, (1000000, 100000, 6, 2, 7), 259639.42),
    (dep.db, (1000000, 100000, 6, 3, 7), 176814.44),
    (dep.db, (1000000, 100000, 6, 4, 7), 120410.64),
    (dep.db, (1000000, 100000, 6, 5, 7), 81999.64),
    (dep.db, (1000000, 100000, 6, 6, 7), 55841.76),
    (dep.db, (1000000, 100000, 6, 7, 7), 15845.10),
    (dep.ddb, (2400, 300, 3650, 1), 1.32),
    (dep.ddb, (2400, 300, 120, 1, 2), 40.00),
    (dep.ddb, (2400, 300, 10, 1, 2), 480.00),
    (dep.ddb, (2400, 300, 10, 2, 1.5), 306.00),
    (dep.ddb, (2400, 300, 10, 10), 22.12),
    (dep.vdb, (2400, 300, 3650, 0, 1), 1.32),
    (dep.vdb, (2400, 300, 120, 0, 1), 40.00),
    (dep.vdb, (2400, 300, 10, 0, 1), 480.00),
    (dep.vdb, (2400, 300, 120, 6, 18), 396.31),
    (dep.vdb, (2400, 300, 120, 6, 18, 1.5), 311.81),
    (dep.vdb, (2400, 300, 10, 0, 0.875, 1.5), 315.00),
]

# Recorded from Excel 2010 by the ExcelFinancialFunctions project (tests/.../testdata/{syd,db,ddb,vdb}.test).
EXCEL = [
    (dep.syd, (100, 10, 13, 0.3), 13.54945054945),
    (dep.syd, (100, 10, 12.7, 1.7), 12.41450658084),
    (dep.syd, (200, 50, 12.7, 11.3), 4.138168860279),
    (dep.db, (100, 10, 1, 0.3, 9), 67.5),
    (dep.db, (100, 10, 13, 1.7, 4), 5.4),
    (dep.db, (100, 10, 13, 11.3, 1), 3.256928854622),
    (dep.db, (100, 10, 12.7, 10, 4), 3.670414266956),
    (dep.db, (100, 50, 40, 13, 9), 1.389839850535),
    (dep.db, (100, 0, 13, 2, 1), 91.66666666667),
    (dep.db, (100, 0, 13, 10, 1), 0),
    (dep.db, (200, 50, 13, 13, 4), 6.051108485858),
    (dep.ddb, (100, 10, 1, 0.3, 50.3), 90),
    (dep.ddb, (100, 10, 13, 0.3, 3), 23.07692307692),
    (dep.ddb, (100, 10, 12.7, 11, 1), 3.467509718405),
    (dep.ddb, (100, 50, 13, 2, 4.5), 15.38461538462),
    (dep.ddb, (100, 50, 13, 10, 1), 0),
    (dep.ddb, (100, 0, 13, 13, 4.5), 0.2113372453466),
    (dep.ddb, (100, 0, 40, 2, 50.3), 0),
    (dep.ddb, (200, 10, 40, 13, 4.5), 5.372827023739),
    (dep.vdb, (100, 10, 1, 0, 0.8, 50.3), 72),
    (dep.vdb, (100, 10, 1, 1, 1, 3, True), 0),
    (dep.vdb, (100, 10, 13, 0, 0.8, 1), 6.153846153846),
    (dep.vdb, (100, 10, 13, 0, 3, 1, True), 21.34729176149),
    (dep.vdb, (100, 10, 13, 0, 3, 1, False), 21.62990855299),
    (dep.vdb, (100, 10, 13, 0, 3.3, 1, True), 23.1623542593),
    (dep.vdb, (100, 10, 13, 0, 3.3, 1, False), 23.6810112964),
    (dep.vdb, (100, 10, 13, 0, 4.2, 4.5), 82.98843332624),
    (dep.vdb, (100, 10, 13, 0, 13, 1, True), 64.67415015288),
    (dep.vdb, (100, 10, 13, 0, 13, 1, False), 90),
    (dep.vdb, (100, 10, 13, 10, 13, 1, True), 9.58786086707),
    (dep.vdb, (100, 10, 13, 10, 13, 1, False), 20.5110274341),
    (dep.vdb, (100, 10, 12.7, 0, 4.2, 1, True), 29.10185779315),
    (dep.vdb, (100, 10, 12.7, 0, 4.2, 1, False), 30.52226702584),
    (dep.vdb, (100, 10, 12.7, 2, 3.3, 1, False), 9.096594454871),
    (dep.vdb, (100, 10, 40, 0, 20, 1, True), 39.73123197809),
    (dep.vdb, (100, 10, 40, 0, 20, 1, False), 45.36596037946),
    (dep.vdb, (200, 0, 13, 2, 13, 3, True), 111.7398133558),
    (dep.vdb, (200, 0, 13, 2, 13, 3, False), 118.3431952663),
    (dep.vdb, (200, 0, 13, 10, 13, 4.5, True), 2.057795876835),
    (dep.vdb, (200, 0, 13, 10, 13, 4.5, False), 2.856181025923),
    (dep.vdb, (200, 0, 40, 13, 20, 3), 30.52973266477),
    (dep.vdb, (100, 20, 20, 2, 3, 3, True), 10.8375),
]

NO_MEANING = [
    (dep.sln, (100, 10, 0)),
    (dep.syd, (100, 10, 5, 0)),
    (dep.syd, (100, 10, 5, 6)),
    (dep.syd, (100, -1, 5, 1)),
    (dep.db, (100, 10, 5, 0)),
    (dep.db, (100, 10, 5, 6)),  # MS-OI29500, DB a
    (dep.db, (100, 10, 5, 7, 6)),  # the same
    (dep.db, (100, 10, 5, 1, 0)),
    (dep.db, (100, 10, 5, 1, 13)),
    (dep.db, (-100, 10, 5, 1)),
    (dep.ddb, (100, 10, 5, 0)),
    (dep.ddb, (100, 10, 5, 6)),
    (dep.ddb, (100, 10, 5, 1, 0)),
    (dep.ddb, (-100, 10, 5, 1)),
    (dep.ddb, (100, 10, math.inf, 1)),
    (dep.vdb, (100, 10, 5, 3, 2)),
    (dep.vdb, (100, 10, 5, 0, 6)),
    (dep.vdb, (100, 10, 5, -1, 2)),
    (dep.vdb, (100, -10, 5, 0, 1)),
    (dep.vdb, (100, 10, 0, 0, 0)),
    (dep.vdb, (100, 10, 5, 0, 1, -2)),
    (dep.vdb, (100, 10, 5, 0, 1, 2, math.nan)),
]


@pytest.mark.parametrize(("function", "args", "figure"), PUBLISHED)
def test_it_gives_the_published_figure(function, args, figure):
    assert function(*args) == pytest.approx(figure, rel=0, abs=0.005)


@pytest.mark.parametrize(("function", "args", "figure"), EXCEL)
def test_it_gives_the_figure_of_excel(function, args, figure):
    assert function(*args) == pytest.approx(figure, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("function", "args"), NO_MEANING)
def test_it_gives_nan_where_excel_gives_no_number(function, args):
    assert math.isnan(function(*args))


@pytest.mark.parametrize("function", [dep.sln, dep.syd, dep.db, dep.ddb, dep.vdb])
def test_nan_in_gives_nan_out_without_a_warning(function):
    args = [100.0, 10.0, 5.0, 1.0, 2.0][: 3 if function is dep.sln else 5 if function is dep.vdb else 4]
    assert not math.isnan(function(*args))
    for i in range(len(args)):
        assert math.isnan(function(*args[:i], math.nan, *args[i + 1 :]))


# -- the oracle --------------------------------------------------------------------------------------------------------


@given(costs, parts, lives, parts)
def test_sln_and_syd_agree_with_the_oracle(cost, left, life, at):
    per = min(life, 1 + at * life)
    assert dep.sln(cost, left * cost, life) == pytest.approx(oracle.sln(cost, left * cost, life), rel=1e-14)
    assume(per >= 1)  # the oracle has no figure for a fraction of the first period; Excel has
    assert dep.syd(cost, left * cost, life, per) == pytest.approx(oracle.syd(cost, left * cost, life, per), rel=1e-12)


@given(costs, parts, st.integers(1, 60), st.integers(1, 62), st.integers(1, 12))
def test_db_agrees_with_the_oracle(cost, left, life, period, month):
    permille = 1000 * (1 - left ** (1 / life))
    assume(abs(permille % 1 - 0.5) > 1e-9)
    expected = oracle.db(cost, left * cost, life, period, month)
    given_back = dep.db(cost, left * cost, life, period, month)
    assert given_back == pytest.approx(expected, abs=1e-13 * cost, nan_ok=True)


@given(costs, st.floats(0, 1.5), lives, parts, factors)
def test_ddb_agrees_with_the_oracle(cost, left, life, at, factor):
    period = min(life, 1 + at * life)
    expected = oracle.ddb(cost, left * cost, life, period, factor)
    assume(period >= 1)  # a fraction of the first period counts as the first in Excel
    assert dep.ddb(cost, left * cost, life, period, factor) == pytest.approx(expected, abs=1e-12 * cost)


@given(costs, st.floats(0, 1.5), lives, parts, parts, factors, st.booleans())
def test_vdb_agrees_with_the_oracle(cost, left, life, a, b, factor, no_switch):
    start, end = min(a, b) * life, max(a, b) * life
    expected = oracle.vdb(cost, left * cost, life, start, end, factor, no_switch)
    assert dep.vdb(cost, left * cost, life, start, end, factor, no_switch) == pytest.approx(expected, abs=1e-12 * cost)


@pytest.mark.parametrize("life", [1000, 5000.5])
@pytest.mark.parametrize("factor", [0.5, 1, 2, 900])
def test_the_closed_form_of_long_lives_agrees_with_the_oracles_loop(life, factor):
    for salvage in (0.0, 20.0, 99.0):
        for start, end in ((0, 1), (0.5, life / 2), (life / 2, life), (life - 1.5, life)):
            expected = oracle.vdb(100.0, salvage, life, start, end, factor)
            assert dep.vdb(100.0, salvage, life, start, end, factor) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_rate_of_db_is_rounded_half_away_from_zero_in_decimal():
    # 1 - 0.9965 is 0.0034999999999999476 in binary and 0.0035 on paper.
    assert dep.db(1000, 996.5, 1, 1) == 4.0
    assert dep.db(1000, 987.5, 1, 1) == 13.0


# -- identities --------------------------------------------------------------------------------------------------------


@given(costs, parts, lives, factors)
def test_whole_schedules_sum_to_cost_less_salvage_and_no_period_is_negative(cost, left, life, factor):
    salvage = left * cost
    for method in ("SL", "SYD", "VDB"):
        amounts = dep.schedule(cost, salvage, life, method, factor=factor)
        assert len(amounts) == math.ceil(life)
        assert amounts.min() >= 0
        assert amounts.sum() == pytest.approx(cost - salvage, abs=1e-12 * cost)


@given(costs, parts, lives, factors, st.integers(1, 12))
def test_declining_balances_are_never_negative_and_ddb_stays_at_or_above_salvage(cost, left, life, factor, month):
    ddb = dep.schedule(cost, left * cost, life, "DDB", factor=factor)
    assert ddb.min() >= 0
    assert dep.book_values(cost, ddb).min() >= left * cost - 1e-13 * cost
    if life >= 1:
        assert dep.schedule(cost, left * cost, life, "DB", month=month).min() >= 0


@given(costs, parts, lives, parts, parts, parts, factors, st.booleans())
def test_vdb_over_adjacent_spans_adds_up(cost, left, life, a, b, c, factor, no_switch):
    a, b, c = sorted((a * life, b * life, c * life))
    one, two, both = (dep.vdb(cost, left * cost, life, *span, factor, no_switch) for span in ((a, b), (b, c), (a, c)))
    assert one + two == pytest.approx(both, abs=1e-13 * cost)


@given(costs, parts, st.integers(1, 60), st.integers(1, 60), factors)
def test_vdb_of_one_period_without_switch_is_ddb(cost, left, life, period, factor):
    assume(period <= life)
    span = dep.vdb(cost, left * cost, life, period - 1, period, factor, True)
    assert span == dep.ddb(cost, left * cost, life, period, factor)


@given(costs, parts, st.integers(1, 40), factors, st.integers(1, 12))
def test_a_schedule_has_the_bits_of_the_function_of_its_name(cost, left, life, factor, month):
    salvage, t = left * cost, np.arange(1.0, life + 1)
    assert (dep.schedule(cost, salvage, life, "SYD") == dep.syd(cost, salvage, life, t)).all()
    assert (dep.schedule(cost, salvage, life, "DDB", factor=factor) == dep.ddb(cost, salvage, life, t, factor)).all()
    assert (
        dep.schedule(cost, salvage, life, "VDB", factor=factor) == dep.vdb(cost, salvage, life, t - 1, t, factor)
    ).all()
    years = np.arange(1.0, life + (1 if month == 12 else 2))
    assert (dep.schedule(cost, salvage, life, "DB", month=month) == dep.db(cost, salvage, life, years, month)).all()


@given(costs, parts, st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(0.5, 2))
def test_units_of_production_follow_use_and_stop_at_salvage(cost, left, units, share):
    total = share * sum(units)
    assume(total > 1e-6)
    amounts = dep.uop(cost, left * cost, total, units)
    assert amounts.min() >= 0
    assert amounts.sum() == pytest.approx(min(1, 1 / share) * (cost - left * cost), abs=1e-12 * cost)
    assert amounts[0] == pytest.approx(min(oracle.uop(cost, left * cost, total, units[0]), cost - left * cost))


def test_db_ends_on_either_side_of_salvage():
    assert dep.book_values(10000, dep.schedule(10000, 1000, 6, "DB"))[-1] == pytest.approx(997.43, abs=0.005)
    assert dep.book_values(10000, dep.schedule(10000, 1000, 5, "DB"))[-1] > 1000


def test_ddb_without_switch_leaves_the_larger_of_its_tail_and_salvage():
    tail = (1 - 2 / 60) ** 60
    assert dep.book_values(1, dep.schedule(1, 0, 60, "DDB"))[-1] == pytest.approx(tail, rel=1e-12)
    assert dep.book_values(1, dep.schedule(1, 0.2, 60, "DDB"))[-1] == pytest.approx(0.2, rel=1e-14)


def test_a_book_value_of_an_asset_written_off_is_zero():
    thirds = dep.book_values(0.1, dep.schedule(0.1, 0, 3, "SL"))
    assert thirds[-1] == 0
    assert math.copysign(1, thirds[-1]) == 1


# -- shapes, schedules and mistakes ------------------------------------------------------------------------------------


def test_a_scalar_in_gives_a_float_out_and_a_column_against_a_row_gives_a_grid():
    assert type(dep.vdb(100, 10, 5, 0, 1)) is float
    assert type(dep.sln(100, 10, 5)) is float
    grid = dep.ddb([[100.0], [200.0]], 10, 5, [1, 2, 3])
    assert grid.shape == (2, 3)
    assert grid[1, 2] == dep.ddb(200, 10, 5, 3)
    assert dep.schedule([[100.0], [200.0]], 10, [3, 5], "SL").shape == (2, 2, 5)
    assert dep.uop([100.0, 200.0], 0, 10, [1, 2, 3]).shape == (2, 3)
    assert dep.book_values(100.0, np.ones((2, 3, 4))).shape == (2, 3, 4)


def test_a_schedule_is_cut_or_filled_to_the_periods_asked_for():
    assert dep.schedule(100, 0, 4, "SL", periods=6).tolist() == [25, 25, 25, 25, 0, 0]
    assert dep.schedule(100, 0, 4, "sl", periods=2.0).tolist() == [25, 25]
    assert dep.schedule(100, 0, 4.5, "SL").tolist() == pytest.approx([100 / 4.5] * 4 + [50 / 4.5])
    assert dep.schedule(100, 0, 3, "MACRS", periods=5).tolist() == [*dep.macrs(100, 3), 0]
    assert len(dep.schedule(100, 10, 4, "DB", month=3)) == 5


def test_a_salvage_above_cost_writes_nothing_off():
    for method in ("SL", "SYD", "DB", "DDB", "VDB"):
        assert dep.schedule(100, 120, 4, method).tolist() == [0, 0, 0, 0]
    assert dep.uop(100, 120, 4, [1, 2]).tolist() == [0, 0]
    assert dep.sln(100, 120, 4) == -5  # the plain formula, as in spreadsheets


def test_one_asset_without_meaning_does_not_stop_the_others():
    block = dep.schedule([100.0, -1.0], 0, 4, "DDB")
    assert not np.isnan(block[0]).any()
    assert np.isnan(block[1]).all()
    used = dep.uop(100, 0, [10, 0], [1, 2, 3])
    assert used.tolist()[0] == [10, 20, 30]
    assert np.isnan(used[1]).all()
    assert np.isnan(dep.uop(100, 0, 10, [1, -2, 3])).tolist() == [False, True, True]


def test_a_life_of_a_thousand_million_periods_answers_at_once():
    assert dep.vdb(1e6, 10, 1e9, 0, 1e9) == pytest.approx(999990)
    assert dep.vdb(1e6, 10, 1e9, 0.5, 1e9 - 0.5) == pytest.approx(999990, rel=1e-8)
    assert dep.ddb(1e6, 0, 1e9, 5e8) == pytest.approx(2e-3 * math.exp(-1), rel=1e-8)
    assert dep.db(1e6, 10, 1e9, 1e9) == 0
    assert dep.vdb(1, 0, 1e300, 1, 1e299) == pytest.approx(1 - math.exp(-0.2))
    assert dep.syd(1e6, 0, 1e9, 1e9) == pytest.approx(2e-12)


def test_an_unknown_class_quarter_convention_or_method_is_named_with_what_is_allowed():
    with pytest.raises(OutOfRange, match=r"the property class is 4 years; allowed: 3, 5, 7, 10, 15 or 20 years"):
        dep.macrs(100, [5, 4])
    with pytest.raises(OutOfRange, match=r"is 5\.5 years"):
        dep.schedule(100, 0, 5.5, "MACRS")
    with pytest.raises(OutOfRange, match="is nan years"):
        dep.macrs(100, math.nan)
    for quarter in (None, 0, 5, 1.5, math.nan):
        with pytest.raises(OutOfRange, match=r"quarter of the mid-quarter convention is .*; allowed: 1, 2, 3 or 4"):
            dep.macrs(100, 5, "MQ", quarter)
    with pytest.raises(OutOfRange, match="quarter"):
        dep.macrs_rule(5, "MQ")
    with pytest.raises(UnknownName, match=r"'half'.*allowed: HY, MQ"):
        dep.macrs(100, 5, "half")
    with pytest.raises(UnknownName, match="'DDBB'; did you mean DDB"):
        dep.schedule(100, 0, 5, "DDBB")
    with pytest.raises(UnknownName, match="method None"):
        dep.schedule(100, 0, 5, None)


def test_a_schedule_longer_than_a_sheet_is_refused():
    with pytest.raises(OutOfRange, match=r"the schedule has 1e\+09 periods; a whole number from 1 to 1048576"):
        dep.schedule(100, 0, 1e9, "SL")
    for periods in (0, -1, 2.5, math.nan, math.inf):
        with pytest.raises(OutOfRange, match="periods"):
            dep.schedule(100, 0, 5, "SL", periods)
    with pytest.raises(OutOfRange, match="values; at most"):
        dep.schedule(np.ones(1000), 0, 5, "SL", 1_000_000)
    with pytest.raises(OutOfRange, match="periods"):
        dep.mid_month(100, 1e9, 1)
    assert dep.schedule(100, 0, 1e9, "SL", 2).tolist() == [1e-7, 1e-7]


@pytest.mark.parametrize("wrong", ["5", None, b"5", [1, "a"], [None], 1j])
def test_text_none_and_complex_numbers_are_refused_by_name(wrong):
    for call in (
        lambda: dep.sln(wrong, 10, 5),
        lambda: dep.vdb(100, 10, 5, wrong, 1),
        lambda: dep.uop(100, 10, 5, wrong),
        lambda: dep.schedule(100, wrong, 5, "SL"),
        lambda: dep.macrs(100, wrong),
        lambda: dep.mid_month(wrong, 39, 1),
        lambda: dep.book_values(wrong, [1.0]),
    ):
        with pytest.raises(WrongType, match="allowed"):
            call()


def test_shapes_that_do_not_fit_are_refused_with_their_lengths():
    with pytest.raises(ShapeError, match="cost 2, life 3"):
        dep.sln([1.0, 2.0], 0, [1, 2, 3])
    with pytest.raises(ShapeError, match="the series 3, cost 2"):
        dep.book_values([1.0, 2.0], np.ones((3, 4)))
    with pytest.raises(ShapeError, match="cost 2, life 3"):
        dep.macrs([1.0, 2.0], [5, 5, 5])
    with pytest.raises(WrongType, match="periods is a table of 2"):
        dep.schedule(100, 0, 5, "SL", [1, 2])


def test_an_empty_array_gives_an_empty_array():
    assert dep.sln([], 0, 5).shape == (0,)
    assert dep.schedule([], 0, 5, "VDB", 7).shape == (0, 7)
    assert dep.uop(100, 0, 5, []).shape == (0,)
    assert dep.macrs([], 5).shape[0] == 0
    assert dep.mid_month([], 39, 1).shape[0] == 0


BITS = """
import hashlib, numpy as np
from accelxl.domain import depreciation as dep
rng = np.random.default_rng(1)
cost, life = rng.uniform(1, 1e6, 2000), rng.uniform(1, 400, 2000)
salvage, factor, at = cost * rng.uniform(0, 0.9, 2000), rng.uniform(0.1, 6, 2000), rng.uniform(0, 1, (2, 2000))
start, end = np.sort(at, axis=0) * life
figures = [dep.vdb(cost, salvage, life, start, end, factor, f) for f in (0, 1)]
figures += [dep.ddb(cost, salvage, life, np.maximum(end, 1), factor)]
figures += [dep.db(cost, salvage, life, np.maximum(start, 1), 5)]
figures += [dep.schedule(cost, salvage, life, name, 12, factor) for name in dep.METHODS[:5]]
print(hashlib.sha256(b"".join(np.ascontiguousarray(f).tobytes() for f in figures)).hexdigest())
"""


def test_every_build_gives_the_same_bits():
    root = Path(__file__).parents[2]
    level = int(_cpu.BUILD[1]) if _cpu.BUILD != "base" else 0
    builds = ["base", *(name for name in _cpu.builds() if int(name[1]) <= level)]
    runs = [
        subprocess.run(
            [sys.executable, "-c", BITS],
            cwd=root,
            env={**os.environ, "ACCELXL_CPU": build},
            capture_output=True,
            check=True,
        ).stdout
        for build in builds
    ]
    assert len(set(runs)) == 1
