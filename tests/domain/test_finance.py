"""Annuities, conversions of rates and worth of series: published figures, figures that Excel gave, the oracle, identities."""

import inspect
import math
import time
from datetime import date, datetime
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accelxl.domain import finance as fin
from accelxl.errors import AccelError, ShapeError, WrongType
from tests.oracle import finance as oracle

TINIEST = 1e-320
"""A few of the smallest figures that a double can hold: where all is as small, a share of it is no bound."""

rates = st.one_of(st.floats(-0.9, 3).map(lambda rate: rate if abs(rate) > 1e-200 else 0.0), st.floats(1e-13, 1e-6))
above_zero = st.one_of(st.floats(1e-12, 1e-4), st.floats(1e-4, 3))
counts = st.one_of(st.integers(1, 400), st.floats(0.1, 60))
money = st.floats(-1e6, 1e6).map(lambda value: value if abs(value) > 1e-6 else 0.0)
amounts = st.floats(1e-3, 1e6)
types = st.sampled_from([0, 1])
flows = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)

# The examples on Microsoft's support pages, to the digits printed there.
PUBLISHED = [
    (fin.fv, (0.06 / 12, 10, -200, -500, 1), 2581.40),
    (fin.fv, (0.12 / 12, 12, -1000), 12682.50),
    (fin.pv, (0.08 / 12, 240, 500), -59777.15),
    (fin.pmt, (0.08 / 12, 10, 10000), -1037.03),
    (fin.pmt, (0.08 / 12, 10, 10000, 0, 1), -1030.16),
    (fin.pmt, (0.06 / 12, 18 * 12, 0, 50000), -129.08),
    (fin.ipmt, (0.1 / 12, 1, 36, 8000), -66.67),
    (fin.ipmt, (0.1, 3, 3, 8000), -292.45),
    (fin.ppmt, (0.1 / 12, 1, 24, 2000), -75.62),
    (fin.ppmt, (0.08, 10, 10, 200000), -27598.05),
    (fin.nper, (0.01, -100, -1000, 10000, 1), 59.67),
    (fin.nper, (0.01, -100, -1000, 10000), 60.08),
    (fin.nper, (0.01, -100, -1000), -9.58),
    (fin.rate, (48, -200, 8000), 0.0077),
    (fin.cumipmt, (0.09 / 12, 360, 125000, 13, 24, 0), -11135.23),
    (fin.cumipmt, (0.09 / 12, 360, 125000, 1, 1, 0), -937.50),
    (fin.cumprinc, (0.09 / 12, 360, 125000, 13, 24, 0), -934.11),
    (fin.cumprinc, (0.09 / 12, 360, 125000, 1, 1, 0), -68.28),
    (fin.effect, (0.0525, 4), 0.0535),
    (fin.nominal, (0.053543, 4), 0.0525),
    (fin.rri, (96, 10000, 11000), 0.0010),
    (fin.pduration, (0.025, 2000, 2200), 3.86),
    (fin.pduration, (0.025 / 12, 1000, 1200), 87.61),
    (fin.fvschedule, (1, [0.09, 0.11, 0.1]), 1.33),
    (fin.npv, (0.1, [-10000, 3000, 4200, 6800], 1), 1188.44),
    (fin.xnpv, (0.09, [-10000, 2750, 4250, 3250, 2750], [39448, 39508, 39751, 39859, 39904]), 2086.65),
]

# Recorded from Excel by the ExcelFinancialFunctions project (tests/.../testdata/*.test).
EXCEL = [
    (fin.ppmt, (-0.4, 1, 2.7, -300, -300, 1), 334.5967983725),
    (fin.ppmt, (-0.4, 1, 2.7, 150.5, 100), -133.9164979923),
    (fin.ppmt, (-0.4, 1, 10, -300, 150.5, 1), -99.72702097355),
    (fin.ppmt, (-0.4, 1.3, 2, -300, -300, 1), 536.1982502776),
    (fin.cumipmt, (0.6, 2, 100, 1, 2, 1), -23.07692307692),
    (fin.cumipmt, (0.6, 10, 100, 2, 5, 0), -234.0470942809),
    (fin.cumipmt, (0.6, 10, 150.5, 2, 5, 1), -220.150548058),
    (fin.cumipmt, (0.6, 10, 150.5, 1, 1.2, 0), -90.3),
    (fin.cumipmt, (1.5, 10, 100, 5, 7, 1), -177.6224650654),
    (fin.effect, (0.6, 1.7), 0.6),
    (fin.effect, (1.5, 11.3), 3.08028601065),
    (fin.rate, (5, 20, 120, -50, 1, 0), -0.3356185414527),
    (fin.rate, (25, -40, -200, 100, 1, 0.15), -0.2857595837824),
    (fin.rate, (1, 10, 100, -100, 0, 0.15), -0.1),
    (fin.rri, (2, 8, 0), -1.0),
    (fin.rri, (5, 0, 0), 0.0),
    (fin.rri, (24, 300, 40000), 0.226137328),
    (fin.pduration, (0.521180984, 250, 880), 3.0),
]


@pytest.mark.parametrize(("function", "arguments", "printed"), PUBLISHED)
def test_printed_examples_hold(function, arguments, printed):
    digits = len(repr(printed).split(".")[1])
    assert abs(function(*arguments) - printed) <= 0.51 * 10.0 ** -max(2, digits)


@pytest.mark.parametrize(("function", "arguments", "recorded"), EXCEL)
def test_figures_that_excel_gave_hold(function, arguments, recorded):
    assert function(*arguments) == pytest.approx(recorded, rel=5e-9, abs=1e-12)


# -- annuities ---------------------------------------------------------------------------------------------------------


@given(rate=rates, nper=counts, pmt=money, pv=money, type=types)
def test_fv_is_that_of_the_oracle(rate, nper, pmt, pv, type):
    assume(abs(nper * math.log1p(rate)) < 600)
    scale = abs(oracle.fv(rate, nper, abs(pmt), abs(pv), type))
    assert fin.fv(rate, nper, pmt, pv, type) == pytest.approx(oracle.fv(rate, nper, pmt, pv, type), abs=2e-12 * scale)


@given(rate=rates, nper=counts, pmt=money, fv=money, type=types)
def test_pv_is_that_of_the_oracle(rate, nper, pmt, fv, type):
    assume(abs(nper * math.log1p(rate)) < 600)
    scale = abs(oracle.pv(rate, nper, abs(pmt), abs(fv), type))
    assert fin.pv(rate, nper, pmt, fv, type) == pytest.approx(oracle.pv(rate, nper, pmt, fv, type), abs=2e-12 * scale)


@given(rate=rates, nper=counts, pv=money, fv=money, type=types)
def test_pmt_is_that_of_the_oracle(rate, nper, pv, fv, type):
    assume(abs(nper * math.log1p(rate)) < 600)
    scale = abs(oracle.pmt(rate, nper, abs(pv), abs(fv), type))
    assert fin.pmt(rate, nper, pv, fv, type) == pytest.approx(oracle.pmt(rate, nper, pv, fv, type), abs=2e-12 * scale)


@given(rate=st.floats(-0.5, 1), nper=st.integers(1, 40), data=st.data(), pv=money, fv=money, type=types)
def test_interest_and_principal_are_those_of_the_oracle_and_make_up_the_payment(rate, nper, data, pv, fv, type):
    assume(abs(rate) > 1e-4)
    per = data.draw(st.integers(1, nper))
    scale = (abs(pv) + abs(fv)) * max(1.0, (1.0 + rate) ** nper)
    interest, principal = fin.ipmt(rate, per, nper, pv, fv, type), fin.ppmt(rate, per, nper, pv, fv, type)
    assert interest == pytest.approx(oracle.ipmt(rate, per, nper, pv, fv, type), abs=1e-11 * scale)
    assert principal == pytest.approx(oracle.ppmt(rate, per, nper, pv, fv, type), abs=1e-11 * scale)
    whole = fin.pmt(rate, nper, pv, fv, type)
    assert interest + principal == pytest.approx(whole, abs=1e-13 * (abs(interest) + abs(principal)))


@given(rate=above_zero, nper=st.integers(1, 60), pv=amounts, data=st.data(), type=types)
def test_cumulative_interest_and_principal_are_the_sums_of_the_payments(rate, nper, pv, data, type):
    start = data.draw(st.integers(1, nper))
    end = data.draw(st.integers(start, nper))
    periods = np.arange(start, end + 1)
    interest, principal = fin.ipmt(rate, periods, nper, pv, 0, type), fin.ppmt(rate, periods, nper, pv, 0, type)
    assert fin.cumipmt(rate, nper, pv, start, end, type) == pytest.approx(math.fsum(interest), rel=1e-12)
    assert fin.cumprinc(rate, nper, pv, start, end, type) == pytest.approx(math.fsum(principal), rel=1e-12)
    if type == 0:
        assert fin.cumprinc(rate, nper, pv, 1, nper, type) == pytest.approx(-pv, rel=1e-14)


@given(rate=st.floats(1e-4, 1), nper=st.integers(1, 60), pv=amounts, data=st.data(), type=types)
def test_cumulative_figures_are_those_of_the_oracle(rate, nper, pv, data, type):
    start = data.draw(st.integers(1, nper))
    end = data.draw(st.integers(start, nper))
    scale = pv * (1.0 + rate) ** nper
    for ours, theirs in ((fin.cumipmt, oracle.cumipmt), (fin.cumprinc, oracle.cumprinc)):
        arguments = (rate, nper, pv, start, end, type)
        assert ours(*arguments) == pytest.approx(theirs(*arguments), rel=1e-11, abs=1e-11 * scale)


def test_cumulative_interest_over_a_billion_periods_answers_at_once():
    began = time.perf_counter()
    paid = fin.cumipmt(1e-9, 1e9, 1e6, 1, 1e9, 0)
    assert time.perf_counter() - began < 0.1
    assert paid == pytest.approx(fin.pmt(1e-9, 1e9, 1e6) * 1e9 + 1e6, rel=1e-12)


@given(
    size=st.floats(0.001, 0.15),
    sign=st.sampled_from([1, -1]),
    nper=st.integers(1, 120),
    pmt=amounts,
    fv=money,
    type=types,
)
def test_nper_finds_the_number_of_periods_again(size, sign, nper, pmt, fv, type):
    rate = size * sign
    pv = fin.pv(rate, nper, pmt, fv, type)
    before, after = pmt * (1 + rate * type) + pv * rate, pmt * (1 + rate * type) - fv * rate
    assume(abs(before) > 1e-3 * (pmt + abs(pv * rate)) and abs(after) > 1e-3 * (pmt + abs(fv * rate)))
    assert fin.nper(rate, pmt, pv, fv, type) == pytest.approx(nper, rel=1e-7)


@given(rate=st.floats(-0.6, 20), nper=st.integers(1, 360), pmt=amounts, part=st.floats(-3, 3), type=types)
def test_rate_is_a_rate_that_closes_the_balance(rate, nper, pmt, part, type):
    assume(abs(nper * math.log1p(rate)) < 300)
    fv = part * pmt
    pv = fin.pv(rate, nper, pmt, fv, type)
    found = fin.rate(nper, pmt, pv, fv, type, guess=rate)
    assert math.isfinite(found)
    scale = abs(pv) + abs(fin.pv(found, nper, pmt, 0, type)) + abs(fin.pv(found, nper, 0, fv))
    assert abs(pv - fin.pv(found, nper, pmt, fv, type)) <= 1e-12 * scale * (1 + nper * abs(math.log1p(found)))


def closing(x, nper, pmt, pv, fv, type):
    """Balance at the rate e^x - 1, divided by the growth where that is above 1."""
    rate = np.expm1(x)
    annuity = np.where(x > 0, -np.expm1(-nper * x), np.expm1(nper * x)) / rate
    early, late = np.exp(np.minimum(nper * x, 0)), np.exp(-np.maximum(nper * x, 0))
    return pv * early + pmt * (1 + rate * type) * annuity + fv * late


@pytest.mark.parametrize("seed", range(8))
def test_rate_is_the_zero_of_a_dense_scan_that_is_nearest_the_guess(seed):
    rng = np.random.default_rng(seed)
    x = np.linspace(-6, 6, 40_000)
    for _ in range(40):
        nper, type = float(rng.choice([rng.integers(1, 60), rng.uniform(0.2, 30)])), int(rng.integers(2))
        pmt, pv, fv = rng.normal(size=3) * rng.choice([0, 1, 1, 30], 3)
        balance = closing(x, nper, pmt, pv, fv, type)
        left = np.flatnonzero(np.sign(balance[1:]) * np.sign(balance[:-1]) < 0)
        for guess in (-0.5, 0.1, 2.0):
            found = fin.rate(nper, pmt, pv, fv, type, guess)
            if len(left):
                low, high = np.expm1(x[left]), np.expm1(x[left + 1])
                nearest = np.argmin(abs(low - guess))
                assert low[nearest] <= found <= high[nearest]
            else:  # none in -0.9975..402, nor two between neighbouring points
                assert math.isnan(found) or abs(math.log1p(found)) > 5.99


def test_two_rates_that_close_a_balance_are_told_apart_by_the_guess():
    # 1 - 2.3 v + 1.32 v^2 = 0 at 10 % and 20 %.
    pv, pmt, fv = 100.0, -230.0, 132.0 + 230.0
    assert fin.rate(2, pmt, pv, fv, guess=0.0) == pytest.approx(0.1, rel=1e-12)
    assert fin.rate(2, pmt, pv, fv, guess=0.3) == pytest.approx(0.2, rel=1e-12)


def test_a_rate_at_which_the_balance_only_touches_zero_is_found():
    # 1 - 2.2 v + 1.21 v^2 = (1 - 1.1 v)^2.
    assert fin.rate(2, -220.0, 100.0, 121.0 + 220.0) == pytest.approx(0.1, rel=1e-9)
    assert math.isnan(fin.rate(2, -219.9, 100.0, 121.0 + 220.0))


@pytest.mark.parametrize("rate", [1e-3, 1e-9, 1e-12, 3e-15, -1e-12])
def test_small_rates_keep_their_digits(rate):
    with localcontext() as context:
        context.prec = 80
        r, n = Decimal(rate), 360
        growth = (1 + r) ** n
        annuity = (1 - 1 / growth) / r
        loan, level = Decimal(1000), Decimal(1000) / annuity
        expected = {
            "pv": 100 * annuity,
            "fv": 100 * annuity * growth,
            "pmt": level,
            "interest": loan * r * (1 - (1 + r) ** -(n - 99)) / (1 - 1 / growth),
            "cumulative": n * level - loan,
        }
    assert fin.pv(rate, 360, -100) == pytest.approx(float(expected["pv"]), rel=1e-14)
    assert fin.fv(rate, 360, -100) == pytest.approx(float(expected["fv"]), rel=1e-14)
    assert -fin.pmt(rate, 360, 1000) == pytest.approx(float(expected["pmt"]), rel=1e-14)
    assert -fin.ipmt(rate, 100, 360, 1000) == pytest.approx(float(expected["interest"]), rel=1e-14)
    if rate > 0:
        assert -fin.cumipmt(rate, 360, 1000, 1, 360, 0) == pytest.approx(float(expected["cumulative"]), rel=1e-14)


def test_long_and_steep_annuities_do_not_overflow():
    assert fin.pv(5.0, 1e6, -100) == pytest.approx(20.0)
    assert fin.pmt(5.0, 1e6, 100) == pytest.approx(-500.0)
    assert fin.ipmt(5.0, 1, 1e6, 100) == pytest.approx(-500.0)
    assert fin.ppmt(5.0, 1e6, 1e6, 100) == pytest.approx(-500.0 / 6.0)
    assert fin.cumprinc(5.0, 1e6, 100, 1, 1e6, 0) == -100.0


def test_any_type_other_than_zero_means_payments_at_the_start():
    for function, arguments in (
        (fin.fv, (0.1, 5, 100, 0)),
        (fin.pv, (0.1, 5, 100, 0)),
        (fin.pmt, (0.1, 5, 100, 0)),
        (fin.nper, (0.1, -30, 100, 0)),
        (fin.rate, (5, -30, 100, 0)),
        (fin.ipmt, (0.1, 2, 5, 100, 0)),
        (fin.ppmt, (0.1, 2, 5, 100, 0)),
    ):
        assert (
            function(*arguments, 2) == function(*arguments, 1) == function(*arguments, -0.5) != function(*arguments, 0)
        )


# -- conversions -------------------------------------------------------------------------------------------------------


@given(rate=above_zero, npery=st.integers(1, 400))
def test_effect_and_nominal_undo_each_other(rate, npery):
    assert fin.effect(rate, npery) == pytest.approx(oracle.effect(rate, npery), rel=1e-12)
    assert fin.nominal(fin.effect(rate, npery), npery) == pytest.approx(rate, rel=1e-13 * npery)


@given(nper=st.floats(0.1, 500), pv=amounts, fv=amounts, sign=st.sampled_from([1, -1]))
def test_rri_and_pduration_undo_each_other(nper, pv, fv, sign):
    rate = fin.rri(nper, sign * pv, sign * fv)
    assume(-0.99 < rate < math.inf)
    assert math.log1p(rate) * nper == pytest.approx(math.log(fv) - math.log(pv), rel=1e-9, abs=1e-12)
    if rate > 0:
        assert fin.pduration(rate, pv, fv) == pytest.approx(nper, rel=1e-9)
    else:
        assert math.isnan(fin.pduration(rate, pv, fv))


@given(principal=money, schedule=st.lists(st.floats(-1, 2), min_size=1, max_size=20))
def test_fvschedule_multiplies_the_growth_of_each_period(principal, schedule):
    assert fin.fvschedule(principal, schedule) == pytest.approx(oracle.fvschedule(principal, schedule), rel=1e-13)


# -- worth -------------------------------------------------------------------------------------------------------------


@given(rate=st.floats(-0.5, 2), values=flows, first=st.sampled_from([0, 1, 2.5]))
def test_npv_is_that_of_the_oracle(rate, values, first):
    scale = oracle.npv(rate, [abs(v) for v in values], first)
    assert fin.npv(rate, values, first) == pytest.approx(oracle.npv(rate, values, first), abs=1e-13 * scale)


@given(rate=st.floats(1e-6, 2), values=flows, data=st.data())
def test_xnpv_is_that_of_the_oracle(rate, values, data):
    later = st.lists(st.floats(40_000, 60_000), min_size=len(values) - 1, max_size=len(values) - 1)
    dates = [40_000.7, *data.draw(later)]
    assert fin.xnpv(rate, values, dates) == pytest.approx(
        oracle.xnpv(rate, values, dates), abs=1e-13 * sum(map(abs, values))
    )


@given(rate=st.floats(-0.5, 2), values=flows)
def test_index_and_annuity_are_those_of_the_oracle(rate, values):
    scale = oracle.npv(rate, [abs(v) for v in values])
    level = fin.equivalent_annuity(rate, values)
    if len(values) > 1:
        crf = oracle.crf(rate, len(values) - 1)
        assert level == pytest.approx(oracle.equivalent_annuity(rate, values), abs=1e-12 * scale * crf + TINIEST)
        assert fin.npv(rate, [0.0] + [level] * (len(values) - 1)) == pytest.approx(
            fin.npv(rate, values), abs=1e-11 * scale + TINIEST
        )
    else:
        assert math.isnan(level)
    if min(values) < -1:
        assert fin.pi(rate, values) == pytest.approx(oracle.pi(rate, values), rel=1e-11, abs=1e-13)


# -- shapes, types and what has no meaning -------------------------------------------------------------------------------


def test_a_scalar_in_gives_a_float_out_and_arrays_broadcast():
    assert type(fin.pv(0.1, 5, 100)) is float
    assert type(fin.npv(0.1, [1, 2, 3])) is float
    assert type(fin.irr([-1, 2])) is float
    grid = fin.pmt(np.array([[0.01], [0.02]]), [12, 24, 36], 1000)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == fin.pmt(0.02, 36, 1000)
    worth = fin.npv([0.1, 0.2], [-100, 60, 60])
    assert worth.tolist() == [fin.npv(0.1, [-100, 60, 60]), fin.npv(0.2, [-100, 60, 60])]
    cube = np.arange(24.0).reshape(2, 3, 4) - 5
    table = fin.npv(np.array([[0.1], [0.2]]), cube)
    assert table.shape == (2, 3)
    assert table[1, 2] == fin.npv(0.2, cube[1, 2])
    assert fin.payback(cube).shape == (2, 3)
    assert fin.xnpv(0.1, cube, [40_000, 40_100, 40_200, 40_300]).shape == (2, 3)


def test_dates_may_be_datetimes():
    values = [-10000, 2750, 4250, 3250, 2750]
    days = [date(2008, 1, 1), date(2008, 3, 1), datetime(2008, 10, 30, 12), date(2009, 2, 15), date(2009, 4, 1)]
    serials = [39448, 39508, 39751, 39859, 39904]
    assert fin.xnpv(0.09, values, days) == fin.xnpv(0.09, values, serials)
    assert (
        fin.xirr(values, np.array(days, dtype="datetime64[s]")) == fin.xirr(values, days) == fin.xirr(values, serials)
    )


NO_MEANING = [
    (fin.fv, (-1.5, 3, 100, 100)),
    (fin.fv, (-1, 0, 100, 100)),
    (fin.fv, (10, 1000, 100)),
    (fin.pv, (-1, 3, 100)),
    (fin.pmt, (0.1, 0, 100)),
    (fin.pmt, (-1, 5, 100)),
    (fin.ipmt, (0.1, 0, 5, 100)),
    (fin.ipmt, (0.1, 6, 5, 100)),
    (fin.ppmt, (0.1, 0.5, 5, 100)),
    (fin.ppmt, (0.1, 5.5, 5, 100)),
    (fin.nper, (0.1, -5, 100)),
    (fin.nper, (0, 0, 100)),
    (fin.nper, (-1, -5, 100)),
    (fin.rate, (0, -5, 100)),
    (fin.rate, (10, -5, -100)),
    (fin.rate, (10, 0, 0)),
    (fin.rate, (10, -5, 100, 0, 0, -1)),
    (fin.cumipmt, (0, 5, 100, 1, 2, 0)),
    (fin.cumipmt, (0.1, 0.5, 100, 1, 1, 0)),
    (fin.cumipmt, (0.1, 5, 0, 1, 2, 0)),
    (fin.cumipmt, (0.1, 5, 100, 0.9, 2, 0)),
    (fin.cumipmt, (0.1, 5, 100, 3, 2, 0)),
    (fin.cumipmt, (0.1, 5, 100, 1, 6, 0)),
    (fin.cumipmt, (0.1, 5, 100, 1, 2, 2)),
    (fin.cumprinc, (0.1, 5, 100, 1, 2, 0.5)),
    (fin.effect, (0, 4)),
    (fin.effect, (0.1, 0.9)),
    (fin.nominal, (-0.1, 4)),
    (fin.nominal, (0.1, 0)),
    (fin.rri, (0, 1, 2)),
    (fin.rri, (5, 0, 2)),
    (fin.rri, (5, 1, -2)),
    (fin.pduration, (0, 1, 2)),
    (fin.pduration, (0.1, 0, 2)),
    (fin.pduration, (0.1, 1, -2)),
    (fin.npv, (-1, [1, 2])),
    (fin.npv, (0.1, [1, math.nan])),
    (fin.xnpv, (0, [1, 2], [40000, 40001])),
    (fin.xnpv, (-0.1, [1, 2], [40000, 40001])),
    (fin.xnpv, (0.1, [1, 2, 3], [40000, 40001, 39999])),
    (fin.xnpv, (0.1, [1, 2], [-5, 40001])),
    (fin.pi, (0.1, [1, 2])),
    (fin.pi, (-1, [-1, 2])),
    (fin.equivalent_annuity, (0.1, [5])),
]


@pytest.mark.parametrize(("function", "arguments"), NO_MEANING)
def test_what_has_no_meaning_is_nan(function, arguments):
    assert math.isnan(function(*arguments))


FUNCTIONS = [name for name in fin.__all__ if inspect.isfunction(getattr(fin, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("bad", ["text", None, object(), [[1, 2], [3]], "", date(2020, 1, 1), 1j, [1, "x"]])
def test_what_is_not_a_number_raises_our_error(name, bad):
    function = getattr(fin, name)
    given = {"values": [-1.0, 2.0], "schedule": [0.1], "dates": [40_000, 40_100]}
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    for parameter in needed:
        if parameter.name == "dates" and isinstance(bad, date):
            continue
        arguments = {p.name: given.get(p.name, 2.0) for p in needed} | {parameter.name: bad}
        with pytest.raises(AccelError):
            function(**arguments)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (fin.pv, ([0.1, 0.2], [1, 2, 3], 5)),
        (fin.npv, ([0.1, 0.2, 0.3], np.ones((2, 4)))),
        (fin.irr, (np.ones((2, 4)), [0.1, 0.2, 0.3])),
        (fin.xnpv, (0.1, [1, 2], [40000])),
        (fin.xirr, ([1, 2], 40000)),
        (fin.xirr, (np.ones((2, 3)), np.ones((3, 3)))),
        (fin.irr, ([],)),
        (fin.payback, (np.ones((3, 0)),)),
    ],
)
def test_shapes_that_do_not_fit_raise_a_shape_error(function, arguments):
    with pytest.raises(ShapeError):
        function(*arguments)


def test_the_message_names_the_argument_and_what_was_given():
    with pytest.raises(WrongType, match=r"nper is 'ten'"):
        fin.pv(0.1, "ten", 5)
