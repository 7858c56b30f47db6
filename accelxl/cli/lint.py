"""The command line's verb `accelxl lint`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from accelxl.cli.show import counted, out, print_json

if TYPE_CHECKING:
    from accelxl.workbook.lint.run import Breach, Report

app = typer.Typer(rich_markup_mode=None)


class Format(StrEnum):
    """How a report is printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


STYLES = {"E": "bold red", "W": "yellow"}
WORDS = {"E": "error", "W": "warning"}
WHOLE = "The book"


@app.command()
def lint(
    book: Annotated[Path, typer.Argument(help="a workbook: .xlsx or .xlsm")],
    format: Annotated[Format, typer.Option(help="text for people, json or sarif for programs")] = Format.text,
    dynamic: Annotated[
        bool, typer.Option("--dynamic", help="calculate the book as well, each input at its Low and High")
    ] = False,
    office: Annotated[bool, typer.Option("--office", help="open and draw it in LibreOffice as well")] = False,
    rules: Annotated[
        str | None, typer.Option("--rules", metavar="<ids>", help="ids, parted by commas; all of them by default")
    ] = None,
    suppress: Annotated[
        Path | None, typer.Option("--suppress", help="a file of findings that are let pass, with reasons")
    ] = None,
) -> None:
    """Judge a workbook by the standard of the templates; exit code 1 where a rule of severity E is broken."""
    from accelxl.workbook.lint import report as forms
    from accelxl.workbook.lint.run import lint as judge

    found = judge(
        book, dynamic=dynamic, with_office=office, only=rules.split(",") if rules else None, suppressions=suppress
    )
    if format is Format.json:
        print_json(forms.as_json(found))
    elif format is Format.sarif:
        print_json(forms.as_sarif(found))
    else:
        _print(found)
    if found.count("E"):
        raise typer.Exit(1)


def _print(report: Report) -> None:
    """Print the findings sheet by sheet, and what was judged."""
    sheets: dict[str, list[Breach]] = {}
    for breach in report.open:
        sheets.setdefault(breach.finding.sheet, []).append(breach)
    wide = max((len(breach.finding.cell) for breach in report.open), default=0)
    for sheet, breaches in sheets.items():
        out.print(Text(sheet or WHOLE, style="bold"))
        out.print(Padding(_table(breaches, wide), (0, 0, 1, 2)))
    out.print(_verdict(report), highlight=False)
    passed = [breach for breach in report.breaches if breach.reason]
    for breach in passed:
        out.print(
            Text(f"Let pass: {breach.rule.id} at {_where(breach)}: {breach.reason}", style="dim"), highlight=False
        )
    for remark in report.remarks:
        out.print(Text(remark, style="dim"), highlight=False)


def _table(breaches: list[Breach], wide: int) -> Table:
    """Return the breaches of a sheet; `wide` is the width of the cells' column, the same on all sheets."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for width in (max(map(len, WORDS.values())), 3, wide):
        table.add_column(no_wrap=True, min_width=width)
    table.add_column(ratio=1, overflow="fold")
    for breach in breaches:
        style = STYLES[breach.rule.severity]
        sentence = Text(breach.finding.found)
        sentence.append(f"; allowed: {breach.finding.allowed}", style="dim")
        table.add_row(
            Text(WORDS[breach.rule.severity], style=style),
            Text(breach.rule.id, style=style),
            Text(breach.finding.cell),
            sentence,
        )
    return table


def _verdict(report: Report) -> Text:
    errors, warnings = report.count("E"), report.count("W")
    rules = f"{counted(len(report.applied), 'rule')} applied to {report.path.name}"
    if not errors and not warnings:
        return Text(f"No finding: {rules}.", style="bold green")
    counts = [counted(n, WORDS[kind]) for n, kind in ((errors, "E"), (warnings, "W")) if n]
    return Text(f"{' and '.join(counts)}: {rules}.", style=STYLES["E" if errors else "W"])


def _where(breach: Breach) -> str:
    from accelxl.workbook.lint.report import where_of

    return where_of(breach) or WHOLE.lower()
