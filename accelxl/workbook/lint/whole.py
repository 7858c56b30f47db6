"""Section 1 of the standard: the workbook, its sheets and its names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accelxl.workbook.book import xml
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.tree import Area
from accelxl.workbook.lint.facts import FRONT, NEEDED, OUTPUT, Facts, quoted
from accelxl.workbook.lint.forms import Form
from accelxl.workbook.lint.rules import Finding, Section
from accelxl.workbook.sources import INPUTS

section = Section("Workbook")
rule = section.rule

COVER = ("Purpose", "Audience", "Currency", "Price basis", "Sign convention", "Colour key", "Template version")
OUTSIDE = re.compile(r"'[^'\[]*\[[^\]]+\][^']*'!|\[[^\]]+\][\w.]+!|\[\d+\]!")
"""A reference to another book."""
STRANGE = {
    "connections.xml": "a connection to data outside",
    "queryTables/": "a query of data outside",
    "externalData": "data from outside",
    "model/item.data": "a data model",
}
LIGHT_ROWS = 3
"""The light of the checks stands in one of this many rows from the top."""


def whole(found: str, allowed: str) -> Finding:
    """Return a finding at the book."""
    return Finding("", "", found, allowed)


@rule("W01", "P7 P10, FAST 1.02")
def sheets_exist(facts: Facts) -> Iterator[Finding]:
    """Cover, Log, Inputs and Checks exist; inputs, calculations and output stand on sheets of their own."""
    for title in NEEDED:
        if title not in facts.titles:
            yield whole(f"the sheet {title} is missing", f"the sheets {', '.join(NEEDED)}")
    if not facts.outputs:
        yield whole("there is no output sheet", f"a sheet whose name begins with {OUTPUT}")
    for name, (sheet, row, column, *_) in facts.names.items():
        title = facts.titles[sheet]
        if name.startswith("in_") and title != INPUTS:
            yield facts.finding(
                (sheet, row, column), f"the input {name} stands on {title}", f"inputs on {INPUTS} alone"
            )
        if name.startswith("out_") and not title.startswith(OUTPUT):
            yield facts.finding(
                (sheet, row, column), f"the figure {name} stands on {title}", f"figures on a sheet {OUTPUT}"
            )
    for key, form in facts.forms.items():
        if facts.titles[key[0]] == INPUTS and key[1] >= LIGHT_ROWS:
            yield facts.finding(
                key, f"a formula among the inputs: {quoted(form.text)}", "calculations on their own sheets"
            )


@rule("W02", "ICAEW C, hide nothing", any_book=True)
def no_hidden_sheet(facts: Facts) -> Iterator[Finding]:
    """No sheet is hidden."""
    for place, sheet in enumerate(facts.root.iter("{*}sheet")):
        state = sheet.get("state", "visible")
        if state != "visible":
            yield facts.on(
                place, f"the sheet is {'very hidden' if state == 'veryHidden' else 'hidden'}", "visible sheets"
            )


@rule("W03", "ICAEW C", any_book=True)
def no_hidden_rows(facts: Facts) -> Iterator[Finding]:
    """No row or column is hidden; what is folded away is grouped."""
    for place, frame in enumerate(facts.frames):
        if frame is None:
            continue
        hidden = [row for row, tag in facts.rows(place) if b'hidden="1"' in tag and b"outlineLevel" not in tag]
        if hidden:
            count = len(hidden)
            yield facts.finding(
                (place, hidden[0], 0), f"{count} hidden row{'s' if count > 1 else ''}", "visible or grouped rows"
            )
        for item in frame.iter("{*}col"):
            if item.get("hidden") in {"1", "true"} and item.get("outlineLevel") is None:
                yield facts.finding(
                    (place, 0, int(item.get("min", "1")) - 1), "a hidden column", "visible or grouped columns"
                )


@rule("W04", "own")
def no_merged_cells(facts: Facts) -> Iterator[Finding]:
    """No merged cells among inputs, calculations and checks."""
    for place, frame in enumerate(facts.frames):
        title = facts.titles[place]
        if frame is None or title in FRONT or title.startswith(OUTPUT):
            continue
        for item in frame.iter("{*}mergeCell"):
            yield Finding(title, item.get("ref", ""), "merged cells", "single cells")


@rule("W05", "P7 P17")
def cover_says_all(facts: Facts) -> Iterator[Finding]:
    """Cover states purpose, audience, currency, price basis, signs, colours and version; the version is in the Log."""
    cover, log = facts.at(FRONT[0]), facts.at(FRONT[1])
    if cover < 0:
        return
    texts = {str(value): row for (row, column), value in facts.values[cover].items() if column == 0 and value}
    for label in COVER:
        row = texts.get(label)
        below = 1 if label == "Colour key" else 0
        if row is None or facts.value(cover, row + below, 1) in {None, ""}:
            yield facts.on(cover, f"{label!r} is not stated", f"{', '.join(COVER)}, each with its text beside it")
    version = facts.value(cover, texts["Template version"], 1) if "Template version" in texts else None
    logged = {str(value) for (_, column), value in (facts.values[log] if log >= 0 else {}).items() if column == 0}
    if version and str(version) not in logged:
        yield facts.on(cover, f"the template version {version} is not in the Log", "a row of the Log for each version")


@rule("W06", "ICAEW C, P19")
def every_sheet_is_reached(facts: Facts) -> Iterator[Finding]:
    """Every sheet is reached by links from Cover, has a title of one line in A1 and the light of the checks."""
    lit = {key[0] for key, form in facts.forms.items() if "chk_total" in form.words and key[1] < LIGHT_ROWS}
    reached = _reached(facts)
    for place in range(len(facts.titles)):
        name = facts.value(place, 0, 0)
        if not isinstance(name, str) or not name.strip() or "\n" in name:
            yield facts.finding((place, 0, 0), f"the title is {name!r}", "a title of one line")
        if place not in lit:
            yield facts.on(
                place, "the light of the checks is missing", f"a formula with chk_total in rows 1 to {LIGHT_ROWS}"
            )
        if place not in reached:
            yield facts.on(place, "no link leads from Cover to the sheet", "a link to every sheet")


def _reached(facts: Facts) -> set[int]:
    """Return the sheets that links lead to, from Cover on."""
    waiting = [facts.at(FRONT[0])] if facts.at(FRONT[0]) >= 0 else []
    found = set(waiting)
    while waiting:
        frame = facts.frames[waiting.pop()]
        for link in frame.iter("{*}hyperlink") if frame is not None else ():
            title = link.get("location", "").rpartition("!")[0].strip("'").replace("''", "'")
            place = facts.at(title)
            if place >= 0 and place not in found:
                found.add(place)
                waiting.append(place)
    return found


@rule("W07", "own", any_book=True)
def nothing_from_outside(facts: Facts) -> Iterator[Finding]:
    """No query, no connection, no data from outside; an .xlsx carries no macros."""
    for name in facts.book.package.names():
        for mark, what in STRANGE.items():
            if mark in name:
                yield whole(f"the part {name} is {what}", "a book that stands for itself")
        if name.endswith("vbaProject.bin") and facts.path.suffix.lower() == ".xlsx":
            yield whole(f"the part {name} holds macros", "an .xlsx without macros; macros belong into its .xlsm")


@rule("W08", "own")
def properties_are_filled(facts: Facts) -> Iterator[Finding]:
    """Title, author and version are filled, and the creation date is fixed, so that a build can be repeated."""
    given = _properties(facts, "docProps/core.xml")
    for tag, what in (("title", "title"), ("creator", "author")):
        if not given.get(tag):
            yield whole(f"the property {what} is empty", "title, author and version")
    if not _properties(facts, "docProps/custom.xml").get("Template version") and "version" not in given.get(
        "description", ""
    ):
        yield whole("the property version is empty", "title, author and version")
    created = given.get("created", "")
    if not created.endswith("T00:00:00Z"):
        yield whole(
            f"the creation date is {created or 'missing'}", "a fixed date at midnight, which a second build repeats"
        )


def _properties(facts: Facts, part: str) -> dict[str, str]:
    if not facts.book.package.has(part):
        return {}
    root = xml(facts.book.package, part)
    return {
        item.get("name", str(item.tag).rpartition("}")[2]): "".join(map(str, item.itertext())).strip() for item in root
    }


@rule("X01", "P14", any_book=True)
def no_other_book(facts: Facts) -> Iterator[Finding]:
    """No reference to another book."""
    for name in facts.book.package.names():
        if re.match(r"xl/externalLinks/[^/]+\.xml$", name):
            yield whole(f"the part {name} links another book", "a book that stands for itself")
    for form in facts.distinct:
        if "[" in form.text and OUTSIDE.search(form.bare):
            yield facts.of_form(form, f"a reference to another book: {quoted(form.text)}", "references to this book")
    for name, text, _ in facts.every_name:
        if OUTSIDE.search(text):
            yield whole(f"the name {name} refers to another book: {text}", "names of this book")


@rule("N01", "own", any_book=True)
def no_broken_name(facts: Facts) -> Iterator[Finding]:
    """No defined name is broken."""
    lower = {title.lower() for title in facts.titles}
    for name, text, _ in facts.every_name:
        sheet = re.fullmatch(r"(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?", text)
        title = (sheet[1] or sheet[2]).replace("''", "'") if sheet else ""
        if "#REF!" in text or (sheet and title.lower() not in lower):
            yield whole(f"the name {name} refers to {text}", "names that refer to cells of the book")


@rule("N02", "ICAEW C, range names", "W")
def names_and_their_use(facts: Facts) -> Iterator[Finding]:
    """Every input is named in_* and used, every figure of a board is named out_*."""
    places = {rect[:3]: name for name, rect in facts.names.items() if rect[1] == rect[3] and rect[2] == rect[4]}
    for item in facts.inputs:
        named = places.get(item.key, "")
        if not named.startswith(("in_", "k_")):
            yield facts.finding(
                item.key, f"{item.label or 'an input'} has no name", "a name in_* (a constant: k_*) for each figure"
            )
        elif item.name.lower() != named:
            yield facts.finding(item.key, f"the name is {named}, the row says {item.name!r}", "one name")
        elif not _is_used(facts, named, item.key):
            yield facts.finding(item.key, f"no formula uses {named}", "inputs that the model uses")
    rows: dict[tuple[int, int], list[Key]] = {}
    for key, form in facts.forms.items():
        if key[0] in facts.outputs and key[1] >= LIGHT_ROWS and _numeric(facts, key, form):
            rows.setdefault(key[:2], []).append(key)
    for figures in rows.values():
        bare = [key for key in sorted(figures) if not places.get(key, "").startswith("out_")]
        # the first of several is the head of a table's row: a step of an axis, no figure
        for key in bare[1:] if len(figures) > len(bare) == 1 and bare[0] == min(figures) else bare:
            yield facts.finding(key, "a figure of the board has no name", "a name out_* for each figure")


def _numeric(facts: Facts, key: Key, form: Form) -> bool:
    return form.link and isinstance(facts.book.at(key), float)


def _is_used(facts: Facts, name: str, key: Key) -> bool:
    """Tell whether a formula names an input, a range around it, or its cell."""
    words = facts.words
    if name in words:
        return True
    around = [
        other for other, (sheet, top, left, bottom, right) in facts.names.items()
        if other != name and sheet == key[0] and top <= key[1] <= bottom and left <= key[2] <= right
    ]  # fmt: skip
    if any(other in words for other in around):
        return True
    return any(
        area.sheet == facts.titles[key[0]] and _holds(area, key) for form in facts.distinct for area in form.areas
    )


def _holds(area: Area, key: Key) -> bool:
    """Tell whether an area with fixed sides holds a cell."""
    return area.top.value <= key[1] <= area.bottom.value and area.left.value <= key[2] <= area.right.value
