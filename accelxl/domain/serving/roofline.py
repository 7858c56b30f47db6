"""Throughput without a benchmark: the roofline of prefill and decode with its error, and model FLOPs utilization."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.domain.serving.memory import Bytes, Gigabytes, Sequences
from accelxl.units import (
    BillionParameters,
    BillionTokens,
    Hours,
    Numbers,
    Petaflops,
    Quantity,
    Result,
    Share,
    TokenCount,
    TokensPerSecond,
)

Bandwidth = Annotated[Numbers, Quantity("TB/s", low=0)]
Peak = Annotated[Numbers, Quantity("PFLOP/s", low=0)]
"""Beside a bandwidth, against which it is judged."""

Array = NDArray[np.float64]

MOST_BYTES_PER_FLOP, LEAST_BYTES_PER_FLOP = 0.5, 1e-5
"""Bandwidth over dense peak of any accelerator: 0.43 with all memory on the chip (80 TB/s, 0.188 PFLOP/s), 0.0005 to 0.007 with HBM.
Beyond these one of the two is in another unit: 3,350 GB/s and 0.989 PFLOP/s would be 3.4, 3.35 TB/s and 989 TFLOP/s 3e-6."""

PREFILL_EFFICIENCY = (0.15, 0.40, 0.76)
"""Measured over the bound, low, mid, high: DeepSeek's published day 0.151 and LMSYS on 96 H100 0.244 (DeepSeek V3 in FP8, many
nodes); Pope et al. 0.76 (PaLM 540B on TPU v4, large batch). Mid is a judgement."""
DECODE_EFFICIENCY = (0.20, 0.50, 0.75)
"""The same for decode: LMSYS 0.205 (72 accelerators, experts spread over them); gpt-fast on A100 0.27 to 0.73 in 15 settings.
Mid is a judgement."""


def prefill_roofline(
    active_params_b: BillionParameters,
    peak_pflops: Petaflops,
    efficiency_low: Share = PREFILL_EFFICIENCY[0],
    efficiency_mid: Share = PREFILL_EFFICIENCY[1],
    efficiency_high: Share = PREFILL_EFFICIENCY[2],
) -> Result:
    """Input tokens a second of an accelerator in prefill, ``peak / (2 * N_active) * efficiency``: low, mid, high.

    Parameters
    ----------
    active_params_b : 1e9 parameters
        Parameters that work on a token.
    peak_pflops : PFLOP/s
        Dense peak in the number format of the arithmetic.
    efficiency_low, efficiency_mid, efficiency_high : share
        Measured throughput over the bound. The defaults span published measurements, a factor of 5: an estimate, not a
        benchmark. Efficiency 1 is the bound itself.

    Returns
    -------
    tokens/s
        Shape of the broadcast arguments, then 3: low, mid, high. NaN where there are no parameters or an argument is out of
        range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> prefill_roofline(37, 1.979).round().tolist()
    [4011.0, 10697.0, 20325.0]

    Source
    ------
    Equations B2, MFU_inf solved for the throughput; attention over long contexts is left out.
    """

    def rate(n: Array, peak: Array, *shares: Array) -> tuple[Array, ...]:
        bound = peak * 1e15 / (2.0 * np.where(n > 0, n, np.nan) * 1e9)
        return tuple(bound * share for share in shares)

    return formula(
        prefill_roofline, rate, active_params_b, peak_pflops, efficiency_low, efficiency_mid, efficiency_high
    )


def decode_roofline(
    batch: Sequences,
    context: TokenCount,
    active_params_b: BillionParameters,
    weights_gb: Gigabytes,
    kv_bytes: Bytes,
    bandwidth_tb_s: Bandwidth,
    peak_pflops: Peak,
    efficiency_low: Share = DECODE_EFFICIENCY[0],
    efficiency_mid: Share = DECODE_EFFICIENCY[1],
    efficiency_high: Share = DECODE_EFFICIENCY[2],
) -> Result:
    """Output tokens a second of an accelerator in decode, ``batch / max(memory time, arithmetic time) * efficiency``.

    A step reads the weights and the cache once, ``(weights + batch*context*kv_bytes) / bandwidth``, and computes
    ``2 * N_active * batch / peak``; the longer of the two is the bound. Each user gets the result divided by `batch`.

    Parameters
    ----------
    batch : sequences
        Per accelerator; a model spread over n accelerators that serves b sequences has b/n.
    context : tokens
        Mean tokens of a sequence in the cache.
    active_params_b : 1e9 parameters
        Parameters that work on a token.
    weights_gb : GB
        Weights that this accelerator reads in a step: all that it holds for a dense model or a large batch over experts,
        the active part for a single sequence.
    kv_bytes : bytes
        Cache of a token; see `kv_bytes_per_token`.
    bandwidth_tb_s : TB/s
        Of the memory.
    peak_pflops : PFLOP/s
        Dense peak in the number format of the arithmetic.
    efficiency_low, efficiency_mid, efficiency_high : share
        Measured throughput over the bound; the defaults span published measurements, a factor of nearly 4.

    Returns
    -------
    tokens/s
        Shape of the broadcast arguments, then 3: low, mid, high. NaN where the bandwidth or the peak is 0, there is nothing to
        read, an argument is out of range, or bandwidth and peak are not of one accelerator: above 0.5 or below 1e-5 bytes
        a FLOP one of them is in another unit.

    Examples
    --------
    One sequence of a 7B model in 16 bits on an A100 (measured: 104.9):

    >>> decode_roofline(1, 5, 6.7, 13.3, 524288, 2.039, 0.312).round(1).tolist()
    [30.7, 76.6, 115.0]

    Source
    ------
    Equations B2, decode bound; time between accelerators is inside the efficiency.
    """

    def rate(
        b: Array, context: Array, n: Array, weights: Array, size: Array, speed: Array, peak: Array, *shares: Array
    ) -> tuple[Array, ...]:
        memory = (weights * 1e9 + b * context * size) / (speed * 1e12)
        arithmetic = 2.0 * n * 1e9 * b / (peak * 1e15)
        step = np.maximum(memory, arithmetic)
        bytes_per_flop = (speed * 1e12) / (peak * 1e15)
        alike = (bytes_per_flop >= LEAST_BYTES_PER_FLOP) & (bytes_per_flop <= MOST_BYTES_PER_FLOP)
        bound = np.where(alike & (step > 0) & np.isfinite(step), b / step, np.nan)
        return tuple(bound * share for share in shares)

    return formula(
        decode_roofline,
        rate,
        batch,
        context,
        active_params_b,
        weights_gb,
        kv_bytes,
        bandwidth_tb_s,
        peak_pflops,
        efficiency_low,
        efficiency_mid,
        efficiency_high,
    )


def mfu_training(
    active_params_b: BillionParameters,
    tokens_b: BillionTokens,
    accelerator_hours: Hours,
    peak_pflops: Petaflops,
) -> Result:
    """Model FLOPs utilization of a training run, ``6 * N * D / (hours * 3600 * peak)``.

    Parameters
    ----------
    active_params_b : 1e9 parameters
        Parameters that work on a token.
    tokens_b : 1e9 tokens
        Tokens of the run.
    accelerator_hours : h
        Accelerators times hours.
    peak_pflops : PFLOP/s
        Dense peak of an accelerator in the number format of the run.

    Returns
    -------
    share
        NaN where hours or peak are 0, an argument is out of range, or the run needs more than the peak (above 1): the figures
        do not fit together.

    Examples
    --------
    >>> round(mfu_training(37, 14_800, 2.664e6, 0.989), 3)
    0.346

    Source
    ------
    Equations B2; without the arithmetic of attention, as in the appendix of PaLM.
    """

    def share(n: Array, d: Array, hours: Array, peak: Array) -> Array:
        most = hours * 3600.0 * (peak * 1e15)
        return _possible(6.0 * (n * 1e9) * (d * 1e9) / np.where(most > 0, most, np.nan))

    return formula(mfu_training, share, active_params_b, tokens_b, accelerator_hours, peak_pflops)


def mfu_inference(
    active_params_b: BillionParameters, tokens_per_second: TokensPerSecond, peak_pflops: Petaflops
) -> Result:
    """Model FLOPs utilization of serving, ``2 * N_active * tokens_per_second / peak``.

    Parameters
    ----------
    active_params_b : 1e9 parameters
        Parameters that work on a token.
    tokens_per_second : tokens/s
        Of an accelerator, tokens from cache left out.
    peak_pflops : PFLOP/s
        Dense peak of an accelerator.

    Returns
    -------
    share
        NaN where the peak is 0, an argument is out of range, or the model needs more than the peak (above 1).

    Examples
    --------
    >>> round(mfu_inference(37, 6537.5, 1.979), 3)
    0.244

    Source
    ------
    Equations B2.
    """

    def share(n: Array, rate: Array, peak: Array) -> Array:
        return _possible(2.0 * n * 1e9 * rate / np.where(peak > 0, peak * 1e15, np.nan))

    return formula(mfu_inference, share, active_params_b, tokens_per_second, peak_pflops)


def _possible(share: Array) -> Array:
    """Return a utilization, NaN where it is above 1 by more than rounding."""
    return np.where(share <= 1.0 + 1e-9, share, np.nan)
