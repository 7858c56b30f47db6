"""Tables with a header: each row becomes a record whose fields, units and limits are those of a dataclass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from accelxl.arrays import annotated
from accelxl.errors import ShapeError, UnknownName, WrongType, nearest
from accelxl.functions.cells import Cell, Rows, is_blank, show, used
from accelxl.functions.readers import one_number, one_word
from accelxl.functions.registry import Argument

Record = TypeVar("Record")


def records(rows: Rows, kind: type[Record], what: str) -> list[Record]:
    """Return the rows of a table as records; a blank is the field's default, blank rows and columns are passed over.

    Raises
    ------
    UnknownName
        If the header has a name that is no field, or one twice.
    ShapeError
        If there is no row, or a column that is needed is missing.
    WrongType, OutOfRange
        If a cell is not what its field allows; the sentence names row and column.
    """
    columns = header(rows, list(annotated(as_key(kind))), what)
    lines = [(number, row) for number, row in enumerate(used(rows)[1:], 2) if not all(map(is_blank, row))]
    if not lines:
        raise ShapeError(f"{what} has a header and no rows; one row or more is needed below {', '.join(columns)}")
    return [_record(kind, columns, row, f"row {number} of {what}") for number, row in lines]


def header(rows: Rows, allowed: Sequence[str], what: str) -> dict[str, int]:
    """Return the place of each column that the first row names."""
    found: dict[str, int] = {}
    for place, cell in enumerate(rows[0] if rows else []):
        if is_blank(cell):
            continue
        if not isinstance(cell, str):
            raise WrongType(
                f"the first row of {what} has {show(cell)}; names of columns are needed: {', '.join(allowed)}"
            )
        name = cell.strip().lower()
        if name not in allowed:
            raise UnknownName(f"the first row of {what} has {cell.strip()!r}; {nearest(name, allowed)}")
        if name in found:
            raise UnknownName(f"the first row of {what} has {name} twice; each column once is allowed")
        found[name] = place
    if not found:
        raise ShapeError(f"the first row of {what} is blank; names of columns are needed: {', '.join(allowed)}")
    return found


def as_key(kind: type) -> Any:
    """Return a class as the key of a cache, which the type checker would not take."""
    return kind


def _record(kind: type[Record], columns: dict[str, int], row: list[Cell], where: str) -> Record:
    given: dict[str, Any] = {}
    quantities = annotated(as_key(kind))
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in quantities:
            continue
        quantity = quantities[field.name]
        cell = row[columns[field.name]] if field.name in columns else None
        if is_blank(cell):
            if field.default is MISSING and field.default_factory is MISSING:
                raise ShapeError(f"{where}: {field.name} is blank; {quantity.allowed()} is needed")
            continue
        argument = Argument(field.name, quantity, "")
        words = quantity.kind in {"text", "choice"}
        if words and not isinstance(cell, str) and isinstance(cell, (int, float)) and quantity.kind == "text":
            given[field.name] = show(cell)  # a year or a number for a label
        else:
            given[field.name] = (one_word if words else one_number)(argument, cell, f"{where}: {field.name}")
    return kind(**given)
