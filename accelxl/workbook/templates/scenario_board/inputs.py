"""Inputs of the scenario board: one purchase, and how far its scenarios reach."""

from __future__ import annotations

import dataclasses
import datetime as dt

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.units import Quantity
from accelxl.workbook.authoring import ASSUMED, MODEL_DATE, RESALE, Sources, assumed_item, constant, naming, plan_item
from accelxl.workbook.template import Content, Group, Item, Source

SOURCES = Sources()
DEVICE = "H200"
SHARE = Quantity("share", 0.0, 1.0)


def _fact(
    name: str,
    label: str,
    fact: Fact,
    *,
    tranche: int = 0,
    low: Content = None,
    high: Content = None,
    format: str = "number",
    dated: bool = False,
    ranged: bool = False,
) -> Item:
    """Return the item of a plan input whose value is a fact of the catalogue."""
    item = plan_item(name, label, fact.value, SOURCES.of(fact), fact.as_of, low=fact.low if low is None else low,
                     high=fact.high if high is None else high, tranche=tranche, format=format, dated=dated)  # fmt: skip
    return dataclasses.replace(item, ranged=ranged)


def _given(
    name: str,
    label: str,
    value: Content,
    low: Content = None,
    high: Content = None,
    *,
    tranche: int = 0,
    format: str = "number",
    choices: tuple[str, ...] = (),
    ranged: bool = False,
) -> Item:
    """Return the item of a plan input that the template assumes."""
    item = plan_item(
        name, label, value, ASSUMED, MODEL_DATE, low=low, high=high, tranche=tranche, format=format, choices=choices
    )
    return dataclasses.replace(item, ranged=ranged)


def _months(weeks: float) -> float:
    """Return weeks as whole months."""
    return float(round(weeks * 12 / 52))


def _tranche() -> Group:
    """Return the inputs of the purchase."""
    spec = {
        name: catalogue.spec(DEVICE, name)
        for name in ("memory_gb", "purchase_price_usd", "tokens_per_second", "all_in_kw")
    }
    wait = catalogue.lead_time("accelerator")
    life, bonus = catalogue.useful_life("Amazon"), catalogue.tax_law("bonus_share")
    return Group("Purchase", (
        naming(plan_item("device", "Device", DEVICE, SOURCES.of(spec["memory_gb"]), spec["memory_gb"].as_of, tranche=1, format="text",
                         choices=catalogue.devices()), "unit_price_usd_1", "tokens_per_second_1", "power_kw_1", "lead_time_months_1",
               "residual_share_1"),
        _given("units", "Accelerators ordered", 512.0, 256.0, 768.0, tranche=1),
        _fact("unit_price_usd", "Installed price of an accelerator", spec["purchase_price_usd"], tranche=1, dated=True, ranged=True),
        _given("attach_share", "Network, storage and spares", 0.15, 0.05, 0.25, tranche=1, format="share"),
        _given("order_month", "Month of the order", 0.0, 0.0, 2.0, tranche=1, format="months"),
        plan_item("lead_time_months", "Months from order to delivery", _months(wait.value), SOURCES.of(wait), wait.as_of,
                  low=_months(wait.low), high=_months(wait.high), tranche=1, format="months"),
        dataclasses.replace(
            plan_item("delay_months", "Slip of the delivery", 1.0, SOURCES.of(wait), wait.as_of, low=0.0, high=4.0, tranche=1,
                      format="months"), ranged=True, note="beyond the lead time; high: from the shortest to the longest wait"),
        _given("install_months", "Months from delivery to production", 1.0, 1.0, 3.0, tranche=1, format="months"),
        _given("deposit_share", "Paid at the order", 0.3, 0.1, 1.0, tranche=1, format="share"),
        plan_item("economic_life_months", "Months of service", 60.0, SOURCES.of(life), life.as_of, low=48.0, high=72.0, tranche=1,
                  format="months"),
        _given("life_starts", "The life starts with", "service", tranche=1, format="text"),
        dataclasses.replace(
            _fact("residual_share", "Resale value at the end of service", catalogue.residual("H100 SXM", 60), tranche=1, format="share",
                  ranged=True), note=RESALE),
        _given("residual_taxed", "Resale result is taxed", 1.0, 0.0, 1.0, tranche=1, format="flag"),
        _given("stranded_share", "Paid for and never powered", 0.0, 0.0, 0.1, tranche=1, format="share"),
        _fact("tokens_per_second", "Throughput of an accelerator", spec["tokens_per_second"], tranche=1, ranged=True),
        _given("utilization", "Utilization at most", 0.65, 0.45, 0.8, tranche=1, format="share", ranged=True),
        _given("availability", "Availability", 0.97, 0.9, 0.99, tranche=1, format="share"),
        _given("drift_per_year", "Loss of effective throughput", 0.05, 0.0, 0.15, tranche=1, format="share"),
        _fact("power_kw", "All-in power at the rack", spec["all_in_kw"], tranche=1, format="number2"),
        _given("load_factor", "Mean draw", 0.85, 0.6, 1.0, tranche=1, format="share"),
        _given("book_method", "Book depreciation", "SL", tranche=1, format="text"),
        plan_item("book_life_months", "Book life", 60.0, SOURCES.of(life), life.as_of, low=48.0, high=72.0, tranche=1, format="months"),
        plan_item("tax_method", "Tax depreciation", "MACRS5", SOURCES.of(bonus), bonus.as_of, tranche=1, format="text",
                  choices=("book", "SL", "MACRS5")),
        plan_item("bonus_share", "Bonus depreciation", 0.0, SOURCES.of(bonus), bonus.as_of, low=0.0, high=1.0, tranche=1,
                  format="share"),
    ))  # fmt: skip


def _market() -> Group:
    price = catalogue.fact("service_day", "DeepSeek V3/R1", "price_usd_per_mtok")
    return Group("Demand and price", (
        _given("demand_mtok_per_month", "Demand at saturation", 8_000_000.0, 4_000_000.0, 12_000_000.0, ranged=True),
        _given("adoption", "Adoption", "logistic", format="text", choices=("none", "logistic")),
        _given("adoption_midpoint_month", "Month of half saturation", 9.0, 3.0, 18.0, format="months"),
        _given("adoption_rate_per_month", "Steepness of the adoption", 0.3, 0.1, 0.5, format="number2"),
        _fact("price_usd_per_mtok", "Price of a million tokens today", price, low=price.value * 0.6, high=price.value * 1.4,
              format="number3", dated=True, ranged=True),
        _given("price_decline_per_year", "Decline of token prices", 0.3, 0.15, 0.45, format="share", ranged=True),
    ))  # fmt: skip


def _running() -> tuple[Group, ...]:
    power = catalogue.electricity("United States")
    low, high = (catalogue.electricity(state).value for state in ("Iowa", "New Jersey"))
    tax, first = catalogue.tax_law("corporate_tax_rate"), catalogue.electricity("United States", "2015-12-31")
    years = (power.as_of - first.as_of).days / 365
    growth = round((power.value / first.value) ** (1 / years) - 1, 3)  # of the national average since 2015
    return (
        Group("Power, site and operating cost", (
            _fact("pue", "Power usage effectiveness", catalogue.pue("colocation"), format="number2"),
            _fact("electricity_usd_per_kwh", "Price of electricity", power, low=low, high=high, format="number4", dated=True,
                  ranged=True),
            plan_item("electricity_growth_per_year", "Growth of the electricity price", growth, SOURCES.of(power), power.as_of, low=0.0,
                      high=0.06, format="share"),
            _fact("colo_usd_per_kw_month", "Colocation fee", catalogue.facility("colocation_gpu_density"), dated=True, ranged=True),
            _given("colo_includes_power", "The fee covers electricity", 0.0, 0.0, 1.0, format="flag"),
            _given("opex_share_per_year", "Maintenance, insurance, property tax", 0.06, 0.03, 0.1, format="share"),
            _given("staff_usd_per_year", "Staff", 1_500_000.0, 1_000_000.0, 3_000_000.0),
            _given("software_usd_per_unit_year", "Software and support licences", 450.0, 0.0, 4500.0),
            _given("revenue_share", "Variable cost in token revenue", 0.08, 0.02, 0.2, format="share"),
            _given("inflation_per_year", "Inflation", 0.025, 0.0, 0.05, format="share"),
        )),
        Group("Finance and time", (
            assumed_item("budget_date", "Date of this board", MODEL_DATE, Quantity("date", kind="date"), dt.date(2026, 7, 1),
                         dt.date(2027, 12, 31), format="date", note="the ages of prices are counted to this day"),
            _given("discount_rate", "Cost of capital after tax", 0.12, 0.08, 0.18, format="share"),
            plan_item("tax_rate", "Tax rate on income", 0.25, SOURCES.of(tax), tax.as_of, low=0.21, high=0.3, format="share",
                      note="the federal rate of the source, and state taxes on top"),
            _given("working_capital_days", "Revenue tied up in working capital", 30.0, 0.0, 60.0),
            _given("start_date", "First day of month 1", dt.date(2027, 1, 1), dt.date(2026, 7, 1), dt.date(2028, 1, 1), format="date"),
            _given("fiscal_year_end_month", "Last month of the fiscal year", 12.0, 3.0, 12.0, format="year"),
        )),
    )  # fmt: skip


PAST = catalogue.stress("telecom")["fill_share"]
SCENARIOS = Group("Scenarios", (
    assumed_item("price_step", "Step of the token price in the grid, of the plan's own", 0.2, Quantity("share", 0.01, 0.49), 0.1, 0.3,
                 format="share"),
    assumed_item("use_step", "Step of the utilization in the grid", 0.1, Quantity("share", 0.01, 0.2), 0.05, 0.15, format="share"),
    assumed_item("target_return", "Return that is asked for", 0.15, Quantity("1/year", 0.01, 1.0), 0.1, 0.25, format="share"),
    assumed_item("return_step", "Step of the return", 0.03, Quantity("1/year", 0.001, 0.2), 0.01, 0.04, format="share"),
    assumed_item("trials", "Draws of the Monte Carlo run", 4000.0, Quantity("draws", 100.0, 1e6, whole=True), 1000.0, 8000.0),
    Item("stress_pack", "Stress pack", "telecom", Quantity("text", kind="choice", choices=("telecom", "telecom mild")),
         SOURCES.of(PAST), PAST.as_of, format="text",
         note="an overbuild such as that of long-haul fibre after 2001, or the mild end of each of its figures"),
))  # fmt: skip


def _constants() -> Group:
    from accelxl.catalogue.macrs import table

    law = Source("L1", "IRS Publication 946, Table A-1: 5-year property, half-year convention", dt.date(2024, 12, 31),
                 "https://www.irs.gov/publications/p946")  # fmt: skip
    SOURCES.rows.append(law)
    rows = [
        constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
        constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
        constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
        constant("decimals", "Decimals kept where a balance closes", 6.0, "digits"),
        constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
        constant("seed", "Seed of the draws: the same seed draws the same scenarios", 1.0, "number", format="year"),
    ]
    rows += [
        Item(f"macrs5_{year}", f"MACRS share of recovery year {year}", float(share), Quantity("share"), law.id, law.date,
             format="share2", fixed=True, group="macrs5")
        for year, share in enumerate(table(5, "HY"), 1)
    ]  # fmt: skip
    return Group("Constants (locked)", tuple(rows))


INPUTS = (_tranche(), _market(), *_running(), SCENARIOS, _constants())
RANGED = tuple(item for group in INPUTS for item in group.items if item.ranged)
"""The inputs that the tornado moves and the Monte Carlo run draws, between their Low and High."""
