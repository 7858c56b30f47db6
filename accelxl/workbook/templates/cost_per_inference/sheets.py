"""The calculation sheets of cost per inference: present values in closed form, as delivered and on time, and the comparison.

Each monthly series grows by a constant factor q, so its present value is a geometric sum: ``q**(a+1) + ... + q**(a+n)`` is ``q**a``
times the present value of an annuity of n payments of 1 at the rate ``1/q - 1``.
"""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.cost_per_inference.inputs import DEVICES

HEAD = (
    Row("device", "Device", "", "=INDEX(in_device,number)", format="text"),
    Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year"),
)


def quantity(name: str, label: str, unit: str, source: str, format: str = "number") -> Row:
    """Return a link to the input of each device."""
    return Row(name, label, unit, f"=INDEX(in_{source},number)", format=format)


def growth(name: str, label: str, rate: str) -> Row:
    """Return the monthly factor of a series that grows by a yearly rate and is discounted."""
    return Row(name, label, "ratio", total=f"=((1+{rate})/(1+in_discount_rate))^(1/12)", format="number4")


def spread(name: str, label: str, factor: str, months: str = "months") -> Row:
    """Return the geometric sum ``factor + ... + factor**months``: an annuity at the rate that the factor discounts by."""
    return Row(name, label, "months", f"=PV(1/{factor}-1,{months},-1)", format="number3")


RATES = Section("Monthly factors", (
    Row("plain", "Discount factor of a month", "ratio", total="=(1+in_discount_rate)^-(1/12)", format="number4"),
    growth("power_factor", "Electricity, growing and discounted", "in_electricity_growth_per_year"),
    growth("index_factor", "Running cost, growing and discounted", "in_inflation_per_year"),
))  # fmt: skip


def timed(slip: str) -> Section:
    """Return the calendar of each device; `slip` is the formula of its slip."""
    return Section("Calendar", (
        quantity("owned_word", "Contract", "text", "contract", "text"),
        Row("owned", "Bought", "flag", '=IF(owned_word="own",1,0)', format="flag"),
        Row("slip", "Slip of the delivery", "months", slip, format="months"),
        Row("delivery", "Delivery", "month", "=INDEX(in_lead_time_months,number)+slip", format="months"),
        Row("start", "Last month before production", "month", "=delivery+INDEX(in_install_months,number)", format="months"),
        Row("lost", "Months of service that the slip costs", "months", '=IF(in_life_starts="schedule",slip,0)', format="months"),
        Row("months", "Months of service", "months", "=MAX(0,in_economic_life_months-lost)", format="months"),
    ))  # fmt: skip


def bodies(utilization: str) -> tuple[Section, ...]:
    """Return present values of tokens and of each part of the cost, for one accelerator."""
    return (
        Section("Tokens of one accelerator", (
            quantity("tokens_per_second", "Throughput", "tokens/s", "tokens_per_second"),
            quantity("drift", "Loss of effective throughput", "1/year", "drift_per_year", "share"),
            Row("utilization", "Utilization", "share", utilization, format="share"),
            Row("month_mtok", "Tokens of the first month at that rate", "Mtok/month",
                "=tokens_per_second*utilization*in_availability*k_hours_per_month*k_seconds_per_hour/10^6", format="number1"),
            Row("token_factor", "Monthly factor of tokens", "ratio", "=((1-drift)/(1+in_discount_rate))^(1/12)", format="number4"),
            spread("token_months", "Discounted months of tokens from the start", "token_factor"),
            Row("waiting", "Discount to the start", "ratio", "=plain^start", format="number4"),
            Row("pv_mtok", "Present value of tokens", "Mtok", "=month_mtok*waiting*token_months", sign="+", strong=True),
        )),
        Section("Discounted months", (
            spread("plain_months", "Months of service", "plain"),
            spread("power_months", "Months of electricity", "power_factor"),
            spread("index_months", "Months of running cost", "index_factor"),
            spread("held_months", "Months of the site, from the planned start", "index_factor", "slip+months"),
            Row("pv_hours", "Present value of hours in production", "h", "=k_hours_per_month*waiting*plain_months"),
        )),
        Section("Present value of the cost of one accelerator", (
            Row("cost", "Price with network, storage and spares", "USD",
                "=owned*INDEX(in_unit_price_usd,number)*(1+in_attach_share)", sign="+"),
            Row("kw", "Power that the buyer pays", "kW", "=owned*INDEX(in_power_kw,number)", format="number2"),
            Row("payments", "Payments for it", "USD", "=cost*(in_deposit_share+(1-in_deposit_share)*plain^delivery)", sign="+"),
            Row("resale", "Resale at the end of service", "USD", "=-cost*in_residual_share*plain^(start+months)", sign="-"),
            Row("rent", "Rent", "USD",
                "=(1-owned)*INDEX(in_rent_usd_per_hour,number)*k_hours_per_month*waiting*plain_months", sign="+"),
            Row("pv_hardware", "Hardware: payments less resale, or rent", "USD", "=payments+resale+rent", sign="+"),
            Row("pv_power", "Electricity", "USD",
                "=kw*in_load_factor*in_pue*k_hours_per_month*in_electricity_usd_per_kwh*power_factor^start*power_months", sign="+"),
            Row("pv_site", "Colocation, from the planned start", "USD",
                "=kw*in_colo_usd_per_kw_month*index_factor^(start-slip)*held_months", sign="+"),
            Row("upkeep_month", "Software, maintenance, insurance, a month", "USD/month",
                "=(in_software_usd_per_unit_year+cost*in_opex_share_per_year)/12", sign="+"),
            Row("pv_running", "Software, maintenance, insurance", "USD", "=upkeep_month*index_factor^start*index_months", sign="+"),
            Row("pv_cost", "Present value of the cost", "USD", "=pv_hardware+pv_power+pv_site+pv_running", sign="+", strong=True),
        )),
        Section("Cost of a million tokens", (
            part("hardware", "Hardware"),
            part("power", "Electricity"),
            part("site", "Colocation"),
            part("running", "Software and upkeep"),
            Row("cost_per_mtok", "Cost of a million tokens", "USD/Mtok", "=IF(pv_mtok>0,pv_cost/pv_mtok,0)", format="number4",
                strong=True),
            Row("cost_per_hour", "Cost of an accelerator-hour", "USD/h", "=IF(pv_hours>0,pv_cost/pv_hours,0)", format="number3"),
        )),
    )  # fmt: skip


def part(name: str, label: str) -> Row:
    """Return a part of the cost of a million tokens."""
    return Row(f"{name}_per_mtok", label, "USD/Mtok", f"=IF(pv_mtok>0,pv_{name}/pv_mtok,0)", format="number4")


DELIVERED = Sheet(
    "Delivered", "As delivered", "Cost of each device with its slip and utilization; one accelerator, present values at the decision",
    len(DEVICES), HEAD,
    (RATES, timed("=INDEX(in_delay_months,number)"), *bodies("=INDEX(in_utilization,number)")),
    width=14.0,
)  # fmt: skip
PROMPT = Sheet(
    "Prompt", "Without the slip", "The same devices delivered on time: what the slip costs is the difference",
    len(DEVICES), HEAD,
    (RATES, timed("=0*INDEX(in_delay_months,number)"), *bodies("=INDEX(in_utilization,number)")),
    width=14.0,
)  # fmt: skip

COMPARE = Sheet(
    "Compare", "Comparison",
    "What each device costs per million tokens and per inference, and what of it idle capacity and the slip are",
    len(DEVICES), HEAD,
    (
        Section("Cost of a million tokens", (
            Row("cost", "Cost as delivered", "USD/Mtok", "=Delivered.cost_per_mtok", format="number4", strong=True),
            Row("prompt", "Cost without the slip", "USD/Mtok", "=Prompt.cost_per_mtok", format="number4"),
            Row("full", "Cost without the slip, at full use", "USD/Mtok", "=prompt*INDEX(in_utilization,number)", format="number4"),
            Row("idle", "Of it idle capacity", "USD/Mtok", "=prompt-full", format="number4"),
            Row("late", "Of it the slip", "USD/Mtok", "=cost-prompt", format="number4"),
            Row("late_part", "Slip, share of the cost", "share", "=IF(cost>0,late/cost,0)", format="share"),
        )),
        Section("Cost of an inference", (
            Row("tokens", "Tokens of an inference", "tokens", total="=in_input_tokens+in_output_tokens"),
            Row("inference", "Cost of 1,000 inferences", "USD", "=cost*tokens*k_pricing_batch/10^6", format="number3", strong=True),
            Row("answer", "Cost of 1,000 accepted answers", "USD",
                "=(inference+in_review_usd*k_pricing_batch)/in_acceptance", format="number3"),
            Row("hour", "Cost of an accelerator-hour", "USD/h", "=Delivered.cost_per_hour", format="number3"),
        )),
        Section("Energy", (
            Row("kw", "Mean draw at the meter", "kW", "=INDEX(in_power_kw,number)*in_load_factor*in_pue", format="number2"),
            Row("served_tps", "Tokens a second that are served, first month", "tokens/s",
                "=INDEX(in_tokens_per_second,number)*INDEX(in_utilization,number)*in_availability"),
            Row("joule", "Energy of a token, first month", "J", "=IF(served_tps>0,kw*10^3/MAX(1,served_tps),0)", format="number3"),
        )),
        Section("Ranking", (
            Row("served", "The device serves tokens", "flag", "=IF(cost>0,1,0)", "=SUM(served[:])", format="flag"),
            Row("ranked", "Cost, out of reach where no token is served", "USD/Mtok", "=IF(served=1,cost,10^6)", format="number2"),
            Row("others", "The same without the cheapest", "USD/Mtok", "=IF(number=best,10^6,ranked)", format="number2"),
            Row("even", "Utilization at which it costs what the cheapest does", "share",
                "=IF(least>0,INDEX(in_utilization,number)*cost/least,0)", format="share"),
            Row("now", "Utilization now", "share", "=INDEX(in_utilization,number)", format="share"),
            Row("margin", "Gross margin at the price to compare with", "share",
                "=IF(in_price_usd_per_mtok>0,1-cost/in_price_usd_per_mtok,0)", format="share"),
            Row("mark", "Device and cost of a million tokens", "USD", '=device&": "&TEXT(cost,"0.000")', format="text"),
            Row("mark_inference", "Device and cost of 1,000 inferences", "USD", '=device&": "&TEXT(inference,"0.00")', format="text"),
        )),
        Section("The cheapest device", (
            Row("least", "Lowest cost of a million tokens", "USD/Mtok", total="=IF(served.total>0,MIN(ranked[:]),0)", format="number4"),
            Row("best", "Its number", "number", total="=MATCH(MIN(ranked[:]),ranked[:],0)", format="year"),
            Row("best_device", "Its name", "", total="=INDEX(in_device,best)", format="text"),
            Row("best_inference", "Its cost of 1,000 inferences", "USD", total="=INDEX(inference[:],best)", format="number3"),
            Row("best_answer", "Its cost of 1,000 accepted answers", "USD", total="=INDEX(answer[:],best)", format="number3"),
            Row("best_late", "What its slip adds", "share", total="=INDEX(late_part[:],best)", format="share"),
            Row("best_idle", "What its idle capacity adds to full use", "share",
                total="=IF(INDEX(full[:],best)>0,INDEX(idle[:],best)/INDEX(full[:],best),0)", format="share"),
            Row("best_margin", "Gross margin at the price to compare with", "share", total="=INDEX(margin[:],best)", format="share"),
            Row("second", "Second-lowest cost", "USD/Mtok", total="=MIN(others[:])", format="number4"),
            Row("lead", "Second over lowest", "share", total="=IF(served.total>1,second/MAX(least,1/10^9)-1,0)", format="share"),
            Row("most", "Highest cost", "USD/Mtok", total="=MAX(cost[:])", format="number4"),
        )),
    ),
    width=14.0,
)  # fmt: skip
