"""Which assumption moved the answer most: the difference of two plans shared out over the inputs in which they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, fsum, isfinite
from random import Random
from typing import Any

from accelxl.errors import NoSolution, ShapeError, UnknownName, nearest
from accelxl.plan.evaluate import evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, Value, plan_of

EXACT = 9
"""Changed inputs up to which every set of changes is evaluated (512 plans); above, orders are sampled."""
ORDERS = 120
"""Sampled orders, each with its reverse."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An input that differs: its value in each plan, its share of the difference, and what it does alone."""

    name: str
    before: Value
    after: Value
    effect: float
    alone: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """The difference of a metric between two plans: the effects of the inputs, largest first, add up to it."""

    metric: str
    before: float
    after: float
    moved: tuple[Moved, ...]

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


def attribute(before: Any, after: Any, metric: str = "npv") -> Attribution:
    """Share of each changed input in ``metric(after) - metric(before)``: Shapley values, which add up to the difference.

    An input's effect is the mean, over all orders in which the changes may be made, of what its own step does. So no order
    is preferred, and effects that two changes have only together are shared.

    Parameters
    ----------
    before, after : Plan, dict, DataFrame or block
        With the same number of tranches.
    metric : str
        From `accelxl.plan.metrics.METRICS`.

    Returns
    -------
    Attribution
        Largest effect first; exact up to nine changed inputs, above that over 240 orders (which add up as well).

    Raises
    ------
    UnknownName
        If there is no such metric.
    ShapeError
        If the plans have unlike numbers of tranches.
    NoSolution
        If the metric has no value for a plan between the two.

    Examples
    --------
    >>> base = {"units": 8, "unit_price_usd": 30000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> found = attribute(base, {**base, "units": 10, "unit_price_usd": 40000}, "capex_usd")
    >>> [(item.name, item.effect) for item in found.moved], found.difference
    ([('unit_price_usd', 90000.0), ('units', 70000.0)], 160000.0)

    Source
    ------
    Shapley 1953, "A value for n-person games".
    """
    if metric not in METRICS:
        raise UnknownName(f"{metric!r} is not a metric; {nearest(str(metric), METRICS)}")
    first, second = plan_of(before), plan_of(after)
    changes = differences(first, second)
    seen: dict[frozenset[str], float] = {}

    def at(chosen: frozenset[str]) -> float:
        if chosen not in seen:
            seen[chosen] = _value(first, changes, chosen, metric)
        return seen[chosen]

    names = tuple(changes)
    low, high = at(frozenset()), at(frozenset(names))
    share = _exact(names, at) if len(names) <= EXACT else _sampled(names, at)
    moved = [Moved(name, *changes[name], share[name], at(frozenset({name})) - low) for name in names]
    moved.sort(key=lambda item: (-abs(item.effect), item.name))
    return Attribution(metric, low, high, tuple(moved))


def differences(first: Plan, second: Plan) -> dict[str, tuple[Value, Value]]:
    """Return the inputs in which two plans differ, with both values; `units.2` is that of the second tranche.

    A blank and its default are the same. What a device fills in counts as the figure itself.
    """
    count = len(first.tranches)
    if count != len(second.tranches):
        raise ShapeError(
            f"the plans have {count} and {len(second.tranches)} tranches; as many are allowed: give a tranche of 0 units"
        )
    found: dict[str, tuple[Value, Value]] = {}
    for name, row in INPUTS.items():
        if row.scope == "plan":
            pairs = [(name, first[name], second[name])]
        else:
            pairs = [
                (f"{name}.{k}" if count > 1 else name, _of(one, name), _of(two, name))
                for k, (one, two) in enumerate(zip(first.tranches, second.tranches, strict=True), 1)
            ]
        found.update({key: (a, b) for key, a, b in pairs if a != b and row.quantity.kind != "text"})
    return found


def _of(tranche: dict[str, Value], name: str) -> Value:
    value = tranche.get(name)
    return INPUTS[name].default if value is None else value


def _value(first: Plan, changes: dict[str, tuple[Value, Value]], chosen: frozenset[str], metric: str) -> float:
    """Return the metric of the first plan with the chosen inputs as in the second."""
    top = {name: first[name] for name in INPUTS if INPUTS[name].scope == "plan"}
    cohorts = [{name: value for name, value in tranche.items() if name != "device"} for tranche in first.tranches]
    for key in chosen:
        name, _, number = key.partition(".")
        if INPUTS[name].scope == "plan":
            top[name] = changes[key][1]
        else:
            cohorts[int(number or 1) - 1][name] = changes[key][1]
    plan = Plan(tranches=cohorts, **{name: value for name, value in top.items() if value is not None})
    value = evaluate(plan, (metric,))[metric]
    if not isfinite(value):
        with_what = ", ".join(sorted(chosen)) or "no change"
        raise NoSolution(f"{metric} has no value for the first plan with {with_what}; choose a metric such as npv")
    return value


def _exact(names: tuple[str, ...], at: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Shapley values over all sets."""
    count = len(names)
    weights = [factorial(k) * factorial(count - k - 1) / factorial(count) for k in range(count)]
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        terms = []
        for bits in range(1 << len(others)):
            chosen = frozenset(other for place, other in enumerate(others) if bits >> place & 1)
            terms.append(weights[len(chosen)] * (at(chosen | {name}) - at(chosen)))
        shares[name] = fsum(terms)
    return shares


def _sampled(names: tuple[str, ...], at: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Shapley values over sampled orders, each with its reverse; the same orders on every call."""
    chance = Random(0)  # noqa: S311 - a fixed sample, no secret
    steps: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(ORDERS):
        order = list(names)
        chance.shuffle(order)
        for way in (order, order[::-1]):
            done: frozenset[str] = frozenset()
            for name in way:
                steps[name].append(at(done | {name}) - at(done))
                done = done | {name}
    return {name: fsum(values) / len(values) for name, values in steps.items()}
