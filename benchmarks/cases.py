"""What is measured: groups of variants that do the same work, by the name of the group."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import numba
import numpy as np
import pyxirr

import accelxl._core as core
from accelxl.domain import finance
from accelxl.plan.evaluate import compile_plan, evaluate, metric_positions, prepared, run
from accelxl.plan.model import plan_of
from accelxl.scenario.cartesian import Table, fill
from accelxl.scenario.grids import grid
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.tables import scenarios
from benchmarks import measure, workload
from benchmarks.measure import Timed, Variant, interleaved, repeated
from benchmarks.peers import full_numpy, grid_numba, grid_numpy, rates, w1_numba, w1_numpy, w1_pandas, w1_python

ROOT = Path(__file__).parents[1]
OURS = "AccelXL"


def _jax():
    """The JAX peer, None where JAX is not installed."""
    try:
        return importlib.import_module("benchmarks.peers.w1_jax")
    except ImportError:
        return None


def _table(run_peer, cases, method=0, **more):
    columns, out = list(workload.draws(cases).values()), np.empty((len(workload.OUTPUTS), cases))
    return lambda: run_peer(columns, method, out, **more)


def _ours(plan, columns, outputs, threads):
    made = plan_of(plan)
    return lambda: run(made, columns, outputs, threads)


def reference() -> Timed:
    """W1, six outputs, every variant."""

    def threaded(threads, call):
        def turn():
            numba.set_num_threads(threads)
            call()

        return turn

    many = 262_144
    columns = workload.columns(workload.draws(many))
    variants = {
        "pure Python": Variant(500, _table(w1_python.run, 500)),
        "pandas + pyxirr": Variant(1000, _table(w1_pandas.run, 1000)),
    }
    for threads in (1, 2):
        variants |= {
            f"NumPy, {threads}": Variant(16_384, _table(w1_numpy.run, 16_384, threads=threads), threads),
            f"Numba, {threads}": Variant(131_072, threaded(threads, _table(w1_numba.run, 131_072)), threads),
        }
    jax = _jax()
    if jax:
        variants["JAX, 2"] = Variant(65_536, _table(jax.run, 65_536, threads=2), 2)
    for threads in (1, 2):
        call = _ours(workload.plan(), columns, workload.OUTPUTS, threads)
        variants[f"{OURS}, {threads}"] = Variant(many, call, threads)
    # What a user calls: the same, after a look at every figure against its limits.
    whole = lambda: scenarios(workload.plan(), columns, workload.OUTPUTS, threads=2)  # noqa: E731
    variants[f"{OURS}, checked, 2"] = Variant(many, whole, 2)
    return interleaved(variants, rounds=7)


def full() -> Timed:
    """The full plan, twelve outputs."""
    few, many = 4096, 65_536
    given, small, out = workload.full_values(), workload.full_draws(few), np.empty((len(workload.FULL_OUTPUTS), few))
    variants = {}
    for threads in (1, 2):
        variants[f"NumPy, {threads}"] = Variant(
            few, lambda threads=threads: full_numpy.run(given, small, workload.FULL_OFFSET, out, threads), threads
        )
        call = _ours(workload.full_plan(), workload.full_draws(many), workload.FULL_OUTPUTS, threads)
        variants[f"{OURS}, {threads}"] = Variant(many, call, threads)
    return interleaved(variants, rounds=7)


UNUSED = (
    "inflation_per_year",
    "electricity_growth_per_year",
    "training_months",
    "facility_usd_per_kw",
    "colo_usd_per_kw_month",
    "staff_usd_per_year",
    "debt_share",
    "drift_per_year",
    "working_capital_days",
    "revenue_share",
    "stranded_share",
    "attach_share",
)


def features() -> Timed:
    """W1 as it is, with every further feature given as zero, and with one feature in use."""
    many = 131_072
    columns = workload.columns(workload.draws(many))
    plain, zeros = workload.plan(), workload.plan(**dict.fromkeys(UNUSED, 0.0))
    used = workload.plan(inflation_per_year=0.02)
    plans = {"W1": plain, "W1, twelve features at zero": zeros, "W1 with inflation": used}
    variants = {name: Variant(many, _ours(plan, columns, workload.OUTPUTS, 2), 2) for name, plan in plans.items()}
    return interleaved(variants, rounds=11)


def irr() -> Timed:
    """Rates of 100,000 series of 61 flows."""
    values = workload.series(100_000)
    sample, few = list(values[::20]), values[:100]
    return interleaved(
        {
            "pyxirr": Variant(len(sample), lambda: [pyxirr.irr(row) for row in sample]),
            "numpy-financial": Variant(len(few), lambda: rates.by_numpy_financial(few)),
            f"{OURS}, 2": Variant(len(values), lambda: finance.irr(values), 2),
        }
    )


def _streaming(out):
    """Stores past the caches, on two threads, of one small row: the limit that the machine's memory sets."""
    names = {"row": np.zeros(out.size // 4096), "cell": np.zeros(4096)}
    zero = [Table(("cell",), np.zeros(4096))]
    shaped = out.reshape(-1)[: out.size // 4096 * 4096].reshape(-1, 4096)
    return lambda: fill(zero, names, shaped, 2)


def written() -> Timed:
    """NPV of 20^6 cells written to memory that exists."""
    axes, fixed = workload.axes(20), grid_numpy.plan()
    plan = workload.plan(**fixed)
    w1 = {**fixed, "tax_rate": fixed["tax_rate"]}
    out = np.zeros([20] * 6)
    cells = out.size
    variants = {
        "NumPy, separable": Variant(cells, lambda: grid_numpy.written(w1, axes, out)),
        "Numba, separable": Variant(cells, lambda: grid_numba.written(w1, axes, out), 2),
        "np.fill": Variant(cells, lambda: out.fill(1.0)),
        "streaming stores": Variant(cells, _streaming(out), 2),
        f"{OURS}, 1": Variant(cells, lambda: grid(plan, axes, "npv", 1, into=out)),
        f"{OURS}, 2": Variant(cells, lambda: grid(plan, axes, "npv", 2, into=out), 2),
    }
    return interleaved(variants)


def summed() -> Timed:
    """Count, mean, sd, extremes and the share below zero of a grid that is not kept: 40^6 cells, in NumPy 16^6."""
    fixed = grid_numpy.plan()
    plan, few, many = workload.plan(**fixed), workload.axes(16), workload.axes(40)
    variants = {"NumPy, separable": Variant(16.0**6, lambda: grid_numpy.summed(fixed, few))}
    for threads in (1, 2):
        call = lambda threads=threads: grid(plan, many, "npv", threads, sink="summary", percentiles=())  # noqa: E731
        variants[f"{OURS}, {threads}"] = Variant(40.0**6, call, threads)
    variants[f"{OURS} with nine percentiles"] = Variant(40.0**6, lambda: grid(plan, many, "npv", 2, sink="summary"), 2)
    return interleaved(variants)


def one() -> Timed:
    """One plan, numbers in, numbers out."""
    plan = plan_of(workload.plan())
    names = ("units", "unit_price_usd", "tokens_per_second", "utilization", "price_usd_per_mtok")
    figures = (64.0, 34e3, 2500.0, 0.6, 0.6)
    ready = prepared(plan, ("npv",), names)
    six = prepared(plan, workload.OUTPUTS, names)
    variants = {
        "prepared, npv": Variant(2000, repeated(lambda: ready(*figures), 2000)),
        "prepared, six outputs": Variant(2000, repeated(lambda: six(*figures), 2000)),
        "evaluate, npv": Variant(2000, repeated(lambda: evaluate(plan, ("npv",)), 2000)),
        "evaluate, every metric": Variant(500, repeated(lambda: evaluate(plan), 500)),
    }
    return interleaved(variants, rounds=11)


def imports() -> Timed:
    """A new interpreter that imports one module."""

    def start(module):
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)

    return interleaved({m: Variant(1, start(m)) for m in ("sys", "numpy", "accelxl", "pandas")}, rounds=11)


def distributions():
    """Every input of W1, drawn evenly from its range."""
    return {name: ("uniform", *limits) for name, limits in workload.RANGES.items()}


def drawn() -> Timed:
    """Monte Carlo over all inputs of W1, draws and model in one kernel, a summary kept; so many that no figure is kept for itself."""
    cases = 1 << 24
    variants = {}
    for name, metrics, threads in (("", ["npv"], 1), ("", ["npv"], 2), (", six outputs", list(workload.OUTPUTS), 2)):
        call = lambda metrics=metrics, threads=threads: montecarlo(  # noqa: E731
            workload.plan(), distributions(), metrics, n=cases, seed=1, threads=threads, percentiles=(50,)
        )
        variants[f"{OURS}{name}, {threads}"] = Variant(cases, call, threads)
    return interleaved(variants, rounds=3, warm=0)


def _resident() -> float:
    """Megabytes that this process holds in memory, NaN where the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return float("nan")
    return int(statm.read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def point(cases: int, months: int) -> tuple[float, float]:
    """Processor seconds of a Monte Carlo run, and the megabytes that it held more than before it began, at its highest."""
    plan = workload.plan(horizon_months=months)
    given = distributions() | {"economic_life_months": ("uniform", months - 1, months)}
    montecarlo(plan, given, ["npv"], n=1 << 16, seed=1, percentiles=(50,))  # what is made once is made
    held, highest, done = _resident(), [_resident()], Event()

    def watch() -> None:
        while not done.wait(0.005):
            highest.append(_resident())

    watcher = Thread(target=watch)
    watcher.start()
    began = time.process_time()
    montecarlo(plan, given, ["npv"], n=cases, seed=1, percentiles=(50,))
    took = time.process_time() - began
    highest.append(_resident())
    done.set()
    watcher.join()
    return took, max(highest) - held


def scaling() -> dict[str, list[tuple[float, float, float]]]:
    """Size, processor seconds and megabytes as scenarios and as months grow; each point of three new processes, the least time."""
    code = "import sys; from benchmarks.cases import point; print(*point(int(sys.argv[1]), int(sys.argv[2])))"

    def best(cases, months):
        found = []
        for _ in range(min(3, measure.most_rounds)):
            command = [sys.executable, "-c", code, str(cases), str(months)]
            said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
            found.append((float(said[0]), float(said[1])))
        return min(s for s, _ in found), max(m for _, m in found)

    return {
        "scenarios": [(n, *best(n, 60)) for n in (1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24)],
        "months": [(t, *best(1 << 20, t)) for t in (12, 24, 60, 120, 240, 360)],
    }


def contracted(folder: Path) -> Path | None:
    """Build the core with a*b+c contracted to one rounding, which no longer gives the same bits everywhere; None without a compiler."""
    if not core.cpu_level():
        return None
    level = "4" if core.pack_width() == 8 else "3"
    env = os.environ | {"ACCELXL_LEVELS": level, "ACCELXL_CFLAGS": "-ffp-contract=fast"}
    command = [
        sys.executable,
        "setup.py",
        "-q",
        "build_ext",
        "--build-lib",
        str(folder / "lib"),
        "--build-temp",
        str(folder / "temp"),
    ]
    if subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True).returncode:
        return None
    return next((folder / "lib" / "accelxl" / f"_v{level}").glob("_core*"), None)


def bits(path: Path) -> Timed:
    """W1 by the core that is installed and by the contracted one, in one process."""
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import module_from_spec, spec_from_file_location

    loader = ExtensionFileLoader("accelxl._core", str(path))
    other = module_from_spec(spec_from_file_location("accelxl._core", path, loader=loader))
    loader.exec_module(other)
    many = 131_072
    columns = workload.columns(workload.draws(many))
    plan = compile_plan(plan_of(workload.plan()))
    chosen, wants = metric_positions(workload.OUTPUTS)
    from accelxl.plan.evaluate import slots_of

    places = [(slot, np.ascontiguousarray(column)) for name, column in columns.items() for slot in slots_of(plan, name)]
    slots, arrays, out = (
        np.array([p for p, _ in places], np.int32),
        tuple(a for _, a in places),
        np.empty((len(chosen), many)),
    )

    def by(module):
        return lambda: module.plan_rows(
            plan.codes, plan.macrs, plan.values, arrays, slots, chosen, wants, plan.uses, out, 0, many
        )

    return interleaved({"same bits": Variant(many, by(core)), "contracted": Variant(many, by(other))}, rounds=11)
