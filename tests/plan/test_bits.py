"""A scenario has one result, whatever the build, the scenarios beside it, the threads, or what else is asked for."""

import hashlib
import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest

import accelxl._core as _core
from accelxl import _cpu
from accelxl.plan.evaluate import TRANCHE_SLOTS, evaluate, run
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import plan_of
from benchmarks import workload
from tests.oracle import draw

CASES = 333
VARIED = (
    "units", "tokens_per_second", "utilization", "power_kw", "price_decline_per_year", "discount_rate", "tax_rate",
    "inflation_per_year",
)  # fmt: skip
BUILDS = ["base", *(name for name in _cpu.builds() if int(name[1]) <= _core.cpu_level())]


def w1(method="SL", seed=3, **more):
    """The plan and the columns of W1."""
    return plan_of(workload.plan(method, **more)), workload.columns(workload.draws(CASES, seed))


def varied(seed):
    """A random plan of every feature, and columns that vary some of its inputs."""
    plan = plan_of(draw.random_plan(random.Random(seed)))
    rng = np.random.default_rng(seed)
    columns = {}
    for name in VARIED:
        now = plan.tranches[0].get(name) if name in TRANCHE_SLOTS else plan[name]
        columns[name] = np.minimum((now or 0.05) * rng.uniform(0.8, 1.25, 45), 1e9 if name != "utilization" else 1.0)
    return plan, columns


def same(a, b):
    """Equal to the bit; one NaN is as good as another."""
    return np.array_equal(np.where(np.isnan(a), 7.0, a).view(np.int64), np.where(np.isnan(b), 7.0, b).view(np.int64))


def everything():
    """A digest of the results of this build, for each kind of work."""
    digests = {}
    for method in workload.METHODS:
        digests[f"W1 {method}"] = run(*w1(method), workload.OUTPUTS, 1)
    for seed in range(60):
        digests[f"plan {seed}"] = run(*varied(seed), METRICS, 1)
    return {
        name: hashlib.sha256(np.where(np.isnan(out), 7.0, out).tobytes()).hexdigest() for name, out in digests.items()
    }


def test_every_build_gives_the_same_bits():
    code = "import json; from tests.plan import test_bits; print(json.dumps(test_bits.everything()))"
    got = {}
    for build in BUILDS:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"ACCELXL_CPU": build},
            capture_output=True,
            text=True,
            check=True,
        )
        got[build] = json.loads(done.stdout)
    for build in BUILDS[1:]:
        assert got[build] == got["base"], build


@pytest.mark.parametrize("method", workload.METHODS)
def test_the_order_of_scenarios_changes_no_bit(method):
    plan, columns = w1(method)
    order = np.random.default_rng(5).permutation(CASES)
    straight = run(plan, columns, workload.OUTPUTS)
    assert same(straight[:, order], run(plan, {name: c[order] for name, c in columns.items()}, workload.OUTPUTS))


def test_the_order_of_scenarios_of_full_plans_changes_no_bit():
    for seed in range(40):
        plan, columns = varied(seed)
        order = np.random.default_rng(seed).permutation(45)
        assert same(
            run(plan, columns, METRICS)[:, order], run(plan, {name: c[order] for name, c in columns.items()}, METRICS)
        ), seed


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads):
    plan, columns = w1()
    many = {name: np.tile(column, 30) for name, column in columns.items()}
    assert same(run(plan, many, workload.OUTPUTS, 1), run(plan, many, workload.OUTPUTS, threads))


@pytest.mark.parametrize("method", workload.METHODS)
@pytest.mark.parametrize(
    "further", ["payback_months", "revenue_usd", "mirr", "irr_sign_changes", "required_price_usd_per_mtok"]
)
def test_a_further_metric_changes_no_bit(method, further):
    plan, columns = w1(method)
    assert same(run(plan, columns, workload.OUTPUTS), run(plan, columns, (*workload.OUTPUTS, further))[:-1])


@pytest.mark.parametrize(
    "name",
    [
        "inflation_per_year",
        "working_capital_days",
        "staff_usd_per_year",
        "drift_per_year",
        "training_months",
        "debt_share",
    ],
)
def test_a_feature_that_only_others_use_changes_no_bit(name):
    # All rows but the last have the feature at zero; the last switches it on for the call.
    plan, columns = w1(debt_months=60)
    feature = np.zeros(CASES)
    feature[-1] = 0.5 if name != "training_months" else 3.0
    assert same(
        run(plan, columns, workload.OUTPUTS)[:, :-1], run(plan, columns | {name: feature}, workload.OUTPUTS)[:, :-1]
    )


def test_one_plan_gives_the_bits_of_a_row_of_a_table():
    plan, columns = w1()
    table = run(plan, columns, METRICS)
    for row in range(0, CASES, 29):
        one = evaluate(plan.changed(**{name: column[row] for name, column in columns.items()}))
        assert same(np.array(list(one.values())), table[:, row]), row
    for seed in range(0, 60, 3):
        plan, columns = varied(seed)
        table = run(plan, columns, METRICS)
        one = evaluate(plan.changed(**{name: column[7] for name, column in columns.items()}))
        assert same(np.array(list(one.values())), table[:, 7]), seed
