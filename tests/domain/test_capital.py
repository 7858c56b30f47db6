"""Cost of capital, effective tax, construction, debt, EVA and the levelised token: published figures, oracles, identities, limits."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl.domain import depreciation
from accelxl.domain import finance as fin
from accelxl.errors import ShapeError
from tests.oracle import capital as oracle
from tests.oracle import finance as oracle_finance

money = st.floats(0, 1e6)


def named(names, lines):
    return dict(zip(names, lines.tolist(), strict=True))


# -- WACC, user cost, METR -------------------------------------------------------------------------------------------------


def test_wacc_by_hand_and_at_its_ends():
    # 60 % at 12 %, 40 % at 6 % less a quarter of tax: 7.2 % + 1.8 %
    assert fin.wacc(600.0, 400.0, 0.12, 0.06, 0.25) == pytest.approx(0.09, rel=1e-14)
    assert fin.wacc(1.0, 0.0, 0.12, 0.06, 0.25) == 0.12
    assert fin.wacc(0.0, 1.0, 0.12, 0.06, 0.25) == pytest.approx(0.045)
    assert fin.wacc(50.0, 40.0, 0.12, 0.06, 0.25, 10.0, 0.08) == pytest.approx(0.06 + 0.018 + 0.008)
    assert fin.wacc(3.0, 5.0, 0.07, 0.07, 0.0) == pytest.approx(0.07)
    assert math.isnan(fin.wacc(0.0, 0.0, 0.1, 0.1, 0.0))
    assert math.isnan(fin.wacc(-1.0, 2.0, 0.1, 0.1, 0.0))
    assert fin.wacc([[1.0], [2.0]], 1.0, [0.1, 0.2], 0.05, 0.0).shape == (2, 2)


CCC = {
    "rate": [0.05, 0.06, 0.04, 0.03, 0.11, 0.12],
    "decay": 0.1,
    "tax_rate": [0.3, 0.0, 0.3, 0.0, 0.3, 0.0],
    "tax_shield": [0.1, 0.0, 0.5, 1.0, 0.55556, 0.8],
    "inflation": 0.02,
    "credit": 0.08,
    "property_tax": 0.01,
}


def test_user_cost_has_the_figures_of_the_cost_of_capital_calculator():
    """PSL Cost-of-Capital-Calculator, test_calcfunctions.py, test_eq_coc: rho for these arguments."""
    rho = [0.07573143, 0.0388, 0.04405714, 0.0112, 0.11809491, 0.094]
    assert fin.user_cost(**CCC) - 0.1 == pytest.approx(rho, abs=5e-9)
    expected = [(r - (rate - 0.02)) / r for r, rate in zip(rho, CCC["rate"], strict=True)]
    assert fin.metr(**CCC) == pytest.approx(expected, rel=2e-7)


@given(
    rate=st.floats(0.03, 0.5), decay=st.floats(0.01, 1), tax=st.floats(0, 0.9), inflation=st.floats(-0.02, 0.02),
)  # fmt: skip
def test_expensing_is_untaxed_and_economic_depreciation_is_taxed_at_the_statutory_rate(rate, decay, tax, inflation):
    """Cary Brown and Samuelson: both are cases of test_eq_metr of the same source."""
    assert fin.metr(rate, decay, tax, 1.0, inflation) == pytest.approx(0.0, abs=1e-10)
    shield = decay / (decay + rate - inflation)
    assert fin.metr(rate, decay, tax, shield, inflation) == pytest.approx(tax, rel=1e-8, abs=1e-10)


def test_user_cost_limits():
    assert fin.user_cost(0.1, 0.3, 0.0, 0.0) == pytest.approx(0.4)
    assert math.isnan(fin.user_cost(0.1, 0.3, 0.99, 1.0))
    assert math.isnan(fin.metr(0.0, 0.3, 0.2, 1.0))


# -- interest during construction, debt sizing ----------------------------------------------------------------------------


@given(
    spend=st.lists(money, min_size=1, max_size=24), rate=st.floats(0, 0.05), gearing=st.floats(0, 1), fee=st.floats(0, 0.01),
    upfront=st.floats(0, 0.05),
)  # fmt: skip
def test_the_closed_form_is_where_the_circular_workbook_ends(spend, rate, gearing, fee, upfront):
    lines = named(fin.IDC_LINES, fin.idc(spend, rate, gearing, fee, upfront))
    debt = oracle.funded_in_a_circle(spend, rate, gearing, fee, upfront)
    assert lines["debt outstanding"][-1] == pytest.approx(debt, rel=1e-9, abs=1e-6)
    uses = np.array(lines["all uses"])
    assert np.array(lines["debt drawn"]) + np.array(lines["equity paid in"]) == pytest.approx(uses, rel=1e-12)
    assert sum(lines["debt drawn"]) == pytest.approx(debt, rel=1e-9, abs=1e-6)
    parts = ("construction cost", "interest during construction", "commitment fee", "upfront fee")
    assert sum(np.array(lines[part]) for part in parts) == pytest.approx(uses, rel=1e-12)
    assert lines["upfront fee"][0] == pytest.approx(upfront * debt, rel=1e-9, abs=1e-6)


def test_all_debt_compounds_and_no_debt_bears_no_interest():
    spend = [100.0, 200.0, 0.0, 50.0]
    alone = named(fin.IDC_LINES, fin.idc(spend, 0.02, 1.0))
    assert alone["debt outstanding"][-1] == pytest.approx(
        -oracle_finance.fv(0.02, 3, 0, 100) - oracle_finance.fv(0.02, 2, 0, 200) + 50
    )
    none = named(fin.IDC_LINES, fin.idc(spend, 0.02, 0.0))
    assert sum(none["interest during construction"]) == 0.0
    assert sum(none["equity paid in"]) == 350.0
    assert fin.idc([100.0], 0.5, 0.4)[:, 0].tolist() == [100.0, 0.0, 0.0, 0.0, 100.0, 40.0, 60.0, 40.0]


def test_idc_broadcasts_and_has_no_value_out_of_range():
    lines = fin.idc([[100.0, 100.0], [200.0, 0.0]], [[0.01], [0.02], [0.03]], 0.5)
    assert lines.shape == (3, 2, len(fin.IDC_LINES), 2)
    assert lines[1, 0].tolist() == fin.idc([100.0, 100.0], 0.02, 0.5).tolist()
    for bad in (
        fin.idc([100.0, -1.0], 0.01, 0.5),
        fin.idc([100.0], -0.1, 0.5),
        fin.idc([100.0], 0.1, 1.5),
        fin.idc([1.0], 0.1, 1, 0, 1),
    ):
        assert np.isnan(bad).all()


@given(cash=st.lists(st.floats(0, 1e6), min_size=1, max_size=40), rate=st.floats(0, 0.5), cover=st.floats(1, 5))
def test_sculpted_debt_is_the_present_value_of_its_service_and_ends_at_nothing(cash, rate, cover):
    lines = named(fin.DEBT_LINES, fin.debt_size(cash, rate, cover))
    service = lines["debt service"]
    assert service[1:] == pytest.approx([flow / cover for flow in cash])
    assert lines["debt outstanding"][0] == pytest.approx(oracle_finance.npv(rate, service), rel=1e-10, abs=1e-9)
    assert lines["debt outstanding"][-1] == 0.0
    assert sum(lines["principal"]) == pytest.approx(lines["debt outstanding"][0], rel=1e-9, abs=1e-6)


def test_cash_below_nothing_carries_no_cover():
    lines = fin.debt_size([[100.0, -1.0], [100.0, 0.0]], 0.1, 1.3)
    assert np.isnan(lines[0]).all()
    assert lines[1, -1, 0] == pytest.approx(100 / 1.3 / 1.1)


def test_level_cash_carries_an_annuity():
    assert fin.debt_size([130.0] * 10, 0.08, 1.3)[-1, 0] == pytest.approx(oracle_finance.pv(0.08, 10, -100.0))
    assert np.isnan(fin.debt_size([1.0], 0.1, 0.9)).all()


# -- EVA ------------------------------------------------------------------------------------------------------------------


def test_eva_of_a_textbook():
    """The case of Sullivan, Wicks and Koelling, Engineering Economy: 84,000, four years, 12 %, tax 50 %.

    9,500 less 12 % of 84,000, 63,000, 42,000 and 21,000; as a level yearly amount by exact fractions.
    """
    exact = [9_500 - Fraction(12, 100) * capital for capital in (84_000, 63_000, 42_000, 21_000)]
    worth = sum(figure / Fraction(112, 100) ** t for t, figure in enumerate(exact, 1))
    level = worth / sum(1 / Fraction(112, 100) ** t for t in range(1, 5))
    assert round(level) == 2_844
    added = fin.eva(0.12, [9_500.0] * 4, [84_000.0, 63_000.0, 42_000.0, 21_000.0])
    assert added.tolist() == [-580.0, 1_940.0, 4_460.0, 6_980.0]
    assert fin.equivalent_annuity(0.12, [0.0, *added]) == pytest.approx(float(level), rel=1e-12)


@given(
    rate=st.floats(-0.5, 1), nopat=st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=20), data=st.data(),
)  # fmt: skip
def test_present_value_of_eva_is_the_npv_whatever_the_depreciation(rate, nopat, data):
    capital = data.draw(st.lists(st.floats(0, 1e6), min_size=len(nopat), max_size=len(nopat)))
    returned = -np.diff([*capital, 0.0])
    flows = [-capital[0], *(np.array(nopat) + returned)]
    added = fin.eva(rate, nopat, capital)
    size = oracle_finance.npv(rate, [capital[0], *(abs(np.array(nopat)) + np.array(capital) + abs(returned))])
    assert oracle_finance.npv(rate, [0.0, *added]) == pytest.approx(
        oracle_finance.npv(rate, flows), abs=1e-10 * (size + 1)
    )


def test_book_and_tax_depreciation_move_eva_between_years_and_not_in_sum():
    profit = 400.0
    worths = []
    for method in ("SL", "SYD", "DDB"):
        written = depreciation.schedule(1000.0, 0.0, 5, method)
        written[-1] += 1000.0 - written.sum()  # what DDB leaves is written off at the end
        start = 1000.0 - np.concatenate([[0.0], np.cumsum(written)[:-1]])
        worths.append(fin.npv(0.1, fin.eva(0.1, profit - written, start), 1))
    assert worths == pytest.approx([fin.npv(0.1, [-1000.0] + [400.0] * 5)] * 3)


def test_eva_broadcasts_and_refuses_series_that_do_not_fit():
    assert fin.eva([0.0, 0.1], [10.0, 10.0], [50.0, 25.0]).tolist() == [[10.0, 10.0], [5.0, 7.5]]
    assert np.isnan(fin.eva(-1.0, [1.0], [1.0])).all()
    with pytest.raises(ShapeError, match="2 figures of nopat and 3 of capital"):
        fin.eva(0.1, [1.0, 2.0], [3.0, 2.0, 1.0])


# -- LCOT -----------------------------------------------------------------------------------------------------------------


@given(
    rate=st.floats(-0.3, 1), capex=st.lists(money, min_size=1, max_size=6), n=st.integers(5, 30), data=st.data(),
    residual=money, share=st.floats(0, 0.9),
)  # fmt: skip
def test_revenue_at_the_levelised_cost_gives_an_npv_of_zero(rate, capex, n, data, residual, share):
    opex = data.draw(st.lists(money, min_size=n, max_size=n))
    mtok = data.draw(st.lists(st.floats(1, 1e6), min_size=n, max_size=n))
    other = data.draw(st.lists(money, min_size=n, max_size=n))
    price = fin.lcot(rate, capex, opex, mtok, residual, other, share)
    flows = [-capex[0]]
    for t in range(n):
        spent = capex[t + 1] if t + 1 < len(capex) else 0.0
        flows.append(price * mtok[t] * (1 - share) + other[t] - opex[t] - spent)
    flows[-1] += residual
    size = oracle_finance.npv(
        rate, [abs(price) * m + x + o for m, x, o in zip(mtok, other, opex, strict=True)] + [residual + sum(capex)]
    )
    assert oracle_finance.npv(rate, flows) == pytest.approx(0.0, abs=1e-9 * (size + sum(capex)))


def test_without_interest_the_levelised_cost_is_cost_over_tokens():
    assert fin.lcot(0.0, 900.0, [50.0] * 3, [200.0] * 3, 150.0) == 1.5
    assert fin.lcot(0.1, 1000.0, [0.0] * 5, [100.0] * 5) == pytest.approx(1000 * oracle_finance.crf(0.1, 5) / 100)
    assert fin.lcot([0.0, 0.1], 900.0, [50.0] * 3, [200.0] * 3).shape == (2,)
    assert math.isnan(fin.lcot(0.1, 900.0, [50.0], [0.0]))
    assert math.isnan(fin.lcot(-1.0, 900.0, [50.0], [1.0]))
    assert math.isnan(fin.lcot(0.1, 900.0, [-50.0], [1.0]))
    with pytest.raises(ShapeError, match="2 periods of mtok, 3 of opex"):
        fin.lcot(0.1, 900.0, [50.0] * 3, [1.0] * 2)
    with pytest.raises(ShapeError, match="capex has 3 figures; at most 2"):
        fin.lcot(0.1, [1.0, 1.0, 1.0], [50.0], [1.0])


# -- IRR diagnosis, the middle of periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flows", "changes", "rates", "unique"),
    [
        ([-1600, 10_000, -10_000], 2, [0.25, 4.0], False),  # Lorie and Savage (1955), the oil pump
        ([-100, 230, -132], 2, [0.1, 0.2], False),
        ([-4_000, 25_000, -25_000], 2, [0.25, 4.0], False),
        (
            [-100, 50, -20, 120],
            3,
            [0.1853425],
            True,
        ),  # Norstrom: the running sum changes its sign once and ends above 0
        ([100, -200, 150], 2, [], False),
        ([100, 20], 0, [], False),
        ([0, 0], 0, [], False),
    ],
)
def test_the_diagnosis_of_known_series(flows, changes, rates, unique):
    check = fin.irr_check(flows)
    assert check.sign_changes == changes
    assert check.rates == pytest.approx(rates, abs=5e-6)
    assert (check.npvs == 0).all()
    assert check.unique is unique


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 3)), min_size=1, max_size=15))
def test_there_are_never_more_rates_than_sign_changes_and_a_unique_one_is_the_irr(flows):
    check = fin.irr_check(flows)
    assert len(check.rates) <= check.sign_changes
    if check.unique:
        assert check.rates[0] == pytest.approx(fin.irr(flows), rel=1e-9, abs=1e-12)
        roots = oracle_finance.irr_roots(flows)
        assert check.rates[0] == pytest.approx(roots[0], rel=1e-6, abs=1e-9)


def test_the_finding_says_what_follows():
    assert fin.irr_check([-100, 120]).finding == "one rate, and it is the return of an investment"
    assert fin.irr_check([100, -120]).finding == "one rate, and it is the cost of a financing: the lower the better"
    assert "never change sign" in fin.irr_check([1.0, 2.0]).finding
    assert "at every rate" in fin.irr_check([100, -200, 150]).finding
    assert "2 rates and no return among them" in fin.irr_check([-100, 230, -132]).finding
    assert "blank or not finite" in fin.irr_check([1.0, math.nan]).finding
    with pytest.raises(ShapeError, match="values has 2 series"):
        fin.irr_check([[1.0], [2.0]])


@given(rate=st.floats(-0.9, 3), flows=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_mid_period_worth_is_the_definition(rate, flows):
    times = [0.0, *(t - 0.5 for t in range(1, len(flows)))]
    worth = math.fsum(flow * (1 + rate) ** -t for flow, t in zip(flows, times, strict=True))
    size = math.fsum(abs(flow) * (1 + rate) ** -t for flow, t in zip(flows, times, strict=True))
    assert fin.npv_mid(rate, flows) == pytest.approx(worth, abs=1e-12 * size)


@given(flows=st.lists(st.floats(1, 1e6), min_size=2, max_size=20), rate=st.floats(-0.5, 2))
def test_mid_period_worth_at_the_mid_period_rate_is_zero(flows, rate):
    outlay = fin.npv_mid(rate, [0.0, *flows])
    found = fin.irr_mid([-outlay, *flows])
    assert found == pytest.approx(rate, rel=1e-9, abs=1e-11)


def test_mid_period_limits():
    assert fin.npv_mid(0.0, [-100.0, 60.0, 60.0]) == 20.0
    assert fin.npv_mid(0.1, [5.0]) == 5.0
    assert math.isnan(fin.npv_mid(-1.0, [1.0, 2.0]))
    assert fin.npv_mid([[0.0], [0.1]], [[-1.0, 2.0], [-3.0, 4.0]]).shape == (2, 2)
    assert math.isnan(fin.irr_mid([1.0, 2.0]))
