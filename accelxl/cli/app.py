"""The command line: one thin function a verb. A mistake gets one sentence and exit 2, Ctrl-C leaves nothing half-written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from accelxl.cli import books, calc, excel, lint, scenarios
from accelxl.cli.read import names_of
from accelxl.cli.show import or_never, out, print_json, say, settled, shown
from accelxl.cli.table import print_table
from accelxl.cli.verbs import BrokenOffError, Verbs
from accelxl.errors import AccelError, BadFile, Interrupted, UnknownName

app = typer.Typer(
    name="accelxl",
    cls=Verbs,
    help="The economics of AI accelerators, for spreadsheets and scripts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(excel.app)
app.add_typer(calc.app)
PlanFile = Annotated[
    Path, typer.Argument(help="a plan: JSON (an object) or CSV (a name, then one value column a tranche)")
]
Metrics = Annotated[
    str | None,
    typer.Option("--metrics", metavar="<names>", help="names, parted by commas; the default is the main ones"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]


def main() -> None:
    """Run the command line; the entry point of `accelxl`."""
    try:
        code = app(standalone_mode=False)
    except BrokenOffError as error:
        _stopped(error.__cause__)
    except AccelError as error:
        say.print(f"accelxl: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        _stopped()
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            out.print(str(error), markup=False, highlight=False)
            sys.exit(2)
        if type(error).__module__.startswith(("click", "typer")):
            shown = error.format_message() if hasattr(error, "format_message") else error
            say.print(f"accelxl: {shown}", markup=False, soft_wrap=True)
            sys.exit(2)
        raise
    if code == 130:  # Ctrl-C before a verb began: the library below makes a bare code of it
        _stopped()
    if isinstance(code, int):  # of typer.Exit
        sys.exit(code)


def _stopped(cause: BaseException | None = None) -> None:
    """Say how far a run came that was broken off, and end as a program that was interrupted."""
    sentence = str(cause) if isinstance(cause, Interrupted) else "stopped; nothing half-written is left"
    say.print(f"accelxl: {sentence}", markup=False, soft_wrap=True)
    sys.exit(130)


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
    by: Annotated[
        str | None, typer.Option(metavar="<period>", help="print the statement by month, quarter or year instead")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a plan, or print its statement."""
    from accelxl.plan.evaluate import evaluate
    from accelxl.plan.files import read_plan
    from accelxl.plan.metrics import METRICS
    from accelxl.plan.statement import lines

    found = read_plan(file)
    if by is not None:
        index, columns = lines(found, by)  # type: ignore[arg-type]
        if as_json:
            print_json({by: index.tolist(), **{name: line.tolist() for name, line in columns.items()}})
            return
        from accelxl.cli.statement import print_statement

        print_statement(by, index.tolist(), {name: line.tolist() for name, line in columns.items()})
        return
    figures = evaluate(found, names_of(metrics))
    if as_json:
        print_json(figures)
    else:
        units = [METRICS[name].unit for name in figures]
        money = iter(settled((v for v, unit in zip(figures.values(), units, strict=True) if unit == "USD"), "USD"))
        values = [next(money) if unit == "USD" else v for v, unit in zip(figures.values(), units, strict=True)]
        rows = [
            (name, *shown(or_never(name, [v])[0], unit)) for name, v, unit in zip(figures, values, units, strict=True)
        ]
        print_table(("metric", "value", "unit"), rows)


app.add_typer(scenarios.app)


# -- workbooks ---------------------------------------------------------------------------------------------------------
workbooks = typer.Typer(cls=Verbs, help="Build the template workbooks.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(workbooks, name="workbooks")


@workbooks.command("build")
def workbooks_build(
    names: Annotated[list[str] | None, typer.Argument(help="which templates; all of them by default")] = None,
    *,
    folder: Annotated[Path, typer.Option("--out", help="the folder they go to; books of their names are replaced")],
) -> None:
    """Build template workbooks from code."""
    from accelxl.workbook.build import build

    for path in build(names or None, folder):
        out.print(str(path), highlight=False, soft_wrap=True)


app.add_typer(books.app)


app.add_typer(lint.app)


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
        print_json(reference.data())
    else:
        print_table(reference.HEADER, reference.table())


@app.command()
def inputs(
    words: Annotated[
        list[str] | None, typer.Argument(help="only inputs whose name or meaning has all of these")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the inputs of a plan: name, unit, default, what is allowed, what it means."""
    from accelxl.functions.inputs_page import HEADER, rows_of

    found = rows_of(words or ())
    if as_json:
        print_json([dict(zip(("group", *HEADER), row, strict=True)) for row in found])
        return
    if not found:
        raise UnknownName(f"no input of a plan has {' '.join(words or ())!r}; `accelxl inputs` lists all")
    print_table(HEADER, [row[1:] for row in found])


@app.command(hidden=True)
def generate(
    folder: Annotated[Path, typer.Argument(help="the folder of the documents")] = Path("docs"),
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit 2 where a page is not current")] = False,
) -> None:
    """Write the pages of the documents that are made from the code: functions, inputs of a plan, rules of the linter."""
    from accelxl.files import write_atomically
    from accelxl.functions.inputs_page import inputs_page
    from accelxl.functions.pages import pages
    from accelxl.workbook.lint.page import page

    rules, given = folder / "lint.md", folder / "inputs.md"
    made = {folder / "functions" / f"{name}.md": text.encode() for name, text in pages().items()}
    made |= {rules: page().encode(), given: inputs_page().encode()}
    there = {path for path in (*(folder / "functions").glob("*.md"), rules, given) if path.exists()}
    old = [path for path, text in made.items() if path not in there or path.read_bytes() != text]
    left = sorted(there - set(made))
    if check and (old or left):
        raise BadFile(
            f"{', '.join(map(str, [*old, *left]))}: not what the code gives; `accelxl generate` writes them anew"
        )
    for path in old:
        say.print(str(write_atomically(path, made[path])), soft_wrap=True)
    for path in left:
        path.unlink()
