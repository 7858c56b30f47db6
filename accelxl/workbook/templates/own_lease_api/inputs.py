"""Inputs of own, lease or API: the work, the price of each contract, running cost, tax and debt, and a commitment."""

from __future__ import annotations

import dataclasses

from accelxl import catalogue
from accelxl.units import Quantity
from accelxl.workbook.authoring import MODEL_DATE, Sources, assumed_item, constant, fact_item, naming
from accelxl.workbook.template import Group, Item

SOURCES = Sources()
DEVICE = "H200"
CONTRACTS = ("Own", "Lease", "Reserved", "On-demand", "Spot", "API")
KINDS = ("own", "lease", "reserved", "on-demand", "spot", "api")
AGES = (12, 24, 36, 48, 60)
"""Ages in months at which resale values are entered; the horizons that are compared."""
USD = Quantity("USD", 0.0, 1e9)
HOURLY = Quantity("USD/h", 0.0, 1e4)
SHARE = Quantity("share", 0.0, 1.0)
FALL = Quantity("1/year", -0.5, 0.9)
RATE = Quantity("1/year", -0.5, 2.0)


OF_DEVICE = (
    *(f"residual_{k}" for k in range(1, len(AGES) + 1)),
    *("lease_usd_per_month", "reserved_usd_per_hour", "demand_usd_per_hour", "spot_usd_per_hour"),
)
"""Inputs that are figures of the device, beside its price, throughput and power."""


def _residuals() -> tuple[Item, ...]:
    """Return the resale value at each age; where the catalogue's neighbours overlap the order is kept."""
    return tuple(
        fact_item(SOURCES, f"residual_{k}", f"Resale value after {age} months", catalogue.residual("H100 SXM", age), SHARE,
                  format="share", group="residual", note="used price against new price of an H100; between the ages linear")
        for k, age in enumerate(AGES, 1)
    )  # fmt: skip


def _rents() -> Group:
    contract = catalogue.spec(DEVICE, "cost_rental_usd_h")
    mean = catalogue.market("h200_mercatus_average")
    demand, spot = catalogue.cloud_price(DEVICE), catalogue.cloud_price(DEVICE, commitment="spot")
    reserved = catalogue.cloud_price(DEVICE, commitment="3 years")
    return Group("Rented by the hour; power, site and upkeep are in the price", (
        fact_item(SOURCES, "reserved_usd_per_hour", "Reserved: price of an hour, paid whether it is used or not", contract, HOURLY,
                  low=contract.low, high=reserved.high, format="number2", dated=True,
                  note="contracts of one to three years with rental companies; high: list price of a large cloud for three years"),
        fact_item(SOURCES, "demand_usd_per_hour", "On-demand: price of an hour", mean, HOURLY, low=demand.low, high=demand.high,
                  format="number2", dated=True, note="mean of rental companies; low and high: list prices of clouds"),
        fact_item(SOURCES, "spot_usd_per_hour", "Spot: price of an hour", spot, HOURLY, format="number2", dated=True,
                  note="median and range of list prices; it may be taken away at short notice"),
        assumed_item("lost_share", "Spot: share of the paid hours that interruptions cost", 0.1, Quantity("share", 0.0, 0.9), 0.02, 0.3,
                     format="share", note="work that is done again, and hours of starting"),
        assumed_item("rent_decline", "Fall of on-demand and spot prices", 0.1, FALL, 0.0, 0.3, format="share",
                     note="a reserved price stays as agreed"),
    ))  # fmt: skip


def _running() -> Group:
    power = catalogue.spec(DEVICE, "all_in_kw")
    low, high = (catalogue.electricity(state).value for state in ("Iowa", "New Jersey"))
    return Group("Running cost of what is owned or leased", (
        fact_item(SOURCES, "power_kw", "Power of an accelerator with its share of the server", power, Quantity("kW", 0.0, 100.0),
                  high=power.high * 1.1, format="number2"),
        assumed_item("load_factor", "Mean draw", 0.85, SHARE, 0.6, 1.0, format="share"),
        fact_item(SOURCES, "pue", "Power usage effectiveness", catalogue.pue("colocation"), Quantity("ratio", 1.0, 3.0),
                  format="number2"),
        fact_item(SOURCES, "electricity_usd_per_kwh", "Price of electricity", catalogue.electricity("United States"),
                  Quantity("USD/kWh", 0.0, 10.0), low=low, high=high, format="number4", dated=True),
        fact_item(SOURCES, "colo_usd_per_kw_month", "Colocation fee, without power", catalogue.facility("colocation_gpu_density"),
                  Quantity("USD/kW-month", 0.0, 1e5), dated=True),
        assumed_item("upkeep_share", "Maintenance, insurance, property tax, of the price", 0.06, Quantity("1/year", 0.0, 1.0), 0.03, 0.1,
                     format="share"),
        assumed_item("software_usd_per_year", "Software and support licences of an accelerator", 450.0, Quantity("USD/year", 0.0, 1e6),
                     0.0, 4500.0),
        assumed_item("availability", "Availability of what is owned, leased or reserved", 0.97, Quantity("share", 0.001, 1.0), 0.9, 1.0,
                     format="share", note="the rest of the hours is paid for and does not work"),
    ))  # fmt: skip


def _debt() -> Group:
    tax, bonus = catalogue.tax_rate("United States"), catalogue.tax_law("bonus_share")
    return Group("Tax and debt: lease against buying with borrowed money", (
        assumed_item("borrowing_rate", "Rate of debt, before tax, effective annual", 0.09, RATE, 0.06, 0.13, format="share",
                     note="also the rate at which the lease liability is discounted"),
        fact_item(SOURCES, "tax_rate", "Tax rate", tax, Quantity("share", 0.0, 0.9), low=0.0, high=0.3, format="share",
                  note="federal; state taxes come on top; 0 for who pays no tax"),
        Item("write_off", "Write-off for tax if bought", "first year",
             Quantity("text", kind="choice", choices=("first year", "straight line")), SOURCES.of(bonus), bonus.as_of, format="text",
             note="first year: all at the end of month 12, as US law allows at present; straight line: over the tax life"),
        assumed_item("tax_life_months", "Tax life, straight line", 60.0, Quantity("months", 1, 240, whole=True), 36.0, 84.0,
                     format="months"),
    ))  # fmt: skip


def _groups() -> tuple[Group, ...]:
    price = catalogue.spec(DEVICE, "purchase_price_usd")
    api = catalogue.fact("service_day", "DeepSeek V3/R1", "price_usd_per_mtok")
    speed = catalogue.spec(DEVICE, "tokens_per_second")
    return (
        Group("The work", (
            naming(Item("device", "Accelerator", DEVICE, Quantity("text", kind="text"), SOURCES.of(speed), speed.as_of, format="text"),
                   "unit_price_usd", "tokens_per_second", "power_kw", *OF_DEVICE),
            assumed_item("accelerators", "Accelerators that the work needs", 256.0, Quantity("units", 0.0, 1e7), 64.0, 1024.0,
                         note="at the utilization below; the same work under every contract"),
            fact_item(SOURCES, "tokens_per_second", "Throughput of an accelerator at the latency target", speed,
                      Quantity("tokens/s", 0.001, 1e9)),
            assumed_item("utilization", "Utilization: share of the throughput that the work fills", 0.6,
                         Quantity("share", 0.001, 1.0), 0.2, 0.95, format="share"),
            assumed_item("months", "Horizon over which all are compared; term of lease and reservation", 36.0,
                         Quantity("months", 12, 60, whole=True), 24.0, 60.0, format="months"),
            assumed_item("discount_rate", "Cost of capital, effective annual", 0.12, RATE, 0.08, 0.18, format="share"),
            assumed_item("budget_date", "Date of this comparison", MODEL_DATE, Quantity("date", kind="date"),
                         MODEL_DATE.replace(month=7, day=1), MODEL_DATE.replace(year=2027, month=12, day=31), format="date",
                         note="the ages of prices are counted to this day"),
        )),
        Group("Owned", (
            fact_item(SOURCES, "unit_price_usd", "Price of an accelerator with its share of the server", price, USD, dated=True),
            assumed_item("attach_share", "Network, storage and spares, of that price", 0.15, Quantity("share", 0.0, 2.0), 0.05, 0.25,
                         format="share"),
            *_residuals(),
        )),
        Group("Leased", (
            assumed_item("lease_usd_per_month", "Lease payment of an accelerator, in advance", 1300.0, Quantity("USD/month", 0.0, 1e6),
                         1000.0, 1700.0, note="over the horizon, network included: the quote of a lessor"),
            assumed_item("lease_upfront_usd", "Fees and set-up at the start", 500.0, USD, 0.0, 2000.0),
            assumed_item("lessor_share", "Share of maintenance and insurance that the lessor bears", 0.5, SHARE, 0.0, 1.0,
                         format="share"),
        )),
        _rents(),
        Group("Bought by the token", (
            fact_item(SOURCES, "api_usd_per_mtok", "API: price of a million tokens, input and output blended", api,
                      Quantity("USD/Mtok", 0.0, 1e5), low=api.value * 0.3, high=api.value * 1.5, format="number3", dated=True,
                      note="of the model that the throughput was measured with, at its mix of input, cache hits and output"),
            assumed_item("api_decline", "Fall of that price", 0.4, FALL, 0.1, 0.7, format="share"),
        )),
        _running(),
        _debt(),
        Group("Commitment to reserved hours while the use grows", (
            assumed_item("commit_share", "Hours committed, of the full hours of all accelerators", 0.6, SHARE, 0.2, 1.0, format="share"),
            assumed_item("use_start", "Use in the first quarter, of the use in the end", 0.4, SHARE, 0.2, 1.0, format="share"),
            assumed_item("ramp_quarters", "Quarters until the use is full", 6.0, Quantity("quarters", 1, 20, whole=True), 2.0, 10.0,
                         format="months"),
            assumed_item("shortfall_share", "Share of the price that unused hours cost", 1.0, SHARE, 0.5, 1.0, format="share",
                         note="1: take or pay"),
        )),
    )  # fmt: skip


CONSTANTS = Group("Constants (locked)", (
    constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
    constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
    constant("months_per_quarter", "Months in a quarter", 3.0, "months", format="months"),
    constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
    constant("decimals", "Decimals to which differences of money are rounded", 6.0, "decimals", format="year"),
    constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
    constant("first_utilization", "Lowest utilization of the chart", 0.25, "share", format="share"),
    constant("utilization_step", "Step of the chart", 0.05, "share", format="share"),
    constant("level_step", "Step of the levels of commitment", 0.1, "share", format="share"),
    constant("column_hour", "Column of ACCEL_RENT_VS_OWN: USD an hour of use", 4.0, "number", format="year"),
    constant("column_mtok", "Column of ACCEL_RENT_VS_OWN: USD per Mtok", 5.0, "number", format="year"),
    constant("column_over", "Column of ACCEL_RENT_VS_OWN: over the cheapest", 6.0, "number", format="year"),
    constant("column_even", "Column of ACCEL_RENT_VS_OWN: break-even utilization", 7.0, "number", format="year"),
    constant("line_bill", "Line of ACCEL_COMMIT: USD in all", 10.0, "number", format="year"),
    constant("line_unit", "Line of ACCEL_COMMIT: USD a unit used", 11.0, "number", format="year"),
    constant("column_liability", "Column of ACCEL_LEASE: liability", 4.0, "number", format="year"),
    constant("column_asset", "Column of ACCEL_LEASE: right-of-use asset", 6.0, "number", format="year"),
))  # fmt: skip


def _spread(item: Item) -> Item:
    """Return an item whose band is a point with a fifth to each side, so that its weight is seen."""
    if isinstance(item.value, float) and item.low == item.high and item.quantity.kind == "number" and not item.fixed:
        return dataclasses.replace(item, low=item.value * 0.8, high=item.value * 1.2)
    return item


INPUTS = (*(Group(group.title, tuple(map(_spread, group.items))) for group in _groups()), CONSTANTS)
