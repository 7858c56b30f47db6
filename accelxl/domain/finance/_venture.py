"""The cases behind required revenue: arguments checked and flat, in parts that fit the memory, each with its deductions by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import cases, quantities, result, series
from accelxl.errors import OutOfRange
from accelxl.units import Result

Array = NDArray[np.float64]

TOGETHER = 1 << 22
"""Figures of deductions, cases times years, that are held at once."""


@dataclass(frozen=True, slots=True)
class Venture:
    """The cases of a call, each argument flat, one figure a case; `amount` is the rate or the revenue.

    `shares` has one row a case, the share of the capital that each year deducts; `written_off` is their sum over the years.
    """

    capital: Array
    amount: Array
    years: Array
    opex: Array
    cost_share: Array
    tax_rate: Array
    residual: Array
    growth: Array
    opex_growth: Array
    shares: Array
    written_off: Array
    valid: NDArray[np.bool_]

    @property
    def proceeds(self) -> Array:
        """Residual after tax on what it is above the capital that is not yet deducted."""
        left = self.capital * (1.0 - self.written_off)
        ends = np.isfinite(self.years)
        return np.where(ends, self.residual - self.tax_rate * (self.residual - left), 0.0)


def by_parts(
    face: Callable[..., Any], formula: Callable[[Venture], Array], tax_depreciation: Any, **values: Any
) -> Result:
    """Evaluate a formula over the cases of a call of `face`; NaN where an argument is outside its limits.

    Raises
    ------
    OutOfRange
        If a deduction is no share, or a row of them sums to more than 1.
    """
    rows = None if tax_depreciation is None else _checked(series(tax_depreciation, "tax_depreciation", at_least=0))
    if values["years"] is None:
        values["years"] = np.nan
    shape, flat = cases(over=() if rows is None else rows.shape[:-1], **values)
    given = dict(zip(values, flat, strict=True))
    lasts = np.isnan(given["years"])
    valid = np.ones(len(flat[0]), dtype=bool)
    for name, quantity in quantities(face).items():
        inside = (given[name] >= quantity.low) & (given[name] <= quantity.high)
        if quantity.whole:
            inside &= given[name] == np.floor(given[name])
        valid &= inside | lasts if name == "years" else inside
    given["years"] = np.where(lasts, np.inf, np.where(valid, given["years"], 1.0))
    given["amount"] = given.pop("rate" if "rate" in given else "revenue")
    if rows is not None and rows.ndim > 1:
        rows = np.broadcast_to(rows, (*shape, rows.shape[-1])).reshape(-1, rows.shape[-1])
    longest = int(np.where(lasts, 1.0, given["years"]).max(initial=1.0))
    step = max(1, TOGETHER // (longest + 1))
    out = np.full(len(valid), np.nan)
    with np.errstate(all="ignore"):
        for first in range(0, len(out), step):
            part = slice(first, first + step)
            shares = _shares(rows if rows is None or rows.ndim == 1 else rows[part], given["years"][part], longest)
            # added up in order, so that years after the last of a case change no bit
            written_off = np.cumsum(shares, axis=1)[:, -1]
            some = Venture(
                **{name: value[part] for name, value in given.items()},
                shares=shares,
                written_off=written_off,
                valid=valid[part],
            )
            out[part] = np.where(valid[part], formula(some), np.nan)
    return result(out.reshape(shape))


def _checked(rows: Array) -> Array:
    """Return the deductions, one column or more."""
    if not rows.shape[-1]:
        return np.zeros((*rows.shape[:-1], 1))
    wrong = ~((rows >= 0) & (rows <= 1))
    if wrong.any():
        raise OutOfRange(f"tax_depreciation holds {rows[wrong][0]:g}; shares of the capital from 0 to 1 are allowed")
    total = float(rows.sum(axis=-1).max(initial=0.0))
    if total > 1.0 + 1e-9:
        raise OutOfRange(f"tax_depreciation sums to {total:g}; shares of the capital that sum to at most 1 are allowed")
    return rows


def _shares(rows: Array | None, years: Array, longest: int) -> Array:
    """Return the share that each year deducts, one row a case, 0 after the case's last year."""
    width = longest if rows is None else rows.shape[-1]
    running = np.arange(1, width + 1) <= years[:, np.newaxis]
    return np.where(running, 1.0 / years[:, np.newaxis] if rows is None else rows, 0.0)
