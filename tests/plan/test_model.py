"""What a user may write down as a plan, and the sentence that answers what he may not."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import accelxl._core as core
from accelxl.errors import AccelError, NoData, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.plan.evaluate import PLAN_SLOTS, TRANCHE_SLOTS, evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import METRICS
from accelxl.plan.model import Plan, Tranche, plan_of

BASE = {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}


def fields(struct, file):
    """Names of the packs of a struct in a kernel's source, in order."""
    text = (Path(__file__).parents[2] / "accelxl" / "kernels" / file).read_text(encoding="utf-8")
    body = re.search(rf"cdef struct {struct}:\n((?:    .*\n)+)", text).group(1)
    return re.findall(r"^    pack (\w+)", body, re.MULTILINE)


def test_the_kernel_takes_the_inputs_in_the_order_of_the_table():
    assert fields("PlanInputs", "plan_state.pxd") == list(PLAN_SLOTS)
    assert fields("TrancheInputs", "plan_state.pxd") == list(TRANCHE_SLOTS)
    assert (len(PLAN_SLOTS), len(TRANCHE_SLOTS)) == (core.PLAN_FIELDS, core.TRANCHE_FIELDS)


def test_the_kernel_gives_the_metrics_in_the_order_of_the_table():
    assert fields("Metrics", "plan_metrics.pxd") == list(METRICS)
    assert len(METRICS) == core.METRIC_FIELDS


def test_a_dict_a_frame_a_block_and_a_plan_are_the_same_plan():
    rows = [[name, value] for name, value in BASE.items()]
    frame = pd.DataFrame(rows, columns=["name", "value"])
    plans = [Plan(**BASE), plan_of(BASE), plan_of(rows), plan_of(frame), plan_of(frame.set_index("name"))]
    plans.append(
        Plan(tranches=[Tranche(units=64, unit_price_usd=34e3, tokens_per_second=2500)], price_usd_per_mtok=0.6)
    )
    assert all(plan == plans[0] for plan in plans)


def test_a_block_has_one_value_column_a_tranche():
    plan = plan_of(
        [
            ["units", 8, 16],
            ["unit_price_usd", 3e4, 4e4],
            ["tokens_per_second", 2000, 3000],
            ["price_usd_per_mtok", 0.6, None],
        ]
    )
    assert [t["units"] for t in plan.tranches] == [8.0, 16.0]


def test_every_default_lies_in_its_range_and_every_input_has_a_meaning():
    for row in INPUTS.values():
        assert row.meaning
        if isinstance(row.default, float):
            assert row.quantity.low <= row.default <= row.quantity.high, row.name
        if row.quantity.kind == "choice":
            assert row.default in row.quantity.choices


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"utilisation": 0.5}, UnknownName, ["utilisation", "did you mean utilization"]),
        ({"units": -1}, OutOfRange, ["units", "-1", "at least 0 accelerators|from 0"]),
        ({"units": "64"}, WrongType, ["units", "'64'", "number"]),
        ({"units": None}, UnknownName, ["units", "blank"]),
        ({"units": float("nan")}, OutOfRange, ["units", "nan"]),
        ({"units": dt.date(2026, 1, 1)}, WrongType, ["units", "2026"]),
        ({"units": [1, 2]}, WrongType, ["units"]),
        ({"price_usd_per_mtok": None}, UnknownName, ["price_usd_per_mtok", "blank"]),
        ({"book_method": "linear"}, UnknownName, ["book_method", "linear", "SL, DDB, SYD, VDB"]),
        ({"delay_months": 2.5}, OutOfRange, ["delay_months", "2.5", "whole number"]),
        ({"start_date": "2026-02-03"}, OutOfRange, ["start_date", "2026-02-03", "first day"]),
        ({"start_date": "soon"}, WrongType, ["start_date", "soon"]),
        ({"device": "H1000"}, NoData, ["H1000"]),
        ({"contract": "lease"}, UnknownName, ["lease_months", "blank"]),
        ({"adoption": "logistic"}, UnknownName, ["adoption_rate_per_month", "blank"]),
        ({"debt_share": 0.5}, UnknownName, ["debt_months", "blank"]),
        ({"relife_month": 12}, UnknownName, ["relife_life_months"]),
        ({"relife_month": 12, "relife_life_months": 10}, OutOfRange, ["relife_life_months", "10", "12"]),
        ({"tranches": []}, ShapeError, ["tranche"]),
        ({"tranches": [{"units": 1}], "pue": 1.1}, AccelError, ["units"]),
    ],
)
def test_bad_input_gets_one_sentence(change, error, words):
    given = {k: v for k, v in {**BASE, **change}.items() if v is not None or k in change}
    if change == {"tranches": []}:
        given = {"price_usd_per_mtok": 1, "tranches": []}
    with pytest.raises(error) as caught:
        plan_of(given)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert all(re.search(word, sentence) for word in words), sentence


def test_a_device_fills_power_and_price_where_they_are_blank():
    plan = plan_of({"device": "H100", "units": 8, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6})
    assert 1.0 < plan.tranches[0]["power_kw"] < 2.0
    assert 25e3 < plan.tranches[0]["unit_price_usd"] < 50e3


def test_an_unknown_metric_is_named():
    with pytest.raises(UnknownName, match="did you mean npv"):
        evaluate(BASE, ["npvv"])


def test_inputs_of_numpy_are_numbers():
    assert evaluate({**BASE, "units": np.int64(64)}, ["capex_usd"])["capex_usd"] == 64 * 34e3


def test_a_plan_is_not_changed_by_a_change():
    plan = Plan(**BASE)
    assert plan.changed(units=1).tranches[0]["units"] == 1
    assert plan.tranches[0]["units"] == 64
