"""The Inputs sheet, and the block in which ACCEL functions read the plan."""

from __future__ import annotations

from accelxl.plan.inputs import INPUTS
from accelxl.units import Quantity
from accelxl.workbook.layout import Layout, Page, Rule
from accelxl.workbook.template import Item, Template

HEADER = ("Name", "Label", "Value", "Unit", "Source", "As of", "Low", "High", "Meaning")
HEADS = {
    "Value": "heading_right",
    "Low": "heading_right",
    "High": "heading_right",
    "Source": "heading_centre",
    "As of": "heading_centre",
}
VALUE, AS_OF = 2, 5


def unit_of(quantity: Quantity) -> str:
    """Return a unit as the sheet shows it."""
    return {"flag": "1 yes, 0 no", "choice": "choice", "text": "text"}.get(
        quantity.kind, "ratio" if quantity.unit == "1" else quantity.unit
    )


def inputs(template: Template, layout: Layout) -> None:
    """Lay out the Inputs sheet."""
    widths = [34.0, 44.0, 15.0, 24.0, 9.0, 12.0, 13.0, 13.0, 88.0]
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
        for shared in dict.fromkeys(item.group for item in group.items if item.group):
            places = [first + place for place, item in enumerate(group.items) if item.group == shared]
            layout.name(f"k_{shared}", page, places[0], VALUE, places[-1], VALUE)


def _item(page: Page, layout: Layout, item: Item, row: int) -> None:
    page.put(row, 0, item.defined, "unit")
    page.put(row, 1, item.label, "label")
    page.put(row, VALUE, item.value, "constant" if item.fixed else "input", item.format)
    page.put(row, 3, unit_of(item.quantity), "beside")
    page.put(row, 4, item.source, "centre")
    page.put(row, AS_OF, item.as_of, "centre", "date")
    page.put(row, 6, item.low if item.low is not None else item.value, "range", item.format)
    page.put(row, 7, item.high if item.high is not None else item.value, "range", item.format)
    page.put(row, 8, item.note, "note")
    layout.name(item.defined, page, row, VALUE)
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


def plan_block(template: Template, layout: Layout) -> None:
    """Lay out the plan as ACCEL functions read it: a name, then one column a tranche."""
    page = Page(
        "Plan", widths=[(0, 0, 34.0), (1, template.plan_columns, 16.0)], freeze=(4, 1), repeat=(0, 3), landscape=False
    )
    layout.pages.append(page)
    page.head(
        "Plan block", "The inputs as ACCEL_PLAN reads them: names, then one column a tranche; change them on Inputs"
    )
    page.put(3, 0, "Input", "heading")
    for tranche in range(template.plan_columns):
        page.put(3, 1 + tranche, f"Tranche {tranche + 1}", "heading_right")
    row = 3
    given: dict[str, list[Item]] = {}
    for item in template.items:
        if item.input:
            given.setdefault(item.input, []).append(item)
    for name, items in given.items():
        row += 1
        page.put(row, 0, name, "label")
        for column, item in enumerate(items if INPUTS[name].scope == "tranche" else items[:1]):
            formula = f'=IF(ISNUMBER({item.defined}),{item.defined},"")' if item.blank else f"={item.defined}"
            page.put(row, 1 + column, role="link", format=item.format, formula=formula)
    layout.name("plan_block", page, 4, 0, row, template.plan_columns)
