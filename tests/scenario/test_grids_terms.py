"""The table of terms, held against the plan kernel input by input: what a term or a metric is said not to depend on does not move it."""

import random

import numpy as np
import pytest

from accelxl.plan.evaluate import PLAN_SLOTS, TRANCHE_SLOTS, run
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import plan_of
from accelxl.scenario.terms import SUMS, TERMS, ignored, split, zeroed
from tests.oracle import draw

NUMBERS = (*PLAN_SLOTS, *TRANCHE_SLOTS)
SEEDS = range(40)


def random_plan(seed):
    plan = {**draw.random_plan(random.Random(seed)), "tax_losses": "credit"}
    plan.setdefault("equity_rate", 0.1)
    return plan_of(plan)


def moved(plan, name):
    """Two values of an input: the plan's own, and another; None where it is blank."""
    row = INPUTS[name]
    now = plan[name] if row.scope == "plan" else plan.tranches[0].get(name, row.default)
    if not isinstance(now, float):
        return None
    other = now + 1.0 if row.quantity.whole else now * 0.9 if now else 0.05
    return np.array([now, other if other <= row.quantity.high else row.quantity.low])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_terms_add_up(seed):
    plan = random_plan(seed)
    nothing = {term.name: dict.fromkeys(zeroed(term), np.zeros(1)) for term in TERMS}
    for metric in SUMS:
        parts = [run(plan, columns, (metric,))[0, 0] for columns in nothing.values()]
        assert sum(parts) == pytest.approx(
            run(plan, {}, (metric,))[0, 0], rel=0, abs=1e-12 * sum(map(abs, parts)) + 1e-300
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_term_depends_on_its_own_inputs_only(seed):
    plan = random_plan(seed)
    for term in TERMS:
        off = {name: np.zeros(2) for name in zeroed(term)}
        for name in NUMBERS:
            values = None if name in off else moved(plan, name)
            if values is None:
                continue
            for metric in ("npv", "profit_usd", "opex_usd"):
                scales, own = split(term, plan, metric, [name])
                found = run(plan, {**off, name: values}, (metric,))[0]
                if not scales and not own:
                    assert found[0] == found[1], (term.name, metric, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_term_is_proportional_to_its_factors(seed):
    plan = random_plan(seed)
    for term in TERMS:
        off = {name: np.zeros(3) for name in zeroed(term)}
        for name in (term.price, *term.factors):
            scales, _ = split(term, plan, "npv", [name])
            if not scales:
                continue
            one, some, more = run(plan, {**off, name: np.array([1.0, 0.37, 0.83])}, ("npv",))[0]
            assert (some, more) == pytest.approx((0.37 * one, 0.83 * one), rel=1e-12, abs=0), (term.name, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_metric_ignores_what_it_is_said_to_ignore(seed):
    plan = random_plan(seed)
    for metric in METRICS:
        for name in ignored(metric):
            values = moved(plan, name)
            if values is not None:
                one, other = run(plan, {name: values}, (metric,))[0]
                assert one == pytest.approx(other, rel=1e-9, abs=0, nan_ok=True), (metric, name)


def test_the_tests_would_see_a_term_that_depends_on_more():
    plan = random_plan(1)
    found = run(plan, {"discount_rate": np.array([0.05, 0.1]), **{n: np.zeros(2) for n in zeroed(TERMS[0])}}, ("npv",))[
        0
    ]
    assert found[0] != found[1]
