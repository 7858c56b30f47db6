"""The public functions under arguments that make no sense: an error of ours, or a result; nothing else, nothing left behind."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import accelxl
from accelxl.errors import AccelError
from accelxl.scenario.cluster import _knock
from tests.scenario.common import PLAN

DRAWS = {"pue": ("uniform", 1.1, 1.5)}
ODD = [
    None, 5, -1.5, 10**400, float("nan"), "x", "", b"x", [], {}, [1], [[1], [2, 3]], object(), np.zeros(3), np.zeros((2, 2)),
    pd.DataFrame(), pd.Series([1.0]), dt.date(2026, 1, 1), ("npv", 3), {"npv": "x"}, {1: 2}, 1 + 2j, "ünïts",
]  # fmt: skip
CALLS = {
    "scenarios": (lambda x: [x, {"units": [1.0]}, "npv"], lambda x: [PLAN, x, "npv"], lambda x: [PLAN, {"units": x}, "npv"],
                  lambda x: [PLAN, {"units": [1.0]}, x], lambda x: [PLAN, {"units": [1.0]}, "npv", x],
                  lambda x: [PLAN, {"book_method": x}, "npv"]),
    "montecarlo": (lambda x: [PLAN, x], lambda x: [PLAN, {"pue": x}], lambda x: [PLAN, {"pue": ("uniform", x, 2)}],
                   lambda x: [PLAN, {"pue": ("discrete", x)}], lambda x: [PLAN, DRAWS, x, 10], lambda x: [PLAN, DRAWS, "npv", x],
                   lambda x: [PLAN, DRAWS, "npv", 10, x], lambda x: [PLAN, DRAWS, "npv", 10, 0, x],
                   lambda x: [PLAN, DRAWS, "npv", 10, 0, (5,), x]),
    "tornado": (lambda x: [x], lambda x: [PLAN, x], lambda x: [PLAN, {"pue": x}], lambda x: [PLAN, {"pue": (1, 2)}, x],
                lambda x: [PLAN, None, "npv", x]),
    "breakeven": (lambda x: [x, "pue"], lambda x: [PLAN, x], lambda x: [PLAN, "price_usd_per_mtok", x],
                  lambda x: [PLAN, "price_usd_per_mtok", "npv", x], lambda x: [PLAN, "price_usd_per_mtok", "npv", 0.0, x],
                  lambda x: [PLAN, "price_usd_per_mtok", "npv", 0.0, None, None, x]),
    "stress": (lambda x: [x], lambda x: [PLAN, x], lambda x: [PLAN, {"a": x}], lambda x: [PLAN, {"a": {"pue": x}}],
               lambda x: [PLAN, None, x]),
    "sensitivity": (lambda x: [PLAN, DRAWS, x], lambda x: [PLAN, DRAWS, "npv", x]),
}  # fmt: skip
NAMED = (
    "sink",
    "level",
    "bins",
    "top",
    "top_by",
    "largest",
    "method",
    "antithetic",
    "threads",
    "out",
    "checkpoint",
    "checkpoint_seconds",
)


def answers(function, *args, **options):
    """Whether a call gives a result; anything but a result or a sentence of ours fails the test."""
    try:
        function(*args, **options)
    except AccelError as error:
        said = str(error)
    else:
        return True
    assert 0 < len(said) < 700
    return False


@pytest.mark.parametrize("name", CALLS)
def test_odd_arguments_get_a_result_or_a_sentence(name):
    good = [answers(getattr(accelxl, name), *make(x)) for make in CALLS[name] for x in ODD]
    assert sum(good) < len(good) / 2


@pytest.mark.parametrize("option", NAMED)
def test_odd_options_get_a_result_or_a_sentence(option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = []
    for x in ODD:
        options = {
            "sink": ("summary", "histogram", "top"),
            **({"checkpoint": "c"} if option == "checkpoint_seconds" else {}),
            option: x,
        }
        good.append(answers(accelxl.montecarlo, PLAN, DRAWS, "npv", 10, **options))
    assert not all(good)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: accelxl.scenarios(PLAN, {"units": ["1", "2"]}),
            "units holds '1'; a number from 0 to 1e+09 accelerators is allowed",
        ),
        (
            lambda: accelxl.scenarios(PLAN, {"units": [1, "x"]}),
            "units holds 'x'; a number from 0 to 1e+09 accelerators is allowed",
        ),
        (
            lambda: accelxl.scenarios(PLAN, {"units": [1, None]}),
            "units in row 2 is nan; a number from 0 to 1e+09 accelerators is allowed",
        ),
        (
            lambda: accelxl.scenarios(PLAN, pd.DataFrame([[1, 2]], columns=["units", "units"])),
            "the table has units twice; each column once is allowed",
        ),
        (
            lambda: accelxl.montecarlo(PLAN, DRAWS, n=10**12, sink="array"),
            (
                "1,000,000,000,000 scenarios of 5 metrics are 5,000,000,000,000 figures; up to 536,870,912 are allowed in memory, "
                "sink summary or a file (out) take any number"
            ),
        ),
        (
            lambda: accelxl.montecarlo(PLAN, DRAWS, n=10, threads=0),
            "the number of threads is 0; a whole number from 1 to 4,096 is allowed",
        ),
        (
            lambda: accelxl.montecarlo(PLAN, DRAWS, n=10, out="x.csv", checkpoint="x.csv"),
            "x.csv is given as checkpoint and as the file of rows; two files are needed",
        ),
        (
            lambda: accelxl.montecarlo(PLAN, DRAWS, n=10, progress=5),
            "progress is 5; a function of scenarios done and all is allowed",
        ),
        (
            lambda: accelxl.montecarlo(PLAN, DRAWS, n=10, cluster="nonsense"),
            "no Dask scheduler answers at nonsense; the address of a running one such as tcp://host:8786 is needed",
        ),
        (
            lambda: accelxl.stress(PLAN, {"base": {"pue": 1.2}}),
            "'base' names a case of the pack and a row of every result; another name is allowed",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(AccelError) as caught:
        call()
    assert str(caught.value) == sentence


def test_dates_of_pandas_and_numpy_are_dates(tmp_path):
    days = [dt.date(2026, 1, 1), dt.date(2026, 4, 1)]
    plan = {**PLAN, "tax_method": "MACRS5"}
    want = accelxl.scenarios(plan, {"start_date": days}, "npv")["npv"]
    assert want[0] != want[1]
    for given in (
        np.array(days, "datetime64[D]"),
        np.array(days, "datetime64[ns]"),
        pd.Series(pd.to_datetime(days)).to_numpy(),
    ):
        assert np.array_equal(accelxl.scenarios(plan, {"start_date": given}, "npv")["npv"], want)
    accelxl.scenarios(plan, {"start_date": days}, "npv", sink="summary", out=tmp_path / "ünï.parquet")
    table = pq.read_table(tmp_path / "ünï.parquet")
    assert table["start_date"].to_pylist() == ["2026-01-01", "2026-04-01"]


def test_a_metric_that_is_asked_for_twice_comes_once():
    assert list(accelxl.montecarlo(PLAN, DRAWS, ["npv", "irr", "npv"], n=10)) == ["npv", "irr"]


class Says(list):
    """A list that lies about its length."""

    def __len__(self):
        return 2


TWO = {"tranches": [{k: v for k, v in PLAN.items() if k != "price_usd_per_mtok"}] * 2, "price_usd_per_mtok": 0.6}


@pytest.mark.parametrize(
    ("plan", "columns", "sentence"),
    [
        (PLAN, {"units": [np.int64(1), "x"]}, "units holds 'x'; a number from 0 to 1e+09 accelerators is allowed"),
        (PLAN, {"pue": np.ma.array([1.2, 1.3], mask=[0, 1])}, "pue in row 2 is nan; a number from 1 to 10 is allowed"),
        (PLAN, {"book_method": ["SL", float("nan")]}, "book_method in row 2 is nan; a word is allowed"),
        (PLAN, {"book_method": ["SL", pd.NA]}, "book_method in row 2 is <NA>; a word is allowed"),
        (PLAN, {"start_date": [pd.NaT]}, "start_date in row 1 is NaT; a word is allowed"),
        (PLAN, {"start_date": np.array(["2026-01-01", "NaT"], "M8[D]")}, "start_date in row 2 is NaT; a date is allowed"),
        (
            PLAN,
            {"units": Says([1, 2, 3])},
            "units says that it has 2 rows and gives 3; columns of equal length are allowed",
        ),
        (
            PLAN,
            {"book_method": Says(["SL", "DDB", "SYD"])},
            "book_method says that it has 2 rows and gives 3; columns of equal length are allowed",
        ),
        (PLAN, [{"units": 1}], "the table is [{'units': 1}]; a dict of columns by name or a DataFrame is allowed"),
        (PLAN, {"pue.1": [1.2]}, "'pue.1' names a tranche, and pue is one for the whole plan; pue is allowed"),
        (PLAN, {"units.²": [1]}, "'units.²' names tranche ²; the plan has 1"),
        (TWO, {"units": [1], "units.2": [2]}, "units.2 and units both set units; one of them is allowed"),
        (TWO, {"units.2": [2], "units": [1]}, "units and units.2 both set units; one of them is allowed"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused_in_a_sentence(plan, columns, sentence):
    with pytest.raises(AccelError) as caught:
        accelxl.scenarios(plan, columns, "npv")
    assert str(caught.value) == sentence


def test_axes_that_cannot_be_are_refused_in_a_sentence():
    with pytest.raises(
        AccelError, match=r"^the axes are \[\('pue', \[1.2\]\)\]; a dict of inputs with the values of each is "
    ):
        accelxl.grid(PLAN, [("pue", [1.2])])
    with pytest.raises(AccelError, match=r"^units and units.1 both set units; one of them is allowed$"):
        accelxl.grid(PLAN, {"units.1": [1, 2], "units": [3]})
    with pytest.raises(AccelError, match=r"^pue in row 2 is nan; "):
        accelxl.grid(PLAN, {"pue": np.ma.array([1.2, 1.3], mask=[0, 1])})


@pytest.mark.parametrize("option", ["out", "checkpoint"])
@pytest.mark.parametrize("name", ["a\0.csv", "a" * 300 + ".csv"])
def test_a_name_that_no_file_can_have_is_refused_in_a_sentence(option, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AccelError, match=r"the path of a file is allowed|name too long"):
        accelxl.montecarlo(PLAN, DRAWS, "npv", n=10, **{option: name})
    assert list(tmp_path.iterdir()) == []


def test_true_is_no_number_of_scenarios():
    with pytest.raises(AccelError, match=r"^n is np.True_; a whole number from 1 to "):
        accelxl.montecarlo(PLAN, DRAWS, n=np.True_)


def test_an_address_of_a_kind_that_nobody_speaks_is_refused_before_a_client_is_made():
    with pytest.raises(ValueError, match="foo"):
        _knock("foo://x:1")
