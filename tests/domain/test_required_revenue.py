"""Required revenue and the return behind a revenue: published figures, a pro forma by year, limits, shapes, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl import catalogue
from accelxl.domain import depreciation
from accelxl.domain import finance as fin
from accelxl.errors import OutOfRange, ShapeError, WrongType
from tests.oracle import capital as oracle
from tests.oracle import finance as oracle_finance

MACRS5 = [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576]
shares = st.lists(st.floats(0, 1), max_size=12).map(lambda s: [x / max(1.0, sum(s)) for x in s])
ventures = st.fixed_dictionaries(
    {
        "capital": st.floats(1, 1e6),
        "years": st.integers(1, 40),
        "opex": st.floats(0, 1e5),
        "cost_share": st.floats(0, 0.9),
        "tax_rate": st.floats(0, 0.6),
        "tax_depreciation": shares,
        "residual": st.floats(0, 1e6),
        "growth": st.floats(-0.5, 0.5),
        "opex_growth": st.floats(-0.3, 0.3),
    }
)


def pro_forma(revenue, *, capital, years, opex, cost_share, tax_rate, tax_depreciation, residual, growth, opex_growth):
    return oracle.after_tax_flows(
        capital, revenue, years, opex, cost_share, tax_rate, tax_depreciation, residual, growth, opex_growth
    )


def test_sequoia_s_four_to_one_is_one_year_at_half_the_gross_margin():
    """Sequoia, AI's $600B Question: a run rate of 150 bn is half of the data centres' cost; end users keep a gross margin of half."""
    assert fin.req_revenue(2 * 150e9, 0.0, 1, cost_share=0.5) == 600e9


def test_jp_morgan_s_650_billion_leave_a_margin_of_77_percent_for_a_10_percent_return():
    """J.P. Morgan: 650 bn a year in perpetuity for 10 % on 5,000 bn: nothing but costs of 23 % of revenue reconciles the two."""
    revenue, rate, capital = (
        catalogue.market(f"jpm_{name}").value for name in ("required_revenue", "required_return", "buildout_2030")
    )
    margin = rate * capital / revenue
    assert fin.req_revenue(capital, rate, cost_share=1 - margin) == pytest.approx(revenue, rel=1e-14)
    assert fin.implied_return(capital, revenue, cost_share=1 - margin) == pytest.approx(0.1, rel=1e-12)
    assert fin.implied_return(capital, revenue) == pytest.approx(0.13, rel=1e-12)


def test_the_after_tax_annual_worth_of_a_textbook_investment_is_what_revenue_exceeds_the_requirement_by():
    """Sullivan, Wicks and Koelling, Engineering Economy, the example on EVA: 84,000, four years, 50 % tax, 12 %: 2,844 a year."""
    needed = fin.req_revenue(84_000, 0.12, 4, opex=30_000, tax_rate=0.5, tax_depreciation=[0.25] * 4)
    assert (70_000 - needed) * 0.5 == pytest.approx(2_844, abs=0.5)


@given(rate=st.floats(-0.3, 1.0), case=ventures)
def test_npv_of_the_pro_forma_is_zero_at_the_required_revenue(rate, case):
    revenue = fin.req_revenue(rate=rate, **case)
    flows = pro_forma(revenue, **case)
    size = oracle_finance.npv(rate, [abs(flow) for flow in pro_forma(abs(revenue), **{**case, "cost_share": 0.0})])
    assert oracle_finance.npv(rate, flows) == pytest.approx(0.0, abs=1e-9 * (size + case["capital"]))


@given(rate=st.floats(0.01, 0.6), case=ventures)
def test_the_implied_return_of_the_required_revenue_is_the_rate(rate, case):
    case = {**case, "residual": 0.2 * case["capital"], "opex_growth": min(case["growth"], case["opex_growth"])}
    revenue = fin.req_revenue(rate=rate, **case)
    found = fin.implied_return(revenue=revenue, **case)
    flows = pro_forma(revenue, **case)
    roots = oracle_finance.irr_roots(flows)
    if len(roots) == 1 and abs(roots[0] - rate) < 1e-9:
        assert found == pytest.approx(rate, rel=1e-7, abs=1e-9)
    assert abs(oracle_finance.npv(found, flows)) <= 1e-8 * sum(map(abs, flows)) * max(
        1.0, (1 + found) ** -case["years"]
    )


@given(
    rate=st.floats(0.02, 1.0), gap=st.floats(0.005, 0.5), slack=st.floats(0, 0.3), opex=st.floats(0, 1e5), tax=st.floats(0, 0.6),
    deducted=shares,
)  # fmt: skip
def test_for_ever_the_two_directions_agree(rate, gap, slack, opex, tax, deducted):
    growth = max(rate - gap, -0.5)
    case = {
        "opex": opex,
        "tax_rate": tax,
        "tax_depreciation": deducted,
        "growth": growth,
        "opex_growth": growth - slack / 2,
    }
    revenue = fin.req_revenue(1e5, rate, **case)
    assert fin.implied_return(1e5, revenue, **case) == pytest.approx(rate, rel=1e-9)


def test_the_closed_forms_of_the_equations():
    r, n, K, O, T, m = 0.1, 5, 1000.0, 50.0, 0.25, 0.8  # noqa: E741
    crf, sff = oracle_finance.crf(r, n), oracle_finance.sff(r, n)
    z = sum(share / (1 + r) ** (t + 1) for t, share in enumerate(MACRS5[:5])) + MACRS5[5] / (1 + r) ** 5
    assert fin.req_revenue(K, r, opex=O, cost_share=0.2) == pytest.approx((r * K + O) / m)
    assert fin.req_revenue(K, r, n, opex=O, cost_share=0.2) == pytest.approx((K * crf + O) / m)
    after = fin.req_revenue(K, r, n, opex=O, tax_rate=T, tax_depreciation=MACRS5, residual=0.0)
    assert after == pytest.approx(K * crf * (1 - T * z) / (1 - T) + O)
    with_salvage = fin.req_revenue(K, r, n, opex=O, tax_rate=T, tax_depreciation=MACRS5, residual=200.0)
    assert with_salvage == pytest.approx(K * crf * (1 - T * z) / (1 - T) - 200.0 * sff + O)
    annuity = (1 - (1.04 / 1.1) ** n) / (r - 0.04)
    assert fin.req_revenue(K, r, n, growth=0.04) == pytest.approx(K / annuity)
    assert fin.req_revenue(K, r, n, growth=r) == pytest.approx(K * 1.1 / n)


def test_limits():
    assert fin.req_revenue(0.0, 0.1, 5) == 0.0
    assert fin.req_revenue(1000.0, 0.0, 4) == pytest.approx(250.0)
    assert fin.req_revenue(1000.0, 0.1, 1) == pytest.approx(1100.0)
    assert fin.req_revenue(1000.0, 0.1, 1000) == pytest.approx(100.0)
    assert fin.req_revenue(1000.0, 0.1, 10, growth=0.1 - 1e-13) == pytest.approx(
        fin.req_revenue(1000.0, 0.1, 10, growth=0.1)
    )
    # expensed at once at a rate of 0, tax takes its share of the profit alone
    assert fin.req_revenue(1000.0, 0.0, 4, tax_rate=0.5, tax_depreciation=[1.0]) == pytest.approx(250.0)
    for nothing in (
        fin.req_revenue(1000.0, 0.1, growth=0.1), fin.req_revenue(1000.0, 0.1, growth=0.2), fin.req_revenue(1000.0, 0.0),
        fin.req_revenue(1000.0, -1.0, 5), fin.req_revenue(1000.0, 0.1, 2.5), fin.req_revenue(1000.0, 0.1, 0),
        fin.req_revenue(-1.0, 0.1), fin.req_revenue(1000.0, 0.1, cost_share=1.0), fin.req_revenue(1000.0, math.nan),
        fin.implied_return(1000.0, 0.0), fin.implied_return(0.0, 10.0), fin.implied_return(1000.0, 10.0, 5, opex=100.0),
        fin.implied_return(1000.0, 10.0, growth=0.01, opex=5.0, opex_growth=0.02),
    ):  # fmt: skip
        assert math.isnan(nothing)


def test_all_arguments_broadcast_and_blank_years_last_for_ever():
    grid = fin.req_revenue(1000.0, [[0.05], [0.1]], [4, 5, np.nan], cost_share=0.2)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == fin.req_revenue(1000.0, 0.1, cost_share=0.2)
    assert grid[0, 1] == fin.req_revenue(1000.0, 0.05, 5, cost_share=0.2)
    deducted = depreciation.macrs([1.0, 1.0], 5, bonus=[0.0, 1.0])
    early = fin.req_revenue(1000.0, 0.1, 6, tax_rate=0.3, tax_depreciation=deducted)
    assert early[1] < early[0]
    back = fin.implied_return(1000.0, grid, [4, 5, np.nan], cost_share=0.2)
    assert back == pytest.approx(np.broadcast_to([[0.05], [0.1]], (2, 3)))


@pytest.mark.parametrize("given", [[0.5, 0.6], [20.0, 32.0], [-0.1], [math.nan]])
def test_deductions_that_are_no_shares_are_refused(given):
    with pytest.raises(OutOfRange, match="tax_depreciation"):
        fin.req_revenue(1000.0, 0.1, 5, tax_depreciation=given)


def test_text_and_misfits_are_refused():
    with pytest.raises(WrongType, match="rate is 'ten'"):
        fin.req_revenue(1000.0, "ten")
    with pytest.raises(ShapeError, match="capital 2, rate 3"):
        fin.req_revenue([1.0, 2.0], [0.1, 0.2, 0.3])


def test_a_case_has_the_bits_it_has_alone_whatever_stands_beside_it():
    rng = np.random.default_rng(4)
    years = np.where(rng.random(60) < 0.2, np.nan, rng.integers(1, 60, 60))
    rest = {"opex": rng.uniform(0, 50, 60), "tax_rate": rng.uniform(0, 0.5, 60), "residual": rng.uniform(0, 100, 60)}
    needed = fin.req_revenue(1000.0, rng.uniform(0.03, 0.2, 60), years, **rest)
    found = fin.implied_return(1000.0, needed, years, **rest)
    assert not np.isnan(found).any()
    for place in range(60):
        own = {name: float(column[place]) for name, column in rest.items()}
        assert fin.implied_return(1000.0, float(needed[place]), float(years[place]), **own) == found[place]


def test_a_hundred_thousand_cases_of_a_thousand_years_fit_the_memory():
    rates = np.linspace(0.01, 0.5, 100_000)
    needed = fin.req_revenue(1000.0, rates, 1000, tax_rate=0.2)
    assert needed[[0, -1]].tolist() == [fin.req_revenue(1000.0, rate, 1000, tax_rate=0.2) for rate in rates[[0, -1]]]
