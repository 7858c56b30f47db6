"""ACCEL functions inside books: the one seam through which their cells are computed, for all books of a batch at once."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from accelxl.functions import REGISTRY
from accelxl.plan.inputs import INPUTS
from accelxl.scenario.columns import varies

Rows = list[list[Any]]
KEPT = 12
"""Calls whose results are kept: cells that read a table by INDEX ask for it again, those of a few tables by turns."""


def known(name: str) -> bool:
    """Tell whether the registry has a function of this name."""
    return name in REGISTRY


def outside(name: str, arguments: list[list[Any]], books: int) -> list[Any]:
    """Return what a function of the registry gives in each book.

    Parameters
    ----------
    name : str
        A function such as ACCEL_PLAN.
    arguments : list of lists
        For each argument its cells by book, or one entry where all books agree: a scalar, or a list of rows.
    books : int
        How many books.

    Returns
    -------
    list
        A scalar or a list of rows for each book; one entry where all books agree.
    """
    if books > 2 and name == "ACCEL_PLAN" and len(arguments) == 2:
        together = _plans(arguments[0], arguments[1])
        if together is not None:
            return together
    for other, given, results in _last.calls:
        if name == other and _same(arguments, given):
            return results
    found = [_call(name, [column[min(book, len(column) - 1)] for column in arguments]) for book in range(books)]
    _last.calls = [*_last.calls[1 - KEPT :], (name, arguments, found)]
    return found


def _same(given: list[list[Any]], last: list[list[Any]]) -> bool:
    """Tell whether two lists of arguments are the same ranges and equal words and numbers."""
    return len(given) == len(last) and all(
        one is other or _equal(one, other) for one, other in zip(given, last, strict=True)
    )


def _equal(one: list[Any], other: list[Any]) -> bool:
    """Tell whether an argument has equal words and numbers in every book; a range that differs by book is not looked into."""
    if len(one) != len(other) or (len(one) > 1 and type(one[0]) is list):
        return False
    return one == other and _kinds(one) == _kinds(other)  # TRUE is equal to 1, and something else


def _kinds(cell: Any) -> Any:
    return [_kinds(part) for part in cell] if type(cell) is list else type(cell)


def _call(name: str, cells: list[Any]) -> Any:
    found = REGISTRY[name](*cells)
    return found.tolist() if hasattr(found, "tolist") else found


def _plans(blocks: list[Any], metrics: list[Any]) -> list[Any] | None:
    """Return a metric of the plan of every book by few calls of ACCEL_SCENARIOS; None where the blocks are no plans of one form."""
    if len(metrics) > 1 or not isinstance(metrics[0], str) or not isinstance(blocks[0], list):
        return None
    if _last.blocks is not blocks:
        _last.blocks, _last.groups = blocks, _groups(blocks)
    if _last.groups is None:
        return None
    results: list[Any] = [None] * len(blocks)
    for places, table in _last.groups:
        first = blocks[places[0]]
        if table is None:
            results = _spread(results, places, [_call("ACCEL_PLAN", [first, metrics[0]])] * len(places))
            continue
        found = REGISTRY["ACCEL_SCENARIOS"](first, table, metrics[0])
        if not isinstance(found, np.ndarray) or found.shape != (len(places), 1):
            return None
        results = _spread(results, places, found[:, 0].tolist())
    return results


def _spread(results: list[Any], places: list[int], given: list[Any]) -> list[Any]:
    for place, item in zip(places, given, strict=True):
        results[place] = item
    return results


class _Last(threading.local):
    """What was asked for last: a book asks for many metrics of one plan, and for many cells of one table."""

    blocks: list[Any] | None = None
    groups: list[tuple[list[int], Rows | None]] | None = None

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[list[Any]], list[Any]]] = []


_last = _Last()


def _groups(blocks: list[Rows]) -> list[tuple[list[int], Rows | None]] | None:
    """Return groups of books whose words, dates and blanks agree, each with a table of the numbers in which its books differ."""
    names = [row[0] for row in blocks[0]]
    if any(name not in INPUTS for name in names) or any([row[0] for row in block] != names for block in blocks):
        return None
    free = [varies(name) for name in names]
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, block in enumerate(blocks):
        words = tuple(
            None if moves and type(cell) is float else cell
            for row, moves in zip(block, free, strict=True)
            for cell in row[1:]
        )
        found.setdefault(words, []).append(place)
    return [(places, _table([blocks[place] for place in places])) for places in found.values()]


def _table(blocks: list[Rows]) -> Rows | None:
    """Return the numbers in which blocks differ, as a header and a row a book; None where they do not."""
    header, columns = [], []
    for place, row in enumerate(blocks[0]):
        for tranche in range(1, len(row)):
            cells = [block[place][tranche] for block in blocks]
            if cells.count(cells[0]) < len(cells):
                header.append(row[0] if INPUTS[row[0]].scope == "plan" else f"{row[0]}.{tranche}")
                columns.append(cells)
    return [header, *map(list, zip(*columns, strict=True))] if header else None
