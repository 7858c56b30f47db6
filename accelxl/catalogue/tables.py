"""The tables of the catalogue as data: file, key columns, and the unit that a figure must have.

A new subject is a CSV file, a row here and a function in subjects.py; the loader and the lookup stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FACT_COLUMNS = (
    "value_low", "value_mid", "value_high", "unit", "scope", "as_of", "source", "url", "tag", "note",
)  # fmt: skip
"""The columns that every file has after its key columns."""

MARKET_SCOPE = ("phase", "venue", "components", "period", "currency", "basis")
"""What the scope of a published market total has to say, in this order."""

ATTRIBUTES: Mapping[str, str] = {
    "memory_gb": "GB",
    "bandwidth_tb_s": "TB/s",
    "tdp_kw": "kW",
    "all_in_kw": "kW",
    "utility_kw": "kW",
    "bf16_pflops": "PFLOPS",
    "fp8_pflops": "PFLOPS",
    "fp4_pflops": "PFLOPS",
    "dies": "count",
    "purchase_price_usd": "USD",
    "chip_price_usd": "USD",
    "resale_price_usd": "USD",
    "cost_hyperscaler_usd_h": "USD/h",
    "cost_neocloud_usd_h": "USD/h",
    "cost_rental_usd_h": "USD/h",
    "tokens_per_second": "tokens/s",
    "tokens_per_second_interactive": "tokens/s",
    "prefill_tokens_per_second": "tokens/s",
    "decode_tokens_per_second": "tokens/s",
}
"""Attributes of a device and the unit of each."""

ATTRIBUTE_MEANING: Mapping[str, str] = {
    "memory_gb": "high-bandwidth or graphics memory of one package",
    "bandwidth_tb_s": "memory bandwidth of one package",
    "tdp_kw": "power of the chip alone (thermal design or board power)",
    "all_in_kw": "chip and its share of host, network and losses in the rack, before cooling: times PUE for the meter",
    "utility_kw": "the same at the utility meter, cooling included: do not multiply by PUE again",
    "bf16_pflops": "peak dense FP16 or BF16 arithmetic, without sparsity",
    "fp8_pflops": "peak dense 8-bit floating-point arithmetic, without sparsity",
    "fp4_pflops": "peak dense 4-bit floating-point arithmetic, without sparsity",
    "dies": "compute dies in one package; a package is one accelerator",
    "purchase_price_usd": "price per accelerator of a complete server or rack (chip and its share of the server)",
    "chip_price_usd": "price of the card or module alone",
    "resale_price_usd": "price of a used card or module",
    "cost_hyperscaler_usd_h": "cost of an hour when a large hyperscaler owns it",
    "cost_neocloud_usd_h": "cost of an hour when a large neocloud owns it",
    "cost_rental_usd_h": "price of an hour on a long rental contract",
    "tokens_per_second": "input (cache hits included) and output tokens a second per accelerator, one large model",
    "tokens_per_second_interactive": "the same while each user is served fast; the scope says how fast",
    "prefill_tokens_per_second": "input tokens a second per accelerator while it does prefill only",
    "decode_tokens_per_second": "output tokens a second per accelerator while it does decode only",
}
"""One line on each attribute, for sheets and docs."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the catalogue.

    `unit` is the unit every row must have; `units` fixes it by the last key column; with neither, any known unit is
    allowed. `scope` is what a row's scope has to say, `numeric` the key columns that hold numbers.
    """

    name: str
    keys: tuple[str, ...]
    meaning: str
    unit: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The header of the file."""
        return self.keys + FACT_COLUMNS


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "devices",
            ("device", "attribute"),
            "accelerators: memory, power, arithmetic, prices, throughput",
            units=ATTRIBUTES,
        ),
        Table(
            "useful_lives",
            ("company", "item"),
            "useful lives of servers by company, as_of is the day they took effect, and the stated effects",
            units={
                "life_years": "years",
                "effect_operating_income_usd": "USD",
                "effect_net_income_usd": "USD",
                "effect_depreciation_usd": "USD",
                "accelerated_depreciation_usd": "USD",
                "technology_equipment_usd": "USD",
            },
        ),
        Table("electricity", ("place", "sector"), "average electricity prices by US state and region", unit="USD/kWh"),
        Table("pue", ("kind",), "power usage effectiveness by kind of site", unit="ratio"),
        Table(
            "cloud_prices",
            ("provider", "instance", "device", "region", "commitment"),
            "list prices per accelerator-hour, a dated snapshot",
            unit="USD/h",
        ),
        Table("commitments", ("provider", "term"), "discounts from the on-demand price for a commitment", unit="share"),
        Table("lead_times", ("component",), "order to delivery", unit="weeks"),
        Table(
            "residuals",
            ("device", "months"),
            "used price as a share of the new price",
            unit="share",
            numeric=("months",),
        ),
        Table(
            "market",
            ("name",),
            "published totals, shares, growth rates and price indices with their scope",
            scope=MARKET_SCOPE,
        ),
        Table("stress", ("name", "item"), "what happened in earlier overbuilds"),
        Table(
            "node_costs",
            ("node", "attribute"),
            "price, power and size of a server or rack",
            units={"price_usd": "USD", "power_kw": "kW", "accelerators": "count"},
        ),
        Table("service_day", ("day", "item"), "a published day of one large model's service"),
        Table("tax_law", ("rule",), "US federal rules that depend on a day, as_of is the first day they hold"),
        Table(
            "tax_rates",
            ("place",),
            "statutory rates on corporate income by country and US state",
            unit="share",
        ),
        Table("carbon", ("place",), "carbon intensity of electricity", unit="g/kWh"),
        Table("facility", ("item",), "building, cooling and colocation"),
    )
}

NAME_COLUMNS = ("column", "name", "aliases", "vendor", "kind", "lag_class")
"""The header of names.csv: other spellings (separated by semicolons) of the names in a key column."""
