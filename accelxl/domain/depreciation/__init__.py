"""Depreciation: the spreadsheet functions of that name, whole schedules, and the US tax tables.

Periods count from 1. A case that has no meaning (where a spreadsheet shows #NUM! or #DIV/0!) is NaN.
"""

from accelxl.domain.depreciation.book import db, ddb, sln, syd, vdb
from accelxl.domain.depreciation.series import METHODS, book_values, schedule, uop
from accelxl.domain.depreciation.tax import macrs, macrs_rule, mid_month

__all__ = [
    "METHODS",
    "book_values",
    "db",
    "ddb",
    "macrs",
    "macrs_rule",
    "mid_month",
    "schedule",
    "sln",
    "syd",
    "uop",
    "vdb",
]
