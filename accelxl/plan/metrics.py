"""The metrics of the plan model as data: name, unit and definition.

A metric without meaning is NaN. Where a scenario's metric has no value its share is reported; nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

NEVER = "never"
"""What people read where a month does not come: a payback, a break-even."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a plan; `nan_sorts` is where a NaN stands among percentiles: "high", "low" or "" (it is left out)."""

    name: str
    unit: str
    definition: str
    nan_sorts: str = ""


_TABLE: tuple[Metric, ...] = (
    Metric("npv", "USD", "sum of free cash flow discounted at discount_rate, from the decision date"),
    Metric("irr", "1/year", "effective annual rate at which npv is zero, where the root is unique", "low"),
    Metric("irr_sign_changes", "1", "changes of sign in the free cash flow"),
    Metric("mirr", "1/year", "effective annual; outflows at finance_rate, inflows at reinvest_rate, to the last flow"),
    Metric("roi", "share", "sum of free cash flow over sum of capex, whole life, not per year"),
    Metric("roi_discounted", "share", "npv over the present value of capex; the profitability index is 1 + this"),
    Metric(
        "payback_months",
        "months",
        "the last time the running free cash flow turns from negative to zero or more",
        "high",
    ),
    Metric("discounted_payback_months", "months", "the same for the discounted free cash flow", "high"),
    Metric(
        "peak_funding_usd", "USD", "largest cumulated outlay: the lowest running free cash flow, as a positive figure"
    ),
    Metric("profit_usd", "USD", "revenue - opex - book depreciation + disposal result - tax, over the life"),
    Metric("gross_margin", "share", "(revenue - opex - book depreciation) / revenue, over the life"),
    Metric("utilization_mean", "share", "tokens served over the tokens that full throughput would serve"),
    Metric(
        "cost_per_mtok",
        "USD/Mtok",
        "levelised pre-tax cost of a million tokens: present value of cost over that of tokens",
    ),
    Metric("required_price_usd_per_mtok", "USD/Mtok", "the level price at which the after-tax npv is zero"),
    Metric(
        "breakeven_price_usd_per_mtok", "USD/Mtok", "today's price, its decline still applied, at which npv is zero"
    ),
    Metric(
        "required_revenue_usd_per_year",
        "USD/year",
        "level revenue in production, in place of all revenue, with npv zero",
    ),
    Metric(
        "cost_per_accelerator_hour",
        "USD/h",
        "levelised cost of a scheduled accelerator-hour: comparable with a rental price",
    ),
    Metric("breakeven_utilization", "share", "utilization of the first tranche at which npv is zero, all scaled alike"),
    Metric("breakeven_month", "months", "first month with revenue - opex - book depreciation above zero", "high"),
    Metric("energy_joule_per_token", "J/token", "facility energy of the serving months per token served"),
    Metric("eaa_usd", "USD/year", "equivalent annual annuity of npv over the horizon"),
    Metric(
        "impairment_month",
        "months",
        "first month in which book value exceeds the undiscounted pre-tax cash to come",
        "high",
    ),
    Metric("revenue_usd", "USD", "sum of revenue"),
    Metric("opex_usd", "USD", "sum of operating cost"),
    Metric("capex_usd", "USD", "sum of capital payments"),
    Metric("ebitda_usd", "USD", "revenue less operating cost"),
    Metric("tax_usd", "USD", "sum of tax"),
    Metric("mtok_served", "Mtok", "tokens served"),
    Metric("book_value_at_horizon_usd", "USD", "book value before the disposal in the last month"),
    Metric("truncated_months", "months", "months of service that the horizon cuts off"),
    Metric("npv_equity_usd", "USD", "equity flows discounted at equity_rate (debt overlay)"),
    Metric("irr_equity", "1/year", "effective annual rate of the equity flows, where the root is unique", "low"),
    Metric("interest_usd", "USD", "interest paid on the debt overlay"),
)

METRICS: dict[str, Metric] = {row.name: row for row in _TABLE}
