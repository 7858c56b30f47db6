"""Cartesian grids by tables of terms: the figures of the oracle and of the plan kernel, whatever the threads, the axes or the sink."""

import random
from math import prod

import numpy as np
import pytest

from accelxl.errors import ShapeError
from accelxl.plan.evaluate import run
from accelxl.plan.inputs import INPUTS
from accelxl.plan.model import plan_of
from accelxl.scenario import grid_summary, grids
from accelxl.scenario.cartesian import sizes, tables
from accelxl.scenario.grids import grid
from accelxl.scenario.terms import SUMS
from benchmarks import workload
from tests.oracle import draw
from tests.oracle import plan as oracle
from tests.scenario.common import elsewhere, levels

NAMES = (
    "units", "unit_price_usd", "tokens_per_second", "utilization", "availability", "power_kw", "pue", "electricity_usd_per_kwh",
    "price_usd_per_mtok", "price_decline_per_year", "discount_rate", "tax_rate", "opex_share_per_year", "residual_share", "delay_months",
    "adoption_midpoint_month", "staff_usd_per_year", "software_usd_per_unit_year", "inflation_per_year", "working_capital_days",
    "revenue_share", "facility_usd_per_kw", "drift_per_year", "rent_usd_per_hour", "lease_usd_per_unit_month", "colo_usd_per_kw_month",
    "stranded_share", "install_months", "economic_life_months", "demand_mtok_per_month",
)  # fmt: skip
LIMITS = {
    "demand_mtok_per_month": 1e6,
    "inflation_per_year": 0.1,
    "drift_per_year": 0.5,
    "stranded_share": 0.6,
    "tax_rate": 0.6,
}


@pytest.fixture(autouse=True)
def _no_grid_is_few(monkeypatch):
    monkeypatch.setattr(grids, "FEW_CELLS", 0)


def random_grid(seed, losses="credit"):
    """A plan of every feature and five axes of two to six values."""
    rng = random.Random(seed)
    given = {**draw.random_plan(rng), "tax_losses": losses}
    given.pop("horizon_months", None)
    given.setdefault("equity_rate", 0.1)
    plan = plan_of(given)
    names = [n for n in rng.sample(NAMES, 10) if n != "demand_mtok_per_month" or plan[n] is not None]
    names = [n for n in names if n != "adoption_midpoint_month" or plan["adoption"] in {"logistic", "gompertz"}][:5]
    axes = {}
    for name in names:
        row = INPUTS[name].quantity
        now = plan[name] if INPUTS[name].scope == "plan" else plan.tranches[0].get(name)
        now = now or {"share": 0.1}.get(row.unit, 1.0)
        high = min(row.high, LIMITS.get(name, row.high))
        values = {min(max(now * rng.uniform(0.5, 1.5), row.low), high) for _ in range(rng.randint(2, 6))}
        axes[name] = np.array(sorted({float(round(v)) for v in values} if row.whole else values))
    return plan, given, axes


def cells_of(plan, axes, metric):
    """The plan kernel at every cell."""
    shape = [len(values) for values in axes.values()]
    mesh = np.meshgrid(*axes.values(), indexing="ij")
    return run(plan, {n: m.reshape(-1) for n, m in zip(axes, mesh, strict=True)}, (metric,))[0].reshape(shape)


def scale_of(plan, axes, metric):
    """The sum of the terms' sizes, cell by cell."""
    whole = np.zeros([1] * len(axes))
    for table in tables(plan, axes, metric):
        lengths = dict(zip(table.axes, table.values.shape, strict=True))
        whole = whole + abs(table.values).reshape([lengths.get(name, 1) for name in axes])
    return whole


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_sums_of_random_grids_are_the_plan_kernels_within_rounding(first):
    for seed in range(first, first + 20):
        plan, _, axes = random_grid(seed)
        for metric in sorted(SUMS):
            got, want = grid(plan, axes, metric)[metric], cells_of(plan, axes, metric)
            assert (abs(got - want) <= 1e-12 * scale_of(plan, axes, metric) + 1e-300).all(), (seed, metric, list(axes))


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_cells_of_random_grids_agree_with_the_oracle(first):
    metrics = ("npv", "irr", "profit_usd", "peak_funding_usd", "cost_per_mtok", "npv_equity_usd")
    for seed in range(first, first + 20):
        plan, given, axes = random_grid(seed, random.Random(seed).choice(["credit", "carryforward"]))
        found = grid(plan, axes, metrics)
        rng = random.Random(seed)
        for _ in range(3):
            at = tuple(rng.randrange(len(values)) for values in axes.values())
            changed = {name: float(values[k]) for (name, values), k in zip(axes.items(), at, strict=True)}
            top = {n: v for n, v in changed.items() if INPUTS[n].scope == "plan"}
            cohort = {n: int(v) if INPUTS[n].quantity.whole else v for n, v in changed.items() if n not in top}
            one = {**given, **top}
            one = (
                {**one, "tranches": [{**t, **cohort} for t in one["tranches"]]}
                if "tranches" in one
                else {**one, **cohort}
            )
            want, scale = oracle.evaluate(one), sum(map(abs, oracle.statement(one)["free_cash_flow_usd"]))
            for metric in metrics:
                room = 1e-9 * scale if metric not in {"irr", "cost_per_mtok"} else 1e-8
                assert found[metric][at] == pytest.approx(want[metric], rel=1e-8, abs=room, nan_ok=True), (
                    seed,
                    metric,
                    changed,
                )


@pytest.mark.parametrize("seed", range(12))
def test_neither_threads_nor_the_target_change_a_bit(seed):
    plan, _, axes = random_grid(seed)
    one = grid(plan, axes, "npv", 1)["npv"]
    into = np.full(one.shape, 7.0)
    assert grid(plan, axes, "npv", 3, into=into)["npv"] is into
    assert into.tobytes() == one.tobytes()


def test_every_build_gives_the_same_bits():
    code = (
        "import hashlib, json\nfrom accelxl.scenario import grids\nfrom tests.scenario.test_grids import random_grid\n"
        "grids.FEW_CELLS = 0\n"
        "found = []\nfor seed in range(30):\n    plan, _, axes = random_grid(seed)\n"
        "    s = grids.grid(plan, axes, 'npv', sink='summary', percentiles=(10, 50))['npv']\n"
        "    found.append(hashlib.sha256(grids.grid(plan, axes, 'npv')['npv'].tobytes() + repr(s).encode()).hexdigest())\n"
        "print(json.dumps(found))"
    )
    got = [elsewhere(code, ACCELXL_CPU=level) for level in levels()]
    assert all(found == got[0] for found in got)


@pytest.mark.parametrize("metric", ["npv", "irr", "peak_funding_usd", "cost_per_mtok"])
@pytest.mark.parametrize("seed", range(12))
def test_a_summary_is_that_of_the_cells(seed, metric, monkeypatch):
    plan, _, axes = random_grid(seed)
    axes["discount_rate"] = np.array([0.05, 0.1, 0.12])
    cells = grid(plan, axes, metric)[metric].reshape(-1)
    level = float(np.nanmedian(cells)) if not np.isnan(cells).all() else 0.0
    got = grid(plan, axes, metric, sink="summary", level=level)[metric]
    monkeypatch.setattr(grids, "FEW_CELLS", 1 << 60)
    want = grid(plan, axes, metric, sink="summary", level=level)[metric]
    for name in ("n", "count", "share_nan", "percentile_error"):
        assert getattr(got, name) == getattr(want, name), name
    size = float(np.nanmax(abs(cells))) if not np.isnan(cells).all() else 1.0
    for name in ("mean", "standard_error", "sd", "low", "high"):
        assert getattr(got, name) == pytest.approx(getattr(want, name), rel=1e-9, abs=1e-11 * size, nan_ok=True), name
    assert got.percentiles == pytest.approx(want.percentiles, rel=1e-9, abs=1e-11 * size, nan_ok=True)
    near = np.count_nonzero(abs(cells - level) <= 1e-11 * size) / len(cells)
    assert abs(got.share_below - want.share_below) <= near


def test_percentiles_of_a_grid_that_is_too_large_to_hold_are_within_their_stated_error_of_the_cell_there(monkeypatch):
    axes, plan = workload.axes(7), workload.plan()
    monkeypatch.setattr(grid_summary, "EXACT_FIGURES", 0)
    found = grid(plan, axes, "npv", sink="summary")["npv"]
    cells = np.sort(grid(plan, axes, "npv")["npv"], axis=None)
    assert 0.0 < found.percentile_error < 1e-3
    for p, value in found.percentiles.items():
        assert value == pytest.approx(cells[int(p / 100 * (len(cells) - 1))], rel=found.percentile_error), p


def test_four_billion_cells_are_summed_up_at_once():
    axes = workload.axes(40)
    found = grid(workload.plan(), axes, "npv", sink="summary", percentiles=())["npv"]
    assert found.n == found.count == 40**6
    assert found.low < found.mean < found.high
    # The extremes of npv lie in corners of the grid.
    corners = grid(workload.plan(), {name: values[[0, -1]] for name, values in axes.items()}, "npv")["npv"]
    assert (found.low, found.high) == pytest.approx((corners.min(), corners.max()), rel=1e-12)


def test_each_term_is_evaluated_on_its_own_axes():
    axes = workload.axes(40)
    plans, figures = sizes(plan_of(workload.plan()), axes, "npv")
    assert plans == 40 * 40 + 40 + 40
    assert figures == 40**4 + 40**2 + 40**2
    assert sizes(plan_of(workload.plan(demand_mtok_per_month=1e6)), axes, "npv")[0] == 40**3 + 80


@pytest.mark.parametrize(
    "into", [np.zeros((2, 3)), np.zeros((2, 2), np.float32), np.zeros((4, 2))[::2], [[0.0, 0.0]] * 2, {}]
)
def test_a_target_that_does_not_fit_is_refused(into):
    axes = {"units": [1.0, 2.0], "pue": [1.1, 1.2]}
    with pytest.raises(
        ShapeError, match=r"into holds .* for npv; a writable, contiguous float64 array of shape \(2, 2\) is needed"
    ):
        grid(workload.plan(), axes, "npv", into=into)


def test_a_target_goes_with_arrays_only():
    with pytest.raises(ShapeError, match="into is given with sink 'summary'"):
        grid(workload.plan(), {"units": [1.0, 2.0]}, "npv", sink="summary", into=np.zeros(2))


def test_a_metric_that_depends_on_no_axis_is_the_plans_own():
    found = grid(workload.plan(), {"finance_rate": [0.01, 0.2], "debt_share": [0.0, 0.3, 0.5]}, ["npv", "irr"])
    assert prod(found["irr"].shape) == 6
    assert len(set(found["irr"].ravel().tolist())) == len(set(found["npv"].ravel().tolist())) == 1
