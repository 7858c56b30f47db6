"""Sums of flows, sum_i c_i e^(t_i y) with y = -log(1 + r), looked at for their roots: the ground of IRR and XIRR.

The inflows P(y) and the outflows N(y) are taken apart. log P and log N are convex in y, and their slopes, the mean
times of the flows, rise with y. So from two points alone it is certain
- that there is no root between them, where the tangents of one curve stay above the chord of the other;
- that there is one at most, where the smallest slope of one exceeds the largest of the other.
The search in search.pxd rests on that.
"""

from libc.math cimport INFINITY, NAN, fabs, frexp, ldexp

from accelxl.kernels.pack cimport *

cdef enum:
    BLOCK = 8          # flows that are added side by side, whatever the width of a pack: the same sums everywhere
    DEPTH = 256        # intervals that wait
    PATIENCE = 400     # points looked at before another way is taken
    LOOKS = 3000       # points looked at in all
    CHANGES = 64       # of sign, up to which that way is the chain of derivatives
    ARRAYS = 11        # arrays of scratch, each of `padded(n)` doubles

# A series of flows: BLOCK-padded, its first and last flow not zero, the largest between 1/2 and 1.
cdef struct Series:
    Py_ssize_t n       # flows
    Py_ssize_t blocks
    int even           # 1: time of flow i is i; 0: times are in `time`
    int changes        # of sign
    double span        # last time
    double* into       # flows above zero, else 0
    double* out        # flows below zero, sign turned, else 0
    double* time       # uneven: times
    double* back_into  # even: the same from the last flow back
    double* back_out
    double* log_flow   # log |flow|
    double* found      # roots
    double* spare      # four arrays more

# log P, log(P/N) and the mean times of inflows and outflows at y.
cdef struct Look:
    double y
    double into
    double gap
    double into_time
    double out_time


cdef inline double edge() noexcept nogil:
    # Rates below it lie so near -1 that a double may be no root: it is looked at.
    return -0.9999


cdef inline Py_ssize_t padded(Py_ssize_t n) noexcept nogil:
    return (n + BLOCK - 1) // BLOCK * BLOCK


# -- a series made ready -----------------------------------------------------------------------------------------------

cdef inline void lay_out(Series* s, double* scratch, Py_ssize_t room) noexcept nogil:
    s.into = scratch
    s.out = scratch + room
    s.time = scratch + 2 * room
    s.back_into = scratch + 3 * room
    s.back_out = scratch + 4 * room
    s.log_flow = scratch + 5 * room
    s.found = scratch + 6 * room
    s.spare = scratch + 7 * room


cdef inline int take(Series* s, const double* values, const double* times, Py_ssize_t n) noexcept nogil:
    # Reads the flows, drops zeros at both ends (uneven: all of them, and adds those of one day); 0 where no root can
    # be.
    cdef double largest = 0.0, scale, c, sign = 0.0
    cdef Py_ssize_t i, first = -1, last = -1, k = 0
    cdef int exponent
    for i in range(n):
        c = fabs(values[i])
        if not c < INFINITY:
            return 0
        if c > largest:
            largest = c
    if largest == 0.0:
        return 0
    frexp(largest, &exponent)
    scale = ldexp(1.0, -exponent if exponent > -1000 else 1000)
    s.even = times == NULL
    for i in range(n):
        c = values[i] * scale
        if s.even:
            if first < 0 and c == 0.0:
                continue
            s.into[k] = c
            k += 1
            if c != 0.0:
                first, last = 0, k
        elif k > 0 and times[i] == s.time[k - 1]:
            s.into[k - 1] += c
        else:
            if k > 0 and s.into[k - 1] == 0.0:
                k -= 1
            s.time[k] = times[i]
            s.into[k] = c
            k += 1
    if not s.even:
        last = k - 1 if k > 0 and s.into[k - 1] == 0.0 else k
    s.n = last
    if s.n < 2:
        return 0
    s.changes = 0
    for i in range(s.n):
        c = s.into[i]
        if c != 0.0:
            if c * sign < 0.0:
                s.changes += 1
            sign = 1.0 if c > 0.0 else -1.0
    if s.changes:
        split_signs(s)
    return s.changes


cdef inline void split_signs(Series* s) noexcept nogil:
    cdef Py_ssize_t i, j, room = padded(s.n)
    cdef double start, c
    s.blocks = room // BLOCK
    if s.even:
        s.span = <double>(s.n - 1)
        for i in range(room):
            s.back_into[i] = s.back_out[i] = 0.0
    else:
        start = s.time[0]
        s.span = s.time[s.n - 1] - start
    for i in range(room):
        c = s.into[i] if i < s.n else 0.0
        s.into[i] = c if c > 0.0 else 0.0
        s.out[i] = -c if c < 0.0 else 0.0
        s.log_flow[i] = fabs(c)
        if s.even:
            j = s.n - 1 - i
            if j >= 0:
                s.back_into[j], s.back_out[j] = s.into[i], s.out[i]
        else:
            s.time[i] = s.time[i] - start if i < s.n else s.span
    i = 0
    while i < room:
        pk_store(s.log_flow + i, pk_log(pk_load(s.log_flow + i)))
        i += PW


cdef inline void bounds(const Series* s, double* low, double* high) noexcept nogil:
    # Outside, the first (the last) flow outweighs those of the other sign: the k-th of them is below its 2^-k.
    cdef double first = s.log_flow[0], last = s.log_flow[s.n - 1], t, x
    cdef const double* against_first = s.out if s.into[0] > 0.0 else s.into
    cdef const double* against_last = s.out if s.into[s.n - 1] > 0.0 else s.into
    cdef Py_ssize_t i
    low[0], high[0] = INFINITY, -INFINITY
    for i in range(s.n):
        t = <double>i if s.even else s.time[i]
        if against_first[i] > 0.0:
            x = (first - s.log_flow[i] - 0.6931471805599453 * <double>i) / t
            low[0] = x if x < low[0] else low[0]
        if against_last[i] > 0.0:
            x = (s.log_flow[i] - last + 0.6931471805599453 * <double>(s.n - 1 - i)) / (s.span - t)
            high[0] = x if x > high[0] else high[0]
    low[0] = low[0] if low[0] > -709.7 else -709.7        # r = 1e308
    high[0] = high[0] if high[0] < 36.8 else 36.8         # r = -1 + 1e-16


# -- the two sums at a point -------------------------------------------------------------------------------------------

cdef inline double summed(const double* parts, const double* weights) noexcept nogil:
    cdef double total = 0.0
    cdef int j
    for j in range(BLOCK):
        total += parts[j] * weights[j]
    return total


cdef inline Look finish(double y, double shift, double p, double n, double pt, double nt) noexcept nogil:
    # Sums so small that they are 0 in a double count as the least one; the sign of the gap is right all the same.
    cdef Look at
    cdef double least = 4.9e-324
    at.y = y
    at.into_time = pt / p if p > 0.0 else 0.0
    at.out_time = nt / n if n > 0.0 else 0.0
    p = p if p > least else least
    n = n if n > least else least
    at.into = ax_log(p) + shift
    at.gap = ax_log(p / n) if p < 1e300 * n and n < 1e300 * p else ax_log(p) - ax_log(n)
    return at


cdef inline Look look_even(const Series* s, double y) noexcept nogil:
    # Horner's rule in e^(8y) for each of BLOCK partial sums; from the last flow back where y > 0, so that nothing
    # overflows.
    cdef const double* into = s.back_into if y > 0.0 else s.into
    cdef const double* out = s.back_out if y > 0.0 else s.out
    cdef double x = -fabs(y), eight = ax_exp(8.0 * x), p, n, pt, nt
    cdef double[BLOCK] power, part
    cdef pack[BLOCK] a, b, da, db
    cdef pack z = pk(eight)
    cdef Py_ssize_t k
    cdef int j, packs = BLOCK // PW
    for j in range(BLOCK):
        power[j] = ax_exp(j * x)
    for j in range(packs):
        a[j] = b[j] = da[j] = db[j] = pk(0.0)
    k = BLOCK * s.blocks
    while k > 0:
        k -= BLOCK
        for j in range(packs):
            da[j] = da[j] * z + a[j]
            db[j] = db[j] * z + b[j]
            a[j] = a[j] * z + pk_load(into + k + j * PW)
            b[j] = b[j] * z + pk_load(out + k + j * PW)
    for j in range(packs):
        pk_store(part + j * PW, a[j])
    p = summed(part, power)
    pt = 0.0
    for j in range(BLOCK):
        pt += j * part[j] * power[j]
    for j in range(packs):
        pk_store(part + j * PW, da[j])
    pt += 8.0 * eight * summed(part, power)
    for j in range(packs):
        pk_store(part + j * PW, b[j])
    n = summed(part, power)
    nt = 0.0
    for j in range(BLOCK):
        nt += j * part[j] * power[j]
    for j in range(packs):
        pk_store(part + j * PW, db[j])
    nt += 8.0 * eight * summed(part, power)
    if y > 0.0:
        pt, nt = s.span * p - pt, s.span * n - nt
        return finish(y, s.span * y, p, n, pt, nt)
    return finish(y, 0.0, p, n, pt, nt)


cdef inline Look look_uneven(const Series* s, double y) noexcept nogil:
    # From the end at which the factor is 1 inwards, until it is 0 in a double.
    cdef double[BLOCK] part, ones
    cdef pack[BLOCK] a, b, ta, tb
    cdef double origin = s.span if y > 0.0 else 0.0, p, n, pt, nt
    cdef pack slope = pk(y), zero = pk(origin), e, t, f
    cdef Py_ssize_t i, k
    cdef int j, packs = BLOCK // PW
    for j in range(BLOCK):
        ones[j] = 1.0
    for j in range(packs):
        a[j] = b[j] = ta[j] = tb[j] = pk(0.0)
    for i in range(s.blocks):
        k = BLOCK * (s.blocks - 1 - i) if y > 0.0 else BLOCK * i
        if (s.time[k + (BLOCK - 1 if y > 0.0 else 0)] - origin) * y < -746.0:
            break
        for j in range(packs):
            t = pk_load(s.time + k + j * PW)
            e = pk_swift_exp((t - zero) * slope)
            f = e * pk_load(s.into + k + j * PW)
            a[j] += f
            ta[j] += f * t
            f = e * pk_load(s.out + k + j * PW)
            b[j] += f
            tb[j] += f * t
    for j in range(packs):
        pk_store(part + j * PW, a[j])
    p = summed(part, ones)
    for j in range(packs):
        pk_store(part + j * PW, ta[j])
    pt = summed(part, ones)
    for j in range(packs):
        pk_store(part + j * PW, b[j])
    n = summed(part, ones)
    for j in range(packs):
        pk_store(part + j * PW, tb[j])
    nt = summed(part, ones)
    return finish(y, s.span * y if y > 0.0 else 0.0, p, n, pt, nt)


cdef inline Look look(const Series* s, double y) noexcept nogil:
    return look_even(s, y) if s.even else look_uneven(s, y)
