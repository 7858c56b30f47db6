"""Section 3 of the standard, the rows of calculation sheets: their form from period to period."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from accelxl.workbook.formulas.tree import Area, address, column_name
from accelxl.workbook.language import FIRST, TOTAL
from accelxl.workbook.lint.facts import Facts, quoted
from accelxl.workbook.lint.grids import LABEL, SIGN, UNIT, Calculation, Line
from accelxl.workbook.lint.rules import Finding, Section
from accelxl.workbook.pages.calculation import HEADER, TOP

section = Section("Layout")
rule = section.rule

SIGNS = {None, "", "+", "-", "+/-"}
FLAG = "flag"
OPENS, CLOSES = re.compile(r"(.*), opening$|Opening (.*)$"), re.compile(r"(.*), closing$|Closing (.*)$")


def _lines(facts: Facts) -> Iterator[tuple[Calculation, Line]]:
    return ((grid, line) for grid in facts.calculations for line in grid.lines)


@rule("F02", "P12, FAST 3.02")
def one_formula(facts: Facts) -> Iterator[Finding]:
    """A row has one formula: the same in every period."""
    for grid, line in _lines(facts):
        keys = [(grid.sheet, line.row, column) for column, span in line.periods.items() if span.formula is not None]
        count = Counter(id(facts.forms[key]) for key in keys)
        if len(count) < 2:
            continue
        usual = count.most_common(1)[0][0]
        odd = [key for key in keys if id(facts.forms[key]) != usual]
        right = next(facts.forms[key].text for key in keys if id(facts.forms[key]) == usual)
        text = facts.sheets.formulas[odd[0]].text
        yield facts.finding(
            odd[0], f"{quoted(text)} differs from its row", f"the formula of the row, such as {quoted(right)}", len(odd)
        )


@rule("F09", "P12")
def no_constant(facts: Facts) -> Iterator[Finding]:
    """No constant inside a row of formulas."""
    for grid, line in _lines(facts):
        if not any(span.formula is not None for span in line.periods.values()):
            continue
        typed = [column for column, span in line.periods.items() if span.formula is None]
        if typed:
            value = facts.value(grid.sheet, line.row, typed[0])
            yield facts.finding(
                (grid.sheet, line.row, typed[0]),
                f"the constant {value!r} inside a row of formulas",
                "the row's formula",
                len(typed),
            )


@rule("F10", "own")
def whole_total(facts: Facts) -> Iterator[Finding]:
    """The total of a row covers all periods."""
    for grid, line in _lines(facts):
        form = facts.forms.get((grid.sheet, line.row, TOTAL))
        for area in form.areas if form is not None else ():
            left, right = area.left.at(TOTAL), area.right.at(TOTAL)
            inside = area.sheet is None and not area.single and left >= FIRST and area.top == area.bottom
            if inside and (left, right) != (FIRST, grid.last):
                given = f"{column_name(left)} to {column_name(right)}"
                allowed = f"{column_name(FIRST)} to {column_name(grid.last)}"
                yield facts.finding((grid.sheet, line.row, TOTAL), f"a total over the columns {given}", allowed)


@rule("F12", "FAST 2.01, 3.07")
def same_periods(facts: Facts) -> Iterator[Finding]:
    """A column is the same period on every sheet of one timeline; periods count on by one; flags are 1 or 0."""
    known: dict[str, tuple[str, list[Any]]] = {}
    for grid in facts.calculations:
        values = facts.values[grid.sheet]
        across = range(FIRST, grid.last + 1)
        counted = [line for line in grid.head if _counts([values.get((line.row, c)) for c in across])]
        if not counted:
            yield facts.on(
                grid.sheet, "no row of the head counts the columns on by one", "a timeline of consecutive numbers"
            )
        for line in counted:
            own = [values.get((line.row, column)) for column in across]
            title, other = known.setdefault(str(line.label), (grid.title, own))
            wrong = next((k for k, (a, b) in enumerate(zip(own, other, strict=False)) if a != b), None)
            if wrong is not None:
                found = f"{line.label} is {own[wrong]:g} here and {other[wrong]:g} on {title}"
                yield facts.finding((grid.sheet, line.row, FIRST + wrong), found, "one period in a column")
    for grid, line in _lines(facts):
        if line.unit == FLAG:
            cells = {column: facts.value(grid.sheet, line.row, column) for column in line.periods}
            odd = [column for column, value in cells.items() if value not in {0.0, 1.0}]
            if odd:
                yield facts.finding(
                    (grid.sheet, line.row, odd[0]), f"the flag {line.label!r} is {cells[odd[0]]}", "1 or 0", len(odd)
                )


def _counts(values: list[Any]) -> bool:
    """Tell whether numbers count on by one."""
    return all(isinstance(a, float) and isinstance(b, float) and b - a == 1 for a, b in pairwise(values)) and bool(
        values
    )


@rule("F13", "FAST 2.02")
def corkscrews(facts: Facts) -> Iterator[Finding]:
    """A balance opens with its last close and closes with opening, additions and subtractions."""
    for grid in facts.calculations:
        closes = {_stem(CLOSES, line): line for line in grid.lines if _stem(CLOSES, line)}
        for line in grid.lines:
            stem = _stem(OPENS, line)
            if not stem:
                continue
            close = next(
                (c for s, c in closes.items() if s == stem and c.row > line.row and c.row - line.row < 12), None
            )
            close = close or next((c for c in grid.lines if _stem(CLOSES, c) == stem and c.row > line.row), None)
            if close is None:
                yield facts.finding(
                    (grid.sheet, line.row, LABEL), f"{line.label!r} has no closing row", f"a row {stem + ', closing'!r}"
                )
                continue
            yield from _corkscrew(facts, grid, line, close)


def _stem(pattern: re.Pattern[str], line: Line) -> str:
    match = pattern.match(str(line.label or ""))
    return next(group for group in match.groups() if group is not None) if match else ""


def _corkscrew(facts: Facts, grid: Calculation, opens: Line, closes: Line) -> Iterator[Finding]:
    between = {line.row: line for line in grid.lines if opens.row < line.row < closes.row}
    first = min(opens.periods, default=FIRST)
    key, end = (grid.sheet, opens.row, first), (grid.sheet, closes.row, first)
    form, last = facts.forms.get(key), facts.forms.get(end)
    before = form.areas[0] if form is not None and form.link and form.areas else None
    if before is None or (before.top.at(opens.row), before.left.at(first)) != (closes.row, first - 1):
        text = "" if form is None else quoted(form.text)
        yield facts.finding(
            key, f"{opens.label!r} is {text or 'empty'}", f"={address(closes.row, first - 1)}, the last close"
        )
    read = (
        Counter(area.top.at(closes.row) for area in last.areas if _same_column(area, first))
        if last is not None
        else Counter()
    )
    flows = [row for row, line in between.items() if line.sign not in {None, ""}]
    wrong = [row for row in (opens.row, *flows) if read[row] != 1] + [
        row for row in read if row != opens.row and row not in between
    ]
    if last is None or wrong or {t.value for t in last.tokens if t.kind == "op"} - {"+", "-"}:
        parts = "+".join(address(row, first) for row in (opens.row, *flows))
        yield facts.finding(end, f"{closes.label!r} is {quoted(last.text) if last else 'empty'}", f"={parts}")


def _same_column(area: Area, column: int) -> bool:
    return area.sheet is None and area.single and area.left.at(column) == column


@rule("U01", "ICAEW C, units and signs")
def columns_of_a_line(facts: Facts) -> Iterator[Finding]:
    """Each line of a calculation has label, unit, sign, total, and its periods from column F on."""
    for grid in facts.calculations:
        for column, word in enumerate(HEADER):
            if facts.values[grid.sheet].get((TOP, column)) != word:
                yield facts.finding(
                    (grid.sheet, TOP, column),
                    f"the header says {facts.values[grid.sheet].get((TOP, column))!r}",
                    repr(word),
                )
        for line in grid.lines:
            figures = [c for c in line.cells if c >= TOTAL and isinstance(facts.value(grid.sheet, line.row, c), float)]
            if line.label in {None, ""}:
                yield facts.finding((grid.sheet, line.row, LABEL), "a line without a label", "a label in column A")
            if figures and line.unit in {None, ""}:
                yield facts.finding((grid.sheet, line.row, UNIT), f"{line.label!r} has no unit", "a unit in column B")
            if line.sign not in SIGNS:
                yield facts.finding((grid.sheet, line.row, SIGN), f"the sign is {line.sign!r}", "+, -, +/- or nothing")
            if TOTAL + 1 in line.cells and TOTAL + 1 < FIRST:
                yield facts.finding(
                    (grid.sheet, line.row, TOTAL + 1), "a figure before the first period", "an empty column E"
                )


@rule("G01", "ICAEW C, signs")
def signs_hold(facts: Facts) -> Iterator[Finding]:
    """The sign convention holds: rows marked - are nowhere above zero, rows marked + nowhere below."""
    for grid, line in _lines(facts):
        if line.sign not in {"+", "-"}:
            continue
        way = 1.0 if line.sign == "+" else -1.0
        cells = {column: facts.value(grid.sheet, line.row, column) for column in line.cells if column >= TOTAL}
        wrong = [column for column, value in cells.items() if isinstance(value, float) and value * way < 0.0]
        if wrong:
            found = f"{line.label!r}, marked {line.sign}, is {cells[wrong[0]]:g}"
            yield facts.finding(
                (grid.sheet, line.row, wrong[0]), found, "zero or less" if way < 0 else "zero or more", len(wrong)
            )
