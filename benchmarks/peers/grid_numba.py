"""The same separable grid in Numba: prange over rows, one addition a cell."""

from __future__ import annotations

from numba import njit, prange

from benchmarks.peers.grid_numpy import tables


@njit(parallel=True, cache=True)
def _add(revenue, rest, out):
    rates, inner = revenue.shape[1], revenue.shape[2]
    for row in prange(revenue.shape[0] * rates):
        m, d = row // rates, row % rates
        for i in range(inner):
            x = revenue[m, d, i]
            at = (row * inner + i) * rest.shape[1]
            for j in range(rest.shape[1]):
                out[at + j] = x + rest[d, j]


def written(plan, axes, out):
    """Write the NPV of every cell to `out`."""
    _add(*tables(plan, axes), out.reshape(-1))
