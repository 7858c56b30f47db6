"""Distributions, correlations and a seed as the kernel takes them; and draws as arrays for those who want to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import OutOfRange, UnknownName, WrongType, nearest
from accelxl.scenario.beta import score_table
from accelxl.scenario.checks import shown, whole
from accelxl.scenario.correlation import matrix_of, triangle
from accelxl.scenario.distributions import Distribution, score_limits
from accelxl.scenario.sobol import RUNS, points, scrambled

METHODS = ("philox", "sobol")
CODES = {"uniform": 0, "normal": 1, "lognormal": 2, "triangular": 3, "pert": 4, "discrete": 5, "empirical": 6}
"""Numbers of the kinds, in the order of the enum in kernels/draws.pxd."""
GUIDE = 4096
MAX_CASES = 10**12
"""Scenarios that a run may have; sums, quantiles and counts take no more memory for more of them."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of `names`, a function of the scenario's number; `given` is what the kernel takes."""

    names: tuple[str, ...]
    given: tuple[Any, ...]
    runs: int = 1
    """Independent scramblings, each of `run` scenarios one after another; 1 for pseudo-random draws."""
    run: int = 0
    mirrored: bool = False

    def rows(self, first: int, count: int) -> NDArray[np.float64]:
        """Return the draws of scenarios `first` to `first + count - 1`, shape (names, count).

        Raises
        ------
        OutOfRange
            If the nets have no such scenario.
        """
        if self.run and first + count > self.run * self.runs:
            raise OutOfRange(
                f"scenario {first + count - 1:,} is asked for; the nets have {self.run * self.runs:,}, counted from 0"
            )
        start = first // core.DRAW_TILE * core.DRAW_TILE
        out = np.empty((len(self.names), first - start + count))
        core.draw_rows(self.given, start, out)
        return out[:, first - start :]


def _steps(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Return guide, cumulated probabilities and values as one table, and the cells of the guide."""
    keep = weights > 0
    values, weights = values[keep], weights[keep]
    total = 0.0
    above = np.empty(len(values))
    for at, weight in enumerate(weights.tolist()):
        total += weight
        above[at] = total
    above /= total
    above[-1] = 1.0
    cells = min(GUIDE, 1 << max(len(values) - 1, 1).bit_length())
    guide = np.searchsorted(above, np.arange(cells) / cells, side="right").astype(np.float64)
    return np.concatenate([guide, above, values]), cells


def _fill(item: Distribution, numbers: NDArray[np.float64]) -> tuple[bool, NDArray[np.float64] | None, int]:
    """Fill a dimension's figures; return whether its tails are cut, and its table with the cells of it."""
    quantity = item.row.quantity
    low, high = item.support
    numbers[5:9] = 0.0, 1.0, max(low, quantity.low), min(high, quantity.high)
    if item.values is not None:
        if item.weights is not None:
            table, cells = _steps(item.values, item.weights)
            numbers[0] = (len(table) - cells) // 2
            return False, table, cells
        values = item.values if len(item.values) > 1 else np.repeat(item.values, 2)
        return False, values, len(values)
    if item.kind in {"normal", "lognormal"}:
        mean, sd, below, above = score_limits(item)
        cut = below > 2.0**-53 or above > 2.0**-53
        numbers[:7] = mean, sd, 0.0, 0.0, 0.0, below if cut else 0.0, 1.0 - below - above if cut else 1.0
        return cut, None, 0
    if item.kind == "uniform":
        numbers[:2] = low, high - low
    else:
        mode = item.numbers[1]
        width = high - low
        if item.kind == "triangular":
            numbers[:5] = low, high, (mode - low) / width, width * (mode - low), width * (high - mode)
        else:
            weight = item.numbers[3]
            numbers[:2] = low, width
            table = score_table(1.0 + weight * ((mode - low) / width), 1.0 + weight * ((high - mode) / width))
            return False, table, len(table) // core.DRAW_CURVE
    return False, None, 0


def draws_of(
    items: Sequence[Distribution],
    seed: int = 0,
    correlation: Any = None,
    antithetic: bool = False,
    method: Literal["philox", "sobol"] = "philox",
    n: int = 0,
) -> Draws:
    """Return the draws of distributions.

    Parameters
    ----------
    items : sequence of Distribution
    seed : int
        Of 64 bits.
    correlation : matrix, DataFrame, dict or table, optional
        Spearman's rank correlations, as `matrix_of` reads them.
    antithetic : bool
        Scenario 2 i + 1 mirrors scenario 2 i.
    method : str
        philox or sobol.
    n : int
        Scenarios wanted, which fix the length of a net.

    Raises
    ------
    UnknownName
        If the method does not exist.
    OutOfRange
        If the correlation matrix is not positive definite, or antithetic draws are asked of a net.
    """
    if not isinstance(method, str) or method not in METHODS:
        raise UnknownName(f"{shown(method)} is not a method of drawing; {nearest(str(method), METHODS)}")
    if not isinstance(antithetic, (bool, np.bool_)):
        raise WrongType(f"antithetic is {shown(antithetic)}; True or False is allowed")
    if method == "sobol" and antithetic:
        raise OutOfRange("antithetic is given with method sobol; it is allowed with philox")
    names = tuple(item.name for item in items)
    words, numbers = np.zeros((len(items), 4), np.int32), np.zeros((len(items), 9))
    places, tables, held = np.zeros((len(items), 2), np.int64), [np.zeros(1)], 1
    for at, item in enumerate(items):
        cut, table, cells = _fill(item, numbers[at])
        words[at] = CODES[item.kind], item.row.quantity.whole, -1, cut
        if table is not None:
            places[at] = held, cells
            tables.append(table)
            held += len(table)
    mix, members = _links(correlation, names)
    for row, dim in enumerate(members):
        words[dim, 2] = row
    key = whole(seed, "the seed", 0, (1 << 64) - 1)
    runs, run = 1, 0
    nets, shift = np.zeros((1, 1, 1), np.uint64), np.zeros((1, 1), np.uint64)
    if method == "sobol":
        runs, run = RUNS, points(n)
        nets, shift = scrambled(len(items), key)
    given = (words, numbers, np.concatenate(tables), places, mix, members, key, int(antithetic), run, nets, shift)
    return Draws(names, given, runs, run, antithetic)


def _links(correlation: Any, names: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the triangle of the inputs that are linked to another, and their places."""
    if correlation is None:
        return np.zeros((1, 1)), np.zeros(0, np.int32)
    ranks = matrix_of(correlation, names)
    members = np.array([i for i in range(len(names)) if np.count_nonzero(ranks[i]) > 1], np.int32)
    if not len(members):
        return np.zeros((1, 1)), members
    return triangle(ranks[np.ix_(members, members)], [names[i] for i in members]), members
