"""Declarations: real and nominal money, and other currencies."""

from accelxl.domain import money
from accelxl.functions.registry import function

RANGE = "a figure is out of range"
YEARS = "years from today; below 0 for years that have passed"
INFLATION = "yearly inflation"

function(
    "ACCEL_REAL",
    "Accel - Return",
    money.real,
    "Amount of a later year in today's money",
    help={"amount": "in the money of that year", "years": YEARS, "inflation": INFLATION},
    undefined=RANGE,
    examples=[("=ACCEL_REAL(121,{0,2},0.1)", [[121.0, 100.0]])],
)
function(
    "ACCEL_NOMINAL",
    "Accel - Return",
    money.nominal,
    "Amount of today's money in that of a later year (not the sheet's NOMINAL, which turns an effective into a nominal rate)",
    help={"amount": "in today's money", "years": YEARS, "inflation": INFLATION},
    undefined=RANGE,
    examples=[("=ACCEL_NOMINAL(100,2,0.1)", 121.0)],
)
function(
    "ACCEL_REAL_RATE",
    "Accel - Return",
    money.real_rate,
    "Real rate behind a nominal one: discount real flows with it, never nominal ones",
    help={"rate": "nominal rate, effective annual", "inflation": INFLATION},
    undefined=RANGE,
    examples=[("=ACCEL_REAL_RATE(0.21,0.1)", 0.1)],
)
function(
    "ACCEL_NOMINAL_RATE",
    "Accel - Return",
    money.nominal_rate,
    "Nominal rate that gives a real one: discount nominal flows with it",
    help={"rate": "real rate, effective annual", "inflation": INFLATION},
    undefined=RANGE,
    examples=[("=ACCEL_NOMINAL_RATE(0.1,0.1)", 0.21)],
)
function(
    "ACCEL_FX_FORWARD",
    "Accel - Return",
    money.fx_forward,
    "Exchange rate of a later year by interest parity: convert each flow at the rate of its own year",
    help={
        "spot": "units of the quoted currency for one of the base currency today",
        "years": YEARS,
        "rate_quote": "yearly interest (or inflation) in the quoted currency",
        "rate_base": "the same in the base currency",
    },
    undefined=RANGE,
    examples=[("=ACCEL_FX_FORWARD(1.1,{0,1},0.05,0.05)", [[1.1, 1.1]]), ("=ACCEL_FX_FORWARD(2,2,0.21,0.1)", 2.42)],
)
