"""Declarations: ownership cost, contracts on one basis, commitments, leases, switching, and one plan against another."""

from typing import Annotated, Any

import numpy as np

from accelxl.domain import contract
from accelxl.domain.contract import basis, commitment, leasing, ownership
from accelxl.errors import ShapeError
from accelxl.functions.cells import Rows, used
from accelxl.functions.headed import records
from accelxl.functions.registry import function
from accelxl.plan.compare import compare
from accelxl.units import Cost, Flag, Quantity, Rate

Table = Annotated[Rows, Quantity(kind="table")]
Block = Annotated[Rows, Quantity(kind="block")]
TIMING = "0 or blank: payments at the end of a period (in arrears); 1: at its start (in advance), the first when the lease begins"
"""The same default in ACCEL_LEASE and ACCEL_NAL."""
OnePeriods = Annotated[float, Quantity("periods", low=1, high=1200, whole=True)]


def tco_table(
    parts: Table,
    power_kw: ownership.OneKilowatt,
    discount_rate: ownership.OneRate = 0.10,
    availability: ownership.OneWorking = 1.0,
    utilization: ownership.OneWorking = 1.0,
    payments_per_year: ownership.OnePerYear = 1.0,
    load_factor: ownership.OneShare = 1.0,
    pue: ownership.OnePue = 1.25,
    electricity_usd_per_kwh: ownership.OnePrice = 0.083,
    facility_usd_per_kw: ownership.OnePerKw = 0.0,
    facility_life_years: ownership.OneLife = 15.0,
    colo_usd_per_kw_month: ownership.OnePerKwMonth = 0.0,
    colo_includes_power: ownership.OneFlag = 0.0,
    maintenance_share: ownership.OneShare = 0.0,
    insurance_share: ownership.OneShare = 0.0,
    property_tax_share: ownership.OneShare = 0.0,
    sales_tax_share: ownership.OneShare = 0.0,
    credit_share: ownership.OneShare = 0.0,
    staff_usd_per_year: ownership.OneYearly = 0.0,
    software_usd_per_year: ownership.OneYearly = 0.0,
    support_usd_per_year: ownership.OneYearly = 0.0,
    revenue_share: ownership.OneShare = 0.0,
    revenue_usd_per_year: ownership.OneYearly = 0.0,
) -> Rows:
    """Return the lines of `accelxl.domain.contract.tco`; a None among the options is its default."""
    given = {name: value for name, value in locals().items() if name != "parts" and value is not None}
    return contract.tco(records(parts, contract.Part, "parts"), **given).rows()


def basis_table(
    contracts: Table,
    tokens_per_second: basis.OneTps,
    utilization: basis.OneWorking = 0.6,
    months: basis.OneMonths = 36.0,
    discount_rate: basis.OneRate = 0.10,
) -> Rows:
    """Return the comparison of `accelxl.domain.contract.rent_vs_own` with a header."""
    listed = records(contracts, contract.Contract, "contracts")
    return basis.rows(contract.rent_vs_own(listed, tokens_per_second, utilization, months, discount_rate))


COMPARED = {
    "npv": "USD",
    "irr": "1/year",
    "payback_months": "months",
    "npv_a": "USD",
    "npv_b": "USD",
}


def compare_table(plan_a: Block, plan_b: Block) -> Rows:
    """Return the difference of two plans as rows of name, figure and unit; a figure without meaning is blank."""
    found = compare(plan_a, plan_b)
    return [[name, None if np.isnan(found[name]) else found[name], unit] for name, unit in COMPARED.items()]


def commit_table(
    used_units: commitment.UnitSeries,
    committed: commitment.UnitSeries,
    price_usd: commitment.PriceSeries,
    tiers: Table | None = None,
    shortfall_share: commitment.OneShare = 1.0,
    settle_periods: commitment.OneWhole = 1.0,
) -> Rows:
    """Return the lines of `accelxl.domain.contract.commit` with names in front, periods on top and the total at the end."""
    bill = contract.commit(
        used_units, committed, price_usd, None if tiers is None else used(tiers), shortfall_share, settle_periods
    )
    if bill.ndim > 2:
        raise ShapeError("a series has several rows; a single row or column is allowed, since each gives a table")
    totals = bill.sum(axis=1)
    totals[-1] = totals[-2] / totals[0] if totals[0] else np.nan
    rows: list[list[Any]] = [["period", *range(1, bill.shape[1] + 1), "total"]]
    for name, line, total in zip(contract.COMMIT_LINES, bill.tolist(), totals.tolist(), strict=True):
        rows.append([name, *(None if np.isnan(cell) else cell for cell in (*line, total))])
    return rows


def lease_table(
    payments: leasing.Payments,
    rate: Annotated[float, Quantity("1/period", low=-0.99, high=2)],
    standard: leasing.Standard = "IFRS 16",
    type: Annotated[float, Quantity("1", 0, 1, kind="flag")] = 0.0,
    initial_direct_costs: Annotated[float, Quantity("USD", low=0)] = 0.0,
    incentives: Annotated[float, Quantity("USD", low=0)] = 0.0,
    periods: OnePeriods | None = None,
) -> Rows:
    """Return the schedule of `accelxl.domain.contract.lease` with a header; `periods` repeats a single payment."""
    due = np.asarray(payments, dtype=float)
    if due.ndim > 1:
        raise ShapeError("payments has several rows; a single row or column is allowed, since each gives a table")
    if periods is not None:
        if due.size != 1:
            raise ShapeError(
                f"payments has {due.size} cells and periods is {periods:g}; periods repeats a single payment: leave it blank"
            )
        due = np.full(int(periods), due.item())
    schedule = contract.lease(due, rate, standard, type, initial_direct_costs, incentives)
    return [list(contract.LEASE_COLUMNS), *schedule.tolist()]


def nal(
    cost: Cost,
    payments: leasing.Payments,
    borrowing_rate: Rate,
    tax_rate: Annotated[Any, Quantity("share", low=0, high=1)] = 0.25,
    depreciation: leasing.Payments | None = None,
    salvage_after_tax: Annotated[Any, Quantity("USD")] = 0.0,
    project_rate: Rate | None = None,
    avoided_costs: leasing.Payments | None = None,
    type: Flag = 0,
) -> Any:
    """Return `accelxl.domain.contract.nal`; in a range a blank project_rate is the borrowing rate."""
    if project_rate is not None:
        project_rate = np.where(np.isnan(project_rate), borrowing_rate, project_rate)
    return contract.nal(
        cost, payments, borrowing_rate, tax_rate, depreciation, salvage_after_tax, project_rate, avoided_costs, type
    )


function(
    "ACCEL_TCO",
    "Accel - Cost",
    tco_table,
    "Cost of owning an accelerator by line, a year and a productive hour; each part is written off over its own life",
    help={
        "parts": (
            "a header name, price_usd, life_years, residual_share, then a row a part: chip, server, network, "
            "storage; price of one accelerator's share"
        ),
        "power_kw": "kW of an accelerator at the rack, its share of the server included, before cooling",
        "discount_rate": "cost of capital, effective annual",
        "availability": "share of the hours in which it works",
        "utilization": "share of those hours that is filled; 1 where the tokens a second count it already",
        "payments_per_year": "1: capital is charged at the end of each year; 12: each month, as in a plan",
        "load_factor": "share of power_kw that is drawn",
        "pue": "facility power over IT power",
        "electricity_usd_per_kwh": "price of electricity",
        "facility_usd_per_kw": "building, power and cooling for a kW of IT load, if owned",
        "facility_life_years": "life of the facility",
        "colo_usd_per_kw_month": "rent of a kW in place of a facility",
        "colo_includes_power": "1: that rent pays for electricity",
        "maintenance_share": "yearly maintenance as a share of the parts' prices",
        "insurance_share": "yearly insurance as a share of the parts' prices",
        "property_tax_share": "yearly property tax as a share of the parts' prices",
        "sales_tax_share": "tax on the price of the parts",
        "credit_share": "share of price and sales tax that an investment credit or subsidy gives back",
        "staff_usd_per_year": "staff for one accelerator",
        "software_usd_per_year": "licences for one accelerator",
        "support_usd_per_year": "support for one accelerator",
        "revenue_share": "share of the revenue that goes to others, such as the owner of the model",
        "revenue_usd_per_year": "that revenue, of one accelerator",
        "options": (
            "names and values of pue, electricity_usd_per_kwh, colo_usd_per_kw_month, maintenance_share, "
            "software_usd_per_year, property_tax_share and more; the reference lists all"
        ),
    },
    options=(
        "payments_per_year", "load_factor", "pue", "electricity_usd_per_kwh", "facility_usd_per_kw",
        "facility_life_years", "colo_usd_per_kw_month", "colo_includes_power", "maintenance_share", "insurance_share",
        "property_tax_share", "sales_tax_share", "credit_share", "staff_usd_per_year", "software_usd_per_year",
        "support_usd_per_year", "revenue_share", "revenue_usd_per_year",
    ),
    undefined="the figures are too large to add up",
    examples=[
        (
            '=ACCEL_TCO({"name","price_usd","life_years","residual_share";"chip",8760,2,0;"server",8760,4,0.5},1,0,0.5,0.5,{"electricity_usd_per_kwh",0.1;"pue",1;"software_usd_per_year",2190})',
            [
                ["line", "USD a year", "USD a productive hour", "share"],
                ["chip", 4380.0, 2.0, 4380 / 8541],
                ["server", 1095.0, 0.5, 1095 / 8541],
                ["facility", 0.0, 0.0, 0.0],
                ["electricity", 876.0, 0.4, 876 / 8541],
                ["colocation", 0.0, 0.0, 0.0],
                ["maintenance", 0.0, 0.0, 0.0],
                ["insurance", 0.0, 0.0, 0.0],
                ["property tax", 0.0, 0.0, 0.0],
                ["staff", 0.0, 0.0, 0.0],
                ["software", 2190.0, 1.0, 2190 / 8541],
                ["support", 0.0, 0.0, 0.0],
                ["revenue share", 0.0, 0.0, 0.0],
                ["total", 8541.0, 3.9, 1.0],
            ],
        ),
    ],
)  # fmt: skip
function(
    "ACCEL_ANNUAL_CHARGE",
    "Accel - Cost",
    contract.annual_charge,
    "Capital charge of a part a year: the level payment that recovers its price with interest, less what is left at the end",
    help={
        "price_usd": "installed price",
        "life_years": "economic life in years",
        "residual_share": "share of the price that comes back at the end of the life",
        "discount_rate": "cost of capital, effective annual",
        "payments_per_year": "1: at the end of each year; 12: of each month, as in a plan",
    },
    undefined="life_years is 0 or the rate is -1 or below",
    examples=[
        ("=ACCEL_ANNUAL_CHARGE(1000,{1,2},0,0)", [[1000.0, 500.0]]),
        ("=ACCEL_ANNUAL_CHARGE(1000,1,0.5,0.1)", 600.0),
    ],
)
function(
    "ACCEL_RENT_VS_OWN",
    "Accel - Cost",
    basis_table,
    "Own, lease, reserved, on-demand, spot and API on one basis: cost a month, an hour of use and a million tokens, for the same work",
    help={
        "contracts": (
            "a header, then a row a contract: name, contract (own, lease, reserved, on-demand, spot, api), its price "
            "(unit_price_usd, usd_per_month, usd_per_hour or usd_per_mtok), and more"
        ),
        "tokens_per_second": "throughput of an accelerator while it works",
        "utilization": "share of that throughput that the work fills",
        "months": "months over which all are compared",
        "discount_rate": "cost of capital, effective annual",
    },
    undefined="the figures are too large to add up",
    examples=[
        (
            '=ACCEL_RENT_VS_OWN({"name","contract","unit_price_usd","usd_per_hour","usd_per_mtok";"ours","own",26280,"","";"cloud","on-demand","",2,"";"api","api","","",0.5},1000,0.5,36,0)',
            [
                ["name", "contract", "USD a month", "USD an hour of use", "USD per Mtok", "over the cheapest", "break-even utilization"],
                ["ours", "own", 730.0, 2.0, 2 / 3.6, 1 / 0.9 - 1.0, 1 / 1.8],
                ["cloud", "on-demand", 730.0, 2.0, 2 / 3.6, 1 / 0.9 - 1.0, ""],
                ["api", "api", 657.0, 1.8, 0.5, 0.0, ""],
            ],
        ),
    ],
)  # fmt: skip
function(
    "ACCEL_COMPARE",
    "Accel - Plan",
    compare_table,
    "Worth of doing plan a rather than plan b, such as buy against rent or now against later: NPV, IRR and payback of the difference",
    help={
        "plan_a": "block of names and values of the plan that may be done",
        "plan_b": "block of the plan it is held against",
    },
    examples=[
        (
            '=ACCEL_COMPARE({"units",8;"unit_price_usd",34000;"tokens_per_second",2500;"price_usd_per_mtok",0.6},{"units",8;"unit_price_usd",0;"tokens_per_second",2500;"price_usd_per_mtok",0.6;"contract","rent";"rent_usd_per_hour",2.5})',
            ...,
        ),
    ],
)
function(
    "ACCEL_COMMIT",
    "Accel - Cost",
    commit_table,
    "Bill of a commitment period by period: ramp, payment for what is not used, tiers for what is used above, cost of a unit used",
    help={
        "used_units": "what is used in each period: accelerator-hours, tokens",
        "committed": "what is committed in each period, a row or column for a ramp, or one figure",
        "price_usd": "price of a committed unit, one figure or one a period",
        "tiers": (
            "two columns: from how many units above the commitment a price holds, starting at 0, and that "
            "price; blank: the committed price"
        ),
        "shortfall_share": "share of the price paid for what is not used; 1 is take-or-pay",
        "settle_periods": "1: each period by itself; 12 with months: a yearly true-up",
    },
    undefined="the figures are too large to add up",
    examples=[
        (
            "=ACCEL_COMMIT({80,130},100,2,{0,3;20,2.5})",
            [
                ["period", 1.0, 2.0, "total"],
                ["used", 80.0, 130.0, 210.0],
                ["committed", 100.0, 100.0, 200.0],
                ["used within the commitment", 80.0, 100.0, 180.0],
                ["used above it", 0.0, 30.0, 30.0],
                ["short of it", 20.0, 0.0, 20.0],
                ["USD for use within", 160.0, 200.0, 360.0],
                ["USD for the shortfall", 40.0, 0.0, 40.0],
                ["USD for use above", 0.0, 85.0, 85.0],
                ["USD in all", 200.0, 285.0, 485.0],
                ["USD a unit used", 2.5, 285 / 130, 485 / 210],
            ],
        ),
    ],
)
function(
    "ACCEL_LEASE",
    "Accel - Cost",
    lease_table,
    "Lease schedule of a lessee: payment, interest, liability, amortization, right-of-use asset and expense of each period",
    help={
        "payments": "payment of each period in a row or column, or one figure with periods",
        "rate": "rate implicit in the lease, else the incremental borrowing rate, for each period",
        "standard": "IFRS 16, ASC 842 finance or ASC 842 operating",
        "type": TIMING,
        "initial_direct_costs": "paid by the lessee at commencement",
        "incentives": "received by the lessee at commencement",
        "periods": "number of payments, where payments is a single figure",
    },
    undefined="the figures are too large to add up",
    examples=[
        (
            "=ACCEL_LEASE({1100,1210},0.1)",
            [
                ["period", "payment", "interest", "liability", "amortization", "right-of-use asset", "expense"],
                [0.0, 0.0, 0.0, 2000.0, 0.0, 2000.0, 0.0],
                [1.0, 1100.0, 200.0, 1100.0, 1000.0, 1000.0, 1200.0],
                [2.0, 1210.0, 110.0, 0.0, 1000.0, 0.0, 1110.0],
            ],
        ),
    ],
)
function(
    "ACCEL_NAL",
    "Accel - Return",
    nal,
    "Net advantage to leasing: above 0 the lease is cheaper than buying with borrowed money, after tax",
    help={
        "cost": "price if bought",
        "payments": "lease payment of each period, before tax",
        "borrowing_rate": "rate of debt for each period, before tax",
        "tax_rate": "tax on income",
        "depreciation": "tax depreciation of each period in USD if bought, as ACCEL_MACRS(cost,5) gives; blank: the cost in equal parts",
        "salvage_after_tax": "what the owner gets at the end of the payments, after tax",
        "project_rate": "discount rate of that salvage; blank: the borrowing rate",
        "avoided_costs": "owner's costs of each period that the lessor bears, before tax",
        "type": TIMING,
    },
    undefined="a rate is -1 or below, the depreciation is in all more than the cost, or 1 or less (shares: multiply them by the cost), "
    "or a figure is out of range",
    examples=[
        ("=ACCEL_NAL(1000,{300,300,300,300},0,0)", -200.0),
        ("=ACCEL_NAL(1000,{660,726},0.1,0)", -200.0),
        ("=ACCEL_NAL(1000,{600,660},0.1,0,,,,,1)", -200.0),
    ],
)
function(
    "ACCEL_SWITCH",
    "Accel - Cost",
    contract.switch,
    "Leaving a supplier: cost, saving a month, payback months, net present value, break-even price a month, discount that pays for it",
    help={
        "current_usd_per_month": "bill of the present supplier",
        "new_usd_per_month": "bill of the new one for the same work",
        "porting_usd": "rewriting, tests, training of people; paid at once",
        "dual_months": "months in which both are paid",
        "exit_usd": "fee for leaving, egress, rest of a commitment; paid at once",
        "months": "months over which the switch is judged, those with both included",
        "discount_rate": "cost of capital, effective annual",
    },
    undefined="the saving does not cover the cost within the months, or the dual months are more than the months",
    examples=[
        (
            "=ACCEL_SWITCH(100000,80000,150000,2,0,36,0)",
            [[310000.0], [20000.0], [17.5], [370000.0], [3250000 / 36], [1 - 3.25 / 3.6]],
        ),
    ],
)
