"""Section 4 of the standard, by calculating: independent engines, and every input at its Low and High."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from accelxl.functions.cells import CellError
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.lint.rules import Finding, Section
from accelxl.workbook.lint.trial import Tried

section = Section("Calculated anew")
rule = section.rule

SAME = 1e-9
FLOOR = 1e-6
"""Below this, or 1e-15 of the largest figure, a difference is rounding."""


@rule("E04", "own", how="D", any_book=True)
def caches(facts: Tried) -> Iterator[Finding]:
    """The value that a formula carries is what an independent engine calculates."""
    carried = facts.sheets.cached
    largest = max((abs(value) for value in carried.values() if isinstance(value, float)), default=0.0)
    floor = max(FLOOR, 1e-15 * largest)
    judged = facts.trial.judged
    deciding = {"formualizer": judged["formualizer"]} if facts.template and "formualizer" in judged else judged
    ours = set(
        facts.trial.engine.moved_by(facts.accel)
    )  # what reads an ACCEL function is judged by the engine that has them
    for key, value in carried.items():
        if key in facts.accel or value is None:
            continue
        judges = {"accelxl": judged["accelxl"]} if key in ours else deciding
        said = {name: figures[key] for name, figures in judges.items() if key in figures}
        if said and not any(_agree(value, other, floor) for other in said.values()):
            name, other = next(iter(said.items()))
            yield facts.finding(
                key, f"the value is {_shown(value)}, {name} calculates {_shown(other)}", "a value that was calculated"
            )


def _agree(one: Any, other: Any, floor: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= max(SAME * max(abs(one), abs(other)), floor)
    return bool(one == other) or (one in {"", 0.0} and other in {"", None, 0.0})


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


@rule("D01", "P18", how="D")
def checks_hold(facts: Tried) -> Iterator[Finding]:
    """With each input at its Low and at its High the checks hold."""
    trial, total = facts.trial, facts.cell_named("chk_total")
    if total is None:
        return
    cases = trial.cases[:-2]
    for case, value in zip(cases, trial.column(trial.found, total, len(cases)), strict=True):
        if value != 0.0 and case.input is not None:
            yield facts.finding(case.input.key, f"chk_total is {_shown(value)} at {case.where}", "0")


@rule("D02", "own", how="D")
def inputs_matter(facts: Tried) -> Iterator[Finding]:
    """Each input moves a figure of the board, unless its switch is off."""
    for item in facts.trial.still:
        tried = " and ".join(_shown(value) for value in facts.trial.tries(item)[:2])
        yield facts.finding(item.key, f"{item.name} at {tried} moves no figure of the board", "inputs that matter")


@rule("D03", "P18", how="D")
def no_error_at_the_ends(facts: Tried) -> Iterator[Finding]:
    """No cell shows an error with any input at its Low or High."""
    trial = facts.trial
    yield from _errors(facts, range(len(trial.cases) - 2))


def _errors(facts: Tried, wanted: range, only: set[Key] | None = None) -> Iterator[Finding]:
    """Find the cases with errors: one finding a case, at its first cell."""
    trial = facts.trial
    first: dict[int, list[Key]] = {}
    for key, value in trial.found.items():
        if value.has(values.FAULT) and key not in facts.accel and (only is None or key in only):
            faults = np.broadcast_to(value.kinds == values.FAULT, (len(trial.cases),))
            for at in np.flatnonzero(faults).tolist():
                first.setdefault(at, []).append(key)
    for at in wanted:
        if at in first:
            key = next(iter(first[at]))
            error = trial.column(trial.found, key, len(trial.cases))[at]
            yield facts.finding(key, f"{error} at {trial.cases[at].where}", "a value", len(first[at]))


@rule("D04", "own", "W", how="D")
def units_scale(facts: Tried) -> Iterator[Finding]:
    """Money doubles when all money of the inputs doubles; no volume at all gives no error."""
    trial = facts.trial
    place = len(trial.cases) - 2
    for name, key in trial.figures.items() if trial.money else ():
        own, twice = values.python(trial.engine.values[key], 0), trial.column(trial.found, key, len(trial.cases))[place]
        if not isinstance(own, float) or isinstance(twice, CellError) or not isinstance(twice, float):
            continue
        allowed = (2.0,) if name.endswith("_usd") else (1.0, 2.0)
        if not any(abs(twice - factor * own) <= max(SAME * abs(own), FLOOR * 1e-6) for factor in allowed):
            ratio = f"{twice / own:.6g}" if own else f"{twice:g} after 0"
            yield facts.finding(
                key, f"{name} moves by {ratio} when all money doubles", "2 for money, 1 for anything else"
            )
    yield from _errors(facts, range(place + 1, place + 2), set(trial.figures.values()))
