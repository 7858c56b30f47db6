"""Stress: each case is the changed plan, figures come from the catalogue."""

import pytest

from accelxl import catalogue
from accelxl.errors import AccelError
from accelxl.plan.evaluate import evaluate
from accelxl.scenario.columns import DEFAULT_METRICS
from accelxl.scenario.stress import presets, stress
from tests.scenario.common import PLAN


def test_the_telecom_pack_has_its_four_cases_each_and_together():
    assert [case.name for case in stress(PLAN).cases] == [
        "base", "fill share", "price fall", "stranded share", "delay", "together",
    ]  # fmt: skip


def test_the_packs_figures_are_those_of_the_catalogue():
    past, pack = catalogue.stress("telecom"), presets()["telecom"]
    assert pack["fill share"][0].value == past["fill_share"].value
    assert pack["price fall"][0].value == past["price_fall_per_year"].value
    assert pack["stranded share"][0].value == 1 - 1 / past["demand_overestimate_per_year"].value
    assert "TeleGeography" in pack["price fall"][0].source
    mild = presets()["telecom mild"]
    assert mild["fill share"][0].value == past["fill_share"].high
    assert mild["price fall"][0].value == past["price_fall_per_year"].low


@pytest.mark.parametrize("pack", ["telecom", "telecom mild"])
def test_a_case_is_the_plan_with_its_changes(pack):
    found = stress(PLAN, pack)
    assert found["base"].metrics == evaluate(PLAN, DEFAULT_METRICS)
    everything = {}
    for name in ("fill share", "price fall", "stranded share", "delay"):
        (blow,) = found[name].changes
        changed = {blow.name: blow.value}
        everything |= changed
        assert found[name].metrics == pytest.approx(evaluate({**PLAN, **changed}, DEFAULT_METRICS), nan_ok=True)
        assert found[name].metrics["npv"] < found["base"].metrics["npv"]
    assert found["together"].metrics == pytest.approx(evaluate({**PLAN, **everything}, DEFAULT_METRICS), nan_ok=True)


def test_each_blow_takes_from_the_revenue_what_it_says():
    # 64 units, 2,500 tokens/s, 60 % filled, 0.6 USD: by hand 151,372.80 a month for 60 months. Wired and TeleGeography:
    # 5 % of the fibre lit, prices down by 70 % a year; three quarters stranded where demand was put at four times itself.
    month = 64 * 2500 * 0.6 * 2.628 * 0.6
    found = stress(PLAN, metrics=["revenue_usd", "capex_usd", "npv"])
    revenue = {case.name: case.metrics["revenue_usd"] for case in found.cases}
    falling = sum(0.3 ** (t / 12) for t in range(1, 61))
    assert revenue["base"] == pytest.approx(60 * month)
    assert revenue["fill share"] == pytest.approx(60 * month * 0.05 / 0.6)
    assert revenue["price fall"] == pytest.approx(month * falling)
    assert revenue["stranded share"] == pytest.approx(60 * month / 4)
    assert revenue["delay"] == pytest.approx(60 * month)  # it comes later, so it is worth less
    assert found["delay"].metrics["npv"] < found["base"].metrics["npv"]
    late = 0.3 ** (found["delay"].changes[0].value / 12)
    assert revenue["together"] == pytest.approx(month * falling * late * 0.05 / 0.6 / 4)
    assert {case.metrics["capex_usd"] for case in found.cases} == {64 * 34e3}


def test_a_blow_does_not_help_a_plan_that_is_worse_already():
    poor = {**PLAN, "utilization": 0.01, "price_decline_per_year": 0.9, "stranded_share": 0.9}
    found = stress(poor)
    for name in ("fill share", "price fall", "stranded share"):
        assert found[name].metrics == pytest.approx(found["base"].metrics, nan_ok=True)


@pytest.mark.parametrize(
    ("change", "value"),
    [(0.3, 0.3), (("set", 0.3), 0.3), (("at most", 0.3), 0.3), (("at least", 0.3), 0.6), (("add", 0.1), 0.7), (("times", 0.5), 0.3),
     (("times", 3), 1.0)],
)  # fmt: skip
def test_a_change_moves_the_plans_own_value_inside_its_limits(change, value):
    found = stress(PLAN, {"case": {"utilization": change}}, "npv")
    assert found["case"].metrics["npv"] == pytest.approx(
        evaluate({**PLAN, "utilization": value}, ["npv"])["npv"], rel=1e-12
    )
    assert "together" not in [case.name for case in found.cases]


def test_each_tranche_moves_from_its_own_value():
    cohort = {k: v for k, v in PLAN.items() if k != "price_usd_per_mtok"}
    plan = {"tranches": [cohort, {**cohort, "units": 8, "delay_months": 3}], "price_usd_per_mtok": 0.6}
    found = stress(plan, {"late": {"delay_months": ("add", 2)}}, "npv")["late"]
    late = {**plan, "tranches": [{**cohort, "delay_months": 2}, {**cohort, "units": 8, "delay_months": 5}]}
    assert found.metrics["npv"] == evaluate(late, ["npv"])["npv"]


def test_rows_of_a_sheet_are_a_pack():
    rows = [
        ["half full", "utilization", "at most", 0.3],
        ["half full", "units", 10],
        ["", "", "", ""],
        ["slow", "delay_months", "add", 6, ""],
    ]
    want = {"half full": {"utilization": ("at most", 0.3), "units": 10}, "slow": {"delay_months": ("add", 6)}}
    assert stress(PLAN, rows).table() == stress(PLAN, want).table()


def test_the_table_says_what_was_changed():
    table = stress(PLAN, {"a": {"utilization": ("times", 0.5), "pue": 1.5, "delay_months": ("add", 6)}}, "npv").table()
    assert table[0] == ["case", "changes", "npv"]
    assert table[2][:2] == ["a", "utilization x 0.5; pue 1.5; delay_months add 6"]


@pytest.mark.parametrize(
    ("pack", "sentence"),
    [
        ("telecoms", "'telecoms' is not a pack; did you mean telecom?"),
        ({}, "the pack has no case; one or more are needed"),
        ({"a": {}}, "case 'a' is {}; inputs with a figure or a change such as (\"at most\", 0.3) are allowed"),
        ({"a": {"pues": 1}}, "case 'a': 'pues' is not an input of a plan; did you mean pue?"),
        (
            {"a": {"book_method": "SL"}},
            "case 'a': book_method is not a number; an input that is a number can be stressed",
        ),
        (
            {"a": {"pue": ("up", 1)}},
            "case 'a': 'up' is not a change of pue; allowed: at most, at least, add, times, set",
        ),
        ({"a": {"pue": "high"}}, "case 'a': the change of pue is 'high'; a number is allowed"),
        ({"a": {"pue": 0.5}}, "pue is 0.5; a number from 1 to 10 is allowed"),
        ([["a", 1]], "row 1 of the pack is ['a', 1]; case, input, change (may be left out) and figure are allowed"),
        (5, "the pack is 5; its name, a dict of cases, or rows of case, input, change, figure are allowed"),
    ],
)
def test_a_pack_that_cannot_be_is_refused_in_a_sentence(pack, sentence):
    with pytest.raises(AccelError) as caught:
        stress(PLAN, pack)
    assert str(caught.value) == sentence


def test_a_case_that_does_not_exist_names_the_nearest():
    with pytest.raises(AccelError, match=r"'delays' is not a case of this pack; did you mean delay\?"):
        stress(PLAN)["delays"]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("book_life_months", ("add", 0), "add 0"),
        ("salvage_share", ("times", 1), "x 1"),
        ("demand_mtok_per_month", ("at most", 9), "at most 9"),
    ],
)
def test_a_blank_cannot_be_moved_from_where_it_stands(name, change, says):
    with pytest.raises(AccelError) as caught:
        stress(PLAN, {"a": {name: change}})
    sentence = f"{name} is blank in the plan, so '{name} {says}' has no meaning; a figure that is set is allowed"
    assert str(caught.value) == sentence


def test_a_row_that_says_another_thing_of_the_same_input_is_refused():
    with pytest.raises(AccelError, match=r"^row 2 of the pack: pue stands twice in case 'a'$"):
        stress(PLAN, [["a", "pue", "times", 1.1], ["a", "pue", "times", 1.2]])
