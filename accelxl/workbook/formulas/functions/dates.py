"""Functions of dates. A date is its serial: day 1 is 1 January 1900, and day 60 is the 29 February that 1900 never had."""

from __future__ import annotations

from typing import Any

import numpy as np

from accelxl.workbook.formulas.functions.makers import Maker, elementwise
from accelxl.workbook.formulas.tree import NUM
from accelxl.workbook.formulas.values import Floats

_EPOCH = np.datetime64("1899-12-30", "D")
LAST = 2_958_465.0
"""31 December 9999."""


def _days(serial: Floats) -> tuple[Any, Floats]:
    """Return calendar days and errors."""
    whole = np.floor(serial)
    wrong = np.where((whole < 0) | (whole > LAST), float(NUM), 0.0)
    kept = np.where(wrong != 0, 61.0, whole)
    return _EPOCH + np.where(kept < 60, kept + 1, kept).astype("timedelta64[D]"), wrong


def _parts(serial: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return year, month, day and errors."""
    days, wrong = _days(serial)
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    leap, zero = np.floor(serial) == 60, np.floor(serial) == 0
    return (
        np.where(zero, 1900.0, year.astype(np.float64)),
        np.where(leap, 2.0, np.where(zero, 1.0, month.astype(np.float64))),
        np.where(leap, 29.0, np.where(zero, 0.0, day.astype(np.float64))),
        wrong,
    )


def _serial(year: Floats, month: Floats, day: Floats) -> tuple[Floats, Floats]:
    """Return the serial of a day; months and days may run over."""
    count = (year - 1970) * 12 + month - 1
    wrong = np.where((np.abs(count) > 130_000) | (np.abs(day) > 4e6), float(NUM), 0.0)
    count, day = np.where(wrong != 0, 0.0, count), np.where(wrong != 0, 1.0, day)
    first = count.astype(np.int64).astype("datetime64[M]").astype("datetime64[D]")
    serial = (first - _EPOCH).astype(np.float64)
    serial = np.where(serial < 61, serial - 1, serial) + day - 1
    return serial, np.where((wrong != 0) | (serial < 0) | (serial > LAST), float(NUM), 0.0)


def _date(year: Floats, month: Floats, day: Floats) -> tuple[Floats, Floats]:
    year, month, day = np.floor(year), np.floor(month), np.floor(day)
    wrong = np.where((year < 0) | (year > 9999), float(NUM), 0.0)
    found, own = _serial(np.where(year < 1900, year + 1900, year), month, day)
    return found, np.where(wrong != 0, wrong, own)


def _edate(serial: Floats, months: Floats) -> tuple[Floats, Floats]:
    year, month, day, wrong = _parts(serial)
    moved = month + np.trunc(months)
    last, over = _serial(year, moved + 1, np.zeros(1))
    first, _ = _serial(year, moved, np.ones(1))
    return np.minimum(first + day - 1, last), np.where(wrong != 0, wrong, over)


def _eomonth(serial: Floats, months: Floats) -> tuple[Floats, Floats]:
    year, month, _, wrong = _parts(serial)
    found, over = _serial(year, month + np.trunc(months) + 1, np.zeros(1))
    return found, np.where(wrong != 0, wrong, over)


def _weekday(serial: Floats, kind: Floats) -> tuple[Floats, Floats]:
    since_sunday = np.mod(np.floor(serial) - 1, 7)
    monday = np.mod(since_sunday + 6, 7)
    found = np.where(kind == 1, since_sunday + 1, np.where(kind == 2, monday + 1, monday))
    return found, np.where(((kind == 1) | (kind == 2) | (kind == 3)) & (serial >= 0), 0.0, float(NUM))


def _part(which: int) -> Any:
    def of(serial: Floats) -> tuple[Floats, Floats]:
        found = _parts(serial)
        return found[which], found[3]

    return of


DATES: dict[str, Maker] = {
    "DATE": elementwise("DATE", _date, 3),
    "EDATE": elementwise("EDATE", _edate, 2),
    "EOMONTH": elementwise("EOMONTH", _eomonth, 2),
    "YEAR": elementwise("YEAR", _part(0), 1),
    "MONTH": elementwise("MONTH", _part(1), 1),
    "DAY": elementwise("DAY", _part(2), 1),
    "WEEKDAY": elementwise("WEEKDAY", _weekday, 1, 1.0),
    "DAYS": elementwise("DAYS", lambda end, start: np.floor(end) - np.floor(start), 2),
}
