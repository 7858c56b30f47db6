"""The demo ends with books, a comparison and a table that say the same, every figure with its source."""

import csv
import io

import pytest
from rich.console import Console

from accelxl.demo import show
from accelxl.demo.deck import cases
from accelxl.errors import BadFile
from accelxl.plan.evaluate import evaluate
from accelxl.workbook.reading import read
from tests.workbook.office import convert


def test_every_input_of_the_deck_has_a_source_and_a_tag():
    for case in cases():
        for entry in case.entries:
            assert entry.source
            assert entry.tag in {"assumption", "published", "measured", "derived", "estimate"}


def test_every_fleet_serves_the_same_published_demand():
    demand = {case.plan["demand_mtok_per_month"] for case in cases()}
    assert len(demand) == 1
    assert demand.pop() == pytest.approx(776e9 / 1e6 * 365 / 12)
    for case in cases():
        assert case.plan.tranches[0]["units"] % 8 == 0


def test_the_demo_writes_books_that_agree_with_its_table(tmp_path, monkeypatch):
    monkeypatch.setattr(show, "SCENARIOS", 2_000)
    monkeypatch.setattr(show, "program", lambda: None)  # the pages have their own test
    text = io.StringIO()
    written = show.run(tmp_path / "demo", Console(file=text, width=140))
    assert sorted(path.name for path in written) == sorted(path.name for path in (tmp_path / "demo").iterdir())
    with (tmp_path / "demo" / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["device"] for row in rows] == ["H100", "H200", "B200"]
    for row, case in zip(rows, cases(), strict=True):
        assert float(row["npv"]) == evaluate(case.plan, ["npv"])["npv"]
        assert 0 <= float(row["chance_npv_below_0"]) <= 1
        assert row["device"] in text.getvalue()
    assert "chance NPV < 0" in text.getvalue()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile, match="file"):
        show.run(tmp_path / "file" / "demo", Console(file=io.StringIO()))


def sheets(path):
    """Every sheet's values, as they are stored in the file."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.mark.office("soffice")
def test_libreoffice_recalculates_the_demos_books_to_the_values_they_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(show, "SCENARIOS", 2_000)
    monkeypatch.setattr(show, "program", lambda: None)
    written = show.run(tmp_path / "demo", Console(file=io.StringIO()))
    monkeypatch.undo()
    books = [path for path in written if path.name.startswith("budget_")]
    assert len(books) == 3
    for book, again in zip(books, convert(books, tmp_path / "office", "xlsx"), strict=True):
        held, computed = sheets(book), sheets(again)
        seen = 0
        for name, rows in held.items():
            if name == "Checks":  # its ACCEL_ cells have no add-in here
                continue
            for row, other in zip(rows, computed[name], strict=False):
                for value, right in zip(row, other, strict=False):
                    if isinstance(value, float) and value:
                        assert right == pytest.approx(value, rel=1e-9), (book.name, name)
                        seen += 1
        assert seen > 4000
        assert read(again).figures["chk_total"] == 0


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_on_the_terminal_has_whole_headings_and_figures(width, monkeypatch):
    monkeypatch.setattr(show, "SCENARIOS", 2_000)
    text = io.StringIO()
    show._print(Console(file=text, width=width), [show.answer(case) for case in cases()], [])
    assert "…" not in text.getvalue()
    assert max(map(len, text.getvalue().splitlines())) <= width
    assert all(word in text.getvalue() for heading in show.HEADINGS for word in heading.split("/"))
