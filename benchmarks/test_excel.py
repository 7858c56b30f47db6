"""Excel: a cell's way through xlwings' UDF server into our dispatcher, against xlwings' own dispatch of a function that does nothing.

The stand-ins for pywin32 are those of the tests: what is measured is the Python side. `test_what_our_dispatcher_adds` times both in one
interleaved run and holds the difference of the shortest below the budget.
"""

import time

import pytest

from accelxl.functions import REGISTRY, Function
from accelxl.functions.cells import Outcome
from tests.hosts.excel.pywin32_standins import windows

MODULE = "accelxl.hosts.excel.runtime"
BUDGET_US = 60.0
CELLS = (34000.0, 64.0, 2500.0, 0.6, 0.6, 1.73, 0.083, 5.0, 0.0, 0.1)
"""Ten scalars."""
NOTHING = """
import xlwings

@xlwings.func
@xlwings.arg("name", convert="raw")
@xlwings.arg("where", convert="raw")
@xlwings.arg("cells", convert="raw")
@xlwings.ret(convert="raw")
def call(name, where, cells):
    return [[1.0]]
"""


@pytest.fixture
def server(tmp_path, monkeypatch):
    """xlwings' UDF server, beside ours a module whose function does nothing."""
    (tmp_path / "nothing_at_all.py").write_text(NOTHING)
    monkeypatch.syspath_prepend(str(tmp_path))
    with windows() as modules:
        made = modules["xlwings.com_server"].XLPython()
        assert made.CallUDF(MODULE, "call", ("ACCEL_ROI", "A1", CELLS)) == REGISTRY["ACCEL_ROI"](*CELLS)
        made.CallUDF("nothing_at_all", "call", ("ACCEL_ROI", "A1", CELLS))
        yield made


def through(server, module, name="ACCEL_ROI", cells=CELLS):
    return server.CallUDF(module, "call", (name, "[Book1]Sheet1!$A$1", cells))


def test_ten_scalars_through_xlwings_alone(benchmark, server):
    benchmark(through, server, "nothing_at_all")


def test_ten_scalars_through_our_dispatcher(benchmark, server):
    """With the function itself, which takes its own time (see test_functions.py)."""
    benchmark(through, server, MODULE)


def test_ten_thousand_cells_through_our_dispatcher(benchmark, server):
    prices = tuple((20_000.0 + 3.0 * k,) for k in range(10_000))
    benchmark(through, server, MODULE, cells=(prices, *CELLS[1:]))


def test_what_our_dispatcher_adds(benchmark, server):
    """Our side of a call, the function itself taken away, over xlwings' own."""
    found = Outcome(1.0)

    def added():
        times = {"ours": [], "theirs": []}
        for _ in range(200):
            for key, module in (("theirs", "nothing_at_all"), ("ours", MODULE)):
                start = time.perf_counter()
                for _ in range(10):
                    through(server, module)
                times[key].append((time.perf_counter() - start) / 10)
        return 1e6 * (min(times["ours"]) - min(times["theirs"]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Function, "call", lambda *_: found)
        bare = benchmark.pedantic(added, rounds=1)
    whole = added()
    benchmark.extra_info.update(dispatcher_us=round(bare, 2), with_the_function_us=round(whole, 2))
    print(f"the dispatcher adds {bare:.1f} us, with ACCEL_ROI itself {whole:.1f} us; {BUDGET_US:g} us are allowed")
    assert whole <= BUDGET_US
