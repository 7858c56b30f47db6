"""The Cartesian grid in NumPy, separable as its best users write it: tables of the terms once, then one addition a cell.

The grid's cells are revenue (midpoint, discount rate, utilization, token price) less power (discount rate, electricity price) less
hardware (discount rate, unit price). Rows of utilization x token price stand against rows of electricity x unit price.
"""

from __future__ import annotations

import numpy as np

from benchmarks import workload


def tables(plan, axes):
    """Revenue by (midpoint, discount rate, utilization * price) and the rest by (discount rate, electricity * unit price)."""
    month = np.arange(1.0, plan["economic_life_months"] + 1.0)
    m, d, u, p, e, c = axes.values()
    df = np.exp(-np.log1p(d)[:, None] / 12.0 * month)
    keep = 1.0 - plan["tax_rate"]
    adopted = 1.0 / (1.0 + np.exp(plan["adoption_rate_per_month"] * (m[:, None] - month)))
    fall = np.exp(np.log1p(-plan["price_decline_per_year"]) / 12.0 * month)
    full = plan["units"] * plan["tokens_per_second"] * 2.628
    level = keep * full * np.einsum("mt,dt->md", adopted * fall, df)
    revenue = level[:, :, None, None] * u[:, None] * p
    annuity = df.sum(axis=1)
    power = keep * plan["units"] * plan["power_kw"] * plan["pue"] * 730.0 * annuity[:, None] * e
    share = plan["residual_share"]
    written = (1.0 - share) / plan["economic_life_months"] * plan["tax_rate"]
    upkeep = keep * plan["opex_share_per_year"] / 12.0
    each = plan["units"] * (1.0 + (upkeep - written) * annuity - share * df[:, -1])
    rest = -(power[:, :, None] + (each[:, None] * c)[:, None, :])
    return revenue.reshape(len(m), len(d), -1), rest.reshape(len(d), -1)


def written(plan, axes, out):
    """Write the NPV of every cell to `out`."""
    revenue, rest = tables(plan, axes)
    np.add(revenue[:, :, :, None], rest[None, :, None, :], out=out.reshape(*revenue.shape, -1))


def summed(plan, axes):
    """Count, mean, sd, extremes and the share of cells below zero: pieces that stay in the second cache, reduced at once."""
    revenue, rest = tables(plan, axes)
    piece = max(1, 16_384 // rest.shape[1])
    held = np.empty((piece, rest.shape[1]))
    total = squares = 0.0
    below, low, high = 0, np.inf, -np.inf
    shift = revenue.mean() + rest.mean()
    for midpoint in revenue:
        for row, other in zip(midpoint, rest, strict=True):
            for lo in range(0, len(row), piece):
                part = row[lo : lo + piece, None]
                cells = np.add(part, other, out=held[: len(part)])
                low, high = min(low, cells.min()), max(high, cells.max())
                below += np.count_nonzero(cells < 0.0)
                cells -= shift
                total += cells.sum()
                squares += np.einsum("ij,ij->", cells, cells)  # no threads for pieces this small
    n = revenue.size * rest.shape[1]
    sd = np.sqrt((squares - total * total / n) / (n - 1))
    return {"mean": shift + total / n, "sd": sd, "low": low, "high": high, "share_below": below / (n)}


def plan():
    """The plan of the grid: W1 with straight-line depreciation, what is no axis in the middle of its range."""
    fixed = {name: 0.5 * (low + high) for name, (low, high) in workload.RANGES.items() if name not in workload.axes(1)}
    fixed |= {"install_months": 0.0, "units": 64.0}
    return fixed | {"salvage_share": fixed["residual_share"], "book_life_months": fixed["economic_life_months"]}
