"""Time value and returns: the spreadsheet functions of that name, payback, required revenue, cost of capital, EVA, real options.

Money received is positive, money paid is negative; `type` is 0 for payments at the end of a period, anything else for payments at
its start; the last axis of a series is time. A case that has no meaning (where a spreadsheet shows #NUM!) is NaN.
"""

from accelxl.domain.finance.added import eva, lcot
from accelxl.domain.finance.annuity import cumipmt, cumprinc, fv, ipmt, nper, pmt, ppmt, pv, rate
from accelxl.domain.finance.capital_cost import metr, user_cost, wacc
from accelxl.domain.finance.construction import DEBT_LINES, IDC_LINES, debt_size, idc
from accelxl.domain.finance.conversion import effect, fvschedule, nominal, pduration, rri
from accelxl.domain.finance.diagnosis import IrrCheck, irr_check
from accelxl.domain.finance.options import KINDS, option
from accelxl.domain.finance.required import implied_return, req_revenue
from accelxl.domain.finance.returns import discounted_payback, irr, irr_mid, irr_roots, mirr, payback, xirr
from accelxl.domain.finance.worth import equivalent_annuity, npv, npv_mid, pi, xnpv

__all__ = [
    "DEBT_LINES",
    "IDC_LINES",
    "KINDS",
    "IrrCheck",
    "cumipmt",
    "cumprinc",
    "debt_size",
    "discounted_payback",
    "effect",
    "equivalent_annuity",
    "eva",
    "fv",
    "fvschedule",
    "idc",
    "implied_return",
    "ipmt",
    "irr",
    "irr_check",
    "irr_mid",
    "irr_roots",
    "lcot",
    "metr",
    "mirr",
    "nominal",
    "nper",
    "npv",
    "npv_mid",
    "option",
    "payback",
    "pduration",
    "pi",
    "pmt",
    "ppmt",
    "pv",
    "rate",
    "req_revenue",
    "rri",
    "user_cost",
    "wacc",
    "xirr",
    "xnpv",
]
