"""Time value and returns: the spreadsheet functions of that name, and payback, profitability index and equivalent annuity.

Money received is positive, money paid is negative; `type` is 0 for payments at the end of a period, anything else for payments at
its start; the last axis of a series is time. A case that has no meaning (where a spreadsheet shows #NUM!) is NaN.
"""

from accelxl.domain.finance.annuity import cumipmt, cumprinc, fv, ipmt, nper, pmt, ppmt, pv, rate
from accelxl.domain.finance.conversion import effect, fvschedule, nominal, pduration, rri
from accelxl.domain.finance.returns import discounted_payback, irr, irr_roots, mirr, payback, xirr
from accelxl.domain.finance.worth import equivalent_annuity, npv, pi, xnpv

__all__ = [
    "cumipmt",
    "cumprinc",
    "discounted_payback",
    "effect",
    "equivalent_annuity",
    "fv",
    "fvschedule",
    "ipmt",
    "irr",
    "irr_roots",
    "mirr",
    "nominal",
    "nper",
    "npv",
    "payback",
    "pduration",
    "pi",
    "pmt",
    "ppmt",
    "pv",
    "rate",
    "rri",
    "xirr",
    "xnpv",
]
