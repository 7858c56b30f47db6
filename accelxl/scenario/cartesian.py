"""Cartesian grids whose cells are sums of a few small tables: each term of a metric on its own axes.

A cell is written by one addition or counted without being visited. It differs from the plan kernel's figure by rounding only: by at
most 1e-12 of the sum of its terms' sizes (docs/decisions/0510-grids-add-tables.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.parallel import split
from accelxl.plan.evaluate import run
from accelxl.plan.model import Plan
from accelxl.scenario import terms

Vector = NDArray[np.float64]
Axes = Mapping[str, Vector]

INNER = 256
"""Cells that a row has at least, so that a table's row fills the first cache and no more."""
MOST_AXES = 10
"""Axes up to which every way to cut a grid is looked at."""
HELD = 1 << 25
"""Figures that the tables of a grid may have."""


@dataclass(frozen=True, slots=True)
class Table:
    """One term: its values over its own axes, which stand in the order of the grid."""

    axes: tuple[str, ...]
    values: Vector


def spread(values: Vector, held: Sequence[str], wanted: Sequence[str]) -> Vector:
    """Return values over the axes `held` with an axis of length one for each other axis of `wanted`, which has them in this order."""
    lengths = dict(zip(held, values.shape, strict=True))
    found: Vector = values.reshape([lengths.get(name, 1) for name in wanted])
    return found


def evaluated(plan: Plan, axes: Axes, fixed: Mapping[str, float], metric: str, threads: int | None) -> Vector:
    """Return a metric at every combination of the axes' values, other inputs fixed, in the shape of the axes."""
    shape = tuple(len(values) for values in axes.values())
    columns = {
        name: np.broadcast_to(spread(values, (name,), tuple(axes)), shape).reshape(-1) for name, values in axes.items()
    }
    columns |= {name: np.full(prod(shape), value) for name, value in fixed.items()}
    found: Vector = run(plan, columns, (metric,), threads)[0].reshape(shape)
    return found


def sizes(plan: Plan, axes: Axes, metric: str) -> tuple[int, int]:
    """Return how many plans the tables of a sum need, and how many figures they have."""
    plans = figures = 0
    for term in terms.terms_of(plan, axes):
        scales, own = terms.split(term, plan, metric, axes)
        plans += prod(len(axes[name]) for name in own)
        figures += prod(len(axes[name]) for name in (*own, *scales))
    return plans, figures


def tables(plan: Plan, axes: Axes, metric: str, threads: int | None = None) -> list[Table]:
    """Return the terms of a metric that is a sum, those that are zero left out."""
    found = []
    for term in terms.terms_of(plan, axes):
        scales, own = terms.split(term, plan, metric, axes)
        fixed = dict.fromkeys(scales, 1.0) | dict.fromkeys(terms.zeroed(term), 0.0)
        values = evaluated(plan, {name: axes[name] for name in axes if name in own}, fixed, metric, threads)
        held = tuple(name for name in axes if name in own or name in scales)
        values = spread(values, [name for name in axes if name in own], held)
        for name in scales:
            values = values * spread(axes[name], (name,), held)
        if values.any():
            found.append(Table(held, values))
    return found


def total(found: Iterable[Table], axes: Axes, names: Sequence[str]) -> Vector:
    """Return the sum of tables over the axes `names`, in the order of the tables."""
    shape = tuple(len(axes[name]) for name in names)
    parts = [spread(table.values, table.axes, [n for n in axes if n in names]) for table in found]
    order = [n for n in axes if n in names]
    whole = reduce(np.add, parts, np.zeros([1] * len(order)))
    return np.ascontiguousarray(
        np.broadcast_to(whole, [len(axes[n]) for n in order]).transpose([order.index(n) for n in names])
    ).reshape(shape)


def fill(found: Sequence[Table], axes: Axes, out: Vector, threads: int | None = None) -> None:
    """Write the sum of the tables at every cell to `out`, a contiguous array in the shape of the grid.

    Parameters
    ----------
    found : sequence of Table
    axes : dict of str to array
    out : array, shape (n_1, ..., n_k)
    threads : int, optional
        The default is every processor. No number changes a bit.
    """
    names = list(axes)
    cut = len(names) - 1
    while cut and prod(len(axes[name]) for name in names[cut:]) < INNER:
        cut -= 1
    outer, inner = names[:cut], names[cut:]
    groups: dict[tuple[str, ...], list[Table]] = {}
    for table in found:
        if set(table.axes) & set(inner):
            groups.setdefault(tuple(name for name in table.axes if name in outer), []).append(table)
    left = total([t for t in found if not set(t.axes) & set(inner)], axes, outer).reshape(-1)
    width = prod(len(axes[name]) for name in inner)
    hot = [total(group, axes, (*own, *inner)).reshape(-1, width) for own, group in groups.items()]
    which = [_places(own, axes, outer) for own in groups]
    if not hot:
        hot, which = [np.zeros((1, width))], [np.zeros(len(left), np.int64)]
    places, rows = np.stack(which), out.reshape(len(left), width)

    def share(lo: int, hi: int) -> None:
        core.grid_fill(left, tuple(hot), places, rows, lo, hi)

    split(share, len(left), threads, at_least=max(1, 65_536 // width))


def _places(own: Sequence[str], axes: Axes, outer: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of the combination of the axes `own` at each combination of the axes `outer`."""
    shape = [len(axes[name]) for name in own]
    number = np.arange(prod(shape)).reshape(shape)
    lengths = dict(zip(own, shape, strict=True))
    number = number.reshape([lengths.get(name, 1) for name in outer])
    return np.broadcast_to(number, [len(axes[name]) for name in outer]).reshape(-1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Halves:
    """A grid as sums of two lists: cell (s, i, j) is left[s, i] + right[s, j]; every list rises."""

    left: Vector
    right: Vector

    def sums(self, level: float, threads: int | None) -> Vector:
        """Return count, mean, squares, extremes and cells below the level, as `accelxl.kernels.sinks` lists them."""
        parts = np.zeros((len(self.left), core.SUM_FIELDS))
        self._each(lambda lo, hi: core.grid_sums(self.left, self.right, level, parts, lo, hi), threads)
        found = np.zeros(core.SUM_FIELDS)
        core.merge_sums(found, parts)
        return found

    def below(self, level: float, threads: int | None) -> int:
        """Return how many cells lie below the level."""
        found: list[int] = []
        self._each(lambda lo, hi: found.append(core.grid_below(self.left, self.right, level, lo, hi)), threads)
        return sum(found)

    def _each(self, share: Callable[[int, int], object], threads: int | None) -> None:
        split(share, len(self.left), threads, at_least=max(1, 65_536 // (self.left.shape[1] + self.right.shape[1])))

    def percentiles(
        self, wanted: Sequence[float], low: float, high: float, error: float, threads: int | None
    ) -> list[float]:
        """Return percentiles by bisection, each within the share `error` of its value of the cell that stands there."""
        cells = self.left.size * self.right.shape[1]
        known = {low: 0, high: cells}
        found = []
        for p in wanted:
            place = p / 100.0 * (cells - 1)
            under = max(v for v, count in known.items() if count <= place)
            over = min((v for v, count in known.items() if count > place and v >= under), default=high)
            while over - under > 0.5 * error * max(abs(under), abs(over), 1e-9 * (high - low)):
                middle = under + 0.5 * (over - under)
                known[middle] = self.below(middle, threads)
                if known[middle] > place:
                    over = middle
                else:
                    under = middle
            found.append(low if p == 0 else high if p == 100 else under + 0.5 * (over - under))
        return found


def cut(found: Sequence[Table], axes: Axes) -> tuple[list[str], list[str], list[str]] | None:
    """Return the axes that are fixed, of the left list and of the right, such that no table spans both and the work is least."""
    names = list(axes)
    if len(names) > MOST_AXES:
        return None
    best: tuple[int, tuple[list[str], list[str], list[str]]] | None = None
    for bits in product((False, True), repeat=len(names)):
        fixed = [name for name, bit in zip(names, bits, strict=True) if bit]
        size = prod(len(axes[name]) for name in fixed)
        sides: tuple[list[str], list[str]] = ([], [])
        lengths = [1, 1]
        for part in sorted(
            _components(found, [n for n in names if n not in fixed]), key=lambda p: -prod(len(axes[n]) for n in p)
        ):
            side = int(lengths[1] < lengths[0])
            sides[side].extend(part)
            lengths[side] *= prod(len(axes[n]) for n in part)
        work = size * sum(lengths)
        if best is None or work < best[0]:
            best = work, (fixed, *sides)
    return best[1] if best and best[0] <= HELD else None


def _components(found: Sequence[Table], names: list[str]) -> list[list[str]]:
    """Return the axes in sets that no table connects."""
    sets = [{name} for name in names]
    for table in found:
        touched = [s for s in sets if s & set(table.axes)]
        if touched:
            sets = [s for s in sets if s not in touched] + [set().union(*touched)]
    return [[name for name in names if name in s] for s in sets]


def halves(found: Sequence[Table], axes: Axes) -> Halves | None:
    """Return the grid as two lists, None where that would be no less work than its cells."""
    sides = cut(found, axes)
    if sides is None:
        return None
    fixed, first, second = sides
    lists = []
    for side, others in ((first, second), (second, first)):
        mine = [t for t in found if not set(t.axes) & set(others) and (set(t.axes) & set(side) or side is first)]
        values = total(mine, axes, (*fixed, *side)).reshape(prod(len(axes[name]) for name in fixed), -1)
        lists.append(np.sort(values, axis=1))
    return Halves(*lists)
