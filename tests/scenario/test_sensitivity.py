"""Sobol' indices against an independent implementation, and against functions whose indices are known."""

import numpy as np
import pytest

from accelxl.errors import AccelError, NoSolution
from accelxl.scenario.drawn import distributions_of
from accelxl.scenario.draws import draws_of
from accelxl.scenario.sensitivity import estimates, sample, sensitivity
from tests.scenario.common import BASE, PLAN

SPEC = {
    "price_usd_per_mtok": ("triangular", 0.3, 0.6, 1.2),
    "utilization": ("uniform", 0.3, 0.9),
    "tokens_per_second": ("normal", 2500, 300),
    "pue": ("uniform", 1.1, 1.5),
}


def test_the_estimates_are_those_of_salib():
    sobol = pytest.importorskip("SALib.analyze.sobol")
    items = distributions_of(BASE, SPEC)
    draws = draws_of((*items, *items), seed=3, method="sobol", n=1)
    values = sample(BASE, draws, "npv", range(8192))
    first, total = estimates(values[0], values[1], values[2:])
    # SALib's own functions take values about their mean.
    at_a, at_b, mixed = (part - values[:2].mean() for part in (values[0], values[1], values[2:]))
    theirs = {
        "S1": [float(sobol.first_order(at_a, row, at_b)) for row in mixed],
        "ST": [float(sobol.total_order(at_a, row, at_b)) for row in mixed],
    }
    assert first == pytest.approx(theirs["S1"], rel=1e-9, abs=1e-12)
    assert total == pytest.approx(theirs["ST"], rel=1e-9, abs=1e-12)


def test_indices_of_a_sum_are_shares_of_the_variance():
    # capex is linear in the unit price, and in the attachment at a fixed price: a product of two inputs.
    spec = {"units": ("uniform", 50, 150), "unit_price_usd": ("uniform", 20e3, 60e3)}
    found = {index.name: index for index in sensitivity(PLAN, spec, "capex_usd", n=1 << 16).indices}
    mean, var = {"units": 100, "unit_price_usd": 40e3}, {"units": 100**2 / 12, "unit_price_usd": 40e3**2 / 12}
    parts = {
        "units": mean["unit_price_usd"] ** 2 * var["units"],
        "unit_price_usd": mean["units"] ** 2 * var["unit_price_usd"],
    }
    both = var["units"] * var["unit_price_usd"]
    whole = sum(parts.values()) + both
    for name, part in parts.items():
        assert found[name].first == pytest.approx(part / whole, abs=1e-3)
        assert found[name].total == pytest.approx((part + both) / whole, abs=1e-3)


@pytest.mark.parametrize("method", ["philox", "sobol"])
def test_indices_lie_within_the_errors_that_they_tell(method):
    good = {i.name: i for i in sensitivity(PLAN, SPEC, n=1 << 17).indices}
    for index in sensitivity(PLAN, SPEC, n=4096, method=method, seed=5).indices:
        assert abs(index.first - good[index.name].first) < 5 * index.first_error + 1e-4
        assert abs(index.total - good[index.name].total) < 5 * index.total_error + 1e-4
        assert 0 < index.first_error < 0.2


def test_an_input_that_does_nothing_has_indices_of_zero():
    found = sensitivity(PLAN, {**SPEC, "debt_rate": ("uniform", 0.01, 0.1)}, n=4096)
    index = found.indices[-1]
    assert (index.name, index.first, index.total) == ("debt_rate", 0.0, 0.0)


def test_the_largest_total_stands_first_and_the_table_has_a_row_for_each():
    found = sensitivity(PLAN, SPEC, n=4096)
    totals = [index.total for index in found.indices]
    assert totals == sorted(totals, reverse=True)
    assert [row[0] for row in found.table()] == ["input", *(index.name for index in found.indices)]
    assert found.evaluations == found.n * 6


def test_the_number_of_threads_changes_no_bit():
    assert sensitivity(PLAN, SPEC, n=20_000, threads=1) == sensitivity(PLAN, SPEC, n=20_000, threads=3)


def test_points_where_the_metric_has_no_value_are_left_out_and_counted():
    found = sensitivity(
        PLAN, {"price_usd_per_mtok": ("uniform", 0.0, 0.6), "pue": ("uniform", 1.1, 1.5)}, "payback_months", n=4096
    )
    assert 0.05 < found.share_nan < 0.95
    assert all(np.isfinite([i.first, i.total]).all() for i in found.indices)


def test_a_metric_that_does_not_move_has_no_indices():
    with pytest.raises(NoSolution, match="the metric is 0 at every scenario; its variance has no source"):
        sensitivity(PLAN, {"pue": ("uniform", 1.1, 1.5)}, "truncated_months")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n": 100}, "n is 100; a whole number from 2,048 to 22,369,621 is allowed"),
        ({"metric": "npvs"}, "'npvs' is not a metric; did you mean npv?"),
        ({"method": "grid"}, "'grid' is not a method of drawing; allowed: philox, sobol"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(AccelError) as caught:
        sensitivity(PLAN, {"pue": ("uniform", 1.1, 1.5)}, **options)
    assert str(caught.value) == sentence
