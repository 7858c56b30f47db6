"""The page docs/performance.md: what was measured, on what machine, and how the figures come about."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import accelxl
import accelxl._core as core
from accelxl import _cpu
from benchmarks.measure import Timed

DESIGN = Path(__file__).with_name("design.md")
PACKAGES = ("numpy", "numba", "jax", "pandas", "pyxirr", "numpy-financial")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of goals."""

    what: str
    measured: str
    goal: str
    met: bool | None
    core: str = ""
    """The ratio by processor time."""


def machine(seconds: float, load: float) -> dict[str, str]:
    """What the figures depend on; `load` is how many programs wanted a processor when the run began."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    instructions = {0: "scalar", 2: "SSE4.2", 3: "AVX2", 4: "AVX-512"}[core.cpu_level()]
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": f"{model}, {instructions}",
        "build": f"{_cpu.BUILD}, {core.pack_width()} scenarios a pack",
        "python": platform.python_version(),
        "accelxl": accelxl.__version__,
        "packages": ", ".join(f"{name} {number}" for name, number in found.items()),
        "minutes": f"{seconds / 60:.0f}",
        "load": f"{load:.1f} on {os.cpu_count()} processors",
    }


def times(timed: Timed, fast: str, slow: str) -> float:
    """Return the median ratio, NaN where a variant was not measured."""
    return timed.ratio(fast, slow) if {fast, slow} <= set(timed.rounds) else float("nan")


def _ratio(what: str, timed: Timed, fast: str, slow: str, goal: float) -> Row:
    found = times(timed, fast, slow)
    if found != found:
        return Row(what, "not measured", f"{goal:g}x", None)
    low, high = timed.spread(fast, slow)
    return Row(
        what,
        f"{found:.3g}x ({low:.3g} to {high:.3g})",
        f"{goal:g}x",
        found >= goal,
        f"{timed.core_ratio(fast, slow):.3g}x",
    )


def goals(timed: Mapping[str, Timed]) -> list[Row]:
    """Return the table of goals."""
    w1, full, irr = timed["reference"], timed["full"], timed["irr"]
    written, summed, one, start = timed["written"], timed["summed"], timed["one"], timed["import"]
    unused = times(timed["features"], "W1", "W1, twelve features at zero") - 1.0
    cube = summed.seconds("AccelXL, 2") * 40.0**6
    call, core_call = one.seconds("prepared, npv") * 1e6, statistics.median(one.busy["prepared, npv"]) * 1e6
    extra = statistics.median(a - n for a, n in zip(start.rounds["accelxl"], start.rounds["numpy"], strict=True)) * 1e3
    core_extra = statistics.median(a - n for a, n in zip(start.busy["accelxl"], start.busy["numpy"], strict=True)) * 1e3
    billion = {name: timed["drawn"].seconds(f"AccelXL{name}, 2") * 1e9 for name in ("", ", six outputs")}
    rows = [
        _ratio("W1, 2 threads, against NumPy on one", w1, "AccelXL, 2", "NumPy, 1", 100),
        _ratio("the same by `accelxl.scenarios`, every figure checked", w1, "AccelXL, checked, 2", "NumPy, 1", 100),
        _ratio("W1, 2 threads, against Numba prange on two", w1, "AccelXL, 2", "Numba, 2", 8),
        _ratio("W1, 2 threads, against JAX on two", w1, "AccelXL, 2", "JAX, 2", 22),
        _ratio("full plan, 2 threads, against NumPy doing the same on one", full, "AccelXL, 2", "NumPy, 1", 60),
        Row(
            "features that a batch does not use",
            f"{unused:+.1%}",
            "at most 5 %",
            unused <= 0.05,
            f"{timed['features'].core_ratio('W1', 'W1, twelve features at zero') - 1.0:+.1%}",
        ),
        _ratio("IRR of 100,000 series of 61, against pyxirr", irr, "AccelXL, 2", "pyxirr", 120),
        _ratio("Cartesian NPV, written, against NumPy separable", written, "AccelXL, 2", "NumPy, separable", 3),
        _ratio("Cartesian NPV, written, against np.fill", written, "AccelXL, 2", "np.fill", 1),
        Row(
            "Cartesian summary, nothing written",
            f"{summed.rate('AccelXL, 2') / 1e9:.3g} G cells/s",
            "20 G cells/s",
            summed.rate("AccelXL, 2") >= 20e9,
        ),
        Row("4.1e9 cells", f"{cube:.3g} s", "0.25 s", cube < 0.25),
        _ratio("Cartesian summary against NumPy separable", summed, "AccelXL, 2", "NumPy, separable", 40),
        Row("one plan from Python", f"{call:.2g} us", "5 us", call <= 5.0, f"{core_call:.2g} us"),
        Row(
            "`import accelxl` over `import numpy`", f"{extra:+.0f} ms", "+25 ms", extra <= 25.0, f"{core_extra:+.0f} ms"
        ),
        *(
            Row(
                f"1e9 W1 scenarios, drawn and evaluated (from 1.7e7){name or ', npv'}",
                f"{s:.0f} s",
                "120 s",
                s <= 120.0,
            )
            for name, s in billion.items()
        ),
    ]
    if "bits" in timed:
        cost = times(timed["bits"], "contracted", "same bits") - 1.0
        core_cost = timed["bits"].core_ratio("contracted", "same bits") - 1.0
        rows.append(
            Row("the same bits on every processor", f"{cost:+.1%}", "at most 10 %", cost <= 0.10, f"{core_cost:+.1%}")
        )
    return rows


def _rates(timed: Timed, unit: str, against: str) -> list[str]:
    base = against.rsplit(", ", 1)[0] if against[-1].isdigit() else against
    lines = [f"| variant | threads | {unit} a second | times {base} | by processor time |", "|---|---|---|---|---|"]
    return lines + [
        f"| {name.rsplit(', ', 1)[0] if name[-1].isdigit() else name} | {timed.threads[name]} | {_figure(timed.rate(name))} | "
        f"{times(timed, name, against):.3g} | {timed.core_ratio(name, against):.3g} |"
        for name in sorted(timed.rounds, key=timed.rate)
    ]


def _figure(value: float) -> str:
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _small(timed: Timed, scale: float, unit: str) -> list[str]:
    lines = [f"| call | {unit} | of a processor |", "|---|---|---|"]
    return lines + [
        f"| {name} | {timed.seconds(name) * scale:.3g} | {statistics.median(timed.busy[name]) * scale:.3g} |"
        for name in timed.rounds
    ]


def _growth(grown: Mapping[str, list]) -> list[str]:
    lines = [
        "| scenarios | months | processor seconds | ns a scenario and month | MB more than before |",
        "|---|---|---|---|---|",
    ]
    for n, seconds, held in grown.get("scenarios", []):
        lines.append(f"| {n:,} | 60 | {seconds:.3g} | {seconds / n / 60 * 1e9:.3g} | {held:.0f} |")
    for t, seconds, held in grown.get("months", []):
        lines.append(f"| {1 << 20:,} | {t} | {seconds:.3g} | {seconds / (1 << 20) / t * 1e9:.3g} | {held:.0f} |")
    return lines


def page(timed: Mapping[str, Timed], grown: Mapping[str, list], made: Mapping[str, str]) -> str:
    """Return the page as Markdown."""
    met = {True: "yes", False: "no", None: ""}
    lines = [
        "# Performance",
        "",
        (
            f"One run of `python3 run.py bench` on {made['date']}: {made['processor']}, build {made['build']}; Python {made['python']}, "
            f"{made['packages']}; {made['minutes']} minutes, load {made['load']} when it began. Variants take turns and ratios are "
            "medians over the rounds (lowest to highest in brackets), so that a busy machine slows both sides alike. What a second "
            "thread brings shows on a quiet machine only; the ratio by processor time is that of one busy processor with another. "
            "The goals were set for a "
            "processor with AVX-512, whose packs are twice as wide as those of AVX2."
        ),
        "",
        "| what | measured | by processor time | goal | met |",
        "|---|---|---|---|---|",
        *(f"| {row.what} | {row.measured} | {row.core} | {row.goal} | {met[row.met]} |" for row in goals(timed)),
        "",
        "![Speed by variant](pictures/performance-speed.png)",
        "",
        "![Time and memory as scenarios and months grow](pictures/performance-growth.png)",
        "",
        "## W1: one plan of 60 months, six outputs, a rate of return among them",
        "",
        *_rates(timed["reference"], "scenarios", "NumPy, 1"),
        "",
        "## The full plan: two tranches and every feature, 72 months, twelve outputs, two rates of return among them",
        "",
        *_rates(timed["full"], "scenarios", "NumPy, 1"),
        "",
        "W1 with its unused features given as zeros, and with one in use (the pruned copy of the months no longer serves):",
        "",
        *_rates(timed["features"], "scenarios", "W1"),
        "",
        "## Rates of return of series",
        "",
        *_rates(timed["irr"], "series", "pyxirr"),
        "",
        "## Cartesian grid over six axes: net present value",
        "",
        "Written to memory that exists, 20^6 cells:",
        "",
        *_rates(timed["written"], "cells", "np.fill"),
        "",
        "Summed up, 40^6 cells (NumPy: 16^6). AccelXL counts cells from sorted lists and visits none:",
        "",
        *_rates(timed["summed"], "cells", "NumPy, separable"),
        "",
        "## One plan, and starting",
        "",
        *_small(timed["one"], 1e6, "us a call"),
        "",
        *_small(timed["import"], 1e3, "ms for a new interpreter that imports"),
        "",
        "## Growth: Monte Carlo over the inputs of W1, draws and model in one kernel",
        "",
        *_growth(grown),
        "",
        DESIGN.read_text(encoding="utf-8").rstrip(),
        "",
    ]
    return "\n".join(lines)
