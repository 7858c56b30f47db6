"""The command line: one thin function a verb. A mistake gets one sentence and exit 2, Ctrl-C leaves nothing half-written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from accelxl.cli import calc, excel, scenarios
from accelxl.cli.read import names_of
from accelxl.cli.show import bar, figure, out, print_json, print_table, say, shown
from accelxl.errors import AccelError, BadFile, Interrupted


class BrokenOffError(Exception):
    """Ctrl-C inside a verb; the library below would make a bare exit code of it and lose the sentence."""


class Verbs(TyperGroup):
    """The verbs, which hand Ctrl-C on with what the run says of it."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise BrokenOffError from error


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
Metrics = Annotated[str | None, typer.Option("--metrics", help="names, parted by commas; the default is the main ones")]
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
            print_json({by: index.tolist(), **{name: line.tolist() for name, line in columns.items()}})
            return
        rows = [(name, LINES[name].unit, *(figure(v) for v in line)) for name, line in columns.items()]
        print_table(("line", "unit", *(f"{by} {i}" for i in index)), rows)
        return
    figures = evaluate(found, names_of(metrics))
    if as_json:
        print_json(figures)
    else:
        print_table(
            ("metric", "value", "unit"), [(name, *shown(value, METRICS[name].unit)) for name, value in figures.items()]
        )


app.add_typer(scenarios.app)


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
        print_json(reference.data())
    else:
        print_table(reference.HEADER, reference.table())


@app.command()
def generate(
    folder: Annotated[Path, typer.Argument(help="the folder of the documents")] = Path("docs"),
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit 2 where a page is not current")] = False,
) -> None:
    """Write the pages of the documents that are made from the registry of functions."""
    from accelxl.files import write_atomically
    from accelxl.functions.pages import pages

    made = {folder / "functions" / f"{name}.md": text.encode() for name, text in pages().items()}
    there = set((folder / "functions").glob("*.md"))
    old = [path for path, text in made.items() if path not in there or path.read_bytes() != text]
    left = sorted(there - set(made))
    if check and (old or left):
        raise BadFile(
            f"{', '.join(map(str, [*old, *left]))}: not what the registry gives; `accelxl generate` writes them anew"
        )
    for path in old:
        say.print(str(write_atomically(path, made[path])), soft_wrap=True)
    for path in left:
        path.unlink()
