# distutils: language = c++
"""Numeric kernels: float64 in, float64 out, no Python objects inside a loop, no exceptions.

Formulas live in kernels/<subject>.pxd; here are the faces that Python calls, subject by subject:
1. elementwise   @cython.ufunc         a formula as a NumPy ufunc
2. row loops     def ..._rows(..., out) a formula along each row of a 2-D array
3. the plan      packs of scenarios
4. scenarios     draws, sinks and Cartesian grids

A result that has no meaning is NaN. Shapes and types are checked by the caller.
"""

cimport cython
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

cimport accelxl.kernels.depreciation as depreciation
cimport accelxl.kernels.draws as draws
cimport accelxl.kernels.finance as finance
cimport accelxl.kernels.grid as cells
cimport accelxl.kernels.irr as irr_lanes
cimport accelxl.kernels.limits as limits
cimport accelxl.kernels.pack as pk
cimport accelxl.kernels.plan as plan
cimport accelxl.kernels.rate as annuity_rate
cimport accelxl.kernels.roots as series
cimport accelxl.kernels.search as search
cimport accelxl.kernels.sinks as sinks

import numpy as np


def cpu_level() -> int:
    """Widest x86-64 level that this processor runs, 0 where there is one build only."""
    return pk.ax_cpu_level()


def pack_width() -> int:
    """Scenarios in a pack of this build."""
    return pk.PW


# -- elementary functions (for tests) ----------------------------------------------------------------------------------

@cython.ufunc
cdef double exp(double x) noexcept nogil:
    return pk.ax_exp(x)


@cython.ufunc
cdef double expm1(double x) noexcept nogil:
    return pk.ax_expm1(x)


@cython.ufunc
cdef double log(double x) noexcept nogil:
    return pk.ax_log(x)


@cython.ufunc
cdef double log1p(double x) noexcept nogil:
    return pk.ax_log1p(x)


@cython.ufunc
cdef double pow(double base, double exponent) noexcept nogil:
    return pk.ax_pow(base, exponent)


# -- finance: time value and returns -----------------------------------------------------------------------------------

@cython.ufunc
cdef double fv(double rate, double nper, double pmt, double pv, double type) noexcept nogil:
    return finance.fv(rate, nper, pmt, pv, type)


@cython.ufunc
cdef double pv(double rate, double nper, double pmt, double fv, double type) noexcept nogil:
    return finance.pv(rate, nper, pmt, fv, type)


@cython.ufunc
cdef double pmt(double rate, double nper, double pv, double fv, double type) noexcept nogil:
    return finance.pmt(rate, nper, pv, fv, type)


@cython.ufunc
cdef double ipmt(double rate, double per, double nper, double pv, double fv, double type) noexcept nogil:
    return finance.ipmt(rate, per, nper, pv, fv, type)


@cython.ufunc
cdef double ppmt(double rate, double per, double nper, double pv, double fv, double type) noexcept nogil:
    return finance.ppmt(rate, per, nper, pv, fv, type)


@cython.ufunc
cdef double nper(double rate, double pmt, double pv, double fv, double type) noexcept nogil:
    return finance.nper(rate, pmt, pv, fv, type)


@cython.ufunc
cdef double cumipmt(double rate, double nper, double pv, double start, double end, double type) noexcept nogil:
    return finance.cumipmt(rate, nper, pv, start, end, type)


@cython.ufunc
cdef double cumprinc(double rate, double nper, double pv, double start, double end, double type) noexcept nogil:
    return finance.cumprinc(rate, nper, pv, start, end, type)


@cython.ufunc
cdef double effect(double nominal_rate, double npery) noexcept nogil:
    return finance.effect(nominal_rate, npery)


@cython.ufunc
cdef double nominal(double effect_rate, double npery) noexcept nogil:
    return finance.nominal(effect_rate, npery)


@cython.ufunc
cdef double rri(double nper, double pv, double fv) noexcept nogil:
    return finance.rri(nper, pv, fv)


@cython.ufunc
cdef double pduration(double rate, double pv, double fv) noexcept nogil:
    return finance.pduration(rate, pv, fv)


@cython.ufunc
cdef double rate(double nper, double pmt, double pv, double fv, double type, double guess) noexcept nogil:
    return annuity_rate.rate(nper, pmt, pv, fv, type, guess)


def fvschedule_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] principal,     # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write each principal after its row of rates to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.fvschedule(principal[i], &values[i, 0], n)


def npv_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] rate,          # (cases,)          IN
    const double[::1] first_period,  # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the net present value of each row to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.npv(rate[i], &values[i, 0], n, first_period[i])


def pi_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] rate,          # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the profitability index of each row to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.pi(rate[i], &values[i, 0], n)


def equivalent_annuity_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] rate,          # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the level amount a period that is worth each row to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.equivalent_annuity(rate[i], &values[i, 0], n)


def mirr_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] finance_rate,  # (cases,)          IN
    const double[::1] reinvest_rate, # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the modified internal rate of return of each row to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.mirr(&values[i, 0], n, finance_rate[i], reinvest_rate[i])


def payback_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] rate,          # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the discounted payback of each row to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.payback(rate[i], &values[i, 0], n)


def xnpv_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[:, :] dates,         # (cases, periods)  IN  rows contiguous, whole days
    const double[::1] rate,           # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the worth of each row of dated flows to `out`."""
    cdef Py_ssize_t i, n = values.shape[1]
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.xnpv(rate[i], &values[i, 0], &dates[i, 0], n)


cdef double* _scratch(Py_ssize_t doubles) except NULL:
    cdef double* scratch = <double*>malloc(doubles * sizeof(double))
    if scratch == NULL:
        raise MemoryError(f"{doubles * 8} bytes of scratch")
    return scratch


def irr_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[::1] guess,          # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the internal rate of return of each row, of several the one nearest the guess, to `out`."""
    cdef Py_ssize_t n = values.shape[1], room = series.padded(n), cases = out.shape[0], row = 0, i
    cdef Py_ssize_t width = irr_lanes.lanes() if n <= irr_lanes.LONGEST else 0, step = width if width else 1, here
    cdef Py_ssize_t stride = values.strides[0] // <Py_ssize_t>sizeof(double)
    cdef double[irr_lanes.MOST_LANES] rates
    cdef series.Series s
    cdef double* scratch = _scratch(series.ARRAYS * room + n * width)
    cdef double* tile = scratch + series.ARRAYS * room
    series.lay_out(&s, scratch, room)
    with nogil:
        rates[0] = finance.NAN
        while row < cases:
            here = min(step, cases - row)
            if width:
                irr_lanes.tile_rates(tile, &values[row, 0], stride, n, <int>here, &rates[0],
                                     &values[row + step, 0] if row + 2 * step <= cases else tile)
            for i in range(here):
                out[row + i] = rates[i] if -1.0 < guess[row + i] < finance.INFINITY else finance.NAN
                if not rates[i] > -1.0 and series.take(&s, &values[row + i, 0], NULL, n):
                    out[row + i] = search.nearest(&s, guess[row + i])
            row += here
    free(scratch)


def irr_roots_row(
    const double[::1] values,         # (periods,)        IN
    double[::1] out,                  # (periods,)        OUT
) -> int:
    """Write the rates, from low to high, at which the row is worth nothing to `out`; return how many."""
    cdef Py_ssize_t n = values.shape[0], room = series.padded(n)
    cdef int i, count = 0, kept = 0
    cdef double rate
    cdef series.Series s
    cdef double* scratch = _scratch(series.ARRAYS * room)
    series.lay_out(&s, scratch, room)
    with nogil:
        if series.take(&s, &values[0], NULL, n):
            count = search.roots(&s)
        for i in range(count - 1, -1, -1):
            rate = search.rate_at(&s, s.found[i])
            if rate > -1.0:
                out[kept] = rate
                kept += 1
    free(scratch)
    return kept


def xirr_rows(
    const double[:, :] values,        # (cases, periods)  IN  rows contiguous
    const double[:, :] times,         # (cases, periods)  IN  rows contiguous, ascending
    const double[::1] guess,          # (cases,)          IN
    double[::1] out,                  # (cases,)          OUT
) -> None:
    """Write the rate at which each row of flows at `times` is worth nothing, the nearest to the guess, to `out`."""
    cdef Py_ssize_t i, n = values.shape[1], room = series.padded(n)
    cdef series.Series s
    cdef double* scratch = _scratch(series.ARRAYS * room)
    series.lay_out(&s, scratch, room)
    with nogil:
        for i in range(out.shape[0]):
            out[i] = finance.NAN
            if series.take(&s, &values[i, 0], &times[i, 0], n):
                out[i] = search.nearest(&s, guess[i])
    free(scratch)


# -- depreciation ------------------------------------------------------------------------------------------------------

DEPRECIATION_METHODS = ("SL", "SYD", "DB", "DDB", "VDB")  # in the order of the enum in kernels/depreciation.pxd


@cython.ufunc
cdef double sln(double cost, double salvage, double life) noexcept nogil:
    return depreciation.sln(cost, salvage, life)


@cython.ufunc
cdef double syd(double cost, double salvage, double life, double per) noexcept nogil:
    return depreciation.syd(cost, salvage, life, per)


@cython.ufunc
cdef double db(double cost, double salvage, double life, double period, double month) noexcept nogil:
    return depreciation.db(cost, salvage, life, period, month)


@cython.ufunc
cdef double ddb(double cost, double salvage, double life, double period, double factor) noexcept nogil:
    return depreciation.ddb(cost, salvage, life, period, factor)


@cython.ufunc
cdef double vdb(
    double cost, double salvage, double life, double start_period, double end_period, double factor, double no_switch,
) noexcept nogil:
    return depreciation.vdb(cost, salvage, life, start_period, end_period, factor, no_switch)


def schedule_rows(
    int method,
    const double[::1] cost,       # (cases,)          IN
    const double[::1] salvage,    # (cases,)          IN
    const double[::1] life,       # (cases,)          IN  periods
    const double[::1] factor,     # (cases,)          IN
    const double[::1] month,      # (cases,)          IN
    const double[::1] no_switch,  # (cases,)          IN  0 or 1
    double[:, ::1] out,           # (cases, periods)  OUT
) -> None:
    """Write each asset's depreciation by DEPRECIATION_METHODS[method] to a row of `out`."""
    cdef Py_ssize_t i, n = out.shape[1]
    with nogil:
        for i in range(out.shape[0] if n else 0):
            depreciation.schedule(
                method, cost[i], salvage[i], life[i], factor[i], month[i], no_switch[i] == 0.0, &out[i, 0], n
            )


def uop_rows(
    const double[::1] cost,         # (cases,)          IN
    const double[::1] salvage,      # (cases,)          IN
    const double[::1] total_units,  # (cases,)          IN
    const double[:, ::1] units,     # (cases, periods)  IN
    double[:, ::1] out,             # (cases, periods)  OUT
) -> None:
    """Write each asset's depreciation by units of production to a row of `out`."""
    cdef Py_ssize_t i, n = out.shape[1]
    with nogil:
        for i in range(out.shape[0] if n else 0):
            depreciation.uop(cost[i], salvage[i], total_units[i], &units[i, 0], &out[i, 0], n)


def book_value_rows(
    const double[::1] cost,             # (cases,)          IN
    const double[:, ::1] written_off,   # (cases, periods)  IN  depreciation
    double[:, ::1] out,                 # (cases, periods)  OUT
) -> None:
    """Write the book value at the end of each period to a row of `out`."""
    cdef Py_ssize_t i, n = out.shape[1]
    with nogil:
        for i in range(out.shape[0] if n else 0):
            depreciation.book_values(cost[i], &written_off[i, 0], &out[i, 0], n)


def macrs_rows(
    const double[::1] cost,         # (cases,)         IN
    const double[::1] bonus,        # (cases,)         IN  share
    const double[::1] section_179,  # (cases,)         IN  money
    const Py_ssize_t[::1] column,   # (cases,)         IN  row of `shares`
    const double[:, ::1] shares,    # (columns, years) IN  the tables' columns, zero after their last year
    double[:, ::1] out,             # (cases, years)   OUT
) -> None:
    """Write each asset's yearly tax deduction to a row of `out`."""
    cdef Py_ssize_t i, n = out.shape[1]
    with nogil:
        for i in range(out.shape[0] if n else 0):
            depreciation.macrs(cost[i], bonus[i], section_179[i], &shares[column[i], 0], &out[i, 0], n)


# -- the plan: packs of scenarios ----------------------------------------------------------------------------------------

PLAN_FIELDS = plan.PLAN_FIELDS
TRANCHE_FIELDS = plan.TRANCHE_FIELDS
METRIC_FIELDS = plan.METRIC_FIELDS
MAX_TRANCHES = plan.MAX_TRANCHES
WANTS = {
    "rate": plan.WANT_RATE, "payback": plan.WANT_PAYBACK, "sums": plan.WANT_SUMS, "levels": plan.WANT_LEVELS,
    "mirr": plan.WANT_MIRR, "impairment": plan.WANT_IMPAIRMENT, "equity": plan.WANT_EQUITY,
    "signs": plan.WANT_SIGNS | plan.WANT_RATE,
}
USES = {
    "inflation": plan.USE_INFLATION, "power_growth": plan.USE_POWER_GROWTH, "training": plan.USE_TRAINING,
    "contract": plan.USE_CONTRACT, "facility": plan.USE_FACILITY, "relife": plan.USE_RELIFE, "colo": plan.USE_COLO,
    "staff": plan.USE_STAFF, "debt": plan.USE_DEBT, "drift": plan.USE_DRIFT, "working_capital": plan.USE_WORKING,
    "revenue_share": plan.USE_SHARE, "tax_books": plan.USE_TAXBOOKS, "demand": plan.USE_DEMAND,
    "carryforward": plan.USE_CARRY, "mid": plan.USE_MID,
}


cdef list _spare = []       # workspaces that no call holds, as addresses


cdef plan.Workspace* _workspace() except NULL:
    # A cleared workspace, aligned to 64 bytes; taken and given back with the GIL held.
    cdef size_t raw
    cdef plan.Workspace* w
    if _spare:
        return <plan.Workspace*><size_t>_spare.pop()
    raw = <size_t>malloc(sizeof(plan.Workspace) + 64)      # kept until the process ends
    if raw == 0:
        raise MemoryError
    w = <plan.Workspace*>((raw + 63) & ~<size_t>63)
    return w


cdef void _set_frame(plan.Frame* f, const int[::1] codes, const double[:, ::1] macrs, int wants, int uses) noexcept:
    # codes: timing, adoption, tax_losses, fiscal_offset; then of each tranche life_starts, contract, book_method,
    # tax_method, mid_quarter.
    cdef int k
    f.timing, f.adoption, f.tax_losses, f.fiscal_offset = codes[0], codes[1], codes[2], codes[3]
    f.tranches = <int>(codes.shape[0] - 4) // 5
    for k in range(f.tranches):
        f.life_starts[k] = codes[4 + 5 * k]
        f.contract[k] = codes[5 + 5 * k]
        f.book_method[k] = codes[6 + 5 * k]
        f.tax_method[k] = codes[7 + 5 * k]
        f.mid_quarter[k] = codes[8 + 5 * k]
    f.macrs = &macrs[0, 0]
    f.wants = wants
    f.uses = uses


def first_outside(const double[::1] column, double low, double high, int whole) -> int:
    """Return the place of the first number below low, above high, NaN, or (whole) with digits after the point; the length if none is."""
    cdef Py_ssize_t at = 0, n = column.shape[0]
    if n:
        with nogil:
            at = limits.first_outside(&column[0], n, low, high, whole)
    return at


def plan_rows(
    const int[::1] codes,           # choices and calendar, as _set_frame reads them   IN
    const double[:, ::1] macrs,     # (10, 16) shares of the tax tables, 5 and 15 years IN
    const double[::1] values,       # (PLAN_FIELDS + tranches * TRANCHE_FIELDS,)       IN
    tuple columns,                  # of arrays (cases,): inputs that vary             IN
    const int[::1] slots,           # position in values of each column               IN
    const int[::1] metrics,         # positions in the table of metrics               IN
    int wants,
    int uses,
    double[:, ::1] out,             # (metrics, cases)                                 OUT
    Py_ssize_t lo,
    Py_ssize_t hi,
):
    """Evaluate scenarios lo..hi-1 of the plan and write the metrics to `out`."""
    cdef plan.Frame f
    cdef plan.Workspace* w = _workspace()
    cdef pk.pack* inputs = <pk.pack*>&w.inputs
    cdef const double** at = <const double**>malloc((len(columns) + 1) * sizeof(double*))
    cdef const double[::1] column
    cdef int varying = <int>len(columns), m, n = <int>metrics.shape[0], i, cases
    cdef Py_ssize_t row
    _set_frame(&f, codes, macrs, wants, uses)
    for i in range(values.shape[0]):
        inputs[i] = pk.pk(values[i])
    for i in range(varying):
        column = columns[i]
        at[i] = &column[0]
    with nogil:
        row = lo
        while row < hi:
            cases = <int>min(<Py_ssize_t>plan.TILE, hi - row)
            plan.one_tile(w, &f, at, &slots[0], varying, row, cases)
            for m in range(n):
                for i in range(cases // pk.PW):
                    pk.pk_store(&out[m, row + i * pk.PW], (<pk.pack*>&w.metrics[i])[metrics[m]])
                for i in range(cases // pk.PW * pk.PW, cases):
                    out[m, row + i] = plan.lanes(<pk.pack*>&w.metrics[i // pk.PW] + metrics[m])[i % pk.PW]
            row += plan.TILE
    free(at)
    _spare.append(<size_t>w)


cdef class OnePlan:
    """One plan, ready to be evaluated: numbers in, numbers out, with neither arrays nor names between."""

    cdef plan.Frame f
    cdef double* values
    cdef int count, inputs, metrics
    cdef const int[::1] slots, places, starts, whole
    cdef const double[::1] low, high
    cdef object held

    def __cinit__(
        self,
        const int[::1] codes,         # the plan, as plan_rows takes it
        const double[:, ::1] macrs,
        const double[::1] values,
        const int[::1] slots,         # positions in values of the first input, then of the second ...
        const int[::1] starts,        # (inputs + 1,) where the slots of each input begin
        const double[::1] low,        # (inputs,) limits
        const double[::1] high,
        const int[::1] whole,         # (inputs,) 1 where whole numbers only are allowed
        const int[::1] metrics,
        int wants,
        int uses,
    ):
        cdef int i
        self.count, self.inputs, self.metrics = <int>values.shape[0], <int>low.shape[0], <int>metrics.shape[0]
        self.values = <double*>malloc(self.count * sizeof(double))
        if self.values == NULL:
            raise MemoryError
        for i in range(self.count):
            self.values[i] = values[i]
        self.slots, self.starts, self.places = slots, starts, metrics
        self.low, self.high, self.whole = low, high, whole
        self.held = macrs                 # what the frame points to
        _set_frame(&self.f, codes, macrs, wants, uses)

    def __dealloc__(self):
        free(self.values)

    def __call__(self, *given):
        """Return the metrics, a tuple; None where there are too few or too many inputs or one lies outside its limits."""
        cdef plan.Workspace* w
        cdef pk.pack* inputs
        cdef object number       # else it is a double, and each use a new float
        cdef double value
        cdef int i, k
        if len(given) != self.inputs:
            return None
        w = _workspace()
        try:
            inputs = <pk.pack*>&w.inputs
            for i in range(self.count):
                inputs[i] = pk.pk(self.values[i])
            for i in range(self.inputs):
                value = given[i]
                if not limits.inside(value, self.low[i], self.high[i], self.whole[i]):
                    return None
                for k in range(self.starts[i], self.starts[i + 1]):
                    inputs[self.slots[k]] = pk.pk(value)
            plan.one_tile(w, &self.f, NULL, NULL, 0, 0, 1)
            found = PyTuple_New(self.metrics)
            for i in range(self.metrics):
                number = pk.pk_lane((<pk.pack*>&w.metrics[0])[self.places[i]], 0)
                Py_INCREF(number)
                PyTuple_SET_ITEM(found, i, number)
        finally:
            _spare.append(<size_t>w)
        return found


def plan_ledger(
    const int[::1] codes,
    const double[:, ::1] macrs,
    const double[::1] values,
    int uses,
):
    """Return the ledger of one scenario, a dict of lines over months 0..H, and the token price of the decision date.

    A line of a feature that `uses` leaves out is 0.
    """
    cdef plan.Frame f
    cdef plan.Workspace* w = _workspace()
    cdef plan.Ledger* g = &w.ledger
    cdef pk.pack* inputs = <pk.pack*>&w.inputs
    cdef int i
    memset(g, 0, sizeof(plan.Ledger))  # a plan writes the lines that it uses
    _set_frame(&f, codes, macrs, plan.WANT_DETAIL, uses)
    for i in range(values.shape[0]):
        inputs[i] = pk.pk(values[i])
    plan.one_tile(w, &f, NULL, NULL, 0, 0, 1)
    lines = {
        "adoption": _line(g.wanted, g), "capacity_mtok": _line(g.able, g), "served_mtok": _line(g.tokens, g),
        "price_relative": _line(g.price, g), "training_usd": _line(g.training, g), "revenue_usd": _line(g.revenue, g),
        "inflation": _line(g.infl, g), "energy_kwh": _line(g.kwh, g), "power_usd_per_kwh": _line(g.power, g),
        "colo": _line(g.colo, g), "maintenance": _line(g.maintenance, g), "software": _line(g.software, g),
        "staff": _line(g.staffing, g), "contract_usd": _line(g.contract, g), "revenue_share_usd": _line(g.share, g),
        "opex_usd": _line(g.opex, g), "book_depreciation_usd": _line(g.book, g), "writeoff_usd": _line(g.writeoff, g),
        "tax_depreciation_usd": _line(g.taxdeduct, g), "tax_disposal_usd": _line(g.taxgain, g),
        "taxable_income_usd": _line(g.taxable, g), "tax_usd": _line(g.tax, g), "capex_usd": _line(g.capex, g),
        "residual_usd": _line(g.residual, g), "working_capital_change_usd": _line(g.change, g),
        "operating_usd": _line(g.operating, g), "capital_usd": _line(g.capital, g), "book_value_usd": _line(g.value, g),
        "discount_factor": _line(g.df, g), "draw_usd": _line(g.draw, g), "principal_usd": _line(g.principal, g),
        "interest_usd": _line(g.interest, g), "debt_flow_usd": _line(g.equity, g),
    }
    today = pk.pk_lane(g.today, 0)
    _spare.append(<size_t>w)
    return lines, today


cdef object _line(pk.pack* line, plan.Ledger* g):
    # The first lane, over the months of the plan.
    cdef int t, last = <int>pk.pk_lane(g.horizon, 0)
    return np.array([pk.pk_lane(line[t], 0) for t in range(last + 1)])


# -- scenarios: draws ----------------------------------------------------------------------------------------------------

DRAW_TILE = draws.DRAW_TILE
DRAW_BITS = draws.BITS
DRAW_CURVE = draws.CURVE


@cython.ufunc
cdef double ndtri(double probability) noexcept nogil:
    return draws.ax_ndtri(probability)


@cython.ufunc
cdef double ndtr(double score) noexcept nogil:
    return draws.ax_ndtr(score)


def philox_rows(
    const uint64_t[:, ::1] words,  # (counters, 4) of 32 bits each   IN
    uint64_t key,
    uint64_t[:, ::1] out,          # (counters, 4)                   OUT
) -> None:
    """Write the four words of 32 bits that Philox4x32-10 makes of each counter."""
    cdef pk.mask[draws.SIDE_WORDS] c
    cdef Py_ssize_t row
    cdef int i
    with nogil:
        for row in range(words.shape[0]):
            for i in range(draws.SIDE_WORDS):
                c[i] = pk.mk(words[row, i % 4])
            draws.philox(c, key)
            for i in range(4):
                out[row, i] = <uint64_t>pk.mk_lane(c[i], 0) & <uint64_t>0xFFFFFFFFU


cdef draws.Draw* _set_draws(draws.Draws* d, tuple given) except NULL:
    # given, as accelxl/scenario/draws.py lists it: words (dims, 4), numbers (dims, 9), tables, (dims, 2) places of tables and their
    # cells, mix, members, key, mirrored, length of a net, direction numbers, shifts. Returns what the caller frees.
    cdef const int[:, ::1] words = given[0]
    cdef const double[:, ::1] numbers = given[1]
    cdef const double[::1] tables = given[2]
    cdef const int64_t[:, ::1] places = given[3]
    cdef const double[:, ::1] mix = given[4]
    cdef const int[::1] members = given[5]
    cdef const uint64_t[:, :, ::1] nets = given[9]
    cdef const uint64_t[:, ::1] shift = given[10]
    cdef draws.Draw* draw = <draws.Draw*>malloc((words.shape[0] + 1) * sizeof(draws.Draw))
    cdef int i
    if draw == NULL:
        raise MemoryError
    d.dims = <int>words.shape[0]
    d.linked = <int>members.shape[0]
    d.key = given[6]
    d.antithetic = given[7]
    d.run = given[8]
    d.mix = &mix[0, 0] if d.linked else NULL
    d.members = &members[0] if d.linked else NULL
    d.nets = &nets[0, 0, 0] if d.run else NULL
    d.shift = &shift[0, 0] if d.run else NULL
    for i in range(d.dims):
        draw[i].kind, draw[i].whole, draw[i].slot, draw[i].cut = words[i, 0], words[i, 1], words[i, 2], words[i, 3]
        draw[i].a, draw[i].b, draw[i].c, draw[i].d, draw[i].e = (
            numbers[i, 0], numbers[i, 1], numbers[i, 2], numbers[i, 3], numbers[i, 4])
        draw[i].start, draw[i].width, draw[i].low, draw[i].high = numbers[i, 5], numbers[i, 6], numbers[i, 7], numbers[i, 8]
        draw[i].table = &tables[places[i, 0]] if places[i, 1] else NULL
        draw[i].cells = places[i, 1]
    d.draw = draw
    return draw


cdef double* _draw_space(const draws.Draws* d) except NULL:
    # A tile of draws and of normal scores, twice; the caller frees it.
    cdef double* space = <double*>malloc((d.dims + 2 * d.linked + 1) * draws.DRAW_TILE * sizeof(double))
    if space == NULL:
        raise MemoryError
    return space


def draw_rows(
    tuple given,           # draws, as _set_draws reads them       IN
    uint64_t first,        # number of the first scenario, a multiple of DRAW_TILE
    double[:, ::1] out,    # (dims, scenarios)                     OUT
) -> None:
    """Write the draws of scenarios from `first` on to the columns of `out`."""
    cdef draws.Draws d
    cdef draws.Draw* held = _set_draws(&d, given)
    cdef double* space = _draw_space(&d)
    cdef Py_ssize_t row = 0, n = out.shape[1]
    cdef int i, j, cases
    with nogil:
        while row < n:
            draws.draw_tile(&d, first + row, space, space + d.dims * draws.DRAW_TILE)
            cases = <int>min(<Py_ssize_t>draws.DRAW_TILE, n - row)
            for i in range(d.dims):
                for j in range(cases):
                    out[i, row + j] = space[i * draws.DRAW_TILE + j]
            row += draws.DRAW_TILE
    free(space)
    free(held)


def draw_plan_rows(
    const int[::1] codes,           # the plan, as plan_rows takes it                  IN
    const double[:, ::1] macrs,
    const double[::1] values,
    tuple given,                    # draws, as _set_draws reads them                  IN
    const int[::1] slots,           # positions in values that are drawn               IN
    const int[::1] dims,            # the draw that each of them takes                 IN
    const int[::1] metrics,         # positions in the table of metrics                IN
    int wants,
    int uses,
    uint64_t first,                 # number of the first scenario, a multiple of TILE
    double[:, ::1] out,             # (metrics, scenarios)                             OUT
) -> None:
    """Draw the inputs of scenarios from `first` on and write their metrics to `out`; no draw outlives its tile."""
    cdef plan.Frame f
    cdef draws.Draws d
    cdef draws.Draw* held = _set_draws(&d, given)
    cdef double* space = _draw_space(&d)
    cdef plan.Workspace* w = _workspace()
    cdef pk.pack* inputs = <pk.pack*>&w.inputs
    cdef int varying = <int>slots.shape[0], i, m, cases
    cdef const double** at = <const double**>malloc((varying + 1) * sizeof(double*))
    cdef Py_ssize_t row = 0, n = out.shape[1]
    _set_frame(&f, codes, macrs, wants, uses)
    for i in range(values.shape[0]):
        inputs[i] = pk.pk(values[i])
    for i in range(varying):
        at[i] = space + dims[i] * draws.DRAW_TILE
    with nogil:
        while row < n:
            draws.draw_tile(&d, first + row, space, space + d.dims * draws.DRAW_TILE)
            cases = <int>min(<Py_ssize_t>draws.DRAW_TILE, n - row)
            plan.one_tile(w, &f, at, &slots[0], varying, 0, cases)
            for m in range(<int>metrics.shape[0]):
                _put(w, metrics[m], cases, &out[m, row])
            row += draws.DRAW_TILE
    free(at)
    _spare.append(<size_t>w)
    free(space)
    free(held)


cdef inline void _put(plan.Workspace* w, int metric, int cases, double* out) noexcept nogil:
    # A metric of a tile, scenario by scenario.
    cdef int i
    for i in range(cases // pk.PW):
        pk.pk_store(out + i * pk.PW, (<pk.pack*>&w.metrics[i])[metric])
    for i in range(cases // pk.PW * pk.PW, cases):
        out[i] = plan.lanes(<pk.pack*>&w.metrics[i // pk.PW] + metric)[i % pk.PW]


# -- scenarios: sinks ----------------------------------------------------------------------------------------------------

BLOCK = sinks.BLOCK
SUM_FIELDS = sinks.FIELDS
SKETCH_BITS = sinks.SKETCH_BITS
SKETCH_FLOOR = sinks.SKETCH_FLOOR
SKETCH_SIDE = sinks.SKETCH_SIDE
SKETCH_CELLS = sinks.SKETCH_CELLS


def rank_rows(
    const double[::1] values,    # (cases,)  IN
    const double[::1] flows,     # (cases,)  IN  sum of the flows, read where rule is 2
    int rule,                    # a scenario without a value stands 0 nowhere, 1 at +infinity, 2 at -1 where its flows lose money
    double[::1] out,             # (cases,)  OUT
) -> None:
    """Write the figures by which scenarios are ordered."""
    cdef Py_ssize_t n = values.shape[0]
    if n:
        with nogil:
            sinks.ranks(&values[0], &flows[0], rule, n, &out[0])


def block_sums(
    const double[::1] values,    # (cases,)               IN
    const double[::1] ranks,     # (cases,)               IN
    double level,
    int pairs,                   # 1 where scenarios come in mirrored pairs
    double[:, ::1] out,          # (blocks, SUM_FIELDS)   OUT
) -> None:
    """Write the sums of each block of BLOCK scenarios to a row of `out`."""
    cdef Py_ssize_t i, n = values.shape[0]
    with nogil:
        for i in range(out.shape[0]):
            sinks.block_sums(&values[i * sinks.BLOCK], &ranks[i * sinks.BLOCK], <int>min(<Py_ssize_t>sinks.BLOCK, n - i * sinks.BLOCK),
                             level, pairs, &out[i, 0])


def merge_sums(
    double[::1] into,            # (SUM_FIELDS,)          IN, OUT
    const double[:, ::1] blocks, # (blocks, SUM_FIELDS)   IN
) -> None:
    """Merge blocks, in order, into the sums of all that came before."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(blocks.shape[0]):
            sinks.merge_sums(&into[0], &blocks[i, 0])


def sketch_rows(const double[::1] ranks, int64_t[::1] counts) -> None:
    """Count each value in its cell of the sketch."""
    cdef Py_ssize_t n = ranks.shape[0]
    if n:
        with nogil:
            sinks.sketch(&ranks[0], n, &counts[0])


def histogram_rows(
    const double[::1] ranks,     # (cases,)               IN
    const double[::1] edges,     # (bins + 1,) rising     IN
    int64_t[::1] counts,         # (bins + 3,)            IN, OUT  below, the bins, above, no value
) -> None:
    """Count each value in its bin."""
    cdef Py_ssize_t n = ranks.shape[0]
    if n:
        with nogil:
            sinks.histogram(&ranks[0], n, &edges[0], edges.shape[0] - 1, &counts[0])


def top_rows(
    const double[::1] ranks,     # (cases,)   IN
    int64_t first,               # number of the first scenario
    double sign,                 # 1: the largest; -1: the smallest
    double[::1] best,            # (room,)    IN, OUT  sign * value
    int64_t[::1] index,          # (room,)    IN, OUT
    Py_ssize_t kept,             # how many of them are filled
) -> int:
    """Keep the largest of sign * value with their scenarios' numbers, the lower number first among equals; return how many."""
    cdef Py_ssize_t n = ranks.shape[0]
    if n and best.shape[0]:
        with nogil:
            kept = sinks.top(&ranks[0], n, first, sign, &best[0], &index[0], kept, best.shape[0])
    return kept


# -- scenarios: Cartesian grids --------------------------------------------------------------------------------------------

def grid_fill(
    const double[::1] left,      # (rows,)           IN
    tuple tables,                # up to 16 arrays (k, n)  IN
    const int64_t[:, ::1] which, # (tables, rows)    IN   the row of each table that a row of cells takes
    double[:, ::1] out,          # (rows, n)         OUT
    Py_ssize_t lo,
    Py_ssize_t hi,
) -> None:
    """Write out[r, j] = left[r] + tables[0][which[0, r], j] + tables[1][which[1, r], j] + ... for rows lo..hi-1."""
    cdef const double* start[16]
    cdef const double* now[16]
    cdef const double[:, ::1] table
    cdef int k, count = <int>len(tables)
    cdef Py_ssize_t r, n = out.shape[1]
    for k in range(count):
        table = tables[k]
        start[k] = &table[0, 0]
    with nogil:
        for r in range(lo, hi):
            for k in range(count):
                now[k] = start[k] + which[k, r] * n
            cells.fill_row(left[r], now, count, n, &out[r, 0])
        pk.ax_streamed()


def grid_below(
    const double[:, ::1] left,   # (parts, n) each rising   IN
    const double[:, ::1] right,  # (parts, m) each rising   IN
    double level,
    Py_ssize_t lo,
    Py_ssize_t hi,
) -> int:
    """How many sums left[s, i] + right[s, j] of parts lo..hi-1 lie below the level."""
    cdef int64_t found = 0
    cdef Py_ssize_t s, n = left.shape[1], m = right.shape[1]
    with nogil:
        for s in range(lo, hi):
            found += cells.below(&left[s, 0], n, &right[s, 0], m, level)
    return found


def grid_sums(
    const double[:, ::1] left,   # (parts, n) each rising   IN
    const double[:, ::1] right,  # (parts, m) each rising   IN
    double level,
    double[:, ::1] out,          # (parts, SUM_FIELDS)      OUT
    Py_ssize_t lo,
    Py_ssize_t hi,
) -> None:
    """Write the sums of the cells left[s, i] + right[s, j] of each part lo..hi-1 to a row of `out`."""
    cdef Py_ssize_t s, n = left.shape[1], m = right.shape[1]
    with nogil:
        for s in range(lo, hi):
            cells.pair_of_lists(&left[s, 0], n, &right[s, 0], m, level, &out[s, 0])
