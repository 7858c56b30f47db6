"""The months of the rolling forecast: plan, actuals, the outlook of each driver, the result, and the milestones."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet, Sign
from accelxl.workbook.templates.rolling_forecast.inputs import ACTUALS, METHODS, MONTHS

WORDS = ",".join(f'"{word}"' for word in METHODS)
LAST = f"[@{MONTHS}]"


NAMES = ",".join(
    f'"{name}"' for name in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
)
MONTH_NAME = f'=CHOOSE(MONTH(opens),{NAMES})&" "&RIGHT(TEXT(YEAR(opens),"0"),2)'


def total(
    name: str, label: str, unit: str, formula: str, sign: Sign = "", *, format: str = "number", strong: bool = False
) -> Row:
    """Return a row with a sum in its total column."""
    return Row(name, label, unit, formula, f"=SUM({name}[:])", sign, format, strong)


def fleet(k: int) -> tuple[Row, ...]:
    """Return the plan of a fleet."""
    return (
        Row(f"fleet_{k}", f"Accelerators in service, fleet {k}", "accelerators", f"=in_fleet_units_{k}+in_fleet_added_{k}*(month-1)"),
        total(f"plan_capacity_{k}", f"Capacity, fleet {k}", "Mtok",
              f"=fleet_{k}*in_tokens_per_second_{k}*in_availability*k_hours_per_month*k_seconds_per_hour/10^6"),
        Row(f"plan_use_{k}", f"Utilization, fleet {k}", "share", f"=MIN(in_most_use,in_first_use_{k}+in_ramp_{k}*(month-1))",
            format="share"),
        Row(f"plan_price_{k}", f"Price, fleet {k}", "USD/Mtok",
            f"=first_price*(1+in_premium_{k})*(1-in_price_decline_per_year)^((month-1)/12)", format="number3"),
        Row(f"running_{k}", f"Operating cost of an accelerator, fleet {k}", "USD/month",
            total=f"=in_power_kw_{k}*(in_load_factor*in_pue*k_hours_per_month*in_electricity_usd_per_kwh+in_colo_usd_per_kw_month)"
                  "+in_software_usd_per_unit_year/12"),
        total(f"plan_served_{k}", f"Tokens served, fleet {k}", "Mtok", f"=plan_capacity_{k}*plan_use_{k}"),
        total(f"plan_money_{k}", f"Revenue, fleet {k}", "USD", f"=plan_served_{k}*plan_price_{k}", "+"),
    )  # fmt: skip


PLAN = Section("Plan", (
    Row("first_price", "Published price, carried to month 1", "USD/Mtok",
        total="=in_price_usd_per_mtok*(1-in_price_decline_per_year)"
              "^MAX(0,(in_start_date-IF(ISNUMBER(asof_price_usd_per_mtok),asof_price_usd_per_mtok,in_budget_date))/365)",
        format="number3"),
    *fleet(1),
    *fleet(2),
    total("plan_money", "Revenue", "USD", "=plan_money_1+plan_money_2", "+", strong=True),
    total("plan_cost", "Operating cost", "USD", "=fleet_1*running_1+fleet_2*running_2+in_staff_usd_per_year/12"),
    total("plan_ebitda", "EBITDA", "USD", "=plan_money*(1-in_revenue_share)-plan_cost", "+/-", strong=True),
    total("plan_served", "Tokens served", "Mtok", "=plan_served_1+plan_served_2"),
    Row("plan_fleet_use", "Utilization of both fleets", "share",
        "=IF(plan_capacity_1+plan_capacity_2>0,plan_served/MAX(1,plan_capacity_1+plan_capacity_2),0)", format="share"),
    Row("plan_unit_cost", "Operating cost of a million tokens", "USD/Mtok", "=IF(plan_served>0,plan_cost/MAX(1,plan_served),0)",
        format="number3"),
))  # fmt: skip


def driver(name: str) -> Section:
    """Return the actuals of a driver, what they say about the plan, and the outlook: as ACCEL_ROLL computes it."""
    label, quantity, format, _ = ACTUALS[name]
    method = f"in_method_{name.partition('_')[0]}"
    unit, plan = quantity.unit, f"plan_{name}"
    return Section(f"Outlook: {label.lower()}", (
        Row(f"run_{name}", "Actuals without a gap so far", "months", f"=IF(ISNUMBER(INDEX(in_actual_{name},month)),1+run_{name}[-1],0)",
            format="months"),
        Row(f"has_{name}", "Closed", "flag", f"=IF(run_{name}=month,1,0)", f"=SUM(has_{name}[:])", format="flag"),
        Row(f"known_{name}", "Actual", unit, f"=IF(has_{name}=1,INDEX(in_actual_{name},month),0)", format=format),
        Row(f"gap_{name}", "Actuals after a gap", "months", total=f"=COUNT(in_actual_{name})-has_{name}.total", format="months"),
        Row(f"recent_{name}", "Among the months that count", "flag", f"=IF(AND(has_{name}=1,month>has_{name}.total-in_window),1,0)",
            f"=SUM(recent_{name}[:])", format="flag"),
        Row(f"code_{name}", "Method: 1 ratio, 2 shift, 3 trend, 4 plan", "number",
            total=f'=MATCH(IF(has_{name}.total>0,{method},"plan"),{{{WORDS}}},0)', format="year"),
        Row(f"below_{name}", "Plan of these months", unit, total=f"=SUMPRODUCT(recent_{name}[:],{plan}[:])", format=format),
        Row(f"ratio_{name}", "Actual over plan", "ratio",
            total=f"=IF(below_{name}>0,SUMPRODUCT(recent_{name}[:],known_{name}[:])/below_{name},1)", format="number4"),
        Row(f"shift_{name}", "Actual less plan, mean", unit,
            total=f"=SUMPRODUCT(recent_{name}[:],known_{name}[:]-{plan}[:])/MAX(1,recent_{name}.total)", format=format),
        Row(f"middle_{name}", "Middle of these months", "month",
            total=f"=SUMPRODUCT(recent_{name}[:],month[:])/MAX(1,recent_{name}.total)", format="months1"),
        Row(f"off_{name}", "Distance from the middle", "months", f"=recent_{name}*(month-middle_{name})", format="months1"),
        Row(f"log_{name}", "Logarithm of the actual", "log", f"=IF(recent_{name}=1,LN(MAX(known_{name},1/10^9)),0)",
            f"=SUM(log_{name}[:])/MAX(1,recent_{name}.total)", format="number4"),
        Row(f"slope_{name}", "Growth in the logarithm", "1/month",
            total=f"=IF(recent_{name}.total>1,SUMPRODUCT(off_{name}[:],log_{name}[:])/MAX(1/2,SUMPRODUCT(off_{name}[:],off_{name}[:])),0)",
            format="number4"),
        Row(f"refused_{name}", "A trend that cannot be fitted", "flag",
            total=f"=IF(AND(code_{name}=1+2,OR(recent_{name}.total<2,SUMPRODUCT(recent_{name}[:]*(known_{name}[:]<=0))>0)),1,0)",
            format="flag"),
        Row(f"roll_{name}", label, unit,
            f"=IF(has_{name}=1,known_{name},CHOOSE(code_{name},{plan}*ratio_{name},{plan}+shift_{name},"
            f"EXP(log_{name}.total+slope_{name}*(month-middle_{name})),{plan}))", format=format, strong=True),
    ))  # fmt: skip


def now(k: int) -> tuple[Row, ...]:
    """Return the tokens and revenue of a fleet, actual and outlook."""
    return (
        total(f"served_{k}", f"Tokens served, fleet {k}", "Mtok", f"=roll_capacity_{k}*roll_use_{k}"),
        total(f"money_{k}", f"Revenue, fleet {k}", "USD", f"=served_{k}*roll_price_{k}", "+"),
    )


RESULT = Section("Result: actual, then outlook", (
    Row("closed", "Months closed in every driver", "months",
        total="=MIN(" + ",".join(f"has_{name}.total" for name in ACTUALS) + ")", format="months"),
    Row("latest", "Months closed in any driver", "months",
        total="=MAX(" + ",".join(f"has_{name}.total" for name in ACTUALS) + ")", format="months"),
    Row("to_date", "Closed", "flag", "=IF(month<=closed,1,0)", "=SUM(to_date[:])", format="flag"),
    Row("whole", "In the year", "flag", "=IF(month>0,1,0)", "=SUM(whole[:])", format="flag"),
    *now(1),
    *now(2),
    total("money", "Revenue", "USD", "=money_1+money_2", "+", strong=True),
    total("money_actual", "Of it actual", "USD", "=to_date*money", "+"),
    total("money_ahead", "Of it outlook", "USD", "=(1-to_date)*money", "+"),
    total("cost", "Operating cost", "USD", "=roll_cost"),
    total("ebitda", "EBITDA", "USD", "=money*(1-in_revenue_share)-cost", "+/-", strong=True),
    total("served", "Tokens served", "Mtok", "=served_1+served_2"),
    total("capacity", "Capacity", "Mtok", "=roll_capacity_1+roll_capacity_2"),
    Row("fleet_use", "Utilization of both fleets", "share", "=IF(capacity>0,served/MAX(1,capacity),0)", format="share"),
    Row("price", "Mean price", "USD/Mtok", "=IF(served>0,money/MAX(1,served),0)", format="number3"),
    Row("unit_cost", "Operating cost of a million tokens", "USD/Mtok", "=IF(served>0,cost/MAX(1,served),0)", format="number3"),
    Row("cost_ratio", "Operating cost, outlook over plan", "ratio", total="=IF(plan_cost.total>0,cost.total/plan_cost.total,1)",
        format="number4"),
    Row("odd", "Utilizations above 100 % and drivers below 0", "figures",
        "=" + "+".join([*(f"(roll_use_{k}>1)" for k in (1, 2)), *(f"(roll_{name}<0)" for name in ACTUALS)]), "=SUM(odd[:])",
        format="flag"),
))  # fmt: skip


def milestone(k: int, label: str, unit: str, row: str, gate: str, side: str, format: str) -> tuple[Row, ...]:
    """Return the milestone of a tranche: the first month in which it has held so many months in a row."""
    return (
        Row(f"gate_{k}", f"{label}: threshold", unit, f"={gate}", format=format),
        Row(f"streak_{k}", f"{label}: months in a row", "months", f"=IF({row}{side}{gate},1+streak_{k}[-1],0)", format="months"),
        Row(f"reached_{k}", f"{label}: it is met", "flag", total=f"=IF(COUNTIF(streak_{k}[:],in_hold)>0,1,0)", format="flag"),
        Row(f"first_{k}", f"{label}: month in which it is met", "month",
            total=f'=IF(reached_{k}=1,MATCH(in_hold,streak_{k}[:],0),"not met")', format="months"),
        Row(f"proved_{k}", f"{label}: met in closed months", "flag", total=f"=IF(N(first_{k})*reached_{k}>closed,0,reached_{k})",
            format="flag"),
        Row(f"when_{k}", f"{label}: when", "", total=f'=IF(reached_{k}=1,INDEX(name[:],MAX(1,N(first_{k}))),"not this year")',
            format="text"),
        Row(f"state_{k}", f"{label}: state", "", total=f'=CHOOSE(1+reached_{k}+proved_{k},"not in this outlook","expected","met")',
            format="text"),
    )  # fmt: skip


MONTHLY = Sheet(
    "Months",
    "Months",
    "The plan, the actuals and the outlook month by month; money in is positive, costs are positive",
    MONTHS,
    (
        Row("month", "Month", "month", "=IF(ISNUMBER(month[-1]),month[-1]+1,1)", format="year"),
        Row("opens", "First day of the month", "date", "=EDATE(in_start_date,month-1)", format="date"),
        Row("name", "Name", "", MONTH_NAME, format="text"),
    ),
    (
        PLAN,
        *(driver(name) for name in ACTUALS),
        RESULT,
        Section("Milestones", (
            *milestone(2, "Utilization of both fleets", "share", "fleet_use", "in_gate_use", ">=", "share"),
            *milestone(3, "Operating cost of a million tokens", "USD/Mtok", "unit_cost", "in_gate_cost", "<=", "number3"),
        )),
    ),
    width=12.0,
)  # fmt: skip
