"""Carbon of accelerator-hours: electricity at the meter and a share of what making the hardware cost."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import Hours, Kilowatt, Numbers, Quantity

Array = NDArray[np.float64]
Pue = Annotated[Numbers, Quantity("1", low=1)]
Intensity = Annotated[Numbers, Quantity("g/kWh", low=0, high=3000)]
Embodied = Annotated[Numbers, Quantity("kg", low=0, high=100_000)]
LEAST_GRAMS = 2.0
"""No electricity emits less over its life but one that counts as 0; a smaller figure above 0 is one in kg a kWh."""
LEAST_KG = 1.0
"""Making no accelerator emits less; a smaller figure above 0 is one in tonnes."""
LifeHours = Annotated[Numbers, Quantity("h", low=1)]

CARBON_LINES = ("electricity", "hardware", "total")
"""The figures of `carbon`, in order, in kg of CO2 equivalent."""
FIVE_YEARS = 5 * 8760.0


def carbon(
    accelerator_hours: Hours,
    power_kw: Kilowatt,
    g_per_kwh: Intensity,
    pue: Pue = 1.0,
    embodied_kg: Embodied = 0.0,
    life_hours: LifeHours = FIVE_YEARS,
) -> NDArray[np.float64]:
    """Carbon of accelerator-hours, ``hours*kW*PUE*g/1000 + embodied*hours/life``, in kg of CO2 equivalent.

    Parameters
    ----------
    accelerator_hours : h
        Accelerators times hours. A million tokens take ``1e6 / (3600 * tokens_per_second * utilization)``.
    power_kw : kW
        Of an accelerator, at the scope that `pue` multiplies.
    g_per_kwh : g/kWh
        Carbon intensity of the electricity, the same figure as in kg/MWh. NaN between 0 and 2: that is kg/kWh.
    pue : 1
        Facility power over IT power.
    embodied_kg : kg
        What making an accelerator and its share of the server emitted; 0 leaves it out. NaN between 0 and 1: that is tonnes.
    life_hours : h
        Over which that is spread.

    Returns
    -------
    kg
        Shape of the broadcast arguments, then electricity, hardware and their total. NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    The 65-billion LLaMA: 1,022,362 hours at 400 W, PUE 1.1 and 385 g/kWh, published as 173 t:

    >>> round(float(carbon(1_022_362, 0.4, 385.0, 1.1)[2]))
    173188

    Source
    ------
    ISO/IEC 21031 (Software Carbon Intensity), ``E*I + M``; Touvron et al. 2023, section 6.
    """

    def kilograms(hours: Array, kw: Array, grams: Array, pue: Array, embodied: Array, life: Array) -> object:
        grams = np.where((grams > 0) & (grams < LEAST_GRAMS), np.nan, grams)
        made = np.where((embodied > 0) & (embodied < LEAST_KG), np.nan, embodied)
        electricity, hardware = hours * kw * pue * grams / 1000.0, made * hours / life
        return electricity, hardware, electricity + hardware

    return np.asarray(formula(carbon, kilograms, accelerator_hours, power_kw, g_per_kwh, pue, embodied_kg, life_hours))
