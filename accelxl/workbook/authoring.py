"""What authors of templates share: items from the catalogue, items that are assumed, constants, sources, and the block of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.plan.inputs import INPUTS
from accelxl.units import Quantity
from accelxl.workbook.template import Block, Content, Entry, Item, Source, listed

MODEL_DATE = dt.date(2026, 11, 23)
"""Day of the templates: the date of their assumptions and of their first budget."""
ASSUMED = "A1"
"""Source of an assumption."""
OWN = "O1"
"""Source of the user's own records, such as closed months; a template has an example of them."""

RESALE = "used price against new price of an H100 after 60 months; the catalogue has none of others"
"""What stands beside a resale value at the end of service."""


class Sources:
    """The sources that a template's items name, numbered in the order of their first use."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Source] = {}
        self.rows: list[Source] = [
            Source(ASSUMED, "Assumption of this template, to be replaced by your own figure", MODEL_DATE),
            Source(
                "S1",
                "Catalogue of AccelXL, version " + catalogue.version() + ": figures of S2 and on are taken from it",
                MODEL_DATE,
            ),
        ]

    def of(self, fact: Fact) -> str:
        """Return the id of a fact's source."""
        key = (fact.source, fact.url)
        if key not in self.found:
            source = Source(f"S{len(self.found) + 2}", fact.source, fact.as_of, fact.url)
            self.found[key] = source
            self.rows.append(source)
        return self.found[key].id


def fact_item(
    sources: Sources,
    name: str,
    label: str,
    fact: Fact,
    quantity: Quantity,
    *,
    low: Content = None,
    high: Content = None,
    scale: float = 1.0,
    format: str = "number",
    group: str = "",
    dated: bool = False,
    note: str = "",
) -> Item:
    """Return an item whose value, and range where none is given, are a fact of the catalogue, times `scale`."""
    return Item(
        name,
        label,
        fact.value * scale,
        quantity,
        sources.of(fact),
        fact.as_of,
        fact.low * scale if low is None else low,
        fact.high * scale if high is None else high,
        format,
        note or fact.note,
        group=group,
        dated=dated,
    )


def assumed_item(
    name: str,
    label: str,
    value: Content,
    quantity: Quantity,
    low: Content = None,
    high: Content = None,
    *,
    format: str = "number",
    group: str = "",
    note: str = "",
) -> Item:
    """Return an item that the template assumes."""
    return Item(name, label, value, quantity, ASSUMED, MODEL_DATE, low, high, format, note, group=group)


def constant(
    name: str,
    label: str,
    value: float,
    unit: str,
    *,
    source: str = ASSUMED,
    as_of: dt.date = MODEL_DATE,
    format: str = "number",
    group: str = "",
) -> Item:
    """Return a constant of nature, law or the template, which is locked: `k_<name>`."""
    return Item(name, label, value, Quantity(unit), source, as_of, format=format, fixed=True, group=group)


def plan_item(
    name: str,
    label: str,
    value: Content,
    source: str,
    as_of: dt.date,
    *,
    low: Content = None,
    high: Content = None,
    tranche: int = 0,
    of: str = "tranche",
    format: str = "number",
    choices: tuple[str, ...] = (),
    blank: bool = False,
    dated: bool = False,
    group: str = "",
    note: str = "",
) -> Item:
    """Return the item of a plan input; unit and limits come from the one table of plan inputs.

    Parameters
    ----------
    name : str
        A name of `accelxl.plan.inputs.INPUTS`.
    tranche : int
        1, 2 ... for an input of a tranche, which makes the name `in_<name>_<tranche>`; 0 for an input of the plan.
    of : str
        What the number counts: the label ends with it and the number.
    choices : tuple of str
        The words of a choice that the template's formulas know, where they do not know all.
    blank : bool
        Whether an empty cell has a meaning.
    group : str
        Shared name of neighbours, for INDEX.
    note : str
        What stands beside it; by default what the input means.
    """
    row = INPUTS[name]
    quantity = row.quantity
    if choices:
        quantity = Quantity(quantity.unit, kind="choice", choices=choices)
    ending = f"_{tranche}" if tranche else ""
    shown = f"{label}, {of} {tranche}" if tranche else label
    return Item(
        name + ending,
        shown,
        value,
        quantity,
        source,
        as_of,
        low,
        high,
        format,
        note or row.meaning,
        input=name,
        blank=blank,
        group=group,
        dated=dated,
    )


def naming(item: Item, *companions: str) -> Item:
    """Return the item of a device's name, whose figures are its companions: its price, throughput, power and the like."""
    note = f"a name alone; its figures are {listed(companions)}"
    return replace(item, companions=companions, note=note)


def plan_block(name: str, items: Iterable[Item], columns: int) -> Block:
    """Return the plan as ACCEL functions read it: the name of an input, then a column for each tranche."""
    given: dict[str, list[Item]] = {}
    for item in items:
        if item.input:
            given.setdefault(item.input, []).append(item)
    rows = []
    for plan_input, found in given.items():
        wide = found[:columns] if INPUTS[plan_input].scope == "tranche" else found[:1]
        rows.append((Entry(plan_input), *(Entry(_link(item), item.format) for item in wide)))
    heads = ("Input", *(f"Tranche {k + 1}" for k in range(columns)))
    return Block(name, "The plan: names, then one column a tranche", heads, tuple(rows))


def _link(item: Item) -> str:
    return f'=IF(ISNUMBER({item.defined}),{item.defined},"")' if item.blank else f"={item.defined}"
