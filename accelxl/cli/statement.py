"""The statement of a plan as a table: a line a row, its periods across, in the scale that needs the fewest blocks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from accelxl.cli.show import figure, out, settled
from accelxl.cli.table import blocks_of, print_table
from accelxl.plan.statement import LINES

SCALED = ("USD", "Mtok", "kWh")
"""Units of sums: these grow with the plan, prices and factors do not."""
SCALES = ((1.0, "", ""), (1e3, "k ", "thousands"), (1e6, "M ", "millions"))
DIGITS = 4


def print_statement(by: str, periods: Iterable[int], lines: Mapping[str, Sequence[float]]) -> None:
    """Print the lines of a statement under their periods."""
    head = ["line", "unit", *(f"{by} {period}" for period in periods)]
    sums = {unit: settled_lines(lines, unit) for unit in SCALED}
    values = {name: sums.get(LINES[name].unit, lines)[name] for name in lines}
    most = max(
        (abs(v) for unit in sums.values() for line in unit.values() for v in line if math.isfinite(v)), default=0
    )
    made = [
        (_blocks(rows, head), scale, word, rows)
        for scale, letter, word in SCALES
        if scale == 1.0 or most / scale >= 10 ** (DIGITS - 1)
        for rows in [_rows(values, scale, letter)]
    ]
    _, _, word, rows = min(made, key=lambda one: one[:2])
    if word:
        out.print(f"{', '.join(SCALED[:-1])} and {SCALED[-1]} in {word}", highlight=False)
    print_table(head, rows, repeated=2, figures=True)


def settled_lines(lines: Mapping[str, Sequence[float]], unit: str) -> dict[str, list[float]]:
    """Return the lines of one unit, residues of rounding as 0: what is small is judged beside all of them."""
    names = [name for name in lines if LINES[name].unit == unit]
    flat = iter(settled([float(value) for name in names for value in lines[name]], unit))
    return {name: [next(flat) for _ in lines[name]] for name in names}


def _rows(values: Mapping[str, Sequence[float]], scale: float, letter: str) -> list[list[str]]:
    rows = []
    for name, line in values.items():
        unit = LINES[name].unit
        scaled = unit in SCALED
        texts = aligned([value / scale for value in line] if scaled else line)
        rows.append([name, (letter if scaled else "") + unit, *texts])
    return rows


def _blocks(rows: Sequence[Sequence[str]], head: Sequence[str]) -> int:
    columns = [[Text(cell) for cell in column] for column in zip(head, *rows, strict=True)]
    return len(blocks_of(columns, [place > 1 for place in range(len(head))], out.width, 2))


def aligned(values: Iterable[float]) -> list[str]:
    """Return figures of one line with the same number of decimals: four digits of the largest, none beyond what all need.

    Examples
    --------
    >>> aligned([0.90909, 0.683013, 0.0]), aligned([0.6, 0.6]), aligned([1816473.6, -2.4]), aligned([435.2, math.nan])
    (['0.9091', '0.6830', '0.0000'], ['0.6', '0.6'], ['1,816,474', '-2'], ['435.2', '-'])
    """
    found = list(values)
    known = [value for value in found if math.isfinite(value)]
    most = max(map(abs, known), default=0.0)
    decimals = 0 if most == 0 else min(max(DIGITS - 1 - math.floor(math.log10(most)), 0), 9)
    texts = [f"{value:.{decimals}f}" for value in known]
    while decimals and all(text.endswith("0") for text in texts):
        texts = [text[:-1] for text in texts]
        decimals -= 1
    return [f"{value:z,.{decimals}f}" if math.isfinite(value) else figure(value) for value in found]
