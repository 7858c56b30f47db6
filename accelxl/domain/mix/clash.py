"""Limits that clash: an irreducible set of them that no mix meets, while any of its parts can be met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from accelxl.domain.mix.program import Limit, Program
from accelxl.domain.mix.solver import solve
from accelxl.errors import NoSolution


def clash(program: Program, seconds: float) -> tuple[tuple[Limit, ...], bool]:
    """Return an irreducible infeasible subset of the limits, by leaving out one after the other.

    First whole kinds of limits are left out, then single ones: what stays infeasible without a limit does not need it.
    Demand goes last, so that the sentence names the quarter that cannot be served. Whole nodes count: the set may be one
    that fractions of nodes could meet.

    Parameters
    ----------
    program : Program
        A program without a solution.
    seconds : s
        For all trials together.

    Returns
    -------
    tuple of Limit, bool
        The limits, and whether the time sufficed to leave out all that can be.
    """
    end = monotonic() + seconds

    def fails(limits: Sequence[Limit]) -> bool:
        return solve(program, limits, 1.0, end, feasible_only=True)[0] is None

    kept = list(program.limits)
    try:
        for group in sorted({limit.group for limit in kept}, key=lambda group: (group == "demand", group)):
            kept = _without(kept, [limit for limit in kept if limit.group == group], fails)
        for limit in sorted(kept, key=lambda limit: limit.group == "demand"):
            kept = _without(kept, [limit], fails)
    except NoSolution:
        return tuple(kept), False
    return tuple(kept), True


def _without(kept: list[Limit], some: list[Limit], fails: Callable[[Sequence[Limit]], bool]) -> list[Limit]:
    """Return the limits without `some`, if what is left still cannot be met."""
    rest = [limit for limit in kept if not any(limit is other for other in some)]
    return rest if fails(rest) else kept
