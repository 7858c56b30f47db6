"""Pages of a board without an office: the figures of the sheet, formatted as its cells are, and its charts."""

import re
import subprocess

import openpyxl
import pytest

from accelxl.errors import BadFile, Missing
from accelxl.workbook import board as board_module
from accelxl.workbook.board import board
from accelxl.workbook.book import load
from accelxl.workbook.drawing import chart_of, svg
from accelxl.workbook.fill import fill
from accelxl.workbook.numberformat import formatted
from accelxl.workbook.typeset import page
from tests.workbook.books import BOOKS, BUDGET
from tests.workbook.small import small


@pytest.fixture
def no_office(monkeypatch):
    monkeypatch.setattr(board_module, "office_here", lambda: None)


def words(block):
    cells = [text for cell in block.get("cells", ()) for text in cell.values()]
    return [block.get("text", ""), *cells, *(cell for row in block.get("rows", ()) for cell in row)]


@pytest.mark.parametrize("name", BOOKS)
def test_a_page_has_every_figure_of_its_board(name):
    book = load(BOOKS[name])
    place = book.titles.index("Board")
    made = page(book, place)
    shown = {text for block in made["parts"] for text in words(block)}
    numbers = {
        round(value, 3)
        for text in shown
        if (plain := re.sub(r"[,()%]", "", text)).replace(".", "", 1).isdigit()
        for value in [float(plain)]
    }
    for figure in book.names:
        target = book.target(figure)
        if not figure.startswith("out_") or target is None or target[0] != place:
            continue
        value = book.at(target[:3])
        if isinstance(value, str):
            assert value in shown, figure
        else:
            near = [abs(value) * scale for scale in (1, 100, 1e-3, 1e-6, 1e-9)]
            assert any(abs(number - one) <= 0.051 for number in numbers for one in near), (figure, value)
    pictures = [picture for block in made["parts"] if block["kind"] == "charts" for picture in block["pictures"]]
    assert len(pictures) == len(openpyxl.load_workbook(BOOKS[name])["Board"]._charts) > 0


@pytest.mark.office("poppler")
def test_without_an_office_the_board_is_one_page_set_by_typst(tmp_path, no_office):
    pytest.importorskip("typst")
    done = fill(BUDGET, [{"book": "#set $x$ _b_", "units_2": 0}], tmp_path)[0]
    pdf = board(done.path, tmp_path / "b.pdf")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert text.count("\f") == 1
    for words_of in ("All checks pass", "Net present value", "Cash over the life", "256 x H100 SXM"):
        assert words_of in text
    assert formatted(done.figures["out_npv_usd"], "#,##0.0,,;(#,##0.0,,)") in text


def test_without_an_office_and_typst_one_sentence_says_what_to_install(tmp_path, no_office, monkeypatch):
    monkeypatch.setattr(board_module, "available", lambda: False)
    with pytest.raises(Missing, match=r"LibreOffice is not on this machine .*pip install 'accelxl\[typeset\]'"):
        board(BUDGET, tmp_path / "b.pdf")


def test_a_book_without_a_board_is_refused(tmp_path, no_office):
    pytest.importorskip("typst")
    with pytest.raises(BadFile, match="has no sheet whose name begins with 'Board'; it has Data, Actuals, Bills"):
        board(small(tmp_path / "s.xlsx"), tmp_path / "b.pdf")
    assert not (tmp_path / "b.pdf").exists()


def test_columns_are_as_high_as_their_values():
    chart = chart_of(load(BUDGET).package.part("xl/charts/chart4.xml"))
    assert [one.name for one in chart.series] == ["Revenue", "EBITDA", "Capex"]
    bars = re.findall(
        r'<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="#(\w+)"', svg(chart, 400, 200)
    )
    values = [abs(value) for one in chart.series for value in one.values if value is not None]
    assert len(bars) == len(values)
    scale = max(values) / max(float(height) for height, _ in bars)
    for (height, _), value in zip(bars, values, strict=True):
        assert float(height) * scale == pytest.approx(value, abs=scale * 0.02)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234567.0, "#,##0", "1,234,567"),
        (-1234.5, "#,##0.0;(#,##0.0)", "(1,234.5)"),
        (0.0, '#,##0;(#,##0);"-"', "-"),
        (0.1234, "0.0%", "12.3%"),
        (2.5e6, '0.0,,"m"', "2.5m"),
        (-3.0, "0.00", "-3.00"),
        (-0.001, "0.0", "0.0"),
        (12.0, "[Red]0", "12"),
        ("word", "0", "word"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value, code, text):
    assert formatted(value, code) == text
