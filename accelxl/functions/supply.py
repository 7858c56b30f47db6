"""Declarations: supply: dated arrivals, delay, bottlenecks, memory prices, buying ahead and slip."""

import datetime as dt
from typing import Annotated, Any

import numpy as np

from accelxl import catalogue
from accelxl.domain import supply
from accelxl.domain.supply import limits, sources
from accelxl.errors import OutOfRange, ShapeError, WrongType
from accelxl.functions.cells import Rows, is_blank, serial, show
from accelxl.functions.readers import one_number
from accelxl.functions.registry import Argument, function
from accelxl.units import H100_KW, Quantity

Table = Annotated[list[list[Any]], Quantity("text", kind="table")]
WeekTable = Annotated[list[list[Any]], Quantity("weeks", kind="table")]
DateTable = Annotated[list[list[Any]], Quantity("date", kind="table")]
Weeks = Annotated[float, Quantity("weeks", low=0, high=1040)]
MonthlyCost = Annotated[float, Quantity("USD/month", low=0)]
Cost = Annotated[float, Quantity("USD", low=0)]
DAY_ONE = serial(dt.date(2000, 1, 1))
"""From here on a number is a day; a year written as a number is far below."""
ORDER = serial(dt.date(2026, 1, 5))


def column(argument: Argument, rows: Rows | None, count: int, default: Any = None) -> list[Any]:
    """Return the cells of a row or column as `count` numbers; one cell holds for all, a blank is `default`.

    Raises
    ------
    ShapeError
        If there are neither one nor `count` cells.
    """
    cells = [None] if rows is None else [cell for row in rows for cell in row]
    while len(cells) > max(count, 1) and is_blank(cells[-1]):
        cells.pop()
    if len(cells) not in {1, count}:
        raise ShapeError(
            f"{argument.name} has {len(cells)} cells for {count} rows; one for each, or one for all, is allowed"
        )
    found = [
        default if is_blank(cell) else one_number(argument, cell, f"{argument.name}, cell {place},", inside=True)
        for place, cell in enumerate(cells, 1)
    ]
    return found * count if len(found) == 1 else found


def words(name: str, rows: Rows) -> list[str]:
    """Return the cells of a row or column as names, each once; blanks at the end are cut off."""
    cells = [cell for row in rows for cell in row]
    while cells and is_blank(cells[-1]):
        cells.pop()
    found: list[str] = []
    for place, cell in enumerate(cells, 1):
        if not isinstance(cell, str) or is_blank(cell):
            raise WrongType(f"{name}, cell {place}, is {show(cell)}; a name is needed")
        if cell.strip() in found:
            raise WrongType(f"{name}, cell {place}: {cell.strip()} stands twice; each name once is allowed")
        found.append(cell.strip())
    if not found:
        raise ShapeError(f"{name} is blank; one name or more is needed")
    return found


def lead_times(
    components: Table,
    order_dates: DateTable,
    lead_weeks: WeekTable | None = None,
    slip_weeks: WeekTable | None = None,
    install_weeks: Weeks = 0.0,
) -> Rows:
    """Return the arrivals of `accelxl.domain.supply.leadtime` as a table; a blank lead time is the catalogue's."""
    names = words("components", components)
    count = len(names)
    ordered = column(Argument("order_dates", Quantity("date", kind="date"), ""), order_dates, count)
    lead = column(Argument("lead_weeks", Quantity("weeks", 0, 1040), ""), lead_weeks, count)
    slips = column(Argument("slip_weeks", Quantity("weeks", -520, 1040), ""), slip_weeks, count, 0.0)
    for place, day in enumerate(ordered, 1):
        if day is None:
            raise WrongType(f"order_dates, cell {place}, is blank; a date is needed")
        if day < DAY_ONE:
            raise OutOfRange(
                f"order_dates, cell {place}, is {day:g}, which as a date is before 2000; a date such as 2026-01-05 is needed, "
                "DATE(2026,1,5) in a formula"
            )
    lead = [
        catalogue.lead_time(name).value if weeks is None else weeks for name, weeks in zip(names, lead, strict=True)
    ]
    found = supply.leadtime(ordered, lead, slips, install_weeks)
    rows: Rows = [["component", "ordered", "lead weeks", "slip weeks", "arrives", "slack days", "order by", "critical"]]
    for k, name in enumerate(names):
        rows.append([
            name, ordered[k], lead[k], slips[k], found.arrives[k], found.slack_days[k], found.order_by[k],
            "yes" if k in found.critical else "no",
        ])  # fmt: skip
    waits = " and ".join(names[k] for k in found.critical)
    return [*rows, ["ready", None, None, None, found.ready, None, None, waits]]


def bottlenecks(
    chips: limits.Stock | None = None,
    hbm_gb: limits.Gigabytes | None = None,
    gb_per_device: limits.PerDeviceGb | None = None,
    packages: limits.Stock | None = None,
    megawatts: limits.Megawatts | None = None,
    kw_per_device: limits.PerDeviceKw | None = None,
    pue: limits.Pue = 1.0,
    racks: limits.Stock | None = None,
    devices_per_rack: limits.PerRack | None = None,
) -> Rows:
    """Return `accelxl.domain.supply.bottleneck` as a table: a row a constraint, then what is delivered and what binds."""
    found = supply.bottleneck(
        chips, hbm_gb, gb_per_device, packages, megawatts, kw_per_device, pue, racks, devices_per_rack
    )
    rows: Rows = [
        [f"{name} allow" if name.endswith("s") else f"{name} allows", *line]
        for name, line in zip(supply.CONSTRAINTS, found.allows.tolist(), strict=True)
        if np.isfinite(line).all()
    ]
    gain = [value if np.isfinite(value) else None for value in found.gain.tolist()]
    return [
        *rows,
        ["delivered", *found.delivered.tolist()],
        ["binding", *found.binding],
        ["more if it is lifted", *gain],
    ]


SLIP_ROWS = (
    "expected months",
    "standard deviation",
    "on time",
    "half of the cases by",
    "90 % of the cases by",
    "worst",
)


def slips(
    months: sources.MonthSeries,
    probabilities: sources.Probabilities,
    months_2: sources.MonthSeries | None = None,
    probabilities_2: sources.Probabilities | None = None,
    usd_per_month: MonthlyCost = 0.0,
    second_source_usd: Cost = 0.0,
) -> Rows:
    """Return the figures of one source, of a second and of the earlier of both, and what the second is worth."""
    first = supply.slip(months, probabilities)
    if (months_2 is None) != (probabilities_2 is None):
        raise ShapeError("months_2 and probabilities_2 are given together or not at all")
    if months_2 is None or probabilities_2 is None:
        rows: Rows = [["", "source"], *([name, value] for name, value in zip(SLIP_ROWS, _figures(first), strict=True))]
        return [*rows, ["expected cost of slip", first.mean * usd_per_month]]
    second = supply.slip(months_2, probabilities_2)
    both = supply.second_source(first, second)
    table = zip(SLIP_ROWS, _figures(first), _figures(second), _figures(both), strict=True)
    costs = [source.mean * usd_per_month for source in (first, second, both)]
    worth = costs[0] - costs[2] - second_source_usd
    return [
        ["", "first", "second", "earlier of both"],
        *map(list, table),
        ["expected cost of slip", *costs],
        ["benefit of the second source", None, None, worth],
    ]


def _figures(late: supply.Slip) -> tuple[float, ...]:
    return late.mean, late.sd, late.on_time, late.percentile(0.5), late.percentile(0.9), late.worst


function(
    "ACCEL_LEADTIME",
    "Accel - Plan",
    lead_times,
    "Dated arrival of each component, the days it would lie idle, the last day to order it, and the day the site is ready",
    help={
        "components": "names, a row or column; with a blank lead time a name of the catalogue such as accelerator or transformer",
        "order_dates": "order date of each, or one for all",
        "lead_weeks": "weeks from order to delivery of each; blank: the catalogue's middle value",
        "slip_weeks": "weeks late of each; blank: 0",
        "install_weeks": "weeks from the last arrival to production",
    },
    examples=[
        (
            f'=ACCEL_LEADTIME({{"chips";"transformer"}},{ORDER:g},{{44;90}},,4)',
            [
                ["component", "ordered", "lead weeks", "slip weeks", "arrives", "slack days", "order by", "critical"],
                ["chips", ORDER, 44.0, 0.0, ORDER + 308, 322.0, ORDER + 322, "no"],
                ["transformer", ORDER, 90.0, 0.0, ORDER + 630, 0.0, ORDER, "yes"],
                ["ready", "", "", "", ORDER + 658, "", "", "transformer"],
            ],
        ),
        (f'=ACCEL_LEADTIME({{"accelerator","switchgear"}},{ORDER:g})', ...),
    ],
)
function(
    "ACCEL_DELAY_COST",
    "Accel - Cost",
    supply.delay_cost,
    "Delay inside the cost of a million tokens: cost on time, carry, lost life, idle, cost when late, price erosion, "
    "sum of the delay; then revenue and NPV lost",
    help={
        "capital_usd": "price of the deployment",
        "mtok_per_year": "million tokens served in a year of production",
        "life_years": "planned years of service",
        "delay_months": "slip against the plan",
        "discount_rate": "cost of capital, effective annual",
        "deposit_share": "share of the price paid at the planned date, the rest on delivery",
        "idle_usd_per_year": "power, lease and staff a year while nothing is served",
        "opex_usd_per_year": "running cost a year in production",
        "residual_usd": "resale at the end of the service",
        "price_usd_per_mtok": "token price at the planned date; 0 leaves price erosion and lost revenue out",
        "price_decline_per_year": "yearly fall of the token price",
        "life_starts": "service: the life runs from delivery, no life is lost; schedule: its end is fixed, no price erosion",
    },
    undefined="no token is served, or a figure is out of range",
    examples=[
        (
            "=ACCEL_DELAY_COST(1200,100,4,12,0,1,50)",
            [[3.0], [0.0], [0.0], [0.125], [3.125], [0.0], [0.125], [0.0], [50.0]],
        ),
        (
            '=ACCEL_DELAY_COST(1200,100,4,12,0,1,,,,5,,"schedule")',
            [[3.0], [0.0], [1.0], [0.0], [4.0], [0.0], [1.0], [500.0], [500.0]],
        ),
    ],
)
function(
    "ACCEL_BOTTLENECK",
    "Accel - Plan",
    bottlenecks,
    "Devices that can run: the smallest of what chips, memory, packaging, power and racks allow, with the binding one named",
    help={
        "chips": "chips that have arrived, cumulated, one figure a period",
        "hbm_gb": "GB of memory that have arrived, cumulated",
        "gb_per_device": "GB of a device",
        "packages": "packaging slots, cumulated",
        "megawatts": "MW at the meter by period",
        "kw_per_device": f"kW of a device at the scope that pue multiplies ({H100_KW}: pue 1)",
        "pue": "facility power over IT power",
        "racks": "racks ready, cumulated",
        "devices_per_rack": "devices of a rack",
    },
    examples=[
        (
            "=ACCEL_BOTTLENECK({1000,2000},{400000,400000},192,,3,2.17,1.25)",
            [
                ["chips allow", 1000.0, 2000.0],
                ["memory allows", 2083.0, 2083.0],
                ["power allows", 1105.0, 1105.0],
                ["delivered", 1000.0, 1105.0],
                ["binding", "chips", "power"],
                ["more if it is lifted", 105.0, 895.0],
            ],
        ),
    ],
)
function(
    "ACCEL_HBM",
    "Accel - Market",
    supply.hbm,
    "Device price that follows the price of its memory: market, bits, USD per GB, memory of a device, device price, memory's share",
    help={
        "years": "years from today",
        "device_price_usd": "price of the device today, memory in it",
        "memory_gb": "GB of a device",
        "usd_per_gb": "price of a GB today",
        "bit_growth": "yearly growth of the GB shipped",
        "market_growth": "yearly growth of the memory market in money; SK hynix says 0.3",
        "rest_decline": "yearly fall of what the device costs beside its memory",
        "pass_on": "share of a change in memory cost that reaches the device price; above 1 with a margin on it",
    },
    undefined="the memory costs more than the device, or a figure is out of range",
    examples=[
        (
            "=ACCEL_HBM(1,34000,80,15,0.2,0.5)",
            [[1.5], [1.2], [18.75], [1500.0], [34300.0], [1500 / 34300]],
        ),
    ],
)
function(
    "ACCEL_PREBUY",
    "Accel - Risk",
    supply.prebuy,
    "Buying ahead against waiting: both present values, the benefit, its part from price, early payment, slip and lost deposits, "
    "breakeven discount, return on paying early",
    help={
        "order_usd": "the order at today's list price",
        "discount": "share off that price for ordering now",
        "lead_months": "months from now to the planned delivery",
        "discount_rate": "cost of capital, effective annual",
        "deposit_share": "share of the discounted price paid now, the rest on delivery",
        "price_growth": "yearly growth of the list price, for the buyer who waits",
        "slip_months": "expected slip with the order now; see ACCEL_SLIP",
        "wait_slip_months": "expected slip without it",
        "delay_usd_per_month": "cost of a month of slip; see ACCEL_DELAY_COST",
        "loss_share": "share of the deposit that is expected to be lost with the supplier",
    },
    undefined="there is no deposit or no lead time to earn on, or a figure is out of range",
    examples=[
        (
            "=ACCEL_PREBUY(100,0.1,12,0.25,1)",
            [[80.0], [90.0], [-10.0], [8.0], [-18.0], [0.0], [0.0], [0.2], [1 / 9]],
        ),
    ],
)
function(
    "ACCEL_SLIP",
    "Accel - Risk",
    slips,
    "Slip of a source as a distribution: mean, spread, on time, percentiles; with a second independent source, of the earlier of both",
    help={
        "months": "months late of each case; 0 is on time",
        "probabilities": "probability of each case; they sum to 1",
        "months_2": "cases of a second source",
        "probabilities_2": "their probabilities",
        "usd_per_month": "cost of a month late; see ACCEL_DELAY_COST",
        "second_source_usd": "what it costs to have the second source",
    },
    examples=[
        (
            "=ACCEL_SLIP({0,6},{0.5,0.5},{0,6},{0.5,0.5},100,20)",
            [
                ["", "first", "second", "earlier of both"],
                ["expected months", 3.0, 3.0, 1.5],
                ["standard deviation", 3.0, 3.0, 6 * (0.25 * 0.75) ** 0.5],
                ["on time", 0.5, 0.5, 0.75],
                ["half of the cases by", 0.0, 0.0, 0.0],
                ["90 % of the cases by", 6.0, 6.0, 6.0],
                ["worst", 6.0, 6.0, 6.0],
                ["expected cost of slip", 300.0, 300.0, 150.0],
                ["benefit of the second source", "", "", 130.0],
            ],
        ),
    ],
)
