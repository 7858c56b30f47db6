"""Slip: a distribution of months late for each source, its figures, and the earlier of two independent sources."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import Numbers, Quantity

MonthSeries = Annotated[Numbers, Quantity("months", low=-120, high=360, kind="series")]
Probabilities = Annotated[Numbers, Quantity("share", low=0, high=1, kind="series")]

SLACK = 1e-9
"""How far probabilities may miss a sum of 1: rounding, nothing more."""
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Slip:
    """A distribution of months late: ascending `months` with the probability of each.

    Examples
    --------
    >>> late = slip([0, 3, 9], [0.6, 0.3, 0.1])
    >>> round(late.mean, 10), late.percentile(0.9), round(late.on_time, 10)
    (1.8, 3.0, 0.6)
    """

    months: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Expected months late."""
        return fsum((self.months * self.probabilities).tolist())

    @property
    def sd(self) -> float:
        """Standard deviation in months."""
        off = self.months - self.mean
        return sqrt(fsum((off * off * self.probabilities).tolist()))

    @property
    def on_time(self) -> float:
        """Probability of no slip."""
        return fsum(self.probabilities[self.months <= 0].tolist())

    @property
    def worst(self) -> float:
        """Most months late that can happen."""
        return float(self.months[self.probabilities > 0.0][-1])

    def percentile(self, share: float) -> float:
        """Return the fewest months that are not exceeded with probability `share`."""
        reached = np.cumsum(self.probabilities) >= share - TINY
        return float(self.months[int(reached.argmax()) if reached.any() else -1])

    def expected(self, values: Numbers) -> float:
        """Return ``sum(probability * value)`` of a value given for each month of the distribution."""
        given = series(values, "values")
        if given.shape != self.months.shape:
            raise ShapeError(f"{given.size} values for {self.months.size} slips; one for each is allowed")
        return fsum((given * self.probabilities).tolist())


def slip(months: MonthSeries, probabilities: Probabilities) -> Slip:
    """Distribution of a source's slip, ``P(months late = m_s) = p_s``.

    Parameters
    ----------
    months : months
        Late against the contract, in any order; below 0 is early.
    probabilities : share
        Of each; they sum to 1.

    Returns
    -------
    Slip
        Equal months are put together.

    Raises
    ------
    OutOfRange
        If a probability is not between 0 and 1, they do not sum to 1, or a month is blank or out of range.
    ShapeError
        If there are not as many probabilities as months.

    Examples
    --------
    >>> round(slip([0, 2, 6], [0.5, 0.3, 0.2]).mean, 10)
    1.8

    Source
    ------
    Equations B6, expected cost of a slip.
    """
    late, chance = series(months, "months"), series(probabilities, "probabilities")
    if late.ndim != 1 or late.shape != chance.shape:
        raise ShapeError(f"{late.size} months for {chance.size} probabilities; one probability for each is allowed")
    for name, values, low, high in (("months", late, -120.0, 360.0), ("probabilities", chance, 0.0, 1.0)):
        wrong = ~((values >= low) & (values <= high))
        if wrong.any():
            place = int(wrong.argmax())
            raise OutOfRange(
                f"{name}, place {place + 1}, is {values[place]:g}; a number from {low:g} to {high:g} is allowed"
            )
    total = fsum(chance.tolist())
    if abs(total - 1.0) > SLACK:
        raise OutOfRange(
            f"the {len(chance)} probabilities sum to {total:.10g}; a sum of 1 is allowed: the case on time counts, with 0 months"
        )
    support, inverse = np.unique(late, return_inverse=True)
    joined = np.bincount(inverse, weights=chance, minlength=len(support))
    return Slip(support, joined / fsum(joined.tolist()))


def second_source(first: Slip, second: Slip) -> Slip:
    """Slip when the earlier of two independent sources serves, ``P(min > t) = P(first > t) * P(second > t)``.

    Parameters
    ----------
    first, second : Slip
        Each source's own distribution.

    Returns
    -------
    Slip
        Never later than either alone. Two sources that fail together (one foundry, one port) are not independent and
        gain less.

    Examples
    --------
    >>> one = slip([0, 6], [0.5, 0.5])
    >>> second_source(one, one).probabilities.tolist()
    [0.75, 0.25]

    Source
    ------
    Equations B6, second source: the minimum of independent slips.
    """
    support = np.union1d(first.months, second.months)
    after = np.array([_beyond(first, t) * _beyond(second, t) for t in support.tolist()])
    chance = np.concatenate([[1.0], after[:-1]]) - after
    return Slip(support, chance)


def _beyond(late: Slip, t: float) -> float:
    return fsum(late.probabilities[late.months > t].tolist())
