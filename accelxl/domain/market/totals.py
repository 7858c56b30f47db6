"""The bridge between two published totals: a line for each difference of scope, and what stays unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, series
from accelxl.domain.market.tags import FIELDS, Scope, Words, parse_scope
from accelxl.errors import OutOfRange, ShapeError, WrongType, WrongUnit
from accelxl.units import Flows, Money, Quantity

Total = Annotated[float, Quantity("USD")]
Lines = Annotated[Sequence[Sequence[Any]], Quantity(kind="table")]
"""Rows of a name and an amount."""


def bridge(total_a: Money, total_b: Money, lines: Flows) -> NDArray[np.float64]:
    """Waterfall from one total to another, ``a - sum(lines) - unexplained = b``.

    Parameters
    ----------
    total_a, total_b : USD
        The two totals.
    lines : USD
        By how much a is larger than b for each reason; the last axis is the reasons.

    Returns
    -------
    USD
        Shape of the cases, then the steps of the waterfall: a, each line with its sign turned, the unexplained rest
        with its sign turned, b. All but the last add up to the last.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> bridge(600.0, 200.0, [300.0, 70.0]).tolist()
    [600.0, -300.0, -70.0, -30.0, 200.0]

    Source
    ------
    Equations B3, bridge.
    """
    a, b, steps = numbers(total_a, "total_a"), numbers(total_b, "total_b"), series(lines, "lines", at_least=0)
    try:
        cases = np.broadcast_shapes(a.shape, b.shape, steps.shape[:-1])
    except ValueError as error:
        raise ShapeError(
            f"totals of shape {a.shape} and {b.shape} for lines of shape {steps.shape}; one pair of totals, or one a "
            "row of lines, is allowed"
        ) from error
    a, b = np.broadcast_to(a, cases), np.broadcast_to(b, cases)
    steps = np.broadcast_to(steps, (*cases, steps.shape[-1]))
    rest = a - b - steps.sum(axis=-1)
    return np.concatenate([a[..., None], 0.0 - steps, (0.0 - rest)[..., None], b[..., None]], axis=-1)


@dataclass(frozen=True, slots=True)
class Line:
    """One reason why a is larger than b: its name, the field of the scope it belongs to (or nothing) and the amount."""

    name: str
    field: str
    amount: float


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two totals, the lines between them, and the fields that differ without a line.

    `unexplained` is ``total_a - total_b - sum of the lines``; `unexplained_share` is that as a share of total_a, NaN
    where total_a is 0.
    """

    total_a: float
    total_b: float
    lines: tuple[Line, ...]
    open_fields: tuple[str, ...]

    @property
    def unexplained(self) -> float:
        """What the lines leave."""
        return fsum([self.total_a, -self.total_b, *(-line.amount for line in self.lines)])

    @property
    def unexplained_share(self) -> float:
        """What the lines leave, as a share of total_a."""
        return self.unexplained / self.total_a if self.total_a else float("nan")

    def rows(self) -> list[list[Any]]:
        """Return the waterfall as rows of a name and an amount, then the open fields and the unexplained share."""
        steps: list[list[Any]] = [["total a", self.total_a]]
        steps += [[line.name, 0.0 - line.amount] for line in self.lines]
        steps += [[f"{field}: differs, no line", 0.0] for field in self.open_fields]
        steps += [["unexplained", 0.0 - self.unexplained], ["total b", self.total_b]]
        return [*steps, ["unexplained, share of total a", self.unexplained_share]]


def reconcile(
    total_a: Total,
    total_b: Total,
    lines: Lines,
    scope_a: Words | Scope | None = None,
    scope_b: Words | Scope | None = None,
) -> Bridge:
    """Bridge of two published totals: a line for each difference of scope, ``a - b = sum(lines) + unexplained``.

    Parameters
    ----------
    total_a, total_b : USD
        The two totals.
    lines : rows of a name and an amount
        By how much a is larger than b. With scopes a name begins with the field it belongs to, ``components: racks``;
        several lines may belong to one field.
    scope_a, scope_b : text, optional
        The tags of the totals; both or none.

    Returns
    -------
    Bridge
        A field in which the scopes differ and that has no line is open: its effect is part of what is unexplained.

    Raises
    ------
    WrongUnit
        If the totals are in unlike currencies, or a line belongs to a field in which the scopes agree.
    WrongType, ShapeError
        If a line is not a name and a number or stands twice, or only one scope is given.

    Examples
    --------
    >>> from accelxl.domain.market import scope
    >>> found = reconcile(
    ...     600e9, 210e9, [("components: all but accelerators", 390e9)],
    ...     scope("all", "hyperscalers", "land, power, servers, accelerators", "2026"),
    ...     scope("all", "hyperscalers", "accelerators", "2026"))
    >>> found.unexplained, found.open_fields
    (0.0, ())

    Source
    ------
    Equations B3, bridge.
    """
    amounts = tuple(_line(row, place) for place, row in enumerate(lines, 1))
    for place, line in enumerate(amounts):
        if line.name in (earlier.name for earlier in amounts[:place]):
            raise WrongType(
                f"line {place + 1}, {line.name}, stands twice; each name once is allowed, or it would count twice"
            )
    totals = [_total(total_a, "total_a"), _total(total_b, "total_b")]
    if (scope_a is None) != (scope_b is None):
        raise ShapeError(f"scope_{'b' if scope_b is None else 'a'} is blank; both scopes or none are allowed")
    if scope_a is None or scope_b is None:
        return Bridge(totals[0], totals[1], amounts, ())
    one, two = parse_scope(scope_a), parse_scope(scope_b)
    if one.key("currency") != two.key("currency"):
        raise WrongUnit(f"total_a is in {one.currency}, total_b in {two.currency}; totals in one currency are allowed")
    unlike = [field for field in FIELDS if one.key(field) != two.key(field)]
    for place, line in enumerate(amounts, 1):
        if line.field not in unlike:
            said = f"both totals have {line.field} {getattr(one, line.field)!r}" if line.field else "it names no field"
            differ = ", ".join(unlike) or "nothing"
            raise WrongUnit(f"line {place} is {line.name!r} and {said}; the scopes differ in {differ}")
    covered = {line.field for line in amounts}
    return Bridge(totals[0], totals[1], amounts, tuple(field for field in unlike if field not in covered))


def _total(value: Any, name: str) -> float:
    array = numbers(value, name)
    if array.ndim:
        raise ShapeError(f"{name} has {array.size} values; one number is allowed")
    if not isfinite(array):
        raise OutOfRange(f"{name} is {float(array)}; a finite number is allowed")
    return float(array)


def _line(row: Any, place: int) -> Line:
    if not isinstance(row, (list, tuple)) or len(row) != 2:
        raise ShapeError(f"line {place} is {row!r}; a name and an amount are allowed")
    name, amount = row
    if not isinstance(name, str) or not name.strip():
        raise WrongType(f"line {place} has {name!r} for a name; text is allowed")
    field = name.partition(":")[0].strip().casefold()
    return Line(name.strip(), field if field in FIELDS else "", _total(amount, f"line {place}, {name.strip()},"))
