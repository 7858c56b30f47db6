"""The command line: figures on standard output, one sentence and exit 2 for a mistake, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from accelxl.plan.evaluate import evaluate

PLAN = "name,value\nunits,64\nunit_price_usd,34000\ntokens_per_second,2500\nprice_usd_per_mtok,0.6\n"


ROOT = Path(__file__).parent.parent


def accelxl(*words, folder):
    command = [sys.executable, "-m", "accelxl", *words]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False, env=settings)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN)
    return tmp_path


def test_a_plan_is_evaluated_to_json(folder):
    done = accelxl("plan", "plan.csv", "--metrics", "capex_usd,npv", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["capex_usd"] == 64 * 34000


def test_python_and_the_command_line_give_the_same_bits_and_a_book_for_each_row_of_a_table(folder):
    done = accelxl("plan", "plan.csv", "--metrics", "npv,irr,cost_per_mtok", "--json", folder=folder)
    plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    assert json.loads(done.stdout) == evaluate(plan, ["npv", "irr", "cost_per_mtok"])
    (folder / "sites.csv").write_text("book,units_1,electricity_usd_per_kwh\nOslo,128,0.045\nTexas,256,0.062\n")
    template = str(ROOT / "workbooks" / "accelerator_budget.xlsx")
    done = accelxl("fill", template, "sites.csv", "--out", "books", "--jobs", "1", folder=folder)
    assert done.returncode == 0, done.stderr
    for name, units, price in (("Oslo", 128, 0.045), ("Texas", 256, 0.062)):
        done = accelxl("read", f"books/{name}.xlsx", "--json", folder=folder)
        assert done.returncode == 0, done.stderr
        inputs = json.loads(done.stdout)["inputs"]
        assert (inputs["in_units_1"], inputs["in_electricity_usd_per_kwh"]) == (units, price)


def test_a_figure_without_meaning_is_null_in_json(folder):
    (folder / "rent.json").write_text(
        json.dumps(
            {
                "units": 8,
                "contract": "rent",
                "rent_usd_per_hour": 2,
                "tokens_per_second": 2500,
                "price_usd_per_mtok": 0.6,
            }
        )
    )
    done = accelxl("plan", "rent.json", "--metrics", "roi", "--json", folder=folder)
    assert json.loads(done.stdout) == {"roi": None}


def test_the_statement_has_a_column_a_year(folder):
    done = accelxl("plan", "plan.csv", "--by", "year", "--json", folder=folder)
    assert len(json.loads(done.stdout)["revenue_usd"]) == 5


def test_a_grid_has_the_axes_and_the_cells(folder):
    axes = ["--axis", "units=1:3:3", "--axis", "pue=1.1,1.2"]
    done = accelxl("grid", "plan.csv", *axes, "--metric", "capex_usd", "--json", folder=folder)
    assert json.loads(done.stdout)["capex_usd"] == [[34000, 34000], [68000, 68000], [102000, 102000]]


def test_a_table_is_what_a_person_reads(folder):
    done = accelxl("plan", "plan.csv", "--metrics", "roi,payback_months", folder=folder)
    assert "%" in done.stdout
    assert "months" in done.stdout


@pytest.mark.parametrize(
    ("words", "file", "says"),
    [
        (("plan", "none.csv"), None, ["none.csv", "does not exist"]),
        (("plan", "."), None, ["folder"]),
        (("plan", "bad.csv"), "", ["bad.csv", "empty"]),
        (("plan", "bad.csv"), PLAN + "utilisation,0.5\n", ["bad.csv", "utilisation", "utilization"]),
        (("plan", "bad.csv"), PLAN.replace("64", "many"), ["bad.csv", "units", "many", "number"]),
        (("plan", "bad.csv"), PLAN.replace("64", "-4"), ["bad.csv", "units", "-4"]),
        (("plan", "bad.csv"), PLAN.replace("0.6", "nan"), ["bad.csv", "price_usd_per_mtok", "nan"]),
        (("plan", "bad.csv"), PLAN.replace(",", ";"), ["bad.csv", ";"]),
        (("plan", "bad.json"), "{", ["bad.json", "not JSON", "line 1"]),
        (("plan", "bad.json"), "[1]", ["bad.json", "list"]),
        (
            ("plan", "bad.json"),
            '{"units": ' + "9" * 5000 + "}",
            ["bad.json has a whole number of 5,000 digits; up to 309"],
        ),
        (("plan", "plan.csv", "--metrics", "npw"), None, ["npw", "npv"]),
        (("plan", "plan.csv", "--by", "week"), None, ["week", "month, quarter, year"]),
        (("grid", "plan.csv", "--axis", "units"), None, ["units", "name=low:high:count"]),
        (("breakeven", "plan.csv", "unit"), None, ["unit", "units"]),
        (("breakeven", "plan.csv", "delay_months"), None, ["npv", "delay_months"]),
        (("plam", "plan.csv"), None, ["plam"]),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_2(folder, words, file, says):
    if file is not None:
        (folder / words[1]).write_text(file)
    done = accelxl(*words, folder=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert all(part in done.stderr for part in says), done.stderr
