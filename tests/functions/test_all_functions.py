"""Rules that every registered function keeps; a new function is under test before anyone writes a test for it."""

import datetime as dt
import math
from decimal import Decimal
from itertools import chain

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelxl.functions import ERRORS, REGISTRY, CellError, Outcome
from accelxl.functions.cells import MOST_CELLS, NA, REF, VALUE
from accelxl.functions.examples import cells_of

FUNCTIONS = list(REGISTRY.values())
every = pytest.mark.parametrize("made", FUNCTIONS, ids=lambda made: made.name)
EXAMPLES = [(made, example) for made in FUNCTIONS for example in made.examples]
every_example = pytest.mark.parametrize(("made", "example"), EXAMPLES, ids=[e.formula[:60] for _, e in EXAMPLES])
ARGUMENTS = [(made, place) for made in FUNCTIONS for place in range(len(made.arguments))]
every_argument = pytest.mark.parametrize(
    ("made", "place"), ARGUMENTS, ids=[f"{made.name}.{made.arguments[place].name}" for made, place in ARGUMENTS]
)
FULL_KINDS = {"series", "dates", "table", "block"}


def base(made):
    """Return cells of the first example, blanks up to the last argument."""
    cells = cells_of(made.examples[0].formula)[1]
    return cells + [None] * (len(made.arguments) - len(cells))


def holds(outcome, made):
    """Check what a host may rely on, whatever went in."""
    assert isinstance(outcome, Outcome)
    assert outcome.fault is None, f"{made.name}: {outcome.fault!r}"
    value = outcome.value
    cells = [value]
    if isinstance(value, np.ndarray):
        assert value.ndim == 2
        assert 0 < value.size <= MOST_CELLS
        assert value.dtype in {np.dtype(np.float64), np.dtype(object)}
        if value.dtype == np.float64:
            assert np.isfinite(value).all()
            return
        cells = value.reshape(-1).tolist()
    assert {type(cell) for cell in cells} <= {float, str, CellError}
    assert all(math.isfinite(cell) for cell in cells if type(cell) is float)
    assert {cell for cell in cells if type(cell) is CellError} <= set(ERRORS)
    assert not any(type(cell) is CellError for cell in cells) or outcome.why.startswith(f"{made.name}: ")
    assert "\n" not in outcome.why


@every_example
def test_examples_hold(made, example):
    name, cells = cells_of(example.formula)
    assert name == made.name
    outcome = made.call(*cells)
    holds(outcome, made)
    if example.value is ...:
        assert outcome.why == ""
        return
    expected = example.value if isinstance(example.value, list) else [[example.value]]
    assert bool(outcome.why) == any(type(cell) is CellError for cell in chain(*expected))
    got = outcome.rows()
    assert [len(row) for row in got] == [len(row) for row in expected]
    for got_cell, cell in zip(chain(*got), chain(*expected), strict=True):
        assert got_cell == (cell if isinstance(cell, str) else pytest.approx(cell, rel=1e-12))


@every
def test_help_fits_the_function_wizard(made):
    assert sum(len(a.name) for a in made.arguments) + len(made.arguments) < 250
    assert all(0 < len(text) <= 255 for text in [made.summary, *(a.help for a in (*made.arguments, *made.options))])


@every
def test_help_reads_as_a_line(made):
    for text in [made.summary, made.undefined, *(a.help for a in (*made.arguments, *made.options))]:
        assert not text.endswith(".")
        assert text == " ".join(text.split())


@every
def test_defaults_lie_within_their_own_limits(made):
    for argument in (*made.arguments, *made.options):
        if isinstance(argument.default, float) and argument.quantity.kind == "number":
            assert argument.quantity.low <= argument.default <= argument.quantity.high, argument.name
        if argument.quantity.choices and argument.default is not None:
            assert argument.default in argument.quantity.choices


@every
def test_a_call_without_arguments_names_what_is_needed(made):
    outcome = made.call()
    holds(outcome, made)
    if made.required:
        assert outcome.value is VALUE
        assert f"{made.arguments[0].name} is blank" in outcome.why


@every
def test_one_argument_too_many_is_refused(made):
    outcome = made.call(*[1.0] * (len(made.arguments) + 1))
    assert outcome.value is VALUE
    assert made.signature in outcome.why


@every_argument
def test_a_blank_argument_is_its_default_or_is_asked_for(made, place):
    cells = base(made)
    cells[place] = None
    outcome = made.call(*cells)
    holds(outcome, made)
    if made.arguments[place].required:
        assert outcome.value is VALUE
        assert f"{made.arguments[place].name} is blank" in outcome.why


@every_argument
@pytest.mark.parametrize("error", [REF, NA], ids=str)
def test_an_error_cell_gives_the_same_error(made, place, error):
    cells = base(made)
    cells[place] = error
    outcome = made.call(*cells)
    holds(outcome, made)
    assert {cell for row in outcome.rows() for cell in row} == {error}


@every_argument
def test_an_error_in_a_range_shows_where_it_counts(made, place):
    argument = made.arguments[place]
    cells = base(made)
    good = cells[place]
    if argument.quantity.kind in FULL_KINDS:
        rows = good or [["units", 1.0], ["pue", 1.1]]
        cells[place] = [*rows[:-1], [REF] * len(rows[-1])] if isinstance(rows, list) else [[rows], [REF]]
    elif good is None or isinstance(good, list):
        return
    else:
        cells[place] = [[good], [REF]]
    outcome = made.call(*cells)
    holds(outcome, made)
    assert REF in [cell for row in outcome.rows() for cell in row]


ABSURD = [
    "text", "1.5", "2026-01-01", "", True, False, -1.0, 0.0, 1e308, -1e308, 5e-324, 10**400, math.nan, math.inf, 1j, object(), {},
    set(), b"x", Decimal("1.5"), dt.date(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59), np.float32(2), np.datetime64("2026-01-01"), type,
    [[]], [[], []], [[1.0], [2.0, 3.0]], [["units", "x"]], [["units", 1.0], ["units", 2.0]],
    [[None, None], [None, None]], np.zeros((3, 2)), np.array([["a", 1.0]], dtype=object), np.zeros((2, 2, 2)), np.full((2, 3), np.nan),
    [[[1.0]], [[2.0]]], [[object()], [{}]], ((True, False), ("x", None)),
]  # fmt: skip


@every_argument
def test_no_absurd_cell_raises(made, place):
    for absurd in ABSURD:
        cells = base(made)
        cells[place] = absurd
        holds(made.call(*cells), made)


@every_argument
def test_a_whole_column_is_refused_at_once(made, place):
    cells = base(made)
    cells[place] = np.zeros((1_048_576, 1))
    outcome = made.call(*cells)
    holds(outcome, made)
    assert outcome.value is VALUE
    assert f"{made.arguments[place].name} is a range of 1,048,576 rows" in outcome.why


@every_argument
def test_ranges_for_single_values_spill_in_their_shape(made, place):
    argument = made.arguments[place]
    cells = base(made)
    if (
        argument.quantity.kind in FULL_KINDS
        or argument.reference
        or cells[place] is None
        or isinstance(cells[place], list)
    ):
        return
    one = made.call(*cells)
    if isinstance(one.value, np.ndarray):  # a series or a table; spread tests hold what becomes of those
        return
    for rows, columns in ((3, 1), (1, 3), (2, 3)):
        cells[place] = [[base(made)[place]] * columns for _ in range(rows)]
        outcome = made.call(*cells)
        holds(outcome, made)
        assert outcome.rows() == [[one.value] * columns for _ in range(rows)]


@every
def test_a_column_against_a_row_gives_the_grid(made):
    free = [
        place for place, argument in enumerate(made.arguments)
        if argument.quantity.kind not in FULL_KINDS and base(made)[place] is not None and not isinstance(base(made)[place], list)
    ]  # fmt: skip
    if len(free) < 2 or isinstance(made.call(*base(made)).value, np.ndarray):
        return
    cells = base(made)
    cells[free[0]] = [[cells[free[0]]]] * 2
    cells[free[1]] = [[cells[free[1]]] * 3]
    outcome = made.call(*cells)
    holds(outcome, made)
    assert outcome.rows() == [[made(*base(made))] * 3] * 2


@every
def test_the_same_cells_give_the_same_bits_in_every_form(made):
    cells = base(made)
    wanted = made.call(*cells).rows()
    tuples = [tuple(map(tuple, cell)) if isinstance(cell, list) else cell for cell in cells]
    arrays = [np.array(cell, dtype=object) if isinstance(cell, list) else cell for cell in cells]
    boxed = [[[cell]] if isinstance(cell, float) else cell for cell in cells]
    for form in (tuples, arrays, boxed):
        assert made.call(*form).rows() == wanted


SINGLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.floats(0, 1), st.integers(1, 60), st.text(max_size=8),
    st.sampled_from(ERRORS),
    st.sampled_from(["SL", "MACRS", "npv", "units", "metric", "H100", "year", "pue", "price_usd_per_mtok", "memory_gb"]),
    st.dates(), st.datetimes(), st.decimals(), st.complex_numbers(), st.binary(max_size=4),
)  # fmt: skip
RANGE = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(SINGLE, min_size=width, max_size=width), max_size=4))
CELL = st.one_of(SINGLE, RANGE, st.lists(SINGLE, max_size=3), st.lists(st.lists(SINGLE, max_size=3), max_size=3))


@every
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_arbitrary_cells_never_raise(made, data):
    cells = data.draw(st.lists(CELL, max_size=len(made.arguments) + 1))
    holds(made.call(*cells), made)


@every
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_arbitrary_cell_among_good_ones_never_raises(made, data):
    cells = base(made)
    if cells:
        cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(CELL)
    holds(made.call(*cells), made)
