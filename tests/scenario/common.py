"""A plan, its distributions, and runs in another process under another build of the core."""

import json
import os
import subprocess
import sys
from pathlib import Path

from accelxl._cpu import builds
from accelxl.plan.model import Plan
from accelxl.scenario.drawn import distributions_of
from accelxl.scenario.draws import draws_of

ROOT = Path(__file__).parents[2]
PLAN = {"units": 64, "unit_price_usd": 34e3, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
BASE = Plan(**PLAN)
EVERY_KIND = {
    "price_usd_per_mtok": ("triangular", 0.3, 0.6, 1.2),
    "pue": ("uniform", 1.1, 1.5),
    "tokens_per_second": ("normal", 2500, 300),
    "unit_price_usd": ("lognormal", 34e3, 4e3),
    "utilization": ("pert", 0.3, 0.6, 0.9),
    "install_months": ("discrete", [0, 1, 2, 6], [1, 2, 3, 4]),
    "electricity_usd_per_kwh": ("empirical", [0.05, 0.08, 0.09, 0.2]),
    "tax_rate": ("normal", 0.1, 0.055),
    "economic_life_months": ("uniform", 36, 60),
}


def drawn(distributions, **options):
    """Draws of distributions of the plan."""
    return draws_of(distributions_of(BASE, distributions), **options)


def levels():
    """Every build of the core that this processor runs, by name."""
    import accelxl._core as core

    return ["base", *(name for name in builds() if int(name[1]) <= core.cpu_level())]


def elsewhere(code, **env):
    """What a script prints as JSON in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
