"""The tutorials and guides do what they say: their commands and code run in order in one folder, on the files they show."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDES = [*sorted((ROOT / "docs" / "tutorials").glob("*.md")), ROOT / "docs" / "batch.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"sh", "csv", "python", "text"}


def blocks(path):
    """Yield (language, content, the file that the text before it names last) of each code block."""
    yield from found_in(path.read_text(encoding="utf-8"))


def found_in(text):
    """Yield the code blocks of a text, as `blocks` does."""
    named = ""
    end = 0
    for found in BLOCK.finditer(text):
        named = (re.findall(r"`([\w./-]+\.csv)` holds", text[end : found.start()]) or [named])[-1]
        end = found.end()
        yield found[1], found[2], named


def run(command):
    words = shlex.split(command)
    assert words[0] == "accelxl", f"{command!r} cannot be run here"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "accelxl", *words[1:]], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_runs_from_its_first_line_to_its_last(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session, runner, done = {}, doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS), 0
    for language, content, named in blocks(guide):
        assert language in LANGUAGES
        done += 1
        if language == "csv":
            Path(named).parent.mkdir(parents=True, exist_ok=True)
            Path(named).write_text(content, encoding="utf-8")
        elif language == "sh":
            for command in content.splitlines():
                run(command)
        elif language == "python":
            test = doctest.DocTestParser().get_doctest(content, session, guide.name, str(guide), 0)
            runner.run(test, clear_globs=False)
            session = test.globs
    assert done
    assert runner.failures == 0
    assert [path.name for path in tmp_path.iterdir()] in ([], ["out"])  # the folder that .gitignore names


def test_there_are_tutorials():
    assert len(GUIDES) >= 4


def test_the_readme_fills_twenty_budgets_with_one_command(tmp_path, monkeypatch):
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## Budgets by the dozen")[2].partition("\n## ")[0]
    )
    (command,) = [content.strip() for language, content, _ in found_in(section) if language == "sh"]
    (tmp_path / "workbooks").symlink_to(ROOT / "workbooks")
    monkeypatch.chdir(tmp_path)
    run(command)
    assert len(list((tmp_path / "out" / "budgets").glob("*.xlsx"))) == 20
    lines = (tmp_path / "out" / "budgets" / "manifest.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 21
    assert all(",written," in line for line in lines[1:])


def test_no_two_guides_write_into_one_folder():
    used = {}
    for guide in (*GUIDES, ROOT / "README.md"):
        for folder in set(re.findall(r"--out (out/\w+)", guide.read_text(encoding="utf-8"))):
            assert used.setdefault(folder, guide.name) == guide.name, folder
