"""The menu and the toolbar: the rows of Excel's ribbon, read and written through Calc."""

import json
import time
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.workbook.defined_name import DefinedName

from accelxl.functions import REGISTRY, CellError
from accelxl.hosts.calc import commands, render
from accelxl.hosts.commands import COMMANDS, ROWS
from accelxl.hosts.excel import macros
from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.tables import sample
from tests.workbook.books import BUDGET
from tests.workbook.linked import linked

office = pytest.mark.office("soffice", "uno")
WORTH = 150 + 100 / 1.1
PLAN = [["units", 64.0], ["utilization", 0.6]]


def perform(tag, **book):
    return json.loads(commands.perform(tag, [json.dumps(book)]))


def until(look, seconds=90):
    """Wait for something that an office does beside us."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
    return found


def test_menu_and_toolbar_have_every_command_in_the_order_of_the_ribbon():
    tree = etree.fromstring(render.addons(ROWS).encode())
    groups = list(dict.fromkeys(row.group for row in ROWS))
    for bar in ("OfficeMenuBar", "OfficeToolBar"):
        urls = tree.xpath(f"//node[@*[local-name()='name']='{bar}']//prop[@*[local-name()='name']='URL']/value/text()")
        tags = [url.partition("?")[2].partition(":")[0] for url in urls if url.startswith("service:")]
        assert list(dict.fromkeys(tag for tag in tags if tag != "stop")) == [
            row.id for row in sorted(ROWS, key=lambda row: groups.index(row.group))
        ]
        assert tags.count("stop") == len({row.group for row in ROWS if row.long}) > 0


def test_every_command_has_its_function_in_excel_and_in_calc():
    kinds = {(row.reads, row.writes) for row in ROWS}
    assert kinds <= set(macros.HANDLERS)
    assert kinds <= set(commands.HANDLERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_command_without_an_open_book_asks_or_says_what_is_missing(row):
    told = perform(f"{row.id}:{TEMPLATES[0]}") if row.writes != "book" else {"do": "read"}
    assert told["do"] in {"read", "message", "sheet"}
    nothing = {"sheet": None, "plan": [], "names": [], "file": None, "copy": "/none/book.xlsx", "cell": None}
    if row.reads in {"plan", "file", "cell"} and row.writes != "file":
        told = perform(row.id, **nothing)
        assert told["do"] == "message"
        assert told["title"] == f"AccelXL: {row.label}"
        assert "select" in told["text"] or "save it" in told["text"]


def test_a_sheet_with_another_use_is_left():
    told = perform("tornado", sheet=[["my own", 1.0]], plan=[["Plan!A1:B2", PLAN]])
    assert told["text"] == "the sheet Tornado has another use; give it another name, and the command makes its own"
    told = perform("tornado", sheet=[["", 1.0]], plan=[["Plan!A1:B2", PLAN]])
    assert "another use" in told["text"]


def test_a_sample_that_has_been_changed_is_not_written_over():
    rows = perform("sample", sheet=None)["rows"]
    assert perform("sample", sheet=rows)["do"] == "sheet"
    rows[3][1] = 128.0
    assert perform("sample", sheet=rows)["text"].startswith("the plan on the sheet Sample plan has been changed")


def test_a_long_command_is_never_done_in_the_offices_own_thread():
    given = {"sheet": None, "plan": [["Plan!A1:B9", [list(row)[:2] for row in sample()]]]}
    assert perform("fan", **given) == {"do": "read", "what": {"beside": COMMANDS["fan"].label}}


def test_an_unknown_command_and_an_unknown_place_of_the_plan_are_told():
    assert perform("nonsense")["text"].startswith("nonsense is not a command of the installed package")
    page = [["Tornado", ""], ["", ""], ["", ""], ["plan", "Nowhere!A1:B2"], ["metric", "npv"], ["", ""]]
    assert perform("tornado", sheet=page) == {"do": "read", "what": {"area": "Nowhere!A1:B2"}}
    assert "a name of this book or an address" in perform("tornado", sheet=page, area=None)["text"]


@office
def test_the_commands_of_the_template_are_written_on_their_sheets_and_made_again(calc):
    with calc.open(BUDGET) as book:
        for name in ("grid", "tornado", "breakeven", "checks", "setup", "catalogue", "help"):
            title = COMMANDS[name].title
            book.run(name)
            assert title in book.sheets()
            page = book.rows(f"{title}!A1:A12")
            assert page[0] == [title]
            assert not [cell for row in page for cell in row if isinstance(cell, CellError)]
        assert book.rows("Tornado!A4:B4")[0] == ["plan", "plan_block"]
        checks = book.rows("Run checks!A4:C40")
        assert any("chk_total" in map(str, row) for row in checks)
        book.put({"Break-even!B7": 1000000.0})
        before = book.rows("Break-even!A1:B10")
        book.run("breakeven")
        after = book.rows("Break-even!A1:B10")
        assert before[:7] == after[:7]
        assert before[9] != after[9]
        rows = book.rows(f"{COMMANDS['help'].title}!A4:A{4 + len(REGISTRY)}")
        assert {row[0].partition("(")[0] for row in rows[1:]} == set(REGISTRY)


@office
def test_the_sample_is_selected_and_the_next_command_reads_it(calc):
    with calc.open() as book:
        book.run("sample")
        book.run("breakeven")
        assert book.rows("Break-even!A4:B4")[0][1].startswith("Sample plan!A4:B")
        assert not isinstance(book.rows("Break-even!A10:A10")[0][0], str)


@office
def test_a_users_sheet_of_the_same_name_keeps_its_cells(calc):
    with calc.open(BUDGET) as book:
        book.add_sheet("tornado")
        book.put({"tornado!A1": "my own", "tornado!B2": 7.0})
        book.run("tornado")
        assert book.rows("tornado!A1:B2") == [["my own", ""], ["", 7.0]]


def break_even(tmp_path, change):
    """A book with a plan, a sheet of the command, and what is special about it."""
    book = openpyxl.Workbook()
    plan, own = book.active, book.create_sheet("Break-even")
    plan.title = "O'Brien \u8ba1\u5212"
    for row in sample():
        plan.append(row[:2])
    where = [
        ["plan", f"O'Brien \u8ba1\u5212!A1:B{len(sample())}"],
        ["name", "utilization"],
        ["metric", "npv"],
        ["target", 0],
    ]
    for row in [["Break-even"], ["Help."], [], *where, [], ["result"], [5.0]]:
        own.append(row)
    change(plan, own)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@office
def test_a_protected_sheet_gives_a_sentence_and_is_left_whole(calc, tmp_path):
    def change(_, own):
        own.protection.sheet = True

    with calc.open(break_even(tmp_path, change)) as book:
        book.said()
        before = book.rows("Break-even!A1:B10")
        book.run("breakeven")
        assert book.rows("Break-even!A1:B10") == before
        ((title, text),) = book.said()
        assert title == "AccelXL"
        assert text == (
            "the command could not be done: the sheet Break-even is protected; "
            "take the protection off (menu Tools, Protect Sheet)"
        )


@office
def test_a_result_on_a_hidden_sheet_is_shown(calc, tmp_path):
    def change(_, own):
        own.sheet_state = "hidden"

    with calc.open(break_even(tmp_path, change)) as book:
        book.run("breakeven")
        assert 0 < book.rows("Break-even!A10:A10")[0][0] < 1
        saved = book.save(tmp_path / "saved.xlsx")
    assert openpyxl.load_workbook(saved)["Break-even"].sheet_state == "visible"


@office
def test_a_check_with_a_name_of_a_sheet_or_a_merged_cell_is_a_check(calc, tmp_path):
    def change(plan, own):
        plan["D1"], plan["D2"], plan["D3"] = 0, 3, 7
        plan.merge_cells("D3:E4")
        here = f"'{plan.title.replace(chr(39), chr(39) * 2)}'"
        for name, cells in [("chk_total", "$D$1"), ("chk_merged", "$D$3:$E$4"), ("chk_rows", "$D$1:$D$2")]:
            plan.parent.defined_names[name] = DefinedName(name, attr_text=f"{here}!{cells}")
        plan.defined_names["chk_own"] = DefinedName("chk_own", attr_text=f"{here}!$D$2")

    with calc.open(break_even(tmp_path, change)) as book:
        book.run("checks")
        assert book.rows("Run checks!A5:C8") == [
            ["chk_merged", 7.0, "FAILS"],
            ["chk_total", 0.0, "holds"],
            ["O'Brien \u8ba1\u5212!chk_own", 3.0, "FAILS"],
            ["all", 2.0, "2 of 3 fail"],
        ]


@office
def test_a_long_command_leaves_the_office_free_and_writes_its_sheet_at_the_end(calc):
    title = COMMANDS["fan"].title
    with calc.open(BUDGET) as book:
        began = time.monotonic()
        book.run("fan")
        assert book.get("chk_total") == {"chk_total": 0.0}
        until(lambda: title in book.sheets())
        assert time.monotonic() - began < 90
        assert "n" in [row[0] for row in book.rows(f"{title}!A1:A40")]


@office
def test_stop_ends_a_long_command_and_the_sheet_stays_as_it_was(calc):
    title = COMMANDS["fan"].title
    with calc.open(BUDGET) as book:
        book.run("fan")
        until(lambda: title in book.sheets())
        page = [row[0] for row in book.rows(f"{title}!A1:A40")]
        book.put({f"{title}!B{page.index('n') + 1}": 2e8})
        before = book.rows(f"{title}!A1:H60")
        book.run("fan")
        time.sleep(1)
        book.run("stop")
        time.sleep(2)
        assert book.rows(f"{title}!A1:H60") == before
        book.put({f"{title}!B{page.index('n') + 1}": 1000.0})
        book.run("fan")
        until(lambda: book.rows(f"{title}!A1:H60") != before)


@office
def test_new_makes_a_book_from_a_template_in_the_users_documents(calc):
    with calc.open() as book:
        book.run(f"new:{TEMPLATES[0]}")
        made = until(lambda: list(Path(calc.folder).glob(f"{TEMPLATES[0]} *.xlsx")))
        assert any(made[0].name in title for title in book.titles())


@office
def test_the_board_is_printed_beside_the_book(calc):
    with calc.open(BUDGET) as book:
        book.run("pdf")
        target = book.path.with_name(f"{book.path.stem} board.pdf")
        until(target.exists)
        assert target.read_bytes().startswith(b"%PDF")


@office
def test_fill_makes_its_table_first_and_then_the_books(calc):
    title = COMMANDS["fill"].title
    with calc.open(BUDGET) as book:
        book.run("fill")
        page = book.rows(f"{title}!A1:D12")
        assert [row[0] for row in page[3:6]] == ["out", "pattern", "rows"]
        book.run("fill")
        until(lambda: any(str(row[0]).startswith("result") for row in book.rows(f"{title}!A1:A20")))
        assert len(list(book.path.parent.rglob("*.xlsx"))) > 1


def test_repair_links_reads_the_formulas_and_orders_those_that_change():
    assert perform("links") == {"do": "read", "what": {"formulas": True}}
    given = [
        ["=[1]!ACCEL_ROI(A1;B1)", "Plan", 1, 0],
        ["=ACCEL_ROI(1;2)", "Plan", 1, 1],
        ["1!ACCEL_ROI(3;2)", None, "gain", None],
    ]
    told = perform("links", formulas=given)
    assert told["rows"] == [["=ACCEL_ROI(A1;B1)", "Plan", 1, 0], ["ACCEL_ROI(3;2)", None, "gain", None]]
    assert (told["do"], told["text"]) == ("formulas", "2 formulas call AccelXL by plain names again")
    told = perform("links", formulas=given[1:2])
    assert (told["do"], told["text"]) == (
        "message",
        "no formula names the place of the add-in: there is nothing to repair",
    )


@office
def test_formulas_behind_a_link_compute_again_and_the_saved_file_is_plain(calc, tmp_path):
    given = ["=[1]!ACCEL_NPV(0.1,A1:A2)", "=1+[1]!accel_npv(0.1,A1:A2)", "=SUM(A1:A2)"]
    with calc.open(
        linked(tmp_path / "book.xlsx", given, names=[("gain", "=[1]!ACCEL_NPV(0.1,Plan!$A$1:$A$2)")])
    ) as book:
        book.array("Plan!C1:C2", "=[1]!ACCEL_NPV({0|0.1};A1:A2)")
        broken = [row[0] for row in book.rows("Plan!B1:C2")]
        assert all(isinstance(cell, CellError) for cell in broken)
        book.run("links")
        computed = [cell for row in book.rows("Plan!B1:C2") for cell in row]
        assert computed == pytest.approx([WORTH, 250.0, 1 + WORTH, WORTH])
        assert not [text for text in book.formulas().values() if "!" in text or "[" in text]
        saved = book.save(tmp_path / "saved.xlsx")
        own = book.save(tmp_path / "saved.ods")
    formulas = [cell.value for (cell,) in openpyxl.load_workbook(saved).worksheets[0]["B1:B3"]]
    assert formulas == ["=ACCEL_NPV(0.1,A1:A2)", "=1+ACCEL_NPV(0.1,A1:A2)", "=SUM(A1:A2)"]
    with calc.open(own) as book:
        assert [row[0] for row in book.rows("Plan!B1:B2")] == pytest.approx([WORTH, 1 + WORTH])


@office
def test_what_calc_itself_has_made_of_a_link_is_repaired(calc, tmp_path):
    with calc.open(linked(tmp_path / "book.xlsx", ["=[1]!ACCEL_NPV(0.1,A1:A2)"])) as book:
        again = [book.save(tmp_path / f"again.{kind}") for kind in ("ods", "xlsx")]
    for path in again:
        with calc.open(path) as book:
            assert isinstance(book.rows("Plan!B1:B1")[0][0], CellError)
            book.run("links")
            assert book.rows("Plan!B1:B1")[0] == pytest.approx([WORTH])
