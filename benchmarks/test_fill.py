"""Filling copies of a template, beside openpyxl doing the same (load, set, save): ratios of medians in one interleaved run.

    python -m pytest benchmarks/test_fill.py -s

Two templates: the accelerator budget, and the same with fewer months, which has about 5,000 formulas. Each side runs in one process.
"""

import dataclasses
import shutil
import statistics
import time

import numpy as np
import openpyxl
import pytest

from accelxl.workbook import accel
from accelxl.workbook.build import template
from accelxl.workbook.compose import compose, evaluate
from accelxl.workbook.fill import fill
from accelxl.workbook.write import workbook_bytes

BOOKS, ROUNDS, THEIRS = 1000, 3, 4


def shortened(months):
    """The accelerator budget with fewer months; its check of the timeline fails, its formulas are the same."""
    given = template("accelerator_budget")
    sheets = (dataclasses.replace(given.sheets[0], columns=months), *given.sheets[1:])
    return dataclasses.replace(given, sheets=sheets)


@pytest.fixture(params=[41, 97], ids=["5,000 formulas", "11,000 formulas"])
def book(request, tmp_path):
    given = shortened(request.param)
    layout, places = compose(given)
    found = evaluate(given, layout, accel.outside, accel.known)
    path = tmp_path / "template.xlsx"
    path.write_bytes(workbook_bytes(given, layout, found, places))
    print(f"\n{len(found):,} formulas, {path.stat().st_size:,} bytes")
    return path


def rows(count):
    rng = np.random.default_rng(1)
    return [
        {
            "book": f"b{n}",
            "units_1": float(rng.integers(8, 512)),
            "unit_price_usd_1": float(rng.uniform(31e3, 46e3)),
            "price_decline_per_year": float(rng.uniform(0.15, 0.5)),
            "delay_months_2": float(rng.integers(0, 9)),
            "utilization_1": float(rng.uniform(0.4, 0.9)),
        }
        for n in range(count)
    ]


def ours(path, out, *, recalculate):
    shutil.rmtree(out, ignore_errors=True)
    begin = time.perf_counter()
    fill(path, rows(BOOKS), out, recalculate=recalculate, failing=True)
    return (time.perf_counter() - begin) / BOOKS


def theirs(path, out):
    begin = time.perf_counter()
    for row in rows(THEIRS):
        made = openpyxl.load_workbook(path)
        for name, value in row.items():
            if name != "book":
                ((sheet, cell),) = made.defined_names[f"in_{name}"].destinations
                made[sheet][cell.replace("$", "")].value = value
        made.save(out.with_suffix(".xlsx"))
    return (time.perf_counter() - begin) / THEIRS


def test_fill_against_openpyxl(book, tmp_path):
    times = {"openpyxl": [], "recalculated": [], "not recalculated": []}
    for _ in range(ROUNDS):
        times["openpyxl"].append(theirs(book, tmp_path / "theirs"))
        times["recalculated"].append(ours(book, tmp_path / "ours", recalculate=True))
        times["not recalculated"].append(ours(book, tmp_path / "ours", recalculate=False))
    middle = {name: statistics.median(found) for name, found in times.items()}
    for name, seconds in middle.items():
        print(f"{name:>17}: {seconds * 1e3:8.2f} ms a book, {middle['openpyxl'] / seconds:6.1f} x openpyxl")
