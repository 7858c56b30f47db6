"""The sheet's functions on returns, capital and lives: tables with their names, ranges, and the sentence behind each error."""

import math

import pytest

from accelxl.domain import depreciation, finance
from accelxl.functions import REGISTRY


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def cell(name, *cells):
    (found,), *none = rows(name, *cells)
    assert not none
    return found


def test_functions_nest_as_they_do_in_a_sheet():
    """The deductions of ACCEL_MACRS go into ACCEL_REQ_REVENUE, and their worth from ACCEL_NPV into ACCEL_METR."""
    deducted = rows("ACCEL_MACRS", 1.0, 5)
    needed = cell("ACCEL_REQ_REVENUE", 1000.0, 0.1, 6, 50.0, None, 0.25, deducted)
    assert needed == finance.req_revenue(1000.0, 0.1, 6, 50.0, 0.0, 0.25, depreciation.macrs(1.0, 5))
    assert cell("ACCEL_IMPLIED_RETURN", 1000.0, needed, 6, 50.0, None, 0.25, deducted) == pytest.approx(0.1)
    shield = cell("ACCEL_NPV", 0.1, deducted, 1)
    assert cell("ACCEL_METR", 0.1, 0.3, 0.25, shield) == finance.metr(0.1, 0.3, 0.25, shield)
    added = rows("ACCEL_EVA", 0.1, [[150.0], [150.0]], [[200.0], [100.0]])
    assert cell("ACCEL_NPV", 0.1, added, 1) == pytest.approx(finance.npv(0.1, [-200.0, 250.0, 250.0]))


def test_blank_years_are_for_ever_also_inside_a_range():
    found = rows("ACCEL_REQ_REVENUE", 1000.0, 0.1, [[1.0], [None], [1.0]])
    assert [row[0] for row in found] == pytest.approx([1100.0, 100.0, 1100.0])


def test_a_flow_beyond_what_a_number_holds_is_named_before_the_rate():
    outcome = REGISTRY["ACCEL_NPV"].call(0.1, [[1.7e308, 1.7e308, 1.7e308]])
    assert outcome.value == "#NUM!"
    assert (
        outcome.why
        == "ACCEL_NPV: the result has no value here: the flows are too large to discount and add, or the rate is -1 or below"
    )


def test_a_funding_table_has_the_debt_as_its_last_total():
    table = {row[0]: row[1:] for row in rows("ACCEL_IDC", [[100.0], [100.0], [0.0]], 0.1, 0.5, 0.01, 0.02)}
    assert table["period"] == ["total", 0.0, 1.0, 2.0]
    assert table["debt outstanding"][0] == table["debt outstanding"][-1] == pytest.approx(table["debt drawn"][0])
    assert table["all uses"][0] == pytest.approx(table["debt drawn"][0] + table["equity paid in"][0])


def test_lives_show_a_line_a_row_and_a_year_a_column():
    table = rows("ACCEL_LIVES", 1000.0, 6)
    assert table[0] == ["year", *map(float, range(1, 7))]
    assert [row[0] for row in table[1:]] == list(depreciation.LIVES_LINES)


def test_without_cash_there_is_no_impairment_test_to_show():
    assert [row[0] for row in rows("ACCEL_RESIDUAL", 1000.0, 4)] == ["year", *depreciation.RESIDUAL_LINES[:4]]
    assert len(rows("ACCEL_RESIDUAL", 1000.0, 4, None, [[10.0, 10.0]])) == 8


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_REQ_REVENUE", (1000.0, 0.1, 2.5), "#NUM!", "years is 2.5; a whole number from 1 to 1000 years is allowed"),
        ("ACCEL_REQ_REVENUE", (1000.0, 0.1, None, None, 1.0), "#NUM!", "cost_share is 1; a share from 0 to 0.999 is allowed"),
        ("ACCEL_REQ_REVENUE", (1000.0, 0.02, None, None, None, None, None, None, 0.03), "#NUM!", "a growth is not below the rate"),
        ("ACCEL_REQ_REVENUE", (1000.0, 0.1, 5, 0, 0, 0.2, [[20.0, 32.0]]), "#NUM!", "tax_depreciation, cell 1, is 20;"),
        ("ACCEL_REQ_REVENUE", (1000.0, 0.1, 5, 0, 0, 0.2, [[0.6, 0.6]]), "#NUM!", "tax_depreciation sums to 1.2; shares of the capital"),
        ("ACCEL_REQ_REVENUE", (1000.0, "10%"), "#VALUE!", "rate is the text '10%'; a number from -0.99 to 2 1/year is allowed"),
        ("ACCEL_IMPLIED_RETURN", (1000.0, 0.0), "#NUM!", "no rate makes this revenue just enough"),
        ("ACCEL_EVA", (0.1, [[1.0, 2.0]], [[1.0]]), "#VALUE!", "2 figures of nopat and 1 of capital; one of each a period is needed"),
        ("ACCEL_LCOT", (0.1, 1.0, [[1.0, 1.0]], [[1.0]]), "#VALUE!", "1 periods of mtok, 2 of opex and 1 of byproduct"),
        ("ACCEL_LCOT", (0.1, 1.0, 1.0, -1.0), "#NUM!", "mtok is -1; a number of at least 0 Mtok is allowed"),
        ("ACCEL_LCOT", (0.1, 1.0, 1.0, 0.0), "#NUM!", "no token is served"),
        ("ACCEL_WACC", (60.0, 40.0, 0.12, 0.06), "#VALUE!", "tax_rate is blank; a share from 0 to 0.95 is needed"),
        ("ACCEL_WACC", (0.0, 0.0, 0.1, 0.1, 0.0), "#NUM!", "there is no capital"),
        ("ACCEL_WACC", (60.0, 40.0, 12.0, 0.06, 0.25), "#NUM!", "cost_of_equity is 12; a number from -0.99 to 2 1/year is allowed; "),
        ("ACCEL_IDC", ([[100.0, -1.0]], 0.1, 0.5), "#NUM!", "spend, cell 2, is -1; a number of at least 0 USD is allowed"),
        ("ACCEL_IDC", ([[100.0]], 0.1, 1.0, 0.0, 1.0), "#NUM!", "the fees eat more than the debt brings"),
        ("ACCEL_IDC", ([[100.0]], [[0.1], [0.2]], 0.5), "#VALUE!", "a single cell is allowed, since each value gives a table"),
        ("ACCEL_DEBT_SIZE", ([[100.0]], 0.1, 0.9), "#NUM!", "cover is 0.9; a number from 1 to 100 is allowed"),
        ("ACCEL_OPTION", ("wait", 1, 1, 0, 0.1, 1), "#VALUE!", "kind is the text 'wait'; allowed: defer, abandon, expand"),
        ("ACCEL_OPTION", ("defer", 1, 1, 1.0, 0.01, 5, 0, 1, 2), "#NUM!", "too long for so low a volatility: take more of them"),
        ("ACCEL_IRR_CHECK", ([[1.0, 2.0], [3.0, 4.0]],), "#VALUE!", "values has 2 series; one row or column is allowed"),
        ("ACCEL_UOP", (1000.0, 100.0, 0.0, 5.0), "#NUM!", "total_units is 0, or a use is below 0"),
        ("ACCEL_MID_MONTH", (1000.0, 39, 13), "#NUM!", "month is 13; a whole number from 1 to 12 months is allowed"),
        ("ACCEL_RELIFE", ([[100.0, 200.0]], 4, 6, [[1.0, 2.0, 3.0]]), "#VALUE!", "cost has 2 figures and age 3;"),
        ("ACCEL_RELIFE", (100.0, 4, 6, 1, None, None, 0.2, 0.0), "#NUM!", "shares is 0; a number above 0 is allowed"),
        ("ACCEL_RELIFE", (100.0, 4, 2000, 1), "#NUM!", "new_life is 2000; a number from 0 to 40 years"),
        ("ACCEL_LIVES", (1000.0, 6, 6), "#NUM!", "6"),
        ("ACCEL_LIVES", (1000.0, 6, 5, None, None, "MACRS"), "#VALUE!", "method is the text 'MACRS'; allowed: SL, SYD, DB, DDB, VDB"),
        ("ACCEL_RESIDUAL", (1000.0, 4, 0.3, [[1.0, 2.0], [3.0, 4.0]]), "#VALUE!", "several rows"),
        ("ACCEL_IMPAIRMENT", (-1.0, 1.0, 1.0), "#NUM!", "book_value is -1; a number of at least 0 USD is allowed"),
        ("ACCEL_RESALE", ("H100", 90.0), "#NUM!", "the published ages are 0 to 60"),
        ("ACCEL_RESALE", ("H1000", 12.0), "#N/A", "H100"),
        ("ACCEL_REAL", (1.0, 1.0, -1.0), "#NUM!", "inflation is -1; a number from -0.99 to 10 1/year is allowed"),
        ("ACCEL_FX_FORWARD", (-1.0, 1.0, 0.1, 0.1), "#NUM!", "spot is -1; a number of at least 0 quote/base is allowed"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert error in {found for row in outcome.rows() for found in row}
    assert sentence in outcome.why
    assert outcome.fault is None


def test_one_bad_cell_does_not_stop_the_others():
    outcome = REGISTRY["ACCEL_REQ_REVENUE"].call([[1000.0], [-1.0], [2000.0]], 0.1)
    assert [row[0] for row in outcome.rows()] == [100.0, "#NUM!", 200.0]
    grid = REGISTRY["ACCEL_OPTION"].call([["defer"], ["abandon"]], [[80.0, 120.0]], 100.0, 0.05, 0.3, 1.0).rows()
    assert grid[0] == [finance.option("defer", value, 100.0, 0.05, 0.3, 1.0) for value in (80.0, 120.0)]
    assert all(math.isfinite(value) for value in grid[1])
