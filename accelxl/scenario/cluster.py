"""Runs over the workers of a Dask cluster: spans of scenarios out, small summaries back, merged in order.

The result has the bits of a run on one machine. A span whose worker is lost is done again by another.
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from accelxl.errors import AccelError, Interrupted, Missing
from accelxl.scenario.engine import Kept, Watch, Writer, absorb, part
from accelxl.scenario.job import Columns, Job
from accelxl.scenario.sinks import STRETCH, Wanted

TRIES = 4
"""How often a span is given out before the run gives up."""
LONGEST = 64 * STRETCH
ANSWER_SECONDS = 30


@contextmanager
def client_of(cluster: Any) -> Iterator[Any]:
    """Give a Dask client for an address, a cluster or a client; one made here is closed at the end.

    Raises
    ------
    Missing
        If Dask is not installed or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise Missing(
            "a cluster needs the package distributed, which is not installed; accelxl[cluster] brings it"
        ) from error
    if isinstance(cluster, Client):
        if cluster.status != "running" or cluster.asynchronous:
            what = "asynchronous" if cluster.asynchronous else cluster.status
            raise Missing(f"the Dask client is {what}; one that is running, and not asynchronous, is needed")
        yield cluster
        return
    try:
        if isinstance(cluster, str):
            _knock(cluster)
        client: Any = Client(cluster, timeout=ANSWER_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, TimeoutError, RuntimeError) as error:
        raise Missing(
            f"no Dask scheduler answers at {cluster}; the address of a running one such as tcp://host:8786 is needed"
        ) from error
    with client:
        yield client


def _knock(address: str) -> None:
    """Raise OSError or ValueError where nobody listens: Dask's own client would go on trying for a minute, or wait one at its end."""
    from distributed.comm.addressing import get_address_host_port, parse_address
    from distributed.comm.registry import get_backend

    scheme, _ = parse_address(address)
    get_backend(scheme)
    if scheme in {"tcp", "tls"}:
        with socket.create_connection(get_address_host_port(address), timeout=ANSWER_SECONDS):
            pass


def _spans(lo: int, hi: int, workers: int) -> list[tuple[int, int]]:
    """Return spans of whole stretches, about eight a worker's thread."""
    size = max(1, min((hi - lo) // (8 * workers), LONGEST) // STRETCH) * STRETCH
    return [(first, min(first + size, hi)) for first in range(lo, hi, size)]


def _submit(client: Any, job: Job, wanted: Wanted, lo: int, hi: int, hand: bool) -> Any:
    import dask

    mine = replace(job, source=job.source.cut(lo, hi - lo)) if isinstance(job.source, Columns) else job
    with warnings.catch_warnings(), dask.config.set({"distributed.admin.large-graph-warning-threshold": "10GB"}):
        warnings.simplefilter("ignore")
        return client.submit(part, mine, wanted, lo, hi, hand, pure=False, retries=TRIES)


def advance(
    job: Job, wanted: Wanted, kept: Kept, until: int, client: Any, watch: Watch, write: Writer | None = None
) -> None:
    """Evaluate scenarios `kept.at` to `until` - 1 on a cluster; `until` is a multiple of STRETCH or the number of scenarios.

    Raises
    ------
    Interrupted
        When workers are lost again and again; the sentence says how far the run came.
    Missing
        If the cluster has no workers.
    """
    threads = sum(client.nthreads().values())
    if not threads:
        try:
            client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except Exception as error:
            raise Missing("the cluster has no workers; one or more are needed") from error
        threads = sum(client.nthreads().values())
    todo = _spans(kept.at, until, max(threads, 1))
    under_way: dict[int, Any] = {}
    done, given = 0, 0
    try:
        while done < len(todo):
            while given < len(todo) and given - done < 4 * threads:
                under_way[given] = _submit(client, job, wanted, *todo[given], write is not None)
                given += 1
            found = _result(client, job, wanted, under_way, done, todo[done], write is not None)
            absorb(kept, found, *todo[done])
            if write is not None:
                write(todo[done][0], found["handed"])
            under_way.pop(done).release()
            done += 1
            watch.tell(kept.at)
    finally:
        if under_way:
            client.cancel(list(under_way.values()), force=True)


def _result(
    client: Any, job: Job, wanted: Wanted, under_way: dict[int, Any], number: int, span: tuple[int, int], hand: bool
) -> Any:
    """Return what a span left; a span that was lost is given out again."""
    from distributed import CancelledError
    from distributed.scheduler import KilledWorker

    for last in range(1, TRIES + 1):
        try:
            return under_way[number].result()
        except (KilledWorker, CancelledError, OSError) as error:
            if isinstance(error, AccelError):
                raise
            if last == TRIES:
                raise Interrupted(
                    f"stopped after {span[0]:,} scenarios: the workers of the next {span[1] - span[0]:,} were lost {TRIES} times "
                    f"({type(error).__name__}); workers that stay, or fewer scenarios, are needed"
                ) from error
            under_way[number] = _submit(client, job, wanted, *span, hand)
    raise AssertionError  # pragma: no cover - the loop returns or raises
