"""Series against arguments: rows and cases broadcast together and go to a kernel in shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.arrays import cases, result
from accelxl.parallel import split

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from accelxl.units import Result


def row_by_row(
    kernel: Callable[..., None], *rows: NDArray[np.float64], at_least: int = 20_000, **values: Any
) -> Result:
    """Call ``kernel(*rows, *values, out)`` over the cases: the rows' leading axes and the values, broadcast.

    `rows` have one shape, their last axis is time. `at_least` cases are worth a thread.
    """
    shape, flat = cases(over=rows[0].shape[:-1], **values)
    periods = rows[0].shape[-1]
    tables = [np.broadcast_to(row, (*shape, periods)).reshape(-1, periods) for row in rows]
    out = np.empty(len(tables[0]))

    def run(low: int, high: int) -> None:
        kernel(*(table[low:high] for table in tables), *(value[low:high] for value in flat), out[low:high])

    split(run, len(out), at_least=at_least)
    return result(out.reshape(shape))
