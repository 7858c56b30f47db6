"""Cells drawn by chance, typed and mistyped, for any registered function: what the soak and the fuzzer call with."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from accelxl.functions import ERRORS, CellError
from accelxl.functions.cells import MOST_CELLS
from accelxl.functions.examples import cells_of
from accelxl.functions.registry import Argument, Function

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 12.0, 1e-300, 5e-324, 1e16, 1e300, -1e300, 2.0**53, 365.0, 46023.0, 1e9)
WORDS = ("", " ", "x", "1.5", "TRUE", "2026-01-01", "npv", "irr", "units", "SL", "DDB", "metric", "H100", "year", "pue", "utilization",
         "price_usd_per_mtok", "discount_rate", "a" * 300, "=1+1", "\x00", "é\u200b", "#N/A")  # fmt: skip
ODD: tuple[Any, ...] = (
    10**400, math.nan, math.inf, 1j, b"x", {}, object(), dt.date(1, 1, 1), dt.datetime(9999, 12, 31), np.float32(2), [[]], [[], []],
    [[1.0], [2.0, 3.0]], np.zeros((2, 2, 2)), np.full((2, 3), np.nan), ((True, "x"), (None, 1.0)),
)  # fmt: skip


class Chance(Protocol):
    """Where choices come from: a seeded generator, or the bytes of a fuzzer."""

    def below(self, count: int) -> int: ...
    def real(self, low: float, high: float) -> float: ...


class Seeded:
    """Choices of NumPy's generator, drawn in blocks."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.left: list[float] = []

    def _next(self) -> float:
        if not self.left:
            self.left = self.rng.random(4096).tolist()
        return self.left.pop()

    def below(self, count: int) -> int:
        return int(self._next() * count)

    def real(self, low: float, high: float) -> float:
        return low + (high - low) * self._next()


def single(chance: Chance, argument: Argument | None) -> Any:
    """One cell: mostly of the kind and within the limits of its argument, where there is one."""
    way = chance.below(16)
    quantity = argument.quantity if argument else None
    if way < 10 and quantity is not None:
        if quantity.kind in {"number", "series", "dates", "date"}:
            low, high = max(quantity.low, -1e6), min(quantity.high, 1e6)
            value = chance.real(low, high) if way < 6 else chance.real(max(low, 0.0), min(high, 60.0))
            return float(round(value)) if quantity.whole or way in {4, 7} else value
        if quantity.choices:
            return quantity.choices[chance.below(len(quantity.choices))]
        if quantity.kind == "flag":
            return chance.below(2) == 1
    if way < 12:
        return EDGES[chance.below(len(EDGES))]
    if way == 12:
        return None
    if way == 13:
        return WORDS[chance.below(len(WORDS))]
    if way == 14:
        return ERRORS[chance.below(len(ERRORS))]
    return ODD[chance.below(len(ODD))] if chance.below(3) == 0 else chance.real(-100.0, 100.0)


def cell(chance: Chance, argument: Argument | None) -> Any:
    """A cell or a range."""
    full = argument is not None and argument.quantity.kind in {"series", "dates", "table", "block"}
    if chance.below(8) < (2 if full else 7):
        return single(chance, argument)
    rows, columns = 1 + chance.below(4), 1 + chance.below(3)
    if full and argument is not None and argument.quantity.kind in {"series", "dates"}:
        rows, columns = (1, 1 + chance.below(24)) if chance.below(2) else (1 + chance.below(24), 1)
    if chance.below(4) == 0:
        return np.array([[chance.real(-10.0, 10.0) for _ in range(columns)] for _ in range(rows)])
    return [[single(chance, argument) for _ in range(columns)] for _ in range(rows)]


def given(chance: Chance, made: Function) -> list[Any]:
    """The cells of a call: drawn freely, or those of an example with a few of them changed."""
    if chance.below(2) == 0 and made.examples:
        cells = list(cells_of(made.examples[chance.below(len(made.examples))].formula)[1])
        for _ in range(1 + chance.below(2)):
            if cells:
                place = chance.below(len(cells))
                argument = made.arguments[place] if place < len(made.arguments) else None
                if isinstance(cells[place], list) and chance.below(2):
                    rows = [list(row) for row in cells[place]]
                    row = rows[chance.below(len(rows))]
                    if row:
                        row[chance.below(len(row))] = single(
                            chance,
                            None if argument is None or argument.quantity.kind in {"table", "block"} else argument,
                        )
                    cells[place] = rows
                else:
                    cells[place] = cell(chance, argument)
        return cells
    needed = sum(argument.required for argument in made.arguments)
    count = (
        needed + chance.below(len(made.arguments) - needed + 2)
        if chance.below(8)
        else chance.below(len(made.arguments) + 2)
    )
    return [cell(chance, made.arguments[place] if place < len(made.arguments) else None) for place in range(count)]


def wrong(outcome: Any) -> str:
    """What a host may not be given; empty where all is well."""
    if outcome.fault is not None:
        return f"a fault of ours: {outcome.fault!r}"
    value = outcome.value
    cells: list[Any] = [value]
    if isinstance(value, np.ndarray):
        if value.ndim != 2 or not 0 < value.size <= MOST_CELLS:
            return f"a result of shape {value.shape}"
        if value.dtype == np.float64:
            return "" if np.isfinite(value).all() else "a number that is none"
        cells = value.reshape(-1).tolist()
    for one in cells:
        if type(one) not in {float, str, CellError} or (type(one) is float and not math.isfinite(one)):
            return f"the cell {one!r}"
    if not outcome.why and any(type(one) is CellError for one in cells):
        return "an error without a sentence"
    return ""


Check = Callable[[str, list[Any]], None]
