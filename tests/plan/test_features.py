"""Each feature of the plan that a block can ask for, by hand: cascade, relife, facility, debt, carryforward, impairment, break-evens.

The oracle holds the same plans to the last digit (test_oracle.py draws every feature at random); here a person can follow the figures.
One unit at 1,000 tokens a second and 1 USD earns 2,628 USD a month, and power is free.
"""

import math

import numpy as np
import pytest

from accelxl import catalogue
from accelxl.domain import contract, finance
from accelxl.domain.contract import Part
from accelxl.functions import REGISTRY
from accelxl.plan.evaluate import evaluate
from accelxl.plan.statement import months
from accelxl.scenario.solver import breakeven
from tests.oracle import plan as oracle

MONTHLY = 2_628.0
ONE = {
    "units": 1, "unit_price_usd": 24_000, "tokens_per_second": 1_000, "utilization": 1, "price_usd_per_mtok": 1,
    "electricity_usd_per_kwh": 0, "economic_life_months": 24, "tax_rate": 0,
}  # fmt: skip
BREAKEVEN, PLAN = REGISTRY["ACCEL_BREAKEVEN"], REGISTRY["ACCEL_PLAN"]


def lines(**more):
    """Lines by month, which the oracle has as well."""
    plan = {**ONE, **more}
    got, want = months(plan), oracle.statement(plan)
    for name in ("revenue_usd", "book_depreciation_usd", "book_value_usd", "free_cash_flow_usd", "tax_usd"):
        assert got[name] == pytest.approx(np.array(want[name]), rel=1e-11, abs=1e-6), name
    return got


def block(**more):
    return [[name, value] for name, value in {**ONE, **more}.items()]


def test_a_cohort_trains_first_and_serves_after_that():
    got = lines(training_months=6, training_value_usd_per_hour=2.0)
    assert got["training_revenue_usd"][1:7] == pytest.approx([730 * 2.0] * 6)
    assert got["served_mtok"][1:7].tolist() == [0.0] * 6
    assert got["token_revenue_usd"][7:] == pytest.approx([MONTHLY] * 18)
    assert PLAN(block(training_months=6, training_value_usd_per_hour=2.0), "revenue_usd") == pytest.approx(
        6 * 1_460 + 18 * MONTHLY
    )


def test_parts_of_four_lives_are_charged_apart_and_a_cohort_that_trains_first_pays_back_later():
    """B1 by hand: chip 4 years, server 6, network 8, facility 15; then six months of training at 1 USD an hour before serving."""

    def charge(price, life, residual=0.0, r=0.08):
        return (price - residual * price) * r / (1 - (1 + r) ** -life) + residual * price * r

    parts = [Part("chip", 20_000, 4, 0.1), Part("server", 9_000, 6), Part("network", 4_000, 8)]
    found = contract.tco(
        parts, 1.37, 0.08, facility_usd_per_kw=10_000, facility_life_years=15, electricity_usd_per_kwh=0.0
    )
    lines = dict(found.lines)
    assert [lines[name] for name in ("chip", "server", "network", "facility")] == pytest.approx(
        [charge(20_000, 4, 0.1), charge(9_000, 6), charge(4_000, 8), charge(13_700, 15)]
    )
    later = evaluate(
        {**ONE, "training_months": 6, "training_value_usd_per_hour": 1.0}, ["payback_months", "revenue_usd"]
    )
    assert later["revenue_usd"] == pytest.approx(6 * 730 + 18 * MONTHLY)
    assert later["payback_months"] == pytest.approx(6 + (24_000 - 6 * 730) / MONTHLY)
    assert later["payback_months"] > evaluate(ONE, ["payback_months"])["payback_months"]


def test_the_cascade_moves_the_breakeven_month_and_the_payback():
    """The article: mixed training-inference lifespans alter breakeven timelines."""
    pure = evaluate(ONE, ["payback_months"])["payback_months"]
    assert pure == pytest.approx(24_000 / MONTHLY)
    cascade = evaluate(
        {**ONE, "training_months": 12, "training_value_usd_per_hour": 1.0}, ["payback_months", "breakeven_month"]
    )
    assert cascade["payback_months"] == pytest.approx(12 + (24_000 - 12 * 730) / MONTHLY)
    assert (
        cascade["breakeven_month"] == 13
    )  # a training hour at 1 USD earns 730 a month, less than the 1,000 of depreciation


def test_a_longer_life_from_month_12_on_halves_the_depreciation_that_is_left():
    """24,000 over 24 months; after 12 the life is 36: 12,000 over the 24 months left, of which 12 are served."""
    got = lines(relife_month=12, relife_life_months=36)
    assert got["book_depreciation_usd"][1:13] == pytest.approx([1_000.0] * 12)
    assert got["book_depreciation_usd"][13:] == pytest.approx([500.0] * 12)
    assert got["disposal_usd"][24] == pytest.approx(-6_000.0)
    from_sheet = REGISTRY["ACCEL_RELIFE"].call(24_000, 2, 3, 1).rows()
    assert from_sheet[2][1] == pytest.approx(got["book_depreciation_usd"][13:25].sum())


def test_a_facility_is_paid_at_the_planned_delivery_and_comes_back_for_what_it_still_lasts():
    """1.73 kW at 10,000 USD: 17,300 in month 3, over 180 months from service on; after 24 of them 86.7 % comes back."""
    got = lines(facility_usd_per_kw=10_000, lead_time_months=3)
    assert got["capex_usd"][3] == pytest.approx(17_300.0)
    assert got["book_depreciation_usd"][4] == pytest.approx(1_000 + 17_300 / 180)
    assert got["residual_usd"][27] == pytest.approx(17_300 * 156 / 180)


def test_debt_moves_equity_alone():
    """Half of 24,000 at 12.6825 % effective (1 % a month) over 12 months: the annuity of any textbook, 1,066.19 a month."""
    rate = 1.01**12 - 1
    bare, geared = months(ONE), lines(debt_share=0.5, debt_rate=rate, debt_months=12)
    assert geared["draw_usd"][0] == 12_000.0
    paid = geared["principal_usd"] + geared["interest_usd"]
    assert paid[1:13] == pytest.approx([finance.pmt(0.01, 12, -12_000)] * 12)
    assert round(paid[1], 2) == 1066.19
    assert geared["free_cash_flow_usd"].tolist() == bare["free_cash_flow_usd"].tolist()
    assert geared["equity_flow_usd"][0] == -12_000.0
    figures = evaluate(
        {**ONE, "debt_share": 0.5, "debt_rate": rate, "debt_months": 12}, ["npv", "npv_equity_usd", "interest_usd"]
    )
    assert figures["npv"] == evaluate(ONE, ["npv"])["npv"]
    assert figures["interest_usd"] == pytest.approx(12 * finance.pmt(0.01, 12, -12_000) - 12_000)


def test_losses_are_carried_into_years_that_may_use_eighty_percent_of_their_income():
    """Year 1: 12 months of training at nothing lose 12,000. Year 2 earns 31,536 - 12,000 = 19,536, of which 80 % could be offset:
    15,629, more than the loss; so 7,536 are taxed. With a limit of 50 %, 9,768 are."""
    case = {"training_months": 12, "tax_rate": 0.25, "tax_losses": "carryforward"}
    got = lines(**case)
    assert got["tax_usd"].sum() == pytest.approx(0.25 * (12 * MONTHLY - 24_000))
    assert got["tax_usd"][12] == 0.0
    assert got["tax_usd"][24] == pytest.approx(0.25 * 7_536)
    assert lines(**case, loss_limit_share=0.5)["tax_usd"][24] == pytest.approx(0.25 * 9_768)


def test_impairment_is_the_first_month_whose_book_value_the_cash_to_come_does_not_cover():
    """Price down by 90 % a year and a rack that costs more to run every month: see the sum of cash after each month."""
    case = {"price_decline_per_year": 0.9, "book_life_months": 60, "price_usd_per_mtok": 3}
    got = lines(**case)
    cash = got["free_cash_flow_usd"]
    first = next(t for t in range(len(cash)) if got["book_value_usd"][t] > cash[t + 1 :].sum())
    found = evaluate({**ONE, **case}, ["impairment_month"])["impairment_month"]
    assert found == first
    assert 0 < first < 24
    assert math.isnan(evaluate({**ONE, "price_usd_per_mtok": 3}, ["impairment_month"])["impairment_month"])


def test_the_three_break_evens_are_metrics_and_npv_is_zero_at_them():
    case = block(tax_rate=0.25, opex_share_per_year=0.05, price_decline_per_year=0.2)
    names = [["breakeven_month", "breakeven_utilization", "breakeven_price_usd_per_mtok"]]
    month, utilization, price = PLAN(case, names)[0]
    assert month == 1.0
    plan = dict(case)
    assert evaluate({**plan, "utilization": utilization}, ["npv"])["npv"] == pytest.approx(0.0, abs=1e-6)
    assert evaluate({**plan, "price_usd_per_mtok": price}, ["npv"])["npv"] == pytest.approx(0.0, abs=1e-6)
    assert BREAKEVEN(case, "utilization") == pytest.approx(utilization, rel=1e-9)
    assert BREAKEVEN(case, "price_usd_per_mtok") == pytest.approx(price, rel=1e-9)


def test_a_break_even_in_time_is_a_payback_that_is_asked_for():
    """Price at which the plan has paid back after 12 months: 24,000 / 12 / 2,628."""
    assert BREAKEVEN(block(), "price_usd_per_mtok", "payback_months", 12.0) == pytest.approx(2_000 / MONTHLY)
    assert breakeven(ONE, "unit_price_usd", "npv") == pytest.approx(
        -finance.pv(1.1 ** (1 / 12) - 1, 24, MONTHLY), rel=1e-9
    )


def test_an_unreachable_break_even_says_how_far_it_stays():
    outcome = BREAKEVEN.call(block(price_usd_per_mtok=0.01), "utilization")
    assert outcome.value == "#NUM!"
    assert (
        "npv does not meet 0 for utilization from 0 to 1; its distance from the target goes from -24,000 to"
        in outcome.why
    )


@pytest.mark.parametrize("seed", range(12))
def test_present_value_of_the_plan_s_eva_is_its_npv(seed):
    rng = np.random.default_rng(seed)
    plan = {
        **ONE, "tax_rate": 0.25, "discount_rate": float(rng.uniform(0.02, 0.3)), "install_months": int(rng.integers(0, 6)),
        "book_method": str(rng.choice(["SL", "DDB", "SYD", "VDB"])), "tax_method": str(rng.choice(["book", "SL", "MACRS5"])),
        "residual_share": float(rng.uniform(0, 0.3)), "working_capital_days": float(rng.uniform(0, 60)), "deposit_share": 0.4,
        "lead_time_months": 3, "facility_usd_per_kw": float(rng.uniform(0, 1e4)), "relife_month": None,
    }  # fmt: skip
    got = months(plan)
    worth = float((got["eva_usd"] * got["discount_factor"]).sum())
    assert worth == pytest.approx(evaluate(plan, ["npv"])["npv"], rel=1e-9, abs=1e-5)


def test_real_and_nominal_plans_are_worth_the_same():
    """The plan is nominal: with every price and cost rising at 3 % its npv at 10 % is that of the constant plan at the real rate."""
    rate, inflation = 0.10, 0.03
    costs = {"staff_usd_per_year": 2_000, "software_usd_per_unit_year": 500, "electricity_usd_per_kwh": 0.08}
    rising = {
        **ONE,
        **costs,
        "discount_rate": rate,
        "inflation_per_year": inflation,
        "electricity_growth_per_year": inflation,
    }
    rising["price_decline_per_year"] = -inflation
    still = {**ONE, **costs, "discount_rate": (1 + rate) / (1 + inflation) - 1}
    assert evaluate(rising, ["npv"])["npv"] == pytest.approx(evaluate(still, ["npv"])["npv"], rel=1e-12)


def test_required_revenue_of_a_plan_is_the_closed_form_paid_monthly():
    """No tax, level: K*12*CRF(r_m, 24) (equations B1); the yearly closed form is r/(12 r_m) higher."""
    found = evaluate(ONE, ["required_revenue_usd_per_year"])["required_revenue_usd_per_year"]
    monthly = 1.1 ** (1 / 12) - 1
    assert found == pytest.approx(12 * finance.pmt(monthly, 24, -24_000), rel=1e-12)
    assert finance.req_revenue(24_000, 0.1, 2) == pytest.approx(found * 0.1 / (12 * monthly), rel=1e-12)


def test_useful_lives_of_the_catalogue_fit_a_plan():
    life = catalogue.useful_life("Meta").value  # 5.5 years
    assert lines(book_life_months=round(12 * life))["book_depreciation_usd"][1] == pytest.approx(24_000 / (12 * 5.5))
