"""The command line: one thin function a verb. A mistake gets one sentence and exit 2, Ctrl-C leaves nothing half-written."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from accelxl import cli_calc, cli_excel
from accelxl.errors import AccelError, OutOfRange, WrongType

app = typer.Typer(
    name="accelxl",
    help="The economics of AI accelerators, for spreadsheets and scripts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(cli_excel.app)
app.add_typer(cli_calc.app)
out = Console()
say = Console(stderr=True, highlight=False)

PlanFile = Annotated[
    Path, typer.Argument(help="a plan: JSON (an object) or CSV (a name, then one value column a tranche)")
]
Metrics = Annotated[str | None, typer.Option("--metrics", help="names, parted by commas; the default is the main ones")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]


def main() -> None:
    """Run the command line; the entry point of `accelxl`."""
    try:
        app(standalone_mode=False)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except typer.Abort:
        sys.exit(130)
    except AccelError as error:
        say.print(f"accelxl: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        say.print("accelxl: stopped; nothing half-written is left")
        sys.exit(130)
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            out.print(str(error), markup=False, highlight=False)
            sys.exit(2)
        if type(error).__module__.startswith(("click", "typer")):
            shown = error.format_message() if hasattr(error, "format_message") else error
            say.print(f"accelxl: {shown}", markup=False, soft_wrap=True)
            sys.exit(2)
        raise


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="print version, core build and data date")] = False,
) -> None:
    """Show what is installed."""
    if version:
        from accelxl import __version__, _cpu
        from accelxl.catalogue import version as data

        out.print(f"accelxl {__version__}, core {_cpu.BUILD}, catalogue {data()}", highlight=False)
        raise typer.Exit


# -- plans -----------------------------------------------------------------------------------------------------------------
@app.command()
def plan(
    file: PlanFile,
    metrics: Metrics = None,
    by: Annotated[str | None, typer.Option(help="print the statement by month, quarter or year instead")] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a plan, or print its statement."""
    from accelxl.plan.evaluate import evaluate
    from accelxl.plan.files import read_plan
    from accelxl.plan.metrics import METRICS
    from accelxl.plan.statement import LINES, lines

    found = read_plan(file)
    if by is not None:
        index, columns = lines(found, by)  # type: ignore[arg-type]
        if as_json:
            _print_json({by: index.tolist(), **{name: line.tolist() for name, line in columns.items()}})
            return
        rows = [(name, LINES[name].unit, *(_figure(v) for v in line)) for name, line in columns.items()]
        _print_table(("line", "unit", *(f"{by} {i}" for i in index)), rows)
        return
    figures = evaluate(found, _names(metrics))
    if as_json:
        _print_json(figures)
    else:
        _print_table(
            ("metric", "value", "unit"), [(name, *_shown(value, METRICS[name].unit)) for name, value in figures.items()]
        )


@app.command()
def grid(
    file: PlanFile,
    axis: Annotated[list[str], typer.Option("--axis", help="name=low:high:count or name=a,b,c; once for each axis")],
    metric: Annotated[str, typer.Option(help="the metric in the cells")] = "npv",
    as_json: AsJson = False,
) -> None:
    """Print a metric over a one- or two-way grid of inputs."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.grids import grid as compute

    axes = dict(map(_axis, axis))
    if len(axes) > 2:
        raise OutOfRange(f"{len(axes)} axes are given; one or two can be printed")
    cells = compute(read_plan(file), axes, metric)[metric]
    if as_json:
        _print_json({**axes, metric: cells.tolist()})
        return
    names = list(axes)
    if len(names) == 1:
        _print_table((names[0], metric), [(_figure(v), _figure(c)) for v, c in zip(axes[names[0]], cells, strict=True)])
        return
    head = (f"{metric}: {names[0]} down, {names[1]} across", *map(_figure, axes[names[1]]))
    _print_table(head, [(_figure(v), *map(_figure, row)) for v, row in zip(axes[names[0]], cells, strict=True)])


@app.command()
def breakeven(
    file: PlanFile,
    name: Annotated[str, typer.Argument(help="the input that moves")],
    metric: Annotated[str, typer.Option(help="the metric that should meet the target")] = "npv",
    target: Annotated[float, typer.Option(help="what it should meet")] = 0.0,
) -> None:
    """Find the value of an input at which a metric meets a target."""
    from accelxl.plan.files import read_plan
    from accelxl.scenario.solver import breakeven as solve

    out.print(f"{name} = {solve(read_plan(file), name, metric, target):,.10g}", highlight=False)


# -- workbooks ---------------------------------------------------------------------------------------------------------
workbooks = typer.Typer(help="Build the template workbooks.", no_args_is_help=True)
app.add_typer(workbooks, name="workbooks")


@workbooks.command("build")
def workbooks_build(
    names: Annotated[list[str] | None, typer.Argument(help="which templates; all of them by default")] = None,
    folder: Annotated[Path, typer.Option("--out", help="the folder they go to")] = Path("workbooks"),
) -> None:
    """Build template workbooks from code."""
    from accelxl.workbook.build import build

    for path in build(names or None, folder):
        out.print(str(path), highlight=False, soft_wrap=True)


@app.command()
def fill(
    template: Annotated[Path, typer.Argument(help="a template workbook")],
    data: Annotated[Path, typer.Argument(help="CSV or JSON with a row for each book; columns are input names")],
    folder: Annotated[Path, typer.Option("--out", help="the folder the books go to")],
    pattern: Annotated[
        str, typer.Option(help="name of each book, such as budget_{units_1}; the default is the column book")
    ] = "",
) -> None:
    """Fill copies of a template, one for each row of data."""
    from accelxl.workbook.fill import fill as compute

    with bar("books") as progress:
        books = compute(template, data, folder, pattern=pattern, progress=progress)
    out.print(f"{len(books)} books in {folder}", highlight=False, soft_wrap=True)


@app.command()
def board(
    book: Annotated[Path, typer.Argument(help="a workbook with board sheets")],
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="where the PDF goes; the default stands beside the book")
    ] = None,
) -> None:
    """Draw the board sheets of a book as a PDF, one page a sheet."""
    from accelxl.workbook.board import board as draw

    out.print(str(draw(book, pdf)), highlight=False, soft_wrap=True)


# -- demo --------------------------------------------------------------------------------------------------------------
@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="the folder the files go to")] = Path("out/demo"),
) -> None:
    """Budget one published day of service on three devices: books, a comparison, 100,000 scenarios each."""
    from accelxl.demo.show import run

    run(folder, out)


# -- functions -------------------------------------------------------------------------------------------------------------
@app.command()
def functions(as_json: AsJson = False) -> None:
    """List the spreadsheet functions."""
    from accelxl.functions import reference

    if as_json:
        _print_json(reference.data())
    else:
        _print_table(reference.HEADER, reference.table())


# -- how things are printed ------------------------------------------------------------------------------------------------
@contextmanager
def bar(noun: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress: a bar on a terminal, a line at the end of each tenth elsewhere."""
    if say.is_terminal:
        from rich.progress import Progress

        with Progress(console=say, transient=True) as shown:
            task = shown.add_task(noun, total=None)
            yield lambda done, total: shown.update(task, completed=done, total=total)
        return
    tenths: set[int] = set()

    def line(done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth not in tenths and tenth:
            tenths.add(tenth)
            say.print(f"{noun}: {done:,} of {total:,}")

    yield line


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _axis(text: str) -> tuple[str, list[Any]]:
    """Read `name=low:high:count` or `name=a,b,c`."""
    name, equals, values = text.partition("=")
    if not equals or not values:
        raise WrongType(f"--axis is {text!r}; name=low:high:count or name=a,b,c is allowed")
    try:
        if values.count(":") == 2:
            low, high, count = values.split(":")
            steps = int(count)
            if steps < 1:
                raise WrongType(f"--axis {name} has {steps} values; one or more are needed")
            width = (float(high) - float(low)) / max(steps - 1, 1)
            return name, [float(low) + width * k for k in range(steps)]
        return name, [_value(part) for part in values.split(",")]
    except ValueError as error:
        raise WrongType(f"--axis is {text!r}; name=low:high:count or name=a,b,c is allowed") from error


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _figure(value: Any) -> str:
    """Show a figure as a person reads it: thousands parted, about five digits, a dash where there is none."""
    if not isinstance(value, (int, float)):
        return str(value)
    if math.isnan(value):
        return "-"
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _shown(value: float, unit: str) -> tuple[str, str]:
    """Show a figure with its unit; shares and yearly rates as percentages."""
    if unit in {"share", "1/year"} and not math.isnan(value):
        return f"{value:.1%}", "a year" if unit == "1/year" else ""
    return _figure(value), "" if unit == "1" else unit


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(head):
        short = place == 0 and max((len(row[0]) for row in rows), default=0) <= 32
        numbers = place > 0 and all(_looks_numeric(row[place]) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers or short)
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def _looks_numeric(text: str) -> bool:
    return (
        text.replace(",", "")
        .replace(".", "")
        .replace("%", "")
        .replace("-", "")
        .replace("e+", "")
        .replace("e", "")
        .isdigit()
        or text == "-"
    )


def _print_json(data: Any) -> None:
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


if __name__ == "__main__":
    main()
