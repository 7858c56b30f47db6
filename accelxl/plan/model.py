"""A plan: what a user may write down, checked against the table of inputs.

A plan is given as `Plan(tranches=[Tranche(...)], ...)`, a dict (one tranche's inputs may stand at the top), a DataFrame or a block
of rows (a name, then one value column a tranche). All give the same object.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, isnan
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.catalogue import device as catalogue_device
from accelxl.errors import NoData, OutOfRange, ShapeError, UnknownName, WrongType, nearest
from accelxl.plan.inputs import INPUTS, THREE_PRICES, Input, names, unknown_input

Value = float | str | None
MAX_TRANCHES = 32


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def check(row: Input, value: Any, where: str = "") -> Value:
    """Return `value` as the input `row` keeps it: a float, a word, or None for a blank.

    Raises
    ------
    WrongType
        If it is text for a number, or no date.
    OutOfRange
        If it lies outside the allowed range.
    UnknownName
        If it is a word that the input does not know.

    Examples
    --------
    >>> check(INPUTS["pue"], 1.2)
    1.2
    >>> check(INPUTS["book_method"], "sl")
    'SL'
    """
    place = f"{where}{row.name}"
    kind = row.quantity.kind
    if _is_blank(value):
        return None
    if kind == "text":
        if not isinstance(value, str):
            raise WrongType(f"{place} is {value!r}; text is allowed")
        return value.strip()
    if kind == "choice":
        for word in row.quantity.choices:
            if isinstance(value, str) and value.strip().lower() == word.lower():
                return word
        raise UnknownName(f"{place} is {value!r}; allowed: {', '.join(row.quantity.choices)}")
    if kind == "date":
        return _date(value, place)
    return _number(row, value, place)


def _number(row: Input, value: Any, place: str) -> float:
    if isinstance(value, (str, bytes, dt.date)) or not hasattr(value, "__float__"):
        raise WrongType(f"{place} is {value!r}; {row.quantity.allowed()} is allowed")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongType(f"{place} is {value!r}; {row.quantity.allowed()} is allowed") from error
    if not isfinite(number):
        raise OutOfRange(f"{place} is {number}; {row.quantity.allowed()} is allowed")
    if not row.quantity.low <= number <= row.quantity.high or (row.quantity.whole and number != int(number)):
        raise OutOfRange(f"{place} is {number:g}; {row.quantity.allowed_for(number)}")
    return number


def _date(value: Any, place: str) -> float:
    """Return a date as its serial; only the first of a month opens a plan."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value.strip())
        except ValueError as error:
            raise WrongType(f"{place} is {value!r}; a date such as 2026-01-01 is allowed") from error
    if isinstance(value, dt.date):
        day = dt.date(value.year, value.month, value.day)
    else:
        if not hasattr(value, "__float__") or not isfinite(float(value)) or not 1 <= float(value) < 2958466:
            raise WrongType(f"{place} is {value!r}; a date such as 2026-01-01 is allowed")
        day = EPOCH + dt.timedelta(days=int(float(value)))
    if day.day != 1:
        raise OutOfRange(f"{place} is {day.isoformat()}; the first day of a month is allowed")
    return float((day - EPOCH).days)


def _read(given: Mapping[str, Any], scope: str, where: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, value in given.items():
        row = INPUTS.get(name) if isinstance(name, str) else None
        if row is None:
            raise unknown_input(name, f"{where}{name!r} is not an input of a plan", value)
        if row.scope != scope:
            other = "at the top of the plan" if row.scope == "plan" else "in a tranche"
            raise UnknownName(f"{where}{name} stands {other}, not here")
        values[name] = check(row, value, where)
    return values


class Tranche:
    """A purchase cohort: one device, one order. Inputs by name, as in `accelxl.plan.inputs.INPUTS`."""

    __slots__ = ("values",)

    def __init__(self, **inputs: Any) -> None:
        self.values = _read(inputs, "tranche", "")

    def __repr__(self) -> str:
        return f"Tranche({', '.join(f'{k}={v!r}' for k, v in self.values.items() if v is not None)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tranche) and _shown(self.values) == _shown(other.values)

    __hash__ = None  # type: ignore[assignment]


class Plan:
    """One deployment decision, month by month: plan inputs by name and one or more tranches.

    Examples
    --------
    >>> plan = Plan(tranches=[Tranche(units=64, unit_price_usd=34e3, tokens_per_second=2500)], price_usd_per_mtok=0.6)
    >>> plan["discount_rate"]
    0.1
    """

    __slots__ = ("compiled", "tranches", "values")

    def __init__(self, tranches: Iterable[Tranche | Mapping[str, Any]] = (), **inputs: Any) -> None:
        cohort = {name: inputs.pop(name) for name in list(inputs) if name in INPUTS and INPUTS[name].scope == "tranche"}
        self.values = _read(inputs, "plan", "")
        given = [*tranches]
        if cohort and given:
            name = next(iter(cohort))
            raise UnknownName(f"{name} stands at the top of a plan that has tranches; put it into a tranche")
        if cohort:
            given = [cohort]
        if not given:
            raise ShapeError("the plan has no tranche; one to 32 are allowed")
        if len(given) > MAX_TRANCHES:
            raise ShapeError(f"the plan has {len(given)} tranches; one to {MAX_TRANCHES} are allowed")
        self.tranches = tuple(self._tranche(item, number) for number, item in enumerate(given, 1))
        self._complete()
        self.compiled: Any = None

    @staticmethod
    def _tranche(item: Tranche | Mapping[str, Any], number: int) -> dict[str, Value]:
        if isinstance(item, Tranche):
            return dict(item.values)
        if not isinstance(item, Mapping):
            raise WrongType(f"tranche {number} is {item!r}; a Tranche or a dict of names and values is allowed")
        return _read(item, "tranche", f"tranche {number}: ")

    def _complete(self) -> None:
        """Fill what a device gives and say what is missing."""
        for number, tranche in enumerate(self.tranches, 1):
            where = f"tranche {number}: " if len(self.tranches) > 1 else ""
            fill_from_device(tranche, where)
            owned = (tranche.get("contract") or "own") == "own"
            for name in ("units", "tokens_per_second", "unit_price_usd"):
                if tranche.get(name) is None and (owned or name != "unit_price_usd"):
                    raise UnknownName(
                        f"{where}{name} is blank; {INPUTS[name].quantity.allowed()} is needed: {INPUTS[name].meaning}"
                    )
            _check_tranche(tranche, where)
        if self.values.get("price_usd_per_mtok") is None:
            self._three_prices()
        self._needs("adoption", {"logistic", "gompertz"}, "adoption_rate_per_month")
        self._needs("adoption", {"bass"}, "bass_p_per_year", "bass_q_per_year")
        if self["debt_share"] and self.values.get("debt_months") is None:
            raise UnknownName(
                f"debt_months is blank with a debt_share; {INPUTS['debt_months'].quantity.allowed()} is needed"
            )

    def _needs(self, name: str, words: set[str], *others: str) -> None:
        for other in others:
            if self[name] in words and self.values.get(other) is None:
                raise UnknownName(
                    f"{other} is blank with {name} {self[name]}; {INPUTS[other].quantity.allowed()} is needed"
                )

    def _three_prices(self) -> None:
        """Three prices stand for one; a price whose weight is zero may be blank."""
        into, hit = float(self["input_share"] or 0.0), float(self["cache_hit_rate"] or 0.0)
        weights = dict(zip(THREE_PRICES, (into * (1 - hit), into * hit, 1 - into), strict=True))
        if all(self.values.get(name) is None for name in THREE_PRICES):
            row = INPUTS["price_usd_per_mtok"]
            raise UnknownName(
                f"price_usd_per_mtok is blank; {row.quantity.allowed()} is needed, or {', '.join(THREE_PRICES)}"
            )
        for name, weight in weights.items():
            if self.values.get(name) is None:
                if weight > 0:
                    raise UnknownName(
                        f"{name} is blank and bears {weight:.0%} of the tokens; give it or price_usd_per_mtok"
                    )
                self.values[name] = 0.0

    def __getitem__(self, name: str) -> Value:
        """Return a plan input, its default where it is blank."""
        if name not in INPUTS or INPUTS[name].scope != "plan":
            raise UnknownName(f"{name!r} is not an input of a plan; {nearest(name, names('plan'))}")
        value = self.values.get(name)
        return INPUTS[name].default if value is None else value

    def as_dict(self) -> dict[str, Any]:
        """Return the inputs that were given: plan inputs at the top, `tranches` a list of dicts."""
        return {**_shown(self.values), "tranches": [_shown(t) for t in self.tranches]}

    def changed(self, **inputs: Any) -> Plan:
        """Return a plan with some inputs changed; a tranche's input changes in every tranche.

        Examples
        --------
        >>> base = Plan(units=64, unit_price_usd=34e3, tokens_per_second=2500, price_usd_per_mtok=0.6)
        >>> base.changed(pue=1.1, units=128).as_dict()["tranches"][0]["units"]
        128.0
        """
        top = {k: v for k, v in inputs.items() if k not in INPUTS or INPUTS[k].scope == "plan"}
        cohort = {k: v for k, v in inputs.items() if k not in top}
        return Plan(tranches=[{**_shown(t), **cohort} for t in self.tranches], **{**_shown(self.values), **top})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Plan({self.as_dict()!r})"


def _check_tranche(tranche: Mapping[str, Value], where: str) -> None:
    """Refuse what a tranche's inputs say only together."""
    if tranche.get("contract") == "lease" and tranche.get("lease_months") is None:
        raise UnknownName(
            f"{where}lease_months is blank with a lease; {INPUTS['lease_months'].quantity.allowed()} is needed"
        )
    change, total = tranche.get("relife_month"), tranche.get("relife_life_months")
    if (change is None) != (total is None):
        raise UnknownName(f"{where}relife_month and relife_life_months are given together or not at all")
    if isinstance(change, float) and isinstance(total, float):
        if total <= change:
            raise OutOfRange(
                f"{where}relife_life_months is {total:g}; a whole number above relife_month ({change:g}) is allowed"
            )
        if (tranche.get("book_method") or "SL") != "SL":
            raise OutOfRange(f"{where}book_method is {tranche['book_method']} with a relife_month; SL is allowed")


def fill_from_device(tranche: dict[str, Value], where: str = "") -> None:
    """Fill power_kw and unit_price_usd from the catalogue where they are blank."""
    name = tranche.get("device")
    if not isinstance(name, str):
        return
    found = catalogue_device(name)
    for field, attribute in (("power_kw", "all_in_kw"), ("unit_price_usd", "price_usd")):
        if tranche.get(field) is None:
            try:
                tranche[field] = float(found.fact(attribute).value)
            except NoData:
                if field == "unit_price_usd" and (tranche.get("contract") or "own") == "own":
                    raise NoData(
                        f"{where}the catalogue has no purchase price of {found.name}; give unit_price_usd"
                    ) from None


def _shown(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def _blank_number(value: Any) -> bool:
    return _is_blank(value) or (isinstance(value, float) and isnan(value))


def _refuse_no_rows(rows: Sequence[Any]) -> None:
    odd = next((row for row in rows if isinstance(row, (str, bytes)) or not hasattr(row, "__len__")), None)
    if odd is not None:
        raise ShapeError(f"a plan block has {odd!r} for a row; rows of a name and one or more values are allowed")


def from_block(rows: Sequence[Sequence[Any]], places: Sequence[str] | None = None) -> Plan:
    """Return the plan of a block: a name, then one value column a tranche; plan inputs in the first value column only.

    `places` says for each row where it stands, for sentences; without it rows are counted.

    Examples
    --------
    >>> from_block([["units", 64], ["unit_price_usd", 34e3], ["tokens_per_second", 2500], ["price_usd_per_mtok", 0.6]])["pue"]
    1.25
    """
    _refuse_no_rows(rows)
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        raise ShapeError(f"a plan block has {width} columns; a column of names and one or more of values are allowed")
    top: dict[str, Any] = {}
    cohorts: list[dict[str, Any]] = [{} for _ in range(width - 1)]
    seen: set[str] = set()
    for number, row in enumerate(rows):
        place = places[number] if places else f"row {number + 1} of the plan block"
        if _blank_number(row[0]):
            if not all(_blank_number(cell) for cell in row[1:]):
                raise UnknownName(f"{place} has a value and no name")
            continue
        name = str(row[0]).strip()
        if name not in INPUTS:
            value = row[1] if len(row) > 1 else None
            raise unknown_input(name, f"{place}: {name!r} is not an input of a plan", value)
        if name in seen:
            raise UnknownName(f"{place}: {name} stands twice")
        seen.add(name)
        cells = list(row[1:])
        if INPUTS[name].scope == "plan":
            extra = [cell for cell in cells[1:] if not _blank_number(cell)]
            if extra:
                raise ShapeError(f"{place}: {name} is one figure for the plan; {extra[0]!r} stands in a further column")
            top[name] = None if not cells or _blank_number(cells[0]) else cells[0]
        else:
            for cohort, cell in zip(cohorts, cells, strict=False):
                if not _blank_number(cell):
                    cohort[name] = cell
    used = [cohort for cohort in cohorts if cohort]
    return Plan(tranches=used, **top)


def plan_of(given: Any) -> Plan:
    """Return a Plan of anything that may be given for one: a Plan, a dict, a DataFrame, a block of rows."""
    if isinstance(given, Plan):
        return given
    if isinstance(given, Mapping):
        return Plan(**{str(name): value for name, value in given.items()})
    if hasattr(given, "itertuples") and hasattr(given, "columns"):
        named = given.index.dtype == object or str(given.index.dtype).startswith("str")
        return from_block([list(row) if named else list(row)[1:] for row in given.itertuples()])
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes)):
        return from_block(given)
    if hasattr(given, "tolist"):
        return from_block(given.tolist())
    raise WrongType(f"a plan is {given!r}; a Plan, a dict, a DataFrame or a block of names and values is allowed")
