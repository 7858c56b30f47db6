"""Lineage and attribution of a metric: elasticities known in closed form, Shapley values by their definition."""

from itertools import permutations

import pytest

from accelxl import catalogue
from accelxl.errors import NoSolution, ShapeError, UnknownName
from accelxl.functions import REGISTRY
from accelxl.plan import attribution
from accelxl.plan.evaluate import evaluate
from accelxl.plan.metrics import METRICS
from accelxl.plan.statement import LINES
from accelxl.plan.trace import BEHIND, trace

BASE = {
    "units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6, "price_decline_per_year": 0.2,
}  # fmt: skip
LATER = {
    **BASE,
    "units": 128,
    "unit_price_usd": 30000,
    "price_usd_per_mtok": 0.4,
    "utilization": 0.7,
    "book_method": "DDB",
}


def by_definition(metric):
    """Mean step of each change over every order in which they may be made (Shapley 1953), plan by plan."""
    names = [name for name in LATER if LATER[name] != BASE.get(name)]
    steps = {name: [] for name in names}
    for order in permutations(names):
        plan, value = dict(BASE), evaluate(BASE, [metric])[metric]
        for name in order:
            plan[name] = LATER[name]
            now = evaluate(plan, [metric])[metric]
            steps[name].append(now - value)
            value = now
    return {name: sum(values) / len(values) for name, values in steps.items()}


@pytest.mark.parametrize("metric", ["npv", "cost_per_mtok", "profit_usd"])
def test_the_effects_are_shapley_values_and_add_up(metric):
    found = attribution.attribute(BASE, LATER, metric)
    wanted = by_definition(metric)
    assert {item.name: item.effect for item in found.moved} == pytest.approx(wanted, rel=1e-9, abs=1e-6)
    gap = evaluate(LATER, [metric])[metric] - evaluate(BASE, [metric])[metric]
    assert found.difference == pytest.approx(gap)
    assert sum(item.effect for item in found.moved) == pytest.approx(gap)
    sizes = [abs(item.effect) for item in found.moved]
    assert sizes == sorted(sizes, reverse=True)


def test_two_factors_of_a_product_share_their_joint_effect_in_halves():
    # 8 x 30,000 to 10 x 40,000: 8*10,000 + 2*30,000 + joint 20,000, by hand 90,000 and 70,000
    one, two = ({**BASE, "units": u, "unit_price_usd": p} for u, p in ((8, 30000), (10, 40000)))
    found = {item.name: (item.effect, item.alone) for item in attribution.attribute(one, two, "capex_usd").moved}
    assert found == {"unit_price_usd": (90000.0, 80000.0), "units": (70000.0, 60000.0)}


def test_more_changes_than_can_be_enumerated_still_add_up(monkeypatch):
    exact = attribution.attribute(BASE, LATER)
    monkeypatch.setattr(attribution, "EXACT", 2)
    sampled = attribution.attribute(BASE, LATER)
    assert sum(item.effect for item in sampled.moved) == pytest.approx(exact.difference)
    assert sampled == attribution.attribute(BASE, LATER)
    for item in sampled.moved:
        (same,) = [other for other in exact.moved if other.name == item.name]
        assert item.effect == pytest.approx(same.effect, rel=0.1, abs=0.02 * abs(exact.difference))


def test_equal_plans_differ_in_nothing_and_a_default_is_no_change():
    assert attribution.attribute(BASE, {**BASE, "pue": 1.25}).moved == ()


def test_tranches_are_told_apart():
    cohort = {k: v for k, v in BASE.items() if k not in {"price_usd_per_mtok", "price_decline_per_year"}}
    two = {"price_usd_per_mtok": 0.6, "tranches": [cohort, cohort]}
    more = {"price_usd_per_mtok": 0.6, "tranches": [cohort, {**cohort, "units": 80}]}
    found = attribution.attribute(two, more, "capex_usd")
    assert [(item.name, item.effect) for item in found.moved] == [("units.2", 16 * 34000)]
    with pytest.raises(ShapeError, match="the plans have 1 and 2 tranches"):
        attribution.attribute(BASE, two)


def test_a_metric_without_a_value_is_refused():
    with pytest.raises(UnknownName, match="'nvp' is not a metric; did you mean npv"):
        attribution.attribute(BASE, LATER, "nvp")
    with pytest.raises(NoSolution, match="payback_months has no value"):
        attribution.attribute(BASE, {**BASE, "price_usd_per_mtok": 0.0}, "payback_months")


# -- lineage -----------------------------------------------------------------------------------------------------------


def test_the_elasticities_are_those_of_the_formula():
    # revenue = units * tokens/s * utilization * price: each 1; capex = units * price: each 1, all others 0
    found = {
        s.name: s.effect for s in trace({**BASE, "price_decline_per_year": 0.0}, "revenue_usd") if s.kind == "input"
    }
    for name in ("units", "tokens_per_second", "utilization", "availability", "price_usd_per_mtok"):
        assert found[name] == pytest.approx(1, rel=1e-6), name
    assert "pue" not in found
    capex = {s.name: s.effect for s in trace(BASE, "capex_usd") if s.kind == "input"}
    assert {name for name, effect in capex.items() if effect and effect == effect} == {"units", "unit_price_usd"}


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_metric_has_a_lineage_of_lines_that_exist(metric):
    assert set(BEHIND[metric]) <= set(LINES)
    steps = trace(BASE, metric)
    assert (steps[0].kind, steps[0].name, steps[0].origin) == ("metric", metric, METRICS[metric].definition)
    assert [s.name for s in steps if s.kind == "line"] == list(BEHIND[metric])


def test_the_lines_behind_the_profit_make_the_profit():
    line = {s.name: s.value for s in trace(BASE, "profit_usd") if s.kind == "line"}
    made = (
        line["revenue_usd"] - line["opex_usd"] - line["book_depreciation_usd"] + line["disposal_usd"] - line["tax_usd"]
    )
    assert made == pytest.approx(evaluate(BASE, ["profit_usd"])["profit_usd"])


def test_an_input_says_where_it_comes_from():
    plan = {k: v for k, v in BASE.items() if k != "unit_price_usd"} | {"device": "H100"}
    origin = {s.name: s.origin for s in trace(plan) if s.kind == "input"}
    assert origin["power_kw"] == f"catalogue: {catalogue.spec('H100', 'all_in_kw').citation}"
    assert origin["unit_price_usd"].startswith("catalogue: ")
    assert (origin["units"], origin["pue"]) == ("given", "default")


def test_the_sheet_shows_both():
    block = [[k, v] for k, v in BASE.items()]
    table = REGISTRY["ACCEL_TRACE"].call(block).rows()
    assert table[0][:3] == ["what", "name", "value"]
    assert table[1][1:4] == ["npv", pytest.approx(evaluate(BASE, ["npv"])["npv"]), "USD"]
    moved = REGISTRY["ACCEL_DIFF"].call(block, [[k, v] for k, v in LATER.items()]).rows()
    assert moved[-1][3] == pytest.approx(sum(row[3] for row in moved[1:-1]))
    outcome = REGISTRY["ACCEL_DIFF"].call(
        block, [[k, v, v] if k == "units" else [k, v, ""] for k, v in BASE.items()], "npv"
    )
    assert outcome.why  # a second tranche without its figures
