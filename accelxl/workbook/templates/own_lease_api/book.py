"""Own, lease or API as a whole: its sheets, Board and checks."""

from __future__ import annotations

import datetime as dt

from accelxl.workbook.template import Block, Board, Chart, Check, Entry, Figure, Line, Release, Series, Table, Template
from accelxl.workbook.templates.own_lease_api.inputs import AGES, CONTRACTS, INPUTS, KINDS, SOURCES
from accelxl.workbook.templates.own_lease_api.money import BRIDGE, COMMIT, LEASE, LEVELS
from accelxl.workbook.templates.own_lease_api.sheets import BASIS, EVEN, HORIZONS

HEADS = ("name", "contract", "unit_price_usd", "residual_share", "usd_per_month", "upfront_usd", "usd_per_hour", "usd_per_mtok",
         "running_usd_per_hour", "decline_per_year", "lost_share", "availability")  # fmt: skip
"""The columns of a contract as ACCEL_RENT_VS_OWN reads it; what a contract does not take stays blank."""
RUNNING = {1: "=Basis.place_hour[@1]+Basis.upkeep[@1]", 2: "=Basis.place_hour[@2]+Basis.upkeep[@2]"}
TERMS: dict[str, dict[str, str]] = {
    "own": {"unit_price_usd": "=Basis.price", "residual_share": "=Basis.residual", "running_usd_per_hour": RUNNING[1],
            "availability": "=in_availability"},
    "lease": {"usd_per_month": "=in_lease_usd_per_month", "upfront_usd": "=in_lease_upfront_usd", "running_usd_per_hour": RUNNING[2],
              "availability": "=in_availability"},
    "reserved": {"usd_per_hour": "=in_reserved_usd_per_hour", "availability": "=in_availability"},
    "on-demand": {"usd_per_hour": "=in_demand_usd_per_hour", "decline_per_year": "=in_rent_decline"},
    "spot": {"usd_per_hour": "=in_spot_usd_per_hour", "decline_per_year": "=in_rent_decline", "lost_share": "=in_lost_share"},
    "api": {"usd_per_mtok": "=in_api_usd_per_mtok", "decline_per_year": "=in_api_decline"},
}  # fmt: skip
FORMATS = {"residual_share": "share", "decline_per_year": "share", "lost_share": "share", "availability": "share"}


def _row(name: str, kind: str, given: dict[str, str]) -> tuple[Entry, ...]:
    texts = (Entry(name), Entry(kind))
    return (*texts, *(Entry(given.get(head, ""), FORMATS.get(head, "number3")) for head in HEADS[2:]))


def _table(name: str, title: str, rows: list[tuple[Entry, ...]]) -> Block:
    heads = tuple("" if place else "Contracts" for place in range(len(HEADS)))
    return Block(name, title, heads, (tuple(map(Entry, HEADS)), *rows), sheet="Contracts")


def _contracts() -> Block:
    rows = [_row(name, kind, TERMS[kind]) for name, kind in zip(CONTRACTS, KINDS, strict=True)]
    return _table("contract_table", "The contracts, as ACCEL_RENT_VS_OWN reads them", rows)


def _horizons() -> Block:
    """Return the contracts, what is owned once for each horizon with its resale value."""
    rows = [
        _row(f"Own, {age} months", "own", {**TERMS["own"], "residual_share": f"=in_residual_{k}"})
        for k, age in enumerate(AGES, 1)
    ]
    rows += [_row(name, kind, TERMS[kind]) for name, kind in zip(CONTRACTS[1:], KINDS[1:], strict=True)]
    return _table("horizon_table", "The same for other horizons: owning with the resale value of each", rows)


TIERS = Block(
    "tier_table", "The price above the commitment, as ACCEL_COMMIT reads it", ("From hours above", "USD/h"),
    ((Entry("=0", "number"), Entry("=in_demand_usd_per_hour", "number2")),), sheet="Contracts",
)  # fmt: skip


def basis(row: str, column: str) -> str:
    """Return a figure of a contract by ACCEL_RENT_VS_OWN; where the function has none it is zero."""
    return (
        "=N(INDEX(ACCEL_RENT_VS_OWN(contract_table,in_tokens_per_second,in_utilization,in_months,in_discount_rate),"
        f"1+{row},k_column_{column}))"
    )


def lasting(row: str) -> str:
    """Return the cost of a million tokens of a row of the second table over the months of a column of Horizons."""
    return (
        "=INDEX(ACCEL_RENT_VS_OWN(horizon_table,in_tokens_per_second,in_utilization,Horizons.length[@k],in_discount_rate),"
        f"{row},k_column_mtok)"
    )


def committed(line: str) -> str:
    """Return the total of a line of ACCEL_COMMIT."""
    return (
        "=INDEX(ACCEL_COMMIT(Commit.used[:],Commit.committed[:],in_reserved_usd_per_hour,tier_table,in_shortfall_share),"
        f"k_line_{line},COLUMNS(Commit.used[:])+2)"
    )


def leased(column: str) -> str:
    """Return a figure at commencement by ACCEL_LEASE, of all accelerators."""
    return (
        '=in_accelerators*INDEX(ACCEL_LEASE(in_lease_usd_per_month,Lease.debt,"IFRS 16",1,in_lease_upfront_usd,0,in_months),2,'
        f"k_column_{column})"
    )


NAL = (
    "=in_accelerators*ACCEL_NAL(Basis.price,Lease.payment[:],Lease.debt,in_tax_rate,Lease.wear[:],"
    "Lease.scrap*(1+Basis.rate)^(COLUMNS(Lease.wear[:])-in_months),Basis.rate,Lease.spared[:],1)"
)
"""Salvage is due after all columns in the function, after the term in the book: interest for the months between is added."""

FIGURES = (
    Figure("best_contract", "Cheapest contract", "by the cost of a million tokens", "=Basis.best_contract", "text"),
    Figure("least_usd_per_mtok", "Its cost of a million tokens", "USD, levelised over the horizon", "=Basis.least", "number3",
           twin=basis("Basis.best", "mtok")),
    Figure("best_usd", "Its cost over the horizon", "USD m, present value, all accelerators", "=Basis.best_whole", "millions"),
    Figure("firm_contract", "Cheapest without interruptions", "spot left out", "=Basis.firm_contract", "text"),
    Figure("even", "Break-even utilization of owning", "above it owning beats all paid by use", "=Basis.even[@1]", "share",
           twin=basis("1", "even")),
    Figure("nal_usd", "Net advantage to leasing", "USD m after tax, against buying with debt", "=Lease.nal_whole", "millions", twin=NAL),
    Figure("commit_unit", "An hour of use costs", "USD, with the commitment entered", "=Commit.unit.total", "number3",
           twin=committed("unit")),
    Figure("best_level", "Commitment that costs least", "of the full hours", "=Levels.best", "share"),
    Figure("even_demand", "Break-even of owning against on-demand", "", "=Basis.even_demand[@1]", "share", tile=False),
    Figure("saving_usd", "Owning saves against on-demand", "USD m", "=Basis.saving", "millions", tile=False),
    Figure("nal_share", "Net advantage to leasing", "of the price", "=Lease.nal_share", "share", tile=False),
    Figure("asset_usd", "Right-of-use asset of the lease", "USD m", "=Lease.asset_whole", "millions", tile=False, twin=leased("asset")),
    Figure("liability_usd", "Lease liability", "USD m", "=Lease.liability_whole", "millions", tile=False, twin=leased("liability")),
    Figure("bill_usd", "Bill with the commitment", "USD m", "=Commit.bill.total", "millions", tile=False, twin=committed("bill")),
    Figure("level_saving_usd", "It costs more than the best level", "USD m", "=Levels.saving", "millions", tile=False),
    Figure("lead", "The second costs", "more than the cheapest", "=Basis.second", "share", tile=False),
)  # fmt: skip

SIDE_BY_SIDE = Table("Contracts", "Basis", "contract", len(CONTRACTS), (
    Line("cost_per_mtok", "Cost of a million tokens, USD", "cost", "number3", basis("Basis.number[@k]", "mtok"), strong=True),
    Line("paid", "   of it price less resale, rent, or tokens", "paid_per_mtok", "number3"),
    Line("place", "   of it electricity and colocation", "place_per_mtok", "number3"),
    Line("upkeep", "   of it software, maintenance, insurance", "upkeep_per_mtok", "number3"),
    Line("hour", "Cost of an hour of use, USD", "hour", "number2", basis("Basis.number[@k]", "hour")),
    Line("whole_usd", "Present value over the horizon, USD m", "whole", "millions"),
    Line("over", "Over the cheapest", "over", "share", basis("Basis.number[@k]", "over")),
    Line("even_all", "Break-even utilization: all paid by use", "even", "share", basis("Basis.number[@k]", "even")),
    Line("even_one", "Break-even utilization: on-demand", "even_demand", "share"),
))  # fmt: skip
OTHERS = len(AGES) + 1
LASTING = Table("Other horizons", "Horizons", "span", len(AGES), (
    Line("own", "Own, USD per Mtok", "own", "number3", lasting("1+Horizons.number[@k]"), strong=True),
    *(Line(name, f"{label}, USD per Mtok", name, "number3", lasting(f"1+ROWS(in_residual)+{'+'.join(['1'] * place)}"))
      for place, (name, label) in enumerate(zip(("lease", "reserved", "demand", "spot", "api"), CONTRACTS[1:], strict=True), 1)),
))  # fmt: skip

CHARTS = (
    Chart(
        "Cost of a million tokens by contract", "Basis", "mark", "USD per Mtok",
        (Series("paid_per_mtok", "Price less resale, rent, or tokens", "stack", "navy"),
         Series("place_per_mtok", "Electricity and colocation", "stack", "teal"),
         Series("upkeep_per_mtok", "Software, maintenance, insurance", "stack", "sand")),
        "Levelised cost of a million tokens of the six contracts for the same work: price or rent, power and site, upkeep",
        "0.00",
    ),
    Chart(
        "Break-even utilization", "Even", "fill", "USD per Mtok",
        (Series("own", "Own", "curve", "navy"),
         Series("lease", "Lease", "curve", "teal", "dash"),
         Series("demand", "On-demand", "curve", "rust", "round_dot"),
         Series("spot", "Spot", "curve", "sand", "dash"),
         Series("api", "API", "curve", "pale"),
         Series("plan_cost", "Plan", "point", "navy", x="plan_fill", labels="0.000"),
         Series("even_cost", "Break-even", "point", "rust", x="even_fill", labels="0.000")),
        "Cost of a million tokens over the utilization: what is paid for every hour falls, what is paid by use is level; points mark "
        "the plan and the utilization above which owning is cheaper", "0.00", axis_title="utilization", axis_format="0%",
        axis_ends=(0.2, 1.0),
    ),
    Chart(
        "Net advantage to leasing, after tax", "Bridge", "mark", "USD m",
        (Series("foot", "Foot", "base"),
         Series("foot_below", "Foot below zero", "base"),
         Series("sum", "Sums", "stack", "navy"),
         Series("rise", "Speaks for leasing", "stack", "teal"),
         Series("fall", "Speaks for buying", "stack", "sand"),
         Series("rise_below", "", "stack", "teal"),
         Series("fall_below", "", "stack", "sand")),
        "Bridge from the price that leasing saves, over lease payments, lost tax shield and resale, to the net advantage to leasing",
        "#,##0,,;(#,##0,,);0",
    ),
    Chart(
        "Bill of the horizon by level of commitment", "Levels", "level", "USD m",
        (Series("usd_within", "For use within", "stack", "navy"),
         Series("usd_short", "For hours not used", "stack", "rust"),
         Series("usd_above", "For use above, on-demand", "stack", "sand")),
        "Bill of the whole horizon for commitments from nothing to all hours: use within, hours paid and not used, use above at the "
        "on-demand price", "#,##0,,", axis_title="hours committed, of the full hours", axis_format="0%",
    ),
    Chart(
        "Cost of a million tokens if the work lasts", "Horizons", "span", "USD per Mtok",
        (Series("own", "Own", "line", "navy"),
         Series("lease", "Lease", "line", "teal", "dash"),
         Series("reserved", "Reserved", "line", "grey", "round_dot"),
         Series("demand", "On-demand", "line", "rust", "dash_dot"),
         Series("spot", "Spot", "line", "sand", "dash")),
        "Levelised cost of a million tokens of five contracts if the work lasts for one to five years; an API is far above them",
        "0.00",
    ),
    Chart(
        "Hours used and hours committed", "Commit", "shown", "thousand hours a month",
        (Series("month_full", "All hours", "curve", "grey", "round_dot"),
         Series("month_committed", "Committed", "curve", "rust", "dash"),
         Series("month_used", "Used", "curve", "navy")),
        "Hours of a month in each quarter of the horizon: what is used grows towards what is committed, and is above or below it; all "
        "hours of the accelerators as a dotted line",
        "#,##0,", axis_title="quarter", axis_format="0",
    ),
)  # fmt: skip

SMALL = "=k_tolerance*(1+Basis.price*in_accelerators)"
TINY = "=k_tolerance*(1+SUM(Basis.cost[:]))"
CHECKS = (
    Check("timeline", "The sheets are long enough: months of the horizon beyond them",
          "=MAX(0,in_months-MAX(Lease.month[:]))+MAX(0,in_months-Commit.within_term.total)", "=k_tolerance"),
    Check("parts", "The parts of the cost of a million tokens make up the cost",
          "=SUMPRODUCT(Basis.paid_per_mtok[:]+Basis.place_per_mtok[:]+Basis.upkeep_per_mtok[:]-Basis.cost[:])", TINY),
    Check("horizons", "At whole years the plan and the sheet of horizons agree on owning",
          "=(MOD(in_months,12)=0)*(INDEX(Horizons.own[:],Basis.age)-Basis.cost[@1])", TINY),
    Check("curve", "The curve of owning runs through the plan",
          "=Even.full_own/(Even.worth_mtok*in_utilization)-Basis.cost[@1]", TINY),
    Check("liability", "The lease liability is paid off at the end of the term",
          "=SUM(Lease.interest[:])+SUM(Lease.due[:])+Lease.liability", SMALL),
    Check("wear", "Tax depreciation is not more than the price", "=MAX(0,-Lease.basis)", SMALL),
    Check("bridge", "The bridge ends at the net advantage", "=INDEX(Bridge.after[:],COLUMNS(Bridge.after[:]))-Lease.nal_whole", SMALL),
    Check("hours", "Hours within and short make up the commitment, within and above the use",
          "=Commit.within.total+Commit.short.total-Commit.committed.total+Commit.within.total+Commit.above.total-Commit.used.total",
          "=k_tolerance*(1+Commit.full.total)"),
    Check("levels", "With all hours committed nothing is bought above: USD", "=INDEX(Levels.usd_above[:],COLUMNS(Levels.usd_above[:]))",
          SMALL),
    Check("resale", "Resale values fall with age: ages at which they do not",
          "=SUM((in_residual_1<in_residual_2)*1,(in_residual_2<in_residual_3)*1,(in_residual_3<in_residual_4)*1,"
          "(in_residual_4<in_residual_5)*1)", "=k_tolerance", warning=True),
    Check("errors", "Cells with an error on One basis, Other horizons and Break-even",
          "=SUMPRODUCT(ISERROR(all_basis)*1)+SUMPRODUCT(ISERROR(all_horizons)*1)+SUMPRODUCT(ISERROR(all_even)*1)", "=k_tolerance"),
    Check("errors_money", "Cells with an error on Lease, Bridge, Commit and Levels",
          "=SUMPRODUCT(ISERROR(all_lease)*1)+SUMPRODUCT(ISERROR(all_bridge)*1)+SUMPRODUCT(ISERROR(all_commit)*1)"
          "+SUMPRODUCT(ISERROR(all_levels)*1)", "=k_tolerance"),
    Check("age_rent", "Age of the oldest price of hardware and rent above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_unit_price_usd,asof_reserved_usd_per_hour,asof_demand_usd_per_hour,asof_spot_usd_per_hour)"
          "-k_price_age_days)", "=k_tolerance", warning=True),
    Check("age_site", "Age of the oldest price of tokens, power and site above the limit, days",
          "=MAX(0,in_budget_date-MIN(in_budget_date,asof_api_usd_per_mtok,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month)-k_price_age_days)",
          "=k_tolerance", warning=True),
    Check("batch", "The net advantage to leasing has moved since the book was filled: inputs were changed by hand",
          "=out_nal_usd-batch_nal_usd", SMALL, warning=True),
)  # fmt: skip

TEMPLATE = Template(
    name="own_lease_api",
    title="Own, lease or API",
    purpose="Compare owning, leasing, reserving, renting and buying tokens for the same work on one basis, and find the utilization "
    "at which owning pays and the net advantage of a lease over debt.",
    audience="Finance and infrastructure leads who choose how to get accelerators, and the board that approves it.",
    basis=(
        ("Currency", "US dollars (USD) throughout; figures in another currency are to be converted before they are entered"),
        ("Price basis", ("Nominal; rates are effective annual; costs of a month fall at its end, prices and fees at once, lease "
         "payments in advance on the sheet Lease")),
        ("Sign convention", "Costs are positive; on Lease what speaks against leasing is negative; brackets mean negative, a dash zero"),
        ("Scope", ("One model of accelerator, one term. The comparison is before tax, the net advantage after it. Not in this book: "
         "quality of an API's model, growth of the work save in the commitment")),
    ),
    releases=(Release("1.0", dt.date(2026, 11, 23), "AccelXL", "First version"),),
    sources=tuple(SOURCES.rows),
    inputs=INPUTS,
    sheets=(BASIS, HORIZONS, EVEN, LEASE, BRIDGE, COMMIT, LEVELS),
    board=Board(
        "Own, lease or API: the same work under six contracts",
        '=TEXT(in_accelerators,"#,##0")&" x "&in_device&" at "&TEXT(in_utilization,"0%")&" use over "&TEXT(in_months,"0")&" months; "'
        '&TEXT(in_budget_date,"yyyy-mm-dd")',
        FIGURES,
        CHARTS,
        '=out_best_contract&" is the cheapest; break-even of owning "&TEXT(out_even,"0%")&" of use; leasing "'
        '&IF(out_nal_usd>0,"beats","loses to")&" buying with debt"',
        (SIDE_BY_SIDE, LASTING),
        portrait=True,
    ),
    checks=CHECKS,
    blocks=(_contracts(), _horizons(), TIERS),
    batch=("nal_usd",),
)  # fmt: skip
