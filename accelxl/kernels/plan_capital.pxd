"""Capital: payments, book and tax depreciation, disposal. (plan.md "Month t"; equations.md B5.)

Payments and disposals fall in a month that may differ from lane to lane, so they are added lane by lane.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *


cdef inline void put(pack* line, pack when, pack amount, pack horizon) noexcept nogil:
    # Add an amount to each lane's own month, if the horizon holds it.
    cdef int i
    cdef double t
    for i in range(PW):
        t = pk_lane(when, i)
        if t <= pk_lane(horizon, i):
            lanes(&line[<int>t])[i] += pk_lane(amount, i)


cdef inline pack within(pack when, pack horizon, pack amount) noexcept nogil:
    return pk_where(pk_le(when, horizon), amount)


cdef inline void open_capital(Ledger* g, const Frame* f) noexcept nogil:
    clear(g.capex, g.last)
    clear(g.residual, g.last)
    clear(g.book, g.last)
    clear(g.writeoff, g.last)
    clear(g.taxdep, g.last)
    clear(g.taxgain, g.last)


cdef inline pack book_month(pack j, pack life, pack cost, pack salvage, pack held, int method) noexcept nogil:
    # Depreciation of month j of a life, from the book value `held` at its start (B5).
    cdef pack room = held - salvage, fast, even
    cdef pack dep
    if method == BOOK_SL:
        dep = (cost - salvage) / life
    elif method == BOOK_SYD:
        dep = (cost - salvage) * (life - j + pk(1.0)) / (life * (life + pk(1.0)) * pk(0.5))
    else:
        fast = held * (pk(2.0) / life)
        if method == BOOK_VDB:
            even = room / (life - j + pk(1.0))
            fast = pk_max(fast, even)
        dep = pk_max(pk_min(fast, room), pk(0.0))
    return pk_where(pk_le(j, life), dep)


cdef inline pack depreciate_book(Ledger* g, const Times* m, const TrancheInputs* x, int method, int relife, pack cost, pack life,
                                 pack salvage, int also_tax) noexcept nogil:
    # Book depreciation of one tranche from start + 1; returns what is left. `also_tax`: the tax books follow.
    cdef pack held = cost, j, dep, level, change = x.relife_month, total = x.relife_life_months, rest = pk(0.0)
    cdef mask on
    cdef int t, straight = method == BOOK_SL, high = min(g.last, <int>pk_top(m.end))
    level = (cost - salvage) / life
    for t in range(max(<int>pk_bottom(m.start) + 1, 1), high + 1):
        j = pk(t) - m.start
        on = pk_and(pk_lt(pk(0.0), j), pk_le(pk(t), m.end))
        dep = pk_where(pk_le(j, life), level) if straight else book_month(j, life, cost, salvage, held, method)
        if relife and straight:
            rest = pk_select(pk_eq(j, change + pk(1.0)), (held - salvage) / (total - change), rest)
            dep = pk_select(pk_lt(change, j), pk_where(pk_le(j, total), rest), dep)
        dep = pk_where(on, dep)
        held = held - dep
        g.book[t] += dep
        if also_tax:
            g.taxdep[t] += dep
    return held


cdef inline pack depreciate_facility(Ledger* g, const Times* m, pack cost, pack life) noexcept nogil:
    # Straight line, in the books and for tax alike; returns what is left.
    cdef pack held = cost, level = cost / life, j, dep
    cdef int t
    for t in range(max(<int>pk_bottom(m.start) + 1, 1), <int>pk_top(m.end) + 1):
        j = pk(t) - m.start
        dep = pk_where(pk_and(pk_and(pk_lt(pk(0.0), j), pk_le(j, life)), pk_le(pk(t), m.end)), level)
        held = held - dep
        g.book[t] += dep
        g.taxdep[t] += dep
    return held


cdef inline pack depreciate_tax(Ledger* g, const Times* m, const TrancheInputs* x, const Frame* f, int k, pack cost,
                                pack life) noexcept nogil:
    # SL over the book life to zero, or MACRS. Recovery year 1 is the fiscal year of month start + 1: bonus and the table's first
    # share of the rest, evenly over its months from start + 1; later years a twelfth a month; until service end.
    cdef pack left = cost
    cdef double bonus, rest, first, end, amount, years
    cdef const double* table
    cdef int i, t, year, place, start
    for i in range(PW):
        bonus = pk_lane(cost, i) * pk_lane(x.bonus_share, i)
        rest = pk_lane(cost, i) - bonus
        years = pk_lane(life, i)
        end = pk_lane(m.end, i)
        start = <int>pk_lane(m.start, i)
        place = (start + f.fiscal_offset) % 12              # months of the fiscal year before month start + 1
        table = f.macrs + (5 if f.tax_method[k] == TAX_MACRS15 else 0) * MACRS_YEARS
        if f.mid_quarter[k]:
            table = table + (1 + place // 3) * MACRS_YEARS
        for t in range(start + 1, <int>end + 1):
            year = (place + t - start - 1) // 12
            first = bonus / (12 - place) if year == 0 else 0.0
            if f.tax_method[k] == TAX_SL:
                amount = rest / years if t - start <= years else 0.0
            elif year == 0:
                amount = rest * table[0] / (12 - place)
            else:
                amount = rest * table[year] / 12.0 if year < MACRS_YEARS else 0.0
            amount += first
            lanes(&g.taxdep[t])[i] += amount
            lanes(&left)[i] -= amount
    return left


cdef inline void invest(Ledger* g, const TrancheInputs* x, const PlanInputs* p, const Frame* f, int k) noexcept nogil:
    # One tranche's payments, depreciation and disposal.
    cdef Times* m = &g.times[k]
    cdef pack one = pk(1.0), h = g.horizon, price, paid, left, basis, resale, salvage, life, plant, back, gain
    cdef int follow = f.tax_method[k] == TAX_BOOK
    if f.contract[k] == OWN:
        price = x.units * x.unit_price_usd * (one + x.attach_share)
        put(g.capex, m.order, price * x.deposit_share, h)
        put(g.capex, m.delivery, price * (one - x.deposit_share), h)
        paid = within(m.order, h, price * x.deposit_share) + within(m.delivery, h, price * (one - x.deposit_share))
        resale = paid * x.residual_share
        salvage = paid * pk_select(pk_isnan(x.salvage_share), x.residual_share, x.salvage_share)
        life = pk_select(pk_isnan(x.book_life_months), x.economic_life_months, x.book_life_months)
        left = depreciate_book(g, m, x, f.book_method[k], f.uses & USE_RELIFE, paid, life, salvage, follow)
        basis = left if follow else depreciate_tax(g, m, x, f, k, paid, life)
        gain = pk_where(pk_eq(x.residual_taxed, one), resale - basis)
        put(g.residual, m.end, resale, h)
        put(g.writeoff, m.end, left - resale, h)
        put(g.taxgain, m.end, gain, h)
    if f.uses & USE_FACILITY:
        plant = within(m.agreed, h, x.facility_usd_per_kw * x.units * x.power_kw)
        put(g.capex, m.agreed, plant, h)
        back = depreciate_facility(g, m, plant, x.facility_life_months)
        put(g.residual, m.end, back, h)
