"""Figures with their source, prices, presets and carbon in the sheet; nothing of it goes over the network."""

import datetime as dt
import socket
import sys

import pytest

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.domain import serving
from accelxl.functions import REGISTRY


def rows(name, *cells):
    outcome = REGISTRY[name].call(*cells)
    assert outcome.why == ""
    return outcome.rows()


def one(name, *cells):
    return rows(name, *cells)[0][0]


def serial(day):
    return float((dt.date.fromisoformat(day) - EPOCH).days)


# -- source ------------------------------------------------------------------------------------------------------------


def test_a_spec_and_its_source_are_of_one_row():
    # NVIDIA's product page: the H200 has 141 GB.
    assert one("ACCEL_SPEC", "H200", "memory_gb") == 141.0
    assert one("ACCEL_SOURCE", "devices", "H200", "memory_gb").startswith("NVIDIA H200 product page, ")
    fact = dict(rows("ACCEL_FACT", "devices", "H200", "memory_gb"))
    assert (fact["value"], fact["unit"], fact["catalogue"]) == (141.0, "GB", catalogue.version())
    assert fact["as of"] == serial(catalogue.spec("H200", "memory_gb").as_of.isoformat())


def test_the_published_figures_of_an_h100_are_in_the_sheet():
    # NVIDIA's data sheet of the H100 SXM: 80 GB, 3.35 TB/s, 1,979 TFLOPS in 16 bits and 3,958 in 8 with sparsity, which
    # doubles them. NVIDIA's data sheet of the DGX H100: at most 10.2 kW for eight. Mercatus (May 2026): a server of eight
    # costs 250,000 to 320,000 USD.
    spec = {
        name: one("ACCEL_SPEC", "H100", name)
        for name in ("memory_gb", "bandwidth_tb_s", "bf16_pflops", "fp8_pflops", "purchase_price_usd")
    }
    assert spec == {
        "memory_gb": 80.0, "bandwidth_tb_s": 3.35, "bf16_pflops": pytest.approx(1.979 / 2, abs=5e-4),
        "fp8_pflops": pytest.approx(3.958 / 2), "purchase_price_usd": pytest.approx((250_000 + 320_000) / 2 / 8),
    }  # fmt: skip
    power = dict(rows("ACCEL_FACT", "devices", "H100", "all_in_kw"))
    assert power["low"] <= 10.2 / 8 <= power["high"]
    assert power["value"] == one("ACCEL_SPEC", "H100", "all_in_kw")


@pytest.mark.parametrize("table", list(catalogue.TABLES))
def test_every_figure_of_the_catalogue_has_its_source_in_the_sheet(table):
    for key in catalogue.keys(table):
        fact = catalogue.fact(table, *key)
        assert one("ACCEL_SOURCE", table, ", ".join(key)) == fact.citation
        for part in (fact.source, fact.as_of.isoformat(), fact.url):
            assert part
            assert part in fact.citation
        assert dict(rows("ACCEL_FACT", table, *key))["value"] == fact.value if len(key) < 3 else True


def test_a_day_selects_the_source_in_force():
    assert "2022" in one("ACCEL_SOURCE", "useful_lives", "Meta", "life_years", serial("2022-12-31"))


# -- prices of tokens --------------------------------------------------------------------------------------------------


def test_a_published_days_token_prices_are_in_the_sheet_without_a_connection(monkeypatch):
    # DeepSeek open-infra-index, day 6, 27 and 28 February 2025: 0.55, 0.14 and 2.19 USD per million tokens of R1.
    pytest.importorskip("genai_prices")

    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    asked = ("deepseek-reasoner", [["input", "cached", "output"]], "deepseek", serial("2025-02-28"))
    assert rows("ACCEL_API_PRICE", *asked) == [[0.55, 0.14, 2.19]]
    assert one("ACCEL_API_PRICE", "deepseek-reasoner", "output", "deepseek", serial("2025-02-28"), "low") < 2.19


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    outcome = REGISTRY["ACCEL_API_PRICE"].call("gpt-5")
    assert outcome.value == "#VALUE!"
    assert "prices of tokens need the package genai-prices; install it with" in outcome.why


# -- prices of hours ---------------------------------------------------------------------------------------------------


def test_the_published_hourly_price_of_an_instance_is_found():
    # AWS, p5.48xlarge on demand: 55.04 USD an hour for eight H100, 6.88 each.
    assert one("ACCEL_CLOUD_PRICE", "p5.48xlarge") * 8 == pytest.approx(55.04)


def test_a_region_has_its_own_hourly_price():
    # Azure Retail Prices, ND96is_MI300X_v5 with eight MI300X, on demand: 48.00 USD an hour in eastus2, 67.20 in swedencentral.
    for region, hour in (("eastus2", 48.0), ("swedencentral", 67.2)):
        assert one("ACCEL_CLOUD_PRICE", "Azure", "on-demand", region, "MI300X") * 8 == pytest.approx(hour)


def test_both_tiers_of_a_published_price_are_in_the_sheet():
    # Google's price list of Gemini 2.5 Pro: 1.25 and 10 USD per million tokens, 2.50 and 15 for prompts beyond 200,000.
    pytest.importorskip("genai_prices")
    asked = ("gemini-2.5-pro", [["input", "output"]], "google", serial("2025-12-01"))
    assert rows("ACCEL_API_PRICE", *asked) == [[1.25, 10.0]]
    assert rows("ACCEL_API_PRICE", *asked, "high") == [[2.5, 15.0]]


def test_a_device_has_a_band_over_its_providers():
    low, mid, high = (one("ACCEL_CLOUD_PRICE", "H100", None, None, None, band) for band in ("low", "mid", "high"))
    prices = [row.value for row in catalogue.cloud_prices("H100", commitment="on-demand")]
    assert low <= min(prices) <= mid <= max(prices) <= high
    assert sum(p <= mid for p in prices) >= len(prices) / 2 <= sum(p >= mid for p in prices)


# -- presets -----------------------------------------------------------------------------------------------------------


def test_the_presets_of_a_place_come_with_band_day_and_source():
    table = {row[0]: row for row in rows("ACCEL_ENERGY", "Virginia", None, "hyperscale")}
    price, pue = table["electricity_usd_per_kwh"][1], table["pue"][1]
    assert table["electricity_usd_per_it_kwh"][1] == pytest.approx(price * pue)
    assert pue == 1.1
    # Tax Foundation: Virginia 6 %, with the federal 21 % 25.7 %
    assert table["tax_rate"][1] == pytest.approx(0.06 + 0.21 * 0.94, abs=5e-4)
    assert all(row[6] for row in table.values())
    assert all(row[2] <= row[1] <= row[3] for name, row in table.items() if name != "preset")


def test_published_tax_rates_and_their_combination():
    # Tax Foundation 2026: New Jersey 11.5 % and North Carolina 2 %, deductible from the federal 21 %; KPMG: Germany 30.06 %.
    assert one("ACCEL_ENERGY", "NJ", "tax_rate") == pytest.approx(1 - (1 - 0.115) * (1 - 0.21), abs=1e-6)
    assert one("ACCEL_ENERGY", "NC", "tax_rate") == pytest.approx(1 - (1 - 0.02) * (1 - 0.21), abs=1e-6)
    assert one("ACCEL_ENERGY", "Germany", "tax_rate") == 0.3006
    assert one("ACCEL_ENERGY", "US", "tax_rate") == catalogue.tax_law("corporate_tax_rate").value


def test_published_electricity_of_two_places_and_pue_of_two_kinds_of_site():
    # EIA: industrial customers paid 7.25 cents in Texas (January 2026) and 8.92 in Virginia (2023). Epoch AI: 1.1 at a
    # hyperscaler's own site, 1.5 at an enterprise's.
    for place, price in (("TX", 0.0725), ("Virginia", 0.0892)):
        for site, pue in (("hyperscale", 1.1), ("enterprise", 1.5)):
            table = {row[0]: row[1] for row in rows("ACCEL_ENERGY", place, None, site)}
            assert (table["electricity_usd_per_kwh"], table["pue"]) == (price, pue)
            assert table["electricity_usd_per_it_kwh"] == pytest.approx(price * pue)


def test_the_presets_of_a_plan_go_into_a_plan():
    block = [["units", 64], ["unit_price_usd", 34000], ["tokens_per_second", 2500], ["price_usd_per_mtok", 0.6]]
    presets = rows("ACCEL_ENERGY", "TX", "plan")
    assert [row[0] for row in presets] == ["electricity_usd_per_kwh", "pue", "tax_rate"]
    assert one("ACCEL_PLAN", [*block, *presets], "npv") != one("ACCEL_PLAN", block, "npv")


def test_a_place_with_some_presets_says_which_are_not_there():
    table = {row[0]: row for row in rows("ACCEL_ENERGY", "France")}
    assert table["electricity_usd_per_kwh"][6] == "not in the catalogue"
    assert table["carbon_g_per_kwh"][1] == catalogue.carbon("France").value


# -- carbon ------------------------------------------------------------------------------------------------------------

LLAMA = [(82_432, 14), (135_168, 23), (530_432, 90), (1_022_362, 173)]


@pytest.mark.parametrize(("hours", "tonnes"), LLAMA)
def test_the_published_carbon_of_the_llama_models(hours, tonnes):
    # Touvron et al. 2023 (arXiv 2302.13971), table 15: 400 W, PUE 1.1, 0.385 kg/kWh; tonnes rounded.
    found = serving.carbon(hours, 0.4, 385.0, 1.1)
    assert found[2] / 1000 == pytest.approx(tonnes, abs=0.5)
    assert found[1] == 0


def test_the_parts_of_carbon_add_up_and_a_whole_life_bears_the_whole_hardware():
    electricity, hardware, total = serving.carbon(43_800.0, 0.7, 100.0, 1.2, 164.0)
    assert total == electricity + hardware
    assert hardware == 164.0
    assert serving.carbon([1.0, -1.0], 0.7, 100.0).shape == (2, 3)


def test_the_carbon_of_a_place_is_that_of_its_intensity():
    found = rows("ACCEL_CARBON", 1000.0, 1.73, "FR", None, 1.25)
    assert found == rows("ACCEL_CARBON", 1000.0, 1.73, None, catalogue.carbon("France").value, 1.25)


@pytest.mark.parametrize(
    ("name", "cells", "error", "sentence"),
    [
        ("ACCEL_SPEC", ("H2OO", "memory_gb"), "#N/A", "H2OO"),
        ("ACCEL_SPEC", ("H100", "colour"), "#N/A", "there is no attribute 'colour'"),
        ("ACCEL_SOURCE", ("devics", "H100", "memory_gb"), "#VALUE!", "did you mean devices?"),
        ("ACCEL_SOURCE", ("devices", "H100"), "#VALUE!", "devices: 1 names are given; a row is named by device, attribute"),
        ("ACCEL_SOURCE", ("useful_lives", "Meta", "life_years", 20000.0), "#N/A", "has no figure on 1954-10-03"),
        ("ACCEL_API_PRICE", ("gpt-5", "reasoning"), "#VALUE!", "tokens is the text 'reasoning'"),
        ("ACCEL_API_PRICE", ("gpt-55-foo",), "#N/A", "knows no model 'gpt-55-foo'"),
        ("ACCEL_CLOUD_PRICE", ("H100", "9 years"), "#N/A", "there is no row H100, 9 years"),
        ("ACCEL_CLOUD_PRICE", ("H100X",), "#N/A", "there is no provider, instance or device 'H100X'"),
        ("ACCEL_ENERGY", ("Atlantis",), "#N/A", "there is no place 'Atlantis'"),
        ("ACCEL_ENERGY", ("France", "electricity_usd_per_kwh"), "#N/A", "there is no place 'France'"),
        ("ACCEL_ENERGY", ("VA", "price"), "#VALUE!", "item is the text 'price'"),
        ("ACCEL_CARBON", (1.0, 1.0), "#VALUE!", "place and g_per_kwh are both blank"),
        ("ACCEL_CARBON", (1.0, 1.0, "Atlantis"), "#N/A", "there is no place 'Atlantis'"),
        ("ACCEL_CARBON", (1.0, 1.0, None, -5.0), "#NUM!", "g_per_kwh is -5; a number from 0 to 3000 g/kWh"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_error_and_a_sentence(name, cells, error, sentence):
    outcome = REGISTRY[name].call(*cells)
    assert {cell for row in outcome.rows() for cell in row} == {error}
    assert sentence in outcome.why
