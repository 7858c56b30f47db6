"""The commands in a small book in memory, through xlwings' own Book, Sheet and Range."""

import dataclasses
import datetime as dt
import inspect
from pathlib import Path

import pytest

from accelxl import __version__, catalogue
from accelxl.errors import WrongType
from accelxl.functions import REGISTRY, WHY
from accelxl.functions.cells import NA
from accelxl.hosts import commands, pages
from accelxl.hosts.commands import COMMANDS
from accelxl.hosts.excel import macros, sheets
from accelxl.scenario.grids import grid
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.solver import breakeven
from accelxl.scenario.tornado import tornado
from accelxl.workbook.build import TEMPLATES
from tests.hosts.excel.memory_book import Error, Memory

PLAN = [["units", 64.0], ["unit_price_usd", 34000.0], ["tokens_per_second", 2500.0], ["price_usd_per_mtok", 0.6]]


@pytest.fixture
def memory():
    made = Memory()
    made.put("B3", PLAN)
    made.select("B3:C6")
    return made


def result_of(memory, label):
    """Rows below the settings of a command's sheet."""
    rows = memory.rows(label)
    start = next(place for place, row in enumerate(rows) if str(row[0]).startswith("result"))
    return rows[start + 1 :]


def test_every_command_has_a_handler_and_none_raises_on_an_empty_book():
    for name, command in COMMANDS.items():
        assert (command.reads, command.writes) in macros.HANDLERS
        if command.writes != "book":
            empty = Memory()
            macros.run(name, empty.book)
            assert empty.alerts or empty.writes, name


def test_every_row_has_its_function_and_its_settings_are_arguments_of_it():
    for command in COMMANDS.values():
        target = commands.function(command)
        taken = list(inspect.signature(target).parameters)
        if command.reads in {"plan", "file", "names"} and command.writes == "sheet":
            assert [name for name, _ in command.settings if name not in taken[1:]] == [], command.id
            assert command.long <= ("progress" in taken), command.id
        for _, value in command.settings:
            if isinstance(value, commands.From):
                assert commands.function(dataclasses.replace(command, function=value.function))


def test_a_new_book_can_be_made_of_every_template():
    assert [choice for choice, _ in COMMANDS["new"].choices] == list(TEMPLATES)


def test_a_grid_of_the_selected_plan_is_written_in_one_array(memory):
    macros.run("grid", memory.book)
    assert [name for name, _ in memory.writes] == ["Scenario grid"]
    rows = result_of(memory, "Scenario grid")
    axes = {
        "utilization": [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
        "unit_price_usd": [17000.0, 25500.0, 34000.0, 42500.0, 51000.0],
    }
    head, *rows = [row[:6] for row in rows]
    assert head == ["down utilization, across unit_price_usd", *axes["unit_price_usd"]]
    assert [row[0] for row in rows] == axes["utilization"]
    assert [row[1:] for row in rows] == grid(dict(PLAN), axes, "npv")["npv"].tolist()
    assert memory.alerts == []


def test_a_page_has_bold_heads_columns_for_its_names_and_thousands_set_apart(memory):
    macros.run("tornado", memory.book)
    page, looks = memory.rows("Tornado"), memory.impl.sheets("Tornado").looks
    head = next(place for place, row in enumerate(page, 1) if row[0] == "input")
    assert [row for row in range(1, len(page) + 1) if looks.get(("bold", row, 1))] == [1, head - 1, head]
    assert looks["width", 1, 1] >= max(len(str(row[0])) for row in page[head:])
    numbers = {(row, column) for row, cells in enumerate(page, 1) for column, cell in enumerate(cells, 1)
               if isinstance(cell, float) and abs(cell) >= 1000}  # fmt: skip
    assert numbers == {(row, column) for what, row, column in looks if what == "format"}
    before = looks["width", 1, 1] = 99
    macros.run("tornado", memory.book)
    assert looks["width", 1, 1] == before


def test_settings_on_the_sheet_are_used_the_next_time_and_the_plan_is_found_again(memory):
    macros.run("breakeven", memory.book)
    sheet = memory.impl.sheets("Break-even")
    (where,) = [place for place, cell in sheet.cells.items() if cell == "utilization"]
    sheet.cells[where] = "unit_price_usd"
    memory.select("A1", "Break-even")
    macros.run("breakeven", memory.book)
    assert result_of(memory, "Break-even")[0][0] == breakeven(dict(PLAN), "unit_price_usd")
    assert memory.rows("Break-even")[3][:2] == ["plan", "Sheet1!B3:C6"]


def test_a_smaller_result_leaves_nothing_of_the_larger_one(memory):
    macros.run("grid", memory.book)
    sheet = memory.impl.sheets("Scenario grid")
    ((row, column),) = [place for place, cell in sheet.cells.items() if cell == "values1"]
    for further in range(column + 2, column + 10):
        sheet.cells.pop((row, further), None)
    macros.run("grid", memory.book)
    assert len(result_of(memory, "Scenario grid")) == 2
    assert len(memory.writes) == 2


def test_the_plan_of_a_template_is_taken_where_nothing_is_selected(memory):
    memory.put("A4", PLAN)
    memory.name("plan_block", "Sheet1", "A4:B7")
    memory.select("H9")
    macros.run("breakeven", memory.book)
    assert memory.rows("Break-even")[3][:2] == ["plan", "plan_block"]
    assert result_of(memory, "Break-even")[0][0] == breakeven(dict(PLAN), "utilization")


def test_without_a_plan_a_sentence_says_what_to_select():
    memory = Memory()
    memory.select("A1:B2")
    macros.run("grid", memory.book)
    ((title, text),) = memory.alerts
    assert title == "AccelXL: Scenario grid"
    assert text.startswith("no plan is selected; select a column of names of inputs")
    assert memory.writes == []


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        ("metric", "nvp", "'nvp' is not a metric|npv"),
        ("name1", "utilisation", "utilization"),
        (
            "plan",
            "Nowhere!A1:B2",
            "the plan is the text 'Nowhere!A1:B2'; a name of this book or an address such as Plan!A1:B9",
        ),
        ("plan", 5.0, "the plan is 5"),
    ],
)
def test_a_wrong_setting_gives_a_sentence_and_leaves_the_sheet(memory, cell, value, sentence):
    macros.run("grid", memory.book)
    sheet = memory.impl.sheets("Scenario grid")
    ((row, column),) = [place for place, found in sheet.cells.items() if found == cell]
    sheet.cells[row, column + 1] = value
    before = memory.cells("Scenario grid")
    macros.run("grid", memory.book)
    assert any(part in memory.alerts[-1][1] for part in sentence.split("|"))
    assert memory.cells("Scenario grid") == before


def test_a_setting_of_another_command_is_refused_by_name(memory):
    macros.run("grid", memory.book)
    sheet = memory.impl.sheets("Scenario grid")
    ((row, column),) = [place for place, found in sheet.cells.items() if found == "metric"]
    sheet.cells[row, column] = "metrics"
    before = memory.cells("Scenario grid")
    macros.run("grid", memory.book)
    assert memory.alerts[-1][1].startswith("'metrics' is not a setting of Scenario grid; allowed: name1")
    assert memory.cells("Scenario grid") == before


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("fan", "cluster", "tcp://127.0.0.1:8786"),
        ("fan", "out", "draws.csv"),
        ("fan", "checkpoint", "state"),
        ("fan", "sink", "frame"),
        ("fill", "recalculate", False),
    ],
)
def test_a_sheet_of_somebody_else_sets_nothing_but_what_the_command_shows(name, setting, value):
    with pytest.raises(WrongType, match=f"'{setting}' is not a setting of"):
        commands.answer(COMMANDS[name], PLAN, [[setting, value]])


@pytest.mark.parametrize(("name", "setting"), [("tornado", "share"), ("fan", "percentiles"), ("fill", "rows")])
def test_an_error_cell_in_a_setting_is_named_with_its_place(name, setting):
    with pytest.raises(WrongType, match=f"the setting {setting} of .* has #N/A; a value is needed"):
        commands.answer(COMMANDS[name], PLAN, [[setting, NA]])
    with pytest.raises(WrongType, match="has #N/A in row 2, column 3; a value is needed"):
        commands.answer(COMMANDS[name], PLAN, [[setting, "a", "b", "c"], [None, "a", "b", NA]])


def test_tornado_and_fan_are_the_engines_own_functions():
    assert commands.function(COMMANDS["tornado"]) is tornado
    assert commands.function(COMMANDS["fan"]) is montecarlo


@pytest.mark.parametrize("name", ["tornado", "fan"])
def test_an_error_cell_in_the_plan_of_the_engine_is_named_with_its_place(name):
    with pytest.raises(WrongType, match=r"plan of .* has #N/A in row 2, column 2; a value is needed"):
        commands.answer(COMMANDS[name], [["units", 64.0], ["unit_price_usd", NA]], [])


def test_an_error_cell_in_the_plan_is_named(memory):
    memory.put("C4", [[Error("#DIV/0!")]])
    macros.run("breakeven", memory.book)
    assert "#DIV/0!" in memory.alerts[-1][1]


def test_a_sheet_with_another_use_is_left_alone(memory):
    memory.impl.sheets.add(name="Break-even")
    memory.put("A1", [["mine"], [5.0]], "Break-even")
    macros.run("breakeven", memory.book)
    assert memory.rows("Break-even") == [["mine"], [5.0]]
    assert "has another use" in memory.alerts[-1][1]


def test_a_protected_sheet_gives_a_sentence_and_is_left_whole(memory):
    macros.run("breakeven", memory.book)
    memory.impl.sheets("Break-even").protected = True
    before = memory.cells("Break-even")
    macros.run("breakeven", memory.book)
    assert memory.cells("Break-even") == before
    assert memory.alerts[-1][1].startswith("the sheet Break-even cannot be written: it or the book is protected")


def test_why_says_the_sentence_behind_the_active_cell(memory):
    WHY.keep("[Book1]Sheet1!$E$5", "ACCEL_NPV: rate is blank")
    memory.select("E5")
    macros.run("why", memory.book)
    assert memory.alerts == [("AccelXL: Why error", "ACCEL_NPV: rate is blank")]
    memory.select("E6")
    macros.run("why", memory.book)
    assert "no ACCEL function" in memory.alerts[-1][1]
    WHY.clear()


def test_explain_says_what_the_function_of_the_active_cell_takes(memory):
    memory.put("E5", [["=1+ACCEL_COST_PER_MTOK(A1,ACCEL_SPEC(B1,C1))"]])
    memory.select("E5")
    macros.run("explain", memory.book)
    text = memory.alerts[-1][1]
    assert text.startswith("ACCEL_COST_PER_MTOK(cost_usd_per_hour, tokens_per_second, [utilization])")
    assert all(argument.help in text for argument in REGISTRY["ACCEL_COST_PER_MTOK"].arguments)
    memory.select("B3")
    macros.run("explain", memory.book)
    assert memory.alerts[-1][1] == "the active cell has no ACCEL function; select a cell that has one"


def test_tables_without_a_plan_are_written_in_one_array():
    memory = Memory()
    macros.run("setup", memory.book)
    macros.run("help", memory.book)
    assert memory.rows("Check set-up")[3] == ["AccelXL", __version__]
    rows = memory.rows("Functions")
    assert rows[3] == ["function", "category", "gives"]
    assert len(rows) == 4 + len(REGISTRY)
    assert len(memory.writes) == 2
    assert memory.alerts == []


def test_the_sample_is_selected_so_that_every_command_reads_it():
    memory = Memory()
    macros.run("sample", memory.book)
    assert memory.rows("Sample plan")[3][:2] == ["units", 64.0]
    assert len(memory.writes) == 1
    macros.run("breakeven", memory.book)
    assert memory.alerts == []
    assert memory.rows("Break-even")[3][:2] == ["plan", "Sample plan!A4:B13"]
    plan = {row[0]: row[1] for row in memory.rows("Sample plan")[3:]}
    assert result_of(memory, "Break-even")[0][0] == breakeven(plan, "utilization")


def test_a_tornado_of_the_selected_plan_is_written_in_one_array(memory):
    macros.run("tornado", memory.book)
    assert [name for name, _ in memory.writes] == ["Tornado"]
    head, *rows = result_of(memory, "Tornado")
    expected = tornado(dict(PLAN))
    assert head[:2] == ["input", "low"]
    assert [(row[0], row[5]) for row in rows] == [(bar.name, bar.swing) for bar in expected.bars]


def test_ranges_on_the_sheet_are_those_of_the_tornado(memory):
    macros.run("tornado", memory.book)
    sheet = memory.impl.sheets("Tornado")
    ((row, column),) = [place for place, cell in sheet.cells.items() if cell == "ranges"]
    for place, cells in enumerate([["units", 32.0, 128.0], ["pue", 1.1, 1.5]]):
        for further, cell in enumerate(cells, 1):
            sheet.cells[row + place, column + further] = cell
    sheet.cells.pop((row + 2, column), None)
    macros.run("tornado", memory.book)
    _, *rows = result_of(memory, "Tornado")
    expected = tornado(dict(PLAN), {"units": (32, 128), "pue": (1.1, 1.5)})
    assert [row[:3] for row in rows if row[0]] == [[bar.name, bar.low, bar.high] for bar in expected.bars]


def test_the_catalogue_is_written_with_its_day_and_over_an_older_one():
    memory = Memory()
    for _ in range(2):
        macros.run("catalogue", memory.book)
    rows = memory.rows("Catalogue")
    assert rows[3][:2] == ["catalogue of", catalogue.version()]
    found = [[cell.removeprefix("'") if isinstance(cell, str) else cell for cell in row] for row in rows[5:]]
    assert found == catalogue.as_rows()
    assert len(memory.writes) == 2


def test_checks_are_those_of_the_books_names():
    memory = Memory()
    memory.put("A1", [[0.0], [0.25], [Error("#DIV/0!")]])
    for number, name in enumerate(["chk_total", "chk_cash", "chk_ratio"], 1):
        memory.name(name, "Sheet1", f"A{number}")
    memory.name("chk_gone", "Sheet1", None)
    memory.name("chk_rows", "Sheet1", "A1:A3")
    memory.name("out_npv", "Sheet1", "A1")
    macros.run("checks", memory.book)
    assert memory.rows("Run checks")[4:] == [
        ["chk_total", 0.0, "holds"],
        ["chk_cash", 0.25, "FAILS"],
        ["chk_ratio", "#DIV/0!", "FAILS"],
        ["chk_gone", "#REF!", "FAILS"],
        ["all", 3.0, "3 of 4 fail"],
    ]


def test_a_book_without_checks_says_so():
    memory = Memory()
    macros.run("checks", memory.book)
    assert memory.alerts[-1][1].startswith("the book has no checks")


def test_the_board_is_printed_beside_the_book_and_the_sheets_stay_as_they_are(memory, tmp_path):
    memory.impl.fullname = str(tmp_path / "Bücher 1.xlsx")
    memory.impl.sheets.add(name="Board")
    memory.impl.sheets.add(name="Board 2")
    macros.run("pdf", memory.book)
    path = tmp_path / "Bücher 1 board.pdf"
    assert path.read_text() == "Board Board 2"
    assert memory.alerts == [("AccelXL: PDF board pack", f"{path} is written")]
    assert all(sheet.visible for sheet in memory.impl.sheets)


def test_a_pdf_that_cannot_be_written_and_a_book_without_a_board_give_a_sentence(memory, tmp_path):
    macros.run("pdf", memory.book)
    assert memory.alerts[-1][1] == "Book1 has no sheet whose name begins with Board; a template has one"
    memory.impl.sheets.add(name="Board")
    memory.impl.fullname = str(tmp_path / "a.xlsx")
    (tmp_path / "a board.pdf").mkdir()
    macros.run("pdf", memory.book)
    assert "cannot be written: it is open in another program" in memory.alerts[-1][1]
    assert all(sheet.visible for sheet in memory.impl.sheets)


def test_about_says_the_version():
    memory = Memory()
    macros.run("about", memory.book)
    assert memory.alerts == [("AccelXL: About", f"AccelXL {__version__}")]


def test_a_new_book_is_made_from_a_template_and_opened_and_none_is_overwritten(memory, monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(macros, "function", lambda _: lambda name: f"the book {name}".encode())
    for _ in range(2):
        macros.run("new:accelerator_budget", memory.book)
    day = dt.datetime.now().astimezone().strftime("%Y-%m-%d")
    names = [f"accelerator_budget {day}.xlsx", f"accelerator_budget {day} (1).xlsx"]
    assert memory.app_impl.opened == [str((tmp_path / name).resolve()) for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert (tmp_path / names[0]).read_bytes() == b"the book accelerator_budget"


def test_a_command_that_this_version_lacks_gives_a_sentence(memory):
    macros.run("later", memory.book)
    assert memory.alerts == [
        ("AccelXL", "later is not a command of this version of AccelXL; make the book's macros again")
    ]


def test_a_fault_of_ours_is_a_message_and_no_exception(memory, monkeypatch):
    def broken(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(macros, "compute", broken)
    macros.run("grid", memory.book)
    assert memory.alerts[-1][1] == "this did not work: RuntimeError: a fault"


def test_a_selection_of_a_whole_sheet_is_not_read(memory):
    memory.select("A1:XFD1048576")
    macros.run("grid", memory.book)
    assert memory.alerts[-1][1].startswith("no plan is selected")


def test_a_text_that_would_become_a_formula_is_written_as_text(memory):
    command = COMMANDS["setup"]
    sheets.write(memory.book, command, pages.page(command, [], [["=1+1", "-x", 5.0]]))
    assert memory.rows("Check set-up")[3] == ["'=1+1", "'-x", 5.0]


LINK = r"'C:\Users\ann\accelxl.xlam'!"


@pytest.fixture
def linked(memory):
    memory.put(
        "E1", [[f"={LINK}ACCEL_ROI(A1,B1)", 7.0, "=SUM(A1:A2)"], ["=1+accelxl.xlam!accel_roi(3,2)", None, "accel_roi("]]
    )
    memory.impl.sheets.add(name="My 'plan'")
    memory.put("B2", [[f"={LINK}ACCEL_SOON(1)+{LINK}ACCEL_ROI(3,2)"]], "My 'plan'")
    memory.name("gain", "Sheet1", None)
    memory.impl.names.formulas["gain"] = f"={LINK}ACCEL_ROI(3,2)"
    return memory


def test_formulas_that_name_the_place_of_the_add_in_call_it_by_plain_names_again(linked):
    before = linked.cells("Sheet1")
    macros.run("links", linked.book)
    assert linked.cells("Sheet1") == before | {(1, 5): "=ACCEL_ROI(A1,B1)", (2, 5): "=1+ACCEL_ROI(3,2)"}
    assert linked.cells("My 'plan'") == {(2, 2): f"={LINK}ACCEL_SOON(1)+ACCEL_ROI(3,2)"}
    assert linked.impl.names.formulas == {"gain": "=ACCEL_ROI(3,2)"}
    (told,) = linked.alerts
    assert told[0] == "AccelXL: Repair links"
    assert told[1].startswith(
        "4 formulas call AccelXL by plain names again; not a function of this version, and left: ACCEL_SOON"
    )


def test_a_book_whose_formulas_are_plain_is_left_and_that_is_said(memory):
    memory.put("E1", [["=ACCEL_ROI(A1,B1)", '="accelxl.xlam!ACCEL_ROI("']])
    before = memory.cells("Sheet1")
    macros.run("links", memory.book)
    assert memory.cells("Sheet1") == before
    assert memory.alerts == [
        ("AccelXL: Repair links", "no formula names the place of the add-in: there is nothing to repair")
    ]


def test_where_a_formula_cannot_be_written_none_is_changed(linked):
    linked.impl.sheets("My 'plan'").protected = True
    before = linked.cells("Sheet1"), linked.cells("My 'plan'"), dict(linked.impl.names.formulas)
    macros.run("links", linked.book)
    assert (linked.cells("Sheet1"), linked.cells("My 'plan'"), linked.impl.names.formulas) == before
    assert linked.alerts[0][1].startswith("My 'plan'!B2 cannot be written: the sheet is protected")


class Api:
    """What Excel says of a cell that belongs to an array or to a spill."""

    HasArray, HasSpill = False, False

    def __init__(self, **more):
        vars(self).update(more)


def area_of(row, column, rows=1, columns=1):
    count = type("Count", (), {})
    made = Api(Row=row, Column=column, Rows=count(), Columns=count())
    made.Rows.Count, made.Columns.Count = rows, columns
    return made


@pytest.mark.parametrize("kind", ["array", "spill"])
def test_an_array_or_a_spill_is_repaired_through_its_first_cell(memory, monkeypatch, kind):
    text = f"={LINK}ACCEL_ROI(A1:A2,2)"
    memory.put("E1", [[text], [text]])
    given = []
    range_class = type(memory.impl.sheets("Sheet1").range("A1"))
    said = (
        {"HasArray": True, "CurrentArray": area_of(1, 5, 2)}
        if kind == "array"
        else {"HasSpill": True, "SpillParent": area_of(1, 5)}
    )
    monkeypatch.setattr(range_class, "api", Api(**said))
    monkeypatch.setattr(
        range_class, "formula_array", property(lambda _: None, lambda self, new: given.append((self.address, new)))
    )
    monkeypatch.setattr(range_class, "_enter", lambda self, new: given.append((self.address, new)))
    macros.run("links", memory.book)
    assert given == [("$E$1:$E$2" if kind == "array" else "$E$1", "=ACCEL_ROI(A1:A2,2)")]
    assert memory.alerts[0][1].startswith("2 formulas")


@pytest.mark.parametrize("said", [{"HasFormula": False}, {"has_formula": type("Said", (), {"get": lambda _: False})()}])
def test_a_text_that_looks_like_a_formula_stays_a_text(memory, monkeypatch, said):
    text = f"={LINK}ACCEL_ROI(A1,B1)"
    memory.put("E1", [[text]])
    monkeypatch.setattr(type(memory.impl.sheets("Sheet1").range("A1")), "api", Api(**said))
    macros.run("links", memory.book)
    assert memory.cells("Sheet1")[1, 5] == text
    assert memory.alerts[0][1].endswith("there is nothing to repair")


def test_why_asks_for_the_first_cell_of_a_spill(memory, monkeypatch):
    WHY.keep("[Book1]Sheet1!$E$1", "ACCEL_NPV: rate is blank")
    memory.select("E2")
    spilled = Api(HasSpill=True, SpillParent=area_of(1, 5))
    monkeypatch.setattr(type(memory.impl.sheets("Sheet1").range("A1")), "api", spilled)
    macros.run("why", memory.book)
    assert memory.alerts == [("AccelXL: Why error", "ACCEL_NPV: rate is blank")]
    WHY.clear()


@pytest.mark.parametrize(
    "mine",
    [
        [[None, "mine"], [None, 5.0]],
        [["Tornado", None], ["input", "npv"], ["units", 5.0]],
        [["Tornado", None], [None, None], [None, None], ["my own row", 5.0]],
    ],
)
def test_a_sheet_of_somebody_else_with_a_blank_corner_or_the_same_title_is_left_alone(memory, mine):
    memory.impl.sheets.add(name="Tornado")
    memory.put("A1:B9", mine, "Tornado")
    before = memory.cells("Tornado")
    macros.run("tornado", memory.book)
    assert memory.cells("Tornado") == before
    assert memory.alerts[-1][1].startswith("the sheet Tornado has another use; give it another name")


def test_a_sheet_whose_help_is_of_another_version_is_still_the_commands_own(memory):
    macros.run("breakeven", memory.book)
    memory.put("A2", [["An older help."]], "Break-even")
    macros.run("breakeven", memory.book)
    assert len(memory.writes) == 2


@pytest.mark.parametrize("take", ["value", "row"])
def test_where_the_place_of_the_plan_is_taken_out_the_selection_is_read_and_the_other_settings_stay(memory, take):
    macros.run("breakeven", memory.book)
    sheet = memory.impl.sheets("Break-even")
    rows = [row for row in memory.rows("Break-even") if take == "value" or row[0] != "plan"]
    rows = [[name, {"plan": None, "metric": "irr"}.get(name, value)] for name, value in rows]
    sheet.cells.clear()
    memory.put("A1:B99", rows, "Break-even")
    memory.put("E1", PLAN)
    memory.select("E1:F4")
    macros.run("breakeven", memory.book)
    found = dict(map(tuple, memory.rows("Break-even")[3:7]))
    assert found == {"plan": "Sheet1!E1:F4", "name": "utilization", "metric": "irr", "target": 0.0}
    assert result_of(memory, "Break-even")[0][0] == breakeven(dict(PLAN), "utilization", metric="irr")


@pytest.mark.parametrize("more", [["metric", "irr"], [None, 128.0], ["a note", None]])
def test_settings_below_a_blank_row_are_not_lost_unsaid(memory, more):
    macros.run("breakeven", memory.book)
    rows = memory.rows("Break-even")
    memory.put("A1:B99", [*rows[:5], [None, None], more, *rows[7:]], "Break-even")
    for column in (1, 2):
        memory.impl.sheets("Break-even").cells.pop((6, column), None)
    before = memory.cells("Break-even")
    macros.run("breakeven", memory.book)
    assert memory.cells("Break-even") == before
    assert memory.alerts[-1][1].startswith(
        "row 6 of the sheet Break-even is blank, and settings go on in row 7; take the blank row out"
    )


def test_a_name_of_the_plan_whose_cells_are_gone_gives_a_sentence(memory):
    memory.name("plan_block", "Sheet1", None)
    memory.select("H9")
    macros.run("grid", memory.book)
    assert memory.writes == []
    assert memory.alerts[-1][1].startswith("the name plan_block stands for no cells of this book (#REF!")


def test_a_check_with_a_name_of_a_sheet_or_a_merged_cell_is_a_check(memory, monkeypatch):
    from tests.hosts.excel.memory_book import Range

    memory.put("A1", [[0.0, 5.0, 7.0]])
    memory.name("chk_total", "Sheet1", "A1")
    memory.name("sheet1!chk_copy", "Sheet1", "B1")
    memory.name("chk_merged", "Sheet1", "C1:D2")
    memory.name("chk_rows", "Sheet1", "A1:A3")
    merged = lambda self: Range(self.sheet, 1, 3, 2, 4) if (self.top, self.left) == (1, 3) else self  # noqa: E731
    monkeypatch.setattr(Range, "merge_area", property(merged))
    macros.run("checks", memory.book)
    assert [row[:3] for row in memory.rows("Run checks")[4:]] == [
        ["chk_total", 0.0, "holds"],
        ["sheet1!chk_copy", 5.0, "FAILS"],
        ["chk_merged", 7.0, "FAILS"],
        ["all", 2.0, "2 of 3 fail"],
    ]


def test_a_sheet_that_was_made_in_vain_is_taken_out_again(memory, monkeypatch):
    from tests.hosts.excel.memory_book import Sheet, Sheets

    def add(self, before=None, after=None, name=None):
        self.listed.append(Sheet(self.book, "Sheet2"))
        raise RuntimeError("(-2147352567, 'That name is already taken. Try a different one.')")

    monkeypatch.setattr(Sheets, "add", add)
    macros.run("breakeven", memory.book)
    assert [sheet.name for sheet in memory.impl.sheets] == ["Sheet1"]
    assert memory.alerts[-1][1].endswith("or a chart has that name")


@pytest.mark.parametrize(("hidden", "shown"), [(False, True), (0, True), (2, True), (-1, -1)])
def test_a_result_on_a_hidden_sheet_is_shown(memory, hidden, shown):
    macros.run("breakeven", memory.book)
    sheet = memory.impl.sheets("Break-even")
    sheet.visible = hidden
    macros.run("breakeven", memory.book)
    assert sheet.visible is shown


def test_a_catalogue_is_not_selected_as_a_plan(memory):
    macros.run("catalogue", memory.book)
    assert memory.app_impl.selection.get_address(False, False, False) == "B3:C6"


def test_a_sample_that_has_been_changed_is_not_written_over(memory):
    macros.run("sample", memory.book)
    macros.run("sample", memory.book)
    assert len(memory.writes) == 2
    memory.put("B4", [[128.0]], "Sample plan")
    before = memory.cells("Sample plan")
    macros.run("sample", memory.book)
    assert memory.cells("Sample plan") == before
    assert memory.alerts[-1][1].startswith(
        "the plan on the sheet Sample plan has been changed; give the sheet another name"
    )
