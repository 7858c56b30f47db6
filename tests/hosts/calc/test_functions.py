"""Every function in Calc gives what the registry gives, by both back ends; what Calc itself decides is told apart."""

import pytest

from accelxl.functions import REGISTRY, CellError
from accelxl.functions.examples import cells_of
from tests.hosts.calc.sheets import Calls, registry

pytestmark = pytest.mark.office("soffice", "uno")
OWN = {"ACCEL_WHY", "ACCEL_INFO"}
"""Functions with tests of their own: they tell of the cell, and of the Python."""
EXAMPLES = [
    (name, example.formula, cells_of(example.formula)[1])
    for name, function in REGISTRY.items()
    if name not in OWN
    for example in function.examples
]


def shown(office, calls, tmp_path):
    with office.open(calls.saved(tmp_path / "calls.xlsx")) as book:
        book.recalculate()
        return book.cells()


def without(cells, place):
    return [None if index == place else cell for index, cell in enumerate(cells)]


def test_examples_give_what_the_registry_gives_with_constants_and_with_cells(either, tmp_path):
    calls = Calls()
    for name, formula, cells in EXAMPLES:
        calls.add(formula, registry(name, cells))
        calls.over_cells(name, cells)
    assert {name for name, *_ in EXAMPLES} | OWN == set(REGISTRY)
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_every_figure_of_an_example_is_that_of_the_registry_to_the_last_bit(either, tmp_path):
    calls = Calls()
    for name, _, cells in EXAMPLES:
        calls.over_cells(name, cells)
    found = shown(either, calls, tmp_path)
    figures = {place: value for place, value in calls.expected.items() if isinstance(value, float)}
    assert len(figures) > 500
    assert [(calls.about[at], at, found[at], value) for at, value in figures.items() if found[at] != value] == []


def test_missing_arguments_are_the_defaults_and_needed_ones_a_cell_error(either, tmp_path):
    calls = Calls()
    for name, _, cells in EXAMPLES:
        for place in range(len(cells)):
            calls.over_cells(name, without(cells, place))
        if cells:
            calls.over_cells(name, cells[:1])
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_ranges_with_blanks_and_text_give_what_the_registry_gives(either, tmp_path):
    calls = Calls()
    for name, _, cells in EXAMPLES:
        for place, cell in enumerate(cells):
            for odd in (None, "odd"):
                given = list(cells)
                if isinstance(cell, list):
                    rows = [list(row) for row in cell]
                    rows[-1][-1] = odd
                    given[place] = rows
                elif isinstance(cell, float):
                    given[place] = [[cell], [odd], [cell]]
                else:
                    continue
                if any(one not in (None, "") for row in given[place] for one in row):
                    calls.over_cells(name, given)
    assert calls.row > 300
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_a_single_cell_with_text_or_a_truth_value_gives_what_the_registry_gives(either, tmp_path):
    calls = Calls()
    for name, _, cells in EXAMPLES:
        for place, cell in enumerate(cells):
            if isinstance(cell, (float, str)):
                for odd in ("odd", True, -1e300):
                    calls.over_cells(name, [odd if index == place else one for index, one in enumerate(cells)])
    assert calls.row > 300
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_calc_itself_makes_a_blank_single_cell_zero_and_keeps_errors_from_the_function(either, tmp_path):
    calls = Calls()
    blank = f"Data!Z{1}"
    calls.add(f"=ACCEL_COST_PER_MTOK({blank},1000)", registry("ACCEL_COST_PER_MTOK", [0.0, 1000.0]))
    for error in (CellError("#N/A"), CellError("#DIV/0!")):
        calls.over_cells("ACCEL_COST_PER_MTOK", [3.6, error], [[error]])
        calls.over_cells("ACCEL_COST_PER_MTOK", [3.6, [[1000.0], [error]]], [[CellError("Err:504")]])
    calls.add("=ACCEL_COST_PER_MTOK(1,2,3,4)", [[CellError("Err:504")]])
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_results_enter_other_formulas(either, tmp_path):
    calls = Calls()
    calls.add("=SUM(ACCEL_COST_PER_MTOK(3.6,{1000;2000},{0.5,1}))", [[4.5]])
    calls.add("=ACCEL_COST_PER_MTOK(3.6,1000)*2+1", [[3.0]])
    calls.add('=IF(ACCEL_COST_PER_MTOK(3.6,1000)>0,"y","n")', [["y"]])
    calls.add("=IFERROR(ACCEL_COST_PER_MTOK(3.6,-1),7)", [[7.0]])
    calls.add("=ROUND(ACCEL_COST_PER_MTOK(3.7,1000),1)", [[1.0]])
    calls.add('=ISNA(ACCEL_SPEC("no such","memory_gb"))', [[1.0]])
    assert calls.wrong(shown(either, calls, tmp_path)) == []


def test_the_installation_tells_its_back_end(either):
    with either.open() as book:
        book.put({"Sheet1!A1": "=ACCEL_VERSION()"})
        book.array("Sheet1!A2:B9", "=ACCEL_INFO()")
        rows = dict(book.rows("Sheet1!A2:B9"))
        assert rows["AccelXL"] == book.get("Sheet1!A1")["Sheet1!A1"]
        assert rows["functions"] == len(REGISTRY)


def test_why_tells_what_is_wrong_with_a_cell(either):
    with either.open() as book:
        book.put(
            {
                "Sheet1!A1": "=ACCEL_COST_PER_MTOK(3.6;-1)", "Sheet1!B1": "=ACCEL_WHY(A1)",
                "Sheet1!A2": "=1+ACCEL_COST_PER_MTOK(D1;D2)", "Sheet1!B2": "=ACCEL_WHY(A2)", "Sheet1!D1": 3.6, "Sheet1!D2": "text",
                "Sheet1!A3": "=ACCEL_COST_PER_MTOK(D1+1;D2)", "Sheet1!B3": "=ACCEL_WHY(A3)",
                "Sheet1!A4": "=1/0", "Sheet1!B4": "=ACCEL_WHY(A4)",
                "Sheet1!A5": "=ACCEL_COST_PER_MTOK(D1;1000)", "Sheet1!B5": "=ACCEL_WHY(A5)",
            }
        )  # fmt: skip
        book.recalculate()
        told = list(book.get(*(f"Sheet1!B{row}" for row in range(1, 6))).values())
        call = REGISTRY["ACCEL_COST_PER_MTOK"].call
        assert told == [
            call(3.6, -1.0).why, call(3.6, "text").why, call(3.6, "text").why,
            "no ACCEL function has left an error in this cell", "no ACCEL function has left an error in this cell",
        ]  # fmt: skip


def test_why_tells_of_a_formula_that_calc_itself_cannot_compute(either):
    with either.open() as book:
        book.put(
            {
                "Sheet1!A1": "=ACCEL_NPV(A1;{1;2})", "Sheet1!B1": "=ACCEL_WHY(A1)",
                "Sheet1!A2": "=ACCEL_NPV(0.1;(D1:D2;D3:D4))", "Sheet1!B2": "=ACCEL_WHY(A2)",
                "Sheet1!A3": f"=ACCEL_SPEC(\"{'x' * 3000}\";\"memory_gb\")", "Sheet1!B3": "=ACCEL_WHY(A3)",
                "Sheet1!A4": "=ACCEL_NPV(-2;{1;2})",
            }
        )  # fmt: skip
        book.recalculate()
        assert book.get("Sheet1!A1", "Sheet1!A2", "Sheet1!A3") == {
            "Sheet1!A1": "Err:522", "Sheet1!A2": "Err:504", "Sheet1!A3": "Err:513",
        }  # fmt: skip
        assert list(book.get("Sheet1!B1", "Sheet1!B2", "Sheet1!B3").values()) == [
            "ACCEL_NPV: Calc cannot compute this formula itself (Err:522) and has not asked the function",
            "ACCEL_NPV: Calc does not pass on an argument (Err:504): several areas, or a range with an error in it",
            "ACCEL_SPEC: Calc cannot compute this formula itself (Err:513) and has not asked the function",
        ]
