"""Scrambled Sobol nets: direction numbers, a random linear scrambling of their digits and a digital shift.

A linear scrambling (Matousek 1998) has the variance of Owen's nested one for smooth integrands and costs nothing per point: it is
applied to the direction numbers once. Independent scramblings of the same net give the error of the estimate.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import OutOfRange
from accelxl.scenario.sobol_numbers import NUMBERS

Words = NDArray[np.uint64]

BITS = core.DRAW_BITS
MAX_DIMS = 128
RUNS = 16
"""Independent scramblings of which a result is the mean."""
SHORTEST = core.BLOCK
"""Points of a net at least: a block of sums does not run over two nets."""
SCRAMBLE = 1
"""The fourth word of the generator's counter for scramblings; 0 is that of pseudo-random draws."""


@cache
def direction_numbers(dims: int) -> Words:
    """Return the direction numbers, shape (dims, BITS): the one at place k is exclusive-ored in where bit k of a point's number is set.

    Examples
    --------
    >>> [int(v) >> (BITS - 3) for v in direction_numbers(2)[1, :3]]
    [4, 6, 5]
    """
    if dims > MAX_DIMS:
        raise OutOfRange(f"{dims} dimensions are asked of a Sobol net; up to {MAX_DIMS} are allowed, or method philox")
    found = np.zeros((dims, BITS), np.uint64)
    for dim, entry in enumerate(["1:", *NUMBERS.split()][:dims]):
        word, _, first = entry.partition(":")
        polynomial, m = int(word), [int(x) for x in first.split(",") if x]
        degree = polynomial.bit_length() - 1
        for k in range(len(m), BITS):
            if degree == 0:
                m.append(1)
                continue
            value = m[k - degree] ^ (m[k - degree] << degree)
            for j in range(1, degree):
                if polynomial >> (degree - j) & 1:
                    value ^= m[k - j] << j
            m.append(value)
        found[dim] = [value << (BITS - 1 - k) for k, value in enumerate(m[:BITS])]
    return found


def scrambled(dims: int, seed: int, runs: int = RUNS) -> tuple[Words, Words]:
    """Return the direction numbers of independent scramblings, shape (runs, dims, BITS), and their shifts, shape (runs, dims)."""
    plain = direction_numbers(dims)
    words = np.zeros((runs * dims * (BITS + 1), 4), np.uint64)
    words[:, 0] = np.arange(len(words))
    words[:, 3] = SCRAMBLE
    out = np.empty_like(words)
    core.philox_rows(words, seed, out)
    random = ((out[:, 1] << np.uint64(32)) | out[:, 0]) >> np.uint64(64 - BITS)
    random = random.reshape(runs, dims, BITS + 1)
    nets = np.zeros((runs, dims, BITS), np.uint64)
    for row in range(BITS):
        # Row `row` of the triangle, from the highest digit down: ones on the diagonal, random digits before it.
        own = np.uint64(1) << np.uint64(BITS - 1 - row)
        before = np.uint64((1 << BITS) - 1) ^ ((own << np.uint64(1)) - np.uint64(1))
        mask = (random[:, :, row] & before) | own
        digit = np.bitwise_count(plain[None, :, :] & mask[:, :, None]).astype(np.uint64) & np.uint64(1)
        nets |= digit << np.uint64(BITS - 1 - row)
    return nets, np.ascontiguousarray(random[:, :, BITS])


def points(wanted: int, runs: int = RUNS) -> int:
    """Return the points of each net so that `runs` of them hold at least `wanted`: the next power of two.

    Examples
    --------
    >>> points(100_000)
    8192
    """
    each = SHORTEST
    while each * runs < wanted:
        each *= 2
    return each
