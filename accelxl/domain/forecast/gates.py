"""Milestones that unlock capacity: when a trigger is met, and what a programme of gated tranches is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import numbers, series
from accelxl.errors import OutOfRange, ShapeError, UnknownName, nearest
from accelxl.units import Numbers, Quantity

Array = NDArray[np.float64]
Chances = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]
Worths = Annotated[Numbers, Quantity("USD", kind="series")]
Actuals = Annotated[Numbers, Quantity("metric's unit", kind="series")]
Threshold = Annotated[float, Quantity("metric's unit")]
Hold = Annotated[int, Quantity("periods", low=1, high=1200, whole=True)]
Periods = Annotated[Numbers, Quantity("period", kind="series")]
SIDES = ("at least", "at most")
Side = Annotated[str, Quantity("text", kind="choice", choices=SIDES)]


@dataclass(frozen=True, slots=True)
class Gated:
    """A gated programme: for each tranche the probability that its milestone is met, its worth from its gate on, whether to start.

    The contributions add up to the npv; a tranche's own is what it brings where it starts, and `missed` where it does not.
    `npv` is that with the right to stop at every gate; `npv_all` that of starting every tranche whose milestone is met,
    whatever it is worth; the difference is what the right to stop adds.
    """

    reached: Array
    rolled_back: Array
    start: tuple[bool, ...]
    contribution: Array
    npv: float
    npv_all: float

    @property
    def right_to_stop(self) -> float:
        """What stopping at a gate that does not pay adds."""
        return self.npv - self.npv_all


def unlock(probabilities: Chances, npv_usd: Worths, missed_usd: Worths = 0.0) -> Gated:
    """Stage-gated NPV, ``sum over k of prod(p_j, j <= k) * npv_k``; a tranche starts only if it pays with what it unlocks.

    Rolled back from the last gate: ``W_k = max(missed_k, npv_k + p_(k+1)*W_(k+1) + (1 - p_(k+1))*missed_(k+1))``.

    Parameters
    ----------
    probabilities : share
        That milestone k is met, given that tranche k-1 was started; 1 for a tranche without one.
    npv_usd : USD
        Present value today of tranche k alone, given that its milestone is met: its own flows, discounted to today.
    missed_usd : USD
        Present value today of stopping at gate k: a penalty below 0, a resale above.

    Returns
    -------
    Gated
        In the order of the tranches.

    Raises
    ------
    OutOfRange
        If a probability is not between 0 and 1, or a value is blank.
    ShapeError
        If there are not as many of each as tranches.

    Examples
    --------
    A pilot that loses 10 and unlocks, with 60 %, a tranche worth 50:

    >>> found = unlock([1.0, 0.6], [-10.0, 50.0])
    >>> found.npv, found.start
    (20.0, (True, True))

    Source
    ------
    Equations B7, staged unlock.
    """
    chance, worth, missed = (
        np.atleast_1d(series(value, name))
        for name, value in (("probabilities", probabilities), ("npv_usd", npv_usd), ("missed_usd", missed_usd))
    )
    if chance.ndim != 1 or worth.shape != chance.shape or missed.shape not in {(1,), chance.shape}:
        raise ShapeError(
            f"{chance.size} probabilities, {worth.size} npvs and {missed.size} values when missed; one of each for a tranche "
            "is allowed"
        )
    missed = np.broadcast_to(missed, chance.shape)
    for name, values in (("probabilities", chance), ("npv_usd", worth), ("missed_usd", missed)):
        share = name == "probabilities"
        good = np.isfinite(values) & ((not share) | ((values >= 0) & (values <= 1)))
        for place in np.flatnonzero(~good)[:1].tolist():
            limits = "from 0 to 1" if share else "that is finite"
            raise OutOfRange(f"{name}, tranche {place + 1}, is {values[place]:g}; a number {limits} is allowed")
    return _rolled_back(chance, worth, missed)


def _rolled_back(chance: Array, worth: Array, missed: Array) -> Gated:
    count = len(chance)
    back, start = np.zeros(count), [False] * count
    ahead = blind = 0.0
    for k in range(count - 1, -1, -1):
        going = float(worth[k]) + ahead
        start[k] = going > float(missed[k])
        back[k] = going if start[k] else missed[k]
        ahead = float(chance[k] * back[k] + (1.0 - chance[k]) * missed[k])
        blind = float(chance[k] * (worth[k] + blind) + (1.0 - chance[k]) * missed[k])
    reached, contribution, here = np.zeros(count), np.zeros(count), 1.0
    for k in range(count):
        reached[k] = here * chance[k]
        begun = reached[k] if start[k] else 0.0
        contribution[k] = begun * worth[k] + (here - begun) * missed[k]
        here = begun
    return Gated(reached, back, tuple(start), contribution, ahead, blind)


def milestone(
    actuals: Actuals,
    threshold: Threshold,
    hold: Hold = 1,
    side: Side = "at least",
    periods: Periods | None = None,
) -> float:
    """Period in which a trigger is met: the first with `hold` figures in a row at or beyond the threshold.

    Parameters
    ----------
    actuals : metric's unit
        A figure a period: tokens served, utilization, cost of a token.
    threshold : metric's unit
        What has to be met.
    hold : periods
        For how many periods in a row; the last of them is the answer.
    side : text
        at least, or at most (for a cost).
    periods : period
        Names of the periods, ascending; counted from 1 if left out.

    Returns
    -------
    period
        NaN where the trigger is not met yet.

    Raises
    ------
    OutOfRange
        If an actual is blank, hold is not a whole number from 1 on, or periods do not ascend.
    ShapeError
        If there are not as many periods as actuals.

    Examples
    --------
    >>> milestone([0.50, 0.62, 0.58, 0.61, 0.63], 0.6, hold=2)
    5.0

    Source
    ------
    Capabilities row 59.
    """
    word = side.strip().lower() if isinstance(side, str) else side
    if word not in SIDES:
        raise UnknownName(f"side is {side!r}; {nearest(str(side), SIDES)}")
    seen, level = series(actuals, "actuals"), float(numbers(threshold, "threshold"))
    if seen.ndim != 1:
        raise ShapeError(f"actuals have {len(seen)} rows; one row or column is allowed")
    for place in np.flatnonzero(~np.isfinite(seen))[:1].tolist():
        raise OutOfRange(f"actuals, period {place + 1}, is blank; a figure is needed")
    if not hold >= 1 or hold != hold // 1:
        raise OutOfRange(f"hold is {hold!r}; a whole number of periods from 1 on is allowed")
    when = np.arange(1.0, len(seen) + 1) if periods is None else series(periods, "periods")
    if when.shape != seen.shape:
        raise ShapeError(f"{when.size} periods for {seen.size} actuals; one for each is allowed")
    if not (np.diff(when) > 0).all():
        place = int(np.argmin(np.diff(when) > 0)) + 2
        raise OutOfRange(f"periods, place {place}, does not follow the one before; ascending periods are allowed")
    run = 0
    for place, met in enumerate((seen >= level) if word == "at least" else (seen <= level)):
        run = run + 1 if met else 0
        if run == hold:
            return float(when[place])
    return float("nan")
