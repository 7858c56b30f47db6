"""Runs over workers in other processes, one of which is killed: the bits of one machine, and nothing lost."""

import os
import signal
import threading

import numpy as np
import pyarrow.parquet as pq
import pytest

from accelxl.errors import Interrupted, Missing
from accelxl.scenario.grids import grid
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.tables import scenarios
from tests.scenario.common import PLAN, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SPEC = {"price_usd_per_mtok": ("triangular", 0.0, 0.05, 1.2), "units": ("uniform", 8, 1024)}
METRICS = ("npv", "irr", "payback_months")
EVERYTHING = ("summary", "histogram", "top")
N = 8 * 131_072 + 99


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes on loopback."""
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    settings = {"distributed.worker.daemon": False, "logging.distributed": "error"}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as found,
    ):
        yield found


def told(outcome):
    return repr((outcome.summaries, [h.counts.tolist() for h in outcome.histograms.values()], outcome.top))


@pytest.mark.parametrize("options", [{}, {"method": "sobol", "n": 500_000}, {"antithetic": True}], ids=str)
def test_a_cluster_gives_the_bits_of_one_machine(cluster, options):
    options = {"n": N, "sink": EVERYTHING, **options}
    here = montecarlo(PLAN, SPEC, METRICS, **options)
    there = montecarlo(PLAN, SPEC, METRICS, cluster=cluster.scheduler_address, **options)
    assert told(there) == told(here)


def test_a_sketch_from_a_cluster_has_the_bits_of_one_machine(cluster, monkeypatch):
    monkeypatch.setattr("accelxl.scenario.collect.EXACT_FIGURES", 0)
    here = montecarlo(PLAN, SPEC, METRICS, n=N)
    assert told(montecarlo(PLAN, SPEC, METRICS, n=N, cluster=cluster)) == told(here)


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(cluster):
    from distributed import Client

    here = montecarlo(PLAN, SPEC, METRICS, n=3 * N)
    with Client(cluster) as client:
        victims = [info["pid"] for info in client.run(lambda: {"pid": os.getpid()}).values()]
        killed = []

        def kill(done, total):
            if not killed and done > total // 4:
                killed.append(victims[0])
                os.kill(victims[0], signal.SIGKILL)

        there = montecarlo(PLAN, SPEC, METRICS, n=3 * N, cluster=client, progress=kill)
        assert killed
        client.wait_for_workers(2, timeout=60)
        pids = {info["pid"] for info in client.run(lambda: {"pid": os.getpid()}).values()}
    assert victims[0] not in pids
    assert told(there) == told(here)


def test_progress_comes_in_order_and_ends_with_all(cluster):
    seen = []
    montecarlo(PLAN, SPEC, "npv", n=N, cluster=cluster, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == (N, N)


def test_a_table_is_cut_into_slices(cluster):
    units = np.linspace(1, 500, 300_000)
    words = np.where(np.arange(300_000) % 3, "SL", "DDB").tolist()
    here = scenarios(PLAN, {"units": units, "book_method": words}, METRICS)
    there = scenarios(PLAN, {"units": units, "book_method": words}, METRICS, cluster=cluster)
    assert all(np.array_equal(here[name], there[name], equal_nan=True) for name in METRICS)


def test_a_grid_is_cut_into_slices(cluster):
    axes = {"units": np.arange(1.0, 301), "price_usd_per_mtok": np.linspace(0.1, 1, 1000)}
    here, there = (grid(PLAN, axes, METRICS, sink=EVERYTHING, cluster=c) for c in (None, cluster))
    assert told(here) == told(there)


def test_rows_from_a_cluster_come_in_order(cluster, tmp_path):
    montecarlo(PLAN, SPEC, METRICS, n=400_000, out=tmp_path / "here.parquet")
    montecarlo(PLAN, SPEC, METRICS, n=400_000, out=tmp_path / "there.parquet", cluster=cluster)
    here, there = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("here", "there"))
    assert here.column_names == there.column_names
    for name in here.column_names:
        assert np.array_equal(here[name].to_numpy(), there[name].to_numpy(), equal_nan=True)


def test_a_run_on_a_cluster_can_be_broken_off_and_resumed(cluster, tmp_path):
    def stop(done, total):
        if done > 300_000:
            raise KeyboardInterrupt

    path = tmp_path / "c"
    with pytest.raises(Interrupted, match=rf"stopped after [0-9,]+ of {N:,} scenarios; .* holds the first"):
        montecarlo(PLAN, SPEC, METRICS, n=N, cluster=cluster, checkpoint=path, checkpoint_seconds=0, progress=stop)
    resumed = montecarlo(PLAN, SPEC, METRICS, n=N, checkpoint=path, threads=1)
    assert told(resumed) == told(montecarlo(PLAN, SPEC, METRICS, n=N))


def test_a_run_that_is_broken_off_leaves_no_work_on_the_cluster(cluster):
    from distributed import Client

    def stop(done, total):
        raise KeyboardInterrupt

    with Client(cluster) as client:
        with pytest.raises(Interrupted):
            montecarlo(PLAN, SPEC, METRICS, n=50 * N, cluster=client, progress=stop)
        over = threading.Event()
        for _ in range(300):
            if not any(client.processing().values()):
                over.set()
                break
            threading.Event().wait(0.1)
        assert over.is_set()


def test_an_address_where_nobody_answers_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr("accelxl.scenario.cluster.ANSWER_SECONDS", 1)
    with pytest.raises(Missing) as caught:
        montecarlo(PLAN, SPEC, n=1000, cluster="tcp://127.0.0.1:9")
    assert str(caught.value) == (
        "no Dask scheduler answers at tcp://127.0.0.1:9; the address of a running one such as tcp://host:8786 is needed"
    )


def test_a_client_or_a_cluster_that_is_closed_is_refused_in_a_sentence(cluster):
    from distributed import Client, LocalCluster

    client = Client(cluster, set_as_default=False)
    client.close()
    with pytest.raises(
        Missing, match=r"^the Dask client is closed; one that is running, and not asynchronous, is needed$"
    ):
        montecarlo(PLAN, SPEC, "npv", n=10, cluster=client)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None, silence_logs=50) as closed:
        pass
    with pytest.raises(Missing, match=r"^no Dask scheduler answers at LocalCluster\("):
        montecarlo(PLAN, SPEC, "npv", n=10, cluster=closed)
