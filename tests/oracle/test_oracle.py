"""The plan oracle against the identities at the end of equations.md, hand-worked plans, and W1 written again."""

import math
import random

import pytest

from . import draw, finance, inputs, plan
from .months import LINES

SEEDS = range(10)
EACH = 25  # plans a seed; FEW where every metric is evaluated, some by search
FEW = 4


def plans(seed, corners=False, each=EACH):
    rng = random.Random(seed)
    return [draw.random_plan(rng, corners) for _ in range(each)]


def size(p):
    """Scale of a plan's money: what all its flows add up to without their signs."""
    x = plan.months(p)
    lines = ("revenue_usd", "opex_usd", "capex_usd", "residual_usd", "tax_usd")
    return sum(abs(v) for name in lines for v in x[name]) + 1.0


def retold(p, **change):
    """The plan with other inputs; tranche inputs go to every tranche, None removes an input."""
    q = {k: v for k, v in p.items() if k != "tranches"}
    listed = [dict(t) for t in p.get("tranches", [{}])]
    for name, value in change.items():
        for block in (q, *listed):
            block.pop(name, None)
        if value is not None:
            for block in listed if name in inputs.TRANCHE else [q]:
                block[name] = value
    return {**q, "tranches": listed}


def priced(p, **change):
    return retold(
        p,
        price_input_usd_per_mtok=None,
        price_cached_usd_per_mtok=None,
        price_output_usd_per_mtok=None,
        input_share=None,
        cache_hit_rate=None,
        **change,
    )


# --- identities ----------------------------------------------------------------------------------


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_sum_of_free_cash_flow_is_profit_and_sum_of_pv_of_eva_is_npv(seed, corners):
    for p in plans(seed, corners):
        x = plan.months(p)
        near = 1e-11 * size(p)
        assert math.fsum(x["free_cash_flow_usd"]) == pytest.approx(math.fsum(x["profit_usd"]), abs=near)
        x = plan.months(retold(p, timing="end"))
        rate = x["P"]["discount_rate"]
        eva = math.fsum(v * (1 + rate) ** (-t / 12) for t, v in enumerate(x["eva_usd"]))
        assert eva == pytest.approx(plan.npv_of(retold(p, timing="end")), abs=near)
        assert x["book_value_usd"][-1] == pytest.approx(0.0, abs=near)


@pytest.mark.parametrize("seed", SEEDS)
def test_npv_is_zero_at_every_figure_that_is_defined_by_it(seed):
    for p in plans(seed, each=FEW):
        m = plan.evaluate(p)
        near = 1e-9 * size(p)
        price = m["required_price_usd_per_mtok"]
        if not math.isnan(price):
            q = priced(p, price_usd_per_mtok=price, price_decline_per_year=0.0)
            assert plan.npv_of(q) == pytest.approx(0.0, abs=near)
        price = m["breakeven_price_usd_per_mtok"]
        if not math.isnan(price):
            assert plan.npv_of(priced(p, price_usd_per_mtok=price)) == pytest.approx(0.0, abs=near)
        yearly = m["required_revenue_usd_per_year"]
        assert plan.npv_of(p, level_revenue=yearly / 12) == pytest.approx(0.0, abs=near)
        share = m["breakeven_utilization"]
        if not math.isnan(share):
            whole = retold(p)
            first = inputs.split(p)[1][0]["utilization"]
            for tranche, full in zip(whole["tranches"], inputs.split(p)[1], strict=True):
                tranche["utilization"] = full["utilization"] * share / first
            whole.pop("utilization", None)
            assert plan.npv_of(whole) == pytest.approx(0.0, abs=near)
            assert 0.0 < share <= 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_level_price_at_levelised_cost_gives_npv_zero_before_tax_and_working_capital(seed):
    for p in plans(seed, each=FEW):
        plain = priced(p, tax_rate=0.0, working_capital_days=0.0, price_usd_per_mtok=1.0, price_decline_per_year=0.0)
        m = plan.evaluate(plain)
        if not math.isnan(m["cost_per_mtok"]):
            assert m["cost_per_mtok"] == pytest.approx(m["required_price_usd_per_mtok"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_irr_is_the_discount_rate_at_which_npv_is_zero(seed):
    seen = 0
    for p in plans(seed, each=FEW):
        irr = plan.evaluate(p)["irr"]
        if math.isnan(irr) or irr > 1e3 or irr < -0.95:
            continue
        x = plan.months(p)
        flows = plan.dated(x["P"], x["inside_usd"], x["at_end_usd"])
        scale = math.fsum(abs(a) * (1 + irr) ** -years for _, years, a in flows)
        assert plan.npv_of(retold(p, discount_rate=irr)) == pytest.approx(0.0, abs=1e-11 * scale)
        seen += 1
    assert seen


@pytest.mark.parametrize("seed", SEEDS)
def test_debt_moves_its_own_three_metrics_only(seed):
    for p in plans(seed, each=FEW):
        with_debt = plan.evaluate(retold(p, debt_share=0.6, debt_rate=0.07, debt_months=36, equity_rate=0.14))
        without = plan.evaluate(retold(p, debt_share=None, debt_rate=None, debt_months=None, equity_rate=None))
        for name in set(without) - {"npv_equity_usd", "irr_equity", "interest_usd"}:
            assert str(with_debt[name]) == str(without[name]), name


@pytest.mark.parametrize("seed", SEEDS)
def test_debt_at_the_equity_rate_without_tax_leaves_the_npv(seed):
    for p in plans(seed, each=FEW):
        q = retold(
            p, tax_rate=0.0, discount_rate=0.09, equity_rate=0.09, debt_rate=0.09, debt_share=0.7, debt_months=17
        )
        m = plan.evaluate(q)
        assert m["npv_equity_usd"] == pytest.approx(m["npv"], abs=1e-11 * size(q))


@pytest.mark.parametrize("seed", SEEDS)
def test_without_delay_schedule_and_service_lives_agree_bit_for_bit(seed):
    for p in plans(seed, each=FEW):
        a, b = (plan.evaluate(retold(p, delay_months=0, life_starts=way)) for way in ("service", "schedule"))
        assert {k: str(v) for k, v in a.items()} == {k: str(v) for k, v in b.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tranche_cut_in_two_halves_gives_the_same_plan(seed):
    for p in plans(seed, each=FEW):
        halves = retold(p)
        listed = halves["tranches"]
        at_top = {k: halves.pop(k) for k in list(halves) if k in inputs.TRANCHE}
        listed[0] = {**at_top, **listed[0]}
        cut = {**listed[0], "units": listed[0]["units"] / 2}
        halves["tranches"] = [cut, cut, *listed[1:]]
        # rent depends on which tranche is filled first
        if any(t.get("contract") == "rent" for t in listed) and "demand_mtok_per_month" in p:
            continue
        whole, parts = plan.evaluate(p), plan.evaluate(halves)
        for name in ("npv", "profit_usd", "revenue_usd", "opex_usd", "capex_usd", "tax_usd", "npv_equity_usd"):
            assert parts[name] == pytest.approx(whole[name], abs=1e-11 * size(p)), name
        for name in ("cost_per_mtok", "mtok_served", "utilization_mean", "energy_joule_per_token", "gross_margin"):
            assert parts[name] == pytest.approx(whole[name], rel=1e-10, nan_ok=True), name


@pytest.mark.parametrize("seed", SEEDS)
def test_taxable_income_adds_up_to_pre_tax_profit_when_residuals_are_taxed(seed):
    for p in plans(seed, corners=True):
        x = plan.months(retold(p, residual_taxed=1))
        before = math.fsum(x["profit_usd"]) + math.fsum(x["tax_usd"])
        assert math.fsum(x["taxable_income_usd"]) == pytest.approx(before, abs=1e-11 * size(p))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_monthly_cost_depreciation_or_volume_is_negative(seed):
    for p in plans(seed, corners=True):
        x = plan.months(p)
        for name in (*LINES, "book_value_usd"):
            if name in ("disposal_usd", "tax_disposal_usd", "book_value_usd"):
                continue
            assert min(x[name]) >= -1e-9 * size(p), name
        for served, capacity, nominal in zip(x["served_mtok"], x["capacity_mtok"], x["nominal_mtok"], strict=True):
            assert served <= capacity * (1 + 1e-12)
            assert capacity <= nominal


def test_losses_carried_forward_never_bring_less_tax_than_credits():
    for seed in SEEDS:
        for p in plans(seed):
            credit = plan.months(retold(p, tax_losses="credit"))
            carried = plan.months(retold(p, tax_losses="carryforward"))
            assert math.fsum(carried["tax_usd"]) >= math.fsum(credit["tax_usd"]) - 1e-9 * size(p)


def test_with_a_fixed_obsolescence_date_levelised_cost_rises_with_the_delay():
    rng = random.Random(20)
    for _ in range(25):
        p = draw.w1_plan(rng) | {"life_starts": "schedule", "adoption": "none", "horizon_months": None}
        p |= {"deposit_share": rng.uniform(0.3, 1.0), "colo_usd_per_kw_month": rng.uniform(0.0, 200.0)}
        costs = [plan.evaluate(p | {"delay_months": d})["cost_per_mtok"] for d in (0, 3, 6, 12)]
        assert costs == sorted(costs)


def test_mid_timing_moves_all_but_capital_half_a_month_forward():
    rng = random.Random(21)
    for _ in range(50):
        p = draw.w1_plan(rng) | {"residual_share": 0.0, "salvage_share": 0.0}
        end, mid = plan.evaluate(p), plan.evaluate(p | {"timing": "mid"})
        half = (1 + p["discount_rate"]) ** (0.5 / 12)
        capex = end["capex_usd"]
        assert mid["npv"] + capex == pytest.approx((end["npv"] + capex) * half, rel=1e-12)
        assert mid["profit_usd"] == end["profit_usd"]
        assert mid["payback_months"] == pytest.approx(end["payback_months"], abs=0.0, nan_ok=True)


# --- W1 written a second time --------------------------------------------------------------------


def w1(p):
    """The reference workload in one loop, from its paragraph in the plan model."""
    C, _s, D, L = p["units"] * p["unit_price_usd"], p["residual_share"], p["install_months"], p["economic_life_months"]
    H, S, r = 60, p["residual_share"] * p["units"] * p["unit_price_usd"], (1 + p["discount_rate"]) ** (1 / 12) - 1
    book, flows, tokens, costs, profit = C, [-C], 0.0, C, 0.0
    for t in range(1, H + 1):
        flow = 0.0
        if D < t <= D + L:
            A = 1 / (1 + math.exp(-p["adoption_rate_per_month"] * (t - p["adoption_midpoint_month"])))
            served = p["units"] * p["tokens_per_second"] * p["utilization"] * 730 * 3600 / 1e6 * A
            revenue = served * p["price_usd_per_mtok"] * (1 - p["price_decline_per_year"]) ** (t / 12)
            power = p["units"] * p["power_kw"] * p["pue"] * 730 * p["electricity_usd_per_kwh"]
            opex = power + C * p["opex_share_per_year"] / 12
            fall = (C - S) / L if p["book_method"] == "SL" else min(2 / L * book, book - S)
            book -= fall
            flow = revenue - opex - p["tax_rate"] * (revenue - opex - fall)
            tokens += served / (1 + r) ** t
            costs += opex / (1 + r) ** t
        if t == min(H, D + L):
            flow += S
            costs -= S / (1 + r) ** t
        flows.append(flow)
    profit = sum(flows)
    return {
        "npv": sum(f / (1 + r) ** t for t, f in enumerate(flows)),
        "irr": (1 + finance.irr(flows)) ** 12 - 1,
        "discounted_payback_months": finance.discounted_payback(r, flows),
        "cost_per_mtok": costs / tokens,
        "profit_usd": profit,
        "peak_funding_usd": max(0.0, -min(plan.running(flows))),
    }


def test_w1_written_a_second_time_gives_the_same_figures():
    rng = random.Random(22)
    for _ in range(60):
        p = draw.w1_plan(rng)
        once, again = plan.evaluate(p), w1(p)
        scale = p["units"] * p["unit_price_usd"]
        for name, value in again.items():
            if name == "irr" and math.isnan(once["irr"]):
                continue
            assert once[name] == pytest.approx(value, rel=1e-9, abs=1e-12 * scale, nan_ok=True), name


def test_the_statement_has_a_value_for_every_month():
    for p in plans(99):
        lines = plan.statement(p)
        assert {len(line) for line in lines.values()} == {plan.months(p)["H"] + 1}
