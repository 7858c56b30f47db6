"""Declarations: facts of the catalogue, and published totals: carve-out, split, scope and bridge."""

from typing import Annotated, Any

from accelxl import catalogue
from accelxl.domain import market
from accelxl.domain.market import tags, totals
from accelxl.errors import NoData, ShapeError
from accelxl.functions.cells import Rows, used
from accelxl.functions.registry import function
from accelxl.units import Quantity

Word = Annotated[str, Quantity("text", kind="text")]
Period = Annotated[list[list[Any]], Quantity("text", kind="table")]
"""A single cell: text, or a year as a number."""
AMAZON = market.scope("all", "Amazon", "servers", "2026")
META = market.scope("all", "Meta", "servers", "2026")


def spec(device: Word, attribute: Word) -> float:
    """Return the middle value of a figure of an accelerator; see `accelxl.catalogue.spec`."""
    return catalogue.spec(device, attribute).value


function(
    "ACCEL_SPEC",
    "Accel - Market",
    spec,
    "A figure of an accelerator from the dated catalogue: memory, bandwidth, power, arithmetic, price or throughput",
    help={
        "device": "name such as H100 or B200; the maker's name, case and punctuation do not matter",
        "attribute": "memory_gb, bandwidth_tb_s, tdp_kw, all_in_kw, bf16_pflops, purchase_price_usd, tokens_per_second and others",
    },
    examples=[
        ('=ACCEL_SPEC("H100","memory_gb")', 80.0),
        ('=ACCEL_SPEC({"H100";"H200"},"memory_gb")', [[80.0], [141.0]]),
    ],
)


def scope_tag(
    phase: tags.Phase,
    venue: tags.Words,
    components: tags.Words,
    period: Period,
    currency: tags.Words = "USD",
    basis: tags.Basis = "gross",
) -> str:
    """Return the tag of `accelxl.domain.market.scope`; the period may be a year as a number."""
    cells = [cell for row in period for cell in row]
    if len(cells) != 1:
        raise ShapeError(f"period has {len(cells)} cells; one cell is allowed")
    year = cells[0]
    whole = isinstance(year, float) and year.is_integer()
    return market.scope(phase, venue, components, str(int(year)) if whole else year, currency, basis)


def reconciliation(
    total_a: totals.Total,
    total_b: totals.Total,
    lines: totals.Lines,
    scope_a: tags.Words | None = None,
    scope_b: tags.Words | None = None,
) -> Rows:
    """Return the bridge of `accelxl.domain.market.reconcile` as rows of a name and an amount."""
    return market.reconcile(total_a, total_b, used(lines), scope_a, scope_b).rows()


def published(contains: Word = "") -> Rows:
    """Return the published totals of the catalogue whose name or scope has `contains` in it, side by side."""
    rows: Rows = [["name", "low", "mid", "high", "unit", *market.FIELDS, "as of", "source"]]
    for fact in catalogue.markets():
        words = [getattr(market.parse_scope(fact.scope), field) for field in market.FIELDS]
        if contains.casefold() in f"{fact.key[0]} {fact.scope}".casefold():
            rows.append([fact.key[0], fact.low, fact.value, fact.high, fact.unit, *words, fact.as_of, fact.source])
    if len(rows) == 1:
        raise NoData(
            f"no published total has {contains!r} in its name or scope; a word such as capex, chips or 2030 is allowed"
        )
    return rows


SHARE_HELP = "each step's share of the level before it, a row or column; one cell for a single step"

function(
    "ACCEL_CARVEOUT",
    "Accel - Market",
    market.carveout,
    "Accelerators inside a capex headline as a waterfall: a row for the headline and for each step; low, mid, high",
    help={
        "capex": "the headline",
        "share_low": f"{SHARE_HELP}; the low end of its band",
        "share_high": "the high end; blank: as the low end",
        "share_mid": "the middle; blank: halfway",
    },
    undefined="capex is below 0",
    examples=[
        ("=ACCEL_CARVEOUT(600,0.3,0.4)", [[600.0, 600.0, 600.0], [180.0, 210.0, 240.0]]),
        ("=ACCEL_CARVEOUT(600,{0.5,0.5})", [[600.0] * 3, [300.0] * 3, [150.0] * 3]),
    ],
)
function(
    "ACCEL_CAPEX_SPLIT",
    "Accel - Market",
    market.capex_split,
    "Amount of each component of a capex: land, shell, power, cooling, network, server, accelerator, memory, rack or any other",
    help={"capex": "what is split", "shares": "share of each component; they sum to 1"},
    undefined="capex is below 0",
    examples=[("=ACCEL_CAPEX_SPLIT(5200,{0.6,0.25,0.15})", [[3120.0, 1300.0, 780.0]])],
)
function(
    "ACCEL_CAPEX_BAND",
    "Accel - Market",
    market.capex_band,
    "Amount of each component as a band (low, high) that the bands of the others allow, since all sum to the whole",
    help={
        "capex": "what is split",
        "share_low": "low end of each component's share",
        "share_high": "high end of each component's share",
    },
    undefined="capex is below 0",
    examples=[
        ("=ACCEL_CAPEX_BAND(100,{0.5,0.25,0.125},{0.875,0.375,0.25})", [[50.0, 62.5], [25.0, 37.5], [12.5, 25.0]])
    ],
)
function(
    "ACCEL_SCOPE",
    "Accel - Market",
    scope_tag,
    "Scope tag of a figure: what it covers, in the form that ACCEL_SCOPE_SUM and ACCEL_RECONCILE compare",
    help={
        "phase": "training, inference, training and inference, or all",
        "venue": "whose sites and where",
        "components": "what is counted, separated by commas",
        "period": "a year, a span or a run rate",
        "currency": "code of three letters",
        "basis": "gross, or net of residual value",
    },
    examples=[
        (
            '=ACCEL_SCOPE("inference","hyperscalers","accelerators, memory",2026)',
            "phase: inference; venue: hyperscalers; components: accelerators, memory; period: 2026; currency: USD; basis: gross",
        ),
    ],
)
function(
    "ACCEL_SCOPE_SUM",
    "Accel - Market",
    market.scope_sum,
    "Sum of figures of one scope; figures of unlike scope, or that would count twice, are refused",
    help={
        "values": "the figures",
        "scopes": "the tag of each figure, or one for all; see ACCEL_SCOPE",
        "over": "the one field in which they differ and do not overlap: phase, venue (a sum over companies), components or period",
    },
    examples=[
        (f'=ACCEL_SCOPE_SUM({{200,125}},{{"{AMAZON}";"{META}"}},"venue")', 325.0),
    ],
)
function(
    "ACCEL_RECONCILE",
    "Accel - Market",
    reconciliation,
    "Bridge between two published totals: a line for each difference of scope, and what stays unexplained",
    help={
        "total_a": "the first total",
        "total_b": "the second total",
        "lines": "names and amounts by which a is larger than b; with scopes a name begins with its field, as in components: racks",
        "scope_a": "tag of the first total; blank: no check",
        "scope_b": "tag of the second total",
    },
    undefined="a share of nothing: total_a is 0",
    examples=[
        (
            '=ACCEL_RECONCILE(600,200,{"sites and power",330;"other IT",60})',
            [
                ["total a", 600.0], ["sites and power", -330.0], ["other IT", -60.0], ["unexplained", -10.0],
                ["total b", 200.0], ["unexplained, share of total a", 1 / 60],
            ],
        ),
    ],
)  # fmt: skip
function(
    "ACCEL_TOTALS",
    "Accel - Market",
    published,
    "Published market totals, shares and growth rates of the catalogue side by side, each with its scope, date and source",
    help={"contains": "only those with this word in name or scope; blank: all"},
    examples=[('=ACCEL_TOTALS("accelerator_market_spread")', ...)],
)
