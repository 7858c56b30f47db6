"""Declarations: worth, returns and payback of a series of flows."""

from typing import Annotated

from accelxl.domain import finance
from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.units import Flows, Quantity, Rate, Result

OneRate = Annotated[float, Quantity("1/period", high=10)]

VALUES = "one flow a period in a row or column, money out negative; a block is one series a row"
DATED = "one flow a date in a row or column, money out negative; a block is one series a row"
DATES = "day of each flow, none before the first"
GUESS = "of several rates the one nearest to it is given"
LOW_RATE = "the flows are too large to discount and add, or the rate is -1 or below"
NO_RATE = "no rate makes the flows worth nothing: they do not change sign, or the guess is -1 or below"


def payback(values: Flows, rate: Rate | None = None) -> Result:
    """Periods until the flows are back, discounted at `rate` if given; see `finance.payback` and `finance.discounted_payback`."""
    return finance.payback(values) if rate is None else finance.discounted_payback(rate, values)


def irr_check_table(values: Flows, rate: OneRate | None = None) -> Rows:
    """Diagnosis of `finance.irr_check` as rows of a name, a figure and the net present value at a rate."""
    check = finance.irr_check(values)
    rows: Rows = [
        ["sign changes of the flows", check.sign_changes, None],
        ["sign changes of their running sum", check.running_sign_changes, None],
        ["rates", len(check.rates), "npv at it"],
    ]
    rows += [
        [f"rate {place}", rate, worth]
        for place, (rate, worth) in enumerate(zip(check.rates, check.npvs, strict=True), 1)
    ]
    if rate is not None:
        rows.append(["your rate", rate, finance.npv(rate, values)])
    return [*rows, ["finding", check.finding, None]]


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
    undefined=LOW_RATE,
    examples=[
        ("=ACCEL_NPV(0.1,{-100,60,60})", 4.132231404958678),
        ("=ACCEL_NPV({0;0.1},{-100,60,60})", [[20.0], [4.132231404958678]]),
        ("=ACCEL_NPV(0.1,{-100,60,60},1)", 3.756574004507889),
    ],
)

function(
    "ACCEL_NPV_MID",
    "Accel - Return",
    finance.npv_mid,
    "Net present value with every flow but the first in the middle of its period: the mid-year convention",
    help={"rate": "discount rate a period", "values": VALUES + "; the first is today"},
    undefined=LOW_RATE,
    examples=[("=ACCEL_NPV_MID(0.21,{-100,110,133.1})", 100.0), ("=ACCEL_NPV_MID(0,{-100,60,60})", 20.0)],
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
    "ACCEL_IRR_MID",
    "Accel - Return",
    finance.irr_mid,
    "Internal rate of return with every flow but the first in the middle of its period",
    help={"values": VALUES + "; the first is today", "guess": GUESS},
    undefined=NO_RATE,
    examples=[("=ACCEL_IRR_MID({-200,110,133.1})", 0.21)],
)

function(
    "ACCEL_IRR_CHECK",
    "Accel - Return",
    irr_check_table,
    "Whether an internal rate of return means anything: sign changes, every rate, the npv at each, and what follows",
    help={"values": VALUES, "rate": "your own discount rate a period, for the npv at it; blank: none"},
    undefined=LOW_RATE,
    examples=[
        (
            "=ACCEL_IRR_CHECK({-1600,10000,-10000},0.1)",
            [
                ["sign changes of the flows", 2.0, ""],
                ["sign changes of their running sum", 2.0, ""],
                ["rates", 2.0, "npv at it"],
                ["rate 1", 0.25, 0.0],
                ["rate 2", 4.0, 0.0],
                ["your rate", 0.1, -773.5537190082646],
                ["finding", "2 rates and no return among them: decide by the npv at your own rate, or by MIRR", ""],
            ],
        ),
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

function(
    "ACCEL_PI",
    "Accel - Return",
    finance.pi,
    "Profitability index: 1 + npv over the present value of the outlays (the negative flows); above 1 the flows are worth their cost",
    help={"rate": "discount rate a period", "values": VALUES + "; the first is today"},
    undefined="no flow is negative, the flows are too large, or the rate is -1 or below",
    examples=[("=ACCEL_PI(0.1,{-100,0,133.1})", 1.1)],
)

function(
    "ACCEL_EAA",
    "Accel - Return",
    finance.equivalent_annuity,
    "Equivalent annual annuity: the level amount a period that is worth the flows; compares projects of unequal length",
    help={"rate": "discount rate a period", "values": VALUES + "; the first is today"},
    undefined="there is one flow only, the flows are too large, or the rate is -1 or below",
    examples=[("=ACCEL_EAA(0.1,{-100,0,133.1})", 5.761904761904762)],
)
