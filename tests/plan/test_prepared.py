"""A prepared plan: numbers in, numbers out, to the bits of `evaluate`."""

import math

import pytest

from accelxl.errors import AccelError
from accelxl.plan.evaluate import evaluate, prepared
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import plan_of

BASE = {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}


def test_a_prepared_plan_gives_the_bits_of_evaluate_and_floats_of_its_own():
    plan = plan_of(BASE)
    names = ("units", "unit_price_usd", "utilization", "delay_months")
    ready = prepared(plan, METRICS, names)
    found = {}
    for units in range(1, 400):
        given = (float(units), 30e3 + units, 0.3 + units / 1000.0, float(units % 7))
        found[given] = ready(*given)
    for given in list(found)[::13]:
        want = evaluate(plan.changed(**dict(zip(names, given, strict=True))))
        assert found[given] == pytest.approx(tuple(want.values()), rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((1.0,), "the function is given 1 numbers; 2 are needed: units, delay_months"),
        ((-1.0, 0.0), "units is -1; a number from 0 to 1e+09 accelerators is allowed"),
        ((1.0, 0.5), "delay_months is 0.5; a whole number from 0 to 360 months is allowed"),
        ((math.nan, 0.0), "units is nan; a number from 0 to 1e+09 accelerators is allowed"),
        (("x", 0.0), "units is 'x'; a number from 0 to 1e+09 accelerators is allowed"),
        ((None, 0.0), "units is None; a number from 0 to 1e+09 accelerators is allowed"),
    ],
)
def test_a_prepared_plan_refuses_in_a_sentence(given, sentence):
    with pytest.raises(AccelError) as caught:
        prepared(BASE, ["npv"], ["units", "delay_months"])(*given)
    assert str(caught.value) == sentence
