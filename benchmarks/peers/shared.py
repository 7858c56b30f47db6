"""What the peers of W1 share: the months, the names of the inputs, and the split of the scenarios into blocks and threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from benchmarks.workload import MONTHS

T = MONTHS


class Inputs(NamedTuple):
    """The inputs of W1, in the order of `workload.RANGES`."""

    unit_price: Any
    units: Any
    install: Any
    life: Any
    power_price: Any
    kw: Any
    pue: Any
    opex_share: Any
    tps: Any
    fill: Any
    price: Any
    decline: Any
    middle: Any
    steep: Any
    tax: Any
    rate: Any
    residual: Any


def in_blocks(share: Callable[[int, int], object], cases: int, size: int, threads: int) -> None:
    """Call `share(lo, hi)` for every block of scenarios, on so many threads."""
    if threads == 1:
        for lo in range(0, cases, size):
            share(lo, min(lo + size, cases))
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda lo: share(lo, min(lo + size, cases)), range(0, cases, size)))
