"""The scenario board as a whole: its sheets, Board and checks."""

from __future__ import annotations

import dataclasses
import datetime as dt

from accelxl.workbook.authoring import plan_block
from accelxl.workbook.template import (
    Block,
    Board,
    Chart,
    Check,
    Entry,
    Figure,
    Item,
    Line,
    Release,
    Row,
    Section,
    Series,
    Table,
    Template,
)
from accelxl.workbook.templates.accelerator_budget.monthly import monthly
from accelxl.workbook.templates.scenario_board.inputs import INPUTS, RANGED, SOURCES
from accelxl.workbook.templates.scenario_board.sheets import (
    CASES,
    FAN,
    GRID,
    MIDDLE,
    RETURNS,
    STEPS,
    STRESS,
    TORNADO,
    YEARS,
)

TODAY = Row("price_today", "Price of a token, today", "USD/Mtok", total="=in_price_usd_per_mtok", format="number3")
PLAN = monthly(1, (TODAY,))
WOUND = Section("If the plan were wound up at the end of the month", (
    Row("owned", "Accelerators are owned or on order", "flag", "=IF(month<end_1,1,0)", format="flag"),
    Row("paid_so_far", "Paid for them so far", "USD", "=paid_so_far[-1]+bought_1"),
    Row("would_fetch", "Resale of what is paid for", "USD", "=owned*paid_so_far*in_residual_share_1"),
    Row("would_tax", "Tax on it", "USD", "=-owned*in_tax_rate*in_residual_taxed_1*(would_fetch-basis_close_1)"),
    Row("wound_up", "Running cash with working capital and resale", "USD", "=cash_sum+held+would_fetch+would_tax", strong=True),
    Row("worst_profit", "Profit of the worst month", "USD", total="=MIN(profit[:])"),
    Row("straight", "Straight line, share of the year after this number", "share", "=IF(month<Returns.years,1/Returns.years,0)",
        format="share"),
))  # fmt: skip
MONTHLY = dataclasses.replace(PLAN, sections=(*PLAN.sections, WOUND))


def required(k: int) -> str:
    """Return the required revenue of a target return by ACCEL_REQ_REVENUE."""
    return (
        f"=ACCEL_REQ_REVENUE(Returns.capital,Returns.rate[@{k}],Returns.years,Returns.yearly_opex,in_revenue_share,in_tax_rate,"
        "Monthly.straight[:],Returns.proceeds)"
    )


FIGURES = (
    Figure("npv_usd", "Net present value", "USD m, after tax", "=Monthly.npv", "millions", "npv"),
    Figure("irr", "Internal rate of return", "a year, after tax", "=Monthly.irr", "share", "irr"),
    Figure("loss_chance", "Chance of a loss", "of the draws below zero", "=Fan.loss_chance", "share"),
    Figure("npv_p5", "One draw in twenty is below", "USD m, net present value", "=Fan.npv_p5", "millions"),
    Figure("together_npv", "Under the whole stress", "USD m, net present value", f"=Stress.stress_npv[@{len(CASES)}]", "millions"),
    Figure("required_usd", "Required revenue a year", "USD m, for the return asked for", f"=Returns.required[@{MIDDLE}]", "millions",
           twin=required(MIDDLE)),
    Figure("cover", "The plan's revenue covers", "of what is required", f"=Returns.cover[@{MIDDLE}]", "share"),
    Figure("longest", "It matters most", "longest bar of the tornado", "=Tornado.longest", "text"),
    Figure("capex_usd", "Capital expenditure", "USD m", "=Monthly.spent", "millions", "capex_usd", tile=False),
    Figure("peak_funding_usd", "Peak funding", "USD m", "=Monthly.peak_funding", "millions", "peak_funding_usd", tile=False),
    Figure("payback_months", "Payback", "months", "=Monthly.payback", "months1", "payback_months", tile=False),
    Figure("breakeven_price", "Break-even token price", "USD per Mtok", "=Monthly.breakeven_price", "number3",
           "breakeven_price_usd_per_mtok", tile=False),
    Figure("mean_npv", "Mean of the draws", "USD m", "=Fan.mean_npv", "millions", tile=False),
    Figure("npv_p50", "Median of the draws", "USD m", "=Fan.npv_p50", "millions", tile=False),
    Figure("npv_p95", "One draw in twenty is above", "USD m", "=Fan.npv_p95", "millions", tile=False),
    Figure("pays_share", "Cells of the grid that pay", "share", "=Grid.pays_share", "share", tile=False),
    Figure("revenue_usd", "Revenue, whole life", "USD m", "=Monthly.revenue.total", "millions", "revenue_usd", tile=False),
    Figure("cost_per_mtok", "Cost of a million tokens", "USD", "=Monthly.cost_per_mtok", "number3", "cost_per_mtok", tile=False),
    Figure("worst_profit_usd", "Profit of the worst month", "USD m", "=Monthly.worst_profit", "millions", tile=False),
    Figure("state", "Batch values", "", "=Stress.state", "text", tile=False),
)  # fmt: skip

TABLES = (
    Table("Token price, USD", "Grid", "price_mark", STEPS, tuple(
        Line(f"grid_{k}", "NPV, USD m, use of", f"grid_{k}", "millions", strong=k == MIDDLE, lead=f"=Grid.use_axis[@{k}]")
        for k in range(1, STEPS + 1)
    ), heat=True),
    Table("Stress", "Stress", "case", len(CASES), (
        Line("stress_npv", "Net present value, USD m", "stress_npv", "millions", strong=True),
        Line("stress_funding", "Peak funding, USD m", "stress_funding", "millions"),
        Line("stress_revenue", "Revenue, whole life, USD m", "stress_revenue", "millions"),
        Line("revenue_left", "Revenue, of the plan's", "revenue_left", "share"),
    )),
    Table("Return asked for", "Returns", "asked", STEPS, (
        Line("required", "Required revenue a year, USD m", "required", "millions", required(0).replace("[@0]", "[@k]")),
        Line("covered", "The plan's revenue covers", "cover", "share"),
    )),
)  # fmt: skip

MILLIONS = "#,##0,,;(#,##0,,);0"
CHARTS = (
    Chart(
        "Tornado: net present value against the plan", "Tornado", "sorted", "USD m",
        (Series("low_bar", "At its Low", "bar", "sand"),
         Series("high_bar", "At its High", "bar", "navy")),
        "By how much the net present value moves when each input alone goes to its Low and to its High, the longest bar first",
        MILLIONS,
    ),
    Chart(
        "Fan of cash, if wound up at the end of the year", "Fan", "year", "USD m",
        (Series("p5", "Percentile 5", "shore"),
         Series("band_25", "Percentiles 5 to 95", "band", "pale"),
         Series("band_50", "Percentiles 25 to 75", "band", "sand"),
         Series("band_75", "", "band", "sand"),
         Series("band_95", "", "band", "pale"),
         Series("p50", "Median", "line", "navy"),
         Series("plan_cash", "Plan", "line", "rust", "dash")),
        "Percentiles 5, 25, 50, 75 and 95 of the running cash at the end of each year, with the plan itself",
        MILLIONS, axis_title="Year",
    ),
    Chart(
        "Net present value under stress", "Stress", "case", "USD m",
        (Series("stress_npv", "Net present value", "column", "navy", labels="#,##0.0,,;(#,##0.0,,);0"),),
        "Net present value of the plan as it is, under each blow of the stress pack alone, and under all of them together",
        MILLIONS, legend=False,
    ),
    Chart(
        "Required revenue by return", "Returns", "asked", "USD m a year",
        (Series("required", "Required", "column", "pale"),
         Series("have", "Plan, levelled", "line", "rust", "dash")),
        "Level revenue a year that each return needs, with the level revenue a year that is worth what the plan's own is as a line",
        "#,##0,,",
    ),
)  # fmt: skip

SMALL = "=k_tolerance*(1+Monthly.spent)"
SHEETS = (MONTHLY, GRID, TORNADO, FAN, STRESS, RETURNS)
CHECKS = (
    Check("timeline", "The timeline is long enough: months of service beyond it",
          "=MAX(0,Monthly.horizon-MAX(Monthly.month[:]))", "=k_tolerance"),
    Check("cash_ties", "Cash ties out: the sum of free cash flow is the sum of profit",
          "=ROUND(Monthly.cash.total-Monthly.profit.total,k_decimals)", SMALL),
    Check("book", "Balance of book value: additions, depreciation and write-offs sum to zero",
          "=ROUND(Monthly.bought_1.total+Monthly.depreciation_1.total+Monthly.retired_1.total,k_decimals)", SMALL),
    Check("basis", "Balance of the tax basis: it is used up at the end of service",
          "=ROUND(Monthly.basis_bought_1.total+Monthly.tax_depreciation_1.total+Monthly.basis_retired_1.total,k_decimals)", SMALL),
    Check("paid", "Payments are the cost", "=ROUND(Monthly.spent-Monthly.cost_1,k_decimals)", SMALL),
    Check("npv_xnpv", "NPV from discount factors is the last discounted running sum",
          "=ROUND(Monthly.npv-INDEX(Monthly.worth_sum[:],COLUMNS(Monthly.worth_sum[:])),k_decimals)", SMALL),
    Check("errors", "Cells with an error on the calculation sheets",
          "=" + "+".join(f"SUMPRODUCT(ISERROR(all_{sheet.name.lower()})*1)" for sheet in SHEETS[:3]), "=k_tolerance"),
    Check("errors_2", "Cells with an error on the sheets of fan, stress and returns",
          "=" + "+".join(f"SUMPRODUCT(ISERROR(all_{sheet.name.lower()})*1)" for sheet in SHEETS[3:]), "=k_tolerance"),
    Check("grid_tie", "The middle of the grid is not the plan's net present value", "=Grid.grid_tie", SMALL, warning=True),
    Check("stress_tie", "The stress does not begin with the plan's net present value", "=Stress.stress_tie", SMALL, warning=True),
    Check("fan_tie", "The fan is not that of the plan's cash", "=Fan.fan_tie.total", SMALL, warning=True),
    Check("age_hardware", "Age of the oldest price of hardware, power and site above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd_1,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month)"
          "-k_price_age_days)", "=k_tolerance", warning=True),
    Check("age_tokens", "Age of the token price above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_price_usd_per_mtok)-k_price_age_days)", "=k_tolerance", warning=True),
    Check("batch", "NPV has moved since the book was filled: inputs were changed by hand",
          "=ROUND(out_npv_usd-batch_npv_usd,k_decimals)", SMALL, warning=True),
)  # fmt: skip


def ends(item: Item) -> tuple[Entry, Entry]:
    """Return Low and High of an input; a plan outside them widens them."""
    return tuple(
        Entry(f"={kind}({end}_{item.name},{item.defined})", item.format)
        for kind, end in (("MIN", "low"), ("MAX", "high"))
    )  # type: ignore[return-value]


def ranges() -> tuple[Block, ...]:
    """Return a block for each bar of the tornado."""
    return tuple(
        Block(
            f"range_{k}_block",
            f"Bar {k}",
            ("Input", "Low", "High"),
            ((Entry(item.input), *ends(item)),),
            sheet="Ranges",
        )
        for k, item in enumerate(RANGED, 1)
    )


def draws(name: str, title: str, more: tuple[tuple[Entry, ...], ...] = ()) -> Block:
    """Return the inputs that are drawn, each from a triangle between its Low and High with the plan's own value as its top."""
    rows = []
    for item in RANGED:
        low, high = ends(item)
        rows.append((Entry(item.input), Entry("triangular"), low, Entry(f"={item.defined}", item.format), high))
    return Block(
        name, title, ("Input", "Distribution", "Low or value", "Top or weight", "High"), (*rows, *more), sheet="Draws"
    )


def wound(year: int) -> tuple[tuple[Entry, ...], ...]:
    """Return the rows that end the plan with a year, and do not discount."""
    return (
        (
            Entry("horizon_months"),
            Entry("discrete"),
            Entry(f"=Fan.month[@{year}]", "months"),
            Entry("=1", "months"),
            Entry(""),
        ),
        (Entry("discount_rate"), Entry("discrete"), Entry("=0", "share"), Entry("=1", "months"), Entry("")),
    )


YEAR_BLOCK = Block(
    "year_block", "The plan wound up at the end of each year, not discounted", ("Input", ""),
    (
        (Entry("horizon_months"), Entry("discount_rate")),
        *((Entry(f"=Fan.month[@{year}]", "months"), Entry("=0", "share")) for year in range(1, YEARS + 1)),
    ),
    sheet="Draws",
)  # fmt: skip

TEMPLATE = Template(
    name="scenario_board",
    title="Scenario board",
    purpose="See what a purchase is worth when the world is not as planned: a grid of price and utilization, a tornado, the chance of a "
    "loss, an overbuild, and the revenue that a return needs.",
    audience="Boards and finance leads who ask what could go wrong, and how likely it is.",
    basis=(
        ("Currency", "US dollars (USD) throughout; figures in another currency are to be converted before they are entered"),
        ("Price basis", "Nominal; rates are effective annual; flows of a month fall at its end; month 0 is the decision"),
        ("Sign convention",
         "Money in is positive, money out negative; cost and price inputs are positive; brackets mean negative, a dash zero"),
        ("Scope", "One purchase. Grid, tornado, fan and stress hold values of a batch run: after a change by hand, fill the book again"),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=SHEETS,
    board=Board(
        "Scenario board: what the plan is worth when it does not come true",
        '=TEXT(in_units_1,"#,##0")&" x "&in_device_1&"; stress: "&in_stress_pack&"; "&TEXT(in_trials,"#,##0")&" draws; "'
        '&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '=IF(out_npv_usd>0,"Adds","Loses")&" value as planned; a loss in "&TEXT(out_loss_chance,"0%")&" of the draws; "'
        '&LOWER(out_longest)&" matters most"',
        TABLES,
        portrait=True,
        chart_rows=16,
    ),
    checks=CHECKS,
    blocks=(
        plan_block("plan_block", (item for group in INPUTS for item in group.items), 1),
        *ranges(),
        draws("draws_block", "Draws of the net present value"),
        *(draws(f"draws_{year}_block", f"Draws of the cash of year {year}", wound(year)) for year in range(1, YEARS + 1)),
        YEAR_BLOCK,
    ),
    batch=("npv_usd",),
)  # fmt: skip
