"""A figure in another unit, of another kind or given twice: no wrong number, and one sentence that says what to change."""

import pytest

from accelxl.errors import WrongType
from accelxl.functions import REGISTRY, CellError
from accelxl.scenario.grids import grid

CURVE = (100.0, None, None, 0.03, 0.38)
H100 = (32.0, 2000.0, 37.0, 40.0, 70_000.0)


@pytest.mark.parametrize(
    ("name", "cells", "error", "words"),
    [
        ("ACCEL_ROOFLINE", (*H100, 3350.0, 0.989), "#NUM!", "a bandwidth in TB/s (3.35, not 3350 GB/s)"),
        ("ACCEL_ROOFLINE", (*H100, 8000.0, 15.0), "#NUM!", "a bandwidth in TB/s"),
        ("ACCEL_ROOFLINE", (*H100, 3.35, 989.0), "#NUM!", "a peak in PFLOP/s (0.989, not 989 TFLOP/s)"),
        ("ACCEL_MFU", (37.0, 6537.5, 0.4), "#NUM!", "the model needs more than the peak (a utilization above 1)"),
        ("ACCEL_MFU_TRAINING", (37.0, 14_800.0, 2664.0, 0.989), "#NUM!", "the model needs more than the peak"),
        ("ACCEL_MEM_FIT", (81_920.0, 140.0, 32.0, 4096.0, 327_680.0), "#NUM!", "a number from 0 to 10000 GB"),
        ("ACCEL_BATCH_FIT", (81_920.0, 35.0, 4096.0, 81_920.0), "#NUM!", "a number from 0 to 10000 GB"),
        ("ACCEL_PER_GW", (700.0, 1000.0, 1.0, 1.6), "#NUM!", "power_kw is 700; a number from 0 to 200 kW"),
        ("ACCEL_ENERGY_PER_TOKEN", (700.0, 1000.0), "#NUM!", "power_kw is 700; a number from 0 to 200 kW"),
        ("ACCEL_CARBON", (1000.0, 1500.0, None, 400.0), "#NUM!", "power_kw is 1500; a number from 0 to 200 kW"),
        ("ACCEL_CARBON", (1000.0, 1.5, None, 400.0, 1.25, 0.438), "#NUM!", "a figure in tonnes (0.438 t are 438 kg)"),
        ("ACCEL_CARBON", (1000.0, 1.5, None, 400.0, 1.25, 438_000.0), "#NUM!", "a number from 0 to 100000 kg"),
        ("ACCEL_CARBON", (1000.0, 1.5, None, 400_000.0), "#NUM!", "a number from 0 to 3000 g/kWh"),
        ("ACCEL_ADOPT", (2027.0, "bass", *CURVE), "#NUM!", "years has 2027; a Bass curve counts from the launch"),
        ("ACCEL_ADOPT_FIT", ([[2024.0, 2025.0, 2026.0]], [[1.0, 3.0, 7.0]], "bass"), "#NUM!", "years has 2024; a Bass curve"),
        ("ACCEL_LEADTIME", ([["HBM"]], 2026.0, 20.0), "#NUM!", "order_dates, cell 1, is 2026, which as a date is before 2000"),
        ("ACCEL_DEBT_SIZE", ([[100.0, -50.0, 100.0]], 0.05, 1.3), "#NUM!", "cash is below 0 in a period"),
        ("ACCEL_RECONCILE", (600.0, 200.0, [["sites", 330.0], ["sites", 330.0]]), "#VALUE!", "line 2, sites, stands twice"),
        (
            "ACCEL_VARIANCE",
            ([[500.0, 500.0]], 1.0, [[5.0, 10.0]], 1200.0, 1.0, [[5.0, 10.0]]),
            "#VALUE!",
            "actual_capacity has 1 figure for 2 products; a capacity for each is needed",
        ),
        ("ACCEL_WACC", (60.0, 40.0, 0.12, 0.06), "#VALUE!", "tax_rate is blank"),
    ],
)  # fmt: skip
def test_a_slip_gives_an_error_and_a_sentence(name, cells, error, words):
    outcome = REGISTRY[name].call(*cells)
    assert {str(cell) for row in outcome.rows() for cell in row if isinstance(cell, CellError)} == {error}
    assert words in outcome.why


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("ACCEL_ROOFLINE", (*H100, 80.0, 0.188)),  # all memory on the chip: 80 TB/s, 188 TFLOP/s
        ("ACCEL_ROOFLINE", (*H100, 21_000.0, 125.0)),  # a whole wafer: 21 PB/s, 125 PFLOP/s
        ("ACCEL_ROOFLINE", (*H100, 8.0, 15.0)),
        ("ACCEL_MFU", (37.0, 6537.5, 1.979)),
        ("ACCEL_MEM_FIT", (1000.0, 140.0, 32.0, 4096.0, 327_680.0)),
        ("ACCEL_PER_GW", (132.0, 800_000.0, 1.0, 200.0)),  # a rack of 72 as one accelerator
        ("ACCEL_CARBON", (1000.0, 23.0, None, 0.1, 1.25, 3000.0)),
        ("ACCEL_ADOPT", (2027.0, "logistic", 100.0, 2026.0, 1.5)),
        ("ACCEL_DEBT_SIZE", ([[100.0, 0.0, 100.0]], 0.05, 1.3)),
        ("ACCEL_VARIANCE", ([[500.0, 500.0]], 1.0, [[5.0, 10.0]], [[550.0, 650.0]], 1.0, 6.0)),
    ],
)
def test_what_can_be_is_computed(name, cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""


def test_other_cases_of_a_range_are_computed_beside_a_slip():
    outcome = REGISTRY["ACCEL_MFU"].call(37.0, [[6537.5], [65_375.0]], 1.979)
    assert [str(row[0]) for row in outcome.rows()][1] == "#NUM!"
    assert outcome.rows()[0][0] == pytest.approx(2 * 37e9 * 6537.5 / 1.979e15)


def test_leases_are_due_at_the_end_of_a_period_in_both_functions_where_nothing_is_said():
    """Rents of 660 and 726 at 10 %: 600 + 600 in arrears; 660 + 660 in advance."""
    liability = REGISTRY["ACCEL_LEASE"].call([[660.0, 726.0]], 0.1).rows()[1][3]
    assert liability == pytest.approx(1200.0)
    assert REGISTRY["ACCEL_NAL"].call(1000.0, [[660.0, 726.0]], 0.1, 0.0).value == pytest.approx(1000 - liability)
    early = REGISTRY["ACCEL_NAL"].call(1000.0, [[660.0, 726.0]], 0.1, 0.0, None, None, None, None, 1.0).value
    assert early == pytest.approx(1000 - 1320)
    helps = {
        argument.help
        for name in ("ACCEL_LEASE", "ACCEL_NAL")
        for argument in REGISTRY[name].arguments
        if argument.name == "type"
    }
    assert len(helps) == 1


def test_net_income_moves_by_what_tax_leaves_of_the_change_of_a_life():
    rows = {row[0]: row[1:] for row in REGISTRY["ACCEL_RELIFE"].call(100.0, 4, 6, 1).rows()}
    assert rows["effect on net income"] == pytest.approx(
        [0.75 * (b - a) for b, a in zip(rows["depreciation before"], rows["depreciation after"], strict=True)]
    )


def test_digits_in_quotes_are_no_values_of_an_axis():
    plan = {"units": 8.0, "unit_price_usd": 34_000.0, "tokens_per_second": 2500.0, "price_usd_per_mtok": 0.6}
    with pytest.raises(WrongType, match=r"utilization holds '0\.5'; a share from 0"):
        grid(plan, {"utilization": [0.4, "0.5"]}, "npv")
    with pytest.raises(WrongType, match=r"utilization holds '0\.4'"):
        grid(plan, {"utilization": ["0.4", "0.5"]}, "npv")
