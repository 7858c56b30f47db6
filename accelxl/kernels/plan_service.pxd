"""Service: when each tranche serves, how many tokens, and what running it costs. (plan.md "Month t"; equations.md B1 to B3.)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *

cdef enum:
    ANCHOR = 32       # months between exact values of the adoption curve's exponential


cdef inline void set_times(Times* m, const TrancheInputs* x, int contract, int life_starts) noexcept nogil:
    m.order = x.order_month
    m.agreed = m.order + x.lead_time_months
    m.delivery = m.agreed + x.delay_months
    m.start = m.delivery + x.install_months
    m.planned = m.start - x.delay_months
    if life_starts == LIFE_SCHEDULE:
        m.uncut = m.planned + x.economic_life_months
    else:
        m.uncut = m.start + x.economic_life_months
    if contract == LEASE:
        m.uncut = pk_min(m.uncut, m.delivery + x.lease_months)


cdef inline void cut_times(Ledger* g, const PlanInputs* p, const Frame* f) noexcept nogil:
    # The horizon, given or the last service end; then where it cuts each tranche.
    cdef pack end = pk(0.0), h
    cdef Times* m
    cdef int k
    for k in range(f.tranches):
        end = pk_max(end, g.times[k].uncut)
    h = pk_select(pk_isnan(p.horizon_months), end, p.horizon_months)
    g.horizon = pk_max(pk_min(h, pk(360.0)), pk(1.0))
    g.last = <int>pk_top(g.horizon)
    g.truncated = pk(0.0)
    for k in range(f.tranches):
        m = &g.times[k]
        m.end = pk_min(m.uncut, g.horizon)
        g.truncated = pk_max(g.truncated, m.uncut - m.end)


cdef inline void adoption_curve(Line line, const PlanInputs* p, const Frame* f, int last) noexcept nogil:
    # Share of saturation in month t (B3). The exponential is exact every ANCHOR months and a product between.
    cdef pack k = p.adoption_rate_per_month, mid = p.adoption_midpoint_month, one = pk(1.0)
    cdef pack e = one, c = one, ratio = one, rate
    cdef int t
    if f.adoption == ADOPT_NONE:
        for t in range(last + 1):
            line[t] = one
    elif f.adoption == ADOPT_BASS:
        rate = (p.bass_p_per_year + p.bass_q_per_year) / pk(12.0)
        ratio = p.bass_q_per_year / p.bass_p_per_year
        c = pk_exp(-rate)
        for t in range(last + 1):
            e = pk_exp(-rate * pk(t)) if t % ANCHOR == 0 else e * c
            line[t] = (one - e) / (one + ratio * e)
    else:
        c = pk_exp(-k)
        for t in range(last + 1):
            e = pk_exp(pk_min(k * (mid - pk(t)), pk(700.0))) if t % ANCHOR == 0 else e * c
            line[t] = one / (one + e) if f.adoption == ADOPT_LOGISTIC else pk_exp(pk(-0.6931471805599453) * e)


cdef inline pack today_price(const PlanInputs* p) noexcept nogil:
    # The blended price of the decision date, from one price or from three (B2).
    cdef pack one = pk(1.0)
    cdef pack into = (one - p.cache_hit_rate) * p.price_input_usd_per_mtok + p.cache_hit_rate * p.price_cached_usd_per_mtok
    cdef pack blend = p.input_share * into + (one - p.input_share) * p.price_output_usd_per_mtok
    return pk_select(pk_isnan(p.price_usd_per_mtok), blend, p.price_usd_per_mtok)


cdef inline void curves(Ledger* g, const PlanInputs* p, const Frame* f) noexcept nogil:
    # What all tranches share: discount factor, token price, demand, inflation, electricity, staff.
    cdef pack v = pk(1.0) / monthly(p.discount_rate), fall = monthly(-p.price_decline_per_year)
    cdef pack infl = monthly(p.inflation_per_year), growth = monthly(p.electricity_growth_per_year)
    cdef int t
    g.df[0] = pk(1.0)
    g.today = today_price(p)
    g.price[0] = pk(1.0)
    g.infl[0] = pk(1.0)
    g.power[0] = p.electricity_usd_per_kwh * (pk(1.0) - p.colo_includes_power)
    for t in range(1, g.last + 1):
        g.df[t] = g.df[t - 1] * v
        g.price[t] = g.price[t - 1] * fall
    if f.uses & USE_INFLATION:
        for t in range(1, g.last + 1):
            g.infl[t] = g.infl[t - 1] * infl
    if f.uses & USE_POWER_GROWTH:
        for t in range(1, g.last + 1):
            g.power[t] = g.power[t - 1] * growth
    adoption_curve(g.room, p, f, g.last)
    if f.has_demand:
        for t in range(g.last + 1):
            g.room[t] = g.room[t] * p.demand_mtok_per_month


cdef inline void open_service(Ledger* g, const PlanInputs* p, const Frame* f) noexcept nogil:
    # Empty lines, and staff from the first planned start to the last end.
    cdef pack first = pk(1e9), final = pk(0.0), pay = p.staff_usd_per_year / pk(12.0), month
    cdef int k, t
    for k in range(f.tranches):
        first = pk_min(first, g.times[k].planned)
        final = pk_max(final, g.times[k].end)
    g.pv_hours = pk(0.0)
    g.serving_kwh = pk(0.0)
    for t in range(g.last + 1):
        month = pk(t)
        g.tokens[t] = pk(0.0)
        g.full[t] = pk(0.0)
        g.producing[t] = pk(0.0)
        g.kwh[t] = pk(0.0)
        g.indexed[t] = pk(0.0)
        if f.uses & USE_STAFF:
            g.indexed[t] = pk_where(pk_and(pk_lt(first, month), pk_le(month, final)), pay)
        if f.uses & USE_CONTRACT:
            g.contract[t] = pk(0.0)
        if f.uses & USE_TRAINING:
            g.training[t] = pk(0.0)
        if f.wants & WANT_DETAIL:
            g.staff[t] = g.indexed[t]
            g.colo[t] = g.maintenance[t] = g.software[t] = g.able[t] = pk(0.0)
            g.wanted[t] = g.room[t]


cdef inline void serve(Ledger* g, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int k, pack scale) noexcept nogil:
    # One tranche month by month; `scale` multiplies its utilization.
    cdef Times* m = &g.times[k]
    cdef pack one = pk(1.0), live = x.units * (one - x.stranded_share)
    cdef pack fill = x.utilization * scale
    cdef pack full = live * x.tokens_per_second * x.availability * pk(2.628), kept = monthly(-x.drift_per_year)
    cdef pack kwh = live * x.power_kw * x.load_factor * p.pue * pk(730.0)
    cdef pack software = x.units * p.software_usd_per_unit_year / pk(12.0), upkeep = pk(0.0), hours = x.units * pk(730.0)
    cdef pack colo = x.units * x.power_kw * p.colo_usd_per_kw_month, half = pk(1.0)
    cdef pack month, able, got, run
    cdef mask on, works, held
    cdef int t, low = <int>pk_bottom(pk_min(m.planned, m.start)) + 1, high = <int>pk_top(m.end)
    if f.contract[k] == OWN:
        upkeep = x.units * x.unit_price_usd * (one + x.attach_share) * p.opex_share_per_year / pk(12.0)
    if f.timing == TIMING_MID:
        half = one / pk_sqrt(g.df[1])
    for t in range(max(low, 1), high + 1):
        month = pk(t)
        on = pk_and(pk_lt(m.start, month), pk_le(month, m.end))
        works = on
        full = pk_select(on, full * kept, full)
        if f.uses & USE_TRAINING:
            works = pk_and(on, pk_lt(m.start + x.training_months, month))
        able = pk_where(works, full)
        g.full[t] += able
        able = able * fill
        if f.has_demand:
            got = pk_min(able, g.room[t])
            g.room[t] = g.room[t] - got
        else:
            got = able * g.room[t]
        g.tokens[t] += got
        g.producing[t] = pk_select(on, one, g.producing[t])
        g.kwh[t] += pk_where(on, kwh)
        g.serving_kwh += pk_where(works, kwh)
        g.indexed[t] += pk_where(on, upkeep + software)
        g.pv_hours += pk_where(on, hours * g.df[t] * half)
        if f.uses & USE_COLO:
            held = pk_and(pk_lt(m.planned, month), pk_le(month, m.end))
            g.indexed[t] += pk_where(held, colo)
            if f.wants & WANT_DETAIL:
                g.colo[t] += pk_where(held, colo)
        if f.contract[k] == RENT:
            run = pk_select(pk_lt(pk(0.0), able), got / able, pk(0.0))
            run = pk_select(works, run, one)
            run = x.commit_share * (one - x.commit_discount) + pk_max(pk(0.0), run - x.commit_share)
            g.contract[t] += pk_where(on, hours * x.rent_usd_per_hour * run)
        if f.wants & WANT_DETAIL:
            g.able[t] += able
            g.maintenance[t] += pk_where(on, upkeep)
            g.software[t] += pk_where(on, software)


cdef inline void train(Ledger* g, const TrancheInputs* x, const Frame* f, int k) noexcept nogil:
    # Training revenue in the first months of production; the value of an hour declines from the decision date.
    cdef Times* m = &g.times[k]
    cdef pack fall = monthly(-x.training_value_decline_per_year), month
    cdef pack worth = x.units * pk(730.0) * x.availability * x.training_value_usd_per_hour
    cdef mask on
    cdef int t
    for t in range(1, g.last + 1):
        month = pk(t)
        worth = worth * fall
        on = pk_and(pk_and(pk_lt(m.start, month), pk_le(month, m.end)), pk_le(month, m.start + x.training_months))
        g.training[t] += pk_where(on, worth)


cdef inline void lease(Ledger* g, const TrancheInputs* x, int k) noexcept nogil:
    # Lease payments from delivery to the end of the lease, in service or not.
    cdef Times* m = &g.times[k]
    cdef pack pay = x.units * x.lease_usd_per_unit_month, month
    cdef int t
    for t in range(1, g.last + 1):
        month = pk(t)
        g.contract[t] += pk_where(
            pk_and(pk_and(pk_lt(m.delivery, month), pk_le(month, m.delivery + x.lease_months)), pk_le(month, g.horizon)), pay)
