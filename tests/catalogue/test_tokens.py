"""Prices of tokens from genai-prices, an optional package."""

import sys

import pytest

from accelxl.catalogue import api_price
from accelxl.errors import Missing, NoData


def test_the_prices_of_a_published_day_are_found():
    # DeepSeek's account of its service of 27 and 28 February 2025: 0.55, 0.14 and 2.19 USD per million tokens of R1.
    pytest.importorskip("genai_prices")
    price = api_price("deepseek-reasoner", "deepseek", "2025-02-28")
    assert (price.input.value, price.cached.value, price.output.value) == (0.55, 0.14, 2.19)


def test_the_night_discount_is_in_the_band():
    pytest.importorskip("genai_prices")
    price = api_price("deepseek-reasoner", "deepseek", "2025-02-28")
    assert price.output.low < price.output.value == price.output.high


def test_a_day_selects_the_price_in_force():
    pytest.importorskip("genai_prices")
    before, after = (api_price("o3", "openai", day) for day in ("2025-05-01", "2025-07-01"))
    assert before.output.value > after.output.value


def test_a_dearer_tier_for_long_prompts_is_in_the_band():
    pytest.importorskip("genai_prices")
    price = api_price("gemini-2.5-pro", "google", "2025-12-01")
    assert price.input.low == price.input.value < price.input.high


def test_each_price_carries_unit_source_and_address():
    package = pytest.importorskip("genai_prices")
    price = api_price("gpt-5")
    for fact in (price.input, price.cached, price.output):
        assert fact.unit == "USD/Mtok"
        assert fact.source == f"genai-prices {package.__version__}, OpenAI"
        assert fact.url.startswith("https://")
    assert price.cached.value < price.input.value


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("gpt-55-foo",), "knows no model 'gpt-55-foo'; did you mean"),
        (("gpt-5", "opnai"), "knows no provider 'opnai'; did you mean openai?"),
        (("deepseek-foo", "deepseek"), "knows no model 'deepseek-foo'; did you mean deepseek"),
        (("text-embedding-3-small", "openai"), "has no output price per token of text-embedding-3-small"),
    ],
)
def test_an_unknown_model_or_provider_has_no_data(asked, words):
    pytest.importorskip("genai_prices")
    with pytest.raises(NoData) as trouble:
        api_price(*asked)
    assert words in str(trouble.value)


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with pytest.raises(
        Missing, match=r"need the package genai-prices; install it with: pip install 'accelxl\[prices\]'"
    ):
        api_price("gpt-5")
