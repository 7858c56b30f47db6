"""Sobol' indices: which inputs the variance of a metric comes from, alone and together with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import NoSolution, OutOfRange
from accelxl.parallel import Progress
from accelxl.plan.evaluate import run
from accelxl.plan.model import Plan, plan_of
from accelxl.scenario.checks import threads_of, whole
from accelxl.scenario.columns import check_metrics
from accelxl.scenario.drawn import distributions_of
from accelxl.scenario.draws import Draws, draws_of
from accelxl.scenario.sobol import MAX_DIMS, RUNS

Vector = NDArray[np.float64]

MAX_FIGURES = 1 << 26
"""Values of the metric that are held: 512 MiB."""
LEAST = 2 * core.BLOCK


@dataclass(frozen=True, slots=True)
class Index:
    """Sobol' indices of one input: the share of the variance that it explains alone, and with all its interactions."""

    name: str
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Indices of all inputs, the largest total first; errors are standard errors from independent samples."""

    metric: str
    n: int
    evaluations: int
    mean: float
    sd: float
    share_nan: float
    """Of the base points, those left out because the metric had no value at one of their scenarios."""
    indices: tuple[Index, ...]

    def table(self) -> list[list[Any]]:
        """Return the indices as rows under a header."""
        head: list[Any] = ["input", "first order", "standard error", "total", "standard error"]
        return [head, *([i.name, i.first, i.first_error, i.total, i.total_error] for i in self.indices)]


def mean_of(values: Vector) -> tuple[float, float]:
    """Return the mean and the sum of squared distances from it, in blocks and in order: the same bits everywhere."""
    blocks = np.empty((-(-len(values) // core.BLOCK), core.SUM_FIELDS))
    held = np.ascontiguousarray(values)
    core.block_sums(held, held, 0.0, 0, blocks)
    total = np.zeros(core.SUM_FIELDS)
    core.merge_sums(total, blocks)
    return float(total[1]), float(total[2])


def estimates(at_a: Vector, at_b: Vector, mixed: Vector) -> tuple[Vector, Vector]:
    """Return first-order and total indices of a sample.

    First order: mean(f(B) (f(AB_i) - f(A))) / V (Saltelli et al. 2010, table 2 b), f less its mean, V over A and B together.
    Total: mean((f(A) - f(AB_i))^2) / (2 V) (Jansen 1999).

    Parameters
    ----------
    at_a, at_b : array, shape (points,)
        The metric at two independent samples.
    mixed : array, shape (inputs, points)
        At the first sample with one input taken from the second.
    """
    mean, squares = mean_of(np.concatenate([at_a, at_b]))
    variance = squares / (2 * len(at_a))
    if not variance > 0.0:
        raise NoSolution(
            f"the metric is {mean:g} at every scenario; its variance has no source, distributions that move it are needed"
        )
    first = [mean_of((at_b - mean) * (row - at_a))[0] / variance for row in mixed]
    total = [0.5 * mean_of((at_a - row) * (at_a - row))[0] / variance for row in mixed]
    return np.array(first), np.array(total)


def sample(base: Plan, draws: Draws, metric: str, points: range, threads: int | None = None) -> Vector:
    """Return the metric over base points: at A, at B, and at A with each input from B, shape (2 + inputs, points)."""
    both = draws.rows(points.start, len(points))
    inputs = len(draws.names) // 2
    names = draws.names[:inputs]
    a, b = both[:inputs], both[inputs:]
    out = np.empty((2 + inputs, len(points)))
    for row in range(2 + inputs):
        chosen = b if row == 1 else a
        columns = {name: b[k] if row == k + 2 else chosen[k] for k, name in enumerate(names)}
        out[row] = run(base, columns, (metric,), threads)[0]
    return out


def sensitivity(
    plan: Any,
    distributions: Any,
    metric: str = "npv",
    n: int = 16_384,
    seed: int = 0,
    *,
    method: Literal["philox", "sobol"] = "sobol",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Sobol' indices, ``Var(E[metric | input]) / Var(metric)`` and the total share with interactions, by Saltelli's sampling.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    distributions : dict of str to tuple or dict, or rows of a table
        As in `montecarlo`; the inputs are independent.
    metric : str
        From `accelxl.plan.metrics.METRICS`.
    n : int
        Base points, at least 2,048; n (inputs + 2) scenarios are evaluated. With sobol the next 16 nets of a power of two.
    seed : int
        Of 64 bits.
    method : str
        sobol or philox.
    threads : int
        The default is every processor. The number changes no bit of the result.
    progress : callable
        Called with scenarios done and all.

    Returns
    -------
    Sensitivity
        Its `indices` have name, first, first_error, total, total_error, the largest total first.

    Raises
    ------
    OutOfRange
        If n is not allowed, or there are more than 64 inputs for sobol.
    NoSolution
        If the metric does not move.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> found = sensitivity(plan, {"pue": ("uniform", 1.1, 1.5), "price_usd_per_mtok": ("uniform", 0.4, 0.8)}, n=2048)
    >>> [index.name for index in found.indices]
    ['price_usd_per_mtok', 'pue']

    Source
    ------
    Saltelli et al. 2010, "Variance based sensitivity analysis of model output"; Jansen 1999.
    """
    base, threads = plan_of(plan), threads_of(threads)
    (name,) = check_metrics((metric,))
    items = distributions_of(base, distributions)
    if method == "sobol" and 2 * len(items) > MAX_DIMS:
        raise OutOfRange(
            f"{len(items)} inputs are drawn; up to {MAX_DIMS // 2} are allowed with sobol, or method philox"
        )
    count = whole(n, "n", LEAST, MAX_FIGURES // (len(items) + 2))
    draws = draws_of((*items, *items), seed, method=method, n=count)
    count = draws.run * draws.runs if draws.run else count
    if count * (len(items) + 2) > MAX_FIGURES:
        raise OutOfRange(
            f"{count:,} base points of {len(items)} inputs are more than memory should hold; fewer are allowed"
        )
    each = draws.run or -(-count // RUNS)
    parts = []
    for first in range(0, count, each):
        parts.append(sample(base, draws, name, range(first, min(first + each, count)), threads))
        if progress is not None:
            progress(min(first + each, count) * (len(items) + 2), count * (len(items) + 2))
    return _judged(name, tuple(item.name for item in items), parts)


def _judged(metric: str, names: tuple[str, ...], parts: list[Vector]) -> Sensitivity:
    """Return the indices of independent samples together, and their errors from the samples apart."""
    values = np.concatenate(parts, axis=1)
    keep = ~np.isnan(values).any(axis=0)
    held, count = int(np.count_nonzero(keep)), values.shape[1]
    if held < 2:
        raise NoSolution(f"{metric} has a value at {held} of {count:,} base points; two or more are needed")
    first, total = estimates(values[0, keep], values[1, keep], values[2:, keep])
    first_error, total_error = _errors(parts)
    mean, squares = mean_of(values[:2, keep].reshape(-1))
    found = [
        Index(name, float(first[k]), float(first_error[k]), float(total[k]), float(total_error[k]))
        for k, name in enumerate(names)
    ]
    found.sort(key=lambda index: (-index.total, index.name))
    sd = float(np.sqrt(squares / (2 * held - 1)))
    return Sensitivity(metric, count, count * (len(names) + 2), mean, sd, (count - held) / count, tuple(found))


def _errors(parts: list[Vector]) -> tuple[Vector, Vector]:
    """Return standard errors of the indices from those of the parts."""
    found = []
    for values in parts:
        keep = ~np.isnan(values).any(axis=0)
        if np.count_nonzero(keep) > 1 and np.ptp(values[:2, keep]) > 0:
            found.append(estimates(values[0, keep], values[1, keep], values[2:, keep]))
    if len(found) < 2:
        nothing = np.full(len(parts[0]) - 2, np.nan)
        return nothing, nothing
    root = np.sqrt(len(found))
    first, total = (np.stack([pair[side] for pair in found]).std(axis=0, ddof=1) / root for side in (0, 1))
    return first, total
