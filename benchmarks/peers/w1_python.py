"""W1 in plain Python: a loop over scenarios and months, local names, no numbers boxed twice."""

from __future__ import annotations

from itertools import pairwise
from math import exp, expm1, inf, log, nan

import numpy as np

from benchmarks.peers.shared import T


def _gap(flows, x):
    """Logarithm of PV of inflows over PV of outflows at a month's discount factor, and its slope in log x."""
    into = out = late = early = 0.0
    power = 1.0
    for t, flow in enumerate(flows):
        worth = flow * power
        if flow > 0.0:
            into += worth
            late += t * worth
        else:
            out -= worth
            early -= t * worth
        power *= x
    return log(into / out), late / into - early / out


def irr(flows):
    """Effective annual rate where the flows, or their running sum, change sign once; else NaN."""
    signs = [flow > 0.0 for flow in flows if flow]
    changes = sum(a != b for a, b in pairwise(signs))
    running, total = [], 0.0
    for flow in flows:
        total += flow
        running.append(total)
    sides = [value > 0.0 for value in running if value]
    turns = sum(a != b for a, b in pairwise(sides))
    if changes != 1 and not (turns == 1 and total > 0.0):
        return nan
    low, high = -9.8, 9.8 if changes == 1 else 0.0
    y = 0.0
    for _ in range(100):
        gap, slope = _gap(flows, exp(y))
        if gap < 0.0:
            low = y
        else:
            high = y
        fresh = y - gap / slope
        if not low <= fresh <= high:
            fresh = 0.5 * (low + high)
        if abs(fresh - y) <= 1e-10:
            return expm1(-12.0 * fresh)
        y = fresh
    return nan


def scenario(
    method,
    unit_price,
    units,
    install,
    life,
    power_price,
    kw,
    pue,
    opex_share,
    tps,
    fill,
    price,
    decline,
    middle,
    steep,
    tax,
    rate,
    residual,
):
    """The six outputs of one scenario."""
    capex = unit_price * units
    v = (1.0 + rate) ** (-1.0 / 12.0)
    fall = (1.0 - decline) ** (1.0 / 12.0)
    decay, e = exp(-steep), exp(steep * middle)
    full = units * tps * fill * 2.628
    cost = units * kw * pue * 730.0 * power_price + capex * opex_share / 12.0
    resale = capex * residual
    level = (capex - resale) / life
    end = min(T, install + life)
    book, df = capex, 1.0
    running = npv = low = -capex
    profit = opex_pv = tokens_pv = back = 0.0
    turned, missing, step = 1.0, 0.0, inf
    flows = [-capex]
    for t in range(1, T + 1):
        df *= v
        price *= fall
        e *= decay
        flow = 0.0
        if install < t <= end:
            tokens = full / (1.0 + e)
            written = level if method == 0 else max(min(book * 2.0 / life, book - resale), 0.0)
            book -= written
            gain = tokens * price - cost
            flow = gain - tax * (gain - written)
            profit += flow - written
            opex_pv += cost * df
            tokens_pv += tokens * df
        if t == end:
            flow += resale
            profit -= book - resale
            back = resale * df
        flows.append(flow)
        if npv < 0.0:
            turned, missing, step = t, npv, flow * df
        npv += flow * df
        running += flow
        if running < low:
            low = running
    payback = turned - 1.0 - missing / step if npv >= 0.0 else nan
    return npv, irr(flows), payback, (capex + opex_pv - back) / tokens_pv, profit, max(0.0, -low)


def run(columns, method, out):
    """Write the six outputs of each scenario to `out`, shape (6, cases)."""
    rows = zip(*(np.asarray(column).tolist() for column in columns), strict=True)
    out[:] = np.array([scenario(method, *row) for row in rows]).T
