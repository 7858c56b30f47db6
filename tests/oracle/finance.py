"""Time value and returns in plain Python, as textbooks and Excel's documentation define them.

Argument order and defaults are those of the Excel function of the same name. NaN stands where Excel
gives #NUM! or #DIV/0!. Source: equations.md B1 and B4; Microsoft's function pages; MS-OI29500 for
what Office does where the standard says otherwise (section numbers in the docstrings).
"""

import datetime as dt
import math

from . import roots

NAN = math.nan


def _due(type_):
    """Return 1.0 for payments at the start of a period: any nonzero `type` (MS-OI29500, FV b)."""
    return 1.0 if type_ != 0 else 0.0


# --- level annuities -----------------------------------------------------------------------------


def fv(rate, nper, pmt, pv=0.0, type=0):
    """Balance after nper periods: -(pv*(1+r)^n + pmt*(1+r*type)*((1+r)^n-1)/r)."""
    if rate < -1.0 or (rate == -1.0 and nper <= 0):
        return NAN
    if rate == 0.0:
        return -(pv + pmt * nper)
    growth = _power(1.0 + rate, nper)
    return -(pv * growth + pmt * (1.0 + rate * _due(type)) * _growth_less_one(rate, nper) / rate)


def pv(rate, nper, pmt, fv=0.0, type=0):
    """Worth today of pmt each period and fv at the end."""
    if rate <= -1.0:
        return NAN
    if rate == 0.0:
        return -(fv + pmt * nper)
    shrink = _power(1.0 + rate, -nper)
    annuity = -_growth_less_one(rate, -nper) / rate
    return -(fv * shrink + pmt * (1.0 + rate * _due(type)) * annuity)


def pmt(rate, nper, pv, fv=0.0, type=0):
    """Level payment that turns pv into -fv."""
    if rate <= -1.0 or nper == 0:
        return NAN
    if rate == 0.0:
        return -(pv + fv) / nper
    growth_less_one = _growth_less_one(rate, nper)
    growth = _power(1.0 + rate, nper)
    if math.isinf(growth):  # the same formula divided by (1+r)^n
        return -pv * rate / (1.0 + rate * _due(type))
    return -(pv * growth + fv) * rate / ((1.0 + rate * _due(type)) * growth_less_one)


def ipmt(rate, per, nper, pv, fv=0.0, type=0):
    """Interest in payment `per`: the balance before it times the rate. 1 <= per < nper+1 (MS-OI29500)."""
    if not 1.0 <= per < nper + 1.0:
        return NAN
    level = pmt(rate, nper, pv, fv, type)
    if _due(type):
        if per == 1:
            return 0.0
        balance = _fv_name(rate, per - 2.0, level, pv, 1) - level
    else:
        balance = _fv_name(rate, per - 1.0, level, pv, 0)
    return balance * rate


def ppmt(rate, per, nper, pv, fv=0.0, type=0):
    """Principal in payment `per`: the payment less its interest."""
    return pmt(rate, nper, pv, fv, type) - ipmt(rate, per, nper, pv, fv, type)


_fv_name = fv  # fv is an argument's name where the function is needed


def nper(rate, pmt, pv, fv=0.0, type=0):
    """Periods until the balance is -fv."""
    if rate <= -1.0:
        return NAN
    if rate == 0.0:
        return -(pv + fv) / pmt if pmt != 0.0 else NAN
    paid = pmt * (1.0 + rate * _due(type))
    top, bottom = paid - fv * rate, paid + pv * rate
    if bottom == 0.0 or top / bottom <= 0.0:
        return NAN
    return math.log(top / bottom) / math.log1p(rate)


def rate_roots(nper, pmt, pv, fv=0.0, type=0):
    """Every rate above -1 at which the annuity's balance closes (at most two)."""
    if nper <= 0:
        return []

    def residual(x):
        r = math.expm1(x)
        if r == 0.0:
            return pv + pmt * nper + fv
        paid = pmt * (1.0 + r * _due(type))
        if x > 0.0:  # divided by (1+r)^n
            return pv + paid * -math.expm1(-x * nper) / r + fv * math.exp(-x * nper)
        return pv * math.exp(x * nper) + paid * math.expm1(x * nper) / r + fv

    if pmt == pv == fv == 0.0:
        return []
    width = 30.0
    points = [width * (k / 4000.0) ** 3 for k in range(-4000, 4001)]
    scale = abs(pv) + abs(pmt) * nper + abs(fv)
    return [math.expm1(x) for x in roots.on(points, residual, lambda _: scale)]


def rate(nper, pmt, pv, fv=0.0, type=0, guess=0.1):
    """Rate per period; of two roots the one nearest the guess."""
    return _nearest(rate_roots(nper, pmt, pv, fv, type), guess)


def cumipmt(rate, nper, pv, start_period, end_period, type):
    """Interest of the payments start..end, each added."""
    return _cumulative(ipmt, rate, nper, pv, start_period, end_period, type)


def cumprinc(rate, nper, pv, start_period, end_period, type):
    """Principal of the payments start..end, each added."""
    return _cumulative(ppmt, rate, nper, pv, start_period, end_period, type)


def _cumulative(part, rate, nper, pv, start_period, end_period, type_):
    nper, start, end = math.trunc(nper), math.trunc(start_period), math.trunc(end_period)
    if rate <= 0.0 or nper <= 0 or pv <= 0.0 or type_ not in (0, 1):
        return NAN
    if start < 1 or end < 1 or start > end or end > nper:  # end > nper: MS-OI29500, CUMPRINC a
        return NAN
    return math.fsum(part(rate, k, nper, pv, 0.0, type_) for k in range(start, end + 1))


def crf(rate, n):
    """Capital recovery factor r/(1-(1+r)^-n); 1/n at r = 0 (B1)."""
    if rate <= -1.0 or n <= 0:
        return NAN
    return 1.0 / n if rate == 0.0 else rate / -_growth_less_one(rate, -n)


def sff(rate, n):
    """Sinking fund factor r/((1+r)^n-1); 1/n at r = 0 (B1)."""
    if rate <= -1.0 or n <= 0:
        return NAN
    return 1.0 / n if rate == 0.0 else rate / _growth_less_one(rate, n)


# --- rates ---------------------------------------------------------------------------------------


def effect(nominal_rate, npery):
    """(1 + nominal/m)^m - 1."""
    m = math.trunc(npery)
    if nominal_rate <= 0.0 or m < 1:
        return NAN
    return math.expm1(m * math.log1p(nominal_rate / m))


def nominal(effect_rate, npery):
    """m*((1 + effect)^(1/m) - 1)."""
    m = math.trunc(npery)
    if effect_rate <= 0.0 or m < 1:
        return NAN
    return m * math.expm1(math.log1p(effect_rate) / m)


def rri(nper, pv, fv):
    """(fv/pv)^(1/n) - 1."""
    if nper <= 0.0 or pv == 0.0 or fv / pv < 0.0:
        return NAN
    return (fv / pv) ** (1.0 / nper) - 1.0


def pduration(rate, pv, fv):
    """Periods for pv to grow to fv: ln(fv/pv)/ln(1+r); all three positive."""
    if rate <= 0.0 or pv <= 0.0 or fv <= 0.0:
        return NAN
    return (math.log(fv) - math.log(pv)) / math.log1p(rate)


def fvschedule(principal, schedule):
    """principal times the product of (1 + rate)."""
    worth = principal
    for step in schedule:
        worth *= 1.0 + step
    return worth


# --- series of flows -----------------------------------------------------------------------------


def npv(rate, values, first_period=0):
    """Sum of values[t]/(1+rate)^(t+first_period); Excel's NPV is first_period=1."""
    if rate <= -1.0:
        return NAN
    return math.fsum(v * _power(1.0 + rate, -(t + first_period)) for t, v in enumerate(values))


def irr_roots(values):
    """Every rate above -1 at which the NPV of the flows is 0, ascending; a double root stands once."""
    times = [float(t) for t in range(len(values))]
    return roots.of_series(list(values), times)


def irr(values, guess=0.1):
    """The root of the NPV nearest the guess; NaN if there is none."""
    return _nearest(irr_roots(values), guess)


def serial(day):
    """Excel's day number of a date (1 January 2008 is 39448); numbers are truncated."""
    if isinstance(day, dt.datetime):
        day = day.date()
    if isinstance(day, dt.date):
        return (day - dt.date(1899, 12, 30)).days
    return math.trunc(day)


def xnpv_formula(rate, values, dates):
    """Sum of values/(1+rate)^((d-d0)/365), for any rate above -1."""
    if rate <= -1.0 or len(values) != len(dates) or not values:
        return NAN
    days = [serial(d) for d in dates]
    return math.fsum(v * _power(1.0 + rate, -(d - days[0]) / 365.0) for v, d in zip(values, days, strict=False))


def xnpv(rate, values, dates):
    """As xnpv_formula where Excel answers: a rate above 0 and no date before the first."""
    days = [serial(d) for d in dates]
    if rate <= 0.0 or any(d < days[0] for d in days):
        return NAN
    return xnpv_formula(rate, values, dates)


def xirr_roots(values, dates):
    """Every rate above -1 at which the dated flows' NPV is 0, ascending."""
    if len(values) != len(dates):
        return []
    days = [serial(d) for d in dates]
    by_day = {}
    for value, day in zip(values, days, strict=False):
        by_day[day] = by_day.get(day, 0.0) + value
    order = sorted(by_day)
    return roots.of_series([by_day[d] for d in order], [(d - order[0]) / 365.0 for d in order])


def xirr(values, dates, guess=0.1):
    """The root nearest the guess; one positive and one negative value are needed (MS-OI29500, XIRR c)."""
    if not any(v > 0.0 for v in values) or not any(v < 0.0 for v in values):
        return NAN
    return _nearest(xirr_roots(values, dates), guess)


def mirr(values, finance_rate, reinvest_rate):
    """(FV(positive flows, reinvest)/-PV(negative flows, finance))^(1/n) - 1, n = periods between first and last."""
    n = len(values) - 1
    if finance_rate <= -1.0 or reinvest_rate <= -1.0 or n < 1:
        return NAN
    gained = math.fsum(v * _power(1.0 + reinvest_rate, n - t) for t, v in enumerate(values) if v > 0.0)
    spent = -math.fsum(v * _power(1.0 + finance_rate, -t) for t, v in enumerate(values) if v < 0.0)
    if gained == 0.0 or spent == 0.0:
        return NAN
    return (gained / spent) ** (1.0 / n) - 1.0


def payback(values):
    """The last period in which the running sum turns from negative to >= 0, linear inside the period.

    0 if the sum is never negative, NaN if it ends negative.
    """
    total = 0.0
    found = 0.0
    for t, value in enumerate(values):
        before = total
        total += value
        if before < 0.0 <= total:
            found = (t - 1) + -before / (total - before)
    return NAN if total < 0.0 else found


def discounted_payback(rate, values):
    """Payback of the flows discounted to time 0."""
    if rate <= -1.0:
        return NAN
    return payback([v * _power(1.0 + rate, -t) for t, v in enumerate(values)])


def pi(rate, values):
    """Profitability index 1 + NPV/PV(outlays), the outlays being the negative flows."""
    if rate <= -1.0:
        return NAN
    outlays = npv(rate, [max(0.0, -v) for v in values])
    return 1.0 + npv(rate, values) / outlays if outlays > 0.0 else NAN


def equivalent_annuity(rate, values):
    """NPV*CRF(rate, n), n = the periods after time 0."""
    n = len(values) - 1
    return npv(rate, values) * crf(rate, n) if n >= 1 else NAN


# --- helpers -------------------------------------------------------------------------------------


def _power(base, exponent):
    """base**exponent with infinity for overflow."""
    try:
        return base**exponent
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf


def _growth_less_one(rate, n):
    """(1+rate)^n - 1 without cancellation at small rates."""
    if rate == -1.0:
        return -1.0 if n > 0 else math.inf
    try:
        return math.expm1(n * math.log1p(rate))
    except OverflowError:
        return math.inf


def _nearest(roots, guess):
    if guess <= -1.0 or not roots:
        return NAN
    return min(roots, key=lambda r: abs(r - guess))
