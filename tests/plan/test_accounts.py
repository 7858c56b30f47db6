"""The three statements balance to the cent, tie to each other and end in the plan's metrics; a plan worked by hand."""

import random

import numpy as np
import pytest

from accelxl.errors import UnknownName
from accelxl.functions import REGISTRY
from accelxl.plan.accounts import ACCOUNTS, PARTS, accounts, accounts_by_month, statements
from accelxl.plan.evaluate import evaluate
from accelxl.plan.model import plan_of
from accelxl.plan.statement import months
from tests.oracle import draw
from tests.oracle import plan as oracle

BASE = {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}


def plans(count):
    for seed in range(count):
        plan = draw.random_plan(random.Random(seed))
        plan.setdefault("equity_rate", plan.get("discount_rate", 0.1))
        yield plan


def test_every_balance_sheet_of_random_plans_balances_to_the_cent_every_month():
    seen = {"debt_usd": 0, "deferred_tax_liability_usd": 0, "deferred_tax_asset_usd": 0, "working_capital_usd": 0}
    for plan in plans(300):
        got = accounts_by_month(plan)
        assert (got["imbalance_usd"] == 0).all()
        assert (got["cash_usd"] >= 0).all()
        for name in seen:
            seen[name] += bool((got[name] != 0).any())
    assert min(seen.values()) > 20


def test_the_statements_tie_to_each_other():
    for plan in plans(80):
        got = accounts_by_month(plan)
        size = np.abs(got["revenue_usd"]).sum() + np.abs(got["cash_capex_usd"]).sum() + 1.0
        ties = [
            (np.diff(got["cash_usd"], prepend=0.0), got["cash_change_usd"]),
            (np.diff(got["retained_earnings_usd"], prepend=0.0), got["net_income_usd"]),
            (np.diff(got["debt_usd"], prepend=0.0), got["cash_debt_usd"]),
            (np.diff(got["paid_in_capital_usd"], prepend=0.0), got["cash_paid_in_usd"]),
            (
                np.diff(got["equipment_usd"], prepend=0.0),
                -got["cash_capex_usd"] - got["cash_depreciation_usd"] - got["cash_residual_usd"],
            ),
        ]
        for change, flow in ties:
            assert change == pytest.approx(flow, abs=1e-9 * size)


def test_nothing_is_left_at_the_end_but_cash_and_equity():
    for plan in plans(80):
        got = accounts_by_month(plan)
        size = np.abs(got["cash_capex_usd"]).sum() + 1.0
        for name in (
            "equipment_usd",
            "working_capital_usd",
            "debt_usd",
            "deferred_tax_asset_usd",
            "deferred_tax_liability_usd",
        ):
            assert abs(got[name][-1]) <= 1e-6 * size, name


def test_net_income_before_interest_sums_to_the_plan_s_profit_and_the_equity_flow_is_the_oracle_s():
    for plan in plans(80):
        got, raw = accounts_by_month(plan), months(plan)
        want = oracle.statement(plan)
        size = sum(map(abs, want["free_cash_flow_usd"])) + 1.0
        kept = 1.0 - plan_of(plan)["tax_rate"]
        interest = got["interest_usd"].sum() * kept
        assert got["net_income_usd"].sum() + interest == pytest.approx(
            evaluate(plan, ["profit_usd"])["profit_usd"], abs=1e-9 * size
        )
        flow = got["operating_cash_usd"] + got["investing_cash_usd"] + got["cash_debt_usd"]
        assert flow == pytest.approx(np.array(want["equity_flow_usd"]), abs=1e-9 * size)
        assert got["equipment_usd"] == pytest.approx(raw["book_value_usd"], abs=1e-9 * size)


def test_without_debt_what_owners_pay_in_is_the_peak_funding():
    for drawn in plans(60):
        plan = {**drawn, "debt_share": 0.0}
        paid = accounts_by_month(plan)["paid_in_capital_usd"][-1]
        assert paid == pytest.approx(evaluate(plan, ["peak_funding_usd"])["peak_funding_usd"], rel=1e-9, abs=1e-3)


def test_a_plan_worked_by_hand():
    """12,000 USD of equipment, 12 months, revenue 2,628 a month (one unit, 1,000 tok/s, 1 USD): no power, staff or opex.

    The books and the tax deduct 1,000 a month; tax of 25 % on 1,628 is 407 and net income 1,221.
    """
    plan = {
        "units": 1, "unit_price_usd": 12_000, "tokens_per_second": 1_000, "utilization": 1, "price_usd_per_mtok": 1,
        "electricity_usd_per_kwh": 0, "economic_life_months": 12, "tax_rate": 0.25,
    }  # fmt: skip
    income, cash, balance = (statements(plan, "month")[part] for part in PARTS)
    assert income.loc["net_income_usd", 5] == pytest.approx(1_221.0)
    assert cash.loc["operating_cash_usd", 5] == pytest.approx(2_221.0)
    assert balance.loc["cash_usd", 5] == pytest.approx(5 * 2_221.0)
    assert balance.loc["paid_in_capital_usd", 5] == 12_000.0
    assert balance.loc["equipment_usd", 5] == pytest.approx(7_000.0)
    year = statements(plan)
    assert year["income"].loc["net_income_usd"].tolist() == pytest.approx([14_652.0])
    assert year["balance"].loc["cash_usd"].tolist() == pytest.approx([26_652.0])


def test_bonus_depreciation_makes_a_deferred_tax_liability_that_the_books_work_off():
    """Two years of books, all of it deducted in the first fiscal year: after it half the cost times the tax rate is owed."""
    plan = {**BASE, "economic_life_months": 24, "tax_method": "MACRS5", "bonus_share": 1.0, "tax_rate": 0.2}
    sheet = statements(plan)["balance"]
    cost = 64 * 34e3
    assert sheet.loc["deferred_tax_liability_usd"].tolist() == pytest.approx([0.2 * cost / 2, 0.0], abs=1e-6)


def test_losses_carried_forward_are_an_asset_until_they_are_used():
    plan = {
        **BASE,
        "tax_losses": "carryforward",
        "adoption": "logistic",
        "adoption_midpoint_month": 18,
        "adoption_rate_per_month": 0.5,
    }
    got = statements(plan)
    loss = got["income"].loc["pretax_income_usd"]
    assert loss.iloc[0] < 0
    assert got["balance"].loc["deferred_tax_asset_usd"].iloc[0] == pytest.approx(-0.25 * loss.iloc[0])
    assert got["balance"].loc["deferred_tax_asset_usd"].iloc[-1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("by", ["quarter", "year"])
def test_longer_periods_add_up_and_still_balance(by):
    for plan in plans(30):
        monthly, longer = accounts(plan, "month")[1], accounts(plan, by)[1]
        assert (longer["imbalance_usd"] == 0).all()
        for name, row in ACCOUNTS.items():
            if row.kind == "flow":
                assert longer[name].sum() == pytest.approx(monthly[name].sum(), rel=1e-12, abs=1e-5)
            else:
                assert longer[name][-1] == monthly[name][-1]


def test_the_sheet_shows_all_three_or_the_one_that_is_asked_for():
    block = [[name, value] for name, value in {**BASE, "currency": "EUR"}.items()]
    sheet = REGISTRY["ACCEL_STATEMENTS"]
    rows = sheet.call(block).rows()
    assert [row[0] for row in rows if "EUR" in str(row[0])] == [f"{title}, EUR, year" for title in PARTS.values()]
    assert len(rows) == len(ACCOUNTS) + 3
    assert sheet.call(block, "balance", "quarter").rows()[-1] == ["Assets less liabilities and equity", *[0.0] * 20]
    bad = sheet.call(block, "equity")
    assert bad.value == "#VALUE!"
    assert "part is the text 'equity'; allowed: all, income, cash, balance" in bad.why
    with pytest.raises(UnknownName, match="by is 'week'"):
        statements(BASE, "week")
