"""Metrics: one pass over the months that fills the flows and adds up every figure of accelxl/plan/metrics.py. (plan.md "Metrics".)

The fields of Metrics stand in that table's order (a test compares them). Rates of return need a search and come after, from the flows.
"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_flows cimport *

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

# Present values that the levelised figures and the levels are made of.
cdef struct Present:
    pack capex
    pack opex               # without the revenue share
    pack residual
    pack training
    pack tokens
    pack worth_plan         # what a dollar of today's token price adds to npv, the decline applied
    pack worth_level        # the same for a level price
    pack worth_money        # the same for a dollar a year of level revenue
    pack worth_training     # what training revenue adds to npv

# A running sum and where it last turned from negative to zero or more, linear inside the month.
cdef struct Running:
    pack sum
    pack low
    pack from_month
    pack missing
    pack step


cdef inline void run_on(Running* r, pack flow, pack month) noexcept nogil:
    cdef pack next = r.sum + flow
    cdef mask turns = pk_and(pk_lt(r.sum, pk(0.0)), pk_le(pk(0.0), next))
    r.from_month = pk_select(turns, month - pk(1.0), r.from_month)
    r.missing = pk_select(turns, -r.sum, r.missing)
    r.step = pk_select(turns, flow, r.step)
    r.low = pk_min(next, r.low)
    r.sum = next


cdef inline void open_run(Running* r) noexcept nogil:
    r.sum = r.low = r.from_month = r.missing = pk(0.0)
    r.step = pk(1.0)


cdef inline pack payback(const Running* r) noexcept nogil:
    # NaN where the final sum is negative; 0 where the sum was never negative.
    return pk_select(pk_lt(r.sum, pk(0.0)), pk(NAN), r.from_month + r.missing / r.step)


cdef extern from "<cmath>" nogil:
    const double NAN


cdef inline pack ratio(pack a, pack b) noexcept nogil:
    # a / b, NaN where b is zero.
    return pk_select(pk_eq(b, pk(0.0)), pk(NAN), a / b)


cdef inline void add_up(Ledger* g, Metrics* y, Present* v, const PlanInputs* p, const Frame* f) noexcept nogil:
    cdef pack zero = pk(0.0), one = pk(1.0), shift = one, ties = p.working_capital_days * pk(12.0) / pk(365.0)
    cdef pack kept = one - p.tax_rate, month, when, money, revenue, cost, share, flow, taxable, tax, now, held = zero
    cdef pack operating, capital, free, dep, weight, levy, opex = zero, book = zero, value = zero, first = pk(NAN)
    cdef pack worth, depreciation = zero, disposal = zero, last_sum, total
    cdef Running plain, discounted
    cdef Carry c
    cdef mask earns
    cdef int t
    y.npv = y.revenue_usd = y.tax_usd = y.capex_usd = y.mtok_served = zero
    y.book_value_at_horizon_usd = zero
    v.capex = v.opex = v.residual = v.training = v.tokens = zero
    v.worth_plan = v.worth_level = v.worth_money = v.worth_training = zero
    cdef pack full = zero
    c.year = c.losses = zero
    open_run(&plain)
    open_run(&discounted)
    if f.timing == TIMING_MID:
        shift = one / pk_sqrt(g.df[1])
    for t in range(g.last + 1):
        month = pk(t)
        when = g.df[t] * shift if t > 0 else one          # discount factor of the operating flows
        # revenue, opex and tax
        money = g.tokens[t] * (g.price[t] * g.today)
        revenue = money
        if f.uses & USE_TRAINING:
            revenue = revenue + g.training[t]
        cost = running_cost(g, f, t)
        share = p.revenue_share * money
        flow = revenue - cost - share
        taxable = flow - g.taxdep[t] + g.taxgain[t]
        tax = tax_due(&c, p, f, t, taxable, g.horizon) if f.tax_losses == LOSS_CARRY else p.tax_rate * taxable
        now = pk_where(pk_lt(month, g.horizon), revenue * ties)
        operating = flow - tax - (now - held)
        capital = g.residual[t] - g.capex[t]
        free = operating + capital
        g.operating[t] = operating
        g.capital[t] = capital
        # what it is worth
        worth = operating * when + capital * g.df[t]
        y.npv += worth
        v.capex += g.capex[t] * g.df[t]
        v.opex += cost * when
        v.residual += g.residual[t] * g.df[t]
        v.tokens += g.tokens[t] * when
        run_on(&plain, free, month)
        run_on(&discounted, worth, month)
        # sums
        dep = g.book[t]
        depreciation += dep
        disposal -= g.writeoff[t]
        value = value + g.capex[t] - dep
        y.book_value_at_horizon_usd = pk_select(pk_eq(month, g.horizon), value, y.book_value_at_horizon_usd)
        value = value - g.writeoff[t] - g.residual[t]
        y.revenue_usd += revenue
        opex += cost + share
        y.tax_usd += tax
        y.capex_usd += g.capex[t]
        y.mtok_served += g.tokens[t]
        full += g.full[t]
        earns = pk_and(pk_isnan(first), pk_lt(dep, flow))
        first = pk_select(earns, month, first)
        if f.wants & WANT_LEVELS:
            # A dollar of revenue in month t: taxed now, a share tied up until the next month.
            levy = pk_where(pk_lt(month, g.horizon), ties * (when - g.df[t + 1] * shift)) if t < g.last else zero
            weight = kept * when - levy
            if f.uses & USE_TRAINING:
                v.training += g.training[t] * when
                v.worth_training += g.training[t] * weight
            weight = weight - kept * when * p.revenue_share
            v.worth_plan += g.tokens[t] * g.price[t] * weight
            v.worth_level += g.tokens[t] * weight
            v.worth_money += g.producing[t] * weight
        elif f.uses & USE_TRAINING:
            v.training += g.training[t] * when
        if f.wants & (WANT_DETAIL | WANT_IMPAIRMENT):
            g.revenue[t] = revenue
            g.opex[t] = cost + share
            g.value[t] = value
            g.taxable[t] = taxable
            g.tax[t] = tax
            g.change[t] = now - held
            g.share[t] = share
        held = now
    total = plain.sum
    y.opex_usd = opex
    y.ebitda_usd = y.revenue_usd - opex
    y.profit_usd = y.revenue_usd - opex - depreciation + disposal - y.tax_usd
    y.roi = ratio(total, y.capex_usd)
    y.roi_discounted = ratio(y.npv, v.capex)
    y.payback_months = payback(&plain)
    y.discounted_payback_months = payback(&discounted)
    y.peak_funding_usd = -plain.low
    y.gross_margin = ratio(y.revenue_usd - opex - depreciation, y.revenue_usd)
    y.utilization_mean = ratio(y.mtok_served, full)
    y.cost_per_mtok = ratio(v.capex + v.opex - v.residual - v.training, (one - p.revenue_share) * v.tokens)
    y.cost_per_accelerator_hour = ratio(v.capex + v.opex - v.residual, g.pv_hours)
    y.breakeven_month = first
    y.energy_joule_per_token = ratio(g.serving_kwh * pk(3.6), y.mtok_served)
    y.truncated_months = g.truncated
    y.eaa_usd = annuity(y.npv, p.discount_rate, g.horizon / pk(12.0))


cdef inline pack annuity(pack npv, pack rate, pack years) noexcept nogil:
    # NPV * r / (1 - (1 + r)^-n); NPV / n at r = 0 (B1).
    cdef pack gone = -pk_expm1(-years * pk_log1p(rate))
    return pk_select(pk_eq(rate, pk(0.0)), npv / years, npv * rate / gone)


cdef inline void levels(Ledger* g, Metrics* y, const Present* v, const TrancheInputs* x, const PlanInputs* p) noexcept nogil:
    # Where npv is a straight line in the level: all but losses carried forward and served = min(capacity, demand).
    cdef pack plan = v.worth_plan * g.today
    cdef pack rest = y.npv - plan - v.worth_training
    cdef pack need = -(rest + v.worth_training)
    y.required_price_usd_per_mtok = ratio(need, v.worth_level)
    y.breakeven_price_usd_per_mtok = ratio(need, v.worth_plan)
    y.required_revenue_usd_per_year = ratio(-rest, v.worth_money / pk(12.0))
    y.breakeven_utilization = cap_share(ratio(need, plan) * x.utilization)


cdef inline pack cap_share(pack u) noexcept nogil:
    return pk_select(pk_and(pk_le(pk(0.0), u), pk_le(u, pk(1.0))), u, pk(NAN))


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


cdef inline pack mirr(const Ledger* g, const PlanInputs* p, const Frame* f) noexcept nogil:
    # (FV of inflows at reinvest_rate / PV of outflows at finance_rate)^(1/n) - 1, effective annual, n to the last month with a flow.
    cdef pack zero = pk(0.0), one = pk(1.0), rf = p.finance_rate, rr = p.reinvest_rate
    rf = pk_select(pk_isnan(rf), p.discount_rate, rf)
    rr = pk_select(pk_isnan(rr), p.discount_rate, rr)
    cdef pack out = one / monthly(rf), back = one / monthly(rr), a = one, b = one, paid = zero, got = zero, n = zero
    cdef pack flow, month, early = one, late = one
    cdef int t, split = f.timing == TIMING_MID
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
