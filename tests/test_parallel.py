"""Threads: every case exactly once, shares of whole tiles, errors passed on, and no wait without end."""

import os
import signal
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.parallel import TILE, cores, split

GRACE = 20  # seconds; far more than anything here takes


def shares(cases, threads, at_least):
    """The shares that a split makes, in order, and how often each case was met."""
    met, seen = np.zeros(cases, dtype=int), []

    def run(lo, hi):
        met[lo:hi] += 1
        seen.append((lo, hi))

    split(run, cases, threads, at_least)
    return sorted(seen), met


@given(st.integers(0, 5000), st.integers(1, 9), st.integers(1, 600))
def test_every_case_is_met_exactly_once(cases, threads, at_least):
    seen, met = shares(cases, threads, at_least)
    assert (met == 1).all()
    assert len(seen) <= threads
    assert all(lo % TILE == 0 for lo, _ in seen)


def test_few_cases_stay_on_the_callers_thread():
    names = []
    split(lambda _lo, _hi: names.append(threading.current_thread()), 100, 4, at_least=101)
    assert names == [threading.current_thread()]


def test_many_cases_go_to_as_many_threads_as_asked_for():
    meet = threading.Barrier(3, timeout=GRACE)  # passes only when three shares run at once
    split(lambda _lo, _hi: meet.wait(), 3 * TILE, 3, at_least=1)


def test_an_error_in_a_share_reaches_the_caller():
    def run(lo, _hi):
        if lo:
            raise ZeroDivisionError("the second share")

    with pytest.raises(ZeroDivisionError, match="the second share"):
        split(run, 10 * TILE, 2, at_least=1)


def test_a_split_inside_a_split_ends():
    met = []

    def outer(lo, hi):
        split(lambda a, b: met.append((lo + a, lo + b)), hi - lo, 2, at_least=1)

    worker = threading.Thread(target=split, args=(outer, 8 * TILE, 2, 1), daemon=True)
    worker.start()
    worker.join(GRACE)
    assert not worker.is_alive()
    assert sorted(met) == [(0, 4 * TILE), (4 * TILE, 8 * TILE)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own():
    split(lambda _lo, _hi: None, 4 * TILE, 2, at_least=1)  # the parent's threads exist
    child = os.fork()
    if not child:
        signal.alarm(GRACE)  # ends a child that waits for threads that are not there
        _, met = shares(4 * TILE, 2, 1)
        os._exit(0 if (met == 1).all() else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_environment_says_how_many_processors_to_use(monkeypatch):
    try:
        for given_, right in [("3", 3), ("", None), ("x", None), ("0", None)]:
            monkeypatch.setenv("ACCELXL_THREADS", given_)
            cores.cache_clear()
            assert cores() == (right or len(os.sched_getaffinity(0)))
    finally:
        cores.cache_clear()
