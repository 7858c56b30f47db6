"""Declarations: depreciation, changes of life, lives side by side, and what an asset is still worth."""

from typing import Annotated

import numpy as np

from accelxl import catalogue
from accelxl.domain import depreciation
from accelxl.domain.depreciation import economic
from accelxl.errors import OutOfRange, ShapeError
from accelxl.functions.cells import Rows
from accelxl.functions.registry import function
from accelxl.functions.tables import named_lines
from accelxl.units import HARDWARE_DECLINE_PER_YEAR, Cost, Flows, Numbers, Quantity, Share

Vintages = Annotated[Numbers, Quantity("USD", low=0, kind="series")]
Ages = Annotated[Numbers, Quantity("years", low=0, kind="series")]
OneShare = Annotated[float, Quantity("share", 0, 1)]
OneLife = Annotated[float, Quantity("years", 0, 40)]
OneClass = Annotated[float, Quantity("years", 3, 20, whole=True)]
OneCount = Annotated[float, Quantity("shares", low=0)]
OneAge = Annotated[float, Quantity("months", low=0)]
Word = Annotated[str, Quantity("text", kind="text")]

BASIS = {
    "cost": "price paid",
    "bonus": "bonus depreciation, share of what section_179 leaves",
    "section_179": "amount expensed at once",
}


def relife_table(
    cost: Vintages,
    life: OneLife,
    new_life: OneLife,
    age: Ages,
    salvage: OneShare = 0.0,
    new_salvage: OneShare | None = None,
    tax_rate: OneShare = 0.25,
    shares: OneCount | None = None,
) -> Rows:
    """Return what `depreciation.relife` gives for all vintages together, with the effect on net income and earnings per share."""
    paid, ages = np.atleast_1d(np.asarray(cost, dtype=float)), np.atleast_1d(np.asarray(age, dtype=float))
    if paid.ndim > 1 or ages.ndim > 1 or len(ages) not in {1, len(paid)}:
        raise ShapeError(
            f"cost has {paid.size} figures and age {ages.size}; one age, or one for each cost, in a single row or column, are needed"
        )
    kept = None if new_salvage is None else paid * new_salvage
    lines = depreciation.relife(paid, life, new_life, ages, paid * salvage, kept)
    total = lines.sum(axis=0) if lines.ndim == 3 else lines
    rows = named_lines(depreciation.RELIFE_LINES, total, "year")
    net = total[-1] * (1.0 - tax_rate)
    rows.append(["effect on net income", *net.tolist()])
    if shares is not None:
        if not shares > 0:
            raise OutOfRange(f"shares is {shares:g}; a number above 0 is allowed")
        rows.append(["effect on earnings per share", *(net / shares).tolist()])
    return rows


def lives_table(
    cost: Cost,
    book_life: economic.WholeLife,
    tax_life: OneClass = 5,
    economic_life: economic.EconomicLife = None,
    salvage: Cost = 0.0,
    method: economic.BookMethod = "SL",
    bonus: Share = 0.0,
    value_decline: economic.YearlyLoss = HARDWARE_DECLINE_PER_YEAR,
    tax_rate: economic.TaxRate = 0.25,
) -> Rows:
    """Return the lines of `depreciation.lives` by year."""
    lines = depreciation.lives(
        cost, book_life, tax_life, economic_life, salvage, method, bonus, value_decline, tax_rate
    )
    return named_lines(depreciation.LIVES_LINES, lines, "year")


def residual_table(
    cost: Cost,
    book_life: economic.WholeLife,
    value_decline: economic.YearlyLoss = HARDWARE_DECLINE_PER_YEAR,
    cash: Flows | None = None,
    salvage: Cost = 0.0,
    selling_cost: Share = 0.0,
    method: economic.BookMethod = "SL",
) -> Rows:
    """Return the lines of `depreciation.residual` by year, those of the impairment test where there is cash to test."""
    lines = depreciation.residual(cost, book_life, value_decline, cash, salvage, selling_cost, method)
    shown = len(depreciation.RESIDUAL_LINES) if cash is not None else 4
    return named_lines(depreciation.RESIDUAL_LINES[:shown], lines[..., :shown, :], "year", 0)


def resale(device: Word, months: OneAge) -> list[float]:
    """Return low, middle and high resale share of a device of that age; see `accelxl.catalogue.residual`."""
    fact = catalogue.residual(device, months)
    return [fact.low, fact.value, fact.high]


function(
    "ACCEL_DEPRECIATION",
    "Accel - Cost",
    depreciation.schedule,
    "Depreciation schedule by the named method, one period a row (SL, SYD, DB, DDB, VDB or MACRS)",
    help={
        **BASIS,
        "salvage": "value left at the end of the life",
        "life": "periods over which it is written off; the class in years for MACRS",
        "method": "SL, SYD, DB, DDB, VDB or MACRS",
        "periods": "length of the schedule; blank: the whole life",
        "factor": "of DDB and VDB: 2 is double declining",
        "month": "of DB: months in the first year",
        "no_switch": "of VDB: 1 for no switch to straight line",
        "convention": "of MACRS: HY half-year or MQ mid-quarter",
        "quarter": "of MACRS with MQ: quarter placed in service",
    },
    options=("factor", "month", "no_switch", "convention", "quarter", "bonus", "section_179"),
    undefined="the method has no meaning for these figures",
    examples=[
        ('=ACCEL_DEPRECIATION(1000,0,4,"SYD")', [[400.0], [300.0], [200.0], [100.0]]),
        ('=ACCEL_DEPRECIATION({1000,2000},100,3,"SL")', [[300.0, 1900 / 3]] * 3),
        ('=ACCEL_DEPRECIATION(1000,0,5,"MACRS",2,{"bonus",0.5})', [[600.0], [160.0]]),
    ],
)

function(
    "ACCEL_MACRS",
    "Accel - Cost",
    depreciation.macrs,
    "US tax depreciation of each recovery year: Section 179, then bonus, then the printed table on what is left",
    help={
        **BASIS,
        "life": "property class in years: 3, 5 (computers and accelerators), 7, 10, 15 or 20",
        "convention": "HY half-year, or MQ mid-quarter",
        "quarter": "quarter placed in service, 1 to 4; with MQ only",
    },
    undefined="cost, bonus or section_179 is out of range: section_179 is at most the cost",
    examples=[
        ("=ACCEL_MACRS(1000,5)", [[200.0], [320.0], [192.0], [115.2], [115.2], [57.6]]),
        ('=ACCEL_MACRS(1000,5,"HY",,0.4,100)', [[568.0], [172.8], [103.68], [62.208], [62.208], [31.104]]),
    ],
)

function(
    "ACCEL_UOP",
    "Accel - Cost",
    depreciation.uop,
    "Units-of-production depreciation of each period: by tokens served or hours run, until the total is used up",
    help={
        "cost": "price paid",
        "salvage": "value left when all units are used",
        "total_units": "what the asset yields in its life: tokens, hours, jobs",
        "units": "used in each period",
    },
    undefined="total_units is 0, or a use is below 0",
    examples=[("=ACCEL_UOP(1000,100,90,{30,40,50})", [[300.0, 400.0, 200.0]])],
)

function(
    "ACCEL_MID_MONTH",
    "Accel - Cost",
    depreciation.mid_month,
    "US tax depreciation of a building by year: straight line, the first month counted half (39 years; 27.5 for housing)",
    help={
        "cost": "basis, without land",
        "life": "39 years, or 27.5",
        "month": "month of the tax year in service, 1 to 12",
    },
    undefined="the life is 0, or the month is not 1 to 12",
    examples=[("=ACCEL_MID_MONTH(2400,2,6)", [[650.0], [1200.0], [550.0]])],
)

function(
    "ACCEL_RELIFE",
    "Accel - Cost",
    relife_table,
    "Change of useful life from a day on: depreciation before and after, effect on operating income, net income and earnings per share",
    help={
        "cost": "price paid; one figure for each purchase, or one cell",
        "life": "useful life so far, in years",
        "new_life": "new useful life in years, from the first day of service; not above age: all is written off in year 1",
        "age": "years in service on the day of the change, one for all or one for each cost",
        "salvage": "value left at the end as a share of the cost",
        "new_salvage": "the same from the change on; blank: as before",
        "tax_rate": "rate on the change in income; 0 where net income moves as operating income does",
        "shares": "shares outstanding; blank: no line for earnings per share",
    },
    undefined="a life is 0, or a salvage is above the cost",
    examples=[
        (
            "=ACCEL_RELIFE(100,4,6,1,,,0.2,10)",
            [
                ["year", 1.0, 2.0, 3.0, 4.0, 5.0],
                ["depreciation before", 25.0, 25.0, 25.0, 0.0, 0.0],
                ["depreciation after", 15.0, 15.0, 15.0, 15.0, 15.0],
                ["effect on operating income", 10.0, 10.0, 10.0, -15.0, -15.0],
                ["effect on net income", 8.0, 8.0, 8.0, -12.0, -12.0],
                ["effect on earnings per share", 0.8, 0.8, 0.8, -1.2, -1.2],
            ],
        ),
    ],
)

function(
    "ACCEL_LIVES",
    "Accel - Cost",
    lives_table,
    "Book, tax and economic life of one asset side by side, year by year, with the gap to the market and the deferred tax",
    help={
        "cost": "price paid",
        "book_life": "years over which the books write it off",
        "tax_life": "MACRS class in years: 5 for computers and accelerators",
        "economic_life": "years after which it is worth nothing; blank: its value only falls",
        "salvage": "book value at the end of the book life",
        "method": "of the books: SL, SYD, DB, DDB or VDB",
        "bonus": "bonus depreciation in the first tax year",
        "value_decline": "share of the economic value that a year takes",
        "tax_rate": "for the deferred tax",
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_LIVES(1000,6)", ...)],
)

function(
    "ACCEL_RESIDUAL",
    "Accel - Cost",
    residual_table,
    "Economic value, resale and the gap of the books to the market by year; with cash to come, the impairment test of that year alone",
    help={
        "cost": "price paid",
        "book_life": "years over which the books write it off",
        "value_decline": "share of the economic value that a year takes",
        "cash": "pre-tax cash of each year from year 1; blank: no impairment test",
        "salvage": "book value at the end of the book life",
        "selling_cost": "share of the economic value that a sale costs",
        "method": "of the books: SL, SYD, DB, DDB or VDB",
    },
    undefined="a figure is out of range",
    examples=[
        (
            "=ACCEL_RESIDUAL(1000,2,0.5,{100,0},,0.1)",
            [
                ["year", 0.0, 1.0, 2.0],
                ["book value", 1000.0, 500.0, 0.0],
                ["economic value", 1000.0, 500.0, 250.0],
                ["resale after selling cost", 900.0, 450.0, 225.0],
                ["book less economic value", 0.0, 0.0, -250.0],
                ["cash still to come", 325.0, 225.0, 225.0],
                ["not recoverable", 1.0, 1.0, 0.0],
                ["impairment loss", 100.0, 50.0, 0.0],
            ],
        ),
    ],
)

function(
    "ACCEL_IMPAIRMENT",
    "Accel - Cost",
    depreciation.impairment,
    "Impairment loss of an asset in use: book value less fair value where the undiscounted cash to come is below the book value, else 0",
    help={
        "book_value": "before the test",
        "cash": "undiscounted cash still to come, its sale included, in a row or column",
        "fair_value": "what it would fetch",
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_IMPAIRMENT({600,500},580,525)", [[75.0, 0.0]])],
)

function(
    "ACCEL_RESALE",
    "Accel - Cost",
    resale,
    "Published resale value of a used accelerator as a share of its price new: low, middle, high",
    help={"device": "name such as H100", "months": "age in months, within the ages that are published"},
    examples=[('=ACCEL_RESALE("H100",24)', [[0.4], [0.6], [0.8]])],
)
