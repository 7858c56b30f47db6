"""Required and break-even figures where npv is not a straight line in the level: a bracketed search in every lane.

Losses carried forward and a cap on demand bend npv, but it never falls as the level rises (the tax rate is below 1).
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_flows cimport *
from accelxl.kernels.plan_service cimport *
from accelxl.kernels.plan_metrics cimport NAN, Metrics, cap_share

cdef enum:
    LEVEL_PASSES = 200
    SOURCE_UTILIZATION = 9     # x scales every tranche's utilization


cdef inline pack npv_of(Ledger* g, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int source, pack level) noexcept nogil:
    cdef int k
    if source != SOURCE_UTILIZATION:
        return npv_at(g, p, f, source, level)
    adoption_curve(g.room, p, f, g.last)
    if f.has_demand:
        for k in range(g.last + 1):
            g.room[k] = g.room[k] * p.demand_mtok_per_month
    open_service(g, p, f)
    for k in range(f.tranches):
        serve(g, &x[k], p, f, k, level)
        if f.contract[k] == LEASE:
            lease(g, &x[k], k)
        if f.uses & USE_TRAINING:
            train(g, &x[k], f, k)
    return npv_at(g, p, f, REV_PLAN, g.today)


cdef inline pack level_of(Ledger* g, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int source, pack guess) noexcept nogil:
    # The level at which npv is zero, NaN where there is none: a bracket widened from 0 and the guess, then false position with a
    # bisection every third step.
    cdef pack zero = pk(0.0), low = zero, high = pk_select(pk_lt(zero, guess), guess, pk(1.0)), at_low, at_high, now, mid, next
    cdef pack busy = pk(1.0), found = pk(NAN), width
    cdef mask found_now, side, none
    cdef int n
    if source == SOURCE_UTILIZATION:
        low = pk(1e-9)          # at 0 a rented tranche runs at 0 / 0 of its capacity
    at_low = npv_of(g, x, p, f, source, low)
    at_high = npv_of(g, x, p, f, source, high)
    for n in range(60):
        side = pk_lt(at_high, zero)
        if not pk_any(side):
            break
        low = pk_select(side, high, low)
        at_low = pk_select(side, at_high, at_low)
        high = pk_select(side, high * pk(8.0), high)
        at_high = npv_of(g, x, p, f, source, high)
    if source != SOURCE_UTILIZATION:
        for n in range(60):
            # Where training or a tax credit pays for all, the level lies below zero.
            side = pk_lt(zero, at_low)
            if not pk_any(side):
                break
            high = pk_select(side, low, high)
            at_high = pk_select(side, at_low, at_high)
            low = pk_select(side, pk_min(low * pk(8.0), -high - pk(1.0)), low)
            at_low = npv_of(g, x, p, f, source, low)
    # Above zero at the lowest level, never above zero, or the same at every level: no level.
    none = pk_or(pk_or(pk_lt(zero, at_low), pk_not(pk_le(zero, at_high))), pk_not(pk_lt(at_low, at_high)))
    busy = pk_select(none, zero, busy)
    for n in range(LEVEL_PASSES):
        mid = pk(0.5) * (low + high)
        next = low - at_low * ((high - low) / (at_high - at_low))
        next = pk_select(pk_and(pk_lt(low, next), pk_lt(next, high)), next, mid)
        if n % 3 == 2:
            next = mid
        now = npv_of(g, x, p, f, source, next)
        side = pk_lt(now, zero)
        low = pk_select(side, next, low)
        at_low = pk_select(side, now, at_low)
        high = pk_select(side, high, next)
        at_high = pk_select(side, at_high, now)
        width = high - low
        found_now = pk_and(pk_eq(busy, pk(1.0)), pk_or(pk_le(width, pk_max(pk_max(high, -low), pk(1e-300)) * pk(4e-16)), pk_eq(now, zero)))
        found = pk_select(found_now, pk_select(pk_eq(now, zero), next, high), found)
        busy = pk_select(found_now, zero, busy)
        if not pk_any(pk_eq(busy, pk(1.0))):
            break
    return found


cdef inline void search_levels(Ledger* g, Metrics* y, const TrancheInputs* x, const PlanInputs* p, const Frame* f) noexcept nogil:
    cdef pack one = pk(1.0), scale
    if f.tax_losses == LOSS_CARRY:
        y.required_price_usd_per_mtok = level_of(g, x, p, f, REV_LEVEL_PRICE, g.today)
        y.breakeven_price_usd_per_mtok = level_of(g, x, p, f, REV_PLAN, g.today)
        y.required_revenue_usd_per_year = level_of(g, x, p, f, REV_LEVEL_MONEY, y.revenue_usd)
    if f.tax_losses == LOSS_CARRY or f.has_demand:
        scale = level_of(g, x, p, f, SOURCE_UTILIZATION, one)
        y.breakeven_utilization = cap_share(scale * x[0].utilization)
