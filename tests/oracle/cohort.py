"""One tranche of the plan model: its calendar, its capital, its book and its tax depreciation."""

import datetime as dt
import math

from . import depreciation


def calendar(T):
    """Months of a tranche: order, planned delivery, delivery, start, planned start, and end before any horizon."""
    order = T["order_month"]
    planned = order + T["lead_time_months"]
    delivery = planned + T["delay_months"]
    start = delivery + T["install_months"]
    planned_start = start - T["delay_months"]
    origin = start if T["life_starts"] == "service" else planned_start
    end = origin + T["economic_life_months"]
    if T["contract"] == "lease":
        end = min(end, delivery + T["lease_months"])
    return {"o": order, "planned": planned, "d": delivery, "s": start, "s0": planned_start, "end": end}


def fiscal(P, t):
    """(fiscal year, month of it from 0) of month t; t = 0 counts with t = 1."""
    start = P["start_date"]
    opening = 0  # month 1 opens a fiscal year
    if start is not None:
        if isinstance(start, str):
            start = dt.date.fromisoformat(start)
        elif not isinstance(start, dt.date):
            start = dt.date(1899, 12, 30) + dt.timedelta(days=math.trunc(start))
        opening = (start.month - P["fiscal_year_end_month"] - 1) % 12
    months = opening + max(t, 1) - 1
    return months // 12, months % 12


def capital(T, when, H):
    """Payments within the horizon: month -> accelerators, month -> facility."""
    accelerators, facility = {}, {}
    if T["contract"] == "own":
        cost = T["units"] * T["unit_price_usd"] * (1.0 + T["attach_share"])
        accelerators[when["o"]] = cost * T["deposit_share"]
        accelerators[when["d"]] = accelerators.get(when["d"], 0.0) + cost * (1.0 - T["deposit_share"])
    facility[when["planned"]] = T["facility_usd_per_kw"] * T["units"] * T["power_kw"]
    return (
        {t: paid for t, paid in accelerators.items() if t <= H},
        {t: paid for t, paid in facility.items() if t <= H},
    )


def book_schedule(T, cost):
    """Depreciation of service months 1, 2, ... as if nothing ended the service."""
    L = T["book_life_months"]
    salvage = T["salvage_share"] * cost
    method = T["book_method"]
    if method == "SL":
        months = [(cost - salvage) / L] * L
        m, total = T["relife_month"], T["relife_life_months"]
        if m is not None and total is not None:
            book = cost - sum(months[:m])
            kept = months[:m] + [0.0] * (m - L)
            months = kept + [(book - salvage) / (total - m)] * (total - m)
        return months
    if method == "SYD":
        return [(cost - salvage) * (L - k + 1) / (L * (L + 1) / 2.0) for k in range(1, L + 1)]
    months = []
    book = cost
    switched = False
    for k in range(1, L + 1):
        amount = min(2.0 / L * book, book - salvage)
        straight = (book - salvage) / (L - k + 1)
        if method == "VDB" and (switched or straight > amount):
            switched, amount = True, straight
        months.append(amount)
        book -= amount
    return months


def tax_schedule(P, T, cost, s, e):
    """Tax deduction of months t (a dict) for a method other than "book"."""
    first_year, position = fiscal(P, s + 1)
    in_first_year = 12 - position
    bonus = T["bonus_share"] * cost
    rest = cost - bonus
    if T["tax_method"] == "SL":
        shares = None
    else:
        life = {"MACRS5": 5, "MACRS15": 15}[T["tax_method"]]
        quarter = position // 3 + 1 if T["tax_convention"] == "MQ" else None
        shares = depreciation.macrs_table(life, T["tax_convention"], quarter)
    amounts = {}
    for t in range(s + 1, e + 1):
        year = fiscal(P, t)[0] - first_year  # 0 is recovery year 1
        amount = bonus / in_first_year if year == 0 else 0.0
        if shares is None:
            amount += rest / T["book_life_months"] if t - s <= T["book_life_months"] else 0.0
        elif year == 0:
            amount += shares[0] * rest / in_first_year
        elif year < len(shares):
            amount += shares[year] * rest / 12.0
        amounts[t] = amount
    return amounts
