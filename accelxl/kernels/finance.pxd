"""Time value of money: level annuities, conversions of rates, worth of series (equations.md B1, B4).

Signs and rules are those of the spreadsheet functions: money paid is negative, `type` other than 0 means payments at
the start of a period. NaN where a figure has no meaning or passes the largest double. Growth (1 + r)^n is taken as
exp(n log1p(r)), and what is left of it after 1 by expm1, so that a rate of 1e-12 keeps its digits; nothing loops over
the periods of a loan.
"""

from libc.math cimport INFINITY, NAN, floor

from accelxl.kernels.pack cimport ax_exp, ax_expm1, ax_log, ax_log1p


cdef inline double finite(double x) noexcept nogil:
    return x if x - x == 0.0 else NAN


cdef inline int none(double rate) noexcept nogil:
    # A rate so small that 1 / rate overflows does the same as 0.
    return -1e-290 < rate < 1e-290


cdef inline double due(double type) noexcept nogil:
    # 1 for payments at the start of a period; NaN for NaN.
    return (1.0 if type != 0.0 else 0.0) + (type - type)


cdef inline double times(double a, double growth) noexcept nogil:
    # a * growth, also where growth is infinite and there is nothing to grow.
    return a * growth if a != 0.0 else 0.0


cdef inline double part(double k, double n, double s) noexcept nogil:
    # (e^(k s) - 1) / (e^(n s) - 1) for n > 0, without overflow.
    if none(s):
        return k / n
    if s < 0.0:
        return ax_expm1(k * s) / ax_expm1(n * s)
    return ax_exp((k - n) * s) * (ax_expm1(-k * s) / ax_expm1(-n * s))


cdef inline double rise(double x) noexcept nogil:
    # (e^x - 1) / x - 1.
    cdef double p
    cdef int k
    if not -0.5 < x < 0.5:
        return ax_expm1(x) / x - 1.0
    p = 1.0
    for k in range(17, 2, -1):
        p = 1.0 + p * x / k
    return 0.5 * x * p


# -- level annuities ---------------------------------------------------------------------------------------------------

cdef inline double fv(double rate, double nper, double pmt, double pv, double type) noexcept nogil:
    cdef double s, begin = due(type), paid = pmt * (1.0 + rate * begin)
    if not rate >= -1.0 or (rate == -1.0 and not nper > 0.0):
        return NAN
    if none(rate):
        return finite(-(pv + pmt * nper) + (begin - begin))
    s = ax_log1p(rate)
    return finite(-(times(pv, ax_exp(nper * s)) + times(paid, ax_expm1(nper * s) / rate)))


cdef inline double pv(double rate, double nper, double pmt, double fv, double type) noexcept nogil:
    cdef double s, begin = due(type), paid = pmt * (1.0 + rate * begin)
    if not rate > -1.0:
        return NAN
    if none(rate):
        return finite(-(fv + pmt * nper) + (begin - begin))
    s = -ax_log1p(rate)
    return finite(-(times(fv, ax_exp(nper * s)) - times(paid, ax_expm1(nper * s) / rate)))


cdef inline double pmt(double rate, double nper, double pv, double fv, double type) noexcept nogil:
    cdef double s, begin = due(type), each
    if not rate > -1.0 or nper == 0.0:
        return NAN
    if none(rate):
        return finite(-(pv + fv) / nper + (begin - begin))
    s = nper * ax_log1p(rate)
    if s > 0.0:
        each = (pv + fv * ax_exp(-s)) / -ax_expm1(-s)
    else:
        each = (pv * ax_exp(s) + fv) / ax_expm1(s)
    return finite(-each * rate / (1.0 + rate * begin))


cdef inline double owed(double rate, double k, double nper, double pv, double fv) noexcept nogil:
    # Balance after k periods of a loan of pv repaid, less an account saved up to fv: neither side cancels.
    cdef double s = ax_log1p(rate)
    return times(pv, part(nper - k, nper, -s)) - times(fv, part(k, nper, s))


cdef inline double ipmt(double rate, double per, double nper, double pv, double fv, double type) noexcept nogil:
    cdef double begin = due(type)
    if not (rate > -1.0 and 1.0 <= per < nper + 1.0):
        return NAN
    if begin == 1.0 and per == 1.0:
        return finite(0.0 * (rate + pv + fv))
    return finite(-rate * owed(rate, per - 1.0, nper, pv, fv) / (1.0 + rate * begin))


cdef inline double ppmt(double rate, double per, double nper, double pv, double fv, double type) noexcept nogil:
    # -r (pv + fv) (1+r)^(per-1) / ((1+r)^n - 1): the payment less its interest, without the subtraction.
    cdef double s, begin = due(type), share
    if not (rate > -1.0 and 1.0 <= per <= nper):
        return NAN
    if none(rate) or (begin == 1.0 and per == 1.0):
        return pmt(rate, nper, pv, fv, type)
    s = ax_log1p(rate)
    if s > 0.0:
        share = ax_exp((per - 1.0 - nper) * s) / -ax_expm1(-nper * s)
    else:
        share = ax_exp((per - 1.0) * s) / ax_expm1(nper * s)
    return finite(-rate * (pv + fv) * share / (1.0 + rate * begin))


cdef inline double nper(double rate, double pmt, double pv, double fv, double type) noexcept nogil:
    cdef double begin = due(type), paid = pmt * (1.0 + rate * begin), bottom, more
    if not rate > -1.0:
        return NAN
    if none(rate):
        return finite(-(pv + fv) / pmt + (begin - begin)) if pmt != 0.0 else NAN
    bottom = paid + pv * rate
    more = -rate * (pv + fv) / bottom            # (paid - fv rate) / bottom - 1
    if not -0.5 < more < 1.0:
        return finite(ax_log((paid - fv * rate) / bottom) / ax_log1p(rate))
    return finite(ax_log1p(more) / ax_log1p(rate))


cdef inline int cumulative(
    double rate, double* nper, double pv, double* start, double* end, double type
) noexcept nogil:
    # Truncates; 0 where the spreadsheet shows #NUM!.
    nper[0], start[0], end[0] = floor(nper[0]), floor(start[0]), floor(end[0])
    return (0.0 < rate < INFINITY and 0.0 < nper[0] < INFINITY and 0.0 < pv < INFINITY and (type == 0.0 or type == 1.0)
            and 1.0 <= start[0] <= end[0] <= nper[0])


cdef inline double cumipmt(double rate, double nper, double pv, double start, double end, double type) noexcept nogil:
    # Sum over j = nper-end+1 .. nper-start+1 of 1 - v^j, times the payment: v^a (m - annuity of m) + m (1 - v^a).
    cdef double s = ax_log1p(rate), m, a, rest
    if not cumulative(rate, &nper, pv, &start, &end, type):
        return NAN
    if type == 1.0 and start == 1.0:
        if end == 1.0:
            return 0.0
        start = 2.0
    m = end - start + 1.0
    a = nper - end
    rest = m * (s / rate) * (rise(s) - rise(-m * s))
    rest = ax_exp(-a * s) * rest - m * ax_expm1(-a * s)
    return finite(-pv * rate * rest / -ax_expm1(-nper * s) / (1.0 + rate * type))


cdef inline double cumprinc(double rate, double nper, double pv, double start, double end, double type) noexcept nogil:
    cdef double s = ax_log1p(rate), paid
    if not cumulative(rate, &nper, pv, &start, &end, type):
        return NAN
    paid = ax_exp((end - nper) * s) * (ax_expm1(-(end - start + 1.0) * s) / ax_expm1(-nper * s))
    if type == 1.0 and start == 1.0:
        paid += rate                             # the first payment, at once, bears no interest
    return finite(-pv * paid / (1.0 + rate * type))


# -- conversions of rates ----------------------------------------------------------------------------------------------

cdef inline double effect(double nominal_rate, double npery) noexcept nogil:
    npery = floor(npery)
    if not (nominal_rate > 0.0 and npery >= 1.0):
        return NAN
    return finite(ax_expm1(npery * ax_log1p(nominal_rate / npery)))


cdef inline double nominal(double effect_rate, double npery) noexcept nogil:
    npery = floor(npery)
    if not (effect_rate > 0.0 and npery >= 1.0):
        return NAN
    return finite(npery * ax_expm1(ax_log1p(effect_rate) / npery))


cdef inline double log_ratio(double a, double b) noexcept nogil:
    # log(a / b) of two of one sign, exact to the last digits where they are near each other or far apart.
    cdef double q = a / b
    if 0.5 < q < 2.0:
        return ax_log1p((a - b) / b)
    if 1e-300 < q < 1e300:
        return ax_log(q)
    return ax_log(a if a > 0.0 else -a) - ax_log(b if b > 0.0 else -b)


cdef inline double rri(double nper, double pv, double fv) noexcept nogil:
    if nper > 0.0 and pv == 0.0 and fv == 0.0:
        return 0.0
    if not nper > 0.0 or pv == 0.0 or (pv > 0.0) != (fv > 0.0) and fv != 0.0:
        return NAN
    if fv == 0.0:
        return finite(-1.0 + (pv - pv) + 0.0 / nper)
    return finite(ax_expm1(log_ratio(fv, pv) / nper))


cdef inline double pduration(double rate, double pv, double fv) noexcept nogil:
    if not (rate > 0.0 and pv > 0.0 and fv > 0.0):
        return NAN
    return finite(log_ratio(fv, pv) / ax_log1p(rate))


cdef inline double crf(double rate, double n) noexcept nogil:
    # Capital recovery factor, rate > -1 and n > 0.
    return rate / -ax_expm1(-n * ax_log1p(rate)) if not none(rate) else 1.0 / n


# -- worth of a series -------------------------------------------------------------------------------------------------

cdef inline double fvschedule(double principal, const double* schedule, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        principal = principal * (1.0 + schedule[t])
    return finite(principal)


cdef inline double npv(double rate, const double* values, Py_ssize_t n, double first_period) noexcept nogil:
    # Horner's rule from the last period back.
    cdef double total = 0.0, keep = 1.0 / (1.0 + rate)
    cdef Py_ssize_t t
    if not rate > -1.0:
        return NAN
    for t in range(n - 1, -1, -1):
        total = total * keep + values[t]
    if first_period == 1.0:
        total = total / (1.0 + rate)
    elif first_period != 0.0:
        total = total * ax_exp(-first_period * ax_log1p(rate))
    return finite(total)


cdef inline double pi(double rate, const double* values, Py_ssize_t n) noexcept nogil:
    # Present value of the positive flows over that of the negative ones, which is 1 + NPV / PV(outlays).
    cdef double gain = 0.0, outlay = 0.0, keep = 1.0 / (1.0 + rate)
    cdef Py_ssize_t t
    if not rate > -1.0:
        return NAN
    for t in range(n - 1, -1, -1):
        if values[t] - values[t] != 0.0:
            return NAN
        gain = gain * keep + (values[t] if values[t] > 0.0 else 0.0)
        outlay = outlay * keep - (values[t] if values[t] < 0.0 else 0.0)
    return finite(gain / outlay) if outlay > 0.0 else NAN


cdef inline double equivalent_annuity(double rate, const double* values, Py_ssize_t n) noexcept nogil:
    if not rate > -1.0 or n < 2:
        return NAN
    return finite(npv(rate, values, n, 0.0) * crf(rate, <double>(n - 1)))


cdef inline double mirr(const double* values, Py_ssize_t n, double finance_rate, double reinvest_rate) noexcept nogil:
    cdef double gain = 0.0, spent = 0.0, keep = 1.0 / (1.0 + finance_rate)
    cdef Py_ssize_t t
    if not (finance_rate > -1.0 and reinvest_rate > -1.0) or n < 2:
        return NAN
    for t in range(n):
        if values[t] - values[t] != 0.0:
            return NAN
        gain = gain * (1.0 + reinvest_rate) + (values[t] if values[t] > 0.0 else 0.0)
    for t in range(n - 1, -1, -1):
        spent = spent * keep - (values[t] if values[t] < 0.0 else 0.0)
    if not (0.0 < gain < INFINITY and 0.0 < spent < INFINITY):
        return NAN
    return finite(ax_expm1(log_ratio(gain, spent) / <double>(n - 1)))


cdef inline double payback(double rate, const double* values, Py_ssize_t n) noexcept nogil:
    # The last period in which the running sum of discounted flows turns from negative to >= 0, linear inside the
    # period.
    cdef double total = 0.0, before, found = 0.0, worth = 1.0, keep = 1.0 / (1.0 + rate)
    cdef Py_ssize_t t
    if not rate > -1.0:
        return NAN
    for t in range(n):
        before = total
        total = total + values[t] * worth
        worth = worth * keep
        if before < 0.0 <= total:
            found = <double>(t - 1) + before / (before - total)
    return found if 0.0 <= total < INFINITY else NAN


cdef inline double xnpv(double rate, const double* values, const double* dates, Py_ssize_t n) noexcept nogil:
    cdef double total = 0.0, s = ax_log1p(rate) / 365.0
    cdef Py_ssize_t i
    if not 0.0 < rate < INFINITY:
        return NAN
    for i in range(n):
        if not dates[0] <= dates[i] < INFINITY:
            return NAN
        total = total + values[i] * ax_exp((dates[0] - dates[i]) * s)
    return finite(total)
