"""Paying for what is being built: interest during construction without a circle, and the debt that a cash flow carries."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import cases, series
from accelxl.units import Flows, Numbers, Quantity, Share

Spending = Annotated[Numbers, Quantity("USD", low=0, kind="series")]
Interest = Annotated[Numbers, Quantity("1/period", low=0, high=1)]
Cover = Annotated[Numbers, Quantity("1", low=1, high=100)]

Array = NDArray[np.float64]

IDC_LINES = (
    "construction cost",
    "interest during construction",
    "commitment fee",
    "upfront fee",
    "all uses",
    "debt drawn",
    "equity paid in",
    "debt outstanding",
)
"""The lines of `idc`, in order."""
DEBT_LINES = ("cash available", "debt service", "interest", "principal", "debt outstanding")
"""The lines of `debt_size`, in order."""


def idc(
    spend: Spending, rate: Interest, debt_share: Share, commitment_fee: Interest = 0.0, upfront_fee: Share = 0.0
) -> Array:
    """Funding of a construction, interest and fees included, ``D = d*sum(spend[t]*g^(n-t)) / (1 - d*(f*sum(g^k) + u*g^n))``.

    Debt pays the share d of every use of money, equity the rest; interest and fees are uses. So the debt depends on the interest and
    the interest on the debt: spreadsheets go round in a circle there. The balance obeys ``B[t] = g*B[t-1] + d*(spend[t] + f*D)`` with
    ``g = 1 + d*(rate - f)``, which is solved for D at once.

    Parameters
    ----------
    spend : USD
        Construction cost, first figure today, the last one at completion; the last axis is time.
    rate : 1/period
        Interest on the balance of the period before.
    debt_share : share
        d, the gearing.
    commitment_fee : 1/period
        f, on the part of the debt that is not yet drawn.
    upfront_fee : share
        u, of the whole debt, paid today.

    Returns
    -------
    USD
        Shape (lines, periods), with the lines of `IDC_LINES`; before them the shape of the cases, if any. The last debt outstanding
        is the debt. NaN where an argument is out of range or fees eat more than the debt brings.

    Examples
    --------
    >>> lines = dict(zip(IDC_LINES, idc([100.0, 100.0, 0.0], 0.1, 0.6).round(4).tolist()))
    >>> lines["interest during construction"], lines["debt outstanding"]
    ([0.0, 6.0, 12.36], [60.0, 123.6, 131.016])

    Source
    ------
    Equations B4 (debt); our own derivation.
    """
    cost = series(spend, "spend")
    shape, (i, d, f, u) = cases(
        over=cost.shape[:-1], rate=rate, debt_share=debt_share, commitment_fee=commitment_fee, upfront_fee=upfront_fee
    )
    periods = cost.shape[-1]
    cost = np.broadcast_to(cost, (*shape, periods)).reshape(-1, periods)
    valid = (i >= 0) & (i <= 1) & (d >= 0) & (d <= 1) & (f >= 0) & (f <= 1) & (u >= 0) & (u <= 1)
    valid &= (cost >= 0).all(axis=1)
    out = np.full((len(i), len(IDC_LINES), periods), np.nan)
    with np.errstate(all="ignore"):
        g = 1.0 + d * (i - f)
        grown, fees, power = np.zeros(len(i)), np.zeros(len(i)), np.ones(len(i))
        for t in range(periods):
            grown = grown * g + cost[:, t]
            if t:
                fees, power = fees + f * power, power * g
        left = 1.0 - d * (fees + u * power)
        debt = np.where(valid & (left > 0), d * grown / left, np.nan)
        balance = np.zeros(len(i))
        for t in range(periods):
            interest = i * balance
            fee = f * (debt - balance) if t else np.zeros(len(i))
            upfront = u * debt if t == 0 else np.zeros(len(i))
            uses = cost[:, t] + interest + fee + upfront
            balance = balance + d * uses
            out[:, :, t] = np.stack(
                [cost[:, t], interest, fee, upfront, uses, d * uses, (1.0 - d) * uses, balance], axis=1
            )
    out[np.isnan(debt)] = np.nan
    return out.reshape(*shape, len(IDC_LINES), periods)


def debt_size(cash: Flows, rate: Interest, cover: Cover) -> Array:
    """Largest debt that a cash flow carries at a cover ratio, ``D = sum(cash[t] / cover / (1 + rate)^t)``, and its repayment.

    The debt service follows the cash (sculpting), so the ratio is `cover` in every period and the debt is back with the last.

    Parameters
    ----------
    cash : USD
        Available for debt service in each period, from period 1, at its end; the last axis is time. 0 carries no debt service.
    rate : 1/period
        Interest.
    cover : 1
        Cash over debt service, 1 or more.

    Returns
    -------
    USD
        Shape (lines, 1 + periods), today first, with the lines of `DEBT_LINES`; before them the shape of the cases, if any. The debt
        is what is outstanding today. NaN where an argument is out of range, or cash is below 0 in a period: no debt then has the
        cover there, and what is lacking has to come from a reserve or from equity first.

    Examples
    --------
    >>> dict(zip(DEBT_LINES, debt_size([130.0, 130.0], 0.1, 1.3).round(4).tolist()))["debt outstanding"]
    [173.5537, 90.9091, 0.0]

    Source
    ------
    Equations B4 (debt); present value of the debt service.
    """
    line = series(cash, "cash")
    shape, (i, ratio) = cases(over=line.shape[:-1], rate=rate, cover=cover)
    periods = line.shape[-1]
    line = np.broadcast_to(line, (*shape, periods)).reshape(-1, periods)
    valid = (i >= 0) & (i <= 1) & (ratio >= 1) & (ratio <= 100) & (np.isfinite(line) & (line >= 0)).all(axis=1)
    with np.errstate(all="ignore"):
        service = line / ratio[:, np.newaxis]
        owed = np.zeros((len(i), periods + 1))
        for t in range(periods - 1, -1, -1):  # from the end, so that the balance ends at 0 to the bit
            owed[:, t] = (owed[:, t + 1] + service[:, t]) / (1.0 + i)
        interest = owed[:, :-1] * i[:, np.newaxis]
    today = np.zeros((len(i), 1))
    rows = [line, service, interest, service - interest]
    out = np.stack([np.concatenate([today, row], axis=1) for row in rows] + [owed], axis=1)
    out[~valid] = np.nan
    return out.reshape(*shape, len(DEBT_LINES), periods + 1)
