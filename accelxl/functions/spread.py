"""Cases: ranges given for single values, broadcast against each other and taken through a function together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.errors import AccelError, ShapeError
from accelxl.functions.cells import CODES, MOST_CELLS, NA, NUM, VALUE, Outcome, Stopped, code_of, sentence
from accelxl.functions.results import as_array, undefined, with_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from accelxl.functions.readers import Spread
    from accelxl.functions.registry import Function

    Case = tuple[str, bool, Spread]
    Codes = NDArray[np.int8]

MOST_FIGURES = 1 << 25
"""Figures of a block of series, each row repeated for every case that uses it."""
MOST_CALLS = 10_000
"""Different words, or other values that a function takes one at a time, in one call."""
ONE_BY_ONE = 1024
"""Cases that are tried one by one when the function refuses them together."""


def over_cases(function: Function, given: dict[str, Any], cases: list[Case]) -> tuple[NDArray[Any], str]:
    """Return the results of all cases as cells in their broadcast shape, and the sentence of the first error among them."""
    shape = _shape(cases)
    codes, why = _codes(cases, shape)
    good = np.arange(shape[0] * shape[1]) if codes is None else np.flatnonzero(codes == 0)
    fixed = {name: value for name, value in given.items() if all(name != case[0] for case in cases)}
    vectors = {name: _of_cases(name, spread, shape, good) for name, single, spread in cases if not single}
    words = {name: _of_cases(name, spread, shape, good) for name, single, spread in cases if single}
    pieces: list[Piece] = []
    for places, chosen in _calls(words, len(good)):
        piece = _call(function, fixed | chosen, {name: values[places] for name, values in vectors.items()}, len(places))
        why = why or piece.why
        pieces.append(Piece(good[places], piece.values, piece.codes))
    values, marks = _together(pieces, shape[0] * shape[1], codes)
    if values.dtype != object:
        lacks = (marks == 0) & ~np.isfinite(values)
        if lacks.any():
            marks[lacks] = CODES[NUM]
            why = why or undefined(function)
    elif not why and any(item is NUM for item in values.reshape(-1)):
        why = undefined(function)
    if not why and (marks == CODES[NA]).any():
        why = "the series are of unequal length; the shorter ones end in #N/A"
    return _in_shape(with_errors(values, marks) if marks.any() else values, shape), why


class Piece:
    """Results of some of the cases: `values` one entry or one row for each, `codes` the errors among them."""

    __slots__ = ("codes", "places", "values", "why")

    def __init__(
        self, places: NDArray[np.intp] | None, values: NDArray[Any], codes: Codes | None = None, why: str = ""
    ) -> None:
        self.places, self.values, self.codes, self.why = places, values, codes, why


def _shape(cases: list[Case]) -> tuple[int, int]:
    """Return the broadcast shape of the cases."""
    sizes = [{spread.shape[axis] for *_, spread in cases} - {1} for axis in (0, 1)]
    if any(len(size) > 1 for size in sizes):
        given = ", ".join(f"{name} {spread.shape[0]} x {spread.shape[1]}" for name, _, spread in cases)
        raise ShapeError(
            f"the ranges do not fit together: {given}; equal lengths, a column against a row, or single cells are allowed"
        )
    rows, columns = (size.pop() if size else 1 for size in sizes)
    if rows * columns > MOST_CELLS:
        raise Stopped(f"the ranges make {rows:,} x {columns:,} results; at most {MOST_CELLS:,} are given", VALUE)
    return rows, columns


def _codes(cases: list[Case], shape: tuple[int, int]) -> tuple[Codes | None, str]:
    """Return the first error of each case in the order of the arguments, None where there is none, and the first sentence."""
    total: Codes | None = None
    why = ""
    for *_, spread in cases:
        if spread.codes is not None:
            codes = np.broadcast_to(spread.codes.reshape(spread.shape), shape).reshape(-1)
            total = codes.copy() if total is None else np.where(total == 0, codes, total)
            why = why or spread.why
    return total, why


def _of_cases(name: str, spread: Spread, shape: tuple[int, int], good: NDArray[np.intp]) -> NDArray[Any]:
    """Return an argument's value, or its series, of each good case."""
    if spread.values.ndim == 1:
        return np.broadcast_to(spread.values.reshape(spread.shape), shape).reshape(-1)[good]
    if len(good) * spread.values.shape[1] > MOST_FIGURES:
        raise Stopped(
            f"{name} has {spread.values.shape[1]:,} figures for each of {len(good):,} results; {MOST_FIGURES:,} are allowed",
            VALUE,
        )
    rows = np.broadcast_to(np.arange(spread.shape[0]).reshape(-1, 1), shape).reshape(-1)[good]
    return spread.values[rows]


def _calls(words: dict[str, NDArray[Any]], count: int) -> Iterator[tuple[NDArray[np.intp], dict[str, Any]]]:
    """Yield the places and values of each different set of words; all places at once where there are none."""
    if not words or not count:
        if count:
            yield np.arange(count), {}
        return
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, key in enumerate(zip(*(values.tolist() for values in words.values()), strict=True)):
        groups.setdefault(key, []).append(place)
    if len(groups) > MOST_CALLS:
        raise Stopped(
            f"{', '.join(words)}: {len(groups):,} different values; at most {MOST_CALLS:,} are allowed in one call",
            VALUE,
        )
    for key, places in groups.items():
        yield np.array(places), dict(zip(words, key, strict=True))


def _call(function: Function, fixed: dict[str, Any], vectors: dict[str, NDArray[Any]], count: int) -> Piece:
    """Return the results of one call; where the function refuses the cases together, of each alone."""
    try:
        return _piece(function.target(**fixed, **vectors), count, bool(vectors))
    except AccelError as error:
        if not vectors or count > ONE_BY_ONE or error.cell == VALUE:
            return _refused(error, count)
    alone = [
        _alone(function, fixed, {name: values[place] for name, values in vectors.items()}) for place in range(count)
    ]
    pieces = [Piece(np.array([place]), piece.values, piece.codes) for place, piece in enumerate(alone)]
    values, marks = _together(pieces, count, None)
    return Piece(None, values, marks, next((piece.why for piece in alone if piece.why), ""))


def _alone(function: Function, fixed: dict[str, Any], one: dict[str, Any]) -> Piece:
    plain = {name: value if isinstance(value, np.ndarray) else float(value) for name, value in one.items()}
    try:
        return _piece(function.target(**fixed, **plain), 1, vectors=False)
    except AccelError as error:
        return _refused(error, 1)


def _refused(error: AccelError, count: int) -> Piece:
    return Piece(None, np.full(count, np.nan), np.full(count, code_of(error), dtype=np.int8), sentence(error))


def _piece(result: Any, count: int, vectors: bool) -> Piece:
    """Return the result of a call as one entry or one row for each of its cases."""
    why = ""
    if isinstance(result, Outcome):
        result, why = result.value, result.why
    values = as_array(result)
    if not vectors or values.ndim == 0:
        values = np.broadcast_to(values, (count, *values.shape))
    if values.ndim > 2 or len(values) != count:
        raise ShapeError("the result of each case is a table; single cells are allowed where a range is given")
    return Piece(None, values, None, why)


def _together(pieces: list[Piece], count: int, codes: Codes | None) -> tuple[NDArray[Any], Codes]:
    """Return the values and errors of all cases; a series shorter than the longest ends in #N/A."""
    periods = max((piece.values.shape[1] for piece in pieces if piece.values.ndim == 2), default=0)
    if count * periods > MOST_CELLS:
        raise Stopped(
            f"{count:,} results of {periods:,} periods are {count * periods:,} cells; at most {MOST_CELLS:,} are given",
            VALUE,
        )
    kind = object if any(piece.values.dtype == object for piece in pieces) else np.float64
    values = np.full((count, periods or 1), np.nan, dtype=kind)
    marks = np.zeros(values.shape, dtype=np.int8)
    if codes is not None:
        marks[:] = codes[:, np.newaxis]
    for piece in pieces:
        rows = piece.values.reshape(len(piece.values), -1)
        width = rows.shape[1]
        values[piece.places, :width] = rows
        marks[piece.places, width:] = CODES[NA]
        if piece.codes is not None:
            marks[piece.places] = piece.codes.reshape(len(rows), -1)
    return (values, marks) if periods else (values[:, 0], marks[:, 0])


def _in_shape(values: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Return the cases in their shape: series of a column of cases as rows, of a row of cases as columns."""
    if values.ndim == 1:
        return values.reshape(shape)
    if shape[1] == 1:
        return values
    if shape[0] == 1:
        return np.ascontiguousarray(values.T)
    raise ShapeError(
        f"a series for each cell of a {shape[0]} x {shape[1]} range has three dimensions; give a row or a column"
    )
