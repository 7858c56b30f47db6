"""The debt overlay: draws, level payments and the flows of equity. Nothing unlevered reads it. (plan.md "debt".)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *


cdef inline pack overlay(Ledger* g, const PlanInputs* p, int uses, pack* interest_sum) noexcept nogil:
    # Fills draw, principal, interest and equity; returns npv_equity_usd.
    cdef pack zero = pk(0.0), one = pk(1.0), rate = pk_expm1(pk_log1p(p.debt_rate) / pk(12.0)), n = p.debt_months
    cdef pack level = pk_select(pk_eq(rate, zero), one / n, rate / -pk_expm1(-n * pk_log1p(p.debt_rate) / pk(12.0)))
    cdef pack re = pk_select(pk_isnan(p.equity_rate), p.discount_rate, p.equity_rate)
    cdef pack v = one / monthly(re), a = one, shift = one, owed = zero, live = zero, due, gone, month, pay, ends
    cdef pack npv = zero, total = zero, final = -one
    cdef int t, i, back, alike = pk_all(pk_eq(n, pk(pk_lane(n, 0))))
    if uses & USE_MID:
        shift = one / pk_sqrt(v)
    for t in range(g.last + 1):
        g.draw[t] = p.debt_share * g.capex[t]
        final = pk_select(pk_lt(zero, g.draw[t]), pk(t) + n, final)
    final = pk_min(final, g.horizon)                   # what is owed then is paid: no dust is carried on
    for t in range(g.last + 1):
        month = pk(t)
        g.interest[t] = owed * rate
        # Draws whose payments still run: those of the last n months.
        gone = zero
        back = t - 1 - <int>pk_lane(n, 0)
        if alike and back >= 0:
            gone = g.draw[back]
        elif not alike:
            for i in range(PW):
                back = t - 1 - <int>pk_lane(n, i)
                if back >= 0:
                    lanes(&gone)[i] = lanes(&g.draw[back])[i]
        live = live + (g.draw[t - 1] if t > 0 else zero) - gone
        pay = pk_min(live * level, owed + g.interest[t])
        due = pay - g.interest[t]
        ends = pk_select(pk_eq(month, final), owed + g.draw[t], due)
        g.principal[t] = pk_where(pk_le(month, final), ends)
        owed = owed + g.draw[t] - g.principal[t]
        g.equity[t] = g.draw[t] - g.principal[t] - g.interest[t] * (one - p.tax_rate)
        total += g.interest[t]
        npv += (g.equity[t] + g.capital[t]) * a + g.operating[t] * (a * shift if t > 0 else one)
        a = a * v
    interest_sum[0] = total
    return npv
