"""A figure in another unit, of another kind or given twice: no wrong number, and one sentence that says what to change."""

import pytest

from accelxl.errors import WrongType
from accelxl.functions import REGISTRY, CellError
from accelxl.plan.inputs import INPUTS
from accelxl.scenario.grids import grid

CURVE = (100.0, None, None, 0.03, 0.38)
PLAN = [["units", 64.0], ["unit_price_usd", 34_000.0], ["tokens_per_second", 2500.0], ["price_usd_per_mtok", 0.6]]
PARTS = [["name", "price_usd", "life_years"], ["chip", 25_000.0, 4.0]]
NAL = (1000.0, [[300.0, 300.0, 300.0]], 0.08, 0.25)
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
        ("ACCEL_CARBON", (1000.0, 1.5, None, 0.4), "#NUM!", "a figure in kg (0.4 kg a kWh are 400 g)"),
        ("ACCEL_NPV", (12.0, [[-100.0, 120.0]]), "#NUM!", "rate is 12; a number of at most 10 1/period is allowed; 12 % is 0.12"),
        ("ACCEL_PLAN", ([*PLAN, ["discount_rate", 8.0]], "npv"), "#NUM!", "discount_rate is 8; a number from -0.99 to 2 1/year"),
        ("ACCEL_REQ_REVENUE", (1000.0, 10.0, 5.0), "#NUM!", "a number from -0.99 to 2 1/year is allowed; 10 % is 0.1"),
        ("ACCEL_DEVICE_COST", (30_000.0, 0.4, 2000.0, 0.6, 48.0, 0.0, 0.0, 0.0, 8.0), "#NUM!", "8 % is 0.08"),
        ("ACCEL_LEASE", (1000.0, 6.0, None, None, None, None, 3.0), "#NUM!", "rate is 6; a number from -0.99 to 2 1/period"),
        ("ACCEL_TOKENS", (1e6, 8.0, 1500.0, 50.0), "#NUM!", "active_share is 50; a share from 0 to 1 is allowed; 50 % is 0.5"),
        ("ACCEL_CROSSOVER_GROWTH", (100.0, 50.0, 10.0, 40.0), "#NUM!", "inference_growth is 40; "),
        ("ACCEL_PLAN", ([*PLAN, ["power_kw", 1370.0]], "npv"), "#NUM!", "power_kw is 1370; a number from 0 to 200 kW"),
        ("ACCEL_TCO", (PARTS, 1370.0), "#NUM!", "power_kw is 1370; a number from 0 to 200 kW"),
        ("ACCEL_BOTTLENECK", (1000.0, None, None, None, 3.0, 2170.0), "#NUM!", "kw_per_device is 2170; a number from 0 to 200 kW"),
        ("ACCEL_TRAINING_HOURS", (37.0, 14_800.0, 989.0, 0.35), "#NUM!", "peak_pflops is 989; a number from 0 to 200 PFLOP/s"),
        ("ACCEL_TRAINING_HOURS", (37e9, 14_800.0, 0.989, 0.35), "#NUM!", "active_params_b is 3.7e+10; a number from 0 to 1e+06"),
        ("ACCEL_TRAINING_HOURS", (37.0, 14.8e12, 0.989, 0.35), "#NUM!", "tokens_b is 1.48e+13; a number from 0 to 1e+08"),
        ("ACCEL_MFU", (37.0, 5000.0, 989.0), "#NUM!", "peak_pflops is 989; "),
        ("ACCEL_KV_BYTES", (80.0, 8.0, 128.0, 16.0), "#NUM!", "bytes_per_value is 16; a number from 0 to 4 bytes"),
        ("ACCEL_MEM_WASTE", (141_000.0, 100.0, 15.0), "#NUM!", "memory_gb is 141000; a number from 0 to 10000 GB"),
        ("ACCEL_MEM_WASTE", (141.0, 100.0, 15.0, 60.0), "#NUM!", "life_years is 60; a whole number from 1 to 30 years"),
        ("ACCEL_DELAY_COST", (1e6, 5e5, 48.0, 9.0), "#NUM!", "life_years is 48; a number from 0 to 30 years"),
        ("ACCEL_RELIFE", (100.0, 48.0, 72.0, 12.0), "#NUM!", "life is 48; a number from 0 to 40 years"),
        ("ACCEL_LIVES", (1000.0, 72.0), "#NUM!", "book_life is 72; a whole number from 1 to 40 years"),
        ("ACCEL_RESIDUAL", (1000.0, 60.0), "#NUM!", "book_life is 60; a whole number from 1 to 40 years"),
        ("ACCEL_XNPV", (0.1, [[-100.0, 120.0]], [[2026.0, 2027.0]]), "#NUM!", "dates, cell 1, is 2026, a year and as a date in 1905"),
        ("ACCEL_XIRR", ([[-100.0], [120.0]], [[2026.0], [2027.0]]), "#NUM!", "DATE(2026,1,5) in a formula"),
        ("ACCEL_NAL", (*NAL, [[0.2, 0.32, 0.192]]), "#NUM!", "1 or less (shares: multiply them by the cost)"),
        ("ACCEL_NAL", (*NAL, [[500.0, 500.0, 500.0]]), "#NUM!", "the depreciation is in all more than the cost"),
        ("ACCEL_PLAN", ([*PLAN[:3], ["price_per_ktok", 0.0006]], "npv"), "#VALUE!", "multiply the figures by 1000 (0.0006 is 0.6)"),
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
        ("ACCEL_CARBON", (1000.0, 23.0, None, 0.0, 1.25, 3000.0)),
        ("ACCEL_CARBON", (1000.0, 23.0, None, 4.0, 1.25, 3000.0)),
        ("ACCEL_ADOPT", (2027.0, "logistic", 100.0, 2026.0, 1.5)),
        ("ACCEL_NPV", (4.0, [[-1600.0, 10_000.0, -10_000.0]])),  # a rate at which two rates of a textbook meet 0
        ("ACCEL_WACC", (60.0, 40.0, 1.3, 0.9, 0.25)),  # where prices double in a year
        ("ACCEL_XNPV", (0.1, [[-100.0, 10.0, 110.0]], [[0.0, 1950.0, 2100.0]])),  # days from the first, no years
        ("ACCEL_NAL", (*NAL, [[0.0, 0.0, 0.0]])),
        ("ACCEL_NAL", (1.0, [[0.3, 0.3, 0.3]], 0.08, 0.25, [[0.2, 0.32, 0.192]])),  # all in millions
        ("ACCEL_LIVES", (1000.0, 39.0)),
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


def test_the_worst_slip_of_the_earlier_source_is_one_that_can_happen():
    """Late by 6 months at most, or by 3: the earlier of both is never later than 3."""
    rows = {
        row[0]: row[1:]
        for row in REGISTRY["ACCEL_SLIP"].call([[0.0, 6.0]], [[0.5, 0.5]], [[0.0, 3.0]], [[0.6, 0.4]]).rows()
    }
    assert rows["worst"] == [6.0, 3.0, 3.0]
    alone = {row[0]: row[1:] for row in REGISTRY["ACCEL_SLIP"].call([[0.0, 3.0, 12.0]], [[0.5, 0.5, 0.0]]).rows()}
    assert alone["worst"] == [3.0]


def test_help_says_at_which_scope_a_power_stands():
    """Decision 0101: 1.37 kW at the rack, 1.73 at the meter with cooling in it."""
    for name in ("ACCEL_ROI", "ACCEL_PER_GW", "ACCEL_ENERGY_PER_TOKEN", "ACCEL_BOTTLENECK"):
        power = next(a.help for a in REGISTRY[name].arguments if a.name in {"power_kw", "kw_per_device"})
        assert "1.37" in power
        assert "at the meter" in power
        assert "all-in)" not in power
    assert "cooling counts twice" in INPUTS["power_kw"].meaning


def test_help_says_that_a_required_revenue_is_before_tax_unless_a_rate_is_given():
    for name in ("ACCEL_REQ_REVENUE", "ACCEL_IMPLIED_RETURN"):
        tax = next(a for a in REGISTRY[name].arguments if a.name == "tax_rate")
        assert tax.default == 0.0
        assert "the default 0 leaves tax out" in tax.help
        assert f"a plan has {INPUTS['tax_rate'].default:g}" in tax.help
