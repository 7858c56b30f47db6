"""Threads over a kernel that has released the GIL.

A kernel is a function `run(lo, hi)` over independent cases; splitting it among threads changes no bit of the result,
because no case looks at another.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from threading import current_thread
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[int, int], object]
"""Called with the cases that are done and all of them."""

TILE = 32
"""Scenarios that kernels take at a time; shares of a thread are whole tiles."""

PREFIX = "accelxl"
"""How the names of our threads begin."""


@cache
def cores() -> int:
    """Return the processors that this process may use; ACCELXL_THREADS overrides."""
    given = os.environ.get("ACCELXL_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=PREFIX)


if hasattr(os, "register_at_fork"):  # a forked child has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def split(run: Callable[[int, int], object], cases: int, threads: int | None = None, at_least: int = 2048) -> None:
    """Call `run(lo, hi)` over shares of `cases`, one a thread, when there are at least `at_least` cases a thread.

    A kernel that splits its share again does that on its own thread: to wait for the pool inside the pool has no end.

    Parameters
    ----------
    run : callable
        Works on cases lo..hi-1 and releases the GIL.
    cases : int
        How many there are.
    threads : int, optional
        How many threads; the default is every processor that this process may use.
    at_least : int
        Cases that make a thread worth its start.
    """
    wanted = threads or cores()
    shares = max(1, min(wanted, cases // at_least))
    if shares == 1 or current_thread().name.startswith(PREFIX):
        run(0, cases)
        return
    step = -(-cases // shares // TILE) * TILE
    jobs = [_pool(wanted).submit(run, lo, min(lo + step, cases)) for lo in range(0, cases, step)]
    for job in jobs:
        job.result()


def in_order(run: Callable[[int, int], T], spans: Iterable[tuple[int, int]], threads: int) -> Iterator[T]:
    """Call `run(lo, hi)` over spans of cases on threads and yield the results in the order of the spans.

    No more than two spans a thread are under way or wait to be taken. When the caller stops taking results, spans that have not begun
    are dropped; those under way are waited for.

    Parameters
    ----------
    run : callable
        Works on cases lo..hi-1 and releases the GIL.
    spans : iterable of (int, int)
        lo and hi of each.
    threads : int
        How many threads; with one, the calling thread works.

    Examples
    --------
    >>> list(in_order(lambda lo, hi: hi - lo, [(0, 3), (3, 5)], threads=2))
    [3, 2]
    """
    if threads == 1:
        for span in spans:
            yield run(*span)
        return
    waiting: deque[Future[T]] = deque()
    try:
        for span in spans:
            waiting.append(_pool(threads).submit(run, *span))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for job in waiting:
            job.cancel()
        wait(waiting)
