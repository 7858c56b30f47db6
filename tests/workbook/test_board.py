"""The board pack shows the board's figures on one page and refuses what it cannot draw."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from accelxl.errors import BadFile
from accelxl.workbook.board import board

BUDGET = Path(__file__).parents[2] / "workbooks" / "accelerator_budget.xlsx"


@pytest.mark.office("soffice", "poppler")
@pytest.mark.parametrize("recalculate", [False, True])
def test_the_board_is_one_page_with_its_figures(tmp_path, recalculate):
    pdf = board(BUDGET, tmp_path / "board.pdf", recalculate=recalculate)
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert text.count("\f") == 1
    assert "Net present value" in text
    assert "All checks pass" in text
    assert any(character.isdigit() and character != "0" for character in text)


@pytest.mark.office("soffice")
def test_a_book_without_a_board_is_refused(tmp_path):
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(BUDGET) as given, zipfile.ZipFile(other, "w") as made:
        for name in given.namelist():
            data = given.read(name)
            made.writestr(name, data.replace(b'name="Board"', b'name="Panel"') if name == "xl/workbook.xml" else data)
    with pytest.raises(BadFile, match=r"no sheet whose name begins with 'Board'.*Panel"):
        board(other, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.office("soffice")
@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_a_book_that_is_missing_or_damaged_is_refused(tmp_path, content):
    book = tmp_path / "book.xlsx"
    if content is not None:
        book.write_bytes(content)
    with pytest.raises(BadFile, match=r"book\.xlsx"):
        board(book)
