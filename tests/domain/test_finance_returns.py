"""Internal rates of return, payback: published figures, the oracle, planted roots, hard series, bits."""

import math
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from accelxl import _cpu, parallel
from accelxl.domain import finance as fin
from tests.oracle import finance as oracle

money = st.floats(-1e6, 1e6).map(lambda v: v if abs(v) > 1e-9 else 0.0)
series = st.lists(money, min_size=2, max_size=40)
spaced = st.lists(st.integers(-18, 60), min_size=1, max_size=6, unique=True).map(lambda ks: np.sort(np.array(ks)) / 20)


def gap(rate, values, times=None):
    """Present value at the rate, as a share of the present values of all flows without their signs."""
    times = range(len(values)) if times is None else times
    logs = [-t * math.log1p(rate) for t in times]
    largest = max(log for v, log in zip(values, logs, strict=True) if v)
    parts = [v * math.exp(log - largest) for v, log in zip(values, logs, strict=True) if v]
    return abs(math.fsum(parts)) / math.fsum(map(abs, parts))


def planted(rates, flips=1.0):
    """Flows with just these rates of return."""
    return flips * np.poly(1.0 + np.asarray(rates))


# -- irr -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "arguments", "printed"),
    [
        (fin.irr, ([-70000, 12000, 15000, 18000, 21000],), -0.021244848),
        (fin.irr, ([-70000, 12000, 15000, 18000, 21000, 26000],), 0.086630948),
        (fin.irr, ([-70000, 12000, 15000], -0.1), -0.443506941),
        (fin.irr, ([-100, 10, 10, 100], 0.15), 0.06886017912484),
        (fin.irr, ([-200, 0, 10, -10, 300], 0.5), 0.1077814124169),
        (fin.irr, ([-123, 12, 15, 50, 200], 0.14), 0.2609523370085),
        (fin.mirr, ([-120000, 39000, 30000, 21000, 37000, 46000], 0.1, 0.12), 0.126094130),
        (fin.mirr, ([-120000, 39000, 30000, 21000], 0.1, 0.12), -0.048044655),
        (fin.mirr, ([-200, 0, 10, -10, 300], 0.6, -0.4), 0.1066253267036),
        (fin.xirr, ([-10000, 2750, 4250, 3250, 2750], [39448, 39508, 39751, 39859, 39904]), 0.373362535),
    ],
)
def test_published_and_recorded_figures_hold(function, arguments, printed):
    """Microsoft's support pages; Excel's answers recorded by the ExcelFinancialFunctions project."""
    assert function(*arguments) == pytest.approx(printed, abs=5e-9)


@given(values=series, guess=st.floats(-0.9, 5))
def test_irr_is_a_root_the_nearest_of_all_to_the_guess_or_nan_where_there_is_none(values, guess):
    found, roots = fin.irr(values, guess), fin.irr_roots(values)
    if len(roots) == 0:
        assert math.isnan(found)
        return
    assert abs(found - guess) <= min(abs(roots - guess)) * (1 + 1e-9) + 1e-12
    for rate in [found, *roots]:
        assert gap(rate, values) <= min(1e-8, 1e-13 * len(values) + 4e-16 * len(values) / (1 + rate))


@given(
    outlays=st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=5),
    inflows=st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=30),
)
def test_with_one_change_of_sign_the_one_root_does_not_depend_on_the_guess(outlays, inflows):
    values = [-v for v in outlays] + inflows
    found = fin.irr(values)
    roots = fin.irr_roots(values)
    if found > -0.999:
        assert gap(found, values) <= 1e-14 * len(values)
        assert roots == pytest.approx([found], rel=1e-9, abs=1e-12)
    assert fin.irr(values, -0.5) == found or math.isnan(found)
    assert fin.irr([-v for v in values]) == found or math.isnan(found)


@given(rates=spaced, flips=st.sampled_from([1.0, -1.0, 1e-12, 1e15]))
def test_all_planted_roots_are_found_and_no_other(rates, flips):
    assert fin.irr_roots(planted(rates, flips)) == pytest.approx(rates, abs=1e-6)


@given(rates=st.lists(st.integers(-4, 8), min_size=1, max_size=3, unique=True), power=st.integers(2, 3))
def test_roots_of_second_and_third_order_are_found_once(rates, power):
    rates = np.sort(np.array(rates)) / 5
    found = fin.irr_roots(planted(np.repeat(rates, power)))
    assert found == pytest.approx(rates, abs=1e-4)  # the flows themselves are rounded, which moves such a root


@pytest.mark.parametrize("order", range(2, 9))
def test_a_root_of_any_order_keeps_its_digits_where_the_flows_are_exact(order):
    assert fin.irr_roots([math.comb(order, k) * (-1.5) ** k for k in range(order + 1)]) == pytest.approx(
        [0.5], rel=1e-12
    )


@pytest.mark.parametrize("seed", range(4))
def test_roots_are_those_of_the_oracle(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        n = int(rng.integers(2, 10))
        values = rng.normal(size=n) * 10.0 ** rng.integers(-2, 3, n)
        assert fin.irr_roots(values) == pytest.approx(oracle.irr_roots(list(values)), rel=1e-9, abs=1e-9)


def test_real_roots_of_long_random_series_are_those_of_the_companion_matrix():
    rng = np.random.default_rng(5)
    for n in (20, 45, 70):
        for _ in range(10):
            values = rng.normal(size=n)
            roots = np.roots(values)  # in growth 1 + r, the first flow being that of the highest power
            real = np.sort(roots[(abs(roots.imag) < 1e-9) & (roots.real > 0)].real) - 1
            assert fin.irr_roots(values) == pytest.approx(real, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(
    ("values", "rates"),
    [
        ([-1000, 2200, -1210], [0.1]),
        ([100, -240, 143], [0.1, 0.3]),
        ([-100, 1e-6], [1e-8 - 1]),
        ([-1e-12, 3e-12], [2.0]),
        ([-1e15, 1e15, 1e15], [(math.sqrt(5) - 1) / 2]),
        ([-1, 5000], [4999.0]),
        ([-1e-12, 1e15], [1e27]),
        ([-1e300, 1.1e300], [0.1]),
        ([0, 0, -100, 110, 0, 0], [0.1]),
        ([-100, 0, 0, 0, 0, 100], [0.0]),
        ([-100, 1e-12], []),  # -1 + 1e-14 is a root, the double nearest to it is not
        ([1, 2, 3], []),
        ([-1, -2], []),
        ([0, 0, 0], []),
        ([5], []),
        ([100, -200, 150], []),
        ([-1.0, math.nan, 3], []),
        ([-1.0, math.inf], []),
    ],
)
def test_hard_series_have_their_roots(values, rates):
    assert fin.irr_roots(values) == pytest.approx(rates, rel=1e-12, abs=1e-12)
    found = fin.irr(values)
    if rates:
        assert found == pytest.approx(min(rates, key=lambda rate: abs(rate - 0.1)), rel=1e-12, abs=1e-12)
    else:
        assert math.isnan(found)


@pytest.mark.parametrize("rate", [-0.999, -0.5, -1e-3, -1e-9, 0.0, 1e-12, 1e-6, 0.007, 0.2, 3.0, 15.0, 1000.0])
@pytest.mark.parametrize("periods", [1, 12, 360, 2000])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e15])
def test_the_rate_of_an_annuity_is_found_at_every_length_rate_and_scale(rate, periods, scale):
    loan = fin.pv(rate, periods, -scale)
    if not loan < 1e290:
        return
    found = fin.irr(np.r_[-loan, np.full(periods, scale)])
    assert found == pytest.approx(rate, rel=1e-11, abs=1e-14)


@given(values=series, factor=st.integers(-40, 40))
def test_irr_is_the_same_to_the_last_bit_when_all_flows_are_scaled_by_a_power_of_two(values, factor):
    assert np.array_equal(fin.irr(values), fin.irr([v * 2.0**factor for v in values]), equal_nan=True)


def test_2001_flows_of_any_kind_take_less_than_a_millisecond():
    rng = np.random.default_rng(0)
    days = np.arange(2001) * 7 + 40_000
    for values in (
        rng.normal(size=2001),
        np.r_[-1000.0, rng.uniform(0, 1, 2000)],
        np.r_[-1000.0, rng.normal(1, 0.5, 2000)],
    ):
        for work in (lambda: fin.irr(values), lambda: fin.xirr(values, days)):  # noqa: B023 - called here
            best = math.inf
            for _ in range(20):
                began = time.process_time()
                work()
                best = min(best, time.process_time() - began)
            assert best < 1e-3


# -- many series at once -------------------------------------------------------------------------------------------------


def many(cases=700, periods=61, seed=3):
    """Series of all kinds side by side: one outlay, several, loans, several changes of sign, none, gaps."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 60, (cases, periods)) * 10.0 ** rng.integers(-3, 4, (cases, 1))
    values[:, 0] = -values[:, 1:].sum(axis=1) * rng.uniform(0.02, 1.5, cases)
    values[1::7, 1:4] *= -1
    values[2::7] *= -1
    values[3::7] = rng.normal(size=values[3::7].shape)
    values[4::7, 20:] = 0
    values[5::70] = 1
    values[6::70, 5] = math.nan
    return values


def test_a_series_gives_the_same_bits_alone_among_others_and_in_any_order():
    values = many()
    together = fin.irr(values)
    alone = np.array([fin.irr(row) for row in values])
    assert np.array_equal(together, alone, equal_nan=True)
    order = np.random.default_rng(0).permutation(len(values))
    assert np.array_equal(fin.irr(values[order]), together[order], equal_nan=True)
    assert 20 < np.isnan(together).sum() < len(values) // 4


def test_threads_change_no_bit(monkeypatch):
    values = many(cases=3000)
    monkeypatch.setattr(parallel, "cores", lambda: 1)
    one = fin.irr(values)
    monkeypatch.setattr(parallel, "cores", lambda: 3)
    assert np.array_equal(fin.irr(values), one, equal_nan=True)


def test_every_rate_of_many_is_a_root_and_that_of_pyxirr_where_it_is_unique():
    values = many()
    found = fin.irr(values)
    for row, rate in zip(values, found, strict=True):
        if math.isnan(rate):
            assert len(fin.irr_roots(row)) == 0
            continue
        assert gap(rate, row) < 1e-13
        theirs = pyxirr.irr(row)
        if theirs is not None and len(fin.irr_roots(row)) == 1:
            assert rate == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_guesses_broadcast_against_series_and_an_impossible_guess_is_nan():
    values = np.array([[100.0, -230.0, 132.0], [-100.0, 60.0, 60.0]])
    rates = fin.irr(values, np.array([[0.0], [0.3], [-1.0], [math.nan]]))
    assert rates.shape == (4, 2)
    assert rates[:2, 0] == pytest.approx([0.1, 0.2])
    assert rates[0, 1] == rates[1, 1] == fin.irr(values[1])
    assert np.isnan(rates[2:]).all()


def test_roots_of_several_series_are_filled_up_with_nan():
    values = np.array([[[100.0, -230.0, 132.0], [-100.0, 60.0, 60.0], [1.0, 1.0, 1.0]]])
    roots = fin.irr_roots(values)
    assert roots.shape == (1, 3, 2)
    assert roots[0, 0] == pytest.approx([0.1, 0.2])
    assert np.isnan(roots).sum() == 3


BITS = """
import sys
import numpy as np
from accelxl.domain import finance as fin
from tests.domain.test_finance_returns import many
values = many(300)
days = 40_000 + 31 * np.arange(61)
out = [fin.irr(values), fin.irr_roots(values), fin.xirr(values, days), fin.xnpv(0.1, values, days), fin.npv(0.01, values)]
rng = np.random.default_rng(0)
rate, count, a, b = rng.uniform(-0.5, 1, 500), rng.uniform(1, 90, 500), rng.normal(size=500), rng.normal(size=500)
out += [fin.pv(rate, count, a, b), fin.nper(rate, a, b), fin.rate(count, a, b, a - b), fin.cumipmt(abs(rate), 90, 5, 3, count, 1)]
sys.stdout.buffer.write(b"".join(array.tobytes() for array in out))
"""


def test_every_build_gives_the_same_bits():
    root = Path(__file__).parents[2]
    level = int(_cpu.BUILD[1]) if _cpu.BUILD != "base" else 0
    builds = ["base", *(name for name in _cpu.builds() if int(name[1]) <= level)]
    runs = [
        subprocess.run(
            [sys.executable, "-c", BITS],
            cwd=root,
            env={**os.environ, "ACCELXL_CPU": name},
            capture_output=True,
            check=True,
        ).stdout
        for name in builds
    ]
    assert len(set(runs)) == 1


# -- xirr ----------------------------------------------------------------------------------------------------------------


@given(values=series, guess=st.floats(-0.9, 5), data=st.data())
def test_xirr_is_a_root_whatever_the_order_of_the_dates(values, guess, data):
    days = [
        40_000,
        *data.draw(st.lists(st.integers(40_000, 50_000), min_size=len(values) - 1, max_size=len(values) - 1)),
    ]
    found = fin.xirr(values, days, guess)
    if math.isfinite(found):
        assert min(values) < 0 < max(values)
        times = [(day - 40_000) / 365 for day in days]
        assert gap(found, values, times) <= min(1e-8, 1e-12 + 4e-16 * max(times) / (1 + found))
    shuffled = data.draw(st.permutations(range(1, len(values))))
    again = fin.xirr([values[0]] + [values[k] for k in shuffled], [days[0]] + [days[k] for k in shuffled], guess)
    assert again == pytest.approx(found, rel=1e-7, abs=1e-9, nan_ok=True)


def test_xirr_of_yearly_flows_is_the_irr():
    for values in many(cases=60, periods=11):
        days = 40_000 + 365 * np.arange(11)
        assert fin.xirr(values, days) == pytest.approx(fin.irr(values), rel=1e-9, abs=1e-11, nan_ok=True)


@pytest.mark.parametrize("seed", range(3))
def test_xirr_is_that_of_the_oracle(seed):
    rng = np.random.default_rng(seed)
    for _ in range(4):
        n = int(rng.integers(2, 7))
        values = list(rng.normal(size=n))
        days = [40_000, *(40_000 + rng.integers(0, 3000, n - 1)).tolist()]
        assert fin.xirr(values, days) == pytest.approx(oracle.xirr(values, days), rel=1e-8, abs=1e-8, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "dates", "rate"),
    [
        ([-100, 110], [40_000, 40_365], 0.1),
        ([-100, 110], [40_000.9, 40_365.2], 0.1),
        ([-100, 110], [date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=365)], 0.1),
        ([-60, -40, 110], [40_000, 40_000, 40_365], 0.1),
        ([-100, 110], [40_000, 40_001], 1.1**365 - 1),
        ([0, -100, 110], [39_000, 40_000, 40_365], 0.1),
        ([-100, 110, 50, -50], [40_000, 40_365, 40_500, 40_500], 0.1),
        ([100, 110], [40_000, 40_365], math.nan),
        ([-100, 110], [40_000, 39_999], math.nan),
        ([-100, 110], [40_000, 40_000], math.nan),
        ([-100, 110], [40_000, -1], math.nan),
        ([-100, 110], [40_000, 3_000_000], math.nan),
        ([-100, 110], [40_000, math.nan], math.nan),
    ],
)
def test_xirr_follows_the_rules_of_dates(values, dates, rate):
    assert fin.xirr(values, dates) == pytest.approx(rate, rel=1e-11, nan_ok=True)


def test_xirr_broadcasts_series_dates_and_guesses():
    values = np.array([[100.0, -230.0, 132.0], [-100.0, 60.0, 60.0]])
    rates = fin.xirr(values, [40_000, 40_365, 40_730], [[0.0], [0.3]])
    assert rates == pytest.approx(fin.irr(values, [[0.0], [0.3]]))


# -- mirr, payback ---------------------------------------------------------------------------------------------------------


@given(values=series, finance_rate=st.floats(-0.5, 2), reinvest_rate=st.floats(-0.5, 2))
def test_mirr_is_that_of_the_oracle(values, finance_rate, reinvest_rate):
    values = [v if abs(v) > 1e-3 else 0.0 for v in values]
    expected = oracle.mirr(values, finance_rate, reinvest_rate)
    assert fin.mirr(values, finance_rate, reinvest_rate) == pytest.approx(expected, rel=1e-11, abs=1e-13, nan_ok=True)


@given(values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=30), rate=st.floats(-0.5, 2))
def test_payback_is_that_of_the_oracle(values, rate):
    assert fin.payback(values) == pytest.approx(oracle.payback(values), nan_ok=True)
    total = oracle.npv(rate, values)
    assume(abs(total) > 1e-9 * oracle.npv(rate, [abs(v) for v in values]))
    sums = np.cumsum([v * (1 + rate) ** -t for t, v in enumerate(values)])
    assume(np.all(abs(sums) > 1e-9))
    assert fin.discounted_payback(rate, values) == pytest.approx(
        oracle.discounted_payback(rate, values), rel=1e-9, nan_ok=True
    )


@pytest.mark.parametrize(
    ("values", "periods"),
    [
        ([-100, 60, 80], 1.5),
        ([-100, 100], 1.0),
        ([-100, 150, -100, 80], 2.625),
        ([100, -50], 0.0),
        ([0], 0.0),
        ([-100, 99], math.nan),
        ([-100, math.nan, 300], math.nan),
    ],
)
def test_payback_is_the_last_turn_of_the_running_sum(values, periods):
    assert fin.payback(values) == pytest.approx(periods, nan_ok=True)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (fin.mirr, ([1, 2], 0.1, 0.1)),
        (fin.mirr, ([-1, -2], 0.1, 0.1)),
        (fin.mirr, ([-1, 2], -1, 0.1)),
        (fin.mirr, ([-1, 2], 0.1, -1)),
        (fin.mirr, ([-1], 0.1, 0.1)),
        (fin.discounted_payback, (-1, [-1, 2])),
        (fin.irr, ([-1, 2], -1)),
        (fin.xirr, ([-1, 2], [1, 2], -2)),
    ],
)
def test_returns_without_meaning_are_nan(function, arguments):
    assert math.isnan(function(*arguments))
