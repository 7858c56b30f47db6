"""Depreciation in plain Python: equations.md B5, Excel's documentation, IRS Publication 946.

Periods count from 1. NaN stands where Excel gives #NUM! or #DIV/0!.
"""

import math

from . import irs_tables

NAN = math.nan


def sln(cost, salvage, life):
    """(C - S)/n."""
    return (cost - salvage) / life if life != 0 else NAN


def syd(cost, salvage, life, per):
    """(C - S)*(n - t + 1)/(n(n + 1)/2)."""
    if life <= 0 or salvage < 0 or not 1 <= per <= life:
        return NAN
    return (cost - salvage) * (life - per + 1) / (life * (life + 1) / 2)


def db(cost, salvage, life, period, month=12):
    """Fixed declining balance: rate round(1-(S/C)^(1/n), 3), `month` months in the first year."""
    month, period = math.trunc(month), math.trunc(period)
    if cost < 0 or salvage < 0 or life <= 0 or period < 1 or not 1 <= month <= 12:
        return NAN
    if period > (life if month == 12 else life + 1):  # MS-OI29500, DB a
        return NAN
    if cost == 0:
        return 0.0
    rate = math.floor((1.0 - (salvage / cost) ** (1.0 / life)) * 1000.0 + 0.5) / 1000.0
    written_off = 0.0
    amount = 0.0
    for t in range(1, period + 1):
        if t == 1:
            amount = cost * rate * month / 12
        elif t > life:
            amount = (cost - written_off) * rate * (12 - month) / 12
        else:
            amount = (cost - written_off) * rate
        written_off += amount
    return amount


def ddb(cost, salvage, life, period, factor=2):
    """min(BV*f/n, BV - S) of one period, no switch; between whole periods by the same power law."""
    if cost < 0 or salvage < 0 or life <= 0 or period < 1 or period > life or factor <= 0:
        return NAN
    left = max(0.0, 1.0 - factor / life)
    before = cost * (left ** (period - 1) if period > 1 else 1.0)
    after = cost * left**period
    return max(0.0, before - max(after, salvage))


def vdb(cost, salvage, life, start_period, end_period, factor=2, no_switch=False):
    """Declining balance that goes over to straight line when that is more; a part of a period counts pro rata."""
    if cost < 0 or salvage < 0 or life <= 0 or factor <= 0:
        return NAN
    if start_period < 0 or end_period < start_period or end_period > life:
        return NAN
    total = 0.0
    book = cost
    switched = False
    for t in range(1, math.ceil(life) + 1):  # period t runs from t-1 to t
        remaining = life - (t - 1)
        straight = max(0.0, book - salvage) / remaining
        declining = max(0.0, min(book * factor / life, book - salvage))
        if not no_switch and straight > declining:
            switched = True
        amount = straight if switched else declining  # of a whole period
        covered = min(end_period, t) - max(start_period, t - 1)
        if covered > 0.0:
            total += amount * covered
        book -= amount * min(1.0, remaining)
    return total


def uop(cost, salvage, total_units, units):
    """Units of production: (C - S)*q/Q."""
    if total_units <= 0 or units < 0:
        return NAN
    return (cost - salvage) * units / total_units


# --- US tax: Section 179, then bonus, then MACRS on the rest -------------------------------------


def macrs_rule(life, convention="HY", quarter=None):
    """Yearly shares by the rule: declining balance on what is left, straight line when larger."""
    factor = 1.5 if life in (15, 20) else 2.0
    first = 0.5 if convention == "HY" else (0.875, 0.625, 0.375, 0.125)[quarter - 1]
    left = 1.0
    shares = []
    for year in range(1, life + 2):
        if year == 1:
            share = factor / life * first
        else:
            remaining = life - first - (year - 2)  # years of recovery left
            share = max(left * factor / life, left / remaining) if remaining > 1.0 else left
        shares.append(share)
        left -= share
    return shares


def macrs_table(life, convention="HY", quarter=None):
    """Yearly shares as printed in Publication 946, Tables A-1 to A-5."""
    column = irs_tables.HALF_YEAR[life] if convention == "HY" else irs_tables.MID_QUARTER[quarter][life]
    return [percent / 100.0 for percent in column]


def macrs(cost, life, convention="HY", quarter=None, bonus=0, section_179=0, shares=macrs_table):
    """Deduction of each year: Section 179 and bonus in the first, the table's share of the rest in each."""
    if cost < 0 or not 0 <= bonus <= 1 or not 0 <= section_179 <= cost:
        return NAN
    rest = cost - section_179
    extra = bonus * rest
    years = [share * (rest - extra) for share in shares(life, convention, quarter)]
    years[0] += section_179 + extra
    return years
