"""Section 5 of the standard: how the book looks on paper and on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from accelxl.workbook.book import chart_parts, xml
from accelxl.workbook.lint.facts import FRONT, Facts
from accelxl.workbook.lint.rules import Finding, Section

section = Section("Presentation")
rule = section.rule

WIDE = 6
"""A sheet with more columns than this is printed across."""
FOOTER = {"&F": "the file", "&A": "the sheet", "&P": "the page"}
DATE = "yyyy-mm-dd"
PLAIN = {"0", "@", DATE}
"""Formats without a sign: years, texts, dates."""


def _frames(facts: Facts) -> Iterator[tuple[int, etree._Element]]:
    return ((place, frame) for place, frame in enumerate(facts.frames) if frame is not None)


@rule("P01", "own")
def print_areas(facts: Facts) -> Iterator[Finding]:
    """Each sheet has a print area."""
    for place, _ in _frames(facts):
        if not facts.local("_xlnm.Print_Area", place):
            yield facts.on(place, "there is no print area", "a print area on each sheet")


@rule("P02", "own")
def page_setup(facts: Facts) -> Iterator[Finding]:
    """Each sheet prints one page wide on a paper that is set, across where it has more than 6 columns and runs over pages."""
    for place, frame in _frames(facts):
        fit, setup = frame.find("{*}sheetPr/{*}pageSetUpPr"), frame.find("{*}pageSetup")
        if (
            fit is None
            or fit.get("fitToPage") not in {"1", "true"}
            or (setup is not None and setup.get("fitToWidth", "1") != "1")
        ):
            yield facts.on(place, "the sheet is not fitted to one page wide", "fit to one page wide")
        if setup is None or not setup.get("paperSize"):
            yield facts.on(place, "no paper is set", "a paper size")
        columns = 1 + max(
            (column for (_, column), value in facts.values[place].items() if value is not None), default=0
        )
        upright = setup is None or setup.get("orientation") != "landscape"
        whole = setup is not None and setup.get("fitToHeight", "1") == "1"  # all on one page, as its author laid it out
        if columns > WIDE and upright and not whole:
            yield facts.on(place, f"{columns} columns are printed upright", "landscape")


@rule("P03", "own")
def footers(facts: Facts) -> Iterator[Finding]:
    """The footer names file, sheet and page."""
    for place, frame in _frames(facts):
        footer = frame.findtext("{*}headerFooter/{*}oddFooter") or ""
        lacking = [what for mark, what in FOOTER.items() if mark not in footer]
        if lacking:
            yield facts.on(place, f"the footer lacks {' and '.join(lacking)}", "file, sheet and page")


@rule("P04", "own")
def titles_stay(facts: Facts) -> Iterator[Finding]:
    """Titles stay in sight: frozen on the screen, repeated in print."""
    for place, frame in _frames(facts):
        pane = frame.find("{*}sheetViews/{*}sheetView/{*}pane")
        if facts.titles[place] != FRONT[0] and (pane is None or pane.get("state") != "frozen"):
            yield facts.on(place, "no panes are frozen", "frozen titles")
        if not facts.local("_xlnm.Print_Titles", place):
            yield facts.on(place, "no rows are repeated in print", "title rows on each page")


@rule("P05", "own")
def charts(facts: Facts) -> Iterator[Finding]:
    """Each chart is native, with title, axis unit and alternative text; its series point to cells."""
    for part in chart_parts(facts.book):
        root = xml(facts.book.package, part)
        title = root.find("{*}chart/{*}title")
        name = "" if title is None else "".join(map(str, title.itertext())).strip()
        if not name:
            yield Finding("", "", f"the chart {part} has no title", "a title")
        axes = [axis for tag in ("valAx", "catAx", "dateAx") for axis in root.iter("{*}" + tag)]
        if axes and not any(axis.find("{*}title") is not None for axis in root.iter("{*}valAx")):
            yield Finding("", "", f"the chart {name!r} has no unit on its axis", "a unit on the axis of values")
        for series in root.iter("{*}ser"):
            values = series.find("{*}val") if series.find("{*}val") is not None else series.find("{*}yVal")
            if values is None or not values.findtext(".//{*}f"):
                yield Finding(
                    "", "", f"a series of the chart {name!r} holds figures of its own", "series that point to cells"
                )
    for part in facts.book.package.names():
        if not re.match(r"xl/drawings/drawing\d+\.xml$", part):
            continue
        root = xml(facts.book.package, part)
        for item in root.iter("{*}cNvPr"):
            frame = next(item.iterancestors("{*}graphicFrame", "{*}pic"), None)
            if frame is not None and not (item.get("descr") or "").strip():
                yield Finding(
                    "", "", f"{part}, {item.get('name')!r} has no alternative text", "words for those who cannot see it"
                )


@rule("P07", "ICAEW C", "W")
def number_formats(facts: Facts) -> Iterator[Finding]:
    """Numbers show negatives in brackets and zero as a dash; dates are yyyy-mm-dd."""
    wrong: dict[tuple[int, int], str] = {}
    for number, look in enumerate(facts.looks):
        if not _is_allowed(look.format):
            wrong.update({(place, number): look.format for place in range(len(facts.titles))})
    for place, values in enumerate(facts.values):
        seen: dict[str, list[tuple[int, int]]] = {}
        for at, span in facts.cells(place).items():
            if (place, span.style) in wrong and isinstance(values.get(at), float):
                seen.setdefault(wrong[place, span.style], []).append(at)
        for code, cells in seen.items():
            yield facts.finding(
                (place, *cells[0]), f"the number format {code}", f'brackets and "-", or {DATE}', len(cells)
            )


def _is_allowed(code: str) -> bool:
    """Tell whether a number format is one of the standard.

    Examples
    --------
    >>> _is_allowed('#,##0_);(#,##0);"-"_)'), _is_allowed("#,##0.00"), _is_allowed("yyyy-mm-dd"), _is_allowed("d-mmm-yy")
    (True, False, True, False)
    """
    bare = code.replace("\\-", "-")
    if bare in PLAIN:
        return True
    parts = re.sub(r"_.|\[[^\]]*\]", "", bare).split(";")
    return len(parts) >= 3 and parts[1].startswith("(") and parts[1].endswith(")") and parts[2].strip('" ') == "-"


@rule("P06", "own", "W", "H")
def colours(_facts: Facts) -> Iterator[Finding]:
    """Colours can be told apart in grey and by colour-blind readers; a sign is never shown by colour alone."""
    yield from ()
