"""Peers are timed for the same work: each agrees with the core to 1e-9 (rates to 1e-8), scenario by scenario."""

import importlib

import numpy as np
import pytest

from accelxl.domain import finance
from accelxl.plan.evaluate import run
from accelxl.plan.model import plan_of
from accelxl.scenario.grids import grid
from benchmarks import workload

RATES = {"irr", "irr_equity", "mirr"}


def agree(names, got, want):
    for name, mine, right in zip(names, got, want, strict=True):
        assert (np.isnan(mine) == np.isnan(right)).all(), name
        room = 1e-8 if name in RATES else 1e-9
        # Money near zero is judged against the money of the batch.
        size = np.maximum(abs(right), 1e-3 * np.nanmedian(abs(right)))
        assert np.nanmax(abs(mine - right) / size) <= room, name


@pytest.mark.parametrize("method", [0, 1], ids=workload.METHODS)
@pytest.mark.parametrize(
    ("peer", "cases"), [("python", 400), ("pandas", 400), ("numpy", 3000), ("numba", 3000), ("jax", 3000)]
)
def test_a_peer_of_the_reference_workload_agrees(peer, cases, method):
    package = "jax" if peer == "jax" else "numba" if peer == "numba" else "pandas"
    pytest.importorskip(package)
    peer = importlib.import_module(f"benchmarks.peers.w1_{peer}")
    drawn = workload.draws(cases, seed=5)
    out = np.empty((len(workload.OUTPUTS), cases))
    peer.run(list(drawn.values()), method, out)
    want = run(plan_of(workload.plan(workload.METHODS[method])), workload.columns(drawn), workload.OUTPUTS)
    agree(workload.OUTPUTS, out, want)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_full_plan_in_numpy_agrees(threads):
    from benchmarks.peers import full_numpy

    drawn = workload.full_draws(1500, seed=5)
    out = np.empty((len(workload.FULL_OUTPUTS), 1500))
    full_numpy.run(workload.full_values(), drawn, workload.FULL_OFFSET, out, threads)
    agree(workload.FULL_OUTPUTS, out, run(plan_of(workload.full_plan()), drawn, workload.FULL_OUTPUTS))


@pytest.mark.parametrize("peer", ["numpy", "numba"])
def test_a_peer_of_the_grid_agrees(peer):
    if peer == "numba":
        pytest.importorskip("numba")
    from benchmarks.peers import grid_numpy

    module = importlib.import_module(f"benchmarks.peers.grid_{peer}")
    axes, fixed = workload.axes(7), grid_numpy.plan()
    out = np.empty([7] * 6)
    module.written(fixed, axes, out)
    want = grid(workload.plan(**fixed), axes, "npv")["npv"]
    assert np.max(abs(out - want)) <= 1e-12 * abs(want).max()


def test_the_summary_in_numpy_agrees():
    from benchmarks.peers import grid_numpy

    axes, fixed = workload.axes(7), grid_numpy.plan()
    got, want = (
        grid_numpy.summed(fixed, axes),
        grid(workload.plan(**fixed), axes, "npv", sink="summary", percentiles=())["npv"],
    )
    for name in ("mean", "sd", "low", "high", "share_below"):
        assert got[name] == pytest.approx(getattr(want, name), rel=1e-9), name


def test_rates_of_series_agree():
    from benchmarks.peers import rates

    values = workload.series(200)
    want = finance.irr(values)
    assert rates.by_pyxirr(values) == pytest.approx(want, rel=1e-8)
    assert rates.by_numpy_financial(values) == pytest.approx(want, rel=1e-8)
