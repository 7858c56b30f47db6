"""Quantities: what they say is allowed, and how they are found in a signature."""

from typing import Annotated, get_type_hints

import pytest

from accelxl import units
from accelxl.units import Quantity, quantity_of


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(), "a number"),
        (Quantity("USD"), "a number of USD"),
        (Quantity("USD", low=0), "a number of at least 0 USD"),
        (Quantity("share", high=1), "a share of at most 1"),
        (Quantity("months", 0, 360, whole=True), "a whole number from 0 to 360 months"),
        (Quantity(kind="flag"), "1 (yes) or 0 (no)"),
        (Quantity(kind="choice", choices=("end", "mid")), "end or mid"),
        (Quantity("date", kind="date"), "a date"),
        (Quantity("date", kind="dates"), "a date"),
        (Quantity("text", kind="text"), "text"),
    ],
)
def test_allowed_says_it_in_words(quantity, words):
    assert quantity.allowed() == words


def test_a_quantity_is_found_in_an_annotation_and_in_an_optional_one():
    price = Quantity("USD/Mtok", low=0)
    assert quantity_of(Annotated[float, "note", price]) is price
    assert quantity_of(Annotated[float, price] | None) == price
    assert quantity_of(float) is None
    assert quantity_of(float | None) is None


def test_quantities_come_out_of_a_signature():
    def cost(price: units.UsdPerMtok, life: units.Months | None = None) -> units.Money: ...

    hints = get_type_hints(cost, include_extras=True)
    assert {name: quantity_of(hint).unit for name, hint in hints.items()} == {
        "price": "USD/Mtok",
        "life": "months",
        "return": "USD",
    }


def test_every_shared_quantity_has_a_unit_and_a_range_that_holds_something():
    shared = {name: quantity_of(value) for name, value in vars(units).items() if quantity_of(value)}
    assert len(shared) > 15
    for name, quantity in shared.items():
        assert quantity.unit, name
        assert quantity.low < quantity.high, name


def test_a_month_and_a_year_hold_the_same_hours():
    assert units.HOURS_PER_MONTH * 12 == units.HOURS_PER_YEAR
    assert units.HOURS_PER_MONTH * 3600 == units.SECONDS_PER_MONTH
