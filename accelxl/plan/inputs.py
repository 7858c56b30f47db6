"""The inputs of the plan model as data: name, unit, limits, default and meaning, each written once.

Documentation, sheet help, data validation, test generators and error messages are made from this table; the kernel takes the
values in the order of its own list of the same names (`accelxl._core.plan_inputs`), which a test compares with this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Literal

from accelxl.errors import AccelError
from accelxl.units import Quantity, unknown

Scope = Literal["tranche", "plan"]


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a plan.

    `default` is a number or a word; None is blank. A blank that is not `required` means what `meaning` says.
    """

    name: str
    scope: Scope
    group: str
    quantity: Quantity
    default: float | str | None
    meaning: str
    section: str = ""
    required: bool = False


def _months(low: float = 0, high: float = 360) -> Quantity:
    return Quantity("months", low, high, whole=True)


def _choice(*words: str) -> Quantity:
    return Quantity("text", kind="choice", choices=words)


SHARE = Quantity("share", 0, 1)
USD = Quantity("USD", 0, 1e15)
YEARLY = Quantity("1/year", -0.99, 10)
DECLINE = Quantity("1/year", -10, 0.99)
SWITCH = Quantity("1", 0, 1, whole=True, kind="flag")
PRICE = Quantity("USD/Mtok", 0, 1e6)

_TABLE: tuple[Input, ...] = (
    # -- capital ----------------------------------------------------------------------------------------------------
    Input(
        "device",
        "tranche",
        "capital",
        Quantity("text", kind="text"),
        None,
        "a catalogue name; fills power_kw and unit_price_usd where they are blank",
        "B1",
    ),
    Input(
        "units",
        "tranche",
        "capital",
        Quantity("accelerators", 0, 1e9),
        None,
        "accelerators ordered; a dual-die package counts as one",
        "B1",
        required=True,
    ),
    Input(
        "unit_price_usd",
        "tranche",
        "capital",
        Quantity("USD/accelerator", 0, 1e9),
        None,
        "installed price of one accelerator: the chip and its share of the server",
        "B1",
        required=True,
    ),
    Input(
        "attach_share",
        "tranche",
        "capital",
        Quantity("share", 0, 10),
        0.0,
        "network, storage and spares, as a share of unit_price_usd",
        "B1",
    ),
    Input("order_month", "tranche", "capital", _months(), 0.0, "month of the order, counted from the decision date"),
    Input("lead_time_months", "tranche", "capital", _months(), 0.0, "months from the order to the agreed delivery"),
    Input("delay_months", "tranche", "capital", _months(), 0.0, "slip of the delivery past the lead time", "B6"),
    Input("install_months", "tranche", "capital", _months(), 0.0, "months from the delivery to production"),
    Input(
        "deposit_share",
        "tranche",
        "capital",
        SHARE,
        1.0,
        "share of the price paid at the order; the rest is paid on delivery",
        "B6",
    ),
    Input("economic_life_months", "tranche", "capital", _months(1), 60.0, "months of service", "B1"),
    Input(
        "life_starts",
        "tranche",
        "capital",
        _choice("service", "schedule"),
        "service",
        "service: the life runs from the start of production; schedule: its end date stands, whatever the slip",
        "B6",
    ),
    Input(
        "residual_share",
        "tranche",
        "capital",
        SHARE,
        0.0,
        "resale value at service end, as a share of the accelerators' capex",
        "B1",
    ),
    Input(
        "residual_taxed",
        "tranche",
        "capital",
        SWITCH,
        1.0,
        "1: residual less tax book value is taxed at service end; 0: it is not",
        "B5",
    ),
    Input("stranded_share", "tranche", "capital", SHARE, 0.0, "share of the units that are paid for and never powered"),
    # -- facility ---------------------------------------------------------------------------------------------------
    Input(
        "facility_usd_per_kw",
        "tranche",
        "facility",
        Quantity("USD/kW", 0, 1e7),
        0.0,
        "building, power and cooling plant per kW of the accelerators, paid at the agreed delivery",
        "B1",
    ),
    Input(
        "facility_life_months",
        "tranche",
        "facility",
        _months(1, 1200),
        180.0,
        "straight-line life of the facility; its unused book value comes back at service end, free of tax",
        "B1",
    ),
    # -- contract ---------------------------------------------------------------------------------------------------
    Input(
        "contract",
        "tranche",
        "contract",
        _choice("own", "lease", "rent"),
        "own",
        "own: bought; lease: a monthly payment from delivery; rent: an hourly price in production",
    ),
    Input(
        "lease_usd_per_unit_month",
        "tranche",
        "contract",
        Quantity("USD/accelerator/month", 0, 1e8),
        0.0,
        "lease payment for an accelerator and month",
        "B4",
    ),
    Input(
        "lease_months",
        "tranche",
        "contract",
        _months(1),
        None,
        "months of lease from delivery, needed for a lease; service ends with the lease at the latest",
        "B4",
    ),
    Input(
        "rent_usd_per_hour",
        "tranche",
        "contract",
        Quantity("USD/h", 0, 1e5),
        0.0,
        "rental price of an accelerator-hour",
    ),
    Input(
        "commit_share",
        "tranche",
        "contract",
        SHARE,
        0.0,
        "share of the hours that is committed and paid whatever the use",
    ),
    Input("commit_discount", "tranche", "contract", SHARE, 0.0, "discount on the committed hours"),
    # -- serving ----------------------------------------------------------------------------------------------------
    Input(
        "tokens_per_second",
        "tranche",
        "serving",
        Quantity("tokens/s", 0, 1e9),
        None,
        "throughput of an accelerator at the latency target, prefill and decode blended",
        "B2",
        required=True,
    ),
    Input("utilization", "tranche", "serving", SHARE, 0.6, "the most of the throughput that is ever filled", "B1"),
    Input("availability", "tranche", "serving", SHARE, 1.0, "share of the hours in which the accelerator works", "B1"),
    Input(
        "drift_per_year",
        "tranche",
        "serving",
        Quantity("1/year", 0, 0.99),
        0.0,
        "yearly loss of effective throughput as workloads move away from the device",
        "B7",
    ),
    Input(
        "training_months",
        "tranche",
        "serving",
        _months(),
        0.0,
        "months at the start of production in which the cohort trains and serves nothing",
    ),
    Input(
        "training_value_usd_per_hour",
        "tranche",
        "serving",
        Quantity("USD/h", 0, 1e5),
        0.0,
        "value of an accelerator-hour of training",
    ),
    Input(
        "training_value_decline_per_year",
        "tranche",
        "serving",
        DECLINE,
        0.0,
        "yearly decline of the value of training, from the decision date",
    ),
    # -- power ------------------------------------------------------------------------------------------------------
    Input(
        "power_kw",
        "tranche",
        "power",
        Quantity("kW/accelerator", 0, 1e4),
        1.73,
        "all-in power of an accelerator at the wall of the rack (H100: 0.70 chip, 1.275 server share, 1.73 all-in)",
        "B1",
    ),
    Input("load_factor", "tranche", "power", Quantity("share", 0, 2), 1.0, "mean draw as a share of power_kw", "B1"),
    # -- accounting -------------------------------------------------------------------------------------------------
    Input(
        "book_method",
        "tranche",
        "accounting",
        _choice("SL", "DDB", "SYD", "VDB"),
        "SL",
        "book depreciation; DDB without a switch to straight line, VDB with it",
        "B5",
    ),
    Input(
        "book_life_months", "tranche", "accounting", _months(1, 1200), None, "book life; blank: the economic life", "B5"
    ),
    Input(
        "salvage_share",
        "tranche",
        "accounting",
        SHARE,
        None,
        "book salvage as a share of the cost; blank: residual_share",
        "B5",
    ),
    Input(
        "relife_month",
        "tranche",
        "accounting",
        _months(1),
        None,
        "months of service after which the book life is estimated anew (straight line, prospective); blank: never",
        "B5",
    ),
    Input("relife_life_months", "tranche", "accounting", _months(1, 1200), None, "the new total book life", "B5"),
    Input(
        "tax_method",
        "tranche",
        "accounting",
        _choice("book", "SL", "MACRS5", "MACRS15"),
        "book",
        "tax depreciation; SL runs over the book life to zero",
        "B5",
    ),
    Input(
        "tax_convention",
        "tranche",
        "accounting",
        _choice("HY", "MQ"),
        "HY",
        "MACRS convention: half-year, or mid-quarter with the quarter of the date placed in service",
        "B5",
    ),
    Input(
        "bonus_share",
        "tranche",
        "accounting",
        SHARE,
        0.0,
        "bonus depreciation before MACRS; the order date decides the law",
        "B5",
    ),
    Input("pue", "plan", "power", Quantity("1", 1, 10), 1.25, "facility power over accelerators' power", "B1"),
    Input(
        "electricity_usd_per_kwh",
        "plan",
        "power",
        Quantity("USD/kWh", 0, 100),
        0.083,
        "price of electricity at the decision date",
        "B1",
    ),
    Input("electricity_growth_per_year", "plan", "power", YEARLY, 0.0, "yearly growth of the electricity price"),
    Input(
        "colo_usd_per_kw_month",
        "plan",
        "power",
        Quantity("USD/kW/month", 0, 1e6),
        0.0,
        "colocation fee from the planned start of service on, also while a slip keeps the racks empty",
        "B1",
    ),
    Input("colo_includes_power", "plan", "power", SWITCH, 0.0, "1: the colocation fee covers electricity", "B1"),
    # -- demand -----------------------------------------------------------------------------------------------------
    Input(
        "demand_mtok_per_month",
        "plan",
        "demand",
        Quantity("Mtok/month", 0, 1e15),
        None,
        "demand at saturation; blank: unlimited, and adoption scales the share of capacity filled",
        "B3",
    ),
    Input(
        "adoption",
        "plan",
        "demand",
        _choice("none", "logistic", "gompertz", "bass"),
        "none",
        "shape of the adoption curve; time counts from the decision date",
        "B3",
    ),
    Input(
        "adoption_midpoint_month",
        "plan",
        "demand",
        Quantity("months", -360, 720),
        0.0,
        "month of half saturation (logistic, Gompertz)",
        "B3",
    ),
    Input(
        "adoption_rate_per_month",
        "plan",
        "demand",
        Quantity("1/month", 0, 10),
        None,
        "steepness of the curve; needed for a logistic or Gompertz one",
        "B3",
    ),
    Input(
        "bass_p_per_year",
        "plan",
        "demand",
        Quantity("1/year", 1e-6, 100),
        None,
        "coefficient of innovation, per year (typical 0.03); needed for Bass",
        "B3",
    ),
    Input(
        "bass_q_per_year",
        "plan",
        "demand",
        Quantity("1/year", 0, 100),
        None,
        "coefficient of imitation, per year (typical 0.38); needed for Bass",
        "B3",
    ),
    # -- price ------------------------------------------------------------------------------------------------------
    Input(
        "price_usd_per_mtok",
        "plan",
        "price",
        PRICE,
        None,
        "price of a million tokens at the decision date, input and output blended; or give the three prices",
        "B2",
    ),
    Input(
        "price_input_usd_per_mtok",
        "plan",
        "price",
        PRICE,
        None,
        "price of a million input tokens that missed the cache",
        "B2",
    ),
    Input(
        "price_cached_usd_per_mtok",
        "plan",
        "price",
        PRICE,
        None,
        "price of a million input tokens served from cache",
        "B2",
    ),
    Input("price_output_usd_per_mtok", "plan", "price", PRICE, None, "price of a million output tokens", "B2"),
    Input("input_share", "plan", "price", SHARE, 0.0, "share of input tokens in all tokens", "B2"),
    Input("cache_hit_rate", "plan", "price", SHARE, 0.0, "share of input tokens served from cache", "B2"),
    Input("price_decline_per_year", "plan", "price", DECLINE, 0.0, "yearly decline of the token price", "B3"),
    # -- opex -------------------------------------------------------------------------------------------------------
    Input(
        "opex_share_per_year",
        "plan",
        "opex",
        Quantity("1/year", 0, 10),
        0.0,
        "maintenance, insurance and property tax, as a share of the accelerators' capex, in production",
        "B1",
    ),
    Input(
        "staff_usd_per_year",
        "plan",
        "opex",
        Quantity("USD/year", 0, 1e12),
        0.0,
        "staff, from the first planned start of service to the last service end",
        "B1",
    ),
    Input(
        "software_usd_per_unit_year",
        "plan",
        "opex",
        Quantity("USD/accelerator/year", 0, 1e7),
        0.0,
        "software and support licences, in production",
        "B1",
    ),
    Input(
        "revenue_share",
        "plan",
        "opex",
        Quantity("share", 0, 0.99),
        0.0,
        "variable cost as a share of token revenue",
        "B4",
    ),
    Input(
        "inflation_per_year",
        "plan",
        "opex",
        YEARLY,
        0.0,
        "indexes opex_share, staff, software and colocation; never capex, rent, lease or any price",
    ),
    # -- finance ----------------------------------------------------------------------------------------------------
    Input("discount_rate", "plan", "finance", YEARLY, 0.10, "effective annual after-tax cost of capital", "B4"),
    Input("tax_rate", "plan", "finance", Quantity("share", 0, 0.95), 0.25, "rate on taxable income", "B4"),
    Input(
        "tax_losses",
        "plan",
        "finance",
        _choice("credit", "carryforward"),
        "credit",
        "credit: a loss is settled in its month; carryforward: by fiscal year against later income",
        "B5",
    ),
    Input(
        "loss_limit_share",
        "plan",
        "finance",
        SHARE,
        0.8,
        "share of a year's income that losses carried forward may use",
        "B5",
    ),
    Input(
        "finance_rate", "plan", "finance", YEARLY, None, "rate on negative flows in mirr; blank: discount_rate", "B4"
    ),
    Input(
        "reinvest_rate", "plan", "finance", YEARLY, None, "rate on positive flows in mirr; blank: discount_rate", "B4"
    ),
    Input(
        "working_capital_days",
        "plan",
        "finance",
        Quantity("days", -365, 365),
        0.0,
        "days of revenue tied up in working capital; below zero where customers pay in advance",
    ),
    Input(
        "currency",
        "plan",
        "finance",
        Quantity("text", kind="text"),
        "USD",
        "a label: usd in a name means the plan's currency",
    ),
    # -- time -------------------------------------------------------------------------------------------------------
    Input(
        "horizon_months",
        "plan",
        "time",
        _months(1),
        None,
        "months of the plan; blank: the last service end, at most 360",
    ),
    Input(
        "start_date",
        "plan",
        "time",
        Quantity("date", kind="date"),
        None,
        "first day of month 1; blank: month 1 opens a fiscal year",
    ),
    Input(
        "fiscal_year_end_month",
        "plan",
        "time",
        Quantity("month", 1, 12, whole=True),
        12.0,
        "last month of the fiscal year",
    ),
    Input(
        "timing",
        "plan",
        "time",
        _choice("end", "mid"),
        "end",
        "end: a flow of month t falls at t; mid: revenue, opex, tax and working capital fall at t - 0.5",
        "B4",
    ),
    # -- debt (an overlay: moves npv_equity_usd, irr_equity and interest_usd, nothing else) ------------------------------
    Input("debt_share", "plan", "debt", SHARE, 0.0, "share of each capex payment that is borrowed"),
    Input("debt_rate", "plan", "debt", YEARLY, 0.0, "effective annual interest rate of the debt"),
    Input("debt_months", "plan", "debt", _months(1), 60.0, "months of level payments from the month after each draw"),
    Input("equity_rate", "plan", "debt", YEARLY, None, "effective annual cost of equity; blank: discount_rate"),
)

INPUTS: dict[str, Input] = {row.name: row for row in _TABLE}
MAX_MONTHS = 360
LISTED = "all: `accelxl inputs`, docs/inputs.md"
"""Where the inputs are listed for people."""
THREE_PRICES = ("price_input_usd_per_mtok", "price_cached_usd_per_mtok", "price_output_usd_per_mtok")


def unknown_input(given: object, what: str, value: object = None) -> AccelError:
    """Return the error for a name that is no input; `what` begins its sentence, `value` is the figure given under it."""
    return unknown(given, INPUTS, what, value, LISTED)


@cache
def names(scope: Scope) -> tuple[str, ...]:
    """Return the names of the inputs of one scope, in the table's order."""
    return tuple(row.name for row in _TABLE if row.scope == scope)


def is_number(row: Input) -> bool:
    """Tell whether a scenario table may hold a column of this input."""
    return row.quantity.kind in {"number", "flag"} and row.quantity.high <= inf
