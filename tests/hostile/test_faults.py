"""Programs that are killed, folders that cannot be written: nothing is half-written, and the next run goes through."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import os
import random
import re
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from accelxl.files import clear_leftovers, write_atomically
from accelxl.hosts.excel import ribbon
from accelxl.hosts.excel.check import faults
from accelxl.hosts.excel.install import install, uninstall
from accelxl.workbook.book import load
from tests.hosts.excel.machines import tree, windows
from tests.workbook.books import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kill -9 and limits of Linux")

GRID = """
import sys, numpy as np
from accelxl.scenario.grids import grid
from tests.scenario.common import PLAN
grid(PLAN, {"utilization": np.linspace(0, 1, 300), "pue": np.linspace(1, 2, 100), "discount_rate": np.linspace(0, .3, 60)}, "npv", sink="summary", out=sys.argv[1])
"""
SMALL = GRID.replace("300", "3").replace("100", "2").replace("60", "2")


def started(code, *args):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ends_well(process):
    """What a program that ends without an error says."""
    _, said = process.communicate()
    assert process.returncode == 0, said
    return said


def wait_until(there, process):
    """Wait until something is there that a program makes."""
    until = time.monotonic() + 120
    while not there():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.002)


def killed_at_first_bytes(process, folder):
    """Kill a program as soon as it has written something into a folder."""
    wait_until(
        lambda: (
            any(p.stat().st_size > 0 for p in folder.glob(".*/*"))
            or any(p.is_file() and p.stat().st_size > 0 for p in folder.glob(".*"))
        ),
        process,
    )
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("there", [False, True])
def test_a_killed_grid_leaves_the_file_of_the_last_run_or_none(tmp_path, there):
    out = tmp_path / "x.parquet"
    if there:
        ends_well(started(SMALL, out))
    before = out.read_bytes() if there else None
    killed_at_first_bytes(started(GRID, out), tmp_path)
    assert (out.read_bytes() if out.exists() else None) == before
    assert [path.name for path in tmp_path.glob(".*")] == [".x.parquet.accelxl0.part"]
    assert ends_well(started(SMALL, out)) == f"{out}: what a run that was killed had left unfinished was removed\n"
    assert pq.read_table(out).num_rows == 12
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_a_killed_grid_into_a_sheet_leaves_nothing_after_the_next_run(tmp_path):
    out = tmp_path / "x.xlsx"
    killed_at_first_bytes(started(GRID.replace("60", "20"), out), tmp_path)
    assert list(tmp_path.glob(".*"))
    assert "had left unfinished was removed" in ends_well(started(SMALL, out))
    assert [path.name for path in tmp_path.iterdir()] == ["x.xlsx"]


def test_two_grids_into_one_file_do_not_mix_and_neither_takes_the_other_for_killed(tmp_path):
    out = tmp_path / "x.parquet"
    long = started(GRID, out)
    part = tmp_path / ".x.parquet.accelxl0.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 0, long)
    os.kill(long.pid, signal.SIGSTOP)
    try:
        assert ends_well(started(SMALL, out)) == ""
        assert pq.read_table(out).num_rows == 12
        assert part.exists()
        assert clear_leftovers(tmp_path) == 0
    finally:
        os.kill(long.pid, signal.SIGCONT)
    ends_well(long)
    assert pq.read_table(out).num_rows == 300 * 100 * 60
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


BUILD = """
import sys
from accelxl.workbook.build import build
build(["accelerator_budget", "device_mix"], sys.argv[1])
"""
FILL = """
import sys
import accelxl
from tests.workbook.books import BUDGET
accelxl.fill(BUDGET, [{"book": f"b{n}", "units_1": 1 + n} for n in range(int(sys.argv[2]))], sys.argv[1], failing=True)
"""
HALTED = """
import os, signal
from accelxl import files
moved = files.Path.replace
def halt(beside, path):
    if str(path).endswith(sys.argv[-1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return moved(beside, path)
files.Path.replace = halt
"""


@pytest.mark.parametrize(
    ("code", "words", "at", "count"), [(BUILD, [], "device_mix.xlsx", 2), (FILL, ["6"], "b3.xlsx", 6)]
)
def test_books_that_were_killed_at_their_last_step_are_made_by_the_next_run_which_says_what_it_removed(
    tmp_path, code, words, at, count
):
    process = started(code.replace("import sys", f"import sys{HALTED}", 1), tmp_path, *words, at)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    half = tmp_path / f".{at}.accelxl0.part"
    assert half.stat().st_size > 0
    assert not (tmp_path / at).exists()
    assert re.search(
        r"killed (run )?had left (unfinished )?was removed\n\Z", ends_well(started(code, tmp_path, *words))
    )
    assert len(list(tmp_path.glob("*.xlsx"))) == count
    assert not list(tmp_path.glob(".*"))
    for path in tmp_path.glob("*.xlsx"):
        assert load(path).titles


def test_two_fills_into_one_folder_do_not_mix(tmp_path):
    first = started(FILL, tmp_path, 400)
    wait_until(lambda: any(tmp_path.glob("*.xlsx")), first)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        second = started(FILL, tmp_path, 3)
        _, said = second.communicate()
        assert second.returncode == 1
        assert f"is being filled by another run (process {first.pid}); wait for its end" in said
    finally:
        os.kill(first.pid, signal.SIGCONT)
    ends_well(first)
    assert len(list(tmp_path.glob("*.xlsx"))) == 400
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("name", [".notes.part", ".x.accelxl.part", ".x.accelxl0.part.txt", "x.accelxl0.part"])
def test_files_of_others_are_not_taken_for_leftovers(tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    assert clear_leftovers(tmp_path) == 0
    assert (tmp_path / name).read_bytes() == b"mine"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_stands_in_the_place_of_a_part_is_not_followed_and_not_written(tmp_path, kind):
    target, part = tmp_path / "target", tmp_path / ".x.txt.accelxl0.part"
    target.write_bytes(b"kept")
    {"link": lambda: part.symlink_to(target), "folder": part.mkdir, "pipe": lambda: os.mkfifo(part)}[kind]()
    write_atomically(tmp_path / "x.txt", b"new")
    assert (tmp_path / "x.txt").read_bytes() == b"new"
    assert target.read_bytes() == b"kept"
    assert clear_leftovers(tmp_path) == 0


INSTALL = """
import sys, pathlib
from accelxl.hosts.excel.install import install
from tests.hosts.excel.machines import windows
sys.stdin.readline()
install(windows(pathlib.Path(sys.argv[1])), lambda text: None)
"""


def test_an_install_that_was_killed_is_whole_or_not_there_and_the_next_one_goes_through(tmp_path):
    machine = windows(tmp_path)
    empty = tree(machine.home)
    draw = random.Random(3)
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", INSTALL, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(0.6)
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(draw.uniform(0.0, 0.6))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        book = machine.start_folder() / ribbon.ADD_IN
        if book.exists():
            assert faults(book.read_bytes(), book.name) == []
    install(machine, lambda _text: None)
    assert faults((machine.start_folder() / ribbon.ADD_IN).read_bytes(), ribbon.ADD_IN) == []
    uninstall(machine, lambda _text: None)
    left = {path for path in tree(machine.home) if path not in empty}
    assert not any(str(path).endswith((".xlam", ".conf")) for path in left)


def test_a_folder_that_may_not_be_written_gets_a_sentence(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    code = f"""
import accelxl, os, sys
import numpy as np
from accelxl.scenario.grids import grid
from tests.scenario.common import PLAN
import pyarrow.parquet
from accelxl.errors import BadFile
os.setuid(65534) if os.getuid() == 0 else None
try:
    grid(PLAN, {{"pue": [1.1, 1.2], "utilization": [0.1, 0.2]}}, "npv", sink="summary", out={str(folder / "x.parquet")!r})
except BadFile as error:
    print(error)
"""
    for parent in [folder, *folder.parents][:4]:
        if parent != folder and parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout
    assert "is needed" in done.stdout or "cannot be" in done.stdout
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_gets_a_sentence_and_keeps_the_last_file(tmp_path):
    out = tmp_path / "x.parquet"
    ends_well(started(SMALL, out))
    before = out.read_bytes()
    code = "import signal, resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
    done = subprocess.run(
        [sys.executable, "-c", code + GRID, str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "BadFile" in done.stderr
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]
