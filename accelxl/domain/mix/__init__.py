"""Mix: utilization, load, lag, drift, unused memory, blended racks, whole fleets and the quarterly mix of devices."""

from accelxl.domain.mix.filling import (
    LOAD_LINES,
    UTILIZATION_LINES,
    load,
    utilization_actual,
    utilization_split,
)
from accelxl.domain.mix.hedge import BLEND_COLUMNS, Choice, blend
from accelxl.domain.mix.lifetime import LAG_LINES, STARTS, device_cost, drift, drift_breakeven, lag
from accelxl.domain.mix.memory import memory_waste
from accelxl.domain.mix.optimiser import Binding, Mix, optimal_mix
from accelxl.domain.mix.program import Device, Quarter
from accelxl.domain.mix.sizing import FLEET_LINES, fleet

__all__ = [
    "BLEND_COLUMNS",
    "FLEET_LINES",
    "LAG_LINES",
    "LOAD_LINES",
    "STARTS",
    "UTILIZATION_LINES",
    "Binding",
    "Choice",
    "Device",
    "Mix",
    "Quarter",
    "blend",
    "device_cost",
    "drift",
    "drift_breakeven",
    "fleet",
    "lag",
    "load",
    "memory_waste",
    "optimal_mix",
    "utilization_actual",
    "utilization_split",
]
