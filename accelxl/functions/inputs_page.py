"""The inputs of a plan as a page and as rows, from the table in `accelxl.plan.inputs`."""

from __future__ import annotations

from collections.abc import Sequence

from accelxl.functions.pages import markdown_table
from accelxl.plan.inputs import INPUTS, Input

HEADER = ("input", "unit", "default", "allowed", "meaning")
WORDS = frozenset({"text", "date", "1"})
"""Units that are none."""
OPENING = """<!-- Made from accelxl/plan/inputs.py by `accelxl generate`; a test holds that it is current. -->

# Inputs of a plan

A plan is names and values: on the command line a file of them, in Python a dict, in a sheet two columns. Names are written as they
stand here, with their unit; a share of 60 % is 0.6. What has no default and is not *needed* may stay blank. `accelxl inputs` prints this
table, `accelxl inputs price` what has to do with prices.

Inputs *of a tranche* may differ between purchases: in a CSV each tranche has a value column of its own, in JSON and Python each is
an object in the list `tranches`. Those *of the plan* stand once, in the first value column or at the top.
"""
SCOPES = {"tranche": "of a tranche", "plan": "of the plan"}


def rows_of(words: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """Return group, name, unit, default, what is allowed and meaning of each input whose name or meaning has all `words`.

    Examples
    --------
    >>> rows_of(["cache", "hit"])
    [('price', 'cache_hit_rate', 'share', '0', '0 to 1', 'share of input tokens served from cache')]
    """
    rows = [
        (row.group, row.name, unit_of(row), _default(row), _allowed(row), row.meaning)
        for group in groups()
        for row in INPUTS.values()
        if row.group == group
    ]
    return [row for row in rows if all(word.lower() in " ".join(row).lower() for word in words)]


def groups() -> list[str]:
    """Return the groups of the inputs in the order of their first input."""
    return list(dict.fromkeys(row.group for row in INPUTS.values()))


def inputs_page() -> str:
    """Return the text of docs/inputs.md."""
    parts = [OPENING]
    for group in groups():
        parts.append(f"## {group.capitalize()}\n")
        members = [row for row in INPUTS.values() if row.group == group]
        lines = [
            (f"`{row.name}`", unit_of(row), _default(row), _allowed(row), SCOPES[row.scope], row.meaning)
            for row in members
        ]
        parts.append(markdown_table((*HEADER[:4], "scope", HEADER[4]), lines))
    return "\n".join(parts)


def unit_of(row: Input) -> str:
    """Return the unit of an input, nothing where it is a word, a date or a bare number."""
    return "" if row.quantity.unit in WORDS else row.quantity.unit


def _default(row: Input) -> str:
    if row.default is None:
        return "needed" if row.required else ""
    return f"{row.default:g}" if isinstance(row.default, float) else row.default


def _allowed(row: Input) -> str:
    quantity = row.quantity
    if quantity.kind != "number":
        return quantity.allowed()
    whole = ", whole" if quantity.whole else ""
    return f"{quantity.low:,.9g} to {quantity.high:,.9g}{whole}" if abs(quantity.high) < 1e9 else _large(row) + whole


def _large(row: Input) -> str:
    return f"{row.quantity.low:g} to {row.quantity.high:g}".replace("e+", "e").replace("e0", "e")
