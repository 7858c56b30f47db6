"""The door between callers and kernels: what passes, what is refused, and with which sentence."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import accelxl._core as core
from accelxl.arrays import cases, elementwise, numbers, result, serials, series
from accelxl.errors import ShapeError, WrongType

DAY = dt.date(2024, 1, 1)
SERIAL = 45292.0


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (2, 2.0),
        (2.5, 2.5),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (Decimal("1.5"), 1.5),
        (Fraction(1, 4), 0.25),
        ([1, 2.5], [1.0, 2.5]),
        ([Decimal("1.5"), 2], [1.5, 2.0]),
        (((1, 2), (3, 4)), [[1.0, 2.0], [3.0, 4.0]]),
        (range(3), [0.0, 1.0, 2.0]),
        (pd.Series([1, 2]), [1.0, 2.0]),
        ([], []),
    ],
)
def test_numbers_of_every_kind_become_float64(given, right):
    array = numbers(given, "rate")
    assert array.dtype == np.float64
    assert array.tolist() == right


def test_an_array_of_float64_is_not_copied():
    array = np.arange(5.0)
    assert numbers(array, "rate") is array


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("0.1", "'0.1'"),
        (b"1", "b'1'"),
        (None, "None"),
        (1j, "1j"),
        (DAY, "2024"),
        (np.datetime64("2024-01-01"), "2024-01-01"),
        ([1, None], "None"),
        ([1, "x"], "'x'"),
        ([1, Decimal(2), "x"], "'x'"),
        (pd.Series([1, pd.NA]), "<NA>"),
        ({"a": 1}, "{'a': 1}"),
        ({1, 2}, "{1, 2}"),
        ((x for x in [1]), "generator"),
        (10**400, "1.8e308"),
        ([1, 10**400], "1.8e308"),
        (Decimal("sNaN"), "sNaN"),
        (np.array([], dtype="M8[D]"), "empty"),
    ],
    ids=lambda v: str(v)[:20],
)
def test_what_is_not_a_number_is_refused_with_its_name_and_value(given, named):
    with pytest.raises(WrongType) as caught:
        numbers(given, "discount_rate")
    assert str(caught.value).startswith("discount_rate ")
    assert named in str(caught.value)
    assert "allowed" in str(caught.value)


def test_a_ragged_list_is_refused():
    with pytest.raises(ShapeError, match="flows is a ragged list"):
        numbers([[1.0], [1.0, 2.0]], "flows")


def test_a_series_is_contiguous_and_has_a_last_axis():
    assert series(5.0, "flows").tolist() == [5.0]
    assert series(np.arange(12.0).reshape(3, 4).T, "flows").flags.c_contiguous


def test_a_series_that_is_too_short_says_how_long_it_must_be():
    with pytest.raises(ShapeError, match="flows has 1 periods; at least 2 are needed"):
        series([1.0], "flows", at_least=2)


@pytest.mark.parametrize(
    "given",
    [
        DAY,
        dt.datetime(2024, 1, 1, 23, 59),
        dt.datetime(2024, 1, 1, 23, 59, tzinfo=dt.UTC),
        np.datetime64("2024-01-01"),
        np.datetime64("2024-01-01T23:59"),
        pd.Timestamp("2024-01-01 12:00"),
        SERIAL,
        SERIAL + 0.9,
        int(SERIAL),
    ],
    ids=repr,
)
def test_a_day_is_its_serial_alone_and_in_a_list(given):
    assert serials(given, "date").tolist() == SERIAL
    assert serials([given, DAY], "dates").tolist() == [SERIAL, SERIAL]


def test_columns_of_dates_are_serials():
    days = pd.to_datetime(["2024-01-01", "2024-02-01"])
    for column in (days, pd.Series(days), days.to_numpy(), np.array(["2024-01-01", "2024-02-01"], dtype="M8[D]")):
        assert serials(column, "dates").tolist() == [SERIAL, SERIAL + 31]


def test_a_missing_date_is_nan():
    for missing in (pd.NaT, np.datetime64("NaT", "D"), math.nan):
        assert math.isnan(serials(np.array([missing]), "date")[0])
    assert np.isnan(serials(pd.Series(pd.to_datetime(["2024-01-01", None])), "dates")).tolist() == [False, True]
    assert np.isnan(serials([DAY, pd.NaT], "dates")).tolist() == [False, True]


@pytest.mark.parametrize("given", ["2024-01-01", None, ["2024-01-01"], [None]])
def test_text_is_no_date(given):
    with pytest.raises(WrongType, match=r"dates .*allowed"):
        serials(given, "dates")


def test_a_scalar_result_is_a_float_and_an_array_stays_one():
    assert type(result(np.float64(2.0))) is float
    assert type(result(np.array(2.0))) is float
    assert result(np.array([2.0])).tolist() == [2.0]


def test_elementwise_broadcasts_and_warns_of_nothing():
    assert type(elementwise(core.pow, base=2, exponent=3.0)) is float
    grid = elementwise(core.pow, base=[[1.0], [2.0]], exponent=[1, 2, 3])
    assert grid.tolist() == [[1.0, 1.0, 1.0], [2.0, 4.0, 8.0]]
    assert math.isnan(elementwise(core.log, x=-1.0))


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match="base 2, exponent 2 x 3; equal lengths or 1 are allowed"):
        elementwise(core.pow, base=[1, 2], exponent=np.ones((2, 3)))
    with pytest.raises(ShapeError, match="rate 2, gain 3"):
        cases(rate=[1, 2], gain=[1, 2, 3], cost=1)


def test_cases_are_flat_and_contiguous():
    shape, (rate, gain) = cases(rate=[[1], [2]], gain=[10, 20, 30])
    assert shape == (2, 3)
    assert rate.tolist() == [1, 1, 1, 2, 2, 2]
    assert gain.tolist() == [10, 20, 30, 10, 20, 30]
    assert rate.flags.c_contiguous


def test_cases_fit_a_shape_given_from_outside():
    shape, (rate,) = cases(over=(4,), rate=0.1)
    assert shape == (4,)
    assert rate.tolist() == [0.1] * 4
    with pytest.raises(ShapeError, match="the series 4, rate 3"):
        cases(over=(4,), rate=[1, 2, 3])
