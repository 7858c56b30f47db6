"""Declarations: demand, adoption, price erosion and learning."""

import math
from typing import Any

from accelxl.domain import demand
from accelxl.domain.demand import adoption, fit, fleets
from accelxl.errors import ShapeError
from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.units import HOURS_PER_YEAR, Share

CURVE = {
    "shape": "logistic, gompertz or bass",
    "saturation": "the level that is approached: 1 for a share, users, tokens a month",
}
YEARS = "the years in ascending order, evenly spaced or not; blank: counted from 0"


def demand_table(
    training_hours: fleets.HoursSeries,
    inference_hours: fleets.HoursSeries,
    training_usd_per_hour: fleets.PriceSeries,
    inference_usd_per_hour: fleets.PriceSeries,
    training_availability: Share = 1.0,
    inference_availability: Share = 1.0,
    hours_per_period: fleets.PeriodHours = HOURS_PER_YEAR,
) -> Rows:
    """Return the lines of `accelxl.domain.demand.demand` with their names in front."""
    lines = demand.demand(
        training_hours,
        inference_hours,
        training_usd_per_hour,
        inference_usd_per_hour,
        training_availability,
        inference_availability,
        hours_per_period,
    )
    if lines.ndim > 2:
        raise ShapeError("a series has several rows; a single row or column is allowed, since each gives a table")
    return [[name, *line] for name, line in zip(demand.DEMAND_LINES, lines.tolist(), strict=True)]


def adopt_fit_table(
    years: fit.TimeSeries,
    actuals: fit.ActualSeries,
    shape: adoption.Shape = "logistic",
    saturation: fit.Saturation | None = None,
) -> Rows:
    """Return the fit of `accelxl.domain.demand.adopt_fit` as rows of a name, a figure and its standard error."""
    found = demand.adopt_fit(years, actuals, shape, saturation)
    names = ("saturation", "p", "q") if found.shape == "bass" else ("saturation", "midpoint", "rate")
    rows: list[list[Any]] = [
        [name, figure, error if error == error else None]  # noqa: PLR0124  # NaN: there is no error to show
        for name, figure, error in zip(names, found.figures, found.errors, strict=True)
    ]
    return [*rows, ["rmse", found.rmse, None]]


function(
    "ACCEL_TOKENS",
    "Accel - Market",
    demand.tokens,
    "Tokens a month in millions, from users: the volume that drives the fleet",
    help={
        "users": "registered users, seats or agents",
        "requests_per_day": "requests a day of an active user, each call of an agent counted",
        "tokens_per_request": "input and output tokens of a request",
        "active_share": "share of the users that are active on a day",
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_TOKENS(1000000,8,1500,0.5)", 182500.0)],
)
function(
    "ACCEL_PEAK_TPS",
    "Accel - Market",
    demand.peak_tps,
    "Tokens a second at the peak of a monthly volume: what the fleet has to carry",
    help={"mtok_per_month": "million tokens a month", "peak_factor": "busiest hour over the mean hour"},
    undefined="a figure is out of range",
    examples=[("=ACCEL_PEAK_TPS(2628000,2.5)", 2500000.0)],
)
function(
    "ACCEL_TRAINING_HOURS",
    "Accel - Market",
    demand.training_hours,
    "Accelerator-hours of a training run: 6 x parameters x tokens over the throughput that is reached",
    help={
        "active_params_b": "billion parameters that work on a token",
        "tokens_b": "billion tokens of the run",
        "peak_pflops": "dense peak of an accelerator in PFLOP/s, in the number format of the run",
        "mfu": "model FLOPs utilization, 0.3 to 0.5 in published runs",
    },
    undefined="no hours where peak_pflops or mfu is 0",
    examples=[("=ACCEL_TRAINING_HOURS(37,14800,0.989,0.3464)", 6 * 37e9 * 14.8e12 / (0.989e15 * 0.3464) / 3600)],
)
function(
    "ACCEL_INFERENCE_HOURS",
    "Accel - Market",
    demand.inference_hours,
    "Accelerator-hours that serve a volume of tokens",
    help={
        "mtok": "million tokens of the period",
        "tokens_per_second": "throughput of an accelerator at the latency target, prefill and decode blended",
        "utilization": "share of the throughput that is filled",
    },
    undefined="no hours where tokens_per_second or utilization is 0",
    examples=[("=ACCEL_INFERENCE_HOURS(3600,1000,0.5)", 2000.0)],
)
function(
    "ACCEL_DEMAND",
    "Accel - Market",
    demand_table,
    "Training and inference apart, by period: accelerator-hours, spend, fleets, and the share of inference in compute and in money",
    help={
        "training_hours": "accelerator-hours of training, one figure a period",
        "inference_hours": "accelerator-hours of inference, one figure a period",
        "training_usd_per_hour": "cost of a training hour, one figure or one a period",
        "inference_usd_per_hour": "cost of an inference hour, one figure or one a period",
        "training_availability": "share of the hours in which a training accelerator works",
        "inference_availability": "share of the hours in which an inference accelerator works",
        "hours_per_period": "8760 for years, 730 for months",
    },
    undefined="a share of nothing: both hours, or both spends, are 0",
    examples=[
        (
            "=ACCEL_DEMAND({8760,8760},{8760,26280},2,1)",
            [
                ["training accelerator-hours", 8760.0, 8760.0],
                ["inference accelerator-hours", 8760.0, 26280.0],
                ["training spend", 17520.0, 17520.0],
                ["inference spend", 8760.0, 26280.0],
                ["training fleet", 1.0, 1.0],
                ["inference fleet", 1.0, 3.0],
                ["inference share of compute", 0.5, 0.75],
                ["inference share of spend", 1 / 3, 0.6],
            ],
        ),
    ],
)
function(
    "ACCEL_CROSSOVER",
    "Accel - Market",
    demand.crossover,
    "Year in which inference reaches training, in money or in compute, linear between the years",
    help={
        "training": "spend or compute of training, one figure a year",
        "inference": "the same of inference, in the same unit",
        "years": YEARS,
    },
    undefined="inference does not reach training within the years given",
    examples=[
        ("=ACCEL_CROSSOVER({100,110,120},{50,95,140},{2026,2027,2028})", 2027 + 15 / 35),
        ("=ACCEL_CROSSOVER({100,110},{80,130})", 0.5),
    ],
)
function(
    "ACCEL_CROSSOVER_BAND",
    "Accel - Market",
    demand.crossover_band,
    "Earliest, central and latest crossover year when both forecasts may be off by a share to either side",
    help={
        "training": "spend or compute of training, one figure a year",
        "inference": "the same of inference, in the same unit",
        "training_spread": "by how much training may be off, as a share",
        "inference_spread": "by how much inference may be off, as a share",
        "years": YEARS,
    },
    undefined="that crossover lies beyond the years given",
    examples=[("=ACCEL_CROSSOVER_BAND({100,100,100},{50,100,150},0.1,0.1)", [[35 / 55, 1.0, 1 + 20 / 45]])],
)
function(
    "ACCEL_CROSSOVER_GROWTH",
    "Accel - Market",
    demand.crossover_growth,
    "Years until inference reaches training when both grow at constant rates",
    help={
        "training": "spend or compute of training today",
        "inference": "the same of inference, in the same unit",
        "training_growth": "yearly growth of training",
        "inference_growth": "yearly growth of inference",
    },
    undefined="inference never catches up at these rates",
    examples=[
        ("=ACCEL_CROSSOVER_GROWTH(100,50,0.1,0.4)", math.log(2) / math.log(1.4 / 1.1)),
        ("=ACCEL_CROSSOVER_GROWTH(50,100,0.1,0.4)", 0.0),
    ],
)
function(
    "ACCEL_ADOPT",
    "Accel - Market",
    demand.adopt,
    "Adoption at a time by the named S-curve: logistic or Gompertz from midpoint and rate, Bass from p and q",
    help={
        "years": "time in years; for Bass since the launch",
        **CURVE,
        "midpoint": "year in which half is reached (logistic, Gompertz)",
        "rate": "steepness per year (logistic, Gompertz)",
        "p": "coefficient of innovation per YEAR, typically 0.03 (Bass)",
        "q": "coefficient of imitation per YEAR, typically 0.38 (Bass)",
    },
    undefined="saturation, rate, p or q is below 0",
    examples=[
        ('=ACCEL_ADOPT(2,"logistic",100,2,1.5)', 50.0),
        (
            '=ACCEL_ADOPT({0,5},"bass",100,,,0.03,0.38)',
            [[0.0, 3 * (1 - math.exp(-2.05)) / (0.03 + 0.38 * math.exp(-2.05))]],
        ),
    ],
)
function(
    "ACCEL_ADOPT_FIT",
    "Accel - Market",
    adopt_fit_table,
    "The S-curve through actuals by least squares: each figure with its standard error, and the root mean square residual",
    help={
        "years": "when each level was observed, ascending; for Bass since the launch",
        "actuals": "the level reached, not what was added: users, share, tokens a month",
        **CURVE,
    },
    undefined="there is no standard error",
    examples=[
        (
            "=ACCEL_ADOPT_FIT({9,14,21,28,42,57,63,70,79},{8.93,10.8,18.59,22.33,39.35,56.11,61.73,64.62,67.08})",
            ...,
        ),
    ],
)
function(
    "ACCEL_BASS_PEAK",
    "Accel - Market",
    demand.bass_peak,
    "Years from the launch to the most new adopters of a Bass curve",
    help={"p": "coefficient of innovation per YEAR", "q": "coefficient of imitation per YEAR"},
    undefined="nobody adopts where p is 0",
    examples=[("=ACCEL_BASS_PEAK(0.03,0.38)", math.log(0.38 / 0.03) / 0.41)],
)
function(
    "ACCEL_DECLINE",
    "Accel - Market",
    demand.decline,
    "Price after some years of a constant yearly decline, of tokens or of hardware, never below a floor",
    help={
        "price": "price today",
        "years": "years from today",
        "decline_per_year": "share of the price lost in a year; hardware of given performance lost 0.276",
        "floor": "the price never falls below it",
    },
    undefined="price or floor is below 0, or decline_per_year above 1",
    examples=[("=ACCEL_DECLINE(2,{0,1,2},0.5)", [[2.0, 1.0, 0.5]]), ("=ACCEL_DECLINE(2,3,0.5,0.4)", 0.4)],
)
function(
    "ACCEL_DECLINE_RATE",
    "Accel - Market",
    demand.decline_rate,
    "Yearly decline between two prices",
    help={"first_price": "the earlier price", "last_price": "the later price", "years": "years between them"},
    undefined="first_price or years is 0",
    examples=[("=ACCEL_DECLINE_RATE(4,1,2)", 0.5)],
)
function(
    "ACCEL_DECLINE_FIT",
    "Accel - Market",
    demand.decline_fit,
    "Price at year 0 and yearly decline that fit a series of prices, by least squares in the logarithm",
    help={"years": "when each price held", "prices": "prices above 0"},
    examples=[("=ACCEL_DECLINE_FIT({0,1,2},{8,4,2})", [[8.0, 0.5]])],
)
function(
    "ACCEL_LEARNING",
    "Accel - Market",
    demand.learning,
    "Cost under learning: what is left when the units double. Crawford: of that unit; Wright: the average of all units so far",
    help={
        "first_cost": "cost of the first unit",
        "units": "units made so far, a whole number",
        "learning_rate": "what is left of the cost when the units double: 0.8 for a fall (a learning rate) of 20 percent",
        "model": "crawford or wright",
        "measure": "unit: of that unit; average or total: of all units so far",
    },
    undefined="learning_rate is 0",
    examples=[
        ("=ACCEL_LEARNING(100,125,0.85)", 100 * 125 ** math.log2(0.85)),
        ('=ACCEL_LEARNING(100,125,0.85,"wright","total")', 100 * 125 ** (1 + math.log2(0.85))),
    ],
)
function(
    "ACCEL_LEARNING_FIT",
    "Accel - Market",
    demand.learning_fit,
    "First cost and learning rate (what is left when the units double) that fit actual costs, by least squares in the logarithms",
    help={
        "units": "units made so far at each observation",
        "costs": "cost of the unit (a Crawford curve) or the average so far (a Wright curve)",
    },
    examples=[("=ACCEL_LEARNING_FIT({1,2,4},{100,80,64})", [[100.0, 0.8]])],
)
