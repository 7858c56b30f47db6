"""Device mix: its figures are those of the core's mix, forecast and supply functions, as it stands and between Low and High."""

import random

import numpy as np
import pytest

from accelxl.domain import forecast, mix, supply
from accelxl.workbook.build import template
from accelxl.workbook.layout import serial
from tests.workbook.books import base, computed, errors, figures, job

NAME = "device_mix"
QUARTERS = 6


def near(value, expected):
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


def per_quarter(given, name):
    return np.array([given[f"in_{name}_{q}"] for q in range(1, QUARTERS + 1)])


def costs(given, k, drifts):
    """Levelised cost of a device by the core, for one drift or several."""
    price = given[f"in_unit_price_usd_{k}"] * (1 + given["in_attach_share"])
    idle = given[f"in_power_kw_{k}"] * given["in_colo_usd_per_kw_month"] / 730
    power = given[f"in_power_kw_{k}"] * given["in_load_factor"] * given["in_pue"] * given["in_electricity_usd_per_kwh"]
    return mix.device_cost(
        price, power + idle + given["in_software_usd_per_year"] / 8760, given[f"in_tokens_per_second_{k}"], given["in_utilization"],
        given["in_life_months"], given[f"in_lag_months_{k}"], drifts, given["in_residual_share"], given["in_discount_rate"], idle,
    )  # fmt: skip


def judge_mix(given, shown):
    """Shares, gaps and variances by quarter, and capacity after drift."""
    target = per_quarter(given, "target")
    units = np.column_stack([per_quarter(given, "units_flexible"), per_quarter(given, "units_fixed")])
    margins = [
        given[f"in_tokens_per_second_{k}"] * given["in_utilization"] * 2.628 * 3
        * (given["in_price_usd_per_mtok"] - costs(given, k, given[f"in_drift_{k}"]))
        for k in (1, 2)
    ]  # fmt: skip
    found = forecast.mix_target(np.column_stack([target, 1 - target]), units, margins)
    left = [mix.drift(1.0, given[f"in_drift_{k}"], np.arange(QUARTERS) / 4) for k in (1, 2)]
    tps = [given[f"in_tokens_per_second_{k}"] * left[k - 1] for k in (1, 2)]
    demand = given["in_demand_tps"] * (1 + given["in_demand_growth"]) ** np.arange(QUARTERS)
    cover = given["in_utilization"] * (units[:, 0] * tps[0] + units[:, 1] * tps[1]) / demand
    money = float(np.abs(found.variance).max())
    for q in range(QUARTERS):
        near(shown[f"out_share_{q + 1}"], found.share[q, 0])
        near(shown[f"out_gap_{q + 1}"], found.gap[q, 0])
        near(shown[f"out_off_{q + 1}"], found.units_off[q, 0])
        assert shown[f"out_variance_{q + 1}"] == pytest.approx(found.variance[q].sum(), rel=1e-9, abs=1e-9 * money)
        near(shown[f"out_left_{q + 1}"], left[1][q])
        near(shown[f"out_cover_{q + 1}"], cover[q])
    last = int(given["in_reported"])
    assert shown["out_variance_usd"] == pytest.approx(found.variance[:last].sum(), rel=1e-9, abs=1e-9 * money)
    near(shown["out_last_gap"], found.gap[last - 1, 0])
    return target, tps, demand


def judge_limits(given, shown, target, tps, demand):
    """What the limits allow at the target mix, and which of them binds."""
    steps = np.arange(QUARTERS)
    shares = (target, 1 - target)
    chips = [(given[f"in_supply_{k}"] + given[f"in_supply_step_{k}"] * steps) / shares[k - 1] for k in (1, 2)]
    kw = sum(shares[k - 1] * given[f"in_power_kw_{k}"] for k in (1, 2))
    usd = sum(shares[k - 1] * given[f"in_unit_price_usd_{k}"] * (1 + given["in_attach_share"]) for k in (1, 2))
    budget = (given["in_budget_usd"] + given["in_budget_step_usd"] * steps) / usd
    words = {
        "chips": f"supply {given['in_device_1']}",
        "packaging": f"supply {given['in_device_2']}",
        "racks": "budget",
    }
    for q in range(QUARTERS):
        found = supply.bottleneck(
            [chips[0][q]], packages=[chips[1][q]], megawatts=[given[f"in_power_mw_{q + 1}"]], kw_per_device=kw[q], pue=given["in_pue"],
            racks=[budget[q]], devices_per_rack=1.0,
        )  # fmt: skip
        need = np.ceil(demand[q] / (given["in_utilization"] * (shares[0][q] * tps[0][q] + shares[1][q] * tps[1][q])))
        least = float(found.delivered[0])
        near(shown[f"out_least_{q + 1}"], least)
        near(shown[f"out_need_{q + 1}"], need)
        near(shown[f"out_short_{q + 1}"], max(0.0, need - least))
        first = found.binding[0].split(" and ")[0]
        assert shown[f"out_binding_{q + 1}"] == (words.get(first, first) if least < need else "demand")


def judge_regret(given, shown):
    """Costs by case, the share that hedges and the regret of the last target."""
    weights = np.array([given[f"in_weight_{k}"] for k in range(1, 5)])
    flexible = float(costs(given, 1, given["in_drift_1"]))
    fixed = costs(given, 2, [given[f"in_case_drift_{k}"] for k in range(1, 5)])
    low, high = given["in_min_share"], given["in_max_share"]
    choices = {one.name: one for one in mix.blend(flexible, fixed, weights / weights.sum(), low, high)}
    near(shown["out_cost_1"], flexible)
    near(shown["out_cost_2"], costs(given, 2, given["in_drift_2"]))
    near(shown["out_hedge"], choices["least worst regret"].flexible_share)
    near(shown["out_hedge_regret"], choices["least worst regret"].worst_regret)
    near(shown["out_mean_best"], choices["least expected cost"].expected_cost)
    plan = given[f"in_target_{QUARTERS}"]
    best = np.minimum(low * flexible + (1 - low) * fixed, high * flexible + (1 - high) * fixed)
    regret = plan * flexible + (1 - plan) * fixed - best
    for k in range(4):
        near(shown[f"out_fixed_{k + 1}"], fixed[k])
        near(shown[f"out_regret_{k + 1}"], regret[k])
    near(shown["out_plan_regret"], regret.max())


def judged(given, shown):
    """Every figure of a book against the core."""
    judge_limits(given, shown, *judge_mix(given, shown))
    judge_regret(given, shown)


def test_the_figures_are_those_of_the_core():
    judged(base(NAME), figures(NAME))


def drawn(rng):
    """Inputs anywhere between their Low and High."""
    found = {}
    for item in template(NAME).items:
        if item.fixed or item.quantity.kind != "number":
            continue
        low, high = float(serial(item.low)), float(serial(item.high))
        whole = item.quantity.whole
        found[item.defined] = float(rng.randint(int(low), int(high))) if whole else rng.uniform(low, high)
    return found


def test_drawn_books_have_the_figures_of_the_core_and_pass_their_checks():
    rng = random.Random(20261123)
    books = [drawn(rng) for _ in range(12)]
    found, shown = computed(NAME, [job(NAME, one) for one in books])
    assert errors(NAME, found, len(books)) == []
    for one, figure in zip(books, shown, strict=True):
        assert figure["chk_total"] == 0.0
        judged(base(NAME) | one, figure)


def test_a_fleet_on_target_has_no_gap_and_no_variance():
    given = base(NAME)
    exact = {}
    for q in range(1, QUARTERS + 1):
        exact[f"in_units_flexible_{q}"] = 1000.0 * given[f"in_target_{q}"]
        exact[f"in_units_fixed_{q}"] = 1000.0 - exact[f"in_units_flexible_{q}"]
    _, (found,) = computed(NAME, [job(NAME, exact)])
    for q in range(1, QUARTERS + 1):
        assert found[f"out_gap_{q}"] == pytest.approx(0.0, abs=1e-12)
        assert found[f"out_variance_{q}"] == pytest.approx(0.0, abs=1e-6)


def test_less_power_binds_and_is_named_and_no_demand_leaves_nothing_unserved():
    dark = {f"in_power_mw_{q}": 1.0 for q in range(1, QUARTERS + 1)}
    found, (power, idle) = computed(NAME, [job(NAME, dark), job(NAME, {"in_demand_tps": 0.0})])
    assert errors(NAME, found, 2) == []
    assert {power[f"out_binding_{q}"] for q in range(1, QUARTERS + 1)} == {"power"}
    assert power["out_tight"] == QUARTERS
    assert power["out_unserved"] > figures(NAME)["out_unserved"]
    assert (idle["out_unserved"], idle["out_tight"], idle["out_next_binding"]) == (0.0, 0.0, "demand")


def test_without_a_fleet_the_mix_is_zero_and_nothing_breaks():
    none = {f"in_units_{kind}_{q}": 0.0 for kind in ("flexible", "fixed") for q in range(1, QUARTERS + 1)}
    found, (empty,) = computed(NAME, [job(NAME, none)])
    assert errors(NAME, found, 1) == []
    assert (empty["out_variance_usd"], empty["out_last_share"], empty["out_last_gap"]) == (0.0, 0.0, 0.0)
    assert empty["chk_total"] == 0.0
