"""The scenarios: grid, tornado, fan, stress and target returns. Values of a batch run, beside the native model of the plan."""

from __future__ import annotations

from itertools import pairwise

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.scenario_board.inputs import RANGED

COUNT = Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")
STEPS, MIDDLE = 5, 3
"""Values of each axis of the grid and of the returns; the middle one is the plan's own."""
YEARS = 6
"""Years of the fan."""
PERCENTILES = (5, 25, 50, 75, 95)
CASES = ("As planned", "Little filled", "Prices fall", "Units stranded", "Late", "Together")
ACCEL_GRID = 'ACCEL_GRID(plan_block,"utilization",Grid.use_axis[:],"price_usd_per_mtok",Grid.price_axis[:],"npv")'


def whole(number: int) -> str:
    """Return a small number as a sum of ones and twos: a formula holds no others."""
    return "+".join(["2"] * (number // 2) + ["1"] * (number % 2))


GRID = Sheet(
    "Grid", "Grid of price and utilization", "Net present value over five prices (across) and five utilizations (down), by ACCEL_GRID",
    STEPS,
    (Row("price_axis", "Price of a million tokens today", "USD/Mtok", "=in_price_usd_per_mtok*(1+steps*in_price_step)",
         format="number3"),
     COUNT),
    (
        Section("Axes", (
            Row("price_mark", "Price, as a heading", "USD/Mtok", '=TEXT(price_axis,"0.000")', format="text"),
            Row("steps", "Steps from the plan", "steps", f"=number-({whole(MIDDLE)})", format="months"),
            Row("use_axis", "Utilization, one for each row below", "share",
                "=MIN(1,MAX(1/100,in_utilization_1+steps*in_use_step))", format="share"),
        )),
        Section("Net present value: a row for each utilization", tuple(
            Row(f"grid_{k}", f"Utilization {k} of {STEPS}", "USD", batch=f"=INDEX({ACCEL_GRID},{whole(k)},Grid.number[@k])", sign="+/-",
                strong=k == MIDDLE) for k in range(1, STEPS + 1)
        )),
        Section("What the grid says", (
            Row("best", "Highest at this price", "USD", "=MAX(" + ",".join(f"grid_{k}" for k in range(1, STEPS + 1)) + ")", sign="+/-"),
            Row("worst", "Lowest at this price", "USD", "=MIN(" + ",".join(f"grid_{k}" for k in range(1, STEPS + 1)) + ")", sign="+/-"),
            Row("pays", "Utilizations at which it pays", "number",
                "=" + "+".join(f"(grid_{k}>0)" for k in range(1, STEPS + 1)), "=SUM(pays[:])", format="months"),
            Row("pays_share", "Cells of the grid that pay", "share", total="=pays.total/COLUMNS(number[:])/COLUMNS(number[:])",
                format="share"),
            Row("grid_tie", "The middle cell less the plan's own net present value", "USD",
                total=f"=ROUND(grid_{MIDDLE}[@{MIDDLE}]-Monthly.npv,k_decimals)"),
        )),
    ),
    width=16.0,
)  # fmt: skip

NAMES = tuple(item.input for item in RANGED)
LABELS = {
    "unit_price_usd": "Accelerator price", "delay_months": "Slip of delivery", "residual_share": "Resale value",
    "tokens_per_second": "Throughput", "utilization": "Utilization", "demand_mtok_per_month": "Demand",
    "price_usd_per_mtok": "Token price", "price_decline_per_year": "Price decline", "electricity_usd_per_kwh": "Electricity",
    "colo_usd_per_kw_month": "Colocation fee",
}  # fmt: skip


def end(column: int) -> str:
    """Return the net present value at an end of an input's range."""
    return f'=INDEX(ACCEL_TORNADO(plan_block,range_@k_block,"npv"),2,{whole(column)})'


TORNADO = Sheet(
    "Tornado", "Tornado", "Net present value with one input at a time at its Low and its High on Inputs; the longest bar first",
    len(NAMES),
    (Row("input", "Input", "", texts=tuple(LABELS[name] for name in NAMES)), COUNT),
    (
        Section("Net present value", (
            Row("at_low", "With the input at its Low", "USD", batch=end(4), sign="+/-"),
            Row("at_high", "With the input at its High", "USD", batch=end(5), sign="+/-"),
        )),
        Section("Sorted", (
            Row("swing", "Distance", "USD", "=ABS(at_high-at_low)"),
            Row("key", "The same, no two alike", "USD", "=swing+(COLUMNS(number[:])-number)/10^3"),
            Row("rank", "Rank", "number", "=1+SUMPRODUCT((key[:]>key)*1)", format="year"),
            Row("which", "Number of the input at this rank", "number", "=MATCH(number,rank[:],0)", format="year"),
            Row("sorted", "Input at this rank", "text", "=INDEX(input[:],which)", format="text"),
            Row("low_bar", "Its Low against the plan", "USD", "=INDEX(at_low[:],which)-npv_now", sign="+/-"),
            Row("high_bar", "Its High against the plan", "USD", "=INDEX(at_high[:],which)-npv_now", sign="+/-"),
            Row("npv_now", "Net present value of the plan", "USD", total="=Monthly.npv"),
            Row("longest", "Input with the longest bar", "text", total="=sorted[@1]", format="text"),
            Row("longest_swing", "Its distance", "USD", total="=MAX(swing[:])"),
        )),
    ),
    width=16.0,
)  # fmt: skip


def montecarlo(draws: str, place: int) -> str:
    """Return a figure of ACCEL_MC: mean, standard deviation, share below zero, share without a value, then the percentiles."""
    return f'=INDEX(ACCEL_MC(plan_block,{draws},"npv",in_trials,k_seed),{whole(place)},2)'


def drawn(percentile: int) -> Row:
    """Return a percentile of the cash by year."""
    formula = montecarlo("draws_@k_block", PERCENTILES.index(percentile) + 5)
    return Row(f"p{percentile}", f"Percentile {percentile}", "USD", batch=formula, sign="+/-", strong=percentile == 50)


def chance(name: str, label: str, place: int, format: str = "number") -> Row:
    """Return a figure of the net present value over all draws."""
    unit = "share" if format == "share" else "USD"
    return Row(name, label, unit, batch=montecarlo("draws_block", place), wide=False, format=format)


FAN = Sheet(
    "Fan", "Fan of cash", "Running cash at the end of each year if the plan were wound up then, over the draws of ACCEL_MC", YEARS,
    (Row("year", "Year", "year", "=IF(ISNUMBER(year[-1]),year[-1]+1,1)", format="year"),),
    (
        Section("Running cash, working capital and resale included", (
            Row("month", "Month", "month", "=year*12", format="months"),
            Row("plan_cash", "The plan, native", "USD", "=INDEX(Monthly.wound_up[:],1+month)", sign="+/-", strong=True),
            Row("plan_batch", "The plan, by the functions", "USD",
                batch='=INDEX(ACCEL_SCENARIOS(plan_block,year_block,"npv"),Fan.year[@k],1)',
                sign="+/-"),
            *(drawn(percentile) for percentile in PERCENTILES),
            Row("fan_tie", "Batch value of the plan less the native one", "USD", "=ROUND(plan_batch-plan_cash,k_decimals)",
                "=MAX(fan_tie[:])-MIN(fan_tie[:])"),
        )),
        Section("Bands", tuple(
            Row(f"band_{high}", f"From percentile {low} to {high}", "USD", f"=p{high}-p{low}", sign="+")
            for low, high in pairwise(PERCENTILES)
        )),
        Section("Net present value over the draws", (
            chance("mean_npv", "Mean", 1),
            chance("loss_chance", "Share of the draws below zero", 3, "share"),
            chance("npv_p5", "Percentile 5", 5),
            chance("npv_p50", "Percentile 50", 7),
            chance("npv_p95", "Percentile 95", 9),
        )),
    ),
    width=16.0,
)  # fmt: skip


def stressed(name: str, label: str, unit: str, column: int, format: str = "number") -> Row:
    """Return a metric of the plan in each case of the pack."""
    metrics = '"npv","peak_funding_usd","revenue_usd"'
    return Row(name, label, unit,
               batch=f"=INDEX(ACCEL_STRESS(plan_block,in_stress_pack,{{{metrics}}}),1+Stress.number[@k],{whole(1 + column)})",
               format=format, sign="+/-" if column == 1 else "")  # fmt: skip


STRESS = Sheet(
    "Stress", "Stress", "The plan under an overbuild, one blow at a time and all together, by ACCEL_STRESS", len(CASES),
    (Row("case", "Case", "", texts=CASES), COUNT),
    (
        Section("Metrics", (
            stressed("stress_npv", "Net present value", "USD", 1),
            stressed("stress_funding", "Peak funding", "USD", 2),
            stressed("stress_revenue", "Revenue", "USD", 3),
        )),
        Section("Against the plan", (
            Row("npv_lost", "Net present value less the plan's", "USD", "=stress_npv-stress_npv[@1]", sign="+/-"),
            Row("funding_more", "Peak funding more than the plan's", "USD", "=stress_funding-stress_funding[@1]", sign="+/-"),
            Row("revenue_left", "Revenue, of the plan's", "share",
                "=IF(stress_revenue[@1]>0,stress_revenue/MAX(1,stress_revenue[@1]),0)", format="share"),
            Row("npv_times", "Net present value, times the plan's", "ratio",
                "=IF(stress_npv[@1]=0,0,stress_npv/stress_npv[@1])", format="number1"),
            Row("state", "Batch values", "text", total='=IF(chk_stale>0,"fill again","current")', format="text"),
            Row("stress_tie", "Net present value as planned less the native one", "USD",
                total="=ROUND(stress_npv[@1]-Monthly.npv,k_decimals)"),
        )),
    ),
    width=16.0,
)  # fmt: skip

RETURNS = Sheet(
    "Returns", "Required revenue", "The level revenue a year that returns need, against the revenue of the plan; a native calculation",
    STEPS,
    (Row("rate", "Return that is asked for", "1/year",
         f"=MAX(1/1000,in_target_return+(number-({whole(MIDDLE)}))*in_return_step)", format="share"), COUNT),
    (
        Section("The plan, a year", (
            Row("years", "Years of revenue", "years", total="=ROUND(in_economic_life_months_1/12,0)", format="months"),
            Row("capital", "Capital", "USD", total="=Monthly.spent"),
            Row("yearly_opex", "Operating cost that does not move with revenue, a year", "USD/year",
                total="=-Monthly.fixed_opex.total/years"),
            Row("proceeds", "Resale", "USD", total="=Monthly.resold.total"),
            Row("planned", "Revenue of the plan, a year", "USD/year", total="=Monthly.revenue.total/years"),
        )),
        Section("Required revenue", (
            Row("annuity", "Present value of 1 a year", "years", "=(1-(1+rate)^-years)/rate", format="number4"),
            Row("shield", "Present value of the deductions, straight line, of the capital", "share", "=annuity/years", format="share"),
            Row("to_earn", "Capital after tax deductions and resale, before tax", "USD",
                "=(capital*(1-in_tax_rate*shield)-proceeds*(1-in_tax_rate)*(1+rate)^-years)/(1-in_tax_rate)"),
            Row("required", "Required revenue, a year", "USD/year", "=(to_earn/annuity+yearly_opex)/(1-in_revenue_share)", strong=True),
            Row("asked", "Return, as a heading", "1/year", '=TEXT(rate,"0.0%")', format="text"),
            Row("have", "Revenue of the plan, a year", "USD/year", "=planned"),
            Row("cover", "Revenue of the plan over what is required", "ratio", "=IF(required>0,have/MAX(1,required),0)", format="share"),
        )),
    ),
    width=16.0,
)  # fmt: skip
