"""Time value and returns: the kernel beside the public call, and irr beside pyxirr in a loop over rows."""

import time

import numpy as np
import pytest
import pyxirr

import accelxl._core as core
from accelxl.domain import finance as fin


def series(cases, low, high, periods=61):
    """One outlay of 1,000 and inflows drawn evenly between low and high."""
    values = np.random.default_rng(1).uniform(low, high, (cases, periods))
    values[:, 0] = -1000.0
    return values


@pytest.fixture(params=[1, 10_000])
def flows(request):
    return series(request.param, 18, 30)


def test_npv_kernel(benchmark, flows):
    rate, zero, out = np.full(len(flows), 0.01), np.zeros(len(flows)), np.empty(len(flows))
    benchmark(core.npv_rows, flows, rate, zero, out)


def test_npv_public(benchmark, flows):
    benchmark(fin.npv, 0.01, flows)


def test_irr_kernel(benchmark, flows):
    benchmark(core.irr_rows, flows, np.full(len(flows), 0.1), np.empty(len(flows)))


def test_irr_public(benchmark, flows):
    benchmark(fin.irr, flows)


def test_irr_with_many_changes_of_sign(benchmark):
    benchmark(fin.irr, np.random.default_rng(0).normal(size=2001))


def test_xirr_of_2001_flows(benchmark):
    benchmark(fin.xirr, series(1, 0, 2, 2001)[0], 40_000 + 7 * np.arange(2001))


def test_pmt_public(benchmark):
    rate = np.random.default_rng(0).uniform(0, 0.1, 10_000)
    benchmark(fin.pmt, rate, 360, 1e5)


def test_rate_public(benchmark):
    payment = np.random.default_rng(0).uniform(-900, -300, 10_000)
    benchmark(fin.rate, 360, payment, 1e5)


RETURNS = {"about 0 % a period": (10, 22), "about 1 %": (18, 30), "about 8 %": (20, 150), "about 17 %": (50, 300)}


@pytest.mark.parametrize("returns", RETURNS)
def test_irr_of_100000_series_beside_pyxirr(benchmark, returns):
    """Interleaved, medians: pyxirr works for seconds on the whole, so it is given every twentieth row."""
    values = series(100_000, *RETURNS[returns])
    sample = list(values[::20])
    ours, theirs = [], []
    found = fin.irr(values)
    assert np.allclose(found[::20], [pyxirr.irr(row) for row in sample], rtol=1e-6, atol=1e-9)
    for _ in range(9):
        began = time.perf_counter()
        fin.irr(values)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        for row in sample:
            pyxirr.irr(row)
        theirs.append(20 * (time.perf_counter() - began))
    benchmark.extra_info["series a second"] = f"{1e5 / np.median(ours):,.0f}, pyxirr {1e5 / np.median(theirs):,.0f}"
    benchmark.extra_info["times pyxirr"] = round(np.median(theirs) / np.median(ours), 1)
    print(f"\n{returns}: {benchmark.extra_info}")
    benchmark.pedantic(fin.irr, args=(values,), rounds=3)
