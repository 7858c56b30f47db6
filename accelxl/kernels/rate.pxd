"""The rate of a level annuity: pv + pmt a(r) + fv (1+r)^-n = 0, solved in s = log(1 + r).

The terms above zero on one side, those below on the other, the zero of log(one side / other side) is sought, which is
nearly a straight line in s. By the rule of signs for exponential sums there are at most two roots, and two only where
pv and fv lie on one side and pmt on the other. That curve then falls to one lowest point and rises again, and the
lowest point is found first.
"""

from libc.math cimport NAN, fabs, isnan

from accelxl.kernels.finance cimport due, finite
from accelxl.kernels.pack cimport ax_exp, ax_expm1, ax_log, ax_log1p
from accelxl.kernels.roots cimport edge

cdef enum:
    STEPS = 200

cdef struct Annuity:
    double nper
    double pmt
    double pv
    double fv
    double begin      # 1 for payments at the start of a period

# Where we stand: s, log(positive side / negative side), its slope.
cdef struct Stand:
    double s
    double gap
    double slope


cdef inline double bend(double x) noexcept nogil:
    # coth(x) - 1/x, the slope of log(sinh(x)/x).
    cdef double z = x * x
    if z > 0.01:
        return 1.0 + 2.0 / ax_expm1(2.0 * x) - 1.0 / x
    return x * (1.0 / 3.0 - z * (1.0 / 45.0 - z * (2.0 / 945.0 - z * (1.0 / 4725.0 - z * (2.0 / 93555.0)))))


cdef inline Stand look(const Annuity* a, double s) noexcept nogil:
    # Each term with the factor e^(n s) where s < 0, so that none overflows.
    cdef double first, last, level, steep, up = 0.0, down = 0.0, up_slope = 0.0, down_slope = 0.0, term
    cdef Stand at
    first = 1.0 if s >= 0.0 else ax_exp(a.nper * s)
    last = ax_exp(-a.nper * s) if s >= 0.0 else 1.0
    if s == 0.0:
        level = a.nper
    elif s > 0.0:
        level = -ax_expm1(-a.nper * s) / ax_expm1(s)
    else:
        level = ax_expm1(a.nper * s) / ax_expm1(s)
    if a.begin == 1.0:
        level = level * ax_exp(s)
    steep = a.begin - 0.5 * (a.nper + 1.0) + 0.5 * (a.nper * bend(0.5 * a.nper * s) - bend(0.5 * s))
    term = a.pv * first
    if term > 0.0:
        up += term
    else:
        down -= term
    term = a.pmt * level
    if term > 0.0:
        up += term
        up_slope += term * steep
    else:
        down -= term
        down_slope -= term * steep
    term = a.fv * last
    if term > 0.0:
        up += term
        up_slope -= term * a.nper
    else:
        down -= term
        down_slope += term * a.nper
    at.s = s
    at.gap = ax_log(up / down)
    at.slope = up_slope / up - down_slope / down
    return at


cdef inline Stand between(const Annuity* a, Stand low, Stand high, double start, int of_slope) noexcept nogil:
    # The zero of the gap (or of the slope) between two points at which its sign differs: Newton, halving where a step
    # leaves.
    cdef double step, before = high.s - low.s, at_low = low.slope if of_slope else low.gap
    cdef Stand at
    cdef int k
    at.s = start if low.s < start < high.s else 0.5 * (low.s + high.s)
    for k in range(STEPS):
        at = look(a, at.s)
        if (at.slope if of_slope else at.gap) == 0.0:
            return at
        if ((at.slope if of_slope else at.gap) > 0.0) == (at_low > 0.0):
            low = at
        else:
            high = at
        if of_slope:     # no second slope at hand: halve
            step = 0.5 * (low.s + high.s) - at.s
        else:
            step = -at.gap / at.slope
            if not low.s < at.s + step < high.s or (k > 20 and fabs(step) > 0.5 * before):
                step = 0.5 * (low.s + high.s) - at.s
        if fabs(step) <= 2e-16 * fabs(at.s) or (fabs(step) >= before and before < 1e-12) or at.s + step == at.s:
            return at
        before = fabs(step)
        at.s = at.s + step
    return at


cdef inline double rate_at(const Annuity* a, Stand at) noexcept nogil:
    # The rate, NaN where it lies so near -1 that no double is a root.
    cdef double rate = ax_expm1(at.s)
    if rate < edge() and not (rate > -1.0 and fabs(look(a, ax_log1p(rate)).gap) <= 1e-8):
        return NAN
    return rate


cdef inline double rate(double nper, double pmt, double pv, double fv, double type, double guess) noexcept nogil:
    cdef Annuity a
    cdef Stand low, high, left, right, lowest
    cdef double start = ax_log1p(guess), one, two, turn
    if not (nper > 0.0 and guess > -1.0) or isnan(finite(nper + pmt + pv + fv + guess + due(type))):
        return NAN
    turn = -1.0 if pmt > 0.0 else 1.0            # what stands beside pmt does not matter: turn it to the negative side
    a.nper, a.pmt, a.pv, a.fv, a.begin = nper, turn * pmt, turn * pv, turn * fv, due(type)
    low = look(&a, -36.7)                        # r = -1 + 1e-16
    high = look(&a, 709.0)                       # r = 1e308
    lowest = look(&a, 0.0)
    if not (a.pv > 0.0 and a.fv > 0.0) and lowest.gap == 0.0:
        return 0.0                               # one root at most, and it is exactly there
    if low.gap * high.gap < 0.0:
        return rate_at(&a, between(&a, low, high, start, 0))
    if not (a.pv > 0.0 and a.fv > 0.0 and low.gap > 0.0 and high.gap > 0.0):
        return NAN
    # The slope is read where it still stands above its rounding: r from -1 + 1e-13 to 1e13.
    left, right = look(&a, -30.0), look(&a, 30.0)
    if left.slope < 0.0 < right.slope:
        lowest = between(&a, left, right, 0.0, 1)
    else:
        lowest = right if left.slope < 0.0 else left
    if fabs(lowest.gap) <= 1e-14:
        return rate_at(&a, lowest)               # a double root
    if lowest.gap > 0.0:
        return NAN
    one = rate_at(&a, between(&a, low, lowest, start, 0))
    two = rate_at(&a, between(&a, lowest, high, start, 0))
    return two if one != one or fabs(two - guess) < fabs(one - guess) else one
