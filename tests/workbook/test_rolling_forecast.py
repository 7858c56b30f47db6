"""The rolling forecast: its figures are those of the domain functions, for any closed months, methods and plausible inputs."""

import random

import numpy as np
import pytest

from accelxl.domain import finance, forecast
from accelxl.workbook.build import template
from accelxl.workbook.layout import serial
from accelxl.workbook.templates.rolling_forecast.inputs import ACTUALS, FLEETS, METHODS, MONTHS, TRANCHES
from accelxl.workbook.templates.rolling_forecast.sheets import DRIVERS, YEARS
from tests.workbook.books import base, computed, errors, figures, job, ready

NAME = "rolling_forecast"
PERIODS = np.arange(1.0, MONTHS + 1)
ITEMS = {item.defined: item for item in template(NAME).items}
PRICED = serial(ITEMS["in_price_usd_per_mtok"].as_of)
HOURS, SECONDS = 730.0, 3600.0


def planned(x):
    """The plan of each driver by month."""
    age = max(0.0, (x["in_start_date"] - PRICED) / 365)
    first = x["in_price_usd_per_mtok"] * (1 - x["in_price_decline_per_year"]) ** age
    plan, cost = {}, x["in_staff_usd_per_year"] / 12
    for k in range(1, len(FLEETS) + 1):
        units = x[f"in_fleet_units_{k}"] + x[f"in_fleet_added_{k}"] * (PERIODS - 1)
        plan[f"capacity_{k}"] = units * x[f"in_tokens_per_second_{k}"] * x["in_availability"] * HOURS * SECONDS / 1e6
        plan[f"use_{k}"] = np.minimum(x["in_most_use"], x[f"in_first_use_{k}"] + x[f"in_ramp_{k}"] * (PERIODS - 1))
        fall = (1 - x["in_price_decline_per_year"]) ** ((PERIODS - 1) / 12)
        plan[f"price_{k}"] = first * (1 + x[f"in_premium_{k}"]) * fall
        cost = cost + units * (x[f"in_power_kw_{k}"] * kw_month(x) + x["in_software_usd_per_unit_year"] / 12)
    return plan | {"cost": cost}


def kw_month(x):
    """Power and colocation of a kW in a month."""
    return x["in_load_factor"] * x["in_pue"] * HOURS * x["in_electricity_usd_per_kwh"] + x["in_colo_usd_per_kw_month"]


def actuals(x, driver):
    """The closed months of a driver."""
    given = [x[f"in_actual_{driver}_{month}"] for month in range(1, MONTHS + 1)]
    return given[: given.index(None)] if None in given else given


def rolled(x):
    """Actuals, then the outlook, of each driver."""
    plan, width = planned(x), int(x["in_window"])
    return {
        name: forecast.roll(
            PERIODS, plan[name], actuals(x, name), x[f"in_method_{name.partition('_')[0]}"], width
        ).values
        for name in ACTUALS
    }


def money(of, months):
    """Capacity, utilization and price of each fleet over some months, and the revenue."""
    capacity = [of[f"capacity_{k}"][months].sum() for k in (1, 2)]
    sold = [(of[f"capacity_{k}"] * of[f"use_{k}"])[months].sum() for k in (1, 2)]
    worth = [(of[f"capacity_{k}"] * of[f"use_{k}"] * of[f"price_{k}"])[months].sum() for k in (1, 2)]
    return capacity, np.divide(sold, capacity), np.divide(worth, sold)


def worth_of(x, k, use_end, price_end, cost_ratio):
    """The net present value of a tranche by the domain's own function."""
    year = np.arange(float(YEARS))
    cost = x[f"in_units_{k}"] * x[f"in_unit_price_usd_{k}"] * (1 + x["in_attach_share"])
    start, life = x[f"in_year_{k}"], x["in_life_years"]
    serves = (year > start) & (year <= start + life)
    full = x[f"in_units_{k}"] * x[f"in_speed_{k}"] * x["in_availability"] * HOURS * 12 * SECONDS / 1e6
    tokens = serves * full * use_end * (1 - x["in_drift_per_year"]) ** (year - start - 1)
    sales = tokens * price_end * (1 - x["in_price_decline_per_year"]) ** (year - 0.5) * (1 - x["in_revenue_share"])
    kept = x[f"in_units_{k}"] * (12 * x[f"in_kw_{k}"] * kw_month(x) + x["in_software_usd_per_unit_year"]) * cost_ratio
    ebitda = sales - serves * kept * (1 + x["in_inflation_per_year"]) ** year
    tax = x["in_tax_rate"] * (ebitda - serves * cost * (1 - x["in_residual_share"]) / life)
    flows = ebitda - tax - (year == start) * cost + (year == start + life) * cost * x["in_residual_share"]
    fee = -x["in_fee_share"] * cost / (1 + x["in_discount_rate"]) ** start if k > 1 else 0.0
    return finance.npv(x["in_discount_rate"], flows), fee


def expected(x):
    """The figures of the Board by the domain functions; None for a milestone that is not met."""
    plan, now = planned(x), rolled(x)
    closed = min(len(actuals(x, name)) for name in ACTUALS)
    served = sum(now[f"capacity_{k}"] * now[f"use_{k}"] for k in (1, 2))
    capacity = now["capacity_1"] + now["capacity_2"]
    revenue = sum(now[f"capacity_{k}"] * now[f"use_{k}"] * now[f"price_{k}"] for k in (1, 2))
    use, unit_cost, price = served / capacity, now["cost"] / served, revenue / served
    ebitda = revenue * (1 - x["in_revenue_share"]) - now["cost"]
    found = {
        "revenue_usd": revenue.sum(), "ebitda_usd": ebitda.sum(), "closed": float(closed), "unit_cost": unit_cost[-1],
        "price_end": price[-1],
    }  # fmt: skip
    for scope, months in (("date", slice(0, closed)), ("year", slice(0, MONTHS))):
        lines = forecast.variance(*money(plan, months), *money(now, months))
        for j in range(len(DRIVERS)):
            found |= {f"{scope}_{k}_{j + 1}": lines[k - 1, j] for k in (1, 2)}
            found[f"{scope}_all_{j + 1}"] = lines[:, j].sum()
        found[f"{scope}_all_{len(DRIVERS) + 1}"] = lines.sum()
    met = {
        2: forecast.milestone(use, x["in_gate_use"], int(x["in_hold"])),
        3: forecast.milestone(unit_cost, x["in_gate_cost"], int(x["in_hold"]), "at most"),
    }
    found |= {f"met_{k}": "not met" if np.isnan(month) else month for k, month in met.items()}
    chances = [1.0] + [1.0 if month <= closed else x[f"in_chance_{k}"] for k, month in met.items()]
    ratio = now["cost"].sum() / plan["cost"].sum()
    worths = [worth_of(x, k, use[-1], price[-1], ratio) for k in range(1, len(TRANCHES) + 1)]
    gated = forecast.unlock(chances, [w for w, _ in worths], [fee for _, fee in worths])
    found |= {"gated_npv_usd": gated.npv, "ungated_npv_usd": gated.npv_all, "right_usd": gated.right_to_stop}
    for k in range(len(TRANCHES)):
        found |= {f"unlocked_{k + 1}": gated.reached[k], f"back_{k + 1}": gated.rolled_back[k],
                  f"adds_{k + 1}": gated.contribution[k], f"answer_{k + 1}": "yes" if gated.start[k] else "no"}  # fmt: skip
    return found


def agree(shown, wanted, scale, where=""):
    """Compare the figures of a book; money to 1e-9 of the year's revenue where it is a difference."""
    for name, value in wanted.items():
        if isinstance(value, str):
            assert shown[f"out_{name}"] == value, (name, where)
        else:
            assert shown[f"out_{name}"] == pytest.approx(value, rel=1e-9, abs=1e-11 * scale), (name, where)


def test_the_figures_are_those_of_the_domain_functions():
    wanted = expected(base(NAME))
    assert len(wanted) > 40
    agree(figures(NAME), wanted, wanted["revenue_usd"])


def draw(rng, *, closed):
    """A book's inputs between Low and High, with any number of closed months and any methods."""
    values = {}
    for name, item in ITEMS.items():
        if item.fixed or "_actual_" in name:
            continue
        if name.startswith("in_method"):
            values[name] = rng.choice(METHODS)
        elif item.quantity.kind == "date":
            values[name] = serial(rng.choice([item.low, item.value, item.high]))
        elif not item.quantity.choices:
            ends = float(item.low), float(item.high)
            values[name] = float(rng.randint(*map(int, ends))) if item.quantity.whole else rng.uniform(*ends)
    for driver in ACTUALS:
        for month in range(1, MONTHS + 1):
            first = ITEMS[f"in_actual_{driver}_{min(month, 4)}"].value
            given = first * rng.uniform(0.92, 1.08) if month <= closed else None
            values[f"in_actual_{driver}_{month}"] = given
    return values


def test_any_closed_months_and_methods_give_the_figures_of_the_domain_functions():
    rng = random.Random(7)
    drawn = [draw(rng, closed=2 + at % (MONTHS - 1)) for at in range(66)]
    jobs = [job(NAME, one) for one in drawn]
    found, shown = computed(NAME, jobs)
    assert errors(NAME, found, len(jobs)) == []
    compared = 0
    for one, now in zip(drawn, shown, strict=True):
        if now["chk_total"] != 0:
            ahead = rolled(base(NAME) | one)  # a method may lead a driver out of its limits: a check says so
            assert max(ahead[f"use_{k}"].max() for k in (1, 2)) > 1 or min(line.min() for line in ahead.values()) < 0
            continue
        wanted = expected(base(NAME) | one)
        agree(now, wanted, wanted["revenue_usd"], one)
        compared += 1
    assert compared > 50


def broken(values):
    """The checks that fail, by the first words of their label."""
    _, (shown,) = computed(NAME, [job(NAME, values)])
    return shown


def test_a_gap_in_the_actuals_fails_a_check_and_does_not_count():
    shown = broken({"in_actual_use_1_6": 0.5})
    assert shown["chk_total"] == 1.0
    assert shown["out_closed"] == 4.0
    assert shown["out_revenue_usd"] == pytest.approx(figures(NAME)["out_revenue_usd"], rel=1e-12)


def test_a_trend_without_two_months_fails_a_check():
    blank = {f"in_actual_price_1_{month}": None for month in range(2, 5)}
    assert broken(blank)["chk_total"] == 1.0
    assert broken(blank | {"in_method_price": "ratio"})["chk_total"] == 0.0


def test_without_actuals_the_year_is_the_plan():
    blank = {f"in_actual_{driver}_{month}": None for driver in ACTUALS for month in range(1, 5)}
    shown = broken(blank)
    assert shown["out_off_plan"] == pytest.approx(0.0, abs=1e-12)
    assert shown["out_closed"] == 0.0
    assert shown["out_revenue_usd"] == pytest.approx(shown["out_plan_usd"], rel=1e-12)


def test_money_doubles_when_every_price_doubles():
    fields = ready(NAME).fields
    names = [name for name in fields if ITEMS[name].quantity.unit.startswith("USD") and ITEMS[name].value is not None]
    assert len(names) > 20
    _, (shown,) = computed(NAME, [job(NAME, {name: 2 * fields[name].value for name in names})])
    for name, value in figures(NAME).items():
        if name.endswith("_usd") or name.startswith(("out_date_", "out_year_")):
            assert shown[name] == pytest.approx(2 * value, rel=1e-9, abs=1e-6), name
        if name in {"out_off_plan", "out_off_date", "out_use_end_1"}:
            assert shown[name] == pytest.approx(value, rel=1e-12), name


def test_no_accelerators_and_no_actuals_give_zeros_and_no_errors():
    zero = {f"in_{kind}_{k}": 0.0 for kind in ("fleet_units", "fleet_added") for k in (1, 2)}
    zero |= {f"in_units_{k}": 0.0 for k in (1, 2, 3)} | {"in_staff_usd_per_year": 0.0}
    zero |= {f"in_actual_{driver}_{month}": None for driver in ACTUALS for month in range(1, 5)}
    found, (shown,) = computed(NAME, [job(NAME, zero)])
    assert errors(NAME, found, 1) == []
    assert [value for name, value in shown.items() if name.endswith("_usd")] == [0.0] * 7
