"""What the command line prints at any width: every digit and every name, help without cut sentences, inputs as they are documented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from accelxl.cli import show
from accelxl.cli.app import app
from accelxl.cli.statement import aligned, print_statement, settled_lines
from accelxl.functions.inputs_page import groups, inputs_page, rows_of
from accelxl.plan.files import read_plan
from accelxl.plan.inputs import INPUTS
from accelxl.plan.statement import LINES, lines
from tests.test_cli import PLAN, ROOT, accelxl

DIGITS = 5e-4
"""Four digits: half of the last one of the smallest, 1,000."""
LOSING = ("--draw", "price_usd_per_mtok=triangular:0.05:0.2:0.6", "--n", "5000", "--metrics", "npv,payback_months,irr")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN)
    return tmp_path


def at(width, *words, folder):
    command = [sys.executable, "-m", "accelxl", *words]
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | ({"COLUMNS": str(width)} if width else {})
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, timeout=120, check=False, env=env, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_back(text):
    """Lines of a statement by name: units and figures of all its blocks."""
    units, found, heads = {}, {}, []
    for line in text.splitlines():
        words = re.split(r" {2,}", line.strip())
        if words[0] == "line":
            heads += words[2:]
        elif words[0] in LINES:
            units[words[0]] = words[1]
            found.setdefault(words[0], []).extend(words[2:])
    return heads, units, found


@pytest.mark.parametrize("width", [60, 80, 120, show.UNBOUNDED])
@pytest.mark.parametrize("by", ["month", "quarter", "year"])
def test_a_statement_has_every_figure_at_every_width(folder, by, width, monkeypatch):
    monkeypatch.setattr(show.out, "_width", width)
    index, want = lines(read_plan(folder / "plan.csv"), by)
    with show.out.capture() as made:
        print_statement(by, index.tolist(), {name: line.tolist() for name, line in want.items()})
    printed = made.get()
    assert max(map(len, printed.splitlines())) <= width
    heads, units, found = read_back(printed)
    assert heads == [f"{by} {period}" for period in index]
    assert set(found) == set(LINES)
    for name, line in want.items():
        letter, _, unit = units[name].rpartition(" ")
        assert unit == LINES[name].unit
        scale = {"": 1.0, "k": 1e3, "M": 1e6}[letter]
        assert len(found[name]) == len(line), name
        most = max((abs(v) for v in line if v == v), default=0.0)
        for text, value in zip(found[name], line, strict=True):
            if text == "-":
                assert value != value
            else:
                assert float(text.replace(",", "")) * scale == pytest.approx(value, abs=max(DIGITS * most, 1e-4))


def test_a_pipe_gets_a_statement_in_one_block_and_in_full_digits(folder):
    printed = at(None, "plan", "plan.csv", "--by", "month", folder=folder)
    assert len(printed.splitlines()) == 1 + len(LINES)
    assert "2,176,000" in printed


def test_what_rounding_leaves_of_nothing_is_shown_as_nothing(folder):
    for words in (("--by", "year"), ()):
        printed = at(80, "plan", "plan.csv", *words, folder=folder)
        assert "e-" not in printed
    assert settled_lines({"tax_disposal_usd": [-1.47e-9], "capex_usd": [2e6]}, "USD")["tax_disposal_usd"] == [0.0]
    assert aligned([-0.3, 2e6]) == ["0", "2,000,000"]


def test_a_large_plan_is_shown_in_millions_where_these_fit_better(folder):
    (folder / "plan.csv").write_text(PLAN.replace("64", "640000"))
    assert "in millions" in at(80, "plan", "plan.csv", "--by", "year", folder=folder)


def test_the_spread_of_a_payback_that_may_never_come_says_so(folder):
    rows = {}
    for line in at(100, "montecarlo", "plan.csv", *LOSING, folder=folder).splitlines():
        words = re.split(r" {2,}", line.strip())
        rows.setdefault(words[0], words[1:])
    assert rows["percentile 99"][1] == rows["highest"][1] == "never"
    assert float(rows["without a value"][1].rstrip("%")) > 10
    assert float(rows["mean of those with a value"][1]) < 60
    assert "mean" not in rows
    assert "mean " in at(80, "montecarlo", "plan.csv", "--draw", "pue=uniform:1:2", "--n", "99", folder=folder)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "plan.csv"),
        ("stress", "plan.csv", "--metrics", "payback_months,breakeven_month"),
        ("grid", "plan.csv", "--axis", "price_usd_per_mtok=0.1,0.6", "--metric", "payback_months"),
        ("tornado", "plan.csv", "--metric", "payback_months", "--range", "price_usd_per_mtok=0.05:0.1"),
    ],
)
def test_a_payback_that_does_not_come_reads_never_in_every_table(folder, words):
    (folder / "plan.csv").write_text(PLAN.replace("price_usd_per_mtok,0.6", "price_usd_per_mtok,0.15"))
    lines = [line for line in at(100, *words, folder=folder).splitlines() if "payback" in line or "price" in line]
    assert "never" in at(100, *words, folder=folder)
    assert not any(re.search(r"(^| )-( |$)", line) for line in lines)


def verbs(group=None, before=()):
    """Every verb of the command line as words."""
    group = group or typer.main.get_command(app)
    for name, verb in group.commands.items():
        yield (*before, name)
        if hasattr(verb, "commands"):
            yield from verbs(verb, (*before, name))


def test_help_cuts_no_sentence_and_shows_no_type_of_python():
    runner = CliRunner()
    for words in [(), *verbs()]:
        text = runner.invoke(app, [*words, "--help"], env={"COLUMNS": "80"}, prog_name="accelxl").output
        assert "Usage: accelxl" in text
        assert not re.search(r"\.\.\.$|list\[| range>", text.partition("\n")[2], re.MULTILINE), (words, text)
    assert "generate" not in runner.invoke(app, ["--help"]).output


def test_the_inputs_of_a_plan_are_listed_as_their_page_has_them(folder):
    page = (Path(ROOT) / "docs" / "inputs.md").read_text(encoding="utf-8")
    assert page == inputs_page()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [row[1] for row in rows_of()]
    assert sorted(row[1] for row in rows_of()) == sorted(INPUTS)
    assert re.findall(r"^## (\w+)", page, re.MULTILINE) == [group.capitalize() for group in groups()]
    printed = at(80, "inputs", "price", folder=folder)
    assert "price_usd_per_mtok " in printed
    assert "pue" not in printed
    assert max(map(len, printed.splitlines())) <= 80


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLAN + "price,3\n", ["line 6", "'price'", "price_usd_per_mtok", "unit_price_usd", "accelxl inputs"]),
        (PLAN + "\n# a remark\nutilization,60%\n", ["line 8", "'60%'", "0.6"]),
        (PLAN + "pue,1.2,1.3\n", ["line 6", "pue", "1.3"]),
        ("units,unit_price_usd\n64,34000\n", ["across", "name,value downwards"]),
        ("name,units,unit_price_usd\nx,64,34000\n", ["across", "name,value downwards"]),
    ],
)
def test_a_mistake_in_a_plan_is_named_by_the_line_of_its_file(folder, text, says):
    (folder / "bad.csv").write_text(text)
    done = accelxl("plan", "bad.csv", folder=folder)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert all(part in done.stderr for part in says), done.stderr
    assert "row " not in done.stderr


@pytest.mark.parametrize("verb", ["board", "read", "lint", "freeze"])
def test_every_verb_says_the_same_of_a_file_that_is_no_workbook(folder, verb):
    done = accelxl(verb, "plan.csv", folder=folder)
    assert (done.returncode, done.stderr) == (
        2,
        "accelxl: plan.csv is not a workbook; an .xlsx or .xlsm file is allowed\n",
    )
