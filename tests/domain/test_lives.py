"""Change of useful life, lives side by side, economic value and impairment: published figures, an oracle, identities, limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelxl import catalogue
from accelxl.domain import depreciation as dep
from accelxl.errors import OutOfRange, ShapeError, UnknownName
from accelxl.functions import REGISTRY
from tests.oracle import capital as oracle


def named(names, lines):
    return dict(zip(names, lines.tolist(), strict=True))


# -- change of useful life ---------------------------------------------------------------------------------------------------


def test_a_textbook_change_of_estimate():
    """The case of Kieso, Weygandt and Warfield, Intermediate Accounting: 510,000, residual 10,000, ten years; after seven a total life
    of 15 and a residual of 5,000. (510,000 - 10,000)/10 = 50,000 a year; 510,000 - 7 x 50,000 = 160,000; (160,000 - 5,000)/8 = 19,375.
    """
    lines = named(dep.RELIFE_LINES, dep.relife(510_000, 10, 15, 7, 10_000, 5_000))
    assert lines["depreciation before"] == [50_000.0] * 3 + [0.0] * 5
    assert lines["depreciation after"] == [19_375.0] * 8


def test_alphabet_s_longer_lives_of_2023_in_income_and_per_share():
    """Alphabet, 2023: servers from four to six years, depreciation down by 3.9 bn, net income up by 3.0 bn.

    Its second quarter (depreciation -966 m, net income +752 m) has the tax rate; 12.72 bn diluted shares. One vintage a year old stands
    for the fleet: a year's depreciation falls from C/4 to (3C/4)/5, so 3.9 bn are a tenth of C.
    """
    fact = {
        item: abs(catalogue.facts("useful_lives", "Alphabet", item)[-1].value)
        for item in ("effect_depreciation_usd", "effect_net_income_usd")
    }
    outcome = REGISTRY["ACCEL_RELIFE"].call(39e9, 4, 6, 1, None, None, 1 - 752 / 966, 12.72e9)
    rows = {row[0]: row[1:] for row in outcome.rows()}
    assert rows["effect on operating income"][0] == pytest.approx(fact["effect_depreciation_usd"])
    assert rows["effect on net income"][0] == pytest.approx(fact["effect_net_income_usd"], abs=0.05e9)
    assert rows["effect on earnings per share"][0] == pytest.approx(0.24, abs=0.005)


def test_amazon_s_shorter_life_of_2025_costs_operating_income():
    """Amazon, 2025: a subset from six years back to five, operating income down by 0.7 bn. From the middle of its life on, a server of
    C costs C/2/2 instead of C/6 a year: 0.7 bn are a twelfth of C."""
    lines = dep.relife(0.7e9 * 12, 6, 5, 3)
    assert lines[2, 0] == pytest.approx(-0.7e9)


@given(
    cost=st.floats(1, 1e6),
    life=st.integers(1, 40),
    new_life=st.integers(1, 40),
    age=st.integers(0, 40),
    salvage=st.floats(0, 1),
    new_salvage=st.floats(0, 1),
)
@settings(max_examples=50, deadline=None)
def test_depreciation_agrees_with_the_oracle_and_spreads_what_is_left(cost, life, new_life, age, salvage, new_salvage):
    lines = named(dep.RELIFE_LINES, dep.relife(cost, life, new_life, age, cost * salvage, cost * new_salvage))
    before, after = (np.array(lines[name]) for name in dep.RELIFE_LINES[:2])
    book = cost - cost * (1 - salvage) * min(age, life) / life
    assert before.sum() == pytest.approx(book - cost * salvage, abs=1e-9 * cost)
    assert after.sum() == pytest.approx(max(0.0, book - cost * new_salvage), abs=1e-9 * cost)
    assert np.array(lines["effect on operating income"]) == pytest.approx(before - after)
    if age < new_life:
        wanted = oracle.restated(cost, life, new_life, age, cost * salvage, cost * new_salvage)
        for got, want in zip((before, after), wanted, strict=True):
            assert got == pytest.approx(want, abs=1e-9 * cost)


def test_relife_limits():
    assert dep.relife(100.0, 5, 5, 2)[2].tolist() == [0.0, 0.0, 0.0]
    assert dep.relife(100.0, 4, 2, 3)[1].tolist() == [25.0]  # older than its new life: the rest at once
    assert dep.relife(100.0, 4, 6, 5)[2].tolist() == [0.0]  # written off already
    assert dep.relife(90.0, 4.5, 5.5, 2.0)[0].tolist() == [20.0, 20.0, 10.0, 0.0]  # Meta's 4.5 and 5.5 years
    assert dep.relife([100.0, 200.0], 4, [[5], [6]], 1).shape == (2, 2, 3, 5)
    for bad in (
        dep.relife(-1.0, 4, 6, 1),
        dep.relife(1.0, 0, 6, 1),
        dep.relife(1.0, 4, 6, -1),
        dep.relife(1.0, 4, 6, 1, 2.0),
    ):
        assert np.isnan(bad).all()
    with pytest.raises(OutOfRange, match="a life is 2000 years"):
        dep.relife(1.0, 4, 2000, 1)


def test_vintages_of_a_fleet_add_up():
    costs, ages = [100.0, 200.0, 300.0, 400.0], [4, 3, 2, 1]
    rows = {row[0]: row[1:] for row in REGISTRY["ACCEL_RELIFE"].call([costs], 4, 6, [ages]).rows()}
    alone = [dep.relife(cost, 4, 6, age)[2] for cost, age in zip(costs, ages, strict=True)]
    total = np.zeros(5)
    for line in alone:
        total[: len(line)] += line
    assert rows["effect on operating income"] == pytest.approx(total.tolist())


# -- lives side by side -----------------------------------------------------------------------------------------------------


def test_lives_show_the_printed_tax_table_and_the_straight_line_beside_it():
    """IRS Publication 946, table A-1, 5-year property: 20.00, 32.00, 19.20, 11.52, 11.52, 5.76."""
    lines = named(dep.LIVES_LINES, dep.lives(10_000.0, 6, 5, tax_rate=0.21))
    assert lines["tax depreciation"] == pytest.approx([2000, 3200, 1920, 1152, 1152, 576])
    assert lines["book depreciation"] == pytest.approx([10_000 / 6] * 6)
    assert lines["economic value"][1] == pytest.approx(10_000 * 10 ** (-0.28))  # Epoch AI: 10^(-0.14 t)
    assert lines["deferred tax liability"][1] == pytest.approx(0.21 * (10_000 * 4 / 6 - 4800))


@given(
    cost=st.floats(1, 1e6),
    book=st.integers(1, 12),
    tax=st.sampled_from([3, 5, 7, 10, 15, 20]),
    salvage=st.floats(0, 1),
    bonus=st.floats(0, 1),
    decline=st.floats(0, 1),
    ends=st.none() | st.floats(0.5, 20),
    method=st.sampled_from(["SL", "SYD", "DDB", "VDB"]),
)
@settings(max_examples=60, deadline=None)
def test_lives_add_up(cost, book, tax, salvage, bonus, decline, ends, method):
    lines = {
        name: np.array(line)
        for name, line in named(
            dep.LIVES_LINES, dep.lives(cost, book, tax, ends, cost * salvage, method, bonus, decline, 0.3)
        ).items()
    }
    room = 1e-9 * cost
    for value, loss in (
        ("book value", "book depreciation"),
        ("tax basis", "tax depreciation"),
        ("economic value", "loss of economic value"),
    ):
        assert lines[value] == pytest.approx(cost - np.cumsum(lines[loss]), abs=room)
    assert lines["tax depreciation"].sum() == pytest.approx(cost)
    assert lines["book value"][-1] >= cost * salvage - room
    assert lines["book less economic value"] == pytest.approx(lines["book value"] - lines["economic value"])
    assert lines["deferred tax liability"] == pytest.approx(0.3 * (lines["book value"] - lines["tax basis"]), abs=room)
    if ends is not None:
        assert (lines["economic value"][int(np.ceil(ends)) - 1 :] == 0).all()


def test_lives_refuse_what_cannot_be():
    for arguments, words in [
        ((1.0, 2.5), "book_life is 2.5"),
        ((1.0, 0), "book_life is 0"),
        ((1.0, 6, 6), "6"),
        ((1.0, 6, 5, 200), "economic_life is 200"),
    ]:
        with pytest.raises(OutOfRange, match=words):
            dep.lives(*arguments)
    with pytest.raises(UnknownName, match="method is 'MACRS'"):
        dep.lives(1.0, 6, method="MACRS")
    assert np.isnan(dep.lives(-1.0, 6)).all()
    assert dep.lives([1.0, 2.0], 6, tax_rate=[[0.1], [0.2], [0.3]]).shape == (3, 2, len(dep.LIVES_LINES), 6)


# -- residual and impairment ------------------------------------------------------------------------------------------------


def test_textbook_impairments():
    """The case of Kieso, Weygandt and Warfield: carrying amount 600,000 and fair value 525,000; 650,000 of cash to come recovers it,
    580,000 does not, and the loss is 600,000 - 525,000 = 75,000. The rule is ASC 360-10-35-17.
    """
    assert dep.impairment(600_000, [650_000], 525_000) == 0.0
    assert dep.impairment(600_000, [580_000], 525_000) == 75_000.0
    assert dep.impairment(600_000, [200_000, 380_000], 525_000) == 75_000.0
    assert dep.impairment(600_000, [600_000], 0.0) == 0.0
    assert dep.impairment([600.0, 500.0], [580.0], [[525.0], [700.0]]).tolist() == [[75.0, 0.0], [0.0, 0.0]]
    assert math.isnan(dep.impairment(-1.0, [1.0], 1.0))


def test_six_years_of_books_on_a_value_that_falls_by_epoch_s_rate_leave_a_gap():
    """Book-market gap = BV_t - P0*10^(-0.14 t) (equations B5): at the end of year 2 of 6 two thirds less 52.5 % of the price."""
    lines = named(dep.RESIDUAL_LINES, dep.residual(30_000.0, 6))
    assert lines["book less economic value"][2] == pytest.approx(30_000 * (4 / 6 - 10**-0.28))
    assert all(math.isnan(figure) for figure in lines["not recoverable"])


@given(
    cost=st.floats(1, 1e6),
    life=st.integers(1, 10),
    decline=st.floats(0, 1),
    cash=st.lists(st.floats(-0.2, 0.6), min_size=1, max_size=12),
    selling=st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_each_year_of_the_table_is_the_impairment_test_of_that_day(cost, life, decline, cash, selling):
    cash = [cost * share for share in cash]
    lines = named(dep.RESIDUAL_LINES, dep.residual(cost, life, decline, cash, 0.0, selling))
    last = len(cash)
    for year in range(last + 1):
        resale = cost * (1 - decline) ** year * (1 - selling)
        final = cost * (1 - decline) ** last * (1 - selling)
        assert lines["resale after selling cost"][year] == pytest.approx(resale, abs=1e-9 * cost)
        to_come = math.fsum(cash[year:]) + final
        assert lines["cash still to come"][year] == pytest.approx(to_come, abs=1e-9 * cost)
        book = lines["book value"][year]
        if abs(book - to_come) > 1e-6 * cost:
            assert lines["not recoverable"][year] == (book > to_come)
            assert lines["impairment loss"][year] == pytest.approx(
                dep.impairment(book, [to_come], resale), abs=1e-9 * cost
            )


def test_residual_refuses_what_cannot_be():
    with pytest.raises(ShapeError, match="cash has several rows"):
        dep.residual(1.0, 4, 0.3, [[1.0], [2.0]])
    with pytest.raises(OutOfRange, match="book_life is a table of 2"):
        dep.residual(1.0, [4, 5])
    assert np.isnan(dep.residual(1.0, 4, 1.5)).all()


def test_resale_reads_the_published_shares_and_nothing_beyond_them():
    sheet = REGISTRY["ACCEL_RESALE"]
    for fact in catalogue.facts("residuals", "H100 SXM"):
        assert [row[0] for row in sheet.call("H100", float(fact.key[1])).rows()] == [fact.low, fact.value, fact.high]
    assert sheet.call("H100", 200).value == "#NUM!"
    assert "published ages are 0 to 60" in sheet.call("H100", 200).why
    assert sheet.call("B300", 12).value == "#N/A"
