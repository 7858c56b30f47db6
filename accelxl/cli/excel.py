"""The command line's part for Excel: `accelxl excel build`, `install`, `uninstall` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from accelxl.cli.verbs import Verbs

app = typer.Typer(
    name="excel",
    cls=Verbs,
    help="Workbooks with macros, the add-in, and its installation.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
say = Console(stderr=True, highlight=False, soft_wrap=True)

Out = Annotated[Path, typer.Option("--out", help="the folder; it is made if it does not exist")]
Names = Annotated[list[str] | None, typer.Argument(help="templates; all of them by default")]
Book = Annotated[Path | None, typer.Option("--book", help="a workbook with macros that does not work")]


@app.command()
def build(names: Names = None, folder: Out = Path("out/excel")) -> None:
    """Make the add-in and the templates with macros, on any machine."""
    from accelxl.hosts.excel.build import build as make

    if say.is_terminal:
        with Progress(console=say, transient=True) as bar:
            task = bar.add_task("starting", total=None)
            files = make(
                folder,
                names or None,
                lambda done, total, name: bar.update(task, completed=done, total=total, description=name),
            )
    else:
        files = make(folder, names or None, _line)
    for path in files:
        out.print(str(path), markup=False)


def _line(done: int, total: int, name: str) -> None:
    if name:
        say.print(f"{done + 1} of {total}: {name}", markup=False)


@app.command()
def install() -> None:
    """Put the add-in into this user's Excel."""
    from accelxl.hosts.excel.install import install as put

    put(say=lambda text: say.print(text, markup=False))
    out.print("The add-in is installed: start Excel anew, and type =ACCEL_VERSION() in a cell.")


@app.command()
def uninstall() -> None:
    """Remove exactly what install wrote."""
    from accelxl.hosts.excel.install import uninstall as remove

    remove(say=lambda text: out.print(text, markup=False))


@app.command()
def doctor(book: Book = None) -> None:
    """Check what stands between Excel and Python, and say what to do."""
    from accelxl.hosts.excel.doctor import examine

    found = examine(book=book)
    for finding in found:
        out.print(f"{finding.state:8}{finding.subject}: {finding.sentence} {finding.remedy}".rstrip(), markup=False)
    if any(finding.state == "fault" for finding in found):
        raise typer.Exit(1)
