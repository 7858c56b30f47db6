"""The full plan in NumPy: blocks of scenarios, arrays of (month, scenario), loops only where a month needs the one before.

Both tranches of `workload.full_plan`: one owned (MACRS over 5 years with a bonus, declining balance in the books, a facility, training
first), one rented. Demand is capped and filled in tranche order; losses are carried forward by fiscal year; flows inside a month fall
in its middle; debt lies over it.
"""

from __future__ import annotations

import numpy as np

from benchmarks.peers.shared import in_blocks
from benchmarks.peers.w1_numpy import _changes

T = 72
BLOCK = 256
MONTH = np.arange(T + 1.0)[:, None]
MACRS5 = np.array([0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576])
MTOK, HOURS = 2.628, 730.0


def yearly(rate):
    """The factor of month t at an effective annual growth."""
    return np.exp(MONTH * (np.log1p(rate) / 12.0))


def served_by(p, k, on, start):
    """Capacity of a tranche in each month."""
    drift = np.exp((MONTH - start) * (np.log1p(-p[f"drift_per_year.{k}"]) / 12.0))
    live = p[f"units.{k}"] * (1.0 - p[f"stranded_share.{k}"])
    full = live * p[f"tokens_per_second.{k}"] * p[f"availability.{k}"] * MTOK
    return np.where(on, full * drift, 0.0)


def macrs(p, cost, start, end, offset):
    """Tax depreciation of the owned tranche, spread over the months of each fiscal year."""
    place = (start + offset) % 12
    year = ((place + MONTH - start - 1) // 12).astype(int)
    bonus = cost * p["bonus_share.1"]
    share = np.where(year < len(MACRS5), MACRS5[np.clip(year, 0, len(MACRS5) - 1)], 0.0) * (cost - bonus)
    amount = np.where(year == 0, (share + bonus) / (12.0 - place), share / 12.0)
    return np.where((start < MONTH) & (end >= MONTH), amount, 0.0)


def declining(cost, salvage, life, start, end):
    """Book depreciation by double declining balance."""
    written, book = np.zeros((T + 1, len(cost))), cost.copy()
    alive = (start < MONTH) & (np.minimum(end, start + life) >= MONTH)
    for t in range(1, T + 1):
        written[t] = alive[t] * np.maximum(np.minimum(book * 2.0 / life, book - salvage), 0.0)
        book -= written[t]
    return written, book


def tax_of(p, income, offset):
    """Tax by fiscal year with losses carried forward, paid in the year's last month."""
    paid, losses, first = np.zeros_like(income), np.zeros(income.shape[1]), 0
    lasts = [t for t in range(1, T + 1) if (t + offset) % 12 == 0]
    for last in [*lasts, T] if not lasts or lasts[-1] != T else lasts:
        year = income[first : last + 1].sum(axis=0)
        gain = np.maximum(year, 0.0)
        used = np.minimum(losses, gain * p["loss_limit_share"])
        paid[last] = p["tax_rate"] * (gain - used)
        losses += np.maximum(-year, 0.0) - used
        first = last + 1
    return paid


def debt(p, capex, final):
    """Draws, interest and principal: each draw repaid by level payments, the balance in the month `final`."""
    rate = np.expm1(np.log1p(p["debt_rate"]) / 12.0)
    n = int(p["debt_months"][0])
    level = rate / -np.expm1(-n * np.log1p(rate))
    draw = p["debt_share"] * capex
    interest, principal = np.zeros_like(draw), np.zeros_like(draw)
    owed, live = np.zeros(draw.shape[1]), np.zeros(draw.shape[1])
    for t in range(T + 1):
        interest[t] = owed * rate
        if t:
            live = live + draw[t - 1]
            if t - 1 - n >= 0:
                live = live - draw[t - 1 - n]
        principal[t] = np.where(t < final, live * level - interest[t], np.where(t == final, owed + draw[t], 0.0))
        owed = owed + draw[t] - principal[t]
    return draw, interest, principal


def rate_of(inside, capital):
    """IRR of flows at half months and at months: Newton's method on log(PV in / PV out) in the log of a half month's factor."""
    flows = np.empty((2 * T + 1, inside.shape[1]))
    flows[0] = inside[0] + capital[0]
    flows[1::2], flows[2::2] = inside[1:], capital[1:]
    running = flows.cumsum(axis=0)
    changes = _changes(flows)
    good = (changes == 1) | ((_changes(running) == 1) & (running[-1] > 0.0))
    busy, found = np.flatnonzero(good), np.full(inside.shape[1], np.nan)
    into, out = np.maximum(flows[:, busy], 0.0), np.maximum(-flows[:, busy], 0.0)
    low, high = np.full(len(busy), -4.9), np.where(changes[busy] == 1, 4.9, 0.0)
    y, half = np.zeros(len(busy)), np.arange(2.0 * T + 1)[:, None]
    for _ in range(100):
        if not len(busy):
            break
        power = np.exp(half * y)
        v, o = np.einsum("ti,ti->i", into, power), np.einsum("ti,ti->i", out, power)
        power *= half
        slope = np.einsum("ti,ti->i", into, power) / v - np.einsum("ti,ti->i", out, power) / o
        gap = np.log(v / o)
        low, high = np.where(gap < 0.0, y, low), np.where(gap < 0.0, high, y)
        fresh = y - gap / slope
        fresh = np.where((fresh >= low) & (fresh <= high), fresh, 0.5 * (low + high))
        ready = np.abs(fresh - y) <= 1e-9
        if ready.any():
            found[busy[ready]] = np.expm1(-24.0 * fresh[ready])
            left = ~ready
            busy, into, out = busy[left], into[:, left], out[:, left]
            low, high, fresh = low[left], high[left], fresh[left]
        y = fresh
    return found


def payback(flows):
    """The last turn of the running sum to zero or more, linear inside the month."""
    running = flows.cumsum(axis=0)
    below, lanes = running[:-1] < 0.0, np.arange(flows.shape[1])
    at = T - 1 - np.argmax(below[::-1], axis=0)
    month = at - running[at, lanes] / flows[at + 1, lanes]
    return np.where(running[-1] >= 0.0, np.where(below.any(axis=0), month, 0.0), np.nan), running


def mirr(p, inside, capital):
    """Modified rate: inflows at reinvest_rate to the last month with a flow, outflows at finance_rate."""
    when = np.concatenate([MONTH[:1], MONTH[1:] - 0.5, MONTH[1:]]) / 12.0
    flows = np.concatenate([inside[:1] + capital[:1], inside[1:], capital[1:]])
    months = np.concatenate([MONTH[:1], MONTH[1:], MONTH[1:]])
    end = np.max(np.where(flows != 0.0, months, 0.0), axis=0) / 12.0
    gained = (np.maximum(flows, 0.0) * np.exp((end - when) * np.log1p(p["reinvest_rate"]))).sum(axis=0)
    spent = (np.maximum(-flows, 0.0) * np.exp(-when * np.log1p(p["finance_rate"]))).sum(axis=0)
    return np.expm1(np.log(gained / spent) / end)


def _block(p, offset, out):
    s1 = p["lead_time_months.1"] + p["delay_months.1"] + p["install_months.1"]
    s2 = p["order_month.2"] + p["install_months.2"]
    e1 = np.minimum(T, s1 + p["economic_life_months.1"])
    e2 = np.minimum(T, s2 + p["economic_life_months.2"])
    on1, on2 = (s1 < MONTH) & (e1 >= MONTH), (s2 < MONTH) & (e2 >= MONTH)
    trained = s1 + p["training_months.1"]
    works1, trains = on1 & (trained < MONTH), on1 & (trained >= MONTH)
    rise, power = (
        yearly(p["inflation_per_year"]),
        yearly(p["electricity_growth_per_year"]) * p["electricity_usd_per_kwh"],
    )
    room = p["demand_mtok_per_month"] / (
        1.0 + np.exp((p["adoption_midpoint_month"] - MONTH) * p["adoption_rate_per_month"])
    )
    able1 = served_by(p, 1, works1, s1) * p["utilization.1"]
    full2 = served_by(p, 2, on2, s2)
    able2 = full2 * p["utilization.2"]
    got1 = np.minimum(able1, room)
    got2 = np.minimum(able2, room - got1)
    tokens = got1 + got2
    money = tokens * p["price_usd_per_mtok"] * yearly(-p["price_decline_per_year"])
    training = np.where(trains, p["units.1"] * HOURS * p["availability.1"] * p["training_value_usd_per_hour.1"], 0.0)
    training = training * yearly(-p["training_value_decline_per_year.1"])
    revenue = money + training
    cost = p["units.1"] * p["unit_price_usd.1"] * (1.0 + p["attach_share.1"])
    site = p["facility_usd_per_kw.1"] * p["units.1"] * p["power_kw.1"]
    capex = np.zeros((T + 1, len(cost)))
    lanes = np.arange(len(cost))
    agreed, delivery = p["lead_time_months.1"].astype(int), (p["lead_time_months.1"] + p["delay_months.1"]).astype(int)
    capex[0] = cost * p["deposit_share.1"]
    capex[delivery, lanes] += cost * (1.0 - p["deposit_share.1"])
    capex[agreed, lanes] += site
    kwh1 = p["units.1"] * (1.0 - p["stranded_share.1"]) * p["power_kw.1"] * p["load_factor.1"] * p["pue"] * HOURS
    kwh2 = p["units.2"] * (1.0 - p["stranded_share.2"]) * p["power_kw.2"] * p["load_factor.2"] * p["pue"] * HOURS
    run = np.divide(got2, able2, out=np.zeros_like(got2), where=able2 > 0.0)
    rent = p["units.2"] * HOURS * p["rent_usd_per_hour.2"] * on2
    rent = rent * (p["commit_share.2"] * (1.0 - p["commit_discount.2"]) + np.maximum(0.0, run - p["commit_share.2"]))
    planned = s1 - p["delay_months.1"]
    staff = ((np.minimum(planned, s2) < MONTH) & (np.maximum(e1, e2) >= MONTH)) * (p["staff_usd_per_year"] / 12.0)
    colo = ((planned < MONTH) & (e1 >= MONTH)) * (p["units.1"] * p["power_kw.1"] * p["colo_usd_per_kw_month"])
    colo = colo + on2 * (p["units.2"] * p["power_kw.2"] * p["colo_usd_per_kw_month"])
    software = p["software_usd_per_unit_year"] / 12.0
    indexed = on1 * (cost * p["opex_share_per_year"] / 12.0 + p["units.1"] * software) + on2 * (p["units.2"] * software)
    kept = (staff + colo + indexed) * rise + (on1 * kwh1 + on2 * kwh2) * power + rent
    share = p["revenue_share"] * money
    salvage = cost * p["residual_share.1"]
    written, _ = declining(cost, salvage, p["economic_life_months.1"], s1, e1)
    deducted = macrs(p, cost, s1, e1, offset)
    plant = on1 * (s1 + p["facility_life_months.1"] >= MONTH) * (site / p["facility_life_months.1"])
    last = e1.astype(int)
    residual = np.zeros_like(capex)
    residual[last, lanes] = salvage + site - plant.sum(axis=0)
    income = revenue - kept - share - deducted - plant
    income[last, lanes] += salvage - (cost - deducted.sum(axis=0))
    tax = tax_of(p, income, offset)
    tied = revenue * (p["working_capital_days"] * 12.0 / 365.0)
    tied[T] = 0.0
    inside = revenue - kept - share - tax
    inside[0] -= tied[0]
    inside[1:] -= tied[1:] - tied[:-1]
    capital = residual - capex
    df = np.exp(MONTH * (np.log1p(p["discount_rate"]) / -12.0))
    early = df * np.exp(np.log1p(p["discount_rate"]) / 24.0)
    early[0] = 1.0
    worth = inside * early + capital * df
    draw, interest, principal = debt(p, capex, np.minimum(T, delivery + p["debt_months"]))
    equity = capital + draw - principal - interest * (1.0 - p["tax_rate"])
    back = np.exp(MONTH * (np.log1p(p["equity_rate"]) / -12.0))
    ahead = back * np.exp(np.log1p(p["equity_rate"]) / 24.0)
    ahead[0] = 1.0
    free = inside + capital
    paid, running = payback(free)
    discounted, sums = payback(worth)
    out[0] = sums[-1]
    out[1] = rate_of(inside, capital)
    out[2] = mirr(p, inside, capital)
    out[3], out[4] = paid, discounted
    out[5] = np.maximum(0.0, -running.min(axis=0))
    out[6] = running[-1]
    out[7] = (
        (capex * df).sum(axis=0)
        + (kept * early).sum(axis=0)
        - (residual * df).sum(axis=0)
        - (training * early).sum(axis=0)
    ) / ((1.0 - p["revenue_share"]) * (tokens * early).sum(axis=0))
    sold, spent = revenue.sum(axis=0), (kept + share).sum(axis=0)
    out[8] = (sold - spent - (written + plant).sum(axis=0)) / sold
    out[9] = (inside * ahead + equity * back).sum(axis=0)
    out[10] = rate_of(inside, equity)
    out[11] = interest.sum(axis=0)


def run(values, columns, offset, out, threads=1):
    """Write the metrics of `workload.FULL_OUTPUTS` to `out`, shape (metrics, cases); `values` are the inputs that do not vary."""

    def share(lo, hi):
        held = {name: np.full(hi - lo, value) for name, value in values.items()}
        with np.errstate(all="ignore"):
            _block(held | {name: column[lo:hi] for name, column in columns.items()}, offset, out[:, lo:hi])

    in_blocks(share, out.shape[1], BLOCK, threads)
