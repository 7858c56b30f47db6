"""Random plans: `w1_plan` in the ranges of the reference workload, `random_plan` over every feature."""

import datetime as dt


def w1_plan(rng):
    """The reference workload: one own tranche bought today, logistic adoption, 60 months."""
    residual = rng.uniform(0.0, 0.15)
    life = rng.randint(36, 60)
    return {
        "unit_price_usd": rng.uniform(25e3, 45e3),
        "units": rng.randint(8, 1024),
        "install_months": rng.randint(0, 12),
        "economic_life_months": life,
        "book_life_months": life,
        "book_method": rng.choice(["SL", "DDB"]),
        "tax_method": "book",
        "tax_losses": "credit",
        "residual_share": residual,
        "salvage_share": residual,
        "residual_taxed": 0,
        "horizon_months": 60,
        "timing": "end",
        "electricity_usd_per_kwh": rng.uniform(0.04, 0.16),
        "power_kw": rng.uniform(0.7, 1.4),
        "pue": rng.uniform(1.1, 1.5),
        "opex_share_per_year": rng.uniform(0.03, 0.12),
        "tokens_per_second": rng.uniform(800.0, 5000.0),
        "utilization": rng.uniform(0.30, 0.85),
        "price_usd_per_mtok": rng.uniform(0.3, 2.0),
        "price_decline_per_year": rng.uniform(0.1, 0.5),
        "adoption": "logistic",
        "adoption_midpoint_month": rng.uniform(0.0, 18.0),
        "adoption_rate_per_month": rng.uniform(0.1, 0.6),
        "tax_rate": rng.uniform(0.15, 0.30),
        "discount_rate": rng.uniform(0.06, 0.16),
    }


def random_plan(rng, corners=False):
    """A valid plan with each feature off about half the time.

    Without `corners` the plan keeps to ground where the text of the plan model leaves one reading of
    what happens (the numbered readings of README.md marked "corner" are not met). With `corners` it
    goes there too.
    """
    tranches = [_tranche(rng, corners) for _ in range(rng.choice([1, 1, 1, 2, 2, 3]))]
    low = -1.0 if corners else 0.0  # whether a growth or a midpoint may be below 0
    plan = {**_time(rng), **_power(rng, low), **_demand(rng, tranches, low), **_price(rng)}
    plan |= {**_opex(rng, low), **_finance(rng)}
    starts = [t["order_month"] + t["lead_time_months"] + t["delay_months"] + t["install_months"] for t in tranches]
    if rng.random() < 0.4:  # a horizon that cuts lives short or leaves months after them
        lowest = 1 if corners else max(starts) + 6
        plan["horizon_months"] = rng.randint(lowest, max(lowest, rng.choice([36, 60, 120])))
    if len(tranches) == 1 and rng.random() < 0.5:
        return {**plan, **tranches[0]}
    return {**plan, "tranches": tranches}


def _some(rng, chance, make):
    """A block of inputs, or (as often as not) nothing of it."""
    return make() if rng.random() < chance else {}


def _tranche(rng, corners):
    life = rng.choice([12, 24, 36, 48, 60, rng.randint(6, 84)])
    t = {
        "units": rng.randint(1, 2048),
        "order_month": rng.choice([0, 0, 0, rng.randint(1, 24)]),
        "lead_time_months": rng.choice([0, rng.randint(0, 12)]),
        "delay_months": rng.choice([0, 0, rng.randint(1, 9)]),
        "install_months": rng.choice([0, rng.randint(1, 6)]),
        "economic_life_months": life,
        "tokens_per_second": rng.uniform(300.0, 6000.0),
        "utilization": rng.uniform(0.2, 0.95),
        "power_kw": rng.uniform(0.5, 3.0),
    }
    t["life_starts"] = rng.choice(["service", "schedule"])
    if t["life_starts"] == "schedule" and not corners:
        t["delay_months"] = min(t["delay_months"], life - 1)
    t |= _some(rng, 0.4, lambda: {"stranded_share": rng.uniform(0.0, 0.5)})
    t |= _some(rng, 0.4, lambda: {"availability": rng.uniform(0.8, 1.0)})
    t |= _some(rng, 0.4, lambda: {"drift_per_year": rng.uniform(0.0, 0.3)})
    t |= _some(rng, 0.3, lambda: {"load_factor": rng.uniform(0.5, 1.0)})
    facility_life = rng.choice([180, rng.randint(12, 240)])
    t |= _some(rng, 0.3, lambda: {"facility_usd_per_kw": rng.uniform(1e3, 15e3), "facility_life_months": facility_life})
    contract = rng.choice(["own", "own", "own", "own", "lease", "rent"])
    if contract != "own":
        t["contract"] = contract
    training_months = rng.choice([rng.randint(1, life), life + 3 if corners else 1])
    if contract != "rent" or corners:
        t |= _some(
            rng,
            0.3,
            lambda: {
                "training_months": training_months,
                "training_value_usd_per_hour": rng.uniform(0.5, 4.0),
                "training_value_decline_per_year": rng.choice([0.0, rng.uniform(0.05, 0.4)]),
            },
        )
    if contract == "lease":
        shortest = 1 if corners else t["install_months"] + 1
        longest = life + (24 if corners else t["install_months"])
        t["lease_usd_per_unit_month"] = rng.uniform(200.0, 2500.0)
        t["lease_months"] = rng.randint(shortest, max(shortest, longest))
    elif contract == "rent":
        t["rent_usd_per_hour"] = rng.uniform(0.8, 6.0)
        t |= _some(rng, 0.6, lambda: {"commit_share": rng.uniform(0.0, 1.0), "commit_discount": rng.uniform(0.0, 0.6)})
    else:
        t |= _owned(rng, life, corners)
    return t


def _owned(rng, life, corners):
    t = {"unit_price_usd": rng.uniform(5e3, 60e3)}
    t |= _some(rng, 0.4, lambda: {"attach_share": rng.uniform(0.0, 0.5)})
    t |= _some(rng, 0.4, lambda: {"deposit_share": rng.choice([0.0, rng.uniform(0.0, 1.0)])})
    t |= _some(rng, 0.5, lambda: {"residual_share": rng.uniform(0.0, 0.4)})
    t |= _some(rng, 0.4, lambda: {"residual_taxed": rng.choice([0, 1])})
    t |= _some(rng, 0.4, lambda: {"salvage_share": rng.uniform(0.0, 0.4)})
    t |= _some(rng, 0.4, lambda: {"book_life_months": rng.randint(6, 96)})
    t |= _some(rng, 0.6, lambda: {"book_method": rng.choice(["SL", "DDB", "SYD", "VDB"])})
    book_life = t.get("book_life_months", life)
    if t.get("book_method", "SL") == "SL" and rng.random() < 0.35:
        month = rng.randint(1, book_life + (6 if corners else -1))
        t["relife_month"] = month
        t["relife_life_months"] = rng.randint(month + 1, month + 60)
    t |= _some(rng, 0.6, lambda: {"tax_method": rng.choice(["book", "SL", "MACRS5", "MACRS15"])})
    if t.get("tax_method", "").startswith("MACRS"):
        t |= _some(rng, 0.5, lambda: {"tax_convention": rng.choice(["HY", "MQ"])})
    if t.get("tax_method", "").startswith("MACRS") or corners:
        t |= _some(rng, 0.4, lambda: {"bonus_share": rng.choice([0.2, 0.4, 1.0, rng.uniform(0.0, 1.0)])})
    return t


def _time(rng):
    p = {}
    if rng.random() < 0.5:
        p["start_date"] = dt.date(rng.randint(2024, 2030), rng.randint(1, 12), 1)
    p |= _some(rng, 0.4, lambda: {"fiscal_year_end_month": rng.randint(1, 12)})
    p |= _some(rng, 0.5, lambda: {"timing": rng.choice(["end", "mid"])})
    return p


def _power(rng, low):
    p = {}
    p |= _some(rng, 0.5, lambda: {"pue": rng.uniform(1.05, 1.6)})
    p |= _some(rng, 0.6, lambda: {"electricity_usd_per_kwh": rng.uniform(0.02, 0.25)})
    p |= _some(rng, 0.3, lambda: {"electricity_growth_per_year": rng.uniform(0.05 * low, 0.1)})
    p |= _some(
        rng,
        0.3,
        lambda: {"colo_usd_per_kw_month": rng.uniform(50.0, 250.0), "colo_includes_power": rng.choice([0, 1])},
    )
    return p


def _demand(rng, tranches, low):
    p = {}
    if rng.random() < 0.4:
        full = sum(t["units"] * t["tokens_per_second"] * t["utilization"] * 2.628 for t in tranches)
        p["demand_mtok_per_month"] = full * rng.uniform(0.1, 1.5)
    kind = rng.choice(["none", "none", "logistic", "gompertz", "bass"])
    if kind != "none":
        p["adoption"] = kind
    if kind in ("logistic", "gompertz"):
        rate = rng.uniform(0.05, 0.6)
        latest = (
            24.0 if kind == "logistic" or low < 0.0 else min(24.0, 4.0 / rate)
        )  # Gompertz starts at exp(-0.7e^(k tm))
        p["adoption_midpoint_month"] = rng.uniform(6.0 * low, latest)
        p["adoption_rate_per_month"] = rate
    elif kind == "bass":
        p["bass_p_per_year"] = rng.uniform(0.01, 0.1)
        p["bass_q_per_year"] = rng.uniform(0.1, 1.5)
    return p


def _price(rng):
    p = {}
    if rng.random() < 0.3:
        p["price_input_usd_per_mtok"] = rng.uniform(0.1, 2.0)
        p["price_cached_usd_per_mtok"] = rng.uniform(0.02, 0.5)
        p["price_output_usd_per_mtok"] = rng.uniform(0.3, 6.0)
        p["input_share"] = rng.uniform(0.0, 1.0)
        p["cache_hit_rate"] = rng.uniform(0.0, 0.9)
    else:
        p["price_usd_per_mtok"] = rng.uniform(0.1, 3.0)
    p |= _some(rng, 0.6, lambda: {"price_decline_per_year": rng.uniform(0.0, 0.6)})
    return p


def _opex(rng, low):
    p = {}
    p |= _some(rng, 0.6, lambda: {"opex_share_per_year": rng.uniform(0.0, 0.15)})
    p |= _some(rng, 0.4, lambda: {"staff_usd_per_year": rng.uniform(0.0, 2e6)})
    p |= _some(rng, 0.4, lambda: {"software_usd_per_unit_year": rng.uniform(0.0, 5e3)})
    p |= _some(rng, 0.4, lambda: {"revenue_share": rng.uniform(0.0, 0.4)})
    p |= _some(rng, 0.4, lambda: {"inflation_per_year": rng.uniform(0.02 * low, 0.08)})
    return p


def _finance(rng):
    p = {}
    p |= _some(rng, 0.7, lambda: {"discount_rate": rng.choice([0.0, rng.uniform(0.02, 0.3)])})
    p |= _some(rng, 0.7, lambda: {"tax_rate": rng.choice([0.0, rng.uniform(0.05, 0.4)])})
    p |= _some(
        rng, 0.4, lambda: {"tax_losses": "carryforward", "loss_limit_share": rng.choice([0.8, 1.0, rng.random()])}
    )
    p |= _some(rng, 0.3, lambda: {"finance_rate": rng.uniform(0.0, 0.2)})
    p |= _some(rng, 0.3, lambda: {"reinvest_rate": rng.uniform(0.0, 0.2)})
    p |= _some(rng, 0.4, lambda: {"working_capital_days": rng.uniform(0.0, 90.0)})
    p |= _some(
        rng,
        0.4,
        lambda: {
            "debt_share": rng.uniform(0.0, 1.0),
            "debt_rate": rng.choice([0.0, rng.uniform(0.02, 0.15)]),
            "debt_months": rng.randint(1, 84),
            "equity_rate": rng.uniform(0.05, 0.3),
        },
    )
    return p
