"""Section 3 of the standard, the formulas one by one: what stands in them."""

from __future__ import annotations

from collections.abc import Iterator

from accelxl.workbook.formulas.compile import place as rectangle_at
from accelxl.workbook.formulas.parse import Token
from accelxl.workbook.formulas.tree import MAX_COLUMN, MAX_ROW, Area, address
from accelxl.workbook.lint.facts import BLUE, CHECKS, VIOLET, YELLOW, Facts, quoted
from accelxl.workbook.lint.forms import Form
from accelxl.workbook.lint.rules import Finding, Section

section = Section("Formulas")
rule = section.rule

NUMBERS = {0.0, 1.0, 2.0, 12.0, 24.0, 100.0, 365.0, 1000.0}
"""Numbers that may stand in a formula, and any power of ten as 10^n."""
LONGEST = 180
UNTRACEABLE = {"OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO"}
SWALLOWS = {"IFERROR", "ISERROR", "IFNA", "ISERR"}
LINK_FONT = "1E5631"
"""The green of links."""
LINK_FONTS = {LINK_FONT, "FFFFFF"}
"""Fonts that a link may have: green, or the white of a heading."""


def _working(facts: Facts) -> Iterator[Form]:
    """Go through the forms of the sheets with calculations or output; of a book that is no template, all."""
    places = set(facts.working) if facts.template else set(range(len(facts.titles)))
    return (form for form in facts.distinct if form.sheet in places)


@rule("F01", "FAST 3.04-01, P14")
def no_numbers(facts: Facts) -> Iterator[Finding]:
    """No number inside a formula but 0, 1, 2, 12, 24, 100, 365, 1000 and powers of ten as 10^n."""
    for form in _working(facts):
        wrong = [text for text in _numbers(form.tokens) if float(text) not in NUMBERS]
        if wrong:
            yield facts.of_form(
                form,
                f"the number {', '.join(dict.fromkeys(wrong))} in {quoted(form.text)}",
                "a named input or constant",
            )


def _numbers(given: tuple[Token, ...]) -> Iterator[str]:
    """Go through the numbers of a formula; powers of ten as 10^n are stepped over."""
    place = 0
    while place < len(given):
        kind, value = given[place]
        if kind == "number":
            after = [token.value for token in given[place + 1 : place + 4]]
            if value == "10" and after[:1] == ["^"]:
                place += 3 if after[1:2] == ["-"] else 2
            else:
                yield value
        place += 1


@rule("F03", "FAST 4.01", any_book=True)
def traceable(facts: Facts) -> Iterator[Finding]:
    """No volatile or untraceable function: OFFSET, INDIRECT, NOW, TODAY, RAND, CELL, INFO."""
    for form in facts.distinct:
        wrong = sorted(UNTRACEABLE & set(form.calls))
        if wrong:
            yield facts.of_form(
                form,
                f"{' and '.join(wrong)} in {quoted(form.text)}",
                "functions that can be traced: INDEX, date inputs",
            )


@rule("F04", "FAST 3.03, P13", "W", any_book=True)
def short(facts: Facts) -> Iterator[Finding]:
    """A formula is one line of at most 180 characters."""
    for form in facts.distinct:
        if len(form.text) > LONGEST or "\n" in form.text:
            what = f"{len(form.text)} characters" + (" on several lines" if "\n" in form.text else "")
            yield facts.of_form(form, f"{what}: {quoted(form.text, 40)}", f"up to {LONGEST} on one line, in steps")


@rule("F05", "FAST 3.03-05", any_book=True)
def flat(facts: Facts) -> Iterator[Finding]:
    """No IF inside an IF; flags instead."""
    for form in facts.distinct:
        if form.calls.count("IF") > 1 and _nested(form.tokens):
            yield facts.of_form(form, f"an IF inside an IF: {quoted(form.text)}", "flags on rows of their own")


def _nested(given: tuple[Token, ...]) -> bool:
    """Tell whether a call of IF is open where another begins."""
    open_calls: list[bool] = []
    for kind, value in given:
        if kind == "call":
            own = value[:-1].upper() == "IF"
            if own and any(open_calls):
                return True
            open_calls.append(own)
        elif kind == "op" and value == "(":
            open_calls.append(False)
        elif kind == "op" and value == ")" and open_calls:
            open_calls.pop()
    return False


@rule("F06", "own", any_book=True)
def no_swallowed_error(facts: Facts) -> Iterator[Finding]:
    """No IFERROR or ISERROR outside Checks."""
    for form in facts.distinct:
        wrong = sorted(SWALLOWS & set(form.calls))
        if wrong and facts.titles[form.sheet] != CHECKS:
            yield facts.of_form(
                form, f"{' and '.join(wrong)} in {quoted(form.text)}", "a condition that says when there is no value"
            )


@rule("F07", "FAST 4.01-02", any_book=True)
def no_npv(facts: Facts) -> Iterator[Finding]:
    """No NPV(), whose first flow is discounted; a row of discount factors, or XNPV."""
    for form in facts.distinct:
        if "NPV" in form.calls:
            yield facts.of_form(form, f"NPV in {quoted(form.text)}", "a row of discount factors, or XNPV")


@rule("F08", "own", any_book=True)
def no_whole_column(facts: Facts) -> Iterator[Finding]:
    """No reference to whole columns or rows."""
    for form in facts.distinct:
        if any(_whole(area) for area in form.areas):
            yield facts.of_form(form, f"a whole column or row in {quoted(form.text)}", "the cells that are meant")


def _whole(area: Area) -> bool:
    tall = area.top.fixed and area.bottom.fixed and area.top.value == 0 and area.bottom.value == MAX_ROW - 1
    wide = area.left.fixed and area.right.fixed and area.left.value == 0 and area.right.value == MAX_COLUMN - 1
    return tall or wide


@rule("F11", "own, by an independent auditor")
def nothing_twice(facts: Facts) -> Iterator[Finding]:
    """No total adds its own part twice."""
    for form in facts.distinct:
        if "SUM" not in form.calls:
            continue
        key = form.cells[0]
        parts = [r for args in _sums(form.tokens) for r in (rectangle_at(-1, a, key[1], key[2], (0, 0)) for a in args)]
        added = _added(form, key)
        for number, one in enumerate([*parts, *added]):
            twice = next((other for other in [*parts, *added][number + 1 :] if _meet(one, other)), None)
            if twice is not None and not (one in added and twice in added):
                where = f"{address(twice[1], twice[2])}:{address(twice[3], twice[4])}"
                yield facts.of_form(form, f"{where} is added twice in {quoted(form.text)}", "each part once")
                break
        else:
            yield from _subtotals(facts, form, parts)


def _sums(given: tuple[Token, ...]) -> Iterator[list[Area]]:
    """Go through the SUMs of a formula whose arguments are references of the same sheet alone."""
    from accelxl.workbook.formulas.parse import area_of

    for place, (kind, value) in enumerate(given):
        if kind != "call" or value.upper() != "SUM(":
            continue
        inside = []
        for other, item in given[place + 1 :]:
            if other == "area" and item[0] is None:
                inside.append(area_of(item))
            elif (other, item) == ("op", ")"):
                yield inside
                break
            elif (other, item) != ("op", ","):
                break


def _added(form: Form, key: tuple[int, int, int]) -> list[tuple[int, int, int, int, int]]:
    """Return the single cells that a formula of sums and plus signs alone adds."""
    depth, found = 0, []
    for place, (kind, value) in enumerate(form.tokens):
        if kind == "call":
            depth += 1
        elif kind == "op" and value == ")":
            depth -= 1
        elif kind == "area" and not depth and value[0] is None:
            from accelxl.workbook.formulas.parse import area_of

            before = form.tokens[place - 1].value if place else "+"
            after = form.tokens[place + 1].value if place + 1 < len(form.tokens) else "+"
            if before == "+" and after in {"+", "-"}:
                found.append(rectangle_at(-1, area_of(value), key[1], key[2], (0, 0)))
    return found


def _meet(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[1] <= other[3] and other[1] <= one[3] and one[2] <= other[4] and other[2] <= one[4]


def _subtotals(facts: Facts, form: Form, parts: list[tuple[int, int, int, int, int]]) -> Iterator[Finding]:
    """Find cells of a total that are totals of other cells of it."""
    for _, top, left, bottom, right in parts:
        if top == bottom and left == right:
            continue
        for key in facts.graph.inside((form.sheet, top, left, bottom, right)):
            own = facts.forms[key]
            if "SUM" not in own.calls or own is form:
                continue
            for args in _sums(own.tokens):
                for area in args:
                    inner = rectangle_at(-1, area, key[1], key[2], (0, 0))
                    if top <= inner[1] and inner[3] <= bottom and left <= inner[2] and inner[4] <= right:
                        where = address(key[1], key[2])
                        yield facts.of_form(
                            form,
                            f"{where}, a total of the same cells, is added again in {quoted(form.text)}",
                            "each part once",
                        )
                        return


@rule("F14", "FAST 3.06", "W")
def plain_links(facts: Facts) -> Iterator[Finding]:
    """Another sheet is read by a plain link in green; calculations read their own sheet and names."""
    for form in _working(facts):
        away = [area for area in form.areas if area.sheet is not None and area.sheet != facts.titles[form.sheet]]
        if not away:
            continue
        if not form.link:
            yield facts.of_form(
                form, f"{quoted(form.text)} calculates with cells of {away[0].sheet}", "a link row, or a name"
            )
            continue
        plain = [
            key
            for key in form.cells
            if isinstance(facts.book.at(key), float) and facts.look_at(key).font not in LINK_FONTS
        ]
        if plain:
            yield facts.finding(plain[0], f"the link {quoted(form.text)} is not green", f"font {LINK_FONT}", len(plain))


@rule("F15", "ICAEW C", any_book=True)
def no_circle(facts: Facts) -> Iterator[Finding]:
    """No circular reference; iterative calculation is off."""
    for item in facts.root.iter("{*}calcPr"):
        if item.get("iterate") in {"1", "true"}:
            yield Finding("", "", "iterative calculation is on", "off")
    circle = facts.circle
    if circle:
        way = " to ".join(f"{facts.titles[s]}!{address(r, c)}" for s, r, c in circle[:4])
        yield facts.finding(
            circle[0], f"a circular reference of {len(circle)} cells: {way}", "formulas without circles"
        )


@rule("F16", "ICAEW C")
def dress(facts: Facts) -> Iterator[Finding]:
    """A formula never looks like an input; a number among calculations is an input or filled by a batch run."""
    for form in facts.distinct:
        worn = [key for key in form.cells if _input_like(facts, key)]
        if worn:
            yield facts.finding(
                worn[0],
                f"a formula that looks like an input: {quoted(form.text)}",
                "the style of a calculation",
                len(worn),
            )
    for place in facts.working:
        for at, span in facts.cells(place).items():
            if span.formula is None and isinstance(facts.values[place].get(at), float):
                look = facts.look(span)
                if look.font not in {BLUE, VIOLET}:
                    yield facts.finding(
                        (place, *at),
                        f"the number {facts.values[place][at]:g} looks like a calculation",
                        f"font {BLUE} or {VIOLET}",
                    )


def _input_like(facts: Facts, key: tuple[int, int, int]) -> bool:
    look = facts.look_at(key)
    return look.font == BLUE or look.fill == YELLOW


@rule("F17", "P16, own")
def twins(facts: Facts) -> Iterator[Finding]:
    """No array formula; ACCEL cells stand in columns headed ACCEL, each with a native twin, a difference and the count."""
    for form in facts.distinct:
        if form.array:
            yield facts.of_form(form, f"an array formula: {quoted(form.text)}", "formulas of one cell")
    for sheet, row, column in sorted(facts.accel):
        heads = [r for r in range(row - 1, -1, -1) if facts.values[sheet].get((r, column)) == "ACCEL"]
        if not heads or facts.titles[sheet] != CHECKS:
            yield facts.finding(
                (sheet, row, column), "an ACCEL function outside a column headed ACCEL on Checks", "a marked column"
            )
            continue
        native, accel = address(row, column - 1), address(row, column)
        wanted = f"IF(ISNUMBER({accel}),{accel}-{native},0)"
        beside = facts.forms.get((sheet, row, column + 1))
        if (sheet, row, column - 1) not in facts.forms:
            yield facts.finding(
                (sheet, row, column), "no native figure beside the ACCEL function", "a twin in the column before"
            )
        elif beside is None or facts.sheets.formulas[sheet, row, column + 1].text != wanted:
            yield facts.finding(
                (sheet, row, column + 1), "the difference to the native figure is missing", f"={wanted}"
            )
    count = facts.cell_named("chk_not_calculated")
    if facts.accel and (count is None or count not in facts.forms):
        yield Finding(CHECKS, "", "cells that did not calculate are not counted", "a count named chk_not_calculated")
    elif count is not None and count in _of_total(facts):
        yield facts.finding(
            count, "the count of cells that did not calculate enters chk_total", "a count outside the total"
        )
    for name in facts.batch:
        if f"out_{name.removeprefix('batch_')}" not in facts.names and not facts.is_current(name):
            yield facts.finding(
                facts.names[name][:3], f"{name} keeps no figure of the board", "a figure out_* or an ACCEL twin"
            )


def _of_total(facts: Facts) -> set[tuple[int, int, int]]:
    total = facts.cell_named("chk_total")
    if total is None or total not in facts.forms:
        return set()
    return {key for rect in facts.graph.rects(total) for key in facts.graph.inside(rect)}
