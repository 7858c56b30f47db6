"""Declarations: risk of a plan, that is tornado, Monte Carlo and stress."""

from __future__ import annotations

from math import isnan
from typing import Annotated, Any

from accelxl.functions.cells import Outcome, Range, Rows, is_blank, used
from accelxl.functions.plan_family import BASE, METRIC, PLAN
from accelxl.functions.plan_tables import Block, MetricName, Table, metric_names
from accelxl.functions.readers import one_number
from accelxl.functions.registry import Argument, function
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import plan_of
from accelxl.scenario import stress as stresses
from accelxl.scenario import tornado as tornados
from accelxl.scenario.columns import DEFAULT_METRICS
from accelxl.scenario.drawn import from_table
from accelxl.scenario.montecarlo import montecarlo
from accelxl.units import Quantity

MOST = 10_000_000
"""Scenarios that a sheet may wait for: some seconds."""
SHOWN = (5.0, 25.0, 50.0, 75.0, 95.0)

PERCENTILE = Argument("percentiles", Quantity(low=0, high=100), "")

Cells = Annotated[Rows, Quantity(kind="table")]
Count = Annotated[int, Quantity("scenarios", low=1, high=MOST, whole=True)]
Seed = Annotated[int, Quantity(low=0, high=2.0**53, whole=True)]


def tornado(plan: Block, ranges: Cells | None = None, metric: MetricName = "npv") -> Outcome:
    """Bars of a tornado under a header; see `accelxl.scenario.tornado`."""
    rows = None if ranges is None else [[None if is_blank(cell) else cell for cell in row] for row in used(ranges)]
    found = tornados.tornado(plan_of(plan), rows, metric)
    head = ["input", "low", "high", f"{metric} at low", f"{metric} at high", "swing"]
    bars = [[bar.name, bar.low, bar.high, bar.at_low, bar.at_high, bar.swing] for bar in found.bars]
    lacking = [bar.name for bar in found.bars if isnan(bar.swing)]
    why = f"{metric} has no value at an end of {lacking[0]}: {METRICS[metric].definition}" if lacking else ""
    return Outcome([head, *bars], why)


def mc(
    plan: Block,
    distributions: Cells,
    metric: MetricName = "npv",
    n: Count = 100_000,
    seed: Seed = 0,
    percentiles: Table | None = None,
    correlation: Cells | None = None,
) -> Outcome:
    """Mean, spread, share below zero and percentiles of a metric over draws; see `accelxl.scenario.montecarlo`."""
    places = SHOWN if percentiles is None else _percentiles(percentiles)
    drawn = from_table(used(distributions))
    linked = None if correlation is None else used(correlation)
    found = montecarlo(plan_of(plan), drawn, metric, int(n), int(seed), places, linked)[metric]
    rows: list[list[Any]] = [
        ["mean", found.mean],
        ["standard deviation", found.sd],
        ["share below zero", found.share_below],
        ["share without a value", found.share_nan],
        *([f"percentile {p:g}", value] for p, value in found.percentiles.items()),
    ]
    lacks = f"{metric} has no value in {found.share_nan:.2%} of the scenarios: {METRICS[metric].definition}"
    return Outcome(rows, lacks if found.share_nan else "")


def _percentiles(given: Range) -> list[float]:
    """Return the percentiles in a range, blank cells left out."""
    found = [
        one_number(PERCENTILE, cell, f"percentiles, {given.place(index)},", inside=True)
        for index, cell in enumerate(given.cells)
        if not is_blank(cell)
    ]
    return found or list(SHOWN)


def stress(plan: Block, pack: Cells | None = None, metrics: Table | None = None) -> Outcome:
    """Metrics of a plan under each case of a pack and under all; see `accelxl.scenario.stress`."""
    names = tuple(filter(None, metric_names(metrics))) if metrics else DEFAULT_METRICS
    given: Any = None if pack is None else used(pack)
    if given and len(given) == 1 and all(map(is_blank, given[0][1:])):
        given = given[0][0]
    found = stresses.stress(plan_of(plan), given, names)
    rows = [[case.name, *(case.metrics[name] for name in names)] for case in found.cases]
    lacks = next((name for case in found.cases for name in names if isnan(case.metrics[name])), "")
    why = f"{lacks} has no value for some of these cases: {METRICS[lacks].definition}" if lacks else ""
    return Outcome([["case", *names], *rows], why)


function(
    "ACCEL_TORNADO",
    "Accel - Risk",
    tornado,
    "How far a metric of a plan moves with each input alone, from its low to its high value; the longest bar first",
    help={
        "plan": PLAN,
        "ranges": "rows of an input's name, low and high; a name alone has its default range; blank: every input that moves the metric",
        "metric": METRIC,
    },
    undefined="the metric has no value at an end of the range",
    examples=[
        (
            f'=ACCEL_TORNADO({BASE},{{"pue",1.1,1.5;"unit_price_usd",30000,40000}},"capex_usd")',
            [
                ["input", "low", "high", "capex_usd at low", "capex_usd at high", "swing"],
                ["unit_price_usd", 30000.0, 40000.0, 1920000.0, 2560000.0, 640000.0],
                ["pue", 1.1, 1.5, 2176000.0, 2176000.0, 0.0],
            ],
        ),
    ],
)

function(
    "ACCEL_MC",
    "Accel - Risk",
    mc,
    "Mean, standard deviation, share below zero and percentiles of a metric over random draws of a plan's inputs",
    help={
        "plan": PLAN,
        "distributions": "rows of an input's name, uniform, normal, lognormal, triangular, pert, discrete or empirical, and its figures",
        "metric": METRIC,
        "n": "scenarios",
        "seed": "the same seed draws the same scenarios",
        "percentiles": "numbers from 0 to 100; blank: 5, 25, 50, 75, 95",
        "correlation": "matrix of rank correlations, in the order of the distributions or with names on both sides",
    },
    undefined="the metric has no value in the scenarios that stand there",
    examples=[
        (
            f'=ACCEL_MC({BASE},{{"unit_price_usd","discrete",30000,1;"unit_price_usd","discrete",40000,0}},"capex_usd",1000,1,50)',
            [
                ["mean", 1920000.0],
                ["standard deviation", 0.0],
                ["share below zero", 0.0],
                ["share without a value", 0.0],
                ["percentile 50", 1920000.0],
            ],
        ),
        (f'=ACCEL_MC({BASE},{{"price_usd_per_mtok","triangular",0.1,0.6,1.2}})', ...),
    ],
)

function(
    "ACCEL_STRESS",
    "Accel - Risk",
    stress,
    "Metrics of a plan as it is, under each case of an overbuild alone, and under all of them together",
    help={
        "plan": PLAN,
        "pack": "telecom (the default) or telecom mild, or rows of case, input, change (at most, at least, add, times, set) and figure",
        "metrics": "names of metrics; blank: npv, irr, roi, payback_months, cost_per_mtok",
    },
    undefined="the metric has no value for that case",
    examples=[
        (
            f'=ACCEL_STRESS({BASE},{{"half price","price_usd_per_mtok","times",0.5}},{{"capex_usd","payback_months"}})',
            ...,
        ),
        (f'=ACCEL_STRESS({BASE},"telecom mild","capex_usd")', ...),
    ],
)
