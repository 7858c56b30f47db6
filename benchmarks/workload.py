"""The workloads: W1 (one owned tranche, 60 months, six outputs), the full plan (every feature), a Cartesian grid, series of flows."""

from __future__ import annotations

import numpy as np

MONTHS = 60
OUTPUTS = ("npv", "irr", "discounted_payback_months", "cost_per_mtok", "profit_usd", "peak_funding_usd")
RANGES = {
    "unit_price_usd": (25e3, 45e3),
    "units": (8, 1024),
    "install_months": (0, 12),
    "economic_life_months": (36, 60),
    "electricity_usd_per_kwh": (0.04, 0.16),
    "power_kw": (0.7, 1.4),
    "pue": (1.1, 1.5),
    "opex_share_per_year": (0.03, 0.12),
    "tokens_per_second": (800, 5000),
    "utilization": (0.30, 0.85),
    "price_usd_per_mtok": (0.3, 2.0),
    "price_decline_per_year": (0.1, 0.5),
    "adoption_midpoint_month": (0, 18),
    "adoption_rate_per_month": (0.1, 0.6),
    "tax_rate": (0.15, 0.30),
    "discount_rate": (0.06, 0.16),
    "residual_share": (0, 0.15),
}
WHOLE = {"units", "install_months", "economic_life_months"}
COPIES = {"book_life_months": "economic_life_months", "salvage_share": "residual_share"}
METHODS = ("SL", "DDB")


def plan(method: str = "SL", **more):
    """The plan whose inputs the columns of `draws` override."""
    return {
        "units": 64,
        "unit_price_usd": 3e4,
        "tokens_per_second": 2500,
        "price_usd_per_mtok": 0.6,
        "book_method": method,
        "residual_taxed": 0,
        "horizon_months": MONTHS,
        "adoption": "logistic",
        "adoption_rate_per_month": 0.3,
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


FULL_OUTPUTS = (
    "npv",
    "irr",
    "mirr",
    "payback_months",
    "discounted_payback_months",
    "peak_funding_usd",
    "profit_usd",
    "cost_per_mtok",
    "gross_margin",
    "npv_equity_usd",
    "irr_equity",
    "interest_usd",
)
FULL_RANGES = {
    "unit_price_usd.1": (25e3, 45e3),
    "delay_months.1": (0, 6),
    "economic_life_months.1": (42, 60),
    "tokens_per_second.1": (1500, 5000),
    "utilization.1": (0.4, 0.85),
    "drift_per_year.1": (0.0, 0.1),
    "bonus_share.1": (0.0, 0.6),
    "rent_usd_per_hour.2": (1.5, 3.5),
    "demand_mtok_per_month": (4e5, 2e6),
    "adoption_midpoint_month": (0, 18),
    "adoption_rate_per_month": (0.1, 0.6),
    "price_usd_per_mtok": (1.0, 4.0),
    "price_decline_per_year": (0.1, 0.5),
    "electricity_usd_per_kwh": (0.04, 0.16),
    "pue": (1.1, 1.5),
    "opex_share_per_year": (0.03, 0.12),
    "inflation_per_year": (0.0, 0.05),
    "tax_rate": (0.15, 0.30),
    "discount_rate": (0.06, 0.16),
}
FULL_WHOLE = {"delay_months.1", "economic_life_months.1"}
FULL_OWNED = {
    "units": 128.0,
    "unit_price_usd": 34e3,
    "attach_share": 0.2,
    "lead_time_months": 3.0,
    "install_months": 2.0,
    "deposit_share": 0.3,
    "economic_life_months": 48.0,
    "residual_share": 0.1,
    "residual_taxed": 1.0,
    "stranded_share": 0.05,
    "facility_usd_per_kw": 9e3,
    "facility_life_months": 180.0,
    "tokens_per_second": 2500.0,
    "utilization": 0.6,
    "availability": 0.97,
    "drift_per_year": 0.03,
    "training_months": 2.0,
    "training_value_usd_per_hour": 2.0,
    "training_value_decline_per_year": 0.3,
    "power_kw": 1.7,
    "load_factor": 0.9,
    "book_method": "DDB",
    "tax_method": "MACRS5",
    "bonus_share": 0.4,
}
FULL_RENTED = {
    "contract": "rent",
    "units": 64.0,
    "order_month": 9.0,
    "install_months": 1.0,
    "economic_life_months": 36.0,
    "rent_usd_per_hour": 2.5,
    "commit_share": 0.5,
    "commit_discount": 0.25,
    "tokens_per_second": 3000.0,
    "utilization": 0.6,
    "availability": 0.98,
    "drift_per_year": 0.02,
    "stranded_share": 0.0,
    "power_kw": 1.2,
    "load_factor": 0.9,
}
FULL_TOP = {
    "price_usd_per_mtok": 0.8,
    "price_decline_per_year": 0.25,
    "pue": 1.25,
    "electricity_usd_per_kwh": 0.08,
    "electricity_growth_per_year": 0.03,
    "colo_usd_per_kw_month": 120.0,
    "demand_mtok_per_month": 1e6,
    "adoption": "logistic",
    "adoption_midpoint_month": 9.0,
    "adoption_rate_per_month": 0.3,
    "opex_share_per_year": 0.06,
    "staff_usd_per_year": 4e5,
    "software_usd_per_unit_year": 900.0,
    "revenue_share": 0.08,
    "inflation_per_year": 0.025,
    "timing": "mid",
    "tax_losses": "carryforward",
    "loss_limit_share": 0.8,
    "tax_rate": 0.25,
    "discount_rate": 0.1,
    "finance_rate": 0.07,
    "reinvest_rate": 0.08,
    "working_capital_days": 45.0,
    "horizon_months": 72,
    "debt_share": 0.5,
    "debt_rate": 0.08,
    "debt_months": 36.0,
    "equity_rate": 0.14,
    "start_date": "2026-04-01",
}
FULL_OFFSET = 3
"""Months of the first fiscal year that lie before month 1: the plan starts in April and its year ends in December."""


def full_plan():
    """Two tranches and every feature that both can have at once."""
    return FULL_TOP | {"tranches": [FULL_OWNED, FULL_RENTED]}


def full_values() -> dict[str, float]:
    """The numbers of the full plan by the names that its columns have: a tranche's with its number."""
    found = {name: float(value) for name, value in FULL_TOP.items() if not isinstance(value, str)}
    for number, tranche in enumerate((FULL_OWNED, FULL_RENTED), 1):
        found |= {f"{name}.{number}": value for name, value in tranche.items() if not isinstance(value, str)}
    return found


def full_draws(cases: int, seed: int = 1) -> dict[str, np.ndarray]:
    """One column an input of FULL_RANGES."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.integers(low, high + 1, cases).astype(float) if name in FULL_WHOLE else rng.uniform(low, high, cases)
        for name, (low, high) in FULL_RANGES.items()
    }


def axes(points: int) -> dict[str, np.ndarray]:
    """The six axes of the Cartesian grid, in the order in which a cell's number counts them."""
    names = (
        "adoption_midpoint_month",
        "discount_rate",
        "utilization",
        "price_usd_per_mtok",
        "electricity_usd_per_kwh",
        "unit_price_usd",
    )
    return {name: np.linspace(*RANGES[name], points) for name in names}


def series(cases: int, low: float = 18.0, high: float = 30.0, periods: int = 61) -> np.ndarray:
    """Flows of one outlay of 1,000 and inflows drawn evenly: rates of about 1 % a period."""
    values = np.random.default_rng(1).uniform(low, high, (cases, periods))
    values[:, 0] = -1000.0
    return values
