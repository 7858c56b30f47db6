"""Declarations: cloud bills in the FOCUS format as actuals."""

from typing import Annotated, Any

from accelxl.domain import billing
from accelxl.errors import ShapeError
from accelxl.functions.cells import Rows, used
from accelxl.functions.registry import function
from accelxl.units import Quantity

Bill = Annotated[list[list[Any]], Quantity("text", kind="table")]
Word = Annotated[str, Quantity("text", kind="text")]
OneFlag = Annotated[float, Quantity("1", 0, 1, kind="flag")]
CostColumn = Annotated[str, Quantity("text", kind="choice", choices=billing.COSTS)]


def actuals(bill: Bill, by: Word = "", cost: CostColumn = "EffectiveCost", with_tax: OneFlag = 0.0) -> Rows:
    """Return the actuals of `accelxl.domain.billing.focus` as a table: a row a month, cost by group, then quantities by unit."""
    categories = billing.CATEGORIES if with_tax else tuple(c for c in billing.CATEGORIES if c != "Tax")
    rows = used(bill)
    if len(rows) < 2:
        raise ShapeError(f"bill has {len(rows)} rows; a header of FOCUS columns and one row or more are needed")
    found = billing.focus(rows, by or None, cost, categories)
    units = sorted({(group, unit) for _, group, unit in found.quantity})
    single = found.groups == ("all",)
    header: list[Any] = ["month", f"{cost} {found.currency}"]
    header += [] if single else list(found.groups)
    header += [unit if single else f"{group}: {unit}" for group, unit in units]
    table: Rows = [header]
    whole = found.series()
    for place, month in enumerate(found.months):
        row: list[Any] = [month, whole[place]]
        row += [] if single else [found.cost.get((month, group), 0.0) for group in found.groups]
        row += [found.quantity.get((month, group, unit), 0.0) for group, unit in units]
        table.append(row)
    return table


HEADER = '"ChargePeriodStart","BillingCurrency","ChargeCategory","EffectiveCost","ConsumedQuantity","ConsumedUnit"'
CHARGES = (
    '"2026-01-05","USD","Usage",98.5,1,"Hours"',
    '"2026-01-06","USD","Credit",-8.5,"",""',
    '"2026-03-01","USD","Usage",197,2,"Hours"',
)
MONTHS = [["month", "EffectiveCost USD", "Hours"], [46023.0, 90.0, 1.0], [46054.0, 0.0, 0.0], [46082.0, 197.0, 2.0]]

function(
    "ACCEL_FOCUS",
    "Accel - Plan",
    actuals,
    "Actuals by month from a cloud bill in the FOCUS format: cost, cost of each group, and the quantities consumed by unit",
    help={
        "bill": "the export as opened in the sheet: a header of FOCUS columns over its rows",
        "by": "column to split by, such as ServiceName, RegionId or a tag column of your own",
        "cost": "EffectiveCost (amortised, for unit costs), BilledCost (the invoice), ListCost or ContractedCost",
        "with_tax": "1: rows of ChargeCategory Tax count as well",
    },
    examples=[(f"=ACCEL_FOCUS({{{HEADER};{';'.join(CHARGES)}}})", MONTHS)],
)
