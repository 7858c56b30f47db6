"""The months of a pack of scenarios: one pass that earns, pays, taxes, discounts and adds up. (plan.md "Month t" and "Metrics".)

`uses` and `wants` are arguments and not read from the frame, so that the compiler can leave out of a copy of the pass what a plain
plan does not need. Leaving a feature out changes no bit: its terms are exact zeros. What a pass works on lives in local
structures, so that the compiler keeps it in registers.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_sums cimport *
from accelxl.kernels.plan_service cimport *
from accelxl.kernels.plan_capital cimport *

# Where the revenue of a month comes from: the plan, or one of the levels that the required figures ask for.
cdef enum:
    REV_PLAN = 0          # tokens * x, the decline of the price applied, and training
    REV_LEVEL_PRICE = 1   # tokens * x, and training
    REV_LEVEL_MONEY = 2   # x / 12 in each month of production, in place of all revenue

# Tax by fiscal year with losses carried forward: what the months of the year so far have left.
cdef struct Carry:
    pack year
    pack losses

# What a pass over the months carries from one to the next.
cdef struct Pass:
    Curves c
    Sums s
    Carry carry
    pack month
    pack ties             # revenue of a month tied up in working capital
    pack tied             # working capital of the month before
    pack shift            # from the discount factor of a month's end to that of its operating flows


cdef inline pack tax_due(Carry* c, const PlanInputs* p, const Frame* f, int t, pack taxable, pack horizon) noexcept nogil:
    # The tax of a fiscal year falls in its last month or in the last of the plan; month 0 counts with month 1.
    cdef pack month = pk(t), income, used, tax
    cdef mask due
    c.year = c.year + pk_where(pk_le(month, horizon), taxable)
    if (t + f.fiscal_offset) % 12 == 0 and t > 0:
        due = pk_le(month, horizon)
    else:
        due = pk_eq(month, horizon)
    if not pk_any(due):
        return pk(0.0)
    income = pk_max(c.year, pk(0.0))
    used = pk_min(c.losses, income * p.loss_limit_share)
    tax = pk_where(due, p.tax_rate * (income - used))
    c.losses = pk_select(due, c.losses - used + pk_max(-c.year, pk(0.0)), c.losses)
    c.year = pk_where(pk_not(due), c.year)
    return tax


cdef inline pack token_revenue(const Month* n, const Curves* c, int source, pack x) noexcept nogil:
    if source == REV_PLAN:
        return n.tokens * c.money
    if source == REV_LEVEL_PRICE:
        return n.tokens * x
    return n.producing * (x / pk(12.0))


cdef inline void open_month(Month* n, Ledger* g, int t, int uses, int wants) noexcept nogil:
    cdef pack zero = pk(0.0), month = pk(t)
    n.tokens = n.full = n.able = n.producing = n.kwh = n.indexed = n.contract = n.training = zero
    n.capex = n.residual = n.book = n.taxdep = n.writeoff = n.taxgain = n.colo = n.maintenance = n.software = zero
    if uses & USE_STAFF:
        n.indexed = pk_where(pk_and(pk_lt(g.staff_from, month), pk_le(month, g.staff_to)), g.staff)
        if wants & WANT_DETAIL:
            g.staffing[t] = n.indexed
    if uses & USE_TAXBOOKS:
        n.taxdep = g.taxdep[t]


cdef inline void open_plan(Ledger* g, Cohort* q, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int tranches, int uses,
                           pack scale) noexcept nogil:
    # The tranches as they stand before month 0.
    cdef int k, t
    for k in range(tranches):
        set_times(&q[k], &x[k], f.contract[k], f.life_starts[k])
    cut_times(g, q, p, tranches)
    if uses & USE_TAXBOOKS:
        for t in range(g.last + 1):
            g.taxdep[t] = pk(0.0)
    for k in range(tranches):
        set_service(&q[k], &x[k], p, uses, scale)
        set_capital(g, &q[k], &x[k], f, k, uses)
    g.today = today_price(p)


cdef inline void open_pass(Pass* a, const PlanInputs* p, const Frame* f, int uses, pack level) noexcept nogil:
    open_curves(&a.c, p, f, uses, level)
    open_sums(&a.s)
    a.carry.year = a.carry.losses = a.tied = a.month = pk(0.0)
    a.ties = p.working_capital_days * pk(12.0) / pk(365.0)
    a.shift = pk(1.0)
    a.s.trace.y = a.c.y
    if uses & USE_MID:
        a.shift = pk(1.0) / pk_sqrt(a.c.v)
        a.s.trace.y = a.c.y * pk(0.5)


cdef inline void tranche_month(Pass* a, Month* n, Cohort* q, int t, int uses, int wants, pack when) noexcept nogil:
    cdef mask on
    if uses & USE_TRAINING and t > 0:
        q.training = q.training * q.training_kept
    if q.first <= t <= q.last:
        on = serve(n, &a.c, q, a.month, uses, wants, when, &a.s.hours_pv, &a.s.serving_kwh)
        depreciate(n, q, on, a.month, uses)
    if t <= q.pays_to:
        pay(n, q, t, uses)
    if q.ends_from <= t:
        dispose(n, q, t, uses)


cdef inline void one_month(Pass* a, Ledger* g, Flows* w, int lane, Cohort* q, const PlanInputs* p, const Frame* f, int t,
                           int tranches, int uses, int wants, int source, pack level) noexcept nogil:
    cdef pack zero = pk(0.0), month = a.month, when, money, revenue, cost, share = zero, flow, taxable, tax, now = zero
    cdef pack operating, capital, free, worth
    cdef Month n
    cdef int k
    if t > 0:
        step_prices(&a.c, uses, wants)
    a.c.room = a.c.share
    step_adoption(&a.c, p, month + pk(1.0), a.c.shape)
    if uses & USE_DEMAND:
        a.c.room = a.c.room * p.demand_mtok_per_month
    when = a.c.df * a.shift if uses & USE_MID and t > 0 else a.c.df     # discount factor of the operating flows
    open_month(&n, g, t, uses, wants)
    if wants & WANT_DETAIL:
        keep_curves(g, &a.c, t)
    for k in range(tranches):
        tranche_month(a, &n, &q[k], t, uses, wants, when)
    # revenue, opex and tax
    money = token_revenue(&n, &a.c, source, level)
    revenue = money
    if uses & USE_TRAINING and source != REV_LEVEL_MONEY:
        revenue = revenue + n.training
    cost = n.indexed
    if uses & USE_INFLATION:
        cost = cost * a.c.infl
    cost = cost + n.kwh * a.c.power
    if uses & USE_CONTRACT:
        cost = cost + n.contract
    flow = revenue - cost
    if uses & USE_SHARE:
        share = p.revenue_share * money
        flow = flow - share
    taxable = flow - n.taxdep + n.taxgain
    tax = tax_due(&a.carry, p, f, t, taxable, g.horizon) if uses & USE_CARRY else p.tax_rate * taxable
    operating = flow - tax
    if uses & USE_WORKING:
        now = pk_where(pk_lt(month, g.horizon), revenue * a.ties)
        operating = operating - (now - a.tied)
    # what it is worth
    capital = n.residual - n.capex
    free = operating + capital
    worth = operating * when + capital * a.c.df
    a.s.capex_pv += n.capex * a.c.df
    a.s.capex += n.capex
    a.s.residual_pv += n.residual * a.c.df
    a.s.opex_pv += cost * when
    a.s.tokens_pv += n.tokens * when
    if uses & USE_TRAINING:
        a.s.training_pv += n.training * when
    if wants & WANT_RATE:
        keep_flows(&a.s, w, lane, t, uses, operating, capital, free, worth, when, a.c.df, month)
    run_on(&a.s.plain, free, month, wants & WANT_PAYBACK)
    a.s.low = pk_min(a.s.plain.sum, a.s.low)
    run_on(&a.s.discounted, worth, month, 1)
    if wants & WANT_SUMS:
        add_sums(&a.s, g, &n, month, revenue, cost + share, flow, tax)
    if wants & WANT_LEVELS:
        add_levels(a, g, p, &n, month, when)
    if wants & WANT_LINES:
        g.operating[t] = operating
        g.capital[t] = capital
        g.capex[t] = n.capex
        g.tax[t] = tax
        a.s.value = a.s.value + n.capex - n.book - n.writeoff - n.residual
        g.value[t] = a.s.value
    if wants & WANT_DETAIL:
        keep_month(g, &n, t, revenue, cost + share, share, taxable, now - a.tied)
    a.tied = now
    a.month += pk(1.0)


cdef inline void keep_flows(Sums* s, Flows* w, int lane, int t, int uses, pack operating, pack capital, pack free, pack worth,
                            pack when, pack df, pack month) noexcept nogil:
    if uses & USE_MID and t > 0:
        pk_store(&w.flow[(2 * t - 1) * TILE + lane], operating)
        pk_store(&w.flow[2 * t * TILE + lane], capital)
        trace_on(&s.trace, operating, operating * when, pk(2 * t - 1))
        trace_on(&s.trace, capital, capital * df, pk(2 * t))
    else:
        pk_store(&w.flow[t * TILE + lane], free)
        trace_on(&s.trace, free, worth, month)


cdef inline void months(Ledger* g, Sums* s, Flows* w, int lane, const TrancheInputs* x, const PlanInputs* p, const Frame* f,
                        int tranches, int uses, int wants, int source, pack level, pack scale) noexcept nogil:
    cdef Pass a
    cdef int t
    open_plan(g, &g.cohort[0], x, p, f, tranches, uses, scale)
    open_pass(&a, p, f, uses, level)
    for t in range(g.last + 1):
        one_month(&a, g, w, lane, &g.cohort[0], p, f, t, tranches, uses, wants, source, level)
    s[0] = a.s


ctypedef void (*Months)(Ledger*, Sums*, Flows*, int, const TrancheInputs*, const PlanInputs*, const Frame*, int, int, int, int, pack,
                        pack) noexcept nogil


cdef inline void all_months(Ledger* g, Sums* s, Flows* w, int lane, const TrancheInputs* x, const PlanInputs* p, const Frame* f,
                            int tranches, int uses, int wants, int source, pack level, pack scale) noexcept nogil:
    # One copy of `months` for all who call it with every feature.
    (<Months>ax_opaque(<void*>months))(g, s, w, lane, x, p, f, tranches, uses, wants, source, level, scale)


cdef inline void add_sums(Sums* s, const Ledger* g, const Month* n, pack month, pack revenue, pack cost, pack flow,
                          pack tax) noexcept nogil:
    s.revenue += revenue
    s.opex += cost
    s.tax += tax
    s.tokens += n.tokens
    s.full += n.full
    s.depreciation += n.book
    s.first_gain = pk_select(pk_and(pk_isnan(s.first_gain), pk_lt(n.book, flow)), month, s.first_gain)
    # Book value before the disposal of the last month.
    s.value_at_end = s.value_at_end + n.capex - n.book
    s.value_at_end = s.value_at_end - pk_where(pk_lt(month, g.horizon), n.writeoff + n.residual)


cdef inline void add_levels(Pass* a, const Ledger* g, const PlanInputs* p, const Month* n, pack month, pack when) noexcept nogil:
    # A dollar of revenue in this month: taxed now, a share tied up until the next month.
    cdef pack kept = pk(1.0) - p.tax_rate
    cdef pack levy = pk_where(pk_lt(month, g.horizon), a.ties * (when - a.c.df * a.c.v * a.shift))
    cdef pack weight = kept * when - levy
    a.s.worth_training += n.training * weight
    weight = weight - kept * when * p.revenue_share
    a.s.worth_plan += n.tokens * a.c.price * weight
    a.s.worth_level += n.tokens * weight
    a.s.worth_money += n.producing * weight


cdef inline void keep_curves(Ledger* g, const Curves* c, int t) noexcept nogil:
    g.df[t] = c.df
    g.price[t] = c.price
    g.infl[t] = c.infl
    g.power[t] = c.power
    g.wanted[t] = c.room


cdef inline void keep_month(Ledger* g, const Month* n, int t, pack revenue, pack opex, pack share, pack taxable,
                            pack change) noexcept nogil:
    g.able[t] = n.able
    g.tokens[t] = n.tokens
    g.kwh[t] = n.kwh
    g.contract[t] = n.contract
    g.training[t] = n.training
    g.residual[t] = n.residual
    g.book[t] = n.book
    g.writeoff[t] = n.writeoff
    g.taxdeduct[t] = n.taxdep
    g.taxgain[t] = n.taxgain
    g.colo[t] = n.colo
    g.maintenance[t] = n.maintenance
    g.software[t] = n.software
    g.revenue[t] = revenue
    g.opex[t] = opex
    g.share[t] = share
    g.taxable[t] = taxable
    g.change[t] = change
