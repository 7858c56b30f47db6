"""The sheet's mix: tables, the catalogue behind blanks, and the sentence behind each error."""

import pytest

from accelxl import catalogue
from accelxl.domain import mix
from accelxl.functions import REGISTRY

DEVICES = [
    ["device", "unit_price_usd", "tokens_per_second", "power_kw", "memory_gb", "flexible", "per_node", "lag_quarters"],
    ["GPU", 30_000.0, 2500.0, 1.5, 141.0, 1.0, 8.0, 0.0],
    ["ASIC", 12_000.0, 1500.0, 0.8, 96.0, 0.0, 8.0, 1.0],
]
LONE = [["device", "unit_price_usd", "tokens_per_second"], ["X9", 1.0, 1.0]]
QUARTERS = [
    ["quarter", "demand_tps", "power_kw", "budget_usd", "min_flexible_share", "supply ASIC"],
    ["2026Q1", 20_000.0, None, None, None, None],
    ["2026Q2", 60_000.0, 60.0, None, 0.3, None],
    ["2026Q3", 90_000.0, 80.0, 9e6, 0.3, 16.0],
]


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def test_a_mix_is_a_table_by_quarter_with_its_gap_and_its_binding_limit():
    found = {row[0]: row[1:] for row in rows("ACCEL_MIX", DEVICES, QUARTERS)}
    assert found["line"] == ["2026Q1", "2026Q2", "2026Q3"]
    assert found["optimality gap"][0] == 0.0
    assert all(have >= need for have, need in zip(found["capacity tokens/s"], [20_000, 60_000, 90_000], strict=True))
    assert found["power kW"][1] <= 60
    assert found["flexible share"][2] >= 0.3
    assert found["binding limit"][0] in {"power", "budget", "flexible share", "supply of ASIC"}
    assert found[f"{found['binding limit'][0]} costs USD"][0] > 0
    named = [
        mix.Quarter(row[0], row[1], row[2], None, row[3], row[4] or 0.0, {} if row[5] is None else {"ASIC": row[5]})
        for row in QUARTERS[1:]
    ]
    wanted = mix.optimal_mix(
        [mix.Device("GPU", 30_000, 2500, 1.5, 141, 1, 8), mix.Device("ASIC", 12_000, 1500, 0.8, 96, 0, 8, 1)], named
    )
    assert found["cost USD"][0] == wanted.cost_usd


def test_blanks_of_a_known_device_are_the_catalogue_s():
    given = [["device", "unit_price_usd", "tokens_per_second"], ["H100", None, 2000.0]]
    limits = [["quarter", "demand_tps", "power_kw", "hbm_gb"], ["Q1", 2000.0, 10.0, 100.0]]
    found = {row[0]: row[1:] for row in rows("ACCEL_MIX", given, limits)}
    assert found["spend USD"][0] == catalogue.spec("H100", "purchase_price_usd").value
    assert found["power kW"][0] == catalogue.spec("H100", "all_in_kw").value


def test_a_year_may_stand_for_the_name_of_a_quarter():
    assert rows("ACCEL_MIX", DEVICES, [["quarter", "demand_tps"], [2026.0, 1.0]])[0] == ["line", "2026"]


def test_a_device_of_each_case_is_a_row():
    found = rows("ACCEL_LAG", [[0.0], [6.0]], 30_000.0, 0.4, 2500.0)
    assert [len(row) for row in found] == [6, 6]
    assert found[1][2] > 0
    states = rows("ACCEL_DEVICE_COST", 15_000.0, 0.2, 1800.0, 0.6, 48.0, 6.0, [[0.0, 0.15, 0.3]])
    hedge = rows("ACCEL_BLEND", 0.25, states)[4]
    assert hedge[0] == "least worst regret"
    assert 0 < hedge[1] < 1


def test_memory_waste_of_each_device_is_a_row_of_years():
    found = rows("ACCEL_MEM_WASTE", [[80.0], [141.0]], 70.0, 15.0, 3.0, 0.0)
    assert found == [[50.0] * 3, [355.0] * 3]


def test_a_load_has_names_beside_its_figures():
    found = dict(rows("ACCEL_LOAD", [[8000.0] * 12 + [0.0] * 12], 1000.0, 2.0))
    assert list(found) == list(mix.LOAD_LINES)
    assert (found["USD with a fixed fleet"], found["USD when scaled"]) == (384.0, 192.0)


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        (
            "ACCEL_MIX", (DEVICES, [["quarter", "demand_tps", "power_kw"], ["Q1", 9e4, 10.0]]), "#NUM!",
            "no mix meets these 2 limits together: demand of Q1 (at least 90,000 tokens/s) and power of Q1 (at most 10 kW)",
        ),
        (
            "ACCEL_MIX", (LONE,[["quarter", "demand_tps", "hbm_gb"], ["Q1", 1.0, 1.0]]),
            "#N/A", "X9 has no memory_gb, and Q1 has a limit of HBM; enter it in the row of X9",
        ),
        ("ACCEL_MIX", ([["device"], ["X9"]], [["quarter", "demand_tps"], ["Q1", 1.0]]), "#N/A", "X9 has no unit_price_usd"),
        ("ACCEL_MIX", (DEVICES, [["quarter", "demand_tps"], ["Q1", -5.0]]), "#NUM!", "row 2 of quarters: demand_tps is -5"),
        ("ACCEL_MIX", (DEVICES, [["quarter", "demand"], ["Q1", 5.0]]), "#VALUE!", "did you mean demand_tps?"),
        ("ACCEL_MIX", (DEVICES, [["quarter", "demand_tps", "supply TPU"], ["Q1", 5.0, 1.0]]), "#VALUE!", "Q1 has a supply of 'TPU'"),
        ("ACCEL_MIX", (DEVICES, [["quarter", "demand_tps", "supply GPU"], ["Q1", 5.0, -1.0]]), "#NUM!", "supply of GPU in Q1 is -1"),
        (
            "ACCEL_MIX", (DEVICES, [["quarter", "demand_tps", "supply GPU", "supply GPU"], ["Q1", 5.0, 1.0, 1.0]]), "#VALUE!",
            "has the supply of GPU twice",
        ),
        ("ACCEL_MIX", (DEVICES, [["quarter", "demand_tps"]]), "#VALUE!", "quarters has a header and no rows"),
        ("ACCEL_MIX", ([*DEVICES, DEVICES[1]], QUARTERS), "#VALUE!", "the device GPU stands twice"),
        ("ACCEL_BLEND", (0.3, [[0.2, 0.4]], [[0.5, 0.4]]), "#NUM!", "the 2 probabilities sum to 0.9"),
        ("ACCEL_BLEND", (0.3, [[0.2, -0.4]]), "#NUM!", "fixed_cost, cell 2, is -0.4"),
        ("ACCEL_LOAD", ([[1.0, -1.0]], 1.0, 1.0), "#NUM!", "demand_tps, cell 2, is -1"),
        ("ACCEL_LOAD", ([[1.0, 2.0], [3.0, 4.0]], 1.0, 1.0), "#VALUE!", "demand_tps has several rows"),
        ("ACCEL_LAG", (1.0, 1.0, 1.0, 1.0, None, None, None, None, None, "now"), "#VALUE!", "life_starts is the text 'now'"),
        ("ACCEL_LAG", (1.5, 1.0, 1.0, 1.0), "#NUM!", "lag_months is 1.5; a whole number"),
        ("ACCEL_DRIFT", (1000.0, 1.2, 1.0), "#NUM!", "drift_per_year is 1.2"),
        ("ACCEL_MEM_WASTE", (80.0, 70.0, 15.0, 2.5), "#NUM!", "life_years is 2.5"),
        ("ACCEL_FLEET", (1000.0, 10.0, 1.0, 0.0), "#NUM!", "per_node is 0"),
        ("ACCEL_UTILIZATION", (1.0, 1.0, 1.2), "#NUM!", "utilization is 1.2; a share from 0 to 1 is allowed"),
        ("ACCEL_UTILIZATION_ACTUAL", (1e9, 1.0, 1.0), "#NUM!", "more was served than it allows"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert {cell for row in outcome.rows() for cell in row} == {error}
    assert sentence in outcome.why


def test_a_device_that_the_catalogue_lacks_has_no_memory_to_fit():
    # the cell of memory_gb points to ACCEL_SPEC of an unknown device: its #N/A comes through
    missing = REGISTRY["ACCEL_SPEC"].call("X9", "memory_gb").value
    outcome = REGISTRY["ACCEL_MEM_FIT"].call(missing, 140.0, 1.0, 4096.0, 327_680.0)
    assert outcome.value == "#N/A"
