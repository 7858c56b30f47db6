"""A book's cells as plain data: what the engine computes on, wherever they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accelxl.workbook.formulas.compile import Key, Rect


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula; `spill` is the rectangle of an array formula, `origin` the cell for which the text was written, where it is another."""

    text: str
    spill: Rect | None = None
    origin: tuple[int, int] | None = None


@dataclass(slots=True)
class Sheets:
    """The cells of a book.

    `constants` holds floats, texts, bools and `CellError`s; `formulas` the formulas; `names` the defined
    names with what they refer to, by lower-case name; `cached` the values that formula cells carry.
    """

    titles: list[str]
    constants: dict[Key, Any] = field(default_factory=dict)
    formulas: dict[Key, Formula] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    cached: dict[Key, Any] = field(default_factory=dict)
