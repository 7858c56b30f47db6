"""Section 5 of the standard, by LibreOffice: the book opened, recalculated and drawn."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile
from accelxl.workbook.board import SECONDS, board, office, profile
from accelxl.workbook.book import Workbook, load
from accelxl.workbook.lint.facts import Facts
from accelxl.workbook.lint.rules import Finding, Section

section = Section("In LibreOffice")
rule = section.rule

_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_BAD = re.compile(r"###|#NAME|#REF|#DIV|#VALUE|Err:\d+")


@rule("P08", "own", how="O")
def board_on_a_page(facts: Facts) -> Iterator[Finding]:
    """Each board prints on one page and shows its figures."""
    with tempfile.TemporaryDirectory(prefix="accelxl-lint-") as folder:
        pdf = board(facts.path, Path(folder) / "board.pdf", recalculate=True)
        pages = len(_PAGE.findall(pdf.read_bytes()))
        text = _text(pdf)
    if pages != len(facts.outputs):
        yield Finding("Board", "", f"{len(facts.outputs)} board sheets print on {pages} pages", "one page for each")
    if text is None:
        return
    for wrong in sorted(set(_BAD.findall(text))):
        yield Finding("Board", "", f"the page shows {wrong}", "figures")
    message = facts.cell_named("out_message")
    words = facts.book.at(message) if message else None
    if isinstance(words, str) and " ".join(words.split()) not in " ".join(text.split()):
        yield Finding("Board", "", f"the page does not say {words!r}", "the message of the board")


def _text(pdf: Path) -> str | None:
    """Return the text of a PDF; None where poppler is not installed."""
    program = shutil.which("pdftotext")
    if program is None:
        return None
    command = [program, "-layout", str(pdf), "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    return done.stdout


@rule("P09", "own", how="O")
def opens_elsewhere(facts: Facts) -> Iterator[Finding]:
    """LibreOffice opens the book and calculates the same checks and figures."""
    theirs = _recalculated(facts.path)
    for name, rect in facts.names.items():
        if not name.startswith(("out_", "chk_")) or name == "chk_not_calculated":
            continue
        own, other = facts.book.at(rect[:3]), _named(theirs, name)
        near = isinstance(own, float) and isinstance(other, float) and isclose(own, other, rel_tol=1e-9, abs_tol=1e-3)
        if own != other and not near:
            yield facts.finding(rect[:3], f"{name} is {own!r} in the book and {other!r} in LibreOffice", "the same")


def _named(book: Workbook, name: str) -> Any:
    spelled = next((own for own in book.names if own.lower() == name), None)
    place = book.target(spelled) if spelled else None
    return None if place is None else book.at(place[:3])


def _recalculated(path: Path) -> Workbook:
    """Return the book as LibreOffice calculates and saves it."""
    with tempfile.TemporaryDirectory(prefix="accelxl-lint-") as folder:
        own = Path(folder)
        profile(own / "profile" / "user", "0")
        command = [office(), f"-env:UserInstallation={(own / 'profile').as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", "xlsx", "--outdir", str(own / "out"), str(path)]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise BadFile(f"LibreOffice did not open {path} within {SECONDS} s") from error
        made = own / "out" / f"{path.stem}.xlsx"
        if not made.exists():
            raise BadFile(f"LibreOffice did not open {path}")
        book = load(made)
        for place in range(len(book.titles)):
            book.sheet(place)
        return book
