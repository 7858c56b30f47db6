"""Declarations: the plan family."""

from accelxl.functions import plan_roi, plan_tables
from accelxl.functions.registry import function

PLAN = "block of the plan: names of inputs, then one column of values a tranche; blanks are the defaults"
METRIC = "name of a metric, such as npv, irr, roi, payback_months or cost_per_mtok"
BASE = '{"units",64;"unit_price_usd",34000;"tokens_per_second",2500;"price_usd_per_mtok",0.6}'

function(
    "ACCEL_ROI",
    "Accel - Return",
    plan_roi.roi,
    "After-tax return on one deployment over its whole life: sum of free cash flow over capital paid, by the plan model",
    help={
        "unit_price": "installed price of an accelerator: the chip and its share of the server",
        "units": "accelerators ordered",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "price_per_mtok": "price of a million tokens today, input and output blended",
        "utilization": "the most of the throughput that is ever filled",
        "power_kw": "kW of an accelerator at the rack, which the PUE multiplies (H100: 1.37); the default is at the meter, cooling "
        "in it: with the PUE of 1.25 cooling counts twice",
        "electricity_price": "price of electricity today, per kWh",
        "life_years": "economic life, and with it the book life, in years that are whole months",
        "delay_months": "slip of the delivery, in whole months",
        "discount_rate": "after-tax cost of capital, effective annual",
        "tax_rate": "rate on taxable income",
        "options": "block of names and values: any further input of the plan, and metric for another metric than roi",
    },
    undefined="no capital is paid, or life_years is not a whole number of months",
    examples=[
        ("=ACCEL_ROI(34000,64,2500,0.6)", 2.2069951654411764),
        (
            "=ACCEL_ROI({30000;40000},64,2500,{0.4,0.6})",
            [[1.4186611875, 2.6012611875], [0.876495890625, 1.763445890625]],
        ),
        ('=ACCEL_ROI(34000,64,2500,0.6,,,,4,,,,{"metric","npv";"price_decline_per_year",0.3})', 497216.59484256123),
    ],
)

function(
    "ACCEL_PLAN",
    "Accel - Plan",
    plan_tables.figures,
    "One or more metrics of a plan, in the shape of the range of their names; without names a table of all with their units",
    help={"plan": PLAN, "metrics": METRIC + ", or a range of names"},
    examples=[
        (f'=ACCEL_PLAN({BASE},"capex_usd")', 2176000.0),
        (f'=ACCEL_PLAN({BASE},{{"npv","roi"}})', [[3353061.523641551, 2.2069951654411764]]),
    ],
)

function(
    "ACCEL_EXPLAIN",
    "Accel - Plan",
    plan_tables.explain,
    "Statement of a plan, line by line with units: the audit trail of its metrics",
    help={"plan": PLAN, "period": "month, quarter or year (fiscal)"},
    examples=[(f"=ACCEL_EXPLAIN({BASE})", ...)],
)

function(
    "ACCEL_SCENARIOS",
    "Accel - Plan",
    plan_tables.scenario_rows,
    "A row of metrics for each row of a table of inputs that override the plan",
    help={
        "plan": PLAN,
        "table": "a header of inputs' names, then a scenario a row; a blank cell is the plan's own value; units.2 is that of tranche 2",
        "metrics": "names of metrics; blank: npv, irr, roi, payback_months, cost_per_mtok",
    },
    examples=[
        (
            f'=ACCEL_SCENARIOS({BASE},{{"units","unit_price_usd";64,30000;128,""}},"capex_usd")',
            [[1920000.0], [4352000.0]],
        )
    ],
)

function(
    "ACCEL_GRID",
    "Accel - Plan",
    plan_tables.grid_table,
    "A metric of a plan over the values of two inputs or more, in one call: the first down, the second across",
    help={
        "plan": PLAN,
        "name1": "input that changes down the grid, or several: every combination, the last changing fastest",
        "values1": "its values; of several inputs a column each",
        "name2": "input that changes across the grid, or several",
        "values2": "its values; of several inputs a column each",
        "metric": METRIC,
    },
    examples=[
        (
            f'=ACCEL_GRID({BASE},"units",{{1;2}},"unit_price_usd",{{30000,40000}},"capex_usd")',
            [[30000.0, 40000.0], [60000.0, 80000.0]],
        ),
        (
            f'=ACCEL_GRID({BASE},{{"units","unit_price_usd"}},{{1,30000;2,40000}},"pue",1.1,"capex_usd")',
            [[30000.0], [40000.0], [60000.0], [80000.0]],
        ),
    ],
)

function(
    "ACCEL_BREAKEVEN",
    "Accel - Plan",
    plan_tables.breakeven,
    "Value of an input at which a metric of a plan meets a target; the nearest to the plan's own where there are several",
    help={"plan": PLAN, "name": "input that moves", "metric": METRIC, "target": "what the metric should meet"},
    examples=[(f'=ACCEL_BREAKEVEN({BASE},"unit_price_usd","capex_usd",3200000)', 50000.0)],
)
