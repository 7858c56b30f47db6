"""`import accelxl` is light: what a sheet function does not need is not imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "scipy", "xlwings", "matplotlib", "pyarrow", "dask", "lxml", "xlsxwriter", "typer", "rich"}


def loaded(code):
    """Top-level modules in memory after some code in a new interpreter."""
    code = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    settings = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=settings)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "code",
    [
        "import accelxl",
        "import accelxl; accelxl.evaluate({'units': 8, 'unit_price_usd': 3e4, 'tokens_per_second': 2500, 'price_usd_per_mtok': 0.6})",
        "from accelxl.functions import REGISTRY; REGISTRY['ACCEL_ROI'](3e4, 8, 2500, 0.6)",
        "from accelxl.functions import REGISTRY; REGISTRY['ACCEL_IRR']([[-100.0, 60.0, 60.0]])",
    ],
)
def test_neither_the_package_nor_a_sheet_function_pulls_what_is_heavy(code):
    assert not loaded(code) & HEAVY


def test_the_check_sees_a_heavy_import():
    assert loaded("import accelxl, pandas") & HEAVY
