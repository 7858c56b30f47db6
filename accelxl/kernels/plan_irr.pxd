"""Internal rates of return of a tile of scenarios at once. (equations.md B4.)

The root is sought in y = log of the discount factor of a period, as the zero of log(PV of inflows / PV of outflows): nearly a
straight line in y, so that Newton's method needs three or four passes. Each lane keeps a bracket, bisects when a step leaves it
and stands still once its step is small; so a lane's bits do not depend on the lanes beside it.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport NAN
from accelxl.kernels.plan_months cimport Flows, Sums, TILE

cdef enum:
    GROUP = 4             # packs that are worked on side by side, to hide the latency of a multiplication
    PASSES = 200

# What is known of a pack's flows before the search.
cdef struct Seed:
    pack start            # first step from y = 0
    pack top              # highest y that cannot overflow
    pack solvable         # 1 where the root is unique
    pack toward           # 1: outflows first; -1: inflows first
    pack positive         # 1: only a rate above zero counts (Norstrom)
    pack changes          # changes of sign


cdef inline void easy_seed(Seed* d, const Sums* s, pack rows) noexcept nogil:
    # From the sums of the months: one change of sign where no outflow came after an inflow.
    cdef pack zero = pk(0.0), one = pk(1.0), into = s.plain.sum + s.out
    d.start = -pk_log(into / s.out) / ((s.late + s.early) / into - s.early / s.out)
    d.top = pk(600.0) / rows
    d.solvable = pk_where(pk_and(pk_and(s.began, pk_not(s.mixed)), pk_lt(zero, s.out)), one)
    d.toward = one
    d.positive = zero
    d.changes = d.solvable


cdef inline void full_seed(Seed* d, const Flows* w, int lane, int starts_too) noexcept nogil:
    # From the flows one by one: the rule of signs, and Norstrom's: the running sum turns once and ends positive.
    cdef pack zero = pk(0.0), one = pk(1.0), f, t, run
    cdef pack sum = zero, late = zero, into = zero, out = zero, early = zero, before = zero, turn = zero, changes = zero
    cdef pack turns = zero, first = zero
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
    d.changes = changes
    d.toward = pk_select(pk_lt(first, zero), one, -one)
    d.positive = pk_where(pk_and(pk_and(pk_eq(turns, one), pk_lt(zero, sum)), pk_lt(one, changes)), one)
    d.solvable = pk_select(pk_eq(changes, one), one, d.positive)
    if starts_too:
        d.start = -pk_log(into / out) / (late / into - early / out)


cdef inline void solve(const Flows* w, int lane, double per_year, const Seed* s, double* irr) noexcept nogil:
    # Effective annual rates of GROUP packs from `lane` on, NaN where the root is not unique or not found.
    cdef pack zero = pk(0.0), half = pk(0.5), tiny = pk(1e-9), one = pk(1.0)
    cdef pack[GROUP] x, y, low, high, v, d, o, e, busy
    cdef pack f, gap, slope, next, g
    cdef mask inside, done, below
    cdef int i, j, n, left
    for j in range(GROUP):
        busy[j] = s[j].solvable
        low[j] = -s[j].top
        high[j] = pk_select(pk_eq(s[j].positive, one), zero, s[j].top)
        next = s[j].start
        inside = pk_and(pk_lt(low[j], next), pk_lt(next, high[j]))
        y[j] = pk_select(inside, next, pk_select(pk_eq(s[j].positive, one), low[j] * pk(0.01), zero))
    for n in range(PASSES):
        for j in range(GROUP):
            x[j] = pk_exp(y[j])
            v[j] = d[j] = o[j] = e[j] = zero
        # Horner's rule from the last period back; no outflow stands after last_out.
        for i in range(w.rows - 1, w.last_out, -1):
            for j in range(GROUP):
                d[j] = d[j] * x[j] + v[j]
                v[j] = v[j] * x[j] + pk_load(&w.flow[i * TILE + lane + j * PW])
        for i in range(w.last_out, -1, -1):
            for j in range(GROUP):
                f = pk_load(&w.flow[i * TILE + lane + j * PW])
                d[j] = d[j] * x[j] + v[j]
                v[j] = v[j] * x[j] + pk_max(f, zero)
                e[j] = e[j] * x[j] + o[j]
                o[j] = o[j] * x[j] + pk_max(-f, zero)
        left = 0
        for j in range(GROUP):
            g = pk_log(v[j] / o[j])
            slope = x[j] * (d[j] / v[j] - e[j] / o[j])
            below = pk_lt(g * s[j].toward, zero)
            low[j] = pk_select(below, y[j], low[j])
            high[j] = pk_select(below, high[j], y[j])
            next = y[j] - g / slope
            inside = pk_and(pk_le(low[j], next), pk_le(next, high[j]))
            next = pk_select(inside, next, half * (low[j] + high[j]))
            gap = pk_max(next - y[j], y[j] - next)
            done = pk_le(gap, tiny)
            y[j] = pk_select(pk_eq(busy[j], one), next, y[j])
            busy[j] = pk_select(done, pk_min(busy[j], zero), busy[j])
            left |= pk_any(pk_eq(busy[j], one))
        if not left:
            break
    for j in range(GROUP):
        # A root at the edge of the bracket is none; nor is one that was not reached.
        inside = pk_and(pk_lt(-s[j].top * pk(0.999999), y[j]), pk_lt(y[j], s[j].top * pk(0.999999)))
        inside = pk_and(pk_and(inside, pk_eq(s[j].solvable, one)), pk_eq(busy[j], zero))
        pk_store(&irr[j * PW], pk_select(inside, pk_expm1(-y[j] * pk(per_year)), pk(NAN)))


cdef inline void tile_irr(Flows* w, Seed* seeds, int cases, int middle, int signs_too, int starts_too, double* irr) noexcept nogil:
    # `seeds` holds easy_seed of each pack (tops alone with `starts_too`); irr holds TILE figures.
    cdef int lane = 0, j, first
    cdef pack hard
    while lane < cases:
        first = lane // PW
        hard = pk(0.0)
        for j in range(GROUP):
            hard = pk_max(hard, pk(1.0) - seeds[first + j].solvable)
        if starts_too or signs_too or pk_any(pk_eq(hard, pk(1.0))):
            for j in range(GROUP):
                full_seed(&seeds[first + j], w, lane + j * PW, starts_too)
        solve(w, lane, 24.0 if middle else 12.0, &seeds[first], irr + lane)
        lane += GROUP * PW
