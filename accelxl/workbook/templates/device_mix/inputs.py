"""Inputs of the device mix: two devices, targets and units by quarter, limits, and cases of drift."""

from __future__ import annotations

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.units import Quantity
from accelxl.workbook.authoring import MODEL_DATE, OWN, RESALE, Sources, assumed_item, constant, fact_item, naming
from accelxl.workbook.template import Group, Item, Source

SOURCES = Sources()
SOURCES.rows.insert(
    1, Source(OWN, "Own targets, orders, allocations and sites: an example, to be replaced by your own", MODEL_DATE)
)
DEVICES = ("GB200", "TPU7x")
"""The flexible device and the fixed-function one."""
QUARTERS = 6
CASES = ("Steady", "Expected", "Fast", "Break")
USD = Quantity("USD", 0.0, 1e13)
SHARE = Quantity("share", 0.0, 1.0)
UNITS = Quantity("units", 0.0, 1e9)
DRIFT = Quantity("1/year", 0.0, 0.95)


def _own(
    name: str, label: str, value: float, quantity: Quantity, low: float, high: float, *, format: str = "number", group: str = "",
    note: str = "",
) -> Item:  # fmt: skip
    """Return an item of the user's own records, with an example."""
    return Item(name, label, value, quantity, OWN, MODEL_DATE, low, high, format, note, group=group)


def _fact(name: str, label: str, fact: Fact, quantity: Quantity, *, format: str = "number", dated: bool = False, group: str = "",
          note: str = "") -> Item:  # fmt: skip
    """Return an item from the catalogue; a point gets a tenth to each side, so that its weight is seen."""
    low, high = (fact.value * 0.9, fact.value * 1.1) if fact.low == fact.high else (fact.low, fact.high)
    return fact_item(
        SOURCES, name, label, fact, quantity, low=low, high=high, format=format, group=group, dated=dated, note=note
    )


def _devices() -> tuple[Group, ...]:
    price = catalogue.spec(DEVICES[0], "purchase_price_usd")
    every = tuple(enumerate(DEVICES, 1))
    return (
        Group("Devices: the first is flexible, the second fixed-function", tuple(
            naming(Item(f"device_{k}", f"Device {k}, {kind}", device, Quantity("text", kind="text"),
                        SOURCES.of(catalogue.spec(device, "tokens_per_second")), catalogue.spec(device, "tokens_per_second").as_of,
                        format="text", group="device"),
                   *(f"{name}_{k}" for name in ("unit_price_usd", "tokens_per_second", "power_kw", "lag_months", "drift")))
            for (k, device), kind in zip(every, ("flexible", "fixed-function"), strict=True))),
        Group("Price", (
            _fact("unit_price_usd_1", "Installed price, device 1", price, USD, dated=True, group="unit_price_usd"),
            assumed_item("unit_price_usd_2", "Installed price, device 2", 20_000.0, USD, 10_000.0, 30_000.0, group="unit_price_usd",
                         note="not sold: what it is worth inside a contract for capacity"),
        )),
        Group("Throughput on today's workload at the latency target", tuple(
            _fact(f"tokens_per_second_{k}", f"Throughput, device {k}", catalogue.spec(device, "tokens_per_second"),
                  Quantity("tokens/s", 0.001, 1e9), group="tokens_per_second",
                  note="from a published day of one large model, scaled by memory bandwidth; low and high: other scalings")
            for k, device in every)),
        Group("Power of a device with its share of the server", tuple(
            _fact(f"power_kw_{k}", f"Power, device {k}", catalogue.spec(device, "all_in_kw"), Quantity("kW", 0.001, 100.0),
                  format="number2", group="power_kw") for k, device in every)),
        Group("Lag from delivery to production: installation, porting, tests", (
            assumed_item("lag_months_1", "Lag, device 1", 2.0, Quantity("months", 0, 24, whole=True), 0.0, 4.0, format="months",
                         group="lag_months"),
            assumed_item("lag_months_2", "Lag, device 2", 5.0, Quantity("months", 0, 24, whole=True), 2.0, 9.0, format="months",
                         group="lag_months", note="kernels have to be ported"),
        )),
        Group("Drift: yearly loss of throughput as workloads move on", (
            assumed_item("drift_1", "Drift, device 1", 0.02, DRIFT, 0.0, 0.05, format="share", group="drift"),
            assumed_item("drift_2", "Drift, device 2", 0.1, DRIFT, 0.0, 0.25, format="share", group="drift",
                         note="fixed-function parts follow new models less"),
        )),
    )  # fmt: skip


def _common() -> tuple[Group, ...]:
    price = catalogue.fact("service_day", "DeepSeek V3/R1", "price_usd_per_mtok")
    return (
        Group("Common to both devices", (
            assumed_item("attach_share", "Network, storage and spares, of the price", 0.15, Quantity("share", 0.0, 2.0), 0.05, 0.25,
                         format="share"),
            assumed_item("utilization", "Utilization: share of the throughput that is filled", 0.6, Quantity("share", 0.001, 1.0),
                         0.3, 0.85, format="share"),
            assumed_item("life_months", "Months from delivery to the end of service", 60.0, Quantity("months", 25, 240, whole=True),
                         48.0, 72.0, format="months"),
            _fact("residual_share", "Resale value at the end of service", catalogue.residual("H100 SXM", 60), SHARE, format="share",
                  note=RESALE),
            assumed_item("load_factor", "Mean draw", 0.85, SHARE, 0.6, 1.0, format="share"),
            _fact("pue", "Power usage effectiveness", catalogue.pue("colocation"), Quantity("ratio", 1.0, 3.0), format="number2"),
            _fact("electricity_usd_per_kwh", "Price of electricity", catalogue.electricity("United States"),
                  Quantity("USD/kWh", 0.0, 10.0), format="number4", dated=True),
            _fact("colo_usd_per_kw_month", "Colocation fee, without power", catalogue.facility("colocation_gpu_density"),
                  Quantity("USD/kW-month", 0.0, 1e5), dated=True),
            assumed_item("software_usd_per_year", "Software and support of a device", 450.0, Quantity("USD/year", 0.0, 1e6), 0.0,
                         4500.0),
            assumed_item("discount_rate", "Cost of capital, effective annual", 0.12, Quantity("1/year", -0.5, 2.0), 0.08, 0.18,
                         format="share"),
            _fact("price_usd_per_mtok", "Price of a million tokens", price, Quantity("USD/Mtok", 0.0, 1e5), format="number3",
                  dated=True, note="what the mix variance counts a token at, less its cost"),
            assumed_item("budget_date", "Date of this review", MODEL_DATE, Quantity("date", kind="date"),
                         MODEL_DATE.replace(month=7, day=1), MODEL_DATE.replace(year=2027, month=12, day=31), format="date",
                         note="the ages of prices are counted to this day"),
        )),
    )  # fmt: skip


TARGETS = (0.75, 0.75, 0.70, 0.70, 0.65, 0.65)
FLEXIBLE = (1200.0, 1400.0, 1650.0, 1950.0, 2400.0, 2850.0)
FIXED = (300.0, 500.0, 800.0, 900.0, 1200.0, 1600.0)
SITES = (4.0, 4.2, 6.0, 6.0, 8.0, 10.0)


def _by_quarter(
    name: str, label: str, figures: tuple[float, ...], quantity: Quantity, spread: float, format: str
) -> Group:
    """Return a figure of each quarter as a group, so that it is one range."""
    return Group(label, tuple(
        _own(f"{name}_{k}", f"{label}, quarter {k}", value, quantity, value * (1 - spread), min(value * (1 + spread), quantity.high),
             format=format, group=name) for k, value in enumerate(figures, 1)))  # fmt: skip


def _quarters() -> tuple[Group, ...]:
    return (
        Group("Quarters", (
            _own("first_year", "Year of the first quarter", 2026.0, Quantity("year", 2000, 2100, whole=True), 2025.0, 2027.0,
                 format="year"),
            _own("reported", "Quarters that are over", 3.0, Quantity("quarters", 1, QUARTERS, whole=True), 1.0, 5.0, format="year",
                 note="units of these are actual, those of later quarters are on order; all at the quarter's end"),
        )),
        _by_quarter("target", "Target share of device 1", TARGETS, SHARE, 0.2, "share"),
        _by_quarter("units_flexible", "Units of device 1, in service or on order", FLEXIBLE, UNITS, 0.2, "number"),
        _by_quarter("units_fixed", "Units of device 2, in service or on order", FIXED, UNITS, 0.2, "number"),
        Group("Demand", (
            _own("demand_tps", "Tokens a second that are asked for, first quarter", 12e6, Quantity("tokens/s", 0.0, 1e15), 8e6, 16e6,
                 note="peak that has to be served at the utilization above"),
            _own("demand_growth", "Growth a quarter", 0.25, Quantity("1/quarter", -0.9, 5.0), 0.1, 0.4, format="share"),
        )),
        _by_quarter("power_mw", "Power of the sites at the meter", SITES, Quantity("MW", 0.0, 1e6), 0.3, "number1"),
        Group("Supply and budget, cumulated", (
            _own("supply_1", "Units of device 1 allocated by the first quarter", 1200.0, UNITS, 900.0, 1500.0),
            _own("supply_step_1", "Further units of device 1 a quarter", 360.0, UNITS, 200.0, 600.0),
            _own("supply_2", "Units of device 2 allocated by the first quarter", 400.0, UNITS, 300.0, 600.0),
            _own("supply_step_2", "Further units of device 2 a quarter", 300.0, UNITS, 100.0, 500.0),
            _own("budget_usd", "Budget to the first quarter", 65e6, USD, 40e6, 90e6, format="millions"),
            _own("budget_step_usd", "Further budget a quarter", 30e6, USD, 15e6, 45e6, format="millions"),
        )),
    )  # fmt: skip


WEIGHTS = (3.0, 4.0, 2.0, 1.0)
DRIFTS = (0.0, 0.1, 0.3, 0.6)


def _cases() -> tuple[Group, ...]:
    return (
        Group("Weight of each case", tuple(
            assumed_item(f"weight_{k}", f"Weight of the case {case.lower()}", weight, Quantity("ratio", 0.001, 1e6), weight / 2,
                         weight * 2, format="number1", group="weight", note="its part of the sum of weights is its probability")
            for k, (case, weight) in enumerate(zip(CASES, WEIGHTS, strict=True), 1))),
        Group("Drift of device 2 in each case", tuple(
            assumed_item(f"case_drift_{k}", f"Drift of device 2, {case.lower()}", drift, DRIFT, drift * 0.7,
                         max(0.05, min(0.9, drift * 1.3)), format="share", group="case_drift")
            for k, (case, drift) in enumerate(zip(CASES, DRIFTS, strict=True), 1))),
        Group("Shares that may be chosen", (
            assumed_item("min_share", "Least share of device 1", 0.2, SHARE, 0.0, 0.4, format="share",
                         note="work that runs on nothing else"),
            assumed_item("max_share", "Most share of device 1", 1.0, SHARE, 0.8, 1.0, format="share"),
        )),
    )  # fmt: skip


CONSTANTS = Group("Constants (locked)", (
    constant("hours_per_month", "Hours in a month (8,760 / 12)", 730.0, "h"),
    constant("seconds_per_hour", "Seconds in an hour", 3600.0, "s"),
    constant("quarters_per_year", "Quarters in a year", 4.0, "quarters", format="year"),
    constant("months_per_quarter", "Months in a quarter", 3.0, "months", format="year"),
    constant("slack", "Rounding that does not cost a whole unit", 1e-9, "share", format="tiny"),
    constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
    constant("price_age_days", "Age at which a price is stale", 730.0, "days"),
    constant("rows_a_quarter", "Rows of ACCEL_MIX_TARGET for a quarter", 3.0, "number", format="year"),
    constant("column_share", "Column of ACCEL_MIX_TARGET: actual share", 4.0, "number", format="year"),
    constant("column_gap", "Column of ACCEL_MIX_TARGET: gap", 5.0, "number", format="year"),
    constant("column_off", "Column of ACCEL_MIX_TARGET: units off target", 7.0, "number", format="year"),
    constant("column_variance", "Column of ACCEL_MIX_TARGET: mix variance", 8.0, "number", format="year"),
    constant("line_delivered", "Line of ACCEL_BOTTLENECK with four limits: delivered", 5.0, "number", format="year"),
    constant("line_mean", "Line of ACCEL_BLEND: least expected cost", 4.0, "number", format="year"),
    constant("line_hedge", "Line of ACCEL_BLEND: least worst regret", 5.0, "number", format="year"),
    constant("blend_mean", "Column of ACCEL_BLEND: expected cost", 3.0, "number", format="year"),
    constant("blend_regret", "Column of ACCEL_BLEND: worst regret", 5.0, "number", format="year"),
))  # fmt: skip

INPUTS = (*_devices(), *_common(), *_quarters(), *_cases(), CONSTANTS)
