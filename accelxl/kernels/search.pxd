"""The search for all roots of a series: intervals are proved empty, solved or halved (see roots.pxd).

What is still open where P and N agree to the last digits is a root of higher order: there the slopes agree too, and
their crossing is found to full precision. Where many roots lie close together the chain of derivatives takes over.
Every root that is returned was looked at: log(P/N) is 0 there.
"""

from libc.math cimport NAN, fabs

from accelxl.kernels.pack cimport ax_expm1, ax_log1p
from accelxl.kernels.roots cimport *

cdef enum Verdict:
    EMPTY, CROSSED, OPEN

# A search: roots found so far, as y from low to high, and what it has cost.
cdef struct Search:
    double* found
    int room
    int count
    int sure           # the last one found was settled from both sides
    int looks


cdef inline double slope(Look p) noexcept nogil:
    return p.into_time - p.out_time


cdef inline Look seen(Search* q, const Series* s, double y) noexcept nogil:
    q.looks += 1
    return look(s, y)


cdef inline int above(double gap, double into, double into_slope, double into_end, double into_end_slope,
                      double out, double out_end, double width) noexcept nogil:
    # Whether the tangents of a convex curve stay above the chord of another, given the gap > 0 at both ends.
    cdef double rise = into_end - into, cross, least
    if into_end_slope <= into_slope:
        return 1
    cross = (into_end_slope * width - rise) / (into_end_slope - into_slope)    # from the left, where the tangents meet
    if not 0.0 < cross < width:
        return 1
    least = gap + (into_slope - (out_end - out) / width) * cross
    return least > 1e-12


cdef inline Verdict between(Look a, Look b) noexcept nogil:
    cdef double width = b.y - a.y
    if (a.gap > 0.0) != (b.gap > 0.0):
        if a.into_time > b.out_time or b.into_time < a.out_time:
            return CROSSED
        return OPEN
    if a.gap > 0.0 and b.gap > 0.0:
        if above(a.gap, a.into, a.into_time, b.into, b.into_time, a.into - a.gap, b.into - b.gap, width):
            return EMPTY
    elif a.gap < 0.0 and b.gap < 0.0:
        if above(-a.gap, a.into - a.gap, a.out_time, b.into - b.gap, b.out_time, a.into, b.into, width):
            return EMPTY
    return OPEN


cdef inline Look crossing(Search* q, const Series* s, Look a, Look b, double start) noexcept nogil:
    # A zero between two points at which the gap has different signs: Newton, halving where a step leaves or does not
    # shrink.
    cdef double step, before = b.y - a.y, y = start if a.y < start < b.y else 0.5 * (a.y + b.y)
    cdef Look at = a
    cdef int k
    for k in range(200):
        at = seen(q, s, y)
        if at.gap == 0.0:
            return at
        if (at.gap > 0.0) == (a.gap > 0.0):
            a = at
        else:
            b = at
        step = -at.gap / slope(at)
        if not a.y < y + step < b.y or (k > 12 and fabs(step) > 0.5 * before):
            if fabs(step) <= 4e-16 * fabs(y):
                return at
            step = 0.5 * (a.y + b.y) - y
        if y + step == y or (fabs(step) >= before and before < 1e-13 * (1.0 + fabs(y))):
            return at
        before = fabs(step)
        y = y + step
    return at


cdef inline Look turning(Search* q, const Series* s, Look a, Look b) noexcept nogil:
    # The point where the slope of the gap turns, between two at which its signs differ: regula falsi with halving.
    cdef double sa = slope(a), sb = slope(b), y
    cdef Look at = a
    cdef int k
    for k in range(100):
        y = 0.5 * (a.y + b.y) if k % 2 else a.y + (b.y - a.y) * (sa / (sa - sb))
        if not a.y < y < b.y:
            break
        at = seen(q, s, y)
        if slope(at) == 0.0:
            break
        if (slope(at) > 0.0) == (sa > 0.0):
            a, sa = at, slope(at)
        else:
            b, sb = at, slope(at)
    return at


cdef inline void keep(Search* q, const Series* s, Look at, int sure) noexcept nogil:
    # A root, unless the gap between it and the last one is none in between: then it is the same root, seen twice.
    cdef Look half
    if fabs(at.gap) > 1e-9 * (1.0 + 1e-6 * s.span * fabs(at.y)):
        return
    while q.count:
        half = seen(q, s, 0.5 * (q.found[q.count - 1] + at.y))
        if fabs(half.gap) > 4e-15:
            break
        if not sure or q.sure:
            return
        q.count -= 1
    if q.count < q.room:
        q.found[q.count] = at.y
        q.count += 1
        q.sure = sure


cdef inline void settle(Search* q, const Series* s, Look a, Look b) noexcept nogil:
    # Between two points that are clear of zero lie only points too near it to tell: a root of higher order, or two
    # close together.
    cdef Look at
    if (a.gap > 0.0) != (b.gap > 0.0):
        keep(q, s, crossing(q, s, a, b, 0.5 * (a.y + b.y)), 1)
    elif slope(a) * slope(b) < 0.0:
        at = turning(q, s, a, b)
        if (at.gap > 0.0) != (a.gap > 0.0) and fabs(at.gap) > 2e-15:
            keep(q, s, crossing(q, s, a, at, a.y), 0)
            keep(q, s, crossing(q, s, at, b, b.y), 0)
        elif fabs(at.gap) <= 1e-13:
            keep(q, s, at, 1)


cdef inline double middle(double a, double b) noexcept nogil:
    # Intervals reach over scales: split at 0, then by ratio, then by half.
    if a < 0.0 < b:
        return 0.0
    if a >= 0.0 and b > 4.0 * a:
        return b * 0.25 if a == 0.0 else a * 2.0
    if b <= 0.0 and a < 4.0 * b:
        return a * 0.25 if b == 0.0 else b * 2.0
    return 0.5 * (a + b)


cdef inline int halve(Search* q, const Series* s, double low, double high) noexcept nogil:
    # From left to right; `ahead` holds the right ends of the intervals that wait, `clear` the last point clear of zero.
    # 0 where the chain of derivatives is the better way.
    cdef Look[DEPTH] ahead
    cdef Look a = seen(q, s, low), b, c, clear = a
    cdef int waiting = 1, unclear = 0
    cdef double small = 1e-14
    cdef Verdict verdict
    ahead[0] = seen(q, s, high)
    while waiting:
        b = ahead[waiting - 1]
        verdict = between(a, b)
        if verdict == OPEN:
            if q.looks > PATIENCE:
                if s.changes <= CHANGES:
                    return 0
                small = 1e-10
            c = seen(q, s, middle(a.y, b.y))
            if (b.y - a.y > 1e-9 * (1e-6 + fabs(a.y)) and waiting < DEPTH and q.looks < LOOKS
                    and (fabs(a.gap) > small or fabs(b.gap) > small or fabs(c.gap) > small)):
                ahead[waiting] = c
                waiting += 1
                continue
            unclear = 1
        elif verdict == CROSSED:
            keep(q, s, crossing(q, s, a, b, 0.5 * (a.y + b.y)), 0)
        a = b
        waiting -= 1
        if fabs(a.gap) > small or not waiting:
            if unclear:
                settle(q, s, clear, a)
            unclear = 0
            clear = a
    return 1


cdef inline void weigh(const Series* s, Series* d, const double* centres, int order) noexcept nogil:
    # The derivative of that order: flow i times the product of (t_i - centre), the largest made 1.
    cdef Py_ssize_t i, room = BLOCK * s.blocks
    cdef double largest = 0.0, t, c
    cdef int k
    for i in range(s.n):
        t = <double>i if s.even else s.time[i]
        c = s.into[i] - s.out[i]
        for k in range(order):
            c = c * ((t - centres[k]) / s.span * 4.0)
        d.into[i] = c
        largest = fabs(c) if fabs(c) > largest else largest
    for i in range(room):
        d.back_into[i] = d.back_out[i] = 0.0
    for i in range(room):
        c = d.into[i] / largest if i < s.n else 0.0
        d.into[i] = c if c > 0.0 else 0.0
        d.out[i] = -c if c < 0.0 else 0.0
        if s.even and i < s.n:
            d.back_into[s.n - 1 - i], d.back_out[s.n - 1 - i] = d.into[i], d.out[i]


cdef inline void by_derivatives(Search* q, const Series* s, double low, double high) noexcept nogil:
    # With the origin of time put where the flows change sign, the derivative has one change less. Where its roots are
    # known, the sum is monotonic between them: so from the last derivative, which has no root, down to the sum itself.
    # A root of higher order is a root of the derivative too, and is found there to full precision.
    cdef double[CHANGES] centres, points, fresh
    cdef double t, before = 0.0, sign = 0.0, c
    cdef Series d = s[0]
    cdef Look a, b
    cdef Py_ssize_t i
    cdef int order = 0, known = 0, k, m
    for i in range(s.n):
        c = s.into[i] - s.out[i]
        if c != 0.0:
            t = <double>i if s.even else s.time[i]
            if c * sign < 0.0:
                centres[order] = 0.5 * (before + t)
                order += 1
            before, sign = t, (1.0 if c > 0.0 else -1.0)
    d.into, d.out = s.spare, s.spare + BLOCK * s.blocks
    d.back_into, d.back_out = s.spare + 2 * BLOCK * s.blocks, s.spare + 3 * BLOCK * s.blocks
    while order > 0:
        order -= 1
        if order:
            weigh(s, &d, centres, order)
        else:
            d = s[0]
        m = 0
        a = seen(q, &d, low)
        for k in range(known + 1):
            b = seen(q, &d, points[k] if k < known else high)
            if k < known and fabs(b.gap) <= 1e-14:
                fresh[m] = b.y
                m += 1
            elif fabs(a.gap) > 1e-14 and (a.gap > 0.0) != (b.gap > 0.0):
                fresh[m] = crossing(q, &d, a, b, 0.5 * (a.y + b.y)).y
                m += 1
            a = b
        known = m
        for k in range(m):
            points[k] = fresh[k]
    q.count = known
    for k in range(known):
        q.found[k] = points[k]


cdef inline int roots(const Series* s) noexcept nogil:
    # Writes the roots as y = -log(1 + r), ascending, to s.found; how many.
    cdef Search q
    cdef double low, high
    cdef Look a, b
    q.found, q.room, q.count, q.sure, q.looks = s.found, <int>s.n, 0, 0, 0
    bounds(s, &low, &high)
    if not low < high:
        return 0
    if s.changes > 1:
        if not halve(&q, s, low, high):
            by_derivatives(&q, s, low, high)
        return q.count
    a, b = seen(&q, s, low), seen(&q, s, high)
    if (a.gap > 0.0) != (b.gap > 0.0):
        keep(&q, s, crossing(&q, s, a, b, 0.0), 0)
    return q.count


cdef inline double rate_at(const Series* s, double y) noexcept nogil:
    # The rate, NaN where it lies so near -1 that no double is a root.
    cdef double rate = ax_expm1(-y)
    if rate < edge() and not (rate > -1.0 and fabs(look(s, -ax_log1p(rate)).gap) <= 1e-8):
        return NAN
    return rate


cdef inline double nearest(const Series* s, double guess) noexcept nogil:
    # The rate nearest the guess, NaN where there is no root.
    cdef double best = NAN, rate
    cdef int i, count
    if not -1.0 < guess < INFINITY:
        return NAN
    count = roots(s)
    for i in range(count):
        rate = rate_at(s, s.found[i])
        if fabs(rate - guess) <= fabs(best - guess) or best != best:
            best = rate
    return best
