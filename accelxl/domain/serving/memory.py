"""Memory: the key-value cache of a token, what a workload needs, what is spare, and the batch that fits."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import Numbers, Quantity, Result, Share, TokenCount

Gigabytes = Annotated[Numbers, Quantity("GB", low=0)]
DeviceGb = Annotated[Numbers, Quantity("GB", low=0, high=10_000)]
"""Memory of one accelerator: the largest has 1,000 GB; a figure in MB is above."""
Bytes = Annotated[Numbers, Quantity("bytes", low=0)]
ValueBytes = Annotated[Numbers, Quantity("bytes", low=0, high=4)]
"""A value has at most 32 bits; a figure in bits is above."""
Whole = Annotated[Numbers, Quantity("1", low=0, whole=True)]
Group = Annotated[Numbers, Quantity("units", low=1, whole=True)]
Sequences = Annotated[Numbers, Quantity("sequences", low=0)]

Array = NDArray[np.float64]
GB = 1e9


def kv_bytes_per_token(layers: Whole, kv_heads: Whole, head_dim: Whole, bytes_per_value: ValueBytes = 2.0) -> Result:
    """Key-value cache of a token, ``2 * layers * kv_heads * head_dim * bytes_per_value``.

    Parameters
    ----------
    layers, kv_heads, head_dim : 1
        Of the model; with grouped queries the heads of keys and values, not those of queries. A model that compresses the
        cache stores ``layers * width * bytes`` instead: give kv_heads 1 and half the width as head_dim.
    bytes_per_value : bytes
        2 for 16 bits, 1 for FP8.

    Returns
    -------
    bytes
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> kv_bytes_per_token(80, 8, 128)
    327680.0

    Source
    ------
    Equations B2; as in vidur, llm-analysis and GenZ.
    """
    return formula(
        kv_bytes_per_token,
        lambda n, heads, width, size: 2.0 * n * heads * width * size,
        layers,
        kv_heads,
        head_dim,
        bytes_per_value,
    )


def memory_needed_gb(
    weights_gb: Gigabytes,
    batch: Sequences,
    context: TokenCount,
    kv_bytes: Bytes,
    headroom_gb: Gigabytes = 0.0,
) -> Result:
    """Memory of a workload, ``weights + batch * context * kv_bytes + headroom``; a GB is 1e9 bytes.

    Parameters
    ----------
    weights_gb : GB
        Weights that this accelerator holds.
    batch : sequences
        Served at once by this accelerator.
    context : tokens
        Tokens of a sequence in the cache.
    kv_bytes : bytes
        Of a token; see `kv_bytes_per_token`.
    headroom_gb : GB
        Activations, fragments, the runtime.

    Returns
    -------
    GB
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> memory_needed_gb(35, 32, 4096, 327680 / 4, 6)
    51.73741824

    Source
    ------
    Equations B2.
    """
    return formula(memory_needed_gb, _needed, weights_gb, batch, context, kv_bytes, headroom_gb)


def memory_spare_gb(
    memory_gb: DeviceGb,
    weights_gb: Gigabytes,
    batch: Sequences,
    context: TokenCount,
    kv_bytes: Bytes,
    headroom_gb: Gigabytes = 0.0,
) -> Result:
    """Memory that is left over, ``memory_gb - needed``; below 0 it does not fit and this much is lacking.

    Parameters
    ----------
    memory_gb : GB
        Of the accelerator.
    weights_gb, batch, context, kv_bytes, headroom_gb
        As for `memory_needed_gb`.

    Returns
    -------
    GB
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> memory_spare_gb([80, 48], 35, 32, 4096, 327680 / 4, 6).round(3).tolist()
    [28.263, -3.737]

    Source
    ------
    Equations B2.
    """
    return formula(
        memory_spare_gb,
        lambda memory, *rest: memory - _needed(*rest),
        memory_gb,
        weights_gb,
        batch,
        context,
        kv_bytes,
        headroom_gb,
    )


def batch_that_fits(
    memory_gb: DeviceGb,
    weights_gb: Gigabytes,
    context: TokenCount,
    kv_bytes: Bytes,
    headroom_share: Share = 0.1,
) -> Result:
    """Most sequences that fit at once, ``floor((memory * (1 - headroom) - weights) / (context * kv_bytes))``.

    Parameters
    ----------
    memory_gb, weights_gb : GB
        Of the accelerator, and of the weights that it holds.
    context : tokens
        Tokens of a sequence in the cache.
    kv_bytes : bytes
        Of a token.
    headroom_share : share
        Share of the memory that stays free; 0.1 is what serving engines leave by default.

    Returns
    -------
    sequences
        0 where the weights alone do not fit. NaN where `context` or `kv_bytes` is 0 or an argument is out of range.

    Examples
    --------
    >>> batch_that_fits(80, 35, 4096, 327680 / 4)
    110.0

    Source
    ------
    Equations B2, solved for the batch.
    """

    def most(memory: Array, weights: Array, context: Array, size: Array, share: Array) -> Array:
        one = context * size
        room = memory * (1.0 - share) * GB - weights * GB
        return np.where(one > 0, np.maximum(np.floor(room / np.where(one > 0, one, np.nan)), 0.0), np.nan)

    return formula(batch_that_fits, most, memory_gb, weights_gb, context, kv_bytes, headroom_share)


FIT_LINES = (
    "GB needed by an accelerator",
    "GB spare",
    "1 if it fits",
    "accelerators needed",
    "most sequences at once",
)
"""The figures of `memory_fit`, in order."""


def memory_fit(
    memory_gb: DeviceGb,
    weights_gb: Gigabytes,
    batch: Sequences,
    context: TokenCount,
    kv_bytes: Bytes,
    accelerators: Group = 1,
    headroom_share: Share = 0.1,
) -> Result:
    """Whether a model fits, ``(weights + batch*context*kv_bytes)/accelerators <= memory*(1 - headroom)``.

    Parameters
    ----------
    memory_gb : GB
        Of an accelerator.
    weights_gb : GB
        Of the whole model.
    batch : sequences
        Served at once by the group.
    context : tokens
        Tokens of a sequence in the cache.
    kv_bytes : bytes
        Of a token; see `kv_bytes_per_token`.
    accelerators : units
        Over which weights and cache are split evenly.
    headroom_share : share
        Share of the memory that stays free for activations, fragments and the runtime.

    Returns
    -------
    GB, GB, flag, units, sequences
        Shape of the broadcast arguments, then the figures of `FIT_LINES`: need and spare of an accelerator with its
        headroom, whether it fits, the smallest group that holds weights and cache, the most sequences that the group
        holds. NaN where an argument is out of range; the group where the headroom is all of the memory; the sequences
        where one takes no memory.

    Examples
    --------
    A model of 140 GB for 32 sequences of 4,096 tokens on one, two and four accelerators of 80 GB:

    >>> memory_fit(80, 140, 32, 4096, 327680, [1, 2, 4])[:, [1, 2, 3]].round(1).tolist()
    [[-110.9, 0.0, 3.0], [-19.5, 0.0, 3.0], [26.3, 1.0, 3.0]]

    Source
    ------
    Equations B2 (memory needed).
    """

    def fit(
        memory: Array, weights: Array, batch: Array, context: Array, size: Array, units: Array, share: Array
    ) -> tuple[Array, ...]:
        one = context * size / GB
        usable = memory * (1.0 - share)
        demand = _needed(weights, batch, context, size, np.zeros_like(weights))
        need = demand / units + memory * share
        group = np.where(usable > 0, np.ceil(demand / np.where(usable > 0, usable, np.nan)), np.nan)
        most = np.where(one > 0, np.floor((usable * units - weights) / np.where(one > 0, one, np.nan)), np.nan)
        fits = np.where(demand <= usable * units, 1.0, 0.0)
        return need, memory - need, fits, np.maximum(group, 1.0), np.maximum(most, 0.0)

    return formula(memory_fit, fit, memory_gb, weights_gb, batch, context, kv_bytes, accelerators, headroom_share)


def _needed(weights: Array, batch: Array, context: Array, size: Array, headroom: Array) -> Array:
    return weights + batch * context * size / GB + headroom
