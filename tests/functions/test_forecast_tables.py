"""The sheet's tables of forecasts: drivers and their product, layouts, and the sentence behind each error."""

import pytest

from accelxl.domain import demand
from accelxl.functions import REGISTRY


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def test_an_adoption_curve_through_the_actuals_goes_on_as_the_curve():
    levels = demand.logistic([0, 1, 2, 3, 4, 5, 6, 7], 80.0, 2.5, 1.2).tolist()
    found = rows("ACCEL_ROLL", [list(range(8))], [[1.0] * 8], [[*levels[:5], None, None, None]], "logistic")
    assert [row[2] for row in found[1:]] == pytest.approx(levels)
    assert [row[1] for row in found[1:]] == ["actual"] * 5 + ["forecast"] * 3


def test_drivers_stand_in_columns_when_the_periods_do():
    across = rows("ACCEL_ROLL", [[1, 2, 3]], [[100, 110, 120], [2, 2, 1]], [[90], [3]])
    down = rows("ACCEL_ROLL", [[1], [2], [3]], [[100, 2], [110, 2], [120, 1]], [[90, 3]])
    assert across == down
    assert across[2][2:] == pytest.approx([99.0, 3.0, 297.0, 220.0])


def test_a_quarter_without_actuals_is_left_out_and_the_order_of_devices_does_not_matter():
    targets = [["", "Q1", "Q2"], ["GPU", 0.75, 0.5], ["ASIC", 0.25, 0.5]]
    found = rows("ACCEL_MIX_TARGET", targets, [["", "Q1"], ["ASIC", 40], ["GPU", 60]], [["ASIC", 240], ["GPU", 100]])
    assert len(found) == 4
    assert found[1][:3] == ["Q1", "GPU", 0.75]
    assert found[3][7] == pytest.approx(2100.0)


def test_blank_columns_of_a_mix_change_nothing():
    wide = [["", None, "Q1", None], ["GPU", None, 60, None], ["ASIC", None, 40, None]]
    assert rows("ACCEL_MIX_TARGET", GOOD, wide) == rows(
        "ACCEL_MIX_TARGET", GOOD, [["", "Q1"], ["GPU", 60], ["ASIC", 40]]
    )


GOOD = [["", "Q1"], ["GPU", 0.75], ["ASIC", 0.25]]


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_ROLL", ([[1, 2, 3]], [[1, 2, 3]], [[1, None, 3]]), "#NUM!", "actuals, driver 1, has no figure in period 2"),
        ("ACCEL_ROLL", ([[1, 2, 3]], [[1, 2, 3]], [[1, 2]], None, None, [[1, 1]]), "#NUM!", "actuals have 1 twice"),
        ("ACCEL_ROLL", ([[1, 2, 3]], [[1, 2, 3]], [[1, 2]], None, None, [[1, 3]]), "#NUM!", "actuals have no figure for 2, but for 3"),
        ("ACCEL_ROLL", ([[1, 2, 3]], [[1, 2]], [[1]]), "#VALUE!", "a figure a period, actuals for each driver"),
        ("ACCEL_ROLL", ([[1, 2]], [[1, 2]], [["x"]]), "#VALUE!", "actuals, driver 1, period 1, is the text 'x'"),
        ("ACCEL_ROLL", ([[1, 2]], [[1, 2]], [[1]], "guess"), "#VALUE!", "method is the text 'guess'"),
        ("ACCEL_ROLL", ([[46023, 46054, 46082, 46113]], [[1] * 4], [[1, 2, 3]], "bass"), "#NUM!", "a bass curve counts from the launch"),
        ("ACCEL_VARIANCE", ([[1, 1]], [[1, 2]], [[1, 1]], [[1, 1]], [[1, 1]], [[1, 1]]), "#NUM!", "plan_utilization, cell 2, is 2"),
        ("ACCEL_VARIANCE", ([[1, 1]], 1.0, [[1, 1]], [[1, 1]], 1.0, [[1, 1]], [["a"]]), "#VALUE!", "1 names for 2 products"),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q1"], ["GPU", 60]]), "#VALUE!", "targets have the device ASIC, actuals do not"),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q1"], ["GPU", 60], ["TPU", 1]]), "#VALUE!", "actuals have the device TPU, targets do not"),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q2"], ["GPU", 60], ["ASIC", 1]]), "#VALUE!", "actuals have the quarter Q2, targets do not"),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q1", "Q1"], ["GPU", 60, 1], ["ASIC", 1, 1]]), "#VALUE!", "the quarter the text 'Q1' twice"),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q1"], ["GPU", None], ["ASIC", 1]]), "#VALUE!", "actuals, GPU in Q1, is blank"),
        (
            "ACCEL_MIX_TARGET", (GOOD, [["", None, "Q1"], ["GPU", 7, 60], ["ASIC", 5, 40]]), "#VALUE!",
            "actuals, column 2, has figures and no quarter in the header",
        ),
        (
            "ACCEL_MIX_TARGET", (GOOD, [["", "Q1"], ["GPU", 6], ["ASIC", 1]], [["GPU", 1], ["GPU", 5], ["ASIC", 2]]), "#VALUE!",
            "values, first column, cell 2: GPU stands twice",
        ),
        ("ACCEL_MIX_TARGET", (GOOD, [["", "Q1"], ["GPU", 6], ["ASIC", 1]], [["GPU", 1]]), "#VALUE!", "values have no ASIC"),
        ("ACCEL_UNLOCK", ([[1.0, 2.0]], [[1.0, 1.0]]), "#NUM!", "probabilities, cell 2, is 2"),
        ("ACCEL_UNLOCK", ([[1.0, 0.5]], [[1.0, 1.0]], None, [["a"]]), "#VALUE!", "1 names for 2 tranches"),
        ("ACCEL_MILESTONE", ([[0.5, 0.6]], 0.9), "#NUM!", "the milestone is not met yet"),
        ("ACCEL_MILESTONE", ([[0.5, 0.6]], 0.6, 1, None, [[2027, 2027]]), "#NUM!", "periods, place 2, does not follow"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert error in {cell for row in outcome.rows() for cell in row}
    assert sentence in outcome.why
