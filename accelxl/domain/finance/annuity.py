"""Level payments: what they are worth, what they cost, how long they last and the rate they bear.

All functions solve ``pv (1+rate)^nper + pmt (1 + rate*type) ((1+rate)^nper - 1)/rate + fv = 0`` for one of its symbols.
"""

from __future__ import annotations

from typing import Annotated

import accelxl._core as core
from accelxl.arrays import elementwise
from accelxl.units import Flag, Money, Numbers, Periods, Quantity, Rate, Result

Period = Annotated[Numbers, Quantity("periods", low=1)]


def fv(rate: Rate, nper: Periods, pmt: Money, pv: Money = 0, type: Flag = 0) -> Result:
    """Future value, ``-(pv (1+rate)^nper + pmt (1 + rate*type) ((1+rate)^nper - 1)/rate)``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, at least -1.
    nper : periods
        Number of payments; fractions and negative numbers go into the formula as they are.
    pmt : USD
        Payment of each period.
    pv : USD
        Value at the start.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start.

    Returns
    -------
    USD
        A float where all arguments are scalars, else an array of their broadcast shape: so in every function of this package.
        NaN where `rate` is below -1.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    >>> round(fv(0.06 / 12, 10, -200, -500, 1), 2)
    2581.4

    Source
    ------
    Equations B4; ECMA-376 Part 1, 18.17.7, FV; MS-OI29500 on `type`.
    """
    return elementwise(core.fv, rate=rate, nper=nper, pmt=pmt, pv=pv, type=type)


def pv(rate: Rate, nper: Periods, pmt: Money, fv: Money = 0, type: Flag = 0) -> Result:
    """Present value, ``-(fv (1+rate)^-nper + pmt (1 + rate*type) (1 - (1+rate)^-nper)/rate)``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above -1.
    nper : periods
        Number of payments.
    pmt, fv : USD
        Payment of each period and value at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start.

    Returns
    -------
    USD
        NaN where `rate` is -1 or less.

    Examples
    --------
    >>> round(pv(0.08 / 12, 240, 500), 2)
    -59777.15

    Source
    ------
    Equations B1, B4; ECMA-376 Part 1, 18.17.7, PV.
    """
    return elementwise(core.pv, rate=rate, nper=nper, pmt=pmt, fv=fv, type=type)


def pmt(rate: Rate, nper: Periods, pv: Money, fv: Money = 0, type: Flag = 0) -> Result:
    """Payment of each period, ``-(pv (1+rate)^nper + fv) rate / ((1 + rate*type) ((1+rate)^nper - 1))``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above -1.
    nper : periods
        Number of payments, not 0.
    pv, fv : USD
        Value at the start (a loan received is positive) and at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start.

    Returns
    -------
    USD
        NaN where `rate` is -1 or less or `nper` is 0.

    Examples
    --------
    >>> round(pmt(0.08 / 12, 10, 10_000), 2)
    -1037.03

    Source
    ------
    Equations B1 (capital recovery factor); ECMA-376 Part 1, 18.17.7, PMT.
    """
    return elementwise(core.pmt, rate=rate, nper=nper, pv=pv, fv=fv, type=type)


def ipmt(rate: Rate, per: Period, nper: Periods, pv: Money, fv: Money = 0, type: Flag = 0) -> Result:
    """Interest in payment `per`, ``-rate * (balance before it)``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above -1.
    per : periods
        Which payment, ``1 <= per < nper + 1``.
    nper : periods
        Number of payments.
    pv, fv : USD
        Value at the start and at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start (the first then bears no interest).

    Returns
    -------
    USD
        NaN where `rate` is -1 or less or `per` is outside its range.

    Examples
    --------
    >>> round(ipmt(0.1 / 12, 1, 36, 8_000), 2)
    -66.67

    Source
    ------
    ECMA-376 Part 1, 18.17.7, IPMT; MS-OI29500 on the range of `per`.
    """
    return elementwise(core.ipmt, rate=rate, per=per, nper=nper, pv=pv, fv=fv, type=type)


def ppmt(rate: Rate, per: Period, nper: Periods, pv: Money, fv: Money = 0, type: Flag = 0) -> Result:
    """Principal in payment `per`, ``pmt - ipmt = -rate (pv + fv) (1+rate)^(per-1) / ((1+rate)^nper - 1)``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above -1.
    per : periods
        Which payment, ``1 <= per <= nper``.
    nper : periods
        Number of payments.
    pv, fv : USD
        Value at the start and at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start (the formula is then divided by 1 + rate, and the
        first payment is all principal).

    Returns
    -------
    USD
        NaN where `rate` is -1 or less or `per` is outside its range.

    Examples
    --------
    >>> round(ppmt(0.1 / 12, 1, 24, 2_000), 2)
    -75.62

    Source
    ------
    ECMA-376 Part 1, 18.17.7, PPMT; MS-OI29500 on the range of `per`.
    """
    return elementwise(core.ppmt, rate=rate, per=per, nper=nper, pv=pv, fv=fv, type=type)


def nper(rate: Rate, pmt: Money, pv: Money, fv: Money = 0, type: Flag = 0) -> Result:
    """Number of periods, ``log((pmt (1 + rate*type) - fv rate) / (pmt (1 + rate*type) + pv rate)) / log(1 + rate)``.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above -1.
    pmt, pv, fv : USD
        Payment of each period, value at the start and at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start.

    Returns
    -------
    periods
        NaN where `rate` is -1 or less or the payments never reach `fv`.

    Examples
    --------
    >>> round(nper(0.12 / 12, -100, -1_000, 10_000, 1), 4)
    59.6739

    Source
    ------
    ECMA-376 Part 1, 18.17.7, NPER.
    """
    return elementwise(core.nper, rate=rate, pmt=pmt, pv=pv, fv=fv, type=type)


def rate(nper: Periods, pmt: Money, pv: Money, fv: Money = 0, type: Flag = 0, guess: Rate = 0.1) -> Result:
    """Interest rate of level payments, the ``rate`` at which ``pv(rate, nper, pmt, fv, type) = pv``.

    Parameters
    ----------
    nper : periods
        Number of payments, above 0.
    pmt, pv, fv : USD
        Payment of each period, value at the start and at the end.
    type : 0 or 1
        0: payments at the end of a period; any other number: at its start.
    guess : 1/period
        Where there are two rates (there are never more) the one nearest the guess is returned.

    Returns
    -------
    1/period
        Above -1. NaN where there is none, `nper` is not above 0 or `guess` is -1 or less.

    Examples
    --------
    >>> round(rate(48, -200, 8_000), 6)
    0.007701

    Source
    ------
    ECMA-376 Part 1, 18.17.7, RATE. The solver is our own.
    """
    return elementwise(core.rate, nper=nper, pmt=pmt, pv=pv, fv=fv, type=type, guess=guess)


def cumipmt(rate: Rate, nper: Periods, pv: Money, start_period: Period, end_period: Period, type: Flag) -> Result:
    """Interest paid from `start_period` to `end_period`, the sum of ``ipmt`` in closed form.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above 0.
    nper : periods
        Number of payments, truncated, above 0.
    pv : USD
        Loan received, above 0.
    start_period, end_period : periods
        First and last payment counted, truncated, ``1 <= start_period <= end_period <= nper``.
    type : 0 or 1
        0: payments at the end of a period; 1: at its start; nothing else.

    Returns
    -------
    USD
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(cumipmt(0.09 / 12, 30 * 12, 125_000, 13, 24, 0), 2)
    -11135.23

    Source
    ------
    ECMA-376 Part 1, 18.17.7, CUMIPMT.
    """
    names = {"rate": rate, "nper": nper, "pv": pv, "start_period": start_period, "end_period": end_period, "type": type}
    return elementwise(core.cumipmt, **names)


def cumprinc(rate: Rate, nper: Periods, pv: Money, start_period: Period, end_period: Period, type: Flag) -> Result:
    """Principal paid from `start_period` to `end_period`, the sum of ``ppmt`` in closed form.

    Parameters
    ----------
    rate : 1/period
        Interest rate, above 0.
    nper : periods
        Number of payments, truncated, above 0.
    pv : USD
        Loan received, above 0.
    start_period, end_period : periods
        First and last payment counted, truncated, ``1 <= start_period <= end_period <= nper``.
    type : 0 or 1
        0: payments at the end of a period; 1: at its start; nothing else.

    Returns
    -------
    USD
        NaN where an argument is outside its range.

    Examples
    --------
    >>> round(cumprinc(0.09 / 12, 30 * 12, 125_000, 13, 24, 0), 2)
    -934.11

    Source
    ------
    ECMA-376 Part 1, 18.17.7, CUMPRINC; MS-OI29500 on ``end_period <= nper``.
    """
    names = {"rate": rate, "nper": nper, "pv": pv, "start_period": start_period, "end_period": end_period, "type": type}
    return elementwise(core.cumprinc, **names)
