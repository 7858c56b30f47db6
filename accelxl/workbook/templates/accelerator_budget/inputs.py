"""Inputs of the accelerator budget: the catalogue's figures where it has them, assumptions marked as such where it has not."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from functools import cache

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.errors import NoData
from accelxl.units import Quantity
from accelxl.workbook.authoring import ASSUMED, MODEL_DATE, RESALE, Sources, constant, naming, plan_item
from accelxl.workbook.template import Content, Group, Item, Source

SOURCES = Sources()
OF_DEVICE = {"unit_price_usd": "purchase_price_usd", "tokens_per_second": "tokens_per_second", "power_kw": "all_in_kw"}
"""Inputs of a tranche that are figures of its device, and the catalogue's name of each."""
LIKE_DEVICE = ("lead_time_months", "residual_share")
"""Inputs of a tranche that are another device's where the catalogue has none of its own."""


def _fact(
    name: str,
    label: str,
    fact: Fact,
    *,
    tranche: int = 0,
    format: str = "number",
    scale: float = 1.0,
    whole: bool = False,
    dated: bool = False,
) -> Item:
    """Return the item of a plan input whose value and range are a fact of the catalogue."""
    low, value, high = (x * scale for x in (fact.low, fact.value, fact.high))
    if whole:
        low, value, high = (float(round(x)) for x in (low, value, high))
    return plan_item(
        name,
        label,
        value,
        SOURCES.of(fact),
        fact.as_of,
        low=low,
        high=high,
        tranche=tranche,
        format=format,
        dated=dated,
    )


def _assumed(
    name: str,
    label: str,
    value: Content,
    low: Content = None,
    high: Content = None,
    *,
    tranche: int = 0,
    format: str = "number",
    choices: tuple[str, ...] = (),
    blank: bool = False,
) -> Item:
    """Return the item of a plan input that the template assumes."""
    return plan_item(
        name,
        label,
        value,
        ASSUMED,
        MODEL_DATE,
        low=low,
        high=high,
        tranche=tranche,
        format=format,
        choices=choices,
        blank=blank,
    )


@cache
def _devices() -> tuple[str, ...]:
    """Return the devices of which the catalogue has every figure of `OF_DEVICE`."""
    found = []
    for name in catalogue.devices():
        with suppress(NoData):
            _ = [catalogue.spec(name, figure) for figure in OF_DEVICE.values()]
            found.append(name)
    return tuple(found)


def _of_device(name: str, label: str, device: str, k: int, *, format: str = "number", dated: bool = False) -> Item:
    """Return the item of a figure of the device; Low and High span every such device, so that its name can be changed with it."""
    item = _fact(name, label, catalogue.spec(device, OF_DEVICE[name]), tranche=k, format=format, dated=dated)
    every = [catalogue.spec(other, OF_DEVICE[name]) for other in _devices()]
    return replace(item, low=min(fact.low for fact in every), high=max(fact.high for fact in every))


def _tranche(k: int, device: str, units: float, order: tuple[float, float, float]) -> Group:
    """Return the inputs of one tranche."""
    wait = catalogue.lead_time("accelerator")
    residual = catalogue.residual("H100 SXM", 60)
    bonus = catalogue.tax_law("bonus_share")
    device_source = catalogue.spec(device, "memory_gb")
    rows = (
        naming(
            plan_item(
                "device",
                "Device",
                device,
                SOURCES.of(device_source),
                device_source.as_of,
                tranche=k,
                format="text",
                choices=catalogue.devices(),
            ),
            *(f"{name}_{k}" for name in (*OF_DEVICE, *LIKE_DEVICE)),
        ),
        _assumed("units", "Accelerators ordered", units, units / 2 if k == 1 else 0.0, units * 2, tranche=k),
        _of_device("unit_price_usd", "Installed price of an accelerator", device, k, dated=True),
        _assumed("attach_share", "Network, storage and spares", 0.15, 0.05, 0.25, tranche=k, format="share"),
        _assumed("order_month", "Month of the order", order[1], order[0], order[2], tranche=k, format="months"),
        replace(
            _fact(
                "lead_time_months",
                "Months from order to delivery",
                wait,
                tranche=k,
                format="months",
                scale=12 / 52,
                whole=True,
            ),
            note=wait.scope,
        ),
        _assumed("delay_months", "Slip of the delivery", 1.0, 0.0, 9.0, tranche=k, format="months"),
        _assumed("install_months", "Months from delivery to production", 2.0, 1.0, 4.0, tranche=k, format="months"),
        _assumed("deposit_share", "Paid at the order", 0.3, 0.1, 1.0, tranche=k, format="share"),
        _assumed("economic_life_months", "Months of service", 60.0, 48.0, 72.0, tranche=k, format="months"),
        _assumed("life_starts", "The life starts with", "service", tranche=k, format="text"),
        replace(
            _fact("residual_share", "Resale value at the end of service", residual, tranche=k, format="share"),
            note=RESALE,
        ),
        _assumed("residual_taxed", "Resale result is taxed", 1.0, 0.0, 1.0, tranche=k, format="flag"),
        _assumed("stranded_share", "Paid for and never powered", 0.0, 0.0, 0.1, tranche=k, format="share"),
        _of_device("tokens_per_second", "Throughput of an accelerator", device, k),
        _assumed("utilization", "Utilization at most", 0.8, 0.4, 0.95, tranche=k, format="share"),
        _assumed("availability", "Availability", 0.97, 0.9, 0.99, tranche=k, format="share"),
        _assumed("drift_per_year", "Loss of effective throughput", 0.05, 0.0, 0.15, tranche=k, format="share"),
        _of_device("power_kw", "All-in power at the rack", device, k, format="number2"),
        _assumed("load_factor", "Mean draw", 0.85, 0.6, 1.0, tranche=k, format="share"),
        _assumed("book_method", "Book depreciation", "SL", tranche=k, format="text"),
        _life(k),
        _assumed(
            "tax_method", "Tax depreciation", "MACRS5", tranche=k, format="text", choices=("book", "SL", "MACRS5")
        ),
        plan_item(
            "bonus_share",
            "Bonus depreciation",
            0.0,
            SOURCES.of(bonus),
            bonus.as_of,
            low=0.0,
            high=1.0,
            tranche=k,
            format="share",
        ),
    )
    return Group(f"Tranche {k}", rows)


def _life(k: int) -> Item:
    """Return the book life: the lives that buyers of accelerators report, Nebius' four to CoreWeave's six years."""
    fact = catalogue.useful_life("Amazon")
    return plan_item(
        "book_life_months",
        "Book life",
        60.0,
        SOURCES.of(fact),
        fact.as_of,
        low=48.0,
        high=72.0,
        tranche=k,
        format="months",
    )


def _day(name: str, label: str, item: str, *, format: str = "number2", low: float = 0.5, high: float = 1.5) -> Item:
    """Return an item of the published day of service, with a range around it."""
    fact = catalogue.fact("service_day", "DeepSeek V3/R1", item)
    top = min(fact.value * high, 1.0) if format == "share" else fact.value * high
    return plan_item(
        name,
        label,
        fact.value,
        SOURCES.of(fact),
        fact.as_of,
        low=fact.value * low,
        high=top,
        format=format,
        dated=format != "share",
    )


def _electricity() -> Item:
    """Return the price of electricity: the national average, between a contract with a water power plant and a dear grid."""
    fact = catalogue.electricity("United States")
    return plan_item(
        "electricity_usd_per_kwh", "Price of electricity", fact.value, SOURCES.of(fact), fact.as_of,
        low=0.03, high=0.2, format="number4", dated=True,
    )  # fmt: skip


def _plan() -> tuple[Group, ...]:
    tax = catalogue.tax_law("corporate_tax_rate")
    return (
        Group("Demand and price", (
            _assumed("demand_mtok_per_month", "Demand at saturation", 6_000_000.0, 3_000_000.0, 9_000_000.0, blank=True),
            _assumed("adoption", "Adoption", "logistic", format="text", choices=("none", "logistic")),
            _assumed("adoption_midpoint_month", "Month of half saturation", 12.0, 6.0, 24.0, format="months"),
            _assumed("adoption_rate_per_month", "Steepness of the adoption", 0.25, 0.1, 0.5, format="number2"),
            _day("price_input_usd_per_mtok", "Price of input tokens", "price_input_usd_per_mtok", format="number3"),
            _day("price_cached_usd_per_mtok", "Price of cached input tokens", "price_cached_usd_per_mtok", format="number3"),
            _day("price_output_usd_per_mtok", "Price of output tokens", "price_output_usd_per_mtok", format="number3"),
            _day("input_share", "Input tokens in all tokens", "input_share", format="share", low=0.8, high=1.15),
            _day("cache_hit_rate", "Input tokens served from cache", "cache_hit_share", format="share"),
            _assumed("price_decline_per_year", "Decline of token prices", 0.3, 0.15, 0.6, format="share"),
        )),
        Group("Power and site", (
            replace(_fact("pue", "Power usage effectiveness", catalogue.pue("colocation"), format="number2"), low=1.05, high=1.6),
            _electricity(),
            _assumed("electricity_growth_per_year", "Growth of the electricity price", 0.02, 0.0, 0.06, format="share"),
            _fact("colo_usd_per_kw_month", "Colocation fee", catalogue.facility("colocation_gpu_density"), dated=True),
            _assumed("colo_includes_power", "The fee covers electricity", 0.0, 0.0, 1.0, format="flag"),
        )),
        Group("Operating cost", (
            _assumed("opex_share_per_year", "Maintenance, insurance, property tax", 0.06, 0.03, 0.1, format="share"),
            _assumed("staff_usd_per_year", "Staff", 1_500_000.0, 1_000_000.0, 3_000_000.0),
            _assumed("software_usd_per_unit_year", "Software and support licences", 450.0, 0.0, 4500.0),
            _assumed("revenue_share", "Variable cost in token revenue", 0.08, 0.02, 0.2, format="share"),
            _assumed("inflation_per_year", "Inflation", 0.025, 0.0, 0.05, format="share"),
        )),
        Group("Finance and time", (
            Item("budget_date", "Date of this budget", MODEL_DATE, Quantity("date", kind="date"), ASSUMED, MODEL_DATE,
                 low=dt.date(2026, 7, 1), high=dt.date(2027, 12, 31), format="date", note="the ages of prices are counted to this day"),
            _assumed("discount_rate", "Cost of capital after tax", 0.12, 0.08, 0.18, format="share"),
            plan_item("tax_rate", "Tax rate on income", 0.25, SOURCES.of(tax), tax.as_of, low=0.21, high=0.3, format="share",
                      note="the federal rate of the source, and state taxes on top"),
            _assumed("working_capital_days", "Revenue tied up in working capital", 30.0, 0.0, 60.0),
            plan_item("start_date", "First day of month 1", dt.date(2027, 1, 1), ASSUMED, MODEL_DATE,
                      low=dt.date(2026, 7, 1), high=dt.date(2028, 1, 1), format="date"),
            _assumed("fiscal_year_end_month", "Last month of the fiscal year", 12.0, 3.0, 12.0, format="year"),
        )),
    )  # fmt: skip


def _constants() -> Group:
    from accelxl.catalogue.macrs import table

    law = Source(
        "L1",
        "IRS Publication 946, Table A-1: 5-year property, half-year convention",
        dt.date(2024, 12, 31),
        "https://www.irs.gov/publications/p946",
    )
    SOURCES.rows.append(law)
    rows = [
        constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
        constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
        constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
        constant("decimals", "Decimals kept where a balance closes", 6.0, "digits"),
        constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
    ]
    rows += [
        Item(f"macrs5_{year}", f"MACRS share of recovery year {year}", float(share), Quantity("share"), law.id, law.date,
             format="share2", fixed=True, group="macrs5")
        for year, share in enumerate(table(5, "HY"), 1)
    ]  # fmt: skip
    return Group("Constants (locked)", tuple(rows))


def _known() -> None:
    """Enter the sources of every device's figures: Low and High span them, and a book may be filled with another device."""
    for device in _devices():
        for figure in OF_DEVICE.values():
            SOURCES.of(catalogue.spec(device, figure))


_NEEDED = (
    _tranche(1, "H100 SXM", 256.0, (0.0, 0.0, 6.0)),
    _tranche(2, "H200", 256.0, (3.0, 6.0, 12.0)),
    *_plan(),
)
_known()
INPUTS = (*_NEEDED, _constants())
