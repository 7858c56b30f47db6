"""Tornado: how far a metric moves when one input at a time goes from its low to its high value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, isnan
from typing import Any

import numpy as np

from accelxl.catalogue import Fact
from accelxl.catalogue import device as catalogue_device
from accelxl.catalogue import pue as catalogue_pue
from accelxl.errors import NoData, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.plan.evaluate import compile_plan, run, slots_of
from accelxl.plan.inputs import INPUTS, Input
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import real, rows_of, shown
from accelxl.scenario.columns import check_metrics, check_name, number_column, stem, varies

SHARE = 0.2
"""How far an input moves each way when nobody knows better, as a share of its value."""
NOT_UNCERTAIN = frozenset({"horizon_months"})
"""Numbers that describe the calculation and not the world."""
DEVICE_FACTS = {"unit_price_usd": "price_usd", "power_kw": "all_in_kw", "tokens_per_second": "tokens_per_second"}
SITES = ("hyperscale", "colocation", "enterprise")


@dataclass(frozen=True, slots=True)
class Bar:
    """One input of a tornado: its range and where it comes from, the metric at both ends, and the distance between them."""

    name: str
    unit: str
    low: float
    high: float
    at_low: float
    at_high: float
    swing: float
    source: str


@dataclass(frozen=True, slots=True)
class Tornado:
    """A metric at the plan's own values and the bars of its inputs, the longest first."""

    metric: str
    base: float
    bars: tuple[Bar, ...]

    def table(self) -> list[list[Any]]:
        """Return name, low, high, the metric at both, swing and source as rows under a header."""
        head: list[Any] = [
            "input",
            "low",
            "high",
            f"{self.metric} at low",
            f"{self.metric} at high",
            "swing",
            "range from",
        ]
        return [head, *([b.name, b.low, b.high, b.at_low, b.at_high, b.swing, b.source] for b in self.bars)]

    def frame(self) -> Any:
        """Return `table` as a DataFrame."""
        import pandas as pd

        head, *rows = self.table()
        return pd.DataFrame(rows, columns=head)


def own_value(base: Plan, name: str) -> float:
    """Return the plan's own value of an input, NaN where it is blank; of the first tranche where several are meant."""
    compiled = compile_plan(base)
    (place, *_) = slots_of(compiled, name)
    return float(compiled.values[place])  # noqa: PD011 - no DataFrame


def _fact(base: Plan, name: str, value: float) -> Fact | None:
    """Return the catalogue's band of an input where the plan's value lies inside it."""
    number = name.partition(".")[2]
    tranche = base.tranches[int(number) - 1 if number else 0]
    found: list[Fact] = []
    word = tranche.get("device")
    try:
        if stem(name) in DEVICE_FACTS and isinstance(word, str):
            found = [catalogue_device(word).fact(DEVICE_FACTS[stem(name)])]
        elif stem(name) == "pue":
            found = [catalogue_pue(site) for site in SITES]
    except NoData:
        return None
    return next((row for row in found if row.low < row.high and row.low <= value <= row.high), None)


def _by_share(row: Input, value: float, share: float) -> tuple[float, float]:
    """Return a range around a value, inside the input's limits; whole months go outwards."""
    low, high = sorted(float(f"{value * (1.0 + way):.12g}") for way in (-share, share))
    if row.quantity.whole:
        low, high = float(floor(low)), float(ceil(high))
    return max(low, row.quantity.low), min(high, row.quantity.high)


def default_range(base: Plan, name: str, share: float = SHARE) -> tuple[float, float, str]:
    """Return low and high of an input and where they come from: the catalogue's band, else a share of the value both ways.

    Raises
    ------
    OutOfRange
        If the plan's value is blank or 0, so that no range follows from it.
    """
    value = own_value(base, name)
    if isnan(value) or value == 0.0:
        shown = "blank" if isnan(value) else "0"
        raise OutOfRange(f"{name} is {shown} in the plan, so no range follows from it; a low and a high are needed")
    fact = _fact(base, name, value)
    if fact is not None:
        return fact.low, fact.high, f"{fact.source}, {fact.as_of}"
    return *_by_share(INPUTS[stem(name)], value, share), f"{share:.0%} each way"


def default_names(base: Plan) -> list[str]:
    """Return the inputs of a plan that are numbers other than 0, switches and the horizon left out."""
    names = []
    for row in INPUTS.values():
        if row.quantity.kind != "number" or not varies(row.name) or row.name in NOT_UNCERTAIN:
            continue
        several = row.scope == "tranche" and len(base.tranches) > 1
        for name in [f"{row.name}.{k}" for k in range(1, len(base.tranches) + 1)] if several else [row.name]:
            value = own_value(base, name)
            if not isnan(value) and value != 0.0:
                names.append(name)
    return names


def _given(base: Plan, name: str, pair: Any, share: float) -> tuple[float, float, str]:
    row = check_name(base, name)
    if not varies(name):
        raise WrongType(f"{name} is not a number; an input that is a number can move")
    if pair is None:
        return default_range(base, name, share)
    if isinstance(pair, (str, bytes)) or not hasattr(pair, "__len__") or len(pair) != 2:
        raise ShapeError(f"the range of {name} is {shown(pair)}; a low and a high are allowed")
    low, high = (real(value, f"the {word} of {name}") for value, word in zip(pair, ("low", "high"), strict=True))
    if not low <= high:
        raise OutOfRange(f"the range of {name} goes from {low:g} to {high:g}; low up to high is allowed")
    for value, word in ((low, "low"), (high, "high")):
        if not row.quantity.low <= value <= row.quantity.high or (row.quantity.whole and value != floor(value)):
            raise OutOfRange(f"the {word} of {name} is {value:g}; {row.quantity.allowed()} is allowed")
    return low, high, "given"


def ranges_of(base: Plan, ranges: Any, share: float = SHARE) -> dict[str, tuple[float, float, str]]:
    """Return low, high and origin of each input's range.

    Parameters
    ----------
    base : Plan
    ranges : dict of str to (low, high) or None, rows of name, low, high, names, or None
        None stands for the default range, or for every input that has one.
    share : float
        Of the value, each way, where the catalogue has no band.
    """
    if not 0.0 < real(share, "the share") <= 1.0:
        raise OutOfRange(f"the share is {share:g}; a number above 0, up to 1, is allowed")
    if ranges is None:
        found = {name: default_range(base, name, share) for name in default_names(base)}
        return {name: entry for name, entry in found.items() if entry[0] < entry[1]}
    pairs = {str(name): pair for name, pair in ranges.items()} if isinstance(ranges, Mapping) else _pairs(ranges)
    if not pairs:
        raise ShapeError("there is no range; one or more inputs with a low and a high are needed")
    return {name: _given(base, name, pair, share) for name, pair in pairs.items()}


def _pairs(rows: Any) -> dict[str, Any]:
    """Return the ranges of rows of a table: a name, and a low and a high or neither."""
    allowed = "a dict by input, rows of name, low and high, or names are allowed"
    found: dict[str, Any] = {}
    for number, cells in enumerate(rows_of(rows, "the table of ranges", allowed), 1):
        filled = [
            cell for cell in cells if not (cell is None or cell == "" or (isinstance(cell, float) and isnan(cell)))
        ]
        if not filled:
            continue
        if not isinstance(filled[0], str) or len(filled) not in {1, 3}:
            raise ShapeError(f"row {number} of the ranges is {cells}; a name, a low and a high are allowed")
        if filled[0].strip() in found:
            raise UnknownName(f"row {number} of the ranges: {filled[0].strip()} stands twice")
        found[filled[0].strip()] = tuple(filled[1:]) or None
    return found


def tornado(plan: Any, ranges: Any = None, metric: str = "npv", share: float = SHARE) -> Tornado:
    """How far a metric moves with each input alone, ``|metric(high) - metric(low)|``, the longest bar first.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    ranges : dict of str to (low, high), rows of name, low, high, or names, optional
        In the inputs' units. The default is every number of the plan that moves the metric: over the catalogue's band where the plan's
        device or site has one around the plan's value, else `share` of the value each way.
    metric : str
        From `accelxl.plan.metrics.METRICS`.
    share : float
        Of the value, for inputs without a band.

    Returns
    -------
    Tornado
        Its `bars` have name, low, high, at_low, at_high, swing and source. A swing without value stands last.

    Raises
    ------
    UnknownName
        If an input or the metric does not exist.
    OutOfRange
        If a range lies outside its input's limits.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> found = tornado(plan, {"pue": (1.1, 1.5), "price_usd_per_mtok": (0.4, 0.8)})
    >>> [bar.name for bar in found.bars]
    ['price_usd_per_mtok', 'pue']

    Source
    ------
    The plan model of `accelxl.evaluate`, one input moved at a time.
    """
    base = plan_of(plan)
    (name_of,) = check_metrics((metric,))
    found = ranges_of(base, ranges, share)
    level = float(run(base, {}, (name_of,))[0, 0])
    bars = []
    for name, (low, high, source) in found.items():
        at_low, at_high = run(base, {name: number_column(base, name, [low, high])}, (name_of,))[0].tolist()
        bars.append(
            Bar(name, INPUTS[stem(name)].quantity.unit, low, high, at_low, at_high, abs(at_high - at_low), source)
        )
    if ranges is None:
        bars = [bar for bar in bars if bar.swing != 0.0]
    return Tornado(name_of, level, tuple(sorted(bars, key=_length)))


def _length(bar: Bar) -> tuple[bool, float, str]:
    return bool(np.isnan(bar.swing)), -bar.swing if not np.isnan(bar.swing) else 0.0, bar.name
