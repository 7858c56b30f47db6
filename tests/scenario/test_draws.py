"""Draws: the generator's published answers, distributions against an independent library, the same bits everywhere."""

import hashlib

import numpy as np
import pytest
from scipy import stats

import accelxl._core as core
from accelxl.errors import OutOfRange, UnknownName, WrongType
from accelxl.scenario.beta import score_table
from tests.scenario.common import EVERY_KIND, drawn, elsewhere, levels

N = 1 << 18

# Random123 1.14, tests/kat_vectors, philox4x32 10: counter, key, result.
PHILOX = [
    ([0, 0, 0, 0], 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, 0xFFFFFFFFFFFFFFFF, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], 0x299F31D0A4093822,
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("counter", "key", "words"), PHILOX)
def test_the_generator_gives_its_published_answers(counter, key, words):
    out = np.empty((1, 4), np.uint64)
    core.philox_rows(np.array([counter], np.uint64), key, out)
    assert out[0].tolist() == words


def test_a_uniform_is_made_of_the_upper_52_bits_of_two_words():
    out = np.empty((3, 4), np.uint64)
    core.philox_rows(np.array([[i, 0, 0, 0] for i in range(3)], np.uint64), 9, out)
    bits = ((out[:, 1] << np.uint64(32)) | out[:, 0]) >> np.uint64(12)
    unit = (bits.astype(np.float64) + 0.5) * 2.0**-52
    assert drawn({"pue": ("uniform", 2, 3)}, seed=9).rows(0, 3)[0].tolist() == (2 + unit).tolist()


@pytest.mark.parametrize("method", ["philox", "sobol"])
def test_a_scenario_has_the_same_draws_whoever_asks(method):
    draws = drawn(EVERY_KIND, seed=5, method=method, n=16384, correlation={("pue", "tax_rate"): 0.4})
    whole = draws.rows(0, 8192)
    for first, count in ((0, 1), (31, 2), (1000, 77), (4095, 4097), (8191, 1)):
        assert np.array_equal(draws.rows(first, count), whole[:, first : first + count])


def test_a_distribution_added_at_the_end_leaves_the_others_as_they_were():
    fewer = {name: EVERY_KIND[name] for name in list(EVERY_KIND)[:4]}
    assert np.array_equal(drawn(fewer, seed=1).rows(0, 100), drawn(EVERY_KIND, seed=1).rows(0, 100)[:4])


def test_another_seed_gives_other_draws():
    assert not (drawn(EVERY_KIND, seed=1).rows(0, 100)[:5] == drawn(EVERY_KIND, seed=2).rows(0, 100)[:5]).any()


def test_scenarios_beyond_two_to_the_32_have_draws_of_their_own():
    draws = drawn({"pue": ("uniform", 1, 2)})
    assert not np.array_equal(draws.rows(0, 64), draws.rows(1 << 32, 64))
    assert not np.array_equal(draws.rows(1 << 32, 64), draws.rows(1 << 33, 64))


LAWS = {
    "uniform": (("uniform", 1.1, 1.5), stats.uniform(1.1, 0.4)),
    "normal": (("normal", 3, 0.2), stats.norm(3, 0.2)),
    "cut normal": (("normal", 1.5, 0.3), stats.truncnorm((1 - 1.5) / 0.3, (10 - 1.5) / 0.3, 1.5, 0.3)),
    "normal with limits": (("normal", 2, 1, 1.5, 2.2), stats.truncnorm(-0.5, 0.2, 2, 1)),
    "lognormal": (("lognormal", 3, 0.5), None),
    "triangular": (("triangular", 1, 1.2, 2), stats.triang(0.2, 1, 1)),
    "triangular, mode at the low end": (("triangular", 1, 1, 2), stats.triang(0, 1, 1)),
    "triangular, mode at the high end": (("triangular", 1, 2, 2), stats.triang(1, 1, 1)),
    "pert": (("pert", 1, 1.25, 2), stats.beta(2, 4, 1, 1)),
    "pert, mode at the low end": (("pert", 1, 1, 2), stats.beta(1, 5, 1, 1)),
    "pert with a weight": (("pert", 1, 1.5, 2, 20), stats.beta(11, 11, 1, 1)),
}


def lognormal(mean, sd, low=0.0, high=np.inf):
    spread = np.log1p((sd / mean) ** 2)
    return stats.lognorm(s=np.sqrt(spread), scale=mean / np.sqrt(1 + (sd / mean) ** 2))


@pytest.mark.parametrize("name", LAWS)
def test_draws_follow_their_law(name):
    spec, law = LAWS[name]
    law = law or lognormal(*spec[1:])
    if spec[0] == "lognormal":  # cut at the input's limit, 1
        inner = law
        law = type("Cut", (), {"cdf": staticmethod(lambda x: (inner.cdf(x) - inner.cdf(1)) / (1 - inner.cdf(1)))})
    found = drawn({"pue": spec}, seed=11).rows(0, N)[0]
    assert stats.kstest(found, law.cdf).pvalue > 1e-3


def test_mean_and_sd_are_those_that_were_asked_for():
    spec = {
        "unit_price_usd": ("lognormal", 34e3, 4e3),
        "tokens_per_second": ("normal", 2500, 300),
        "units": ("pert", 10, 40, 100),
    }
    price, speed, units = drawn(spec, seed=2).rows(0, N)
    assert price.mean() == pytest.approx(34e3, rel=5 * 4 / 34 / np.sqrt(N))
    assert price.std() == pytest.approx(4e3, rel=0.01)
    assert (speed.mean(), speed.std()) == (pytest.approx(2500, abs=5 * 300 / np.sqrt(N)), pytest.approx(300, rel=0.01))
    assert units.mean() == pytest.approx((10 + 4 * 40 + 100) / 6, abs=5 * 15 / np.sqrt(N))


def test_discrete_draws_have_the_weights_of_their_values():
    spec = {"install_months": ("discrete", [6, 0, 2, 1, 9], [4, 1, 3, 2, 0])}
    values, counts = np.unique(drawn(spec, seed=4).rows(0, N)[0], return_counts=True)
    assert values.tolist() == [0, 1, 2, 6]
    assert stats.chisquare(counts, N * np.array([0.1, 0.2, 0.3, 0.4])).pvalue > 1e-3


def test_a_discrete_distribution_of_one_value_is_that_value():
    assert set(drawn({"pue": ("discrete", [1.3])}).rows(0, 100)[0]) == {1.3}


def test_a_discrete_distribution_of_many_values_draws_each_of_them():
    values = np.arange(1.0, 10_001.0)
    found = drawn({"units": ("discrete", values)}, seed=8).rows(0, N)[0]
    assert set(found) == set(values)
    assert stats.kstest(found, lambda x: np.floor(x) / 10_000).statistic < 0.01


def test_empirical_draws_are_quantiles_of_the_observations():
    seen = [3.0, 1.0, 2.0, 2.5, 9.0]
    draws = drawn({"pue": ("empirical", seen)}, seed=6)
    unit = drawn({"pue": ("uniform", 1, 2)}, seed=6).rows(0, 5000)[0] - 1
    assert draws.rows(0, 5000)[0] == pytest.approx(np.quantile(seen, unit), rel=1e-12)


def test_whole_numbers_are_rounded_half_up_and_stay_inside():
    months = drawn({"install_months": ("uniform", 0, 12)}, seed=3).rows(0, N)[0]
    plain = 12 * (drawn({"pue": ("uniform", 1, 2)}, seed=3).rows(0, N)[0] - 1)
    assert np.array_equal(months, np.floor(plain + 0.5))
    assert set(months) == set(range(13))


def test_an_input_that_is_no_whole_number_is_not_rounded():
    assert (drawn({"units": ("uniform", 8, 1024)}).rows(0, 100)[0] % 1 != 0).all()


def test_a_mirrored_scenario_has_one_less_the_uniform():
    plain = drawn({"pue": ("uniform", 1, 2), "units": ("uniform", 0, 1)}, seed=1).rows(0, 100)
    pairs = drawn({"pue": ("uniform", 1, 2), "units": ("uniform", 0, 1)}, seed=1, antithetic=True).rows(0, 200)
    assert np.array_equal(pairs[:, ::2], plain)
    assert np.array_equal(pairs[1, 1::2], 1.0 - plain[1])


@pytest.mark.parametrize(("a", "b"), [(1, 5), (5, 1), (3, 3), (1.6, 4.4), (1, 1), (60, 42), (100.9, 1.1)])
def test_the_beta_table_agrees_with_an_independent_quantile(a, b):
    from scipy import special

    scores = np.linspace(-8.2, 8.2, 20_001)
    table = score_table(float(a), float(b)).reshape(-1, 6)
    place = (scores + 8.25) * (len(table) / 16.5)
    cell = place.astype(int)
    value = np.zeros_like(scores)
    for k in range(5, -1, -1):
        value = value * (place - cell) + table[cell, k]
    want = np.where(scores < 0, stats.beta.ppf(special.ndtr(scores), a, b), stats.beta.isf(special.ndtr(-scores), a, b))
    assert value == pytest.approx(want, abs=2e-14)


BITS = """
import hashlib, json
from tests.scenario.common import EVERY_KIND, drawn
digest = hashlib.sha256()
linked = {("pue", "tax_rate"): 0.4, ("pue", "units"): -0.3}
for options in ({}, {"antithetic": True}, {"method": "sobol", "n": 20000}, {"correlation": linked}):
    digest.update(drawn({**EVERY_KIND, "units": ("pert", 1, 2, 9, 7)}, seed=5, **options).rows(0, 20000).tobytes())
print(json.dumps(digest.hexdigest()))
"""


def test_every_build_of_the_core_draws_the_same_bits():
    found = {level: elsewhere(BITS, ACCELXL_CPU=level) for level in levels()}
    assert len(set(found.values())) == 1, found
    assert len(next(iter(found.values()))) == len(hashlib.sha256().hexdigest())


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"method": "halton"}, UnknownName, "'halton' is not a method of drawing; allowed: philox, sobol"),
        (
            {"method": "sobol", "antithetic": True, "n": 9},
            OutOfRange,
            "antithetic is given with method sobol; it is allowed with philox",
        ),
        ({"seed": -1}, OutOfRange, "the seed is -1; a whole number from 0 to 18,446,744,073,709,551,615 is allowed"),
        ({"seed": 1.5}, OutOfRange, "the seed is 1.5; a whole number from 0 to 18,446,744,073,709,551,615 is allowed"),
        ({"seed": "x"}, WrongType, "the seed is 'x'; a whole number from 0 to 18,446,744,073,709,551,615 is allowed"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(options, error, sentence):
    with pytest.raises(error) as caught:
        drawn({"pue": ("uniform", 1, 2)}, **options)
    assert str(caught.value) == sentence
