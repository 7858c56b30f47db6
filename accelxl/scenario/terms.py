"""What a metric is made of on a Cartesian grid: terms that each depend on a few inputs, and inputs that a metric does not depend on.

Money adds up: revenue, power, hardware and the other subjects of a plan each bring their part of npv whatever the others are, as
long as a year's tax is the tax rate times its income. A term is what the plan kernel gives with the prices of all others at zero.
tests/scenario/test_grids_terms.py holds this table against the kernel, input by input.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accelxl.plan.evaluate import PLAN_SLOTS
from accelxl.plan.model import Plan
from accelxl.scenario.columns import stem

EVERY_TERM = frozenset(
    {
        "order_month",
        "lead_time_months",
        "delay_months",
        "install_months",
        "economic_life_months",
        "lease_months",
        "horizon_months",
        "tax_rate",
        "discount_rate",
        "units",
    }
)
"""Inputs that every term depends on, as far as the metric does."""
ADOPTION = frozenset(
    {
        "adoption_midpoint_month",
        "adoption_rate_per_month",
        "bass_p_per_year",
        "bass_q_per_year",
        "demand_mtok_per_month",
    }
)
SERVING = ADOPTION | {
    "stranded_share",
    "tokens_per_second",
    "utilization",
    "availability",
    "drift_per_year",
    "training_months",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One subject's part of a sum of money: it is zero where `price` is, and proportional to `factors`."""

    name: str
    price: str
    factors: frozenset[str]
    inputs: frozenset[str]
    """Further inputs that it depends on."""
    served: bool = False
    """It counts tokens served, which a saturated demand keeps from being proportional to what could be served."""


TERMS = (
    Term(
        "tokens",
        "price_usd_per_mtok",
        frozenset({"units", "tokens_per_second", "utilization", "availability"}),
        SERVING
        | {
            "price_input_usd_per_mtok",
            "price_cached_usd_per_mtok",
            "price_output_usd_per_mtok",
            "input_share",
            "cache_hit_rate",
            "price_decline_per_year",
            "revenue_share",
            "working_capital_days",
        },
        served=True,
    ),
    Term(
        "training",
        "training_value_usd_per_hour",
        frozenset({"units", "availability"}),
        frozenset({"training_months", "training_value_decline_per_year", "working_capital_days"}),
    ),
    Term(
        "power",
        "electricity_usd_per_kwh",
        frozenset({"units", "power_kw", "load_factor", "pue"}),
        frozenset({"stranded_share", "electricity_growth_per_year", "colo_includes_power"}),
    ),
    Term(
        "hardware",
        "unit_price_usd",
        frozenset({"units"}),
        frozenset(
            {
                "attach_share",
                "deposit_share",
                "residual_share",
                "residual_taxed",
                "book_life_months",
                "salvage_share",
                "relife_month",
                "relife_life_months",
                "bonus_share",
                "opex_share_per_year",
                "inflation_per_year",
            }
        ),
    ),
    Term(
        "facility",
        "facility_usd_per_kw",
        frozenset({"units", "power_kw"}),
        frozenset({"facility_life_months"}),
    ),
    Term("lease", "lease_usd_per_unit_month", frozenset({"units"}), frozenset()),
    Term(
        "rent",
        "rent_usd_per_hour",
        frozenset({"units"}),
        SERVING | {"commit_share", "commit_discount"},
        served=True,
    ),
    Term("colo", "colo_usd_per_kw_month", frozenset({"units", "power_kw"}), frozenset({"inflation_per_year"})),
    Term("staff", "staff_usd_per_year", frozenset(), frozenset({"inflation_per_year"})),
    Term("software", "software_usd_per_unit_year", frozenset({"units"}), frozenset({"inflation_per_year"})),
)

SUMS = frozenset({"npv", "profit_usd", "revenue_usd", "opex_usd", "capex_usd", "ebitda_usd", "tax_usd"})
"""Metrics that are sums of terms."""
DISCOUNTED = frozenset(
    {
        "npv",
        "mirr",
        "roi_discounted",
        "discounted_payback_months",
        "cost_per_mtok",
        "required_price_usd_per_mtok",
        "breakeven_price_usd_per_mtok",
        "required_revenue_usd_per_year",
        "cost_per_accelerator_hour",
        "breakeven_utilization",
        "eaa_usd",
    }
)
"""Metrics that depend on the discount rate."""
DEBT = frozenset({"debt_share", "debt_rate", "debt_months", "equity_rate"})
DEBT_METRICS = frozenset({"npv_equity_usd", "irr_equity", "interest_usd"})
UNIT_COSTS = frozenset({"cost_per_mtok", "cost_per_accelerator_hour"})
BEFORE_SALES = frozenset({"price_usd_per_mtok", "price_decline_per_year", "tax_rate", "working_capital_days"})
"""What unit costs, which are before tax and without revenue, do not depend on."""


def ignored(metric: str) -> frozenset[str]:
    """Return inputs that a metric does not depend on.

    Examples
    --------
    >>> sorted(ignored("irr_equity"))
    ['discount_rate', 'finance_rate', 'reinvest_rate']
    """
    found: set[str] = set()
    if metric != "mirr":
        found |= {"finance_rate", "reinvest_rate"}
    if metric not in DISCOUNTED:
        found |= {"discount_rate"}
    if metric not in DEBT_METRICS:
        found |= DEBT
    if metric in UNIT_COSTS:
        found |= BEFORE_SALES
    return frozenset(found)


def axes_of_metric(metric: str, axes: Iterable[str]) -> tuple[str, ...]:
    """Return the axes that a metric depends on."""
    skip = ignored(metric)
    return tuple(name for name in axes if stem(name) not in skip)


def is_sum(plan: Plan, metric: str) -> bool:
    """Tell whether a metric of this plan is a sum of terms: losses carried forward tie the terms together."""
    return metric in SUMS and plan["tax_losses"] == "credit"


def _given(plan: Plan, name: str) -> bool:
    if name == "price_usd_per_mtok":
        return True
    if name in PLAN_SLOTS:
        return plan[name] not in {0.0, None}
    return any(tranche.get(name) not in {0.0, None} for tranche in plan.tranches)


def terms_of(plan: Plan, axes: Iterable[str]) -> tuple[Term, ...]:
    """Return the terms that are not zero all over the grid."""
    stems = {stem(name) for name in axes} | {"price_usd_per_mtok", "electricity_usd_per_kwh", "unit_price_usd"}
    return tuple(term for term in TERMS if term.price in stems or _given(plan, term.price))


def split(term: Term, plan: Plan, metric: str, axes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the axes that a term of a metric is proportional to, and the others that it depends on.

    Examples
    --------
    >>> plan = Plan(units=8, unit_price_usd=3e4, tokens_per_second=2500, price_usd_per_mtok=0.6)
    >>> split(TERMS[2], plan, "npv", ["discount_rate", "utilization", "pue"])
    (('pue',), ('discount_rate',))
    """
    names = axes_of_metric(metric, axes)
    limited = term.served and (plan["demand_mtok_per_month"] is not None or "demand_mtok_per_month" in names)
    factors = {term.price} if limited else {term.price, *term.factors}
    alone = {name for name in names if "." not in name and not any(n != name and stem(n) == name for n in names)}
    scales = tuple(name for name in names if name in factors and name in alone)
    depends = EVERY_TERM | term.factors | term.inputs | {term.price}
    return scales, tuple(name for name in names if stem(name) in depends and name not in scales)


def zeroed(term: Term) -> tuple[str, ...]:
    """Return the prices of all other terms."""
    return tuple(other.price for other in TERMS if other is not term)
