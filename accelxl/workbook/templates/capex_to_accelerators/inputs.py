"""Inputs of capex to accelerators: published totals with their scope tags, and shares with their bands."""

from __future__ import annotations

import dataclasses

from accelxl import catalogue
from accelxl.catalogue import Fact
from accelxl.domain.market.tags import BASES, PHASES, parse_scope
from accelxl.units import Quantity
from accelxl.workbook.authoring import ASSUMED, MODEL_DATE, Sources, assumed_item, constant, fact_item
from accelxl.workbook.template import Group, Item

SOURCES = Sources()
USD = Quantity("USD", 0.0, 1e14)
SHARE = Quantity("share", 0.0, 1.0)
YEAR = Quantity("year", 2000, 2100, whole=True)
WORDS = Quantity("text", kind="text")
CASES = ("low", "middle", "high")

HEADLINE = catalogue.market("trendforce_capex_2026", date="2025-11-30")
OTHER = catalogue.market("deloitte_ai_chips_2026")
SPREAD = catalogue.market("accelerator_market_spread_2030")


def _shares() -> tuple[Group, ...]:
    """Return the shares of each step, one group a case, so that a case is one range."""
    it = catalogue.market("barclays_share_compute_network")
    gpu, network, cpu, storage = (
        catalogue.market(f"bernstein_share_{part}") for part in ("gpu", "networking", "cpu", "storage")
    )
    part = gpu.value / (gpu.value + network.value + cpu.value + storage.value)
    note = (
        "accelerators over accelerators, network, CPUs and storage, from the published parts; low and high are assumed"
    )
    steps = {
        "low": ((0.65, 0.5, 0.75), (it.low, 0.6, it.value), (0.6, 0.5, 0.65)),
        "middle": ((0.75, 0.7, 0.8), (it.value, it.low, it.high), (part, 0.65, 0.72)),
        "high": ((0.85, 0.75, 0.95), (it.high, it.value, 0.75), (0.75, 0.7, 0.8)),
    }
    groups = []
    for case, (ai, equipment, chips) in steps.items():
        name = f"share_{case}"
        value, low, high = equipment
        groups.append(Group(f"Share of each step in the one before, {case}", (
            assumed_item(f"{name}_1", f"AI data centres in all capital expenditure, {case}", ai[0], SHARE, ai[1], ai[2],
                         format="share", group=name, note="the rest: offices, logistics, other servers and sites"),
            dataclasses.replace(
                fact_item(SOURCES, f"{name}_2", f"Computing and network in an AI data centre, {case}", it, SHARE, low=low, high=high,
                          format="share", group=name), value=value),
            dataclasses.replace(
                fact_item(SOURCES, f"{name}_3", f"Accelerators in computing and network, {case}", gpu, SHARE, low=chips[1],
                          high=chips[2], format="share", group=name, note=note),
                value=chips[0], source=SOURCES.of(gpu) if case == "middle" else ASSUMED,
                as_of=gpu.as_of if case == "middle" else MODEL_DATE),
        )))  # fmt: skip
    return tuple(groups)


def _tag(fact: Fact, number: int, which: str) -> tuple[Item, ...]:
    """Return the scope of a published total, field by field; the components without the words before the list."""
    scope = parse_scope(fact.scope)
    components = scope.components.partition(": ")[2] or scope.components
    given = {
        "phase": (scope.phase, Quantity("text", kind="choice", choices=PHASES)),
        "venue": (scope.venue, WORDS),
        "components": (components, WORDS),
        "period": (scope.period, WORDS),
        "currency": (scope.currency, WORDS),
        "basis": (scope.basis, Quantity("text", kind="choice", choices=BASES)),
    }
    return tuple(
        Item(f"{field}_{number}", f"{field.capitalize()} of {which}", words, quantity, SOURCES.of(fact), fact.as_of,
             format="text", group=field, note="part of the scope tag; see ACCEL_SCOPE")
        for field, (words, quantity) in given.items()
    )  # fmt: skip


def _scopes() -> tuple[Group, ...]:
    """Return the scope tags by field, so that a field of both totals is one range."""
    pairs = zip(_tag(HEADLINE, 1, "the headline"), _tag(OTHER, 2, "the other forecast"), strict=True)
    names = tuple(
        Item(f"total_{k}", f"Name of {which}", name, WORDS, SOURCES.of(fact), fact.as_of, format="text", group="total",
             note="as the Board shows it")
        for k, which, name, fact in (
            (1, "the headline", "TrendForce: capex of eight clouds, 2026", HEADLINE),
            (2, "the other forecast", "Deloitte: AI chips, 2026", OTHER),
        )
    )  # fmt: skip
    return (Group("Scope tags of the two totals", (*names, *(item for pair in pairs for item in pair))),)


PUBLISHERS = (
    ("AI CERTs low", "mixed", "spread_low", ""),
    ("Intel MR", "chips, all venues", "intelmarketresearch_accelerator_chips_2025", "intelmarketresearch_accelerator_chips_2034"),
    ("DataString", "chips, all venues", "datastring_accelerator_chips_2024", "datastring_accelerator_chips_2030"),
    ("Econ MR", "chips, cloud and edge", "econmarket_accelerators_2026", "econmarket_accelerators_2035"),
    ("MarketIntelo", "chips, data centre", "marketintelo_dc_accelerators_2025", "marketintelo_dc_accelerators_2034"),
    ("GMI", "chips, all venues", "gmi_accelerator_chips_2025", "gmi_accelerator_chips_2035"),
    ("AI CERTs high", "mixed", "spread_high", ""),
    ("IDTechEx", "chips, data centre", "idtechex_ai_chips_2030", ""),
)  # fmt: skip
"""Publisher, what it counts, and its figures of a first and a last year; the last is empty where one figure was published."""


def _published(name: str) -> tuple[float, Fact]:
    if name == "spread_low":
        return SPREAD.low, SPREAD
    if name == "spread_high":
        return SPREAD.high, SPREAD
    fact = catalogue.market(name)
    return fact.value, fact


SINGLE = "empty: a single figure was published, which is kept as it is"


def _year(name: str) -> float:
    """Return the year in the name of a figure; the year of the comparison where it has none."""
    return float(name[-4:]) if name[-4:].isdigit() else 2030.0


def _spread() -> tuple[Group, ...]:
    """Return the published estimates: groups by quantity, so that all publishers are one range."""
    names, scopes, firsts, lasts, starts, ends = [], [], [], [], [], []
    for k, (publisher, counted, first, last) in enumerate(PUBLISHERS, 1):
        one, fact = _published(first)
        source, day = SOURCES.of(fact), fact.as_of
        begin = _year(first)
        names.append(
            Item(f"publisher_{k}", f"Publisher {k}", publisher, WORDS, source, day, format="text", group="publisher")
        )
        scopes.append(
            Item(
                f"counted_{k}", f"What {publisher} counts", counted, WORDS, source, day, format="text", group="counted"
            )
        )
        firsts.append(
            Item(
                f"first_usd_{k}",
                f"{publisher}, first figure",
                one,
                USD,
                source,
                day,
                one * 0.8,
                one * 1.2,
                "billions",
                fact.note if last else "as published for the year",
                group="first_usd",
            )
        )
        starts.append(
            Item(
                f"first_year_{k}",
                f"{publisher}, first year",
                begin,
                YEAR,
                source,
                day,
                begin - 1 if last else None,
                None,
                "year",
                group="first_year",
            )
        )
        two, until = _published(last) if last else (None, fact)
        lasts.append(
            Item(
                f"last_usd_{k}",
                f"{publisher}, last figure",
                two,
                USD,
                SOURCES.of(until),
                until.as_of,
                None if two is None else two * 0.8,
                None if two is None else two * 1.2,
                "billions",
                until.note if last else SINGLE,
                blank=True,
                group="last_usd",
            )
        )
        end = _year(last) if last else None
        ends.append(
            Item(
                f"last_year_{k}",
                f"{publisher}, last year",
                end,
                YEAR,
                SOURCES.of(until),
                until.as_of,
                None,
                end + 1 if end else None,
                "year",
                "" if last else SINGLE,
                blank=True,
                group="last_year",
            )
        )
    titles = (
        "Publishers of estimates of the accelerator market",
        "What they count",
        "First figure",
        "First year",
        "Last figure",
        "Last year",
    )
    return tuple(Group(title, tuple(items)) for title, items in
                 zip(titles, (names, scopes, firsts, starts, lasts, ends), strict=True))  # fmt: skip


def _totals() -> tuple[Group, ...]:
    band = catalogue.market("accelerator_share_of_capex")
    premises = catalogue.market("deloitte_ai_data_centres_2026")
    newest = catalogue.market("trendforce_capex_2026")
    first = catalogue.market("trendforce_capex_2026", date="2025-10-31")
    return (
        Group("Totals", (
            fact_item(SOURCES, "capex_usd", "Headline: capital expenditure", HEADLINE, Quantity("USD/year", 0.0, 1e14), low=first.value,
                      high=newest.value, format="billions", dated=True,
                      note="low: the first forecast; high: the newest, of nine providers"),
            fact_item(SOURCES, "other_usd", "Other forecast: AI chips", OTHER, USD, low=150e9, high=300e9, format="billions",
                      dated=True),
            Item("premises_usd", "AI spending on premises, which the other forecast counts", premises.high - premises.low, USD,
                 SOURCES.of(premises), premises.as_of, 30e9, 100e9, "billions", premises.note, dated=True),
        )),
        Group("Band of the analysts", (
            dataclasses.replace(fact_item(SOURCES, "band_low", "Accelerators, memory and racks in capital expenditure, low", band,
                                          SHARE, low=0.25, high=0.35, format="share"), value=band.low),
            dataclasses.replace(fact_item(SOURCES, "band_high", "Accelerators, memory and racks in capital expenditure, high", band,
                                          SHARE, low=0.35, high=0.45, format="share"), value=band.high),
        )),
        Group("Comparison of the estimates", (
            assumed_item("year", "Year in which the estimates are compared", 2030.0, YEAR, 2028.0, 2032.0, format="year",
                         note="each publisher's own growth leads to this year; a single figure stays as it is"),
            assumed_item("budget_date", "Date of this comparison", MODEL_DATE, Quantity("date", kind="date"),
                         MODEL_DATE.replace(month=7, day=1), MODEL_DATE.replace(year=2027, month=12, day=31), format="date",
                         note="the ages of the totals are counted to this day"),
        )),
    )  # fmt: skip


CONSTANTS = Group("Constants (locked)", (
    constant("tolerance", "Tolerance of the checks, as a part of the figure", 1e-6, "share", format="tiny"),
    constant("age_days", "Age at which a total is stale", 730.0, "days"),
))  # fmt: skip

INPUTS = (*_totals(), *_shares(), *_scopes(), *_spread(), CONSTANTS)
