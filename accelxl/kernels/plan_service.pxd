"""Service: when each tranche serves, how many tokens, and what running it costs. (plan.md "Month t"; equations.md B1 to B3.)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *

cdef enum:
    FAR = 700         # beyond e^700 the exponential of the adoption curve is taken anew each month
    ADOPT_FAR = 4     # set in the shape of the curve where a lane needs that

# What all tranches share in a month, carried on by products.
cdef struct Curves:
    pack df                           # discount factor
    pack v
    pack y                            # log of v
    pack money                        # token price
    pack price                        # token price over today's
    pack fall
    pack infl
    pack rise
    pack power                        # price of electricity
    pack growth
    pack e                            # exponential of the adoption curve
    pack share                        # its share of saturation, begun a month ahead because a division takes long
    pack c
    mask far                          # lanes whose exponential is beyond what a double holds
    int shape
    pack ratio
    pack room                         # demand left, or share of capacity filled


cdef inline void set_times(Cohort* q, const TrancheInputs* x, int contract, int life_starts) noexcept nogil:
    q.contract = contract
    q.order = x.order_month
    q.agreed = q.order + x.lead_time_months
    q.delivery = q.agreed + x.delay_months
    q.start = q.delivery + x.install_months
    q.planned = q.start - x.delay_months
    if life_starts == LIFE_SCHEDULE:
        q.uncut = q.planned + x.economic_life_months
    else:
        q.uncut = q.start + x.economic_life_months
    if contract == LEASE:
        q.lease_end = q.delivery + x.lease_months
        q.uncut = pk_min(q.uncut, q.lease_end)


cdef inline void cut_times(Ledger* g, Cohort* cohorts, const PlanInputs* p, int tranches) noexcept nogil:
    # The horizon, given or the last service end; where it cuts each tranche; staff from the first planned start to the last end.
    cdef pack end = pk(0.0), first = pk(1e9), h, stop
    cdef Cohort* q
    cdef int k
    for k in range(tranches):
        end = pk_max(end, cohorts[k].uncut)
    h = pk_select(pk_isnan(p.horizon_months), end, p.horizon_months)
    g.horizon = pk_max(pk_min(h, pk(360.0)), pk(1.0))
    g.last = <int>pk_top(g.horizon)
    g.truncated = pk_max(end - g.horizon, pk(0.0))
    g.staff = p.staff_usd_per_year / pk(12.0)
    end = pk(0.0)
    for k in range(tranches):
        q = &cohorts[k]
        q.end = pk_min(q.uncut, g.horizon)
        stop = q.end
        if q.contract == LEASE:
            q.lease_end = pk_min(q.lease_end, g.horizon)
            stop = pk_max(stop, q.lease_end)
        q.first = <int>pk_bottom(pk_min(pk_min(q.planned, q.start), q.delivery)) + 1
        q.last = <int>pk_top(stop)
        q.ends_from = <int>pk_bottom(q.end)
        first = pk_min(first, q.planned)
        end = pk_max(end, q.end)
    g.staff_from = first
    g.staff_to = end


cdef inline void set_service(Cohort* q, const TrancheInputs* x, const PlanInputs* p, int uses, pack scale) noexcept nogil:
    # `scale` multiplies the utilization.
    cdef pack one = pk(1.0), live = x.units * (one - x.stranded_share)
    q.fill = x.utilization * scale
    q.full = live * x.tokens_per_second * x.availability * pk(2.628)
    q.kwh = live * x.power_kw * x.load_factor * p.pue * pk(730.0)
    q.hours = x.units * pk(730.0)
    q.software = x.units * p.software_usd_per_unit_year / pk(12.0)
    q.upkeep = pk(0.0)
    if q.contract == OWN:
        q.upkeep = x.units * x.unit_price_usd * (one + x.attach_share) * p.opex_share_per_year / pk(12.0)
    q.indexed = q.upkeep + q.software
    if uses & USE_DRIFT:
        q.kept = monthly(-x.drift_per_year)
    if uses & USE_COLO:
        q.colo = x.units * x.power_kw * p.colo_usd_per_kw_month
    if uses & USE_TRAINING:
        q.training_end = q.start + x.training_months
        q.training_kept = monthly(-x.training_value_decline_per_year)
        q.training = q.hours * x.availability * x.training_value_usd_per_hour
    if uses & USE_CONTRACT:
        q.lease = x.units * x.lease_usd_per_unit_month
        q.rent = q.hours * x.rent_usd_per_hour
        q.committed = x.commit_share * (one - x.commit_discount)
        q.commit_share = x.commit_share


cdef inline pack today_price(const PlanInputs* p) noexcept nogil:
    # The blended price of the decision date, from one price or from three (B2).
    cdef pack one = pk(1.0)
    cdef pack into = (one - p.cache_hit_rate) * p.price_input_usd_per_mtok + p.cache_hit_rate * p.price_cached_usd_per_mtok
    cdef pack blend = p.input_share * into + (one - p.input_share) * p.price_output_usd_per_mtok
    return pk_select(pk_isnan(p.price_usd_per_mtok), blend, p.price_usd_per_mtok)


cdef inline pack adoption(const Curves* c, int shape) noexcept nogil:
    # Share of saturation (B3).
    cdef pack one = pk(1.0)
    shape &= ~ADOPT_FAR
    if shape == ADOPT_NONE:
        return one
    if shape == ADOPT_BASS:
        return (one - c.e) / (one + c.ratio * c.e)
    if shape == ADOPT_LOGISTIC:
        return one / (one + c.e)
    return pk_exp(pk(-0.6931471805599453) * c.e)


cdef inline void open_curves(Curves* c, const PlanInputs* p, const Frame* f, int uses, pack level) noexcept nogil:
    cdef pack one = pk(1.0), k
    c.df = c.price = c.infl = c.rise = c.growth = c.e = c.c = c.ratio = one
    c.y = pk_log_near(one + p.discount_rate) / pk(-12.0)
    c.v = pk_exp_near(c.y)
    c.fall = monthly(-p.price_decline_per_year)
    c.money = level
    c.power = p.electricity_usd_per_kwh * (one - p.colo_includes_power)
    c.shape = f.adoption
    c.far = pk_lt(one, one)
    if uses & USE_INFLATION:
        c.rise = monthly(p.inflation_per_year)
    if uses & USE_POWER_GROWTH:
        c.growth = monthly(p.electricity_growth_per_year)
    if f.adoption == ADOPT_BASS:
        c.ratio = p.bass_q_per_year / p.bass_p_per_year
        c.c = pk_exp((p.bass_p_per_year + p.bass_q_per_year) / pk(-12.0))
    elif f.adoption != ADOPT_NONE:
        c.c = pk_exp(-p.adoption_rate_per_month)
        k = p.adoption_rate_per_month * p.adoption_midpoint_month
        c.far = pk_lt(pk(FAR), k)
        if pk_any(c.far):
            c.shape |= ADOPT_FAR
        c.e = pk_exp(pk_min(k, pk(FAR)))
    c.share = adoption(c, c.shape)


cdef inline void step_adoption(Curves* c, const PlanInputs* p, pack month, int shape) noexcept nogil:
    # On to `month`: the exponential is carried on by a product where it fits a double.
    if shape == ADOPT_NONE:
        return
    c.e = c.e * c.c
    if shape & ADOPT_FAR:
        c.e = pk_select(c.far, pk_exp(pk_min(p.adoption_rate_per_month * (p.adoption_midpoint_month - month), pk(FAR))), c.e)
    c.share = adoption(c, shape)


cdef inline void step_prices(Curves* c, int uses, int wants) noexcept nogil:
    # From one month to the next.
    c.df = c.df * c.v
    c.money = c.money * c.fall
    if wants & (WANT_LEVELS | WANT_DETAIL):
        c.price = c.price * c.fall
    if uses & USE_INFLATION:
        c.infl = c.infl * c.rise
    if uses & USE_POWER_GROWTH:
        c.power = c.power * c.growth


cdef inline mask serve(Month* n, Curves* c, Cohort* q, pack month, int uses, int wants, pack when, pack* pv_hours,
                       pack* serving_kwh) noexcept nogil:
    # One tranche in month t; returns where it is in production.
    cdef pack able, got, run
    cdef mask on = pk_and(pk_lt(q.start, month), pk_le(month, q.end)), works = on, held
    if uses & USE_DRIFT:
        q.full = pk_select(on, q.full * q.kept, q.full)
    if uses & USE_TRAINING:
        works = pk_and(on, pk_lt(q.training_end, month))
        n.training += pk_where(pk_and(on, pk_le(month, q.training_end)), q.training)
    able = pk_where(works, q.full)
    if wants & WANT_SUMS:
        n.full += able
        pv_hours[0] += pk_where(on, q.hours * when)
        serving_kwh[0] += pk_where(works, q.kwh)
    able = able * q.fill
    if uses & USE_DEMAND:
        got = pk_min(able, c.room)
        c.room = c.room - got
    else:
        got = able * c.room
    n.tokens += got
    n.kwh += pk_where(on, q.kwh)
    n.indexed += pk_where(on, q.indexed)
    if wants & WANT_LEVELS:
        n.producing = pk_select(on, pk(1.0), n.producing)
    if uses & USE_COLO:
        held = pk_and(pk_lt(q.planned, month), pk_le(month, q.end))
        n.indexed += pk_where(held, q.colo)
        if wants & WANT_DETAIL:
            n.colo += pk_where(held, q.colo)
    if uses & USE_CONTRACT:
        if q.contract == RENT:
            run = pk_select(pk_lt(pk(0.0), able), got / able, pk(0.0))
            run = pk_select(works, run, pk(1.0))          # hours that train are used
            n.contract += pk_where(on, q.rent * (q.committed + pk_max(pk(0.0), run - q.commit_share)))
        elif q.contract == LEASE:
            held = pk_and(pk_lt(q.delivery, month), pk_le(month, q.lease_end))
            n.contract += pk_where(held, q.lease)
    if wants & WANT_DETAIL:
        n.able += able
        n.maintenance += pk_where(on, q.upkeep)
        n.software += pk_where(on, q.software)
    return on
