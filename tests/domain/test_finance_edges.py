"""Edges of the kernels that planted faults passed unseen (tests/proofs/mutants.py): each line here sees one of them."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import math

import pytest

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
    from accelxl.domain import depreciation

    assert all(map(math.isnan, depreciation.schedule(1000.0, 100.0, 5.0, "DB", month=month)))
