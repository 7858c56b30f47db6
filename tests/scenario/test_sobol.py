"""Sobol nets: published direction numbers, scramblings that keep what makes a net, and the error that they tell."""

import numpy as np
import pytest
from scipy.stats import qmc

import accelxl._core as core
from accelxl.errors import OutOfRange
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.sobol import BITS, MAX_DIMS, direction_numbers, points, scrambled
from tests.scenario.common import BASE, drawn


def net(vectors, count, shift=None):
    """Points of a net by the definition: exclusive or of the direction numbers at the bits of the point's number."""
    dims = len(vectors)
    out = np.zeros((dims, count), np.uint64) if shift is None else np.repeat(shift[:, None], count, axis=1)
    numbers = np.arange(count, dtype=np.uint64)
    for k in range(count.bit_length()):
        bit = (numbers >> np.uint64(k)) & np.uint64(1)
        out ^= vectors[:, k : k + 1] * bit
    return out


def test_unscrambled_points_are_those_of_an_independent_library():
    count = 1 << 12
    mine = net(direction_numbers(MAX_DIMS), count).T.astype(np.float64) * 2.0**-BITS
    theirs = qmc.Sobol(MAX_DIMS, scramble=False, bits=BITS).random(count)
    assert np.array_equal(mine[np.lexsort(mine.T[::-1])], theirs[np.lexsort(theirs.T[::-1])])


def test_the_kernel_gives_the_points_of_the_definition():
    names = {"pue": ("uniform", 1, 2), "units": ("uniform", 0, 1), "utilization": ("uniform", 0, 1)}
    draws = drawn(names, seed=3, method="sobol", n=1 << 17)
    nets, shift = scrambled(3, 3)
    for run in (0, 7, 15):
        want = (net(nets[run], draws.run, shift[run]).astype(np.float64) + 0.5) * 2.0**-BITS
        found = draws.rows(run * draws.run, draws.run)
        assert np.array_equal(found[1:], want[1:])
        assert np.array_equal(found[0], 1 + want[0])


@pytest.mark.parametrize("dims", [1, 5, 40, MAX_DIMS])
def test_a_scrambled_net_has_one_point_in_each_interval(dims):
    nets, shift = scrambled(dims, 9, runs=2)
    count = 1 << 10
    cells = net(nets[1], count, shift[1]) >> np.uint64(BITS - 10)
    assert (np.sort(cells, axis=1) == np.arange(count, dtype=np.uint64)).all()


def test_scramblings_differ_and_their_shifts_are_spread_evenly():
    _, shift = scrambled(40, 1)
    unit = shift.astype(np.float64) * 2.0**-BITS
    assert len(np.unique(shift)) == shift.size
    assert abs(unit.mean() - 0.5) < 5 * np.sqrt(1 / 12 / unit.size)


def test_a_scrambled_net_fills_space_better_than_random_points():
    found = drawn(
        {f"{n}": ("uniform", 0, 1) for n in ("units", "utilization", "residual_share", "deposit_share")},
        method="sobol",
        n=1 << 14,
    )
    unit = found.rows(0, 1024).T
    assert qmc.discrepancy(unit) < 0.2 * qmc.discrepancy(np.random.default_rng(1).random((1024, 4)))


def test_points_are_the_next_nets_of_a_power_of_two():
    assert [points(n) for n in (1, 16 * 1024, 16 * 1024 + 1, 10**6)] == [1024, 1024, 2048, 65536]


def test_too_many_dimensions_are_refused_in_a_sentence():
    with pytest.raises(
        OutOfRange, match="129 dimensions are asked of a Sobol net; up to 128 are allowed, or method philox"
    ):
        direction_numbers(129)


def test_the_error_that_a_net_tells_is_the_error_that_it_makes():
    spec = {"price_usd_per_mtok": ("triangular", 0.3, 0.6, 1.2), "utilization": ("pert", 0.3, 0.6, 0.9)}
    figures = [montecarlo(BASE, spec, "npv", n=1, seed=seed, method="sobol")["npv"] for seed in range(40)]
    means, errors = np.array([f.mean for f in figures]), np.array([f.standard_error for f in figures])
    assert means.std(ddof=1) == pytest.approx(np.sqrt((errors**2).mean()), rel=0.4)


def test_a_net_is_far_closer_than_as_many_random_draws():
    spec = {"price_usd_per_mtok": ("triangular", 0.3, 0.6, 1.2), "utilization": ("pert", 0.3, 0.6, 0.9)}
    nets = montecarlo(BASE, spec, "npv", n=1 << 16, method="sobol")["npv"]
    random = montecarlo(BASE, spec, "npv", n=1 << 16)["npv"]
    assert nets.standard_error < random.standard_error / 50
    assert abs(nets.mean - random.mean) < 5 * random.standard_error


def test_bits_are_those_of_the_kernel():
    assert core.DRAW_BITS == BITS == 52


def test_a_scenario_beyond_the_nets_is_refused():
    draws = drawn({"pue": ("uniform", 1, 2)}, method="sobol", n=1)
    with pytest.raises(OutOfRange, match="scenario 16,384 is asked for; the nets have 16,384, counted from 0"):
        draws.rows(16_300, 85)
