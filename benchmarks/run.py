"""The benchmark: everything in one run, interleaved; writes docs/performance.md and its pictures. `python run.py bench`.

--only GROUP ...   some groups, printed and not written
--out FOLDER       where performance.md and pictures/ go (the default is docs)
--no-build         leave out the cost of bit-identity, for which the core is compiled once more
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks import cases, measure, plots, report
from benchmarks.measure import Timed

GROUPS = {
    "one": cases.one,
    "import": cases.imports,
    "features": cases.features,
    "reference": cases.reference,
    "full": cases.full,
    "irr": cases.irr,
    "written": cases.written,
    "summed": cases.summed,
    "drawn": cases.drawn,
}


def shown(name: str, timed: Timed) -> None:
    """Print what a group came to."""
    print(f"{name}:")
    for variant in timed.rounds:
        core = 1.0 / statistics.median(timed.busy[variant])
        print(f"  {variant:<32} {timed.rate(variant):>18,.0f} /s {core:>18,.0f} /s of a processor", flush=True)


def main() -> None:
    """Run the groups and write the page."""
    parser = argparse.ArgumentParser(description="benchmarks of AccelXL and its peers")
    parser.add_argument("--only", nargs="+", choices=[*GROUPS, "scaling", "bits"], default=[])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--from-json", type=Path, help="write the page from the figures of an earlier run")
    parser.add_argument("--rounds", type=int, default=measure.most_rounds, help="rounds that no group goes beyond")
    given = parser.parse_args()
    measure.most_rounds = given.rounds
    if given.from_json:
        figures = json.loads(given.from_json.read_text(encoding="utf-8"))
        write(given.out, {k: Timed(**v) for k, v in figures["timed"].items()}, figures["scaling"], figures["machine"])
        return
    began, timed, grown = time.perf_counter(), {}, {}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    for name, group in GROUPS.items():
        if not given.only or name in given.only:
            timed[name] = group()
            shown(name, timed[name])
    if not given.only or "scaling" in given.only:
        grown = cases.scaling()
        print("scaling:", json.dumps(grown, indent=1))
    if (not given.only and not given.no_build) or "bits" in given.only:
        with tempfile.TemporaryDirectory() as folder:
            path = cases.contracted(Path(folder))
            if path:
                timed["bits"] = cases.bits(path)
                shown("bits", timed["bits"])
    if not given.only:
        machine = report.machine(time.perf_counter() - began, load)
        kept = {"timed": {k: asdict(v) for k, v in timed.items()}, "scaling": grown, "machine": machine}
        (given.out / "performance.json").write_text(json.dumps(kept), encoding="utf-8")
        write(given.out, timed, grown, machine)


def write(folder: Path, timed: dict[str, Timed], grown: dict[str, list], machine: dict[str, str]) -> None:
    """Write the page and its pictures."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    plots.speed(timed, folder / "pictures" / "performance-speed.png")
    plots.growth(grown, folder / "pictures" / "performance-growth.png")
    (folder / "performance.md").write_text(report.page(timed, grown, machine), encoding="utf-8")
    print(f"written: {folder / 'performance.md'}")


if __name__ == "__main__":
    main()
