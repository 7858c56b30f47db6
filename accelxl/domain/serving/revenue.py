"""What tokens earn: revenue with cached input, the blended price, and the two ways to state a margin."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.units import Cost, MillionTokens, Numbers, Quantity, Result, Share, UsdPerMtok

Array = NDArray[np.float64]
Proceeds = Annotated[Numbers, Quantity("USD", low=0)]


def token_revenue(
    input_mtok: MillionTokens,
    output_mtok: MillionTokens,
    price_input: UsdPerMtok,
    price_output: UsdPerMtok,
    cache_hit_rate: Share = 0.0,
    price_cached: UsdPerMtok | None = None,
) -> Result:
    """Revenue of tokens, ``I*(1-h)*price_input + I*h*price_cached + O*price_output``.

    Parameters
    ----------
    input_mtok, output_mtok : Mtok
        Tokens billed, in millions; cached input is part of the input.
    price_input, price_output : USD/Mtok
        Prices per million tokens; a price per thousand in this place is wrong a thousandfold.
    cache_hit_rate : share
        Share of the input tokens that is served from cache.
    price_cached : USD/Mtok, optional
        Price of cached input; the default is `price_input`.

    Returns
    -------
    USD
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    A published day: 608 bn input tokens, of them 342 bn cached, and 168 bn output tokens.

    >>> round(token_revenue(608e3, 168e3, 0.55, 2.19, 342 / 608, 0.14))
    562100

    Source
    ------
    Equations B2; genai-prices; DeepSeek open-infra-index, day 6.
    """

    def revenue(i: Array, o: Array, dear: Array, out: Array, hit: Array, cheap: Array) -> Array:
        return i * ((1.0 - hit) * dear + hit * cheap) + o * out

    cached = price_input if price_cached is None else price_cached
    return formula(token_revenue, revenue, input_mtok, output_mtok, price_input, price_output, cache_hit_rate, cached)


def blended_price(
    input_share: Share,
    price_input: UsdPerMtok,
    price_output: UsdPerMtok,
    cache_hit_rate: Share = 0.0,
    price_cached: UsdPerMtok | None = None,
) -> Result:
    """One price for a mix of tokens, ``s*((1-h)*price_input + h*price_cached) + (1-s)*price_output``.

    Parameters
    ----------
    input_share : share
        Share of input tokens in all tokens.
    price_input, price_output, cache_hit_rate, price_cached
        As for `token_revenue`.

    Returns
    -------
    USD/Mtok
        Shape of the broadcast arguments. NaN where an argument is out of range.

    Examples
    --------
    >>> round(blended_price(608 / 776, 0.55, 2.19, 342 / 608, 0.14), 6)
    0.724356

    Source
    ------
    Equations B2; as the plan's three prices.
    """

    def price(share: Array, dear: Array, out: Array, hit: Array, cheap: Array) -> Array:
        return share * ((1.0 - hit) * dear + hit * cheap) + (1.0 - share) * out

    cached = price_input if price_cached is None else price_cached
    return formula(blended_price, price, input_share, price_input, price_output, cache_hit_rate, cached)


def gross_margin(revenue: Proceeds, cost: Cost) -> Result:
    """Gross margin, ``(revenue - cost) / revenue``: a share of the revenue.

    Parameters
    ----------
    revenue, cost : USD
        Of the same tokens.

    Returns
    -------
    share
        At most 1. NaN where `revenue` is 0 or an argument is out of range.

    Examples
    --------
    >>> round(gross_margin(562_027, 87_072), 3)
    0.845

    Source
    ------
    Equations, definitions: a mark-up of 545 % on cost is a gross margin of 84.5 %.
    """
    return formula(
        gross_margin, lambda r, c: np.where(r > 0, (r - c) / np.where(r > 0, r, np.nan), np.nan), revenue, cost
    )


def markup(revenue: Proceeds, cost: Cost) -> Result:
    """Mark-up on cost, ``(revenue - cost) / cost``: what some announce as a "cost profit margin".

    Parameters
    ----------
    revenue, cost : USD
        Of the same tokens.

    Returns
    -------
    share
        Has no upper limit. NaN where `cost` is 0 or an argument is out of range.

    Examples
    --------
    >>> round(markup(562_027, 87_072), 2)
    5.45

    Source
    ------
    Equations, definitions; DeepSeek open-infra-index, day 6.
    """
    return formula(markup, lambda r, c: np.where(c > 0, (r - c) / np.where(c > 0, c, np.nan), np.nan), revenue, cost)
