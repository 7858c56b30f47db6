"""xlwings as on Windows, once for all tests that call its UDF server."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from accelxl.hosts.excel import build, install
from tests.hosts.excel.pywin32_standins import windows
from tests.workbook.books import BOOKS


@pytest.fixture
def server():
    """xlwings' UDF server, on stand-ins for pywin32."""
    with windows() as modules:
        yield modules["xlwings.com_server"].XLPython()


@pytest.fixture
def windows_xlwings(server):
    """xlwings itself as on Windows."""
    import xlwings

    return xlwings


@pytest.fixture(autouse=True)
def _built_once(monkeypatch):
    """The add-in is built once for all installations; `test_build` builds it anew."""
    monkeypatch.setattr(install, "add_in", _add_in)


@pytest.fixture(scope="session")
def built_once():
    """Gives a template as it was built before; `tests.workbook.test_templates` holds that it is built so anew."""
    return lambda name: BOOKS[name].read_bytes()


@cache
def _add_in():
    return build.add_in()


ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def run_accelxl():
    """Runs a command of the package in a folder."""

    def run(words, folder):
        command = [sys.executable, "-m", "accelxl", *words]
        found = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=folder, env=found, capture_output=True, text=True, timeout=300, check=False)

    return run


@pytest.fixture(scope="session")
def by_command(run_accelxl, tmp_path_factory):
    """What the commands of the guide leave in a folder, and how they ended."""
    folder = tmp_path_factory.mktemp("guide")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "excel.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return SimpleNamespace(folder=folder, done=[run_accelxl(shlex.split(line)[1:], folder) for line in lines])
