"""The sample deck: one published day of a large model's service as a plan for each device, every figure with its source."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from accelxl import catalogue
from accelxl.plan.model import Plan

DAYS_PER_MONTH = 365.0 / 12.0
SECONDS_PER_DAY = 86_400.0
MTOK = 1e6


@dataclass(frozen=True, slots=True)
class Entry:
    """An input of the deck: its value, where it comes from, and how far it may spread."""

    name: str
    value: float | str
    source: str
    tag: str
    spread: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Case:
    """The deck for one device."""

    device: str
    plan: Plan
    entries: tuple[Entry, ...]
    price_spread: tuple[Any, ...]

    def spreads(self) -> dict[str, tuple[Any, ...]]:
        """Return the distributions of the inputs that are uncertain; the three prices move as one."""
        found = {entry.name: entry.spread for entry in self.entries if entry.spread is not None}
        return {**found, "price_usd_per_mtok": self.price_spread}


def load() -> dict[str, Any]:
    """Return the deck as it is written."""
    text = files("accelxl.demo").joinpath("deck.json").read_text(encoding="utf-8")
    deck: dict[str, Any] = json.loads(text)
    return deck


def _entry(name: str, given: dict[str, Any]) -> Entry:
    spread = tuple(given["spread"]) if "spread" in given else None
    if "catalogue" not in given:
        return Entry(name, given["value"], given["why"], "assumption", spread)
    fact = catalogue.fact(*given["catalogue"])
    value = fact.value * given.get("times", 1.0)
    source = f"{fact.source}, {fact.as_of}"
    return Entry(name, value, f"{source}; {given['why']}" if "why" in given else source, fact.tag, spread)


def _device_entries(device: str, wanted: dict[str, str]) -> list[Entry]:
    entries = []
    for name, attribute in wanted.items():
        fact = catalogue.spec(device, attribute)
        spread = ("triangular", fact.low, fact.value, fact.high) if fact.low < fact.high else None
        entries.append(Entry(name, fact.value, f"{fact.source}, {fact.as_of}", fact.tag, spread))
    return entries


def cases() -> list[Case]:
    """Return the deck's plan for each of its devices, each fleet bought to serve the same demand.

    Examples
    --------
    >>> [case.device for case in cases()]
    ['H100', 'H200', 'B200']
    """
    deck = load()
    table, key, parts = deck["tokens_per_day"]["catalogue"]
    tokens = sum(catalogue.fact(table, key, part).value for part in parts)
    shared = [_entry(name, given) for name, given in deck["plan"].items()]
    cohort = [_entry(name, given) for name, given in deck["tranche"].items()]
    demand = Entry("demand_mtok_per_month", tokens / MTOK * DAYS_PER_MONTH, "tokens of the published day", "derived", None)
    return [_case(device, deck, [demand, *shared], cohort, tokens) for device in deck["devices"]]


def _case(device: str, deck: dict[str, Any], shared: list[Entry], cohort: list[Entry], tokens: float) -> Case:
    own = _device_entries(device, deck["device_facts"])
    values = {entry.name: entry.value for entry in [*cohort, *own]}
    served = float(values["tokens_per_second"]) * float(values["utilization"]) * float(values["availability"])
    nodes = math.ceil(tokens / (served * SECONDS_PER_DAY) / deck["node"])
    why = f"whole nodes of {deck['node']} for the published day"
    fleet = Entry("units", float(nodes * deck["node"]), why, "derived", None)
    tranche = {"device": device, "units": fleet.value, **values}
    plan = Plan(tranches=[tranche], **{entry.name: entry.value for entry in shared})
    return Case(device, plan, (fleet, *own, *cohort, *shared), tuple(deck["blended_price_spread"]))
