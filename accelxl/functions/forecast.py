"""Declarations: rolling forecasts, variances, mix targets and gated tranches."""

import datetime as dt
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.domain import demand, forecast
from accelxl.domain.forecast import gates, rolling, variances
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.functions.cells import Cell, Rows, is_blank, serial, show, used
from accelxl.functions.readers import one_number
from accelxl.functions.registry import Argument, function
from accelxl.functions.supply import DAY_ONE, words
from accelxl.units import Quantity

Table = Annotated[list[list[Any]], Quantity("text", kind="table")]
FigureTable = Annotated[list[list[Any]], Quantity("driver's unit", kind="table")]
PeriodTable = Annotated[list[list[Any]], Quantity("period", kind="table")]
METHODS = (*rolling.METHODS, *rolling.CURVES)
Method = Annotated[str, Quantity("text", kind="choice", choices=METHODS)]


def rolled(
    periods: PeriodTable,
    plan: FigureTable,
    actuals: FigureTable,
    method: Method = "ratio",
    window: rolling.Window | None = None,
    actual_periods: rolling.Periods | None = None,
    low: FigureTable | None = None,
    high: FigureTable | None = None,
) -> Rows:
    """Return the rolling forecast of one or more drivers as a table, a row a period; see `accelxl.domain.forecast.roll`."""
    if len(periods) > 1 and any(len(row) > 1 for row in periods):
        raise ShapeError(f"periods are {len(periods)} rows and {len(periods[0])} columns; one row or column is allowed")
    across = len(periods) == 1 and len(periods[0]) > 1
    argument = Argument("periods", Quantity("period"), "")
    t = np.array(
        [
            one_number(
                argument, serial(cell) if isinstance(cell, dt.date) else cell, f"periods, cell {place},", inside=True
            )
            for place, cell in enumerate((cell for row in used(periods) for cell in row), 1)
        ]
    )
    drivers = _lines(plan, "plan", across=across)
    known = _lines(actuals, "actuals", across=across)
    if len(known) != len(drivers) or any(len(line) != len(t) for line in drivers):
        raise ShapeError(
            f"plan has {len(drivers)} drivers of {len(drivers[0])} periods, actuals {len(known)} drivers, for {len(t)} periods; "
            "a figure a period, actuals for each driver, and all in the direction of the periods are allowed"
        )
    width = None if window is None or window != window else int(window)  # noqa: PLR0124  # NaN is a blank
    least, most = _limit(low, "low", len(drivers)), _limit(high, "high", len(drivers))
    found = [
        _driver(t, line, actual, method, width, actual_periods, ends)
        for line, actual, ends in zip(drivers, known, zip(least, most, strict=True), strict=True)
    ]
    count = min(len(line) for line in known)
    names = ["forecast"] if len(found) == 1 else [f"driver {place}" for place in range(1, len(found) + 1)]
    header = ["period", "source", *names, *(["product", "product of the plan"] if len(found) > 1 else ["plan"])]
    rows: Rows = [header]
    for place, period in enumerate(t.tolist()):
        values = [line[place] for line in found]
        planned = [line[place] for line in drivers]
        end = [float(np.prod(values)), float(np.prod(planned))] if len(found) > 1 else planned
        rows.append([period, "actual" if place < count else "forecast", *values, *end])
    return rows


def _lines(table: Rows, name: str, *, across: bool) -> list[list[float]]:
    """Return the drivers of a table, each without the blanks after its last figure; a gap is refused."""
    cells = table if across else [list(column) for column in zip(*table, strict=True)]
    argument = Argument(name, Quantity("driver's unit"), "")
    found = []
    for number, line in enumerate(cells, 1):
        kept = list(line)
        while kept and is_blank(kept[-1]):
            kept.pop()
        for place, cell in enumerate(kept, 1):
            if is_blank(cell):
                raise OutOfRange(
                    f"{name}, driver {number}, has no figure in period {place} but one after it; give it, or leave the later ones out"
                )
        found.append(
            [
                one_number(argument, cell, f"{name}, driver {number}, period {k},", inside=True)
                for k, cell in enumerate(kept, 1)
            ]
        )
    return found


def _limit(table: Rows | None, name: str, drivers: int) -> list[float | None]:
    """Return the limit of each driver: one for all, or one for each; a blank is none."""
    cells = [cell for row in table or [[None]] for cell in row]
    if len(cells) not in {1, drivers}:
        raise ShapeError(f"{name} has {len(cells)} figures for {drivers} drivers; one, or one for each, is allowed")
    argument = Argument(name, Quantity("driver's unit"), "")
    found = [
        None if is_blank(cell) else one_number(argument, cell, f"{name}, driver {k},", inside=True)
        for k, cell in enumerate(cells, 1)
    ]
    return found * drivers if len(found) == 1 else found


def _driver(
    t: NDArray[np.float64],
    plan: list[float],
    known: list[float],
    method: str,
    width: int | None,
    days: Any,
    ends: tuple[float | None, float | None],
) -> list[float]:
    """Return the rolled series of one driver, an adoption curve through its actuals where one is asked for."""
    if method not in rolling.CURVES or not known:
        word = "plan" if method in rolling.CURVES else method
        return forecast.roll(t, plan, known, word, width, days, *ends).values.tolist()  # type: ignore[no-any-return]
    if method == "bass" and t[0] >= DAY_ONE:
        raise OutOfRange(
            "periods are dates; a bass curve counts from the launch, so periods such as 0, 1, 2 are allowed"
        )
    rolling.checked(t, plan, known, days)
    fit = demand.adopt_fit(t[: len(known)], known, method)
    return forecast.splice(t, plan, known, np.asarray(fit.at(t)), days).tolist()  # type: ignore[no-any-return]


def variance_table(
    plan_capacity: variances.Capacity,
    plan_utilization: variances.Utilization,
    plan_price: variances.Price,
    actual_capacity: variances.Capacity,
    actual_utilization: variances.Utilization,
    actual_price: variances.Price,
    names: Table | None = None,
) -> Rows:
    """Return the variances of `accelxl.domain.forecast.variance` as a table: a row a product, then the total."""
    lines = forecast.variance(
        plan_capacity, plan_utilization, plan_price, actual_capacity, actual_utilization, actual_price
    )
    if lines.ndim != 2:
        raise ShapeError(
            "a figure has several rows; a single row or column of products is allowed, since each gives a table"
        )
    labels = [f"product {place}" for place in range(1, len(lines) + 1)] if names is None else words("names", names)
    if len(labels) != len(lines):
        raise ShapeError(f"{len(labels)} names for {len(lines)} products; one for each is allowed")
    rows: Rows = [["", *forecast.VARIANCE_LINES, "actual less plan"]]
    rows += [[label, *line, sum(line)] for label, line in zip(labels, lines.tolist(), strict=True)]
    totals = lines.sum(axis=0).tolist()
    return [*rows, ["total", *totals, sum(totals)]]


def mix_table(targets: Table, actuals: Table, values: Table | None = None) -> Rows:
    """Return target against actual mix as a table, a row a quarter and device; see `accelxl.domain.forecast.mix_target`."""
    quarters, devices, wanted = _grid(targets, "targets")
    quarters_had, devices_had, had = _grid(actuals, "actuals")
    _same(quarters, quarters_had, "quarter")
    _same(devices, devices_had, "device")
    order = [[had[devices_had.index(d)][quarters_had.index(q)] for d in devices] for q in quarters_had]
    first = [[wanted[devices.index(d)][quarters.index(q)] for d in devices] for q in quarters_had]
    each = _values(values, devices)
    found = forecast.mix_target(first, order, each)
    rows: Rows = [
        ["quarter", "device", "target share", "actual share", "gap", "units", "units off target", "mix variance"]
    ]
    for k, quarter in enumerate(quarters_had):
        for j, device in enumerate(devices):
            rows.append([
                quarter, device, first[k][j], found.share[k, j], found.gap[k, j], order[k][j], found.units_off[k, j],
                found.variance[k, j],
            ])  # fmt: skip
        rows.append([quarter, "all", 1.0, 1.0, found.moved[k], sum(order[k]), None, found.variance[k].sum()])
    return rows


def _grid(table: Rows, name: str) -> tuple[list[Cell], list[str], list[list[float]]]:
    """Return the header, the names and the figures of a table with a header row and a column of names."""
    rows = used(table)
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ShapeError(
            f"{name} is {len(rows)} rows; a header of quarters over rows of a device and its figures is needed"
        )
    kept = [k for k in range(1, len(rows[0])) if not all(is_blank(row[k]) for row in rows)]
    header = [rows[0][k] for k in kept]
    for place, cell in enumerate(header):
        if is_blank(cell):
            raise ShapeError(
                f"{name}, column {kept[place] + 1}, has figures and no quarter in the header; one is needed"
            )
        if cell in header[:place]:
            raise UnknownName(f"{name} has the quarter {show(cell)} twice; each quarter once is allowed")
    devices = words(f"{name}, first column", [[row[0]] for row in rows[1:]])
    argument = Argument(name, Quantity("share" if name == "targets" else "units"), "")
    figures: list[list[float]] = []
    for device, row in zip(devices, rows[1:], strict=True):
        figures.append([])
        for quarter, cell in zip(header, (row[k] for k in kept), strict=True):
            where = f"{name}, {device} in {_named(quarter)},"
            if is_blank(cell):
                raise WrongType(f"{where} is blank; a figure is needed, 0 where there is none")
            figures[-1].append(one_number(argument, cell, where, inside=True))
    return header, devices, figures


def _named(quarter: Cell) -> str:
    return quarter.strip() if isinstance(quarter, str) else show(quarter)


def _same(targets: list[Any], actuals: list[Any], what: str) -> None:
    """Refuse actuals of a quarter or device that has no target, and devices without actuals."""
    for name in actuals:
        if name not in targets:
            raise UnknownName(f"actuals have the {what} {_named(name)}, targets do not; the same {what}s are allowed")
    for name in targets:
        if what == "device" and name not in actuals:
            raise UnknownName(f"targets have the device {name}, actuals do not; give its units, 0 where there are none")


def _values(table: Rows | None, devices: list[str]) -> list[float]:
    """Return the value of a unit of each device; 1 where none is given, so that the variance is in units."""
    if table is None:
        return [1.0] * len(devices)
    rows = used(table)
    if any(len(row) < 2 for row in rows):
        raise ShapeError("values has one column; a column of devices and one of values are needed")
    argument = Argument("values", Quantity("USD per unit"), "")
    named = [row for row in rows if not is_blank(row[0])]
    given = {
        name: one_number(argument, row[1], f"values, {name},", inside=True)
        for name, row in zip(words("values, first column", [[row[0]] for row in named]), named, strict=True)
    }
    for device in devices:
        if device not in given:
            raise UnknownName(f"values have no {device}; one value for each device is needed")
    return [given[device] for device in devices]


def unlock_table(
    probabilities: gates.Chances,
    npv_usd: gates.Worths,
    missed_usd: gates.Worths | None = None,
    names: Table | None = None,
) -> Rows:
    """Return the gated programme of `accelxl.domain.forecast.unlock` as a table: a row a tranche, then the totals."""
    found = forecast.unlock(probabilities, npv_usd, 0.0 if missed_usd is None else missed_usd)
    count = len(found.start)
    labels = [f"tranche {place}" for place in range(1, count + 1)] if names is None else words("names", names)
    if len(labels) != count:
        raise ShapeError(f"{len(labels)} names for {count} tranches; one for each is allowed")
    rows: Rows = [["", "probability unlocked", "npv from its gate on", "start", "contribution to npv"]]
    for k, label in enumerate(labels):
        rows.append(
            [label, found.reached[k], found.rolled_back[k], "yes" if found.start[k] else "no", found.contribution[k]]
        )
    return [
        *rows,
        ["npv, gated", None, None, None, found.npv],
        ["npv, every tranche that is unlocked", None, None, None, found.npv_all],
        ["the right to stop", None, None, None, found.right_to_stop],
    ]


function(
    "ACCEL_ROLL",
    "Accel - Plan",
    rolled,
    "Rolling forecast, a row a period: actuals replace the plan, the rest is forecast again; of several drivers also the product",
    help={
        "periods": "periods of the plan, ascending: 1, 2, 3, dates or years",
        "plan": "a figure for each period; a line for each driver, such as volume and price",
        "actuals": "figures from the first period on, as many lines as the plan, blank after the last actual",
        "method": "ratio to plan, shift against plan, trend (growth fitted), plan, or an adoption curve: logistic, gompertz, bass",
        "window": "how many of the last actuals count; blank: all",
        "actual_periods": "the actuals' own periods, so that a gap or a period that stands twice is found",
        "low": "the least a driver can be, one for all or one for each; blank: 0 where the plan has no figure below 0",
        "high": "the most a driver can be, such as 1 for a utilization; the forecast stops there",
    },
    examples=[
        (
            "=ACCEL_ROLL({1,2,3,4},{100,110,120,130},{90,99})",
            [
                ["period", "source", "forecast", "plan"],
                [1.0, "actual", 90.0, 100.0],
                [2.0, "actual", 99.0, 110.0],
                [3.0, "forecast", 108.0, 120.0],
                [4.0, "forecast", 117.0, 130.0],
            ],
        ),
        (
            "=ACCEL_ROLL({1,2},{100,200;2,1},{50;3})",
            [
                ["period", "source", "driver 1", "driver 2", "product", "product of the plan"],
                [1.0, "actual", 50.0, 3.0, 150.0, 200.0],
                [2.0, "forecast", 100.0, 1.5, 150.0, 200.0],
            ],
        ),
    ],
)
function(
    "ACCEL_VARIANCE",
    "Accel - Plan",
    variance_table,
    "Actual less plan of capacity x utilization x price by product, split into volume, mix, utilization and price that add up",
    help={
        "plan_capacity": "planned capacity of each product or device, in tokens or hours",
        "plan_utilization": "planned share of it that is filled; 1 where capacity is what was sold",
        "plan_price": "planned price, contribution or cost of a unit; a standard one for a product that the plan lacks",
        "actual_capacity": "actual capacity of the same products",
        "actual_utilization": "actual share that was filled",
        "actual_price": "actual price",
        "names": "names of the products",
    },
    examples=[
        (
            '=ACCEL_VARIANCE({500,500},{1,1},{5,10},{550,650},{1,1},{5,10},{"A","B"})',
            [
                ["", "volume", "mix", "utilization", "price", "actual less plan"],
                ["A", 500.0, -250.0, 0.0, 0.0, 250.0],
                ["B", 1000.0, 500.0, 0.0, 0.0, 1500.0],
                ["total", 1500.0, 250.0, 0.0, 0.0, 1750.0],
            ],
        ),
    ],
)
function(
    "ACCEL_MIX_TARGET",
    "Accel - Plan",
    mix_table,
    "Device-mix targets by quarter against actual: shares, gaps, units off target and the mix variance in money",
    help={
        "targets": "a header of quarters, then a device and its target share of each; each quarter sums to 1",
        "actuals": "the same layout with the units deployed; quarters that are not over yet may be missing",
        "values": "devices and the planned margin, revenue or cost of a unit; blank: the variance is in units",
    },
    examples=[
        (
            '=ACCEL_MIX_TARGET({"","Q1";"GPU",0.75;"ASIC",0.25},{"","Q1";"GPU",60;"ASIC",40},{"GPU",100;"ASIC",240})',
            [
                [
                    "quarter",
                    "device",
                    "target share",
                    "actual share",
                    "gap",
                    "units",
                    "units off target",
                    "mix variance",
                ],
                ["Q1", "GPU", 0.75, 0.6, -0.15, 60.0, -15.0, -1500.0],
                ["Q1", "ASIC", 0.25, 0.4, 0.15, 40.0, 15.0, 3600.0],
                ["Q1", "all", 1.0, 1.0, 0.15, 100.0, "", 2100.0],
            ],
        ),
    ],
)
function(
    "ACCEL_UNLOCK",
    "Accel - Plan",
    unlock_table,
    "Stage-gated NPV of tranches that milestones unlock; a tranche starts only if it pays together with what it unlocks",
    help={
        "probabilities": "that the milestone of each tranche is met, given that the one before was started; 1 without a milestone",
        "npv_usd": "present value today of each tranche alone, given that its milestone is met",
        "missed_usd": "present value today of stopping at a gate: a penalty below 0, a resale above; blank: 0",
        "names": "names of the tranches",
    },
    examples=[
        (
            "=ACCEL_UNLOCK({1,0.5},{-10,50})",
            [
                ["", "probability unlocked", "npv from its gate on", "start", "contribution to npv"],
                ["tranche 1", 1.0, 15.0, "yes", -10.0],
                ["tranche 2", 0.5, 50.0, "yes", 25.0],
                ["npv, gated", "", "", "", 15.0],
                ["npv, every tranche that is unlocked", "", "", "", 15.0],
                ["the right to stop", "", "", "", 0.0],
            ],
        ),
    ],
)
function(
    "ACCEL_MILESTONE",
    "Accel - Plan",
    forecast.milestone,
    "Period in which a milestone is met: the first with so many figures in a row at or beyond the threshold",
    help={
        "actuals": "a figure a period: utilization, tokens served, cost of a token",
        "threshold": "what has to be met",
        "hold": "for how many periods in a row",
        "side": "at least, or at most for a cost",
        "periods": "names of the periods, ascending; blank: counted from 1",
    },
    undefined="the milestone is not met yet",
    examples=[("=ACCEL_MILESTONE({0.5,0.62,0.58,0.61,0.63},0.6,2)", 5.0)],
)
