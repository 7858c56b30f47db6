"""Tornado, Monte Carlo and stress in the sheet: the figures of the functions below, and what is wrong as an error with a sentence."""

import math

import numpy as np
import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.cells import NUM, REF, VALUE
from accelxl.scenario.columns import DEFAULT_METRICS
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.stress import stress
from accelxl.scenario.tornado import tornado

TORNADO, MC, STRESS = REGISTRY["ACCEL_TORNADO"], REGISTRY["ACCEL_MC"], REGISTRY["ACCEL_STRESS"]
BLOCK = [["units", 64.0], ["unit_price_usd", 34e3], ["tokens_per_second", 2500.0], ["price_usd_per_mtok", 0.6]]
PLAN = dict(BLOCK)
DRAWS = [["price_usd_per_mtok", "triangular", 0.0, 0.05, 1.2, None], ["pue", "uniform", 1.1, 1.5, "", ""], [None] * 6]
SPEC = {"price_usd_per_mtok": ("triangular", 0.0, 0.05, 1.2), "pue": ("uniform", 1.1, 1.5)}


def cells(value):
    """What a sheet shows for a figure."""
    return NUM if isinstance(value, float) and not math.isfinite(value) else value


@pytest.mark.parametrize("metric", ["npv", "payback_months"])
def test_a_tornado_has_the_bars_of_the_function(metric):
    outcome = TORNADO.call(BLOCK, [["price_usd_per_mtok", 0.01, 0.8], ["pue", "", None], ["", "", ""]], metric)
    want = tornado(PLAN, {"price_usd_per_mtok": (0.01, 0.8), "pue": None}, metric)
    assert outcome.rows()[0] == ["input", "low", "high", f"{metric} at low", f"{metric} at high", "swing"]
    assert outcome.rows()[1:] == [
        [bar.name, *map(cells, (bar.low, bar.high, bar.at_low, bar.at_high, bar.swing))] for bar in want.bars
    ]
    assert bool(outcome.why) == (metric == "payback_months")


def test_a_tornado_without_ranges_moves_every_input():
    assert [row[0] for row in TORNADO.call(BLOCK).rows()[1:]] == [bar.name for bar in tornado(PLAN).bars]


@pytest.mark.parametrize("metric", ["npv", "irr", "payback_months"])
def test_a_monte_carlo_has_the_figures_of_the_function(metric):
    outcome = MC.call(BLOCK, DRAWS, metric, 5000.0, 3.0, [[1.0, 50.0, 99.0]])
    want = montecarlo(PLAN, SPEC, metric, n=5000, seed=3, percentiles=(1, 50, 99))[metric]
    figures = [want.mean, want.sd, want.share_below, want.share_nan, *want.percentiles.values()]
    assert [row[1] for row in outcome.rows()] == list(map(cells, figures))
    assert outcome.rows()[4][0] == "percentile 1"
    assert ("has no value in" in outcome.why) == (want.share_nan > 0)


def test_a_monte_carlo_spills_the_quantiles_of_a_known_law():
    # Revenue is 64 * tokens/s * utilization * 2.628 Mtok * 60 months * 0.6: with utilization uniform on 0.3 to 0.9 its
    # percentiles are those of that line, within four standard errors of an order statistic.
    n, percents = 200_000, [1.0, 25.0, 50.0, 75.0, 99.0]
    dollar = 64 * 2.628 * 60 * 0.6
    draws = [["utilization", "uniform", 0.3, 0.9]]
    table = MC(BLOCK, draws, "revenue_usd", n, 5.0, [percents]).tolist()
    assert [row[0] for row in table[4:]] == [f"percentile {percent:g}" for percent in percents]
    for percent, row in zip(percents, table[4:], strict=True):
        error = 0.6 * math.sqrt(percent / 100 * (1 - percent / 100) / n)
        assert row[1] / (dollar * 2500) == pytest.approx(0.3 + 0.6 * percent / 100, abs=4 * error)
    assert table == MC(BLOCK, draws, "revenue_usd", n, 5.0, [percents]).tolist()
    assert table != MC(BLOCK, draws, "revenue_usd", n, 6.0, [percents]).tolist()
    # The mean of a product is that of the means and the covariance; uniforms linked by a normal copula have their rank
    # correlation as correlation: 0.6 * 2500 + 0.8 * (0.6 / sqrt(12)) * (3000 / sqrt(12)).
    both = [*draws, ["tokens_per_second", "uniform", 1000.0, 4000.0]]
    for rank in (-0.8, 0.0, 0.8):
        mean = MC(BLOCK, both, "revenue_usd", n, 5.0, None, [[1.0, rank], [rank, 1.0]])[0][1]
        assert mean / dollar == pytest.approx(0.6 * 2500 + rank * 0.6 * 3000 / 12, abs=4 * 800 / math.sqrt(n))


def test_the_correlation_is_a_matrix_or_a_table_with_names():
    spec = {"price_usd_per_mtok": ("triangular", 0.0, 0.05, 1.2), "pue": ("uniform", 1.1, 1.5)}
    want = montecarlo(PLAN, spec, "npv", n=2000, correlation=[[1, 0.8], [0.8, 1]])["npv"].mean
    bare = MC(BLOCK, DRAWS, "npv", 2000, None, None, [[1.0, 0.8], [0.8, 1.0]])
    named = MC(BLOCK, DRAWS, "npv", 2000, None, None,
               [["", "pue", "price_usd_per_mtok"], ["pue", 1.0, 0.8], ["price_usd_per_mtok", 0.8, 1.0]])  # fmt: skip
    assert bare[0][1] == named[0][1] == want
    assert want != MC(BLOCK, DRAWS, "npv", 2000)[0][1]


def test_stress_has_a_row_for_each_case():
    want = stress(PLAN, "telecom mild")
    for pack in ("telecom mild", [["telecom mild", None]]):
        rows = STRESS.call(BLOCK, pack).rows()
        assert rows[0] == ["case", *DEFAULT_METRICS]
        assert rows[1:] == [[case.name, *(cells(v) for v in case.metrics.values())] for case in want.cases]
    assert STRESS.call(BLOCK).rows()[2][1] == stress(PLAN)["fill share"].metrics["npv"]
    own = STRESS.call(BLOCK, [["late", "delay_months", "add", 6.0], ["late", "units", 10.0, ""]], [["npv"], ["roi"]])
    assert own.rows()[2] == [
        "late",
        *stress(PLAN, {"late": {"delay_months": ("add", 6), "units": 10}}, ("npv", "roi"))["late"].metrics.values(),
    ]


@pytest.mark.parametrize(
    ("function", "args", "cell", "sentence"),
    [
        (TORNADO, (BLOCK, [["pues", 1, 2]]), VALUE, "'pues' is not an input of a plan; did you mean pue?"),
        (TORNADO, (BLOCK, [["pue", 2, 1]]), NUM, "the range of pue goes from 2 to 1; low up to high is allowed"),
        (TORNADO, (BLOCK, [["pue", REF, 1]]), REF, "ranges, cell 2, is #REF!"),
        (TORNADO, (BLOCK, 3.0), VALUE, "row 1 of the ranges is [3.0]; a name, a low and a high are allowed"),
        (TORNADO, (BLOCK, None, "npw"), VALUE, "metric is the text 'npw'"),
        (MC, (BLOCK,), VALUE, "distributions is blank"),
        (MC, (BLOCK, [["pue", "gauss", 1, 2]]), VALUE, "'gauss' is not a distribution of pue"),
        (MC, (BLOCK, [["pue", "uniform", "1.1", 1.5]]), VALUE, "low of uniform of pue is '1.1'; a number is allowed"),
        (MC, (BLOCK, [["pue", "uniform", 1.5, 1.1]]), NUM, "pue"),
        (MC, (BLOCK, DRAWS, "npv", 0), NUM, "n is 0; a whole number from 1 to 1e+07 scenarios is allowed"),
        (MC, (BLOCK, DRAWS, "npv", 100, -1), NUM, "seed is -1"),
        (MC, (BLOCK, DRAWS, "npv", 100, 1, [[50.0, "x"]]), VALUE, "percentiles, cell 2, is the text 'x'"),
        (MC, (BLOCK, DRAWS, "npv", 100, 1, 101), NUM, "percentiles, cell 1, is 101; a number from 0 to 100 is allowed"),
        (MC, (BLOCK, DRAWS, "npv", 100, 1, None, [[1, 1], [1, 1]]), NUM, "the correlation matrix is not positive definite"),
        (MC, (BLOCK, DRAWS, "npv", 100, 1, None, [[1, "a"], ["a", 1]]), VALUE, "'a' of the correlation has no distribution"),
        (STRESS, (BLOCK, "telecon"), VALUE, "'telecon' is not a pack; did you mean telecom?"),
        (STRESS, (BLOCK, [["a", "pue", "up", 1]]), VALUE, "case 'a': 'up' is not a change of pue"),
        (STRESS, (BLOCK, [["a", "pue", "set", 0.5]]), NUM, "pue is 0.5; a number from 1 to 10"),
        (STRESS, (BLOCK, None, "npw"), VALUE, "which is not a metric; did you mean npv?"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error_with_a_sentence(function, args, cell, sentence):
    outcome = function.call(*args)
    assert outcome.value == cell
    assert sentence in outcome.why


@pytest.mark.parametrize("name", ["ACCEL_TORNADO", "ACCEL_MC", "ACCEL_STRESS"])
def test_an_array_inside_a_cell_is_refused(name):
    told = REGISTRY[name].call(BLOCK, [["pue", np.full((2, 3), np.nan), 1.5]])
    assert told.fault is None
    assert told.why.endswith("cell 2, is an object of type ndarray; one value is needed")
