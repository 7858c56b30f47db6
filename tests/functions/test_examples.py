"""Formulas as text, and that the reference is data that JSON can hold."""

import json

import pytest

from accelxl.functions import REGISTRY, CellError, reference
from accelxl.functions.examples import cells_of


@pytest.mark.parametrize(
    ("formula", "cells"),
    [
        ("=ACCEL_X()", []),
        ("=ACCEL_X(1)", [1.0]),
        ("=ACCEL_X(-1.5e-3, .5,)", [-0.0015, 0.5, None]),
        ("=ACCEL_X(,TRUE,FALSE)", [None, True, False]),
        ('=ACCEL_X("a ""b"", c")', ['a "b", c']),
        ("=ACCEL_X({1,2;-3,4})", [[[1.0, 2.0], [-3.0, 4.0]]]),
        ('=ACCEL_X({"a",#N/A;TRUE,""},5)', [[["a", "#N/A"], [True, ""]], 5.0]),
        ("=ACCEL_X($B$7)", ["$B$7"]),
    ],
)
def test_a_formula_becomes_the_cells_that_a_host_passes(formula, cells):
    assert cells_of(formula) == ("ACCEL_X", cells)


def test_an_error_constant_is_an_error_and_not_text():
    assert isinstance(cells_of("=ACCEL_X(#NUM!)")[1][0], CellError)


@pytest.mark.parametrize(
    "formula",
    ["ACCEL_X(1)", "=SUM(1)", "=ACCEL_X({1,2)", "=ACCEL_X({1,,2})", "=ACCEL_X(1+2)", "=ACCEL_X(1;2)", "=ACCEL_X({})"],
)
def test_what_is_no_such_formula_is_refused(formula):
    with pytest.raises(ValueError, match=r"call|where|cannot|array"):
        cells_of(formula)


def test_the_reference_is_json_with_every_function_argument_and_limit():
    rows = json.loads(json.dumps(reference.data(), allow_nan=False))
    assert [row["name"] for row in rows] == list(REGISTRY)
    roi = next(row for row in rows if row["name"] == "ACCEL_ROI")
    share = next(argument for argument in roi["arguments"] if argument["name"] == "utilization")
    assert (share["unit"], share["low"], share["high"], share["default"], share["required"]) == (
        "share",
        0,
        1,
        0.6,
        False,
    )
    assert all(row["examples"] and row["summary"] and row["category"] for row in rows)


def test_the_table_has_a_row_a_function():
    assert len(reference.table()) == len(REGISTRY)
    assert all(len(row) == len(reference.HEADER) for row in reference.table())
    assert ("ACCEL_VERSION()", "Accel - Info") in [row[:2] for row in reference.table()]
