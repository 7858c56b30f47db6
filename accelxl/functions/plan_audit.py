"""Declarations: the lineage of a metric, and which assumption moved it most between two plans."""

from math import isfinite
from typing import Annotated

from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.plan.attribution import attribute
from accelxl.plan.metrics import METRICS
from accelxl.plan.trace import trace
from accelxl.units import Quantity

Block = Annotated[Rows, Quantity(kind="block")]
MetricName = Annotated[str, Quantity("text", kind="choice", choices=tuple(METRICS))]
PLAN = '{"units",8;"unit_price_usd",30000;"tokens_per_second",2500;"price_usd_per_mtok",0.6}'
LATER = '{"units",10;"unit_price_usd",40000;"tokens_per_second",2500;"price_usd_per_mtok",0.6}'


def traced(plan: Block, metric: MetricName = "npv") -> Rows:
    """Return the lineage of `accelxl.plan.trace.trace` as a table: the metric, its lines, the inputs that move it."""
    rows: Rows = [["what", "name", "value", "unit", "% for 1 %", "origin or meaning"]]
    for step in trace(plan, metric):
        value = step.value if not isinstance(step.value, float) or isfinite(step.value) else None
        rows.append(
            [step.kind, step.name, value, step.unit, step.effect if isfinite(step.effect) else None, step.origin]
        )
    return rows


def difference(before: Block, after: Block, metric: MetricName = "npv") -> Rows:
    """Return the attribution of `accelxl.plan.attribution.attribute` as a table: an input a row, the largest effect first."""
    found = attribute(before, after, metric)
    rows: Rows = [["input", "before", "after", "effect", "share of the difference", "alone"]]
    for item in found.moved:
        share = item.effect / found.difference if found.difference else None
        rows.append([item.name, item.before, item.after, item.effect, share, item.alone])
    return [*rows, [metric, found.before, found.after, found.difference, 1.0 if found.difference else None, None]]


function(
    "ACCEL_TRACE",
    "Accel - Plan",
    traced,
    "Lineage of a metric: its definition, the lines of the statement behind it, and each input with origin, source and elasticity",
    help={
        "plan": "block of the plan: names of inputs, then one column of values a tranche",
        "metric": "name of a metric",
    },
    examples=[(f'=ACCEL_TRACE({PLAN},"capex_usd")', ...)],
)
function(
    "ACCEL_DIFF",
    "Accel - Plan",
    difference,
    "Which assumption moved a metric most between two versions of a plan; the effects of the inputs add up to the difference",
    help={
        "before": "block of the earlier plan",
        "after": "block of the later plan, with as many tranches",
        "metric": "name of a metric",
    },
    examples=[
        (
            f'=ACCEL_DIFF({PLAN},{LATER},"capex_usd")',
            [
                ["input", "before", "after", "effect", "share of the difference", "alone"],
                ["unit_price_usd", 30000.0, 40000.0, 90000.0, 0.5625, 80000.0],
                ["units", 8.0, 10.0, 70000.0, 0.4375, 60000.0],
                ["capex_usd", 240000.0, 400000.0, 160000.0, 1.0, ""],
            ],
        ),
    ],
)
