"""The scenario board: the native plan is that of the plan model, its batch values are those of the scenario functions, at any inputs."""

import math
import random

import numpy as np
import pytest

import accelxl
from accelxl.domain import finance
from accelxl.plan.model import plan_of
from accelxl.plan.statement import lines
from accelxl.workbook import accel
from accelxl.workbook.accel import known, outside
from accelxl.workbook.book import load
from accelxl.workbook.build import template
from accelxl.workbook.compose import compose
from accelxl.workbook.fields import plan_input
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.language import TOTAL
from accelxl.workbook.layout import serial
from accelxl.workbook.templates.scenario_board.inputs import RANGED
from accelxl.workbook.templates.scenario_board.sheets import CASES, PERCENTILES, STEPS, YEARS
from tests.oracle import plan as oracle
from tests.workbook.books import BOOKS, base, computed, errors, figures, job, ready

NAME = "scenario_board"
METRICS = {figure.name: figure.metric for figure in template(NAME).board.figures if figure.metric}
WANTED = ["npv", "peak_funding_usd", "revenue_usd"]
ITEMS = {item.defined: item for item in template(NAME).items}


def plan(inputs):
    """The plan that the book's inputs describe."""
    top, tranche = {}, {}
    for name, value in inputs.items():
        row = plan_input(name)
        if row is not None and row.name != "device":
            (top if row.scope == "plan" else tranche)[row.name] = int(value) if row.quantity.whole else value
    return {**top, "tranches": [tranche]}


def ends(x, item):
    """Low and High of an input, widened by its value."""
    return min(item.low, x[item.defined]), max(item.high, x[item.defined])


def batch(x):
    """What the scenario functions give at these inputs, by the name of the batch cell."""
    given = plan_of(plan(x))
    steps = np.arange(STEPS) - STEPS // 2
    uses = np.clip(x["in_utilization_1"] + steps * x["in_use_step"], 0.01, 1.0)
    prices = x["in_price_usd_per_mtok"] * (1 + steps * x["in_price_step"])
    grid = accelxl.grid(given, {"utilization": uses.tolist(), "price_usd_per_mtok": prices.tolist()}, "npv")["npv"]
    found = {f"grid_{r + 1}_{c + 1}": grid[r, c] for r in range(STEPS) for c in range(STEPS)}
    for k, item in enumerate(RANGED, 1):
        (bar,) = accelxl.tornado(given, {item.input: ends(x, item)}, "npv").bars
        found |= {f"at_low_{k}": bar.at_low, f"at_high_{k}": bar.at_high}
    draws = {item.input: ("triangular", ends(x, item)[0], x[item.defined], ends(x, item)[1]) for item in RANGED}
    n = int(x["in_trials"])
    npv = accelxl.montecarlo(given, draws, "npv", n=n, seed=1, percentiles=PERCENTILES)["npv"]
    found |= {"mean_npv": npv.mean, "loss_chance": npv.share_below}
    found |= {f"npv_p{p}": npv.percentiles[p] for p in (5, 50, 95)}
    for year in range(1, YEARS + 1):
        over = {"horizon_months": ("discrete", [12.0 * year], [1.0]), "discount_rate": ("discrete", [0.0], [1.0])}
        cash = accelxl.montecarlo(given, draws | over, "npv", n=n, seed=1, percentiles=PERCENTILES)["npv"]
        found |= {f"p{p}_{year}": cash.percentiles[p] for p in PERCENTILES}
        ended = plan(x) | {"horizon_months": 12 * year, "discount_rate": 0.0}
        found[f"plan_batch_{year}"] = accelxl.evaluate(ended, ["npv"])["npv"]
    for k, case in enumerate(accelxl.stress(given, x["in_stress_pack"], WANTED).cases, 1):
        for row, metric in (
            ("stress_npv", "npv"),
            ("stress_funding", "peak_funding_usd"),
            ("stress_revenue", "revenue_usd"),
        ):
            found[f"{row}_{k}"] = case.metrics[metric]
    return found


def cells(found=None, at=0):
    """Every batch value of the book, or of a book of a batch."""
    book = ready(NAME).book
    shown = {}
    for name in book.names:
        if name.startswith("batch_") and name != "batch_npv_usd":
            key = book.target(name)[:3]
            shown[name.removeprefix("batch_")] = (
                values.python(found[key], at) if found and key in found else book.at(key)
            )
    return shown


def test_the_native_figures_are_those_of_the_plan_model():
    expected, shown = oracle.evaluate(plan(base(NAME))), figures(NAME)
    assert len(METRICS) >= 7
    for name, metric in METRICS.items():
        assert shown[f"out_{name}"] == pytest.approx(expected[metric], rel=1e-9), name


def test_every_batch_value_is_that_of_the_scenario_functions():
    wanted, shown = batch(base(NAME)), cells()
    assert wanted.keys() == shown.keys()
    assert len(shown) == STEPS**2 + 2 * len(RANGED) + 5 + YEARS * 6 + 3 * len(CASES)
    assert shown == pytest.approx(wanted, rel=1e-9)


def test_the_required_revenue_is_that_of_the_domain():
    x, shown = base(NAME), figures(NAME)
    money = accelxl.evaluate(plan(x), ["capex_usd", "revenue_usd", "opex_usd"])
    years = x["in_economic_life_months_1"] / 12
    opex = (money["opex_usd"] - x["in_revenue_share"] * money["revenue_usd"]) / years
    for k in range(1, STEPS + 1):
        rate = x["in_target_return"] + (k - 3) * x["in_return_step"]
        wanted = finance.req_revenue(
            money["capex_usd"], rate, years, opex, x["in_revenue_share"], x["in_tax_rate"],
            residual=money["capex_usd"] * x["in_residual_share_1"],
        )  # fmt: skip
        assert shown[f"out_required_{k}"] == pytest.approx(wanted, rel=1e-9)
        months = lines(plan_of(plan(x)), "month")[1]["revenue_usd"]
        worth = sum(flow * (1 + rate) ** (-t / 12) for t, flow in enumerate(months.tolist()))
        level = worth / sum((1 + rate) ** -year for year in range(1, round(years) + 1))
        assert shown[f"out_covered_{k}"] == pytest.approx(level / wanted, rel=1e-9)


def draw(rng):
    """A book's inputs anywhere between their Low and High, every word of a choice."""
    found = {}
    for name, item in ITEMS.items():
        if item.fixed:
            continue
        if item.quantity.choices:
            found[name] = rng.choice(item.quantity.choices)
        elif item.quantity.kind == "date":
            found[name] = serial(rng.choice([item.low, item.high]))
        elif item.quantity.whole:
            found[name] = float(rng.randint(int(item.low), int(item.high)))
        else:
            found[name] = rng.uniform(item.low, item.high)
    return found | {"in_economic_life_months_1": rng.choice([48.0, 60.0, 72.0])}


def test_drawn_books_have_the_figures_of_the_model_and_current_batch_values():
    rng = random.Random(11)
    drawn = [draw(rng) for _ in range(16)]
    jobs = [job(NAME, one) for one in drawn]
    found, shown = computed(NAME, jobs)
    assert errors(NAME, found, len(jobs)) == []
    for at, (one, now) in enumerate(zip(drawn, shown, strict=True)):
        assert (now["chk_total"], now["chk_stale"], now["out_state"]) == (0.0, 0.0, "current"), one
        x = base(NAME) | one
        expected = oracle.evaluate(plan(x))
        scale = abs(expected["capex_usd"]) + abs(expected["revenue_usd"])
        for name, metric in METRICS.items():
            value = now[f"out_{name}"]
            if isinstance(value, str):
                assert math.isnan(expected[metric]), (name, value)
            else:
                assert value == pytest.approx(expected[metric], rel=1e-9, abs=1e-10 * scale), (name, one)
        assert cells(found, at) == pytest.approx(batch(x), rel=1e-9, abs=1e-10 * scale), one


def test_the_native_cash_of_a_plan_that_is_wound_up_is_that_of_the_model():
    rng = random.Random(5)
    jobs = [job(NAME, draw(rng)) for _ in range(40)]
    found, _ = computed(NAME, jobs)
    _, rows = compose(template(NAME))
    row = rows.rows["Fan", "fan_tie"].row
    tie = (ready(NAME).book.titles.index("Fan"), row, TOTAL)
    assert max(values.python(found[tie], at) for at in range(40)) < 1e-3  # of cash of tens of millions


def test_an_input_changed_by_hand_shows_that_batch_values_are_of_other_inputs_and_fails_no_check():
    book = load(BOOKS[NAME])
    engine = Engine(book.sheets(), outside, known)
    engine.set({book.target("in_price_usd_per_mtok")[:3]: 0.5})
    now = {
        name: values.python(engine.values[book.target(name)[:3]], 0) for name in ("chk_total", "chk_stale", "out_state")
    }
    assert now["chk_total"] == 0.0
    assert now["chk_stale"] > 50
    assert now["out_state"] == "fill again"


def test_no_units_give_no_money_and_no_errors():
    found, (shown,) = computed(NAME, [job(NAME, {"in_units_1": 0.0, "in_staff_usd_per_year": 0.0})])
    assert errors(NAME, found, 1) == []
    assert shown["out_npv_usd"] == shown["out_capex_usd"] == shown["out_required_usd"] == 0.0


def test_money_doubles_when_every_price_doubles():
    fields = ready(NAME).fields
    names = [name for name in fields if ITEMS[name].quantity.unit.startswith("USD")]
    assert len(names) > 5
    _, (shown,) = computed(NAME, [job(NAME, {name: 2 * fields[name].value for name in names})])
    for name in (
        "out_npv_usd",
        "out_capex_usd",
        "out_revenue_usd",
        "out_required_usd",
        "out_grid_3_3",
        "out_stress_npv_6",
    ):
        assert shown[name] == pytest.approx(2 * figures(NAME)[name], rel=1e-9), name


def test_cells_that_ask_for_equal_calls_have_them_computed_once_and_true_is_not_one(monkeypatch):
    asked, call = [], accel._call
    monkeypatch.setattr(accel, "_call", lambda name, cells: asked.append(name) or call(name, cells))
    monkeypatch.setattr(accel, "_last", accel._Last())
    rate, flows = [0.05, 0.1, 0.15], [[[-100.0, 60.0, 60.0]]]
    first = outside("ACCEL_NPV", [rate, flows], 3)
    assert len(asked) == 3
    assert outside("ACCEL_NPV", [list(rate), [[[-100.0, 60.0, 60.0]]]], 3) == first
    assert len(asked) == 3
    others = [
        [[0.05, 0.1, 0.2], flows],
        [[0.05, True, 0.15], flows],
        [rate, [[[-100.0, 60.0, 61.0]]]],
        [rate, [[[-100.0, True, 60.0]]]],
        [rate, [[[-100.0, 1.0, 60.0]]]],
    ]
    for at, arguments in enumerate(others, start=2):
        assert outside("ACCEL_NPV", arguments, 3) == [call("ACCEL_NPV", [x, y]) for x, y in cases(*arguments)]
        assert len(asked) == 3 * at


def cases(rates, flows):
    """Arguments of each book."""
    return [(rate, flows[min(at, len(flows) - 1)]) for at, rate in enumerate(rates)]
