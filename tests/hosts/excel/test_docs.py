"""What the pages on Excel say is so: commands run, figures are those of the functions, buttons and settings are ours."""

import re
import sys
from pathlib import Path

import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.examples import cells_of
from accelxl.hosts.commands import ROWS
from accelxl.hosts.excel.doctor import CHILD_PROCESSES
from accelxl.hosts.excel.install import conf_values, settings
from accelxl.hosts.excel.machine import NO_EXCEL
from accelxl.workbook.build import TEMPLATES
from tests.hosts.excel.machines import windows

ROOT = Path(__file__).parents[3]
GUIDE, CHECKLIST, README = ROOT / "docs" / "excel.md", ROOT / "docs" / "release-checklist.md", ROOT / "README.md"
every = pytest.mark.parametrize("page", [GUIDE, CHECKLIST, README], ids=lambda page: page.name)


def text(page):
    return page.read_text(encoding="utf-8")


def test_the_commands_of_the_guide_run(by_command):
    assert by_command.done
    assert [done.stderr for done in by_command.done if done.returncode] == []
    names = {path.name for path in (by_command.folder / "out" / "excel").iterdir()}
    assert {"accelxl.xlam", *(f"{name}.xlsm" for name in TEMPLATES)} <= names


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="Excel may be there")
@pytest.mark.parametrize("verb", ["install", "doctor"])
def test_without_excel_install_and_doctor_say_so_and_end_with_2(verb, tmp_path, run_accelxl):
    done = run_accelxl(["excel", verb], tmp_path)
    assert done.returncode == 2
    assert NO_EXCEL in done.stderr
    assert "Traceback" not in done.stderr


@every
def test_every_verb_that_a_page_names_is_there(page):
    named = set(re.findall(r"accelxl excel (\w+)", text(page)))
    assert named
    assert named <= {"build", "install", "uninstall", "doctor"}


@every
def test_every_function_that_a_page_names_is_in_the_registry(page):
    assert set(re.findall(r"\b(ACCEL_[A-Z_]+)\(", text(page))) <= set(REGISTRY)


def flat(value):
    return [cell for row in value for cell in flat(row)] if isinstance(value, (list, tuple)) else [value]


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=ACCEL_ROI(34000,64,2500,0.6)", "2.207"),
        ("=ACCEL_ROI({30000;40000},64,2500,0.6,{0.4,0.6})", "1.42, 2.60, 0.88, 1.76"),
    ],
)
def test_the_checklist_expects_what_the_functions_give(formula, shown):
    name, cells = cells_of(formula)
    found = flat(REGISTRY[name].call(*cells).rows())
    decimals = [len(part.partition(".")[2]) for part in shown.split(", ")]
    assert ", ".join(f"{cell:.{n}f}" for cell, n in zip(found, decimals, strict=True)) == shown
    assert f"| `{formula}` |" in text(CHECKLIST)
    assert shown in text(CHECKLIST)


def test_the_formula_of_the_readme_gives_what_it_says():
    (formula,) = re.findall(r"^=ACCEL_ROI.*$", text(README), re.MULTILINE)
    name, cells = cells_of(formula)
    assert f"The cell shows {REGISTRY[name](*cells):.3f}:" in text(README)


def test_the_checklist_has_every_button():
    missing = [row.label for row in ROWS if row.label not in text(CHECKLIST) and row.group != "Analyse"]
    assert missing == []


def test_the_settings_of_the_guide_are_those_of_an_installation(tmp_path):
    (block,) = [block for block in re.findall(r"```text\n(.*?)```", text(GUIDE), re.DOTALL) if "INTERPRETER" in block]
    ours = settings(windows(tmp_path))
    found = conf_values(block)
    assert {key: value for key, value in found.items() if key != "INTERPRETER_WIN"} == {
        key: value for key, value in ours.items() if key != "INTERPRETER_WIN"
    }
    assert list(found) == list(ours)


@pytest.mark.parametrize("page", [GUIDE, CHECKLIST])
def test_the_defender_rule_is_the_one_that_the_doctor_looks_for(page):
    assert CHILD_PROCESSES in text(page)
