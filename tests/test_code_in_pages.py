"""Every block of code in the documentation is run by a test: which one, page by page; here those of pages without one of their own."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from accelxl import catalogue
from accelxl.plan.inputs import INPUTS
from accelxl.units import Quantity
from accelxl.workbook import authoring, template
from accelxl.workbook.templates.cost_per_inference.book import scenario

ROOT = Path(__file__).parent.parent
RUNNERS = {
    "README.md": "tests/test_papers.py",
    "CONTRIBUTING.md": "tests/test_papers.py",  # its verbs of run.py exist
    "docs/batch.md": "tests/test_tutorials.py",
    "docs/tutorials": "tests/test_tutorials.py",
    "docs/methods": "tests/test_methods.py",
    "docs/functions": "tests/functions/test_pages.py",  # the pages are those of the registry, whose examples test_examples.py runs
    "docs/scenarios.md": "tests/test_scenarios_page.py",
    "docs/catalogue.md": "tests/catalogue/test_docs.py",
    "docs/excel.md": "tests/hosts/excel/conftest.py",
    "docs/lint.md": "tests/test_code_in_pages.py",
    "docs/templates.md": "tests/test_code_in_pages.py",
}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^(```+)(.*)\n((?:.*\n)*?)\1$", re.MULTILINE)


def code(page):
    """The blocks of code of a page; in braces stand those of the site itself, tables of contents and such."""
    blocks = FENCED.findall(page.read_text(encoding="utf-8"))
    return [content for _, kind, content in blocks if not kind.startswith("{")]


def test_every_page_with_code_is_run_by_a_test():
    pages = {str(page.relative_to(ROOT)) for page in PAGES if code(page)}
    without = {page for page in pages if page not in RUNNERS and str(Path(page).parent) not in RUNNERS}
    assert not without
    for page, runner in RUNNERS.items():
        assert Path(page).stem in (ROOT / runner).read_text(encoding="utf-8"), f"{runner} does not name {page}"


def test_the_items_of_the_guide_to_templates_are_items():
    items, twin = code(ROOT / "docs/templates.md")
    session = {name: getattr(authoring, name) for name in dir(authoring)} | {
        "catalogue": catalogue, "Group": template.Group, "Quantity": Quantity, "USD": Quantity("USD", 0.0, 1e9),
    }  # fmt: skip
    made = []
    session["Group"] = lambda *given: made.append(template.Group(*given))
    exec(items, session)
    (group,) = made
    rack, share, units = group.items
    assert (rack.value, rack.dated) == (catalogue.spec("GB200", "purchase_price_usd").value, True)
    assert (share.name, share.low, share.high) == ("share", 0.3, 0.9)
    assert units.quantity == INPUTS["units"].quantity
    exec(twin, session)
    assert session["twin"] == scenario("device_table", "cost_per_mtok")


def commands():
    """The commands of the page on lint; BOOK is the smallest template, and what is parted by | is tried each."""
    for line in code(ROOT / "docs/lint.md")[0].splitlines():
        command = re.split(r" {3,}", line)[0].replace("BOOK", "workbooks/capex_to_accelerators.xlsx")
        stem, *others = command.split(" | ")
        yield stem
        yield from (f"{stem.rpartition(' ')[0]} {other}" for other in others)


def run(command):
    words = shlex.split(command)
    assert words[0] == "accelxl"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "accelxl", *words[1:]], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_of_the_page_on_lint_finds_nothing_in_a_template(command, find):
    if "--office" in command:
        find("soffice")
    done = run(command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_suppressions_of_the_page_on_lint_are_read(tmp_path):
    _, lines = code(ROOT / "docs/lint.md")
    (tmp_path / "own.txt").write_text(lines, encoding="utf-8")
    done = run(f"accelxl lint workbooks/capex_to_accelerators.xlsx --suppress {tmp_path / 'own.txt'}")
    assert "Rates!D17" in done.stdout + done.stderr
