"""Rank correlations of inputs: from what a user writes down to the triangle that links normal scores.

A Gaussian copula whose scores have Pearson correlation 2 sin(pi rho / 6) has Spearman's rank correlation rho, whatever the
distributions of the inputs (Pearson 1907; Kruskal 1958).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import OutOfRange, ShapeError, UnknownName, nearest
from accelxl.scenario.checks import as_float, rows_of, shown

Matrix = NDArray[np.float64]

PI = 3.141592653589793
SINGULAR = 1e-12
"""A pivot up to which a matrix counts as not positive definite."""


def _cell(value: Any, first: str, second: str) -> float:
    allowed = "a number from -1 to 1 is allowed"
    number = as_float(value, f"the correlation of {first} and {second} is {shown(value)}; {allowed}")
    if not -1.0 <= number <= 1.0:
        raise OutOfRange(f"the correlation of {first} and {second} is {number:g}; a number from -1 to 1 is allowed")
    return number


def _of_pairs(pairs: Mapping[Any, Any], names: Sequence[str]) -> Matrix:
    matrix = np.eye(len(names))
    for pair, value in pairs.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ShapeError(
                f"{shown(pair)} names no pair of inputs; a key such as ({shown(names[0])}, {names[-1]!r}) is allowed"
            )
        for name in pair:
            if name not in names:
                raise UnknownName(f"{shown(name)} of the correlation has no distribution; {nearest(str(name), names)}")
        first, second = names.index(pair[0]), names.index(pair[1])
        if first == second:
            raise ShapeError(f"the correlation of {pair[0]} with itself is given; it is 1")
        figure = _cell(value, *pair)
        if pair[::-1] in pairs and _cell(pairs[pair[::-1]], *pair) != figure:
            raise OutOfRange(
                f"the correlation of {pair[0]} and {pair[1]} is {figure:g} and {pairs[pair[::-1]]:g}; one figure is allowed"
            )
        matrix[first, second] = matrix[second, first] = figure
    return matrix


def _of_named(
    rows: Sequence[Sequence[Any]], header: Sequence[Any], side: Sequence[Any], names: Sequence[str]
) -> Matrix:
    """Return the matrix of a table with names above and at the side; the inputs that it leaves out stand alone.

    Rows whose sides are no names, but numbers or nothing, stand in the order of the header.
    """
    words = [str(cell).strip() for cell in header]
    lines = [cell.strip() for cell in side if isinstance(cell, str) and cell.strip()] or words
    for word in (*words, *lines):
        if word not in names:
            raise UnknownName(f"{shown(word)} of the correlation has no distribution; {nearest(word, names)}")
    if len(set(words)) < len(words) or len(rows) != len(words) or sorted(lines) != sorted(words):
        raise ShapeError(
            f"the correlation has the {len(rows)} rows {', '.join(lines)} and the columns {', '.join(words)}; each input once on "
            "both sides is allowed"
        )
    matrix = np.eye(len(names))
    for line, row in zip(lines, rows, strict=True):
        for word, value in zip(words, row, strict=True):
            matrix[names.index(line), names.index(word)] = _cell(value, line, word)
    return matrix


def matrix_of(given: Any, names: Sequence[str]) -> Matrix:
    """Return the rank correlations of the named inputs as a symmetric matrix.

    Parameters
    ----------
    given : matrix, DataFrame, dict or table
        Rows and columns in the order of `names`; a DataFrame by name; a dict such as {("pue", "units"): 0.3}; or rows of a table whose
        first row and first column are names.
    names : sequence of str
        The inputs that have distributions.

    Raises
    ------
    ShapeError, UnknownName, WrongType, OutOfRange
        If it is no such matrix.

    Examples
    --------
    >>> matrix_of({("pue", "units"): 0.3}, ["units", "pue"])
    array([[1. , 0.3],
           [0.3, 1. ]])
    """
    if isinstance(given, Mapping):
        return _of_pairs(given, names)
    if hasattr(given, "columns") and hasattr(given, "index"):
        matrix = _of_named(given.to_numpy().tolist(), list(given.columns), list(given.index), names)
    else:
        rows = rows_of(given, "the correlation", "a matrix, a table with names or a dict by pairs is allowed")
        if rows and isinstance(rows[0], list) and any(isinstance(cell, str) and cell.strip() for cell in rows[0][1:]):
            matrix = _of_named([row[1:] for row in rows[1:]], rows[0][1:], [row[0] for row in rows[1:]], names)
        else:
            if len(rows) != len(names) or any(len(row) != len(names) for row in rows):
                shape = f"{len(rows)} x {len(rows[0]) if rows else 0}"
                raise ShapeError(
                    f"the correlation is {shape} and {len(names)} inputs have distributions; {len(names)} x {len(names)} is allowed"
                )
            matrix = np.array(
                [[_cell(value, names[i], names[j]) for j, value in enumerate(row)] for i, row in enumerate(rows)]
            )
    for i, first in enumerate(names):
        if matrix[i, i] != 1.0:
            raise OutOfRange(f"the correlation of {first} with itself is {matrix[i, i]:g}; it is 1")
        for j, second in enumerate(names[:i]):
            if matrix[i, j] != matrix[j, i]:
                raise OutOfRange(
                    f"the correlation of {first} and {second} is {matrix[i, j]:g} and {matrix[j, i]:g}; one figure is allowed"
                )
    return matrix


def sine(x: float) -> float:
    """Return sin(x) for |x| <= pi / 6 by its series: the same bits on every machine."""
    square, term, total = x * x, x, x
    for k in range(3, 23, 2):
        term *= -square / (k * (k - 1))
        total += term
    return total


def triangle(ranks: Matrix, names: Sequence[str]) -> Matrix:
    """Return the lower triangle L with L L' the correlations of the normal scores behind rank correlations.

    Raises
    ------
    OutOfRange
        If no such triangle exists: the matrix is not positive definite.

    Examples
    --------
    >>> triangle(np.array([[1.0, 0.5], [0.5, 1.0]]), ["a", "b"]).round(4)
    array([[1.    , 0.    ],
           [0.5176, 0.8556]])
    """
    n = len(names)
    lower = np.zeros((n, n))
    scores = np.array(
        [[1.0 if i == j else 2.0 * sine(PI * float(ranks[i, j]) / 6.0) for j in range(n)] for i in range(n)]
    )
    for i in range(n):
        for j in range(i + 1):
            rest = float(scores[i, j])
            for k in range(j):
                rest -= float(lower[i, k] * lower[j, k])
            if i > j:
                lower[i, j] = rest / lower[j, j]
            elif rest > SINGULAR:
                lower[i, i] = np.sqrt(rest)
            else:
                raise _contradiction(ranks, scores, names, i)
    return lower


def _contradiction(ranks: Matrix, scores: Matrix, names: Sequence[str], row: int) -> OutOfRange:
    """Return the error for a matrix that no scores can have, found at one of its rows."""
    smallest = float(np.linalg.eigvalsh(scores)[0])
    others = ", ".join(name for k, name in enumerate(names[:row]) if ranks[row, k] != 0.0)
    return OutOfRange(
        f"the correlation matrix is not positive definite: {names[row]} cannot be linked so to {others} "
        f"(smallest eigenvalue {smallest:.3g}); weaker correlations are allowed"
    )
