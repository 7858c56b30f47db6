"""A device over its life: cost of a token with the lag until it produces and the drift of workloads away from it."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import formula
from accelxl.errors import UnknownName, nearest
from accelxl.units import (
    HOURS_PER_MONTH,
    SECONDS_PER_MONTH,
    Cost,
    DiscountRate,
    Numbers,
    Quantity,
    Result,
    Share,
    TokensPerSecond,
    UsdPerHour,
    UsdPerMtok,
)

WholeMonths = Annotated[Numbers, Quantity("months", low=0, high=1200, whole=True)]
Time = Annotated[Numbers, Quantity("years", low=0)]
Drift = Annotated[Numbers, Quantity("1/year", low=0, high=1)]
STARTS = ("schedule", "service")
Starts = Annotated[Literal["schedule", "service"], Quantity("text", kind="choice", choices=STARTS)]
Array = NDArray[np.float64]

LAG_LINES = (
    "USD per Mtok without the lag",
    "USD per Mtok with it",
    "added by the lag",
    "months in production",
    "Mtok not served in the months of the lag",
    "USD of interest on the price while it waits",
)
"""The figures of `lag`, in order."""
HALVINGS = 64


def device_cost(
    unit_price_usd: Cost,
    running_usd_per_hour: UsdPerHour,
    tokens_per_second: TokensPerSecond,
    utilization: Share = 0.6,
    life_months: WholeMonths = 60,
    lag_months: WholeMonths = 0,
    drift_per_year: Drift = 0.0,
    residual_share: Share = 0.0,
    discount_rate: DiscountRate = 0.10,
    idle_usd_per_hour: UsdPerHour = 0.0,
    life_starts: Starts = "schedule",
) -> Result:
    """Levelised cost of a device's tokens, ``(P + idle*PV(lag) + running*PV(service) - s*P*v^end) / PV(tokens)``.

    Month t counts from the delivery, which is paid at 0. In production a month serves
    ``tokens_per_second * utilization * 2.628 * (1-drift)^((t-lag)/12)`` million tokens.

    Parameters
    ----------
    unit_price_usd : USD
        Installed price, paid on delivery.
    running_usd_per_hour : USD/h
        Power, colocation, software in production.
    tokens_per_second : tokens/s
        On today's workload at the latency target.
    utilization : share
        Share of that throughput that is filled.
    life_months : months
        Until the device is obsolete.
    lag_months : months
        From delivery to production: installation, porting of kernels, tests.
    drift_per_year : 1/year
        Share of the throughput that is lost in a year as workloads move away from what the device is made for.
    residual_share : share
        Of the price, received at the end.
    discount_rate : 1/year
        Effective annual rate; what a month brings and costs falls at its end.
    idle_usd_per_hour : USD/h
        Power and colocation while it waits.
    life_starts : text
        "schedule": the end is life_months after the delivery whatever the lag; "service": after the first month in
        production.

    Returns
    -------
    USD/Mtok
        Shape of the broadcast arguments. NaN where nothing is served or an argument is out of range.

    Raises
    ------
    UnknownName
        If life_starts is another word.
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    A GPU; then an ASIC at half the price and power, the same half a year late, and losing a fifth a year on top:

    >>> device_cost(
    ...     [30_000, 15_000, 15_000, 15_000], [0.4, 0.2, 0.2, 0.2], [2500, 1800, 1800, 1800], 0.6, 48, [0, 0, 6, 6],
    ...     [0.0, 0.0, 0.0, 0.2]).round(3).tolist()
    [0.266, 0.184, 0.207, 0.295]

    Source
    ------
    Equations B6 (months in place of continuous flow), B7 (drift and lag).
    """
    service = _starts(life_starts) == "service"

    def cost(
        price: Array, run: Array, tps: Array, fill: Array, life: Array, lag: Array, drift: Array, left: Array, rate: Array,
        idle: Array,
    ) -> Array:  # fmt: skip
        spent, tokens = _worths(price, run, tps, fill, life, lag, drift, left, rate, idle, service)
        return np.where(tokens > 0, spent / np.where(tokens > 0, tokens, np.nan), np.nan)

    return formula(
        device_cost, cost, unit_price_usd, running_usd_per_hour, tokens_per_second, utilization, life_months, lag_months,
        drift_per_year, residual_share, discount_rate, idle_usd_per_hour,
    )  # fmt: skip


def lag(
    lag_months: WholeMonths,
    unit_price_usd: Cost,
    running_usd_per_hour: UsdPerHour,
    tokens_per_second: TokensPerSecond,
    utilization: Share = 0.6,
    life_months: WholeMonths = 60,
    discount_rate: DiscountRate = 0.10,
    idle_usd_per_hour: UsdPerHour = 0.0,
    residual_share: Share = 0.0,
    life_starts: Starts = "schedule",
) -> Result:
    """What the months from delivery to production cost: ``device_cost(lag) - device_cost(0)`` and its parts.

    Parameters
    ----------
    lag_months : months
        From delivery to production, of each class of devices.
    unit_price_usd, running_usd_per_hour, tokens_per_second, utilization, life_months, discount_rate, \
    idle_usd_per_hour, residual_share, life_starts
        As for `device_cost`.

    Returns
    -------
    figures of LAG_LINES
        Shape of the broadcast arguments, then the lines. Mtok not served are those of the months of the lag, undiscounted.
        NaN where nothing is served: with "schedule", where the lag is the life or longer.

    Examples
    --------
    >>> lag([0, 6], 30_000, 0.4, 2500)[:, :3].round(4).tolist()
    [[0.2342, 0.2342, 0.0], [0.2342, 0.2566, 0.0224]]

    Source
    ------
    Equations B6.
    """
    service = _starts(life_starts) == "service"

    def lines(
        wait: Array,
        price: Array,
        run: Array,
        tps: Array,
        fill: Array,
        life: Array,
        rate: Array,
        idle: Array,
        left: Array,
    ) -> tuple[Array, ...]:
        none = np.zeros_like(wait)
        prompt, late = (
            spent / np.where(tokens > 0, tokens, np.nan)
            for spent, tokens in (
                _worths(price, run, tps, fill, life, months, none, left, rate, idle, service) for months in (none, wait)
            )
        )
        produced = np.where(np.isnan(late), np.nan, life if service else life - wait)
        growth = core.expm1(wait / 12.0 * core.log1p(rate))
        return prompt, late, late - prompt, produced, tps * fill * SECONDS_PER_MONTH / 1e6 * wait, price * growth

    return formula(
        lag, lines, lag_months, unit_price_usd, running_usd_per_hour, tokens_per_second, utilization, life_months,
        discount_rate, idle_usd_per_hour, residual_share,
    )  # fmt: skip


def drift(tokens_per_second: TokensPerSecond, drift_per_year: Drift, years: Time) -> Result:
    """Throughput after some years of drift, ``tokens_per_second * (1-drift)^years``.

    Parameters
    ----------
    tokens_per_second : tokens/s
        On today's workload.
    drift_per_year : 1/year
        Share that is lost in a year: about 0 for flexible devices, more for fixed-function ones.
    years : years
        In production.

    Returns
    -------
    tokens/s
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> drift(1000, 0.2, [0, 1, 2]).round(6).tolist()
    [1000.0, 800.0, 640.0]

    Source
    ------
    Equations B7.
    """

    def later(tps: Array, loss: Array, years: Array) -> Array:
        return tps * np.where(years > 0, core.pow(1.0 - loss, years), 1.0)

    return formula(drift, later, tokens_per_second, drift_per_year, years)


def drift_breakeven(
    rival_usd_per_mtok: UsdPerMtok,
    unit_price_usd: Cost,
    running_usd_per_hour: UsdPerHour,
    tokens_per_second: TokensPerSecond,
    utilization: Share = 0.6,
    life_months: WholeMonths = 60,
    lag_months: WholeMonths = 0,
    residual_share: Share = 0.0,
    discount_rate: DiscountRate = 0.10,
    idle_usd_per_hour: UsdPerHour = 0.0,
    life_starts: Starts = "schedule",
) -> Result:
    """Yearly drift at which a device's tokens cost what a rival's do; above it the rival is cheaper.

    Parameters
    ----------
    rival_usd_per_mtok : USD/Mtok
        Levelised cost of the flexible device.
    unit_price_usd, running_usd_per_hour, tokens_per_second, utilization, life_months, lag_months, residual_share, \
    discount_rate, idle_usd_per_hour, life_starts
        As for `device_cost`, of the fixed-function device.

    Returns
    -------
    1/year
        Shape of the broadcast arguments. NaN where the device is the dearer one without any drift, or serves nothing.

    Examples
    --------
    >>> round(drift_breakeven(0.2655, 15_000, 0.2, 1800, 0.6, 48, 6), 3)
    0.142

    Source
    ------
    Equations B7, solved for the drift by halving.
    """
    service = _starts(life_starts) == "service"

    def solve(
        rival: Array, price: Array, run: Array, tps: Array, fill: Array, life: Array, wait: Array, left: Array, rate: Array,
        idle: Array,
    ) -> Array:  # fmt: skip
        def worths(loss: Array) -> tuple[Array, Array]:
            return _worths(price, run, tps, fill, life, wait, loss, left, rate, idle, service)

        spent, most = worths(np.zeros_like(rival))
        low, high = np.zeros(np.shape(spent + rival)), np.ones(np.shape(spent + rival))
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            cheap = spent <= rival * worths(middle)[1]
            low, high = np.where(cheap, middle, low), np.where(cheap, high, middle)
        return np.where((most > 0) & (spent <= rival * most), low, np.nan)

    return formula(
        drift_breakeven, solve, rival_usd_per_mtok, unit_price_usd, running_usd_per_hour, tokens_per_second, utilization,
        life_months, lag_months, residual_share, discount_rate, idle_usd_per_hour,
    )  # fmt: skip


def _worths(
    price: Array, run: Array, tps: Array, fill: Array, life: Array, wait: Array, loss: Array, left: Array, rate: Array,
    idle: Array, service: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """Return the present values of a device's costs and of its Mtok."""
    step = core.log1p(rate) / 12.0
    months = life if service else np.maximum(life - wait, 0.0)
    late = core.exp(-step * wait)
    flat = _annuity(-step, months) * late
    tokens = _annuity(core.log1p(-np.minimum(loss, 1.0)) / 12.0 - step, months) * late
    spent = price + HOURS_PER_MONTH * (idle * _annuity(-step, wait) + run * flat)
    spent = spent - left * price * core.exp(-step * (wait + months))
    return np.asarray(np.where(rate > -1, spent, np.nan)), np.asarray(tps * fill * SECONDS_PER_MONTH / 1e6 * tokens)


def _annuity(log_growth: Array, months: Array) -> Array:
    """Worth of 1 at the end of each month, each worth ``exp(log_growth)`` of the one before: a geometric sum."""
    none = np.isneginf(log_growth)
    safe = np.where(none | (log_growth == 0), -1.0, log_growth)
    total = core.expm1(safe * months) / -core.expm1(-safe)
    return np.asarray(np.where(none, 0.0, np.where(log_growth == 0, months, total)))


def _starts(word: str) -> str:
    if word not in STARTS:
        raise UnknownName(f"life_starts is {word!r}; {nearest(str(word), STARTS)}")
    return word
