"""The fleet that carries a peak, bought in whole nodes and whole racks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.domain.mix.filling import Nodes, whole
from accelxl.units import Result, Share, TokensPerSecond

Array = NDArray[np.float64]

FLEET_LINES = (
    "accelerators needed",
    "accelerators bought",
    "nodes",
    "racks",
    "bought above the need",
    "utilization at the peak",
)
"""The figures of `fleet`, in order."""


def fleet(
    peak_tps: TokensPerSecond,
    tokens_per_second: TokensPerSecond,
    utilization: Share = 1.0,
    per_node: Nodes = 8,
    nodes_per_rack: Nodes = 1,
    availability: Share = 1.0,
) -> Result:
    """Fleet in whole racks, ``ceil(peak / (tokens_per_second*utilization*availability) / per_rack) * per_rack``.

    Parameters
    ----------
    peak_tps : tokens/s
        The busiest hour.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    utilization : share
        Most of that throughput that is filled, so that the latency holds.
    per_node : units
        Accelerators of a node, which is bought whole.
    nodes_per_rack : units
        Nodes of a rack, if racks are bought whole; 1 buys nodes.
    availability : share
        Share of the fleet that works at a time.

    Returns
    -------
    units, units, nodes, racks, share, share
        Shape of the broadcast arguments, then the figures of `FLEET_LINES`. The first is the need before rounding;
        utilization at the peak is that of the accelerators that work. NaN where the throughput, utilization or
        availability is 0 or an argument is out of range; the last two also where there is no peak.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> fleet(100_000, 2500, 0.7, 8)[:3].round(2).tolist()
    [57.14, 64.0, 8.0]

    Source
    ------
    Equations B2 (fleet).
    """

    def lines(peak: Array, tps: Array, fill: Array, node: Array, rack: Array, works: Array) -> tuple[Array, ...]:
        one = tps * fill * works
        need = np.where(one > 0, peak / np.where(one > 0, one, np.nan), np.nan)
        units = whole(need, node * rack)
        above = np.where(need > 0, units / np.where(need > 0, need, np.nan) - 1.0, np.nan)
        busy = np.where(units > 0, peak / (np.where(units > 0, units, np.nan) * tps * works), np.nan)
        return need, units, units / node, units / (node * rack), above, busy

    return formula(fleet, lines, peak_tps, tokens_per_second, utilization, per_node, nodes_per_rack, availability)
