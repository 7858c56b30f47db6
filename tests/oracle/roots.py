"""Zeros by dense scan and bisection: every root of a series of flows, in x = ln(1 + rate)."""

import itertools
import math


def sign_changes(values):
    """Changes of sign along the flows, zeros left out."""
    signs = [v > 0.0 for v in values if v != 0.0]
    return sum(1 for a, b in itertools.pairwise(signs) if a != b)


def bisect(function, low, high):
    """A point where the function changes sign, to the last bit; the ends must differ in sign."""
    at_low = function(low)
    if at_low == 0.0:
        return low
    for _ in range(2000):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        at_middle = function(middle)
        if at_middle == 0.0:
            return middle
        if (at_middle > 0.0) == (at_low > 0.0):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def of_series(flows, times):
    """Roots in x = ln(1+rate) of sum(flow*exp(-x*time)), given as rates."""
    kept = [(t, c) for t, c in zip(times, flows, strict=False) if c != 0.0]
    if len(kept) < 2:
        return []
    largest = max(abs(c) for _, c in kept)
    kept = [(t - kept[0][0], c / largest) for t, c in kept]
    if sign_changes([c for _, c in kept]) == 0:
        return []
    span = kept[-1][0]

    def worth(x):  # the sum times a positive factor, so that no term grows
        if x >= 0.0:
            return sum(c * math.exp(-x * t) for t, c in kept)
        return sum(c * math.exp(x * (span - t)) for t, c in kept)

    def scale(x):
        if x >= 0.0:
            return sum(abs(c) * math.exp(-x * t) for t, c in kept)
        return sum(abs(c) * math.exp(x * (span - t)) for t, c in kept)

    # beyond these bounds the last (the first) flow outweighs all others together
    total = math.fsum(abs(c) for _, c in kept)
    low = -math.log(2.0 * total / abs(kept[-1][1])) / (kept[-1][0] - kept[-2][0])
    high = math.log(2.0 * total / abs(kept[0][1])) / (kept[1][0] - kept[0][0])
    low, high = max(low, -700.0), min(high, 700.0)
    n = 1000
    points = {low + (high - low) * k / n for k in range(n + 1)}
    points |= {low * (k / n) ** 3 for k in range(n + 1)} | {high * (k / n) ** 3 for k in range(n + 1)}
    return [math.expm1(x) for x in on(sorted(points), worth, scale)]


def on(points, function, scale):
    """Sign changes between neighbouring points by bisection; touching points by golden section."""
    values = [function(x) for x in points]
    found = []
    for k in range(len(points) - 1):
        a, b = values[k], values[k + 1]
        if a == 0.0:
            found.append(points[k])
        elif b != 0.0 and (a > 0.0) != (b > 0.0):
            found.append(bisect(function, points[k], points[k + 1]))
    if values[-1] == 0.0:
        found.append(points[-1])
    for k in range(1, len(points) - 1):
        a, b, c = values[k - 1 : k + 2]
        same_side = (a > 0.0) == (b > 0.0) == (c > 0.0) and 0.0 not in (a, b, c)
        if same_side and abs(b) <= abs(a) and abs(b) <= abs(c):
            found += _touching(points[k - 1], points[k + 1], function, scale)
    return _merged(sorted(set(found)), function, scale)


def _merged(found, function, scale):
    """One root for neighbours between which the function is 0 to the last digits (a double root)."""
    groups = []
    for x in found:
        if groups:
            middle = 0.5 * (groups[-1][-1] + x)
            if abs(function(middle)) <= 1e-13 * scale(middle):
                groups[-1].append(x)
                continue
        groups.append([x])
    return [g[0] if len(g) == 1 else 0.5 * (g[0] + g[-1]) for g in groups]


def _touching(low, high, function, scale):
    """Roots where a function of one sign comes down to 0 between low and high."""
    side = 1.0 if function(low) > 0.0 else -1.0
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    a, b = low, high
    for _ in range(200):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if side * function(c) < side * function(d):
            b = d
        else:
            a = c
    x = 0.5 * (a + b)
    if side * function(x) < 0.0:  # two roots close together
        return [bisect(function, low, x), bisect(function, x, high)]
    return [x] if abs(function(x)) <= 1e-14 * scale(x) else []
