"""Inputs of cost per inference: six devices, each quantity of all devices as one range; power, site, cost of capital and requests."""

from __future__ import annotations

import dataclasses

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.plan.inputs import INPUTS as PLAN
from accelxl.units import Quantity
from accelxl.workbook.authoring import ASSUMED, MODEL_DATE, RESALE, Sources, assumed_item, constant, naming, plan_item
from accelxl.workbook.template import Content, Group, Item

SOURCES = Sources()
DEVICES = ("H100 SXM", "H200", "B200", "GB200", "MI355X", "TPU7x")
OWNED = ("H100 SXM", "H200", "B200", "GB200")
"""Devices with a published price; the others are rented by the hour."""
PRICES = {"MI355X": (30_000.0, 20_000.0, 40_000.0), "TPU7x": (20_000.0, 10_000.0, 30_000.0)}
"""Assumed prices of the others, for whoever is offered one: value, low, high."""
TOKENS = Quantity("tokens", 0.0, 1e9)
USD = Quantity("USD", 0.0, 1e6)
SHARE = Quantity("share", 0.0, 1.0)


def _fact(
    name: str,
    label: str,
    fact: Fact,
    number: int = 0,
    *,
    low: Content = None,
    high: Content = None,
    format: str = "number",
    dated: bool = False,
) -> Item:
    """Return the item of a plan input whose value is a fact; `number` is the device's."""
    return plan_item(name, label, fact.value, SOURCES.of(fact), fact.as_of, low=fact.low if low is None else low,
                     high=fact.high if high is None else high, tranche=number, of="device", format=format, dated=dated,
                     group=name if number else "")  # fmt: skip


def _assumed(
    name: str,
    label: str,
    value: Content,
    low: Content = None,
    high: Content = None,
    number: int = 0,
    *,
    format: str = "number",
    choices: tuple[str, ...] = (),
) -> Item:
    """Return the item of a plan input that the template assumes."""
    return plan_item(name, label, value, ASSUMED, MODEL_DATE, low=low, high=high, tranche=number, of="device", format=format,
                     choices=choices, group=name if number else "")  # fmt: skip


def _named(k: int, device: str) -> Item:
    source = catalogue.spec(device, "tokens_per_second")
    item = plan_item("device", "Device", device, SOURCES.of(source), source.as_of, tranche=k, of="device", format="text",
                     choices=catalogue.devices(), group="device")  # fmt: skip
    return naming(item, *(f"{name}_{k}" for name in ("unit_price_usd", "rent_usd_per_hour", "tokens_per_second", "power_kw",
                                                     "lead_time_months")))  # fmt: skip


def _price(k: int, device: str) -> Item:
    label = "Installed price of an accelerator"
    if device in OWNED:
        return _fact("unit_price_usd", label, catalogue.spec(device, "purchase_price_usd"), k, dated=True)
    return _assumed("unit_price_usd", f"{label}, if sold", *PRICES[device], k)


def _rent(k: int, device: str) -> Item:
    fact = catalogue.spec(device, "cost_rental_usd_h")
    return _fact("rent_usd_per_hour", "Rental price of an accelerator-hour", fact, k, low=min(fact.low, fact.value * 0.8),
                 high=max(fact.high, fact.value * 1.25), format="number2", dated=True)  # fmt: skip


def _power(k: int, device: str) -> Item:
    fact = catalogue.spec(device, "all_in_kw")
    return _fact("power_kw", "All-in power at the rack", fact, k, low=min(fact.low, fact.value * 0.9),
                 high=max(fact.high, fact.value * 1.1), format="number2")  # fmt: skip


def _waits(device: str) -> float:
    """Return the months from order to delivery: the published wait for what is bought, a quarter of a year for what is rented."""
    return 10.0 if device in OWNED else 3.0


def _devices() -> tuple[Group, ...]:
    """Return the inputs by quantity, so that a quantity of all devices is one range."""
    every = list(enumerate(DEVICES, 1))
    wait = catalogue.lead_time("accelerator")
    waits = (
        dataclasses.replace(_assumed("lead_time_months", "Months from order to delivery", _waits(device), 1.0, 12.0, k,
                                     format="months"),
                            **({"source": SOURCES.of(wait), "as_of": wait.as_of, "low": 8.0} if device in OWNED else {"high": 6.0}))
        for k, device in every
    )  # fmt: skip
    return (
        Group("Device", tuple(_named(k, device) for k, device in every)),
        Group("Bought or rented", tuple(
            _assumed("contract", "Contract", "own" if device in OWNED else "rent", number=k, format="text", choices=("own", "rent"))
            for k, device in every)),
        Group("Price, where it is bought", tuple(_price(k, device) for k, device in every)),
        Group("Rent, where it is rented; it covers power, site and upkeep", tuple(_rent(k, device) for k, device in every)),
        Group("Throughput at the latency target, prefill and decode blended", tuple(
            _fact("tokens_per_second", "Throughput of an accelerator", catalogue.spec(device, "tokens_per_second"), k)
            for k, device in every)),
        Group("Utilization: the share of the throughput that is filled", tuple(
            _assumed("utilization", "Utilization", 0.6, 0.3, 0.85, k, format="share") for k, _ in every)),
        Group("Drift: yearly loss of effective throughput as workloads move on", tuple(
            _assumed("drift_per_year", "Loss of effective throughput", 0.05 if device != "TPU7x" else 0.1, 0.0, 0.2, k, format="share")
            for k, device in every)),
        Group("Power", tuple(_power(k, device) for k, device in every)),
        Group("Wait for delivery", tuple(waits)),
        Group("Slip of the delivery", tuple(
            _assumed("delay_months", "Slip of the delivery", 3.0, 0.0, 12.0, k, format="months") for k, _ in every)),
        Group("Installation", tuple(
            _assumed("install_months", "Months from delivery to production", 2.0 if device in OWNED else 1.0, 0.0, 4.0, k,
                     format="months") for k, device in every)),
    )  # fmt: skip


def _electricity() -> Item:
    fact = catalogue.electricity("United States")
    low, high = (catalogue.electricity(state).value for state in ("Iowa", "New Jersey"))
    return _fact(
        "electricity_usd_per_kwh", "Price of electricity", fact, low=low, high=high, format="number4", dated=True
    )


def _common() -> tuple[Group, ...]:
    price = catalogue.fact("service_day", "DeepSeek V3/R1", "price_usd_per_mtok")
    colo = catalogue.facility("colocation_gpu_density")
    return (
        Group("Purchase and life", (
            _assumed("attach_share", "Network, storage and spares", 0.15, 0.05, 0.25, format="share"),
            _assumed("deposit_share", "Paid at the order", 0.3, 0.1, 1.0, format="share"),
            _assumed("economic_life_months", "Months of service", 60.0, 48.0, 72.0, format="months"),
            _assumed("life_starts", "The life starts with", "schedule", format="text"),
            dataclasses.replace(
                _fact("residual_share", "Resale value at the end of service", catalogue.residual("H100 SXM", 60), format="share"),
                note=RESALE),
            _assumed("availability", "Availability", 0.97, 0.9, 0.99, format="share"),
        )),
        Group("Power and site", (
            _assumed("load_factor", "Mean draw", 0.85, 0.6, 1.0, format="share"),
            _fact("pue", "Power usage effectiveness", catalogue.pue("colocation"), format="number2"),
            _electricity(),
            _assumed("electricity_growth_per_year", "Growth of the electricity price", 0.02, 0.0, 0.06, format="share"),
            _fact("colo_usd_per_kw_month", "Colocation fee", colo, dated=True),
        )),
        Group("Running cost", (
            _assumed("opex_share_per_year", "Maintenance, insurance, property tax of what is bought", 0.06, 0.03, 0.1, format="share"),
            _assumed("software_usd_per_unit_year", "Software and support licences", 450.0, 0.0, 4500.0),
            _assumed("inflation_per_year", "Inflation", 0.025, 0.0, 0.05, format="share"),
        )),
        Group("Cost of capital", (_assumed("discount_rate", "Cost of capital", 0.12, 0.08, 0.18, format="share"),)),
        Group("Inference", (
            assumed_item("input_tokens", "Input tokens of an inference", 3000.0, TOKENS, 500.0, 20_000.0,
                         note="all that is read: prompt, history, documents; cached tokens count as the throughput counts them"),
            assumed_item("output_tokens", "Output tokens of an inference", 800.0, TOKENS, 100.0, 4000.0, note="reasoning included"),
            assumed_item("acceptance", "Answers that are accepted", 0.8, Quantity("share", 0.01, 1.0), 0.5, 0.95, format="share",
                         note="an answer that is not accepted is paid for and tried again"),
            assumed_item("review_usd", "Cost of looking at an answer", 0.0005, USD, 0.0, 0.005, format="number4",
                         note="by a model or a person, for each answer"),
            Item("price_usd_per_mtok", "Price of a million tokens to compare with", price.value, PLAN["price_usd_per_mtok"].quantity,
                 SOURCES.of(price), price.as_of, price.value * 0.5, price.value * 1.5, "number3", price.note, dated=True),
            assumed_item("budget_date", "Date of this comparison", MODEL_DATE, Quantity("date", kind="date"),
                         MODEL_DATE.replace(month=7, day=1), MODEL_DATE.replace(year=2027, month=12, day=31), format="date",
                         note="the ages of prices are counted to this day"),
        )),
    )  # fmt: skip


CONSTANTS = Group("Constants (locked)", (
    constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
    constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
    constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
    constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
    constant("pricing_batch", "Inferences to which costs are scaled", 1000.0, "inferences"),
))  # fmt: skip

INPUTS = (*_devices(), *_common(), CONSTANTS)
