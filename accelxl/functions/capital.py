"""Declarations: what capital must earn, what it costs, and how it is paid while it is being built."""

from accelxl.domain import finance
from accelxl.domain.finance import construction
from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.functions.tables import named_lines
from accelxl.units import Flows, Share

VENTURE = {
    "capital": "paid today",
    "years": "whole years of revenue; blank: for ever",
    "opex": "cost of the first year that does not move with revenue",
    "cost_share": "costs that are a share of revenue and are not in opex",
    "tax_rate": "on revenue less costs less deductions, a loss credited in its year; the default 0 leaves tax out, a plan has 0.25",
    "tax_depreciation": "share of the capital that each year deducts, as ACCEL_MACRS(1,5) gives; blank: straight line over the years",
    "residual": "received at the end of the last year, before tax on its gain",
    "growth": "yearly growth of revenue",
    "opex_growth": "yearly growth of opex",
}
TAXED = {
    "rate": "nominal return that investors ask for: the WACC",
    "decay": "share of its value that the equipment loses in a year",
    "tax_rate": "rate on profit",
    "tax_shield": "present value of the tax deductions per dollar, as ACCEL_NPV(rate,ACCEL_MACRS(1,5),1) gives; 1: expensed at once",
    "inflation": "yearly inflation inside the rate",
    "credit": "investment tax credit",
    "property_tax": "yearly property tax on the value",
    "credit_basis": "share of the credit by which the deductions fall",
}


def idc_table(
    spend: construction.Spending,
    rate: construction.Interest,
    debt_share: Share,
    commitment_fee: construction.Interest = 0.0,
    upfront_fee: Share = 0.0,
) -> Rows:
    """Return the lines of `finance.idc` by period, with their total in front; of the debt outstanding that is the last."""
    rows = named_lines(
        finance.IDC_LINES, finance.idc(spend, rate, debt_share, commitment_fee, upfront_fee), "period", 0
    )
    rows[0].insert(1, "total")
    for row in rows[1:]:
        row.insert(1, row[-1] if row[0] == finance.IDC_LINES[-1] else sum(row[1:]))
    return rows


def debt_table(cash: Flows, rate: construction.Interest, cover: construction.Cover) -> Rows:
    """Return the lines of `finance.debt_size` by period."""
    return named_lines(finance.DEBT_LINES, finance.debt_size(cash, rate, cover), "period", 0)


function(
    "ACCEL_REQ_REVENUE",
    "Accel - Return",
    finance.req_revenue,
    "Revenue of the first year that a return needs: for ever or some years, before or after tax, level or growing",
    help={**VENTURE, "rate": "return that is asked for, after tax"},
    undefined="a figure is out of range, or it is for ever and a growth is not below the rate",
    examples=[
        ("=ACCEL_REQ_REVENUE(5000,0.1,,,0.2)", 625.0),
        ("=ACCEL_REQ_REVENUE(300,0,1,,0.5)", 600.0),
        ("=ACCEL_REQ_REVENUE(1000,{0;0.1},4,50)", [[300.0], [365.4708037060978]]),
    ],
)
function(
    "ACCEL_IMPLIED_RETURN",
    "Accel - Return",
    finance.implied_return,
    "After-tax return that a revenue gives on a capital: ACCEL_REQ_REVENUE the other way round",
    help={**VENTURE, "revenue": "revenue of the first year"},
    undefined="no rate makes this revenue just enough, a figure is out of range, or opex outgrows revenue for ever",
    examples=[("=ACCEL_IMPLIED_RETURN(5000,{625;650},,,0.2)", [[0.1], [0.104]])],
)
function(
    "ACCEL_EVA",
    "Accel - Return",
    finance.eva,
    "Economic value added of each period: profit after tax less the cost of the capital tied up; worth in sum what the npv is",
    help={
        "rate": "cost of capital a period",
        "nopat": "operating profit after cash tax of each period, with the result of disposals",
        "capital": "at the start of each period: paid capex less depreciation and disposals, plus working capital",
    },
    undefined="the rate is -1 or below",
    examples=[("=ACCEL_EVA(0.12,{9500,9500,9500,9500},{84000,63000,42000,21000})", [[-580.0, 1940.0, 4460.0, 6980.0]])],
)
function(
    "ACCEL_LCOT",
    "Accel - Cost",
    finance.lcot,
    "Levelised cost of a million tokens: present value of the costs over that of the tokens; the level price that earns the rate",
    help={
        "rate": "discount rate a period, before tax",
        "capex": "first figure today, the next at the end of period 1, and so on",
        "opex": "cost of each period from period 1, without what is a share of revenue",
        "mtok": "million tokens served in each period from period 1",
        "residual": "received at the end of the last period",
        "byproduct": "other revenue of each period from period 1, such as training sold; one figure: of every period",
        "revenue_share": "variable cost as a share of the revenue",
    },
    undefined="no token is served, the rate is -1 or below, or a figure is out of range",
    examples=[("=ACCEL_LCOT(0,900,{50,50,50},{200,200,200},150)", 1.5)],
)
function(
    "ACCEL_WACC",
    "Accel - Return",
    finance.wacc,
    "Weighted average cost of capital after tax",
    help={
        "equity": "market value of the equity, or its share",
        "debt": "market value of the debt, or its share",
        "cost_of_equity": "return that shareholders ask for",
        "cost_of_debt": "interest rate before tax",
        "tax_rate": "rate at which interest is deducted; 0 for the cost before tax",
        "preferred": "market value of preferred stock, or its share",
        "cost_of_preferred": "return on it",
    },
    undefined="there is no capital, or a figure is out of range",
    examples=[("=ACCEL_WACC(60,40,0.12,0.06,0.25)", 0.09)],
)
function(
    "ACCEL_USER_COST",
    "Accel - Return",
    finance.user_cost,
    "User cost of capital: what a dollar of equipment must earn in a year before tax; less decay it is the real return needed",
    help=TAXED,
    undefined="a figure is out of range",
    examples=[("=ACCEL_USER_COST(0.1,0.3,0.25,0.8)", 0.4 * 0.8 / 0.75)],
)
function(
    "ACCEL_METR",
    "Accel - Return",
    finance.metr,
    "Marginal effective tax rate: the share of the return before tax that tax takes from the last dollar invested",
    help=TAXED,
    undefined="the return before tax is 0, or a figure is out of range",
    examples=[("=ACCEL_METR(0.1,0.3,0.25,{1,0.75})", [[0.0, 0.25]])],
)
function(
    "ACCEL_IDC",
    "Accel - Return",
    idc_table,
    "Funding of a construction with its interest and fees, debt and equity by period; solved at once, without a circular reference",
    help={
        "spend": "construction cost, first figure today, the last one at completion",
        "rate": "interest rate a period, on the debt outstanding",
        "debt_share": "share of every payment that is borrowed, interest and fees included",
        "commitment_fee": "fee a period on the debt not yet drawn",
        "upfront_fee": "fee on the whole debt, paid today",
    },
    undefined="the fees eat more than the debt brings",
    examples=[
        (
            "=ACCEL_IDC({100,100,0},0.1,0.5)",
            [
                ["period", "total", 0.0, 1.0, 2.0],
                ["construction cost", 200.0, 100.0, 100.0, 0.0],
                ["interest during construction", 15.25, 0.0, 5.0, 10.25],
                ["commitment fee", 0.0, 0.0, 0.0, 0.0],
                ["upfront fee", 0.0, 0.0, 0.0, 0.0],
                ["all uses", 215.25, 100.0, 105.0, 10.25],
                ["debt drawn", 107.625, 50.0, 52.5, 5.125],
                ["equity paid in", 107.625, 50.0, 52.5, 5.125],
                ["debt outstanding", 107.625, 50.0, 102.5, 107.625],
            ],
        ),
    ],
)
function(
    "ACCEL_DEBT_SIZE",
    "Accel - Return",
    debt_table,
    "Largest debt that a cash flow carries at a debt service cover ratio, and its repayment in step with the cash",
    help={
        "cash": "cash available for debt service in each period, from period 1; 0 or more",
        "rate": "interest rate a period",
        "cover": "debt service cover ratio: cash over debt service, 1 or more",
    },
    undefined="cash is below 0 in a period (fill it from a reserve or equity first), or a figure is out of range",
    examples=[
        (
            "=ACCEL_DEBT_SIZE({165,181.5},0.1,1.5)",
            [
                ["period", 0.0, 1.0, 2.0],
                ["cash available", 0.0, 165.0, 181.5],
                ["debt service", 0.0, 110.0, 121.0],
                ["interest", 0.0, 20.0, 11.0],
                ["principal", 0.0, 90.0, 110.0],
                ["debt outstanding", 200.0, 110.0, 0.0],
            ],
        ),
    ],
)
function(
    "ACCEL_OPTION",
    "Accel - Return",
    finance.option,
    "Worth of the freedom to defer, abandon or expand a project, by a binomial tree",
    help={
        "kind": "defer: pay price for the project now or later; abandon: give it up for price; expand: pay price for more of it",
        "value": "present value today of what the project will bring",
        "price": "the outlay, the resale or the cost of the expansion",
        "rate": "riskless rate, effective annual",
        "volatility": "standard deviation of the yearly return on the value",
        "years": "as long as the choice is open",
        "lost_per_year": "share of the value that a year of waiting costs: cash not earned, prices that fall",
        "expansion": "of expand: size of the addition as a share of the value",
        "steps": "steps of the tree; more are nearer to the limit",
    },
    undefined="a figure is out of range, or the steps are too long for so low a volatility: take more of them",
    examples=[
        ('=ACCEL_OPTION("defer",100,100,0,0.3,0)', 0.0),
        ('=ACCEL_OPTION("abandon",{40,60},50,0,0,1)', [[10.0, 0.0]]),
    ],
)
