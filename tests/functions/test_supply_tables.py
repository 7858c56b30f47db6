"""The sheet's tables of supply: names beside figures, catalogue lead times, and the sentence behind each error."""

import datetime as dt

import pytest

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.domain import supply
from accelxl.functions import REGISTRY

DAY = 46027.0


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def test_a_blank_lead_time_is_the_catalogues():
    found = rows("ACCEL_LEADTIME", [["accelerator"], ["HBM"]], DAY, [[None], [30.0]])
    assert found[1][2] == catalogue.lead_time("accelerator").value
    assert found[2][2] == 30.0
    assert found[3][0] == "ready"
    assert found[3][7] == "accelerator"


def test_five_components_arrive_on_their_days_of_the_calendar():
    # Ordered on Monday 5 January 2026; the days are those of a wall calendar.
    arrives = {
        "chip": (44, "2026-11-09"), "substrate": (30, "2026-08-03"), "HBM": (26, "2026-07-06"),
        "transformer": (90, "2027-09-27"), "grid": (156, "2029-01-01"),
    }  # fmt: skip
    found = rows("ACCEL_LEADTIME", [[name] for name in arrives], DAY, [[weeks] for weeks, _ in arrives.values()])
    shown = {row[0]: str(EPOCH + dt.timedelta(days=row[4])) for row in found[1:]}
    assert shown == {name: day for name, (_, day) in arrives.items()} | {"ready": "2029-01-01"}
    assert found[-1][7] == "grid"


def test_each_component_may_have_its_own_order_date_and_slip():
    found = rows("ACCEL_LEADTIME", [["a", "b"]], [[DAY, DAY + 70]], [[20, 10]], [[0, 0]], 2.0)
    assert [row[4] for row in found[1:]] == [DAY + 140, DAY + 140, DAY + 154]
    assert found[3][7] == "a and b"


def test_a_delay_spills_its_nine_figures_for_each_case():
    found = rows("ACCEL_DELAY_COST", 2.2e6, 36000.0, 5.0, [[0.0], [6.0]])
    assert found[1] == supply.delay_cost(2.2e6, 36000.0, 5.0, 6.0).tolist()
    assert len(supply.DELAY_LINES) == len(found[0])


def test_one_source_has_its_figures_alone():
    found = dict(rows("ACCEL_SLIP", [[0, 3, 9]], [[0.6, 0.3, 0.1]], None, None, 1000.0))
    assert found["expected months"] == pytest.approx(1.8)
    assert found["90 % of the cases by"] == 3.0
    assert found["expected cost of slip"] == pytest.approx(1800.0)


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_LEADTIME", ("flux capacitor", DAY), "#N/A", "there is no component 'flux capacitor'"),
        ("ACCEL_LEADTIME", ([["a"], ["a"]], DAY, 3.0), "#VALUE!", "components, cell 2: a stands twice"),
        ("ACCEL_LEADTIME", ([["a"], [7.0]], DAY, 3.0), "#VALUE!", "components, cell 2, is 7; a name is needed"),
        ("ACCEL_LEADTIME", ([["a"], ["b"], ["c"]], DAY, [[1.0], [2.0]]), "#VALUE!", "lead_weeks has 2 cells for 3 rows"),
        ("ACCEL_LEADTIME", ("a", DAY, -1.0), "#NUM!", "lead_weeks, cell 1, is -1; a number from 0 to 1040 weeks"),
        ("ACCEL_LEADTIME", ("a", "soon", 1.0), "#VALUE!", "order_dates, cell 1, is the text 'soon'; a date is allowed"),
        ("ACCEL_LEADTIME", ([["a"], ["b"]], [[None], [DAY]], 1.0), "#VALUE!", "order_dates, cell 1, is blank"),
        ("ACCEL_DELAY_COST", (1.0, 1.0, 1.0, -1.0), "#NUM!", "delay_months is -1; a number of at least 0 months is allowed"),
        ("ACCEL_DELAY_COST", (1.0, 1.0, 1.0, 12.0, None, None, None, None, None, None, None, "schedule"), "#NUM!", "no token is served"),
        ("ACCEL_BOTTLENECK", (), "#VALUE!", "no constraint is given"),
        ("ACCEL_BOTTLENECK", (None, 5.0), "#VALUE!", "hbm_gb is given and gb_per_device is not; both are needed"),
        ("ACCEL_BOTTLENECK", ([[1.0, None, 2.0]],), "#VALUE!", "chips, cell 2, is blank"),
        ("ACCEL_HBM", (1.0, 100.0, 80.0, 15.0, 0.2), "#NUM!", "the memory costs more than the device"),
        ("ACCEL_PREBUY", (100.0, 5.0, 12.0), "#NUM!", "discount is 5; a share from -1 to 0.99 is allowed"),
        ("ACCEL_SLIP", ([[0, 3]], [[0.5, 0.4]]), "#NUM!", "the 2 probabilities sum to 0.9"),
        ("ACCEL_SLIP", ([[0, 3]], [[0.5, 0.5]], [[0, 3]]), "#VALUE!", "months_2 and probabilities_2 are given together"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert error in {cell for row in outcome.rows() for cell in row}
    assert sentence in outcome.why
