"""Tiles of scenarios through the plan model. (plan.md.)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_sums cimport *
from accelxl.kernels.plan_months cimport *
from accelxl.kernels.plan_lean cimport *
from accelxl.kernels.plan_metrics cimport *
from accelxl.kernels.plan_debt cimport *
from accelxl.kernels.plan_irr cimport *

cdef struct Inputs:
    PlanInputs plan
    TrancheInputs[MAX_TRANCHES] tranche

# What one thread works in.
cdef struct Workspace:
    Inputs inputs
    Ledger ledger
    Flows flows
    Flows equity
    Metrics[TILE] metrics             # of each pack of the tile
    Seed[TILE] seeds
    int[TILE] last                    # last month of each pack
    double[TILE] irr


cdef inline int is_lean(const Frame* f) noexcept nogil:
    # One owned tranche and few features: the copies of the months that the compiler has pruned.
    return f.tranches == 1 and f.contract[0] == OWN and (f.uses & ~LEAN_USES) == 0 and (f.wants & ~(WANT_RATE | WANT_PAYBACK)) == 0


cdef inline void plan_months(Workspace* w, Sums* s, Metrics* y, const Frame* f, int lane) noexcept nogil:
    cdef Ledger* g = &w.ledger
    cdef const PlanInputs* p = &w.inputs.plan
    cdef const TrancheInputs* x = &w.inputs.tranche[0]
    if is_lean(f):
        if f.uses:
            lean_months(g, s, &w.flows, lane, x, p, f, LEAN_USES, f.wants)
        else:
            lean_months(g, s, &w.flows, lane, x, p, f, 0, f.wants)
        conclude(y, s, g, p, WANT_PAYBACK)
    else:
        all_months(g, s, &w.flows, lane, x, p, f, f.tranches, f.uses, f.wants, REV_PLAN, today_price(p), pk(1.0))
        conclude(y, s, g, p, f.wants)


cdef inline void one_pack(Workspace* w, Metrics* y, const Frame* f, int pack_number) noexcept nogil:
    cdef Ledger* g = &w.ledger
    cdef const PlanInputs* p = &w.inputs.plan
    cdef const TrancheInputs* x = &w.inputs.tranche[0]
    cdef Sums s
    cdef int lane = pack_number * PW, middle = (f.uses & USE_MID) != 0
    plan_months(w, &s, y, f, lane)
    w.last[pack_number] = g.last
    if f.wants & WANT_RATE:
        easy_seed(&w.seeds[pack_number], &s, &w.flows, lane, g.horizon * pk(2.0 if middle else 1.0))
    elif f.wants & WANT_EQUITY:
        w.seeds[pack_number].top = pk(600.0) / (g.horizon * pk(2.0 if middle else 1.0))
    if f.wants & WANT_MIRR:
        y.mirr = mirr(g, p, f.uses)
    if f.wants & WANT_IMPAIRMENT:
        y.impairment_month = impairment(g, y.capex_usd)
    if f.wants & (WANT_EQUITY | WANT_DETAIL):
        y.npv_equity_usd = overlay(g, p, f.uses, &y.interest_usd)
        write_equity(&w.equity, g, f.uses, lane)
    if f.wants & WANT_LEVELS:
        levels(y, &s, g, x)
        if f.uses & (USE_CARRY | USE_DEMAND):
            search_levels(g, &s, y, x, p, f, f.uses)


cdef inline void write_equity(Flows* w, const Ledger* g, int uses, int lane) noexcept nogil:
    cdef int t
    for t in range(g.last + 1):
        if uses & USE_MID and t > 0:
            pk_store(&w.flow[(2 * t - 1) * TILE + lane], g.operating[t])
            pk_store(&w.flow[2 * t * TILE + lane], g.capital[t] + g.equity[t])
        else:
            pk_store(&w.flow[t * TILE + lane], g.operating[t] + g.capital[t] + g.equity[t])


cdef inline void close_rows(Workspace* w, Flows* flows, int packs, int middle) noexcept nogil:
    # Zeros after the last month of each pack, up to the longest.
    cdef int i, t, rows = 0, each = 2 if middle else 1
    for i in range(packs):
        rows = max(rows, w.last[i] * each + 1)
    flows.rows = rows
    for i in range(packs):
        for t in range(w.last[i] * each + 1, rows):
            pk_store(&flows.flow[t * TILE + i * PW], pk(0.0))


cdef inline void whole_tile(Workspace* w, const Frame* f, const double** columns, const int* slots, int varying,
                            Py_ssize_t at, int cases) noexcept nogil:
    cdef pack* inputs = <pack*>&w.inputs
    cdef double[TILE] row
    cdef int packs = (cases + PW - 1) // PW, i, j, c, middle = (f.uses & USE_MID) != 0
    for i in range(packs):
        for c in range(varying):
            if (i + 1) * PW <= cases:
                inputs[slots[c]] = pk_load(&columns[c][at + i * PW])
                ax_prefetch(&columns[c][at + i * PW + TILE])
            else:
                for j in range(PW):
                    row[j] = columns[c][at + min(i * PW + j, cases - 1)]
                inputs[slots[c]] = pk_load(&row[0])
        one_pack(w, &w.metrics[i], f, i)
    if f.wants & WANT_RATE:
        close_rows(w, &w.flows, packs, middle)
        tile_irr(&w.flows, &w.seeds[0], packs, middle, f.wants & WANT_SIGNS, 0, &w.irr[0])
        for i in range(packs):
            w.metrics[i].irr = pk_load(&w.irr[i * PW])
            w.metrics[i].irr_sign_changes = w.seeds[i].changes
    if f.wants & WANT_EQUITY:
        close_rows(w, &w.equity, packs, middle)
        tile_irr(&w.equity, &w.seeds[0], packs, middle, 1, 1, &w.irr[0])
        for i in range(packs):
            w.metrics[i].irr_equity = pk_load(&w.irr[i * PW])


ctypedef void (*Tile)(Workspace*, const Frame*, const double**, const int*, int, Py_ssize_t, int) noexcept nogil


cdef inline void one_tile(Workspace* w, const Frame* f, const double** columns, const int* slots, int varying,
                          Py_ssize_t at, int cases) noexcept nogil:
    # `cases` scenarios from row `at` of the columns; a short pack repeats the last row. One copy for all who call it.
    (<Tile>ax_opaque(<void*>whole_tile))(w, f, columns, slots, varying, at, cases)
