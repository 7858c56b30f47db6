"""The printed MACRS tables: the share of the basis that each recovery year deducts.

Source: IRS Publication 946, Appendix A, Tables A-1 (half-year convention) and A-2 to A-5 (mid-quarter convention,
property placed in service in quarter 1 to 4). The printed figures stand in macrs.csv. The rule behind them
(`accelxl.domain.depreciation.macrs_rule`) gives up to 0.014 points more or less: each column is rounded to sum to 100.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from accelxl.errors import OutOfRange, UnknownName, nearest

CLASSES = (3, 5, 7, 10, 15, 20)
"""Property classes with a printed column, in years."""
CONVENTIONS = ("HY", "MQ")
"""Half-year and mid-quarter."""
QUARTERS = (1, 2, 3, 4)


@cache
def _lines() -> tuple[list[str], ...]:
    """Return macrs.csv, split into cells, its head first."""
    text = Path(__file__).with_name("macrs.csv").read_text(encoding="utf-8")
    return tuple(line.split(",") for line in text.splitlines() if not line.startswith("#"))


@cache
def _column(years: int, quarter: str) -> tuple[float, ...]:
    """Return one printed column; `quarter` is empty for the half-year convention."""
    head, *rows = _lines()
    at = head.index(str(years))
    return tuple(float(row[at] + "e-2") for row in rows if row[2] == quarter and row[at])


def table(years: int, convention: str = "HY", quarter: int | None = None) -> tuple[float, ...]:
    """Return the printed column of a property class: the share of each recovery year, `years` + 1 of them.

    Parameters
    ----------
    years : int
        Property class: 3, 5, 7, 10, 15 or 20 years.
    convention : str
        "HY" (half-year) or "MQ" (mid-quarter).
    quarter : int, optional
        Quarter in which the property is placed in service, 1 to 4; read with "MQ" only.

    Returns
    -------
    tuple of float
        Shares of the basis; they sum to 1.

    Raises
    ------
    UnknownName
        If the convention is neither.
    OutOfRange
        If the class has no printed column, or the mid-quarter convention comes without a quarter.

    Examples
    --------
    >>> table(5)
    (0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576)
    >>> table(7, "MQ", 2)[0]
    0.1785
    """
    name = convention_name(convention)
    if years not in CLASSES:
        raise OutOfRange(f"the property class is {years!r} years; allowed: 3, 5, 7, 10, 15 or 20 years")
    if name == "HY":
        return _column(int(years), "")
    if quarter not in QUARTERS:
        raise OutOfRange(f"the quarter of the mid-quarter convention is {quarter!r}; allowed: 1, 2, 3 or 4")
    return _column(int(years), str(int(quarter)))


def convention_name(convention: str) -> str:
    """Return "HY" or "MQ" for either spelling of case.

    Raises
    ------
    UnknownName
        If it is neither.
    """
    name = convention.strip().upper() if isinstance(convention, str) else convention
    if name not in CONVENTIONS:
        hint = nearest(str(convention).upper(), CONVENTIONS)
        raise UnknownName(f"the convention is {convention!r}; {hint} (half-year HY, mid-quarter MQ)")
    return name
