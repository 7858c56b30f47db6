"""The quantile of a beta distribution as a table over the normal score, made once a run, with the same bits everywhere.

Only + - * /, square roots and the core's exp and log work here, element by element: no sum whose order a library chooses.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core

Vector = NDArray[np.float64]

CELLS = 1024
REACH = 8.25
"""The table runs over normal scores from -REACH to REACH; probability 8e-17 lies beyond each end."""
STEPS = 200


def log_gamma(x: float) -> float:
    """Return log(gamma(x)) for x > 0 by Stirling's series after x was raised above 20.

    Examples
    --------
    >>> abs(log_gamma(5.0) - float(core.log(24.0))) < 1e-14
    True
    """
    below = 1.0
    while x < 20.0:
        below *= x
        x += 1.0
    inverse, tail = 1.0 / (x * x), 0.0
    for factor in (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12):
        tail = tail * inverse + factor
    half_log_two_pi = 0.9189385332046727
    return (x - 0.5) * float(core.log(x)) - x + half_log_two_pi + tail / x - float(core.log(below))


def _fraction(x: Vector, a: float, b: float) -> Vector:
    """Return the continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method."""
    c, d = np.ones_like(x), 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d.copy()
    for m in range(1, STEPS):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + factor * d)
            c = 1.0 + factor / c
            value = value * (c * d)
        if np.abs(c * d - 1.0).max() < 4e-16:
            break
    return value


def log_lower(x: Vector, y: Vector, a: float, b: float) -> Vector:
    """Return log of the probability below x, for x up to the mean; y is 1 - x."""
    beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
    return np.asarray(a * core.log(x) + b * core.log(y) - beta - float(core.log(a)) + core.log(_fraction(x, a, b)))


def _lower_half(scores: Vector, a: float, b: float) -> Vector:
    """Return logit of the quantiles at normal scores whose quantile lies below the mean, by Newton's method in the logit."""
    target = core.log(core.ndtr(scores))
    beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
    # The leading term of the probability near 0, held below the mean.
    start = (target + float(core.log(a)) + beta) / a
    top = float(core.log(a / b))
    logit = np.minimum(start, top)
    for _ in range(60):
        tail = core.exp(-np.abs(logit))
        x = np.where(logit < 0, tail, 1.0) / (1.0 + tail)
        y = np.where(logit < 0, 1.0, tail) / (1.0 + tail)
        gap = log_lower(x, y, a, b) - target
        # d log F / d logit = f(x) x y / F
        slope = core.exp(a * core.log(x) + b * core.log(y) - beta - gap - target)
        step = np.clip(gap / slope, -2.0, 2.0)
        logit = np.minimum(logit - step, top + 0.5)
        if (np.abs(step) <= 1e-9 * (1.0 + np.abs(logit))).all():  # the next error is its square
            break
    return np.asarray(logit, np.float64)


@lru_cache(maxsize=64)
def score_table(a: float, b: float) -> Vector:
    """Return T with T(z) the beta quantile at probability Phi(z): six coefficients of each of CELLS cells, shape (CELLS * 6,).

    Each cell is the quintic that has the value and the first two derivatives at both ends; the error is about 1e-14.

    Examples
    --------
    >>> float(score_table(1.0, 1.0)[6 * CELLS // 2])
    0.5
    """
    scores = np.linspace(-REACH, REACH, CELLS + 1)
    middle = float(core.exp(log_lower(np.array([a / (a + b)]), np.array([b / (a + b)]), a, b))[0])
    split = float(core.ndtri(middle))
    low = scores <= split
    logit = np.empty_like(scores)
    logit[low] = _lower_half(scores[low], a, b)
    logit[~low] = -_lower_half(-scores[~low], b, a)
    tail = core.exp(-np.abs(logit))
    x = np.where(logit < 0, tail, 1.0) / (1.0 + tail)
    y = np.where(logit < 0, 1.0, tail) / (1.0 + tail)
    beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
    log_density = (a - 1.0) * core.log(x) + (b - 1.0) * core.log(y) - beta
    first = core.exp(-0.5 * scores * scores - 0.9189385332046727 - log_density)
    second = first * (-scores - first * ((a - 1.0) / x - (b - 1.0) / y))
    h = 2.0 * REACH / CELLS
    v0, v1, s0, s1, c0, c1 = x[:-1], x[1:], h * first[:-1], h * first[1:], h * h * second[:-1], h * h * second[1:]
    gap = v1 - v0
    table = np.stack(
        [
            v0,
            s0,
            0.5 * c0,
            10.0 * gap - 6.0 * s0 - 4.0 * s1 - 1.5 * c0 + 0.5 * c1,
            -15.0 * gap + 8.0 * s0 + 7.0 * s1 + 1.5 * c0 - c1,
            6.0 * gap - 3.0 * s0 - 3.0 * s1 - 0.5 * c0 + 0.5 * c1,
        ],
        axis=1,
    )
    table = np.ascontiguousarray(table).reshape(-1)
    table.setflags(write=False)
    return table
