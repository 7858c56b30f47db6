"""The finance and depreciation oracles against published worked examples.

Source, unless a line says otherwise: the example on Microsoft's support page of the Excel function
of that name, to the digits printed there.
"""

import datetime as dt
import itertools
import math
import random

import pytest

from . import depreciation, finance, irs_tables

DATES = [
    dt.date(2008, 1, 1),
    dt.date(2008, 3, 1),
    dt.date(2008, 10, 30),
    dt.date(2009, 2, 15),
    dt.date(2009, 4, 1),
]
DATED = [-10000, 2750, 4250, 3250, 2750]
BUSINESS = [-70000, 12000, 15000, 18000, 21000, 26000]
LOAN = [-120000, 39000, 30000, 21000, 37000, 46000]

PRINTED = [  # function, arguments, printed value, half a unit of its last digit
    ("pv", (0.08 / 12, 240, 500, 0), -59777.15, 0.005),
    ("fv", (0.06 / 12, 10, -200, -500, 1), 2581.40, 0.005),
    ("fv", (0.12 / 12, 12, -1000), 12682.50, 0.005),
    ("fv", (0.11 / 12, 35, -2000, 0, 1), 82846.25, 0.005),
    ("fv", (0.06 / 12, 12, -100, -1000, 1), 2301.40, 0.005),
    ("pmt", (0.08 / 12, 10, 10000), -1037.03, 0.005),
    ("pmt", (0.08 / 12, 10, 10000, 0, 1), -1030.16, 0.005),
    ("pmt", (0.06 / 12, 216, 0, 50000), -129.08, 0.005),
    ("ipmt", (0.1 / 12, 1, 36, 8000), -66.67, 0.005),
    ("ipmt", (0.1, 3, 3, 8000), -292.45, 0.005),
    ("ppmt", (0.1 / 12, 1, 24, 2000), -75.62, 0.005),
    ("ppmt", (0.08, 10, 10, 200000), -27598.05, 0.005),
    ("nper", (0.12 / 12, -100, -1000, 10000, 1), 59.6738657, 5e-8),
    ("nper", (0.12 / 12, -100, -1000, 10000), 60.0821229, 5e-8),
    ("nper", (0.12 / 12, -100, -1000), -9.57859404, 5e-9),
    ("rate", (48, -200, 8000), 0.0077, 5e-5),
    ("cumipmt", (0.09 / 12, 360, 125000, 13, 24, 0), -11135.23213, 5e-6),
    ("cumipmt", (0.09 / 12, 360, 125000, 1, 1, 0), -937.5, 5e-9),
    ("cumipmt", (0.09 / 12, 360, 125000, 13, 24, 1), -11052.3395838718, 5e-9),  # Microsoft's DAX page of CUMIPMT
    ("cumprinc", (0.09 / 12, 360, 125000, 13, 24, 0), -934.1071234, 5e-8),
    ("cumprinc", (0.09 / 12, 360, 125000, 1, 1, 0), -68.27827118, 5e-9),
    ("effect", (0.0525, 4), 0.0535427, 5e-8),
    ("nominal", (0.053543, 4), 0.05250032, 5e-9),
    ("rri", (96, 10000, 11000), 0.0009933, 5e-8),
    ("pduration", (0.025, 2000, 2200), 3.86, 0.005),
    ("pduration", (0.025 / 12, 1000, 1200), 87.6, 0.05),
    ("fvschedule", (1, [0.09, 0.11, 0.1]), 1.33089, 1e-12),
    ("npv", (0.1, [-10000, 3000, 4200, 6800], 1), 1188.44, 0.005),
    ("npv", (0.08, [-40000, 8000, 9200, 10000, 12000, 14500]), 1922.06, 0.005),
    ("npv", (0.08, [-40000, 8000, 9200, 10000, 12000, 14500, -9000]), -3749.47, 0.005),
    ("irr", (BUSINESS[:5],), -0.021, 5e-4),
    ("irr", (BUSINESS,), 0.087, 5e-4),
    ("irr", (BUSINESS[:3], -0.1), -0.444, 5e-4),
    ("irr", ([100, -50, -30, -20, -10],), 0.05188165495421505, 1e-12),  # Formula Compiler's reference page
    ("xnpv", (0.09, DATED, DATES), 2086.6476, 5e-5),
    ("xirr", (DATED, DATES), 0.373362535, 5e-9),
    ("mirr", (LOAN, 0.1, 0.12), 0.1261, 5e-5),
    ("mirr", (LOAN[:4], 0.1, 0.12), -0.0480, 5e-5),
    ("mirr", (LOAN, 0.1, 0.14), 0.1348, 5e-5),
    ("sln", (30000, 7500, 10), 2250, 1e-9),
    ("syd", (30000, 7500, 10, 1), 4090.91, 0.005),
    ("syd", (30000, 7500, 10, 10), 409.09, 0.005),
    ("db", (1000000, 100000, 6, 1, 7), 186083.33, 0.005),
    ("db", (1000000, 100000, 6, 2, 7), 259639.42, 0.005),
    ("db", (1000000, 100000, 6, 3, 7), 176814.44, 0.005),
    ("db", (1000000, 100000, 6, 4, 7), 120410.64, 0.005),
    ("db", (1000000, 100000, 6, 5, 7), 81999.64, 0.005),
    ("db", (1000000, 100000, 6, 6, 7), 55841.76, 0.005),
    ("db", (1000000, 100000, 6, 7, 7), 15845.10, 0.005),
    ("ddb", (2400, 300, 3650, 1), 1.32, 0.005),
    ("ddb", (2400, 300, 120, 1, 2), 40.00, 0.005),
    ("ddb", (2400, 300, 10, 1, 2), 480.00, 0.005),
    ("ddb", (2400, 300, 10, 2, 1.5), 306.00, 0.005),
    ("ddb", (2400, 300, 10, 10), 22.12, 0.005),
    ("ddb", (12345.12, 987.65, 10, 5.5), 904.5451574605321, 1e-9),  # Formula Compiler's reference page
    ("ddb", (12345.12, 987.65, 10, 5.5, 1.5), 891.1929465967952, 1e-9),  # same
    ("ddb", (12345.12, 987.65, 10, 1, 10.1), 11357.47, 1e-9),  # same
    ("vdb", (2400, 300, 3650, 0, 1), 1.32, 0.005),
    ("vdb", (2400, 300, 120, 0, 1), 40.00, 0.005),
    ("vdb", (2400, 300, 10, 0, 1), 480.00, 0.005),
    ("vdb", (2400, 300, 120, 6, 18), 396.31, 0.005),
    ("vdb", (2400, 300, 120, 6, 18, 1.5), 311.81, 0.005),
    ("vdb", (2400, 300, 10, 0, 0.875, 1.5), 315.00, 0.005),
    ("vdb", (100, 10, 20, 10, 11, 2, True), 3.49, 0.005),  # Google Sheets' page of VDB
    ("vdb", (100, 33, 20, 10, 11, 2, False), 1.87, 0.005),  # same
]


@pytest.mark.parametrize(("name", "args", "printed", "within"), PRINTED)
def test_the_oracle_gives_the_printed_figure(name, args, printed, within):
    module = finance if hasattr(finance, name) else depreciation
    assert getattr(module, name)(*args) == pytest.approx(printed, rel=0.0, abs=within)


NO_NUMBER = [
    ("pmt", (0.1, 0, 100)),  # MS-OI29500, PMT a
    ("pv", (-2.0, 3, 100)),
    ("ipmt", (0.1, 0.5, 12, 100)),
    ("ipmt", (0.1, 13, 12, 100)),  # MS-OI29500, IPMT d, e
    ("nper", (0.1, 1, -1000)),  # interest eats more than the payment
    ("rate", (10, 10, 100)),  # nothing comes back
    ("rate", (0, -10, 100)),
    ("cumipmt", (0, 12, 100, 1, 2, 0)),
    ("cumipmt", (0.1, 12, 100, 0, 2, 0)),
    ("cumipmt", (0.1, 12, 100, 3, 2, 0)),
    ("cumipmt", (0.1, 12, 100, 1, 13, 0)),  # MS-OI29500, CUMPRINC a
    ("cumprinc", (0.1, 12, 100, 1, 2, 2)),
    ("effect", (0.0, 4)),
    ("effect", (0.1, 0.9)),
    ("nominal", (0.1, 0)),
    ("rri", (0, 100, 110)),
    ("pduration", (0.1, 100, -110)),
    ("npv", (-1.5, [1, 2])),
    ("irr", ([1, 2, 3],)),
    ("irr", ([0, 0],)),
    ("xirr", ([1, 2], [1, 2])),
    ("xnpv", (-0.02, DATED, DATES)),  # westclintech.com, "Enter a negative rate into the XNPV function"
    ("xnpv", (0.1, [1, 2], [10, 9])),
    ("mirr", ([1, 2], 0.1, 0.1)),
    ("sln", (100, 10, 0)),
    ("syd", (100, 10, 5, 6)),
    ("db", (100, 10, 5, 6)),  # MS-OI29500, DB a
    ("db", (100, 10, 5, 7, 6)),
    ("ddb", (100, 10, 5, 6)),
    ("ddb", (-100, 10, 5, 1)),
    ("vdb", (100, 10, 5, 3, 2)),
    ("vdb", (100, 10, 5, 0, 6)),
]


@pytest.mark.parametrize(("name", "args"), NO_NUMBER)
def test_the_oracle_gives_no_number_where_excel_gives_none(name, args):
    module = finance if hasattr(finance, name) else depreciation
    assert math.isnan(getattr(module, name)(*args))


def test_every_irr_root_brings_the_npv_to_zero():
    rng = random.Random(1)
    for _ in range(60):
        flows = [rng.gauss(0.0, 1.0) * 10.0 ** rng.uniform(-3, 3) for _ in range(rng.randint(2, 12))]
        for root in finance.irr_roots(flows):
            scale = math.fsum(abs(v) * (1.0 + root) ** -t for t, v in enumerate(flows))
            assert abs(finance.npv(root, flows)) <= 1e-9 * scale


def test_irr_roots_finds_the_roots_that_the_flows_were_made_from():
    rng = random.Random(2)
    for _ in range(60):
        made = sorted({round(rng.uniform(-0.6, 3.0), 2) for _ in range(rng.randint(1, 4))})
        if any(b - a < 0.05 for a, b in itertools.pairwise(made)):
            continue
        flows = [1.0]
        for root in made:  # times (1+r)v - 1
            flows = [a * (1.0 + root) - b for a, b in zip([*flows, 0.0], [0.0, *flows], strict=False)]
        flows.reverse()
        assert finance.irr_roots(flows) == pytest.approx(made, abs=1e-6)


def test_a_double_root_is_found_once():
    assert finance.irr_roots([-1.0, 2.0, -1.0]) == pytest.approx([0.0], abs=1e-7)
    assert finance.irr_roots([-1.0, 2.4, -1.44]) == pytest.approx([0.2], abs=1e-7)


def test_irr_does_not_move_when_the_flows_are_scaled():
    for scale in (1e-12, 1e15):
        assert finance.irr([v * scale for v in BUSINESS]) == pytest.approx(finance.irr(BUSINESS), rel=1e-12)


def test_roots_near_minus_one_and_above_a_thousand_percent_are_found():
    assert finance.irr([-1e6, 1.0]) == pytest.approx(-1.0 + 1e-6, rel=1e-9)
    assert finance.irr([-1.0, 50.0, 60.0]) == pytest.approx(50.172, abs=1e-3)


def test_interest_and_principal_add_up_to_the_payment_and_the_loan():
    for type_ in (0, 1):
        parts = [finance.ppmt(0.01, k, 24, 1000.0, 0.0, type_) for k in range(1, 25)]
        assert math.fsum(parts) == pytest.approx(-1000.0, rel=1e-12)
        assert finance.cumprinc(0.01, 24, 1000.0, 1, 24, type_) == pytest.approx(-1000.0, rel=1e-12)


def test_capital_recovery_with_a_residual_is_the_same_in_both_forms():
    rng = random.Random(3)
    for _ in range(200):
        P, s, r, n = rng.uniform(1, 1e6), rng.uniform(0, 0.9), rng.uniform(0.001, 0.5), rng.uniform(0.5, 20)
        paid = P * finance.crf(r, n) - s * P * finance.sff(r, n)
        assert paid == pytest.approx(P * (1 - s) * finance.crf(r, n) + s * P * r, rel=1e-12)


def test_growing_revenue_form_gives_npv_zero():
    rng = random.Random(4)
    for _ in range(200):
        K, r, g, n = rng.uniform(1, 1e6), rng.uniform(0.01, 0.4), rng.uniform(-0.3, 0.5), rng.randint(1, 20)
        tax, opex = rng.uniform(0, 0.5), rng.uniform(0, 1e5)
        z = sum(1 / n / (1 + r) ** t for t in range(1, n + 1))
        need = K * (1 - tax * z) / (1 - tax) + sum(opex / (1 + r) ** t for t in range(1, n + 1))
        ratio = (1 + g) / (1 + r)
        first = need * (r - g) / (1 - ratio**n) if r != g else need * (1 + r) / n
        flows = [-K] + [(first * (1 + g) ** (t - 1) - opex) * (1 - tax) + tax * K / n for t in range(1, n + 1)]
        assert finance.npv(r, flows) == pytest.approx(0.0, abs=1e-9 * (K + need))


def test_payback_is_linear_inside_the_period_and_takes_the_last_turn():
    assert finance.payback([-100, 60, 80]) == 1.5
    assert finance.payback([-100, 120, -40, 60]) == pytest.approx(2 + 20 / 60)
    assert math.isnan(finance.payback([-100, 10]))
    assert finance.payback([1, 2]) == 0.0
    assert finance.discounted_payback(0.0, [-100, 60, 80]) == 1.5


# --- depreciation --------------------------------------------------------------------------------


def test_whole_schedules_sum_to_cost_less_salvage():
    rng = random.Random(5)
    for _ in range(300):
        cost, life = rng.uniform(1, 1e6), rng.randint(1, 60)
        salvage = cost * rng.uniform(0, 0.9)
        whole = pytest.approx(cost - salvage, rel=1e-11)
        assert depreciation.sln(cost, salvage, life) * life == whole
        assert math.fsum(depreciation.syd(cost, salvage, life, t) for t in range(1, life + 1)) == whole
        assert depreciation.vdb(cost, salvage, life, 0, life, rng.uniform(0.5, 4)) == whole
        units = [rng.uniform(0, 10) for _ in range(life)]
        assert math.fsum(depreciation.uop(cost, salvage, sum(units), q) for q in units) == whole


def test_declining_balance_without_switch_stays_at_or_above_salvage():
    rng = random.Random(6)
    for _ in range(300):
        cost, life = rng.uniform(1, 1e6), rng.randint(1, 40)
        salvage, factor = cost * rng.uniform(0, 0.9), rng.uniform(0.5, 4)
        parts = [depreciation.ddb(cost, salvage, life, t, factor) for t in range(1, life + 1)]
        assert min(parts) >= 0.0
        assert cost - math.fsum(parts) >= salvage - 1e-9 * cost
        book = cost  # the textbook loop: the same numbers period by period
        for part in parts:
            assert part == pytest.approx(max(0.0, min(book * factor / life, book - salvage)), abs=1e-9 * cost)
            book -= part


def test_vdb_over_adjacent_spans_adds_up():
    rng = random.Random(7)
    for _ in range(300):
        life = rng.choice([rng.randint(1, 30), rng.uniform(1, 30)])
        a, b, c = sorted(rng.uniform(0, life) for _ in range(3))
        args = (1000.0, rng.uniform(0, 900), life)
        more = (rng.uniform(0.5, 4), rng.random() < 0.3)
        whole = depreciation.vdb(*args, a, c, *more)
        assert depreciation.vdb(*args, a, b, *more) + depreciation.vdb(*args, b, c, *more) == pytest.approx(whole)


def every_column():
    for life in irs_tables.HALF_YEAR:
        yield "HY", None, life
        for quarter in (1, 2, 3, 4):
            yield "MQ", quarter, life


def test_printed_tax_columns_sum_to_one_hundred_percent():
    for convention, quarter, life in every_column():
        shares = depreciation.macrs_table(life, convention, quarter)
        assert len(shares) == life + 1
        assert sum(shares) == pytest.approx(1.0, abs=1e-12)
        assert sum(depreciation.macrs_rule(life, convention, quarter)) == pytest.approx(1.0, abs=1e-12)


def test_thirty_five_of_the_330_printed_cells_differ_from_the_rule_by_more_than_0_005_points():
    """Four more (15-year property, year 2) are ties such as 9.125, printed 9.13."""
    cells = more = 0
    for convention, quarter, life in every_column():
        rule = depreciation.macrs_rule(life, convention, quarter)
        for a, b in zip(rule, depreciation.macrs_table(life, convention, quarter), strict=True):
            cells += 1
            more += abs(a - b) * 100 > 0.005 + 1e-9
            assert abs(a - b) * 100 < 0.0141
    assert (cells, more) == (330, 35)


def test_section_179_comes_first_then_bonus_then_the_table():
    years = depreciation.macrs(1000.0, 5, bonus=0.4, section_179=100.0)
    assert years[0] == pytest.approx(100 + 0.4 * 900 + 0.2 * 540)
    assert sum(years) == pytest.approx(1000.0)
