"""Contracts on one basis: own, lease, reserved, on-demand, spot and API for the same tokens over the same months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Annotated, Any

import numpy as np

import accelxl._core as core
from accelxl.arrays import check_record, check_values
from accelxl.domain.contract.ownership import period_rate
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import HOURS_PER_MONTH, SECONDS_PER_MONTH, OneDiscountRate, Quantity

KINDS = ("own", "lease", "reserved", "on-demand", "spot", "api")
NEEDED = {
    "own": "unit_price_usd", "lease": "usd_per_month", "reserved": "usd_per_hour", "on-demand": "usd_per_hour",
    "spot": "usd_per_hour", "api": "usd_per_mtok",
}  # fmt: skip
"""The price that each kind of contract is entered by."""
USED = {
    "own": {"residual_share", "running_usd_per_hour", "availability"},
    "lease": {"upfront_usd", "running_usd_per_hour", "availability"},
    "reserved": {"upfront_usd", "running_usd_per_hour", "availability"},
    "on-demand": {"decline_per_year", "running_usd_per_hour"},
    "spot": {"decline_per_year", "running_usd_per_hour", "lost_share"},
    "api": {"decline_per_year"},
}
PAY_PER_USE = ("on-demand", "spot", "api")
BASIS_COLUMNS = (
    "name", "contract", "USD a month", "USD an hour of use", "USD per Mtok", "over the cheapest", "break-even utilization"
)  # fmt: skip

Name = Annotated[str, Quantity("text", kind="text")]
Kind = Annotated[str, Quantity("text", kind="choice", choices=KINDS)]
OneUsd = Annotated[float, Quantity("USD", low=0)]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
OneWorking = Annotated[float, Quantity("share", low=0.001, high=1)]
OneLost = Annotated[float, Quantity("share", low=0, high=0.99)]
OneMonthly = Annotated[float, Quantity("USD/month", low=0)]
OneHourly = Annotated[float, Quantity("USD/h", low=0)]
OnePerMtok = Annotated[float, Quantity("USD/Mtok", low=0)]
OneDecline = Annotated[float, Quantity("1/year", low=-10, high=1)]
OneTps = Annotated[float, Quantity("tokens/s", low=1e-6)]
OneMonths = Annotated[float, Quantity("months", low=1, high=360, whole=True)]
OneRate = OneDiscountRate


@dataclass(frozen=True, slots=True)
class Contract:
    """A way to get an accelerator's work; `NEEDED` and `USED` say which prices each kind has."""

    name: Name
    contract: Kind
    unit_price_usd: OneUsd | None = None
    residual_share: OneShare = 0.0
    usd_per_month: OneMonthly | None = None
    usd_per_hour: OneHourly | None = None
    usd_per_mtok: OnePerMtok | None = None
    upfront_usd: OneUsd = 0.0
    running_usd_per_hour: OneHourly = 0.0
    decline_per_year: OneDecline = 0.0
    lost_share: OneLost = 0.0
    availability: OneWorking = 1.0


@dataclass(frozen=True, slots=True)
class OnBasis:
    """A contract's cost for the work of one accelerator, levelised over the months.

    `breakeven_utilization`: above it a fixed contract is cheaper than the cheapest that is paid by use; NaN for those
    themselves, and where no utilization up to 1 is enough.
    """

    name: str
    contract: str
    usd_per_month: float
    usd_per_hour: float
    usd_per_mtok: float
    over_cheapest: float
    breakeven_utilization: float


def rent_vs_own(
    contracts: Sequence[Contract],
    tokens_per_second: OneTps,
    utilization: OneWorking = 0.6,
    months: OneMonths = 36,
    discount_rate: OneRate = 0.10,
) -> tuple[OnBasis, ...]:
    """Contracts on one basis, ``PV(cost over the months) / PV(tokens over the months)`` for the same tokens.

    Own, lease and reserved are paid for every hour, whatever the fill, and need 1/availability accelerators; on-demand
    and spot are paid for the hours of use, spot for the hours lost to interruptions too; an API for the tokens.

    Parameters
    ----------
    contracts : sequence of Contract
        What is compared.
    tokens_per_second : tokens/s
        Throughput of an accelerator while it works, the same under all contracts.
    utilization : share
        Share of that throughput that the work fills.
    months : months
        Over which all are compared; the residual of what is owned is that after these months.
    discount_rate : 1/year
        Effective annual rate; costs of a month fall at its end, prices and upfront payments at once.

    Returns
    -------
    tuple of OnBasis
        In the order given.

    Raises
    ------
    ShapeError
        If there is no contract, or the price that a kind needs is missing.
    OutOfRange
        If a figure is outside its limits, or belongs to another kind of contract.
    UnknownName
        If there is no such kind.

    Examples
    --------
    >>> own = Contract("own", "own", unit_price_usd=34_000, residual_share=0.2, running_usd_per_hour=0.3)
    >>> cloud = Contract("cloud", "on-demand", usd_per_hour=3.0, decline_per_year=0.2)
    >>> [round(row.usd_per_mtok, 3) for row in rent_vs_own([own, cloud], 2500)]
    [0.291, 0.245]

    Source
    ------
    Equations B1, B2, B4 (levelised cost).
    """
    check_values(rent_vs_own, locals())
    if not contracts:
        raise ShapeError("there are no contracts; one or more are needed")
    for place, contract in enumerate(contracts, 1):
        _check(contract, f"contract {place}, {contract.name}")
    mtok = tokens_per_second * SECONDS_PER_MONTH / 1e6
    horizon = _Horizon.of(int(months), float(discount_rate))
    costs = [_worth(contract, horizon, utilization, mtok) for contract in contracts]
    at_full = [_worth(c, horizon, 1.0, mtok) for c in contracts if c.contract in PAY_PER_USE]
    rival, cheapest = min(at_full, default=0.0), min(costs)
    level = horizon.annuity
    return tuple(
        OnBasis(
            contract.name, contract.contract, cost / level, cost / level / (HOURS_PER_MONTH * utilization),
            cost / level / (mtok * utilization), cost / cheapest - 1.0 if cheapest > 0 else nan,
            nan if contract.contract in PAY_PER_USE or cost > rival or not rival else cost / rival,
        )
        for contract, cost in zip(contracts, costs, strict=True)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Horizon:
    months: int
    rate: float
    annuity: float
    at_end: float

    @classmethod
    def of(cls, months: int, discount_rate: float) -> _Horizon:
        rate = float(period_rate(discount_rate, 12.0))
        return cls(
            months,
            rate,
            -float(core.pv(rate, float(months), 1.0, 0.0, 0.0)),
            float(core.pow(1.0 + rate, -float(months))),
        )

    def falling(self, decline: float) -> float:
        """Worth of 1 a month that declines by the year."""
        left = float(core.pow(max(1.0 - decline, 0.0), 1.0 / 12.0)) / (1.0 + self.rate)
        total = 0.0
        for _ in range(self.months):
            total = (total + 1.0) * left
        return total


def _worth(contract: Contract, horizon: _Horizon, utilization: float, mtok: float) -> float:
    """Present value of a contract's costs for the work of one accelerator."""
    kind = contract.contract
    hours = HOURS_PER_MONTH * horizon.annuity
    if kind in {"own", "lease", "reserved"}:
        running = contract.running_usd_per_hour * hours
        fixed = {
            "own": (contract.unit_price_usd or 0.0) * (1.0 - contract.residual_share * horizon.at_end),
            "lease": contract.upfront_usd + (contract.usd_per_month or 0.0) * horizon.annuity,
            "reserved": contract.upfront_usd + (contract.usd_per_hour or 0.0) * hours,
        }[kind]
        return (fixed + running) / contract.availability
    falling = horizon.falling(contract.decline_per_year)
    if kind == "api":
        return (contract.usd_per_mtok or 0.0) * mtok * utilization * falling
    use = HOURS_PER_MONTH * utilization / (1.0 - contract.lost_share)
    return use * ((contract.usd_per_hour or 0.0) * falling + contract.running_usd_per_hour * horizon.annuity)


def _check(contract: Contract, where: str) -> None:
    check_record(contract, where)
    kind = contract.contract
    if getattr(contract, NEEDED[kind]) is None:
        raise ShapeError(f"{where}: {NEEDED[kind]} is blank; a price is needed for a contract of the kind {kind}")
    known = {"unit_price_usd", "usd_per_month", "usd_per_hour", "usd_per_mtok"}.union(*USED.values())
    for name in sorted(known - USED[kind] - {NEEDED[kind]}):
        value = getattr(contract, name)
        if value not in {None, 1.0 if name == "availability" else 0.0}:
            allowed = ", ".join([NEEDED[kind], *sorted(USED[kind])])
            raise OutOfRange(f"{where}: {name} is {value:g} and has no part in the kind {kind}; it takes {allowed}")


def rows(found: Sequence[OnBasis]) -> list[list[Any]]:
    """Return the comparison as rows below `BASIS_COLUMNS`, blanks for shares without meaning."""
    body = [
        [
            row.name, row.contract, row.usd_per_month, row.usd_per_hour, row.usd_per_mtok,
            *(None if np.isnan(share) else share for share in (row.over_cheapest, row.breakeven_utilization)),
        ]
        for row in found
    ]  # fmt: skip
    return [list(BASIS_COLUMNS), *body]
