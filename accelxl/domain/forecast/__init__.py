"""Forecast: rolling forecasts, variances that add up, mix targets, gated tranches."""

from accelxl.domain.forecast.gates import Gated, milestone, unlock
from accelxl.domain.forecast.rolling import Rolled, roll, splice
from accelxl.domain.forecast.targets import MixGap, mix_target
from accelxl.domain.forecast.variances import VARIANCE_LINES, variance

__all__ = [
    "VARIANCE_LINES",
    "Gated",
    "MixGap",
    "Rolled",
    "milestone",
    "mix_target",
    "roll",
    "splice",
    "unlock",
    "variance",
]
