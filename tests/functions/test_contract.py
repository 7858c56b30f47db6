"""The sheet's contracts: tables with headers, names beside figures, and the sentence behind each error."""

import numpy as np
import pytest

from accelxl.domain import contract
from accelxl.functions import REGISTRY
from accelxl.plan.compare import compare

PARTS = [["name", "price_usd", "life_years"], ["chip", 25_000.0, 4.0], ["server", 10_000.0, 6.0]]
WAYS = [
    ["name", "contract", "unit_price_usd", "usd_per_month", "usd_per_hour", "usd_per_mtok", "lost_share"],
    ["own", "own", 34_000.0, None, None, None, None],
    ["lease", "Lease", None, 1200.0, None, None, None],
    ["reserved", "reserved", None, None, 1.9, None, None],
    ["cloud", "on-demand", None, None, 3.0, None, None],
    ["spot", "spot", None, None, 1.5, None, 0.1],
    ["api", "api", None, None, None, 0.4, None],
]
PLAN = {"units": 8.0, "unit_price_usd": 34_000.0, "tokens_per_second": 2500.0, "price_usd_per_mtok": 0.6}


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def block(plan):
    return [[name, value] for name, value in plan.items()]


def test_ownership_has_a_row_a_part_and_its_options_by_name():
    found = rows(
        "ACCEL_TCO", PARTS, 1.3, 0.1, 0.95, 0.6, [["software_usd_per_year", 4500.0], ["sales_tax_share", 0.08]]
    )
    wanted = contract.tco(
        [contract.Part("chip", 25_000, 4), contract.Part("server", 10_000, 6)], 1.3, 0.1, 0.95, 0.6,
        software_usd_per_year=4500, sales_tax_share=0.08,
    )  # fmt: skip
    assert found == wanted.rows()
    assert [row[0] for row in found][:3] == ["line", "chip", "server"]
    assert sum(row[1] for row in found[1:-1]) == pytest.approx(found[-1][1])
    assert sum(row[3] for row in found[1:-1]) == pytest.approx(1.0)


def test_columns_may_stand_in_any_order_and_rows_may_be_blank():
    turned = [
        [None, "Life_Years", "name", "price_usd"],
        [None] * 4,
        [None, 4.0, "chip", 25_000.0],
        [None] * 4,
        [None, 6.0, "server", 10_000.0],
    ]
    assert rows("ACCEL_TCO", turned, 1.3) == rows("ACCEL_TCO", PARTS, 1.3)


def test_all_six_contracts_stand_on_one_basis():
    found = rows("ACCEL_RENT_VS_OWN", WAYS, 2500.0, 0.6, 36.0)
    assert found[0] == list(contract.BASIS_COLUMNS)
    assert [row[1] for row in found[1:]] == ["own", "lease", "reserved", "on-demand", "spot", "api"]
    assert min(row[5] for row in found[1:]) == 0.0
    assert [row[6] == "" for row in found[4:]] == [True] * 3


def test_buy_against_rent_and_now_against_later_are_the_differences_of_two_plans():
    rent = {**PLAN, "unit_price_usd": 0.0, "contract": "rent", "rent_usd_per_hour": 2.5}
    later = {**PLAN, "order_month": 12.0}
    for other in (rent, later):
        found = {row[0]: row[1] for row in rows("ACCEL_COMPARE", block(PLAN), block(other))}
        wanted = compare(PLAN, other)
        assert found["npv"] == wanted["npv"] == pytest.approx(wanted["npv_a"] - wanted["npv_b"])
        assert {name: cell for name, cell in found.items() if cell != ""} == {
            name: value for name, value in wanted.items() if not np.isnan(value)
        }


def test_a_commitment_has_its_totals_at_the_end():
    found = {row[0]: row[1:] for row in rows("ACCEL_COMMIT", [[80.0, 130.0, 0.0]], [[100.0, 100.0, 50.0]], 2.0)}
    assert found["USD in all"] == [200.0, 260.0, 100.0, 560.0]
    assert found["USD a unit used"] == [2.5, 2.0, "", 560 / 210]


def test_a_lease_takes_one_payment_and_a_number_of_periods():
    level = rows("ACCEL_LEASE", 50_000.0, 0.05, "ifrs 16", 1.0, 20_000.0, 5_000.0, 10.0)
    # IFRS 16 Illustrative Example 13
    assert level[1][3] == pytest.approx(355_391, abs=0.5)
    assert level[1][5] == pytest.approx(420_391, abs=0.5)
    assert level == rows("ACCEL_LEASE", [[50_000.0] * 10], 0.05, "IFRS 16", True, 20_000.0, 5_000.0)


def test_the_net_advantage_spreads_over_ranges():
    # Ross, Westerfield and Jordan: -$87.68 at $10,000; $100 more of price, $100 more of advantage less its tax shield
    found = rows("ACCEL_NAL", [[10_000.0], [10_100.0]], [[2500.0] * 5], 0.05 / 0.66, 0.34, None, None, None, None, 0.0)
    assert found[0][0] == pytest.approx(-87.68, abs=0.005)
    assert found[1][0] - found[0][0] == pytest.approx(100 - 0.34 * 20 * sum(1.05**-t for t in range(1, 6)))


def test_a_switch_of_each_case_is_a_row():
    found = REGISTRY["ACCEL_SWITCH"].call(100_000.0, [[80_000.0], [99_000.0]], 150_000.0, 2.0).rows()
    assert [len(row) for row in found] == [6, 6]
    assert found[1][2] == "#NUM!"  # 1,000 a month never pays for it


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_TCO", ([["name", "price"], ["chip", 1.0]], 1.0), "#VALUE!", "has 'price'; did you mean price_usd?"),
        ("ACCEL_TCO", ([["name", "name"], ["chip", 1.0]], 1.0), "#VALUE!", "has name twice"),
        ("ACCEL_TCO", ([PARTS[0]], 1.0), "#VALUE!", "parts has a header and no rows"),
        ("ACCEL_TCO", ([*PARTS, ["network", -5.0, 6.0]], 1.0), "#NUM!", "row 4 of parts: price_usd is -5; a number of at least 0 USD"),
        ("ACCEL_TCO", ([*PARTS, ["network", "much", 6.0]], 1.0), "#VALUE!", "row 4 of parts: price_usd is the text 'much'"),
        ("ACCEL_TCO", ([*PARTS, ["network", 5.0, None]], 1.0), "#VALUE!", "row 4 of parts: life_years is blank"),
        ("ACCEL_TCO", (PARTS, 1.0, None, None, None, [["pu", 1.2]]), "#VALUE!", "did you mean pue?"),
        ("ACCEL_TCO", ([[1.0, 2.0], [3.0, 4.0]], 1.0), "#VALUE!", "the first row of parts has 1; names of columns are needed"),
        ("ACCEL_RENT_VS_OWN", ([["name", "contract"], ["x", "rent"]], 1.0), "#VALUE!", "row 2 of contracts: contract is the text"),
        ("ACCEL_RENT_VS_OWN", ([["name", "contract"], ["x", "spot"]], 1.0), "#VALUE!", "usd_per_hour is blank; a price is needed"),
        ("ACCEL_COMMIT", ([[1.0, -1.0]], 1.0, 1.0), "#NUM!", "used_units, cell 2, is -1"),
        ("ACCEL_COMMIT", ([[1.0, 1.0, 1.0]], [[1.0, 1.0]], 1.0), "#VALUE!", "used has 3 periods, committed 2"),
        ("ACCEL_COMMIT", (1.0, 1.0, 1.0, [["from", "price"], [0.0, 1.0]]), "#VALUE!", "tiers holds 'from'"),
        ("ACCEL_LEASE", ([[1.0, 2.0]], 0.1, None, None, None, None, 5.0), "#VALUE!", "periods repeats a single payment"),
        ("ACCEL_LEASE", (1.0, 0.1, "ASC 840"), "#VALUE!", "standard is the text 'ASC 840'; allowed: IFRS 16, ASC 842 finance"),
        ("ACCEL_LEASE", ([[1.0, 2.0], [3.0, 4.0]], 0.1), "#VALUE!", "payments has several rows"),
        ("ACCEL_NAL", (1.0, [[1.0, None, 1.0]], 0.1), "#VALUE!", "payments, cell 2, is blank"),
        ("ACCEL_COMPARE", (block(PLAN), [["unit", 8.0]]), "#VALUE!", "did you mean units"),
        ("ACCEL_SWITCH", (100.0, 90.0, 0.0, 40.0), "#NUM!", "the dual months are more than the months"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert {cell for row in outcome.rows() for cell in row} == {error}
    assert sentence in outcome.why
