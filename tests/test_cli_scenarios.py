"""The command line's verbs over many plans: what they print is what the functions give; mistakes and Ctrl-C get a sentence."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

import openpyxl
import pyarrow.parquet as pq
import pytest
import typer.core

from accelxl import cli
from accelxl.cli.show import column, error_in
from accelxl.scenario.grids import grid
from accelxl.scenario.montecarlo import montecarlo
from accelxl.scenario.solver import breakeven
from accelxl.scenario.stress import stress
from accelxl.scenario.tornado import tornado
from tests.test_cli import PLAN, ROOT, accelxl

AS_DICT = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
DRAWS = ("--draw", "price_usd_per_mtok=triangular:0.1:0.6:1.2", "--draw", "utilization=pert:0.2:0.6:0.9")
SPEC = {"price_usd_per_mtok": ("triangular", 0.1, 0.6, 1.2), "utilization": ("pert", 0.2, 0.6, 0.9)}


MC = ("montecarlo", "plan.csv")
MANY = "npv,irr,roi,mirr,revenue_usd,opex_usd,capex_usd,tax_usd,required_revenue_usd_per_year"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN)
    return tmp_path


def good(*words, folder):
    done = accelxl(*words, folder=folder)
    assert done.returncode == 0, done.stderr
    return done


def test_montecarlo_gives_the_figures_of_the_function(folder):
    done = good(
        "montecarlo", "plan.csv", *DRAWS, "--correlate", "price_usd_per_mtok,utilization=0.4", "--n", "2e4", "--seed", "7",
        "--metrics", "npv,irr", "--percentiles", "5,50", "--level", "1e5", "--threads", "1", "--json", folder=folder,
    )  # fmt: skip
    want = montecarlo(
        AS_DICT, SPEC, ("npv", "irr"), 20_000, 7, (5, 50), {("price_usd_per_mtok", "utilization"): 0.4}, level=1e5
    )
    found = json.loads(done.stdout)
    assert (found["n"], found["seed"]) == (20_000, 7)
    for name in ("npv", "irr"):
        assert found["metrics"][name]["mean"] == want[name].mean
        assert found["metrics"][name]["share_below"] == want[name].share_below
        assert found["metrics"][name]["percentiles"] == {
            "5": want[name].percentiles[5],
            "50": want[name].percentiles[50],
        }


def test_montecarlo_reads_its_draws_from_a_file(folder):
    (folder / "draws.csv").write_text(
        "name,kind,a,b,c\nprice_usd_per_mtok,triangular,0.1,0.6,1.2\ninstall_months,discrete,0,3\ninstall_months,discrete,6,1\n"
    )
    (folder / "draws.json").write_text(
        json.dumps(
            {"price_usd_per_mtok": ["triangular", 0.1, 0.6, 1.2], "install_months": ["discrete", [0, 6], [3, 1]]}
        )
    )
    printed = [
        good("montecarlo", "plan.csv", "--draws", name, "--n", "1000", "--json", folder=folder).stdout
        for name in ("draws.csv", "draws.json")
    ]
    spec = {"price_usd_per_mtok": ("triangular", 0.1, 0.6, 1.2), "install_months": ("discrete", [0, 6], [3, 1])}
    assert printed[0] == printed[1]
    assert json.loads(printed[0])["metrics"]["npv"]["mean"] == montecarlo(AS_DICT, spec, "npv", n=1000)["npv"].mean


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.xlsx"])
def test_montecarlo_writes_every_scenario(folder, name):
    done = good("montecarlo", "plan.csv", *DRAWS, "--metrics", "npv", "--n", "300", "--out", name, folder=folder)
    assert f"written to {name}" in done.stderr
    assert len(_column(folder / name, "npv")) == 300


def _column(path, name):
    if path.suffix == ".parquet":
        return pq.read_table(path)[name].to_pylist()
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return [row[name] for row in csv.DictReader(file)]
    head, *rows = openpyxl.load_workbook(path)["scenarios"].iter_rows(values_only=True)
    return [row[head.index(name)] for row in rows]


@pytest.mark.parametrize("width", [80, 140])
def test_what_people_read_fits_their_terminal(folder, width, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    for words in (
        ("montecarlo", "plan.csv", *DRAWS, "--n", "5000"),
        ("montecarlo", "plan.csv", *DRAWS, "--n", "5000", "--metrics", MANY),
        ("tornado", "plan.csv"),
        ("grid", "plan.csv", "--axis", "units=1:64:7", "--axis", "utilization=0.2:0.9:8"),
        ("grid", "plan.csv", "--axis", "units=1:64:7", "--axis", "utilization=0.2:0.9:8", "--axis", "pue=1.1,1.2"),
        ("breakeven", "plan.csv", "price_usd_per_mtok", "--over", "utilization=0.3:0.9:4"),
    ):  # fmt: skip
        done = _at(width, *words, folder=folder)
        assert done.returncode == 0, done.stderr
        assert max(map(len, done.stdout.splitlines())) <= width, done.stdout


def _at(width, *words, folder, **settings):
    command = [sys.executable, "-m", "accelxl", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(width), **settings}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, timeout=120, check=False, env=env, encoding="utf-8"
    )


def test_a_terminal_of_ascii_gets_no_other_characters(folder):
    for words in (("montecarlo", "plan.csv", *DRAWS, "--n", "2000"), ("tornado", "plan.csv")):
        done = _at(80, *words, folder=folder, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()
        assert "#####" in done.stdout or "<<<<" in done.stdout


def test_the_printed_summary_is_that_of_the_function(folder):
    text = good("montecarlo", "plan.csv", *DRAWS, "--n", "5000", "--metrics", "irr", folder=folder).stdout
    want = montecarlo(AS_DICT, SPEC, "irr", n=5000)["irr"]
    assert re.search(rf"^mean +{want.mean:.1%}", text, re.MULTILINE)
    assert re.search(rf"^percentile 50 +{want.percentiles[50]:.1%}", text, re.MULTILINE)
    assert re.search(rf"^below 0 +{want.share_below:.2%}", text, re.MULTILINE)


def test_tornado_prints_bars_and_saves_them(folder):
    done = good(
        "tornado", "plan.csv", "--range", "pue=1.1:1.5", "--range", "units", "--out", "t.csv", "--json", folder=folder
    )
    want = tornado(AS_DICT, {"pue": (1.1, 1.5), "units": None})
    found = json.loads(done.stdout)
    assert found["base"] == want.base
    assert [bar["swing"] for bar in found["bars"]] == [bar.swing for bar in want.bars]
    assert _column(folder / "t.csv", "input") == [bar.name for bar in want.bars]
    text = good("tornado", "plan.csv", "--most", "3", folder=folder).stdout
    assert "shorter bars" in text
    assert text.splitlines()[2].startswith(tornado(AS_DICT).bars[0].name)


def test_stress_prints_every_case_and_reads_a_pack_from_a_file(folder):
    found = json.loads(good("stress", "plan.csv", "--metrics", "npv", "--json", folder=folder).stdout)
    assert {row["case"]: row["npv"] for row in found} == {
        c.name: c.metrics["npv"] for c in stress(AS_DICT, None, "npv").cases
    }
    (folder / "pack.csv").write_text("case,input,change,figure\nhalf,utilization,times,0.5\n")
    text = good("stress", "plan.csv", "--pack", "pack.csv", "--out", "s.xlsx", folder=folder).stdout
    assert "half: utilization x 0.5" in text
    assert _column(folder / "s.xlsx", "case") == ["base", "half"]


def test_breakeven_over_another_input_is_a_value_for_each(folder):
    words = ("breakeven", "plan.csv", "price_usd_per_mtok", "--over", "utilization=0.3,0.6", "--json", "--out", "b.csv")
    found = json.loads(good(*words, folder=folder).stdout)
    want = breakeven(AS_DICT, "price_usd_per_mtok", columns={"utilization": [0.3, 0.6]}).tolist()
    assert found["price_usd_per_mtok"] == want
    assert list(map(float, _column(folder / "b.csv", "price_usd_per_mtok"))) == want


def test_a_grid_of_three_axes_is_a_summary_and_its_best_cells(folder):
    words = ("--axis", "units=1:3:3", "--axis", "pue=1.1,1.5", "--axis", "book_method=SL,DDB")
    found = json.loads(good("grid", "plan.csv", *words, "--json", "--out", "g.parquet", folder=folder).stdout)
    cells = grid(AS_DICT, {"units": [1, 2, 3], "pue": [1.1, 1.5], "book_method": ["SL", "DDB"]}, "npv")["npv"]
    assert found["metrics"]["npv"]["high"] == cells.max() == found["top"][0]["npv"]
    assert _column(folder / "g.parquet", "npv") == cells.reshape(-1).tolist()
    text = good("grid", "plan.csv", *words, folder=folder).stdout
    assert "12 cells" in text
    assert "best by npv" in text


BIG = (
    "montecarlo",
    "plan.csv",
    *DRAWS,
    "--n",
    "3e9",
    "--threads",
    "1",
    "--checkpoint",
    "run.ckpt",
    "--out",
    "x.parquet",
)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another process")
def test_ctrl_c_says_how_far_the_run_came_and_leaves_no_half_written_file(folder):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "accelxl", *BIG]
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a background job ignores it
    )
    try:
        until = time.monotonic() + 120
        while not (folder / "run.ckpt").exists() and time.monotonic() < until:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 130
    assert stdout == ""
    assert re.search(
        r"accelxl: stopped after [1-9][0-9,]* of 3,000,000,000 scenarios; run\.ckpt holds the first [1-9]", stderr
    )
    assert "Traceback" not in stderr
    assert sorted(p.name for p in folder.iterdir()) == [".x.parquet.parts", "plan.csv", "run.ckpt"]
    assert not list((folder / ".x.parquet.parts").glob(".*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (MC, "no input is drawn; --draw such as pue=uniform:1.1:1.5, or --draws with a file, is needed"),
        ((*MC, "--draw", "pue"), "--draw is 'pue'; name=kind:figures is allowed, such as pue=uniform:1.1:1.5"),
        ((*MC, "--draw", "pue=uniform:1.1:x"), "--draw pue has 'x'; a number is allowed, written like 1234.5 or 1e6"),
        ((*MC, "--draw", "pue=gauss:1:2"), "'gauss' is not a distribution of pue"),
        ((*MC, *DRAWS, "--n", "0"), "--n is 0; a whole number from 1 to 1,000,000,000,000 is allowed"),
        (
            (*MC, *DRAWS, "--n", "2e12"),
            "--n is 2,000,000,000,000; a whole number from 1 to 1,000,000,000,000 is allowed",
        ),
        ((*MC, *DRAWS, "--n", "many"), "--n has 'many'; a number is allowed, written like 1234.5 or 1e6"),
        ((*MC, *DRAWS, "--seed", "-1"), "--seed"),
        ((*MC, *DRAWS, "--out", "x.doc"), "x.doc ends in .doc; .parquet, .csv or .xlsx is allowed"),
        (
            (*MC, *DRAWS, "--correlate", "pue=1"),
            "--correlate is 'pue=1'; name,name=number is allowed, such as pue,units=0.3",
        ),
        (
            (*MC, *DRAWS, "--correlate", "price_usd_per_mtok,utilization=1"),
            "the correlation matrix is not positive definite",
        ),
        (
            (*MC, *DRAWS, "--correlate", "utilization,units=0.4", "--correlate", "units,utilization=0.2"),
            "--correlate units,utilization stands twice",
        ),
        ((*MC, *DRAWS, "--percentiles", "101"), "percentile 101 is asked for; numbers from 0 to 100 are allowed"),
        ((*MC, "--draws", "none.csv"), "none.csv does not exist"),
        (("tornado", "plan.csv", "--range", "pue=1"), "--range is 'pue=1'; name=low:high or a name alone is allowed"),
        (("tornado", "plan.csv", "--metric", "npw"), "'npw' is not a metric; did you mean npv?"),
        (("stress", "plan.csv", "--pack", "telecon"), "'telecon' is not a pack; did you mean telecom?"),
        (
            ("stress", "plan.csv", "--out", "no/x.csv"),
            "no/x.csv lies in a folder that does not exist; an existing folder is needed",
        ),
        (("grid", "plan.csv", "--axis", "units=1:2:0"), "--axis units has 0 values; 1 to 10,000,000 are allowed"),
        (
            ("grid", "plan.csv", "--axis", "units=1:2"),
            "--axis is 'units=1:2'; name=low:high:count or name=a,b,c is allowed",
        ),
        (("grid", "plan.csv", "--axis", "units=1,2", "--axis", "units=3"), "--axis units stands twice"),
        (("grid", "plan.csv", "--axis", "pue=1.1,0.5"), "pue in row 2 is 0.5; a number from 1 to 10 is allowed"),
        (("breakeven", "plan.csv", "pue", "--over", "pue=1,2"), "pue is solved for and stands in the columns"),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_2(folder, words, sentence, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["accelxl", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    stdout, stderr = capsys.readouterr()
    assert stop.value.code == 2
    assert stdout == ""
    assert sentence in stderr
    assert stderr.count("\n") == 1
    assert [p.name for p in folder.iterdir()] == ["plan.csv"]


def test_a_column_of_figures_has_one_scale():
    assert column([1.5e9, 2e6, 0.0], "USD") == (["1.500", "0.002", "0.000"], "B USD")
    assert column([1.0, 12.0], "months") == (["1", "12"], "months")
    assert column([], "USD") == ([], "USD")
    assert error_in(float("nan"), "M USD", "USD") == "-"


def test_an_interrupt_before_a_verb_begins_gets_its_sentence_too(folder, monkeypatch, capsys):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["accelxl", "tornado", "plan.csv"])
    monkeypatch.setattr(typer.core.TyperGroup, "parse_args", interrupted)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 130
    assert capsys.readouterr().err == "accelxl: stopped; nothing half-written is left\n"
