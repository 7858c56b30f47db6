"""Inputs of the rolling forecast: the plan of two fleets, twelve months of actuals as they come in, milestones and tranches."""

from __future__ import annotations

import calendar
import datetime as dt

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.plan.inputs import INPUTS as PLAN
from accelxl.units import Quantity
from accelxl.workbook.authoring import (
    ASSUMED,
    MODEL_DATE,
    OWN,
    RESALE,
    Sources,
    assumed_item,
    constant,
    fact_item,
    naming,
    plan_item,
)
from accelxl.workbook.template import Content, Group, Item, Source

SOURCES = Sources()
SOURCES.rows.append(
    Source(OWN, "Ledger and telemetry: an example of four months, to be replaced by your own closed months", MODEL_DATE)
)
MONTHS = 12
FLEETS = ("H200", "B200")
TRANCHES = ("B200", "GB200", "GB200")
START = dt.date(2026, 7, 1)
METHODS = ("ratio", "shift", "trend", "plan")

SHARE = Quantity("share", 0.0, 1.0)
USD = Quantity("USD", 0.0, 1e12)
YEARS = Quantity("years", 0.0, 12.0, whole=True)
CAPACITY, PRICE = Quantity("Mtok", 0.0, 1e12), PLAN["price_usd_per_mtok"].quantity

ACTUALS: dict[str, tuple[str, Quantity, str, tuple[float, ...]]] = {
    "capacity_1": ("Capacity, fleet 1", CAPACITY, "number", (9_100_000.0, 9_150_000.0, 9_020_000.0, 9_180_000.0)),
    "capacity_2": ("Capacity, fleet 2", CAPACITY, "number", (3_700_000.0, 4_050_000.0, 4_900_000.0, 5_750_000.0)),
    "use_1": ("Utilization, fleet 1", SHARE, "share", (0.43, 0.445, 0.45, 0.465)),
    "use_2": ("Utilization, fleet 2", SHARE, "share", (0.36, 0.395, 0.44, 0.455)),
    "price_1": ("Price of a million tokens, fleet 1", PRICE, "number3", (0.446, 0.428, 0.413, 0.396)),
    "price_2": ("Price of a million tokens, fleet 2", PRICE, "number3", (0.552, 0.538, 0.521, 0.508)),
    "cost": ("Operating cost", USD, "number", (404_000.0, 421_000.0, 432_000.0, 455_000.0)),
}
"""Label, quantity, format and the example's closed months of each driver."""
METHOD_OF = {"capacity": "shift", "use": "ratio", "price": "trend", "cost": "ratio"}


def _plan_fact(
    name: str, label: str, fact: Fact, number: int = 0, *, format: str = "number", dated: bool = False
) -> Item:
    """Return the item of a plan input whose value and range are a fact; `number` is the fleet's."""
    return plan_item(name, label, fact.value, SOURCES.of(fact), fact.as_of, low=fact.low, high=fact.high, tranche=number, of="fleet",
                     format=format, dated=dated)  # fmt: skip


def _plan_assumed(
    name: str, label: str, value: Content, low: Content, high: Content, *, format: str = "number"
) -> Item:
    """Return the item of a plan input that the template assumes."""
    return plan_item(name, label, value, ASSUMED, MODEL_DATE, low=low, high=high, format=format)


def _device(name: str, label: str, device: str, group: str, *companions: str) -> Item:
    """Return the name of a device, from the list of the catalogue; its figures are its companions."""
    source = catalogue.spec(device, "tokens_per_second")
    quantity = Quantity("text", kind="choice", choices=catalogue.devices())
    item = Item(name, label, device, quantity, SOURCES.of(source), source.as_of, format="text", group=group)
    return naming(item, *companions)


def _fleet() -> tuple[Group, ...]:
    """Return the plan of the fleets: accelerators, throughput, utilization and price."""
    start, added, ramp = ((512.0, 128.0), (0.0, 32.0), (0.015, 0.02))
    every = list(enumerate(FLEETS, 1))
    price = catalogue.fact("service_day", "DeepSeek V3/R1", "price_usd_per_mtok")
    count = Quantity("accelerators", 0.0, 1e6)
    return (
        Group("Plan of the fleets", (
            *(_device(f"device_{k}", f"Device, fleet {k}", device, "device", f"tokens_per_second_{k}", f"power_kw_{k}")
              for k, device in every),
            *(assumed_item(f"fleet_units_{k}", f"Accelerators in month 1, fleet {k}", start[k - 1], count, start[k - 1] / 2,
                           start[k - 1] * 2) for k, _ in every),
            *(assumed_item(f"fleet_added_{k}", f"Accelerators added a month, fleet {k}", added[k - 1], count, 0.0,
                           added[k - 1] + 16.0) for k, _ in every),
            *(_plan_fact("tokens_per_second", "Throughput of an accelerator", catalogue.spec(device, "tokens_per_second"), k)
              for k, device in every),
            _plan_assumed("availability", "Availability", 0.97, 0.9, 0.99, format="share"),
            *(assumed_item(f"first_use_{k}", f"Utilization in month 1, fleet {k}", (0.5, 0.42)[k - 1], SHARE, 0.3, 0.6,
                           format="share") for k, _ in every),
            *(assumed_item(f"ramp_{k}", f"Utilization gained a month, fleet {k}", ramp[k - 1], SHARE, 0.0, 0.03,
                           format="share") for k, _ in every),
            assumed_item("most_use", "Utilization at most", 0.65, SHARE, 0.6, 0.8, format="share"),
        )),
        Group("Plan of prices", (
            Item("price_usd_per_mtok", "Price of a million tokens as published", price.value, PRICE, SOURCES.of(price), price.as_of,
                 price.value * 0.5, price.value * 1.5, "number3",
                 "input and output of a day of service; carried to month 1 by the decline", dated=True),
            _plan_assumed("price_decline_per_year", "Decline of token prices", 0.3, 0.15, 0.5, format="share"),
            *(assumed_item(f"premium_{k}", f"Premium over that price, fleet {k}", (0.0, 0.25)[k - 1], Quantity("share", -0.9, 10.0),
                           -0.2, 0.5, format="share", note="for a faster or a larger model") for k, _ in every),
            _plan_assumed("revenue_share", "Variable cost in token revenue", 0.08, 0.02, 0.2, format="share"),
        )),
    )  # fmt: skip


def _cost() -> Group:
    """Return the plan of operating cost."""
    power = catalogue.electricity("United States")
    low, high = (catalogue.electricity(state).value for state in ("Iowa", "New Jersey"))
    return Group("Plan of operating cost", (
        *(_plan_fact("power_kw", "All-in power at the rack", catalogue.spec(device, "all_in_kw"), k, format="number2")
          for k, device in enumerate(FLEETS, 1)),
        _plan_assumed("load_factor", "Mean draw", 0.85, 0.6, 1.0, format="share"),
        _plan_fact("pue", "Power usage effectiveness", catalogue.pue("colocation"), format="number2"),
        plan_item("electricity_usd_per_kwh", "Price of electricity", power.value, SOURCES.of(power), power.as_of, low=low, high=high,
                  format="number4", dated=True),
        _plan_fact("colo_usd_per_kw_month", "Colocation fee", catalogue.facility("colocation_gpu_density"), dated=True),
        _plan_assumed("software_usd_per_unit_year", "Software and support licences", 450.0, 0.0, 4500.0),
        _plan_assumed("staff_usd_per_year", "Staff", 1_500_000.0, 1_000_000.0, 3_000_000.0),
    ))  # fmt: skip


def _again() -> Group:
    """Return how each kind of driver is forecast again."""
    words = {"capacity": "Capacity", "use": "Utilization", "price": "Price", "cost": "Operating cost"}
    return Group("How the rest of the year is forecast again", (
        *(assumed_item(f"method_{kind}", label, METHOD_OF[kind], Quantity("text", kind="choice", choices=METHODS), format="text",
                       note="ratio or shift: plan times or plus what the actuals say; trend: growth fitted to them; plan: as planned")
          for kind, label in words.items()),
        assumed_item("window", "Closed months that count, the last ones", 3.0, Quantity("months", 2.0, 12.0, whole=True), 2.0, 4.0,
                     format="months"),
    ))  # fmt: skip


def _actual(driver: str, month: int) -> Item:
    """Return a cell for the actual of a month: filled in the example's closed months, blank in those to come."""
    label, quantity, format, closed = ACTUALS[driver]
    given = closed[month - 1] if month <= len(closed) else None
    year, place = divmod(START.month - 1 + month - 1, 12)
    day = dt.date(START.year + year, place + 1, calendar.monthrange(START.year + year, place + 1)[1])
    low, high = (None, None) if given is None else (given * 0.9, given * 1.1)
    return Item(f"actual_{driver}_{month}", f"{label}, month {month}", given, quantity, OWN, day, low, high, format,
                "blank until the month is closed", blank=True, group=f"actual_{driver}")  # fmt: skip


def _milestones() -> Group:
    return Group("Milestones", (
        assumed_item("gate_use", "Fleet utilization that unlocks tranche 2, at least", 0.52, SHARE, 0.48, 0.6, format="share"),
        assumed_item("gate_cost", "Operating cost of a Mtok that unlocks tranche 3, at most", 0.05,
                     Quantity("USD/Mtok", 0.0, 1e6), 0.047, 0.06, format="number3"),
        assumed_item("hold", "Months in a row for which it has to hold", 2.0, Quantity("months", 1.0, 12.0, whole=True), 1.0, 3.0,
                     format="months"),
        assumed_item("chance_2", "Probability that the milestone of tranche 2 is met", 0.7, SHARE, 0.4, 0.9, format="share",
                     note="certain once it is met in closed months"),
        assumed_item("chance_3", "Probability that the milestone of tranche 3 is met", 0.5, SHARE, 0.2, 0.8,
                     format="share", note="tranche 2 being started; certain once it is met in closed months"),
        assumed_item("fee_share", "Reservation fee lost where a tranche is not started, of its cost", 0.02, SHARE, 0.0, 0.1,
                     format="share"),
    ))  # fmt: skip


def _tranches() -> tuple[Group, ...]:
    """Return the tranches and what they share; utilization and price come from the outlook."""
    tax, residual = catalogue.tax_law("corporate_tax_rate"), catalogue.residual("H100 SXM", 60)
    life = catalogue.useful_life("Amazon")
    groups = [
        Group("Devices of the tranches", tuple(
            _device(f"tranche_device_{k}", f"Device, tranche {k}", device, "tranche_device",
                    f"unit_price_usd_{k}", f"speed_{k}", f"kw_{k}")
            for k, device in enumerate(TRANCHES, 1)))
    ]  # fmt: skip
    for k, device in enumerate(TRANCHES, 1):
        price, speed, power = (
            catalogue.spec(device, name) for name in ("purchase_price_usd", "tokens_per_second", "all_in_kw")
        )
        groups.append(Group(f"Tranche {k}", (
            assumed_item(f"units_{k}", f"Accelerators, tranche {k}", 256.0, Quantity("accelerators", 0.0, 1e6), 128.0, 512.0),
            fact_item(SOURCES, f"unit_price_usd_{k}", f"Installed price of an accelerator, tranche {k}", price, USD, dated=True),
            fact_item(SOURCES, f"speed_{k}", f"Throughput of an accelerator, tranche {k}", speed, Quantity("tokens/s", 0.0, 1e9),
                      note="prefill and decode, blended by time"),
            fact_item(SOURCES, f"kw_{k}", f"All-in power at the rack, tranche {k}", power, Quantity("kW", 0.0, 1e3), format="number2"),
            assumed_item(f"year_{k}", f"Year of its purchase, tranche {k}", (0.0, 1.0, 3.0)[k - 1], YEARS, (0.0, 1.0, 2.0)[k - 1],
                         (1.0, 2.0, 3.0)[k - 1], format="months", note="0 is the end of this plan's year"),
        )))  # fmt: skip
    shared = Group("All tranches", (
        assumed_item("attach_share", "Network, storage and spares", 0.15, SHARE, 0.05, 0.25, format="share"),
        fact_item(SOURCES, "life_years", "Years of service", life, Quantity("years", 1.0, 8.0, whole=True), low=4.0, high=6.0,
                  format="months"),
        fact_item(SOURCES, "residual_share", "Resale value at the end of service", residual, SHARE, format="share", note=RESALE),
        _plan_assumed("drift_per_year", "Loss of effective throughput", 0.05, 0.0, 0.15, format="share"),
        _plan_assumed("inflation_per_year", "Inflation of operating cost", 0.025, 0.0, 0.05, format="share"),
        plan_item("tax_rate", "Tax rate on income", 0.25, SOURCES.of(tax), tax.as_of, low=0.21, high=0.3, format="share",
                      note="the federal rate of the source, and state taxes on top"),
        _plan_assumed("discount_rate", "Cost of capital after tax", 0.12, 0.08, 0.18, format="share"),
    ))  # fmt: skip
    return (*groups, shared)


TIME = Group("Time", (
    Item("start_date", "First day of month 1", START, PLAN["start_date"].quantity, ASSUMED, MODEL_DATE, dt.date(2026, 1, 1),
         dt.date(2027, 1, 1), "date", "the plan's year is the twelve months from here", input="start_date"),
    assumed_item("budget_date", "Date of this forecast", MODEL_DATE, Quantity("date", kind="date"), dt.date(2026, 7, 1),
                 dt.date(2027, 12, 31), format="date", note="the ages of prices are counted to this day"),
))  # fmt: skip

CONSTANTS = Group("Constants (locked)", (
    constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
    constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
    constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
    constant("decimals", "Decimals kept where a sum closes", 6.0, "digits"),
    constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
))  # fmt: skip

INPUTS = (
    TIME,
    *(Group(f"Actuals: {ACTUALS[driver][0].lower()}", tuple(_actual(driver, month) for month in range(1, MONTHS + 1)))
      for driver in ACTUALS),
    _again(),
    *_fleet(),
    _cost(),
    _milestones(),
    *_tranches(),
    CONSTANTS,
)  # fmt: skip
