"""The quarterly mix of devices as an integer program: what is bought, what it costs, what limits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import check_record, single
from accelxl.errors import NoData, ShapeError, UnknownName, nearest
from accelxl.units import Quantity

Name = Annotated[str, Quantity("text", kind="text")]
OneUsd = Annotated[float, Quantity("USD", low=0, high=1e12)]
OneBudget = Annotated[float, Quantity("USD", low=0, high=1e15)]
OneTps = Annotated[float, Quantity("tokens/s", low=1e-3, high=1e9)]
OnePeak = Annotated[float, Quantity("tokens/s", low=0, high=1e12)]
OneKilowatt = Annotated[float, Quantity("kW", low=0, high=1e12)]
DeviceKilowatt = Annotated[float, Quantity("kW", low=0, high=200)]
OneGb = Annotated[float, Quantity("GB", low=0, high=1e15)]
OneFlag = Annotated[float, Quantity("1", 0, 1, kind="flag")]
OneNode = Annotated[float, Quantity("units", low=1, high=100_000, whole=True)]
OneQuarters = Annotated[float, Quantity("quarters", low=0, high=80, whole=True)]
OneLife = Annotated[float, Quantity("quarters", low=1, high=80, whole=True)]
OnePerQuarter = Annotated[float, Quantity("USD/quarter", low=0, high=1e12)]
OneChange = Annotated[float, Quantity("1/year", low=-1, high=0.99)]
OneDrift = Annotated[float, Quantity("1/year", low=0, high=1)]
OneUnits = Annotated[float, Quantity("units", low=0, high=1e12)]
OneWhole = Annotated[float, Quantity("units", low=0, high=1e9, whole=True)]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
Array = NDArray[np.float64]

MOST_QUARTERS = 40
MOST_DEVICES = 20
SUPPLY_UNIT = Quantity("units", low=0, high=1e12)


@dataclass(frozen=True, slots=True)
class Device:
    """A device that may be bought: price and throughput are needed, power and memory where a quarter limits them.

    `flexible`: 1 for a device that runs any workload. `lag_quarters`: from the order to production. `life_quarters`: in
    production. `supply_per_quarter`: most that can be bought in a quarter. `owned`: in production from the start, to the
    end.
    """

    device: Name
    unit_price_usd: OneUsd | None = None
    tokens_per_second: OneTps | None = None
    power_kw: DeviceKilowatt | None = None
    memory_gb: OneGb | None = None
    flexible: OneFlag = 1.0
    per_node: OneNode = 1.0
    lag_quarters: OneQuarters = 0.0
    life_quarters: OneLife = 20.0
    running_usd_per_quarter: OnePerQuarter = 0.0
    price_decline_per_year: OneChange = 0.0
    drift_per_year: OneDrift = 0.0
    supply_per_quarter: OneUnits | None = None
    owned: OneWhole = 0.0


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter: the peak that has to be served, and limits, each of which may be left open.

    `power_kw` limits what is in production, `hbm_gb` and `budget_usd` what is bought in the quarter, `supply` (by device)
    takes the place of a device's own; `min_flexible_share` is that of the capacity in production.
    """

    quarter: Name
    demand_tps: OnePeak
    power_kw: OneKilowatt | None = None
    hbm_gb: OneGb | None = None
    budget_usd: OneBudget | None = None
    min_flexible_share: OneShare = 0.0
    supply: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A row of the program, ``low <= coefficients . nodes <= high``, under its name; `group` is what it belongs to."""

    group: str
    quarter: str
    sentence: str
    coefficients: Array
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Nodes of each device in each quarter (device by device) at least cost within the limits.

    `capacity`, `power` and `service` give for a node of each variable its tokens a second, kW and units in each quarter;
    `owned_*` are those of what is there already. `useless` marks purchases that never produce within the quarters.
    """

    devices: tuple[Device, ...]
    quarters: tuple[Quarter, ...]
    cost: Array
    owned_cost: float
    price: Array
    node: Array
    service: Array
    capacity: Array
    owned_capacity: Array
    useless: NDArray[np.bool_]
    limits: tuple[Limit, ...]


def build(devices: Sequence[Device], quarters: Sequence[Quarter], discount_rate: float, utilization: float) -> Program:
    """Return the program of a mix; every input is checked here.

    Raises
    ------
    ShapeError, UnknownName, OutOfRange, WrongType
        If there is no device or quarter, too many, a name twice, or a figure outside its limits.
    NoData
        If a device lacks an attribute that is needed.
    """
    _check(devices, quarters)
    count, span = len(devices), len(quarters)
    rate = float(core.expm1(core.log1p(discount_rate) / 4.0))
    worth = np.asarray(core.exp(-np.arange(span + 1.0) * core.log1p(rate)))
    shape = (count, span, span)
    service, fresh, owned_fresh = np.zeros(shape), np.zeros(shape), np.zeros((count, span))
    for d, device in enumerate(devices):
        loss = np.asarray(core.pow(1.0 - device.drift_per_year, np.arange(1.0, span) / 4.0))
        left = np.concatenate([[1.0], loss])
        owned_fresh[d] = left
        for q in range(span):
            first = q + int(device.lag_quarters)
            last = min(span, first + int(device.life_quarters))
            if first < last:
                service[d, q, first:last] = 1.0
                fresh[d, q, first:last] = left[: last - first]
    node = np.repeat([device.per_node for device in devices], span)
    tps = np.array([float(device.tokens_per_second or 0.0) * utilization for device in devices])
    owned = np.array([device.owned for device in devices])
    price = np.array([
        [
            float(device.unit_price_usd or 0.0) * float(core.pow(1.0 - device.price_decline_per_year, q / 4.0))
            for q in range(span)
        ]
        for device in devices
    ])  # fmt: skip
    charge = np.array([_charge(device, rate) for device in devices])
    running = np.array([device.running_usd_per_quarter for device in devices])
    unit_cost = (charge[:, None] * price + running[:, None]) * (service @ worth[1:])
    program = Program(
        tuple(devices), tuple(quarters), unit_cost.reshape(-1) * node, float((owned * running).sum() * worth[1:].sum()),
        price.reshape(-1) * node, node, service.reshape(-1, span) * node[:, None],
        (fresh * tps[:, None, None]).reshape(-1, span) * node[:, None], owned_fresh * (tps * owned)[:, None],
        ~service.any(axis=2).reshape(-1), (),
    )  # fmt: skip
    return replace(program, limits=tuple(_limits(program)))


def _charge(device: Device, rate: float) -> float:
    """Charge a quarter in production for 1 USD of price: the price with interest over the lag, spread over the life."""
    level = -float(core.pmt(rate, device.life_quarters, 1.0, 0.0, 0.0))
    return level * float(core.exp(device.lag_quarters * core.log1p(rate)))


def _limits(program: Program) -> list[Limit]:
    devices, quarters = program.devices, program.quarters
    span = len(quarters)
    flexible = np.repeat([device.flexible for device in devices], span)
    own_flexible = np.array([device.flexible for device in devices])
    owned = np.array([device.owned for device in devices])
    found: list[Limit] = []
    for k, quarter in enumerate(quarters):
        name, bought = quarter.quarter, np.tile(np.arange(span) == k, len(devices))
        now, there = program.capacity[:, k], program.owned_capacity[:, k]
        found.append(
            Limit("demand", name, f"demand of {name} (at least {quarter.demand_tps:,.10g} tokens/s)", now,
                  quarter.demand_tps - there.sum(), np.inf)
        )  # fmt: skip
        if quarter.power_kw is not None:
            kw = np.array([float(device.power_kw or 0.0) for device in devices])
            found.append(
                Limit("power", name, f"power of {name} (at most {quarter.power_kw:,.10g} kW)",
                      program.service[:, k] * np.repeat(kw, span), -np.inf, quarter.power_kw - float((kw * owned).sum()))
            )  # fmt: skip
        if quarter.hbm_gb is not None:
            gb = np.repeat([float(device.memory_gb or 0.0) for device in devices], span) * program.node
            found.append(
                Limit(
                    "HBM",
                    name,
                    f"HBM of {name} (at most {quarter.hbm_gb:,.10g} GB)",
                    gb * bought,
                    -np.inf,
                    quarter.hbm_gb,
                )
            )
        if quarter.budget_usd is not None:
            found.append(
                Limit("budget", name, f"budget of {name} (at most {quarter.budget_usd:,.10g} USD)", program.price * bought,
                      -np.inf, quarter.budget_usd)
            )  # fmt: skip
        if quarter.min_flexible_share > 0:
            share = quarter.min_flexible_share
            found.append(
                Limit("flexible share", name, f"flexible share of {name} (at least {share:g})", now * (flexible - share),
                      -float((there * (own_flexible - share)).sum()), np.inf)
            )  # fmt: skip
        for d, device in enumerate(devices):
            most = quarter.supply.get(device.device, device.supply_per_quarter)
            if most is not None:
                only = bought * np.repeat(np.arange(len(devices)) == d, span)
                found.append(
                    Limit(f"supply of {device.device}", name, f"supply of {device.device} in {name} (at most {most:,.10g})",
                          program.node * only, -np.inf, float(most))
                )  # fmt: skip
    return found


def _check(devices: Sequence[Device], quarters: Sequence[Quarter]) -> None:
    for what, given, most in (("devices", devices, MOST_DEVICES), ("quarters", quarters, MOST_QUARTERS)):
        if not 1 <= len(given) <= most:
            raise ShapeError(f"there are {len(given)} {what}; 1 to {most} are allowed")
    names = [device.device for device in devices]
    for what, words in (("device", names), ("quarter", [quarter.quarter for quarter in quarters])):
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise UnknownName(f"the {what} {twice} stands twice; each {what} once is allowed")
    for device in devices:
        check_record(device, device.device)
        _has(device, "unit_price_usd", "every device has a price")
        _has(device, "tokens_per_second", "every device has a throughput")
    for quarter in quarters:
        _check_quarter(quarter, devices, names)


def _check_quarter(quarter: Quarter, devices: Sequence[Device], names: Sequence[str]) -> None:
    check_record(quarter, quarter.quarter)
    for name, most in quarter.supply.items():
        if name not in names:
            raise UnknownName(f"{quarter.quarter} has a supply of {name!r}; {nearest(name, names)}")
        single(most, f"{quarter.quarter}: supply of {name}", SUPPLY_UNIT)
    for device in devices:
        if quarter.power_kw is not None:
            _has(device, "power_kw", f"{quarter.quarter} has a limit of power")
        if quarter.hbm_gb is not None:
            _has(device, "memory_gb", f"{quarter.quarter} has a limit of HBM")


def _has(device: Device, attribute: str, why: str) -> None:
    if getattr(device, attribute) is None:
        raise NoData(f"{device.device} has no {attribute}, and {why}; enter it in the row of {device.device}")
