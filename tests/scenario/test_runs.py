"""Runs that leave files, that are broken off, and that go on."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest

from accelxl.errors import AccelError, BadFile, Interrupted, OutOfRange
from accelxl.files import as_text
from accelxl.scenario import checkpoint
from accelxl.scenario import rows as row_files
from accelxl.scenario.grids import grid
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.rows import whole
from accelxl.scenario.tables import scenarios
from tests.scenario.common import PLAN, ROOT

SPEC = {"price_usd_per_mtok": ("triangular", 0.0, 0.05, 1.2), "units": ("uniform", 8, 1024)}
METRICS = ("npv", "irr")
N = 5 * 131_072 + 1234


def run(metrics=METRICS, **options):
    return montecarlo(PLAN, SPEC, metrics, **{"n": N, "threads": 2, **options})


def left(folder):
    """Names of what lies in a folder."""
    return sorted(p.name for p in Path(folder).iterdir())


# -- files of rows ---------------------------------------------------------------------------------------------------------


def test_a_parquet_file_holds_inputs_and_metrics_of_every_scenario(tmp_path):
    outcome = run(n=200_000, out=tmp_path / "x.parquet")
    table = pq.read_table(outcome.out)
    frame = run(n=200_000, sink="frame")
    assert table.column_names == [*SPEC, *METRICS] == list(frame.columns)
    for name in frame.columns:
        assert np.array_equal(table[name].to_numpy(), frame[name].to_numpy(), equal_nan=True)
    assert left(tmp_path) == ["x.parquet"]
    column = pq.ParquetFile(outcome.out).metadata.row_group(0).column(0)
    assert (column.compression, column.has_dictionary_page) == ("UNCOMPRESSED", False)


def test_a_csv_file_reads_back_to_the_bit(tmp_path):
    # A payback without value stands as an empty field.
    metrics = ("npv", "payback_months")
    outcome = run(metrics, n=3000, out=tmp_path / "x.csv")
    frame = run(metrics, n=3000, sink="frame")
    with outcome.out.open(newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    assert head == list(frame.columns)
    values = np.array([[float(cell) if cell else np.nan for cell in line] for line in lines])
    assert np.array_equal(values, frame.to_numpy(), equal_nan=True)
    assert np.isnan(values).any()


def test_a_workbook_holds_numbers_and_empty_cells(tmp_path):
    outcome = run(n=500, out=tmp_path / "x.xlsx")
    frame = run(n=500, sink="frame")
    with closing(openpyxl.load_workbook(outcome.out, read_only=True)) as book:
        head, *lines = book["scenarios"].iter_rows(values_only=True)
    assert list(head) == list(frame.columns)
    values = np.array([[np.nan if cell is None else cell for cell in line] for line in lines], np.float64)
    assert values == pytest.approx(frame.to_numpy(), rel=1e-15, nan_ok=True)


def test_words_of_a_table_stand_in_the_file(tmp_path):
    columns = {"units": [1.0, 2.0, 3.0], "book_method": ["SL", "DDB", "SL"]}
    for name in ("x.csv", "x.parquet", "x.xlsx"):
        outcome = scenarios(PLAN, columns, "npv", sink="summary", out=tmp_path / name)
        assert outcome.n == 3
    with (tmp_path / "x.csv").open(newline="") as file:
        assert [line[1] for line in csv.reader(file)] == ["book_method", "SL", "DDB", "SL"]
    assert pq.read_table(tmp_path / "x.parquet")["book_method"].to_pylist() == ["SL", "DDB", "SL"]
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["scenarios"]
    assert [cell.value for cell in sheet["B"]] == ["book_method", "SL", "DDB", "SL"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_text_never_becomes_a_formula(tmp_path, ending):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", 'a"b,c', "plain"]
    with whole(tmp_path / f"x{ending}", ["word", "number"], ["word"]) as rows:
        rows.put([evil, np.arange(6.0)])
    if ending == ".csv":
        with (tmp_path / "x.csv").open(newline="") as file:
            found = [line[0] for line in csv.reader(file)][1:]
        assert found == [as_text(text) for text in evil]
        assert not any(text[0] in "=+-@" for text in found)
    else:
        cells = list(openpyxl.load_workbook(tmp_path / "x.xlsx")["scenarios"]["A"])[1:]
        assert [cell.value for cell in cells] == evil
        assert {cell.data_type for cell in cells} == {"s"}


def test_a_grid_streams_its_cells(tmp_path):
    axes = {"units": [1, 2, 3], "price_usd_per_mtok": np.linspace(0.1, 1, 1000)}
    outcome = grid(PLAN, axes, "npv", sink="summary", out=tmp_path / "x.parquet")
    assert np.array_equal(pq.read_table(outcome.out)["npv"].to_numpy(), grid(PLAN, axes, "npv")["npv"].reshape(-1))


@pytest.mark.parametrize(
    ("name", "options", "error", "sentence"),
    [
        ("x.json", {}, BadFile, "ends in .json; .parquet, .csv or .xlsx is allowed"),
        ("x", {}, BadFile, "ends in nothing; .parquet, .csv or .xlsx is allowed"),
        ("no/x.csv", {}, BadFile, "lies in a folder that does not exist; an existing folder is needed"),
        (
            "x.xlsx",
            {"n": 2_000_000},
            OutOfRange,
            "would have 2,000,000 rows; a sheet holds up to 1,048,575, .parquet and .csv any number",
        ),
        (
            "x.xlsx",
            {"checkpoint": "c"},
            BadFile,
            "is given with a checkpoint; .parquet or .csv is allowed, whose rows can be kept in parts",
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused_before_the_run(tmp_path, monkeypatch, name, options, error, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as caught:
        run(out=name, **{"n": 100, **options})
    assert str(caught.value) == f"{name} {sentence}"
    assert left(tmp_path) == []


LIMITED = """
import resource, sys
from tests.scenario.test_runs import run
from accelxl.errors import BadFile
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    run(n=300_000, out=sys.argv[1])
except BadFile as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.xlsx"])
def test_a_place_without_room_leaves_a_sentence_and_no_file(tmp_path, name):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (
        done.stdout.strip()
        == f"{tmp_path / name} could not be written: file too large; a place with room that may be written is needed"
    )
    assert done.stderr == ""
    assert left(tmp_path) == []


def test_a_full_disk_leaves_a_sentence_and_no_file(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with pytest.raises(BadFile, match=r"x\.parquet could not be written: no space left on device"):
            run(n=300_000, out=disk / "x.parquet")
        assert left(disk) == []
        with pytest.raises(BadFile, match="c could not be written: no space left on device"):
            run(checkpoint=disk / "c", checkpoint_seconds=0)
        assert left(disk) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_failed_run_leaves_the_file_of_the_last_one(tmp_path):
    path = tmp_path / "x.csv"
    run(n=100, out=path)
    before = path.read_bytes()

    def break_off(done, total):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(n=100_000, out=path, progress=break_off)
    assert path.read_bytes() == before
    assert left(tmp_path) == ["x.csv"]


def test_parquet_without_its_package_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(AccelError) as caught:
        run(n=100, out=tmp_path / "x.parquet")
    assert (
        str(caught.value)
        == "a Parquet file needs the package pyarrow, which is not installed; accelxl[parquet] brings it"
    )
    assert left(tmp_path) == []


# -- broken off and resumed -------------------------------------------------------------------------------------------------


class Stop:
    """Breaks a run off by Ctrl-C once it has come some way."""

    def __init__(self, after):
        self.after = after

    def __call__(self, done, total):
        if done >= self.after:
            raise KeyboardInterrupt


def told(outcome):
    return repr((outcome.summaries, [h.counts.tolist() for h in outcome.histograms.values()], outcome.top))


EVERYTHING = ("summary", "histogram", "top")


def test_ctrl_c_says_how_far_the_run_came(tmp_path):
    with pytest.raises(Interrupted) as caught:
        run(out=tmp_path / "x.parquet", progress=Stop(300_000))
    assert str(caught.value).startswith("stopped after ")
    assert str(caught.value).endswith(f" of {N:,} scenarios")
    assert int(str(caught.value).split()[2].replace(",", "")) >= 300_000
    assert left(tmp_path) == []


def test_ctrl_c_is_still_a_keyboard_interrupt():
    with pytest.raises(KeyboardInterrupt):
        run(progress=Stop(1))


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "sketch"])
def test_a_run_that_was_broken_off_goes_on_to_the_same_result(tmp_path, monkeypatch, exact):
    if not exact:
        monkeypatch.setattr("accelxl.scenario.collect.EXACT_FIGURES", 0)
    want = told(run(sink=EVERYTHING))
    path = tmp_path / "run.ckpt"
    seen = []
    for after in (200_000, 400_000):
        with pytest.raises(
            Interrupted, match=f"; {path} holds the first [1-9][0-9,]*: the same call goes on from there"
        ):
            run(sink=EVERYTHING, checkpoint=path, checkpoint_seconds=0, progress=Stop(after))
    found = run(
        sink=EVERYTHING, checkpoint=path, checkpoint_seconds=0, threads=1, progress=lambda done, _: seen.append(done)
    )
    assert told(found) == want
    assert seen[0] > 262_144
    assert left(tmp_path) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_ctrl_c_while_a_checkpoint_is_written_says_how_far_the_run_came(tmp_path, monkeypatch, moment):
    path, write, seen = tmp_path / "run.ckpt", checkpoint.save, []

    def broken_off(*given):
        seen.append(given)
        if moment == "after" or len(seen) == 1:
            write(*given)
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", broken_off)
    held = {"before": 131_072, "after": 262_144}[moment]
    sentence = (
        f"stopped after 262,144 of {N:,} scenarios; {path} holds the first {held:,}: the same call goes on from there"
    )
    with pytest.raises(Interrupted) as caught:
        run(checkpoint=path, checkpoint_seconds=0)
    assert str(caught.value) == sentence
    monkeypatch.setattr(checkpoint, "save", write)
    assert told(run(checkpoint=path)) == told(run())


def test_rows_of_a_resumed_run_are_those_of_a_whole_one(tmp_path):
    n = 2 * 131_072 + 1234
    run(n=n, out=tmp_path / "want.parquet")
    want = pq.read_table(tmp_path / "want.parquet")
    for ending in ("parquet", "csv"):
        options = {"out": tmp_path / f"x.{ending}", "checkpoint": tmp_path / "c", "checkpoint_seconds": 0, "n": n}
        with pytest.raises(Interrupted):
            run(**options, progress=Stop(150_000))
        assert not (tmp_path / f"x.{ending}").exists()
        outcome = run(**options)
        if ending == "parquet":
            assert pq.read_table(outcome.out).equals(want)
        else:
            with outcome.out.open() as file:
                assert sum(1 for _ in file) == n + 1
            found = np.genfromtxt(outcome.out, delimiter=",", skip_header=n - 10)
            assert np.array_equal(found[:, 2], want["npv"].to_numpy()[n - 11 :], equal_nan=True)
    assert left(tmp_path) == ["want.parquet", "x.csv", "x.parquet"]


KILLED = """
import sys
from tests.scenario.test_runs import run
run(n=40_000_000, threads=1, checkpoint=sys.argv[1], checkpoint_seconds=0, progress=lambda done, _: print(done, flush=True))
"""


def test_a_run_that_was_killed_goes_on_to_the_same_result(tmp_path):
    path = tmp_path / "c"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert path.exists()
    with np.load(path) as held:
        kept = int(held["at"][0])
    assert 0 < kept < 40_000_000
    first = []

    def stop(done, total):
        first.append(done)
        if done > kept + 300_000:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        run(n=40_000_000, checkpoint=path, checkpoint_seconds=0, progress=stop)
    assert kept < first[0] < kept + 300_000


def test_a_killed_run_and_a_whole_one_agree_to_the_bit(tmp_path):
    path = tmp_path / "c"
    script = KILLED.replace("40_000_000", "1_500_000")
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if int(line) > 300_000:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.communicate()
    assert path.exists()
    resumed = run(n=1_500_000, threads=2, checkpoint=path)
    assert told(resumed) == told(run(n=1_500_000))


def test_the_checkpoint_of_another_run_is_refused(tmp_path):
    path = tmp_path / "c"
    with pytest.raises(Interrupted):
        run(checkpoint=path, checkpoint_seconds=0, progress=Stop(200_000))
    held = path.read_bytes()
    for options in ({"seed": 1}, {"n": N + 1}, {"sink": "top"}, {"level": 1.0}, {"antithetic": True}):
        with pytest.raises(BadFile) as caught:
            run(checkpoint=path, **options)
        assert (
            str(caught.value)
            == f"{path} is the checkpoint of another run; a name of its own is needed for this one, or remove the file"
        )
    assert path.read_bytes() == held


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04broken"])
def test_a_damaged_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "c"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        run(checkpoint=path)
    assert str(caught.value) == f"{path} is no checkpoint of a run; remove it or name another file"
    assert path.read_bytes() == content


def test_a_run_whose_parts_are_gone_begins_anew(tmp_path):
    options = {"out": tmp_path / "x.csv", "checkpoint": tmp_path / "c", "checkpoint_seconds": 0, "n": 300_000}
    with pytest.raises(Interrupted):
        run(**options, progress=Stop(140_000))
    for part in (tmp_path / ".x.csv.parts").iterdir():
        part.unlink()
    outcome = run(**options)
    with outcome.out.open() as file:
        assert sum(1 for _ in file) == 300_001
    assert told(outcome) == told(run(n=300_000))


def test_a_table_and_a_grid_can_be_resumed_too(tmp_path):
    axes = {"units": np.arange(1.0, 301), "price_usd_per_mtok": np.linspace(0.1, 1, 1000), "book_method": ["SL", "DDB"]}
    want = grid(PLAN, axes, "npv", sink="summary")
    with pytest.raises(Interrupted):
        grid(PLAN, axes, "npv", sink="summary", checkpoint=tmp_path / "c", progress=Stop(140_000))
    assert told(grid(PLAN, axes, "npv", sink="summary", checkpoint=tmp_path / "c")) == told(want)


def test_every_format_has_a_writer():
    assert set(row_files._KINDS) == {".parquet", ".csv", ".xlsx"}
    assert json.dumps(as_text("-2")) == '"\'-2"'


def test_a_checkpoint_and_a_file_of_rows_that_are_one_file_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadFile, match="two files are needed"):
        run(out="a.csv", checkpoint=tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_array_of_numpy_is_no_checkpoint(tmp_path):
    place = tmp_path / "c"
    with place.open("wb") as file:
        np.save(file, np.arange(5))
    with pytest.raises(BadFile, match="is no checkpoint of a run; remove it or name another file"):
        run(checkpoint=place)


def test_a_run_broken_off_before_its_first_checkpoint_leaves_nothing(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(out=tmp_path / "a.csv", checkpoint=tmp_path / "c", progress=stop)
    assert list(tmp_path.iterdir()) == []
