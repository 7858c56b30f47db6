"""The page on scenarios: its examples give what it prints, its commands run, its files are the ones they read."""

import doctest
import re
import shlex
import sys
from pathlib import Path

import pytest

from accelxl import cli

PAGE = Path(__file__).parent.parent / "docs" / "scenarios.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines() if line]
PLAN_FILE, DRAWS_FILE = re.findall(r"```csv\n(.*?)```", TEXT, re.DOTALL)


def test_the_examples_give_what_the_page_prints():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(command, tmp_path, monkeypatch, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan.csv").write_text(PLAN_FILE)
    (tmp_path / "out" / "draws.csv").write_text(DRAWS_FILE)
    monkeypatch.chdir(tmp_path)
    name, *words = shlex.split(command)
    assert name == "accelxl"
    monkeypatch.setattr(sys, "argv", ["accelxl", *words])
    cli.main()
    assert capsys.readouterr().out.count("\n") > 0
    if "--out" in words:
        assert (tmp_path / words[words.index("--out") + 1]).stat().st_size > 0
    assert not (tmp_path / "out" / "run.ckpt").exists()


def test_the_page_has_commands_for_every_verb():
    assert {command.split()[1] for command in COMMANDS} == {"grid", "montecarlo", "tornado", "breakeven", "stress"}
