"""The command line's verbs over many plans: `grid`, `montecarlo`, `tornado`, `breakeven` and `stress`."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from accelxl.cli.read import axes_of, correlations_of, draws_of, names_of, numbers_of, ranges_of, whole_of
from accelxl.cli.show import (
    bar,
    blocks,
    column,
    counted,
    error_in,
    figure,
    or_never,
    out,
    plain_terminal,
    print_json,
    say,
)
from accelxl.cli.table import print_table

if TYPE_CHECKING:
    from accelxl.scenario.outcome import Histogram, Outcome, Summary
    from accelxl.scenario.tornado import Tornado

app = typer.Typer(rich_markup_mode=None)

PlanFile = Annotated[
    Path, typer.Argument(help="a plan: JSON (an object) or CSV (a name, then one value column a tranche)")
]
Metric = Annotated[str, typer.Option(metavar="<name>", help="the metric")]
Metrics = Annotated[
    str | None,
    typer.Option("--metrics", metavar="<names>", help="names, parted by commas; the default is the main ones"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]
Rows = Annotated[
    Path | None, typer.Option("--out", help="a file of every scenario: .parquet, .csv or .xlsx, inputs first")
]
File = Annotated[Path | None, typer.Option("--out", help="write the table to .parquet, .csv or .xlsx as well")]
Threads = Annotated[
    int | None, typer.Option(metavar="<count>", help="threads; every processor by default; changes no figure", min=1)
]
Cluster = Annotated[
    str | None, typer.Option(metavar="<address>", help="a Dask scheduler such as tcp://host:8786; changes no figure")
]
Checkpoint = Annotated[
    Path | None, typer.Option(help="a file that keeps the state: broken off, the same command goes on from there")
]
Level = Annotated[float, typer.Option(metavar="<number>", help="count the share of scenarios below this")]
BINS = 16
PRINTED_COLUMNS = 24


@app.command()
def grid(
    file: PlanFile,
    axis: Annotated[
        list[str],
        typer.Option("--axis", metavar="<name=values>", help="name=low:high:count or name=a,b,c; once for each axis"),
    ],
    metric: Metric = "npv",
    metrics: Metrics = None,
    best: Annotated[int, typer.Option(metavar="<count>", help="cells shown of a grid that is no table", min=1)] = 5,
    level: Level = 0.0,
    path: Rows = None,
    checkpoint: Checkpoint = None,
    threads: Threads = None,
    cluster: Cluster = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a plan at every combination of inputs: a table of one or two axes, a summary of more."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.grids import grid as compute

    axes, names = axes_of(axis), names_of(metrics) or (metric,)
    across = len(list(axes.values())[1]) if len(axes) == 2 else 1
    elsewhere = path is not None or checkpoint is not None or cluster is not None
    if not elsewhere and len(names) == 1 and len(axes) <= 2 and (as_json or across <= PRINTED_COLUMNS):
        cells = compute(read_plan(file), axes, names[0], threads)[names[0]]
        _print_cells(axes, names[0], cells, as_json)
        return
    with bar("cells") as progress:
        found = compute(
            read_plan(file), axes, names, threads, sink=("summary", "top"), level=level, top=best,
            progress=progress, cluster=cluster, out=path, checkpoint=checkpoint,
        )  # fmt: skip
    if as_json:
        print_json(_as_dict(found))
        return
    out.print(counted(found.n, "cell"), highlight=False)
    _print_summaries(found)
    out.print()
    _print_best(found, list(axes))
    _told(path)


def _print_cells(axes: dict[str, list[Any]], metric: str, cells: Any, as_json: bool) -> None:
    from accelxl.plan.metrics import METRICS

    if as_json:
        print_json({**axes, metric: cells.tolist()})
        return
    texts, unit = column(or_never(metric, cells.reshape(-1).tolist()), METRICS[metric].unit)
    names, values = list(axes), list(axes.values())
    if len(names) == 1:
        print_table((names[0], f"{metric}{_in(unit)}"), list(zip(map(figure, values[0]), texts, strict=True)))
        return
    out.print(f"{metric}{_in(unit)}: {names[0]} down, {names[1]} across", highlight=False)
    wide = len(values[1])
    rows = [(figure(v), *texts[k * wide : (k + 1) * wide]) for k, v in enumerate(values[0])]
    print_table(("", *map(figure, values[1])), rows)


@app.command()
def montecarlo(
    file: PlanFile,
    draw: Annotated[
        list[str] | None,
        typer.Option(
            "--draw", metavar="<name=draw>", help="name=kind:figures, such as pue=uniform:1.1:1.5; once for each input"
        ),
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--draws", help="a CSV or JSON file of them: name, kind and figures a row")
    ] = None,
    correlate: Annotated[
        list[str] | None,
        typer.Option(
            "--correlate", metavar="<pair=number>", help="rank correlation of two inputs, such as pue,units=0.3"
        ),
    ] = None,
    metrics: Metrics = None,
    n: Annotated[str, typer.Option("--n", metavar="<count>", help="scenarios, such as 100000 or 1e9")] = "100000",
    seed: Annotated[int, typer.Option(metavar="<number>", help="the same seed draws the same scenarios", min=0)] = 0,
    method: Annotated[str, typer.Option(metavar="<name>", help="philox (pseudo-random) or sobol")] = "philox",
    antithetic: Annotated[
        bool, typer.Option("--antithetic", help="every second scenario mirrors the one before it")
    ] = False,
    percentiles: Annotated[
        str, typer.Option(metavar="<numbers>", help="numbers from 0 to 100, parted by commas")
    ] = "1,5,25,50,75,95,99",
    level: Level = 0.0,
    path: Rows = None,
    checkpoint: Checkpoint = None,
    threads: Threads = None,
    cluster: Cluster = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a plan over random draws of its inputs: mean, percentiles, the share below a level."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.draws import MAX_CASES
    from accelxl.scenario.montecarlo import montecarlo as compute

    with bar("scenarios") as progress:
        found = compute(
            read_plan(file), draws_of(draw, table), names_of(metrics), whole_of(n, "--n", MAX_CASES), seed,
            numbers_of(percentiles, "--percentiles"), correlations_of(correlate),
            antithetic=antithetic, method=method,  # type: ignore[arg-type]
            sink=("summary", "histogram"), level=level, bins=BINS,
            threads=threads, progress=progress, cluster=cluster, out=path, checkpoint=checkpoint,
        )  # fmt: skip
    if as_json:
        print_json(_as_dict(found))
        return
    out.print(f"{counted(found.n, 'scenario')}, {found.method}, seed {found.seed}", highlight=False)
    _print_summaries(found)
    for name, histogram in list(found.histograms.items())[:1]:
        out.print()
        _print_histogram(name, found[name].unit, found.n, histogram)
    _told(path)


def _print_summaries(found: Outcome) -> None:
    """Print the figures of each metric, a column each, in few characters."""
    items = list(found.summaries.values())
    known = " of those with a value" if any(item.share_nan for item in items) else ""
    labels = [
        "without a value",
        f"mean{known}",
        f"standard deviation{known and ' of those'}",
        f"standard error of mean{known and ' of those'}",
        "lowest",
        *(f"percentile {p:g}" for p in items[0].percentiles),
        "highest",
    ]
    level = {item.level for item in items}
    columns = [["", *labels, f"below {figure(level.pop())}" if len(level) == 1 else "below the level"]]
    for item in items:
        figures = [item.mean, item.sd, *_span(item)]
        (mean, sd, *ordered), unit = column(figures, item.unit)
        error = error_in(item.standard_error, unit, item.unit)
        columns.append([unit, f"{item.share_nan:.2%}", mean, sd, error, *ordered, f"{item.share_below:.2%}"])
    if items[0].percentile_error:
        say.print(f"percentiles within {items[0].percentile_error:.2%} of their value")
    print_table(("", *(item.metric for item in items)), list(zip(*columns, strict=True)), figures=True)


def _span(item: Summary) -> list[float]:
    """Return lowest, percentiles and highest in one order, in which a scenario without a value stands where percentiles have it."""
    from accelxl.plan.metrics import METRICS

    sorts = METRICS[item.metric].nan_sorts if item.share_nan else ""
    ordered = list(item.percentiles.values())
    low = min([item.low, *ordered]) if sorts == "low" else item.low
    return [low, *ordered, inf if sorts == "high" else item.high]


def _print_histogram(name: str, unit: str, n: int, histogram: Histogram) -> None:
    """Print the counts between edges as bars."""
    labels, heading = column(histogram.edges.tolist(), unit)
    cells = [(f"{a} to {b}", int(k)) for a, b, k in zip(labels, labels[1:], histogram.counts, strict=False)]
    cells = [(f"below {labels[0]}", histogram.below), *cells, (f"above {labels[-1]}", histogram.above)]
    if histogram.missing:
        cells.append(("without a value", histogram.missing))
    cells = [cell for cell in cells if cell[1]]
    wide = max(len(text) for text, _ in cells)
    room = max(10, min(60, out.width - wide - 11))
    most = max(count for _, count in cells)
    out.print(Text(f"{name}{_in(heading)}, share of scenarios", style="bold"))
    for text, count in cells:
        line = Text(f"{text:>{wide}}  ")
        line.append(f"{blocks(count / most, room):<{room}}", style="cyan")
        line.append(f" {count / n:7.2%}")
        out.print(line)


def _print_best(found: Outcome, axes: Sequence[str]) -> None:
    """Print the cells at the top with their inputs."""
    from accelxl.plan.metrics import METRICS

    metrics = list(found)
    columns, heads = [], []
    for name in axes:
        columns.append([figure(row[name]) for row in found.top])
        heads.append(name)
    for name in metrics:
        texts, unit = column(or_never(name, (row[name] for row in found.top)), METRICS[name].unit)
        columns.append(texts)
        heads.append(f"{name}{_in(unit)}")
    out.print(Text(f"best by {metrics[0]}", style="bold"))
    print_table(heads, list(zip(*columns, strict=True)))


@app.command()
def tornado(
    file: PlanFile,
    bounds: Annotated[
        list[str] | None,
        typer.Option(
            "--range",
            metavar="<name=range>",
            help="name=low:high, or a name alone for its default range; every input by default",
        ),
    ] = None,
    metric: Metric = "npv",
    share: Annotated[
        float, typer.Option(metavar="<number>", help="how far inputs without a band of the catalogue move each way")
    ] = 0.2,
    most: Annotated[int, typer.Option("--most", metavar="<count>", help="bars shown, the longest first", min=1)] = 15,
    path: File = None,
    as_json: AsJson = False,
) -> None:
    """Move one input at a time from low to high, and show how far a metric goes."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.tornado import tornado as compute

    found = compute(read_plan(file), ranges_of(bounds), metric, share)
    _save(path, found.table())
    if as_json:
        head, *rows = found.table()
        print_json({"metric": metric, "base": found.base, "bars": [dict(zip(head, row, strict=True)) for row in rows]})
        return
    _print_tornado(found, most)
    _told(path)


def _print_tornado(found: Tornado, most: int) -> None:
    from accelxl.plan.metrics import METRICS

    bars = found.bars[:most]
    at_ends = or_never(found.metric, [found.base, *(b.at_low for b in bars), *(b.at_high for b in bars)])
    figures, unit = column(at_ends, METRICS[found.metric].unit)
    ends = [end for item in bars for end in (item.at_low, item.at_high) if not isnan(end)]
    low, high = min([found.base, *ends]), max([found.base, *ends])
    texts = [
        (b.name, figure(b.low), figure(b.high), figures[1 + k], figures[1 + len(bars) + k]) for k, b in enumerate(bars)
    ]
    head = ("input", "low", "high", "at low", "at high")
    used = sum(max(len(row[place]) for row in (head, *texts)) + 2 for place in range(5))
    room = max(12, min(60, out.width - used))
    out.print(f"{found.metric} is {figures[0]}{' ' + unit if unit else ''} at the plan's own values", highlight=False)
    rows = [
        (*text, _swing(b.at_low, b.at_high, found.base, low, high, room)) for text, b in zip(texts, bars, strict=True)
    ]
    lower, upper = marks()
    print_table((*head, f"{lower} low {upper} high"), rows)
    if len(found.bars) > len(bars):
        out.print(f"and {len(found.bars) - len(bars)} shorter bars (--most)", highlight=False)


def marks() -> tuple[str, str]:
    """Return what the ways to the low and to the high end are drawn with."""
    return ("<", ">") if plain_terminal() else ("░", "█")


def _swing(at_low: float, at_high: float, base: float, low: float, high: float, room: int) -> Text:
    """Return a line with the way of the metric around its base: the low end red, the high end blue."""
    if isnan(at_low) or isnan(at_high) or high == low:
        return Text("")
    lower, upper = marks()
    place = [round((value - low) / (high - low) * (room - 1)) for value in (base, at_low, at_high)]
    cells = [" "] * room
    for end, mark in ((place[1], lower), (place[2], upper)):
        for k in range(min(place[0], end), max(place[0], end) + 1):
            cells[k] = mark
    cells[place[0]] = "|"
    line = Text("".join(cells))
    for k, cell in enumerate(cells):
        line.stylize({lower: "red", upper: "blue"}.get(cell, "bold"), k, k + 1)
    return line


@app.command()
def breakeven(
    file: PlanFile,
    name: Annotated[str, typer.Argument(help="the input that moves")],
    metric: Annotated[str, typer.Option(metavar="<name>", help="the metric that should meet the target")] = "npv",
    target: Annotated[float, typer.Option(metavar="<number>", help="what it should meet")] = 0.0,
    low: Annotated[float | None, typer.Option(metavar="<number>", help="where to look from")] = None,
    high: Annotated[float | None, typer.Option(metavar="<number>", help="where to look to")] = None,
    over: Annotated[
        str | None,
        typer.Option(metavar="<name=values>", help="find it for each value of another input: name=low:high:count"),
    ] = None,
    path: File = None,
    as_json: AsJson = False,
) -> None:
    """Find the value of an input at which a metric meets a target."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.solver import breakeven as solve

    plan = read_plan(file)
    axes = axes_of([over]) if over else {}
    if not axes:
        value = solve(plan, name, metric, target, low, high)
        _save(path, [["input", "value", "metric", "target"], [name, value, metric, target]])
        if as_json:
            print_json({name: value, metric: target})
        else:
            out.print(f"{name} = {value:,.10g}", highlight=False)
        _told(path)
        return
    ((other, values),) = axes.items()
    found = solve(plan, name, metric, target, low, high, columns={other: values}).tolist()
    _save(path, [[other, name], *([a, b] for a, b in zip(values, found, strict=True))])
    if as_json:
        print_json({other: values, name: found})
        return
    out.print(f"{name} at which {metric} is {figure(target)}", highlight=False)
    print_table((other, name), [(figure(a), figure(b)) for a, b in zip(values, found, strict=True)])
    _told(path)


@app.command()
def stress(
    file: PlanFile,
    pack: Annotated[
        str | None,
        typer.Option(
            metavar="<name>",
            help="telecom (the default), telecom mild, or a CSV or JSON file of case, input, change, figure",
        ),
    ] = None,
    metrics: Metrics = None,
    path: File = None,
    as_json: AsJson = False,
) -> None:
    """Put a plan under an overbuild: one blow at a time, and all together."""
    from accelxl.cli.read import pack_of
    from accelxl.plan.files import read_plan
    from accelxl.plan.metrics import METRICS
    from accelxl.scenario.stress import says
    from accelxl.scenario.stress import stress as compute

    found = compute(read_plan(file), pack_of(pack), names_of(metrics))
    _save(path, found.table())
    if as_json:
        head, *rows = found.table()
        print_json([dict(zip(head, row, strict=True)) for row in rows])
        return
    units = {name: METRICS[name].unit for name in found.metrics}
    columns = [["", *(case.name for case in found.cases)]]
    for name, unit in units.items():
        texts, heading = column(or_never(name, (case.metrics[name] for case in found.cases)), unit)
        columns.append([heading, *texts])
    print_table(("case", *units), list(zip(*columns, strict=True)), figures=True)
    out.print()
    for case in found.cases[1:]:
        if case.name == "together" and len(found.cases) > 2:
            continue
        for blow in case.changes:
            out.print(Text(f"{case.name}: {says(blow)}"))
            if blow.source != "given":
                out.print(Text(f"    {blow.source}", style="dim"), soft_wrap=True)
    _told(path)


def _in(unit: str) -> str:
    return "" if unit in {"", "1", "a year"} else f" in {unit}"


def _as_dict(found: Outcome) -> dict[str, Any]:
    """Return an outcome for JSON."""
    from dataclasses import asdict

    summaries = {
        name: {**asdict(item), "percentiles": {f"{p:g}": v for p, v in item.percentiles.items()}}
        for name, item in found.summaries.items()
    }
    histograms = {
        name: {**asdict(item), "edges": item.edges.tolist(), "counts": item.counts.tolist()}
        for name, item in found.histograms.items()
    }
    return {
        "n": found.n, "method": found.method, "seed": found.seed,
        "metrics": summaries, "histograms": histograms, "top": list(found.top),
        "out": None if found.out is None else str(found.out),
    }  # fmt: skip


def _save(path: Path | None, table: list[list[Any]]) -> None:
    """Write a table with a header to a file."""
    if path is None:
        return
    from accelxl.scenario.rows import save

    save(path, table)


def _told(path: Path | None) -> None:
    if path is not None:
        say.print(f"written to {path}", markup=False, soft_wrap=True)
