"""Tables of named lines: what functions give that show several figures over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accelxl.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from accelxl.functions.cells import Rows


def named_lines(names: Sequence[str], lines: NDArray[np.float64], corner: str, first: int = 1) -> Rows:
    """Return lines over time as rows: a header of the periods from `first` on, then a name and its figures in each row.

    Raises
    ------
    ShapeError
        If there are several cases: each would be a table.
    """
    if lines.ndim != 2:
        raise ShapeError(
            "a range is given for a single value; a single cell is allowed, since each value gives a table"
        )
    rows: list[list[Any]] = [[corner, *range(first, first + lines.shape[1])]]
    return rows + [[name, *line] for name, line in zip(names, lines.tolist(), strict=True)]
