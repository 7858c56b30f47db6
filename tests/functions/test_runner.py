"""The runner: every rule of the calling convention, on small functions made for it."""

import datetime as dt
import math
from decimal import Decimal
from typing import Annotated

import numpy as np
import pytest

from accelxl.errors import NoData, OutOfRange
from accelxl.functions.cells import DIV0, MOST_CELLS, NA, NUM, REF, VALUE, CellError, Outcome, Range
from accelxl.functions.registry import declare
from accelxl.units import Dates, Flag, Flows, Numbers, Quantity, Share

Level = Annotated[Numbers, Quantity("USD", -1000, 1000)]
Whole = Annotated[Numbers, Quantity("units", 0, 100, whole=True)]
Word = Annotated[str, Quantity("text", kind="text")]
Way = Annotated[str, Quantity("text", kind="choice", choices=("SL", "DDB"))]
Day = Annotated[Numbers, Quantity("date", kind="date")]
Block = Annotated[list, Quantity(kind="block")]
Table = Annotated[list, Quantity(kind="table")]
Raw = Annotated[Range, Quantity(kind="table")]
One = Annotated[float, Quantity()]


def sheet(target, **more):
    """Return a function of a sheet around `target`."""
    names = target.__annotations__.keys() - {"return"}
    return declare(
        "ACCEL_T",
        "Accel - Info",
        target,
        "A test",
        help=dict.fromkeys(names, "help"),
        examples=[("=ACCEL_T()", 0.0)],
        **more,
    )


def plus(a: Level, b: Level = 10.0, c: Level = 0.0):
    return a + b + c


def total(flows: Flows, rate: Level = 0.0):
    return np.sum(flows, axis=-1) + rate


PLUS, TOTAL = sheet(plus), sheet(total)


def same(got, expected):
    if isinstance(got, np.ndarray):
        got = got.tolist()
    assert got == expected
    flat = got if isinstance(got, list) else [[got]]
    assert all(type(cell) in {float, str, CellError} for row in flat for cell in row)


# -- single cells ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "one",
    [
        1.0,
        1,
        True,
        np.float64(1),
        np.int32(1),
        np.bool_(True),
        Decimal(1),
        [[1.0]],
        ((1.0,),),
        [1],
        np.array([[1.0]]),
        np.array(1),
    ],
)
def test_a_number_of_any_kind_is_a_number(one):
    same(PLUS(one), 11.0)


@pytest.mark.parametrize("blank", [None, "", "  ", [[None]], [], [[]], np.array([])])
def test_a_blank_optional_argument_is_its_default_in_the_middle_too(blank):
    same(PLUS(1.0, blank, 5.0), 16.0)


def test_a_missing_optional_argument_is_its_default():
    same(PLUS(1.0), 11.0)


@pytest.mark.parametrize("cells", [(), (None,), (None, 1.0), ("",)])
def test_a_needed_argument_that_is_blank_is_named(cells):
    outcome = PLUS.call(*cells)
    assert (outcome.value, outcome.why) == (
        VALUE,
        "ACCEL_T: a is blank; a number from -1000 to 1000 USD is needed: help",
    )


def test_too_many_arguments_are_refused_with_the_signature():
    assert PLUS.call(1, 2, 3, 4).why == "ACCEL_T: 4 arguments are given; at most 3 are allowed: ACCEL_T(a, [b], [c])"


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        (
            "12",
            VALUE,
            "a is the text '12'; a number from -1000 to 1000 USD is allowed; text is never read as a number",
        ),
        (dt.date(2026, 1, 1), VALUE, "a is the date 2026-01-01"),
        (object(), VALUE, "a is an object of type object"),
        ({1: 2}, VALUE, "a is an object of type dict"),
        (1j, VALUE, "a is an object of type complex"),
        (1000.5, NUM, "a is 1000.5; a number from -1000 to 1000 USD is allowed"),
        (math.nan, NUM, "a is nan"),
        (math.inf, NUM, "a is inf"),
        (10**400, NUM, "a is a number beyond 1e308"),
        (REF, REF, "a is #REF!, the error of the cell it points to"),
        ([[DIV0]], DIV0, "a is #DIV/0!"),
        ("#REF!", VALUE, "a is the text '#REF!'"),
    ],
)
def test_a_cell_that_is_no_number_is_the_right_error_with_a_sentence(cell, error, words):
    outcome = PLUS.call(cell)
    assert outcome.value is error
    assert outcome.why.startswith(f"ACCEL_T: {words}")
    assert outcome.fault is None


def test_whole_numbers_are_asked_for_by_name():
    made = sheet(whole)
    assert made(3.0) == 3.0
    assert made.call(2.5).why == "ACCEL_T: n is 2.5; a whole number from 0 to 100 units is allowed"


@pytest.mark.parametrize("kind", [list, np.array])
def test_a_fraction_in_a_range_of_whole_numbers_is_an_error_in_its_own_cell(kind):
    outcome = sheet(whole).call(kind([[1.0, 2.5, 3.0, 101.0]]))
    same(outcome.value, [[1.0, NUM, 3.0, NUM]])
    assert outcome.why == "ACCEL_T: n, cell 2, is 2.5; a whole number from 0 to 100 units is allowed"


def whole(n: Whole):
    return n


# -- flags, words, dates -----------------------------------------------------------------------------------------------------------
def mixed(flag: Flag = False, way: Way = "SL", word: Word = "none", day: Day = 1.0):
    return f"{float(flag)} {way} {word} {day}"


MIXED = sheet(mixed)


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ((), "0.0 SL none 1.0"),
        ((True, "ddb"), "1.0 DDB none 1.0"),
        ((0, " Sl ", " a word "), "0.0 SL a word 1.0"),
        ((None, None, None, dt.date(2026, 1, 1)), "0.0 SL none 46023.0"),
        ((None, None, None, dt.datetime(2026, 1, 1, 6)), "0.0 SL none 46023.25"),
        ((None, None, None, 46023), "0.0 SL none 46023.0"),
    ],
)
def test_flags_words_and_dates_are_read(cells, text):
    assert MIXED(*cells) == text


@pytest.mark.parametrize(
    ("cells", "error", "words"),
    [
        ((2.0,), NUM, "flag is 2; 1 (yes) or 0 (no) is allowed"),
        (("yes",), VALUE, "flag is the text 'yes'; 1 (yes) or 0 (no) is allowed"),
        ((None, "DB"), VALUE, "way is the text 'DB'; did you mean DDB?"),
        ((None, 3.0), VALUE, "way is 3; SL or DDB is allowed"),
        ((None, None, 7.0), VALUE, "word is 7; text is allowed"),
        ((None, None, True), VALUE, "word is TRUE; text is allowed"),
        ((None, None, NA), NA, "word is #N/A"),
        ((None, None, None, "2026-01-01"), VALUE, "day is the text '2026-01-01'; a date is allowed"),
        ((None, None, None, -1.0), NUM, "day is -1; a date is allowed"),
        ((None, None, None, 3e6), NUM, "day is 3000000; a date is allowed"),
    ],
)
def test_what_is_no_flag_word_or_date_is_refused(cells, error, words):
    outcome = MIXED.call(*cells)
    assert (outcome.value, outcome.why[:9]) == (error, "ACCEL_T: ")
    assert outcome.why[9:].startswith(words.removeprefix("ACCEL_T: "))


# -- ranges for single values --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_range_spills_in_its_shape(kind):
    same(PLUS(kind([[1.0, 2.0, 3.0]])), [[11.0, 12.0, 13.0]])
    same(PLUS(kind([[1.0], [2.0]])), [[11.0], [12.0]])
    same(PLUS(kind([[1.0, 2.0], [3.0, 4.0]])), [[11.0, 12.0], [13.0, 14.0]])


def test_a_column_against_a_row_gives_the_grid():
    same(PLUS([[1], [2]], [[10, 20, 30]]), [[11.0, 21.0, 31.0], [12.0, 22.0, 32.0]])


def test_a_flat_list_is_a_column():
    same(PLUS([1.0, 2.0]), [[11.0], [12.0]])


def test_an_array_of_numbers_comes_back_as_float64():
    out = PLUS(np.arange(6.0).reshape(2, 3))
    assert (out.dtype, out.shape) == (np.float64, (2, 3))


def test_what_is_wrong_in_one_cell_concerns_that_cell_alone():
    outcome = PLUS.call([[1.0, "x", None, REF, 2000.0, True, 6]])
    same(outcome.value, [[11.0, VALUE, VALUE, REF, NUM, VALUE, 16.0]])
    assert outcome.why.startswith("ACCEL_T: a, cell 2, is the text 'x'")


def test_a_blank_in_the_range_of_an_optional_argument_is_the_default():
    same(PLUS(1.0, [[None, 2.0, ""]]), [[11.0, 3.0, 11.0]])


def test_the_first_error_in_the_order_of_the_arguments_wins():
    same(PLUS([[REF], [1.0]], [[NA, 1.0]]), [[REF, REF], [NA, 2.0]])


def test_cells_of_a_block_are_named_by_row_and_column():
    assert "a, row 2, column 1, is the text 'x'" in PLUS.call([[1.0, 2.0], ["x", 3.0]]).why


def test_ranges_that_do_not_fit_are_refused_with_their_shapes():
    outcome = PLUS.call([[1], [2]], [[1], [2], [3]])
    assert outcome.value is VALUE
    assert "the ranges do not fit together: a 2 x 1, b 3 x 1" in outcome.why


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [[1], 2], [1, [2]], [np.array([1]), [2]], np.zeros((2, 2, 2))])
def test_a_range_that_is_not_rectangular_is_refused(ragged):
    outcome = PLUS.call(ragged)
    assert (outcome.value, outcome.fault) == (VALUE, None)


@pytest.mark.parametrize(
    "column", [[(1.0,)] * 1_048_576, np.zeros((1_048_576, 1)), [1.0] * 1_048_576, np.zeros((2000, 2000))]
)
def test_a_whole_column_is_refused_with_the_limit(column):
    outcome = PLUS.call(column)
    assert outcome.value is VALUE
    assert f"at most {MOST_CELLS:,} cells are read" in outcome.why


def test_a_grid_too_large_for_a_result_is_refused():
    outcome = PLUS.call(np.zeros((2000, 1)), np.zeros((1, 2000)))
    assert (outcome.value, outcome.fault) == (VALUE, None)
    assert "2,000 x 2,000 results" in outcome.why


def test_a_function_of_arrays_is_called_once_for_all_cells():
    seen = []

    def count(a: Level, b: Level = 1.0):
        seen.append(np.shape(a))
        return a * b

    made = sheet(count)
    made(np.arange(1000.0).reshape(10, 100))
    assert seen == [(1000,)]


def test_bad_cells_do_not_reach_the_function():
    def root(a: Level):
        assert not np.isnan(a).any()
        return a

    same(sheet(root)([[1.0, "x", 2.0]]), [[1.0, VALUE, 2.0]])


def test_a_range_of_nothing_but_errors_calls_nothing():
    def never(a: Level):
        raise AssertionError

    same(sheet(never)([["x"], [REF]]), [[VALUE], [REF]])


# -- words in ranges ----------------------------------------------------------------------------------------------------------------
def priced(name: Word, factor: Level = 1.0):
    if name == "none":
        raise NoData(f"there is no {name}")
    return len(name) * factor


def test_a_range_of_words_makes_a_call_for_each_different_word():
    seen = []

    def length(name: Word):
        seen.append(name)
        return float(len(name))

    same(sheet(length)([["ab"], ["abc"], ["ab"]]), [[2.0], [3.0], [2.0]])
    assert seen == ["ab", "abc"]


def test_words_and_numbers_broadcast_together():
    same(sheet(priced)([["ab"], ["abc"]], [[1.0, 10.0]]), [[2.0, 20.0], [3.0, 30.0]])


def test_a_word_without_data_is_an_error_in_its_own_cells():
    outcome = sheet(priced).call([["ab"], ["none"], [3.0]], [[1.0, 2.0]])
    same(outcome.value, [[2.0, 4.0], [NA, NA], [VALUE, VALUE]])


def test_a_function_of_one_number_a_call_takes_ranges_too():
    def slow(a: One):
        if a < 0:
            raise OutOfRange(f"a is {a}")
        return math.sqrt(a)

    outcome = sheet(slow).call([[4.0, -1.0, 9.0]])
    same(outcome.value, [[2.0, NUM, 3.0]])
    assert outcome.why == "ACCEL_T: a is -1.0"


def test_text_results_spill_too():
    def name(a: Word):
        return a.upper()

    same(sheet(name)([["a", "b"]]), [["A", "B"]])


def test_too_many_different_words_are_refused():
    outcome = sheet(priced).call([[f"w{k}"] for k in range(10_001)])
    assert outcome.value is VALUE
    assert "10,001 different values" in outcome.why


def test_cases_that_a_function_refuses_together_are_tried_one_by_one():
    def strict(a: Level):
        if np.any(np.asarray(a) < 0):
            raise OutOfRange(f"a is {np.min(a)}")
        return a

    outcome = sheet(strict).call([[1.0], [-2.0], [3.0]])
    same(outcome.value, [[1.0], [NUM], [3.0]])
    assert outcome.why == "ACCEL_T: a is -2.0"


# -- series -------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("flows", [[[1, 2, 3]], [[1], [2], [3]], (1.0, 2.0, 3.0), np.array([1, 2, 3])])
def test_a_row_or_a_column_is_one_series(flows):
    same(TOTAL(flows), 6.0)


def test_one_cell_is_a_series_of_one_period():
    same(TOTAL(5.0), 5.0)


def test_a_block_is_one_series_a_row():
    same(TOTAL([[1, 2], [3, 4], [5, 6]]), [[3.0], [7.0], [11.0]])


def test_a_series_goes_with_every_cell_of_a_range():
    same(TOTAL([[1, 2]], [[10, 20], [30, 40]]), [[13.0, 23.0], [33.0, 43.0]])


def test_a_block_of_series_against_a_row_gives_the_grid():
    same(TOTAL([[1, 2], [3, 4]], [[10, 20]]), [[13.0, 23.0], [17.0, 27.0]])


def test_a_block_of_series_against_a_column_goes_row_by_row():
    same(TOTAL([[1, 2], [3, 4]], [[10], [20]]), [[13.0], [27.0]])


def test_blanks_after_the_last_figure_are_cut_off():
    same(TOTAL([[1], [2], [None], [""]]), 3.0)
    same(TOTAL([[1, 2, None], [3, 4, None], [None, None, None]]), [[3.0], [7.0]])


@pytest.mark.parametrize(
    ("hole", "words"),
    [(None, "flows, cell 2, is blank"), ("x", "flows, cell 2, is the text 'x'"), (True, "flows, cell 2, is TRUE")],
)
def test_a_series_with_a_hole_is_refused(hole, words):
    outcome = TOTAL.call([[1], [hole], [3]])
    assert outcome.value is VALUE
    assert words in outcome.why


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_series_with_no_number_in_it_is_refused(kind, bad):
    for flows in (kind([[1.0, bad, 3.0]]), kind([[1.0], [bad], [3.0]]), kind([[math.inf], [bad], [3.0]])):
        outcome = TOTAL.call(flows)
        assert outcome.value is NUM
        assert "flows, cell" in outcome.why


def test_an_error_in_a_series_is_the_error_of_the_call():
    assert TOTAL([[1], [REF], ["x"]]) is REF


def test_a_bad_row_of_a_block_of_series_concerns_that_row_alone():
    same(TOTAL([[1, 2], [3, "x"], [NA, 6], [7, 8]]), [[3.0], [VALUE], [NA], [15.0]])


def test_dates_are_read_as_serials():
    def last(days: Dates):
        return np.asarray(days)[..., -1]

    made = sheet(last)
    same(made([[dt.date(2026, 1, 1), 46024]]), 46024.0)
    same(made([[46023, dt.datetime(2026, 1, 2)]]), 46024.0)
    assert made.call([[46023, "2026-01-02"]]).value is VALUE
    assert made(np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")) == 46024.0


# -- results that are series --------------------------------------------------------------------------------------------------------
def plan_of_payments(amount: Level, flows: Flows = None, periods: One = 3.0):
    per = np.asarray(amount)[..., np.newaxis] / periods
    out = np.broadcast_to(per, (*np.shape(amount), int(periods)))
    return out if flows is None else np.cumsum(flows)


PAYMENTS = sheet(plan_of_payments)


def test_a_series_comes_as_a_column():
    same(PAYMENTS(6), [[2.0], [2.0], [2.0]])


def test_a_series_made_of_a_row_comes_as_a_row():
    same(PAYMENTS(6, [[1, 2]]), [[1.0, 3.0]])
    same(PAYMENTS(6, [[1], [2]]), [[1.0], [3.0]])


def test_a_column_of_cases_gives_a_row_each_and_a_row_of_cases_a_column_each():
    same(PAYMENTS([[3], [6]]), [[1.0] * 3, [2.0] * 3])
    same(PAYMENTS([[3, 6]]), [[1.0, 2.0]] * 3)


def test_a_series_for_each_cell_of_a_grid_is_refused():
    outcome = PAYMENTS.call([[3, 6], [9, 12]])
    assert (outcome.value, outcome.fault) == (VALUE, None)
    assert "three dimensions" in outcome.why


def test_series_of_unequal_length_end_in_not_available():
    same(PAYMENTS(6, None, [[2], [3]]), [[3.0, 3.0, NA], [2.0, 2.0, 2.0]])
    assert "unequal length" in PAYMENTS.call(6, None, [[2], [3]]).why


def test_a_bad_case_among_series_is_an_error_along_its_row():
    same(PAYMENTS([[3], ["x"]]), [[1.0] * 3, [VALUE] * 3])


# -- tables, blocks, options --------------------------------------------------------------------------------------------------------
def test_a_table_comes_as_it_stands():
    def shown(table: Table):
        return table

    made = sheet(shown)
    same(made([["a", 1.0], [None, 2]]), [["a", 1.0], ["", 2.0]])
    same(made(5), [[5.0]])
    assert made([["a", 1.0], [REF, 2]]) is REF


def test_a_raw_table_keeps_its_errors():
    def shown(table: Raw):
        return table.as_rows()

    same(sheet(shown)([["a", REF]]), [["a", REF]])


def test_a_block_has_names_and_values():
    def shown(block: Block):
        return block

    made = sheet(shown)
    same(made([["a", 1.0], [None, None]]), [["a", 1.0]])
    assert made.call(3.0).why == "ACCEL_T: block is 3; a column of names and one or more of values are allowed"
    assert made.call([["a"], ["b"]]).value is VALUE
    assert made([["a", NA]]) is NA


def loan(amount: Level, rate: Share = 0.1, kind: Way = "SL"):
    return f"{amount} {rate} {kind}"


LOAN = sheet(loan, options=("rate", "kind"))


def test_options_are_given_by_name_in_a_block():
    assert LOAN(5) == "5.0 0.1 SL"
    assert LOAN(5, [["KIND", "ddb"], [None, None], ["rate", 0.2], [None, None]]) == "5.0 0.2 DDB"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ([["rates", 0.2]], "'rates' is not an option of ACCEL_T; did you mean rate?"),
        ([["rate", 2]], "rate is 2; a share from 0 to 1 is allowed"),
        ([["rate", "x"]], "rate is the text 'x'"),
        ([["rate", 0.1], ["rate", 0.2]], "row 2 of options: rate stands twice"),
        ([[None, 0.1]], "row 1 of options has a value and no name"),
        ([[3, 0.1], ["rate", 1]], "row 1 of options has 3 for a name"),
        ([["rate", 0.1, 0.2]], "row 1 of options has more than one value"),
        ([["rate"], ["kind"]], "options is a range of 2 rows and one column"),
        ("rate", "options is the text 'rate'"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(block, words):
    outcome = LOAN.call(5, block)
    assert outcome.value in {VALUE, NUM}
    assert words in outcome.why


# -- results --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.float64("nan"), np.array(math.nan)])
def test_a_result_without_value_is_a_number_error_with_the_reason(bad):
    def strange(a: Level):
        return bad

    outcome = sheet(strange, undefined="a is odd").call(1.0)
    assert outcome.value == NUM
    assert outcome.why == "ACCEL_T: the result has no value here: a is odd"


def test_results_without_value_are_number_errors_cell_by_cell():
    def inverse(a: Level):
        with np.errstate(all="ignore"):
            return 1.0 / np.asarray(a)

    outcome = sheet(inverse, undefined="a is 0").call([[1.0, 0.0, 2.0]])
    same(outcome.value, [[1.0, NUM, 0.5]])
    assert outcome.why == "ACCEL_T: the result has no value here: a is 0"


@pytest.mark.parametrize(
    ("result", "cells"),
    [
        (3, 3.0), (True, 1.0), (None, ""), ("text", "text"), (np.float32(0.5), 0.5), (dt.date(2026, 1, 1), 46023.0), (NA, NA),
        ([], ""), ([["a", None], ["b"]], [["a", ""], ["b", ""]]), ([1, "a"], [[1.0], ["a"]]), (np.array([[1, 2]]), [[1.0, 2.0]]),
        (Outcome([["a", math.nan]], "because"), [["a", NUM]]),
    ],
)  # fmt: skip
def test_every_kind_of_result_becomes_cells(result, cells):
    def give(a: Level):
        return result

    same(sheet(give)(1.0), cells)


@pytest.mark.parametrize("result", [{"a": 1}, object(), np.zeros((2, 2, 2)), np.zeros((1001, 1000))])
def test_a_result_that_no_sheet_can_hold_is_an_error(result):
    def give(a: Level):
        return result

    assert sheet(give)(1.0) is VALUE


@pytest.mark.parametrize(
    "fault",
    [ZeroDivisionError("division"), MemoryError(), RecursionError("deep"), KeyError("x"), RuntimeError("two\nlines")],
)
def test_a_fault_of_the_function_is_a_value_error_and_never_an_exception(fault):
    def broken(a: Level):
        raise fault

    outcome = sheet(broken).call(1.0)
    assert (outcome.value, outcome.fault) == (VALUE, fault)
    assert outcome.why.startswith(f"ACCEL_T failed on these arguments: {type(fault).__name__}: ")
    assert "\n" not in outcome.why
    assert sheet(broken)([[1.0, 2.0]]) is VALUE


def test_an_outcome_has_rows_whatever_its_shape():
    assert PLUS.call(1.0).rows() == [[11.0]]
    assert PLUS.call([[1.0, "x"]]).rows() == [[11.0, VALUE]]
