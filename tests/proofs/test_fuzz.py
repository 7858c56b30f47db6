"""The fuzzer on each of its targets, for a bounded time, from the corpus that is kept and what it finds on the way."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 12

pytest.importorskip("atheris", reason="atheris has wheels for Linux alone")


@pytest.mark.parametrize("target", ["runner", "sheet", "package", "formula", "text"])
def test_nothing_but_answers_and_errors_of_ours_comes_out(tmp_path, target):
    command = [
        sys.executable, "-m", "tests.proofs.fuzz", target, f"-max_total_time={SECONDS}", f"-artifact_prefix={tmp_path}/", "-seed=1",
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ACCELXL_CPU": "base"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    runs = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    assert int(runs[1]) > 50
    # The corpus guides it: an empty one leaves a single input of no length behind.
    begun = re.search(r"INITED .* corp: (\d+)/", done.stderr)
    assert int(begun[1]) > 1


def test_a_planted_fault_is_found(tmp_path):
    (tmp_path / "planted.py").write_text(
        "import sys, atheris\n"
        "with atheris.instrument_imports():\n    import calendar\n"
        "@atheris.instrument_func\n"
        "def one(data):\n"
        "    if data[:2] == b'ab' and len(data) > 2 and data[2] == 99:\n        raise RuntimeError('planted')\n"
        "atheris.Setup([sys.argv[0], '-max_total_time=20', '-seed=1'], one)\natheris.Fuzz()\n"
    )
    done = subprocess.run(
        [sys.executable, "planted.py"], cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode != 0
    assert "planted" in done.stderr + done.stdout
