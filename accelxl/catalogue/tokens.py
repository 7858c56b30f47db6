"""Prices of tokens from model providers, through the optional package genai-prices; nothing goes over the network."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accelxl.catalogue.row import VERSION, Fact, When
from accelxl.catalogue.store import to_day
from accelxl.errors import Missing, NoData, nearest

if TYPE_CHECKING:
    from types import ModuleType

_HOURS = range(24)
_NOON = 12


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a provider asks for a million tokens: input, input from its cache, output; each a `Fact` in USD/Mtok."""

    provider: str
    model: str
    input: Fact
    cached: Fact
    output: Fact


def api_price(model: str, provider: str | None = None, date: When = None) -> TokenPrice:
    """Return a provider's prices per million tokens of a model, in force on a day.

    The middle value is the base price at noon UTC; the band spans longer prompts and other hours where the provider
    charges them otherwise. A provider without a price for cached input is taken to charge the full input price.

    Parameters
    ----------
    model : str
        A model's name as its provider writes it, such as ``"gpt-5"``.
    provider : str, optional
        A provider's name, such as ``"openai"``; found from the model if left out.
    date : date or ISO text, optional
        The day; the newest price that the package knows if left out.

    Raises
    ------
    Missing
        If genai-prices is not installed.
    NoData
        If no provider or model of that name is known, or it has no price per token.

    Examples
    --------
    >>> price = api_price("deepseek-chat", "deepseek", "2025-02-27")
    >>> price.input.unit, price.cached.value <= price.input.value <= price.output.value
    ('USD/Mtok', True)
    """
    prices = _package()
    found = _find(prices, model, provider)
    asked = None if date is None else to_day(date)
    day = asked or _newest_start(found[1]) or dt.date.fromisoformat(VERSION)
    hours = [found[1].get_prices(dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)) for hour in _HOURS]
    note = "base price at noon UTC" + ("" if asked else "; the newest the package has")

    def row(word: str, *fields: str) -> Fact:
        bands = [next((band for name in fields if (band := _band(hour, name))), None) for hour in hours]
        if not all(bands):
            raise NoData(f"genai-prices has no {word} price per token of {found[1].id} from {found[0].id}")
        known = [band for band in bands if band]
        return Fact(
            known[_NOON][0],
            min(min(band) for band in known),
            max(max(band) for band in known),
            "USD/Mtok",
            f"{word} tokens",
            day,
            f"genai-prices {prices.__version__}, {found[0].name}",
            (found[0].pricing_urls or ["https://github.com/pydantic/genai-prices"])[0],
            note,
            "published",
            "api_prices",
            (found[0].id, found[1].id, word),
        )

    return TokenPrice(
        found[0].id,
        found[1].id,
        row("input", "input_mtok"),
        row("cached", "cache_read_mtok", "input_mtok"),
        row("output", "output_mtok"),
    )


def _package() -> ModuleType:
    try:
        import genai_prices
    except ImportError:
        raise Missing(
            "prices of tokens need the package genai-prices; install it with: pip install 'accelxl[prices]'"
        ) from None
    return genai_prices


def _find(prices: ModuleType, model: str, provider: str | None) -> tuple[Any, Any]:
    """Return provider and model, or say which of them is not known."""
    from genai_prices.data_snapshot import find_provider_by_id

    snapshot = prices.data_snapshot.get_snapshot()
    try:
        found: tuple[Any, Any] = snapshot.find_provider_model(model, None, provider, None)
    except LookupError:
        if provider and not find_provider_by_id(snapshot.providers, provider):
            known = [p.id for p in snapshot.providers]
            raise NoData(f"genai-prices knows no provider {provider!r}; {nearest(provider, known)}") from None
        models = [m.id for p in snapshot.providers for m in p.models if not provider or p.id == provider.lower()]
        raise NoData(f"genai-prices knows no model {model!r}; {nearest(model, models)}") from None
    return found


def _newest_start(model: Any) -> dt.date | None:
    """Return the day from which a model's newest price holds, where the package says so."""
    conditions = model.prices if isinstance(model.prices, list) else []
    starts: list[dt.date] = [c.constraint.start_date for c in conditions if hasattr(c.constraint, "start_date")]
    return max(starts, default=None)


def _band(price: Any, field: str) -> tuple[float, ...]:
    """Return the base price and its tiers as floats; empty where the model has no such price."""
    value = getattr(price, field, None)
    if value is None:
        return ()
    if hasattr(value, "base"):
        return (float(value.base), *(float(tier.price) for tier in value.tiers))
    return (float(value),)
