"""Edges of the kernels that planted faults passed unseen (tests/proofs/mutants.py): each line here sees one of them."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import math

import numpy as np
import pytest

from accelxl.domain import depreciation
from accelxl.domain import finance as fin


@pytest.mark.parametrize("type", [0, 1])
def test_without_interest_the_number_of_payments_is_a_quotient(type):
    assert fin.nper(0.0, -125.0, 1000.0, 0.0, type) == 8.0
    assert fin.nper(0.0, -50.0, 1000.0, -400.0, type) == 12.0


def test_a_growth_to_one_is_no_growth_to_nothing():
    assert fin.rri(1, 2.0, 1.0) == pytest.approx(-0.5, rel=1e-15)
    assert fin.rri(5, 32.0, 1.0) == pytest.approx(-0.5, rel=1e-15)
    assert fin.rri(5, 32.0, 0.0) == -1.0


@pytest.mark.parametrize("rate", [-1.0, -1.25, -1.5, -3.0])
def test_below_minus_one_nothing_has_a_worth(rate):
    flows = [-100.0, 60.0, 60.0]
    for value in (
        fin.npv(rate, flows), fin.pi(rate, flows), fin.equivalent_annuity(rate, flows), fin.discounted_payback(rate, flows),
        fin.mirr(flows, rate, 0.1), fin.mirr(flows, 0.1, rate), fin.pv(rate, 5, 100.0), fin.pmt(rate, 5, 100.0), fin.nper(rate, -50.0, 100.0),
        fin.ipmt(rate, 1, 5, 100.0), fin.ppmt(rate, 1, 5, 100.0), fin.xnpv(rate, flows, [40000, 40100, 40200]),
    ):  # fmt: skip
        assert math.isnan(value)


@pytest.mark.parametrize("month", [0, 13])
def test_a_year_has_months_one_to_twelve(month):
    for periods in (3, 9):  # with and without periods after the life
        assert np.isnan(depreciation.schedule(1000.0, 100.0, 5.0, "DB", month=month, periods=periods)).all()


def test_an_asset_that_cost_nothing_writes_nothing_off():
    assert [depreciation.db(0.0, 0.0, 5.0, period) for period in (1, 2, 5)] == [0.0, 0.0, 0.0]


def test_book_values_are_the_sum_rounded_once():
    written = [1.0 / 3.0 + 0.017 * k for k in range(400)]
    found = depreciation.book_values(5000.0, written)
    for k, value in enumerate(found):
        exact = math.fsum([5000.0, *(-x for x in written[: k + 1])])
        assert abs(value - exact) <= math.ulp(exact)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize(
    ("pmt", "pv", "fv"), [(0.0, -0.5, 0.9), (0.0, 0.5, -0.9), (-0.1, 0.5, -0.2), (0.1, -0.5, 0.2), (0.1, 0.3, -1.6)]
)
def test_a_rate_does_not_depend_on_the_unit_of_money(scale, pmt, pv, fv):
    rate = fin.rate(10, pmt * scale, pv * scale, fv * scale)
    assert rate == pytest.approx(fin.rate(10, pmt * 256.0, pv * 256.0, fv * 256.0), rel=1e-12)
    assert fin.fv(rate, 10, pmt, pv) == pytest.approx(fv, rel=1e-9)


def test_a_rate_of_the_largest_amounts_is_found():
    assert fin.rate(10, 0.0, -1.5e308, 1.6e308) == pytest.approx((1.6 / 1.5) ** 0.1 - 1, rel=1e-12)


def test_one_flow_has_no_rate():
    for flows in ([-100.0, 0.0, 0.0], [0.0, 0.0, 5.0], [0.0, -1.0, 0.0]):
        assert math.isnan(fin.irr(flows))
        assert math.isnan(fin.xirr(flows, [40000, 40100, 40200]))
