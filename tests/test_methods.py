"""The pages on methods: each worked example runs, and each function they name exists."""

import doctest
import re
from pathlib import Path

import pytest

from accelxl.functions import REGISTRY

PAGES = sorted((Path(__file__).parent.parent / "docs" / "methods").glob("*.md"))
every = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
PARTS = ("**Question.**", "**Formula.**", "**Function.**", "```python", "**Not covered.**")


def test_there_are_pages():
    assert PAGES


def test_the_list_of_methods_has_every_page_and_every_question():
    text = (PAGES[0].parent.parent / "methods.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| \[[^\]]*\]\(methods/([\w-]+\.md)\) \| (.*) \|$", text, re.MULTILINE))
    assert sorted(listed) == [page.name for page in PAGES]
    for page in PAGES:
        content = page.read_text(encoding="utf-8")
        assert f"[{content.splitlines()[0].removeprefix('# ')}](methods/{page.name})" in text
        assert listed[page.name] == "; ".join(re.findall(r"^## (.+)$", content, re.MULTILINE))


@every
def test_the_examples_of_a_page_give_what_it_prints(page):
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


@every
def test_each_section_has_question_formula_function_example_and_limits(page):
    for section in page.read_text(encoding="utf-8").split("\n## ")[1:]:
        assert [part for part in PARTS if part not in section] == [], section.partition("\n")[0]


@every
def test_every_function_that_a_page_offers_is_in_the_registry(page):
    offered = set()
    for line in re.findall(r"\*\*Function\.\*\*.*?(?=\n\n|```)", page.read_text(encoding="utf-8"), re.DOTALL):
        offered |= set(re.findall(r"ACCEL_[A-Z_]+", line))
    assert offered
    assert offered - set(REGISTRY) == set()
