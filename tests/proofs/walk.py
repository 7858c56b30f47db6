"""Every entry of the compiled core, called with many shapes and with values at the edges: what the sanitizers and valgrind watch.

`python -m tests.proofs.walk [share]` prints the entries that were called, one a line; a share below 1 makes the walk shorter.
"""

import contextlib
import random
import sys
import warnings

import numpy as np

import accelxl
import accelxl._core as core

SEEN = set()
SIZES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 130)
EDGES = np.array(
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        12.0,
        360.0,
        1e-300,
        -1e-300,
        5e-324,
        1e300,
        -1e300,
        np.inf,
        -np.inf,
        np.nan,
        1e9,
        2.0**53,
    ]
)


def entries():
    """Names of everything in the core that can be called."""
    return {name for name in vars(core) if not name.startswith("_") and callable(getattr(core, name))}


def watch():
    """Note each call of a function of the core; the ufuncs are called by `ufuncs`."""

    def watched(name, function):
        def call(*arguments, **options):
            SEEN.add(name)
            return function(*arguments, **options)

        return call

    for name in entries():
        function = getattr(core, name)
        if not isinstance(function, (np.ufunc, type)):
            setattr(core, name, watched(name, function))


def ufuncs(rng):
    for name in sorted(entries()):
        made = getattr(core, name)
        if isinstance(made, np.ufunc):
            SEEN.add(name)
            for size in SIZES:
                made(*(rng.choice(EDGES, size) for _ in range(made.nin)))
                made(*(rng.uniform(-2, 50, 2 * size)[::2] for _ in range(made.nin)))


def series(rng, share):
    from accelxl.domain import depreciation, finance

    for size in SIZES[1 : max(3, int(len(SIZES) * share))]:
        days = np.sort(rng.integers(36526, 50000, size)).astype(float)
        for flows in (
            rng.normal(size=(3, size)),
            rng.choice(EDGES, (5, size)),
            np.zeros((1, size)),
            np.ones((2, size)).cumsum(1),
        ):
            for function in (finance.npv, finance.pi, finance.equivalent_annuity, finance.discounted_payback):
                attempt(function, 0.1, flows)
            for function in (finance.irr, finance.payback):
                attempt(function, flows)
            attempt(finance.irr_roots, flows[0])
            attempt(finance.mirr, flows, 0.1, 0.12)
            attempt(finance.fvschedule, 1.0, flows)
            attempt(finance.xnpv, 0.1, flows, days)
            attempt(finance.xirr, flows, days)
            attempt(depreciation.book_values, flows[:, 0], flows)
            attempt(depreciation.uop, 1e6, 0.0, 100.0, np.abs(flows))
        cost, salvage, life = rng.uniform(0, 1e6, size), rng.uniform(0, 1e5, size), rng.integers(1, 70, size)
        for method in depreciation.METHODS:
            attempt(depreciation.schedule, cost, salvage, life, method)
        for lives in (3, 5, 7, 10, 15, 20):
            attempt(depreciation.macrs, cost, lives)


def attempt(function, *arguments, **options):
    """Call; a refusal in words is as good as an answer here."""
    with contextlib.suppress(accelxl.errors.AccelError):
        function(*arguments, **options)


def sheet_functions():
    from accelxl.functions import REGISTRY
    from accelxl.functions.examples import cells_of

    for made in REGISTRY.values():
        for example in made.examples:
            made(*cells_of(example.formula)[1])


def plans(rng, share):
    from accelxl.plan.evaluate import prepared
    from tests.oracle import draw

    for seed in range(int(60 * share)):
        plan = draw.random_plan(random.Random(seed), corners=True)
        attempt(accelxl.evaluate, plan)
        attempt(accelxl.statement, plan)
        attempt(lambda plan=plan: prepared(plan, ["npv", "irr"], ["pue"])(1.2))
    for size in SIZES[1:]:
        plan = draw.w1_plan(random.Random(size))
        columns = {
            "utilization": rng.uniform(0, 1, size),
            "install_months": rng.integers(0, 12, size),
            "discount_rate": rng.uniform(0, 1, size),
        }
        attempt(accelxl.scenarios, plan, columns)


def runs(rng, share):
    from tests.scenario.common import EVERY_KIND, PLAN

    n = int(70_000 * share)
    for options in (
        {},
        {"method": "sobol", "n": 16_384},
        {"antithetic": True},
        {"correlation": {("pue", "utilization"): 0.5}},
    ):
        for sink in (("summary", "histogram", "top"), "array"):
            attempt(
                accelxl.montecarlo, PLAN, EVERY_KIND, ["npv", "irr"], **{"n": n, "seed": 3, "sink": sink, **options}
            )
    axes = {
        "utilization": np.linspace(0, 1, 17),
        "price_usd_per_mtok": np.linspace(0, 2, 9),
        "discount_rate": np.linspace(0, 0.3, 5),
    }
    wide = {name: np.linspace(0.1, 0.9, 41) for name in ("utilization", "price_usd_per_mtok", "discount_rate")}
    for sink in ("array", "summary"):
        attempt(accelxl.grid, PLAN, wide, ["npv", "profit_usd"], sink=sink)
    for sink in ("array", ("summary", "histogram", "top")):
        attempt(accelxl.grid, PLAN, axes, ["npv", "irr", "payback_months"], sink=sink)

    for size in SIZES[1:]:
        core.grid_below(np.sort(rng.normal(size=(3, size))), np.sort(rng.normal(size=(3, size + 1))), 0.0, 0, 3)
    core.sketch_rows(np.concatenate([EDGES, np.linspace(-1e9, 1e9, 999)]), np.zeros(core.SKETCH_CELLS, np.int64))
    for edges in ([0.0, 5e-324], [-1e308, 1e308], [0.0, 1e-310, 1.0]):
        core.histogram_rows(np.concatenate([EDGES, edges]), np.array(edges), np.zeros(len(edges) + 2, np.int64))
    attempt(accelxl.tornado, PLAN)
    attempt(accelxl.stress, PLAN)
    attempt(accelxl.breakeven, PLAN, "price_usd_per_mtok")


def main(share=1.0):
    """Walk, and print what was called and what was not."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    watch()
    rng = np.random.default_rng(1)
    core.cpu_level(), core.pack_width()
    ufuncs(rng)
    series(rng, share)
    sheet_functions()
    plans(rng, share)
    runs(rng, share)
    for name in sorted(SEEN):
        print(name)
    print("left:", *sorted(name for name in entries() - SEEN if not isinstance(getattr(core, name), type)))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
