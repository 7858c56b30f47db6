"""A 100 x 100 table over the accelerator budget in Calc: =ACCEL_GRID against MULTIPLE.OPERATIONS over the book's own formulas.

MULTIPLE.OPERATIONS (TABLE in the grammar of the office's API) computes the whole book for each cell, so a few of its cells are timed and
counted up to the same number. Calc computes a cell when it is read, so each time takes in the reading.
"""

import time
from statistics import median

import pytest

from tests.calc.office import Office
from tests.conftest import demand
from tests.workbook.books import BUDGET

SIDE, FEW = 100, 3
FIRST, SECOND = "discount_rate", "tax_rate"


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.mark.office("soffice", "uno")
def test_a_grid_in_calc_is_300_times_as_fast_as_multiple_operations(benchmark):
    demand("soffice", "uno")
    with Office() as calc, calc.open(BUDGET) as book:
        sheet = "Bench"
        book.add_sheet(sheet)
        place = {"row": f"{sheet}!CA200:FV200", "column": f"{sheet}!BZ201:BZ300", "grid": f"{sheet}!CA201:FV300"}
        book.array(place["row"], "=0.05+0.001*(COLUMN(CA200:FV200)-79)")
        book.array(place["column"], "=0.1+0.001*(ROW(BZ201:BZ300)-201)")
        formula = f'=ACCEL_GRID(plan_block;"{SECOND}";BZ201:BZ300;"{FIRST}";CA200:FV200;"npv")'
        few = f"{sheet}!CA401:{'CC'}{400 + FEW}"
        several = {
            f"{sheet}!{column}{401 + row}": f"=TABLE(out_npv_usd;in_{SECOND};$BZ{201 + row};in_{FIRST};{column}$200)"
            for row in range(FEW)
            for column in ("CA", "CB", "CC")
        }

        def grid_read():
            book.array(place["grid"], formula)
            return book.get(f"{sheet}!FV300")

        def several_read():
            book.put(several)
            return book.get(*several)

        book.recalculate()
        ours, theirs = [], []
        for _ in range(3):
            ours.append(timed(grid_read))
            theirs.append(timed(several_read) / FEW**2 * SIDE**2)
        grid, table = book.rows(place["grid"]), book.rows(few)
        assert [row[:FEW] for row in grid[:FEW]] == [[pytest.approx(cell, rel=1e-9) for cell in row] for row in table]
        ratio = median(theirs) / median(ours)
        benchmark.extra_info["times as fast"] = round(ratio)
        benchmark.pedantic(grid_read, rounds=3)
        assert ratio >= 300, (ours, theirs)
