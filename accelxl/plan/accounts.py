"""Income statement, cash flow statement and balance sheet of a plan, from the lines of its monthly statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from accelxl.plan.model import plan_of
from accelxl.plan.statement import Period, months, over_periods

if TYPE_CHECKING:
    import pandas as pd

Part = Literal["income", "cash", "balance"]
PARTS: dict[str, str] = {"income": "Income statement", "cash": "Cash flow statement", "balance": "Balance sheet"}


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the three statements; `kind` says how months make a longer period: "flow" adds, "stock" takes the last."""

    name: str
    part: Part
    kind: Literal["flow", "stock"]
    title: str
    meaning: str


_TABLE: tuple[Account, ...] = (
    Account("revenue_usd", "income", "flow", "Revenue", "tokens and training"),
    Account("operating_cost_usd", "income", "flow", "Operating cost", "opex, lease and rent included"),
    Account("depreciation_usd", "income", "flow", "Depreciation", "of the books, facility included"),
    Account("disposal_usd", "income", "flow", "Result of disposals", "residual less book value"),
    Account(
        "operating_income_usd",
        "income",
        "flow",
        "Operating income",
        "revenue less cost and depreciation, with disposals",
    ),
    Account("interest_usd", "income", "flow", "Interest", "on the debt of the plan"),
    Account("pretax_income_usd", "income", "flow", "Income before tax", "operating income less interest"),
    Account("current_tax_usd", "income", "flow", "Current tax", "tax paid, after what interest saves"),
    Account(
        "deferred_tax_usd",
        "income",
        "flow",
        "Deferred tax",
        "tax on income before tax less tax paid; what is left goes at the end",
    ),
    Account("net_income_usd", "income", "flow", "Net income", "income before tax less both taxes"),
    Account("cash_net_income_usd", "cash", "flow", "Net income", "from the income statement"),
    Account(
        "cash_depreciation_usd",
        "cash",
        "flow",
        "Depreciation and disposals",
        "book values written off without a payment",
    ),
    Account("cash_deferred_tax_usd", "cash", "flow", "Deferred tax", "charged and not paid"),
    Account("cash_working_capital_usd", "cash", "flow", "Change in working capital", "an increase takes cash"),
    Account("operating_cash_usd", "cash", "flow", "Cash from operations", "sum of these"),
    Account("cash_capex_usd", "cash", "flow", "Capital expenditure", "accelerators and facility"),
    Account("cash_residual_usd", "cash", "flow", "Proceeds of disposals", "resale, and the facility's unused value"),
    Account("investing_cash_usd", "cash", "flow", "Cash from investing", "sum of these"),
    Account("cash_debt_usd", "cash", "flow", "Debt drawn less repaid", "the plan's debt"),
    Account("cash_paid_in_usd", "cash", "flow", "Paid in by owners", "what the cash lacks in a month"),
    Account("financing_cash_usd", "cash", "flow", "Cash from financing", "sum of these"),
    Account("cash_change_usd", "cash", "flow", "Change in cash", "operations, investing and financing"),
    Account("cash_usd", "balance", "stock", "Cash", "kept in the venture"),
    Account("working_capital_usd", "balance", "stock", "Working capital", "receivables less what customers paid ahead"),
    Account(
        "equipment_usd", "balance", "stock", "Equipment and facility", "paid capex less depreciation and disposals"
    ),
    Account(
        "deferred_tax_asset_usd",
        "balance",
        "stock",
        "Deferred tax asset",
        "tax paid ahead of the books, losses carried forward",
    ),
    Account("assets_usd", "balance", "stock", "Total assets", "sum of these"),
    Account("debt_usd", "balance", "stock", "Debt", "drawn less repaid"),
    Account(
        "deferred_tax_liability_usd",
        "balance",
        "stock",
        "Deferred tax liability",
        "tax that the books have charged and nobody paid yet",
    ),
    Account("paid_in_capital_usd", "balance", "stock", "Paid-in capital", "by the owners"),
    Account("retained_earnings_usd", "balance", "stock", "Retained earnings", "net income so far"),
    Account("liabilities_and_equity_usd", "balance", "stock", "Total liabilities and equity", "sum of these"),
    Account("imbalance_usd", "balance", "stock", "Assets less liabilities and equity", "the check: 0 to the cent"),
)

ACCOUNTS: dict[str, Account] = {row.name: row for row in _TABLE}


def accounts_by_month(plan: Any) -> dict[str, NDArray[np.float64]]:
    """Return every line of the three statements by month, shape (H + 1,) each, month 0 first."""
    plan = plan_of(plan)
    got = months(plan)
    rate = float(plan["tax_rate"])
    operating = got["ebitda_usd"] - got["book_depreciation_usd"] + got["disposal_usd"]
    interest = got["interest_usd"]
    pretax = operating - interest
    current = got["tax_usd"] - rate * interest
    deferred = rate * pretax - current
    deferred[-1] -= deferred.sum()  # permanent differences and losses that nobody can use any more
    net = pretax - current - deferred
    written_off = got["book_depreciation_usd"] - got["disposal_usd"]
    from_operations = net + written_off + deferred - got["working_capital_change_usd"]
    from_investing = got["residual_usd"] - got["capex_usd"]
    debt_flow = got["draw_usd"] - got["principal_usd"]
    paid_in, cash = _funded(from_operations + from_investing + debt_flow)
    owed_tax, debt = np.cumsum(deferred), np.cumsum(debt_flow)
    assets = cash + got["working_capital_usd"] + got["book_value_usd"] + np.maximum(-owed_tax, 0.0)
    claims = debt + np.maximum(owed_tax, 0.0) + np.cumsum(paid_in) + np.cumsum(net)
    found = {
        "revenue_usd": got["revenue_usd"],
        "operating_cost_usd": got["opex_usd"],
        "depreciation_usd": got["book_depreciation_usd"],
        "disposal_usd": got["disposal_usd"],
        "operating_income_usd": operating,
        "interest_usd": interest,
        "pretax_income_usd": pretax,
        "current_tax_usd": current,
        "deferred_tax_usd": deferred,
        "net_income_usd": net,
        "cash_net_income_usd": net,
        "cash_depreciation_usd": written_off,
        "cash_deferred_tax_usd": deferred,
        "cash_working_capital_usd": -got["working_capital_change_usd"],
        "operating_cash_usd": from_operations,
        "cash_capex_usd": -got["capex_usd"],
        "cash_residual_usd": got["residual_usd"],
        "investing_cash_usd": from_investing,
        "cash_debt_usd": debt_flow,
        "cash_paid_in_usd": paid_in,
        "financing_cash_usd": debt_flow + paid_in,
        "cash_change_usd": from_operations + from_investing + debt_flow + paid_in,
        "cash_usd": cash,
        "working_capital_usd": got["working_capital_usd"],
        "equipment_usd": got["book_value_usd"],
        "deferred_tax_asset_usd": np.maximum(-owed_tax, 0.0),
        "assets_usd": assets,
        "debt_usd": debt,
        "deferred_tax_liability_usd": np.maximum(owed_tax, 0.0),
        "paid_in_capital_usd": np.cumsum(paid_in),
        "retained_earnings_usd": np.cumsum(net),
        "liabilities_and_equity_usd": claims,
        "imbalance_usd": np.round(assets - claims, 2),
    }
    return {name: found[name] + 0.0 for name in ACCOUNTS}


def accounts(plan: Any, by: Period = "year") -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the periods and every line of the three statements over them: flows added, stocks as they stand at the end.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    by : {"month", "quarter", "year"}
        Fiscal quarters and years.

    Returns
    -------
    periods : array of int, shape (periods,)
    lines : dict of str to array, shape (periods,)
        In the order of `ACCOUNTS`, which says to which statement each belongs.
    """
    plan = plan_of(plan)
    return over_periods(plan, accounts_by_month(plan), {name: row.kind for name, row in ACCOUNTS.items()}, by)


def statements(plan: Any, by: Period = "year") -> dict[str, pd.DataFrame]:
    """Income statement, cash flow statement and balance sheet of a plan, ``assets = debt + deferred tax + equity``.

    The lines are those of `accelxl.statement`, by month: revenue, opex, depreciation, disposals, tax and the plan's debt. Tax on income
    before tax is charged at `tax_rate`; what is not paid in the period is deferred, as an asset or a liability, and what is left of
    that at the horizon (a residual that is not taxed, losses that nobody can use) is charged there. Owners pay in what the cash of a
    month lacks; what is over stays as cash.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    by : {"month", "quarter", "year"}
        Fiscal quarters and years; month 0 counts with month 1.

    Returns
    -------
    dict of str to DataFrame
        "income", "cash" and "balance": a row a line, a column a period. The last line of the balance sheet is the check: 0.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> sheets = statements(plan)
    >>> sheets["balance"].loc["imbalance_usd"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]

    Source
    ------
    The plan model; ASC 740-10-30 (deferred tax).
    """
    import pandas as pd

    labels, found = accounts(plan, by)
    return {
        part: pd.DataFrame(
            [found[name] for name, row in ACCOUNTS.items() if row.part == part],
            index=pd.Index([name for name, row in ACCOUNTS.items() if row.part == part], name="line"),
            columns=pd.Index(labels, name=by),
        )
        for part in PARTS
    }


def _funded(flow: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what owners pay in and the cash at the end of each month: cash is kept, and owners pay what it lacks."""
    paid, cash = np.zeros_like(flow), np.zeros_like(flow)
    held = 0.0
    for month, amount in enumerate(flow.tolist()):
        paid[month] = max(0.0, -(held + amount))
        held = max(0.0, held + amount)
        cash[month] = held
    return paid, cash
