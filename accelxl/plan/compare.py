"""The difference of two plans: buy against rent, now against later."""

from __future__ import annotations

from typing import Any

import numpy as np

import accelxl._core as core
from accelxl.domain import finance
from accelxl.plan.model import plan_of
from accelxl.plan.statement import months

HALVES = 24
MONTHS = 12


def compare(a: Any, b: Any) -> dict[str, float]:
    """Worth of doing plan `a` rather than plan `b`: npv, irr and payback of the difference of their flows.

    Parameters
    ----------
    a, b : Plan, dict, DataFrame or block
        Each plan is discounted at its own rate and with its own timing.

    Returns
    -------
    dict of str to float
        npv (USD), irr (effective annual, NaN where the root is not unique), payback_months (NaN where the difference never pays
        back), npv_a and npv_b.

    Examples
    --------
    >>> base = {"units": 8, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> compare(base, base)["npv"]
    0.0

    Source
    ------
    The plan model of `accelxl.evaluate`; the flows of one plan less those of the other, month by month.
    """
    first, second = plan_of(a), plan_of(b)
    flows = [_half_months(first), _half_months(second)]
    size = max(len(f) for f in flows)
    gap = np.pad(flows[0], (0, size - len(flows[0]))) - np.pad(flows[1], (0, size - len(flows[1])))
    worth = [months(plan)["cumulative_discounted_usd"][-1] for plan in (first, second)]
    rate = _unique_rate(gap)
    by_month = np.concatenate([gap[:1], gap[1:].reshape(-1, 2).sum(axis=1)])
    return {
        "npv": float(worth[0] - worth[1]),
        "irr": rate,
        "payback_months": float(finance.payback(by_month)),
        "npv_a": float(worth[0]),
        "npv_b": float(worth[1]),
    }


def _half_months(plan: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Flows at 0, 0.5, 1, ... months: under "mid" timing what moves stands on the half."""
    lines = months(plan)
    capital = lines["residual_usd"] - lines["capex_usd"]
    moved = lines["free_cash_flow_usd"] - capital
    flows = np.zeros(2 * len(capital) - 1)
    flows[::2] += capital
    if plan["timing"] == "mid":
        flows[0] += moved[0]
        flows[1::2] += moved[1:]
    else:
        flows[::2] += moved
    return flows


def _unique_rate(flows: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Effective annual rate where the signs promise one root (one change, or one in the running sum that ends positive)."""
    dust = 1e-12 * float(np.abs(flows).sum())
    signs = np.sign(flows[np.abs(flows) > dust])
    running = np.cumsum(flows)
    turns = np.sign(running[np.abs(running) > dust])
    once = np.count_nonzero(np.diff(signs)) == 1
    norstrom = np.count_nonzero(np.diff(turns)) == 1 and running[-1] > 0
    if not once and not norstrom:
        return float("nan")
    roots = np.atleast_1d(finance.irr_roots(flows))
    wanted = roots if once else roots[roots > 0]
    return float(core.pow(1.0 + wanted[0], HALVES)) - 1.0 if len(wanted) else float("nan")
