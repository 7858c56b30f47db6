"""Metrics from the sums of the months. (plan.md "Metrics".)

The fields of Metrics stand in the order of accelxl/plan/metrics.py (a test compares them). Rates of return need a search and come
after, from the flows of a whole tile.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_sums cimport *
from accelxl.kernels.plan_months cimport *

cdef struct Metrics:
    pack npv
    pack irr
    pack irr_sign_changes
    pack mirr
    pack roi
    pack roi_discounted
    pack payback_months
    pack discounted_payback_months
    pack peak_funding_usd
    pack profit_usd
    pack gross_margin
    pack utilization_mean
    pack cost_per_mtok
    pack required_price_usd_per_mtok
    pack breakeven_price_usd_per_mtok
    pack required_revenue_usd_per_year
    pack cost_per_accelerator_hour
    pack breakeven_utilization
    pack breakeven_month
    pack energy_joule_per_token
    pack eaa_usd
    pack impairment_month
    pack revenue_usd
    pack opex_usd
    pack capex_usd
    pack ebitda_usd
    pack tax_usd
    pack mtok_served
    pack book_value_at_horizon_usd
    pack truncated_months
    pack npv_equity_usd
    pack irr_equity
    pack interest_usd

cdef enum:
    METRIC_FIELDS = 33
    LEVEL_PASSES = 200
    SOURCE_UTILIZATION = 9     # the level scales every tranche's utilization


cdef inline pack annuity(pack npv, pack rate, pack years) noexcept nogil:
    # NPV * r / (1 - (1 + r)^-n); NPV / n at r = 0 (B1).
    cdef pack gone = -pk_expm1(-years * pk_log1p(rate))
    return pk_select(pk_eq(rate, pk(0.0)), npv / years, npv * rate / gone)


cdef inline void conclude(Metrics* y, const Sums* s, const Ledger* g, const PlanInputs* p, int wants) noexcept nogil:
    cdef pack one = pk(1.0)
    y.npv = s.discounted.sum
    y.profit_usd = s.plain.sum            # over the whole life book depreciation and disposals make up capex less residual
    y.capex_usd = s.capex
    y.roi = ratio(s.plain.sum, s.capex)
    y.roi_discounted = ratio(s.discounted.sum, s.capex_pv)
    y.discounted_payback_months = payback(&s.discounted)
    y.peak_funding_usd = pk(0.0) - s.low
    y.cost_per_mtok = ratio(s.capex_pv + s.opex_pv - s.residual_pv - s.training_pv, (one - p.revenue_share) * s.tokens_pv)
    y.truncated_months = g.truncated
    if wants & WANT_PAYBACK:
        y.payback_months = payback(&s.plain)
    if wants & WANT_SUMS:
        y.revenue_usd = s.revenue
        y.opex_usd = s.opex
        y.ebitda_usd = s.revenue - s.opex
        y.tax_usd = s.tax
        y.mtok_served = s.tokens
        y.gross_margin = ratio(s.revenue - s.opex - s.depreciation, s.revenue)
        y.utilization_mean = ratio(s.tokens, s.full)
        y.cost_per_accelerator_hour = ratio(s.capex_pv + s.opex_pv - s.residual_pv, s.hours_pv)
        y.breakeven_month = s.first_gain
        y.energy_joule_per_token = ratio(s.serving_kwh * pk(3.6), s.tokens)
        y.book_value_at_horizon_usd = s.value_at_end
        y.eaa_usd = annuity(s.discounted.sum, p.discount_rate, g.horizon / pk(12.0))


cdef inline pack as_share(pack u) noexcept nogil:
    return pk_select(pk_and(pk_le(pk(0.0), u), pk_le(u, pk(1.0))), u, pk(NAN))


cdef inline void levels(Metrics* y, const Sums* s, const Ledger* g, const TrancheInputs* x) noexcept nogil:
    # Where npv is a straight line in the level: all but losses carried forward and served = min(capacity, demand).
    cdef pack plan = s.worth_plan * g.today
    cdef pack rest = s.discounted.sum - plan - s.worth_training
    cdef pack need = -(rest + s.worth_training)
    y.required_price_usd_per_mtok = ratio(need, s.worth_level)
    y.breakeven_price_usd_per_mtok = ratio(need, s.worth_plan)
    y.required_revenue_usd_per_year = ratio(-rest, s.worth_money / pk(12.0))
    y.breakeven_utilization = as_share(ratio(need, plan) * x.utilization)


cdef inline pack npv_of(Ledger* g, Sums* s, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int uses, int source,
                        pack level) noexcept nogil:
    if source == SOURCE_UTILIZATION:
        all_months(g, s, NULL, 0, x, p, f, f.tranches, uses, WANT_LEVELS, REV_PLAN, today_price(p), level)
    else:
        all_months(g, s, NULL, 0, x, p, f, f.tranches, uses, WANT_LEVELS, source, level, pk(1.0))
    return s.discounted.sum


cdef inline pack level_of(Ledger* g, Sums* s, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int uses, int source,
                          pack guess) noexcept nogil:
    # The level at which npv is zero, NaN where there is none: a bracket widened from 0 and the guess, then false position with a
    # bisection every third step. npv never falls as the level rises, because the tax rate is below 1.
    cdef pack zero = pk(0.0), low = zero, high = pk_select(pk_lt(zero, guess), guess, pk(1.0)), at_low, at_high, now, mid, next
    cdef pack busy = pk(1.0), found = pk(NAN), width
    cdef mask side, none, ready
    cdef int n
    if source == SOURCE_UTILIZATION:
        low = pk(1e-9)          # at 0 a rented tranche runs at 0 / 0 of its capacity
    at_low = npv_of(g, s, x, p, f, uses, source, low)
    at_high = npv_of(g, s, x, p, f, uses, source, high)
    for n in range(60):
        side = pk_lt(at_high, zero)
        if not pk_any(side):
            break
        low = pk_select(side, high, low)
        at_low = pk_select(side, at_high, at_low)
        high = pk_select(side, high * pk(8.0), high)
        at_high = npv_of(g, s, x, p, f, uses, source, high)
    if source != SOURCE_UTILIZATION:
        for n in range(60):
            # Where training or a tax credit pays for all, the level lies below zero.
            side = pk_lt(zero, at_low)
            if not pk_any(side):
                break
            high = pk_select(side, low, high)
            at_high = pk_select(side, at_low, at_high)
            low = pk_select(side, pk_min(low * pk(8.0), -high - pk(1.0)), low)
            at_low = npv_of(g, s, x, p, f, uses, source, low)
    # Above zero at the lowest level, never above zero, or the same at every level: no level.
    none = pk_or(pk_or(pk_lt(zero, at_low), pk_not(pk_le(zero, at_high))), pk_not(pk_lt(at_low, at_high)))
    busy = pk_select(none, zero, busy)
    for n in range(LEVEL_PASSES):
        if not pk_any(pk_eq(busy, pk(1.0))):
            break
        mid = pk(0.5) * (low + high)
        next = low - at_low * ((high - low) / (at_high - at_low))
        next = pk_select(pk_and(pk_lt(low, next), pk_lt(next, high)), next, mid)
        if n % 3 == 2:
            next = mid
        now = npv_of(g, s, x, p, f, uses, source, next)
        side = pk_lt(now, zero)
        low = pk_select(side, next, low)
        at_low = pk_select(side, now, at_low)
        high = pk_select(side, high, next)
        at_high = pk_select(side, at_high, now)
        width = high - low
        ready = pk_or(pk_le(width, pk_max(pk_max(high, -low), pk(1e-300)) * pk(4e-16)), pk_eq(now, zero))
        ready = pk_and(pk_eq(busy, pk(1.0)), ready)
        found = pk_select(ready, pk_select(pk_eq(now, zero), next, high), found)
        busy = pk_select(ready, zero, busy)
    return found


cdef inline void search_levels(Ledger* g, Sums* s, Metrics* y, const TrancheInputs* x, const PlanInputs* p, const Frame* f,
                               int uses) noexcept nogil:
    # Losses carried forward and a cap on demand bend npv.
    cdef pack today = today_price(p)
    if uses & USE_CARRY:
        y.required_price_usd_per_mtok = level_of(g, s, x, p, f, uses, REV_LEVEL_PRICE, today)
        y.breakeven_price_usd_per_mtok = level_of(g, s, x, p, f, uses, REV_PLAN, today)
        y.required_revenue_usd_per_year = level_of(g, s, x, p, f, uses, REV_LEVEL_MONEY, y.capex_usd)
    y.breakeven_utilization = as_share(level_of(g, s, x, p, f, uses, SOURCE_UTILIZATION, pk(1.0)) * x[0].utilization)


cdef inline pack impairment(const Ledger* g, pack capex) noexcept nogil:
    # First month whose book value exceeds the undiscounted free cash flow before tax of the months after it, by more than a billionth
    # of all capex: less is rounding.
    cdef pack ahead = pk(0.0), month = pk(NAN)
    cdef mask held
    cdef int t
    for t in range(g.last, -1, -1):
        held = pk_and(pk_lt(pk(0.0), g.value[t]), pk_le(pk(t), g.horizon))
        month = pk_select(pk_and(pk_lt(ahead + capex * pk(1e-9), g.value[t]), held), pk(t), month)
        ahead += g.operating[t] + g.tax[t] + g.capital[t]
    return month


cdef inline pack mirr(const Ledger* g, const PlanInputs* p, int uses) noexcept nogil:
    # (FV of inflows at reinvest_rate / PV of outflows at finance_rate)^(12/n) - 1, n the last month with a flow.
    cdef pack zero = pk(0.0), one = pk(1.0), rf = p.finance_rate, rr = p.reinvest_rate
    rf = pk_select(pk_isnan(rf), p.discount_rate, rf)
    rr = pk_select(pk_isnan(rr), p.discount_rate, rr)
    cdef pack out = one / monthly(rf), back = one / monthly(rr), a = one, b = one, paid = zero, got = zero, n = zero
    cdef pack flow, month, early = one, late = one
    cdef int t, split = (uses & USE_MID) != 0
    if split:
        early = one / pk_sqrt(out)
        late = one / pk_sqrt(back)
    for t in range(g.last + 1):
        month = pk(t)
        flow = g.capital[t] if split and t > 0 else g.operating[t] + g.capital[t]
        paid += pk_max(-flow, zero) * a
        got += pk_max(flow, zero) * b
        n = pk_select(pk_eq(flow, zero), n, month)
        if split and t > 0:
            flow = g.operating[t]
            paid += pk_max(-flow, zero) * a * early
            got += pk_max(flow, zero) * b * late
            n = pk_select(pk_eq(flow, zero), n, month)
        a = a * out
        b = b * back
    # FV = got * (1 + rr)^(n/12); the whole as exp of a log, so that nothing overflows.
    flow = pk_expm1(pk_log(got / paid) * pk(12.0) / n + pk_log1p(rr))
    return pk_select(pk_and(pk_and(pk_lt(zero, paid), pk_lt(zero, got)), pk_lt(zero, n)), flow, pk(NAN))
