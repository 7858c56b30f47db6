"""Declarations: worth, returns and payback of a series of flows."""

from accelxl.domain import finance
from accelxl.functions.registry import function
from accelxl.units import Flows, Rate, Result

VALUES = "one flow a period in a row or column, money out negative; a block is one series a row"
DATED = "one flow a date in a row or column, money out negative; a block is one series a row"
DATES = "day of each flow, none before the first"
GUESS = "of several rates the one nearest to it is given"
NO_RATE = "no rate makes the flows worth nothing: they do not change sign, or the guess is -1 or below"


def payback(values: Flows, rate: Rate | None = None) -> Result:
    """Periods until the flows are back, discounted at `rate` if given; see `finance.payback` and `finance.discounted_payback`."""
    return finance.payback(values) if rate is None else finance.discounted_payback(rate, values)


function(
    "ACCEL_NPV",
    "Accel - Return",
    finance.npv,
    "Net present value of periodic flows; the first flow is today and is not discounted",
    help={
        "rate": "discount rate a period",
        "values": VALUES,
        "first_period": "period of the first flow: 0 is today, 1 is how NPV of the sheet counts",
    },
    undefined="the rate is -1 or below",
    examples=[
        ("=ACCEL_NPV(0.1,{-100,60,60})", 4.132231404958678),
        ("=ACCEL_NPV({0;0.1},{-100,60,60})", [[20.0], [4.132231404958678]]),
        ("=ACCEL_NPV(0.1,{-100,60,60},1)", 3.756574004507889),
    ],
)

function(
    "ACCEL_XNPV",
    "Accel - Return",
    finance.xnpv,
    "Net present value of dated flows on the day of the first, by days over 365",
    help={"rate": "effective annual discount rate", "values": DATED, "dates": DATES},
    undefined="the rate is not above 0, or a date lies before the first",
    examples=[("=ACCEL_XNPV(0.1,{-100,132},{46023,46388})", 20.0)],
)

function(
    "ACCEL_IRR",
    "Accel - Return",
    finance.irr,
    "Internal rate of return of periodic flows, for each period",
    help={"values": VALUES, "guess": GUESS},
    undefined=NO_RATE,
    examples=[
        ("=ACCEL_IRR({-100,0,144})", 0.2),
        ("=ACCEL_IRR({-100,230,-132},{0.1,0.2})", [[0.1, 0.2]]),
    ],
)

function(
    "ACCEL_XIRR",
    "Accel - Return",
    finance.xirr,
    "Internal rate of return of dated flows, effective annual by days over 365",
    help={"values": DATED, "dates": DATES, "guess": GUESS},
    undefined=NO_RATE,
    examples=[("=ACCEL_XIRR({-100,120},{46023,46388})", 0.2)],
)

function(
    "ACCEL_MIRR",
    "Accel - Return",
    finance.mirr,
    "Modified internal rate of return for each period: money put in paid at one rate, money taken out earning another",
    help={
        "values": VALUES,
        "finance_rate": "rate paid on money put in",
        "reinvest_rate": "rate earned on money taken out",
    },
    undefined="a rate is -1 or below, or the flows are not positive and negative",
    examples=[("=ACCEL_MIRR({-100,50,50,50},0,0)", 1.5 ** (1 / 3) - 1)],
)

function(
    "ACCEL_PAYBACK",
    "Accel - Return",
    payback,
    "Periods until the flows are back, linear inside the period; discounted where a rate is given",
    help={"values": VALUES, "rate": "discount rate a period; blank: not discounted"},
    undefined="the flows are not back by their end, or the rate is -1 or below",
    examples=[
        ("=ACCEL_PAYBACK({-100,60,80})", 1.5),
        ("=ACCEL_PAYBACK({-100,55,121},0.1)", 1.5),
    ],
)
