"""What every test run shares: other programs (found, skipped or demanded) and hypothesis's profiles.

ACCELXL_STRICT=1 (run.py test --strict) makes a missing program a failure instead of a skip.
HYPOTHESIS_PROFILE chooses "ci" (the same cases on every run; taken where CI is set) or "dev" (new cases on every run;
the first lines give their seed, and --hypothesis-seed=N brings them back).
"""

import os
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from accelxl import office

OFFICE = ("soffice", "uno", "poppler")


@cache
def program(name):
    """Path of a program, or None: soffice, uno (a Python with LibreOffice's bridge), poppler, any other by its name."""
    if name == "soffice":
        return office.program()
    if name == "uno":
        return next(filter(has_uno, bridge_pythons()), None)
    if name == "poppler":
        return shutil.which("pdftotext") and shutil.which("pdftoppm")
    return shutil.which(name)


def bridge_pythons():
    """Pythons that may have LibreOffice's bridge: the one named, its own, the system's."""
    soffice = program("soffice")
    own = [str(Path(soffice).resolve().parent / "python")] if soffice else []
    return [p for p in (os.environ.get("ACCELXL_OFFICE_PYTHON"), *own, "/usr/bin/python3") if p and Path(p).exists()]


def has_uno(python):
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "PYTHONPATH"}}
    return subprocess.run([python, "-c", "import uno"], env=env, capture_output=True, check=False).returncode == 0


def demand(*names):
    """Skip the running test when one of these programs is missing; fail it when the run is strict."""
    missing = [name for name in names if not program(name)]
    if missing:
        reason = f"missing on this machine: {', '.join(missing)}"
        if os.environ.get("ACCELXL_STRICT") == "1":
            pytest.fail(f"{reason} (ACCELXL_STRICT is 1)", pytrace=False)
        pytest.skip(reason)


def pytest_runtest_setup(item):
    for mark in item.iter_markers("office"):
        demand(*(mark.args or OFFICE))


@pytest.fixture(scope="session")
def find():
    """`find(name)` is the path of a program; without it the test is skipped, or fails when the run is strict."""

    def path(name):
        demand(name)
        return program(name)

    return path


settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    deadline=None,
    print_blob=True,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    settings.load_profile(PROFILE)
    if PROFILE == "dev" and config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(2**32))


def pytest_report_header(config):
    same = settings().derandomize
    cases = "the same cases on every run" if same else f"--hypothesis-seed={config.option.hypothesis_seed}"
    absent = [name for name in OFFICE if not program(name)]
    strict = "a failure" if os.environ.get("ACCELXL_STRICT") == "1" else "a skip"
    return [
        f"hypothesis: {settings.get_current_profile_name()}, {cases}",
        f"office programs: {' '.join(absent) + ' missing' if absent else 'all there'} (missing is {strict})",
    ]
