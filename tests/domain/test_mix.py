"""Utilization, load, lag, drift, memory, blends and fleets: published figures, brute force, and what must hold for any figures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain import mix, serving
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType
from tests.oracle import finance as oracle

money = st.floats(0.01, 1e5)
rate = st.floats(1.0, 1e5)
share = st.floats(0.01, 1.0)

# -- utilization and availability ------------------------------------------------------------------------------------------


@given(money, rate, share, share)
def test_work_idle_time_and_downtime_make_up_the_hour(cost, tps, fill, works):
    productive, hour, mtok, work, idle, down = mix.utilization_split(cost, tps, fill, works)
    assert work + idle + down == pytest.approx(cost, rel=1e-12)
    assert hour * productive == pytest.approx(cost, rel=1e-12)
    assert mtok == pytest.approx(serving.cost_per_mtok(cost, tps, fill * works), rel=1e-12)
    # equations B1: the sum of the year over the productive hours
    assert hour == pytest.approx(cost * 8760 / (8760 * works * fill), rel=1e-12)


def test_utilization_has_the_cost_of_inferencex_at_full_use():
    # InferenceX-app, chart-utils.test.ts: $2.80 an hour at 1,000 tokens/s is 2.8/3.6 a million
    assert mix.utilization_split(2.8, 1000, 1.0, 1.0)[2] == pytest.approx(2.8 / 3.6, rel=1e-14)


def test_the_published_day_ran_at_the_share_of_its_throughput_that_its_figures_say():
    # DeepSeek open-infra-index, day 6: 168 bn output tokens in 24 h on 226.75 nodes that decode 14,800 tokens/s each.
    found = mix.utilization_actual(168e3, 226.75, 14_800, 24)
    assert found == pytest.approx(168e9 / (226.75 * 14_800 * 86_400), rel=1e-12)
    assert 0.57 < found < 0.59


@given(rate, share, share, st.floats(1, 1e4))
def test_actual_utilization_is_the_one_that_served_the_tokens(tps, fill, works, hours):
    served = 3 * tps * 3600 * hours * works * fill / 1e6
    assert mix.utilization_actual(served, 3, tps, hours, works) == pytest.approx(fill, rel=1e-12)


def test_limits_of_utilization():
    assert mix.utilization_split(1.0, 1000, 1.0).tolist()[3:] == [1.0, 0.0, 0.0]
    nothing = mix.utilization_split(1.0, 1000, 0.0, 0.5)
    assert np.isnan(nothing[1:3]).all()
    assert nothing[3:].tolist() == [0.0, 0.5, 0.5]
    assert np.isnan(mix.utilization_split([1.0, -1.0], 1000, [1.1, 0.5])).all()
    assert mix.utilization_split(np.ones((2, 1)), 1000, [0.1, 0.2, 0.3]).shape == (2, 3, 6)
    assert math.isnan(mix.utilization_actual(1e9, 1, 1))  # more than can be
    assert math.isnan(mix.utilization_actual(1, 0, 1))
    assert mix.utilization_actual(0, 1, 1) == 0.0


# -- load ------------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 50_000), min_size=1, max_size=24), st.integers(500, 5000), st.floats(0.1, 1),
    st.integers(1, 8), st.integers(0, 20), st.floats(0, 2),
)  # fmt: skip
def test_a_load_is_paid_hour_by_hour(profile, tps, fill, node, least, start):
    found = dict(zip(mix.LOAD_LINES, mix.load(profile, tps, 2.0, fill, node, least, start), strict=True))

    def units(asked):
        return math.ceil(asked / node - min(asked / node * 1e-14, 1e-6)) * node

    held = [max(units(tokens / (tps * fill)), units(least)) for tokens in profile]
    starts = sum(max(0, now - before) for before, now in zip([held[-1], *held[:-1]], held, strict=True))
    assert found["accelerators for the peak"] == max(held)
    assert found["USD with a fixed fleet"] == pytest.approx(2.0 * max(held) * len(profile))
    assert found["accelerator-hours when scaled"] == sum(held)
    assert found["starts"] == starts
    assert found["USD when scaled"] == pytest.approx(2.0 * (sum(held) + starts * start))
    idle = max(held) * len(profile) - sum(profile) / tps
    assert found["USD of that for idle hours"] == pytest.approx(2.0 * idle, abs=1e-6)
    if sum(profile):
        mtok = sum(profile) * 3600 / 1e6
        assert found["USD per Mtok when scaled"] == pytest.approx(found["USD when scaled"] / mtok)


def test_a_flat_load_has_no_idle_cost_and_nothing_to_scale():
    lines = mix.load([8000] * 24, 1000, 2.0)
    assert lines.tolist()[:5] == [8000.0, 1.0, 8.0, 384.0, 0.0]
    assert lines[7] == 0.0
    assert lines[8] == lines[3]


def test_scaling_to_zero_pays_nothing_where_nothing_is_asked_for():
    lines = mix.load([0] * 24, 1000, 2.0)
    assert lines[[2, 3, 6, 8]].tolist() == [0.0] * 4
    assert np.isnan(lines[[1, 5, 9]]).all()
    assert mix.load([0] * 24, 1000, 2.0, min_accelerators=1)[8] == 48.0


def test_limits_of_a_load():
    assert mix.load(np.ones((3, 24)), [1, 2, 3], 1.0).shape == (3, 10)
    assert np.isnan(
        mix.load([1.0], [0.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, 1.0], [1.0, 1.0, 1.2, 1.0], [1, 1, 1, 1.5])
    ).all()
    with pytest.raises(OutOfRange, match="demand_tps, hour 2, is -1; a number of at least 0"):
        mix.load([1.0, -1.0], 1, 1)
    with pytest.raises(ShapeError, match="the shapes do not fit together"):
        mix.load(np.ones((3, 24)), [1.0, 2.0], 1.0)


# -- lag and drift ---------------------------------------------------------------------------------------------------------


def cost_by_hand(price, run, tps, fill, life, wait, loss, left, r, idle, starts):
    """Costs and tokens month by month, each discounted by the textbook."""
    end = wait + life if starts == "service" else max(life, wait)
    rate_m = (1 + r) ** (1 / 12) - 1
    costs, tokens = [price], [0.0]
    for t in range(1, end + 1):
        costs.append(730 * (run if t > wait else idle))
        tokens.append(tps * fill * 2.628 * (1 - loss) ** ((t - wait) / 12) if t > wait else 0.0)
    costs[-1] -= left * price
    return oracle.npv(rate_m, costs), oracle.npv(rate_m, tokens)


@given(
    money, st.floats(0, 5), rate, share, st.integers(1, 72), st.integers(0, 24), st.floats(0, 1), st.floats(0, 1),
    st.floats(-0.2, 0.6), st.floats(0, 2), st.sampled_from(mix.STARTS),
)  # fmt: skip
def test_the_cost_of_a_device_is_its_months_one_by_one(price, run, tps, fill, life, wait, loss, left, r, idle, starts):
    costs, tokens = cost_by_hand(price, run, tps, fill, life, wait, loss, left, r, idle, starts)
    found = mix.device_cost(price, run, tps, fill, life, wait, loss, left, r, idle, starts)
    if tokens < 1e-200:
        return
    assert found * tokens == pytest.approx(costs, rel=1e-9, abs=1e-9 * price)


def test_each_class_of_devices_waits_its_own_months_by_hand():
    # Servers wait 2 months, liquid-cooled racks 6; both serve 48 at 0.40 USD an hour and idle at 0.10, without interest.
    mtok = 2500 * 0.6 * 2.628 * 48
    prompt = [(price + 730 * 0.4 * 48) / mtok for price in (30_000, 40_000)]
    found = mix.lag([2, 6], [30_000, 40_000], 0.4, 2500, 0.6, 48, 0.0, 0.1, 0.0, "service")
    assert found[:, 0] == pytest.approx(prompt)
    assert found[:, 1] == pytest.approx([prompt[0] + 730 * 0.1 * 2 / mtok, prompt[1] + 730 * 0.1 * 6 / mtok])
    assert found[:, 4] == pytest.approx([2 * mtok / 48, 6 * mtok / 48])
    # where the life ends on a day that is set, 46 and 42 months have to pay for the device
    late = mix.lag([2, 6], [30_000, 40_000], 0.4, 2500, 0.6, 48, 0.0, 0.0)
    assert late[:, 1] == pytest.approx(
        [(30_000 + 730 * 0.4 * 46) / (mtok * 46 / 48), (40_000 + 730 * 0.4 * 42) / (mtok * 42 / 48)]
    )


@given(money, st.floats(0, 5), rate, share, st.integers(13, 72), st.floats(0.0, 0.6), st.floats(0, 0.2))
def test_with_a_fixed_obsolescence_date_the_cost_rises_with_the_lag(price, run, tps, fill, life, r, left):
    # an identity of equations.md; running cost alone does not, so the price must be there
    costs = mix.device_cost(price, run, tps, fill, life, np.arange(13), 0.0, left, r)
    assert (np.diff(costs) > 0).all()


def test_without_a_lag_schedule_and_service_agree_to_the_bit():
    args = (30_000, 0.4, 2500, 0.6, [1, 12, 60], 0, 0.1, 0.2, 0.1, 0.3)
    assert mix.device_cost(*args, "schedule").tolist() == mix.device_cost(*args, "service").tolist()


@given(
    st.integers(0, 24),
    money,
    st.floats(0, 3),
    rate,
    st.integers(25, 60),
    st.floats(0, 0.5),
    st.sampled_from(mix.STARTS),
)
def test_the_lines_of_a_lag_are_differences_of_the_cost(wait, price, run, tps, life, r, starts):
    prompt, late, added, months, missed, interest = mix.lag(wait, price, run, tps, 0.6, life, r, 0.1, 0.0, starts)
    assert prompt == pytest.approx(mix.device_cost(price, run, tps, 0.6, life, 0, 0.0, 0.0, r, 0.1, starts))
    assert late == pytest.approx(mix.device_cost(price, run, tps, 0.6, life, wait, 0.0, 0.0, r, 0.1, starts))
    assert added == pytest.approx(late - prompt, abs=1e-12 * late)
    assert months == (life if starts == "service" else life - wait)
    assert missed == pytest.approx(wait * tps * 0.6 * 2.628)
    assert interest == pytest.approx(price * ((1 + r) ** (wait / 12) - 1), abs=1e-9 * price)


def test_a_lag_as_long_as_the_life_serves_nothing():
    lines = mix.lag([59, 60, 61], 30_000, 0.4, 2500)
    assert lines[0, 3] == 1.0
    assert np.isnan(lines[1:, 1:4]).all()
    assert np.isfinite(mix.lag(61, 30_000, 0.4, 2500, life_starts="service")).all()


def test_limits_of_a_device():
    assert mix.device_cost(0, 0, 1000) == 0.0
    assert mix.device_cost(2628, 0, 1000, 1.0, 1, discount_rate=0.0) == pytest.approx(1.0)
    assert np.isnan(mix.device_cost(1, 0, [0.0, 1000.0, 1000.0], 0.6, [60, 0, 60], drift_per_year=[0, 0, 1.5])).all()
    assert math.isnan(mix.device_cost(1, 1, 1000, drift_per_year=1.0))  # nothing is left from the first day
    assert np.isnan(mix.device_cost(1, 1, 1000, discount_rate=[-1.0, -2.0])).all()
    with pytest.raises(UnknownName, match="life_starts is 'scheduled'; did you mean schedule"):
        mix.device_cost(1, 1, 1, life_starts="scheduled")
    with pytest.raises(WrongType, match="unit_price_usd is 'dear'"):
        mix.device_cost("dear", 1, 1)


def test_drift_compounds_by_the_year_as_in_the_plan():
    assert mix.drift(1000, 0.2, [0, 1, 2]).tolist() == pytest.approx([1000, 800, 640])
    # Epoch AI's loss of value of 0.14 orders of magnitude a year is 27.6 %
    assert mix.drift(1.0, 1 - 10**-0.14, 3) == pytest.approx(10**-0.42)
    assert mix.drift([5.0, 0.0], 1.0, [0.0, 1.0]).tolist() == [5.0, 0.0]
    assert np.isnan(mix.drift(1, [1.1, -0.1, 0.5], [1, 1, -1])).all()


@given(money, st.floats(0, 2), rate, st.integers(2, 72), st.integers(0, 1), st.floats(0.01, 0.95))
def test_at_the_break_even_drift_the_device_costs_what_the_rival_does(price, run, tps, life, wait, loss):
    rival = mix.device_cost(price, run, tps, 0.6, life, wait, loss)
    assert mix.drift_breakeven(rival, price, run, tps, 0.6, life, wait) == pytest.approx(loss, abs=1e-6)


def test_a_device_that_is_dearer_without_drift_has_no_break_even():
    assert math.isnan(mix.drift_breakeven(0.01, 30_000, 0.4, 1000))
    assert math.isnan(mix.drift_breakeven(1.0, 30_000, 0.4, 0))


# -- memory ----------------------------------------------------------------------------------------------------------------


def test_llama_3_70b_fits_where_its_published_figures_say():
    # Llama 3 70B: 80 layers, 8 key-value heads of 128; 140 GB in 16 bits; two H100 of 80 GB hold it, with little room.
    kv = serving.kv_bytes_per_token(80, 8, 128)
    needed, spare, fits, group, most = serving.memory_fit(80, 140, 1, 4096, kv, 2, 0.0)
    assert (fits, group) == (1.0, 2.0)
    assert needed == pytest.approx(70 + 327_680 * 4096 / 2e9)
    assert spare == pytest.approx(80 - needed)
    assert most == 14.0  # 20 GB over 1.342 GB
    assert serving.memory_fit(80, 140, 15, 4096, kv, 2, 0.0)[2] == 0.0


@given(
    st.floats(1, 300),
    st.floats(0, 2000),
    st.integers(0, 500),
    st.integers(1, 32_000),
    st.integers(1, 64),
    st.floats(0, 0.5),
)
def test_the_parts_of_a_memory_fit_agree(memory, weights, batch, context, units, head):
    kv = 81_920.0
    needed, spare, fits, group, most = serving.memory_fit(memory, weights, batch, context, kv, units, head)
    assert needed == pytest.approx(serving.memory_needed_gb(weights, batch, context, kv) / units + memory * head)
    assert fits == (spare >= -1e-9 * memory) or abs(spare) < 1e-9 * memory
    if abs(spare) > 1e-9 * (memory + needed):
        assert bool(fits) == (units >= group) == (most >= batch and weights <= memory * (1 - head) * units)
    if units == 1:
        assert most == serving.batch_that_fits(memory, weights, context, kv, head)


def test_headroom_takes_its_share_of_the_memory_by_hand():
    # 70 GB of weights and 0.67 GB of cache on each of two H100: 8 GB of headroom leave 1.33, 12 GB lack 2.67.
    kv = serving.kv_bytes_per_token(80, 8, 128)
    fits, tight = serving.memory_fit(80, 140, 1, 4096, kv, 2, [0.10, 0.15])
    assert fits[:4].tolist() == pytest.approx([78.67, 1.33, 1.0, 2.0], abs=0.005)
    assert tight[:4].tolist() == pytest.approx([82.67, -2.67, 0.0, 3.0], abs=0.005)


def test_limits_of_a_memory_fit():
    assert serving.memory_fit(80, 0, 0, 0, 0)[:4].tolist() == [8.0, 72.0, 1.0, 1.0]
    assert math.isnan(serving.memory_fit(80, 1, 0, 0, 0)[4])
    assert math.isnan(serving.memory_fit(80, 1, 1, 1, 1, 1, 1.0)[3])
    assert np.isnan(serving.memory_fit([-1, 80, 80], 1, 1, 1, 1, [1, 0, 1.5])).all()
    assert serving.memory_fit([[80.0], [141.0]], 140, [1, 2, 3], 4096, 327_680).shape == (2, 3, 5)


@given(
    st.floats(0, 300),
    st.floats(0, 300),
    st.floats(0, 100),
    st.integers(1, 10),
    st.floats(0, 0.5),
    share,
    st.floats(-0.5, 1),
)
def test_memory_waste_is_the_formula_of_the_equations(memory, needed, price, life, r, fill, growth):
    found = mix.memory_waste(memory, needed, price, life, r, fill, growth, 8)
    crf = -oracle.pmt(r, life, 1.0)
    for year in range(1, life + 1):
        wanted = max(0.0, memory - needed * (1 + growth) ** (year - 1) / fill) * price * crf * 8
        assert found[year - 1] == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_waste_that_lasts_is_worth_the_memory_that_was_paid_for():
    waste = mix.memory_waste(141, 100, 15, 5, 0.1)
    assert oracle.npv(0.1, [0.0, *waste]) == pytest.approx(41 * 15)


def test_limits_of_memory_waste():
    assert mix.memory_waste(80, 80, 15).tolist() == [0.0] * 5
    assert mix.memory_waste(80, 120, 15, 1).tolist() == [0.0]
    assert mix.memory_waste(80, 0, 10, 1, 0.0).tolist() == [800.0]
    assert np.isnan(mix.memory_waste([80, -1], 1, 1, 2, fill=[0.0, 1.0])).all()
    assert mix.memory_waste(np.full((2, 1), 80.0), [1.0, 2.0, 3.0], 15).shape == (2, 3, 5)
    for life in (0, 2.5, 31, 101):
        with pytest.raises(OutOfRange, match=r"life_years is .*; a whole number from 1 to 30"):
            mix.memory_waste(80, 1, 1, life)
    with pytest.raises(ShapeError, match="life_years has 2 values"):
        mix.memory_waste(80, 1, 1, [1, 2])


# -- blends ----------------------------------------------------------------------------------------------------------------

costs = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 1)), min_size=1, max_size=6)


def regret_by_hand(share, flexible, fixed, low, high):
    """The worst regret of a share: in each state against the best of the allowed shares."""
    worst = 0.0
    for a, b in zip(flexible, fixed, strict=True):
        best = min(low * a + (1 - low) * b, high * a + (1 - high) * b)
        worst = max(worst, share * a + (1 - share) * b - best)
    return worst


@given(costs, st.floats(0, 1), st.floats(0, 1))
def test_no_share_of_a_dense_search_is_regretted_less(states, one, other):
    flexible, fixed, odds = (np.array(column) for column in zip(*states, strict=True))
    low, high = sorted((one, other))
    found = {choice.name: choice for choice in mix.blend(flexible, fixed, odds / odds.sum(), low, high)}
    hedge = found["least worst regret"]
    assert low - 1e-12 <= hedge.flexible_share <= high + 1e-12
    for share in np.linspace(low, high, 201):
        assert hedge.worst_regret <= regret_by_hand(share, flexible, fixed, low, high) + 1e-9
        mean = float((odds / odds.sum() * (share * flexible + (1 - share) * fixed)).sum())
        assert found["least expected cost"].expected_cost <= mean + 1e-9
    for choice in found.values():
        assert choice.worst_regret == pytest.approx(
            regret_by_hand(choice.flexible_share, flexible, fixed, low, high), abs=1e-9
        )
        blended = choice.flexible_share * flexible + (1 - choice.flexible_share) * fixed
        assert choice.worst_cost == pytest.approx(blended.max())
        assert choice.expected_cost == pytest.approx(float((odds * blended).sum() / odds.sum()))


def test_the_hedge_balances_the_regrets_of_either_device():
    # by hand: all flexible regrets 1 in the calm state, all fixed 3 in the other; w*1 = (1-w)*3
    hedge = mix.blend(4.0, [3.0, 7.0])[3]
    assert (hedge.flexible_share, hedge.worst_regret) == (0.75, 0.75)


def test_a_blend_over_drift_hedges_with_the_devices_costs():
    gpu = mix.device_cost(30_000, 0.4, 2500, 0.6, 48)
    asic = mix.device_cost(15_000, 0.2, 1800, 0.6, 48, 6, [0.0, 0.15, 0.3])
    hedge = mix.blend(gpu, asic, [0.3, 0.4, 0.3])[3]
    up, down = gpu - asic.min(), asic.max() - gpu
    assert hedge.flexible_share == pytest.approx(down / (up + down))
    assert hedge.worst_regret == pytest.approx(up * down / (up + down))


def test_limits_of_a_blend():
    same = mix.blend(1.0, [1.0, 1.0])
    assert [choice.flexible_share for choice in same] == [1.0, 0.0, 1.0, 1.0]
    assert all(choice.worst_regret == 0.0 for choice in same)
    assert mix.blend(1.0, 2.0)[3].flexible_share == 1.0
    assert mix.blend(2.0, 1.0)[3].flexible_share == 0.0
    assert {choice.flexible_share for choice in mix.blend(2.0, [1.0, 3.0], None, 0.4, 0.4)} == {0.4}


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        (([1.0, 2.0], 1.0, [0.5, 0.4]), OutOfRange, "the 2 probabilities sum to 0.9; a sum of 1 is allowed: add a state of 0.1"),
        (([1.0, 2.0], 1.0, [0.9, 0.2]), OutOfRange, "take 0.1 off"),
        (([1.0, 2.0], 1.0, [1.0]), ShapeError, "there are 1 probabilities for 2 states"),
        (([1.0, 2.0], 1.0, [1.5, -0.5]), OutOfRange, "probabilities, state 2, is -0.5"),
        (([1.0, -2.0], 1.0), OutOfRange, "flexible_cost, state 2, is -2"),
        (([1.0, 2.0], [1.0, 2.0, 3.0]), ShapeError, "flexible_cost has 2 states and fixed_cost 3"),
        ((1.0, 2.0, None, 0.6, 0.4), OutOfRange, "min_share is 0.6 and max_share 0.4"),
        ((1.0, 2.0, None, -0.1), OutOfRange, "min_share is -0.1"),
        (([[1.0, 2.0], [1.0, 2.0]], 1.0), ShapeError, "a series of costs has several rows"),
    ],
)  # fmt: skip
def test_a_blend_says_what_is_wrong(given, error, sentence):
    with pytest.raises(error, match=sentence):
        mix.blend(*given)


# -- fleets ----------------------------------------------------------------------------------------------------------------


def test_a_published_fleet_comes_out():
    # gpu-tco (GitHub, July 2026): 10 M tokens a minute at 70 % on nodes of 8 H200 with 1,760 tokens/s each: 17 nodes, 136.
    found = mix.fleet(10e6 / 60, 1760, 0.70, 8)
    assert found[1:3].tolist() == [136.0, 17.0]
    # and twice the demand needs 34
    assert mix.fleet(20e6 / 60, 1760, 0.70, 8)[2] == 34.0


@given(st.integers(0, 10**7), st.integers(1, 10_000), st.integers(1, 100), st.integers(1, 72), st.integers(1, 18))
def test_a_fleet_is_the_smallest_of_whole_racks_that_carries_the_peak(peak, tps, percent, node, rack):
    needed, bought, nodes, racks, _, busy = mix.fleet(peak, tps, percent / 100, node, rack)
    assert needed == pytest.approx(peak * 100 / (tps * percent))
    group = node * rack
    exact = -(-peak * 100 // (tps * percent * group))  # whole numbers: no rounding at all
    assert racks == exact
    assert (bought, nodes) == (exact * group, exact * rack)
    if peak:
        assert busy == pytest.approx(peak / (bought * tps))
        assert busy <= percent / 100 + 1e-9


def test_limits_of_a_fleet():
    assert mix.fleet(0, 1000)[:4].tolist() == [0.0] * 4
    assert np.isnan(mix.fleet(0, 1000)[4:]).all()
    assert mix.fleet(1, 1e9, 1.0, 8)[1] == 8.0
    assert mix.fleet(1e18, 1.0)[1] >= 1e18
    assert mix.fleet(0.3, 0.1, 1.0, 1)[1] == 3.0  # 0.3/0.1 is a crumb below or above 3
    assert np.isnan(mix.fleet(1000, [0, 10, 10, 10], [1, 0, 1, 1], [8, 8, 0, 2.5])).all()
    assert mix.fleet(1000, 10, 1.0, 1, 1, 0.5)[1] == 200.0
    assert mix.fleet(np.ones((2, 1)), [1.0, 2.0, 3.0]).shape == (2, 3, 6)
