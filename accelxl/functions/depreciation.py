"""Declarations: depreciation."""

from accelxl.domain import depreciation
from accelxl.functions.registry import function

BASIS = {
    "cost": "price paid",
    "bonus": "bonus depreciation, share of what section_179 leaves",
    "section_179": "amount expensed at once",
}

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
