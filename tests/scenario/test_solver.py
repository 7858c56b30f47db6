"""Break-even: the metric at the value found is the target, for one plan and for the rows of a table."""

import random

import numpy as np
import pandas as pd
import pytest

from accelxl.errors import AccelError, NoSolution
from accelxl.plan.evaluate import evaluate
from accelxl.scenario.solver import breakeven
from accelxl.scenario.tables import scenarios
from tests.oracle import draw
from tests.scenario.common import PLAN

MOVERS = (
    "price_usd_per_mtok",
    "unit_price_usd",
    "tokens_per_second",
    "utilization",
    "price_decline_per_year",
    "electricity_usd_per_kwh",
)


def at(name, value, metric="npv", plan=PLAN):
    return evaluate({**plan, name: value}, [metric])[metric]


@pytest.mark.parametrize("name", MOVERS)
def test_npv_is_zero_at_the_break_even(name):
    value = breakeven(PLAN, name)
    assert abs(at(name, value)) < 1e-6 * evaluate(PLAN, ["capex_usd"])["capex_usd"]


@pytest.mark.parametrize(
    ("metric", "target"),
    [("irr", 0.3), ("payback_months", 24.0), ("cost_per_mtok", 0.3), ("roi", 1.0), ("profit_usd", 1e6)],
)
def test_any_metric_meets_any_target_it_can(metric, target):
    value = breakeven(PLAN, "utilization", metric, target)
    assert at("utilization", value, metric) == pytest.approx(target, rel=1e-9)


def test_the_break_even_price_is_that_of_the_metric_of_this_name():
    want = evaluate(PLAN, ["breakeven_price_usd_per_mtok"])["breakeven_price_usd_per_mtok"]
    assert breakeven(PLAN, "price_usd_per_mtok") == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_random_plans_break_even_at_the_price_of_the_metric(seed):
    plan = {**draw.w1_plan(random.Random(seed))}
    want = evaluate(plan, ["breakeven_price_usd_per_mtok"])["breakeven_price_usd_per_mtok"]
    assert breakeven(plan, "price_usd_per_mtok") == pytest.approx(want, rel=1e-9)


def test_a_whole_number_is_the_first_that_meets_the_target():
    months = breakeven(PLAN, "delay_months", "irr", 0.5)
    assert months == int(months)
    assert at("delay_months", months, "irr") >= 0.5 > at("delay_months", months + 1, "irr")
    life = breakeven({**PLAN, "price_usd_per_mtok": 0.4}, "economic_life_months")
    poor = {**PLAN, "price_usd_per_mtok": 0.4}
    assert at("economic_life_months", life, plan=poor) >= 0 > at("economic_life_months", life - 1, plan=poor)


def test_the_crossing_nearest_the_plan_is_found():
    # A slow start and a long life: the metric crosses 20 months twice on the way from 0 to 1 of utilization at most once a side.
    low = breakeven(PLAN, "price_usd_per_mtok", low=0.1, high=10.0)
    assert low == pytest.approx(breakeven(PLAN, "price_usd_per_mtok"), rel=1e-12)


def test_the_scale_of_the_answer_does_not_matter():
    want = breakeven({**PLAN, "electricity_usd_per_kwh": 0.0}, "price_usd_per_mtok")
    for factor in (1e-4, 1e-2, 1e2, 1e4):
        plan = {**PLAN, "unit_price_usd": 34e3 * factor, "electricity_usd_per_kwh": 0.0}
        value = breakeven(plan, "price_usd_per_mtok", low=0.0, high=1e5)
        assert value == pytest.approx(want * factor, rel=1e-9)


TABLE = {"utilization": np.linspace(0.2, 0.9, 200), "unit_price_usd": np.linspace(20e3, 60e3, 200)}


@pytest.mark.parametrize("name", ["price_usd_per_mtok", "tokens_per_second", "price_decline_per_year"])
def test_each_row_of_a_table_has_the_break_even_of_its_plan(name):
    found = breakeven(PLAN, name, columns=TABLE)
    for k in (0, 57, 199):
        plan = {**PLAN, **{column: values[k] for column, values in TABLE.items()}}
        assert found[k] == pytest.approx(breakeven(plan, name), rel=1e-9)
    left = scenarios(PLAN, {**TABLE, name: found}, ["npv"])["npv"]
    assert np.abs(left).max() < 1e-6 * 20e3 * 64


def test_whole_numbers_are_solved_for_row_by_row_too():
    columns = {"utilization": [0.3, 0.4, 0.6], "price_usd_per_mtok": [0.5, 0.6, 0.6]}
    found = breakeven(PLAN, "economic_life_months", columns=columns)
    for k, months in enumerate(found):
        plan = {**PLAN, **{name: values[k] for name, values in columns.items()}}
        assert months == breakeven(plan, "economic_life_months")


def test_a_row_that_never_breaks_even_is_nan_and_stops_no_other():
    found = breakeven(PLAN, "utilization", columns=pd.DataFrame({"price_usd_per_mtok": [0.0, 0.6, 0.01]}))
    assert np.isnan(found).tolist() == [True, False, True]


def test_how_many_rows_there_are_changes_no_bit(monkeypatch):
    whole = breakeven(PLAN, "price_usd_per_mtok", columns=TABLE)
    monkeypatch.setattr("accelxl.scenario.solver.AT_ONCE", 700)
    assert np.array_equal(whole, breakeven(PLAN, "price_usd_per_mtok", columns=TABLE))


@pytest.mark.parametrize(
    ("args", "options", "sentence"),
    [
        (("pues",), {}, "'pues' is not an input of a plan; did you mean pue?"),
        (("book_method",), {}, "book_method is not a number; an input that is a number can be solved for"),
        (("pue", "npvs"), {}, "'npvs' is not a metric; did you mean npv?"),
        (("pue", "npv", float("nan")), {}, "the target of npv is nan; a number is allowed"),
        (("pue",), {"low": 3, "high": 2}, "pue is looked for from 3 to 2; a number from 1 to 10 is allowed"),
        (("pue",), {"low": "x"}, "the low of pue is 'x'; a number is allowed"),
        (("pue",), {"columns": {"pue": [1.1]}}, "pue is solved for and stands in the columns; other inputs are allowed there"),
        (("units",), {"columns": {"units.1": [1.1]}}, "units is solved for and stands in the columns; other inputs are allowed there"),
        (("pue",), {"columns": {}}, "the table has no column; one or more columns of inputs are needed"),
        (
            ("pue",), {"columns": {"book_method": ["SL"]}},
            "book_method is not a number; columns of numbers are allowed beside a break-even",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(args, options, sentence):
    with pytest.raises(AccelError) as caught:
        breakeven(PLAN, *args, **options)
    assert str(caught.value) == sentence


def test_a_target_out_of_reach_says_how_near_the_metric_comes():
    with pytest.raises(
        NoSolution, match=r"npv does not meet 1e\+12 for pue from 1 to 10; its distance from the target goes from -"
    ):
        breakeven(PLAN, "pue", target=1e12)


def test_a_metric_that_jumps_over_its_target_has_no_break_even():
    # The month of the first gain is a whole number.
    with pytest.raises(NoSolution, match="it jumps over the target at"):
        breakeven(
            {**PLAN, "adoption": "logistic", "adoption_midpoint_month": 12, "adoption_rate_per_month": 0.3},
            "utilization",
            "breakeven_month",
            10.5,
        )


def test_a_metric_without_value_anywhere_says_so():
    with pytest.raises(NoSolution, match="it has no value there"):
        breakeven({**PLAN, "price_usd_per_mtok": 0.0}, "pue", "payback_months", 10.0)


def test_a_rented_plan_breaks_even_although_it_buys_nothing():
    rented = {**PLAN, "units": 1e6, "unit_price_usd": 0, "contract": "rent", "rent_usd_per_hour": 2.5}
    price = breakeven(rented, "price_usd_per_mtok")
    assert abs(evaluate({**rented, "price_usd_per_mtok": price}, ["npv"])["npv"]) < 1e-3
    found = breakeven(rented, "price_usd_per_mtok", columns={"pue": [1.1, 1.25, 1.4, 1.45]})
    assert np.isfinite(found).all()
    assert found[1] == pytest.approx(price, rel=1e-12)
