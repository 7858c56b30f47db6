"""Carve-out, split, scope tags and bridge against published figures and what must hold for any figures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl import catalogue
from accelxl.domain import market
from accelxl.errors import OutOfRange, ShapeError, UnknownName, WrongType, WrongUnit

share = st.floats(0, 1)
money = st.floats(-1e12, 1e12)


def tag(**changed):
    words = {
        "phase": "all", "venue": "hyperscalers", "components": "land, power, servers, accelerators",
        "period": "2026", "currency": "USD", "basis": "gross",
    }  # fmt: skip
    return market.scope(**{**words, **changed})


# -- carve-out ---------------------------------------------------------------------------------------------------------


def test_the_600_billion_headline_holds_180_to_240_billion_of_accelerators():
    # The article (AI CERTs, "The $600B Accelerator Debate"): 30 to 40 % of 600 billion, "only $200 billion".
    low, mid, high = market.carveout(600e9, 0.30, 0.40)[-1]
    assert (low, mid, high) == pytest.approx((180e9, 210e9, 240e9))
    assert low < 200e9 < high


def test_a_carve_out_uses_the_catalogues_band_of_the_share():
    fact = catalogue.market("accelerator_share_of_capex")
    capex = catalogue.market("huang_hyperscaler_capex").value
    assert market.carveout(capex, fact.low, fact.high, fact.value)[-1].tolist() == pytest.approx([180e9, 210e9, 240e9])


def test_a_waterfall_has_the_headline_and_a_row_for_each_step():
    # 600 -> data centres 0.9 -> IT 0.6 -> servers 0.8 -> accelerators 0.75, by hand: 540, 324, 259.2, 194.4.
    steps = market.carveout(600.0, [0.9, 0.6, 0.8, 0.75])
    assert steps.shape == (5, 3)
    assert steps[:, 1].tolist() == pytest.approx([600.0, 540.0, 324.0, 259.2, 194.4])
    assert np.array_equal(steps[:, 0], steps[:, 2])


@given(st.lists(st.tuples(share, share), min_size=1, max_size=6), st.floats(0, 1e13))
def test_a_waterfall_never_rises_and_its_band_is_in_order(bands, capex):
    low, high = np.sort(np.array(bands), axis=1).T
    steps = market.carveout(capex, low, high)
    assert np.all(np.diff(steps, axis=0) <= 0)
    assert np.all(np.diff(steps, axis=1) >= 0)


def test_a_share_of_one_leaves_everything_and_of_zero_nothing():
    assert market.carveout(7.0, [1.0, 0.0])[:, 1].tolist() == [7.0, 7.0, 0.0]


def test_headlines_are_carved_case_by_case_and_a_negative_one_is_nan():
    steps = market.carveout([[600.0], [-1.0]], 0.5)
    assert steps.shape == (2, 1, 2, 3)
    assert steps[0, 0, -1].tolist() == [300.0] * 3
    assert np.isnan(steps[1]).all()


@pytest.mark.parametrize(
    ("shares", "error", "sentence"),
    [
        ((1.2,), OutOfRange, r"share_low, step 1, is 1.2; a share from 0 to 1 is allowed"),
        (([0.5, -0.1],), OutOfRange, r"share_low, step 2, is -0.1"),
        ((0.4, 0.3), OutOfRange, r"step 1 has low 0.4, mid 0.35 and high 0.3; low <= mid <= high is allowed"),
        ((0.3, 0.4, 0.5), OutOfRange, r"mid 0.5 and high 0.4"),
        ((math.nan,), OutOfRange, r"is nan"),
        (([0.5, 0.5], [0.6, 0.6, 0.6]), ShapeError, r"for 2 low and 3 high shares; as many shares of each"),
        (("a third",), WrongType, r"share_low is 'a third'"),
    ],
)
def test_a_bad_share_is_named_with_its_step(shares, error, sentence):
    with pytest.raises(error, match=sentence):
        market.carveout(600.0, *shares)


# -- split -------------------------------------------------------------------------------------------------------------


def test_a_split_has_the_amounts_of_the_published_shares():
    # McKinsey, The cost of compute (28 April 2025): of $5.2 trillion 60 % chips and computing hardware ($3.1 trillion),
    # 25 % power and cooling ($1.3 trillion), 15 % land, materials and construction ($0.8 trillion).
    names = ("mckinsey_share_technology", "mckinsey_share_energy", "mckinsey_share_building")
    total = catalogue.market("mckinsey_ai_data_centres_2030").value
    amounts = market.capex_split(total, [catalogue.market(name).value for name in names])
    assert (amounts / 1e12).round(1).tolist() == [3.1, 1.3, 0.8]


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=12), st.floats(0, 1e13))
def test_the_parts_of_a_split_add_up(weights, capex):
    shares = np.array(weights) / sum(weights)
    assert market.capex_split(capex, shares).sum() == pytest.approx(capex, rel=1e-12)


def test_a_split_over_the_nine_components_by_hand():
    # 100 dollars at 2, 10, 12, 6, 8, 12, 35, 12 and 3 %: as many dollars each.
    names = ("land", "shell", "power", "cooling", "network", "server", "accelerator", "memory", "rack")
    percents = dict(zip(names, (2, 10, 12, 6, 8, 12, 35, 12, 3), strict=True))
    amounts = market.capex_split([100.0, 600e9], [percent / 100 for percent in percents.values()])
    assert dict(zip(names, amounts[0].tolist(), strict=True)) == pytest.approx(percents)
    assert amounts[1, names.index("accelerator")] == pytest.approx(210e9)


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([0.6, 0.25, 0.12], r"the 3 shares sum to 0.97; a sum of 1 is allowed: add a component of 0.03"),
        ([0.6, 0.5], r"the 2 shares sum to 1.1; a sum of 1 is allowed: take 0.1 off"),
        ([0.6, -0.1, 0.5], r"step 2, is -0.1"),
    ],
)
def test_shares_that_do_not_sum_are_refused_with_the_cure(shares, sentence):
    with pytest.raises(OutOfRange, match=sentence):
        market.capex_split(100.0, shares)


def test_a_split_broadcasts_totals_against_shares():
    assert market.capex_split([100.0, 200.0], [0.25, 0.75]).tolist() == [[25.0, 75.0], [50.0, 150.0]]
    assert np.isnan(market.capex_split([-1.0, 1.0], [1.0])).tolist() == [[True], [False]]
    with pytest.raises(ShapeError, match="one a row of shares"):
        market.capex_split([1.0, 2.0, 3.0], [[0.5, 0.5], [0.1, 0.9]])


@given(st.data())
def test_every_amount_of_a_consistent_band_can_be_completed_to_the_whole(data):
    n = data.draw(st.integers(2, 6))
    weights = np.array(data.draw(st.lists(st.floats(0.05, 1), min_size=n, max_size=n)))
    mid = weights / weights.sum()
    low = mid * data.draw(st.floats(0.3, 1))
    high = np.minimum(1.0, mid * data.draw(st.floats(1, 3)))
    band = market.capex_band(1.0, low, high)
    assert np.all(band[:, 0] >= low - 1e-12)
    assert np.all(band[:, 1] <= high + 1e-12)
    for i in range(n):
        others = np.delete(np.arange(n), i)
        for end in band[i]:  # the others can be chosen inside their given bands so that all sum to 1
            assert low[others].sum() - 1e-9 <= 1.0 - end <= high[others].sum() + 1e-9


def test_a_band_without_a_consistent_choice_is_refused():
    with pytest.raises(OutOfRange, match=r"the low shares sum to 1.2 and the high ones to 1.4"):
        market.capex_band(1.0, [0.6, 0.6], [0.7, 0.7])
    with pytest.raises(OutOfRange, match=r"step 2 has low 0.4"):
        market.capex_band(1.0, [0.6, 0.4], [0.7, 0.3])
    with pytest.raises(ShapeError, match="2 low shares for 3 high ones"):
        market.capex_band(1.0, [0.6, 0.4], [0.7, 0.4, 0.1])


# -- scope -------------------------------------------------------------------------------------------------------------


def test_a_tag_is_read_back_as_it_was_written():
    written = tag(phase="Training and Inference", currency="eur", period=2026)
    assert market.parse_scope(written) == market.Scope(
        "training and inference", "hyperscalers", "land, power, servers, accelerators", "2026", "EUR", "gross"
    )
    assert str(market.parse_scope(written)) == written


def test_every_market_total_of_the_catalogue_bears_a_tag():
    for fact in catalogue.markets():
        assert str(market.parse_scope(fact.scope)) == fact.scope


def test_letter_case_spaces_and_the_order_of_components_do_not_matter():
    other = tag(venue="  Hyper Scalers ".replace(" S", "s"), components="accelerators,Servers,  land, power")
    assert market.differences(tag(), other) == ()


@pytest.mark.parametrize("field", market.FIELDS)
def test_a_difference_in_any_field_is_seen(field):
    other = {"phase": "inference", "currency": "EUR", "basis": "net"}.get(field, "something else")
    assert market.differences(tag(), tag(**{field: other})) == (field,)


@pytest.mark.parametrize(
    ("words", "error", "sentence"),
    [
        ({"phase": "infrence"}, UnknownName, r"phase is 'infrence'; did you mean inference\?"),
        ({"basis": "before tax"}, UnknownName, r"basis is 'before tax'; allowed: gross, net"),
        ({"venue": " "}, WrongType, r"venue is ' '"),
        ({"venue": "US; Europe"}, WrongType, r"text without a semicolon"),
        ({"currency": "dollars"}, WrongUnit, r"currency is 'dollars'; a code of three letters"),
    ],
)
def test_a_bad_word_of_a_scope_is_named(words, error, sentence):
    with pytest.raises(error, match=sentence):
        tag(**words)


def test_a_tag_that_lacks_a_field_is_refused():
    with pytest.raises(WrongUnit, match="does not say phase, components, currency, basis"):
        market.parse_scope("venue: all; period: 2026")
    with pytest.raises(WrongUnit, match="says colour"):
        market.parse_scope(tag() + "; colour: red")
    with pytest.raises(WrongType, match="a scope is 5"):
        market.parse_scope(5)


# -- sum ---------------------------------------------------------------------------------------------------------------


def test_companies_add_up_over_the_venue():
    # particle.news, 9 February 2026: Amazon, Alphabet, Meta and Microsoft together 630 to 660 billion.
    names = ("amazon_capex_2026", "alphabet_capex_2026", "meta_capex_2026", "microsoft_capex_2026")
    facts = [catalogue.market(name) for name in names]
    total = market.scope_sum([fact.value for fact in facts], [fact.scope for fact in facts], over="venue")
    assert 630e9 <= total <= 660e9


def test_the_spread_of_published_totals_cannot_be_added_silently():
    chips, servers = catalogue.market("idtechex_ai_chips_2030"), catalogue.market("datastring_accelerator_chips_2030")
    with pytest.raises(WrongUnit, match=r"figure 2 has venue .* figures of one scope are allowed, or name the field"):
        market.scope_sum([chips.value, servers.value], [chips.scope, servers.scope])


@pytest.mark.parametrize("field", market.FIELDS)
def test_figures_that_differ_in_a_field_are_not_added(field):
    other = {"phase": "inference", "currency": "EUR", "basis": "net"}.get(field, "something else")
    with pytest.raises(WrongUnit, match=f"figure 3 has {field}"):
        market.scope_sum([1.0, 2.0, 3.0], [tag(), tag(), tag(**{field: other})])


@pytest.mark.parametrize(
    ("one", "two"),
    [("Amazon", "amazon"), ("all", "Amazon"), ("Amazon", "all regions"), ("all, data centre and edge", "edge")],
)
def test_parts_that_overlap_are_not_added(one, two):
    with pytest.raises(WrongUnit, match=r"figures 1 and 2 overlap in venue .* would count twice"):
        market.scope_sum([1.0, 2.0], [tag(venue=one), tag(venue=two)], over="venue")


def test_lists_of_components_that_share_a_part_are_not_added():
    apart = [tag(components="land, power"), tag(components="servers, accelerators")]
    assert market.scope_sum([1.0, 2.0], apart, over="components") == 3.0
    with pytest.raises(WrongUnit, match="overlap in components"):
        market.scope_sum([1.0, 2.0], [apart[0], tag(components="power, servers")], over="components")


@pytest.mark.parametrize("field", ["currency", "basis"])
def test_amounts_of_two_currencies_or_gross_and_net_are_not_added_over_that_field(field):
    other = tag(**{field: {"currency": "EUR", "basis": "net"}[field]})
    with pytest.raises(UnknownName, match=f"over is '{field}'.*phase, venue, components, period"):
        market.scope_sum([1.0, 2.0], [tag(), other], over=field)
    with pytest.raises(WrongUnit, match=r"figures of one scope are allowed$"):
        market.scope_sum([1.0, 2.0], [tag(), other])


@pytest.mark.parametrize("phase", ["training", "inference"])
def test_a_phase_is_not_added_to_both_phases(phase):
    assert market.scope_sum([1.0, 2.0], [tag(phase="training"), tag(phase="inference")], over="phase") == 3.0
    with pytest.raises(WrongUnit, match="overlap in phase"):
        market.scope_sum([1.0, 2.0], [tag(phase=phase), tag(phase="training and inference")], over="phase")


@pytest.mark.parametrize(
    ("one", "two"),
    [("2026", "2025 to 2030"), ("2026", "2026H1"), ("Q2 2026", "H1 2026"), ("fiscal year 2026", "2026"), ("2026", "March 2026"),
     ("2024-2026", "2026-2028"), ("2026 to 2028", "Q4 2027")],
)  # fmt: skip
def test_periods_that_overlap_are_not_added(one, two):
    for first, second in ((one, two), (two, one)):
        with pytest.raises(WrongUnit, match="overlap in period"):
            market.scope_sum([1.0, 2.0], [tag(period=first), tag(period=second)], over="period")


@pytest.mark.parametrize(
    ("one", "two"),
    [("2026", "2027"), ("Q1 2026", "Q2 2026"), ("2026H1", "2026H2"), ("Q4 2025", "2026"), ("March 2026", "April 2026"),
     ("2024 to 2025", "2026-2028"), ("first year", "second year")],
)  # fmt: skip
def test_periods_that_follow_each_other_are_added(one, two):
    assert market.scope_sum([1.0, 2.0], [tag(period=one), tag(period=two)], over="period") == 3.0


def test_a_figure_without_a_tag_is_not_added_under_the_tag_of_another():
    for scopes in ([tag(), ""], [[tag()], [None]]):
        with pytest.raises(WrongUnit, match="figure 2 has no scope"):
            market.scope_sum([1.0, 2.0], scopes)
    assert market.scope_sum([1.0, 2.0], [tag(), tag(), None, ""]) == 3.0


def test_one_tag_serves_all_figures_and_rows_are_summed_apart():
    assert market.scope_sum([1.0, 2.0], tag()) == 3.0
    assert market.scope_sum([[1.0, 2.0], [3.0, 4.0]], [[tag()], [tag()]]).tolist() == [3.0, 7.0]


def test_tags_that_do_not_match_the_figures_are_refused():
    with pytest.raises(ShapeError, match="2 scopes for 3 values"):
        market.scope_sum([1.0, 2.0, 3.0], [tag(), tag()])
    with pytest.raises(UnknownName, match=r"over is 'veneu'; did you mean venue\?"):
        market.scope_sum([1.0], [tag()], over="veneu")
    with pytest.raises(WrongType, match="5 is given"):
        market.scope_sum([1.0], 5)


# -- bridge ------------------------------------------------------------------------------------------------------------


@given(money, money, st.lists(money, max_size=8))
def test_a_bridge_leads_from_one_total_to_the_other(a, b, lines):
    steps = market.bridge(a, b, lines)
    scale = abs(a) + abs(b) + sum(map(abs, lines)) + 1.0
    assert steps[0] == a
    assert steps[-1] == b
    assert math.fsum(steps[:-1]) == pytest.approx(b, abs=1e-13 * scale)
    found = market.reconcile(a, b, [(f"line {i}", x) for i, x in enumerate(lines)])
    assert -found.unexplained == pytest.approx(steps[-2], abs=1e-12 * scale)


def test_a_bridge_by_hand():
    # 600 of capex against 200 of accelerators: 330 of sites and power and 60 of other IT explain all but 10.
    steps = market.bridge(600.0, 200.0, [330.0, 60.0])
    assert steps.tolist() == [600.0, -330.0, -60.0, -10.0, 200.0]
    assert market.bridge([600.0, 500.0], 200.0, [330.0, 60.0]).shape == (2, 5)
    with pytest.raises(ShapeError, match="one a row of lines"):
        market.bridge([1.0, 2.0, 3.0], 1.0, [[1.0], [2.0]])


def test_a_reconciliation_lists_each_difference_of_scope():
    chips = tag(components="accelerators", venue="hyperscalers")
    found = market.reconcile(600e9, 210e9, [["components: land, power, other IT", 380e9]], tag(), chips)
    assert found.unexplained == 10e9
    assert found.unexplained_share == pytest.approx(10 / 600)
    assert found.open_fields == ()
    assert found.rows()[0] == ["total a", 600e9]
    assert [name for name, _ in found.rows()[-3:]] == ["unexplained", "total b", "unexplained, share of total a"]


def test_a_field_that_differs_without_a_line_stays_open():
    other = tag(components="accelerators", period="2025")
    found = market.reconcile(600.0, 150.0, [("components: sites", 390.0)], tag(), other)
    assert found.open_fields == ("period",)
    assert found.unexplained == 60.0
    assert ["period: differs, no line", 0.0] in found.rows()


def test_equal_totals_of_equal_scope_have_nothing_to_explain():
    found = market.reconcile(5.0, 5.0, [], tag(), tag())
    assert (found.unexplained, found.lines, found.open_fields) == (0.0, (), ())
    assert math.isnan(market.reconcile(0.0, 1.0, []).unexplained_share)


@pytest.mark.parametrize(
    ("lines", "scopes", "error", "sentence"),
    [
        ([("basis: x", 1.0)], {"venue": "Amazon"}, WrongUnit, r"have basis 'gross'; the scopes differ in venue"),
        ([("other", 1.0)], {"venue": "Amazon"}, WrongUnit, r"line 1 is 'other' and it names no field"),
        ([], {"currency": "EUR"}, WrongUnit, r"total_a is in USD, total_b in EUR; totals in one currency"),
        ([("venue",)], {}, ShapeError, r"line 1 is .*; a name and an amount are allowed"),
        ([(3.0, 4.0)], {}, WrongType, r"line 1 has 3.0 for a name"),
        ([("venue: x", "much")], {}, WrongType, r"line 1, venue: x, is 'much'"),
        ([("venue: x", math.inf)], {}, OutOfRange, r"line 1, venue: x, is inf; a finite number is allowed"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_named(lines, scopes, error, sentence):
    with pytest.raises(error, match=sentence):
        market.reconcile(600.0, 200.0, lines, tag(), tag(**scopes))


def test_one_scope_alone_is_refused():
    with pytest.raises(ShapeError, match="scope_b is blank; both scopes or none"):
        market.reconcile(1.0, 2.0, [], tag())
    with pytest.raises(ShapeError, match="total_a has 2 values; one number is allowed"):
        market.reconcile([1.0, 2.0], 2.0, [])
