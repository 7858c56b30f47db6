"""The plan family in the sheet: what the plan's oracle says, cell by cell, and what is wrong stays in its cell."""

import datetime as dt
import math
import random
from itertools import product

import numpy as np
import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.cells import NA, NUM, REF, VALUE
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.statement import LINES
from tests.oracle import plan as oracle

ROI, PLAN, EXPLAIN = REGISTRY["ACCEL_ROI"], REGISTRY["ACCEL_PLAN"], REGISTRY["ACCEL_EXPLAIN"]
SCENARIOS, GRID, BREAKEVEN = REGISTRY["ACCEL_SCENARIOS"], REGISTRY["ACCEL_GRID"], REGISTRY["ACCEL_BREAKEVEN"]
BLOCK = [
    ["units", 64],
    ["unit_price_usd", 34e3],
    ["tokens_per_second", 2500],
    ["price_usd_per_mtok", 0.6],
    ["price_decline_per_year", 0.3],
]
AS_DICT = dict(BLOCK)
GOOD = (34e3, 64.0, 2500.0, 0.6)


def right(metric, **inputs):
    """Return what the oracle says of the base plan with some inputs changed."""
    return oracle.evaluate({**AS_DICT, **inputs})[metric]


def near(expected):
    return pytest.approx(expected, rel=1e-9)


# -- ACCEL_ROI -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(30))
def test_roi_of_eleven_figures_is_that_of_the_plan(seed):
    rng = random.Random(seed)
    cells = [
        rng.uniform(1e4, 6e4), rng.uniform(1, 1000), rng.uniform(500, 5000), rng.uniform(0.1, 3), rng.uniform(0.1, 1),
        rng.uniform(0.5, 3), rng.uniform(0.01, 0.3), rng.randint(12, 120) / 12,
        float(rng.randint(0, 24)), rng.uniform(0.01, 0.3), rng.uniform(0, 0.4),
    ]  # fmt: skip
    names = [
        "unit_price_usd",
        "units",
        "tokens_per_second",
        "price_usd_per_mtok",
        "utilization",
        "power_kw",
        "electricity_usd_per_kwh",
    ]
    given = dict(zip([*names, "economic_life_months", "delay_months", "discount_rate", "tax_rate"], cells, strict=True))
    given |= {"economic_life_months": round(cells[7] * 12), "delay_months": int(cells[8])}
    assert ROI(*cells) == near(oracle.evaluate(given)["roi"])
    for metric in ("npv", "payback_months", "cost_per_mtok"):
        want = oracle.evaluate(given)[metric]
        assert ROI(*cells, [["metric", metric]]) == (NUM if math.isnan(want) else near(want))


def test_roi_takes_the_defaults_of_the_plan():
    plain = {name: value for name, value in AS_DICT.items() if name != "price_decline_per_year"}
    assert ROI(*GOOD) == near(oracle.evaluate(plain)["roi"])
    for place, argument in enumerate(ROI.arguments[4:-1], 4):
        cells = [*GOOD, *[None] * 7]
        cells[place] = float(argument.default)
        assert ROI(*cells) == ROI(*GOOD), argument.name


def test_the_life_is_the_economic_life_and_with_it_the_book_life():
    want = right("gross_margin", economic_life_months=42, book_life_months=42)
    assert ROI(
        *GOOD, None, None, None, 3.5, None, None, None, [["metric", "gross_margin"], ["price_decline_per_year", 0.3]]
    ) == near(want)


@pytest.mark.parametrize("years", [4.3, 1 / 7, 2.999])
def test_a_life_of_no_whole_number_of_months_is_refused(years):
    outcome = ROI.call(*GOOD, None, None, None, years)
    assert outcome.value is NUM
    assert "a whole number of months is allowed" in outcome.why


def test_a_life_of_a_third_of_a_year_is_four_months():
    assert ROI(*GOOD, None, None, None, 4 + 1 / 3) == near(
        oracle.evaluate({**AS_DICT, "price_decline_per_year": 0, "economic_life_months": 52})["roi"]
    )


def test_ranges_give_what_single_cells_give():
    prices, shares = [30e3, 40e3, 50e3], [0.2, 0.5, 0.9]
    spilled = ROI([[p] for p in prices], 64, 2500, 0.6, [shares])
    for row, price in zip(spilled.tolist(), prices, strict=True):
        for cell, share in zip(row, shares, strict=True):
            assert cell == ROI(price, 64, 2500, 0.6, share)


def test_every_argument_may_be_a_range():
    cells = [*GOOD, 0.5, 1.5, 0.1, 4.0, 3.0, 0.12, 0.3]
    for place in range(len(cells)):
        column = [*cells]
        column[place] = [[cells[place]], [cells[place]]]
        assert ROI(*column).tolist() == [[ROI(*cells)]] * 2


def test_what_is_out_of_range_is_an_error_in_its_own_cell():
    outcome = ROI.call(34e3, 64, 2500, 0.6, [[0.5, 1.5, -0.1, "x", REF]], None, None, [[4], [4.3]])
    assert outcome.value[1].tolist() == [NUM, NUM, NUM, VALUE, REF]
    assert outcome.value[0].tolist()[1:] == [NUM, NUM, VALUE, REF]
    assert outcome.value[0, 0] == ROI(34e3, 64, 2500, 0.6, 0.5, None, None, 4)
    assert "utilization, cell 2, is 1.5; a share from 0 to 1" in outcome.why


def test_a_hundred_thousand_cells_are_one_call_of_the_kernel(monkeypatch):
    from accelxl.functions import plan_roi

    calls = []

    def counted(plan, columns, metrics, threads=None):
        calls.append({name: len(column) for name, column in columns.items()})
        return real(plan, columns, metrics, threads)

    real = plan_roi.run
    monkeypatch.setattr(plan_roi, "run", counted)
    out = ROI(np.linspace(2e4, 5e4, 1000).reshape(-1, 1), 64, 2500, 0.6, np.linspace(0.1, 1, 100).reshape(1, -1))
    assert out.shape == (1000, 100)
    assert [set(call.values()) for call in calls] == [{100_000}]


def test_options_hold_any_further_input():
    options = [
        ["opex_share_per_year", 0.05],
        ["adoption", "logistic"],
        ["adoption_rate_per_month", 0.3],
        ["adoption_midpoint_month", 6],
    ]
    options += [
        ["tax_method", "MACRS5"],
        ["bonus_share", 0.4],
        ["book_method", "ddb"],
        ["start_date", dt.date(2026, 1, 1)],
    ]
    want = {**dict(options), "start_date": "2026-01-01", "book_method": "DDB"}
    for metric in ("roi", "npv", "irr"):
        got = ROI(*GOOD, None, None, None, None, None, None, None, [*options, ["metric", metric]])
        assert got == near(oracle.evaluate({**AS_DICT, "price_decline_per_year": 0, **want})[metric])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([["utilisation", 0.5]], "'utilisation' in options is not an input of a plan; did you mean utilization?"),
        ([["units", 5]], "units stands in options and as the argument units; give it once"),
        ([["unit_price_usd", 5]], "unit_price_usd stands in options and as the argument unit_price; give it once"),
        ([["price_output_usd_per_mtok", 5]], "price_output_usd_per_mtok stands in options beside price_per_mtok"),
        ([["metric", "profit"]], "the metric in options is 'profit'; did you mean profit_usd?"),
        ([["metric", 3]], "the metric in options is 3"),
        ([["pue", 0.5]], "pue is 0.5; a number from 1 to 10"),
        ([["pue", "x"]], "pue is 'x'; a number from 1 to 10"),
        ([["pue"]], "options is the text 'pue'"),
        ([["book_method", "WDV"]], "book_method is 'WDV'; allowed: SL, DDB, SYD, VDB"),
        ([["contract", "lease"]], "lease_months is blank with a lease"),
        ([["pue", 1.2], ["pue", 1.3]], "pue stands twice"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_with_the_nearest_name(options, words):
    outcome = ROI.call(*GOOD, None, None, None, None, None, None, None, options)
    assert outcome.value in {VALUE, NUM}
    assert words in outcome.why


def test_an_argument_that_is_left_out_may_stand_in_options():
    assert ROI(*GOOD, None, None, None, None, None, None, None, [["utilization", 0.5]]) == ROI(*GOOD, 0.5)
    assert ROI(*GOOD, None, None, None, None, None, None, None, [["economic_life_months", 48]]) == ROI(
        *GOOD, None, None, None, 4
    )


def test_a_device_in_options_gives_the_power_also_for_blanks_in_a_range():
    options = [["device", "B200"]]
    rest = [None] * 5
    power = REGISTRY["ACCEL_SPEC"]("B200", "all_in_kw")
    alone = ROI(*GOOD, None, None, None, *rest[:4], options)
    assert alone == ROI(*GOOD, None, power)
    assert alone != ROI(*GOOD)
    assert ROI(*GOOD, None, [[None, 2.0]], None, *rest[:4], options).tolist() == [[alone, ROI(*GOOD, None, 2.0)]]


def test_roi_without_capital_has_no_value_and_says_so():
    outcome = ROI.call(0, 64, 2500, 0.6)
    assert (outcome.value, outcome.why[:48]) == (NUM, "ACCEL_ROI: roi has no value for this deployment:")
    outcome = ROI.call([[0], [1000]], 64, 2500, 0.6)
    assert outcome.value[0, 0] is NUM
    assert outcome.value[1, 0] > 0
    assert "no capital is paid" in outcome.why


# -- ACCEL_PLAN and ACCEL_EXPLAIN ---------------------------------------------------------------------------------------------------
def test_metrics_come_in_the_shape_of_their_names():
    npv, roi = right("npv"), right("roi")
    assert PLAN(BLOCK, "npv") == near(npv)
    assert [list(row) for row in PLAN(BLOCK, [["NPV", "roi"]]).tolist()] == [near([npv, roi])]
    assert [row[0] for row in PLAN(BLOCK, [["npv"], ["roi"]]).tolist()] == near([npv, roi])
    assert PLAN(BLOCK, [["npv", None], ["", "roi"]]).tolist() == [[near(npv), ""], ["", near(roi)]]


def test_without_names_a_table_of_all_metrics_comes():
    rows = PLAN(BLOCK).tolist()
    assert [row[0] for row in rows] == list(METRICS)
    assert [row[2] for row in rows] == [metric.unit for metric in METRICS.values()]
    want = oracle.evaluate(AS_DICT)
    for name, value, _ in rows:
        if math.isnan(want[name]):
            assert value is NUM, name
        elif name not in {"npv_equity_usd", "irr_equity", "book_value_at_horizon_usd"}:
            assert value == near(want[name]), name


def test_a_metric_without_value_says_what_it_is():
    outcome = PLAN.call([*BLOCK[:1], ["unit_price_usd", 0], *BLOCK[2:]], [["npv", "roi"]])
    assert outcome.value.tolist()[0][1] is NUM
    assert outcome.why == f"ACCEL_PLAN: roi has no value for this plan: {METRICS['roi'].definition}"


def test_a_column_of_values_is_a_tranche():
    block = [
        ["units", 64, 32],
        ["unit_price_usd", 34e3, 30e3],
        ["tokens_per_second", 2500, 3000],
        ["order_month", None, 12],
        ["price_usd_per_mtok", 0.6, None],
    ]
    want = oracle.evaluate({
        "tranches": [
            {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500},
            {"units": 32, "unit_price_usd": 30e3, "tokens_per_second": 3000, "order_month": 12},
        ],
        "price_usd_per_mtok": 0.6,
    })  # fmt: skip
    assert PLAN(block, "npv") == near(want["npv"])


@pytest.mark.parametrize(
    ("block", "metrics", "error", "words"),
    [
        ([["unit", 3], *BLOCK[1:]], None, VALUE, "'unit' is not an input of a plan; did you mean units?"),
        (BLOCK[1:], None, VALUE, "units is blank"),
        ([["units", "many"], *BLOCK[1:]], None, VALUE, "units is 'many'"),
        ([["units", -1], *BLOCK[1:]], None, NUM, "units is -1"),
        ([["units", NA], *BLOCK[1:]], None, NA, "plan, row 1, column 2, is #N/A"),
        ([["device", "H2OO"], *BLOCK], None, NA, "H2OO"),
        ([["units"], ["pue"]], None, VALUE, "a column of names and one or more of values"),
        (BLOCK, "net present value", VALUE, "metrics, cell 1, is the text 'net present value', which is not a metric"),
        (BLOCK, 5, VALUE, "metrics, cell 1, is 5; the name of a metric is allowed"),
        (BLOCK, [["npv", REF]], REF, "metrics, cell 2, is #REF!"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_a_sentence(block, metrics, error, words):
    outcome = PLAN.call(block, metrics)
    assert outcome.value is error
    assert words in outcome.why


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_the_statement_adds_up_to_the_metrics(period):
    rows = EXPLAIN(BLOCK, period).tolist()
    assert rows[0][:2] == ["line", "unit"]
    assert [row[0] for row in rows[1:]] == list(LINES)
    assert all(row[1] == LINES[row[0]].unit for row in rows[1:])
    lines = {row[0]: row[2:] for row in rows[1:]}
    assert len(rows[0]) - 2 == {"month": 61, "quarter": 20, "year": 5}[period]
    assert sum(lines["revenue_usd"]) == near(right("revenue_usd"))
    assert sum(lines["free_cash_flow_usd"]) == near(right("profit_usd"))
    assert lines["cumulative_discounted_usd"][-1] == near(right("npv"))


def test_an_unlimited_demand_is_blank_in_the_statement():
    assert set(EXPLAIN(BLOCK).tolist()[1][2:]) == {""}


# -- ACCEL_SCENARIOS ----------------------------------------------------------------------------------------------------------------
def test_a_row_of_metrics_comes_for_each_row_of_the_table():
    table = [["units", "price_usd_per_mtok", "utilization"], [10, 0.5, 0.3], [100, 1.5, 0.9], [1000, 0.6, 0.6]]
    got = SCENARIOS(BLOCK, table, [["npv"], ["roi"]]).tolist()
    for row, cells in zip(got, table[1:], strict=True):
        want = oracle.evaluate({**AS_DICT, **dict(zip(table[0], cells, strict=True))})
        assert row == near([want["npv"], want["roi"]])


def test_named_cases_stand_side_by_side():
    # A column without a heading is for the names of the cases. By hand: 64 units at 34,000 USD each cost 2,176,000.
    table = [["", "units", "price_usd_per_mtok"], ["base", 64, 0.6], ["bull", 128, 0.9], ["bear", 64, 0.3]]
    got = SCENARIOS(BLOCK, table, [["capex_usd", "revenue_usd", "npv"]]).tolist()
    assert len(got) == 3
    for row, (_, units, price) in zip(got, table[1:], strict=True):
        want = oracle.evaluate({**AS_DICT, "units": units, "price_usd_per_mtok": price})
        assert row == near([units * 34e3, want["revenue_usd"], want["npv"]])
    assert [row[1] / got[0][1] for row in got] == near([1.0, 3.0, 0.5])


def test_a_blank_cell_is_the_plan_s_own_value_and_blank_rows_at_the_end_are_left_out():
    table = [["units", None, "utilization"], [None, None, 0.3], [100, "note", None], [None, None, None]]
    got = SCENARIOS(BLOCK, table, "npv").tolist()
    assert got == [[near(right("npv", utilization=0.3))], [near(right("npv", units=100))]]


def test_words_in_the_table_make_their_own_plans():
    table = [
        ["book_method", "contract", "units", "lease_months"],
        ["ddb", None, 10, None],
        ["SL", "lease", 20, 36],
        ["DDB", "own", 30, None],
    ]
    block = [*BLOCK, ["lease_months", 24], ["lease_usd_per_unit_month", 900]]
    more = {"lease_months": 24, "lease_usd_per_unit_month": 900}
    got = SCENARIOS(block, table, [["npv", "gross_margin"]]).tolist()
    for row, (method, contract, units, months) in zip(got, table[1:], strict=True):
        change = {
            "book_method": method.upper(),
            "contract": contract or "own",
            "units": units,
            "lease_months": months or 24,
        }
        want = oracle.evaluate({**AS_DICT, **more, **change})
        assert row == near([want["npv"], want["gross_margin"]])


def test_a_bad_row_concerns_that_row_alone():
    table = [
        ["units", "book_method", "device"],
        [10, "SL", None],
        [-1, "SL", None],
        ["x", None, None],
        [10, "WDV", None],
        [10, None, "H2OO"],
        [REF, None, None],
        [20, None, None],
    ]
    outcome = SCENARIOS.call(BLOCK, table, "npv")
    cells = [row[0] for row in outcome.rows()]
    assert cells[1:6] == [NUM, VALUE, VALUE, NA, REF]
    assert [cells[0], cells[6]] == near([right("npv", units=10), right("npv", units=20)])
    assert (
        outcome.why == "ACCEL_SCENARIOS: column units, cell 2, is -1; a number from 0 to 1e+09 accelerators is allowed"
    )


def test_a_column_may_name_one_tranche():
    block = [
        ["units", 64, 32],
        ["unit_price_usd", 34e3, 30e3],
        ["tokens_per_second", 2500, 3000],
        ["price_usd_per_mtok", 0.6, None],
    ]
    got = SCENARIOS(block, [["units.2"], [0], [None], [50]], "capex_usd").tolist()
    assert got == [[64 * 34e3], [64 * 34e3 + 32 * 30e3], [64 * 34e3 + 50 * 30e3]]
    outcome = SCENARIOS.call(block, [["units", "pue"], [None, 1.2], [5, 1.3]], "capex_usd")
    assert outcome.rows() == [[VALUE], [5 * 34e3 + 5 * 30e3]]
    assert "column units, cell 1, is blank" in outcome.why


def test_a_blank_demand_has_no_limit():
    got = SCENARIOS(BLOCK, [["demand_mtok_per_month"], [1000], [None], [5000]], "revenue_usd").tolist()
    want = [
        right("revenue_usd", demand_mtok_per_month=1000),
        right("revenue_usd"),
        right("revenue_usd", demand_mtok_per_month=5000),
    ]
    assert [row[0] for row in got] == near(want)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([["units"]], "the table has 1 rows; a header"),
        ([["unit"], [1]], "'unit' is not an input of a plan; did you mean units?"),
        ([[5], [1]], "the header of the table has 5 in column 1"),
        ([["units", "units"], [1, 2]], "the header of the table has units twice"),
        ([[None], [1]], "the header of the table is blank"),
        ([["units.3"], [1]], "units.3"),
        (5, "the table has 1 rows"),
    ],
)
def test_a_table_that_cannot_be_is_refused(table, words):
    outcome = SCENARIOS.call(BLOCK, table)
    assert outcome.value is VALUE
    assert words in outcome.why


# -- ACCEL_GRID and ACCEL_BREAKEVEN ---------------------------------------------------------------------------------------------------
def test_a_grid_has_the_first_input_down_and_the_second_across():
    got = GRID(BLOCK, "units", [[10, 20]], "price_usd_per_mtok", [[0.3], [0.6], [0.9]]).tolist()
    for row, units in zip(got, (10, 20), strict=True):
        for cell, price in zip(row, (0.3, 0.6, 0.9), strict=True):
            assert cell == near(right("npv", units=units, price_usd_per_mtok=price))


def test_several_inputs_of_a_side_are_every_combination_of_their_values():
    names, values = [["units", "utilization"]], [[10, 0.3], [20, 0.6], [None, 0.9]]
    across = [["price_usd_per_mtok"], ["pue"]]
    got = GRID(BLOCK, names, values, across, [[0.5, 1.1], [0.6, 1.5]]).tolist()
    for row, (units, fill) in zip(got, product((10, 20), (0.3, 0.6, 0.9)), strict=True):
        for cell, (price, pue) in zip(row, product((0.5, 0.6), (1.1, 1.5)), strict=True):
            assert cell == near(right("npv", units=units, utilization=fill, price_usd_per_mtok=price, pue=pue))


def test_a_bad_value_of_one_of_several_inputs_concerns_its_combinations_alone():
    values = [[10, 0.3], [-1, 1.3]]
    outcome = GRID.call(BLOCK, [["units", "utilization"]], values, "pue", [[1.1, 1.5]], "capex_usd")
    assert outcome.rows() == [[340e3] * 2, [NUM] * 2, [NUM] * 2, [NUM] * 2]
    assert "column units, cell 2, is -1" in outcome.why


def test_a_million_cells_come_from_one_cell():
    units, prices = np.arange(1.0, 1001.0), np.linspace(0.1, 2.0, 1000)
    outcome = GRID.call(BLOCK, "units", units[:, np.newaxis], "price_usd_per_mtok", prices[np.newaxis, :])
    assert (outcome.why, outcome.value.shape) == ("", (1000, 1000))
    for row, column in ((0, 0), (0, 999), (999, 0), (999, 999), (317, 641)):
        want = right("npv", units=float(units[row]), price_usd_per_mtok=float(prices[column]))
        assert outcome.value[row, column] == near(want)


def test_a_bad_value_of_an_axis_concerns_its_line_alone():
    outcome = GRID.call(BLOCK, "units", [[10], [None], [20]], "utilization", [[0.3, 1.3, "x", REF]], "roi")
    cells = outcome.value.tolist()
    assert cells[1] == [VALUE] * 4
    for row, units in ((cells[0], 10), (cells[2], 20)):
        assert row == [near(right("roi", units=units, utilization=0.3)), NUM, VALUE, REF]
    assert "units, cell 2, is blank" in outcome.why


def test_an_axis_may_be_of_words():
    got = GRID(BLOCK, "tax_method", [["book"], ["macrs5"], ["none"]], "units", [[10, 20]]).tolist()
    assert got[2] == [VALUE, VALUE]
    assert got[0] == near([right("npv", units=10), right("npv", units=20)])
    assert got[1] == near([right("npv", units=10, tax_method="MACRS5"), right("npv", units=20, tax_method="MACRS5")])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("units", [[1, 2]], "units", [[1, 2]]), "units stands for both axes"),
        (("unit", [[1, 2]], "units", [[1, 2]]), "did you mean units?"),
        (("units", [[1, 2]], "pue", [[1.1, 1.2]], "profit"), "did you mean profit_usd?"),
        (("units", np.ones((1500, 1)), "pue", np.ones((1, 1500))), "the grid has 1,500 x 1,500 cells"),
        (([["units", "pue"]], np.ones((1500, 2)), "utilization", 0.5), "the grid has 2,250,000 x 1 cells"),
        (([["units", "units"]], [[1, 2]], "pue", 1.1), "name1, cell 2, is units once more; each input once is allowed"),
        (
            ([["units", "pue"]], [[1], [2]], "utilization", 0.5),
            "values1 has 1 columns for 2 inputs; a column of values",
        ),
        (("utilization", 0.5, [["units", "pue"]], [[1, None]]), "values2 has no value for pue; one or more are needed"),
        (([["units", None]], [[1, 2]], "pue", 1.1), "name1, cell 2, is blank; the name of an input is needed"),
        ((5.0, [[1, 2]], "pue", 1.1), "name1 is 5; the name of an input is needed"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(cells, words):
    outcome = GRID.call(BLOCK, *cells)
    assert outcome.value is VALUE
    assert words in outcome.why


@pytest.mark.parametrize("name", ["price_usd_per_mtok", "utilization", "unit_price_usd"])
def test_at_the_break_even_the_metric_meets_the_target(name):
    found = BREAKEVEN(BLOCK, name)
    scale = right("capex_usd")
    assert abs(right("npv", **{name: found})) < 1e-7 * scale
    found = BREAKEVEN(BLOCK, name, "roi", 0.25)
    assert right("roi", **{name: found}) == pytest.approx(0.25, abs=1e-7)


def test_break_evens_of_several_inputs_spill():
    names = [["price_usd_per_mtok"], ["utilization"], ["loss_limit_share"], ["book_method"], ["prise"]]
    outcome = BREAKEVEN.call(BLOCK, names)
    cells = [row[0] for row in outcome.rows()]
    assert cells[:2] == [BREAKEVEN(BLOCK, "price_usd_per_mtok"), BREAKEVEN(BLOCK, "utilization")]
    assert cells[2:] == [NUM, VALUE, VALUE]
    assert outcome.why.startswith("ACCEL_BREAKEVEN: npv does not meet 0 for loss_limit_share")


def test_every_input_has_a_place_in_a_block():
    for name, row in INPUTS.items():
        if row.default is None or row.required:
            continue
        assert PLAN([*[line for line in BLOCK if line[0] != name], [name, row.default]], "capex_usd") == 64 * 34e3, name
