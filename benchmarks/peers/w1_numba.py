"""W1 in Numba: a scalar loop over scenarios in prange, fast math without the assumption that there is no NaN."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from benchmarks.peers.shared import T

FAST = {"nsz", "arcp", "contract", "afn", "reassoc"}
BLOCK = 256


@njit(fastmath=FAST, inline="always")
def _irr(flow, out, into, late, early, changes, turns, total):
    """Newton's method on log(PV of inflows / PV of outflows) in y, the log of a month's discount factor."""
    if not (changes == 1 or (turns == 1 and total > 0.0)):
        return np.nan
    low, high = -9.8, 9.8
    if changes != 1:
        high = 0.0
    y = -math.log(into / out) / (late / into - early / out)
    if not low < y < high:
        y = -0.01
    for _ in range(100):
        x = math.exp(y)
        v = d = o = e = 0.0
        for t in range(T, -1, -1):
            f = flow[t]
            d = d * x + v
            v = v * x + max(f, 0.0)
            e = e * x + o
            o = o * x + max(-f, 0.0)
        gap = math.log(v / o)
        if gap < 0.0:
            low = y
        else:
            high = y
        step = gap / (x * (d / v - e / o))
        y_new = y - step
        if not low <= y_new <= high:
            y_new = 0.5 * (low + high)
        if abs(y_new - y) <= 1e-9:
            return math.expm1(-12.0 * y_new)
        y = y_new
    return np.nan


@njit(fastmath=FAST, inline="always")
def _scenario(
    flow,
    out,
    i,
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
    capex = unit_price * units
    v = (1.0 + rate) ** (-1.0 / 12.0)
    fall = (1.0 - decline) ** (1.0 / 12.0)
    decay = math.exp(-steep)
    e = math.exp(steep * middle)
    full = units * tps * fill * 2.628
    cost = units * kw * pue * 730.0 * power_price + capex * opex_share / 12.0
    resale = capex * residual
    level = (capex - resale) / life
    end = min(float(T), install + life)
    book = capex
    df = 1.0
    running = npv = low = -capex
    discounted = npv
    profit = opex_pv = tokens_pv = back = 0.0
    before = -1.0
    into = late = early = 0.0
    gone = capex
    changes, turns, sign, side = 0, 0, -1.0, -1.0
    flow[0] = -capex
    for t in range(1, T + 1):
        df *= v
        price *= fall
        e *= decay
        f = 0.0
        if install < t <= end:
            tokens = full / (1.0 + e)
            dep = level if method == 0 else max(min(book * 2.0 / life, book - resale), 0.0)
            if t > install + life:
                dep = 0.0
            book -= dep
            gain = tokens * price - cost
            duty = tax * (gain - dep)
            f = gain - duty
            profit += f - dep
            opex_pv += cost * df
            tokens_pv += tokens * df
        if t == end:
            f += resale
            profit -= book - resale
            back = resale * df
        flow[t] = f
        worth = f * df
        if discounted < 0.0 and discounted + worth >= 0.0:
            before = t - 1.0 - discounted / worth
        discounted += worth
        running += f
        low = min(low, running)
        if f > 0.0:
            into += f
            late += t * f
            if sign < 0.0:
                changes += 1
                sign = 1.0
        elif f < 0.0:
            gone -= f
            early -= t * f
            if sign > 0.0:
                changes += 1
                sign = -1.0
        if running * side < 0.0:
            turns += 1
            side = -side
    out[0, i] = discounted
    out[1, i] = _irr(flow, gone, into, late, early, changes, turns, running)
    out[2, i] = before if discounted >= 0.0 else np.nan
    out[3, i] = (capex + opex_pv - back) / tokens_pv
    out[4, i] = profit
    out[5, i] = max(0.0, -low)


@njit(parallel=True, fastmath=FAST, cache=True)
def _run(method, c, out):
    cases = out.shape[1]
    for block in prange((cases + BLOCK - 1) // BLOCK):
        flow = np.empty(T + 1)
        for i in range(block * BLOCK, min(cases, (block + 1) * BLOCK)):
            _scenario(
                flow,
                out,
                i,
                method,
                c[0][i],
                c[1][i],
                c[2][i],
                c[3][i],
                c[4][i],
                c[5][i],
                c[6][i],
                c[7][i],
                c[8][i],
                c[9][i],
                c[10][i],
                c[11][i],
                c[12][i],
                c[13][i],
                c[14][i],
                c[15][i],
                c[16][i],
            )


def run(columns, method, out):
    """Write the six outputs of each scenario to `out`, shape (6, cases)."""
    _run(method, tuple(columns), out)
