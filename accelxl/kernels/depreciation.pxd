"""Depreciation of one asset (equations.md B5). Periods count from 1; whole periods k from 0, from time k to k + 1.

NaN where a figure has no meaning. Nothing of one period loops over periods: a declining balance is a power, and the
period in which straight line takes over is found by bisection, so a life of 1e9 periods costs what one of 30 does.
"""

from libc.math cimport INFINITY, NAN, ceil, fabs, floor

cimport accelxl.kernels.pack as pk


cdef enum Method:
    SL, SYD, DB, DDB, VDB


# -- straight line, sum of the years' digits, fixed declining balance --------------------------------------------------

cdef inline double sln(double cost, double salvage, double life) noexcept nogil:
    return (cost - salvage) / life if life != 0.0 else NAN


cdef inline double syd(double cost, double salvage, double life, double per) noexcept nogil:
    if not (salvage >= 0.0 and life > 0.0 and 0.0 < per <= life):
        return NAN
    return (cost - salvage) * (life - per + 1.0) * 2.0 / (life * (life + 1.0))


cdef inline double fixed_rate(double cost, double salvage, double life) noexcept nogil:
    # Three decimals, half away from zero. A tie in decimal may lie up to 1e-12 beside it in binary.
    cdef double permille = 1000.0 * (1.0 - pk.ax_pow(salvage / cost, 1.0 / life))
    cdef double whole = floor(fabs(permille) + (0.5 + 1e-12))
    return (whole if permille >= 0.0 else -whole) / 1000.0


cdef inline double db(double cost, double salvage, double life, double period, double month) noexcept nogil:
    cdef double rate, first, book, t = floor(period) if period >= 1.0 else 1.0
    month = floor(month)
    if not (cost >= 0.0 and salvage >= 0.0 and life > 0.0 and period > 0.0 and 1.0 <= month <= 12.0):
        return NAN
    if period > (life if month == 12.0 else life + 1.0):
        return NAN
    if cost == 0.0:
        return 0.0
    rate = fixed_rate(cost, salvage, life)
    first = cost * rate * month / 12.0
    if t == 1.0:
        return first
    book = (cost - first) * pk.ax_pow(1.0 - rate, t - 2.0)
    return book * rate if t <= life else book * rate * (12.0 - month) / 12.0


# -- declining balance, with or without the switch to straight line ----------------------------------------------------

cdef struct Declining:
    double cost
    double salvage
    double life
    double rate
    double log_keep   # log(1 - rate)
    double switch_at  # first whole period on straight line, infinity where there is none
    double straight   # amount of a period on straight line


cdef inline double unfloored(const Declining* d, double k) noexcept nogil:
    # Book value after k periods if salvage were no limit. exp and log1p keep their digits where the rate is 1e-9.
    if k <= 0.0:
        return d.cost
    return d.cost * pk.ax_exp(k * d.log_keep) if d.rate < 1.0 else 0.0


cdef inline double book(const Declining* d, double k) noexcept nogil:
    cdef double value = unfloored(d, k)
    return value if value > d.salvage else d.salvage


cdef inline double amount_from(const Declining* d, double value) noexcept nogil:
    # The amount of a period that begins at this book value.
    cdef double room = value - d.salvage
    if not room > 0.0:
        return 0.0
    return value * d.rate if value * d.rate < room else room


cdef inline double declining_cell(const Declining* d, double k) noexcept nogil:
    # The amount of period k; `k` may lie between whole periods (the same power law).
    return amount_from(d, unfloored(d, k))


cdef inline double declining_cells(const Declining* d, double lo, double hi) noexcept nogil:
    # The whole periods lo .. hi - 1; a difference of book values would lose the digits of a slow decline.
    cdef double start
    if hi - lo <= 1.0:
        return declining_cell(d, lo) if hi > lo else 0.0
    start = book(d, lo)
    if d.rate >= 1.0 or not unfloored(d, hi) > d.salvage:
        return start - d.salvage
    return -start * pk.ax_expm1((hi - lo) * d.log_keep)


cdef inline bint straight_is_more(const Declining* d, double k) noexcept nogil:
    cdef double value = unfloored(d, k), room = value - d.salvage, amount = value * d.rate
    return room > 0.0 and room > (amount if amount < room else room) * (d.life - k)


cdef inline Declining declining(double cost, double salvage, double life, double factor, bint switches) noexcept nogil:
    """The asset's course. Straight line takes over in the first period k in which it writes off more.

    That is (1 - rate)^k * (1 - factor + rate*k) > salvage / cost. The left side rises with k up to life - 1 at least,
    so bisection finds k; in a last period shorter than one it always holds while anything is left.
    """
    cdef Declining d
    cdef double lo = -1.0, hi = ceil(life) - 1.0, middle
    d.cost = cost
    d.salvage = salvage
    d.life = life
    d.rate = factor / life
    d.log_keep = pk.ax_log1p(-d.rate) if d.rate < 1.0 else -INFINITY
    d.switch_at = INFINITY
    d.straight = 0.0
    if not switches or not straight_is_more(&d, hi):
        return d
    middle = floor(0.5 * (lo + hi))
    while lo < middle < hi:
        if straight_is_more(&d, middle):
            hi = middle
        else:
            lo = middle
        middle = floor(0.5 * (lo + hi))
    d.switch_at = hi
    d.straight = (unfloored(&d, hi) - salvage) / (life - hi)
    return d


cdef inline double written_off(const Declining* d, double start, double end) noexcept nogil:
    # From time start to time end, 0 <= start <= end <= life; a part of a period counts pro rata.
    cdef double total = 0.0, stop = end if end < d.switch_at else d.switch_at
    cdef double first = floor(start), last = floor(stop)
    if not d.cost > d.salvage:
        return 0.0
    if start < stop:
        if first == last:
            total = declining_cell(d, first) * (stop - start)
        elif start == first:
            total = declining_cells(d, first, last)
        else:
            total = declining_cell(d, first) * (first + 1.0 - start) + declining_cells(d, first + 1.0, last)
        if first < last and last < stop:
            total = total + declining_cell(d, last) * (stop - last)
    if end > d.switch_at:
        total = total + d.straight * (end - (start if start > d.switch_at else d.switch_at))
    return total


cdef inline bint has_course(double cost, double salvage, double life, double factor) noexcept nogil:
    return 0.0 <= cost < INFINITY and salvage >= 0.0 and 0.0 < life < INFINITY and factor > 0.0


cdef inline double ddb(double cost, double salvage, double life, double period, double factor) noexcept nogil:
    cdef Declining d
    if not (has_course(cost, salvage, life, factor) and 0.0 < period <= life):
        return NAN
    d = declining(cost, salvage, life, factor, False)
    return declining_cell(&d, period - 1.0) if cost > salvage else 0.0


cdef inline double vdb(
    double cost, double salvage, double life, double start_period, double end_period, double factor, double no_switch,
) noexcept nogil:
    cdef Declining d
    if not (has_course(cost, salvage, life, factor) and 0.0 <= start_period <= end_period <= life):
        return NAN
    if no_switch != no_switch:
        return NAN
    d = declining(cost, salvage, life, factor, no_switch == 0.0)
    return written_off(&d, start_period, end_period)


# -- series ------------------------------------------------------------------------------------------------------------

cdef inline double syd_part(double cost, double salvage, double life, double t) noexcept nogil:
    # Period t of a schedule: where life is not whole, the part that is left over falls in the last period.
    cdef double part = life - floor(life)
    if t <= life:
        return syd(cost, salvage, life, t)
    return (cost - salvage) * part * (part + 1.0) / (life * (life + 1.0))


cdef inline void declining_series(const Declining* d, double* out, Py_ssize_t n) noexcept nogil:
    # Whole periods 0 .. n - 1, a pack of powers at a time; a lane has the bits that declining_cell has.
    cdef double steps[8]
    cdef Py_ssize_t i = 0, k
    for k in range(8):
        steps[k] = k
    if d.rate < 1.0:
        while i + pk.PW <= n:
            pk.pk_store(out + i, pk.pk(d.cost) * pk.pk_exp((pk.pk(i) + pk.pk_load(steps)) * pk.pk(d.log_keep)))
            i += pk.PW
    while i < n:
        out[i] = unfloored(d, i)
        i += 1
    for i in range(n):
        out[i] = amount_from(d, out[i])


cdef inline void schedule(
    int method, double cost, double salvage, double life, double factor, double month, bint switches,
    double* out, Py_ssize_t n,
) noexcept nogil:
    """Write the first n periods of an asset's schedule to out; nothing after the life, nothing below salvage."""
    cdef Py_ssize_t i, done = 0
    cdef double t, last = life
    cdef Declining d
    cdef bint valid = has_course(cost, salvage, life, factor)
    if method == DB:
        month = floor(month)
        valid = valid and 1.0 <= month <= 12.0 and life >= 1.0
        last = floor(life) if month == 12.0 else floor(life + 1.0)
    if valid and (method == DDB or method == VDB):
        d = declining(cost, salvage, life, factor, method == VDB and switches)
        last = life if life < d.switch_at else d.switch_at
        done = <Py_ssize_t>floor(last if last < n else n)
        declining_series(&d, out, done)
        last = life
    for i in range(done, n):
        t = i + 1.0
        if not valid:
            out[i] = NAN
        elif t >= last + 1.0 or not cost > salvage:
            out[i] = 0.0
        elif method == SL:
            out[i] = sln(cost, salvage, life) * (1.0 if t <= life else life - (t - 1.0))
        elif method == SYD:
            out[i] = syd_part(cost, salvage, life, t)
        elif method == DB:
            out[i] = db(cost, salvage, life, t, month)
        else:
            out[i] = written_off(&d, t - 1.0, t if t <= life else life)


cdef inline void uop(
    double cost, double salvage, double total_units, const double* units, double* out, Py_ssize_t n,
) noexcept nogil:
    # What is used beyond the total wears nothing off. A negative use leaves the rest of the row without meaning.
    cdef Py_ssize_t i
    cdef double used = 0.0, before, base = cost - salvage if cost > salvage else 0.0
    cdef bint valid = cost >= 0.0 and salvage >= 0.0 and total_units > 0.0
    for i in range(n):
        valid = valid and units[i] >= 0.0
        before = used
        used = used + units[i]
        used = used if used < total_units else total_units
        out[i] = base * (used - before) / total_units if valid else NAN


cdef inline void book_values(double cost, const double* depreciation, double* out, Py_ssize_t n) noexcept nogil:
    # The sum in two doubles, so that an asset written off in full ends at 0 and not at 1e-12.
    cdef Py_ssize_t i
    cdef double high = cost, low = 0.0, x, s, back, value
    for i in range(n):
        x = -depreciation[i]
        s = high + x
        back = s - high
        low = low + ((high - (s - back)) + (x - back))
        high = s
        value = high + low
        out[i] = 0.0 if fabs(value) <= fabs(cost) * 1e-14 else value


# -- US tax: Section 179, then bonus, then the table on the rest -------------------------------------------------------

cdef inline void macrs(
    double cost, double bonus, double section_179, const double* shares, double* out, Py_ssize_t n,
) noexcept nogil:
    """Write the deduction of each recovery year to out; `shares` is the table's column, n years long."""
    cdef Py_ssize_t i
    cdef double rest = cost - section_179, extra = bonus * rest
    cdef bint valid = cost >= 0.0 and 0.0 <= bonus <= 1.0 and 0.0 <= section_179 <= cost
    for i in range(n):
        out[i] = shares[i] * (rest - extra) if valid else NAN
    if valid and n > 0:
        out[0] = section_179 + extra + out[0]
