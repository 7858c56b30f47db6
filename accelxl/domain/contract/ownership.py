"""Cost of ownership: what an accelerator costs a year and a productive hour, its parts each with a life of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

import accelxl._core as core
from accelxl.arrays import check_record, check_values, formula
from accelxl.errors import OutOfRange, ShapeError
from accelxl.units import HOURS_PER_YEAR, Cost, DiscountRate, Numbers, OneDiscountRate, Quantity, Result, Share

Life = Annotated[Numbers, Quantity("years", low=0)]
PerYear = Annotated[Numbers, Quantity("1/year", low=1, high=366, whole=True)]
Name = Annotated[str, Quantity("text", kind="text")]
OneUsd = Annotated[float, Quantity("USD", low=0)]
OneLife = Annotated[float, Quantity("years", low=0.01, high=100)]
OneShare = Annotated[float, Quantity("share", low=0, high=1)]
OneWorking = Annotated[float, Quantity("share", low=0.001, high=1)]
OneRate = OneDiscountRate
OneYearly = Annotated[float, Quantity("USD/year", low=0)]
OneKilowatt = Annotated[float, Quantity("kW", low=0, high=200)]
"""As `accelxl.units.Kilowatt`, a single figure."""
OnePrice = Annotated[float, Quantity("USD/kWh", low=0)]
OnePerKw = Annotated[float, Quantity("USD/kW", low=0)]
OnePerKwMonth = Annotated[float, Quantity("USD/kW-month", low=0)]
OnePue = Annotated[float, Quantity("1", low=1)]
OnePerYear = Annotated[float, Quantity("1/year", low=1, high=366, whole=True)]
OneFlag = Annotated[float, Quantity("1", 0, 1, kind="flag")]
Array = NDArray[np.float64]


def annual_charge(
    price_usd: Cost,
    life_years: Life,
    residual_share: Share = 0.0,
    discount_rate: DiscountRate = 0.10,
    payments_per_year: PerYear = 1,
) -> Result:
    """Capital charge of a part a year, ``P*CRF(r,n) - s*P*SFF(r,n)`` = ``P*(1-s)*CRF(r,n) + s*P*r``.

    Parameters
    ----------
    price_usd : USD
        Installed price.
    life_years : years
        Economic life.
    residual_share : share
        Share of the price that comes back at the end of the life.
    discount_rate : 1/year
        Effective annual rate.
    payments_per_year : 1/year
        1: a payment at the end of each year; 12: of each month, as a plan pays, which sums to less in a year.

    Returns
    -------
    USD/year
        Shape of the broadcast arguments. NaN where the life is 0, the rate -1 or less, or an argument is out of range.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together. The same in every function of this package.

    Examples
    --------
    >>> round(annual_charge(30_000, 5, 0.10, 0.08), 2)
    7002.32

    Source
    ------
    Equations B1.
    """

    def charge(price: Array, years: Array, left: Array, rate: Array, often: Array) -> Array:
        return _charge(price, left * price, years, rate, often)

    return formula(annual_charge, charge, price_usd, life_years, residual_share, discount_rate, payments_per_year)


def period_rate(rate: Any, often: Any) -> Array:
    """Return the rate of a period of which `often` make a year, ``(1+r)^(1/often) - 1``."""
    return np.asarray(np.where(np.asarray(often) == 1, rate, core.expm1(core.log1p(rate) / often)))


def _charge(price: Any, residual: Any, years: Any, rate: Any, often: Any) -> Array:
    periods = np.where((np.asarray(years) > 0) & (np.asarray(rate) > -1), years * often, np.nan)
    return np.asarray(-core.pmt(period_rate(rate, often), periods, price, -residual, 0.0) * often)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an installed accelerator with a life of its own: chip, its share of the server, network, storage."""

    name: Name
    price_usd: OneUsd
    life_years: OneLife
    residual_share: OneShare = 0.0


@dataclass(frozen=True, slots=True)
class Ownership:
    """Cost of an accelerator by line, USD a year; `hours` are the productive hours of a year."""

    lines: tuple[tuple[str, float], ...]
    hours: float

    @property
    def usd_per_year(self) -> float:
        """Sum of the lines."""
        return float(sum(amount for _, amount in self.lines))

    @property
    def usd_per_hour(self) -> float:
        """Cost of a productive hour."""
        return self.usd_per_year / self.hours

    def rows(self) -> list[list[Any]]:
        """Return name, USD a year, USD a productive hour and share of each line, the total last."""
        total = self.usd_per_year
        lines = [*self.lines, ("total", total)]
        body = [[name, amount, amount / self.hours, amount / total if total else None] for name, amount in lines]
        return [["line", "USD a year", "USD a productive hour", "share"], *body]


def tco(
    parts: Sequence[Part],
    power_kw: OneKilowatt,
    discount_rate: OneRate = 0.10,
    availability: OneWorking = 1.0,
    utilization: OneWorking = 1.0,
    payments_per_year: OnePerYear = 1.0,
    load_factor: OneShare = 1.0,
    pue: OnePue = 1.25,
    electricity_usd_per_kwh: OnePrice = 0.083,
    facility_usd_per_kw: OnePerKw = 0.0,
    facility_life_years: OneLife = 15.0,
    colo_usd_per_kw_month: OnePerKwMonth = 0.0,
    colo_includes_power: OneFlag = 0.0,
    maintenance_share: OneShare = 0.0,
    insurance_share: OneShare = 0.0,
    property_tax_share: OneShare = 0.0,
    sales_tax_share: OneShare = 0.0,
    credit_share: OneShare = 0.0,
    staff_usd_per_year: OneYearly = 0.0,
    software_usd_per_year: OneYearly = 0.0,
    support_usd_per_year: OneYearly = 0.0,
    revenue_share: OneShare = 0.0,
    revenue_usd_per_year: OneYearly = 0.0,
) -> Ownership:
    """Cost of ownership, ``(sum A_k + A_fac + energy + colo + other) / (8760 * availability * utilization)``.

    Parameters
    ----------
    parts : sequence of Part
        Installed price, life and residual of each part; a part is bought anew when its life is over.
    power_kw : kW
        Of an accelerator at the rack, its share of the server included, before cooling.
    discount_rate : 1/year
        Effective annual rate.
    availability, utilization : share
        Share of the hours in which it works, and of those that are filled. Count utilization once: here or in the
        tokens a second.
    payments_per_year : 1/year
        Of the capital charges; see `annual_charge`.
    load_factor, pue, electricity_usd_per_kwh
        Share of the power that is drawn, facility power over IT power, price of electricity.
    facility_usd_per_kw, facility_life_years
        Building, power and cooling per kW of IT load; no residual.
    colo_usd_per_kw_month, colo_includes_power
        Rent in place of the facility, and whether it pays for electricity.
    maintenance_share, insurance_share, property_tax_share : share
        Of the sum of the parts' prices, each year.
    sales_tax_share, credit_share : share
        Tax on the price of the parts, and the share of price and tax that a credit or subsidy gives back at once.
    staff_usd_per_year, software_usd_per_year, support_usd_per_year : USD/year
        Per accelerator.
    revenue_share, revenue_usd_per_year
        Share of the accelerator's revenue that goes to others, and that revenue.

    Returns
    -------
    Ownership
        A line for each part and each other cost.

    Raises
    ------
    OutOfRange
        If a figure is outside its limits, or both a facility and a colocation price are given.
    ShapeError
        If there is no part.

    Examples
    --------
    A chip that lasts 4 years in a server that lasts 6:

    >>> found = tco([Part("chip", 25_000, 4), Part("server", 10_000, 6)], 1.3, utilization=0.6)
    >>> round(found.usd_per_hour, 2)
    2.16

    Source
    ------
    Equations B1; sales tax, credit, property tax and insurance as in NREL's System Advisor Model.
    """
    check_values(tco, locals())
    if not parts:
        raise ShapeError("there are no parts; one part or more with a price and a life is needed")
    for place, part in enumerate(parts, 1):
        check_record(part, f"part {place}, {part.name}")
    if facility_usd_per_kw and colo_usd_per_kw_month:
        raise OutOfRange(
            f"facility_usd_per_kw is {facility_usd_per_kw:g} and colo_usd_per_kw_month {colo_usd_per_kw_month:g}; "
            "one of the two is allowed, since a colocation price pays for the facility"
        )
    paid = (1.0 + sales_tax_share) * (1.0 - credit_share)
    bought = sum(part.price_usd for part in parts)
    energy = power_kw * load_factor * pue * HOURS_PER_YEAR * electricity_usd_per_kwh
    lines: list[tuple[str, Any]] = [
        (
            part.name,
            _charge(
                part.price_usd * paid, part.residual_share * part.price_usd, part.life_years, discount_rate,
                payments_per_year,
            ),
        )
        for part in parts
    ]  # fmt: skip
    lines += [
        (
            "facility",
            _charge(facility_usd_per_kw * power_kw, 0.0, facility_life_years, discount_rate, payments_per_year),
        ),
        ("electricity", 0.0 if colo_usd_per_kw_month and colo_includes_power else energy),
        ("colocation", power_kw * colo_usd_per_kw_month * 12.0),
        ("maintenance", maintenance_share * bought),
        ("insurance", insurance_share * bought),
        ("property tax", property_tax_share * bought),
        ("staff", staff_usd_per_year),
        ("software", software_usd_per_year),
        ("support", support_usd_per_year),
        ("revenue share", revenue_share * revenue_usd_per_year),
    ]
    return Ownership(
        tuple((name, float(amount)) for name, amount in lines), HOURS_PER_YEAR * availability * utilization
    )
