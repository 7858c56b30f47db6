"""Ownership cost, commitments, leases, contracts on one basis and switching against published figures and by definition."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain import contract
from accelxl.domain.contract import Contract, Part
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType
from tests.oracle import finance as oracle

money = st.floats(1.0, 1e6)
share = st.floats(0.0, 1.0)
rate = st.floats(-0.2, 1.0)
life = st.integers(1, 30)

# -- ownership -----------------------------------------------------------------------------------------------------------


def test_a_monthly_charge_is_the_published_payment_of_a_loan():
    # Microsoft's help on PMT: 10,000 at 8 % a year, 10 payments at the end of the months: $1,037.03.
    effective = (1 + 0.08 / 12) ** 12 - 1
    assert contract.annual_charge(10_000, 10 / 12, 0.0, effective, 12) / 12 == pytest.approx(1037.03, abs=0.005)


def test_a_charge_spread_over_productive_hours_is_the_published_levelised_cost():
    # A worked question on levelised cost: $1,500 a kW, 10 years, 8 %, capacity factor 22 %: CRF 0.14903, 11.6 cents a kWh.
    charge = contract.annual_charge(1500, 10, 0.0, 0.08)
    assert charge / 1500 == pytest.approx(0.14903, abs=5e-6)
    assert charge / (8760 * 0.22) == pytest.approx(0.1159, abs=1e-4)


@given(money, life, share, rate)
def test_both_forms_of_the_capital_charge_agree(price, years, left, r):
    growth = (1 + r) ** years
    crf = r / (1 - 1 / growth) if abs(r) > 1e-9 else 1 / years
    other = price * (1 - left) * crf + left * price * r
    assert contract.annual_charge(price, years, left, r) == pytest.approx(other, rel=1e-6, abs=1e-6 * price)


@given(money, life, share, rate)
def test_the_charges_of_a_life_and_the_residual_are_worth_the_price(price, years, left, r):
    charge = contract.annual_charge(price, years, left, r)
    flows = [-price, *[charge] * years]
    flows[-1] += left * price
    assert abs(oracle.npv(r, flows)) <= 1e-9 * oracle.npv(r, [abs(flow) for flow in flows])


def test_monthly_charges_are_below_yearly_ones_by_the_factor_of_the_equations():
    # Equations B1: the annual form is r/(12 r_m) too high, 4.5 % at 10 %.
    r_m = 1.1 ** (1 / 12) - 1
    ratio = contract.annual_charge(100, 5, 0.2, 0.1) / contract.annual_charge(100, 5, 0.2, 0.1, 12)
    assert ratio == pytest.approx(0.1 / (12 * r_m), rel=1e-12)
    assert ratio == pytest.approx(1.045, abs=5e-4)


def test_limits_of_a_charge():
    assert contract.annual_charge(100, 5, 0.0, 0.0) == pytest.approx(20.0)
    assert contract.annual_charge(100, 5, 1.0, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert contract.annual_charge(100, 1, 0.0, 0.1) == pytest.approx(110.0)
    assert contract.annual_charge(100, 1e6, 0.0, 0.1) == pytest.approx(10.0)
    assert contract.annual_charge(0, 5) == 0.0
    assert np.isnan(contract.annual_charge(100, [0, 5, 5, 5], [0, 1.5, 0, 0], [0.1, 0.1, -1.0, math.nan])).all()
    assert contract.annual_charge(np.ones((2, 1)), [1, 2, 3]).shape == (2, 3)


def test_a_published_five_year_total_comes_out():
    # gpu-tco (GitHub, July 2026): 17 nodes of 8 H200 at $340,000 and 10.2 kW, $1.6M of network, PUE 1.5, $0.13 a kWh,
    # $200 a kW-month, 10 % maintenance, 4 people at $45,000, $1M of spares; no interest: "near $16.5M" over 5 years.
    units = 17 * 8
    found = contract.tco(
        [Part("server", 340_000 / 8, 5), Part("network", 1.6e6 / units, 5)], 10.2 / 8, 0.0, pue=1.5,
        electricity_usd_per_kwh=0.13, colo_usd_per_kw_month=200, maintenance_share=0.10,
        staff_usd_per_year=4 * 45_000 / units, support_usd_per_year=1e6 / 5 / units,
    )  # fmt: skip
    assert found.usd_per_year * units * 5 == pytest.approx(16.5e6, rel=0.005)


def test_every_line_of_ownership_by_hand():
    found = contract.tco(
        [Part("chip", 20_000, 4, 0.1), Part("server", 10_000, 5)], 2.0, 0.0, 0.95, 0.5, load_factor=0.75, pue=1.2,
        electricity_usd_per_kwh=0.1, facility_usd_per_kw=10_000, facility_life_years=20, maintenance_share=0.05,
        insurance_share=0.01, property_tax_share=0.02, sales_tax_share=0.08, credit_share=0.25, staff_usd_per_year=100,
        software_usd_per_year=4500, support_usd_per_year=200, revenue_share=0.2, revenue_usd_per_year=30_000,
    )  # fmt: skip
    assert dict(found.lines) == pytest.approx(
        {
            "chip": (20_000 * 1.08 * 0.75 - 2_000) / 4, "server": 10_000 * 1.08 * 0.75 / 5, "facility": 1_000.0,
            "electricity": 2 * 0.75 * 1.2 * 8760 * 0.1, "colocation": 0.0, "maintenance": 1_500.0, "insurance": 300.0,
            "property tax": 600.0, "staff": 100.0, "software": 4_500.0, "support": 200.0, "revenue share": 6_000.0,
        }
    )  # fmt: skip
    assert found.usd_per_hour == pytest.approx(found.usd_per_year / (8760 * 0.95 * 0.5))
    assert found.usd_per_year == pytest.approx(sum(dict(found.lines).values()))


def test_a_part_that_lives_longer_costs_less_a_year():
    lines = dict(contract.tco([Part("chip", 1000, 3), Part("server", 1000, 6), Part("network", 1000, 10)], 1).lines)
    assert lines["chip"] > lines["server"] > lines["network"]


def test_colocation_pays_for_the_facility_and_for_power_where_it_includes_it():
    lines = dict(contract.tco([Part("chip", 1, 1)], 1.5, colo_usd_per_kw_month=100, colo_includes_power=1).lines)
    assert (lines["colocation"], lines["electricity"], lines["facility"]) == (1800.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"parts": []}, ShapeError, "there are no parts"),
        ({"parts": [Part("chip", -1, 4)]}, OutOfRange, "part 1, chip: price_usd is -1; a number of at least 0 USD"),
        ({"parts": [Part("chip", 1, 0)]}, OutOfRange, "life_years is 0"),
        ({"parts": [Part("chip", 1, 4, 1.1)]}, OutOfRange, "residual_share is 1.1; a share from 0 to 1"),
        ({"parts": [Part("chip", "much", 4)]}, WrongType, "price_usd is 'much'"),
        ({"power_kw": -1.0}, OutOfRange, "power_kw is -1"),
        ({"utilization": 0.0}, OutOfRange, "utilization is 0"),
        ({"facility_usd_per_kw": 1.0, "colo_usd_per_kw_month": 1.0}, OutOfRange, "one of the two is allowed"),
    ],
)
def test_ownership_says_what_is_wrong(given, error, sentence):
    with pytest.raises(error, match=sentence):
        contract.tco(**({"parts": [Part("chip", 1, 1)], "power_kw": 1.0} | given))


# -- commitments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tiers", "bill"),
    [
        # Zuplo's documentation of graduated pricing: 15,000 units at 0.10, 0.05 and 0.01 from 0, 1,000 and 10,000: $600.
        ([[0, 0.10], [1_000, 0.05], [10_000, 0.01]], 600.0),
        # Autumn's: at 0.01, 0.008 and 0.005: $107.
        ([[0, 0.01], [1_000, 0.008], [10_000, 0.005]], 107.0),
    ],
)
def test_graduated_tiers_bill_what_was_published(tiers, bill):
    lines = dict(zip(contract.COMMIT_LINES, contract.commit([15_000], 0, 9.9, tiers)[:, 0], strict=True))
    assert lines["USD for use above"] == lines["USD in all"] == pytest.approx(bill)


def test_take_or_pay_pays_the_whole_commitment():
    # BeeBolt's glossary: 50 barrels at $60 are $3,000, taken or not.
    bill = contract.commit([[0], [20], [50]], 50, 60.0)
    assert bill[:, 8, 0].tolist() == [3000.0, 3000.0, 3000.0]
    # a penalty price below the contract's, as in "$50 a ton taken, $40 a ton not taken"
    assert contract.commit([6], 10, 50.0, shortfall_share=0.8)[8, 0] == 6 * 50 + 4 * 40


def bill_by_hand(used, committed, price, tiers, share, window):
    """The bill unit by unit: each unit used is looked at alone."""
    total = 0.0
    for first in range(0, len(used), window):
        span = range(first, min(first + window, len(used)))
        left, above = sum(committed[t] for t in span), 0
        for t in span:
            for _ in range(used[t]):
                if left:
                    left -= 1
                    total += price[t]
                else:
                    total += [p for start, p in tiers if start <= above][-1] if tiers else price[t]
                    above += 1
        total += left * price[span[-1]] * share
    return total


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=7),
    st.sampled_from([None, [[0, 3.0]], [[0, 3.0], [5, 2.0], [12, 1.0]]]), share, st.integers(1, 8),
)  # fmt: skip
def test_a_bill_is_that_of_each_unit_looked_at_alone(periods, tiers, part, window):
    used, committed, price = (list(column) for column in zip(*periods, strict=True))
    bill = contract.commit(used, committed, price, tiers, part, window)
    assert bill[8].sum() == pytest.approx(bill_by_hand(used, committed, price, tiers, part, window), abs=1e-9)
    assert bill[2] + bill[3] == pytest.approx(bill[0])
    assert bill[2].sum() + bill[4].sum() == pytest.approx(sum(committed))
    assert (bill[:9] >= 0).all()


def test_a_yearly_settlement_lets_a_busy_month_make_up_for_a_quiet_one():
    used, ramp = [50, 150], [100, 100]
    assert contract.commit(used, ramp, 1.0, [[0, 2.0]])[8].sum() == 100 + 100 + 50 * 2
    assert contract.commit(used, ramp, 1.0, [[0, 2.0]], settle_periods=12)[8].sum() == 200


def test_limits_of_a_commitment():
    nothing = contract.commit([0, 0], 0, 1.0)
    assert not nothing[:9].any()
    assert np.isnan(nothing[9]).all()
    assert contract.commit([7], 0, 2.0)[8, 0] == 14.0
    assert contract.commit(np.ones((3, 12)), 2, 1.0).shape == (3, 10, 12)
    assert contract.commit(np.ones((3, 12)), np.ones(12), np.ones((3, 1))).shape == (3, 10, 12)


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        (([1, -2], 1, 1.0), OutOfRange, "used, period 2, is -2; a number of at least 0"),
        (([1], [math.nan], 1.0), OutOfRange, "committed, period 1, is nan"),
        (([1, 2], [1, 2, 3], 1.0), ShapeError, "used has 2 periods, committed 3 and price_usd 1"),
        (([1], 1, 1.0, [[5, 1.0]]), OutOfRange, "the tiers start at 5; a first one at 0"),
        (([1], 1, 1.0, [[0, 1.0], [0, 2.0]]), OutOfRange, "the tiers start at 0, 0"),
        (([1], 1, 1.0, [[0, -1.0]]), OutOfRange, "tiers holds a price below 0"),
        (([1], 1, 1.0, [[0, 1.0, 2.0]]), ShapeError, "tiers has the shape 1 x 3"),
        (([1], 1, 1.0, None, 1.2), OutOfRange, "shortfall_share is 1.2"),
        (([1], 1, 1.0, None, 1.0, 0), OutOfRange, "settle_periods is 0"),
    ],
)
def test_a_commitment_says_what_is_wrong(given, error, sentence):
    with pytest.raises(error, match=sentence):
        contract.commit(*given)


# -- leases --------------------------------------------------------------------------------------------------------------

PERIOD, PAYMENT, INTEREST, LIABILITY, WRITE_OFF, ASSET, EXPENSE = range(7)


def test_ifrs_16_example_13_comes_out():
    # IFRS 16 Illustrative Example 13: ten years, CU50,000 in advance, 5 %, costs of CU20,000, incentive of CU5,000: liability
    # CU355,391 after the first payment, asset CU355,391 + 50,000 + 20,000 - 5,000.
    table = contract.lease([50_000] * 10, 0.05, "IFRS 16", 1, 20_000, 5_000)
    assert table[0, LIABILITY] == pytest.approx(355_391, abs=0.5)
    assert table[0, ASSET] == pytest.approx(420_391, abs=0.5)


def test_ifrs_16_example_17_comes_out_in_the_middle_of_its_term():
    # IFRS 16 Illustrative Example 17: ten years, CU50,000 in arrears, 6 %: at the beginning of year 6 the liability is
    # CU210,618 and the right-of-use asset CU184,002.
    table = contract.lease([50_000] * 10, 0.06)
    assert table[5, LIABILITY] == pytest.approx(210_618, abs=0.5)
    assert table[5, ASSET] == pytest.approx(184_002, abs=0.5)


def test_asc_842_example_3_comes_out():
    # ASC 842-20-55, Example 3: ten years, $50,000 in advance, 5.87 %, direct costs of $15,000: $342,017 and $407,017.
    table = contract.lease([50_000] * 10, 0.0587, "ASC 842 finance", 1, 15_000)
    assert table[0, LIABILITY] == pytest.approx(342_017, abs=0.5)
    assert table[0, ASSET] == pytest.approx(407_017, abs=0.5)


def test_a_finance_and_an_operating_lease_have_the_published_expenses():
    # The three-year illustration common in guides to ASC 842: $10,000, $12,000 and $14,000 at 4.235 %: liability $33,000;
    # finance lease 12,398, 12,033 and 11,569; operating lease 12,000 each year, the asset falling by 10,602, 10,967, 11,431.
    finance = contract.lease([10_000, 12_000, 14_000], 0.04235, "ASC 842 finance")
    operating = contract.lease([10_000, 12_000, 14_000], 0.04235, "ASC 842 operating")
    assert finance[0, LIABILITY] == pytest.approx(33_000, abs=1)
    assert finance[1:, EXPENSE] == pytest.approx([12_398, 12_033, 11_569], abs=1)
    assert operating[1:, EXPENSE] == pytest.approx([12_000] * 3)
    assert operating[1:, WRITE_OFF] == pytest.approx([10_602, 10_967, 11_431], abs=1)


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0.0, 0.5), st.sampled_from(contract.STANDARDS),
    st.sampled_from([0, 1]), st.floats(0, 1e5), st.floats(0, 1e5),
)  # fmt: skip
def test_a_lease_schedule_closes(payments, r, standard, early, costs, gifts):
    table = contract.lease(payments, r, standard, early, costs, gifts)
    scale = sum(payments) + costs + gifts
    near = {"rel": 1e-9, "abs": 1e-9 * scale}
    assert table[-1, LIABILITY] == 0.0
    assert table[-1, ASSET] == 0.0
    # the liability is the present value of what is still to come
    paid = table[:, PAYMENT]
    for t in range(len(table)):
        assert table[t, LIABILITY] == pytest.approx(
            sum(paid[k] / (1 + r) ** (k - t) for k in range(t + 1, len(paid))), **near
        )
    # it rolls forward: opening + interest - payment, and the asset by its amortization
    assert table[1:, LIABILITY] == pytest.approx(table[:-1, LIABILITY] + table[1:, INTEREST] - paid[1:], **near)
    assert table[1:, ASSET] == pytest.approx(table[:-1, ASSET] - table[1:, WRITE_OFF], **near)
    # over the term the expense is what was paid
    assert table[:, EXPENSE].sum() == pytest.approx(sum(payments) + costs - gifts, **near)


def test_limits_of_a_lease():
    assert contract.lease([100.0, 100.0], 0.0)[:, LIABILITY].tolist() == [200.0, 100.0, 0.0]
    assert contract.lease([100.0], 0.1, type=1)[:, LIABILITY].tolist() == [0.0, 0.0]
    assert contract.lease([0.0], 0.1)[:, EXPENSE].tolist() == [0.0, 0.0]
    assert np.isnan(contract.lease([1.0], -1.0)).all()
    assert contract.lease(np.ones((4, 12)), [0.1, 0.2, 0.3, 0.4]).shape == (4, 13, 7)
    with pytest.raises(UnknownName, match=r"'IFRS16' is no standard; did you mean IFRS 16\?"):
        contract.lease([1.0], 0.1, "IFRS16")
    with pytest.raises(OutOfRange, match="payments, period 2, is -1"):
        contract.lease([1.0, -1.0], 0.1)


def test_the_net_advantage_is_that_of_the_textbook():
    # The case of Ross, Westerfield and Jordan, lease against buy: $10,000 or five payments of $2,500 in arrears, straight line over
    # five years, 34 %, 5 % after tax. Each year the lessee pays 2,500 x 0.66 and loses a shield of 2,000 x 0.34: 2,330 in all.
    worth = 10_000 - 2330 * sum(1 / Fraction(105, 100) ** t for t in range(1, 6))
    assert round(float(worth), 2) == -87.68
    assert contract.nal(10_000, [2500] * 5, 0.05 / 0.66, 0.34, [2000] * 5) == pytest.approx(float(worth), abs=1e-9)


def test_the_net_advantage_without_taxes_is_the_price_less_the_worth_of_the_payments():
    # $3.2 million or five payments of $760,000, no taxes, 8 %.
    worth = 3_200_000 - 760_000 * sum(1 / Fraction(108, 100) ** t for t in range(1, 6))
    assert round(worth) == 165_540
    assert contract.nal(3.2e6, [760_000] * 5, 0.08, 0.0) == pytest.approx(float(worth), rel=1e-12)


@given(
    money, st.lists(money, min_size=1, max_size=12), st.floats(0, 0.5), st.floats(0, 0.9), money, st.floats(0, 0.5), money,
    st.sampled_from([0, 1]),
)  # fmt: skip
def test_the_net_advantage_is_the_formula_of_the_equations(cost, rents, debt, tax, salvage, project, avoided, early):
    n, after = len(rents), debt * (1 - tax)
    formula = (
        cost
        - sum(rent * (1 - tax) / (1 + after) ** (t + 1 - early) for t, rent in enumerate(rents))
        - tax * sum(cost / n / (1 + after) ** t for t in range(1, n + 1))
        - salvage / (1 + project) ** n
        + sum(avoided * (1 - tax) / (1 + after) ** t for t in range(1, n + 1))
    )
    found = contract.nal(cost, rents, debt, tax, None, salvage, project, [avoided] * n, early)
    assert found == pytest.approx(formula, rel=1e-9, abs=1e-9 * (cost + sum(rents) + salvage + n * avoided))


def test_limits_of_the_net_advantage():
    assert contract.nal(100, [100], 0.0, 0.0) == 0.0
    assert contract.nal([100, 200], [100], 0.0, 0.0).tolist() == [0.0, 100.0]
    assert np.isnan(contract.nal([100, -1, 100], [100], [-1.0, 0.1, 0.1], [0, 0, 1.5])).all()
    with pytest.raises(OutOfRange, match="depreciation, period 1, is -5"):
        contract.nal(100, [100], 0.1, depreciation=[-5])


# -- contracts on one basis ----------------------------------------------------------------------------------------------

OWN = Contract("own", "own", unit_price_usd=34_000, residual_share=0.2, running_usd_per_hour=0.3, availability=0.97)
LEASE = Contract("lease", "lease", usd_per_month=1200, upfront_usd=500, running_usd_per_hour=0.3)
RESERVED = Contract("reserved", "reserved", usd_per_hour=1.9, upfront_usd=100)
CLOUD = Contract("cloud", "on-demand", usd_per_hour=3.0, decline_per_year=0.2)
SPOT = Contract("spot", "spot", usd_per_hour=1.5, lost_share=0.1, decline_per_year=0.2)
API = Contract("api", "api", usd_per_mtok=0.4, decline_per_year=0.5)
ALL = [OWN, LEASE, RESERVED, CLOUD, SPOT, API]


def flows_by_hand(way, fill, months, mtok):
    """What a contract costs at 0 and in each month, by its definition."""
    fixed = way.contract in {"own", "lease", "reserved"}
    flows = [0.0] * (months + 1)
    for t in range(1, months + 1):
        hours = 730 if fixed else 730 * fill / (1 - way.lost_share)
        price = (1 - way.decline_per_year) ** (t / 12)
        flows[t] += way.running_usd_per_hour * hours + (way.usd_per_month or 0)
        flows[t] += (way.usd_per_hour or 0) * hours * price + (way.usd_per_mtok or 0) * mtok * fill * price
    flows[0] += (way.unit_price_usd or 0) + way.upfront_usd
    flows[-1] -= (way.unit_price_usd or 0) * way.residual_share
    return [flow / way.availability for flow in flows]


@given(st.floats(0.01, 1), st.integers(1, 72), st.floats(-0.3, 1))
def test_each_contract_costs_its_flows_over_its_tokens(fill, months, r):
    mtok = 1000 * 2.628
    rate_m = (1 + r) ** (1 / 12) - 1
    annuity = sum((1 + rate_m) ** -t for t in range(1, months + 1))
    for way, row in zip(ALL, contract.rent_vs_own(ALL, 1000, fill, months, r), strict=True):
        worth = oracle.npv(rate_m, flows_by_hand(way, fill, months, mtok))
        assert row.usd_per_mtok == pytest.approx(worth / (annuity * mtok * fill), rel=1e-9)
        assert row.usd_per_month == pytest.approx(row.usd_per_mtok * mtok * fill, rel=1e-12)
        assert row.usd_per_hour == pytest.approx(row.usd_per_month / (730 * fill), rel=1e-12)


def test_at_its_break_even_utilization_a_fixed_contract_costs_what_the_rent_does():
    fill = contract.rent_vs_own([RESERVED, CLOUD], 1000)[0].breakeven_utilization
    at = contract.rent_vs_own([RESERVED, CLOUD], 1000, fill)
    assert at[0].usd_per_mtok == pytest.approx(at[1].usd_per_mtok, rel=1e-12)
    assert contract.rent_vs_own([RESERVED, CLOUD], 1000, fill * 1.01)[0].over_cheapest == 0.0
    assert contract.rent_vs_own([RESERVED, CLOUD], 1000, fill * 0.99)[1].over_cheapest == 0.0


def test_renting_by_the_hour_breaks_even_in_the_month_that_was_published():
    # gpu-tco (GitHub, July 2026): capital of $7.38M for 17 nodes and $152,500 a month to run them, against $110.24 an hour
    # a node with 7.5 % uplift on demand, no interest: break-even = capital / (cloud - running), 5.6 months.
    node_hours = 17 * 730
    cloud = Contract("cloud", "on-demand", usd_per_hour=110.24 * 1.075)
    own = Contract("own", "own", unit_price_usd=7.38e6 / 17, running_usd_per_hour=152_500 / node_hours)
    assert 7.38e6 / (110.24 * 1.075 * node_hours - 152_500) == pytest.approx(5.6, abs=0.05)
    for months, cheapest in ((5, "cloud"), (6, "own")):
        rows = contract.rent_vs_own([own, cloud], 1.0, 1.0, months, 0.0)
        assert min(rows, key=lambda row: row.usd_per_month).name == cheapest


def test_limits_of_the_basis():
    free = Contract("free", "api", usd_per_mtok=0.0)
    (row,) = contract.rent_vs_own([free], 1000)
    assert (row.usd_per_mtok, row.usd_per_month) == (0.0, 0.0)
    assert math.isnan(row.over_cheapest)
    dear = contract.rent_vs_own([OWN, Contract("cheap", "on-demand", usd_per_hour=0.01)], 1000)
    assert math.isnan(dear[0].breakeven_utilization)
    gone = Contract("gone", "on-demand", usd_per_hour=1.0, decline_per_year=1.0)
    assert contract.rent_vs_own([gone], 1000)[0].usd_per_month == 0.0


@pytest.mark.parametrize(
    ("ways", "error", "sentence"),
    [
        ([], ShapeError, "there are no contracts"),
        ([Contract("x", "own")], ShapeError, "contract 1, x: unit_price_usd is blank; a price is needed"),
        ([Contract("x", "spott", usd_per_hour=1.0)], UnknownName, "did you mean spot?"),
        ([Contract("x", "api", usd_per_mtok=1.0, usd_per_hour=2.0)], OutOfRange, "usd_per_hour is 2 and has no part"),
        ([Contract("x", "own", unit_price_usd=1.0, decline_per_year=0.1)], OutOfRange, "has no part in the kind own"),
        ([Contract("x", "spot", usd_per_hour=1.0, lost_share=1.0)], OutOfRange, "lost_share is 1"),
        ([Contract("x", "reserved", usd_per_hour=-1.0)], OutOfRange, "usd_per_hour is -1"),
    ],
)
def test_the_basis_says_what_is_wrong(ways, error, sentence):
    with pytest.raises(error, match=sentence.replace("?", r"\?")):
        contract.rent_vs_own(ways, 1000)


# -- switching -----------------------------------------------------------------------------------------------------------


@given(money, money, money, st.integers(0, 12), money, st.integers(12, 60), st.floats(-0.3, 1))
def test_a_switch_is_worth_the_difference_of_two_plans(old, new, porting, dual, leave, months, r):
    stay = [0.0] + [old] * months
    go = [porting + leave] + [new + (old if t <= dual else 0.0) for t in range(1, months + 1)]
    rate_m = (1 + r) ** (1 / 12) - 1
    gap = [a - b for a, b in zip(stay, go, strict=True)]
    figures = contract.switch(old, new, porting, dual, leave, months, r)
    scale = oracle.npv(rate_m, [abs(a) + abs(b) for a, b in zip(stay, go, strict=True)])
    assert figures[3] == pytest.approx(oracle.npv(rate_m, gap), abs=1e-9 * scale)
    assert figures[0] == pytest.approx(porting + leave + new * dual)
    # at the break-even price the switch is worth nothing
    if figures[4] >= 0:
        again = contract.switch(old, figures[4], porting, dual, leave, months, r)
        assert again[3] == pytest.approx(0.0, abs=1e-9 * scale)
        assert figures[5] == pytest.approx(1 - figures[4] / old, rel=1e-9, abs=1e-9)
    running = np.cumsum(gap)
    assert math.isnan(figures[2]) == bool(running[-1] < -1e-9 * scale)


def test_limits_of_a_switch():
    assert contract.switch(100, 90, discount_rate=0.0).tolist() == pytest.approx([0, 10, 0, 360, 100, 0])
    assert math.isnan(contract.switch(100, 110, 5)[2])
    assert np.isnan(contract.switch(100, 90, 0, 37)).all()
    assert np.isnan(contract.switch(100, 90, -1)).all()
    assert contract.switch(np.full((2, 1), 100.0), [90.0, 80.0, 70.0]).shape == (2, 3, 6)
