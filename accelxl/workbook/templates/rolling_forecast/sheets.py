"""Variance by fleet and driver, its bridges, and the tranches behind their gates."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.rolling_forecast.inputs import FLEETS, TRANCHES
from accelxl.workbook.templates.rolling_forecast.months import LAST

COUNT = Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")
DRIVERS = ("volume", "mix", "utilization", "price")
YEARS = 10
"""Years 0 to 9 of the tranches: the latest purchase and the longest life fit; a check tells when they do not."""


def added(name: str, label: str, unit: str, flag: str, rows: str) -> Row:
    """Return a row that adds a monthly row of each fleet over the months of a scope."""
    both = ",".join(f"SUMPRODUCT(Months.{flag}[:],Months.{rows}_{k}[:])" for k in (1, 2))
    return Row(name, label, unit, f"=CHOOSE(number,{both})", f"=SUM({name}[:])")


def scope(name: str, title: str, about: str, flag: str) -> Sheet:
    """Return the variances of the months of a scope: by fleet in the columns, of both in the total column."""
    parts = (
        ("volume", "(level-cap_plan)*use_plan*price_plan", "Volume: other capacity at the planned mix"),
        ("mix", "(cap_now-level)*use_plan*price_plan", "Mix: other shares of the fleets in the capacity"),
        ("utilization", "cap_now*(use_now-use_plan)*price_plan", "Utilization: the same capacity filled otherwise"),
        ("price", "cap_now*use_now*(price_now-price_plan)", "Price"),
    )
    return Sheet(
        name, title, about, len(FLEETS),
        (Row("fleet", "Fleet", "", "=INDEX(in_device,number)", format="text"), COUNT),
        (
            Section("Plan", (
                added("cap_plan", "Capacity", "Mtok", flag, "plan_capacity"),
                added("sold_plan", "Tokens served", "Mtok", flag, "plan_served"),
                added("money_plan", "Revenue", "USD", flag, "plan_money"),
                Row("use_plan", "Utilization", "share", "=IF(cap_plan>0,sold_plan/MAX(1,cap_plan),0)", format="share"),
                Row("price_plan", "Price", "USD/Mtok", "=IF(sold_plan>0,money_plan/MAX(1,sold_plan),0)", format="number3"),
            )),
            Section("Actual and outlook", (
                added("cap_now", "Capacity", "Mtok", flag, "roll_capacity"),
                added("sold_now", "Tokens served", "Mtok", flag, "served"),
                added("money_now", "Revenue", "USD", flag, "money"),
                Row("use_now", "Utilization", "share", "=IF(cap_now>0,sold_now/MAX(1,cap_now),0)", format="share"),
                Row("price_now", "Price", "USD/Mtok", "=IF(sold_now>0,money_now/MAX(1,sold_now),0)", format="number3"),
            )),
            Section("Variance of revenue", (
                Row("level", "Capacity at the planned mix", "Mtok",
                    "=IF(cap_plan.total>0,cap_plan*cap_now.total/MAX(1,cap_plan.total),0)"),
                *(Row(part, label, "USD", f"={formula}", f"=SUM({part}[:])", "+/-") for part, formula, label in parts),
                Row("change", "Revenue less plan", "USD", "=" + "+".join(DRIVERS), "=SUM(change[:])", "+/-", strong=True),
                Row("off_plan", "Revenue less plan, of the plan", "share",
                    total="=IF(money_plan.total>0,change.total/MAX(1,money_plan.total),0)", format="share"),
                Row("left", "What the drivers do not explain", "USD",
                    total="=ROUND(money_now.total-money_plan.total-change.total,k_decimals)"),
            )),
            Section("The last month of the year", (
                *(Row(f"{name}_end", label, unit,
                      f"=CHOOSE(number,{','.join(f'Months.roll_{name}_{k}{LAST}' for k in (1, 2))})", format=format)
                  for name, label, unit, format in (("capacity", "Capacity", "Mtok", "number"), ("use", "Utilization", "share", "share"),
                                                    ("price", "Price", "USD/Mtok", "number3"))),
            )) if flag == "whole" else Section("Share of the year", (
                Row("closed_part", "Months closed", "share", total="=Months.to_date.total/Months.whole.total", format="share"),
                Row("money_part", "Of the year's planned revenue", "share",
                    total="=IF(Months.plan_money.total>0,money_plan.total/MAX(1,Months.plan_money.total),0)", format="share"),
            )),
        ),
        width=18.0,
    )  # fmt: skip


TO_DATE = scope(
    "ToDate", "Variance to date", "Closed months against their plan, by fleet and driver; the drivers add up", "to_date"
)
YEAR = scope(
    "Year",
    "Variance of the year",
    "Actuals and outlook against the plan, by fleet and driver; the drivers add up",
    "whole",
)

COLUMNS = ("Volume", "Mix", "Utilization", "Price", "Revenue less plan")


def across(name: str, label: str, sheet: str, at: str, *, strong: bool = False) -> Row:
    """Return the variances of a fleet (or of both) side by side."""
    names = ",".join(f"{sheet}.{part}{at}" for part in (*DRIVERS, "change"))
    return Row(name, label, "USD", f"=CHOOSE(number,{names})", sign="+/-", strong=strong)


def bars(name: str, title: str) -> Section:
    """Return the bars of a bridge from the plan, which is zero, to what is or will be; a bar that crosses zero has two halves."""
    low, high = (f"{end}(0+after_{name}[-1],after_{name})" for end in ("MIN", "MAX"))  # no cell is no zero to MIN
    return Section(title, (
        Row(f"amount_{name}", "By how much the revenue rises, last of all the whole", "USD", f"={name}_all", sign="+/-"),
        Row(f"mark_{name}", "Bar and its amount", "USD m",
            f'=driver&": "&IF(amount_{name}>0,"+","")&TEXT(amount_{name}/10^6,"0.0")', format="text", lines=2),
        Row(f"after_{name}", "Revenue less plan after the bar", "USD", f"=ends*amount_{name}+(1-ends)*(after_{name}[-1]+amount_{name})"),
        Row(f"adds_{name}", "It adds", "flag", f"=IF(amount_{name}>0,1-ends,0)", format="flag"),
        Row(f"foot_{name}", "Foot above zero", "USD", f"=(1-ends)*MAX(0,{low})"),
        Row(f"under_{name}", "Foot below zero", "USD", f"=(1-ends)*MIN(0,{high})"),
        Row(f"above_{name}", "Bar above zero", "USD", f"=(1-ends)*MAX(0,{high})-foot_{name}"),
        Row(f"below_{name}", "Bar below zero", "USD", f"=(1-ends)*MIN(0,{low})-under_{name}"),
        Row(f"rise_{name}", "Adds, above zero", "USD", f"=adds_{name}*above_{name}"),
        Row(f"rise_low_{name}", "Adds, below zero", "USD", f"=adds_{name}*below_{name}"),
        Row(f"fall_{name}", "Takes away, above zero", "USD", f"=(1-adds_{name})*above_{name}"),
        Row(f"fall_low_{name}", "Takes away, below zero", "USD", f"=(1-adds_{name})*below_{name}"),
        Row(f"level_{name}", "The whole", "USD", f"=ends*amount_{name}"),
        Row(f"miss_{name}", "Distance of the last step from the whole", "USD",
            total=f"=ROUND(after_{name}[@{len(COLUMNS) - 1}]-amount_{name}[@{len(COLUMNS)}],k_decimals)"),
    ))  # fmt: skip


SIDE = Sheet(
    "Drivers", "Variance by driver", "Variances of both scopes side by side, as the Board shows them", len(COLUMNS),
    (Row("driver", "Driver", "", texts=COLUMNS), COUNT),
    (
        Section("To date", (
            *(across(f"date_{k}", f"Fleet {k}", "ToDate", f"[@{k}]") for k in (1, 2)),
            across("date_all", "Both fleets", "ToDate", ".total", strong=True),
        )),
        Section("The year", (
            *(across(f"year_{k}", f"Fleet {k}", "Year", f"[@{k}]") for k in (1, 2)),
            across("year_all", "Both fleets", "Year", ".total", strong=True),
        )),
        Section("Ends", (
            Row("ends", "The bar is the whole", "flag", "=IF(number=COLUMNS(number[:]),1,0)", "=SUM(ends[:])", format="flag"),
        )),
        bars("date", "Bridge to date"),
        bars("year", "Bridge of the year"),
        Section("Largest", (
            Row("size", "Size of the variance of the year", "USD", "=IF(number<COLUMNS(number[:]),ABS(year_all),0)"),
            Row("most", "Driver with the largest", "", total="=LOWER(INDEX(driver[:],MATCH(MAX(size[:]),size[:],0)))", format="text"),
        )),
    ),
    width=18.0,
)  # fmt: skip


def tranche(k: int) -> Section:
    """Return the years of a tranche: what it costs, serves and earns after tax."""
    each = f"in_units_{k}*in_speed_{k}*in_availability*k_hours_per_month*12*k_seconds_per_hour/10^6"
    return Section(f"Tranche {k}", (
        Row(f"price_of_{k}", "Cost of the tranche", "USD", total=f"=in_units_{k}*in_unit_price_usd_{k}*(1+in_attach_share)"),
        Row(f"full_{k}", "Tokens of a year at full use", "Mtok", total=f"={each}"),
        Row(f"kept_{k}", "Operating cost of a year, at the outlook's ratio to plan", "USD",
            total=f"=in_units_{k}*12*cost_ratio*(in_kw_{k}*kw_month+in_software_usd_per_unit_year/12)"),
        Row(f"serves_{k}", "In service", "flag", f"=IF(AND(year>in_year_{k},year<=in_year_{k}+in_life_years),1,0)",
            f"=SUM(serves_{k}[:])", format="flag"),
        Row(f"tokens_{k}", "Tokens served", "Mtok", f"=serves_{k}*full_{k}*use_end*(1-in_drift_per_year)^(year-in_year_{k}-1)",
            f"=SUM(tokens_{k}[:])", "+"),
        Row(f"sales_{k}", "Revenue after variable cost", "USD", f"=tokens_{k}*level*(1-in_revenue_share)", f"=SUM(sales_{k}[:])", "+"),
        Row(f"opex_{k}", "Operating cost", "USD", f"=-serves_{k}*kept_{k}*(1+in_inflation_per_year)^year", f"=SUM(opex_{k}[:])", "-"),
        Row(f"spread_{k}", "Depreciation, straight line to the resale value", "USD",
            f"=-serves_{k}*price_of_{k}*(1-in_residual_share)/in_life_years", f"=SUM(spread_{k}[:])", "-"),
        Row(f"tax_{k}", "Tax; a loss is settled in its year", "USD", f"=-in_tax_rate*(sales_{k}+opex_{k}+spread_{k})",
            f"=SUM(tax_{k}[:])", "+/-"),
        Row(f"paid_{k}", "Purchase", "USD", f"=-IF(year=in_year_{k},1,0)*price_of_{k}", f"=SUM(paid_{k}[:])", "-"),
        Row(f"resold_{k}", "Resale", "USD", f"=IF(year=in_year_{k}+in_life_years,1,0)*price_of_{k}*in_residual_share",
            f"=SUM(resold_{k}[:])", "+"),
        Row(f"cash_{k}", "Free cash flow", "USD", f"=sales_{k}+opex_{k}+tax_{k}+paid_{k}+resold_{k}", f"=SUM(cash_{k}[:])", "+/-",
            strong=True),
        Row(f"npv_{k}", "Net present value at the end of this year", "USD", total=f"=SUMPRODUCT(cash_{k}[:],factor[:])"),
    ))  # fmt: skip


TRANCHE = Sheet(
    "Tranches", "Tranches", "What each tranche is worth at the outlook's utilization, price and cost; year 0 is the end of this year",
    YEARS,
    (Row("year", "Year", "year", "=IF(ISNUMBER(year[-1]),year[-1]+1,0)", format="year"),),
    (
        Section("From the outlook", (
            Row("use_end", "Utilization of both fleets, last month", "share", total=f"=Months.fleet_use{LAST}", format="share"),
            Row("price_end", "Mean price, last month", "USD/Mtok", total=f"=Months.price{LAST}", format="number3"),
            Row("cost_ratio", "Operating cost, outlook over plan", "ratio", total="=Months.cost_ratio", format="number4"),
            Row("kw_month", "Power and colocation of a kW", "USD/month",
                total="=in_load_factor*in_pue*k_hours_per_month*in_electricity_usd_per_kwh+in_colo_usd_per_kw_month", format="number2"),
            Row("level", "Price in the middle of the year", "USD/Mtok", "=price_end*(1-in_price_decline_per_year)^(year-1/2)",
                format="number3"),
            Row("factor", "Discount factor", "ratio", "=(1+in_discount_rate)^-year", format="number4"),
        )),
        *(tranche(k) for k in range(1, len(TRANCHES) + 1)),
        Section("Ties", (
            Row("cash_all", "Free cash flow of all tranches", "USD",
                "=" + "+".join(f"cash_{k}" for k in range(1, len(TRANCHES) + 1)), "=SUM(cash_all[:])", "+/-", strong=True),
            Row("parts_all", "Sum of its parts", "USD", total="=" + "+".join(
                f"{part}_{k}.total" for k in range(1, len(TRANCHES) + 1) for part in ("sales", "opex", "tax", "paid", "resold"))),
        )),
    ),
    width=14.0,
)  # fmt: skip


def chosen(row: str) -> str:
    """Return a figure of each tranche by its number."""
    return "CHOOSE(number," + ",".join(f"Tranches.{row}_{k}" for k in range(1, len(TRANCHES) + 1)) + ")"


GATES = Sheet(
    "Gates", "Tranches behind gates",
    "Rolled back from the last gate: a tranche starts only where it pays together with what it unlocks", len(TRANCHES),
    (Row("tranche", "Tranche", "", '=number&": "&INDEX(in_tranche_device,number)', format="text"), COUNT),
    (
        Section("Given", (
            Row("milestone", "Milestone", "", '=CHOOSE(number,"decided",use_state,cost_state)', format="text"),
            Row("use_state", "State of the second", "", total="=Months.state_2", format="text"),
            Row("cost_state", "State of the third", "", total="=Months.state_3", format="text"),
            Row("chance", "Probability that its milestone is met", "share",
                "=CHOOSE(number,1,MAX(in_chance_2,Months.proved_2),MAX(in_chance_3,Months.proved_3))", format="share"),
            Row("worth", "Net present value of it alone", "USD", f"={chosen('npv')}", sign="+/-"),
            Row("bought", "Year of its purchase", "year", "=CHOOSE(number,in_year_1,in_year_2,in_year_3)", format="year"),
            Row("missed", "Reservation fee, where it is not started", "USD",
                f"=-IF(number>1,1,0)*in_fee_share*{chosen('price_of')}*(1+in_discount_rate)^-bought", sign="-"),
        )),
        Section("Rolled back", (
            Row("going", "Worth of starting it, with what it unlocks", "USD", "=worth+ahead[1]", sign="+/-"),
            Row("starts", "It pays to start", "flag", "=IF(going>missed,1,0)", "=SUM(starts[:])", format="flag"),
            Row("answer", "Start where it is unlocked", "", '=IF(starts=1,"yes","no")', format="text"),
            Row("back", "Worth from its gate on", "USD", "=starts*going+(1-starts)*missed", sign="+/-", strong=True),
            Row("ahead", "Worth before its gate", "USD", "=chance*back+(1-chance)*missed", sign="+/-"),
            Row("blind", "The same, where every unlocked tranche is started", "USD", "=chance*(worth+blind[1])+(1-chance)*missed",
                sign="+/-"),
        )),
        Section("Contributions", (
            Row("here", "Probability of coming to its gate", "share", "=IF(number=1,1,begun[-1])", format="share"),
            Row("unlocked", "Probability that it is unlocked", "share", "=here*chance", format="share"),
            Row("begun", "Probability that it is started", "share", "=starts*unlocked", format="share"),
            Row("adds", "Contribution to the net present value", "USD", "=begun*worth+(here-begun)*missed", "=SUM(adds[:])", "+/-",
                strong=True),
            Row("gated", "Net present value, gated", "USD", total="=ahead[@1]", strong=True),
            Row("blindly", "Net present value, every unlocked tranche started", "USD", total="=blind[@1]"),
            Row("right", "What the right to stop adds", "USD", total="=gated-blindly"),
        )),
    ),
    width=18.0,
)  # fmt: skip
