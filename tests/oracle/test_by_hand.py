"""The plan oracle against plans small enough to work by hand."""

import datetime as dt
import math

import pytest

from . import finance, inputs, plan
from .months import adoption

TINY = {  # one unit that serves one million tokens a month for two months
    "units": 1,
    "unit_price_usd": 1000.0,
    "tokens_per_second": 1 / 2.628,
    "utilization": 1.0,
    "economic_life_months": 2,
    "price_usd_per_mtok": 600.0,
    "electricity_usd_per_kwh": 0.0,
    "tax_rate": 0.0,
    "discount_rate": 0.1,
}


def test_the_smallest_plan_gives_the_figures_of_a_pocket_calculator():
    m = plan.evaluate(TINY)
    month = 1.1 ** (1 / 12)
    assert m["npv"] == pytest.approx(-1000 + 600 / month + 600 / month**2)
    assert m["irr"] == pytest.approx((0.3 + math.sqrt(0.09 + 0.6)) ** 12 - 1)  # 1000g^2 - 600g - 600 = 0
    assert m["mirr"] == pytest.approx(((600 * month + 600) / 1000) ** 6 - 1)
    assert m["roi"] == pytest.approx(0.2)
    assert m["payback_months"] == pytest.approx(1 + 400 / 600)
    assert m["peak_funding_usd"] == 1000.0
    assert m["profit_usd"] == pytest.approx(200.0)
    assert m["cost_per_mtok"] == pytest.approx(1000 / (1 / month + 1 / month**2))
    assert m["required_price_usd_per_mtok"] == pytest.approx(m["cost_per_mtok"])
    assert m["required_revenue_usd_per_year"] == pytest.approx(12 * m["cost_per_mtok"])
    assert m["breakeven_utilization"] == pytest.approx(m["cost_per_mtok"] / 600)
    assert m["cost_per_accelerator_hour"] == pytest.approx(m["cost_per_mtok"] / 730)
    assert m["gross_margin"] == pytest.approx(200 / 1200)
    assert m["breakeven_month"] == 1.0
    assert m["truncated_months"] == 0.0
    assert m["eaa_usd"] == pytest.approx(m["npv"] * 0.1 / (1 - 1.1 ** (-2 / 12)))
    assert math.isnan(m["impairment_month"])


def test_macrs_years_follow_the_fiscal_years():
    p = TINY | {"economic_life_months": 20, "tax_method": "MACRS5", "bonus_share": 0.4, "tax_rate": 0.25}
    p |= {"start_date": dt.date(2025, 10, 1)}
    x = plan.months(p)
    first = (400 + 0.2 * 600) / 3  # October to December
    expected = [0.0] + [first] * 3 + [0.32 * 600 / 12] * 12 + [0.192 * 600 / 12] * 5
    assert x["tax_depreciation_usd"] == pytest.approx(expected)
    assert x["tax_disposal_usd"][20] == pytest.approx(-(1000 - sum(expected)))
    june = plan.months(p | {"fiscal_year_end_month": 6, "tax_convention": "MQ"})  # October opens fiscal quarter 2
    assert june["tax_depreciation_usd"][1] == pytest.approx((400 + 0.25 * 600) / 9)


def test_tranches_are_filled_in_their_order():
    p = {k: v for k, v in TINY.items() if k not in ("units", "unit_price_usd", "tokens_per_second", "utilization")}
    cohort = {k: TINY[k] for k in ("unit_price_usd", "tokens_per_second", "utilization")}
    p.pop("economic_life_months")
    p["tranches"] = [cohort | {"units": 2}, cohort | {"units": 3, "contract": "rent", "rent_usd_per_hour": 2.0}]
    p["demand_mtok_per_month"] = 3.5
    x = plan.months(p)
    assert x["served_mtok"][1] == pytest.approx(3.5)
    assert x["rent_usd"][1] == pytest.approx(3 * 730 * 2.0 * (1.5 / 3))


def test_adoption_curves_pass_through_their_marks():
    P = inputs.split(TINY | {"adoption_midpoint_month": 9.0, "adoption_rate_per_month": 0.3})[0]
    assert adoption(P | {"adoption": "logistic"}, 9) == pytest.approx(0.5)
    assert adoption(P | {"adoption": "gompertz"}, 9) == pytest.approx(0.5)
    bass = P | {"adoption": "bass", "bass_p_per_year": 0.03, "bass_q_per_year": 0.38}
    assert adoption(bass, 0) == 0.0
    steps = [adoption(bass, t + 1) - adoption(bass, t) for t in range(240)]
    peak = 12 * math.log(0.38 / 0.03) / 0.41  # ln(q/p)/(p+q) years
    assert steps.index(max(steps)) == pytest.approx(peak, abs=1.0)


def test_a_longer_life_is_spread_over_what_is_left():
    p = TINY | {"economic_life_months": 30, "book_life_months": 20, "relife_month": 5, "relife_life_months": 25}
    line = plan.months(p)["book_depreciation_usd"]
    assert line[1:6] == pytest.approx([50.0] * 5)
    assert line[6:26] == pytest.approx([750 / 20] * 20)
    assert line[26:] == pytest.approx([0.0] * 5)


def test_a_slip_past_the_schedule_pays_colo_while_idle_and_loses_life():
    p = TINY | {"economic_life_months": 10, "delay_months": 4, "life_starts": "schedule", "deposit_share": 0.3}
    p |= {"colo_usd_per_kw_month": 100.0, "power_kw": 2.0}
    x = plan.months(p)
    assert x["H"] == 10
    assert [t for t in range(11) if x["production"][t]] == [5, 6, 7, 8, 9, 10]
    assert x["colo_usd"][1:] == [200.0] * 10
    assert (x["capex_usd"][0], x["capex_usd"][4]) == pytest.approx((300.0, 700.0))


def test_unused_facility_value_comes_back_and_a_lease_ends_the_service():
    p = TINY | {"economic_life_months": 60, "facility_usd_per_kw": 9000.0, "power_kw": 1.0, "contract": "lease"}
    p |= {"lease_months": 36, "lease_usd_per_unit_month": 50.0, "install_months": 6}
    x = plan.months(p)
    assert x["H"] == 36
    assert x["book_depreciation_usd"][7] == pytest.approx(50.0)
    assert x["residual_usd"][36] == pytest.approx(9000 - 30 * 50)
    assert math.fsum(x["lease_usd"]) == pytest.approx(36 * 50)


def test_training_earns_first_and_serving_follows():
    p = TINY | {"economic_life_months": 12, "training_months": 4, "training_value_usd_per_hour": 3.0}
    p |= {"revenue_share": 0.5, "electricity_usd_per_kwh": 0.1, "pue": 1.0, "power_kw": 1.0}
    x = plan.months(p)
    assert x["training_revenue_usd"][1:5] == [730 * 3.0] * 4
    assert x["served_mtok"][4:6] == pytest.approx([0.0, 1.0])
    assert x["revenue_share_usd"][4:6] == pytest.approx([0.0, 300.0])
    assert x["energy_usd"][1:] == pytest.approx([73.0] * 12)
    assert plan.evaluate(p)["energy_joule_per_token"] == pytest.approx(730 * 3.6e6 / 1e6)


def test_losses_wait_for_income_and_cover_only_a_part_of_it():
    p = TINY | {"economic_life_months": 24, "tax_losses": "carryforward", "tax_rate": 0.25, "tax_method": "MACRS5"}
    p |= {"unit_price_usd": 60000.0, "price_usd_per_mtok": 1500.0, "bonus_share": 1.0, "residual_share": 0.5}
    x = plan.months(p)
    assert x["tax_usd"][:24] == [0.0] * 24
    income = 12 * 1500 + 30000  # year 2: revenue and the taxed residual on a basis of 0
    losses = 60000 - 12 * 1500
    assert x["tax_usd"][24] == pytest.approx(0.25 * (income - min(losses, 0.8 * income)))


def test_a_horizon_that_cuts_the_life_short_says_by_how_much():
    m = plan.evaluate(TINY | {"economic_life_months": 40, "horizon_months": 25, "residual_share": 0.1})
    assert m["truncated_months"] == 15.0
    assert m["book_value_at_horizon_usd"] == pytest.approx(1000 - 900 / 40 * 25)


def test_an_unknown_or_missing_input_is_refused():
    with pytest.raises(KeyError, match="utilisation"):
        plan.evaluate(TINY | {"utilisation": 0.5})
    with pytest.raises(KeyError, match="units"):
        plan.evaluate({k: v for k, v in TINY.items() if k != "units"})


def test_debt_adds_its_draw_and_takes_interest_after_tax():
    p = TINY | {"tax_rate": 0.25, "debt_share": 0.5, "debt_rate": 1.01**12 - 1, "debt_months": 2, "equity_rate": 0.2}
    level = 500 * 0.01 / (1 - 1.01**-2)
    later = 500 - (level - 5)  # owed after the first payment
    taxed = 600 - 0.25 * (600 - 500)
    equity = [-500.0, taxed - (level - 5) - 5 * 0.75, taxed - later - later * 0.01 * 0.75]
    m = plan.evaluate(p)
    assert plan.months(p)["equity_flow_usd"] == pytest.approx(equity)
    assert m["interest_usd"] == pytest.approx(5 + later * 0.01)
    assert m["npv_equity_usd"] == pytest.approx(sum(f * 1.2 ** (-t / 12) for t, f in enumerate(equity)))


def test_debt_still_owed_at_the_horizon_is_repaid_there():
    x = plan.months(TINY | {"debt_share": 1.0, "debt_rate": 0.0, "debt_months": 10})
    assert x["principal_usd"] == pytest.approx([0.0, 100.0, 900.0])


def test_irr_is_given_only_where_it_is_known_to_be_the_one():
    def rate(*amounts):
        return plan.internal_rate([(12 * t, float(t), float(a)) for t, a in enumerate(amounts)])

    assert rate(-100, 60, 60) == pytest.approx(0.130662, abs=1e-6)
    assert rate(100, -60, -60) == pytest.approx(0.130662, abs=1e-6)  # a loan: plus to minus is one change too
    once = rate(-100, 80, -10, 60)  # three changes, but the running sum changes once and ends above 0
    assert once > 0.0
    assert finance.npv(once, [-100, 80, -10, 60]) == pytest.approx(0.0, abs=1e-10)
    assert math.isnan(rate(-100, 230, -132))  # 10 % and 20 %
    assert math.isnan(rate(100, -50, 60, -130))  # the running sum changes once and ends below 0
    assert math.isnan(rate(0, 0))
    assert math.isnan(rate(10, 20))
