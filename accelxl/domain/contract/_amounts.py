"""Series of amounts: what is paid, used or committed in each period, never below 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.errors import OutOfRange
from accelxl.units import Numbers


def amounts(value: Numbers, name: str) -> NDArray[np.float64]:
    """Return a series of finite numbers of at least 0; the sentence of a wrong one names its period."""
    line = series(value, name)
    wrong = ~(np.isfinite(line) & (line >= 0))
    if wrong.any():
        place = int(np.argwhere(wrong)[0][-1])
        raise OutOfRange(f"{name}, period {place + 1}, is {line[wrong][0]:g}; a number of at least 0 is allowed")
    return line
