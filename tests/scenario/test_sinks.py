"""Sinks: sums, sketch, histogram and largest rows against NumPy over the same figures."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import accelxl._core as core
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.outcome import SKETCH_ERROR, exact_percentiles, sketch_percentiles
from accelxl.scenario.sinks import BLOCK, STRETCH, Bag, Sums, Wanted, settle
from tests.scenario.common import PLAN

RNG = np.random.default_rng(5)
COUNT, MEAN, SQUARES, LOW, HIGH, BELOW, PAIRS, PAIR_MEAN, PAIR_SQUARES = range(core.SUM_FIELDS)


def figures(n, holes=0.0):
    values = RNG.normal(3.0, 10.0, n)
    values[RNG.random(n) < holes] = np.nan
    return values


def sums(values, level=0.0, pairs=0):
    """Sums of all values through blocks."""
    out = np.empty((-(-len(values) // BLOCK), core.SUM_FIELDS))
    core.block_sums(values, values, level, pairs, out)
    total = np.zeros(core.SUM_FIELDS)
    core.merge_sums(total, out)
    return total


@pytest.mark.parametrize("n", [1, 2, 31, 32, 33, 1023, 1024, 1025, 5000])
@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_sums_agree_with_their_definition(n, holes):
    values = figures(n, holes)
    values[0] = 1.5
    known = values[~np.isnan(values)]
    total = sums(values, level=4.0)
    assert total[COUNT] == len(known)
    assert total[MEAN] == pytest.approx(math.fsum(known) / len(known), rel=1e-13, abs=1e-14)
    assert total[SQUARES] == pytest.approx(math.fsum((known - known.mean()) ** 2), rel=1e-11, abs=1e-11)
    assert (total[LOW], total[HIGH]) == (known.min(), known.max())
    assert total[BELOW] == np.count_nonzero(known < 4.0)


def test_scenarios_without_any_value_leave_nothing():
    total = sums(np.full(2000, np.nan))
    assert total[[COUNT, MEAN, SQUARES, BELOW]].tolist() == [0, 0, 0, 0]


def test_blocks_without_a_value_change_nothing():
    values = figures(3 * BLOCK)
    values[BLOCK : 2 * BLOCK] = np.nan
    kept = np.concatenate([values[:BLOCK], values[2 * BLOCK :]])
    assert np.array_equal(sums(values), sums(kept))


def test_pairs_are_means_of_mirrored_scenarios():
    values = figures(4000, 0.1)
    means = values.reshape(-1, 2).mean(axis=1)
    means = means[~np.isnan(means)]
    total = sums(values, pairs=1)
    assert total[PAIRS] == len(means)
    assert total[PAIR_MEAN] == pytest.approx(means.mean(), rel=1e-12)
    assert total[PAIR_SQUARES] == pytest.approx(((means - means.mean()) ** 2).sum(), rel=1e-11)


def test_a_far_offset_costs_the_variance_no_digits():
    values = 1e9 + RNG.normal(0, 1, 100_000)
    assert np.sqrt(sums(values)[SQUARES] / (len(values) - 1)) == pytest.approx(values.std(ddof=1), rel=1e-9)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.sampled_from([0, BLOCK, 4 * BLOCK, 2 * STRETCH]))
@settings(max_examples=30, deadline=None)
def test_how_blocks_are_handed_in_changes_no_bit(cuts, run):
    count = sum(cuts) * BLOCK if run == 0 else -(-sum(cuts) * BLOCK // run) * run
    values = np.random.default_rng(1).normal(0, 1, count)
    blocks = np.empty((1, count // BLOCK, core.SUM_FIELDS))
    core.block_sums(values, values, 0.0, 0, blocks[0])
    totals = []
    for pieces in ([blocks.shape[1]], cuts):
        kept, total = Sums(1, count, run), np.zeros((max(count // run, 1) if run else 1, 1, core.SUM_FIELDS))
        at = 0
        for piece in [*pieces, blocks.shape[1]]:
            kept.add(blocks[:, at : at + piece])
            settle(total, kept.closed)
            at += piece
        assert kept.at == count
        totals.append(total)
    assert np.array_equal(totals[0], totals[1])


def test_sums_of_parts_that_begin_at_stretches_are_those_of_the_whole():
    count = 3 * STRETCH + 5000
    values = figures(count, 0.01)
    blocks = np.empty((1, -(-count // BLOCK), core.SUM_FIELDS))
    core.block_sums(values, values, 0.0, 0, blocks[0])
    whole, parts = np.zeros((1, 1, core.SUM_FIELDS)), np.zeros((1, 1, core.SUM_FIELDS))
    one = Sums(1, count)
    one.add(blocks)
    settle(whole, one.closed)
    for lo, hi in ((0, STRETCH), (STRETCH, 3 * STRETCH), (3 * STRETCH, count)):
        part = Sums(1, count, at=lo)
        part.add(blocks[:, lo // BLOCK : -(-hi // BLOCK)])
        settle(parts, part.closed)
    assert np.array_equal(whole, parts)


# -- sketch ------------------------------------------------------------------------------------------------------------


def sketch(values):
    counts = np.zeros(core.SKETCH_CELLS, np.int64)
    core.sketch_rows(values, counts)
    return counts


WIDE = np.concatenate([
    RNG.normal(0, 1e6, 50_000), RNG.lognormal(0, 5, 50_000), -RNG.lognormal(-3, 3, 20_000), np.zeros(100),
])  # fmt: skip


@pytest.mark.parametrize("p", [0, 0.01, 1, 5, 25, 41.7, 50, 75, 90, 99, 99.99, 100])
def test_a_percentile_of_the_sketch_is_as_near_as_it_says(p):
    values = np.sort(WIDE)
    (found,) = sketch_percentiles(sketch(WIDE), [p], values[0], values[-1])
    place = p / 100 * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    assert low - abs(low) * SKETCH_ERROR <= found <= high + abs(high) * SKETCH_ERROR


def test_the_sketch_counts_every_value_once():
    values = np.concatenate([WIDE, [np.nan, np.inf, -0.0, 5e-324, 1e300, -1e300]])
    counts = sketch(values)
    assert counts.sum() == len(values)
    assert (counts[-1], counts[-2]) == (1, 1)
    assert counts[core.SKETCH_SIDE] == 102  # zeros, and what is too small to tell from one
    assert counts[2 * core.SKETCH_SIDE] == 1
    assert counts[0] == 1


def test_cells_of_the_sketch_are_in_the_order_of_the_values():
    values = np.sort(WIDE)
    cells = [int(np.flatnonzero(sketch(np.array([v])))[0]) for v in values[::997]]
    assert cells == sorted(cells)


def test_percentiles_among_those_at_infinity_are_infinite():
    values = np.array([1.0, 2.0, np.inf, np.inf, np.nan])
    counts = sketch(values)
    assert sketch_percentiles(counts, [0, 100], 1.0, 2.0) == [pytest.approx(1.0, rel=SKETCH_ERROR), np.inf]
    assert exact_percentiles(values, [0, 30, 50, 100]) == [1.0, pytest.approx(1.9), np.inf, np.inf]


def test_nothing_has_no_percentile():
    assert np.isnan(exact_percentiles(np.full(3, np.nan), [50])).all()
    assert np.isnan(sketch_percentiles(sketch(np.full(3, np.nan)), [50], np.nan, np.nan)).all()


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200), st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_exact_percentiles_are_those_of_spreadsheets(values, percentiles):
    want = np.percentile(np.array(values), percentiles)
    assert exact_percentiles(np.array(values), percentiles) == pytest.approx(want, rel=1e-12, abs=1e-6)


# -- histogram, largest, order ------------------------------------------------------------------------------------------


@example([0.0, 5e-324], [])
@example([0.0, 1e-310, 2e-310], [1.0])
@given(
    st.lists(st.floats(-10, 10), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(-12, 12) | st.just(math.nan) | st.just(math.inf), max_size=200),
)
def test_a_histogram_counts_as_numpy_does(edges, values):
    edges, values = np.sort(np.array(edges)), np.array([*edges, *values])
    counts = np.zeros(len(edges) + 2, np.int64)
    core.histogram_rows(values, edges, counts)
    known = values[np.isfinite(values)]
    assert counts[1:-2].tolist() == np.histogram(known, edges)[0].tolist()
    assert counts[0] == np.count_nonzero(known < edges[0])
    assert counts[-2] == np.count_nonzero(values > edges[-1])
    assert counts[-1] == np.count_nonzero(np.isnan(values))


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=300),
    st.integers(1, 20),
    st.integers(1, 7),
    st.sampled_from([1.0, -1.0]),
)
def test_the_largest_are_kept_the_earlier_first_among_equals(values, room, pieces, sign):
    values = np.array(values, np.float64)
    values[::7] = np.nan
    want = sorted((-sign * v, k) for k, v in enumerate(values) if v == v)[:room]
    wanted = Wanted((0.0,), top=room, top_sign=sign)
    whole = Bag(wanted, 1)
    bags = [Bag(wanted, 1) for _ in range(pieces)]
    size = -(-len(values) // (3 * pieces))
    for number, at in enumerate(range(0, len(values), size)):
        bags[number % pieces].take(values[None, at : at + size].copy(), at)
    for bag in bags:
        whole.absorb(bag)
    found = sorted(zip((-whole.best[: whole.kept]).tolist(), whole.index[: whole.kept].tolist(), strict=True))
    assert found == want


def test_a_packed_bag_holds_what_the_bag_held():
    edges = (np.linspace(-20, 20, 41), np.linspace(0, 1, 3))
    wanted = Wanted((0.0, 0.0), sketch=True, edges=edges, top=5, top_metric=1)
    ranks = np.stack([figures(5000, 0.1), figures(5000)])
    bag, copy = Bag(wanted, 2), Bag(wanted, 2)
    bag.take(ranks, 0)
    copy.unpack(bag.packed())
    copy.unpack(Bag(wanted, 2).packed())
    assert np.array_equal(bag.sketch, copy.sketch)
    assert all(map(np.array_equal, bag.histograms, copy.histograms))
    assert sorted(bag.index[: bag.kept]) == sorted(copy.index[: copy.kept])
    bag.clear()
    assert not bag.sketch.any()
    assert bag.kept == 0


def test_scenarios_without_a_value_stand_where_their_metric_says():
    values, flows, out = np.array([1.0, np.nan, np.nan]), np.array([5.0, -1.0, 1.0]), np.empty(3)
    for rule, want in ((0, [1, np.nan, np.nan]), (1, [1, np.inf, np.inf]), (2, [1, -1, np.nan])):
        core.rank_rows(values, flows, rule, out)
        assert np.array_equal(out, want, equal_nan=True)


def test_outcomes_with_histograms_compare_by_their_counts():
    draws = {"pue": ("uniform", 1.1, 1.5)}
    one, same, other = (
        montecarlo(PLAN, draws, "npv", n=100, seed=seed, sink=("summary", "histogram")) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert one.histograms["npv"] != 5
