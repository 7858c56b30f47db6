"""The months t = 0..H of the plan model: volumes, revenue, costs, capital, tax, flows, debt.

Every line is written as the text of "Month t" has it; README.md lists the readings taken.
"""

import math

from . import cohort, finance, inputs

NAN = math.nan
HOURS = 730.0
MTOK = 2.628  # million tokens a month at 1 token/s

LINES = [
    *["capacity_mtok", "nominal_mtok", "served_mtok", "energy_kwh", "serving_kwh", "production", "unit_hours"],
    *["token_revenue_usd", "training_revenue_usd", "energy_usd", "colo_usd", "staff_usd", "software_usd"],
    *["opex_share_usd", "revenue_share_usd", "lease_usd", "rent_usd", "capex_usd", "residual_usd"],
    *["book_depreciation_usd", "disposal_usd", "tax_depreciation_usd", "tax_disposal_usd", "disposed_usd"],
]


def adoption(P, t):
    """Share of saturation reached t months after the decision (B3)."""
    kind = P["adoption"]
    rate, midpoint = P["adoption_rate_per_month"], P["adoption_midpoint_month"]
    if kind == "logistic":
        return 1.0 / (1.0 + math.exp(-rate * (t - midpoint)))
    if kind == "gompertz":
        return math.exp(-math.log(2.0) * math.exp(-rate * (t - midpoint)))
    if kind == "bass":
        p, q, years = P["bass_p_per_year"], P["bass_q_per_year"], t / 12.0
        if p == 0.0:
            return 0.0
        decay = math.exp(-(p + q) * years)
        return (1.0 - decay) / (1.0 + q / p * decay)
    return 1.0


def months(plan, level_price=None, price=None, level_revenue=None, fill=1.0):
    """Every line of the statement for t = 0..H.

    The last four arguments answer the metrics that ask "what if": a level token price, another price
    today, a level monthly revenue in place of all revenue, and a factor on every utilization.
    """
    P, tranches = inputs.split(plan)
    calendars = [cohort.calendar(T) for T in tranches]
    last = max(when["end"] for when in calendars)
    H = P["horizon_months"] if P["horizon_months"] is not None else min(360, last)
    x = {name: [0.0] * (H + 1) for name in LINES}
    x.update(P=P, H=H, last=last, book_value_at_horizon=0.0)
    today = P["price_usd_per_mtok"] if price is None else price

    demand_left = []
    for t in range(H + 1):
        demand = P["demand_mtok_per_month"]
        demand_left.append(math.inf if demand is None else demand * adoption(P, t))

    for T, when in zip(tranches, calendars, strict=True):
        when["e"] = min(H, when["end"])
        serve(P, T, when, x, demand_left, fill)
        own_capital(P, T, when, x)

    # staff: from the first planned start to the last service end
    first, final = min(w["s0"] for w in calendars), max(w["e"] for w in calendars)
    for t in range(max(0, first) + 1, final + 1):
        x["staff_usd"][t] = P["staff_usd_per_year"] / 12.0 * (1.0 + P["inflation_per_year"]) ** (t / 12.0)

    for t in range(1, H + 1):
        at_t = level_price if level_price is not None else today * (1.0 - P["price_decline_per_year"]) ** (t / 12.0)
        x["token_revenue_usd"][t] = x["served_mtok"][t] * at_t
        if level_revenue is not None:
            x["token_revenue_usd"][t] = level_revenue if x["production"][t] else 0.0
            x["training_revenue_usd"][t] = 0.0
        x["revenue_share_usd"][t] = P["revenue_share"] * x["token_revenue_usd"][t]

    close(P, H, x)
    return x


def serve(P, T, when, x, demand_left, fill):
    """Capacity, tokens, training, and the operating costs of one tranche."""
    s, s0, e, units = when["s"], when["s0"], when["e"], T["units"]
    powered = units * (1.0 - T["stranded_share"])
    growth, inflation = P["electricity_growth_per_year"], P["inflation_per_year"]
    cost = units * T["unit_price_usd"] * (1.0 + T["attach_share"]) if T["contract"] == "own" else 0.0
    for t in range(max(s, 0) + 1, e + 1):  # in production
        index = (1.0 + inflation) ** (t / 12.0)
        training = t <= s + T["training_months"]
        nominal = capacity = served = 0.0
        kwh = powered * T["power_kw"] * T["load_factor"] * P["pue"] * HOURS
        if training:
            value = T["training_value_usd_per_hour"] * (1.0 - T["training_value_decline_per_year"]) ** (t / 12.0)
            x["training_revenue_usd"][t] += units * HOURS * T["availability"] * value
        else:
            drift = (1.0 - T["drift_per_year"]) ** ((t - s) / 12.0)
            nominal = powered * T["tokens_per_second"] * T["availability"] * drift * MTOK
            capacity = nominal * T["utilization"] * fill
            if P["demand_mtok_per_month"] is None:
                served = capacity * adoption(P, t)
            else:
                served = min(capacity, demand_left[t])
                demand_left[t] -= served
            x["serving_kwh"][t] += kwh
        x["nominal_mtok"][t] += nominal
        x["capacity_mtok"][t] += capacity
        x["served_mtok"][t] += served
        x["production"][t] = 1.0
        x["unit_hours"][t] += units * HOURS
        x["energy_kwh"][t] += kwh
        if not P["colo_includes_power"]:
            x["energy_usd"][t] += kwh * P["electricity_usd_per_kwh"] * (1.0 + growth) ** (t / 12.0)
        x["software_usd"][t] += units * P["software_usd_per_unit_year"] / 12.0 * index
        x["opex_share_usd"][t] += cost * P["opex_share_per_year"] / 12.0 * index
        if T["contract"] == "rent":
            run = 1.0 if training else served / capacity if capacity > 0.0 else 0.0
            committed = T["commit_share"]
            hours = committed * (1.0 - T["commit_discount"]) + max(0.0, run - committed)
            x["rent_usd"][t] += units * HOURS * T["rent_usd_per_hour"] * hours
    for t in range(max(s0, 0) + 1, e + 1):
        index = (1.0 + inflation) ** (t / 12.0)
        x["colo_usd"][t] += units * T["power_kw"] * P["colo_usd_per_kw_month"] * index
    if T["contract"] == "lease":
        for t in range(when["d"] + 1, min(when["d"] + T["lease_months"], x["H"]) + 1):
            x["lease_usd"][t] += units * T["lease_usd_per_unit_month"]


def own_capital(P, T, when, x):
    """Payments, depreciation, residual and disposal of one tranche."""
    H, s, e = x["H"], when["s"], when["e"]
    accelerators, facility = cohort.capital(T, when, H)
    for paid in (accelerators, facility):
        for t, amount in paid.items():
            x["capex_usd"][t] += amount
    cost, site = sum(accelerators.values()), sum(facility.values())

    book = cost
    for t, amount in zip(range(s + 1, e + 1), cohort.book_schedule(T, cost), strict=False):
        x["book_depreciation_usd"][t] += amount
        book -= amount
        if T["tax_method"] == "book":
            x["tax_depreciation_usd"][t] += amount
    basis = book
    if T["tax_method"] != "book":
        basis = cost
        for t, amount in cohort.tax_schedule(P, T, cost, s, e).items():
            x["tax_depreciation_usd"][t] += amount
            basis -= amount

    site_book = site
    for t in range(s + 1, min(e, s + T["facility_life_months"]) + 1):
        amount = site / T["facility_life_months"]
        x["book_depreciation_usd"][t] += amount
        x["tax_depreciation_usd"][t] += amount
        site_book -= amount

    residual = T["residual_share"] * cost
    x["residual_usd"][e] += residual + site_book
    x["disposal_usd"][e] += residual - book
    x["disposed_usd"][e] += book + site_book
    if T["residual_taxed"]:
        x["tax_disposal_usd"][e] += residual - basis
    if e == H:
        x["book_value_at_horizon"] += book + site_book


def close(P, H, x):
    """Totals, working capital, tax, free cash flow, capital and EVA, the debt overlay."""
    span = range(H + 1)
    x["revenue_usd"] = [x["token_revenue_usd"][t] + x["training_revenue_usd"][t] for t in span]
    costs = ["energy", "colo", "staff", "software", "opex_share", "revenue_share", "lease", "rent"]
    x["opex_usd"] = [math.fsum(x[f"{name}_usd"][t] for name in costs) for t in span]
    x["working_capital_usd"] = [
        x["revenue_usd"][t] * 12.0 * P["working_capital_days"] / 365.0 if t < H else 0.0 for t in span
    ]
    held = [0.0, *x["working_capital_usd"]]
    x["working_capital_change_usd"] = [held[t + 1] - held[t] for t in span]
    x["taxable_income_usd"] = [
        x["revenue_usd"][t] - x["opex_usd"][t] - x["tax_depreciation_usd"][t] + x["tax_disposal_usd"][t] for t in span
    ]
    x["tax_usd"] = tax(P, H, x["taxable_income_usd"])
    # what falls inside the month, and what falls at its end
    x["inside_usd"] = [
        x["revenue_usd"][t] - x["opex_usd"][t] - x["tax_usd"][t] - x["working_capital_change_usd"][t] for t in span
    ]
    x["at_end_usd"] = [x["residual_usd"][t] - x["capex_usd"][t] for t in span]
    x["free_cash_flow_usd"] = [x["inside_usd"][t] + x["at_end_usd"][t] for t in span]
    x["profit_usd"] = [
        x["revenue_usd"][t] - x["opex_usd"][t] - x["book_depreciation_usd"][t] + x["disposal_usd"][t] - x["tax_usd"][t]
        for t in span
    ]
    book, values = 0.0, []
    for t in span:
        book += x["capex_usd"][t] - x["book_depreciation_usd"][t] - x["disposed_usd"][t]
        values.append(book)
    x["book_value_usd"] = values
    monthly = (1.0 + P["discount_rate"]) ** (1.0 / 12.0) - 1.0
    capital = [0.0] + [values[t] + x["working_capital_usd"][t] for t in span]
    x["eva_usd"] = [x["profit_usd"][t] - monthly * capital[t] for t in span]
    overlay(P, H, x)


def tax(P, H, income):
    """Tax of each month: settled in the month, or by fiscal year with losses carried forward."""
    rate = P["tax_rate"]
    if P["tax_losses"] == "credit":
        return [rate * amount for amount in income]
    by_year, last_month = {}, {}
    for t in range(H + 1):
        year = cohort.fiscal(P, t)[0]
        by_year[year] = by_year.get(year, 0.0) + income[t]
        last_month[year] = t
    paid = [0.0] * (H + 1)
    losses = 0.0
    for year in sorted(by_year):
        if by_year[year] < 0.0:
            losses -= by_year[year]
        else:
            used = min(losses, P["loss_limit_share"] * by_year[year])
            losses -= used
            paid[last_month[year]] = rate * (by_year[year] - used)
    return paid


def overlay(P, H, x):
    """Debt: draws, interest, principal, and the flow to equity."""
    draw, interest, principal = ([0.0] * (H + 1) for _ in range(3))
    share, n = P["debt_share"], P["debt_months"]
    rate = (1.0 + P["debt_rate"]) ** (1.0 / 12.0) - 1.0
    for t in range(H + 1):
        balance = share * x["capex_usd"][t]
        if balance == 0.0:
            continue
        draw[t] += balance
        if n < 1:
            interest[t] = NAN
            continue
        level = finance.pmt(rate, n, -balance)
        for u in range(t + 1, min(t + n, H) + 1):
            charge = balance * rate
            repaid = balance if u == t + n else level - charge
            interest[u] += charge
            principal[u] += repaid
            balance -= repaid
        if t + n > H:
            principal[H] += balance
    x["draw_usd"], x["interest_usd"], x["principal_usd"] = draw, interest, principal
    x["equity_at_end_usd"] = [
        x["at_end_usd"][t] + draw[t] - principal[t] - interest[t] * (1.0 - P["tax_rate"]) for t in range(H + 1)
    ]
    x["equity_flow_usd"] = [x["inside_usd"][t] + x["equity_at_end_usd"][t] for t in range(H + 1)]
