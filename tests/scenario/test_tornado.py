"""Tornado: bars against the plan evaluated at their ends, ranges from the catalogue or a share."""

import math

import pytest

from accelxl import catalogue
from accelxl.errors import AccelError
from accelxl.plan.evaluate import evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.scenario.tornado import tornado
from tests.scenario.common import PLAN

DEVICE = {"device": "H100", "units": 64, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}


@pytest.mark.parametrize("metric", ["npv", "irr", "payback_months"])
def test_a_bar_is_the_plan_at_both_ends(metric):
    found = tornado(
        PLAN, {"pue": (1.1, 1.5), "price_usd_per_mtok": (0.4, 0.8), "economic_life_months": (36, 60)}, metric
    )
    assert found.base == evaluate(PLAN, [metric])[metric]
    for bar in found.bars:
        ends = [evaluate({**PLAN, bar.name: value}, [metric])[metric] for value in (bar.low, bar.high)]
        assert [bar.at_low, bar.at_high] == ends
        assert bar.swing == abs(ends[1] - ends[0])
        assert bar.unit == INPUTS[bar.name].quantity.unit


def test_bars_stand_longest_first():
    swings = [bar.swing for bar in tornado(DEVICE).bars]
    assert swings == sorted(swings, reverse=True)
    assert len(swings) > 8


def test_a_swing_without_value_stands_last():
    found = tornado(PLAN, {"price_usd_per_mtok": (0.001, 0.8), "pue": (1.1, 1.5)}, "payback_months")
    assert [bar.name for bar in found.bars] == ["pue", "price_usd_per_mtok"]
    assert math.isnan(found.bars[-1].swing)


def test_the_catalogue_gives_the_bands_of_the_device():
    bars = {bar.name: bar for bar in tornado(DEVICE).bars}
    price = catalogue.device("H100").fact("price_usd")
    assert (bars["unit_price_usd"].low, bars["unit_price_usd"].high) == (price.low, price.high)
    assert bars["unit_price_usd"].source == f"{price.source}, {price.as_of}"
    assert (bars["price_usd_per_mtok"].low, bars["price_usd_per_mtok"].high) == (0.48, 0.72)
    assert bars["price_usd_per_mtok"].source == "20% each way"


def test_a_value_outside_the_catalogues_band_moves_by_a_share():
    bars = {bar.name: bar for bar in tornado({**DEVICE, "unit_price_usd": 90_000}).bars}
    assert (bars["unit_price_usd"].low, bars["unit_price_usd"].high) == (72_000, 108_000)


def test_default_ranges_stay_inside_the_inputs_limits_and_whole_months_are_whole():
    bars = {bar.name: bar for bar in tornado({**PLAN, "utilization": 0.95, "economic_life_months": 47}, share=0.1).bars}
    assert (bars["utilization"].low, bars["utilization"].high) == (0.855, 1.0)
    assert (bars["economic_life_months"].low, bars["economic_life_months"].high) == (42, 52)


def test_inputs_that_do_not_move_the_metric_have_no_bar_unless_asked_for():
    assert "tax_rate" not in {bar.name for bar in tornado(PLAN, metric="capex_usd").bars}
    assert [bar.swing for bar in tornado(PLAN, ["tax_rate"], "capex_usd").bars] == [0.0]


def test_each_tranche_has_bars_of_its_own():
    cohort = {k: v for k, v in PLAN.items() if k != "price_usd_per_mtok"}
    plan = {"tranches": [cohort, {**cohort, "units": 8}], "price_usd_per_mtok": 0.6}
    bars = {bar.name: bar for bar in tornado(plan).bars}
    assert (bars["units.1"].high, bars["units.2"].high) == (76.8, 9.6)
    changed = {**plan, "tranches": [cohort, {**cohort, "units": 9.6}]}
    assert bars["units.2"].at_high == pytest.approx(evaluate(changed, ["npv"])["npv"], rel=1e-14)


def test_rows_names_and_a_dict_give_the_same_ranges():
    want = tornado(PLAN, {"pue": (1.1, 1.5), "units": None})
    assert tornado(PLAN, [["pue", 1.1, 1.5], ["units", None, None], ["", "", ""]]) == want
    assert tornado(PLAN, ["units"]).bars[0] == next(bar for bar in want.bars if bar.name == "units")


def test_the_table_has_a_row_for_each_bar():
    found = tornado(PLAN, {"pue": (1.1, 1.5)})
    assert found.table()[0] == ["input", "low", "high", "npv at low", "npv at high", "swing", "range from"]
    assert found.table()[1][:3] == ["pue", 1.1, 1.5]
    assert list(found.frame().columns) == found.table()[0]


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ({"pue": (0.5, 1.5)}, "the low of pue is 0.5; a number from 1 to 10 is allowed"),
        ({"pue": (1.5, 1.1)}, "the range of pue goes from 1.5 to 1.1; low up to high is allowed"),
        ({"pue": (1.1, math.nan)}, "the high of pue is nan; a number is allowed"),
        ({"pue": (1.1,)}, "the range of pue is (1.1,); a low and a high are allowed"),
        ({"pue": "wide"}, "the range of pue is 'wide'; a low and a high are allowed"),
        (
            {"install_months": (0, 1.5)},
            "the high of install_months is 1.5; a whole number from 0 to 360 months is allowed",
        ),
        (
            {"install_months": None},
            "install_months is 0 in the plan, so no range follows from it; a low and a high are needed",
        ),
        (
            {"horizon_months": None},
            "horizon_months is blank in the plan, so no range follows from it; a low and a high are needed",
        ),
        ({"book_method": ("SL", "DDB")}, "book_method is not a number; an input that is a number can move"),
        ({"puee": (1, 2)}, "'puee' is not an input of a plan; did you mean pue?"),
        ([["pue", 1.1]], "row 1 of the ranges is ['pue', 1.1]; a name, a low and a high are allowed"),
        ([["pue", 1.1, 1.5], ["pue", 1.1, 1.5]], "row 2 of the ranges: pue stands twice"),
        ({}, "there is no range; one or more inputs with a low and a high are needed"),
        (5, "the table of ranges is 5; a dict by input, rows of name, low and high, or names are allowed"),
    ],
)
def test_ranges_that_cannot_be_are_refused_in_a_sentence(ranges, sentence):
    with pytest.raises(AccelError) as caught:
        tornado(PLAN, ranges)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("share", [0, -0.1, 1.5])
def test_a_share_that_cannot_be_is_refused(share):
    with pytest.raises(AccelError, match=f"the share is {share:g}; a number above 0, up to 1, is allowed"):
        tornado(PLAN, share=share)
