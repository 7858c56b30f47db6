"""xlwings as on Windows, once for all tests that call its UDF server."""

import pytest

from tests.hosts.excel.pywin32_standins import windows

_kept = {}


@pytest.fixture
def server():
    """xlwings' UDF server, on stand-ins for pywin32."""
    with windows(_kept) as modules:
        _kept.update(modules)
        yield modules["xlwings.com_server"].XLPython()


@pytest.fixture
def windows_xlwings(server):
    """xlwings itself as on Windows."""
    import xlwings

    return xlwings
