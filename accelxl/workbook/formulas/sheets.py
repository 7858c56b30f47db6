"""A book's cells as plain data: what the engine computes on, wherever they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accelxl.workbook.formulas.compile import Key, Rect


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula; `spill` is the rectangle of an array formula."""

    text: str
    spill: Rect | None = None


@dataclass(slots=True)
class Sheets:
    """The cells of a book.

    `constants` holds floats, texts, bools and texts of errors ("#N/A" as `CellError`); `formulas` the formulas; `names` the defined
    names with what they refer to, by lower-case name; `cached` the values that formula cells carry.
    """

    titles: list[str]
    constants: dict[Key, Any] = field(default_factory=dict)
    formulas: dict[Key, Formula] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    cached: dict[Key, Any] = field(default_factory=dict)


class CellError(str):
    """The text of an error in a cell, such as #N/A: not a text that a formula may read."""

    __slots__ = ()
