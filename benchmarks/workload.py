"""The reference workload W1: one owned tranche, 60 months, six outputs; inputs drawn from the ranges of a seeded generator."""

from __future__ import annotations

import numpy as np

MONTHS = 60
OUTPUTS = ("npv", "irr", "discounted_payback_months", "cost_per_mtok", "profit_usd", "peak_funding_usd")
RANGES = {
    "unit_price_usd": (25e3, 45e3), "units": (8, 1024), "install_months": (0, 12), "economic_life_months": (36, 60),
    "electricity_usd_per_kwh": (0.04, 0.16), "power_kw": (0.7, 1.4), "pue": (1.1, 1.5), "opex_share_per_year": (0.03, 0.12),
    "tokens_per_second": (800, 5000), "utilization": (0.30, 0.85), "price_usd_per_mtok": (0.3, 2.0),
    "price_decline_per_year": (0.1, 0.5), "adoption_midpoint_month": (0, 18), "adoption_rate_per_month": (0.1, 0.6),
    "tax_rate": (0.15, 0.30), "discount_rate": (0.06, 0.16), "residual_share": (0, 0.15),
}
WHOLE = {"units", "install_months", "economic_life_months"}
COPIES = {"book_life_months": "economic_life_months", "salvage_share": "residual_share"}
METHODS = ("SL", "DDB")


def plan(method: str = "SL", **more):
    """The plan whose inputs the columns of `draws` override."""
    return {
        "units": 64, "unit_price_usd": 3e4, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6, "book_method": method,
        "residual_taxed": 0, "horizon_months": MONTHS, "adoption": "logistic", "adoption_rate_per_month": 0.3,
    } | more


def draws(cases: int, seed: int = 1) -> dict[str, np.ndarray]:
    """One column an input, in the order of RANGES, which is the order of the peers' arguments."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.integers(low, high + 1, cases).astype(float) if name in WHOLE else rng.uniform(low, high, cases)
        for name, (low, high) in RANGES.items()
    }


def columns(drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The draws as the scenario table takes them."""
    return drawn | {name: drawn[source] for name, source in COPIES.items()}
