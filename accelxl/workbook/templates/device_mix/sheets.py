"""The calculation sheets of the device mix: devices, targets against actual, limits, cases of drift, regret of each mix."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.device_mix.inputs import CASES, DEVICES, QUARTERS

COUNT = Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")


def of_device(name: str, label: str, unit: str, source: str, format: str = "number") -> Row:
    """Return a link to the input of each device."""
    return Row(name, label, unit, f"=INDEX(in_{source},number)", format=format)


DEVICE = Sheet(
    "Devices", "Devices", "Levelised cost of a million tokens of each device with lag and drift, and the margin of a unit in a quarter",
    len(DEVICES), (Row("device", "Device", "", "=INDEX(in_device,number)", format="text"), COUNT),
    (
        Section("Rates", (
            Row("rate", "Cost of capital of a month", "1/month", total="=(1+in_discount_rate)^(1/12)-1", format="share2"),
            Row("plain", "Discount factor of a month", "ratio", total="=1/(1+rate)", format="number4"),
            Row("whole_life", "Discounted months of the life", "months", total="=PV(rate,in_life_months,-1)", format="number3"),
        )),
        Section("Cost of a unit", (
            Row("price", "Price with network, storage and spares", "USD", "=INDEX(in_unit_price_usd,number)*(1+in_attach_share)",
                sign="+"),
            of_device("power", "Power", "kW", "power_kw", "number2"),
            Row("idle", "Colocation, also while it waits", "USD/h", "=power*in_colo_usd_per_kw_month/k_hours_per_month",
                format="number3"),
            Row("run", "Electricity, colocation and software in production", "USD/h",
                "=power*in_load_factor*in_pue*in_electricity_usd_per_kwh+idle+in_software_usd_per_year/(12*k_hours_per_month)",
                format="number3"),
            of_device("lag", "Lag from delivery to production", "months", "lag_months", "months"),
            Row("months", "Months in production", "months", "=in_life_months-lag", format="months"),
            Row("late", "Discount to the start of production", "ratio", "=plain^lag", format="number4"),
            Row("kept", "Price less resale", "USD", "=price*(1-in_residual_share*plain^in_life_months)", sign="+"),
            Row("hours_cost", "Running cost", "USD",
                "=k_hours_per_month*(idle*PV(rate,lag,-1)+run*late*PV(rate,months,-1))", sign="+"),
            Row("pv_cost", "Present value of the cost", "USD", "=kept+hours_cost", sign="+", strong=True),
        )),
        Section("Tokens of a unit", (
            of_device("tps", "Throughput today", "tokens/s", "tokens_per_second"),
            of_device("drift", "Drift", "1/year", "drift", "share"),
            Row("month_mtok", "Tokens of the first month", "Mtok",
                "=tps*in_utilization*k_seconds_per_hour*k_hours_per_month/10^6", format="number1"),
            Row("token_factor", "Monthly factor of tokens", "ratio", "=((1-drift)/(1+in_discount_rate))^(1/12)", format="number4"),
            Row("pv_mtok", "Present value of tokens", "Mtok", "=month_mtok*late*PV(1/token_factor-1,months,-1)", sign="+", strong=True),
            Row("prompt_mtok", "The same without the lag", "Mtok", "=month_mtok*PV(1/token_factor-1,in_life_months,-1)", sign="+"),
        )),
        Section("Cost of a million tokens", (
            Row("cost", "Cost of a million tokens", "USD/Mtok", "=IF(pv_mtok>0,pv_cost/pv_mtok,0)", format="number4", strong=True),
            Row("prompt", "Without the lag", "USD/Mtok",
                "=IF(prompt_mtok>0,(kept+k_hours_per_month*run*whole_life)/prompt_mtok,0)", format="number4"),
            Row("lag_adds", "Added by the lag", "USD/Mtok", "=cost-prompt", format="number4"),
            Row("margin", "Margin of a unit in a quarter", "USD", "=month_mtok*k_months_per_quarter*(in_price_usd_per_mtok-cost)"),
        )),
    ),
    width=14.0,
)  # fmt: skip


def head(name: str) -> tuple[Row, Row]:
    """Return the rows that name the quarters; on the Board each table needs a name of its own."""
    return (
        Row(name, "Quarter", "", '=TEXT(in_first_year+INT((quarter-1)/k_quarters_per_year),"0")&" Q"'
            '&TEXT(MOD(quarter-1,k_quarters_per_year)+1,"0")', format="text"),
        Row("quarter", "Number", "number", "=IF(ISNUMBER(quarter[-1]),quarter[-1]+1,1)", format="year"),
    )  # fmt: skip


def both(name: str, label: str, unit: str, formula: str, format: str = "number") -> tuple[Row, Row]:
    """Return a row of each device; `#` in the formula stands for its number."""
    return tuple(
        Row(f"{name}_{k}", f"{label}, device {k}", unit, formula.replace("#", str(k)), format=format) for k in (1, 2)
    )  # type: ignore[return-value]


MIX = Sheet(
    "Mix", "Targets against actual", "Target share of each device against the fleet that is in service or on order, quarter by quarter",
    QUARTERS, head("label"),
    (
        Section("Fleet", (
            Row("over", "The quarter is over", "flag", "=IF(quarter<=in_reported,1,0)", "=SUM(over[:])", format="flag"),
            Row("units_1", "Units, device 1", "units", "=INDEX(in_units_flexible,quarter)", sign="+"),
            Row("units_2", "Units, device 2", "units", "=INDEX(in_units_fixed,quarter)", sign="+"),
            Row("fleet", "Units in all", "units", "=units_1+units_2", sign="+", strong=True),
        )),
        Section("Shares", (
            Row("target_1", "Target share, device 1", "share", "=INDEX(in_target,quarter)", format="share"),
            Row("target_2", "Target share, device 2", "share", "=1-target_1", format="share"),
            *both("share", "Share", "share", "=IF(fleet>0,units_#/MAX(1,fleet),0)", "share"),
            Row("gap", "Gap of device 1", "share", "=IF(fleet>0,share_1-target_1,0)", format="share", strong=True),
            *both("off", "Units off target", "units", "=units_#-fleet*target_#", "number1"),
        )),
        Section("Mix variance: margin of a quarter that the mix adds or costs", (
            *both("variance", "Mix variance", "USD", "=off_#*Devices.margin[@#]"),
            Row("variance", "Mix variance", "USD", "=variance_1+variance_2", "=SUMPRODUCT(over[:]*variance[:])", "+/-", strong=True),
        )),
        Section("Drift and capacity", (
            *both("left", "Throughput that is left", "share", "=(1-Devices.drift[@#])^((quarter-1)/k_quarters_per_year)", "share"),
            *both("capacity", "Capacity", "tokens/s", "=units_#*Devices.tps[@#]*left_#*in_utilization"),
            Row("capacity", "Capacity of the fleet", "tokens/s", "=capacity_1+capacity_2", sign="+", strong=True),
            Row("demand", "Demand", "tokens/s", "=in_demand_tps*(1+in_demand_growth)^(quarter-1)", sign="+"),
            Row("cover", "Capacity over demand", "share", "=IF(demand>0,capacity/MAX(1,demand),0)", format="share"),
            Row("meter", "Power of the fleet at the meter", "MW",
                "=(units_1*Devices.power[@1]+units_2*Devices.power[@2])*in_pue/10^3", format="number1"),
        )),
        Section("The last quarter that is over", (
            Row("last", "Its number", "number", total="=MIN(in_reported,COLUMNS(quarter[:]))", format="year"),
            Row("last_share", "Share of device 1", "share", total="=INDEX(share_1[:],last)", format="share"),
            Row("last_target", "Target", "share", total="=INDEX(target_1[:],last)", format="share"),
            Row("last_gap", "Gap", "share", total="=INDEX(gap[:],last)", format="share"),
            Row("last_word", "Gap in words", "text",
                total='=TEXT(ABS(last_gap),"0%")&IF(last_gap<0," below"," above")&" target"',
                format="text"),
            Row("last_off", "Units of device 1 off target", "units", total="=INDEX(off_1[:],last)", format="number1"),
            Row("last_cover", "Capacity over demand", "share", total="=INDEX(cover[:],last)", format="share"),
            Row("end_cover", "Capacity over demand in the last quarter of the book", "share", total="=INDEX(cover[:],COLUMNS(cover[:]))",
                format="share"),
        )),
    ),
    width=13.0,
)  # fmt: skip

LIMITS = Sheet(
    "Limits", "Limits", "Units that supply, power and budget allow at the target mix, against the units that the demand needs",
    QUARTERS, head("period"),
    (
        Section("From the mix", (
            *both("target", "Target share", "share", "=Mix.target_#", "share"),
            *both("left", "Throughput that is left", "share", "=Mix.left_#", "share"),
            Row("demand", "Demand", "tokens/s", "=Mix.demand", sign="+"),
        )),
        Section("Need at the target mix", (
            Row("blend_tps", "Throughput of a unit", "tokens/s",
                "=target_1*Devices.tps[@1]*left_1+target_2*Devices.tps[@2]*left_2"),
            Row("need", "Units needed", "units", "=ROUNDUP(demand/(blend_tps*in_utilization),0)", sign="+", strong=True),
            Row("blend_kw", "Power of a unit", "kW", "=target_1*Devices.power[@1]+target_2*Devices.power[@2]", format="number3"),
            Row("blend_usd", "Price of a unit", "USD", "=target_1*Devices.price[@1]+target_2*Devices.price[@2]"),
        )),
        Section("What there is", (
            *both("chips", "Allocated, cumulated", "units", "=in_supply_#+in_supply_step_#*(quarter-1)"),
            Row("site", "Power of the sites", "MW", "=INDEX(in_power_mw,quarter)", format="number1"),
            Row("funds", "Budget, cumulated", "USD", "=in_budget_usd+in_budget_step_usd*(quarter-1)"),
        )),
        Section("Units that each limit allows", (
            *both("supply", "Supply", "units", "=IF(target_#>0,chips_#/MAX(target_#,1/10^6),10^9)", "number1"),
            Row("paid", "Budget", "units", "=IF(blend_usd>0,funds/MAX(1,blend_usd),10^9)", format="number1"),
            *both("allow", "Whole units by supply", "units", "=INT(supply_#*(1+k_slack))"),
            Row("allow_power", "Whole units by power", "units", "=INT(site*10^3/(blend_kw*in_pue)*(1+k_slack))"),
            Row("allow_budget", "Whole units by budget", "units", "=INT(paid*(1+k_slack))"),
        )),
        Section("What binds", (
            Row("least", "Units that all limits allow", "units", "=MIN(allow_1,allow_2,allow_power,allow_budget)", sign="+",
                strong=True),
            Row("which", "Number of the tightest limit", "number",
                "=1+(allow_1<>least)*(1+(allow_2<>least)*(1+(allow_power<>least)))", format="year"),
            Row("binding", "Binding limit", "text",
                '=CHOOSE(1+which*(least<need),"demand","supply "&in_device_1,"supply "&in_device_2,"power","budget")', format="text",
                lines=2),
            Row("short", "Units short of the need", "units", "=MAX(0,need-least)", "=MAX(short[:])", "+"),
            Row("unserved", "Demand that the limits leave unserved", "share", "=IF(need>0,short/MAX(1,need),0)", "=MAX(unserved[:])",
                format="share"),
            Row("tight", "A limit binds", "flag", "=IF(least<need,1,0)", "=SUM(tight[:])", format="flag"),
        )),
        Section("The next quarter", (
            Row("next", "Its number", "number", total="=MIN(in_reported+1,COLUMNS(quarter[:]))", format="year"),
            Row("next_binding", "Binding limit", "text", total="=INDEX(binding[:],next)", format="text"),
            Row("next_least", "Units that all limits allow", "units", total="=INDEX(least[:],next)"),
        )),
    ),
    width=13.0,
)  # fmt: skip

CASE = Sheet(
    "Cases", "Cases of drift", "Cost of a million tokens of each device if workloads move on slowly or fast",
    len(CASES), (Row("case", "Case", "", texts=CASES), COUNT),
    (
        Section("Cases", (
            Row("weight", "Weight", "ratio", "=INDEX(in_weight,number)", "=SUM(weight[:])", format="number1"),
            Row("odds", "Probability", "share", "=weight/weight.total", "=SUM(odds[:])", format="share"),
            Row("drift", "Drift of device 2", "1/year", "=INDEX(in_case_drift,number)", format="share"),
            Row("factor", "Monthly factor of its tokens", "ratio", "=((1-drift)/(1+in_discount_rate))^(1/12)", format="number4"),
        )),
        Section("Cost of a million tokens", (
            Row("flexible", "Device 1", "USD/Mtok", "=Devices.cost[@1]", "=SUMPRODUCT(odds[:]*flexible[:])", format="number4"),
            Row("pv_mtok", "Present value of tokens, device 2", "Mtok",
                "=Devices.month_mtok[@2]*Devices.late[@2]*PV(1/factor-1,Devices.months[@2],-1)"),
            Row("fixed", "Device 2", "USD/Mtok", "=IF(pv_mtok>0,Devices.pv_cost[@2]/pv_mtok,0)", "=SUMPRODUCT(odds[:]*fixed[:])",
                format="number4"),
            Row("gap", "Device 1 less device 2", "USD/Mtok", "=flexible-fixed", format="number4"),
            Row("cheaper", "The cheaper", "text", "=IF(gap<=0,in_device_1,in_device_2)", format="text"),
        )),
        Section("The best share in each case", (
            Row("at_min", "Cost at the least share of device 1", "USD/Mtok", "=in_min_share*flexible+(1-in_min_share)*fixed",
                format="number4"),
            Row("at_max", "Cost at the most", "USD/Mtok", "=in_max_share*flexible+(1-in_max_share)*fixed", format="number4"),
            Row("best", "Lowest cost", "USD/Mtok", "=MIN(at_min,at_max)", format="number4"),
            Row("at_plan", "Cost of the last target", "USD/Mtok", "=Regret.plan*flexible+(1-Regret.plan)*fixed", format="number4"),
            Row("plan_regret", "Its regret", "USD/Mtok", "=at_plan-best", "=MAX(plan_regret[:])", format="number4", strong=True),
            Row("hedge_regret", "Regret of the share that hedges", "USD/Mtok", "=Regret.hedge*flexible+(1-Regret.hedge)*fixed-best",
                "=MAX(hedge_regret[:])", format="number4"),
        )),
    ),
    width=14.0,
)  # fmt: skip

MIXES = 17
REGRET = Sheet(
    "Regret", "Regret of each mix", "By how much each mix misses the lowest cost of a million tokens in each case",
    MIXES,
    (Row("share", "Share of device 1", "share", "=in_min_share+(in_max_share-in_min_share)*(number-1)/(COLUMNS(number[:])-1)",
         format="share"), COUNT),
    (
        Section("Regret in each case", tuple(
            Row(f"regret_{k}", case, "USD/Mtok", f"=share*Cases.flexible[@{k}]+(1-share)*Cases.fixed[@{k}]-Cases.best[@{k}]",
                format="number4") for k, case in enumerate(CASES, 1)
        )),
        Section("Over the cases", (
            Row("expected", "Expected cost", "USD/Mtok", "=share*Cases.flexible.total+(1-share)*Cases.fixed.total", format="number4"),
            Row("mean_regret", "Expected regret", "USD/Mtok", "=expected-SUMPRODUCT(Cases.odds[:]*Cases.best[:])", format="number4"),
            Row("worst", "Worst regret", "USD/Mtok", "=MAX(regret_1,regret_2,regret_3,regret_4)", format="number4", strong=True),
        )),
        Section("The share that hedges", (
            Row("dear", "Most by which device 1 is dearer", "USD/Mtok", total="=MAX(0,MAX(Cases.gap[:]))", format="number4"),
            Row("cheap", "Most by which device 2 is dearer", "USD/Mtok", total="=MAX(0,-MIN(Cases.gap[:]))", format="number4"),
            Row("hedge", "Share with the least worst regret", "share",
                total="=IF(dear+cheap>0,(dear*in_min_share+cheap*in_max_share)/MAX(dear+cheap,1/10^9),in_max_share)", format="share"),
            Row("hedge_worst", "Its worst regret", "USD/Mtok",
                total="=MAX((hedge-in_min_share)*dear,(in_max_share-hedge)*cheap)", format="number4"),
            Row("mean_best", "Least expected cost", "USD/Mtok",
                total="=MIN(in_min_share*(Cases.flexible.total-Cases.fixed.total),in_max_share*(Cases.flexible.total-Cases.fixed.total))"
                "+Cases.fixed.total", format="number4"),
            Row("plan", "Target share of the last quarter", "share", total="=INDEX(Mix.target_1[:],COLUMNS(Mix.target_1[:]))",
                format="share"),
            Row("plan_worst", "Its worst regret", "USD/Mtok", total="=Cases.plan_regret.total", format="number4"),
        )),
    ),
    width=11.0,
)  # fmt: skip
