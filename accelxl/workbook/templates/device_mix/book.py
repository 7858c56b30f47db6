"""The device mix as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.template import Block, Board, Chart, Check, Entry, Figure, Line, Release, Series, Table, Template
from accelxl.workbook.templates.device_mix.inputs import CASES, INPUTS, QUARTERS, SOURCES
from accelxl.workbook.templates.device_mix.sheets import CASE, DEVICE, LIMITS, MIX, REGRET


def _grid(name: str, title: str, rows: tuple[str, str], format: str) -> Block:
    """Return a row of each device over the quarters, as ACCEL_MIX_TARGET reads it."""
    heads = (title.split(":", maxsplit=1)[0], *("" for _ in range(QUARTERS)))
    top = (Entry(""), *(Entry(f"=Mix.label[@{k}]", "text") for k in range(1, QUARTERS + 1)))
    body = tuple(
        (Entry(f"=in_device_{d}", "text"), *(Entry(f"=Mix.{row}[@{k}]", format) for k in range(1, QUARTERS + 1)))
        for d, row in enumerate(rows, 1)
    )
    return Block(name, title, heads, (top, *body), sheet="Tables")


BLOCKS = (
    _grid("target_table", "Targets: share of each device", ("target_1", "target_2"), "share"),
    _grid("unit_table", "Units: in service or on order", ("units_1", "units_2"), "number"),
    Block(
        "value_table", "Values: margin of a unit in a quarter", ("Values", "USD"),
        tuple((Entry(f"=in_device_{d}", "text"), Entry(f"=Devices.margin[@{d}]", "number")) for d in (1, 2)), sheet="Tables",
    ),
)  # fmt: skip


def target(quarter: str, column: str) -> str:
    """Return a figure of device 1 in a quarter by ACCEL_MIX_TARGET."""
    return (
        "=INDEX(ACCEL_MIX_TARGET(target_table,unit_table,value_table),"
        f"2+k_rows_a_quarter*({quarter}-1),k_column_{column})"
    )


VARIANCE = (
    "=INDEX(ACCEL_MIX_TARGET(target_table,unit_table,value_table),1+k_rows_a_quarter*Mix.quarter[@k],k_column_variance)"
)
DELIVERED = (
    "=INDEX(ACCEL_BOTTLENECK(Limits.supply_1[@k],Limits.supply_2[@k],1,Limits.paid[@k],Limits.site[@k],Limits.blend_kw[@k],in_pue),"
    "k_line_delivered,2)"
)
"""Memory of 1 GB a unit stands for the supply of device 2, packaging for the budget."""
BLEND = "=INDEX(ACCEL_BLEND(Cases.flexible[:],Cases.fixed[:],Cases.odds[:],in_min_share,in_max_share),"


def device_cost(device: int, drift: str) -> str:
    """Return the levelised cost of a device by ACCEL_DEVICE_COST."""
    cells = ",".join(f"Devices.{row}[@{device}]" for row in ("price", "run", "tps"))
    return (
        f"=ACCEL_DEVICE_COST({cells},in_utilization,in_life_months,Devices.lag[@{device}],{drift},in_residual_share,in_discount_rate,"
        f"Devices.idle[@{device}])"
    )


FIGURES = (
    Figure("last_share", "Share of the flexible device", "last quarter that is over", "=Mix.last_share", "share",
           twin=target("Mix.last", "share")),
    Figure("last_gap", "Gap to its target", "share of the fleet", "=Mix.last_gap", "share", twin=target("Mix.last", "gap")),
    Figure("variance_usd", "Mix variance", "USD m of margin, quarters that are over", "=Mix.variance.total", "millions"),
    Figure("next_binding", "Binding limit", "of the next quarter, at the target mix", "=Limits.next_binding", "text"),
    Figure("tight", "Quarters in which a limit binds", "of six", "=Limits.tight.total", "year"),
    Figure("unserved", "Worst quarter leaves unserved", "of the demand", "=Limits.unserved.total", "share"),
    Figure("hedge", "Share that hedges", "of the flexible device: least worst regret", "=Regret.hedge", "share",
           twin=BLEND + "k_line_hedge,2)"),
    Figure("plan_regret", "Worst regret of the last target", "USD per Mtok, over the cases", "=Regret.plan_worst", "number4"),
    Figure("last_off", "Units of device 1 off target", "last quarter", "=Mix.last_off", "number", tile=False,
           twin=target("Mix.last", "off")),
    Figure("hedge_regret", "Worst regret of the hedge", "USD per Mtok", "=Regret.hedge_worst", "number4", tile=False,
           twin=BLEND + "k_line_hedge,k_blend_regret)"),
    Figure("mean_best", "Least expected cost", "USD per Mtok", "=Regret.mean_best", "number4", tile=False,
           twin=BLEND + "k_line_mean,k_blend_mean)"),
    Figure("last_cover", "Capacity over demand", "last quarter", "=Mix.last_cover", "share", tile=False),
    Figure("cost_1", "Device 1 costs", "USD per Mtok", "=Devices.cost[@1]", "number4", tile=False,
           twin=device_cost(1, "Devices.drift[@1]")),
    Figure("cost_2", "Device 2 costs", "USD per Mtok", "=Devices.cost[@2]", "number4", tile=False,
           twin=device_cost(2, "Devices.drift[@2]")),
    Figure("lag_adds", "Of it the lag", "USD per Mtok", "=Devices.lag_adds[@2]", "number4", tile=False),
    Figure("end_cover", "Capacity over demand", "end of the book", "=Mix.end_cover", "share", tile=False),
)  # fmt: skip

BY_QUARTER = Table("By quarter", "Mix", "label", QUARTERS, (
    Line("target", "Target share, device 1", "target_1", "share"),
    Line("share", "Share, device 1", "share_1", "share", target("Mix.quarter[@k]", "share"), strong=True),
    Line("gap", "Gap", "gap", "share", target("Mix.quarter[@k]", "gap")),
    Line("off", "Units of device 1 off target", "off_1", "number", target("Mix.quarter[@k]", "off")),
    Line("variance", "Mix variance, USD m", "variance", "millions", VARIANCE, strong=True),
    Line("left", "Throughput that drift leaves device 2", "left_2", "share",
         "=ACCEL_DRIFT(1,Devices.drift[@2],(Mix.quarter[@k]-1)/k_quarters_per_year)"),
    Line("cover", "Capacity of the fleet over demand", "cover", "share"),
    Line("meter", "Power of the fleet, MW", "meter", "number1"),
))  # fmt: skip
AT_TARGET = Table("Limits", "Limits", "period", QUARTERS, (
    Line("need", "Units needed at the target mix", "need", "number"),
    Line("least", "Units that the limits allow", "least", "number", DELIVERED, strong=True),
    Line("short", "Units short of the need", "short", "number"),
    Line("binding", "Binding limit", "binding", "text"),
))  # fmt: skip
BY_CASE = Table("Cases of drift", "Cases", "case", len(CASES), (
    Line("odds", "Probability", "odds", "share"),
    Line("flexible", "Device 1, USD per Mtok", "flexible", "number4"),
    Line("fixed", "Device 2, USD per Mtok", "fixed", "number4", device_cost(2, "Cases.drift[@k]")),
    Line("regret", "Regret of the last target", "plan_regret", "number4", strong=True),
    Line("hedged", "Regret of the share that hedges", "hedge_regret", "number4"),
))  # fmt: skip

CHARTS = (
    Chart(
        "Share of the flexible device", "Mix", "label", "share of the fleet",
        (Series("share_1", "Fleet in service or on order", "column", "teal"),
         Series("target_1", "Target", "line", "rust")),
        "Share of the flexible device in the fleet by quarter, against its target as a line", "0%",
    ),
    Chart(
        "Mix variance", "Mix", "label", "USD m of margin",
        (Series("variance_1", "Flexible device", "column", "navy"),
         Series("variance_2", "Fixed-function device", "column", "sand"),
         Series("variance", "Both", "line", "rust")),
        "Margin of a quarter that the mix adds or costs against the target mix, by device and in all", "#,##0,,;(#,##0,,);0",
    ),
    Chart(
        "Units needed and allowed at the target mix", "Limits", "period", "units",
        (Series("need", "Needed", "column", "pale"),
         Series("allow_1", "Supply of device 1", "line", "navy"),
         Series("allow_2", "Supply of device 2", "line", "teal", "dash"),
         Series("allow_power", "Power", "line", "rust", "dash_dot"),
         Series("allow_budget", "Budget", "line", "sand", "dash")),
        "Units that the demand needs by quarter as columns, and what supply, power and budget allow as lines; the lowest binds",
    ),
    Chart(
        "Capacity after drift, and demand", "Mix", "label", "million tokens a second",
        (Series("capacity_1", "Flexible device", "stack", "navy"),
         Series("capacity_2", "Fixed-function device", "stack", "teal"),
         Series("demand", "Demand", "line", "rust")),
        "Capacity of the fleet by device after drift, at the utilization, against the demand as a line", "#,##0,,",
    ),
    Chart(
        "Cost of a million tokens by case", "Cases", "case", "USD per Mtok",
        (Series("flexible", "Flexible device", "column", "navy"),
         Series("fixed", "Fixed-function device", "column", "sand")),
        "Levelised cost of a million tokens of both devices in four cases of drift", "0.000",
    ),
    Chart(
        "Regret of each mix", "Regret", "share", "USD per Mtok",
        (Series("worst", "Worst", "curve", "navy"),
         Series("mean_regret", "Expected", "curve", "teal", "dash"),
         Series("hedge_worst", "Hedge", "point", "teal", x="hedge"),
         Series("plan_worst", "Last target", "point", "rust", x="plan", side="right")),
        "Worst and expected regret over the cases by the share of the flexible device; points mark the share that hedges and the last "
        "target", "0.000", axis_title="share of the flexible device", axis_format="0%", axis_ends=(0.0, 1.0),
    ),
)  # fmt: skip

MONEY = "=k_tolerance*(1+SUM(Devices.margin[:]))"
TINY = "=k_tolerance"
CHECKS = (
    Check("shares", "Shares of both devices make up the fleet: quarters in which they do not",
          "=SUMPRODUCT((Mix.fleet[:]>0)*(Mix.share_1[:]+Mix.share_2[:]-1))", TINY),
    Check("off", "Units off target of both devices cancel",
          "=SUM(Mix.off_1[:])+SUM(Mix.off_2[:])", "=k_tolerance*(1+SUM(Mix.fleet[:]))"),
    Check("odds", "The probabilities make up 1", "=Cases.odds.total-1", TINY),
    Check("order", "Least and most share are in order", "=MAX(0,in_min_share-in_max_share)", TINY),
    Check("reported", "The quarters that are over are in the book: quarters beyond it",
          "=MAX(0,in_reported-COLUMNS(Mix.quarter[:]))", TINY),
    Check("hedge", "No mix of the sheet has a lower worst regret than the hedge",
          "=MAX(0,Regret.hedge_worst-MIN(Regret.worst[:]))", TINY),
    Check("regret", "No regret is below zero",
          "=MAX(0,-MIN(Regret.regret_1[:],Regret.regret_2[:],Regret.regret_3[:],Regret.regret_4[:]))", TINY),
    Check("cases", "The regret of the hedge is that of its worst case", "=Cases.hedge_regret.total-Regret.hedge_worst", TINY),
    Check("life", "Every device has months in production: devices without any", "=SUMPRODUCT((Devices.months[:]<1)*1)", TINY),
    Check("fits", "The fleet fits the power of the sites: MW above it, sum of the quarters",
          "=SUMPRODUCT((Mix.meter[:]>Limits.site[:])*(Mix.meter[:]-Limits.site[:]))", TINY, warning=True),
    Check("errors", "Cells with an error on Devices, Mix and Limits",
          "=SUMPRODUCT(ISERROR(all_devices)*1)+SUMPRODUCT(ISERROR(all_mix)*1)+SUMPRODUCT(ISERROR(all_limits)*1)", TINY),
    Check("errors_cases", "Cells with an error on Cases and Regret",
          "=SUMPRODUCT(ISERROR(all_cases)*1)+SUMPRODUCT(ISERROR(all_regret)*1)", TINY),
    Check("age", "Age of the oldest price above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd_1,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month,asof_price_usd_per_mtok)"
          "-k_price_age_days)", TINY, warning=True),
    Check("batch", "The mix variance has moved since the book was filled: inputs were changed by hand",
          "=out_variance_usd-batch_variance_usd", MONEY, warning=True),
)  # fmt: skip

TEMPLATE = Template(
    name="device_mix",
    title="Device mix",
    purpose="Steer the mix of flexible and fixed-function accelerators by quarter: targets against actual with the mix variance, the "
    "limit that binds, drift of workloads, and the regret of each mix.",
    audience="Infrastructure and capacity leads who order devices, and the finance leads who review the mix.",
    basis=(
        ("Currency", "US dollars (USD) throughout; figures in another currency are to be converted before they are entered"),
        ("Price basis", "Nominal, before tax; rates are effective annual; costs of a month fall at its end, the price at delivery"),
        ("Sign convention", ("Costs and prices are positive; a positive gap is more of device 1 than its target, a positive variance "
         "more margin; brackets mean negative, a dash zero")),
        ("Scope", ("Two kinds of devices and six quarters; limits hold for the fleet in all, at the target mix. For the least dear mix "
         "of many devices see ACCEL_MIX. Not in this book: resale before the end, prices that fall")),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=(DEVICE, MIX, LIMITS, CASE, REGRET),
    board=Board(
        "Device mix: targets, limits and regret",
        '=in_device_1&" (device 1, flexible) and "&in_device_2&" (device 2, fixed-function); "&TEXT(in_reported,"0")&" of 6 quarters '
        'over; "&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '="Device 1 is "&TEXT(out_last_share,"0%")&" of the fleet, "&Mix.last_word&"; next quarter "&out_next_binding&" binds; "'
        '&TEXT(out_hedge,"0%")&" hedges the drift"',
        (BY_QUARTER, AT_TARGET, BY_CASE),
        portrait=True,
    ),
    checks=CHECKS,
    blocks=BLOCKS,
    batch=("variance_usd",),
)  # fmt: skip
