"""One pack of scenarios through the plan model, and one tile of packs. (plan.md.)"""

from accelxl.kernels.pack cimport *
from accelxl.kernels.plan_state cimport *
from accelxl.kernels.plan_service cimport *
from accelxl.kernels.plan_capital cimport *
from accelxl.kernels.plan_flows cimport *
from accelxl.kernels.plan_metrics cimport *
from accelxl.kernels.plan_levels cimport *
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
    double[TILE] irr
    double[TILE] changes


cdef inline void write_flows(Flows* w, const Ledger* g, const Frame* f, int lane, int with_equity) noexcept nogil:
    # A pack's flows into its lanes of the tile: by month, or by half month under "mid" timing.
    cdef int t, step = 2 if f.timing == TIMING_MID else 1, row
    cdef pack still, moved
    for t in range(g.last + 1):
        still = g.capital[t]
        moved = g.operating[t]
        if with_equity:
            still = still + g.equity[t]
        row = t * step
        if step == 1 or t == 0:
            pk_store(&w.flow[row * TILE + lane], still + moved)
        else:
            pk_store(&w.flow[row * TILE + lane], still)
            pk_store(&w.flow[(row - 1) * TILE + lane], moved)
    w.rows = max(w.rows, g.last * step + 1)


cdef inline void find_outflows(Flows* w) noexcept nogil:
    cdef int i, j
    w.last_out = 0
    for i in range(w.rows - 1, -1, -1):
        for j in range(TILE):
            if w.flow[i * TILE + j] < 0.0:
                w.last_out = i
                return


cdef inline void one_pack(Workspace* w, Metrics* y, const Frame* f, int lane) noexcept nogil:
    cdef Ledger* g = &w.ledger
    cdef const PlanInputs* p = &w.inputs.plan
    cdef const TrancheInputs* x = &w.inputs.tranche[0]
    cdef Present v
    cdef int k
    for k in range(f.tranches):
        set_times(&g.times[k], &x[k], f.contract[k], f.life_starts[k])
    cut_times(g, p, f)
    curves(g, p, f)
    open_service(g, p, f)
    open_capital(g, f)
    for k in range(f.tranches):
        serve(g, &x[k], p, f, k, pk(1.0))
        if f.contract[k] == LEASE:
            lease(g, &x[k], k)
        if f.uses & USE_TRAINING:
            train(g, &x[k], f, k)
        invest(g, &x[k], p, f, k)
    add_up(g, y, &v, p, f)
    write_flows(&w.flows, g, f, lane, 0)
    if f.wants & WANT_MIRR:
        y.mirr = mirr(g, p, f)
    if f.wants & WANT_IMPAIRMENT:
        y.impairment_month = impairment(g, y.capex_usd)
    if f.wants & WANT_EQUITY:
        y.npv_equity_usd = overlay(g, p, f, &y.interest_usd)
        write_flows(&w.equity, g, f, lane, 1)
    if f.wants & WANT_LEVELS:
        levels(g, y, &v, x, p)
        if f.tax_losses == LOSS_CARRY or f.has_demand:
            search_levels(g, y, x, p, f)


cdef inline void rates(Workspace* w, Flows* flows, const Frame* f, int cases) noexcept nogil:
    find_outflows(flows)
    tile_irr(flows, cases, 24.0 if f.timing == TIMING_MID else 12.0, &w.irr[0], &w.changes[0])


cdef inline void one_tile(Workspace* w, const Frame* f, const double** columns, const int* slots, int varying,
                          Py_ssize_t at, int cases, int want_irr) noexcept nogil:
    # `cases` scenarios from row `at` of the columns; short packs repeat the last row.
    cdef pack* inputs = <pack*>&w.inputs
    cdef double[TILE] row
    cdef int packs = (cases + PW - 1) // PW, i, j, c
    clear_flows(&w.flows)
    if f.wants & WANT_EQUITY:
        clear_flows(&w.equity)
    for i in range(packs):
        for c in range(varying):
            for j in range(PW):
                row[j] = columns[c][at + min(i * PW + j, cases - 1)]
            inputs[slots[c]] = pk_load(&row[0])
        one_pack(w, &w.metrics[i], f, i * PW)
    if want_irr:
        rates(w, &w.flows, f, cases)
        for i in range(packs):
            w.metrics[i].irr = pk_load(&w.irr[i * PW])
            w.metrics[i].irr_sign_changes = pk_load(&w.changes[i * PW])
    if f.wants & WANT_EQUITY:
        rates(w, &w.equity, f, cases)
        for i in range(packs):
            w.metrics[i].irr_equity = pk_load(&w.irr[i * PW])
