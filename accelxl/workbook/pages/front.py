"""Cover and Log."""

from __future__ import annotations

from accelxl.workbook.layout import Layout, Page
from accelxl.workbook.template import Template

KEY = (
    ("input", "Input: enter figures here; nowhere else"),
    ("calc", "Calculation: a native formula"),
    ("link", "Link: the same figure on another sheet"),
    ("batch", "Filled by a batch run: a value, current only while the inputs are those of the run"),
    ("accel", "ACCEL function: calculates where the add-in is installed; the native figure beside it always does"),
    ("constant", "Constant of nature or law: locked"),
)


def cover(template: Template, layout: Layout) -> None:
    """Lay out the Cover; the contents list is added when all sheets are known."""
    page = Page("Cover", widths=[(0, 0, 24.0), (1, 1, 96.0)], landscape=False, repeat=(0, 1), freeze=(2, 0))
    layout.pages.append(page)
    page.head(template.title, "What this workbook is for, how to read it, and where to find what")
    row = 4
    facts = (
        ("Purpose", template.purpose),
        ("Audience", template.audience),
        *template.basis,
        ("Template version", template.version),
    )
    for label, text in facts:
        page.put(row, 0, label, "fact")
        page.put(row, 1, text, "wrap")
        page.heights[row] = 13.0 * (1 + len(text) // 118) + 2
        row += 1
    row += 1
    page.put(row, 0, "Colour key", "section")
    page.put(row, 1, None, "section")
    for role, text in KEY:
        row += 1
        if role == "input":  # its style is worn by inputs alone, so the key names it
            page.put(row, 0, "blue on yellow", "unit")
        else:
            page.put(row, 0, "as this word", role, "text")
        page.put(row, 1, text, "label")
    row += 2
    page.put(row, 0, "Contents", "section")
    page.put(row, 1, None, "section")
    page.area = (row, 1)


def contents(layout: Layout) -> None:
    """Add the list of sheets to the Cover, each a link."""
    page = layout.page("Cover")
    row = page.area[0]
    for other in layout.pages[1:]:
        row += 1
        page.put(row, 0, other.name, "url", link=other.name)
        about = other.cells.get((2, 0))
        page.put(
            row,
            1,
            about.content if about and about.content else "The decision on one page: figures and charts",
            "label",
        )
        other.put(1, 1, "Cover", "url", link="Cover")


def log(template: Template, layout: Layout) -> None:
    """Lay out the Log: versions of the template and the sources of its figures."""
    page = Page("Log", widths=[(0, 0, 26.0), (1, 1, 12.0), (2, 2, 60.0), (3, 3, 116.0)], freeze=(3, 0), repeat=(0, 2))
    layout.pages.append(page)
    page.head("Log", "Versions of this template, and the sources of its figures")
    row = 4
    for column, text in enumerate(("Version", "Date", "Change", "Author")):
        page.put(row, column, text, "heading_centre" if text == "Date" else "heading")
    for release in template.releases:
        row += 1
        page.put(row, 0, release.version, "label", "text")
        page.put(row, 1, release.date, "centre", "date")
        page.put(row, 2, release.change, "wrap")
        page.put(row, 3, release.author, "label")
    row += 2
    for column, text in enumerate(("Source", "Date", "Document", "Address")):
        page.put(row, column, text, "heading_centre" if text == "Date" else "heading")
    for source in template.sources:
        row += 1
        page.put(row, 0, source.id, "label", "text")
        page.put(row, 1, source.date, "centre", "date")
        page.put(row, 2, source.document, "wrap")
        page.put(row, 3, source.address, "label")
        page.heights[row] = 13.0 * (1 + len(source.document) // 74) + 1
