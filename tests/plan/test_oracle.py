"""The plan kernel is right when it agrees with the oracle, which was written from the equations by someone who never saw it."""

import math
import random

import pytest

from accelxl.plan.evaluate import evaluate
from accelxl.plan.metrics import METRICS
from tests.oracle import draw
from tests.oracle import plan as oracle

SEEDS = range(0, 1200, 40)


def agree(plan):
    """Compare every metric; money relative to the sum of absolute flows, everything else to its own size."""
    got, want = evaluate(plan), oracle.evaluate(plan)
    assert set(got) == set(want) == set(METRICS)
    scale = sum(map(abs, oracle.statement(plan)["free_cash_flow_usd"]))
    for name, right in want.items():
        room = 1e-10 * scale if METRICS[name].unit == "USD" else 1e-14
        assert got[name] == pytest.approx(right, rel=1e-9, abs=room, nan_ok=True), name


@pytest.mark.parametrize("first", SEEDS)
def test_random_plans_of_every_feature_agree(first):
    for seed in range(first, first + 40):
        plan = draw.random_plan(random.Random(seed))
        plan.setdefault("equity_rate", plan.get("discount_rate", 0.1))
        agree(plan)


@pytest.mark.parametrize("first", range(0, 400, 40))
def test_reference_workload_agrees(first):
    for seed in range(first, first + 40):
        agree({**draw.w1_plan(random.Random(seed)), "equity_rate": 0.1})


@pytest.mark.parametrize("name", ["required_price_usd_per_mtok", "breakeven_price_usd_per_mtok"])
def test_npv_is_zero_at_the_price_that_was_asked_for(name):
    for seed in range(200):
        plan = draw.random_plan(random.Random(seed))
        price = evaluate(plan, [name])[name]
        if math.isnan(price) or price < 0:
            continue
        at = {**plan, "price_usd_per_mtok": price}
        if name.startswith("required"):
            at["price_decline_per_year"] = 0.0
        figures = evaluate(at, ["npv", "capex_usd", "revenue_usd"])
        assert abs(figures["npv"]) <= 1e-9 * (figures["capex_usd"] + figures["revenue_usd"] + 1)
