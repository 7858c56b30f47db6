"""Depreciation: the kernel beside the public call, one case and ten thousand; schedules beside NumPy doing the same."""

import numpy as np
import pytest

import accelxl._core as core
from accelxl.domain import depreciation as dep


@pytest.fixture(params=[1, 10_000])
def assets(request):
    rng = np.random.default_rng(0)
    cost = rng.uniform(1e3, 1e6, request.param)
    life = rng.integers(3, 120, request.param).astype(float)
    return cost, cost * rng.uniform(0, 0.3, request.param), life, life * 0.3, life * 0.6


def test_vdb_kernel(benchmark, assets):
    benchmark(core.vdb, *assets, 2.0, 0.0)


def test_vdb_public(benchmark, assets):
    benchmark(dep.vdb, *assets)


def test_vdb_public_scalars(benchmark):
    benchmark(dep.vdb, 2400.0, 300.0, 10.0, 0.0, 0.875, 1.5)


def test_db_public(benchmark, assets):
    cost, salvage, life, start, _ = assets
    benchmark(dep.db, cost, salvage, life, start + 1)


@pytest.mark.parametrize("method", ["SL", "DDB", "VDB"])
def test_schedule_public(benchmark, assets, method):
    benchmark(dep.schedule, *assets[:3], method, 120)


def test_schedule_vdb_numpy(benchmark, assets):
    cost, salvage, life = assets[:3]

    def loop():
        book, out = cost.copy(), np.zeros((len(cost), 120))
        for t in range(120):
            left = np.maximum(life - t, 0)
            straight = np.divide(book - salvage, left, out=np.zeros_like(book), where=left > 0)
            out[:, t] = np.maximum(np.minimum(book * 2 / life, book - salvage), straight) * (left > 0)
            book -= out[:, t]
        return out

    assert loop() == pytest.approx(dep.schedule(cost, salvage, life, "VDB", 120), abs=1e-6)
    benchmark(loop)


def test_macrs_public(benchmark, assets):
    benchmark(dep.macrs, assets[0], 5, bonus=0.4)


def test_one_long_life(benchmark):
    benchmark(dep.vdb, 1e6, 10.0, 1e9, 0.5, 1e9 - 0.5)
