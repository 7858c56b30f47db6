"""The soak: every function called a million times with cells drawn by chance, and ten thousand books filled, in flat memory.

`python -m tests.proofs.soak [--scalar N] [--table N] [--books N] [--seed N] [--only NAME]` prints what it did; it ends with 1 where a call
gave what no host may be given, took longer than `SLOW`, or memory grew.
"""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from accelxl.functions import REGISTRY
from accelxl.functions.registry import Function
from tests.proofs.cells import Seeded, given, wrong
from tests.workbook.books import BUDGET

TABLES = {"table", "block"}
SLOW = 20.0
"""Seconds of one call."""
GROWTH = 24 << 20
"""Bytes that a process may grow by after its first tenth: caches that fill, and the allocator's fragments."""


@dataclass(slots=True)
class Found:
    """What the calls of a function gave."""

    calls: int = 0
    errors: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    bad: list[str] = field(default_factory=list)


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_table(made: Function) -> bool:
    """Whether a function takes a table or a block."""
    return any(argument.quantity.kind in TABLES for argument in made.arguments)


def call(made: Function, calls: int, seed: int) -> Found:
    """Call a function with cells drawn by chance."""
    found, chance = Found(), Seeded(seed)
    start = time.perf_counter()
    for number in range(calls):
        cells = given(chance, made)
        before = time.perf_counter()
        outcome = made.call(*cells)
        took = time.perf_counter() - before
        found.slowest = max(found.slowest, took)
        found.errors += bool(outcome.why)
        fault = wrong(outcome) or (f"{took:.1f} s" if took > SLOW else "")
        if fault and len(found.bad) < 3:
            found.bad.append(f"call {number}: {fault} from {cells!r:.300}")
    found.calls, found.seconds = calls, time.perf_counter() - start
    return found


def functions(scalar: int, table: int, seed: int, only: str | None = None) -> list[str]:
    """Call every function; print a line each, and return what was wrong."""
    bad = []
    for made in REGISTRY.values():
        if only and made.name != only:
            continue
        calls = table if is_table(made) else scalar
        call(made, max(50, calls // 10), seed + 1)
        before = resident()
        found = call(made, calls, seed)
        grown = resident() - before
        bad += [f"{made.name}, {line}" for line in found.bad]
        if grown > GROWTH:  # what the allocator keeps of a large result does not grow with the same calls again
            call(made, calls, seed)
            grown = resident() - before - grown
        if grown > GROWTH:
            bad.append(f"{made.name}: memory grew by {grown >> 20} MB in {calls:,} calls")
        print(f"{made.name:24} {calls:9,} calls {found.seconds:8.1f} s, slowest {found.slowest * 1e3:8.2f} ms, "
              f"errors {100 * found.errors / max(calls, 1):3.0f} %, memory {grown / 2**20:+.1f} MB", flush=True)  # fmt: skip
    return bad


def books(count: int) -> list[str]:
    """Fill books in ten runs; return what was wrong."""
    import accelxl

    each = max(1, count // 10)
    rows = [{"book": f"b{n}", "units_1": 1 + n % 500, "utilization_1": 0.3 + n % 60 / 100} for n in range(each)]
    held, start = [], time.perf_counter()
    for _ in range(10):
        folder = tempfile.mkdtemp()
        try:
            done = accelxl.fill(BUDGET, rows, folder, failing=True)
            written = sum(path.suffix == ".xlsx" for path in Path(folder).iterdir())
        finally:
            shutil.rmtree(folder)
        if len(done) != each or written != each:
            return [f"{written} books of {each} were written"]
        del done
        held.append(resident())
    grown = held[-1] - held[1]
    print(
        f"{10 * each:,} books {time.perf_counter() - start:.1f} s, memory {held[1] >> 20} MB after two runs, {grown / 2**20:+.1f} MB at the end"
    )
    return [f"memory grew by {grown >> 20} MB over {8 * each:,} books"] if grown > GROWTH else []


def main(argv: list[str]) -> int:
    """Run the soak."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--scalar", type=int, default=1_000_000)
    asked.add_argument("--table", type=int, default=10_000)
    asked.add_argument("--books", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only")
    options = asked.parse_args(argv)
    warnings.simplefilter("error")
    bad = functions(options.scalar, options.table, options.seed, options.only)
    if options.books:
        bad += books(options.books)
    for line in bad:
        print("WRONG", line)
    print(f"{len(bad)} wrong")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
