"""LibreOffice's own financial functions over random arguments: one sheet of formulas, calculated once without a window.

`python -m tests.proofs.native [number] [--seed N]` prints, for each function, how many calls were compared with LibreOffice, pyxirr and
numpy-financial, and every kind of disagreement.
"""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

from __future__ import annotations

import argparse
import csv
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelxl.domain import depreciation as dep
from accelxl.domain import finance as fin

Args = list[Any]
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
    '<office:body><office:spreadsheet><table:table table:name="calls">{}</table:table></office:spreadsheet></office:body></office:document>'
)


def money(rng: random.Random) -> float:
    return round(rng.choice([1, 10, 1e3, 1e6]) * rng.uniform(-10, 10), 2)


def positive(rng: random.Random) -> float:
    return round(rng.choice([10, 1e3, 1e6]) * rng.uniform(0.01, 10), 2)


def rate(rng: random.Random) -> float:
    return rng.choice([round(rng.uniform(-0.5, 0.6), 4), round(rng.uniform(0, 0.02), 6), 0.0, 0.1])


def above(rng: random.Random) -> float:
    return round(rng.choice([rng.uniform(0.0005, 0.02), rng.uniform(0.01, 0.9)]), 6)


def flows(rng: random.Random) -> list[float]:
    ordinary = [-positive(rng), *(positive(rng) for _ in range(rng.randrange(1, 12)))]
    return ordinary if rng.random() < 0.6 else [money(rng) for _ in range(rng.randrange(2, 12))]


def level(rng: random.Random, *rest: Callable[[random.Random], Any]) -> Args:
    return [rate(rng), rng.randrange(1, 120), *(one(rng) for one in rest), rng.randrange(2)]


def dated(rng: random.Random) -> tuple[list[float], list[int]]:
    values = flows(rng)
    day = rng.randrange(36526, 46000)
    return values, [day, *sorted(day + rng.randrange(1, 4000) for _ in values[1:])]


def within(rng: random.Random, kind: str) -> Args:
    count = rng.randrange(2, 120)
    first = rng.randrange(1, count + 1)
    if kind == "per":
        return [rate(rng), first, count, money(rng), money(rng), rng.randrange(2)]
    return [above(rng), count, positive(rng), first, rng.randrange(first, count + 1), rng.randrange(2)]


def asset(rng: random.Random) -> tuple[float, float, int]:
    cost = positive(rng)
    return cost, round(cost * rng.choice([0, 0.1, rng.uniform(0, 0.9)]), 2), rng.randrange(1, 40)


def declining(rng: random.Random) -> Args:
    cost, salvage, life = asset(rng)
    return [cost, salvage, life, rng.randrange(1, life + 1), rng.choice([2, 1.5, 1, 3])]


def between(rng: random.Random) -> Args:
    cost, salvage, life = asset(rng)
    start = rng.randrange(0, life)
    return [cost, salvage, life, start, rng.randrange(start, life + 1), rng.choice([2, 1.5, 3]), rng.randrange(2)]


def fixed(rng: random.Random) -> Args:
    cost, salvage, life = asset(rng)
    month = rng.randrange(1, 13)
    return [cost, max(salvage, 0.01), life, rng.randrange(1, life + 1), month]


def straight(rng: random.Random) -> Args:
    return list(asset(rng))


def years(rng: random.Random) -> Args:
    cost, salvage, life = asset(rng)
    return [cost, salvage, life, rng.randrange(1, life + 1)]


@dataclass(frozen=True, slots=True)
class Case:
    """A function: how its arguments are drawn, ours, and how LibreOffice's call is written with them."""

    draw: Callable[[random.Random], Args]
    ours: Callable[..., Any]


CASES: dict[str, Case] = {
    "PMT": Case(lambda r: level(r, money, money), fin.pmt),
    "FV": Case(lambda r: level(r, money, money), fin.fv),
    "PV": Case(lambda r: level(r, money, money), fin.pv),
    "IPMT": Case(lambda r: within(r, "per"), fin.ipmt),
    "PPMT": Case(lambda r: within(r, "per"), fin.ppmt),
    "NPER": Case(lambda r: [rate(r), money(r), money(r), money(r), r.randrange(2)], fin.nper),
    "RATE": Case(lambda r: [r.randrange(1, 120), money(r), money(r), money(r), r.randrange(2)], fin.rate),
    "CUMIPMT": Case(lambda r: within(r, "cumulative"), fin.cumipmt),
    "CUMPRINC": Case(lambda r: within(r, "cumulative"), fin.cumprinc),
    "EFFECT": Case(lambda r: [above(r), r.randrange(1, 366)], fin.effect),
    "NOMINAL": Case(lambda r: [above(r), r.randrange(1, 366)], fin.nominal),
    "RRI": Case(lambda r: [r.randrange(1, 60), positive(r), positive(r)], fin.rri),
    "PDURATION": Case(lambda r: [above(r), positive(r), positive(r)], fin.pduration),
    "FVSCHEDULE": Case(lambda r: [money(r), [rate(r) for _ in range(r.randrange(1, 12))]], fin.fvschedule),
    "NPV": Case(lambda r: [rate(r), flows(r)], lambda rate, values: fin.npv(rate, values, 1)),
    "IRR": Case(lambda r: [flows(r)], fin.irr),
    "MIRR": Case(lambda r: [flows(r), above(r), above(r)], fin.mirr),
    "XNPV": Case(lambda r: [above(r), *dated(r)], fin.xnpv),
    "XIRR": Case(lambda r: [*dated(r)], fin.xirr),
    "SLN": Case(straight, dep.sln),
    "SYD": Case(years, dep.syd),
    "DB": Case(fixed, dep.db),
    "DDB": Case(declining, dep.ddb),
    "VDB": Case(between, dep.vdb),
}


def drawn(number: int, seed: int) -> list[tuple[str, Args]]:
    """Calls of every function."""
    rng = random.Random(seed)
    return [(name, case.draw(rng)) for name, case in CASES.items() for _ in range(number)]


def office(calls: list[tuple[str, Args]], folder: Path, soffice: str) -> list[float]:
    """What LibreOffice gives for each call; NaN for an error."""
    book = folder / "calls.fods"
    rows = []
    for row, (name, args) in enumerate(calls):
        column, words, values = 1, [], []
        for arg in args:
            cells = arg if isinstance(arg, list) else [arg]
            values += cells
            first, last = place(row, column), place(row, column + len(cells) - 1)
            words.append(f"[.{first}:.{last}]" if isinstance(arg, list) else f"[.{first}]")
            column += len(cells)
        numbers = "".join(f'<table:table-cell office:value-type="float" office:value="{value!r}"/>' for value in values)
        rows.append(
            f'<table:table-row><table:table-cell table:formula="of:=TEXT({name}({";".join(words)});&quot;0.0000000000000000E+000&quot;)"/>{numbers}</table:table-row>'
        )
    book.write_text(SHEET.format("".join(rows)), encoding="utf-8")
    command = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
               "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1", "--outdir", str(folder), str(book)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    [written] = folder.glob("calls*.csv")
    with written.open(newline="", encoding="utf-8") as file:
        return [figure(row[0]) for row in csv.reader(file)]


def place(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def figure(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan  # Err:502, #NUM! and the like


def near(a: float, b: float, scale: float = 0.0, tolerance: float = 1e-9) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b), scale)


def is_root(name: str, args: Args, found: float) -> bool:
    """Whether a rate makes the worth of its flows nothing."""
    if not found > -1:
        return False
    if name == "RATE":
        nper, pmt, pv, fv, type = args
        timed = [(pv, 0.0), *((pmt, t + 1 - type) for t in range(nper)), (fv, nper)]
    elif name == "IRR":
        timed = [(value, t) for t, value in enumerate(args[0])]
    else:
        timed = [(value, (day - args[1][0]) / 365) for value, day in zip(*args, strict=True)]
    growth = math.log1p(found)
    highest = max(-time * growth for _, time in timed)
    parts = [value * math.exp(-time * growth - highest) for value, time in timed]
    return abs(math.fsum(parts)) <= 1e-7 * math.fsum(map(abs, parts))


def verdict(name: str, args: Args, ours: float, theirs: float) -> str:
    """Agreement, or the kind of disagreement."""
    if math.isnan(ours) and math.isnan(theirs):
        return "both without a value"
    if name in {"IRR", "XIRR", "RATE"}:
        mine, other = is_root(name, args, ours), is_root(name, args, theirs)
        if not math.isnan(ours) and not mine:
            return "ours is no root"
        if math.isnan(theirs):
            return "a root where the other gives an error"
        if math.isnan(ours):
            return "the other gives a root and we none" if other else "the other gives a figure that is no root"
        if near(ours, theirs, 1.0, 1e-7):
            return "agrees"
        return "another root" if other else "the other gives a figure that is no root"
    if math.isnan(ours):
        return "no value where the other gives one"
    if math.isnan(theirs):
        return "a value where the other gives an error"
    scale = max((abs(x) for arg in args for x in (arg if isinstance(arg, list) else [arg])), default=0.0)
    money_like = name not in {"RRI", "EFFECT", "NOMINAL", "PDURATION", "MIRR"}
    return "agrees" if near(ours, theirs, scale if money_like else 1.0) else "another figure"


def others(name: str, args: Args) -> dict[str, float]:
    """What pyxirr and numpy-financial give, where they have the function."""
    import datetime as dt

    import numpy_financial as npf
    import pyxirr

    found: dict[str, Callable[[], Any]] = {}
    if name in {"PMT", "FV", "PV", "NPER"}:
        given = args[:-1]
        found["pyxirr"] = lambda: getattr(pyxirr, name.lower())(*given, pmt_at_beginning=bool(args[-1]))
        found["numpy-financial"] = lambda: getattr(npf, name.lower())(*given, when=args[-1])
    elif name in {"IPMT", "PPMT"}:
        found["pyxirr"] = lambda: getattr(pyxirr, name.lower())(*args[:-1], pmt_at_beginning=bool(args[-1]))
        found["numpy-financial"] = lambda: getattr(npf, name.lower())(*args[:-1], when=args[-1])
    elif name == "RATE":
        found["pyxirr"] = lambda: pyxirr.rate(*args[:-1], pmt_at_beginning=bool(args[-1]))
    elif name in {"CUMIPMT", "CUMPRINC"}:
        found["pyxirr"] = lambda: getattr(pyxirr, name.lower())(*args[:-1], pmt_at_beginning=bool(args[-1]))
    elif name == "NPV":
        found["pyxirr"] = lambda: pyxirr.npv(args[0], args[1], start_from_zero=False)
        found["numpy-financial"] = lambda: npf.npv(args[0], [0.0, *args[1]])
    elif name == "IRR":
        found["pyxirr"], found["numpy-financial"] = (lambda: pyxirr.irr(args[0])), (lambda: npf.irr(args[0]))
    elif name == "MIRR":
        found["pyxirr"], found["numpy-financial"] = (lambda: pyxirr.mirr(*args)), (lambda: npf.mirr(*args))
    elif name in {"XNPV", "XIRR"}:
        days = [dt.date(1899, 12, 30) + dt.timedelta(days=day) for day in args[-1]]
        if name == "XNPV":
            found["pyxirr"] = lambda: pyxirr.xnpv(args[0], days, args[1])
        else:
            found["pyxirr"] = lambda: pyxirr.xirr(days, args[0])
    values = {}
    for judge, ask in found.items():
        try:
            answer = ask()
            values[judge] = math.nan if answer is None else float(answer)
        except Exception:  # noqa: BLE001  # a judge's own error counts as no value
            values[judge] = math.nan
    return values


def compared(
    calls: list[tuple[str, Args]], native: list[float]
) -> tuple[dict[str, dict[str, Counter[str]]], list[str]]:
    """For each function and judge how often each verdict fell, and an example of each disagreement."""
    table: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    examples: dict[tuple[str, str, str], str] = {}
    for (name, args), theirs in zip(calls, native, strict=True):
        ours = float(CASES[name].ours(*args))
        for judge, value in {"LibreOffice": theirs, **others(name, args)}.items():
            said = verdict(name, args, ours, value)
            table[name][judge][said] += 1
            if said not in {"agrees", "both without a value"}:
                examples.setdefault((name, judge, said), f"{name}{tuple(args)}: ours {ours!r}, {judge} {value!r}")
    return table, [f"{said}: {text}" for (_, _, said), text in examples.items()]


def main() -> None:
    """Compare and print."""
    import shutil
    import warnings

    warnings.simplefilter("ignore")
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("number", nargs="?", type=int, default=500)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    calls = drawn(options.number, options.seed)
    soffice = shutil.which("soffice")
    if soffice is None:
        sys.exit("soffice is missing")
    with tempfile.TemporaryDirectory() as folder:
        native = office(calls, Path(folder), soffice)
    table, examples = compared(calls, native)
    for name, judges in table.items():
        for judge, verdicts in judges.items():
            print(f"{name:11} {judge:16} " + ", ".join(f"{count} {said}" for said, count in verdicts.most_common()))
    print(*examples, sep="\n")


if __name__ == "__main__":
    main()
