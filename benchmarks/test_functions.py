"""Spreadsheet functions: what the runner adds to the function behind it, for one cell and for ranges."""

import numpy as np
import pytest

from accelxl.domain import finance
from accelxl.functions import REGISTRY
from accelxl.functions.plan_roi import roi

ROI, NPV = REGISTRY["ACCEL_ROI"], REGISTRY["ACCEL_NPV"]
DEPLOYMENT = (34000.0, 64.0, 2500.0, 0.6, 0.6, 1.73, 0.083, 5.0, 0.0, 0.1, 0.25)
FLOWS = ((-100.0, 60.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 5.0, 1.0),)


def test_npv_in_the_sheet(benchmark):
    benchmark(NPV, 0.1, FLOWS)


def test_npv_alone(benchmark):
    benchmark(finance.npv, rate=0.1, values=np.array(FLOWS[0]))


def test_roi_in_the_sheet(benchmark):
    benchmark(ROI, *DEPLOYMENT)


def test_roi_alone(benchmark):
    benchmark(roi, *DEPLOYMENT)


@pytest.fixture
def grid():
    prices = tuple((price,) for price in np.linspace(2e4, 5e4, 100).tolist())
    shares = (tuple(np.linspace(0.1, 1.0, 100).tolist()),)
    return prices, shares


def test_roi_of_ten_thousand_cells(benchmark, grid):
    prices, shares = grid
    benchmark(ROI, prices, *DEPLOYMENT[1:4], shares)


def test_npv_of_a_thousand_rows(benchmark):
    rows = tuple(map(tuple, np.random.default_rng(0).normal(1.0, 10.0, (1000, 60)).tolist()))
    benchmark(NPV, 0.1, rows)
