"""Cost per inference as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.template import (
    Block,
    Board,
    Chart,
    Check,
    Entry,
    Figure,
    Line,
    Release,
    Series,
    Table,
    Template,
)
from accelxl.workbook.templates.cost_per_inference.inputs import DEVICES, INPUTS, SOURCES
from accelxl.workbook.templates.cost_per_inference.sheets import COMPARE, DELIVERED, PROMPT

ITEMS = tuple(item for group in INPUTS for item in group.items)
SHARED = tuple(item for item in ITEMS if item.input and not item.group and item.input != "price_usd_per_mtok")
OF_DEVICE = tuple(
    item for item in ITEMS if item.input and item.group and item.input != "device" and item.name.endswith("_1")
)
"""The items of the first device, one for each quantity."""


def _plan() -> Block:
    """Return the plan of one accelerator: what all devices share, and the first device."""
    rows = [(Entry(item.input), Entry(f"={item.defined}", item.format)) for item in (*SHARED, *OF_DEVICE)]
    rows += [
        (Entry("units"), Entry("=1", "number")),
        (Entry("price_usd_per_mtok"), Entry("=in_price_usd_per_mtok", "number3")),
    ]
    return Block(
        "plan_block",
        "The plan of one accelerator: what all devices share, and the first device",
        ("Input", "Value"),
        tuple(rows),
    )


def _table(name: str, title: str, *, slip: bool) -> Block:
    """Return the devices as ACCEL_SCENARIOS reads them: the names of inputs, then a row a device; a rent covers the power."""
    heads = tuple(Entry(item.input) for item in OF_DEVICE)
    rows = [heads]
    for k in range(1, len(DEVICES) + 1):
        cells = []
        for item in OF_DEVICE:
            source = f"=in_{item.group}_{k}"
            if item.input == "power_kw":
                source = f"=Delivered.kw[@{k}]"
            elif item.input == "delay_months" and not slip:
                source = "=0"
            cells.append(Entry(source, item.format))
        rows.append(tuple(cells))
    return Block(
        name, title, tuple("Inputs by device" if not k else "" for k in range(len(heads))), tuple(rows), sheet="Cases"
    )


def scenario(table: str, metric: str) -> str:
    """Return a metric of the plan with the inputs of a device, for a cell of the table."""
    return f'=INDEX(ACCEL_SCENARIOS(plan_block,{table},"{metric}"),Compare.number[@k],1)'


FIGURES = (
    Figure("best_device", "Cheapest device", "by the cost of a million tokens", "=Compare.best_device", "text"),
    Figure("least_usd_per_mtok", "Its cost of a million tokens", "USD, levelised, before tax", "=Compare.least", "number3"),
    Figure("inference_usd", "Its cost of 1,000 inferences", "USD", "=Compare.best_inference", "number3",
           twin="=ACCEL_COST_PER_TASK(Compare.least,Compare.tokens,1,0)*k_pricing_batch"),
    Figure("answer_usd", "Its cost of 1,000 accepted answers", "USD, with review and retries", "=Compare.best_answer", "number3",
           twin="=ACCEL_COST_PER_TASK(Compare.least,Compare.tokens,in_acceptance,in_review_usd)*k_pricing_batch"),
    Figure("late_part", "Its slip is", "of the cost of a token", "=Compare.best_late", "share"),
    Figure("idle_part", "Its idle capacity adds", "to the cost at full use", "=Compare.best_idle", "share"),
    Figure("lead", "The second costs", "more than the cheapest", "=Compare.lead", "share"),
    Figure("margin", "Gross margin", "at the price to compare with", "=Compare.best_margin", "share",
           twin="=ACCEL_GROSS_MARGIN(in_price_usd_per_mtok,Compare.least)"),
)  # fmt: skip

SIDE_BY_SIDE = Table("Devices side by side", "Compare", "device", len(DEVICES), (
    Line("cost_per_mtok", "Cost of a million tokens, USD", "cost", "number3", scenario("device_table", "cost_per_mtok"), strong=True),
    Line("full_per_mtok", "   of it at full use, on time", "full", "number3"),
    Line("idle_per_mtok", "   of it idle capacity", "idle", "number3"),
    Line("late_per_mtok", "   of it the slip of the delivery", "late", "number3"),
    Line("prompt_per_mtok", "Cost of a million tokens without the slip, USD", "prompt", "number3",
         scenario("prompt_table", "cost_per_mtok")),
    Line("cost_per_hour", "Cost of an accelerator-hour, USD", "hour", "number2", scenario("device_table", "cost_per_accelerator_hour")),
    Line("inference", "Cost of 1,000 inferences, USD", "inference", "number3",
         "=ACCEL_COST_PER_TASK(Compare.cost[@k],Compare.tokens,1,0)*k_pricing_batch", strong=True),
    Line("answer", "Cost of 1,000 accepted answers, USD", "answer", "number3",
         "=ACCEL_COST_PER_TASK(Compare.cost[@k],Compare.tokens,in_acceptance,in_review_usd)*k_pricing_batch"),
    Line("joule", "Energy of a token, J", "joule", "number2",
         "=ACCEL_ENERGY_PER_TOKEN(in_power_kw_@k*in_load_factor,in_tokens_per_second_@k*in_availability,in_utilization_@k,in_pue)"),
    Line("even", "Utilization at which it costs what the cheapest does", "even", "share"),
    Line("margin", "Gross margin at the price to compare with", "margin", "share",
         "=ACCEL_GROSS_MARGIN(in_price_usd_per_mtok,Compare.cost[@k])"),
))  # fmt: skip

CHARTS = (
    Chart(
        "Cost of a million tokens by part", "Delivered", "device", "USD per Mtok",
        (Series("hardware_per_mtok", "Hardware or rent", "stack", "navy"),
         Series("power_per_mtok", "Electricity", "stack", "teal"),
         Series("site_per_mtok", "Colocation", "stack", "sand"),
         Series("running_per_mtok", "Software and upkeep", "stack", "pale")),
        "Levelised cost of a million tokens of each device, split into hardware or rent, electricity, colocation, software and upkeep",
        "0.00",
    ),
    Chart(
        "Full use, idle capacity and slip", "Compare", "mark", "USD per Mtok",
        (Series("full", "At full use, on time", "stack", "navy"),
         Series("idle", "Idle capacity", "stack", "sand"),
         Series("late", "Slip of the delivery", "stack", "rust")),
        "Cost of a million tokens of each device at full use and on time, with what idle capacity and the slip of the delivery add",
        "0.00;(0.00);0.00",
    ),
    Chart(
        "Cost of 1,000 inferences", "Compare", "mark_inference", "USD",
        (Series("inference", "Inferences", "column", "teal"),
         Series("answer", "Accepted answers, with review and retries", "column", "pale")),
        "Cost of a thousand inferences and of a thousand accepted answers of each device", "0.00",
    ),
    Chart(
        "Utilization at which each device costs what the cheapest does", "Compare", "device", "share of the throughput",
        (Series("now", "Utilization now", "column", "pale"),
         Series("even", "Utilization that is needed", "column", "navy")),
        "Utilization of each device now, and the utilization at which its cost of a million tokens is that of the cheapest device; "
        "above 100 % it cannot be", "0%",
    ),
)  # fmt: skip

TINY = "=k_tolerance*(1+SUM(Compare.cost[:]))"
CHECKS = (
    Check("parts", "The parts of the cost of a million tokens make up the cost",
          "=SUMPRODUCT(Delivered.hardware_per_mtok[:]+Delivered.power_per_mtok[:]+Delivered.site_per_mtok[:]"
          "+Delivered.running_per_mtok[:]-Compare.cost[:])", TINY),
    Check("causes", "Full use, idle capacity and slip make up the cost",
          "=SUMPRODUCT(Compare.full[:]+Compare.idle[:]+Compare.late[:]-Compare.cost[:])", TINY),
    Check("life", "The slip leaves months of service: devices without any",
          "=SUMPRODUCT((Delivered.months[:]<1)*1)", "=k_tolerance"),
    Check("bought", "Every bought device has a price: devices without one",
          "=SUMPRODUCT(Delivered.owned[:]*(Delivered.cost[:]=0))", "=k_tolerance"),
    Check("rented", "Every rented device has a rent: devices without one",
          "=SUMPRODUCT((1-Delivered.owned[:])*(Delivered.rent[:]=0))", "=k_tolerance"),
    Check("serves", "Every device serves tokens: devices that do not", "=COLUMNS(Compare.served[:])-Compare.served.total",
          "=k_tolerance", warning=True),
    Check("errors", "Cells with an error on the calculation sheets",
          "=SUMPRODUCT(ISERROR(all_delivered)*1)+SUMPRODUCT(ISERROR(all_prompt)*1)+SUMPRODUCT(ISERROR(all_compare)*1)", "=k_tolerance"),
    Check("age_price", "Age of the oldest price of hardware above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd_1,asof_unit_price_usd_2,asof_unit_price_usd_3,asof_unit_price_usd_4)"
          "-k_price_age_days)", "=k_tolerance", warning=True),
    Check("age_rent", "Age of the oldest rent above the limit, days: devices 1 to 3",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_rent_usd_per_hour_1,asof_rent_usd_per_hour_2,asof_rent_usd_per_hour_3)-k_price_age_days)",
          "=k_tolerance", warning=True),
    Check("age_rent_more", "Age of the oldest rent above the limit, days: devices 4 to 6",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_rent_usd_per_hour_4,asof_rent_usd_per_hour_5,asof_rent_usd_per_hour_6)-k_price_age_days)",
          "=k_tolerance", warning=True),
    Check("age_site", "Age of the oldest price of power, site and tokens above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month,asof_price_usd_per_mtok)"
          "-k_price_age_days)", "=k_tolerance", warning=True),
    Check("batch", "The lowest cost has moved since the book was filled: inputs were changed by hand",
          "=out_least_usd_per_mtok-batch_least_usd_per_mtok", "=k_tolerance", warning=True),
)  # fmt: skip

TEMPLATE = Template(
    name="cost_per_inference",
    title="Cost per inference",
    purpose="Compare accelerators by what a million tokens, an inference and an accepted answer cost, with idle capacity and a slipped "
    "delivery counted.",
    audience="Infrastructure and product leads who choose devices, and finance leads who price inference.",
    basis=(
        ("Currency", "US dollars (USD) throughout; figures in another currency are to be converted before they are entered"),
        ("Price basis", "Nominal, before tax; rates are effective annual; flows of a month fall at its end; month 0 is the decision"),
        ("Sign convention", "Costs and prices are positive; resale is negative; brackets mean negative, a dash zero"),
        ("Scope", ("One accelerator of each device, bought and hosted or rented with power and site. Not in this book: demand, "
         "training, tax, staff, debt")),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=(DELIVERED, PROMPT, COMPARE),
    board=Board(
        "Cost per inference: devices side by side",
        '="Levelised cost of one accelerator; "&TEXT(Compare.tokens,"#,##0")&" tokens an inference; capital at "'
        '&TEXT(in_discount_rate,"0.0%")&"; "&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '=out_best_device&" is the cheapest: "&TEXT(out_inference_usd,"0.00")&" USD for 1,000 inferences; the second costs "'
        '&TEXT(out_lead,"0%")&" more"',
        (SIDE_BY_SIDE,),
    ),
    checks=CHECKS,
    blocks=(
        _plan(),
        _table("device_table", "The devices as delivered, as ACCEL_SCENARIOS reads them", slip=True),
        _table("prompt_table", "The devices without the slip", slip=False),
    ),
    batch=("least_usd_per_mtok",),
)  # fmt: skip
