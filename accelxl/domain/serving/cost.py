"""What a token, a request and an accepted task cost on hardware that is paid by the hour."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import Cost, Numbers, Quantity, Result, Share, TokenCount, TokensPerSecond, UsdPerHour, UsdPerMtok

SECONDS_PER_HOUR = 3600.0

Work = Annotated[Numbers, Quantity("1", low=0)]
Array = NDArray[np.float64]

COST_LINES = ("total", "input", "cached", "output")
"""The figures of `cost_split`, in order."""


def cost_per_mtok(
    cost_usd_per_hour: UsdPerHour, tokens_per_second: TokensPerSecond, utilization: Share = 1.0
) -> Result:
    """Cost of a million tokens, ``cost_usd_per_hour * 1e6 / (3600 * tokens_per_second * utilization)``.

    The throughput decides which tokens: that of prefill gives the cost of input tokens, that of decode the cost of output
    tokens, and the two blended by time the cost of all. Count utilization once: give it here, or inside one of the others.

    Parameters
    ----------
    cost_usd_per_hour : USD/h
        Of an accelerator, all-in: owned or rented.
    tokens_per_second : tokens/s
        Of an accelerator at the latency target.
    utilization : share
        Share of that throughput that is filled.

    Returns
    -------
    USD/Mtok
        Shape of the broadcast arguments. NaN where no token is served, or an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    >>> cost_per_mtok(2.5, 1000, 0.5)
    1.3888888888888888
    >>> cost_per_mtok(2.5, [1000, 0]).tolist()
    [0.6944444444444444, nan]

    Source
    ------
    Equations B2; InferenceX, cost per million total tokens.
    """

    def cost(hour: Array, rate: Array, share: Array) -> object:
        return _per_mtok(hour, rate * share)

    return formula(cost_per_mtok, cost, cost_usd_per_hour, tokens_per_second, utilization)


def cost_split(
    cost_usd_per_hour: UsdPerHour,
    prefill_tps: TokensPerSecond,
    decode_tps: TokensPerSecond,
    input_tokens: TokenCount,
    output_tokens: TokenCount,
    cache_hit_rate: Share = 0.0,
    cached_work: Work = 0.0,
    utilization: Share = 1.0,
) -> Result:
    """Cost of a million tokens of each kind by the time they take: input ``C/prefill_tps``, output ``C/decode_tps``.

    The accelerator's hour is shared out by time, so the parts make up the whole: total tokens times the total cost is what
    the hour costs. (Dividing the whole hour by one kind of token, as some dashboards do, counts it twice.)

    Parameters
    ----------
    cost_usd_per_hour : USD/h
        Of an accelerator, all-in.
    prefill_tps : tokens/s
        Input tokens that missed the cache, of an accelerator that does prefill only.
    decode_tps : tokens/s
        Output tokens of an accelerator that does decode only, at the latency target.
    input_tokens, output_tokens : tokens
        Of a request; only their ratio matters.
    cache_hit_rate : share
        Share of the input tokens that is read from cache.
    cached_work : 1
        Time of a cached token as a share of that of a missed one; 0 where reading the cache is free.
    utilization : share
        Share of the throughputs that is filled.

    Returns
    -------
    USD/Mtok
        Shape of the broadcast arguments, then 4: total, input (missed), cached, output. NaN where a throughput or the
        utilization is 0, there is no token, or an argument is out of range.

    Examples
    --------
    >>> cost_split(3.6, 4000, 1000, 3000, 1000).round(4).tolist()
    [0.4375, 0.25, 0.0, 1.0]

    Source
    ------
    Equations B2: cost by the time of each phase, as in llm-analysis; the total is that of the harmonic blend.
    """

    def split(
        hour: Array, prefill: Array, decode: Array, i: Array, o: Array, hit: Array, work: Array, share: Array
    ) -> tuple[Array, ...]:
        missed, output = _per_mtok(hour, prefill * share), _per_mtok(hour, decode * share)
        cached = work * missed
        total = (i * ((1.0 - hit) * missed + hit * cached) + o * output) / np.where(i + o > 0, i + o, np.nan)
        return total, missed, cached, output

    return formula(
        cost_split,
        split,
        cost_usd_per_hour,
        prefill_tps,
        decode_tps,
        input_tokens,
        output_tokens,
        cache_hit_rate,
        cached_work,
        utilization,
    )


def cost_per_inference(
    cost_usd_per_hour: UsdPerHour,
    prefill_tps: TokensPerSecond,
    decode_tps: TokensPerSecond,
    input_tokens: TokenCount,
    output_tokens: TokenCount,
    cache_hit_rate: Share = 0.0,
    cached_work: Work = 0.0,
    utilization: Share = 1.0,
) -> Result:
    """Cost of a request, ``C/3600 * (missed/prefill_tps + cached*work/prefill_tps + output/decode_tps) / utilization``.

    Parameters
    ----------
    cost_usd_per_hour, prefill_tps, decode_tps, input_tokens, output_tokens, cache_hit_rate, cached_work, utilization
        As for `cost_split`; the tokens are those of the request.

    Returns
    -------
    USD
        Shape of the broadcast arguments. NaN where a throughput or the utilization is 0 or an argument is out of range.

    Examples
    --------
    >>> cost_per_inference(3.6, 4000, 1000, 3000, 1000)
    0.00175

    Source
    ------
    Equations B2: time per request times the cost of the hour.
    """

    def cost(
        hour: Array, prefill: Array, decode: Array, i: Array, o: Array, hit: Array, work: Array, share: Array
    ) -> Array:
        seconds = i * ((1.0 - hit) + hit * work) / prefill + o / decode
        fine = (prefill > 0) & (decode > 0) & (share > 0)
        return np.where(fine, hour / SECONDS_PER_HOUR * seconds / share, np.nan)

    return formula(
        cost_per_inference,
        cost,
        cost_usd_per_hour,
        prefill_tps,
        decode_tps,
        input_tokens,
        output_tokens,
        cache_hit_rate,
        cached_work,
        utilization,
    )


def cost_per_task(
    cost_usd_per_mtok: UsdPerMtok,
    tokens_per_try: TokenCount,
    acceptance: Share,
    review_usd_per_try: Cost = 0.0,
) -> Result:
    """Cost of an accepted answer, ``(cost_usd_per_mtok * tokens_per_try / 1e6 + review_usd_per_try) / acceptance``.

    Retried until accepted, a task takes 1/acceptance tries on average. Given up after some tries it costs the same per
    accepted answer: tries and answers shrink alike. So divide by the acceptance or multiply by the tries, never both.

    Parameters
    ----------
    cost_usd_per_mtok : USD/Mtok
        Cost, or the price of an API, blended over input and output.
    tokens_per_try : tokens
        Everything that is paid for: prompt, reasoning that nobody sees, answer, calls of tools.
    acceptance : share
        Share of the tries whose answer is accepted.
    review_usd_per_try : USD
        A person's or a second model's look at each answer.

    Returns
    -------
    USD
        Shape of the broadcast arguments. NaN where `acceptance` is 0 or an argument is out of range.

    Examples
    --------
    A model at a third of the price that is accepted half as often and thinks twice as long is not cheaper:

    >>> cost_per_task([3.0, 1.0], [10_000, 20_000], [0.8, 0.4]).round(4).tolist()
    [0.0375, 0.05]

    Source
    ------
    Equations B2; the mean of the geometric distribution.
    """

    def cost(rate: Array, size: Array, accepted: Array, review: Array) -> Array:
        return np.where(accepted > 0, (rate * size / 1e6 + review) / accepted, np.nan)

    return formula(cost_per_task, cost, cost_usd_per_mtok, tokens_per_try, acceptance, review_usd_per_try)


def blend_tps(
    input_tokens: TokenCount, output_tokens: TokenCount, prefill_tps: TokensPerSecond, decode_tps: TokensPerSecond
) -> Result:
    """Throughput over prefill and decode by time, ``(I + O) / (I/prefill_tps + O/decode_tps)``: a harmonic mean.

    Parameters
    ----------
    input_tokens, output_tokens : tokens
        Of a request, or of a period; only their ratio matters.
    prefill_tps, decode_tps : tokens/s
        Of an accelerator that does only that.

    Returns
    -------
    tokens/s
        Input and output together. NaN where there is no token, a throughput that is needed is 0, or an argument is out
        of range.

    Examples
    --------
    Three quarters input at 4,000 and a quarter output at 1,000 tokens a second are not 3,250:

    >>> round(blend_tps(3000, 1000, 4000, 1000), 1)
    2285.7

    Source
    ------
    Equations B2; inferecon.
    """

    def blend(i: Array, o: Array, prefill: Array, decode: Array) -> Array:
        time = np.where(i > 0, i / prefill, 0.0) + np.where(o > 0, o / decode, 0.0)
        return np.where((time > 0) & np.isfinite(time), (i + o) / time, np.nan)

    return formula(blend_tps, blend, input_tokens, output_tokens, prefill_tps, decode_tps)


def _per_mtok(hour: Array, rate: Array) -> Array:
    return np.where(rate > 0, hour * 1e6 / (SECONDS_PER_HOUR * rate), np.nan)
