"""The command line's part for LibreOffice Calc: `accelxl calc build`, `install`, `uninstall` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from accelxl.cli.verbs import Verbs

app = typer.Typer(
    name="calc",
    cls=Verbs,
    help="The add-in for LibreOffice Calc, and its installation.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
say = Console(stderr=True, highlight=False, soft_wrap=True)

Out = Annotated[Path, typer.Option("--out", help="the folder; it is made if it does not exist")]
AGAIN = "LibreOffice is running: close it and start it again."


@app.command()
def build(folder: Out = Path("out/calc")) -> None:
    """Make the extension accelxl.oxt, on any machine."""
    from accelxl.hosts.calc.build import build as make

    out.print(str(make(folder)), markup=False)


@app.command()
def install() -> None:
    """Put the add-in into this user's LibreOffice."""
    from accelxl.hosts.calc.install import install as put

    running = put(say=lambda text: say.print(text, markup=False))
    out.print("The add-in is installed: start LibreOffice Calc, and type =ACCEL_VERSION() in a cell.")
    if running:
        out.print(AGAIN)


@app.command()
def uninstall() -> None:
    """Remove exactly what install wrote."""
    from accelxl.hosts.calc.install import uninstall as remove

    if remove(say=lambda text: out.print(text, markup=False)):
        out.print(AGAIN)


@app.command()
def doctor() -> None:
    """Check what stands between LibreOffice and Python, and say what to do."""
    from accelxl.hosts.calc.doctor import examine

    found = examine()
    for finding in found:
        out.print(f"{finding.state:8}{finding.subject}: {finding.sentence} {finding.remedy}".rstrip(), markup=False)
    if any(finding.state == "fault" for finding in found):
        raise typer.Exit(1)
