"""Declarations: figures of the catalogue with source and date, prices of tokens and hours, presets by place, carbon."""

import datetime as dt
from typing import Annotated, Any

import numpy as np

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.catalogue import TABLES, Fact
from accelxl.domain import serving
from accelxl.domain.serving import emissions
from accelxl.errors import NoData, UnknownName
from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.units import Hours, Kilowatt, Quantity

Word = Annotated[str, Quantity("text", kind="text")]
TableName = Annotated[str, Quantity("text", kind="choice", choices=tuple(TABLES))]
Day = Annotated[float, Quantity("date", kind="date")]
Band = Annotated[str, Quantity("text", kind="choice", choices=("mid", "low", "high"))]
TokenKind = Annotated[str, Quantity("text", kind="choice", choices=("input", "cached", "output"))]
Site = Annotated[str, Quantity("text", kind="choice", choices=("hyperscale", "colocation", "enterprise"))]
Sector = Annotated[str, Quantity("text", kind="choice", choices=("industrial", "commercial"))]
PRESETS = ("electricity_usd_per_kwh", "pue", "electricity_usd_per_it_kwh", "tax_rate", "carbon_g_per_kwh")
PLAN_PRESETS = ("electricity_usd_per_kwh", "pue", "tax_rate")
"""Of these, the ones that are inputs of a plan."""
Item = Annotated[str, Quantity("text", kind="choice", choices=("all", "plan", *PRESETS))]


def day_of(date: float | None) -> dt.date | None:
    """Return a serial as a day; None is the newest."""
    return None if date is None or np.isnan(date) else EPOCH + dt.timedelta(days=int(date))


def banded(fact: Fact, band: str) -> float:
    """Return the low, middle or high value of a figure."""
    return {"low": fact.low, "mid": fact.value, "high": fact.high}[band]


def found(table: str, name: str, attribute: str, date: float | None) -> Fact:
    """Return a figure by its table and its name, whose words may stand in one text with commas between them."""
    key = [word.strip() for word in f"{name},{attribute}".split(",") if word.strip()]
    return catalogue.fact(table, *key, date=day_of(date))


def source(table: TableName, name: Word, attribute: Word = "", date: Day | None = None) -> str:
    """Return where a figure of the catalogue comes from: source, day and address."""
    return found(table, name, attribute, date).citation


def fact_table(table: TableName, name: Word, attribute: Word = "", date: Day | None = None) -> Rows:
    """Return all that the catalogue says of a figure, a row each."""
    fact = found(table, name, attribute, date)
    return [
        ["figure", ", ".join(fact.key)],
        ["value", fact.value],
        ["low", fact.low],
        ["high", fact.high],
        ["unit", fact.unit],
        ["scope", fact.scope],
        ["as of", fact.as_of],
        ["source", fact.source],
        ["address", fact.url],
        ["kind", fact.tag],
        ["note", fact.note],
        ["catalogue", catalogue.version()],
    ]


def api_price(
    model: Word, tokens: TokenKind = "input", provider: Word = "", date: Day | None = None, band: Band = "mid"
) -> float:
    """Return a provider's price of a million tokens; see `accelxl.catalogue.api_price`."""
    price = catalogue.api_price(model, provider or None, day_of(date))
    return banded({"input": price.input, "cached": price.cached, "output": price.output}[tokens], band)


def cloud_price(
    name: Word, commitment: Word = "on-demand", region: Word = "", device: Word = "", band: Band = "mid"
) -> float:
    """Return the list price of an accelerator-hour; see `accelxl.catalogue.cloud_price`."""
    return banded(catalogue.cloud_price(name, device=device, commitment=commitment, region=region), band)


def energy(
    place: Word, item: Item = "all", site: Site = "colocation", sector: Sector = "industrial", date: Day | None = None
) -> Rows | float:
    """Return the presets of a place: electricity, PUE, electricity of an IT kWh, tax rate and carbon."""
    if item == "plan":
        return [[name, _preset(name, place, site, sector, date).value] for name in PLAN_PRESETS]
    if item != "all":
        return _preset(item, place, site, sector, date).value
    rows: Rows = [["preset", "value", "low", "high", "unit", "as of", "source"]]
    missing = 0
    for name in PRESETS:
        try:
            fact = _preset(name, place, site, sector, date)
        except NoData:
            missing += name != "pue"
            rows.append([name, None, None, None, None, None, "not in the catalogue"])
        else:
            rows.append([name, fact.value, fact.low, fact.high, fact.unit, fact.as_of, fact.source])
    if missing == len(PRESETS) - 1:
        _preset("carbon_g_per_kwh", place, site, sector, None)  # says which place is not known
    return rows


def _preset(name: str, place: str, site: str, sector: str, date: float | None) -> Fact:
    if name == "pue":
        return catalogue.pue(site)
    if name == "tax_rate":
        return catalogue.tax_rate(place, day_of(date))
    if name == "carbon_g_per_kwh":
        return catalogue.carbon(place)
    price = catalogue.electricity(place, day_of(date), sector)
    if name == "electricity_usd_per_kwh":
        return price
    pue = catalogue.pue(site)
    return Fact(
        price.value * pue.value, price.low * pue.low, price.high * pue.high, price.unit, f"a kWh of IT load, {site}", price.as_of,
        f"{price.source}; {pue.source}", price.url, "price times PUE", "derived", "electricity", price.key,
    )  # fmt: skip


def carbon_of(
    accelerator_hours: Hours,
    power_kw: Kilowatt,
    place: Word = "",
    g_per_kwh: emissions.Intensity | None = None,
    pue: emissions.Pue = 1.0,
    embodied_kg: emissions.Embodied = 0.0,
    life_hours: emissions.LifeHours = emissions.FIVE_YEARS,
) -> Any:
    """Return the carbon of accelerator-hours; the intensity is the place's unless it is given."""
    if g_per_kwh is None:
        if not place:
            raise UnknownName(
                "place and g_per_kwh are both blank; a place of the catalogue or a carbon intensity is needed"
            )
        g_per_kwh = catalogue.carbon(place).value
    return serving.carbon(accelerator_hours, power_kw, g_per_kwh, pue, embodied_kg, life_hours)


FIGURE = {
    "table": f"table of the catalogue: {', '.join(list(TABLES)[:8])} and others",
    "name": "the figure's name, such as H100; the words of a longer key with commas between them",
    "attribute": "the second word of the key, such as memory_gb or life_years",
    "date": "the figure in force on that day; blank: the newest",
}

function(
    "ACCEL_SOURCE",
    "Accel - Info",
    source,
    "Where a figure of the catalogue comes from: source, day and address in one line",
    help=FIGURE,
    examples=[
        (
            '=ACCEL_SOURCE("devices","H200","memory_gb")',
            "NVIDIA H200 product page, 2026-09-19, https://www.nvidia.com/en-us/data-center/h200/",
        ),
        ('=ACCEL_SOURCE("electricity","VA","industrial",45700)', ...),
    ],
)
function(
    "ACCEL_FACT",
    "Accel - Info",
    fact_table,
    "All that the catalogue says of a figure: value, band, unit, scope, day, source, address, kind and note",
    help=FIGURE,
    examples=[('=ACCEL_FACT("pue","hyperscale")', ...)],
)
function(
    "ACCEL_API_PRICE",
    "Accel - Market",
    api_price,
    "What a provider asks for a million tokens of a model in USD, today or on a day; read from an installed package, never online",
    help={
        "model": "the model's name as its provider writes it, such as gpt-5",
        "tokens": "input, cached or output",
        "provider": "such as openai; blank: found from the model",
        "date": "the price in force on that day; blank: the newest",
        "band": "mid: base price at noon UTC; low, high: over tiers of long prompts and hours of the day",
    },
    undefined="the provider has no price per token",
    examples=[('=ACCEL_API_PRICE("gpt-5","output","openai")', ...)],
)
function(
    "ACCEL_CLOUD_PRICE",
    "Accel - Market",
    cloud_price,
    "List price of an accelerator-hour in USD from a dated snapshot; of several rows the median, with their range as the band",
    help={
        "name": "a provider such as AWS, an instance such as p5.48xlarge, or a device such as H100",
        "commitment": "on-demand, spot, 1 year, 3 years, 5 years, reserved, flex start or capacity block",
        "region": "the provider's name of a region",
        "device": "where a provider or instance has several",
        "band": "mid, low or high of the rows that fit",
    },
    examples=[('=ACCEL_CLOUD_PRICE("p5.48xlarge")', 6.88), ('=ACCEL_CLOUD_PRICE("H100","on-demand",,,"low")', ...)],
)
function(
    "ACCEL_ENERGY",
    "Accel - Market",
    energy,
    "Presets of a place: electricity price, PUE, price of a kWh of IT load, tax rate on income and carbon intensity, with source",
    help={
        "place": "a US state such as VA, or a country",
        "item": "all: a table; plan: names and values for a plan block; or the name of one preset",
        "site": "kind of site, for the PUE: hyperscale, colocation or enterprise",
        "sector": "industrial or commercial customers, for the price",
        "date": "price and tax rate in force on that day; blank: the newest",
    },
    examples=[
        ('=ACCEL_ENERGY("TX","tax_rate")', 0.21),
        ('=ACCEL_ENERGY("TX","pue","hyperscale")', 1.1),
        ('=ACCEL_ENERGY("VA")', ...),
    ],
)
function(
    "ACCEL_CARBON",
    "Accel - Cost",
    carbon_of,
    "Carbon of accelerator-hours in kg of CO2 equivalent: electricity, hardware, total",
    help={
        "accelerator_hours": "accelerators times hours; a million tokens take 1e6 / (3600 x tokens a second)",
        "power_kw": "kW of an accelerator at the scope that the PUE multiplies",
        "place": "whose electricity: a country or a US state",
        "g_per_kwh": "carbon intensity instead of the place's; kg a MWh is the same figure",
        "pue": "facility power over IT power",
        "embodied_kg": "what making an accelerator and its share of the server emitted; blank: left out",
        "life_hours": "hours over which that is spread",
    },
    undefined="g_per_kwh is above 0 and below 2, which is a figure in kg (0.4 kg a kWh are 400 g), "
    "embodied_kg is above 0 and below 1, which is a figure in tonnes (0.438 t are 438 kg), or a figure is out of range",
    examples=[("=ACCEL_CARBON(1000,1.5,,400,1.25,438,43800)", [[750.0], [10.0], [760.0]])],
)
