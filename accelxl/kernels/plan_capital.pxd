"""Capital: payments, book and tax depreciation, disposal. (plan.md "Month t"; equations.md B5.)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *


cdef inline pack within(pack when, pack horizon, pack amount) noexcept nogil:
    return pk_where(pk_le(when, horizon), amount)


cdef inline void set_capital(Ledger* g, Cohort* q, const TrancheInputs* x, const Frame* f, int k, int uses) noexcept nogil:
    # Amounts of one tranche; what falls after the horizon does not exist.
    cdef pack one = pk(1.0), zero = pk(0.0), h = g.horizon, price = zero
    if q.contract == OWN:
        price = x.units * x.unit_price_usd * (one + x.attach_share)
    q.deposit = within(q.order, h, price * x.deposit_share)
    q.balance = within(q.delivery, h, price * (one - x.deposit_share))
    q.held = q.deposit + q.balance
    q.cost = q.held
    q.resale = q.held * x.residual_share
    q.salvage = q.held * pk_select(pk_isnan(x.salvage_share), x.residual_share, x.salvage_share)
    q.life = pk_select(pk_isnan(x.book_life_months), x.economic_life_months, x.book_life_months)
    q.method = f.book_method[k]
    if q.method == BOOK_SL:
        q.level = (q.held - q.salvage) / q.life
    elif q.method == BOOK_SYD:
        q.level = (q.held - q.salvage) / (q.life * (q.life + one) * pk(0.5))
    else:
        q.level = pk(2.0) / q.life
    q.taxed = x.residual_taxed
    q.plant = q.plant_held = zero
    if uses & USE_RELIFE:
        q.relife = x.relife_month
        q.relife_end = x.relife_life_months
    if uses & USE_FACILITY:
        q.plant = within(q.agreed, h, x.facility_usd_per_kw * x.units * x.power_kw)
        q.plant_held = q.plant
        q.plant_level = q.plant / x.facility_life_months
        q.plant_end = x.facility_life_months
    q.pays_to = <int>pk_top(pk_max(pk_max(q.order, q.agreed), q.delivery))
    q.own_tax = f.tax_method[k] != TAX_BOOK
    if uses & USE_TAXBOOKS and q.own_tax:
        q.basis = depreciate_tax(g, q, x, f, k)


cdef inline pack depreciate_tax(Ledger* g, const Cohort* q, const TrancheInputs* x, const Frame* f, int k) noexcept nogil:
    # SL over the book life to zero, or MACRS. Recovery year 1 is the fiscal year of month start + 1: bonus and the table's first
    # share of the rest, evenly over its months from start + 1; later years a twelfth a month; until service end.
    cdef pack left = q.cost
    cdef double bonus, rest, share, first, years, remaining
    cdef const double* table
    cdef int i, t, year, place, start, end, year_end
    for i in range(PW):
        bonus = pk_lane(q.cost, i) * pk_lane(x.bonus_share, i)
        rest = pk_lane(q.cost, i) - bonus
        years = pk_lane(q.life, i)
        end = <int>pk_lane(q.end, i)
        start = <int>pk_lane(q.start, i)
        remaining = pk_lane(q.cost, i)
        place = (start + f.fiscal_offset) % 12              # months of the fiscal year before month start + 1
        table = f.macrs + (5 if f.tax_method[k] == TAX_MACRS15 else 0) * MACRS_YEARS
        if f.mid_quarter[k]:
            table = table + (1 + place // 3) * MACRS_YEARS
        first = bonus / (12 - place)
        year = 0
        t = start + 1
        while t <= end:
            year_end = min(end, start + 12 * (year + 1) - place)
            if f.tax_method[k] == TAX_SL:
                share = rest / years
            elif year == 0:
                share = rest * table[0] / (12 - place)
            else:
                share = rest * table[year] / 12.0 if year < MACRS_YEARS else 0.0
            for t in range(t, year_end + 1):
                if f.tax_method[k] == TAX_SL and t - start > years:
                    share = 0.0
                lanes(&g.taxdep[t])[i] += share + first
                remaining -= share + first
            t = year_end + 1
            first = 0.0
            year += 1
        lanes(&left)[i] = remaining
    return left


cdef inline pack book_amount(const Cohort* q, pack j) noexcept nogil:
    # Depreciation of month j of the life, from the book value at its start (B5). `level` is a month's amount (SL), what the months
    # left are multiplied by (SYD), or the share of the book value (DDB, VDB).
    cdef pack fast
    if q.method == BOOK_SL:
        return q.level
    if q.method == BOOK_SYD:
        return q.level * (q.life - j + pk(1.0))
    fast = q.held * q.level
    if q.method == BOOK_VDB:
        fast = pk_max(fast, (q.held - q.salvage) / (q.life - j + pk(1.0)))
    return pk_max(pk_min(fast, q.held - q.salvage), pk(0.0))


cdef inline pack book_month(Cohort* q, pack j, int uses) noexcept nogil:
    cdef pack dep = pk_where(pk_le(j, q.life), book_amount(q, j))
    if uses & USE_RELIFE and q.method == BOOK_SL:
        # The old rate to the month of the change, then what is left over the rest of the new life.
        q.level = pk_select(pk_eq(j, q.relife + pk(1.0)), (q.held - q.salvage) / (q.relife_end - q.relife), q.level)
        dep = pk_select(pk_lt(q.relife, j), pk_where(pk_le(j, q.relife_end), q.level), dep)
    return dep


cdef inline void depreciate(Month* n, Cohort* q, mask on, pack month, int uses) noexcept nogil:
    # A month of production in the books.
    cdef pack j = month - q.start, dep = pk_where(on, book_month(q, j, uses))
    q.held = q.held - dep
    n.book += dep
    if not uses & USE_TAXBOOKS or not q.own_tax:
        n.taxdep += dep
    if uses & USE_FACILITY:
        # Straight line, in the books and for tax alike.
        dep = pk_where(pk_and(on, pk_le(j, q.plant_end)), q.plant_level)
        q.plant_held = q.plant_held - dep
        n.book += dep
        n.taxdep += dep


cdef inline void dispose(Month* n, Cohort* q, int t, int uses) noexcept nogil:
    # At service end the book value meets the residual, and the tax basis too where the residual is taxed.
    cdef mask ends = pk_eq(q.end, pk(t))
    cdef pack basis = q.basis if uses & USE_TAXBOOKS and q.own_tax else q.held
    n.residual += pk_where(ends, q.resale + q.plant_held) if uses & USE_FACILITY else pk_where(ends, q.resale)
    n.writeoff += pk_where(ends, q.held - q.resale)
    n.taxgain += pk_where(pk_and(ends, pk_eq(q.taxed, pk(1.0))), q.resale - basis)


cdef inline void pay(Month* n, const Cohort* q, int t, int uses) noexcept nogil:
    cdef pack month = pk(t)
    n.capex += pk_where(pk_eq(q.order, month), q.deposit) + pk_where(pk_eq(q.delivery, month), q.balance)
    if uses & USE_FACILITY:
        n.capex += pk_where(pk_eq(q.agreed, month), q.plant)
