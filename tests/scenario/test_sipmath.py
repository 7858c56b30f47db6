"""SIPmath 3.0: the generator against its published formula, metalogs against closed forms, libraries there and back."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelxl import montecarlo
from accelxl.errors import BadFile, NoSolution, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.functions import REGISTRY
from accelxl.plan.inputs import INPUTS
from accelxl.scenario.metalog import metalog, metalog_fit
from accelxl.scenario.sipmath import Sip, distribution_of, export, hdr, load, sip, sips_of


def published(trial, variable, entity, time, agent):
    """The spreadsheet formula of the generator (Hubbard Decision Research), in exact whole numbers."""
    one = trial * 2499997 + variable * 1800451 + entity * 2000371 + time * 1796777 + agent * 2299603
    two = trial * 2246527 + variable * 2399993 + entity * 2100869 + time * 1918303 + agent * 1624729
    left = (999999999999989 % (one % 7450589 * 4658 + 7450581)) * 383 % 99991 * 7440893
    right = (999999999999989 % (two % 7450987 * 7580 + 7560584)) * 17669 % 7440893
    return ((left + right) * 1343 % 4294967296 + 0.5) / 4294967296


seed = st.integers(0, 10**7)
EMPTY = '{"libraryType": "SIPmath_3_0", "U01": {"rng": []}'


@given(st.integers(1, 10**7), seed, seed, seed, seed)
def test_a_draw_is_that_of_the_published_formula_to_the_last_bit(trial, variable, entity, time, agent):
    assert hdr(trial, variable, entity, time, agent) == published(trial, variable, entity, time, agent)


def test_draws_are_uniform_and_two_variables_are_not_correlated():
    one, two = (np.asarray(hdr(np.arange(1, 20001), v)) for v in (1, 2))
    counts = np.bincount((one * 20).astype(int), minlength=20)
    assert ((counts - 1000) ** 2 / 1000).sum() < 60  # chi-squared of 19 degrees: 60 is beyond one in a million
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03
    assert np.isnan(hdr([1.5, 0.0], 1)).all()


@given(st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.001, 0.999))
def test_two_terms_are_the_logistic_distribution(mean, scale, p):
    # Keelin 2016: with a1 and a2 alone the metalog is the logistic, mean + scale*ln(p/(1-p)).
    assert metalog(p, [mean, scale]) == pytest.approx(mean + scale * math.log(p / (1 - p)), rel=1e-9, abs=1e-9)


@given(st.floats(0.01, 0.99), st.lists(st.floats(-3, 3), min_size=2, max_size=10))
def test_the_terms_are_those_of_keelins_equation_6(p, a):
    off, logit = p - 0.5, math.log(p / (1 - p))
    # a1 + a2 L + a3 (p-.5) L + a4 (p-.5), then a5 (p-.5)^2, a6 (p-.5)^2 L, a7 (p-.5)^3, a8 (p-.5)^3 L, ...
    terms = [1, logit, off * logit, off]
    terms += [off ** ((k - 1) // 2) * (1 if k % 2 else logit) for k in range(5, 11)]
    wanted = math.fsum(x * y for x, y in zip(a, terms, strict=False))
    assert metalog(p, a) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("low", "high"), [(None, None), (0.0, None), (None, 10.0), (0.0, 10.0)])
def test_three_terms_go_through_the_10_50_and_90_percent_points(low, high):
    # Keelin 2016, symmetric-percentile triplets: three quantiles determine three coefficients.
    a = metalog_fit([1.0, 2.0, 4.0], [0.1, 0.5, 0.9], 3, low, high)
    assert metalog([0.1, 0.5, 0.9], a, low, high).tolist() == pytest.approx([1.0, 2.0, 4.0])
    ends = metalog([0.0, 1.0], a, low, high).tolist()
    assert ends == pytest.approx([math.nan if low is None else low, math.nan if high is None else high], nan_ok=True)


def test_coefficients_come_back_from_their_own_quantiles_as_numpy_finds_them():
    a, p = [5.0, 1.2, 0.3, -0.4, 0.8], np.linspace(0.02, 0.98, 60)
    y = metalog(p, a)
    off, logit = p - 0.5, np.log(p / (1 - p))
    matrix = np.column_stack([np.ones_like(p), logit, off * logit, off, off**2])
    assert metalog_fit(y, p, 5).tolist() == pytest.approx(a, rel=1e-8)
    noisy = y + 0.01 * np.sin(50 * p)
    assert metalog_fit(noisy, p, 5).tolist() == pytest.approx(
        np.linalg.lstsq(matrix, noisy, rcond=None)[0].tolist(), rel=1e-8
    )


def test_a_library_comes_back_and_has_the_form_of_the_standard(tmp_path):
    sips = [sip("price", [0.3, 0.6, 1.2], [0.1, 0.5, 0.9], 3, low=0.0), Sip("fill", (0.5, 0.1), 0.0, 1.0, 2, 7, 1, 3)]
    export(tmp_path / "two.SIPmath", sips)
    assert load(tmp_path / "two.SIPmath") == {item.name: item for item in sips}
    library = json.loads((tmp_path / "two.SIPmath").read_text())
    assert (library["objectType"], library["libraryType"], library["version"]) == ("sipModel", "SIPmath_3_0", "1")
    assert library["U01"]["rng"][1]["arguments"] == {
        "counter": "PM_Index",
        "entity": 7,
        "varId": 2,
        "seed3": 1,
        "seed4": 3,
    }
    assert library["sips"][0]["ref"] == {"source": "rng", "name": "hdr1"}
    assert library["sips"][0]["function"] == "Metalog_1_0"
    assert sorted(library["sips"][0]["arguments"]) == ["aCoefficients", "lowerBound"]
    again = (tmp_path / "two.SIPmath").read_bytes()
    export(tmp_path / "two.SIPmath", sips)
    assert (tmp_path / "two.SIPmath").read_bytes() == again


def test_a_library_of_another_tool_is_read_with_its_seeds_as_text(tmp_path):
    # the form that the public Python tool for SIPmath writes: seeds as text, no bounds, a density in the metadata
    entry = {
        "name": "Accounts", "ref": {"source": "rng", "name": "hdr1"}, "function": "Metalog_1_0",
        "arguments": {"aCoefficients": [10.0, 1.5, 0.2]}, "metadata": {"density": [0.1]},
    }  # fmt: skip
    rng = {
        "name": "hdr1",
        "function": "HDR_2_0",
        "arguments": {"counter": "PM_Index", "entity": "1", "varId": "4", "seed3": "0", "seed4": "0"},
    }
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps({"libraryType": "SIPmath_3_0", "sips": [entry], "U01": {"rng": [rng]}}))
    found = load(path)["Accounts"]
    wanted = [metalog(published(k, 4, 1, 0, 0), [10.0, 1.5, 0.2]) for k in (1, 2, 3)]
    assert found.trials(3).tolist() == wanted
    assert found.trials(2, first=2).tolist() == wanted[1:]


def test_the_sheet_draws_the_same_trials():
    item = Sip("price", (0.0, 0.3, 0.05), 0.0, None, variable=3)
    p = REGISTRY["ACCEL_HDR"].call([[1.0], [2.0], [3.0]], 3.0).rows()
    found = REGISTRY["ACCEL_METALOG"].call(p, [list(item.coefficients)], 0.0).rows()
    assert [row[0] for row in found] == item.trials(3).tolist()


def test_an_imported_variable_drives_a_monte_carlo_run():
    plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    item = sip("price_usd_per_mtok", [0.3, 0.6, 1.2], [0.1, 0.5, 0.9], 3, low=0.0, variable=1)
    quantity = INPUTS["price_usd_per_mtok"].quantity
    drawn = montecarlo(plan, {"price_usd_per_mtok": distribution_of(item, quantity)}, n=4096)
    assert drawn is not None
    with pytest.raises(OutOfRange, match=r"fill runs from .* a share from 0 to 1 is allowed: give it bounds"):
        distribution_of(Sip("fill", (0.5, 0.5)), INPUTS["utilization"].quantity)


def test_quantiles_of_a_run_become_a_library(tmp_path):
    values = np.sort(np.random.default_rng(5).normal(10, 2, 500))
    (item,) = sips_of({"npv": ("empirical", values.tolist())}, terms=5)
    assert metalog([0.1, 0.5, 0.9], list(item.coefficients)).tolist() == pytest.approx(
        np.quantile(values, [0.1, 0.5, 0.9]).tolist(), abs=0.15
    )
    with pytest.raises(WrongType, match="npv is given as"):
        sips_of({"npv": ("normal", 1.0, 2.0)})


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: metalog(0.5, [1.0]), ShapeError, "one series of 2 to 16"),
        (lambda: metalog(0.5, [1.0, 1.0], 2.0, 1.0), OutOfRange, "low is 2 and high 1"),
        (lambda: metalog_fit([1.0, 2.0], terms=3), ShapeError, "3 terms for 2 values"),
        (lambda: metalog_fit([1.0, 2.0, 3.0], [0.1, 0.5, 1.0], 3), OutOfRange, "one above 0 and below 1"),
        (
            lambda: metalog_fit([-1.0, 2.0, 3.0], terms=2, low=0.0),
            OutOfRange,
            "values run from -1 to 3; finite values inside the bounds",
        ),
        (
            lambda: metalog_fit([3.0, 2.0, 1.0], [0.1, 0.5, 0.9], 3),
            NoSolution,
            "the metalog of 3 terms falls somewhere",
        ),
        (lambda: export("x", []), ShapeError, "the library has no variable"),
        (lambda: export("x", [Sip("a", (0.0, 1.0))] * 2), UnknownName, "the variable 'a' stands twice"),
    ],
)
def test_what_is_no_distribution_is_refused(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "has libraryType 'list'"),
        ('{"libraryType": "SIPmath_2_0"}', "has libraryType 'SIPmath_2_0'; SIPmath_3_0 is allowed"),
        ('{"libraryType": "SIPmath_3_0"}', "lacks 'U01'"),
        (
            f'{EMPTY}, "sips": [{{"name": "a", "ref": {{"source": "copula", "name": "Gaussian"}}}}]}}',
            "variable 'a': it is drawn through a copula",
        ),
        (
            f'{EMPTY}, "sips": [{{"name": "a", "function": "Metalog_1_0", "ref": {{"source": "rng", "name": "h"}}}}]}}',
            "no generator 'h'",
        ),
    ],
)
def test_a_file_that_is_no_library_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "library.json"
    path.write_text(content)
    with pytest.raises(BadFile, match=sentence):
        load(path)
    with pytest.raises(BadFile, match=r"none\.json does not exist"):
        load(tmp_path / "none.json")
