"""Section 4 of the standard: checks and numbers, as the file carries them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Any

from accelxl.functions.cells import CellError
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.tree import address
from accelxl.workbook.lint.facts import CHECKS, Facts
from accelxl.workbook.lint.rules import Finding, Section
from accelxl.workbook.pages.checks import ACCEL, FAIL, LABEL, NATIVE, TOLERANCE, VALUE

section = Section("Checks and numbers")
rule = section.rule

GOLDEN = 1e-9
"""How near a figure is to the same figure of the core."""
FLOOR = 1e-6
"""Below this, of sums of money, a difference is rounding."""


@rule("K01", "ICAEW C, P19")
def master_check(facts: Facts) -> Iterator[Finding]:
    """The master check chk_total is on Checks and zero."""
    total = facts.cell_named("chk_total")
    if total is None or facts.titles[total[0]] != CHECKS or total not in facts.forms:
        yield Finding(
            CHECKS, "", "there is no formula named chk_total", "the sum of the flags, named chk_total, on Checks"
        )
        return
    value = facts.book.at(total)
    if value != 0:
        yield facts.finding(
            total, f"chk_total is {value:g}" if isinstance(value, float) else f"chk_total is {value}", "0"
        )


@rule("K02", "P19")
def checks_are_complete(facts: Facts) -> Iterator[Finding]:
    """Checks has value, tolerance and flag, and checks for cash, balances, errors, the timeline and batch fills."""
    place = facts.at(CHECKS)
    if place < 0:
        return
    yield from _flags(facts, place)
    labels = [
        str(facts.value(place, key[1], LABEL)).lower() for key in facts.forms if key[0] == place and key[2] == VALUE
    ]
    for grid in facts.calculations:
        name = f"all_{grid.title.lower()}"
        counted = any("ISERROR" in form.calls and name in form.words for form in facts.distinct if form.sheet == place)
        if not counted:
            yield facts.on(
                place, f"errors on {grid.title} are not counted", f"a check with SUMPRODUCT(ISERROR({name})*1)"
            )
    lines = [str(line.label) for grid in facts.calculations for line in grid.lines]
    timed = any(
        str(line.unit) == "months" and line.label == "Month" for grid in facts.calculations for line in grid.head
    )
    needed = (
        (("timeline",), timed, "the timeline is long enough"),
        (("cash",), any(label.startswith("Free cash flow") for label in lines), "cash ties out"),
        (("balance", "book value"), any(label.endswith(", closing") for label in lines), "balances roll forward"),
    )
    for words, wanted, what in needed:
        if wanted and not any(word in label for label in labels for word in words):
            yield facts.on(place, f"no check tells whether {what}", f"a check with {' or '.join(words)} in its label")
    for name in facts.batch:
        if not facts.is_current(name):
            allowed = (
                f"a check against out_{name.removeprefix('batch_')}, or against an ACCEL function in the column beside"
            )
            yield facts.on(place, f"no check tells whether {name} is current", allowed)


def _flags(facts: Facts, place: int) -> Iterator[Finding]:
    """Find checks without value, tolerance or flag, and flags that the total leaves out."""
    total = facts.cell_named("chk_total")
    summed = (
        {key for rect in facts.graph.rects(total) for key in facts.graph.inside(rect)}
        if total in facts.forms and total
        else set()
    )
    inside = False
    for row in sorted({row for row, _ in facts.cells(place)}):
        head = [facts.value(place, row, column) for column in range(6)]
        if head[TOLERANCE] == "Tolerance" and head[FAIL] == "Fail":
            inside = "outside the total" not in str(head[LABEL])
            continue
        key, form = (place, row, FAIL), facts.forms.get((place, row, FAIL))
        if key == total:
            continue
        if form is None:
            if (place, row, TOLERANCE) in facts.forms:
                yield facts.finding(key, f"the check {head[LABEL]!r} has no flag", "=IF(ABS(value)>tolerance,1,0)")
            continue
        wanted = f"IF(ABS({address(row, VALUE)})>{address(row, TOLERANCE)},1,0)"
        if facts.sheets.formulas[key].text != wanted:
            yield facts.finding(key, f"the flag of {head[LABEL]!r} is ={facts.sheets.formulas[key].text}", f"={wanted}")
        if inside and key not in summed:
            yield facts.finding(key, f"chk_total leaves out the check {head[LABEL]!r}", "a total of every flag")


@rule("E01", "ICAEW C", any_book=True)
def no_errors(facts: Facts) -> Iterator[Finding]:
    """No cell shows an error; ACCEL cells may, where the add-in is not installed."""
    for place, values in enumerate(facts.values):
        for at, value in values.items():
            if isinstance(value, CellError) and (place, *at) not in facts.accel:
                yield facts.finding((place, *at), f"the cell shows {value}", "a value")


@rule("E02", "own", any_book=True)
def cached(facts: Facts) -> Iterator[Finding]:
    """Each formula carries its value."""
    for form in facts.distinct:
        bare = [key for key in form.cells if facts.book.at(key) is None]
        if bare:
            yield facts.finding(
                bare[0], "a formula without a value in the file", "a book that was calculated", len(bare)
            )


@rule("D05", "P18")
def golden(facts: Facts) -> Iterator[Finding]:
    """The figures of the board are those of the core, as far as a function gives them."""
    place = facts.at(CHECKS)
    twins: list[Key] = [key for key in sorted(facts.accel) if key[0] == place and key[2] == ACCEL]
    if place >= 0 and facts.calculations and not twins:
        yield facts.on(place, "no figure is compared with an ACCEL function", "a native figure and its ACCEL twin")
    for key in twins:
        native, accel = facts.value(place, key[1], NATIVE), facts.book.at(key)
        if isinstance(accel, CellError) and accel == "#NAME?":
            continue  # the add-in was not there
        if not same_figure(native, accel):
            label = facts.value(place, key[1], LABEL)
            yield facts.finding(
                key, f"{label}: {_shown(native)} in the book, {_shown(accel)} of the core", f"the same to {GOLDEN:g}"
            )


def same_figure(native: Any, accel: Any) -> bool:
    """Tell whether a native figure is what the core gives; where that has no meaning, a word or zero."""
    if isinstance(native, float) and isinstance(accel, float):
        return isclose(native, accel, rel_tol=GOLDEN, abs_tol=FLOOR if abs(native) > 1 else GOLDEN)
    if isinstance(accel, CellError):
        return isinstance(native, str) or native == 0.0
    return bool(native == accel)


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
