"""Tokens, fleets, crossover, adoption, erosion and learning against published figures and textbook definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from accelxl import catalogue
from accelxl.domain import demand
from accelxl.errors import NoSolution, OutOfRange, ShapeError, UnknownName, WrongType

# -- tokens ------------------------------------------------------------------------------------------------------------


def test_tokens_of_a_month_by_hand():
    # 2,000,000 users, a quarter active, 12 requests a day of 800 tokens: 4.8e9 tokens a day, 730/24 days a month.
    assert demand.tokens(2e6, 12, 800, 0.25) == pytest.approx(4800 * 730 / 24)


def test_a_published_rate_of_tokens_is_a_volume_and_back():
    # OpenAI DevDay, October 2025: 6 billion tokens a minute over the API, so 100 million a second.
    per_month = 6e9 * 60 * 730 / 1e6
    assert demand.peak_tps(per_month) == pytest.approx(1e8)
    assert demand.peak_tps(per_month, 3.0) == pytest.approx(3e8)


def test_the_published_day_of_service_fills_its_accelerators():
    # DeepSeek open-infra-index, day 6: 776e9 tokens in 24 h on 1,814 accelerators on average, 4,951 tokens/s each.
    tps = catalogue.service_day()["tokens_per_second_per_accelerator"].value
    assert demand.inference_hours(776e3, tps) == pytest.approx(1814 * 24, rel=1e-6)


def test_tokens_broadcast_and_refuse_what_cannot_be_counted():
    grid = demand.tokens(np.array([[1e6], [2e6]]), [1.0, 2.0, 4.0], 100)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == pytest.approx(8 * grid[0, 0])
    assert math.isnan(demand.tokens(-1, 1, 1))
    assert math.isnan(demand.tokens(1, 1, 1, 1.5))
    assert math.isnan(demand.peak_tps(1.0, 0.5))
    assert demand.tokens(0, 1, 1) == 0.0
    with pytest.raises(WrongType, match="users is 'many'"):
        demand.tokens("many", 1, 1)
    with pytest.raises(ShapeError, match="users 2, requests_per_day 3"):
        demand.tokens([1, 2], [1, 2, 3], 1)


# -- training and inference --------------------------------------------------------------------------------------------


def test_training_hours_of_a_published_run():
    # DeepSeek-V3 report: 14.8 T tokens with 37 B active parameters took 2.664 M H800 hours. The dense BF16 peak of an
    # H800 is 989 TFLOP/s; the MFU that this implies is 6*37e9*14.8e12/(989e12*2.664e6*3600) = 0.34640.
    hours = demand.training_hours(37, 14_800, 0.989, 0.34640)
    assert hours == pytest.approx(2.664e6, rel=1e-4)


def test_the_spend_of_a_published_run():
    # The same report at $2 an hour: pre-training $5.328 M, all stages 2.788 M hours and $5.576 M.
    lines = demand.demand([2.664e6, 2.788e6], 0.0, 2.0, 2.0)
    assert lines[demand.DEMAND_LINES.index("training spend")].tolist() == pytest.approx([5.328e6, 5.576e6])


def test_hours_without_throughput_are_nan():
    assert math.isnan(demand.training_hours(1, 1, 1, 0.0))
    assert math.isnan(demand.training_hours(1, 1, 0.0, 0.5))
    assert math.isnan(demand.inference_hours(1, 0.0))
    assert demand.inference_hours(0.0, 1.0) == 0.0


@given(
    st.lists(st.tuples(*[st.floats(1, 1e9)] * 2), min_size=1, max_size=20),
    st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.5, 1),
)  # fmt: skip
def test_the_lines_of_demand_agree_with_their_definitions(hours, train_price, infer_price, availability):
    train, infer = np.array(hours).T
    lines = dict(
        zip(demand.DEMAND_LINES, demand.demand(train, infer, train_price, infer_price, availability), strict=True)
    )
    for t in range(len(train)):
        assert lines["training spend"][t] == train[t] * train_price
        assert lines["inference spend"][t] == infer[t] * infer_price
        assert lines["training fleet"][t] * 8760 * availability == pytest.approx(train[t])
        assert lines["inference fleet"][t] * 8760 == pytest.approx(infer[t])
        assert lines["inference share of compute"][t] == pytest.approx(infer[t] / (train[t] + infer[t]))
        spend = train[t] * train_price + infer[t] * infer_price
        assert lines["inference share of spend"][t] == pytest.approx(infer[t] * infer_price / spend)


def test_months_need_a_twelfth_of_the_hours_for_the_same_fleet():
    year = demand.demand(8760.0, 8760.0, 1.0, 1.0)
    month = demand.demand(730.0, 730.0, 1.0, 1.0, hours_per_period=730)
    fleet = demand.DEMAND_LINES.index("inference fleet")
    assert year[fleet] == month[fleet] == 1.0


def test_shares_of_nothing_are_nan_and_cases_come_first():
    assert np.isnan(demand.demand(0.0, 0.0, 1.0, 1.0)[-2:]).all()
    assert demand.demand(np.ones((3, 5)), np.ones(5), 1.0, 1.0).shape == (3, 8, 5)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (([1.0, -5.0], [1.0, 1.0], 1.0, 1.0), OutOfRange, r"training_hours, period 2, is -5"),
        (([1.0, 2.0], [1.0, math.nan], 1.0, 1.0), OutOfRange, r"inference_hours, period 2, is nan; a finite number"),
        (([1.0], [1.0], 1.0, -1.0), OutOfRange, r"inference_usd_per_hour, period 1, is -1"),
        (([1.0, 2.0], [1.0, 2.0, 3.0], 1.0, 1.0), ShapeError, r"training_hours 2, inference_hours 3"),
        (([1.0], [1.0], 1.0, 1.0, 0.0), OutOfRange, r"training_availability is 0.0; one number above 0 and at most 1"),
        (([1.0], [1.0], 1.0, 1.0, 1.0, 1.0, 0.0), OutOfRange, r"hours_per_period is 0.0; one number above 0"),
    ],
)
def test_demand_that_cannot_be_is_named_with_its_period(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        demand.demand(*arguments)


# -- crossover ---------------------------------------------------------------------------------------------------------


def test_inference_reached_half_of_all_compute_in_the_published_year():
    # Deloitte, TMT Predictions 2026: inference is a third of compute in 2023, half in 2025, two thirds in 2026.
    years = [2023, 2025, 2026]
    inference = np.array([catalogue.market(f"deloitte_inference_share_{year}").value for year in years])
    assert demand.crossover(1 - inference, inference, years) == pytest.approx(2025, abs=1e-3)


def test_a_crossover_lies_on_the_straight_line_between_two_years():
    # T = 100, 110; I = 80, 130: the gap goes from -20 to +20, so half way.
    assert demand.crossover([100, 110], [80, 130], [2027, 2028]) == 2027.5
    assert demand.crossover([100, 110], [80, 130]) == 0.5


def test_a_lead_from_the_start_and_no_lead_at_all():
    assert demand.crossover([1, 1], [1, 1], [2026, 2027]) == 2026
    assert math.isnan(demand.crossover([2, 2], [1, 1.9]))
    assert demand.crossover([5], [6]) == 0
    assert demand.crossover([2, 2], [1, 2], [2026, 2027]) == 2027


def test_the_first_crossing_counts():
    assert demand.crossover([10, 10, 10, 10], [0, 20, 0, 20]) == 0.5


def test_money_and_compute_cross_in_one_call():
    # Inference is cheaper an hour, so it crosses later in money than in compute.
    lines = demand.demand([10, 10, 10], [4, 10, 20], 2.0, 1.0)
    both = demand.crossover(lines[[0, 2]], lines[[1, 3]], [2026, 2027, 2028])
    assert both.tolist() == [2027.0, 2028.0]


@given(st.floats(1, 1e6), st.floats(0.01, 1), st.floats(-0.5, 0.5), st.floats(0.05, 2))
def test_the_closed_form_meets_the_growing_amounts(training, ratio, growth, faster):
    inference, quick = training * ratio, growth + faster
    t = demand.crossover_growth(training, inference, growth, quick)
    assert inference * (1 + quick) ** t == pytest.approx(training * (1 + growth) ** t, rel=1e-9)
    assert t >= 0


def test_the_closed_form_agrees_with_the_series_on_a_fine_grid():
    years = np.linspace(0, 10, 100_001)
    t = demand.crossover(100 * 1.1**years, 50 * 1.4**years, years)
    assert demand.crossover_growth(100, 50, 0.1, 0.4) == pytest.approx(t, abs=1e-6)


def test_limits_of_the_closed_form():
    assert demand.crossover_growth(50, 100, 0.4, 0.1) == 0  # leads already, though it will be overtaken
    assert math.isnan(demand.crossover_growth(100, 50, 0.4, 0.4))
    assert math.isnan(demand.crossover_growth(100, 50, 0.5, 0.4))
    assert math.isnan(demand.crossover_growth(100, 0, 0.1, 0.4))
    assert demand.crossover_growth(0, 0, 0.1, 0.4) == 0
    assert math.isnan(demand.crossover_growth(-1, 1, 0.1, 0.4))
    assert demand.crossover_growth(100, [50, 100], 0.1, 0.4).shape == (2,)


@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_band_holds_the_central_year(t_spread, i_spread):
    training, inference = np.full(12, 100.0), 20.0 * 1.35 ** np.arange(12)
    early, central, late = demand.crossover_band(training, inference, t_spread, i_spread)
    assert early <= central
    assert central <= late or math.isnan(late)
    assert central == demand.crossover(training, inference)


def test_a_band_by_hand_and_one_that_leaves_the_series():
    # T = 100; I = 50, 100, 150: T*0.9 = 90 against I*1.1 = 55, 110 -> 0.636; T*1.1 = 110 against 45, 90, 135 -> 1.444.
    assert demand.crossover_band([100] * 3, [50, 100, 150], 0.1, 0.1).tolist() == pytest.approx(
        [35 / 55, 1, 1 + 20 / 45]
    )
    assert math.isnan(demand.crossover_band([100] * 3, [50, 100, 101], 0.1, 0.1)[2])


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (([1, -1], [1, 1]), OutOfRange, r"training, period 2, is -1; a finite number of at least 0"),
        (([1, 1], [1, 1], [2027, 2026]), OutOfRange, r"years, place 2, does not follow the one before"),
        (([1, 1], [1, 1], [2027, 2027]), OutOfRange, r"years, place 2"),
        (([1, 1], [1, 1, 1]), ShapeError, r"2 years of training, 3 of inference and 3 years"),
    ],
)
def test_series_that_cannot_cross_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        demand.crossover(*arguments)


def test_a_spread_beyond_the_whole_is_refused():
    with pytest.raises(OutOfRange, match=r"training_spread is 1.2; one share from 0 to 1"):
        demand.crossover_band([1], [1], 1.2)


# -- adoption ----------------------------------------------------------------------------------------------------------


@given(st.floats(-20, 40), st.floats(0, 1e6), st.floats(-5, 20), st.floats(0, 5))
def test_logistic_and_gompertz_agree_with_their_definitions(t, top, mid, rate):
    power = -rate * (t - mid)
    grown = math.exp(power) if power < 700 else math.inf
    assert demand.logistic(t, top, mid, rate) == pytest.approx(top / (1 + grown), rel=1e-12)
    expected = top * math.exp(-math.log(2) * grown) if grown < 1e3 else 0.0
    assert demand.gompertz(t, top, mid, rate) == pytest.approx(expected, rel=1e-10, abs=1e-300)


@given(st.floats(0, 60), st.floats(1e-6, 0.5), st.floats(0, 2))
def test_bass_agrees_with_the_closed_form(t, p, q):
    e = math.exp(-(p + q) * t)
    assert demand.bass(t, 1.0, p, q) == pytest.approx((1 - e) / (1 + q / p * e), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("p", "q"), [(0.03, 0.38), (0.01, 1.2), (0.2, 0.1)])
def test_bass_solves_its_differential_equation(p, q):
    t, h = np.linspace(0.5, 15, 30), 1e-5
    share = demand.bass(t, 1.0, p, q)
    slope = (demand.bass(t + h, 1.0, p, q) - demand.bass(t - h, 1.0, p, q)) / (2 * h)
    assert slope == pytest.approx((p + q * share) * (1 - share), abs=1e-8)


BASS_1969 = [  # Bass (1969), Management Science 15, tables 1 and 4: p, q, years to the peak
    ("black and white television", 0.027877, 0.25105, 7.8),
    ("room air conditioners", 0.010399, 0.41861, 8.6),
    ("clothes dryers", 0.017206, 0.35688, 8.1),
    ("automatic coffee makers", 0.017135, 0.30145, 9.0),
    ("steam irons", 0.028632, 0.32791, 6.8),
    ("record players", 0.024796, 0.65410, 4.8),
]


@pytest.mark.parametrize(("product", "p", "q", "years"), BASS_1969)
def test_the_peak_is_where_bass_published_it(product, p, q, years):
    assert demand.bass_peak(p, q) == pytest.approx(years, abs=0.1), product


@given(st.floats(0.001, 0.1), st.floats(0.2, 2))
def test_most_adopt_in_the_peak_year(p, q):
    peak = demand.bass_peak(p, q)
    around = np.array([peak - 0.01, peak, peak + 0.01])
    new = demand.bass(around + 0.005, 1.0, p, q) - demand.bass(around - 0.005, 1.0, p, q)
    assert new.argmax() == 1


def test_half_of_saturation_is_reached_at_the_midpoint():
    assert demand.logistic(3.0, 10.0, 3.0, 0.7) == 5.0
    assert demand.gompertz(3.0, 10.0, 3.0, 0.7) == pytest.approx(5.0, rel=1e-15)
    assert demand.gompertz([-1e9, 1e9], 1.0, 0.0, 5.0).tolist() == [0.0, 1.0]
    assert demand.logistic([-1e9, 1e9], 1.0, 0.0, 5.0).tolist() == [0.0, 1.0]


def test_limits_of_bass():
    assert demand.bass([-3.0, 0.0], 1.0, 0.03, 0.38).tolist() == [0.0, 0.0]
    assert demand.bass(1e9, 7.0, 0.03, 0.38) == 7.0
    assert demand.bass(5.0, 1.0, 0.0, 0.38) == 0.0
    assert demand.bass(2.0, 1.0, 0.1, 0.0) == pytest.approx(1 - math.exp(-0.2))
    assert demand.bass_peak(0.3, 0.2) == 0.0
    assert math.isnan(demand.bass_peak(0.0, 0.2))
    assert math.isnan(demand.bass(1.0, 1.0, -0.1, 0.3))
    assert math.isnan(demand.logistic(1.0, 1.0, 0.0, -1.0))


def test_coefficients_per_year_read_per_month_saturate_within_a_year():
    # Equations B3: p, q per YEAR; months in place of years are the mistake that it warns of.
    assert demand.bass(1.0, 1.0, 0.03, 0.38) < 0.04
    assert demand.bass(12.0, 1.0, 0.03, 0.38) > 0.85


@pytest.mark.parametrize("shape", ["logistic", "gompertz", "bass"])
def test_a_plan_and_adopt_follow_the_same_curve(shape):
    from tests.oracle.months import adoption  # the plan's definition in plain Python

    plan = {
        "adoption": shape, "adoption_rate_per_month": 0.15, "adoption_midpoint_month": 14.0,
        "bass_p_per_year": 0.03, "bass_q_per_year": 0.38,
    }  # fmt: skip
    months = np.arange(0, 60)
    ours = demand.adopt(months / 12, shape, 1.0, 14 / 12, 0.15 * 12, 0.03, 0.38)
    assert ours == pytest.approx([adoption(plan, t) for t in months.tolist()], rel=1e-12, abs=1e-15)


def test_a_curve_names_the_figure_that_it_lacks():
    with pytest.raises(WrongType, match="rate is blank; a number is needed for a gompertz curve"):
        demand.adopt(1.0, "gompertz", 1.0, midpoint=2.0)
    with pytest.raises(WrongType, match="q is blank; a number is needed for a bass curve"):
        demand.adopt(1.0, "Bass", 1.0, p=0.03)
    with pytest.raises(UnknownName, match=r"there is no adoption curve 'gomperz'; did you mean gompertz\?"):
        demand.adopt(1.0, "gomperz")


# -- fit ---------------------------------------------------------------------------------------------------------------

RAT42_X = [9, 14, 21, 28, 42, 57, 63, 70, 79]
RAT42_Y = [8.930, 10.800, 18.590, 22.330, 39.350, 56.110, 61.730, 64.620, 67.080]


def test_a_logistic_fit_has_the_certified_values_of_nist():
    # NIST StRD, Ratkowsky2: y = b1 / (1 + exp(b2 - b3*x)), so saturation b1, rate b3, midpoint b2/b3.
    found = demand.adopt_fit(RAT42_X, RAT42_Y)
    saturation, midpoint, rate = found.figures
    assert saturation == pytest.approx(7.2462237576e1, rel=1e-9)
    assert rate == pytest.approx(6.7359200066e-2, rel=1e-8)
    assert midpoint * rate == pytest.approx(2.6180768402, rel=1e-8)
    assert found.errors[0] == pytest.approx(1.7340283401, rel=1e-6)
    assert found.errors[2] == pytest.approx(3.4465663377e-3, rel=1e-6)
    assert found.rmse**2 * 9 == pytest.approx(8.0565229338, rel=1e-10)


def test_a_bass_fit_agrees_with_another_optimiser_on_a_published_series():
    # Sales of video recorders in the United States, 1980 to 1989, thousands: the textbook series for this curve.
    sales = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    t, reached = np.arange(1.0, 11.0), np.cumsum(sales)

    def curve(t, m, p, q):
        return m * (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))

    figures, covariance = curve_fit(curve, t, reached, p0=[6e4, 0.01, 0.5])
    found = demand.adopt_fit(t, reached, "bass")
    assert found.figures == pytest.approx(tuple(figures), rel=1e-5)
    assert found.errors == pytest.approx(tuple(np.sqrt(np.diag(covariance))), rel=1e-3)
    # Fitted to the sales of each year, not to their sum, the literature has 68,000, 0.0066 and 0.638 (nls in R).
    assert found.figures == pytest.approx((68_000, 0.0066, 0.638), rel=0.2)


def test_a_gompertz_fit_agrees_with_another_optimiser():
    def curve(t, top, mid, rate):
        return top * np.exp(-math.log(2) * np.exp(-rate * (t - mid)))

    figures, _ = curve_fit(curve, np.array(RAT42_X, float), RAT42_Y, p0=[80.0, 40.0, 0.05], ftol=1e-14, xtol=1e-14)
    assert demand.adopt_fit(RAT42_X, RAT42_Y, "gompertz").figures == pytest.approx(tuple(figures), rel=1e-6)


@pytest.mark.parametrize("shape", ["logistic", "gompertz"])
@settings(max_examples=30)
@given(st.floats(0.01, 1e6), st.floats(1, 9), st.floats(0.4, 3))
def test_a_curve_without_noise_is_found_again(shape, top, mid, rate):
    t = np.arange(0.0, 12.0)
    found = demand.adopt_fit(t, demand.adopt(t, shape, top, mid, rate), shape)
    assert found.figures == pytest.approx((top, mid, rate), rel=1e-5)
    assert found.at(t) == pytest.approx(demand.adopt(t, shape, top, mid, rate), rel=1e-5, abs=1e-6 * top)


@settings(max_examples=30)
@given(st.floats(0.003, 0.05), st.floats(0.3, 1.0))
def test_a_bass_curve_without_noise_is_found_again(p, q):
    t = np.arange(1.0, 16.0)
    assert demand.adopt_fit(t, demand.bass(t, 500.0, p, q), "bass").figures == pytest.approx((500.0, p, q), rel=1e-4)


def test_a_given_saturation_is_kept_and_lets_early_actuals_speak():
    t = np.arange(0.0, 5.0)
    found = demand.adopt_fit(t, demand.logistic(t, 1000.0, 8.0, 0.9), "logistic", saturation=1000.0)
    assert found.figures == pytest.approx((1000.0, 8.0, 0.9), rel=1e-8)
    assert math.isnan(found.errors[0])
    assert not math.isnan(found.errors[1])


def test_the_standard_error_says_that_early_actuals_do_not_tell_the_saturation():
    rng = np.random.default_rng(7)
    early, late = np.arange(0.0, 7.0), np.arange(0.0, 16.0)
    noisy = {
        n: demand.logistic(t, 100.0, 8.0, 0.8) + 0.3 * rng.standard_normal(len(t)) for n, t in ((0, early), (1, late))
    }
    wide = demand.adopt_fit(early, noisy[0])
    narrow = demand.adopt_fit(late, noisy[1])
    assert wide.errors[0] / wide.figures[0] > 5 * narrow.errors[0] / narrow.figures[0]
    assert narrow.figures[0] == pytest.approx(100.0, abs=4 * narrow.errors[0])


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_the_unit_of_the_actuals_does_not_matter(scale):
    one, other = demand.adopt_fit(RAT42_X, RAT42_Y), demand.adopt_fit(RAT42_X, np.array(RAT42_Y) * scale)
    assert other.figures == pytest.approx((one.figures[0] * scale, *one.figures[1:]), rel=1e-8)
    assert other.errors[0] == pytest.approx(one.errors[0] * scale, rel=1e-6)


def test_without_a_degree_of_freedom_there_is_no_error():
    found = demand.adopt_fit([0, 2, 4], demand.logistic([0, 2, 4], 10.0, 2.0, 1.0))
    assert found.figures == pytest.approx((10.0, 2.0, 1.0), rel=1e-6)
    assert all(math.isnan(error) for error in found.errors)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (([0, 1, 2], [1, 2]), ShapeError, r"3 years for 2 actuals; one series each, of equal length from 3 on"),
        (([0, 1], [1, 2]), ShapeError, r"2 years for 2 actuals"),
        (([0, 1, 1, 2], [1, 2, 3, 4]), OutOfRange, r"years, place 3: 1 stands twice"),
        (([0, 2, 1, 3], [1, 2, 3, 4]), OutOfRange, r"years, place 3: 1 follows 2; ascending years, each once"),
        (([0, 1, 2], [1, math.nan, 3]), OutOfRange, r"actuals, place 2, is nan; a number of at least 0"),
        (([0, 1, 2], [1, -2, 3]), OutOfRange, r"actuals, place 2, is -2"),
        (([-1, 1, 2], [1, 2, 3], "bass"), OutOfRange, r"years begin at -1; a Bass curve counts from the launch"),
        (([0, 1, 2], [1, 2, 3], "logistic", -5.0), OutOfRange, r"saturation is -5; a number above 0"),
        (([0, 1, 2], [0, 0, 0]), NoSolution, r"all actuals are 0"),
        (([0, 1, 2, 3, 4], [1, 2, 4, 8, 16]), NoSolution, r"the 5 actuals do not bend towards a saturation"),
        (([0, 1, 2], [1, 2, 3], "cubic"), UnknownName, r"there is no adoption curve 'cubic'"),
    ],
)
def test_actuals_that_cannot_be_fitted_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        demand.adopt_fit(*arguments)


# -- erosion -----------------------------------------------------------------------------------------------------------


def test_hardware_loses_what_epoch_measured():
    # Epoch AI: ten times the performance at a price in 7.1 years, 0.14 decades a year.
    assert abs(demand.HARDWARE_DECLINE_PER_YEAR - 0.2756) < 5e-5
    assert demand.decline(1.0, 1 / 0.14, demand.HARDWARE_DECLINE_PER_YEAR) == pytest.approx(0.1, rel=1e-12)


def test_tokens_lose_what_was_published():
    # a16z, "Welcome to LLMflation" (November 2024): the cheapest model with an MMLU of 42 cost $60 a million tokens in
    # November 2021 and $0.06 three years later: 1,000 times less, so ten times less each year.
    assert demand.decline_rate(60.0, 0.06, 3.0) == pytest.approx(0.9)
    assert demand.decline(60.0, [1.0, 2.0, 3.0], 0.9).tolist() == pytest.approx([6.0, 0.6, 0.06])


@given(st.floats(0, 1e6), st.floats(-5, 30), st.floats(-2, 0.99))
def test_decline_agrees_with_its_definition(price, years, rate):
    assert demand.decline(price, years, rate) == pytest.approx(price * (1 - rate) ** years, rel=1e-12)


@given(st.floats(0.01, 1e6), st.floats(0.1, 30), st.floats(-2, 0.99))
def test_the_rate_between_two_prices_leads_from_one_to_the_other(price, years, rate):
    later = demand.decline(price, years, rate)
    assert demand.decline_rate(price, later, years) == pytest.approx(rate, abs=1e-9)


def test_limits_of_decline():
    assert demand.decline(5.0, 3.0, 1.0) == 0.0
    assert demand.decline(5.0, 0.0, 1.0) == 5.0
    assert demand.decline(5.0, 3.0, 0.0) == 5.0
    assert demand.decline(5.0, 30.0, 0.5, 1.0) == 1.0
    assert math.isnan(demand.decline(-5.0, 3.0, 0.5))
    assert math.isnan(demand.decline(5.0, 3.0, 1.5))
    assert math.isnan(demand.decline_rate(0.0, 1.0, 1.0))
    assert math.isnan(demand.decline_rate(1.0, 1.0, 0.0))
    assert demand.decline_rate(1.0, 0.0, 2.0) == pytest.approx(1.0)


def test_a_fitted_decline_agrees_with_least_squares_of_numpy():
    years, prices = [0.0, 0.5, 1.2, 2.0, 3.5], [30.0, 22.0, 9.0, 5.0, 0.9]
    slope, intercept = np.polyfit(years, np.log(prices), 1)
    assert demand.decline_fit(years, prices) == pytest.approx([math.exp(intercept), 1 - math.exp(slope)], rel=1e-10)


@pytest.mark.parametrize(
    ("years", "prices", "error", "sentence"),
    [
        ([0, 1], [1, 0], OutOfRange, r"prices, place 2, is 0; a number above 0"),
        ([0, math.nan], [1, 2], OutOfRange, r"years, place 2, is nan"),
        ([1, 1], [1, 2], OutOfRange, r"all 2 years are 1; at least two that differ"),
        ([1], [1], ShapeError, r"1 years for 1 prices"),
        ([1, 2, 3], [1, 2], ShapeError, r"3 years for 2 prices"),
    ],
)
def test_prices_that_cannot_be_fitted_are_named(years, prices, error, sentence):
    with pytest.raises(error, match=sentence):
        demand.decline_fit(years, prices)


# -- learning ----------------------------------------------------------------------------------------------------------

LEARNING = [  # examples of the R package learningCurve 1.1.2 (Boehmke, Freels), printed to seven digits
    ((100, 125, 0.85, "crawford", "unit"), 32.23647),
    ((100, 125, 0.80, "crawford", "unit"), 21.13225),
    ((100, 125, 0.90, "crawford", "unit"), 48.00243),
    ((100, 125, 0.95, "crawford", "unit"), 69.95640),
    ((100, 125, 0.85, "crawford", "total"), 5201.085),
    ((110, 2200, 0.885, "wright", "unit"), 23.34001),
]


@pytest.mark.parametrize(("arguments", "printed"), LEARNING)
def test_learning_has_the_printed_figures(arguments, printed):
    assert demand.learning(*arguments) == pytest.approx(printed, rel=1e-6)


def test_a_block_of_units_by_wright_has_the_printed_hours():
    # The same package, ca_block: units 201 to 250 at 85 %, the first took 75 hours.
    total = demand.learning(75.0, [250, 200], 0.85, "wright", "total")
    assert total[0] - total[1] == pytest.approx(806.772, rel=1e-6)


@given(st.floats(0.4, 1.0), st.sampled_from([1, 2, 3, 15, 16, 17, 40, 500, 4000]))
def test_totals_are_the_sums_of_their_units(rate, units):
    each = np.arange(1, units + 1)
    for model in ("crawford", "wright"):
        total = math.fsum(demand.learning(1.0, each, rate, model).tolist())
        assert demand.learning(1.0, units, rate, model, "total") == pytest.approx(total, rel=1e-12)
        assert demand.learning(1.0, units, rate, model, "average") == pytest.approx(total / units, rel=1e-12)


@given(st.floats(0.3, 1.0), st.integers(1, 10**9))
def test_what_doubles_falls_by_the_learning_rate(rate, units):
    for model, measure in (("crawford", "unit"), ("wright", "average")):
        one, two = demand.learning(1.0, [units, 2 * units], rate, model, measure)
        assert two / one == pytest.approx(rate, rel=1e-12)


def test_the_unit_after_a_billion_keeps_its_digits():
    # (1+b) * x**b is the limit of x**(1+b) - (x-1)**(1+b).
    x, b = 1e9, math.log2(0.9)
    assert demand.learning(1.0, x, 0.9, "wright") == pytest.approx((1 + b) * x**b, rel=1e-8)


def test_limits_of_learning():
    assert demand.learning(7.0, 1, 0.8) == 7.0
    assert demand.learning(7.0, 1, 0.8, "wright") == 7.0
    assert demand.learning(7.0, 10**6, 1.0, "crawford", "total") == pytest.approx(7e6, rel=1e-14)
    # at a rate of one half the total is the harmonic number, here H(1000)
    assert demand.learning(1.0, 1000, 0.5, "crawford", "total") == pytest.approx(7.485470860550345, rel=1e-14)
    assert math.isnan(demand.learning(7.0, 1.5, 0.8))
    assert math.isnan(demand.learning(7.0, 0, 0.8))
    assert math.isnan(demand.learning(7.0, 10, 0.0))
    assert math.isnan(demand.learning(7.0, 10, 1.1))
    with pytest.raises(UnknownName, match=r"model is 'write'; did you mean wright\?"):
        demand.learning(7.0, 10, 0.8, "write")
    with pytest.raises(UnknownName, match=r"measure is 'sum'"):
        demand.learning(7.0, 10, 0.8, "wright", "sum")


@given(st.floats(1, 1e6), st.floats(0.5, 1.0))
def test_a_learning_curve_is_found_again(first, rate):
    units = np.array([1, 3, 10, 40, 200])
    assert demand.learning_fit(units, demand.learning(first, units, rate)) == pytest.approx([first, rate], rel=1e-9)


def test_costs_that_cannot_be_fitted_are_named():
    with pytest.raises(OutOfRange, match=r"units holds 0; counts of at least 1"):
        demand.learning_fit([0, 1], [1.0, 2.0])
    with pytest.raises(OutOfRange, match=r"costs, place 2, is -1"):
        demand.learning_fit([1, 2], [1.0, -1.0])
