"""Tables of scenarios and grids: each row and cell is the plan with its inputs changed."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from accelxl.errors import AccelError
from accelxl.plan.evaluate import evaluate
from accelxl.scenario.columns import DEFAULT_METRICS
from accelxl.scenario.grids import grid
from accelxl.scenario.tables import scenarios
from tests.scenario.common import PLAN

COLUMNS = {
    "units": [1.0, 64.0, 300.0],
    "pue": [1.1, 1.3, 1.5],
    "book_method": ["SL", "DDB", "SL"],
    "delay_months": [0, 3, 6],
}


def test_each_row_is_the_plan_with_its_inputs():
    found = scenarios(PLAN, COLUMNS)
    for k in range(3):
        want = evaluate({**PLAN, **{name: values[k] for name, values in COLUMNS.items()}}, DEFAULT_METRICS)
        assert {name: values[k] for name, values in found.items()} == pytest.approx(want, rel=1e-13, nan_ok=True)


def test_a_data_frame_gives_a_data_frame_with_its_index():
    frame = pd.DataFrame(COLUMNS, index=["a", "b", "c"])
    found = scenarios(PLAN, frame, ["npv"])
    assert list(found.index) == ["a", "b", "c"]
    assert np.array_equal(found["npv"], scenarios(PLAN, COLUMNS, ["npv"])["npv"])


def test_a_scalar_stands_for_every_row():
    found = scenarios(PLAN, {"units": [1.0, 2.0], "pue": 1.5}, "npv")["npv"]
    assert np.array_equal(found, scenarios(PLAN, {"units": [1.0, 2.0], "pue": [1.5, 1.5]}, "npv")["npv"])


def test_sinks_of_a_table_tell_of_its_rows():
    units = np.linspace(1, 500, 7777)
    words = np.where(np.arange(7777) % 3, "SL", "DDB").tolist()
    rows = scenarios(PLAN, {"units": units, "book_method": words}, ["npv", "irr"])
    outcome = scenarios(
        PLAN, {"units": units, "book_method": words}, ["npv", "irr"], sink=("summary", "histogram", "top"), top=1
    )
    assert outcome["npv"].mean == pytest.approx(rows["npv"].mean(), rel=1e-13)
    assert outcome["npv"].high == rows["npv"].max()
    best = int(np.argmax(rows["npv"]))
    assert outcome.top[0]["scenario"] == best
    assert (outcome.top[0]["units"], outcome.top[0]["book_method"]) == (units[best], words[best])
    assert outcome.method == "table"
    frame = scenarios(PLAN, {"units": units, "book_method": words}, ["npv"], sink="frame")
    assert list(frame.columns) == ["units", "book_method", "npv"]
    assert frame["book_method"].tolist() == words


AXES = {"units": [1.0, 2.0, 3.0], "book_method": ["SL", "DDB"], "price_usd_per_mtok": np.linspace(0.0, 1, 501)}


def test_each_cell_of_a_grid_is_the_plan_at_its_coordinates():
    found = grid(PLAN, AXES, ["npv", "irr"])
    assert found["npv"].shape == (3, 2, 501)
    for i, j, k in ((0, 0, 0), (2, 1, 500), (1, 0, 77)):
        want = evaluate(
            {
                **PLAN,
                "units": i + 1,
                "book_method": AXES["book_method"][j],
                "price_usd_per_mtok": AXES["price_usd_per_mtok"][k],
            }
        )
        assert found["npv"][i, j, k] == pytest.approx(want["npv"], rel=1e-12)
        assert found["irr"][i, j, k] == pytest.approx(want["irr"], rel=1e-12, nan_ok=True)


def test_sinks_of_a_grid_tell_of_its_cells():
    cells = grid(PLAN, AXES, ["npv", "irr"])
    outcome = grid(PLAN, AXES, ["npv", "irr"], sink=("summary", "histogram", "top"), top=3)
    assert outcome["npv"].n == 3006
    assert outcome["npv"].mean == pytest.approx(cells["npv"].mean(), rel=1e-13)
    assert outcome["irr"].share_nan == np.isnan(cells["irr"]).mean()
    best = np.unravel_index(np.argmax(cells["npv"]), cells["npv"].shape)
    assert outcome.top[0]["units"] == AXES["units"][best[0]]
    assert outcome.top[0]["book_method"] == AXES["book_method"][best[1]]
    assert outcome.top[0]["price_usd_per_mtok"] == AXES["price_usd_per_mtok"][best[2]]


def test_a_grid_far_larger_than_memory_is_summed_up():
    axes = {
        "units": np.arange(1.0, 101),
        "price_usd_per_mtok": np.linspace(0.1, 1, 100),
        "pue": np.linspace(1.1, 1.5, 20),
    }
    outcome = grid(PLAN, axes, "capex_usd", sink="summary")
    assert outcome["capex_usd"].mean == pytest.approx(34e3 * 50.5, rel=1e-12)
    assert outcome["capex_usd"].n == 200_000


@pytest.mark.parametrize("axes", [{"units": [1.0, 2.0]}, {"units": [5.0], "pue": [1.1, 1.2]}])
def test_small_grids_have_the_same_bits_through_every_sink(axes):
    cells = grid(PLAN, axes, "npv")["npv"]
    frame = grid(PLAN, axes, "npv", sink="frame")
    assert frame["npv"].tolist() == cells.reshape(-1).tolist()


TABLES = [
    ({"units": [1.0, math.nan]}, "units in row 2 is nan; a number from 0 to 1e+09 accelerators is allowed"),
    ({"units": [1.0, -1.0]}, "units in row 2 is -1; a number from 0 to 1e+09 accelerators is allowed"),
    ({"delay_months": [0, 0.5]}, "delay_months in row 2 is 0.5; a whole number from 0 to 360 months is allowed"),
    ({"units": []}, "units has no rows; one or more are needed"),
    ({"units": [1, 2], "pue": [1.1]}, "pue has 1 rows and units has 2; columns of equal length are allowed"),
    ({}, "the table has no column; one or more columns of inputs are needed"),
    ({"unit": [1]}, "'unit' is not an input of a plan; did you mean units?"),
    ({"units": ["x"]}, "units holds 'x'; a number from 0 to 1e+09 accelerators is allowed"),
    ({"units.2": [1]}, "'units.2' names tranche 2; the plan has 1"),
]


@pytest.mark.parametrize("sink", ["array", "summary"])
@pytest.mark.parametrize(("columns", "sentence"), TABLES, ids=[s for _, s in TABLES])
def test_a_table_that_cannot_be_is_refused_in_a_sentence(columns, sentence, sink):
    with pytest.raises(AccelError) as caught:
        scenarios(PLAN, columns, sink=sink)
    assert str(caught.value) == sentence


GRIDS = [
    ({"units": []}, "the axis units has shape (0,); a row of one or more values is needed"),
    ({"units": [[1, 2]]}, "the axis units has shape (1, 2); a row of one or more values is needed"),
    ({}, "the grid has no axis; one or more inputs with their values are needed"),
    ({"unit": [1]}, "'unit' is not an input of a plan; did you mean units?"),
]


@pytest.mark.parametrize("sink", ["array", "summary"])
@pytest.mark.parametrize(("axes", "sentence"), GRIDS, ids=[s for _, s in GRIDS])
def test_a_grid_that_cannot_be_is_refused_in_a_sentence(axes, sentence, sink):
    with pytest.raises(AccelError) as caught:
        grid(PLAN, axes, sink=sink)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("sink", ["array", "summary"])
@pytest.mark.parametrize("values", [[1.0, math.nan], [1.0, -1.0]])
def test_a_bad_value_on_an_axis_is_refused(values, sink):
    with pytest.raises(
        AccelError, match=r"units in row \d is (nan|-1); a number from 0 to 1e\+09 accelerators is allowed"
    ):
        grid(PLAN, {"units": values, "pue": [1.1, 1.2]}, sink=sink)


def test_too_many_cells_to_hold_are_refused_and_may_be_summed_up():
    axes = {"units": np.arange(1.0, 100_001), "pue": np.linspace(1.1, 1.5, 10_000)}
    with pytest.raises(AccelError) as caught:
        grid(PLAN, axes, "npv")
    assert (
        str(caught.value)
        == "the grid has 1,000,000,000 cells; up to 134,217,728 are allowed, any number of them with sink summary"
    )


def test_too_many_cells_to_run_through_are_refused():
    axes = {name: np.linspace(1.1, 1.5, 100_000) for name in ("pue", "units", "unit_price_usd")}
    with pytest.raises(AccelError) as caught:
        grid(PLAN, axes, "npv", sink="summary")
    assert str(caught.value) == "the grid has 1,000,000,000,000,000 cells; up to 1,000,000,000,000 are allowed"


class _Polars:
    """What a table of Polars shows: a list of names, and a column with `to_numpy` for each."""

    def __init__(self, columns):
        self.columns, self.held = list(columns), columns

    def __getitem__(self, name):
        return pd.Series(self.held[name])


@pytest.mark.parametrize(
    "table_of",
    [
        pytest.param(pa.table, id="Arrow"),
        pytest.param(_Polars, id="Polars"),
        pytest.param(lambda columns: pd.DataFrame(columns).to_records(index=False), id="structured"),
    ],
)
def test_tables_of_other_libraries_give_the_figures_of_a_dict(table_of):
    want, found = scenarios(PLAN, COLUMNS, ["npv", "irr"]), scenarios(PLAN, table_of(COLUMNS), ["npv", "irr"])
    assert list(found) == ["npv", "irr"]
    assert all(np.array_equal(found[name], want[name]) for name in want)


def test_a_table_of_another_library_that_names_a_column_twice_is_refused():
    with pytest.raises(AccelError, match=r"^the table has units twice; each column once is allowed$"):
        scenarios(PLAN, pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["units", "units"]))


def test_a_list_of_one_sink_is_that_sink():
    axes = {"units": [1, 2], "pue": [1.1, 1.2, 1.3]}
    assert np.array_equal(grid(PLAN, axes, "npv", sink=["array"])["npv"], grid(PLAN, axes, "npv")["npv"])
    frame = pd.DataFrame(COLUMNS, index=["a", "b", "c"])
    assert scenarios(PLAN, frame, "npv", sink=("array",)).equals(scenarios(PLAN, frame, "npv"))


def test_a_frame_of_inputs_and_metrics_keeps_the_index_of_its_data_frame():
    frame = pd.DataFrame(COLUMNS, index=["a", "b", "c"])
    found = scenarios(PLAN, frame, "npv", sink="frame")
    assert list(found.index) == ["a", "b", "c"]
    assert found["npv"].equals(scenarios(PLAN, frame, "npv")["npv"])
