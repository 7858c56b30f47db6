"""Actuals from a cloud bill in the FOCUS format: cost and consumed quantity by month, from rows or a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from pathlib import Path
from typing import Any, TextIO

from accelxl.arrays import EPOCH
from accelxl.errors import BadFile, OutOfRange, ShapeError, UnknownName, WrongType, WrongUnit, nearest

COSTS = ("EffectiveCost", "BilledCost", "ListCost", "ContractedCost")
START, CURRENCY, CATEGORY = "ChargePeriodStart", "BillingCurrency", "ChargeCategory"
QUANTITY, UNIT = "ConsumedQuantity", "ConsumedUnit"
GROUPS = (
    "ServiceName", "ServiceCategory", "ProviderName", "ServiceProviderName", "RegionId", "SkuId", "ResourceId", "ResourceType",
    "SubAccountName", "SubAccountId", "ChargeCategory", "PricingCategory", "CommitmentDiscountStatus",
)  # fmt: skip
"""Columns that a bill can be split by."""
CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
Row = Mapping[str, Any]
MOST_LINE, MOST_BLANK = 1_000_000, 100_000
LARGE, MOST_RATIO = 16 << 20, 200
"""A packed bill may unpack to this many times its size; a real one shrinks to a tenth or a fiftieth."""


@dataclass(frozen=True, slots=True)
class Actuals:
    """What a bill says: for each month and group the cost and the quantity consumed by unit.

    `months` are the first days of all months from the first charge to the last, those without charges too (`gaps`).
    """

    currency: str
    cost_column: str
    months: tuple[dt.date, ...]
    groups: tuple[str, ...]
    cost: Mapping[tuple[dt.date, str], float]
    quantity: Mapping[tuple[dt.date, str, str], float]
    rows: int

    @property
    def gaps(self) -> tuple[dt.date, ...]:
        """The months in between that have no charge."""
        return tuple(month for month in self.months if not any((month, group) in self.cost for group in self.groups))

    def series(self, group: str | None = None) -> list[float]:
        """Return the cost of each month, of one group or of all.

        Raises
        ------
        UnknownName
            If there is no such group.
        """
        if group is not None and group not in self.groups:
            raise UnknownName(f"the bill has no {group!r}; {nearest(group, self.groups)}")
        chosen = self.groups if group is None else (group,)
        return [fsum(self.cost.get((month, name), 0.0) for name in chosen) for month in self.months]


def focus(
    bill: str | Path | Iterable[Row] | Sequence[Sequence[Any]],
    by: str | None = None,
    cost: str = "EffectiveCost",
    categories: Sequence[str] = ("Usage", "Purchase", "Credit", "Adjustment"),
) -> Actuals:
    """Actuals of a FOCUS bill, ``sum(cost)`` and ``sum(ConsumedQuantity)`` by the month of ChargePeriodStart and by group.

    Parameters
    ----------
    bill : path, rows or dicts
        A CSV file (also .gz), rows under a header, or dicts by column name.
    by : str, optional
        A column to split by, one of `GROUPS` or a tag column of the file such as ``x_Team``.
    cost : str
        EffectiveCost (amortised: the figure for unit costs), BilledCost (the invoice), ListCost or ContractedCost.
    categories : sequence of str
        Which ChargeCategory counts; tax is left out unless named. With EffectiveCost a purchase that is amortised has 0 of
        its own and is borne by the usage, so nothing counts twice.

    Returns
    -------
    Actuals
        Its `series` goes into `accelxl.domain.forecast.roll` as actuals.

    Raises
    ------
    BadFile
        If the file cannot be read as CSV in UTF-8.
    ShapeError
        If there is no row, or a column is missing.
    WrongUnit
        If the bill is in two currencies.
    WrongType, OutOfRange
        If a cost, a quantity or a date cannot be read; the sentence names row and column.

    Examples
    --------
    >>> header = ["ChargePeriodStart", "BillingCurrency", "ChargeCategory", "EffectiveCost", "ConsumedQuantity", "ConsumedUnit"]
    >>> found = focus([header, ["2026-01-05T00:00:00Z", "USD", "Usage", "98.32", "1", "Hours"],
    ...                ["2026-02-01T00:00:00Z", "USD", "Usage", "196.64", "2", "Hours"]])
    >>> found.series(), found.months[0].isoformat()
    ([98.32, 196.64], '2026-01-01')

    Source
    ------
    FinOps Open Cost and Usage Specification (FOCUS) 1.0 to 1.2: columns and charge categories.
    """
    if cost not in COSTS:
        raise UnknownName(f"cost is {cost!r}; {nearest(str(cost), COSTS)}")
    for word in categories:
        if word not in CATEGORIES:
            raise UnknownName(f"the category {word!r} is not one of FOCUS; {nearest(str(word), CATEGORIES)}")
    needed = [START, CURRENCY, CATEGORY, cost, *([by] if by else [])]
    costs: dict[tuple[dt.date, str], list[float]] = {}
    amounts: dict[tuple[dt.date, str, str], list[float]] = {}
    currency, count = "", 0
    for number, row in _rows(bill, needed):
        if str(row[CATEGORY]).strip() not in categories:
            _known_category(row[CATEGORY], number)
            continue
        code = str(row[CURRENCY]).strip().upper()
        if currency and code != currency:
            raise WrongUnit(
                f"row {number}: BillingCurrency is {code}, the rows before are in {currency}; one currency a bill is allowed"
            )
        currency, count = code, count + 1
        month, group = _month(row[START], number), str(row[by]).strip() or "(blank)" if by else "all"
        costs.setdefault((month, group), []).append(_figure(row[cost], cost, number))
        unit = str(row.get(UNIT) or "").strip()
        if unit and _is_given(row.get(QUANTITY)):
            amounts.setdefault((month, group, unit), []).append(_figure(row[QUANTITY], QUANTITY, number))
    if not count:
        raise ShapeError(f"the bill has no row of {', '.join(categories)}; one row or more is needed")
    first, last = min(key[0] for key in costs), max(key[0] for key in costs)
    return Actuals(
        currency, cost, tuple(_months(first, last)), tuple(dict.fromkeys(sorted(key[1] for key in costs))),
        _sums(costs), _sums(amounts), count,
    )  # fmt: skip


def _sums(figures: Mapping[Any, list[float]]) -> dict[Any, float]:
    """Return the sum of each list of figures."""
    try:
        return {key: fsum(values) for key, values in figures.items()}
    except OverflowError as error:
        raise OutOfRange("the figures of a month add up to more than 1.8e308; amounts of money are needed") from error


def _rows(bill: Any, needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a bill with their numbers, the header being row 1."""
    if isinstance(bill, (str, Path)):
        yield from _file(Path(bill), needed)
        return
    rows = iter(bill)
    first = next(rows, None)
    if first is None:
        raise ShapeError("the bill is empty; a header and one row or more are needed")
    if isinstance(first, Mapping):
        _columns(list(first), needed)
        yield 2, first
        yield from enumerate(rows, 3)
        return
    names = [str(cell).strip() if cell is not None else "" for cell in first]
    _columns(names, needed)
    for number, cells in enumerate(rows, 2):
        if any(_is_given(cell) for cell in cells):
            yield number, dict(zip(names, cells, strict=False))


def _file(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig", newline="") as stream
        ):
            most = max(LARGE, MOST_RATIO * path.stat().st_size)
            reader = csv.reader(_lines(stream, path.name, most), strict=True)
            names = [name.strip() for name in next(reader, [])]
            _columns(names, needed)
            for cells in reader:
                if cells and len(cells) != len(names):
                    raise BadFile(
                        f"{path.name}, row {reader.line_num}: it has {len(cells)} cells; the header has {len(names)}"
                    )
                if cells:
                    yield reader.line_num, dict(zip(names, cells, strict=True))
    except (UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile) as error:
        raise BadFile(f"{path.name} cannot be read as a CSV file in UTF-8: {error}") from error
    except OSError as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{path} cannot be read: {error.strerror or error}") from error


def _lines(stream: TextIO, name: str, most: int) -> Iterator[str]:
    """Yield the lines of a bill, none longer than `MOST_LINE` and `most` characters in all."""
    total = blank = 0
    while line := stream.readline(MOST_LINE):
        total += len(line)
        blank = 0 if line.strip() else blank + 1
        if blank > MOST_BLANK:
            raise BadFile(f"{name} has more than {MOST_BLANK:,} blank lines one after another; a bill is needed")
        if len(line) == MOST_LINE:
            raise BadFile(f"{name} has a line of {MOST_LINE:,} characters or more; a CSV file in lines is needed")
        if total > most:
            raise BadFile(
                f"{name} unpacks to more than {most:,} characters, {MOST_RATIO} times its size; a bill is needed"
            )
        yield line


def _columns(names: Sequence[str], needed: Sequence[str]) -> None:
    for name in needed:
        if name not in names:
            raise ShapeError(
                f"the bill has no column {name}; {nearest(name, [n for n in names if n] or ['(no columns)'])}"
            )
    for name in needed:
        if names.count(name) > 1:
            raise ShapeError(f"the bill has the column {name} twice; each column once is allowed")


def _known_category(word: Any, number: int) -> None:
    if str(word).strip() not in CATEGORIES:
        raise UnknownName(f"row {number}: ChargeCategory is {word!r}; {nearest(str(word), CATEGORIES)}")


def _is_given(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and cell.strip().lower() in {"", "null"})


def _figure(cell: Any, name: str, number: int) -> float:
    """Return a figure of a bill; FOCUS writes them with a decimal point and without separators."""
    try:
        figure = float(cell)
    except (TypeError, ValueError) as error:
        raise WrongType(f"row {number}: {name} is {cell!r}; a number such as 1234.5 is needed") from error
    if not isfinite(figure) or isinstance(cell, bool):
        raise OutOfRange(f"row {number}: {name} is {cell!r}; a finite number is needed")
    return figure


def _month(cell: Any, number: int) -> dt.date:
    """Return the first day of the month of a time in ISO 8601, a date or a spreadsheet serial."""
    if isinstance(cell, str):
        try:
            day = dt.date.fromisoformat(cell.strip()[:10])
        except ValueError as error:
            raise WrongType(
                f"row {number}: {START} is {cell!r}; a time such as 2026-01-31T00:00:00Z is needed"
            ) from error
    elif isinstance(cell, dt.date):
        day = cell
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool) and 1 <= cell < 2_958_466:
        day = EPOCH + dt.timedelta(days=int(cell))
    else:
        raise WrongType(f"row {number}: {START} is {cell!r}; a time such as 2026-01-31T00:00:00Z is needed")
    return dt.date(day.year, day.month, 1)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    month = first
    while month < last:
        yield month
        month = dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)
    yield last
