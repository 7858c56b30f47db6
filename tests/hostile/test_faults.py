"""Programs that are killed, folders that cannot be written: nothing is half-written, and the next run goes through."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import os
import random
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from accelxl.hosts.excel import ribbon
from accelxl.hosts.excel.check import faults
from accelxl.hosts.excel.install import install, uninstall
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
    _, said = process.communicate()
    assert process.returncode == 0, said


def killed_at_first_bytes(process, folder):
    """Kill a program as soon as it has written something into a folder."""
    until = time.monotonic() + 120
    while not any(p.name.startswith(".") and p.stat().st_size > 0 for p in folder.iterdir()):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.002)
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
    ends_well(started(SMALL, out))
    assert pq.read_table(out).num_rows == 12


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
