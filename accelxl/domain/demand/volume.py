"""Tokens served, from users: the volume that drives an inference fleet."""

from __future__ import annotations

from typing import Annotated

from accelxl.arrays import formula
from accelxl.units import HOURS_PER_MONTH, SECONDS_PER_MONTH, Count, Numbers, Quantity, Result, Share, TokenCount

PerDay = Annotated[Numbers, Quantity("1/day", low=0)]
MtokPerMonth = Annotated[Numbers, Quantity("Mtok/month", low=0)]
PeakFactor = Annotated[Numbers, Quantity("1", low=1)]

DAYS_PER_MONTH = HOURS_PER_MONTH / 24.0


def tokens(users: Count, requests_per_day: PerDay, tokens_per_request: TokenCount, active_share: Share = 1.0) -> Result:
    """Tokens a month, ``users * active_share * requests_per_day * tokens_per_request * 730/24 / 1e6``.

    Parameters
    ----------
    users : units
        Registered users, seats or agents.
    requests_per_day : 1/day
        Of an active user, each call of an agent counted.
    tokens_per_request : tokens
        Input and output together, or one of the two.
    active_share : share
        Share of the users that are active on a day.

    Returns
    -------
    Mtok/month
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    A million users, half of them active, 8 requests a day of 1,500 tokens:

    >>> tokens(1e6, 8, 1500, 0.5)
    182500.0

    Source
    ------
    Equations B2; a month is 730 h.
    """
    return formula(
        tokens,
        lambda n, r, size, active: n * active * r * size * DAYS_PER_MONTH / 1e6,
        users,
        requests_per_day,
        tokens_per_request,
        active_share,
    )


def peak_tps(mtok_per_month: MtokPerMonth, peak_factor: PeakFactor = 1.0) -> Result:
    """Tokens a second at the peak, ``mtok_per_month * 1e6 / 2.628e6 * peak_factor``: what the fleet has to carry.

    Parameters
    ----------
    mtok_per_month : Mtok/month
        Demand of a month.
    peak_factor : 1
        Busiest hour over the mean hour.

    Returns
    -------
    tokens/s
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> peak_tps(2.628e6, 2.5)
    2500000.0

    Source
    ------
    Equations B2; a month is 730 h.
    """
    return formula(peak_tps, lambda volume, peak: volume * 1e6 / SECONDS_PER_MONTH * peak, mtok_per_month, peak_factor)
