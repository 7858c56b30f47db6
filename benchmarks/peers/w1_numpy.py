"""W1 in NumPy: blocks of scenarios that stay in the cache, whole arrays of (month, scenario), in place where that saves a pass."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.shared import Inputs, T, in_blocks

BLOCK = 256
MONTH = np.arange(T + 1.0)[:, None]


def _last_turn(running, flows):
    """The last month in which a running sum turns to zero or more, linear inside the month; NaN where it ends below zero."""
    below = running[:-1] < 0.0
    at = T - 1 - np.argmax(below[::-1], axis=0)
    lanes = np.arange(running.shape[1])
    month = at + -running[at, lanes] / flows[at + 1, lanes]
    return np.where(running[-1] >= 0.0, np.where(below.any(axis=0), month, 0.0), np.nan)


def irr(flows):
    """Newton's method on log(PV of inflows / PV of outflows) in the log of the discount factor, all lanes at once."""
    cases = flows.shape[1]
    into, out = np.maximum(flows, 0.0), np.maximum(-flows, 0.0)
    running = flows.cumsum(axis=0)
    changes, turns = _changes(flows), _changes(running)
    good = (changes == 1) | ((turns == 1) & (running[-1] > 0.0))
    low, high = np.full(cases, -9.8), np.where(changes == 1, 9.8, 0.0)
    y, found = np.zeros(cases), np.full(cases, np.nan)
    busy = np.flatnonzero(good)
    into, out = into[:, busy], out[:, busy]
    y, low, high = y[busy], low[busy], high[busy]
    powers = np.empty_like(into)
    for _ in range(100):
        if not len(busy):
            break
        powers = powers[:, : len(busy)]
        np.exp(MONTH * y, out=powers)
        v, o = np.einsum("ti,ti->i", into, powers), np.einsum("ti,ti->i", out, powers)
        powers *= MONTH
        slope = np.einsum("ti,ti->i", into, powers) / v - np.einsum("ti,ti->i", out, powers) / o
        gap = np.log(v / o)
        low, high = np.where(gap < 0.0, y, low), np.where(gap < 0.0, high, y)
        fresh = y - gap / slope
        fresh = np.where((fresh >= low) & (fresh <= high), fresh, 0.5 * (low + high))
        ready = np.abs(fresh - y) <= 1e-9
        if ready.any():
            found[busy[ready]] = np.expm1(-12.0 * fresh[ready])
            left = ~ready
            busy, into, out = busy[left], into[:, left], out[:, left]
            low, high, fresh = low[left], high[left], fresh[left]
        y = fresh
    return found


def _changes(values):
    """How often the sign changes down each column, zeros left out."""
    sign = np.sign(values).astype(np.int8)
    if (sign == 0).any():
        at = np.maximum.accumulate(np.where(sign != 0, np.arange(len(sign))[:, None], 0), axis=0)
        sign = np.take_along_axis(sign, at, axis=0)
    return np.count_nonzero(sign[1:] * sign[:-1] < 0, axis=0)


def _block(method, c: Inputs, out):
    capex = c.unit_price * c.units
    end = np.minimum(T, c.install + c.life)
    on = (c.install < MONTH) & (end >= MONTH)
    df = np.exp(MONTH * (np.log1p(c.rate) / -12.0))
    tokens = np.exp((c.middle - MONTH) * c.steep)
    tokens += 1.0
    np.divide(c.units * c.tps * c.fill * 2.628, tokens, out=tokens)
    tokens *= on
    resale = capex * c.residual
    if method == 0:
        written = on * ((capex - resale) / c.life)
    else:
        written = np.zeros((T + 1, len(capex)))
        book = capex.copy()
        for t in range(1, T + 1):
            np.minimum(book * (2.0 / c.life), book - resale, out=written[t])
            np.maximum(written[t], 0.0, out=written[t])
            written[t] *= on[t]
            book -= written[t]
    cost = on * (c.units * c.kw * c.pue * 730.0 * c.power_price + capex * c.opex_share / 12.0)
    flow = np.exp(MONTH * (np.log1p(-c.decline) / 12.0))
    flow *= c.price
    flow *= tokens
    flow -= cost
    flow *= 1.0 - c.tax
    flow += c.tax * written
    flow[end.astype(int), np.arange(len(capex))] += resale
    flow[0] = -capex
    worth = flow * df
    running, discounted = flow.cumsum(axis=0), worth.cumsum(axis=0)
    cost *= df
    tokens *= df
    back = resale * df[end.astype(int), np.arange(len(capex))]
    out[0] = discounted[-1]
    out[1] = irr(flow)
    out[2] = _last_turn(discounted, worth)
    out[3] = (capex + cost.sum(axis=0) - back) / tokens.sum(axis=0)
    out[4] = running[-1]
    out[5] = np.maximum(0.0, -running.min(axis=0))


def run(columns, method, out, threads=1):
    """Write the six outputs of each scenario to `out`, shape (6, cases)."""

    def share(lo, hi):
        with np.errstate(all="ignore"):
            _block(method, Inputs(*(c[lo:hi] for c in columns)), out[:, lo:hi])

    in_blocks(share, out.shape[1], BLOCK, threads)
