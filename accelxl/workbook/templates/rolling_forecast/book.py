"""The rolling forecast as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.template import Block, Board, Chart, Check, Entry, Figure, Line, Release, Series, Table, Template
from accelxl.workbook.templates.rolling_forecast.inputs import ACTUALS, FLEETS, INPUTS, MONTHS, SOURCES, TRANCHES
from accelxl.workbook.templates.rolling_forecast.months import LAST, MONTHLY
from accelxl.workbook.templates.rolling_forecast.sheets import COLUMNS, GATES, SIDE, TO_DATE, TRANCHE, YEAR


def met(k: int, row: str, side: str) -> str:
    """Return the month of a milestone by ACCEL_MILESTONE."""
    return f'=ACCEL_MILESTONE(Months.{row}[:],{"in_gate_use" if k == 2 else "in_gate_cost"},in_hold,"{side}")'


UNLOCK = "ACCEL_UNLOCK(Gates.chance[:],Gates.worth[:],Gates.missed[:])"
FIGURES = (
    Figure("revenue_usd", "Revenue of the year", "USD m, actual and outlook", "=Months.money.total", "millions"),
    Figure("off_plan", "Against the plan", "of the planned revenue", "=Year.off_plan", "share"),
    Figure("off_date", "To date against the plan", "of the planned revenue", "=ToDate.off_plan", "share"),
    Figure("ebitda_usd", "EBITDA of the year", "USD m, actual and outlook", "=Months.ebitda.total", "millions"),
    Figure("when_2", "Tranche 2: utilization", "month in which the milestone is met", "=Months.when_2", "text"),
    Figure("when_3", "Tranche 3: unit cost", "month in which the milestone is met", "=Months.when_3", "text"),
    Figure("gated_npv_usd", "Net present value, gated", "USD m, after tax", "=Gates.gated", "millions",
           twin=f"=INDEX({UNLOCK},1+COLUMNS(Gates.chance[:])+1,2+2+1)"),
    Figure("right_usd", "The right to stop adds", "USD m", "=Gates.right", "millions",
           twin=f"=INDEX({UNLOCK},1+COLUMNS(Gates.chance[:])+1+2,2+2+1)"),
    Figure("closed", "Months closed", "of 12", "=Months.closed", "months", tile=False),
    Figure("plan_usd", "Planned revenue of the year", "USD m", "=Months.plan_money.total", "millions", tile=False),
    Figure("plan_ebitda_usd", "Planned EBITDA of the year", "USD m", "=Months.plan_ebitda.total", "millions", tile=False),
    Figure("ungated_npv_usd", "Every unlocked tranche started", "USD m", "=Gates.blindly", "millions", tile=False,
           twin=f"=INDEX({UNLOCK},1+COLUMNS(Gates.chance[:])+2,2+2+1)"),
    Figure("met_2", "Milestone of tranche 2", "month", "=Months.first_2", "months", tile=False, twin=met(2, "fleet_use", "at least")),
    Figure("met_3", "Milestone of tranche 3", "month", "=Months.first_3", "months", tile=False, twin=met(3, "unit_cost", "at most")),
    Figure("unit_cost", "Operating cost, last month", "USD per Mtok", f"=Months.unit_cost{LAST}", "number3", tile=False),
    Figure("price_end", "Mean price, last month", "USD per Mtok", f"=Months.price{LAST}", "number3", tile=False),
)  # fmt: skip


def variance(row: int, scope: str) -> str:
    """Return a line of ACCEL_VARIANCE: a fleet, or the total behind the fleets."""
    given = ",".join(
        f"{scope}.{name}[:]" for name in ("cap_plan", "use_plan", "price_plan", "cap_now", "use_now", "price_now")
    )
    place = "+".join(["1"] * (row + 1)) if row <= len(FLEETS) else f"1+COLUMNS({scope}.number[:])+1"
    return f"=INDEX(ACCEL_VARIANCE({given}),{place},1+Drivers.number[@k])"


def rolled(driver: str) -> str:
    """Return the last month of a driver by ACCEL_ROLL."""
    known = f"in_actual_{driver}_@k,in_method_{driver},in_window"
    return f"=INDEX(ACCEL_ROLL(month_block,plan_{driver}_@k_block,{known}),1+ROWS(month_block),1+2)"


def column(name: str, title: str, row: str, format: str) -> Block:
    """Return a row of the months as a column, the way the actuals stand."""
    links = tuple((Entry(f"=Months.{row}[@{month}]", format),) for month in range(1, MONTHS + 1))
    return Block(f"{name}_block", title, (title,), links, sheet="Roll")


def gate(column: str) -> str:
    """Return a column of ACCEL_UNLOCK for a tranche."""
    return f"=INDEX({UNLOCK},1+Gates.number[@k],{column})"


TABLES = (
    Table("Off plan by, USD m", "Drivers", "driver", len(COLUMNS), (
        Line("date_1", "To date, fleet 1", "date_1", "millions", variance(1, "ToDate")),
        Line("date_2", "To date, fleet 2", "date_2", "millions", variance(2, "ToDate")),
        Line("date_all", "To date, both fleets", "date_all", "millions", variance(3, "ToDate"), strong=True),
        Line("year_1", "The year, fleet 1", "year_1", "millions", variance(1, "Year")),
        Line("year_2", "The year, fleet 2", "year_2", "millions", variance(2, "Year")),
        Line("year_all", "The year, both fleets", "year_all", "millions", variance(3, "Year"), strong=True),
    )),
    Table("Tranches behind gates", "Gates", "tranche", len(TRANCHES), (
        Line("milestone", "State of its milestone", "milestone", "text"),
        Line("unlocked", "Probability that it is unlocked", "unlocked", "share", gate("2")),
        Line("worth", "Net present value of it alone, USD m", "worth", "millions"),
        Line("back", "Net present value from its gate on, USD m", "back", "millions", gate("1+2")),
        Line("answer", "Start it where it is unlocked", "answer", "text"),
        Line("adds", "Contribution to the net present value, USD m", "adds", "millions", gate("2+2+1"), strong=True),
    )),
    Table("Last month of the year", "Year", "fleet", len(FLEETS), (
        Line("capacity_end", "Capacity, Mtok", "capacity_end", "number", rolled("capacity")),
        Line("use_end", "Utilization", "use_end", "share", rolled("use")),
        Line("fleet_price_end", "Price of a million tokens, USD", "price_end", "number3", rolled("price")),
    )),
)  # fmt: skip


def bridge(title: str, name: str, about: str) -> Chart:
    """Return a bridge from the plan, which is zero, to what is or will be."""
    return Chart(
        title, "Drivers", f"mark_{name}", "USD m against plan",
        (Series(f"foot_{name}", "Foot", "base"),
         Series(f"under_{name}", "Foot below zero", "base"),
         Series(f"rise_{name}", "Adds", "stack", "teal"),
         Series(f"rise_low_{name}", "", "stack", "teal"),
         Series(f"fall_{name}", "Takes away", "stack", "sand"),
         Series(f"fall_low_{name}", "", "stack", "sand"),
         Series(f"level_{name}", "Revenue less plan", "stack", "navy")),
        about, "#,##0.0,,;(#,##0.0,,);0",
    )  # fmt: skip


CHARTS = (
    Chart(
        "Revenue by month", "Months", "name", "USD m",
        (Series("money_actual", "Actual", "stack", "navy"),
         Series("money_ahead", "Outlook", "stack", "pale"),
         Series("plan_money", "Plan", "line", "rust", "dash")),
        "Revenue by month: actual in the closed months, then the outlook, with the plan as a dashed line", "#,##0.0,,",
    ),
    bridge("The year: from plan to outlook", "year",
           "What volume, mix, utilization and price add to the planned revenue of the year or take away, and their sum"),
    Chart(
        "Fleet utilization and its milestone", "Months", "name", "of the capacity",
        (Series("fleet_use", "Actual and outlook", "line", "navy"),
         Series("plan_fleet_use", "Plan", "line", "rust", "dash"),
         Series("gate_2", "Unlocks tranche 2 at or above", "line", "grey", "round_dot")),
        "Utilization of both fleets by month, actual and outlook, against the plan and the threshold that unlocks tranche 2", "0%",
    ),
    bridge("To date: from plan to actual", "date",
           "What volume, mix, utilization and price added to the planned revenue of the closed months or took away, and their sum"),
    Chart(
        "Operating cost of a million tokens and its milestone", "Months", "name", "USD per Mtok",
        (Series("unit_cost", "Actual and outlook", "line", "navy"),
         Series("plan_unit_cost", "Plan", "line", "rust", "dash"),
         Series("gate_3", "Unlocks tranche 3 at or below", "line", "grey", "round_dot")),
        "Operating cost of a million tokens by month, actual and outlook, against the plan and the threshold that unlocks tranche 3",
        "0.000",
    ),
    Chart(
        "Net present value of the tranches", "Gates", "tranche", "USD m",
        (Series("worth", "Alone", "column", "pale"),
         Series("back", "From its gate on", "column", "teal"),
         Series("adds", "Contribution", "column", "navy")),
        "Net present value of each tranche alone, from its gate on with what it unlocks, and what it contributes to the programme",
        "#,##0,,;(#,##0,,);0",
    ),
)  # fmt: skip

SMALL = "=k_tolerance*(1+Months.plan_money.total)"
SHEETS = (MONTHLY, TO_DATE, YEAR, SIDE, TRANCHE, GATES)
CHECKS = (
    Check("date_adds", "The variances to date add up to actual less plan", "=ToDate.left", SMALL),
    Check("year_adds", "The variances of the year add up to outlook less plan", "=Year.left", SMALL),
    Check("date_bridge", "The bridge to date ends at the actuals", "=Drivers.miss_date", SMALL),
    Check("year_bridge", "The bridge of the year ends at actual and outlook", "=Drivers.miss_year", SMALL),
    Check("cash_ties", "Cash of the tranches ties out: it is the sum of its parts",
          "=ROUND(Tranches.cash_all.total-Tranches.parts_all,k_decimals)", SMALL),
    Check("fleets", "Revenue of the months is revenue of the fleets",
          "=ROUND(Months.money.total-Year.money_now.total,k_decimals)", SMALL),
    Check("parts", "Actual and outlook make up the revenue of the year",
          "=ROUND(Months.money_actual.total+Months.money_ahead.total-Months.money.total,k_decimals)", SMALL),
    Check("gaps", "Actuals stand after a month without one", "=" + "+".join(f"Months.gap_{name}" for name in ACTUALS), "=k_tolerance"),
    Check("trend", "Drivers whose trend cannot be fitted: choose another method",
          "=" + "+".join(f"Months.refused_{name}" for name in ACTUALS), "=k_tolerance"),
    Check("odd", "Figures that cannot be, such as a utilization above 100 %: choose another method", "=Months.odd.total",
          "=k_tolerance"),
    Check("timeline", "The years are enough: years of service beyond them",
          "=MAX(0,MAX(in_year_1,in_year_2,in_year_3)+in_life_years-MAX(Tranches.year[:]))", "=k_tolerance"),
    Check("order", "Tranches are bought in their order: those that are not",
          "=(in_year_2<in_year_1)+(in_year_3<in_year_2)", "=k_tolerance", warning=True),
    Check("contributions", "The contributions add up to the gated net present value",
          "=ROUND(Gates.adds.total-Gates.gated,k_decimals)", SMALL),
    Check("together", "Drivers are closed up to different months", "=Months.latest-Months.closed", "=k_tolerance", warning=True),
    Check("errors", "Cells with an error on the calculation sheets",
          "=" + "+".join(f"SUMPRODUCT(ISERROR(all_{sheet.name.lower()})*1)" for sheet in SHEETS[:4]), "=k_tolerance"),
    Check("errors_2", "Cells with an error on the sheets of bridges and tranches",
          "=" + "+".join(f"SUMPRODUCT(ISERROR(all_{sheet.name.lower()})*1)" for sheet in SHEETS[4:]), "=k_tolerance"),
    Check("age_hardware", "Age of the oldest price of hardware above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd_1,asof_unit_price_usd_2,asof_unit_price_usd_3)-k_price_age_days)",
          "=k_tolerance", warning=True),
    Check("age_site", "Age of the older price of power and site above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month)-k_price_age_days)",
          "=k_tolerance", warning=True),
    Check("age_tokens", "Age of the token price above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_price_usd_per_mtok)-k_price_age_days)", "=k_tolerance", warning=True),
    Check("batch", "The outlook has moved since the book was filled: inputs were changed by hand",
          "=ROUND(out_revenue_usd-batch_revenue_usd,k_decimals)", SMALL, warning=True),
)  # fmt: skip

TEMPLATE = Template(
    name="rolling_forecast",
    title="Rolling forecast",
    purpose="Take in the months that are closed, forecast the rest of the year again, say which driver is off plan and by how much, and "
    "tell which tranche the milestones unlock and what the programme is worth.",
    audience="Finance and capacity leads who report each month, and the board that releases tranches.",
    basis=(
        ("Currency", "US dollars (USD) throughout; figures in another currency are to be converted before they are entered"),
        ("Price basis", "Nominal; rates are effective annual; year 0 of the tranches is the end of this year"),
        ("Sign convention",
         "Revenue and cost are positive in the months; cash of the tranches is positive in, negative out; brackets mean negative"),
        ("Scope", "Two fleets, twelve months, three tranches. Not in this book: seasons, currencies, demand that limits a tranche"),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=SHEETS,
    board=Board(
        "Rolling forecast: where the year lands and what is unlocked",
        '="Twelve months from "&TEXT(in_start_date,"yyyy-mm-dd")&"; "&TEXT(Months.closed,"0")&" of them closed; forecast of "'
        '&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '="The year lands "&TEXT(ABS(out_off_plan),"0.0%")&IF(out_off_plan<0," below"," above")&" plan; most of it is "'
        '&Drivers.most&"; tranche 2: "&Months.state_2&", tranche 3: "&Months.state_3',
        TABLES,
        portrait=True,
    ),
    checks=CHECKS,
    blocks=(
        column("month", "Months", "month", "year"),
        *(column(f"plan_{name}", f"Plan: {label.lower()}", f"plan_{name}", format)
          for name, (label, _, format, _) in ACTUALS.items() if name != "cost"),
    ),
    batch=("revenue_usd",),
)  # fmt: skip
