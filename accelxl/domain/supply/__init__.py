"""Supply: dated arrivals, the cost of delay, bottlenecks, memory prices, buying ahead and slip."""

from accelxl.domain.supply.ahead import PREBUY_LINES, prebuy
from accelxl.domain.supply.arrivals import Readiness, arrival, leadtime
from accelxl.domain.supply.delay import DELAY_LINES, delay_cost
from accelxl.domain.supply.limits import CONSTRAINTS, Bottleneck, bottleneck
from accelxl.domain.supply.memory import HBM_LINES, hbm
from accelxl.domain.supply.sources import Slip, second_source, slip

__all__ = [
    "CONSTRAINTS",
    "DELAY_LINES",
    "HBM_LINES",
    "PREBUY_LINES",
    "Bottleneck",
    "Readiness",
    "Slip",
    "arrival",
    "bottleneck",
    "delay_cost",
    "hbm",
    "leadtime",
    "prebuy",
    "second_source",
    "slip",
]
