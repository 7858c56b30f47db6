"""Declarations: utilization, load, lag, drift, memory, blended racks, fleets and the quarterly mix of devices."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from accelxl import catalogue
from accelxl.domain import mix, serving
from accelxl.domain.mix import filling, hedge, optimiser, program
from accelxl.errors import NoData, ShapeError, UnknownName
from accelxl.functions.cells import Rows, is_blank
from accelxl.functions.headed import records
from accelxl.functions.readers import one_number
from accelxl.functions.registry import Argument, function
from accelxl.units import Quantity

Table = Annotated[Rows, Quantity(kind="table")]
OneTps = Annotated[float, Quantity("tokens/s", low=0)]
OneHourly = Annotated[float, Quantity("USD/h", low=0)]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
OneNodes = Annotated[float, Quantity("units", low=1, whole=True)]
OneCount = Annotated[float, Quantity("units", low=0, whole=True)]
OneHours = Annotated[float, Quantity("h", low=0)]

FROM_CATALOGUE = {
    "unit_price_usd": "purchase_price_usd",
    "tokens_per_second": "tokens_per_second",
    "power_kw": "all_in_kw",
    "memory_gb": "memory_gb",
}
"""Attributes of a device that a blank takes from the catalogue, and their names there."""
SUPPLY = "supply "
SUPPLY_LIMITS = Argument("supply", program.SUPPLY_UNIT, "")


def load_table(
    demand_tps: filling.TpsSeries,
    tokens_per_second: OneTps,
    cost_usd_per_hour: OneHourly,
    utilization: OneShare = 1.0,
    per_node: OneNodes = 1.0,
    min_accelerators: OneCount = 0.0,
    start_hours: OneHours = 0.0,
) -> Rows:
    """Return the lines of `accelxl.domain.mix.load` with their names in front."""
    lines = mix.load(
        demand_tps, tokens_per_second, cost_usd_per_hour, utilization, per_node, min_accelerators, start_hours
    )
    if lines.ndim > 1:
        raise ShapeError("demand_tps has several rows; a single row or column is allowed, since each gives a table")
    return [[name, line] for name, line in zip(mix.LOAD_LINES, lines.tolist(), strict=True)]


def blend_table(
    flexible_cost: hedge.CostSeries,
    fixed_cost: hedge.CostSeries,
    probabilities: hedge.ShareSeries | None = None,
    min_share: OneShare = 0.0,
    max_share: OneShare = 1.0,
) -> Rows:
    """Return the choices of `accelxl.domain.mix.blend` with a header."""
    return hedge.rows(mix.blend(flexible_cost, fixed_cost, probabilities, min_share, max_share))


def mix_table(
    devices: Table,
    quarters: Table,
    discount_rate: optimiser.OneRate = 0.10,
    utilization: optimiser.OneWorking = 1.0,
    gap: optimiser.OneGap = 0.001,
    seconds: optimiser.OneSeconds = 20.0,
) -> Rows:
    """Return the mix of `accelxl.domain.mix.optimal_mix` as rows; blank attributes of known devices are the catalogue's."""
    listed = [_from_catalogue(device) for device in records(devices, mix.Device, "devices")]
    found = mix.optimal_mix(listed, _quarters(quarters), discount_rate, utilization, gap, seconds)
    return found.rows()


def _from_catalogue(device: mix.Device) -> mix.Device:
    given: dict[str, Any] = {}
    for attribute, name in FROM_CATALOGUE.items():
        if getattr(device, attribute) is None:
            try:
                given[attribute] = catalogue.spec(device.device, name).value
            except NoData:
                continue  # the optimiser says so where a limit needs it
    return replace(device, **given) if given else device


def _quarters(rows: Rows) -> list[mix.Quarter]:
    """Return the quarters; a column `supply NAME` is the supply of that device."""
    top = [cell.strip() if isinstance(cell, str) else cell for cell in rows[0]]
    places = [at for at, cell in enumerate(top) if isinstance(cell, str) and cell.lower().startswith(SUPPLY)]
    names = [top[at][len(SUPPLY) :].strip() for at in places]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UnknownName(f"the first row of quarters has the supply of {twice} twice; each column once is allowed")
    plain = [[cell for at, cell in enumerate(row) if at not in places] for row in rows]
    made = records(plain, mix.Quarter, "quarters")
    body = [row for row, rest in zip(rows[1:], plain[1:], strict=True) if not all(map(is_blank, rest))]
    return [
        replace(
            quarter,
            supply={
                name: one_number(SUPPLY_LIMITS, row[at], f"supply of {name} in {quarter.quarter}")
                for name, at in zip(names, places, strict=True)
                if not is_blank(row[at])
            },
        )
        for quarter, row in zip(made, body, strict=True)
    ]


DEVICE = {
    "unit_price_usd": "installed price of an accelerator, paid on delivery",
    "running_usd_per_hour": "power, colocation and software in production",
    "tokens_per_second": "throughput on today's workload at the latency target",
    "utilization": "share of that throughput that is filled",
    "life_months": "months until the device is obsolete",
    "residual_share": "share of the price that comes back at the end",
    "discount_rate": "cost of capital, effective annual",
    "idle_usd_per_hour": "power and colocation while it waits for production",
    "life_starts": "schedule: life_months counts from the delivery, whatever the lag; service: from production",
}
LAG = "months from delivery to production: installation, porting, tests; one for each class of devices"
DRIFT = "share of the throughput lost in a year as workloads move; about 0 for a GPU, more for fixed-function parts"

function(
    "ACCEL_UTILIZATION",
    "Accel - Cost",
    mix.utilization_split,
    "Where a paid hour goes: productive share, USD a productive hour, USD per Mtok, then the USD for work, idle time, downtime",
    help={
        "cost_usd_per_hour": "cost of an accelerator-hour, paid whether it works or not",
        "tokens_per_second": "throughput while it works",
        "utilization": "share of the working hours that demand fills",
        "availability": "share of all hours in which it works at all",
    },
    undefined="nothing is produced",
    examples=[("=ACCEL_UTILIZATION(3.6,1000,0.5,0.75)", [[0.375], [9.6], [9.6 / 3.6], [1.35], [1.35], [0.9]])],
)
function(
    "ACCEL_UTILIZATION_ACTUAL",
    "Accel - Cost",
    mix.utilization_actual,
    "Utilization that was reached, from the tokens served; downtime is not counted against it",
    help={
        "mtok_served": "million tokens served in those hours",
        "accelerators": "accelerators in production",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "hours": "hours of the period; 730 is a month",
        "availability": "share of the hours in which they worked",
    },
    undefined="there is no capacity, or more was served than it allows: a throughput, a number or the hours are too low",
    examples=[("=ACCEL_UTILIZATION_ACTUAL({1314,657},1,1000)", [[0.5, 0.25]])],
)
function(
    "ACCEL_LOAD",
    "Accel - Cost",
    load_table,
    "Cost of a load profile, hour by hour: a fleet held for the peak, its idle hours, and one that scales, down to zero",
    help={
        "demand_tps": "tokens a second asked for in each hour, 24 figures for a day",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "cost_usd_per_hour": "cost of an accelerator-hour that is held",
        "utilization": "most of the throughput that is filled",
        "per_node": "accelerators that are held together",
        "min_accelerators": "accelerators kept warm when scaled; 0 scales to zero",
        "start_hours": "hours paid for each accelerator that is started: boot and loading of weights",
    },
    undefined="tokens_per_second or utilization is 0, or nothing is asked for",
    examples=[
        (
            "=ACCEL_LOAD({8000,8000,0,2000},1000,2,0.8,1,0,0.5)",
            [
                ["peak tokens a second", 8000.0],
                ["mean over peak", 0.5625],
                ["accelerators for the peak", 10.0],
                ["USD with a fixed fleet", 80.0],
                ["USD of that for idle hours", 44.0],
                ["USD per Mtok with a fixed fleet", 80 / 64.8],
                ["accelerator-hours when scaled", 23.0],
                ["starts", 10.0],
                ["USD when scaled", 56.0],
                ["USD per Mtok when scaled", 56 / 64.8],
            ],
        ),
    ],
)
function(
    "ACCEL_DEVICE_COST",
    "Accel - Cost",
    mix.device_cost,
    "Levelised cost of a million tokens of a device over its life, with the lag until it produces and the drift of workloads",
    help={**DEVICE, "lag_months": LAG, "drift_per_year": DRIFT},
    undefined="nothing is served: a throughput is 0, or the lag is the life or longer",
    examples=[
        ("=ACCEL_DEVICE_COST(2628,0,1000,1,{1,2},0,0,0,0)", [[1.0, 0.5]]),
        ("=ACCEL_DEVICE_COST(2628,0,1000,1,4,{0,2},0,0,0)", [[0.25, 0.5]]),
    ],
)
function(
    "ACCEL_LAG",
    "Accel - Cost",
    mix.lag,
    "Cost of deployment lag: USD per Mtok without, with, added; months in production; Mtok not served; interest while it waits",
    help={"lag_months": LAG, **DEVICE},
    undefined="nothing is served: a throughput is 0, or the lag is the life or longer",
    examples=[("=ACCEL_LAG(2,2628,0,1000,1,4,0)", [[0.25], [0.5], [0.25], [2.0], [5256.0], [0.0]])],
)
function(
    "ACCEL_DRIFT",
    "Accel - Cost",
    mix.drift,
    "Throughput that is left after some years, as workloads move away from what the device is made for",
    help={
        "tokens_per_second": "throughput on today's workload",
        "drift_per_year": DRIFT,
        "years": "years in production",
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_DRIFT(1000,0.5,{0,1,2})", [[1000.0, 500.0, 250.0]])],
)
function(
    "ACCEL_DRIFT_BREAKEVEN",
    "Accel - Cost",
    mix.drift_breakeven,
    "Yearly drift at which the tokens of a fixed-function device cost what a rival's do; above it the rival is cheaper",
    help={
        "rival_usd_per_mtok": "levelised cost of the flexible device; see ACCEL_DEVICE_COST",
        **DEVICE,
        "lag_months": LAG,
    },
    undefined="the device is dearer even without drift, or serves nothing",
    examples=[("=ACCEL_DRIFT_BREAKEVEN(2,2628,0,1000,1,1,0,0,0)", 1 - 0.5**12)],
)
function(
    "ACCEL_MEM_FIT",
    "Accel - Cost",
    serving.memory_fit,
    "Whether a model fits: GB needed by an accelerator, GB spare, 1 if it fits, accelerators needed, most sequences at once",
    help={
        "memory_gb": "memory of an accelerator in GB; see ACCEL_SPEC",
        "weights_gb": "weights of the whole model in GB",
        "batch": "sequences served at once by the group of accelerators",
        "context": "tokens of a sequence in the cache",
        "kv_bytes": "bytes of cache of a token; see ACCEL_KV_BYTES",
        "accelerators": "accelerators over which weights and cache are split evenly",
        "headroom_share": "share of the memory that stays free",
    },
    undefined="a sequence takes no memory, or the headroom is all of it",
    examples=[("=ACCEL_MEM_FIT(80,140,40,4000,250000,4,0.1)", [[53.0], [27.0], [1.0], [3.0], [148.0]])],
)
function(
    "ACCEL_MEM_WASTE",
    "Accel - Cost",
    mix.memory_waste,
    "Money in memory that is paid for and not used, a year after the other",
    help={
        "memory_gb": "memory of an accelerator in GB",
        "needed_gb": "GB that the workload needs in the first year; see ACCEL_MEM_FIT",
        "usd_per_gb": "price of a GB of that memory",
        "life_years": "years over which it is written off",
        "discount_rate": "cost of capital, effective annual",
        "fill": "most of the memory that can be filled; the rest is no waste",
        "growth_per_year": "by which the workload grows into the memory",
        "accelerators": "accelerators that carry this workload each",
    },
    undefined="fill is 0 or the rate is -1 or below",
    examples=[("=ACCEL_MEM_WASTE(141,100,15,3,0,1,0.2)", [[205.0], [105.0], [0.0]])],
)
function(
    "ACCEL_BLEND",
    "Accel - Risk",
    blend_table,
    "Blend of flexible and fixed-function devices over states: expected cost, worst cost, worst regret, the share that hedges",
    help={
        "flexible_cost": "USD per Mtok of the flexible device in each state, or one figure; see ACCEL_DEVICE_COST",
        "fixed_cost": "USD per Mtok of the fixed-function device in each state, such as levels of drift",
        "probabilities": "probability of each state; they sum to 1; blank: all alike",
        "min_share": "least share of the flexible device",
        "max_share": "most of it",
    },
    examples=[
        (
            "=ACCEL_BLEND(4,{3,7},{0.5,0.5})",
            [
                ["choice", "flexible share", "expected cost", "worst cost", "worst regret"],
                ["most flexible", 1.0, 4.0, 4.0, 1.0],
                ["most fixed", 0.0, 5.0, 7.0, 3.0],
                ["least expected cost", 1.0, 4.0, 4.0, 1.0],
                ["least worst regret", 0.75, 4.25, 4.75, 0.75],
            ],
        ),
    ],
)
function(
    "ACCEL_FLEET",
    "Accel - Cost",
    mix.fleet,
    "Fleet for a peak in whole nodes and racks: accelerators needed, bought, nodes, racks, share bought above the need, utilization",
    help={
        "peak_tps": "tokens a second in the busiest hour",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "utilization": "most of that throughput that is filled",
        "per_node": "accelerators of a node",
        "nodes_per_rack": "nodes of a rack where racks are bought whole; 1: nodes are bought",
        "availability": "share of the fleet that works at a time",
    },
    undefined="the throughput, utilization or availability is 0, or there is no peak",
    examples=[
        ("=ACCEL_FLEET(42000,2500,0.7,8)", [[24.0], [24.0], [3.0], [3.0], [0.0], [0.7]]),
        (
            "=ACCEL_FLEET(42001,2500,0.7,8,9)",
            [[42001 / 1750], [72.0], [9.0], [1.0], [1750 * 72 / 42001 - 1], [42001 / 180000]],
        ),
    ],
)
function(
    "ACCEL_MIX",
    "Accel - Plan",
    mix_table,
    "Cheapest mix of devices by quarter within demand, power, HBM, supply, budget and flexible share; what each limit costs",
    help={
        "devices": (
            "a header device, unit_price_usd, tokens_per_second, then as needed power_kw, memory_gb, flexible (1 or 0), per_node, "
            "lag_quarters, supply_per_quarter, owned and more; a blank is the catalogue's figure"
        ),
        "quarters": (
            "a header quarter, demand_tps, then as needed power_kw, hbm_gb, budget_usd, min_flexible_share and supply NAME for a "
            "device; a blank is no limit"
        ),
        "discount_rate": "cost of capital, effective annual",
        "utilization": "most of the throughput that demand may fill",
        "gap": "stop when the cost is within this share of the least; 0 looks for the least, which may take long",
        "seconds": "stop after this time with the best mix so far, its gap is told; as long again to weigh the limits",
    },
    examples=[
        (
            '=ACCEL_MIX({"device","unit_price_usd","tokens_per_second","power_kw","flexible";"GPU",40,10,2,1;"ASIC",10,10,1,0},{"quarter","demand_tps","power_kw","min_flexible_share";"Q1",20,4,0;"Q2",40,6,0.5},0)',
            [
                ["line", "Q1", "Q2"],
                ["GPU bought", 0.0, 2.0],
                ["ASIC bought", 2.0, 0.0],
                ["GPU in production", 0.0, 2.0],
                ["ASIC in production", 2.0, 2.0],
                ["capacity tokens/s", 20.0, 40.0],
                ["flexible share", 0.0, 0.5],
                ["power kW", 2.0, 6.0],
                ["spend USD", 20.0, 80.0],
                ["cost USD", 6.0, ""],
                ["optimality gap", 0.0, ""],
                ["binding limit", "flexible share", ""],
                ["flexible share costs USD", 3.0, "in Q2"],
            ],
        ),
    ],
)
