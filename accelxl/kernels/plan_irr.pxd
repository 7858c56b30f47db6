"""Internal rates of return of a tile of scenarios at once. (equations.md B4.)

The root is sought in y = log of the discount factor of a period, as the zero of log(PV of inflows / PV of outflows): nearly a
straight line in y, so that Newton's method needs three or four passes. Each lane keeps a bracket, bisects when a step leaves it
and stands still once its step is small; so a lane's bits do not depend on the lanes beside it.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_metrics cimport NAN

cdef enum:
    TILE = 32
    ROWS = 721            # months 0 to 360 in half months
    GROUP = 4             # packs that are worked on side by side, to hide the latency of a multiplication
    PASSES = 200

# Flows of a tile: row t holds the flow of period t of every lane.
cdef struct Flows:
    int rows
    int last_out          # last row with an outflow in any lane
    double[ROWS * TILE] flow


# What the rule of signs says of each lane (one group of packs).
cdef struct Signs:
    pack[GROUP] changes   # of the flows
    pack[GROUP] solvable  # 1 where the root is unique
    pack[GROUP] toward    # 1: outflows first; -1: inflows first
    pack[GROUP] start     # first step from y = 0
    pack[GROUP] top       # highest y that cannot overflow
    pack[GROUP] positive  # 1: only a rate above zero counts (Norstrom)


cdef inline void clear_flows(Flows* w) noexcept nogil:
    cdef int i
    for i in range(w.rows * TILE):
        w.flow[i] = 0.0
    w.rows = 0


cdef inline void read_signs(const Flows* w, int lane, Signs* s) noexcept nogil:
    cdef pack zero = pk(0.0), one = pk(1.0), f, t, sum, late, into, out, before, turn, changes, turns, last, first, early, run
    cdef int j, i
    for j in range(GROUP):
        sum = late = into = out = early = before = turn = changes = turns = last = first = zero
        for i in range(w.rows):
            f = pk_load(&w.flow[i * TILE + lane + j * PW])
            t = pk(i)
            changes += pk_where(pk_lt(f * before, zero), one)
            first = pk_select(pk_eq(first, zero), f, first)
            before = pk_select(pk_eq(f, zero), before, pk_select(pk_lt(f, zero), -one, one))
            last = pk_select(pk_eq(f, zero), last, t)
            into += pk_max(f, zero)
            out += pk_max(-f, zero)
            late += pk_max(f, zero) * t
            early += pk_max(-f, zero) * t
            sum += f
            run = pk_select(pk_lt(sum, zero), -one, one)
            turns += pk_where(pk_lt(run * turn, zero), one)
            turn = pk_select(pk_eq(sum, zero), turn, run)
        s.changes[j] = changes
        s.toward[j] = pk_select(pk_lt(first, zero), one, -one)
        # Norstrom: the running sum turns once and ends positive.
        s.positive[j] = pk_where(pk_and(pk_and(pk_eq(turns, one), pk_lt(zero, sum)), pk_lt(one, changes)), one)
        s.solvable[j] = pk_select(pk_eq(changes, one), one, s.positive[j])
        s.start[j] = -pk_log(into / out) / (late / into - early / out)
        s.top[j] = pk(600.0) / pk_max(last, one)


cdef inline void solve(const Flows* w, int lane, double per_year, Signs* s, double* irr) noexcept nogil:
    # Effective annual rates of GROUP packs from `lane` on, NaN where the root is not unique or not found.
    cdef pack zero = pk(0.0), one = pk(1.0), half = pk(0.5), tiny = pk(1e-9)
    cdef pack[GROUP] x, y, low, high, v, d, o, e, busy
    cdef pack f, gap, slope, step, next, g
    cdef mask inside, done, below
    cdef int i, j, n, left
    for j in range(GROUP):
        busy[j] = s.solvable[j]
        low[j] = -s.top[j]
        high[j] = pk_select(pk_eq(s.positive[j], one), zero, s.top[j])
        next = s.start[j]
        inside = pk_and(pk_lt(low[j], next), pk_lt(next, high[j]))
        y[j] = pk_select(inside, next, pk_select(pk_eq(s.positive[j], one), low[j] * pk(0.01), zero))
    for n in range(PASSES):
        for j in range(GROUP):
            x[j] = pk_exp(y[j])
            v[j] = d[j] = o[j] = e[j] = zero
        for i in range(w.rows - 1, -1, -1):
            for j in range(GROUP):
                f = pk_load(&w.flow[i * TILE + lane + j * PW])
                d[j] = d[j] * x[j] + v[j]
                v[j] = v[j] * x[j] + f
        for i in range(w.last_out, -1, -1):
            for j in range(GROUP):
                f = pk_max(-pk_load(&w.flow[i * TILE + lane + j * PW]), zero)
                e[j] = e[j] * x[j] + o[j]
                o[j] = o[j] * x[j] + f
        left = 0
        for j in range(GROUP):
            # PV of inflows is v + o, its derivative by y is x (d + e).
            g = pk_log((v[j] + o[j]) / o[j])
            slope = x[j] * ((d[j] + e[j]) / (v[j] + o[j]) - e[j] / o[j])
            step = g / slope
            below = pk_lt(g * s.toward[j], zero)
            low[j] = pk_select(below, y[j], low[j])
            high[j] = pk_select(below, high[j], y[j])
            next = y[j] - step
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
        inside = pk_and(pk_lt(-s.top[j], y[j]), pk_lt(y[j], s.top[j]))
        inside = pk_and(pk_and(inside, pk_eq(s.solvable[j], one)), pk_eq(busy[j], zero))
        pk_store(&irr[j * PW], pk_select(inside, pk_expm1(-y[j] * pk(per_year)), pk(NAN)))


cdef inline void tile_irr(Flows* w, int cases, double per_year, double* irr, double* changes) noexcept nogil:
    # irr and changes hold TILE figures; lanes from `cases` on are empty.
    cdef Signs s
    cdef int lane = 0, j
    while lane < cases:
        read_signs(w, lane, &s)
        solve(w, lane, per_year, &s, irr + lane)
        for j in range(GROUP):
            pk_store(changes + lane + j * PW, s.changes[j])
        lane += GROUP * PW
