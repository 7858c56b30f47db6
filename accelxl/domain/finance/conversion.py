"""Rates turned into other rates, and growth at a rate."""

from __future__ import annotations

from typing import Annotated

import accelxl._core as core
from accelxl.arrays import elementwise, series
from accelxl.domain.finance._rows import row_by_row
from accelxl.units import Money, Numbers, Periods, Quantity, Rate, Result, YearlyRate

PerYear = Annotated[Numbers, Quantity("periods/year", low=1)]
Schedule = Annotated[Numbers, Quantity("1/period", kind="series")]


def effect(nominal_rate: YearlyRate, npery: PerYear) -> Result:
    """Effective yearly rate, ``(1 + nominal_rate/npery)^npery - 1``.

    Parameters
    ----------
    nominal_rate : 1/year
        Nominal rate, above 0.
    npery : periods/year
        Compounding periods a year, truncated, at least 1.

    Returns
    -------
    1/year
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(effect(0.0525, 4), 7)
    0.0535427

    Source
    ------
    ECMA-376 Part 1, 18.17.7, EFFECT.
    """
    return elementwise(core.effect, nominal_rate=nominal_rate, npery=npery)


def nominal(effect_rate: YearlyRate, npery: PerYear) -> Result:
    """Nominal yearly rate, ``npery ((1 + effect_rate)^(1/npery) - 1)``.

    Parameters
    ----------
    effect_rate : 1/year
        Effective rate, above 0.
    npery : periods/year
        Compounding periods a year, truncated, at least 1.

    Returns
    -------
    1/year
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(nominal(0.053543, 4), 7)
    0.0525003

    Source
    ------
    ECMA-376 Part 1, 18.17.7, NOMINAL.
    """
    return elementwise(core.nominal, effect_rate=effect_rate, npery=npery)


def rri(nper: Periods, pv: Money, fv: Money) -> Result:
    """Rate at which `pv` grows to `fv`, ``(fv/pv)^(1/nper) - 1``.

    Parameters
    ----------
    nper : periods
        Above 0.
    pv, fv : USD
        Value at the start, not 0, and at the end, not of the other sign.

    Returns
    -------
    1/period
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(rri(96, 10_000, 11_000), 7)
    0.0009933

    Source
    ------
    ODF 1.2 Part 2, 6.12.44, RRI.
    """
    return elementwise(core.rri, nper=nper, pv=pv, fv=fv)


def pduration(rate: Rate, pv: Money, fv: Money) -> Result:
    """Periods in which `pv` grows to `fv`, ``log(fv/pv) / log(1 + rate)``.

    Parameters
    ----------
    rate : 1/period
        Above 0.
    pv, fv : USD
        Value at the start and at the end, above 0.

    Returns
    -------
    periods
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(pduration(0.025, 2_000, 2_200), 3)
    3.86

    Source
    ------
    ODF 1.2 Part 2, 6.12.38, PDURATION.
    """
    return elementwise(core.pduration, rate=rate, pv=pv, fv=fv)


def fvschedule(principal: Money, schedule: Schedule) -> Result:
    """Principal after a row of rates, ``principal * product(1 + schedule[t])``.

    Parameters
    ----------
    principal : USD
        Scalar or shape (cases,).
    schedule : 1/period
        Shape (periods,) or (cases, periods).

    Returns
    -------
    USD
        Scalar for one case, else shape (cases,).

    Examples
    --------
    >>> round(fvschedule(1, [0.09, 0.11, 0.1]), 5)
    1.33089

    Source
    ------
    ECMA-376 Part 1, 18.17.7, FVSCHEDULE.
    """
    return row_by_row(core.fvschedule_rows, series(schedule, "schedule"), principal=principal)
