"""A run of scenarios as data: one plan (or several that differ in words), inputs that vary, and the metrics that are wanted.

Scenarios have numbers from 0 on. The figures of any stretch of them can be asked for, in any order, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.plan.evaluate import USES, Compiled, compile_plan, metric_positions, slots_of
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan
from accelxl.scenario.columns import varies
from accelxl.scenario.draws import Draws

Vector = NDArray[np.float64]

RULES = {"": 0, "high": 1, "low": 2}
"""How the kernel takes `Metric.nan_sorts`."""
FLOWS = {"irr": ("profit_usd",), "irr_equity": ("profit_usd", "interest_usd")}
"""What the sum of a scenario's flows is made of, for rates that count as a total loss where it is negative."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Scenarios that are rows of a table: `values` (names, rows), and the plan of each row where words vary."""

    names: tuple[str, ...]
    values: Vector
    words: tuple[str, ...] = ()
    which: NDArray[np.int32] | None = None
    labels: tuple[tuple[Any, ...], ...] = ()
    """The words of each plan, in the order of `words`."""
    offset: int = 0
    """The number of the first row, where these are a part of a table."""

    def rows(self, first: int, count: int) -> Vector:
        """Return the inputs of scenarios from `first` on, shape (names, count)."""
        return self.values[:, first - self.offset : first - self.offset + count]

    def plans(self, first: int, count: int) -> NDArray[np.int32] | None:
        """Return the number of each scenario's plan, None where there is one."""
        return None if self.which is None else self.which[first - self.offset : first - self.offset + count]

    def cut(self, first: int, count: int) -> Columns:
        """Return a part of the table, for a worker elsewhere."""
        which = self.plans(first, count)
        which = None if which is None else np.ascontiguousarray(which)
        return Columns(self.names, np.ascontiguousarray(self.rows(first, count)), self.words, which, self.labels, first)


@dataclass(frozen=True, slots=True)
class Axes:
    """Scenarios that are the cells of a Cartesian grid, the last axis running fastest. A word's axis holds places in `choices`."""

    names: tuple[str, ...]
    axes: tuple[Vector, ...]
    words: tuple[str, ...] = ()
    choices: tuple[tuple[Any, ...], ...] = ()

    def _places(self, first: int, count: int) -> dict[str, NDArray[np.int64]]:
        cell, places = np.arange(first, first + count), {}
        for name, axis in zip(reversed(self.names), reversed(self.axes), strict=True):
            cell, places[name] = np.divmod(cell, len(axis))
        return places

    def rows(self, first: int, count: int) -> Vector:
        """Return the inputs of cells from `first` on, shape (numbers' names, count)."""
        places = self._places(first, count)
        chosen = [
            axis[places[name]] for name, axis in zip(self.names, self.axes, strict=True) if name not in self.words
        ]
        return np.stack(chosen) if chosen else np.empty((0, count))

    def plans(self, first: int, count: int) -> NDArray[np.int32] | None:
        """Return the number of each cell's plan, None where there is one."""
        if not self.words:
            return None
        places, number = self._places(first, count), np.zeros(count, np.int64)
        for name, choice in zip(self.words, self.choices, strict=True):
            number = number * len(choice) + places[name]
        return number.astype(np.int32)

    @property
    def labels(self) -> tuple[tuple[Any, ...], ...]:
        """The words of each plan, in the order of `words`."""
        return tuple(product(*self.choices))


Source = Draws | Columns | Axes


@dataclass(frozen=True, slots=True)
class Job:
    """What a run evaluates: `count` scenarios, numbered from `first` of the whole run."""

    plans: tuple[Compiled, ...]
    source: Source
    inputs: tuple[str, ...]
    metrics: tuple[str, ...]
    positions: NDArray[np.int32]
    """Of `metrics` and, after them, of what their order needs."""
    extra: tuple[str, ...]
    wants: int
    slots: NDArray[np.int32]
    dims: NDArray[np.int32]
    count: int
    tax_rate: float

    @property
    def rows(self) -> int:
        """Rows that `figures` fills."""
        return len(self.positions)

    @property
    def run(self) -> int:
        """Scenarios of an independent scrambling, 0 where there is none."""
        return self.source.run if isinstance(self.source, Draws) else 0

    def figures(self, first: int, count: int, out: Vector) -> None:
        """Write the metrics of scenarios from `first` on to `out`, shape (rows, count)."""
        if isinstance(self.source, Draws):
            plan = self.plans[0]
            core.draw_plan_rows(
                plan.codes,
                plan.macrs,
                plan.values,
                self.source.given,
                self.slots,
                self.dims,
                self.positions,
                self.wants,
                plan.uses,
                first,
                out,
            )
            return
        columns, which = self.source.rows(first, count), self.source.plans(first, count)
        if which is None:
            self._table(self.plans[0], columns, out)
            return
        for number in np.unique(which):
            at = np.flatnonzero(which == number)
            part = np.empty((len(out), len(at)))
            self._table(self.plans[number], columns[:, at], part)
            out[:, at] = part

    def _table(self, plan: Compiled, columns: Vector, out: Vector) -> None:
        arrays = tuple(np.ascontiguousarray(columns[dim]) for dim in self.dims)
        core.plan_rows(
            plan.codes,
            plan.macrs,
            plan.values,
            arrays,
            self.slots if arrays else np.zeros(1, np.int32),
            self.positions,
            self.wants,
            plan.uses,
            out,
            0,
            out.shape[1],
        )

    def flows(self, name: str, values: Vector, first: int) -> Vector:
        """Return the sum of the flows behind a rate of each scenario of `values`, shape (rows, count)."""
        row = {extra: values[len(self.metrics) + at] for at, extra in enumerate(self.extra)}
        profit: Vector = row["profit_usd"]
        if name == "irr":
            return profit
        count = values.shape[1]
        tax: Any = self.tax_rate
        if "tax_rate" in self.inputs:
            tax = self.source.rows(first, count)[self.inputs.index("tax_rate")]
        return np.asarray(profit - row["interest_usd"] * (1.0 - tax))

    def ranks(self, values: Vector, first: int, out: Vector) -> None:
        """Write the figures by which scenarios are ordered to `out`, shape (metrics, count)."""
        for at, name in enumerate(self.metrics):
            rule = RULES[METRICS[name].nan_sorts]
            flows = np.ascontiguousarray(self.flows(name, values, first)) if rule == RULES["low"] else values[at]
            core.rank_rows(values[at], flows, rule, out[at])

    def scenario(self, number: int) -> dict[str, Any]:
        """Return inputs and metrics of one scenario by name."""
        start = number // core.DRAW_TILE * core.DRAW_TILE
        count = number - start + 1
        out = np.empty((self.rows, count))
        self.figures(start, count, out)
        found: dict[str, Any] = dict(zip(self.inputs, self.source.rows(number, 1)[:, 0].tolist(), strict=True))
        if not isinstance(self.source, Draws):
            which = self.source.plans(number, 1)
            if which is not None:
                found |= dict(zip(self.source.words, self.source.labels[int(which[0])], strict=True))
        return found | dict(zip(self.metrics, out[: len(self.metrics), -1].tolist(), strict=True))


def job_of(plan: Plan, source: Source, metrics: Iterable[str], count: int) -> Job:
    """Return the run of a plan over the scenarios of a source."""
    names = tuple(metrics)
    extra = tuple(dict.fromkeys(part for name in names for part in FLOWS.get(name, ())))
    positions, wants = metric_positions((*names, *extra))
    words: Sequence[str] = () if isinstance(source, Draws) else source.words
    labels: Sequence[tuple[Any, ...]] = [()] if isinstance(source, Draws) or not words else source.labels
    base = [plan.changed(**dict(zip(words, label, strict=True))) if words else plan for label in labels]
    inputs = tuple(name for name in source.names if name not in words)
    slots, dims = [], []
    uses = 0
    for dim, name in enumerate(inputs):
        stem = name.partition(".")[0]
        uses |= core.USES[USES[stem]] if stem in USES else 0
        for slot in slots_of(compile_plan(base[0]), name):
            slots.append(slot)
            dims.append(dim)
    plans = []
    for item in base:
        compiled = compile_plan(item)
        plans.append(Compiled(compiled.codes, compiled.macrs, compiled.values, compiled.uses | uses, compiled.tranches))
    tax_rate = plan["tax_rate"]
    return Job(
        tuple(plans),
        source,
        inputs,
        names,
        positions,
        extra,
        wants,
        np.array(slots, np.int32),
        np.array(dims, np.int32),
        count,
        tax_rate if isinstance(tax_rate, float) else 0.0,
    )


def columns_of(numbers: Mapping[str, Vector], words: Mapping[str, Sequence[Any]], count: int) -> Columns:
    """Return checked columns as a source: numbers as they stand, words as the distinct plans that they make."""
    values = (
        np.stack([np.asarray(column, np.float64) for column in numbers.values()]) if numbers else np.empty((0, count))
    )
    if not words:
        return Columns(tuple(numbers), values)
    seen: dict[tuple[Any, ...], int] = {}
    which = np.array([seen.setdefault(key, len(seen)) for key in zip(*words.values(), strict=True)], np.int32)
    return Columns(tuple(numbers), values, tuple(words), which, tuple(seen))


def axes_source(found: Mapping[str, NDArray[Any]]) -> Axes:
    """Return checked axes as a source."""
    words = tuple(name for name in found if not varies(name))
    axes = tuple(
        np.arange(len(values), dtype=np.float64) if name in words else values for name, values in found.items()
    )
    return Axes(tuple(found), axes, words, tuple(tuple(found[name].tolist()) for name in words))
