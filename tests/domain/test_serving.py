"""Costs, revenue, curves, rooflines, memory and power against published figures and what must hold for any figures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from accelxl import catalogue
from accelxl.domain import serving
from accelxl.errors import OutOfRange, ShapeError, WrongType

rate = st.floats(1, 1e5)
size = st.floats(1, 1e5)
share = st.floats(0, 1)
money = st.floats(0.01, 100)

# -- cost --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "tps", "cost"), [(2.8, 1000, 2.8 / 3.6), (0.7, 1000, 0.7 / 3.6), (2.8, 500, 2.8 / 1.8)]
)
def test_cost_per_mtok_has_the_figures_of_inferencex(hour, tps, cost):
    # InferenceX-app, chart-utils.test.ts: $2.80 and $0.70 an hour at 1,000 tokens/s, $2.80 at 500 output tokens/s.
    assert serving.cost_per_mtok(hour, tps) == pytest.approx(cost, rel=1e-14)


def test_output_tokens_cost_what_lmsys_published():
    # LMSYS, DeepSeek on 96 H100 (5 May 2025): 22.3 k output tokens/s a node of 8; about $0.20 a million at $2 an hour.
    assert serving.cost_per_mtok(2.0, 22_300 / 8) == pytest.approx(0.20, abs=0.005)


def test_utilization_counts_once():
    assert serving.cost_per_mtok(2.0, 1000, 0.5) == serving.cost_per_mtok(4.0, 1000) == serving.cost_per_mtok(2.0, 500)


def test_no_tokens_have_no_cost():
    assert np.isnan(serving.cost_per_mtok(2.0, [0.0, -1.0])).all()
    assert np.isnan(serving.cost_per_mtok([2.0, -2.0, 2.0], 1000.0, [0.0, 1.0, 1.1])).all()
    assert serving.cost_per_mtok(0.0, 1000) == 0.0
    assert serving.cost_per_mtok(np.ones((3, 1)), [1.0, 2.0]).shape == (3, 2)
    with pytest.raises(WrongType, match="tokens_per_second is 'fast'"):
        serving.cost_per_mtok(2.0, "fast")
    with pytest.raises(ShapeError, match="the shapes do not fit together"):
        serving.cost_per_mtok([1.0, 2.0], [1.0, 2.0, 3.0])


@given(money, rate, rate, size, size, share, share, st.floats(0.01, 1))
def test_the_costs_of_the_kinds_of_tokens_make_up_the_whole(hour, prefill, decode, i, o, hit, work, fill):
    total, missed, cached, output = serving.cost_split(hour, prefill, decode, i, o, hit, work, fill)
    request = serving.cost_per_inference(hour, prefill, decode, i, o, hit, work, fill)
    assert (i * (1 - hit) * missed + i * hit * cached + o * output) / 1e6 == pytest.approx(request, rel=1e-12)
    assert (i + o) * total / 1e6 == pytest.approx(request, rel=1e-12)
    # by the definition: seconds of the accelerator for the request, at the price of its hour
    seconds = i * (1 - hit) / prefill + i * hit * work / prefill + o / decode
    assert request == pytest.approx(hour / 3600 * seconds / fill, rel=1e-12)


@given(money, rate, rate, size, size)
def test_the_total_cost_is_that_of_the_blended_throughput(hour, prefill, decode, i, o):
    blended = serving.blend_tps(i, o, prefill, decode)
    total = serving.cost_split(hour, prefill, decode, i, o)[0]
    assert serving.cost_per_mtok(hour, blended) == pytest.approx(total, rel=1e-12)


def test_limits_of_a_split():
    assert serving.cost_split(3.6, 1000, 1000, 1, 0).tolist() == [1.0, 1.0, 0.0, 1.0]
    assert serving.cost_split(3.6, 1000, 1000, 1, 0, 1.0).tolist() == [0.0, 1.0, 0.0, 1.0]
    assert np.isnan(serving.cost_split(3.6, 1000, 1000, 0, 0)[0])
    assert np.isnan(serving.cost_split(3.6, 1000, 1000, 1, 1, 1.5)).all()
    assert np.isnan(serving.cost_split(3.6, 0, 1000, 1, 1)[1])
    assert math.isnan(serving.cost_per_inference(3.6, 1000, 0, 1, 1))
    assert serving.cost_split(np.ones(5), 1000, [[1], [2]], 1, 1).shape == (2, 5, 4)


def test_blended_throughput_of_the_published_day_is_between_its_two_phases():
    # DeepSeek open-infra-index, day 6: a node does 73,700 input tokens/s (cache hits included) or 14,800 output tokens/s.
    # The time that 608 bn and 168 bn tokens take in those phases is 82 % of the 226.75 nodes' day: the rest stood idle.
    day = catalogue.service_day()
    prefill = day["prefill_tokens_per_second_per_node"].value
    decode = day["decode_tokens_per_second_per_node"].value
    blended = serving.blend_tps(day["input_tokens"].value, day["output_tokens"].value, prefill, decode)
    assert decode < blended < prefill
    busy = 776e9 / blended / (226.75 * 86_400)
    assert busy == pytest.approx((608e9 / 73_700 + 168e9 / 14_800) / (226.75 * 86_400), rel=1e-12)
    assert busy < 1.01


@given(size, size, rate, rate)
def test_a_blend_is_never_above_the_plain_mean(i, o, prefill, decode):
    blended = serving.blend_tps(i, o, prefill, decode)
    mean = (i * prefill + o * decode) / (i + o)
    assert min(prefill, decode) * (1 - 1e-12) <= blended <= mean * (1 + 1e-12)


def test_limits_of_a_blend():
    assert serving.blend_tps(10, 0, 4000, 0) == 4000
    assert serving.blend_tps(0, 10, 0, 1000) == 1000
    assert serving.blend_tps(7, 3, 1000, 1000) == pytest.approx(1000)
    assert math.isnan(serving.blend_tps(0, 0, 1, 1))
    assert math.isnan(serving.blend_tps(1, 1, 0, 1))


def test_a_published_pair_of_phases_blends_to_the_published_cross_check():
    # LMSYS on 96 H100: 6,537.5 input and 2,787.5 output tokens/s an accelerator; the catalogue's note has 5,063 for the
    # mix of the published day (608 input to 168 output).
    assert serving.blend_tps(608, 168, 6537.5, 2787.5) == pytest.approx(5063, abs=1)


def test_an_accepted_answer_costs_its_tries():
    # 10,000 tokens at $3 a million are 3 cents; two in three are accepted, so 1.5 tries: 4.5 cents.
    assert serving.cost_per_task(3.0, 10_000, 2 / 3) == pytest.approx(0.045)
    assert serving.cost_per_task(3.0, 10_000, 1.0, 0.10) == pytest.approx(0.13)
    assert math.isnan(serving.cost_per_task(3.0, 10_000, 0.0))
    assert math.isnan(serving.cost_per_task(3.0, 10_000, 1.2))


def test_reasoning_that_nobody_sees_is_paid_in_every_try():
    # By hand: prompt 1,000, answer 500 and 6,000 tokens of reasoning at $10 a million are 7.5 cents a try; of ten answers
    # four are accepted, so 2.5 tries, each with a look that costs 2 cents: 2.5 * 9.5 cents. Unseen, it would be 8.75.
    assert serving.cost_per_task(10.0, 1_000 + 500 + 6_000, 0.4, 0.02) == pytest.approx(0.2375)
    assert serving.cost_per_task(10.0, 1_000 + 500, 0.4, 0.02) == pytest.approx(0.0875)


@given(money, size, st.floats(0.05, 1), st.integers(1, 30))
def test_giving_up_after_some_tries_changes_no_accepted_answer(price, tokens, accepted, most):
    # E[tries] = sum over k of P(try k happens); answers = P(accepted within `most` tries).
    tries = math.fsum((1 - accepted) ** k for k in range(most))
    answers = 1 - (1 - accepted) ** most
    expected = price * tokens / 1e6 * tries / answers
    assert serving.cost_per_task(price, tokens, accepted) == pytest.approx(expected, rel=1e-9)


# -- revenue -----------------------------------------------------------------------------------------------------------


def test_the_published_day_earns_545_percent_on_cost_and_a_margin_of_84_5():
    # DeepSeek open-infra-index, day 6: $562,027 of theoretical revenue against $87,072, "a cost profit margin of 545 %".
    day = {name: fact.value for name, fact in catalogue.service_day().items()}
    revenue = serving.token_revenue(
        day["input_tokens"] / 1e6, day["output_tokens"] / 1e6, day["price_input_usd_per_mtok"],
        day["price_output_usd_per_mtok"], day["cached_input_tokens"] / day["input_tokens"],
        day["price_cached_usd_per_mtok"],
    )  # fmt: skip
    assert revenue == pytest.approx(562_027, rel=2e-4)  # the token counts are rounded to billions
    cost = day["cost_usd"]
    assert serving.markup(562_027, cost) == pytest.approx(5.45, abs=0.005)
    assert serving.gross_margin(562_027, cost) == pytest.approx(0.845, abs=5e-4)
    price = serving.blended_price(
        608 / 776, day["price_input_usd_per_mtok"], day["price_output_usd_per_mtok"], 342 / 608,
        day["price_cached_usd_per_mtok"],
    )  # fmt: skip
    assert price == pytest.approx(day["price_usd_per_mtok"], abs=5e-7)
    assert price * 776e3 == pytest.approx(revenue, rel=1e-12)


def test_streams_are_priced_apart_as_in_inferencex():
    # InferenceX-app, profit-estimator.test.ts: 800 input tokens/s at $0.5 and 200 output at $2, an hour.
    assert serving.token_revenue(800 * 3600 / 1e6, 200 * 3600 / 1e6, 0.5, 2.0) == pytest.approx(
        (800 * 0.5 + 200 * 2) * 3600 / 1e6
    )


def test_cached_input_without_a_price_of_its_own_is_billed_as_input():
    assert serving.token_revenue(1.0, 0.0, 2.0, 9.0, 0.7) == pytest.approx(2.0)
    assert serving.token_revenue(1.0, 0.0, 2.0, 9.0, 1.0, 0.0) == 0.0
    assert serving.blended_price(1.0, 2.0, 9.0, 0.7) == pytest.approx(2.0)
    assert serving.blended_price(0.0, 2.0, 9.0) == 9.0


@given(st.floats(0.1, 1e3), st.floats(0.1, 1e3))
def test_markup_and_margin_are_two_faces_of_one_profit(revenue, cost):
    margin, over = serving.gross_margin(revenue, cost), serving.markup(revenue, cost)
    assert margin * revenue == pytest.approx(over * cost, rel=1e-9, abs=1e-9 * (revenue + cost))
    assert (1 - margin) * (1 + over) == pytest.approx(1.0, rel=1e-9)


def test_margins_of_nothing_are_nan():
    assert math.isnan(serving.gross_margin(0.0, 1.0))
    assert math.isnan(serving.markup(1.0, 0.0))
    assert math.isnan(serving.token_revenue(-1.0, 1.0, 1.0, 1.0))
    assert math.isnan(serving.token_revenue(1.0, 1.0, 1.0, 1.0, 1.0001))


# -- curve -------------------------------------------------------------------------------------------------------------

distinct = st.lists(st.integers(1, 10_000), min_size=2, max_size=15, unique=True)


@given(distinct, st.data())
def test_a_curve_agrees_with_the_pchip_of_scipy(xs, data):
    x = np.sort(np.array(xs, float))
    tenths = st.integers(-100_000, 100_000).map(lambda n: n / 10)  # SciPy's own slopes overflow on numbers next to 0
    y = np.array(data.draw(st.lists(tenths, min_size=len(x), max_size=len(x))))
    at = np.linspace(x[0], x[-1], 57)
    assert serving.curve(x, y, at) == pytest.approx(PchipInterpolator(x, y)(at), rel=1e-9, abs=1e-7)


@given(distinct, st.data())
def test_a_curve_stays_between_neighbours(xs, data):
    x = np.sort(np.array(xs, float))
    y = np.array(data.draw(st.lists(st.floats(0, 1e4), min_size=len(x), max_size=len(x))))
    at = np.linspace(x[0], x[-1], 101)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    low, high = np.minimum(y[i], y[i + 1]), np.maximum(y[i], y[i + 1])
    read = serving.curve(x, y, at)
    assert np.all((low - 1e-9 * (1 + high) <= read) & (read <= high + 1e-9 * (1 + high)))
    assert serving.curve(x, y, x) == pytest.approx(y, rel=1e-12, abs=1e-9)


def test_the_order_of_the_points_and_blanks_do_not_matter():
    sorted_points = serving.curve([1, 2, 4, 8], [8, 4, 2, 1], [1.5, 6])
    shuffled = serving.curve([4, np.nan, 1, 8, 2], [2, 5, 8, 1, 4], [1.5, 6])
    assert shuffled.tolist() == sorted_points.tolist()


def test_nothing_is_read_outside_the_measured_points():
    with pytest.raises(OutOfRange, match=r"x is 9; the measured range is 1 to 8, and nothing is read outside it"):
        serving.curve([1, 2, 8], [8, 4, 1], 9)
    assert np.isnan(serving.curve([1, 2, 8], [8, 4, 1], [0.999, 1, 8, 8.001])).tolist() == [True, False, False, True]
    with pytest.raises(OutOfRange, match=r"target is 300; the measured range is 75 to 120"):
        serving.goodput([75, 120], [5790, 3988], 300)


def test_a_single_point_is_read_at_itself_only():
    assert serving.curve([5], [7], 5) == 7
    with pytest.raises(OutOfRange, match="the measured range is 5 to 5"):
        serving.curve([5], [7], 5.1)


def test_each_row_of_curves_is_read_at_its_own_place():
    x, y = [[1, 2, 3], [10, 20, 30]], [[3, 2, 1], [6, 5, 4]]
    assert serving.curve(x, y, [2, 30]).tolist() == [2, 4]
    assert serving.curve(x[0], y, 2).tolist() == [2, 5]
    assert np.isnan(serving.curve(x, y, [2, 5])).tolist() == [False, True]
    with pytest.raises(ShapeError, match="one place, or one a curve"):
        serving.curve(x, y, [1, 2, 3])


@pytest.mark.parametrize(
    ("x", "y", "error", "sentence"),
    [
        ([1, 2], [1, 2, 3], ShapeError, r"2 points have an x and 3 a y"),
        ([np.nan], [1], ShapeError, r"the curve has no point"),
        ([1, 1], [1, 2], OutOfRange, r"two points have x = 1"),
        ([1, np.inf], [1, 2], OutOfRange, r"a point of the curve is infinite"),
        ([1, "fast"], [1, 2], WrongType, r"x_points"),
    ],
)
def test_points_that_make_no_curve_are_named(x, y, error, sentence):
    with pytest.raises(error, match=sentence):
        serving.curve(x, y, 1)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=25))
def test_a_front_is_the_points_that_none_beats(points):
    front = serving.pareto_front(*np.array(points, float).T).tolist()
    expected = {(x, y) for x, y in points if not any(a >= x and b >= y and (a, b) != (x, y) for a, b in points)}
    assert {tuple(point) for point in front} == expected
    assert front == sorted(front)


def test_goodput_is_read_on_the_front_of_a_measured_curve():
    # gpu-tco, from SemiAnalysis InferenceX: DeepSeek R1 on GB200, 5,790 tokens/s at 75 tokens/s a user, 3,988 at 120.
    fact = catalogue.spec("GB200", "tokens_per_second_interactive")
    assert (fact.low, fact.value) == (3988, 5790)
    x, y = [75, 120, 90], [fact.value, fact.low, 3000]  # a third setting that the others beat
    assert serving.goodput(x, y, [75, 120]).tolist() == [5790, 3988]
    assert serving.goodput(x, y, 97.5) == pytest.approx((5790 + 3988) / 2)
    assert serving.goodput(x, y, 75, [0.5, 1.0, 1.5]).tolist()[:2] == [2895, 5790]
    assert math.isnan(serving.goodput(x, y, 75, 1.5))


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 9000)), min_size=2, max_size=20, unique_by=lambda p: p[0])
)
def test_a_stricter_target_never_gets_more_throughput(points):
    x, y = np.array(points, float).T
    front = serving.pareto_front(x, y)
    read = serving.goodput(x, y, np.linspace(front[0, 0], front[-1, 0], 50))
    assert np.all(np.diff(read) <= 1e-9 * y.max())


def test_a_negative_measurement_is_refused():
    with pytest.raises(OutOfRange, match="throughput holds -5"):
        serving.pareto_front([1, 2], [5, -5])


# -- roofline ----------------------------------------------------------------------------------------------------------

GPT_FAST = [  # gpt-fast README, 8 A100-80GB: accelerators, tokens/s, GB/s that each accelerator reads; one sequence
    (1, 104.9, 1397.31), (1, 155.58, 1069.20), (1, 196.80, 862.69), (1, 19.13, 1322.58), (1, 25.25, 1097.66),
    (2, 168.84, 1181.99), (4, 254.02, 955.83), (8, 328.43, 704.10), (2, 21.32, 1481.87), (4, 38.01, 1340.76),
    (8, 62.50, 1135.29), (8, 80.44, 752.04), (8, 90.77, 548.10),
]  # fmt: skip
A100_TB_S, A100_PFLOPS, H100_TB_S, H100_FP8 = 2.039, 0.312, 3.35, 1.979


@pytest.mark.parametrize(("n", "measured", "gb_s"), GPT_FAST)
def test_measured_decode_of_one_sequence_lies_inside_the_stated_error(n, measured, gb_s):
    weights = gb_s / measured  # GB that each accelerator reads for a token
    low, mid, high = serving.decode_roofline(1 / n, 5, 7, weights, 0.0, A100_TB_S, A100_PFLOPS)
    assert low <= measured / n <= high
    assert low < mid < high


def test_measured_decode_of_a_large_batch_lies_inside_the_stated_error():
    # LMSYS on 96 H100: 2,787.5 tokens/s an accelerator, 256 sequences of 2,000 tokens each, 72 accelerators. DeepSeek V3
    # has 671 B parameters, 654 B of them in 256 experts a layer; 288 experts on 72 accelerators and the rest on each: 27 GB
    # in FP8. Its cache takes 61 layers * 576 values * 2 bytes = 70,272 bytes a token.
    kv = serving.kv_bytes_per_token(61, 1, 288)
    assert kv == 70_272
    low, _, high = serving.decode_roofline(256, 2000, 37, 27.2, kv, H100_TB_S, H100_FP8)
    assert low <= 2787.5 <= high


@pytest.mark.parametrize(
    ("n", "peak", "measured"),
    [
        (37, H100_FP8, 6537.5),  # LMSYS on 96 H100, 2,000-token inputs
        (37, H100_FP8, 73_700 / 8 * (1 - 342 / 608)),  # DeepSeek's published day, tokens that missed the cache
        (540, 0.275, 0.76 * 0.275e15 / (2 * 540e9)),  # Pope et al.: 76 % MFU in prefill, PaLM 540B on TPU v4
    ],
)
def test_measured_prefill_lies_inside_the_stated_error(n, peak, measured):
    low, _, high = serving.prefill_roofline(n, peak)
    assert low <= measured * (1 + 1e-12) <= high * (1 + 2e-12)


def test_a_roofline_by_hand():
    # Memory: (20 GB + 10 * 1000 * 100 kB = 1 GB) / 3 TB/s = 7 ms. Arithmetic: 2 * 10e9 * 10 / 1e15 = 0.2 ms. 10 / 7 ms.
    assert serving.decode_roofline(10, 1000, 10, 20, 1e5, 3.0, 1.0, 0, 0.5, 1).tolist() == pytest.approx(
        [0, 0.5 * 10 / 0.007, 10 / 0.007]
    )
    # Batch 1,000 of no context: memory 20 / 3000 = 6.7 ms, arithmetic 20 ms: 50,000 tokens/s.
    assert serving.decode_roofline(1000, 0, 10, 20, 1e5, 3.0, 1.0, 0, 0.5, 1)[2] == pytest.approx(50_000)
    assert serving.prefill_roofline(10, 1.0, 0, 0.5, 1).tolist() == pytest.approx([0, 25_000, 50_000])


@given(st.floats(1, 2000), st.floats(0, 1e5), st.floats(1, 1000), st.floats(1, 150), st.floats(1e3, 1e6))
def test_no_estimate_exceeds_either_roof(batch, context, n, weights, kv):
    high = serving.decode_roofline(batch, context, n, weights, kv, 3.35, 1.979, 1, 1, 1)[2]
    assert serving.mfu_inference(n, high, 1.979) <= 1 + 1e-9
    assert high / batch * (weights + batch * context * kv / 1e9) <= 3350 * (1 + 1e-9)


def test_limits_of_a_roofline():
    assert np.isnan(serving.decode_roofline(1, 0, 0, 0, 0, 1, 1)).all()
    assert np.isnan(serving.decode_roofline(1, 1, 1, 1, 1, 0, 1)).all()
    assert np.isnan(serving.decode_roofline(1, 1, 1, 1, 1, 1, 1, 0.1, 0.2, 1.3)).all()
    assert np.isnan(serving.prefill_roofline(0, 1)).all()
    assert serving.decode_roofline(0, 1, 1, 1, 1, 1, 1).tolist() == [0, 0, 0]
    assert serving.decode_roofline([1, 2], 1, 1, 1, 1, 1, [[1], [2], [3]]).shape == (3, 2, 3)


def test_mfu_of_published_runs():
    # PaLM (2022), appendix B: 238.3 k tokens/s on 6,144 TPU v4 of 275 TFLOP/s, 45.7 % without attention.
    hours = 6144 * 1e9 / 238.3e3 / 3600  # of a billion tokens
    assert serving.mfu_training(540, 1, hours, 0.275) == pytest.approx(0.457, abs=5e-4)
    # Llama 3 (2024), table 4: 430 TFLOP/s on an H100 of 989 is 43 % MFU; tokens/s = 430e12 / (6 * 405e9).
    per_token = 1e9 / (430e12 / (6 * 405e9)) / 3600
    assert serving.mfu_training(405, 1, per_token, 0.989) == pytest.approx(0.43, abs=0.005)
    assert math.isnan(serving.mfu_training(1, 1, 0, 1))
    assert math.isnan(serving.mfu_inference(1, 1, 0))


@given(st.floats(1, 1000), st.floats(0.1, 5), st.floats(0.01, 1))
def test_a_prefill_estimate_has_the_mfu_of_its_efficiency(n, peak, efficiency):
    tps = serving.prefill_roofline(n, peak, efficiency, efficiency, efficiency)[0]
    assert serving.mfu_inference(n, tps, peak) == pytest.approx(efficiency, rel=1e-12)


# -- memory ------------------------------------------------------------------------------------------------------------


def test_the_cache_of_published_models():
    # draft-calabria-bmwg-ai-fabric-inference-bench, appendix: 80 layers, 8 heads of 128, 4,096 tokens in 16 bits.
    assert serving.kv_bytes_per_token(80, 8, 128) * 4096 == 1_342_177_280
    # Llama 2 7B: 32 layers, 32 heads of 128: half a MiB a token, 1.07 GB for 2,048.
    assert serving.kv_bytes_per_token(32, 32, 128) == 524_288
    assert serving.kv_bytes_per_token(32, 32, 128) * 2048 == pytest.approx(1.07e9, rel=0.005)
    assert serving.kv_bytes_per_token(80, 8, 128, 1) == serving.kv_bytes_per_token(80, 8, 128) / 2


@given(st.floats(1, 300), st.floats(0, 100), st.integers(1, 200_000), st.floats(1e3, 1e6), st.floats(0, 0.5))
def test_the_batch_that_fits_fits_and_one_more_does_not(memory, weights, context, kv, headroom):
    batch = serving.batch_that_fits(memory, weights, context, kv, headroom)
    spare = serving.memory_spare_gb(memory, weights, [batch, batch + 1], context, kv, headroom * memory)
    tolerance = 1e-9 * (memory + weights)
    if batch > 0:
        assert spare[0] >= -tolerance
    assert spare[1] < tolerance


def test_memory_by_hand():
    # 35 GB of weights, 32 sequences of 4,096 tokens at 81,920 bytes (10.7 GB) and 6 GB: 51.7 GB of 80.
    assert serving.memory_needed_gb(35, 32, 4096, 81_920, 6) == pytest.approx(35 + 32 * 4096 * 81_920 / 1e9 + 6)
    assert serving.memory_spare_gb(80, 35, 32, 4096, 81_920, 6) == pytest.approx(28.26, abs=0.005)
    assert serving.batch_that_fits(80, 100, 4096, 81_920) == 0.0
    assert math.isnan(serving.batch_that_fits(80, 35, 0, 81_920))
    assert math.isnan(serving.kv_bytes_per_token(80.5, 8, 128))
    assert math.isnan(serving.memory_needed_gb(-1, 1, 1, 1))


# -- power -------------------------------------------------------------------------------------------------------------


def test_power_figures_are_those_of_inferencex():
    # InferenceX-app, chart-utils.test.ts: 1,000 * 1,000 / 700 tokens/s a MW and 700 * 1,000 / 2,000 J a token, at a tenth of power and
    # tokens: 700 kW an accelerator is refused.
    assert serving.per_gw(70, 100, 0, 0)[1] == pytest.approx(1000 * 1000 / 700)
    assert serving.energy_per_token(70, 200) == pytest.approx(350)
    assert np.isnan(serving.energy_per_token(700, 2000))


def test_a_gw_year_is_that_of_inferencex():
    # InferenceX-app, profit-estimator.test.ts: B200 at 1.71 kW and $1.73 an hour, 1,000 tokens/s at $1: $3.60 an hour.
    hours = 1_000_000 / 1.71 * 8760
    count, _, _, revenue, cost, profit = serving.per_gw(1.71, 1000, 1.0, 1.73)
    assert count * 8760 == pytest.approx(hours)
    assert (revenue, cost, profit) == pytest.approx((3.6 * hours, 1.73 * hours, (3.6 - 1.73) * hours))
    # 60 % filled, 30 % of the revenue to the model's owner: the fee is owed on revenue, compute is paid whatever the fill
    part = serving.per_gw(1.71, 1000, 1.0, 1.73, 0.6, 0.3)
    assert part[3] == pytest.approx(0.6 * revenue)
    assert part[5] == pytest.approx((3.6 * 0.6 - 1.73 - 3.6 * 0.6 * 0.3) * hours)


@given(st.floats(0.1, 5), rate, money, money, st.floats(0.01, 1), share, st.floats(1, 2))
def test_figures_of_a_gw_agree_with_each_other(power, tps, price, cost, fill, cut, pue):
    count, per_mw, joule, revenue, spent, profit = serving.per_gw(power, tps, price, cost, fill, cut, pue)
    assert per_mw * joule == pytest.approx(1e6, rel=1e-12)
    assert count * power * pue == pytest.approx(1e6, rel=1e-12)
    assert revenue == pytest.approx(per_mw * 1000 * 8760 * 3600 / 1e6 * price, rel=1e-12)
    assert profit == pytest.approx(revenue - spent, rel=1e-9, abs=1e-9 * revenue)
    assert serving.energy_per_token(power, tps, fill, pue) == pytest.approx(joule, rel=1e-12)


def test_limits_of_a_gw():
    assert np.isnan(serving.per_gw(0, 1, 1, 1)).all()
    assert np.isnan(serving.per_gw(1, 0, 1, 1)).tolist() == [False, False, True, False, False, False]
    assert math.isnan(serving.energy_per_token(1, 0))
    assert math.isnan(serving.energy_per_token(1, 1, 1, 0.9))
    assert serving.per_gw(np.ones((2, 1)), np.ones(3), 1, 1).shape == (2, 3, 6)
