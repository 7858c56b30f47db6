"""Real options: published trees, a recursive tree, Black and Scholes, bounds, limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from accelxl.domain.finance import KINDS, option
from accelxl.errors import OutOfRange, UnknownName
from tests.oracle import capital as oracle


def test_hull_s_american_put_on_five_steps():
    """Hull, Options, Futures and Other Derivatives: S = K = 50, r = 10 % continuous, sigma = 40 %, five months, five steps: 4.49."""
    assert option("abandon", 50.0, 50.0, math.expm1(0.1), 0.4, 5 / 12, steps=5) == pytest.approx(4.49, abs=0.005)


def test_hull_s_european_call_is_the_limit_of_the_freedom_to_defer():
    """The same: S = 42, K = 40, r = 10 %, sigma = 20 %, half a year: 4.76. Without losses by waiting it pays to wait to the end."""
    assert option("defer", 42.0, 40.0, math.expm1(0.1), 0.2, 0.5, steps=5000) == pytest.approx(4.76, abs=0.005)


@given(
    kind=st.sampled_from(KINDS),
    value=st.floats(1, 200),
    price=st.floats(1, 200),
    rate=st.floats(0, 0.15),
    volatility=st.floats(0.15, 1),
    years=st.floats(0.1, 3),
    lost=st.floats(0, 0.2),
    expansion=st.floats(0.1, 3),
    steps=st.integers(20, 60),
)
@settings(max_examples=60, deadline=None)
def test_the_tree_agrees_with_recursion_over_its_nodes(
    kind, value, price, rate, volatility, years, lost, expansion, steps
):
    got = option(kind, value, price, rate, volatility, years, lost, expansion, steps)
    assert got == pytest.approx(
        oracle.tree(kind, value, price, rate, volatility, years, lost, expansion, steps), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("value", [60.0, 100.0, 140.0])
def test_deferral_without_losses_converges_to_black_and_scholes(value):
    rate, volatility, years, price = math.log(1.05), 0.3, 2.0, 100.0
    d1 = (math.log(value / price) + (rate + volatility**2 / 2) * years) / (volatility * math.sqrt(years))
    call = value * norm.cdf(d1) - price * math.exp(-rate * years) * norm.cdf(d1 - volatility * math.sqrt(years))
    assert option("defer", value, price, 0.05, volatility, years, steps=4000) == pytest.approx(call, abs=0.01)


@given(
    kind=st.sampled_from(KINDS),
    value=st.floats(0, 200),
    price=st.floats(0, 200),
    volatility=st.floats(0.1, 1),
    years=st.floats(0, 3),
    lost=st.floats(0, 0.3),
)
@settings(max_examples=60, deadline=None)
def test_a_choice_is_worth_no_less_than_taking_it_now_and_no_more_than_its_prize(
    kind, value, price, volatility, years, lost
):
    worth = option(kind, value, price, 0.04, volatility, years, lost, steps=100)
    now = price - value if kind == "abandon" else value - price
    assert max(0.0, now) - 1e-9 <= worth <= (price if kind == "abandon" else value) + 1e-9


def test_an_expansion_by_one_is_a_deferral_and_scales():
    assert option("expand", 80.0, 90.0, 0.05, 0.4, 2.0) == option("defer", 80.0, 90.0, 0.05, 0.4, 2.0)
    assert option("expand", 80.0, 90.0, 0.05, 0.4, 2.0, 0.0, 0.5) == option("defer", 40.0, 90.0, 0.05, 0.4, 2.0)


@pytest.mark.parametrize("kind", KINDS)
def test_without_volatility_the_best_moment_is_known(kind):
    days = np.linspace(0.0, 2.0, 20001)
    sign = -1.0 if kind == "abandon" else 1.0
    for value, price, rate, lost in [
        (100, 98, 0.1, 0.02),
        (100, 120, 0.15, 0.01),
        (100, 120, 0.0, 0.2),
        (90, 100, 0.05, 0.3),
        (5, 0, 0, 0),
    ]:
        gain = sign * (value * (1 - lost) ** days - price * (1 + rate) ** -days)
        assert option(kind, value, price, rate, 0.0, 2.0, lost) == pytest.approx(max(0.0, gain.max()), abs=1e-6)
    assert option(kind, 100.0, 90.0, 0.05, 0.5, 0.0) == max(0.0, sign * 10.0)


def test_out_of_range_has_no_value_and_cases_broadcast():
    assert option("defer", [[90.0], [110.0]], 100.0, 0.05, [0.2, 0.4, 9.0], 1.0).shape == (2, 3)
    assert np.isnan(option("defer", 100.0, 100.0, 0.05, [9.0, -1.0, math.nan], 1.0)).all()
    # a step in which the riskless growth outruns the tree
    assert math.isnan(option("defer", 100.0, 100.0, 1.0, 0.01, 5.0, steps=2))
    among = option("abandon", [40.0, 60.0], 50.0, 0.05, 0.4, 1.0)
    assert [option("abandon", value, 50.0, 0.05, 0.4, 1.0) for value in (40.0, 60.0)] == among.tolist()


def test_bad_words_and_steps_are_refused():
    with pytest.raises(UnknownName, match="kind is 'defr'; did you mean defer"):
        option("defr", 1, 1, 0, 0.1, 1)
    for steps in (0, 2.5, 5001, math.nan):
        with pytest.raises(OutOfRange, match="steps is"):
            option("defer", 1, 1, 0, 0.1, 1, steps=steps)
    with pytest.raises(OutOfRange, match="1,000,000 trees of 500 steps are too many; at most 44"):
        option("defer", np.ones(1_000_000), 1, 0, 0.1, 1)
