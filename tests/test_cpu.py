"""The choice of the core: the widest build that runs, the one that is asked for, or a sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import accelxl._core as core
from accelxl import _cpu

PACKAGE = Path(_cpu.__file__).parent
WIDTH = {"base": {1, 2}, "v3": {4}, "v4": {8}}


CODE = "import accelxl, accelxl._cpu, accelxl._core as c; print(accelxl._cpu.BUILD, c.pack_width(), accelxl._core is c)"


def start(package, build, *options):
    """Import the package in a fresh interpreter, with this build asked for."""
    return subprocess.run(
        [sys.executable, *options, "-c", CODE],
        cwd=package.parent,
        env={**os.environ, "ACCELXL_CPU": build},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("build", ["base", *_cpu.builds()])
def test_the_build_that_is_asked_for_is_taken_where_the_processor_runs_it(build):
    done = start(PACKAGE, build)
    if build != "base" and int(build[1]) > core.cpu_level():
        assert f"ACCELXL_CPU is '{build}'; this processor runs up to v{core.cpu_level()}" in done.stderr
    else:
        name, width, same = done.stdout.split()
        assert (name, same) == (build, "True")
        assert int(width) in WIDTH[build]


def test_without_a_wish_the_widest_build_that_runs_is_taken():
    widest = next((name for name in _cpu.builds() if int(name[1]) <= core.cpu_level()), "base")
    assert start(PACKAGE, "").stdout.split()[0] == widest


def test_a_build_that_is_not_known_is_refused_with_those_that_are():
    done = start(PACKAGE, "avx512")
    assert done.returncode
    assert "ACCELXL_CPU is 'avx512'; this installation has base" in done.stderr
    assert all(name in done.stderr for name in _cpu.builds())


@pytest.fixture
def narrow(tmp_path):
    """A copy of the package's ground floor with the base build alone."""
    package = tmp_path / "accelxl"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for path in (PACKAGE / "_cpu.py", *PACKAGE.glob("_core.*.so"), *PACKAGE.glob("_core.*.pyd")):
        shutil.copy(path, package)
    return package


def test_an_installation_with_the_base_build_alone_works(narrow):
    done = start(narrow, "")
    assert done.stdout.split()[0] == "base", done.stderr
    assert "this installation has base\n" in start(narrow, "v3").stderr


def test_a_core_that_was_not_built_is_named_in_the_error(narrow):
    next(narrow.glob("_core.*")).unlink()
    assert "No module named 'accelxl._core'" in start(narrow, "", "-S").stderr  # -S: no other installation in sight


def test_the_core_is_one_module_under_one_name():
    assert sys.modules["accelxl._core"] is core
    assert core.pack_width() in WIDTH[_cpu.BUILD]
