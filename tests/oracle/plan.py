"""The plan model in plain Python: evaluate(plan) and statement(plan).

Written from the text of the plan model (Inputs, Month t, Metrics) and equations.md alone. README.md
beside this file lists every reading taken where the text is silent.
"""

import math

from . import finance, inputs, roots
from .months import months

NAN = math.nan


def dated(P, inside, at_end):
    """The flows as (month, years from t = 0, amount) in order of time."""
    flows = []
    for t, (a, b) in enumerate(zip(inside, at_end, strict=True)):
        if P["timing"] == "mid" and t >= 1:
            flows += [(t, (t - 0.5) / 12.0, a), (t, t / 12.0, b)]
        else:
            flows.append((t, t / 12.0, a + b))
    return flows


def worth(flows, rate):
    """Sum of the flows, each times (1 + rate)^-years."""
    return math.fsum(amount * (1.0 + rate) ** -years for _, years, amount in flows)


def present(P, line, inside=True):
    """PV at the discount rate of a line that falls inside the months, or at their ends."""
    nothing = [0.0] * len(line)
    flows = dated(P, line, nothing) if inside else dated(P, nothing, line)
    return worth(flows, P["discount_rate"])


def running(values):
    total, sums = 0.0, []
    for value in values:
        total += value
        sums.append(total)
    return sums


def internal_rate(flows):
    """IRR, effective annual: one change of sign, or one of the running sum with a positive end; else NaN."""
    amounts = [amount for _, _, amount in flows]
    sums = running(amounts)
    one_change = roots.sign_changes(amounts) == 1
    if not one_change and not (roots.sign_changes(sums) == 1 and sums[-1] > 0.0):
        return NAN
    kept = [(years, amount) for _, years, amount in flows if amount != 0.0]
    early, late = kept[0][0], kept[-1][0]

    def value(x):  # at ln(1+rate) = x, times a positive factor
        anchor = early if x >= 0.0 else late
        return math.fsum(amount * math.exp(-x * (years - anchor)) for years, amount in kept)

    low, high = (-1.0, 1.0) if one_change else (0.0, 1.0)
    while one_change and (value(low) > 0.0) == (kept[0][1] > 0.0) and low > -700.0:
        low *= 2.0
    while (value(high) > 0.0) != (kept[0][1] > 0.0) and high < 700.0:
        high *= 2.0
    if (value(low) > 0.0) == (value(high) > 0.0):
        return NAN
    return math.expm1(roots.bisect(value, low, high))


def modified_rate(P, flows):
    """MIRR, effective annual, to the last month with a flow."""
    kept = [(t, years, amount) for t, years, amount in flows if amount != 0.0]
    if not kept:
        return NAN
    end = kept[-1][0] / 12.0
    gained = math.fsum(a * (1.0 + P["reinvest_rate"]) ** (end - years) for _, years, a in kept if a > 0.0)
    spent = -math.fsum(a * (1.0 + P["finance_rate"]) ** -years for _, years, a in kept if a < 0.0)
    if gained == 0.0 or spent == 0.0 or end == 0.0:
        return NAN
    return (gained / spent) ** (1.0 / end) - 1.0


def zero_of(function, guess):
    """A zero of a rising function on the whole line, by bracketing; NaN if none is found."""
    low, high = 0.0, abs(guess) if guess else 1.0
    for attempt in range(60):
        if function(high) >= 0.0:
            break
        low, high = high, high * (4.0 if attempt < 20 else 1e6)
    else:
        return NAN
    if low == 0.0:
        step = high
        while function(low) > 0.0:
            low, high, step = low - step, low, step * 4.0
            if step > 1e40:
                return NAN
    return between(function, low, high)


def between(function, low, high):
    """A zero between two points of opposite sign (regula falsi, Illinois form)."""
    a, b, fa, fb = low, high, function(low), function(high)
    last = NAN
    for _ in range(300):
        if fa == 0.0:
            return a
        if fb == 0.0:
            return b
        c = b - fb * (b - a) / (fb - fa)
        if c in (a, b, last):
            return c
        last = c
        fc = function(c)
        if (fc > 0.0) == (fb > 0.0):
            b, fb, fa = c, fc, fa / 2.0
        else:
            a, fa, b, fb = b, fb, c, fc
    return roots.bisect(function, low, high)


# --- metrics -------------------------------------------------------------------------------------


def evaluate(plan):
    """Every metric of the plan model's table."""
    x = months(plan)
    P, H, r = x["P"], x["H"], x["P"]["discount_rate"]
    flows = dated(P, x["inside_usd"], x["at_end_usd"])
    fcf, revenue, opex = x["free_cash_flow_usd"], x["revenue_usd"], x["opex_usd"]
    npv = worth(flows, r)
    capex, served = math.fsum(x["capex_usd"]), math.fsum(x["served_mtok"])
    pv_capex = present(P, x["capex_usd"], inside=False)
    kept_opex = [opex[t] - x["revenue_share_usd"][t] for t in range(H + 1)]
    pv_cost = pv_capex + present(P, kept_opex) - present(P, x["residual_usd"], inside=False)
    in_month = [0.0] * (H + 1)
    for t, years, amount in flows:
        in_month[t] += amount * (1.0 + r) ** -years
    margin = [revenue[t] - opex[t] - x["book_depreciation_usd"][t] for t in range(H + 1)]
    ahead = [t for t in range(H + 1) if margin[t] > 0.0]

    m = {
        "npv": npv,
        "irr": internal_rate(flows),
        "irr_sign_changes": float(roots.sign_changes([amount for _, _, amount in flows])),
        "mirr": modified_rate(P, flows),
        "roi": over(math.fsum(fcf), capex),
        "roi_discounted": over(npv, pv_capex),
        "payback_months": finance.payback(fcf),
        "discounted_payback_months": finance.payback(in_month),
        "peak_funding_usd": max(0.0, -min(running(fcf))),
        "profit_usd": math.fsum(x["profit_usd"]),
        "gross_margin": over(math.fsum(margin), math.fsum(revenue)),
        "utilization_mean": over(served, math.fsum(x["nominal_mtok"])),
        "cost_per_accelerator_hour": over(pv_cost, present(P, x["unit_hours"])),
        "breakeven_month": float(ahead[0]) if ahead else NAN,
        "energy_joule_per_token": over(math.fsum(x["serving_kwh"]) * 3.6e6, served * 1e6),
        "eaa_usd": npv * finance.crf(r, H / 12.0),
        "impairment_month": impairment(x),
        "revenue_usd": math.fsum(revenue),
        "opex_usd": math.fsum(opex),
        "capex_usd": capex,
        "ebitda_usd": math.fsum(revenue) - math.fsum(opex),
        "tax_usd": math.fsum(x["tax_usd"]),
        "mtok_served": served,
        "book_value_at_horizon_usd": x["book_value_at_horizon"],
        "truncated_months": float(max(0, x["last"] - H)),
    }
    m["cost_per_mtok"] = over(
        pv_cost - present(P, x["training_revenue_usd"]), (1.0 - P["revenue_share"]) * present(P, x["served_mtok"])
    )
    m.update(what_if(plan, x, served))
    m.update(equity(x))
    return m


def over(top, bottom):
    return top / bottom if bottom != 0.0 else NAN


def npv_of(plan, **change):
    x = months(plan, **change)
    return worth(dated(x["P"], x["inside_usd"], x["at_end_usd"]), x["P"]["discount_rate"])


def what_if(plan, x, served):
    """The metrics that ask for the value at which the NPV is 0, by search over whole re-evaluations."""
    price = x["P"]["price_usd_per_mtok"]
    out = dict.fromkeys(
        (
            "required_price_usd_per_mtok",
            "breakeven_price_usd_per_mtok",
            "required_revenue_usd_per_year",
            "breakeven_utilization",
        ),
        NAN,
    )
    if served > 0.0:
        out["required_price_usd_per_mtok"] = zero_of(lambda p: npv_of(plan, level_price=p), price)
        out["breakeven_price_usd_per_mtok"] = zero_of(lambda p: npv_of(plan, price=p), price)
        out["breakeven_utilization"] = breakeven_utilization(plan)
    if any(x["production"]):
        guess = math.fsum(x["revenue_usd"]) / math.fsum(x["production"])
        out["required_revenue_usd_per_year"] = 12.0 * zero_of(lambda R: npv_of(plan, level_revenue=R), guess)
    return out


def breakeven_utilization(plan):
    """The first tranche's utilization at NPV = 0 when all are scaled together; NaN outside (0, 1]."""
    first = inputs.split(plan)[1][0]["utilization"]
    if first <= 0.0:
        return NAN

    def value(share):
        return npv_of(plan, fill=share / first)

    if value(1e-12) > 0.0 or value(1.0) < 0.0:
        return NAN
    return between(value, 1e-12, 1.0)


def impairment(x):
    """First month in which book value exceeds the undiscounted pre-tax cash still to come."""
    H = x["H"]
    to_come = [0.0] * (H + 1)
    for t in range(H - 1, -1, -1):
        to_come[t] = to_come[t + 1] + x["free_cash_flow_usd"][t + 1] + x["tax_usd"][t + 1]
    nothing = 1e-9 * math.fsum(x["capex_usd"])  # book values below this are rounding
    for t in range(H + 1):
        if x["book_value_usd"][t] > nothing and x["book_value_usd"][t] > to_come[t]:
            return float(t)
    return NAN


def equity(x):
    """The debt overlay's three metrics."""
    interest = math.fsum(x["interest_usd"])
    if math.isnan(interest):
        return {"npv_equity_usd": NAN, "irr_equity": NAN, "interest_usd": NAN}
    flows = dated(x["P"], x["inside_usd"], x["equity_at_end_usd"])
    return {
        "npv_equity_usd": worth(flows, x["P"]["equity_rate"]),
        "irr_equity": internal_rate(flows),
        "interest_usd": interest,
    }


def statement(plan):
    """Monthly lines for t = 0..H."""
    x = months(plan)
    return {name: line for name, line in x.items() if isinstance(line, list)}
