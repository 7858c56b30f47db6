"""Internal rates of return of many series at once, in packs: the common case, money out first and money in after.

Newton's method on log(PV of inflows / PV of outflows) in y = log of the discount factor, nearly a straight line. With
one change of sign every inflow is later than every outflow, so the slope is at least 1 and the gap itself bounds the
distance to the root: what is returned was proved to be one. Each lane stands still once its own step is small enough,
so its bits depend neither on the lanes beside it nor on the width of a pack. Lanes of another kind, or not done after
a few passes, are marked for search.pxd.
"""

from libc.math cimport INFINITY, NAN

from accelxl.kernels.pack cimport *
from accelxl.kernels.roots cimport edge

cdef enum:
    GROUP = 4          # packs side by side, to hide the latency of a multiplication
    PASSES = 7
    LONGEST = 4096     # flows; longer series are searched one by one
    MOST_LANES = 64


cdef inline int lanes() noexcept nogil:
    return GROUP * PW


cdef inline void fill(double* tile, const double* rows, Py_ssize_t stride, Py_ssize_t n, int cases) noexcept nogil:
    # Row t of the tile holds flow t of every lane, turned so that the first is not above zero; empty lanes hold zeros.
    cdef int lane = 0, width = lanes(), i
    cdef Py_ssize_t t, whole = n // PW * PW
    cdef pack sign
    while lane < width:
        t = 0
        if lane + PW <= cases:
            while t < whole:
                pk_turn(rows + lane * stride + t, stride, tile + t * width + lane, width)
                t += PW
        while t < n:
            for i in range(lane, lane + PW):
                tile[t * width + i] = rows[i * stride + t] if i < cases else 0.0
            t += 1
        if pk_any(pk_lt(pk(0.0), pk_load(tile + lane))):
            sign = pk_select(pk_lt(pk(0.0), pk_load(tile + lane)), pk(-1.0), pk(1.0))
            for t in range(n):
                pk_store(tile + t * width + lane, pk_load(tile + t * width + lane) * sign)
        lane += PW


# The sums at y = 0 of one group: of inflows, of inflows times time, of inflows times time (time - 1) / 2; of outflows.
cdef struct Opening:
    pack[GROUP] p
    pack[GROUP] pt
    pack[GROUP] ptt
    pack[GROUP] q
    pack[GROUP] qt
    pack[GROUP] easy       # 1 where the flows change sign once
    Py_ssize_t outs        # last row with an outflow among those lanes


cdef inline void open_simple(const double* tile, Py_ssize_t n, Opening* o) noexcept nogil:
    # Reads all lanes as one outflow followed by inflows; right for those that come out easy. Two packs at a time fit
    # registers.
    cdef pack zero = pk(0.0), f
    cdef pack[2] p, pt, ptt, low
    cdef Py_ssize_t i
    cdef int j, g
    for g in range(0, GROUP, 2):
        for j in range(2):
            p[j] = pt[j] = ptt[j] = low[j] = zero
        i = n
        while i > 1:
            i -= 1
            for j in range(2):
                f = pk_load(tile + (i * GROUP + g + j) * PW)
                ptt[j] = ptt[j] + pt[j]
                pt[j] = pt[j] + p[j]
                p[j] = p[j] + f
                low[j] = pk_min(f, low[j])
        for j in range(2):
            f = pk_load(tile + (g + j) * PW)
            o.p[g + j], o.pt[g + j], o.ptt[g + j] = p[j], pt[j] + p[j], ptt[j] + pt[j]
            o.q[g + j], o.qt[g + j] = -f, zero
            o.easy[g + j] = pk_where(pk_and(pk_and(pk_lt(f, zero), pk_le(zero, low[j])), pk_lt(zero, p[j])), pk(1.0))
    o.outs = 0


cdef inline int all_read(const double* tile, const Opening* o) noexcept nogil:
    # No lane starts with an outflow and was not easy, so that it may have more of them.
    cdef int j
    cdef mask rest
    for j in range(GROUP):
        rest = pk_and(pk_lt(pk_load(tile + j * PW), pk(0.0)), pk_eq(o.easy[j], pk(0.0)))
        if pk_any(rest):
            return 0
    return 1


cdef inline void open_any(const double* tile, Py_ssize_t n, Opening* o) noexcept nogil:
    # Reads lanes with any number of outflows before the inflows; the sums of simple ones get the same bits.
    cdef pack zero = pk(0.0), f, t, into, out, last, first
    cdef mask kind
    cdef Py_ssize_t i
    cdef int j
    o.outs = 0
    for j in range(GROUP):
        o.p[j] = o.pt[j] = o.ptt[j] = o.q[j] = o.qt[j] = last = zero
        first = pk(INFINITY)
        for i in range(n - 1, -1, -1):
            f = pk_load(tile + (i * GROUP + j) * PW)
            t = pk(<double>i)
            into, out = pk_max(f, zero), pk_max(-f, zero)
            o.ptt[j] = o.ptt[j] + o.pt[j]
            o.pt[j] = o.pt[j] + o.p[j]
            o.p[j] = o.p[j] + into
            o.qt[j] = o.qt[j] + o.q[j]
            o.q[j] = o.q[j] + out
            first = pk_select(pk_lt(zero, into), t, first)
            last = pk_select(pk_lt(zero, out), pk_max(last, t), last)
        kind = pk_and(pk_lt(last, first), pk_lt(first, pk(INFINITY)))
        kind = pk_and(kind, pk_lt(pk_load(tile + j * PW), zero))
        o.easy[j] = pk_where(kind, pk(1.0))
        i = <Py_ssize_t>pk_top(pk_where(kind, last))
        o.outs = i if i > o.outs else o.outs


cdef inline pack log_near_one(pack p, pack q) noexcept nogil:
    # log(p / q) where p is near q; too small, but of the right sign, where it is not.
    cdef pack u = (p - q) / (p + q), z = u * u, zz = z * z, r
    r = pk(2.0 / 7.0) + z * pk(2.0 / 9.0) + zz * (pk(2.0 / 11.0) + z * pk(2.0 / 13.0))
    r = pk(2.0 / 3.0) + z * pk(2.0 / 5.0) + zz * r
    return u * (pk(2.0) + z * r)


cdef inline pack first_guess(const Opening* o, int j, pack* gap, pack* run) noexcept nogil:
    # Gap and 1 / slope at y = 0, and from there Halley's step.
    cdef pack one = pk(1.0), inv = one / o.p[j], mean = o.pt[j] * inv, spread, step
    gap[0] = log_near_one(o.p[j], o.q[j])
    run[0] = one / (mean - o.qt[j] / o.q[j])
    spread = (o.ptt[j] + o.ptt[j] + o.pt[j]) * inv - mean * mean
    step = gap[0] * run[0]
    return -step / (one - pk(0.5) * spread * run[0] * step)


cdef inline pack bent(pack y, pack gap, pack step, pack run, pack old_y, pack old_gap, pack old_run) noexcept nogil:
    # Newton's step bent by the last point: y as a cubic of the gap through both points, `run` being 1 / slope, at gap
    # 0.
    cdef pack inv = pk(1.0) / (gap - old_gap), chord = (y - old_y) * inv, turn = run - chord, to
    to = step + gap * gap * inv * (turn - old_gap * inv * (turn - (chord - old_run)))
    return pk_select(pk_lt(pk(0.0), (to - pk(0.5) * step) * (pk(2.0) * step - to)), to, step)


cdef inline void solve(
    const double* tile, Py_ssize_t n, const Opening* o, double* rates, const double* ahead
) noexcept nogil:
    # Writes a rate for each lane that is easy, gets done and is not near -1, else NaN; fetches the next tile's rows
    # meanwhile.
    cdef pack zero = pk(0.0), one = pk(1.0), f, step, run, gap, near = pk(1e-13), length = pk(<double>n)
    cdef pack[GROUP] x, y, p, d, q, e, busy, old_y, old_gap, old_run
    cdef mask done, open
    cdef Py_ssize_t i
    cdef int j, k, width = lanes(), lines = width // 16 if width > 16 else 1
    for j in range(GROUP):
        y[j] = first_guess(o, j, &old_gap[j], &old_run[j])
        old_y[j] = zero
        busy[j] = o.easy[j]
    for k in range(PASSES):
        for j in range(GROUP):
            x[j] = pk_swift_exp(y[j])
            p[j] = d[j] = q[j] = e[j] = zero
        i = n
        while i > o.outs + 1:
            i -= 1
            if k < 2:
                for j in range(lines):
                    pk_prefetch(ahead + (k * n + i) * (width // 2) + 8 * j)
            for j in range(GROUP):
                f = pk_load(tile + (i * GROUP + j) * PW)
                d[j] = d[j] * x[j] + p[j]
                p[j] = p[j] * x[j] + f
        while i > 0:
            i -= 1
            for j in range(GROUP):
                f = pk_load(tile + (i * GROUP + j) * PW)
                d[j] = d[j] * x[j] + p[j]
                p[j] = p[j] * x[j] + pk_max(f, zero)
                e[j] = e[j] * x[j] + q[j]
                q[j] = q[j] * x[j] + pk_max(-f, zero)
        # No branch inside: what a lane does next is selected, and one look at all lanes ends the passes.
        for j in range(GROUP):
            gap = log_near_one(p[j], q[j])
            run = p[j] / (x[j] * (d[j] - e[j] * (p[j] / q[j])))
            step = -gap * run
            f = step * length
            open = pk_lt(zero, busy[j])
            done = pk_le(pk_max(f * f, gap * gap), near)
            step = pk_select(done, step, bent(y[j], gap, step, run, old_y[j], old_gap[j], old_run[j]))
            old_y[j], old_gap[j], old_run[j] = y[j], gap, run
            y[j] = pk_select(open, y[j] + step, y[j])
            busy[j] = pk_select(pk_and(open, done), -one, busy[j])
        f = pk_max(pk_max(busy[0], busy[1]), pk_max(busy[2], busy[3]))
        if not pk_any(pk_lt(zero, f)):
            break
    for j in range(GROUP):
        f = pk_expm1(-y[j])
        pk_store(rates + j * PW, pk_select(pk_and(pk_lt(busy[j], zero), pk_lt(pk(edge()), f)), f, pk(NAN)))


cdef inline void tile_rates(double* tile, const double* rows, Py_ssize_t stride, Py_ssize_t n, int cases, double* rates,
                            const double* ahead) noexcept nogil:
    # Rates of `cases` rows, NaN for those that are left to search.pxd.
    cdef Opening o
    fill(tile, rows, stride, n, cases)
    open_simple(tile, n, &o)
    if not all_read(tile, &o):
        open_any(tile, n, &o)
    solve(tile, n, &o, rates, ahead)
