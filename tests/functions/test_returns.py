"""Worth and returns in the sheet: published figures, and ranges of series, rates and dates."""

import datetime as dt

import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.cells import NUM, VALUE

NPV, XNPV, IRR, XIRR = (REGISTRY[f"ACCEL_{name}"] for name in ("NPV", "XNPV", "IRR", "XIRR"))
MIRR, PAYBACK = REGISTRY["ACCEL_MIRR"], REGISTRY["ACCEL_PAYBACK"]
DAYS = [dt.date(2008, 1, 1), dt.date(2008, 3, 1), dt.date(2008, 10, 30), dt.date(2009, 2, 15), dt.date(2009, 4, 1)]
DATED = [-10_000, 2_750, 4_250, 3_250, 2_750]


def test_the_examples_of_the_sheet_s_own_functions_hold():
    """Figures of Microsoft's pages on NPV, XNPV, IRR, XIRR and MIRR."""
    assert NPV(0.1, [[-10_000, 3_000, 4_200, 6_800]], 1) == pytest.approx(1188.44, abs=0.005)
    assert XNPV(0.09, [DATED], [DAYS]) == pytest.approx(2086.65, abs=0.005)
    assert IRR([[-70_000], [12_000], [15_000], [18_000], [21_000], [26_000]]) == pytest.approx(0.087, abs=0.0005)
    assert XIRR([DATED], [DAYS], 0.1) == pytest.approx(0.373362535, abs=2e-9)
    assert MIRR([[-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]], 0.1, 0.12) == pytest.approx(0.126094, abs=5e-7)


def test_dates_may_stand_across_and_values_down():
    down = [[value] for value in DATED]
    assert XNPV(0.09, down, [DAYS]) == XNPV(0.09, [DATED], [[day] for day in DAYS])


def test_several_series_share_their_dates():
    double = [2 * value for value in DATED]
    got = XNPV(0.09, [DATED, double], [DAYS]).tolist()
    assert [row[0] for row in got] == [XNPV(0.09, [DATED], [DAYS]), XNPV(0.09, [double], [DAYS])]
    assert XIRR([DATED, double], [DAYS, DAYS]).tolist() == [[XIRR([DATED], [DAYS])]] * 2


def test_series_down_and_rates_across_give_the_grid():
    block = [[-100, 60, 60], [-100, 70, 70]]
    got = NPV([[0.0, 0.1, 0.2]], block).tolist()
    assert got == [[NPV(rate, [row]) for rate in (0.0, 0.1, 0.2)] for row in block]


def test_a_series_without_a_rate_is_an_error_in_its_own_row():
    outcome = IRR.call([[-100, 110], [100, 110], [-100, 120]])
    cells = [row[0] for row in outcome.rows()]
    assert cells[1] is NUM
    assert [cells[0], cells[2]] == pytest.approx([0.1, 0.2])
    assert outcome.why.startswith("ACCEL_IRR: the result has no value here: no rate makes the flows worth nothing")


def test_payback_counts_with_and_without_discount():
    assert PAYBACK([[-100, 60, 80]]) == 1.5
    assert PAYBACK([[-100, 60, 80]], 0.1) == pytest.approx(1.6875)
    assert PAYBACK([[-100, 60, 80]], 0.0) == 1.5
    assert PAYBACK([[-100, 60, 80]], [[0.0], [0.1], [1.0]]).tolist() == [[1.5], [pytest.approx(1.6875)], [NUM]]
    assert PAYBACK([[-100, 10]]) is NUM


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (([DATED], [DAYS[:4]]), "5 values and 4 dates"),
        (([DATED], [[*DAYS[:4], "2009-04-01"]]), "dates, cell 5, is the text '2009-04-01'; a date is allowed"),
        (([[*DATED[:4], "2750"]], [DAYS]), "values, cell 5, is the text '2750'; a number of USD is allowed"),
    ],
)
def test_dated_flows_that_do_not_fit_are_refused(cells, words):
    outcome = XIRR.call(*cells)
    assert outcome.value is VALUE
    assert words in outcome.why
