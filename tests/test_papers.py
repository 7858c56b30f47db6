"""The house's papers say what is so: examples run, names exist, links lead somewhere, the map is the one that is checked."""

import doctest
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_architecture import FLOORS

ROOT = Path(__file__).parent.parent
PAPERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")]
PAPERS += [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "changelog.d" / "README.md"]
every = pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))


def text(path):
    return path.read_text(encoding="utf-8")


def blocks(path, language):
    """Contents of a paper's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(path), re.MULTILINE | re.DOTALL)


def test_python_in_the_readme_gives_what_it_shows():
    session, runner = {}, doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    examples = blocks(ROOT / "README.md", "python")
    assert examples
    for number, block in enumerate(examples):
        test = doctest.DocTestParser().get_doctest(block, session, f"README block {number}", "README.md", 0)
        runner.run(test, clear_globs=False)
        session = test.globs
    assert not runner.failures


def test_commands_in_the_readme_run(tmp_path):
    (plan,) = blocks(ROOT / "README.md", "csv")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan.csv").write_text(plan)
    shutil.copytree(ROOT / "workbooks", tmp_path / "workbooks")
    lines = [
        line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines() if line.startswith("accelxl ")
    ]
    assert lines
    for line in lines:
        command = [sys.executable, "-m", "accelxl", *shlex.split(line)[1:]]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert done.stdout.strip()


@every
def test_verbs_that_a_paper_names_exist(paper):
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    assert set(re.findall(r"run\.py (\w+)", text(paper))) <= set(run.EXTRAS)


@every
def test_links_lead_to_files(paper):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(paper)):
        if "://" not in target:
            assert (paper.parent / target).exists(), target


@every
def test_files_that_a_paper_names_exist(paper):
    named = re.findall(r"`((?:accelxl|tests|tools|docs|workbooks|benchmarks)/[\w./*-]+)`", text(paper))
    for name in named:
        found = list(ROOT.glob(name.rstrip("/"))) or list((ROOT / name).parent.glob(f"{(ROOT / name).name}*"))
        assert found or "/_v" in name or name.endswith("/_core"), name


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_the_short_papers_stay_short(name):
    assert len(text(ROOT / name).splitlines()) < 80


def test_the_map_has_the_floors_that_the_imports_are_checked_against():
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", text(ROOT / "ARCHITECTURE.md"), re.MULTILINE)
    assert {part: int(floor) for floor, parts in rows for part in re.findall(r"`(\w+)`", parts)} == FLOORS


def test_every_decision_has_a_number_of_its_own_and_says_why():
    pages = sorted(path for path in (ROOT / "docs/decisions").glob("*.md") if path.name != "README.md")
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name) for path in pages)
    numbers = [path.name[:4] for path in pages]
    assert len(set(numbers)) == len(numbers)
    for path in pages:
        assert "**Context.**" in text(path), path.name
        assert "**Decision.**" in text(path), path.name
