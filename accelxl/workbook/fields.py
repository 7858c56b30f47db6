"""The inputs of a workbook: its defined names, and what each of them allows.

Unit and limits of a plan input come from the table of plan inputs; the rest is read from the workbook's own data validation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isfinite
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.catalogue import device
from accelxl.errors import NoData, OutOfRange, UnknownName, WrongType, WrongUnit, nearest
from accelxl.functions.cells import CellError
from accelxl.plan.inputs import INPUTS, Input
from accelxl.plan.model import check
from accelxl.units import Quantity, other_unit
from accelxl.workbook.book import Workbook, rectangle
from accelxl.workbook.currency import one_currency
from accelxl.workbook.delimited import Written
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.tree import cell_of
from accelxl.workbook.scan import Rule

FEW = 12
"""A list of more words than this is not spelled out in a sentence."""
MOST_CHOICES = 10_000
"""A list in a range of more cells than this allows any text."""
MOST_LISTED = 200_000
"""Cells of all lists in ranges; further ones allow any text."""
MOST_RULED = 1_000_000
"""Cells of a sheet whose validations are read."""
MOST_REACHES = 100_000
"""Ranges of the validations of a sheet that are read."""
EMPTY = "blank"
"""The word that empties an input which may be empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """An input cell: its defined name, place, what it allows, and whether it may be empty."""

    name: str
    key: Key
    quantity: Quantity
    blank: bool
    value: Any
    plan: bool = False

    @property
    def short(self) -> str:
        """The name without `in_`."""
        return self.name.removeprefix("in_")

    def read(self, value: Any, where: str) -> float | str | bool | None:
        """Return a value as the cell takes it; None empties it.

        Raises
        ------
        WrongType, OutOfRange, UnknownName
            If it is not what the input allows.
        """
        if isinstance(value, str) and value.strip().lower() == EMPTY and EMPTY not in self.quantity.choices:
            if not self.blank:
                raise OutOfRange(f"{where}{self.name} is to be {EMPTY}; {self.quantity.allowed()} is needed")
            return None
        kind = self.quantity.kind
        if isinstance(value, Written) and kind in {"number", "flag"}:
            spelled = value.number(f"{where}{self.name}")
            value = str(value) if spelled is None else spelled
        if isinstance(value, str) and kind == "number":
            one_currency(value, self.name, where)
        if kind == "date" and not self.plan:
            return _day(value, f"{where}{self.name}")
        if kind == "flag" and isinstance(value, bool):
            value = float(value)
        elif isinstance(value, bool):
            raise WrongType(f"{where}{self.name} is {value}; {self.quantity.allowed()} is allowed")
        if kind == "text" and isinstance(value, (int, float)):
            raise WrongType(f"{where}{self.name} is {value!r}; text is allowed")
        if kind == "choice" and isinstance(value, str) and len(self.quantity.choices) > FEW:
            value = self._of_list(value.strip(), where)
        found = check(Input(self.name, "plan", "", self.quantity, None, ""), value, where)
        if isinstance(found, str):
            writable(found, f"{where}{self.name}")
        return found

    def _of_list(self, word: str, where: str) -> str:
        """Return a word of a long list; a device may have any name that the catalogue knows."""
        lower = {choice.lower(): choice for choice in self.quantity.choices}
        if word.lower() in lower:
            return lower[word.lower()]
        if self.plan and self.short.startswith("device"):
            with suppress(NoData):
                name = device(word).name
                if name in self.quantity.choices:
                    return name
        close = get_close_matches(word.lower(), lower, n=1, cutoff=0.5)
        near = f"did you mean {lower[close[0]]}?" if close else nearest(word, self.quantity.choices)
        raise UnknownName(f"{where}{self.name} is {word!r}, which is not in its list; {near}")


def _day(value: Any, place: str) -> float:
    """Return a date as its serial."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value.strip())
        except ValueError as error:
            raise WrongType(f"{place} is {value!r}; a date such as 2026-01-01 is allowed") from error
    if isinstance(value, dt.date):
        return float((value - EPOCH).days)
    if not isinstance(value, (int, float)) or not isfinite(value) or not 1 <= value < 2_958_466:
        raise WrongType(f"{place} is {value!r}; a date such as 2026-01-01 is allowed")
    return float(int(value))


def writable(text: str, place: str) -> None:
    """Refuse a text that a workbook cannot hold.

    Raises
    ------
    OutOfRange
        If it is too long or holds a control character.
    """
    if len(text) > 32_767:
        raise OutOfRange(f"{place} has {len(text):,} characters; up to 32,767 are allowed")
    for letter in text:
        if (letter < " " and letter not in "\t\n\r") or letter in "\ufffe\uffff" or "\ud800" <= letter <= "\udfff":
            raise OutOfRange(f"{place} holds the control character {letter!r}; plain text is allowed")


def fields(book: Workbook) -> dict[str, Field]:
    """Return the inputs of a workbook by defined name: those that begin with `in_`, or, where none does, every named constant cell."""
    own = {name: book.target(name) for name in book.names}
    cells = {name: r[:3] for name, r in own.items() if r is not None and r[1] == r[3] and r[2] == r[4]}
    prefixed = {name: key for name, key in cells.items() if name.lower().startswith("in_")}
    chosen = prefixed or cells
    found: dict[str, Field] = {}
    for name, key in chosen.items():
        span = book.sheet(key[0]).cells.get(key[1:])
        if span is not None and span.formula is not None:
            continue
        found[name] = field_of(book, name, key, rules_of(book, key[0]).get(key[1:]))
    return found


def figure_cells(book: Workbook, given: Mapping[str, Field]) -> dict[str, Key]:
    """Return the cells of a workbook's figures by name: ``out_`` and ``chk_``, or, where none begins so, every named formula."""
    ours = any(name.startswith("out_") for name in book.names)
    found: dict[str, Key] = {}
    for name in book.names:
        place = book.target(name)
        if name in given or place is None or (place[1], place[2]) != (place[3], place[4]):
            continue
        if name.startswith(("out_", "chk_")) or not ours:
            found[name] = place[:3]
    return found


def field_of(book: Workbook, name: str, key: Key, rule: Rule | None) -> Field:
    """Return an input cell with what its validation allows."""
    span = book.sheet(key[0]).cells.get(key[1:])
    value = book.at(key)
    quantity, blank = _quantity(book, rule, value, dated=span is not None and span.style in book.dates)
    plan = plan_input(name)
    if plan is not None:
        quantity = _narrower(plan.quantity, quantity)
    return Field(name, key, quantity, blank, value, plan is not None)


def rules_of(book: Workbook, sheet: int) -> dict[tuple[int, int], Rule]:
    """Return the validation of each cell of a sheet that has one."""
    found = book.sheet(sheet)
    if found.by_cell is None:
        found.by_cell = _by_cell(found.rules)
    return found.by_cell


def _narrower(plan: Quantity, own: Quantity) -> Quantity:
    """Return what both the plan input and the cell's validation allow, in the plan input's unit."""
    if own.kind == "choice":
        return Quantity(plan.unit, kind="choice", choices=own.choices)
    if plan.kind == own.kind == "number":
        return Quantity(plan.unit, max(plan.low, own.low), min(plan.high, own.high), whole=plan.whole or own.whole)
    return plan


def plan_input(name: str) -> Input | None:
    """Return the plan input that a defined name such as ``in_units_2`` stands for.

    Examples
    --------
    >>> plan_input("in_units_2").name, plan_input("in_pue").name, plan_input("in_budget_date")
    ('units', 'pue', None)
    """
    if not name.lower().startswith("in_"):
        return None
    short = name.lower().removeprefix("in_")
    stem, _, number = short.rpartition("_")
    return INPUTS.get(short) or (INPUTS.get(stem) if number.isdigit() else None)


def _by_cell(rules: Iterable[Rule]) -> dict[tuple[int, int], Rule]:
    """Return the rule of each cell; a rule over very large ranges is left out, and so are those beyond `MOST_RULED` cells."""
    found: dict[tuple[int, int], Rule] = {}
    room, reaches = MOST_RULED, MOST_REACHES
    for rule in rules:
        for reach in rule.cells.split(maxsplit=reaches)[:reaches]:
            reaches -= 1
            first, _, last = reach.partition(":")
            try:
                (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
            except ValueError:
                continue
            count = (bottom - top + 1) * (right - left + 1)
            if count <= min(room, 100_000):
                room -= count
                found.update({(r, c): rule for r in range(top, bottom + 1) for c in range(left, right + 1)})
    return found


def _quantity(book: Workbook, rule: Rule | None, value: Any, *, dated: bool) -> tuple[Quantity, bool]:
    """Return what a cell's validation allows, and whether it may be empty; without one, what its value shows."""
    if rule is not None and rule.kind == "list":
        if rule.first not in book.lists:
            book.lists[rule.first] = _listed(book, rule.first)
        return book.lists[rule.first], rule.blank
    if rule is not None and rule.kind in {"whole", "decimal"}:
        low, high = _bounds(rule)
        return Quantity("1", low, high, whole=rule.kind == "whole"), rule.blank
    if dated or (rule is not None and rule.kind in {"date", "time"}):
        return Quantity("date", kind="date"), rule is None or rule.blank
    if isinstance(value, str) and not isinstance(value, CellError):
        return Quantity("text", kind="text"), rule is None or rule.blank
    return Quantity("1", -inf, inf), rule is None or rule.blank


def _listed(book: Workbook, source: str) -> Quantity:
    """Return what a list allows: one of its words, or a number between its numbers."""
    choices = _choices(book, source)
    if choices and all(_is_number(word) for word in choices):
        numbers = [float(word) for word in choices]
        if set(numbers) == {0.0, 1.0}:
            return Quantity("1", 0, 1, whole=True, kind="flag")
        return Quantity("1", min(numbers), max(numbers))
    return Quantity("text", kind="choice", choices=tuple(choices)) if choices else Quantity("text", kind="text")


def _bounds(rule: Rule) -> tuple[float, float]:
    first, second = (float(text) if _is_number(text) else None for text in (rule.first, rule.second))
    low, high = -inf, inf
    if rule.operator == "between":
        low, high = (-inf if first is None else first), (inf if second is None else second)
    elif rule.operator == "equal" and first is not None:
        low = high = first
    elif rule.operator in {"greaterThanOrEqual", "greaterThan"} and first is not None:
        low = first
    elif rule.operator in {"lessThanOrEqual", "lessThan"} and first is not None:
        high = first
    return low, high


def _choices(book: Workbook, source: str) -> list[str]:
    """Return the words of a list: written out, or in a range."""
    if source.startswith('"') and source.endswith('"'):
        return [word.strip() for word in source[1:-1].replace('""', '"').split(",")]
    place = rectangle(book.names.get(source, source), book.places)
    if place is None:
        return []
    sheet, top, left, bottom, right = place
    count = (bottom - top + 1) * (right - left + 1)
    if count > MOST_CHOICES or book.listed + count > MOST_LISTED:
        return []
    book.listed += count
    cells = [book.at((sheet, r, c)) for r in range(top, bottom + 1) for c in range(left, right + 1)]
    return [cell if isinstance(cell, str) else f"{cell:g}" for cell in cells if cell is not None]


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


# -- names ----------------------------------------------------------------------------------------------------------------------
def find(given: str, known: Mapping[str, Field], where: str) -> Field:
    """Return the field of a column's name, with or without `in_`, whatever its case.

    Raises
    ------
    WrongUnit
        If it is a known name in another unit.
    UnknownName
        If there is no such input; the sentence names the nearest one.
    """
    plain = given.strip().lower()
    names = {name.lower(): name for name in known}
    for spelled in (plain, f"in_{plain}"):
        if spelled in names:
            return known[names[spelled]]
    short = {name.removeprefix("in_"): name for name in names}
    other = other_unit(plain.removeprefix("in_"), short)
    if other is not None:
        right = names[short[other.name]].removeprefix("in_")
        cure = other.cure if other.factor else f"and {other.cure}"
        raise WrongUnit(
            f"{where}{given!r} is in {other.given}; the template takes {right}, in {other.wanted}{':' if other.factor else ','} {cure}"
        )
    raise UnknownName(f"{where}{given!r} is not an input of this template; {nearest(plain.removeprefix('in_'), short)}")
