"""The command line's part for workbooks: `accelxl fill`, `read`, `board`, `freeze`, `thaw`, `relink` and `compare`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accelxl.cli.show import bar, counted, figure, out, print_json, say
from accelxl.cli.table import print_table
from accelxl.functions.cells import CellError

if TYPE_CHECKING:
    from accelxl.workbook.reading import Read

app = typer.Typer(rich_markup_mode=None)
Book = Annotated[Path, typer.Argument(help="a workbook")]
To = Annotated[Path | None, typer.Option("--out", help="where it goes; the default stands beside the book")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]
MOST_OF_HEAD = 24
"""Letters of a book's name that stand above its column."""
SENTENCES = 80
"""Cells of a line that has texts, in a file or pipe."""
MOST_TOLD = 20
"""Sentences of books that failed which are printed; the manifest has them all."""


@app.command()
def fill(
    template: Annotated[Path, typer.Argument(help="a template workbook")],
    data: Annotated[Path, typer.Argument(help="CSV, JSON or .xlsx with a row for each book; columns are input names")],
    folder: Annotated[Path, typer.Option("--out", help="the folder the books go to")],
    pattern: Annotated[
        str,
        typer.Option(
            metavar="<name>", help="name of each book, such as budget_{units_1}; the default is the column book"
        ),
    ] = "",
    jobs: Annotated[
        int | None, typer.Option(metavar="<count>", help="processes; the default is one for each processor")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="write books anew that are there and have not changed")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="also write books whose own checks fail")] = False,
    no_recalculation: Annotated[
        bool, typer.Option("--no-recalculation", help="leave the formulas to the program that opens the book")
    ] = False,
    separator: Annotated[str, typer.Option(metavar="<sign>", help="the sign between the columns of a CSV file")] = "",
    decimal: Annotated[str, typer.Option(metavar="<sign>", help="the sign before decimals in a CSV file, . or ,")] = "",
) -> None:
    """Fill copies of a template, one for each row of data; books that are there and have not changed are kept."""
    from accelxl.parallel import cores
    from accelxl.workbook.batch import Options
    from accelxl.workbook.delimited import Dialect
    from accelxl.workbook.fill import Batch

    options = Options(recalculate=not no_recalculation, failing=failing)
    dialect = Dialect({"tab": "\t", "\\t": "\t"}.get(separator, separator), decimal)
    batch = Batch(template, data, folder, pattern, options, dialect)
    if batch.note:
        say.print(batch.note, markup=False, soft_wrap=True)
    for remark in batch.remarks:
        say.print(f"accelxl: {remark}", markup=False, highlight=False, soft_wrap=True)
    written, sentences = 0, {}
    with bar("books") as progress:
        for place, one in batch.run(processes=jobs or cores(), anew=anew, progress=progress):
            written += one.status == "written"
            if one.error:
                sentences[place] = one.error
    _tell(sentences)
    kept = f", {batch.kept:,} kept as {'it was' if batch.kept == 1 else 'they were'}" if batch.kept else ""
    failed = f", {len(sentences):,} failed" if sentences else ""
    again = "; it went on from a run that had broken off" if batch.broken_off else ""
    out.print(
        f"{counted(written, 'book')} in {folder}{kept}{failed}{again}", markup=False, highlight=False, soft_wrap=True
    )
    if sentences:
        raise typer.Exit(1)


def _tell(sentences: dict[int, str]) -> None:
    for place in sorted(sentences)[:MOST_TOLD]:
        say.print(f"accelxl: {sentences[place]}", markup=False, soft_wrap=True)
    if len(sentences) > MOST_TOLD:
        say.print(f"accelxl: {len(sentences) - MOST_TOLD} more in manifest.csv", markup=False)


@app.command()
def read(
    books: Annotated[list[Path], typer.Argument(help="workbooks")],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="print CSV, a row for each book")] = False,
) -> None:
    """Print the inputs and figures that books hold."""
    from accelxl.workbook.manifest import csv_line
    from accelxl.workbook.reading import read as held

    found = [held(book) for book in books]
    if as_json:
        data = [_record(one) for one in found]
        print_json(data[0] if len(data) == 1 else data)
    elif as_csv:
        names = list(dict.fromkeys(name for one in found for name in (*one.inputs, *one.figures)))
        print(csv_line(["book", *names]), end="")
        for one in found:
            values = one.inputs | one.figures
            print(csv_line([one.path.stem, *(_plain(values.get(name)) for name in names)]), end="")
    else:
        for one in found:
            print_table(
                ("name", "value"), [(name, _shown(value)) for name, value in (one.inputs | one.figures).items()]
            )
            say.print(f"{one.path}: {_made(one)}", markup=False, soft_wrap=True)


def _made(one: Read) -> str:
    template = f"{one.template} version {one.version}, " if one.template else ""
    return f"{template}inputs {one.inputs_sha256[:16]}{', frozen' if one.frozen else ''}"


def _record(one: Read) -> dict[str, Any]:
    return {
        "book": str(one.path),
        "template": one.template,
        "version": one.version,
        "inputs_sha256": one.inputs_sha256,
        "frozen": one.frozen is not None,
        "inputs": {name: _plain(value) for name, value in one.inputs.items()},
        "tables": {name: [[_plain(cell) for cell in row] for row in rows] for name, rows in one.tables.items()},
        "figures": {name: _plain(value) for name, value in one.figures.items()},
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON and CSV have it: a date as ISO 8601 writes it, an error as its text."""
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, CellError) else value


def _shown(value: Any) -> str:
    return "" if value is None else figure(value) if isinstance(value, float) else str(value)


@app.command()
def board(
    book: Annotated[Path, typer.Argument(help="a workbook with board sheets")],
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="where the PDF goes; the default stands beside the book")
    ] = None,
) -> None:
    """Draw the board sheets of a book as a PDF, one page a sheet."""
    from accelxl.workbook.board import board as draw

    out.print(str(draw(book, pdf)), markup=False, highlight=False, soft_wrap=True)


@app.command()
def freeze(book: Book, to: To = None) -> None:
    """Write a copy for sharing: values in place of formulas, the book itself kept inside."""
    from accelxl.workbook.freeze import freeze as make
    from accelxl.workbook.reading import read as held

    path = make(book, to)
    out.print(f"{path}: {_made(held(path))}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def thaw(
    book: Book,
    to: To = None,
    lose_changes: Annotated[
        bool, typer.Option("--lose-changes", help="thaw although cells were changed; the changes are lost")
    ] = False,
) -> None:
    """Give back the book that was frozen, byte for byte."""
    from accelxl.workbook.freeze import thaw as make

    out.print(str(make(book, to, lose_changes=lose_changes)), markup=False, highlight=False, soft_wrap=True)


@app.command()
def relink(book: Book, to: To = None) -> None:
    """Write a copy whose formulas call AccelXL by plain names, without links to the place of an add-in."""
    from accelxl.workbook.relink import relink as make

    out.print(make(book, to).sentence(), markup=False, highlight=False, soft_wrap=True)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="a workbook")],
    second: Annotated[Path, typer.Argument(help="another one of the same template")],
    as_json: AsJson = False,
) -> None:
    """Show which inputs of two books differ, which figures moved, and which input moved them most."""
    from accelxl.workbook.compare import compare_books

    found = compare_books(first, second)
    if as_json:
        inputs = {name: [_nested(a), _nested(b)] for name, (a, b) in found.inputs.items()}
        figures = {
            one.name: {
                "a": _plain(one.a), "b": _plain(one.b), "change": one.change, "most": one.most,
                "together": one.together, "rest": one.rest, "effects": one.effects,
            }
            for one in found.figures
        }  # fmt: skip
        print_json({"inputs": inputs, "figures": figures, "only_a": found.only_a, "only_b": found.only_b})
        return
    heads = _heads(first, second)
    width = min(out.width, SENTENCES)  # texts among the figures would make every line of a file as long as they are
    width = out.width if out.is_terminal else width
    print_table(("input", *heads), [(name, *map(_value, pair)) for name, pair in found.inputs.items()], width=width)
    rows = []
    for one in found.figures:
        share = one.effects.get(one.most)
        most = f"{one.most} ({figure(share)})" if share is not None else ""
        rows.append((one.name, _value(one.a), _value(one.b), "" if one.change is None else figure(one.change), most))
    print_table(("figure", *heads, "change", "moved most by"), rows, width=width)
    for name in (*found.only_a, *found.only_b):
        say.print(f"{name} is in {heads[0] if name in found.only_a else heads[1]} alone", markup=False)


def _heads(first: Path, second: Path) -> tuple[str, str]:
    """Return the headings of two books: their names, or "first" and "second" where these are long or the same."""
    if first.stem != second.stem and max(len(first.stem), len(second.stem)) <= MOST_OF_HEAD:
        return first.stem, second.stem
    for name, path in (("first", first), ("second", second)):
        out.print(f"{name}: {path}", markup=False, highlight=False, soft_wrap=True)
    return "first", "second"


def _nested(value: Any) -> Any:
    return [[_plain(cell) for cell in row] for row in value] if isinstance(value, list) else _plain(value)


def _value(value: Any) -> str:
    return counted(len(value), "row") if isinstance(value, list) else _shown(value)
