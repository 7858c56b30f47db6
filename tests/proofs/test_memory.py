"""Every entry of the core under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind, by the same walk."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accelxl import _cpu
from tests.conftest import demand

ROOT = Path(__file__).parents[2]
FLAGS = "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
CHECKED = {"ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
FAULTS = """
#include <cstdlib>
extern "C" double late(int n) {
    volatile double* p = (double*)malloc(32); p[0] = 1; if (n) free((void*)p); double x = p[0]; if (!n) free((void*)p); return x;
}
extern "C" int overflow(int n) { volatile int x = 2147483647; return x + n; }
"""
CALL = "import ctypes, sys; getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])(int(sys.argv[3]))"
OURS = re.compile(r"\(in [^)]*accelxl/(?:_v\d/)?_core\.")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sanitizers are set up for Linux with gcc")


def lib(name):
    """Path of one of gcc's libraries, or None."""
    found = subprocess.run(
        ["g++", f"-print-file-name={name}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return found if "/" in found else None


@pytest.fixture(scope="module")
def watched():
    """Environment of a program whose extensions are built with the sanitizers."""
    demand("g++")
    if lib("libasan.so") is None:
        pytest.skip("gcc has no libasan here")
    return {**os.environ, **CHECKED, "LD_PRELOAD": f"{lib('libasan.so')} {lib('libstdc++.so.6')}"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory, watched):
    """The package with its base core built with the sanitizers, in a folder of its own."""
    folder = tmp_path_factory.mktemp("watched")
    built = shutil.ignore_patterns("*.so", "__pycache__", "_v3", "_v4", "*.cpp")
    for name in ("accelxl", "tests", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=built)
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    env = {**os.environ, "ACCELXL_LEVELS": "", "ACCELXL_CFLAGS": FLAGS}
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def walked(done):
    """Assert that a walk came to its end and called every entry."""
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.splitlines()[-1] == "left:"


def test_the_whole_core_has_no_bad_access_and_no_undefined_behaviour(copy, watched):
    env = {**watched, "PYTHONPATH": str(copy), "ACCELXL_CPU": "base"}
    walked(subprocess.run(
        [sys.executable, "-m", "tests.proofs.walk", "0.5"], cwd=copy, env=env, capture_output=True, text=True, check=False
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("function", "sentence"), [("late", "heap-use-after-free"), ("overflow", "signed integer overflow")]
)
def test_a_planted_fault_is_seen_by_the_sanitizers(tmp_path, watched, function, sentence):
    (tmp_path / "faults.cpp").write_text(FAULTS)
    command = ["g++", *FLAGS.split(), "-shared", "-fPIC", "faults.cpp", "-o", "faults.so"]
    subprocess.run(command, cwd=tmp_path, check=True, env=os.environ)
    for number, ends_well in ((0, True), (5, False)):
        done = subprocess.run(
            [sys.executable, "-c", CALL, "./faults.so", function, str(number)],
            cwd=tmp_path, env=watched, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode == 0) == ends_well
        assert (sentence in done.stderr) != ends_well


def complaints(text):
    """Return valgrind's errors with a frame in the core."""
    return [error for error in re.split(r"==\d+== \n", text) if OURS.search(error)]


def test_valgrind_has_no_complaint_about_the_core(tmp_path):
    demand("valgrind")
    log = tmp_path / "log"
    command = [
        "valgrind",
        "-q",
        "--num-callers=40",
        f"--log-file={log}",
        sys.executable,
        "-m",
        "tests.proofs.walk",
        "0.15",
    ]
    env = {
        **os.environ,
        "PYTHONMALLOC": "malloc",
        "ACCELXL_CPU": "v3" if "v3" in _cpu.builds() and widest() >= 3 else "base",
    }
    walked(subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False))
    assert complaints(log.read_text(errors="replace")) == []


def widest():
    import accelxl._core as core

    return core.cpu_level()


def test_a_complaint_about_the_core_is_told_from_one_about_others():
    ours = "==1== Invalid read\n==1==    at 0x1: f (in /x/accelxl/_v3/_core.cpython-311-x86_64-linux-gnu.so)\n"
    other = (
        "==1== Invalid read\n==1==    at 0x1: f (in /x/numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so)\n"
    )
    assert complaints(f"{ours}==1== \n{other}==1== \n") == [ours]
