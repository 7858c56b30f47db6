"""Supply: arrivals, delay, bottlenecks, memory, buying ahead and slip against published figures, integrals and sums."""

import datetime as dt
import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from accelxl import catalogue
from accelxl.arrays import EPOCH
from accelxl.domain import supply
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.plan.evaluate import evaluate

# -- lead times --------------------------------------------------------------------------------------------------------


def test_an_arrival_is_the_order_date_and_the_weeks_of_the_calendar():
    order = dt.date(2026, 1, 5)
    for weeks in (0, 36, 44, 52, 128):
        day = EPOCH + dt.timedelta(days=supply.arrival(order, float(weeks)))
        assert day == order + dt.timedelta(weeks=weeks)
    assert supply.arrival(order, 0.1) == (order - EPOCH).days + 1  # a part of a day is a day
    assert supply.arrival(order, 2.0, -8.0) == (order - EPOCH).days  # never before the order


def test_the_site_waits_for_the_last_component_and_the_others_have_float():
    # Critical path method: the total float is the latest less the earliest date (any text on it); by hand.
    found = supply.leadtime(46027, [44.0, 90.0, 52.5], [0.0, 2.0, 0.0], install_weeks=8.0)
    assert found.critical == (1,)
    assert found.slack_days.tolist() == [7 * 48, 0, 7 * 92 - 368]
    assert found.ready == 46027 + 7 * 100
    late = supply.leadtime(found.order_by, [44.0, 90.0, 52.5], [0.0, 2.0, 0.0], install_weeks=8.0)
    assert late.ready == found.ready
    assert late.critical == (0, 1, 2)


def test_the_catalogues_lead_times_put_the_grid_last():
    # The article: "GPU lead times stretch beyond 12 months"; "power and cooling upgrades lag chip release cycles".
    names = ("accelerator", "switchgear", "transformer", "grid connection")
    weeks = [catalogue.lead_time(name).value for name in names]
    found = supply.leadtime(46027, weeks)
    assert [names[k] for k in found.critical] == ["grid connection"]
    assert catalogue.lead_time("accelerator").high >= 52


@given(st.lists(st.tuples(st.integers(40000, 60000), st.floats(0, 500)), min_size=1, max_size=8))
def test_nothing_is_ready_before_its_last_part(parts):
    days, weeks = zip(*parts, strict=True)
    found = supply.leadtime(list(days), list(weeks))
    assert found.ready == max(found.arrives)
    assert np.all(found.slack_days >= 0)
    assert min(found.slack_days) == 0


@pytest.mark.parametrize(
    ("cells", "error", "sentence"),
    [
        ((46027, [44.0, -1.0]), OutOfRange, "component 2 has no arrival"),
        ((46027, []), ShapeError, "arrivals of shape"),
        (([46027, 46028], [1.0, 2.0, 3.0]), ShapeError, "2 order dates, 3 lead times"),
        (("soon", [1.0]), WrongType, "order_date"),
        ((46027, [44.0], 0.0, -1.0), OutOfRange, "install_weeks is -1"),
    ],
)
def test_a_component_without_an_arrival_is_named(cells, error, sentence):
    with pytest.raises(error, match=sentence):
        supply.leadtime(*cells)


# -- delay -------------------------------------------------------------------------------------------------------------

CASE = {
    "K": 2.2e6, "Q": 36_000.0, "N": 5.0, "months": 6.0, "r": 0.1, "D": 0.4, "idle": 60e3, "opex": 120e3, "S": 150e3,
    "p": 40.0, "g": 0.3,
}  # fmt: skip


def lines(K, Q, N, months, r, D, idle, opex, S, p, g, starts):
    return supply.delay_cost(K, Q, N, months, r, D, idle, opex, S, p, g, starts)


def by_integral(K, Q, N, months, r, D, idle, opex, S, p, g, starts):
    """Levelised cost, its parts and the npv by numerical integration of the flows (equations B6), not by annuities."""

    def worth(flow, a, b):
        return quad(lambda t: flow(t) * (1 + r) ** -t, a, b, epsabs=0, epsrel=1e-12)[0]

    def case(d):
        end = N if starts == "schedule" else N + d
        cost = D * K + (1 - D) * K * (1 + r) ** -d + worth(lambda _: idle, 0, d) + worth(lambda _: opex, d, end)
        cost -= S * (1 + r) ** -end
        return cost, worth(lambda _: Q, d, end), worth(lambda t: Q * p * (1 - g) ** t, d, end)

    d = months / 12
    cost_0, tokens_0, revenue_0 = case(0.0)
    cost_d, tokens_d, revenue_d = case(d)
    return {
        "on time": cost_0 / tokens_0,
        "late": cost_d / tokens_d,
        "revenue lost": revenue_0 - revenue_d,
        "npv lost": (revenue_0 - cost_0) - (revenue_d - cost_d),
        "margin lost per token": revenue_0 / tokens_0 - revenue_d / tokens_d + cost_d / tokens_d - cost_0 / tokens_0,
    }


@pytest.mark.parametrize("starts", ["service", "schedule"])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"months": 0.0},
        {"months": 30.0},
        {"r": 0.0},
        {"D": 0.0},
        {"D": 1.0},
        {"S": 0.0},
        {"g": -0.5},
        {"N": 3.0},
        {"r": -0.2},
    ],
    ids=str,
)
def test_the_cost_of_delay_agrees_with_the_integrals_of_the_flows(starts, change):
    case = CASE | change
    found, wanted = lines(**case, starts=starts), by_integral(**case, starts=starts)
    assert found[0] == pytest.approx(wanted["on time"], rel=1e-9)
    assert found[4] == pytest.approx(wanted["late"], rel=1e-9)
    assert found[7] == pytest.approx(wanted["revenue lost"], rel=1e-9, abs=1e-3)
    assert found[8] == pytest.approx(wanted["npv lost"], rel=1e-9, abs=1e-3)
    if starts == "service":  # each token keeps its place in the life: erosion is what the mean price loses
        assert found[6] == pytest.approx(wanted["margin lost per token"], rel=1e-9, abs=1e-9)


money = st.floats(0, 1e8)


@given(
    st.floats(1e4, 1e9), st.floats(1, 1e6), st.floats(2, 10), st.floats(0, 20), st.floats(-0.05, 0.4), st.floats(0, 1), money, money,
    st.floats(0, 1), st.floats(0, 100), st.floats(0, 0.8), st.sampled_from(["service", "schedule"]),
)  # fmt: skip
def test_the_parts_of_a_delay_add_up(K, Q, N, months, r, D, idle, opex, share, p, g, starts):
    on_time, carry, lost, waited, late, erosion, total, *_ = lines(
        K, Q, N, months, r, D, idle, opex, share * K, p, g, starts
    )
    scale = 1e-11 * (abs(on_time) + abs(late) + abs(lost) + abs(waited) + abs(erosion) + p)
    assert late == pytest.approx(on_time + carry + lost + waited, abs=scale)
    assert total == pytest.approx(carry + lost + waited + erosion, abs=scale)
    assert (lost if starts == "service" else erosion) == 0  # never both


def test_each_part_of_a_delay_by_hand():
    # A year late of a life of four that ends on its day, without interest: a year of waiting at 60 is 0.15 on each of the
    # 400 tokens that were planned; 1,260 over the 300 that are left are 4.2, so the lost year costs 4.2 - 3.15.
    found = lines(1200, 100, 4, 12, 0, 1, 60, 0, 0, 0, 0, "schedule")
    assert found[:7].tolist() == pytest.approx([3, 0, 1.05, 0.15, 4.2, 0, 1.2])
    # Paid a year before service at 10 %: each token costs a tenth more, all of it carry.
    on_time = 1200 / (100 * (1 - 1.1**-4) / math.log(1.1))
    found = lines(1200, 100, 4, 12, 0.1, 1, 0, 0, 0, 0, 0, "service")
    assert found[:7].tolist() == pytest.approx([on_time, on_time / 10, 0, 0, on_time * 1.1, 0, on_time / 10])
    # Paid on delivery, nothing is carried; a price that falls by 30 % a year has lost 30 % of its mean over the life.
    mean = 40 * (1 - 0.7**4) / (4 * -math.log(0.7))
    found = lines(1200, 100, 4, 12, 0, 1, 0, 0, 0, 40, 0.3, "service")
    assert found[:7].tolist() == pytest.approx([3, 0, 0, 0, 3, 0.3 * mean, 0.3 * mean])


@given(st.floats(0, 30), st.floats(0, 0.3), st.floats(0, 1))
def test_with_a_fixed_end_the_cost_of_a_token_rises_with_the_delay(months, r, D):
    less, more = (lines(**CASE | {"r": r, "D": D, "months": m}, starts="schedule")[4] for m in (months, months + 1))
    assert more > less


def test_the_continuous_form_agrees_with_the_plans_monthly_sums():
    plan = {
        "units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6, "electricity_usd_per_kwh": 0,
        "tax_rate": 0,
    }  # fmt: skip
    base, late = (evaluate({**plan, "delay_months": m}, ["cost_per_mtok"])["cost_per_mtok"] for m in (0, 9))
    mtok = 64 * 2500 * 0.6 * 2.628 * 12
    found = supply.delay_cost(64 * 34000, mtok, 5.0, 9.0)
    assert found[0] == pytest.approx(base, rel=0.005)  # payments at the end of a month against payments all through it
    assert found[1] == pytest.approx(late - base, rel=0.005)
    assert found[6] == pytest.approx(late - base, rel=0.005)


def test_a_late_site_of_100_mw_loses_the_published_210_million():
    # M. Bommarito, "development timelines": 100 MW at $175 a kW and month, 12 months late: $210 million foregone.
    found = supply.delay_cost(0.0, 100e3 * 12, 15.0, 12.0, 0.0, price_usd_per_mtok=175.0, life_starts="schedule")
    assert found[7] == pytest.approx(210e6)


def test_a_delay_without_a_service_has_no_cost_per_token():
    assert np.isnan(lines(**CASE | {"months": 60.0}, starts="schedule")).all()
    assert np.isnan(lines(**CASE | {"Q": 0.0}, starts="service")).all()
    assert lines(**CASE | {"months": 0.0}, starts="schedule")[[1, 2, 3, 5, 6, 7, 8]].tolist() == [0.0] * 7
    assert np.array_equal(
        lines(**CASE | {"months": 0.0}, starts="schedule"), lines(**CASE | {"months": 0.0}, starts="service")
    )


def test_delays_are_costed_case_by_case():
    found = supply.delay_cost(2.2e6, 36_000.0, 5.0, [[0.0], [6.0], [-1.0]], [0.05, 0.1])
    assert found.shape == (3, 2, 9)
    assert found[1, 1].tolist() == supply.delay_cost(2.2e6, 36_000.0, 5.0, 6.0, 0.1).tolist()
    assert np.isnan(found[2]).all()
    with pytest.raises(UnknownName, match="did you mean schedule"):
        supply.delay_cost(1.0, 1.0, 1.0, 1.0, life_starts="scedule")
    with pytest.raises(WrongType, match="delay_months is 'six'"):
        supply.delay_cost(1.0, 1.0, 1.0, "six")


# -- bottleneck --------------------------------------------------------------------------------------------------------


def test_the_published_power_of_10_000_accelerators_carries_them():
    # AI infra map, datacenter power calculator: 10,000 x 700 W x 1.3 x PUE 1.30 = 11.83 MW.
    found = supply.bottleneck(megawatts=11.83, kw_per_device=0.7 * 1.3, pue=1.30)
    assert found.delivered.tolist() == [10_000.0]
    assert found.binding == ("power",)


@given(
    st.integers(0, 5000), st.integers(0, 10**6), st.integers(1, 300), st.integers(0, 5000), st.integers(0, 9000),
    st.integers(500, 3000), st.integers(0, 100), st.integers(1, 72),
)  # fmt: skip
def test_what_is_delivered_is_the_least_of_all_constraints(chips, gb, each, packages, kw, watts, racks, per_rack):
    found = supply.bottleneck(chips, gb, float(each), packages, kw / 1000, watts / 1000, 1.0, racks, float(per_rack))
    exact = [chips, gb // each, packages, Fraction(kw * 1000, watts) // 1, racks * per_rack]
    assert found.allows[:, 0].tolist() == exact
    assert found.delivered[0] == min(exact)
    names = [name for name, value in zip(supply.CONSTRAINTS, exact, strict=True) if value == min(exact)]
    assert found.binding == (" and ".join(names),)
    assert found.gain[0] == sorted(exact)[1] - min(exact)


def test_no_device_is_delivered_that_has_not_arrived_and_rounding_costs_none():
    assert supply.bottleneck(2e9 + 1).delivered.tolist() == [2e9 + 1]
    assert supply.bottleneck(2e9 + 0.5).delivered.tolist() == [2e9]
    assert supply.bottleneck(hbm_gb=0.3, gb_per_device=0.1).delivered.tolist() == [3.0]  # 0.3/0.1 is 2.9999999999999996


def test_power_may_fall_from_one_period_to_the_next():
    found = supply.bottleneck([100.0, 200.0], megawatts=[1.0, 0.1], kw_per_device=2.0)
    assert found.delivered.tolist() == [100.0, 50.0]


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({}, ShapeError, "no constraint is given; at least one of chips"),
        ({"chips": [1.0, -2.0]}, OutOfRange, "chips, period 2, is -2"),
        ({"hbm_gb": 100.0}, ShapeError, "hbm_gb is given and gb_per_device is not"),
        ({"hbm_gb": 100.0, "gb_per_device": 0.0}, OutOfRange, "gb_per_device is 0; a number above 0"),
        ({"chips": [1.0, 2.0], "packages": [1.0, 2.0, 3.0]}, ShapeError, "chips has 2 periods, another constraint 3"),
        ({"chips": [1.0], "pue": 0.9}, OutOfRange, "pue is 0.9"),
        ({"chips": [[1.0], [2.0]]}, ShapeError, "chips has 2 rows"),
        (
            {"chips": [100.0, 50.0]},
            OutOfRange,
            "chips, period 2, is 50 after 100; arrivals are cumulated and do not fall",
        ),
        ({"racks": [2.0, 3.0, 1.0], "devices_per_rack": 72.0}, OutOfRange, "racks, period 3, is 1 after 3"),
    ],
)
def test_a_bottleneck_without_its_figures_says_which(given, error, sentence):
    with pytest.raises(error, match=sentence):
        supply.bottleneck(**given)


# -- memory ------------------------------------------------------------------------------------------------------------


def test_a_market_of_35_billion_reaches_about_100_billion_in_three_years_at_40_percent():
    # Micron, first quarter of fiscal 2026: $35 billion in 2025 to about $100 billion in 2028, about 40 % a year.
    assert 35 * supply.hbm(3.0, 34000.0, 80.0, 15.0, 0.3, 0.40)[0] == pytest.approx(96.04)


def test_the_default_growth_of_the_market_is_the_catalogues():
    fact = catalogue.market("hbm_growth_per_year")
    assert supply.hbm(1.0, 34000.0, 80.0, 15.0, 0.3)[0] == pytest.approx(1 + fact.value)


@given(st.floats(0, 10), st.floats(-0.3, 2), st.floats(-0.3, 2), st.floats(0, 300), st.floats(0, 100))
def test_price_times_bits_is_the_market(t, bits, market, gb, each):
    money, volume, per_gb, memory, device, share = supply.hbm(t, 40e3, gb, each, bits, market, pass_on=1.0)
    assert per_gb * volume == pytest.approx(each * money, rel=1e-12, abs=1e-300)
    if gb * each <= 40e3:
        assert memory == pytest.approx(gb * each * (1 + market) ** t / (1 + bits) ** t, rel=1e-12, abs=1e-300)
        assert device == pytest.approx(40e3 - gb * each + memory, rel=1e-9)
        assert share == pytest.approx(memory / device)


def test_a_price_of_a_gigabyte_that_rises_is_in_the_price_of_the_device_by_hand():
    # Two years, market +40 % and bits +20 % a year: $15 * (1.4/1.2)^2 = $20.4167 a GB. 80 GB cost 1,633.33 in place of
    # 1,200, so a device of 34,000 costs 34,433.33.
    found = supply.hbm([0.0, 2.0], 34_000.0, 80.0, 15.0, 0.2, 0.4)
    assert found[0, 2:5].tolist() == pytest.approx([15.0, 1_200.0, 34_000.0])
    assert found[1, :5].tolist() == pytest.approx([1.96, 1.44, 15 * 49 / 36, 4_900 / 3, 34_000 + 1_300 / 3])


def test_equal_growth_leaves_the_price_and_no_pass_on_leaves_the_device():
    assert supply.hbm(5.0, 40e3, 80.0, 20.0, 0.3, 0.3)[[2, 4]].tolist() == pytest.approx([20.0, 40e3])
    assert supply.hbm(5.0, 40e3, 80.0, 20.0, 0.1, 0.5, pass_on=0.0)[4] == pytest.approx(40e3)
    assert np.isnan(supply.hbm(1.0, 1000.0, 80.0, 20.0, 0.1)).all()  # the memory alone costs more


# -- buying ahead ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discount", "days", "rate"),
    # Effective cost of trade credit: 2/20 net 45 is 34.3 % (AnalystForum); 2 % over 40 days is 20.24 %; 2/10 net 30 is 44.6 %.
    [(0.02, 25, 0.343), (0.02, 40, 0.2024), (0.02, 20, 0.446)],
)
def test_paying_early_earns_the_published_cost_of_trade_credit(discount, days, rate):
    found = supply.prebuy(100.0, discount, days / 365 * 12)
    assert found[8] == pytest.approx(rate, abs=6e-4)
    assert supply.prebuy(100.0, discount, days / 365 * 12, found[8])[2] == pytest.approx(0, abs=1e-12)


@given(
    st.floats(1, 1e9), st.floats(-0.2, 0.5), st.floats(0, 48), st.floats(-0.1, 0.5), st.floats(0, 1), st.floats(-0.3, 0.5),
    st.floats(0, 24), st.floats(0, 24), st.floats(0, 1e6), st.floats(0, 1),
)  # fmt: skip
def test_the_causes_of_a_prebuy_add_up_and_its_breakeven_is_one(P, x, lead, r, D, g, slip, wait, each, loss):
    args = (lead, r, D, g, slip, wait, each, loss)
    found = supply.prebuy(P, x, *args)
    scale = (
        1e-11
        * (P + each * (slip + wait))
        * max(1.0, (1 + g) ** (lead / 12))
        * max(1.0, (1 + r) ** (-(lead + wait + slip) / 12))
    )
    assert found[2] == pytest.approx(found[0] - found[1], abs=scale)
    assert found[2] == pytest.approx(sum(found[3:7]), abs=scale)
    if -1 <= found[7] <= 0.99:
        assert supply.prebuy(P, found[7], *args)[2] == pytest.approx(0, abs=10 * scale)


def test_without_discount_growth_or_slip_a_deposit_costs_its_interest():
    # by hand: half of 100 paid a year early at 10 % costs 50 - 50/1.1
    found = supply.prebuy(100.0, 0.0, 12.0, 0.10, 0.5)
    assert found[2] == pytest.approx(50 / 1.1 - 50)
    assert supply.prebuy(100.0, 0.0, 12.0, 0.10, 0.0)[2] == pytest.approx(0, abs=1e-12)
    assert np.isnan(supply.prebuy(100.0, 0.0, 12.0, 0.10, 0.0)[8])
    assert np.isnan(supply.prebuy(100.0, 1.5, 12.0)).all()


def test_the_slip_of_a_prebuy_by_hand():
    # 1,000 at 10 % off, half of it now, against +20 % on delivery; a slip of one month in place of three, 50 a month; 2 %
    # of the deposit is lost. Without interest: 1,200 + 150 against 900 + 50 + 9.
    found = supply.prebuy(1_000.0, 0.1, 12.0, 0.0, 0.5, 0.2, 1.0, 3.0, 50.0, 0.02)
    assert found[:7].tolist() == pytest.approx([1_350, 959, 391, 300, 0, 100, -9])
    # At 10 % a year the slip moves payments as well: 1,200 by three months and the other 450 by one.
    slipped = 1_200 * (1.1**-1.25 - 1.1**-1) - 450 * (1.1 ** -(13 / 12) - 1.1**-1) + 50 * 2 / 1.1
    found = supply.prebuy(1_000.0, 0.1, 12.0, 0.1, 0.5, 0.2, 1.0, 3.0, 50.0, 0.02)
    assert found[3:7].tolist() == pytest.approx([300 / 1.1, 450 / 1.1 - 450, slipped, -9])


# -- slip --------------------------------------------------------------------------------------------------------------


def test_the_smaller_of_two_dice_is_91_36ths():
    # A classic: the expected minimum of two fair dice is 91/36.
    die = supply.slip([1, 2, 3, 4, 5, 6], [1 / 6] * 6)
    assert supply.second_source(die, die).mean == pytest.approx(91 / 36)
    assert die.mean == pytest.approx(3.5)
    assert die.sd**2 == pytest.approx(35 / 12)


cases = st.dictionaries(st.integers(-6, 36), st.integers(1, 20), min_size=1, max_size=6)


def source(weights):
    total = sum(weights.values())
    return supply.slip(list(weights), [w / total for w in weights.values()])


@given(cases, cases)
def test_a_second_source_is_the_minimum_over_all_pairs_of_cases(first, second):
    found = supply.second_source(source(first), source(second))
    both = Fraction(0)
    for (a, wa), (b, wb) in product(first.items(), second.items()):
        both += Fraction(wa, sum(first.values())) * Fraction(wb, sum(second.values())) * min(a, b)
    assert found.mean == pytest.approx(float(both), abs=1e-9)
    assert found.mean <= min(source(first).mean, source(second).mean) + 1e-9
    assert math.fsum(found.probabilities) == pytest.approx(1)
    assert np.all(found.probabilities >= -1e-15)


def test_a_slip_that_is_certain_gains_nothing_from_its_twin():
    late = supply.slip([4], [1.0])
    assert supply.second_source(late, late).mean == 4
    assert (late.sd, late.on_time, late.percentile(0.9)) == (0.0, 0.0, 4.0)


def test_the_expected_cost_of_a_slip_is_the_weighted_cost_of_each_delay():
    late = supply.slip([0, 3, 12], [0.5, 0.3, 0.2])
    each = supply.delay_cost(2.2e6, 36_000.0, 5.0, late.months)[:, 4]
    assert late.expected(each) == pytest.approx(0.5 * each[0] + 0.3 * each[1] + 0.2 * each[2])
    with pytest.raises(ShapeError, match="2 values for 3 slips"):
        late.expected([1.0, 2.0])


@pytest.mark.parametrize(
    ("months", "chances", "error", "sentence"),
    [
        (
            [0, 3],
            [0.5, 0.4],
            OutOfRange,
            "the 2 probabilities sum to 0.9; a sum of 1 is allowed: the case on time counts",
        ),
        ([0, 3], [1.5, -0.5], OutOfRange, "probabilities, place 1, is 1.5"),
        ([0, 3], [1.0], ShapeError, "2 months for 1 probabilities"),
        ([0, math.nan], [0.5, 0.5], OutOfRange, "months, place 2, is nan"),
        ([0, "x"], [0.5, 0.5], WrongType, "months holds 'x'"),
    ],
)
def test_a_distribution_that_is_none_is_refused(months, chances, error, sentence):
    with pytest.raises(error, match=sentence):
        supply.slip(months, chances)
