"""Internal rates of return of a tile of scenarios at once. (equations.md B4.)

The root is sought in y, the log of the discount factor of a period, as the zero of log(PV of later flows / first outlay): nearly a
straight line in y, so that two passes of Halley's method do for nearly every lane. Each lane keeps a bracket, bisects when a step
leaves it and stands still once its step is small; so a lane's bits do not depend on the lanes beside it. Lanes that do not open
with an outlay, and the few that resist, are sought as the zero of log(PV of inflows / PV of outflows), a pack at a time.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport NAN
from accelxl.kernels.plan_sums cimport Flows, Sums, TILE

cdef enum:
    GROUP = 4             # packs that are worked on side by side, to hide the latency of a multiplication
    PLAIN_PASSES = 8
    PASSES = 200

# What is known of a pack's flows before the search.
cdef struct Seed:
    pack start            # where the search begins
    pack top              # highest y that cannot overflow
    pack changes          # changes of sign
    pack toward           # 1: outflows first; -1: inflows first
    mask solvable         # the root is unique
    mask positive         # only a rate above zero counts (Norstrom)
    mask opens            # the first flow is an outlay
    mask unsure           # the sums of the months do not tell whether the root is unique


cdef inline pack halley(pack y, pack gap, pack slope, pack bend, pack* miss) noexcept nogil:
    # A step of Halley's method on g: gap g, slope g', bend g''. `miss` is of the size of the error that is left.
    cdef pack step = gap / slope, u = step * bend / slope
    miss[0] = step * u * u
    u = pk_max(pk_min(u, pk(1.0)), pk(-1.0))
    return y - step * (pk(2.0) / (pk(2.0) - u))


cdef inline void easy_seed(Seed* d, const Sums* s, const Flows* w, int lane, pack periods, int middle) noexcept nogil:
    # From the sums of the months: a step from the discount rate; one change of sign where no outflow came after an inflow; Norstrom's
    # rule where the sum, once positive, stayed so.
    cdef pack zero = pk(0.0), one = pk(1.0), outlay = -pk_load(&w.flow[lane]), into = s.discounted.sum + outlay, mean = s.trace.late / into
    cdef pack miss, total = s.trace.sum if middle else s.plain.sum
    cdef mask mixed = pk_signed(s.trace.mixed), fell = pk_signed(s.trace.fell), gains = pk_lt(zero, s.trace.top)
    d.start = halley(s.trace.y, pk_log(into / outlay), mean, s.trace.later / into - mean * mean, &miss)
    d.top = pk(600.0) / periods
    d.opens = pk_lt(zero, outlay)
    d.positive = pk_and(pk_and(d.opens, mixed), pk_and(pk_not(fell), pk_lt(zero, total)))
    d.solvable = pk_or(d.positive, pk_and(pk_and(d.opens, gains), pk_not(mixed)))
    d.unsure = pk_or(pk_not(d.opens), pk_and(mixed, fell))
    d.toward = one
    d.changes = one


cdef inline void full_seed(Seed* d, const Flows* w, int lane, int starts_too) noexcept nogil:
    # From the flows one by one: the rule of signs, and Norstrom's: the running sum turns once and ends positive.
    cdef pack zero = pk(0.0), one = pk(1.0), f, t, run
    cdef pack sum = zero, late = zero, into = zero, out = zero, early = zero, before = zero, turn = zero, changes = zero
    cdef pack turns = zero, first = zero
    cdef mask single, alone
    cdef int i
    for i in range(w.rows):
        f = pk_load(&w.flow[i * TILE + lane])
        t = pk(i)
        changes += pk_where(pk_lt(f * before, zero), one)
        first = pk_select(pk_eq(first, zero), f, first)
        before = pk_select(pk_eq(f, zero), before, pk_select(pk_lt(f, zero), -one, one))
        into += pk_max(f, zero)
        out += pk_max(-f, zero)
        late += pk_max(f, zero) * t
        early += pk_max(-f, zero) * t
        sum += f
        run = pk_select(pk_lt(sum, zero), -one, one)
        turns += pk_where(pk_lt(run * turn, zero), one)
        turn = pk_select(pk_eq(sum, zero), turn, run)
    single = pk_eq(changes, one)
    alone = pk_and(pk_and(pk_eq(turns, one), pk_lt(zero, sum)), pk_lt(one, changes))
    d.changes = changes
    d.toward = pk_select(d.unsure, pk_select(pk_lt(first, zero), one, -one), d.toward)
    d.positive = pk_or(pk_and(d.unsure, alone), pk_and(pk_not(d.unsure), d.positive))
    d.solvable = pk_or(pk_and(d.unsure, pk_or(single, alone)), pk_and(pk_not(d.unsure), d.solvable))
    if starts_too:
        d.opens = pk_lt(pk_load(&w.flow[lane]), zero)
        d.start = -pk_log(into / out) / (late / into - early / out)
    else:
        d.start = pk_select(d.opens, d.start, -pk_log(into / out) / (late / into - early / out))


cdef inline void bracket(const Seed* s, pack* low, pack* high, pack* y) noexcept nogil:
    cdef pack zero = pk(0.0)
    low[0] = -s.top
    high[0] = pk_select(s.positive, zero, s.top)
    y[0] = pk_select(pk_and(pk_lt(low[0], s.start), pk_lt(s.start, high[0])), s.start,
                     pk_select(s.positive, low[0] * pk(0.01), zero))


cdef inline pack inside(pack next, pack low, pack high) noexcept nogil:
    # The step where it stays in the bracket (a NaN does not), else the middle.
    return pk_select(pk_and(pk_le(low, next), pk_le(next, high)), next, pk(0.5) * (low + high))


cdef inline pack rate_of(pack y, const Seed* s, mask found, double per_year) noexcept nogil:
    # A root at the edge of the bracket is none.
    cdef pack edge = s.top * pk(0.999999)
    return pk_select(pk_and(found, pk_and(pk_lt(-edge, y), pk_lt(y, edge))), pk_expm1(-y * pk(per_year)), pk(NAN))


cdef inline int solve_plain(const Flows* w, int lane, const Seed* s, double per_year, double* irr, mask* left,
                            int count) noexcept nogil:
    # Effective annual rates of `count` packs from `lane` on, of lanes that open with an outlay; `left` of each is what was not found.
    # Tells whether anything is left.
    cdef pack zero = pk(0.0), small = pk(1e-6), tiny = pk(1e-15)
    cdef pack[GROUP] x, y, low, high, v, d, q
    cdef mask[GROUP] busy
    cdef pack outlay, mean, next, gap, miss
    cdef mask below, done
    cdef int i, j, n, any = 0
    for j in range(count):
        busy[j] = pk_and(s[j].solvable, s[j].opens)
        left[j] = busy[j]
        bracket(&s[j], &low[j], &high[j], &y[j])
    for n in range(PLAIN_PASSES):
        for j in range(count):
            x[j] = pk_exp(y[j])
            v[j] = d[j] = q[j] = zero
        # Horner's rule from the last period back: the value, its slope and half its bend in x.
        for i in range(w.rows - 1, 0, -1):
            for j in range(count):
                q[j] = q[j] * x[j] + d[j]
                d[j] = d[j] * x[j] + v[j]
                v[j] = v[j] * x[j] + pk_load(&w.flow[i * TILE + lane + j * PW])
        any = 0
        for j in range(count):
            outlay = -pk_load(&w.flow[lane + j * PW])
            q[j] = (q[j] * x[j] + d[j]) * x[j]
            d[j] = d[j] * x[j] + v[j]
            v[j] = v[j] * x[j]
            below = pk_lt(v[j], outlay)
            low[j] = pk_select(below, y[j], low[j])
            high[j] = pk_select(below, high[j], y[j])
            mean = x[j] * d[j] / v[j]
            next = halley(y[j], pk_log(v[j] / outlay), mean, x[j] * pk(2.0) * q[j] / v[j] + mean - mean * mean,
                          &miss)
            next = inside(next, low[j], high[j])
            gap = pk_max(next - y[j], y[j] - next)
            y[j] = pk_select(busy[j], next, y[j])
            done = pk_and(pk_le(gap, small), pk_le(pk_max(miss, -miss), tiny))
            busy[j] = pk_and(busy[j], pk_not(done))
            any |= pk_any(busy[j])
        if not any:
            break
    any = 0
    for j in range(count):
        left[j] = pk_or(busy[j], pk_and(s[j].solvable, pk_not(s[j].opens)))
        any |= pk_any(left[j])
        pk_store(&irr[j * PW], rate_of(y[j], &s[j], pk_and(s[j].solvable, pk_not(left[j])), per_year))
    return any


cdef inline void solve_hard(const Flows* w, int lane, const Seed* s, double per_year, mask left, double* irr) noexcept nogil:
    # The rates of the lanes that are left of one pack, NaN where they are not reached.
    cdef pack zero = pk(0.0), x, y, low, high, v, d, o, e, f, g, next, gap
    cdef mask below, busy = left
    cdef int i, n
    bracket(s, &low, &high, &y)
    for n in range(PASSES):
        x = pk_exp(y)
        v = d = o = e = zero
        for i in range(w.rows - 1, -1, -1):
            f = pk_load(&w.flow[i * TILE + lane])
            d = d * x + v
            v = v * x + pk_max(f, zero)
            e = e * x + o
            o = o * x + pk_max(-f, zero)
        g = pk_log(v / o)
        below = pk_lt(g * s.toward, zero)
        low = pk_select(below, y, low)
        high = pk_select(below, high, y)
        next = inside(y - g / (x * (d / v - e / o)), low, high)
        gap = pk_max(next - y, y - next)
        y = pk_select(busy, next, y)
        busy = pk_and(busy, pk_not(pk_le(gap, pk(1e-9))))
        if not pk_any(busy):
            break
    pk_store(irr, pk_select(left, rate_of(y, s, pk_not(busy), per_year), pk_load(irr)))


cdef inline void tile_irr(const Flows* w, Seed* seeds, int packs, int middle, int signs_too, int starts_too, double* irr) noexcept nogil:
    # `seeds` holds easy_seed of each pack (with `starts_too` of other flows: only its top counts); irr holds TILE figures.
    cdef mask[GROUP] left
    cdef double per_year = 24.0 if middle else 12.0
    cdef int i, j, n, any
    for i in range(packs):
        if starts_too:
            seeds[i].unsure = pk_eq(pk(0.0), pk(0.0))
        if starts_too or signs_too or pk_any(seeds[i].unsure):
            full_seed(&seeds[i], w, i * PW, starts_too)
    i = 0
    while i < packs:
        if i + GROUP <= packs:
            n = GROUP
            any = solve_plain(w, i * PW, &seeds[i], per_year, irr + i * PW, left, GROUP)
        else:
            n = 1
            any = solve_plain(w, i * PW, &seeds[i], per_year, irr + i * PW, left, 1)
        if any:
            for j in range(n):
                if pk_any(left[j]):
                    solve_hard(w, (i + j) * PW, &seeds[i + j], per_year, left[j], irr + (i + j) * PW)
        i += n
