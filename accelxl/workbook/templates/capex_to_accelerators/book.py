"""Capex to accelerators as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.template import (
    Block,
    Board,
    Chart,
    Check,
    Entry,
    Figure,
    Line,
    Release,
    Series,
    Table,
    Template,
)
from accelxl.workbook.templates.capex_to_accelerators.inputs import INPUTS, SOURCES
from accelxl.workbook.templates.capex_to_accelerators.sheets import BRIDGE, CARVE, CASES, GAP, SCOPES, SPREAD

BILLIONS = "#,##0,,,"


def carved(case: str) -> str:
    """Return the carve-out by ACCEL_CARVEOUT with the shares of a case at both ends."""
    share = f"Carve.share_{case}[:]"
    return f"=INDEX(ACCEL_CARVEOUT(in_capex_usd,{share}),1+COLUMNS({share}),1)"


def level(case: str) -> str:
    """Return a step of a case by ACCEL_CARVEOUT, for a cell of the table."""
    return f"=INDEX(ACCEL_CARVEOUT(in_capex_usd,Carve.share_{case}[:]),1+Carve.number[@k],1)"


BAND = "=INDEX(ACCEL_CARVEOUT(in_capex_usd,in_band_low,in_band_high),2,2)"
FIGURES = (
    Figure("capex_usd", "Headline: capital expenditure", "USD bn", "=Carve.level_middle[@1]", "billions"),
    Figure("chips_low_usd", "Accelerators in it, low", "USD bn", "=Carve.level_low.total", "billions", twin=carved("low")),
    Figure("chips_usd", "Accelerators in it, middle", "USD bn", "=Carve.level_middle.total", "billions", twin=carved("middle")),
    Figure("chips_high_usd", "Accelerators in it, high", "USD bn", "=Carve.level_high.total", "billions", twin=carved("high")),
    Figure("other_usd", "Other forecast", "USD bn", "=Gap.level[@7]", "billions"),
    Figure("gap_usd", "Difference of the totals", "USD bn", "=Gap.gap", "billions"),
    Figure("unexplained_usd", "Of it unexplained", "USD bn", "=Gap.unexplained", "billions",
           twin="=-INDEX(ACCEL_RECONCILE(in_capex_usd,in_other_usd,bridge_lines,Scopes.tag[@1],Scopes.tag[@2]),"
                "ROWS(bridge_lines)+Scopes.open+2,2)"),
    Figure("ratio", "Highest estimate over lowest", "times, in one year", "=Spread.ratio", "number1"),
    Figure("part_low", "Accelerators in capex, low", "share", "=Carve.part_low", "share", tile=False),
    Figure("part", "Accelerators in capex, middle", "share", "=Carve.part_middle", "share", tile=False),
    Figure("part_high", "Accelerators in capex, high", "share", "=Carve.part_high", "share", tile=False),
    Figure("distance", "Estimates off the middle case", "mean", "=Spread.distance", "share", tile=False),
    Figure("band_low_usd", "Analysts' band, low", "USD bn", "=Carve.band_low", "billions", tile=False),
    Figure("band_usd", "Analysts' band, middle", "USD bn", "=Carve.band_middle", "billions", tile=False, twin=BAND),
    Figure("band_high_usd", "Analysts' band, high", "USD bn", "=Carve.band_high", "billions", tile=False),
    Figure("unexplained_part", "Unexplained, of the headline", "share", "=Gap.unexplained_part", "share", tile=False,
           twin="=INDEX(ACCEL_RECONCILE(in_capex_usd,in_other_usd,bridge_lines,Scopes.tag[@1],Scopes.tag[@2]),"
                "ROWS(bridge_lines)+Scopes.open+2+2,2)"),
    Figure("lowest_usd", "Lowest estimate", "USD bn", "=Spread.lowest", "billions", tile=False),
    Figure("growth", "Publishers' growth a year", "mean", "=Spread.mean_growth", "share", tile=False),
    Figure("highest_usd", "Highest estimate", "USD bn", "=Spread.highest", "billions", tile=False),
    Figure("unlike", "Scope fields that differ", "of 6", "=Scopes.unlike", "year", tile=False),
)  # fmt: skip

CARVED = Table("What is left, USD bn", "Carve", "step", 4, (
    Line("level_low", "Low case", "level_low", "billions", level("low")),
    Line("level", "Middle case", "level_middle", "billions", level("middle"), strong=True),
    Line("level_high", "High case", "level_high", "billions", level("high")),
))  # fmt: skip

CHARTS = (
    Chart(
        "From the headline to accelerators", "Bridge", "mark", "USD bn",
        (Series("foot", "Foot", "base"),
         Series("low", "Low case", "stack", "navy"),
         Series("to_middle", "up to the middle case", "stack", "teal"),
         Series("to_high", "up to the high case", "stack", "pale"),
         Series("fall", "Falls away, middle case", "stack", "sand")),
        "Bridge from capital expenditure to accelerators: four steps, each from the low to the high case, and what falls away between "
        "them in the middle case", BILLIONS,
    ),
    Chart(
        "Two forecasts reconciled", "Gap", "mark", "USD bn",
        (Series("foot", "Foot", "base"),
         Series("level", "Published totals", "stack", "navy"),
         Series("fall", "Falls", "stack", "sand"),
         Series("rise", "Rises", "stack", "teal")),
        "Bridge from the headline to the other forecast: a bar for each difference of scope, and what no difference explains", BILLIONS,
    ),
    Chart(
        "Estimates of the accelerator market in one year", "Spread", "mark", "USD bn",
        (Series("estimate", "Estimate", "column", "teal"),
         Series("headline", "Accelerators in the headline, middle case", "line", "rust", "dash")),
        "Published estimates of the accelerator market side by side, each brought to the same year; a line shows the accelerators in "
        "the headline", BILLIONS,
    ),
    Chart(
        "Parts of the headline by case", "Cases", "case", "USD bn",
        (Series("chips", "Accelerators", "stack", "navy", labels=BILLIONS),
         Series("other_it", "Network, CPUs, storage", "stack", "teal"),
         Series("sites", "Buildings, power, cooling", "stack", "sand"),
         Series("rest", "Not AI data centres", "stack", "pale")),
        "The headline in the low, middle and high case, split into accelerators, other computing, buildings and power, and the rest",
        BILLIONS,
    ),
)  # fmt: skip

SMALL = "=k_tolerance*(1+in_capex_usd)"
CHECKS = (
    Check("order", "Low, middle and high are in order: cases out of order",
          "=IF(AND(Carve.level_low.total<=Carve.level_middle.total,Carve.level_middle.total<=Carve.level_high.total),0,1)",
          "=k_tolerance"),
    Check("bridge_closes", "The bridge ends at the accelerators: the headline less what falls away",
          "=in_capex_usd-Bridge.fall.total-Carve.level_middle.total", SMALL),
    Check("parts_sum", "The parts of each case make up the headline",
          "=SUMPRODUCT(Cases.parts[:]-Cases.step_1[:])", SMALL),
    Check("gap_closes", "The lines and the unexplained rest lead from one total to the other",
          "=Gap.after[@6]-in_other_usd", SMALL),
    Check("gap_positive", "No bar of the reconciliation goes below zero",
          "=MAX(0,-MIN(Gap.after[:]))", SMALL),
    Check("currency", "Both totals are in one currency", "=Scopes.currency_differs", "=k_tolerance"),
    Check("years", "Every second figure is of a later year than the first: publishers where it is not",
          "=SUMPRODUCT((1-Spread.single[:])*(Spread.last_year[:]<=Spread.first_year[:]))", "=k_tolerance"),
    Check("errors", "Cells with an error on the calculation sheets",
          "=SUMPRODUCT(ISERROR(all_carve)*1)+SUMPRODUCT(ISERROR(all_bridge)*1)+SUMPRODUCT(ISERROR(all_cases)*1)", "=k_tolerance"),
    Check("errors_gap", "Cells with an error on the sheets of totals and estimates",
          "=SUMPRODUCT(ISERROR(all_scopes)*1)+SUMPRODUCT(ISERROR(all_gap)*1)+SUMPRODUCT(ISERROR(all_spread)*1)", "=k_tolerance"),
    Check("age", "Age of the oldest total above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_capex_usd,asof_other_usd,asof_premises_usd)-k_age_days)", "=k_tolerance",
          warning=True),
    Check("band", "The middle case lies outside the analysts' band", "=1-Carve.inside", "=k_tolerance", warning=True),
    Check("batch", "Accelerators have moved since the book was filled: inputs were changed by hand",
          "=out_chips_usd-batch_chips_usd", SMALL, warning=True),
)  # fmt: skip

LINES = Block("bridge_lines", "By how much the headline is larger, as ACCEL_RECONCILE reads it", ("Line", "USD"), (
    (Entry("components: not AI data centres"), Entry("=Gap.outside", "number")),
    (Entry("components: buildings, power, cooling"), Entry("=Gap.buildings", "number")),
    (Entry("components: network, CPUs, storage"), Entry("=Gap.equipment", "number")),
    (Entry("venue: chips on premises"), Entry("=Gap.premises", "number")),
), sheet="Lines")  # fmt: skip

TEMPLATE = Template(
    name="capex_to_accelerators",
    title="Capex to accelerators",
    purpose="Carve the accelerators out of a capital-expenditure headline, reconcile it with another forecast, and put estimates of the "
    "accelerator market side by side.",
    audience="Strategy and finance leads who read headlines about AI spending, and the board that asks what they mean.",
    basis=(
        ("Currency", "US dollars (USD) throughout; totals in another currency are to be converted before they are entered"),
        ("Price basis", "Nominal; totals as published, for the period in their scope tag"),
        ("Sign convention", ("Totals and parts are positive; in the reconciliation a positive line makes the headline larger; "
         "brackets mean negative, a dash zero")),
        ("Scope", "Published totals and shares of them. Not in this book: own purchases, returns, timing inside the year"),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=(CARVE, BRIDGE, CASES, SCOPES, GAP, SPREAD),
    board=Board(
        "Capex to accelerators: the headline on one page",
        '=Scopes.total[@1]&"; against "&Scopes.total[@2]&"; read on "&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '="Accelerators: "&TEXT(out_chips_usd/10^9,"0")&" of "&TEXT(out_capex_usd/10^9,"0")&" bn; low "'
        '&TEXT(out_chips_low_usd/10^9,"0")&", high "&TEXT(out_chips_high_usd/10^9,"0")',
        (CARVED,),
    ),
    checks=CHECKS,
    blocks=(LINES,),
    batch=("chips_usd",),
)  # fmt: skip
