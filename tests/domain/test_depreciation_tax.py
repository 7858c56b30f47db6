"""US tax depreciation: the printed tables, the rule behind them, Section 179, bonus and the mid-month convention."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.catalogue import macrs as printed
from accelxl.domain import depreciation as dep
from tests.oracle import depreciation as oracle
from tests.oracle import irs_tables

costs = st.floats(1e-3, 1e12)
parts = st.floats(0, 1)
columns = [(years, "HY", None) for years in printed.CLASSES] + [
    (years, "MQ", quarter) for years in printed.CLASSES for quarter in printed.QUARTERS
]
every_column = pytest.mark.parametrize(("years", "convention", "quarter"), columns)


# -- the printed tables ------------------------------------------------------------------------------------------------


@every_column
def test_each_printed_column_sums_to_one_hundred_percent(years, convention, quarter):
    shares = printed.table(years, convention, quarter)
    assert len(shares) == years + 1
    assert sum(round(share * 100_000) for share in shares) == 100_000


@every_column
def test_each_printed_cell_is_that_of_an_independent_transcription(years, convention, quarter):
    typed = irs_tables.HALF_YEAR[years] if convention == "HY" else irs_tables.MID_QUARTER[quarter][years]
    assert [round(share * 100, 3) for share in printed.table(years, convention, quarter)] == typed


@every_column
def test_the_rule_agrees_with_the_oracle_and_stays_near_the_printed_column(years, convention, quarter):
    rule = dep.macrs_rule(years, convention, quarter)
    assert rule == pytest.approx(oracle.macrs_rule(years, convention, quarter), rel=1e-12)
    assert abs(rule - printed.table(years, convention, quarter)).max() * 100 < 0.014


def test_thirty_five_of_the_330_printed_cells_differ_from_the_rule_by_more_than_half_a_hundredth_of_a_point():
    """Five more are ties such as 9.125, printed 9.13."""
    gaps = np.concatenate([abs(dep.macrs_rule(*column) - printed.table(*column)) * 100 for column in columns])
    assert len(gaps) == 330
    assert (gaps > 0.005 + 1e-9).sum() == 35
    assert (abs(gaps - 0.005) <= 1e-9).sum() == 5


# -- tax ---------------------------------------------------------------------------------------------------------------


@every_column
def test_macrs_writes_off_the_whole_cost_by_the_table(years, convention, quarter):
    amounts = dep.macrs(1000.0, years, convention, quarter)
    assert amounts == pytest.approx(1000 * np.array(oracle.macrs_table(years, convention, quarter)), rel=1e-14)
    assert amounts.sum() == pytest.approx(1000, rel=1e-14)


@given(costs, st.sampled_from(columns), parts, parts)
def test_section_179_comes_first_then_bonus_then_the_table(cost, column, bonus, expensed):
    amounts = dep.macrs(cost, *column, bonus, expensed * cost)
    expected = oracle.macrs(cost, *column, bonus, expensed * cost)
    assert amounts == pytest.approx(expected, rel=1e-12, abs=1e-14 * cost)
    assert amounts.min() >= 0


def test_bonus_of_one_hundred_percent_falls_in_the_first_year():
    assert dep.macrs(1000, 5, bonus=1).tolist() == [1000, 0, 0, 0, 0, 0]
    assert dep.macrs(1000, 5, section_179=1000).tolist() == [1000, 0, 0, 0, 0, 0]


def test_macrs_of_several_classes_and_quarters_has_a_row_each():
    block = dep.macrs([[1000.0], [2000.0]], [5, 15], "mq", [1, 4])
    assert block.shape == (2, 2, 16)
    assert block[1, 0].tolist() == [*(2 * dep.macrs(1000, 5, "MQ", 1)), *[0] * 10]
    assert block[0, 1].tolist() == dep.macrs(1000, 15, "MQ", 4).tolist()


@pytest.mark.parametrize(
    "wrong", [{"cost": -1}, {"bonus": -0.1}, {"bonus": 1.1}, {"section_179": 101}, {"section_179": -1}]
)
def test_macrs_out_of_range_is_nan_in_its_row_only(wrong):
    args = {"cost": 100.0, "bonus": 0.0, "section_179": 0.0}
    name, value = next(iter(wrong.items()))
    block = dep.macrs(life=5, **{**args, name: [args[name], value]})
    assert not np.isnan(block[0]).any()
    assert np.isnan(block[1]).all()


@pytest.mark.parametrize("life", [39, 27.5, 5, 1])
def test_mid_month_writes_off_the_whole_cost(life):
    block = dep.mid_month(1000.0, life, np.arange(1, 13))
    assert block.sum(axis=1) == pytest.approx(np.full(12, 1000.0), rel=1e-12)
    assert block.min() >= 0
    assert block[:, 0] == pytest.approx(1000 / life * (12.5 - np.arange(1, 13)) / 12)


def test_mid_month_is_within_0_004_points_of_the_printed_table_a_7a():
    first = [2.461, 2.247, 2.033, 1.819, 1.605, 1.391, 1.177, 0.963, 0.749, 0.535, 0.321, 0.107]
    block = dep.mid_month(100.0, 39, np.arange(1, 13))
    assert block.shape == (12, 40)
    assert abs(block[:, 0] - first).max() < 0.004
    assert abs(block[:, 1:39] - 2.564).max() < 0.0005
    assert abs(block[:, 39] - first[::-1]).max() < 0.004


@pytest.mark.parametrize(
    "args", [(-1, 39, 1), (100, 0, 1), (100, 39, 0), (100, 39, 13), (100, 39, 1.5), (100, math.nan, 1)]
)
def test_mid_month_of_what_cannot_be_is_nan(args):
    assert np.isnan(dep.mid_month(*args)).all()
