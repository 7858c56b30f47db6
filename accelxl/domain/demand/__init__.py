"""Demand: tokens from users, training and inference apart, crossover, adoption, price erosion and learning."""

from accelxl.domain.demand.adoption import SHAPES, adopt, bass, bass_peak, gompertz, logistic
from accelxl.domain.demand.crossing import crossover, crossover_band, crossover_growth
from accelxl.domain.demand.erosion import decline, decline_fit, decline_rate
from accelxl.domain.demand.experience import learning, learning_fit
from accelxl.domain.demand.fit import Fit, adopt_fit
from accelxl.domain.demand.fleets import DEMAND_LINES, demand, inference_hours, training_hours
from accelxl.domain.demand.volume import peak_tps, tokens
from accelxl.units import HARDWARE_DECLINE_PER_YEAR

__all__ = [
    "DEMAND_LINES",
    "HARDWARE_DECLINE_PER_YEAR",
    "SHAPES",
    "Fit",
    "adopt",
    "adopt_fit",
    "bass",
    "bass_peak",
    "crossover",
    "crossover_band",
    "crossover_growth",
    "decline",
    "decline_fit",
    "decline_rate",
    "demand",
    "gompertz",
    "inference_hours",
    "learning",
    "learning_fit",
    "logistic",
    "peak_tps",
    "tokens",
    "training_hours",
]
