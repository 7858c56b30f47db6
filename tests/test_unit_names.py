"""Names in another unit: the right name, the factor and the converted figure, in plans, options and scenario tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.errors import UnknownName, WrongUnit
from accelxl.functions import REGISTRY
from accelxl.plan.inputs import INPUTS
from accelxl.plan.model import Plan, from_block
from accelxl.scenario.columns import check_name
from accelxl.units import other_unit, unknown

BASE = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
BLOCK = [[name, value] for name, value in BASE.items()]


@pytest.mark.parametrize(
    ("given", "right", "factor"),
    # each by hand: a price per thousand is a thousandth of one per million, a year has 12 months, a MWh 1000 kWh
    [
        ("price_usd_per_ktok", "price_usd_per_mtok", 1000),
        ("price_usd_per_token", "price_usd_per_mtok", 1e6),
        ("price_output_usd_per_btok", "price_output_usd_per_mtok", 0.001),
        ("price_usd_per_million_tokens", "price_usd_per_mtok", 1),
        ("economic_life_years", "economic_life_months", 12),
        ("working_capital_months", "working_capital_days", 365 / 12),
        ("staff_usd_per_month", "staff_usd_per_year", 12),
        ("staff_usd_per_hour", "staff_usd_per_year", 8760),
        ("rent_usd_per_year", "rent_usd_per_hour", 1 / 8760),
        ("colo_usd_per_kw_year", "colo_usd_per_kw_month", 1 / 12),
        ("lease_usd_per_unit_hour", "lease_usd_per_unit_month", 730),
        ("rent_usd_per_month", "rent_usd_per_hour", 1 / 730),
        ("tokens_per_minute", "tokens_per_second", 1 / 60),
        ("electricity_usd_per_mwh", "electricity_usd_per_kwh", 0.001),
        ("electricity_cents_per_kwh", "electricity_usd_per_kwh", 0.01),
        ("power_w", "power_kw", 0.001),
        ("demand_tokens_per_month", "demand_mtok_per_month", 1e-6),
        ("demand_mtok_per_year", "demand_mtok_per_month", 1 / 12),
        ("utilization_percent", "utilization", 0.01),
        ("stranded_pct", "stranded_share", 0.01),
        ("unit_price_kusd", "unit_price_usd", 1000),
        ("adoption_rate_per_year", "adoption_rate_per_month", 1 / 12),
        ("unit_price_eur", "unit_price_usd", 0),
        ("price_decline_per_month", "price_decline_per_year", 0),
        ("power_kw_chip", "power_kw", 0),
        ("tdp_kw", "power_kw", 0),
        ("tokens_per_second_per_node", "tokens_per_second", 0),
        ("unit_price_usd_per_die", "unit_price_usd", 0),
    ],
)
def test_a_name_in_another_unit_is_recognised_with_its_factor(given, right, factor):
    found = other_unit(given, INPUTS)
    assert found is not None
    assert (found.name, found.factor) == (right, pytest.approx(factor))


@given(st.sampled_from(sorted(INPUTS)))
def test_a_right_name_is_in_no_other_unit(name):
    assert other_unit(name, INPUTS) is None or other_unit(name, INPUTS).name != name


def test_a_misspelt_name_stays_an_unknown_name():
    for name in ("utilisation", "unts", "prise_usd_per_mtok", "kw", "_", ""):
        error = unknown(name, INPUTS, "it is not an input")
        assert isinstance(error, UnknownName), name


@pytest.mark.parametrize(
    "call",
    [
        lambda name: Plan(**{**BASE, name: 0.0006}),
        lambda name: Plan(
            tranches=[{**{k: v for k, v in BASE.items() if k != "price_usd_per_mtok"}}], **{name: 0.0006}
        ),
        lambda name: from_block([*BLOCK, [name, 0.0006]]),
    ],
    ids=["dict", "tranches", "block"],
)
def test_a_price_per_thousand_in_a_plan_is_refused_with_the_figure_that_is_meant(call):
    with pytest.raises(
        WrongUnit, match=r"is in ktok, price_usd_per_mtok is in mtok; multiply the figures by 1000 \(0.0006 is 0.6\)"
    ):
        call("price_usd_per_ktok")


def test_a_scenario_column_in_another_unit_is_refused():
    with pytest.raises(WrongUnit, match="economic_life_months is in months; multiply the figures by 12"):
        check_name(Plan(**BASE), "economic_life_years.1")


def test_rates_compound_and_currencies_have_no_factor():
    with pytest.raises(WrongUnit, match=r"a rate compounds: 1 - \(1 - x\)\*\*n for a decline"):
        Plan(**BASE, price_decline_per_month=0.02)
    with pytest.raises(WrongUnit, match="the rate of exchange is yours to choose"):
        Plan(**{**BASE, "unit_price_eur": 30000})
    with pytest.raises(WrongUnit, match=r"power_kw is that at the rack \(H100: 0.70 chip, 1.275"):
        Plan(**BASE, power_kw_chip=0.7)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("ACCEL_PLAN", ([*BLOCK, ["electricity_usd_per_mwh", 80]], "npv")),
        ("ACCEL_ROI", (34000, 64, 2500, 0.6, *[None] * 7, [["electricity_usd_per_mwh", 80]])),
        ("ACCEL_EXPLAIN", ([*BLOCK, ["electricity_usd_per_mwh", 80]],)),
        ("ACCEL_SCENARIOS", (BLOCK, [["electricity_usd_per_mwh"], [80]], "npv")),
        ("ACCEL_GRID", (BLOCK, "units", [[1], [2]], "electricity_usd_per_mwh", [[80, 90]])),
        ("ACCEL_BREAKEVEN", (BLOCK, "electricity_usd_per_mwh")),
    ],
)
def test_every_block_of_the_sheet_checks_its_units(name, cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.rows() == [["#VALUE!"]]
    assert "is in mwh, electricity_usd_per_kwh is in kwh; multiply the figures by 0.001" in outcome.why
