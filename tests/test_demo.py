"""The demo ends with books, a comparison and a table that say the same, every figure with its source."""

import csv
import io

import pytest
from rich.console import Console

from accelxl.demo import show
from accelxl.demo.deck import cases
from accelxl.errors import BadFile
from accelxl.plan.evaluate import evaluate


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
    monkeypatch.setattr(show.shutil, "which", lambda _: None)  # the pages have their own test
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
