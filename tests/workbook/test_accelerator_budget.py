"""The accelerator budget: its figures are those of the plan model, at its inputs as they stand and anywhere between Low and High."""

import math
import random

import pytest

from accelxl.plan.inputs import INPUTS
from accelxl.workbook.build import template
from accelxl.workbook.fields import plan_input
from accelxl.workbook.jobs import Job
from accelxl.workbook.layout import serial
from tests.oracle import plan as oracle
from tests.workbook.books import base, budget, computed, errors

FIGURES = {figure.name: figure.metric for figure in template("accelerator_budget").board.figures if figure.metric}


def plan_of(inputs):
    """The plan that the book's inputs describe, as the oracle takes it."""
    top, tranches = {}, ({}, {})
    for name, value in inputs.items():
        row = plan_input(name)
        if row is None or row.name == "device" or value is None:
            continue
        block = top if row.scope == "plan" else tranches[int(name[-1]) - 1]
        block[row.name] = int(value) if row.quantity.whole else value
    return {**top, "tranches": list(tranches)}


def test_the_figures_are_those_of_the_plan_model():
    inputs = base("accelerator_budget")
    expected = oracle.evaluate(plan_of(inputs))
    book = budget().book
    for name, metric in FIGURES.items():
        shown = book.at(book.target(f"out_{name}")[:3])
        assert shown == pytest.approx(expected[metric], rel=1e-9), name


def draw(rng):
    """A book's inputs anywhere between their Low and High, every word of a choice."""
    values = {}
    for item in template("accelerator_budget").items:
        if item.fixed:
            continue
        if item.quantity.choices:
            values[item.defined] = rng.choice(item.quantity.choices)
        elif item.quantity.kind == "date":
            values[item.defined] = (
                serial(item.low) if item.name == "budget_date" else serial(rng.choice([item.low, item.high]))
            )
        else:
            low, high = float(serial(item.low)), float(serial(item.high))
            values[item.defined] = (
                float(rng.randint(int(low), int(high))) if item.quantity.whole else rng.uniform(low, high)
            )
    if rng.random() < 0.2:
        values["in_demand_mtok_per_month"] = None
    if rng.random() < 0.2:
        values["in_units_2"] = 0.0
    return values


def test_drawn_books_have_the_figures_of_the_plan_model_and_pass_their_checks():
    rng = random.Random(20261123)
    drawn = [draw(rng) for _ in range(120)]
    jobs = [Job("", None, {budget().fields[name].key: value for name, value in one.items()}, one) for one in drawn]
    found, figures = computed("accelerator_budget", jobs)
    seen = set()
    for one, shown in zip(drawn, figures, strict=True):
        if shown["chk_total"]:
            # combinations of long waits and lives may end after the timeline: the check that says so is then the reason
            waits = ("order_month", "lead_time_months", "delay_months", "install_months", "economic_life_months")
            ends = [sum(one[f"in_{name}_{k}"] for name in waits) for k in (1, 2)]
            assert max(ends) > 96
            continue
        plan = plan_of(base("accelerator_budget") | one)
        expected = oracle.evaluate(plan)
        scale = sum(map(abs, oracle.statement(plan)["free_cash_flow_usd"]))
        for name, metric in FIGURES.items():
            value = shown[f"out_{name}"]
            if isinstance(value, str):
                assert math.isnan(expected[metric]), (name, value, expected[metric])
                seen.add(value)
            elif math.isnan(expected[metric]):
                assert value == 0.0, name  # no tokens, no capex: nothing to show
            else:
                room = 1e-10 * scale if "usd" in metric or metric == "npv" else 1e-12
                assert value == pytest.approx(expected[metric], rel=1e-9, abs=room), (name, one)
    assert seen == {"none", "never"}
    assert sum(shown["chk_total"] == 0 for shown in figures) > 80
    assert errors("accelerator_budget", found, len(jobs)) == []


def test_no_tokens_and_no_units_give_zeros_and_no_errors():
    zero = {budget().fields[f"in_units_{k}"].key: 0.0 for k in (1, 2)} | {
        budget().fields["in_staff_usd_per_year"].key: 0.0
    }
    found, (shown,) = computed("accelerator_budget", [Job("", None, zero, {})])
    assert errors("accelerator_budget", found, 1) == []
    money = [value for name, value in shown.items() if name.endswith("_usd")]
    assert len(money) > 5
    assert money == [0.0] * len(money)


def test_money_doubles_when_every_price_doubles():
    names = [name for name, field in budget().fields.items() if field.quantity.unit.startswith("USD")]
    assert len(names) > 8
    twice = {budget().fields[name].key: 2 * budget().fields[name].value for name in names}
    _, (shown,) = computed("accelerator_budget", [Job("", None, twice, {})])
    for name, value in shown.items():
        if name.endswith("_usd"):
            assert value == pytest.approx(2 * budget().book.at(budget().book.target(name)[:3]), rel=1e-12), name


def test_rows_marked_as_money_out_are_never_above_zero():
    book = budget().book
    sheet = book.titles.index("Monthly")
    marked = [row for (row, column), span in book.sheet(sheet).cells.items() if column == 2 and book.value(span) == "-"]
    assert len(marked) > 20
    for row in marked:
        flows = [book.at((sheet, row, column)) for column in range(5, 102)]
        assert all(flow <= 0 for flow in flows), row


def test_plan_inputs_have_the_units_and_limits_of_their_one_table():
    for item in template("accelerator_budget").items:
        if item.input and not item.quantity.choices:
            assert item.quantity == INPUTS[item.input].quantity, item.name
