"""Depreciation: the spreadsheet functions of that name, whole schedules, the US tax tables, lives and values side by side.

Periods count from 1. A case that has no meaning (where a spreadsheet shows #NUM! or #DIV/0!) is NaN.
"""

from accelxl.domain.depreciation.book import db, ddb, sln, syd, vdb
from accelxl.domain.depreciation.economic import LIVES_LINES, RESIDUAL_LINES, impairment, lives, residual
from accelxl.domain.depreciation.restated import RELIFE_LINES, relife
from accelxl.domain.depreciation.series import METHODS, book_values, schedule, uop
from accelxl.domain.depreciation.tax import macrs, macrs_rule, mid_month

__all__ = [
    "LIVES_LINES",
    "METHODS",
    "RELIFE_LINES",
    "RESIDUAL_LINES",
    "book_values",
    "db",
    "ddb",
    "impairment",
    "lives",
    "macrs",
    "macrs_rule",
    "mid_month",
    "relife",
    "residual",
    "schedule",
    "sln",
    "syd",
    "uop",
    "vdb",
]
