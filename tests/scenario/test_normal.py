"""The normal distribution of normal.h."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import accelxl._core as core

PROBABILITIES = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 100_001), 10.0 ** -np.linspace(0.31, 16.5, 5001)])


def test_the_quantile_agrees_with_an_independent_one():
    want = special.ndtri(PROBABILITIES)
    assert core.ndtri(PROBABILITIES) == pytest.approx(want, rel=2e-15, abs=1e-15)


def test_the_probability_agrees_with_an_independent_one():
    scores = np.linspace(-8.4, 8.4, 20_001)
    assert core.ndtr(scores) == pytest.approx(special.ndtr(scores), rel=1e-14)


@given(st.floats(2.0**-53, 0.5))
def test_the_quantile_is_odd_to_the_bit(half):
    k = np.floor(half * 2.0**52)
    u = (k + 0.5) * 2.0**-52
    assert core.ndtri(1.0 - u) == -core.ndtri(u)


def test_the_quantile_never_falls():
    assert (np.diff(core.ndtri(np.sort(PROBABILITIES))) >= 0).all()


@pytest.mark.parametrize("score", [-np.inf, -40.0, -8.5])
def test_a_score_beyond_the_end_counts_as_the_end(score):
    assert core.ndtr(score) == core.ndtr(-8.5)
    assert core.ndtr(-score) == 1.0


def test_a_score_that_is_no_number_has_no_probability():
    with np.errstate(invalid="ignore"):  # a comparison with NaN
        assert np.isnan(core.ndtr(np.nan))
