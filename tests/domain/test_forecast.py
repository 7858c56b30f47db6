"""Rolling forecasts, variances, mix targets and gated tranches against published examples and what must hold."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain import demand, forecast
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType

# -- variance ----------------------------------------------------------------------------------------------------------


def test_mix_and_quantity_are_those_of_a_published_example():
    # OpenTuition, "Sales quantity variance": budget 500 A at a contribution of 5 and 500 B at 10, actual 550 and 650:
    # quantity 1,500 F, mix 250 F, volume 1,750 F.
    found = forecast.variance([500, 500], 1.0, [5.0, 10.0], [550, 650], 1.0, [5.0, 10.0]).sum(axis=0)
    assert dict(zip(forecast.VARIANCE_LINES, found.tolist(), strict=True)) == {
        "volume": 1500.0, "mix": 250.0, "utilization": 0.0, "price": 0.0,
    }  # fmt: skip


def test_a_second_published_example_with_unequal_budget_shares():
    # OpenTuition, "variances F5": 7,000 X at 9 and 3,000 Y at 12, actual 8,000 and 7,000: mix 7,500 F, quantity 49,500 F.
    volume, mix, *_ = forecast.variance([7000, 3000], 1.0, [9.0, 12.0], [8000, 7000], 1.0, [9.0, 12.0]).sum(axis=0)
    assert (volume, mix) == pytest.approx((49_500, 7_500))


def test_volume_utilization_and_price_by_hand():
    # One product: 20 more units at 0.5 * 2, a tenth more of 120 at 2, half a dollar less on 120 * 0.6: 20 + 24 - 36.
    found = forecast.variance([100], [0.5], [2.0], [120], [0.6], [1.5]).sum(axis=0)
    assert dict(zip(forecast.VARIANCE_LINES, found.tolist(), strict=True)) == pytest.approx(
        {"volume": 20.0, "mix": 0.0, "utilization": 24.0, "price": -36.0}
    )
    assert found.sum() == pytest.approx(120 * 0.6 * 1.5 - 100 * 0.5 * 2)


count = st.integers(0, 10**6)
fill = st.integers(0, 64).map(lambda n: n / 64)
price = st.integers(-1000, 1000).map(lambda n: n / 8)
products = st.lists(st.tuples(count, fill, price, count, fill, price), min_size=1, max_size=6)


@given(products.filter(lambda rows: sum(row[0] for row in rows) > 0))
def test_the_variances_add_up_to_actual_less_plan(rows):
    found = forecast.variance(*map(list, zip(*rows, strict=True)))
    exact = [tuple(map(Fraction, row)) for row in rows]
    gap = sum(ca * ua * pa - cp * up * pp for cp, up, pp, ca, ua, pa in exact)
    scale = sum(
        abs(ca * ua * pa) + abs(ca * ua * pp) + abs(ca * up * pp) + abs(cp * up * pp)
        for cp, up, pp, ca, ua, pa in exact
    )
    whole, plan = sum(row[3] for row in exact), sum(row[0] for row in exact)
    scale += whole * sum(abs(up * pp) * cp / plan for cp, up, pp, *_ in exact)
    assert math.fsum(found.reshape(-1)) == pytest.approx(float(gap), abs=float(scale) * 1e-14)
    mix = sum((ca - whole * cp / plan) * up * pp for cp, up, pp, ca, _, _ in exact)
    assert found[:, 1].sum() == pytest.approx(float(mix), abs=float(scale) * 1e-13)


@given(products.filter(lambda rows: sum(row[0] for row in rows) > 0))
def test_a_plan_that_came_true_has_no_variance_and_one_that_only_grew_has_volume_alone(rows):
    plan = [list(column) for column in list(zip(*rows, strict=True))[:3]]
    assert not forecast.variance(*plan, *plan).any()
    grown = forecast.variance(*plan, [2 * c for c in plan[0]], *plan[1:])
    scale = 1e-12 * sum(abs(c * p) for c, _, p in zip(*plan, strict=True))
    assert grown[:, 1:] == pytest.approx(np.zeros((len(rows), 3)), abs=scale)


def test_a_product_that_the_plan_lacks_is_mix():
    found = forecast.variance([100, 0], 1.0, [10.0, 4.0], [50, 50], 1.0, [10.0, 4.0])
    assert found.sum(axis=0).tolist() == [0.0, -300.0, 0.0, 0.0]


def test_variances_of_several_periods_are_taken_one_by_one():
    actual = [[550, 650], [500, 500]]
    found = forecast.variance([500, 500], 1.0, [5.0, 10.0], actual, 1.0, [5.0, 10.0])
    assert found.shape == (2, 2, 4)
    assert found[0].tolist() == forecast.variance([500, 500], 1.0, [5.0, 10.0], actual[0], 1.0, [5.0, 10.0]).tolist()
    assert not found[1].any()


@pytest.mark.parametrize(
    ("cells", "error", "sentence"),
    [
        (([0, 0], 1.0, 1.0, [1, 1], 1.0, 1.0), OutOfRange, "plan_capacity sums to 0, so the plan has no mix"),
        (([1, 1], 1.2, 1.0, [1, 1], 1.0, 1.0), OutOfRange, "plan_utilization, product 1, is 1.2; a number from 0 to 1"),
        (
            ([1, 1], 1.0, 1.0, [1, -1], 1.0, 1.0),
            OutOfRange,
            "actual_capacity, product 2, is -1; a number of at least 0",
        ),
        (([1, 1], 1.0, [1.0, math.nan], [1, 1], 1.0, 1.0), OutOfRange, "plan_price, product 2, is nan"),
        (([1, 1], 1.0, 1.0, [1, 1, 1], 1.0, 1.0), ShapeError, "plan_capacity 2, .*actual_capacity 3"),
        (([1, 1], 1.0, "x", [1, 1], 1.0, 1.0), WrongType, "plan_price is 'x'"),
    ],
)
def test_a_bad_figure_of_a_variance_is_named(cells, error, sentence):
    with pytest.raises(error, match=sentence):
        forecast.variance(*cells)


# -- rolling forecast --------------------------------------------------------------------------------------------------

PLAN = [100.0, 110.0, 120.0, 130.0, 140.0]
MONTHS = [1, 2, 3, 4, 5]
figure = st.floats(0.1, 1e6)


@given(st.lists(figure, min_size=1, max_size=12), st.data(), st.sampled_from(["ratio", "shift", "trend", "plan"]))
def test_actuals_stay_and_there_is_a_figure_for_every_period(plan, data, method):
    known = data.draw(st.lists(figure, min_size=2 if method == "trend" and len(plan) > 1 else 0, max_size=len(plan)))
    if method == "trend" and len(known) < 2:
        return
    found = forecast.roll(list(range(len(plan))), plan, known, method)
    assert found.values[: len(known)].tolist() == known
    assert len(found.values) == len(plan)
    assert np.isfinite(found.values).all()


@given(st.lists(figure, min_size=2, max_size=12), st.integers(0, 12), st.sampled_from(["ratio", "shift", "plan"]))
def test_a_plan_that_comes_true_stays(plan, known, method):
    found = forecast.roll(list(range(len(plan))), plan, plan[:known], method)
    assert found.values == pytest.approx(plan)


def test_a_forecast_stops_at_what_the_driver_can_be():
    assert forecast.roll(MONTHS, [3.0, 3.0, 1.0, 0.5, 4.0], [1.0, 1.0], "shift").values[2:].tolist() == [0.0, 0.0, 2.0]
    found = forecast.roll(MONTHS, [0.5, 0.6, 0.8, 0.9, 1.0], [0.6, 0.72], "ratio", high=1.0)
    assert found.values.tolist() == pytest.approx([0.6, 0.72, 0.96, 1.0, 1.0])
    margins = forecast.roll(MONTHS, [-1.0, 1.0, 1.0, 1.0, 1.0], [-3.0, 0.0], "shift")
    assert margins.values[2:].tolist() == [-0.5, -0.5, -0.5]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"actuals": [5.0, -1.0]},
            r"actuals of 2 are -1; a figure of at least 0 is allowed: mend it, or give low and high",
        ),
        ({"actuals": [1.2], "high": 1.0}, r"plan of 1 are 100; a figure from 0 to 1 is allowed"),
        ({"actuals": [1.0], "low": 2.0, "high": 1.0}, r"low is 2 and high 1; a low of at most the high is allowed"),
    ],
)
def test_a_figure_that_the_driver_cannot_be_is_refused(given, says):
    with pytest.raises(OutOfRange, match=says):
        forecast.roll(MONTHS, PLAN, **given)


def test_the_ratio_is_that_of_sums_and_the_shift_that_of_means():
    found = forecast.roll(MONTHS, PLAN, [80.0, 121.0], "ratio")
    assert found.figure == pytest.approx(201 / 210)
    assert found.values[2:].tolist() == pytest.approx([x * 201 / 210 for x in PLAN[2:]])
    assert forecast.roll(MONTHS, PLAN, [80.0, 121.0], "shift").values[2:].tolist() == pytest.approx(
        [115.5, 125.5, 135.5]
    )
    assert forecast.roll(MONTHS, PLAN, [80.0, 121.0], "ratio", 1).figure == pytest.approx(1.1)


@given(st.lists(figure, min_size=2, max_size=10), st.integers(0, 5))
def test_the_trend_is_the_least_squares_line_of_the_logarithms(known, ahead):
    t = list(range(len(known) + ahead))
    found = forecast.roll(t, [1.0] * len(t), known, "trend")
    slope, level = np.polyfit(t[: len(known)], np.log(known), 1)  # NumPy's own least squares judges
    assert found.figure == pytest.approx(math.expm1(slope), abs=1e-9, rel=1e-7)
    assert found.values[len(known) :] == pytest.approx(np.exp(level + slope * np.array(t[len(known) :])), rel=1e-6)


def test_a_trend_goes_on_at_the_growth_of_its_actuals():
    found = forecast.roll([2020, 2021, 2022, 2024], [1.0] * 4, [100.0, 150.0, 225.0], "trend")
    assert found.figure == pytest.approx(0.5)
    assert found.values[3] == pytest.approx(225 * 1.5**2)  # two years on: periods need not be evenly spaced


def test_a_spliced_curve_follows_the_actuals():
    curve = demand.logistic([0, 1, 2, 3], 80.0, 2.0, 1.0)
    found = forecast.splice([0, 1, 2, 3], PLAN[:4], [9.0, 21.0], curve)
    assert found.tolist() == [9.0, 21.0, *curve[2:].tolist()]
    with pytest.raises(ShapeError, match="the curve has 3 figures for 4 periods"):
        forecast.splice([0, 1, 2, 3], PLAN[:4], [9.0], curve[:3])


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        (
            {"actual_periods": [1, 3]},
            OutOfRange,
            "actuals have no figure for 2, but for 3; give it, or leave the later ones out",
        ),
        (
            {"actual_periods": [1, 1]},
            OutOfRange,
            "actuals have 1 twice, at places 1 and 2; one figure a period is allowed",
        ),
        ({"actual_periods": [1, 7]}, OutOfRange, "actuals have 7, which is not a period of the plan"),
        ({"actual_periods": [2, 3]}, OutOfRange, "actuals have no figure for 1, but for 2"),
        ({"actual_periods": [1]}, ShapeError, "1 actual periods for 2 actuals"),
        ({"actuals": [1.0, math.nan]}, OutOfRange, r"actuals, period 2 \(2\), is blank"),
        ({"actuals": [1.0] * 6}, ShapeError, "6 actuals for 5 periods"),
        ({"periods": [1, 2, 2, 3, 4]}, OutOfRange, "periods, place 3: 2 stands twice"),
        ({"periods": [1, 2, 5, 3, 4]}, OutOfRange, "periods, place 4: 3 follows 5"),
        ({"periods": [1, 2]}, ShapeError, "2 periods for 5 figures of the plan"),
        ({"method": "magic"}, UnknownName, "method is 'magic'"),
        ({"method": "trend", "actuals": [5.0]}, ShapeError, "a trend needs two actuals or more; 1 is given"),
        ({"method": "trend", "actuals": [5.0, 0.0]}, OutOfRange, "actuals of 2 are 0; a trend needs figures above 0"),
        (
            {"plan": [0.0] * 5},
            OutOfRange,
            "the plan sums to 0 over the last 2 periods with actuals; use shift, trend or plan",
        ),
        ({"window": 0}, OutOfRange, "window is 0"),
    ],
)
def test_actuals_with_gaps_or_doubles_are_refused_by_name(changed, error, sentence):
    given = {"periods": MONTHS, "plan": PLAN, "actuals": [90.0, 99.0], **changed}
    with pytest.raises(error, match=sentence):
        forecast.roll(**given)


def test_a_date_is_named_as_a_date():
    with pytest.raises(OutOfRange, match="no figure for 2026-02-01, but for 2026-03-01"):
        forecast.roll([46023, 46054, 46082], [1.0, 1.0, 1.0], [1.0, 1.0], actual_periods=[46023, 46082])


# -- mix targets -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 5000), st.integers(-500, 500)), min_size=1, max_size=6))
def test_the_mix_variance_is_what_the_same_units_would_have_brought_at_target(rows):
    weights, units, values = map(list, zip(*rows, strict=True))
    if not sum(units):
        return
    targets = [w / sum(weights) for w in weights]
    found = forecast.mix_target(targets, units, values)
    exact = sum(Fraction(u) * v for u, v in zip(units, values, strict=True))
    exact -= sum(units) * sum(Fraction(w, sum(weights)) * v for w, v in zip(weights, values, strict=True))
    assert found.variance.sum() == pytest.approx(float(exact), abs=1e-9 * sum(units) * 500)
    assert found.units_off.sum() == pytest.approx(0, abs=1e-9 * sum(units))
    assert 0 <= found.moved <= 1 + 1e-12


def test_a_mix_variance_is_that_of_the_published_example():
    # OpenTuition, "variances F5": standard mix 7 to 3, sold 8,000 and 7,000 at contributions of 9 and 12: 7,500 F.
    assert forecast.mix_target([0.7, 0.3], [8000, 7000], [9.0, 12.0]).variance.sum() == pytest.approx(7500)


def test_quarters_are_rows_and_one_on_target_has_no_gap():
    found = forecast.mix_target([[0.5, 0.5], [0.25, 0.75]], [[10, 10], [10, 10]])
    assert found.gap.tolist() == [[0.0, 0.0], [0.25, -0.25]]
    assert found.moved.tolist() == [0.0, 0.25]


@pytest.mark.parametrize(
    ("cells", "error", "sentence"),
    [
        (([0.7, 0.2], [1, 1]), OutOfRange, "the targets sum to 0.9; a sum of 1 is allowed"),
        (([[1.0, 0.0], [0.7, 0.2]], [[1, 1], [1, 1]]), OutOfRange, "the targets of quarter 2 sum to 0.9"),
        (([1.5, -0.5], [1, 1]), OutOfRange, "targets, device 1, is 1.5"),
        (([[0.5, 0.5]], [[1, -1]]), OutOfRange, "units, quarter 1, device 2, is -1"),
        (([0.5, 0.5], [0, 0]), OutOfRange, "units sum to 0, so there is no mix"),
        (([0.5, 0.5], [1, 1, 1]), ShapeError, "a share and a count"),
    ],
)
def test_a_target_that_cannot_be_met_is_refused(cells, error, sentence):
    with pytest.raises(error, match=sentence):
        forecast.mix_target(*cells)


# -- gated tranches ----------------------------------------------------------------------------------------------------


def test_a_published_decision_tree_has_its_expected_npv():
    # Brigham and Houston, Fundamentals of Financial Management, solution 12-10: 10,000 now; with 60 % 500,000 in a year;
    # with 80 % 1,000,000 in two, else 100,000 back; then 3.0 or 1.5 million at evens in three. At 12 %: 117,779.
    v = [1.12**-year for year in range(4)]
    worth = [-10_000, -500_000 * v[1], -1_000_000 * v[2] + 0.5 * (3_000_000 + 1_500_000) * v[3]]
    found = forecast.unlock([1.0, 0.6, 0.8], worth, [0.0, 0.0, 100_000 * v[2]])
    assert found.npv == pytest.approx(117_779, abs=0.5)
    assert found.start == (True, True, True)
    assert found.reached.tolist() == pytest.approx([1.0, 0.6, 0.48])


def by_tree(chance, worth, missed, k=0):
    """Best expected value by walking the tree: at each gate that is met, go on or stop."""
    if k == len(chance):
        return 0
    go = worth[k] + by_tree(chance, worth, missed, k + 1)
    return chance[k] * max(go, missed[k]) + (1 - chance[k]) * missed[k]


def by_policy(chance, worth, missed, stop):
    """Expected value of a policy that stops at gate `stop` even where its milestone is met."""
    value, here = 0, 1
    for k in range(len(chance)):
        begun = here * chance[k] if k != stop else 0
        value += begun * worth[k] + (here - begun) * missed[k]
        here = begun
    return value


share = st.integers(0, 20).map(lambda n: Fraction(n, 20))
worths = st.integers(-1000, 1000).map(Fraction)


@given(st.lists(st.tuples(share, worths, st.integers(-100, 100).map(Fraction)), min_size=1, max_size=6))
def test_a_gated_npv_is_the_best_of_all_policies(rows):
    chance, worth, missed = zip(*rows, strict=True)
    found = forecast.unlock(*([float(x) for x in column] for column in (chance, worth, missed)))
    assert found.npv == pytest.approx(float(by_tree(chance, worth, missed)), abs=1e-9)
    best = max(by_policy(chance, worth, missed, stop) for stop in range(len(rows) + 1))
    assert found.npv == pytest.approx(float(best), abs=1e-9)
    assert found.npv_all == pytest.approx(float(by_policy(chance, worth, missed, None)), abs=1e-9)
    assert found.right_to_stop >= -1e-9
    assert found.contribution.sum() == pytest.approx(found.npv, abs=1e-9)


def test_a_tranche_that_does_not_pay_is_not_started_and_nothing_after_it():
    found = forecast.unlock([1.0, 0.5, 1.0], [20.0, -100.0, 50.0])
    assert found.start == (True, False, True)
    assert (found.npv, found.npv_all, found.right_to_stop) == (20.0, -5.0, 25.0)
    assert found.reached.tolist() == [1.0, 0.5, 0.0]
    assert forecast.unlock([1.0], [-1.0]).npv == 0.0
    assert forecast.unlock(1.0, 5.0).npv == 5.0


@pytest.mark.parametrize(
    ("cells", "error", "sentence"),
    [
        (([1.0, 1.2], [1.0, 1.0]), OutOfRange, "probabilities, tranche 2, is 1.2; a number from 0 to 1"),
        (([1.0], [math.nan]), OutOfRange, "npv_usd, tranche 1, is nan"),
        (([1.0, 0.5], [1.0]), ShapeError, "2 probabilities, 1 npvs"),
        (([1.0, "half"], [1.0, 1.0]), WrongType, "probabilities holds 'half'"),
    ],
)
def test_a_gate_without_its_figures_is_named(cells, error, sentence):
    with pytest.raises(error, match=sentence):
        forecast.unlock(*cells)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.integers(0, 9), st.integers(1, 4))
def test_a_milestone_is_the_first_run_at_or_beyond_its_threshold(actuals, threshold, hold):
    found = forecast.milestone(actuals, threshold, hold)
    runs = [k + 1 for k in range(hold - 1, len(actuals)) if all(x >= threshold for x in actuals[k - hold + 1 : k + 1])]
    assert (found == runs[0]) if runs else math.isnan(found)


def test_a_milestone_may_be_a_ceiling_and_its_periods_may_have_names():
    assert forecast.milestone([3.0, 2.0, 0.9], 1.0, side="at most", periods=[2026, 2027, 2028]) == 2028
    for changed, error, sentence in (
        ({"side": "below"}, UnknownName, "side is 'below'"),
        ({"hold": 0}, OutOfRange, "hold is 0"),
        ({"periods": [1]}, ShapeError, "1 periods for 3 actuals"),
        ({"actuals": [1.0, math.nan]}, OutOfRange, "actuals, period 2, is blank"),
    ):
        with pytest.raises(error, match=sentence):
            forecast.milestone(**{"actuals": [1.0, 2.0, 3.0], "threshold": 1.0, **changed})


def test_every_order_of_products_gives_the_same_totals():
    rows = [(100, 0.5, 3.0, 80, 0.6, 2.5), (40, 0.9, 7.0, 90, 0.7, 8.0), (10, 1.0, 1.0, 30, 0.2, 4.0)]
    totals = {
        tuple(forecast.variance(*map(list, zip(*(rows[k] for k in order), strict=True))).sum(axis=0).round(9).tolist())
        for order in product(range(3), repeat=3) if len(set(order)) == 3
    }  # fmt: skip
    assert len(totals) == 1
