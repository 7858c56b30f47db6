"""The fiscal years of the accelerator budget: sums of months, and the cost of a million tokens by part."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet, Sign

YEARS = 9
"""Fiscal years that 96 months can touch."""


def summed(name: str, label: str, sign: Sign, *, unit: str = "USD", strong: bool = False) -> Row:
    """Return a row that sums a monthly row by fiscal year."""
    return Row(
        name,
        label,
        unit,
        f"=SUMIF(Monthly.fiscal_year[:],year,Monthly.{name}[:])",
        f"=SUM({name}[:])",
        sign,
        "number",
        strong,
    )


def part(name: str, label: str, source: str) -> Row:
    """Return a row with a part of the cost of a million tokens."""
    return Row(f"{name}_per_mtok", label, "USD/Mtok", f"=IF(served>0,-({source})/MAX(1,served),0)", format="number3")


ANNUAL = Sheet(
    "Annual",
    "Fiscal years",
    "The months of the Monthly sheet by fiscal year; money out is negative",
    YEARS,
    (
        Row("year", "Fiscal year", "year", "=IF(ISNUMBER(year[-1]),year[-1]+1,first_year)", format="year"),
        Row("months", "Months of it in the plan", "months", "=COUNTIF(Monthly.fiscal_year[:],year)", "=SUM(months[:])", format="months"),
    ),
    (
        Section("Timeline", (Row("first_year", "First fiscal year", "year", total="=MIN(Monthly.fiscal_year[:])", format="year"),)),
        Section("Tokens", (
            summed("capacity", "Capacity", "+", unit="Mtok"),
            summed("served", "Tokens served", "+", unit="Mtok", strong=True),
        )),
        Section("Result", (
            summed("revenue", "Token revenue", "+"),
            summed("energy", "Electricity", "-"),
            summed("colo", "Colocation", "-"),
            summed("staff", "Staff", "-"),
            summed("software", "Software", "-"),
            summed("upkeep", "Maintenance, insurance, property tax", "-"),
            summed("variable", "Variable cost", "-"),
            summed("ebitda", "EBITDA", "+/-", strong=True),
            summed("depreciation", "Book depreciation", "-"),
            summed("disposal", "Result of resale", "+/-"),
            summed("tax", "Tax", "+/-"),
            summed("profit", "Profit after tax", "+/-", strong=True),
            Row("worst_year", "Profit of the worst year", "USD", total="=MIN(profit[:])"),
        )),
        Section("Cash", (
            summed("capex", "Capex", "-"),
            summed("cash", "Free cash flow", "+/-", strong=True),
            Row("cash_sum", "Free cash flow, running sum", "USD", "=cash_sum[-1]+cash"),
        )),
        Section("Cost of a million tokens, undiscounted", (
            part("depreciation", "Depreciation", "depreciation"),
            part("power", "Electricity and colocation", "energy+colo"),
            part("people", "Staff and software", "staff+software"),
            part("upkeep", "Maintenance and insurance", "upkeep"),
            part("variable", "Variable cost", "variable"),
            Row("price_per_mtok", "Mean price", "USD/Mtok",
                "=IF(months>0,SUMIF(Monthly.fiscal_year[:],year,Monthly.price[:])/MAX(1,months),price_per_mtok[-1])", format="number3"),
        )),
    ),
    width=14.0,
)  # fmt: skip
