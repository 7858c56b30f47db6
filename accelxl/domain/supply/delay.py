"""Delay inside the cost per inference: carry, lost life, idle cost and price erosion, in closed form."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.errors import UnknownName, nearest
from accelxl.units import Cost, DiscountRate, MillionTokens, Months, Numbers, Quantity, Share, UsdPerMtok

Array = NDArray[np.float64]
Life = Annotated[Numbers, Quantity("years", low=0, high=30)]
Decline = Annotated[Numbers, Quantity("1/year", low=-10, high=0.99)]
STARTS = ("service", "schedule")
LifeStarts = Annotated[str, Quantity("text", kind="choice", choices=STARTS)]

TINY = 1e-8
"""Below it the next term of the series is less than the rounding."""

DELAY_LINES = (
    "cost on time",
    "carry",
    "lost life",
    "idle",
    "cost when late",
    "price erosion",
    "cost of the delay",
    "revenue lost, present value",
    "npv lost",
)
"""The figures of `delay_cost`, in order: seven in USD/Mtok, then two in USD."""


def delay_cost(
    capital_usd: Cost,
    mtok_per_year: MillionTokens,
    life_years: Life,
    delay_months: Months,
    discount_rate: DiscountRate = 0.10,
    deposit_share: Share = 1.0,
    idle_usd_per_year: Cost = 0.0,
    opex_usd_per_year: Cost = 0.0,
    residual_usd: Cost = 0.0,
    price_usd_per_mtok: UsdPerMtok = 0.0,
    price_decline_per_year: Decline = 0.0,
    life_starts: LifeStarts = "service",
) -> NDArray[np.float64]:
    """Cost of a delay in each million tokens, ``LCOT(d) - LCOT(0) + price erosion``, split so that the parts add up.

    With v = 1/(1+r), a(n) the present value of 1 a year over n years and f(d) its value after d years:

    - carry: interest on the deposit while nothing is served, ``D*K*((1+r)**d - 1) / (Q*a(N))``
    - idle: power, lease and staff while nothing is served, ``I*f(d) / (Q*a(N))``
    - lost life: the same capital over fewer years, only where the end of the service is fixed ("schedule")
    - price erosion: what a token earns less since it is sold later, only where the life starts on delivery ("service")

    Parameters
    ----------
    capital_usd : USD
        Price of the deployment, K.
    mtok_per_year : Mtok
        Tokens served in a year of production, Q.
    life_years : years
        Planned service, N.
    delay_months : months
        Slip against the plan, d.
    discount_rate : 1/year
        Effective annual.
    deposit_share : share
        Paid at the planned date, D; the rest on delivery.
    idle_usd_per_year : USD
        Cost a year while nothing is served, I.
    opex_usd_per_year : USD
        Cost a year in production.
    residual_usd : USD
        Received at the end of the service.
    price_usd_per_mtok : USD/Mtok
        Token price at the planned date; 0 leaves the price erosion out.
    price_decline_per_year : 1/year
        Yearly fall of that price.
    life_starts : text
        service: N years from delivery, no life is lost and every token is sold later. schedule: the service ends N
        years after the planned date, life is lost and each token is sold when it was planned. Never both.

    Returns
    -------
    USD/Mtok, USD
        Shape of the broadcast arguments, then the nine figures of `DELAY_LINES`. NaN where no token is served (with
        "schedule" a delay as long as the life) or an argument is out of range.

    Raises
    ------
    UnknownName
        If `life_starts` is another word.
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    Six months late on $2.2 M, all of it prepaid, that should serve 3 billion tokens a month for five years:

    >>> found = delay_cost(2.2e6, 36_000.0, 5.0, 6.0, 0.10, idle_usd_per_year=60e3, price_usd_per_mtok=40.0,
    ...                    price_decline_per_year=0.3)
    >>> dict(zip(DELAY_LINES[:7], found[:7].round(3).tolist()))  # doctest: +NORMALIZE_WHITESPACE
    {'cost on time': 15.365, 'carry': 0.75, 'lost life': 0.0, 'idle': 0.215, 'cost when late': 16.329,
     'price erosion': 3.255, 'cost of the delay': 4.22}

    Source
    ------
    Equations B6.
    """
    word = life_starts.strip().lower() if isinstance(life_starts, str) else life_starts
    if word not in STARTS:
        raise UnknownName(f"life_starts is {life_starts!r}; {nearest(str(life_starts), STARTS)}")
    fixed_end = word == "schedule"

    def parts(
        K: Array,
        Q: Array,
        N: Array,
        months: Array,
        r: Array,
        D: Array,
        idle_rate: Array,
        opex: Array,
        S: Array,
        p: Array,
        g: Array,
    ) -> object:
        d, rho = months / 12.0, core.log1p(r)
        fall = rho - core.log1p(-g)
        n = N - d if fixed_end else N
        full, left = _annuity(rho, N), np.where(n > 0, _annuity(rho, np.maximum(n, 0.0)), np.nan)
        grown = core.expm1(rho * d)
        waited = idle_rate * _annuity(-rho, d)
        spent = K + D * K * grown + waited  # worth on delivery
        end, late_end = S * core.exp(-rho * N), S * core.exp(-rho * n)
        on_time = (K - end) / (Q * full) + opex / Q
        carry, idle = D * K * grown / (Q * full), waited / (Q * full)
        lost = (spent - late_end) / (Q * left) - (spent - end) / (Q * full) if fixed_end else 0.0 * carry
        late = on_time + carry + lost + idle
        sold, later = _annuity(fall, N), core.exp(-fall * d) * _annuity(fall, np.maximum(n, 0.0))
        erosion = 0.0 * carry if fixed_end else -p * sold / full * core.expm1(d * core.log1p(-g))
        revenue = Q * p * (sold - later)
        cost = (K - end + opex * full) - core.exp(-rho * d) * (spent - late_end + opex * left)
        served = Q * left > 0
        lines = (on_time, carry, lost, idle, late, erosion, late - on_time + erosion, revenue, revenue - cost)
        return tuple(np.where(served, line, np.nan) for line in lines)

    return np.asarray(
        formula(
            delay_cost, parts, capital_usd, mtok_per_year, life_years, delay_months, discount_rate, deposit_share,
            idle_usd_per_year, opex_usd_per_year, residual_usd, price_usd_per_mtok, price_decline_per_year,
        )
    )  # fmt: skip


def _annuity(rho: Array, years: Array) -> Array:
    """Present value of 1 a year paid continuously, ``(1 - exp(-rho*n)) / rho``; by its series where rho*n is tiny."""
    tiny = np.abs(rho * years) < TINY
    return np.where(tiny, years * (1.0 - 0.5 * rho * years), -core.expm1(-rho * years) / np.where(tiny, 1.0, rho))
