"""A short form of the soak (`run.py soak` is the long one), and what it must notice."""

import sys

import numpy as np
import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.cells import NUM, Outcome
from tests.proofs import soak
from tests.proofs.cells import wrong

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_calls_with_cells_drawn_by_chance_give_what_a_host_may_be_given():
    bad = []
    for made in REGISTRY.values():
        found = soak.call(made, 20 if soak.is_table(made) else 100, 7)
        bad += [f"{made.name}, {line}" for line in found.bad]
    assert bad == []


def test_most_functions_are_called_with_success_too():
    shares = {made.name: soak.call(made, 60, 3).errors / 60 for made in REGISTRY.values() if made.arguments}
    assert sum(share < 0.95 for share in shares.values()) > 0.8 * len(shares)


def test_filled_books_leave_memory_flat(capsys):
    assert soak.books(300) == []
    assert "300 books" in capsys.readouterr().out


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(1.0, "", ValueError("x")), Outcome(float("nan")), Outcome(np.array([[np.inf]])), Outcome(None), Outcome(NUM), Outcome(3),
        Outcome(np.array([1.0])), Outcome([[1.0]]),
    ],
)  # fmt: skip
def test_what_no_host_may_be_given_is_noticed(outcome):
    assert wrong(outcome)


def test_a_fault_of_a_function_and_a_slow_call_are_noticed(monkeypatch):
    made = REGISTRY["ACCEL_NPV"]
    monkeypatch.setattr(soak, "wrong", lambda _outcome: "planted")
    assert len(soak.call(made, 10, 1).bad) == 3
    monkeypatch.setattr(soak, "wrong", lambda _outcome: "")
    monkeypatch.setattr(soak, "SLOW", 0.0)
    assert "s from" in soak.call(made, 1, 1).bad[0]


def test_growth_is_noticed(monkeypatch):
    sizes = iter(range(0, 10**12, 10**9))
    monkeypatch.setattr(soak, "resident", lambda: next(sizes))
    assert "memory grew" in soak.functions(20, 20, 1, "ACCEL_NPV")[0]
