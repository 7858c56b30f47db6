"""What may be written down for a distribution, and what is said of the rest."""

import numpy as np
import pytest

from accelxl.errors import AccelError, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.scenario.distributions import KINDS, distribution
from accelxl.scenario.drawn import distributions_of, from_table
from tests.scenario.common import BASE, EVERY_KIND


@pytest.mark.parametrize("name", EVERY_KIND)
def test_a_dict_and_a_tuple_give_the_same_distribution(name):
    kind, *figures = EVERY_KIND[name]
    given = {"kind": kind, **dict(zip(KINDS[kind].parameters, figures, strict=True))}
    one, two = distribution(BASE, name, given), distribution(BASE, name, EVERY_KIND[name])
    assert (one.kind, one.numbers, one.support) == (two.kind, two.numbers, two.support)
    assert one.says() == two.says()
    assert distribution(BASE, name, one).numbers == one.numbers


BAD = [
    ("pue", ("uniform", 1.5, 1.1), OutOfRange, "uniform of pue has low 1.5 and high 1.1; low below high is allowed"),
    ("pue", ("uniform", 1.1, 1.1), OutOfRange, "uniform of pue has low 1.1 and high 1.1; low below high is allowed"),
    ("pue", ("uniform", 0.5, 1.5), OutOfRange, "uniform of pue runs from 0.5 to 1.5; a number from 1 to 10 is allowed"),
    ("pue", ("uniform", 1.5), ShapeError, "uniform of pue has no high; low, high are needed"),
    ("pue", ("uniform", 1, 2, 3), ShapeError, "uniform of pue has 3 arguments; low, high are allowed"),
    ("pue", ("uniform", "a", 2), WrongType, "low of uniform of pue is 'a'; a number is allowed"),
    ("pue", ("uniform", np.nan, 2), OutOfRange, "low of uniform of pue is nan; a number is allowed"),
    (
        "pue",
        ("triangular", 1, 3, 2),
        OutOfRange,
        "triangular of pue has mode 3; a mode from low 1 to high 2 is allowed",
    ),
    ("pue", ("pert", 1, 1.5, 2, 0), OutOfRange, "pert of pue has weight 0; a number above 0, up to 100, is allowed"),
    ("pue", ("normal", 2, 0), OutOfRange, "normal of pue has sd 0; a number above 0 is allowed"),
    ("pue", ("normal", 2, -1), OutOfRange, "normal of pue has sd -1; a number above 0 is allowed"),
    (
        "pue",
        ("normal", 1.2, 0.3),
        OutOfRange,
        (
            "normal of pue has 25.2% of its draws outside the limits; a number from 1 to 10 is allowed, and up to 5% of a distribution "
            "may be cut off"
        ),
    ),
    (
        "pue",
        ("normal", 1.2, 0.3, 11, 12),
        OutOfRange,
        "normal of pue lies from 11 to 12; a number from 1 to 10 is allowed",
    ),
    (
        "unit_price_usd",
        ("lognormal", -3, 1),
        OutOfRange,
        "lognormal of unit_price_usd has mean -3; a number above 0 is allowed",
    ),
    (
        "pue",
        ("gamma", 1, 2),
        UnknownName,
        (
            "'gamma' is not a distribution of pue; allowed: uniform, normal, lognormal, triangular, "
            "pert, discrete, empirical"
        ),
    ),
    ("pue", ("triangle", 1, 2, 3), UnknownName, "'triangle' is not a distribution of pue; did you mean triangular?"),
    (
        "pue",
        {"kind": "normal", "mean": 2, "sigma": 1},
        UnknownName,
        "'sigma' is not an argument of normal (pue); allowed: mean, sd, low, high",
    ),
    ("pue", 1.3, WrongType, 'pue is given as 1.3; a distribution such as ("triangular", 0.3, 0.6, 1.2) is allowed'),
    ("pue", (), WrongType, 'pue is given as (); a distribution such as ("triangular", 0.3, 0.6, 1.2) is allowed'),
    (
        "pue",
        ("discrete", []),
        ShapeError,
        "values of discrete (pue) has shape (0,); a list of one or more numbers is allowed",
    ),
    ("pue", ("discrete",), ShapeError, "discrete of pue has no values; a list of numbers is needed"),
    (
        "pue",
        ("discrete", [1, 2], [1]),
        ShapeError,
        "discrete of pue has 2 values and 1 weights; as many of both are allowed",
    ),
    (
        "pue",
        ("discrete", [1, 2], [1, -1]),
        OutOfRange,
        "discrete of pue has weights -1 to 1; weights of at least 0, one above, are allowed",
    ),
    (
        "pue",
        ("discrete", [1, 2], [0, 0]),
        OutOfRange,
        "discrete of pue has weights 0 to 0; weights of at least 0, one above, are allowed",
    ),
    ("pue", ("discrete", [1, 11]), OutOfRange, "discrete of pue runs from 1 to 11; a number from 1 to 10 is allowed"),
    (
        "pue",
        ("empirical", [1, np.nan]),
        OutOfRange,
        "values of empirical (pue) holds nan at place 2; numbers are allowed",
    ),
    (
        "install_months",
        ("discrete", [0, 1.5]),
        OutOfRange,
        "discrete of install_months holds 1.5; a whole number from 0 to 360 months is allowed",
    ),
    (
        "book_method",
        ("discrete", [0, 1]),
        WrongType,
        "book_method is not a number; an input that is a number can be drawn",
    ),
    ("pues", ("uniform", 1, 2), UnknownName, "'pues' is not an input of a plan; did you mean pue?"),
    ("units.2", ("uniform", 1, 2), UnknownName, "'units.2' names tranche 2; the plan has 1"),
]


@pytest.mark.parametrize(("name", "spec", "error", "sentence"), BAD, ids=[f"{n} {s}" for n, s, _, _ in BAD])
def test_a_bad_distribution_is_refused_in_a_sentence(name, spec, error, sentence):
    with pytest.raises(AccelError) as caught:
        distribution(BASE, name, spec)
    assert (type(caught.value), str(caught.value)) == (error, sentence)


def test_a_normal_with_limits_of_its_own_may_be_cut_anywhere():
    assert distribution(BASE, "pue", ("normal", 1.2, 0.3, 1.1, 1.3)).support == (1.1, 1.3)


def test_rows_of_a_table_are_distributions():
    rows = [
        ["price_usd_per_mtok", "Triangular", 0.3, 0.6, 1.2, None],
        ["", "", "", "", ""],
        ["units", "discrete", 64, 3, float("nan")],
        ["units", "discrete", 128],
        ["pue", "empirical", 1.1],
        ["pue", "empirical", 1.3],
        [None, None],
    ]
    assert from_table(rows) == {
        "price_usd_per_mtok": ("triangular", 0.3, 0.6, 1.2),
        "units": ("discrete", [64, 128], [3, 1.0]),
        "pue": ("empirical", [1.1, 1.3]),
    }


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["pue", "uniform", 1, 2], ["pue", "uniform", 1, 2]], "row 2 of the distributions: pue stands twice"),
        (
            [["pue", "discrete", 1], ["pue", "empirical", 2]],
            "row 2 of the distributions: pue stands twice, as discrete and as empirical",
        ),
        ([["pue", 1, 2]], "row 1 of the distributions is ['pue', 1, 2]; a name, a kind and its figures are allowed"),
        ([["pue"]], "row 1 of the distributions is ['pue']; a name, a kind and its figures are allowed"),
        ([["pue", "empirical", 1, 2]], "row 1 of the distributions has 2 figures for empirical; 1 to 1 are allowed"),
        ([], "there is no distribution; one or more inputs with theirs are needed"),
        ({}, "there is no distribution; one or more inputs with theirs are needed"),
        ("pue", "the table of distributions is 'pue'; a dict by input or rows are allowed"),
    ],
)
def test_a_bad_table_is_refused_in_a_sentence(rows, sentence):
    with pytest.raises(AccelError) as caught:
        distributions_of(BASE, rows)
    assert str(caught.value) == sentence


def test_a_data_frame_is_a_table():
    import pandas as pd

    frame = pd.DataFrame(
        [["pue", "uniform", 1.1, 1.5, None], ["units", "pert", 1, 2, 3]], columns=["name", "kind", "a", "b", "c"]
    )
    assert [item.says() for item in distributions_of(BASE, frame)] == ["uniform(1.1, 1.5)", "pert(1, 2, 3, 4)"]


def test_an_input_is_not_drawn_for_every_tranche_and_for_one():
    with pytest.raises(UnknownName, match=r"units.1 and units both draw units; one of them is allowed"):
        distributions_of(BASE, {"units": ("uniform", 1, 2), "units.1": ("uniform", 1, 2)})


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            ("lognormal", 1.3, 1e-200),
            "has mean 1.3 and sd 1e-200; an sd from 1e-100 to 1e[+]100 times the mean is allowed",
        ),
        (("lognormal", 1e-200, 1e200), "has mean 1e-200 and sd 1e[+]200; an sd from"),
        (
            ("discrete", [1.2, 1.3], [1e308, 1e308]),
            "has weights whose sum is inf; weights with a finite sum are allowed",
        ),
    ],
)
def test_figures_beyond_what_doubles_hold_are_refused(spec, sentence):
    with pytest.raises(OutOfRange, match=sentence):
        distributions_of(BASE, {"pue": spec})
