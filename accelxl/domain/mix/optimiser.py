"""The least dear mix of devices by quarter: solved to a stated gap, with what each limit costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import check_values
from accelxl.domain.mix.clash import clash
from accelxl.domain.mix.program import Device, Limit, Program, Quarter, build
from accelxl.domain.mix.solver import CRUMB, solve
from accelxl.errors import NoSolution
from accelxl.units import OneDiscountRate, Quantity

OneRate = OneDiscountRate
OneWorking = Annotated[float, Quantity("share", low=0.001, high=1)]
OneSeconds = Annotated[float, Quantity("s", low=0.1, high=3600)]
OneGap = Annotated[float, Quantity("share", low=0, high=1)]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a limit costs: the mix without it is so much cheaper.

    `quarters` are those whose limit, left out alone, makes the mix cheaper; none where only several together do.
    """

    limit: str
    usd: float
    quarters: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The mix found. Arrays have the devices as rows and the quarters as columns, or the quarters alone.

    `gap` is how far `cost_usd` may be above the least possible, as a share of it: 0 is proven. `binding` has the limits
    that make the mix dearer, the dearest first, without demand; `weighed` is false where time did not suffice to look at
    all of them.
    """

    devices: tuple[str, ...]
    quarters: tuple[str, ...]
    bought: Array
    in_production: Array
    capacity_tps: Array
    flexible_share: Array
    power_kw: Array
    spend_usd: Array
    cost_usd: float
    gap: float
    binding: tuple[Binding, ...]
    weighed: bool = True

    def rows(self) -> list[list[Any]]:
        """Return the mix as rows of a name and a figure a quarter, then cost, gap and binding limits."""
        table: list[list[Any]] = [["line", *self.quarters]]
        table += [[f"{name} bought", *line.tolist()] for name, line in zip(self.devices, self.bought, strict=True)]
        table += [
            [f"{name} in production", *line.tolist()]
            for name, line in zip(self.devices, self.in_production, strict=True)
        ]
        named = (
            ("capacity tokens/s", self.capacity_tps), ("flexible share", self.flexible_share),
            ("power kW", self.power_kw), ("spend USD", self.spend_usd),
        )  # fmt: skip
        table += [[name, *(None if np.isnan(cell) else cell for cell in line.tolist())] for name, line in named]
        table += [["cost USD", self.cost_usd], ["optimality gap", self.gap]]
        table.append(
            ["binding limit", self.binding[0].limit if self.binding else "demand" if self.weighed else "not known"]
        )
        if not self.weighed:
            table.append(["limits weighed", "not all: allow more seconds"])
        return table + [
            [
                f"{row.limit} costs USD",
                row.usd,
                f"in {', '.join(row.quarters)}" if row.quarters else "in several together",
            ]
            for row in self.binding
        ]


def optimal_mix(
    devices: Sequence[Device],
    quarters: Sequence[Quarter],
    discount_rate: OneRate = 0.10,
    utilization: OneWorking = 1.0,
    gap: OneGap = 0.001,
    seconds: OneSeconds = 20.0,
) -> Mix:
    """Cheapest whole nodes of each device by quarter that meet the demand, by mixed-integer programming (HiGHS).

    The cost is the present value, within the quarters, of a level charge for each unit in production, ``price *
    (1+r)^lag * CRF(r, life)`` a quarter, and of what it costs to run: a device that outlives the quarters bears only their
    part of its price. Capacity falls with the drift of each device. Limits: demand, power in production, HBM bought,
    supply of each device, budget of the purchases, least flexible share of the capacity. They hold but for rounding; where
    the solver takes a limit for met that is missed by some millionths, it is asked for that much more.

    Parameters
    ----------
    devices : sequence of Device
        At most 20.
    quarters : sequence of Quarter
        At most 40, in order.
    discount_rate : 1/year
        Effective annual rate.
    utilization : share
        Most of the throughput that demand may fill.
    gap : share
        Stop when the cost is proven to be within this share of the least; 0 looks for the least itself, which may take long.
    seconds : s
        Stop after this time with the best mix so far, whose gap is reported; as long again is given to weigh the limits.

    Returns
    -------
    Mix
        With its gap and the limits that make it dearer.

    Raises
    ------
    NoSolution
        If no mix meets all limits: the sentence names the fewest that clash, each of which is needed for the clash. Or if
        none was found in time.
    NoData
        If a device lacks price, throughput, or the power or memory that a limit counts.
    ShapeError, UnknownName, OutOfRange, WrongType
        If an input is not what it should be.

    Examples
    --------
    >>> gpu = Device("GPU", 30_000, 2500, power_kw=1.5, per_node=8)
    >>> asic = Device("ASIC", 12_000, 1500, power_kw=0.8, per_node=8, flexible=0, lag_quarters=1)
    >>> quarters = [Quarter("Q1", 20_000), Quarter("Q2", 60_000, min_flexible_share=0.5), Quarter("Q3", 90_000)]
    >>> found = optimal_mix([gpu, asic], quarters)
    >>> found.bought.tolist(), found.gap
    ([[8.0, 8.0, 0.0], [16.0, 24.0, 0.0]], 0.0)

    Source
    ------
    Equations B2 (fleet), B7 (mix); branch and bound by HiGHS through scipy.optimize.milp.
    """
    check_values(optimal_mix, locals())
    program = build(devices, quarters, float(discount_rate), float(utilization))
    end = monotonic() + seconds
    nodes, proven = solve(program, program.limits, gap, end)
    if nodes is None:
        raise NoSolution(sentence(*clash(program, seconds)))
    cost = float(program.cost @ nodes)
    found = _mix(program, nodes, cost + program.owned_cost, proven)
    return _with_binding(found, program, cost, gap, seconds)


def sentence(clashing: Sequence[Limit], fewest: bool) -> str:
    """Say which limits clash and what may be changed."""
    names = [limit.sentence for limit in clashing]
    if len(names) == 1:
        return f"no mix meets the {names[0]}, even without the other limits; change it, or order devices earlier or with a shorter lag"
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    cure = "ease any one of them" if fewest else "some of them clash; allow more seconds to see which"
    return f"no mix meets these {len(names)} limits together: {listed}; {cure}"


def _mix(program: Program, nodes: Array, cost: float, gap: float) -> Mix:
    count, span = len(program.devices), len(program.quarters)
    owned = np.array([device.owned for device in program.devices])
    bought = (nodes * program.node).reshape(count, span)
    serving = (nodes[:, None] * program.service).reshape(count, span, span).sum(axis=1) + owned[:, None]
    capacity = (nodes[:, None] * program.capacity).reshape(count, span, span).sum(axis=1) + program.owned_capacity
    flexible = np.array([device.flexible for device in program.devices])
    kw = np.array([np.nan if device.power_kw is None else device.power_kw for device in program.devices])
    total = capacity.sum(axis=0)
    drawn = np.where(serving > 0, serving * kw[:, None], 0.0).sum(axis=0)
    return Mix(
        tuple(device.device for device in program.devices), tuple(quarter.quarter for quarter in program.quarters), bought,
        serving, total, np.where(total > 0, (flexible @ capacity) / np.where(total > 0, total, 1.0), np.nan), drawn,
        (nodes * program.price).reshape(count, span).sum(axis=0), cost, gap, (),
    )  # fmt: skip


def _with_binding(found: Mix, program: Program, cost: float, gap: float, seconds: float) -> Mix:
    """Solve again without each group of limits but demand, and without each of its quarters: what is saved is its cost."""
    end = monotonic() + seconds
    least = max(CRUMB, gap, found.gap) * max(cost, CRUMB)
    groups: dict[str, list[Limit]] = {}
    for limit in program.limits:
        groups.setdefault(limit.group, []).append(limit)
    groups.pop("demand")

    def saved(left_out: Sequence[Limit]) -> float:
        rest = [limit for limit in program.limits if not any(limit is other for other in left_out)]
        free, _ = solve(program, rest, gap, end)
        return cost - float(program.cost @ free) if free is not None else 0.0

    binding: dict[str, Binding] = {}
    weighed = True
    try:
        for group, limits in groups.items():
            usd = saved(limits)
            if usd > least:
                binding[group] = Binding(group, usd, ())
        for group, row in binding.items():
            alone = tuple(limit.quarter for limit in groups[group] if saved([limit]) > least)
            binding[group] = replace(row, quarters=alone)
    except NoSolution:
        weighed = False  # the mix itself stands
    dearest = tuple(sorted(binding.values(), key=lambda row: -row.usd))
    return replace(found, binding=dearest, weighed=weighed)
