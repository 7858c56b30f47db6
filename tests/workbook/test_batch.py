"""Batches: the same bytes however they are run, on from where a run broke off, a manifest that tells it, one run at a time."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import accelxl
from accelxl.errors import AccelError, BadFile, OutOfRange, ShapeError, UnknownName, WrongType, WrongUnit
from accelxl.workbook import fill as fill_module
from accelxl.workbook.fill import Batch, fill
from accelxl.workbook.locks import LOCK, sole_use
from accelxl.workbook.manifest import JOURNAL, csv_line
from accelxl.workbook.package import Package
from accelxl.workbook.reading import frame, read
from tests.workbook.books import parts
from tests.workbook.small import small

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return small(tmp_path_factory.mktemp("small") / "small.xlsx")


def rows(count):
    return [
        {
            "book": f"b{n}",
            "rate": n / 7,
            "label": None if n % 3 else f"= {n}",
            "costs": [["x", n]] if n % 5 == 0 else None,
        }
        for n in range(count)
    ]


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# -- one result however it is run ---------------------------------------------------------------------------------------------
def test_two_processes_write_the_bytes_of_one(book, tmp_path):
    fill(book, rows(140), tmp_path / "one")
    seen = []
    done = fill(book, rows(140), tmp_path / "two", jobs=2, progress=lambda *at: seen.append(at))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert [one.path.stem for one in done] == [f"b{n}" for n in range(140)]
    assert seen == [(n, 140) for n in range(1, 141)]


def test_a_second_run_keeps_what_is_there_and_does_what_is_missing_or_changed(book, tmp_path):
    first = fill(book, rows(20), tmp_path)
    before = contents(tmp_path)
    (tmp_path / "b3.xlsx").unlink()
    (tmp_path / "b4.xlsx").write_bytes(b"changed by hand")
    changed = rows(20)
    changed[5]["rate"] = 99.0
    done = fill(book, changed, tmp_path)
    assert [n for n, one in enumerate(done) if one.status == "written"] == [3, 4, 5]
    assert {one.status for one in done} == {"written", "kept"}
    after = contents(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"b5.xlsx", "manifest.csv", "manifest.json"}
    assert [one.figures for n, one in enumerate(done) if n != 5] == [
        one.figures for n, one in enumerate(first) if n != 5
    ]
    assert {one.status for one in fill(book, changed, tmp_path, anew=True)} == {"written"}
    assert contents(tmp_path) == after


def test_another_template_or_option_is_done_anew(book, tmp_path):
    fill(book, rows(2), tmp_path)
    assert [one.status for one in fill(book, rows(2), tmp_path, recalculate=False)] == ["written", "written"]
    other = small(tmp_path / "other.xlsx", currency="USD")
    assert [one.status for one in fill(other, rows(2), tmp_path, recalculate=False)] == ["written", "written"]


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_killed_goes_on_from_there(book, tmp_path, jobs):
    count = 1500
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from accelxl.workbook.fill import fill
from tests.workbook.test_batch import rows
fill({str(book)!r}, rows({count}), {str(tmp_path / "out")!r}, jobs={jobs})
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    journal = tmp_path / "out" / JOURNAL
    while process.poll() is None and not (journal.exists() and journal.stat().st_size > 20_000):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    (tmp_path / "out" / ".b7.xlsx.accelxl0.part").write_bytes(b"half")
    deadline = time.monotonic() + 60
    batch = Batch(book, rows(count), tmp_path / "out", "", fill_module.Options(), fill_module.Dialect())
    while True:  # its workers let go of the folder as soon as they see that it is gone
        try:
            found = dict(batch.run())
            break
        except BadFile:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert 0 < batch.kept < count
    assert 0 < batch.broken_off <= batch.kept + 1
    assert len(found) == count
    fill(book, rows(count), tmp_path / "whole")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_ctrl_c_says_how_far_it_came_and_the_next_run_goes_on(book, tmp_path):
    def stop(done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(accelxl.errors.Interrupted, match="broken off after 3 of 9 books; the same command goes on"):
        fill(book, rows(9), tmp_path, progress=stop)
    done = fill(book, rows(9), tmp_path)
    assert [one.status for one in done] == ["kept"] * 3 + ["written"] * 6
    assert sorted(contents(tmp_path)) == sorted([*(f"b{n}.xlsx" for n in range(9)), "manifest.csv", "manifest.json"])


def test_a_thousand_books_keep_every_untouched_part(book, tmp_path):
    done = fill(book, [{"book": f"b{n}", "rate": n / 1000} for n in range(1000)], tmp_path)
    own = Package(book)
    records = {member.name: member.record for member in own.members}
    for one in done:
        made = Package(one.path)
        assert {m.name for m in made.members if m.record != records[m.name]} <= {"xl/worksheets/sheet1.xml"}
        assert made.names() == own.names()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads this process's memory from /proc")
def test_memory_stays_flat_while_books_are_written(book, tmp_path):
    def used():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    data = [{"book": f"b{n}", "rate": n / 3000} for n in range(3000)]
    sizes = []
    for place, _ in Batch(book, data, tmp_path, "", fill_module.Options(), fill_module.Dialect()).run():
        if place in {1100, 2990}:
            sizes.append(used())
    assert sizes[1] - sizes[0] < 8e6  # the books have 20 MB


# -- what the folder tells ----------------------------------------------------------------------------------------------------
def test_the_manifest_tells_what_each_book_was_made_from(book, tmp_path):
    done = fill(book, [{"book": "a", "label": "=1+1", "rate": 0.5}, {"book": "b", "rate": "x"}], tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text())["books"]
    assert [one["status"] for one in told] == ["written", "failed"]
    assert told[0]["inputs"] == {"label": "=1+1", "rate": 0.5}
    assert told[0]["figures"] == done[0].figures == read(done[0].path).figures
    assert told[0]["inputs_sha256"] == read(done[0].path).inputs_sha256
    assert told[0]["accelxl"] == accelxl.__version__
    assert told[1]["sentence"] == done[1].error == "row 2, rate is 'x'; a number is allowed"
    with (tmp_path / "manifest.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert lines[0]["sentence"] == ""
    assert float(lines[0]["result"]) == done[0].figures["result"]
    assert (lines[0]["book"], lines[0]["figure_sentence"]) == ("a.xlsx", "'=1+1 at 50.0%")
    assert all(not cell.startswith(("=", "+", "@")) for line in lines for cell in line.values())


def test_books_of_an_earlier_fill_stay_in_the_manifest_while_they_are_there(book, tmp_path):
    fill(book, [{"book": "a"}, {"book": "b"}], tmp_path)
    (tmp_path / "b.xlsx").unlink()
    fill(book, [{"book": "c"}], tmp_path)
    assert [one["book"] for one in json.loads((tmp_path / "manifest.json").read_text())["books"]] == [
        "c.xlsx",
        "a.xlsx",
    ]


@pytest.mark.parametrize(("name", "text"), [("manifest.csv", "mine,too\n1,2\n"), ("manifest.json", "{}")])
def test_a_manifest_of_someone_else_is_not_replaced(book, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(BadFile, match=f"{name} was not written by a fill and would be replaced"):
        fill(book, rows(1), tmp_path)
    assert contents(tmp_path) == {name: text.encode()}


def test_two_fills_into_one_folder_do_not_mix(book, tmp_path):
    with (
        sole_use(tmp_path),
        pytest.raises(BadFile, match=rf"is being filled by another run \(process {os.getpid()}\); wait"),
    ):
        fill(book, rows(1), tmp_path)
    assert not (tmp_path / LOCK).exists()
    assert len(fill(book, rows(1), tmp_path)) == 1


@pytest.mark.parametrize("lock", ["~$b0.xlsx", ".~lock.b0.xlsx#"])
def test_a_book_that_is_open_elsewhere_is_told_and_the_others_are_done(book, tmp_path, lock):
    (tmp_path / "b0.xlsx").write_bytes(b"open")
    (tmp_path / lock).write_bytes(b"")
    done = fill(book, rows(3), tmp_path)
    assert [one.status for one in done] == ["failed", "written", "written"]
    assert "b0.xlsx is open in" in done[0].error
    assert (tmp_path / "b0.xlsx").read_bytes() == b"open"


def test_a_full_disk_is_told_and_leaves_no_half_book(book, tmp_path, monkeypatch):
    opened = Path.open

    def full(self, mode="r", *args, **kwargs):
        if mode == "wb" and ".b1." in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    done = fill(book, rows(3), tmp_path)
    assert [one.status for one in done] == ["written", "failed", "written"]
    assert "b1.xlsx could not be written: no space left on device" in done[1].error
    assert sorted(contents(tmp_path)) == ["b0.xlsx", "b2.xlsx", "manifest.csv", "manifest.json"]


def test_a_line_of_csv_holds_no_formula():
    cells = ["=1", "+1", "-x", "@a", "\t=1", "\uff1d1", " =1", "plain", -1.5]
    assert csv_line(cells).strip().split(",") == [
        "'=1",
        "'+1",
        "'-x",
        "'@a",
        "'\t=1",
        "'\uff1d1",
        "' =1",
        "plain",
        "-1.5",
    ]


# -- tables -------------------------------------------------------------------------------------------------------------------
def test_a_range_is_filled_from_rows_dicts_a_frame_or_a_file(book, tmp_path):
    (tmp_path / "costs.csv").write_text("Amount;Site\n2,5;Bergen\n4;Oslo\n")
    want = [["Bergen", 2.5], ["Oslo", 4.0]]
    given = [
        want,
        [{"site": "Bergen", "amount": 2.5}, {"site": "Oslo", "amount": 4}],
        pd.DataFrame({"Amount": [2.5, 4], "Site": ["Bergen", "Oslo"]}),
        str(tmp_path / "costs.csv"),
    ]
    done = fill(book, [{"costs": one} for one in given], tmp_path / "out")
    for one in done:
        found = read(one.path)
        assert found.tables["costs"] == want
        assert found.figures["spent"] == one.figures["spent"] == 6.5
        sheet = openpyxl.load_workbook(one.path)["Data"]
        assert [[cell.value for cell in row] for row in sheet["D1:E4"]][1:] == [*want, [None, None]]


def test_rows_are_added_below_those_that_are_there_and_the_name_grows(book, tmp_path):
    done = fill(book, [{"append:actuals": [[3, 30], [4, 40]]}, {"append:actuals": [[3, 5]]}, {}], tmp_path)
    assert [one.figures["total"] for one in done] == [
        10 + 20 + 30 + 40 + 1 + 2 + 3 + 4 + 1.5,
        10 + 20 + 5 + 1 + 2 + 3 + 1.5,
        10 + 20 + 1 + 2 + 1.5,
    ]
    for one, last in zip(done, (5, 4, 3), strict=True):
        made = openpyxl.load_workbook(one.path)
        assert made.defined_names["actuals"].attr_text == f"Actuals!$A$2:$B${last}"
        assert made["Actuals"].max_row == last
    assert read(done[0].path).tables["actuals"] == [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]


def test_rows_are_added_to_a_table_of_the_spreadsheet_program(book, tmp_path):
    done = fill(book, [{"append:bills": [["=cmd", 9]]}], tmp_path)[0]
    made = openpyxl.load_workbook(done.path)["Bills"]
    assert made.tables["Bills"].ref == "A1:B4"
    assert [cell.value for cell in made[4]] == ["=cmd", 9]
    assert made["A4"].data_type == "s"


@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        (
            {"costs": [["a", 1]] * 4},
            ShapeError,
            "costs is given 4 rows; up to 3 are allowed, and more with append:costs",
        ),
        ({"costs": [["a", 1, 2]]}, ShapeError, "costs, row 1 has 3 values; 2 are needed"),
        ({"costs": [{"Site": "a", "Sum": 1}]}, UnknownName, "costs has no column 'Sum'; allowed: Site, Amount"),
        ({"costs": [{"Site": "a"}]}, ShapeError, "costs is given no column 'Amount'"),
        ({"costs": "none.csv"}, BadFile, "none.csv does not exist"),
        ({"costs": 5}, WrongType, "costs is 5; rows, a DataFrame or the name of a CSV file is allowed"),
        ({"append:cost": [[1, 2]]}, UnknownName, "'append:cost' is not a table of this template; did you mean costs?"),
        ({"costs": [["a", 1]], "append:costs": [["b", 2]]}, UnknownName, "costs is given twice"),
        ({"costs": [["a", float("inf")]]}, OutOfRange, "Amount is inf; a finite number is allowed"),
    ],
)
def test_a_table_that_does_not_fit_gets_one_sentence(book, tmp_path, row, error, words):
    with pytest.raises(error, match=words.replace("(", r"\(")):
        fill(book, [row], tmp_path / "out")


def test_rows_that_would_go_over_other_cells_are_refused(tmp_path):
    path = small(tmp_path / "small.xlsx")
    made = openpyxl.load_workbook(path)
    made["Actuals"]["B5"] = "a note"
    made.save(path)
    with pytest.raises(OutOfRange, match="actuals has no room for rows down to 5: Actuals!B5 is not empty"):
        fill(path, [{"append:actuals": [[3, 30], [4, 40]]}], tmp_path / "out")


# -- what data files may be ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("book,rate\na,0.5\n", 0.5),
        ("book;rate\na;0,5\n", 0.5),
        ("book;rate\na;0.5\n", 0.5),
        ("book\trate\na\t1234,5\n", 1234.5),
        ("book|rate\na|7\n", 7.0),
        ("book;rate;day\na;1,234;\nb;0,5;\n", 1.234),
        ("book,rate\na,1.234\n", 1.234),
    ],
)
def test_csv_of_other_countries_is_read_right(book, tmp_path, text, value):
    (tmp_path / "d.csv").write_text(text)
    assert read(fill(book, tmp_path / "d.csv", tmp_path / "out", recalculate=False)[0].path).inputs["rate"] == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("book;rate\na;1,234\n", "rate is '1,234', which may be 1.234 or 1234, and no other figure of the file tells"),
        ("book;rate\na;1.234\n", "rate is '1.234', which may be 1.234 or 1234"),
        ("book;rate\na;0,5\nb;0.5\n", "has '0.5' and '0,5'; one sign before decimals in the whole file is needed"),
        ("book;rate\na;1.234,5\n", "rate is '1.234,5'; a number is allowed"),
        ('book,rate\na,"1,234"\n', "rate is '1,234'; a number is allowed"),
        ("book;rate\na;5 EUR\n", "rate is '5 EUR', in EUR; a plain number is allowed"),
        ("book;rate\na;$5\n", r"rate is '\$5', in USD; a plain number is allowed"),
    ],
)
def test_csv_that_may_be_read_in_two_ways_is_refused(book, tmp_path, text, words):
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(AccelError, match=words):
        fill(book, tmp_path / "d.csv", tmp_path / "out")


def test_what_is_said_of_a_csv_file_is_believed(book, tmp_path):
    (tmp_path / "d.csv").write_text("book;rate\na;1.234\n")
    done = [
        fill(book, tmp_path / "d.csv", tmp_path / sign, decimal=sign, recalculate=False, anew=True) for sign in ".,"[:1]
    ]
    assert read(done[0][0].path).inputs["rate"] == 1.234
    with pytest.raises(WrongType, match=r"rate is '1.234'; a number is allowed"):
        fill(book, tmp_path / "d.csv", tmp_path / "x", decimal=",")
    with pytest.raises(WrongType, match="the separator is '#'"):
        fill(book, tmp_path / "d.csv", tmp_path / "x", separator="#")


def test_a_workbook_of_data_is_read_with_its_types(book, tmp_path):
    data = openpyxl.Workbook()
    data.active.append(["book", "rate", "day", "label"])
    data.active.append(["a", 0.25, pd.Timestamp("2027-05-01").to_pydatetime(), "'=1"])
    data.active["D2"].value, data.active["D2"].data_type = "=1+1", "s"
    data.save(tmp_path / "data.xlsx")
    found = read(fill(book, tmp_path / "data.xlsx", tmp_path / "out")[0].path)
    assert (found.inputs["rate"], found.inputs["day"].isoformat(), found.inputs["label"]) == (
        0.25,
        "2027-05-01",
        "=1+1",
    )
    assert b"<f>1+1" not in parts(tmp_path / "out" / "a.xlsx")["xl/worksheets/sheet1.xml"]


def test_a_row_in_another_currency_is_refused(book, tmp_path):
    done = fill(book, [{"book": "a", "currency": "eur"}, {"book": "b", "currency": "USD"}], tmp_path)
    assert done[0].status == "written"
    assert done[1].error == "row 2, the currency is 'USD'; the book is in EUR; its figures in EUR are needed"
    other = small(tmp_path / "none.xlsx", currency="in part")
    with pytest.raises(WrongUnit, match="the currency is 'EUR'; the book does not tell its currency"):
        fill(other, [{"currency": "EUR"}], tmp_path / "x")


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.floats(allow_nan=False, allow_infinity=False),
    label=TEXTS.filter(lambda text: text.strip() == text and text.lower() != "blank"),
    day=st.dates(pd.Timestamp("1900-03-02").date(), pd.Timestamp("2199-12-31").date()),
    costs=st.lists(st.tuples(TEXTS.filter(lambda t: t.strip() == t), st.floats(-1e300, 1e300)), min_size=1, max_size=3),
)
def test_what_is_filled_in_is_read_back(book, tmp_path, rate, label, day, costs):
    row = {"book": "b", "rate": rate, "label": label, "day": day, "costs": [list(pair) for pair in costs]}
    found = read(fill(book, [row], tmp_path, recalculate=False)[0].path)
    assert (found.inputs["rate"], found.inputs["label"], found.inputs["day"]) == (rate, label, day)
    assert [len(line) for line in found.tables["costs"]] == [2] * len(costs)
    assert all(
        type(a) is str and a == x and b == y for (a, b), (x, y) in zip(found.tables["costs"], costs, strict=True)
    )


def test_a_frame_goes_in_and_a_frame_comes_out(book, tmp_path):
    data = pd.DataFrame({"book": ["a", "b"], "rate": [0.25, 0.5]})
    done = frame(fill(book, data, tmp_path))
    held = frame(sorted(tmp_path.glob("*.xlsx")))
    assert done["result"].tolist() == held["result"].tolist() == [2051.0, 2076.0]
    assert held.loc["b", "rate"] == 0.5
    assert done["status"].tolist() == ["written", "written"]
