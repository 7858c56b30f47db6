"""Whole nodes by mixed-integer programming: HiGHS through scipy.optimize.milp, its answer held against the limits themselves."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from accelxl.domain.mix.program import Limit, Program
from accelxl.errors import NoSolution

Array = NDArray[np.float64]

CRUMB = 1e-9
"""A change of cost below this share of it is that of the solver's tolerance."""
MARGIN = 4e-6
"""By what share a limit that was missed within the solver's tolerance is tightened at first."""
TRIES = 6
OPTIMAL, INFEASIBLE = 0, 2
OVER = "no mix was found in the time given; allow more seconds, or fewer quarters or devices"


def solve(
    program: Program, limits: Sequence[Limit], gap: float, end: float, *, feasible_only: bool = False
) -> tuple[Array | None, float]:
    """Return the nodes bought and the gap; None where nothing meets the limits.

    Raises
    ------
    NoSolution
        If the time is over before a mix is found.
    """
    shift = np.zeros(len(limits))
    for _ in range(TRIES):
        nodes, proven = _milp(program, limits, shift, gap, end, feasible_only=feasible_only)
        if nodes is None:
            return None, np.nan
        missed = np.array([_missed(limit, nodes) for limit in limits], dtype=bool)
        if not missed.any():
            return nodes, proven
        shift = np.where(missed, 2.0 * shift + MARGIN, shift)  # the solver's tolerance let it through: ask for more
    raise NoSolution(
        "the limits lie within a millionth of each other, closer than the solver can tell; ease one of them"
    )


def _milp(
    program: Program, limits: Sequence[Limit], shift: Array, gap: float, end: float, *, feasible_only: bool
) -> tuple[Array | None, float]:
    """Return whole nodes within the solver's tolerance of the limits, each tightened by a share `shift` of it."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    left = end - monotonic()
    if left <= 0:
        raise NoSolution(OVER)
    size = len(program.cost)
    scale = float(np.abs(program.cost).max()) or 1.0
    rows = [_scaled(limit, more) for limit, more in zip(limits, shift.tolist(), strict=True)]
    result = milp(
        np.zeros(size) if feasible_only else program.cost / scale,
        integrality=np.ones(size, dtype=np.intp),
        bounds=Bounds(0.0, np.where(program.useless, 0.0, np.inf)),
        constraints=LinearConstraint(*(np.array(part) for part in zip(*rows, strict=True))) if rows else None,
        options={"mip_rel_gap": gap, "time_limit": left},
    )
    if result.x is None:
        if result.status == INFEASIBLE:
            return None, np.nan
        raise NoSolution(OVER)
    nodes = np.rint(result.x) + 0.0
    proven = float(result.mip_gap) if result.mip_gap is not None else 0.0
    return nodes, 0.0 if result.status == OPTIMAL and (not program.cost @ nodes or proven < CRUMB) else proven


def _scaled(limit: Limit, more: float) -> tuple[Array, float, float]:
    """Return a row that asks the same of whole nodes with coefficients that are not far apart; tolerances are absolute.

    Where a single node is more than enough it counts as just enough, where it is too much as twice too much: else a
    millionth of a node, which is whole to the solver, would do.
    """
    row, low, high = limit.coefficients, limit.low, limit.high
    if high == np.inf and low > 0 and (row >= 0).all():
        row = np.minimum(row, low)
    elif low == -np.inf and high > 0 and (row >= 0).all():
        row = np.minimum(row, 2.0 * high)
    scale = float(np.abs(row).max()) or 1.0
    size = max(abs(low) if high == np.inf else abs(high), scale)
    return row / scale, (low + more * size) / scale, (high - more * size) / scale


def _missed(limit: Limit, nodes: Array) -> bool:
    """Whether nodes miss a limit by more than rounding."""
    terms = limit.coefficients * nodes
    used, slack = float(terms.sum()), CRUMB * float(np.abs(terms).sum())
    return used < limit.low - max(slack, CRUMB * abs(limit.low)) or used > limit.high + max(
        slack, CRUMB * abs(limit.high)
    )
