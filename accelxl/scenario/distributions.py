"""Distributions of inputs as data: what a user may write down, checked against the input it moves.

A distribution is a tuple ("triangular", 0.3, 0.6, 1.2), a dict {"kind": "normal", "mean": 0.6, "sd": 0.1}, or a row of a table
(name, kind, a, b, c, d). Values are in the input's unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.plan.inputs import Input
from accelxl.plan.model import Plan
from accelxl.scenario.checks import numbers_of, real, shown
from accelxl.scenario.columns import check_name, varies

CUT_SHARE = 0.05
"""The most of a normal or lognormal distribution that may lie outside an input's limits; it is cut off and the rest scaled up."""

WIDEST = 1e100
"""The most by which sd and mean of a lognormal may differ: the square of their ratio has to be a number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of distributions: its parameters in order, those that may be left out with their defaults, and its meaning."""

    name: str
    parameters: tuple[str, ...]
    optional: tuple[tuple[str, float], ...]
    meaning: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("uniform", ("low", "high"), (), "every value between low and high alike"),
        Kind("normal", ("mean", "sd"), (("low", -inf), ("high", inf)), "the bell curve, cut off at low and high"),
        Kind(
            "lognormal",
            ("mean", "sd"),
            (("low", 0.0), ("high", inf)),
            "exp of a normal; mean and sd of the value itself",
        ),
        Kind("triangular", ("low", "mode", "high"), (), "rising to the mode and falling from it in straight lines"),
        Kind(
            "pert",
            ("low", "mode", "high"),
            (("weight", 4.0),),
            "a beta with mean (low + weight mode + high) / (weight + 2)",
        ),
        Kind(
            "discrete",
            ("values", "weights"),
            (),
            "one of a few values, in proportion to the weights; without weights, alike",
        ),
        Kind("empirical", ("values",), (), "observations, straight lines between them when sorted"),
    )
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A checked distribution of one input: `numbers` in the order of its kind, or `values` and `weights` of the last two kinds."""

    name: str
    kind: str
    row: Input
    numbers: tuple[float, ...] = ()
    values: NDArray[np.float64] | None = None
    weights: NDArray[np.float64] | None = None

    @property
    def support(self) -> tuple[float, float]:
        """Return the lowest and the highest value that can be drawn, before the input's limits cut it."""
        if self.values is not None:
            return float(self.values.min()), float(self.values.max())
        if self.kind in {"normal", "lognormal"}:
            return self.numbers[2], self.numbers[3]
        return self.numbers[0], self.numbers[2 if self.kind in {"triangular", "pert"} else 1]

    def says(self) -> str:
        """Return the distribution as a reader would write it.

        Examples
        --------
        >>> from accelxl.plan.inputs import INPUTS
        >>> Distribution("pue", "uniform", INPUTS["pue"], (1.1, 1.5)).says()
        'uniform(1.1, 1.5)'
        """
        if self.values is not None:
            return f"{self.kind}({len(self.values)} values)"
        return f"{self.kind}({', '.join(f'{x:g}' for x in self.numbers if isfinite(x))})"


def _list(value: Any, place: str) -> NDArray[np.float64]:
    array = numbers_of(value, f"{place} holds {{}}; a list of numbers is allowed")
    if array.ndim != 1 or array.size == 0:
        raise ShapeError(f"{place} has shape {array.shape}; a list of one or more numbers is allowed")
    if not np.isfinite(array).all():
        raise OutOfRange(
            f"{place} holds {array[~np.isfinite(array)][0]} at place {int(np.argmin(np.isfinite(array))) + 1}; numbers are allowed"
        )
    return np.ascontiguousarray(array)


def _arguments(name: str, spec: Any) -> tuple[Kind, dict[str, Any]]:
    """Return the kind and its arguments by name."""
    if isinstance(spec, Mapping):
        given = dict(spec)
        word = given.pop("kind", None)
        positional: list[Any] = []
    elif isinstance(spec, Sequence) and not isinstance(spec, (str, bytes)) and len(spec):
        word, positional, given = spec[0], list(spec[1:]), {}
    else:
        raise WrongType(
            f'{name} is given as {shown(spec)}; a distribution such as ("triangular", 0.3, 0.6, 1.2) is allowed'
        )
    kind = KINDS.get(word.strip().lower()) if isinstance(word, str) else None
    if kind is None:
        raise UnknownName(f"{shown(word)} is not a distribution of {name}; {nearest(str(word), KINDS)}")
    order = [*kind.parameters, *(parameter for parameter, _ in kind.optional)]
    if len(positional) > len(order):
        raise ShapeError(f"{kind.name} of {name} has {len(positional)} arguments; {', '.join(order)} are allowed")
    given = {**dict(zip(order, positional, strict=False)), **given}
    for parameter in given:
        if parameter not in order:
            raise UnknownName(
                f"{shown(parameter)} is not an argument of {kind.name} ({name}); {nearest(str(parameter), order)}"
            )
    return kind, {parameter: value for parameter, value in given.items() if value is not None}


def _check_order(place: str, numbers: dict[str, float]) -> None:
    """Refuse figures of which no distribution can be made."""
    low, high = numbers.get("low", -inf), numbers.get("high", inf)
    if not low < high:
        raise OutOfRange(f"{place} has low {low:g} and high {high:g}; low below high is allowed")
    if "mode" in numbers and not low <= numbers["mode"] <= high:
        raise OutOfRange(f"{place} has mode {numbers['mode']:g}; a mode from low {low:g} to high {high:g} is allowed")
    if "sd" in numbers and not numbers["sd"] > 0:
        raise OutOfRange(f"{place} has sd {numbers['sd']:g}; a number above 0 is allowed")
    if place.startswith("lognormal") and not numbers["mean"] > 0:
        raise OutOfRange(f"{place} has mean {numbers['mean']:g}; a number above 0 is allowed")
    if place.startswith("lognormal") and not 1.0 / WIDEST <= numbers["sd"] / numbers["mean"] <= WIDEST:
        raise OutOfRange(
            f"{place} has mean {numbers['mean']:g} and sd {numbers['sd']:g}; an sd from {1 / WIDEST:g} to {WIDEST:g} times the mean "
            "is allowed"
        )
    if "weight" in numbers and not 0 < numbers["weight"] <= 100:
        raise OutOfRange(f"{place} has weight {numbers['weight']:g}; a number above 0, up to 100, is allowed")


def _listed(name: str, kind: Kind, row: Input, given: dict[str, Any]) -> Distribution:
    if "values" not in given:
        raise ShapeError(f"{kind.name} of {name} has no values; a list of numbers is needed")
    values = _list(given["values"], f"values of {kind.name} ({name})")
    if kind.name == "empirical":
        return Distribution(name, kind.name, row, values=np.sort(values))
    weights = (
        _list(given["weights"], f"weights of {kind.name} ({name})") if "weights" in given else np.ones(len(values))
    )
    if len(weights) != len(values):
        raise ShapeError(
            f"{kind.name} of {name} has {len(values)} values and {len(weights)} weights; as many of both are allowed"
        )
    if (weights < 0).any() or not (weights > 0).any():
        raise OutOfRange(
            f"{kind.name} of {name} has weights {weights.min():g} to {weights.max():g}; weights of at least 0, one above, are allowed"
        )
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if not isfinite(total):
        raise OutOfRange(
            f"{kind.name} of {name} has weights whose sum is {total}; weights with a finite sum are allowed"
        )
    order = np.argsort(values, kind="stable")
    return Distribution(name, kind.name, row, values=values[order], weights=weights[order])


def distribution(plan: Plan, name: str, spec: Any) -> Distribution:
    """Return the checked distribution of an input.

    Parameters
    ----------
    plan : Plan
    name : str
        The input, as in `scenarios`: `units.2` is the second tranche's.
    spec : tuple, list or dict
        The kind and its parameters, in the input's unit.

    Raises
    ------
    UnknownName
        If the kind or a parameter does not exist.
    OutOfRange
        If the parameters make no distribution, or the input's limits do not hold what would be drawn.

    Examples
    --------
    >>> plan = Plan(units=64, unit_price_usd=34e3, tokens_per_second=2500, price_usd_per_mtok=0.6)
    >>> distribution(plan, "price_usd_per_mtok", ("triangular", 0.3, 0.6, 1.2)).support
    (0.3, 1.2)
    """
    if isinstance(spec, Distribution):
        spec = _spec(spec)
    row = check_name(plan, name)
    if not varies(name):
        raise WrongType(f"{name} is not a number; an input that is a number can be drawn")
    kind, given = _arguments(name, spec)
    if kind.name in {"discrete", "empirical"}:
        found = _listed(name, kind, row, given)
    else:
        place = f"{kind.name} of {name}"
        missing = [parameter for parameter in kind.parameters if parameter not in given]
        if missing:
            raise ShapeError(f"{place} has no {missing[0]}; {', '.join(kind.parameters)} are needed")
        numbers = {parameter: real(value, f"{parameter} of {place}") for parameter, value in given.items()}
        numbers = {**dict(kind.optional), **numbers}
        _check_order(place, numbers)
        order = [*kind.parameters, *(parameter for parameter, _ in kind.optional)]
        found = Distribution(name, kind.name, row, tuple(numbers[parameter] for parameter in order))
    _check_limits(found)
    return found


def _spec(given: Distribution) -> tuple[Any, ...]:
    if given.values is not None:
        return (given.kind, given.values) if given.weights is None else (given.kind, given.values, given.weights)
    return (given.kind, *(x if isfinite(x) else None for x in given.numbers))


def score_limits(given: Distribution) -> tuple[float, float, float, float]:
    """Return mean and sd of the normal behind a normal or lognormal, and the probabilities below its two limits."""
    mean, sd, low, high = given.numbers
    low, high = max(low, given.row.quantity.low), min(high, given.row.quantity.high)
    if given.kind == "lognormal":
        spread = float(core.log1p((sd / mean) * (sd / mean)))
        mean, sd = float(core.log(mean)) - 0.5 * spread, float(np.sqrt(spread))
        low, high = float(core.log(low)) if low > 0 else -inf, float(core.log(high)) if high < inf else inf
    below, above = float(core.ndtr((low - mean) / sd)), float(core.ndtr((mean - high) / sd))
    return mean, sd, below, above


def _check_limits(given: Distribution) -> None:
    """Refuse a distribution whose support leaves the input's limits."""
    quantity, place = given.row.quantity, f"{given.kind} of {given.name}"
    low, high = given.support
    if given.kind in {"normal", "lognormal"}:
        if max(low, quantity.low) >= min(high, quantity.high):
            raise OutOfRange(f"{place} lies from {low:g} to {high:g}; {quantity.allowed()} is allowed")
        own = given.numbers[2:] != tuple(value for _, value in KINDS[given.kind].optional)
        _, _, below, above = score_limits(given)
        if below + above > (1.0 - 1e-6 if own else CUT_SHARE):
            raise OutOfRange(
                f"{place} has {below + above:.1%} of its draws outside the limits; {quantity.allowed()} is allowed, "
                f"and up to {CUT_SHARE:.0%} of a distribution may be cut off"
            )
        low, high = max(low, quantity.low), min(high, quantity.high)
    if low < quantity.low or high > quantity.high:
        raise OutOfRange(f"{place} runs from {low:g} to {high:g}; {quantity.allowed()} is allowed")
    if (
        given.kind == "discrete"
        and quantity.whole
        and given.values is not None
        and (given.values != np.floor(given.values)).any()
    ):
        bad = given.values[given.values != np.floor(given.values)][0]
        raise OutOfRange(f"{place} holds {bad:g}; {quantity.allowed()} is allowed")
