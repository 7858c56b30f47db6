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
    mask mixed            # it is, and an outflow comes after an inflow


cdef inline pack halley(pack y, pack gap, pack slope, pack bend, mask* close) noexcept nogil:
    # A step of Halley's method on g: gap g, slope g', bend g''. `close` where the error that is left, of the size of the gap's
    # cube, is below 1e-15.
    cdef pack square = slope * slope, turn = gap * bend, step, near = pk(1e-15) * square * square, miss
    turn = pk_max(pk_min(turn, square), -square)
    step = pk(2.0) * gap * slope / (pk(2.0) * square - turn)
    miss = step * turn * turn
    close[0] = pk_and(pk_and(pk_le(miss, near), pk_le(-near, miss)), pk_and(pk_le(gap, pk(1e-4)), pk_le(pk(-1e-4), gap)))
    return y - step


cdef inline void easy_seed(Seed* d, const Sums* s, const Flows* w, int lane, pack periods) noexcept nogil:
    # From the sums of the months: a step from the discount rate; one change of sign where no outflow came after an inflow.
    cdef pack outlay = -pk_load(&w.flow[lane]), into = s.discounted.sum + outlay, over = pk(1.0) / into, mean = s.trace.late * over
    cdef mask close, mixed = pk_signed(s.trace.mixed)
    d.start = halley(s.trace.y, pk_log_near(into / outlay), mean, s.trace.later * over - mean * mean, &close)
    d.top = pk(600.0) / periods
    d.opens = pk_lt(pk(0.0), outlay)
    d.mixed = pk_and(d.opens, mixed)
    d.positive = pk_lt(pk(0.0), pk(0.0))
    d.solvable = pk_and(pk_and(d.opens, pk_lt(pk(0.0), s.trace.top)), pk_not(mixed))
    d.toward = d.changes = pk(1.0)


cdef inline void norstrom(Seed* d, const Flows* w, int lane) noexcept nogil:
    # Of lanes that open with an outlay and have an outflow after an inflow: only a rate above zero counts, where the running sum
    # turns once and ends positive.
    cdef pack zero = pk(0.0), sum = zero
    cdef mask up = pk_lt(zero, zero), fell = up
    cdef int i
    for i in range(w.rows):
        sum += pk_load(&w.flow[i * TILE + lane])
        fell = pk_or(fell, pk_and(up, pk_sign(sum)))
        up = pk_or(up, pk_sign(zero - sum))
    d.positive = pk_and(d.mixed, pk_and(pk_lt(zero, sum), pk_not(pk_signed(fell))))
    d.solvable = pk_or(d.solvable, d.positive)


cdef inline void full_seed(Seed* d, const Flows* w, int lane, int starts_too) noexcept nogil:
    # From the flows one by one: the rule of signs, and Norstrom's: the running sum turns once and ends positive.
    cdef pack zero = pk(0.0), one = pk(1.0), f, t, run
    cdef pack sum = zero, late = zero, into = zero, out = zero, early = zero, before = zero, turn = zero, changes = zero
    cdef pack turns = zero, first = zero
    cdef pack start
    cdef mask single
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
    d.changes = changes
    d.positive = pk_and(pk_and(pk_eq(turns, one), pk_lt(zero, sum)), pk_lt(one, changes))
    d.solvable = pk_or(single, d.positive)
    d.toward = pk_select(pk_lt(first, zero), one, -one)
    d.opens = pk_lt(pk_load(&w.flow[lane]), zero)
    start = -pk_log(into / out) / (late / into - early / out)
    d.start = start if starts_too else pk_select(d.opens, d.start, start)


cdef inline void bracket(const Seed* s, pack* low, pack* high, pack* y) noexcept nogil:
    cdef pack zero = pk(0.0)
    low[0] = -s.top
    high[0] = pk_select(s.positive, zero, s.top)
    y[0] = pk_select(pk_and(pk_lt(low[0], s.start), pk_lt(s.start, high[0])), s.start,
                     s.top * pk(0.01) * pk_select(s.positive, pk(-1.0), pk(1.0)))


cdef inline pack inside(pack next, pack low, pack high) noexcept nogil:
    # The step where it stays in the bracket (a NaN does not), else the middle.
    return pk_select(pk_and(pk_le(low, next), pk_le(next, high)), next, pk(0.5) * (low + high))


cdef inline pack rate_of(pack y, const Seed* s, mask found, double per_year) noexcept nogil:
    # A root at the edge of the bracket is none.
    cdef pack edge = s.top * pk(0.999999)
    return pk_select(pk_and(found, pk_and(pk_lt(-edge, y), pk_lt(y, edge))), pk_expm1(-y * pk(per_year)), pk(NAN))


cdef inline int solve_plain(const Flows* w, int lane, const Seed* s, double per_year, double* irr, mask* left,
                            int count) noexcept nogil:
    # Effective annual rates of GROUP packs or one from `lane` on, of lanes that open with an outlay; `left` of each is what was not found.
    # Tells whether anything is left.
    cdef pack zero = pk(0.0)
    cdef pack[GROUP] x, y, low, high, v, d, q, scale
    cdef mask[GROUP] busy
    cdef pack mean, next, one_over, gap
    cdef mask below, close, within
    cdef int i, j, n, any = 0
    for j in range(count):
        busy[j] = pk_and(s[j].solvable, s[j].opens)
        left[j] = busy[j]
        bracket(&s[j], &low[j], &high[j], &y[j])
        scale[j] = pk(-1.0) / pk_load(&w.flow[lane + j * PW])
    for n in range(PLAIN_PASSES):
        for j in range(count):
            x[j] = pk_exp_near(y[j])
        # Horner's rule from the last period back: the value, its slope and half its bend in x.
        if count == GROUP:
            pk_horner4(&w.flow[lane], w.rows, TILE, x, v, d, q)
        else:
            v[0] = d[0] = q[0] = zero
            for i in range(w.rows - 1, 0, -1):
                q[0] = q[0] * x[0] + d[0]
                d[0] = d[0] * x[0] + v[0]
                v[0] = v[0] * x[0] + pk_load(&w.flow[i * TILE + lane])
        any = 0
        for j in range(count):
            q[j] = (q[j] * x[j] + d[j]) * x[j]
            d[j] = d[j] * x[j] + v[j]
            v[j] = v[j] * x[j]
            gap = pk_log_near(v[j] * scale[j])
            below = pk_lt(v[j] * scale[j], pk(1.0))
            low[j] = pk_select(below, y[j], low[j])
            high[j] = pk_select(below, high[j], y[j])
            one_over = x[j] / v[j]
            mean = d[j] * one_over
            next = halley(y[j], gap, mean, pk(2.0) * q[j] * one_over + mean - mean * mean, &close)
            within = pk_and(pk_le(low[j], next), pk_le(next, high[j]))
            next = pk_select(within, next, pk(0.5) * (low[j] + high[j]))
            y[j] = pk_select(busy[j], next, y[j])
            busy[j] = pk_and(busy[j], pk_not(pk_and(close, within)))
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
        x = pk_exp_near(y)
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
        if starts_too or signs_too or not pk_all(seeds[i].opens):
            full_seed(&seeds[i], w, i * PW, starts_too)
        elif pk_any(seeds[i].mixed):
            norstrom(&seeds[i], w, i * PW)
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
