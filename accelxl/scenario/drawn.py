"""The inputs that are drawn: a dict or a table of distributions, each checked, none drawn twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from accelxl.errors import OutOfRange, ShapeError, UnknownName
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import rows_of
from accelxl.scenario.columns import check_apart
from accelxl.scenario.distributions import Distribution, distribution
from accelxl.scenario.tornado import default_range, own_value

UNCERTAIN = ("utilization", "price_usd_per_mtok", "unit_price_usd")
"""Inputs that a first Monte Carlo run of a plan draws."""


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and np.isnan(cell))


def from_table(rows: Sequence[Sequence[Any]]) -> dict[str, tuple[Any, ...]]:
    """Return distributions from rows of name, kind and up to four figures; a discrete one repeats its name, a value and weight a row.

    Examples
    --------
    >>> from_table([["price_usd_per_mtok", "triangular", 0.3, 0.6, 1.2], ["units", "discrete", 64, 3], ["units", "discrete", 128, 1]])
    {'price_usd_per_mtok': ('triangular', 0.3, 0.6, 1.2), 'units': ('discrete', [64, 128], [3, 1])}
    """
    found: dict[str, tuple[Any, ...]] = {}
    for number, row in enumerate(rows, 1):
        cells = list(row)
        while cells and _blank(cells[-1]):
            cells.pop()
        if not cells:
            continue
        if len(cells) < 2 or not isinstance(cells[0], str) or not isinstance(cells[1], str):
            raise ShapeError(
                f"row {number} of the distributions is {cells}; a name, a kind and its figures are allowed"
            )
        name, kind, figures = (
            cells[0].strip(),
            cells[1].strip().lower(),
            [None if _blank(cell) else cell for cell in cells[2:]],
        )
        if kind in {"discrete", "empirical"}:
            width = 2 if kind == "discrete" else 1
            if not 1 <= len(figures) <= width:
                raise ShapeError(
                    f"row {number} of the distributions has {len(figures)} figures for {kind}; 1 to {width} are allowed"
                )
            columns = found.setdefault(name, (kind, *([] for _ in range(width))))
            if columns[0] != kind:
                raise UnknownName(
                    f"row {number} of the distributions: {name} stands twice, as {columns[0]} and as {kind}"
                )
            for column, figure in zip(columns[1:], [*figures, 1.0], strict=False):
                column.append(figure)
        elif name in found:
            raise UnknownName(f"row {number} of the distributions: {name} stands twice")
        else:
            found[name] = (kind, *figures)
    return found


def distributions_of(plan: Plan, given: Any) -> tuple[Distribution, ...]:
    """Return the distributions of a dict by input, or of a table of rows, in the order in which they were given.

    Raises
    ------
    ShapeError
        If there is none.
    """
    if not isinstance(given, Mapping):
        given = from_table(rows_of(given, "the table of distributions", "a dict by input or rows are allowed"))
    if not given:
        raise ShapeError("there is no distribution; one or more inputs with theirs are needed")
    found = tuple(distribution(plan, str(name), spec) for name, spec in given.items())
    check_apart([item.name for item in found], "draw")
    return found


def around(plan: Any) -> list[list[Any]]:
    """Return a first table of distributions of a plan: PERT around its own values, over the ranges of a tornado.

    Examples
    --------
    >>> around({"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6})[0]
    ['utilization', 'pert', 0.48, 0.6, 0.72]
    """
    base = plan_of(plan)
    rows: list[list[Any]] = []
    for name in UNCERTAIN:
        with suppress(OutOfRange):  # the plan has no value from which a range follows
            low, high, _ = default_range(base, name)
            rows.append([name, "pert", low, own_value(base, name), high])
    return rows
