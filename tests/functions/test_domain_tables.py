"""The sheet's tables of market, demand and serving: names beside figures, and the sentence behind each error."""

import datetime as dt

import pytest

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.domain import demand
from accelxl.functions import REGISTRY

TAG = "phase: all; venue: {}; components: servers; period: 2026; currency: USD; basis: gross"
RAT42 = [[9, 14, 21, 28, 42, 57, 63, 70, 79], [8.93, 10.8, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08]]


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def test_a_fit_has_a_name_a_figure_and_its_error_in_each_row():
    # NIST StRD, Ratkowsky2, certified
    found = rows("ACCEL_ADOPT_FIT", [RAT42[0]], [RAT42[1]])
    assert [row[0] for row in found] == ["saturation", "midpoint", "rate", "rmse"]
    assert found[0][1:] == pytest.approx([72.462237576, 1.7340283401])
    assert found[2][1:] == pytest.approx([0.067359200066, 0.0034465663377])
    assert found[3][2] == ""


def test_a_bass_fit_is_named_by_its_own_figures_and_a_given_saturation_has_no_error():
    levels = demand.bass([1, 2, 3, 4, 5, 6], 100.0, 0.03, 0.5).tolist()
    found = rows("ACCEL_ADOPT_FIT", [[1, 2, 3, 4, 5, 6]], [levels], "Bass", 100.0)
    assert [row[0] for row in found] == ["saturation", "p", "q", "rmse"]
    assert found[0][1:] == [100.0, ""]
    assert [found[1][1], found[2][1]] == pytest.approx([0.03, 0.5])


def test_demand_has_the_name_of_each_line_in_front():
    found = rows("ACCEL_DEMAND", [[8760.0, 0.0]], [[8760.0, 8760.0]], 2.0, [[1.0, 3.0]])
    assert [row[0] for row in found] == list(demand.DEMAND_LINES)
    assert found[3][1:] == [8760.0, 26280.0]


def test_a_scope_takes_its_period_as_a_year_or_as_words():
    year = rows("ACCEL_SCOPE", "all", "Amazon", "servers", 2026.0)
    assert year == rows("ACCEL_SCOPE", "ALL", "Amazon", "servers", "2026") == [[TAG.format("Amazon")]]
    assert rows("ACCEL_SCOPE", "all", [["Amazon"], ["Meta"]], "servers", 2026) == [
        [TAG.format("Amazon")],
        [TAG.format("Meta")],
    ]


def test_published_totals_stand_side_by_side_with_scope_date_and_source():
    found = rows("ACCEL_TOTALS", "spread_2030")
    assert found[0][:5] == ["name", "low", "mid", "high", "unit"]
    spread = dict(zip(*found, strict=True))
    # the article: "$12 billion to $394 billion by 2030"
    assert (spread["low"], spread["high"]) == (12e9, 394e9)
    day = EPOCH + dt.timedelta(days=spread["as of"])
    assert day == catalogue.market("accelerator_market_spread_2030").as_of
    assert len(rows("ACCEL_TOTALS")) == 1 + len(catalogue.markets())


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_CAPEX_SPLIT", (100.0, [[0.6, 0.25, 0.12]]), "#NUM!", "the 3 shares sum to 0.97; a sum of 1 is allowed: add"),
        ("ACCEL_CARVEOUT", (600.0, 1.3), "#NUM!", "share_low is 1.3; a share from 0 to 1 is allowed"),
        ("ACCEL_CARVEOUT", (600.0, 0.5, 0.4), "#NUM!", "step 1 has low 0.5, mid 0.45 and high 0.4"),
        ("ACCEL_SCOPE", ("infrence", "x", "y", 2026), "#VALUE!", "did you mean inference?"),
        ("ACCEL_SCOPE", ("all", "x", "y", [[2026.0, 2027.0]]), "#VALUE!", "period has 2 cells; one cell is allowed"),
        (
            "ACCEL_SCOPE_SUM", ([[1.0], [2.0]], [[TAG.format("Amazon")], [TAG.format("Meta")]]), "#VALUE!",
            "figure 2 has venue 'Meta', figure 1 has 'Amazon'; figures of one scope are allowed, or name the field",
        ),
        ("ACCEL_RECONCILE", (600.0, 200.0, [["sites", "much"]]), "#VALUE!", "line 1, sites, is 'much'"),
        ("ACCEL_TOTALS", ("widgets",), "#N/A", "no published total has 'widgets' in its name or scope"),
        ("ACCEL_DEMAND", ([[1.0, -2.0]], 1.0, 1.0, 1.0), "#NUM!", "training_hours, cell 2, is -2"),
        ("ACCEL_DEMAND", ([[1.0, 2.0], [3.0, 4.0]], 1.0, 1.0, 1.0), "#VALUE!", "a series has several rows"),
        ("ACCEL_CROSSOVER", ([[9.0, 9.0]], [[1.0, 2.0]]), "#NUM!", "does not reach training within the years given"),
        ("ACCEL_ADOPT", (1.0, "gompertz"), "#VALUE!", "midpoint is blank; a number is needed for a gompertz curve"),
        ("ACCEL_ADOPT_FIT", ([[1.0, 1.0, 2.0]], [[1.0, 2.0, 3.0]]), "#NUM!", "years, place 2: 1 stands twice"),
        ("ACCEL_ADOPT_FIT", ([[0.0, 1.0, 2.0]], [[1.0, None, 3.0]]), "#VALUE!", "actuals, cell 2, is blank"),
        ("ACCEL_ADOPT_FIT", ([[0.0, 1.0, 2.0, 3.0]], [[1.0, 2.0, 4.0, 8.0]]), "#NUM!", "do not bend towards a saturation"),
        ("ACCEL_GOODPUT", ([[20, 100]], [[9000, 1200]], 150.0), "#NUM!", "target is 150; the measured range is 20 to 100"),
        ("ACCEL_TOKENS", (-1.0, 1.0, 1.0), "#NUM!", "users is -1; a number of at least 0 units is allowed"),
        ("ACCEL_LEARNING", (1.0, 2.5, 0.8), "#NUM!", "units is 2.5; a whole number"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert {cell for row in outcome.rows() for cell in row} == {error}
    assert sentence in outcome.why


def test_a_target_outside_the_curve_does_not_stop_the_others():
    outcome = REGISTRY["ACCEL_GOODPUT"].call([[20, 100]], [[9000, 1200]], [[20.0], [150.0], [100.0]])
    assert [row[0] for row in outcome.rows()] == [9000.0, "#NUM!", 1200.0]
    assert "outside the measured range" in outcome.why


def test_a_band_of_each_case_is_a_row():
    found = rows("ACCEL_ROOFLINE", [[1.0], [64.0]], 2000.0, 37.0, 27.0, 70272.0, 3.35, 1.979)
    assert [len(row) for row in found] == [3, 3]
    assert all(low < mid < high for low, mid, high in found)
