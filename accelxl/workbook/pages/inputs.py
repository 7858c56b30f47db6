"""The Inputs sheet."""

from __future__ import annotations

from accelxl.units import Quantity
from accelxl.workbook.layout import Layout, Page, Rule
from accelxl.workbook.template import Item, Template

HEADER = ("Name", "Label", "Value", "Unit", "Source", "As of", "Low", "High", "Meaning")
HEADS = {
    "Value": "heading_right",
    "Low": "heading_right",
    "High": "heading_right",
    "As of": "heading_centre",
}
VALUE, AS_OF = 2, 5
PER_LINE = 17
"""Letters of a text that fit on a line of the Value column."""
PER_NOTE = 105
"""Letters that fit on a line of the Meaning column."""


def unit_of(quantity: Quantity) -> str:
    """Return a unit as the sheet shows it."""
    return {"flag": "1 yes, 0 no", "choice": "choice", "text": "text"}.get(
        quantity.kind, "ratio" if quantity.unit == "1" else quantity.unit
    )


def inputs(template: Template, layout: Layout) -> None:
    """Lay out the Inputs sheet."""
    widths = [34.0, 54.0, 18.0, 24.0, 30.0, 12.0, 13.0, 13.0, 88.0]
    page = Page("Inputs", widths=[(k, k, width) for k, width in enumerate(widths)], freeze=(4, 2), repeat=(0, 3))
    layout.pages.append(page)
    page.head("Inputs", "Every figure that the model takes, with its unit, source, date and plausible range")
    for column, text in enumerate(HEADER):
        page.put(3, column, text, HEADS.get(text, "heading"))
    row = 3
    for group in template.inputs:
        row += 1
        for column in range(len(HEADER)):
            page.put(row, column, group.title if column == 0 else None, "section")
        first = row + 1
        for item in group.items:
            row += 1
            _item(page, layout, item, row)
        for shared in dict.fromkeys(item.range_name for item in group.items if item.group):
            places = [first + place for place, item in enumerate(group.items) if item.range_name == shared]
            layout.name(shared, page, places[0], VALUE, places[-1], VALUE)


def _look(item: Item) -> str:
    return "input_text" if item.quantity.kind == "text" else "input"


def _item(page: Page, layout: Layout, item: Item, row: int) -> None:
    page.put(row, 0, item.defined, "unit")
    page.put(row, 1, item.label, "label")
    page.put(row, VALUE, item.value, "constant" if item.fixed else _look(item), item.format)
    if isinstance(item.value, str):
        page.heights[row] = 13.0 * (1 + len(item.value) // PER_LINE) + 2
    page.put(row, 3, unit_of(item.quantity), "beside")
    page.put(row, 4, item.source, "beside")
    page.put(row, AS_OF, item.as_of, "centre", "date")
    for column, end in ((6, item.low), (7, item.high)):
        shown = item.value if end is None and not isinstance(item.value, str) else end
        page.put(row, column, shown, "range", item.format)
    lines = 1 + len(item.note) // PER_NOTE
    page.put(row, 8, item.note, "note" if lines == 1 else "note_wrap")
    if lines > 1:
        page.heights[row] = max(page.heights.get(row, 0.0), 13.0 * lines + 2)
    layout.name(item.defined, page, row, VALUE)
    for end, column in (("low", 6), ("high", 7)):
        if item.ranged:
            layout.name(f"{end}_{item.name}", page, row, column)
    if item.dated:
        layout.name(f"asof_{item.name}", page, row, AS_OF)
    if not item.fixed:
        allowed = item.quantity.allowed() if len(item.quantity.choices) < 8 else "a name of the list"
        month = item.quantity.kind == "date" and bool(item.input)
        if month:
            allowed = "the first day of a month"
        error = f"{item.label}: {allowed} is allowed{', or blank' if item.blank else ''}."
        page.rules.append(
            Rule(row, VALUE, item.quantity, item.defined[:32], error[:255], item.note[:255], item.blank, month)
        )
