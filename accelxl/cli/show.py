"""How the command line shows things: tables and figures for people, JSON for programs, progress on standard error."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from accelxl.plan.metrics import METRICS, NEVER

UNBOUNDED = 100_000
"""Cells of a line of a file or pipe: nothing is wrapped or parted there, unless COLUMNS says how wide it is."""
out = Console()
if not out.is_terminal and "COLUMNS" not in os.environ:
    out.width = UNBOUNDED
say = Console(stderr=True, highlight=False)

SHARES = frozenset({"share", "1/year"})
"""Units that people read as percentages."""
SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
RESIDUE, RESIDUE_SHARE = 1e-4, 1e-12
"""A sum of money below this many USD, or this share of the largest beside it, is what rounding leaves of 0."""
EIGHTHS = " ▏▎▍▌▋▊▉█"


@contextmanager
def bar(noun: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress: a bar on a terminal, a line at the end of each tenth elsewhere."""
    if say.is_terminal:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.fields[count]}"),
            BarColumn(),
            TaskProgressColumn(show_speed=False),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=say, transient=True) as shown:
            task = shown.add_task("", total=None, count=noun)

            def move(done: int, total: int) -> None:
                shown.update(task, completed=done, total=total, count=f"{done:,} of {total:,} {noun}")

            yield move
        return
    tenths: set[int] = set()

    def line(done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth not in tenths and tenth:
            tenths.add(tenth)
            say.print(f"{noun}: {done:,} of {total:,}", soft_wrap=True)

    yield line


def counted(number: int, noun: str) -> str:
    """Return a number of things, whose name takes an s beyond one.

    Examples
    --------
    >>> counted(1, "book"), counted(1200, "cell")
    ('1 book', '1,200 cells')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def figure(value: Any) -> str:
    """Return a figure as a person reads it: thousands parted, about five digits, a dash where there is none.

    Examples
    --------
    >>> figure(2176000.0), figure(0.123456), figure(math.nan), figure(math.inf)
    ('2,176,000', '0.1235', '-', 'never')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return NEVER if value > 0 else "-never"
    if (value == int(value) and abs(value) < 1e15) or abs(value) >= 1000:
        return f"{value:z,.0f}"
    return f"{value:.4g}"


def settled(values: Iterable[float], unit: str) -> list[float]:
    """Return sums of money with 0 for what rounding leaves of 0; figures of other units as they are. For showing alone.

    Examples
    --------
    >>> settled([-1.47e-09, 2176000.0], "USD"), settled([1.47e-09], "USD/Mtok")
    ([0.0, 2176000.0], [1.47e-09])
    """
    found = list(values)
    if unit != "USD":
        return found
    most = max((abs(value) for value in found if math.isfinite(value)), default=0.0)
    return [0.0 if abs(value) < max(RESIDUE, RESIDUE_SHARE * most) else value for value in found]


def or_never(name: str, values: Iterable[float]) -> list[float]:
    """Return values of a metric for showing: a month that does not come (a payback, a break-even) is infinite, which reads "never".

    Examples
    --------
    >>> or_never("payback_months", [18.7, math.nan]), or_never("irr", [math.nan])
    ([18.7, inf], [nan])
    """
    missing = math.inf if METRICS[name].nan_sorts == "high" else math.nan
    return [missing if math.isnan(value) else value for value in values]


def shown(value: float, unit: str) -> tuple[str, str]:
    """Return a figure with its unit; shares and yearly rates as percentages."""
    if unit in SHARES and math.isfinite(value):
        return f"{value:.1%}", "a year" if unit == "1/year" else ""
    return figure(value), "" if unit == "1" else unit


def column(values: Iterable[float], unit: str = "") -> tuple[list[str], str]:
    """Return figures of one unit that stand under one another, and the unit for their heading: one scale, one number of decimals.

    Examples
    --------
    >>> column([3353061.5, -45000.0, math.inf], "USD")
    (['3.353', '-0.045', 'never'], 'M USD')
    >>> column([0.40674, math.nan], "1/year")
    (['40.7%', '-'], 'a year')
    """
    found = settled(values, unit)
    known = [value for value in found if math.isfinite(value)]
    if unit in SHARES:
        return [f"{v:,.1%}" if math.isfinite(v) else figure(v) for v in found], "a year" if unit == "1/year" else ""
    most = max(map(abs, known), default=0.0)
    scale, letter = next(((s, letter) for s, letter in SCALES if most >= s), (1.0, ""))
    whole = scale == 1.0 and all(value == int(value) for value in known)
    decimals = 0 if whole or most == 0 else min(max(3 - math.floor(math.log10(most / scale)), 0), 9)
    texts = [f"{v / scale:z,.{decimals}f}" if math.isfinite(v) else figure(v) for v in found]
    return texts, f"{letter} {'' if unit == '1' else unit}".strip()


def error_in(value: float, heading: str, unit: str) -> str:
    """Return a standard error in the scale of a heading that `column` gave, to two digits.

    Examples
    --------
    >>> error_in(3036.0, "M USD", "USD"), error_in(0.00107, "a year", "1/year"), error_in(0.0308, "months", "months")
    ('0.0030', '0.11%', '0.031')
    """
    if not math.isfinite(value) or value == 0.0:
        return figure(value)
    value *= 100.0 if unit in SHARES else 1.0
    value /= next((scale for scale, letter in SCALES if heading.startswith(f"{letter} ")), 1.0)
    decimals = min(max(1 - math.floor(math.log10(value)), 0), 9)
    return f"{value:,.{decimals}f}{'%' if unit in SHARES else ''}"


def blocks(share: float, width: int) -> str:
    """Return a bar of a share of `width` cells, to an eighth of a cell; whole cells where the terminal knows ASCII alone.

    Examples
    --------
    >>> blocks(0.5, 5)
    '██▌'
    """
    if plain_terminal():
        return "#" * round(share * width)
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def plain_terminal() -> bool:
    """Tell whether standard output takes ASCII alone."""
    return not (out.encoding or "").lower().startswith("utf")


def print_json(data: Any) -> None:
    """Print JSON; NaN and infinity are null."""
    print(json.dumps(_plain(data), indent=2))


def _plain(data: Any) -> Any:
    """Make NaN and infinity null: JSON has neither."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return data
