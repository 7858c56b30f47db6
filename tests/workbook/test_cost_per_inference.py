"""Cost per inference: its closed forms are the plan model month by month, at the inputs as they stand and between Low and High."""

import random

import pytest

from accelxl.plan.inputs import INPUTS
from accelxl.workbook.build import template
from accelxl.workbook.layout import serial
from tests.oracle import plan as oracle
from tests.workbook.books import base, computed, errors, figures, job

NAME = "cost_per_inference"
DEVICES = 6


def plan_of(inputs, k, *, slip=True):
    """The plan of one accelerator of a device, as the oracle takes it; a rent covers the power."""
    top, tranche = {"price_usd_per_mtok": 1.0}, {"units": 1.0}
    for item in template(NAME).items:
        if not item.input or item.input == "device" or (item.group and not item.defined.endswith(f"_{k}")):
            continue
        row = INPUTS[item.input]
        value = inputs[item.defined]
        (top if row.scope == "plan" else tranche)[row.name] = int(value) if row.quantity.whole else value
    tranche["power_kw"] *= tranche["contract"] == "own"
    tranche["delay_months"] *= slip
    return {**top, "tranches": [tranche]}


def judged(inputs, shown):
    """Every figure of a book against the oracle and against plain arithmetic."""
    costs = []
    for k in range(1, DEVICES + 1):
        late, prompt = (oracle.evaluate(plan_of(inputs, k, slip=slip)) for slip in (True, False))
        cost, tokens = late["cost_per_mtok"], inputs["in_input_tokens"] + inputs["in_output_tokens"]
        utilization = inputs[f"in_utilization_{k}"]
        expected = {
            "cost_per_mtok": cost,
            "prompt_per_mtok": prompt["cost_per_mtok"],
            "full_per_mtok": prompt["cost_per_mtok"] * utilization,
            "idle_per_mtok": prompt["cost_per_mtok"] * (1 - utilization),
            "late_per_mtok": cost - prompt["cost_per_mtok"],
            "cost_per_hour": late["cost_per_accelerator_hour"],
            "inference": cost * tokens / 1000,
            "answer": (cost * tokens / 1e6 + inputs["in_review_usd"]) / inputs["in_acceptance"] * 1000,
            "margin": 1 - cost / inputs["in_price_usd_per_mtok"],
        }
        for name, value in expected.items():
            assert shown[f"out_{name}_{k}"] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, k)
        costs.append(cost)
    assert shown["out_least_usd_per_mtok"] == pytest.approx(min(costs), rel=1e-9)
    assert shown["out_best_device"] == inputs[f"in_device_{costs.index(min(costs)) + 1}"]
    assert shown["out_lead"] == pytest.approx(sorted(costs)[1] / min(costs) - 1, rel=1e-9, abs=1e-12)


def test_the_figures_are_those_of_the_plan_model():
    judged(base(NAME), figures(NAME))


def drawn(rng):
    """Inputs anywhere between their Low and High, every word of a choice."""
    found = {}
    for item in template(NAME).items:
        if item.fixed or item.name.startswith("device"):
            continue
        if item.quantity.choices:
            found[item.defined] = rng.choice(item.quantity.choices)
        elif item.quantity.kind == "number":
            low, high = float(serial(item.low)), float(serial(item.high))
            found[item.defined] = (
                float(rng.randint(int(low), int(high))) if item.quantity.whole else rng.uniform(low, high)
            )
    return found


def test_drawn_books_have_the_figures_of_the_plan_model_and_pass_their_checks():
    rng = random.Random(20261123)
    books = [drawn(rng) for _ in range(12)]
    found, shown = computed(NAME, [job(NAME, one) for one in books])
    assert errors(NAME, found, len(books)) == []
    for one, figure in zip(books, shown, strict=True):
        assert figure["chk_total"] == 0.0
        judged(base(NAME) | one, figure)


def test_a_device_that_serves_nothing_costs_nothing_and_breaks_nothing():
    idle = {f"in_utilization_{k}": 0.0 for k in range(1, DEVICES + 1)}
    found, (some, none) = computed(NAME, [job(NAME, {"in_utilization_4": 0.0}), job(NAME, idle)])
    assert errors(NAME, found, 2) == []
    assert some["out_cost_per_mtok_4"] == 0.0
    assert some["out_best_device"] == "TPU7x"
    assert (none["out_least_usd_per_mtok"], none["out_inference_usd"], none["out_lead"]) == (0.0, 0.0, 0.0)


def test_a_slip_makes_bought_capacity_dearer_and_half_the_utilization_doubles_the_cost():
    origin = figures(NAME)
    _, (late, half) = computed(NAME, [job(NAME, {"in_delay_months_1": 9.0}), job(NAME, {"in_utilization_2": 0.3})])
    assert late["out_cost_per_mtok_1"] > origin["out_cost_per_mtok_1"]
    assert late["out_cost_per_mtok_2"] == origin["out_cost_per_mtok_2"]
    assert half["out_cost_per_mtok_2"] == pytest.approx(2 * origin["out_cost_per_mtok_2"], rel=1e-12)
