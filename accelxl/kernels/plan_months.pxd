"""The months of a pack of scenarios: one pass that earns, pays, taxes, discounts and adds up. (plan.md "Month t" and "Metrics".)

`uses` and `wants` are arguments and not read from the frame, so that the compiler can leave out of a copy of the pass what a plain
plan does not need. Leaving a feature out changes no bit: its terms are exact zeros.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_service cimport *
from accelxl.kernels.plan_capital cimport *

# Where the revenue of a month comes from: the plan, or one of the levels that the required figures ask for.
cdef enum:
    REV_PLAN = 0          # tokens * x, the decline of the price applied, and training
    REV_LEVEL_PRICE = 1   # tokens * x, and training
    REV_LEVEL_MONEY = 2   # x / 12 in each month of production, in place of all revenue

# The flows of a tile of scenarios for the search of rates: row t holds the flow of period t of every lane.
cdef enum:
    TILE = 32
    ROWS = 721            # months 0 to 360 in half months

cdef struct Flows:
    int rows
    int last_out          # last row with an outflow in any lane
    double[ROWS * TILE] flow

# A running sum and where it last turned from negative to zero or more, linear inside the month.
cdef struct Running:
    pack sum
    pack low
    pack before
    pack missing
    pack step

# Sums over the months that the metrics are made of.
cdef struct Sums:
    pack npv
    pack profit
    pack capex_pv
    pack opex_pv            # without the revenue share
    pack residual_pv
    pack tokens_pv
    pack training_pv
    pack hours_pv
    pack serving_kwh
    pack revenue
    pack opex
    pack capex
    pack tax
    pack tokens
    pack full
    pack depreciation
    pack value
    pack value_at_end
    pack first_gain         # month of the first gain
    pack worth_plan         # what a dollar of today's token price adds to npv, the decline applied
    pack worth_level        # the same for a level price
    pack worth_money        # the same for a dollar a month of level revenue
    pack worth_training     # what training revenue adds to npv
    Running plain
    Running discounted
    # what the search of the rate starts from
    pack late               # sum of t * flow
    pack out                # outflows
    pack early              # sum of t * outflow
    mask began              # an inflow has been seen
    mask mixed              # an outflow came after an inflow

# Tax by fiscal year with losses carried forward: what the months of the year so far have left.
cdef struct Carry:
    pack year
    pack losses


cdef inline void run_on(Running* r, pack flow, pack month, int turns_too) noexcept nogil:
    cdef pack next = r.sum + flow
    cdef mask turns
    if turns_too:
        turns = pk_and(pk_lt(r.sum, pk(0.0)), pk_le(pk(0.0), next))
        r.before = pk_select(turns, month - pk(1.0), r.before)
        r.missing = pk_select(turns, -r.sum, r.missing)
        r.step = pk_select(turns, flow, r.step)
    r.low = pk_min(next, r.low)
    r.sum = next


cdef inline void open_run(Running* r) noexcept nogil:
    r.sum = r.low = r.before = r.missing = pk(0.0)
    r.step = pk(1.0)


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
        return n.tokens * (c.price * x)
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


cdef inline void open_sums(Sums* s) noexcept nogil:
    cdef pack zero = pk(0.0)
    s.npv = s.profit = s.capex_pv = s.opex_pv = s.residual_pv = s.tokens_pv = s.training_pv = s.hours_pv = zero
    s.serving_kwh = s.revenue = s.opex = s.capex = s.tax = s.tokens = s.full = s.depreciation = zero
    s.value = s.value_at_end = s.worth_plan = s.worth_level = s.worth_money = s.worth_training = zero
    s.late = s.out = s.early = zero
    s.first_gain = pk(NAN)
    s.began = s.mixed = pk_lt(zero, zero)
    open_run(&s.plain)
    open_run(&s.discounted)


cdef inline void open_plan(Ledger* g, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int tranches, int uses,
                           pack scale) noexcept nogil:
    # The tranches as they stand before month 0.
    cdef int k, t
    for k in range(tranches):
        set_times(&g.cohort[k], &x[k], f.contract[k], f.life_starts[k])
    cut_times(g, p, f)
    if uses & USE_TAXBOOKS:
        for t in range(g.last + 1):
            g.taxdep[t] = pk(0.0)
    for k in range(tranches):
        set_service(&g.cohort[k], &x[k], p, uses, scale)
        set_capital(g, &g.cohort[k], &x[k], f, k, uses)
    g.today = today_price(p)


cdef inline void months(Ledger* g, Sums* s, Flows* w, int lane, const TrancheInputs* x, const PlanInputs* p, const Frame* f,
                        int tranches, int uses, int wants, int source, pack level, pack scale) noexcept nogil:
    cdef pack zero = pk(0.0), one = pk(1.0), ties = p.working_capital_days * pk(12.0) / pk(365.0), kept = one - p.tax_rate
    cdef pack month, when, money, revenue, cost, share, flow, taxable, tax, now = zero, held = zero, operating, capital, free
    cdef pack shift = one, worth, weight, levy
    cdef Curves c
    cdef Month n
    cdef Carry carry
    cdef Cohort* q
    cdef mask on
    cdef int t, k
    open_plan(g, x, p, f, tranches, uses, scale)
    open_curves(&c, p, f, uses)
    open_sums(s)
    carry.year = carry.losses = zero
    if uses & USE_MID:
        shift = one / pk_sqrt(c.v)
    for t in range(g.last + 1):
        month = pk(t)
        step_curves(&c, p, f, t, uses)
        when = c.df * shift if uses & USE_MID and t > 0 else c.df     # discount factor of the operating flows
        open_month(&n, g, t, uses, wants)
        if wants & WANT_DETAIL:
            keep_curves(g, &c, t)
        for k in range(tranches):
            q = &g.cohort[k]
            if uses & USE_TRAINING and t > 0:
                q.training = q.training * q.training_kept
            if q.first <= t <= q.last:
                on = serve(&n, &c, q, t, uses, wants, when, &s.hours_pv, &s.serving_kwh)
                depreciate(&n, q, on, t, uses)
            if t <= q.pays_to:
                pay(&n, q, t, uses)
            if q.ends_from <= t:
                dispose(&n, q, t, uses)
        # revenue, opex and tax
        money = token_revenue(&n, &c, source, level)
        revenue = money
        if uses & USE_TRAINING and source != REV_LEVEL_MONEY:
            revenue = revenue + n.training
        cost = n.indexed
        if uses & USE_INFLATION:
            cost = cost * c.infl
        cost = cost + n.kwh * c.power
        if uses & USE_CONTRACT:
            cost = cost + n.contract
        share = zero
        flow = revenue - cost
        if uses & USE_SHARE:
            share = p.revenue_share * money
            flow = flow - share
        taxable = flow - n.taxdep + n.taxgain
        tax = tax_due(&carry, p, f, t, taxable, g.horizon) if uses & USE_CARRY else p.tax_rate * taxable
        operating = flow - tax
        if uses & USE_WORKING:
            now = pk_where(pk_lt(month, g.horizon), revenue * ties)
            operating = operating - (now - held)
        capital = n.residual - n.capex
        free = operating + capital
        # what it is worth
        worth = operating * when + capital * c.df
        s.npv += worth
        s.profit += flow - tax - n.book - n.writeoff
        s.capex_pv += n.capex * c.df
        s.capex += n.capex
        s.opex_pv += cost * when
        s.residual_pv += n.residual * c.df
        s.tokens_pv += n.tokens * when
        run_on(&s.plain, free, month, wants & WANT_PAYBACK)
        run_on(&s.discounted, worth, month, 1)
        if uses & USE_TRAINING:
            s.training_pv += n.training * when
        if wants & WANT_RATE:
            if uses & USE_MID and t > 0:
                pk_store(&w.flow[(2 * t - 1) * TILE + lane], operating)
                pk_store(&w.flow[2 * t * TILE + lane], capital)
                w.last_out = 2 * t
            else:
                pk_store(&w.flow[t * TILE + lane], free)
            s.late += month * free
            weight = pk_max(-free, zero)
            s.out += weight
            s.early += month * weight
            on = pk_lt(free, zero)
            s.mixed = pk_or(s.mixed, pk_and(on, s.began))
            s.began = pk_or(s.began, pk_lt(zero, free))
            if pk_any(on):
                w.last_out = max(w.last_out, t)
        if wants & WANT_SUMS:
            add_sums(s, g, &n, month, revenue, cost + share, flow, tax)
        if wants & WANT_LEVELS:
            # A dollar of revenue in month t: taxed now, a share tied up until the next month.
            levy = pk_where(pk_lt(month, g.horizon), ties * (when - c.df * c.v * shift))
            weight = kept * when - levy
            s.worth_training += n.training * weight
            weight = weight - kept * when * p.revenue_share
            s.worth_plan += n.tokens * c.price * weight
            s.worth_level += n.tokens * weight
            s.worth_money += n.producing * weight
        if wants & WANT_LINES:
            g.operating[t] = operating
            g.capital[t] = capital
            g.capex[t] = n.capex
            g.tax[t] = tax
            s.value = s.value + n.capex - n.book - n.writeoff - n.residual
            g.value[t] = s.value
        if wants & WANT_DETAIL:
            keep_month(g, &n, t, revenue, cost + share, share, taxable, now - held)
        held = now


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
