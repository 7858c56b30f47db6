"""Real and nominal money, and exchange rates to come: identities, published figures, limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain import finance, money
from tests.oracle import finance as oracle

rates = st.floats(-0.2, 0.5)


@given(flows=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), rate=rates, inflation=rates)
def test_real_flows_at_the_real_rate_are_worth_what_nominal_flows_are_at_the_nominal_rate(flows, rate, inflation):
    years = np.arange(float(len(flows)))
    real_flows = np.atleast_1d(money.real(flows, years, inflation))
    size = oracle.npv(rate, [abs(flow) for flow in flows])
    assert oracle.npv(money.real_rate(rate, inflation), real_flows) == pytest.approx(
        oracle.npv(rate, flows), abs=1e-10 * size
    )
    assert money.nominal(real_flows, years, inflation) == pytest.approx(np.array(flows), rel=1e-12, abs=1e-9)


@given(rate=rates, inflation=rates)
def test_real_and_nominal_rates_undo_each_other(rate, inflation):
    assert money.nominal_rate(money.real_rate(rate, inflation), inflation) == pytest.approx(rate, abs=1e-12)
    assert (1 + money.nominal_rate(rate, inflation)) == pytest.approx((1 + rate) * (1 + inflation))


def test_fisher_s_own_figures():
    """Irving Fisher, The Theory of Interest: at 4 % real and prices rising by 1 % the money rate is 5.04 %."""
    assert money.nominal_rate(0.04, 0.01) == pytest.approx(0.0504, rel=1e-14)


@given(
    flows=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), spot=st.floats(0.01, 200), quote=rates, base=rates
)
def test_a_project_is_worth_the_same_in_both_currencies(flows, spot, quote, base):
    ahead = np.atleast_1d(money.fx_forward(spot, np.arange(float(len(flows))), quote, base))
    abroad = [flow * rate for flow, rate in zip(flows, ahead, strict=True)]
    size = oracle.npv(base, [abs(flow) for flow in flows]) * spot
    assert finance.npv(quote, abroad) == pytest.approx(spot * oracle.npv(base, flows), abs=1e-10 * size)


def test_limits():
    assert money.real(100.0, 0, 0.5) == money.nominal(100.0, 0, 0.5) == 100.0
    assert money.real(100.0, 5, 0.0) == 100.0
    assert money.real(-100.0, 1, 0.25) == -80.0
    assert money.nominal(100.0, -1, 0.25) == 80.0
    assert money.real_rate(0.03, 0.03) == 0.0
    assert money.fx_forward(1.1, 7, 0.04, 0.04) == 1.1
    assert money.fx_forward(1.1, 0, 0.04, 0.01) == 1.1
    assert all(
        math.isnan(x)
        for x in (money.real(1.0, 1, -1.0), money.real_rate(0.1, -1.0), money.fx_forward(-1.0, 1, 0.0, 0.0))
    )
    assert money.real([[1.0], [2.0]], [0, 1], 0.1).shape == (2, 2)
