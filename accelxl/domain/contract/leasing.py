"""Leases: the liability schedule of a lessee under IFRS 16 and ASC 842, and the net advantage to leasing."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import cases
from accelxl.domain.contract._amounts import amounts
from accelxl.errors import ShapeError, UnknownName, nearest
from accelxl.units import Cost, Flag, Money, Numbers, Quantity, Rate, Result, Share

STANDARDS = ("IFRS 16", "ASC 842 finance", "ASC 842 operating")
Standard = Annotated[
    Literal["IFRS 16", "ASC 842 finance", "ASC 842 operating"], Quantity("text", kind="choice", choices=STANDARDS)
]
Payments = Annotated[Numbers, Quantity("USD", low=0, kind="series")]
Array = NDArray[np.float64]

SLACK = 1e-6
"""How far depreciation may be above the cost: rounding of its figures."""
MOST_PER_SHARE = 50.0
"""Above this cost a depreciation that sums to 1 or less is one in shares."""

LEASE_COLUMNS = ("period", "payment", "interest", "liability", "amortization", "right-of-use asset", "expense")
"""The columns of `lease`, in order."""


def lease(
    payments: Payments,
    rate: Rate,
    standard: Standard = "IFRS 16",
    type: Flag = 0,
    initial_direct_costs: Cost = 0.0,
    incentives: Cost = 0.0,
) -> Array:
    """Lease schedule, ``liability_t = liability_(t-1)*(1+rate) - payment_t`` down to 0, and the asset beside it.

    Row 0 is the commencement. The liability is the present value of the payments still to come; the right-of-use asset
    starts as that, plus what is paid at once, plus `initial_direct_costs`, less `incentives`. Under IFRS 16 and as a
    finance lease it is written off in equal parts and interest comes on top. As an operating lease the expense is level,
    ``(payments + direct costs - incentives)/n``, and the asset falls by that less the interest.

    Parameters
    ----------
    payments : USD
        The last axis is the periods of the lease.
    rate : 1/period
        Rate implicit in the lease, else the incremental borrowing rate.
    standard : text
        One of `STANDARDS`.
    type : 0 or 1
        0: payments at the end of a period; 1: at its start, so that the first falls on row 0.
    initial_direct_costs, incentives : USD
        Paid by, and received by, the lessee at commencement.

    Returns
    -------
    USD
        Shape of the cases, then the rows 0 to n, then the columns of `LEASE_COLUMNS`. NaN where the rate is -1 or less.

    Raises
    ------
    UnknownName
        If there is no such standard.
    OutOfRange
        If a payment is negative or not a number.
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    Three payments of 10,000, 12,000 and 14,000 at 4.235 %:

    >>> lease([10_000, 12_000, 14_000], 0.04235, "ASC 842 operating")[:, 3].round().tolist()
    [33000.0, 24398.0, 13431.0, 0.0]

    Source
    ------
    IFRS 16.23-24, 26, 31-32, 36; ASC 842-20-25-5, 25-6, 30-1, 30-5, 35-3 to 35-5.
    """
    if standard not in STANDARDS:
        raise UnknownName(f"{standard!r} is no standard; {nearest(str(standard), STANDARDS)}")
    due = amounts(payments, "payments")
    shape, (step, early, costs, gifts) = cases(
        over=due.shape[:-1], rate=rate, type=type, initial_direct_costs=initial_direct_costs, incentives=incentives
    )
    n = due.shape[-1]
    lines = np.broadcast_to(due, (*shape, n)).reshape(-1, n)
    step = np.where((step > -1) & (costs >= 0) & (gifts >= 0), step, np.nan)
    start = (early != 0)[:, np.newaxis]
    paid = np.zeros((len(lines), n + 1))
    paid[:, :n] = np.where(start, lines, 0.0)
    paid[:, 1:] += np.where(start, 0.0, lines)
    table = np.empty((len(lines), n + 1, len(LEASE_COLUMNS)))
    table[..., 0] = np.arange(n + 1.0)
    table[..., 1] = paid
    liability, interest = _liability(paid, step)
    table[..., 2], table[..., 3] = interest, liability
    net = costs - gifts
    asset = liability[:, 0] + paid[:, 0] + net
    write_off = np.zeros_like(paid)
    if standard == "ASC 842 operating":
        level = (paid.sum(axis=1) + net) / n
        write_off[:, 1:] = level[:, np.newaxis] - interest[:, 1:]
    else:
        write_off[:, 1:] = (asset / n)[:, np.newaxis]
    table[..., 4] = write_off
    for t in range(n + 1):  # what is still to be written off: the last row is 0 to the bit
        table[:, t, 5] = asset if t == 0 else write_off[:, t + 1 :].sum(axis=1)
    table[..., 6] = write_off + interest
    table[np.isnan(step)] = np.nan
    return table.reshape((*shape, n + 1, len(LEASE_COLUMNS)))


def _liability(paid: Array, step: Array) -> tuple[Array, Array]:
    """Return liability and interest of each row, backward from 0 so that the last liability is exact."""
    liability = np.zeros_like(paid)
    interest = np.zeros_like(paid)
    with np.errstate(all="ignore"):
        for t in range(paid.shape[1] - 1, 0, -1):
            liability[:, t - 1] = (liability[:, t] + paid[:, t]) / (1.0 + step)
            interest[:, t] = liability[:, t - 1] * step
    return liability, interest


def nal(
    cost: Cost,
    payments: Payments,
    borrowing_rate: Rate,
    tax_rate: Share = 0.25,
    depreciation: Payments | None = None,
    salvage_after_tax: Money = 0.0,
    project_rate: Rate | None = None,
    avoided_costs: Payments | None = None,
    type: Flag = 0,
) -> Result:
    """Net advantage to leasing, ``cost - PV(payments*(1-T)) - PV(T*depreciation) - PV(salvage) + PV(avoided*(1-T))``.

    Above 0 the lease is cheaper than buying with borrowed money. Payments, depreciation and avoided costs are discounted
    at the borrowing rate after tax, ``kd*(1-T)``, since they are as sure as debt; the salvage at the project's rate.

    Parameters
    ----------
    cost : USD
        Price if bought.
    payments : USD
        Of the lease; the last axis is the periods.
    borrowing_rate : 1/period
        Before tax.
    tax_rate : share
        On income; what is paid is deductible in its period.
    depreciation : USD, optional
        For tax, one figure a period, at the period's end, in all at most the cost; without it the cost in equal parts over
        the payments.
    salvage_after_tax : USD
        What the owner would get at the end of the payments, after tax.
    project_rate : 1/period, optional
        For the salvage; without it the borrowing rate before tax.
    avoided_costs : USD, optional
        Before tax, at the end of each period: maintenance, insurance and the like that the lessor bears.
    type : 0 or 1
        0: payments at the end of a period, as in `lease`; 1: at its start, as most rents are due.

    Returns
    -------
    USD
        Shape of the cases. NaN where a rate is -1 or less, the tax rate is outside 0 to 1, or the depreciation is in all more
        than the cost, or 1 or less beside a cost above 50: those are shares of it.

    Raises
    ------
    OutOfRange, WrongType, ShapeError
        If a series is negative or not of numbers, or the shapes do not fit together.

    Examples
    --------
    A machine of 10,000 or five payments of 2,500 at the end of the years; 34 % tax, 5 % after tax:

    >>> round(nal(10_000, [2500] * 5, 0.05 / 0.66, 0.34), 2)
    -87.68

    Source
    ------
    Equations B4 (NAL).
    """
    due = amounts(payments, "payments")
    n = due.shape[-1]
    wear = None if depreciation is None else amounts(depreciation, "depreciation")
    spared = None if avoided_costs is None else amounts(avoided_costs, "avoided_costs")
    over = _common(due, wear, spared)
    project = borrowing_rate if project_rate is None else project_rate
    shape, (price, debt, tax, left, risk, early) = cases(
        over=over, cost=cost, borrowing_rate=borrowing_rate, tax_rate=tax_rate, salvage_after_tax=salvage_after_tax,
        project_rate=project, type=type,
    )  # fmt: skip
    step = debt * (1.0 - tax)
    if wear is not None:
        written = np.broadcast_to(wear.sum(axis=-1), shape).reshape(-1)
        fits = (written <= price * (1.0 + SLACK)) & ~(
            (written > 0) & (written <= 1.0 + SLACK) & (price > MOST_PER_SHARE)
        )
        price = np.where(fits, price, np.nan)
    good = (price >= 0) & (debt > -1) & (step > -1) & (tax >= 0) & (tax <= 1) & (risk > -1)
    step = np.where(good, step, np.nan)

    def worth(line: Array) -> Array:
        """Value at the end of a line's first period less one, each figure a period apart."""
        total = np.zeros(len(step))
        flat = np.broadcast_to(line, (*shape, line.shape[-1])).reshape(-1, line.shape[-1])
        for t in range(flat.shape[1] - 1, -1, -1):
            total = (total + flat[:, t]) / (1.0 + step)
        return total

    with np.errstate(all="ignore"):
        rent = worth(due) * np.where(early != 0, 1.0 + step, 1.0) * (1.0 - tax)
        shield = tax * (worth(wear) if wear is not None else price / n * worth(np.ones(n)))
        scrap = left.copy()
        for _ in range(n):
            scrap = scrap / (1.0 + risk)
        kept = worth(spared) * (1.0 - tax) if spared is not None else 0.0
        value = np.where(good, price - rent - shield - scrap + kept, np.nan).reshape(shape)
    return float(value) if not shape else value


def _common(*lines: Array | None) -> tuple[int, ...]:
    shapes = [line.shape[:-1] for line in lines if line is not None]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ShapeError(f"the series have {', '.join(map(str, shapes))} cases; as many of each are allowed") from error
