"""Rank correlations: read, refused, and found again in the draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from accelxl.errors import AccelError, OutOfRange, ShapeError, UnknownName
from accelxl.scenario.correlation import matrix_of, sine, triangle
from tests.scenario.common import EVERY_KIND, drawn

NAMES = list(EVERY_KIND)


@given(st.floats(-0.5235987755982989, 0.5235987755982989))
def test_the_sine_is_right_to_a_unit_or_two_in_the_last_place(x):
    assert sine(x) == pytest.approx(np.sin(x), rel=5e-16, abs=1e-300)


def test_the_triangle_squared_is_the_correlation_of_the_scores():
    ranks = np.array([[1, 0.5, -0.2], [0.5, 1, 0.3], [-0.2, 0.3, 1]])
    lower = triangle(ranks, ["a", "b", "c"])
    scores = 2 * np.sin(np.pi * ranks / 6)
    np.fill_diagonal(scores, 1.0)
    assert lower @ lower.T == pytest.approx(scores, abs=1e-15)
    assert np.array_equal(lower, np.tril(lower))


def test_draws_have_the_rank_correlations_that_were_asked_for():
    asked = {
        ("units", "pue"): 0.5,
        ("utilization", "price_usd_per_mtok"): -0.7,
        ("tax_rate", "electricity_usd_per_kwh"): 0.3,
    }
    draws = drawn({**EVERY_KIND, "units": ("uniform", 8, 1024)}, seed=3, correlation=asked)
    n = 200_000
    found = stats.spearmanr(draws.rows(0, n).T).statistic
    want = matrix_of(asked, draws.names)
    ties = [draws.names.index("install_months"), draws.names.index("economic_life_months")]
    keep = [k for k in range(len(draws.names)) if k not in ties]
    assert found[np.ix_(keep, keep)] == pytest.approx(want[np.ix_(keep, keep)], abs=5 / np.sqrt(n))


def test_correlated_draws_keep_their_own_laws():
    asked = {("pue", "price_usd_per_mtok"): 0.7, ("utilization", "pue"): -0.5, ("tokens_per_second", "pue"): 0.3}
    draws = drawn(EVERY_KIND, seed=7, correlation=asked)
    rows = dict(zip(draws.names, draws.rows(0, 1 << 17), strict=True))
    assert stats.kstest(rows["price_usd_per_mtok"], stats.triang(1 / 3, 0.3, 0.9).cdf).pvalue > 1e-3
    assert stats.kstest(rows["utilization"], stats.beta(3, 3, 0.3, 0.6).cdf).pvalue > 1e-3
    assert stats.kstest(rows["tokens_per_second"], stats.norm(2500, 300).cdf).pvalue > 1e-3
    assert stats.kstest(rows["pue"], stats.uniform(1.1, 0.4).cdf).pvalue > 1e-3


def test_inputs_without_a_link_are_drawn_as_if_there_were_no_matrix():
    plain, linked = drawn(EVERY_KIND, seed=7), drawn(EVERY_KIND, seed=7, correlation={("pue", "utilization"): 0.5})
    same = [k for k, name in enumerate(NAMES) if name not in {"pue", "utilization"}]
    assert np.array_equal(plain.rows(0, 1000)[same], linked.rows(0, 1000)[same])


def test_matrix_frame_pairs_and_table_say_the_same():
    names = ["pue", "units", "tax_rate"]
    matrix = [[1, 0.3, 0], [0.3, 1, -0.2], [0, -0.2, 1]]
    want = np.array(matrix)
    frame = pd.DataFrame([[1, -0.2], [-0.2, 1]], index=["units", "tax_rate"], columns=["units", "tax_rate"])
    table = [["", "units", "tax_rate"], ["units", 1, -0.2], ["tax_rate", -0.2, 1]]
    assert np.array_equal(matrix_of(matrix, names), want)
    assert np.array_equal(matrix_of(want, names), want)
    assert np.array_equal(matrix_of({("units", "pue"): 0.3, ("units", "tax_rate"): -0.2}, names), want)
    want[0, 1] = want[1, 0] = 0
    assert np.array_equal(matrix_of(frame, names), want)
    assert np.array_equal(matrix_of(table, names), want)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([[1, 0.9], [0.9, 1], [0, 0]], "the correlation is 3 x 2 and 2 inputs have distributions; 2 x 2 is allowed"),
        ([[1, 2], [2, 1]], "the correlation of pue and units is 2; a number from -1 to 1 is allowed"),
        ([[1, np.nan], [0, 1]], "the correlation of pue and units is nan; a number from -1 to 1 is allowed"),
        ([[1, "x"], [0, 1]], "'x' of the correlation has no distribution; allowed: pue, units"),
        ([[1, 0.1], ["x", 1]], "the correlation of units and pue is 'x'; a number from -1 to 1 is allowed"),
        ([[1, 0.1], [0.2, 1]], "the correlation of units and pue is 0.2 and 0.1; one figure is allowed"),
        ([[0.5, 0], [0, 1]], "the correlation of pue with itself is 0.5; it is 1"),
        ({("pue", "unit"): 0.1}, "'unit' of the correlation has no distribution; did you mean units?"),
        ({("pue", "pue"): 0.1}, "the correlation of pue with itself is given; it is 1"),
        ({"pue": 0.1}, "'pue' names no pair of inputs; a key such as ('pue', 'units') is allowed"),
    ],
)
def test_a_bad_matrix_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(AccelError) as caught:
        matrix_of(given, ["pue", "units"])
    assert str(caught.value) == sentence


def test_a_matrix_that_is_not_positive_definite_is_refused_with_the_input_that_contradicts():
    pairs = {("pue", "utilization"): 0.9, ("utilization", "tax_rate"): 0.9, ("pue", "tax_rate"): -0.9}
    with pytest.raises(OutOfRange) as caught:
        drawn(EVERY_KIND, correlation=pairs)
    assert str(caught.value) == (
        "the correlation matrix is not positive definite: tax_rate cannot be linked so to pue, utilization "
        "(smallest eigenvalue -0.816); weaker correlations are allowed"
    )


def test_a_correlation_of_one_is_refused_as_not_positive_definite():
    with pytest.raises(OutOfRange, match="units cannot be linked so to pue"):
        triangle(np.ones((2, 2)), ["pue", "units"])


def test_rows_in_another_order_than_the_columns_are_put_in_theirs():
    names = ["a", "b", "c"]
    want = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]])
    mixed = pd.DataFrame(want, names, names).loc[["c", "a", "b"]]
    assert np.array_equal(matrix_of(mixed, names), want)
    table = [["", *names], *([name, *row] for name, row in zip(mixed.index, mixed.to_numpy().tolist(), strict=True))]
    assert np.array_equal(matrix_of(table, names), want)
    assert np.array_equal(matrix_of(pd.DataFrame(want, columns=names), names), want)


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        (pd.DataFrame([[1, 0.5], [0.5, 1]], ["x", "y"], ["a", "b"]), UnknownName, "'x' of the correlation has no distribution"),
        (pd.DataFrame([[1, 0.5], [0.5, 1]], ["a", "a"], ["a", "b"]), ShapeError, "has the 2 rows a, a and the columns a, b; each input"),
        ({("a", "b"): 0.3, ("b", "a"): 0.5}, OutOfRange, "the correlation of a and b is 0.3 and 0.5; one figure is allowed"),
    ],
)  # fmt: skip
def test_sides_and_pairs_that_contradict_are_refused(given, error, sentence):
    with pytest.raises(error, match=sentence):
        matrix_of(given, ["a", "b"])


def test_a_pair_may_be_given_both_ways_with_the_same_figure():
    assert matrix_of({("a", "b"): 0.3, ("b", "a"): 0.3}, ["a", "b"])[0, 1] == 0.3
