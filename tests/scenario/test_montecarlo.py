"""Monte Carlo from plan to summary: the same figures by hand, the same bits for any threads, order or build."""

import itertools
import math

import numpy as np
import pytest

from accelxl.errors import AccelError, OutOfRange, UnknownName
from accelxl.plan.evaluate import evaluate
from accelxl.plan.metrics import METRICS
from accelxl.scenario import collect
from accelxl.scenario.collect import BEST_LOW
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.tables import scenarios
from tests.oracle import plan as oracle
from tests.scenario.common import BASE, EVERY_KIND, PLAN, drawn, elsewhere, levels

WILD = {"price_usd_per_mtok": ("triangular", 0.0, 0.05, 1.2), "utilization": ("uniform", 0.0, 0.9)}
# Draws of which many lose money, so that rates and paybacks have no value.
RATES = ("irr", "payback_months", "npv", "irr_equity")
DEBT = {**PLAN, "debt_share": 0.5, "debt_rate": 0.08, "debt_months": 48}


def test_the_scenarios_are_the_plan_evaluated_at_the_draws():
    found = montecarlo(PLAN, EVERY_KIND, tuple(METRICS), n=300, seed=3, sink="frame")
    rows = drawn(EVERY_KIND, seed=3).rows(0, 300)
    assert np.array_equal(found[list(EVERY_KIND)].to_numpy().T, rows)
    for k in (0, 7, 299):
        one = evaluate({**PLAN, **dict(zip(EVERY_KIND, rows[:, k].tolist(), strict=True))})
        assert {name: found[name][k] for name in METRICS} == pytest.approx(one, rel=1e-12, abs=1e-9, nan_ok=True)


def test_the_fused_run_has_the_bits_of_a_table_of_the_same_draws():
    rows = dict(zip(EVERY_KIND, drawn(EVERY_KIND, seed=3).rows(0, 5000), strict=True))
    fused = montecarlo(PLAN, EVERY_KIND, n=5000, seed=3, sink="array")
    for name, values in scenarios(PLAN, rows).items():
        assert np.array_equal(fused[name], values, equal_nan=True), name


def test_the_summary_is_that_of_the_scenarios():
    n = 50_000
    outcome = montecarlo(
        DEBT, WILD, RATES, n=n, seed=2, percentiles=(5, 50, 95), level={"irr": 0.05, "payback_months": 24}
    )
    rows = montecarlo(DEBT, WILD, (*RATES, "profit_usd", "interest_usd"), n=n, seed=2, sink="array")
    for name in RATES:
        values, summary = rows[name], outcome[name]
        known = values[~np.isnan(values)]
        assert (summary.n, summary.count) == (n, len(known))
        assert summary.share_nan == (n - len(known)) / n
        assert summary.mean == pytest.approx(known.mean(), rel=1e-12)
        assert summary.sd == pytest.approx(known.std(ddof=1), rel=1e-11)
        assert summary.standard_error == pytest.approx(known.std(ddof=1) / math.sqrt(len(known)), rel=1e-11)
        assert (summary.low, summary.high) == (known.min(), known.max())
        assert summary.percentile_error == 0.0


def test_a_payback_without_value_stands_last_and_a_losing_rate_at_minus_one():
    n, percentiles = 20_000, (0.1, 10, 50, 90, 99)
    outcome = montecarlo(
        DEBT, WILD, RATES, n=n, seed=2, percentiles=percentiles, level={"irr": 0.05, "payback_months": 24}
    )
    rows = montecarlo(DEBT, WILD, (*RATES, "profit_usd", "interest_usd"), n=n, seed=2, sink="array")
    flows = {"irr": rows["profit_usd"], "irr_equity": rows["profit_usd"] - rows["interest_usd"] * 0.75}
    for name in RATES:
        ranks = rows[name].copy()
        if name == "payback_months":
            ranks[np.isnan(ranks)] = np.inf
        elif name in flows:
            ranks[np.isnan(ranks) & (flows[name] < 0)] = -1.0
        known = np.sort(ranks[~np.isnan(ranks)])
        summary = outcome[name]
        with np.errstate(invalid="ignore"):
            want = [float(np.percentile(known, p, method="linear")) for p in percentiles]
        want = [np.inf if math.isnan(w) else w for w in want]
        assert list(summary.percentiles.values()) == pytest.approx(want, rel=1e-12)
        assert summary.share_below == np.count_nonzero(ranks < summary.level) / n
    assert outcome["payback_months"].percentiles[99] == np.inf
    assert outcome["irr"].percentiles[0.1] < 0.0


# Money comes late and goes again: staff is paid to the end, while the price has fallen under it.
FADING = {**PLAN, "price_decline_per_year": 0.7, "working_capital_days": 60}
FADES = {"price_usd_per_mtok": ("uniform", 0.05, 2.5), "staff_usd_per_year": ("uniform", 0.0, 4e5)}


def test_the_rate_of_a_losing_plan_with_several_changes_of_sign_is_that_of_the_oracle():
    n, names = 96, ("irr", "irr_sign_changes", "profit_usd")
    found = montecarlo(FADING, FADES, names, n=n, seed=4, sink="frame")
    judged = [oracle.evaluate({**FADING, **{name: float(found[name][k]) for name in FADES}}) for k in range(n)]
    rates = np.array([row["irr"] for row in judged])
    losing = np.array([row["profit_usd"] < 0 for row in judged])
    several = np.array([row["irr_sign_changes"] for row in judged]) > 1
    # With a rate after one change of sign and after several, and without one after several.
    kinds = {(bool(a), bool(b)) for a, b in zip(np.isnan(rates), several, strict=True)}
    assert {(True, True), (False, True), (False, False)} <= kinds
    assert found["irr"].to_numpy() == pytest.approx(rates, abs=1e-8, nan_ok=True)
    ranks = np.where(np.isnan(rates) & losing, -1.0, rates)
    summary = montecarlo(FADING, FADES, names, n=n, seed=4, percentiles=(0, 5, 50), level=-0.5)["irr"]
    assert summary.share_nan == np.count_nonzero(np.isnan(rates)) / n
    assert summary.share_below == np.count_nonzero(ranks < -0.5) / n > summary.share_nan / 2
    known = np.sort(ranks[~np.isnan(ranks)])
    assert list(summary.percentiles.values()) == pytest.approx(np.percentile(known, (0, 5, 50)).tolist(), abs=1e-8)
    assert summary.percentiles[5] == -1.0


def test_the_tax_rate_of_the_scenario_decides_whether_equity_loses():
    spec = {**WILD, "tax_rate": ("uniform", 0.0, 0.9)}
    outcome = montecarlo(DEBT, spec, "irr_equity", n=5000, level=-1.0 + 1e-12)
    rows = montecarlo(DEBT, spec, ("irr_equity", "profit_usd", "interest_usd"), n=5000, sink="frame")
    equity = rows["profit_usd"] - rows["interest_usd"] * (1 - rows["tax_rate"])
    assert outcome["irr_equity"].share_below == np.count_nonzero(rows["irr_equity"].isna() & (equity < 0)) / 5000


N = 3 * 131_072 + 77
EVERYTHING = ("summary", "histogram", "top")


def told(outcome):
    """Everything that an outcome says, comparable."""
    tables = {
        name: (h.edges.tolist(), h.counts.tolist(), h.below, h.above, h.missing)
        for name, h in outcome.histograms.items()
    }
    return repr((outcome.summaries, tables, outcome.top))


@pytest.mark.parametrize("options", [{}, {"antithetic": True}, {"method": "sobol"}], ids=str)
def test_the_number_of_threads_changes_no_bit(options):
    runs = [montecarlo(PLAN, WILD, RATES, n=N, sink=EVERYTHING, threads=threads, **options) for threads in (1, 2, 5)]
    assert len({told(run) for run in runs}) == 1


def test_a_sketch_tells_what_the_scenarios_tell(monkeypatch):
    exact = montecarlo(PLAN, WILD, RATES, n=N)
    monkeypatch.setattr(collect, "EXACT_FIGURES", 0)
    rough = montecarlo(PLAN, WILD, RATES, n=N)
    for name in RATES:
        assert rough[name].percentile_error == 2.0**-11
        for p, value in exact[name].percentiles.items():
            assert rough[name].percentiles[p] == pytest.approx(value, rel=2.0**-11)
        assert (rough[name].mean, rough[name].sd) == (exact[name].mean, exact[name].sd)


def test_runs_with_a_sketch_do_not_depend_on_threads_either(monkeypatch):
    monkeypatch.setattr(collect, "EXACT_FIGURES", 0)
    runs = [montecarlo(PLAN, WILD, RATES, n=N, threads=threads) for threads in (1, 3)]
    assert told(runs[0]) == told(runs[1])


BITS = """
import json
from accelxl.scenario import collect
from tests.scenario.common import EVERY_KIND, PLAN
from accelxl.scenario.montecarlo import montecarlo
collect.EXACT_FIGURES = 100_000
found = []
for options in ({"n": 10_000}, {"n": 70_001, "antithetic": True, "threads": 2}, {"n": 20_000, "method": "sobol"}):
    outcome = montecarlo(PLAN, EVERY_KIND, ("npv", "irr", "payback_months"), sink=("summary", "histogram", "top"), **options)
    found.append(repr((outcome.summaries, outcome.top, [h.counts.tolist() for h in outcome.histograms.values()])))
print(json.dumps(found))
"""


def test_every_build_of_the_core_gives_the_same_bits():
    found = {level: elsewhere(BITS, ACCELXL_CPU=level) for level in levels()}
    assert all(one == two for one, two in itertools.pairwise(found.values()))


def test_mirrored_scenarios_tell_a_smaller_error_that_they_keep():
    figures = [montecarlo(PLAN, WILD, "npv", n=4096, seed=seed, antithetic=True)["npv"] for seed in range(60)]
    plain = montecarlo(PLAN, WILD, "npv", n=4096)["npv"]
    told_error = math.sqrt(sum(f.standard_error**2 for f in figures) / len(figures))
    assert np.std([f.mean for f in figures], ddof=1) == pytest.approx(told_error, rel=0.35)
    assert told_error < 0.6 * plain.standard_error


def test_a_histogram_holds_every_scenario():
    histogram = montecarlo(PLAN, WILD, ("irr", "npv"), n=30_000, sink="histogram", bins=20).histograms["irr"]
    assert len(histogram.edges) == 21
    assert histogram.counts.sum() + histogram.below + histogram.above + histogram.missing == 30_000


def test_a_histogram_has_the_edges_that_it_was_given():
    edges = [-1e7, 0.0, 1e6, 2e7]
    histogram = montecarlo(PLAN, WILD, "npv", n=30_000, sink="histogram", bins=edges).histograms["npv"]
    values = montecarlo(PLAN, WILD, "npv", n=30_000, sink="array")["npv"]
    assert histogram.counts.tolist() == np.histogram(values, edges)[0].tolist()


@pytest.mark.parametrize("by", ["npv", "payback_months"])
def test_the_top_are_the_best_scenarios_with_their_inputs(by):
    outcome = montecarlo(PLAN, WILD, ("npv", "payback_months"), n=30_000, sink="top", top=5, top_by=by)
    rows = montecarlo(PLAN, WILD, ("npv", "payback_months"), n=30_000, sink="frame")
    best = rows.sort_values(by, ascending=by in BEST_LOW, kind="stable").head(5)
    assert [row["scenario"] for row in outcome.top] == best.index.tolist()
    assert [row[by] for row in outcome.top] == best[by].tolist()
    assert [row["utilization"] for row in outcome.top] == best["utilization"].tolist()


def test_the_worst_can_be_asked_for():
    outcome = montecarlo(PLAN, WILD, "npv", n=10_000, sink="top", top=1, largest=False)
    assert outcome.top[0]["npv"] == montecarlo(PLAN, WILD, "npv", n=10_000)["npv"].low


def test_an_input_of_every_tranche_is_drawn_once_and_one_of_a_tranche_for_it_alone():
    two = {
        "tranches": [{**{k: v for k, v in PLAN.items() if k != "price_usd_per_mtok"}}] * 2,
        "price_usd_per_mtok": 0.6,
    }
    both = montecarlo(two, {"units": ("uniform", 10, 20)}, "capex_usd", n=100, sink="frame")
    assert both["capex_usd"].to_numpy() == pytest.approx(2 * 34e3 * both["units"].to_numpy(), rel=1e-14)
    second = montecarlo(two, {"units.2": ("uniform", 10, 20)}, "capex_usd", n=100, sink="frame")
    assert second["capex_usd"].to_numpy() == pytest.approx(34e3 * (64 + second["units.2"].to_numpy()), rel=1e-14)


def test_a_table_and_a_dict_of_distributions_give_the_same_run():
    rows = [[name, *spec] for name, spec in WILD.items()]
    assert told(montecarlo(PLAN, rows, n=1000)) == told(montecarlo(PLAN, WILD, n=1000))


def test_progress_is_told_up_to_the_end():
    seen = []
    montecarlo(PLAN, WILD, "npv", n=N, threads=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (N, N)
    assert len(seen) > 3


def test_the_table_of_an_outcome_has_a_column_for_each_metric():
    outcome = montecarlo(PLAN, WILD, ("npv", "irr"), n=1000, percentiles=(10, 90))
    head, *rows = outcome.table()
    assert head == ["", "npv", "irr"]
    assert {row[0] for row in rows} >= {
        "mean",
        "percentile 10",
        "percentile 90",
        "share below the level",
        "share without a value",
    }
    assert all(len(row) == 3 for row in rows)
    assert outcome.frame().loc["mean", "npv"] == outcome["npv"].mean
    with pytest.raises(UnknownName, match="'npvs' is not a metric of this run; did you mean npv"):
        outcome["npvs"]


REFUSED = [
    ({"n": 0}, "n is 0; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"n": 10**12 + 1}, "n is 1,000,000,000,001; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"n": 1e15}, "n is 1,000,000,000,000,000; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"n": 10.5}, "n is 10.5; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"n": math.nan}, "n is nan; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"n": "many"}, "n is 'many'; a whole number from 1 to 1,000,000,000,000 is allowed"),
    ({"metrics": "npvv"}, "'npvv' is not a metric; did you mean npv?"),
    ({"sink": "sum"}, "'sum' is not a sink; did you mean summary?"),
    (
        {"sink": ("array", "top")},
        "the sinks are array, top; array or frame alone, or some of summary, histogram, top are allowed",
    ),
    ({"percentiles": (5, 101)}, "percentile 101 is asked for; numbers from 0 to 100 are allowed"),
    ({"percentiles": "median"}, "the percentiles hold 'median'; numbers from 0 to 100 are allowed"),
    ({"level": "zero"}, "the level of npv is 'zero'; a number is allowed"),
    ({"level": {"irr": 0}}, "a level is given for 'irr', which is not a metric of this run; allowed: npv"),
    ({"sink": "histogram", "bins": 0}, "the number of bins is 0; a whole number from 1 to 100,000 is allowed"),
    ({"sink": "histogram", "bins": [2, 1]}, "the edges of npv are [2, 1]; two or more rising numbers are allowed"),
    ({"sink": "top", "top": 0}, "the number of scenarios at the top is 0; a whole number from 1 to 10,000 is allowed"),
    ({"sink": "top", "top_by": "irr"}, "'irr' orders the top and is not a metric of this run; allowed: npv"),
    (
        {"sink": "array", "n": 10**9},
        (
            "1,000,000,000 scenarios of 1 metrics are 1,000,000,000 figures; up to 536,870,912 are allowed in memory, "
            "sink summary or a file (out) take any number"
        ),
    ),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED, ids=[s for _, s in REFUSED])
def test_what_cannot_be_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(AccelError) as caught:
        montecarlo(PLAN, WILD, **{"metrics": "npv", **options})
    assert str(caught.value) == sentence


def test_a_plan_that_cannot_be_is_refused_as_everywhere():
    with pytest.raises(OutOfRange, match="pue is"):
        montecarlo({**PLAN, "pue": 0.5}, WILD)
    assert montecarlo(BASE, WILD, n=100)["npv"].n == 100


def test_memory_does_not_grow_with_the_scenarios():
    code = """
import json, resource
from accelxl.scenario import collect
from tests.scenario.common import PLAN
from accelxl.scenario.montecarlo import montecarlo
collect.EXACT_FIGURES = 0
peak = []
for n in (200_000, 200_000, 2_000_000):
    montecarlo(PLAN, {"price_usd_per_mtok": ("uniform", 0.3, 1.2)}, ("npv", "irr"), n=n, threads=2)
    peak.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps(peak))
"""
    _, before, after = elsewhere(code)
    assert after - before < 6 * 1024  # KiB
