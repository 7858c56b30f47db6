"""`accelxl demo`: the sample deck from facts to filled budgets, a comparison and 100,000 scenarios around each device."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accelxl.catalogue import device
from accelxl.demo.deck import Case, cases, load
from accelxl.errors import NoSolution
from accelxl.files import folder_for, write_atomically
from accelxl.office import program
from accelxl.plan.evaluate import evaluate
from accelxl.plan.inputs import INPUTS
from accelxl.plan.metrics import NEVER
from accelxl.scenario.montecarlo import montecarlo
from accelxl.workbook.batch import Filled
from accelxl.workbook.board import board
from accelxl.workbook.build import built, template
from accelxl.workbook.fill import fill
from accelxl.workbook.manifest import CSV, JSON, csv_line

SCENARIOS = 100_000
SEED = 20250228
TEMPLATE = "accelerator_budget"
METRICS = (
    "capex_usd",
    "cost_per_mtok",
    "roi",
    "npv",
    "irr",
    "payback_months",
    "cost_per_accelerator_hour",
    "utilization_mean",
)
HEADINGS = (
    "accelerators", "capex,/USD m", "USD per/Mtok", "ROI", "NPV,/USD m", "IRR", "payback,/months", "chance/NPV < 0",
)  # fmt: skip
"""Headings of the table on the terminal; where it is narrow, a heading takes two lines at the stroke."""
WIDE = 110


@dataclass(frozen=True, slots=True)
class Answer:
    """What the demo says of one device."""

    case: Case
    figures: dict[str, float]
    chance_of_loss: float
    npv_p10: float
    npv_p90: float


def run(out: Path, console: Console) -> list[Path]:
    """Write the demo's files into `out` and print the comparison.

    Parameters
    ----------
    out : Path
        The folder; it is made if it does not exist.
    console : Console
        Where progress and the table go.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    BadFile
        If the folder cannot be made or written to.
    """
    folder_for(out)
    deck = cases()
    sheet = out / f"{TEMPLATE}.xlsx"
    with _progress(console) as step:
        answers = []
        for case in deck:
            step(f"{SCENARIOS:,} scenarios around {case.device}")
            answers.append(answer(case))
        step("one budget a device")
        write_atomically(sheet, built(TEMPLATE))
        books = fill(sheet, [_row(item.case) for item in answers], out)
        comparison = out / "comparison.csv"
        _write_comparison(comparison, answers)
        sources = out / "sources.csv"
        _write_sources(sources, deck)
        paths = [book.path for book in books]
        _agree(answers, books)
        written = [sheet, *paths, out / CSV, out / JSON, comparison, sources]
        if program() is not None:
            for book in paths:
                step(f"board of {book.stem} as PDF")
                written.append(board(book, book.with_suffix(".pdf")))
    _print(console, answers, written)
    return written


def answer(case: Case) -> Answer:
    """Evaluate one device: its figures, and the spread of npv over the deck's distributions."""
    spread = montecarlo(case.plan, case.spreads(), "npv", n=SCENARIOS, seed=SEED, percentiles=(10, 90))["npv"]
    return Answer(
        case, evaluate(case.plan, METRICS), spread.share_below, spread.percentiles[10], spread.percentiles[90]
    )


def _row(case: Case) -> dict[str, object]:
    """Return the row that fills the budget: every input as the plan has it; the second tranche is a copy with no accelerators."""
    [tranche] = case.plan.tranches
    row: dict[str, object] = {"book": f"budget_{case.device}"}
    for item in template(TEMPLATE).items:
        given = INPUTS.get(item.input)
        if given is None or given.name == "start_date":
            continue
        value = case.plan[given.name] if given.scope == "plan" else tranche.get(given.name)
        if value is None:
            value = tranche["economic_life_months"] if given.name == "book_life_months" else given.default
        if value is not None:
            row[item.name] = value
    name = device(case.device).name
    return {**row, "device_1": name, "device_2": name, "units_2": 0}


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield lambda text: console.print(text, highlight=False)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(load()["devices"]) * 2 + 1)

        def step(text: str) -> None:
            bar.update(task, description=text, advance=1)

        yield step


def _agree(answers: list[Answer], books: list[Filled]) -> None:
    """Refuse to show a table that says something else than the books."""
    for item, book in zip(answers, books, strict=True):
        gap = abs(book.figures["out_npv_usd"] - item.figures["npv"])
        if gap > 1e-9 * item.figures["capex_usd"]:
            raise NoSolution(
                f"{book.path.name} shows an npv {gap:,.2f} USD off the plan's; the book or the plan is wrong"
            )


def _write_comparison(path: Path, answers: list[Answer]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(csv_line(["device", "units", *METRICS, "chance_npv_below_0", "npv_p10_usd", "npv_p90_usd"]))
        for item in answers:
            figures = ["" if math.isnan(item.figures[name]) else item.figures[name] for name in METRICS]
            units = item.case.plan.tranches[0]["units"]
            file.write(csv_line([item.case.device, units, *figures, item.chance_of_loss, item.npv_p10, item.npv_p90]))


def _write_sources(path: Path, deck: list[Case]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(csv_line(["device", "input", "value", "tag", "source", "spread"]))
        for case in deck:
            for entry in case.entries:
                spread = " ".join(map(str, entry.spread)) if entry.spread else ""
                file.write(csv_line([case.device, entry.name, entry.value, entry.tag, entry.source, spread]))


def _print(console: Console, answers: list[Answer], written: list[Path]) -> None:
    deck = load()
    console.print(f"\n[bold]{deck['title']}[/bold]\n{deck['about']}\n")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("device", no_wrap=True)
    for name in HEADINGS:
        table.add_column(name.replace("/", " " if console.width >= WIDE else "\n"), justify="right", no_wrap=True)
    for item in answers:
        f = item.figures
        table.add_row(
            item.case.device,
            f"{item.case.plan.tranches[0]['units']:,.0f}",
            f"{f['capex_usd'] / 1e6:,.1f}",
            f"{f['cost_per_mtok']:.3f}",
            f"{f['roi']:.0%}",
            f"{f['npv'] / 1e6:,.1f}",
            "-" if math.isnan(f["irr"]) else f"{f['irr']:.1%}",
            NEVER if math.isnan(f["payback_months"]) else f"{f['payback_months']:.0f}",
            f"{item.chance_of_loss:.0%}",
        )
    console.print(table)
    console.print(
        "\n- where there is no return, never where there is no payback: the money does not come back within the life."
    )
    console.print(
        "Throughput of H200 and B200 is an estimate scaled by memory bandwidth; every figure and its source is in sources.csv.\n"
    )
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)
