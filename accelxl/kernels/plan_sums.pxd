"""What a pass over the months adds up: sums, running sums, and what the search of the rate of return starts from."""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *

# The flows of a tile of scenarios for the search of rates: row t holds the flow of period t of every lane.
cdef enum:
    TILE = 32
    ROWS = 721            # months 0 to 360 in half months

cdef struct Flows:
    int rows
    double[ROWS * TILE] flow

# A running sum and the last month in which it was negative.
cdef struct Running:
    pack sum
    pack turn             # the month after it
    pack step             # the flow of that
    pack missing          # the sum before that

# What the search of the rate starts from: moments of the discounted flows, and a flag in the sign bit.
cdef struct Trace:
    pack y                # log of the discount factor of a period of the flows
    pack late             # sum of time * discounted flow
    pack later            # sum of time^2 * discounted flow
    pack top              # largest inflow
    mask mixed            # an outflow came after an inflow

# Sums over the months that the metrics are made of.
cdef struct Sums:
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
    pack low                # the lowest that `plain` was
    Running discounted      # its sum is the net present value
    Trace trace


cdef inline void open_run(Running* r) noexcept nogil:
    r.sum = r.missing = pk(0.0)
    r.step = r.turn = pk(1.0)


cdef inline void run_on(Running* r, pack flow, pack month, int turns_too) noexcept nogil:
    # A sum is never -0, so its sign bit says that it is below zero.
    if turns_too:
        r.turn = pk_by_sign(r.sum, month, r.turn)
        r.missing = pk_by_sign(r.sum, r.sum, r.missing)
        r.step = pk_by_sign(r.sum, flow, r.step)
    r.sum += flow


cdef inline pack payback(const Running* r) noexcept nogil:
    # The last turn from negative to zero or more, linear inside the month. NaN where the final sum is negative; 0 where the sum
    # was never negative.
    return pk_select(pk_lt(r.sum, pk(0.0)), pk(NAN), r.turn - pk(1.0) - r.missing / r.step)


cdef inline void trace_on(Trace* r, pack flow, pack worth, pack time) noexcept nogil:
    cdef pack far = time * worth
    r.late += far
    r.later += time * far
    r.mixed = pk_or(r.mixed, pk_and(pk_sign(flow), pk_sign(pk(0.0) - r.top)))
    r.top = pk_max(flow, r.top)


cdef inline void open_trace(Trace* r) noexcept nogil:
    cdef pack zero = pk(0.0)
    r.late = r.later = r.top = zero
    r.mixed = pk_lt(zero, zero)


cdef inline void open_sums(Sums* s) noexcept nogil:
    cdef pack zero = pk(0.0)
    s.capex_pv = s.opex_pv = s.residual_pv = s.tokens_pv = s.training_pv = s.hours_pv = zero
    s.serving_kwh = s.revenue = s.opex = s.capex = s.tax = s.tokens = s.full = s.depreciation = zero
    s.value = s.value_at_end = s.worth_plan = s.worth_level = s.worth_money = s.worth_training = zero
    s.first_gain = pk(NAN)
    s.low = zero
    open_run(&s.plain)
    open_run(&s.discounted)
    open_trace(&s.trace)
