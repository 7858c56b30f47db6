"""Books of which a part is damaged or missing: one sentence that names it, and no copy that carries it on."""

import os
import zipfile

import pytest

from accelxl.errors import BadFile
from accelxl.files import write_atomically
from accelxl.workbook.board import board
from accelxl.workbook.book import load
from accelxl.workbook.fill import fill
from accelxl.workbook.lint.run import lint
from tests.workbook.books import BOOKS, parts

BOOK = BOOKS["cost_per_inference"]
ROW = {"book": "a", "utilization": 0.5}


def without(path, gone):
    """Write the book without a part."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(BOOK).items():
            if name != gone:
                archive.writestr(name, data)
    return path


def damaged(path, part):
    """Write the book with bytes inside a part that do not unpack."""
    data = bytearray(BOOK.read_bytes())
    with zipfile.ZipFile(BOOK) as archive:
        start = archive.getinfo(part).header_offset + 80
    data[start : start + 60] = bytes(byte ^ 255 for byte in data[start : start + 60])
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(
    "part", ["xl/charts/chart1.xml", "xl/drawings/drawing1.xml", "xl/worksheets/sheet3.xml", "xl/styles.xml"]
)
def test_a_missing_part_is_named_and_nothing_is_filled(tmp_path, part):
    book = without(tmp_path / "m.xlsx", part)
    with pytest.raises(BadFile, match=rf"m\.xlsx is damaged: the part {part}.*is missing"):
        fill(book, [ROW], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadFile, match="is missing"):
        lint(book)


def test_a_sheet_without_a_part_is_named(tmp_path):
    with pytest.raises(BadFile, match=r"m\.xlsx is damaged: its sheet 'Cover' has no part"):
        load(without(tmp_path / "m.xlsx", "xl/_rels/workbook.xml.rels"))


@pytest.mark.parametrize("part", ["xl/charts/chart2.xml", "docProps/core.xml", "xl/theme/theme1.xml"])
def test_a_damaged_part_that_no_fill_would_touch_is_named(tmp_path, part):
    with pytest.raises(BadFile, match=rf"d\.xlsx is damaged: the part {part} cannot be unpacked"):
        fill(damaged(tmp_path / "d.xlsx", part), [ROW], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.office("soffice")
def test_a_damaged_or_encrypted_book_gives_no_board(tmp_path):
    with pytest.raises(BadFile, match=r"d\.xlsx is damaged: the part xl/worksheets/sheet2.xml cannot be unpacked"):
        board(damaged(tmp_path / "d.xlsx", "xl/worksheets/sheet2.xml"), tmp_path / "b.pdf")
    (tmp_path / "e.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(BadFile, match=r"e\.xlsx is encrypted or of the old \.xls kind"):
        board(tmp_path / "e.xlsx", tmp_path / "b.pdf")
    assert not (tmp_path / "b.pdf").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadFile, match="pipe is a device or a pipe; the name of a file is needed"):
        write_atomically(pipe, b"data")
    assert not pipe.is_file()
