"""What the internal rates of return of a series of flows are worth: how many there are, and whether one of them is the return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import series
from accelxl.domain.finance.returns import irr_roots
from accelxl.domain.finance.worth import npv
from accelxl.errors import ShapeError
from accelxl.units import Flows

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class IrrCheck:
    """The diagnosis of one series.

    `sign_changes` is the most rates above -1 that the flows can have (Descartes); `running_sign_changes` that of their running sum:
    with one, and a sum above 0, just one rate is above 0 (Norstrom). `rates` are all rates, `npvs` the net present value at each,
    0 where no more than rounding is left. `finding` says in words what follows.
    """

    sign_changes: int
    running_sign_changes: int
    rates: NDArray[np.float64]
    npvs: NDArray[np.float64]
    unique: bool
    finding: str


def irr_check(values: Flows) -> IrrCheck:
    """Diagnosis of the internal rates of return of a series: sign changes, every rate above -1, the net present value at each.

    Parameters
    ----------
    values : USD
        Shape (periods,): one series.

    Returns
    -------
    IrrCheck

    Raises
    ------
    ShapeError
        If there are several series.

    Examples
    --------
    >>> check = irr_check([-1600, 10_000, -10_000])
    >>> check.sign_changes, check.rates.round(6).tolist(), check.finding
    (2, [0.25, 4.0], '2 rates and no return among them: decide by the npv at your own rate, or by MIRR')

    Source
    ------
    Equations B4 (number of sign changes and all roots); Norstrom (1972).
    """
    flows = series(values, "values")
    if flows.ndim > 1:
        raise ShapeError(
            f"values has {int(np.prod(flows.shape[:-1]))} series; one row or column is allowed, since each gives a table"
        )
    rates = irr_roots(flows) if np.isfinite(flows).all() else np.empty(0)
    running = np.cumsum(flows)
    changes, turns = _changes(flows), _changes(running)
    norstrom = turns == 1 and bool(running[-1] > 0)
    unique = len(rates) == 1 and (changes == 1 or norstrom)
    npvs = _worths(rates, flows)
    return IrrCheck(changes, turns, rates, npvs, unique, _finding(changes, len(rates), unique, flows))


def _worths(rates: NDArray[np.float64], flows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the net present value at each rate, what is below 1e-12 of the flows without their signs being rounding."""
    if not len(rates):
        return np.empty(0)
    worth, size = np.atleast_1d(npv(rates, flows)), np.atleast_1d(npv(rates, np.abs(flows)))
    return np.where(np.abs(worth) <= ROUNDING * size, 0.0, worth)


def _changes(line: NDArray[np.float64]) -> int:
    """Return how often the sign changes, zeros passed over."""
    signs = np.sign(line[line != 0])
    return int(np.count_nonzero(np.diff(signs)))


def _finding(changes: int, count: int, unique: bool, flows: NDArray[np.float64]) -> str:
    if not np.isfinite(flows).all():
        return "a flow is blank or not finite: there is nothing to diagnose"
    if changes == 0:
        return "no rate: the flows never change sign"
    if count == 0:
        return "no rate: the npv is on one side of 0 at every rate"
    if count > 1:
        return f"{count} rates and no return among them: decide by the npv at your own rate, or by MIRR"
    first = next(flow for flow in flows if flow != 0)
    kind = "the return of an investment" if first < 0 else "the cost of a financing: the lower the better"
    if unique:
        return f"one rate, and it is {kind}"
    return f"one rate, {kind}, though the flows change sign {changes} times: look at the npv at your own rate as well"
