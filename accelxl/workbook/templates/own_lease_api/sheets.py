"""The calculation sheets of own, lease or API: one basis, other horizons, break-even utilization, the lease, the commitment."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.own_lease_api.inputs import AGES, CONTRACTS, KINDS

COUNT = Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")


def per_mtok(name: str, label: str, source: str) -> Row:
    """Return a part of the cost of a million tokens."""
    return Row(name, label, "USD/Mtok", f"=IF(pv_mtok>0,{source}/pv_mtok,0)", format="number4")


BASIS = Sheet(
    "Basis", "One basis", "Each contract for the work of one accelerator: present value of its cost over present value of the tokens",
    len(CONTRACTS),
    (Row("contract", "Contract", "", texts=CONTRACTS), COUNT, Row("kind", "Kind", "text", texts=KINDS)),
    (
        Section("The work of one accelerator", (
            Row("full_mtok", "Tokens of a month at full use", "Mtok",
                total="=in_tokens_per_second*k_seconds_per_hour*k_hours_per_month/10^6", format="number1"),
            Row("rate", "Cost of capital of a month", "1/month", total="=(1+in_discount_rate)^(1/12)-1", format="share2"),
            Row("annuity", "Discounted months of the horizon", "months", total="=PV(rate,in_months,-1)", format="number3"),
            Row("at_end", "Discount factor of the end", "ratio", total="=(1+rate)^-in_months", format="number4"),
            Row("pv_mtok", "Present value of the tokens", "Mtok", total="=full_mtok*in_utilization*annuity", strong=True),
        )),
        Section("Owned or leased", (
            Row("price", "Price with network, storage and spares", "USD", total="=in_unit_price_usd*(1+in_attach_share)"),
            Row("age", "Whole years of the horizon", "years", total="=INT(in_months/12)", format="months"),
            Row("next_residual", "Resale value a year later", "share",
                total="=INDEX(in_residual,MIN(ROWS(in_residual),age+1))", format="share"),
            Row("residual", "Resale value at the end of the horizon", "share",
                total="=INDEX(in_residual,age)+(next_residual-INDEX(in_residual,age))*(in_months/12-age)", format="share"),
            Row("power_hour", "Electricity", "USD/h",
                total="=in_power_kw*in_load_factor*in_pue*in_electricity_usd_per_kwh", format="number4"),
            Row("site_hour", "Colocation", "USD/h", total="=in_power_kw*in_colo_usd_per_kw_month/k_hours_per_month", format="number4"),
            Row("upkeep_hour", "Maintenance, insurance, property tax", "USD/h", total="=price*in_upkeep_share/(12*k_hours_per_month)",
                format="number4"),
            Row("software_hour", "Software and support", "USD/h", total="=in_software_usd_per_year/(12*k_hours_per_month)",
                format="number4"),
        )),
        Section("Terms of each contract", (
            Row("fixed", "Paid for every hour, used or not", "flag", '=IF(OR(kind="own",kind="lease",kind="reserved"),1,0)',
                format="flag"),
            Row("at_once", "Paid at the start", "USD", "=CHOOSE(number,price,in_lease_upfront_usd,0,0,0,0)", sign="+"),
            Row("back", "Resale, present value", "USD", '=IF(kind="own",-price*residual*at_end,0)', sign="-"),
            Row("a_month", "Paid a month", "USD/month",
                "=CHOOSE(number,0,in_lease_usd_per_month,in_reserved_usd_per_hour*k_hours_per_month,0,0,0)", sign="+"),
            Row("place_hour", "Electricity and colocation", "USD/h", "=CHOOSE(number,1,1,0,0,0,0)*(power_hour+site_hour)",
                format="number4"),
            Row("upkeep", "Software, maintenance, insurance", "USD/h",
                "=CHOOSE(number,1,1,0,0,0,0)*software_hour+CHOOSE(number,1,1-in_lessor_share,0,0,0,0)*upkeep_hour", format="number4"),
            Row("use_month", "Paid for a month at full use, today", "USD/month",
                "=CHOOSE(number,0,0,0,in_demand_usd_per_hour*k_hours_per_month,in_spot_usd_per_hour*k_hours_per_month/(1-in_lost_share),"
                "in_api_usd_per_mtok*full_mtok)", sign="+"),
            Row("fall", "Yearly fall of the price", "1/year", "=CHOOSE(number,0,0,0,in_rent_decline,in_rent_decline,in_api_decline)",
                format="share"),
            Row("fall_factor", "Monthly factor, falling and discounted", "ratio", "=((1-fall)/(1+in_discount_rate))^(1/12)",
                format="number4"),
            Row("fall_months", "Months at today's price", "months", "=PV(1/fall_factor-1,in_months,-1)", format="number3"),
        )),
        Section("Present value of the cost, for the work of one accelerator", (
            Row("pv_paid", "Price, rent or tokens", "USD",
                "=IF(fixed=1,(at_once+back+a_month*annuity)/in_availability,in_utilization*use_month*fall_months)", sign="+"),
            Row("pv_place", "Electricity and colocation", "USD", "=place_hour*k_hours_per_month*annuity/in_availability", sign="+"),
            Row("pv_upkeep", "Software, maintenance, insurance", "USD", "=upkeep*k_hours_per_month*annuity/in_availability", sign="+"),
            Row("pv_cost", "Present value of the cost", "USD", "=pv_paid+pv_place+pv_upkeep", sign="+", strong=True),
            Row("pv_full", "The same at full use", "USD", "=IF(fixed=1,pv_cost,use_month*fall_months)", sign="+"),
        )),
        Section("On one basis", (
            Row("cost", "Cost of a million tokens", "USD/Mtok", "=IF(pv_mtok>0,pv_cost/pv_mtok,0)", format="number4", strong=True),
            per_mtok("paid_per_mtok", "Price, rent or tokens", "pv_paid"),
            per_mtok("place_per_mtok", "Electricity and colocation", "pv_place"),
            per_mtok("upkeep_per_mtok", "Software, maintenance, insurance", "pv_upkeep"),
            Row("hour", "Cost of an hour of use", "USD/h", "=pv_cost/annuity/(k_hours_per_month*in_utilization)", format="number3"),
            Row("whole", "Present value of the cost of all accelerators", "USD", "=pv_cost*in_accelerators", sign="+"),
            Row("over", "Over the cheapest", "share", "=IF(least>0,cost/least-1,0)", format="share"),
            Row("even", "Utilization above which it beats all that is paid by use", "share",
                "=IF(AND(fixed=1,pv_cost<=rival,rival>0),pv_cost/MAX(rival,1/10^9),0)", format="share"),
            Row("even_demand", "Utilization above which it beats on-demand", "share",
                "=IF(AND(fixed=1,pv_cost<=demand,demand>0),pv_cost/MAX(demand,1/10^9),0)", format="share"),
            Row("mark", "Contract and cost", "USD/Mtok", '=contract&": "&TEXT(cost,"0.000")', format="text"),
        )),
        Section("The cheapest", (
            Row("least", "Lowest cost of a million tokens", "USD/Mtok", total="=MIN(cost[:])", format="number4"),
            Row("best", "Its number", "number", total="=MATCH(least,cost[:],0)", format="year"),
            Row("best_contract", "Its name", "", total="=INDEX(contract[:],best)", format="text"),
            Row("others", "Cost, the cheapest left out", "USD/Mtok", "=IF(number=best,10^6,cost)", "=MIN(others[:])", format="number3"),
            Row("best_whole", "Present value of its cost, all accelerators", "USD", total="=INDEX(whole[:],best)"),
            Row("second", "Second-lowest over lowest", "share", total="=IF(least>0,others.total/least-1,0)", format="share"),
            Row("firm_cost", "Cost, spot left out", "USD/Mtok", '=IF(kind="spot",10^6,cost)', "=MIN(firm_cost[:])", format="number3"),
            Row("firm_contract", "Cheapest without interruptions", "",
                total="=INDEX(contract[:],MATCH(firm_cost.total,firm_cost[:],0))", format="text"),
            Row("demand", "On-demand at full use", "USD", total="=pv_full[@4]"),
            Row("rival", "Cheapest that is paid by use, at full use", "USD", total="=MIN(pv_full[@4],pv_full[@5],pv_full[@6])"),
            Row("saving", "Owning saves against on-demand, all accelerators", "USD", total="=whole[@4]-whole[@1]"),
        )),
    ),
    width=14.0,
)  # fmt: skip


def fixed_at(name: str, label: str, paid: str, hourly: str) -> Row:
    """Return the cost of a million tokens of a contract that is paid for every hour, over the months of a column."""
    return Row(
        name, label, "USD/Mtok", f"=({paid}+{hourly}*k_hours_per_month*worth)/in_availability/mtok", format="number4"
    )


def used_at(name: str, label: str, column: int) -> Row:
    """Return the cost of a million tokens of a contract that is paid by use, over the months of a column."""
    return Row(name, label, "USD/Mtok",
               f"=in_utilization*Basis.use_month[@{column}]*PV(1/Basis.fall_factor[@{column}]-1,length,-1)/mtok",
               format="number4")  # fmt: skip


HORIZONS = Sheet(
    "Horizons", "Other horizons", "The cost of a million tokens if the work lasts for one to five years",
    len(AGES),
    (Row("span", "Horizon", "", '=TEXT(length,"0")&" months"', format="text"), COUNT,
     Row("length", "Months", "months", "=number*12", format="months")),
    (
        Section("Factors", (
            Row("worth", "Discounted months", "months", "=PV(Basis.rate,length,-1)", format="number3"),
            Row("mtok", "Present value of the tokens", "Mtok", "=Basis.full_mtok*in_utilization*worth"),
            Row("resale", "Resale value", "share", "=INDEX(in_residual,number)", format="share"),
            Row("kept", "Price less resale", "USD", "=Basis.price*(1-resale*(1+Basis.rate)^-length)"),
        )),
        Section("Cost of a million tokens", (
            fixed_at("own", "Own", "kept", "(Basis.place_hour[@1]+Basis.upkeep[@1])"),
            fixed_at("lease", "Lease", "in_lease_upfront_usd+in_lease_usd_per_month*worth",
                     "(Basis.place_hour[@2]+Basis.upkeep[@2])"),
            fixed_at("reserved", "Reserved", "0", "in_reserved_usd_per_hour"),
            used_at("demand", "On-demand", 4),
            used_at("spot", "Spot", 5),
            used_at("api", "API", 6),
        )),
        Section("The cheapest", (
            Row("lowest", "Lowest cost", "USD/Mtok", "=MIN(own,lease,reserved,demand,spot,api)", format="number4"),
            Row("owning", "Owning over the lowest", "share", "=IF(lowest>0,own/lowest-1,0)", format="share"),
        )),
    ),
    width=14.0,
)  # fmt: skip

STEPS = 16
EVEN = Sheet(
    "Even", "Break-even utilization", "The cost of a million tokens of each contract as the accelerators fill",
    STEPS,
    (Row("fill", "Utilization", "share", "=k_first_utilization+(number-1)*k_utilization_step", format="share"), COUNT),
    (
        Section("Cost of a million tokens", (
            *(Row(name, label, "USD/Mtok", f"=full_{name}/(worth_mtok*fill)", format="number4")
              for name, label in (("own", "Own"), ("lease", "Lease"), ("reserved", "Reserved"))),
            *(Row(name, label, "USD/Mtok", f"=full_{name}/worth_mtok", format="number4")
              for name, label in (("demand", "On-demand"), ("spot", "Spot"), ("api", "API"))),
        )),
        Section("Present values", (
            Row("worth_mtok", "Tokens at full use", "Mtok", total="=Basis.full_mtok*Basis.annuity"),
            *(Row(f"full_{name}", f"Cost at full use: {label.lower()}", "USD", total=f"=Basis.pv_full[@{k}]")
              for k, (name, label) in enumerate(zip(("own", "lease", "reserved", "demand", "spot", "api"), CONTRACTS, strict=True), 1)),
        )),
        Section("Points of the chart", (
            Row("plan_fill", "Utilization of the plan", "share", total="=in_utilization", format="share"),
            Row("plan_cost", "Owning at that utilization", "USD/Mtok", total="=Basis.cost[@1]", format="number4"),
            Row("even_fill", "Break-even utilization of owning", "share", total="=Basis.even[@1]", format="share"),
            Row("even_cost", "Cost at the break-even", "USD/Mtok", total="=MIN(full_demand,full_spot,full_api)/worth_mtok",
                format="number4"),
        )),
    ),
    width=9.0,
)  # fmt: skip
