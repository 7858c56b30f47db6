"""Flows: revenue, opex, tax, working capital and free cash flow month by month. (plan.md "Month t".)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *

# Where the revenue of a month comes from: the plan, or one of the levels that the required figures ask for.
cdef enum:
    REV_PLAN = 0          # tokens * x, the decline of the price applied, and training
    REV_LEVEL_PRICE = 1   # tokens * x, and training
    REV_LEVEL_MONEY = 2   # x / 12 in each month of production, in place of all revenue


# Tax by fiscal year with losses carried forward: what the months of the year so far have left.
cdef struct Carry:
    pack year
    pack losses


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


cdef inline pack token_revenue(const Ledger* g, int t, int source, pack x) noexcept nogil:
    if source == REV_PLAN:
        return g.tokens[t] * (g.price[t] * x)
    if source == REV_LEVEL_PRICE:
        return g.tokens[t] * x
    return g.producing[t] * (x / pk(12.0))


cdef inline pack running_cost(const Ledger* g, const Frame* f, int t) noexcept nogil:
    # Opex without the revenue share.
    cdef pack cost = g.indexed[t]
    if f.uses & USE_INFLATION:
        cost = cost * g.infl[t]
    if f.uses & USE_POWER_GROWTH:
        cost = cost + g.kwh[t] * g.power[t]
    else:
        cost = cost + g.kwh[t] * g.power[0]
    if f.uses & USE_CONTRACT:
        cost = cost + g.contract[t]
    return cost


cdef inline pack npv_at(const Ledger* g, const PlanInputs* p, const Frame* f, int source, pack x) noexcept nogil:
    # Net present value with another source of revenue: what the required and break-even figures bring to zero.
    cdef pack one = pk(1.0), ties = p.working_capital_days * pk(12.0) / pk(365.0), total = pk(0.0)
    cdef pack shift = one, money, revenue, taxable, tax, held = pk(0.0), now, month, flow
    cdef Carry c
    cdef int t
    c.year = c.losses = pk(0.0)
    if f.timing == TIMING_MID:
        shift = one / pk_sqrt(g.df[1])
    for t in range(g.last + 1):
        month = pk(t)
        money = token_revenue(g, t, source, x)
        revenue = money
        if f.uses & USE_TRAINING and source != REV_LEVEL_MONEY:
            revenue = revenue + g.training[t]
        flow = revenue - running_cost(g, f, t) - p.revenue_share * money
        taxable = flow - g.taxdep[t] + g.taxgain[t]
        tax = tax_due(&c, p, f, t, taxable, g.horizon) if f.tax_losses == LOSS_CARRY else p.tax_rate * taxable
        now = pk_where(pk_lt(month, g.horizon), revenue * ties)
        flow = flow - tax - (now - held)
        held = now
        total += (flow * (shift if t > 0 else one) + g.residual[t] - g.capex[t]) * g.df[t]
    return total
