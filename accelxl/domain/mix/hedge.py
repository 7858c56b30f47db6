"""A blended rack of flexible and fixed-function devices: expected cost, worst regret, and the share that hedges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import check_values
from accelxl.domain.mix.filling import not_negative
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

CostSeries = Annotated[Numbers, Quantity("USD/Mtok", low=0, kind="series")]
ShareSeries = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
Array = NDArray[np.float64]

SLACK = 1e-9
"""How far probabilities may miss 1: rounding of binary fractions, nothing more."""
BLEND_COLUMNS = ("choice", "flexible share", "expected cost", "worst cost", "worst regret")


@dataclass(frozen=True, slots=True)
class Choice:
    """A share of flexible devices, what it costs on average and at worst, and the most that it can be regretted by."""

    name: str
    flexible_share: float
    expected_cost: float
    worst_cost: float
    worst_regret: float


def blend(
    flexible_cost: CostSeries,
    fixed_cost: CostSeries,
    probabilities: ShareSeries | None = None,
    min_share: OneShare = 0.0,
    max_share: OneShare = 1.0,
) -> tuple[Choice, ...]:
    """Blends of two devices over states, ``cost_s(w) = w*flexible_s + (1-w)*fixed_s``, chosen by mean and by regret.

    The regret of a share in a state is its cost less that of the best allowed share in that state. It is linear in w
    from each end, so the worst one is least where the two lines meet:
    ``w = (A*min_share + B*max_share)/(A + B)``, A the most by which flexible is dearer, B the most by which fixed is.

    Parameters
    ----------
    flexible_cost, fixed_cost : USD/Mtok
        Levelised cost of each device in each state, such as levels of drift; a single figure holds in all states.
    probabilities : share, optional
        Of the states; without them all are alike.
    min_share, max_share : share
        Least and most of the flexible device.

    Returns
    -------
    tuple of Choice
        All flexible, all fixed (both within the limits), the least expected cost, the least worst regret. Where shares
        tie, the larger flexible one.

    Raises
    ------
    OutOfRange
        If a cost is negative, the probabilities do not sum to 1, or min_share is above max_share.
    ShapeError
        If the series are of unlike lengths.

    Examples
    --------
    Fixed-function tokens cost 0.20 if workloads stay, 0.40 if they move; flexible ones 0.30 either way:

    >>> for choice in blend(0.30, [0.20, 0.40], [0.75, 0.25]):
    ...     print(choice.name, round(choice.flexible_share, 3), round(choice.expected_cost, 3), round(choice.worst_regret, 3))
    most flexible 1.0 0.3 0.1
    most fixed 0.0 0.25 0.1
    least expected cost 0.0 0.25 0.1
    least worst regret 0.5 0.275 0.05

    Source
    ------
    Equations B7, blended rack.
    """
    check_values(blend, {"min_share": min_share, "max_share": max_share})
    flexible, fixed = (
        not_negative(value, name, "state")
        for name, value in (("flexible_cost", flexible_cost), ("fixed_cost", fixed_cost))
    )
    if flexible.ndim > 1 or fixed.ndim > 1:
        raise ShapeError("a series of costs has several rows; one figure a state in a single row or column is allowed")
    try:
        flexible, fixed = np.broadcast_arrays(flexible, fixed)
    except ValueError as error:
        raise ShapeError(
            f"flexible_cost has {flexible.size} states and fixed_cost {fixed.size}; as many of each, or one figure for all "
            "states, are allowed"
        ) from error
    odds = _odds(probabilities, flexible.size)
    if min_share > max_share:
        raise OutOfRange(f"min_share is {min_share:g} and max_share {max_share:g}; min_share <= max_share is allowed")
    gap = flexible - fixed
    dear, cheap = float(np.maximum(gap, 0.0).max()), float(np.maximum(-gap, 0.0).max())
    hedge = (dear * min_share + cheap * max_share) / (dear + cheap) if dear + cheap > 0 else max_share
    mean = float((odds * gap).sum())
    picks = {
        "most flexible": max_share,
        "most fixed": min_share,
        "least expected cost": min_share if mean > 0 else max_share,
        "least worst regret": hedge,
    }
    found = []
    for name, share in picks.items():
        costs = share * flexible + (1.0 - share) * fixed
        regret = max((share - min_share) * dear, (max_share - share) * cheap)
        found.append(Choice(name, share, float((odds * costs).sum()), float(costs.max()), regret))
    return tuple(found)


def rows(found: tuple[Choice, ...]) -> list[list[Any]]:
    """Return the choices as rows below `BLEND_COLUMNS`."""
    body = [[c.name, c.flexible_share, c.expected_cost, c.worst_cost, c.worst_regret] for c in found]
    return [list(BLEND_COLUMNS), *body]


def _odds(probabilities: Any, states: int) -> Array:
    if probabilities is None:
        return np.full(states, 1.0 / states)
    odds = not_negative(probabilities, "probabilities", "state")
    if odds.shape != (states,):
        raise ShapeError(f"there are {odds.size} probabilities for {states} states; one for each is allowed")
    total = float(odds.sum())
    if abs(total - 1.0) > SLACK:
        cure = f"add a state of {1.0 - total:.6g}" if total < 1.0 else f"take {total - 1.0:.6g} off"
        raise OutOfRange(f"the {states} probabilities sum to {total:.6g}; a sum of 1 is allowed: {cure}")
    return odds
