"""The first figure of a column that lies outside its limits: found by the core as plain Python finds it, in every build."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import accelxl._core as core
from tests.scenario.common import ROOT
from tests.test_pack import runs_here

INF = math.inf
EDGES = (
    0.0,
    -0.0,
    1.0,
    0.5,
    360.0,
    360.0000000000001,
    2.0**51 + 0.5,
    2.0**51 + 1,
    2.0**52 + 1,
    2.0**53 + 2,
    1e300,
    INF,
    -INF,
    math.nan,
)


def plainly(column, low, high, whole):
    """The place of the first figure outside, the length where there is none."""
    good = (
        low <= x <= high and (not whole or (math.isfinite(x) and x == math.floor(x)) or math.isinf(x)) for x in column
    )
    return next((at for at, fine in enumerate(good) if not fine), len(column))


LIMITS = st.sampled_from([(0.0, 360.0), (-1.0, 1.0), (0.0, INF), (-INF, INF), (1.0, 1e18), (0.25, 0.25)])


@given(
    st.lists(st.one_of(st.sampled_from(EDGES), st.integers(0, 360).map(float), st.floats()), max_size=70),
    LIMITS,
    st.booleans(),
)
def test_the_first_figure_outside_is_found(column, limits, whole):
    assert core.first_outside(np.array(column, float), *limits, whole) == plainly(column, *limits, whole)


def places():
    """The place found when one figure among 77 is wrong, for every figure and kind of wrong."""
    found = []
    for at in range(77):
        for wrong in (math.nan, -1.0, 361.0, 0.5, INF):
            column = np.arange(77.0)
            column[at] = wrong
            found.append((core.first_outside(column, 0.0, 360.0, True), core.first_outside(column, 0.0, 360.0, False)))
    return found


@pytest.mark.parametrize("build", runs_here())
def test_every_build_finds_it_at_every_place(build):
    code = "import accelxl; from tests.scenario.test_limits import places; print(places())"
    env = {**os.environ, "ACCELXL_CPU": build}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    want = [(at, 77 if wrong == 0.5 else at) for at in range(77) for wrong in (math.nan, -1.0, 361.0, 0.5, INF)]
    assert done.stdout.strip() == str(want)
