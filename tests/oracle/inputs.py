"""Names and defaults of the plan's inputs, typed from the input table of the plan model.

REQUIRED has no default. A default that is another input's value is named in FOLLOWS.
"""

REQUIRED = object()

TRANCHE = {
    # capital
    "device": None,
    "units": REQUIRED,
    "unit_price_usd": 0.0,  # required for an own tranche
    "attach_share": 0.0,
    "order_month": 0,
    "lead_time_months": 0,
    "delay_months": 0,
    "install_months": 0,
    "deposit_share": 1.0,
    "economic_life_months": 60,
    "life_starts": "service",
    "residual_share": 0.0,
    "residual_taxed": 1,
    "stranded_share": 0.0,
    # facility
    "facility_usd_per_kw": 0.0,
    "facility_life_months": 180,
    # contract
    "contract": "own",
    "lease_usd_per_unit_month": 0.0,
    "lease_months": 0,
    "rent_usd_per_hour": 0.0,
    "commit_share": 0.0,
    "commit_discount": 0.0,
    # serving
    "tokens_per_second": REQUIRED,
    "utilization": 0.6,
    "availability": 1.0,
    "drift_per_year": 0.0,
    "training_months": 0,
    "training_value_usd_per_hour": 0.0,
    "training_value_decline_per_year": 0.0,
    # power
    "power_kw": 1.73,
    "load_factor": 1.0,
    # accounting
    "book_method": "SL",
    "book_life_months": None,
    "salvage_share": None,
    "relife_month": None,
    "relife_life_months": None,
    "tax_method": "book",
    "tax_convention": "HY",
    "bonus_share": 0.0,
}

PLAN = {
    # time
    "horizon_months": None,
    "start_date": None,
    "fiscal_year_end_month": 12,
    "timing": "end",
    # power
    "pue": 1.25,
    "electricity_usd_per_kwh": 0.083,
    "electricity_growth_per_year": 0.0,
    "colo_usd_per_kw_month": 0.0,
    "colo_includes_power": 0,
    # demand
    "demand_mtok_per_month": None,
    "adoption": "none",
    "adoption_midpoint_month": 0.0,
    "adoption_rate_per_month": 0.0,
    "bass_p_per_year": 0.0,
    "bass_q_per_year": 0.0,
    # price
    "price_usd_per_mtok": None,  # required, or the three below
    "price_input_usd_per_mtok": None,
    "price_cached_usd_per_mtok": None,
    "price_output_usd_per_mtok": None,
    "input_share": 0.0,
    "cache_hit_rate": 0.0,
    "price_decline_per_year": 0.0,
    # opex
    "opex_share_per_year": 0.0,
    "staff_usd_per_year": 0.0,
    "software_usd_per_unit_year": 0.0,
    "revenue_share": 0.0,
    "inflation_per_year": 0.0,
    # finance
    "discount_rate": 0.10,
    "tax_rate": 0.25,
    "tax_losses": "credit",
    "loss_limit_share": 0.8,
    "finance_rate": None,
    "reinvest_rate": None,
    "working_capital_days": 0.0,
    "currency": "USD",
    # debt
    "debt_share": 0.0,
    "debt_rate": 0.0,
    "debt_months": 0,
    "equity_rate": 0.0,
}

FOLLOWS = {
    "book_life_months": "economic_life_months",
    "salvage_share": "residual_share",
    "finance_rate": "discount_rate",
    "reinvest_rate": "discount_rate",
}


def _fill(given, defaults, what):
    unknown = set(given) - set(defaults)
    if unknown:
        raise KeyError(f"unknown {what} input: {', '.join(sorted(unknown))}")
    filled = {}
    for name, default in defaults.items():
        value = given.get(name)
        if value is None:
            if default is REQUIRED:
                raise KeyError(f"{name} is required")
            value = default
        filled[name] = value
    for name, source in FOLLOWS.items():
        if name in filled and filled[name] is None:
            filled[name] = filled[source]
    return filled


def split(plan):
    """The plan-level inputs and the list of tranches, each complete with its defaults."""
    top = {k: v for k, v in plan.items() if k != "tranches"}
    listed = list(plan.get("tranches") or [{}])
    if len(listed) == 1:  # one tranche's inputs may stand at the top
        at_top = {k: top.pop(k) for k in list(top) if k in TRANCHE}
        listed = [{**at_top, **listed[0]}]
    P = _fill(top, PLAN, "plan")
    three = [P[f"price_{part}_usd_per_mtok"] for part in ("input", "cached", "output")]
    if P["price_usd_per_mtok"] is None:
        if all(price is None for price in three):
            raise KeyError("price_usd_per_mtok or the three prices are required")
        into, cached, out = (price or 0.0 for price in three)
        hit, share = P["cache_hit_rate"], P["input_share"]
        P["price_usd_per_mtok"] = share * ((1.0 - hit) * into + hit * cached) + (1.0 - share) * out
    return P, [_fill(tranche, TRANCHE, "tranche") for tranche in listed]
