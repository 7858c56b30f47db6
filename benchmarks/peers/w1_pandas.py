"""W1 as an analyst writes it: a long pandas table (scenario, month), cumulated columns, pyxirr for the rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyxirr

from benchmarks.peers.shared import T
from benchmarks.workload import RANGES


def table(columns, method):
    """The long table of flows."""
    names = list(RANGES)
    cases = pd.DataFrame(dict(zip(names, columns, strict=True)))
    count = len(cases)
    long = cases.loc[np.repeat(np.arange(count), T + 1)].reset_index(names="case")
    long["month"] = np.tile(np.arange(T + 1), count)
    long["capex"] = long["unit_price_usd"] * long["units"]
    start, life = long["install_months"], long["economic_life_months"]
    long["end"] = np.minimum(T, start + life)
    on = (long["month"] > start) & (long["month"] <= long["end"])
    grown = 1.0 / (1.0 + np.exp(long["adoption_rate_per_month"] * (long["adoption_midpoint_month"] - long["month"])))
    long["tokens"] = (long["units"] * long["tokens_per_second"] * long["utilization"] * 2.628 * grown).where(on, 0.0)
    long["df"] = (1.0 + long["discount_rate"]) ** (-long["month"] / 12.0)
    revenue = (
        long["tokens"] * long["price_usd_per_mtok"] * (1.0 - long["price_decline_per_year"]) ** (long["month"] / 12.0)
    )
    power = long["units"] * long["power_kw"] * long["pue"] * 730.0 * long["electricity_usd_per_kwh"]
    long["opex"] = (power + long["capex"] * long["opex_share_per_year"] / 12.0).where(on, 0.0)
    salvage = long["capex"] * long["residual_share"]
    if method == 0:
        written = ((long["capex"] - salvage) / life).where(on, 0.0)
    else:
        # Declining balance in closed form: the book value falls by the factor until it meets the salvage value.
        age = (long["month"] - start).clip(lower=0)
        now = np.maximum(long["capex"] * (1.0 - 2.0 / life) ** age, salvage)
        before = np.maximum(long["capex"] * (1.0 - 2.0 / life) ** (age - 1).clip(lower=0), salvage)
        written = (before - now).where(on, 0.0)
    gain = revenue - long["opex"]
    long["flow"] = gain - long["tax_rate"] * (gain - written)
    long["resale"] = salvage.where(long["month"] == long["end"], 0.0)
    long["flow"] += long["resale"]
    long.loc[long["month"] == 0, "flow"] = -long["capex"]
    return long


def run(columns, method, out):
    """Write the six outputs of each scenario to `out`, shape (6, cases)."""
    long = table(columns, method)
    long["worth"] = long["flow"] * long["df"]
    by = long.groupby("case", sort=False)
    long["running"], long["discounted"] = by["flow"].cumsum(), by["worth"].cumsum()
    out[0] = by["worth"].sum()
    flows = long["flow"].to_numpy().reshape(-1, T + 1)
    for at, row in enumerate(flows):
        out[1, at] = _irr(row)
    below = long[(long["discounted"] < 0.0) & (long["month"] < T)].groupby("case", sort=False).tail(1)
    after = long.loc[below.index + 1, "worth"].to_numpy()
    found = pd.Series(0.0, index=range(out.shape[1]))
    with np.errstate(divide="ignore"):  # a month without a flow, where the sum stays below zero
        found.loc[below["case"]] = below["month"].to_numpy() - below["discounted"].to_numpy() / after
    out[2] = found.where(out[0] >= 0.0)
    unit = long.assign(
        opex_pv=long["opex"] * long["df"], back=long["resale"] * long["df"], tokens_pv=long["tokens"] * long["df"]
    )
    sums = unit.groupby("case", sort=False)[["opex_pv", "back", "tokens_pv"]].sum()
    out[3] = (np.asarray(columns[0] * columns[1]) + sums["opex_pv"] - sums["back"]) / sums["tokens_pv"]
    out[4] = by["flow"].sum()
    out[5] = np.maximum(0.0, -by["running"].min())


def _irr(flows):
    """The rate where the flows or their running sum change sign once, by pyxirr; effective annual."""
    signs = np.sign(flows[flows != 0.0])
    if (signs[1:] != signs[:-1]).sum() != 1:
        running = flows.cumsum()
        sides = np.sign(running[running != 0.0])
        if (sides[1:] != sides[:-1]).sum() != 1 or running[-1] <= 0.0:
            return np.nan
    monthly = pyxirr.irr(flows, guess=0.0, silent=True)
    return np.nan if monthly is None else (1.0 + monthly) ** 12 - 1.0
