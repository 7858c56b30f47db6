"""The lineage of a metric: its definition, the lines of the statement behind it, and the inputs that move it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any, Literal

from accelxl.catalogue import device as catalogue_device
from accelxl.errors import AccelError, UnknownName, nearest
from accelxl.plan.evaluate import evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, Value, plan_of
from accelxl.plan.statement import LINES, lines

STEP = 1e-4
"""Relative change of an input by which its effect is measured, up and down."""
FLOWS = (
    "revenue_usd",
    "opex_usd",
    "tax_usd",
    "capex_usd",
    "working_capital_change_usd",
    "residual_usd",
    "free_cash_flow_usd",
)
DEBT = (*FLOWS, "draw_usd", "principal_usd", "interest_usd", "equity_flow_usd")
PRE_TAX = ("capex_usd", "opex_usd", "revenue_share_usd", "residual_usd", "training_revenue_usd", "served_mtok")
BOOKED = ("revenue_usd", "opex_usd", "book_depreciation_usd")
BEHIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(METRICS, FLOWS),
    **dict.fromkeys(("npv_equity_usd", "irr_equity"), DEBT),
    "interest_usd": ("draw_usd", "principal_usd", "interest_usd"),
    "roi": ("free_cash_flow_usd", "capex_usd"),
    "roi_discounted": ("discounted_usd", "capex_usd"),
    "peak_funding_usd": ("free_cash_flow_usd", "cumulative_usd"),
    "profit_usd": (*BOOKED, "disposal_usd", "tax_usd", "profit_usd"),
    "gross_margin": BOOKED,
    "breakeven_month": BOOKED,
    "utilization_mean": ("capacity_mtok", "served_mtok"),
    "cost_per_mtok": PRE_TAX,
    "cost_per_accelerator_hour": PRE_TAX[:4],
    "energy_joule_per_token": ("energy_kwh", "served_mtok"),
    "impairment_month": ("book_value_usd", "revenue_usd", "opex_usd", "residual_usd"),
    "revenue_usd": ("token_revenue_usd", "training_revenue_usd", "revenue_usd"),
    "opex_usd": (
        "energy_usd", "colo_usd", "maintenance_usd", "software_usd", "staff_usd", "contract_usd", "revenue_share_usd", "opex_usd",
    ),
    "capex_usd": ("capex_usd",),
    "ebitda_usd": ("revenue_usd", "opex_usd", "ebitda_usd"),
    "tax_usd": ("revenue_usd", "opex_usd", "tax_depreciation_usd", "tax_disposal_usd", "taxable_income_usd", "tax_usd"),
    "mtok_served": ("demand_mtok", "capacity_mtok", "served_mtok"),
    "book_value_at_horizon_usd": ("capex_usd", "book_depreciation_usd", "book_value_usd"),
    "truncated_months": (),
}  # fmt: skip
"""The lines of the statement that a metric is made of."""

Kind = Literal["metric", "line", "input"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a lineage: a metric, a line (summed over the life, the last of a stock) or an input.

    `effect` is the elasticity of the metric to an input, in % of the metric for 1 % of the input; NaN where it has none (a
    word, a zero). `origin` says where an input comes from: given, default, or the catalogue with its source.
    """

    kind: Kind
    name: str
    value: Value
    unit: str
    origin: str
    effect: float


def trace(plan: Any, metric: str = "npv") -> tuple[Step, ...]:
    """Lineage of a metric: definition, lines of the statement, and every input with its origin and its elasticity.

    The elasticity is ``(m(x*(1+h)) - m(x*(1-h))) / (2*h*m(x))`` with h = 0.01 %, in whole units where an input is whole. An
    input of a tranche is moved in that tranche alone.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    metric : str
        From `accelxl.plan.metrics.METRICS`.

    Returns
    -------
    tuple of Step
        The metric, its lines, then the inputs: those that move it most first, then the words, and the inputs that were given
        but do not move it. Defaults without effect are left out.

    Raises
    ------
    UnknownName
        If there is no such metric.

    Examples
    --------
    >>> plan = {"units": 8, "unit_price_usd": 30000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> [(step.kind, step.name, step.value, round(step.effect, 6))  # doctest: +NORMALIZE_WHITESPACE
    ...  for step in trace(plan, "capex_usd")[:4]]
    [('metric', 'capex_usd', 240000.0, 1.0), ('line', 'capex_usd', 240000.0, nan),
     ('input', 'unit_price_usd', 30000.0, 1.0), ('input', 'units', 8.0, 1.0)]

    Source
    ------
    Capabilities row 69.
    """
    if metric not in METRICS:
        raise UnknownName(f"{metric!r} is not a metric; {nearest(str(metric), METRICS)}")
    base = plan_of(plan)
    value = evaluate(base, (metric,))[metric]
    found = [Step("metric", metric, value, METRICS[metric].unit, METRICS[metric].definition, 1.0)]
    table = lines(base, "month")[1]
    for name in BEHIND[metric]:
        figures = table[name]
        figures = figures[~_nan(figures)]
        total = float(figures.sum() if LINES[name].kind == "flow" else figures[-1]) if len(figures) else float("nan")
        found.append(Step("line", name, total, LINES[name].unit, LINES[name].meaning, float("nan")))
    inputs = [step for step in _inputs(base, metric, value) if step.effect or step.origin != "default"]
    inputs.sort(
        key=lambda step: (isnan(step.effect), -round(abs(step.effect), 9) if isfinite(step.effect) else 0.0, step.name)
    )
    return (*found, *inputs)


def _nan(figures: Any) -> Any:
    return figures != figures  # noqa: PLR0124 - NaN is unlike itself


def _inputs(base: Plan, metric: str, value: float) -> list[Step]:
    """Return every input that is not blank, with origin and elasticity."""
    steps = []
    several = len(base.tranches) > 1
    for name, row in INPUTS.items():
        unit = "" if row.quantity.unit in {"1", "text"} else row.quantity.unit
        if row.scope == "plan":
            own = base[name]
            if own is not None:
                origin = "given" if base.values.get(name) is not None else "default"
                steps.append(Step("input", name, own, unit, origin, _elasticity(base, name, None, own, metric, value)))
            continue
        for k, tranche in enumerate(base.tranches):
            own = row.default if tranche.get(name) is None else tranche[name]
            if own is not None:
                label = f"{name}.{k + 1}" if several else name
                effect = _elasticity(base, name, k, own, metric, value)
                steps.append(Step("input", label, own, unit, _origin(tranche, name), effect))
    return steps


def _origin(tranche: dict[str, Value], name: str) -> str:
    """Say where an input of a tranche comes from; a figure equal to the device's is the catalogue's."""
    if tranche.get(name) is None:
        return "default"
    device = tranche.get("device")
    attribute = {"power_kw": "all_in_kw", "unit_price_usd": "purchase_price_usd"}.get(name)
    if isinstance(device, str) and attribute:
        fact = catalogue_device(device).facts.get(attribute)
        if fact is not None and fact.value == tranche[name]:
            return f"catalogue: {fact.citation}"
    return "given"


def _elasticity(base: Plan, name: str, k: int | None, own: Value, metric: str, value: float) -> float:
    """Return % of the metric for 1 % of the input; NaN for a word, a zero, or where the metric has no value."""
    row = INPUTS[name]
    if not isinstance(own, float) or row.quantity.kind != "number" or not own or not value or not isfinite(value):
        return float("nan") if not isinstance(own, float) else 0.0
    step = max(1.0, abs(own) * STEP) if row.quantity.whole else abs(own) * STEP
    if row.quantity.whole:
        step = float(round(step))
    up, down = min(own + step, row.quantity.high), max(own - step, row.quantity.low)
    try:
        above, below = (_moved(base, name, k, x, metric) for x in (up, down))
    except AccelError:
        return float("nan")
    if up == down or not (isfinite(above) and isfinite(below)):
        return float("nan")
    return (above - below) / value / ((up - down) / own)


def _moved(base: Plan, name: str, k: int | None, x: float, metric: str) -> float:
    """Return the metric with one input moved."""
    top = {key: given for key, given in base.values.items() if given is not None}
    cohorts = [{key: given for key, given in t.items() if given is not None and key != "device"} for t in base.tranches]
    if k is None:
        top[name] = x
    else:
        cohorts[k][name] = x
    return evaluate(Plan(tranches=cohorts, **top), (metric,))[metric]
