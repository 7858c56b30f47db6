"""What the add-in does when its back end fails: cells say #VALUE!, the sheet stays alive, the next recalculation is right."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from accelxl.functions import CellError
from accelxl.hosts.calc import install
from accelxl.hosts.calc.component import backend, settings, wire
from accelxl.hosts.calc.component.process import Process
from tests.calc.office import Crashed, Office

VALUE = CellError("#VALUE!")
NUM = "Sheet1!A1"
ROOT = str(Path(__file__).parents[3])
BARE = getattr(sys, "_base_executable", sys.executable)
"""The interpreter below the environment of the tests, which lacks the package that may be installed there."""


@pytest.fixture
def dispatcher(tmp_path, monkeypatch):
    """A dispatcher with settings of its own."""
    monkeypatch.setenv(settings.VARIABLE, str(tmp_path / "calc.json"))
    monkeypatch.setattr(backend, "REST", 0.3)
    made = backend.Dispatcher()
    yield made
    made.end()


def configure(**changes):
    """Write the settings, later than the last time."""
    path = settings.place()
    late = path.stat().st_mtime_ns + 10_000_000 if path.exists() else None
    path.write_text(settings.text_of(install.here()._replace(**{"backend": "worker", **changes})))
    if late:
        os.utime(path, ns=(late, late))


def cost(dispatcher):
    return dispatcher.call("ACCEL_COST_PER_MTOK", (3.6, 1000.0))


def hanging(tmp_path):
    """A package that starts and then answers no call."""
    folder = tmp_path / "hanging" / "accelxl" / "hosts" / "calc"
    folder.mkdir(parents=True)
    for one in (folder, folder.parent, folder.parent.parent):
        (one / "__init__.py").touch()
    (folder / "worker.py").write_text(
        "import sys, time\n"
        "def main():\n    import struct\n"
        "    path = __file__.encode()\n    body = b'd' + struct.pack('<d', PROTOCOL) + b's' + struct.pack('<I', len(path)) + path\n"
        "    sys.stdout.buffer.write(struct.pack('<I', len(body)) + body); sys.stdout.flush()\n    time.sleep(600)\n".replace(
            "PROTOCOL", f"{wire.PROTOCOL}.0"
        )
    )
    return str(tmp_path / "hanging")


def test_a_worker_that_was_killed_fails_its_call_and_the_next_call_starts_another(dispatcher):
    configure()
    assert cost(dispatcher) == (1.0, "")
    os.kill(dispatcher._backend._process._process.pid, signal.SIGKILL)
    value, why = cost(dispatcher)
    assert wire.name_of(value) == "#VALUE!"
    assert why.startswith("ACCEL_COST_PER_MTOK could not be computed: its Python process ended")
    assert cost(dispatcher) == (1.0, "")


def test_a_worker_that_hangs_is_ended_and_many_calls_do_not_wait_for_each(dispatcher, tmp_path, monkeypatch):
    monkeypatch.setattr(backend, "REST", 60.0)
    configure(package=hanging(tmp_path), seconds=1.0)
    start = time.monotonic()
    told = [cost(dispatcher) for _ in range(500)]
    assert time.monotonic() - start < 20
    assert {wire.name_of(value) for value, _ in told} == {"#VALUE!"}
    assert (
        told[-1][1]
        == "ACCEL_COST_PER_MTOK could not be computed: it took longer than the 1 s that the settings allow and was ended"
    )
    configure()
    assert cost(dispatcher) == (1.0, "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"python": "/no/such/python"}, "no such file"),
        ({"package": "/no/such/folder", "python": BARE}, "No module named 'accelxl'"),
        ({"seconds": 0}, "0 for seconds; a number from 0.05 to 86400 is allowed"),
        ({"backend": "both"}, "'both' for backend; allowed: auto, inside, worker"),
        ({"python": ""}, "'' for python; text is needed"),
        ({"backend": "inside", "version": "2.7"}, "only a worker can be used"),
    ],
)
def test_wrong_settings_are_told_and_right_ones_are_read_without_a_new_start(dispatcher, changes, words):
    configure(**changes)
    value, why = cost(dispatcher)
    assert wire.name_of(value) == "#VALUE!"
    assert words in why
    configure()
    assert cost(dispatcher) == (1.0, "")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exec yes", "it does not answer as our functions do"),
        ("printf '\\003\\000\\000\\000zzz'; sleep 600", "it does not answer as our functions do"),
        ("exit 3", "it ended with code 3"),
        ("sleep 600", "no answer within 1 s"),
    ],
)
def test_a_wrong_interpreter_is_told_and_ended(dispatcher, tmp_path, script, words):
    wrong = tmp_path / "no python"
    wrong.write_text(f"#!/bin/sh\n{script}\n")
    wrong.chmod(0o755)
    configure(python=str(wrong), seconds=1.0)
    value, why = cost(dispatcher)
    assert wire.name_of(value) == "#VALUE!"
    assert why == f"ACCEL_COST_PER_MTOK could not be computed: the functions do not start in {wrong}: {words}"
    assert not [pid for pid in children(os.getpid()) if b"no python" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    configure()
    assert cost(dispatcher) == (1.0, "")


def test_missing_and_damaged_settings_are_told(dispatcher):
    assert "is not there; run accelxl calc install" in cost(dispatcher)[1]
    settings.place().write_text("{")
    assert "cannot be read" in cost(dispatcher)[1]
    settings.place().write_text("[]")
    time.sleep(0.35)
    assert "holds no settings" in cost(dispatcher)[1]


def test_settings_with_a_byte_order_mark_are_read(dispatcher):
    configure()
    settings.place().write_bytes(b"\xef\xbb\xbf" + settings.place().read_bytes())
    assert cost(dispatcher) == (1.0, "")


def test_the_worker_ends_when_its_caller_ends_without_a_word():
    code = (
        f"import sys; sys.path.insert(0, {ROOT!r})\nfrom accelxl.hosts.calc.component.process import Process\n"
        f"p = Process({sys.executable!r}, {ROOT!r}, 60.0)\nprint(p._process.pid, flush=True)\nimport os; os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    worker = int(done.stdout)
    for _ in range(200):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.05)
    raise AssertionError("the worker lives on")


def test_code_beside_the_workbook_or_in_the_current_folder_is_not_run(tmp_path, monkeypatch):
    marks = tmp_path / "ran"
    for name in ("accelxl", "numpy", "json", "struct", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marks)!r}, 'a').write({name!r})\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = Process(sys.executable, ROOT, 60.0)
    assert process.ask("call", "ACCEL_COST_PER_MTOK", 3.6, 1000.0) == [1.0, ""]
    process.end()
    assert not marks.exists()


MALICE = ("accelxl", "numpy", "json", "accelxl_oxt", "functions", "sitecustomize", "usercustomize")


@pytest.mark.office("soffice", "uno")
def test_code_in_the_folder_of_the_workbook_is_not_run_in_calc(either, tmp_path):
    for folder in (either.folder, tmp_path):  # the office's current folder, and that of the book
        for name in MALICE:
            (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n")
    try:
        either.end()  # so that the office starts where the code lies
        with either.open() as book:
            book.put({NUM: "=ACCEL_COST_PER_MTOK(3.6;1000)"})
            book.save(tmp_path / "mine été.xlsx")
        with either.open(tmp_path / "mine été.xlsx", copied=False) as book:
            book.recalculate()
            assert book.get(NUM) == {NUM: 1.0}
    finally:
        for name in MALICE:
            (either.folder / f"{name}.py").unlink()
    assert not (tmp_path / "ran").exists()


@pytest.mark.office("soffice", "uno")
def test_a_range_of_whole_columns_and_ten_thousand_cells_are_answered(either):
    count = 10_000
    with either.open() as book:
        book.array(f"Sheet1!A1:A{count}", f"=ROW(A1:A{count})")
        book.array(f"Sheet1!B1:B{count}", f"=ACCEL_COST_PER_MTOK(3.6;A1:A{count})")
        book.put({"Sheet1!C1": "=ACCEL_COST_PER_MTOK(3.6;A:A)", "Sheet1!C2": "=ACCEL_WHY(C1)"})
        assert book.rows(f"Sheet1!B{count}:B{count}") == [[pytest.approx(1000 / count, rel=1e-12)]]
        shown = book.get("Sheet1!C1", "Sheet1!C2")
        assert shown["Sheet1!C1"] == 1000.0 or shown["Sheet1!C2"]
        book.fill(f"Sheet1!D1:D{count}", "=ACCEL_COST_PER_MTOK(3.6;A1)")
        book.recalculate()
        assert book.rows("Sheet1!D1:D3") == [[1000.0], [500.0], [pytest.approx(1000 / 3)]]
        assert book.rows(f"Sheet1!D{count}:D{count}") == [[pytest.approx(1000 / count)]]


@pytest.mark.office("soffice", "uno")
def test_two_offices_at_once_each_have_their_answers(calc):
    with Office(backend="worker") as second, calc.open() as one, second.open() as other:
        for book, cost in ((one, 3.6), (other, 7.2)):
            book.put({NUM: f"=ACCEL_COST_PER_MTOK({cost};1000)"})
        assert (one.get(NUM), other.get(NUM)) == ({NUM: 1.0}, {NUM: 2.0})


def children(pid):
    """Process ids below one."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(one) for one in found] + [inner for one in found for inner in children(one)]


def workers(office):
    """Process ids of the workers of an office."""
    return [
        pid
        for pid in children(office.process)
        if b"accelxl.hosts.calc.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@pytest.mark.office("soffice", "uno")
def test_the_sheet_lives_on_when_its_worker_is_killed_in_a_recalculation():
    with Office(backend="worker") as calc, calc.open() as book:
        book.put({f"Sheet1!A{row}": f"=ACCEL_COST_PER_MTOK(3.6;{row})" for row in range(1, 601)})
        book.put({"Sheet1!C1": '=COUNTIF(A1:A600;">0")'})
        book.recalculate()
        right = book.rows("Sheet1!A1:A600")
        assert book.get("Sheet1!C1") == {"Sheet1!C1": 600.0}
        (worker,) = workers(calc)
        threading.Timer(0.05, os.kill, (worker, signal.SIGKILL)).start()
        book.recalculate()
        shown = book.rows("Sheet1!A1:A600")
        lost = [row for row, cell in enumerate(shown) if cell == [VALUE]]
        assert 1 <= len(lost) <= 5
        assert [cell for row, cell in enumerate(shown) if row not in lost] == [
            cell for row, cell in enumerate(right) if row not in lost
        ]
        book.recalculate()
        assert book.rows("Sheet1!A1:A600") == right


@pytest.mark.office("soffice", "uno")
def test_the_sheet_lives_on_with_a_worker_that_hangs_a_missing_interpreter_and_wrong_settings(tmp_path):
    with Office(backend="worker") as calc, calc.open() as book:
        calc.configure(backend="worker", package=hanging(tmp_path), seconds=1.0)
        book.put(
            {f"Sheet1!A{row}": f"=ACCEL_COST_PER_MTOK(3.6;{row})" for row in range(1, 31)}
            | {"Sheet1!B1": "=ACCEL_WHY(A1)"}
        )
        cells = "Sheet1!A1:A30"
        for changes, words in (
            ({"package": str(tmp_path / "hanging"), "seconds": 1.0}, "longer than the 1 s"),
            ({"python": "/no/such/python"}, "no such file"),
            ({"backend": "both"}, "allowed: auto, inside, worker"),
        ):
            calc.configure(**{"backend": "worker", **changes})
            book.recalculate()
            assert book.rows(cells) == [[VALUE]] * 30
            assert words in book.get("Sheet1!B1")["Sheet1!B1"]
            book.put({"Sheet1!D1": "=1+1"})
            assert book.get("Sheet1!D1") == {"Sheet1!D1": 2.0}
        calc.configure(backend="worker")
        book.recalculate()
        assert book.rows(cells) == [[pytest.approx(1000 / row)] for row in range(1, 31)]


@pytest.mark.office("soffice", "uno")
def test_an_office_that_was_killed_is_told_and_the_next_book_opens_in_a_new_one():
    with Office(addin=False) as calc:
        with calc.open() as book:
            os.killpg(calc.process, signal.SIGKILL)
            with pytest.raises(Crashed):
                book.recalculate()
        with calc.open() as book:
            book.put({NUM: "=1+1"})
            assert book.get(NUM) == {NUM: 2.0}
        folder = calc.folder
    assert not folder.exists()
