"""The statement's lines agree with the oracle's, add up over longer periods, and end in the plan's metrics."""

import random

import numpy as np
import pytest

from accelxl.errors import UnknownName
from accelxl.plan.evaluate import evaluate
from accelxl.plan.statement import LINES, lines, statement
from tests.oracle import draw
from tests.oracle import plan as oracle

ORACLE_NAMES = {"maintenance_usd": "opex_share_usd"}
SKIPPED = {
    "demand_mtok",
    "price_usd_per_mtok",
    "contract_usd",
    "cumulative_usd",
    "discount_factor",
    "discounted_usd",
    "cumulative_discounted_usd",
    "ebitda_usd",
    "tax_disposal_usd",
    "served_mtok",
    "capacity_mtok",
}
BASE = {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}


def plans(count):
    for seed in range(count):
        plan = draw.random_plan(random.Random(seed))
        plan.setdefault("equity_rate", plan.get("discount_rate", 0.1))
        yield plan


def test_every_line_agrees_with_the_oracle_month_by_month():
    seen = set()
    for plan in plans(150):
        _, got = lines(plan)
        want = oracle.statement(plan)
        scale = sum(map(abs, want["free_cash_flow_usd"]))
        for name in LINES:
            right = want.get(ORACLE_NAMES.get(name, name))
            if right is not None:
                seen.add(name)
                assert np.abs(got[name] - np.array(right)).max() <= 1e-10 * max(scale, *map(abs, right)), name
    assert len(seen) > 25


def test_the_lines_make_up_the_totals():
    for plan in plans(60):
        _, got = lines(plan)
        parts = ["energy", "colo", "maintenance", "software", "staff", "contract", "revenue_share"]
        total = sum(got[f"{name}_usd"] for name in parts)
        assert total == pytest.approx(got["opex_usd"], rel=1e-12, abs=1e-6)
        assert got["token_revenue_usd"] + got["training_revenue_usd"] == pytest.approx(
            got["revenue_usd"], rel=1e-12, abs=1e-9
        )


@pytest.mark.parametrize("by", ["quarter", "year"])
def test_longer_periods_add_flows_and_end_in_the_same_stocks(by):
    for plan in plans(40):
        monthly, longer = lines(plan)[1], lines(plan, by)[1]
        for name, row in LINES.items():
            if row.kind == "flow":
                assert np.nansum(longer[name]) == pytest.approx(np.nansum(monthly[name]), rel=1e-12, abs=1e-6)
            else:
                assert longer[name][-1] == pytest.approx(monthly[name][-1], nan_ok=True)


def test_the_last_cumulated_figures_are_npv_and_profit():
    for plan in plans(40):
        got = lines(plan)[1]
        figures = evaluate(plan, ["npv", "profit_usd"])
        scale = np.abs(got["free_cash_flow_usd"]).sum()
        assert got["cumulative_discounted_usd"][-1] == pytest.approx(figures["npv"], abs=1e-11 * scale)
        assert got["profit_usd"].sum() == pytest.approx(figures["profit_usd"], abs=1e-11 * scale)


def test_fiscal_years_follow_the_start_date():
    plan = {**BASE, "start_date": "2026-10-01", "horizon_months": 24}
    index, got = lines(plan, "year")
    assert list(index) == [1, 2, 3]
    assert got["served_mtok"][0] == pytest.approx(got["served_mtok"][1] / 4)


def test_a_frame_has_a_row_a_period_and_a_column_a_line():
    frame = statement(BASE, by="year")
    assert list(frame.columns) == list(LINES)
    assert frame.index.name == "year"


def test_an_unknown_period_is_named():
    with pytest.raises(UnknownName, match=r"week.*month, quarter, year"):
        lines(BASE, "week")
