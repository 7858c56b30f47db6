"""The accelerator budget as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.authoring import plan_block
from accelxl.workbook.template import Board, Chart, Check, Figure, Release, Series, Template
from accelxl.workbook.templates.accelerator_budget.annual import ANNUAL
from accelxl.workbook.templates.accelerator_budget.inputs import INPUTS, SOURCES
from accelxl.workbook.templates.accelerator_budget.monthly import MONTHLY

FIGURES = (
    Figure("capex_usd", "Capital expenditure", "USD m", "=Monthly.spent", "millions", "capex_usd"),
    Figure("cost_per_mtok", "Cost of a million tokens", "USD, levelised, before tax", "=Monthly.cost_per_mtok", "number3",
           "cost_per_mtok"),
    Figure("roi", "Return on investment", "after tax, whole life", "=Monthly.roi", "share", "roi"),
    Figure("npv_usd", "Net present value", "USD m, after tax", "=Monthly.npv", "millions", "npv"),
    Figure("irr", "Internal rate of return", "a year, after tax", "=Monthly.irr", "share", "irr"),
    Figure("payback_months", "Payback", "months from the decision", "=Monthly.payback", "months1", "payback_months"),
    Figure("peak_funding_usd", "Peak funding", "USD m", "=Monthly.peak_funding", "millions", "peak_funding_usd"),
    Figure("breakeven_price", "Break-even token price", "USD per million, today, NPV = 0", "=Monthly.breakeven_price", "number3",
           "breakeven_price_usd_per_mtok"),
    Figure("revenue_usd", "Revenue", "USD m", "=Monthly.revenue.total", "millions", "revenue_usd", tile=False),
    Figure("opex_usd", "Operating cost", "USD m", "=Monthly.opex_spent", "millions", "opex_usd", tile=False),
    Figure("profit_usd", "Profit after tax", "USD m", "=Monthly.profit.total", "millions", "profit_usd", tile=False),
    Figure("worst_year_profit_usd", "Profit of the worst year", "USD m", "=Annual.worst_year", "millions", tile=False),
    Figure("discounted_payback_months", "Discounted payback", "months", "=Monthly.discounted_payback", "months1",
           "discounted_payback_months", tile=False),
    Figure("mtok_served", "Tokens served", "trillion", "=Monthly.served.total", "millions", "mtok_served", tile=False),
    Figure("gross_margin", "Gross margin", "of revenue", "=Monthly.margin", "share", "gross_margin", tile=False),
    Figure("price_today", "Token price today", "USD per million", "=Monthly.price_today", "number3", tile=False),
)  # fmt: skip

CHARTS = (
    Chart(
        "Cash over the life", "Monthly", "opens", "USD m",
        (Series("cash_sum", "Running sum of free cash flow", "line", "navy"),
         Series("worth_sum", "The same, discounted", "line", "sand", "dash")),
        "Running sum of free cash flow by month, plain and discounted; lowest at the peak funding, zero at the payback",
        "#,##0,,;(#,##0,,);0", date_axis=True,
    ),
    Chart(
        "Capacity and tokens served", "Monthly", "opens", "Mtok a month",
        (Series("demand", "Demand", "line", "sand", "round_dot"),
         Series("capacity", "Capacity at the utilization", "line", "grey", "dash"),
         Series("served", "Tokens served", "line", "teal")),
        "Demand, capacity of both tranches and tokens served by month: tokens follow the adoption curve up to the capacity",
        "#,##0", date_axis=True,
    ),
    Chart(
        "Cost of a million tokens by fiscal year", "Annual", "year", "USD per Mtok",
        (Series("depreciation_per_mtok", "Depreciation", "stack", "navy"),
         Series("power_per_mtok", "Power and colocation", "stack", "teal"),
         Series("people_per_mtok", "Staff and software", "stack", "sand"),
         Series("upkeep_per_mtok", "Maintenance", "stack", "pale"),
         Series("variable_per_mtok", "Variable", "stack", "grey"),
         Series("price_per_mtok", "Mean price", "line", "rust")),
        "Undiscounted cost of a million tokens by part and fiscal year, with the mean price as a line",
        "0.00",
    ),
    Chart(
        "Revenue, EBITDA and capex by fiscal year", "Annual", "year", "USD m",
        (Series("revenue", "Revenue", "column", "pale"),
         Series("ebitda", "EBITDA", "column", "teal"),
         Series("capex", "Capex", "column", "navy")),
        "Revenue, EBITDA and capex by fiscal year; capex is negative",
        "#,##0,,;(#,##0,,);0",
    ),
)  # fmt: skip

SMALL = "=k_tolerance*(1+Monthly.spent)"
CHECKS = (
    Check("timeline", "The timeline is long enough: months of service beyond it",
          "=MAX(0,Monthly.horizon-MAX(Monthly.month[:]))", "=k_tolerance"),
    Check("cash_ties", "Cash ties out: the sum of free cash flow is the sum of profit",
          "=ROUND(Monthly.cash.total-Monthly.profit.total,k_decimals)", SMALL),
    Check("book_1", "Balance of tranche 1: additions, depreciation and write-offs sum to zero",
          "=ROUND(Monthly.bought_1.total+Monthly.depreciation_1.total+Monthly.retired_1.total,k_decimals)", SMALL),
    Check("book_2", "Balance of tranche 2: additions, depreciation and write-offs sum to zero",
          "=ROUND(Monthly.bought_2.total+Monthly.depreciation_2.total+Monthly.retired_2.total,k_decimals)", SMALL),
    Check("basis_1", "Tax basis of tranche 1 is used up at the end of service",
          "=ROUND(Monthly.basis_bought_1.total+Monthly.tax_depreciation_1.total+Monthly.basis_retired_1.total,k_decimals)", SMALL),
    Check("basis_2", "Tax basis of tranche 2 is used up at the end of service",
          "=ROUND(Monthly.basis_bought_2.total+Monthly.tax_depreciation_2.total+Monthly.basis_retired_2.total,k_decimals)", SMALL),
    Check("paid", "Payments are the cost of both tranches", "=ROUND(Monthly.spent-Monthly.cost_1-Monthly.cost_2,k_decimals)", SMALL),
    Check("years_revenue", "Fiscal years and months have the same revenue",
          "=ROUND(Annual.revenue.total-Monthly.revenue.total,k_decimals)", SMALL),
    Check("years_cash", "Fiscal years and months have the same free cash flow",
          "=ROUND(Annual.cash.total-Monthly.cash.total,k_decimals)", SMALL),
    Check("npv_xnpv", "NPV from discount factors is the last discounted running sum",
          "=ROUND(Monthly.npv-INDEX(Monthly.worth_sum[:],COLUMNS(Monthly.worth_sum[:])),k_decimals)", SMALL),
    Check("errors", "Cells with an error on Monthly and Annual",
          "=SUMPRODUCT(ISERROR(all_monthly)*1)+SUMPRODUCT(ISERROR(all_annual)*1)", "=k_tolerance"),
    Check("age_hardware", "Age of the oldest price of hardware, power and site above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd_1,asof_unit_price_usd_2,asof_electricity_usd_per_kwh,"
          "asof_colo_usd_per_kw_month)-k_price_age_days)", "=k_tolerance", warning=True),
    Check("age_tokens", "Age of the oldest token price above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_price_input_usd_per_mtok,asof_price_cached_usd_per_mtok,asof_price_output_usd_per_mtok)"
          "-k_price_age_days)", "=k_tolerance", warning=True),
    Check("batch", "NPV has moved since the book was filled: inputs were changed by hand",
          "=ROUND(out_npv_usd-batch_npv_usd,k_decimals)", SMALL,
          warning=True),
)  # fmt: skip

TEMPLATE = Template(
    name="accelerator_budget",
    title="Accelerator budget",
    purpose="Decide on a purchase of AI accelerators in two tranches: what it costs, what a million tokens cost, and what it returns.",
    audience="Finance and infrastructure leads who prepare a budget, and the board that approves it.",
    basis=(
        (
            "Currency",
            "US dollars (USD) throughout; figures in another currency are to be converted before they are entered",
        ),
        (
            "Price basis",
            "Nominal; rates are effective annual; flows of a month fall at its end; month 0 is the decision",
        ),
        (
            "Sign convention",
            "Money in is positive, money out negative; cost and price inputs are positive; brackets mean negative, a dash zero",
        ),
        (
            "Scope",
            "Two purchased tranches. Tax losses are settled in their month. Not in this book: training, lease, rent, facility, debt",
        ),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=(MONTHLY, ANNUAL),
    board=Board(
        "Accelerator budget: the decision on one page",
        '=TEXT(in_units_1,"#,##0")&" x "&in_device_1&" and "&TEXT(in_units_2,"#,##0")&" x "&in_device_2'
        '&"; budget of "&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '=IF(out_npv_usd>0,"Adds","Loses")&" value at "&TEXT(in_discount_rate,"0.0%")&"; break-even "'
        '&TEXT(out_breakeven_price,"0.000")&" against "&TEXT(out_price_today,"0.000")&" a Mtok"',
    ),
    checks=CHECKS,
    blocks=(plan_block("plan_block", (item for group in INPUTS for item in group.items), 2),),
    batch=("npv_usd",),
)
