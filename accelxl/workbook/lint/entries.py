"""Section 2 of the standard: the inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from accelxl.units import Quantity
from accelxl.workbook.formulas.tree import address
from accelxl.workbook.formulas.values import spelled_number
from accelxl.workbook.lint.facts import BLUE, CHECKS, FRONT, YELLOW, Facts, reach
from accelxl.workbook.lint.grids import InputRow
from accelxl.workbook.lint.rules import Finding, Section
from accelxl.workbook.pages.inputs import HEADER, unit_of
from accelxl.workbook.sources import INPUTS, is_filled

section = Section("Inputs")
rule = section.rule
HEADS = HEADER[:8]
CHOICES = {"choice", unit_of(Quantity("1", 0, 1, kind="flag"))}
"""Units of inputs that are drop-down lists."""
EMPTY: tuple[Any, ...] = (None, "")


@rule("I01", "ICAEW C, units")
def header(facts: Facts) -> Iterator[Finding]:
    """The header of Inputs is Name, Label, Value, Unit, Source, As of, Low, High."""
    place, row = facts.at(INPUTS), facts.input_head
    if place < 0:
        return
    if row < 0:
        yield facts.on(place, "there is no header row that begins with Name", f"the header {', '.join(HEADS)}")
        return
    for column, text in enumerate(HEADS):
        if facts.value(place, row, column) != text:
            given = facts.value(place, row, column)
            yield facts.finding((place, row, column), f"the header says {given!r}", repr(text))


@rule("I02", "ICAEW C, P7")
def nothing_is_missing(facts: Facts) -> Iterator[Finding]:
    """No value without label, unit, source and as-of date; a figure of a fill names file and book, and may lack the date."""
    for item in facts.inputs:
        given = {"Name": item.name, "Label": item.label, "Unit": item.unit, "Source": item.source}
        for head, value in given.items():
            if value in EMPTY:
                column = HEADS.index(head)
                yield facts.finding(
                    (item.key[0], item.row, column), f"{head} is empty", "name, label, unit, source and date"
                )
        place = (item.key[0], item.row, HEADS.index("As of"))
        if item.as_of in EMPTY and is_filled(item.source):
            continue
        if not isinstance(item.as_of, float) or not _dated(facts, place):
            yield facts.finding(place, f"the as-of date is {item.as_of!r}", "a date")


def _dated(facts: Facts, key: tuple[int, int, int]) -> bool:
    span = facts.cells(key[0]).get(key[1:])
    return span is not None and span.style in facts.book.dates


@rule("I03", "FAST App. A")
def input_style(facts: Facts) -> Iterator[Finding]:
    """Inputs are blue on yellow and unlocked, and nothing else is."""
    entries = {item.key: item for item in facts.inputs if not item.fixed}
    allowed = f"font {BLUE} on fill {YELLOW}, unlocked, for inputs alone"
    for place in range(len(facts.titles)):
        for at, span in facts.cells(place).items():
            look = facts.look(span)
            worn = look.font == BLUE or look.fill == YELLOW
            if (place, *at) in entries:
                if look.font != BLUE or look.fill != YELLOW or look.locked:
                    lock = "locked" if look.locked else "unlocked"
                    yield facts.finding(
                        (place, *at), f"an input has font {look.font} on {look.fill or 'no fill'}, {lock}", allowed
                    )
            elif worn:
                yield facts.finding((place, *at), "a cell that is no input looks like one", allowed)


@rule("I04", "P20", "W")
def locks(facts: Facts) -> Iterator[Finding]:
    """Cells that are no input are locked, and the sheets are protected without a password."""
    entries = {item.key for item in facts.inputs if not item.fixed}
    for place, frame in enumerate(facts.frames):
        guard = None if frame is None else frame.find("{*}sheetProtection")
        if guard is None:
            continue
        if guard.get("password") or guard.get("hashValue"):
            yield facts.on(place, "the protection has a password", "protection without a password")
        for at, span in facts.cells(place).items():
            if not facts.look(span).locked and (place, *at) not in entries:
                yield facts.finding((place, *at), "a cell that is no input is unlocked", "locked cells")


@rule("I05", "own", any_book=True)
def no_number_as_text(facts: Facts) -> Iterator[Finding]:
    """No number is stored as text."""
    words = {item.key for item in facts.inputs if item.unit in {"choice", "text"}}
    heads = {(line.row, grid.sheet) for grid in facts.calculations for line in grid.head}
    for place, title in enumerate(facts.titles):
        if title in FRONT:
            continue
        for at, span in facts.cells(place).items():
            if span.type not in {"s", "inlineStr", "str"} or span.formula is not None:
                continue
            text = facts.values[place].get(at)
            if not isinstance(text, str) or not any(letter.isdigit() for letter in text) or len(text) > 30:
                continue
            if (place, *at) in words or (at[0], place) in heads or not _is_number(text):
                continue
            yield facts.finding((place, *at), f"the text {text!r}", "a number")


def _is_number(text: str) -> bool:
    bare = text.strip().replace(",", "")
    try:
        return spelled_number(bare) is not None
    except Exception:  # noqa: BLE001 - a date or money as text: what it means depends on the reader's country
        return False


@rule("I06", "own")
def sources_are_logged(facts: Facts) -> Iterator[Finding]:
    """Each source stands in the Log with its document and date, or is the file and book of a fill."""
    log = facts.at(FRONT[1])
    value = partial(facts.value, log)
    rows = sorted({row for row, _ in facts.cells(log)})
    head = next((row for row in rows if value(row, 0) == "Source"), None)
    known = {} if head is None else {value(row, 0): row for row in rows if row > head}
    for item in facts.inputs:
        place = (item.key[0], item.row, HEADS.index("Source"))
        if item.source in EMPTY or is_filled(item.source):
            continue
        if item.source not in known:
            yield facts.finding(place, f"the source {item.source} is not in the Log", "sources of the Log")
        elif value(known[item.source], 2) in EMPTY or not isinstance(value(known[item.source], 1), float):
            yield facts.finding(
                place, f"the source {item.source} has no document or no date in the Log", "document and date"
            )


@rule("I07", "own")
def in_order(facts: Facts) -> Iterator[Finding]:
    """Low, Value and High are in order."""
    for item in facts.inputs:
        ends = [x for x in (item.low, item.value, item.high) if isinstance(x, float)]
        if ends != sorted(ends):
            shown = " ".join(f"{x:g}" for x in ends)
            yield facts.finding(item.key, f"Low, Value and High are {shown}", "Low <= Value <= High")


@rule("I08", "ICAEW C, P20")
def validated(facts: Facts) -> Iterator[Finding]:
    """Each input has a validation with an error text; switches are drop-down lists."""
    place = facts.at(INPUTS)
    frame = facts.frames[place] if place >= 0 else None
    if frame is None:
        return
    found: dict[tuple[int, int], tuple[str, bool]] = {}
    for item in frame.iter("{*}dataValidation"):
        speaks = (
            bool(item.get("error"))
            and item.get("showErrorMessage") in {"1", "true"}
            and item.get("errorStyle", "stop") == "stop"
        )
        found.update(dict.fromkeys(reach(item.get("sqref", "")), (item.get("type", ""), speaks)))
    for row in facts.inputs:
        if row.fixed:
            continue
        kind, speaks = found.get(row.key[1:], ("", False))
        if not kind or not speaks:
            what = "no validation" if not kind else "a validation that stops nothing or says nothing"
            yield facts.finding(row.key, f"{row.name} has {what}", "a validation with an error text")
        elif row.unit in CHOICES and kind != "list":
            yield facts.finding(
                row.key, f"{row.name} is a switch with a validation of the kind {kind}", "a drop-down list"
            )


@rule("I09", "ICAEW C, P15", "W")
def entered_once(facts: Facts) -> Iterator[Finding]:
    """Each input is entered once."""
    count = Counter((item.label, item.unit) for item in facts.inputs)
    first: dict[Any, InputRow] = {}
    for item in facts.inputs:
        same = (item.label, item.unit)
        if count[same] > 1 and same in first:
            where = address(first[same].row, 2)
            yield facts.finding(
                item.key, f"{item.label}, {item.unit}, stands in {where} as well", "one place for each input"
            )
        first.setdefault(same, item)
    labels = {item.label: item for item in facts.inputs}
    for grid in facts.calculations:
        for line in grid.lines:
            twin = labels.get(line.label)
            constants = [
                c
                for c, s in line.cells.items()
                if c > 2 and s.formula is None and isinstance(facts.value(grid.sheet, line.row, c), float)
            ]
            if twin is not None and twin.unit == line.unit and constants:
                yield facts.finding(
                    (grid.sheet, line.row, constants[0]), f"{line.label} is entered here and on Inputs", "one place"
                )


@rule("I10", "own", "W")
def prices_are_fresh(facts: Facts) -> Iterator[Finding]:
    """Checks shows by a date input, not by today, when the as-of date of a price is too old; none is."""
    checks = facts.at(CHECKS)
    dated = {name for name in facts.names if name.startswith("asof_")}
    if checks < 0:
        return
    money = facts.currency
    prices = [item for item in facts.inputs if money and isinstance(item.unit, str) and item.unit.startswith(money)]
    if prices and not dated:
        yield facts.on(
            checks,
            f"no as-of date of the {len(prices)} figures of money is watched",
            "a warning that reads asof_* names",
        )
    days = {item.name.lower() for item in facts.inputs if item.unit == "date"}
    watched: set[str] = set()
    for key, form in facts.forms.items():
        seen = dated & set(form.words)
        if key[0] != checks or not seen:
            continue
        watched |= seen
        if not days & set(form.words):
            yield facts.finding(key, "an age without a date input", "the age at a date of the inputs")
        late = facts.value(checks, key[1], key[2])
        if isinstance(late, float) and late > 0:
            yield facts.finding(key, f"{facts.value(checks, key[1], 0)}: {late:g}", "prices that are not too old")
    for name in sorted(dated - watched):
        yield facts.finding(facts.names[name][:3], f"no check reads {name}", "a warning for each price")
