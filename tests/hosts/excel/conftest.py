"""xlwings as on Windows, once for all tests that call its UDF server."""

from functools import cache

import pytest

from accelxl.hosts.excel import build, install
from tests.hosts.excel.pywin32_standins import windows


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


@cache
def _add_in():
    return build.add_in()
