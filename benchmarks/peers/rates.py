"""IRR of many series in other tools: a loop over rows, as each of them is called."""

from __future__ import annotations

import numpy as np
import numpy_financial
import pyxirr


def by_pyxirr(values):
    """The rate a period of each row."""
    return np.array([pyxirr.irr(row) for row in values])


def by_numpy_financial(values):
    """The same from the eigenvalues that numpy-financial takes."""
    return np.array([numpy_financial.irr(row) for row in values])
