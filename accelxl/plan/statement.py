"""The statement of a plan: every line by month, quarter or fiscal year. What ACCEL_EXPLAIN spills and the templates rebuild."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.errors import UnknownName
from accelxl.plan.evaluate import compile_plan, fiscal_offset
from accelxl.plan.model import Plan, plan_of

if TYPE_CHECKING:
    import pandas as pd

Period = Literal["month", "quarter", "year"]
PERIODS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the statement; `kind` says how months make a longer period: "flow" adds, "stock" takes the last."""

    name: str
    unit: str
    kind: Literal["flow", "stock"]
    meaning: str


_TABLE: tuple[Line, ...] = (
    Line("demand_mtok", "Mtok", "flow", "demand at this point of the adoption curve; blank where it is unlimited"),
    Line("capacity_mtok", "Mtok", "flow", "tokens that the fleet can serve at its utilization"),
    Line("served_mtok", "Mtok", "flow", "tokens served"),
    Line("price_usd_per_mtok", "USD/Mtok", "stock", "token price"),
    Line("token_revenue_usd", "USD", "flow", "tokens served times price"),
    Line("training_revenue_usd", "USD", "flow", "value of training"),
    Line("revenue_usd", "USD", "flow", "token and training revenue"),
    Line("energy_kwh", "kWh", "flow", "facility energy"),
    Line("energy_usd", "USD", "flow", "electricity"),
    Line("colo_usd", "USD", "flow", "colocation"),
    Line("maintenance_usd", "USD", "flow", "maintenance, insurance and property tax: opex_share"),
    Line("software_usd", "USD", "flow", "software and support licences"),
    Line("staff_usd", "USD", "flow", "staff"),
    Line("contract_usd", "USD", "flow", "lease and rent"),
    Line("revenue_share_usd", "USD", "flow", "variable cost: a share of token revenue"),
    Line("opex_usd", "USD", "flow", "sum of the operating costs"),
    Line("ebitda_usd", "USD", "flow", "revenue less opex"),
    Line("book_depreciation_usd", "USD", "flow", "book depreciation, facility included"),
    Line("disposal_usd", "USD", "flow", "residual less book value at service end"),
    Line("tax_depreciation_usd", "USD", "flow", "tax depreciation, facility included"),
    Line("tax_disposal_usd", "USD", "flow", "taxed result of a disposal"),
    Line("taxable_income_usd", "USD", "flow", "revenue less opex and tax depreciation, with the disposal"),
    Line("tax_usd", "USD", "flow", "tax"),
    Line("profit_usd", "USD", "flow", "ebitda less book depreciation and tax, with the disposal"),
    Line("capex_usd", "USD", "flow", "payments for accelerators and facility"),
    Line("residual_usd", "USD", "flow", "resale and the facility's unused value"),
    Line("working_capital_change_usd", "USD", "flow", "change in working capital"),
    Line("free_cash_flow_usd", "USD", "flow", "revenue - opex - tax - capex - change in working capital + residual"),
    Line("cumulative_usd", "USD", "stock", "running free cash flow"),
    Line("discount_factor", "1", "stock", "value today of a dollar at the end of the month"),
    Line("discounted_usd", "USD", "flow", "free cash flow discounted with the plan's timing"),
    Line("cumulative_discounted_usd", "USD", "stock", "running discounted free cash flow; its last figure is npv"),
    Line("book_value_usd", "USD", "stock", "paid capex less depreciation and disposals"),
    Line("working_capital_usd", "USD", "stock", "working capital"),
    Line(
        "eva_usd", "USD", "flow", "profit less the monthly discount rate on last month's book value and working capital"
    ),
    Line("draw_usd", "USD", "flow", "debt drawn (overlay)"),
    Line("principal_usd", "USD", "flow", "debt repaid (overlay)"),
    Line("interest_usd", "USD", "flow", "interest (overlay)"),
    Line("equity_flow_usd", "USD", "flow", "free cash flow + draw - principal - interest after tax (overlay)"),
)

LINES: dict[str, Line] = {row.name: row for row in _TABLE}


def months(plan: Any) -> dict[str, NDArray[np.float64]]:
    """Return every line by month, shape (H + 1,) each, month 0 first."""
    plan = plan_of(plan)
    compiled = compile_plan(plan)
    raw, today = core.plan_ledger(compiled.codes, compiled.macrs, compiled.values, compiled.uses)
    zero = np.zeros_like(raw["served_mtok"])
    token = raw["served_mtok"] * (raw["price_relative"] * today)
    free = raw["operating_usd"] + raw["capital_usd"]
    disposal = 0.0 - raw["writeoff_usd"]
    ebitda = raw["revenue_usd"] - raw["opex_usd"]
    profit = ebitda - raw["book_depreciation_usd"] + disposal - raw["tax_usd"]
    factor = raw["discount_factor"]
    shift = 1.0 / np.sqrt(factor[1]) if plan["timing"] == "mid" else 1.0
    discounted = raw["operating_usd"] * factor * shift + raw["capital_usd"] * factor
    discounted[0] = free[0]
    working = np.cumsum(raw["working_capital_change_usd"])
    invested = raw["book_value_usd"] + working
    owed = np.concatenate([[0.0], invested[:-1]])
    unlimited = plan["demand_mtok_per_month"] is None
    found = {
        **raw,
        "demand_mtok": np.full_like(zero, np.nan) if unlimited else raw["adoption"],
        "price_usd_per_mtok": raw["price_relative"] * today,
        "token_revenue_usd": token,
        "training_revenue_usd": raw["training_usd"],
        "energy_usd": raw["energy_kwh"] * raw["power_usd_per_kwh"],
        **{f"{name}_usd": raw[name] * raw["inflation"] for name in ("colo", "maintenance", "software")},
        "staff_usd": raw["staff"] * raw["inflation"] if compiled.uses & core.USES["staff"] else zero,
        "ebitda_usd": ebitda,
        "disposal_usd": disposal,
        "profit_usd": profit,
        "free_cash_flow_usd": free,
        "cumulative_usd": np.cumsum(free),
        "discounted_usd": discounted,
        "cumulative_discounted_usd": np.cumsum(discounted),
        "working_capital_usd": working,
        "eva_usd": profit - owed * (1.0 / factor[1] - 1.0),
        "equity_flow_usd": free + raw["debt_flow_usd"],
    }
    return {name: found[name] for name in LINES}


def periods(plan: Plan, count: int, by: str) -> NDArray[np.int64]:
    """Return the period of each month: months from 0, fiscal quarters and years from 1; month 0 counts with month 1."""
    if by not in PERIODS:
        raise UnknownName(f"by is {by!r}; allowed: {', '.join(PERIODS)}")
    if by == "month":
        return np.arange(count)
    before = fiscal_offset(plan["start_date"], plan["fiscal_year_end_month"])
    if by == "quarter":
        before %= 3
    return (np.maximum(np.arange(count), 1) - 1 + before) // PERIODS[by] + 1


def lines(plan: Any, by: Period = "month") -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the periods and every line over them: flows added, stocks as they stand at the end of the period.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    by : {"month", "quarter", "year"}
        Fiscal quarters and years.

    Returns
    -------
    periods : array of int, shape (periods,)
    lines : dict of str to array, shape (periods,)
        In the order of `LINES`, which has their units.
    """
    plan = plan_of(plan)
    return over_periods(plan, months(plan), {name: row.kind for name, row in LINES.items()}, by)


def over_periods(
    plan: Plan, monthly: dict[str, NDArray[np.float64]], kinds: dict[str, Literal["flow", "stock"]], by: str
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the periods, and lines by month over them: a flow adds up, of a stock the last month stays."""
    place = periods(plan, len(next(iter(monthly.values()))), by)
    if by == "month":
        return place, monthly
    labels, first = np.unique(place, return_index=True)
    last = np.append(first[1:], len(place)) - 1
    return labels, {
        name: np.add.reduceat(line, first) if kinds[name] == "flow" else line[last] for name, line in monthly.items()
    }


def statement(plan: Any, by: Period = "month") -> pd.DataFrame:
    """Statement of a plan: every line (columns) by month, quarter or fiscal year (rows).

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
    by : {"month", "quarter", "year"}
        Fiscal quarters and years.

    Returns
    -------
    DataFrame
        One row a period; the columns are `LINES`, whose units stand there.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> float(statement(plan, by="year")["capex_usd"].sum())
    2176000.0

    Source
    ------
    The plan model of `accelxl.evaluate`; its lines add up to the metrics.
    """
    import pandas as pd

    index, columns = lines(plan, by)
    return pd.DataFrame(columns, index=pd.Index(index, name=by))
