"""Own, lease or API: its closed forms are the contract functions of the core and plain sums, as it stands and between Low and High."""

import random

import pytest

from accelxl.domain import contract
from accelxl.workbook.build import template
from accelxl.workbook.layout import serial
from tests.workbook.books import base, computed, errors, figures, job

NAME = "own_lease_api"
AGES = (12, 24, 36, 48, 60)
FOUND = ("own", "lease", "reserved", "demand", "spot", "api")


def residual(given, months):
    """Resale value at an age, linear between the ages that are entered."""
    values = [given[f"in_residual_{k}"] for k in range(1, 6)]
    for k in range(4):
        if months <= AGES[k + 1]:
            return values[k] + (values[k + 1] - values[k]) * (months - AGES[k]) / 12
    raise AssertionError(months)


def contracts(given, months):
    """The six contracts as the core takes them."""
    price = given["in_unit_price_usd"] * (1 + given["in_attach_share"])
    place = given["in_power_kw"] * (
        given["in_load_factor"] * given["in_pue"] * given["in_electricity_usd_per_kwh"]
        + given["in_colo_usd_per_kw_month"] / 730
    )
    upkeep, software = price * given["in_upkeep_share"] / 8760, given["in_software_usd_per_year"] / 8760
    working = given["in_availability"]
    return [
        contract.Contract("own", "own", unit_price_usd=price, residual_share=residual(given, months),
                          running_usd_per_hour=place + upkeep + software, availability=working),
        contract.Contract("lease", "lease", usd_per_month=given["in_lease_usd_per_month"], upfront_usd=given["in_lease_upfront_usd"],
                          running_usd_per_hour=place + upkeep * (1 - given["in_lessor_share"]) + software, availability=working),
        contract.Contract("reserved", "reserved", usd_per_hour=given["in_reserved_usd_per_hour"], availability=working),
        contract.Contract("demand", "on-demand", usd_per_hour=given["in_demand_usd_per_hour"],
                          decline_per_year=given["in_rent_decline"]),
        contract.Contract("spot", "spot", usd_per_hour=given["in_spot_usd_per_hour"], decline_per_year=given["in_rent_decline"],
                          lost_share=given["in_lost_share"]),
        contract.Contract("api", "api", usd_per_mtok=given["in_api_usd_per_mtok"], decline_per_year=given["in_api_decline"]),
    ]  # fmt: skip


def near(value, expected):
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


def judge_basis(given, shown):
    """The six contracts on one basis, at the horizon and at the others."""
    terms = given["in_tokens_per_second"], given["in_utilization"]
    months, rate = int(given["in_months"]), given["in_discount_rate"]
    rows = contract.rent_vs_own(contracts(given, months), *terms, months, rate)
    level = sum((1 + rate) ** (-t / 12) for t in range(1, months + 1))
    for k, row in enumerate(rows, 1):
        near(shown[f"out_cost_per_mtok_{k}"], row.usd_per_mtok)
        near(shown[f"out_paid_{k}"] + shown[f"out_place_{k}"] + shown[f"out_upkeep_{k}"], row.usd_per_mtok)
        near(shown[f"out_hour_{k}"], row.usd_per_hour)
        near(shown[f"out_whole_usd_{k}"], row.usd_per_month * level * given["in_accelerators"])
        near(shown[f"out_over_{k}"], row.over_cheapest)
        even = row.breakeven_utilization
        near(shown[f"out_even_all_{k}"], even if even == even else 0.0)
    costs = [row.usd_per_mtok for row in rows]
    assert shown["out_best_contract"].lower().replace("on-", "") == rows[costs.index(min(costs))].name
    firm = [cost for cost, row in zip(costs, rows, strict=True) if row.name != "spot"]
    assert shown["out_firm_contract"].lower().replace("on-", "") == rows[costs.index(min(firm))].name
    near(shown["out_lead"], sorted(costs)[1] / min(costs) - 1)
    alone = contract.rent_vs_own(
        [c for c in contracts(given, months) if c.name in {"own", "demand"}], *terms, months, rate
    )
    even = alone[0].breakeven_utilization
    near(shown["out_even_demand"], even if even == even else 0.0)
    for k, age in enumerate(AGES, 1):
        for row in contract.rent_vs_own(contracts(given, age), *terms, age, rate):
            near(shown[f"out_{row.name}_{k}"], row.usd_per_mtok)


def judge_lease(given, shown):
    """The net advantage to leasing and the liability."""
    months, units = int(given["in_months"]), given["in_accelerators"]
    cost = given["in_unit_price_usd"] * (1 + given["in_attach_share"])
    debt = (1 + given["in_borrowing_rate"]) ** (1 / 12) - 1
    payments = [given["in_lease_usd_per_month"]] * months
    payments[0] += given["in_lease_upfront_usd"]
    life, early = int(given["in_tax_life_months"]), given["in_write_off"] == "first year"
    wear = [cost * ((t == 12) if early else (t <= life) / life) for t in range(1, months + 1)]
    resale = cost * residual(given, months)
    scrap = resale - given["in_tax_rate"] * (resale - (cost - sum(wear)))
    spared = [cost * given["in_upkeep_share"] * given["in_lessor_share"] / 12] * months
    capital = (1 + given["in_discount_rate"]) ** (1 / 12) - 1
    nal = contract.nal(cost, payments, debt, given["in_tax_rate"], wear, scrap, capital, spared, 1)
    assert shown["out_nal_usd"] == pytest.approx(nal * units, rel=1e-9, abs=1e-9 * cost * units)
    start = contract.lease(
        [given["in_lease_usd_per_month"]] * months, debt, "IFRS 16", 1, given["in_lease_upfront_usd"]
    )[0]
    near(shown["out_liability_usd"], start[3] * units)
    near(shown["out_asset_usd"], start[5] * units)


def judge_commitment(given, shown):
    """The bill of the commitment, and the level that costs least."""
    months = int(given["in_months"])
    full = [given["in_accelerators"] * 730 * max(0, min(3, months - 3 * q)) for q in range(20)]
    start, ramp = given["in_use_start"], given["in_ramp_quarters"]
    used = [h * given["in_utilization"] * min(1, start + (1 - start) * q / ramp) for q, h in enumerate(full)]

    def bill(level):
        lines = contract.commit(used, [level * h for h in full], given["in_reserved_usd_per_hour"],
                                [[0.0, given["in_demand_usd_per_hour"]]], given["in_shortfall_share"])  # fmt: skip
        return float(lines[8].sum())

    now, bills = bill(given["in_commit_share"]), [bill(k / 10) for k in range(11)]
    near(shown["out_bill_usd"], now)
    near(shown["out_commit_unit"], now / sum(used))
    assert shown["out_level_saving_usd"] == pytest.approx(now - min(bills), rel=1e-9, abs=1e-6)
    assert bills[round(shown["out_best_level"] * 10)] == pytest.approx(min(bills), rel=1e-9)


def judged(given, shown):
    """Every figure of a book against the core and plain sums."""
    judge_basis(given, shown)
    judge_lease(given, shown)
    judge_commitment(given, shown)


def test_the_figures_are_those_of_the_core():
    judged(base(NAME), figures(NAME))


def drawn(rng):
    """Inputs anywhere between their Low and High, every word of a choice."""
    found = {}
    for item in template(NAME).items:
        if item.quantity.choices:
            found[item.defined] = rng.choice(item.quantity.choices)
        if item.fixed or item.quantity.kind != "number":
            continue
        low, high = float(serial(item.low)), float(serial(item.high))
        whole = item.quantity.whole
        found[item.defined] = float(rng.randint(int(low), int(high))) if whole else rng.uniform(low, high)
    return found


def test_drawn_books_have_the_figures_of_the_core_and_pass_their_checks():
    rng = random.Random(20261123)
    books = [drawn(rng) for _ in range(12)]
    found, shown = computed(NAME, [job(NAME, one) for one in books])
    assert errors(NAME, found, len(books)) == []
    for one, figure in zip(books, shown, strict=True):
        assert figure["chk_total"] == 0.0
        judged(base(NAME) | one, figure)


def test_above_the_break_even_utilization_owning_is_cheaper_than_all_that_is_paid_by_use():
    even = figures(NAME)["out_even"]
    assert 0.0 < even < 1.0
    _, sides = computed(NAME, [job(NAME, {"in_utilization": even * side}) for side in (0.999, 1.0, 1.001)])
    rivals = [min(one["out_cost_per_mtok_4"], one["out_cost_per_mtok_5"], one["out_cost_per_mtok_6"]) for one in sides]
    owning = [one["out_cost_per_mtok_1"] for one in sides]
    assert owning[0] > rivals[0]
    assert owning[1] == pytest.approx(rivals[1], rel=1e-9)
    assert owning[2] < rivals[2]


def test_a_lease_at_the_price_of_debt_has_no_net_advantage():
    """What the payments finance, at the rate of debt and without tax, is the price less its resale at that rate."""
    flat = {
        "in_tax_rate": 0.0,
        "in_lessor_share": 0.0,
        "in_lease_upfront_usd": 0.0,
        "in_discount_rate": 0.09,
        "in_borrowing_rate": 0.09,
    }
    given = base(NAME) | flat
    cost = given["in_unit_price_usd"] * (1 + given["in_attach_share"])
    months, step = int(given["in_months"]), 1.09 ** (1 / 12)
    worth = cost * (1 - residual(given, months) * step**-months)
    payment = worth / sum(step**-t for t in range(months))
    _, (found,) = computed(NAME, [job(NAME, flat | {"in_lease_usd_per_month": payment})])
    assert found["out_nal_usd"] == pytest.approx(0.0, abs=1e-6 * cost)


def test_without_work_money_is_zero_and_nothing_breaks():
    found, (none,) = computed(NAME, [job(NAME, {"in_accelerators": 0.0})])
    assert errors(NAME, found, 1) == []
    for name in ("out_best_usd", "out_nal_usd", "out_bill_usd", "out_commit_unit"):
        assert none[name] == 0.0, name
    assert none["chk_total"] == 0.0
