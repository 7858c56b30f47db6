"""The months of the accelerator budget in native formulas: the plan model, tranche by tranche, money out negative."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet, Sign

MONTHS = 97
"""Months 0 to 96: the longest single Low or High fits; a check tells when a combination does not."""

TIMELINE = (
    Row("month", "Month", "months", "=IF(ISNUMBER(month[-1]),month[-1]+1,0)", format="year"),
    Row("opens", "First day of the month", "date", "=EDATE(in_start_date,MAX(month,1)-1)", format="date"),
    Row(
        "fiscal_year",
        "Fiscal year",
        "year",
        "=YEAR(opens)+IF(MONTH(opens)>in_fiscal_year_end_month,1,0)",
        format="year",
    ),
)


def calendar(k: int) -> Section:
    """Return the dates of a tranche and its fixed amounts."""
    return Section(f"Calendar and fixed amounts, tranche {k}", (
        Row(f"delivery_{k}", "Delivery", "month",
            total=f"=in_order_month_{k}+in_lead_time_months_{k}+in_delay_months_{k}", format="months"),
        Row(f"start_{k}", "Last month before production", "month", total=f"=delivery_{k}+in_install_months_{k}", format="months"),
        Row(f"planned_{k}", "The same without the slip", "month", total=f"=start_{k}-in_delay_months_{k}", format="months"),
        Row(f"end_{k}", "Last month of service", "month",
            total=f'=IF(in_life_starts_{k}="schedule",planned_{k},start_{k})+in_economic_life_months_{k}', format="months"),
        Row(f"cost_{k}", "Cost of the accelerators", "USD",
            total=f"=in_units_{k}*in_unit_price_usd_{k}*(1+in_attach_share_{k})"),
        Row(f"powered_{k}", "Accelerators powered", "accelerators", total=f"=in_units_{k}*(1-in_stranded_share_{k})"),
        Row(f"resale_{k}", "Resale value and book salvage", "USD", total=f"=cost_{k}*in_residual_share_{k}"),
        Row(f"full_{k}", "Full throughput of the tranche", "Mtok/month",
            total=f"=powered_{k}*in_tokens_per_second_{k}*in_availability_{k}*k_hours_per_month*k_seconds_per_hour/10^6"),
        Row(f"service_opens_{k}", "First day of service", "date", total=f"=EDATE(in_start_date,start_{k})", format="date"),
        Row(f"first_year_{k}", "First fiscal year of service", "year",
            total=f"=YEAR(service_opens_{k})+IF(MONTH(service_opens_{k})>in_fiscal_year_end_month,1,0)", format="year"),
        Row(f"first_months_{k}", "Months of service in that year", "months",
            total=f"=MOD(in_fiscal_year_end_month-MONTH(service_opens_{k}),12)+1", format="months"),
        Row(f"taxed_as_book_{k}", "Tax depreciation follows the books", "flag",
            total=f'=IF(in_tax_method_{k}="book",1,0)', format="flag"),
        Row(f"macrs_{k}", "Tax depreciation by MACRS", "flag", total=f'=IF(in_tax_method_{k}="MACRS5",1,0)', format="flag"),
        Row(f"regular_cost_{k}", "Cost that is depreciated for tax after the bonus", "USD",
            total=f"=cost_{k}*(1-in_bonus_share_{k})*(1-taxed_as_book_{k})"),
        Row(f"method_{k}", "Book method: 1 SL, 2 DDB, 3 SYD, 4 VDB", "number",
            total=f'=MATCH(in_book_method_{k},{{"SL","DDB","SYD","VDB"}},0)', format="year"),
    ))  # fmt: skip


BLENDED = (
    Row("price_in", "Price of an input token, blended, today", "USD/Mtok",
        total="=(1-in_cache_hit_rate)*in_price_input_usd_per_mtok+in_cache_hit_rate*in_price_cached_usd_per_mtok", format="number3"),
    Row("price_today", "Price of a token, blended, today", "USD/Mtok",
        total="=in_input_share*price_in+(1-in_input_share)*in_price_output_usd_per_mtok", format="number3"),
)  # fmt: skip


def plus(names: str, tranches: int, mark: str = "+") -> str:
    """Return rows of every tranche with a sign between them: `names` may hold several, with a comma between."""
    return mark.join(f"{name}_{k}" for k in range(1, tranches + 1) for name in names.split(","))


def market(tranches: int, today: tuple[Row, ...]) -> Section:
    """Return prices and demand by month; `today` ends with the price of a token today."""
    return Section("Prices and demand", (
        *today,
        Row("limited", "Demand is limited", "flag", total="=IF(ISNUMBER(in_demand_mtok_per_month),1,0)", format="flag"),
        Row("first_service", "First planned start of service", "month",
            total=f"=MIN({plus('planned', tranches, ',')})", format="months"),
        Row("horizon", "Last month of the plan", "month", total=f"=MAX({plus('end', tranches, ',')})", format="months"),
        Row("price", "Price of a token", "USD/Mtok", "=price_today*(1-in_price_decline_per_year)^(month/12)", format="number3"),
        Row("electricity", "Price of electricity", "USD/kWh",
            "=in_electricity_usd_per_kwh*(1+in_electricity_growth_per_year)^(month/12)", format="number4"),
        Row("index", "Index of inflation", "ratio", "=(1+in_inflation_per_year)^(month/12)", format="number4"),
        Row("adoption", "Adoption", "share",
            '=IF(in_adoption="logistic",1/(1+EXP(MIN(100,-in_adoption_rate_per_month*(month-in_adoption_midpoint_month)))),1)',
            format="share"),
        Row("demand", "Demand, where it is limited", "Mtok", "=limited*in_demand_mtok_per_month*adoption", "=SUM(demand[:])"),
    ))  # fmt: skip


def service(k: int) -> Section:
    """Return the tokens and running costs of a tranche."""
    left = "demand" if k == 1 else "demand-served_1"
    return Section(f"Service, tranche {k}", (
        Row(f"production_{k}", "In production", "flag", f"=IF(AND(month>start_{k},month<=end_{k}),1,0)",
            f"=SUM(production_{k}[:])", format="flag"),
        Row(f"racked_{k}", "Racks held", "flag", f"=IF(AND(month>planned_{k},month<=end_{k}),1,0)",
            f"=SUM(racked_{k}[:])", format="flag"),
        Row(f"nominal_{k}", "Full throughput", "Mtok",
            f"=production_{k}*full_{k}*(1-in_drift_per_year_{k})^((month-start_{k})/12)", f"=SUM(nominal_{k}[:])", "+"),
        Row(f"capacity_{k}", "Capacity at the utilization", "Mtok", f"=nominal_{k}*in_utilization_{k}", f"=SUM(capacity_{k}[:])", "+"),
        Row(f"served_{k}", "Tokens served", "Mtok",
            f"=IF(limited=1,MIN(capacity_{k},{left}),capacity_{k}*adoption)", f"=SUM(served_{k}[:])", "+"),
        Row(f"kwh_{k}", "Energy", "kWh",
            f"=production_{k}*powered_{k}*in_power_kw_{k}*in_load_factor_{k}*in_pue*k_hours_per_month", f"=SUM(kwh_{k}[:])", "+"),
        Row(f"energy_{k}", "Electricity", "USD", f"=-kwh_{k}*electricity*(1-in_colo_includes_power)", f"=SUM(energy_{k}[:])", "-"),
        Row(f"colo_{k}", "Colocation", "USD",
            f"=-racked_{k}*in_units_{k}*in_power_kw_{k}*in_colo_usd_per_kw_month*index", f"=SUM(colo_{k}[:])", "-"),
        Row(f"software_{k}", "Software", "USD",
            f"=-production_{k}*in_units_{k}*in_software_usd_per_unit_year/12*index", f"=SUM(software_{k}[:])", "-"),
        Row(f"upkeep_{k}", "Maintenance, insurance, property tax", "USD",
            f"=-production_{k}*cost_{k}*in_opex_share_per_year/12*index", f"=SUM(upkeep_{k}[:])", "-"),
    ))  # fmt: skip


def capital(k: int) -> Section:
    """Return payments, book value and tax basis of a tranche, each balance as opening, additions and subtractions."""
    life = f"in_book_life_months_{k}"
    return Section(f"Capital, tranche {k}", (
        Row(f"deposit_{k}", "Paid at the order", "USD",
            f"=-IF(month=in_order_month_{k},1,0)*cost_{k}*in_deposit_share_{k}", f"=SUM(deposit_{k}[:])", "-"),
        Row(f"balance_{k}", "Paid on delivery", "USD",
            f"=-IF(month=delivery_{k},1,0)*cost_{k}*(1-in_deposit_share_{k})", f"=SUM(balance_{k}[:])", "-"),
        Row(f"resold_{k}", "Resale at the end of service", "USD", f"=IF(month=end_{k},1,0)*resale_{k}", f"=SUM(resold_{k}[:])", "+"),
        Row(f"writing_{k}", "Month of the book life", "months",
            f"=IF(AND(month>start_{k},month<=MIN(end_{k},start_{k}+{life})),month-start_{k},0)", format="months"),
        Row(f"written_{k}", "In the book life", "flag", f"=IF(writing_{k}>0,1,0)", f"=SUM(written_{k}[:])", format="flag"),
        Row(f"straight_{k}", "Straight line", "USD", f"=written_{k}*(cost_{k}-resale_{k})/{life}"),
        Row(f"digits_{k}", "Sum of digits", "USD",
            f"=written_{k}*(cost_{k}-resale_{k})*({life}-writing_{k}+1)*2/({life}*({life}+1))"),
        Row(f"declining_{k}", "Double declining balance", "USD", f"=written_{k}*MIN(2/{life}*open_{k},open_{k}-resale_{k})"),
        Row(f"switching_{k}", "Double declining, then straight line", "USD",
            f"=MAX(declining_{k},written_{k}*(open_{k}-resale_{k})/MAX(1,{life}-writing_{k}+1))"),
        Row(f"open_{k}", "Book value, opening", "USD", f"=close_{k}[-1]"),
        Row(f"bought_{k}", "Additions", "USD", f"=-deposit_{k}-balance_{k}", f"=SUM(bought_{k}[:])", "+"),
        Row(f"depreciation_{k}", "Depreciation", "USD",
            f"=-CHOOSE(method_{k},straight_{k},declining_{k},digits_{k},switching_{k})", f"=SUM(depreciation_{k}[:])", "-"),
        Row(f"retired_{k}", "Written off at the end of service", "USD",
            f"=-IF(month=end_{k},1,0)*(open_{k}+bought_{k}+depreciation_{k})", f"=SUM(retired_{k}[:])", "-"),
        Row(f"close_{k}", "Book value, closing", "USD", f"=open_{k}+bought_{k}+depreciation_{k}+retired_{k}", strong=True),
        Row(f"recovery_{k}", "Recovery year for tax", "year", f"=production_{k}*(fiscal_year-first_year_{k}+1)", format="year"),
        Row(f"share_{k}", "Tax share of that year", "share",
            f"=IF(AND(recovery_{k}>=1,recovery_{k}<=ROWS(k_macrs5)),INDEX(k_macrs5,MIN(MAX(1,recovery_{k}),ROWS(k_macrs5))),0)",
            format="share2"),
        Row(f"spread_{k}", "Months that bear it", "months", f"=IF(recovery_{k}=1,first_months_{k},12)", format="months"),
        Row(f"bonus_{k}", "Bonus depreciation", "USD",
            f"=-IF(recovery_{k}=1,1-taxed_as_book_{k},0)*in_bonus_share_{k}*cost_{k}/first_months_{k}", f"=SUM(bonus_{k}[:])", "-"),
        Row(f"regular_{k}", "Regular tax depreciation", "USD",
            f"=-regular_cost_{k}*(macrs_{k}*share_{k}/spread_{k}+(1-macrs_{k})*written_{k}/{life})",
            f"=SUM(regular_{k}[:])", "-"),
        Row(f"basis_open_{k}", "Tax basis, opening", "USD", f"=basis_close_{k}[-1]"),
        Row(f"basis_bought_{k}", "Additions", "USD", f"=bought_{k}", f"=SUM(basis_bought_{k}[:])", "+"),
        Row(f"tax_depreciation_{k}", "Tax depreciation", "USD",
            f"=IF(taxed_as_book_{k}=1,depreciation_{k},bonus_{k}+regular_{k})", f"=SUM(tax_depreciation_{k}[:])", "-"),
        Row(f"basis_retired_{k}", "Written off at the end of service", "USD",
            f"=-IF(month=end_{k},1,0)*(basis_open_{k}+basis_bought_{k}+tax_depreciation_{k})", f"=SUM(basis_retired_{k}[:])", "-"),
        Row(f"basis_close_{k}", "Tax basis, closing", "USD",
            f"=basis_open_{k}+basis_bought_{k}+tax_depreciation_{k}+basis_retired_{k}", strong=True),
    ))  # fmt: skip


def total(
    name: str,
    label: str,
    formula: str,
    sign: Sign = "+/-",
    *,
    unit: str = "USD",
    strong: bool = False,
    format: str = "number",
) -> Row:
    """Return a row with a sum in its total column."""
    return Row(name, label, unit, formula, f"=SUM({name}[:])", sign, format, strong)


def result(tranches: int) -> Section:
    """Return tokens, revenue, cost and profit of all tranches."""
    return Section("Result", (
        total("nominal", "Full throughput", "=" + plus("nominal", tranches), "+", unit="Mtok"),
        total("capacity", "Capacity", "=" + plus("capacity", tranches), "+", unit="Mtok"),
        total("served", "Tokens served", "=" + plus("served", tranches), "+", unit="Mtok", strong=True),
        total("revenue", "Token revenue", "=served*price", "+", strong=True),
        total("energy", "Electricity", "=" + plus("energy", tranches), "-"),
        total("colo", "Colocation", "=" + plus("colo", tranches), "-"),
        total("staff", "Staff", "=-IF(AND(month>first_service,month<=horizon),1,0)*in_staff_usd_per_year/12*index", "-"),
        total("software", "Software", "=" + plus("software", tranches), "-"),
        total("upkeep", "Maintenance, insurance, property tax", "=" + plus("upkeep", tranches), "-"),
        total("variable", "Variable cost", "=-in_revenue_share*revenue", "-"),
        total("fixed_opex", "Operating cost without variable cost", "=energy+colo+staff+software+upkeep", "-"),
        total("ebitda", "EBITDA", "=revenue+fixed_opex+variable", strong=True),
        total("depreciation", "Book depreciation", "=" + plus("depreciation", tranches), "-"),
        total("disposal", "Result of resale", f"=ROUND({plus('resold,retired', tranches)},k_decimals)"),
        total("pretax", "Profit before tax", "=ebitda+depreciation+disposal", strong=True),
        total("tax", "Tax", "=-in_tax_rate*taxable"),
        total("profit", "Profit after tax", "=pretax+tax", strong=True),
    ))  # fmt: skip


def tax(tranches: int) -> Section:
    """Return the taxable income of all tranches."""
    return Section("Tax base", (
        total("tax_depreciation", "Tax depreciation", "=" + plus("tax_depreciation", tranches), "-"),
        total("tax_disposal", "Taxable result of resale",
              "=" + "+".join(f"in_residual_taxed_{k}*(resold_{k}+basis_retired_{k})" for k in range(1, tranches + 1))),
        total("taxable", "Taxable income (a loss is settled in its month)", "=ebitda+tax_depreciation+tax_disposal", strong=True),
    ))  # fmt: skip


def cash(tranches: int) -> Section:
    """Return the free cash flow of all tranches, its sums and its turns."""
    return Section("Cash", (
        Row("held", "Working capital", "USD", "=IF(month<horizon,revenue*12*in_working_capital_days/365,0)"),
        total("held_change", "Change in working capital", "=held[-1]-held"),
        total("capex", "Capex", "=" + plus("deposit,balance", tranches), "-"),
        total("resold", "Resale", "=" + plus("resold", tranches), "+"),
        total("cash", "Free cash flow", "=ebitda+tax+held_change+capex+resold", strong=True),
        Row("cash_sum", "Free cash flow, running sum", "USD", "=cash_sum[-1]+cash"),
        Row("factor", "Discount factor", "ratio", "=(1+in_discount_rate)^-(month/12)", format="number4"),
        total("worth", "Discounted free cash flow", "=cash*factor"),
        Row("worth_sum", "Discounted, running sum", "USD", "=worth_sum[-1]+worth"),
        Row("paid_back", "Month of payback, where it turns", "month",
            "=IF(AND(cash_sum[-1]<0,cash_sum>=0),month-cash_sum/cash,0)", format="months1"),
        Row("worth_back", "Month of discounted payback", "month",
            "=IF(AND(worth_sum[-1]<0,worth_sum>=0),month-worth_sum/worth,0)", format="months1"),
        Row("side", "Sign of the last flow that is not zero", "sign", "=IF(cash=0,side[-1],SIGN(cash))", format="flag"),
        Row("turn", "The flows change sign", "flag", "=IF(side*side[-1]<0,1,0)", "=SUM(turn[:])", format="flag"),
        Row("side_sum", "Sign of the running sum", "sign", "=IF(cash_sum=0,side_sum[-1],SIGN(cash_sum))", format="flag"),
        Row("turn_sum", "The running sum changes sign", "flag", "=IF(side_sum*side_sum[-1]<0,1,0)", "=SUM(turn_sum[:])", format="flag"),
    ))  # fmt: skip


RETURNS = Section("Returns", (
    Row("final", "Free cash flow, whole life", "USD", total="=cash.total"),
    Row("npv", "Net present value", "USD", total="=worth.total"),
    Row("one_irr", "The internal rate of return is unique", "flag",
        total="=IF(OR(turn.total=1,AND(turn_sum.total=1,final>0)),1,0)", format="flag"),
    Row("guess", "First guess, a month", "share", total="=IF(final>0,1,-1)/100", format="share"),
    Row("irr", "Internal rate of return, effective annual", "1/year",
        total='=IF(one_irr=1,(1+IRR(cash[:],guess))^12-1,"none")', format="share"),
    Row("roi", "Return on investment, whole life", "share", total="=IF(capex.total<0,final/-capex.total,0)", format="share"),
    Row("payback", "Payback from the decision", "months", total='=IF(final>=0,MAX(paid_back[:]),"never")', format="months1"),
    Row("discounted_payback", "Discounted payback", "months", total='=IF(npv>=0,MAX(worth_back[:]),"never")', format="months1"),
    Row("peak_funding", "Peak funding", "USD", total="=MAX(0,-MIN(cash_sum[:]))"),
    Row("spent", "Capex, as a positive figure", "USD", total="=-capex.total"),
    Row("opex_spent", "Operating cost, as a positive figure", "USD", total="=revenue.total-ebitda.total"),
    Row("pv_cost", "Present value of cost less resale", "USD",
        total="=-SUMPRODUCT(capex[:]+fixed_opex[:]+resold[:],factor[:])"),
    Row("pv_served", "Present value of tokens served", "Mtok", total="=SUMPRODUCT(served[:],factor[:])"),
    Row("cost_per_mtok", "Levelised cost of a million tokens", "USD/Mtok",
        total="=IF(pv_served>0,pv_cost/((1-in_revenue_share)*pv_served),0)", format="number4"),
    Row("pv_token_cash", "PV of revenue after variable cost, tax and working capital", "USD",
        total="=SUMPRODUCT(revenue[:]*(1-in_revenue_share)*(1-in_tax_rate)+held_change[:],factor[:])"),
    Row("breakeven_price", "Price today at which NPV is zero", "USD/Mtok",
        total="=IF(pv_token_cash>0,price_today*(1-npv/pv_token_cash),0)", format="number4"),
    Row("margin", "Gross margin", "share",
        total="=IF(revenue.total>0,(ebitda.total+depreciation.total)/revenue.total,0)", format="share"),
    Row("fill", "Mean utilization", "share", total="=IF(nominal.total>0,served.total/nominal.total,0)", format="share"),
))  # fmt: skip


def monthly(tranches: int, today: tuple[Row, ...] = BLENDED) -> Sheet:
    """Return the months of a plan with some tranches; `today` are the rows that end with the price of a token today."""
    every = range(1, tranches + 1)
    return Sheet(
        "Monthly",
        "Monthly calculation",
        "The plan month by month; month 0 is the decision; money out is negative",
        MONTHS,
        TIMELINE,
        (
            *map(calendar, every), market(tranches, today), *map(service, every), *map(capital, every), result(tranches),
            tax(tranches), cash(tranches), RETURNS,
        ),
    )  # fmt: skip


MONTHLY = monthly(2)
