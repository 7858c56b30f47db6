"""The same months for one owned tranche with few features, to the same bits.

Two loops instead of one, so that the state of each stays in registers: the first makes the flow of each month, the second adds up.
Lanes begin and end in different months, but there are only five kinds of months: lanes pay, nothing runs, lanes begin, all run, lanes
end. Each kind has a loop with no more masks than it needs.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_sums cimport *
from accelxl.kernels.plan_service cimport *
from accelxl.kernels.plan_capital cimport *
from accelxl.kernels.plan_months cimport *

# Features that the lean months have beside a plain plan: they scale what flows and bring no flow of their own.
cdef enum:
    LEAN_USES = 1 | 2 | 2048          # USE_INFLATION, USE_POWER_GROWTH, USE_SHARE

# Kinds of months in which something runs or is paid; each can do what those before it can.
cdef enum:
    STEADY = 0            # all lanes run
    RISING = 1            # lanes begin, none has ended
    FALLING = 2           # lanes begin, run and end
    PAYING = 3            # and pay

# What the loops over the months have at hand.
cdef struct Lean:
    Curves c
    Cohort q
    pack able             # tokens of a month at the most
    pack month
    pack opex_pv
    pack tokens_pv
    pack residual_pv
    pack capex_pv
    pack capex
    int books             # the book value is read later on


cdef inline int next_payment(const Cohort* q, int t) noexcept nogil:
    # The first month from t on in which a lane pays; far beyond the last where none does.
    cdef pack now = pk(t), never = pk(1e6)
    return <int>pk_bottom(pk_min(pk_select(pk_le(now, q.order), q.order, never), pk_select(pk_le(now, q.delivery), q.delivery, never)))


cdef inline void idle(Lean* a, double* flows, pack* worths, const PlanInputs* p, int t, int end, int uses) noexcept nogil:
    # Months in which nothing flows.
    for t in range(t, end):
        if t > 0:
            step_prices(&a.c, uses, 0)
        a.month += pk(1.0)
        step_adoption(&a.c, p, a.month, a.c.shape)
        pk_store(&flows[t * TILE], pk(0.0))
        worths[t] = pk(0.0)


cdef inline void lean_month(Lean* a, double* flows, pack* worths, const PlanInputs* p, int t, int uses, int shape, int kind,
                            int books) noexcept nogil:
    cdef Cohort* q = &a.q
    cdef pack month = a.month, got = a.able * a.c.share, money, cost, flow, dep, taxable, free, worth, capital, capex
    cdef mask on, alive, ends
    if kind != PAYING or t > 0:
        step_prices(&a.c, uses, 0)
    step_adoption(&a.c, p, month + pk(1.0), shape)
    cost = q.indexed
    if uses & USE_INFLATION:
        cost = cost * a.c.infl
    cost = cost + q.kwh * a.c.power
    if kind != STEADY:
        on = alive = pk_lt(q.start, month)
        if kind >= FALLING:
            on = pk_and(on, pk_le(month, q.end))
            alive = pk_and(on, pk_le(month - q.start, q.life))
            ends = pk_eq(q.end, month)
        got = pk_where(on, got)
        cost = pk_where(on, cost)
    money = got * a.c.money
    flow = money - cost
    if uses & USE_SHARE:
        flow = flow - p.revenue_share * money
    dep = book_amount(q, month - q.start)
    if kind != STEADY:
        dep = pk_where(alive, dep)
    if books:
        q.held = q.held - dep
    taxable = flow - dep
    if kind >= FALLING and books:
        taxable = taxable + pk_where(pk_and(ends, pk_eq(q.taxed, pk(1.0))), q.resale - q.held)
    free = flow - p.tax_rate * taxable
    worth = free * a.c.df
    a.opex_pv += cost * a.c.df
    a.tokens_pv += got * a.c.df
    if kind >= FALLING:
        capital = pk_where(ends, q.resale)
        a.residual_pv += capital * a.c.df
        if kind == PAYING:
            capex = pk_where(pk_eq(q.order, month), q.deposit) + pk_where(pk_eq(q.delivery, month), q.balance)
            a.capex_pv += capex * a.c.df
            a.capex += capex
            capital = capital - capex
        free = free + capital
        worth = worth + capital * a.c.df
    pk_store(&flows[t * TILE], free)
    worths[t] = worth
    a.month = month + pk(1.0)


cdef inline void lean_loop(Lean* a, double* flows, pack* worths, const PlanInputs* p, int t, int end, int uses, int kind) noexcept nogil:
    if a.c.shape == ADOPT_LOGISTIC and not a.books:
        for t in range(t, end):
            lean_month(a, flows, worths, p, t, uses, ADOPT_LOGISTIC, kind, 0)
    else:
        for t in range(t, end):
            lean_month(a, flows, worths, p, t, uses, a.c.shape, kind, 1)


cdef inline void lean_flows(Lean* a, double* flows, pack* worths, const PlanInputs* p, int last, int uses) noexcept nogil:
    # The flows of months 0 to `last`, and what they are worth.
    cdef Cohort* q = &a.q
    cdef int begin = <int>pk_bottom(pk_min(q.start + pk(1.0), q.end))      # a horizon before the start is an end as well
    cdef int all_on = <int>pk_top(q.start) + 1, gone = <int>pk_top(q.end) + 1
    cdef int stop = <int>pk_bottom(pk_min(q.end, q.start + q.life + pk(1.0)))
    cdef int t = 0, end, pays = next_payment(q, 0)
    while t <= last:
        end = min(pays, last + 1)
        if t == pays:
            end = t + 1
            lean_month(a, flows, worths, p, t, uses, a.c.shape, PAYING, 1)
            pays = next_payment(q, end)
        elif t < begin:
            end = min(end, begin)
            idle(a, flows, worths, p, t, end, uses)
        elif t < all_on and t < stop:
            end = min(end, min(all_on, stop))
            lean_loop(a, flows, worths, p, t, end, uses, RISING)
        elif t < stop:
            end = min(end, stop)
            lean_loop(a, flows, worths, p, t, end, uses, STEADY)
        elif t < gone:
            end = min(end, gone)
            lean_loop(a, flows, worths, p, t, end, uses, FALLING)
        else:
            idle(a, flows, worths, p, t, end, uses)
        t = end


cdef inline void reckon(Sums* s, const double* flows, const pack* worths, int last, int wants) noexcept nogil:
    # What the flows add up to.
    cdef Running plain, discounted
    cdef Trace trace
    cdef pack month = pk(0.0), low = month, free
    cdef int t
    open_run(&plain)
    open_run(&discounted)
    open_trace(&trace)
    for t in range(last + 1):
        free = pk_load(&flows[t * TILE])
        if wants & WANT_RATE:
            trace_on(&trace, free, worths[t], month)
        run_on(&plain, free, month, wants & WANT_PAYBACK)
        low = pk_min(plain.sum, low)
        run_on(&discounted, worths[t], month, 1)
        month += pk(1.0)
    s.plain, s.low, s.discounted = plain, low, discounted
    trace.y = s.trace.y
    s.trace = trace


cdef inline void lean_months(Ledger* g, Sums* s, Flows* w, int lane, const TrancheInputs* x, const PlanInputs* p, const Frame* f,
                             int uses, int wants) noexcept nogil:
    cdef Lean a
    cdef pack zero = pk(0.0)
    open_plan(g, &a.q, x, p, f, 1, uses, pk(1.0))
    open_curves(&a.c, p, f, uses, today_price(p))
    a.able = a.q.full * a.q.fill
    a.books = a.q.method != BOOK_SL or pk_any(pk_eq(a.q.taxed, pk(1.0)))
    a.month = a.opex_pv = a.tokens_pv = a.residual_pv = a.capex_pv = a.capex = zero
    open_sums(s)
    s.trace.y = a.c.y
    lean_flows(&a, &w.flow[lane], g.worth, p, g.last, uses)
    if wants & WANT_PAYBACK:
        reckon(s, &w.flow[lane], g.worth, g.last, WANT_RATE | WANT_PAYBACK)
    elif wants:
        reckon(s, &w.flow[lane], g.worth, g.last, WANT_RATE)
    else:
        reckon(s, &w.flow[lane], g.worth, g.last, 0)
    s.opex_pv, s.tokens_pv, s.residual_pv, s.capex_pv, s.capex = a.opex_pv, a.tokens_pv, a.residual_pv, a.capex_pv, a.capex
