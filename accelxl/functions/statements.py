"""Declarations: the three statements of a plan."""

from typing import Annotated, Any

from accelxl.functions.cells import Rows
from accelxl.functions.plan_family import BASE, PLAN
from accelxl.functions.plan_tables import Block, PeriodName
from accelxl.functions.registry import function
from accelxl.plan.accounts import ACCOUNTS, PARTS, accounts
from accelxl.plan.model import plan_of
from accelxl.units import Quantity

ALL = "all"
PartName = Annotated[str, Quantity("text", kind="choice", choices=(ALL, *PARTS))]


def statements(plan: Block, part: PartName = ALL, period: PeriodName = "year") -> Rows:
    """Return the statements as rows: a header with the currency and the periods, then a title and its figures."""
    given = plan_of(plan)
    labels, found = accounts(given, period)  # type: ignore[arg-type]
    rows: list[list[Any]] = []
    for name, title in PARTS.items():
        if part in {ALL, name}:
            rows.append([f"{title}, {given['currency']}, {period}", *labels.tolist()])
            rows += [[row.title, *found[row.name].tolist()] for row in ACCOUNTS.values() if row.part == name]
    return rows


function(
    "ACCEL_STATEMENTS",
    "Accel - Plan",
    statements,
    "Income statement, cash flow statement and balance sheet of a plan, from the same monthly schedule; they balance to the cent",
    help={
        "plan": PLAN,
        "part": "all, income, cash or balance",
        "period": "year or quarter (fiscal), or month",
    },
    examples=[(f'=ACCEL_STATEMENTS({BASE},"balance","year")', ...)],
)
