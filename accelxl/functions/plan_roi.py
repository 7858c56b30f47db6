"""ACCEL_ROI: one deployment by the plan model, each of its figures a cell or a range."""

from __future__ import annotations

from functools import cache
from math import isnan
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.errors import NoSolution, OutOfRange, UnknownName, nearest
from accelxl.functions.cells import Rows, named
from accelxl.functions.registry import Unset
from accelxl.plan.evaluate import compile_plan, run, run_one, slots_of
from accelxl.plan.inputs import INPUTS, THREE_PRICES
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan
from accelxl.units import Numbers, Quantity, Result, unknown

Block = Annotated[Rows, Quantity(kind="block")]

PLAN_INPUTS = {
    "unit_price": "unit_price_usd",
    "units": "units",
    "tokens_per_second": "tokens_per_second",
    "price_per_mtok": "price_usd_per_mtok",
    "utilization": "utilization",
    "power_kw": "power_kw",
    "electricity_price": "electricity_usd_per_kwh",
    "life_years": "economic_life_months",
    "delay_months": "delay_months",
    "discount_rate": "discount_rate",
    "tax_rate": "tax_rate",
}
"""The plan's input behind each argument."""
NEEDED = ("unit_price_usd", "units", "tokens_per_second", "price_usd_per_mtok")

UnitPrice = Annotated[Numbers, INPUTS["unit_price_usd"].quantity]
Units = Annotated[Numbers, INPUTS["units"].quantity]
Throughput = Annotated[Numbers, INPUTS["tokens_per_second"].quantity]
TokenPrice = Annotated[Numbers, INPUTS["price_usd_per_mtok"].quantity]
Utilization = Annotated[Numbers, INPUTS["utilization"].quantity]
Power = Annotated[Numbers, INPUTS["power_kw"].quantity]
Electricity = Annotated[Numbers, INPUTS["electricity_usd_per_kwh"].quantity]
LifeYears = Annotated[Numbers, Quantity("years", 1 / 12, 30)]
Delay = Annotated[Numbers, INPUTS["delay_months"].quantity]
Discount = Annotated[Numbers, INPUTS["discount_rate"].quantity]
TaxRate = Annotated[Numbers, INPUTS["tax_rate"].quantity]


def _usual(name: str, scale: float = 1.0) -> Unset:
    default = INPUTS[name].default
    assert isinstance(default, float)
    return Unset(default * scale)


UTILIZATION, POWER, ELECTRICITY = _usual("utilization"), _usual("power_kw"), _usual("electricity_usd_per_kwh")
LIFE, DELAY = _usual("economic_life_months", 1 / 12), _usual("delay_months")
DISCOUNT, TAX = _usual("discount_rate"), _usual("tax_rate")


def roi(
    unit_price: UnitPrice,
    units: Units,
    tokens_per_second: Throughput,
    price_per_mtok: TokenPrice,
    utilization: Utilization = UTILIZATION,
    power_kw: Power = POWER,
    electricity_price: Electricity = ELECTRICITY,
    life_years: LifeYears = LIFE,
    delay_months: Delay = DELAY,
    discount_rate: Discount = DISCOUNT,
    tax_rate: TaxRate = TAX,
    options: Block | None = None,
) -> Result:
    """After-tax return on one deployment over its life, ``sum(free cash flow) / sum(capex)``, or another metric of its plan.

    Parameters
    ----------
    unit_price, units, ..., tax_rate
        The inputs of `PLAN_INPUTS`, floats or arrays of shape (cases,); NaN is the plan's own value. `life_years` is the economic life,
        and with it the book life.
    options : rows of name and value
        Further inputs of the plan, and `metric`.

    Returns
    -------
    float or array, shape (cases,)
        NaN where the metric has no meaning or `life_years` is not a whole number of months.

    Source
    ------
    Equations B4; the plan model.
    """
    arguments = (
        unit_price, units, tokens_per_second, price_per_mtok, utilization, power_kw, electricity_price, life_years, delay_months,
        discount_rate, tax_rate,
    )  # fmt: skip
    given: dict[str, Any] = {
        name: value for name, value in zip(PLAN_INPUTS.values(), arguments, strict=True) if type(value) is not Unset
    }
    base, metric = (_bare(), "roi") if options is None else _with_options(options, given)
    if np.ndarray in set(map(type, given.values())):
        return _many(base, metric, given)
    return _one(base, metric, given)


@cache
def _bare() -> Plan:
    """Return the plan of all defaults; every call overrides what it needs."""
    return Plan((), **dict.fromkeys(NEEDED, 1.0))


def _with_options(options: Rows, given: dict[str, Any]) -> tuple[Plan, str]:
    """Return the plan that the options make, and the metric they ask for."""
    values = named(options, "options")
    metric = values.pop("metric", "roi")
    if metric not in METRICS:
        raise UnknownName(f"the metric in options is {metric!r}; {nearest(str(metric), METRICS)}")
    argument_of = {name: argument for argument, name in PLAN_INPUTS.items()}
    for name in values:
        if name in given:
            raise UnknownName(f"{name} stands in options and as the argument {argument_of[name]}; give it once")
        if name in THREE_PRICES:
            raise UnknownName(f"{name} stands in options beside price_per_mtok; use ACCEL_PLAN for three prices")
        if name not in INPUTS:
            raise unknown(name, [*INPUTS, "metric"], f"{name!r} in options is not an input of a plan", values[name])
    return Plan((), **dict.fromkeys(NEEDED, 1.0) | values), metric


def _one(base: Plan, metric: str, given: dict[str, float]) -> float:
    life = "economic_life_months"
    if life in given:
        months = float(round(given[life] * 12))
        if abs(months - given[life] * 12) > 1e-9:
            raise OutOfRange(
                f"life_years is {given[life]:g}, which is {given[life] * 12:g} months; a whole number of months is allowed"
            )
        given[life] = months
    (value,) = run_one(base, given, (metric,))
    if isnan(value):
        raise NoSolution(f"{metric} has no value for this deployment: {METRICS[metric].definition}")
    return value


def _many(base: Plan, metric: str, given: dict[str, Any]) -> NDArray[np.float64]:
    compiled = compile_plan(base)
    cases = max(len(value) for value in given.values() if isinstance(value, np.ndarray))
    columns: dict[str, NDArray[np.float64]] = {}
    broken = None
    for name, value in given.items():
        column = np.full(cases, value, dtype=np.float64) if np.ndim(value) == 0 else value
        if name == "economic_life_months":
            months = np.rint(column * 12)
            broken = np.abs(months - column * 12) > 1e-9
            column = months
        columns[name] = np.where(np.isnan(column), compiled.values[slots_of(compiled, name)[0]], column)
    values = run(base, columns, (metric,))[0]
    return values if broken is None else np.where(broken, np.nan, values)
