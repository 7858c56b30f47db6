"""Cells of the examples as COM passes them, and answers as COM gives them to VBA."""

import numpy as np

from accelxl.functions import ERRORS, REGISTRY, CellError
from accelxl.functions.examples import cells_of

MISSING = -2147352572
SCODES = dict(
    zip(
        ERRORS, (-2146826288, -2146826281, -2146826273, -2146826265, -2146826259, -2146826252, -2146826246), strict=True
    )
)
STRANGE = {
    "missing": (MISSING, None),
    "blank": (None, None),
    "error": (SCODES[ERRORS[1]], ERRORS[1]),
    "text": ("thirty", "thirty"),
    "empty text": ("", ""),
    "flag": (True, True),
    "huge": (1e308, 1e308),
    "column": (((0.5,), (0.25,), (0.125,)), [[0.5], [0.25], [0.125]]),
    "row": ((0.5, 0.25), [[0.5, 0.25]]),
    "mixed": (((1.0, SCODES[ERRORS[6]]), ("a", None)), [[1.0, ERRORS[6]], ["a", None]]),
    "date as text": ("2026-11-23", "2026-11-23"),
}
"""What a cell or range may hold: as COM passes it, as the registry takes it."""


def as_com(value):
    """A cell or range of an example as COM passes it."""
    if isinstance(value, CellError):
        return SCODES[value]
    if isinstance(value, list):
        return tuple(tuple(as_com(cell) for cell in row) for row in value)
    return value


def examples():
    """Every function's first example: name, cells for the registry."""
    return [(name, cells_of(function.examples[0].formula)[1]) for name, function in REGISTRY.items()]


def all_examples():
    """Every example of every function: name, cells for the registry, formula."""
    return [
        (name, cells_of(example.formula)[1], example.formula)
        for name, function in REGISTRY.items()
        for example in function.examples
    ]


def from_com(answer):
    """Rows of an answer as VBA gets it, marked errors as errors. A tuple would be taken for several results by pywin32."""
    assert not isinstance(answer, tuple)
    if not isinstance(answer, list):
        return [[_cell(answer)]]
    if not isinstance(answer[0], list):
        return [[_cell(cell) for cell in answer]]
    assert len({len(row) for row in answer}) == 1
    return [[_cell(cell) for cell in row] for row in answer]


def _cell(cell):
    assert type(cell) in {float, str}, cell
    if isinstance(cell, str) and cell.startswith("\x01"):
        assert cell[1:] in ERRORS
        return CellError(cell[1:])
    return cell


def same(found, expected):
    """Whether two answers have the same cells: same bits for numbers, errors apart from text that looks like one."""
    return [[(type(c) is CellError, c) for c in row] for row in found] == [
        [(type(c) is CellError, float(c) if isinstance(c, np.floating) else c) for c in row] for row in expected
    ]
