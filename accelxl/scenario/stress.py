"""Stress: a plan under an overbuild, one blow at a time and all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from accelxl.catalogue import lead_time
from accelxl.catalogue import stress as history
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.plan.evaluate import evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import real, rows_of, shown
from accelxl.scenario.columns import check_metrics, varies

WEEKS_PER_MONTH = 365.0 / 7.0 / 12.0
HOW: dict[str, Callable[[float, float], float]] = {
    "at most": min,
    "at least": max,
    "add": lambda now, by: now + by,
    "times": lambda now, by: now * by,
    "set": lambda _, to: to,
}
"""What a change does to the plan's own value."""


@dataclass(frozen=True, slots=True)
class Blow:
    """A change of one input in every tranche, and where the figure comes from."""

    name: str
    how: str
    value: float
    source: str = "given"


@dataclass(frozen=True, slots=True)
class Case:
    """The plan under some blows: what was changed, and its metrics."""

    name: str
    changes: tuple[Blow, ...]
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Stress:
    """The plan as it is, under each case alone, and under all together."""

    metrics: tuple[str, ...]
    cases: tuple[Case, ...]

    def __getitem__(self, name: str) -> Case:
        """Return a case by its name."""
        for case in self.cases:
            if case.name == name:
                return case
        raise UnknownName(
            f"{shown(name)} is not a case of this pack; {nearest(name, [case.name for case in self.cases])}"
        )

    def table(self) -> list[list[Any]]:
        """Return a row a case under a header: its name, what changed, its metrics."""
        head: list[Any] = ["case", "changes", *self.metrics]
        return [
            head,
            *([c.name, "; ".join(map(says, c.changes)), *(c.metrics[m] for m in self.metrics)] for c in self.cases),
        ]


def says(blow: Blow) -> str:
    """Return a change in words."""
    words = {"set": f"{blow.name} {blow.value:g}", "times": f"{blow.name} x {blow.value:g}"}
    return words.get(blow.how, f"{blow.name} {blow.how} {blow.value:g}")


def presets() -> dict[str, dict[str, tuple[Blow, ...]]]:
    """Return the packs of the catalogue: the telecom overbuild in its middle figures, and at the mild end of each.

    Fill share and price fall are those of long-haul fibre after 2001. Units stranded are the capacity that growth overestimated by
    that factor leaves without use, 1 - 1 / factor. The delay is the distance from the middle to the high lead time of a transformer
    (mild: half of it).

    Examples
    --------
    >>> sorted(presets()["telecom"])
    ['delay', 'fill share', 'price fall', 'stranded share']
    """
    past, wait = history("telecom"), lead_time("transformer")
    fill, fall, over = past["fill_share"], past["price_fall_per_year"], past["demand_overestimate_per_year"]
    slip = (wait.high - wait.value) / WEEKS_PER_MONTH
    packs: dict[str, dict[str, tuple[Blow, ...]]] = {}
    for name, filled, falls, stranded, months in (
        ("telecom", fill.value, fall.value, 1.0 - 1.0 / over.value, round(slip)),
        ("telecom mild", fill.high, fall.low, 0.5 * (1.0 - 1.0 / over.value), round(0.5 * slip)),
    ):
        packs[name] = {
            "fill share": (Blow("utilization", "at most", filled, fill.citation),),
            "price fall": (Blow("price_decline_per_year", "at least", falls, fall.citation),),
            "stranded share": (Blow("stranded_share", "at least", stranded, over.citation),),
            "delay": (Blow("delay_months", "add", float(months), wait.citation),),
        }
    return packs


def _blows(case: str, changes: Any) -> tuple[Blow, ...]:
    if isinstance(changes, tuple) and changes and all(isinstance(blow, Blow) for blow in changes):
        return changes
    if not isinstance(changes, Mapping) or not changes:
        raise ShapeError(
            f'case {shown(case)} is {shown(changes)}; inputs with a figure or a change such as ("at most", 0.3) are allowed'
        )
    found = []
    for name, change in changes.items():
        if name not in INPUTS:
            raise UnknownName(
                f"case {shown(case)}: {shown(name)} is not an input of a plan; {nearest(str(name), INPUTS)}"
            )
        if not varies(name):
            raise WrongType(f"case {shown(case)}: {name} is not a number; an input that is a number can be stressed")
        how, value = change if isinstance(change, (tuple, list)) and len(change) == 2 else ("set", change)
        if not isinstance(how, str) or how not in HOW:
            raise UnknownName(f"case {shown(case)}: {shown(how)} is not a change of {name}; {nearest(str(how), HOW)}")
        found.append(Blow(name, how, real(value, f"case {shown(case)}: the change of {name}")))
    return tuple(found)


def pack_of(given: Any) -> dict[str, tuple[Blow, ...]]:
    """Return a pack by its name, of a dict of cases, or of rows of case, input, change, figure."""
    known = presets()
    if given is None:
        given = "telecom"
    if isinstance(given, str):
        if given not in known:
            raise UnknownName(f"{shown(given)} is not a pack; {nearest(given, known)}")
        return known[given]
    if not isinstance(given, Mapping):
        given = _from_rows(given)
    if not given:
        raise ShapeError("the pack has no case; one or more are needed")
    for name in ("base", *(("together",) if len(given) > 1 else ())):
        if name in given:
            raise UnknownName(
                f"{shown(name)} names a case of the pack and a row of every result; another name is allowed"
            )
    return {str(case): _blows(str(case), changes) for case, changes in given.items()}


def _from_rows(rows: Any) -> dict[str, dict[str, Any]]:
    allowed = "its name, a dict of cases, or rows of case, input, change, figure are allowed"
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows_of(rows, "the pack", allowed), 1):
        cells = [cell for cell in row if not (cell is None or cell == "" or (isinstance(cell, float) and isnan(cell)))]
        if not cells:
            continue
        if len(cells) not in {3, 4} or not all(isinstance(cell, str) for cell in cells[:-1]):
            raise ShapeError(
                f"row {number} of the pack is {list(row)}; case, input, change (may be left out) and figure are allowed"
            )
        case, name = cells[0].strip(), cells[1].strip()
        if name in found.setdefault(case, {}):
            raise UnknownName(f"row {number} of the pack: {name} stands twice in case {shown(case)}")
        found[case][name] = cells[-1] if len(cells) == 3 else (cells[2].strip(), cells[3])
    return found


def struck(base: Plan, blows: Iterable[Blow]) -> Plan:
    """Return the plan under blows; each moves the plan's own value, in every tranche, and stops at the input's limits."""
    given = base.as_dict()
    for blow in blows:
        row = INPUTS[blow.name]
        places = given["tranches"] if row.scope == "tranche" else [given]
        for values in places:
            own = values.get(blow.name)
            now = float(own) if own is not None else float(row.default) if isinstance(row.default, float) else nan
            if isnan(now) and blow.how != "set":
                raise OutOfRange(
                    f"{blow.name} is blank in the plan, so {shown(says(blow))} has no meaning; a figure that is set is allowed"
                )
            value = HOW[blow.how](now, blow.value)
            if blow.how != "set":
                value = min(max(value, row.quantity.low), row.quantity.high)
            values[blow.name] = round(value) if row.quantity.whole and blow.how != "set" else value
    return Plan(**given)


def stress(plan: Any, pack: Any = None, metrics: Iterable[str] | str | None = None) -> Stress:
    """Metrics of a plan as it is, under each case of a pack alone, and under all of them together.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    pack : str, dict of cases, or rows, optional
        telecom (the default) or telecom mild, made from the catalogue: fill share, price fall, stranded share, delay. A dict such as
        {"half full": {"utilization": ("at most", 0.3)}}; a change is at most, at least, add, times or set, a figure alone sets.
    metrics : iterable of str
        The default is npv, irr, roi, payback_months, cost_per_mtok.

    Returns
    -------
    Stress
        Its `cases` are base, each of the pack, and together.

    Raises
    ------
    UnknownName
        If the pack, an input or a change does not exist.
    OutOfRange
        If a figure that is set lies outside its input's limits.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> found = stress(plan, {"half price": {"price_usd_per_mtok": ("times", 0.5)}}, "revenue_usd")
    >>> found["half price"].metrics["revenue_usd"] / found["base"].metrics["revenue_usd"]
    0.5

    Source
    ------
    The plan model of `accelxl.evaluate`; each case of the pack is a set of changed inputs.
    """
    base = plan_of(plan)
    names = check_metrics(metrics)
    cases = pack_of(pack)
    rows = {"base": (), **cases}
    if len(cases) > 1:
        rows["together"] = tuple(blow for blows in cases.values() for blow in blows)
    return Stress(names, tuple(Case(name, blows, evaluate(struck(base, blows), names)) for name, blows in rows.items()))
