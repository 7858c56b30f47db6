"""Cost of a million tokens: published figures, identities, and what has no meaning."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain.serving import cost_per_mtok
from accelxl.errors import ShapeError, WrongType

money, rate, share = st.floats(0.01, 1e3), st.floats(0.1, 1e6), st.floats(0.01, 1)


def test_a_published_day_of_service_costs_what_was_published():
    """DeepSeek's day of 27 to 28 February 2025: 226.75 nodes of 8 at 2 USD an hour for 87,072 USD; 608 + 168 billion tokens."""
    tokens = 608e9 + 168e9
    per_second = tokens / (226.75 * 8) / 86400
    assert cost_per_mtok(2.0, per_second) == pytest.approx(87072 / tokens * 1e6, rel=1e-12)


@given(hour=money, tps=rate, fill=share)
def test_tokens_of_an_hour_times_their_cost_are_the_hour(hour, tps, fill):
    assert cost_per_mtok(hour, tps, fill) * tps * fill * 3600 / 1e6 == pytest.approx(hour, rel=1e-12)


@given(hour=money, first=rate, then=rate, into=st.floats(0.01, 0.99))
def test_the_blend_by_time_is_the_mean_of_the_phases_by_tokens(hour, first, then, into):
    blend = 1 / (into / first + (1 - into) / then)
    mean = into * cost_per_mtok(hour, first) + (1 - into) * cost_per_mtok(hour, then)
    assert cost_per_mtok(hour, blend) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("args", [(1, 0), (1, 10, 0), (-1, 10), (1, -10), (math.nan, 10)])
def test_no_tokens_or_a_negative_figure_have_no_cost(args):
    assert math.isnan(cost_per_mtok(*args))


def test_arguments_broadcast():
    assert cost_per_mtok(3.6, np.array([[1000], [2000]]), [0.5, 1]).tolist() == [[2.0, 1.0], [1.0, 0.5]]


def test_what_is_no_number_or_does_not_fit_is_refused():
    with pytest.raises(WrongType, match="tokens_per_second"):
        cost_per_mtok(1, "fast")
    with pytest.raises(ShapeError):
        cost_per_mtok([1, 2], [1, 2, 3])
