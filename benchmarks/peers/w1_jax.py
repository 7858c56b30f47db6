"""W1 in JAX on the processor: float64, jit, blocks of scenarios so that the months of one stay in the cache."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers.shared import Inputs, T, in_blocks

jax.config.update("jax_enable_x64", True)
BLOCK = 64
PART = 16384


def _changes(values):
    def step(carry, value):
        sign, count = carry
        now = jnp.sign(value)
        turned = (now * sign) < 0
        return (jnp.where(now == 0, sign, now), count + turned), None

    zero = jnp.zeros_like(values[0])
    (_, count), _ = jax.lax.scan(step, (zero, zero), values)
    return count


def _irr(flows, total, running):
    month = jnp.arange(T + 1.0)[:, None]
    into, out = jnp.maximum(flows, 0.0), jnp.maximum(-flows, 0.0)
    changes, turns = _changes(flows), _changes(running)
    good = (changes == 1) | ((turns == 1) & (total > 0.0))

    def body(carry):
        y, low, high, _, n = carry
        power = jnp.exp(month * y)
        v, o = (into * power).sum(0), (out * power).sum(0)
        slope = (into * power * month).sum(0) / v - (out * power * month).sum(0) / o
        gap = jnp.log(v / o)
        low, high = jnp.where(gap < 0.0, y, low), jnp.where(gap < 0.0, high, y)
        fresh = y - gap / slope
        fresh = jnp.where((fresh >= low) & (fresh <= high), fresh, 0.5 * (low + high))
        return fresh, low, high, jnp.abs(fresh - y), n + 1

    start = (
        jnp.zeros_like(total),
        jnp.full_like(total, -9.8),
        jnp.where(changes == 1, 9.8, 0.0),
        jnp.where(good, 1.0, 0.0),
        0,
    )
    y, *_ = jax.lax.while_loop(lambda c: (jnp.where(good, c[3], 0.0) > 1e-9).any() & (c[4] < 100), body, start)
    return jnp.where(good, jnp.expm1(-12.0 * y), jnp.nan)


def _block(method, c: Inputs):
    month = jnp.arange(T + 1.0)[:, None]
    capex = c.unit_price * c.units
    end = jnp.minimum(float(T), c.install + c.life)
    on = (month > c.install) & (month <= end)
    df = jnp.exp(month * (jnp.log1p(c.rate) / -12.0))
    tokens = jnp.where(on, c.units * c.tps * c.fill * 2.628 / (1.0 + jnp.exp((c.middle - month) * c.steep)), 0.0)
    resale = capex * c.residual
    if method == 0:
        written = jnp.where(on, (capex - resale) / c.life, 0.0)
    else:

        def step(book, alive):
            dep = jnp.where(alive, jnp.maximum(jnp.minimum(book * 2.0 / c.life, book - resale), 0.0), 0.0)
            return book - dep, dep

        _, written = jax.lax.scan(step, capex, on)
    cost = jnp.where(on, c.units * c.kw * c.pue * 730.0 * c.power_price + capex * c.opex_share / 12.0, 0.0)
    money = c.price * jnp.exp(month * (jnp.log1p(-c.decline) / 12.0))
    flow = (tokens * money - cost) * (1.0 - c.tax) + c.tax * written
    flow = jnp.where(month == end, flow + resale, flow)
    flow = jnp.where(month == 0.0, -capex, flow)
    worth = flow * df
    running, discounted = jnp.cumsum(flow, 0), jnp.cumsum(worth, 0)
    below = discounted[:-1] < 0.0
    at = T - 1 - jnp.argmax(below[::-1], 0)
    missing, step = jnp.take_along_axis(discounted, at[None], 0)[0], jnp.take_along_axis(worth, at[None] + 1, 0)[0]
    payback = jnp.where(discounted[-1] >= 0.0, jnp.where(below.any(0), at - missing / step, 0.0), jnp.nan)
    back = resale * jnp.exp(end * (jnp.log1p(c.rate) / -12.0))
    unit_cost = (capex + (cost * df).sum(0) - back) / (tokens * df).sum(0)
    return jnp.stack(
        [
            discounted[-1],
            _irr(flow, running[-1], running),
            payback,
            unit_cost,
            running[-1],
            jnp.maximum(0.0, -running.min(0)),
        ]
    )


@partial(jax.jit, static_argnums=0)
def _run(method, columns):
    cases = columns.shape[1]
    blocks = columns.reshape(columns.shape[0], cases // BLOCK, BLOCK).transpose(1, 0, 2)
    found = jax.lax.map(lambda c: _block(method, Inputs(*c)), blocks)
    return found.transpose(1, 0, 2).reshape(6, cases)


def run(columns, method, out, threads=1):
    """Write the six outputs of each scenario to `out`, shape (6, cases); each thread sends parts of one shape to the compiled code."""
    cases = out.shape[1]
    given = np.stack(columns)
    short = -cases % PART
    if short:
        given = np.concatenate([given, np.repeat(given[:, -1:], short, axis=1)], axis=1)

    def share(lo, hi):
        found = np.asarray(_run(method, given[:, lo : lo + PART]))
        out[:, lo:hi] = found[:, : hi - lo]

    in_blocks(share, cases, PART, threads)
