"""Long commands: started beside Excel, told of in the status bar, stopped, and their sheet left whole."""

import dataclasses
import shutil
import subprocess
import sys
import time

import pytest

from accelxl.errors import BadFile, OutOfRange
from accelxl.functions import CellError
from accelxl.hosts import commands
from accelxl.hosts.commands import COMMANDS
from accelxl.hosts.excel import jobs, macros, ribbon, worker
from accelxl.scenario.montecarlo import montecarlo
from accelxl.workbook.reading import read
from accelxl.workbook.tables import batch
from tests.hosts.excel.memory_book import Memory

PLAN = [["units", 64.0], ["unit_price_usd", 34000.0], ["tokens_per_second", 2500.0], ["price_usd_per_mtok", 0.6]]


@pytest.fixture
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = Memory()
    made.put("A1", PLAN)
    made.select("A1:B4")
    return made


@pytest.fixture
def started(monkeypatch):
    """What would have been started."""
    found = []
    monkeypatch.setattr(subprocess, "Popen", lambda arguments, **rest: found.append((arguments, rest)))
    return found


@pytest.fixture
def long(monkeypatch):
    """The break-even as a long command whose function says how far it is."""
    steps = []

    def work(plan, *, name="", metric="", target=0.0, progress=None):
        for step in range(5):
            progress(step, 5)
            steps.append(step)
            if step in work.hooks:
                work.hooks[step]()
        return [[float(len(plan))]]

    work.hooks, work.steps = {}, steps
    command = dataclasses.replace(COMMANDS["breakeven"], long=True)
    monkeypatch.setitem(COMMANDS, "breakeven", command)
    monkeypatch.setattr(commands, "function", lambda row: work if row.id == "breakeven" else None)
    monkeypatch.setattr(jobs, "SAY", 0.0)
    return work


def do(memory):
    """Press the button and let the worker do what was started, in this process."""
    macros.run("breakeven", memory.book)
    worker.main(jobs.folder_of(memory.book), lambda _: memory.book)


def test_a_long_command_is_done_by_a_process_of_its_own(memory, started, long):
    macros.run("breakeven", memory.book)
    ((arguments, rest),) = started
    assert arguments == [sys.executable, "-P", "-m", "accelxl.hosts.excel.worker", str(jobs.folder_of(memory.book))]
    assert rest["start_new_session"]
    assert memory.writes == []
    assert memory.bars == ["Break-even: starting"]


def test_its_progress_is_in_the_status_bar_and_its_result_is_written_in_one_array(memory, started, long):
    do(memory)
    shares = [text for text in memory.bars if text]
    assert shares[:3] == ["Break-even: starting", "Break-even: 0 %", shares[2]]
    assert [text.split(": ")[1].split(" %")[0] for text in shares[1:]] == ["0", "20", "40", "60", "80"]
    assert shares[2].endswith(" s left")
    assert memory.bars[-1] is False
    assert len(memory.writes) == 1
    assert memory.rows("Break-even")[-1][0] == 4.0
    assert not jobs.folder_of(memory.book).exists()


def test_stop_ends_it_and_the_sheet_is_as_it_was(memory, started, long):
    do(memory)
    before = memory.cells("Break-even")
    long.steps.clear()
    long.hooks[2] = lambda: macros.run(ribbon.STOP, memory.book)
    do(memory)
    assert long.steps == [0, 1, 2]
    assert memory.cells("Break-even") == before
    assert memory.alerts[-1] == ("AccelXL: Break-even", "stopped; the sheet is as it was")
    assert memory.bars[-1] is False


def test_stop_after_the_last_step_still_leaves_the_sheet(memory, started, long):
    long.hooks[4] = lambda: macros.run(ribbon.STOP, memory.book)
    do(memory)
    assert memory.writes == []


def test_a_failure_gives_a_sentence_and_the_sheet_is_as_it_was(memory, started, long):
    def fail():
        raise OutOfRange("units is -1; a number of at least 0 is allowed")

    long.hooks[1] = fail
    do(memory)
    assert memory.writes == []
    assert memory.alerts == [("AccelXL: Break-even", "units is -1; a number of at least 0 is allowed")]
    assert memory.bars[-1] is False


def test_a_second_one_waits_for_the_first(memory, started, long):
    macros.run("breakeven", memory.book)
    macros.run("breakeven", memory.book)
    assert len(started) == 1
    assert memory.alerts[-1][1] == "Break-even is still under way for this book; wait for it, or press Stop first"


def test_one_that_died_does_not_block_the_next(memory, started, long, monkeypatch):
    macros.run("breakeven", memory.book)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + jobs.DEAD + 1)
    macros.run("breakeven", memory.book)
    assert len(started) == 2


def test_a_fan_is_the_monte_carlo_run_of_the_plan_and_tells_how_far_it_is(memory, started):
    macros.run("fan", memory.book)
    worker.main(jobs.folder_of(memory.book), lambda _: memory.book)
    assert memory.alerts == []
    assert memory.bars[1] == "Monte Carlo fan: 0 %" or memory.bars[1].endswith(" left")
    rows = memory.rows("Monte Carlo fan")
    drawn = {
        name: ("pert", low, mode, high)
        for name, low, mode, high in (
            ("utilization", 0.48, 0.6, 0.72),
            ("price_usd_per_mtok", 0.48, 0.6, 0.72),
            ("unit_price_usd", 27200.0, 34000.0, 40800.0),
        )
    }
    found = montecarlo(dict(PLAN), drawn, ["npv", "irr", "payback_months"], percentiles=(5, 50))
    npv = {row[0]: row[1] for row in rows}
    assert npv["percentile 5"] == found["npv"].percentiles[5]
    assert npv["percentile 50"] == found["npv"].percentiles[50]
    assert npv["share below the level"] == found["npv"].share_below
    assert len(memory.writes) == 1


def test_a_fan_that_is_stopped_leaves_its_sheet(memory, started):
    macros.run("fan", memory.book)
    macros.run(ribbon.STOP, memory.book)
    worker.main(jobs.folder_of(memory.book), lambda _: memory.book)
    assert memory.writes == []
    assert memory.alerts == [("AccelXL: Monte Carlo fan", "stopped; the sheet is as it was")]


@pytest.fixture
def template(memory, tmp_path, built_once):
    """The book as it lies on the disk, in a folder with a space and a letter of another alphabet."""
    folder = tmp_path / "budgets of Zoë"
    folder.mkdir()
    path = folder / "my budget.xlsx"
    path.write_bytes(built_once("accelerator_budget"))
    memory.impl.fullname = str(path)
    return path


def press(memory, name="fill"):
    macros.run(name, memory.book)
    if jobs.folder_of(memory.book).exists():
        worker.main(jobs.folder_of(memory.book), lambda _: memory.book)


def cell_right_of(memory, text, label="Fill batch"):
    sheet = memory.impl.sheets(label)
    ((row, column),) = [place for place, cell in sheet.cells.items() if cell == text]
    return sheet.cells, row, column + 1


def test_a_batch_is_asked_for_and_filled_beside_excel(memory, started, template):
    press(memory)
    assert started == []
    rows = memory.rows("Fill batch")
    assert rows[5][:2] == ["rows", "book"]
    assert len(rows) == 7
    assert memory.alerts.pop() == ("AccelXL: Fill batch", "fill in the table on the sheet and press the button again")
    cells, row, column = cell_right_of(memory, "rows")
    for place, line in enumerate([["book", "units_1", "delay_months_1"], ["small", 128.0, 0.0], ["late", 64.0, 6.0]]):
        for further in range(4):
            cells.pop((row + place, column + further), None)
        for further, cell in enumerate(line):
            cells[row + place, column + further] = cell
    before = template.read_bytes()
    press(memory)
    assert memory.alerts == []
    assert template.read_bytes() == before
    assert sorted(path.name for path in template.parent.iterdir()) == [
        "late.xlsx",
        "manifest.csv",
        "manifest.json",
        "my budget.xlsx",
        "small.xlsx",
    ]
    rows = memory.rows("Fill batch")
    head = next(place for place, line in enumerate(rows) if line[0] == "book")
    figures = read(template.parent / "late.xlsx").figures
    assert rows[head + 2][0] == str(template.parent / "late.xlsx")
    assert rows[head + 2][rows[head].index("out_npv_usd")] == figures["out_npv_usd"]
    assert any("Fill batch: 50 %" in str(text) for text in memory.bars)
    ((place, _),) = [where for where, cell in cells.items() if cell == "result"]
    cells[place - 1, column] = "third"
    press(memory)
    assert "insert rows above the row that begins with 'result'" in memory.alerts[-1][1]


def test_a_wrong_batch_gives_a_sentence_and_no_book(memory, started, template):
    press(memory)
    before = memory.cells("Fill batch")
    cells, row, column = cell_right_of(memory, "rows")
    cells[row, column + 1] = "untis_1"
    press(memory)
    assert "untis_1" in memory.alerts[-1][1]
    assert [path.name for path in template.parent.iterdir()] == [template.name]
    assert set(memory.cells("Fill batch").items()) - set(before.items()) == {((row, column + 1), "untis_1")}


@pytest.mark.parametrize("out", ["..", "../elsewhere", "/elsewhere", "books/../../elsewhere"])
def test_the_sheet_of_a_book_cannot_send_its_copies_out_of_its_folder(out, tmp_path, built_once):
    book = tmp_path / "budgets" / "my budget.xlsx"
    book.parent.mkdir()
    book.write_bytes(built_once("accelerator_budget"))
    with pytest.raises(BadFile, match=r"a folder below that of the book, .*, is allowed"):
        batch(str(book), [["book"], ["small"]], out)
    assert [path.name for path in tmp_path.iterdir()] == ["budgets"]
    assert batch(str(book), [["book"], ["small"]], "books")[2][0] == str(book.parent / "books" / "small.xlsx")


def test_a_book_without_a_file_cannot_be_a_template(memory, started):
    press(memory)
    assert memory.alerts[-1][1] == "Book1 has no file on this machine; save it in a folder of this machine first"


def test_stop_without_one_says_so(memory):
    macros.run(ribbon.STOP, memory.book)
    assert memory.alerts == [("AccelXL", "nothing is under way for this book")]


def test_the_ribbon_has_a_stop_button_where_a_command_is_long():
    rows = [dataclasses.replace(row, long=row.id == "grid") for row in commands.ROWS]
    assert f'tag="{ribbon.STOP}"' in ribbon.part(rows, "xlam")
    assert any(row.long for row in commands.ROWS) == (f'tag="{ribbon.STOP}"' in ribbon.part(commands.ROWS, "xlam"))


def test_a_job_shows_signs_of_life_while_its_work_says_nothing(memory, monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    alive = tmp_path / jobs.ALIVE
    with jobs.Watch(tmp_path, "Work", print):
        limit = time.monotonic() + 10
        while not alive.exists() and time.monotonic() < limit:
            time.sleep(0.01)
    assert jobs.running(tmp_path)


def test_a_request_comes_back_as_it_was():
    request = jobs.Request(
        "grid", [["units", 64.0, None], ["note", "a", True], ["x", CellError("#N/A"), "#N/A"]], [["a", 1]], "Böok1", 7
    )
    found = jobs.unpacked(jobs.packed(request))
    assert found == request
    assert type(found.given[2][1]) is CellError
    assert type(found.given[2][2]) is str


def test_the_status_bar_changes_at_most_twice_a_second(tmp_path):
    said, now = [], [0.0]
    watch = jobs.Watch(tmp_path, "Work", said.append, lambda: now[0])
    for step in range(1000):
        now[0] = step / 100
        watch(step, 1000)
    assert len(said) == 20


def test_a_real_worker_that_finds_no_excel_does_not_block_the_next(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / jobs.REQUEST).write_text(jobs.packed(jobs.Request("breakeven", PLAN, [], "Book1", 7)))
    done = subprocess.run(
        [sys.executable, "-m", jobs.WORKER, str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "xlwings" in done.stderr
    assert not folder.exists()


def test_a_run_that_was_taken_for_dead_neither_writes_nor_ends_the_next(memory, started, long):
    """As after a machine has slept: the first run wakes when the second is under way."""

    def overtaken():
        shutil.rmtree(jobs.folder_of(memory.book))  # what `start` does with the folder of a dead run
        macros.run("breakeven", memory.book)

    long.hooks[2] = overtaken
    do(memory)
    folder = jobs.folder_of(memory.book)
    assert len(started) == 2
    assert memory.writes == []
    assert memory.alerts == [("AccelXL: Break-even", "stopped; the sheet is as it was")]
    assert jobs.running(folder)
    assert memory.bars[-1] == "Break-even: starting"
    long.hooks.clear()
    worker.main(folder, lambda _: memory.book)
    assert len(memory.writes) == 1
    assert not folder.exists()


@pytest.mark.parametrize("there", ["a file", "no right"])
def test_a_folder_for_jobs_that_cannot_be_written_gives_a_sentence(memory, started, long, monkeypatch, there):
    folder = jobs.folder_of(memory.book)
    if there == "a file":
        folder.parent.write_text("in the way")
    else:
        monkeypatch.setattr(type(folder), "mkdir", refused)
    macros.run("breakeven", memory.book)
    assert started == []
    assert memory.alerts[-1][1].startswith(f"{folder} could not be written: ")
    assert memory.alerts[-1][1].endswith("a place with room that may be written is needed")
    assert memory.bars == []


def refused(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_a_process_that_does_not_start_gives_a_sentence_and_does_not_block_the_next(memory, long, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", refused)
    macros.run("breakeven", memory.book)
    assert memory.alerts[-1][1].startswith(
        f"Break-even needs a process of its own, and {sys.executable} does not start"
    )
    assert memory.bars == []
    assert not jobs.running(jobs.folder_of(memory.book))


def test_stop_clears_what_a_killed_process_has_left_in_the_status_bar(memory, started, long, monkeypatch):
    macros.run("breakeven", memory.book)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + jobs.DEAD + 1)
    macros.run(ribbon.STOP, memory.book)
    assert memory.alerts[-1][1] == "nothing is under way for this book"
    assert memory.bars[-1] is False
    assert not jobs.folder_of(memory.book).exists()


def test_a_book_that_was_closed_meanwhile_leaves_no_folder_behind(memory, started, long, monkeypatch):
    macros.run("breakeven", memory.book)
    monkeypatch.setattr(type(memory.app_impl), "status_bar", property(None, refused))
    monkeypatch.setattr(type(memory.app_impl), "alert", refused)
    worker.main(jobs.folder_of(memory.book), lambda _: memory.book)
    assert long.steps == [0, 1, 2, 3, 4]
    assert not jobs.folder_of(memory.book).exists()


@pytest.mark.parametrize("text", ["", "{", '{"command": "nonsense"}', "[]"])
def test_a_damaged_request_does_not_block_the_next(memory, started, long, text):
    macros.run("breakeven", memory.book)
    folder = jobs.folder_of(memory.book)
    (folder / jobs.REQUEST).write_text(text)
    with pytest.raises((ValueError, TypeError, KeyError)):
        worker.main(folder, lambda _: memory.book)
    assert not folder.exists()
    assert memory.writes == []
