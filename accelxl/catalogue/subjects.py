"""The catalogue by subject: thin lookups, one per question, on the core of store.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from accelxl.catalogue.store import fact, facts, keys, lack, name_row, resolve, spread
from accelxl.errors import NoData, OutOfRange, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accelxl.catalogue.row import Fact, When


@dataclass(frozen=True, slots=True)
class Device:
    """An accelerator: who makes it, how it comes, and its newest figures by attribute.

    `lag_class` says how it is delivered: "server" (a node of eight), "rack" (a liquid-cooled rack), "card" (PCIe) or
    "cloud" (not sold, rented only).
    """

    name: str
    vendor: str
    kind: str
    lag_class: str
    facts: Mapping[str, Fact]

    def fact(self, attribute: str) -> Fact:
        """Return the newest figure of an attribute; NoData where the catalogue has none."""
        return fact("devices", self.name, attribute)

    def value(self, attribute: str) -> float | None:
        """Return the middle value of an attribute, or None where the catalogue has no figure."""
        row = self.facts.get(attribute)
        return None if row is None else row.value


def devices() -> tuple[str, ...]:
    """Return the names of the accelerators.

    Examples
    --------
    >>> "H100 SXM" in devices()
    True
    """
    return tuple(dict.fromkeys(key[0] for key in keys("devices")))


def device(name: str) -> Device:
    """Return an accelerator with all its newest figures; a dual-die package is one accelerator.

    Raises
    ------
    NoData
        If the catalogue has no such device; the message names the nearest one.

    Examples
    --------
    >>> card = device("nvidia b200")
    >>> card.name, card.vendor, card.value("dies")
    ('B200', 'NVIDIA', 2.0)
    """
    rows = facts("devices", name)
    if not rows:
        raise lack("devices", (name, "memory_gb"))
    row = name_row("device", name)
    vendor, kind, lag_class = (row.vendor, row.kind, row.lag_class) if row else ("", "", "")
    return Device(rows[0].key[0], vendor, kind, lag_class, MappingProxyType({r.key[1]: r for r in rows}))


def spec(device: str, attribute: str, date: When = None) -> Fact:
    """Return one figure of an accelerator.

    Parameters
    ----------
    device : str
        A device such as ``"H100"``; case, punctuation and the maker's name do not matter.
    attribute : str
        A name of `ATTRIBUTES`, such as ``"memory_gb"``; short forms such as ``"memory"`` are understood.
    date : date or ISO text, optional
        The figure in force on that day; the newest if left out.

    Raises
    ------
    NoData
        If the catalogue has no such device, or no such figure of it.

    Examples
    --------
    >>> spec("h100", "memory").value
    80.0
    >>> fact = spec("NVIDIA H100 SXM", "purchase_price_usd")
    >>> fact.low < fact.value < fact.high
    True
    """
    return fact("devices", device, attribute, date=date)


def useful_life(company: str, date: When = None) -> Fact:
    """Return the useful life of a company's servers in years, in force on a day.

    Examples
    --------
    >>> useful_life("google", "2022-06-30").value, useful_life("Alphabet").value
    (4.0, 6.0)
    """
    return fact("useful_lives", company, "life_years", date=date)


def electricity(place: str, date: When = None, sector: str = "industrial") -> Fact:
    """Return the average price of electricity of a place in USD/kWh; a data centre's own tariff differs.

    Examples
    --------
    >>> electricity("VA").key[0]
    'Virginia'
    """
    return fact("electricity", place, sector, date=date)


def pue(kind: str) -> Fact:
    """Return the power usage effectiveness of a kind of site: hyperscale, colocation or enterprise.

    Examples
    --------
    >>> pue("enterprise").value
    1.5
    """
    return fact("pue", kind)


def cloud_prices(
    name: str = "",
    *,
    device: str = "",
    commitment: str = "",
    region: str = "",
) -> tuple[Fact, ...]:
    """Return the list prices per accelerator-hour that fit; `name` is a provider, an instance or a device.

    Examples
    --------
    >>> {row.key[0] for row in cloud_prices("H100", commitment="on-demand")} >= {"AWS", "Azure", "Lambda"}
    True
    """
    wanted = {"device": device, "commitment": commitment, "region": region}
    words = {column: resolve(column, word) for column, word in wanted.items() if word}
    found = []
    for row in facts("cloud_prices"):
        own = dict(zip(("provider", "instance", "device", "region", "commitment"), row.key, strict=True))
        fits = all(resolve(column, own[column]) == word for column, word in words.items())
        if fits and (
            not name or any(resolve(c, own[c]) == resolve(c, name) for c in ("provider", "instance", "device"))
        ):
            found.append(row)
    return tuple(found)


def cloud_price(name: str, *, device: str = "", commitment: str = "on-demand", region: str = "") -> Fact:
    """Return the list price of an accelerator-hour; where several rows fit, their median with the range as the band.

    Parameters
    ----------
    name : str
        A provider (``"AWS"``), an instance (``"p5.48xlarge"``) or a device (``"H100"``).
    device, region : str, optional
        Narrow the rows.
    commitment : str, optional
        ``"on-demand"`` (default), ``"spot"``, ``"1 year"``, ``"3 years"``, ``"5 years"``, ``"reserved"``,
        ``"flex start"`` or ``"capacity block"``.

    Raises
    ------
    NoData
        If no row fits.

    Examples
    --------
    >>> cloud_price("p5.48xlarge").value
    6.88
    >>> fact = cloud_price("H100 SXM")
    >>> fact.low < fact.value < fact.high
    True
    """
    rows = cloud_prices(name, device=device, commitment=commitment, region=region)
    if rows:
        return spread(rows)
    asked = ", ".join(word for word in (name, device, commitment, region) if word)
    rows = cloud_prices(name)
    if not rows:
        known = list(
            dict.fromkeys(word for column in range(3) for word in (key[column] for key in keys("cloud_prices")))
        )
        raise NoData(f"cloud_prices: there is no provider, instance or device {name!r}; {nearest(name, known)}")
    known = list(dict.fromkeys(f"{row.key[2]} {row.key[4]}" for row in rows))
    raise NoData(f"cloud_prices: there is no row {asked}; {name} has {', '.join(known[:8])}")


def commitment(provider: str, term: str) -> Fact:
    """Return the discount from the on-demand price for a commitment of ``"1 year"`` or ``"3 years"``.

    Examples
    --------
    >>> 0.3 < commitment("AWS", "1 year").value < 0.5
    True
    """
    return fact("commitments", provider, term)


def lead_time(component: str, date: When = None) -> Fact:
    """Return the weeks from order to delivery of a component.

    Examples
    --------
    >>> lead_time("transformer").unit
    'weeks'
    """
    return fact("lead_times", component, date=date)


def residual(device: str, months: float) -> Fact:
    """Return the used price of a device as a share of its new price after `months`, linear between the published ages.

    A new device (0 months) is worth its price. Nothing is read beyond the last published age.

    Raises
    ------
    NoData
        If the catalogue has no used prices of the device.
    OutOfRange
        If `months` is below 0 or beyond the last published age.

    Examples
    --------
    >>> residual("H100", 24).tag
    'estimate'
    >>> residual("H100", 18).note
    'linear between 12 and 24 months'
    """
    rows = facts("residuals", device)
    if not rows:
        raise lack("residuals", (device, "12"))
    ages = {0.0: replace(rows[0], value=1.0, low=1.0, high=1.0, note="new", tag="derived", key=(rows[0].key[0], "0"))}
    ages |= {float(row.key[1]): row for row in rows}
    if not 0 <= months <= max(ages):
        raise OutOfRange(
            f"residuals: {months:g} months is given for {rows[0].key[0]}; the published ages are 0 to {max(ages):g}"
        )
    if months in ages:
        return ages[months]
    before, after = max(a for a in ages if a < months), min(a for a in ages if a > months)
    share, old, new = (months - before) / (after - before), ages[before], ages[after]
    return replace(
        new,
        value=old.value + share * (new.value - old.value),
        low=old.low + share * (new.low - old.low),
        high=old.high + share * (new.high - old.high),
        note=f"linear between {before:g} and {after:g} months",
        tag="derived",
        key=(new.key[0], f"{months:g}"),
    )


def market(name: str, date: When = None) -> Fact:
    """Return a published total, share, growth rate or index.

    Its `scope` says phase, venue, components, period, currency and basis; `scope_parts` splits it.

    Examples
    --------
    >>> fact = market("jpm_required_revenue")
    >>> fact.value, fact.unit
    (650000000000.0, 'USD/year')
    """
    return fact("market", name, date=date)


def markets() -> tuple[Fact, ...]:
    """Return the newest row of every published figure of the market table.

    Examples
    --------
    >>> all("period: " in row.scope for row in markets())
    True
    """
    return facts("market")


def stress(name: str) -> dict[str, Fact]:
    """Return what happened in an earlier overbuild, by item.

    Examples
    --------
    >>> sorted(stress("telecom"))
    ['demand_overestimate_per_year', 'fill_share', 'price_fall', 'price_fall_per_year']
    """
    return _items("stress", name)


def service_day(name: str = "DeepSeek V3/R1") -> dict[str, Fact]:
    """Return a published day of one large model's service, by item.

    Examples
    --------
    >>> day = service_day()
    >>> day["output_tokens"].value
    168000000000.0
    """
    return _items("service_day", name)


def node_cost(node: str, attribute: str = "price_usd") -> Fact:
    """Return the price, power or number of accelerators of a server or rack.

    Examples
    --------
    >>> node_cost("GB200 NVL72", "accelerators").value
    72.0
    """
    return fact("node_costs", node, attribute)


def tax_law(rule: str, date: When = None) -> Fact:
    """Return a US federal figure in force on a day: bonus share by day of acquisition, limits of Section 179, tax rate.

    Examples
    --------
    >>> tax_law("bonus_share", "2025-01-19").value, tax_law("bonus_share", "2025-01-20").value
    (0.4, 1.0)
    """
    return fact("tax_law", rule, date=date)


def tax_rate(place: str, date: When = None) -> Fact:
    """Return the statutory rate on corporate income of a country, or of a US state with the federal tax.

    Examples
    --------
    >>> tax_rate("Texas").value, tax_rate("Germany").value
    (0.21, 0.3006)
    """
    return fact("tax_rates", place, date=date)


def carbon(place: str) -> Fact:
    """Return the carbon intensity of a place's electricity in g/kWh.

    Examples
    --------
    >>> carbon("France").value < carbon("Poland").value
    True
    """
    return fact("carbon", place)


def facility(item: str) -> Fact:
    """Return a figure of building, cooling or colocation.

    Examples
    --------
    >>> facility("colocation_gpu_density").unit
    'USD/kW-month'
    """
    return fact("facility", item)


def source(table: str, *key: str, date: When = None) -> str:
    """Return where a figure comes from: source, day and address.

    Examples
    --------
    >>> source("devices", "B200", "fp4_pflops").startswith("NVIDIA")
    True
    """
    return fact(table, *key, date=date).citation


def _items(table: str, name: str) -> dict[str, Fact]:
    rows = facts(table, name)
    if not rows:
        raise lack(table, (name, ""))
    return {row.key[1]: row for row in rows}
